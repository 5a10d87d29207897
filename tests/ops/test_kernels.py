"""Every kernel equals its definition: value, gradients, edge points."""

import math
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from cases.row import assert_alone_as_together
from hypothesis import given, strategies as st

import minigrad
from minigrad import Tensor, tensor, without_kernels
from minigrad.autograd import Fused, grad
from minigrad.ops.images import convolution, pooling
from minigrad.ops.layers import activations, attention, linear, normalisation
from minigrad.ops.losses import classification

sdpa = attention.scaled_dot_product_attention
MASK = np.array([[True, False, True], [False, False, False]])
IDS = np.array([1, 0, -100])

CASES = {   # name: (fused op, function, shapes of its inputs)
    "linear": (linear.linear, linear.linear, [(2, 3, 4), (5, 4), (5,)]),
    "linear without bias": (linear.linear, linear.linear, [(3, 4), (5, 4)]),
    "conv": (convolution.convolve, convolution.conv2d, [(2, 3, 6, 5), (4, 3, 3, 2), (4,)]),
    "conv, many channels": (convolution.convolve, convolution.conv2d, [(2, 9, 6, 5), (4, 9, 3, 2), (4,)]),
    "conv, stride and padding": (
        convolution.convolve, lambda x, w: convolution.conv2d(x, w, None, (2, 1), (1, 2)),
        [(2, 9, 5, 5), (2, 9, 3, 3)]),
    "conv, dilation": (
        convolution.convolve, lambda x, w: convolution.conv2d(x, w, None, 1, "same", 2),
        [(2, 9, 4, 4), (2, 9, 3, 2)]),
    "conv, dilation, few channels": (
        convolution.convolve, lambda x, w: convolution.conv2d(x, w, None, (1, 2), (2, 1), (2, 1)),
        [(2, 2, 5, 4), (2, 2, 3, 2)]),
    "max_pool": (pooling.max_windows, lambda x: pooling.max_pool2d(x, 2), [(2, 3, 5, 6)]),
    "max_pool, overlapping": (pooling.max_windows, lambda x: pooling.max_pool2d(x, 3, 1), [(2, 3, 5, 6)]),
    "max_pool, dilation": (pooling.max_windows, lambda x: pooling.max_pool2d(x, 2, 1, 0, 2), [(2, 3, 5, 6)]),
    "gelu": (activations.gelu, activations.gelu, [(3, 50)]),
    "gelu, tanh": (activations.gelu, lambda x: activations.gelu(x, approximate="tanh"), [(3, 50)]),
    "layer_norm": (normalisation.layer_norm_last, lambda x, w, b: normalisation.layer_norm(x, (4,), w, b),
                   [(2, 3, 4), (4,), (4,)]),
    "layer_norm, plain": (normalisation.layer_norm_last, lambda x: normalisation.layer_norm(x, (4,)),
                          [(2, 3, 4)]),
    "batch_norm": (normalisation.batch_norm_train,
                   lambda x, w, b: normalisation.batch_norm(x, None, None, w, b, True),
                   [(3, 2, 4, 2), (2,), (2,)]),
    "batch_norm, plain": (normalisation.batch_norm_train,
                          lambda x: normalisation.batch_norm(x, None, None, training=True), [(5, 2)]),
    "cross_entropy": (
        classification.softmax_nll, lambda x: classification.cross_entropy(x, Tensor(IDS)), [(3, 4)]),
    "cross_entropy, smoothed": (
        classification.softmax_nll,
        lambda x: classification.cross_entropy(x, Tensor(IDS), label_smoothing=0.2), [(3, 4)]),
    "attention": (attention.attend, sdpa, [(2, 3, 4), (2, 5, 4), (2, 5, 2)]),
    "attention, causal": (attention.attend, lambda q, k, v: sdpa(q, k, v, is_causal=True),
                          [(2, 2, 3, 4), (2, 2, 3, 4), (2, 2, 3, 2)]),
    "attention, boolean mask": (attention.attend, lambda q, k, v: sdpa(q, k, v, Tensor(MASK)),
                                [(2, 2, 4), (2, 3, 4), (2, 3, 2)]),
    "attention, added mask": (attention.attend, lambda q, k, v, m: sdpa(q, k, v, m),
                              [(2, 2, 4), (2, 3, 4), (2, 3, 2), (2, 3)]),
    "attention, both masks": (attention.attend, lambda q, k, v, m: sdpa(q, k, v, m, is_causal=True),
                              [(2, 3, 4), (2, 3, 4), (2, 3, 2), (3, 3)]),
    "self-attention": (attention.attend, lambda x: sdpa(x, x, x), [(2, 3, 4)]),
}


