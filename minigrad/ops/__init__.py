"""Floor 3: the ops and their derivatives.

Each room imports only from rooms above it in this list, and starts with a list of its files:

    numbers       elementwise: arithmetic, powers, trigonometry, special functions, choosing, comparisons,
                  dtypes
    places        shapes, joining, moving, padding, diagonals, indexing, scattering, counting, memory layouts
    creation      new tensors: from data, filled, or random
    reductions    many numbers to one: sums, order, logic, softmax; cumulative sums, statistics
    matrices      products, einsum, inverses, factors, systems, norms, distances
    layers        linear, activations, normalisation, dropout, embedding, attention, sampling
    images        convolution, pooling, resizing, warping
    signals       Fourier transforms
    losses        regression, classification, margins, likelihoods
    native        the functions below PyTorch's layers
    inplace       writes into tensors: x[i] = v, x += y, x.fill_(v)
    questions     what a program asks a tensor about its memory and its kind
    methods       puts the ops on Tensor: x.exp(), x + y, x.to('cuda')
"""

from minigrad.ops import (
    numbers, places, creation, reductions, matrices, layers, images, signals, losses, native, inplace,
    questions, methods)

__all__ = [
    "numbers", "places", "creation", "reductions", "matrices", "layers", "images", "signals", "losses",
    "native", "inplace", "questions", "methods"]
