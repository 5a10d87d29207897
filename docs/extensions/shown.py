"""What the pages show from the source: pictures of graphs, code, README's table of floors; without Sphinx."""

import ast
import importlib
import inspect
import re
from pathlib import Path

import minigrad
from minigrad.autograd import Op
from minigrad.visual import graph

ROOT = Path(__file__).parents[2]


def drawn(program):
    """The picture of the program's `y`; tensors are named after its variables, or as in its `model`."""
    names = {}
    exec(compile(program, "graph", "exec"), names)
    leaves = {name: value for name, value in names.items()
              if isinstance(value, minigrad.Tensor) and name != "y"}
    return graph(names["y"], names.get("model", leaves)).svg


def source_of(full_name):
    """(path, source) of a function, a class, or an op with the rules that follow it."""
    value, rest = minigrad, full_name.split(".")[1:]
    for i, name in enumerate(rest):
        value = getattr(value, name) if hasattr(value, name) else importlib.import_module(
            ".".join(["minigrad", *rest[:i + 1]]))
    inner = inspect.unwrap(getattr(value, "definition", value))      # of a fused op, or decorated
    inner = value.forward if isinstance(value, Op) else inner
    path = Path(inspect.getsourcefile(inner))
    text = inspect.getsource(inner).rstrip()
    if isinstance(value, Op):
        source = path.read_text(encoding="utf-8")
        rules = [ast.get_source_segment(source, node) for node in ast.parse(source).body
                 if re.match(rf"{value.name}\.defvjp\(", ast.get_source_segment(source, node))]
        text = "\n".join([text, *rules])
    return path.relative_to(ROOT).as_posix(), text


def table_of_floors():
    """README's table of floors."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.search(r"^\|\s*floor.*\n(?:\|.*\n)+", readme, re.M | re.I)[0]


def reading(path):
    """The text of a README of the source, with links to files as code; '' if it does not exist."""
    path = ROOT / path
    if not path.exists():
        return ""
    text = re.sub(r"\A# .*\n", "## Read the source\n", path.read_text(encoding="utf-8"))
    return re.sub(r"(?<!!)\[`?([^\]`]+)`?\]\((?!https?:|#)[^)]*\)", r"`\1`", text)
