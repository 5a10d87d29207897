"""Errors of ops for wrong arguments: what was expected, what was passed, what to do."""

import re

import numpy as np
import pytest

import minigrad
from minigrad import ones, tensor, zeros
from minigrad.nn import functional as F

X = ones(2, 3)
IDS = tensor([0, 1])
IMAGE = ones(1, 3, 5, 5)
FILTER = ones(2, 3, 3, 3)
NUMBERS = [1.0, 2.0, 3.0]
FIT = "the shapes do not broadcast; from the last axis back, sizes must be equal or one of them 1"
TENSOR = "; make it a tensor with minigrad.tensor(...)"


def refuses(error, call, text):
    with pytest.raises(error, match=re.escape(text)) as caught:
        call()
    for words_of_numpy in ("ufunc", "operands could", "remapped", "newaxis", "broadcast together", "axis 0"):
        assert words_of_numpy not in str(caught.value)


def mistakes(*rows):
    """Rows of (error, call, text), named by the text."""
    rows = [pytest.param(*row, id=row[2][:60]) for row in rows]
    return pytest.mark.parametrize("error, call, text", rows)


@mistakes(
    (ValueError, lambda: X + ones(4), f"add(float32[2, 3], float32[4]): {FIT}"),
    (ValueError, lambda: X * np.ones(4), f"mul(float32[2, 3], float64[4]): {FIT}"),
    (ValueError, lambda: X.pow(ones(2)), f"pow(float32[2, 3], float32[2]): {FIT}"),
    (ValueError, lambda: minigrad.where(X > 0, X, ones(4)),
     f"where(bool[2, 3], float32[2, 3], float32[4]): {FIT}"),
    (TypeError, lambda: minigrad.where(X, X, 0.0),
     "where: condition must be boolean, got float32; write a comparison such as x > 0, or convert it with "
     ".bool()"),
    (TypeError, lambda: X.where(IDS[:, None], 0.0),
     "where: condition must be boolean, got int64; write a comparison such as x > 0, or convert it with "
     ".bool()"),
    (RuntimeError, lambda: IDS // IDS,
     "floor_divide: integer division by zero in a result of shape (2,); use .float() for inf or nan, or "
     "replace zero divisors with where()"),
    (RuntimeError, lambda: IDS % 0, "remainder: integer division by zero in a result of shape (2,)"),
    (RuntimeError, lambda: 3 % IDS, "remainder: integer division by zero in a result of shape (2,)"),
    (RuntimeError, lambda: IDS.fmod(0), "fmod: integer division by zero in a result of shape (2,)"),
    (RuntimeError, lambda: minigrad.div(IDS, IDS, rounding_mode="trunc"),
     "div: integer division by zero in a result of shape (2,)"),
    (TypeError, lambda: X + NUMBERS, "add takes tensors and numbers, got list" + TENSOR),
    (TypeError, lambda: NUMBERS * X, "mul takes tensors and numbers, got list" + TENSOR),
    (TypeError, lambda: X + "a", "add takes tensors and numbers, got str"),
    (TypeError, lambda: X + None,
     "add(float32[2, 3], None): expected a tensor or a number, got None"),
    (TypeError, lambda: minigrad.exp(None),
     "exp(None): expected a tensor or a number, got None"),
    (TypeError, lambda: X + np.array(["a"]),
     "add(float32[2, 3], <U1[1]): not defined for arguments of this kind"),
    (TypeError, lambda: X & X,
     "bitwise_and(float32[2, 3], float32[2, 3]): not defined for these dtypes; convert with "
     ".bool() or .long()"),
    (TypeError, lambda: ~X, "bitwise_not(float32[2, 3]): not defined for these dtypes"),
    (TypeError, lambda: -(X > 0), "neg(bool[2, 3]): booleans cannot be negated; use ~x"),
    (TypeError, lambda: (X > 0) - (X > 0),
     "sub(bool[2, 3], bool[2, 3]): booleans cannot be subtracted; use a ^ b"),
    (ValueError, lambda: IDS ** -1,
     "pow(int64[2], -1): an integer to a negative power is not an integer; convert with .float()"),
    (ValueError, lambda: X.div(X, rounding_mode="up"),
     "div: rounding_mode must be None, 'floor' or 'trunc', got 'up'"),
    (ValueError, lambda: X.clamp(), "clamp: give min, max or both"),
    (ValueError, lambda: F.gelu(X, approximate="erf"),
     "gelu: approximate must be 'none' or 'tanh', got 'erf'"),
    (ValueError, lambda: F.glu(X), "glu: dim -1 of (2, 3) must have an even size to be halved"),
    (ValueError, lambda: F.prelu(X, ones(4)), "prelu: weight (4,) needs x (N, 4, ...), got (2, 3)"),
    (ValueError, lambda: F.prelu(X, ones(1, 4)), "prelu: weight must be () or (C,), got (1, 4)"),
    (ValueError, lambda: F.dropout(X, 1.5), "dropout: p must be a probability in [0, 1], got 1.5"),
    (TypeError, lambda: F.dropout(NUMBERS), "dropout: x must be a tensor, got [1.0, 2.0, 3.0]" + TENSOR))
def test_elementwise(error, call, text):
    refuses(error, call, text)


@mistakes(
    (ValueError, lambda: minigrad.qr(ones(3, 2, requires_grad=True), some=False),
     "qr: mode='complete' has no derivative for (3, 2); take 'reduced', or A.detach()"),
    (ValueError, lambda: minigrad.linalg.svd(ones(3)), "svd takes matrices (..., m, n), got (3,)"),
    (ValueError, lambda: minigrad.linalg.matrix_norm(X, 3),
     "matrix_norm: ord must be 'fro', 'nuc', 1, -1, 2, -2, inf or -inf, got 3"),
    (ValueError, lambda: minigrad.linalg.solve_triangular(X @ X.T, ones(3, 1), upper=True),
     "solve_triangular: A (2, 2) needs B (..., 2, k), got (3, 1)"),
    (ValueError, lambda: minigrad.linalg.lstsq(X, ones(3, 1)),
     "lstsq: A (2, 3) needs B (..., 2, k) or (..., 2), got (3, 1)"),
    (ValueError, lambda: X.matrix_exp(), "matrix_exp takes square matrices (..., n, n), got (2, 3)"),
    (ValueError, lambda: minigrad.linalg.multi_dot([X, X]),
     "multi_dot takes at least two matrices, each with as many rows as the previous one has columns, got "
     "[(2, 3), (2, 3)]"),
    (ValueError, lambda: minigrad.linalg.tensorinv(X, 1),
     "tensorinv: the first 1 axes of (2, 3) must have as many elements as the remaining axes"),
    (ValueError, lambda: minigrad.linalg.tensorsolve(X, ones(2)),
     "tensorsolve: A (2, 3) must have the axes of B (2,), then axes with as many elements"),
    (ValueError, lambda: minigrad.linalg.norm(ones(1, 2, 2), 1),
     "norm: ord 1 needs one or two axes, got shape (1, 2, 2) and dim None"),
    (ValueError, lambda: minigrad.linalg.cond(X, "fro"),
     "cond takes square matrices (..., n, n), got (2, 3)"),
    (ValueError, lambda: X.inner(ones(2)),
     "inner: the last axes must have the same size, got (2, 3) and (2,)"),
    (ValueError, lambda: minigrad.vander(X), "vander takes a 1-D tensor, got (2, 3); see linalg.vander"),
    (ValueError, lambda: minigrad.trapezoid(X, X, dx=1),
     "trapezoid: give the positions x or their spacing dx, not both"),
    (ValueError, lambda: minigrad.trapezoid(X, ones(2)),
     "trapezoid: x (2,) must hold 3 positions, one for each element along dim -1 of y (2, 3)"))
