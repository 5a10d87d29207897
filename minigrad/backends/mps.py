"""Apple's GPUs: none can be used. device = "mps" if minigrad.backends.mps.is_available() else "cpu"."""


def is_available():
    return False


is_built = is_available
