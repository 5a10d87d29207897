"""The rule of dtypes: the highest kind decides (bool < integer < float), in it arrays before 0-d tensors, and
0-d tensors before numbers."""

import itertools

import numpy as np
import pytest

import minigrad
from minigrad import tensor

DTYPES = "bool uint8 int8 int16 int32 int64 float16 float32 float64".split()
KIND = dict(zip(DTYPES, (0, 1, 1, 1, 1, 1, 2, 2, 2)))
WIDTH = dict(zip(DTYPES, (8, 8, 8, 16, 32, 64, 16, 32, 64)))


def wider(a, b):
    """Within a kind: the wider of two; uint8 beside int8 needs int16."""
    if {a, b} == {"uint8", "int8"}:
        return "int16"
    if {a, b} == {"uint8", "int16"}:
        return "int16"
    return max(a, b, key=WIDTH.get)


def expected(a, a_ndim, b, b_ndim):
    if KIND[a] != KIND[b]:
        return max(a, b, key=KIND.get)
    if bool(a_ndim) != bool(b_ndim):
        return a if a_ndim else b
    return wider(a, b)


@pytest.mark.parametrize("shapes", [((2,), (2,)), ((2,), ()), ((), (2,)), ((), ()), ((2, 1), (2,))])
def test_a_0d_tensor_beside_an_array_widens_it_only_with_a_higher_kind(shapes, device):
    for a, b in itertools.product(DTYPES, DTYPES):
        x, y = (minigrad.ones(shape, dtype=dtype, device=device) for shape, dtype in zip(shapes, (a, b)))
        dtype = expected(a, len(shapes[0]), b, len(shapes[1]))
        for result in (x + y, x * y, minigrad.maximum(x, y), minigrad.where(x > 0, x, y)):
            assert result.dtype == dtype, (a, b)
        assert minigrad.result_type(x, y) == dtype


@pytest.mark.parametrize("make", [lambda dtype, device: minigrad.ones(2, dtype=dtype, device=device),
                                  lambda dtype, device: minigrad.ones((), dtype=dtype, device=device)])
@pytest.mark.parametrize("number, dtype", [
    (True, "bool"), (2, "int64"), (2.5, "float32"), (np.int8(2), "int64"), (np.float64(2.5), "float32")])
def test_a_number_beside_a_tensor_changes_its_dtype_only_with_a_higher_kind(make, number, dtype, device):
    for each in DTYPES:
        wanted = dtype if KIND[dtype] > KIND[each] else each
        x = make(each, device)
        assert (x * number).dtype == (number * x).dtype == minigrad.result_type(x, number) == wanted


def test_a_number_beyond_the_range_of_integers_wraps_around(device):
    x = tensor([1, 100], dtype="int8", device=device)
    assert (x + 300).tolist() == (300 + x).tolist() == [45, -112]
    assert (x * tensor(300, device=device)).tolist() == [44, 48]
    assert (tensor([1], dtype="uint8", device=device) - 3).tolist() == [254]
    with pytest.raises(ValueError, match="int8 cannot hold 36893488147419103232; make it a float"):
        x + 2**65


def test_comparisons_of_integers_are_exact_whatever_their_dtypes(device):
    small = tensor([1, 255], dtype="uint8", device=device)
    assert (small == -1).tolist() == (small == tensor(-1, device=device)).tolist() == [False, False]
    assert (small < 300).tolist() == (small < tensor(300, device=device)).tolist() == [True, True]


def test_float16_beside_a_number_beyond_its_range_is_exact(device):
    x = tensor([2.0**-14, 1.0], dtype="float16", device=device, requires_grad=True)
    y = x * 1e5
    assert y.dtype == "float16" and y.tolist() == [np.float16(1e5 * 2.0**-14), np.inf]
    (x / 1e5).sum().backward()
    assert x.grad.tolist() == [np.float16(1e-5)] * 2
    assert (x == tensor(1.0, device=device)).tolist() == [False, True]


