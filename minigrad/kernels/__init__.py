"""Floor 4: kernels, the fast ways to compute fused ops. Delete this folder and every result stays.

One folder for each library. Every kernel stands beside the readable definition that it replaces, is
compared with it by the tests in value and gradient, and is turned off by `without_kernels()`.
"""

from minigrad.kernels import numpy as _numpy    # registers its kernels  # noqa: F401
