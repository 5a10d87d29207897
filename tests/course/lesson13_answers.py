"""Lesson 13: right answers written in other ways than the solutions, and wrong ones."""

import numpy as np

import minigrad
from minigrad import nn
from minigrad.nn import functional as F


def translated_layer_by_layer(state, layers):
    result = {}
    for theirs, own in layers.items():
        result[f"{own}.weight"] = np.transpose(state[f"{theirs}/kernel"])
        result[f"{own}.bias"] = state[f"{theirs}/bias"]
    return result


def translated_in_float32(state, layers):
    return {f"{own}.{'weight' if kind == 'kernel' else kind}":
            np.array(array.T if array.ndim == 2 else array, np.float32)
            for name, array in state.items() for theirs, own in layers.items() for kind in ("kernel", "bias")
            if name == f"{theirs}/{kind}"}


def freeze_in_two_passes(model, prefixes):
    model.requires_grad_(True)
    for name, parameter in model.named_parameters():
        for prefix in prefixes:
            if name[:len(prefix)] == prefix:
                parameter.requires_grad = False
    return sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)


def freeze_with_a_tuple(model, prefixes):
    count = np.int64(0)
    for name, parameter in model.named_parameters():
        parameter.requires_grad = not name.startswith(tuple(prefixes))
        count += parameter.requires_grad * np.prod(parameter.shape)
    return int(count)


def rates_from_the_end(model, lr, factor):
    groups = []
    for layer in reversed(list(model)):
        parameters = list(layer.parameters())
        if not parameters:
            continue
        groups.insert(0, {"params": parameters, "lr": lr})
        lr = lr * factor
    return groups


def rates_as_a_tuple(model, lr, factor):
    found = [each for each in (tuple(layer.parameters()) for layer in model.children()) if each]
    return [dict(params=list(each), lr=lr * factor ** i) for i, each in enumerate(found[::-1])][::-1]


class WithFunctions(nn.Module):
    """Keeps no module: the weights as buffers of its own, and PyTorch's way of a constructor."""

    def __init__(self, linear, rank, alpha):
        super().__init__()
        self.register_buffer("weight", linear.weight.detach())
        self.register_buffer("bias", linear.bias.detach())
        self.rank, self.alpha = rank, alpha
        self.A = nn.Parameter(minigrad.empty(rank, linear.in_features))
        self.B = nn.Parameter(minigrad.zeros(linear.out_features, rank))
        nn.init.normal_(self.A, std=0.1)

    def forward(self, x):
        weight = self.weight + self.alpha / self.rank * self.B @ self.A
        return F.linear(x, weight, self.bias)


class FrozenOneByOne(nn.Module):
    def __init__(self, linear, rank, alpha):
        super().__init__()
        for parameter in linear.parameters():
            parameter.requires_grad = False
        self.layer = linear
        self.A = nn.Parameter(minigrad.tensor(
            np.random.default_rng(0).uniform(-1, 1, (rank, linear.weight.shape[1])).astype(np.float32)))
        self.B = nn.Parameter(minigrad.tensor(np.zeros((linear.weight.shape[0], rank), np.float32)))
        self.rank = rank
        self.alpha = alpha

    def forward(self, x):
        difference = F.linear(F.linear(x, self.A), self.B)
        return self.layer(x) + difference * self.alpha / self.rank


def merged_in_a_loop(W, A, B, alpha):
    merged = W.copy()
    for a, b in zip(A, B.T):
        merged += alpha / A.shape[0] * np.outer(b, a)
    return merged


class NoForward(nn.Module):
    def __init__(self, linear, rank, alpha):
        self.linear = linear


class WrongShapes(nn.Module):
    def __init__(self, linear, rank, alpha):
        self.linear = linear.requires_grad_(False)
        self.A = nn.Parameter(minigrad.ones(linear.in_features, rank))
        self.B = nn.Parameter(minigrad.zeros(rank, linear.out_features))

    def forward(self, x):
        return self.linear(x) + x @ self.A.T @ self.B.T


ALSO_RIGHT = {
    "13.1": [translated_layer_by_layer, translated_in_float32],
    "13.2": [freeze_in_two_passes, freeze_with_a_tuple],
    "13.3": [rates_from_the_end, rates_as_a_tuple],
    "13.4": [WithFunctions, FrozenOneByOne],
    "13.5": [merged_in_a_loop, lambda W, A, B, alpha: (W.T + A.T @ B.T * (alpha / B.shape[1])).T],
}
ALSO_WRONG = {
    "13.1": [lambda state, layers: state, lambda state, layers: {}, lambda state, layers: list(state)],
    "13.2": [lambda model, prefixes: 0, lambda model, prefixes: "all", lambda model, prefixes: model.frozen],
    "13.3": [lambda model, lr, factor: [{"params": list(model.parameters()), "lr": lr}],
             lambda model, lr, factor: lr * factor, lambda model, lr, factor: []],
    "13.4": [NoForward, WrongShapes, lambda linear, rank, alpha: linear],
    "13.5": [lambda W, A, B, alpha: W + A @ B, lambda W, A, B, alpha: W, lambda W, A, B, alpha: W.tolist]
}
