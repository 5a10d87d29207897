"""Probability distributions: samples, densities, entropies; the names of torch.distributions.

    policy = Categorical(logits=net(state))             # policy gradient
    action = policy.sample()
    loss = -(policy.log_prob(action) * reward).mean()

    q = Normal(mean, std)                               # variational autoencoder
    z = q.rsample()                                     # mean + std * noise, differentiable
    loss = reconstruction + kl_divergence(q, Normal(0.0, 1.0)).sum()

Parameters are broadcast to batch_shape. Samples have shape sample_shape + batch_shape + event_shape,
log-probabilities sample_shape + batch_shape. Random numbers come from the host's generator.
"""

import math
from collections.abc import Sequence
from typing import Any

from numpy import finfo

from minigrad.autograd import Shape, Tensor, no_grad
from minigrad.autograd.errors import NamesArguments
from minigrad.backend import array_on, host_generator
from minigrad.hints import missing as _missing
from minigrad.ops.creation import as_tensor
from minigrad.ops.layers.activations import logsigmoid
from minigrad.ops.losses.classification import binary_cross_entropy_with_logits
from minigrad.ops.numbers.choosing import where
from minigrad.ops.places.shapes import broadcast_shapes, broadcast_tensors

__all__ = ["Bernoulli", "Categorical", "Distribution", "Independent", "Normal", "Uniform", "kl_divergence"]


class Distribution(NamesArguments):
    """Base class: batch_shape counts independent distributions, event_shape is the shape of one value."""

    doors = ("sample", "rsample", "log_prob", "entropy", "cdf")
    has_rsample = False
    batch_shape: Shape
    event_shape = Shape()

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Draw random values, without a graph."""
        with no_grad():
            return self.rsample(sample_shape)

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Draw random values that are differentiable with respect to the parameters."""
        raise NotImplementedError(f"{type(self).__name__} has no rsample(): its samples are not "
                                  "differentiable with "
                                  "respect to its parameters; use sample() and log_prob()")

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the density or probability at value."""
        raise NotImplementedError(f"{type(self).__name__} must define log_prob(self, value)")

    @property
    def stddev(self) -> Tensor:
        return self.variance ** 0.5     # type: ignore[attr-defined]   # some subclasses have none

    def shape_of(self, sample_shape: Sequence[int]) -> tuple[int, ...]:
        return (*sample_shape, *self.batch_shape)

    def __repr__(self):
        return (f"{type(self).__name__}(batch_shape={tuple(self.batch_shape)}, "
                f"event_shape={tuple(self.event_shape)})")


class Normal(Distribution):
    """exp(-(x - loc)^2 / (2 scale^2)) / (scale sqrt(2 pi)): mean loc, standard deviation scale > 0."""

    has_rsample = True

    def __init__(self, loc: Tensor | float, scale: Tensor | float) -> None:
        self.loc, self.scale = together("Normal", loc=loc, scale=scale)
        check("Normal: scale", self.scale, self.scale > 0, "above 0")
        self.batch_shape = self.loc.shape

    @property
    def mean(self) -> Tensor:
        return self.loc

    mode = mean

    @property
    def stddev(self) -> Tensor:
        return self.scale

    @property
    def variance(self) -> Tensor:
        return self.scale ** 2

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        noise = host_generator().standard_normal(self.shape_of(sample_shape), self.loc.dtype)
        return self.loc + self.scale * like(noise, self.loc)

    def log_prob(self, value: Tensor) -> Tensor:
        z = (value - self.loc) / self.scale
        return -0.5 * z * z - self.scale.log() - 0.5 * math.log(2 * math.pi)

    def entropy(self) -> Tensor:
        return self.scale.log() + 0.5 * math.log(2 * math.pi * math.e)

    def cdf(self, value: Tensor) -> Tensor:
        """The probability that a sample is at most `value`."""
        return 0.5 * (1 + ((value - self.loc) / (self.scale * math.sqrt(2))).erf())


class Uniform(Distribution):
    """1 / (high - low) for low <= x < high."""

    has_rsample = True

    def __init__(self, low: Tensor | float, high: Tensor | float) -> None:
        self.low, self.high = together("Uniform", low=low, high=high)
        check("Uniform: high - low", self.high - self.low, self.low < self.high, "above 0")
        self.batch_shape = self.low.shape

    @property
    def mean(self) -> Tensor:
        return (self.low + self.high) / 2

    @property
    def variance(self) -> Tensor:
        return (self.high - self.low) ** 2 / 12

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        noise = host_generator().random(self.shape_of(sample_shape), self.low.dtype)
        return self.low + (self.high - self.low) * like(noise, self.low)

    def log_prob(self, value: Tensor) -> Tensor:
        inside = (value >= self.low) & (value < self.high)
        return where(inside, -(self.high - self.low).log(), -math.inf)

    def entropy(self) -> Tensor:
        return (self.high - self.low).log()


class Bernoulli(Distribution):
    """1 with probability probs, else 0. Takes probs, or logits = log(probs / (1 - probs))."""

    def __init__(self, probs: Tensor | float | None = None, logits: Tensor | float | None = None) -> None:
        one_of("Bernoulli", probs, logits)
        if probs is not None:
            self.probs, = together("Bernoulli", probs=probs)
            check("Bernoulli: probs", self.probs, (self.probs >= 0) & (self.probs <= 1), "from 0 to 1")
            inside = between_0_and_1(self.probs)
            self.logits = inside.log() - (1 - inside).log()
        else:
            self.logits, = together("Bernoulli", logits=logits)
            self.probs = self.logits.sigmoid()
        self.batch_shape = self.logits.shape

    @property
    def mean(self) -> Tensor:
        return self.probs

    @property
    def variance(self) -> Tensor:
        return self.probs * (1 - self.probs)

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        probs = self.probs.detach().cpu().numpy()
        return like(host_generator().bernoulli(probs, self.shape_of(sample_shape)), self.probs)

    def log_prob(self, value: Tensor) -> Tensor:
        logits, value = broadcast_tensors(self.logits, value)
        return -binary_cross_entropy_with_logits(logits, value, reduction="none")

    def entropy(self) -> Tensor:
        return binary_cross_entropy_with_logits(self.logits, self.probs, reduction="none")


class Categorical(Distribution):
    """One of V classes, from probs (..., V) or logits (..., V).

    probs are divided by their sum; logits are log-probabilities up to a constant.
    """

    def __init__(self, probs: Tensor | None = None, logits: Tensor | None = None) -> None:
        one_of("Categorical", probs, logits)
        given, = together("Categorical", **({"logits": logits} if probs is None else {"probs": probs}))
        if not given.ndim:
            raise ValueError("Categorical: probs or logits must have shape (..., V), got ()")
        if probs is not None:
            check("Categorical: probs", given, given >= 0, "at least 0")
            self.probs = given / given.sum(-1, keepdim=True)
            self.logits = between_0_and_1(self.probs).log()
        else:
            self.logits = given - given.logsumexp(-1, keepdim=True)
            self.probs = self.logits.softmax(-1)
        self.batch_shape = Shape(given.shape[:-1])

    @property
    def mode(self) -> Tensor:
        return self.probs.argmax(-1)

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Draw class ids, int64."""
        shape = self.shape_of(sample_shape)
        rows = self.probs.detach().cpu().numpy().reshape(-1, self.probs.shape[-1])
        ids = host_generator().categories(rows, math.prod(sample_shape), replace=True)
        return Tensor(array_on(ids.T.reshape(shape), self.probs.device))

    def log_prob(self, value: Tensor) -> Tensor:
        value = value if isinstance(value, Tensor) else Tensor(value)
        shape = broadcast_shapes(value.shape, self.batch_shape)
        logits = self.logits.expand((*shape, self.logits.shape[-1]))
        return logits.gather(-1, value.long().expand(shape).unsqueeze(-1)).squeeze(-1)

    def entropy(self) -> Tensor:
        return -(self.probs * where(self.logits == -math.inf, 0.0, self.logits)).sum(-1)      # 0 log 0 = 0


