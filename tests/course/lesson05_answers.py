"""Lesson 5: right answers written in other ways than the solutions, and wrong ones."""

import math

import numpy as np

import minigrad
from minigrad import Tensor, nn, optim
from minigrad.nn import functional as F


class WithInit(nn.Module):
    """With the functions of nn.init and of F, and without super().__init__()."""

    def __init__(self, inputs, outputs):
        self.weight = nn.Parameter(minigrad.empty(outputs, inputs))
        self.bias = nn.Parameter(minigrad.empty(outputs))
        nn.init.kaiming_normal_(self.weight)
        nn.init.zeros_(self.bias)

    def forward(self, input):
        return F.linear(input, self.weight, self.bias)


class FromNumPy(nn.Module):
    """A beginner's way: arrays of NumPy, made into tensors."""

    def __init__(self, inputs, outputs):
        super().__init__()
        w = np.random.normal(0, math.sqrt(2 / inputs), size=(outputs, inputs)).astype(np.float32)
        self.bias = nn.Parameter(minigrad.tensor(np.zeros(outputs, dtype=np.float32)))
        self.weight = nn.Parameter(minigrad.tensor(w))

    def forward(self, x):
        y = minigrad.matmul(x, self.weight.transpose(0, 1))
        y = y + self.bias
        return y


class UniformWeights(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.weight = nn.Parameter((2 * minigrad.rand(outputs, inputs) - 1) * (6 / inputs) ** 0.5)
        self.bias = nn.Parameter(minigrad.zeros(outputs))

    def forward(self, x):
        return x @ self.weight.T + self.bias


class NoParameters(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()

    def forward(self, x):
        return x


class OneLayerInside(nn.Module):
    """minigrad's own layer inside has its parameters under other names."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.inner = nn.Linear(inputs, outputs)

    def forward(self, x):
        return self.inner(x)


def row_by_row(scores, target):
    """A beginner's way: a loop over the rows."""
    total = 0
    for row, right in zip(scores, target):
        top = row.max().item()
        total = total + (row - top).exp().sum().log() + top - row[int(right)]
    return total / len(target)


def with_logsumexp(scores, target):
    picked = minigrad.gather(scores, 1, target.reshape(-1, 1)).squeeze(1)
    return minigrad.mean(minigrad.logsumexp(scores, 1) - picked)


def with_log_softmax(scores, target):
    one_hot = F.one_hot(target, scores.shape[1])
    return -(F.log_softmax(scores, dim=1) * one_hot).sum() / len(target)


def momentum_in_place(p, g, b, lr, momentum):
    b *= momentum
    b += g
    p -= lr * b
    return p, b


def momentum_element_by_element(p, g, b, lr, momentum):
    new_p, new_b = [], []
    for i in range(len(p)):
        new_b.append(momentum * b[i] + g[i])
        new_p.append(p[i] - lr * new_b[i])
    return np.array(new_p), np.array(new_b)


class Base(optim.Optimizer):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps))

    def init_state(self, xp, p, **settings):
        return {"m": xp.zeros_like(p), "v": xp.zeros_like(p)}


class InPlace(Base):
    def update(self, xp, p, g, state, *, lr, betas, eps):
        m, v, t = state["m"], state["v"], state["step"]
        m *= betas[0]
        m += (1 - betas[0]) * g
        v *= betas[1]
        v += (1 - betas[1]) * g ** 2
        p -= lr * (m / (1 - betas[0] ** t)) / (np.sqrt(v / (1 - betas[1] ** t)) + eps)


class CountsItself(Base):
    """A beginner's way: it counts its own steps and writes with [...]."""

    def init_state(self, xp, p, **settings):
        return {"m": 0.0 * p, "v": 0.0 * p, "t": 0}

    def update(self, xp, p, g, state, *, lr, betas, eps):
        state["t"] += 1
        b1, b2 = betas
        state["m"] = b1 * state["m"] + (1 - b1) * g
        state["v"] = b2 * state["v"] + (1 - b2) * np.square(g)
        rate = lr * math.sqrt(1 - b2 ** state["t"]) / (1 - b1 ** state["t"])
        p[...] = p - rate * state["m"] / (np.sqrt(state["v"]) + eps * math.sqrt(1 - b2 ** state["t"]))


class OwnStep(optim.Optimizer):
    """PyTorch's way: a step() that changes tensors under no_grad()."""

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps))

    def step(self):
        with minigrad.no_grad():
            for group in self.param_groups:
                (b1, b2), lr, eps = group["betas"], group["lr"], group["eps"]
                for p in group["params"]:
                    state = self.state[p]
                    t = state["step"] = state.get("step", 0) + 1
                    state["m"] = b1 * state.get("m", 0) + (1 - b1) * p.grad
                    state["v"] = b2 * state.get("v", 0) + (1 - b2) * p.grad ** 2
                    p -= lr * state["m"] / (1 - b1 ** t) / ((state["v"] / (1 - b2 ** t)).sqrt() + eps)


class PlainSGD(Base):
    def update(self, xp, p, g, state, *, lr, betas, eps):
        p -= lr * g


class DividesByZero(Base):
    def update(self, xp, p, g, state, *, lr, betas, eps):
        p -= lr * g / 0


class ReadsWhatIsNotThere(Base):
    def update(self, xp, p, g, state, *, lr, betas, eps):
        p -= lr * state["momentum"]


def fit_with_zero_grad_last(model, loss_function, optimizer, batches):
    losses = []
    for batch in batches:
        prediction = model(batch[0])
        error = loss_function(prediction, batch[1])
        error.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses += [float(error)]
    return losses


def fit_by_place(model, loss_function, optimizer, batches):
    losses = []
    for i in range(len(batches)):
        x, y = batches[i]
        losses += fit_with_zero_grad_last(model, loss_function, optimizer, [(x, y)])
    return losses


def fit_with_a_counter(model, loss_function, optimizer, batches):
    batches = list(batches)
    losses = np.zeros(len(batches))
    for i in range(len(batches)):
        x, y = batches[i]
        for p in model.parameters():
            p.grad = None
        loss = loss_function(model(x), y)
        loss.backward()
        optimizer.step()
        losses[i] = loss.item()
    return losses


ALSO_RIGHT = {
    "5.1": [WithInit, FromNumPy],
    "5.2": [row_by_row, with_logsumexp, with_log_softmax],
    "5.3": [momentum_in_place, momentum_element_by_element],
    "5.4": [InPlace, CountsItself, OwnStep],
    "5.5": [fit_with_zero_grad_last, fit_with_a_counter],
}
ALSO_WRONG = {
    "5.1": [UniformWeights, NoParameters, OneLayerInside, lambda inputs: inputs],
    "5.2": [lambda scores, target: scores, lambda scores, target: 0.5,
            lambda scores, target: Tensor(np.array(0.5)), lambda scores, target: scores[target].mean()],
    "5.3": [lambda p, g, b, lr, momentum: p, lambda p, g, b, lr, momentum: (p, b),
            lambda p, g, b, lr, momentum: (p - lr * b - g, b * g, 0)],
    "5.4": [PlainSGD, DividesByZero, ReadsWhatIsNotThere, lambda params, **settings: params],
    "5.5": [fit_by_place, lambda model, loss, optimizer, batches: [],
            lambda model, loss, optimizer, batches: loss,
            lambda model, loss, optimizer, batches: [0.0 for each in batches]],
}
