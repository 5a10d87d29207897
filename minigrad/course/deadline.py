"""A time limit for a student's code: an endless loop ends with an error, and the notebook goes on."""

import dis
import functools
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any

from minigrad.course.words import say


class TooSlow(BaseException):
    """The code did not finish within its time. An `except Exception` in a loop does not catch it."""


@contextmanager
def deadline(seconds: float, *sources: str) -> Iterator[None]:
    """Raise TooSlow in the block once a line of the files `sources` runs after more than `seconds`.

    It looks at the clock at each line of these files, which works in every thread, on every system and in
    a browser, where there are no signals. All other code runs at full speed, and what hangs there, such as
    a wait for input, is not ended. A debugger or a coverage tool is put aside for the block.
    """
    end = time.perf_counter() + seconds
    unnoticed = sys.gettrace()

    def called(frame: FrameType, event: str, argument: Any) -> Any:
        if frame.f_code.co_filename not in sources:
            return None
        frame.f_trace_opcodes = repeats_a_line(frame.f_code)
        return line

    def line(frame: FrameType, event: str, argument: Any) -> Any:
        if time.perf_counter() > end:
            raise TooSlow(say("no answer after {seconds:g} seconds", seconds=seconds))
        return line

    sys.settrace(called)
    try:
        yield
    finally:
        sys.settrace(unnoticed)


@functools.cache
def repeats_a_line(code: CodeType) -> bool:
    """Is there a `while` in one line, such as `while True: pass`? Python tells of no new line there."""
    number, lines, steps = 0, {}, {}
    for step in dis.get_instructions(code):
        number = line_of(step) or number
        lines[step.offset], steps[step.offset] = number, step.opname
    return any("JUMP" in step.opname and "NO_INTERRUPT" not in step.opname and step.argval in lines
               and step.argval <= step.offset and lines[step.argval] == lines[step.offset]
               and steps[step.argval] != "FOR_ITER" for step in dis.get_instructions(code))


def line_of(step):
    """The line at which an instruction starts one, or None."""
    starts = step.starts_line       # from Python 3.13 on, whether it starts one
    return step.line_number if starts is True else None if starts is False else starts
