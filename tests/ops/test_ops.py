"""Every op of the table in cases/ops.py: its values, derivatives, dtypes, and on every device and layout."""

import importlib
import inspect
import pkgutil
from dataclasses import replace

import numpy as np
import pytest
from cases.ops import CASES
from cases.row import assert_alone_as_together, assert_close, gradients, leaves, numbers, on

import minigrad
from minigrad import Tensor
from minigrad.autograd import Node, Op, grad
from minigrad.nn import functional
from minigrad.ops.numbers import dtypes


def rows(cases):
    return pytest.mark.parametrize("case", cases, ids=lambda case: case.name)


def line(case):
    """The table in which `checked` records a row."""
    return "Ops", case.name.split()[0]


every_row = rows(CASES)
every_differentiable_row = rows([case for case in CASES if case.differentiable])
every_elementwise_row = rows([case for case in CASES if case.elementwise])
every_binary_row = rows([case for case in CASES if case.elementwise and len(case.inputs) == 2])


@every_row
def test_values_are_those_of_the_formula(case, device, checked):
    for dtype in ("float64", "float32"):
        arrays = [a.astype(dtype) if a.dtype.kind == "f" else a for a in case.arrays()]
        results = case.run(map(on(device, dtype), arrays), on(device, dtype))
        exact = [a.astype("f8") if a.dtype == "f4" else a for a in arrays]
        assert_close(results, case.expected(exact), dtype, dtype)
        assert all(y.device == device for y in results if isinstance(y, Tensor))
    if device == "cpu":
        checked.count(*line(case), "rows")


@every_differentiable_row
def test_derivatives_are_those_of_finite_differences(case, checked):
    checked.derivatives(*line(case), lambda *xs: case.run(xs, on("cpu")), leaves(case, "cpu"))


@every_differentiable_row
def test_derivatives_on_a_device_are_those_on_the_cpu(case, other_device):
    found, expected = [], []
    for where, out in ((other_device, found), ("cpu", expected)):
        inputs = leaves(case, where)
        first = gradients(case.run(inputs, on(where)), inputs, create_graph=True)
        second = gradients(first, inputs, allow_unused=True)
        out += [*first, *(h for h in second if h is not None)]
    assert_close(found, [*map(numbers, expected)], "float64")
    assert all(g.device == other_device for g in found)


@rows([case for case in CASES
       if case.differentiable and sum(x.requires_grad for x in leaves(case, "cpu")) > 1])
def test_the_gradient_of_one_input_alone_is_that_of_the_full_call(case, checked):
    inputs = leaves(case, "cpu")
    checked.count(*line(case), "alone", assert_alone_as_together(lambda *xs: case.run(xs, on("cpu")), inputs))


def sizes_of(case):
    return [each for each in case.inputs if isinstance(each, tuple)]


@pytest.mark.filterwarnings("ignore:a second derivative was asked for where a norm")      # dist(x, x) is 0
@rows([case for case in CASES if case.differentiable and len(set(sizes_of(case))) < len(sizes_of(case))])
def test_one_tensor_in_several_places_receives_the_sum_of_its_gradients(case, checked):
    inputs = leaves(case, "cpu")
    first = {}
    for x in inputs:
        if x.requires_grad:
            first.setdefault(x.shape, x)

    def f(*xs):
        given = dict(zip(first, xs))
        return case.run([given[x.shape] if x.requires_grad else x for x in inputs], on("cpu"))

    checked.derivatives(*line(case), f, first.values())
    checked.count(*line(case), "same tensor")


LAYOUTS = {
    "transposed": lambda a: np.array(a.T).T,
    "every other element": lambda a: np.repeat(a, 2, -1)[..., ::2] if a.ndim else a,
    "backwards": lambda a: np.array(a[..., ::-1])[..., ::-1] if a.ndim else a,
    "repeated by broadcasting": lambda a: np.broadcast_to(a[..., :1], a.shape) if a.ndim else a,
}


