"""Creating tensors from data, filled and random: values, dtypes, devices, and seeds."""

import math
import re

import numpy as np
import pytest

import minigrad
from minigrad import Tensor, manual_seed
from minigrad.nn import functional as F


@pytest.mark.parametrize("data, dtype", [
    ([1, 2], "int64"), ([1.0, 2.0], "float32"), ([1, 2.5], "float32"), (True, "bool"), (3, "int64"),
    (2.5, "float32"),
    ([], "float32"), ([[True], [False]], "bool"), (np.ones(2), "float64"), (np.float64(2), "float64"),
    (np.arange(3, dtype="int32"), "int32"), ([np.float64(1), np.float64(2)], "float64"),
    (range(3), "int64")])
def test_the_dtype_of_a_new_tensor(data, dtype, device):
    x = minigrad.tensor(data, device=device)
    assert x.dtype == dtype and x.device == device
    assert x.tolist() == np.asarray(data).tolist()
    assert minigrad.tensor(data, dtype="float16", device=device).dtype == "float16"


def test_tensor_copies_and_from_numpy_shares():
    array = np.zeros(2)
    copy, shared = minigrad.tensor(array), minigrad.from_numpy(array)
    wrapped, same = Tensor(array), minigrad.as_tensor(array)
    array[0] = 1
    assert copy.tolist() == [0.0, 0.0]
    assert shared.tolist() == wrapped.tolist() == same.tolist() == [1.0, 0.0]
    assert minigrad.as_tensor(shared) is shared


def test_a_tensor_of_tensors_in_a_list():
    assert minigrad.tensor([minigrad.tensor(1.0), minigrad.tensor(2.0)]).tolist() == [1.0, 2.0]


@pytest.mark.parametrize("create, expected", [
    (minigrad.zeros, 0.0), (minigrad.ones, 1.0), (lambda *size, **s: minigrad.full(size, 2.5, **s), 2.5)])
def test_filled_tensors(create, expected, device):
    x = create(2, 3, device=device, requires_grad=True)
    assert x.tolist() == [[expected] * 3] * 2
    assert x.dtype == "float32" and x.device == device and x.requires_grad
    assert create(2, dtype=minigrad.int64).dtype == "int64" and create(0, 3).shape == (0, 3)


def test_like_and_new_keep_dtype_and_device(device):
    x = minigrad.ones(2, 3, dtype=minigrad.float64, device=device)
    for y in (minigrad.zeros_like(x), minigrad.ones_like(x), minigrad.empty_like(x), minigrad.rand_like(x),
              minigrad.randn_like(x), minigrad.full_like(x, 2), x.new_zeros(2, 3), x.new_ones((2, 3)),
              x.new_empty(2, 3), x.new_full((2, 3), 2), x.new_tensor([[1, 2, 3], [4, 5, 6]])):
        assert y.shape == (2, 3) and y.dtype == "float64" and y.device == device
    assert x.new_full((1,), 2, dtype=minigrad.int64, requires_grad=False).dtype == "int64"
    assert minigrad.zeros_like(x, dtype=minigrad.int32, device="cpu").device == "cpu"


def test_ranges(device):
    assert minigrad.arange(4, device=device).tolist() == [0, 1, 2, 3]
    assert minigrad.arange(1, 2, 0.25, device=device).tolist() == [1.0, 1.25, 1.5, 1.75]
    assert minigrad.arange(3, 0, -1, device=device).tolist() == [3, 2, 1]
    assert minigrad.linspace(0, 1, 5, device=device).tolist() == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert minigrad.eye(2, 3, device=device).tolist() == [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]


@pytest.mark.parametrize("name, is_in", [("tril", np.less_equal), ("triu", np.greater_equal)])
@pytest.mark.parametrize("offset", [0, -1, 2, -5])
def test_the_places_of_a_triangle(name, is_in, offset, device):
    places = getattr(minigrad, name + "_indices")(3, 4, offset, device=device)
    expected = [at for at in np.ndindex(3, 4) if is_in(at[1] - at[0], offset)]
    assert places.dtype == "int64" and places.device == device and places.shape == (2, len(expected))
    assert [*zip(*places.tolist())] == expected


