"""In PyTorch, the precision of float32 matrix products on a GPU. CuPy chooses it; the setting is ignored."""

from types import SimpleNamespace

matmul = SimpleNamespace(allow_tf32=False)
