"""torch.nn._reduction: reductions of losses by number."""

from typing import Any


def get_enum(reduction: str) -> int:
    """none, mean and sum as 0, 1 and 2."""
    return ("none", "mean", "sum").index(reduction)


def legacy_get_string(size_average: Any, reduce: Any, emit_warning: bool = True) -> str:
    """What the two older arguments mean."""
    mean = size_average is None or size_average
    return "none" if reduce is False else "mean" if mean else "sum"


def legacy_get_enum(size_average: Any, reduce: Any, emit_warning: bool = True) -> int:
    return get_enum(legacy_get_string(size_average, reduce))
