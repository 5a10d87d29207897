"""An op is its forward, followed by its rules.

    @primitive
    def mul(xp, a, b):
        return xp.multiply(a, b)
    mul.defvjp(lambda g, b: g * b,
               lambda g, a: g * a)

The forward is a function of arrays: `xp` is the library that holds them, array arguments are positional,
settings keyword-only. A rule (vector-Jacobian product) pulls the gradient `g` of the output back to one
argument, and asks by name for what it needs:

    y                   the output
    <argument>          an array argument, here `b`
    <argument>_shape    its shape
    <setting>           a keyword argument

The graph keeps what some rule asks for and nothing else: `exp` keeps its output, `add` keeps nothing.
The engine sums a gradient over the axes that broadcasting stretched, so add's rules are `lambda g: g`.

A rule runs on arrays or on Tensors. Called on arrays an op returns an array; called on Tensors it returns a
Tensor that remembers its Node. An ordinary backward runs the rules on arrays. With create_graph=True it runs
the same rules on Tensors, so the gradients can be differentiated again.
"""

import functools
import inspect
from collections.abc import Callable, Sequence
from types import MethodType
from typing import Any

import numpy as np

from minigrad.autograd.arrays import COMPLEX, constant, settle, within_range, without_arrays
from minigrad.autograd.errors import check_more, check_names, explaining
from minigrad.autograd.modes import MODE
from minigrad.autograd.spelling import respelled
from minigrad.autograd.tensor import Tensor
from minigrad.autograd.writes import CLOCK
from minigrad.backend import MODULES

BOOL, FLOAT16 = np.dtype("bool"), np.dtype("float16")
SCALARS = {int, float, bool, type(None)}


