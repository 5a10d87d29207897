"""The table of ops: one row for each thing that an op can do, with an independent NumPy formula.

test_ops.py drives from it the values, the derivatives of first and second order, dtypes, devices and
layouts; test_ops_torch.py the comparison with PyTorch. A row's name begins with PyTorch's name of the op.

    Case("sum dim", reductions.sum, [(2, 3, 4)], lambda x, dim: x.sum(dim), dict(dim=1))
"""

import itertools
import math
import operator
from dataclasses import dataclass, field
from typing import Any, Callable

import numpy as np

import minigrad
from minigrad import Tensor
from minigrad.autograd import grad, to_numpy
from minigrad.ops import (
    activations, attention, convolution, elementwise, indexing, layouts, linalg, losses, methods,
    normalisation, pooling, reductions, shapes)


def plainly(op, *inputs, **settings):
    return op(*inputs, **settings)


def in_a_list(op, *inputs, **settings):
    """How cat and stack are called."""
    return op(list(inputs), **settings)


def equation_first(op, *inputs, equation):
    """How einsum is called."""
    return op(equation, *inputs)


def sizes_apart(op, x, *, sizes):
    """x.reshape(2, 3)."""
    return op(x, *sizes)


def index_behind(op, x, *, index):
    """x[index]."""
    return op(x, index)


@dataclass
class Case:
    """One row.

    inputs      a tuple of sizes: numbers drawn evenly from `domain`; an array: these very numbers
    numpy       the formula, of NumPy arrays and the same settings
    settings    keyword arguments; arrays among them become tensors
    domain      where the numbers are drawn: (low, high), or one such pair for each input
    call        how the op takes its inputs
    elementwise True where the inputs may have any shapes that broadcast
    differentiable  False where the results are booleans, integers or constants
    torch       PyTorch's function, or its name; by default the first word of this name; False: it has none
    regular     True where the inputs are matrices that must stay regular, of float32 or float64
    """

    name: str
    op: Callable
    inputs: list
    numpy: Callable
    settings: dict = field(default_factory=dict)
    domain: Any = (-1.5, 1.5)
    call: Callable = plainly
    elementwise: bool = False
    differentiable: bool = True
    torch: Any = None
    regular: bool = False

    def arrays(self, dtype="float64"):
        """The inputs as NumPy arrays, floating-point ones in `dtype`."""
        rng = np.random.default_rng(len(self.name))
        domains = self.domain if isinstance(self.domain, list) else [self.domain] * len(self.inputs)
        out = []
        for each, domain in zip(self.inputs, domains):
            array = rng.uniform(*domain, each) if isinstance(each, tuple) else np.array(each)
            out.append(array.astype(dtype) if array.dtype.kind == "f" else array)
        return out

    def run(self, tensors, make, op=None):
        """The results of the op, or of PyTorch's, as a tuple; `make` makes tensors of arrays among the settings."""
        settings = {k: make(v) if isinstance(v, np.ndarray) else v for k, v in self.settings.items()}
        return as_tuple(self.call(op or self.op, *tensors, **settings))

    def expected(self, arrays):
        """The formula's results as a tuple of arrays."""
        with np.errstate(all="ignore"):
            return tuple(map(np.asarray, as_tuple(self.numpy(*arrays, **self.settings))))


def as_tuple(results):
    return results if isinstance(results, tuple) else (results,)


def on(device, dtype="float64", requires_grad=False):
    """A function that makes an array a tensor there, of `dtype` if it holds floating-point numbers."""
    def make(array):
        real = array.dtype.kind == "f"
        return minigrad.tensor(array, dtype=dtype if real else None, device=device,
                               requires_grad=requires_grad and real)
    return make


def leaves(case, device, dtype="float64"):
    return [*map(on(device, dtype, case.differentiable), case.arrays())]


def numbers(result):
    return to_numpy(result) if isinstance(result, Tensor) else np.asarray(result)


def assert_close(results, expected, dtype, what="", exact=None):
    """Equal up to 30 roundings, as chains of some ten ops over some ten terms add up to (or up to `exact`),
    relative to the largest number, since terms of that size may have cancelled. Returns the worst difference."""
    worst, exact = 0.0, exact or 30 * np.finfo(dtype).eps
    assert len(results) == len(expected), f"{what} {len(results)} results, {len(expected)} expected"
    for result, right in zip(map(numbers, results), expected):
        assert result.shape == right.shape, f"{what} shape {result.shape}, expected {right.shape}"
        size = np.abs(right[np.isfinite(right)], dtype="f8").max(initial=1)
        np.testing.assert_allclose(result, right, rtol=0, atol=exact * size, err_msg=what)
        finite = np.isfinite(right)
        worst = max(worst, np.abs(np.subtract(result[finite], right[finite], dtype="f8")).max(initial=0) / size)
    return worst


def gradients(results, inputs, **settings):
    """The gradients of half the sum of squares of all results."""
    results = [y for y in results if isinstance(y, Tensor) and y.requires_grad]
    return grad(results, [x for x in inputs if x.requires_grad], [y.detach() for y in results], **settings)


def assert_alone_as_together(f, inputs):
    """An input's gradient, and the gradients of that, are those of the full call where it alone is asked for,
    and where it alone wants one. Returns of how many inputs."""
    wanted = [x for x in inputs if x.requires_grad]

    def both_orders(x, asked, by):
        """The gradient by kernels, the one that can be differentiated, and the gradients of this one."""
        plain, first = (dict(zip(map(id, asked), gradients(
            as_tuple(f(*inputs)), asked, create_graph=twice, allow_unused=True)))[id(x)] for twice in (False, True))
        found = [plain, first]
        if first is not None:
            found += gradients([first], by, allow_unused=True)
        return [np.zeros(()) if g is None else numbers(g.detach()) for g in found]

    for at, x in enumerate(wanted):
        what = f"input {at} of {len(wanted)}"
        together = both_orders(x, wanted, wanted)
        assert_close(both_orders(x, [x], wanted), together, "float64", what + ", alone asked for:")
        for other in wanted:
            other.requires_grad = other is x
        by_itself = together[:2] + together[2 + at:3 + at]
        assert_close(both_orders(x, [x], [x]), by_itself, "float64", what + ", all others frozen:")
        for other in wanted:
            other.requires_grad = True
    return len(wanted)


CASES = []


def row(*args, **kwargs):
    CASES.append(Case(*args, **kwargs))


# Elementwise, one argument


def at(*points):
    """A formula of Python's math module, elementwise."""
    return np.vectorize(*points, otypes=["f8"])


POSITIVE = (0.2, 1.5)

for name, formula, domain in [
        ("neg", np.negative, (-1.5, 1.5)),
        ("abs", np.fabs, (-1.5, 1.5)),
        ("sign", lambda x: (x > 0) * 1.0 - (x < 0), (-1.5, 1.5)),
        ("square", lambda x: x**2, (-1.5, 1.5)),
        ("reciprocal", lambda x: x**-1.0, POSITIVE),
        ("sqrt", at(math.sqrt), POSITIVE),
        ("rsqrt", lambda x: x**-0.5, POSITIVE),
        ("exp", at(math.exp), (-1.5, 1.5)),
        ("exp2", lambda x: 2**x, (-1.5, 1.5)),
        ("expm1", at(math.expm1), (-1.5, 1.5)),
        ("log", at(math.log), POSITIVE),
        ("log1p", at(math.log1p), (-0.5, 1.5)),
        ("log2", at(math.log2), POSITIVE),
        ("log10", at(math.log10), POSITIVE),
        ("sin", at(math.sin), (-4, 4)),
        ("cos", at(math.cos), (-4, 4)),
        ("tan", at(math.tan), (-1.2, 1.2)),
        ("asin", at(math.asin), (-0.9, 0.9)),
        ("acos", at(math.acos), (-0.9, 0.9)),
        ("atan", at(math.atan), (-3, 3)),
        ("sinh", at(math.sinh), (-1.5, 1.5)),
        ("cosh", at(math.cosh), (-1.5, 1.5)),
        ("tanh", at(math.tanh), (-1.5, 1.5)),
        ("asinh", at(math.asinh), (-1.5, 1.5)),
        ("acosh", at(math.acosh), (1.3, 3)),
        ("atanh", at(math.atanh), (-0.9, 0.9)),
        ("erf", at(math.erf), (-5, 5)),
        ("floor", at(math.floor), (-2.5, 2.5)),
        ("ceil", at(math.ceil), (-2.5, 2.5)),
        ("trunc", at(math.trunc), (-2.5, 2.5)),
        ("round", at(round), (-2.5, 2.5)),
        ("frac", lambda x: np.modf(x)[0], (-2.5, 2.5))]:
    row(name, getattr(elementwise, name), [(3, 4)], formula, domain=domain, elementwise=True)

row("round decimals", elementwise.round, [(3, 4)], lambda x, decimals: np.rint(x * 100) / 100,
    dict(decimals=2))


def logistic(x):
    return 1 / (1 + np.exp(-x))