@every_row
def test_strides_change_nothing(case, checked):
    for layout, lay_out in LAYOUTS.items():
        if case.regular and "repeated" in layout:       # equal columns are singular
            continue
        arrays = [lay_out(a) for a in case.arrays()]
        strided = [Tensor(a, requires_grad=case.differentiable and a.dtype.kind == "f") for a in arrays]
        plain = [Tensor(np.array(a, order="C"), x.requires_grad) for a, x in zip(arrays, strided)]
        results, expected = case.run(strided, on("cpu")), case.run(plain, on("cpu"))
        assert_close(results, [*map(numbers, expected)], "float64", layout)
        if case.differentiable:
            results, expected = gradients(results, strided), gradients(expected, plain)
            assert_close(results, [*map(numbers, expected)], "float64", layout)
        checked.count(*line(case), "layouts")


@rows([case for case in CASES if "dtype" not in case.settings])
def test_results_and_gradients_have_the_dtype_of_the_inputs(case):
    for dtype in ("float32", "float16"):
        inputs = leaves(case, "cpu", dtype)
        if case.regular and dtype == "float16":
            with pytest.raises(TypeError, match="float16"):
                case.run(inputs, on("cpu", dtype))
            continue
        with np.errstate(all="ignore"):     # float16 ends at 65504
            results = case.run(inputs, on("cpu", dtype))
        assert all(y.dtype == dtype for y in results if isinstance(y, Tensor) and y.dtype.kind == "f"), dtype
        if case.differentiable:
            assert all(g.dtype == dtype for g in gradients(results, inputs)), dtype


NUMBERS = [2, 1.5, True, np.float64(1.5), np.float32(1.5), np.int64(2)]


@every_binary_row
def test_a_number_on_either_side_does_not_change_the_dtype(case, device):
    array = np.array([0.5, 1.0])
    for number in NUMBERS:
        for order in (slice(None), slice(None, None, -1)):
            x = minigrad.tensor(array, dtype=minigrad.float32, device=device, requires_grad=True)
            result, = case.run([x, number][order], on(device))
            assert result.dtype == "float32", number
            assert_close([result], case.expected([array, float(number)][order]), "float32")
            assert gradients([result], [x])[0].dtype == "float32", number


@every_binary_row
def test_an_integer_tensor_on_either_side_does_not_change_the_dtype(case, device):
    for dtype in ("int64", "int32", "uint8", "bool"):
        if dtype == "bool" and case.name == "sub":
            continue            # PyTorch and NumPy refuse it
        for order in (slice(None), slice(None, None, -1)):
            x = minigrad.tensor([0.5, 1.0], device=device, requires_grad=True)
            n = minigrad.tensor([1, 1], dtype=dtype, device=device)
            result, = case.run([x, n][order], on(device))
            assert_close([result], case.expected([np.array([0.5, 1.0]), np.ones(2)][order]), "float32", dtype)
            assert result.dtype == gradients([result], [x])[0].dtype == "float32", dtype


# Shapes that broadcast, of size 1, empty, and 0-d

SHAPES = {
    1: [[()], [(1,)], [(0,)], [(2, 0, 3)]],
    2: [[(2, 3), (3,)], [(2, 1), (1, 3)], [(2, 3, 1), (2, 1, 2)], [(), (2, 3)], [(2,), ()], [(), ()],
        [(1,), ()], [(0, 3), (3,)], [(0,), (1,)], [(2, 0), (2, 0)], [(1, 1), (1,)]],
}


@every_elementwise_row
def test_shapes_broadcast(case, device, checked):
    for sizes in SHAPES[len(case.inputs)]:
        small = replace(case, inputs=sizes)
        results = small.run(leaves(small, device), on(device))
        assert_close(results, small.expected(small.arrays()), "float64", str(sizes))
        shape, = {y.shape for y in results}
        assert shape == np.broadcast_shapes(*sizes)
        if device == "cpu":
            checked.derivatives(*line(case), lambda *xs: small.run(xs, on("cpu")), leaves(small, "cpu"))
            checked.count(*line(case), "shapes")


REDUCTIONS = """sum mean amax amin var std logsumexp norm nansum prod all any argmax argmin count_nonzero
    max min median softmax log_softmax cumsum sort"""


