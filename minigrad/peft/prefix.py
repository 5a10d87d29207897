"""Prefix tuning (Li and Liang 2021, arXiv:2101.00190): every attention layer gets trained keys and values.

    softmax(q [k_1' ... k_P', k]ᵀ / sqrt(d)) [v_1' ... v_P', v]

Each position can look at P more, of which the trained vectors say both what they answer to and what they say.
The paper computes them by a network while it trains; here they are trained themselves, as Liu et al. 2021
(arXiv:2110.07602) found enough for classification.
"""

import inspect
from collections.abc import Sequence
from typing import Any

from minigrad.autograd import Parameter, Tensor
from minigrad.autograd.errors import checked
from minigrad.nn import Linear, Module, MultiHeadAttention, MultiheadAttention, init
from minigrad.ops.creation import empty, ones
from minigrad.ops.places.diagonals import triu
from minigrad.ops.places.joining import cat
from minigrad.peft.prompt import widened
from minigrad.peft.targets import Targets, begin, check_count, find


@checked
def add_prefix(model: Module, targets: Targets, length: int = 20, *, also: Sequence[str] = ()) -> Module:
    """Add `length` trained keys and values to the attention layers called `targets`, freeze the rest.

    targets   names as in add_lora, of layers of one of two kinds: nn.MultiheadAttention, whose trained
              vectors pass through its own projections; or modules with Linears `key` and `value`, called with
              x (N, T, D) and None or a boolean mask (..., T), True at keys that are seen, such as
              ["attention.self"] of a models.Bert
    also      names of modules that are trained as a whole, such as a new ["classifier"]

    Returns the model. The vectors start ~ N(0, 0.02²).
    """
    check_count("add_prefix", "length", length)
    layers = find("add_prefix", model, targets)
    for name, layer in layers:
        inside = vars(layer)
        if not (isinstance(layer, MultiHeadAttention) or isinstance(inside.get("key"), Linear)
                and isinstance(inside.get("value"), Linear)):
            raise ValueError(f"add_prefix: {name} is a {type(layer).__name__}, expected attention: an "
                             "nn.MultiheadAttention, or a module with Linears key and value")
    begin("PREFIX", "add_prefix", model, also, length=length,
          targets=targets if isinstance(targets, str) else list(targets))
    for layer in {id(layer): layer for _, layer in layers}.values():
        if isinstance(layer, MultiHeadAttention):
            layer.prefix_key = vectors(length, layer.kdim, layer.out_proj.weight)
            layer.prefix_value = vectors(length, layer.vdim, layer.out_proj.weight)
            layer.register_forward_pre_hook(inputs_with_prefix, with_kwargs=True)
        else:
            for linear in (layer.key, layer.value):
                linear.prefix = vectors(length, linear.out_features, linear.weight)
                linear.register_forward_hook(rows_with_prefix)
            layer.register_forward_pre_hook(mask_with_prefix, with_kwargs=True)
    return model


def vectors(length: int, D: int, like: Tensor) -> Parameter:
    return Parameter(init.normal_(empty(length, D, device=like.device, dtype=like.dtype), std=0.02))


def in_front(prefix, x):
    """prefix (P, D), x (N, T, D) -> (N, P + T, D)."""
    return cat([prefix.unsqueeze(0).expand(x.shape[0], *prefix.shape), x], 1)


def rows_with_prefix(linear: Module, args: tuple, y: Tensor) -> Tensor:
    """The hook after the Linear of keys, and that of values."""
    return in_front(linear.prefix, y)


def mask_with_prefix(attention: Module, args: tuple, settings: dict) -> tuple:
    """The hook before an attention layer that is called with x and a mask."""
    P = attention.key.prefix.shape[0]
    x, *masks = args
    masks = [widened(mask, P, True) if isinstance(mask, Tensor) else mask for mask in masks]
    return (x, *masks), {name: widened(each, P, True) if isinstance(each, Tensor) else each
                         for name, each in settings.items()}


def inputs_with_prefix(attention: Any, args: tuple, settings: dict) -> tuple:
    """The hook before an nn.MultiheadAttention: keys, values and masks get P more positions in front."""
    given = inspect.signature(attention.forward).bind(*args, **settings).arguments
    P = attention.prefix_key.shape[0]
    query = given["query"]
    key = given.get("key", query)
    value = given.get("value", key)
    by_time = isinstance(attention, MultiheadAttention) and query.ndim == 3 and not attention.batch_first
    for name, x, prefix in (("key", key, attention.prefix_key), ("value", value, attention.prefix_value)):
        if query.ndim == 2:
            given[name] = cat([prefix, x], 0)
        else:
            x = x.transpose(0, 1) if by_time else x                             # (N, S, D)
            x = in_front(prefix, x)
            given[name] = x.transpose(0, 1) if by_time else x
    if given.get("is_causal"):      # position t sees the prefix, and keys up to t
        axis = 0 if by_time or query.ndim == 2 else 1
        T, S = query.shape[axis], key.shape[axis]
        if given.get("attn_mask") is None:
            given["attn_mask"] = triu(ones(T, S, dtype=bool, device=query.device), 1)
        given["is_causal"] = False
    for name in ("attn_mask", "key_padding_mask"):
        if given.get(name) is not None:
            given[name] = widened(given[name], P, False)
    return (), given
