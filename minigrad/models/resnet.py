"""ResNet: He, Zhang, Ren, Sun 2015, "Deep residual learning for image recognition", arXiv:1512.03385.

A block adds what its two convolutions compute to what came in: y = relu(f(x) + x). It only has to learn what
to change, and the sums pass the gradient on to the first layers, so that many layers train as well
as few. The network is that of section 4.2: stages of n blocks with 16, 32 and 64 channels, each stage on half
the height and width of the one before, then the mean over all places. It has
6 n + 2 layers with weights.

    (3, 64, 64) -> conv (16, 32, 32) -> n blocks (16, 32, 32) -> n blocks (32, 16, 16)
                -> n blocks (64, 8, 8) -> mean (64) -> a score for each class

It differs from the paper where a picture has 64 x 64 pixels instead of 32 x 32: the first convolution has
stride 2. Where a block changes the shape, the sum takes a convolution of 1 x 1 (option B of the paper).
"""

from minigrad.autograd import Tensor
from minigrad.nn import BatchNorm2d, Conv2d, Linear, Module, Sequential, functional as F, init


class ResNet(Module):
    """Pictures (N, 3, H, W) -> scores (N, classes). n: blocks in each stage."""

    def __init__(self, classes: int, n: int = 2):
        self.conv = Conv2d(3, 16, 3, stride=2, padding=1, bias=False)
        self.norm = BatchNorm2d(16)
        self.stage1 = Sequential(*(Block(16, 16) for _ in range(n)))
        self.stage2 = Sequential(Block(16, 32, stride=2), *(Block(32, 32) for _ in range(n - 1)))
        self.stage3 = Sequential(Block(32, 64, stride=2), *(Block(64, 64) for _ in range(n - 1)))
        self.fc = Linear(64, classes)
        for module in self.modules():
            if isinstance(module, Conv2d):
                # He et al. 2015, arXiv:1502.01852: keeps the gradient's size from layer to layer
                init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.norm(self.conv(x)))                         # (N, 16, H/2, W/2)
        x = self.stage3(self.stage2(self.stage1(x)))                # (N, 64, H/8, W/8)
        return self.fc(x.mean((2, 3)))


class Block(Module):
    """(N, before, H, W) -> (N, channels, H/stride, W/stride)."""

    def __init__(self, before: int, channels: int, stride: int = 1):
        self.conv1 = Conv2d(before, channels, 3, stride=stride, padding=1, bias=False)
        self.norm1 = BatchNorm2d(channels)
        self.conv2 = Conv2d(channels, channels, 3, padding=1, bias=False)
        self.norm2 = BatchNorm2d(channels)
        self.shortcut = None
        if stride != 1 or before != channels:
            self.shortcut = Sequential(Conv2d(before, channels, 1, stride=stride, bias=False),
                                       BatchNorm2d(channels))

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.norm1(self.conv1(x)))
        y = self.norm2(self.conv2(y))
        return F.relu(y + (x if self.shortcut is None else self.shortcut(x)))
