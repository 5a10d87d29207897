"""torch.masked's names: reductions, cumulative sums and softmax of the elements that a mask keeps.

`mask` is boolean and broadcasts to the input; True keeps an element. What it leaves out is replaced by a
number that changes no result: 0 in a sum, 1 in a product, -inf in a maximum. Where a mask keeps nothing, the
result is what the operation gives for these numbers alone, and means nothing. Without a mask all elements
count.

MaskedTensor is a tensor together with its mask; these functions take one as input too.
"""

import builtins
import math
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from minigrad.autograd import Tensor, broadcast_to, composed, dtype_of
from minigrad.hints import missing as _missing
from minigrad.ops.matrices.norms import vector_norm
from minigrad.ops.numbers import choosing, powers
from minigrad.ops.numbers.dtypes import DtypeLike
from minigrad.ops.reductions import cumulative, logic, order, softmax as softmaxes, sums

__all__ = [
    "MaskedTensor", "amax", "amin", "argmax", "argmin", "as_masked_tensor", "cumprod", "cumsum",
    "is_masked_tensor", "log_softmax", "logaddexp", "logsumexp", "masked_tensor", "mean", "median", "norm",
    "normalize", "prod", "softmax", "softmin", "std", "sum", "var"]

Dims = int | Sequence[int] | None


def parts(name, input, mask):
    """(the tensor, its mask as booleans of the same shape or None)."""
    if isinstance(input, MaskedTensor):
        own = input.get_mask()
        input, mask = input.get_data(), own if mask is None else own & mask.to(np.bool_)
    if mask is None:
        return input, None
    if mask.ndim > input.ndim or any_differ(mask.shape, input.shape):
        raise IndexError(f"masked.{name}: the mask {tuple(mask.shape)} must broadcast to the input "
                         f"{tuple(input.shape)}")
    return input, broadcast_to(mask.to(np.bool_), shape=tuple(input.shape))


def any_differ(small, large):
    return builtins.any(a not in (1, b) for a, b in zip(reversed(small), reversed(large)))


def filled(name, input, mask, neutral):
    """The input with the number `neutral` where the mask leaves an element out.

    An infinite one becomes, for integers, the last number of their dtype.
    """
    x, mask = parts(name, input, mask)
    if abs(neutral) == math.inf and x.dtype.kind not in "fc":
        if x.dtype.kind == "b":
            raise NotImplementedError(f"masked.{name} takes no booleans; convert them with .long()")
        limits = np.iinfo(x.dtype)
        neutral = int(limits.max if neutral > 0 else limits.min)
    return x if mask is None else choosing.where(mask, x, neutral)


def converted(y, input, dtype):
    """y as `dtype`, by default that of the input."""
    data = input.get_data() if isinstance(input, MaskedTensor) else input
    return y.to(data.dtype if dtype is None else dtype_of(dtype))


def every(dim):
    """`dim` of a reduction: an empty tuple means all axes."""
    return None if dim == () or dim == [] else dim


def result_of_sum(x, dtype):
    return sums.wide(x.dtype) if dtype is None else dtype_of(dtype)


@composed
def sum(input: "Tensor | MaskedTensor", dim: Dims = None, *, keepdim: bool = False,
        dtype: DtypeLike | None = None, mask: Tensor | None = None) -> Tensor:
    """The sum of the elements kept, along dim or of all."""
    x = filled("sum", input, mask, 0)
    return sums.sum(x, dim=every(dim), keepdim=keepdim, dtype=result_of_sum(x, dtype))


@composed
def prod(input: "Tensor | MaskedTensor", dim: Dims = None, *, keepdim: bool = False,
         dtype: DtypeLike | None = None, mask: Tensor | None = None) -> Tensor:
    """The product of the elements kept, along dim (one axis or several) or of all."""
    x = filled("prod", input, mask, 1)
    x = x.to(result_of_sum(x, dtype))
    for d in sorted(sums.dims(dim, x.ndim), reverse=True):
        x = sums.prod(x, d, keepdim)
    return x if x.ndim else x + 0


