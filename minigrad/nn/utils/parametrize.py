"""Parameters that are computed from others whenever they are read; the names of torch.nn.utils.parametrize.

    class Symmetric(nn.Module):
        def forward(self, X):
            return X.triu() + X.triu(1).mT
        def right_inverse(self, A):
            return A.triu()

    layer = register_parametrization(nn.Linear(3, 3), "weight", Symmetric())
    layer.weight                                        # Symmetric of what is trained,
    layer.parametrizations.weight.original              # which is this
    layer.weight = A                                    # trains on from right_inverse(A)

The module keeps its parameters in `parametrizations` and takes a class in which `weight` is a property.
"""

import functools
import threading
from collections import Counter
from contextlib import contextmanager

from minigrad.autograd import Parameter, Tensor, no_grad
from minigrad.nn.containers import ModuleDict, ModuleList
from minigrad.nn.module import Module

__all__ = [
    "ParametrizationList", "cached", "is_parametrized", "register_parametrization", "remove_parametrizations",
    "type_before_parametrizations"]


class Cache(threading.local):
    """What was computed, (id of a module, name) -> tensor, and for how many reasons it is kept."""

    def __init__(self):
        self.blocks = 0             # `with cached():`, for all modules
        self.running = Counter()    # id of a module -> its forwards, for itself
        self.found = {}

    def close(self):
        """Forget what no reason is left for."""
        self.found = {key: tensor for key, tensor in self.found.items() if self.blocks or self.running[key[0]]}


CACHE = Cache()


@contextmanager
def cached():
    """Inside, every parametrized tensor is computed once, when it is first read."""
    CACHE.blocks += 1
    try:
        yield
    finally:
        CACHE.blocks -= 1
        CACHE.close()


class ParametrizationList(ModuleList):
    """The parametrizations of one tensor, applied one after the other, and the originals they begin with.

    original: a Parameter, or a buffer where the tensor was one; original0, original1, ... where the first
    parametrization takes more than one. unsafe: shape and dtype may change.
    """

    def __init__(self, modules, original, unsafe=False):
        super().__init__(modules)
        self.unsafe = unsafe
        shape, dtype = tuple(original.shape), original.dtype
        with no_grad():
            values = self.inverse(original, strict=False)
        self.is_tensor = isinstance(values, Tensor)
        if self.is_tensor:
            original.data = values          # the same Parameter, so that an optimizer keeps it
            keep(self, "original", original)
        else:
            for i, value in enumerate(values):
                value = value.detach()
                keep(self, f"original{i}", Parameter(value, original.requires_grad)
                     if isinstance(original, Parameter) else value)
        if not unsafe:
            with no_grad():
                check_like(self(), shape, dtype)

    def originals(self):
        """The original tensors, one or more."""
        return [tensor for name, tensor in vars(self).items() if name.startswith("original")]

    def inverse(self, value, strict=True):
        """The originals that give `value`, where a parametrization without right_inverse leaves it as it is."""
        for module in reversed(list(self)):
            if hasattr(type(module), "right_inverse"):
                try:
                    value = module.right_inverse(value)
                except NotImplementedError:
                    if strict:
                        raise
            elif strict:
                raise RuntimeError(f"{type(module).__name__} has no right_inverse(value), so the tensor cannot be "
                                   "assigned; define it, or write into the original")
        return value

    @no_grad()
    def right_inverse(self, value):
        """Set the originals so that they give `value`."""
        values = self.inverse(value)
        for original, value in zip(self.originals(), [values] if self.is_tensor else values, strict=True):
            if tuple(original.shape) != tuple(value.shape):
                raise ValueError(f"right_inverse gives shape {tuple(value.shape)}, the original has "
                                 f"{tuple(original.shape)}")
            original.copy_(value)

    def forward(self):
        first, *others = self
        x = first(*self.originals())
        for parametrization in others:
            x = parametrization(x)
        return x


def register_parametrization(module, tensor_name, parametrization, *, unsafe=False):
    """module.<tensor_name> = parametrization(original) from now on; returns the module.

    parametrization: a Module. If it has right_inverse(value), it gives the original, or a tuple of originals,
    for the present value; else that becomes the original. A further one is applied to what the one before
    gives. Raises ValueError where shape or dtype change, unless `unsafe`.
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


def remove_parametrizations(module, tensor_name, leave_parametrized=True):
    """module.<tensor_name> is a parameter or buffer again: as it is now, or the original; returns the module."""
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
    elif not parts.is_tensor:
        raise ValueError(f"remove_parametrizations: {tensor_name!r} is made of {len(parts.originals())} originals, "
                         "of which none can take its place; use leave_parametrized=True")
    del module.parametrizations[tensor_name]
    if not len(module.parametrizations):
        del module.parametrizations
    reclass(module)
    keep(module, tensor_name, original)
    return module


def is_parametrized(module, tensor_name=None):
    """Has the module a parametrization of this tensor, or of any?"""
    found = vars(module).get("parametrizations")
    return isinstance(found, ModuleDict) and (tensor_name is None or tensor_name in found)


def type_before_parametrizations(module):
    """The class of the module without its parametrizations."""
    return getattr(type(module), "unparametrized", type(module))


def keep(module, name, tensor):
    """The tensor as a parameter or a buffer of the module, as its kind says."""
    register = module.register_parameter if isinstance(tensor, Parameter) else module.register_buffer
    register(name, tensor)


def forget(module, name):
    """Take a parameter or buffer away."""
    delattr(module, name)
    module._buffers = {each: kept for each, kept in module._buffers.items() if each != name}


def check_like(value, shape, dtype):
    if not isinstance(value, Tensor):
        raise ValueError(f"a parametrization gives a Tensor, got {type(value).__name__}")
    if tuple(value.shape) != shape or value.dtype != dtype:
        raise ValueError(f"a parametrization keeps shape and dtype: {shape} {dtype} became {tuple(value.shape)} "
                         f"{value.dtype}; pass unsafe=True if it has to be so")


# The class of a parametrized module


def reclass(module):
    """Give the module the class with the properties that its parametrizations need."""
    names = tuple(module.parametrizations) if is_parametrized(module) else ()
    module.__class__ = parametrized(type_before_parametrizations(module), names)


@functools.cache
def parametrized(cls, names):
    """The subclass of cls in which `names` are computed, in a forward once, however often it reads them."""
    if not names:
        return cls

    @functools.wraps(cls.forward)
    def forward(self, *args, **settings):
        CACHE.running[id(self)] += 1
        try:
            return cls.forward(self, *args, **settings)
        finally:
            CACHE.running -= Counter([id(self)])        # which drops what is 0
            CACHE.close()

    return type(f"Parametrized{cls.__name__}", (cls,), {
        **{name: computed(name) for name in names}, "unparametrized": cls, "__module__": cls.__module__,
        "forward": forward, "__reduce__": lambda self: (restored, (cls, names), vars(self))})


def restored(cls, names):
    """A module to be filled by copy or pickle, which find no class of this name."""
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
