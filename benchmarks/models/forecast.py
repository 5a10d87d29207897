"""The demo forecast beside PyTorch: `python -m benchmarks.models.forecast [SERIES] [METHOD ...]`.

SERIES: co2, sunspots or weather; METHOD: rnn, lstm, gru, wavenet or baselines; by default all. It prints the
rows of the tables in docs/models/forecast.md: RMSE at each horizon, mean of five blocks ± standard error.
Both frameworks start from the same weights, and see the same batches in the same order.
"""

import sys
import time

import numpy as np
import torch

import minigrad
from benchmarks.twin import copy_weights, twin
from minigrad import manual_seed
from minigrad.backend import random_state, set_random_state
from minigrad.data import DataLoader, TensorDataset
from minigrad.demos import forecast
from minigrad.demos.series import BASELINES, SERIES, Task, errors, with_error


def theirs(name, task):
    """The network on PyTorch."""
    C, H = task.inputs.shape[1], task.H
    if name == "wavenet":
        return twin("minigrad.models.wavenet").WaveNet(C, H)
    return twin("minigrad.models.forecasters").Recurrent(name, C, H)


def fit(model, windows, name, epochs):
    """What forecast.fit does, in PyTorch; the batches come from the same loader."""
    batches = DataLoader(TensorDataset(*windows), batch_size=32, shuffle=True)
    optimizer = torch.optim.AdamW(model.parameters(), 0.003 if name == "wavenet" else 0.01, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs * len(batches))
    for _ in range(epochs):
        for x, target in batches:
            x, target = torch.from_numpy(x.numpy()), torch.from_numpy(target.numpy())
            there = ~target.isnan()
            error = torch.where(there, model(x) - target.nan_to_num(), 0.0)
            optimizer.zero_grad()
            ((error * error).sum() / there.sum()).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()


def both(name, task, seed=0):
    """([forecasts of minigrad], [of PyTorch], seconds of each), a forecast for each block."""
    given, expected, seconds = [], [], np.zeros(2)
    for last in task.cuts():
        steps, scale, windows = task.block(last), task.scale(last), task.training(last)
        manual_seed(seed)
        ours = forecast.network(name, task)
        other = copy_weights(ours, theirs(name, task))
        state = random_state()
        began = time.perf_counter()
        forecast.fit(ours, windows, name, task.series.epochs)
        between = time.perf_counter()
        given.append(forecast.answers(ours, task, steps, scale))
        set_random_state(state)
        start = time.perf_counter()
        fit(other, windows, name, task.series.epochs)
        seconds += between - began, time.perf_counter() - start
        with torch.no_grad():
            x = other.eval()(torch.from_numpy(task.seen(steps, scale)))[:, -1].numpy()
        expected.append(task.in_units(x * scale[1] + scale[0], steps))
    return given, expected, seconds


def row(label, mean, error, series, seconds=None):
    cells = [f"{mean[h - 1]:.3f} ± {error[h - 1]:.3f}" for h in series.horizons]
    print(f"| {label} | {' | '.join(cells)} | {'' if seconds is None else f'{seconds:.0f} s'} |", flush=True)


def main(name, methods):
    series = forecast.known(name)
    task = Task(series, *series.load())
    truths = [task.truth[task.block(last)] for last in task.cuts()]
    baselines = [task.baselines(last) for last in task.cuts()]
    rmse = {each: errors([block[each] for block in baselines], truths)[1] for each in BASELINES}
    if "baselines" in methods:
        print(f"\n| {name}, {series.step}s ahead | {' | '.join(map(str, series.horizons))} | training |")
        print(f"|---|{'---|' * len(series.horizons)}---|")
        for each in BASELINES:
            row(each, *with_error(rmse[each]), series)
    for net in [net for net in forecast.NETS if net in methods]:
        given, expected, seconds = both(net, task)
        for label, forecasts, took in (("minigrad", given, seconds[0]), ("PyTorch", expected, seconds[1])):
            rmse[net] = errors(forecasts, truths)[1]
            row(f"{net}, {label}", *with_error(rmse[net]), series, took)
            if label == "minigrad":
                skill, _ = forecast.skills(dict.fromkeys(forecast.NETS, rmse[net]) | {
                    each: rmse[each] for each in BASELINES})
        row(f"{net}, skill", *with_error(skill[net]), series)
        print(forecast.verdict(net, *with_error(skill[net]), series))


if __name__ == "__main__":
    torch.set_num_threads(1)
    asked = sys.argv[1:]
    chosen = [name for name in SERIES if name in asked] or [*SERIES]
    nets = [name for name in asked if name not in SERIES] or ["baselines", *forecast.NETS]
    for each in nets:
        if each not in ("baselines", *forecast.NETS):
            sys.exit(f"unknown series or method {each!r}, expected {', '.join(SERIES)}, baselines, "
                     f"{', '.join(forecast.NETS)}")
    for each in chosen:
        main(each, nets)
    print(f"\nminigrad {minigrad.__version__}, NumPy {np.__version__}, PyTorch {torch.__version__}, "
          "one thread each")
