"""PyTorch's tables of a module: `_parameters`, `_buffers` and `_modules`.

A Module keeps everything among its attributes. A table shows those of one kind as a dict from name to value,
live in both directions: what is written to the table becomes an attribute, and what is deleted from it is
gone.
"""

from collections.abc import Iterable, Iterator, Mapping, MutableMapping, MutableSet
from typing import Any

from minigrad.autograd import Parameter

KINDS = ("_parameters", "_buffers", "_modules")


def kind_of(module: Any, name: str) -> str | None:
    """Which table of the module has the name; None if it is a plain attribute, or none at all."""
    own = vars(module)
    if name not in own:
        return None
    value = own[name]
    if isinstance(value, Parameter):
        return "_parameters"
    if getattr(type(value), "_is_module", False):
        return "_modules"
    return "_buffers" if name in module._persistent else module._empty.get(name) if value is None else None


class Table(MutableMapping):
    """One of a module's tables."""

    def __init__(self, module: Any, kind: str):
        self.module, self.kind = module, kind

    def __iter__(self) -> Iterator[str]:
        if self.kind == "_buffers":     # few, and asked for at every forward of batch norm
            names: Iterable[str] = module_buffers(self.module)
        else:
            names = [name for name in vars(self.module) if kind_of(self.module, name) == self.kind]
        return iter(names)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and kind_of(self.module, name) == self.kind

    def __getitem__(self, name: str) -> Any:
        if name not in self:
            raise KeyError(name)
        return vars(self.module)[name]

    def __setitem__(self, name: str, value: Any) -> None:
        if value is None or self.kind == "_buffers":
            record(self.module, name, self.kind)
        else:
            forget(self.module, name)
        vars(self.module)[name] = value

    def __delitem__(self, name: str) -> None:
        if name not in self:
            raise KeyError(name)
        delattr(self.module, name)

    def __reversed__(self) -> Iterator[str]:
        return reversed(list(self))

    def __or__(self, other: Mapping) -> dict:
        return {**dict(self), **dict(other)}

    def copy(self) -> dict:
        """A dict that does not change with the module."""
        return dict(self)

    def __repr__(self) -> str:
        return repr(dict(self))


class Unsaved(MutableSet):
    """The names of the buffers that are not in the state_dict, as a live set."""

    def __init__(self, module: Any):
        self.module = module

    def __iter__(self) -> Iterator[str]:
        return iter([name for name, saved in self.module._persistent.items() if not saved])

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, name: object) -> bool:
        return self.module._persistent.get(name) is False

    def add(self, value: str) -> None:
        self.module._persistent = {**self.module._persistent, value: False}

    def discard(self, value: str) -> None:
        if value in self:
            self.module._persistent = {**self.module._persistent, value: True}

    def __repr__(self) -> str:
        return repr(set(self))


def module_buffers(module: Any) -> list[str]:
    """The names of the buffers, in the order of their registration."""
    return [name for name in module._persistent if kind_of(module, name) == "_buffers"]


def record(module: Any, name: str, kind: str, persistent: bool | None = None) -> None:
    """Note that `name` belongs to a table although its value, None or a plain tensor, does not tell."""
    notes = "_empty"
    note: str | bool = kind
    if kind == "_buffers":
        notes, note = "_persistent", module._persistent.get(name, True) if persistent is None else persistent
    if name not in getattr(module, notes):
        forget(module, name)
    object.__setattr__(module, notes, {**getattr(module, notes), name: note})


def forget(module: Any, name: str) -> None:
    """Take back `record`."""
    for notes in ("_persistent", "_empty"):
        if name in getattr(module, notes):
            kept = {each: note for each, note in getattr(module, notes).items() if each != name}
            object.__setattr__(module, notes, kept)


def table(kind: str) -> property:
    """The property of a Module that is its table; assigning a dict to it exchanges the contents."""
    def of(module):
        return Table(module, kind)

    def exchange(module, values):
        own, values = Table(module, kind), dict(values)
        for name in list(own):
            delattr(module, name)
        own.update(values)
    return property(of, exchange, doc=f"PyTorch's {kind}: a live dict of the module's own.")
