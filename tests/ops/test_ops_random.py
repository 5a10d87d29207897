"""Ops on random shapes, indices and equations."""

import math
import operator
from dataclasses import replace

import numpy as np
import pytest
from cases.ops import CASES
from cases.row import assert_close, leaves, on
from hypothesis import assume, given, settings, strategies as st
from hypothesis.extra import numpy as hnp

import minigrad
from minigrad.nn import functional

few = settings(max_examples=40)
shapes = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=3)


def numbers_of(shape):
    """Different numbers in random order, so that no maximum ties."""
    size = int(np.prod(shape))
    return (np.random.default_rng(size).permutation(size) / max(size, 1) + 0.5).reshape(shape)


@pytest.fixture(scope="module")
def check(checked):
    def check(device, names, f, formula, *sizes):
        """f of tensors, an op or a chain of ops, equals the formula of arrays; its derivatives equal finite
        differences, on the CPU."""
        arrays = [*map(numbers_of, sizes)]
        assert_close([f(*map(on(device), arrays))], [np.asarray(formula(*arrays))], "float64")
        if device == "cpu":
            checked.derivatives("Ops", names.split(), f, [*map(on("cpu", requires_grad=True), arrays)])
            for name in names.split():
                checked.count("Ops", name, "random")
    return check


@settings(max_examples=200)       # for a few hundred ops
@given(case=st.sampled_from([case for case in CASES if case.elementwise]), data=st.data())
def test_elementwise_ops_broadcast_as_numpy(device, checked, case, data):
    drawn = data.draw(hnp.mutually_broadcastable_shapes(
        num_shapes=len(case.inputs), min_side=0, max_side=3, max_dims=3))
    case = replace(case, inputs=[*drawn.input_shapes])
    assert_close(case.run(leaves(case, device), on(device)), case.expected(case.arrays()), "float64")
    if device == "cpu" and case.differentiable:
        name = case.name.split()[0]
        checked.derivatives("Ops", name, lambda *xs: case.run(xs, on("cpu")), leaves(case, "cpu"))
        checked.count("Ops", name, "random")


@pytest.mark.parametrize("name, formula", [
    ("sum", np.sum), ("mean", np.mean), ("amax", np.max), ("amin", np.min),
    ("norm", lambda x, **over: np.sqrt(np.sum(x * x, **over))),
    ("var", lambda x, **over: np.var(x, ddof=1, **over)),
    ("std", lambda x, **over: np.std(x, ddof=1, **over)),
    ("logsumexp", lambda x, **over: np.log(np.sum(np.exp(x), **over)))])
@few
@given(data=st.data())
def test_reductions_over_any_axes(device, check, name, formula, data):
    shape = data.draw(hnp.array_shapes(min_dims=1, max_dims=4, min_side=1, max_side=3))
    dim = data.draw(hnp.valid_tuple_axes(len(shape), min_size=1) | st.integers(-len(shape), len(shape) - 1))
    keepdim = data.draw(st.booleans())
    over = dim if isinstance(dim, tuple) else (dim,)
    assume(name not in ("var", "std") or math.prod(shape[d] for d in over) > 1)     # nan for one number
    check(device, name, lambda x: getattr(x, name)(dim=dim, keepdim=keepdim),
          lambda x: formula(x, axis=dim, keepdims=keepdim), shape)


def softmax(x, dim):
    return np.exp(x) / np.exp(x).sum(dim, keepdims=True)


@pytest.mark.parametrize("name, formula", [
    ("cumsum", np.cumsum), ("cumprod", np.cumprod), ("logcumsumexp", np.logaddexp.accumulate),
    ("softmax", softmax), ("log_softmax", lambda x, dim: np.log(softmax(x, dim))), ("prod", np.prod),
    ("flip", np.flip)])
@few
@given(shape=hnp.array_shapes(min_dims=1, max_dims=4, min_side=1, max_side=3), data=st.data())
def test_functions_along_one_axis(device, check, name, formula, shape, data):
    dim = data.draw(st.integers(-len(shape), len(shape) - 1))
    check(device, name, lambda x: getattr(minigrad, name)(x, dim), lambda x: formula(x, dim), shape)