def inputs(shapes, dtype):
    rng = np.random.default_rng(0)
    return [Tensor(rng.normal(size=shape).astype(dtype), requires_grad=True) for shape in shapes]


def value_and_gradients(f, xs):
    y = f(*xs)
    weights = np.random.default_rng(1).normal(size=y.shape).astype(y.dtype)
    return [y.detach(), *grad(y, xs, Tensor(weights), allow_unused=True)]


def assert_equals_definition(f, xs):
    """Equal up to the rounding of sums of a few dozen products of size 1. Returns the worst difference."""
    worst, rounding = 0.0, 100 * np.finfo(xs[0].dtype).eps
    with without_kernels():
        expected = value_and_gradients(f, xs)
    for kernel, definition in zip(value_and_gradients(f, xs), expected):
        assert kernel.dtype == definition.dtype
        np.testing.assert_allclose(kernel.numpy(), definition.numpy(), rtol=rounding, atol=rounding)
        off = abs(kernel.numpy() - definition.numpy()) / (1 + abs(definition.numpy()))
        worst = max(worst, off.max(initial=0))
    return worst


def test_every_kernel_has_a_case():
    modules = activations, attention, convolution, linear, classification, normalisation, pooling
    with_kernels = {value for module in modules for value in vars(module).values()
                    if isinstance(value, Fused) and value.kernels}
    assert with_kernels == {op for op, _, _ in CASES.values()}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_kernel_runs_and_equals_its_definition(name, dtype, monkeypatch, checked):
    op, f, shapes = CASES[name]
    forward, backward = op.kernels[np.ndarray]
    ran = []
    monkeypatch.setitem(op.kernels, np.ndarray, (
        lambda *a, **k: ran.append("forward") or forward(*a, **k),
        lambda *a, **k: ran.append("backward") or backward(*a, **k)))
    checked.worst("Fused kernels", name, dtype, assert_equals_definition(f, inputs(shapes, dtype)))
    assert ran == ["forward", "backward"]


@pytest.mark.parametrize("name", CASES)
def test_derivatives_under_a_kernel_are_those_of_finite_differences(name, checked):
    _, f, shapes = CASES[name]
    checked.derivatives("Fused kernels", name, f, inputs(shapes, "float64"))


@pytest.mark.parametrize("name", [name for name, (_, _, shapes) in CASES.items() if len(shapes) > 1])
def test_the_gradient_of_one_input_alone_is_that_of_the_full_call(name, checked):
    _, f, shapes = CASES[name]
    checked.count("Fused kernels", name, "alone", assert_alone_as_together(f, inputs(shapes, "float64")))


@pytest.mark.parametrize("name", CASES)
def test_a_kernel_takes_arrays_in_any_memory_order(name):
    _, f, shapes = CASES[name]
    strided = []
    for x in inputs(shapes, "float64"):
        wide = np.zeros(tuple(2 * n for n in x.shape[::-1]))
        view = wide.T[tuple(slice(None, None, 2) for _ in x.shape)]
        view[...] = x.array
        strided.append(Tensor(view, requires_grad=True))
    assert_equals_definition(f, strided)


