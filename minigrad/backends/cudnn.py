"""cuDNN's settings, all ignored: minigrad does not use cuDNN, and its ops on the CPU are deterministic."""

enabled = benchmark = allow_tf32 = False
deterministic = True


def is_available() -> bool:
    """False: CuPy runs the GPU without cuDNN."""
    return False