def normal_cdf(x):
    return at(lambda x: (1 + math.erf(x / math.sqrt(2))) / 2)(x)


SELU_SCALE, SELU_ALPHA = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717

for name, formula in [
        ("relu", lambda x: np.where(x > 0, x, 0)),
        ("sigmoid", logistic),
        ("softplus", lambda x: np.log(1 + np.exp(x))),
        ("logsigmoid", lambda x: -np.log(1 + np.exp(-x))),
        ("silu", lambda x: x * logistic(x)),
        ("gelu", lambda x: x * normal_cdf(x)),
        ("leaky_relu", lambda x: np.where(x > 0, x, 0.01 * x)),
        ("elu", lambda x: np.where(x > 0, x, np.exp(x) - 1)),
        ("selu", lambda x: SELU_SCALE * np.where(x > 0, x, SELU_ALPHA * (np.exp(x) - 1))),
        ("celu", lambda x: np.where(x > 0, x, np.exp(x) - 1)),
        ("mish", lambda x: x * np.tanh(np.log(1 + np.exp(x)))),
        ("relu6", lambda x: np.minimum(np.maximum(x, 0), 6)),
        ("hardtanh", lambda x: np.minimum(np.maximum(x, -1), 1)),
        ("hardsigmoid", lambda x: np.minimum(np.maximum(x / 6 + 0.5, 0), 1)),
        ("hardswish", lambda x: x * np.minimum(np.maximum(x / 6 + 0.5, 0), 1)),
        ("softsign", lambda x: x / (1 + np.abs(x))),
        ("tanhshrink", lambda x: x - np.tanh(x))]:
    row(name, getattr(activations, name), [(4, 5)], formula, domain=(-7.5, 7.5), elementwise=True)

for name, formula, settings in [
        ("softplus beta", lambda x, beta, threshold: np.where(
            x * beta > threshold, x, np.log(1 + np.exp(x * beta)) / beta), dict(beta=2.0, threshold=5.0)),
        ("gelu tanh", lambda x, approximate: 0.5 * x * (
            1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))), dict(approximate="tanh")),
        ("leaky_relu slope", lambda x, negative_slope: np.where(x > 0, x, negative_slope * x),
         dict(negative_slope=0.3)),
        ("elu alpha", lambda x, alpha: np.where(x > 0, x, alpha * (np.exp(x) - 1)), dict(alpha=0.7)),
        ("celu alpha", lambda x, alpha: np.where(x > 0, x, alpha * (np.exp(x / alpha) - 1)), dict(alpha=0.7)),
        ("hardtanh limits", lambda x, min_val, max_val: np.minimum(np.maximum(x, min_val), max_val),
         dict(min_val=-2.0, max_val=0.5)),
        ("threshold", lambda x, threshold, value: np.where(x > threshold, x, value),
         dict(threshold=0.1, value=7.0))]:
    row(name, getattr(activations, name.split()[0]), [(4, 5)], formula, settings, domain=(-7.5, 7.5))

row("glu", activations.glu, [(3, 4)], lambda x: x[:, :2] * logistic(x[:, 2:]))
row("glu dim", activations.glu, [(4, 3)], lambda x, dim: x[:2] * logistic(x[2:]), dict(dim=0))
row("prelu", activations.prelu, [(2, 3, 2), (3,)], lambda x, w: np.where(x > 0, x, w[:, None] * x))
row("prelu one slope", activations.prelu, [(2, 3), (1,)], lambda x, w: np.where(x > 0, x, w * x))

# Elementwise, two arguments

for name, formula, domain in [
        ("add", np.add, (-1.5, 1.5)),
        ("sub", np.subtract, (-1.5, 1.5)),
        ("mul", np.multiply, (-1.5, 1.5)),
        ("div", np.divide, POSITIVE),
        ("true_divide", np.divide, POSITIVE),
        ("floor_divide", lambda a, b: np.floor(a / b), [(-5, 5), POSITIVE]),
        ("remainder", lambda a, b: a - b * np.floor(a / b), [(-5, 5), (0.5, 1.5)]),
        ("fmod", lambda a, b: a - b * np.trunc(a / b), [(-5, 5), (0.5, 1.5)]),
        ("pow", lambda a, b: np.exp(b * np.log(a)), [POSITIVE, (-1.5, 1.5)]),
        ("maximum", lambda a, b: np.where(a > b, a, b), (-1.5, 1.5)),
        ("minimum", lambda a, b: np.where(a < b, a, b), (-1.5, 1.5)),
        ("atan2", at(math.atan2), (-1.5, 1.5)),
        ("hypot", at(math.hypot), (-1.5, 1.5)),
        ("logaddexp", lambda a, b: np.log(np.exp(a) + np.exp(b)), (-1.5, 1.5)),
        ("xlogy", lambda a, b: a * np.log(b), POSITIVE)]:
    row(name, getattr(elementwise, name), [(3, 4), (3, 4)], formula, domain=domain, elementwise=True)

for exponent in (2, 3, 0.5, -0.5, -1, 1, 0, 1.7, 4):
    row(f"pow {exponent}", elementwise.pow, [(3, 4)], lambda a, b: np.exp(b * np.log(a)),
        dict(b=exponent), domain=POSITIVE, call=lambda op, a, *, b: op(a, b))
row("pow 2 of negative numbers", elementwise.pow, [(3, 4)], lambda a, b: a * a, dict(b=2),
    call=lambda op, a, *, b: op(a, b))
row("pow of a number", elementwise.pow, [(3, 4)], lambda b, a: np.exp(b * np.log(a)), dict(a=1.7),
    call=lambda op, b, *, a: op(a, b))
row("div floor", elementwise.div, [(3, 4), (3, 4)], lambda a, b, rounding_mode: np.floor(a / b),
    dict(rounding_mode="floor"), domain=[(-5, 5), POSITIVE])
row("div trunc", elementwise.div, [(3, 4), (3, 4)], lambda a, b, rounding_mode: np.trunc(a / b),
    dict(rounding_mode="trunc"), domain=[(-5, 5), POSITIVE])

for name, formula in [("eq", operator.eq), ("ne", operator.ne), ("lt", operator.lt), ("le", operator.le),
                      ("gt", operator.gt), ("ge", operator.ge)]:
    row(name, getattr(elementwise, name), [np.array([1.0, 2.0, 2.0]), np.array([2.0, 2.0, 1.0])],
        formula, differentiable=False)

for name, formula in [("logical_and", lambda a, b: (a != 0) & (b != 0)),
                      ("logical_or", lambda a, b: (a != 0) | (b != 0)),
                      ("logical_xor", lambda a, b: (a != 0) ^ (b != 0))]:
    row(name, getattr(elementwise, name),
        [np.array([0.0, 0.0, 2.0, 2.0]), np.array([0.0, 3.0, 0.0, 3.0])], formula,
        differentiable=False)

for name, formula in [("bitwise_and", operator.and_), ("bitwise_or", operator.or_),
                      ("bitwise_xor", operator.xor)]:
    op = getattr(elementwise, name)
    row(name, op, [np.array([0, 5, 6, -1]), np.array([3, 3, 12, 7])], formula, differentiable=False)
    row(f"{name} of booleans", op, [np.array([True, True, False]), np.array([True, False, False])],
        formula, differentiable=False)

SPECIAL = np.array([0.0, -1.0, np.nan, np.inf, -np.inf])
row("isnan", elementwise.isnan, [SPECIAL], lambda x: x != x, differentiable=False)
row("isinf", elementwise.isinf, [SPECIAL], lambda x: np.abs(x) == np.inf, differentiable=False)
row("isfinite", elementwise.isfinite, [SPECIAL], lambda x: x - x == 0, differentiable=False)
row("logical_not", elementwise.logical_not, [SPECIAL], lambda x: x == 0, differentiable=False)
row("bitwise_not", elementwise.bitwise_not, [np.array([0, 5, -1])], operator.inv, differentiable=False)
row("bitwise_not of booleans", elementwise.bitwise_not, [np.array([True, False])], operator.inv,
    differentiable=False)
row("isclose", elementwise.isclose,
    [np.array([1.0, 1.0, np.nan, np.inf]), np.array([1 + 1e-7, 1.1, np.nan, np.inf])],
    lambda a, b: np.array([True, False, False, True]), differentiable=False)
row("isclose equal_nan", elementwise.isclose, [np.array([1.0, np.nan]), np.array([1.05, np.nan])],
    lambda a, b, **settings: np.array([True, True]), dict(rtol=0.1, atol=0.0, equal_nan=True),
    differentiable=False)
row("allclose", reductions.allclose, [np.array([1.0, 2.0]), np.array([1.0, 2.0 + 1e-7])],
    lambda a, b: True, differentiable=False)
row("allclose not", reductions.allclose, [np.array([1.0, 2.0]), np.array([1.0, 2.1])],
    lambda a, b: False, differentiable=False)
row("equal", reductions.equal, [np.array([1.0, 2.0]), np.array([1.0, 2.0])], lambda a, b: True,
    differentiable=False)
