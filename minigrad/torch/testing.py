"""torch.testing: comparing results."""

from typing import Any

import numpy as np

import minigrad
from minigrad.autograd import Tensor

TOLERANCE = {"float16": (1e-3, 1e-5), "float32": (1.3e-6, 1e-5), "float64": (1e-7, 1e-7),
             "complex64": (1.3e-6, 1e-5), "complex128": (1e-7, 1e-7)}     # torch.testing.assert_close's


def assert_close(actual: Any, expected: Any, *, allow_subclasses: bool = True, rtol: float | None = None,
                 atol: float | None = None, equal_nan: bool = False, check_device: bool = True,
                 check_dtype: bool = True, check_layout: bool = True, check_stride: bool = False,
                 msg: Any = None) -> None:
    """Raise AssertionError unless |actual - expected| <= atol + rtol |expected|, element by element.

    Lists, tuples and dicts are compared item by item. Without rtol and atol, both come from the dtype:
    1.3e-6 and 1e-5 for float32, 1e-7 both for float64, 0 for integers.
    """
    settings: Any = dict(rtol=rtol, atol=atol, equal_nan=equal_nan, check_dtype=check_dtype, msg=msg)
    if isinstance(expected, dict):
        if set(actual) != set(expected):
            raise AssertionError(f"the keys differ: {sorted(actual)} and {sorted(expected)}")
        for key in expected:
            assert_close(actual[key], expected[key], **settings)
        return
    if isinstance(expected, (list, tuple)):
        if len(actual) != len(expected):
            raise AssertionError(f"the lengths differ: {len(actual)} and {len(expected)}")
        for a, b in zip(actual, expected):
            assert_close(a, b, **settings)
        return
    a, b = (np.asarray(each.detach().numpy() if isinstance(each, Tensor) else each)
            for each in (actual, expected))
    if (rtol is None) != (atol is None):
        raise ValueError("assert_close: give both rtol and atol, or neither")
    if a.shape != b.shape:
        raise AssertionError(f"the shapes differ: {a.shape} and {b.shape}")
    if check_dtype and isinstance(actual, Tensor) and a.dtype != b.dtype:
        raise AssertionError(f"the dtypes differ: {a.dtype} and {b.dtype}")
    default = max(TOLERANCE.get(str(a.dtype), (0, 0)), TOLERANCE.get(str(b.dtype), (0, 0)))
    rtol, atol = default if rtol is None or atol is None else (rtol, atol)
    close = np.isclose(a, b, rtol, atol, equal_nan)
    if not close.all():
        where = tuple(int(i) for i in np.argwhere(~close)[0])
        text = (f"{np.count_nonzero(~close)} of {close.size} elements differ, the first at {where}: "
                f"{a[where]} and {b[where]}, with rtol={rtol} and atol={atol}")
        raise AssertionError(msg(text) if callable(msg) else msg or text)


def assert_allclose(actual: Any, expected: Any, rtol: float | None = None, atol: float | None = None,
                    equal_nan: bool = True, msg: str = "") -> None:
    """The older name, without a check of dtypes."""
    assert_close(actual, expected, rtol=rtol, atol=atol, equal_nan=equal_nan, check_dtype=False,
                 msg=msg or None)


def make_tensor(*shape: Any, dtype: Any, device: Any = "cpu", low: float | None = None,
                high: float | None = None, requires_grad: bool = False, **settings: Any) -> Tensor:
    """A tensor of uniform numbers in [low, high): from -9 to 9 by default."""
    shape = tuple(shape[0]) if len(shape) == 1 and isinstance(shape[0], (tuple, list)) else shape
    low, high = -9 if low is None else low, 9 if high is None else high
    x = (minigrad.rand(*shape) * (high - low) + low).to(dtype=dtype, device=device)
    return x.requires_grad_(requires_grad)
