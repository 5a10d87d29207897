"""The documentation: every public name is in the reference; programs, pictures and tables are true."""

import builtins
import contextlib
import importlib
import inspect
import json
import keyword
import os
import re
import sys
from pathlib import Path

import pytest

import minigrad
from minigrad import Tensor, nn

ROOT = next(folder for folder in Path(__file__).parents if (folder / "setup.cfg").exists())
DOCS = ROOT / "docs"
sys.path.insert(0, str(DOCS / "extensions"))
import differences  # noqa: E402
import examples  # noqa: E402
import reference  # noqa: E402
import shown  # noqa: E402
import torch_names  # noqa: E402

sys.path.pop(0)
PAGES = {path.relative_to(DOCS).as_posix(): path.read_text(encoding="utf-8")
         for path in sorted(DOCS.rglob("*.md"))}
PROGRAMS = [pytest.param(program, id=f"{page}-{i}") for page, text in PAGES.items() if page != "speed.md"
            for i, program in enumerate(re.findall(r"^```python\n(.*?)^```", text, re.M | re.S))]


@pytest.fixture(scope="module")
def written():
    """Path -> text of the pages of the reference."""
    return reference.pages()


@pytest.mark.parametrize("package", reference.PACKAGES)
def test_every_public_name_has_an_entry_in_the_reference(package, written):
    module = importlib.import_module(package)
    names = getattr(module, "__all__", None)
    if names is None and (package in reference.SHOWING or hasattr(module, "__path__")):
        names = [name for name, value in vars(module).items()
                 if not name.startswith("_") and not inspect.ismodule(value)
                 and not (package in reference.SHOWING and isinstance(value, type))]
    names = names or reference.public_names(package)
    text = "\n".join(page for path, page in written.items()
                     if path.removesuffix(".rst").split("/")[0] == package)
    # An entry has a head for each name: `.. py:function:: abs(x)`, and for an alias its own line below.
    heads = set(re.findall(r"^(?:\.\. py:\w+::|   {9,})\s*([\w.]+)", text, re.M))
    heads |= {name.rpartition(".")[2] for name in re.findall(r"^- :py:mod:`([\w.]+)`", text, re.M)}
    assert names and set(names) <= heads


def test_no_public_package_is_forgotten():
    """Each package that `import minigrad` offers, and each public module of nn, optim, utils and backends."""
    offered = {f"minigrad.{name}" for name in minigrad._MODULES} - {"minigrad.kernels", "minigrad.ops"}
    assert offered <= set(reference.PACKAGES)


def test_what_another_package_documents_is_linked():
    found = {f"{entry.package}.{name}": entry for entry in reference.entries() for name in entry.names}
    assert found["minigrad.exp"].home == ""
    assert found["minigrad.conv2d"].home == "minigrad.nn.functional.conv2d"
    assert found["minigrad.autograd.Tensor"].home == "minigrad.Tensor"
    assert found["minigrad.absolute"] is found["minigrad.abs"]


def test_code_after_the_first_line_of_a_docstring_stays_indented():
    assert reference.clean("Do it.\n\n        y = f(x)\n    ") == "Do it.\n\n    y = f(x)"
    assert reference.clean("Do it.\n\n    y = f(x)\n") == "Do it.\n\n    y = f(x)"        # of a module
    assert reference.clean("Do it.\n    Twice.") == "Do it.\nTwice."


@minigrad.primitive
def scaled(xp, x, *, factor=2.0):
    return x * factor


@minigrad.fused
def tripled(x: Tensor, *, by: float = 3.0) -> Tensor:
    return x * by


class Doubled(nn.Module):
    def __init__(self, size: int, dtype=minigrad.float32, norm=len, *, made=object()):
        pass


@pytest.mark.parametrize("value, signature", [
    (scaled, "(x, factor=2.0)"),        # settings of an op may be given by position
    (tripled, "(x: minigrad.Tensor, *, by: float = 3.0) -> minigrad.Tensor"),
    (Doubled, "(size: int, dtype=dtype('float32'), norm=len, *, made=...)"),
    (nn.ReLU, "(inplace=False)")])
