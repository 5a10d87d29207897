"""Kernels for NumPy arrays, on the CPU."""

from minigrad.kernels.numpy import (    # each registers its kernels  # noqa: F401
    activations, attention, convolution, linear, losses, normalisation, pooling)
