"""torch.nn.attention.flex_attention: needs PyTorch's compiler."""

from typing import Any

BlockMask = type("BlockMask", (), {})


def flex_attention(*arguments: Any, **named: Any) -> Any:
    """Raises NotImplementedError: a score function is compiled into the kernel."""
    raise NotImplementedError("flex_attention needs PyTorch's compiler; use "
                              "F.scaled_dot_product_attention with attn_mask=")


create_block_mask = create_mask = flex_attention
