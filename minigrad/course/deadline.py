"""A time limit for a student's code: an endless loop ends with an error, and the notebook goes on."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from minigrad.course.words import say


class TooSlow(Exception):
    """The code did not finish within its time."""


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
        return line if frame.f_code.co_filename in sources else None

    def line(frame: FrameType, event: str, argument: Any) -> Any:
        if time.perf_counter() > end:
            raise TooSlow(say("no answer after {seconds:g} seconds", seconds=seconds))
        return line

    sys.settrace(called)
    try:
        yield
    finally:
        sys.settrace(unnoticed)
