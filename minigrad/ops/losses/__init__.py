"""Losses: how wrong a prediction is, as one number to minimise.

    reduction         shared by all losses: mean, sum or none
    regression        mse_loss, l1_loss, huber_loss
    classification    cross_entropy, nll_loss, binary_cross_entropy
    margins           hinge, ranking and triplet losses
    likelihoods       Poisson, Gaussian, ctc_loss
"""

from minigrad.ops.losses import classification, likelihoods, margins, reduction, regression

__all__ = ["classification", "likelihoods", "margins", "reduction", "regression"]