def test_a_signature_has_what_a_caller_gives(value, signature):
    found = reference.signature_text(value, {"Tensor": "minigrad.Tensor"})
    assert found.replace(": bool = ", "=") == signature


def test_a_docstring_becomes_prose_terms_code_and_examples():
    text = reference.rst(reference.clean('''Sum of x_1 and `y`;  Source: Who 2020, arXiv:2001.00001, sec. 2.

    Raises ValueError where *x* is empty.

        y = x + 1

    size   how large
           it is
    >>> 1 + 1
    2
    '''))
    assert text.splitlines() == [
        r"Sum of x\_1 and ``y``;", "",
        r"**Source:** Who 2020, `arXiv:2001.00001 <https://arxiv.org/abs/2001.00001>`__, sec. 2.", "",
        r"**Raises:** ValueError where \*x\* is empty.", "",
        ".. code-block:: text", "", "   y = x + 1", "",
        "``size``", "   how large it is", "",
        ".. code-block:: pycon", "", "   >>> 1 + 1", "   2"]


def test_an_example_shows_what_its_last_line_gives():
    assert examples.run("x = tensor([1.0, 2.0]) ;; x + 1") == [
        ">>> x = tensor([1.0, 2.0])", ">>> x + 1", "tensor([2., 3.])"]
    assert examples.run("@minigrad.primitive ;; def f(xp, x): return x ;; f(2.0).item()") == [
        ">>> @minigrad.primitive", "... def f(xp, x): return x", ">>> f(2.0).item()", "2.0"]
    assert examples.run("def f(x): ;; ...     y = 2 * x ;; ...     return y ;; f(3)") == [
        ">>> def f(x):", "...     y = 2 * x", "...     return y", ">>> f(3)", "6"]


def test_an_example_writes_its_files_into_an_empty_folder():
    here = os.getcwd()
    assert examples.run("import os ;; minigrad.save(1, 'x.pt') ;; os.listdir()")[-1] == "['x.pt']"
    with pytest.raises(ZeroDivisionError):
        examples.run("1 / 0")
    assert os.getcwd() == here and not Path("x.pt").exists()


def test_every_stored_example_belongs_to_a_public_name():
    known = {f"{entry.package}.{name}" for entry in reference.entries() for name in entry.names}
    assert examples.WRITTEN.keys() <= known


WITHOUT_AN_EXAMPLE = {
    "minigrad.autograd.mixed": "needs tensors on two devices",
    "minigrad.cuda.current_device": "needs a GPU",
    "minigrad.cuda.get_device_name": "needs a GPU",
    "minigrad.cuda.set_device": "needs a GPU",
    "minigrad.cuda.synchronize": "needs a GPU",
    "minigrad.data.tiny_shakespeare": "downloads a file",
    "minigrad.parallel.SharedCommunicator": "Team creates it in its processes",
}


def test_every_name_has_a_docstring_and_an_example():
    writer = reference.Writer(reference.entries())
    named = [entry for entry in writer.found if not entry.home and entry.kind in ("function", "class")]
    assert [entry.full for entry in named if not entry.docstring.strip()] == []
    without = {entry.full for entry in named if ">>> " not in entry.docstring and not writer.example(entry)}
    assert without == WITHOUT_AN_EXAMPLE.keys()


def members_and_arguments(value):
    """The names that a docstring of this function or class may take for granted."""
    found = set()
    for each in [value, *getattr(value, "__mro__", [])]:
        found |= {*vars(each)} if isinstance(each, type) else set()
        for function in [each, *vars(each).values()] if isinstance(each, type) else [each]:
            function = getattr(function, "__func__", getattr(function, "forward", function))    # of an op
            if hasattr(function, "__code__"):
                found |= {*function.__code__.co_varnames, *function.__code__.co_names}
            with contextlib.suppress(TypeError, ValueError):            # not callable, or written in C
                found |= set(inspect.signature(function).parameters)
    return found


