"""torch.nn.modules' names beside the layers."""

from minigrad.nn.lazy import Lazy as LazyModuleMixin
from minigrad.nn.module import Loaded as _IncompatibleKeys
from minigrad.torch.nn_modules_utils import (
    _ntuple,
    _pair,
    _quadruple,
    _reverse_repeat_tuple,
    _single,
    _triple,
)

__all__ = ["LazyModuleMixin", "_IncompatibleKeys", "_ntuple", "_pair", "_quadruple", "_reverse_repeat_tuple",
           "_single", "_triple"]

_EXTRA_STATE_KEY_SUFFIX = "_extra_state"
