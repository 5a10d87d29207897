"""The floors of the source, what `import minigrad` loads, and the names that CuPy must have."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def table_of_floors(readme):
    """The rows of README's table as (floor, [rooms])."""
    section = readme.partition("\n## A map of the source\n")[2].partition("\n## ")[0]
    heading, rule, *rows = [line for line in section.splitlines() if line.startswith("|")]
    assert heading.startswith("| floor | rooms |") and set(rule) == {"|", "-"}
    for row in rows:
        floor, rooms = (cell.strip() for cell in row.split("|")[1:3])
        yield int(floor), [re.fullmatch(r"`(\w+)`", room)[1] for room in rooms.split()]


FLOORS = {room: floor for floor, rooms in table_of_floors(README) for room in rooms}


def source_files():
    for path in sorted((ROOT / "minigrad").rglob("*.py")):
        yield path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))


def modules_imported(path, tree):
    """The (line, dotted name in parts) of each import in the file at `path`, including inside functions."""
    for node in ast.walk(tree):
        modules = []
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = path.parts[:-node.level] if node.level else ()
            origin = [*above, node.module] if node.module else above
            modules = [".".join([*origin, alias.name]) for alias in node.names]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            name = node.args[0].values[0] if isinstance(node.args[0], ast.JoinedStr) else node.args[0]
            modules = [name.value] if isinstance(name, ast.Constant) else []    # or the start of an f-string
        for module in modules:
            yield node.lineno, module.split(".")


def imports_of_minigrad(path, tree):
    """The (line, room) of each import of minigrad in the file at `path`."""
    for line, (first, *rest) in modules_imported(path, tree):
        if first == "minigrad":     # minigrad.Tensor is a name in the package, not a room
            yield line, rest[0] if rest and rest[0] in FLOORS else "__init__"


def test_every_package_and_file_is_in_the_readmes_table_once_and_nothing_else_is():
    entries = [path for path in (ROOT / "minigrad").iterdir()
               if path.suffix == ".py" or (path / "__init__.py").exists()]
    listed = [room for _, rooms in table_of_floors(README) for room in rooms]
    assert sorted(listed) == sorted(path.stem for path in entries)


def test_the_readmes_table_goes_from_the_top_floor_to_the_lowest_and_leaves_none_out():
    floors = [floor for floor, _ in table_of_floors(README)]
    assert floors == sorted(floors, reverse=True) and set(floors) == set(range(max(floors) + 1))


def test_a_docstring_that_gives_its_floor_gives_the_readmes():
    stated = []
    for path, tree in source_files():
        number = re.search(r"^Floor (\d+):", ast.get_docstring(tree) or "", re.MULTILINE)
        if number:
            stated.append(path)
            assert int(number[1]) == FLOORS[path.with_suffix("").parts[1]], path
    assert {path.parts[1] for path in stated} >= {"backend", "autograd", "ops", "kernels", "nn", "train"}


def test_a_file_imports_only_from_floors_below_its_own():
    wrong = []
    for path, tree in source_files():
        room = path.with_suffix("").parts[1]
        wrong += [f"{path}:{line}: {room}, floor {FLOORS[room]}, imports {other}, floor {FLOORS[other]}"
                  for line, other in imports_of_minigrad(path, tree)
                  if other != room and FLOORS[other] >= FLOORS[room]]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("source, room", [
    ("import minigrad.train", "train"),
    ("import minigrad.train.metrics as m", "train"),
    ("from minigrad import train", "train"),
    ("from minigrad.train import Trainer", "train"),
    ("from . import conv", "nn"),
    ("from .conv import Conv2d", "nn"),
    ("from .. import train", "train"),
    ("from ..train.metrics import accuracy", "train"),
    ("from minigrad import Tensor", "__init__"),
    ("def f():\n    import minigrad as mg", "__init__"),
    ("importlib.import_module('minigrad.train.metrics')", "train"),
    ("import_module(f'minigrad.demos.{name}')", "demos"),
])
def test_the_floors_test_sees_every_spelling_of_an_import(source, room):
    imports = imports_of_minigrad(Path("minigrad/nn/linear.py"), ast.parse(source))
    assert [seen for _, seen in imports] == [room]


def test_only_the_top_level_init_imports_the_kernels():
    wrong = [f"{path}:{line}" for path, tree in source_files()
             if path.parts[1] not in ("kernels", "__init__.py")
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
    """The (line, name) of each `xp.name` and `cupy.name`; for `xp.linalg.norm` the name is linalg."""
    for node in ast.walk(tree):
        if (isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
                and node.value.id in ("xp", "cupy") and not node.attr.startswith("__")):
            yield node.lineno, node.attr


def test_every_name_of_xp_is_a_name_that_cupy_has():
    wrong = [f"{path}:{line}: cupy has no {name!r}" for path, tree in source_files()
             for line, name in names_taken_from_cupy(tree) if name not in CUPY["top"]]
    assert not wrong, "\n".join(wrong)


def test_the_names_of_xp_are_found_wherever_they_stand():
    tree = ast.parse("y = xp.linalg.norm(xp.abs(x), axis=cupy.newaxis).astype(xp.float32)")
    assert {name for _, name in names_taken_from_cupy(tree)} == {"linalg", "abs", "newaxis", "float32"}


def test_the_list_of_names_agrees_with_the_cupy_that_is_installed():
    cupy = pytest.importorskip("cupy", reason="this test needs CuPy, but no GPU: pip install cupy-cuda12x")
    assert [name for name in CUPY["top"] if not hasattr(cupy, name)] == []
    assert [name for name in CUPY["ndarray"] if not hasattr(cupy.ndarray, name)] == []


ENGINE = ROOT / "minigrad/autograd"


def engine_table(heading):
    """The files that the first table under `heading` in the engine's README names, in order."""
    text = (ENGINE / "README.md").read_text(encoding="utf-8").partition(f"# {heading}")[2]
    return re.findall(r"^\| `(\w+\.py)`", text.partition("\n#")[0], re.MULTILINE)


def test_the_five_files_of_the_engine_core_are_at_most_850_lines():
    core = engine_table("The engine")
    assert len(core) == 5
    lines = {name: len((ENGINE / name).read_text(encoding="utf-8").splitlines()) for name in core}
    assert sum(lines.values()) <= 850, lines


def test_the_engine_readme_lists_every_file_and_no_file_imports_one_that_is_read_later():
    core, beneath, above = (engine_table(part) for part in ("The engine", "Beneath", "Above"))
    assert sorted(core + beneath + above) == sorted(p.name for p in ENGINE.glob("*.py")
                                                    if p.name != "__init__.py")
    imports = {path.name: {f"{node.module.rpartition('.')[2]}.py" for node in ast.walk(tree)
                           if isinstance(node, ast.ImportFrom)
                           and (node.module or "").startswith("minigrad.autograd.")}
               for path, tree in source_files() if path.parent.name == "autograd"}
    assert not [(name, other) for name in core + beneath for other in imports[name] if other in above]
    loaded = set()
    while left := [name for name in core + beneath + above if name not in loaded]:
        free = [name for name in left if imports[name] <= loaded]
        assert free, f"these files import each other in a circle: {left}"
        loaded.update(free)
