"""The floors of the source, what `import minigrad` loads, and the names that CuPy must have."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = {                   # every package and file of minigrad/, and the floor it is on
    "hints": 0,
    "backend": 1,
    "autograd": 2, "cuda": 2,
    "ops": 3,
    "kernels": 4, "func": 4, "distributions": 4, "linalg": 4, "amp": 4, "backends": 4,
    "nn": 5, "data": 5,
    "optim": 5.5,           # its averages of weights are Modules
    "models": 6, "io": 6, "utils": 6, "parallel": 6, "profiler": 6, "visual": 6,
    "train": 7,
    "peft": 8, "compress": 8, "interpret": 8,
    "__init__": 8.5,        # the shop window: `import minigrad` shows all that is below
    "demos": 9, "cli": 9, "doctor": 9,
    "__main__": 10,
}


def source_files():
    for path in sorted((ROOT / "minigrad").rglob("*.py")):
        yield path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))


def modules_imported(path, tree):
    """The (line, name in parts) of each import in the file at `path`, also inside functions."""
    for node in ast.walk(tree):
        modules = []
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = path.parts[:-node.level] if node.level else ()
            origin = [*above, node.module] if node.module else above
            modules = [".".join([*origin, alias.name]) for alias in node.names]
        for module in modules:
            yield node.lineno, module.split(".")


def imports_of_minigrad(path, tree):
    """The (line, room) of each import of minigrad in the file at `path`."""
    for line, (first, *rest) in modules_imported(path, tree):
        if first == "minigrad":     # minigrad.Tensor is no room of its own: the window shows it
            yield line, rest[0] if rest and rest[0] in ROOMS else "__init__"


def test_a_file_imports_only_from_floors_below_its_own():
    wrong = []
    for path, tree in source_files():
        room = path.with_suffix("").parts[1]
        assert room in ROOMS, f"minigrad/{room} is on no floor: enter it in ROOMS"
        wrong += [f"{path}:{line}: {room}, floor {ROOMS[room]}, imports {other}, floor {ROOMS[other]}"
                  for line, other in imports_of_minigrad(path, tree)
                  if other != room and ROOMS[other] >= ROOMS[room]]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("source, room", [
    ("import minigrad.train", "train"),
    ("import minigrad.train.metrics as m", "train"),
    ("from minigrad import train", "train"),
    ("from minigrad.train import Trainer", "train"),
    ("from . import conv", "nn"),
    ("from .conv import Conv2D", "nn"),
    ("from .. import train", "train"),
    ("from ..train.metrics import accuracy", "train"),
    ("from minigrad import Tensor", "__init__"),
    ("def f():\n    import minigrad as mg", "__init__"),
])
def test_the_floors_test_sees_every_spelling_of_an_import(source, room):
    imports = imports_of_minigrad(Path("minigrad/nn/linear.py"), ast.parse(source))
    assert [seen for _, seen in imports] == [room]


def test_nothing_but_the_kernels_imports_the_kernels():
    wrong = [f"{path}:{line}" for path, tree in source_files() if path.parts[1] != "kernels"
             for line, room in imports_of_minigrad(path, tree) if room == "kernels"]
    assert not wrong, "\n".join(wrong)


def listed_in(package):
    """The names in the list of the package's docstring, in its order."""
    text = ast.get_docstring(ast.parse((package / "__init__.py").read_text(encoding="utf-8")), clean=False)
    return re.findall(r"^    (\w+)  ", text, re.MULTILINE)


OPS = ROOT / "minigrad/ops"


def test_a_room_of_ops_imports_only_from_rooms_above_it_in_the_list():
    rooms, wrong = listed_in(OPS), []
    for file in sorted(OPS.rglob("*.py")):
        path = file.relative_to(ROOT)
        room = path.with_suffix("").parts[2]
        for line, (*above, name) in modules_imported(path, ast.parse(file.read_text(encoding="utf-8"))):
            inside = [*above, name][2:] if above[:2] == ["minigrad", "ops"] else []
            if room != "__init__" and inside and inside[0] != room and (
                    inside[0] not in rooms[:rooms.index(room)]):
                wrong.append(f"{path}:{line}: {room} imports {inside[0]}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("package", sorted(path.parent for path in OPS.rglob("__init__.py")),
                         ids=lambda package: package.name)
def test_the_list_of_a_room_of_ops_names_its_files(package):
    inside = {path.stem for path in package.iterdir() if path.stem not in ("__init__", "__pycache__")}
    assert sorted(listed_in(package)) == sorted(inside)


def loaded_by(statement):
    """The names of the modules that `statement` loads in a fresh Python."""
    code = f"import sys; before = set(sys.modules); {statement}; print(*set(sys.modules) - before)"
    return set(subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, text=True).split())


def test_import_minigrad_loads_numpy_and_nothing_else_that_is_installed():
    loaded = loaded_by("import minigrad") - loaded_by("import numpy, numpy.random")
    assert {name.partition(".")[0] for name in loaded} - sys.stdlib_module_names <= {"minigrad", "numpy"}


def test_import_minigrad_avoids_the_heavy_parts_of_the_standard_library():
    heavy = {"asyncio", "concurrent.futures", "email", "http", "logging", "multiprocessing", "sqlite3",
             "ssl", "subprocess", "tkinter", "unittest", "urllib.request", "xml"}
    assert (loaded_by("import minigrad") - loaded_by("import numpy")) & heavy == set()


CUPY = json.loads((ROOT / "minigrad/backend/cupy_names.json").read_text(encoding="utf-8"))


def names_taken_from_cupy(tree):
    """The (line, name) of each `xp.name` and `cupy.name`; of `xp.linalg.norm` the first, linalg."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id in ("xp", "cupy") and not node.attr.startswith("__"):
                yield node.lineno, node.attr


def test_every_name_of_xp_is_a_name_that_cupy_has():
    wrong = [f"{path}:{line}: cupy has no {name!r}" for path, tree in source_files()
             for line, name in names_taken_from_cupy(tree) if name not in CUPY["top"]]
    assert not wrong, "\n".join(wrong)


def test_the_names_of_xp_are_found_wherever_they_stand():
    tree = ast.parse("y = xp.linalg.norm(xp.abs(x), axis=cupy.newaxis).astype(xp.float32)")
    assert {name for _, name in names_taken_from_cupy(tree)} == {"linalg", "abs", "newaxis", "float32"}


def test_the_list_of_names_agrees_with_the_cupy_that_is_installed():
    cupy = pytest.importorskip("cupy", reason="CuPy is missing; it needs no GPU for this: pip install cupy-cuda12x")
    assert [name for name in CUPY["top"] if not hasattr(cupy, name)] == []
    assert [name for name in CUPY["ndarray"] if not hasattr(cupy.ndarray, name)] == []
