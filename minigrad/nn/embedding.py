"""Embedding: a learned vector for each word, or for each of any numbered things."""

from typing import Any

from minigrad.autograd import Parameter, Tensor, no_grad
from minigrad.nn import init
from minigrad.nn.module import Module
from minigrad.ops.creation import empty
from minigrad.ops.layers.embedding import embedding, embedding_bag


class Embedding(Module):
    """Replace every integer i by row i of a table.   (...) integers -> (..., embedding_dim).

    weight (num_embeddings, embedding_dim) ~ N(0, 1). Row padding_idx starts at 0 and gets no gradient.
    max_norm: rows that are used and whose norm_type-norm exceeds it are first scaled down to it, in place.
    Raises ValueError for integers outside [0, num_embeddings).
    """

    def __init__(self, num_embeddings: int, embedding_dim: int, padding_idx: int | None = None,
                 max_norm: float | None = None, norm_type: float = 2.0, *, sparse: bool = False,
                 device: str | None = None, dtype: Any = None):
        if sparse:
            raise ValueError(f"{type(self).__name__}: all gradients are dense; leave out sparse=True")
        if padding_idx is not None and not -num_embeddings <= padding_idx < num_embeddings:
            raise ValueError(f"{type(self).__name__}: padding_idx {padding_idx} is outside "
                             f"[0, {num_embeddings})")
        self.num_embeddings, self.embedding_dim = num_embeddings, embedding_dim
        self.max_norm, self.norm_type = max_norm, norm_type
        self.padding_idx = None if padding_idx is None else padding_idx % num_embeddings
        self.weight = Parameter(empty(num_embeddings, embedding_dim, device=device, dtype=dtype))
        self.reset_parameters()

    @classmethod
    def from_pretrained(cls, embeddings: Tensor, freeze: bool = True, padding_idx: int | None = None,
                        **settings: Any) -> "Embedding":
        """A layer with the given table (V, D); `freeze`: do not train it. settings: those of the class."""
        if embeddings.ndim != 2:
            raise ValueError(f"{cls.__name__}.from_pretrained needs a table (V, D), "
                             f"got {tuple(embeddings.shape)}")
        rows, width = embeddings.shape
        layer = cls(rows, width, padding_idx=padding_idx, device=embeddings.device, dtype=embeddings.dtype,
                    **settings)
        layer.weight = Parameter(embeddings.detach(), requires_grad=not freeze)
        return layer

    def reset_parameters(self) -> None:
        init.normal_(self.weight)
        if self.padding_idx is not None:
            with no_grad():
                self.weight[self.padding_idx] = 0

    def forward(self, x: Tensor) -> Tensor:
        return embedding(x, self.weight, self.padding_idx, self.max_norm, self.norm_type)

    def extra_repr(self) -> str:
        text = f"{self.num_embeddings}, {self.embedding_dim}"
        for name, usual in (("padding_idx", None), ("max_norm", None), ("norm_type", 2.0), ("mode", "mean")):
            value = vars(self).get(name, usual)
            if value != usual:
                text += f", {name}={value!r}"
        return text


class EmbeddingBag(Embedding):
    """The mean, sum or maximum (`mode`) of the rows in each bag of integers -> (N, embedding_dim).

    forward(input (N, L)): N bags of L integers; or forward(input (L,), offsets (N,)): the offsets are where
    each bag starts. per_sample_weights, of input's shape: factors, for mode 'sum'. include_last_offset: the
    offsets end with the end of the last bag. Integers equal to padding_idx do not count.
    """

    def __init__(self, num_embeddings: int, embedding_dim: int, max_norm: float | None = None,
                 norm_type: float = 2.0, *, mode: str = "mean", sparse: bool = False,
                 include_last_offset: bool = False, padding_idx: int | None = None,
                 device: str | None = None, dtype: Any = None):
        super().__init__(num_embeddings, embedding_dim, padding_idx, max_norm, norm_type, sparse=sparse,
                         device=device, dtype=dtype)
        self.mode, self.include_last_offset = mode, include_last_offset

    def forward(self, input: Tensor, offsets: Tensor | None = None,
                per_sample_weights: Tensor | None = None) -> Tensor:
        return embedding_bag(input, self.weight, offsets, self.max_norm, self.norm_type, mode=self.mode,
                             per_sample_weights=per_sample_weights,
                             include_last_offset=self.include_last_offset, padding_idx=self.padding_idx)
