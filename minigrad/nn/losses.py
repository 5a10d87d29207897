"""Losses as layers: loss = nn.CrossEntropyLoss(); loss(model(x), target).

The formulas stand with the functions in ops/losses.py. reduction: 'mean' (default), 'sum' or 'none'.
"""

from minigrad.nn.module import Module
from minigrad.ops import losses as ops


class Loss(Module):
    """What the losses share."""

    reductions = ("mean", "sum", "none")

    def __init__(self, *, reduction="mean"):
        if reduction not in self.reductions:
            choices = ", ".join(map(repr, self.reductions))
            raise ValueError(f"{type(self).__name__}: reduction is {choices}, got {reduction!r}")
        self.reduction = reduction

    def extra_repr(self):
        return "" if self.reduction == "mean" else f"reduction={self.reduction!r}"


class MSELoss(Loss):
    """(input - target)^2, the squared error."""

    def forward(self, input, target):
        return ops.mse_loss(input, target, self.reduction)


class L1Loss(Loss):
    """|input - target|, the absolute error."""

    def forward(self, input, target):
        return ops.l1_loss(input, target, self.reduction)


class HuberLoss(Loss):
    """d^2 / 2 where |d| = |input - target| <= delta, else delta (|d| - delta / 2)."""

    def __init__(self, reduction="mean", delta=1.0):
        super().__init__(reduction=reduction)
        self.delta = delta

    def forward(self, input, target):
        return ops.huber_loss(input, target, self.reduction, self.delta)


class SmoothL1Loss(Loss):
    """d^2 / (2 beta) where |d| = |input - target| < beta, else |d| - beta / 2."""

    def __init__(self, *, reduction="mean", beta=1.0):
        super().__init__(reduction=reduction)
        self.beta = beta

    def forward(self, input, target):
        return ops.smooth_l1_loss(input, target, self.reduction, self.beta)


class CrossEntropyLoss(Loss):
    """-log softmax(input)[target], from raw scores.

    input (N, V, ...), target class ids (N, ...) or probabilities (N, V, ...). weight (V,): how much each
    class counts; targets equal to ignore_index do not count; label_smoothing: the share of the target
    that is spread over all classes.
    """

    def __init__(self, weight=None, *, ignore_index=-100, reduction="mean", label_smoothing=0.0):
        super().__init__(reduction=reduction)
        self.register_buffer("weight", weight)
        self.ignore_index, self.label_smoothing = ignore_index, label_smoothing

    def forward(self, input, target):
        return ops.cross_entropy(input, target, self.weight, self.ignore_index, self.reduction,
                                 self.label_smoothing)


class NLLLoss(Loss):
    """-input[target], where input (N, V, ...) holds log-probabilities; see CrossEntropyLoss."""

    def __init__(self, weight=None, *, ignore_index=-100, reduction="mean"):
        super().__init__(reduction=reduction)
        self.register_buffer("weight", weight)
        self.ignore_index = ignore_index

    def forward(self, input, target):
        return ops.nll_loss(input, target, self.weight, self.ignore_index, self.reduction)


class BCELoss(Loss):
    """-(target log p + (1 - target) log(1 - p)) for probabilities p = input in [0, 1]."""

    def __init__(self, weight=None, *, reduction="mean"):
        super().__init__(reduction=reduction)
        self.register_buffer("weight", weight)

    def forward(self, input, target):
        return ops.binary_cross_entropy(input, target, self.weight, self.reduction)


class BCEWithLogitsLoss(Loss):
    """BCELoss of sigmoid(input), from raw scores, exact where the sigmoid rounds to 0 or 1.

    pos_weight: how much more a target of 1 counts.
    """

    def __init__(self, weight=None, *, reduction="mean", pos_weight=None):
        super().__init__(reduction=reduction)
        self.register_buffer("weight", weight)
        self.register_buffer("pos_weight", pos_weight)

    def forward(self, input, target):
        return ops.binary_cross_entropy_with_logits(input, target, self.weight, self.reduction,
                                                    self.pos_weight)


class KLDivLoss(Loss):
    """target (log target - input), where input holds log-probabilities; log_target: target does too.

    reduction 'batchmean' divides the sum by the first axis, as the definition of the divergence asks.
    """

    reductions = ("mean", "batchmean", "sum", "none")

    def __init__(self, *, reduction="mean", log_target=False):
        super().__init__(reduction=reduction)
        self.log_target = log_target

    def forward(self, input, target):
        return ops.kl_div(input, target, self.reduction, self.log_target)
