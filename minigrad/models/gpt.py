"""GPT-2 (Radford et al. 2019, "Language Models are Unsupervised Multitask Learners"): what comes next?

    ids -> vectors of tokens + positions -> layers x (attention to what came before, two linear layers)
        -> layer norm -> a score for each token of the vocabulary

Each part normalises what it reads and adds its result to what is there (pre-norm, sec. 2.3), so gradients
pass unchanged from the scores to the vectors. The score of a token is the dot product with its own vector:
the head is tied to the embedding (Press and Wolf 2017, arXiv:1608.05859), as in GPT-2. Initial values are
those of GPT-2: standard deviation 0.02, and 0.02 / sqrt(2 layers) where a part adds its result. Unlike GPT-2
there is no dropout. generation.py writes texts with it.
"""

from typing import Any

from minigrad.autograd import Tensor
from minigrad.nn import Embedding, LayerNorm, Linear, Module, ModuleList, functional as F, init
from minigrad.ops.creation import arange


class GPT(Module):
    """Ids (N, T), T <= context -> logits (N, T, V) of the tokens that come after each.

    V: size of the vocabulary. D: width, a multiple of heads. context: how many tokens it can read. The
    defaults are the small model that people train on a CPU, about 0.8 million weights.
    """

    def __init__(self, V: int, D: int = 128, layers: int = 4, heads: int = 4, context: int = 64):
        sizes = {"V": V, "D": D, "layers": layers, "heads": heads, "context": context}
        for name, size in sizes.items():
            if not isinstance(size, int) or isinstance(size, bool) or size < 1:
                raise ValueError(f"GPT: {name} must be a whole number of at least 1, got {size!r:.40}")
        if D % heads:
            raise ValueError(f"GPT: D {D} must be a multiple of heads {heads}")
        self.context = context
        self.token, self.position = Embedding(V, D), Embedding(context, D)
        self.blocks = ModuleList(Block(D, heads) for _ in range(layers))
        self.norm = LayerNorm(D)
        for name, module in self.named_modules():
            if isinstance(module, (Linear, Embedding)):
                adds = name.endswith("out")
                init.normal_(module.weight, std=0.02 / (2 * layers) ** 0.5 if adds else 0.02)
            if isinstance(module, Linear):
                init.zeros_(module.bias)

    def forward(self, ids: Tensor, caches: list[Any] | None = None) -> Tensor:
        """caches: a KVCache for each layer, with the keys and values of the tokens before ids."""
        if ids.ndim != 2:
            raise ValueError(f"GPT: ids must be (N, T), N texts of T tokens, got {tuple(ids.shape)}")
        start = len(caches[0]) if caches else 0
        end = start + ids.shape[1]
        if end > self.context:
            raise ValueError(f"GPT: the text has {end} tokens, but the model knows {self.context} positions; "
                             f"pass the last ones, ids[:, -{self.context}:]")
        x = self.token(ids) + self.position.weight[start:end]                       # (N, T, D)
        for block, cache in zip(self.blocks, caches or [None] * len(self.blocks)):
            x = block(x, cache)
        return F.linear(self.norm(x), self.token.weight)                            # (N, T, V)


class Block(Module):
    """Attention, which lets a token see those before it, then a network for each token by itself."""

    def __init__(self, D: int, heads: int):
        self.norm1, self.attention = LayerNorm(D), CausalAttention(D, heads)
        self.norm2, self.mlp = LayerNorm(D), FeedForward(D)

    def forward(self, x: Tensor, cache: Any = None) -> Tensor:
        x = x + self.attention(self.norm1(x), cache)
        return x + self.mlp(self.norm2(x))


class CausalAttention(Module):
    """softmax(q kᵀ / sqrt(D / heads)) v in each head, over the token itself and those before it."""

    def __init__(self, D: int, heads: int):
        self.heads, self.qkv, self.out = heads, Linear(D, 3 * D), Linear(D, D)

    def forward(self, x: Tensor, cache: Any = None) -> Tensor:
        N, T, D = x.shape
        q, k, v = self.qkv(x).reshape(N, T, 3, self.heads, D // self.heads).permute(2, 0, 3, 1, 4)
        start = 0 if cache is None else len(cache)
        if cache is not None:
            k, v = cache.append(k, v)                                       # (N, heads, start + T, ...)
        at = arange(start + T, device=x.device)
        seen = at <= at[start:].unsqueeze(1) if start else None                     # (T, start + T)
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=seen, is_causal=not start)
        return self.out(y.transpose(1, 2).reshape(N, T, D))


class FeedForward(Module):
    def __init__(self, D: int):
        self.dense, self.out = Linear(D, 4 * D), Linear(4 * D, D)

    def forward(self, x: Tensor) -> Tensor:
        return self.out(F.gelu(self.dense(x), approximate="tanh"))
