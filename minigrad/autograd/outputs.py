"""Ops with several outputs: a node for each output, and how their gradients meet at the op's own node.

    node of U  \
    node of S   > node of svd - node of the input
    node of Vh /

The node of an output only says which output its gradient belongs to. At the op's node these gradients add up
as Parts, and the rules read them together.
"""

from collections.abc import Callable

from minigrad.autograd.arrays import dtype_for
from minigrad.autograd.modes import MODE
from minigrad.autograd.op import Node, Op, retensor
from minigrad.autograd.tensor import Tensor
from minigrad.backend import MODULES


class SeveralOutputs(Op):
    """A primitive whose forward returns a tuple of arrays; it returns them as a named tuple.

    A rule asks for an output by its name, and unpacks `g` into the gradient of each: gq, gr = g.
    """

    def __init__(self, forward, kind):
        super().__init__(forward)
        self.tuple, self.results = kind, kind._fields

    def several(self, xp, ys, dtype, arrays, parents, shapes, settings, wanted, boxed):
        """Complete a call of Op: the results as arrays or Tensors; only floats have a gradient."""
        ys = [y if type(y) in MODULES else xp.asarray(y) for y in ys]
        real = [y.dtype.kind in "fc" for y in ys]
        ys = [y.astype(dtype_for(y, arrays)) if each and y.dtype is not dtype else y
              for y, each in zip(ys, real)]
        if not boxed:
            return self.tuple(*ys)
        if not (wanted and (self.rules or any(real)) and MODE.recording):
            return self.tuple(*map(Tensor, ys))
        saved = [*arrays, *ys]
        call = wanted, len(arrays)
        if call not in self.plans:
            self.plans[call] = self.plan(*call)
        for i in self.plans[call]:
            saved[i] = None
        node = Node(self, parents, saved, settings, shapes)
        nodes = output_nodes(node, [(xp, y.shape, y.dtype) if each else None for y, each in zip(ys, real)])
        return self.tuple(*[Tensor(y, True, each) if each else Tensor(y) for y, each in zip(ys, nodes)])

    def lift(self, node, g):
        sources = [*node.parents, *output_nodes(node, g.outputs)]
        return [retensor(value, source) for value, source in zip(node.saved, sources)]


def primitive_with_outputs(kind: type) -> Callable[[Callable[..., tuple]], SeveralOutputs]:
    """Make an op from a function that returns a tuple of arrays; the op returns the named tuple `kind`."""
    return lambda forward: SeveralOutputs(forward, kind)


def output_nodes(node, outputs):
    """A node for each output, None for one that has no gradient."""
    return [each and Node(Output(node.op, i, outputs), [node], [], {}, [None])
            for i, each in enumerate(outputs)]


class Output:
    """The op of one output's node: it passes the gradient on to the node of the call."""

    def __init__(self, op, i, outputs):
        self.op, self.i, self.outputs = op, i, outputs

    @property
    def name(self):
        return f"{self.op.name}[{self.i}]"

    def pull(self, node, parents, g, create_graph):
        return [Parts({self.i: g}, self.outputs)]


class Parts:
    """Gradients of some outputs by their number; they add up like the gradient of one tensor.

    outputs     (library, shape, dtype) of every output; None for one that has no gradient
    """

    shape = None

    def __init__(self, parts, outputs):
        self.parts, self.outputs = parts, outputs

    def __add__(self, other):
        parts = dict(self.parts)
        for i, g in other.parts.items():
            parts[i] = parts[i] + g if i in parts else g
        return Parts(parts, self.outputs)

    def __iter__(self):
        """The gradient of each output: zeros for one that the result does not depend on, or None."""
        lifted = any(isinstance(g, Tensor) for g in self.parts.values())
        for i, each in enumerate(self.outputs):
            g = self.parts.get(i)
            if g is None and each:
                xp, shape, dtype = each
                g = Tensor(xp.zeros(shape, dtype)) if lifted else xp.zeros(shape, dtype)
            yield g
