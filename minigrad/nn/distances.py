"""Layers that measure how similar two vectors are."""

from minigrad.nn.applied import Applied
from minigrad.ops.matrices.distances import cosine_similarity, pairwise_distance


class CosineSimilarity(Applied):
    """x1 · x2 / (|x1| |x2|) along dim; the lengths are at least eps."""

    function, inputs, shown = staticmethod(cosine_similarity), 2, ()


class PairwiseDistance(Applied):
    """The p-norm of x1 - x2 + eps over the last axis, (N, D) -> (N,)."""

    function, inputs, shown = staticmethod(pairwise_distance), 2, ()