row("equal not", reductions.equal, [np.array([1.0]), np.array([1.0, 1.0])], lambda a, b: False,
    differentiable=False)

CHOICE = np.array([[True], [False], [True]])
row("where", elementwise.where, [CHOICE, (3, 4), (3, 4)], lambda c, a, b: c * a + ~c * b)
row("where of a number", elementwise.where, [CHOICE, (3, 4)], lambda c, a: np.where(c, a, 2.0),
    call=lambda op, c, a: op(c, a, 2.0))
row("where Tensor", Tensor.where, [(3, 4), CHOICE, (3, 4)], lambda a, c, b: np.where(c, a, b),
    torch=lambda a, c, b: a.where(c, b))
row("clamp", elementwise.clamp, [(3, 4)],
    lambda x, min, max: np.where(x < min, min, np.where(x > max, max, x)), dict(min=-0.5, max=0.7))
row("clamp min", elementwise.clamp, [(3, 4)], lambda x, min: np.where(x < min, min, x), dict(min=0.2))
row("clamp max", elementwise.clamp, [(3, 4)], lambda x, max: np.where(x > max, max, x), dict(max=0.2))
row("clamp by tensors", elementwise.clamp, [(3, 4), (3, 4), (3, 4)], lambda x, low, high: np.minimum(
    np.maximum(x, low), high), domain=[(-3, 3), (-1, 0), (0, 1)])
row("lerp", elementwise.lerp, [(3, 4), (3, 4), (3, 4)], lambda a, b, w: a * (1 - w) + b * w)
row("lerp by a number", elementwise.lerp, [(3, 4), (3, 4)], lambda a, b, weight: a * 0.7 + b * 0.3,
    dict(weight=0.3))
row("addcmul", elementwise.addcmul, [(3, 4), (3, 1), (4,)], lambda x, a, b, value: x + value * a * b,
    dict(value=0.5))
row("addcdiv", elementwise.addcdiv, [(3, 4), (3, 1), (4,)], lambda x, a, b, value: x + value * a / b,
    dict(value=0.5), domain=POSITIVE)
row("nan_to_num", elementwise.nan_to_num, [np.array([1.0, np.nan])], lambda x: np.array([1.0, 0.0]),
    differentiable=False)
row("nan_to_num numbers", elementwise.nan_to_num, [np.array([1.5, np.nan, np.inf, -np.inf])],
    lambda x, **settings: np.array([1.5, 1, 2, 3]), dict(nan=1.0, posinf=2.0, neginf=3.0),
    differentiable=False)
row("to float64", methods.to, [(3, 4)], lambda x, dtype: x.astype(dtype),
    dict(dtype=np.dtype("float64")), torch=False)
row("clone", methods.clone, [(3, 4)], np.copy)
row("contiguous", layouts.contiguous, [(3, 4)], np.copy)
row("contiguous channels_last", layouts.contiguous, [(2, 3, 2, 4)], lambda x, memory_format: x,
    dict(memory_format=minigrad.channels_last), torch=lambda x, memory_format: x.contiguous())
row("is_contiguous", layouts.is_contiguous, [(3, 4)], lambda x: (True, False), differentiable=False,
    call=lambda op, x: (op(x.contiguous()), op(x.contiguous().T)))

# Reductions

for name, formula in [
        ("sum", np.sum), ("mean", np.mean), ("amax", np.max), ("amin", np.min),
        ("var", lambda x, axis, keepdims=False: (
            (x - x.mean(axis, keepdims=True))**2).sum(axis, keepdims=keepdims) / (x.size / x.sum(axis).size - 1)),
        ("std", lambda x, axis, keepdims=False: np.std(x, axis, ddof=1, keepdims=keepdims)),
        ("logsumexp", lambda x, axis, keepdims=False: np.log(np.exp(x).sum(axis, keepdims=keepdims))),
        ("norm", lambda x, axis, keepdims=False: (x**2).sum(axis, keepdims=keepdims)**0.5),
        ("nansum", np.nansum)]:
    op = getattr(reductions, name)
    for settings in (dict(dim=1), dict(dim=(0, -1)), dict(dim=-1, keepdim=True),
                     dict(dim=(0, 1, 2), keepdim=True)):
        row(f"{name} " + " ".join(f"{k}={v}" for k, v in settings.items()), op, [(2, 3, 4)],
            lambda x, dim, keepdim=False, formula=formula: formula(x, axis=dim, keepdims=keepdim), settings,
            torch=False if name == "norm" and settings["dim"] == (0, 1, 2) else None)   # two axes at most
    if name != "logsumexp":     # which asks for dim, as PyTorch's
        row(name, op, [(2, 3)], lambda x, formula=formula: formula(x, axis=None))

for name, formula in [("prod", np.prod), ("cumsum", lambda x, dim: x @ np.triu(np.ones((4, 4)))),
                      ("softmax", lambda x, dim: np.exp(x) / np.exp(x).sum(dim, keepdims=True)),
                      ("log_softmax", lambda x, dim: x - np.log(np.exp(x).sum(dim, keepdims=True)))]:
    row(f"{name} dim", getattr(reductions, name), [(2, 3, 4)],
        lambda x, dim, formula=formula: formula(x, dim), dict(dim=-1))
row("cumsum first", reductions.cumsum, [(4, 3)], lambda x, dim: np.tril(np.ones((4, 4))) @ x, dict(dim=0))
row("softmax first", reductions.softmax, [(4, 3)], lambda x, dim: np.exp(x) / np.exp(x).sum(0),
    dict(dim=0))
row("prod", reductions.prod, [(5,)], lambda x: x[0] * x[1] * x[2] * x[3] * x[4])
row("prod keepdim", reductions.prod, [(3, 2)], lambda x, dim, keepdim: x[:1] * x[1:2] * x[2:],
    dict(dim=0, keepdim=True))
row("var correction", reductions.var, [(3, 4)], lambda x, dim, correction: np.var(x, dim),
    dict(dim=1, correction=0))
row("var unbiased", reductions.var, [(3, 4)], lambda x, unbiased: np.var(x), dict(unbiased=False))
row("std correction", reductions.std, [(3, 4)], lambda x, dim, correction: np.std(x, dim),
    dict(dim=1, correction=0))
row("var_mean", reductions.var_mean, [(3, 4)], lambda x, dim: (np.var(x, 1, ddof=1), np.mean(x, 1)),
    dict(dim=1))
row("var_mean keepdim", reductions.var_mean, [(3, 4)], lambda x, dim, keepdim: (
    np.var(x, 1, ddof=1, keepdims=True), np.mean(x, 1, keepdims=True)), dict(dim=1, keepdim=True))
row("std_mean", reductions.std_mean, [(3, 4)], lambda x, dim: (np.std(x, 0, ddof=1), np.mean(x, 0)),
    dict(dim=0))
for p in (1, 3, 2.5, 0, math.inf, -math.inf, "fro"):
    row(f"norm p={p}", reductions.norm, [(3, 4)],
        lambda x, p, dim: np.linalg.norm(x, 2 if p == "fro" else p, dim), dict(p=p, dim=1))

row("max", reductions.max, [(3, 4)], lambda x: sorted(x.ravel())[-1])
row("min", reductions.min, [(3, 4)], lambda x: sorted(x.ravel())[0])
row("median", reductions.median, [(3, 4)], lambda x: sorted(x.ravel())[5])
row("max dim", reductions.max, [(3, 4)],
    lambda x, dim: (np.sort(x, 1)[:, -1], np.argsort(x, 1)[:, -1]), dict(dim=1))
row("min dim", reductions.min, [(3, 4)], lambda x, dim: (np.sort(x, 0)[0], np.argsort(x, 0)[0]),
    dict(dim=0))
row("max keepdim", reductions.max, [(3, 4)], lambda x, dim, keepdim: (
    np.sort(x, -1)[:, -1:], np.argsort(x, -1)[:, -1:]), dict(dim=-1, keepdim=True))
row("median dim", reductions.median, [(3, 4)],
    lambda x, dim: (np.sort(x, 1)[:, 1], np.argsort(x, 1)[:, 1]), dict(dim=1))
row("median keepdim", reductions.median, [(3, 4)],
    lambda x, dim, keepdim: (np.sort(x, 0)[1:2], np.argsort(x, 0)[1:2]), dict(dim=0, keepdim=True))
row("max of two", reductions.max, [(3, 4), (4,)], lambda a, b: np.where(a > b, a, b))
row("min of two", reductions.min, [(3, 4), (4,)], lambda a, b: np.where(a < b, a, b))
row("aminmax", reductions.aminmax, [(3, 4)], lambda x, dim, keepdim: (
    x.min(1, keepdims=True), x.max(1, keepdims=True)), dict(dim=1, keepdim=True))
row("sort", reductions.sort, [(3, 4)], lambda x: (np.sort(x, -1), np.argsort(x, -1)))
row("sort descending", reductions.sort, [(3, 4)], lambda x, dim, descending: (
    -np.sort(-x, 0), np.argsort(-x, 0)), dict(dim=0, descending=True))
