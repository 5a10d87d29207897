"""Containers: modules and parameters in order, or by name.

They are modules themselves, so what they hold is trained, saved and moved with the module that has them as an
attribute. What a plain list, tuple or dict holds is not.
"""

import itertools
import operator
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import Any

from minigrad.autograd import Parameter, Tensor
from minigrad.autograd.arrays import Naming
from minigrad.nn.module import Module, check_module, check_name


class Row(Module):
    """Members in order, as attributes '0', '1', ...; None takes a place, but is neither trained nor saved."""

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
            self.put(str(i), member)
        return self

    def put(self, name: str, member: Any) -> None:
        if member is None:
            self._modules[name] = None
        else:
            setattr(self, name, member)

    def checked(self, member: Any) -> Any:
        if member is not None:
            check_module(member, type(self).__name__)
        return member

    def names(self) -> list[str]:
        return list(self._modules)

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
        self.put(self.name_of(index), self.checked(member))

    def __delitem__(self, index):
        members = list(self)
        del members[index]
        self.renumber(members)

    def name_of(self, index: int) -> str:
        names, index = self.names(), operator.index(index)
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
    """Parameters in order; tensors become Parameters.

    Anything else keeps its place too: lists of Parameters and Modules are trained and saved, and the rest,
    such as a number or None, is only held.
    """

    def checked(self, member: Any) -> Any:
        return as_parameter(member)

    def put(self, name: str, member: Any) -> None:
        setattr(self, name, member)

    def names(self) -> list[str]:
        return [name for name in vars(self) if name.isdigit()]

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
        for name in self._empty:
            raise TypeError(f"Sequential: its module {name!r} is None, which cannot be called; use "
                            "nn.Identity() for a layer that does nothing")
        return input

    def __getitem__(self, index):
        if isinstance(index, slice):
            return Sequential({name: getattr(self, name) for name in self.names()[index]})
        return super().__getitem__(index)


class Named(Module):
    """Members by name."""

    def __init__(self, members: dict | Iterable[tuple] = ()):
        self.update(members)

    def update(self, members: dict | Iterable[tuple]) -> None:
        """Add the members of a dict, or pairs (name, member)."""
        for name, member in dict(members).items():
            self[name] = member

    def keys(self) -> list[str]:
        raise NotImplementedError

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
        raise NotImplementedError

    def __delitem__(self, name):
        self.pop(name)


class ModuleDict(Named):
    """Modules by name; None keeps a name, but is neither trained nor saved."""

    def keys(self) -> list[str]:
        return list(self._modules)

    def __setitem__(self, name, member):
        self.add_module(name, member)


class ParameterDict(Named):
    """Parameters by name; tensors become Parameters.

    Anything else keeps its name too: dicts of Parameters and Modules are trained and saved, and the rest,
    such as a number or None, is only held.
    """

    def __init__(self, members: dict | Iterable[tuple] = ()):
        self._keys: dict[str, None] = {}        # the names, in the order of their first assignment
        super().__init__(members)

    def update(self, members: dict | Iterable[tuple]) -> None:
        """Add the members of a dict, in the alphabetic order of their names, or pairs (name, member).

        An OrderedDict and a ParameterDict keep their order.
        """
        kept = isinstance(members, (OrderedDict, ParameterDict)) or not hasattr(members, "keys")
        super().update(members if kept else dict(sorted(dict(members).items())))

    def keys(self) -> list[str]:
        return list(self._keys)

    def get(self, name: str, default: Any = None) -> Any:
        """The member of this name, or the default if there is none."""
        return self[name] if name in self else default

    def setdefault(self, name: str, default: Any = None) -> Any:
        """The member of this name; if there is none, the default is added."""
        if name not in self:
            self[name] = default
        return self[name]

    def __setitem__(self, name, member):
        if not isinstance(name, str):
            raise TypeError(f"ParameterDict: a name must be a string, got {name!r}")
        check_name(self, name, "ParameterDict")
        setattr(self, name, as_parameter(member))
        self._keys[name] = None

    def pop(self, name: str) -> Any:
        """Remove a member and return it."""
        member = super().pop(name)
        del self._keys[name]
        return member

    def clear(self) -> None:
        """Remove all members."""
        for name in self.keys():
            self.pop(name)

    def fromkeys(self, keys: Iterable[str], default: Any = None) -> "ParameterDict":
        """A new container with these names, all with the same member."""
        return ParameterDict([(name, default) for name in keys])

    def __reversed__(self) -> Iterator[str]:
        return reversed(self.keys())

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


def as_parameter(member):
    """A tensor as a Parameter; anything else itself."""
    return Parameter(member) if isinstance(member, Tensor) and not isinstance(member, Parameter) else member
