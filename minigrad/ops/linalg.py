"""Products of matrices: matmul of any rank, einsum, and what is made of them."""

import string

from minigrad.autograd import broadcast_to, composed, fused, primitive
from minigrad.ops.indexing import axis_of
from minigrad.ops.reductions import sum
from minigrad.ops.shapes import diagonal, reshape, squeeze, transpose, unsqueeze


@primitive
def matrix_product(xp, a, b):
    """(..., n, k) @ (..., k, m) -> (..., n, m); leading axes broadcast."""
    return xp.matmul(a, b)


matrix_product.defvjp(lambda g, b: matrix_product(g, transpose(b, dim0=-2, dim1=-1)),
                      lambda g, a: matrix_product(transpose(a, dim0=-2, dim1=-1), g))


matrix_product.name = "matmul"      # as graphs and errors call it


@composed
def matmul(a, b):
    """The matrix product (..., n, k) @ (..., k, m) -> (..., n, m); leading axes broadcast.

    A 1-D tensor is a row on the left and a column on the right, and its axis goes again.
    """
    if not (a.ndim and b.ndim) or a.shape[-1] != b.shape[-2 if b.ndim > 1 else 0]:
        raise ValueError(f"matmul: {tuple(a.shape)} @ {tuple(b.shape)}: the last axis of the first must "
                         "equal the last but one of the second; transpose one with .mT?")
    if a.ndim == 1:
        return squeeze(matmul(unsqueeze(a, 0), b), -2 if b.ndim > 1 else 0)
    if b.ndim == 1:
        return squeeze(matrix_product(a, unsqueeze(b, 1)), -1)
    return matrix_product(a, b)


@composed
def dot(a, b):
    """The sum of the products of two vectors."""
    if a.ndim != 1 or b.ndim != 1:
        raise ValueError(f"dot takes two 1-D tensors, got {tuple(a.shape)} and {tuple(b.shape)}")
    return matmul(a, b)


@composed
def mm(a, b):
    """The product of two matrices."""
    if a.ndim != 2 or b.ndim != 2:
        raise ValueError(f"mm takes two matrices, got {tuple(a.shape)} and {tuple(b.shape)}; see matmul")
    return matmul(a, b)


@composed
def bmm(a, b):
    """The products of two stacks of matrices, (N, n, k) and (N, k, m)."""
    if a.ndim != 3 or b.ndim != 3 or a.shape[0] != b.shape[0]:
        raise ValueError(f"bmm takes (N, n, k) and (N, k, m), got {tuple(a.shape)} and {tuple(b.shape)}")
    return matmul(a, b)


@composed
def outer(a, b):
    """(n,), (m,) -> (n, m), the product of each with each."""
    if a.ndim != 1 or b.ndim != 1:
        raise ValueError(f"outer takes two 1-D tensors, got {tuple(a.shape)} and {tuple(b.shape)}")
    return unsqueeze(a, 1) * unsqueeze(b, 0)


@composed
def addmm(x, a, b, beta=1, alpha=1):
    """beta x + alpha a @ b."""
    return combined(x, matmul(a, b), beta, alpha)


def combined(x, product, beta, alpha):
    """beta x + alpha product; for beta = 0 x does not count, even where it is NaN."""
    return beta * x + alpha * product if beta else alpha * product


@fused
def linear(x, weight, bias=None):
    """x Wᵀ + b.   (..., in), (out, in), (out,) -> (..., out)."""
    if weight.ndim not in (1, 2) or x.ndim == 0 or x.shape[-1] != weight.shape[-1]:
        raise ValueError(f"linear: x is {tuple(x.shape)}, but weight {tuple(weight.shape)}, (out, in), "
                         f"expects (..., {weight.shape[-1] if weight.ndim else 'in'})")
    if bias is not None and tuple(bias.shape) != tuple(weight.shape[:-1]):
        raise ValueError(f"linear: bias should be {tuple(weight.shape[:-1])}, got {tuple(bias.shape)}")
    y = matmul(x, transpose(weight, -2, -1) if weight.ndim == 2 else weight)
    return y if bias is None else y + bias


# einsum


@composed
def einsum(equation, *operands):
    """Sums of products by names of axes: einsum('bij,bjk->bik', a, b) is a batched matrix product.

    Axes with one letter are multiplied along, those missing behind -> are summed over; '...' stands for
    any leading axes; without -> the letters that occur once, in alphabetical order, are the output.
    """
    if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        operands = operands[0]
    if not isinstance(equation, str):
        raise TypeError("einsum: the equation comes first, as in einsum('ij,jk->ik', a, b), "
                        f"got {type(equation).__name__}")
    inputs, output = parse(equation, [x.ndim for x in operands])
    reduced = [repeated_axes(x, letters) for x, letters in zip(operands, inputs)]
    check_sizes(equation, operands, inputs)
    return contract(*[x for x, _ in reduced], inputs=tuple(letters for _, letters in reduced), output=output)


def parse(equation, ndims):
    """The letters of each operand and of the output, '...' spelled out in capital letters."""
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
            raise ValueError(f"einsum: {letters!r} in {equation!r} does not name the {ndim} axes of "
                             f"operand {i}")
        inputs[i] = letters.replace("...", "".join(free[longest - hidden:longest]))
    every = "".join(free[:longest])
    if arrow:
        output = right.replace("...", every)
        if not set(output) <= set("".join(inputs)) or len(set(output)) < len(output):
            raise ValueError(f"einsum: the output {right!r} of {equation!r} names an axis twice, or one "
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
    """The diagonal along axes of one operand that share a letter: 'ii' -> 'i'."""
    for c in set(letters):
        while letters.count(c) > 1:
            first = letters.index(c)
            second = letters.index(c, first + 1)
            x = diagonal(x, 0, first, second)
            letters = letters[:first] + letters[first + 1:second] + letters[second + 1:] + c
    return x, letters


@primitive
def contract(xp, *operands, inputs, output):
    """einsum with every axis spelled out and no letter twice in one operand."""
    return xp.einsum(",".join(inputs) + "->" + output, *operands, optimize=len(operands) > 1)


def contract_rule(g, which, operands, shapes, inputs, output):
    """The operand's letters become the output; letters that only it has were summed, so g is repeated."""
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
def tensordot(a, b, dims=2):
    """The sum of products over the last `dims` axes of a and the first of b, or over two lists of axes."""
    if isinstance(dims, int):
        left, right = list(range(a.ndim - dims, a.ndim)), list(range(dims))
    else:
        left = [axis_of(a, d, "tensordot") for d in dims[0]]
        right = [axis_of(b, d, "tensordot") for d in dims[1]]
    if len(left) != len(right) or len(left) > min(a.ndim, b.ndim) or any(
            a.shape[i] != b.shape[j] for i, j in zip(left, right)):
        raise ValueError(f"tensordot: axes {left} of {tuple(a.shape)} and {right} of {tuple(b.shape)} must "
                         "be as many, of equal sizes")
    names = string.ascii_letters
    of_a, of_b = list(names[:a.ndim]), list(names[a.ndim:a.ndim + b.ndim])
    for i, j in zip(left, right):
        of_b[j] = of_a[i]
    out = [c for i, c in enumerate(of_a) if i not in left] + [c for j, c in enumerate(of_b) if j not in right]
    return einsum(f"{''.join(of_a)},{''.join(of_b)}->{''.join(out)}", a, b)


@composed
def trace(x):
    """The sum of the diagonal of a matrix."""
    if x.ndim != 2:
        raise ValueError(f"trace takes a matrix, got {tuple(x.shape)}")
    return sum(diagonal(x))
