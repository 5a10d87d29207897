"""torch.special's names: special functions of numbers, elementwise, and sums of exponentials."""

from minigrad.hints import missing as _missing
from minigrad.ops.layers.activations import sigmoid as expit
from minigrad.ops.numbers.arithmetic import round
from minigrad.ops.numbers.bessel import (
    airy_ai,
    bessel_j0,
    bessel_j1,
    bessel_y0,
    bessel_y1,
    i0e,
    i1,
    i1e,
    modified_bessel_k0,
    modified_bessel_k1,
    scaled_modified_bessel_k0,
    scaled_modified_bessel_k1,
    spherical_bessel_j0,
)
from minigrad.ops.numbers.gammas import igamma as gammainc, igammac as gammaincc, zeta
from minigrad.ops.numbers.normal import entr, erfcx, log_ndtr, ndtr, ndtri, xlog1py
from minigrad.ops.numbers.polynomials import (
    chebyshev_polynomial_t,
    chebyshev_polynomial_u,
    chebyshev_polynomial_v,
    chebyshev_polynomial_w,
    hermite_polynomial_h,
    hermite_polynomial_he,
    laguerre_polynomial_l,
    legendre_polynomial_p,
    shifted_chebyshev_polynomial_t,
    shifted_chebyshev_polynomial_u,
    shifted_chebyshev_polynomial_v,
    shifted_chebyshev_polynomial_w,
)
from minigrad.ops.numbers.powers import exp2, expm1, log1p, xlogy
from minigrad.ops.numbers.special import (
    digamma,
    erf,
    erfc,
    erfinv,
    i0,
    lgamma as gammaln,
    logit,
    mvlgamma as multigammaln,
    polygamma,
    sinc,
)
from minigrad.ops.reductions.softmax import log_softmax, logsumexp, softmax

psi, modified_bessel_i0, modified_bessel_i1 = digamma, i0, i1

__all__ = [
    "airy_ai", "bessel_j0", "bessel_j1", "bessel_y0", "bessel_y1", "chebyshev_polynomial_t",
    "chebyshev_polynomial_u", "chebyshev_polynomial_v", "chebyshev_polynomial_w", "digamma", "entr", "erf",
    "erfc", "erfcx", "erfinv", "exp2", "expit", "expm1", "gammainc", "gammaincc", "gammaln",
    "hermite_polynomial_h", "hermite_polynomial_he", "i0", "i0e", "i1", "i1e", "laguerre_polynomial_l",
    "legendre_polynomial_p", "log1p", "log_ndtr", "log_softmax", "logit", "logsumexp", "modified_bessel_i0",
    "modified_bessel_i1", "modified_bessel_k0", "modified_bessel_k1", "multigammaln", "ndtr", "ndtri",
    "polygamma", "psi", "round", "scaled_modified_bessel_k0", "scaled_modified_bessel_k1",
    "shifted_chebyshev_polynomial_t", "shifted_chebyshev_polynomial_u", "shifted_chebyshev_polynomial_v",
    "shifted_chebyshev_polynomial_w", "sinc", "softmax", "spherical_bessel_j0", "xlog1py", "xlogy", "zeta"]


def __getattr__(name):
    raise _missing(__name__, name, __all__)