row("topk", reductions.topk, [(3, 4)],
    lambda x, k: (-np.sort(-x, -1)[:, :2], np.argsort(-x, -1)[:, :2]), dict(k=2))
row("topk smallest", reductions.topk, [(4, 3)], lambda x, k, dim, largest: (
    np.sort(x, 0)[:2], np.argsort(x, 0)[:2]), dict(k=2, dim=0, largest=False))
row("all", reductions.all, [np.array([[1.0, 0.0], [2.0, 3.0]])], lambda x: False, differentiable=False)
row("all dim", reductions.all, [np.array([[1.0, 0.0], [2.0, 3.0]])], lambda x, dim: [False, True],
    dict(dim=1), differentiable=False)
row("any", reductions.any, [np.array([[1.0, 0.0], [0.0, 0.0]])], lambda x: True, differentiable=False)
row("any keepdim", reductions.any, [np.array([[1.0, 0.0], [0.0, 0.0]])],
    lambda x, dim, keepdim: [[True], [False]], dict(dim=1, keepdim=True), differentiable=False)
row("count_nonzero", reductions.count_nonzero, [np.array([[1.0, 0.0], [0.0, 0.0]])], lambda x: 1,
    differentiable=False)
row("count_nonzero dim", reductions.count_nonzero, [np.array([[1, 0], [3, 2]])], lambda x, dim: [1, 2],
    dict(dim=1), differentiable=False)
row("nansum of nan", reductions.nansum, [np.array([1.0, np.nan, 2.0])], lambda x: 3.0,
    differentiable=False)
row("argmax", indexing.argmax, [(3, 4)], lambda x: list(x.ravel()).index(x.max()), differentiable=False)
row("argmax dim", indexing.argmax, [(3, 4)], lambda x, dim: np.argsort(x, 1)[:, -1], dict(dim=1),
    differentiable=False)
row("argmin", indexing.argmin, [(3, 4)], lambda x, dim, keepdim: np.argsort(x, 0)[:1],
    dict(dim=0, keepdim=True), differentiable=False)
row("argsort", indexing.argsort, [(3, 4)], lambda x: np.argsort(x, -1), differentiable=False)
row("argsort descending", indexing.argsort, [(3, 4)], lambda x, dim, descending: np.argsort(-x, 0),
    dict(dim=0, descending=True), differentiable=False)
row("cosine_similarity", normalisation.cosine_similarity, [(3, 4), (3, 4)],
    lambda a, b: (a * b).sum(1) / np.sqrt((a * a).sum(1) * (b * b).sum(1)))
row("cosine_similarity dim", normalisation.cosine_similarity, [(3, 4), (4,)], lambda a, b, dim:
    (a * b).sum(-1) / np.sqrt((a * a).sum(-1) * (b * b).sum(-1)), dict(dim=-1))

# Shapes

row("reshape", shapes.reshape, [(3, 4)], lambda x, shape: x.ravel().reshape(2, 6), dict(shape=(2, -1)))
row("reshape sizes", Tensor.reshape, [(3, 4)], lambda x, sizes: np.reshape(x, sizes), dict(sizes=(2, 6)),
    call=sizes_apart, torch="Tensor.reshape")
row("view", Tensor.view, [(3, 4)], lambda x, sizes: np.reshape(x, (4, 3)), dict(sizes=(4, -1)),
    call=sizes_apart)
row("permute", shapes.permute, [(2, 3, 4)], lambda x, dims: np.moveaxis(x, -1, 0), dict(dims=(-1, 0, 1)))
row("permute sizes", Tensor.permute, [(2, 3, 4)], lambda x, sizes: np.transpose(x, sizes),
    dict(sizes=(1, 2, 0)), call=sizes_apart, torch="Tensor.permute")
row("transpose", shapes.transpose, [(2, 3, 4)], lambda x, dim0, dim1: np.swapaxes(x, 0, -1),
    dict(dim0=0, dim1=-1))
row("t", shapes.t, [(2, 3)], np.transpose)
row("t of a vector", shapes.t, [(3,)], np.copy)
row("movedim", shapes.movedim, [(2, 3, 4)], lambda x, source, destination: np.moveaxis(x, 0, 2),
    dict(source=0, destination=2))
row("movedim several", shapes.movedim, [(2, 3, 4)],
    lambda x, source, destination: np.moveaxis(x, source, destination),
    dict(source=(0, 1), destination=(-1, 0)))
row("unfold of an axis", shapes.unfold, [(2, 7, 2)],
    lambda x, dimension, size, step: np.lib.stride_tricks.sliding_window_view(x, size, dimension)[:, ::step],
    dict(dimension=1, size=3, step=2), torch="Tensor.unfold")
row("expand", shapes.expand, [(3, 1)], lambda x, sizes: x * np.ones((2, 3, 4)), dict(sizes=(2, -1, 4)),
    call=sizes_apart)
row("expand of a number", shapes.expand, [()], lambda x, sizes: x * np.ones((2, 3)), dict(sizes=(2, 3)),
    call=sizes_apart)
row("broadcast_to", shapes.broadcast_to, [(3, 1)], lambda x, shape: x * np.ones((2, 3, 4)),
    dict(shape=(2, 3, 4)), call=lambda op, x, *, shape: op(x, shape))
row("squeeze", shapes.squeeze, [(1, 3, 1)], lambda x: x[0, :, 0])
row("squeeze dim", shapes.squeeze, [(1, 3, 1)], lambda x, dim: x[..., 0], dict(dim=-1))
row("squeeze dims", shapes.squeeze, [(1, 3, 1)], lambda x, dim: x[0], dict(dim=(0, 1)))
row("unsqueeze", shapes.unsqueeze, [(2, 3)], lambda x, dim: x[..., None], dict(dim=-1))
row("unsqueeze middle", shapes.unsqueeze, [(2, 3)], lambda x, dim: x[:, None], dict(dim=1))
row("flatten", shapes.flatten, [(2, 3, 4)], np.ravel)
row("flatten of a number", shapes.flatten, [()], np.ravel)
row("flatten dims", shapes.flatten, [(2, 3, 4)], lambda x, start_dim: x.reshape(2, 12), dict(start_dim=1))
row("unflatten", shapes.unflatten, [(2, 6)], lambda x, dim, sizes: x.reshape(2, 2, 3),
    dict(dim=1, sizes=(2, -1)))
row("cat", shapes.cat, [(2, 3), (2, 4), (2, 0)], lambda *xs, dim: np.hstack(xs), dict(dim=1),
    call=in_a_list)
row("cat default", shapes.cat, [(2, 3), (1, 3)], lambda *xs: np.vstack(xs), call=in_a_list)
row("stack", shapes.stack, [(2, 3), (2, 3)], lambda a, b, dim: np.dstack([a, b]), dict(dim=-1),
    call=in_a_list)
row("stack of numbers", shapes.stack, [(), ()], lambda a, b: np.hstack([a, b]), call=in_a_list)
row("split", shapes.split, [(2, 5)], lambda x, split_size, dim: (x[:, :2], x[:, 2:4], x[:, 4:]),
    dict(split_size=2, dim=1), call=lambda op, x, *, split_size, dim: op(x, split_size, dim))
row("split sizes", shapes.split, [(5, 2)], lambda x, split_size: (x[:1], x[1:5], x[5:]),
    dict(split_size=[1, 4, 0]), call=lambda op, x, *, split_size: op(x, split_size))
row("chunk", shapes.chunk, [(5, 2)], lambda x, chunks: (x[:2], x[2:4], x[4:]), dict(chunks=3))
row("chunk dim", shapes.chunk, [(2, 4)], lambda x, chunks, dim: (x[:, :2], x[:, 2:]),
    dict(chunks=2, dim=1))
row("unbind", shapes.unbind, [(2, 3)], lambda x, dim: (x[:, 0], x[:, 1], x[:, 2]), dict(dim=1))
row("repeat", shapes.repeat, [(2, 3)], lambda x, sizes: np.tile(x, sizes), dict(sizes=(2, 1, 3)),
    call=sizes_apart)
row("tile", shapes.tile, [(2, 3)], lambda x, dims: np.tile(x, dims), dict(dims=(2,)),
    call=lambda op, x, *, dims: op(x, dims))
row("repeat_interleave", shapes.repeat_interleave, [(2, 3)], lambda x, repeats, dim: np.repeat(x, 2, 1),
    dict(repeats=2, dim=1))
row("repeat_interleave flat", shapes.repeat_interleave, [(2, 3)], lambda x, repeats: np.repeat(x, 2),
    dict(repeats=2))
row("repeat_interleave each", shapes.repeat_interleave, [(2, 3)],
    lambda x, repeats, dim: np.stack([x[0], x[0], x[0], x[1]]), dict(repeats=np.array([3, 1]), dim=0))