@pytest.mark.parametrize("name", REDUCTIONS.split())
def test_a_number_is_reduced_along_its_only_axis(name, device):
    x = minigrad.tensor(0.5, device=device)
    for dim in (0, -1):
        result = getattr(x, name)(dim=dim)
        value = result[0] if isinstance(result, tuple) else result
        assert value.shape == () and value.device == device
        expected = {"var": np.nan, "std": np.nan, "all": True, "any": True, "argmax": 0, "argmin": 0,
                    "count_nonzero": 1, "softmax": 1.0, "log_softmax": 0.0}.get(name, 0.5)
        np.testing.assert_equal(value.item(), expected)


def test_reductions_of_nothing(device):
    empty = minigrad.zeros(2, 0, device=device)
    for name, expected in dict(sum=0.0, mean=np.nan, var=np.nan, std=np.nan, prod=1.0, norm=0.0, nansum=0.0,
                               all=True, any=False, count_nonzero=0).items():
        np.testing.assert_equal(getattr(empty, name)().item(), expected, err_msg=name)
        np.testing.assert_equal(getattr(empty, name)(dim=1).tolist(), [expected] * 2, err_msg=name)
    assert empty.logsumexp(dim=1).tolist() == [-np.inf] * 2
    for name in ("softmax", "log_softmax", "cumsum"):
        assert getattr(empty, name)(dim=1).shape == getattr(empty, name)(dim=0).shape == (2, 0), name
    for name in ("amax", "argmin"):
        assert getattr(empty, name)(dim=0).shape == (0,), name
    for name in ("max", "min", "median", "sort"):
        assert getattr(empty, name)(dim=0)[0].shape in [(0,), (2, 0)], name


# Changes of dtype and device


def test_a_cast_gives_its_gradient_back_in_the_dtype_it_came_from(device):
    x = minigrad.tensor([0.5, 3.0], device=device, requires_grad=True)
    y = x.double()
    assert y.dtype == "float64" and y.device == device
    first, = grad((y**3).sum(), x, create_graph=True)
    second, = grad(first.sum(), x)
    assert first.dtype == second.dtype == "float32"
    assert first.tolist() == [0.75, 27.0] and second.tolist() == [3.0, 18.0]


def test_a_move_gives_its_gradient_back_on_the_device_it_came_from(device):
    x = minigrad.tensor([0.5, 3.0], requires_grad=True)
    y = x.to(device)
    assert y.device == device
    first, = grad((y**3).sum(), x, create_graph=True)
    second, = grad(first.sum(), x)
    assert first.device == second.device == "cpu"
    assert first.tolist() == [0.75, 27.0] and second.tolist() == [3.0, 18.0]


# The table is complete


def public_ops():
    """The public functions and ops of minigrad.ops, by name."""
    for shown in (minigrad, Tensor, functional):
        for name, function in vars(shown).items():
            if getattr(function, "__module__", None) in TABLED and callable(function):
                yield name, function


ELSEWHERE = {      # tested elsewhere
    "creation", "dropout", "dtypes", "inplace", "methods", "questions", "sampling"}
TABLED = {module.name for module in pkgutil.walk_packages(minigrad.ops.__path__, "minigrad.ops.")
          if not module.ispkg and module.name.rpartition(".")[2] not in ELSEWHERE}


def test_every_public_op_has_a_row():
    in_rows = {inspect.unwrap(case.op) for case in CASES}
    missing = {name for name, op in public_ops() if inspect.unwrap(op) not in in_rows}
    assert not missing, f"enter into tests/cases: {sorted(missing)}"


def ops_in(results):
    """The ops in the graph of the results."""
    stack, seen = [y.node for y in results if isinstance(y, Tensor) and y.node], set()
    while stack:
        node = stack.pop()
        if isinstance(node, Node) and node not in seen:
            seen.add(node)
            stack += node.parents
    return {node.op for node in seen}


def test_every_rule_is_reached_by_a_row():
    reached = set()
    with minigrad.without_kernels():
        for case in CASES:
            reached |= ops_in(case.run(leaves(case, "cpu"), on("cpu")))
    modules = map(importlib.import_module, TABLED)
    ruled = {op for module in modules for op in vars(module).values() if isinstance(op, Op) and op.rules}
    ruled.remove(dtypes.cast)      # finite differences need one dtype; tested above
    missing = sorted(op.name for op in ruled - reached)
    assert not missing, f"enter into tests/cases rows that use {missing}"
