"""Function: an op with a hand-written forward and backward, as torch.autograd.Function.

    class Sign(Function):                       # a straight-through estimator
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x.sign()

        @staticmethod
        def backward(ctx, g):
            x, = ctx.saved_tensors
            return g * (x.abs() <= 1)

    y = Sign.apply(x)

Both take and return Tensors. A backward written in ops is differentiable, so second derivatives work as for
every op; gradcheck(Sign.apply, x) checks the first. To write an op on arrays, @primitive is shorter and
faster.
"""

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from minigrad.autograd.modes import is_grad_enabled, no_grad
from minigrad.autograd.op import Node, retensor
from minigrad.autograd.outputs import Parts, output_nodes
from minigrad.autograd.tensor import Tensor
from minigrad.backend import MODULES, owner


class Function:
    """Base class: define `forward` and `backward` as static methods, then call `apply`.

    forward(ctx, *args) computes without a graph. backward(ctx, *gradients) takes one gradient per output and
    returns one per argument of forward, None for an argument that is not a tensor. Alternatively
    forward(*args) computes and setup_context(ctx, inputs, output) saves what backward needs.
    """

    setup_context: Any = None

    @staticmethod
    def forward(ctx: Any, *args: Any, **settings: Any) -> Any:
        raise NotImplementedError("a Function needs a static method `forward(ctx, *args)`; define it")

    @staticmethod
    def backward(ctx: Any, *gradients: Any, **settings: Any) -> Any:
        raise NotImplementedError("a Function needs a static method `backward(ctx, *gradients)` that returns "
                                  "a gradient for every argument of forward; define it")

    def __init__(self):
        raise TypeError(f"a Function has no instances; call {type(self).__name__}.apply(x)")

    @classmethod
    def apply(cls, *args: Any) -> Any:
        """The output of forward, a Tensor or a tuple, differentiable by backward."""
        ctx = Context(args)
        with no_grad():
            if cls.setup_context is None:
                y = cls.forward(ctx, *args)
            else:
                y = cls.forward(*args)
                cls.setup_context(ctx, args, y)
        return record(cls, ctx, args, y)


class Context:
    """What forward passes to backward: `ctx.save_for_backward(...)`, and attributes of any name.

    needs_input_grad    for each argument of forward, whether its gradient is needed
    saved_tensors       in backward, the tensors given to save_for_backward
    """

    def __init__(self, args: tuple):
        self.needs_input_grad = tuple(isinstance(a, Tensor) and a.requires_grad for a in args)
        self.saved_tensors: tuple = ()
        self.without_gradient: tuple = ()
        self.materialize = True

    def save_for_backward(self, *tensors: Tensor | None) -> None:
        """Keep tensors for backward: inputs, outputs or intermediate results; None stays None."""
        for i, tensor in enumerate(tensors):
            if tensor is not None and not isinstance(tensor, Tensor):
                kind = type(tensor).__name__
                raise TypeError(f"save_for_backward takes tensors, but argument {i} is {kind}; "
                                "keep other values as attributes: ctx.size = ...")
        self.saved_tensors = tensors

    def mark_non_differentiable(self, *outputs: Tensor) -> None:
        """These outputs require no gradient; backward receives zeros for them."""
        self.without_gradient = outputs

    def set_materialize_grads(self, value: bool) -> None:
        """With False, backward receives None instead of zeros for outputs that do not affect the result."""
        self.materialize = bool(value)

    def mark_dirty(self, *inputs: Tensor) -> None:
        raise RuntimeError("mark_dirty is not supported: return a new tensor from forward, and write it into "
                           "the input with copy_ after apply")


def once_differentiable(backward: Callable) -> Callable:
    """Mark a backward that is not written in ops: second derivatives raise instead of being wrong."""
    backward.once = True    # type: ignore[attr-defined]   # functions take attributes of any name
    return backward


