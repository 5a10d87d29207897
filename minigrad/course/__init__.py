"""The course: exercises that rebuild minigrad, each graded on the student's own code.

    from minigrad.course import grade
    grade("1.1", forward_difference)

Read grading.py first, then the exercises of a lesson, such as lesson01.py.
"""

import sys

from minigrad.course.amounts import effort
from minigrad.course.grading import Exercise, call, grade, require
from minigrad.course.words import language, say

if sys.platform == "emscripten":
    from minigrad.course import browser
    browser.prepare()

__all__ = ["Exercise", "call", "effort", "grade", "language", "require", "say"]
