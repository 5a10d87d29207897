"""Arguments by name: every public function takes its tensors as PyTorch names them, input and other."""

import inspect
import re
import types

import numpy as np
import pytest

import minigrad
from minigrad import linalg
from minigrad.autograd import Op
from minigrad.nn import functional as F

PLACES = {"minigrad": minigrad, "nn.functional": F, "linalg": linalg}
FIRST, SECOND = ("input", "x", "a", "A", "p"), ("other", "b", "B")     # the names of tensors in the code


def public():
    """(place, name, function) of all public functions."""
    for place, module in PLACES.items():
        for name, value in vars(module).items():
            known = isinstance(value, (type, types.ModuleType)) or name.startswith("_")
            if callable(value) and not known:
                yield place, name, value


def arguments_of(function):
    """The names of its arguments, in order; an op's are those of its forward without the array library."""
    if isinstance(function, Op):
        return [*function.arguments, *function.defaults]
    return list(inspect.signature(function).parameters)


TENSORS_FIRST = [pytest.param(function, id=f"{place}.{name}") for place, name, function in public()
                 if arguments_of(function)[:1] and arguments_of(function)[0] in FIRST]


def answer(function, *args, **settings):
    """The result of a call with copies of the tensors, as text: the values, or the error message."""
    minigrad.manual_seed(0)
    args = [arg.clone() for arg in args]        # relu_ writes into its input
    settings = {name: value.clone() for name, value in settings.items()}
    try:
        return repr(function(*args, **settings))
    except Exception as error:
        return f"{type(error).__name__}: {error}"


@pytest.mark.parametrize("function", TENSORS_FIRST)
def test_the_first_tensor_may_be_named_input_and_the_second_other(function):
    x, y = (minigrad.tensor(np.random.default_rng(i).random((3, 3))) for i in range(2))
    assert answer(function, input=x) == answer(function, x)
    if arguments_of(function)[1:2] and arguments_of(function)[1] in SECOND:
        assert answer(function, input=x, other=y) == answer(function, x, y)
        assert not re.search("'(input|other)'", answer(function, input=x, other=y))


def test_nearly_all_public_functions_are_in_that_table():
    """The others take lists of tensors, sizes, dtypes, seeds, or arguments that PyTorch names differently."""
    names = {param.id for param in TENSORS_FIRST}
    assert len(names) > 380
    assert {"minigrad.celu", "minigrad.selu", "minigrad.cumprod", "minigrad.cross", "minigrad.numel",
            "nn.functional.relu_", "nn.functional.linear", "linalg.det", "minigrad.bernoulli",
            "minigrad.unique"} <= names


@pytest.mark.parametrize("function", TENSORS_FIRST)
def test_an_unknown_name_is_explained(function):
    wrong = answer(function, minigrad.ones(3, 3), nonsense=minigrad.ones(1))
    assert re.match(r"TypeError: \w+: unknown argument 'nonsense'", wrong)


def named_in_pytorch(theirs):
    """The first arguments of a PyTorch function; for one written in C, read from its docstring."""
    try:
        return list(inspect.signature(theirs).parameters)
    except ValueError:
        shown = re.match(r"\s*[\w.]*\(([^)]*)\)", theirs.__doc__ or "")
        return re.findall(r"(?:^|, )(\w+)", shown[1]) if shown else []


@pytest.mark.torch
def test_what_pytorch_calls_input_and_other_is_taken_under_these_names(torch):
    homes = {"minigrad": torch, "nn.functional": torch.nn.functional, "linalg": torch.linalg}
    x, checked = minigrad.rand(3, 3), 0
    for place, name, function in public():
        theirs = getattr(homes[place], name, None)
        names = named_in_pytorch(theirs) if callable(theirs) else []
        given = {each: x for each in names[:2] if each in ("input", "other")}
        if "input" in given:
            checked += 1
            assert not re.search("'(input|other)'", answer(function, **given)), f"{place}.{name}"
    assert checked > 330
