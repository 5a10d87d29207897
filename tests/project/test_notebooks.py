"""The notebooks run, their exercises can be solved, and the saved files match their sources."""

import re
import runpy
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import committed
import nbformat
import pytest

from minigrad.course.lessons import LESSONS

tool = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[2] / "notebooks/execute.py")))

SOLUTION = re.compile(r"<details><summary>Solution</summary>.*?```python\n(.*?)```.*</details>", re.DOTALL)
ABSOLUTE_PATH = re.compile(r"(?<![\w.~:/])/(?:[\w.-]+/)+[\w.-]*|\b[A-Za-z]:\\\w+")

NAMES = [lesson.file for lesson in LESSONS]

each_notebook = pytest.mark.parametrize("name", NAMES)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The notebooks and their sources as the project has them, whatever a reader has done to theirs."""
    folder = tmp_path_factory.mktemp("notebooks")
    for name in NAMES:
        for file in (f"{name}.py", f"{name}.ipynb"):
            (folder / file).write_bytes(committed.content(f"notebooks/{file}"))
    return folder


def test_there_is_a_notebook_and_a_page_for_each_lesson():
    listed = [Path(name) for name in committed.names()]
    assert [path.stem for path in listed if path.suffix == ".ipynb"] == NAMES
    course = committed.content("docs/course.md").decode("utf-8")
    assert re.findall(r"\(course/(\w+)\.ipynb\)", course) == NAMES


WRONG = {   # what a student may have written -> what the check prints
    "{name} = lambda *given: 1 / 0": r"Your code stops with ZeroDivisionError: division by zero\n    line 1 ",
    "{name} = lambda *given: 'text'": r"Not right yet: (the answer|there) should be [^?]*, got a str\.\n$",
    "{name} = lambda *given: [[1.0], [2.0, 3.0]]": r"Not right yet: .*should be [^?]*, got .*\.\n$",
    "right_{name} = {name}; {name} = lambda *given: worse(right_{name}(*given))":
        r"Not right yet: .* wrong.*\.\nHint: .+[.?]\n$",
}
WORSE = """
def worse(answer):
    if isinstance(answer, tuple):
        return answer[0] + 1, *answer[1:]
    return [each + 1 for each in answer] if isinstance(answer, list) else answer + 1
"""


def solved(source):
    """In one kernel: the notebook as a student opens it, then each exercise solved and answered wrongly.
    Returns it with the checks as opened, with those of the solutions, and [(message, check)] of the rest."""
    notebook = tool.read(source)
    opened, checks, wrong = [], [], []
    added = [nbformat.v4.new_code_cell(WORSE)]
    for exercise, check, solution in zip(notebook.cells, notebook.cells[1:], notebook.cells[2:]):
        if "exercise" in exercise.metadata.get("tags", []):
            assert check.metadata.tags == ["check"], f"no check follows this exercise:\n{exercise.source}"
            code = SOLUTION.search(solution.source).group(1)
            assert code.splitlines()[0] in exercise.source, "a solution defines what its exercise asks for"
            opened.append(check)
            checks.append(nbformat.v4.new_code_cell(check.source))
            added += [nbformat.v4.new_code_cell(code), checks[-1]]
            name = re.search(r"^(?:def|class) (\w+)", code, re.M)[1]
            if "grade(" in check.source:        # tests/course tries wrong answers
                continue
            for answer, message in WRONG.items():
                wrong.append((message, nbformat.v4.new_code_cell(check.source)))
                added += [nbformat.v4.new_code_cell(answer.format(name=name)), wrong[-1][1]]
                added += [nbformat.v4.new_code_cell(code)]
    notebook.cells += added
    return tool.execute(notebook, fast=True), opened, checks, wrong


@pytest.fixture(scope="module")
def running(request, folder):
    """name -> a Future of its solved notebook; the notebooks that this run needs execute in parallel."""
    wanted = {item.callspec.params["name"] for item in request.session.items
              if "running" in item.fixturenames}
    with ThreadPoolExecutor() as pool:
        yield {name: pool.submit(solved, folder / f"{name}.py") for name in wanted}


@each_notebook
def test_a_notebook_runs_and_each_check_tells_apart_unwritten_right_and_wrong_answers(name, running):
    notebook, opened, checks, wrong = running[name].result()
    assert len(opened) >= 3
    for check, again in zip(opened, checks):
        assert printed(check).startswith("Not written yet: "), check.source
        assert printed(again).startswith("Right."), f"{again.source}\n{printed(again)}"
    for message, check in wrong:
        assert re.match(message, printed(check)), f"{check.source}\n{printed(check)}"
    assert not complaints(notebook)


@each_notebook
def test_a_saved_notebook_is_its_source_executed_from_top_to_bottom(name, folder):
    saved = nbformat.read(folder / f"{name}.ipynb", as_version=4)
    source = tool.read(folder / f"{name}.py")
    again = f"the source has changed; run `python notebooks/execute.py {name}`, then `git add notebooks`"
    assert list(map(described, saved.cells)) == list(map(described, source.cells)), again
    counts = [cell.execution_count for cell in saved.cells if cell.cell_type == "code"]
    assert counts == list(range(1, len(counts) + 1))
    assert not complaints(saved)
    assert sum("image/png" in output.get("data", {}) for output in outputs(saved)) >= 2
    assert (folder / f"{name}.ipynb").stat().st_size < 500_000
    nbformat.validate(saved)


@each_notebook
def test_a_saved_notebook_tells_nothing_of_the_machine_that_ran_it(name, folder):
    saved = nbformat.read(folder / f"{name}.ipynb", as_version=4)
    texts = [str(saved.metadata)]
    for output in outputs(saved):
        texts += [output.get("text", "")]
        texts += [str(value) for kind, value in output.get("data", {}).items() if kind != "image/png"]
    assert [ABSOLUTE_PATH.findall(text) for text in texts if ABSOLUTE_PATH.search(text)] == []


@pytest.mark.parametrize("text, found", [
    ("saved /srv/ada/model.safetensors", True), ("File '/var/x/y.py', line 3", True), (r"C:\Users", True),
    ("a step of 1 / rank, km/h and/or 3/4", False), ("https://arxiv.org/abs/1706.03762", False)])
def test_an_absolute_path_is_recognised(text, found):
    assert bool(ABSOLUTE_PATH.search(text)) == found


def described(cell):
    return cell.id, cell.cell_type, cell.source, cell.metadata.get("tags", [])


def outputs(notebook):
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


def printed(cell):
    return "".join(output.text for output in cell.outputs if output.output_type == "stream")


def complaints(notebook):
    """Errors, and everything on stderr, such as warnings."""
    return [output for output in outputs(notebook)
            if output.output_type == "error" or output.get("name") == "stderr"]
