"""Hooks: functions that see a gradient during backward(), and may replace it. And what may be a `.grad`."""

from collections.abc import Callable
from operator import attrgetter

from minigrad.autograd.broadcast import copy
from minigrad.autograd.inplace import Follower
from minigrad.autograd.modes import no_grad
from minigrad.autograd.tensor import Tensor


class Handle:
    """Returned when a hook is registered; remove() removes the hook."""

    def __init__(self, hooks: list, hook: Callable):
        self.hooks, self.hook = hooks, hook

    def remove(self) -> None:
        if self.hook in self.hooks:
            self.hooks.remove(self.hook)
        self.hooks = []         # a hook registered twice is removed once per handle


def register_hook(x: Tensor, hook: Callable[[Tensor], Tensor | None]) -> Handle:
    """Call hook(gradient) when backward() knows the gradient of x; it may return another one.

    Returns a handle; handle.remove() removes the hook. Raises RuntimeError if x does not require grad.
    """
    if not x.requires_grad:
        raise RuntimeError("register_hook() on a tensor that does not require grad")
    owner = x.node or x
    if owner.hooks is None:
        owner.hooks = []
    owner.hooks.append(hook)
    return Handle(owner.hooks, hook)


class After:
    """A hook that runs when backward() has filled the .grad of a leaf, and sees the leaf."""

    def __init__(self, hook: Callable[[Tensor], None]):
        self.hook = hook

    def __call__(self, g):
        """It leaves the gradient as it is."""


def register_post_accumulate_grad_hook(x: Tensor, hook: Callable[[Tensor], None]) -> Handle:
    """Call hook(x) each time backward() has added to x.grad.

    Returns a handle; handle.remove() removes the hook. Raises RuntimeError unless x is a leaf that requires
    grad.
    """
    if x.node is not None or not x.requires_grad:
        raise RuntimeError("register_post_accumulate_grad_hook() takes a leaf that requires grad; "
                           "register_hook() takes other tensors")
    return register_hook(x, After(hook))


def run_after(x):
    with no_grad():
        for hook in [each for each in x.hooks if isinstance(each, After)]:
            hook.hook(x)


def retain_grad(x: Tensor) -> None:
    """Let backward() fill `.grad` of x although x is not a leaf."""
    if x.node is not None and not any(isinstance(hook, Keep) for hook in x.node.hooks or ()):
        x.register_hook(Keep(x))


class Keep(Follower):
    """The hook of retain_grad(): it fills the .grad of its tensor."""

    def __call__(self, g):
        x = self.tensor()
        if x is not None:
            x.grad = copy(g, dtype=x.dtype) if x.grad is None else x.grad + g


def run_hooks(hooks, g, held):
    """The gradient after all hooks, retain_grad()'s last; `held` notes the arrays that hooks may keep."""
    for hook in sorted(hooks, key=lambda hook: isinstance(hook, Keep)):
        seen = g if isinstance(g, Tensor) else Tensor(g)
        result = hook(seen)
        held.add(id(seen.array))
        if result is not None:
            if not isinstance(result, Tensor) or result.shape != seen.shape:
                returned = tuple(result.shape) if isinstance(result, Tensor) else repr(result)
                raise ValueError(f"a hook on a tensor of shape {tuple(seen.shape)} returned {returned}; "
                                 "return a gradient of the same shape, or None")
            held.add(id(result.array))
            g = result if isinstance(g, Tensor) else result.array
    return g


def set_grad(x: Tensor, g: Tensor | None) -> None:
    """x.grad = g, where g has x's shape, dtype and device."""
    if g is not None:
        if not isinstance(g, Tensor):
            raise TypeError(f"x.grad must be a Tensor or None, got {type(g).__name__}")
        if g.array.shape != x.array.shape or g.array.dtype != x.array.dtype or g.device != x.device:
            theirs, ours = (f"{tuple(each.shape)}, {each.dtype}, {each.device}" for each in (g, x))
            raise ValueError(f"x.grad must have x's shape, dtype and device: x has {ours}, the gradient has "
                             f"{theirs}")
    x._grad = g             # type: ignore[attr-defined]


def clear_grad(x: Tensor) -> None:
    x._grad = None          # type: ignore[attr-defined]


Tensor.grad = property(attrgetter("_grad"), set_grad, clear_grad)       # type: ignore[assignment]
# The stub of Tensor states both as methods.
Tensor.register_hook = register_hook     # type: ignore[method-assign, assignment]
Tensor.register_post_accumulate_grad_hook = (    # type: ignore[method-assign]
    register_post_accumulate_grad_hook)     # type: ignore[assignment]
Tensor.retain_grad = retain_grad         # type: ignore[method-assign, assignment]