def test_linear_algebra(error, call, text):
    refuses(error, call, text)


@mistakes(
    (TypeError, lambda: X.sum(along=1),
     "sum: unknown argument 'along'; it takes x, dim, keepdim, dtype"),
    (TypeError, lambda: X.mean(along=1), "mean: unknown argument 'along'; it takes x, dim, keepdim"),
    (TypeError, lambda: X.sum(1, True, None, 4),
     "sum takes at most 4 arguments (x, dim, keepdim, dtype), got 5"),
    (TypeError, lambda: X.sum(1, dim=1), "sum got multiple values for dim"),
    (TypeError, lambda: X.sum(dim=1.0),
     "sum(float32[2, 3], dim=1.0): expected an integer, got float"),
    (ValueError, lambda: X.sum(dim=(0, 0)),
     "sum(float32[2, 3], dim=(0, 0)): an axis is named twice"),
    (IndexError, lambda: X.sum(2),
     "sum(float32[2, 3], dim=2): dim 2 is out of range, expected -2 to 1 for 2 dimensions"),
    (IndexError, lambda: X.softmax(-3), "dim -3 is out of range, expected -2 to 1 for 2 dimensions"),
    (IndexError, lambda: X.median(2), "median: dim 2 is out of range, expected -2 to 1 for (2, 3)"),
    (IndexError, lambda: X.prod(2), "prod: dim 2 is out of range, expected -2 to 1 for (2, 3)"),
    (IndexError, lambda: X.sort(2), "dim 2 is out of range, expected -2 to 1 for 2 dimensions"),
    (IndexError, lambda: X.size(3), "size: dim 3 is out of range, expected -2 to 1 for (2, 3)"),
    (IndexError, lambda: X.stride(-3), "stride: dim -3 is out of range, expected -2 to 1 for (2, 3)"),
    (IndexError, lambda: tensor(1.0).size(0), "size: dim 0 is out of range, a 0-d tensor has no dims"),
    (IndexError, lambda: X.cumsum(2), "dim 2 is out of range, expected -2 to 1 for 2 dimensions"),
    (TypeError, lambda: IDS.mean(),
     "mean takes floating-point numbers, got int64; convert it with .float()"),
    (TypeError, lambda: IDS.var(),
     "var takes floating-point numbers, got int64; convert it with .float()"),
    (TypeError, lambda: minigrad.mean(NUMBERS), "mean: x must be a tensor, got [1.0, 2.0, 3.0]" + TENSOR),
    (TypeError, lambda: minigrad.softmax(NUMBERS, 0),
     "softmax takes tensors and numbers, got list" + TENSOR),
    (ValueError, lambda: zeros(0).max(), "max(x=float32[0]): there are no elements to choose from"),
    (ValueError, lambda: zeros(0, 3).max(0), "there are no elements to choose from"),
    (ValueError, lambda: zeros(0).argmin(),
     "argmin(float32[0]): there are no elements to choose from"),
    (ValueError, lambda: X.topk(5), "topk: k=5 must lie in [0, 3], the size of dim -1 of (2, 3)"))
def test_reductions(error, call, text):
    refuses(error, call, text)


