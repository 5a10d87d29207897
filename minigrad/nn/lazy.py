"""Lazy layers: the first input sets the number of input features or channels; then they become plain layers.

    nn.Sequential(nn.LazyConv2d(8, 3), nn.ReLU(), nn.Flatten(), nn.LazyLinear(10))

Until then their weights are empty. The Parameters stay the same objects, so an optimizer can hold them.
"""

import inspect
from typing import Any

from minigrad.autograd import Parameter, Tensor
from minigrad.autograd.errors import without_first
from minigrad.nn.convolution import Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from minigrad.nn.linear import Linear
from minigrad.nn.module import Module
from minigrad.nn.normalisation import (
    BatchNorm1d,
    BatchNorm2d,
    BatchNorm3d,
    InstanceNorm1d,
    InstanceNorm2d,
    InstanceNorm3d,
)

TRACKING = {"affine": True, "track_running_stats": True}


class Lazy(Module):
    """The base of the lazy layers: the class they become, and the axis whose size they wait for."""

    becomes: Any
    axis = 1
    defaults: dict[str, Any] = {}       # where they differ from those of the plain layer

    def __init_subclass__(cls):
        super().__init_subclass__()
        # Not of the class: there, Python 3.10 looks at __new__.
        signature = without_first(without_first(inspect.signature(cls.becomes.__init__)))
        cls.__signature__ = signature.replace(parameters=[
            p.replace(default=cls.defaults.get(p.name, p.default)) for p in signature.parameters.values()])

    def __init__(self, *args: Any, **settings: Any):
        given = self.__signature__.bind(*args, **settings)
        given.apply_defaults()
        self.becomes.__init__(self, 0, *given.args, **given.kwargs)
        for name in ("device", "dtype"):        # they will be those of the parameters, which to() may change
            del given.arguments[name]
        self.settings = given.args, given.kwargs

    def forward(self, input: Tensor, *rest: Any) -> Any:
        args, settings = self.settings
        if not isinstance(input, Tensor) or input.ndim <= max(self.axis, -self.axis - 1):
            got = tuple(input.shape) if isinstance(input, Tensor) else type(input).__name__
            raise ValueError(f"{type(self).__name__}: the first input should be a Tensor whose axis "
                             f"{self.axis} has the size to learn, got {got}")
        own = next(iter(self.parameters()), input)      # wherever to() has moved this layer
        layer = self.becomes(input.shape[self.axis], *args, **{
            **settings, "device": own.device, "dtype": own.dtype})
        for name, value in vars(layer).items():
            if isinstance(value, Parameter):
                getattr(self, name).data = value.data
            else:
                setattr(self, name, value)
        del self.settings
        self.__class__ = self.becomes
        return self.forward(input, *rest)


class LazyLinear(Lazy, Linear):
    """Linear(in_features, out_features, ...) without in_features."""

    becomes, axis = Linear, -1


class LazyConv1d(Lazy, Conv1d):
    """Conv1d(in_channels, out_channels, ...) without in_channels."""

    becomes, axis = Conv1d, -2


class LazyConv2d(Lazy, Conv2d):
    """Conv2d(in_channels, out_channels, ...) without in_channels."""

    becomes, axis = Conv2d, -3


class LazyConv3d(Lazy, Conv3d):
    """Conv3d(in_channels, out_channels, ...) without in_channels."""

    becomes, axis = Conv3d, -4


class LazyConvTranspose1d(Lazy, ConvTranspose1d):
    """ConvTranspose1d(in_channels, out_channels, ...) without in_channels."""

    becomes, axis = ConvTranspose1d, -2


class LazyConvTranspose2d(Lazy, ConvTranspose2d):
    """ConvTranspose2d(in_channels, out_channels, ...) without in_channels."""

    becomes, axis = ConvTranspose2d, -3


class LazyConvTranspose3d(Lazy, ConvTranspose3d):
    """ConvTranspose3d(in_channels, out_channels, ...) without in_channels."""

    becomes, axis = ConvTranspose3d, -4


class LazyBatchNorm1d(Lazy, BatchNorm1d):
    """BatchNorm1d(num_features, ...) without num_features."""

    becomes = BatchNorm1d


class LazyBatchNorm2d(Lazy, BatchNorm2d):
    """BatchNorm2d(num_features, ...) without num_features."""

    becomes = BatchNorm2d


class LazyBatchNorm3d(Lazy, BatchNorm3d):
    """BatchNorm3d(num_features, ...) without num_features."""

    becomes = BatchNorm3d


class LazyInstanceNorm1d(Lazy, InstanceNorm1d):
    """InstanceNorm1d(num_features, ...) without num_features; affine and running statistics are on."""

    becomes, axis, defaults = InstanceNorm1d, -2, TRACKING


class LazyInstanceNorm2d(Lazy, InstanceNorm2d):
    """InstanceNorm2d(num_features, ...) without num_features; affine and running statistics are on."""

    becomes, axis, defaults = InstanceNorm2d, -3, TRACKING


class LazyInstanceNorm3d(Lazy, InstanceNorm3d):
    """InstanceNorm3d(num_features, ...) without num_features; affine and running statistics are on."""

    becomes, axis, defaults = InstanceNorm3d, -4, TRACKING