@pytest.mark.parametrize("name", CASES)
def test_a_kernel_computes_only_the_gradients_that_are_wanted(name):
    _, f, shapes = CASES[name]
    for chosen in range(len(shapes)):
        xs = inputs(shapes, "float64")
        for i, x in enumerate(xs):
            x.requires_grad = i == chosen
        f(*xs).sum().backward()
        assert [x.grad is not None for x in xs] == [i == chosen for i in range(len(xs))]


@pytest.mark.parametrize("rows", [1, 31, 64, 65, 72])
def test_a_large_linear_layer_equals_its_definition(rows):
    """The bias is added to gcd(rows, 32) rows at a time; up to 32 rows are the product's second factor."""
    xs = inputs([(rows, 60), (1100, 60), (1100,)], "float64")
    assert_equals_definition(linear.linear, xs)


@given(N=st.integers(1, 3), C=st.integers(1, 10), size=st.tuples(st.integers(1, 7), st.integers(1, 7)),
       O=st.integers(1, 3), kernel=st.tuples(st.integers(1, 3), st.integers(1, 3)),
       stride=st.tuples(st.integers(1, 3), st.integers(1, 3)),
       padding=st.tuples(st.integers(0, 2), st.integers(0, 2)),
       dilation=st.tuples(st.integers(1, 2), st.integers(1, 2)))
def test_convolution_of_any_geometry_equals_its_definition(checked, N, C, size, O, kernel, stride,
                                                           padding, dilation):
    reach = [d * (k - 1) + 1 for k, d in zip(kernel, dilation)]
    size = [max(n, r - 2 * p) for n, r, p in zip(size, reach, padding)]
    xs = inputs([(N, C, *size), (O, C, *kernel), (O,)], "float64")
    off = assert_equals_definition(lambda x, w, b: convolution.conv2d(x, w, b, stride, padding, dilation), xs)
    checked.worst("Fused kernels", "conv", "float64", off)
    checked.count("Fused kernels", "conv", "random")


@pytest.mark.parametrize("geometry", [     # size, kernel, stride, padding, dilation
    ((4, 4), (3, 3), 1, 1, 1), ((3, 9), (3, 2), 1, (1, 0), 1), ((6, 9), (3, 3), 1, "same", (2, 3)),
    ((1, 9), (1, 5), 1, "same", 1), ((9, 1), (3, 1), 1, "same", 1), ((1, 1), (3, 3), 1, 1, 1),
    ((3, 2), (2, 3), 1, (4, 5), 1), ((1, 2), (3, 3), 1, 5, 2), ((7, 5), (3, 3), 2, 1, 1),
    ((7, 5), (3, 2), 1, 0, 1), ((5, 6), (1, 1), 1, 0, 1), ((5, 6), (1, 1), 2, 1, 1)], ids=str)
@pytest.mark.parametrize("C", [2, 9])
# bytes: blocks of one line, of some lines or images, of everything
@pytest.mark.parametrize("cache", [1, 4000, 1 << 20])
def test_convolution_in_blocks_of_any_size_equals_its_definition(monkeypatch, geometry, C, cache):
    from minigrad.kernels.numpy import blocks
    monkeypatch.setattr(blocks, "CACHE", cache)
    size, K, *settings = geometry
    x, w, b = inputs([(3, C, *size), (3, C, *K), (3,)], "float64")
    last = Tensor(np.ascontiguousarray(x.array.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2),
                  requires_grad=True)
    for images in (x, last):
        assert_equals_definition(lambda x, w, b: convolution.conv2d(x, w, b, *settings), [images, w, b])
        assert_equals_definition(lambda x, w: convolution.conv2d(x, w, None, *settings), [images, w])


