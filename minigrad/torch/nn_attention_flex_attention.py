"""torch.nn.attention.flex_attention: attention whose scores pass through a function of the program.

The functions get index tensors that broadcast, (B, 1, 1, 1), (1, H, 1, 1), (1, 1, Q, 1) and (1, 1, 1, K), in
place of one number at a time. So they must be made of ops that work on all elements, and of indexing.
"""

import math
from collections.abc import Callable
from typing import Any

import minigrad
from minigrad.autograd import Tensor
from minigrad.torch.absent import absent

_DEFAULT_SPARSE_BLOCK_SIZE = 128
AuxRequest, AuxOutput, FlexKernelOptions = (
    absent(f"torch.nn.attention.flex_attention.{name}", "pass return_lse=True") for name in (
        "AuxRequest", "AuxOutput", "FlexKernelOptions"))


class BlockMask:
    """A mask (B, H, Q, K), True where a query sees a key. PyTorch keeps only its blocks."""

    def __init__(self, mask: Tensor, mask_mod: Any, block_size: Any = _DEFAULT_SPARSE_BLOCK_SIZE):
        self.mask, self.mask_mod = mask, mask_mod
        self.BLOCK_SIZE = (block_size, block_size) if isinstance(block_size, int) else tuple(block_size)

    @property
    def shape(self) -> tuple:
        return tuple(self.mask.shape)

    def to_dense(self) -> Tensor:
        """1 for each block with something to see, else 0."""
        rows, columns = self.BLOCK_SIZE
        Q, K = self.mask.shape[-2:]
        padded = minigrad.nn.functional.pad(self.mask.int(), (0, -K % columns, 0, -Q % rows))
        blocks = padded.unflatten(-1, (-1, columns)).unflatten(-3, (-1, rows))
        return blocks.amax((-3, -1))


def places(B: int, H: int, Q: int, K: int, device: Any) -> list[Tensor]:
    """The four indices, each along its own axis."""
    return [minigrad.arange(n, device=device).reshape([-1 if i == axis else 1 for i in range(4)])
            for axis, n in enumerate((B, H, Q, K))]


def create_mask(mod_fn: Callable[..., Any], B: int | None, H: int | None, Q_LEN: int, KV_LEN: int,
                device: Any = "cpu") -> Tensor:
    """The mask (B, H, Q, K) of mod_fn(b, h, q, k); with B or H None, one for all."""
    shape = (B or 1, H or 1, Q_LEN, KV_LEN)
    return minigrad.broadcast_to(mod_fn(*places(*shape, device)), shape)


def create_block_mask(mask_mod: Callable[..., Any], B: int | None, H: int | None, Q_LEN: int, KV_LEN: int,
                      device: Any = "cpu", BLOCK_SIZE: Any = _DEFAULT_SPARSE_BLOCK_SIZE,
                      _compile: bool = False) -> BlockMask:
    """The mask of mask_mod(b, h, q, k), for flex_attention."""
    return BlockMask(create_mask(mask_mod, B, H, Q_LEN, KV_LEN, device), mask_mod, BLOCK_SIZE)


def and_masks(*mask_mods: Callable[..., Any]) -> Callable[..., Any]:
    """A query sees a key if all of these say so."""
    def both(*indices):
        seen = minigrad.tensor(True)
        for each in mask_mods:
            seen = seen & each(*indices)
        return seen
    return both


def or_masks(*mask_mods: Callable[..., Any]) -> Callable[..., Any]:
    """A query sees a key if one of these says so."""
    def either(*indices):
        seen = minigrad.tensor(False)
        for each in mask_mods:
            seen = seen | each(*indices)
        return seen
    return either


def noop_mask(batch: Any, head: Any, token_q: Any, token_kv: Any) -> Tensor:
    return minigrad.tensor(True)


def flex_attention(query: Tensor, key: Tensor, value: Tensor, score_mod: Any = None, block_mask: Any = None,
                   scale: float | None = None, enable_gqa: bool = False, return_lse: bool = False,
                   kernel_options: Any = None) -> Any:
    """softmax(score_mod(q k^T scale, b, h, q, k)) v   (B, H, Q, V).

    query (B, H, Q, E), key (B, H, K, E), value (B, H, K, V). A query that
    sees no key gives 0. With enable_gqa several heads of queries share one of keys.
    return_lse: also the log of the sum of e^score over the keys.
    """
    heads = query.shape[1]
    if enable_gqa:
        key, value = (x.repeat_interleave(heads // x.shape[1], 1) for x in (key, value))
    if key.shape[1] != heads:
        raise ValueError(f"flex_attention: {heads} heads of queries, {key.shape[1]} of keys; pass "
                         "enable_gqa=True")
    scores = (query @ key.transpose(-2, -1)) * (1 / math.sqrt(query.shape[-1]) if scale is None else scale)
    if score_mod is not None:
        scores = score_mod(scores, *places(*scores.shape, query.device))     # type: ignore[call-arg]
    if block_mask is not None:
        seen = block_mask.mask[..., :scores.shape[-2], :scores.shape[-1]]
        scores = minigrad.where(seen, scores, -math.inf)
    total = scores.logsumexp(-1, keepdim=True)
    empty = total == -math.inf
    y = (scores - total.masked_fill(empty, 0.0)).exp() @ value
    return (y, total.squeeze(-1)) if return_lse else y