@few
@given(shape=hnp.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=3), data=st.data())
def test_expand_repeat_roll_pad_and_tril(device, check, shape, data):
    lead = tuple(data.draw(st.lists(st.integers(1, 3), max_size=1)))
    wide = lead + tuple(data.draw(st.integers(1, 3)) if n == 1 else n for n in shape)
    check(device, "expand", lambda x: x.expand(wide), lambda x: np.broadcast_to(x, wide), shape)
    times = lead + tuple(data.draw(st.integers(0, 2)) for _ in shape)
    check(device, "repeat", lambda x: x.repeat(times), lambda x: np.tile(x, times), shape)
    by, dim = data.draw(st.integers(-4, 4)), data.draw(st.integers(-len(shape), len(shape) - 1))
    check(device, "roll", lambda x: x.roll(by, dim), lambda x: np.roll(x, by, dim), shape)
    around = [(data.draw(st.integers(0, 2)), data.draw(st.integers(0, 2))) for _ in shape]
    check(device, "pad", lambda x: functional.pad(x, sum(reversed(around), ())),
          lambda x: np.pad(x, around), shape)
    if len(shape) > 1:
        check(device, "tril", lambda x: x.tril(by), lambda x: np.tril(x, by), shape)


@few
@given(shape=shapes, data=st.data())
def test_reshape_permute_transpose_and_flip_in_a_chain(device, check, shape, data):
    other = data.draw(st.permutations(shape))
    order = data.draw(st.permutations(range(len(shape))))
    flipped = data.draw(hnp.valid_tuple_axes(len(shape)))
    a, b = (data.draw(st.integers(-len(shape), len(shape) - 1)) for _ in "ab") if shape else (0, 0)

    def formula(x):
        y = np.flip(np.transpose(np.reshape(x, other), order), flipped)
        return np.swapaxes(y, a, b) if shape else y

    check(device, "reshape permute flip transpose",
          lambda x: x.reshape(other).permute(order).flip(flipped).transpose(a, b), formula, shape)


@few
@given(shape=hnp.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=4), data=st.data())
def test_basic_indices(device, check, shape, data):
    index = data.draw(hnp.basic_indices(shape, allow_newaxis=True, max_dims=5))
    check(device, "getitem", operator.itemgetter(index), operator.itemgetter(index), shape)


@few
@given(shape=hnp.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=4), data=st.data())
def test_integer_array_indices(device, check, shape, data):
    chosen = hnp.array_shapes(max_dims=2, max_side=3, min_side=0)
    index = data.draw(hnp.integer_array_indices(shape, result_shape=chosen))
    check(device, "getitem", lambda x: x[tuple(map(on(x.device), index))], lambda x: x[index], shape)


@few
@given(shape=hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=4), data=st.data())
def test_masks(device, check, shape, data):
    mask = data.draw(hnp.arrays(bool, shape[:data.draw(st.integers(1, len(shape)))]))
    check(device, "getitem", lambda x: x[on(x.device)(mask)], lambda x: x[mask], shape)


@few
@given(data=st.data())
def test_gather_and_scatter_add(device, check, data):
    shape = data.draw(hnp.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=4))
    dim = data.draw(st.integers(-len(shape), len(shape) - 1))
    places = [*shape]
    places[dim] = data.draw(st.integers(0, 3))
    index = data.draw(hnp.arrays(np.int64, tuple(places), elements=st.integers(0, shape[dim] - 1)))

    def added(x, source):
        out, target = x.copy(), [*np.indices(places)]
        target[dim] = index
        np.add.at(out, tuple(target), source)
        return out

    check(device, "gather", lambda x: x.gather(dim, on(x.device)(index)),
          lambda x: np.take_along_axis(x, index, dim), shape)
    check(device, "scatter_add", lambda x, source: x.scatter_add(dim, on(x.device)(index), source),
          added, shape, tuple(places))


@few
@given(drawn=hnp.mutually_broadcastable_shapes(
    signature=np.matmul.signature, max_dims=2, min_side=0, max_side=3))
def test_matmul(device, check, drawn):
    check(device, "matmul", minigrad.matmul, np.matmul, *drawn.input_shapes)


@few
@given(data=st.data())
def test_einsum(device, check, data):
    """Random letters, repeats included, for each operand, and some of them for the output."""
    sides = dict(a=2, b=3, c=1, d=2)
    inputs = data.draw(st.lists(st.text("abcd", max_size=3), min_size=1, max_size=3))
    letters = sorted(set("".join(inputs)))
    output = "".join(data.draw(st.lists(st.sampled_from(letters), unique=True))) if letters else ""
    equation = ",".join(inputs) + "->" + output
    check(device, "einsum", lambda *xs: minigrad.einsum(equation, *xs), lambda *xs: np.einsum(equation, *xs),
          *(tuple(sides[c] for c in letters) for letters in inputs))


@few
@given(data=st.data())
def test_cat_and_split_undo_each_other(device, check, data):
    shape = data.draw(hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=4))
    dim = data.draw(st.integers(-len(shape), len(shape) - 1))
    size = data.draw(st.integers(1, 4))
    check(device, "cat split", lambda x: minigrad.cat(x.split(size, dim), dim), np.copy, shape)
    if shape[dim]:
        check(device, "stack unbind", lambda x: minigrad.stack(x.unbind(dim), dim), np.copy, shape)