@pytest.mark.parametrize("C, size", [(3, 20), (16, 20), (16, 7)])
def test_convolution_in_float32_is_right_to_its_last_digits(C, size):
    """The error against float64 stays within a few roundings of a sum of K*K*C products."""
    xs = inputs([(4, C, size, size), (8, C, 3, 3), (8,)], "float64")
    exact = value_and_gradients(lambda x, w, b: convolution.conv2d(x, w, b, padding=1), xs)
    single = [Tensor(x.array.astype("float32"), requires_grad=True) for x in xs]
    near = value_and_gradients(lambda x, w, b: convolution.conv2d(x, w, b, padding=1), single)
    for y, expected in zip(near, exact):
        terms = max(9 * C, 4 * size * size)
        np.testing.assert_allclose(y.numpy(), expected.numpy(), rtol=0,
                                   atol=terms ** 0.5 * np.finfo("float32").eps * abs(expected.numpy()).max())


@pytest.mark.parametrize("x, weight", [
    ((2, 0, 4, 4), (3, 0, 2, 2)), ((2, 9, 4, 4), (0, 9, 2, 2)), ((2, 2, 0, 4), (3, 2, 2, 2)),
    ((2, 9, 4, 0), (3, 9, 2, 2)), ((0, 9, 4, 4), (3, 9, 2, 2))], ids=str)
def test_convolution_of_nothing_equals_its_definition(x, weight):
    xs = inputs([x, weight, weight[:1]], "float64")
    assert_equals_definition(lambda x, w, b: convolution.conv2d(x, w, b, padding=1), xs)


def test_a_linear_layer_without_outputs_equals_its_definition():
    assert_equals_definition(linear.linear, inputs([(2, 3, 4), (0, 4), (0,)], "float64"))


def test_gelu_of_far_numbers_is_the_number_or_zero():
    x = Tensor(np.array([-1e30, -40, 40, 1e30, math.inf], "float32"), requires_grad=True)
    for approximate in ("none", "tanh"):
        x.grad = None
        y = activations.gelu(x, approximate=approximate)
        y.sum().backward()
        np.testing.assert_array_equal(y.detach().numpy(), [0, 0, 40, np.float32(1e30), math.inf])
        np.testing.assert_array_equal(x.grad.numpy()[:4], [0, 0, 1, 1])


@pytest.mark.parametrize("approximate", ["none", "tanh"])
def test_gelu_in_float32_is_exact_to_rounding(approximate):
    """The factor of x is off by less than twice the spacing of float32 numbers at 1."""
    x = np.concatenate([np.linspace(-12, 12, 100_001), np.geomspace(1e-20, 1, 1000)]).astype("float32")
    near, exact = (activations.gelu(Tensor(x.astype(dtype)), approximate=approximate).numpy()
                   for dtype in "fd")
    assert near.dtype == np.float32
    assert (abs(near - exact) / np.maximum(abs(x), 1e-20)).max() < 2 * np.finfo(np.float32).eps


def test_of_tied_maxima_the_first_alone_receives_the_gradient():
    x = Tensor(np.zeros((1, 1, 4, 4), "float32"), requires_grad=True)
    pooling.max_pool2d(x, 2).sum().backward()
    assert x.grad.tolist() == [[[[1, 0, 1, 0], [0, 0, 0, 0], [1, 0, 1, 0], [0, 0, 0, 0]]]]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_logits_of_ten_thousand_neither_overflow_nor_lose_the_gradient(dtype):
    x = Tensor(np.array([[1e4, -1e4, 0.0], [-1e4, -1e4, -1e4]], dtype), requires_grad=True)
    loss = classification.cross_entropy(x, tensor([1, 2]), reduction="sum")
    loss.backward()
    assert loss.item() == pytest.approx(2e4 + math.log(3))
    np.testing.assert_allclose(x.grad.numpy(), [[1, -1, 0], [1 / 3, 1 / 3, -2 / 3]], rtol=1e-6)


def test_a_query_that_may_see_nothing_gives_zeros_and_no_nan():
    q, k, v = inputs([(2, 4), (3, 4), (3, 2)], "float32")
    y = sdpa(q, k, v, Tensor(MASK))
    y.sum().backward()
    assert y[1].tolist() == [0, 0]
    assert all(minigrad.isfinite(x.grad).all() for x in (q, k, v))
    assert q.grad[1].tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize("mask", [np.tri(3, dtype=bool), np.triu(np.full((3, 3), -math.inf, "float32"), 1)],
                         ids=["booleans", "numbers"])
