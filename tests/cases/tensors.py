"""Tensors that tests make and read."""

import numpy as np

from minigrad import Tensor, tensor


def leaf(*values, dtype="float64", device="cpu"):
    return Tensor(np.array(values, dtype)).to(device).detach().requires_grad_()


def normal(*shape, seed=0, device="cpu", dtype="float32"):
    return tensor(np.random.default_rng(seed).standard_normal(shape).astype(dtype), device=device)


def host(x):
    return x.detach().cpu().numpy()


def outputs_of(y):
    """All floating-point tensors in nested tuples and PackedSequences."""
    if isinstance(y, tuple):
        return [tensor for each in y for tensor in outputs_of(each)]
    return [] if y is None or y.dtype.kind != "f" else [y]
