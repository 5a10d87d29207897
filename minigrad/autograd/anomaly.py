"""Anomaly mode: stop at the first NaN or inf, and name the op that produced it and the line of the call.

While it is on, two methods of Op and Fused are replaced by versions that check every number. While it is off,
nothing is different, so it costs nothing.
"""

import cmath
import linecache
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from minigrad.autograd.fused import Fused
from minigrad.autograd.modes import MODE, Switch
from minigrad.autograd.op import Op
from minigrad.autograd.outputs import Output, Parts
from minigrad.autograd.tensor import Tensor
from minigrad.backend import MODULES

FINITE = {"NaN": "inputs without NaN", "inf": "finite inputs"}
ROOMS = "autograd", "ops", "kernels", "nn", "profiler"       # that stand between the user's line and an op
INSIDE = tuple(str(Path(__file__).parents[1] / room) for room in ROOMS)


@contextmanager
def detect_anomaly() -> Iterator[None]:
    """Inside the block, an op or backward() that produces a new NaN or inf raises RuntimeError.

    It affects all threads and is slow: use it to find a mistake. Compute the forward inside as well, or the
    error of backward() cannot name the line of the op.
    """
    plain = {(kind, name): getattr(kind, name) for kind in (Op, Fused) for name in ("__call__", "pull")}
    for (kind, name), method in plain.items():
        setattr(kind, name, watched_pull(method) if name == "pull" else watched_call(method))
    try:
        yield
    finally:
        for (kind, name), method in plain.items():
            setattr(kind, name, method)


class set_detect_anomaly:
    """Turn detect_anomaly on or off: globally, or for a `with` block."""

    running: Any = None          # the detect_anomaly() block, if it is on

    def __init__(self, mode: bool):
        self.before = self.running is not None
        self.switch(mode)

    def switch(self, mode: bool) -> None:
        kind = type(self)
        if mode and not kind.running:
            kind.running = detect_anomaly()
            kind.running.__enter__()
        elif not mode and kind.running:
            kind.running.__exit__(None, None, None)
            kind.running = None

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.switch(self.before)


def watched_call(call):
    def watched(op, *args, **settings):
        y = call(op, *args, **settings)
        outputs = [each for each in (y if isinstance(y, tuple) else [y]) if isinstance(each, Tensor)]
        if outputs and MODE.watching:
            found = made(outputs, [*args, *settings.values()])
            if found:
                raise RuntimeError(f"{op.name} produced {found} from {FINITE[found]}\n  {caller()}")
            node = outputs[0].node
            if node is not None and isinstance(node.op, Output):
                node = node.parents[0]
            if node is not None and node.op is op:
                node.place = caller()
        return y
    return watched


def watched_pull(pull):
    def watched(op, node, parents, g, create_graph):
        with unwatched():               # name the op that the user called, not the ops in its rules
            gradients = pull(op, node, parents, g, create_graph)
        found = made(gradients, [g])
        if found:
            raise RuntimeError(f"the gradient of {op.name} produced {found} from a gradient without {found}; "
                               f"its forward:\n  {getattr(node, 'place', 'ran outside detect_anomaly()')}")
        return gradients
    return watched


class unwatched(Switch):
    name, value = "watching", False


def made(results, inputs):
    """'NaN' or 'inf' if a result has it and no input does, else None."""
    for what in ("nan", "inf"):
        if any(has(what, y) for y in results) and not any(has(what, x) for x in inputs):
            return "NaN" if what == "nan" else what


def has(what, value):
    if isinstance(value, Parts):            # the gradients of several outputs
        return any(has(what, g) for g in value.parts.values())
    if isinstance(value, Tensor):
        value = value.array
    if isinstance(value, (float, np.inexact)):      # arithmetic on arrays of no axes gives NumPy's numbers
        return getattr(cmath, "is" + what)(value)
    xp = MODULES.get(type(value))
    return xp is not None and value.dtype.kind in "fc" and bool(getattr(xp, "is" + what)(value).any())


def caller():
    """The user's line: the innermost frame outside the rooms that compute."""
    frame = sys._getframe(1)
    while frame.f_back and frame.f_code.co_filename.startswith(INSIDE):
        frame = frame.f_back
    file, line = frame.f_code.co_filename, frame.f_lineno
    return f"{file}:{line}, in {frame.f_code.co_name}: {linecache.getline(file, line).strip()}"
