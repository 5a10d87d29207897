"""The lessons as assignments of nbgrader and of Otter-Grader, which are run where they are installed."""

import json
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from minigrad.cli import main
from minigrad.course import require
from minigrad.course.export import CHECK, parts, with_solution
from minigrad.course.lessons import LESSONS
from minigrad.course.notebooks import NOTEBOOKS

ROOT = Path(__file__).parents[2]
EXPORTED = [one for one in LESSONS if one.exercises]
FIRST = EXPORTED[0]

each_exercise = pytest.mark.parametrize("asked", [each for one in EXPORTED for each in one.exercises],
                                        ids=lambda asked: asked.number)


def notebook(path):
    return json.loads(path.read_text(encoding="utf-8"))


def sources(made):
    return ["".join(cell["source"]) for cell in made["cells"]]


def marked(made):
    """{grade_id: (source, nbgrader's metadata)}."""
    return {mark["grade_id"]: ("".join(cell["source"]), mark) for cell in made["cells"]
            if (mark := cell["metadata"].get("nbgrader"))}


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """The folder with both exports."""
    folder = tmp_path_factory.mktemp("exported")
    assert main(["course", "export", "nbgrader", str(folder / "nbgrader"), "--points", "3"]) == 0
    assert main(["course", "export", "otter", str(folder / "otter"), "--points", "3",
                 "--requirement", "git+https://example.edu/minigrad"]) == 0
    return folder


def test_every_lesson_with_graded_exercises_is_exported_and_the_others_are_named(tmp_path, capsys):
    assert main(["course", "export", "otter", str(tmp_path / "o")]) == 0
    printed = capsys.readouterr().out
    assert sorted(path.name for path in (tmp_path / "o").iterdir()) == sorted(one.file for one in EXPORTED)
    assert re.findall(r"lesson (\d+) is left out", printed) == [
        str(one.number) for one in LESSONS if not one.exercises]
    assert main(["course", "export", "otter", str(tmp_path / "o")]) == 1
    assert "is there already; export into an empty folder" in capsys.readouterr().err


def test_a_translation_is_exported_as_far_as_it_goes(tmp_path, capsys):
    assert main(["course", "export", "nbgrader", str(tmp_path), "--language", "zh"]) == 0
    made = notebook(tmp_path / "source" / FIRST.file / f"{FIRST.file}.ipynb")
    text = "\n".join(sources(made))
    assert "<summary>参考答案" not in text and "你的老师去掉了参考答案" in text and "提示" in text
    assert 'language("zh")' in text
    assert sum(mark["grade"] for _, mark in marked(made).values()) == len(FIRST.exercises)


@each_exercise
def test_an_exercise_is_a_solution_cell_and_a_locked_test_with_points(asked, exported):
    [one] = [one for one in EXPORTED if one.number == asked.lesson]
    cells = marked(notebook(exported / "nbgrader/source" / one.file / f"{one.file}.ipynb"))
    name = f"exercise-{asked.number.replace('.', '-')}"
    source, mark = cells[name]
    assert mark == {"schema_version": 3, "grade_id": name, "grade": False, "locked": False, "solution": True,
                    "task": False}
    assert source.count("### BEGIN SOLUTION") == source.count("### END SOLUTION") >= 1
    test, mark = cells[f"test-{name}"]
    assert mark == {"schema_version": 3, "grade_id": f"test-{name}", "grade": True, "locked": True,
                    "solution": False, "task": False, "points": 3}
    shown, hidden = test.split("### BEGIN HIDDEN TESTS\n")
    assert shown.endswith(f'require("{asked.number}", {asked.name}, cases=1)\n')
    assert hidden == f'require("{asked.number}", {asked.name})\n### END HIDDEN TESTS'
    empty = re.sub(r"### BEGIN SOLUTION.*?### END SOLUTION", "...", source, flags=re.S)
    compile(empty, name, "exec")
    assert asked.name in empty


