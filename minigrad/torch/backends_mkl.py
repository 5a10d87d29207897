"""torch.backends.mkl: Intel's MKL, which minigrad does not use."""


def is_available() -> bool:
    return False
