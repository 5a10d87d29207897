"""torch.serialization's names beside save and load."""

from collections.abc import Callable
from contextlib import contextmanager
from typing import Any, TypeAlias

DEFAULT_PROTOCOL = 2
MAP_LOCATION: TypeAlias = Callable | str | dict | None
FILE_LIKE: TypeAlias = Any


def add_safe_globals(classes: list) -> None:
    """Does nothing: minigrad.load makes tensors and plain containers, whatever the file asks for."""


def clear_safe_globals() -> None:
    pass


def get_safe_globals() -> list:
    return []


def get_default_load_endianness() -> None:
    return None


@contextmanager
def safe_globals(classes: list):
    yield


class SourceChangeWarning(Warning):
    """Never given."""
