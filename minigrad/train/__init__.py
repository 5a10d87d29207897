"""Floor 8: the training kit: Trainer, callbacks, metrics, progress bar, history.

Start with trainer.py: `fit`, the loop over epochs, and `train_epoch`, the loop over batches. Then

    what you pass    callbacks.py   metrics.py
    what you see     progress.py    history.py
    at the door      checks.py      batches.py      modes.py
    a NaN            finite.py stops before it spoils the weights, diagnosis.py finds where it began
    an interrupt     position.py says where the training stands; undo.py takes back half a step, generators.py
                     finds the random generators, saving.py writes all of it into a checkpoint
"""

from minigrad.hints import missing as _missing
from minigrad.metrics import (
    R2, RMSE, accuracy, binary_accuracy, confusion_matrix, mae, mean_over, top_k_accuracy)
from minigrad.train.callbacks import Callback, Checkpoint, EarlyStopping, Log, Schedule
from minigrad.train.history import History
from minigrad.train.trainer import Trainer

__all__ = [
    "Callback", "Checkpoint", "EarlyStopping", "History", "Log", "R2", "RMSE", "Schedule", "Trainer",
    "accuracy", "binary_accuracy", "confusion_matrix", "mae", "mean_over", "top_k_accuracy"]


def __getattr__(name):
    raise _missing(__name__, name, __all__)
