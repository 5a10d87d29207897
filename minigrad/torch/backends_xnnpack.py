"""torch.backends.xnnpack: XNNPACK, which minigrad does not use."""


def is_available() -> bool:
    return False
