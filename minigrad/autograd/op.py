"""An op is its forward, and under it its rules.

    @primitive
    def mul(xp, a, b):
        return xp.multiply(a, b)
    mul.defvjp(lambda g, b: g * b,
               lambda g, a: g * a)

The forward is a plain function of arrays: `xp` is the library that holds them, array arguments are
positional, settings keyword-only. A rule (vector-Jacobian product) pulls the gradient `g` of the
output back to one argument, and asks by name for what it needs:

    y               the output
    <argument>      an array argument, here `b`
    <argument>_shape
    <setting>

The graph keeps what some rule asks for and nothing else: `exp` keeps its output, `add` nothing at all.
The engine sums a gradient over the axes that broadcasting stretched, so add's rules are `lambda g: g`.

One rule has two readings. Called on arrays an op returns an array; called on Tensors it returns a
Tensor that remembers its Node. An ordinary backward runs the rules on arrays; with create_graph=True
it runs the same rules on Tensors, and so gives derivatives that can be differentiated again.
"""

import functools
import inspect
from collections.abc import Callable
from types import MethodType
from typing import Any

import numpy as np

from minigrad.autograd.errors import by_position, check_names, explain, mixed, named_as_in_pytorch
from minigrad.autograd.modes import CLOCK, MODE
from minigrad.autograd.tensor import Default, Tensor, dtype_of
from minigrad.backend import MODULES, array_on

FLOAT32, FLOAT64 = np.dtype("float32"), np.dtype("float64")
SETTLED = FLOAT32       # results of this dtype are as wide as they shall be; None where float32 is not the default
SCALARS = {int, float, bool, type(None)}


class Node:
    """One op that was computed: what a backward pass has to know of it.

    parents     for each array argument the Node that made it, the leaf Tensor it is, or None where no
                gradient is wanted. A node never refers to the tensor it made, so there are no cycles
                and reference counting alone frees a graph.
    saved       the arguments and, last, the output; None in the place of what no rule asks for
    settings    the keyword arguments of the call
    shapes      the shapes of the arguments
    time        when it was computed: after its parents, and after what it saved was written
    place       in anomaly mode, the line that called the op
    """

    __slots__ = ("op", "parents", "saved", "settings", "shapes", "time", "hooks", "place", "__weakref__")

    def __init__(self, op, parents, saved, settings, shapes):
        self.op = op
        self.parents = parents
        self.saved = saved
        self.settings = settings
        self.shapes = shapes
        self.time = next(CLOCK)
        self.hooks = None

    def __repr__(self):
        return f"<{self.op.name}>"


