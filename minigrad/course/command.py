"""`python -m minigrad course`: the lessons, and how far one has come."""

import argparse
import importlib.util
import subprocess
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from minigrad.course import progress
from minigrad.course.lessons import LESSONS, lesson
from minigrad.course.words import FOLDERS, language, say

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


def main(arguments: Sequence[str]) -> int:
    """Run `course ...`; return the exit status. Raises ValueError or OSError with a message for the user."""
    parser = argparse.ArgumentParser(
        prog="python -m minigrad course", description="The lessons, and how far you have come.",
        allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", metavar="open, reset or certificate")
    opened = commands.add_parser("open", help="open a lesson in JupyterLab")
    opened.add_argument("lesson", type=int)
    opened.add_argument("--language", choices=["en", *FOLDERS], help="en is English, zh is Chinese (中文)")
    reset = commands.add_parser("reset", help="forget what you have passed in a lesson")
    reset.add_argument("lesson", type=int)
    certificate = commands.add_parser("certificate", help="write down what you have passed")
    certificate.add_argument("file", nargs="?", type=Path, default=Path("certificate.md"),
                             help="a file in Markdown that does not exist yet (default: certificate.md)")
    certificate.add_argument("--name", default="", help="your name, as it shall stand there")
    given = parser.parse_args(arguments)
    if given.command == "open":
        return open_lesson(given.lesson, given.language)
    if given.command == "reset":
        asked = lesson(given.lesson)
        print(say("Lesson {number}: forgot {count} exercises. To restore the notebook itself: git restore "
                  "notebooks/{file}.*", number=asked.number, count=progress.forget(asked.number),
                  file=asked.file))
    elif given.command == "certificate":
        write_certificate(given.file, given.name)
    else:
        print(overview())
    return 0


def overview() -> str:
    """The table of lessons with what has been passed."""
    passed = {number for number, entry in progress.load().items() if entry["passed"]}
    lines = [f"{say('lesson')}  {say('minutes')}  {say('exercises passed')}"]
    for each in LESSONS:
        numbers = [exercise.number for exercise in each.exercises]
        done = sum(number in passed for number in numbers)
        marks = "".join("#" if number in passed else "." for number in numbers)
        count = (say("{done} of {count}", done=done, count=len(numbers)) if numbers
                 else say("checked in the notebook"))
        lines.append(f"{each.number:6}  {each.minutes:7}  {marks:6} {padded(count, 24)} {say(each.title)}")
    return "\n".join([*lines, "", say("python -m minigrad course open 1      opens a lesson"),
                      say("Your progress is in {file}.", file=progress.path())])


def padded(text, width):
    """The text with spaces up to a width; a Chinese character is as wide as two letters."""
    wide = sum(unicodedata.east_asian_width(each) in "WF" for each in text)
    return text + " " * (width - len(text) - wide)


def open_lesson(number, code):
    path = notebook(lesson(number), code or language())
    if importlib.util.find_spec("jupyterlab") is None:
        raise ImportError(say(
            "course: opening a lesson needs JupyterLab: pip install jupyterlab; or open {file} with another "
            "program for notebooks", file=path))
    return subprocess.run([sys.executable, "-m", "jupyter", "lab", str(path)]).returncode


def notebook(asked, code):
    """The path of a lesson in a language. Raises FileNotFoundError if it is not there, or not translated."""
    path = NOTEBOOKS / f"{asked.file}.ipynb"
    if not path.exists():
        raise FileNotFoundError(say(
            "course: the lessons are in the folder notebooks of minigrad's source; run this in a clone, "
            "where minigrad is installed with pip install -e ."))
    if code == "en":
        return path
    translation = NOTEBOOKS / FOLDERS[code] / path.name
    if not translation.exists():
        raise FileNotFoundError(say(
            "course: lesson {number} is not translated yet; --language en opens it in English",
            number=asked.number))
    return translation


def write_certificate(file, name):
    kept = {number: entry for number, entry in progress.load().items() if entry["passed"]}
    if not kept:
        raise ValueError(say("course: nothing has been passed yet"))
    rows = [f"| {each.number} | {say(each.title)} | {kept[each.number]['passed']} | "
            f"{kept[each.number]['tries']} |"
            for one in LESSONS for each in one.exercises if each.number in kept]
    whole = [one for one in LESSONS
             if one.exercises and all(each.number in kept for each in one.exercises)]
    text = ["# " + say("minigrad: what {name} passed", name=name or say("I")), "",
            *["- " + say("Lesson {number}, {title}: all {count} exercises", number=one.number,
                         title=say(one.title), count=len(one.exercises)) for one in whole], "",
            say("| exercise | about | passed on | tries |"), "|---|---|---|---|", *rows, ""]
    with open(file, "x", encoding="utf-8") as out:
        out.write("\n".join(text))
    print(say("{count} exercises: {file}", count=len(rows), file=file))
