"""What editors and type checkers know: the stub of Tensor, the types in a user's program, annotations."""

import ast
import importlib
import inspect
import re
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import minigrad
from minigrad import Tensor, tensor
from minigrad.autograd import Fused, Op
from tools.stub import COMPARISONS, CORE, SKIPPED, path_of, stubs

ROOT = Path(__file__).parents[2]
PROGRAM = Path(__file__).with_name("typed_program.py")
STUB = ast.parse(path_of(CORE).read_text(encoding="utf-8"))
MEMBERS = {getattr(node, "name", None) or node.target.id: node
           for node in next(each for each in STUB.body if getattr(each, "name", None) == "Tensor").body
           if isinstance(node, (ast.FunctionDef, ast.AnnAssign))}


@pytest.mark.parametrize("path", stubs(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_stub_is_current(path):
    assert stubs()[path] == path.read_text(encoding="utf-8"), "a name has changed; run `python -m tools.stub`"


def test_the_stub_holds_every_attribute_of_a_tensor():
    assert set(vars(Tensor)) - SKIPPED == set(MEMBERS)


def result_of(name):
    """The result that the stub states for a method, as source text."""
    return ast.unparse(MEMBERS[name].returns).replace("builtins.", "") if MEMBERS[name].returns else None


def takes_nothing(name):
    arguments = MEMBERS[name].args
    positional = len(arguments.posonlyargs) + len(arguments.args)
    return positional - len(arguments.defaults) == 1 and all(each for each in arguments.kw_defaults)


# What these return depends on an argument, as in x.max() and x.max(0), so the stub leaves it open.
DEPENDS = {"max", "median", "min", "nanmedian", "size", "stride", "type"}
CALLS = sorted(name for name, node in MEMBERS.items()
               if isinstance(node, ast.FunctionDef) and not node.decorator_list and name[:2] != "__"
               and takes_nothing(name) and result_of(name) and name not in DEPENDS)


def test_only_results_that_depend_on_an_argument_are_left_open():
    functions = {name for name, node in MEMBERS.items() if isinstance(node, ast.FunctionDef)}
    assert {name for name in functions if result_of(name) == "Any"} == DEPENDS


@pytest.mark.filterwarnings("ignore:NumPy has no bfloat16")
@pytest.mark.parametrize("name", CALLS)
def test_a_method_returns_what_the_stub_states(name):
    for x in (Tensor([[4.0, 1.0], [1.0, 3.0]]), Tensor([3.0]), tensor([True]), tensor(2)):
        try:
            result = getattr(x, name)()
        except (ImportError, IndexError, RuntimeError, TypeError, ValueError):      # not for this tensor
            continue
        kinds = {kind.__name__ for kind in type(result).__mro__} | ({"None"} if result is None else set())
        assert kinds & set(re.findall(r"\w+", re.sub(r"\[.*?\]", "", result_of(name)))), \
            f"{name}() gives a {type(result).__name__}, the stub says {result_of(name)}"


def test_comparisons_are_elementwise_for_the_type_checker_too():
    assert {result_of(name) for name in COMPARISONS} == {"Tensor"}


def complaints(path):
    """The lines of the program at `path` at which mypy complains, and its report."""
    options = ["--check-untyped-defs", "--follow-imports=silent", "--no-implicit-reexport"]
    done = subprocess.run([sys.executable, "-m", "mypy", *options, path],
                          cwd=ROOT, capture_output=True, text=True)
    return [int(line) for line in re.findall(rf"^.*{path.name}:(\d+): error", done.stdout, re.M)], done.stdout


def test_a_program_has_the_types_that_it_states():
    pytest.importorskip("mypy")
    lines, report = complaints(PROGRAM)
    assert not lines and "Success" in report, report


def test_a_program_runs():
    pytest.importorskip("typing_extensions")
    runpy.run_path(str(PROGRAM))


WRONG = """\
import minigrad
x = minigrad.exp(minigrad.randn(3))
x.exq()
x.exp().sum(dims=1)
x.add()
x + "1"
number: int = x.exp()
x.sort().values.exp()
"""


def test_mistakes_are_found(tmp_path):
    pytest.importorskip("mypy")
    program = tmp_path / "wrong.py"
    program.write_text(WRONG)
    lines, report = complaints(program)
    assert lines == [3, 4, 5, 6, 7], report


PACKAGES = [
    "minigrad", "minigrad.amp", "minigrad.autograd", "minigrad.data", "minigrad.distributions",
    "minigrad.fft", "minigrad.func", "minigrad.io", "minigrad.linalg", "minigrad.metrics", "minigrad.nn",
    "minigrad.nn.functional",
    "minigrad.nn.init", "minigrad.nn.utils", "minigrad.optim", "minigrad.optim.lr_scheduler",
    "minigrad.optim.swa_utils", "minigrad.parallel", "minigrad.profiler", "minigrad.train", "minigrad.visual"]


def unannotated(package):
    """The public functions and methods of a package with a parameter or a result that states no type.

    Ops are left out: they take arrays and tensors alike, and the stub states their types as methods.
    """
    module = importlib.import_module(package)
    for name in getattr(module, "__all__", None) or [name for name in vars(module) if name[0] != "_"]:
        value = getattr(module, name)
        if inspect.isclass(value) and value.__module__.startswith(package) and value is not Tensor:
            for attribute, member in vars(value).items():
                member = getattr(member, "fget", None) or getattr(member, "__func__", member)
                if inspect.isfunction(member) and (attribute[0] != "_" or attribute == "__init__"):
                    method = not isinstance(vars(value)[attribute], staticmethod)
                    if lacks_types(member, method):
                        yield f"{name}.{attribute}"
        elif inspect.isfunction(value) and lacks_types(value, method=False):
            yield name


def lacks_types(function, method):
    function = inspect.unwrap(function)
    if isinstance(function, (Op, Fused)):
        return False
    signature = inspect.signature(function)
    parameters = list(signature.parameters.values())[method:]
    stated = [each.annotation for each in parameters]
    if function.__name__ != "__init__":
        stated.append(signature.return_annotation)
    return inspect.Signature.empty in stated


@pytest.mark.parametrize("package", PACKAGES)
def test_public_functions_state_their_types(package):
    missing = list(unannotated(package))
    assert not missing, f"{package}: no types for " + ", ".join(missing)


def test_no_annotation_is_a_dtype():
    """In minigrad, bool and int are dtypes; an annotation there must name Python's types."""
    functions = [value for value in vars(minigrad).values() if inspect.isfunction(value)]
    stated = [(f.__name__, kind) for f in functions for kind in getattr(f, "__annotations__", {}).values()]
    assert not [each for each in stated if isinstance(each[1], np.dtype)]


if __name__ == "__main__":
    for package in PACKAGES:
        missing = list(unannotated(package))
        print(f"{package}: {len(missing)} lack types", *missing, sep="\n    ")
