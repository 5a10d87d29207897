"""A small decoder in the style of public code that writes in place: masks, caches, rotations, averages."""

import copy

import torch
import torch.nn.functional as F
from torch import nn

T, D, HEADS, VOCABULARY = 6, 8, 2, 11


class Rotation(nn.Module):
    """Rotates pairs of neighbours; the table is filled slice by slice."""

    def __init__(self, dim):
        super().__init__()
        angle = torch.arange(T).unsqueeze(1) * 10.0 ** -torch.arange(0, dim, 2).float()
        table = torch.zeros(2, T, dim)
        table[0, :, 0::2] = table[0, :, 1::2] = torch.cos(angle)
        table[1, :, 0::2] = table[1, :, 1::2] = torch.sin(angle)
        self.register_buffer("table", table)

    def forward(self, x):
        turned = torch.empty_like(x)
        turned[..., 0::2] = -x[..., 1::2]
        turned[..., 1::2] = x[..., 0::2]
        turned *= self.table[1, :x.size(-2)]
        turned += x * self.table[0, :x.size(-2)]
        return turned


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.qkv, self.proj = nn.Linear(D, 3 * D), nn.Linear(D, D)
        self.rotate = Rotation(D // HEADS)

    def forward(self, x):
        N, length, _ = x.shape
        q, k, v = self.qkv(x).view(N, length, 3, HEADS, D // HEADS).permute(2, 0, 3, 1, 4).unbind(0)
        q, k = self.rotate(q), self.rotate(k)
        scores = q @ k.transpose(-2, -1)
        scores.mul_((D // HEADS) ** -0.5)
        later = torch.ones(length, length, dtype=torch.bool, device=x.device).triu_(1)
        scores.masked_fill_(later, float("-inf"))
        y = F.softmax(scores, dim=-1) @ v
        return self.proj(y.transpose(1, 2).reshape(N, length, D))


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(VOCABULARY, D)
        self.norm, self.attention = nn.LayerNorm(D), Attention()
        self.cell = nn.GRUCell(D, D)
        self.head = nn.Sequential(nn.Linear(D, D), nn.SiLU(inplace=True), nn.Linear(D, VOCABULARY))
        self.register_buffer("mean", torch.zeros(D))

    def forward(self, ids):
        x = self.embed(ids) * D ** 0.5
        x[ids == 0] = 0.0                                   # padding
        x = x + self.attention(self.norm(x))
        if self.training:
            with torch.no_grad():
                self.mean.mul_(0.9).add_(x.mean((0, 1)), alpha=0.1)
        x = x - self.mean
        states = torch.zeros_like(x)
        h = x.new_zeros(x.size(0), D)
        for t in range(x.size(1)):
            h = self.cell(x[:, t], h)
            states[:, t] = h
        states[:, 1:] += 0.5 * states[:, :-1].clone()
        states[:, :, -1].clamp_(-0.5, 0.5)
        return self.head(F.relu(states, inplace=True))


def build():
    torch.manual_seed(0)
    return Decoder()


def inputs(rng):
    return [rng.integers(0, VOCABULARY, (4, T + 1))]


def train(model, ids):
    teacher = copy.deepcopy(model).requires_grad_(False)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    losses = []
    for _ in range(5):
        logits = model(ids[:, :-1])
        logits[..., 0] -= 1.0
        loss = F.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten())
        loss += 0.1 * F.mse_loss(logits, teacher(ids[:, :-1]))
        optimizer.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.grad.div_(p.grad.norm().clamp_(min=1.0))
        optimizer.step()
        with torch.no_grad():
            for mine, its in zip(model.parameters(), teacher.parameters()):
                its.lerp_(mine, 0.25)
            model.embed.weight.data[0].zero_()
            model.head[0].weight.data.renorm_(2, 0, 1.0)
        losses.append(loss.item())
    return losses


def outputs(model, ids):
    """The logits, and the tokens that a greedy decoder writes into a buffer."""
    model.eval()
    with torch.no_grad():
        tokens = torch.zeros(ids.size(0), T, dtype=torch.long, device=ids.device)
        tokens[:, 0] = ids[:, 0]
        for t in range(1, T):
            tokens[:, t] = model(tokens[:, :t])[:, -1].argmax(-1)
        return model(ids[:, :-1]), tokens