@mistakes(
    (ValueError, lambda: X.reshape(4, 2),
     "reshape(float32[2, 3], shape=(4, 2)): cannot reshape array of size 6"),
    (ValueError, lambda: X.view(-1, -1),
     "reshape(float32[2, 3], shape=(-1, -1)): can only specify one unknown"),
    (TypeError, lambda: X.reshape(2.0, 3), "sizes must be integers, got (2.0, 3)"),
    (ValueError, lambda: X.permute(0),
     "permute(float32[2, 3], dims=(0,)): dims must name every axis once"),
    (ValueError, lambda: X.permute(0, 0),
     "permute(float32[2, 3], dims=(0, 0)): dims must name every axis once"),
    (IndexError, lambda: X.transpose(0, 5),
     "dim 5 is out of range, expected -2 to 1 for 2 dimensions"),
    (ValueError, lambda: ones(2, 3, 4).t(),
     "t() takes at most 2 dimensions, got (2, 3, 4); use .mT or .transpose()"),
    (ValueError, lambda: X.expand(3, 3),
     "expand: (2, 3) cannot become (3, 3); only axes of size 1 can change, new axes go in front, and -1 "
     "keeps the size of an existing axis"),
    (ValueError, lambda: X.expand(3), "expand: (2, 3) cannot become (3,)"),
    (ValueError, lambda: X.expand(-1, 2, 3), "expand: (2, 3) cannot become (-1, 2, 3)"),
    (IndexError, lambda: X.squeeze(4),
     "squeeze: dim 4 is out of range, expected -2 to 1 for (2, 3)"),
    (IndexError, lambda: X.unsqueeze(4),
     "unsqueeze: dim 4 is out of range, expected -3 to 2 for (2, 3)"),
    (ValueError, lambda: X.flatten(1, 0), "flatten: start_dim 1 comes after end_dim 0"),
    (ValueError, lambda: X.unflatten(1, (2, 2)),
     "unflatten: dim 1 has size 3, not the product of [2, 2]"),
    (ValueError, lambda: minigrad.cat([]), "cat: needs at least one tensor, got an empty list"),
    (ValueError, lambda: minigrad.cat([X, ones(3, 3)], 1),
     "cat: shapes [(2, 3), (3, 3)] must be equal except along dim 1"),
    (ValueError, lambda: minigrad.cat([X, ones(3)]),
     "cat: shapes [(2, 3), (3,)] must be equal except along dim 0"),
    (IndexError, lambda: minigrad.cat([X, X], 5),
     "cat: dim 5 is out of range, expected -2 to 1 for (2, 3)"),
    (TypeError, lambda: minigrad.cat([NUMBERS]),
     "cat takes a list of tensors, got an element of type list; convert it with minigrad.tensor(...)"),
    (TypeError, lambda: minigrad.cat(X),
     "cat takes a list of tensors, got one tensor of shape (2, 3); write cat([a, b])"),
    (ValueError, lambda: minigrad.stack([]), "stack: needs at least one tensor, got an empty list"),
    (ValueError, lambda: minigrad.stack([X, ones(2)]),
     "stack: all tensors must have the same shape, got [(2,), (2, 3)]"),
    (TypeError, lambda: minigrad.stack([NUMBERS]),
     "stack takes a list of tensors, got an element of type list; convert it with minigrad.tensor(...)"),
    (ValueError, lambda: X.split(0), "split: split_size must be at least 1, got 0"),
    (ValueError, lambda: X.split([1, 1], 1), "split: sizes [1, 1] add up to 2, dim 1 has size 3"),
    (IndexError, lambda: X.split(1, 5), "split: dim 5 is out of range, expected -2 to 1 for (2, 3)"),
    (ValueError, lambda: X.chunk(0), "chunk: chunks must be at least 1, got 0"),
    (ValueError, lambda: X.repeat(2),
     "repeat: needs a count of at least 0 for each axis of (2, 3), got (2,)"),
    (ValueError, lambda: X.repeat_interleave(tensor([1, 2, 3]), 0),
     "repeat_interleave: repeats must be a number or a vector of 2, one per slice of dim 0, got shape (3,)"),
    (IndexError, lambda: X.flip(5), "dim 5 is out of range, expected -2 to 1 for 2 dimensions"),
    (ValueError, lambda: ones(3).tril(), "tril: needs at least two axes"),
    (ValueError, lambda: X.diagonal(0, 1, 1),
     "diagonal: dim1 and dim2 must be two different axes, got 1 and 1 for shape (2, 3)"),
    (ValueError, lambda: ones(2, 2, 2).diag(), "diag takes a vector or a matrix, got (2, 2, 2)"),
    (ValueError, lambda: F.pad(X, (1,)),
     "pad: pad must be a list of pairs, (before, after) from the last axis of (2, 3) forwards, got (1,)"),
    (ValueError, lambda: F.pad(X, 1),
     "pad: pad must be a list of pairs, (before, after) from the last axis of (2, 3) forwards, got 1"),
    (ValueError, lambda: F.pad(X, (3, 3), "reflect"),
     "pad: mode 'reflect' can pad dim 1 of (2, 3) by at most 2, got 3"),
    (ValueError, lambda: F.pad(X, (1, 1), "mirror"),
     "pad: mode must be 'constant', 'reflect', 'replicate' or 'circular', got 'mirror'"),
    (ValueError, lambda: minigrad.meshgrid(X, X),
     "meshgrid takes vectors, got shapes [(2, 3), (2, 3)]"),
    (ValueError, lambda: X.movedim((0, 1), 0),
     "movedim: source [0, 1] and destination [0] must name equally many axes, each once"))
def test_shapes(error, call, text):
    refuses(error, call, text)


