"""`python -m minigrad course`: the lessons, and how far one has come."""

import argparse
import importlib.util
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from minigrad.course import progress
from minigrad.course.lessons import LESSONS, lesson

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


def main(arguments: Sequence[str]) -> int:
    """Run `course ...`; return the exit status. Raises ValueError or OSError with a message for the user."""
    parser = argparse.ArgumentParser(
        prog="python -m minigrad course", description="The lessons, and how far you have come.",
        allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", metavar="open, reset or certificate")
    opened = commands.add_parser("open", help="open a lesson in JupyterLab")
    opened.add_argument("lesson", type=int)
    reset = commands.add_parser("reset", help="forget what you have passed in a lesson")
    reset.add_argument("lesson", type=int)
    certificate = commands.add_parser("certificate", help="write down what you have passed")
    certificate.add_argument("file", nargs="?", type=Path, default=Path("certificate.md"),
                             help="a file in Markdown that does not exist yet (default: certificate.md)")
    certificate.add_argument("--name", default="", help="your name, as it shall stand there")
    given = parser.parse_args(arguments)
    if given.command == "open":
        return open_lesson(given.lesson)
    if given.command == "reset":
        asked = lesson(given.lesson)
        print(f"Lesson {asked.number}: forgot {progress.forget(asked.number)} exercises. To restore the "
              f"notebook itself: git restore notebooks/{asked.file}.*")
    elif given.command == "certificate":
        write_certificate(given.file, given.name)
    else:
        print(overview())
    return 0


def overview() -> str:
    """The table of lessons with what has been passed."""
    passed = {number for number, entry in progress.load().items() if entry["passed"]}
    lines = ["lesson  minutes  exercises passed"]
    for each in LESSONS:
        numbers = [exercise.number for exercise in each.exercises]
        done = sum(number in passed for number in numbers)
        marks = "".join("#" if number in passed else "." for number in numbers)
        count = f"{done} of {len(numbers)}" if numbers else "checked in the notebook"
        lines.append(f"{each.number:6}  {each.minutes:7}  {marks:6} {count:24} {each.title}")
    return "\n".join([*lines, "", "python -m minigrad course open 1      opens a lesson",
                      f"Your progress is in {progress.path()}."])


def open_lesson(number):
    path = NOTEBOOKS / f"{lesson(number).file}.ipynb"
    if not path.exists():
        raise FileNotFoundError("course: the lessons are in the folder notebooks of minigrad's source; run "
                                "this in a clone, where minigrad is installed with pip install -e .")
    if importlib.util.find_spec("jupyterlab") is None:
        raise ImportError("course: opening a lesson needs JupyterLab: pip install jupyterlab; or open "
                          f"{path} with another program for notebooks")
    return subprocess.run([sys.executable, "-m", "jupyter", "lab", str(path)]).returncode


def write_certificate(file, name):
    kept = {number: entry for number, entry in progress.load().items() if entry["passed"]}
    if not kept:
        raise ValueError("course: nothing has been passed yet")
    rows = [f"| {each.number} | {each.title} | {kept[each.number]['passed']} | "
            f"{kept[each.number]['tries']} |"
            for one in LESSONS for each in one.exercises if each.number in kept]
    whole = [one for one in LESSONS
             if one.exercises and all(each.number in kept for each in one.exercises)]
    text = [f"# minigrad: what {name or 'I'} passed", "",
            *[f"- Lesson {one.number}, {one.title}: all {len(one.exercises)} exercises" for one in whole], "",
            "| exercise | about | passed on | tries |", "|---|---|---|---|", *rows, ""]
    with open(file, "x", encoding="utf-8") as out:
        out.write("\n".join(text))
    print(f"{len(rows)} exercises: {file}")
