"""A fused op: a readable definition, and a fast kernel.

    @fused
    def layer_norm(x, weight, bias, *, eps=1e-5):
        ...a composition of ops...

The composition is the definition. It runs until a kernel is registered. A kernel is two functions of arrays:

    forward(xp, *arrays, **settings) -> (y, extra)        NotImplemented: run the definition instead
    backward(xp, g, arrays, extra, wanted, **settings) -> one gradient per array, None if not wanted

An ordinary backward runs the kernel's. A second derivative goes through the definition, so a kernel never
needs a double backward. The node therefore keeps the inputs, by reference, and `extra`: a tuple of arrays,
such as small statistics of the forward, and y if backward reads it.

float16 runs in float32, and its results are rounded.

A definition may also return (y, *statistics): tensors without a gradient, such as the mean that batch norm
averages. Its kernel then returns ((y, *statistics), extra).
"""

import copyreg
import functools
import importlib
import inspect
import pickle
import sys
from collections.abc import Callable, Sequence
from typing import Any

from minigrad.autograd.arrays import FLOAT16
from minigrad.autograd.errors import composed
from minigrad.autograd.half import in_single
from minigrad.autograd.modes import MODE, Switch, enable_grad
from minigrad.autograd.op import Node, Op, primitive, retensor
from minigrad.autograd.outputs import SeveralOutputs
from minigrad.autograd.reverse import grad
from minigrad.autograd.telling import retelling
from minigrad.autograd.tensor import Tensor
from minigrad.backend import MODULES

MISSING = inspect.Parameter.empty


class Fused:
    """An op defined as a composition of ops, with kernels for some array libraries."""

    def __init__(self, definition: Callable[..., Any]):
        functools.update_wrapper(self, definition)
        self.definition = composed(in_single(definition, self))
        self.name = definition.__name__
        parameters = inspect.signature(definition).parameters.values()
        self.arguments = {p.name: p.default for p in parameters if p.kind is not p.KEYWORD_ONLY}
        self.defaults = {p.name: p.default for p in parameters if p.kind is p.KEYWORD_ONLY}
        self.kernels = {}       # array type -> (forward, backward)

    def __repr__(self):
        return f"<fused {self.name}>"

    together: Callable[..., Any]        # set by beside.py

    def kernel(self, array_type: type, forward: Callable[..., Any], backward: Callable[..., Any]) -> None:
        """Register a kernel for one type of array, e.g. numpy.ndarray."""
        self.kernels[array_type] = forward, backward

    def __call__(self, *args: Any, **settings: Any) -> Tensor:
        kernel = MODE.kernels and self.kernels.get(array_type(args))
        if kernel:
            try:
                result = self.run(kernel[0], args, settings)
            except Exception:
                with retelling(self.name, inspect.signature(self.definition), args, settings):
                    raise
            if result is not NotImplemented:
                return result
        return self.definition(*args, **settings)

    def run(self, forward: Callable[..., Any], args: tuple, settings: dict) -> Any:
        """The kernel's result as a Tensor; NotImplemented for a call that the kernel does not cover."""
        if settings or self.defaults or len(args) != len(self.arguments):
            settings = {**self.defaults, **settings}
            rest = list(self.arguments)[len(args):]
            args += tuple([settings.pop(name, self.arguments[name]) for name in rest])
            if (len(args) != len(self.arguments) or settings.keys() != self.defaults.keys()
                    or any([value is MISSING for value in settings.values()])):
                return NotImplemented       # the definition raises the error
        arrays, parents, shapes = [], [], []
        kind = dtype = None
        wanted, fits = False, True      # fits: floats of one dtype, and boolean masks
        for arg in args:
            parent, shape = None, ()
            if isinstance(arg, Tensor):
                if arg.requires_grad:
                    wanted, parent = True, arg.node or arg
                arg = arg.array
            if type(arg) in MODULES:
                if kind not in (None, type(arg)):
                    return self(*self.together(args), **settings)
                kind, shape = type(arg), arg.shape
                if arg.dtype is not dtype and arg.dtype.kind != "b":
                    fits = fits and (dtype is None or arg.dtype == dtype)
                    dtype = arg.dtype
            elif arg is not None:
                fits = False
            arrays.append(arg)
            parents.append(parent)
            shapes.append(shape)
        if not fits or dtype is None or dtype.kind != "f" or dtype is FLOAT16:
            return NotImplemented
        xp = MODULES[kind]
        result = forward(xp, *arrays, **settings)
        if result is NotImplemented:
            return NotImplemented
        y, extra = result
        statistics = None
        if type(y) is tuple:
            y, *statistics = y
        node = Node(self, parents, [*arrays, *extra], settings, shapes) if wanted and MODE.recording else None
        y = Tensor(xp.asarray(y), node is not None, node)   # NumPy makes scalars of 0-d arrays
        return y if statistics is None else (y, *map(Tensor, statistics))

    def pull(self, node: Node, parents: Sequence[Any], g: Any, create_graph: bool) -> Sequence[Any]:
        """The gradient for each of the parents, by the kernel; see Node."""
        arrays, extra = node.saved[:len(self.arguments)], node.saved[len(self.arguments):]
        if create_graph:
            return self.pull_definition(node, parents, g, arrays)
        library = next(filter(MODULES.get, map(type, arrays)))
        backward = self.kernels[library][1]
        wanted = [parent is not None for parent in parents]
        return backward(MODULES[library], g, arrays, extra, wanted, **node.settings)

    def pull_definition(self, node: Node, parents: Sequence[Any], g: Any, arrays: list) -> list:
        """Differentiable gradients: those of the definition, at aliases of the inputs of this call.

        They depend on every parent of the node, including those that need no gradient now.
        """
        inputs = [alias(retensor(a, parent)) if parent is not None
                  else Tensor(a) if type(a) in MODULES else a for a, parent in zip(arrays, node.parents)]
        wanted = [x for x, parent in zip(inputs, parents) if parent is not None]
        with enable_grad():
            y = self.definition(*inputs, **node.settings)
            found = iter(grad(y[0] if type(y) is tuple else y, wanted, g, create_graph=True))
        return [None if parent is None else next(found) for parent in parents]


def pickled(op):
    """An op as the place where it is defined, for pickle and copy."""
    name = next((name for name, value in vars(sys.modules[op.__module__]).items() if value is op), None)
    if name is None:
        raise pickle.PicklingError(f"cannot pickle {op!r}: it is no name in {op.__module__}; define it "
                                   "there, at the top of the file")
    return named, (op.__module__, name)


def named(module, name):
    return getattr(importlib.import_module(module), name)


for kind in (Op, SeveralOutputs, Fused):
    copyreg.pickle(kind, pickled)


class without_kernels(Switch):
    """Fused ops run their readable definitions instead of their kernels."""

    name, value = "kernels", False


def fused(definition: Callable[..., Any]) -> Fused:
    """Make a fused op from a composition of ops: array arguments are positional, settings keyword-only."""
    return Fused(definition)


@primitive
def alias(xp, x):
    """x as a new tensor: one tensor given twice becomes two inputs."""
    return x


alias.defvjp(lambda g: g)


def array_type(args):
    for arg in args:
        if isinstance(arg, Tensor):
            return type(arg.array)
