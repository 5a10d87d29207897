"""Calls with PyTorch's less common arguments, 0-d and empty tensors: each gives PyTorch's result."""

import numpy as np
import pytest

import minigrad

pytestmark = pytest.mark.torch

SETUP = """
inf, nan = float('inf'), float('nan')
ints = lambda *n: lib.tensor(n)
floats = lambda *n: lib.tensor([float(each) for each in n])
one, x, m = lib.tensor(2.5), lib.arange(6.0), lib.arange(12.0).reshape(3, 4)
"""

PLACES = """
lib.nonzero(one, as_tuple=True)
lib.nonzero(lib.tensor(0), as_tuple=True)
lib.nonzero_static(ints(0, 1, 1), size=4)
lib.nonzero_static(m, size=2, fill_value=7)
lib.unique(ints(3, 1, 3).reshape(1, 3), dim=1, return_inverse=True, return_counts=True)
lib.unique(lib.tensor([[1, 2], [0, 5], [1, 2]]), dim=0)
lib.unique(lib.zeros(0, 3), dim=0, return_inverse=True, return_counts=True)
lib.unique(one, return_inverse=True, return_counts=True)
lib.unique(floats(nan, nan))
m.unique(dim=-1, return_counts=True)
lib.searchsorted(ints(1, 3, 5), ints(3, 4), side='right', out_int32=True)
lib.searchsorted(lib.tensor([[1, 3], [2, 9]]), lib.tensor([[3, 0, 4], [3, 9, 10]]))
lib.searchsorted(ints(5, 1, 3), ints(3, 6), sorter=ints(1, 2, 0))
lib.searchsorted(ints(1, 2, 3), 2)
lib.searchsorted(sorted_sequence=x, input=one, right=True)
lib.bucketize(ints(1, 2), ints(1, 2), out_int32=True, right=True)
lib.gather(one, 0, ints(0))
lib.gather(x, 0, lib.tensor(3))
lib.gather(m, 1, lib.zeros(0, dtype=lib.int64))
lib.index_select(one, 0, ints(0))
lib.index_add(one, 0, ints(0), lib.tensor(1.0), alpha=2)
lib.index_copy(one, 0, lib.tensor(0), floats(7))
lib.index_reduce(one, 0, ints(0), lib.tensor(2.0), 'prod')
lib.scatter(one, 0, ints(0), floats(7))
lib.scatter(x, 0, lib.tensor(1), lib.tensor(7.0))
lib.scatter_add(one, 0, ints(0), floats(7))
lib.take_along_dim(ints(5, 6, 7), ints(-1, 0, -3), 0)
lib.take_along_dim(m, ints(-1, 1).reshape(1, 2), dim=1)
one.unfold(0, 1, 1)
one.unfold(0, 0, 1)
x.unfold(0, 0, 2)
lib.cat([lib.zeros(0), lib.ones(2, 2)], 1)
lib.cat([lib.zeros(0, dtype=lib.float64), lib.ones(2, 2)], 1)
lib.cat([lib.zeros(0), lib.zeros(0)])
lib.meshgrid(one, floats(1, 2), indexing='xy')
lib.repeat_interleave(ints(2, 0, 1))
lib.repeat_interleave(ints(5, 6), ints(1, 2), output_size=3)
lib.nn.functional.pad(m.reshape(1, 3, 4), (-2, 3), mode='replicate')
lib.nn.functional.pad(m.reshape(1, 3, 4), (-1, 2), mode='circular')
lib.nn.functional.pad(m.reshape(1, 3, 4), (2, -1), mode='reflect')
lib.nn.functional.pad(m, (2, -1, -1, 1), value=9)
lib.diff(x, prepend=floats(9), append=floats(1, 2))
lib.diff(x, n=0, prepend=x)
lib.diff(x, n=9)
lib.diff(lib.zeros(3, 0, 3), dim=1)
lib.gradient(x * x, spacing=None)
lib.tensordot(lib.ones(1, 1, 1), lib.ones(2, 1, 2), dims=([0, 1], [2, 0]))
lib.einsum(m, [0, 1], m, [2, 1], [0, 2])
lib.einsum(m, [..., 0], x[:4], [0])
lib.cdist(m, m, 2.0, 'donot_use_mm_for_euclid_dist')
"""


