"""The demo `house-price --features engineered` beside scikit-learn and PyTorch, on the same folds.

    python -m benchmarks.models.house_price models      the network in both frameworks, ridge, boosting
    python -m benchmarks.models.house_price steps       what each step of the preparation gives
    python -m benchmarks.models.house_price missing     values removed at random

It prints the tables of docs/models/house_price.md, and needs scikit-learn and PyTorch. A long computation can
be done in parts: `models 3` computes fold 3 of 1 to 10 and keeps the answers in the working folder, in
house_price_3.npz, which `models` reads; `steps 3` prints the row of step 3, `missing 10` that of 10 %.
"""

import sys
from pathlib import Path

import numpy as np
import sklearn
import torch
from sklearn.ensemble import GradientBoostingRegressor, HistGradientBoostingRegressor
from sklearn.linear_model import RidgeCV

import minigrad
from benchmarks.twin import copy_weights
from minigrad import manual_seed
from minigrad.data import DataLoader, TensorDataset, ames
from minigrad.demos import valuation
from minigrad.demos.house_price import network
from minigrad.demos.inputs import nothing
from minigrad.demos.preparation import STEPS, Preparation, rows, usual

EPOCHS = 30
HOUSES = ames()
LOG_PRICE = np.log(HOUSES["Sale_Price"])


def boosting():
    """Friedman 2001; depth and shrinkage as commonly advised, not searched for."""
    return GradientBoostingRegressor(n_estimators=500, learning_rate=0.05, max_depth=4, subsample=0.5,
                                     max_features=0.2, random_state=0)


def pytorch(x, log_price, x_test):
    """The demo's network and training, in PyTorch, from the same weights and batches; dropout is its own."""
    manual_seed(0)
    torch.manual_seed(0)
    ours, _ = network(x.shape[1], "all")
    model = copy_weights(ours, torch.nn.Sequential(
        torch.nn.Linear(x.shape[1], 128), torch.nn.GELU(), torch.nn.Dropout(0.1), torch.nn.Linear(128, 64),
        torch.nn.GELU(), torch.nn.Dropout(0.1), torch.nn.Linear(64, 1)))
    y = ((log_price - log_price.mean()) / log_price.std()).astype(np.float32)[:, None]
    optimizer = torch.optim.AdamW(model.parameters(), 0.001, weight_decay=3.0)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, EPOCHS)
    batches = DataLoader(TensorDataset(x, y), batch_size=32, shuffle=True)
    for _ in range(EPOCHS):
        for inputs, target in batches:
            optimizer.zero_grad()
            answer = model(torch.from_numpy(inputs.numpy()))
            torch.nn.functional.smooth_l1_loss(answer, torch.from_numpy(target.numpy()), beta=0.3).backward()
            optimizer.step()
        schedule.step()
    with torch.no_grad():
        return model.eval()(torch.from_numpy(x_test)).numpy()[:, 0] * log_price.std() + log_price.mean()


def minigrad_network(x, log_price, x_test):
    return valuation.answers(valuation.fit(x, log_price, EPOCHS, 0, "cpu"), x_test, log_price)


def ridge(x, log_price, x_test):
    return RidgeCV(np.logspace(0, 3.5, 15)).fit(x, log_price).predict(x_test)


METHODS = {
    "network, minigrad": minigrad_network, "network, PyTorch": pytorch, "ridge, scikit-learn": ridge,
    "gradient boosting, scikit-learn": lambda x, y, x_test: boosting().fit(x, y).predict(x_test),
    "histogram gradient boosting, scikit-learn": lambda x, y, x_test: HistGradientBoostingRegressor(
        learning_rate=0.05, max_iter=300, l2_regularization=1.0, random_state=0).fit(x, y).predict(x_test)}


def tested(methods, steps=tuple(STEPS), houses=HOUSES, which=range(1, 11)):
    """{method: log-prices (N)}, each from a model that has not seen the house; nan in folds left out."""
    guesses = {name: np.full(len(houses), np.nan) for name in methods}
    for number, (train, test) in enumerate(valuation.folds(HOUSES, 0), start=1):
        if number in which:
            if "outliers" not in steps:     # learn from all houses of the other folds
                train = np.setdiff1d(np.arange(len(houses)), test)
            preparation = Preparation(steps)
            x = preparation.fit(rows(houses, train), LOG_PRICE[train])
            x_test = preparation.transform(rows(houses, test))
            for name, method in methods.items():
                guesses[name][test] = method(x, LOG_PRICE[train], x_test)
    return guesses


