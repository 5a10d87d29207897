"""Full backward hooks: they see the gradients of a module's inputs and outputs.

The inputs pass through a gate into the module, and the outputs leave it as aliases:

    x1, x2 -> gate -> through -> forward -> alias -> y

Backward runs in reverse order of time, so it reaches the gate once, after everything computed from it.
"""

from minigrad.autograd import Tensor, primitive
from minigrad.autograd.fused import alias
from minigrad.backend import MODULES


class Watch:
    """One call of a module with full backward hooks."""

    def __init__(self, module, args):
        self.module, self.count = module, len(args)
        self.places = [i for i, a in enumerate(args) if isinstance(a, Tensor) and a.requires_grad]
        self.into, self.out, self.result = {}, {}, None     # gradients of the arguments and of the outputs

    def inputs(self, args):
        """The arguments; those that require a gradient pass the gate."""
        args = list(args)
        closed = gate(*[args[i] for i in self.places], watch=self) if self.places else None
        for i in self.places:
            args[i] = through(args[i].detach(), closed, watch=self, place=i)
        return args

    def outputs(self, y):
        """Aliases of the outputs whose gradients are recorded."""
        if isinstance(y, (tuple, list)):
            if self.module._backward_pre_hooks:
                raise TypeError(f"register_full_backward_pre_hook: {type(self.module).__name__} "
                                f"returns {len(y)} outputs, but the hook needs one tensor; use "
                                "register_hook on the outputs")
            ys = [self.output(each, i) for i, each in enumerate(y)]
            return y._make(ys) if hasattr(y, "_make") else type(y)(ys)
        return self.output(y, 0)

    def output(self, y, i):
        self.out[i] = None
        if not (isinstance(y, Tensor) and y.requires_grad):
            return y

        def note(g):
            before = g
            for hook in tuple(self.module._backward_pre_hooks):
                changed = hook(self.module, (g,))
                if changed is not None:
                    g = changed[0] if isinstance(changed, tuple) else changed
            self.out[i] = g
            if not self.places:
                self.call_hooks()
            return None if g is before else g
        y = alias(y)
        y.register_hook(note)
        return y

    def call_hooks(self):
        """Run the hooks; returns the gradients of all arguments."""
        grad_input = tuple(map(self.into.get, range(self.count)))
        for hook in tuple(self.module._backward_hooks):
            changed = hook(self.module, grad_input, tuple(self.out.values()))
            if changed is not None:
                grad_input = changed if isinstance(changed, tuple) else (changed,)
        if len(grad_input) != self.count:
            raise ValueError(f"a backward hook of {type(self.module).__name__} returned {len(grad_input)} "
                             f"gradients for {self.count} arguments")
        self.into, self.out = {}, dict.fromkeys(self.out)
        return grad_input


@primitive
def gate(xp, *tensors, watch):
    return xp.zeros((), tensors[0].dtype)


@primitive
def through(xp, x, closed, *, watch, place):
    return x


def open_gate(g, which, shapes, watch):
    """The gradient of one argument; the first request runs the hooks."""
    if watch.result is None:
        watch.result = watch.call_hooks()
    found = watch.result[watch.places[which]]
    if found is None:
        return zeros(g, shapes[which])
    return found if isinstance(g, Tensor) else found.array.copy()       # a hook may have kept it


def note(g, watch, place):
    watch.into[place], watch.result = g if isinstance(g, Tensor) else Tensor(g), None
    return zeros(g, ())


def zeros(g, shape):
    """Zeros of a shape, a Tensor or an array like g."""
    if isinstance(g, Tensor):
        return Tensor(zeros(g.array, shape))
    return MODULES[type(g)].zeros(shape, g.dtype)


gate.defvjp(open_gate)
through.defvjp(None, note)