RANDOM = {
    "rand": lambda **s: minigrad.rand(3, 4, **s), "randn": lambda **s: minigrad.randn(3, 4, **s),
    "randint": lambda **s: minigrad.randint(0, 10, (3, 4), **s),
    "randperm": lambda **s: minigrad.randperm(10, **s),
    "normal": lambda **s: minigrad.normal(2.0, 3.0, (3, 4), **s)}


@pytest.mark.parametrize("create", RANDOM.values(), ids=RANDOM)
def test_a_seed_gives_the_same_numbers_again_and_on_every_device(create, device):
    manual_seed(3)
    first, second = create(), create()
    manual_seed(3)
    again = create(device=device)
    assert again.device == device and again.tolist() == first.tolist() != second.tolist()
    generators = np.random.default_rng(1), np.random.default_rng(1)
    assert create(generator=generators[0]).tolist() == create(generator=generators[1]).tolist()


def within_four_standard_errors(sample, mean, deviation):
    return abs(np.mean(sample) - mean) < 4 * deviation / math.sqrt(np.size(sample))


def test_random_numbers_have_their_distribution(device):
    n = 10_000
    uniform = np.array(minigrad.rand(n, device=device).tolist())
    assert uniform.min() >= 0 and uniform.max() < 1
    assert within_four_standard_errors(uniform, 0.5, math.sqrt(1 / 12))
    normal = np.array(minigrad.normal(2.0, 3.0, (n,), device=device).tolist())
    assert within_four_standard_errors(normal, 2, 3) and abs(normal.std() - 3) < 4 * 3 / math.sqrt(2 * n)
    integers = np.array(minigrad.randint(2, 5, (n,), device=device).tolist())
    assert set(integers) == {2, 3, 4} and within_four_standard_errors(integers, 3, math.sqrt(2 / 3))
    assert sorted(minigrad.randperm(100, device=device).tolist()) == [*range(100)]
    coins = np.array(minigrad.bernoulli(minigrad.full((n,), 0.3, device=device)).tolist())
    assert set(coins) == {0.0, 1.0} and within_four_standard_errors(coins, 0.3, math.sqrt(0.21))
    draws = minigrad.multinomial(minigrad.tensor([0.0, 1.0, 3.0], device=device), n, replacement=True)
    assert draws.device == device
    assert within_four_standard_errors(np.array(draws.tolist()), 1.75, math.sqrt(3 / 16))
    filled = minigrad.zeros(n, device=device)
    assert within_four_standard_errors(np.array(filled.uniform_(-1, 3).tolist()), 1, math.sqrt(16 / 12))
    assert within_four_standard_errors(np.array(filled.normal_(1, 2).tolist()), 1, 2)


def test_multinomial_without_replacement_draws_each_once(device):
    weights = minigrad.tensor([[1.0, 2.0, 0.0, 3.0], [0.0, 1.0, 1.0, 1.0]], device=device)
    first, second = minigrad.multinomial(weights, 3).tolist()
    assert sorted(first) == [0, 1, 3] and sorted(second) == [1, 2, 3]


# Dropout


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_dropout_keeps_the_expected_value_and_its_gradient_is_its_mask(device, p):
    x = minigrad.ones(100, 100, device=device, requires_grad=True)
    y = F.dropout(x, p)
    values = np.array(y.tolist())
    assert set(np.unique(values)) == {0.0, np.float32(1) * np.float32(1 / (1 - p))}
    assert within_four_standard_errors(values, 1, math.sqrt(p / (1 - p)))
    y.sum().backward()
    assert x.grad.tolist() == y.tolist()


def test_dropout_of_all_or_nothing(device):
    x = minigrad.ones(2, 3, device=device)
    assert F.dropout(x, 0.0) is x and F.dropout(x, 0.5, training=False) is x
    assert F.dropout(x, 1.0).tolist() == [[0.0] * 3] * 2


def test_dropout2d_drops_whole_channels(device):
    y = np.array(F.dropout2d(minigrad.ones(20, 10, 2, 2, device=device), 0.5).tolist())
    assert {len(np.unique(channel)) for channel in y.reshape(200, 4)} == {1}
    assert set(np.unique(y)) == {0.0, 2.0}


def test_attention_drops_weights(device):
    q = minigrad.randn(2, 50, 4, device=device)
    v = minigrad.ones(2, 50, 1, device=device)
    y = np.array(F.scaled_dot_product_attention(q, q, v, dropout_p=0.5).tolist())
    assert abs(y.mean() - 1) < 0.1 and y.std() > 0.05         # without dropout all rows are exactly 1


