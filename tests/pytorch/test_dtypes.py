"""Which dtype results have, and their values, where arrays, 0-d tensors and numbers of all dtypes meet."""

import itertools
import operator

import numpy as np
import pytest

import minigrad

DTYPES = "bool uint8 int8 int16 int32 int64 float16 float32 float64".split()
NUMBERS = [True, 2, 1.5, np.float32(1.5), np.float64(1.5), np.int64(2), np.int8(2)]


def array(dtype):
    return np.array([1, 0, 1] if dtype == "bool" else [3, 1, 2], dtype)


def number(dtype):
    return np.array(1 if dtype == "bool" else 2, dtype)


TENSORS = [make(dtype) for dtype in DTYPES for make in (array, number)]
ARRAYS = [each for each in TENSORS if each.ndim]
PAIRS = [*itertools.product(TENSORS, TENSORS), *itertools.product(TENSORS, NUMBERS)]
BOTH_SIDES = PAIRS + [(b, a) for a, b in PAIRS if not isinstance(b, np.ndarray)]
TRIPLES = list(itertools.product(TENSORS, TENSORS, TENSORS))
MASK = np.array([True, False, True])

OPERATORS = {f"operator {name}": getattr(operator, name) for name in
             "add sub mul truediv floordiv mod pow and_ or_ xor lshift rshift eq ne lt ge".split()}
IN_PLACE = {f"in place {name}": getattr(operator, name) for name in
            "iadd isub imul itruediv ifloordiv imod ipow iand ior ixor ilshift irshift".split()}
FUNCTIONS = """add sub mul div true_divide floor_divide remainder fmod pow float_power atan2 hypot logaddexp
    logaddexp2 xlogy copysign ldexp nextafter maximum minimum fmax fmin eq ne lt le gt ge logical_and
    logical_or logical_xor bitwise_and bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift gcd lcm
    outer result_type dot matmul kron inner""".split()


def by_name(name):
    return lambda lib, *args: getattr(lib, name)(*args)


def of_operator(function):
    return lambda lib, a, b: function(a, b)


def into_copy(function):
    return lambda lib, a, b: function(a.clone(), b)


BINARY = {
    **{name: (by_name(name), BOTH_SIDES) for name in FUNCTIONS},
    **{name: (of_operator(function), BOTH_SIDES) for name, function in OPERATORS.items()},
    **{name: (into_copy(function), PAIRS) for name, function in IN_PLACE.items()},
    **{name: (lambda lib, a, b, name=name: getattr(a.clone(), name)(b), PAIRS) for name in
       "add_ mul_ div_ pow_ bitwise_and_ eq_ fmod_ atan2_ xlogy_ copysign_".split()},
    "masked_fill": (lambda lib, a, b: a.masked_fill(lib.tensor(MASK), b),
                    [(a, b) for a, b in PAIRS if not np.ndim(b)]),
    "clamp min": (lambda lib, a, b: lib.clamp(a, b), PAIRS),
    "cat": (lambda lib, a, b: lib.cat([a, b]), list(itertools.product(ARRAYS, ARRAYS))),
    "stack": (lambda lib, a, b: lib.stack([a, b]), [(a, b) for a, b in itertools.product(TENSORS, TENSORS)
                                                    if a.ndim == b.ndim]),
    "hstack": (lambda lib, a, b: lib.hstack([a, b]), list(itertools.product(TENSORS, TENSORS))),
    "div floor": (lambda lib, a, b: lib.div(a, b, rounding_mode="floor"), PAIRS),
    "div trunc": (lambda lib, a, b: lib.div(a, b, rounding_mode="trunc"), PAIRS),
    "promote_types": (lambda lib, a, b: lib.promote_types(a.dtype, b.dtype),
                      list(itertools.product(ARRAYS, ARRAYS))),
    "can_cast": (lambda lib, a, b: lib.can_cast(a.dtype, b.dtype), list(itertools.product(ARRAYS, ARRAYS))),
    "equal": (lambda lib, a, b: lib.equal(a, b), list(itertools.product(ARRAYS, ARRAYS))),
}
TERNARY = {
    "where": (lambda lib, a, b: lib.where(lib.tensor(MASK), a, b), BOTH_SIDES),
    "where numbers": (lambda lib, a, b: lib.where(lib.tensor(MASK), a, b),
                      list(itertools.product(NUMBERS[:3], NUMBERS[:3]))),
    "lerp": (lambda lib, *args: lib.lerp(*args), [
        (a.astype(d), b.astype(d), w) for d in DTYPES for a, b in itertools.product(TENSORS[:2], TENSORS[:2])
        for w in (number("float64"), 2, 1.5)]),
    "clamp tensors": (lambda lib, *args: lib.clamp(*args), TRIPLES),
    "clamp numbers": (lambda lib, *args: lib.clamp(*args), [*itertools.product(TENSORS, NUMBERS, NUMBERS)]),
    "addcmul": (lambda lib, *args: lib.addcmul(*args), TRIPLES),
    "addcdiv": (lambda lib, *args: lib.addcdiv(*args), [
        args for args in TRIPLES if args[2].all()]),
}

