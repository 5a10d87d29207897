"""What programs set before they start; ops here are deterministic on the CPU, and there is nothing to choose between."""

enabled = benchmark = allow_tf32 = False
deterministic = True


def is_available():
    """No: the GPU's work is CuPy's."""
    return False
