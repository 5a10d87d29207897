"""torch.nn.utils: gradient clipping, parameters as a vector, weight and spectral norm, `rnn`, `parametrize`,

Written by `python -m tools.stub`; do not edit it by hand.
"""

import builtins
from typing import Any

from minigrad.nn.utils import parametrizations, parametrize, prune, rnn
from minigrad.nn.utils.initial import skip_init
from minigrad.nn.utils.parameters import (
    clip_grad_norm, clip_grad_norm_, clip_grad_value_, clip_grads_with_norm_, get_total_norm,
    parameters_to_vector, vector_to_parameters)
from minigrad.nn.utils.reparametrise import (
    remove_spectral_norm, remove_weight_norm, spectral_norm, weight_norm)

__all__ = [
    "clip_grad_norm", "clip_grad_norm_", "clip_grad_value_", "clip_grads_with_norm_", "get_total_norm",
    "parameters_to_vector", "parametrizations", "parametrize", "prune", "remove_spectral_norm",
    "remove_weight_norm", "rnn", "skip_init", "spectral_norm", "vector_to_parameters", "weight_norm"]
