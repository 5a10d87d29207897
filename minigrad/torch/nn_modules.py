"""torch.nn.modules' names beside the layers."""

import copy
from collections.abc import Callable
from typing import Any

from minigrad.nn import functional
from minigrad.nn.containers import ModuleList
from minigrad.nn.lazy import Lazy as LazyModuleMixin
from minigrad.nn.module import Loaded as _IncompatibleKeys, Module
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


def _get_activation_fn(activation: str) -> Callable[..., Any]:
    """The function of this name: relu or gelu."""
    if activation not in ("relu", "gelu"):
        raise RuntimeError(f"activation should be relu/gelu, not {activation}")
    return getattr(functional, activation)


def _get_clones(module: Module, count: int) -> ModuleList:
    """`count` copies of a layer."""
    return ModuleList([copy.deepcopy(module) for _ in range(count)])
