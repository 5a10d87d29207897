"""Floor 8: the training kit: Trainer, callbacks, metrics, progress bar, history.

Start with trainer.py, the loop and its checks; then metrics.py, callbacks.py, diagnosis.py, progress.py,
history.py. What makes an interrupted training go on exactly is in generators.py and position.py.
"""

from minigrad.hints import missing as _missing
from minigrad.train.callbacks import Callback, Checkpoint, EarlyStopping, Log, Schedule
from minigrad.train.history import History
from minigrad.train.metrics import (
    R2, RMSE, accuracy, binary_accuracy, confusion_matrix, mae, mean_over, top_k_accuracy)
from minigrad.train.trainer import Trainer

__all__ = [
    "Callback", "Checkpoint", "EarlyStopping", "History", "Log", "R2", "RMSE", "Schedule", "Trainer",
    "accuracy", "binary_accuracy", "confusion_matrix", "mae", "mean_over", "top_k_accuracy"]


def __getattr__(name):
    raise _missing(__name__, name, __all__)