REST = """
lib.hash_tensor(x, 0)
lib.addmm(ints(1, 2), lib.tensor([[1, 2], [3, 4]]), lib.tensor([[1, 2], [3, 4]]), beta=1.6, alpha=2.7)
lib.addr(lib.tensor([[False, True]]), x[:2] > 0, x[:2] >= 0)
ints(2, 1, -1, -1, 3) ** ints(-1, -2, -3, -4, 2)
2 ** ints(-1, 3)
lib.add(lib.tensor([1, 2], dtype=lib.uint8), lib.tensor([1, 2], dtype=lib.uint8), alpha=-3)
lib.arange(-1, 2, 2, dtype=lib.uint8)
lib.arange(0., -8.000001, -4., dtype=lib.uint8)
lib.arange(1.9, 4.1, dtype=lib.int64)
lib.linspace(4.3, -3, 6, dtype=lib.int64)
lib.logspace(0.9, 3.2, 4, 2, dtype=lib.int64)
lib.nn.functional.avg_pool1d(ints(1, 2, -4, -7, 3)[None, None], 2)
lib.nn.functional.avg_pool1d(ints(1, 2, -4, -7, 3)[None, None], 3, padding=1)
lib.nn.functional.max_pool2d(m.to(lib.int64)[None] - 99, 3, stride=2, ceil_mode=True)
lib.tensor([[1, 2]], dtype=lib.uint8).expand(3, 2).sum_to_size(1, 2)
(x > 2).sum_to_size(1)
lib.einsum('i->', lib.tensor([200, 100], dtype=lib.uint8))
lib.scatter_reduce(x > 2, 0, ints(0, 0, 5), x[:3] > 1, 'sum')
lib.scatter_reduce(x > 2, 0, ints(0, 0, 5), x[:3] > 1, 'amax', include_self=False)
lib.scatter_reduce(x > 2, 0, ints(0, 0, 5), x[:3] > 1, 'prod')
lib.manual_seed(0) and None; lib.bernoulli(lib.full((20,), 0.3, dtype=lib.float16))
lib.nn.functional.interpolate(lib.arange(16, dtype=lib.uint8).reshape(1, 1, 4, 4) * 15, 2, mode='bilinear')
lib.segment_reduce(x, 'mean', lengths=ints(2, 0, 4))
lib.segment_reduce(m, 'max', offsets=ints(0, 1, 1, 3))
lib.segment_reduce(m, 'prod', lengths=lib.tensor([[1, 3]] * 3), axis=1, initial=2)
lib.as_strided(x, (0, 2), (1, 1))
lib.as_strided(x[2:], (2, 2), (1, 2), 0)
x[2:].as_strided((2, 2), (1, 2)).storage_offset()
y = x[1:]; y.as_strided((2, 2), (1, 2), 0).mul_(10) is None; x, y
y = lib.arange(6.0); y.resize_(2, 2); y, y.stride()
y = lib.arange(6.0); z = y[2:]; z.resize_(8)[:4], y
y = lib.zeros(3); y.resize_as_(m).shape, y.stride()
lib.empty_permuted((2, 3, 4), (0, 2, 1)).stride()
lib.empty_strided((2, 3), (1, 2)).stride()
m.new_empty_strided((2, 3), (4, 1)).shape
m.H, m.mH, m.transpose(0, 1).H
lib.relu_(-x), lib.clamp_(m, 1, 2) is m
lib.range(1, 3, 0.5)
lib.native_layer_norm(m, (4,), None, None, 1e-5)
lib.native_group_norm(m.reshape(1, 12, 1), None, None, 1, 12, 1, 3, 1e-5)
lib.native_batch_norm(m, None, None, lib.zeros(4), lib.ones(4), True, 0.1, 1e-5)
lib.native_batch_norm(m, None, None, lib.zeros(4), lib.ones(4), False, 0.1, 1e-5)
lib.manual_seed(0) and None; lib.native_dropout(m, 0.5, True)
lib.rsub(x, 2, alpha=3)
lib.fill(x.to(lib.int64), 3)
lib.sum(m, dim=[])
lib.mean(m, dim=())
lib.var(m, dim=[], keepdim=True)
lib.amax(m, dim=())
lib.count_nonzero(m, dim=())
lib.all(m, dim=())
lib.any(m, dim=())
lib.var(x, correction=None)
lib.std(x, correction=1.5)
lib.var_mean(m, 0, correction=None, keepdim=True)
lib.var(x, 0, False)
lib.linspace(lib.tensor(4.3), lib.tensor(-3), 7, dtype=lib.float64)
lib.logspace(lib.tensor(4.3), -3, 4, 1.1, dtype=lib.float64)
lib.nn.functional.adaptive_max_pool1d(m[None], 3, return_indices=True)
lib.nn.functional.adaptive_max_pool2d(m[None], (2, None), True)
lib.nn.functional.adaptive_max_pool3d(lib.arange(27.).reshape(1, 3, 3, 3), (2, 3, 1), True)
lib.nn.functional.avg_pool2d(m[None], 2, ())
lib.nn.functional.prelu(-one, floats(0.5))
lib.nn.functional.batch_norm(lib.zeros(0, 3), lib.zeros(3), lib.ones(3), training=True)
lib.nn.functional.multi_margin_loss(one, lib.tensor(0), reduction='none')
lib.nn.functional.multi_margin_loss(x, ints(2), reduction='none')
lib.nn.functional.multilabel_margin_loss(one, lib.tensor(0))
lib.nn.functional.gaussian_nll_loss(x, x.reshape(6, 1), lib.ones(1))
lib.nn.functional.gaussian_nll_loss(m, m[:, :1], lib.ones(3), reduction='none')
x.double(memory_format=lib.contiguous_format)
lib.zeros_like(m, memory_format=lib.preserve_format, layout=lib.strided, pin_memory=False)
lib.empty(2, 3, 4, 5).clone(memory_format=lib.channels_last).stride()
lib.ones_like(lib.zeros(2, 3, 4, 5), memory_format=lib.channels_last).stride()
lib.full((2,), 3, layout=lib.strided, pin_memory=False)
m.new_ones(2, layout=m.layout)
lib.manual_seed(0) and None; lib.nn.functional.dropout3d(lib.ones(2, 2, 2, 2))
lib.manual_seed(0) and None; lib.nn.functional.dropout1d(lib.ones(4, 2))
lib.nn.functional.affine_grid(lib.arange(24.0).reshape(2, 3, 4), (2, 1, 2, 3, 4), align_corners=True)
lib.nn.functional.affine_grid(m[None], (1, 1, 2, 1, 3), align_corners=False)
"""

