"""Applied: a layer that is a function with its settings, as nn.LeakyReLU(0.2) is F.leaky_relu."""

import inspect

from minigrad.autograd import Tensor
from minigrad.nn.module import Module


class Applied(Module):
    """A layer made of `function`, whose settings are the function's arguments after the first `inputs`.

    >>> class Scale(Applied):
    ...     def function(x, factor=2.0):
    ...         return x * factor
    >>> Scale(3.0)(Tensor([1.0, 2.0]))
    tensor([3., 6.])
    >>> Scale(3.0)
    Scale(factor=3.0)
    """

    function, inputs = None, 1
    positional = 10     # so many settings may be given without their names

    def __init_subclass__(cls):
        if "function" in vars(cls):
            cls.__signature__ = settings_of(cls.function, cls.inputs, cls.positional)
            cls.settings = tuple(cls.__signature__.parameters)
            cls.function = staticmethod(cls.function)

    def __init__(self, *args, **settings):
        try:
            given = self.__signature__.bind(*args, **settings)
        except TypeError as error:
            raise TypeError(f"{type(self).__name__}{self.__signature__}: {error}") from None
        given.apply_defaults()
        for name, value in given.arguments.items():
            if isinstance(value, Tensor):
                self.register_buffer(name, value)       # as the weights of the classes in a loss
            else:
                setattr(self, name, value)

    def forward(self, *inputs, **named):
        settings = {name: getattr(self, name) for name in self.settings}
        return self.function(*inputs, **named, **settings)

    def extra_repr(self):
        shown = [(p.name, getattr(self, p.name)) for p in self.__signature__.parameters.values()]
        return ", ".join(f"{name}={value!r}" for name, value in shown if name != "inplace")


def settings_of(function, inputs, positional):
    """The signature of a layer: the function's arguments but xp and its inputs."""
    parameters = [p for p in inspect.signature(function).parameters.values() if p.name != "xp"][inputs:]
    return inspect.Signature([
        p.replace(kind=p.POSITIONAL_OR_KEYWORD if i < positional else p.KEYWORD_ONLY)
        for i, p in enumerate(parameters)])
