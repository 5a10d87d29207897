"""What a Tensor is: numbers with a dtype, a device and a graph node; how it works with Python and NumPy."""

import copy
import pickle
import threading

import numpy as np
import pytest

import minigrad
from minigrad import Tensor, no_grad, tensor
from minigrad.autograd import Parameter, Shape
from minigrad.autograd.writes import Writes


def test_numbers_are_float32_or_int64_and_numpy_data_keeps_its_dtype():
    assert Tensor(1.5).dtype == np.float32 and tensor([1, 2]).dtype == np.int64
    assert tensor([True]).dtype == np.bool_
    assert Tensor([np.float64(1)]).dtype == np.float64 and Tensor(np.ones(2)).dtype == np.float64
    assert Tensor([]).dtype == np.float32
    assert Tensor([[Tensor(np.array(1.0)), 2.0], [3, 4]]).tolist() == [[1, 2], [3, 4]]


def test_an_array_is_wrapped_without_a_copy():
    array = np.ones(3)
    assert Tensor(array).array is array


@pytest.mark.parametrize("data, text", [
    ([[1.0, 2.0], [3.0]], "a tensor needs numbers in lists of equal length"),
    ("text", "a tensor holds numbers or booleans, got str"),
    (None, "a tensor holds numbers or booleans, got NoneType"),
    ([[1.0], "a"], "a tensor "),
])
def test_what_is_no_array_of_numbers_is_refused(data, text):
    with pytest.raises((TypeError, ValueError), match=text):
        Tensor(data)


def test_a_shape_is_a_tuple_that_counts():
    x = Tensor(np.ones((2, 3)))
    assert x.shape == (2, 3) and isinstance(x.shape, Shape) and x.shape.numel() == x.numel() == 6
    assert x.size() == (2, 3) and x.size(-1) == 3 and x.dim() == 2
    assert len(x) == 2 and Tensor(1.0).shape.numel() == 1


# Python


def test_a_tensor_with_one_element_is_a_number():
    assert float(Tensor([2.5])) == 2.5 and int(tensor(3)) == 3 and bool(tensor([[0]])) is False
    assert [10, 20][tensor(1)] == 20 and f"{Tensor(0.5):.3f}" == "0.500"
    assert type(Tensor(1.5).item()) is float and type(tensor(1).item()) is int


@pytest.mark.parametrize("act, error, text", [
    (lambda x: x.item(), ValueError, r"item\(\) needs a tensor with one element, got shape \(2,\)"),
    (lambda x: bool(x), ValueError,
     r"the truth value of a tensor with shape \(2,\) is ambiguous; use .any\(\) or .all\(\)"),
    (lambda x: [1, 2][x[0]], TypeError, "only integer tensors can be an index, got float32"),
    (lambda x: len(x[0]), TypeError, r"len\(\) of a 0-d tensor"),
    (lambda x: list(x[0]), TypeError, r"iteration over a 0-d tensor; get its number with .item\(\)"),
    (lambda x: Tensor(x.double()), TypeError, r"expected a tensor of float32, got float64; convert it with "),
])
def test_errors_say_what_to_do(act, error, text):
    with pytest.raises(error, match=text):
        act(Tensor([1.0, 2.0]))


def test_a_tensor_is_a_key_by_identity():
    a, b = Tensor([1.0]), Tensor([1.0])
    assert {a: 1, b: 2}[a] == 1 and len({a, b, a}) == 2


def test_a_wrong_name_is_answered_with_the_nearest_one():
    x = Tensor([1.0])
    with pytest.raises(AttributeError, match="did you mean .*requires_grad"):
        x.requires_gard
    with pytest.raises(AttributeError, match=r"x.to\(dtype\)"):
        x.astype("float64")
    assert not hasattr(x, "__array_interface__")


