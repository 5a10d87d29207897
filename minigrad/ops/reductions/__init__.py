"""Reductions: many numbers to one, over all axes or along `dim`.

    sums          sum, mean, var, std, prod
    order         max, argmax, sort, topk, median
    logic         all, any, count_nonzero, allclose, equal
    softmax       softmax, log_softmax, logsumexp
    cumulative    cumsum, cumprod, cummax, diff, trapezoid
    statistics    quantile, mode, cov, histogram, gradient
"""

from minigrad.ops.reductions import cumulative, logic, order, softmax, statistics, sums

__all__ = ["cumulative", "logic", "order", "softmax", "statistics", "sums"]
