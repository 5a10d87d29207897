"""Writes in place: when arrays of tensors were written to, and what a graph does about it.

A graph saves arrays by reference. If somebody writes into one before backward(), the gradient would be
silently wrong. So every op and every write gets a time from one clock. A node knows when it was computed;
backward() sees with one comparison whether anything was written since, and only then looks closer.
"""

import itertools
import weakref
from typing import Any

from minigrad.autograd.modes import MODE
from minigrad.backend import MODULES, owner

CLOCK = itertools.count(1)      # the time of every op, and of every write into a tensor's array


class Writes:
    """The time of the last write: `last` by the id of the memory, `latest` of all; and `count`, how many."""

    last = {}
    latest = 0
    count = {}


def written(tensor):
    """Record a write into the array, so that a graph that saved it refuses to use it; returns the tensor."""
    memory = owner(tensor.array)
    if id(memory) not in Writes.last:
        weakref.finalize(memory, forget, id(memory))
    Writes.latest = Writes.last[id(memory)] = next(CLOCK)
    Writes.count[id(memory)] = Writes.count.get(id(memory), 0) + 1
    return tensor


def forget(key):
    """The memory with this id is gone."""
    Writes.last.pop(key, None)
    Writes.count.pop(key, None)


def version(tensor: Any) -> int:
    """How often the memory of the tensor was written to in place, through it or another tensor."""
    return Writes.count.get(id(owner(tensor.array)), 0)


def check_leaf(tensor: Any, name: str) -> None:
    """Refuse to write into a leaf that requires grad while a graph records: it would be a leaf no more."""
    if MODE.recording and tensor.requires_grad and tensor.node is None:
        raise RuntimeError(f"{name} writes into a leaf that requires grad, or into a view of it; do it "
                           "inside `with no_grad():`, or compute a new tensor")


def check_unwritten(node):
    """Refuse to differentiate with an array that was written to after the op used it."""
    for array in node.saved:
        if type(array) in MODULES and Writes.last.get(id(owner(array)), 0) > node.time:
            place = getattr(node, "place", None)
            raise RuntimeError(
                f"an array of shape {tuple(array.shape)} that {node.op.name} saved for its gradient was "
                "written to in place before backward(); write into a .clone(), or call backward() first\n  "
                + (f"saved at {place}" if place else
                   "to see the line that saved it, compute inside detect_anomaly()"))