@pytest.mark.parametrize("error, call, text", [
    (ValueError, lambda: minigrad.tensor([[1], [1, 2]]),
     r"a tensor needs numbers in lists of equal length: data\[0\] has length 1 but data\[1\] has length 2; "
     "make them equal, or use several tensors"),
    (ValueError, lambda: minigrad.tensor([[[1], [2]], [[3], 4]]),
     r": data\[0\]\[0\] has length 1 but data\[1\]\[1\] is not a list"),
    (ValueError, lambda: minigrad.tensor([1, minigrad.ones(2)]),
     r"tensor: in a list, only tensors of one element are numbers, got \(2,\)"),
    (ValueError, lambda: minigrad.tensor(["a"], dtype="float32"),
     "lists of equal length: could not convert string"),
    (TypeError, lambda: minigrad.tensor("a"), "a tensor holds numbers or booleans, got str"),
    (TypeError, lambda: minigrad.tensor([None]), "a tensor holds numbers or booleans, got list of object"),
    (TypeError, lambda: minigrad.from_numpy([1.0]),
     r"from_numpy takes a numpy.ndarray, got list; use tensor\(...\)"),
    (ValueError, lambda: minigrad.zeros(2, -1), r"sizes must not be negative, got \(2, -1\)"),
    (ValueError, lambda: minigrad.full((-1,), 0), r"sizes must not be negative, got \(-1,\)"),
    (TypeError, lambda: minigrad.full((2, 3), minigrad.ones(3)),
     r"full: fill_value must be a number, got a tensor of shape \(3,\)"),
    (ValueError, lambda: minigrad.rand(-1), r"sizes must not be negative, got \(-1,\)"),
    (TypeError, lambda: minigrad.zeros("a"), r"sizes must be integers, got \('a',\)"),
    (TypeError, lambda: minigrad.zeros(1.5), r"sizes must be integers, got \(1.5,\)"),
    (ValueError, lambda: minigrad.eye(-1), r"sizes must not be negative, got \(-1, -1\)"),
    (ValueError, lambda: minigrad.linspace(0, 1, -1), r"sizes must not be negative, got \(-1,\)"),
    (ValueError, lambda: minigrad.arange(0, 1, 0), "arange: step must not be 0"),
    (ValueError, lambda: minigrad.randint(5, 2, (2,)), "randint: low 5 must be below high 2"),
    (TypeError, lambda: minigrad.bernoulli([0.5]), "bernoulli takes a tensor of probabilities, got list"),
    (ValueError, lambda: minigrad.multinomial(minigrad.tensor([0.0, -1.0]), 1),
     "probabilities must be finite and non-negative, and not all 0"),
    (ValueError, lambda: minigrad.multinomial(minigrad.tensor([0.0, 1.0]), 2),
     "cannot draw 2 different indices, only 1 have a positive probability; set replacement=True"),
    (ValueError, lambda: minigrad.zeros(2, device="tpu"), "unknown device 'tpu'; expected 'cpu', 'cuda'"),
    (ValueError, lambda: minigrad.ones(2).to("flaot64"),
     "unknown device 'flaot64'.*; for a dtype write minigrad.float64"),
    (TypeError, lambda: minigrad.ones(2).to(dtype="flaot64"),
     "'flaot64' is not a dtype; did you mean minigrad.float64?")])
def test_mistakes(error, call, text):
    with pytest.raises(error, match=text):
        call()


# Defaults, dtype kinds, windows, counts, and printing


@pytest.fixture
def default_float64():
    minigrad.set_default_dtype(minigrad.float64)
    yield
    minigrad.set_default_dtype(minigrad.float32)


def test_the_default_dtype_is_that_of_numbers_new_tensors_layers_and_quotients(default_float64):
    from minigrad import nn
    whole = minigrad.tensor([1, 2], dtype=minigrad.uint8)
    for x in (minigrad.tensor(1.5), minigrad.ones(2), minigrad.randn(2), minigrad.rand(2),
              minigrad.arange(2.0), minigrad.linspace(0, 1, 3), whole / 2, whole.sin(), whole * 0.5,
              nn.Linear(2, 3).weight):
        assert x.dtype == minigrad.get_default_dtype() == "float64"
    single = minigrad.ones(2, dtype=minigrad.float32)
    assert (single * 1.5).dtype == (single * minigrad.tensor(1.5)).dtype == "float32"
    assert repr(minigrad.tensor(0.5)) == "tensor(0.5000)" and "float32" in repr(single)