@pytest.mark.parametrize("op", [lambda a, b: a + b, lambda a, b: a * b, lambda a, b: a / b, lambda a, b: a**b,
                                minigrad.maximum, minigrad.atan2, lambda a, b: minigrad.where(a > b, a, b),
                                lambda a, b: minigrad.clamp(a, min=b), minigrad.xlogy,
                                lambda a, b: minigrad.addcmul(a, a, b)])
def test_gradients_have_the_dtypes_of_the_tensors_that_met(op, device):
    for a, b in itertools.product(DTYPES[-3:], DTYPES[-3:]):
        x, y = (tensor(data, dtype=dtype, device=device, requires_grad=True)
                for data, dtype in (([1.5, 2.0], a), (1.25, b)))
        op(x, y).sum().backward()
        assert x.grad.dtype == a and y.grad.dtype == b


@pytest.mark.parametrize("create_graph", [False, True])
def test_a_hook_of_a_leaf_sees_the_gradient_in_the_leafs_dtype(create_graph, device):
    x, seen = tensor([1.0, 2.0], dtype="float16", device=device, requires_grad=True), []
    x.register_hook(lambda g: seen.append(g.dtype))
    for other in (2.0, 1e6, 1e-6, tensor(2.0, device=device), minigrad.ones(2, device=device)):
        (x * other).sum().backward(create_graph=create_graph)
    assert seen == [np.dtype("float16")] * 5 and x.grad.dtype == "float16"


def test_in_place_ops_refuse_a_result_of_a_higher_kind(device):
    for a, b in itertools.product(DTYPES, DTYPES):
        x, y = (minigrad.ones(2, dtype=dtype, device=device) for dtype in (a, b))
        if KIND[b] > KIND[a]:
            with pytest.raises(TypeError, match=f"the result is {b} but x is {a}"):
                x += y
        else:
            before = x.array
            x += y
            assert x.dtype == a and x.array is before


@pytest.mark.parametrize("symbol", ["+=", "-=", "*=", "//=", "%=", "**=", "&=", "|=", "^=", "<<=", ">>="])
def test_augmented_assignment_keeps_the_array_and_its_dtype(symbol, device):
    x = tensor([6, 4], dtype="int32", device=device)
    names, before, plain = {"x": x, "y": tensor(2, device=device)}, x.array, {"x": np.array([6, 4])}
    exec(f"x {symbol} y", names)
    exec(f"x {symbol} 2", plain)
    assert names["x"].array is before and names["x"].dtype == "int32"
    assert names["x"].tolist() == plain["x"].tolist()


def test_float16_is_summed_in_float32(device):
    ones = minigrad.ones(4096, 2, dtype="float16", device=device)
    assert ones.sum(0).tolist() == [4096, 4096] and ones.cumsum(0)[-1].tolist() == [4096, 4096]
    assert minigrad.einsum("ij->j", ones).tolist() == [4096, 4096]
    norm = tensor([300.0, 400.0], dtype="float16", device=device).norm()
    assert norm.item() == 500 and norm.dtype == "float16"
    bias = minigrad.zeros(2, dtype="float16", device=device, requires_grad=True)
    (ones + bias).sum().backward()
    assert bias.grad.tolist() == [4096, 4096] and bias.grad.dtype == "float16"
    ids = minigrad.zeros(4096, dtype="int64", device=device)
    table = minigrad.zeros(1, 2, dtype="float16", device=device, requires_grad=True)
    minigrad.nn.functional.embedding(ids, table).sum().backward()
    assert table.grad.tolist() == [[4096, 4096]]


def test_uint8_targets_of_minus_1_wrap_around_and_count_as_minus_1(device):
    F = minigrad.nn.functional
    x, y = tensor([0.5, -1.0], device=device), tensor([1.0, 2.0], device=device)
    signed, wrapped = (tensor([1, -1], dtype=dtype, device=device) for dtype in ("int64", "uint8"))
    assert wrapped.tolist() == [1, 255]
    for loss in (F.hinge_embedding_loss, F.soft_margin_loss, lambda a, t: F.margin_ranking_loss(a, y, t),
                 lambda a, t: F.cosine_embedding_loss(a[:, None], y[:, None], t)):
        assert loss(x, wrapped).item() == loss(x, signed).item()
