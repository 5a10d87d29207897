"""DCGAN (Radford et al. 2015, arXiv:1511.06434): one network draws, another finds drawings out.

    generator      code (code) -> (2 width, 7, 7) -> (width, 14, 14) -> image (1, 28, 28) from -1 to 1
    discriminator  image (1, 28, 28) -> (width, 14, 14) -> (2 width, 7, 7) -> one logit, positive for real

Every arrow between images is a convolution with stride 2, in the generator a transposed one. Two contests:

    GAN      Goodfellow et al. 2014, arXiv:1406.2661: the logit is the log-odds of being real
    WGAN-GP  Gulrajani et al. 2017, arXiv:1704.00028: the logit is a score whose slope should be 1 everywhere
"""

from minigrad.autograd import Tensor
from minigrad.autograd.reverse import grad
from minigrad.nn import (
    BatchNorm2d,
    Conv2d,
    ConvTranspose2d,
    Flatten,
    Identity,
    LeakyReLU,
    Linear,
    Module,
    ReLU,
    Sequential,
    Tanh,
    Unflatten,
    functional as F,
    init,
)


class DCGAN(Module):
    """A generator, codes (N, code) -> images (N, 1, 28, 28), and a discriminator, images -> logits (N, 1).

    norm: batch norm in the discriminator. WGAN-GP needs norm=False: its penalty is about the slope at each
    picture alone, and batch norm makes every logit depend on the whole batch (Gulrajani et al., sec. 4).
    The weights are drawn from a normal distribution with standard deviation 0.02, as in the paper.
    Call the two networks: the model as a whole has no forward.
    """

    def __init__(self, code: int = 64, width: int = 32, norm: bool = True):
        self.code = code
        self.generator = Sequential(
            Linear(code, 2 * width * 7 * 7, bias=False), Unflatten(1, (2 * width, 7, 7)),
            BatchNorm2d(2 * width), ReLU(),
            ConvTranspose2d(2 * width, width, 4, stride=2, padding=1, bias=False), BatchNorm2d(width), ReLU(),
            ConvTranspose2d(width, 1, 4, stride=2, padding=1), Tanh())
        self.discriminator = Sequential(
            Conv2d(1, width, 4, stride=2, padding=1), LeakyReLU(0.2),
            Conv2d(width, 2 * width, 4, stride=2, padding=1, bias=not norm),
            BatchNorm2d(2 * width) if norm else Identity(), LeakyReLU(0.2),
            Flatten(), Linear(2 * width * 7 * 7, 1))
        for module in self.modules():
            if isinstance(module, (Linear, Conv2d, ConvTranspose2d)):
                init.normal_(module.weight, std=0.02)


# GAN. -log sigmoid(a) = softplus(-a) and -log(1 - sigmoid(a)) = softplus(a). Computed from the sigmoid, which
# is 1 in float32 from a = 17 on, the second would be infinite.


def discriminator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """-log sigmoid(real) - log(1 - sigmoid(fake)), the mean of each; logits (N, 1) -> ()."""
    return F.softplus(-real).mean() + F.softplus(fake).mean()


def generator_loss(fake: Tensor) -> Tensor:
    """-log sigmoid(fake), which does not saturate (Goodfellow et al., sec. 3), the mean; (N, 1) -> ()."""
    return F.softplus(-fake).mean()


# WGAN-GP. The discriminator, here called critic, gives scores. Their mean over real pictures minus that over
# drawn ones is at most the Wasserstein distance of the two, as long as no slope is above 1.


def gradient_penalty(critic: Module, real: Tensor, fake: Tensor, share: Tensor) -> Tensor:
    """The mean of (|slope of the critic| - 1)², at pictures mixed of real and drawn ones.

    real, fake: (N, 1, H, W), share: (N, 1, 1, 1), how much of each is real, from 0 to 1 -> (). The slope is
    the length of the gradient with respect to the picture. The gradient of the penalty with respect to the
    critic's weights differentiates it again, which is why it is computed with create_graph=True.
    """
    mixed = (share * real + (1 - share) * fake).detach().requires_grad_()
    slope, = grad(critic(mixed).sum(), mixed, create_graph=True)        # (N, 1, H, W)
    return ((slope.flatten(1).norm(dim=1) - 1) ** 2).mean()
