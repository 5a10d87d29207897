"""Every op of the table in cases.py: its values, derivatives, dtypes, and on every device and layout."""

from dataclasses import replace

import numpy as np
import pytest
from cases import CASES

import minigrad
from minigrad import Tensor, gradcheck, gradgradcheck
from minigrad.autograd import Node, Op, grad, to_numpy


def rows(cases):
    return pytest.mark.parametrize("case", cases, ids=lambda case: case.name)


every_row = rows(CASES)
every_differentiable_row = rows([case for case in CASES if case.differentiable])
every_elementwise_row = rows([case for case in CASES if case.elementwise])
every_binary_row = rows([case for case in CASES if case.elementwise and len(case.inputs) == 2])


def on(device, dtype="float64", requires_grad=False):
    """A function that makes an array a tensor there, of `dtype` if it holds floating-point numbers."""
    def make(array):
        real = array.dtype.kind == "f"
        return minigrad.tensor(array, dtype=dtype if real else None, device=device, requires_grad=requires_grad and real)
    return make


def leaves(case, device, dtype="float64"):
    return [*map(on(device, dtype, case.differentiable), case.arrays())]


def numbers(result):
    return to_numpy(result) if isinstance(result, Tensor) else np.asarray(result)


def assert_close(results, expected, dtype, what=""):
    """Equal up to 30 roundings, as chains of some ten ops over some ten terms add up to; relative to the
    largest number, since terms of that size may have cancelled."""
    assert len(results) == len(expected)
    for result, right in zip(map(numbers, results), expected):
        assert result.shape == right.shape
        finite = np.abs(right[np.isfinite(right)], dtype="f8")
        np.testing.assert_allclose(result, right, rtol=0, atol=30 * np.finfo(dtype).eps * max(1, finite.max(initial=0)),
                                   err_msg=what)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@every_row
def test_values_are_those_of_the_formula(case, device, dtype):
    arrays = [a.astype(dtype) if a.dtype.kind == "f" else a for a in case.arrays()]
    results = case.run(map(on(device, dtype), arrays), on(device, dtype))
    exact = [a.astype("f8") if a.dtype == "f4" else a for a in arrays]
    assert_close(results, case.expected(exact), dtype)
    assert all(y.device == device for y in results if isinstance(y, Tensor))


@every_differentiable_row
def test_derivatives_are_those_of_finite_differences(case):
    inputs = leaves(case, "cpu")
    gradcheck(lambda *xs: case.run(xs, on("cpu")), inputs)
    gradgradcheck(lambda *xs: case.run(xs, on("cpu")), inputs)


@every_differentiable_row
def test_derivatives_on_a_device_are_those_on_the_cpu(case, device):
    found, expected = [], []
    for where, out in ((device, found), ("cpu", expected)):
        inputs = leaves(case, where)
        first = gradients(case.run(inputs, on(where)), inputs, create_graph=True)
        second = gradients(first, inputs, allow_unused=True)
        out += [*first, *(h for h in second if h is not None)]
    assert_close(found, [*map(numbers, expected)], "float64")
    assert all(g.device == device for g in found)


@every_differentiable_row
def test_one_tensor_in_several_places_receives_the_sum_of_its_gradients(case):
    inputs = leaves(case, "cpu")
    first = {}
    same = [first.setdefault(x.shape, x) if x.requires_grad else x for x in inputs]
    distinct = list(first.values())
    if len(set(map(id, same))) == len(same):
        pytest.skip("its inputs differ in shape")

    def f(*xs):
        given = dict(zip(first, xs))
        return case.run([given[x.shape] if x.requires_grad else x for x in inputs], on("cpu"))

    gradcheck(f, distinct)
    gradgradcheck(f, distinct)


LAYOUTS = {
    "transposed": lambda a: np.array(a.T).T,
    "every other element": lambda a: np.repeat(a, 2, -1)[..., ::2] if a.ndim else a,
    "backwards": lambda a: np.array(a[..., ::-1])[..., ::-1] if a.ndim else a,
    "repeated by broadcasting": lambda a: np.broadcast_to(a[..., :1], a.shape) if a.ndim else a,
}


@every_row
def test_strides_change_nothing(case):
    for layout, lay_out in LAYOUTS.items():
        arrays = [lay_out(a) for a in case.arrays()]
        strided = [Tensor(a, requires_grad=case.differentiable and a.dtype.kind == "f") for a in arrays]
        plain = [Tensor(np.array(a, order="C"), x.requires_grad) for a, x in zip(arrays, strided)]
        results, expected = case.run(strided, on("cpu")), case.run(plain, on("cpu"))
        assert_close(results, [*map(numbers, expected)], "float64", layout)
        if case.differentiable:
            assert_close(gradients(results, strided), [*map(numbers, gradients(expected, plain))], "float64", layout)


def gradients(results, inputs, **settings):
    """The gradients of half the sum of squares of all results."""
    results = [y for y in results if isinstance(y, Tensor) and y.requires_grad]
    return grad(results, [x for x in inputs if x.requires_grad], [y.detach() for y in results], **settings)


@pytest.mark.parametrize("dtype", ["float32", "float16"])
@every_row
def test_results_and_gradients_have_the_dtype_of_the_inputs(case, dtype):
    if case.name == "to float64":
        pytest.skip("says another dtype")
    inputs = leaves(case, "cpu", dtype)
    with np.errstate(all="ignore"):     # float16 ends at 65504
        results = case.run(inputs, on("cpu", dtype))
    assert all(y.dtype == dtype for y in results if isinstance(y, Tensor) and y.dtype.kind == "f")
    if case.differentiable:
        assert all(g.dtype == dtype for g in gradients(results, inputs))


NUMBERS = [2, 1.5, True, np.float64(1.5), np.float32(1.5), np.int64(2)]


@every_binary_row
def test_a_number_on_either_side_does_not_change_the_dtype(case, device):
    for number in NUMBERS:
        for place in (0, 1):
            x = minigrad.tensor([0.5, 1.0], device=device, requires_grad=True)
            result, = case.run([number, x] if place else [x, number], on(device))
            assert result.dtype == "float32", number
            a = np.array([0.5, 1.0])
            assert_close([result], case.expected([float(number), a] if place else [a, float(number)]), "float32")
            assert gradients([result], [x])[0].dtype == "float32", number


@every_binary_row
def test_an_integer_tensor_on_either_side_does_not_change_the_dtype(case, device):
    for dtype in ("int64", "int32", "uint8", "bool"):
        if dtype == "bool" and case.name == "sub":
            continue            # PyTorch and NumPy refuse it
        x = minigrad.tensor([0.5, 1.0], device=device, requires_grad=True)
        n = minigrad.tensor([1, 1], dtype=dtype, device=device)
        for result, expected in ((case.run([x, n], on(device)), case.expected([np.array([0.5, 1.0]), np.ones(2)])),
                                 (case.run([n, x], on(device)), case.expected([np.ones(2), np.array([0.5, 1.0])]))):
            assert_close(result, expected, "float32", dtype)
            assert result[0].dtype == gradients(result, [x])[0].dtype == "float32", dtype