def test_repr_shows_numbers_dtype_device_and_place_in_the_graph():
    x = Tensor([1.0, 2.0], requires_grad=True)
    assert repr(x) == "tensor([1., 2.], requires_grad=True)"
    assert repr(x * 2) == "tensor([2., 4.], grad_fn=<MulBackward0>)"
    assert repr(Tensor(np.ones(1)).to("fake")) == "tensor([1.], device='fake', dtype=minigrad.float64)"
    assert repr(Tensor(np.ones((0, 2), "float32"))) == "tensor([], size=(0, 2))"
    assert repr(Tensor(np.ones((2, 3))).shape) == "minigrad.Size([2, 3])"
    assert repr(Parameter([1.0])) == "Parameter containing:\ntensor([1.], requires_grad=True)"


# Copies


@pytest.mark.parametrize("kind", [Tensor, Parameter])
def test_deepcopy_copies_numbers_gradient_and_kind(kind, device):
    x = kind(minigrad.ones(2, device=device).array, requires_grad=True)
    (x * 3).sum().backward()
    twin = copy.deepcopy([x, x])
    assert twin[0] is twin[1] and type(twin[0]) is kind and twin[0].requires_grad and twin[0].device == device
    with no_grad():
        x.zero_()
        x.grad.zero_()
    assert twin[0].tolist() == [1, 1] and twin[0].grad.tolist() == [3, 3]


def test_deepcopy_of_a_result_says_to_detach():
    with pytest.raises(RuntimeError,
                       match=r"only leaf tensors can be deep-copied; call .detach\(\).clone\(\) first"):
        copy.deepcopy(Tensor([1.0], requires_grad=True) * 2)


@pytest.mark.parametrize("kind", [Tensor, Parameter])
def test_pickle_keeps_numbers_dtype_device_and_kind(kind, device):
    x = kind(minigrad.ones(2, dtype=minigrad.float64, device=device).array, requires_grad=True)
    twin = pickle.loads(pickle.dumps(x))
    assert type(twin) is kind and twin.dtype == np.float64 and twin.device == device and twin.requires_grad
    assert twin.tolist() == [1, 1]


# NumPy


def test_to_numpy_shares_memory_and_says_what_stands_in_the_way():
    x = Tensor([1.0, 2.0])
    assert x.numpy() is x.array and np.asarray(x) is x.array
    assert np.array(x) is not x.array and np.asarray(x, "float64").dtype == np.float64
    with pytest.raises(RuntimeError, match=r"requires grad; call x.detach\(\).numpy\(\)"):
        x.requires_grad_().numpy()
    with pytest.raises(TypeError, match=r"a tensor on fake; call x.cpu\(\).numpy\(\)"):
        np.asarray(Tensor([1.0]).to("fake"))
    with pytest.raises(ValueError, match="float32 cannot be viewed as float64 without a copy"):
        np.asarray(Tensor([1.0]), "float64", copy=False)


ARRAY = np.array([1.0, 2.0], "float32")


@pytest.mark.parametrize("operate", [
    lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b, lambda a, b: a / b, lambda a, b: a ** b,
    lambda a, b: a // b, lambda a, b: a % b, lambda a, b: a @ b, lambda a, b: a == b, lambda a, b: a != b,
    lambda a, b: a < b, lambda a, b: a <= b, lambda a, b: a > b, lambda a, b: a >= b])
def test_an_operator_with_numpy_on_either_side_is_the_tensors(operate):
    x = Tensor(np.array([3.0, 2.0], "float32"), requires_grad=True)
    for y, expected in ((operate(ARRAY, x), operate(ARRAY, x.array)),
                        (operate(x, ARRAY), operate(x.array, ARRAY))):
        assert isinstance(y, Tensor) and y.dtype == expected.dtype and y.tolist() == expected.tolist()


