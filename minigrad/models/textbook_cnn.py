"""The convolutional network of textbooks: convolution, pooling, flatten, dense layers.

LeCun et al. 1998, Proceedings of the IEEE 86(11), with today's ReLU and max pooling. Each convolution looks
for patterns of 3 x 3 pixels and each pooling halves the picture, so that the next sees twice as much of it:

    (3, 64, 64) -> conv, pool (16, 32, 32) -> conv, pool (32, 16, 16) -> conv, pool (64, 8, 8)
                -> 4,096 features -> 64 -> a score for each class
"""

from minigrad.autograd import Tensor
from minigrad.nn import Conv2d, Dropout, Flatten, Linear, MaxPool2d, Module, ReLU, Sequential


class TextbookCNN(Module):
    """Pictures (N, 3, 64, 64) -> scores (N, classes)."""

    def __init__(self, classes: int):
        self.features = Sequential(
            Conv2d(3, 16, 3, padding=1), ReLU(), MaxPool2d(2),          # (N, 16, 32, 32)
            Conv2d(16, 32, 3, padding=1), ReLU(), MaxPool2d(2),         # (N, 32, 16, 16)
            Conv2d(32, 64, 3, padding=1), ReLU(), MaxPool2d(2))         # (N, 64, 8, 8)
        self.classifier = Sequential(Flatten(), Linear(64 * 8 * 8, 64), ReLU(), Dropout(0.5),
                                     Linear(64, classes))

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.features(x))
