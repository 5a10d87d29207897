"""`python -m minigrad course`: the lessons, and how far one has come."""

import argparse
import importlib.util
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from minigrad.course import classroom, export, pictures, progress
from minigrad.course.lessons import LESSONS, lesson
from minigrad.course.notebooks import notebook
from minigrad.course.words import FOLDERS, language, padded, say


def main(arguments: Sequence[str]) -> int:
    """Run `course ...`; return the exit status. Raises ValueError or OSError with a message for the user."""
    given = parser().parse_args(arguments)
    if given.command == "pictures":
        pictures.pictures(given.folder, given.language, given.lesson, given.svg)
    elif given.command == "export":
        export.export(given.tool, given.folder, given.language, given.points, given.requirement)
    elif given.command == "table":
        return table(given.paths, given.markdown, given.exercises)
    elif given.command == "open":
        return open_lesson(given.lesson, given.language)
    elif given.command == "reset":
        asked = lesson(given.lesson)
        print(say("Lesson {number}: forgot {count} exercises. To restore the notebook itself: git restore "
                  "notebooks/{file}.*", number=asked.number, count=progress.forget(asked.number),
                  file=asked.file))
    elif given.command == "certificate":
        write_certificate(given.file, given.name)
    else:
        print(overview())
    return 0


def parser() -> argparse.ArgumentParser:
    """The parser for what follows `course`."""
    parser = argparse.ArgumentParser(
        prog="python -m minigrad course", description="The lessons, and how far you have come.",
        allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    opened = commands.add_parser("open", help="open a lesson in JupyterLab")
    opened.add_argument("lesson", type=int)
    opened.add_argument("--language", choices=["en", *FOLDERS], help="en is English, zh is Chinese")
    reset = commands.add_parser("reset", help="forget what you have passed in a lesson")
    reset.add_argument("lesson", type=int)
    certificate = commands.add_parser("certificate", help="write down what you have passed")
    certificate.add_argument("file", nargs="?", type=Path, default=Path("certificate.md"),
                             help="a file in Markdown that does not exist yet (default: certificate.md)")
    certificate.add_argument("--name", default="", help="your name, as it shall stand there")
    add_for_teachers(commands)
    return parser


def add_for_teachers(commands):
    drawn = commands.add_parser("pictures", help="for teachers: all pictures of the lessons, as files")
    drawn.add_argument("folder", type=Path)
    drawn.add_argument("--lesson", type=int, action="append",
                       help="only this one; may be given several times")
    drawn.add_argument("--svg", action="store_true",
                       help="run the lessons again for sharper pictures: minutes")
    exported = commands.add_parser("export", help="for teachers: the lessons as assignments of another tool")
    exported.add_argument("tool", choices=["nbgrader", "otter"])
    exported.add_argument("folder", type=Path)
    exported.add_argument("--points", type=int, default=1, help="points for each exercise (default: 1)")
    exported.add_argument("--requirement", default="minigrad-edu",
                          help="otter: how pip gets minigrad there (default: minigrad-edu)")
    for each in (drawn, exported):
        each.add_argument("--language", default="", choices=["en", *FOLDERS],
                          help="en is English, zh is Chinese")
    tabled = commands.add_parser("table", help="for teachers: what the students have passed")
    tabled.add_argument("paths", nargs="+", type=Path, metavar="FOLDER_OR_FILE", help="of progress files")
    tabled.add_argument("--exercises", action="store_true",
                        help="a row for each exercise: where does the class stumble?")
    tabled.add_argument("--markdown", action="store_true", help="Markdown in place of CSV")


def table(paths, markdown, exercises):
    """Print the table of a class; 1 if a file could not be read."""
    students, troubles = classroom.read(paths)
    rows = classroom.by_exercise(students) if exercises else classroom.by_student(students)
    print(classroom.as_markdown(rows) if markdown else classroom.as_csv(rows), end="")
    for trouble in troubles:
        print(trouble, file=sys.stderr)
    if troubles:
        print(f"{len(troubles)} files left out, {len(students)} in the table", file=sys.stderr)
    return 1 if troubles else 0


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


def open_lesson(number, code):
    path = notebook(lesson(number), code or language())
    if importlib.util.find_spec("jupyterlab") is None:
        raise ImportError(say(
            "course: opening a lesson needs JupyterLab: pip install jupyterlab; or open {file} with another "
            "program for notebooks", file=path))
    return subprocess.run([sys.executable, "-m", "jupyter", "lab", str(path)]).returncode


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
