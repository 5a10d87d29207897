"""float16: what sums many numbers is as exact as one rounding of PyTorch's result in float64.

The sizes make a sum in float16 fail: 2048 + 1 is 2048 there, and 65520 is infinite.
"""

import functools

import numpy as np
import pytest

import minigrad

RNG = np.random.default_rng(0)
IDS = RNG.integers(0, 4, 5000)


def half(*shape, scale=1.0):
    return (RNG.standard_normal(shape) * scale).astype("float16")


def positive(*shape, scale=1.0):
    return (np.abs(RNG.standard_normal(shape)) * scale + 0.1 * scale).astype("float16")


N, M = (5000,), (5000, 2)
CASES = {       # name: (function of the library, its nn.functional and tensors, arrays)
    "sum of ones": (lambda L, F, x: x.sum(0), np.ones((4096, 2), "float16")),
    "sum": (lambda L, F, x: x.sum(), positive(*N)),
    "sum dtype": (lambda L, F, x: x.sum(dtype=None), positive(*N)),
    "mean": (lambda L, F, x: x.mean(0), positive(*M, scale=100)),
    "nansum": (lambda L, F, x: x.nansum(0), positive(*M)),
    "nanmean": (lambda L, F, x: x.nanmean(0), positive(*M, scale=100)),
    "prod": (lambda L, F, x: x.prod(0), 1 + half(500, 2, scale=0.01)),
    "var": (lambda L, F, x: x.var(0), positive(*M, scale=100)),
    "std": (lambda L, F, x: x.std(0), positive(*M, scale=300)),
    "norm": (lambda L, F, x: x.norm(), np.array([300, 300], "float16")),
    "norm 1": (lambda L, F, x: x.norm(1), positive(*N)),
    "norm 3": (lambda L, F, x: x.norm(3), positive(*N, scale=30)),
    "vector_norm": (lambda L, F, x: L.linalg.vector_norm(x, dim=0), half(*M, scale=10)),
    "matrix_norm": (lambda L, F, x: L.linalg.matrix_norm(x), half(500, 50, scale=3)),
    "cdist": (lambda L, F, x, y: L.cdist(x, y), half(3, 1000, scale=10), half(4, 1000, scale=10)),
    "dist": (lambda L, F, x, y: L.dist(x, y), half(4000, scale=10), half(4000)),
    "pairwise_distance": (lambda L, F, x, y: F.pairwise_distance(x, y), half(3, 999, scale=20), half(3, 999)),
    "normalize": (lambda L, F, x: F.normalize(x, dim=1), half(2, 1000, scale=30)),
    "cosine_similarity": (lambda L, F, x, y: F.cosine_similarity(x, y, dim=1), half(3, 3000, scale=10),
                          positive(3, 3000, scale=10)),
    "renorm": (lambda L, F, x: L.renorm(x, 2, 0, 5), half(3, 4000, scale=10)),
    "logsumexp": (lambda L, F, x: x.logsumexp(0), half(*M)),
    "softmax": (lambda L, F, x: x.softmax(0) * 1000, half(*M)),
    "log_softmax": (lambda L, F, x: x.log_softmax(0), half(*M)),
    "cumsum": (lambda L, F, x: x.cumsum(0), positive(3000, 2)),
    "cumprod": (lambda L, F, x: x.cumprod(0), 1 + half(300, 2, scale=0.01)),
    "trapezoid": (lambda L, F, x: L.trapezoid(x), positive(*N)),
    "cumulative_trapezoid": (lambda L, F, x: L.cumulative_trapezoid(x), positive(3000)),
    "cov": (lambda L, F, x: L.cov(x), half(3, 4000, scale=3)),
    "layer_norm": (lambda L, F, x, w, b: F.layer_norm(x, (3000,), w, b), positive(3, 3000, scale=50),
                   half(3000),
                   half(3000)),
    "batch_norm": (lambda L, F, x, w, b: F.batch_norm(x, None, None, w, b, True), positive(3000, 3, scale=50),
                   positive(3), half(3)),
    "group_norm": (lambda L, F, x, w, b: F.group_norm(x, 2, w, b), positive(3, 4, 1000, scale=50),
                   positive(4),
                   half(4)),
    "instance_norm": (lambda L, F, x: F.instance_norm(x), positive(3, 4, 1000, scale=50)),
    "rms_norm": (lambda L, F, x: F.rms_norm(x, (3000,), eps=1e-3), positive(3, 3000, scale=50)),
    "local_response_norm": (lambda L, F, x: F.local_response_norm(x, 5), half(2, 50, 10, scale=30)),
    "mse_loss": (lambda L, F, x, y: F.mse_loss(x, y), half(*N, scale=10), half(*N)),
    "l1_loss": (lambda L, F, x, y: F.l1_loss(x, y, reduction="sum"), half(*N), half(*N)),
    "cross_entropy": (lambda L, F, x: F.cross_entropy(x, L.tensor(IDS)), half(5000, 4)),
    "cross_entropy sum": (lambda L, F, x: F.cross_entropy(x, L.tensor(IDS), reduction="sum"), half(5000, 4)),
    "nll_loss": (lambda L, F, x: F.nll_loss(x, L.tensor(IDS)), half(5000, 4)),
    "triplet_margin_loss": (lambda L, F, x, y, z: F.triplet_margin_loss(x, y, z, margin=99.0),
                            half(3, 999, scale=3),
                            half(3, 999, scale=3), half(3, 999, scale=3)),
    "matmul": (lambda L, F, x, y: x @ y, positive(5, 4000), half(4000, 3)),
    "bmm": (lambda L, F, x, y: L.bmm(x, y), positive(2, 5, 4000), half(2, 4000, 3)),
    "dot": (lambda L, F, x, y: x.dot(y), positive(4000), positive(4000)),
    "linear": (lambda L, F, x, w, b: F.linear(x, w, b), half(4096, 20), half(3, 20), half(3)),
    "tanh of linear": (lambda L, F, x, w: L.tanh(F.linear(x, w)), half(3, 4000, scale=0.02), half(3, 4000)),
    "conv1d": (lambda L, F, x, w: F.conv1d(x, w), positive(2, 64, 100), positive(3, 64, 9)),
    "conv2d": (lambda L, F, x, w, b: F.conv2d(x, w, b, padding=1), positive(2, 64, 12, 12),
               positive(3, 64, 3, 3),
               half(3)),
    "conv_transpose2d": (lambda L, F, x, w, b: F.conv_transpose2d(x, w, b, stride=2), positive(2, 64, 8, 8),
                         positive(64, 3, 3, 3), half(3)),
    "einsum of two": (lambda L, F, x, y: L.einsum("ij,kj->ik", x, y), positive(3, 4000), positive(4, 4000)),
    "einsum of one": (lambda L, F, x: L.einsum("ij->j", x), np.ones((4096, 2), "float16")),
    "tensordot": (lambda L, F, x, y: L.tensordot(x, y, 1), positive(3, 4000), half(4000, 2)),
    "outer": (lambda L, F, x, y: L.outer(x, y), positive(4000), positive(3)),
    "kron": (lambda L, F, x, y: L.kron(x, y), positive(50, 20), positive(3, 2)),
    "vecdot": (lambda L, F, x, y: L.linalg.vecdot(x, y), positive(2, 4000), half(2, 4000)),
    "attention": (lambda L, F, q, k, v: F.scaled_dot_product_attention(q, k, v), half(1, 2, 5, 64),
                  half(1, 2, 2000, 64), positive(1, 2, 2000, 8)),
    "a bias of each column": (lambda L, F, x, b: x + b, half(4096, 3), half(3)),
    "a bias of each row": (lambda L, F, x, b: x + b, half(3, 4096), half(3, 1)),
    "a factor": (lambda L, F, x, b: x * b, positive(4096, 3), half(3)),
    "a divisor": (lambda L, F, x, b: x / b, positive(4096, 2), positive(2)),
    "a bound": (lambda L, F, x, b: L.clamp(x, b), half(4096, 2), half(2)),
    "expand": (lambda L, F, x: x.expand(5000, 3), half(3)),
    "repeat": (lambda L, F, x: x.repeat(5000, 1), half(3)),
    "prelu": (lambda L, F, x, a: F.prelu(x, a), -positive(*N), half(1)),
    "embedding": (lambda L, F, w: F.embedding(L.tensor(IDS), w), half(4, 3)),
    "embedding_bag": (lambda L, F, w: F.embedding_bag(L.tensor(IDS[None]), w), half(4, 3)),
    "index": (lambda L, F, x: x[L.tensor(IDS)], half(4, 2)),
    "gather": (lambda L, F, x: x.gather(0, L.tensor(IDS)), half(4)),
    "index_add": (lambda L, F, x, s: L.index_add(x, 0, L.tensor(IDS), s), half(4, 3), positive(5000, 3)),
    "scatter_add": (lambda L, F, x, s: x.scatter_add(0, L.tensor(IDS), s), half(4), positive(5000)),
    "index_put": (lambda L, F, x, s: x.index_put((L.tensor(IDS),), s, accumulate=True), half(4),
                  positive(5000)),
    "avg_pool2d": (lambda L, F, x: F.avg_pool2d(x, 32), positive(1, 2, 64, 64, scale=300)),
    "adaptive_avg_pool2d": (lambda L, F, x: F.adaptive_avg_pool2d(x, 1), positive(1, 2, 100, 100, scale=300)),
    "lp_pool2d": (lambda L, F, x: F.lp_pool2d(x, 2, 16), positive(1, 2, 32, 32, scale=30)),
    "bilinear": (lambda L, F, x: F.interpolate(x, scale_factor=30, mode="bilinear"), positive(1, 2, 3, 3)),
    "nearest": (lambda L, F, x: F.interpolate(x, scale_factor=60, mode="nearest"), positive(1, 2, 3, 3)),
    "unfold": (lambda L, F, x: F.unfold(x, 5), half(1, 1, 60, 60)),
    "fold": (lambda L, F, x: F.fold(x, (12, 12), 5), positive(1, 25, 64)),
    "a factor beyond float16": (lambda L, F, x: x * 1e6, half(100, scale=1e-3)),
    "a tensor beyond float16": (lambda L, F, x: x * L.tensor(1e6), half(100, scale=1e-3)),
}