@composed
def amax(input: "Tensor | MaskedTensor", dim: Dims = None, *, keepdim: bool = False,
         dtype: DtypeLike | None = None, mask: Tensor | None = None) -> Tensor:
    """The largest of the elements kept, along dim or of all."""
    x = filled("amax", input, mask, -math.inf)
    return converted(order.amax(x, dim=every(dim), keepdim=keepdim), input, dtype)


@composed
def amin(input: "Tensor | MaskedTensor", dim: Dims = None, *, keepdim: bool = False,
         dtype: DtypeLike | None = None, mask: Tensor | None = None) -> Tensor:
    """The smallest of the elements kept, along dim or of all."""
    x = filled("amin", input, mask, math.inf)
    return converted(order.amin(x, dim=every(dim), keepdim=keepdim), input, dtype)


@composed
def argmax(input: "Tensor | MaskedTensor", dim: int | None = None, *, keepdim: bool = False,
           dtype: DtypeLike | None = None, mask: Tensor | None = None) -> Tensor:
    """The place of the largest of the elements kept, as a number of the input's dtype."""
    x = filled("argmax", input, mask, -math.inf)
    return converted(order.argmax(x, dim=dim, keepdim=keepdim), input, dtype)


@composed
def argmin(input: "Tensor | MaskedTensor", dim: int | None = None, *, keepdim: bool = False,
           dtype: DtypeLike | None = None, mask: Tensor | None = None) -> Tensor:
    """The place of the smallest of the elements kept, as a number of the input's dtype."""
    x = filled("argmin", input, mask, math.inf)
    return converted(order.argmin(x, dim=dim, keepdim=keepdim), input, dtype)


def counted(x, mask, dim, keepdim):
    """How many elements are kept, as a number or as a tensor."""
    if mask is None:
        return sums.count(x.shape, dim)
    return sums.sum(mask, dim=dim, keepdim=keepdim)


@composed
def mean(input: "Tensor | MaskedTensor", dim: Dims = None, *, keepdim: bool = False,
         dtype: DtypeLike | None = None, mask: Tensor | None = None) -> Tensor:
    """The mean of the elements kept, along dim or of all.

    Raises ValueError for integers unless dtype is given.
    """
    x, mask = parts("mean", input, mask)
    if dtype is None and x.dtype.kind not in "fc":
        raise ValueError(f"masked.mean takes floating-point numbers, got {x.dtype}; convert them with "
                         ".float(), or pass dtype=")
    if mask is None:
        return sums.mean(x, every(dim), keepdim, dtype=dtype)
    total = sum(x, dim, keepdim=keepdim, dtype=dtype, mask=mask)
    return total / counted(x, mask, every(dim), keepdim)


@composed
def median(input: "Tensor | MaskedTensor", dim: int = -1, *, keepdim: bool = False,
           dtype: DtypeLike | None = None, mask: Tensor | None = None) -> Tensor:
    """The median of the elements kept, of two in the middle the smaller one; dtype changes nothing.

    Raises ValueError for integers if the mask leaves out all of a row.
    """
    x, mask = parts("median", input, mask)
    if mask is None:
        return order.nanmedian(x, dim, keepdim)[0]
    if x.dtype.kind == "f":
        return order.nanmedian(choosing.where(mask, x, math.nan), dim, keepdim)[0]
    if not bool(logic.all(logic.any(mask, dim=dim))):
        raise ValueError("masked.median: the mask leaves out all of a row, whose median would be NaN, which "
                         f"{x.dtype} cannot be; convert it with .float()")
    return order.nanmedian(choosing.where(mask, x.double(), math.nan), dim, keepdim)[0].to(x.dtype)


