"""torch.nn.utils.parametrize: parameters that are computed from others whenever they are read.

    class Symmetric(nn.Module):
        def forward(self, X):
            return X.triu() + X.triu(1).mT
        def right_inverse(self, A):
            return A.triu()

    layer = register_parametrization(nn.Linear(3, 3), "weight", Symmetric())
    layer.weight                                        # Symmetric()(original)
    layer.parametrizations.weight.original              # the trained parameter
    layer.weight = A                                    # sets original to right_inverse(A)

The module keeps its parameters in `parametrizations` and gets a subclass in which `weight` is a property.
"""

import functools
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from minigrad.autograd import Parameter, Tensor, no_grad
from minigrad.autograd.errors import composed
from minigrad.nn.containers import ModuleDict, ModuleList
from minigrad.nn.module import Module, note_replaced

__all__ = [
    "ParametrizationList", "cached", "is_parametrized", "register_parametrization", "remove_parametrizations",
    "type_before_parametrizations"]


class Cache(threading.local):
    """Computed tensors, (id of a module, name) -> tensor, and what keeps them."""

    def __init__(self):
        self.blocks = 0             # open `with cached():` blocks, for all modules
        self.running = Counter()    # id of a module -> its running forwards
        self.found = {}

    def close(self):
        """Forget the tensors that nothing keeps."""
        self.found = {key: tensor for key, tensor in self.found.items()
                      if self.blocks or self.running[key[0]]}


CACHE = Cache()


@contextmanager
def cached() -> Iterator[None]:
    """Inside the block every parametrized tensor is computed once, on its first read."""
    CACHE.blocks += 1
    try:
        yield
    finally:
        CACHE.blocks -= 1
        CACHE.close()


class ParametrizationList(ModuleList):
    """The parametrizations of one tensor, applied one after another, and the original tensors.

    original: a Parameter, or a buffer if the tensor was one; original0, original1, ... if the first
    parametrization takes several. unsafe: shape and dtype may change.
    """

    def __init__(self, modules: Iterable[Module], original: Tensor, unsafe: bool = False):
        super().__init__(modules)
        self.unsafe = unsafe
        shape, dtype = tuple(original.shape), original.dtype
        with no_grad():
            values = self.inverse(original, strict=False)
        self.is_tensor = isinstance(values, Tensor)
        if self.is_tensor:
            original.data = values          # the same Parameter: an optimizer may hold it
            keep(self, "original", original)
        else:
            for i, value in enumerate(values):
                value = value.detach()
                keep(self, f"original{i}", Parameter(value, original.requires_grad)
                     if isinstance(original, Parameter) else value)
            note_replaced(original, self)
        if not unsafe:
            with no_grad():
                check_like(self(), shape, dtype)

    def originals(self) -> list[Tensor]:
        """The original tensors, one or more."""
        return [tensor for name, tensor in vars(self).items() if name.startswith("original")]

    def inverse(self, value: Any, strict: bool = True) -> Any:
        """The originals that give `value`; unless strict, skip parametrizations without right_inverse."""
        for module in reversed(list(self)):
            if hasattr(type(module), "right_inverse"):
                try:
                    value = module.right_inverse(value)
                except NotImplementedError:
                    if strict:
                        raise
            elif strict:
                raise RuntimeError(f"{type(module).__name__} has no right_inverse(value), so the tensor "
                                   "cannot be assigned; define it, or write into the original")
        return value

    @no_grad()
    def right_inverse(self, value: Tensor) -> None:
        """Set the originals so that they produce `value`."""
        values = self.inverse(value)
        for original, value in zip(self.originals(), [values] if self.is_tensor else values, strict=True):
            if tuple(original.shape) != tuple(value.shape):
                raise ValueError(f"right_inverse returned shape {tuple(value.shape)}, the original has "
                                 f"{tuple(original.shape)}")
            original.copy_(value)

    def forward(self) -> Tensor:
        first, *others = self
        x = first(*self.originals())
        for parametrization in others:
            x = parametrization(x)
        return x


