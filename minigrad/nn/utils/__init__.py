"""torch.nn.utils: gradient clipping, parameters as a vector, weight and spectral norm, `rnn`, `parametrize`,
`parametrizations`.
"""

from minigrad.hints import no_attribute as _no_attribute
from minigrad.nn.utils import parametrizations, parametrize, rnn
from minigrad.nn.utils.parameters import (
    clip_grad_norm_, clip_grad_value_, parameters_to_vector, vector_to_parameters)
from minigrad.nn.utils.reparametrise import (
    remove_spectral_norm, remove_weight_norm, spectral_norm, weight_norm)


def __getattr__(name):
    raise _no_attribute(__name__, name)
