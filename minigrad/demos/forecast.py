"""Forecasting: four networks tell how a time series goes on, and four simpler methods try the same.

    x at the last 64 steps -> RNN, LSTM, GRU or WaveNet -> x at each of the next H steps

At every step of a window a network gives its forecast, so one window holds 64 lessons. Each is trained five
times, on a longer past each time, and asked in the months or years that follow it (series.py). A forecast is
worth something only where it beats the best of the simple methods.
"""

import time
from pathlib import Path

import numpy as np

from minigrad import Tensor, io, isnan, manual_seed, models, nn, no_grad, optim, where
from minigrad.data import DataLoader, TensorDataset
from minigrad.demos.lesson import folder, heading, pictures, trained
from minigrad.demos.series import BASELINES, SERIES, Series, Task, errors, with_error
from minigrad.hints import closest
from minigrad.io.checkpoint import read_checkpoint
from minigrad.train import Schedule, Trainer
from minigrad.visual.figure import finish, new_figure

NETS = "rnn", "lstm", "gru", "wavenet"
CERTAIN = 2.78      # standard errors of a mean of 5: 95 % of Student's t with 4 degrees of freedom


def main(epochs: int | None = None, seed: int = 0, device: str = "cpu",
         out: str | Path = "minigrad-demo/forecast", predict: str | None = None, series: str = "co2") -> None:
    asked = known(series)
    dates, y = asked.load()
    task = Task(asked, dates, y)
    model_file = Path(out) / f"{series}.safetensors"
    if predict is not None:
        ahead(predict, task, model_file, f"python -m minigrad demo forecast --series {series} --out {out}")
        return

    out = folder(out)
    heading(f"{asked.title}, {asked.unit}")
    cuts = task.cuts()
    print(f"{len(y):,} {asked.step}s, {dates[0]} to {dates[-1]}, {np.isnan(y).sum()} without a value.\nEach "
          f"method learns {len(cuts)} times, from the first {cuts[0] + 1:,} {asked.step}s to the first "
          f"{cuts[-1] + 1:,},\nand forecasts at each of the {asked.block} {asked.step}s that follow\n")

    forecasts: dict[str, list[np.ndarray]] = {name: [] for name in (*BASELINES, *NETS)}
    for last in cuts:
        for name, forecast in task.baselines(last).items():
            forecasts[name].append(forecast)
    for name in NETS:
        began = time.perf_counter()
        for last in cuts:
            manual_seed(seed)
            model = network(name, task).to(device)
            fit(model, task.training(last), name, epochs or asked.epochs)
            forecasts[name].append(answers(model, task, task.block(last), task.scale(last)))
        weights = sum(p.numel() for p in model.parameters())
        print(f"{name:<8}{weights:7,} weights, trained {len(cuts)} times in "
              f"{time.perf_counter() - began:.0f} s", flush=True)

    rated = {name: errors(each, [task.truth[task.block(last)] for last in cuts])
             for name, each in forecasts.items()}
    for kind, which in (("MAE", 0), ("RMSE", 1)):
        heading(f"{kind} by {asked.step}s ahead: mean of {len(cuts)} blocks ± standard error")
        table({name: with_error(each[which]) for name, each in rated.items()}, asked)
    skill, rival = skills({name: each[1] for name, each in rated.items()})
    heading("Skill: by which part a network's RMSE is below the best baseline's")
    table({name: with_error(each) for name, each in skill.items()}, asked)
    shown = [h - 1 for h in asked.horizons]
    print(f"{'against':<16}  " + "".join(f"{rival[h]:>18}" for h in shown))
    print("\n".join(verdict(name, *with_error(each), asked) for name, each in skill.items()))

    best = min(NETS, key=lambda name: rated[name][1].mean(0)[shown].mean())
    heading(f"{best}, the network with the least error, on the whole series")
    manual_seed(seed)
    model = network(best, task).to(device)
    n = len(y) - 1
    fit(model, task.training(n), best, epochs or asked.epochs, verbose=True)
    loses = [h for h in asked.horizons if skill[best].mean(0)[h - 1] < 0]
    io.save_checkpoint(model_file, model=model, extra={
        "net": best, "scale": [float(each) for each in task.scale(n)], "loses": loses,
        "rmse": [float(each) for each in rated[best][1].mean(0)]})
    print(f"\nModel: {model_file}")
    with pictures(out / f"{series}-forecast.png", out / f"{series}-errors.png") as (lines, curves):
        draw_forecasts(task, best, forecasts, lines)
        draw_errors(rated, asked, curves)


