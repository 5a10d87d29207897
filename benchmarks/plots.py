"""Plots of the results: ratios as bars, times as curves, kernels in a roofline plot."""

from pathlib import Path

import numpy as np

from benchmarks import kernels, overhead, scaling
from benchmarks.networks import ALL
from benchmarks.peaks import Roof
from benchmarks.report import of, ours
from minigrad.visual.figure import finish, new_figure

# Distinct for colour-blind readers: Okabe and Ito 2008, "Color Universal Design".
COLOURS = {"minigrad": "#0072B2", "torch": "#E69F00", "numpy": "#009E73", "definition": "#56B4E9",
           "dezero": "#CC79A7", "mygrad": "#D55E00", "pydynet": "#999999", "autograd": "#000000"}
MARKERS = {"minigrad": "o", "torch": "s"}
NAMES = {"torch": "PyTorch", "numpy": "NumPy", "definition": "minigrad, definition"}


def draw(results, about, folder):
    """Write FOLDER/NAME.png for every plot whose suite was measured; return the paths."""
    paths = []
    for name, (suite, title, picture) in PICTURES.items():
        if suite in results:
            figure = picture(results[suite], results)
            if figure is not None:
                figure.suptitle(f"{title}\n{about['processor']}, {about['cores']} cores, "
                                f"{about['threads']} threads each, {about['date']}", fontsize=10)
                paths.append(Path(folder) / f"{name}.png")
                finish(figure, paths[-1])
    return paths


def ratio_bars(names, ratios, ranges=None):
    """Horizontal bars of the ratio to PyTorch on a logarithmic axis, from 1: left is faster, right slower."""
    figure, axes = new_figure(width=7, height=1.2 + 0.26 * len(names))
    axis = axes[0, 0]
    places = np.arange(len(names))[::-1]
    axis.barh(places, np.array(ratios) - 1, left=1, height=0.7,
              color=[COLOURS["minigrad"] if ratio <= 1 else COLOURS["torch"] for ratio in ratios])
    if ranges:
        low, high = np.array(ranges).T
        axis.hlines(places, low, high, color="black", linewidth=1)
    for place, ratio, right in zip(places, ratios, high if ranges else np.maximum(ratios, 1)):
        axis.annotate(f"{ratio:.2f}", (max(right, 1), place), (4, 0), textcoords="offset points", va="center",
                      fontsize=8)
    axis.set_xscale("log")
    ticks = [t for t in (0.01, 0.03, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 100, 300)
             if min(ratios) / 2.5 < t < max([*ratios, *(high if ranges else [])]) * 2.5]
    axis.set_xticks(ticks, [f"{t:g}" for t in ticks])
    axis.minorticks_off()
    axis.set_xlim(min([0.8, *ratios, *(low if ranges else [])]) / 1.1,
                  max([1.25, *ratios, *(high if ranges else [])]) * 1.7)
    axis.set_ylim(-0.6, len(names) - 0.4)
    axis.set_yticks(places, names, fontsize=8)
    axis.axvline(1, color="black", linewidth=1)
    axis.set_xlabel("time / PyTorch's time; below 1 is faster", fontsize=9)
    plain(axis)
    return figure


def workload_bars(rows, results):
    rows = {name: row for name, row in rows.items() if of(row, "minigrad", "ratio")}
    if not rows:
        return None
    names = [ALL[name].__doc__.split(",")[0].removesuffix(".") for name in rows]
    figures = [row["minigrad"] for row in rows.values()]
    return ratio_bars(names, [each["ratio"] for each in figures],
                      [(each["ratio_low"], each["ratio_high"]) for each in figures])


def ratio_rows(rows, results):
    ratios = {name: of(row, "minigrad", "ratio") for name, row in rows.items()
              if of(row, "minigrad", "ratio")}
    return ratio_bars(list(ratios), list(ratios.values())) if ratios else None


