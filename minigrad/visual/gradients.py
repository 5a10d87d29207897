"""gradient_statistics(model): the size of each parameter's gradient, and hints on what is wrong."""

import copy
import textwrap
from collections import defaultdict, namedtuple
from pathlib import Path
from typing import Any

import numpy as np

from minigrad.autograd import Tensor, to_numpy
from minigrad.nn import Module
from minigrad.optim import Optimizer
from minigrad.visual.figure import finish, new_figure

VANISHING = 1e-4            # fraction of the largest mean |g| among the weights
EXPLODING = 1e3             # norm of all gradients together; losses of order 1 give 0.1 to 10
UPDATE = 1e-5, 1e-1         # update / parameter; about 1e-3 is healthy according to Stanford's CS231n,
                            # notes "Neural Networks Part 3", section "ratio of weights:updates"

Row = namedtuple("Row", "name shape mean std max zeros update")


class GradientStatistics:
    """Gradient statistics with one row per parameter; print() shows them as a table, plot() draws them.

    rows    (name, shape, mean |g|, standard deviation of g, max |g|, fraction of zeros,
            update / parameter). Without a gradient all numbers are None; `update` is also None without an
            optimizer or if the parameter is 0
    norm    of all gradients as one vector
    hints   sentences on what is wrong; empty if nothing is
    """

    def __init__(self, rows, norm, hints):
        self.rows, self.norm, self.hints = rows, norm, hints

    def __str__(self):
        updates = any(row.update is not None for row in self.rows)
        table = [("parameter", "shape", "mean "
                                        "|g|", "std", "max |g|", "zeros", "update/parameter")[:6 + updates]]
        for row in self.rows:
            line = [row.name, str(row.shape)]
            if row.mean is None:
                line += ["no gradient", "", "", ""]
            else:
                line += [f"{row.mean:.1e}", f"{row.std:.1e}", f"{row.max:.1e}", f"{row.zeros:.0%}"]
            table.append((*line, *([""] if row.update is None else [f"{row.update:.1e}"])[:updates]))
        widths = [max(map(len, column)) for column in zip(*table)]
        lines = ["  ".join(text.ljust(width) if i < 2 else text.rjust(width)
                           for i, (text, width) in enumerate(zip(line, widths))).rstrip() for line in table]
        rule = "-" * max(map(len, lines))
        hints = [textwrap.fill(hint, max(79, len(rule)), subsequent_indent="  ") for hint in self.hints]
        return "\n".join([lines[0], rule, *lines[1:], rule, "norm of all gradients: "
                                                            f"{self.norm:.3g}", *hints])

    __repr__ = __str__

    def plot(self, path: str | Path | None = None) -> Any:
        """Plot mean |g| and max |g| of each parameter on a logarithmic scale; return the Figure."""
        rows = [row for row in self.rows if row.mean is not None]
        updates = any(row.update is not None for row in rows)
        figure, axes = new_figure(1, 1 + updates, width=4.5, height=0.22 * len(rows) + 1.2)
        draw(axes[0, 0], rows, "mean", "o", "mean |g|")
        draw(axes[0, 0], rows, "max", "|", "max |g|")
        axes[0, 0].set_yticks(range(len(rows)), [row.name for row in rows], fontsize=8)
        if updates:
            draw(axes[0, 1], rows, "update", "o", "update / parameter")
            axes[0, 1].set_yticks(range(len(rows)), [""] * len(rows))
        for axis in axes.flat:
            axis.set(xscale="log", ylim=(len(rows) - 0.5, -0.5))
            axis.grid(alpha=0.3)
            axis.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2, frameon=False)
        return finish(figure, path)


def draw(axis, rows, field, marker, label):
    """Draw a marker for each row; skip missing values and zeros, which a logarithmic scale cannot show."""
    points = {i: getattr(row, field) for i, row in enumerate(rows) if getattr(row, field)}
    axis.plot(points.values(), points.keys(), marker, label=label)


