"""Rows of the table of ops (see ops.py) for the functions that losses and layers call."""

import itertools
import math

import numpy as np
from cases.row import row

from minigrad.ops.images import pooling, resize, warp
from minigrad.ops.layers import activations, embedding, normalisation
from minigrad.ops.losses import likelihoods, margins
from minigrad.ops.matrices import distances
from minigrad.ops.places import joining

SIGNS = np.array([[1, -1, 1], [-1, -1, 1]])
BITS = np.array([[1, 0, 1], [0, 0, 1]])
COUNTS = np.array([[0, 1, 2], [3, 4, 1]])


def reduced(formula):
    """A loss formula per element or sample, with a `reduction` argument added."""
    def loss(*inputs, reduction="mean", **settings):
        return {"mean": np.mean, "sum": np.sum, "none": np.asarray}[reduction](formula(*inputs, **settings))
    return loss


def above(x):
    """x where it is above 0, else 0."""
    return np.where(x > 0, x, 0)


row("hardshrink", activations.hardshrink, [(3, 4)], lambda x: np.where((x < -0.5) | (x > 0.5), x, 0))
row("hardshrink lambd", activations.hardshrink, [(3, 4)], lambda x, lambd: np.where(x * x > 1, x, 0),
    dict(lambd=1))
row("softshrink", activations.softshrink, [(3, 4)], lambda x: np.sign(x) * above(abs(x) - 0.5))
row("softshrink lambd", activations.softshrink, [(3, 4)], lambda x, lambd: np.sign(x) * above(abs(x) - 1),
    dict(lambd=1))
row("split many", joining.split, [(7, 2)], lambda x, split_size: tuple(x[i:i + 1] for i in range(7)),
    dict(split_size=1), torch=False)
row("split many sizes", joining.split, [(2, 9)],
    lambda x, split_size, dim: tuple(np.split(x, [2, 2, 5, 6, 8], 1)),
    dict(split_size=[2, 0, 3, 1, 2, 1], dim=1), torch=False)
row("unbind many", joining.unbind, [(2, 6)], lambda x, dim: tuple(x[:, i] for i in range(6)), dict(dim=-1))

# Distances and margins


def distance(a, b, p=2, eps=1e-6):
    return (abs(a - b + eps)**p).sum(-1)**(1 / p)


def cosine(a, b):
    return (a * b).sum(-1) / np.sqrt(((a * a).sum(-1) + 1e-12) * ((b * b).sum(-1) + 1e-12))


row("pairwise_distance", distances.pairwise_distance, [(3, 4), (3, 4)], distance)
row("pairwise_distance settings", distances.pairwise_distance, [(3, 4), (3, 4)],
    lambda a, b, p, eps, keepdim: distance(a, b, p, eps)[:, None], dict(p=1, eps=0.1, keepdim=True))
row("pairwise_distance of vectors", distances.pairwise_distance, [(4,), (4,)], distance, dict(p=3))
row("hinge_embedding_loss", margins.hinge_embedding_loss, [(2, 3), SIGNS],
    reduced(lambda x, t: np.where(t == 1, x, above(1 - x))))
row("hinge_embedding_loss settings", margins.hinge_embedding_loss, [(2, 3), SIGNS],
    reduced(lambda x, t, margin: np.where(t == 1, x, above(0.4 - x))), dict(margin=0.4, reduction="none"))
row("cosine_embedding_loss", margins.cosine_embedding_loss, [(3, 4), (3, 4), SIGNS[0]],
    reduced(lambda a, b, t: np.where(t == 1, 1 - cosine(a, b), above(cosine(a, b)))))
row("cosine_embedding_loss settings", margins.cosine_embedding_loss, [(3, 4), (3, 4), SIGNS[0]],
    reduced(lambda a, b, t, margin: np.where(t == 1, 1 - cosine(a, b), above(cosine(a, b) + 0.5))),
    dict(margin=-0.5, reduction="none"))
row("cosine_embedding_loss of one", margins.cosine_embedding_loss, [(4,), (4,), np.array(1)],
    lambda a, b, t: 1 - cosine(a, b))
row("margin_ranking_loss", margins.margin_ranking_loss, [(2, 3), (2, 3), SIGNS],
    reduced(lambda a, b, t: above(np.where(t == 1, b - a, a - b))))
