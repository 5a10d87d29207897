"""The lessons as assignments for nbgrader and for Otter-Grader.

Of each exercise, the cell to fill in becomes a solution cell; its check becomes a test that raises an
AssertionError with the grader's words: on the first case in the student's version, on all cases when the work
is graded. The folded solution below is taken out; hints stay. The outputs are left out.
"""

import ast
import json
import re
import textwrap
from pathlib import Path

from minigrad.course.lessons import LESSONS, exercise
from minigrad.course.notebooks import is_translated, notebook
from minigrad.course.words import language, translated

SOLUTION = re.compile(r"\n*<details><summary>(?:Solution|参考答案)</summary>(.*?)</details>", re.S)
CHECK = re.compile(r'grade\("([\d.]+)", (\w+)\)')
NOTE = ("Your teacher has left the solutions out. The cell below an exercise tries your code on one case, "
        "and on others when your work is graded.")
TEST = "from minigrad.course import require\n\n"

NBGRADER_CONFIG = '''"""nbgrader's settings for the lessons; run nbgrader in this folder."""

import os
import tempfile

c = get_config()        # noqa: F821
c.CourseDirectory.course_id = "minigrad"
c.ClearSolutions.code_stub = {"python": "..."}      # what the lessons have where the student writes
c.ExecutePreprocessor.timeout = 600                 # seconds for one cell

# Grading runs every cell: with little work in the long ones, and without noting a student's passes as yours.
os.environ["MINIGRAD_NOTEBOOK_FAST"] = "1"
os.environ["MINIGRAD_COURSE"] = os.path.join(tempfile.mkdtemp(), "course.json")
'''

OTTER_CONFIG = """# ASSIGNMENT CONFIG
name: {name}
init_cell: true
check_all_cell: true
export_cell:
  pdf: false
solutions_pdf: false
requirements:
{requirements}
tests:
  files: true"""


def export(tool: str, folder: Path, code: str = "", points: int = 1,
           requirement: str = "minigrad-edu") -> None:
    """Write every lesson with graded exercises into `folder`, for "nbgrader" or "otter".

    code         of the language: that of a translation; default: the one chosen
    points       for each exercise
    requirement  how pip gets minigrad where Otter grades

    Raises FileExistsError if a file is there already, FileNotFoundError if the notebooks are not.
    """
    code = code or language()
    lessons = [one for one in LESSONS if one.exercises and is_translated(one, code)]
    texts = {}
    for one in lessons:
        cells = parts(json.loads(notebook(one, code).read_text(encoding="utf-8")))
        cells.insert(1, {"kind": "text", "source": translated(NOTE, code), "number": "", "solution": ""})
        place = folder / "source" / one.file if tool == "nbgrader" else folder / one.file
        made = nbgrader(cells, points) if tool == "nbgrader" else otter(one, cells, points, requirement)
        texts[place / f"{one.file}.ipynb"] = json.dumps(made, indent=1, ensure_ascii=False) + "\n"
    if tool == "nbgrader":
        texts[folder / "nbgrader_config.py"] = NBGRADER_CONFIG
    for target in texts:
        if target.exists():
            raise FileExistsError(f"course: {target} is there already; export into an empty folder")
    for target, text in texts.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    print(f"{len(lessons)} lessons, {sum(len(one.exercises) for one in lessons)} exercises: {folder}")
    for one in LESSONS:
        if one not in lessons:
            why = "is not translated" if one.exercises else "has no graded exercises"
            print(f"lesson {one.number} is left out: it {why}")


def parts(notebook):
    """[(kind, source, number of the exercise, its solution)] of a lesson, without folded solutions.

    kind is text, code, given, exercise, or check; the last two have a number, and an exercise a solution.
    """
    cells, asked = [], None
    for cell in notebook["cells"]:
        source, tags = "".join(cell["source"]), cell.get("metadata", {}).get("tags", [])
        kind = next((tag for tag in ("given", "exercise", "check") if tag in tags), "code")
        if cell["cell_type"] == "markdown":
            if asked and (found := SOLUTION.search(source)):
                asked["solution"] = re.search(r"```python\n(.*?)```", found[1], re.S)[1]
                asked = None
            source, kind = SOLUTION.sub("", source).strip(), "text"
        cells.append({"kind": kind, "source": source, "number": "", "solution": ""})
        if kind == "exercise":
            asked = cells[-1]
        elif kind == "check":
            asked["number"] = cells[-1]["number"] = CHECK.search(source)[1]
    return [each for each in cells if each["source"]]


