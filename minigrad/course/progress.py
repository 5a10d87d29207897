"""What a student has passed, in a file of the student's own.

The file is JSON: {"1.2": {"tries": 3, "passed": "2026-11-29"}, ...}. It lies in the folder `.minigrad` of the
user's home; the variable MINIGRAD_COURSE names another file. In a browser the home is not kept, so there the
file lies beside the notebooks.
"""

import datetime
import json
import os
import sys
from pathlib import Path
from typing import Any

from minigrad.course.words import say
from minigrad.files import read_json, reading, replacing


def path() -> Path:
    """Where the progress is kept."""
    if os.environ.get("MINIGRAD_COURSE"):
        return Path(os.environ["MINIGRAD_COURSE"])
    if sys.platform == "emscripten":
        return Path("course-progress.json")
    return Path.home() / ".minigrad" / "course.json"


def load(file: Path | None = None) -> dict[str, dict[str, Any]]:
    """{number of an exercise: {"tries": how often it was graded, "passed": the day, or None}}.

    file: another one than the user's own. Raises ValueError if the file is not one that `note` wrote.
    """
    if file is None:
        file = path()
        if not file.exists():
            return {}
    with reading(file) as opened:
        try:
            kept = read_json(opened.read())
            entries = {str(number): {"tries": int(entry["tries"]), "passed": entry["passed"]}
                       for number, entry in kept.items()}
            if all(isinstance(entry["passed"], (str, type(None))) for entry in entries.values()):
                return entries
            raise TypeError
        except (ValueError, LookupError, TypeError, AttributeError):
            raise ValueError(say("{file} is not a file of the course's progress; move it away to begin anew",
                                 file=file)) from None



def note(number: str, passed: bool) -> None:
    """Count a try at an exercise. A pass stays, whatever is tried later."""
    kept = load()
    entry = kept.setdefault(number, {"tries": 0, "passed": None})
    entry["tries"] += 1
    if passed and entry["passed"] is None:
        entry["passed"] = datetime.date.today().isoformat()
    save(kept)


def forget(lesson: int | None = None) -> int:
    """Remove the entries of a lesson, or all; returns how many there were."""
    kept = load()
    gone = [number for number in kept if lesson is None or number.split(".")[0] == str(lesson)]
    save({number: entry for number, entry in kept.items() if number not in gone})
    return len(gone)


def save(kept):
    path().parent.mkdir(parents=True, exist_ok=True)
    with replacing(path()) as file:
        file.write(json.dumps(kept, indent=1, sort_keys=True).encode("utf-8"))
