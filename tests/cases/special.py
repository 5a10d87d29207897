"""Rows of the table of ops (see ops.py) for special functions, signs, integers and statistics."""

import itertools
import math
from statistics import NormalDist

import numpy as np
from cases.row import POSITIVE, at, row

import minigrad
from minigrad.ops.images import pooling
from minigrad.ops.layers import activations
from minigrad.ops.losses import margins
from minigrad.ops.matrices import distances, norms
from minigrad.ops.numbers import arithmetic, choosing, comparisons, powers, special, trigonometry
from minigrad.ops.reductions import order, statistics, sums

PAIRS = np.triu_indices(4, 1)

# Signs, powers, integers, angles

EDGES = np.array([[0.0, -0.0, 2.0, -3.0], [np.nan, np.inf, -np.inf, 0.01]])
PARTNERS = np.array([[1.0, -1.0, 2.0, np.nan], [2.0, -np.inf, -3.0, -1.0]])
WHOLE = [np.array([-12, 0, 9, 7]), np.array([18, 5, 3, 0])]

for name, formula in [("signbit", np.signbit), ("isreal", lambda x: np.full(x.shape, True)),
                      ("isposinf", lambda x: (x > 0) & np.isinf(x)),
                      ("isneginf", lambda x: (x < 0) & np.isinf(x))]:
    row(name, getattr(minigrad, name), [EDGES], formula, differentiable=False)
row("heaviside", choosing.heaviside, [EDGES, PARTNERS], lambda x, v: np.where(x == 0, v, x > 0),
    differentiable=False)
row("heaviside of integers", choosing.heaviside, [np.array([-2, 0, 3]), np.array([5, 6, 7])],
    lambda x, v: np.array([0, 6, 1]), differentiable=False)
row("copysign", arithmetic.copysign, [(3, 4), (3, 4)], lambda a, b: np.abs(a) * np.sign(b), elementwise=True)
row("copysign edges", arithmetic.copysign, [EDGES, PARTNERS], np.copysign, differentiable=False)
row("positive", arithmetic.positive, [(3, 4)], lambda x: x, elementwise=True)
for name, better in [("fmax", np.greater), ("fmin", np.less)]:
    op = getattr(minigrad, name)
    row(name, op, [(3, 4), (3, 4)], lambda a, b, better=better: np.where(better(a, b), a, b),
        elementwise=True)
    row(f"{name} edges", op, [EDGES, PARTNERS], getattr(np, name), differentiable=False)
for name, better in [("clamp_min", np.greater), ("clamp_max", np.less)]:
    op, limit = getattr(minigrad, name), name[-3:]
    row(name, op, [(3, 4)], lambda x, better=better, **limit: np.where(
        better(x, *limit.values()), x, *limit.values()), {limit: 0.3})
    row(f"{name} tensor", op, [(3, 4), (4,)], lambda a, b, better=better: np.where(better(a, b), a, b))
row("nextafter", arithmetic.nextafter, [(3, 4), (4,)], np.nextafter)
row("nextafter up and down", arithmetic.nextafter,
    [np.array([1.0, 1.0, 0.0, 2.0]), np.array([2.0, 0.0, -1.0, 2.0])],
    lambda a, b: np.array([1 + 2.0**-52, 1 - 2.0**-53, -5e-324, 2.0]), differentiable=False)

row("logaddexp2", powers.logaddexp2, [(3, 4), (3, 4)], lambda a, b: np.log2(2**a + 2**b), elementwise=True)
row("ldexp", powers.ldexp, [(3, 4), (3, 4)], lambda a, b: a * 2**b, elementwise=True)
row("frexp", powers.frexp, [(3, 4)], np.frexp, domain=(-9, 9))
row("frexp edges", powers.frexp, [np.array([0.0, 0.5, 1.0, -8.0])],
    lambda x: (np.array([0, 0.5, 0.5, -0.5]), np.array([0, 0, 1, 4], "i4")), differentiable=False)
row("float_power", powers.float_power, [(3, 4), (3, 4)], lambda a, b, dtype: np.exp(b * np.log(a)),
    dict(dtype="float64"), domain=[POSITIVE, (-1.5, 1.5)], call=lambda op, a, b, dtype: op(a, b))

for name, formula in [("gcd", np.vectorize(math.gcd)), ("lcm", np.vectorize(math.lcm))]:
    row(name, getattr(minigrad, name), WHOLE, formula, differentiable=False)
row("bitwise_left_shift", comparisons.bitwise_left_shift, [WHOLE[0], np.array([0, 1, 2, 3])],
    lambda a, b: a * 2**b, differentiable=False)
