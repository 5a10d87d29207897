"""Activations: nonlinear functions, applied elementwise between layers."""

import math

from minigrad.autograd import Tensor, composed, fused, primitive
from minigrad.autograd.complex import for_complex, refuse_complex
from minigrad.backend import MODULES, device_generator
from minigrad.ops.numbers.choosing import where
from minigrad.ops.numbers.powers import exp, sigmoid
from minigrad.ops.numbers.special import erf
from minigrad.ops.numbers.trigonometry import tanh
from minigrad.ops.places.indexing import axis_of, narrow


@primitive
def relu(xp, x):
    """max(x, 0)."""
    return xp.maximum(x, 0)


relu.defvjp(lambda g, y: g * (y > 0))
refuse_complex(relu)


@primitive
def softplus(xp, x, *, beta: float = 1.0, threshold: float = 20.0):
    """log(1 + e^(beta x)) / beta, a smooth relu; x where beta x > threshold."""
    bx = x * beta
    smooth = (xp.maximum(bx, 0) + xp.log1p(xp.exp(-xp.abs(bx)))) / beta
    return xp.where(bx > threshold, x, smooth)


softplus.defvjp(lambda g, x, beta, threshold: g * where(x * beta > threshold, 1.0, sigmoid(x * beta)))


@composed
def logsigmoid(x: Tensor) -> Tensor:
    """log(sigmoid(x)) = -log(1 + e^-x)."""
    return -softplus(-x, threshold=math.inf)


@primitive
def silu(xp, x):
    """x sigmoid(x), also called swish.   Source: Elfwing et al. 2017, arXiv:1702.03118."""
    e = xp.exp(-xp.abs(x))
    return x * (xp.where(x >= 0, 1, e) / (1 + e))


def silu_slope(x):
    s = sigmoid(x)
    return s * (1 + x * (1 - s))


silu.defvjp(lambda g, x: g * silu_slope(x))
for_complex(silu, forward=lambda xp, x: x / (1 + xp.exp(-x)))


@fused
def gelu(x, *, approximate: str = "none"):
    """x Phi(x), where Phi is the cumulative distribution function of the standard normal.

    approximate='tanh': 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))).
    Source: Hendrycks and Gimpel 2016, arXiv:1606.08415, sec. 2.
    """
    if approximate == "none":
        return x * (0.5 * (1 + erf(x * math.sqrt(0.5))))
    if approximate == "tanh":
        return 0.5 * x * (1 + tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * (x * x * x))))
    raise ValueError(f"gelu: approximate must be 'none' or 'tanh', got {approximate!r}")


@primitive
def leaky_relu(xp, x, *, negative_slope: float = 0.01):
    """x where x > 0, else negative_slope * x."""
    return xp.where(x > 0, x, x * negative_slope)


leaky_relu.defvjp(lambda g, x, negative_slope: where(x > 0, g, g * negative_slope))


@composed
def prelu(x: Tensor, weight: Tensor) -> Tensor:
    """leaky_relu with a learned slope: weight () or (1,), or (C,), one per channel of x (N, C, ...)."""
    if weight.ndim > 1:
        raise ValueError(f"prelu: weight must be () or (C,), got {tuple(weight.shape)}")
    if not x.ndim:
        weight = weight.reshape(())
    elif weight.ndim == 1 and weight.shape[0] != 1:
        if x.ndim < 2 or x.shape[1] != weight.shape[0]:
            raise ValueError(f"prelu: weight {tuple(weight.shape)} needs x (N, {weight.shape[0]}, ...), "
                             f"got {tuple(x.shape)}")
        weight = weight.reshape((-1,) + (1,) * (x.ndim - 2))
    return where(x > 0, x, weight * where(x > 0, 0.0, x))        # weight's gradient reads no infinity above 0


@composed
def rrelu(x: Tensor, lower: float = 1 / 8, upper: float = 1 / 3, training: bool = False) -> Tensor:
    """leaky_relu with a random slope for each element, uniform in [lower, upper].

    Without training the slope is (lower + upper) / 2.

    Source: Xu et al. 2015, arXiv:1505.00853, sec. 3.4.
    """
    if not lower <= upper:
        raise ValueError(f"rrelu: lower must be at most upper, got {lower} and {upper}")
    if not training:
        return leaky_relu(x, negative_slope=(lower + upper) / 2)
    below = x.array <= 0
    slope = MODULES[type(x.array)].ones(below.shape, x.dtype)
    slope[below] = device_generator(x.device).random(int(below.sum())) * (upper - lower) + lower
    return x * Tensor(slope)


