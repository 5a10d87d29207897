"""House prices with care: data cleaned, features engineered, every house tested once, with error bars.

    74 columns -> repaired, filled, encoded, engineered (preparation.py) -> the network of `--features all`

Ten folds: each tenth of the houses is valued by a network and a ridge regression that learned from the other
nine. Some sales, such as those between relatives, are far from any worth, so the loss is a square for small
errors only, and a line beyond (Huber 1964, Ann. Math. Stat. 35(1)).
"""

from math import exp
from pathlib import Path

import numpy as np

from minigrad import Tensor, io, manual_seed, no_grad, optim
from minigrad.data import DataLoader, KFold, Table, TensorDataset, ames, train_test_split
from minigrad.demos.house_price import THREE, network, ridge
from minigrad.demos.inputs import nothing, read_house
from minigrad.demos.lesson import folder, heading, pictures, trained
from minigrad.demos.preparation import LARGEST, Preparation, missing, rows, usual
from minigrad.io.checkpoint import read_checkpoint
from minigrad.nn import functional as F
from minigrad.train import Schedule, Trainer
from minigrad.visual import plot_predicted
from minigrad.visual.figure import finish, new_figure

FOLDS, RESAMPLED = 10, 2000


def main(epochs: int, seed: int, device: str, out: str | Path, predict: str | None) -> None:
    model_file = Path(out) / "engineered.safetensors"
    houses = ames()
    log_price = np.log(houses["Sale_Price"])
    if predict is not None:
        print(value(predict, houses, log_price, model_file,
                    f"python -m minigrad demo house-price --features engineered --out {out}"))
        return

    out = folder(out)
    heading("House prices from engineered features")
    few = usual(houses)
    print(f"{len(houses):,} houses in {FOLDS} folds; no model learns from the {np.sum(~few)} above "
          f"{LARGEST:,} square feet")
    guesses = {name: np.empty(len(houses)) for name in ("linear (ridge)", "network", "network, 3 columns")}
    for i, (train, test) in enumerate(folds(houses, seed)):
        preparation = Preparation()
        x = preparation.fit(rows(houses, train), log_price[train])
        x_test = preparation.transform(rows(houses, test))
        guesses["linear (ridge)"][test] = line(x, log_price[train], x_test)
        model = fit(x, log_price[train], epochs, seed, device)
        guesses["network"][test] = answers(model, x_test, log_price[train])
        x_three = preparation.transform(only(THREE, rows(houses, test)))
        guesses["network, 3 columns"][test] = answers(model, x_three, log_price[train])
        print(f"fold {i + 1:2}   {x.shape[1]} features   R² " + "   ".join(
            f"{name} {r2(guess[test], log_price[test]):.3f}" for name, guess in guesses.items()), flush=True)

    heading("On houses that the model has not seen")
    for which, mask in ((f"{few.sum():,} up to {LARGEST:,} square feet", few),
                        (f"all {len(houses):,}", few | ~few)):
        for name, guess in guesses.items():
            error = guess[mask] - log_price[mask]
            low, high = interval(guess[mask], log_price[mask])
            print(f"{which:<31}{name:<20}R² {r2(guess[mask], log_price[mask]):.3f} ({low:.3f} to {high:.3f})"
                  f"   rmse of log-price {np.sqrt(np.square(error).mean()):.3f}   "
                  f"median error of the price {np.median(np.abs(np.expm1(error))):.1%}")
    print(f"In brackets: 95 % of {RESAMPLED:,} bootstrap samples of the houses. 3 columns: the network is\n"
          "told only area, rooms and neighbourhood, and takes the rest to be typical\n")

    keep = np.flatnonzero(few)
    x = Preparation().fit(rows(houses, keep), log_price[keep])
    model = fit(x, log_price[keep], epochs, seed, device)
    ratios = {name: np.quantile((log_price - guess)[few], [0.1, 0.9]).tolist()
              for name, guess in guesses.items()}
    io.save_checkpoint(model_file, model=model, extra={"ratios": ratios})
    print(f"Model of all these houses: {model_file}")
    with pictures(out / "engineered-prices.png", out / "engineered-errors.png") as (scatter, errors):
        plot_predicted(houses["Sale_Price"] / 1000, np.exp(guesses["network"]) / 1000, scatter,
                       name="price, thousand USD",
                       title=f"{len(houses):,} houses, each unseen by its network")
        draw(log_price, guesses["network"], few, errors)


def only(names, houses):
    """The houses with all columns unknown but these."""
    return Table({name: values if name in names else np.full(len(values), nothing(values))
                  for name, values in houses.items()})


def folds(houses: Table, seed: int):
    """(train, test) positions of each fold; the largest houses are tested but not learned from."""
    few = usual(houses)
    return [(train[few[train]], test) for train, test in KFold(FOLDS, shuffle=True, seed=seed).split(houses)]


