"""torch.backends.opt_einsum: the order of products in einsum, which minigrad chooses itself."""

from typing import Any

enabled, strategy = False, None


def is_available() -> bool:
    return False


def get_opt_einsum() -> Any:
    return None
