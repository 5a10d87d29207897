"""Floor 3: what can be computed, and its derivatives.

A room imports only from rooms above it in this list, and each opens with the list of its files:

    numbers       one number out for each in: arithmetic, powers, trigonometry, special functions, choosing,
                  comparisons, dtypes
    places        shapes, joining, moving, padding, diagonals, indexing, scattering, counting, memory layouts
    creation      making tensors: from numbers, filled, and random
    reductions    many numbers to one: sums, order, logic, softmax; running sums, statistics
    matrices      products, einsum, inverses, factors, systems, norms, distances
    layers        linear, activations, normalisation, dropout, embedding, attention, sampling
    images        convolution, pooling, resizing, warping
    losses        of numbers, classes, margins and likelihoods
    inplace       writing into tensors: x[i] = v, x += y, x.fill_(v)
    methods       puts the ops on Tensor: x.exp(), x + y, x.to('cuda')
"""

from minigrad.ops import (
    numbers, places, creation, reductions, matrices, layers, images, losses, inplace, methods)

__all__ = [
    "numbers", "places", "creation", "reductions", "matrices", "layers", "images", "losses", "inplace",
    "methods"]
