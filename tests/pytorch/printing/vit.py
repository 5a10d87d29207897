"""A vision transformer with stochastic depth, label smoothing, one-cycle schedule and averaged weights."""
# ruff: noqa: UP008, UP031, UP032 - public programs are written so
import copy
import random

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.modules.utils import _pair
from torch.optim.swa_utils import AveragedModel
from torch.utils.data import DataLoader, TensorDataset


def set_seed(seed):
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    torch.cuda.manual_seed_all(seed)
    torch.backends.cudnn.benchmark = False


def drop_path(x, drop_prob: float = 0.0, training: bool = False):
    if drop_prob == 0.0 or not training:
        return x
    keep_prob = 1 - drop_prob
    shape = (x.shape[0],) + (1,) * (x.ndim - 1)
    return x * x.new_empty(shape).bernoulli_(keep_prob).div_(keep_prob)


class PatchEmbed(nn.Module):
    def __init__(self, img_size=8, patch_size=4, in_chans=1, embed_dim=16):
        super().__init__()
        self.patch_size, self.num_patches = _pair(patch_size), (img_size // patch_size) ** 2
        self.proj = nn.Conv2d(in_chans, embed_dim, kernel_size=self.patch_size, stride=self.patch_size)

    def forward(self, x):
        return self.proj(x).flatten(2).transpose(1, 2)


class Block(nn.Module):
    def __init__(self, dim, heads, drop):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(dim, eps=1e-6), nn.LayerNorm(dim, eps=1e-6)
        self.attn = nn.MultiheadAttention(dim, heads, batch_first=True)
        self.mlp = nn.Sequential(nn.Linear(dim, 2 * dim), nn.GELU(), nn.Linear(2 * dim, dim))
        self.gamma = nn.Parameter(1e-1 * torch.ones(dim))
        self.drop = drop

    def forward(self, x):
        y = self.norm1(x)
        x = x + drop_path(self.attn(y, y, y, need_weights=False)[0], self.drop, self.training)
        return x + drop_path(self.gamma * self.mlp(self.norm2(x)), self.drop, self.training)


class ViT(nn.Module):
    def __init__(self, dim=16, depth=2, heads=2, num_classes=3):
        super(ViT, self).__init__()
        self.patch_embed = PatchEmbed(embed_dim=dim)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, dim))
        self.pos_embed = nn.Parameter(torch.zeros(1, self.patch_embed.num_patches + 1, dim))
        rates = [x.item() for x in torch.linspace(0, 0.2, depth)]
        self.blocks = nn.ModuleList([Block(dim, heads, rates[i]) for i in range(depth)])
        self.norm, self.head = nn.LayerNorm(dim), nn.Linear(dim, num_classes)
        nn.init.trunc_normal_(self.pos_embed, std=0.02)
        nn.init.trunc_normal_(self.cls_token, std=0.02)

    def forward(self, x):
        x = self.patch_embed(x)
        x = torch.cat((self.cls_token.expand(x.shape[0], -1, -1), x), dim=1) + self.pos_embed
        for blk in self.blocks:
            x = blk(x)
        return self.head(self.norm(x)[:, 0])


set_seed(7)
labels = torch.arange(48) % 3
images = torch.randn(48, 1, 8, 8) * 0.3
for i, label in enumerate(labels):
    images[i, 0, :, 2 * label:2 * label + 3] += 1
loader = DataLoader(TensorDataset(images, labels), batch_size=16, shuffle=True)
model = ViT()
print("params: %.3fk" % (sum(p.numel() for p in model.parameters() if p.requires_grad) / 1e3))
print([n for n, _ in model.named_parameters()][:4], model.pos_embed.shape, model.pos_embed.dtype)
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.05)
scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=5e-3, total_steps=15, pct_start=0.3)
averaged = AveragedModel(model, avg_fn=lambda avg, new, n: 0.8 * avg + 0.2 * new)
start = copy.deepcopy(model.state_dict())
for epoch in range(5):
    model.train()
    losses, correct = [], 0
    for x, y in loader:
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=False):
            out = model(x)
            loss = F.cross_entropy(out, y, label_smoothing=0.1)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
        optimizer.step()
        scheduler.step()
        averaged.update_parameters(model)
        losses.append(loss.item())
        correct += (out.argmax(dim=1) == y).sum().item()
    print("Epoch {:d}: loss {:.4f} acc {:.2%} lr {:.2e}".format(
        epoch, np.mean(losses), correct / len(labels), optimizer.param_groups[0]["lr"]))
averaged.eval()
with torch.no_grad():
    print(torch.bincount(averaged(images).argmax(1), minlength=3))
moved = {k: (v - start[k]).norm() for k, v in model.state_dict().items()}
print(max(moved, key=moved.get), "%.3f" % max(moved.values()).item())