@pytest.mark.parametrize("operate", [lambda a, b: a & b, lambda a, b: a | b, lambda a, b: a ^ b])
def test_masks_combine_with_numpy_on_the_left(operate):
    y = operate(np.array([True, False]), tensor([True, True]))
    assert isinstance(y, Tensor)
    assert y.tolist() == operate(np.array([True, False]), np.array([True, True])).tolist()


@pytest.mark.parametrize("number", [np.float64(2), np.float32(2), np.int64(2)], ids=repr)
def test_a_numpy_number_on_the_left_is_the_tensors(number):
    for y in (number * Tensor([1.5]), number + Tensor([1.5]), number - Tensor([1.5]), number / Tensor([1.5])):
        assert isinstance(y, Tensor) and y.dtype == np.float32


@pytest.mark.parametrize("call", [np.exp, lambda x: np.add(x, x), lambda x: np.maximum(ARRAY, x),
                                  lambda x: np.add.reduce(x), lambda x: np.add(ARRAY, x, out=ARRAY.copy())])
def test_functions_of_numpy_are_refused_with_what_to_do(call):
    text = (r"np\.\w+ of a Tensor would lose the gradient; use .* x.exp\(\), "
            r"or convert with x.detach\(\).numpy\(\)")
    with pytest.raises(TypeError, match=text):
        call(Tensor([1.0, 2.0], requires_grad=True))


# In place


def test_data_shares_and_assigning_it_replaces():
    p = Parameter([1.0, 2.0])
    p.data.mul_(2)
    assert p.tolist() == [2, 4]
    p.data = Tensor([5.0])
    assert p.tolist() == [5] and p.requires_grad


@pytest.mark.parametrize("index", [(0, 1), (slice(None), 1), (..., 0), (None, 1), 1])
def test_what_an_index_of_numbers_and_slices_gives_is_a_view(index, device):
    x = minigrad.zeros(2, 3, device=device)
    x[index].fill_(1.0)
    expected = np.zeros((2, 3))
    expected[index] = 1
    assert x.tolist() == expected.tolist()


def test_requires_grad_can_be_switched_on_leaves_only():
    x = Tensor([1.0])
    assert x.requires_grad_() is x and x.requires_grad
    with pytest.raises(RuntimeError, match=r"on leaf tensors only; use .detach\(\)"):
        (x * 2).requires_grad_(False)


def test_a_write_is_forgotten_with_the_memory_it_went_to(device):
    known = len(Writes.last)
    tensors = [minigrad.zeros(4, device=device).fill_(1.0) for _ in range(1000)]
    views = [x[2:] for x in tensors]
    del tensors
    assert len(Writes.last) == known + 1000
    del views
    assert len(Writes.last) == known


def test_threads_train_side_by_side():
    def train(seed):
        w = Parameter(np.full(3, float(seed)))
        for _ in range(50):
            loss = ((w - 1) * (w - 1)).sum()
            w.grad = None
            loss.backward()
            with no_grad():
                w.sub_(w.grad * 0.1)
        results[seed] = w.detach().numpy()
    results = {}
    threads = [threading.Thread(target=train, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for seed in range(4):
        np.testing.assert_allclose(results[seed], 1 + (seed - 1) * 0.8 ** 50)


def test_strides_are_counted_in_elements(device):
    x = minigrad.zeros(2, 3, 4, device=device)
    assert x.stride() == (12, 4, 1) and x.stride(1) == 4 and x.transpose(0, 2).stride() == (1, 4, 12)


def test_the_oldest_constructor_takes_sizes_or_makes_floats_of_data():
    assert Tensor(3).shape == (3,) and Tensor(2, 3).shape == (2, 3) and Tensor(2, 3, 4, 5).shape[2:] == (4, 5)
    assert Tensor(minigrad.Size([2, 3])).shape == (2, 3) and Tensor().shape == (0,)
    assert Tensor([1, 2]).dtype == "float32" and Tensor([True]).tolist() == [1.0]
    x = minigrad.ones(2)
    assert Tensor(x).array is x.array
