"""What a class has passed, and where it stumbles, from the students' progress files."""

import csv
import io
import re
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from minigrad.course import progress
from minigrad.course.lessons import LESSONS

Class = dict[str, dict[str, dict[str, Any]]]


def read(paths: Sequence[Path]) -> tuple[Class, list[str]]:
    """({student: progress}, what was left out, a line each) of files, and of the .json files in folders.

    A student is called as the file is, without `.json`; if that is what the course calls it, course.json
    or course-progress.json, as the folder it lies in. Raises FileNotFoundError if a path is not there.
    """
    students: Class = {}
    troubles = []
    for path in paths:
        if not path.exists():
            raise FileNotFoundError(f"course: there is no file or folder {path}")
        for file in sorted(path.rglob("*.json")) if path.is_dir() else [path]:
            name = file.stem
            if name in ("course", "course-progress"):
                name = file.resolve().parent.name
            if name in students:
                troubles.append(f"{file}: a second file of {name}; left out")
                continue
            try:
                students[name] = progress.load(file)
            except (ValueError, OSError) as error:
                told = str(error) if str(file) in str(error) else f"{file}: {error}"
                troubles.append(f"{told}; left out")
    return students, troubles


def by_student(students: Class) -> list[list[str]]:
    """A row for each student: exercises passed in each lesson, and in all; tries; tries of each exercise.

    The tries of an exercise that was not passed have a question mark, as in "4?".
    """
    lessons = [one for one in LESSONS if one.exercises]
    numbers = [each.number for one in lessons for each in one.exercises]
    rows = [["student", *[f"lesson {one.number} (of {len(one.exercises)})" for one in lessons],
             f"passed (of {len(numbers)})", "tries", *[f"tries {number}" for number in numbers]]]
    for name, kept in sorted(students.items()):
        passed = {number for number in numbers if kept.get(number, {}).get("passed")}
        tries = [kept[number]["tries"] if number in kept else 0 for number in numbers]
        rows.append([name, *[str(sum(each.number in passed for each in one.exercises)) for one in lessons],
                     str(len(passed)), str(sum(tries)),
                     *[f"{count}{'' if number in passed else '?'}" if count else ""
                       for number, count in zip(numbers, tries)]])
    return rows


def by_exercise(students: Class) -> list[list[str]]:
    """A row for each exercise: how many tried it and passed it, their tries, and who has not passed yet."""
    rows = [["exercise", "about", "tried by", "passed by", "median tries", "most tries", "tried, not passed"]]
    for one in LESSONS:
        for each in one.exercises:
            entries = {name: kept[each.number] for name, kept in students.items() if each.number in kept}
            tries = [entry["tries"] for entry in entries.values()]
            stuck = sorted(name for name, entry in entries.items() if not entry["passed"])
            rows.append([each.number, each.title, str(len(entries)), str(len(entries) - len(stuck)),
                         f"{statistics.median(tries):g}" if tries else "", str(max(tries)) if tries else "",
                         ", ".join(stuck)])
    return rows


def as_csv(rows: list[list[str]]) -> str:
    """Comma-separated values; what a spreadsheet would take for a formula begins with an apostrophe."""
    formula = ("=", "+", "-", "@", "\t", "\r")
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(
        [f"'{cell}" if cell.startswith(formula) else cell for cell in row] for row in rows)
    return out.getvalue()


def as_markdown(rows: list[list[str]]) -> str:
    """A table in Markdown."""
    cells = [[re.sub(r"([\\|])", r"\\\1", " ".join(cell.split())) for cell in row] for row in rows]
    rule = ["---"] * len(cells[0])
    return "".join(f"| {' | '.join(row)} |\n" for row in [cells[0], rule, *cells[1:]])