def test_no_solution_and_no_output_is_left_beside_the_solution_cells(exported):
    for path in sorted(exported.rglob("*.ipynb")):
        made = notebook(path)
        text = "\n".join(sources(made))
        assert "<summary>Hint</summary>" in text and "<summary>Solution" not in text
        assert all(cell.get("outputs", []) == [] for cell in made["cells"])
        assert len({cell["id"] for cell in made["cells"]}) == len(made["cells"])


def test_otter_finds_its_cells_in_the_order_it_asks_for(exported):
    for one in EXPORTED:
        made = notebook(exported / "otter" / one.file / f"{one.file}.ipynb")
        raw = ["".join(cell["source"]) for cell in made["cells"] if cell["cell_type"] == "raw"]
        assert raw[0].startswith(f"# ASSIGNMENT CONFIG\nname: {one.file}\n")
        assert "\n  - git+https://example.edu/minigrad\n" in raw[0]
        wanted = []
        for asked in one.exercises:
            wanted += [f"# BEGIN QUESTION\nname: q{asked.number.replace('.', '_')}\npoints: 3\n"
                       "all_or_nothing: true", "# BEGIN SOLUTION", "# END SOLUTION", "# BEGIN TESTS",
                       "# END TESTS", "# END QUESTION"]
        assert raw[1:] == wanted
        tests = [source for source in sources(made) if "require(" in source]
        assert [source.startswith("# HIDDEN\n") for source in tests] == [False, True] * len(one.exercises)


@pytest.mark.parametrize("one", EXPORTED, ids=lambda one: one.file)
def test_the_filled_solution_cells_are_right(one):
    """In the order of the lesson, with its given cells, as the tool would run them."""
    cells = parts(notebook(NOTEBOOKS / f"{one.file}.ipynb"))
    names = {"__name__": "__main__"}
    exec("import math\nimport numpy as np\nimport minigrad\nfrom minigrad import nn, optim\n"
         "from minigrad.nn import functional as F", names)
    if one.number == 2:     # its exercises use the lesson's class, which is no given cell
        exec("from minigrad.course.lesson02 import Value", names)
    for cell in cells:
        if cell["kind"] == "given":
            exec(cell["source"], names)
        elif cell["kind"] == "exercise":
            exec(with_solution(cell["source"], cell["solution"], "# BEGIN", "# END"), names)
        elif cell["kind"] == "check":
            require(cell["number"], names[CHECK.search(cell["source"])[2]])


def test_an_answer_is_required_to_be_right_on_all_cases_or_on_the_first():
    def right_at_first(f, x, h):
        return 7.625 * 2 if h == 0.5 else None
    require("1.1", right_at_first, cases=1)
    with pytest.raises(AssertionError, match="gives None"):
        require("1.1", right_at_first)
    with pytest.raises(AssertionError, match="A slope is growth per step: divide by h"):
        require("1.1", lambda f, x, h: f(x + h) - f(x), cases=1)
    with pytest.raises(ValueError, match="no exercise"):
        require("99.1", len)


CLASS = '''class Box(Base):
    """Holds one thing."""

    def put(self, thing):
        """Keep it."""
        ...

    def get(self):
        return self.thing
'''


@pytest.mark.parametrize("solution, filled", [
    ("class Box(Base):\n    def put(self, thing):\n        # here\n        self.thing = thing\n\n"
     "    def get(self):\n        return self.thing\n",
     CLASS.replace("        ...\n", "        # B\n        # here\n        self.thing = thing\n        # E\n")
     .rstrip("\n")),
    ("class Box(Base):\n    more = 1\n\n    def put(self, thing):\n        self.thing = thing\n",
     f"{CLASS}\n\n# B\nclass Box(Base):\n    more = 1\n\n    def put(self, thing):\n"
     "        self.thing = thing\n# E"),
], ids=["where the dots are", "behind the stub"])
def test_a_class_is_filled_in_where_its_dots_are_or_else_as_a_whole(solution, filled):
    assert with_solution(CLASS, solution, "# B", "# E") == filled


def test_what_a_stub_gives_is_not_repeated():
    stub = "class Box(Base):\n    def __init__(self):\n        super().__init__()\n        ...\n"
    solution = stub.replace("...", "self.thing = None")
    assert with_solution(stub, solution, "# B", "# E") == stub.rstrip("\n").replace(
        "...", "# B\n        self.thing = None\n        # E")


