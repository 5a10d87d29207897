"""Training and evaluation mode while a Trainer works, and back to what the user chose."""

from contextlib import contextmanager

from minigrad.autograd import is_grad_enabled, set_grad_enabled


def training_mode(model, frozen):
    """Put the model into training mode, except for the modules that the user put into evaluation mode.

    Returns those modules; `frozen` are those of the epoch before. Evaluation mode throughout is no choice of
    modules, but what a model is left in after it was used.
    """
    modules = list(model.modules())
    if any(module.training for module in modules):
        frozen = [module for module in modules if not module.training]
    model.train()
    for module in frozen:
        module.training = False
    return frozen


@contextmanager
def modes_kept(model):
    """Restore the training or evaluation mode of every module after the block, and the recording of graphs.

    An interrupt may come while a `with no_grad()` in the block begins or ends.
    """
    modes = [(module, module.training) for module in model.modules()]
    recording = is_grad_enabled()
    try:
        yield
    finally:
        set_grad_enabled(recording)
        for module, training in modes:
            module.training = training
