"""The examples in docstrings print what they show."""

import ast
import doctest
import importlib
from pathlib import Path

import pytest

import minigrad

ROOT = Path(__file__).parents[2]


def examples():
    """(module, docstring) of each docstring in the source that holds an example."""
    for path in sorted((ROOT / "minigrad").rglob("*.py")):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
                docstring = ast.get_docstring(node)
                if docstring and ">>> " in docstring:
                    yield pytest.param(module, docstring, id=f"{module}.{getattr(node, 'name', '')}")


@pytest.mark.parametrize("module, docstring", list(examples()))
def test_the_example_in_the_docstring_holds(module, docstring, request):
    """An example may use the names of its module and of `from minigrad import *`."""
    names = {**vars(minigrad), **vars(importlib.import_module(module))}
    example = doctest.DocTestParser().get_doctest(docstring, names, request.node.name, None, None)
    report = []
    doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(example, out=report.append)
    assert not report, "".join(report)