UNARY = """sqrt rsqrt exp exp2 expm1 log log1p log2 log10 sin cos tan asin acos atan sinh cosh tanh asinh
    acosh atanh erf erfc erfinv lgamma digamma i0 sinc logit sigmoid abs neg sign sgn reciprocal floor
    ceil trunc round square positive deg2rad rad2deg isnan isfinite
    logical_not bitwise_not signbit
    sum mean prod max min amax amin argmax argmin count_nonzero std var median nansum nanmean
    nan_to_num sort argsort unique diff frac zeros_like ones_like cov aminmax""".split()
LAYERS = """relu relu6 hardtanh elu gelu silu softplus softsign hardshrink hardsigmoid logsigmoid""".split()
ALONG = """cumsum cumprod cummax cummin logcumsumexp softmax log_softmax sum prod max var all any""".split()
SINGLE = {
    **{name: by_name(name) for name in UNARY},
    **{name: (lambda lib, x, name=name: getattr(lib.nn.functional, name)(x)) for name in LAYERS},
    **{f"{name} along 0": (lambda lib, x, name=name: getattr(lib, name)(x, 0)) for name in ALONG},
}
INPUTS = TENSORS + [np.array([-3, 0, 2], dtype) for dtype in DTYPES[2:]]
UINT8_LOGIC = {"all along 0", "any along 0"}        # uint8 in PyTorch, see docs/extensions/differences.py


def outcome(lib, function, args):
    """(dtype, values) of a call; None if it raises."""
    make = lib.from_numpy if lib is not minigrad else minigrad.tensor
    args = [make(arg.copy()) if isinstance(arg, np.ndarray) else arg for arg in args]
    try:
        y = function(lib, *args)
    except Exception:
        return None
    y = y[0] if isinstance(y, (tuple, list)) else y
    if isinstance(y, np.dtype) or type(y).__name__ == "dtype":
        return "a dtype", str(y).replace("torch.", "")
    if not hasattr(y, "dtype"):
        return type(y).__name__, y
    return str(y.dtype).replace("torch.", ""), np.asarray(y)


def agrees(ours, theirs):
    if theirs is None or ours is None:
        return theirs is None       # where PyTorch refuses, minigrad may answer
    if ours[0] != theirs[0] or isinstance(ours[1], str):
        return ours == theirs
    tolerance = {"float16": 2e-3, "float32": 1e-6, "float64": 1e-9}.get(ours[0], 0)
    a, b = (np.asarray(each[1]).astype("float64") for each in (ours, theirs))
    return a.shape == b.shape and np.allclose(a, b, tolerance, tolerance, equal_nan=True)


def label(arg):
    return f"{arg.dtype}{list(arg.shape)}" if isinstance(arg, np.ndarray) else repr(arg)


def differences(torch, function, calls):
    """Every call whose outcome differs, with both outcomes."""
    found = []
    for args in calls:
        ours, theirs = outcome(minigrad, function, args), outcome(torch, function, args)
        if not agrees(ours, theirs):
            found.append(f"({', '.join(map(label, args))}): PyTorch {theirs}, here {ours}")
    return found


@pytest.mark.parametrize("name", BINARY)
def test_two_arguments_of_all_dtypes_give_pytorchs_dtype_and_values(torch, name):
    found = differences(torch, *BINARY[name])
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", TERNARY)
def test_three_arguments_of_all_dtypes_give_pytorchs_dtype_and_values(torch, name):
    found = differences(torch, *TERNARY[name])
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", [name for name in SINGLE if name not in UINT8_LOGIC])
def test_one_argument_of_every_dtype_gives_pytorchs_dtype_and_values(torch, name):
    found = differences(torch, SINGLE[name], [(x,) for x in INPUTS])
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", [
    "sum", "sum(0", "mean", "mean(0", "prod", "prod(0", "nansum", "nanmean", "cumsum(0", "cumprod(0",
    "softmax(0", "log_softmax(0", "norm(2", "sum(0, True", "mean(0, True"])
