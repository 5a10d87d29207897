"""Indices that only old programs write: lists of lists, ranges, masks of uint8. PyTorch answers the same."""

import warnings

import numpy as np
import pytest

import minigrad


def x(lib):
    return lib.arange(12.0).reshape(3, 4)


def byte(lib, *values):
    return lib.tensor(values, dtype=lib.uint8)


class Two:
    def __index__(self):
        return 2


QUIET = [
    lambda lib: range(2), lambda lib: range(0), lambda lib: (slice(None), range(3, 0, -1)),
    lambda lib: (range(2), range(2)), lambda lib: [0, 2], lambda lib: [], lambda lib: [True, False, True],
    lambda lib: ([True, False, True], [0, 1]), lambda lib: (..., [0, 1]), lambda lib: (None, [0, 1]),
    lambda lib: ((0, 1),), lambda lib: np.array([[0, 1], [1, 2]]), lambda lib: np.uint8(1),
    lambda lib: [0] * 40,
    lambda lib: [[0, 1]] * 32, lambda lib: Two(), lambda lib: True, lambda lib: (1, True),
    lambda lib: (slice(None), [lib.tensor(0), lib.tensor(1)]), lambda lib: [np.int64(0), np.int64(2)],
    lambda lib: lib.tensor(1, dtype=lib.uint8), lambda lib: np.array(0, dtype=np.uint8)]
WARNING = [
    lambda lib: [[0, 1], [1, 2]], lambda lib: [[0, 1]], lambda lib: [(0, 1), (1, 2)], lambda lib: [[]],
    lambda lib: [slice(0, 2), 1], lambda lib: [None, 0], lambda lib: [..., 0],
    lambda lib: [range(2), range(2)],
    lambda lib: [lib.tensor([0, 1]), lib.tensor([1, 2])], lambda lib: [lib.tensor(0), lib.tensor(1)],
    lambda lib: [np.array([0, 1]), 1], lambda lib: [[True, False, True]],
    lambda lib: byte(lib, 1, 0, 2), lambda lib: (slice(None), byte(lib, 0, 1, 0, 1)),
    lambda lib: lib.tensor([[0, 1, 0, 1]] * 3, dtype=lib.uint8),
    lambda lib: np.array([1, 0, 1], dtype=np.uint8)]


def asked(function, lib):
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        answer = function(lib)
    return answer, bool(told)


@pytest.mark.parametrize("i, index", list(enumerate(QUIET + WARNING)))
def test_an_index_reads_what_pytorch_reads_with_a_warning_where_pytorch_warns(i, index, torch):
    ours, told = asked(lambda lib: x(lib)[index(lib)], minigrad)
    theirs, as_there = asked(lambda lib: x(lib)[index(lib)], torch)
    assert ours.shape == theirs.shape and ours.tolist() == theirs.tolist()
    assert told == as_there == (i >= len(QUIET))


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("index", [range(2), [2], [[0, 1], [1, 2]], [slice(0, 2), 1]], ids=str)
@pytest.mark.parametrize("value", [7.0, "tensor"])
def test_an_index_writes_what_pytorch_writes(index, value, torch):
    results = []
    for lib in (minigrad, torch):
        y = x(lib)
        y[index] = lib.tensor(7.0) if value == "tensor" else value
        results.append(y.tolist())
    assert results[0] == results[1]


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_mask_of_uint8_writes_tensors_and_no_single_number(torch):
    results = []
    for lib in (minigrad, torch):
        y = x(lib)
        y[byte(lib, 1, 0, 0)] = lib.full((4,), -1.0)
        for value in (5, lib.tensor(5.0), lib.tensor([5.0])):
            with pytest.raises((TypeError, RuntimeError), match="mask"):
                y[byte(lib, 1, 0, 0)] = value
            if isinstance(value, lib.Tensor):
                with pytest.raises((TypeError, RuntimeError), match="mask"):
                    y.index_put((byte(lib, 1, 0, 0),), value)
        results.append((y.tolist(), y.index_put((byte(lib, 0, 1, 1),), lib.full((2, 4), 3.0)).tolist()))
    assert results[0] == results[1]


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_the_gradient_of_a_mask_of_uint8(torch):
    results = []
    for lib in (minigrad, torch):
        y = x(lib).requires_grad_()
        (y[byte(lib, 1, 0, 1)] ** 2).sum().backward()
        results.append(y.grad.tolist())
    assert results[0] == results[1]


@pytest.mark.parametrize("wrong", [1.5, "a", {0}, ["a"], [["a"]]], ids=str)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_what_is_no_index(wrong, torch):
    for lib in (minigrad, torch):
        with pytest.raises((TypeError, IndexError, ValueError)):
            x(lib)[wrong]


def test_where_takes_uint8_with_a_warning(torch):
    (ours, told), (theirs, as_there) = (
        asked(lambda lib: lib.where(byte(lib, 2, 0), lib.zeros(2), lib.ones(2)).tolist(), lib)
        for lib in (minigrad, torch))
    assert ours == theirs and told == as_there