class Op:
    """A primitive: call it on Tensors or on arrays."""

    def __init__(self, forward):
        functools.update_wrapper(self, forward)
        self.forward = forward
        self.name = forward.__name__
        parameters = list(inspect.signature(forward).parameters.values())[1:]
        self.arguments = [p.name for p in parameters if p.kind is not p.KEYWORD_ONLY]
        self.defaults = {p.name: p.default for p in parameters if p.kind is p.KEYWORD_ONLY}
        self.variadic = any(p.kind is p.VAR_POSITIONAL for p in parameters)     # cat(*tensors)
        self.arity = 10**9 if self.variadic else len(self.arguments)
        self.rules = ()
        self.needs = ()         # for each rule, what it asks for
        self.plans = {}         # which arguments want gradients -> which saved places to clear

    def __get__(self, tensor, owner=None):
        return self if tensor is None else MethodType(self, tensor)

    def __repr__(self):
        return f"<op {self.name}>"

    def defvjp(self, *rules):
        """State the derivative: one rule for each array argument, None where there is no gradient.

        A variadic op has a single rule for all; it may ask for `which`, the place of the argument,
        and for `shapes`, the shapes of all.
        """
        expected = 1 if self.variadic else len(self.arguments)
        if len(rules) != expected:
            raise TypeError(f"{self.name} has {expected} array arguments {self.arguments}, "
                            f"but defvjp got {len(rules)} rules")
        self.rules = rules
        self.needs = [rule and tuple(map(self.place, list(inspect.signature(rule).parameters)[1:]))
                      for rule in rules]

    def place(self, name):
        """Where in a Node a rule finds `name`: a number in saved, (number,) in shapes, or a setting's name."""
        if name == "y":
            return -1
        if self.variadic and name in self.arguments:
            return slice(0, -1)
        if name in self.arguments:
            return self.arguments.index(name)
        if name in self.defaults or name == "which" and self.variadic:
            return name
        if name == "shapes":
            return (slice(None),)
        if name.endswith("_shape") and name[:-6] in self.arguments:
            return (self.arguments.index(name[:-6]),)
        raise TypeError(f"a rule of {self.name} asks for {name!r}; it can have y, "
                        + ", ".join(self.arguments + [a + "_shape" for a in self.arguments]
                                    + list(self.defaults)))

    def plan(self, wanted, count):
        """The places in `saved` that no rule of a wanted argument asks for."""
        kept = set()
        for i in range(count):
            if wanted >> i & 1:
                for need in self.needs[0 if self.variadic else i] or ():
                    if isinstance(need, int):
                        kept.add(need % (count + 1))
                    elif isinstance(need, slice):
                        kept.update(range(count))
        return tuple(i for i in range(count + 1) if i not in kept)

    def __call__(self, *args: Any, **settings: Any) -> Tensor:
        if len(args) > self.arity:
            args, settings = self.bind(args, settings)
        arrays, parents, shapes = [], [], []
        wanted, bit, kind, boxed = 0, 1, None, False
        for arg in args:
            parent = None
            if isinstance(arg, Tensor):
                boxed = True
                if arg.requires_grad:
                    wanted |= bit
                    parent = arg.node or arg
                arg = arg.array
            if type(arg) is kind:
                shapes.append(arg.shape)
            elif type(arg) in SCALARS:
                shapes.append(())
            else:
                if type(arg) not in MODULES:
                    arg = constant(self.name, arg, args)
                if kind not in (None, type(arg)):
                    raise mixed(self.name, args)
                kind = type(arg)
                shapes.append(arg.shape)
            arrays.append(arg)
            parents.append(parent)
            bit += bit
        try:
            y = self.forward(MODULES[kind or np.ndarray], *arrays, **settings)
        except Exception as error:
            if named_as_in_pytorch(self.arguments, settings):
                first, settings = by_position(settings)
                return self(*first, *args, **settings)
            check_names(self.name, self.arguments + list(self.defaults), settings)
            explain(error, self.name, arrays, settings)
            raise
        if type(y) is not kind and type(y) not in MODULES:
            y = np.asarray(y) if kind is None else MODULES[kind].asarray(y)
        if y.dtype is not SETTLED:
            y = self.settle(y, arrays, settings)
        if not boxed:
            return y
        if not (wanted and self.rules and MODE.recording):
            return Tensor(y)
        arrays.append(y)
        drop = self.plans.get(wanted | bit)         # bit stands for the number of arguments
        if drop is None:
            drop = self.plans[wanted | bit] = self.plan(wanted, len(args))
        for i in drop:
            arrays[i] = None
        return Tensor(y, True, Node(self, parents, arrays, settings, shapes))

    def settle(self, y, arrays, settings):
        """A result is as wide as the widest floating-point argument, of the default dtype where there is none.

        Where NumPy made another of it, because of integers or of a 0-d array, which like a Python number
        does not widen, compute again with all arguments in the right width; but masks stay booleans.
        """
        if y.dtype.kind != "f" or "dtype" in settings:
            return y
        floats = [a for a in arrays if type(a) in MODULES and a.dtype.kind == "f"]
        floats = [a.dtype for a in floats if a.ndim] or [a.dtype for a in floats]
        dtype = max(floats, key=lambda each: each.itemsize, default=Default.dtype)
        if y.dtype == dtype:
            return y
        kinds = {a.dtype.kind for a in arrays if type(a) in MODULES}
        masks = "b" if kinds != {"b"} else ""           # booleans alone are numbers: sin(True)
        arrays[:] = [a.astype(dtype) if type(a) in MODULES and a.dtype.kind != masks else a for a in arrays]
        xp = MODULES[type(y)]
        return xp.asarray(self.forward(xp, *arrays, **settings), dtype)

    def pull(self, node, parents, g, create_graph):
        """The gradient for each of the parents, None where the parent is None."""
        saved = lift(node) if create_graph else node.saved
        gradients = []
        for i, parent in enumerate(parents):
            if parent is None:
                gradients.append(None)
                continue
            rule = 0 if self.variadic else i
            if self.rules[rule] is None:
                raise RuntimeError(f"{self.name} has no derivative with respect to its argument "
                                   f"{self.arguments[rule]!r}; detach() it")
            values = []
            for place in self.needs[rule]:
                if type(place) is tuple:
                    values.append(node.shapes[place[0]])
                elif type(place) is not str:
                    values.append(saved[place])
                elif place == "which":
                    values.append(i)
                else:
                    values.append(node.settings.get(place, self.defaults.get(place)))
            gradients.append(self.rules[rule](g, *values))
        return gradients

    def bind(self, args, settings):
        """Settings given by position, sum(x, 1, True), go to their names."""
        names = list(self.defaults)
        extra = args[self.arity:]
        if len(extra) > len(names):
            raise TypeError(f"{self.name} takes at most {self.arity + len(names)} arguments "
                            f"({', '.join(self.arguments + names)}), got {len(args)}")
        given = dict(zip(names, extra))
        twice = given.keys() & settings.keys()
        if twice:
            raise TypeError(f"{self.name} got several values for {', '.join(sorted(twice))}")
        return args[:self.arity], {**given, **settings}


