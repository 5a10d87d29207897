"""torch.amp's further names."""

from minigrad.torch.cuda_amp import custom_bwd, custom_fwd

__all__ = ["custom_bwd", "custom_fwd", "is_autocast_available"]


def is_autocast_available(device_type: str) -> bool:
    return False
