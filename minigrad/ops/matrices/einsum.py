"""Sums of products over named axes: einsum, and tensordot and inner, which call it."""

import math
import string
from collections.abc import Sequence
from typing import Any

from minigrad.autograd import Tensor, broadcast_to, composed, primitive
from minigrad.autograd.arrays import single
from minigrad.ops.numbers.arithmetic import mul
from minigrad.ops.places.diagonals import diagonal
from minigrad.ops.places.indexing import axis_of
from minigrad.ops.places.shapes import reshape


@composed
def einsum(equation: Any, *operands: Any) -> Tensor:
    """Sums of products over named axes: einsum('bij,bjk->bik', a, b) is a batched matrix product.

    Each letter names an axis. Axes with the same letter are multiplied element by element; letters missing
    after -> are summed over. '...' stands for any leading axes. Without ->, the output has the letters that
    occur once, in alphabetical order. Lists of numbers may name the axes instead, one behind each operand and
    one for the output: einsum(a, [0, 1], b, [1, 2], [0, 2]).
    Raises TypeError if the equation does not come first, ValueError if it does not fit the operands.
    """
    if isinstance(equation, Tensor) and operands and isinstance(operands[0], (list, tuple)):
        equation, operands = in_letters(equation, *operands)
    if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        operands = tuple(operands[0])
    if not isinstance(equation, str):
        raise TypeError("einsum: the equation comes first, as in einsum('ij,jk->ik', a, b), "
                        f"got {type(equation).__name__}")
    inputs, output = parse(equation, [x.ndim for x in operands])
    reduced = [repeated_axes(x, letters) for x, letters in zip(operands, inputs)]
    check_sizes(equation, operands, inputs)
    if len(operands) == 1 and operands[0].dtype.kind != "f" and len(output) < len(reduced[0][1]):
        reduced = [(x.long(), letters) for x, letters in reduced]       # a sum of integers is int64
    return contract(*[x for x, _ in reduced], inputs=tuple(letters for _, letters in reduced), output=output)


