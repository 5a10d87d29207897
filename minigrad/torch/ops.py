"""torch.ops: ops by their namespace. A program registers its own with torch.library; `aten` has PyTorch's."""

from types import ModuleType
from typing import Any

import minigrad
from minigrad.torch.library import OPS


def load_library(path: Any) -> None:
    """Raises OSError: a library holds code for PyTorch."""
    raise OSError(f"torch.ops.load_library: {path} holds code for PyTorch, which minigrad cannot run")


class Aten:
    """An op of PyTorch by its name: torch.ops.aten.relu.default is torch.relu."""

    def __init__(self, name: str):
        self.name = name

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        function = getattr(minigrad, self.name, None) or getattr(minigrad.nn.functional, self.name)
        return function(*arguments, **named)

    def __getattr__(self, overload: str) -> "Aten":
        if overload.startswith("__"):
            raise AttributeError(overload)
        return self

    def __repr__(self) -> str:
        return f"aten.{self.name}"


class Space(ModuleType):
    """A namespace of ops."""

    def __getattr__(self, name: str) -> Any:
        if name in OPS.get(self.__name__, {}):
            return OPS[self.__name__][name]
        if self.__name__ == "aten" and not name.startswith("__"):
            vars(self)[name] = found = Aten(name)
            return found
        raise AttributeError(f"torch.ops.{self.__name__} has no op {name!r}; torch.library.custom_op "
                             "registers one")


class Spaces:
    """All namespaces."""

    known: dict[str, Space] = {}


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return Spaces.known.setdefault(name, Space(name))
