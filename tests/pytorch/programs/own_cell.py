"""Hand-written recurrent cells: a GRU from nn.Parameter and chunk, a peephole LSTM, a custom layer norm."""

import math
from typing import List, Optional, Tuple

import torch
import torch.nn as nn
from torch import Tensor
from torch.nn import Parameter


class LayerNorm(nn.Module):
    def __init__(self, features: int, eps: float = 1e-6):
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(features))
        self.beta = nn.Parameter(torch.zeros(features))
        self.eps = eps

    def forward(self, x):
        mean = x.mean(-1, keepdim=True)
        std = x.std(-1, keepdim=True)
        return self.gamma * (x - mean) / (std + self.eps) + self.beta


class LSTMCell(nn.Module):
    __constants__ = ["hidden_size"]

    def __init__(self, input_size: int, hidden_size: int):
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        self.weight_ih = Parameter(torch.empty(4 * hidden_size, input_size))
        self.weight_hh = Parameter(torch.empty(4 * hidden_size, hidden_size))
        self.bias = Parameter(torch.zeros(4 * hidden_size))
        self.peephole = Parameter(torch.empty(3, hidden_size))
        self.norm = LayerNorm(hidden_size)
        self.register_parameter("unused", None)
        self.reset_parameters()

    def reset_parameters(self):
        stdv = 1.0 / math.sqrt(self.hidden_size)
        for weight in self.parameters():
            if weight.dim() > 1:
                weight.data.uniform_(-stdv, stdv)
        with torch.no_grad():
            self.bias[self.hidden_size:2 * self.hidden_size].fill_(1.0)         # remember at first

    def forward(self, x: Tensor, state: Tuple[Tensor, Tensor]) -> Tuple[Tensor, Tuple[Tensor, Tensor]]:
        hx, cx = state
        gates = torch.mm(x, self.weight_ih.t()) + torch.mm(hx, self.weight_hh.t()) + self.bias
        ingate, forgetgate, cellgate, outgate = gates.chunk(4, 1)
        ingate = torch.sigmoid(ingate + self.peephole[0] * cx)
        forgetgate = torch.sigmoid(forgetgate + self.peephole[1] * cx)
        cellgate = torch.tanh(cellgate)
        cy = (forgetgate * cx) + (ingate * cellgate)
        outgate = torch.sigmoid(outgate + self.peephole[2] * cy)
        hy = outgate * torch.tanh(self.norm(cy))
        return hy, (hy, cy)


class GRUCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.x2h = nn.Linear(input_size, 3 * hidden_size)
        self.h2h = nn.Linear(hidden_size, 3 * hidden_size)

    def forward(self, x, h):
        r_x, z_x, n_x = torch.split(self.x2h(x), self.h2h.in_features, dim=-1)
        r_h, z_h, n_h = torch.chunk(self.h2h(h), 3, dim=-1)
        r, z = torch.sigmoid(r_x + r_h), torch.sigmoid(z_x + z_h)
        n = torch.tanh(n_x + r * n_h)
        return (1 - z) * n + z * h


class Model(nn.Module):
    def __init__(self, input_size=2, hidden_size=5, num_classes=3):
        super().__init__()
        self.hidden_size = hidden_size
        self.cells = nn.ModuleList([LSTMCell(input_size, hidden_size), LSTMCell(hidden_size, hidden_size)])
        self.gru = GRUCell(hidden_size, hidden_size)
        self.fc = nn.Linear(2 * hidden_size, num_classes)

    def forward(self, x: Tensor, lengths: Optional[Tensor] = None) -> Tensor:
        N, T, _ = x.shape
        zeros = torch.zeros(N, self.hidden_size, dtype=x.dtype, device=x.device)
        states = [(zeros, zeros) for _ in self.cells]
        h = torch.zeros_like(zeros)
        hs: List[Tensor] = []
        for t in range(T):
            y = x[:, t]
            for i, cell in enumerate(self.cells):
                y, states[i] = cell(y, states[i])
            h = self.gru(y, h)
            hs += [h]
        hs = torch.stack(hs, dim=1)                     # (N, T, H)
        if lengths is None:
            lengths = torch.full((N,), T, device=x.device)
        mask = torch.arange(T, device=x.device)[None, :] < lengths[:, None]
        mean = (hs * mask.unsqueeze(-1)).sum(1) / lengths.unsqueeze(1)
        last = hs.gather(1, (lengths - 1).view(N, 1, 1).expand(N, 1, self.hidden_size)).squeeze(1)
        return self.fc(torch.cat([mean, last], -1))


def build():
    return Model()


def inputs(rng):
    x = rng.normal(size=(5, 6, 2))
    return x, rng.integers(2, 7, 5), (x.sum((1, 2)) > 0).astype("int64")


def train(model, x, lengths, y):
    optimizer = torch.optim.Adagrad(model.parameters(), lr=0.1)
    losses = []
    for _ in range(5):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x, lengths), y)
        loss.backward()
        nn.utils.clip_grad_value_(model.parameters(), 0.5)
        optimizer.step()
        losses.append(loss.item())
    return losses


def outputs(model, x, lengths, y):
    with torch.no_grad():
        return model(x), model(x, lengths)
