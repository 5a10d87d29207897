"""The ops as methods and operators of Tensor: x.exp(), x + y, x[i], x.to('cuda')."""

import functools
from typing import Any

import numpy as np

from minigrad.autograd import Op, Tensor, composed, dtype_of
from minigrad.autograd.arrays import BFLOAT16
from minigrad.autograd.beside import to_device
from minigrad.backend import Device, is_on, library_of
from minigrad.hints import closest, warn
from minigrad.ops import creation, inplace
from minigrad.ops.layers import activations
from minigrad.ops.matrices import (
    distances,
    einsum,
    elimination,
    factors,
    functions,
    inverses,
    norms,
    products,
    reflections,
    systems,
)
from minigrad.ops.numbers import (
    arithmetic,
    choosing,
    comparisons,
    complex as numbers_complex,
    gammas,
    powers,
    special,
    trigonometry,
)
from minigrad.ops.numbers.dtypes import DtypeLike, cast
from minigrad.ops.places import (
    counting,
    diagonals,
    indexing,
    joining,
    layouts,
    memory,
    moving,
    scattering,
    shapes,
)
from minigrad.ops.places.shapes import sizes
from minigrad.ops.questions import QUESTIONS
from minigrad.ops.reductions import cumulative, logic, order, softmax, statistics, sums


def to(x: Tensor, *args: Any, device: str | int | None = None, dtype: DtypeLike | None = None,
       non_blocking: bool = False, copy: bool = False,
       memory_format: Any = layouts.preserve_format) -> Tensor:
    """x with another dtype or on another device: x.to('cuda'), x.to(float64), or like y: x.to(y).

    Returns x itself if nothing changes, unless copy=True. non_blocking has no effect: a copy between
    devices is complete on return.
    """
    for arg in args:
        if isinstance(arg, Tensor):
            device, dtype = arg.device, arg.dtype
        elif isinstance(arg, (str, int)) and not isinstance(arg, bool):
            device = Device(arg)
        elif arg is not None and not isinstance(arg, bool):
            dtype = arg
    dtype = x.dtype if dtype is None else dtype_of(dtype)
    if dtype != x.dtype:
        if x.dtype.kind == "c" and dtype.kind not in "cb":
            warn(f"to: {dtype} has no imaginary part, and that of x is dropped; say x.real to mean it")
        x = x if dtype.kind in "fc" else x.detach()     # steps have no slope
        x = cast(x, dtype=dtype, source=x.dtype)
    if device is not None and not is_on(x.array, Device(device)):
        x = to_device(x, device=Device(device), source=x.device)
    return layouts.clone(x, memory_format=memory_format) if copy else layouts.contiguous(x, memory_format)


def type_as(x: Tensor, other: Tensor) -> Tensor:
    """x with the dtype of other."""
    return to(x, dtype=other.dtype)


def kind(x: Tensor, dtype: DtypeLike | None = None, non_blocking: bool = False) -> Any:
    """x with another dtype; without `dtype`, PyTorch's name for x's type, such as 'torch.FloatTensor'."""
    names = dict(float32="Float", float64="Double", float16="Half", int64="Long", int32="Int", int16="Short",
                 int8="Char", uint8="Byte", bool="Bool", complex64="ComplexFloat", complex128="ComplexDouble")
    if dtype is None:
        return ("torch." if x.device == "cpu" else "torch.cuda.") + names[str(x.array.dtype)] + "Tensor"
    if isinstance(dtype, str) and dtype.endswith("Tensor"):
        dtype = {name: each for each, name in names.items()}[dtype.rpartition(".")[2].removesuffix("Tensor")]
    return to(x, dtype=dtype)


def detach_(x: Tensor) -> Tensor:
    """Cut x off from the graph that computed it; returns x. Raises RuntimeError for a view."""
    if type(x.alias) is tuple and x.requires_grad:
        raise RuntimeError("detach_: x is a view, and a write into its base would bring it back into the "
                           "graph; use x = x.detach()")
    x.node, x.requires_grad = None, False
    return x


def converter(dtype):
    def method(x: Tensor, memory_format: Any = layouts.preserve_format) -> Tensor:
        return to(x, dtype=dtype, memory_format=memory_format)
    method.__doc__ = f"x converted to {dtype}."
    return method


