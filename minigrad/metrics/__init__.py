"""Metrics: how good predictions are, in numbers that people understand. Every one takes output, then target.

    means           accuracy, top-k, binary; absolute and squared errors, R²
    counts          confusion matrix, precision, recall, F1, balanced accuracy, Matthews, a report as text
    curves          ROC and precision-recall curves and the areas under them
    probabilities   log loss, Brier score, calibration
    entities        named entities in BIO tags
    translation     BLEU
    epoch           WholeEpoch, which makes a metric for the Trainer of a function that is not a mean

The functions take Tensors and NumPy arrays. As metrics of a Trainer all of them give the number of an epoch
that all its samples at once would give, whatever the batch size.
"""

from minigrad.hints import missing as _missing
from minigrad.metrics.counts import (
    balanced_accuracy, classification_report, confusion_matrix, f1_score, matthews_corrcoef, precision,
    recall)
from minigrad.metrics.curves import auc, average_precision, precision_recall_curve, roc_auc, roc_curve
from minigrad.metrics.entities import EntityF1, entities, entity_report, entity_scores
from minigrad.metrics.epoch import WholeEpoch
from minigrad.metrics.means import R2, RMSE, accuracy, binary_accuracy, mae, mean_over, top_k_accuracy
from minigrad.metrics.probabilities import brier_score, calibration_curve, calibration_error, log_loss
from minigrad.metrics.translation import bleu

__all__ = [
    "EntityF1", "R2", "RMSE", "WholeEpoch", "accuracy", "auc", "average_precision", "balanced_accuracy",
    "binary_accuracy", "bleu", "brier_score", "calibration_curve", "calibration_error",
    "classification_report", "confusion_matrix", "entities", "entity_report", "entity_scores", "f1_score",
    "log_loss", "mae", "matthews_corrcoef", "mean_over", "precision", "precision_recall_curve", "recall",
    "roc_auc", "roc_curve", "top_k_accuracy"]


def __getattr__(name):
    raise _missing(__name__, name, __all__)
