"""Lesson 8: right answers written in other ways than the solutions, and wrong ones."""

import math

import numpy as np

import minigrad
from minigrad import nn
from minigrad.nn import functional as F


def kaiming_std_by_loop(shape):
    n = 1
    for i in range(1, len(shape)):
        n = n * shape[i]
    return (2 / n) ** 0.5


class WithTensors(nn.Module):
    """The constructor of the exercise."""

    def __init__(self, features, momentum=0.1, eps=1e-5):
        super().__init__()
        self.momentum, self.eps = momentum, eps
        self.weight = nn.Parameter(minigrad.ones(features))
        self.bias = nn.Parameter(minigrad.zeros(features))
        self.register_buffer("running_mean", minigrad.zeros(features))
        self.register_buffer("running_var", minigrad.ones(features))


class BatchNormInPlace(WithTensors):
    def forward(self, x):
        mean, var = self.running_mean, self.running_var
        if self.training:
            n = x.shape[0]
            mean = x.sum(dim=0) / n
            var = ((x - mean) ** 2).sum(dim=0) / n
            with minigrad.no_grad():
                self.running_mean += self.momentum * (mean - self.running_mean)
                self.running_var += self.momentum * (var * (n / (n - 1)) - self.running_var)
        return self.weight * ((x - mean) * (var + self.eps) ** -0.5) + self.bias


class BatchNormByTheLibrary(WithTensors):
    def forward(self, x):
        return F.batch_norm(x, self.running_mean, self.running_var, self.weight, self.bias, self.training,
                            self.momentum, self.eps)


class BatchNormAsABeginner(WithTensors):
    def forward(self, x):
        if self.training == True:       # noqa: E712
            m = x.mean(0)
            v = x.var(0, correction=0)
            self.running_mean = minigrad.tensor(
                0.9 * self.running_mean.numpy() + 0.1 * m.detach().numpy() if self.momentum == 0.1
                else (1 - self.momentum) * self.running_mean.numpy() + self.momentum * m.detach().numpy())
            self.running_var = ((1 - self.momentum) * self.running_var
                                + self.momentum * x.detach().var(0))
            xhat = (x - m) / (v + self.eps).sqrt()
            return xhat * self.weight + self.bias
        xhat = (x - self.running_mean) / (self.running_var + self.eps).sqrt()
        return xhat * self.weight + self.bias


class NormalisesOnly(WithTensors):
    def forward(self, x):
        return (x - x.mean()) / x.std()


class ForgetsTheRunningVariance(WithTensors):
    def forward(self, x):
        if self.training:
            self.running_mean = x.mean(0).detach()
        return (x - self.running_mean) * self.weight + self.bias


class WithP(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.p = p


class DropoutByBernoulli(WithP):
    def forward(self, x):
        if self.training:
            keep = minigrad.bernoulli(minigrad.full(x.shape, 1 - self.p))
            x = keep * x / (1 - self.p)
        return x


class DropoutByNumPy(WithP):
    def forward(self, x):
        if self.training and self.p > 0:
            mask = np.where(np.random.rand(*x.shape) < self.p, 0, 1 / (1 - self.p))
            return x * minigrad.tensor(mask, dtype=minigrad.float32)
        return x


class DropoutByWhere(WithP):
    def forward(self, x):
        if not self.training:
            return x
        return minigrad.where(minigrad.rand_like(x) < self.p, minigrad.zeros_like(x), x / (1 - self.p))


class DropsTheFirst(WithP):
    def forward(self, x):
        return minigrad.cat([x[:1] * 0, x[1:]])


class DropsAfterwards(WithP):
    def forward(self, x):
        return x if self.training else x * (minigrad.rand(*x.shape) > self.p).float()


class CutsTheGraph(WithP):
    def forward(self, x):
        if not self.training:
            return x
        keep = minigrad.rand(*x.shape) >= self.p
        return minigrad.tensor((x * keep / (1 - self.p)).detach().numpy())


def schedule_by_cases(step, warmup, total):
    if step >= total:
        return 0
    if step >= warmup:
        part = (step - warmup) / (total - warmup)
        return np.cos(part * np.pi) / 2 + 0.5
    return 1 / warmup * (step + 1)


def schedule_by_sine(step, warmup, total):
    if step + 1 <= warmup:
        return (1 + step) / warmup
    step = min(step, total)
    return math.cos(math.pi / 2 * (step - warmup) / (total - warmup)) ** 2


def clip_in_one_vector(gradients, max_norm):
    norm = np.linalg.norm(np.concatenate([g.flatten() for g in gradients]))
    return [g * min(1.0, max_norm / (norm + 1e-6)) for g in gradients]


def clip_in_place(gradients, max_norm):
    total = 0
    for g in gradients:
        for each in g.flatten():
            total += float(each) ** 2
    if total > max_norm ** 2:
        for g in gradients:
            g *= max_norm / total ** 0.5
    return gradients


def smoothed_by_one_hot(logits, target, smoothing):
    V = logits.shape[1]
    truth = (1 - smoothing) * F.one_hot(target, V) + smoothing / V
    return -(truth * F.log_softmax(logits, dim=1)).sum(1).mean()


def smoothed_by_loop(logits, target, smoothing):
    total = 0
    for i in range(len(target)):
        row = logits[i]
        log_p = row - minigrad.logsumexp(row, 0)
        total = total - (1 - smoothing) * log_p[target[i].item()] - smoothing * log_p.sum() / len(log_p)
    return total / len(target)


ALSO_RIGHT = {
    "8.1": [kaiming_std_by_loop, lambda shape: np.sqrt(2 * shape[0] / np.prod(shape))],
    "8.2": [BatchNormInPlace, BatchNormByTheLibrary, BatchNormAsABeginner],
    "8.3": [DropoutByBernoulli, DropoutByNumPy, DropoutByWhere],
    "8.4": [schedule_by_cases, schedule_by_sine],
    "8.5": [clip_in_one_vector, clip_in_place],
    "8.6": [smoothed_by_one_hot, smoothed_by_loop,
            lambda logits, target, smoothing: F.cross_entropy(logits, target, label_smoothing=smoothing)],
}
ALSO_WRONG = {
    "8.1": [lambda shape: shape, lambda shape: 0.01, lambda shape: 2 / 0],
    "8.2": [NormalisesOnly, ForgetsTheRunningVariance],
    "8.3": [DropsTheFirst, DropsAfterwards, CutsTheGraph],
    "8.4": [lambda step, warmup, total: 1.0, lambda step, warmup, total: step,
            lambda step, warmup, total: "no"],
    "8.5": [lambda gradients, max_norm: gradients, lambda gradients, max_norm: max_norm,
            lambda gradients, max_norm: [np.sign(g) for g in gradients]],
    "8.6": [lambda logits, target, smoothing: logits, lambda logits, target, smoothing: 0.3,
            lambda logits, target, smoothing: F.cross_entropy(logits, target).detach()],
}