row("flip", shapes.flip, [(2, 3)], lambda x, dims: x[::-1, ::-1], dict(dims=(0, -1)))
row("flip sizes", Tensor.flip, [(2, 3)], lambda x, sizes: x[:, ::-1], dict(sizes=(1,)), call=sizes_apart,
    torch="Tensor.flip")
row("roll", shapes.roll, [(2, 5)], lambda x, shifts, dims: np.roll(x, 2, 1), dict(shifts=2, dims=1))
row("roll flat", shapes.roll, [(2, 3)], lambda x, shifts: np.roll(x.ravel(), 4).reshape(2, 3),
    dict(shifts=4))
row("roll several", shapes.roll, [(2, 3)], lambda x, shifts, dims: np.roll(np.roll(x, 1, 0), -1, 1),
    dict(shifts=(1, -1), dims=(0, 1)))
row("tril", shapes.tril, [(3, 4)], lambda x: x * (np.arange(4) <= np.arange(3)[:, None]))
row("triu", shapes.triu, [(2, 3, 4)], lambda x, diagonal: x * (np.arange(4) >= np.arange(3)[:, None] + 1),
    dict(diagonal=1))
row("tril diagonal", shapes.tril, [(4, 3)],
    lambda x, diagonal: x * (np.arange(3) <= np.arange(4)[:, None] - 1), dict(diagonal=-1))
row("diagonal", shapes.diagonal, [(3, 4)], np.diagonal)
row("diagonal dims", shapes.diagonal, [(3, 2, 4)],
    lambda x, offset, dim1, dim2: np.diagonal(x, offset, dim1, dim2), dict(offset=-1, dim1=0, dim2=2))
row("diag", shapes.diag, [(3,)], np.diag)
row("diag above", shapes.diag, [(2,)], lambda x, diagonal: np.diag(x, 1), dict(diagonal=1))
row("diag of a matrix", shapes.diag, [(3, 4)], lambda x, diagonal: np.diag(x, -1), dict(diagonal=-1))
row("pad", shapes.pad, [(2, 3)], lambda x, pad, value: np.pad(x, ((0, 0), (1, 2)), constant_values=value),
    dict(pad=(1, 2), value=3.5))
row("pad cropping", shapes.pad, [(3, 4)], lambda x, pad: np.pad(x[:2, 1:], ((1, 0), (0, 2))),
    dict(pad=(-1, 2, 1, -1)))
for mode, name in [("reflect", "reflect"), ("replicate", "edge"), ("circular", "wrap")]:
    row(f"pad {mode}", shapes.pad, [(1, 2, 3, 4)],
        lambda x, pad, mode, name=name: np.pad(x, ((0, 0), (0, 0), (2, 1), (1, 2)), mode=name),
        dict(pad=(1, 2, 2, 1), mode=mode))
row("meshgrid", shapes.meshgrid, [(2,), (3,)],
    lambda a, b, indexing: tuple(np.meshgrid(a, b, indexing="ij")), dict(indexing="ij"))
row("meshgrid xy", shapes.meshgrid, [(2,), (3,), (2,)],
    lambda *xs, indexing: tuple(np.meshgrid(*xs, indexing="xy")), dict(indexing="xy"))
row("T", lambda x: x.T, [(2, 3)], np.transpose, torch=lambda x: x.T)
row("mT", lambda x: x.mT, [(2, 3, 4)], lambda x: np.swapaxes(x, 1, 2), torch=lambda x: x.mT)

# Indexing

for name, index in [
        ("an integer", 1), ("a negative integer", -1), ("integers", (1, -2)), ("a slice", slice(1, None)),
        ("steps", (slice(None), slice(None, None, 2))), ("ellipsis", (Ellipsis, 0)),
        ("a new axis", (None, 0, None)), ("a list", ([0, 0, 2],)), ("two lists", ([0, 0, 2], [1, 1, 3])),
        ("a list behind a slice", (slice(1, None), [3, 3, 0])), ("a list and an integer", ([0, 0], 1)),
        ("lists apart", ([0, 1, 1], None, [2, 0, 0])), ("no places", ([],)), ("nothing", ())]:
    row(f"getitem {name}", indexing.subscript, [(3, 4)],
        lambda x, index: x[index if index != ([],) else slice(0, 0)], dict(index=index),
        call=index_behind, torch=operator.getitem)
for name, index in [("a matrix of places", np.array([[0, 2], [0, 0]])),
                    ("negative places", np.array([-1, 0, -1])),
                    ("a mask", np.arange(12).reshape(3, 4) % 5 < 2),
                    ("a mask of rows", np.array([True, False, True])),
                    ("a mask of nothing", np.zeros((3, 4), bool)), ("one place", np.array(2))]:
    row(f"getitem {name}", indexing.subscript, [(3, 4)], lambda x, index: x[index], dict(index=index),
        call=index_behind, torch=operator.getitem)

PLACES = np.array([[0, 2, 2], [1, 1, 0]])


def gathered(x, dim, index):
    out = np.empty(index.shape)
    for at in np.ndindex(index.shape):
        out[at] = x[at[:dim] + (index[at],) + at[dim + 1:]]
    return out


def scattered(x, dim, index, src):
    out = x.copy()
    for at in np.ndindex(index.shape):
        out[at[:dim] + (index[at],) + at[dim + 1:]] += src[at]
    return out


row("gather", indexing.gather, [(3, 4)], gathered, dict(dim=1, index=PLACES))
row("gather first", indexing.gather, [(3, 4)], gathered, dict(dim=0, index=PLACES))
row("gather of a number", indexing.gather, [()], lambda x, dim, index: x, dict(dim=0, index=np.array(0)))
row("take_along_dim", indexing.take_along_dim, [(3, 4)], lambda x, indices, dim: x[:, [0, 3, 0]],
    dict(indices=np.array([[0, 3, 0]]), dim=1))
row("scatter_add", indexing.scatter_add, [(3, 4), (2, 3)],
    lambda x, src, dim, index: scattered(x, dim, index, src), dict(dim=1, index=PLACES),
    call=lambda op, x, src, *, dim, index: op(x, dim, index, src))
row("scatter_add first", indexing.scatter_add, [(3, 4), (3, 4)],
    lambda x, src, dim, index: scattered(x, dim, index, src), dict(dim=0, index=PLACES),
    call=lambda op, x, src, *, dim, index: op(x, dim, index, src),
    torch=False)            # whose gradient needs src of index's shape
row("index_select", indexing.index_select, [(3, 4)], lambda x, dim, index: x[:, [3, 0, 3]],
    dict(dim=1, index=np.array([3, 0, 3])))
row("index_add", indexing.index_add, [(3, 2), (3, 2)],
    lambda x, source, dim, index, alpha: np.stack(
        [x[0] + 2 * (source[0] + source[1]), x[1], x[2] + 2 * source[2]]),
    dict(dim=0, index=np.array([0, 0, 2]), alpha=2),
    call=lambda op, x, source, *, dim, index, alpha: op(x, dim, index, source, alpha=alpha))
row("index_add last", indexing.index_add, [(2, 3), (2, 2)],
    lambda x, source, dim, index: x + source.sum(1, keepdims=True) * [0, 1, 0],
    dict(dim=-1, index=np.array([1, 1])),
    call=lambda op, x, source, *, dim, index: op(x, dim, index, source))
row("masked_fill", indexing.masked_fill, [(3, 4)], lambda x, mask, value: np.where(mask, -7, x),
    dict(mask=np.array([True, False, False, True]), value=-7.0))
row("masked_select", indexing.masked_select, [(3, 4)], lambda x, mask: x[:, [0, 3]].ravel(),
    dict(mask=np.array([True, False, False, True])))
row("narrow", indexing.narrow, [(3, 4)], lambda x, dim, start, length: x[:, 1:3],
    dict(dim=1, start=1, length=2))
row("narrow negative", indexing.narrow, [(3, 4)], lambda x, dim, start, length: x[:, 2:],
    dict(dim=-1, start=-2, length=2))
row("one_hot", indexing.one_hot, [PLACES], lambda x: np.eye(3)[x].astype("int64"), differentiable=False)
row("one_hot classes", indexing.one_hot, [PLACES], lambda x, num_classes: np.eye(5)[x].astype("int64"),
    dict(num_classes=5), differentiable=False)
row("embedding", indexing.embedding, [PLACES, (3, 4)],
    lambda ids, w: np.stack([w[[0, 2, 2]], w[[1, 1, 0]]]))

# Products

for name, a, b in [
        ("matrices", (3, 4), (4, 2)), ("matrix and vector", (3, 4), (4,)), ("vector and matrix", (4,), (4, 2)),
        ("vectors", (4,), (4,)), ("batches", (2, 1, 3, 4), (5, 4, 2)), ("vector and batch", (4,), (2, 4, 3)),
        ("batch and vector", (2, 3, 4), (4,)), ("square", (3, 3), (3, 3)), ("nothing", (3, 0), (0, 2))]:
    row(f"matmul {name}", linalg.matmul, [a, b],
        lambda a, b: np.dot(a, b) if a.ndim < 3 and b.ndim < 3 else np.matmul(a, b))
