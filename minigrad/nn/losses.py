"""Losses as layers: loss = nn.CrossEntropyLoss(); loss(model(x), target).

Each is the function of its name in nn.functional. reduction: 'mean' (default), 'sum' or 'none'.
"""

import math
from dataclasses import dataclass
from typing import Any

from minigrad.autograd import Tensor
from minigrad.hints import warn
from minigrad.nn.applied import Applied
from minigrad.nn.distances import PairwiseDistance
from minigrad.nn.linear import Linear
from minigrad.nn.module import Module
from minigrad.ops.losses import classification, likelihoods, margins, reduction, regression


class Loss(Applied):
    """The base of the losses."""

    inputs = 2
    reductions: tuple[str, ...] = ("mean", "sum", "none")

    def __init__(self, *args: Any, **settings: Any):
        if len(args) > 1 and isinstance(args[0], Tensor) and isinstance(args[1], Tensor):
            name = type(self).__name__
            raise TypeError(f"{name}(...) takes settings, got tensors; make the loss first, then call it: "
                            f"{name}()(input, target)")
        super().__init__(*args, **settings)
        own, name = vars(self), type(self).__name__
        if own.get("size_average") is not None or own.get("reduce") is not None:
            self.reduction = reduction.replaced(name, "mean", own["size_average"], own["reduce"])
            self.size_average = self.reduce = None
        check_reduction(name, self.reduction, self.reductions)

    shown = ()


def check_reduction(name, reduction, choices):
    if reduction not in (*choices, "elementwise_mean"):     # the former name of 'mean'
        raise ValueError(f"{name}: reduction must be {', '.join(map(repr, choices))}, got {reduction!r}")


# Numbers


class MSELoss(Loss):
    """(input - target)^2, the squared error."""

    function = staticmethod(regression.mse_loss)


class L1Loss(Loss):
    """|input - target|, the absolute error."""

    function = staticmethod(regression.l1_loss)


class HuberLoss(Loss):
    """d^2 / 2 where |d| = |input - target| <= delta, else delta (|d| - delta / 2)."""

    function = staticmethod(regression.huber_loss)


class SmoothL1Loss(Loss):
    """d^2 / (2 beta) where |d| = |input - target| < beta, else |d| - beta / 2."""

    function = staticmethod(regression.smooth_l1_loss)


class PoissonNLLLoss(Loss):
    """e^input - target input, for counts: input is the log of the expected count.

    log_input=False: input is the expected count itself. full: add an approximation of log(target!).
    """

    function = staticmethod(likelihoods.poisson_nll_loss)

    def forward(self, log_input: Tensor, target: Tensor) -> Tensor:
        return super().forward(log_input, target)


class GaussianNLLLoss(Loss):
    """(log var + (input - target)^2 / var) / 2 of (input, target, var), var the variance."""

    function, inputs, positional = staticmethod(likelihoods.gaussian_nll_loss), 3, 0


# Classes


class CrossEntropyLoss(Loss):
    """-log softmax(input)[target], from raw scores.

    input (N, V, ...), target class ids (N, ...) or probabilities (N, V, ...). weight (V,): how much each
    class counts. Targets equal to ignore_index do not count. label_smoothing: the share of each target that
    is spread over all classes.
    """

    function = staticmethod(classification.cross_entropy)


@dataclass(frozen=True)
class LinearCrossEntropyOptions:
    """How PyTorch divides a LinearCrossEntropyLoss into chunks, to save memory; here it has no effect."""

    allow_retain_graph: bool = False
    batch_chunk_size: int | None = None
    chunking_method: str | None = "auto"
    acc_policy: str = "auto"
    acc_dtype: Any = None


class LinearCrossEntropyLoss(Module):
    """CrossEntropyLoss of a Linear layer's scores, with that layer, `linear`, as a part of the loss.

    (N, in_features) or (in_features,); target as for CrossEntropyLoss with scores (N, num_classes). With
    out_features (d_1, ...) the scores are (N, num_classes, d_1, ...), and the layer has num_classes d_1 ...
    rows. weight (num_classes,): how much each class counts. options: how PyTorch divides the rows into
    chunks, which saves memory there; it has no effect.
    """

    def __init__(self, in_features: int, num_classes: int, *, out_features: tuple[int, ...] = (),
                 bias: bool = False, device: str | None = None, dtype: Any = None, reduction: str = "mean",
                 weight: Tensor | None = None, ignore_index: int | None = None, label_smoothing: float = 0.0,
                 options: Any = None):
        name = type(self).__name__
        if weight is not None and tuple(weight.shape) != (num_classes,):
            raise ValueError(f"{name}: weight should be ({num_classes},), one number per class, "
                             f"got {tuple(weight.shape)}")
        if not 0 <= label_smoothing <= 1:
            raise ValueError(f"{name}: label_smoothing must be in [0, 1], got {label_smoothing}")
        check_reduction(name, reduction, Loss.reductions)
        self.register_buffer("weight", weight)
        self.reduction, self.ignore_index = reduction, ignore_index
        self.label_smoothing, self.options = label_smoothing, options
        self.num_classes, self.out_features = num_classes, tuple(out_features)
        self.linear = Linear(in_features, num_classes * math.prod(self.out_features), bias, device, dtype)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        rows = self.num_classes, *self.out_features
        bias = self.linear.bias
        return classification.linear_cross_entropy(
            input, self.linear.weight.reshape((*rows, self.linear.in_features)), target,
            linear_bias=None if bias is None else bias.reshape(rows), weight=self.weight,
            reduction=self.reduction, ignore_index=self.ignore_index, label_smoothing=self.label_smoothing,
            options=self.options)

    def extra_repr(self) -> str:
        names = ("num_classes", "out_features", "bias", "reduction", "ignore_index", "label_smoothing",
                 "options")
        values = {**vars(self), "bias": self.linear.bias is not None}
        rest = ", ".join(f"{name}={values[name]}" for name in names)
        return f"in_features={self.linear.in_features}, {rest}"


