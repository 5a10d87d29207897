"""Dtypes: which one a result has, which fits into which, and how numbers are shown."""

import numpy as np

from minigrad.autograd import Tensor, composed, dtype_of, primitive
from minigrad.autograd.arrays import PRINTING

KINDS = "biuf"          # booleans, integers, floating-point numbers: each kind holds those before it


def get_default_dtype():
    """The dtype of floating-point numbers that do not say theirs."""
    return dtype_of()


def level(dtype):
    """0 for booleans, 1 for integers, 2 for floating-point numbers."""
    return {"b": 0, "i": 1, "u": 1, "f": 2}[dtype.kind]


def promote_types(type1, type2):
    """The dtype of a sum of two: of two kinds the higher, whatever the width; of one kind the least that
    holds both."""
    a, b = dtype_of(type1), dtype_of(type2)
    if level(a) != level(b):
        return max(a, b, key=level)
    return np.promote_types(a, b)


@composed
def result_type(x, other):
    """The dtype of x + other: a number counts only if its kind is higher, a 0-d tensor only if its kind
    is."""
    ranked = []
    for value in (x, other):
        if isinstance(value, Tensor):
            ranked.append((bool(value.ndim), value.dtype))
        else:
            dtype = np.asarray(value).dtype
            ranked.append((-1, dtype_of() if dtype.kind == "f" else dtype))
    (rank, a), (other_rank, b) = ranked
    if rank == other_rank:
        return promote_types(a, b)
    strong, weak = (a, b) if rank > other_rank else (b, a)
    return weak if level(weak) > level(strong) else strong


def can_cast(from_, to):
    """Does a dtype turn into another without falling to a lower kind, as from numbers with a fraction to
    integers?"""
    return level(dtype_of(to)) >= level(dtype_of(from_))


def set_printoptions(precision=None, threshold=None, edgeitems=None, linewidth=None, profile=None,
                     sci_mode=None):
    """How tensors are shown: digits behind the point; from how many elements on only `edgeitems` at each end;
    the width of a line; sci_mode=False for no exponents. profile: 'default', 'short' or 'full'.
    """
    profiles = {"default": (4, 1000, 3, 75), "short": (2, 1000, 2, 75),
                "full": (4, np.iinfo(np.int64).max, 3, 75)}
    names = ("precision", "threshold", "edgeitems", "max_line_width")
    if profile is not None:
        if profile not in profiles:
            raise ValueError(f"set_printoptions: profile is 'default', 'short' or 'full', got {profile!r}")
        PRINTING.update(zip(names, profiles[profile]))
    given = dict(zip(names, (precision, threshold, edgeitems, linewidth)))
    PRINTING.update({name: value for name, value in given.items() if value is not None})
    PRINTING["suppress_small"] = None if sci_mode is None else not sci_mode


@primitive
def cast(xp, x, *, dtype, source):
    return x.astype(dtype)


cast.defvjp(lambda g, dtype, source: cast(g, dtype=source, source=dtype))
