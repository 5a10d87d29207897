"""VAE (Kingma and Welling 2013, arXiv:1312.6114): a code for pictures, with no gaps between the codes.

    image (784) -> hidden -> mean and log variance (code each) -> a code drawn from that normal distribution
                -> hidden -> logits (784), whose sigmoid is the image

The networks are those of the paper's experiments (appendix C), with ReLU instead of tanh.
"""

from minigrad.autograd import Tensor
from minigrad.nn import Flatten, Linear, Module, ReLU, Sequential, Unflatten, functional as F


class VAE(Module):
    """Images (N, 1, 28, 28) from 0 to 1, noise (N, code) -> (logits of the images, means, log variances)."""

    def __init__(self, code: int = 10, hidden: int = 512):
        self.code = code
        self.encoder = Sequential(Flatten(), Linear(784, hidden), ReLU(), Linear(hidden, 2 * code))
        self.decoder = Sequential(Linear(code, hidden), ReLU(), Linear(hidden, 784),
                                  Unflatten(1, (1, 28, 28)))

    def forward(self, x: Tensor, noise: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        mean, log_variance = self.encoder(x).chunk(2, 1)
        # Drawn outside, the noise lets gradients pass to mean and variance: reparametrisation, sec. 2.4.
        code = mean + (log_variance / 2).exp() * noise                  # (N, code)
        return self.decoder(code), mean, log_variance


def elbo_terms(logits: Tensor, x: Tensor, mean: Tensor, log_variance: Tensor) -> tuple[Tensor, Tensor]:
    """The two terms of the loss, in nats per image: how badly x is rebuilt, how much the code tells.

    Their sum is the negative evidence lower bound (ELBO): at least -log p(x), on average.
    The second is KL(N(mean, variance) || N(0, 1)) in closed form (appendix B).
    """
    rebuilt = F.binary_cross_entropy_with_logits(logits, x, reduction="sum") / len(x)
    told = (mean ** 2 + log_variance.exp() - log_variance - 1).sum() / (2 * len(x))
    return rebuilt, told
