"""Floor 3: what can be computed, and its derivatives.

One file for each kind of op; each can be read on its own:

    numbers         elementwise, numbers, special (functions), activations, reductions, cumulative, statistics
    places          shapes, stacking, indexing, scattering, counting
    matrices        linalg, products, decompositions, matrices
    images, text    convolution, pooling, resize, warp, sampling, attention, bags, normalisation, dropout
    losses          losses, margins, likelihoods

dtypes says which dtype a result has, creation makes tensors, inplace writes into them, and methods puts
the ops on Tensor.
"""

from minigrad.ops import methods  # gives Tensor its methods  # noqa: F401
from minigrad.ops import (
    activations, attention, bags, convolution, counting, creation, cumulative, decompositions, dropout,
    dtypes, elementwise, indexing, likelihoods, linalg, losses, margins, matrices, normalisation, numbers,
    pooling, products, reductions, resize, sampling, scattering, shapes, special, stacking, statistics, warp)

__all__ = [
    "activations", "attention", "bags", "convolution", "counting", "creation", "cumulative", "decompositions",
    "dropout", "dtypes", "elementwise", "indexing", "likelihoods", "linalg", "losses", "margins", "matrices",
    "normalisation", "numbers", "pooling", "products", "reductions", "resize", "sampling", "scattering",
    "shapes", "special", "stacking", "statistics", "warp"]
