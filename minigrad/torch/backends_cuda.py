"""torch.backends.cuda: which kernels a GPU may use; the settings change nothing."""

from contextlib import contextmanager
from typing import Any


@contextmanager
def sdp_kernel(enable_flash: bool = True, enable_math: bool = True, enable_mem_efficient: bool = True,
               enable_cudnn: bool = True):
    yield


def flash_sdp_enabled() -> bool:
    return False


mem_efficient_sdp_enabled = cudnn_sdp_enabled = is_built = is_flash_attention_available = flash_sdp_enabled


def math_sdp_enabled() -> bool:
    return True


def enable_flash_sdp(enabled: Any) -> None:
    pass


enable_math_sdp = enable_mem_efficient_sdp = enable_cudnn_sdp = enable_flash_sdp