@composed
def register_parametrization(module: Module, tensor_name: str, parametrization: Module, *,
                             unsafe: bool = False) -> Module:
    """Make module.<tensor_name> = parametrization(original); returns the module.

    parametrization: a Module. If it has right_inverse(value), that returns the original, or a tuple of
    originals, for the current value; else the current value becomes the original. A further parametrization
    is applied to the result of the previous one. Raises ValueError if shape or dtype change, unless `unsafe`.
    """
    name = f"register_parametrization of {tensor_name!r}"
    if not isinstance(parametrization, Module):
        raise TypeError(f"{name}: a parametrization is a Module with a forward(original), "
                        f"got {type(parametrization).__name__}")
    if is_parametrized(module, tensor_name):
        parts = module.parametrizations[tensor_name]
        if not unsafe:
            with no_grad():
                before = getattr(module, tensor_name)
                check_like(parametrization(before), tuple(before.shape), before.dtype)
        parts.append(parametrization)
        parts.unsafe = parts.unsafe or unsafe
        return module
    value = vars(module).get(tensor_name)
    if not isinstance(value, Tensor):
        own = [each for each, tensor in vars(module).items() if isinstance(tensor, Tensor)]
        raise ValueError(f"{name}: {type(module).__name__} has no such parameter or buffer; "
                         f"it has {', '.join(own) or 'none'}")
    before = value.data
    try:
        parts = ParametrizationList([parametrization], value, unsafe)
    except BaseException:
        value.data = before
        raise
    forget(module, tensor_name)
    if not is_parametrized(module):
        module.parametrizations = ModuleDict()
    module.parametrizations[tensor_name] = parts
    reclass(module)
    return module


@composed
def remove_parametrizations(module: Module, tensor_name: str, leave_parametrized: bool = True) -> Module:
    """Make module.<tensor_name> a plain parameter or buffer again; returns the module.

    leave_parametrized: it keeps its current value, else the value of the original.
    """
    if not is_parametrized(module, tensor_name):
        raise ValueError(f"remove_parametrizations: {type(module).__name__} has no parametrization of "
                         f"{tensor_name!r}")
    parts = module.parametrizations[tensor_name]
    original = parts.originals()[0]
    if leave_parametrized:
        with no_grad():
            value = parts()
        if parts.is_tensor:
            original.data = value
        else:
            original = Parameter(value, original.requires_grad) if isinstance(original, Parameter) else value
            note_replaced(parts, original)
    elif not parts.is_tensor:
        raise ValueError(f"remove_parametrizations: {tensor_name!r} has {len(parts.originals())} originals, "
                         "none of which can replace it; use leave_parametrized=True")
    del module.parametrizations[tensor_name]
    if not len(module.parametrizations):
        del module.parametrizations
    reclass(module)
    keep(module, tensor_name, original)
    return module


@composed
def is_parametrized(module: Module, tensor_name: str | None = None) -> bool:
    """Does the module have a parametrization of this tensor, or of any tensor?"""
    found = vars(module).get("parametrizations")
    return isinstance(found, ModuleDict) and (tensor_name is None or tensor_name in found)


@composed
def type_before_parametrizations(module: Module) -> type:
    """The class of the module without its parametrizations."""
    return getattr(type(module), "unparametrized", type(module))


def keep(module, name, tensor):
    """Register the tensor as a parameter or a buffer of the module."""
    register = module.register_parameter if isinstance(tensor, Parameter) else module.register_buffer
    register(name, tensor)


def forget(module, name):
    """Remove a parameter or buffer."""
    delattr(module, name)


def check_like(value, shape, dtype):
    if not isinstance(value, Tensor):
        raise ValueError(f"a parametrization must return a Tensor, got {type(value).__name__}")
    if tuple(value.shape) != shape or value.dtype != dtype:
        raise ValueError(f"a parametrization must keep shape and dtype: {shape} {dtype} became "
                         f"{tuple(value.shape)} {value.dtype}; pass unsafe=True to allow that")


# The class of a parametrized module


def reclass(module):
    """Give the module the class whose properties compute its parametrized tensors."""
    names = tuple(module.parametrizations) if is_parametrized(module) else ()
    module.__class__ = parametrized(type_before_parametrizations(module), names)


@functools.cache
def parametrized(cls, names):
    """The subclass of cls in which `names` are computed, at most once per forward."""
    if not names:
        return cls

    @functools.wraps(cls.forward)
    def forward(self, *args, **settings):
        CACHE.running[id(self)] += 1
        try:
            return cls.forward(self, *args, **settings)
        finally:
            CACHE.running -= Counter([id(self)])        # drops entries that are 0
            CACHE.close()

    return type(f"Parametrized{cls.__name__}", (cls,), {
        **{name: computed(name) for name in names}, "unparametrized": cls, "__module__": cls.__module__,
        "forward": forward, "__reduce__": lambda self: (restored, (cls, names), vars(self))})


def restored(cls, names):
    """An empty module for copy and pickle, which cannot find the generated class by name."""
    return object.__new__(parametrized(cls, names))


def computed(name):
    def read(module):
        parts, key = module.parametrizations[name], (id(module), name)
        if not (CACHE.blocks or CACHE.running[key[0]]):
            return parts()
        if key not in CACHE.found:
            CACHE.found[key] = parts()
        return CACHE.found[key]

    def write(module, value):
        CACHE.found.pop((id(module), name), None)
        module.parametrizations[name].right_inverse(value)

    return property(read, write)