@composed
def norm(input: "Tensor | MaskedTensor", ord: float | None = 2.0, dim: Dims = None, *, keepdim: bool = False,
         dtype: DtypeLike | None = None, mask: Tensor | None = None) -> Tensor:
    """The vector norm (sum |x|^ord)^(1/ord) of the elements kept, along dim or of all."""
    x = filled("norm", input, mask, math.inf if ord == -math.inf else 0)
    return vector_norm(x, 2.0 if ord is None else ord, every(dim), keepdim, dtype=dtype)


def spread(name, input, dim, unbiased, correction, keepdim, dtype, mask, root):
    """The variance, or its square root, of the elements kept."""
    if unbiased is not None and correction is not None:
        raise ValueError(f"masked.{name}: give unbiased or correction, not both")
    if correction is None:
        correction = 1 if unbiased is None else int(unbiased)
    x, mask = parts(name, input, mask)
    sums_of = dict(dim=every(dim), keepdim=True)
    x = x if x.dtype.kind in "fc" else x.to(np.float32)
    x = x if dtype is None else x.to(dtype_of(dtype))
    if x.dtype.kind == "f" and mask is None:
        y = sums.var(x, every(dim), correction, keepdim)
        return powers.sqrt(y) if root else y
    center = sum(x, mask=mask, **sums_of) / counted(x, mask, **sums_of)
    apart = x - center
    squares = (apart * apart.conj()).real if x.dtype.kind == "c" else apart * apart
    total = sum(squares, dim, keepdim=keepdim, mask=mask)
    freedom = counted(x, mask, every(dim), keepdim) - correction
    freedom = max(freedom, 0) if mask is None else choosing.clamp(freedom, 0)
    y = (total / freedom).to(total.dtype)
    return powers.sqrt(y) if root else y


@composed
def var(input: "Tensor | MaskedTensor", dim: Dims = None, unbiased: bool | None = None, *,
        correction: float | None = None, keepdim: bool = False, dtype: DtypeLike | None = None,
        mask: Tensor | None = None) -> Tensor:
    """The variance of the n elements kept: sum(|x - mean|^2) / (n - correction), by default n - 1."""
    return spread("var", input, dim, unbiased, correction, keepdim, dtype, mask, root=False)


@composed
def std(input: "Tensor | MaskedTensor", dim: Dims = None, unbiased: bool | None = None, *,
        correction: float | None = None, keepdim: bool = False, dtype: DtypeLike | None = None,
        mask: Tensor | None = None) -> Tensor:
    """The standard deviation of the elements kept, the square root of var."""
    return spread("std", input, dim, unbiased, correction, keepdim, dtype, mask, root=True)


@composed
def softmax(input: "Tensor | MaskedTensor", dim: int, *, dtype: DtypeLike | None = None,
            mask: Tensor | None = None) -> Tensor:
    """softmax along dim of the elements kept; 0 for those left out."""
    return softmaxes.softmax(filled("softmax", input, mask, -math.inf), dim=dim, dtype=dtype)


@composed
def log_softmax(input: "Tensor | MaskedTensor", dim: int, *, dtype: DtypeLike | None = None,
                mask: Tensor | None = None) -> Tensor:
    """log_softmax along dim of the elements kept; -inf for those left out."""
    return softmaxes.log_softmax(filled("log_softmax", input, mask, -math.inf), dim=dim, dtype=dtype)


@composed
def softmin(input: "Tensor | MaskedTensor", dim: int, *, dtype: DtypeLike | None = None,
            mask: Tensor | None = None) -> Tensor:
    """softmax of -x along dim of the elements kept; 0 for those left out."""
    return softmaxes.softmax(-filled("softmin", input, mask, math.inf), dim=dim, dtype=dtype)


@composed
def normalize(input: "Tensor | MaskedTensor", ord: float, dim: int, *, eps: float = 1e-12,
              dtype: DtypeLike | None = None, mask: Tensor | None = None) -> Tensor:
    """The elements kept, divided by their norm along dim or, if larger, by eps; 0 for those left out."""
    size = norm(input, ord, dim, keepdim=True, dtype=dtype, mask=mask)
    return filled("normalize", input, mask, 0) / choosing.clamp(size, eps)


