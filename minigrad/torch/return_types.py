"""torch.return_types: the named tuples that ops with several results return."""

from typing import Any


class ReturnType(type):
    """The class of one of them: instances are named tuples."""

    def __instancecheck__(cls, other: Any) -> bool:
        return isinstance(other, tuple) and type(other).__name__.lower() == cls.__name__


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    return ReturnType(name, (), {})
