"""The course in a browser: the exercises as pages, the setup cell of the lessons, the site and its links."""

import json
import re
import runpy
import subprocess
import sys
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import committed
import jupytext
import nbformat
import pytest

from minigrad.course import page as course_page
from minigrad.course.lessons import LESSONS, exercise
from tools.lite import exercises, render, setup_cell, site

PAGES = exercises.pages()
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.number)


@pytest.fixture(autouse=True)
def without_training(monkeypatch):
    """What follows a right answer takes seconds; tests/course runs it."""
    for page in PAGES:
        monkeypatch.setattr(exercise(page.number), "then", None)


def test_every_exercise_has_a_page():
    assert [page.number for page in PAGES] == [each.number for one in LESSONS for each in one.exercises]


@each_page
def test_what_is_given_and_the_stub_are_not_written_yet(page, capsys):
    assert course_page.answer(page.number, page.given, page.stub) is False
    assert capsys.readouterr().out == f"Not written yet: {page.name} returns None.\n"


@each_page
def test_what_is_given_and_the_solution_are_right(page, capsys):
    assert course_page.answer(page.number, page.given, page.solution) is True
    assert capsys.readouterr().out.startswith("Right.\n")


@pytest.mark.parametrize("code, printed", [
    ("def forward_difference(f, x, h:\n    return 0", "Python does not understand line 1: "),
    ("x = 1\n1 / 0", "Your code stops with ZeroDivisionError: division by zero\n    line 2: 1 / 0\n"),
    ("def slope(f, x, h):\n    return 0", "There is no forward_difference in your code: "),
    ("forward_difference = 3", "There should be a function forward_difference, got a number.\n"),
    ("print('here')\ndef forward_difference(f, x, h):\n    return nothing",
     "here\nforward_difference(cube, 2.0, 0.5) stops with NameError: name 'nothing' is not defined\n"
     "    line 3: return nothing\n"),
    ("def forward_difference(f, x, h):\n    return f(x + h) - f(x)", "Not right yet: forward_difference(")])
def test_what_is_wrong_is_told_with_its_line(code, printed, capsys):
    assert course_page.answer("1.1", [exercises.IMPORTS], code) is False
    assert capsys.readouterr().out.startswith(printed)


def test_a_right_answer_is_put_to_work(monkeypatch, capsys):
    monkeypatch.setattr(exercise("1.1"), "then", lambda f: print("at work:", f(lambda x: 2 * x, 0.0, 1.0)))
    code = "def forward_difference(f, x, h):\n    return (f(x + h) - f(x)) / h"
    assert course_page.answer("1.1", ["print('hidden')"], code) is True
    assert capsys.readouterr().out == "Right.\nat work: 2.0\n"


# Pages


class Links(HTMLParser):
    """The addresses that a page refers to, its ids, and that its elements are closed in order."""

    def __init__(self, text):
        super().__init__()
        self.found, self.ids, self.open = [], [], []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.found += [attributes[name] for name in ("href", "src") if name in attributes]
        self.ids += [attributes["id"]] if "id" in attributes else []
        if tag not in ("meta", "link", "br", "img", "hr", "input", "col"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@each_page
def test_the_page_of_an_exercise_shows_its_task_and_nothing_of_its_solution(page):
    text = render.exercise(page, None, page, "https://example.org/", "../pypi/minigrad.whl")
    shown, _, data = text.partition('<script id="exercise" type="application/json">')
    assert {"code", "check", "reset", "state", "output", "exercise"} <= {*Links(text).ids}
    assert page.number in shown and "<summary>Hint</summary>" in shown and page.solution not in shown
    assert "$" not in re.sub(r"<pre>.*?</pre>", "", shown, flags=re.DOTALL)      # each formula is MathML
    held = json.loads(data.partition("</script>")[0])
    assert page.solution not in held["given"] and held["stub"].strip() == page.stub.strip()
    assert not re.search(r"^#{1,6} ", shown, re.M)      # Markdown has become HTML


def test_text_in_a_page_cannot_end_its_script():
    data = render.as_data("</script><b>")
    assert json.loads(data) == "</script><b>" and "<" not in data


# The setup cell


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.file)
def test_the_first_code_cell_of_a_lesson_installs_minigrad_where_it_is_missing(lesson):
    for name, read in ((f"{lesson.file}.py", lambda text: jupytext.reads(text, fmt="py:percent")),
                       (f"{lesson.file}.ipynb", lambda text: nbformat.reads(text, as_version=4))):
        text = committed.content(f"notebooks/{name}").decode("utf-8")
        cell = next(cell for cell in read(text).cells if cell.cell_type == "code")
        again = f"run `python -m tools.lite.setup_cell {lesson.file}`, then `git add notebooks`"
        assert (cell.source, cell.metadata.get("tags")) == (setup_cell.SOURCE.strip(), setup_cell.TAGS), again
    assert cell.outputs == []


def test_the_setup_cell_is_put_into_both_files_and_only_once():
    source = committed.content("notebooks/03_tensors.py").decode("utf-8")
    notebook = json.loads(committed.content("notebooks/03_tensors.ipynb"))
    assert setup_cell.into_source(source) == source
    assert setup_cell.into_notebook(json.loads(json.dumps(notebook))) == notebook
    bare = setup_cell.PRESENT.sub("", source)
    assert "%pip" not in bare and setup_cell.into_source(bare) == source
    cells = [cell for cell in notebook["cells"] if "setup" not in cell["metadata"].get("tags", [])]
    for count, cell in enumerate([cell for cell in cells if cell["cell_type"] == "code"], 1):
        cell["execution_count"] = count
    assert setup_cell.into_notebook({**notebook, "cells": cells}) == notebook


