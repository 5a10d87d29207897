"""LoRA (Hu et al. 2021, arXiv:2106.09685): fine-tuning moves a matrix by a product of two thin ones.

    y = x Wᵀ + b + (alpha / rank) x Aᵀ Bᵀ       W (out, in) frozen;  A (rank, in) and B (out, rank) trained

B starts at 0, so that at first nothing changes. After training W + (alpha / rank) B A takes the place of W,
and the model is as fast as before.
"""

import math
from collections.abc import Sequence
from typing import Any

from minigrad.autograd import Parameter, Tensor, is_grad_enabled, no_grad
from minigrad.autograd.errors import checked
from minigrad.nn import Dropout, Embedding, Linear, Module, MultiheadAttention, functional as F, init
from minigrad.nn.linear import NonDynamicallyQuantizableLinear
from minigrad.ops.creation import empty
from minigrad.peft.targets import Targets, begin, check_count, find, replace


class LoRA(Module):
    """What the layers below share: they are merged, or add `delta()` to their weight in forward."""

    changes = "weight"              # the Parameter that delta() is for
    scaling: float                  # alpha / rank
    original: Tensor | None         # the weight without delta(), while it is merged

    def delta(self) -> Tensor:
        raise NotImplementedError

    def merge(self) -> None:
        """Add delta to the weight; the original is kept for unmerge()."""
        weight = getattr(self, self.changes)
        self.register_buffer("original", weight.detach(), persistent=False)
        with no_grad():
            weight.data = weight + self.delta()

    def unmerge(self) -> None:
        getattr(self, self.changes).data, self.original = self.original, None

    def merged(self) -> bool:
        """Whether delta is in the weight; raises RuntimeError if such a layer is to be trained."""
        if self.original is not None and self.training and is_grad_enabled():
            raise RuntimeError(f"{type(self).__name__} is merged, so it cannot be trained; call "
                               "peft.unmerge(model), or model.eval() to use it")
        return self.original is not None


class Product(LoRA):
    """delta = scaling B A, with the Linears lora_A and lora_B, whose weights are A and B."""

    def add(self, rank: int, scaling: float, dropout: float) -> None:
        weight = getattr(self, self.changes)
        rows, columns = weight.shape
        self.lora_A = Linear(columns, rank, False, weight.device, weight.dtype)
        self.lora_B = Linear(rank, rows, False, weight.device, weight.dtype)
        init.zeros_(self.lora_B.weight)
        self.lora_dropout, self.scaling, self.original = Dropout(dropout), scaling, None
        self.train(self.training)

    def delta(self) -> Tensor:
        return self.scaling * (self.lora_B.weight @ self.lora_A.weight)


class LoRALinear(Product, Linear):
    """A Linear with LoRA: (..., in_features) -> (..., out_features).

    lora_A.weight (rank, in_features) starts as a Linear's, lora_B.weight (out_features, rank) at 0; dropout
    is before lora_A. The layer's own weight and bias stay the same Parameters.
    """

    def __init__(self, layer: Linear, rank: int, scaling: float, dropout: float = 0.0):
        vars(self).update(vars(layer))
        self.add(rank, scaling, dropout)

    def forward(self, input: Tensor) -> Tensor:
        y = super().forward(input)
        return y if self.merged() else y + self.scaling * self.lora_B(self.lora_A(self.lora_dropout(input)))


class LoRAAttention(Product, MultiheadAttention):
    """A MultiheadAttention with LoRA of in_proj_weight, W_q, W_k and W_v stacked; out_proj is a Linear.

    lora_A.weight (rank, D), lora_B.weight (3D, rank). The product is added to the weight in every forward, so
    dropout, which belongs to inputs, is not used.
    """

    changes = "in_proj_weight"

    def __init__(self, layer: MultiheadAttention, rank: int, scaling: float, dropout: float = 0.0):
        vars(self).update(vars(layer))
        self.add(rank, scaling, dropout)

    def forward(self, *args: Any, **settings: Any) -> Any:
        if self.merged():
            return super().forward(*args, **settings)
        weight = self.in_proj_weight
        vars(self)["in_proj_weight"] = weight + self.delta()
        try:
            return super().forward(*args, **settings)
        finally:
            vars(self)["in_proj_weight"] = weight


class LoRAEmbedding(LoRA, Embedding):
    """An Embedding with LoRA: (...) integers -> (..., embedding_dim).

    lora_embedding_A (rank, num_embeddings) starts at 0, lora_embedding_B (embedding_dim, rank) ~ N(0, 1): the
    other way round than in a Linear, since most columns of A, those of rare words, hardly ever get a
    gradient.
    """

    def __init__(self, layer: Embedding, rank: int, scaling: float, dropout: float = 0.0):
        """dropout: not used; integers cannot be dropped."""
        vars(self).update(vars(layer))
        device, dtype = layer.weight.device, layer.weight.dtype
        A = empty(rank, layer.num_embeddings, device=device, dtype=dtype)
        B = empty(layer.embedding_dim, rank, device=device, dtype=dtype)
        self.lora_embedding_A, self.lora_embedding_B = Parameter(init.zeros_(A)), Parameter(init.normal_(B))
        self.scaling, self.original = scaling, None

    def forward(self, input: Tensor) -> Tensor:
        y = super().forward(input)
        if self.merged():
            return y
        rows = F.embedding(input, self.lora_embedding_A.T)                      # (..., rank)
        return y + self.scaling * (rows @ self.lora_embedding_B.T)

    def delta(self) -> Tensor:
        return self.scaling * (self.lora_embedding_B @ self.lora_embedding_A).T


