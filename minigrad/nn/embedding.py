"""Embedding: a learned vector for each word, or for each of anything that can be numbered."""

from minigrad.autograd import Parameter, no_grad
from minigrad.nn import init
from minigrad.nn.module import Module
from minigrad.ops.creation import empty
from minigrad.ops.layers.embedding import embedding, embedding_bag
from minigrad.ops.matrices.norms import norm
from minigrad.ops.numbers.choosing import where


class Embedding(Module):
    """Row i of a table for every integer i.   (...) integers -> (..., embedding_dim).

    weight (num_embeddings, embedding_dim) ~ N(0, 1). The row padding_idx is 0 at first and receives no
    gradient. max_norm: rows that are used and whose norm_type-norm is greater are first scaled down to
    it, in place. Raises ValueError for integers outside [0, num_embeddings).
    """

    def __init__(self, num_embeddings, embedding_dim, padding_idx=None, max_norm=None, norm_type=2.0, *,
                 sparse=False, device=None, dtype=None):
        if sparse:
            raise ValueError(f"{type(self).__name__}: all gradients are dense here; leave sparse=True out")
        if padding_idx is not None and not -num_embeddings <= padding_idx < num_embeddings:
            raise ValueError(f"{type(self).__name__}: padding_idx {padding_idx} lies outside "
                             f"[0, {num_embeddings})")
        self.num_embeddings, self.embedding_dim = num_embeddings, embedding_dim
        self.max_norm, self.norm_type = max_norm, norm_type
        self.padding_idx = None if padding_idx is None else padding_idx % num_embeddings
        self.weight = Parameter(empty(num_embeddings, embedding_dim, device=device, dtype=dtype))
        self.reset_parameters()

    @classmethod
    def from_pretrained(cls, embeddings, freeze=True, padding_idx=None, **settings):
        """A layer with the given table (V, D), a Tensor; not trained if `freeze`; settings as the class takes."""
        if embeddings.ndim != 2:
            raise ValueError(f"{cls.__name__}.from_pretrained needs a table (V, D), "
                             f"got {tuple(embeddings.shape)}")
        layer = cls(*embeddings.shape, padding_idx=padding_idx, device=embeddings.device,
                    dtype=embeddings.dtype, **settings)
        layer.weight = Parameter(embeddings.detach(), requires_grad=not freeze)
        return layer

    def reset_parameters(self):
        init.normal_(self.weight)
        if self.padding_idx is not None:
            with no_grad():
                self.weight[self.padding_idx] = 0

    def forward(self, x):
        self.limit(x)
        return embedding(x, self.weight, self.padding_idx)

    @no_grad()
    def limit(self, x):
        """Scale the rows that x names down to max_norm."""
        if self.max_norm is not None:
            ids = x.flatten()
            rows = self.weight[ids]
            length = norm(rows, self.norm_type, dim=1, keepdim=True)
            # 1e-7 is PyTorch's; a row named twice is written twice, with the same numbers
            self.weight[ids] = where(length > self.max_norm, rows * (self.max_norm / (length + 1e-7)), rows)

    def extra_repr(self):
        text = f"{self.num_embeddings}, {self.embedding_dim}"
        for name, usual in (("padding_idx", None), ("max_norm", None), ("norm_type", 2.0), ("mode", "mean")):
            value = vars(self).get(name, usual)
            if value != usual:
                text += f", {name}={value!r}"
        return text


class EmbeddingBag(Embedding):
    """The mean, sum or maximum (`mode`) of the rows that each bag of integers names -> (N, embedding_dim).

    forward(input (N, L)): N bags of L integers; or forward(input (L,), offsets (N,)): where each bag
    begins. per_sample_weights, of input's shape: factors, for mode 'sum'. include_last_offset: the
    offsets also say where the last bag ends. Integers padding_idx do not count.
    """

    def __init__(self, num_embeddings, embedding_dim, max_norm=None, norm_type=2.0, *, mode="mean",
                 sparse=False, include_last_offset=False, padding_idx=None, device=None, dtype=None):
        super().__init__(num_embeddings, embedding_dim, padding_idx, max_norm, norm_type, sparse=sparse,
                         device=device, dtype=dtype)
        self.mode, self.include_last_offset = mode, include_last_offset

    def forward(self, input, offsets=None, per_sample_weights=None):
        self.limit(input)
        return embedding_bag(input, self.weight, offsets, mode=self.mode,
                             per_sample_weights=per_sample_weights,
                             include_last_offset=self.include_last_offset, padding_idx=self.padding_idx)