def set_default_dtype(dtype):
    """From now on numbers without a dtype, new tensors and new layers have this one, float32 or float64."""
    global SETTLED
    if dtype_of(dtype) not in (FLOAT32, FLOAT64):
        raise TypeError(f"set_default_dtype: the default is float32 or float64, got {dtype}")
    Default.dtype = dtype_of(dtype)
    SETTLED = FLOAT32 if Default.dtype == FLOAT32 else None


def primitive(forward: Callable[..., Any]) -> Op:
    """Make an op of a function of arrays; state its derivative with `.defvjp(...)`."""
    return Op(forward)


def lift(node):
    """What a node saved, as the Tensors that it was, so that a rule can be differentiated."""
    lifted = [retensor(value, parent) for value, parent in zip(node.saved, node.parents)]
    return [*lifted, retensor(node.saved[-1], node)]


def retensor(value, source):
    """A saved array as the Tensor that it was: a leaf, the output of a node, or a constant."""
    if type(value) not in MODULES:
        return value
    return source if isinstance(source, Tensor) else Tensor(value, source is not None, source)


def constant(name, value, args):
    """An argument that is neither array nor number: a NumPy scalar, or an error.

    Beside arrays a NumPy scalar is a 0-d array; beside tensors it has no say in the dtype.
    """
    if isinstance(value, (np.generic, int, float)):
        array = np.asarray(value)
        tensor = next((a for a in args if isinstance(a, Tensor)), None)
        return array if tensor is None else array_on(array, tensor.device, weak(array, tensor))
    raise TypeError(f"{name} takes tensors and numbers, got {type(value).__name__}; "
                    "make it a tensor with minigrad.tensor(...)")


def weak(array, tensor):
    """The dtype that a number takes beside a tensor: the tensor's, unless it is of a lesser kind."""
    if "biuf".index(array.dtype.kind) <= "biuf".index(tensor.dtype.kind):
        return tensor.dtype
    return Default.dtype if array.dtype.kind == "f" else array.dtype
