"""torch.__config__: how the library was built."""

import minigrad


def show() -> str:
    return f"minigrad {minigrad.__version__} on NumPy"


def parallel_info() -> str:
    return f"{minigrad.get_num_threads()} threads"
