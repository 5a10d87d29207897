"""torch.distributions.transforms' further names."""

from minigrad.autograd import Tensor
from minigrad.distributions.utils import clamp_probs


def _clipped_sigmoid(x: Tensor) -> Tensor:
    """sigmoid(x), inside (0, 1)."""
    return clamp_probs(x.sigmoid())