def run(lib, functional, case, dtype, device="cpu"):
    """The result and the gradients of its weighted sum, in float64."""
    function, *arrays = CASES[case]
    xs = [lib.tensor(a).to(device).to(getattr(lib, dtype)).requires_grad_() for a in arrays]
    if device != "cpu":
        lib = OnDevice(lib, device)
    y = function(lib, functional, *xs)
    weights = np.random.default_rng(1).uniform(0.5, 1.5, tuple(y.shape)).astype("float16")
    y.backward(gradient=lib.tensor(weights).to(y.dtype))
    results = [y.detach(), *(x.grad for x in xs)]
    assert all(str(each.dtype).endswith(dtype) for each in results)
    return [each.cpu().numpy().astype("float64") for each in results]


class OnDevice:
    """The library, with new tensors on a device."""

    def __init__(self, lib, device):
        self.lib, self.device = lib, device

    def __getattr__(self, name):
        value = getattr(self.lib, name)
        return functools.partial(value, device=self.device) if name == "tensor" else value


@pytest.mark.parametrize("case", CASES)
def test_values_and_gradients_are_as_exact_as_pytorchs_or_rounded_twice(torch, case, device):
    results = run(minigrad, minigrad.nn.functional, case, "float16", device)
    expected = run(torch, torch.nn.functional, case, "float64")
    try:
        theirs = run(torch, torch.nn.functional, case, "float16")
    except NotImplementedError:         # cdist
        theirs = expected
    for result, exact, other in zip(results, expected, theirs):
        assert ((np.abs(exact) < 65520) | (result == np.copysign(np.inf, exact))).all()     # beyond float16
        inside = np.abs(exact) < 65520
        result, exact, other = result[inside], exact[inside], other[inside]
        allowed = 2e-3 * np.abs(exact) + 1e-3 * np.abs(exact).max(initial=1e-4) + 2 * np.abs(other - exact)
        assert (np.abs(result - exact) <= allowed).all()