def test_a_nan_in_a_query_is_a_nan_in_its_result_also_under_a_mask(mask):
    q, k, v = inputs([(3, 4), (3, 4), (3, 2)], "float32")
    with minigrad.no_grad():
        q[1, 0] = math.nan
    y = sdpa(q, k, v, Tensor(mask))
    with without_kernels():
        definition = sdpa(q, k, v, Tensor(mask))
    for each in (y, definition):
        assert minigrad.isnan(each).tolist() == [[False] * 2, [True] * 2, [False] * 2]


def test_attention_to_large_values_in_float16_does_not_overflow():
    q, k = (Tensor(np.ones((1, 100, 4), "float16")) for _ in range(2))
    y = sdpa(q, k, Tensor(np.full((1, 100, 2), 3000, "float16")))
    np.testing.assert_allclose(y.numpy(), 3000, rtol=1e-2)


def test_a_mask_that_does_not_fit_is_named():
    q, k, v = inputs([(2, 3, 4)] * 3, "float32")
    for mask in (np.zeros((5, 3, 3), "float32"), np.ones((5, 3, 3), bool)):
        with pytest.raises(ValueError,
                           match=r"attn_mask \(5, 3, 3\) must broadcast to the scores, \(2, 3, 3\)"):
            sdpa(q, k, v, Tensor(mask))


@pytest.mark.parametrize("is_causal", [False, True])
@pytest.mark.parametrize("mask", [None, "numbers", "booleans of each head"])
@pytest.mark.parametrize("N, heads, T, S, kept", [(3, 2, 7, 7, True), (3, 2, 7, 7, False), (2, 3, 5, 8, True),
                                                  (2, 1, 9, 4, False), (None, None, 6, 6, True)])
def test_attention_in_many_tiles_equals_its_definition(N, heads, T, S, kept, mask, is_causal, monkeypatch):
    from minigrad.kernels.numpy import attention as kernel
    for name, size in dict(SCORES=20, ROWS=3, CAUSAL_ROWS=2, KEPT=kept * 10**6).items():
        monkeypatch.setattr(kernel, name, size)
    lead = () if N is None else (N, heads)
    xs = inputs([(*lead, T, 4), (*lead, S, 4), (*lead, S, 3)], "float64")
    if mask == "numbers":
        xs += inputs([(T, S)], "float64")
        assert_equals_definition(lambda q, k, v, m: sdpa(q, k, v, m, is_causal=is_causal, scale=0.7), xs)
    else:
        seen = Tensor(np.random.default_rng(2).random((*lead[1:], T, S)) < 0.7) if mask else None
        assert_equals_definition(lambda q, k, v: sdpa(q, k, v, seen, is_causal=is_causal), xs)


@pytest.mark.parametrize("kept", [True, False])
@pytest.mark.parametrize("size", [5.0, 100.0])
def test_attention_scores_of_any_size_neither_overflow_nor_vanish(size, kept, monkeypatch):
    """With scores of about 10,000 the row's maximum must be subtracted; a mask moves others far below 0."""
    from minigrad.kernels.numpy import attention as kernel
    for name, value in dict(SCORES=20, ROWS=3, KEPT=kept * 10**6).items():
        monkeypatch.setattr(kernel, name, value)
    q, k, v = inputs([(2, 8, 4), (2, 8, 4), (2, 8, 3)], "float32")
    rows = np.zeros((8, 8), "float32")
    rows[2], rows[5] = -1000, 50        # a whole row of either makes no difference to its softmax
    with without_kernels():
        expected = value_and_gradients(lambda q, k, v: sdpa(q * size, k * size, v), [q, k, v])
    found = value_and_gradients(lambda q, k, v: sdpa(q * size, k * size, v, Tensor(rows)), [q, k, v])
    for one, other in zip(found, expected):
        np.testing.assert_allclose(one.numpy(), other.numpy(), rtol=2e-3, atol=1e-3 * size)
    assert all(minigrad.isfinite(each).all() for each in found)


