"""The names of torch.nn.utils: gradient clipping, parameters as a vector, and `rnn` for packed sequences."""

from minigrad.hints import no_attribute as _no_attribute
from minigrad.nn.utils import rnn
from minigrad.nn.utils.parameters import (
    clip_grad_norm_, clip_grad_value_, parameters_to_vector, vector_to_parameters)


def __getattr__(name):
    raise _no_attribute(__name__, name)
