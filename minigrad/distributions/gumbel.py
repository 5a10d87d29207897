"""The Gumbel distribution: the largest of many numbers."""

import math

from numpy import finfo

from minigrad.autograd import Tensor
from minigrad.distributions import constraints
from minigrad.distributions.transformed_distribution import TransformedDistribution
from minigrad.distributions.transforms import AffineTransform, ExpTransform
from minigrad.distributions.uniform import Uniform
from minigrad.distributions.utils import broadcast_all, euler_constant, tiny
from minigrad.ops.creation import full_like


class Gumbel(TransformedDistribution):
    """exp(-z - e^-z) / scale for z = (x - loc) / scale; a sample is loc - scale log(-log(u)).

    Source: Gumbel 1958, Statistics of Extremes.
    """

    arg_constraints = {"loc": constraints.real, "scale": constraints.positive}
    support = constraints.real

    def __init__(self, loc: Tensor | float, scale: Tensor | float, validate_args: bool | None = None) -> None:
        self.loc, self.scale = broadcast_all(loc, scale)
        below_1 = 1 - float(finfo(self.loc.dtype).eps)
        u = Uniform(full_like(self.loc, tiny(self.loc)), full_like(self.loc, below_1), validate_args=False)
        log = ExpTransform().inv
        super().__init__(u, [log, AffineTransform(0, -1), log, AffineTransform(self.loc, -self.scale)],
                         validate_args)

    @property
    def mean(self) -> Tensor:
        return self.loc + self.scale * euler_constant

    @property
    def mode(self) -> Tensor:
        return self.loc

    @property
    def stddev(self) -> Tensor:
        return math.pi / math.sqrt(6) * self.scale

    @property
    def variance(self) -> Tensor:
        return self.stddev.square()

    def log_prob(self, value: Tensor) -> Tensor:
        z = (self._checked(value) - self.loc) / self.scale
        return -z - (-z).exp() - self.scale.log()

    def entropy(self) -> Tensor:
        return self.scale.log() + 1 + euler_constant
