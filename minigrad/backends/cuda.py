"""How exactly a GPU multiplies float32 matrices in PyTorch; CuPy decides that itself."""

from types import SimpleNamespace

matmul = SimpleNamespace(allow_tf32=False)