@primitive
def elu(xp, x, *, alpha: float = 1.0):
    """x where x > 0, else alpha (e^x - 1).   Source: Clevert et al. 2015, arXiv:1511.07289."""
    return xp.where(x > 0, x, alpha * xp.expm1(xp.minimum(x, 0)))


elu.defvjp(lambda g, x, alpha: where(x > 0, g, g * (alpha * exp(where(x < 0, x, 0.0)))))


@composed
def selu(x: Tensor) -> Tensor:
    """scale * elu(x, alpha), self-normalising.   Source: Klambauer et al. 2017, arXiv:1706.02515, eq. 2."""
    return 1.0507009873554805 * elu(x, alpha=1.6732632423543772)


@composed
def celu(x: Tensor, alpha: float = 1.0) -> Tensor:
    """max(0, x) + min(0, alpha (e^(x/alpha) - 1)).   Source: Barron 2017, arXiv:1704.07483."""
    return alpha * elu(x * (1 / alpha))


def mish(x: Tensor) -> Tensor:
    """x tanh(softplus(x)).   Source: Misra 2019, arXiv:1908.08681."""
    return x * tanh(softplus(x))


def relu6(x: Tensor) -> Tensor:
    """min(max(x, 0), 6); the gradient at 0 and at 6 is 0."""
    return hardtanh(x, 0.0, 6.0)


@primitive
def hardtanh(xp, x, *, min_val: float = -1.0, max_val: float = 1.0):
    """x clamped to [min_val, max_val]; unlike clamp's, the gradient at both ends is 0.

    Integers stay integers: the fractions of both limits are dropped.
    """
    if x.dtype.kind in "iu":
        min_val, max_val = int(min_val), int(max_val)
    return xp.clip(x, min_val, max_val)


hardtanh.defvjp(lambda g, x, min_val, max_val: where((x > min_val) & (x < max_val), g, 0.0))


def hardsigmoid(x: Tensor) -> Tensor:
    """relu6(x + 3) / 6."""
    return relu6(x + 3) * (1 / 6)


def hardswish(x: Tensor) -> Tensor:
    """x relu6(x + 3) / 6.   Source: Howard et al. 2019, arXiv:1905.02244, eq. 3."""
    return x * hardsigmoid(x)


@composed
def softsign(x: Tensor) -> Tensor:
    """x / (1 + |x|)."""
    return x / (1 + abs(x))


@composed
def tanhshrink(x: Tensor) -> Tensor:
    """x - tanh(x)."""
    return x - tanh(x)


@composed
def threshold(x: Tensor, threshold: float, value: float) -> Tensor:
    """x where x > threshold, else value, without its fraction beside integers."""
    value = value if x.dtype.kind in "fc" else int(value)
    return where(x <= threshold, value, x)          # NaN stays NaN


@composed
def hardshrink(x: Tensor, lambd: float = 0.5) -> Tensor:
    """x where |x| > lambd, else 0."""
    return where(abs(x) <= lambd, 0.0, x)


@composed
def softshrink(x: Tensor, lambd: float = 0.5) -> Tensor:
    """x moved towards 0 by lambd; 0 where |x| <= lambd."""
    if lambd < 0:
        raise ValueError(f"softshrink: lambd must be at least 0, got {lambd}")
    return where(x > lambd, x - lambd, where(x < -lambd, x + lambd, x * 0.0))      # NaN stays NaN


@composed
def glu(x: Tensor, dim: int = -1) -> Tensor:
    """a sigmoid(b), where a and b are the two halves of x along dim.   Source: arXiv:1612.08083."""
    size = x.shape[axis_of(x, dim, "glu")]
    if size % 2:
        raise ValueError(f"glu: dim {dim} of {tuple(x.shape)} must have an even size to be halved")
    a, b = narrow(x, dim, 0, size // 2), narrow(x, dim, size // 2, size // 2)
    return a * sigmoid(b)
