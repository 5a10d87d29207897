"""Small names of PyTorch: bits as another dtype, orders of axes, shared memory, files, hooks."""

import numpy as np
import pytest

import minigrad


def test_view_reads_the_bits_as_another_dtype(torch):
    x = np.array([[1.5, -2.0], [0.25, 3.0]], "f4")
    ours, theirs = minigrad.tensor(x), torch.tensor(x)
    for name in ("int32", "uint8", "int16", "float64", "complex64", "float32"):
        a, b = ours.view(getattr(minigrad, name)), theirs.view(getattr(torch, name))
        assert a.dtype == name and np.array_equal(a.numpy(), b.numpy()), name
    assert np.array_equal(ours.view(dtype=minigrad.int32).numpy(), x.view("i4"))
    ours.view(minigrad.int32)[0, 0] = 0
    assert ours[0, 0].item() == 0
    with pytest.raises(ValueError, match="cannot read"):
        minigrad.zeros(2, 3).view(minigrad.float64)


@pytest.mark.filterwarnings("ignore:.*requires_grad")
@pytest.mark.parametrize("call", [
    lambda m: m.empty(2, 3, 5, 7).dim_order(),
    lambda m: m.empty(2, 3, 5, 7).transpose(1, 2).dim_order(),
    lambda m: m.empty(2, 3, 5, 7, memory_format=m.channels_last).dim_order(),
    lambda m: m.empty(2, 3, 5, 7, memory_format=m.channels_last).stride(),
    lambda m: m.empty(1, 2, 3, 4).dim_order(ambiguity_check=[m.contiguous_format, m.channels_last]),
    lambda m: m.atleast_2d(), lambda m: m.unravel_index(m.tensor(4), (3, 2))[0].dtype == m.int64,
    lambda m: m.nn.functional.threshold(m.arange(-3, 3), 0, 0.5).tolist(),
    lambda m: m.nn.functional.native_channel_shuffle(m.arange(8.0).reshape(1, 4, 2), 2).tolist(),
    lambda m: m.asarray(m.ones(2, requires_grad=True) * 2, requires_grad=False).requires_grad,
    lambda m: m.asarray(m.ones(2, requires_grad=True) * 2).requires_grad,
])
def test_is_pytorchs(torch, call):
    assert call(minigrad) == call(torch)


def test_dim_order_refuses_an_ambiguous_order():
    with pytest.raises(RuntimeError, match="several orders"):
        minigrad.empty(1, 2, 3).dim_order(ambiguity_check=True)
    with pytest.raises(TypeError, match="ambiguity_check"):
        minigrad.empty(1, 2, 3).dim_order(ambiguity_check="yes")


def test_dlpack_shares_memory_with_another_library(torch):
    x = minigrad.arange(4)
    theirs, ours = torch.from_dlpack(x), minigrad.from_dlpack(x)
    theirs[0], ours[1] = -1, -2
    assert x.tolist() == ours.tolist() == theirs.tolist() == [-1, -2, 2, 3]
    back = minigrad.from_dlpack(torch.ones(2))
    assert back.dtype == "float32" and back.tolist() == [1, 1]
    capsule = minigrad.from_dlpack(x.array.__dlpack__(max_version=(1, 0)))
    capsule[2] = -3
    assert x.tolist() == [-1, -2, -3, 3]


def test_from_file_reads_and_writes_a_file(tmp_path):
    path = str(tmp_path / "numbers")
    np.arange(4.0).tofile(path)
    own = minigrad.from_file(path, size=3, dtype=minigrad.float64)
    own[0] = 9
    assert own.tolist() == [9, 1, 2] and np.fromfile(path).tolist() == [0, 1, 2, 3]
    shared = minigrad.from_file(path, shared=True, size=5, dtype=minigrad.float64)
    shared[4] = 7
    assert np.fromfile(path).tolist() == [0, 1, 2, 3, 7]


def test_a_hook_after_accumulation_sees_the_leaf_each_time():
    x, seen = minigrad.tensor([1.0, 2.0], requires_grad=True), []
    handle = x.register_post_accumulate_grad_hook(
        lambda leaf: (seen.append(leaf.grad.tolist()), leaf.sub_(1)))
    for _ in range(2):
        (x * 3).sum().backward()
    handle.remove()
    (x * 3).sum().backward()
    assert seen == [[3, 3], [6, 6]] and x.tolist() == [-1, 0] and x.grad.tolist() == [9, 9]
    with pytest.raises(RuntimeError, match="leaf"):
        (x * 2).register_post_accumulate_grad_hook(print)


