"""The von Mises distribution: the normal distribution of angles."""

import math
from collections.abc import Sequence

import numpy as np

from minigrad.autograd import Tensor
from minigrad.backend import array_on, host_generator, quiet
from minigrad.distributions import constraints
from minigrad.distributions.distribution import Distribution
from minigrad.distributions.utils import broadcast_all
from minigrad.ops.numbers.special import bessel_i


class VonMises(Distribution):
    """exp(k cos(x - loc)) / (2 pi I_0(k)) for angles x in radians, with k = concentration.

    k = 0 is uniform; a large k is close to a normal distribution of variance 1 / k.
    Source of the samples: Best and Fisher 1979, J. Royal Statistical Society C 28, 152-157.
    """

    arg_constraints = {"loc": constraints.real, "concentration": constraints.positive}
    support = constraints.real

    def __init__(self, loc: Tensor | float, concentration: Tensor | float,
                 validate_args: bool | None = None) -> None:
        self.loc, self.concentration = broadcast_all(loc, concentration)
        super().__init__(self.loc.shape, validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        """The direction of the mean of the unit vectors."""
        return self.loc

    mode = mean

    @property
    def variance(self) -> Tensor:
        """1 minus the length of the mean of the unit vectors."""
        return 1 - bessel_i(self.concentration, order=1) / bessel_i(self.concentration, order=0)

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Angles from -pi to pi: a wrapped Cauchy number is proposed until it is accepted."""
        shape, generator = self._extended_shape(sample_shape), host_generator()
        loc, k = (x.detach().cpu().numpy().astype(np.float64) for x in (self.loc, self.concentration))
        root = 1 + np.sqrt(1 + 4 * k * k)
        x, todo = np.zeros(shape), np.ones(shape, bool)
        with quiet():
            rho = (root - np.sqrt(2 * root)) / (2 * k)
            r = np.where(k < 1e-5, 1 / k + k, (1 + rho * rho) / (2 * rho))
            while todo.any():
                u1, u2, u3 = generator.random((3, *shape))
                z = np.cos(math.pi * u1)
                cosine = (1 + r * z) / (r + z)
                c = k * (r - cosine)
                fits = (c * (2 - c) - u2 > 0) | (np.log(c / u2) + 1 - c >= 0)
                x = np.where(fits, np.sign(u3 - 0.5) * np.arccos(cosine), x)
                todo &= ~fits
        x = (x + math.pi + loc) % (2 * math.pi) - math.pi
        return Tensor(array_on(x, self.loc.device, self.loc.dtype))

    def log_prob(self, value: Tensor) -> Tensor:
        k, d = self.concentration, self._checked(value) - self.loc
        return k * d.cos() - math.log(2 * math.pi) - bessel_i(k, order=0).log()