def figures(guess):
    """R² with its interval, root mean square error, and R² of all houses with its interval."""
    few = usual(HOUSES)
    low, high = valuation.interval(guess[few], LOG_PRICE[few])
    all_low, all_high = valuation.interval(guess, LOG_PRICE)
    by_fold = [valuation.r2(guess[test[few[test]]], LOG_PRICE[test[few[test]]])
               for _, test in valuation.folds(HOUSES, 0)]
    return (f"{valuation.r2(guess[few], LOG_PRICE[few]):.3f} ({low:.3f} to {high:.3f}) | "
            f"{np.std(by_fold, ddof=1):.3f} | {np.sqrt(np.square((guess - LOG_PRICE)[few]).mean()):.4f} | "
            f"{valuation.r2(guess, LOG_PRICE):.3f} ({all_low:.3f} to {all_high:.3f})")


def models(which):
    for number in which or range(1, 11):
        file = Path(f"house_price_{number}.npz")
        if not file.exists():
            np.savez(file, **tested(METHODS, which=[number]))
    if which:
        return
    parts = [np.load(f"house_price_{number}.npz") for number in range(1, 11)]
    guesses = {name: np.nanmax([part[name] for part in parts], axis=0) for name in METHODS}
    print("| model | R², 2,925 houses (95 %) | sd of folds | rmse | R², all 2,930 (95 %) |\n"
          "|---|---|---|---|---|")
    for name, guess in guesses.items():
        print(f"| {name} | {figures(guess)} |")
    both = (guesses["network, minigrad"] + guesses["gradient boosting, scikit-learn"]) / 2
    print(f"| mean of network and boosting | {figures(both)} |")
    few = usual(HOUSES)
    rng = np.random.default_rng(0)
    ours, other = guesses["network, minigrad"][few], LOG_PRICE[few]
    for name in [*METHODS][1:]:
        drawn = (rng.integers(len(ours), size=len(ours)) for _ in range(valuation.RESAMPLED))
        gain = [valuation.r2(ours[each], other[each]) - valuation.r2(guesses[name][few][each], other[each])
                for each in drawn]
        low, high = np.quantile(gain, [0.025, 0.975])
        print(f"R² of minigrad's network - that of {name}: 95 % of samples {low:+.4f} to {high:+.4f}")


def steps_table(which):
    names = ["", *STEPS]
    print("| step | features | ridge R² (95 %) | network R² (95 %) |\n|---|---|---|---|")
    few = usual(HOUSES)
    for count in [int(each) for each in which] or range(len(names)):
        steps = names[1:count + 1]
        guesses = tested({"ridge": ridge, "network": minigrad_network}, steps)
        said = [f"{valuation.r2(guess[few], LOG_PRICE[few]):.3f} ({low:.3f} to {high:.3f})"
                for guess in guesses.values()
                for low, high in [valuation.interval(guess[few], LOG_PRICE[few])]]
        x = Preparation(steps).fit(HOUSES, LOG_PRICE)
        step = STEPS[names[count]] if count else "none: numbers and categories as they are"
        print(f"| {step} | {x.shape[1]} | {' | '.join(said)} |", flush=True)


def without(share, seed=0):
    """The houses with this share of the cells of each column removed at random; prices stay, and living
    areas, which decide what is usual."""
    rng = np.random.default_rng(seed)
    return type(HOUSES)({name: values if name in ("Sale_Price", "Gr_Liv_Area") else
                         np.where(rng.random(len(values)) < share, nothing(values), values)
                         for name, values in HOUSES.items()})


def missing_table(which):
    print("| cells removed | ridge R² | network R² |\n|---|---|---|")
    few = usual(HOUSES)
    for share in [int(each) / 100 for each in which] or (0, 0.05, 0.1, 0.2, 0.4):
        guesses = tested({"ridge": ridge, "network": minigrad_network}, houses=without(share))
        said = [f"{valuation.r2(guess[few], LOG_PRICE[few]):.3f}" for guess in guesses.values()]
        print(f"| {share:.0%} | {' | '.join(said)} |", flush=True)


if __name__ == "__main__":
    torch.set_num_threads(1)
    jobs = {"models": models, "steps": steps_table, "missing": missing_table}
    name, *numbers = sys.argv[1:] or ["models"]
    if name not in jobs:
        sys.exit(f"unknown table {name!r}, expected one of {', '.join(jobs)}")
    jobs[name]([int(number) for number in numbers])
    print(f"minigrad {minigrad.__version__}, NumPy {np.__version__}, PyTorch {torch.__version__}, "
          f"scikit-learn {sklearn.__version__}")
