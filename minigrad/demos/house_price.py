"""House prices: what did houses in Ames, Iowa, sell for?

A very small network predicts the price from three features, the living area, the number of rooms and the
neighbourhood, with ten hidden neurons:

    price = W2 relu(W1 x + b1) + b2        x (3), W1 (10, 3), W2 (1, 10)

`--features all` trains a wider network on all 73 columns. Both are compared with a linear model, ridge
regression, which is the best that a network without hidden neurons can do. `--features engineered`, in
valuation.py, first cleans the data and adds features, and tests every house.
"""

from importlib import import_module
from math import exp, sqrt
from pathlib import Path

import numpy as np

from minigrad import Tensor, io, manual_seed, nn, optim
from minigrad.data import DataLoader, TensorDataset, ames, train_test_split
from minigrad.demos.inputs import read_house
from minigrad.demos.lesson import fit, folder, heading, pictures, trained
from minigrad.nn import functional as F
from minigrad.train import R2, Schedule, Trainer
from minigrad.visual import plot_predicted

THREE = ["Gr_Liv_Area", "TotRms_AbvGrd", "Neighborhood"]        # square feet, a count, one of 28 names
REFERENCE = {"three": ("such an MLP", 0.78), "all": ("ridge regression", 0.915)}


def main(epochs: int = 30, seed: int = 0, device: str = "cpu", out: str | Path = "minigrad-demo/house-price",
         predict: str | None = None, features: str = "three") -> None:
    if features == "engineered":
        import_module("minigrad.demos.valuation").main(epochs, seed, device, out, predict)
        return
    houses = ames()
    names = THREE if features == "three" else [name for name in houses.names if name != "Sale_Price"]
    model_file = Path(out) / f"{features}.safetensors"
    if predict is not None:
        print(value(read_house(predict, houses, THREE, names), names, model_file,
                    f"python -m minigrad demo house-price --features {features} --out {out}"))
        return

    out = folder(out)
    heading(f"House prices from {len(names)} features")
    manual_seed(seed)

    # A fifth of the houses is the test set, used only at the end. Whatever must be chosen (here, the
    # strength of the ridge penalty) is chosen on the validation set.
    rest, test = train_test_split(np.arange(len(houses)), test_size=0.2)
    train, validation = train_test_split(rest, test_size=0.1)
    print(f"{len(train)} houses for training, {len(validation)} for validation, {len(test)} for testing\n")

    # The target is the logarithm of the price, so that errors are relative, like percentages.
    log_price = np.log(houses["Sale_Price"])
    locations = premiums(houses["Neighborhood"][train], houses["Gr_Liv_Area"][train], log_price[train])
    x = figures(houses, names, locations)                                       # (N, 3) or (N, 310)
    scale = {"x_mean": x[train].mean(0), "x_std": x[train].std(0),
             "y_mean": log_price[train].mean(), "y_std": log_price[train].std()}
    x = standardised(x, scale)
    y = ((log_price - scale["y_mean"]) / scale["y_std"]).astype(np.float32)[:, None]    # (N, 1)

    model, optimizer = network(x.shape[1], features)
    print(nn.summary(model, (1, x.shape[1])), "\n")
    model.to(device)
    slower = Schedule(optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs))
    trainer = Trainer(model, F.mse_loss, optimizer, metrics={"r2": R2()}, callbacks=[slower])
    loader = DataLoader(TensorDataset(x[train], y[train]), batch_size=32, shuffle=True)
    fit(trainer, loader, [(x[validation], y[validation])], epochs=epochs)
    # Squares make the worst predictions weigh most: is that why val_loss is above the training loss?
    off = np.square(trainer.predict(x[validation]).cpu().numpy() - y[validation])[:, 0]
    others, worst = np.split(off.argsort(), [-2])
    sold = " and ".join(f"${price:,.0f}" for price in houses["Sale_Price"][validation[worst]])
    print(f"\nTwo of the {len(off)} validation houses, sold for {sold}, make up "
          f"{off[worst].sum() / off.sum():.0%} of val_loss; without them it is {off[others].mean():.4f}.")

    heading(f"On the {len(test)} test houses")
    line, strength = ridge(x[train], y[train], x[validation], y[validation])
    answer = trainer.predict(x[test]).cpu().numpy()
    for who, guess in [(f"linear (ridge, {strength:g})", x[test] @ line), ("network", answer)]:
        guess = guess[:, 0] * scale["y_std"] + scale["y_mean"]
        error = guess - log_price[test]
        r2 = 1 - np.square(error).sum() / np.square(log_price[test] - log_price[test].mean()).sum()
        print(f"{who:<27}  R² {r2:.3f}   rmse of log-price {sqrt(np.square(error).mean()):.3f}   "
              f"median error of the price {np.median(np.abs(np.expm1(error))):.1%}")
    who, r2 = REFERENCE[features]
    print(f"{'reference: ' + who:<27}  R² {r2:.3f}\n")

    scale = {name: np.asarray(each).tolist() for name, each in scale.items()}
    io.save_checkpoint(model_file, model=model, extra={"scale": scale, "locations": locations})
    print(f"Model: {model_file}")
    with pictures(out / f"{features}-loss.png", out / f"{features}-prices.png") as (curve, scatter):
        trainer.history.plot(curve)
        plot_predicted(houses["Sale_Price"][test], np.exp(guess), scatter,
                       # guess: the network's, from the loop
                       name="price in USD", title=f"{len(test)} houses the network has not seen")


