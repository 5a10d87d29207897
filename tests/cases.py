"""The table of ops: one row for each thing that an op can do, with an independent NumPy formula.

test_ops.py drives from it the values, the derivatives of first and second order, dtypes, devices and
layouts; test_ops_torch.py the comparison with PyTorch. A row's name begins with PyTorch's name of the op.

    row("sum dim", reductions.sum, [(2, 3, 4)], lambda x, dim: x.sum(dim), dict(dim=1))

The rows stand in the files below by subject; case.py says what a row is made of.
"""

import cases_of_elements  # noqa: F401
import cases_of_indexing  # noqa: F401
import cases_of_layers  # noqa: F401
import cases_of_losses  # noqa: F401
import cases_of_matrices  # noqa: F401
import cases_of_norms  # noqa: F401
import cases_of_products  # noqa: F401
import cases_of_reductions  # noqa: F401
import cases_of_scans  # noqa: F401
import cases_of_scattering  # noqa: F401
import cases_of_shapes  # noqa: F401
import cases_of_specials  # noqa: F401
import cases_of_windows  # noqa: F401
from case import CASES  # noqa: F401