def record(function, ctx, args, y):
    """The outputs y of a call; as Tensors with a node if a graph is recorded."""
    outputs = y if isinstance(y, tuple) else (y,)
    saved, ctx.saved_tensors = ctx.saved_tensors, ()
    parents = [(a.node or a) if wanted else None for a, wanted in zip(args, ctx.needs_input_grad)]
    differentiable = [isinstance(each, Tensor) and each.dtype.kind in "fc"
                      and all(each is not other for other in ctx.without_gradient) for each in outputs]
    ctx.without_gradient = ()
    if not (is_grad_enabled() and any(ctx.needs_input_grad) and any(differentiable)):
        return y
    call = Call(function, ctx, [source(each, args, parents, outputs) for each in saved], outputs)
    node = Node(call, parents, [each if each is None else each.array for each in saved], {},
                [tuple(a.shape) if isinstance(a, Tensor) else () for a in args])
    nodes = call.nodes_of(node)
    given = [owner(a.array) for a in args if isinstance(a, Tensor)]
    results = tuple(Tensor(apart(each.array, given), True, nodes[i]) if wanted
                    else Tensor(each.array) if isinstance(each, Tensor) else each
                    for i, (each, wanted) in enumerate(zip(outputs, differentiable)))
    return results if isinstance(y, tuple) else results[0]


def apart(array, given):
    """The array, copied if it shares memory with an argument: a write into it must not reach the argument."""
    return array.copy() if any(owner(array) is each for each in given) else array


def source(tensor, args, parents, outputs):
    """Where a saved tensor comes from: its node or leaf, the number of an output, or None for a constant.

    An output is not kept: it refers to the node, which would make a reference cycle.
    """
    for arg, parent in zip(args, parents):
        if arg is tensor:
            return parent
    return next((i for i, output in enumerate(outputs) if output is tensor), None)


class Call:
    """The op of one call's node."""

    def __init__(self, function, ctx, sources, outputs):
        self.name, self.function, self.ctx, self.sources = function.__name__, function, ctx, sources
        self.outputs = [(MODULES[type(y.array)], tuple(y.shape), y.dtype) if isinstance(y, Tensor) else None
                        for y in outputs]

    def nodes_of(self, node):
        """The node of each output: the call's own if there is only one output."""
        return [node] if len(self.outputs) == 1 else output_nodes(node, self.outputs)

    def pull(self, node, parents, g, create_graph):
        """The gradient for each of the parents, by the Function's backward; see Node."""
        once = create_graph and getattr(self.function.backward, "once", False)
        gradients = [self.gradient(i, g.parts if isinstance(g, Parts) else {0: g})
                     for i in range(len(self.outputs))]
        ctx = self.ctx
        ctx.needs_input_grad = tuple(parent is not None for parent in parents)
        nodes = self.nodes_of(node)
        sources = [nodes[each] if isinstance(each, int) else each for each in self.sources]
        # Also without create_graph: a backward may compute again inside enable_grad().
        ctx.saved_tensors = tuple(retensor(array, each) for array, each in zip(node.saved, sources))
        try:
            with nullcontext() if create_graph and not once else no_grad():
                found = self.function.backward(ctx, *gradients)
        finally:
            ctx.saved_tensors = ()
        found = self.checked(found if isinstance(found, tuple) else (found,), len(parents))
        if once:
            behind = [*node.parents, *(each.node or each for each in gradients if each is not None
                                       and each.requires_grad)]
            once = Once(self.name)
            found = [each if each is None else Tensor(each.array, True, Node(once, behind, [], {}, []))
                     for each in found]
        return [None if parent is None or each is None else each if create_graph else each.array
                for parent, each in zip(parents, found)]

    def gradient(self, i, parts):
        """The gradient of output i that backward receives."""
        if i in parts:
            return parts[i] if isinstance(parts[i], Tensor) else Tensor(parts[i])
        if self.outputs[i] is None or not self.ctx.materialize:
            return None
        xp, shape, dtype = self.outputs[i]
        return Tensor(xp.zeros(shape, dtype))

    def checked(self, found, count):
        """What backward returned, checked: one gradient for each of the `count` arguments of forward."""
        if len(found) < count or any(each is not None for each in found[count:]):
            raise RuntimeError(f"{self.name}.backward returned {len(found)} gradients, but forward has "
                               f"{count} arguments; return one for each, None for one that needs no gradient")
        for i, each in enumerate(found[:count]):
            if each is not None and not isinstance(each, Tensor):
                raise TypeError(f"{self.name}.backward returned a {type(each).__name__} for argument {i} of "
                                "forward; a gradient is a Tensor or None")
        return found[:count]


class Once:
    """The op of a gradient that has no derivative."""

    def __init__(self, name):
        self.name = name

    def pull(self, node, parents, g, create_graph):
        raise RuntimeError(f"{self.name}.backward is marked once_differentiable, so its gradients have no "
                           "derivative; write it in ops and remove the mark")
