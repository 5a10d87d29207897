"""torch.types: names for annotations."""

from typing import Any

import numpy as np

from minigrad.autograd import Tensor
from minigrad.backend.seam import Device as _Device

Number = int | float | bool
Device = _Device | str | int | None
_device, _dtype, _size, _int, _float, _bool = _Device, np.dtype, Any, int, float, bool
Storage = Any
TensorOrTensors = Tensor | tuple