@mistakes(
    (TypeError, lambda: X["a"],
     "cannot index a tensor with str; use integers, slices, None, ..., or tensors and lists"),
    (TypeError, lambda: X[tensor([0.5])],
     "an index tensor must hold integers or booleans, got float32; convert it with .long()"),
    (ValueError, lambda: X.gather(0, IDS),
     "gather: index (2,) must have 2 axes like x (2, 3), none longer than x's except dim 0"),
    (ValueError, lambda: X.gather(1, tensor([[5]])),
     "gather: an index along dim 1 of (2, 3) must lie in [0, 3), got 5"),
    (TypeError, lambda: X.gather(1, [[0]]),
     "gather: index must be a tensor of integers, got list; convert it with minigrad.tensor(...)"),
    (TypeError, lambda: X.gather(1, X),
     "gather: index must hold integers, got float32; convert it with .long()"),
    (IndexError, lambda: X.gather(5, tensor([[0]])),
     "gather: dim 5 is out of range, expected -2 to 1 for (2, 3)"),
    (ValueError, lambda: X.take_along_dim(IDS, 0),
     "take_along_dim: indices (2,) must have 2 axes like x (2, 3), with sizes equal or 1 except along dim 0"),
    (ValueError, lambda: X.take_along_dim(tensor([[3]]), 1),
     "take_along_dim: an index along dim 1 of (2, 3) must lie"),
    (ValueError, lambda: X.scatter_add(0, tensor([[2]]), X),
     "scatter_add: an index along dim 0 of (2, 3) must lie in"),
    (ValueError, lambda: X.scatter_add(0, tensor([[0, 1]]), ones(1, 1)),
     "scatter_add: src (1, 1) must be at least as large as index (1, 2) along every axis"),
    (ValueError, lambda: X.index_select(0, tensor([2])),
     "index_select: an index along dim 0 of (2, 3) must lie in [0, 2)"),
    (ValueError, lambda: X.index_select(0, tensor([[0]])),
     "index_select: index must be a vector, got (1, 1)"),
    (ValueError, lambda: X.rot90(dims=(0, 0)),
     "rot90: dims must be two different axes, got (0, 0) for shape (2, 3)"),
    (ValueError, lambda: X.hsplit(2),
     "hsplit: dim 1 of (2, 3) cannot be split into 2 equal parts; use tensor_split"),
    (ValueError, lambda: X.dsplit(1), "dsplit takes tensors of at least 3 axes, got (2, 3)"),
    (ValueError, lambda: X.tensor_split(0), "tensor_split: indices_or_sections must be at least 1, got 0"),
    (ValueError, lambda: X.sum_to_size(2, 2), "sum_to_size: (2, 2) does not broadcast to (2, 3)"),
    (ValueError, lambda: minigrad.broadcast_shapes((2,), (3,)),
     "broadcast_shapes: (2,), (3,) do not broadcast; from the last axis back, sizes must be equal or one "
     "of them 1"),
    (ValueError, lambda: minigrad.block_diag(ones(1, 1, 1)),
     "block_diag takes tensors of at most 2 axes, got shapes [(1, 1, 1)]"),
    (ValueError, lambda: minigrad.combinations(X),
     "combinations: x must be 1-D and r at least 1, got (2, 3) and 2"),
    (ValueError, lambda: X.diag_embed(0, 1, 1),
     "diag_embed: dim1 and dim2 must be different axes, got 1 and 1"),
    (IndexError, lambda: ones(3).fliplr(), "fliplr: dim 1 is out of range, expected -1 to 0 for (3,)"),
    (TypeError, lambda: minigrad.hstack([1.0]),
     "hstack takes a list of tensors, got an element of type float; convert it with minigrad.tensor(...)"),
    (ValueError, lambda: X.scatter(0, tensor([[2]]), X),
     "scatter: an index along dim 0 of (2, 3) must lie in [0, 2), got 2"),
    (TypeError, lambda: X.scatter(0, tensor([[0]])),
     "scatter: src must be a tensor or a number, got NoneType"),
    (ValueError, lambda: tensor(1.0).index_select(0, tensor([0, 0])),
     "index_select: index must have one element, as x is 0-d, got (2,)"),
    (ValueError, lambda: minigrad.searchsorted(X, ones(2)),
     "searchsorted: sorted_sequence must be 1-D or have the axes of the values but for the last one, "
     "got (2, 3) for values (2,)"),
    (ValueError, lambda: minigrad.searchsorted(ones(2), ones(2), right=True, side="left"),
     "searchsorted: right=True and side='left' contradict each other"),
    (ValueError, lambda: minigrad.zeros(2, 0).unique(dim=0),
     "unique: dim 0 of (2, 0) has slices without elements"),
    (ValueError, lambda: tensor(1.0).diff(), "diff: x must have at least one axis, got a 0-d tensor"),
    (ValueError, lambda: ones(2).repeat_interleave(tensor([1, 2]), output_size=4),
     "repeat_interleave: output_size is 4, but the counts add up to 3"),
    (ValueError, lambda: minigrad.nonzero_static(ones(2), size=-1),
     "nonzero_static: size must be at least 0, got -1"),
    (IndexError, lambda: X[:, :0].median(1),
     "median: dim 1 of (2, 0) is empty; there is no element to choose"),
    (IndexError, lambda: X[:0].mode(0), "mode: dim 0 of (0, 3) is empty; there is no element to choose"),
    (ValueError, lambda: X.scatter(0, tensor([[0]]), X, reduce="max"),
     "scatter: reduce must be None, 'add' or 'multiply', got 'max'; use scatter_reduce for others"),
    (TypeError, lambda: X.scatter(0, tensor([[0]]), X.double()),
     "scatter: x is float32 but the new elements are float64; convert them with .to(x.dtype)"),
    (ValueError, lambda: X.scatter_reduce(0, tensor([[0]]), X, "median"),
     "scatter_reduce: reduce must be 'sum', 'mean', 'prod', 'amax' or 'amin', got 'median'"),
    (ValueError, lambda: X.index_copy(0, IDS, ones(3, 3)),
     "index_copy: source must be (2, 3), one slice of x (2, 3) per index, got (3, 3)"),
    (ValueError, lambda: X.index_fill(1, tensor([3]), 0.0),
     "index_fill: an index along dim 1 of (2, 3) must lie in [-3, 3), got 3"),
    (ValueError, lambda: X.index_fill(1, IDS, ones(2)),
     "index_fill: value must be a number or a 0-d tensor, got shape (2,)"),
    (ValueError, lambda: X.index_put((IDS, tensor([0, 4])), ones(2)),
     "index_put: an index along dim 1 of (2, 3) must lie in [-3, 3), got 4"),
    (ValueError, lambda: X.index_put((ones(3) > 0,), ones(2)),
     "index_put: mask (3,) must match the sizes of x (2, 3) from dim 0 on"),
    (TypeError, lambda: X.index_put(IDS, ones(2)),
     "index_put: indices must be a tuple of tensors, got Tensor"),
    (ValueError, lambda: X.take(tensor([6])),
     "take: an index into the 6 elements of (2, 3) must lie in [-6, 6), got 6"),
    (ValueError, lambda: X.put(IDS, ones(3)), "put: source (3,) must have as many elements as index (2,)"),
    (ValueError, lambda: X.masked_scatter(X > 0, ones(4)),
     "masked_scatter: source (4,) has 4 elements, but mask is True 6 times"),
    (ValueError, lambda: X.select_scatter(ones(2), 0, 1),
     "select_scatter: src must be (3,), the shape that it replaces in x (2, 3), got (2,)"),
    (IndexError, lambda: X.select(1, 3),
     "select: index 3 is out of range, expected -3 to 2 along dim 1 of (2, 3)"),
    (ValueError, lambda: minigrad.unravel_index(tensor([6]), (2, 3)),
     "unravel_index: an index into the 6 elements of (2, 3) must lie in [0, 6), got 6"),
    (ValueError, lambda: X.index_add(0, IDS, ones(3, 3)),
     "index_add: source must be (2, 3), one slice of x (2, 3) per index, got (3, 3)"),
    (TypeError, lambda: X.masked_fill(IDS, 0.0),
     "masked_fill: mask must be boolean, got int64; convert it with .bool()"),
    (ValueError, lambda: X.masked_fill(IDS > 0, 0.0),
     "masked_fill: mask (2,) does not broadcast with x (2, 3)"),
    (ValueError, lambda: X.masked_select(IDS > 0),
     "masked_select: mask (2,) does not broadcast with x (2, 3)"),
    (IndexError, lambda: X.narrow(0, 1, 5), "narrow: 1 to 6 is outside dim 0 of (2, 3)"),
    (ValueError, lambda: F.one_hot(tensor([5]), 3), "one_hot: class ids must lie in [0, 3), got 5"),
    (ValueError, lambda: F.embedding(tensor([7]), X),
     "embedding: token ids must lie in [0, 2), got 7"),
    (ValueError, lambda: F.embedding(tensor([-1]), X),
     "embedding: token ids must lie in [0, 2), got -1"),
    (TypeError, lambda: F.embedding(tensor([0.5]), X),
     "embedding: x must hold integers, got float32; convert it with .long()"),
    (TypeError, lambda: F.embedding([0], X),
     "embedding: x must be a tensor of integers, got list; convert it with minigrad.tensor(...)"),
    (ValueError, lambda: F.embedding(IDS, ones(3)), "embedding: weight must be (V, D), got (3,)"),
    (ValueError, lambda: F.embedding(IDS, X, padding_idx=2),
     "embedding: padding_idx must lie in [-2, 2), got 2"))