def fit(x, log_price, epochs, seed, device):
    """The network trained on features x (N, F)."""
    manual_seed(seed)
    model, optimizer = network(x.shape[1], "all")
    y = ((log_price - log_price.mean()) / log_price.std()).astype(np.float32)[:, None]
    trainer = Trainer(model.to(device), huber, optimizer,
                      callbacks=[Schedule(optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs))])
    trainer.fit(DataLoader(TensorDataset(x, y), batch_size=32, shuffle=True), epochs=epochs, verbose=False)
    if trainer.stopped:
        raise KeyboardInterrupt
    return model


def huber(answer, target):
    """In standard deviations of the log-price: a square up to 0.3, about 13 % of the price."""
    return F.smooth_l1_loss(answer, target, beta=0.3)


def answers(model, x, learned):
    """The log-prices (N) of houses with features x (N, F); learned: the log-prices it was trained on."""
    with no_grad():
        y = model.eval()(Tensor(x).to(next(model.parameters()).device)).cpu().numpy()[:, 0]
    return y * learned.std() + learned.mean()


def line(x, log_price, x_test):
    """What a ridge regression says, its strength chosen on a tenth of the houses it learns from."""
    y = log_price - log_price.mean()
    some, others = train_test_split(np.arange(len(x)), test_size=0.1)
    _, strength = ridge(x[some], y[some], x[others], y[others])
    weights = np.linalg.solve(x.T @ x + strength * np.eye(x.shape[1]), x.T @ y)
    return x_test @ weights + log_price.mean()


def r2(guess: np.ndarray, true: np.ndarray) -> float:
    return 1 - np.square(guess - true).sum() / np.square(true - true.mean()).sum()


def interval(guess: np.ndarray, true: np.ndarray) -> tuple[float, float]:
    """Where 95 % of R² lie if the houses are drawn again, with repetition: the bootstrap of Efron 1979."""
    rng = np.random.default_rng(0)
    drawn = (rng.integers(len(true), size=len(true)) for _ in range(RESAMPLED))
    low, high = np.quantile([r2(guess[each], true[each]) for each in drawn], [0.025, 0.975])
    return float(low), float(high)


def value(asked, houses, log_price, model_file, command):
    """Describe a house and the price that the trained network predicts, with an interval."""
    names = [name for name in houses.names if name != "Sale_Price"]
    house = rows(read_house(asked, houses, THREE, names, unknown=True), np.array([-1]))
    given = [name for name in names if not missing(house[name])[0]]
    if not given:
        raise ValueError("--predict: nothing is known of the house; describe it like '1500, 6, North_Ames'")
    keep = usual(houses)
    preparation = Preparation()
    x = preparation.fit(rows(houses, keep), log_price[keep])
    with trained(model_file, command):
        model, _ = network(x.shape[1], "all")
        extra = read_checkpoint(model_file).get("extra", {})
        io.load_checkpoint(model_file, model=model)
        if "ratios" not in extra:
            raise ValueError(f"{model_file} lacks its error, so the demo did not write it")
    answer = answers(model, preparation.transform(house), log_price[keep])[0]
    how = "network" if len(given) > len(names) / 2 else "network, 3 columns"        # how it was tested
    low, high = (round(exp(answer + ratio), -2) for ratio in extra["ratios"][how])
    text = (f"about ${round(exp(answer), -2):,.0f}; of ten such houses, eight sell for ${low:,.0f} to "
            f"${high:,.0f}\n{len(given)} of {len(names)} columns are given, the others are taken to be "
            "typical of the neighbourhood")
    if not usual(house)[0]:
        text += (f"\nThe network has learned from no house above {LARGEST:,} square feet: it sees this one "
                 "as smaller")
    return text


def draw(log_price, guess, few, path):
    """How far off the prices are: all errors, and their typical size along the price."""
    drawn, axes = new_figure(1, 2, width=5.0, height=4.0)
    left, right = axes[0]
    error = np.expm1(guess - log_price)[few]
    left.hist(error, bins=np.linspace(-0.6, 0.6, 61))
    left.set(xlabel="error of the price", ylabel="houses",
             title=f"Half are within {np.median(np.abs(error)):.1%}")
    parts = np.array_split(np.argsort(guess[few]), 10)
    price = [np.exp(np.median(guess[few][part])) / 1000 for part in parts]
    right.plot(price, [np.median(np.abs(error[part])) for part in parts], "o-", label="median")
    right.plot(price, [np.quantile(np.abs(error[part]), 0.9) for part in parts], "o-", label="90 % are below")
    right.set(xlabel="predicted price, thousand USD", ylabel="error of the price", ylim=(0, None),
              title="By price")
    for axis in (left, right):
        axis.xaxis.set_major_formatter("{x:.0%}" if axis is left else "{x:.0f}")
        axis.grid(alpha=0.3)
    right.yaxis.set_major_formatter("{x:.0%}")
    right.legend()
    finish(drawn, path)
