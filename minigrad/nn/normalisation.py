"""Normalisation layers. Scales start at 1 and shifts at 0, so initially they only normalise."""

from collections.abc import Sequence
from typing import Any

from minigrad.autograd import Parameter, Tensor
from minigrad.nn.applied import Applied
from minigrad.nn.module import Module
from minigrad.ops.creation import ones, zeros
from minigrad.ops.layers import normalisation as ops
from minigrad.ops.layers.normalisation import as_shape


class ChannelNorm(Module):
    """The base of batch norm and instance norm: one scale, shift and running average per channel."""

    ndims: Sequence[int] = range(2, 100)        # the numbers of axes that an input may have
    takes = "(N, {C}, ...)"                     # the same in words, for errors

    def __init__(self, num_features: int, eps: float, momentum: float | None, affine: bool,
                 track_running_stats: bool, device: str | None, dtype: Any, bias: bool | None):
        on = dict(device=device, dtype=dtype)
        self.num_features, self.eps = num_features, eps
        self.momentum: Any = momentum       # a number, or None
        self.affine, self.track_running_stats = affine, track_running_stats
        self.register_parameter("weight", Parameter(ones(num_features, **on)) if affine else None)
        self.register_parameter("bias", Parameter(zeros(num_features, **on)) if affine and bias else None)
        tracked = track_running_stats
        self.register_buffer("running_mean", zeros(num_features, **on) if tracked else None)
        self.register_buffer("running_var", ones(num_features, **on) if tracked else None)
        steps = zeros(dtype="int64", device=device)
        self.register_buffer("num_batches_tracked", steps if tracked else None)

    def check_channels(self, x: Tensor, axis: int) -> None:
        if x.ndim not in self.ndims or x.shape[axis] != self.num_features:
            raise ValueError(f"{type(self).__name__}({self.num_features}) takes "
                             f"{self.takes.format(C=self.num_features)}, got {tuple(x.shape)}")

    def extra_repr(self) -> str:
        return (f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
                f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}")


class BatchNorm(ChannelNorm):
    """The base of the batch norms; see BatchNorm2d."""

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float | None = 0.1,
                 affine: bool = True, track_running_stats: bool = True, device: str | None = None,
                 dtype: Any = None, *, bias: bool | None = True):
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias)

    def _check_input_dim(self, input: Tensor) -> None:
        """Refuse what does not fit. It compares with the tensors: PyTorch does not read num_features here."""
        own = [len(each) for each in (self.running_mean, self.weight) if each is not None]
        if input.ndim not in self.ndims or any(size != input.shape[1] for size in own):
            C = own[0] if own else "C"
            raise ValueError(f"{type(self).__name__}({self.num_features}) takes {self.takes.format(C=C)}, "
                             f"got {tuple(input.shape)}")

    def forward(self, input: Tensor) -> Tensor:
        self._check_input_dim(input)
        momentum = self.momentum
        if self.training and self.track_running_stats:
            self.num_batches_tracked.add_(1)
            if momentum is None:
                momentum = 1 / self.num_batches_tracked.item()
        return ops.batch_norm(input, self.running_mean, self.running_var, self.weight, self.bias,
                              self.training or not self.track_running_stats, momentum, self.eps)


class BatchNorm1d(BatchNorm):
    """(N, C) or (N, C, L) -> the same; see BatchNorm2d."""

    ndims, takes = (2, 3), "(N, {C}) or (N, {C}, L)"


class BatchNorm2d(BatchNorm):
    """Give each channel mean 0 and variance 1 over batch and pixels.   (N, C, H, W) -> the same.

    In training the statistics come from the batch, and running_mean and running_var (C,), initially 0 and 1,
    keep a moving average, new = (1 - momentum) old + momentum batch (momentum None: the plain average of all
    batches). After eval() the statistics are these averages. weight (C,), initially 1, scales the result and
    bias (C,), initially 0, shifts it.   Source: Ioffe and Szegedy 2015, arXiv:1502.03167, alg. 1 and 2.
    """

    ndims, takes = (4,), "(N, {C}, H, W)"


class BatchNorm3d(BatchNorm):
    """(N, C, D, H, W) -> the same; see BatchNorm2d."""

    ndims, takes = (5,), "(N, {C}, D, H, W)"


class SyncBatchNorm(BatchNorm):
    """BatchNorm2d for any number of axes.   (N, C, ...) -> the same.

    On several devices PyTorch's takes the statistics of all. Here each process has its own, as PyTorch's has
    in a single process. process_group has no effect.

    >>> SyncBatchNorm.convert_sync_batchnorm(BatchNorm1d(2, momentum=0.2))
    SyncBatchNorm(2, eps=1e-05, momentum=0.2, affine=True, bias=True, track_running_stats=True)
    """

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float | None = 0.1,
                 affine: bool = True, track_running_stats: bool = True, process_group: Any = None,
                 device: str | None = None, dtype: Any = None, *, bias: bool | None = True):
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)
        self.process_group = process_group

    @classmethod
    def convert_sync_batchnorm(cls, module: Module, process_group: Any = None) -> Module:
        """The module with a SyncBatchNorm, of the same tensors, in place of every batch norm in it."""
        converted = module
        if isinstance(module, BatchNorm):
            converted = cls(module.num_features, module.eps, module.momentum, module.affine,
                            module.track_running_stats, process_group, bias=module.bias is not None)
            converted.training = module.training
            for name in ("weight", "bias", "running_mean", "running_var", "num_batches_tracked"):
                setattr(converted, name, getattr(module, name))
        for name, child in module.named_children():
            setattr(converted, name, cls.convert_sync_batchnorm(child, process_group))
        return converted


