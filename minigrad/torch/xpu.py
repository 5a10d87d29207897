"""torch.xpu: Intel's GPUs, which minigrad does not use."""

from typing import Any


def is_available() -> bool:
    return False


def device_count() -> int:
    return 0


def empty_cache() -> None:
    pass


synchronize = empty_cache


def manual_seed(seed: Any) -> None:
    pass


manual_seed_all = manual_seed