def test_the_setup_cell_installs_only_where_minigrad_is_missing(capsys):
    asked = []
    code = setup_cell.SOURCE.replace("%pip install -q minigrad-edu matplotlib", "asked.append(1)")
    exec(code, {"asked": asked})
    assert asked == [] and capsys.readouterr().out == ""
    missing = "import sys; sys.modules['minigrad'] = None; asked = []\n" + code + "\nprint(len(asked))"
    printed = subprocess.run([sys.executable, "-c", missing], capture_output=True, text=True).stdout
    assert printed == "Installing minigrad: this takes a moment.\n1\n"


# The site


def test_the_wheel_for_a_browser_has_a_sample_of_mnist_and_a_true_record(tmp_path):
    whole = tmp_path / "whole.whl"
    with zipfile.ZipFile(whole, "w") as file:
        file.writestr("minigrad/data/files/mnist/train-images.idx3-ubyte.xz", b"large")
        file.writestr("minigrad/nothing.py", b"")
        file.writestr("minigrad_edu-0.dist-info/RECORD", b"old")
    with zipfile.ZipFile(site.with_sample(whole, tmp_path / "small.whl")) as file:
        names = file.namelist()
        assert not any(name.endswith(".xz") for name in names) and len(set(names)) == len(names) == 6
        record = file.read("minigrad_edu-0.dist-info/RECORD").decode().splitlines()
        assert sorted(row.split(",")[0] for row in record) == sorted(names)
        assert "minigrad/nothing.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0" in record


def test_a_link_that_leads_nowhere_is_found(tmp_path):
    for name in ("exercises", "api/contents", "pypi", "files"):
        (tmp_path / name).mkdir(parents=True)
    for name, content in (("api/contents/all.json", {"content": [{"path": "gone.ipynb"}]}),
                          ("pypi/all.json", {"m": {"releases": {"1": [{"url": "./m.whl?sha256=0"}]}}})):
        (tmp_path / name).write_text(json.dumps(content))
    (tmp_path / "exercises/1.1.html").write_text(
        '<link href="data:,"><a href="1.2.html"></a> '
        '<a href="../lab/index.html?path=x.ipynb"></a> {"wheel": "../pypi/w.whl"}')
    assert [line.split(": ")[1] for line in site.broken_links(tmp_path)] == [
        "exercises/1.2.html", "exercises/../lab/index.html", "files/x.ipynb", "exercises/../pypi/w.whl",
        "files/gone.ipynb", "pypi/m.whl"]


@pytest.mark.slow
def test_the_site_is_built_and_its_links_lead_somewhere(tmp_path):
    pytest.importorskip("jupyterlite_core", reason="the extra lite is not installed")
    subprocess.run([sys.executable, "-m", "tools.lite", str(tmp_path / "lite")], check=True,
                   cwd=Path(__file__).parents[2])
    folder = tmp_path / "lite"
    assert site.broken_links(folder) == []
    assert {path.stem for path in (folder / "exercises").glob("*.html")} == {
        "index", *(page.number for page in PAGES)}
    for lesson in LESSONS:
        notebook = json.loads((folder / "files" / f"{lesson.file}.ipynb").read_text(encoding="utf-8"))
        assert notebook["metadata"]["kernelspec"]["name"] == "python"
    [wheel] = (folder / "pypi").glob("*.whl")
    assert wheel.stat().st_size < 8e6
    with zipfile.ZipFile(wheel) as file:
        assert "minigrad/course/page.py" in file.namelist()
    for page in (folder / "exercises").glob("*.html"):
        for link in Links(page.read_text(encoding="utf-8")).found:
            assert not link.startswith("/")         # so that the site may lie in any folder of a host
    text = (folder / "exercises" / "1.1.html").read_text(encoding="utf-8")
    assert '"pyodide": "https://cdn.jsdelivr.net/pyodide/v' in text


# Links in the documentation


@pytest.mark.parametrize("site_is, expected", [
    (None, "../lite/lab/index.html?path=03_tensors.ipynb"),
    ("https://example.org/l/", "https://example.org/l/lab/index.html?path=03_tensors.ipynb")])
def test_each_lesson_in_the_documentation_links_to_the_browser(site_is, expected, tmp_path, monkeypatch):
    monkeypatch.delenv("MINIGRAD_LITE", raising=False)
    if site_is:
        monkeypatch.setenv("MINIGRAD_LITE", site_is)
    docs = SimpleNamespace(**runpy.run_path(str(exercises.ROOT / "docs/extensions/browser.py")))
    docs.copy(exercises.NOTEBOOKS / "03_tensors.ipynb", tmp_path)
    copied = nbformat.read(tmp_path / "03_tensors.ipynb", as_version=4)
    assert Links(copied.cells[1].source).found == [expected] and copied.cells[0].source.startswith("# 3.")
    course = [(exercises.ROOT / "docs/course.md").read_text(encoding="utf-8")]
    docs.add_links(None, "course", course)
    assert course[0].count(">in the browser</a>") == len(LESSONS)
    assert expected.removeprefix("../") in course[0]
