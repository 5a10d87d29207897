"""Optimizers: how parameters follow their gradients downhill.

    optimizer = optim.Adam(model.parameters(), lr=1e-3)
    for x, target in loader:
        optimizer.zero_grad()               # forget the gradients of the last step
        loss(model(x), target).backward()   # fill p.grad of every parameter p
        optimizer.step()                    # move every p

Split a batch that does not fit into memory into k parts of equal size. Gradients add up until zero_grad(), so
this makes the same step:

    optimizer.zero_grad()
    for x, target in parts:
        (loss(model(x), target) / k).backward()     # a loss that is a mean over its samples
    optimizer.step()

optimizer.py has what they share and how to write another one; `lr_scheduler` moves the learning
rate; `swa_utils` averages the weights along the way.
"""

from minigrad.hints import missing as _missing
from minigrad.optim.optimizer import Optimizer
from minigrad.optim.adadelta import Adadelta
from minigrad.optim.adafactor import Adafactor
from minigrad.optim.adagrad import Adagrad
from minigrad.optim.adam import Adam, AdamW
from minigrad.optim.adamax import Adamax
from minigrad.optim.asgd import ASGD
from minigrad.optim.lbfgs import LBFGS
from minigrad.optim.lion import Lion
from minigrad.optim.muon import Muon
from minigrad.optim.nadam import NAdam
from minigrad.optim.radam import RAdam
from minigrad.optim.rmsprop import RMSprop
from minigrad.optim.rprop import Rprop
from minigrad.optim.sgd import SGD
from minigrad.optim.sparse_adam import SparseAdam
from minigrad.optim import lr_scheduler, swa_utils

__all__ = [
    "ASGD", "Adadelta", "Adafactor", "Adagrad", "Adam", "AdamW", "Adamax", "LBFGS", "Lion", "Muon", "NAdam",
    "Optimizer", "RAdam", "RMSprop", "Rprop", "SGD", "SparseAdam", "lr_scheduler", "swa_utils"]

_INSTEAD = {
    "apply_updates": "call optimizer.step(), which changes the parameters",
    "clip_grad_norm_": "use minigrad.nn.utils.clip_grad_norm_",
}


def __getattr__(name):
    elsewhere = [(lr_scheduler.__name__, lr_scheduler.__all__), (swa_utils.__name__, swa_utils.__all__)]
    raise _missing(__name__, name, __all__, _INSTEAD, elsewhere)
