"""Words to the user: the nearest name to a mistyped one, and warnings at the user's own line.

Floor 0: every other file may import this one; it imports none of them. Each module has its own table,
`_INSTEAD`, of what to use for names that it lacks.
"""

import difflib
import sys
import warnings
from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Any

DTYPES = "float16 float32 float64 int8 int16 int32 int64 uint8 bool".split()


def closest(name: str, known: Iterable[str]) -> str | None:
    """The public name in `known` that is most like `name`, or None. Case and underscores are ignored.

    >>> closest("crossentropy", ["cross_entropy", "entropy"]), closest("save", ["square"])
    ('cross_entropy', None)
    """
    plain: dict[str, str] = {}
    for each in known:
        if not each.startswith("_") and each != name:       # a name is no hint for itself
            plain.setdefault(each.replace("_", "").lower(), each)
    wanted = name.replace("_", "").lower()
    likeness = 0.6 if len(wanted) > 6 else 0.75     # short words are alike by chance
    close = difflib.get_close_matches(wanted, plain, n=1, cutoff=likeness) or [
        each for each in plain
        if min(len(each), len(wanted)) > 2 and (wanted.startswith(each) or each.startswith(wanted))]
    return plain[close[0]] if close else None


def missing(module: str, name: str, known: Iterable[str], instead: Mapping[str, str] | None = None,
            elsewhere: Iterable[tuple[str, Iterable[str]]] = ()) -> AttributeError:
    """The error for a name that `module` lacks, for the module's `__getattr__` to raise.

    known       the names that the module has
    instead     what to do, for names that PyTorch or NumPy has and minigrad does not
    elsewhere   (module, its names) for other modules that may have the name, in the order of the search
    """
    hint = ""
    if instead and name in instead:
        hint = f"; {instead[name]}"
    elif not name.startswith("_"):      # else Python or a tool asks what the module can do
        close = closest(name, known)
        place = next((place for place, names in elsewhere if name in names), None)
        if place and (close is None or close.lower() != name.lower()):
            hint = f"; it is {place}.{name}"
        elif close:
            hint = f"; did you mean {module.rpartition('.')[2]}.{close}?"
    return AttributeError(f"{module} has no {name!r}{hint}")


def names_in(namespace: Mapping[str, Any]) -> list[str]:
    """The names that a module with these globals shows: `__all__`, or else the public ones except modules."""
    return namespace.get("__all__") or [
        name for name, value in namespace.items()
        if not (name.startswith("_") or isinstance(value, ModuleType))]


def warn(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn at the line outside minigrad that called it, however many functions lie between."""
    level, frame = 2, sys._getframe(1)      # warnings.warn counts this function as 1
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] == "minigrad":
        level, frame = level + 1, frame.f_back
    warnings.warn(message, category, stacklevel=level)