def test_indexing(error, call, text):
    refuses(error, call, text)


@pytest.mark.parametrize("index, text", [
    (5, "index 5 is out of range for axis 0 of size 2"),
    ((0, 0, 0), "too many indices"),
    (tensor([5]), "index 5 is out of range for axis 0 of size 2"),
    (tensor([True]), "size of axis is 2 but size of corresponding boolean axis is 1")])
def test_an_index_that_does_not_fit_is_named_with_the_shape(index, text):
    with pytest.raises(IndexError, match=r"getitem\(float32\[2, 3\], index=.*" + text):
        X[index]


@mistakes(
    (ValueError, lambda: X @ X,
     "matmul: (2, 3) @ (2, 3): the last axis of the first must match the second-to-last "
     "axis of the second; transpose one with .mT?"),
    (ValueError, lambda: X @ tensor(1.0), "matmul: (2, 3) @ ()"),
    (ValueError, lambda: ones(2, 3, 4) @ ones(3, 4, 5),
     f"matmul(float32[2, 3, 4], float32[3, 4, 5]): {FIT}"),
    (TypeError, lambda: X @ NUMBERS, "matmul: b must be a tensor, got [1.0, 2.0, 3.0]" + TENSOR),
    (TypeError, lambda: minigrad.matmul([NUMBERS], X),
     "matmul: a must be a tensor, got [[1.0, 2.0, 3.0]]" + TENSOR),
    (ValueError, lambda: minigrad.mm(X, ones(3)),
     "mm takes two matrices, got (2, 3) and (3,); see matmul"),
    (ValueError, lambda: minigrad.bmm(X, X),
     "bmm takes (N, n, k) and (N, k, m), got (2, 3) and (2, 3)"),
    (ValueError, lambda: minigrad.dot(X, X), "dot takes two 1-D tensors, got (2, 3) and (2, 3)"),
    (ValueError, lambda: minigrad.outer(X, X), "outer takes two 1-D tensors, got (2, 3) and (2, 3)"),
    (ValueError, lambda: minigrad.trace(ones(3)), "trace takes a matrix, got (3,)"),
    (ValueError, lambda: F.linear(X, ones(4, 2)),
     "linear: x is (2, 3), but weight (4, 2), (out, in), expects (..., 2)"),
    (ValueError, lambda: F.linear(X, ones(4, 3), ones(3)), "linear: bias must be (4,), got (3,)"),
    (TypeError, lambda: F.linear(NUMBERS, X), "linear: x must be a tensor, got [1.0, 2.0, 3.0]" + TENSOR),
    (ValueError, lambda: minigrad.einsum("ij,jk", X), "einsum: 'ij,jk' names 2 operands, got 1"),
    (ValueError, lambda: minigrad.einsum("ij,jk", X, X),
     "einsum: 'ij,jk' with shapes [(2, 3), (2, 3)]: axis 'j' has sizes 3 and 2"),
    (ValueError, lambda: minigrad.einsum("ijk", X),
     "einsum: 'ijk' in 'ijk' does not match the 2 axes of operand 0"),
    (ValueError, lambda: minigrad.einsum("ii", X),
     "einsum: 'ii' with shapes [(2, 3)]: axis 'i' has sizes 2 and 3"),
    (ValueError, lambda: minigrad.einsum("ij->k", X),
     "einsum: the output 'k' of 'ij->k' names an axis twice or an axis that no operand has"),
    (ValueError, lambda: minigrad.einsum("ij->ii", X),
     "einsum: the output 'ii' of 'ij->ii' names an axis twice"),
    (ValueError, lambda: minigrad.einsum("i1", X),
     "einsum: axes are named by letters, got '1' in 'i1'"),
    (TypeError, lambda: minigrad.einsum(X, "ij"),
     "einsum: the equation comes first, as in einsum('ij,jk->ik', a, b), got Tensor"),
    (ValueError, lambda: minigrad.tensordot(X, X, 1),
     "tensordot: axes [1] of (2, 3) and [0] of (2, 3) must match in number and size"))
def test_products(error, call, text):
    refuses(error, call, text)