def premiums(places, areas, log_price):
    """Turn each neighbourhood into a number: how much more its houses cost than their size suggests.

    It is the mean log-price minus the prediction of a line fitted to the log of the area. Three houses on
    the line are added to each neighbourhood, so that one with few houses stays close to 0.
    """
    above = log_price - np.polyval(np.polyfit(np.log(areas), log_price, 1), np.log(areas))
    there = {str(place): above[places == place] for place in np.unique(places)}
    return {place: float(each.sum() / (len(each) + 3)) for place, each in there.items()}


def figures(houses, names, locations):
    """The network's input features, float64: (N, 3), or for all columns (N, 310)."""
    if names == THREE:
        area, rooms, places = (houses[name] for name in names)
        return np.column_stack([np.log(area), rooms, [locations.get(place, 0.0) for place in places]])
    x, _ = houses.features(names)
    large = (x.min(0) >= 0) & (x.max(0) > 100)      # areas and the like, with a long tail
    return np.where(large, np.log1p(np.where(large, x, 0)), x)


def standardised(x, scale):
    """Scale to mean 0 and standard deviation 1, clipped to 5: a category with one house would be 45."""
    std = np.where(np.asarray(scale["x_std"]) > 0, scale["x_std"], 1)
    return np.clip((x - scale["x_mean"]) / std, -5, 5).astype(np.float32)


def network(inputs, features):
    """The model and its optimizer."""
    if features == "three":
        model = nn.Sequential(nn.Linear(inputs, 10), nn.ReLU(), nn.Linear(10, 1))
        return model, optim.Adam(model.parameters(), lr=0.01)
    model = nn.Sequential(nn.Linear(inputs, 128), nn.GELU(), nn.Dropout(0.1),
                          nn.Linear(128, 64), nn.GELU(), nn.Dropout(0.1), nn.Linear(64, 1))
    # More weights than houses: without strong weight decay the network memorises the houses.
    return model, optim.AdamW(model.parameters(), lr=0.001, weight_decay=3.0)


def ridge(x, y, x_validation, y_validation):
    """(w, s): w minimises |x w - y|² + s |w|², for the s that is best on the validation houses."""
    def weights(s):
        return np.linalg.solve(x.T @ x + s * np.eye(x.shape[1]), x.T @ y)
    return min(((weights(s), s) for s in (1, 10, 30, 100, 300, 1000)),
               key=lambda line: np.square(x_validation @ line[0] - y_validation).mean())


def value(houses, names, model_file, command):
    """Describe the last house and the price that the trained network predicts."""
    features = "three" if names == THREE else "all"
    with trained(model_file, command):
        width = 3 if names == THREE else figures(houses, names, {}).shape[1]
        model, _ = network(width, features)
        extra = io.load_checkpoint(model_file, model=model)
        if not {"scale", "locations"} <= extra.keys():
            raise ValueError(f"{model_file} lacks the scale of the data, so the demo did not write it")
    x = standardised(figures(houses, names, extra["locations"])[-1:], extra["scale"])
    log_price = model.eval()(Tensor(x)).item() * extra["scale"]["y_std"] + extra["scale"]["y_mean"]
    area, rooms, place = (houses[name][-1] for name in THREE)
    return f"{area:,.0f} square feet, {rooms:.0f} rooms, {place}: about ${round(exp(log_price), -2):,.0f}"