class Node:
    """One op that was computed: all that backward needs to know about it.

    op          what computed it: an object with a `name`, and a method pull(node, parents, g, create_graph)
                that returns a list with the gradient for each parent, None where the parent is None. `g`
                and the gradients are arrays, with create_graph Tensors. A gradient may have the shape to
                which broadcasting stretched the argument; the engine sums it.
    parents     for each array argument the Node that made it, the leaf Tensor that it is, or None if it
                needs no gradient. A node never refers to the tensor that it made, so there are no reference
                cycles and reference counting alone frees a graph.
    saved       the arguments, then the output; None in place of what no rule asks for
    settings    the keyword arguments of the call
    shapes      the shapes of the arguments
    time        when it was computed: after its parents, and after what it saved was written
    place       in anomaly mode, the line that called the op
    """

    __slots__ = ("op", "parents", "saved", "settings", "shapes", "time", "hooks", "place", "__weakref__")

    def __init__(self, op: Any, parents: Any, saved: Any, settings: dict, shapes: Any):
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

    takes = "fiub"          # the kinds of its dtypes: "fiu" no booleans, "f" not only integers; see settle
    twin: Any = None        # the op for complex arrays; False if it takes none
    meeting: Callable[..., Any]     # both are set by complex.py
    together: Callable[..., Any]    # set by beside.py
    results = ("y",)        # what rules call the output; in outputs.py, the names of several

    def __init__(self, forward: Callable[..., Any]):
        functools.update_wrapper(self, forward)
        self.forward = forward
        self.name = forward.__name__
        parameters = list(inspect.signature(forward).parameters.values())[1:]
        self.arguments = [p.name for p in parameters if p.kind is not p.KEYWORD_ONLY]
        self.defaults = {p.name: p.default for p in parameters if p.kind is p.KEYWORD_ONLY}
        self.variadic = any(p.kind is p.VAR_POSITIONAL for p in parameters)     # cat(*tensors)
        self.arity = 10**9 if self.variadic else len(self.arguments)
        self.rules: tuple = ()
        self.pulls: Sequence[Any] = [None] * len(self.arguments)    # the rules as f(g, node, saved, i)
        self.keeps: Any = [()] * len(self.arguments)    # for each rule, the places in `saved` that these read
        self.plans = {}         # which arguments need gradients -> the places in `saved` to clear

    def __get__(self, tensor, owner=None):
        return self if tensor is None else MethodType(self, tensor)

    def __repr__(self):
        return f"<op {self.name}>"

    def defvjp(self, *rules: Callable[..., Any] | None) -> None:
        """Define the derivative: one rule for each array argument, None for an argument without a gradient.

        A variadic op has one rule for all its arguments. It may ask for `which`, the number of the argument,
        and `shapes`, the shapes of all. Raises TypeError for a wrong number of rules or an unknown name.
        """
        expected = 1 if self.variadic else len(self.arguments)
        if len(rules) != expected:
            raise TypeError(f"{self.name} has {expected} array arguments {self.arguments}, "
                            f"but defvjp got {len(rules)} rules")
        wanted = [[self.need(name) for name in list(inspect.signature(rule).parameters)[1:]] if rule else []
                  for rule in rules]
        self.rules = rules
        self.pulls = [rule and calling(rule, needs) for rule, needs in zip(rules, wanted)]
        self.keeps = [[place for place, _ in needs if place is not None] for needs in wanted]

    def need(self, name: str) -> tuple[Any, Callable[..., Any]]:
        """Where a rule finds `name`: (its place in `saved` or None, the function that reads it)."""
        place: Any = None
        if name in self.results:
            place = self.results.index(name) - len(self.results)
        elif name in self.arguments:
            place = slice(0, -len(self.results)) if self.variadic else self.arguments.index(name)
        if place is not None:
            return place, lambda node, saved, i: saved[place]
        if name in self.defaults:
            default = self.defaults[name]
            return None, lambda node, saved, i: node.settings.get(name, default)
        if name == "which" and self.variadic:
            return None, lambda node, saved, i: i
        if name == "shapes":
            return None, lambda node, saved, i: node.shapes
        if name.endswith("_shape") and name[:-6] in self.arguments:
            argument = self.arguments.index(name[:-6])
            return None, lambda node, saved, i: node.shapes[argument]
        raise TypeError(f"a rule of {self.name} asks for {name!r}; it can have "
                        + ", ".join([*self.results, *self.arguments, *(a + "_shape" for a in self.arguments),
                                     *self.defaults]))

    def plan(self, wanted: int, count: int) -> tuple[int, ...]:
        """The places in `saved` that no rule of a wanted argument reads; `wanted` has a bit per argument."""
        places = range(count + len(self.results))
        kept = set()
        for i in range(count):
            if wanted >> i & 1:
                for place in self.keeps[0 if self.variadic else i]:
                    kept.update(places[place] if isinstance(place, slice) else [places[place]])
        return tuple(i for i in places if i not in kept)

    def __call__(self, *args: Any, **settings: Any) -> Tensor:
        if len(args) > self.arity:
            args, settings = self.bind(args, settings)
        arrays, parents, shapes = [], [], []
        wanted, bit, kind, dtype, boxed, differ, number = 0, 1, None, None, False, False, False
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
                if arg.dtype is not dtype:          # masks may accompany numbers
                    if arg.dtype is not BOOL and dtype is not BOOL or self.takes == "fiu":
                        differ = True
                    dtype = arg.dtype if dtype is BOOL else dtype
            elif type(arg) in SCALARS:
                number = True
                shapes.append(())
            else:
                if type(arg) not in MODULES:
                    arg = constant(self.name, arg, [a for a in args if isinstance(a, Tensor)])
                if kind not in (None, type(arg)):
                    return self(*self.together(args), **settings)       # a number on the CPU moves
                kind, dtype = type(arg), arg.dtype
                shapes.append(arg.shape)
            arrays.append(arg)
            parents.append(parent)
            bit += bit
        given, xp = arrays, MODULES[kind or without_arrays(self, args)]
        if differ or number and dtype is FLOAT16 or dtype in COMPLEX:
            self, arrays = self.meeting(arrays, parents)        # see complex.py
        try:
            y = self.forward(xp, *arrays, **settings)
        except Exception as error:
            if isinstance(error, OverflowError) and any(type(arg) is int for arg in args):
                return self(*within_range(self.name, args, given), **settings)
            if again := respelled(self, (*self.arguments, *self.defaults), args, settings):
                return again()
            check_names(self.name, self.arguments + list(self.defaults), settings)
            with explaining(self, given, settings):
                raise
        if type(y) is not kind and type(y) not in MODULES:
            if type(y) is tuple:
                return self.several(xp, y, dtype, arrays, parents, shapes, settings, wanted, boxed)
            y = xp.asarray(y)                       # NumPy makes scalars of 0-d arrays
        if y.dtype is not dtype or differ:
            y = settle(y, self, given, arrays, settings, boxed)
        if not boxed:
            return y
        if not (wanted and (self.rules or y.dtype.kind in "fc") and MODE.recording):
            return Tensor(y)
        arrays.append(y)
        drop = self.plans.get(wanted | bit)         # bit encodes the number of arguments
        if drop is None:
            drop = self.plans[wanted | bit] = self.plan(wanted, len(args))
        for i in drop:
            arrays[i] = None
        return Tensor(y, True, Node(self, parents, arrays, settings, shapes))

    def several(self, *_: Any) -> Any:
        raise TypeError(f"{self.name} returned a tuple; define it with @primitive_with_outputs(namedtuple)")

    def pull(self, node: Node, parents: Sequence[Any], g: Any, create_graph: bool) -> list:
        """The gradient for each of the parents, by its rule."""
        saved = self.lift(node, g) if create_graph else node.saved
        gradients = []
        for i, parent in enumerate(parents):
            if parent is None:
                gradients.append(None)
                continue
            number = 0 if self.variadic else i
            if self.pulls[number] is None:
                raise RuntimeError(f"{self.name} has no derivative with respect to its argument "
                                   f"{self.arguments[number]!r}; detach() it, or define its rule with defvjp")
            gradients.append(self.pulls[number](g, node, saved, i))
        return gradients

    def lift(self, node: Node, g: Any) -> list:
        """What the node saved, turned back into Tensors, so that a rule on them can be differentiated."""
        return [retensor(value, source) for value, source in zip(node.saved, [*node.parents, node])]

    def bind(self, args: tuple, settings: dict) -> tuple[tuple, dict]:
        """Match settings given by position, as in sum(x, 1, True), with their names."""
        names = list(self.defaults)
        extra = args[self.arity:]
        if len(extra) > len(names):
            raise TypeError(f"{self.name} takes at most {self.arity + len(names)} arguments "
                            f"({', '.join(self.arguments + names)}), got {len(args)}")
        given = dict(zip(names, extra))
        check_more(self, given)
        if twice := given.keys() & settings.keys():
            raise TypeError(f"{self.name} got multiple values for {', '.join(sorted(twice))}")
        return args[:self.arity], {**given, **settings}


def primitive(forward: Callable[..., Any]) -> Op:
    """Make an op from a function of arrays; define its derivative with `.defvjp(...)`."""
    return Op(forward)


def calling(rule: Callable[..., Any], needs: list) -> Callable[..., Any]:
    """The rule as a function of (g, node, saved, i) that reads what the rule needs."""
    if not needs:
        return lambda g, node, saved, i: rule(g)
    if len(needs) == 1 and (place := needs[0][0]) is not None:      # most rules need one array
        return lambda g, node, saved, i: rule(g, saved[place])
    reads = [read for _, read in needs]
    return lambda g, node, saved, i: rule(g, *[read(node, saved, i) for read in reads])


def retensor(value, source):
    """A saved array turned back into its Tensor: a leaf, the output of a node, or a constant."""
    if type(value) not in MODULES:
        return value
    return source if isinstance(source, Tensor) else Tensor(value, source is not None, source)