@mistakes(
    (ValueError, lambda: F.conv2d(X, FILTER), "conv2d: x must be (N, C, H, W), or without N, got (2, 3)"),
    (ValueError, lambda: F.conv2d(IMAGE, ones(2, 3, 3)),
     "conv2d: weight must be (C_out, C/groups, K, K), got (2, 3, 3)"),
    (ValueError, lambda: F.conv2d(IMAGE, ones(2, 4, 3, 3)),
     "conv2d: x has 3 channels but weight expects 4; x (1, 3, 5, 5) must be (N, C, H, W), weight (2, 4, "
     "3, 3) (C_out, C/groups, K, K), with C and C_out divisible by groups=1"),
    (ValueError, lambda: F.conv2d(IMAGE, FILTER, groups=0), "divisible by groups=0"),
    (ValueError, lambda: F.conv2d(IMAGE, FILTER, ones(3)),
     "conv2d: bias must be (2,), one per output channel, got (3,)"),
    (ValueError, lambda: F.conv2d(IMAGE, FILTER, stride=0),
     "conv2d: stride must be an integer of at least 1, or 2 of them, got 0"),
    (ValueError, lambda: F.conv2d(IMAGE, FILTER, padding=-1),
     "conv2d: padding must be an integer of at least 0, or 2 of them, got -1"),
    (ValueError, lambda: F.conv2d(IMAGE, FILTER, padding=(1, 2, 3)),
     "conv2d: padding must be an integer of at least 0, or 2 of them, got (1, 2, 3)"),
    (ValueError, lambda: F.conv2d(IMAGE, FILTER, padding="half"),
     "conv2d: padding must be an integer, 'same' or 'valid', got 'half'"),
    (ValueError, lambda: F.conv2d(IMAGE, FILTER, stride=2, padding="same"),
     "conv2d: padding='same' needs stride 1, got (2, 2)"),
    (ValueError, lambda: F.conv2d(IMAGE, ones(2, 3, 7, 7)),
     "conv2d: a kernel (7, 7) with dilation (1, 1) does not fit into the padded size (5, "
     "5); use more padding or a smaller"),
    (TypeError, lambda: F.conv2d([NUMBERS], FILTER),
     "conv2d: x must be a tensor, got [[1.0, 2.0, 3.0]]" + TENSOR),
    (ValueError, lambda: F.conv_transpose2d(IMAGE, FILTER),
     "conv_transpose2d: x has 3 channels but weight expects 2"),
    (ValueError, lambda: F.conv_transpose2d(IMAGE, ones(3, 2, 2, 2), output_padding=1),
     "conv_transpose2d: output_padding (1, 1) must be smaller than stride (1, 1) or "
     "dilation (1, 1)"),
    (ValueError, lambda: F.conv_transpose2d(IMAGE, ones(3, 2, 2, 2), padding=3),
     "conv_transpose2d: padding (3, 3) crops the whole output (6, 6)"),
    (ValueError, lambda: F.max_pool2d(X, 2),
     "max_pool2d: x must be (N, C, H, W), or without N, got (2, 3)"),
    (ValueError, lambda: F.max_pool2d(IMAGE, 9),
     "max_pool2d: a kernel (9, 9) with dilation (1, 1) does not fit"),
    (ValueError, lambda: F.max_pool2d(IMAGE, 2, stride=0),
     "max_pool2d: stride must be an integer of at least 1, or 2 of them, got 0"),
    (ValueError, lambda: F.max_pool2d(IMAGE, 3, padding=2),
     "max_pool2d: padding (2, 2) must be at most half of the kernel (3, 3)"),
    (ValueError, lambda: F.avg_pool2d(IMAGE, (2, 2, 2)),
     "avg_pool2d: kernel_size must be an integer of at least 1, or 2 of them, got (2, 2, 2)"),
    (ValueError, lambda: F.adaptive_avg_pool2d(X, 1),
     "adaptive_avg_pool2d: x must be (N, C, H, W), or without N, got (2, 3)"),
    (ValueError, lambda: F.adaptive_max_pool2d(IMAGE, 0),
     "adaptive_max_pool2d: output_size must be an integer of at least 1, or 2 of them, got [0, 0]"),
    (ValueError, lambda: F.unfold(X, 2), "unfold: x must be (N, C, H, W), or without N, got (2, 3)"),
    (ValueError, lambda: F.fold(ones(1, 5, 4), (3, 3), 2),
     "fold: x (1, 5, 4) must be (N, C * 4, 4), or without N, for output (3, 3), kernel (2, 2), stride (1, "
     "1)"))
def test_convolution_and_pooling(error, call, text):
    refuses(error, call, text)


@mistakes(
    (ValueError, lambda: F.layer_norm(X, (2,)),
     "layer_norm: the last axes of x (2, 3) must be (2,)"),
    (ValueError, lambda: F.layer_norm(X, (3,), ones(2)),
     "layer_norm: weight must be (3,), got (2,)"),
    (ValueError, lambda: F.rms_norm(X, (2, 2, 3)),
     "rms_norm: the last axes of x (2, 3) must be (2, 2, 3)"),
    (ValueError, lambda: F.batch_norm(ones(3), None, None, training=True),
     "batch_norm: x must be (N, C, ...), got (3,)"),
    (ValueError, lambda: F.batch_norm(ones(1, 3), None, None, training=True),
     "batch_norm: training needs more than one value per channel, got (1, 3)"),
    (ValueError, lambda: F.batch_norm(X, zeros(3), zeros(2)),
     "batch_norm: x (2, 3) has 3 channels, so running_var must be (3,), got (2,)"),
    (ValueError, lambda: F.batch_norm(X, None, None),
     "batch_norm: with training=False, pass running_mean and running_var"),
    (ValueError, lambda: F.group_norm(X, 2),
     "group_norm: num_groups=2 must divide the 3 channels of x (2, 3)"),
    (ValueError, lambda: F.group_norm(X, 3, ones(2)),
     "group_norm: x (2, 3) has 3 channels, so weight must be (3,), got (2,)"),
    (ValueError, lambda: F.scaled_dot_product_attention(X, X, ones(3, 3)),
     "attention: query (2, 3), key (2, 3), value (3, 3) must be (..., T, d), (..., S, d), (..., S, e)"),
    (ValueError, lambda: F.scaled_dot_product_attention(X, X, X, ones(3, 2)),
     "attention: attn_mask (3, 2) must broadcast to the scores, (2, 2), with a row per query and a column "
     "per key"),
    (TypeError, lambda: F.scaled_dot_product_attention(X, X, X, IDS),
     "attention: attn_mask must be boolean or floating-point, got int64; compare, as in ids != padding"),
    (ValueError, lambda: F.scaled_dot_product_attention(
        ones(3, 2, 4), ones(2, 2, 4), ones(2, 2, 4), enable_gqa=True),
     "attention: with enable_gqa query (3, 2, 4) must have a multiple of the heads of key (2, 2, 4)"))
def test_normalisation_and_attention(error, call, text):
    refuses(error, call, text)


