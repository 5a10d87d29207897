"""Floor 3: what can be computed, and its derivatives.

One file for each kind of op; each can be read on its own. elementwise, activations, shapes, indexing,
reductions, linalg, decompositions, convolution, pooling, resize, warp, normalisation, dropout, attention;
numbers, special (functions) and statistics; losses, margins and likelihoods; dtypes; creation makes tensors, inplace writes into them, methods puts the ops on Tensor.
"""

from minigrad.ops import methods  # gives Tensor its methods  # noqa: F401
from minigrad.ops import (
    activations, attention, bags, convolution, creation, decompositions, dropout, dtypes, elementwise, indexing,
    likelihoods, linalg, losses, margins, normalisation, numbers, pooling, reductions, resize, sampling,
    shapes, special, statistics, warp)

__all__ = [
    "activations", "attention", "bags", "convolution", "creation", "decompositions", "dropout", "dtypes", "elementwise",
    "indexing", "likelihoods", "linalg", "losses", "margins", "normalisation", "numbers", "pooling", "reductions",
    "resize", "sampling", "shapes", "special", "statistics", "warp"]
