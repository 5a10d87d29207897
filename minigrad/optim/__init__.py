"""Optimizers: how parameters follow their gradients downhill.

    optimizer = optim.Adam(model.parameters(), lr=1e-3)
    for x, target in loader:
        optimizer.zero_grad()               # forget the gradients of the last step
        loss(model(x), target).backward()   # fill p.grad of every parameter p
        optimizer.step()                    # move every p

optimizer.py has what they share and how to write another one; `lr_scheduler` moves the learning rate.
"""

from minigrad.optim.optimizer import Optimizer
from minigrad.optim.sgd import SGD
from minigrad.optim.adam import Adam, AdamW
from minigrad.optim.rmsprop import RMSprop
from minigrad.optim.adagrad import Adagrad
from minigrad.optim import lr_scheduler

__all__ = ["Adagrad", "Adam", "AdamW", "Optimizer", "RMSprop", "SGD", "lr_scheduler"]