OUT = """
y = lib.zeros(6); lib.add(x, 2, alpha=3, out=y); y
y = lib.zeros(6); lib.exp(input=x, out=y) is y
y = lib.zeros(6, dtype=lib.float64); lib.mul(x, x, out=y)
y = lib.zeros(0); lib.matmul(m, m.t(), out=y); y
y = lib.zeros(6, dtype=lib.bool); lib.eq(x, 2, out=y); y
y = lib.zeros(2, 6); lib.stack([x, x], out=y); y
y = lib.zeros(12); lib.cat((x, x), 0, out=y); y
y = lib.zeros(4); lib.sum(m, 0, out=y); y
y = lib.zeros(8); lib.mul(m[0], 2, out=y[::2]); y
a, b = lib.zeros(3), lib.zeros(3, dtype=lib.int64); r = lib.max(m, 1, out=(a, b)); a, b, r.values is a
a, b = lib.zeros(0), lib.zeros(0, dtype=lib.int64); lib.topk(m, 2, out=(a, b)); a, b
y = lib.zeros(3); lib.arange(3, out=y); y
y = lib.zeros(3); lib.linspace(0, 1, 3, out=y); y
lib.add(x, x, out=None)
y = lib.zeros(6); lib.clamp(x, 1, 2, out=y); lib.neg(y, out=y); y
"""


@pytest.mark.parametrize("program", OUT.strip().splitlines())
def test_out_receives_the_result(program, torch):
    assert outcome(program, minigrad) == outcome(program, torch)


