"""Rows of the table of ops (see ops.py) for elementwise ops, activations included."""

import math
import operator

import numpy as np
from cases.row import POSITIVE, at, logistic, row

import minigrad
from minigrad import Tensor
from minigrad.ops import methods
from minigrad.ops.layers import activations
from minigrad.ops.numbers import arithmetic, choosing, comparisons, powers
from minigrad.ops.places import layouts
from minigrad.ops.reductions import logic

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
    row(name, getattr(minigrad, name), [(3, 4)], formula, domain=domain, elementwise=True)

row("round decimals", arithmetic.round, [(3, 4)], lambda x, decimals: np.rint(x * 100) / 100,
    dict(decimals=2))


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

# Two arguments

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
    row(name, getattr(minigrad, name), [(3, 4), (3, 4)], formula, domain=domain, elementwise=True)

for exponent in (2, 3, 0.5, -0.5, -1, 1, 0, 1.7, 4):
    row(f"pow {exponent}", powers.pow, [(3, 4)], lambda a, b: np.exp(b * np.log(a)),
        dict(b=exponent), domain=POSITIVE, call=lambda op, a, *, b: op(a, b))
row("pow 2 of negative numbers", powers.pow, [(3, 4)], lambda a, b: a * a, dict(b=2),
    call=lambda op, a, *, b: op(a, b))
row("pow of a number", powers.pow, [(3, 4)], lambda b, a: np.exp(b * np.log(a)), dict(a=1.7),
    call=lambda op, b, *, a: op(a, b))
row("div floor", arithmetic.div, [(3, 4), (3, 4)], lambda a, b, rounding_mode: np.floor(a / b),
    dict(rounding_mode="floor"), domain=[(-5, 5), POSITIVE])
row("div trunc", arithmetic.div, [(3, 4), (3, 4)], lambda a, b, rounding_mode: np.trunc(a / b),
    dict(rounding_mode="trunc"), domain=[(-5, 5), POSITIVE])

for name, formula in [("eq", operator.eq), ("ne", operator.ne), ("lt", operator.lt), ("le", operator.le),
                      ("gt", operator.gt), ("ge", operator.ge)]:
    row(name, getattr(minigrad, name), [np.array([1.0, 2.0, 2.0]), np.array([2.0, 2.0, 1.0])],
        formula, differentiable=False)

for name, formula in [("logical_and", lambda a, b: (a != 0) & (b != 0)),
                      ("logical_or", lambda a, b: (a != 0) | (b != 0)),
                      ("logical_xor", lambda a, b: (a != 0) ^ (b != 0))]:
    row(name, getattr(minigrad, name),
        [np.array([0.0, 0.0, 2.0, 2.0]), np.array([0.0, 3.0, 0.0, 3.0])], formula,
        differentiable=False)

for name, formula in [("bitwise_and", operator.and_), ("bitwise_or", operator.or_),
                      ("bitwise_xor", operator.xor)]:
    op = getattr(minigrad, name)
    row(name, op, [np.array([0, 5, 6, -1]), np.array([3, 3, 12, 7])], formula, differentiable=False)
    row(f"{name} of booleans", op, [np.array([True, True, False]), np.array([True, False, False])],
        formula, differentiable=False)

SPECIAL = np.array([0.0, -1.0, np.nan, np.inf, -np.inf])
row("isnan", comparisons.isnan, [SPECIAL], lambda x: x != x, differentiable=False)
row("isinf", comparisons.isinf, [SPECIAL], lambda x: np.abs(x) == np.inf, differentiable=False)
row("isfinite", comparisons.isfinite, [SPECIAL], lambda x: x - x == 0, differentiable=False)
row("logical_not", comparisons.logical_not, [SPECIAL], lambda x: x == 0, differentiable=False)
row("bitwise_not", comparisons.bitwise_not, [np.array([0, 5, -1])], operator.inv, differentiable=False)
row("bitwise_not of booleans", comparisons.bitwise_not, [np.array([True, False])], operator.inv,
    differentiable=False)
