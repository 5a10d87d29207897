"""The chi-squared distribution: the sum of the squares of normal numbers."""

from collections.abc import Sequence
from typing import Any

from minigrad.autograd import Tensor
from minigrad.distributions import constraints
from minigrad.distributions.gamma import Gamma
from minigrad.distributions.utils import broadcast_all


class Chi2(Gamma):
    """Gamma(df / 2, 1 / 2): the sum of the squares of df standard normal numbers.

    df need not be an integer.
    """

    arg_constraints = {"df": constraints.positive}

    def __init__(self, df: Tensor | float, validate_args: bool | None = None) -> None:
        df, = broadcast_all(df)
        super().__init__(0.5 * df, 0.5, validate_args=validate_args)

    def expand(self, batch_shape: Sequence[int], _instance: Any = None) -> Any:
        new = super().expand(batch_shape, _instance)
        new.concentration, new.rate = self.concentration.expand(batch_shape), self.rate.expand(batch_shape)
        return new

    @property
    def df(self) -> Tensor:
        return self.concentration * 2
