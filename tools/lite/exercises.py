"""The exercises of the notebooks: what each asks for, and what a student's code may use.

    ### Exercise N.M: title         in a Markdown cell, with the task below it and the lesson's text above it
    a cell tagged `exercise`        what the student completes
    a cell tagged `check`           grade("N.M", name)
    a Markdown cell                 with a hint and a solution, each in <details>

Given are the imports below, the cells tagged `given` that stand above the exercise, and the solutions of the
lesson's exercises before it.
"""

import json
import re
from pathlib import Path
from typing import NamedTuple

from minigrad.course.lessons import LESSONS, Lesson

ROOT = Path(__file__).parents[2]
NOTEBOOKS = ROOT / "notebooks"

IMPORTS = """import math
import numpy as np
import minigrad
from minigrad import nn, optim
from minigrad.nn import functional as F
"""
HEADING = re.compile(r"^### Exercise (\d+\.\d+): (.+)$", re.M)
PART = re.compile(r"<details><summary>(Hint|Solution)</summary>\s*(.*?)\s*</details>", re.DOTALL)
CODE = re.compile(r"```python\n(.*?)```", re.DOTALL)
GRADED = re.compile(r'^grade\("(\d+\.\d+)", (\w+)\)$')


class Page(NamedTuple):
    """One exercise; texts are Markdown, code is Python."""

    number: str
    title: str
    lesson: Lesson
    before: str         # what the lesson says above it, from the heading of the section on
    task: str
    hint: str
    name: str           # of the function or class
    stub: str
    given: list[str]    # in order: imports, cells of the notebook, solutions of the exercises before
    shown: list[str]    # those of them that are no solutions
    earlier: list[str]  # the names that the solutions define
    solution: str


def cells(lesson: Lesson) -> list[dict]:
    """The cells of a lesson's notebook, each with `tags` and its source as one text."""
    notebook = json.loads((NOTEBOOKS / f"{lesson.file}.ipynb").read_text(encoding="utf-8"))
    return [{"type": cell["cell_type"], "source": "".join(cell["source"]),
             "tags": cell["metadata"].get("tags", [])} for cell in notebook["cells"]]


def pages_of(lesson: Lesson) -> list[Page]:
    """The exercises of a lesson that `grade` checks, in order.

    Raises ValueError where a notebook does not keep the order above.
    """
    pages, given, shown, read = [], [IMPORTS], [IMPORTS], cells(lesson)
    for i, cell in enumerate(read):
        if "given" in cell["tags"]:
            given.append(cell["source"])
            shown.append(cell["source"])
        if "exercise" not in cell["tags"] or not GRADED.match(read[i + 1]["source"]):
            continue
        number, name = GRADED.match(read[i + 1]["source"]).groups()
        place = next((place for place in range(i - 1, -1, -1) if HEADING.search(read[place]["source"])
                      and read[place]["type"] == "markdown"), 0)
        headings = list(HEADING.finditer(read[place]["source"]))
        if not headings or headings[-1][1] != number:
            raise ValueError(f"{lesson.file}: no `### Exercise {number}: ...` stands above {name}")
        found = dict(PART.findall(read[i + 2]["source"]))
        solution = CODE.search(found.get("Solution", ""))
        if "Hint" not in found or not solution:
            raise ValueError(f"{lesson.file}: no hint, or no solution, follows exercise {number}")
        heading = headings[-1]
        rest = [each["source"] for each in read[place + 1:i] if each["type"] == "markdown"]
        task = "\n\n".join([read[place]["source"][heading.end():], *rest]).strip()
        pages.append(Page(number, heading[2], lesson, section(read[:place + 1], heading.start()),
                          task, found["Hint"], name, cell["source"], list(given),
                          list(shown), [each.name for each in pages], solution[1]))
        given.append(solution[1])
    return pages


def section(read: list[dict], end: int) -> str:
    """The text of the section that the last cell ends at character `end`, without exercises and code."""
    texts = [read[-1]["source"][:end]]
    for cell in reversed(read[:-1]):
        if re.search(r"^##? ", texts[0], re.M):
            break
        if cell["type"] == "markdown" and not PART.search(cell["source"]):
            texts.insert(0, HEADING.split(cell["source"])[0])
    text = "\n\n".join(texts)
    headings = list(re.finditer(r"^##? .*$", text, re.M))
    return text[headings[-1].end():].strip() if headings else text.strip()


def pages() -> list[Page]:
    """All exercises of all lessons, in order."""
    return [page for lesson in LESSONS for page in pages_of(lesson)]
