"""Function: an op whose forward and backward a person writes by hand, as torch.autograd.Function.

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

Both take Tensors and give Tensors. A backward written in ops is differentiable itself, so second
derivatives come as for every op; gradcheck(Sign.apply, x) tells whether it is the derivative. For a new
op of arrays see @primitive, which is shorter and faster.
"""

from minigrad.autograd.modes import is_grad_enabled, no_grad
from minigrad.autograd.op import Node, retensor
from minigrad.autograd.tensor import Tensor
from minigrad.backend import MODULES


class Function:
    """The base of an op of one's own: define `forward` and `backward`, call `apply`.

    forward(ctx, *args) computes without a graph; backward(ctx, *gradients) takes one gradient per output,
    and returns one per argument of forward, None for what is no tensor. Arguments that only `setup_context`
    should see go with forward(*args) and setup_context(ctx, inputs, output) in its place.
    """

    setup_context = None

    @staticmethod
    def forward(ctx, *args):
        raise NotImplementedError("a Function computes in `forward(ctx, *args)`, a staticmethod; define it")

    @staticmethod
    def backward(ctx, *gradients):
        raise NotImplementedError("a Function that is differentiated needs `backward(ctx, *gradients)`, a "
                                  "staticmethod that returns a gradient for every argument of forward; define it")

    def __init__(self):
        raise TypeError(f"a Function is not made but called: {type(self).__name__}.apply(x)")

    @classmethod
    def apply(cls, *args):
        """The outputs of forward, a Tensor or a tuple, with backward as their derivative."""
        ctx = Context(args)
        with no_grad():
            if cls.setup_context is None:
                y = cls.forward(ctx, *args)
            else:
                y = cls.forward(*args)
                cls.setup_context(ctx, args, y)
        return record(cls, ctx, args, y)


class Context:
    """What forward leaves for backward: `ctx.save_for_backward(...)`, and attributes of any name.

    needs_input_grad    for every argument of forward, is its gradient wanted?
    saved_tensors       in backward, what save_for_backward was given
    """

    def __init__(self, args):
        self.needs_input_grad = tuple(isinstance(a, Tensor) and a.requires_grad for a in args)
        self.saved_tensors = ()
        self.without_gradient = ()
        self.materialize = True

    def save_for_backward(self, *tensors):
        """Keep tensors: inputs, outputs, or what forward computed. None is kept as None."""
        for i, tensor in enumerate(tensors):
            if tensor is not None and not isinstance(tensor, Tensor):
                raise TypeError(f"save_for_backward takes tensors, got {type(tensor).__name__} as number {i}; "
                                "keep other things as attributes: ctx.size = ...")
        self.saved_tensors = tensors

    def mark_non_differentiable(self, *outputs):
        """These outputs do not require gradients; backward is given zeros for them."""
        self.without_gradient = outputs

    def set_materialize_grads(self, value):
        """False: backward is given None, not zeros, for outputs that the result does not depend on."""
        self.materialize = bool(value)

    def mark_dirty(self, *inputs):
        raise RuntimeError("mark_dirty: a graph does not follow writes in place; compute a new tensor in forward")


def once_differentiable(backward):
    """Mark a backward that is not written in ops: gradients of its gradients raise, and are not wrong."""
    backward.once = True
    return backward


def record(function, ctx, args, y):
    """The outputs y of a call as Tensors that know it, where a graph is recorded."""
    outputs = y if isinstance(y, tuple) else (y,)
    saved, ctx.saved_tensors = ctx.saved_tensors, ()
    parents = [(a.node or a) if wanted else None for a, wanted in zip(args, ctx.needs_input_grad)]
    differentiable = [isinstance(each, Tensor) and each.dtype.kind == "f"
                      and all(each is not other for other in ctx.without_gradient) for each in outputs]
    ctx.without_gradient = ()
    if not (is_grad_enabled() and any(ctx.needs_input_grad) and any(differentiable)):
        return y
    call = Call(function, ctx, [source(each, args, parents, outputs) for each in saved], outputs)
    node = Node(call, parents, [each if each is None else each.array for each in saved], {},
                [tuple(a.shape) if isinstance(a, Tensor) else () for a in args])
    results = tuple(Tensor(each.array, True, call.node_of(i, node)) if wanted
                    else Tensor(each.array) if isinstance(each, Tensor) else each
                    for i, (each, wanted) in enumerate(zip(outputs, differentiable)))
    return results if isinstance(y, tuple) else results[0]