row("margin_ranking_loss settings", margins.margin_ranking_loss, [(2, 3), (2, 3), SIGNS],
    reduced(lambda a, b, t, margin: above(np.where(t == 1, b - a, a - b) + 1.3)),
    dict(margin=1.3, reduction="none"))
row("triplet_margin_loss", margins.triplet_margin_loss, [(3, 4), (3, 4), (3, 4)],
    reduced(lambda a, b, c: above(distance(a, b) - distance(a, c) + 1)))
row("triplet_margin_loss settings", margins.triplet_margin_loss, [(3, 4), (3, 4), (3, 4)],
    reduced(lambda a, b, c, margin, p, eps, swap: above(
        distance(a, b, 1, 0.1) - np.minimum(distance(a, c, 1, 0.1), distance(b, c, 1, 0.1)) + 3)),
    dict(margin=3.0, p=1, eps=0.1, swap=True, reduction="none"))
row("triplet_margin_with_distance_loss", margins.triplet_margin_with_distance_loss, [(3, 4), (3, 4), (3, 4)],
    reduced(lambda a, b, c, distance_function, margin: above(
        ((a - b)**2).sum(-1) - ((a - c)**2).sum(-1) + 3)),
    dict(distance_function=lambda a, b: ((a - b)**2).sum(-1), margin=3.0, reduction="none"))


def multi_margin(x, target, weight=None, p=1, margin=1.0):
    """Sample by sample and class by class."""
    x, target = np.atleast_2d(x), np.atleast_1d(target)
    return np.array([sum((1 if weight is None else weight[i]) * max(0, margin - row[i] + row[j])**p
                         for j in range(len(row)) if j != i) / len(row) for row, i in zip(x, target)])


# PyTorch differentiates it only once; test_nn_torch.py compares the gradient
row("multi_margin_loss", margins.multi_margin_loss, [(2, 3), np.array([0, 2])], reduced(multi_margin),
    torch=False)
row("multi_margin_loss settings", margins.multi_margin_loss, [(2, 3), np.array([0, 2])],
    reduced(multi_margin),
    dict(p=2, margin=2.0, weight=np.array([0.5, 2.0, 3.0]), reduction="none"), torch=False)
row("multi_margin_loss of one", margins.multi_margin_loss, [(3,), np.array(1)], reduced(multi_margin),
    torch=False)
row("soft_margin_loss", margins.soft_margin_loss, [(2, 3), SIGNS],
    reduced(lambda x, t: np.log(1 + np.exp(-x * t))))
row("soft_margin_loss none", margins.soft_margin_loss, [(2, 3), SIGNS],
    reduced(lambda x, t: np.log(1 + np.exp(-x * t))), dict(reduction="none"))
row("multilabel_soft_margin_loss", margins.multilabel_soft_margin_loss, [(2, 3), BITS],
    reduced(lambda x, t: np.log(1 + np.exp(np.where(t == 1, -x, x))).mean(-1)))
row("multilabel_soft_margin_loss settings", margins.multilabel_soft_margin_loss, [(2, 3), BITS, (3,)],
    reduced(lambda x, t, w: (w * np.log(1 + np.exp(np.where(t == 1, -x, x)))).mean(-1)),
    dict(reduction="none"))

# Likelihoods

row("poisson_nll_loss", likelihoods.poisson_nll_loss, [(2, 3), COUNTS],
    reduced(lambda x, t: np.exp(x) - t * x))
row("poisson_nll_loss full", likelihoods.poisson_nll_loss, [(2, 3), COUNTS + 0.5],
    reduced(lambda x, t, full: np.exp(x) - t * x + np.where(
        t > 1, t * np.log(t) - t + np.log(2 * math.pi * t) / 2, 0)), dict(full=True, reduction="none"))
row("poisson_nll_loss of numbers", likelihoods.poisson_nll_loss, [(2, 3), COUNTS],
    reduced(lambda x, t, log_input, eps: x - t * np.log(x + 0.1)), dict(log_input=False, eps=0.1),
    domain=[(0.2, 3), None])
