"""Diffusion (DDPM, Ho et al. 2020, arXiv:2006.11239): from noise to a picture in many small steps.

    forth   x_t = sqrt(ᾱ_t) x_0 + sqrt(1 - ᾱ_t) noise           in one jump to any t (eq. 4)
    learn   v_t = sqrt(ᾱ_t) noise - sqrt(1 - ᾱ_t) x_0           which with x_t gives noise and picture
    back    from x_T, pure noise, to x_0; in a few dozen of the T steps with DDIM (Song et al. 2020,
            arXiv:2010.02502, eq. 12)

Ho et al. let the network predict the noise. Where x_t is nearly pure noise, the picture is then a small
difference, divided by sqrt(ᾱ_T) = 0.006, and takes long to learn. v (Salimans and Ho 2022, arXiv:2202.00512,
sec. 4) is the noise where there is hardly any, and minus the picture where there is hardly anything else.

The network is a U-Net: down to a single vector, up again, with a sum or a shortcut where sizes are equal:

    (1, 28, 28) -> 2 x 2 pixels as channels (4, 14, 14) -> (width, 14, 14) -> (4 width, 7, 7) -> (16 width)
                                                                |                    |              |
    (1, 28, 28) <------------- (4, 14, 14) <- (width, 14, 14) <-+-- (4 width, 7, 7) <+--------------+

Each part also gets t, which says how noisy the image is. The vector sees the picture as a whole, which a few
3 x 3 convolutions do not; Ho et al. have more of them, and attention.
"""

import math

from minigrad.autograd import Tensor, no_grad
from minigrad.nn import (
    Conv2d,
    Flatten,
    GroupNorm,
    Identity,
    Linear,
    Module,
    PixelShuffle,
    PixelUnshuffle,
    Sequential,
    SiLU,
    Unflatten,
    Upsample,
    functional as F,
)
from minigrad.ops.creation import arange, full, linspace
from minigrad.ops.places.joining import cat

WAVES = 64      # numbers that say which step it is


class Diffusion(Module):
    """A U-Net and the schedule of the noise, whose variance rises from 1e-4 to 0.02 (Ho et al., sec. 4).

    Images are (N, 1, 28, 28), with pixels from -1 to 1: about as large as the noise.
    """

    def __init__(self, width: int = 16, steps: int = 1000):
        self.steps = steps
        self.unet = UNet(width)
        self.register_buffer("left", (1 - linspace(1e-4, 0.02, steps)).cumprod(0))      # ᾱ, of x_0's variance

    def noised(self, x: Tensor, t: Tensor, noise: Tensor) -> Tensor:
        """x (N, 1, 28, 28) after steps 0 to t (N,) of noise."""
        left = self.left[t].reshape(-1, 1, 1, 1)
        return left.sqrt() * x + (1 - left).sqrt() * noise

    def loss(self, x: Tensor, t: Tensor, noise: Tensor) -> Tensor:
        """The mean squared error of the predicted v, at step t (N,) of each image."""
        left = self.left[t].reshape(-1, 1, 1, 1)
        v = left.sqrt() * noise - (1 - left).sqrt() * x
        return F.mse_loss(self.unet(self.noised(x, t, noise), t), v)

    def draw(self, x: Tensor, steps: int = 50, path: list | None = None) -> Tensor:
        """Images from noise x (N, 1, 28, 28) by DDIM, which takes only `steps` of the steps of training.

        path: a list that gets, at each of them, x and the picture that the network sees behind it.
        Raises ValueError for fewer than 2 steps, or more than there were in training, TypeError unless x is a
        Tensor and path a list.
        """
        if not isinstance(x, Tensor):
            raise TypeError(f"Diffusion.draw: x must be a Tensor (N, 1, 28, 28), got {type(x).__name__}")
        if path is not None and not isinstance(path, list):
            raise TypeError(f"Diffusion.draw: path must be a list, got {type(path).__name__}")
        if not 2 <= steps <= self.steps:
            raise ValueError(f"Diffusion.draw: steps must be 2 to {self.steps}, as many as in training, "
                             f"got {steps}")
        left = self.left.tolist()
        times = [round(i * (self.steps - 1) / (steps - 1)) for i in reversed(range(steps))]
        with no_grad():
            for t, after in zip(times, [*times[1:], None]):
                v = self.unet(x, full((len(x),), t, device=x.device))
                picture = math.sqrt(left[t]) * x - math.sqrt(1 - left[t]) * v
                picture = picture.clamp(-1, 1)          # no pixel is outside, though a guess may be
                if path is not None:
                    path.append((x, picture))
                if after is not None:
                    noise = (x - math.sqrt(left[t]) * picture) / math.sqrt(1 - left[t])
                    x = math.sqrt(left[after]) * picture + math.sqrt(1 - left[after]) * noise
        return picture


class UNet(Module):
    """Images (N, 1, 28, 28) at steps t (N,) -> what is asked of it, here v, (N, 1, 28, 28)."""

    def __init__(self, width: int = 16):
        time = 16 * width
        self.time = Sequential(Linear(WAVES, time), SiLU(), Linear(time, time), SiLU())
        self.blocks = PixelUnshuffle(2)
        self.first = Conv2d(4, width, 3, padding=1)
        self.down = Block(width, width, time)
        self.shrink = Conv2d(width, 4 * width, 3, stride=2, padding=1)
        self.low = Block(4 * width, 4 * width, time)
        self.whole = Sequential(Flatten(), Linear(4 * width * 7 * 7, time))
        self.parts = Sequential(SiLU(), Linear(time, 4 * width * 7 * 7), Unflatten(1, (4 * width, 7, 7)))
        self.enlarge = Upsample(scale_factor=2)
        self.up = Block(5 * width, width, time)
        self.last = Sequential(GroupNorm(8, width), SiLU(), Conv2d(width, 4, 3, padding=1), PixelShuffle(2))

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        if tuple(x.shape[1:]) != (1, 28, 28):
            raise ValueError(f"UNet: x must be (N, 1, 28, 28), got {tuple(x.shape)}; pad or scale the images")
        time = self.time(waves(t))                                      # (N, 16 width)
        x = self.first(self.blocks(x))                                  # (N, width, 14, 14)
        x = shortcut = self.down(x, time)
        x = self.low(self.shrink(x), time)                              # (N, 4 width, 7, 7)
        x = x + self.parts(self.whole(x) + time)
        x = self.up(cat([self.enlarge(x), shortcut], 1), time)          # (N, width, 14, 14)
        return self.last(x)


class Block(Module):
    """Two convolutions around what the step says, added to what came in; channels `before` -> `after`."""

    def __init__(self, before: int, after: int, time: int):
        self.first = Sequential(GroupNorm(8, before), SiLU(), Conv2d(before, after, 3, padding=1))
        self.time = Linear(time, after)
        self.second = Sequential(GroupNorm(8, after), SiLU(), Conv2d(after, after, 3, padding=1))
        self.shortcut = Identity() if before == after else Conv2d(before, after, 1)

    def forward(self, x: Tensor, time: Tensor) -> Tensor:
        y = self.first(x) + self.time(time).unsqueeze(2).unsqueeze(3)
        return self.second(y) + self.shortcut(x)


def waves(t: Tensor) -> Tensor:
    """Steps (N,) -> (N, WAVES): sines and cosines of t, fast and slow (Vaswani et al. 2017, sec. 3.5)."""
    speed = (arange(WAVES // 2, device=t.device) * (-math.log(10_000) / (WAVES // 2))).exp()
    angle = t.float().unsqueeze(1) * speed                              # (N, WAVES / 2)
    return cat([angle.sin(), angle.cos()], 1)
