"""Embedding: a learned vector for each word, or for each of any numbered things."""

from typing import Any

from minigrad.autograd import Parameter, Tensor, no_grad
from minigrad.nn import init
from minigrad.nn.module import Module
from minigrad.ops.creation import empty
from minigrad.ops.layers.embedding import embedding, embedding_bag


class Lookup(Module):
    """The base of Embedding and EmbeddingBag: a table, and how it starts."""

    def __init__(self, num_embeddings: int, embedding_dim: int, padding_idx: int | None = None,
                 max_norm: float | None = None, norm_type: float = 2.0, scale_grad_by_freq: bool = False,
                 sparse: bool = False, _weight: Tensor | None = None, _freeze: bool = False,
                 device: str | None = None, dtype: Any = None):
        if padding_idx is not None and not -num_embeddings <= padding_idx < num_embeddings:
            raise ValueError(f"{type(self).__name__}: padding_idx {padding_idx} is outside "
                             f"[0, {num_embeddings})")
        self.num_embeddings, self.embedding_dim = num_embeddings, embedding_dim
        self.max_norm, self.norm_type = max_norm, norm_type
        self.scale_grad_by_freq, self.sparse = scale_grad_by_freq, sparse
        self.padding_idx = None if padding_idx is None else padding_idx % num_embeddings
        if _weight is None:
            table = empty(num_embeddings, embedding_dim, device=device, dtype=dtype)
            self.weight = Parameter(table, requires_grad=not _freeze)
            self.reset_parameters()
        elif tuple(_weight.shape) != (num_embeddings, embedding_dim):
            raise ValueError(f"{type(self).__name__}: the table should be "
                             f"({num_embeddings}, {embedding_dim}), got {tuple(_weight.shape)}")
        else:
            self.weight = Parameter(_weight.detach(), requires_grad=not _freeze)

    def reset_parameters(self) -> None:
        init.normal_(self.weight)
        if self.padding_idx is not None:
            with no_grad():
                self.weight[self.padding_idx] = 0

    def changed(self, *names: str) -> str:
        """The sizes, and the settings of these names that are not the usual ones."""
        usual = {"padding_idx": None, "max_norm": None, "norm_type": 2.0, "scale_grad_by_freq": False,
                 "sparse": False}
        text = f"{self.num_embeddings}, {self.embedding_dim}"
        return text + "".join(f", {name}={getattr(self, name)!r}" for name in names
                              if name not in usual or getattr(self, name) != usual[name])


class Embedding(Lookup):
    """Replace every integer i by row i of a table.   (...) integers -> (..., embedding_dim).

    weight (num_embeddings, embedding_dim) ~ N(0, 1). Row padding_idx starts at 0 and gets no gradient.
    max_norm: rows that are used and whose norm_type-norm exceeds it are first scaled down to it, in place.
    scale_grad_by_freq: a row's gradient is divided by the number of times that it was looked up.
    sparse: the gradient is dense all the same, with the same numbers.
    Raises ValueError for integers outside [0, num_embeddings).
    """

    @classmethod
    def from_pretrained(cls, embeddings: Tensor, freeze: bool = True, padding_idx: int | None = None,
                        max_norm: float | None = None, norm_type: float = 2.0,
                        scale_grad_by_freq: bool = False, sparse: bool = False) -> "Embedding":
        """A layer with the given table (V, D); `freeze`: do not train it. The rest as in the class."""
        return cls(*table_size(embeddings, cls), padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse,
                   embeddings, freeze)

    def forward(self, input: Tensor) -> Tensor:
        return embedding(input, self.weight, self.padding_idx, self.max_norm, self.norm_type,
                         self.scale_grad_by_freq)

    def extra_repr(self) -> str:
        return self.changed("padding_idx", "max_norm", "norm_type", "scale_grad_by_freq", "sparse")


class EmbeddingBag(Lookup):
    """The mean, sum or maximum (`mode`) of the rows in each bag of integers -> (N, embedding_dim).

    forward(input (N, L)): N bags of L integers; or forward(input (L,), offsets (N,)): the offsets are where
    each bag starts. per_sample_weights, of input's shape: factors, for mode 'sum'. include_last_offset: the
    offsets end with the end of the last bag. Integers equal to padding_idx do not count. max_norm,
    norm_type, scale_grad_by_freq: see Embedding; the last one is not for mode 'max'.
    """

    def __init__(self, num_embeddings: int, embedding_dim: int, max_norm: float | None = None,
                 norm_type: float = 2.0, scale_grad_by_freq: bool = False, mode: str = "mean",
                 sparse: bool = False, _weight: Tensor | None = None, include_last_offset: bool = False,
                 padding_idx: int | None = None, device: str | None = None, dtype: Any = None):
        super().__init__(num_embeddings, embedding_dim, padding_idx, max_norm, norm_type, scale_grad_by_freq,
                         sparse, _weight, device=device, dtype=dtype)
        self.mode, self.include_last_offset = mode, include_last_offset

    @classmethod
    def from_pretrained(cls, embeddings: Tensor, freeze: bool = True,
                        max_norm: float | None = None, norm_type: float = 2.0,
                        scale_grad_by_freq: bool = False, mode: str = "mean", sparse: bool = False,
                        include_last_offset: bool = False, padding_idx: int | None = None) -> "EmbeddingBag":
        """A layer with the given table (V, D); `freeze`: do not train it. The rest as in the class."""
        layer = cls(*table_size(embeddings, cls), max_norm, norm_type, scale_grad_by_freq, mode, sparse,
                    embeddings, include_last_offset, padding_idx)
        layer.weight.requires_grad_(not freeze)
        return layer

    def forward(self, input: Tensor, offsets: Tensor | None = None,
                per_sample_weights: Tensor | None = None) -> Tensor:
        return embedding_bag(input, self.weight, offsets, self.max_norm, self.norm_type,
                             self.scale_grad_by_freq, self.mode, False, per_sample_weights,
                             self.include_last_offset, self.padding_idx)

    def extra_repr(self) -> str:
        return self.changed("max_norm", "norm_type", "scale_grad_by_freq", "mode", "padding_idx")


def table_size(embeddings: Tensor, cls: type) -> tuple[int, int]:
    if embeddings.ndim != 2:
        raise ValueError(f"{cls.__name__}.from_pretrained needs a table (V, D), "
                         f"got {tuple(embeddings.shape)}")
    V, D = embeddings.shape
    return V, D