@mistakes(
    (ValueError, lambda: F.cross_entropy(X, tensor([0, 3])),
     "cross_entropy: class ids must lie in [0, 3), got 3"),
    (ValueError, lambda: F.cross_entropy(X, tensor([-1, 0])),
     "cross_entropy: class ids must lie in [0, 3), got -1"),
    (ValueError, lambda: F.cross_entropy(X, tensor([0])),
     "cross_entropy: input (2, 3) (N, V, ...) needs class ids of shape (2,), got (1,)"),
    (TypeError, lambda: F.cross_entropy(X, ones(2)),
     "cross_entropy: class ids must be integers, got float32 (2,); convert them with .long(), or pass "
     "probabilities with input's shape (2, 3)"),
    (ValueError, lambda: F.cross_entropy(X, ones(2, 4)),
     "cross_entropy with probabilities: input (2, 3) and target (2, 4) must have the same shape"),
    (ValueError, lambda: F.cross_entropy(X, IDS, ones(2)),
     "cross_entropy: weight should be (3,), one number per class, got (2,)"),
    (ValueError, lambda: F.cross_entropy(X, IDS, label_smoothing=2),
     "cross_entropy: label_smoothing must be in [0, 1], got 2"),
    (ValueError, lambda: F.cross_entropy(X, IDS, reduction="avg"),
     "reduction must be 'mean', 'sum' or 'none', got 'avg'"),
    (ValueError, lambda: F.cross_entropy(tensor(1.0), tensor(0)),
     "cross_entropy: input should be (N, V), (N, V, ...) or (V,)"),
    (TypeError, lambda: F.cross_entropy(X, [0, 1]),
     "cross_entropy: target must be a tensor, got [0, 1]" + TENSOR),
    (ValueError, lambda: F.nll_loss(X, tensor([0, 3])),
     "nll_loss: class ids must lie in [0, 3), got 3"),
    (ValueError, lambda: F.mse_loss(X, ones(3)),
     "mse_loss: input (2, 3) and target (3,) must have the same shape; broadcasting would "
     "compare every element with every other"),
    (TypeError, lambda: F.cross_entropy(minigrad.tensor([0, 1]), X),
     "cross_entropy: input should be floating-point scores, got int64 (2,); the order is "
     "cross_entropy(input, target)"),
    (TypeError, lambda: F.mse_loss(X, NUMBERS),
     "mse_loss: target must be a tensor, got [1.0, 2.0, 3.0]" + TENSOR),
    (ValueError, lambda: F.binary_cross_entropy(X * 2, X),
     "binary_cross_entropy: input must be in [0, 1], got 2.0 to 2.0; pass raw scores to "
     "binary_cross_entropy_with_logits"),
    (ValueError, lambda: F.binary_cross_entropy(X, X * 2),
     "binary_cross_entropy: target must be in [0, 1], got 2.0 to 2.0"),
    (ValueError, lambda: F.cross_entropy(X, X, ignore_index=1),
     "cross_entropy: ignore_index=1 is a class id, but target holds probabilities; a row of zeros in target "
     "adds nothing to the loss"),
    (ValueError, lambda: F.huber_loss(X, X, delta=0), "huber_loss: delta must be above 0, got 0"),
    (ValueError, lambda: F.smooth_l1_loss(X, X, beta=-1), "smooth_l1_loss: beta must be at least 0, got -1"),
    (ValueError, lambda: F.triplet_margin_loss(X, X, X, margin=0),
     "triplet_margin_loss: margin must be above 0, got 0"),
    (ValueError, lambda: F.triplet_margin_loss(X, ones(3), X),
     "triplet_margin_loss: anchor (2, 3), positive (3,) and negative (2, 3) must have the same number of "
     "axes"),
    (ValueError, lambda: F.kl_div(ones(0, 3), ones(0, 3), reduction="batchmean"),
     "an empty batch, shape (0, 3), has no mean"),
    (ValueError, lambda: F.kl_div(X, ones(3)),
     "kl_div: input (2, 3) and target (3,) must have the same shape"))
def test_losses(error, call, text):
    refuses(error, call, text)


OTHER = X.to("fake")
MOVE = "on cpu and fake; move one with x.to('cpu') or x.to('cuda'), a model with model.to(...)"


@mistakes(
    (RuntimeError, lambda: X + OTHER, "add: its arguments are " + MOVE),
    (RuntimeError, lambda: X @ OTHER.T, "matmul: its arguments are " + MOVE),
    (RuntimeError, lambda: minigrad.cat([X, OTHER]), "cat: its arguments are " + MOVE),
    (RuntimeError, lambda: minigrad.where(X > 0, X, OTHER),
     "where: its arguments are on cpu and cpu and fake"),
    (RuntimeError, lambda: F.linear(X, OTHER), "linear: its arguments are " + MOVE),
    (RuntimeError, lambda: F.mse_loss(X, OTHER), "mse_loss: its arguments are " + MOVE),
    (RuntimeError, lambda: X[OTHER.argmax(0)], "indexing: its arguments are " + MOVE),
    (RuntimeError, lambda: X.gather(1, OTHER.long()), "gather: its arguments are " + MOVE),
    (RuntimeError, lambda: F.embedding(OTHER.argmax(1), X), "embedding: its arguments are " + MOVE),
    (RuntimeError, lambda: F.cross_entropy(X, OTHER.argmax(1)),
     "cross_entropy: its arguments are " + MOVE),
    (RuntimeError, lambda: X.clone().copy_(X).__setitem__(0, OTHER[0]),
     "item assignment: its arguments are " + MOVE),
    (RuntimeError, lambda: X.clone().add_(OTHER), "add: its arguments are " + MOVE))
def test_devices_do_not_mix(error, call, text):
    refuses(error, call, text)


@mistakes(
    (ValueError, lambda: minigrad.quantile(X, 1.5), "quantile: q must lie in [0, 1], got 1.5"),
    (ValueError, lambda: minigrad.quantile(X, 0.5, interpolation="cubic"),
     "quantile: interpolation must be 'linear', 'lower', 'higher', 'midpoint' or 'nearest', got 'cubic'"),
    (TypeError, lambda: IDS.quantile(0.5),
     "quantile takes floating-point numbers, got int64; convert it with .float()"),
    (ValueError, lambda: X.kthvalue(4), "kthvalue: k=4 must lie in [1, 3], the size of dim -1 of (2, 3)"),
    (ValueError, lambda: X.cov(fweights=IDS),
     "cov: fweights must have shape (3,), one weight per observation, got (2,)"),
    (ValueError, lambda: minigrad.gradient(X, spacing=[1.0]), "gradient: spacing has 1 entries for 2 dims"),
    (ValueError, lambda: minigrad.gradient(X, edge_order=2),
     "gradient: dim 0 of (2, 3) must have at least 3 elements"),
    (ValueError, lambda: minigrad.histc(tensor([float("nan")])), "histc: the range"),
    (ValueError, lambda: minigrad.polygamma(-1, X), "polygamma: n must be from 0 to 10000, got -1"),
    (ValueError, lambda: X.mvlgamma(0), "mvlgamma: p must be from 1 to 10000, got 0"),
    (TypeError, lambda: IDS.frexp(),
     "frexp takes floating-point numbers, got int64; convert it with .float()"),
    (TypeError, lambda: minigrad.positive(X > 0),
     "positive takes numbers, got bool; convert it with .long()"),
    (ValueError, lambda: F.rrelu(X, 0.5, 0.1), "rrelu: lower must be at most upper, got 0.5 and 0.1"),
    (ValueError, lambda: minigrad.pdist(X[0]), "pdist takes points (n, d), got (3,)"),
    (ValueError, lambda: F.multilabel_margin_loss(X, IDS.reshape(1, 2)), "multilabel_margin_loss"),
    (ValueError, lambda: F.fractional_max_pool2d(IMAGE, 2),
     "fractional_max_pool2d: give either output_size or output_ratio"),
    (ValueError, lambda: F.fractional_max_pool2d(IMAGE, 3, 4),
     "fractional_max_pool2d: (4, 4) windows of size (3, 3) do not fit into (5, 5)"),
    (ValueError, lambda: X.random_(3, 3), "random_: low 3 must be below high 3"))
