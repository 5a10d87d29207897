"""torch.types: names for annotations."""

from typing import Any, Union

import numpy as np

from minigrad.autograd import Tensor
from minigrad.backend.seam import Device as _Device

Number = Union[int, float, bool]
Device = Union[_Device, str, int, None]
_device, _dtype, _size, _int, _float, _bool = _Device, np.dtype, Any, int, float, bool
Storage = Any
TensorOrTensors = Union[Tensor, tuple]