row("bitwise_right_shift", comparisons.bitwise_right_shift, [WHOLE[0], np.array([0, 1, 2, 3])],
    lambda a, b: a // 2**b, differentiable=False)
row("deg2rad", trigonometry.deg2rad, [(3, 4)], lambda x: x * np.pi / 180, domain=(-200, 200),
    elementwise=True)
row("rad2deg", trigonometry.rad2deg, [(3, 4)], lambda x: x * 180 / np.pi, elementwise=True)

# Special functions, against their integrals


def psi(n, x):
    """DLMF 5.9.12 and its derivatives, by the trapezoidal rule in the logarithm of t."""
    t = np.exp(np.arange(-45, 6, 1 / 32))
    rest = np.exp(-np.multiply.outer(x, t)) / -np.expm1(-t)
    return ((np.exp(-t) / t if n == 0 else 0) - rest * (-t) ** n) @ t / 32


def bessel_i0(x):
    """The mean of e^(x cos a) over all angles: DLMF 10.32.1."""
    return np.exp(np.multiply.outer(x, np.cos(np.arange(64) * np.pi / 32))).mean(-1)


def inverse_of_erf(x):
    return at(lambda x: NormalDist().inv_cdf((x + 1) / 2) / math.sqrt(2))(x)


for name, formula, domain in [
        ("erfc", at(math.erfc), (-2.5, 2.5)),
        ("erfinv", inverse_of_erf, (-0.9, 0.9)),
        ("lgamma", at(math.lgamma), (0.2, 4.5)),
        ("digamma", lambda x: psi(0, x), (0.3, 4.5)),
        ("i0", bessel_i0, (-4.5, 4.5)),
        ("sinc", np.sinc, (-2.5, 2.5)),
        ("logit", lambda x: np.log(x) - np.log1p(-x), (0.1, 0.9))]:
    row(name, getattr(special, name), [(3, 4)], formula, domain=domain, elementwise=True)

row("erfc far out", special.erfc, [(3, 4)], at(math.erfc), domain=(3.0, 5.0))
row("lgamma of large numbers", special.lgamma, [(3, 4)], at(math.lgamma), domain=(9.0, 30.0))
row("lgamma of negative numbers", special.lgamma, [(3, 4)], at(math.lgamma), domain=(-2.9, -2.1))
row("digamma of negative numbers", special.digamma, [(3, 4)],
    lambda x: psi(0, 1 - x) - np.pi / np.tan(np.pi * x), domain=(-1.9, -1.1))
for n in range(4):
    row(f"polygamma {n}", special.polygamma, [(3, 4)], lambda x, n: psi(n, x), dict(n=n), domain=(0.5, 3.5),
        call=lambda op, x, *, n: op(n, x))
row("mvlgamma", special.mvlgamma, [(3, 4)],
    lambda x, p: sum(at(math.lgamma)(x - i / 2) for i in range(p)) + p * (p - 1) / 4 * math.log(math.pi),
    dict(p=3), domain=(1.5, 4.5))
row("i0 of large numbers", special.i0, [(3,)], bessel_i0, domain=(30.0, 32.0))
row("sinc at 0", special.sinc, [np.array([0.0, 1e-5, 1.0])], np.sinc)
row("logit eps", special.logit, [(3, 4)],
    lambda x, eps: np.log(np.clip(x, eps, 1 - eps)) - np.log1p(-np.clip(x, eps, 1 - eps)), dict(eps=0.2),
    domain=(-0.3, 1.3))

# Statistics. Rows with ties or NaN have no derivatives: there is none where elements swap places.

HOLES = np.array([[3.0, 1.0, 2.0, 5.0], [4.0, 4.0, np.nan, 0.0], [np.nan, np.nan, np.nan, np.nan]])
TIES = np.array([[3, 3, 2, 2, 1], [1, 2, 3, 4, 5], [0, 7, 7, 0, 7]])
SHARES = np.array([0.0, 0.2, 0.7, 1.0])

for method in ("linear", "lower", "higher", "midpoint", "nearest"):
    row(f"quantile {method}", statistics.quantile, [(5, 4)],
        lambda x, q, dim, interpolation: np.quantile(x, q, dim, method=interpolation),
        dict(q=SHARES, dim=1, interpolation=method))
    row(f"nanquantile {method}", statistics.nanquantile, [HOLES[:2]],
        lambda x, q, dim, interpolation: np.nanquantile(x, q, dim, method=interpolation),
        dict(q=SHARES, dim=1, interpolation=method), differentiable=False)
row("quantile of all", statistics.quantile, [(3, 4)], np.quantile, dict(q=0.3))
row("quantile keepdim", statistics.quantile, [(3, 4)], lambda x, q, keepdim: np.quantile(x, q, keepdims=True),
    dict(q=SHARES, keepdim=True))
row("quantile dim keepdim", statistics.quantile, [(3, 4)],
    lambda x, q, dim, keepdim: np.quantile(x, q, dim, keepdims=True), dict(q=0.6, dim=0, keepdim=True))
row("quantile with NaN", statistics.quantile, [HOLES], lambda x, q, dim: np.quantile(x, q, dim),
    dict(q=SHARES, dim=1), differentiable=False)
row("nanquantile", statistics.nanquantile, [(3, 4)], np.nanquantile, dict(q=0.3))
row("nanmedian", order.nanmedian, [(3, 3)], np.median)
row("nanmedian dim", order.nanmedian, [HOLES[:2]], lambda x, dim: (np.array([2.0, 4.0]), np.array([2, 0])),
    dict(dim=1), differentiable=False)
row("median with NaN", order.median, [HOLES[:2]], lambda x, dim: (np.array([2.0, np.nan]), np.array([2, 2])),
    dict(dim=1), differentiable=False)
row("nanmean", sums.nanmean, [(3, 4)], np.mean)
row("nanmean dim", sums.nanmean, [HOLES[:2]], lambda x, dim, keepdim: np.nanmean(x, dim, keepdims=True),
    dict(dim=0, keepdim=True), differentiable=False)
row("kthvalue", order.kthvalue, [(3, 4)], lambda x, k: (np.sort(x)[:, k - 1], np.argsort(x)[:, k - 1]),
    dict(k=2))
row("kthvalue dim", order.kthvalue, [(3, 4)],
    lambda x, k, dim, keepdim: (np.sort(x, dim)[k - 1:k], np.argsort(x, dim)[k - 1:k]),
    dict(k=3, dim=0, keepdim=True))
row("mode", statistics.mode, [TIES], lambda x: (np.array([2, 1, 7]), np.array([3, 0, 4])),
    differentiable=False)
row("mode keepdim", statistics.mode, [TIES.T],
    lambda x, dim, keepdim: (np.array([[2, 1, 7]]), np.array([[3, 0, 4]])),
    dict(dim=0, keepdim=True), differentiable=False)
row("mode of different numbers", statistics.mode, [(3, 4)], lambda x: (x.min(1), x.argmin(1)))

row("cov", statistics.cov, [(3, 5)], np.cov)
row("cov of one", statistics.cov, [(5,)], lambda x, correction: x.var(), dict(correction=0))
for names in ("fweights", "aweights", "fweights aweights"):
    weights = {name: np.array([1, 2, 3, 1, 2]) if name[0] == "f" else np.array([0.5, 1.5, 1.0, 2.0, 0.3])
               for name in names.split()}
    row(f"cov {names}", statistics.cov, [(3, 5)], np.cov, weights)
row("corrcoef", statistics.corrcoef, [(3, 5)], np.corrcoef)
row("corrcoef of one", statistics.corrcoef, [(5,)], lambda x: np.array(1.0))

SAMPLE = np.array([1.0, 2.0, 1.0, 4.0, 9.0])
row("histc", statistics.histc, [SAMPLE], lambda x, bins: np.array([3.0, 1, 0, 1]), dict(bins=4),
    differentiable=False)
row("histc range", statistics.histc, [SAMPLE], lambda x, **settings: np.array([0.0, 2, 1, 1]),
    dict(bins=4, min=0, max=4), differentiable=False)
row("histc of equals", statistics.histc, [np.ones(3)], lambda x, bins: np.array([0.0, 0, 3, 0]), dict(bins=4),
    differentiable=False)
row("histogram", statistics.histogram, [SAMPLE],
    lambda x, bins: (np.array([3.0, 1, 0, 1]), np.array([1.0, 3, 5, 7, 9])), dict(bins=4),
    differentiable=False)
row("histogram edges", statistics.histogram, [SAMPLE],
    lambda x, bins, weight: (np.array([4.0, 4.0]), bins),
    dict(bins=np.array([0.0, 2.0, 5.0]), weight=np.full(5, 2.0)), differentiable=False)
row("histogram density", statistics.histogram, [SAMPLE],
    lambda x, **settings: (np.array([0, 0.5, 0.25, 0.25]), np.arange(5.0)),
    dict(bins=4, range=(0.0, 4.0), density=True), differentiable=False)


def scaled_rows(x, p, dim, maxnorm):
    size = (np.abs(x) ** p).sum(1, keepdims=True) ** (1 / p)
    return x * np.where(size > maxnorm, maxnorm / (size + 1e-7), 1)


for p in (1, 2, 3):
    row(f"renorm {p}", norms.renorm, [(4, 3)], scaled_rows, dict(p=p, dim=0, maxnorm=1.5))


def slopes(x, spacing=1, dim=None, edge_order=1):
    dims = range(x.ndim) if dim is None else [dim] if isinstance(dim, int) else dim
    spacings = spacing if isinstance(spacing, list) else [spacing] * len(dims)
    return tuple(np.gradient(x, h, axis=d, edge_order=edge_order) for d, h in zip(dims, spacings))


def as_tuple_of(op, *inputs, spacing, **settings):
    """gradient gives a list; coordinates come as one array for all dims."""
    spacing = [spacing] if hasattr(spacing, "shape") else spacing
    return tuple(op(*inputs, spacing=spacing, **settings))


PLACES = np.array([0.0, 0.5, 2.0, 3.5])
row("gradient", statistics.gradient, [(3, 4)], slopes, dict(spacing=1), call=as_tuple_of)
row("gradient spacing", statistics.gradient, [(3, 4)], slopes, dict(spacing=[0.5, 2.0], edge_order=2),
    call=as_tuple_of)
row("gradient dim", statistics.gradient, [(3, 2)], slopes, dict(spacing=0.3, dim=1), call=as_tuple_of)
for edge_order in (1, 2):
    row(f"gradient places {edge_order}", statistics.gradient, [(3, 4)], slopes,
        dict(spacing=PLACES, dim=[1], edge_order=edge_order), call=as_tuple_of)

# Functions of torch.nn.functional


def margins_of_labels(x, target, reduction="mean"):
    losses = []
    for scores, ids in zip(x, target):
        wanted = ids[:(ids < 0).argmax()] if (ids < 0).any() else ids
        rest = [i for i in range(len(scores)) if i not in wanted]
        losses.append(sum(max(0, 1 - scores[j] + scores[i]) for j in wanted for i in rest) / len(scores))
    return {"mean": np.mean, "none": np.array}[reduction](losses)


LABELS = np.array([[3, 0, -1, 1], [2, -1, -1, -1], [-1, 0, 1, 2], [3, 2, 1, 0]])
row("multilabel_margin_loss", margins.multilabel_margin_loss, [(4, 4), LABELS], margins_of_labels)
row("multilabel_margin_loss none", margins.multilabel_margin_loss, [(4, 4), LABELS], margins_of_labels,
    dict(reduction="none"))
row("rrelu", activations.rrelu, [(3, 4)], lambda x, lower, upper: np.where(x > 0, x, 0.2 * x),
    dict(lower=0.1, upper=0.3))
row("pdist", distances.pdist, [(4, 3)],
    lambda x: np.array([np.linalg.norm(a - b) for a, b in itertools.combinations(x, 2)]),
    torch=lambda x: (x[PAIRS[0]] - x[PAIRS[1]]).norm(dim=-1))
row("pdist 1", distances.pdist, [(4, 3)],
    lambda x, p: np.array([np.abs(a - b).sum() for a, b in itertools.combinations(x, 2)]), dict(p=1.0),
    torch=lambda x, p: (x[PAIRS[0]] - x[PAIRS[1]]).norm(p=p, dim=-1))


def fractional(x, kernel_size, output_size, _random_samples, return_indices=False):
    N, C, *size = x.shape
    y, places = np.empty((N, C, *output_size)), np.empty((N, C, *output_size), int)
    for n, c, *out in np.ndindex(y.shape):
        at = []
        for axis, k in enumerate(out):
            u, gap = _random_samples[n, c, 1 - axis if len(out) == 2 else axis], size[axis] - kernel_size
            alpha = gap / (output_size[axis] - 1)
            at.append(gap if k == output_size[axis] - 1 else int((k + u) * alpha) - int(u * alpha))
        patch = x[(n, c, *(slice(i, i + kernel_size) for i in at))]
        y[(n, c, *out)] = patch.max()
        inside = np.unravel_index(patch.argmax(), patch.shape)
        places[(n, c, *out)] = np.ravel_multi_index(np.add(at, inside), size)
    return (y, places) if return_indices else y


STARTS = np.random.default_rng(3).random((2, 2, 2))
row("fractional_max_pool2d", pooling.fractional_max_pool2d, [(2, 2, 6, 7)], fractional,
    dict(kernel_size=2, output_size=(3, 4), _random_samples=STARTS))
row("fractional_max_pool2d indices", pooling.fractional_max_pool2d, [(2, 2, 6, 7)], fractional,
    dict(kernel_size=2, output_size=(4, 3), _random_samples=STARTS, return_indices=True))
row("fractional_max_pool3d", pooling.fractional_max_pool3d, [(1, 2, 5, 6, 4)], fractional,
    dict(kernel_size=2, output_size=(3, 4, 2), _random_samples=np.random.default_rng(4).random((1, 2, 3)),
         return_indices=True))
