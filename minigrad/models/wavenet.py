"""WaveNet (van den Oord et al. 2016, arXiv:1609.03499): convolutions that see ever further into the past.

    x -> 1x1 convolution -> a block for each dilation 1, 2, 4, ... -> sum of what the blocks give -> two 1x1
                                                                      convolutions -> y

A convolution of two taps with dilation d looks at now and d steps ago, so n blocks that double d see 2^n
steps. The paper predicts the next sample of a sound as one of 256 classes; here each step gives numbers.
"""

from collections.abc import Sequence

from minigrad.autograd import Tensor
from minigrad.nn import Conv1d, Module, ModuleList, ReLU, Sequential, functional as F


class WaveNet(Module):
    """x (N, T, inputs) -> (N, T, outputs): y at step t depends on x at the last `seen` steps up to t.

    width: the channels of a block. Steps before the first are zeros.

    >>> from minigrad import zeros
    >>> net = WaveNet(1, 3, dilations=[1, 2, 4])
    >>> net(zeros(2, 20, 1)).shape, net.seen
    (minigrad.Size([2, 20, 3]), 8)
    """

    def __init__(self, inputs: int, outputs: int, width: int = 32,
                 dilations: Sequence[int] = (1, 2, 4, 8, 16, 32)):
        self.seen = 1 + sum(dilations)
        self.first = Conv1d(inputs, width, 1)
        self.blocks = ModuleList(Block(width, dilation) for dilation in dilations)
        self.last = Sequential(ReLU(), Conv1d(width, width, 1), ReLU(), Conv1d(width, outputs, 1))

    def forward(self, x: Tensor) -> Tensor:
        x, total = self.first(x.transpose(1, 2)), 0                             # (N, width, T)
        for block in self.blocks:
            x, skip = block(x)
            total = total + skip
        return self.last(total).transpose(1, 2)                                 # (N, T, outputs)


class Block(Module):
    """z = tanh(W x) sigmoid(V x), eq. 2; gives x + a 1x1 convolution of z, and another one for the sum."""

    def __init__(self, width: int, dilation: int):
        self.dilation = dilation
        self.filter, self.gate = (Conv1d(width, width, 2, dilation=dilation) for _ in range(2))
        self.residual, self.skip = Conv1d(width, width, 1), Conv1d(width, width, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        past = F.pad(x, (self.dilation, 0))         # at the front only: no step sees what follows it
        z = self.filter(past).tanh() * self.gate(past).sigmoid()
        return x + self.residual(z), self.skip(z)
