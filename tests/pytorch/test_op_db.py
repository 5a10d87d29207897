"""Every op of PyTorch's database that minigrad offers: its samples, their derivatives, and its refusals.

An op has up to thousands of samples in a dtype; MOST of them run. OP_DB=all runs all, which takes four times
as long.
"""

import functools
import os
from fnmatch import fnmatch
from types import SimpleNamespace

import pytest
from pytorch import databases
from pytorch.differences_of_ops import ERRORS, NOT_OFFERED, RESULTS

import minigrad

pytestmark = [pytest.mark.torch, pytest.mark.slow]
DIFFERENTIATED = ("float64", "float32")
MOST = None if os.environ.get("OP_DB") == "all" else 10


@functools.cache
def offered():
    return [op for op in databases.op_db() if databases.in_minigrad(op)]


@functools.cache
def found(dtype):
    """Every difference of this dtype."""
    return [each for op in offered() for each in differences(op, dtype, MOST)]


def differences(op, dtype, most=None):
    """The op's differences, in the other dtypes than DIFFERENTIATED of the results alone."""
    orders = 2 if dtype in DIFFERENTIATED else 0
    return databases.differences(op, dtype, orders, most)[1] if dtype in databases.dtypes_of(op) else []


@functools.cache
def accepted():
    return [each for op in offered() for each in databases.accepted_errors(op)]


def unexplained(differences, rows, dtype):
    return [f"{dtype} {each}" for each in differences
            if not any(row.covers(each, dtype) for row in rows)]


@pytest.mark.parametrize("dtype", minigrad.hints.DTYPES)
def test_an_op_gives_what_pytorch_gives_for_every_sample(dtype):
    wrong = unexplained(found(dtype), RESULTS, dtype)
    assert not wrong, f"{len(wrong)} samples differ:\n" + "\n".join(wrong[:50])


@pytest.mark.parametrize("name", ["kthvalue", "mode", "sort", "topk"])
def test_where_equal_elements_leave_an_index_open_the_values_are_those_of_pytorch(name):
    op = next(op for op in offered() if op.name == name)
    for dtype in databases.dtypes_of(op):
        for sample in databases.samples_of(op, dtype, derivatives=False):
            x, args, settings = databases.for_minigrad(sample, [])
            expected = op.op(sample.input, *sample.args, **sample.kwargs)
            wrong = databases.unlike(databases.in_minigrad(op)(x, *args, **settings)[0], expected[0], dtype)
            assert not wrong, f"{databases.Difference(name, sample, 0, wrong)}"


def test_what_pytorch_refuses_is_refused():
    wrong = unexplained(accepted(), ERRORS, "any")
    assert not wrong, f"{len(wrong)} inputs:\n" + "\n".join(wrong[:50])


def test_each_row_of_the_tables_differs():
    idle = [row for row in RESULTS if not any(
        row.covers(each, dtype) for op in offered() if row.names(databases.full_name(op))
        for dtype in minigrad.hints.DTYPES if row.takes(dtype) for each in differences(op, dtype))]
    idle += [row for row in ERRORS if not any(row.covers(each, "any") for each in accepted())]
    assert not idle, f"no sample of these differs: {idle}"


def test_a_name_that_is_not_offered_has_a_reason():
    here, names = {op.name for op in offered()}, {op.name for op in databases.op_db()}
    excused = {name for name in names for patterns, _ in NOT_OFFERED
               if any(fnmatch(name, each) for each in patterns.split())}
    assert not here & excused, "offered, hence not in the table"
    assert not names - here - excused


@pytest.fixture
def mistaken(monkeypatch):
    """A function that gives the differences of an op after minigrad's was replaced."""
    def differences(name, function, dtype="float64"):
        monkeypatch.setattr(minigrad, name, function)
        op = next(op for op in databases.op_db() if op.name == name)
        return databases.differences(op, dtype)[1]
    return differences


SIN = minigrad.sin


@pytest.mark.parametrize("function, order, what", [
    (lambda x: SIN(x) * (1 + 1e-5), 0, "wrong"),
    (lambda x: SIN(x).float(), 0, "dtype float32 instead of float64"),
    (lambda x: SIN(x)[None], 0, "shape"),
    (lambda x: [SIN(x)] * 2, 0, "2 results instead of 1"),
    (lambda x: None, 0, "None instead of a tensor"),
    (lambda x: 1 / 0, 0, "ZeroDivisionError"),
    (lambda x: SIN(x).detach() + x - x.detach(), 1, "wrong"),
    (lambda x: SIN(x.detach()), 1, "wrong"),
    (lambda x: SIN(x.detach()) + x * minigrad.cos(x.detach()) - (x * minigrad.cos(x)).detach(), 2, "wrong"),
])
def test_the_comparison_finds(mistaken, function, order, what):
    found = mistaken("sin", function)
    assert found and {each.order for each in found} == {order}
    assert what in found[0].what and str(found[0]).startswith("sin(float64(")


@pytest.mark.parametrize("refusal, count", [(ValueError, 0), (IndexError, 0), (KeyError, 1), (None, 1)])
def test_an_error_must_be_one_that_explains(torch, refusal, count):
    def refuses(x):
        raise RuntimeError("no")

    def ours(x):
        if refusal:
            raise refusal("no")

    sample = SimpleNamespace(input=torch.ones(2), args=(), kwargs={})
    op = SimpleNamespace(name="sin", variant_test_name="", op=refuses, error_inputs_func=True,
                         error_inputs=lambda device: [SimpleNamespace(sample_input=sample)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(minigrad, "sin", ours)
        assert len(databases.accepted_errors(op)) == count