class InstanceNorm(ChannelNorm):
    """The base of the instance norms; see InstanceNorm2d."""

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1, affine: bool = False,
                 track_running_stats: bool = False, device: str | None = None, dtype: Any = None, *,
                 bias: bool | None = True):
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias)

    def forward(self, input: Tensor) -> Tensor:
        batched = input.ndim == self.ndims[-1]
        self.check_channels(input, -self.ndims[0])
        y = ops.instance_norm(input if batched else input.unsqueeze(0), self.running_mean, self.running_var,
                              self.weight, self.bias, self.training or not self.track_running_stats,
                              self.momentum, self.eps)
        return y if batched else y.squeeze(0)


class InstanceNorm1d(InstanceNorm):
    """(N, C, L) or (C, L) -> the same; see InstanceNorm2d."""

    ndims, takes = (2, 3), "(N, {C}, L) or ({C}, L)"


class InstanceNorm2d(InstanceNorm):
    """Give each channel of each sample mean 0 and variance 1.   (N, C, H, W) -> the same.

    x may lack the axis N. affine: weight (C,), initially 1, scales and bias (C,), initially 0, shifts.
    track_running_stats: use moving averages after eval(), as in BatchNorm2d.
    Source: Ulyanov et al. 2016, arXiv:1607.08022.
    """

    ndims, takes = (3, 4), "(N, {C}, H, W) or ({C}, H, W)"


class InstanceNorm3d(InstanceNorm):
    """(N, C, D, H, W) or (C, D, H, W) -> the same; see InstanceNorm2d."""

    ndims, takes = (4, 5), "(N, {C}, D, H, W) or ({C}, D, H, W)"


class LayerNorm(Module):
    """Give the last axes, of shape normalized_shape, mean 0 and variance 1; then scale and shift.

    (..., *normalized_shape) -> the same. weight, initially 1, and bias, initially 0, have normalized_shape.
    Source: Ba et al. 2016, arXiv:1607.06450, eq. 4.
    """

    def __init__(self, normalized_shape: int | Sequence[int], eps: float = 1e-5,
                 elementwise_affine: bool = True, bias: bool | None = True, device: str | None = None,
                 dtype: Any = None):
        self.normalized_shape, self.eps = as_shape(normalized_shape), eps
        self.elementwise_affine = elementwise_affine
        shape, on = self.normalized_shape, dict(device=device, dtype=dtype)
        self.register_parameter("weight", Parameter(ones(shape, **on)) if elementwise_affine else None)
        bias = elementwise_affine and bias
        self.register_parameter("bias", Parameter(zeros(shape, **on)) if bias else None)

    def forward(self, input: Tensor) -> Tensor:
        return ops.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return (f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}, "
                f"bias={self.bias is not None}")


class RMSNorm(Module):
    """x / sqrt(mean(x^2) + eps) over the last axes, times weight (normalized_shape), initially 1.

    eps defaults to the machine epsilon of x's dtype.
    Source: Zhang and Sennrich 2019, arXiv:1910.07467, eq. 4.
    """

    def __init__(self, normalized_shape: int | Sequence[int], eps: float | None = None,
                 elementwise_affine: bool = True, device: str | None = None, dtype: Any = None):
        self.normalized_shape, self.eps = as_shape(normalized_shape), eps
        self.elementwise_affine = elementwise_affine
        scale = ones(self.normalized_shape, device=device, dtype=dtype)
        self.register_parameter("weight", Parameter(scale) if elementwise_affine else None)

    def forward(self, x: Tensor) -> Tensor:
        return ops.rms_norm(x, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self) -> str:
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


class GroupNorm(Module):
    """Give each of num_groups groups of channels of (N, C, ...) mean 0 and variance 1, per sample.

    weight (C,), initially 1, and bias (C,), initially 0.   Source: Wu and He 2018, arXiv:1803.08494.
    """

    def __init__(self, num_groups: int, num_channels: int, eps: float = 1e-5, affine: bool = True,
                 device: str | None = None, dtype: Any = None, *, bias: bool | None = True):
        if num_channels % num_groups:
            raise ValueError(f"GroupNorm: num_channels {num_channels} must be divisible by "
                             f"num_groups {num_groups}")
        on = dict(device=device, dtype=dtype)
        self.num_groups, self.num_channels, self.eps, self.affine = num_groups, num_channels, eps, affine
        self.register_parameter("weight", Parameter(ones(num_channels, **on)) if affine else None)
        self.register_parameter("bias", Parameter(zeros(num_channels, **on)) if affine and bias else None)

    def forward(self, input: Tensor) -> Tensor:
        if input.ndim < 2 or input.shape[1] != self.num_channels:
            raise ValueError(f"{self!r} takes (N, {self.num_channels}, ...), got {tuple(input.shape)}")
        return ops.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return (f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, "
                f"bias={self.bias is not None}")


class LocalResponseNorm(Applied):
    """x / (k + alpha m)^beta, m the mean of x^2 over `size` neighbour channels.   (N, C, ...) -> the same.

    Source: Krizhevsky et al. 2012, NeurIPS, sec. 3.3, with a mean in place of the sum.
    """

    function = staticmethod(ops.local_response_norm)

    def extra_repr(self) -> str:
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"
