"""The CPU: NumPy, and the reference for the methods that every library defines."""

from typing import Any

import numpy as np

from minigrad.backend.seam import CPU, quiet, register


class NumPy:
    """What ops need and NumPy and CuPy do not offer under the same name."""

    array_type: type = np.ndarray
    module: Any = np
    device = "cpu"
    block = 2**16       # elements that stay in the cache across several operations

    def device_of(self, array):
        return CPU

    def from_host(self, array, index=None):
        return array

    def to_host(self, array):
        return array

    def address(self, array):
        """Where in memory the first element lies, in bytes."""
        return array.__array_interface__["data"][0]

    def synchronize(self):
        """Wait until all queued work is done; on the CPU there is none."""

    def scatter_add(self, array, index, values):
        """array[index] += values, in place; an entry that occurs twice in `index` receives both values.

        float16 is summed in float32.
        """
        if array.dtype == np.float16:
            total = array.astype(np.float32)
            NumPy.scatter_add(self, total, index, values)
            with quiet():
                array[...] = total
            return
        if (isinstance(index, np.ndarray) and index.dtype != bool and index.size
                and array.size >= 16 * len(array)):
            # np.add.at is slow on wide rows: sort by target row, then sum each run.
            values = np.broadcast_to(values, index.shape + array.shape[1:]).reshape(index.size, -1)
            index = index.reshape(-1)
            rows = np.where(index < 0, index + array.shape[0], index)
            order = np.argsort(rows, kind="stable")
            rows = rows[order]
            starts = np.flatnonzero(np.concatenate(([True], rows[1:] != rows[:-1])))
            totals = np.add.reduceat(values[order], starts, axis=0)
            array[index[order[starts]]] += totals.reshape((-1,) + array.shape[1:])
        else:
            np.add.at(array, index, values)

    def erf(self, x):
        """The error function, accurate to about 1e-7 in float32 and a few ulp in float64.

        float32: tanh(x P(x^2)), with P fitted to atanh(erf(x)) / x on [0, 4], where the error of the
        result is at most 7.8e-8 before rounding.
        float64: W. J. Cody, Rational Chebyshev approximations for the error function,
        Math. Comp. 23 (1969), 631-637: a rational function for each of |x| <= 0.46875, |x| <= 4, |x| > 4.
        """
        x = np.asarray(x)
        if x.dtype in (np.float16, np.float32):
            single = x.astype(np.float32, copy=False)
            square = np.square(np.minimum(np.abs(single), 4))
            return np.tanh(single * polynomial(TANH_ERF, square)).astype(x.dtype, copy=False)
        size = np.abs(x)
        return np.where(size <= 0.46875, erf_near_0(x), np.copysign(1 - erfc_of_positive(size), x))

    def erfc(self, x):
        """1 - erf(x), accurate to a few ulp even where it is tiny."""
        double = np.asarray(x).astype(np.float64)
        size = np.abs(double)
        tail = erfc_of_positive(size)
        far = np.where(double < 0, 2 - tail, tail)
        return np.where(size <= 0.46875, 1 - erf_near_0(double), far).astype(x.dtype)


def erf_near_0(x):
    """erf(x) for |x| <= 0.46875, by Cody."""
    return x * ratio(CODY_SMALL, np.minimum(np.abs(x), 0.46875) ** 2)


def erfc_of_positive(x):
    """1 - erf(x) for x > 0.46875, by Cody; e^(-x^2) is split so that its square has no rounding error."""
    middle = ratio(CODY_MIDDLE, np.clip(x, 0.46875, 4))
    t = 1 / np.maximum(x, 4) ** 2
    large = np.sqrt(t) * (1 / np.sqrt(np.pi).astype(x.dtype) - t * ratio(CODY_LARGE, t))
    x = np.minimum(x, 30)
    short = np.trunc(x * 16) / 16
    return np.exp(-short * short) * np.exp((short - x) * (short + x)) * np.where(x <= 4, middle, large)


def polynomial(coefficients, t):
    """Evaluate a polynomial, highest power first, in the precision of t."""
    p = np.full_like(t, coefficients[0])
    for a in coefficients[1:]:
        p *= t
        p += a
    return p


def ratio(coefficients, t):
    return polynomial(coefficients[0], t) / polynomial(coefficients[1], t)


TANH_ERF = (1.48178843e-7, -5.77970977e-6, 8.83061245e-5, -6.21436444e-4, -1.90301103e-4, 0.102768807,
            1.12837917)

CODY_SMALL = (
    (1.85777706184603153e-1, 3.16112374387056560e0, 1.13864154151050156e2,
     3.77485237685302021e2, 3.20937758913846947e3),
    (1.0, 2.36012909523441209e1, 2.44024637934444173e2,
     1.28261652607737228e3, 2.84423683343917062e3))
CODY_MIDDLE = (
    (2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594e0,
     6.61191906371416295e1, 2.98635138197400131e2, 8.81952221241769090e2,
     1.71204761263407058e3, 2.05107837782607147e3, 1.23033935479799725e3),
    (1.0, 1.57449261107098347e1, 1.17693950891312499e2,
     5.37181101862009858e2, 1.62138957456669019e3, 3.29079923573345963e3,
     4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3))
CODY_LARGE = (
    (1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1,
     1.25781726111229246e-1, 1.60837851487422766e-2, 6.58749161529837803e-4),
    (1.0, 2.56852019228982242e0, 1.87295284992346725e0,
     5.27905102951428412e-1, 6.05183413124413191e-2, 2.33520497626869185e-3))

register(NumPy())