def test_out_refuses_what_it_cannot_hold_and_gradients(torch):
    for lib in (minigrad, torch):
        x = lib.ones(2, requires_grad=True)
        with pytest.raises(RuntimeError, match="out="):
            lib.mul(x, 2, out=lib.zeros(2))
        with pytest.raises(RuntimeError, match="out="):
            lib.mul(lib.ones(2), 2, out=x)
        with lib.no_grad():
            assert lib.mul(x, 2, out=lib.zeros(2)).tolist() == [2.0, 2.0]
        with pytest.raises((RuntimeError, TypeError)):
            lib.mul(lib.ones(2), 2, out=lib.zeros(2, dtype=lib.int64))
        with pytest.warns(UserWarning):
            assert lib.mul(lib.ones(3), 2, out=lib.zeros(2)).shape == (3,)


@pytest.mark.parametrize("align_corners", [True, False])
@pytest.mark.parametrize("padding_mode", ["zeros", "border", "reflection"])
@pytest.mark.parametrize("mode, axes", [("bilinear", 2), ("nearest", 2), ("bicubic", 2), ("bilinear", 3),
                                        ("nearest", 3)])
def test_grid_sample_and_its_gradients_are_those_of_pytorch(mode, axes, padding_mode, align_corners, torch):
    rng = np.random.default_rng(0)
    image, grid = rng.normal(size=(2, 3, 4, 5, 3)[:axes + 2]), rng.uniform(-3, 3, (2, 6, 2, 4, 3)[:axes + 1])
    grid = np.stack([grid] * axes, -1) * np.arange(1, axes + 1)
    results = []
    for lib in (minigrad, torch):
        x, g = (lib.tensor(each, requires_grad=True) for each in (image, grid))
        y = lib.nn.functional.grid_sample(x, g, mode, padding_mode, align_corners)
        (y * y).sum().backward()
        slope = np.zeros(1) if mode == "nearest" else g.grad.numpy()
        results.append((y.detach().numpy(), x.grad.numpy(), slope))
    for ours, theirs in zip(*results):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-11)


def test_a_transposed_convolution_whose_output_padding_holds_another_window(torch):
    results = []
    for lib in (minigrad, torch):
        x, w = lib.ones(1, 1, 3, 3, requires_grad=True), lib.arange(4.0).reshape(1, 1, 2, 2).requires_grad_()
        y = lib.nn.functional.conv_transpose2d(x, w, dilation=3, output_padding=(2, 1))
        (y * y).sum().backward()
        results.append((y.tolist(), x.grad.tolist(), w.grad.tolist()))
    assert results[0] == results[1]


@pytest.mark.parametrize("draw", [
    lambda lib, p: lib.normal(p, 1.0), lambda lib, p: lib.normal(0.0, p), lambda lib, p: lib.bernoulli(p),
    lambda lib, p: lib.poisson(p)], ids=["mean", "std", "bernoulli", "poisson"])
def test_random_numbers_do_not_follow_their_parameters(draw, torch):
    for lib in (minigrad, torch):
        p = lib.full((3,), 0.5, requires_grad=True)
        draw(lib, p).sum().backward()
        assert p.grad.tolist() == [0.0, 0.0, 0.0]


def plainly(value):
    """A result as types, dtypes, shapes and lists of numbers, which compare across libraries."""
    if isinstance(value, (tuple, list)):
        return [plainly(each) for each in value]
    if not hasattr(value, "dtype"):
        return value
    array = value.detach().numpy()
    rounded = np.where(np.isnan(array), "nan", np.round(array + 0.0, 4) + 0.0)      # -0.0 + 0.0 is 0.0
    return str(array.dtype), array.shape, rounded.tolist()


def outcome(program, lib):
    names = {"lib": lib}
    exec(SETUP, names)
    *statements, last = program.split("; ")
    exec("; ".join(statements), names)
    return plainly(eval(last, names))


@pytest.mark.filterwarnings("ignore::UserWarning:torch", "ignore:index_reduce", "ignore:.*range")
@pytest.mark.parametrize("program", PLACES.split("\n")[1:-1] + REST.split("\n")[1:-1])
def test_a_call_gives_the_result_of_pytorch(program, torch):
    assert outcome(program, minigrad) == outcome(program, torch)