row("dot", linalg.dot, [(4,), (4,)], lambda a, b: sum(a * b))
row("mm", linalg.mm, [(2, 3), (3, 2)], lambda a, b: (a[:, :, None] * b).sum(1))
row("bmm", linalg.bmm, [(2, 2, 3), (2, 3, 2)], lambda a, b: (a[..., None] * b[:, None]).sum(2))
row("outer", linalg.outer, [(3,), (4,)], np.multiply.outer)
row("addmm", linalg.addmm, [(2,), (3, 4), (4, 2)],
    lambda x, a, b, beta, alpha: beta * x + alpha * a.dot(b), dict(beta=0.5, alpha=2.0))
row("trace", linalg.trace, [(3, 4)], lambda x: x[0, 0] + x[1, 1] + x[2, 2])
row("linear", linalg.linear, [(2, 2, 3), (4, 3), (4,)],
    lambda x, w, b: np.tensordot(x, w, ([-1], [1])) + b)
row("linear without bias", linalg.linear, [(3,), (4, 3)], lambda x, w: w.dot(x))
row("tensordot", linalg.tensordot, [(2, 3, 4), (3, 4, 2)], np.tensordot)
row("tensordot dims", linalg.tensordot, [(2, 3), (3, 2)], lambda a, b, dims: a.T.dot(b.T),
    dict(dims=([0], [1])))
row("tensordot outer", linalg.tensordot, [(2,), (3,)], lambda a, b, dims: np.multiply.outer(a, b),
    dict(dims=0))
for equation, *sizes in [
        ("ij,jk->ik", (2, 3), (3, 4)), ("bij,bjk", (2, 3, 2), (2, 2, 3)), ("ii->i", (3, 3)), ("ii", (3, 3)),
        ("ij->", (2, 3)), ("ij->ji", (2, 3)), ("...i,...i->...", (2, 3, 4), (3, 4)), ("...ij->...ji", (2, 3, 4)),
        ("ij,kj,kl->il", (2, 3), (4, 3), (4, 2)), ("ij,k->k", (2, 3), (4,)), ("i,j", (2,), (3,)),
        ("bhqd,bhkd->bhqk", (2, 1, 3, 2), (2, 1, 2, 2)), ("iij,j->i", (2, 2, 3), (3,)), ("i,i->i", (3,), (3,)),
        (",i->i", (), (3,)), ("b i , b i -> b", (2, 3), (2, 3)), ("ba", (2, 3)), ("ij,ij->j", (1, 3), (2, 3))]:
    row(f"einsum {equation}", linalg.einsum, sizes,
        lambda *xs, equation: np.einsum(equation, *xs, optimize=False), dict(equation=equation),
        call=equation_first)

# Convolution and pooling, spelled out place by place


def per_axis(value, D):
    return (value,) * D if isinstance(value, int) else tuple(value)