def roofline(rows, results):
    """Each kernel's speed over its operations per byte, below the measured limits of the machine."""
    roof = Roof(results["peaks"])
    figure, axes = new_figure(width=9, height=6)
    axis = axes[0, 0]
    works = {name: kernels.ROWS[name] for name in rows}
    intensity = {name: work.flops / work.bytes for name, work in works.items()}
    x = np.geomspace(min(intensity.values()) / 2, max(intensity.values()) * 2, 200)
    for (size, rate), width in (roof.bandwidths[-1], 2), (max(roof.bandwidths, key=lambda each: each[1]), 1):
        axis.plot(x, np.minimum(x * rate, roof.gflops), color="black", linewidth=width,
                  label=f"{rate:.0f} GB/s, sums of {size / 2**20:.3g} MB")
    axis.annotate(f"{roof.gflops:.0f} GFLOP/s", (x[-1], roof.gflops), (-4, 5), textcoords="offset points",
                  ha="right", fontsize=8)
    groups = list(dict.fromkeys(name.split()[0] for name in rows))
    palette = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9"]
    for i, group in enumerate(groups):
        for backward in False, True:
            points = [(intensity[name], works[name].flops / row["minigrad"]["milliseconds"] / 1e6)
                      for name, row in rows.items()
                      if name.split()[0] == group and name.endswith("backward") == backward]
            if points:
                axis.scatter(*zip(*points), s=45, marker="osD^v"[i // len(palette)], linewidths=1.5,
                             color=palette[i % len(palette)],
                             facecolors="none" if backward else palette[i % len(palette)],
                             label=group + " backward" * backward)
    axis.set(xscale="log", yscale="log", xlabel="operations per byte read or written", ylabel="GFLOP/s")
    axis.set_axisbelow(True)
    axis.legend(fontsize=7, loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False)
    axis.grid(color="#eeeeee")
    plain(axis)
    return figure


def scaling_curves(rows, results):
    axes_drawn = [key for key in scaling.AXES if any(name.startswith(key + " ") for name in rows)]
    columns = min(4, len(axes_drawn))
    figure, axes = new_figure(-(-len(axes_drawn) // columns), columns, width=3.4, height=3)
    for axis in axes.flat[len(axes_drawn):]:
        axis.axis("off")
    for axis, key in zip(axes.flat, axes_drawn):
        values = [(int(name.split()[-1]), row) for name, row in rows.items() if name.startswith(key + " ")]
        for who in MARKERS:
            figures = [(n, ours(row) if who == "minigrad" else row.get(who)) for n, row in values]
            points = [(n, each["milliseconds"]) for n, each in figures if each]
            if points:
                axis.plot(*zip(*points), marker=MARKERS[who], color=COLOURS[who], label=NAMES.get(who, who))
        axis.set_xscale("log", base=2)
        axis.set_yscale("log")
        axis.set_xticks([n for n, _ in values], [str(n) for n, _ in values], fontsize=8)
        axis.minorticks_off()
        low, high = axis.get_ylim()
        axis.set_ylim(*(low, high)
                      if high > 10 * low else ((low * high / 10) ** 0.5, (low * high * 10) ** 0.5))
        low, high = axis.get_ylim()
        ticks = [t for e in range(-3, 6) for t in (10.0**e, 2 * 10.0**e, 5 * 10.0**e) if low <= t <= high]
        axis.set_yticks(ticks, [f"{t:g}" for t in ticks], fontsize=8)
        axis.set_title(key, fontsize=9)
        axis.set_ylabel("ms per step", fontsize=8)
        axis.grid(color="#eeeeee")
        plain(axis)
    axes[0, 0].legend(fontsize=8, frameon=False)
    return figure


def overhead_bars(rows, results):
    return grouped_bars(rows, lambda figures: figures["milliseconds"] * 1e3 / overhead.OPS,
                        "microseconds per op", "{:.2f}")


def peer_bars(rows, results):
    if not any("ratio" in figures for row in rows.values() for figures in row.values()):
        return None
    return grouped_bars(rows, lambda figures: figures["ratio"], "time / PyTorch's time, lower is better",
                        "{:.2g}")


def grouped_bars(rows, value, label, form):
    """Bars for each contender, grouped by row."""
    contenders = list(dict.fromkeys(who for row in rows.values() for who in row))
    figure, axes = new_figure(width=3 + 1.7 * len(rows), height=4)
    axis = axes[0, 0]
    width = 0.8 / len(contenders)
    for i, who in enumerate(contenders):
        heights = [value(row[who]) if who in row else np.nan for row in rows.values()]
        bars = axis.bar(np.arange(len(rows)) + (i + 0.5) * width - 0.4, heights, width, color=COLOURS[who],
                        label=NAMES.get(who, who))
        axis.bar_label(bars, ["" if np.isnan(h) else form.format(h) for h in heights], fontsize=7, padding=1)
    axis.set_xticks(np.arange(len(rows)), list(rows), fontsize=9)
    axis.set_ylabel(label, fontsize=9)
    axis.legend(fontsize=8, frameon=False)
    plain(axis)
    return figure


def plain(axis):
    axis.spines[["top", "right"]].set_visible(False)


PICTURES = {    # name: (suite, title, drawing)
    "workloads": ("workloads", "Training steps (W6, W16, W17: forward only): minigrad / PyTorch",
                  workload_bars),
    "chores": ("chores", "The work around a network: minigrad / PyTorch", ratio_rows),
    "kernels": ("kernels", "Single computations: minigrad / PyTorch", ratio_rows),
    "roofline": ("kernels", "minigrad's kernels and the measured limits of the machine", roofline),
    "scaling": ("scaling", "Time of a training step as one size grows", scaling_curves),
    "overhead": ("overhead", f"A chain of {overhead.OPS} additions", overhead_bars),
    "peers": ("peers", "Training steps of frameworks written in NumPy, and of PyTorch", peer_bars),
}