def test_causal_attention_does_not_compute_tiles_that_no_row_sees():
    """A nan past the end of a tile does not reach its rows; multiplied by 0 it would."""
    q, k, v = inputs([(1, 200, 4), (1, 200, 4), (1, 200, 3)], "float32")
    with minigrad.no_grad():
        v[0, 150] = math.nan
    y = sdpa(q, k, v, is_causal=True)
    assert minigrad.isfinite(y[0, :128]).all() and minigrad.isnan(y[0, 150:]).all()


@pytest.mark.parametrize("case", ["far from zero", "first images black", "odd sizes"])
def test_batch_norm_in_float32_keeps_its_digits(case):
    """x hat, y and the gradients equal those of float64 up to a few roundings of numbers of size 1."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(31, 5, 7, 9) if case == "odd sizes" else (32, 64, 16, 16)).astype("float32")
    if case == "far from zero":
        x += 1e4
    if case == "first images black":
        x[:8] = 0
        x[8:] += 100
    xs = [x, *rng.normal(size=(2, x.shape[1])).astype("float32")]

    def norm(x, w, b):
        return normalisation.batch_norm(x, None, None, w, b, True)

    for y, exact in zip(*(value_and_gradients(norm, [Tensor(x.astype(dtype), requires_grad=True) for x in xs])
                          for dtype in ("float32", "float64"))):
        terms = 1 if y.ndim == 4 else x.size / x.shape[1]       # the gradients of weight and bias are sums
        np.testing.assert_allclose(y.numpy(), exact.numpy(), rtol=1e-5, atol=1e-5 * terms ** 0.5)


def test_layer_norm_output_does_not_change_when_the_input_is_shifted():
    x, = inputs([(5, 64)], "float64")
    y, shifted = (normalisation.layer_norm(each, (64,)).detach().numpy() for each in (x, x + 1000.0))
    np.testing.assert_allclose(shifted, y, atol=1e-9)


@pytest.fixture(scope="module")
def house_without_kernels(tmp_path_factory):
    """A folder with the tests and with minigrad without its kernels."""
    house = tmp_path_factory.mktemp("house")
    root = next(folder for folder in Path(__file__).parents if (folder / "setup.cfg").exists())
    no_caches = shutil.ignore_patterns("__pycache__")
    shutil.copytree(root / "minigrad", house / "minigrad", ignore=no_caches)
    shutil.copytree(root / "tests", house / "tests", ignore=no_caches)
    shutil.copy(root / "setup.cfg", house)
    shutil.rmtree(house / "minigrad/kernels")
    return house


@pytest.mark.parametrize("chosen", [
    "test_engine or (formula or finite) and "
    "(linear or conv or max_pool or gelu or layer_norm or batch_norm or entropy or attention)",
    pytest.param("test_", marks=pytest.mark.slow),
], ids=["a part", "all"])
def test_without_the_folder_of_kernels_the_ops_pass_their_tests(house_without_kernels, chosen):
    house = str(house_without_kernels)
    tests = [str(next(house_without_kernels.rglob(name))) for name in ("test_engine.py", "test_ops.py")]
    paths = [house, *(path for path in sys.path if path and not Path(path, "minigrad").exists())]
    program = """if True:
        import sys, minigrad, pytest
        assert minigrad.__file__.startswith(sys.argv[1]) and "minigrad.kernels" not in sys.modules
        sys.exit(pytest.main(sys.argv[2:]))"""
    run = subprocess.run(       # -S: no .pth file leads to an installed minigrad
        [sys.executable, "-S", "-c", program, house, "-q", "-p", "no:cacheprovider", "-k", chosen, *tests],
        cwd=house, env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)}, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
