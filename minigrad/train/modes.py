"""Training and evaluation mode while a Trainer works, and back to what the user chose."""

from contextlib import contextmanager


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
    """Restore the training or evaluation mode of every module after the block."""
    modes = [(module, module.training) for module in model.modules()]
    try:
        yield
    finally:
        for module, training in modes:
            module.training = training