def gradient_statistics(model: Module, optimizer: Optimizer | None = None) -> GradientStatistics:
    """Compute GradientStatistics of `model`; call it after loss.backward() and before optimizer.step().

    optimizer: also compute the size of its next step relative to each parameter, on a copy.
    Raises RuntimeError if no parameter has a gradient.
    """
    parameters = dict(model.named_parameters())
    if all(p.grad is None for p in parameters.values()):
        raise RuntimeError("gradient_statistics: no parameter has a gradient; call it after "
                           "loss.backward() and before optimizer.zero_grad()")
    updates = {} if optimizer is None else relative_updates(optimizer)
    rows, squares = [], 0.0
    for name, p in parameters.items():
        shape = tuple(p.shape)
        if p.grad is None or not p.numel():
            rows.append(Row(name, shape, None, None, None, None, None))
            continue
        g = to_numpy(p.grad).astype(np.float64)
        with np.errstate(all="ignore"):     # overflow shows as inf or nan in the table
            size = np.abs(g)
            rows.append(Row(name, shape, size.mean().item(), g.std().item(), size.max().item(),
                            np.mean(g == 0).item(), updates.get(p)))
            squares += np.sum(g * g).item()
    norm = squares ** 0.5
    return GradientStatistics(rows, norm, list(hints(rows, parameters, norm)))


def relative_updates(optimizer):
    """Parameter -> |update| / |parameter| of the optimizer's next step, which is computed on copies."""
    twins = {p: twin_of(p) for p in optimizer.parameters()}
    trial = copy.copy(optimizer)
    trial.param_groups = [{**group, "params": [twins[p] for p in group["params"]]}
                          for group in optimizer.param_groups]
    trial.state = defaultdict(dict, {twins[p]: copy.deepcopy(state) for p, state in optimizer.state.items()})
    trial.step()
    ratios = {}
    for p, twin in twins.items():
        before, after = to_numpy(p).astype(np.float64), to_numpy(twin).astype(np.float64)
        size = np.linalg.norm(before)
        if p.grad is not None and size:
            ratios[p] = (np.linalg.norm(after - before) / size).item()
    return ratios


def twin_of(p):
    twin = Tensor(p.array.copy(), p.requires_grad)
    twin.grad = p.grad
    return twin


def hints(rows, parameters, norm):
    """Yield a sentence for each problem with these gradients."""
    given = [row for row in rows if row.mean is not None]
    broken = [row.name for row in given if not np.isfinite(row.max)]
    if broken:
        yield (f"NaN or infinity in the gradient of {listed(broken)}: run forward and backward inside "
               "`with minigrad.detect_anomaly():`, which names the op that produced it first")
        return
    unused = [row.name for row in rows if row.mean is None and parameters[row.name].requires_grad]
    if unused:
        yield f"no gradient for {listed(unused)}: the loss does not depend on it"
    silent = [row.name for row in given if row.max == 0]
    if silent:
        yield f"all zero: the gradient of {listed(silent)}; a later ReLU is never active, or a factor is 0"
    if norm > EXPLODING:
        yield (f"exploding: all gradients together have norm {norm:.2g}; try "
               "nn.utils.clip_grad_norm_(model.parameters(), 1.0), a smaller learning rate, or normalised "
               "inputs and targets")
    weights = {row.name: row.mean / (1 - row.zeros) for row in given if len(row.shape) > 1 and row.max > 0}
    if weights:
        largest = max(weights, key=weights.get)
        lost = [name for name, mean in weights.items() if mean < VANISHING * weights[largest]]
        if lost:
            share = weights[lost[0]] / weights[largest]
            yield (f"vanishing: the gradient of {listed(lost)} is {share:.0e} times that of {largest}; try "
                   "ReLU "
                   "or GELU instead of sigmoid and tanh, normalisation layers, residual connections x + "
                   "f(x), or another initialisation")
    ratios = {row.name: row.update for row in given
              if row.update is not None and len(row.shape) > 1 and row.max > 0}
    fast = [name for name, ratio in ratios.items() if ratio > UPDATE[1]]
    slow = [name for name, ratio in ratios.items() if ratio < UPDATE[0]]
    if fast:
        yield (f"large steps: the next step changes {listed(fast)} by {ratios[fast[0]]:.0%}, but 0.1% is "
               "typical; lower the learning rate")
    if slow:
        yield (f"small steps: the next step changes {listed(slow)} by a fraction of {ratios[slow[0]]:.0e}, "
               "but 0.001 is typical; raise the learning rate")


def listed(names):
    """The first three names and the number of others."""
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more
