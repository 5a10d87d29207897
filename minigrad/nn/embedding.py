"""Embedding: a learned vector for each word, or for each of anything that can be numbered."""

from minigrad.autograd import Parameter, no_grad
from minigrad.nn import init
from minigrad.nn.module import Module
from minigrad.ops.creation import empty
from minigrad.ops.indexing import embedding


class Embedding(Module):
    """Row i of a table for every integer i.   (...) integers -> (..., embedding_dim).

    weight (num_embeddings, embedding_dim) ~ N(0, 1). The row padding_idx is 0 at first and receives no
    gradient. Raises ValueError for integers outside [0, num_embeddings).
    """

    def __init__(self, num_embeddings, embedding_dim, padding_idx=None, *, device=None, dtype=None):
        if padding_idx is not None and not -num_embeddings <= padding_idx < num_embeddings:
            raise ValueError(f"Embedding: padding_idx {padding_idx} lies outside [0, {num_embeddings})")
        self.num_embeddings, self.embedding_dim = num_embeddings, embedding_dim
        self.padding_idx = None if padding_idx is None else padding_idx % num_embeddings
        self.weight = Parameter(empty(num_embeddings, embedding_dim, device=device, dtype=dtype))
        self.reset_parameters()

    @classmethod
    def from_pretrained(cls, embeddings, freeze=True, padding_idx=None):
        """An Embedding with the given table (V, D), a Tensor; not trained if `freeze`."""
        if embeddings.ndim != 2:
            raise ValueError("Embedding.from_pretrained needs a table (V, D), "
                             f"got {tuple(embeddings.shape)}")
        layer = cls(*embeddings.shape, padding_idx, device=embeddings.device, dtype=embeddings.dtype)
        layer.weight = Parameter(embeddings.detach(), requires_grad=not freeze)
        return layer

    def reset_parameters(self):
        init.normal_(self.weight)
        if self.padding_idx is not None:
            with no_grad():
                self.weight[self.padding_idx] = 0

    def forward(self, x):
        return embedding(x, self.weight, self.padding_idx)

    def extra_repr(self):
        text = f"{self.num_embeddings}, {self.embedding_dim}"
        return text if self.padding_idx is None else f"{text}, padding_idx={self.padding_idx}"
