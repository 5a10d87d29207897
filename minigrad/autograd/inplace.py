"""Writes into tensors that a graph knows: x += y, x[0] = y, x.relu_().

A tensor is an array and the node that computed it. A write changes the array, so the tensor gets a new node;
the old one stays part of the graph, because the new one comes from it. After

    x = a * 2                           a --- mul --- x
    v = x[0]                            a --- mul --- x --- getitem --- v
    v += b

the array of x has changed, too, for v is a view of it. So x is now the old x with a part written over, and v
is again a part of x:

    a --- mul --+-------------------- write --- x --- getitem --- v
                +--- getitem --- add ---+
                         b -------+

The gradient of x goes through `write` in two parts: where it was written over, to the new numbers; everywhere
else, to the old x.

A view knows its base and the way from the base to it, and a base knows its views. A write makes a node for
the base, and then the nodes of its views anew, along their ways. What shares the memory but is no view to
the graph, as x.detach() or a view made inside no_grad(), sees the new numbers only.

If a rule needs an array that a write has changed meanwhile, backward() refuses it; see writes.py.
"""

import weakref
from typing import Any

from minigrad.autograd.arguments import short
from minigrad.autograd.modes import MODE
from minigrad.autograd.op import Node, Op, primitive
from minigrad.autograd.tensor import Tensor
from minigrad.autograd.writes import check_leaf
from minigrad.backend import MODULES, owner


class ViewOp(Op):
    """An op whose result may be a view: the same memory in another shape or order, or a part of it."""

    def __call__(self, *args: Any, **settings: Any) -> Tensor:
        y = Op.__call__(self, *args, **settings)
        if MODE.recording and args and isinstance(args[0], Tensor):
            x, memory = args[0], y.array.base
            if memory is not None and (memory is x.array or memory is x.array.base
                                       or owner(memory) is owner(x.array)):
                connect(y, x, (self, args[1:], settings))
        return y


def view_primitive(forward: Any) -> ViewOp:
    """Like primitive, for an op whose result may be a view of its argument."""
    if not callable(forward):
        raise TypeError(f"view_primitive: forward must be a function, got {short(forward)}")
    return ViewOp(forward)


def connect(view: Tensor, x: Tensor, step: tuple) -> None:
    """Make `view`, the result of `step` on x, a view of x's base.

    The `alias` of a base is the list of its views; that of a view is (its base, the steps from there to it).
    """
    way: tuple = (step,)
    if type(x.alias) is tuple:
        x, before = x.alias
        way = before + way
    if x.alias is None:
        x.alias = []
    elif len(x.alias) >= 64 and not len(x.alias) & len(x.alias) - 1:
        x.alias[:] = [each for each in x.alias if each() is not None]       # forget those that are gone
    if view.alias is None:      # else it is x itself, or was connected by a call with arguments by name
        x.alias.append(weakref.ref(view))
        view.alias = x, way


def follow(way: tuple, x: Any) -> Any:
    """The view of a tensor or array x at the end of the way."""
    for op, args, settings in way:
        x = Op.__call__(op, x, *args, **settings)
    return x


def base_of(x: Tensor) -> tuple[Tensor, tuple]:
    """The base of x, and the way from there to x; x itself and no way if it is no view."""
    return x.alias if type(x.alias) is tuple else (x, ())


def in_graph(name: str, x: Tensor, *values: Any) -> bool:
    """Whether a write of `values` into x belongs to a graph. Raises RuntimeError for a leaf that learns."""
    if not MODE.recording:
        return False
    check_leaf(x, name)
    check_leaf(base_of(x)[0], name)
    return x.dtype.kind in "fc" and (
        x.requires_grad or any(isinstance(each, Tensor) and each.requires_grad for each in values))


def before(x: Tensor) -> Tensor:
    """x as it is now: a tensor with the same node, and a copy of the array, which the graph may keep."""
    return Tensor(x.array.copy(), x.requires_grad, x.node)


def keep(y: Tensor, x: Tensor) -> None:
    """Copy what the node of y saved of x's memory, since x is about to be written to."""
    if y.node is not None:
        memory = owner(x.array)
        y.node.saved = [array.copy() if type(array) in MODULES and owner(array) is memory else array
                        for array in y.node.saved]


def rewire(x: Tensor, value: Any, name: str) -> None:
    """Give x, its base and all views of the base their new nodes, after `value` was written into all of x."""
    base, way = base_of(x)
    learns = isinstance(value, Tensor) and value.requires_grad
    # What is written over as a whole no longer comes from its old numbers.
    old = None if learns and not way else base.node
    new = (value.node or value) if learns else None
    order = sorted(range(base.ndim), key=lambda axis: -abs(base.array.strides[axis]))
    write = Write(name, way, order)
    shape = value.shape if isinstance(value, Tensor) else ()
    renew(base, Node(write, [old, new], [], {}, [base.array.shape, tuple(shape)]))
    for each in base.alias if isinstance(base.alias, list) else ():
        view = each()
        if view is not None and owner(view.array) is owner(base.array):     # else its data was replaced
            renew(view, follow(view.alias[1], base).node)


class Follower:
    """A hook that goes with its tensor to the new node; it refers weakly to the tensor."""

    def __init__(self, tensor):
        self.tensor = weakref.ref(tensor)


def renew(x: Tensor, node: Any) -> None:
    """Give x its new node. Hooks stay at the old node, except what retain_grad() left there."""
    old, x.node, x.requires_grad = x.node, node, True
    for hook in list(old.hooks or ()) if old is not None and node is not None else ():
        if isinstance(hook, Follower) and hook.tensor() is x:
            old.hooks.remove(hook)
            node.hooks = [*(node.hooks or ()), hook]


def become_view(x: Tensor, op: Any, args: tuple, settings: dict) -> None:
    """Turn x into the view op(x, ...) of its memory; a new tensor takes its place as the base."""
    y = x
    if type(x.alias) is not tuple:
        y = Tensor(x.array, x.requires_grad, x.node)
        y.alias, x.alias = x.alias or [], None
        for each in y.alias:
            view = each()
            if view is not None:
                view.alias = y, view.alias[1]
    y = op(y, *args, **settings)
    x.array, x.alias = y.array, y.alias
    if y.node is not None:
        renew(x, y.node)
    if y.alias is not None:
        y.alias[0].alias.append(weakref.ref(x))


class Write:
    """The op of a write's node: its parents are the old base and the new numbers.

    order: the axes of the base from the largest stride to the smallest
    """

    def __init__(self, name, way, order):
        self.name, self.way, self.order = name, way, order

    def pull(self, node: Node, parents: Any, g: Any, create_graph: bool) -> list:
        old, new = parents
        return [None if old is None else erase(g, way=self.way, order=self.order),
                None if new is None else follow(self.way, g)]


@primitive
def erase(xp, g, *, way, order):
    """A copy of g with zeros in the view at the end of the way."""
    # In the memory order of the base, so that the way leads to a view here, too.
    out = xp.empty([g.shape[axis] for axis in order], g.dtype).transpose(inverse(order))
    out[...] = g
    view = follow(way, out)
    view[...] = 0
    return out


erase.defvjp(lambda g, way, order: erase(g, way=way, order=order))


def inverse(order):
    return [order.index(axis) for axis in range(len(order))]
