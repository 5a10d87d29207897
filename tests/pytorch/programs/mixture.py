"""A mixture of experts with rotary attention (topk, where, index_add, scatter), nucleus sampling, LoRA."""

import math

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

V, D, HEADS = 9, 8, 2


class RMSNorm(nn.Module):
    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.eps, self.weight = eps, nn.Parameter(torch.ones(dim))

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps) * self.weight


def rotate_half(x):
    x1, x2 = x[..., : x.shape[-1] // 2], x[..., x.shape[-1] // 2:]
    return torch.cat((-x2, x1), dim=-1)


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.q_proj, self.o_proj = nn.Linear(D, D, bias=False), nn.Linear(D, D, bias=False)
        self.kv_proj = nn.Linear(D, 2 * D // HEADS, bias=False)          # one head for all queries
        inv_freq = 1.0 / (100.0 ** (torch.arange(0, D // HEADS, 2).float() / (D // HEADS)))
        self.register_buffer("inv_freq", inv_freq, persistent=False)

    def forward(self, x):
        B, T, _ = x.shape
        q = self.q_proj(x).view(B, T, HEADS, -1).transpose(1, 2)
        k, v = self.kv_proj(x).unsqueeze(1).chunk(2, dim=-1)
        angles = torch.outer(torch.arange(T, device=x.device), self.inv_freq).repeat(1, 2).to(x.dtype)
        q, k = (y * angles.cos() + rotate_half(y) * angles.sin() for y in (q, k))
        k, v = (y.expand(-1, HEADS, -1, -1) for y in (k, v))
        mask = torch.triu(torch.full((T, T), float("-inf"), device=x.device), diagonal=1)
        scores = torch.matmul(q, k.transpose(2, 3)) / math.sqrt(q.size(-1)) + mask.to(x.dtype)
        return self.o_proj((F.softmax(scores, dim=-1) @ v).transpose(1, 2).reshape(B, T, D))


class MoE(nn.Module):
    def __init__(self, experts=4, top_k=2):
        super().__init__()
        self.top_k, self.gate = top_k, nn.Linear(D, experts, bias=False)
        self.experts = nn.ModuleList(
            nn.Sequential(nn.Linear(D, 2 * D, bias=False), nn.SiLU(), nn.Linear(2 * D, D, bias=False))
            for _ in range(experts))
        self.register_buffer("load", torch.zeros(experts))

    def forward(self, hidden):
        shape = hidden.shape
        x = hidden.view(-1, D)
        probs = F.softmax(self.gate(x), dim=1)
        weights, selected = torch.topk(probs, self.top_k, dim=-1)
        weights = weights / weights.sum(dim=-1, keepdim=True)
        final = torch.zeros_like(x)
        mask = F.one_hot(selected, num_classes=len(self.experts)).permute(2, 1, 0)  # (expert, choice, token)
        for i, expert in enumerate(self.experts):
            choice, token = torch.where(mask[i])
            if token.shape[0] > 0:
                final = final.index_add(0, token, expert(x[token]) * weights[token, choice, None])
        used = torch.zeros_like(probs).scatter_(1, selected, 1.0).mean(0)
        if self.training:
            self.load.mul_(0.9).add_(used, alpha=0.1)
        return final.view(*shape), len(self.experts) * (used * probs.mean(0)).sum()


class LoRA(nn.Module):
    def __init__(self, linear, rank=2, alpha=4):
        super().__init__()
        self.linear, self.scaling = linear, alpha / rank
        self.lora_A = nn.Parameter(linear.weight.new_empty(rank, linear.in_features))
        self.lora_B = nn.Parameter(linear.weight.new_zeros((linear.out_features, rank)))
        nn.init.kaiming_uniform_(self.lora_A, a=math.sqrt(5))
        self.linear.weight.requires_grad = False

    def forward(self, x):
        return self.linear(x) + (x @ self.lora_A.T @ self.lora_B.T) * self.scaling


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed_tokens = nn.Embedding(V, D)
        self.norms = nn.ModuleList([RMSNorm(D) for _ in range(3)])
        self.attention, self.moe = Attention(), MoE()
        self.lm_head = nn.Linear(D, V, bias=False)
        self.attention.q_proj = LoRA(self.attention.q_proj)
        self.apply(self._init_weights)

    def _init_weights(self, module):
        if isinstance(module, (nn.Linear, nn.Embedding)):
            nn.init.normal_(module.weight, std=0.3)

    def forward(self, ids):
        x = self.embed_tokens(ids)
        x = x + self.attention(self.norms[0](x))
        y, aux = self.moe(self.norms[1](x))
        return self.lm_head(self.norms[2](x + y)), aux


def build():
    return Model()


def inputs(rng):
    return ((rng.integers(0, V, (4, 1)) + np.arange(8)) % V,)


def train(model, ids):
    trained = [p for p in model.parameters() if p.requires_grad]
    assert not any(n.endswith("q_proj.linear.weight") for n, p in model.named_parameters() if p.requires_grad)
    optimizer = torch.optim.AdamW(trained, lr=0.02, betas=(0.9, 0.95), weight_decay=0.1)
    losses = []
    for _ in range(3):
        for micro in ids.chunk(2):              # gradients of two halves add up
            logits, aux = model(micro[:, :-1])
            loss = F.cross_entropy(logits.flatten(0, 1), micro[:, 1:].flatten()) + 0.01 * aux
            (loss / 2).backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=False)
        losses.append(loss.item())
    return losses


@torch.no_grad()
def outputs(model, ids):
    model.eval()
    logits = model(ids)[0][:, -1]
    ordered, indices = torch.sort(logits, descending=True)
    remove = F.softmax(ordered, dim=-1).cumsum(dim=-1) > 0.8
    remove[..., 1:] = remove[..., :-1].clone()
    remove[..., 0] = 0
    kept = logits.masked_fill(remove.scatter(1, indices, remove), -1e9)
    return F.softmax(kept, -1), kept.argmax(-1), model.moe.load