@pytest.mark.parametrize("target", ["float16", "float32", "float64", "int8", "int64"])
def test_dtype_converts_before_it_reduces(torch, name, target):
    call = f"x.{name}" + (f", dtype=lib.{target})" if "(" in name else f"(dtype=lib.{target})")
    found = differences(torch, lambda lib, x: eval(call, {"x": x, "lib": lib}), [(x,) for x in ARRAYS])
    assert not found, f"{call}\n" + "\n".join(found)


CREATION = """
    lib.tensor([1, 2.5, True])
    lib.tensor([True, 2])
    lib.tensor([True, False])
    lib.tensor([])
    lib.tensor([[], []])
    lib.tensor(True)
    lib.tensor([np.float32(1), 1.0])
    lib.tensor([1.0, np.float32(1)])
    lib.tensor([np.float64(1), 1.0])
    lib.tensor(np.float64(1))
    lib.tensor([np.float16(1), 2])
    lib.tensor([np.float16(1), 1.0])
    lib.tensor([np.int8(1), np.int8(2)])
    lib.tensor(np.int8(1))
    lib.tensor([np.int8(1), 2.5])
    lib.tensor([np.int8(1), 2])
    lib.tensor([np.uint8(1), np.int8(2)])
    lib.tensor(np.array([]))
    lib.tensor([lib.tensor(1., dtype=lib.float64), 2])
    lib.tensor([lib.tensor(1, dtype=lib.int8)])
    lib.tensor([lib.tensor(1), 1.5])
    lib.tensor([lib.tensor(1., dtype=lib.float16), 2])
    lib.tensor([lib.tensor(1., dtype=lib.float16), 1.0])
    lib.tensor([lib.tensor(True), 2])
    lib.tensor([[lib.tensor(1.5), 1], [2, 3]])
    lib.tensor([(1, 2), (3, 4.5)])
    lib.tensor([np.float32(1), 2])
    lib.tensor([True, np.float64(2)])
    lib.tensor([[np.float32(1)], [2.0]])
    lib.tensor(range(3))
    lib.tensor([np.array([1., 2]), np.array([3., 4])])
    lib.tensor(300, dtype=lib.int8)
    lib.tensor([300], dtype=lib.int8)
    lib.tensor([-1], dtype=lib.uint8)
    lib.tensor([-256], dtype=lib.uint8)
    lib.tensor([1.7, -1.7], dtype=lib.int64)
    lib.tensor([300.5], dtype=lib.int8)
    lib.tensor(float('nan'), dtype=lib.int64)
    lib.tensor(2**63)
    lib.tensor(-2**63)
    lib.tensor([2**64])
    lib.tensor(2**63 - 1)
    lib.tensor([2**63, 1.5])
    lib.tensor([2**70, 1.5])
    lib.tensor(2**70, dtype=lib.float32)
    lib.tensor([5], dtype=lib.bool)
    lib.tensor(1e6, dtype=lib.float16)
    lib.tensor([0.1], dtype=lib.float64)
    lib.tensor(np.array([300]), dtype=lib.int8)
    lib.tensor(np.int64(300), dtype=lib.int8)
    lib.as_tensor([0.1], dtype=lib.float64)
    lib.as_tensor(0.1, dtype=lib.float64)
    lib.as_tensor(np.float64(1))
    lib.as_tensor([np.float64(1), 1])
    lib.as_tensor([300], dtype=lib.int8)
    lib.asarray([0.1], dtype=lib.float64)
    lib.from_numpy(np.array(1.5))
    lib.full((2,), 300, dtype=lib.int8)
    lib.full((2,), -1, dtype=lib.uint8)
    lib.full((2,), 1.5, dtype=lib.int64)
    lib.full((2,), True)
    lib.full((2,), 2)
    lib.full((2,), np.float64(2))
    lib.full((2,), np.int8(2))
    lib.full((2,), lib.tensor(2.))
    lib.full((2,), lib.tensor(2., dtype=lib.float64))
    lib.full_like(lib.zeros(2, dtype=lib.int8), 300)
    lib.scalar_tensor(2)
    lib.full_like(lib.zeros(2, dtype=lib.bool), 2)
    lib.scalar_tensor(True)
    lib.arange(3)
    lib.arange(3.)
    lib.arange(True)
    lib.arange(3.5, dtype=lib.int64)
    lib.arange(lib.tensor(3))
    lib.arange(lib.tensor(3.))
    lib.arange(np.int8(3))
    lib.arange(0, 2.5, 1, dtype=lib.int64)
    lib.arange(0.7, 3, dtype=lib.int64)
    lib.arange(0, 3, 0.5)
    lib.arange(0, 3, 0.5, dtype=lib.int64)
    lib.arange(3, dtype=lib.float16)
    lib.linspace(0, 3, 4)
    lib.linspace(0, 10, 4, dtype=lib.int64)
    lib.zeros(2, dtype=int)
    lib.zeros(2, dtype=float)
    lib.tensor([1., 2]).new_tensor([1, 2])
    lib.tensor([1]).new_full((1,), 300)
    lib.rand(2, dtype=lib.int64)
    lib.randn(2, dtype=lib.int64)
    lib.normal(lib.zeros(3, dtype=lib.float64), 0.)
    lib.tensor([1, 2], dtype=lib.int8).fill_(1.5)
    lib.tensor([1], dtype=lib.int8).fill_(300)
    lib.tensor([1], dtype=lib.uint8).fill_(-1)
    lib.tensor([1], dtype=lib.int8).index_fill(0, lib.tensor([0]), 300)
    lib.tensor([1], dtype=lib.int8).scatter(0, lib.tensor([0]), 300)
    lib.where(lib.tensor([True, False]), lib.tensor(1, dtype=lib.int8), 300)
    lib.tensor([1], dtype=lib.int8).masked_fill(lib.tensor([True]), 300)
    lib.where(lib.tensor([True, False]), lib.tensor([1, 2], dtype=lib.uint8), -1)
"""
BEYOND = """
    lib.tensor([1], dtype=lib.int8) + 300
    300 * lib.tensor([1], dtype=lib.int8)
    lib.tensor([1], dtype=lib.uint8) + -1
    300 - lib.tensor([1], dtype=lib.uint8)
    lib.tensor([1]) + 2**63
    lib.tensor(2, dtype=lib.int8) + 1000
    lib.tensor([1], dtype=lib.int8) + lib.tensor(300)
    lib.maximum(lib.tensor([2], dtype=lib.uint8), lib.tensor(-1))
    lib.tensor([100], dtype=lib.int8) // 300
    lib.tensor([100], dtype=lib.int8) // lib.tensor(300)
    lib.tensor([1], dtype=lib.int8).add_(lib.tensor(300))
    lib.tensor([1e-5], dtype=lib.float16) * 1e6
    lib.tensor([1e-5], dtype=lib.float16) * lib.tensor(1e6)
    lib.tensor([60000.], dtype=lib.float16) / 1e6
    lib.tensor([1.], dtype=lib.float16) + 1e6
    lib.tensor([0.1], dtype=lib.float16) == 0.1
    lib.tensor([0.1], dtype=lib.float16) == lib.tensor(0.1)
    lib.tensor([0.1]) == lib.tensor(0.1, dtype=lib.float64)
    3 | lib.tensor([4])
    np.int64(2) << lib.tensor([4])
"""


@pytest.mark.filterwarnings("ignore:Creating a tensor from a list of numpy")
@pytest.mark.parametrize("default", ["float32", "float64"])
def test_new_tensors_have_pytorchs_dtype_and_values(torch, default):
    torch.set_default_dtype(getattr(torch, default))
    minigrad.set_default_dtype(default)
    try:
        found = []
        for source in [line.strip() for line in (CREATION + BEYOND).splitlines() if line.strip()]:
            ours, theirs = (outcome(lib, lambda lib, source=source: eval(source, {"lib": lib, "np": np}), ())
                            for lib in (minigrad, torch))
            if not agrees(ours, theirs) or (ours is None) != (theirs is None):
                found.append(f"{source}: PyTorch {theirs}, here {ours}")
    finally:
        torch.set_default_dtype(torch.float32)
        minigrad.set_default_dtype("float32")
    assert not found, "\n".join(found)