def in_letters(*given):
    """(equation, operands) for operands that are each followed by a list of numbers from 0 to 51."""
    operands, places = given[:len(given) // 2 * 2:2], given[1::2] + given[len(given) // 2 * 2:]
    names = string.ascii_uppercase + string.ascii_lowercase
    words = ["".join("..." if i is ... else names[i] for i in each) for each in places]
    arrow = ["->" + words.pop()] if len(given) % 2 else []
    return "".join([",".join(words), *arrow]), operands


def parse(equation, ndims):
    """The letters of each operand and of the output; unused letters, capitals first, replace '...'."""
    left, arrow, right = equation.replace(" ", "").partition("->")
    strange = set((left + right).replace("...", "").replace(",", "")) - set(string.ascii_letters)
    if strange:
        raise ValueError(f"einsum: axes are named by letters, got {''.join(sorted(strange))!r} in "
                         f"{equation!r}")
    inputs = left.split(",")
    if len(inputs) != len(ndims):
        raise ValueError(f"einsum: {equation!r} names {len(inputs)} operands, got {len(ndims)}")
    free = [c for c in string.ascii_uppercase + string.ascii_lowercase if c not in equation]
    longest = max([n - len(s.replace("...", "")) for s, n in zip(inputs, ndims) if "..." in s], default=0)
    for i, (letters, ndim) in enumerate(zip(inputs, ndims)):
        hidden = ndim - len(letters.replace("...", ""))
        if hidden < 0 or hidden and "..." not in letters:
            raise ValueError(f"einsum: {letters!r} in {equation!r} does not match the {ndim} axes of operand "
                             f"{i}")
        inputs[i] = letters.replace("...", "".join(free[longest - hidden:longest]))
    every = "".join(free[:longest])
    if arrow:
        output = right.replace("...", every)
        if not set(output) <= set("".join(inputs)) or len(set(output)) < len(output):
            raise ValueError(f"einsum: the output {right!r} of {equation!r} names an axis twice or an axis "
                             "that no operand has")
        return inputs, output
    once = [c for c in sorted(left.replace("...", "").replace(",", "")) if left.count(c) == 1]
    return inputs, every + "".join(once)


def check_sizes(equation, operands, inputs):
    sizes = {}
    for x, letters in zip(operands, inputs):
        for c, size in zip(letters, x.shape):
            if size != 1 and sizes.setdefault(c, size) != size:
                raise ValueError(f"einsum: {equation!r} with shapes {[tuple(x.shape) for x in operands]}: "
                                 f"axis {c!r} has sizes {sizes[c]} and {size}")


def repeated_axes(x, letters):
    """x with axes that share a letter replaced by their diagonal: 'ii' -> 'i'."""
    for c in set(letters):
        while letters.count(c) > 1:
            first = letters.index(c)
            second = letters.index(c, first + 1)
            x = diagonal(x, 0, first, second)
            letters = letters[:first] + letters[first + 1:second] + letters[second + 1:] + c
    return x, letters


@primitive
def contract(xp, *operands, inputs, output):
    """einsum without '...', and with no letter twice in one operand: from left to right, pair by pair."""
    if len(inputs) == 2:
        own = [c for c in output if not (c in inputs[0] and c in inputs[1])]
        if own and own[0] in inputs[1] and own[-1] in inputs[0]:    # PyTorch: the last axis is of the second
            operands, inputs = operands[::-1], inputs[::-1]
    x, letters = single(operands[0]), inputs[0]
    for i, other in enumerate(operands[1:], 1):
        needed = set(output).union(*inputs[i + 1:])
        x, letters = pair(xp, x, single(other), letters, inputs[i], needed, output)
    x, letters = summed(x, letters, output)
    return xp.transpose(x, [letters.index(c) for c in output])


def summed(x, letters, needed):
    """x, summed over the axes whose letters are not needed, and the letters that are left."""
    axes = tuple(i for i, c in enumerate(letters) if c not in needed)
    dtype = x.dtype if x.dtype.kind in "fc" else "int64"        # in which sum adds integers
    return (x.sum(axes, dtype=dtype) if axes else x), "".join(c for c in letters if c in needed)


def pair(xp, a, b, of_a, of_b, needed, output):
    """(the sum of products of a and b over the letters that are not needed, its letters): a matrix product.

    The axes that both have and that stay are those of a batch. PyTorch computes it so, too, and the result
    lies in memory in the same order.
    """
    a, of_a = summed(a, of_a, needed.union(of_b))
    b, of_b = summed(b, of_b, needed.union(of_a))
    ordered = sorted(set(of_a + of_b), key=lambda c: (output + of_a + of_b).index(c))
    both = [c for c in ordered if c in of_a and c in of_b]
    batch, middle = [c for c in both if c in needed], [c for c in both if c not in needed]
    left, right = [c for c in ordered if c not in of_b], [c for c in ordered if c not in of_a]
    size = {c: n for letters, x in ((of_a, a), (of_b, b)) for c, n in zip(letters, x.shape)}
    size.update({c: max(a.shape[of_a.index(c)], b.shape[of_b.index(c)]) for c in both
                 if 0 not in (a.shape[of_a.index(c)], b.shape[of_b.index(c)])})

    def arranged(x, letters, order):
        x = xp.transpose(x, [letters.index(c) for c in order])
        x = xp.broadcast_to(x, [size[c] for c in order])
        return xp.ascontiguousarray(x) if 0 in x.strides else x     # what repeats has no fast matrix product

    if not middle:
        a = arranged(a, of_a, batch + left)[(...,) + (None,) * len(right)]
        b = arranged(b, of_b, batch + right)[(slice(None),) * len(batch) + (None,) * len(left)]
        return a * b, "".join(batch + left + right)
    matrices, rows, columns = [size[c] for c in batch], [size[c] for c in left], [size[c] for c in right]
    k = math.prod(size[c] for c in middle)
    a = arranged(a, of_a, batch + left + middle).reshape((*matrices, math.prod(rows), k))
    b = arranged(b, of_b, batch + middle + right).reshape((*matrices, k, math.prod(columns)))
    return xp.matmul(a, b).reshape((*matrices, *rows, *columns)), "".join(batch + left + right)


def contract_rule(g, which, operands, shapes, inputs, output):
    """The operand's letters become the output; axes that only it has were summed, so g is repeated there."""
    others = [i for i in range(len(inputs)) if i != which]
    letters = inputs[which]
    known = set(output).union(*(inputs[i] for i in others))
    g = contract(g, *(operands[i] for i in others), inputs=(output, *(inputs[i] for i in others)),
                 output="".join(c for c in letters if c in known))
    known_sizes = iter(g.shape)
    g = reshape(g, shape=tuple(next(known_sizes) if c in known else 1 for c in letters))
    return broadcast_to(g, shape=tuple(size if n == 1 else n for n, size in zip(g.shape, shapes[which])))


contract.defvjp(contract_rule)
contract.name = "einsum"


@composed
def tensordot(a: Tensor, b: Tensor, dims: int | Sequence[Sequence[int]] = 2) -> Tensor:
    """The sum of products over the last `dims` axes of a and the first `dims` of b.

    dims may also be two lists of axes, one for a and one for b. The output has the remaining axes of a, then
    those of b. A summed axis of size 1 goes with one of any size. Raises ValueError if the summed axes differ
    in number or size.
    """
    if isinstance(dims, int):
        left, right = list(range(a.ndim - dims, a.ndim)), list(range(dims))
    else:
        left = [axis_of(a, d, "tensordot") for d in dims[0]]
        right = [axis_of(b, d, "tensordot") for d in dims[1]]
    if len(left) != len(right) or len(left) > min(a.ndim, b.ndim) or any(
            a.shape[i] != b.shape[j] and 1 not in (a.shape[i], b.shape[j]) for i, j in zip(left, right)):
        raise ValueError(f"tensordot: axes {left} of {tuple(a.shape)} and {right} of {tuple(b.shape)} must "
                         "match in number and size")
    names = string.ascii_letters
    of_a, of_b = list(names[:a.ndim]), list(names[a.ndim:a.ndim + b.ndim])
    for i, j in zip(left, right):
        of_b[j] = of_a[i]
    out = [c for i, c in enumerate(of_a) if i not in left] + [c for j, c in enumerate(of_b) if j not in right]
    return einsum(f"{''.join(of_a)},{''.join(of_b)}->{''.join(out)}", a, b)


@composed
def inner(a: Tensor, b: Tensor) -> Tensor:
    """The sum of products over the last axes, for every pair of vectors: (..., k), (***, k) -> (..., ***).

    A 0-d tensor multiplies elementwise.
    """
    if not a.ndim or not b.ndim:
        return mul(a, b)
    if a.shape[-1] != b.shape[-1]:
        raise ValueError(f"inner: the last axes must have the same size, got {tuple(a.shape)} and "
                         f"{tuple(b.shape)}")
    return tensordot(a, b, ([-1], [-1]))
