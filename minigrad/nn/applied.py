"""Applied: a layer that is a function with its settings, as nn.LeakyReLU(0.2) is F.leaky_relu."""

import inspect
from typing import Any

from minigrad.autograd import Tensor
from minigrad.nn.module import Module


class Applied(Module):
    """A layer that calls the static method `function`; arguments after the first `inputs` are its settings.

    >>> class Scale(Applied):
    ...     @staticmethod
    ...     def function(x, factor=2.0):
    ...         return x * factor
    >>> Scale(3.0)(Tensor([1.0, 2.0]))
    tensor([3., 6.])
    >>> Scale(3.0)
    Scale(factor=3.0)

    For an existing function write function = staticmethod(F.leaky_relu).
    """

    function: Any = None
    inplace = False
    inputs = 1
    positional = 10     # the number of settings that may be given by position
    shown: tuple[str, ...] | None = None    # the settings in the text; None: all, "inplace" only where True

    def __init_subclass__(cls):
        super().__init_subclass__()
        if "function" in vars(cls):
            if not isinstance(vars(cls)["function"], staticmethod):
                raise TypeError(f"{cls.__name__}.function must be a static method; write @staticmethod above "
                                "its def, or function = staticmethod(F.relu) for an existing function")
            cls.__signature__ = settings_of(cls.function, cls.inputs, cls.positional)
            cls.settings = tuple(cls.__signature__.parameters)

    def __init__(self, *args: Any, **settings: Any):
        given = self.__signature__.bind(*args, **settings)
        given.apply_defaults()
        for name, value in given.arguments.items():
            if isinstance(value, Tensor):
                self.register_buffer(name, value)       # e.g. the class weights of a loss
            else:
                setattr(self, name, value)

    def forward(self, *inputs: Any, **named: Any) -> Tensor:
        if len(inputs) > self.inputs:
            raise TypeError(f"{type(self).__name__} takes {self.inputs} inputs, got {len(inputs)}; settings "
                            f"belong into the constructor: {type(self).__name__}({', '.join(self.settings)})")
        settings = {name: getattr(self, name) for name in self.settings}
        return self.function(*inputs, **named, **settings)

    def extra_repr(self) -> str:
        names = self.settings if self.shown is None else self.shown
        return ", ".join(f"{name}={getattr(self, name)!r}" for name in names
                         if name != "inplace" or self.inplace)


def settings_of(function, inputs, positional):
    """The signature of a layer: the function's arguments without xp and the first `inputs`."""
    parameters = [p for p in inspect.signature(function).parameters.values() if p.name != "xp"][inputs:]
    return inspect.Signature([
        p.replace(kind=p.POSITIONAL_OR_KEYWORD if i < positional else p.KEYWORD_ONLY)
        for i, p in enumerate(parameters)])
