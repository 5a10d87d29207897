"""print(tensor) shows PyTorch's text."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra.numpy import arrays

import minigrad
from minigrad.autograd.arrays import Naming
from minigrad.autograd.printing import OPTIONS

DTYPES = ("float64", "float32", "float16", "int64", "int32", "uint8", "bool")


@pytest.fixture(autouse=True)
def options():
    """Print options are as before after each test."""
    before, library = dict(OPTIONS), Naming.library
    yield
    OPTIONS.update(before)
    Naming.library = library


@pytest.mark.parametrize("numbers, text", [
    (0.5, "tensor(0.5000)"),
    ([1, 2], "tensor([1, 2])"),
    ([1.0, -2.0], "tensor([ 1., -2.])"),
    ([1.0, float("nan"), float("inf")], "tensor([1., nan, inf])"),
    ([1e-5, 1.0], "tensor([1.0000e-05, 1.0000e+00])"),
    ([1e9, 1.0], "tensor([1.0000e+09, 1.0000e+00])"),
    ([[True], [False]], "tensor([[ True],\n        [False]])"),
    ([[[1.0]], [[2.0]]], "tensor([[[1.]],\n\n        [[2.]]])"),
    ([], "tensor([])")])
def test_numbers_are_written_alike(numbers, text):
    assert repr(minigrad.tensor(numbers)) == text


def test_a_large_tensor_shows_its_ends():
    assert repr(minigrad.arange(2000).reshape(2, 1000)) == (
        "tensor([[   0,    1,    2,  ...,  997,  998,  999],\n"
        "        [1000, 1001, 1002,  ..., 1997, 1998, 1999]])")


def test_what_else_there_is_to_know_follows():
    x = minigrad.zeros(2, 0, dtype=minigrad.int32)
    assert repr(x) == "tensor([], size=(2, 0), dtype=minigrad.int32)"
    y = minigrad.ones(9, dtype=minigrad.float64, requires_grad=True)
    assert repr(y) == ("tensor([1., 1., 1., 1., 1., 1., 1., 1., 1.], dtype=minigrad.float64,\n"
                       "       requires_grad=True)")
    assert repr(y.sum() / 2) == "tensor(4.5000, dtype=minigrad.float64, grad_fn=<DivBackward0>)"


def test_options_change_the_text():
    minigrad.set_printoptions(precision=2, threshold=4, edgeitems=1)
    assert repr(minigrad.tensor([0.5, 1, 2, 3, 4])) == "tensor([0.50,  ..., 4.00])"
    minigrad.set_printoptions(profile="default", sci_mode=True)
    assert repr(minigrad.tensor([0.5])) == "tensor([5.0000e-01])"


@pytest.mark.parametrize("make", [
    "S[:1]", "S[1:]", "S + (1,)", "(1,) + S", "S + S", "S * 2", "2 * S", "S[0]"])
def test_what_is_made_of_a_shape_is_a_shape(make, torch):
    Naming.library = "torch"
    ours, theirs = (repr(eval(make, {"S": lib.ones(2, 3).shape})) for lib in (minigrad, torch))
    assert ours == theirs


shapes = st.lists(st.sampled_from([0, 1, 2, 3, 7, 12]), max_size=4).map(tuple)
numbers = st.one_of(
    st.floats(-5, 5), st.floats(width=16), st.integers(-9, 9).map(float),
    st.sampled_from([0.0, -0.0, 1e-5, 1e9, 123456.0, float("nan"), float("-inf")]))
options_ = st.fixed_dictionaries({}, optional=dict(
    precision=st.integers(0, 6), edgeitems=st.integers(1, 4), threshold=st.sampled_from([5, 50, 1000]),
    linewidth=st.integers(30, 120), sci_mode=st.sampled_from([None, True, False])))


@pytest.mark.torch
@settings(max_examples=300, deadline=None)
@given(data=st.data(), dtype=st.sampled_from(DTYPES), options=options_, grad=st.booleans(),
       computed=st.booleans())
def test_any_tensor_prints_as_in_pytorch(data, dtype, options, grad, computed):
    torch = pytest.importorskip("torch")
    array = data.draw(arrays("float64", data.draw(shapes), elements=numbers, fill=st.nothing()))
    with np.errstate(all="ignore"):
        if not dtype.startswith("float"):
            array = np.abs(np.nan_to_num(array, posinf=9, neginf=3))
        array = array.astype(dtype)
    grad = grad and dtype.startswith("float")
    Naming.library = "torch"
    texts = []
    for library in (torch, minigrad):
        library.set_printoptions(profile="default")
        library.set_printoptions(**options)
        x = library.tensor(array, requires_grad=grad)
        texts.append((repr(x * 2 if computed and grad else x), repr(x.shape)))
        library.set_printoptions(profile="default")
    assert texts[0] == texts[1]