def run(*command, cwd):
    tools = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])     # which they call
    settings = {"PATH": tools, "PYTHONPATH": str(ROOT), "MINIGRAD_COURSE": str(cwd / "course.json")}
    done = subprocess.run([sys.executable, "-m", *map(str, command)], cwd=cwd, text=True, capture_output=True,
                          env=os.environ | settings)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def answered(student, answers):
    """The student's notebook with the answers, {name of a function: code}, in its cells."""
    for cell in student["cells"]:
        source = "".join(cell["source"])
        name = (re.match(r"def (\w+)", source) or [""] * 2)[1]
        if name in answers and source.endswith("..."):
            cell["source"] = answers[name]
    return json.dumps(student)


def submissions():
    """{student: {function: code}}: all right; two wrong, of which one passes the first case; nothing done."""
    cells = parts(notebook(NOTEBOOKS / f"{FIRST.file}.ipynb"))
    right = {re.match(r"def (\w+)", cell["solution"])[1]: cell["solution"] for cell in cells
             if cell["solution"]}
    growth = "def forward_difference(f, x, h):\n    return f(x + h) - f(x)"
    lucky = "def central_difference(f, x, h):\n    return 12.25 if h == 0.5 else 0.0"
    return {"right": right, "wrong": right | {"forward_difference": growth, "central_difference": lucky},
            "absent": {}}


@pytest.mark.slow
def test_nbgrader_gives_the_points(exported):
    pytest.importorskip("nbgrader", reason="runs nbgrader where it is installed")
    folder = exported / "nbgrader"
    run("nbgrader", "generate_assignment", FIRST.file, cwd=folder)
    release = folder / "release" / FIRST.file / f"{FIRST.file}.ipynb"
    text = release.read_text(encoding="utf-8")
    assert "SOLUTION" not in text and "HIDDEN" not in text and "raise NotImplementedError" not in text
    for student, answers in submissions().items():
        place = folder / "submitted" / student / FIRST.file
        place.mkdir(parents=True)
        (place / f"{FIRST.file}.ipynb").write_text(answered(notebook(release), answers), encoding="utf-8")
    run("nbgrader", "autograde", FIRST.file, "--create", cwd=folder)
    graded = folder / "autograded/wrong" / FIRST.file / f"{FIRST.file}.ipynb"
    assert "A slope is growth per step: divide by h." in graded.read_text(encoding="utf-8")
    with sqlite3.connect(folder / "gradebook.db") as gradebook:
        points = dict(gradebook.execute(
            "select s.student_id, sum(g.auto_score) from grade g join submitted_notebook n "
            "on g.notebook_id = n.id join submitted_assignment s on n.assignment_id = s.id "
            "group by s.student_id").fetchall())
    assert points == {"right": 15.0, "wrong": 9.0, "absent": 0.0}


@pytest.mark.slow
def test_otter_gives_the_points(exported):
    pytest.importorskip("otter", reason="runs Otter-Grader where it is installed")
    folder = exported / "otter" / FIRST.file
    run("otter", "assign", f"{FIRST.file}.ipynb", "dist", cwd=folder)
    [archive] = (folder / "dist/autograder").glob("*.zip")
    release = folder / "dist/student" / f"{FIRST.file}.ipynb"
    text = release.read_text(encoding="utf-8")
    assert "SOLUTION" not in text and "HIDDEN" not in text and "return min(steps, key=error)" not in text
    points = {}
    for student, answers in submissions().items():
        place = folder / student
        place.mkdir()
        (place / f"{FIRST.file}.ipynb").write_text(answered(notebook(release), answers), encoding="utf-8")
        run("otter", "run", "-a", archive, "-o", place, place / f"{FIRST.file}.ipynb", cwd=folder)
        results = json.loads((place / "results.json").read_text(encoding="utf-8"))
        points[student] = sum(test.get("score", 0) for test in results["tests"])
        if student == "wrong":
            assert "A slope is growth per step: divide by h." in json.dumps(results)
    assert points == {"right": 15.0, "wrong": 9.0, "absent": 0.0}
