"""Containers: modules and parameters in order, or by name.

They are modules themselves, so what they hold is trained, saved and moved with the module that has them as an
attribute. What a plain list, tuple or dict holds is not.
"""

import itertools
from collections.abc import Iterable, Iterator
from typing import Any

from minigrad.autograd import Parameter, Tensor
from minigrad.autograd.arrays import Naming
from minigrad.nn.module import Module, check_module


class Row(Module):
    """Members of one kind in order, as attributes '0', '1', ..."""

    kind: type = Module

    def __init__(self, members: Iterable = ()):
        self.extend(members)

    def append(self, member: Any) -> "Row":
        """Add a member at the end; returns the container."""
        return self.renumber([*self, member])

    def extend(self, members: Iterable) -> "Row":
        """Add members at the end; returns the container."""
        return self.renumber([*self, *members])

    def insert(self, index: int, member: Any) -> "Row":
        """Insert a member before position `index`; returns the container."""
        members = list(self)
        members.insert(index, member)
        return self.renumber(members)

    def pop(self, index: int) -> Any:
        """Remove a member and return it."""
        member = self[index]
        del self[index]
        return member

    def __add__(self, other):
        """A new container with the members of both."""
        return type(self)([*self, *other])

    def __iadd__(self, other):
        return self.extend(other)

    def renumber(self, members: Iterable) -> "Row":
        members = [self.checked(member) for member in members]
        for name in self.names():
            delattr(self, name)
        for i, member in enumerate(members):
            setattr(self, str(i), member)
        return self

    def checked(self, member: Any) -> Any:
        check_module(member, type(self).__name__)
        return member

    def names(self) -> list[str]:
        return [name for name, value in vars(self).items() if isinstance(value, self.kind)]

    def __len__(self) -> int:
        return len(self.names())

    def __iter__(self) -> Iterator:
        return iter([getattr(self, name) for name in self.names()])

    def __contains__(self, member):
        return any(member is each for each in self)

    def __getitem__(self, index):
        if isinstance(index, slice):
            return type(self)(list(self)[index])
        return getattr(self, self.name_of(index))

    def __setitem__(self, index, member):
        setattr(self, self.name_of(index), self.checked(member))

    def __delitem__(self, index):
        members = list(self)
        del members[index]
        self.renumber(members)

    def name_of(self, index: int) -> str:
        names = self.names()
        if not -len(names) <= index < len(names):
            raise IndexError(f"{type(self).__name__} has {len(names)} members, "
                             f"index {index} is out of range")
        return names[index]


class ModuleList(Row):
    """Modules in order; `forward` decides how to use them: for layer in self.layers: ..."""

    def __repr__(self):
        runs = [(text, len(list(run))) for text, run in itertools.groupby(map(repr, self))]
        rows, start = [], 0
        for text, count in runs:        # equal neighbours are told once
            end = start + count - 1
            rows.append(f"({start}): {text}" if count == 1 else f"({start}-{end}): {count} x {text}")
            start = end + 1
        return self._text([], rows)


class ParameterList(Row):
    """Parameters in order; tensors become Parameters."""

    kind = Parameter

    def checked(self, member: Any) -> Parameter:
        return as_parameter(member, "ParameterList")

    def extra_repr(self) -> str:
        return "\n".join(f"  ({i}): {described(p, dtype_name)}" for i, p in enumerate(self))


class Sequential(Row):
    """The output of each module is the input of the next.

    Sequential(Linear(3, 10), ReLU(), Linear(10, 1)), or one dict, whose keys become the names.
    """

    def __init__(self, *modules: Module | dict[str, Module]):
        if len(modules) == 1 and isinstance(modules[0], dict):
            for name, module in modules[0].items():
                self.add_module(name, module)
        else:
            self.extend(modules)

    def __add__(self, other):
        return Sequential(*self, *other)

    def forward(self, input: Any) -> Any:
        for module in list(vars(self).values()):
            if isinstance(module, Module):
                input = module(input)
        return input

    def __getitem__(self, index):
        if isinstance(index, slice):
            return Sequential({name: getattr(self, name) for name in self.names()[index]})
        return super().__getitem__(index)


class ModuleDict(Module):
    """Modules by name."""

    kind: type = Module

    def __init__(self, members: dict | Iterable[tuple] = ()):
        self.update(members)

    def update(self, members: dict | Iterable[tuple]) -> None:
        """Add the members of a dict, or pairs (name, member)."""
        for name, member in dict(members).items():
            self[name] = member

    def keys(self) -> list[str]:
        return [name for name, value in vars(self).items() if isinstance(value, self.kind)]

    def values(self) -> list:
        return [getattr(self, name) for name in self.keys()]

    def items(self) -> list[tuple]:
        return list(zip(self.keys(), self.values()))

    def pop(self, name: str) -> Any:
        """Remove a member and return it."""
        member = self[name]
        delattr(self, name)
        return member

    def clear(self) -> None:
        """Remove all members."""
        for name in self.keys():
            delattr(self, name)

    def __len__(self) -> int:
        return len(self.keys())

    def __iter__(self) -> Iterator:
        return iter(self.keys())

    def __contains__(self, name):
        return name in self.keys()

    def __getitem__(self, name):
        if name not in self:
            names = ", ".join(map(repr, self.keys()))
            raise KeyError(f"{type(self).__name__} has no {name!r}; it has {names}")
        return getattr(self, name)

    def __setitem__(self, name, member):
        self.add_module(name, member)

    def __delitem__(self, name):
        self.pop(name)


class ParameterDict(ModuleDict):
    """Parameters by name; tensors become Parameters."""

    kind = Parameter

    def get(self, name: str, default: Parameter | None = None) -> Parameter | None:
        """The member of this name, or the default if there is none."""
        return self[name] if name in self else default

    def setdefault(self, name: str, default: Tensor) -> Parameter:
        """The member of this name; if there is none, the default is added."""
        if name not in self:
            self[name] = default
        return self[name]

    def __setitem__(self, name, member):
        self.register_parameter(name, as_parameter(member, "ParameterDict"))

    def popitem(self) -> tuple[str, Parameter]:
        """Remove the last member and return (name, member)."""
        name = self.keys()[-1]
        return name, self.pop(name)

    def copy(self) -> "ParameterDict":
        """A new container with the same Parameters."""
        return ParameterDict(self.items())

    def __or__(self, other):
        return ParameterDict({**dict(self.items()), **dict(other.items())})

    def __ror__(self, other):
        return ParameterDict({**dict(other.items()), **dict(self.items())})

    def __ior__(self, other):
        self.update(other.items())
        return self

    def extra_repr(self) -> str:
        return "\n".join(f"  ({name}): {described(p, Tensor.type)}" for name, p in self.items())


def described(member, kind_of):
    """The text of a member of a container: a tensor's kind and size, and its GPU if it is on one."""
    if not isinstance(member, Tensor):
        return f"Object of type: {type(member).__name__}"
    what = "Parameter" if isinstance(member, Parameter) else "Tensor"
    size = "x".join(map(str, member.shape))
    device = "" if member.device == "cpu" else f" ({member.device})"
    return f"{what} containing: [{kind_of(member)} of size {size}{device}]"


def dtype_name(tensor):
    return f"{Naming.library}.{tensor.dtype}"


def as_parameter(member, owner):
    if not isinstance(member, Tensor):
        raise TypeError(f"{owner} holds Parameters, got {type(member).__name__}; "
                        "make it one with nn.Parameter(...)")
    return member if isinstance(member, Parameter) else Parameter(member)