def known(name: str) -> Series:
    if name not in SERIES:
        near = closest(name, SERIES)
        raise ValueError(f"--series: unknown {name!r:.40}, expected one of {', '.join(SERIES)}"
                         + (f"; did you mean {near}?" if near else ""))
    return SERIES[name]


def network(name: str, task: Task) -> nn.Module:
    C, H = task.inputs.shape[1], task.H
    return models.WaveNet(C, H) if name == "wavenet" else models.Recurrent(name, C, H)


def setup(model, name, steps):
    """The optimizer and its schedule: WaveNet has more layers, and takes smaller steps."""
    optimizer = optim.AdamW(model.parameters(), 0.003 if name == "wavenet" else 0.01, weight_decay=0.01)
    return optimizer, optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)


def loss(forecast: Tensor, target: Tensor) -> Tensor:
    """The mean square of the error where the target is known, (N, T, H) each -> ()."""
    there = ~isnan(target)
    error = where(there, forecast - where(there, target, 0.0), 0.0)
    return (error * error).sum() / there.sum()


def fit(model, windows, name, epochs, verbose=False):
    batches = DataLoader(TensorDataset(*windows), batch_size=32, shuffle=True)
    optimizer, schedule = setup(model, name, epochs * len(batches))
    trainer = Trainer(model, loss, optimizer, callbacks=[Schedule(schedule, every="step")], max_grad_norm=1.0)
    trainer.fit(batches, epochs=epochs, verbose=verbose)
    if trainer.stopped:
        raise KeyboardInterrupt


def answers(model, task, steps, scale):
    """What the model forecasts at each of `steps`: (N, H), in the unit of the series."""
    device = next(model.parameters()).device
    with no_grad():
        x = model.eval()(Tensor(task.seen(steps, scale)).to(device))[:, -1].cpu().numpy()       # (N, H)
    return task.in_units(x * scale[1] + scale[0], steps)


def skills(rmse):
    """1 - RMSE / that of the horizon's best baseline: ({network: (BLOCKS, H)}, names of the best (H))."""
    best = np.argmin([rmse[name].mean(0) for name in BASELINES], axis=0)
    least = np.stack([rmse[BASELINES[b]][:, h] for h, b in enumerate(best)], axis=1)
    return {name: 1 - rmse[name] / least for name in NETS}, [BASELINES[b] for b in best]


def table(rows, series):
    shown = [h - 1 for h in series.horizons]
    print(f"{'':<16}  " + "".join(f"{h:>18}" for h in series.horizons))
    for name, (mean, error) in rows.items():
        cells = (f"{mean[h]:.3f} ± {error[h]:.3f}" for h in shown)
        print(f"{name:<16}  " + "".join(f"{cell:>18}" for cell in cells))


def verdict(name, mean, error, series):
    """In words at which horizons a network beats the best baseline; * where that is no chance."""
    found = {"wins": [], "loses": []}
    for h in series.horizons:
        mark = "*" if abs(mean[h - 1]) > CERTAIN * error[h - 1] else ""
        found["wins" if mean[h - 1] > 0 else "loses"].append(f"{h}{mark}")
    said = [f"{how} at {', '.join(where)}" for how, where in found.items() if where]
    return f"{name:<8}{'; '.join(said)} {series.step}s ahead"