def convolved(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    D = weight.ndim - 2
    kernel = weight.shape[2:]
    stride, dilation = per_axis(stride, D), per_axis(dilation, D)
    if padding == "same":
        padding = [(d * (k - 1) // 2, d * (k - 1) - d * (k - 1) // 2) for d, k in zip(dilation, kernel)]
    else:
        padding = [(p, p) for p in per_axis(0 if padding == "valid" else padding, D)]
    if x.ndim == D + 1:
        return convolved(x[None], weight, bias, stride, [p for p, _ in padding], dilation, groups)[0]
    x = np.pad(x, [(0, 0), (0, 0)] + padding)
    out = [(n - d * (k - 1) - 1) // s + 1 for n, k, s, d in zip(x.shape[2:], kernel, stride, dilation)]
    O, C = weight.shape[:2]
    y = np.zeros((x.shape[0], O, *out))
    for o in range(O):
        first = o // (O // groups) * C
        for at in np.ndindex(*out):
            patch = tuple(slice(i * s, i * s + d * (k - 1) + 1, d)
                          for i, s, d, k in zip(at, stride, dilation, kernel))
            y[(slice(None), o) + at] = (x[(slice(None), slice(first, first + C)) + patch] * weight[o]).sum(
                axis=tuple(range(1, D + 2)))
    return y if bias is None else y + bias.reshape(-1, *[1] * D)


def convolved_back(x, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    D = weight.ndim - 2
    kernel = weight.shape[2:]
    stride, padding, extra, dilation = (per_axis(v, D) for v in (stride, padding, output_padding, dilation))
    if x.ndim == D + 1:
        return convolved_back(x[None], weight, bias, stride, padding, extra, groups, dilation)[0]
    N, C, *size = x.shape
    O = weight.shape[1]
    y = np.zeros((N, O * groups, *((n - 1) * s + d * (k - 1) + 1 + e for n, s, d, k, e in
                                   zip(size, stride, dilation, kernel, extra))))
    for c in range(C):
        first = c // (C // groups) * O
        for at in np.ndindex(*size):
            patch = tuple(slice(i * s, i * s + d * (k - 1) + 1, d)
                          for i, s, d, k in zip(at, stride, dilation, kernel))
            for n in range(N):
                y[(n, slice(first, first + O)) + patch] += x[(n, c) + at] * weight[c]
    y = y[(...,) + tuple(slice(p, n - p) for p, n in zip(padding, y.shape[2:]))]
    return y if bias is None else y + bias.reshape(-1, *[1] * D)


for name, x, weight, settings in [
        ("conv1d", (2, 2, 5), (3, 2, 3), dict()),
        ("conv1d settings", (1, 2, 6), (2, 1, 2), dict(stride=2, padding=1, dilation=2, groups=2)),
        ("conv2d", (2, 2, 4, 3), (3, 2, 3, 2), dict()),
        ("conv2d strides", (1, 2, 5, 4), (2, 2, 3, 2), dict(stride=(2, 1), padding=(1, 0))),
        ("conv2d dilation", (1, 1, 5, 4), (2, 1, 2, 2), dict(dilation=(3, 2), padding=1)),
        ("conv2d groups", (1, 4, 3, 3), (4, 2, 2, 2), dict(groups=2)),
        ("conv2d depthwise", (2, 3, 3, 3), (3, 1, 2, 2), dict(groups=3, padding=1)),
        ("conv2d same", (1, 1, 3, 4), (1, 1, 2, 3), dict(padding="same")),
        ("conv2d same dilation", (1, 1, 4, 4), (1, 1, 2, 2), dict(padding="same", dilation=3)),
        ("conv2d valid", (1, 1, 3, 3), (1, 1, 2, 2), dict(padding="valid")),
        ("conv2d 1x1", (2, 3, 2, 2), (2, 3, 1, 1), dict()),
        ("conv2d 1x1 stride", (2, 3, 3, 3), (2, 3, 1, 1), dict(stride=2)),
        ("conv2d unbatched", (2, 3, 4), (3, 2, 2, 2), dict(padding=1)),
        ("conv2d stride beyond kernel", (1, 1, 5, 5), (1, 1, 2, 2), dict(stride=3)),
        ("conv3d", (1, 2, 3, 2, 3), (2, 2, 2, 2, 2), dict(stride=(1, 2, 1), padding=(0, 1, 0)))]:
    op = getattr(convolution, name.split()[0])
    row(name, op, [x, weight, weight[:1]], convolved, settings)
row("conv2d without bias", convolution.conv2d, [(1, 2, 3, 3), (2, 2, 2, 2)], convolved,
    dict(stride=1, padding=1))

for name, x, weight, bias, settings in [
        ("conv_transpose1d", (2, 2, 3), (2, 3, 2), 3, dict(stride=2)),
        ("conv_transpose2d", (1, 2, 2, 3), (2, 2, 3, 2), 2, dict()),
        ("conv_transpose2d settings", (1, 2, 3, 2), (2, 1, 2, 3), 2,
         dict(stride=(2, 3), padding=1, output_padding=(1, 0), groups=2, dilation=(1, 2))),
        ("conv_transpose2d unbatched", (2, 2, 3), (2, 2, 2, 2), 2, dict()),
        ("conv_transpose1d unbatched", (2, 3), (2, 3, 2), 3, dict(padding=1)),
        ("conv_transpose3d", (1, 1, 2, 2, 1), (1, 2, 2, 1, 2), 2, dict(stride=2, output_padding=(1, 0, 1)))]:
    row(name, getattr(convolution, name.split()[0]), [x, weight, (bias,)], convolved_back, settings)


def columns(x, kernel_size, dilation=1, padding=0, stride=1):
    (K, L), (P, Q), (S, R), (E, F) = (per_axis(v, 2) for v in (kernel_size, padding, stride, dilation))
    x = np.pad(x, ((0, 0), (0, 0), (P, P), (Q, Q)))
    return np.stack([x[:, :, i:i + E * (K - 1) + 1:E, j:j + F * (L - 1) + 1:F].reshape(len(x), -1)
                     for i in range(0, x.shape[2] - E * (K - 1), S)
                     for j in range(0, x.shape[3] - F * (L - 1), R)], 2)


def folded(x, output_size, kernel_size, **settings):
    """The transpose of the matrix that `columns` is."""
    size = (x.shape[0], x.shape[1] // math.prod(per_axis(kernel_size, 2)), *per_axis(output_size, 2))
    units = np.eye(math.prod(size)).reshape(-1, *size)
    return np.stack([(columns(unit, kernel_size, **settings) * x).sum() for unit in units]).reshape(size)


row("unfold", convolution.unfold, [(2, 2, 3, 4)], columns, dict(kernel_size=2))
row("unfold settings", convolution.unfold, [(1, 2, 4, 5)], columns,
    dict(kernel_size=(2, 3), dilation=(2, 1), padding=1, stride=(1, 2)))
row("unfold unbatched", convolution.unfold, [(2, 3, 4)],
    lambda x, kernel_size: columns(x[None], kernel_size)[0], dict(kernel_size=2))
row("fold unbatched", convolution.fold, [(4, 6)], lambda x, **settings: folded(x[None], **settings)[0],
    dict(output_size=(3, 4), kernel_size=2))
row("fold", convolution.fold, [(2, 4, 6)], folded, dict(output_size=(3, 4), kernel_size=2))
row("fold settings", convolution.fold, [(1, 6, 12)], folded,
    dict(output_size=(4, 5), kernel_size=(2, 3), dilation=(2, 1), padding=1, stride=(1, 2)))


def patches_of(x, D, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    """For every place of a pooling kernel: where in the output, and the slices of x under it, inside x."""
    kernel, padding, dilation = (per_axis(v, D) for v in (kernel_size, padding, dilation))
    stride = per_axis(kernel if stride is None else stride, D)
    out = []
    for n, k, s, p, d in zip(x.shape[-D:], kernel, stride, padding, dilation):
        places = (n + 2 * p - d * (k - 1) - 1) / s + 1
        places = math.ceil(places) if ceil_mode else math.floor(places)
        out.append(places - (ceil_mode and (places - 1) * s >= n + p))
    for at in np.ndindex(*out):
        spans = [[i * s - p + j * d for j in range(k) if 0 <= i * s - p + j * d < n]
                 for i, n, k, s, p, d in zip(at, x.shape[-D:], kernel, stride, padding, dilation)]
        yield at, out, x[(...,) + np.ix_(*spans)]


def pooled(D, reduce):
    def formula(x, kernel_size, **settings):
        y = None
        for at, out, patch in patches_of(x, D, kernel_size, **settings):
            y = np.empty(x.shape[:-D] + tuple(out)) if y is None else y
            y[(...,) + at] = reduce(patch, axis=tuple(range(-D, 0)))
        return y
    return formula


for D, x in [(1, (2, 2, 6)), (2, (1, 2, 5, 6)), (3, (1, 1, 3, 4, 3))]:
    op = getattr(pooling, f"max_pool{D}d")
    row(f"max_pool{D}d", op, [x], pooled(D, np.max), dict(kernel_size=2))
    row(f"max_pool{D}d settings", op, [x], pooled(D, np.max), dict(
        kernel_size=3, stride=2, padding=1, ceil_mode=True))
    row(f"avg_pool{D}d", getattr(pooling, f"avg_pool{D}d"), [x], pooled(D, np.mean), dict(kernel_size=2))
    row(f"avg_pool{D}d without padding", getattr(pooling, f"avg_pool{D}d"), [x],
        lambda x, count_include_pad, D=D, **settings: pooled(D, np.mean)(x, **settings),
        dict(kernel_size=3, stride=2, padding=1, ceil_mode=True, count_include_pad=False))
row("max_pool2d dilation", pooling.max_pool2d, [(2, 5, 6)], pooled(2, np.max),
    dict(kernel_size=(2, 3), stride=1, dilation=(2, 1)))
row("max_pool2d overlapping", pooling.max_pool2d, [(1, 1, 4, 4)], pooled(2, np.max),
    dict(kernel_size=3, stride=1))
row("avg_pool2d padding", pooling.avg_pool2d, [(1, 2, 4, 4)],
    lambda x, kernel_size, stride, padding: pooled(2, np.mean)(
        np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1))), 3, stride=2),
    dict(kernel_size=3, stride=2, padding=1))
row("avg_pool2d divisor", pooling.avg_pool2d, [(1, 2, 4, 4)],
    lambda x, kernel_size, divisor_override: pooled(2, np.sum)(x, 2) / 3,
    dict(kernel_size=2, divisor_override=3))


def pooled_to(D, reduce):
    def formula(x, output_size):
        sizes = [n if s is None else s for s, n in zip(per_axis(output_size, D), x.shape[-D:])]
        y = np.empty(x.shape[:-D] + tuple(sizes))
        for at in np.ndindex(*sizes):
            patch = tuple(slice(math.floor(i * n / S), math.ceil((i + 1) * n / S))
                          for i, n, S in zip(at, x.shape[-D:], sizes))
            y[(...,) + at] = reduce(x[(...,) + patch], axis=tuple(range(-D, 0)))
        return y
    return formula


for D, x, size in [(1, (2, 2, 5), 3), (2, (1, 2, 5, 4), (2, 3)), (3, (1, 1, 3, 2, 4), (2, None, 3))]:
    row(f"adaptive_avg_pool{D}d", getattr(pooling, f"adaptive_avg_pool{D}d"), [x], pooled_to(D, np.mean),
        dict(output_size=size))
    row(f"adaptive_max_pool{D}d", getattr(pooling, f"adaptive_max_pool{D}d"), [x], pooled_to(D, np.max),
        dict(output_size=size))
row("adaptive_avg_pool2d to one", pooling.adaptive_avg_pool2d, [(2, 3, 3)], pooled_to(2, np.mean),
    dict(output_size=1))

# Normalisation


def standardised(x, axis, eps=1e-5):
    return (x - x.mean(axis, keepdims=True)) / np.sqrt(x.var(axis, keepdims=True) + eps)


def by_channel(x, w):
    return w.reshape(-1, *[1] * (x.ndim - 2))


row("layer_norm", normalisation.layer_norm, [(2, 3, 4)], lambda x, normalized_shape: standardised(x, -1),
    dict(normalized_shape=(4,)))
row("layer_norm affine", normalisation.layer_norm, [(2, 3, 4), (4,), (4,)],
    lambda x, w, b, eps: standardised(x, -1, 0.1) * w + b, dict(eps=0.1),
    call=lambda op, x, w, b, *, eps: op(x, (4,), w, b, eps))
row("layer_norm two axes", normalisation.layer_norm, [(2, 3, 2), (3, 2), (3, 2)],
    lambda x, w, b: standardised(x, (1, 2)) * w + b, call=lambda op, x, w, b: op(x, (3, 2), w, b))
row("rms_norm", normalisation.rms_norm, [(2, 3, 4), (4,)],
    lambda x, w, eps: x / np.sqrt((x * x).mean(-1, keepdims=True) + eps) * w, dict(eps=0.1),
    call=lambda op, x, w, *, eps: op(x, (4,), w, eps))
row("rms_norm plain", normalisation.rms_norm, [(2, 3, 2)],
    lambda x, normalized_shape: x / np.sqrt((x * x).mean((1, 2), keepdims=True)),
    dict(normalized_shape=(3, 2)))
row("batch_norm training", normalisation.batch_norm, [(3, 2, 2), (2,), (2,)],
    lambda x, w, b: standardised(x, (0, 2)) * by_channel(x, w) + by_channel(x, b),
    call=lambda op, x, w, b: op(x, None, None, w, b, True))
row("batch_norm training rows", normalisation.batch_norm, [(3, 2)], lambda x: standardised(x, 0, 0.1),
    call=lambda op, x: op(x, None, None, training=True, eps=0.1))
row("batch_norm", normalisation.batch_norm, [(2, 2, 2, 2), (2,), (2,)],
    lambda x, w, b, running_mean, running_var: (x - by_channel(x, running_mean)) / np.sqrt(
        by_channel(x, running_var) + 1e-5) * by_channel(x, w) + by_channel(x, b),
    dict(running_mean=np.array([0.5, -0.5]), running_var=np.array([0.25, 4.0])),
    call=lambda op, x, w, b, *, running_mean, running_var: op(x, running_mean, running_var, w, b))
row("group_norm", normalisation.group_norm, [(2, 4, 3), (4,), (4,)],
    lambda x, w, b: by_channel(x, w) * standardised(x.reshape(2, 2, 6), -1).reshape(x.shape)
    + by_channel(x, b),
    call=lambda op, x, w, b: op(x, 2, w, b))
row("instance_norm", normalisation.instance_norm, [(2, 2, 3, 2)], lambda x: standardised(x, (2, 3)))
row("normalize", normalisation.normalize, [(3, 4)], lambda x: x / np.sqrt((x * x).sum(1, keepdims=True)))
row("normalize p", normalisation.normalize, [(3, 4)], lambda x, p, dim: x / np.abs(x).sum(0),
    dict(p=1, dim=0))

# Attention


def attended(q, k, v, attn_mask=None, is_causal=False, scale=None):
    scores = q @ np.swapaxes(k, -1, -2) * (q.shape[-1]**-0.5 if scale is None else scale)
    if is_causal:
        scores = np.where(np.tri(*scores.shape[-2:], dtype=bool), scores, -np.inf)
    if attn_mask is not None:
        scores = np.where(attn_mask, scores, -np.inf) if attn_mask.dtype == bool else scores + attn_mask
    e = np.exp(scores)
    return e / np.maximum(e.sum(-1, keepdims=True), 1e-300) @ v


HIDES = np.array([[True, False, True], [False, True, True]])
attend = attention.scaled_dot_product_attention
row("scaled_dot_product_attention", attend, [(2, 3, 4), (2, 5, 4), (2, 5, 2)], attended)
row("scaled_dot_product_attention self", attend, [(2, 3, 4), (2, 3, 4), (2, 3, 4)], attended)
row("scaled_dot_product_attention causal", attend, [(1, 2, 3, 2), (1, 2, 3, 2), (1, 2, 3, 3)], attended,
    dict(is_causal=True))
row("scaled_dot_product_attention scale", attend, [(2, 4), (3, 4), (3, 2)], attended, dict(scale=0.3))
row("scaled_dot_product_attention mask", attend, [(2, 2, 4), (2, 3, 4), (2, 3, 2)], attended,
    dict(attn_mask=HIDES))
row("scaled_dot_product_attention row without keys", attend, [(2, 2, 4), (2, 3, 4), (2, 3, 2)], attended,
    dict(attn_mask=np.array([[False, False, False], [False, True, True]])))
row("scaled_dot_product_attention added mask", attend, [(2, 2, 4), (2, 3, 4), (2, 3, 2), (2, 3)],
    attended)
row("scaled_dot_product_attention -inf mask", attend, [(2, 2, 4), (2, 3, 4), (2, 3, 2)],
    lambda q, k, v, attn_mask: attended(q, k, v, HIDES), dict(attn_mask=np.where(HIDES, 0, -np.inf)))
row("scaled_dot_product_attention grouped", attend, [(1, 4, 2, 3), (1, 2, 3, 3), (1, 2, 3, 2)],
    lambda q, k, v, enable_gqa: attended(q, np.repeat(k, 2, 1), np.repeat(v, 2, 1)),
    dict(enable_gqa=True))

# Losses


def distance_loss(formula, reduction, **settings):
    def loss(x, t, **_):
        value = formula(np.abs(x - t), **settings)
        return {"mean": value.mean(), "sum": value.sum(), "none": value}[reduction]
    return loss


for name, formula, settings in [
        ("mse_loss", lambda d: d**2, {}), ("l1_loss", lambda d: d, {}),
        ("huber_loss", lambda d, delta: np.where(d <= delta, d * d / 2, delta * (d - delta / 2)),
         dict(delta=0.8)),
        ("smooth_l1_loss", lambda d, beta: np.where(d < beta, d * d / 2 / beta, d - beta / 2),
         dict(beta=0.8))]:
    for reduction in ("mean", "sum", "none"):
        row(f"{name} {reduction}", getattr(losses, name), [(3, 4), (3, 4)],
            distance_loss(formula, reduction, **settings), dict(reduction=reduction, **settings))
row("huber_loss", losses.huber_loss, [(3, 4), (3, 4)],
    distance_loss(lambda d: np.where(d <= 1, d * d / 2, d - 0.5), "mean"))
row("smooth_l1_loss", losses.smooth_l1_loss, [(3, 4), (3, 4)],
    distance_loss(lambda d: np.where(d <= 1, d * d / 2, d - 0.5), "mean"))
row("smooth_l1_loss without corner", losses.smooth_l1_loss, [(3, 4), (3, 4)],
    distance_loss(lambda d: d, "mean"), dict(beta=0))


def class_loss(x, target, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0, log=True):
    """Sample by sample and class by class."""
    x = np.moveaxis(np.atleast_2d(x), 1, -1)
    V = x.shape[-1]
    weight = np.ones(V) if weight is None else weight
    log_p = x - np.log(np.exp(x).sum(-1, keepdims=True)) if log else x
    total, loss = 0.0, np.zeros(x.shape[:-1])
    for at in np.ndindex(loss.shape):
        i = target.reshape(loss.shape)[at]
        if i != ignore_index:
            goal = (1 - label_smoothing) * np.eye(V)[i] + label_smoothing / V
            loss[at] = -(goal * weight * log_p[at]).sum()
            total += weight[i]
    loss = loss.reshape(target.shape)
    return {"mean": loss.sum() / total, "sum": loss.sum(), "none": loss}[reduction]


IDS = np.array([0, 2, 3, 0])
for reduction in ("mean", "sum", "none"):
    row(f"cross_entropy {reduction}", losses.cross_entropy, [(4, 4), IDS], class_loss,
        dict(reduction=reduction))
    row(f"cross_entropy all settings {reduction}", losses.cross_entropy,
        [(4, 4), IDS, np.array([0.5, 2.0, 1.0, 0.3])], class_loss,
        dict(reduction=reduction, label_smoothing=0.2, ignore_index=2))
    row(f"nll_loss {reduction}", losses.nll_loss, [(4, 4), IDS, np.array([0.5, 2.0, 1.0, 0.3])],
        lambda *args, **settings: class_loss(*args, **settings, log=False),
        dict(reduction=reduction, ignore_index=3))
row("cross_entropy places", losses.cross_entropy, [(2, 3, 2), np.array([[0, 2], [1, -100]])], class_loss)
row("cross_entropy of one", losses.cross_entropy, [(3,), np.array(1)], class_loss)
row("nll_loss of one", losses.nll_loss, [(3,), np.array(1)], lambda x, t: -x[1])
row("nll_loss places", losses.nll_loss, [(2, 3, 2), np.array([[0, 2], [1, 1]])],
    lambda x, t: class_loss(x, t, log=False))


def soft_loss(x, target, weight=None, reduction="mean", label_smoothing=0.0):
    log_p = x - np.log(np.exp(x).sum(1, keepdims=True))
    target = target * (1 - label_smoothing) + label_smoothing / x.shape[1]
    loss = -(target * log_p * (1 if weight is None else weight)).sum(1)
    return {"mean": loss.mean(), "none": loss}[reduction]


row("cross_entropy probabilities", losses.cross_entropy, [(2, 3), (2, 3)], soft_loss, domain=POSITIVE)
row("cross_entropy probabilities settings", losses.cross_entropy, [(2, 3), (2, 3), (3,)], soft_loss,
    dict(reduction="none", label_smoothing=0.2), domain=POSITIVE)
row("binary_cross_entropy", losses.binary_cross_entropy, [(3, 2), (3, 2)],
    lambda p, t: -np.where(t > 0, t * np.log(p) + (1 - t) * np.log(1 - p), 0).mean(), domain=(0.1, 0.9))
row("binary_cross_entropy weight", losses.binary_cross_entropy, [(3, 2), (3, 2), np.array([0.5, 2.0])],
    lambda p, t, w, reduction: -(t * np.log(p) + (1 - t) * np.log(1 - p)) * w, dict(reduction="none"),
    domain=(0.1, 0.9))
row("binary_cross_entropy_with_logits", losses.binary_cross_entropy_with_logits, [(3, 2), (3, 2)],
    lambda x, t: -(t * np.log(logistic(x)) + (1 - t) * np.log(1 - logistic(x))).mean(),
    domain=[(-2, 2), (0, 1)])
row("binary_cross_entropy_with_logits weights", losses.binary_cross_entropy_with_logits,
    [(3, 2), (3, 2), np.array([0.5, 2.0]), np.array([3.0, 0.5])],
    lambda x, t, w, pos_weight, reduction: (
        -(pos_weight * t * np.log(logistic(x)) + (1 - t) * np.log(1 - logistic(x))) * w).sum(),
    dict(reduction="sum"), domain=[(-2, 2), (0, 1), None, None],
    call=lambda op, x, t, w, pos_weight, *, reduction: op(
        x, t, w, reduction=reduction, pos_weight=pos_weight))
row("kl_div", losses.kl_div, [(3, 2), (3, 2)], lambda x, t: (t * (np.log(t) - x)).mean(), domain=POSITIVE)
row("kl_div batchmean", losses.kl_div, [(3, 2), (3, 2)],
    lambda x, t, reduction: (t * (np.log(t) - x)).sum() / 3, dict(reduction="batchmean"),
    domain=POSITIVE)
row("kl_div log_target", losses.kl_div, [(3, 2), (3, 2)],
    lambda x, t, log_target, reduction: np.exp(t) * (t - x), dict(log_target=True, reduction="none"))


import cases_of_layers  # noqa: E402, F401    adds its rows
import cases_of_indexing  # noqa: E402, F401    and its
import cases_of_matrices  # noqa: E402, F401    and its
import cases_of_scans  # noqa: E402, F401    and its
import cases_of_specials  # noqa: E402, F401    and its