EXPLAINED = {"g", "which", "layers.0", "module.parameters", "pandas.DataFrame"}       # where they stand


def test_a_docstring_refers_only_to_names_that_a_reader_can_find():
    """Names in backquotes, and those after "see": public names, their members and arguments, files."""
    entries = [entry for entry in reference.entries() if not entry.home
               if entry.kind in ("function", "class") and entry.value.__module__.startswith("minigrad")]
    public = {name for entry in entries for name in entry.names} | {*vars(builtins), *keyword.kwlist}
    known = {entry.full: members_and_arguments(entry.value) for entry in entries}
    public |= {*reference.PACKAGES, *set.union(*known.values())}
    lost = []
    for entry in entries:
        documented = [entry.value]
        if entry.kind == "class":
            documented += [each for name, each in vars(entry.value).items() if not name.startswith("_")]
        for each in documented:
            text = re.sub(r"^ *(>>>|\.\.\.).*$", "", getattr(each, "__doc__", None) or "", flags=re.M)
            quoted = re.findall(r"`([A-Za-z_][\w.]*)(?:\([^`\n]*\))?`", text)
            seen = re.findall(r"\b[Ss]ee ((?:[a-z]+\.)*[A-Z]\w+|\w+(?:[._]\w+)+)", text)
            lost += [f"{entry.full}: {name}" for name in quoted + seen
                     if name.rpartition(".")[2] not in public and name not in EXPLAINED
                     and not any(ROOT.glob(f"minigrad/**/{name}"))]
    assert lost == []


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_of_a_page_runs(program, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)         # some write files
    exec(compile(program, "docs", "exec"), {"__name__": "docs"})
    assert ("print(" in program) == bool(capsys.readouterr().out)


def test_pictures_and_sources_of_the_pages_exist():
    """What the directives {graph}, {source} and {floors} do, without Sphinx."""
    text = "\n".join(PAGES.values())
    programs = re.findall(r"^```\{graph\}\n:alt: [^\n]+\n\n(.*?)^```", text, re.M | re.S)
    drawn = [shown.drawn(program) for program in programs]
    assert len(drawn) == text.count("```{graph}") and all(svg.startswith("<svg") for svg in drawn)
    for name in re.findall(r"^```\{source\} (\S+)", text, re.M):
        path, source = shown.source_of(name)
        assert (ROOT / path).exists() and name.rpartition(".")[2] in source
    assert "`autograd`" in shown.table_of_floors()


@pytest.mark.parametrize("row", differences.ROWS, ids=[row[0] for row in differences.ROWS])
def test_a_difference_is_what_minigrad_does(row):
    _, program, _, ours, _ = row
    assert ours is None or differences.outcome(program, minigrad) == ours


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("row", differences.ROWS, ids=[row[0] for row in differences.ROWS])
def test_a_difference_is_what_pytorch_does(row):
    torch = pytest.importorskip("torch")
    _, program, theirs, _, _ = row
    found = differences.outcome(program, torch)
    assert found != differences.outcome(program, minigrad)
    assert theirs is None or found == theirs


@pytest.mark.torch
def test_the_stored_names_are_those_of_pytorch():
    torch = pytest.importorskip("torch")
    stored = torch_names.stored()
    if torch.__version__.partition("+")[0] != stored["version"]:
        pytest.skip(f"the names are those of PyTorch {stored['version']}")
    assert stored["names"] == {path: torch_names.public(path) for path in torch_names.PACKAGES}


def test_the_table_of_names_counts_what_is_there():
    rows = {package: (has, lacks) for package, has, lacks in torch_names.table()}
    assert set(rows) == set(json.loads(torch_names.STORED.read_text(encoding="utf-8"))["names"])
    assert "exp" in rows["torch"][0] and "cond" in rows["torch"][1]
