"""Check derivatives against finite differences: the test that every op must pass.

For a function f and random weights v, the scalar s(x) = sum(v * f(x)) has one derivative per element of each
input. All of them are compared with central differences (s(x + h) - s(x - h)) / 2h. A complex element has
two, ds/da + i ds/db, and of a complex output s takes Re(conj(v) * f(x)).

The truncation error is about h^2 and the rounding error about eps / h, with eps = 2.2e-16 in float64. Their
sum is smallest at h = eps^(1/3) = 6e-6, where both are about eps^(2/3) = 4e-11, relative to the size of s and
of its third derivative. The tolerances are multiples of that.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from minigrad.autograd.arrays import to_numpy
from minigrad.autograd.errors import composed
from minigrad.autograd.modes import enable_grad, no_grad
from minigrad.autograd.reverse import grad
from minigrad.autograd.tensor import Tensor
from minigrad.backend import array_on

EPS = np.finfo(np.float64).eps
STEP = EPS ** (1 / 3)
TOLERANCE = 1e4 * EPS ** (2 / 3)        # 4e-7: allows third derivatives of some thousands


@composed
def gradcheck(f: Callable, inputs: Tensor | Sequence[Any], *, eps: float = STEP, atol: float = TOLERANCE,
              rtol: float = TOLERANCE, raise_exception: bool = True) -> bool:
    """True if the gradients of f at `inputs` equal finite differences in every element.

    f: takes the inputs and returns a Tensor or a tuple of Tensors. inputs: one or several; those that require
    grad are checked and must be float64 or complex128. eps: the step of the differences. Raises
    AssertionError with the input, the element and both numbers if they differ by more than
    atol + rtol * |number|; with raise_exception=False returns False instead.
    """
    return agree(both_ways(f, f, inputs, eps), atol, rtol, raise_exception)


def agree(pairs, atol, rtol, raise_exception):
    """True if the gradient and the differences of each input are equal within the tolerances."""
    trouble = []
    for i, analytic, numeric in pairs:
        off = ~(np.abs(analytic - numeric) <= atol + rtol * np.abs(numeric))
        for element in np.argwhere(off)[:5]:
            at = tuple(int(k) for k in element)
            trouble.append(f"input {i}, element {list(at)}: the rules give {analytic[at]:.10g}, "
                           f"finite differences {numeric[at]:.10g}")
        if off.sum() > 5:
            trouble.append(f"input {i}: {off.sum()} of {off.size} elements are off")
    if trouble and raise_exception:
        raise AssertionError("gradcheck failed\n  " + "\n  ".join(trouble))
    return not trouble


@composed
def gradgradcheck(f: Callable, inputs: Tensor | Sequence[Any], *, eps: float = STEP, atol: float = TOLERANCE,
                  rtol: float = TOLERANCE, raise_exception: bool = True) -> bool:
    """The same as gradcheck for second derivatives: checks the gradients of f's gradients in every element.

    The gradient depends on the inputs and on the weights v of the output; both are checked.
    """
    inputs = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    with no_grad():
        outputs = as_tuple(f(*inputs))
    weights = [weight_like(y, seed + 100) for seed, y in enumerate(outputs) if y.dtype.kind in "fc"]
    count = len(inputs)

    def first(*args, create_graph=True):
        xs, vs = args[:count], args[count:]
        ys = [y for y in as_tuple(f(*xs)) if y.dtype.kind in "fc"]
        used = [(y, v) for y, v in zip(ys, vs) if y.requires_grad]
        wanted = [x for x in xs if isinstance(x, Tensor) and x.requires_grad]
        found = grad([y for y, v in used], wanted, [v for y, v in used],
                     create_graph=create_graph, allow_unused=True)
        return tuple(g for g in found if g is not None)

    inputs = inputs + [Tensor(v.array, requires_grad=True) for v in weights]
    values = partial(first, create_graph=False)     # runs kernels if there are any; equals `first`
    return agree(both_ways(first, values, inputs, eps), atol, rtol, raise_exception)


def both_ways(f, values, inputs, eps):
    """(number of the input, its gradient, its differences) for every input that requires grad.

    The gradient is computed from f, the differences from `values`, which is f or another way to compute it.
    """
    inputs = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    checked = [i for i, x in enumerate(inputs) if isinstance(x, Tensor) and x.requires_grad]
    if not checked:
        raise ValueError("gradcheck: no input requires grad")
    for i in checked:
        if inputs[i].dtype not in (np.float64, np.complex128):
            raise TypeError(f"gradcheck: input {i} is {inputs[i].dtype}; finite differences need "
                            + ("complex128: x.cdouble()" if inputs[i].dtype.kind == "c" else
                               "float64: x.double()"))
    xs = fresh(inputs)
    with enable_grad():
        outputs = as_tuple(f(*xs))
        weights = [weight_like(y, seed) for seed, y in enumerate(outputs)]
        used = [(y, v) for y, v in zip(outputs, weights) if y.requires_grad]
        found = grad([y for y, v in used], [xs[i] for i in checked], [v for y, v in used], allow_unused=True)
    return [(i, np.zeros(inputs[i].shape) if gradient is None else to_numpy(gradient),
             differences(values, inputs, i, weights, eps)) for i, gradient in zip(checked, found)]


def differences(f, inputs, i, weights, eps):
    """The derivative of sum(weights * f) with respect to input i, one element at a time."""
    values = to_numpy(inputs[i]).copy()
    result = np.zeros_like(values)

    def total():
        xs = fresh(inputs)
        xs[i] = Tensor(array_on(values, inputs[i].device), requires_grad=True)
        with enable_grad():
            outputs = as_tuple(f(*xs))
        return sum(float((to_numpy(v).conj() * to_numpy(y)).real.sum()) for v, y in zip(weights, outputs))

    for at in np.ndindex(values.shape):
        x = values[at]
        for part in (1, 1j) if values.dtype.kind == "c" else (1,):      # dL/da + i dL/db
            values[at] = x + eps * part
            above = total()
            values[at] = x - eps * part
            below = total()
            result[at] += (above - below) / (2 * eps) * part
        values[at] = x
    return result


def fresh(inputs):
    """Leaves with the same arrays, outside the caller's graph."""
    return [Tensor(x.array, x.requires_grad) if isinstance(x, Tensor) else x for x in inputs]


def as_tuple(outputs):
    return tuple(outputs) if isinstance(outputs, (tuple, list)) else (outputs,)


def weight_like(y, seed):
    """Random weights in [0.5, 1.5), on y's device; of a complex y, both parts."""
    rng = np.random.default_rng(seed)
    values = rng.uniform(0.5, 1.5, y.shape)
    if y.dtype.kind == "c":
        values = values + 1j * rng.uniform(0.5, 1.5, y.shape)
    return Tensor(array_on(values, y.device))
