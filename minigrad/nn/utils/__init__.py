"""torch.nn.utils: gradient clipping, parameters as a vector, weight and spectral norm, `rnn`, `parametrize`,
`parametrizations`, `prune`.
"""

from minigrad.hints import missing as _missing, names_in as _names_in
from minigrad.nn.utils import parametrizations, parametrize, prune, rnn
from minigrad.nn.utils.parameters import (
    clip_grad_norm, clip_grad_norm_, clip_grad_value_, clip_grads_with_norm_, get_total_norm,
    parameters_to_vector, vector_to_parameters)
from minigrad.nn.utils.initial import skip_init
from minigrad.nn.utils.reparametrise import (
    remove_spectral_norm, remove_weight_norm, spectral_norm, weight_norm)


def __getattr__(name):
    known = [*_names_in(globals()), "parametrizations", "parametrize", "prune", "rnn"]
    raise _missing(__name__, name, known)