@composed
def logsumexp(input: "Tensor | MaskedTensor", dim: Dims = None, *, keepdim: bool = False,
              dtype: DtypeLike | None = None, mask: Tensor | None = None) -> Tensor:
    """log(sum(e^x)) of the elements kept, along dim or of all."""
    x = filled("logsumexp", input, mask, -math.inf)
    dims = sums.dims(every(dim), x.ndim)
    return converted(softmaxes.logsumexp(x, dim=dims, keepdim=keepdim), input, dtype)


@composed
def logaddexp(input: "Tensor | MaskedTensor", other: "Tensor | MaskedTensor", *,
              dtype: DtypeLike | None = None, input_mask: Tensor | None = None,
              other_mask: Tensor | None = None) -> Tensor:
    """log(e^a + e^b) of the elements that each mask keeps; e^a counts as 0 where it is left out."""
    y = powers.logaddexp(filled("logaddexp", input, input_mask, -math.inf),
                         filled("logaddexp", other, other_mask, -math.inf))
    return converted(y, input, dtype)


def integers_wide(x, dtype):
    """The dtype of a cumulative sum: by default that of the input."""
    return x.dtype if dtype is None else dtype_of(dtype)


@composed
def cumsum(input: "Tensor | MaskedTensor", dim: int, *, dtype: DtypeLike | None = None,
           mask: Tensor | None = None) -> Tensor:
    """The sums of the elements kept so far along dim."""
    x = filled("cumsum", input, mask, 0)
    return cumulative.cumsum(x, dim=dim, dtype=integers_wide(x, dtype))


@composed
def cumprod(input: "Tensor | MaskedTensor", dim: int, *, dtype: DtypeLike | None = None,
            mask: Tensor | None = None) -> Tensor:
    """The products of the elements kept so far along dim."""
    x = filled("cumprod", input, mask, 1)
    return cumulative.cumprod(x, dim, dtype=integers_wide(x, dtype))


# A tensor and its mask


class MaskedTensor:
    """A tensor of which only the elements count whose mask is True; the others are shown as --.

    Arithmetic takes numbers, and masked tensors with the same mask. A reduction gives a masked tensor, whose
    mask is False where no element counted.
    """

    def __init__(self, data: Tensor, mask: Tensor):
        if not isinstance(data, Tensor) or not isinstance(mask, Tensor):
            raise TypeError(f"MaskedTensor takes two tensors, got {type(data).__name__} and "
                            f"{type(mask).__name__}")
        if mask.dtype.kind != "b" or mask.shape != data.shape:
            raise TypeError(f"MaskedTensor: the mask must be boolean and have the shape {tuple(data.shape)} "
                            f"of the data, got {mask.dtype} {tuple(mask.shape)}")
        self._data, self._mask = data, mask

    shape = property(lambda self: self._data.shape)
    dtype = property(lambda self: self._data.dtype)
    device = property(lambda self: self._data.device)
    ndim = property(lambda self: self._data.ndim)
    requires_grad = property(lambda self: self._data.requires_grad)
    grad = property(lambda self: self._gradient())

    def _gradient(self):
        g = self._data.grad
        return None if g is None else MaskedTensor(g, self._mask)

    def get_data(self) -> Tensor:
        """The tensor with all elements."""
        return self._data

    def get_mask(self) -> Tensor:
        """The mask, True where an element counts."""
        return self._mask

    def to_tensor(self, value: float) -> Tensor:
        """The tensor with `value` in place of what does not count."""
        return choosing.where(self._mask, self._data, value)

    def size(self, dim: int | None = None) -> Any:
        return self._data.size(dim) if dim is not None else self._data.size()

    def dim(self) -> int:
        return self._data.dim()

    def numel(self) -> int:
        return self._data.numel()

    def __len__(self):
        return len(self._data)

    def backward(self, gradient: Any = None) -> None:
        """Accumulate the gradients of the elements that count."""
        g = gradient.to_tensor(0) if isinstance(gradient, MaskedTensor) else gradient
        self.to_tensor(0).backward(g)

    def __getitem__(self, index):
        return MaskedTensor(self._data[index], self._mask[index])

    def __bool__(self):
        return bool(self._data) if bool(self._mask) else False

    def __repr__(self):
        flat = iter([f"{x:8.4f}" if self.dtype.kind == "f" else f"{x:8}" if kept else "      --"
                     for x, kept in zip(self._data.flatten().tolist(), self._mask.flatten().tolist())])
        kept = iter(self._mask.flatten().tolist())

        def lines(shape, indent):
            if not shape:
                text = next(flat)
                return text if next(kept) else "--".rjust(len(text))
            if len(shape) == 1:
                return " " * indent + "[" + ", ".join(lines((), 0) for _ in range(shape[0])) + "]"
            inner = ",\n".join(lines(shape[1:], indent + 2) for _ in range(shape[0]))
            return " " * indent + "[\n" + inner + "\n" + " " * indent + "]"

        return f"MaskedTensor({lines((), 0).strip()}, {bool(self._mask)})" if not self.ndim else (
            f"MaskedTensor(\n{lines(tuple(self.shape), 2)}\n)")