@pytest.mark.filterwarnings("ignore:.torch.jit:DeprecationWarning", "ignore:Attempted to insert a get_attr")
def test_linearize_and_vjp_of_trees_are_pytorchs(torch):
    values = np.array([0.3, 1.2])
    for m in (minigrad, torch):
        x = m.tensor(values)
        y, push = m.func.linearize(lambda x: x.sin(), x)
        slope = push(m.ones_like(x))
        assert not y.requires_grad and not slope.requires_grad
        np.testing.assert_allclose(slope.numpy(), np.cos(values))
        out, pull = m.func.vjp(lambda x: {"a": x.sin(), "b": x * x}, x)
        np.testing.assert_allclose(pull({"a": m.ones_like(x), "b": m.ones_like(x)})[0].detach().numpy(),
                                   np.cos(values) + 2 * values)


def test_an_unknown_device_draws_no_number():
    minigrad.manual_seed(0)
    with pytest.raises((RuntimeError, ValueError)):
        minigrad.randn(3, device="cuda:99")
    first = minigrad.randn(2).tolist()
    minigrad.manual_seed(0)
    assert minigrad.randn(2).tolist() == first


@pytest.mark.parametrize("pattern, sizes", [
    ("b h w c -> b h w c", {}), ("b h w c -> (b h) w c", {}), ("b h w c -> h (b w) c", {}),
    ("b h w c -> b c h w", {}), ("b h w c -> b (c h w)", {}),
    ("b (h1 h) (w1 w) c -> (b h1 w1) h w c", dict(h1=2, w1=3)),
    ("b (h h1) (w w1) c -> b h w (c h1 w1)", dict(h1=2, w1=3)),
    ("... c -> c ...", {}), ("b ... -> (...) b", {}), ("b h w c -> b 1 h w c", {}),
])
def test_rearrange_is_pytorchs(torch, pattern, sizes):
    values = np.arange(144.0).reshape(2, 4, 6, 3)
    ours = minigrad.func.rearrange(minigrad.tensor(values), pattern, **sizes).numpy()
    assert np.array_equal(ours, torch.func.rearrange(torch.tensor(values), pattern, **sizes).numpy())


@pytest.mark.parametrize("pattern, sizes", [
    ("a b", {}), ("a b -> a", {}), ("a b c -> c b a", {}), ("a a -> a a", {}), ("(a b -> a b", {}),
    ("(a c) b -> a c b", {}), ("(a c) b -> a c b", dict(a=5)), ("a ? -> a ?", {}),
])
def test_rearrange_refuses(pattern, sizes):
    with pytest.raises(ValueError, match="rearrange"):
        minigrad.func.rearrange(minigrad.zeros(4, 3), pattern, **sizes)


@pytest.mark.parametrize("mode", ["reduced", "complete", "r"])
@pytest.mark.parametrize("shape", [(3, 2), (2, 3), (2, 4, 2), (2, 2)])
def test_qr_of_every_mode(torch, mode, shape):
    A = np.sin(np.arange(np.prod(shape)) + 1.0).reshape(shape)
    ours, theirs = minigrad.linalg.qr(minigrad.tensor(A), mode), torch.linalg.qr(torch.tensor(A), mode)
    for a, b in zip(ours, theirs):
        assert tuple(a.shape) == tuple(b.shape)
        np.testing.assert_allclose(a.numpy(), b.numpy(), atol=1e-14)


def test_qr_without_a_derivative_says_so():
    A = minigrad.ones(3, 2, requires_grad=True)
    for mode in ("r", "complete"):
        with pytest.raises(ValueError, match=f"mode='{mode}' has no derivative"):
            minigrad.linalg.qr(A, mode)
    with pytest.raises(ValueError, match="mode must be 'reduced', 'complete' or 'r', got 'full'"):
        minigrad.linalg.qr(A, "full")


def test_spectral_norm_starts_with_the_weight_as_it_was(torch):
    found = []
    for library in (minigrad, torch):
        library.manual_seed(0)
        layer = library.nn.utils.spectral_norm(library.nn.Linear(4, 3))
        before, out = layer.weight.sum().item(), layer(library.ones(2, 4))
        found.append([before, *out.flatten().tolist(), *layer.weight_u.tolist(), *layer.weight_v.tolist()])
    np.testing.assert_allclose(*found, rtol=1e-5)


def test_skip_init_draws_no_numbers():
    minigrad.manual_seed(3)
    layer = minigrad.nn.utils.skip_init(minigrad.nn.Linear, 5, 1, dtype=minigrad.float64)
    drawn = minigrad.rand(3)
    minigrad.manual_seed(3)
    assert layer.weight.dtype == "float64" and drawn.tolist() == minigrad.rand(3).tolist()
    with pytest.raises(TypeError, match="device"):
        minigrad.nn.utils.skip_init(minigrad.nn.ReLU)
