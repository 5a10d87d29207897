"""Lazy layers: the first input sets the number of input features or channels; then they become plain layers.

    nn.Sequential(nn.LazyConv2D(8, 3), nn.ReLU(), nn.Flatten(), nn.LazyLinear(10))

Until then their weights are empty. The Parameters stay the same objects, so an optimizer can hold them.
"""

import inspect
from typing import Any

from minigrad.autograd import Parameter, Tensor
from minigrad.autograd.errors import without_first
from minigrad.nn.convolution import Conv1D, Conv2D, Conv3D, ConvTranspose1D, ConvTranspose2D, ConvTranspose3D
from minigrad.nn.linear import Linear
from minigrad.nn.module import Module
from minigrad.nn.normalisation import (
    BatchNorm1D,
    BatchNorm2D,
    BatchNorm3D,
    InstanceNorm1D,
    InstanceNorm2D,
    InstanceNorm3D,
)

TRACKING = {"affine": True, "track_running_stats": True}


class Lazy(Module):
    """The base of the lazy layers: the class they become, and the axis whose size they wait for."""

    becomes: Any
    axis = 1
    defaults: dict[str, Any] = {}       # where they differ from those of the plain layer

    def __init_subclass__(cls):
        super().__init_subclass__()
        signature = without_first(inspect.signature(cls.becomes))
        cls.__signature__ = signature.replace(parameters=[
            p.replace(default=cls.defaults.get(p.name, p.default)) for p in signature.parameters.values()])

    def __init__(self, *args: Any, **settings: Any):
        given = self.__signature__.bind(*args, **settings)
        given.apply_defaults()
        self.settings = given.args, given.kwargs
        self.becomes.__init__(self, 0, *given.args, **given.kwargs)

    def forward(self, x: Tensor, *rest: Any) -> Any:
        args, settings = self.settings
        if not isinstance(x, Tensor) or x.ndim <= max(self.axis, -self.axis - 1):
            got = tuple(x.shape) if isinstance(x, Tensor) else type(x).__name__
            raise ValueError(f"{type(self).__name__}: the first input should be a Tensor whose axis "
                             f"{self.axis} has the size to learn, got {got}")
        layer = self.becomes(x.shape[self.axis], *args, **settings)
        layer.to(device=x.device, dtype=x.dtype)
        for name, value in vars(layer).items():
            if isinstance(value, Parameter):
                getattr(self, name).data = value.data
            else:
                setattr(self, name, value)
        del self.settings
        self.__class__ = self.becomes
        return self.forward(x, *rest)


class LazyLinear(Lazy, Linear):
    """Linear(in_features, out_features, ...) without in_features."""

    becomes, axis = Linear, -1


class LazyConv1D(Lazy, Conv1D):
    """Conv1D(in_channels, out_channels, ...) without in_channels."""

    becomes, axis = Conv1D, -2


class LazyConv2D(Lazy, Conv2D):
    """Conv2D(in_channels, out_channels, ...) without in_channels."""

    becomes, axis = Conv2D, -3


class LazyConv3D(Lazy, Conv3D):
    """Conv3D(in_channels, out_channels, ...) without in_channels."""

    becomes, axis = Conv3D, -4


class LazyConvTranspose1D(Lazy, ConvTranspose1D):
    """ConvTranspose1D(in_channels, out_channels, ...) without in_channels."""

    becomes, axis = ConvTranspose1D, -2


class LazyConvTranspose2D(Lazy, ConvTranspose2D):
    """ConvTranspose2D(in_channels, out_channels, ...) without in_channels."""

    becomes, axis = ConvTranspose2D, -3


class LazyConvTranspose3D(Lazy, ConvTranspose3D):
    """ConvTranspose3D(in_channels, out_channels, ...) without in_channels."""

    becomes, axis = ConvTranspose3D, -4


class LazyBatchNorm1D(Lazy, BatchNorm1D):
    """BatchNorm1D(num_features, ...) without num_features."""

    becomes = BatchNorm1D


class LazyBatchNorm2D(Lazy, BatchNorm2D):
    """BatchNorm2D(num_features, ...) without num_features."""

    becomes = BatchNorm2D


class LazyBatchNorm3D(Lazy, BatchNorm3D):
    """BatchNorm3D(num_features, ...) without num_features."""

    becomes = BatchNorm3D


class LazyInstanceNorm1D(Lazy, InstanceNorm1D):
    """InstanceNorm1D(num_features, ...) without num_features; affine and running statistics are on."""

    becomes, axis, defaults = InstanceNorm1D, -2, TRACKING


class LazyInstanceNorm2D(Lazy, InstanceNorm2D):
    """InstanceNorm2D(num_features, ...) without num_features; affine and running statistics are on."""

    becomes, axis, defaults = InstanceNorm2D, -3, TRACKING


class LazyInstanceNorm3D(Lazy, InstanceNorm3D):
    """InstanceNorm3D(num_features, ...) without num_features; affine and running statistics are on."""

    becomes, axis, defaults = InstanceNorm3D, -4, TRACKING
