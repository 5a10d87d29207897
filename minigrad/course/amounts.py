"""How much work a lesson does: as much as its text says, less in a browser, next to nothing in a test."""

import os
import sys
from typing import TypeVar

from minigrad.course.words import say

T = TypeVar("T")
told = False


def effort(full: T, *, fast: T, browser: T | None = None) -> T:
    """`full` on a machine of one's own, `browser` (or else `fast`) in a browser, `fast` in a test.

    In a browser, NumPy has no fast products of matrices; the first call says that the lesson does less there.

    >>> effort(400, fast=20)
    400
    """
    global told
    if os.environ.get("MINIGRAD_NOTEBOOK_FAST") == "1":
        return fast
    if sys.platform != "emscripten":
        return full
    if not told:
        print(say("In the browser this lesson takes fewer steps or examples: its numbers differ."))
        told = True
    return fast if browser is None else browser
