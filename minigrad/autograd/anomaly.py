"""Anomaly mode: stop at the first NaN or inf, and say which op made it and which line called that.

While it is on, two methods of Op and Fused are replaced by versions that look at every number. While it
is off nothing is different, so it costs nothing.
"""

import linecache
import math
import sys
from contextlib import contextmanager
from pathlib import Path

from minigrad.autograd.fused import Fused
from minigrad.autograd.modes import MODE, Switch
from minigrad.autograd.op import Op
from minigrad.autograd.tensor import Tensor
from minigrad.backend import MODULES

INSIDE = tuple(str(Path(__file__).parents[1] / floor) for floor in ("autograd", "ops", "kernels", "nn"))


@contextmanager
def detect_anomaly():
    """Ops and backward() inside raise RuntimeError at the first NaN or inf that their inputs do not have.

    It works in all threads and is slow: use it to find a mistake. Put the forward inside too; of an op
    that was computed outside the line is not known.
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
    """detect_anomaly if `mode`: from now on; as a `with` block until its end."""

    running = None          # the detect_anomaly() that is on

    def __init__(self, mode):
        self.before = self.running is not None
        self.switch(mode)

    def switch(self, mode):
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
        if isinstance(y, Tensor) and MODE.watching:
            found = made([y], [*args, *settings.values()])
            if found:
                raise RuntimeError(f"{op.name} made {found} of inputs that have none\n  {caller()}")
            if y.node is not None and y.node.op is op:
                y.node.place = caller()
        return y
    return watched


def watched_pull(pull):
    def watched(op, node, parents, g, create_graph):
        with unwatched():               # the op has the name that a person knows, not the ops in its rules
            gradients = pull(op, node, parents, g, create_graph)
        found = made(gradients, [g])
        if found:
            raise RuntimeError(f"the gradient of {op.name} made {found} of a gradient that has none; its forward:\n"
                               f"  {getattr(node, 'place', 'ran outside detect_anomaly()')}")
        return gradients
    return watched


class unwatched(Switch):
    name, value = "watching", False


def made(results, inputs):
    """'NaN' or 'inf', if some result has it and no input, else None."""
    for what in ("nan", "inf"):
        if any(has(what, y) for y in results) and not any(has(what, x) for x in inputs):
            return "NaN" if what == "nan" else what


def has(what, value):
    if isinstance(value, Tensor):
        value = value.array
    if isinstance(value, float):
        return getattr(math, "is" + what)(value)
    xp = MODULES.get(type(value))
    return xp is not None and value.dtype.kind == "f" and bool(getattr(xp, "is" + what)(value).any())


def caller():
    """Where the person's code is: the innermost line that is not in the floors that compute."""
    frame = sys._getframe(1)
    while frame.f_back and frame.f_code.co_filename.startswith(INSIDE):
        frame = frame.f_back
    file, line = frame.f_code.co_filename, frame.f_lineno
    return f"{file}:{line}, in {frame.f_code.co_name}: {linecache.getline(file, line).strip()}"