class Independent(Distribution):
    """Treats the last batch axes as parts of one value, so that log_prob sums over them."""

    def __init__(self, base_distribution: Distribution, reinterpreted_batch_ndims: int) -> None:
        shape, count = tuple(base_distribution.batch_shape), reinterpreted_batch_ndims
        if not 0 <= count <= len(shape):
            raise ValueError("Independent: reinterpreted_batch_ndims must be between 0 and "
                             f"{len(shape)} for batch_shape {shape}, got {count}")
        self.base_dist: Any = base_distribution
        self.reinterpreted_batch_ndims = count
        self.has_rsample = base_distribution.has_rsample
        self.batch_shape = Shape(shape[:len(shape) - count])
        self.event_shape = Shape((*shape[len(shape) - count:], *base_distribution.event_shape))

    @property
    def mean(self) -> Tensor:
        return self.base_dist.mean

    @property
    def variance(self) -> Tensor:
        return self.base_dist.variance

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        return self.base_dist.sample(sample_shape)

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        return self.base_dist.rsample(sample_shape)

    def log_prob(self, value: Tensor) -> Tensor:
        return self.added(self.base_dist.log_prob(value))

    def entropy(self) -> Tensor:
        return self.added(self.base_dist.entropy())

    def added(self, x: Tensor) -> Tensor:
        count = self.reinterpreted_batch_ndims
        return x.sum(tuple(range(-count, 0))) if count else x