row("gaussian_nll_loss", likelihoods.gaussian_nll_loss, [(2, 3), (2, 3), (2, 3)],
    reduced(lambda x, t, v: (np.log(v) + (x - t)**2 / v) / 2), domain=(0.2, 2))
row("gaussian_nll_loss full", likelihoods.gaussian_nll_loss, [(2, 3), (2, 3), (2,)],
    reduced(lambda x, t, v, full: (np.log(2 * math.pi * v[:, None]) + (x - t)**2 / v[:, None]) / 2),
    dict(full=True, reduction="none"), domain=[(-1, 1), (-1, 1), (0.2, 2)])
row("gaussian_nll_loss of a number", likelihoods.gaussian_nll_loss, [(2, 3), (2, 3)],
    reduced(lambda x, t, var: (np.log(0.3) + (x - t)**2 / 0.3) / 2), dict(var=0.3))


def all_ways(x, targets, input_lengths, target_lengths, blank=0, reduction="mean", zero_infinity=False):
    """CTC, by trying every sequence of labels and blanks."""
    losses, start = [], 0
    for n, (T, S) in enumerate(zip(input_lengths, target_lengths)):
        wanted = list(targets[n][:S] if targets.ndim == 2 else targets[start:start + S])
        start += S
        total = 0.0
        for path in itertools.product(range(x.shape[2]), repeat=T):
            read = [label for label, _ in itertools.groupby(path) if label != blank]
            total += np.exp(sum(x[t, n, label] for t, label in enumerate(path))) * (read == wanted)
        losses.append(-np.log(total) if total else 0 if zero_infinity else np.inf)
    losses = np.array(losses)
    return {"mean": (losses / np.maximum(target_lengths, 1)).mean(), "sum": losses.sum(),
            "none": losses}[reduction]


for name, targets, settings in [
        ("", [[1, 1], [2, 0], [0, 0]], dict(input_lengths=[4, 2, 3], target_lengths=[2, 1, 0])),
        (" in a row", [2, 2, 0],
         dict(input_lengths=[4, 2, 3], target_lengths=[2, 0, 1], blank=1, reduction="none")),
        (" too short", [[1, 1], [2, 1], [1, 2]], dict(input_lengths=[2, 2, 4], target_lengths=[2, 1, 2],
                                                    zero_infinity=True, reduction="sum"))]:
    row(f"ctc_loss{name}", likelihoods.ctc_loss, [(4, 3, 3)], all_ways, domain=(-2, -0.2), settings=dict(
        targets=np.array(targets),
        **{k: np.array(v) if isinstance(v, list) else v for k, v in settings.items()}),
        torch=False)        # PyTorch's gradient is right only after log_softmax; see test_nn_torch.py

# Sizes of images


def places(n, S, step=None, corners=False):
    """The positions of S new pixels among n old ones; the first old centre is at 0."""
    if corners:
        return np.linspace(0, n - 1, S)
    return (np.arange(S) + 0.5) * (n / S if step is None else step) - 0.5


def lines(S, **how):
    return lambda x: np.interp(places(len(x), S, **how), np.arange(len(x)), x)


def keys(d):
    """Keys 1981, eq. 8, with the slope -0.75 at distance 1."""
    d, a = abs(d), -0.75
    return np.where(d <= 1, (a + 2) * d**3 - (a + 3) * d**2 + 1,
                    np.where(d < 2, a * d**3 - 5 * a * d**2 + 8 * a * d - 4 * a, 0))


def cubics(S, **how):
    def resized(x):
        wide = np.pad(x, 3, "edge")
        return np.array([(keys(np.arange(-3, len(x) + 3) - place) * wide).sum()
                         for place in places(len(x), S, **how)])
    return resized


def steps(S, step=None, centre=0):
    return lambda x: x[[int((i + centre) * (len(x) / S if step is None else step)) for i in range(S)]]