def test_statistics_and_special_functions(error, call, text):
    with pytest.raises(error, match=re.escape(text)):
        call()


# Values that PyTorch refuses too, where a number or an axis was meant for another argument


@mistakes(
    (TypeError, lambda: X.sum(0, 1), "sum: keepdim must be True or False, got 1; several axes are dim="),
    (TypeError, lambda: X.mean(0, 1), "mean: keepdim must be True or False, got 1; several axes are"),
    (TypeError, lambda: X.max(1, 1), "max: keepdim must be True or False, got 1; several axes are"),
    (TypeError, lambda: minigrad.argmax(X, 0, 1), "argmax: keepdim must be True or False, got 1"),
    (TypeError, lambda: X.sum(True), "sum: dim must be an integer, got True"),
    (TypeError, lambda: F.dropout(X, 0.5, 7), "dropout: training must be True or False, got 7"),
    (TypeError, lambda: F.relu6(X, inplace=99), "relu6: inplace must be True or False, got 99"),
    (TypeError, lambda: F.relu6(X, inplace=[]), "relu6: inplace must be True or False, got []"),
    (TypeError, lambda: minigrad.nn.GRU(2, 3, batch_first=99), "GRU: batch_first must be True or False, got"),
    (TypeError, lambda: minigrad.nn.Linear(True, 3), "Linear: in_features must be an integer, got True"),
    (TypeError, lambda: F.softmax(X, True), "softmax: dim must be an integer or None, got True"),
    (TypeError, lambda: X.flatten(True), "flatten: start_dim must be an integer, got True"),
    (TypeError, lambda: X.transpose(True, 0), "transpose: dim0 must be an integer, got True"),
    (TypeError, lambda: minigrad.cat([X, X], True), "cat: dim must be an integer, got True"),
    (TypeError, lambda: minigrad.topk(X, True), "topk: k must be an integer, got True"),
    (TypeError, lambda: zeros(True, 2), "zeros: sizes must be integers, got (True, 2)"),
    (ValueError, lambda: F.conv2d(IMAGE, FILTER, None, True),
     "conv2d: stride must be an integer of at least 1, or 2 of them, got True"),
    (ValueError, lambda: F.max_pool2d(IMAGE, True), "max_pool2d: kernel_size must be an integer"))
def test_switches_and_counts_are_not_taken_for_each_other(error, call, text):
    refuses(error, call, text)


def test_a_switch_by_name_may_be_0_or_1():
    assert X.mean(0, keepdim=1).shape == (1, 3)
    assert minigrad.nn.Linear(2, 3, bias=0).bias is None
    assert X.std(1, True).tolist() == [0.0, 0.0]        # PyTorch's `unbiased`


@mistakes(
    (TypeError, lambda: zeros(2, dtype=IDS), "zeros: dtype must be a dtype, a type, a string or None"),
    (TypeError, lambda: zeros(2, dtype=[]), "zeros: dtype must be a dtype, a type, a string or None, got []"),
    (TypeError, lambda: X.sum(dtype=IDS), "is not a dtype"),
    (TypeError, lambda: minigrad.asarray([1], dtype="S"), "asarray: 'S' is not a dtype"),
    (TypeError, lambda: zeros(2, dtype="complex256"), "zeros: 'complex256' is not a dtype"),
    (TypeError, lambda: zeros(2, device=[]), "zeros: device must be a string, an integer or None, got []"),
    (TypeError, lambda: minigrad.exp(1.5), "exp: x must be a tensor, got 1.5" + TENSOR),
    (TypeError, lambda: minigrad.maximum(1, 2), "maximum: a must be a tensor, got 1" + TENSOR),
    (TypeError, lambda: F.softplus(2.0), "softplus: x must be a tensor, got 2.0" + TENSOR))
def test_a_dtype_a_device_and_a_tensor_are_what_they_are_called(error, call, text):
    refuses(error, call, text)


def test_device_0_is_a_gpu_as_device_1_is():
    for make in (lambda: zeros(2, device=0), lambda: minigrad.nn.Linear(2, 3, device=0)):
        if minigrad.cuda.is_available():
            make()
        else:
            with pytest.raises(RuntimeError, match="device 'cuda"):
                make()


MASK = tensor([True, False, True])


@mistakes(
    *[(TypeError, call, "sub: booleans cannot be subtracted; the opposite of a mask is ~mask") for call in (
        lambda: 1 - MASK, lambda: MASK - 1.0, lambda: X - MASK, lambda: MASK - X,
        lambda: X.clone().sub_(MASK), lambda: IDS[:1] - MASK, lambda: X.half() - MASK)],
    (TypeError, lambda: F.l1_loss(X[0], MASK), "l1_loss"),
    *[(TypeError, lambda name=name: getattr(minigrad, name)(IDS, IDS),
       f"{name}: expected floats, got integers or booleans; convert with .float()")
      for name in ("hypot", "logaddexp", "logaddexp2", "nextafter")])
def test_dtypes_that_an_op_is_not_defined_for(error, call, text):
    with pytest.raises(error, match=re.escape(text)):
        call()


def test_a_mask_as_the_target_of_a_squared_error_counts_as_0_and_1():
    x, t = tensor([0.5, 2.0, 1.0]), tensor([1.0, 0.0, 1.0])
    for loss in (F.mse_loss, F.huber_loss, F.smooth_l1_loss):
        for reduction in ("mean", "sum", "none"):
            assert loss(x, MASK, reduction=reduction).tolist() == loss(x, t, reduction=reduction).tolist()
    assert minigrad.hypot(X, tensor([0, 0, 0])).tolist() == X.tolist()


@pytest.mark.parametrize("op", [minigrad.logaddexp, minigrad.logaddexp2, minigrad.pow, minigrad.hypot])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_rules_compute_with_masks_though_users_may_not_subtract_them(op, dtype):
    mask = minigrad.tensor([True, False])
    gradients = []
    for create_graph in (False, True):
        x = minigrad.tensor([0.5, 2.0], dtype=dtype, requires_grad=True)
        gradient, = minigrad.autograd.grad(op(x, mask).sum(), x, create_graph=create_graph)
        assert gradient.dtype == dtype
        gradients.append(gradient.tolist())
    numbers = minigrad.tensor([0.5, 2.0], dtype=dtype, requires_grad=True)
    expected, = minigrad.autograd.grad(op(numbers, minigrad.tensor([1, 0], dtype=dtype)).sum(), numbers)
    assert gradients == [expected.tolist()] * 2