def assembled(cells):
    """A notebook of [(cell_type, source, metadata)]."""
    made = []
    for number, (kind, source, metadata) in enumerate(cells, 1):
        cell = {"cell_type": kind, "id": f"cell-{number}", "metadata": metadata,
                "source": source.splitlines(keepends=True)}
        made.append(cell | ({"execution_count": None, "outputs": []} if kind == "code" else {}))
    return {"cells": made, "nbformat": 4, "nbformat_minor": 5, "metadata": {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python"}}}


def nbgrader(cells, points):
    """The notebook that `nbgrader generate_assignment` takes."""
    def marked(grade_id, **marks):
        return {"nbgrader": {"schema_version": 3, "grade_id": grade_id, "grade": False, "locked": False,
                             "solution": False, "task": False} | marks}

    made = []
    for place, cell in enumerate(cells, 1):
        kind, source, number = cell["kind"], cell["source"], cell["number"]
        name = f"exercise-{number.replace('.', '-')}"
        if kind == "exercise":
            filled = with_solution(source, cell["solution"], "### BEGIN SOLUTION", "### END SOLUTION")
            made.append(("code", filled, marked(name, solution=True)))
        elif kind == "check":
            answer = CHECK.search(source)[2]
            test = (f'{TEST}require("{number}", {answer}, cases=1)\n'
                    f'### BEGIN HIDDEN TESTS\nrequire("{number}", {answer})\n### END HIDDEN TESTS')
            made.append(("code", test, marked(f"test-{name}", grade=True, locked=True, points=points)))
            if puts_to_work(number):
                made.append(("code", source, {}))
        elif kind == "given":
            made.append(("code", source, marked(f"given-{place}", locked=True)))
        else:
            made.append(("markdown" if kind == "text" else "code", source, {}))
    return assembled(made)


def otter(lesson, cells, points, requirement):
    """The notebook that `otter assign` takes."""
    wanted = "\n".join(f"  - {each}" for each in ["matplotlib", requirement])
    made = [("raw", OTTER_CONFIG.format(name=lesson.file, requirements=wanted), {})]
    for cell in cells:
        kind, source, number = cell["kind"], cell["source"], cell["number"]
        if kind == "exercise":
            config = (f"# BEGIN QUESTION\nname: q{number.replace('.', '_')}\npoints: {points}\n"
                      "all_or_nothing: true")
            filled = with_solution(source, cell["solution"], "# BEGIN SOLUTION", "# END SOLUTION")
            made += [("raw", config, {}), ("raw", "# BEGIN SOLUTION", {}), ("code", filled, {}),
                     ("raw", "# END SOLUTION", {})]
        elif kind == "check":
            answer = CHECK.search(source)[2]
            made += [("raw", "# BEGIN TESTS", {}),
                     ("code", f'{TEST}require("{number}", {answer}, cases=1)', {}),
                     ("code", f'# HIDDEN\n{TEST}require("{number}", {answer})', {}),
                     ("raw", "# END TESTS", {}), ("raw", "# END QUESTION", {})]
            if puts_to_work(number):
                made.append(("code", source, {}))
        else:
            made.append(("markdown" if kind == "text" else "code", source, {}))
    return assembled(made)


def puts_to_work(number):
    """Does the lesson do something with the right answer, such as train a network? Then its check stays."""
    return exercise(number).then is not None


def with_solution(stub: str, solution: str, begin: str, end: str) -> str:
    """The stub with the solution between the lines `begin` and `end`, in place of each `...`.

    If the stub differs from the solution in more than that, the whole solution follows the stub.

    >>> print(with_solution("def f(x):\\n    ...", "def f(x):\\n    return x", "# BEGIN", "# END"))
    def f(x):
        # BEGIN
        return x
        # END
    """
    there, wanted = functions(ast.parse(stub)), functions(ast.parse(solution))
    lines = stub.splitlines()
    for name, function in sorted(there.items(), key=lambda pair: -pair[1].lineno):
        last = function.body[-1]
        if is_open(last) and name in wanted and last.lineno > function.lineno:
            body, space = missing(function, wanted[name], solution), " " * last.col_offset
            lines[last.lineno - 1:last.end_lineno] = [
                space + begin, *textwrap.indent(body, space).splitlines(), space + end]
    filled = "\n".join(lines)
    if without_docstrings(filled) == without_docstrings(solution):
        return filled
    return f"{stub.rstrip()}\n\n\n{begin}\n{solution.rstrip()}\n{end}"


def functions(tree, inside=""):
    """{dotted name: its node} of the functions of a module, and of the methods of its classes."""
    found = {}
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            found |= functions(node, f"{inside}{node.name}.")
        elif isinstance(node, ast.FunctionDef):
            found[inside + node.name] = node
    return found


def is_open(statement):
    return isinstance(statement, ast.Expr) and getattr(statement.value, "value", None) is ...


def statements(function):
    """The statements of a function, without its docstring."""
    return function.body[1:] if ast.get_docstring(function) is not None else function.body


def missing(stub, function, source):
    """The lines of a function that its stub lacks, with comments, not indented."""
    given, wanted = statements(stub)[:-1], statements(function)
    same = list(map(ast.dump, given)) == list(map(ast.dump, wanted[:len(given)]))
    left = wanted[len(given):] if same else wanted
    if not left:
        return "pass"
    lines, first = source.splitlines(), left[0].lineno
    while first > function.lineno + 1 and lines[first - 2].lstrip().startswith("#"):
        first -= 1
    return textwrap.dedent("\n".join(lines[first - 1:function.end_lineno]))


def without_docstrings(source):
    """What the source does, in a form that can be compared."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node) is not None:
            node.body = statements(node)
    return ast.dump(tree)