def means(S):
    return lambda x: np.array([x[i * len(x) // S:-(-(i + 1) * len(x) // S)].mean() for i in range(S)])


def along_axes(kernels):
    """Functions of vectors, along the third axis, the fourth, ..."""
    def formula(x, **_):
        for axis, kernel in enumerate(kernels, start=2):
            x = np.apply_along_axis(kernel, axis, x)
        return x
    return formula


def smoothed(size, kernel, reach):
    """Means of a vector by a kernel as wide as a new pixel where it is wider than an old one."""
    def formula(x):
        step = len(x) / size
        y = np.zeros(size)
        for i in range(size):
            centre, width = (i + 0.5) * step, max(step, 1)
            near = [j for j in range(len(x)) if abs(j + 0.5 - centre) < reach * width]
            weights = [kernel(abs(j + 0.5 - centre) / width) for j in near]
            y[i] = sum(w * x[j] for w, j in zip(weights, near)) / sum(weights)
        return y
    return formula


def sharper(d):
    """Keys' cubic with slope -0.5 at distance 1."""
    return 1.5 * d**3 - 2.5 * d**2 + 1 if d < 1 else -0.5 * d**3 + 2.5 * d**2 - 4 * d + 2


for name, size, kernels, settings in [
        ("bilinear antialias", (1, 1, 7, 3), [smoothed(n, lambda d: 1 - d, 1) for n in (3, 4)],
         dict(size=(3, 4), mode="bilinear", antialias=True)),
        ("bicubic antialias", (1, 1, 7, 5), [smoothed(n, sharper, 2) for n in (3, 8)],
         dict(size=(3, 8), mode="bicubic", antialias=True)),
        ("nearest", (1, 2, 5), [steps(8)], dict(size=8)),
        ("nearest scale", (1, 2, 3, 2), [steps(6), steps(4)], dict(scale_factor=2)),
        ("nearest fraction", (1, 2, 5), [steps(8, 1 / 1.7)], dict(scale_factor=1.7)),
        ("nearest smaller", (1, 2, 4, 5), [steps(2), steps(3)], dict(size=(2, 3))),
        ("nearest-exact", (1, 2, 5), [steps(3, centre=0.5)], dict(size=3, mode="nearest-exact")),
        ("area", (1, 2, 5, 4), [means(2), means(3)], dict(size=(2, 3), mode="area")),
        ("linear", (1, 2, 5), [lines(8)], dict(size=8, mode="linear")),
        ("linear scale", (1, 2, 5), [lines(8, step=1 / 1.7)], dict(scale_factor=1.7, mode="linear")),
        ("linear recomputed", (1, 2, 5), [lines(8)],
         dict(scale_factor=1.7, mode="linear", recompute_scale_factor=True)),
        ("linear corners", (1, 2, 5), [lines(8, corners=True)],
         dict(size=8, mode="linear", align_corners=True)),
        ("bilinear", (1, 2, 3, 4), [lines(6), lines(2)], dict(size=(6, 2), mode="bilinear")),
        ("bilinear to one pixel", (1, 2, 3, 4), [lines(1, corners=True)] * 2,
         dict(size=1, mode="bilinear", align_corners=True)),
        ("trilinear", (1, 1, 2, 3, 2), [lines(4), lines(6), lines(4)],
         dict(scale_factor=2, mode="trilinear")),
        ("bicubic", (1, 2, 3, 4), [cubics(6), cubics(2)], dict(size=(6, 2), mode="bicubic")),
        ("bicubic corners", (1, 1, 3, 4), [cubics(5, corners=True), cubics(6, corners=True)],
         dict(size=(5, 6), mode="bicubic", align_corners=True))]:
    row(f"interpolate {name}", resize.interpolate, [size], along_axes(kernels), settings)


def shuffled(x, upscale_factor):
    """Pixel by pixel."""
    r = upscale_factor
    *lead, C, H, W = x.shape
    y = np.zeros((*lead, C // r**2, r * H, r * W))
    for c, i, j in np.ndindex(y.shape[-3:]):
        y[..., c, i, j] = x[..., c * r**2 + i % r * r + j % r, i // r, j // r]
    return y


def unshuffled(x, downscale_factor):
    r = downscale_factor
    *lead, C, H, W = x.shape
    y = np.zeros((*lead, C * r**2, H // r, W // r))
    for c, i, j in np.ndindex(C, H, W):
        y[..., c * r**2 + i % r * r + j % r, i // r, j // r] = x[..., c, i, j]
    return y


row("pixel_shuffle", resize.pixel_shuffle, [(2, 8, 2, 3)], shuffled, dict(upscale_factor=2))
row("pixel_shuffle of one image", resize.pixel_shuffle, [(9, 2, 1)], shuffled, dict(upscale_factor=3))
row("pixel_unshuffle", resize.pixel_unshuffle, [(2, 1, 4, 6)], unshuffled, dict(downscale_factor=2))
row("channel_shuffle", resize.channel_shuffle, [(2, 6, 2)],
    lambda x, groups: x[:, [c % 2 * 3 + c // 2 for c in range(6)]], dict(groups=2))

# Pooling with indices, and other kinds of pooling


def windows(x, K, stride):
    """(first index, patch) of each window of a vector."""
    return [(i, x[i:i + K]) for i in range(0, len(x) - K + 1, stride)]


def pooled_with_places(x, kernel_size, stride, return_indices):
    y = np.apply_along_axis(lambda v: np.array([patch.max() for _, patch in windows(v, 3, 2)]), -1, x)
    places = np.apply_along_axis(
        lambda v: np.array([i + patch.argmax() for i, patch in windows(v, 3, 2)]), -1, x)
    return y, places


row("max_pool1d with places", pooling.max_pool1d, [(2, 2, 7)], pooled_with_places,
    dict(kernel_size=3, stride=2, return_indices=True))
row("max_pool2d with places", pooling.max_pool2d,
    [np.array([[[[0, 6, 2, 1], [4, 3, 5, 9], [7, 8, 0, 0]]]]) / 4],
    lambda x, kernel_size, stride, padding, return_indices: (
        np.array([[[[0, 6, 1], [7, 8, 9]]]]) / 4, np.array([[[[0, 1, 3], [8, 9, 7]]]])),
    dict(kernel_size=(2, 2), stride=(2, 2), padding=(1, 1), return_indices=True))
FOUND = np.array([[[3, 0], [2, 5]]])
for D, shape, size in [(1, (2,), (6,)), (2, (1, 2), (2, 3)), (3, (1, 1, 2), (1, 2, 3))]:
    def unpooled(x, indices, size=size, **_):
        y = np.zeros((1, 2, 6))
        for c in range(2):
            y[0, c, indices[0, c].ravel()] = x[0, c].ravel()
        return y.reshape(1, 2, *size)
    row(f"max_unpool{D}d", getattr(pooling, f"max_unpool{D}d"),
        [(1, 2, *shape), FOUND.reshape(1, 2, *shape)], unpooled,
        dict(kernel_size={1: 3, 2: (2, 2), 3: (1, 2, 2)}[D], output_size=size))
row("lp_pool1d", pooling.lp_pool1d, [(2, 2, 7)],
    lambda x, norm_type, kernel_size, stride: np.apply_along_axis(
        lambda v: np.array([(patch**3).sum()**(1 / 3) for _, patch in windows(v, 3, 2)]), -1, x),
    dict(norm_type=3, kernel_size=3, stride=2), domain=(0.2, 1.5))
row("lp_pool2d", pooling.lp_pool2d, [(1, 2, 3, 4)], lambda x, norm_type, kernel_size: np.stack(
    [np.sqrt((x[..., j:j + 2]**2).sum((2, 3))) for j in (0, 2)], -1)[:, :, None],
    dict(norm_type=2, kernel_size=(3, 2)))
row("lp_pool3d", pooling.lp_pool3d, [(1, 2, 2, 1, 2)], lambda x, norm_type, kernel_size: abs(x).sum(
    (2, 3, 4), keepdims=True), dict(norm_type=1, kernel_size=(2, 1, 2)), domain=(0.2, 1.5))


def response_normed(x, size, alpha, beta, k):
    """Channel by channel."""
    y = np.empty_like(x)
    for c in range(x.shape[1]):
        near = x[:, max(0, c - size // 2):c + (size - 1) // 2 + 1]
        y[:, c] = x[:, c] / (k + alpha * (near**2).sum(1) / size)**beta
    return y


for size in (2, 3):
    row(f"local_response_norm {size}", normalisation.local_response_norm, [(2, 4, 2)], response_normed,
        dict(size=size, alpha=0.5, beta=0.6, k=2.0))

# Bags


def bagged(ids, weight, offsets=None, mode="mean", per_sample_weights=None, padding_idx=None,
           include_last_offset=False):
    """Bag by bag."""
    w = np.ones(ids.shape) if per_sample_weights is None else per_sample_weights
    if offsets is not None:
        ends = offsets[1:] if include_last_offset else [*offsets[1:], len(ids)]
        ids, w = ([x[a:b] for a, b in zip(offsets, ends)] for x in (ids, w))
    out = []
    for bag, factors in zip(ids, w):
        rows = [weight[i] * f for i, f in zip(bag, factors) if i != padding_idx]
        out.append({"mean": np.mean, "sum": np.sum, "max": np.max}[mode](rows, 0) if rows else weight[0] * 0)
    return np.array(out)


BAGS, ROW, STARTS = np.array([[0, 3, 3], [1, 1, 1]]), np.array([0, 3, 3, 1, 2]), np.array([0, 2, 2, 4])
for mode in ("mean", "sum", "max"):
    row(f"embedding_bag {mode}", embedding.embedding_bag, [BAGS, (4, 2)], bagged,
        dict(mode=mode, padding_idx=1))
    row(f"embedding_bag offsets {mode}", embedding.embedding_bag, [ROW, (4, 2)], bagged,
        dict(mode=mode, offsets=STARTS))
# PyTorch differentiates these only once
row("embedding_bag factors", embedding.embedding_bag, [BAGS, (4, 2), (2, 3)],
    lambda ids, weight, factors: bagged(ids, weight, None, "sum", factors), torch=False,
    call=lambda op, ids, weight, factors: op(ids, weight, mode="sum", per_sample_weights=factors))
row("embedding_bag factors offsets", embedding.embedding_bag, [ROW, (4, 2), (5,)],
    lambda ids, weight, factors, offsets: bagged(ids, weight, offsets, "sum", factors,
                                                 include_last_offset=True),
    dict(offsets=np.array([0, 2, 5])), torch=False, call=lambda op, ids, weight, factors, offsets: op(
        ids, weight, offsets, mode="sum", per_sample_weights=factors, include_last_offset=True))

# Warping


def hat(d):
    """The weight of a pixel at distance d, for linear interpolation."""
    return max(0.0, 1 - abs(d))


def box(d):
    return float(-0.5 < d < 0.5)


def sampled(x, grid, mode="bilinear", padding_mode="zeros", align_corners=False):
    """At each sampled point: the sum of all pixels times their weights."""
    N, C, H, W = x.shape
    y = np.zeros((N, C, *grid.shape[1:3]))
    for n, i, j in np.ndindex(N, *grid.shape[1:3]):
        at = [(g + 1) / 2 * (size - 1) if align_corners else (g + 1) / 2 * size - 0.5
              for g, size in zip(grid[n, i, j], (W, H))]
        if padding_mode == "border":
            at = [min(max(a, 0), size - 1) for a, size in zip(at, (W, H))]
        weight = hat if mode == "bilinear" else box
        y[n, :, i, j] = sum(x[n, :, r, c] * weight(r - at[1]) * weight(c - at[0])
                            for r in range(H) for c in range(W))
    return y


def spread(theta, size, align_corners=False):
    """The centre of every pixel, transformed by theta."""
    N, _, H, W = size
    u, v = (np.linspace(-1, 1, n) if align_corners else (2 * np.arange(n) + 1) / n - 1 for n in (W, H))
    return np.array([[[t @ [x, y, 1] for x in u] for y in v] for t in theta])


row("affine_grid", warp.affine_grid, [(2, 2, 3)], spread, dict(size=(2, 1, 3, 4), align_corners=False))
row("affine_grid corners", warp.affine_grid, [(1, 2, 3)], spread, dict(size=(1, 1, 3, 2), align_corners=True))
row("grid_sample", warp.grid_sample, [(2, 2, 3, 4), (2, 2, 3, 2)], sampled, dict(align_corners=False))
row("grid_sample border", warp.grid_sample, [(1, 2, 3, 4), (1, 2, 3, 2)], sampled,
    dict(padding_mode="border", align_corners=True))
row("grid_sample nearest", warp.grid_sample, [(1, 2, 3, 4)], sampled, dict(
    grid=np.random.default_rng(0).uniform(-1.2, 1.2, (1, 2, 3, 2)), mode="nearest", align_corners=False))
