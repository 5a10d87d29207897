"""torch.nn.utils: gradient clipping, parameters as a vector, weight and spectral norm, `rnn`, `parametrize`,

Written by `python -m tools.stub`; do not edit it by hand.
"""

import builtins
from typing import Any

from minigrad.nn.utils import parametrizations as parametrizations, parametrize as parametrize, rnn as rnn
from minigrad.nn.utils.parameters import (
    clip_grad_norm_ as clip_grad_norm_, clip_grad_value_ as clip_grad_value_,
    parameters_to_vector as parameters_to_vector, vector_to_parameters as vector_to_parameters)
from minigrad.nn.utils.reparametrise import (
    remove_spectral_norm as remove_spectral_norm, remove_weight_norm as remove_weight_norm,
    spectral_norm as spectral_norm, weight_norm as weight_norm)
