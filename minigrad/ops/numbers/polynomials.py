"""The classical orthogonal polynomials of degree n, by their recurrence relations.

    p_0 = 1,  p_1 = a x + b,  p_{k+1} = (A_k x + B_k) p_k - C_k p_{k-1}

The relation, differentiated m times, gives the m-th derivatives; so derivatives of every order are exact. The
degree n is a number or a tensor, of which the whole part counts; a polynomial of negative degree is 0.
Computed in float64 and rounded. Source: DLMF 18.9(i) and table 18.9.1, dlmf.nist.gov/18.9.
"""

from collections.abc import Callable

from minigrad.autograd import Tensor, composed
from minigrad.ops.numbers.special import in_double


def chebyshev(k):
    return 2, 0, 1


MOST = 20_000       # the largest degree: one step of the recurrence for each
KINDS = {           # (a, b) of p_1, and (A, B, C) as a function of k >= 1
    "chebyshev t": (1, 0, chebyshev),
    "chebyshev u": (2, 0, chebyshev),
    "chebyshev v": (2, -1, chebyshev),
    "chebyshev w": (2, 1, chebyshev),
    "hermite h": (2, 0, lambda k: (2, 0, 2 * k)),
    "hermite he": (1, 0, lambda k: (1, 0, k)),
    "laguerre l": (-1, 1, lambda k: (-1 / (k + 1), (2 * k + 1) / (k + 1), k / (k + 1))),
    "legendre p": (1, 0, lambda k: ((2 * k + 1) / (k + 1), 0, k / (k + 1))),
}


@in_double
def polynomial(xp, x, n, *, kind, shifted=False, order=0):
    """The derivative of order `order` of the polynomial of degree n, at x or, if shifted, at 2x - 1."""
    if shifted:
        return 2**order * polynomial(2 * x - 1, n, kind=kind, order=order)
    a, b, recurrence = KINDS[kind]
    x, n = xp.broadcast_arrays(x, n)
    n = xp.where(xp.isfinite(n), xp.trunc(n), -1)
    nothing = xp.zeros(x.shape)
    before = [nothing] * (order + 1)                        # p_{k-1} and its derivatives
    now = [nothing + 1] + [nothing] * order                 # p_k and its derivatives
    y = xp.where(n == 0, now[order], nothing)
    for k in range(int(n.max()) if n.size else 0):
        if k == MOST:
            raise ValueError(f"n must be at most {MOST}, where the result is finite; got {int(n.max())}")
        A, B, C = recurrence(k) if k else (a, b, 0)
        after = [(A * x + B) * now[j] + (j * A * now[j - 1] if j else 0) - C * before[j]
                 for j in range(order + 1)]
        before, now = now, after
        y = xp.where(n == k + 1, now[order], y)
        if k % 100 == 99 and not bool(xp.isfinite(now[order]).any()):
            return xp.where(n > k + 1, now[order], y)       # nothing but inf and NaN follows
    return y


polynomial.defvjp(lambda g, x, n, kind, shifted, order: g * polynomial(
    x, n, kind=kind, shifted=shifted, order=order + 1), None)


def of_kind(name: str, kind: str, formula: str, shifted: bool = False) -> Callable[..., Tensor]:
    """A polynomial as a public function of its argument and its degree."""
    def evaluate(input: Tensor | float, n: Tensor | float) -> Tensor:
        return polynomial(input, n, kind=kind, shifted=shifted)
    evaluate.__name__ = evaluate.__qualname__ = name
    evaluate.__doc__ = f"""{formula}

    input and the degree n broadcast; at least one of them is a tensor. 0 for n < 0. Raises
    ValueError for n above 20,000, unless the polynomials have grown beyond all numbers by then.
    """
    return composed(evaluate)


chebyshev_polynomial_t = of_kind(
    "chebyshev_polynomial_t", "chebyshev t",
    "Chebyshev's polynomial of the first kind: T_n(cos a) = cos(n a).")
chebyshev_polynomial_u = of_kind(
    "chebyshev_polynomial_u", "chebyshev u",
    "Chebyshev's polynomial of the second kind: U_n(cos a) sin(a) = sin((n+1) a).")
chebyshev_polynomial_v = of_kind(
    "chebyshev_polynomial_v", "chebyshev v",
    "Chebyshev's polynomial of the third kind: V_n(cos a) cos(a/2) = cos((n + 1/2) a).")
chebyshev_polynomial_w = of_kind(
    "chebyshev_polynomial_w", "chebyshev w",
    "Chebyshev's polynomial of the fourth kind: W_n(cos a) sin(a/2) = sin((n + 1/2) a).")
shifted_chebyshev_polynomial_t = of_kind(
    "shifted_chebyshev_polynomial_t", "chebyshev t",
    "Chebyshev's polynomial of the first kind, shifted to [0, 1]: T_n(2x - 1).", shifted=True)
shifted_chebyshev_polynomial_u = of_kind(
    "shifted_chebyshev_polynomial_u", "chebyshev u",
    "Chebyshev's polynomial of the second kind, shifted to [0, 1]: U_n(2x - 1).", shifted=True)
shifted_chebyshev_polynomial_v = of_kind(
    "shifted_chebyshev_polynomial_v", "chebyshev v",
    "Chebyshev's polynomial of the third kind, shifted to [0, 1]: V_n(2x - 1).", shifted=True)
shifted_chebyshev_polynomial_w = of_kind(
    "shifted_chebyshev_polynomial_w", "chebyshev w",
    "Chebyshev's polynomial of the fourth kind, shifted to [0, 1]: W_n(2x - 1).", shifted=True)
hermite_polynomial_h = of_kind("hermite_polynomial_h", "hermite h",
                               "The physicist's Hermite polynomial H_n(x), whose leading term is (2x)^n.")
hermite_polynomial_he = of_kind("hermite_polynomial_he", "hermite he",
                                "The probabilist's Hermite polynomial He_n(x), whose leading term is x^n.")
laguerre_polynomial_l = of_kind("laguerre_polynomial_l", "laguerre l",
                                "Laguerre's polynomial L_n(x), orthogonal under e^-x.")
legendre_polynomial_p = of_kind("legendre_polynomial_p", "legendre p",
                                "Legendre's polynomial P_n(x), orthogonal on [-1, 1].")
