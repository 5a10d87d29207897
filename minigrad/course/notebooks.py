"""Where the notebooks of the lessons are."""

from pathlib import Path

from minigrad.course.lessons import Lesson
from minigrad.course.words import FOLDERS, say

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


def notebook(asked: Lesson, code: str = "en") -> Path:
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


def is_translated(asked: Lesson, code: str) -> bool:
    return code == "en" or (NOTEBOOKS / FOLDERS[code] / f"{asked.file}.ipynb").exists()
