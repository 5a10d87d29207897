"""Layers: the functions behind the layers of minigrad.nn.

    linear           linear
    activations      relu, sigmoid, gelu, silu, glu
    normalisation    batch_norm, layer_norm, rms_norm
    dropout          dropout, alpha_dropout
    embedding        embedding, one_hot, embedding_bag
    attention        scaled_dot_product_attention
    sampling         gumbel_softmax
"""

from minigrad.ops.layers import (
    activations, attention, dropout, embedding, linear, normalisation, sampling)

__all__ = [
    "activations", "attention", "dropout", "embedding", "linear", "normalisation", "sampling"]