def test_the_default_dtype_is_one_of_two():
    with pytest.raises(TypeError, match="set_default_dtype: expected float32 or float64, got int64"):
        minigrad.set_default_dtype(minigrad.int64)
    with pytest.raises(TypeError, match="'float23' is not a dtype; did you mean minigrad.float32?"):
        minigrad.randn(2, dtype="float23")


DTYPES = "bool uint8 int8 int16 int32 int64 float16 float32 float64".split()


def test_dtypes_are_promoted_and_cast_as_in_pytorch(torch):
    for a in DTYPES:
        for b in DTYPES:
            ours, theirs = ((getattr(library, a), getattr(library, b)) for library in (minigrad, torch))
            assert f"torch.{minigrad.promote_types(*ours)}" == str(torch.promote_types(*theirs)), (a, b)
            assert minigrad.can_cast(*ours) == torch.can_cast(*theirs), (a, b)
            for shapes in [((2,), (2,)), ((2,), ()), ((), (2,)), ((), ())]:
                found = minigrad.result_type(*(minigrad.zeros(s, dtype=d) for s, d in zip(shapes, ours)))
                assert f"torch.{found}" == str(
                    torch.result_type(*(torch.zeros(s, dtype=d) for s, d in zip(shapes, theirs))))
        for number in (True, 2, 1.5):
            found = minigrad.result_type(minigrad.zeros(2, dtype=getattr(minigrad, a)), number)
            assert f"torch.{found}" == str(torch.result_type(torch.zeros(2, dtype=getattr(torch, a)), number))


@pytest.mark.parametrize("name", ["hann", "hamming", "blackman", "bartlett"])
def test_windows_are_those_of_pytorch(name, torch):
    ours, theirs = (getattr(library, name + "_window") for library in (minigrad, torch))
    for args in [(5,), (6, False), (1,), (0,), (2, False)]:
        np.testing.assert_allclose(ours(*args).numpy(), theirs(*args).numpy(), atol=1e-6)
    assert ours(4).dtype == "float32" and ours(4, dtype=minigrad.float64).dtype == "float64"


def test_poisson_and_binomial_have_the_expected_mean(device):
    manual_seed(0)
    rate = minigrad.full((4000,), 3.0, device=device)
    counts = minigrad.poisson(rate)
    assert counts.device == device and abs(counts.mean().item() - 3) < 4 * math.sqrt(3 / 4000)
    counts = minigrad.binomial(minigrad.full((4000,), 10.0, device=device), rate * 0.1)
    assert counts.device == device and abs(counts.mean().item() - 3) < 4 * math.sqrt(2.1 / 4000)


@pytest.mark.parametrize("fill, mean, variance", [
    (lambda x: x.exponential_(2.0), 0.5, 0.25), (lambda x: x.geometric_(0.25), 4, 12),
    (lambda x: x.bernoulli_(0.3), 0.3, 0.21), (lambda x: x.random_(10), 4.5, 8.25),
    (lambda x: x.random_(5, 15), 9.5, 8.25), (lambda x: x.log_normal_(0.0, 0.5).log_(), 0, 0.25),
    (lambda x: x.cauchy_(1.0, 2.0).sub_(1).div_(2).atan_(), 0, math.pi**2 / 12)])
def test_random_fills_have_the_expected_mean_and_variance(fill, mean, variance, device):
    manual_seed(0)
    x = fill(minigrad.zeros(10000, device=device))
    assert abs(x.mean().item() - mean) < 4 * math.sqrt(variance / 10000)
    assert abs(x.var().item() / variance - 1) < 0.15


def test_random_fills_all_that_the_dtype_holds():
    assert 2**23 < minigrad.zeros(1000).random_().max().item() <= 2**24
    assert minigrad.zeros(1000, dtype=minigrad.uint8).random_().max().item() > 240
    assert minigrad.zeros(1000, dtype=minigrad.bool).random_().float().mean().item() > 0.3