def kl_divergence(p: Distribution, q: Distribution) -> Tensor:
    """The expectation of log(p / q) under p, >= 0; p and q must be of the same class.

    Source: Kullback and Leibler 1951, Ann. Math. Statist. 22, 79-86; each formula is the integral in
    closed form.
    """
    if type(p) is not type(q) or type(p) not in DIVERGENCES:
        raise NotImplementedError(f"kl_divergence of {type(p).__name__} and {type(q).__name__} is not "
                                  "implemented; "
                                  "it needs two of the same of "
                                  f"{', '.join(k.__name__ for k in DIVERGENCES)}. "
                                  "Estimate it with (p.log_prob(x) - q.log_prob(x)).mean() for "
                                  "x = p.rsample((n,))")
    return DIVERGENCES[type(p)](p, q)


def kl_normal(p, q):
    ratio = (p.scale / q.scale) ** 2
    return 0.5 * (ratio + ((p.loc - q.loc) / q.scale) ** 2 - 1 - ratio.log())


def kl_uniform(p, q):
    inside = (q.low <= p.low) & (p.high <= q.high)
    return where(inside, ((q.high - q.low) / (p.high - p.low)).log(), math.inf)


def kl_bernoulli(p, q):
    gain_of_1 = where(p.probs > 0, logsigmoid(p.logits) - logsigmoid(q.logits), 0.0)
    gain_of_0 = where(p.probs < 1, logsigmoid(-p.logits) - logsigmoid(-q.logits), 0.0)
    kl = p.probs * gain_of_1 + (1 - p.probs) * gain_of_0
    return where(((p.probs > 0) & (q.probs == 0)) | ((p.probs < 1) & (q.probs == 1)), math.inf, kl)


def kl_categorical(p, q):
    possible = p.probs > 0                          # impossible classes add 0, even if their logits are -inf
    kl = (p.probs * where(possible, p.logits - q.logits, 0.0)).sum(-1)
    return where((possible & (q.probs == 0)).any(-1), math.inf, kl)


def kl_independent(p, q):
    if p.reinterpreted_batch_ndims != q.reinterpreted_batch_ndims:
        raise ValueError("kl_divergence: two Independent need the same reinterpreted_batch_ndims, got "
                         f"{p.reinterpreted_batch_ndims} and {q.reinterpreted_batch_ndims}")
    return p.added(kl_divergence(p.base_dist, q.base_dist))


DIVERGENCES = {Normal: kl_normal, Uniform: kl_uniform, Bernoulli: kl_bernoulli, Categorical: kl_categorical,
               Independent: kl_independent}


def between_0_and_1(probs):
    """probs moved into [eps, 1 - eps], whose logarithms are finite; eps is that of the dtype."""
    eps = float(finfo(probs.dtype).eps)
    return probs.clamp(eps, 1 - eps)


def together(name, **parameters):
    """Convert parameters, numbers or tensors, to floating-point tensors of the same shape."""
    given = next((x for x in parameters.values() if isinstance(x, Tensor)), Tensor(0.0))
    dtype = (given if given.is_floating_point() else Tensor(0.0)).dtype
    tensors = [x if isinstance(x, Tensor) and x.is_floating_point() else as_tensor(x, dtype, given.device)
               for x in parameters.values()]
    try:
        return broadcast_tensors(*tensors)
    except (ValueError, RuntimeError):
        shapes = ", ".join(f"{key} {tuple(x.shape)}" for key, x in zip(parameters, tensors))
        raise ValueError(f"{name}: the parameter shapes do not broadcast: {shapes}") from None


def check(what, x, fits, expected):
    if not fits.all():
        wrong = x.detach()[~fits].flatten()[0].item()
        raise ValueError(f"{what} must be {expected} everywhere, got {wrong:g}")


def one_of(name, probs, logits):
    if (probs is None) == (logits is None):
        raise ValueError(f"{name}: pass either probs= or logits=, and not both")


def like(noise, x):
    return Tensor(array_on(noise, x.device, x.dtype))


_INSTEAD = {
    "Gaussian": "use distributions.Normal(loc, scale)",
    "MultivariateNormal": "for independent components use Independent(Normal(mean, std), 1)",
    "TransformedDistribution": "transform the sample, and subtract the log-determinant from log_prob",
    "transforms": "transform the sample, and subtract the log-determinant from log_prob",
    "MixtureSameFamily": "use minigrad.logsumexp(log_weights + components.log_prob(x), -1)",
    "OneHotCategorical": "use Categorical and nn.functional.one_hot(sample, classes)",
    "Beta": "use minigrad.lgamma for its density, and numpy.random for samples",
    "Dirichlet": "use minigrad.lgamma for its density, and numpy.random for samples",
    "Gamma": "use minigrad.lgamma for its density, and numpy.random for samples",
    "Poisson": "use minigrad.poisson for samples and nn.functional.poisson_nll_loss",
}


def __getattr__(name):
    raise _missing(__name__, name, __all__, _INSTEAD)