KINDS: dict[type, Any] = {Linear: LoRALinear, NonDynamicallyQuantizableLinear: LoRALinear,
                          Embedding: LoRAEmbedding, MultiheadAttention: LoRAAttention}


@checked
def add_lora(model: Module, targets: Targets, rank: int = 8, alpha: float = 16.0, dropout: float = 0.0, *,
             also: Sequence[str] = (), rank_stabilized: bool = False) -> Module:
    """Add LoRA to the layers called `targets`, freeze everything else; returns the model.

    targets          a list of names, such as ["query", "value"], which takes every module whose name ends so;
                     or a regular expression that matches whole names. Linear, Embedding and
                     MultiheadAttention
    rank, alpha      see above; the sum is scaled by alpha / rank
    also             names of modules that are trained as a whole and saved, such as a new ["classifier"]
    rank_stabilized  scale by alpha / sqrt(rank) instead (Kalajdzievski 2023, arXiv:2312.03732)

    Raises ValueError for a name that no module has, or for a module of another kind. A model that reads a
    layer's weight rather than call the layer goes past its LoRA until it is merged.
    """
    check_count("add_lora", "rank", rank)
    if not 0 <= dropout < 1:
        raise ValueError(f"add_lora: dropout must be from 0 to below 1, got {dropout}")
    layers = find("add_lora", model, targets)
    for name, layer in layers:
        if type(layer) not in KINDS or KINDS[type(layer)] is LoRAAttention and "q_proj_weight" in vars(layer):
            raise ValueError(f"add_lora: {name} is a {type(layer).__name__}; LoRA is for Linear, Embedding "
                             "and MultiheadAttention with one width of query, key and value")
    begin("LORA", "add_lora", model, also, r=rank, lora_alpha=alpha, lora_dropout=dropout,
          target_modules=targets if isinstance(targets, str) else list(targets), use_rslora=rank_stabilized)
    scaling = alpha / (math.sqrt(rank) if rank_stabilized else rank)
    made: dict[int, Module] = {}        # a layer that has several names gets one LoRA
    for name, layer in layers:
        if id(layer) not in made:
            made[id(layer)] = KINDS[type(layer)](layer, rank, scaling, dropout)
        replace(model, name, made[id(layer)])
    return model


@checked
def merge(model: Module) -> Module:
    """Add each LoRA to the weight beside it, which makes the model as fast as without; returns the model.

    The original weights are kept, so that unmerge() restores them exactly. Raises RuntimeError if it is
    merged.
    """
    layers = lora_layers("merge", model)
    if any(layer.original is not None for layer in layers):
        raise RuntimeError("merge: this model is merged already; call unmerge(model) first")
    for layer in layers:
        layer.merge()
    return model


@checked
def unmerge(model: Module) -> Module:
    """Take each LoRA out of the weight again, which has exactly its old value; returns the model."""
    layers = lora_layers("unmerge", model)
    if any(layer.original is None for layer in layers):
        raise RuntimeError("unmerge: this model is not merged; call merge(model) first")
    for layer in layers:
        layer.unmerge()
    return model


@checked
def merge_and_unload(model: Module) -> Module:
    """Merge, and put plain layers in the place of those with LoRA; returns the model, as one without LoRA.

    All parameters stay frozen, except those of `also`.
    """
    plain: dict[int, Module] = {}
    for layer in lora_layers("merge_and_unload", model):
        if layer.original is None:
            layer.merge()
        kind: Any = next(kind for kind, with_lora in KINDS.items() if type(layer) is with_lora)
        made = plain[id(layer)] = kind.__new__(kind)
        vars(made).update({name: value for name, value in vars(layer).items()
                           if not name.startswith("lora_") and name not in ("original", "scaling")})
        made._persistent = {name: kept for name, kept in layer._persistent.items() if name != "original"}
    for name, module in list(model.named_modules(remove_duplicate=False)):
        if id(module) in plain:
            replace(model, name, plain[id(module)])
    del model._peft
    return model


def lora_layers(caller: str, model: Module) -> list[LoRA]:
    layers = [layer for layer in model.modules() if isinstance(layer, LoRA)]
    if not layers:
        raise ValueError(f"{caller}: this {type(model).__name__} has no LoRA; add it with add_lora or load")
    return layers