row("isclose", comparisons.isclose,
    [np.array([1.0, 1.0, np.nan, np.inf]), np.array([1 + 1e-7, 1.1, np.nan, np.inf])],
    lambda a, b: np.array([True, False, False, True]), differentiable=False)
row("isclose equal_nan", comparisons.isclose, [np.array([1.0, np.nan]), np.array([1.05, np.nan])],
    lambda a, b, **settings: np.array([True, True]), dict(rtol=0.1, atol=0.0, equal_nan=True),
    differentiable=False)
row("allclose", logic.allclose, [np.array([1.0, 2.0]), np.array([1.0, 2.0 + 1e-7])],
    lambda a, b: True, differentiable=False)
row("allclose not", logic.allclose, [np.array([1.0, 2.0]), np.array([1.0, 2.1])],
    lambda a, b: False, differentiable=False)
row("equal", logic.equal, [np.array([1.0, 2.0]), np.array([1.0, 2.0])], lambda a, b: True,
    differentiable=False)
row("equal not", logic.equal, [np.array([1.0]), np.array([1.0, 1.0])], lambda a, b: False,
    differentiable=False)

CHOICE = np.array([[True], [False], [True]])
row("where", choosing.where, [CHOICE, (3, 4), (3, 4)], lambda c, a, b: c * a + ~c * b)
row("where of a number", choosing.where, [CHOICE, (3, 4)], lambda c, a: np.where(c, a, 2.0),
    call=lambda op, c, a: op(c, a, 2.0))
row("where Tensor", Tensor.where, [(3, 4), CHOICE, (3, 4)], lambda a, c, b: np.where(c, a, b),
    torch=lambda a, c, b: a.where(c, b))
row("clamp", choosing.clamp, [(3, 4)],
    lambda x, min, max: np.where(x < min, min, np.where(x > max, max, x)), dict(min=-0.5, max=0.7))
row("clamp min", choosing.clamp, [(3, 4)], lambda x, min: np.where(x < min, min, x), dict(min=0.2))
row("clamp max", choosing.clamp, [(3, 4)], lambda x, max: np.where(x > max, max, x), dict(max=0.2))
row("clamp by tensors", choosing.clamp, [(3, 4), (3, 4), (3, 4)], lambda x, low, high: np.minimum(
    np.maximum(x, low), high), domain=[(-3, 3), (-1, 0), (0, 1)])
row("lerp", arithmetic.lerp, [(3, 4), (3, 4), (3, 4)], lambda a, b, w: a * (1 - w) + b * w)
row("lerp by a number", arithmetic.lerp, [(3, 4), (3, 4)], lambda a, b, weight: a * 0.7 + b * 0.3,
    dict(weight=0.3))
row("addcmul", arithmetic.addcmul, [(3, 4), (3, 1), (4,)], lambda x, a, b, value: x + value * a * b,
    dict(value=0.5))
row("addcdiv", arithmetic.addcdiv, [(3, 4), (3, 1), (4,)], lambda x, a, b, value: x + value * a / b,
    dict(value=0.5), domain=POSITIVE)
row("nan_to_num", choosing.nan_to_num, [np.array([1.0, np.nan])], lambda x: np.array([1.0, 0.0]),
    differentiable=False)
row("nan_to_num numbers", choosing.nan_to_num, [np.array([1.5, np.nan, np.inf, -np.inf])],
    lambda x, **settings: np.array([1.5, 1, 2, 3]), dict(nan=1.0, posinf=2.0, neginf=3.0),
    differentiable=False)
row("to float64", methods.to, [(3, 4)], lambda x, dtype: x.astype(dtype),
    dict(dtype=np.dtype("float64")), torch=False)
row("clone", layouts.clone, [(3, 4)], np.copy)
row("contiguous", layouts.contiguous, [(3, 4)], np.copy)
row("contiguous channels_last", layouts.contiguous, [(2, 3, 2, 4)], lambda x, memory_format: x,
    dict(memory_format=minigrad.channels_last), torch=lambda x, memory_format: x.contiguous())
row("is_contiguous", layouts.is_contiguous, [(3, 4)], lambda x: (True, False), differentiable=False,
    call=lambda op, x: (op(x.contiguous()), op(x.contiguous().T)))
