"""Complex numbers: how one rule per argument differentiates them, too.

A loss L is real. Its gradient at a complex number z = a + ib is dL/da + i dL/db, as in PyTorch: the direction
in which L grows fastest, so a step against it is a step downhill.

Most functions of complex numbers have a derivative f'(z) as those of real numbers have: exp, products, sums,
everything that never looks at a real or an imaginary part alone. For y = f(z), a change dz changes L by
Re(conj(g) f'(z) dz), so the gradient at z is

    conj(conj(g) f'(z))         conj(conj(g) y) for exp, whose rule is `lambda g, y: g * y`

That is the rule for real numbers between two conjugates. So an op needs nothing new: its `twin`, made here
on the first call with complex arrays, has the same forward and the same rules, each between conjugates. conj
is an op with a rule of its own, so derivatives of every order follow.

An op that looks at a part, such as abs, or that joins two, such as view_as_complex, has rules of its own for
complex numbers; `for_complex` states them. There `g` and the result are gradients in the sense above. An op
that needs an order, such as max, has no twin.

Where real numbers meet complex ones, `to_complex` converts them first; its rule takes the real part of the
gradient.

Source: Kreutz-Delgado, The complex gradient operator and the CR-calculus, 2009, arXiv:0906.4835. The gradient
is twice the derivative with respect to conj(z).
"""

from typing import Any

from minigrad.autograd.arrays import complex_of, to_common_dtype
from minigrad.autograd.inplace import view_primitive
from minigrad.autograd.op import Node, Op, primitive
from minigrad.autograd.outputs import Parts
from minigrad.autograd.part import Part
from minigrad.backend import MODULES


def meeting(op, arrays, parents):
    """The op that computes `arrays`, and these in the dtype in which they meet; see Op.__call__."""
    met = to_common_dtype(arrays, op.rules)
    if not any([type(a) in MODULES and a.dtype.kind == "c" for a in met]):
        return op, met
    if op.twin is None:
        for_complex(op)
    if op.twin is False:
        raise TypeError(f"{op.name}: complex numbers have no order and no whole part, got "
                        f"{next(a.dtype for a in met if type(a) in MODULES and a.dtype.kind == 'c')}; take "
                        "x.abs(), x.real or x.imag")
    for i, (given, parent) in enumerate(zip(arrays, parents)):
        if parent is not None and given.dtype.kind != "c":
            parents[i] = Node(to_complex, [parent], [None, None], {}, [given.shape])
    return op.twin, met


def for_complex(op: Any, *rules: Any, forward: Any = None) -> None:
    """State what `op` does with complex arrays: its rules, one per argument, and its forward if it differs.

    Without rules, those for real numbers hold between conjugates.
    """
    op.twin = twin = object.__new__(type(op))
    vars(twin).update(vars(op), twin=twin, plans={}, forward=forward or op.forward)
    if rules:
        twin.defvjp(*rules)
    else:
        twin.pulls = [pull and between_conjugates(pull) for pull in op.pulls]


def refuse_complex(*ops: Op) -> None:
    """State that these ops take no complex arrays."""
    for op in ops:
        op.twin = False


def between_conjugates(pull):
    return lambda g, node, saved, i: conjugate(pull(conjugate(g), node, saved, i))


def conjugate(g):
    """conj of a gradient: of an array, a Tensor, or parts of these; of real numbers, these."""
    if type(g) is Part:
        return Part(conjugate(g.g), g.index, g.shape)
    if type(g) is Parts:
        return Parts({i: conjugate(each) for i, each in g.parts.items()}, g.outputs)
    return conj_physical(g) if g.dtype.kind == "c" else g


@primitive
def conj_physical(xp, x):
    """a - ib of a + ib, in a new array."""
    return xp.conj(x) if x.dtype.kind == "c" else x.copy()


@view_primitive
def real(xp, x):
    """a of a + ib, a view: writes reach x. Real numbers are returned as they are."""
    return x.real


@view_primitive
def imag(xp, x):
    """b of a + ib, a view: writes reach x. Raises TypeError for real numbers."""
    if x.dtype.kind != "c":
        raise TypeError(f"imag: expected complex numbers, got {x.dtype}; real numbers have no imaginary part")
    return x.imag


@primitive
def to_complex(xp, x):
    """Real numbers as complex ones, with imaginary part 0."""
    return x.astype(complex_of(x.dtype))


conj_physical.defvjp(lambda g: conj_physical(g))
for_complex(conj_physical, lambda g: conj_physical(g))
to_complex.defvjp(lambda g: real(g))
for_complex(real, lambda g: to_complex(g))
for_complex(imag, lambda g: to_complex(g) * 1j)
real.defvjp(lambda g: g)

Op.twin, Op.meeting = None, meeting      # type: ignore[attr-defined]
