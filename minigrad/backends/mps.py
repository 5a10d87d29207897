"""Apple's GPUs, which minigrad cannot use: "mps" if minigrad.backends.mps.is_available() else "cpu"."""


def is_available() -> bool:
    """False: minigrad computes on the CPU and, with CuPy, on NVIDIA GPUs."""
    return False


is_built = is_available