def size(x: Tensor, dim: int | None = None) -> Any:
    """The shape, or the size of axis dim. Raises IndexError if there is no such axis."""
    return x.shape if dim is None else entry(x, dim, x.array.shape, "size")


def stride(x: Tensor, dim: int | None = None) -> Any:
    """The step in memory between neighbours along each axis, or along dim, counted in elements."""
    strides = tuple(n // x.array.itemsize for n in x.array.strides)
    return strides if dim is None else entry(x, dim, strides, "stride")


def dim_order(x: Tensor, ambiguity_check: Any = False) -> tuple[int, ...]:
    """The axes by their steps in memory, the longest first.

    ambiguity_check=True raises RuntimeError where two axes could change places; a list of memory formats does
    so unless x is stored in just one of them.
    """
    if not isinstance(ambiguity_check, (bool, list)):
        raise TypeError(f"dim_order: ambiguity_check must be a bool or a list of memory formats, got "
                        f"{ambiguity_check!r}")
    strides = stride(x)
    if isinstance(ambiguity_check, list):
        ambiguous = len([each for each in ambiguity_check if layouts.is_contiguous(x, each)]) != 1
    else:
        ambiguous = ambiguity_check and (len({*strides}) < x.ndim or 1 in x.shape)
    if ambiguous:
        raise RuntimeError(f"dim_order: shape {tuple(x.shape)} with strides {strides} has several orders")
    return tuple(sorted(range(x.ndim), key=lambda axis: -strides[axis]))


def view(x: Tensor, *args: Any, dtype: DtypeLike | None = None, **settings: Any) -> Tensor:
    """x in another shape, x.view(2, 3) or x.view((2, 3)); or its bits as another dtype, x.view(int32).

    Bits share the memory of x, and have no gradient. If the new dtype is smaller, the last axis grows.
    """
    if dtype is None and len(args) == 1 and isinstance(args[0], np.dtype):
        dtype, args = args[0], ()
    if dtype is None:
        return shapes.reshape(x, sizes(args, "view"), **settings) if args else shapes.reshape(x, **settings)
    try:
        return Tensor(x.array.view(dtype_of(dtype)))
    except ValueError as error:
        raise ValueError(f"view: cannot read {x.dtype} {tuple(x.shape)} as {dtype}: {error}") from None


def storage_offset(x: Tensor) -> int:
    """How many elements of its memory lie before the first element of x."""
    return memory.begin(x)


def data_ptr(x: Tensor) -> int:
    """The address of the first element."""
    return library_of(x.array).address(x.array)


def entry(x, dim, numbers, name):
    """The entry for axis dim in `numbers`, which has one for each axis of x."""
    try:
        return numbers[dim]
    except IndexError:
        if x.ndim:
            indexing.axis_of(x, dim, name)      # raises an error that names the valid dims
        raise IndexError(f"{name}: dim {dim} is out of range, a 0-d tensor has no dims") from None


def swapped(op):
    """The reflected operator, for number op tensor."""
    return lambda x, other: op(other, x)


def comparing(op):
    """== or !=, where None and strings are left to Python, so that x == None is False."""
    return lambda x, other: NotImplemented if other is None or isinstance(other, str) else op(x, other)


def contains(x: Tensor, element: Tensor | complex) -> bool:
    """Is one of the elements equal to `element`, a number or a tensor that broadcasts?"""
    if not isinstance(element, (Tensor, int, float, complex)):
        raise TypeError(f"`in` of a tensor: expected a number or a tensor, got {type(element).__name__}")
    return bool((x == element).any())


def of_sizes(op):
    """The method that takes sizes as x.op(2, 3) or x.op((2, 3))."""
    def method(x, *args, **settings):
        return op(x, sizes(args, op.__name__), **settings) if args else op(x, **settings)
    method.__name__, method.__doc__ = op.__name__, op.__doc__
    return method


def new(create):
    """x.new_zeros(2, 3), x.new_full((2, 3), 1.5): `create` with x's dtype and device as defaults."""
    def method(x: Tensor, *args: Any, dtype: DtypeLike | None = None, device: str | int | None = None,
               requires_grad: bool = False) -> Tensor:
        return create(*args, dtype=dtype or x.dtype, device=creation.on(device, x),
                      requires_grad=requires_grad)
    return composed(method, "new_" + create.__name__)


REFLECTED = {       # numpy_array + tensor -> tensor.__radd__(numpy_array)
    "add": "__radd__", "subtract": "__rsub__", "multiply": "__rmul__", "divide": "__rtruediv__",
    "floor_divide": "__rfloordiv__", "remainder": "__rmod__", "power": "__rpow__", "matmul": "__rmatmul__",
    "equal": "__eq__", "not_equal": "__ne__", "less": "__gt__", "less_equal": "__ge__", "greater": "__lt__",
    "greater_equal": "__le__", "bitwise_and": "__and__", "bitwise_or": "__or__", "bitwise_xor": "__xor__",
    "left_shift": "__rlshift__", "right_shift": "__rrshift__",
}


def array_ufunc(x, ufunc, method, *inputs, **settings):
    """numpy_array * x calls x.__rmul__; any other NumPy function would lose the gradient: TypeError."""
    operator = REFLECTED.get(ufunc.__name__)
    if operator and method == "__call__" and not settings and not isinstance(inputs[0], Tensor):
        return getattr(inputs[1], operator)(inputs[0])
    raise TypeError(f"np.{ufunc.__name__} of a Tensor would lose the gradient; use minigrad's function or "
                    f"method, such as minigrad.exp(x) or x.exp(), or convert with x.detach().numpy()")


NAMES = {
    arithmetic: """add sub mul div true_divide floor_divide remainder fmod neg abs sign reciprocal floor
        ceil trunc round frac lerp addcmul addcdiv copysign positive nextafter gcd lcm""",
    powers: """pow square sqrt rsqrt exp exp2 expm1 log log1p log2 log10 logaddexp xlogy logaddexp2 ldexp
        frexp float_power""",
    trigonometry: """hypot sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh deg2rad
        rad2deg""",
    special: "erf erfc erfinv lgamma digamma mvlgamma i0 sinc logit",
    gammas: "igamma igammac",
    numbers_complex: "angle conj conj_physical is_complex is_conj is_neg resolve_conj resolve_neg sgn",
    comparisons: """eq ne lt le gt ge logical_and logical_or logical_xor logical_not bitwise_and
        bitwise_or bitwise_xor bitwise_not isnan isinf isfinite isclose signbit isreal isposinf isneginf
        bitwise_left_shift bitwise_right_shift""",
    choosing: "maximum minimum clamp nan_to_num heaviside fmax fmin clamp_min clamp_max",
    indexing: "gather take_along_dim index_select masked_fill masked_select narrow select take",
    shapes: """transpose t movedim expand squeeze unsqueeze flatten unflatten unfold adjoint is_same_size
        sum_to_size""",
    memory: "as_strided as_strided_scatter narrow_copy split_with_sizes",
    joining: "split chunk unbind dsplit hsplit tensor_split vsplit",
    moving: "repeat tile repeat_interleave roll fliplr flipud rot90",
    diagonals: "tril triu diagonal diag diag_embed diagflat",
    scattering: """scatter_add index_add diagonal_scatter index_copy index_fill index_put index_reduce
        masked_scatter put scatter scatter_reduce select_scatter slice_scatter""",
    counting: "is_nonzero nonzero nonzero_static argwhere unique unique_consecutive bincount",
    sums: "nanmean sum mean var std prod nansum",
    logic: "hash_tensor all any count_nonzero allclose equal",
    order: "kthvalue nanmedian amax amin max min aminmax sort topk median argmax argmin argsort msort",
    softmax: "logsumexp softmax log_softmax",
    cumulative: "cumsum cumprod logcumsumexp cummax cummin diff",
    statistics: "corrcoef cov histc histogram mode nanquantile quantile",
    einsum: "inner",
    products: "matmul dot vdot mm bmm outer addmm addbmm mv addmv addr baddbmm cross kron",
    inverses: "trace det inverse logdet slogdet",
    factors: "cholesky",
    norms: "renorm norm",
    systems: "cholesky_inverse cholesky_solve pinverse triangular_solve",
    reflections: "geqrf ormqr",
    functions: "matrix_power matrix_exp",
    distances: "dist",
    activations: "relu sigmoid prelu",
}

ALIASES = dict(pair.split("=") for pair in """
    absolute=abs arccos=acos arcsin=asin arctan=atan arctan2=atan2 arccosh=acosh arcsinh=asinh arctanh=atanh
    clip=clamp fix=trunc negative=neg subtract=sub multiply=mul divide=div
    greater=gt greater_equal=ge less=lt less_equal=le not_equal=ne""".split())      # PyTorch's other names

METHODS = {
    **{name: getattr(module, name) for module, names in NAMES.items() for name in names.split()},
    **inplace.METHODS,
    **QUESTIONS,
    "__add__": arithmetic.add, "__radd__": swapped(arithmetic.add),
    "__sub__": arithmetic.sub, "__rsub__": swapped(arithmetic.sub),
    "__mul__": arithmetic.mul, "__rmul__": swapped(arithmetic.mul),
    "__truediv__": arithmetic.true_divide, "__rtruediv__": swapped(arithmetic.true_divide),
    "__rdiv__": swapped(arithmetic.true_divide),
    "__floordiv__": arithmetic.floor_divide, "__rfloordiv__": swapped(arithmetic.floor_divide),
    "__mod__": arithmetic.remainder, "__rmod__": swapped(arithmetic.remainder),
    "__pow__": powers.pow, "__rpow__": swapped(powers.pow),
    "__matmul__": products.matmul, "__rmatmul__": swapped(products.matmul),
    "__neg__": arithmetic.neg, "__pos__": lambda x: x, "__abs__": arithmetic.abs,
    "__invert__": comparisons.bitwise_not,
    "__and__": comparisons.bitwise_and, "__rand__": swapped(comparisons.bitwise_and),
    "__or__": comparisons.bitwise_or, "__ror__": swapped(comparisons.bitwise_or),
    "__xor__": comparisons.bitwise_xor, "__rxor__": swapped(comparisons.bitwise_xor),
    "__eq__": comparing(comparisons.eq), "__ne__": comparing(comparisons.ne), "__lt__": comparisons.lt,
    "__le__": comparisons.le, "__gt__": comparisons.gt, "__ge__": comparisons.ge,
    "__getitem__": indexing.subscript, "__contains__": contains, "__array_ufunc__": array_ufunc,
    "reshape": of_sizes(shapes.reshape), "view": view,
    "permute": of_sizes(shapes.permute), "flip": of_sizes(moving.flip),
    "reshape_as": lambda x, other: shapes.reshape(x, tuple(other.shape)),
    "view_as": lambda x, other: shapes.reshape(x, tuple(other.shape)),
    "expand_as": lambda x, other: shapes.expand(x, tuple(other.shape)),
    "swapaxes": shapes.transpose, "swapdims": shapes.transpose, "moveaxis": shapes.movedim,
    "ravel": shapes.flatten,
    "bernoulli": creation.bernoulli, "multinomial": creation.multinomial,
    "unsafe_split": joining.split, "unsafe_chunk": joining.chunk,
    "unsafe_split_with_sizes": memory.split_with_sizes,
    "ger": products.outer, "orgqr": reflections.householder_product,
    "lu": elimination.older_lu, "lu_solve": elimination.older_lu_solve,
    "qr": factors.older_qr, "svd": factors.older_svd,
    "broadcast_to": shapes.expand, "ndimension": Tensor.dim,
    "size": size, "stride": stride,
    "polygamma": lambda x, n: special.polygamma(n, x),
    "__lshift__": comparisons.bitwise_left_shift, "__rlshift__": swapped(comparisons.bitwise_left_shift),
    "__rshift__": comparisons.bitwise_right_shift, "__rrshift__": swapped(comparisons.bitwise_right_shift),
    "where": lambda x, condition, other: counting.where(condition, x, other),
    "to": to, "type_as": type_as, "clone": layouts.clone,
    "dim_order": dim_order, "storage_offset": storage_offset, "data_ptr": data_ptr,
    "contiguous": layouts.contiguous,
    "layout": property(lambda x: layouts.strided),
    "is_contiguous": layouts.is_contiguous, "pin_memory": lambda x, device=None: x,
    "is_pinned": lambda x, device=None: False,
    "cpu": lambda x: to(x, "cpu"), "cuda": lambda x, index=None: to(x, Device("cuda", index)),
    "float": converter("float32"), "double": converter("float64"), "half": converter("float16"),
    "bfloat16": converter(BFLOAT16),
    "long": converter("int64"), "int": converter("int32"), "bool": converter("bool"),
    **{"new_" + make: new(getattr(creation, make))
       for make in ("zeros", "ones", "empty", "empty_strided", "full", "tensor")},
    "short": converter("int16"), "byte": converter("uint8"), "char": converter("int8"), "type": kind,
    "real": property(numbers_complex.real, numbers_complex.set_real),
    "imag": property(numbers_complex.imag, numbers_complex.set_imag),
    "H": property(shapes.conjugate_transpose), "mH": property(shapes.adjoint),
    "cfloat": converter("complex64"), "cdouble": converter("complex128"),
    "__complex__": lambda x: complex(x.item()), "is_signed": lambda x: x.dtype.kind in "ifc",
    "detach_": detach_,
    "get_device": lambda x: -1 if x.device.type == "cpu" else x.device.index or 0,
    "nelement": Tensor.numel, "is_cuda": property(lambda x: x.device.type == "cuda"),
    "T": property(lambda x: shapes.permute(x, dims=tuple(range(x.ndim))[::-1])),
    "mT": property(lambda x: shapes.transpose(x, -2, -1)),
}
METHODS.update({alias + end: METHODS[name + end] for alias, name in ALIASES.items() for end in ("", "_")
                if name + end in METHODS})


INSTEAD = {     # names from PyTorch or NumPy that a Tensor lacks, and what to use
    "astype": "PyTorch's spelling is x.to(dtype)",
    "copy": "PyTorch's spelling is x.clone()",
    "fill": "use x.fill_(value)",
    "to_sparse": "leave it out: all tensors are dense",
    "set_": "use x.data = y",
    "apply_": "compute with ops, as in x.mul_(2), or x.copy_(tensor(values))",
    "append": "use minigrad.cat([x, y])",
    "len": "use len(x)",
    "cat": "use minigrad.cat([x, y])",
    "stack": "use minigrad.stack([x, y])",
    "value": "use x.item() for one number, x.tolist() for lists, x.numpy() for an array",
    "values": "use x.numpy()",
    "gradient": "use x.grad, or minigrad.gradient(x) for differences between neighbours",
    "eval": "leave it out: every op computes at once",
    "map": "compute with ops; they work on all elements",
    "rearrange": "use x.reshape and x.permute, or minigrad.einsum",
    "reduce": "use x.reshape, and x.sum(dim), x.mean(dim) or x.amax(dim)",
    **{f"{name}_": f"use x = x.{name}(...); a view in place would change x for all who hold it"
       for name in ("reshape", "view", "flatten", "permute", "expand", "unflatten")},
    "zero_grad": "use x.grad = None, or optimizer.zero_grad()",
}


def no_attribute(x, name):
    if name.startswith("__"):       # Python or NumPy looks for a protocol; this is not a typo
        raise AttributeError(name)
    raise AttributeError(f"a Tensor has no attribute {name!r}; {hint_for(type(x), name)}")


@functools.lru_cache(1000)      # getattr(p, "lr_scale", 1) asks again and again
def hint_for(kind, name):
    if name in INSTEAD:
        return INSTEAD[name]
    close = closest(name, dir(kind))
    return f"did you mean {close!r}?" if close else "dir(tensor) lists its attributes"


METHODS["__getattr__"] = no_attribute


def function_of(op):
    """`op` as a function: Python binds a function to x in C, an Op by a slower call of its __get__."""
    @functools.wraps(op, updated=())
    def method(*args, **settings):
        return op(*args, **settings)
    return method


for name, method in METHODS.items():
    setattr(Tensor, name, function_of(method) if isinstance(method, Op) else method)