def elementwise(function):
    """A method of MaskedTensor: `function` of the data, and of another operand's."""
    def method(self, *operands, **settings):
        data = []
        for other in operands:
            if isinstance(other, MaskedTensor):
                if not logic.equal(self._mask, other._mask):
                    raise ValueError(f"{function.__name__}: the masks of two masked tensors must be equal; "
                                     "take to_tensor(value) of both")
                other = other._data
            elif isinstance(other, Tensor):
                raise TypeError(f"{function.__name__}: expected a masked tensor or a number beside a masked "
                                "tensor, got a tensor; make it one with masked_tensor(tensor, mask)")
            data.append(other)
        return MaskedTensor(function(self._data, *data, **settings), self._mask)
    return method


def reduction(function):
    """A method of MaskedTensor: one of the reductions above, and the mask of where an element counted."""
    def method(self, dim=None, keepdim=False, **settings):
        y = function(self, dim, keepdim=keepdim, **settings)
        kept = logic.any(self._mask) if dim is None else logic.any(self._mask, dim=dim, keepdim=keepdim)
        return MaskedTensor(y, kept)
    return method


for name in """abs neg exp log sqrt rsqrt square sin cos tan tanh sigmoid relu floor ceil round trunc sign
        reciprocal log1p expm1 float double half long int to detach add sub mul div pow""".split():
    setattr(MaskedTensor, name, elementwise(getattr(Tensor, name)))
for name in "add sub mul truediv pow radd rsub rmul rtruediv neg abs eq ne lt le gt ge".split():
    setattr(MaskedTensor, f"__{name}__", elementwise(getattr(Tensor, f"__{name}__")))
for function in (sum, prod, amax, amin, argmax, argmin, mean, std, var):
    setattr(MaskedTensor, function.__name__, reduction(function))
MaskedTensor.__hash__ = object.__hash__       # type: ignore[method-assign]


@composed
def masked_tensor(data: Tensor, mask: Tensor, requires_grad: bool = False) -> MaskedTensor:
    """A MaskedTensor with a copy of data and mask, which is a leaf of the graph."""
    return MaskedTensor(data.detach().clone().requires_grad_(requires_grad), mask.clone())


@composed
def as_masked_tensor(data: Tensor, mask: Tensor) -> MaskedTensor:
    """A MaskedTensor of the tensor itself, through which gradients reach it."""
    return MaskedTensor(data, mask)


@composed
def is_masked_tensor(obj: Any) -> bool:
    """Is obj a MaskedTensor?"""
    return isinstance(obj, MaskedTensor)


def __getattr__(name):
    if name == "_ops":                          # PyTorch's examples find these functions there
        return sys.modules[__name__]
    raise _missing(__name__, name, __all__)
