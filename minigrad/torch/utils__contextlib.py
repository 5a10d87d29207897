"""torch.utils._contextlib: context managers that are decorators, too."""

from contextlib import ContextDecorator
from typing import Any


class _DecoratorContextManager(ContextDecorator):
    """The base of a context manager that also decorates functions."""

    def __enter__(self) -> Any:
        raise NotImplementedError

    def __exit__(self, *error: Any) -> Any:
        raise NotImplementedError

    def clone(self) -> Any:
        return type(self)()


_NoParamDecoratorContextManager = _DecoratorContextManager
