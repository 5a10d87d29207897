"""An exercise outside a notebook, such as on a page in a browser: run the student's code, then grade it."""

import contextlib
import io
import linecache
import traceback
from collections.abc import Sequence
from typing import Any

from minigrad.course.answers import NOT_WRITTEN
from minigrad.course.lessons import exercise


def names_of(given: Sequence[str]) -> dict[str, Any]:
    """The names that these pieces of code define, run in order; what they print is dropped.

    As in a notebook, their functions and classes belong to the module `__main__`.
    """
    names: dict[str, Any] = {"__name__": "__main__"}
    for piece in given:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(piece, "<given>", "exec"), names)
    return names


def answer(number: str, given: Sequence[str], code: str) -> bool:
    """Run a student's code after what is given, grade exercise `number` and print what came of it.

    Returns whether the answer is right. Raises ValueError if there is no such exercise.
    """
    asked, file = exercise(number), f"<exercise {number}>"
    linecache.cache[file] = (len(code), None, code.splitlines(keepends=True), file)     # errors show lines
    names = names_of(given)
    try:
        exec(compile(code, file, "exec"), names)
    except SyntaxError as error:
        print(f"Python does not understand line {error.lineno}: {error.msg}\n    "
              f"{(error.text or '').strip()}")
        return False
    except Exception as error:          # whatever a student's code raises
        lines = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
        said = f"{type(error).__name__}: {error}".removesuffix(": ")
        print(f"Your code stops with {said}\n    line {lines[-1].lineno}: {lines[-1].line}")
        return False
    if asked.name not in names:
        print(f"There is no {asked.name} in your code: keep the line that begins with its name.")
        return False
    trouble = asked.trouble(names[asked.name])
    if trouble and trouble.startswith(NOT_WRITTEN[:15]):
        trouble = trouble.partition("\n")[0]        # the rest is about cells
    print((trouble or "Right.").replace(" of the cell: ", ": ").replace(": run the cell above again", ""))
    if not trouble and asked.then:
        asked.then(names[asked.name])
    return not trouble
