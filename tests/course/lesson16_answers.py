"""Lesson 16: right answers written in other ways than the solutions, and wrong ones."""

import numpy as np

import minigrad
from minigrad.nn import functional as F


def auc_pair_by_pair(scores, labels):
    good = 0
    total = 0
    for i in range(len(scores)):
        for j in range(len(scores)):
            if labels[i] == 1 and labels[j] == 0:
                total += 1
                if scores[i] > scores[j]:
                    good += 1
                elif scores[i] == scores[j]:
                    good += 0.5
    return good / total


def auc_under_the_curve(scores, labels):
    """The trapezoids under the ROC curve, one point for each different threshold."""
    thresholds = np.concatenate([[np.inf], np.unique(scores)[::-1]])
    recall = [np.mean(scores[labels == 1] >= t) for t in thresholds]
    alarms = [np.mean(scores[labels == 0] >= t) for t in thresholds]
    return sum((b - a) * (p + q) / 2 for a, b, p, q in zip(alarms, alarms[1:], recall, recall[1:]))


def ece_with_edges(confidence, correct, bins):
    edges = np.linspace(0, 1, bins + 1)
    edges[-1] = 1.1
    result = 0
    for low, high in zip(edges[:-1], edges[1:]):
        these = [i for i in range(len(confidence)) if low <= confidence[i] < high]
        if len(these) > 0:
            gap = np.mean(confidence[these]) - np.mean(correct[these])
            result = result + len(these) / len(confidence) * abs(gap)
    return result


def ece_by_counting(confidence, correct, bins):
    place = np.clip(np.floor(np.asarray(confidence) * bins), 0, bins - 1).astype(int)
    return np.abs(np.bincount(place, confidence - correct, bins)).sum() / len(place)


def temperature_by_hand(logits, labels):
    """Gradient descent in NumPy on the inverse temperature, in which the loss is convex."""
    z, rows = logits.numpy().astype(float), np.arange(len(logits))
    inverse = 1.0
    for _ in range(1000):
        p = np.exp(inverse * (z - z.max(1, keepdims=True)))
        p /= p.sum(1, keepdims=True)
        slope = ((p * z).sum(1) - z[rows, labels.numpy()]).mean()
        inverse -= 0.3 * slope / (z ** 2).mean()
    return 1 / inverse


def temperature_as_a_module(logits, labels):
    T = minigrad.nn.Parameter(minigrad.ones(1))
    optimizer = minigrad.optim.Adam([T], lr=0.1)
    for step in range(120):
        loss = F.nll_loss(F.log_softmax(logits / T, dim=1), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return T


def integrated_in_one_batch(f, x, baseline, steps):
    points = [baseline + (i + 0.5) * (x - baseline) / steps for i in range(steps)]
    gradients = []
    for point in points:
        leaf = minigrad.tensor(point.numpy().copy(), requires_grad=True)
        gradients.append(minigrad.autograd.grad(f(leaf), leaf)[0])
    return minigrad.stack(gradients).mean(0) * (x - baseline)


def integrated_by_scaling(f, x, baseline, steps):
    result = 0 * x
    for k in range(1, steps + 1):
        share = minigrad.tensor((2 * k - 1) / (2 * steps))
        difference = (x - baseline).clone()
        point = (share * difference + baseline).detach()
        point.requires_grad = True
        f(point).backward()
        result += point.grad * difference / steps
    return result


def weights_by_loop(labels, classes):
    weights = []
    for c in range(classes):
        count = 0
        for label in labels:
            if label == c:
                count += 1
        weights.append(0.0 if count == 0 else len(labels) / (classes * count))
    return weights


def weights_by_division(labels, classes):
    counts = (np.arange(classes)[:, None] == labels).sum(1)
    return np.divide(len(labels) / classes, counts, out=np.zeros(classes), where=counts > 0)


ALSO_RIGHT = {
    "16.1": [auc_pair_by_pair, auc_under_the_curve],
    "16.2": [weights_by_loop, weights_by_division],
    "16.3": [ece_with_edges, ece_by_counting],
    "16.4": [temperature_by_hand, temperature_as_a_module],
    "16.5": [integrated_in_one_batch, integrated_by_scaling],
}
ALSO_WRONG = {
    "16.1": [lambda scores, labels: 0.5, lambda scores, labels: scores.mean(), lambda scores, labels: "good"],
    "16.2": [lambda labels, classes: np.ones(classes), lambda labels, classes: 1 / len(labels)],
    "16.3": [lambda confidence, correct, bins: 0.0, lambda confidence, correct, bins: confidence],
    "16.4": [lambda logits, labels: 2.0, lambda logits, labels: logits, lambda logits, labels: logits / 0],
    "16.5": [lambda f, x, baseline, steps: x - baseline, lambda f, x, baseline, steps: f(x),
             lambda f, x, baseline, steps: f(x).backward()],
}
