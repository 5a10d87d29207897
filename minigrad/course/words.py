"""The language in which the course speaks: English, or another one from a table {English: translated}.

    say("Lesson {number}", number=3)        "Lesson 3", or the same in the language chosen

A table is a module `WORDS` per lesson, and one for all of them, in a folder named after its language, such as
chinese/general.py and chinese/lesson01.py. A translation has the placeholders of the English text. Where a
translation is missing, the English text is used. notebooks/chinese/README.md tells how to translate.
"""

import importlib
import os
import pkgutil
import re
import unicodedata
from functools import lru_cache
from typing import Any

FOLDERS = {"zh": "chinese"}     # {code of a language: the folder of its tables here, and of its notebooks}
PLACEHOLDER = re.compile(r"\{(\w+)[^{}]*\}")
chosen: str | None = None


def language(code: str | None = None) -> str:
    """Choose the language in which the course speaks, "en" or "zh", and return it; None keeps it.

    Until one is chosen, the variable MINIGRAD_LANGUAGE names it; an unknown one counts as English.
    Raises ValueError if `code` is not one of the languages.

    >>> language()
    'en'
    """
    global chosen
    if code is not None:
        if code != "en" and code not in FOLDERS:
            raise ValueError(f"there is no language {code!r}; there are {', '.join(['en', *FOLDERS])}")
        chosen = code
    wanted = chosen or re.split(r"[-_.]", os.environ.get("MINIGRAD_LANGUAGE", "").lower())[0]
    return wanted if wanted in FOLDERS else "en"


def say(text: str, **values: Any) -> str:
    """The text in the language chosen, with the values in place of its placeholders.

    >>> say("{count} exercises", count=5)
    '5 exercises'
    """
    return translated(text).format(**values)


def translated(text: str, code: str | None = None) -> str:
    """The text in the language of this code, by default the one chosen; placeholders stay."""
    code = code or language()
    if code == "en":
        return text
    exact, patterns = words(FOLDERS[code])
    if text in exact:
        return exact[text]
    for pattern, target in patterns:
        if found := pattern.fullmatch(text):
            return PLACEHOLDER.sub(lambda place: found[place[1]], target)
    return text


def padded(text: str, width: int) -> str:
    """The text with spaces up to a width; a Chinese character is as wide as two letters.

    >>> padded("正确", 6) + "|"
    '正确  |'
    """
    wide = sum(unicodedata.east_asian_width(each) in "WF" for each in text)
    return text + " " * (width - len(text) - wide)


@lru_cache
def words(folder):
    """({English: translated}, [(pattern of an English text, translated)]) of all tables of a language.

    The patterns are the texts of lessons that have placeholders: a lesson may have put values in their places
    already, as in "the slope at 3.0" for "the slope at {x}".
    """
    exact, patterns = {}, []
    for name in tables(folder):
        table = importlib.import_module(f"minigrad.course.{folder}.{name}").WORDS
        exact |= table
        if name != "general":
            patterns += [(pattern(text), target) for text, target in table.items()
                         if PLACEHOLDER.search(text)]
    return exact, patterns


def tables(folder):
    """The names of a language's tables: ["general", "lesson01", ...]."""
    package = importlib.import_module(f"minigrad.course.{folder}")
    return sorted(each.name for each in pkgutil.iter_modules(package.__path__))


def pattern(text):
    """A pattern that matches the text with anything in its placeholders, the same in those of one name."""
    parts, seen, end = [], set(), 0
    for place in PLACEHOLDER.finditer(text):
        name = place[1]
        parts += [re.escape(text[end:place.start()]), f"(?P={name})" if name in seen else f"(?P<{name}>.+?)"]
        seen.add(name)
        end = place.end()
    return re.compile("".join([*parts, re.escape(text[end:])]), re.DOTALL)
