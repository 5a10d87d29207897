"""torch.autograd.functional: derivatives of functions, from minigrad.func."""

from collections.abc import Callable
from typing import Any

import minigrad
from minigrad.autograd import Tensor


def several(inputs):
    return inputs if isinstance(inputs, tuple) else (inputs,)


def leaves(inputs, create_graph):
    """Tensors to differentiate by: the inputs if a graph is wanted, else leaves of the same numbers."""
    if create_graph:
        return tuple(x if x.requires_grad else x.detach().requires_grad_() for x in inputs)
    return tuple(x.detach().requires_grad_() for x in inputs)


def gradients(outputs, inputs, cotangents, create_graph, strict, name):
    """The gradients of `outputs` at `inputs`, zeros where they do not depend on each other."""
    pairs = [(y, c) for y, c in zip(outputs, cotangents) if y.requires_grad]
    found = [None] * len(inputs)
    if pairs:
        found = minigrad.autograd.grad([y for y, _ in pairs], inputs, [c for _, c in pairs],
                                       create_graph=create_graph, retain_graph=True, allow_unused=True)
    for place, gradient in enumerate(found):
        if strict and gradient is None:
            raise RuntimeError(f"{name}: the outputs do not depend on input {place}")
    return tuple(minigrad.zeros_like(x) if g is None else g for g, x in zip(found, inputs))


def shaped(parts, outputs_tuple, inputs_tuple):
    """`parts[output][input]` without the levels of tuples that the caller did not use."""
    rows = [row if inputs_tuple else row[0] for row in parts]
    return tuple(rows) if outputs_tuple else rows[0]


def detached(value, create_graph):
    if isinstance(value, tuple):
        return tuple(detached(each, create_graph) for each in value)
    return value if create_graph else value.detach()


def jacobian(func: Callable[..., Any], inputs: Any, create_graph: bool = False, strict: bool = False,
             vectorize: bool = False, strategy: str = "reverse-mode") -> Any:
    """The derivative of each output by each input: (*output, *input), in tuples where there are several."""
    xs = leaves(several(inputs), create_graph)
    ys = func(*xs)
    parts = []
    for y in several(ys):
        rows = []
        for place in range(y.numel()):
            unit = minigrad.zeros(y.numel(), dtype=y.dtype)
            unit[place] = 1
            rows.append(gradients([y], xs, [unit.reshape(y.shape)], create_graph, strict, "jacobian"))
        parts.append(tuple(
            minigrad.stack([row[i] for row in rows]).reshape(*y.shape, *x.shape) if rows
            else minigrad.zeros(*y.shape, *x.shape) for i, x in enumerate(xs)))
    return detached(shaped(parts, isinstance(ys, tuple), isinstance(inputs, tuple)), create_graph)


def hessian(func: Callable[..., Tensor], inputs: Any, create_graph: bool = False, strict: bool = False,
            vectorize: bool = False, outer_jacobian_strategy: str = "reverse-mode") -> Any:
    """The second derivatives of a function with one number as its result: shape (*input, *input)."""
    def slopes(*xs):
        y = func(*xs)
        if y.numel() != 1:
            raise RuntimeError(f"hessian: func must return one number, got shape {tuple(y.shape)}")
        return gradients([y], xs, [minigrad.ones_like(y)], True, strict, "hessian")
    found = jacobian(slopes, several(inputs), create_graph, strict)
    return found if isinstance(inputs, tuple) else found[0][0]


def vjp(func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False,
        strict: bool = False) -> tuple[Any, Any]:
    """(func(*inputs), vᵀ J): v has the shape of the output, and may be left out for one number."""
    xs = leaves(several(inputs), create_graph)
    ys = func(*xs)
    vs = several(v) if v is not None else tuple(minigrad.ones_like(y) for y in several(ys))
    if v is None and several(ys)[0].numel() != 1:
        raise RuntimeError("vjp: v may be left out only for a func that returns one number")
    found = gradients(several(ys), xs, vs, create_graph, strict, "vjp")
    return detached((ys, found if isinstance(inputs, tuple) else found[0]), create_graph)


def jvp(func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False,
        strict: bool = False) -> tuple[Any, Any]:
    """(func(*inputs), J v): v has the shape of the inputs, and may be left out for one number."""
    xs = leaves(several(inputs), create_graph)
    ys = func(*xs)
    vs = several(v) if v is not None else tuple(minigrad.ones_like(x) for x in xs)
    found = []
    for y in several(ys):       # J v is the derivative of uᵀ J by u, at any u
        u = minigrad.zeros_like(y).requires_grad_()
        slopes = gradients([y], xs, [u], True, strict, "jvp")
        found.append(gradients(slopes, (u,), vs, create_graph, False, "jvp")[0])
    return detached((ys, tuple(found) if isinstance(ys, tuple) else found[0]), create_graph)


def vhp(func: Callable[..., Tensor], inputs: Any, v: Any = None, create_graph: bool = False,
        strict: bool = False) -> tuple[Tensor, Any]:
    """(func(*inputs), vᵀ H), for a func that returns one number."""
    xs = leaves(several(inputs), create_graph)
    y = func(*xs)
    vs = several(v) if v is not None else tuple(minigrad.ones_like(x) for x in xs)
    slopes = gradients([y], xs, [minigrad.ones_like(y)], True, strict, "vhp")
    found = gradients(slopes, xs, vs, create_graph, strict, "vhp")
    return detached((y, found if isinstance(inputs, tuple) else found[0]), create_graph)


hvp = vhp       # a Hessian is symmetric
