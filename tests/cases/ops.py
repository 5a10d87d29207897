"""The table of ops: one row for each thing that an op can do, with an independent NumPy formula.

test_ops.py checks each row's values, first and second derivatives, dtypes, devices and layouts;
test_ops_torch.py compares it with PyTorch. A row's name begins with PyTorch's name of the op.

    row("sum dim", reductions.sum, [(2, 3, 4)], lambda x, dim: x.sum(dim), dict(dim=1))

The modules imported below hold the rows by subject; row.py defines a row's fields.
"""

import cases.complex  # noqa: F401
import cases.elements  # noqa: F401
import cases.functional  # noqa: F401
import cases.functions  # noqa: F401
import cases.indexing  # noqa: F401
import cases.losses  # noqa: F401
import cases.matrices  # noqa: F401
import cases.memory  # noqa: F401
import cases.normalisation  # noqa: F401
import cases.products  # noqa: F401
import cases.reductions  # noqa: F401
import cases.scans  # noqa: F401
import cases.scattering  # noqa: F401
import cases.shapes  # noqa: F401
import cases.special  # noqa: F401
import cases.windows  # noqa: F401
from cases.row import CASES  # noqa: F401