def test_tensors_of_buffers_numbers_and_arrays():
    array = np.array([1.0, 2.0])
    assert minigrad.asarray(array).array is array and minigrad.asarray(array, copy=True).array is not array
    assert minigrad.frombuffer(bytearray(b"abcd"), dtype=minigrad.int8, count=2,
                               offset=1).tolist() == [98, 99]
    assert minigrad.scalar_tensor(3).dtype == "float32"
    assert minigrad.logspace(0, 2, 3).tolist() == [1.0, 10.0, 100.0]
    x = minigrad.randint_like(minigrad.zeros(50), 3)
    assert x.dtype == "float32" and set(x.tolist()) == {0.0, 1.0, 2.0}


def test_types_of_tensors():
    x = minigrad.ones(2)
    assert x.type() == "torch.FloatTensor"
    assert x.type("torch.DoubleTensor").dtype == x.type(minigrad.float64).dtype == "float64"
    assert (x.short().dtype, x.byte().dtype, x.char().dtype) == ("int16", "uint8", "int8")
    assert x.is_signed() and not x.byte().is_signed() and not x.is_complex() and x.get_device() == -1
    y = minigrad.ones(2, requires_grad=True) * 2
    assert y.detach_() is y and y.is_leaf and not y.requires_grad


def test_a_seed_can_be_read_and_the_state_be_restored():
    minigrad.manual_seed(7)
    assert minigrad.initial_seed() == 7
    state = minigrad.get_rng_state()
    first = minigrad.rand(3).tolist()
    minigrad.set_rng_state(state)
    assert minigrad.rand(3).tolist() == first
    assert minigrad.seed() == minigrad.initial_seed() != 7


def test_the_state_is_that_of_pytorch(torch):
    for lib in (minigrad, torch):
        lib.manual_seed(11)
        lib.rand(5), lib.randn(1)
    ours, theirs = minigrad.get_rng_state(), torch.get_rng_state()
    assert ours.dtype == minigrad.uint8 and tuple(ours.shape) == tuple(theirs.shape) == (5056,)
    expected = torch.rand(700).tolist()
    minigrad.set_rng_state(minigrad.tensor(theirs.numpy()))         # PyTorch's state, here
    assert minigrad.rand(700).tolist() == expected
    torch.set_rng_state(torch.tensor(ours.numpy()))                 # and the other way round
    assert torch.rand(700).tolist() == expected


def test_the_state_of_the_fast_stream_is_restored():
    try:
        minigrad.manual_seed(1, stream="fast")
        state, first = minigrad.get_rng_state(), minigrad.rand(3).tolist()
        minigrad.manual_seed(2)
        minigrad.set_rng_state(state)
        assert state.dtype == minigrad.uint8 and minigrad.rand(3).tolist() == first
    finally:
        minigrad.manual_seed(0)
    assert minigrad.get_rng_state().shape == (5056,)


@pytest.mark.parametrize("wrong, error", [
    ({}, TypeError), ([1], TypeError), ("zeros", TypeError), ("short", ValueError)])
def test_what_is_no_state_is_refused(wrong, error, torch):
    for lib in (minigrad, torch):
        state = {"zeros": lib.zeros(5056), "short": lib.zeros(7, dtype=lib.uint8)}.get(str(wrong), wrong)
        with pytest.raises((error, RuntimeError, AttributeError)):
            lib.set_rng_state(state)


def test_how_tensors_are_shown_can_be_set():
    try:
        minigrad.set_printoptions(precision=2, sci_mode=False)
        assert repr(minigrad.tensor([1e-5, 1.23456])) == "tensor([0.00, 1.23])"
    finally:
        minigrad.set_printoptions(profile="default")
    assert repr(minigrad.tensor([1.23456])) == "tensor([1.2346])"


def test_pytorchs_names_of_the_first_two_arguments_are_taken():
    x = minigrad.tensor([1.0, 3.0])
    assert minigrad.sum(input=x).item() == 4 and minigrad.mean(input=x, dim=0).item() == 2
    assert minigrad.add(input=x, other=x).tolist() == [2.0, 6.0] and minigrad.var(input=x).item() == 2
    with pytest.raises(TypeError, match="dim must be an integer or a tuple of integers, got 'a'"):
        x.mean(dim="a")


@pytest.mark.parametrize("number", ["3", [1, 2]])
def test_arange_takes_numbers(number):
    with pytest.raises(TypeError, match="^arange takes numbers, got " + re.escape(repr(number))):
        minigrad.arange(number)


def test_a_number_as_device_is_that_of_a_gpu():
    with pytest.raises(ValueError, match="unknown device 'cuda:-1'"):
        minigrad.ones(2).to(-1)
