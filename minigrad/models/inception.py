"""Inception: Szegedy et al. 2014, "Going deeper with convolutions", arXiv:1409.4842 (GoogLeNet), a small one.

A module looks at each place through windows of several sizes at once and leaves the choice to the next layer:
convolutions of 1 x 1, 3 x 3 and 5 x 5 and a max pooling stand side by side, and their channels are stacked. A
convolution of 1 x 1 first reduces the channels, or the large windows would cost too much.

    (3, 64, 64) -> conv (32, 32, 32) -> pool (32, 16, 16) -> module (80, 16, 16)
                -> pool (80, 8, 8) -> 2 modules (160, 8, 8) -> mean (160) -> a score for each class

It differs from the paper in three ways: it has 3 modules instead of 9; each convolution is normalised, as in
Ioffe and Szegedy 2015, arXiv:1502.03167; and it has no classifiers on the way, which the paper adds so that
gradients reach the first layers.
"""

from minigrad.autograd import Tensor
from minigrad.nn import BatchNorm2d, Conv2d, Dropout, Linear, MaxPool2d, Module, Sequential, functional as F
from minigrad.ops.places.joining import cat


class Inception(Module):
    """Pictures (N, 3, H, W) -> scores (N, classes)."""

    def __init__(self, classes: int):
        self.features = Sequential(
            Convolution(3, 32, 3, stride=2),                                # (N, 32, H/2, W/2)
            MaxPool2d(2),                                                   # (N, 32, H/4, W/4)
            Mixed(32, one=16, three=(16, 32), five=(8, 16), pool=16),       # (N, 80, H/4, W/4)
            MaxPool2d(2),                                                   # (N, 80, H/8, W/8)
            Mixed(80, one=40, three=(40, 64), five=(12, 32), pool=24),      # (N, 160, H/8, W/8)
            Mixed(160, one=40, three=(40, 64), five=(12, 32), pool=24))
        self.dropout = Dropout(0.4)
        self.fc = Linear(160, classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.dropout(self.features(x).mean((2, 3))))


class Mixed(Module):
    """(N, before, H, W) -> (N, one + three[1] + five[1] + pool, H, W); figure 2(b) of the paper.

    one, pool: the channels of these branches. three, five: (what the 1 x 1 reduces to, channels).
    """

    def __init__(self, before: int, one: int, three: tuple[int, int], five: tuple[int, int], pool: int):
        self.one = Convolution(before, one, 1)
        self.three = Sequential(Convolution(before, three[0], 1), Convolution(*three, 3))
        self.five = Sequential(Convolution(before, five[0], 1), Convolution(*five, 5))
        self.pool = Sequential(MaxPool2d(3, stride=1, padding=1), Convolution(before, pool, 1))

    def forward(self, x: Tensor) -> Tensor:
        return cat([self.one(x), self.three(x), self.five(x), self.pool(x)], 1)


class Convolution(Module):
    """Convolution, batch norm, ReLU: (N, before, H, W) -> (N, channels, H/stride, W/stride)."""

    def __init__(self, before: int, channels: int, size: int, stride: int = 1):
        self.conv = Conv2d(before, channels, size, stride=stride, padding=size // 2, bias=False)
        self.norm = BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.norm(self.conv(x)))