def source(tensor, args, parents, outputs):
    """Where a saved tensor comes from: its node or leaf; for an output its place; None for a constant.

    An output is not kept itself, for it refers to the node that would keep it.
    """
    for arg, parent in zip(args, parents):
        if arg is tensor:
            return parent
    return next((i for i, output in enumerate(outputs) if output is tensor), None)


class Call:
    """The op of the node of one call."""

    def __init__(self, function, ctx, sources, outputs):
        self.name, self.function, self.ctx, self.sources = function.__name__, function, ctx, sources
        self.outputs = [(MODULES[type(y.array)], tuple(y.shape), y.dtype) if isinstance(y, Tensor) else None
                        for y in outputs]

    def node_of(self, i, node):
        """The node of output i: the call's own, or where there are several outputs, one that leads to it."""
        return node if len(self.outputs) == 1 else Node(Output(self.name, i), [node], [], {}, [None])

    def pull(self, node, parents, g, create_graph):
        """The gradient for each of the parents, None where there is none."""
        once = create_graph and getattr(self.function.backward, "once", False)
        gradients = [self.gradient(i, g.parts if isinstance(g, Parts) else {0: g})
                     for i in range(len(self.outputs))]
        ctx = self.ctx
        ctx.needs_input_grad = tuple(parent is not None for parent in parents)
        if create_graph:
            sources = [self.node_of(each, node) if isinstance(each, int) else each for each in self.sources]
            ctx.saved_tensors = tuple(retensor(array, each) for array, each in zip(node.saved, sources))
        else:
            ctx.saved_tensors = tuple(array if array is None else Tensor(array) for array in node.saved)
        try:
            if once:
                with no_grad():
                    found = self.function.backward(ctx, *gradients)
            else:
                found = self.function.backward(ctx, *gradients)
        finally:
            ctx.saved_tensors = ()
        found = self.checked(found if isinstance(found, tuple) else (found,), len(parents))
        if once:
            behind = [*node.parents, *(each.node or each for each in gradients if each is not None
                                       and each.requires_grad)]
            found = [each if each is None else Tensor(each.array, True, Node(Once(self.name), behind, [], {}, []))
                     for each in found]
        return [None if parent is None or each is None else each if create_graph else each.array
                for parent, each in zip(parents, found)]

    def gradient(self, i, parts):
        """The gradient of output i as backward is given it."""
        if i in parts:
            return parts[i] if isinstance(parts[i], Tensor) else Tensor(parts[i])
        if self.outputs[i] is None or not self.ctx.materialize:
            return None
        xp, shape, dtype = self.outputs[i]
        return Tensor(xp.zeros(shape, dtype))

    def checked(self, found, count):
        """What backward returned, one for each of the `count` arguments of forward."""
        if len(found) < count or any(each is not None for each in found[count:]):
            raise RuntimeError(f"{self.name}.backward returned {len(found)} gradients, but forward has {count} "
                               "arguments; return one for each, None for what needs no gradient")
        for i, each in enumerate(found[:count]):
            if each is not None and not isinstance(each, Tensor):
                raise TypeError(f"{self.name}.backward returned a {type(each).__name__} for argument {i} of "
                                "forward; a gradient is a Tensor or None")
        return found[:count]


class Output:
    """The op of the node of one output among several: it hands its gradient to the call."""

    def __init__(self, name, i):
        self.name, self.i = f"{name}[{i}]", i

    def pull(self, node, parents, g, create_graph):
        return [Parts({self.i: g})]


class Parts:
    """The gradients of some outputs of a call by their place; they add up like the gradient of a tensor."""

    shape = None

    def __init__(self, parts):
        self.parts = parts

    def __add__(self, other):
        parts = dict(self.parts)
        for i, g in other.parts.items():
            parts[i] = parts[i] + g if i in parts else g
        return Parts(parts)


class Once:
    """The op of a gradient that cannot be differentiated."""

    def __init__(self, name):
        self.name = name

    def pull(self, node, parents, g, create_graph):
        raise RuntimeError(f"{self.name}.backward is marked with once_differentiable, so its gradients have no "
                           "derivative; write it in ops and take the mark away")