def ahead(steps, task, model_file, command):
    """Forecast the steps after the data's end, print and draw them."""
    series, H = task.series, task.H
    if not steps.strip().isdecimal() or not 1 <= int(steps) <= 10 * H:
        raise ValueError(f"--predict: expected a number of {series.step}s from 1 to {10 * H}, got "
                         f"{steps!r:.40}")
    N, n = int(steps), len(task.y)
    with trained(model_file, command):
        extra = read(model_file)
        model = network(extra["net"], task)
        io.load_checkpoint(model_file, model=model)
    dates, y = task.dates, task.y
    while len(y) < n + N:       # more than H steps ahead: what was forecast becomes the past
        longer = Task(series, dates, y)
        more = answers(model, longer, np.array([len(y) - 1]), extra["scale"])[0]
        gap = dates[-1] - dates[-2]
        dates = np.append(dates, dates[-1] + gap * np.arange(1, H + 1))
        y = np.append(y, more)
    print(f"{series.title}, {series.unit}, by the {extra['net']}; ± its RMSE on the rolling split")
    for h in range(1, N + 1):
        error = f"{extra['rmse'][h - 1]:6.2f}" if h <= H else "  unknown"
        print(f"{dates[n + h - 1]}  {y[n + h - 1]:8.2f} ±{error}")
    if N > H:
        print(f"After {H} {series.step}s the forecast feeds on itself, and its error was not measured")
    if extra["loses"]:
        print(f"On the rolling split a baseline was better at {', '.join(map(str, extra['loses']))} "
              f"{series.step}s ahead")
    with pictures(model_file.with_name(f"{model_file.stem}-next.png")) as (path,):
        draw_ahead(task, dates[n:n + N], y[n:n + N], extra["rmse"], path)


def read(model_file):
    extra = read_checkpoint(model_file).get("extra", {})
    if not {"net", "scale", "loses", "rmse"} <= extra.keys():
        raise ValueError(f"{model_file} lacks the scale of the series, so the demo did not write it")
    return extra


def draw_forecasts(task, best, forecasts, path):
    """The last block: the truth, and what the best network and the linear AR said at three steps of it."""
    series, H, last = task.series, task.H, task.cuts()[-1]
    drawn, axes = new_figure(width=9.0, height=4.0)
    axis = axes[0, 0]
    since = slice(last - min(series.block, 3 * H), last + series.block + H)
    measured = np.append(np.nan, task.truth[:-1, 0])
    axis.plot(task.dates[since], measured[since], color="black", linewidth=1, label="truth")
    axis.axvline(task.dates[last], color="grey", linestyle=":", label="end of the last past")
    for name, colour in ((best, "C3"), ("linear AR", "C0")):
        for i, start in enumerate(np.linspace(0, series.block - 1, 4).astype(np.int64)[:3]):
            steps = last + start + np.arange(H + 1)
            line = np.append(task.y[last + start], forecasts[name][-1][start])
            label = None if i else f"{name}, asked at the dots"
            axis.plot(task.dates[steps], line, color=colour, label=label)
            axis.plot(task.dates[last + start], line[0], "o", color=colour, markersize=4)
    axis.set(title=f"{series.title}: forecasts of the next {H} {series.step}s", ylabel=series.unit)
    axis.grid(alpha=0.3)
    axis.legend()
    finish(drawn, path)


def draw_errors(rated, series, path):
    """RMSE by horizon, of each method; bands of one standard error around the networks."""
    drawn, axes = new_figure(width=8.0, height=4.5)
    axis, h = axes[0, 0], np.arange(1, series.horizons[-1] + 1)
    for i, (name, (_, rmse)) in enumerate(rated.items()):
        mean, error = with_error(rmse)
        axis.plot(h, mean, label=name, color=f"C{i}", linestyle="--" if name in BASELINES else "-")
        if name in NETS:
            axis.fill_between(h, mean - error, mean + error, color=f"C{i}", alpha=0.15, linewidth=0)
    axis.set(xlabel=f"{series.step}s ahead", ylabel=f"RMSE, {series.unit}", ylim=(0, None),
             title=f"{series.title}: error by horizon (dashed: baselines)")
    axis.grid(alpha=0.3)
    drawn.legend(loc="outside right center")
    finish(drawn, path)


def draw_ahead(task, dates, values, rmse, path):
    """What comes after the data, with a band of one RMSE as far as it was measured."""
    series, H = task.series, task.H
    drawn, axes = new_figure(width=9.0, height=4.0)
    axis = axes[0, 0]
    axis.plot(task.dates[-4 * H:], task.y[-4 * H:], color="black", linewidth=1, label="measured")
    axis.plot(dates, values, "C3.-", label="forecast")
    few = min(H, len(dates))
    low, high = values[:few] - rmse[:few], values[:few] + rmse[:few]
    axis.fill_between(dates[:few], low, high, color="C3", alpha=0.2, linewidth=0,
                      label="± RMSE on the rolling split")
    axis.set(title=f"{series.title}: after the data", ylabel=series.unit)
    axis.grid(alpha=0.3)
    axis.legend()
    finish(drawn, path)