class NLLLoss(Loss):
    """-input[target], where input (N, V, ...) holds log-probabilities; see CrossEntropyLoss."""

    function = staticmethod(classification.nll_loss)


class NLLLoss2d(NLLLoss):
    """The former name of NLLLoss for images."""

    def __init__(self, *args: Any, **settings: Any):
        warn("nn.NLLLoss2d is deprecated; write nn.NLLLoss", FutureWarning)
        super().__init__(*args, **settings)


class BCELoss(Loss):
    """-(target log p + (1 - target) log(1 - p)) for probabilities p = input in [0, 1]."""

    function = staticmethod(classification.binary_cross_entropy)


class BCEWithLogitsLoss(Loss):
    """BCELoss of sigmoid(input), from raw scores; exact where the sigmoid rounds to 0 or 1.

    pos_weight: the factor on the loss of targets of 1.
    """

    function = staticmethod(classification.binary_cross_entropy_with_logits)


class KLDivLoss(Loss):
    """target (log target - input), where input holds log-probabilities; log_target: target does too.

    reduction 'batchmean' divides the sum by the batch size, which gives the Kullback-Leibler divergence.
    """

    function = staticmethod(classification.kl_div)
    reductions = ("mean", "batchmean", "sum", "none")


class MultiMarginLoss(Loss):
    """The mean over classes j of max(0, margin - input[target] + input[j])^p, without j = target.

    input (N, V) raw scores, target (N,) class ids; weight (V,): how much each class counts.
    """

    function = staticmethod(margins.multi_margin_loss)


class MultiLabelMarginLoss(Loss):
    """The mean over classes of max(0, 1 - input[j] + input[i]) for all targets j and all other classes i.

    input (N, V) raw scores, target (N, V) class ids up to the first -1 of each row.
    """

    function = staticmethod(margins.multilabel_margin_loss)


class SoftMarginLoss(Loss):
    """log(1 + e^(-target input)), for targets 1 and -1."""

    function = staticmethod(margins.soft_margin_loss)


class MultiLabelSoftMarginLoss(Loss):
    """BCEWithLogitsLoss, averaged over the classes: input and target (N, V), each class present or not."""

    function = staticmethod(margins.multilabel_soft_margin_loss)


class CTCLoss(Loss):
    """-log of the probability of a label sequence, summed over all its alignments with the time steps.

    loss(log_probs (T, N, V), targets (N, S), input_lengths (N,), target_lengths (N,)); see F.ctc_loss.
    Source: Graves et al. 2006, ICML.
    """

    function, inputs = staticmethod(likelihoods.ctc_loss), 4


# Distances


class HingeEmbeddingLoss(Loss):
    """input, a distance, where target is 1; max(0, margin - input) where target is -1."""

    function = staticmethod(margins.hinge_embedding_loss)


class CosineEmbeddingLoss(Loss):
    """1 - cos(input1, input2) where target is 1; max(0, cos - margin) where target is -1."""

    function, inputs = staticmethod(margins.cosine_embedding_loss), 3


class MarginRankingLoss(Loss):
    """max(0, -target (input1 - input2) + margin): target 1 ranks the first higher, -1 the second."""

    function, inputs = staticmethod(margins.margin_ranking_loss), 3


class TripletMarginLoss(Loss):
    """max(0, d(anchor, positive) - d(anchor, negative) + margin), d the p-norm of the difference of (N, D).

    swap: use d(positive, negative) instead of d(anchor, negative) where it is smaller.
    """

    function, inputs = staticmethod(margins.triplet_margin_loss), 3


class TripletMarginWithDistanceLoss(Loss):
    """TripletMarginLoss with any distance_function of two tensors, PairwiseDistance by default."""

    distance_function: Any
    function, inputs, positional = staticmethod(margins.triplet_margin_with_distance_loss), 3, 0

    def __init__(self, **settings: Any):
        super().__init__(**settings)
        if self.distance_function is None:
            self.distance_function = PairwiseDistance()
