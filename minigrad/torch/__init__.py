"""PyTorch's programs, unchanged: `import torch` gives minigrad.

    python -m minigrad run program.py [arguments]

runs a program of PyTorch. Inside a program or a notebook, `minigrad.as_torch()` does the same for all imports
that follow, or, as a context manager, for those in its block:

    import minigrad
    minigrad.as_torch()
    import torch
    import torch.nn.functional as F

`finder.py` answers the imports. The other files hold what exists only because PyTorch's programs spell it so;
each is named by its address, with `_` for a dot: `jit.py` is torch.jit, `nn_parallel.py` is
torch.nn.parallel, and `names.py` is torch itself. `import minigrad` loads none of them.
"""

from minigrad.torch.finder import as_torch

__all__ = ["as_torch"]
