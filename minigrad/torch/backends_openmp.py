"""torch.backends.openmp: OpenMP, which minigrad does not use."""


def is_available() -> bool:
    return False
