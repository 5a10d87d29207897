"""A small denoising diffusion model: sinusoidal times, scale and shift, linear attention, weight averages."""

import copy
import math

import torch
import torch.nn.functional as F
from torch import nn

T = 10


class SinusoidalPositionEmbeddings(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.dim = dim

    def forward(self, time):
        half = self.dim // 2
        freqs = torch.exp(torch.arange(half, dtype=time.dtype, device=time.device)
                          * -(math.log(10000) / (half - 1)))
        args = time[:, None] * freqs[None, :]
        return torch.cat((args.sin(), args.cos()), dim=-1)


class WeightStandardizedConv2d(nn.Conv2d):
    def forward(self, x):
        mean = self.weight.mean(dim=(1, 2, 3), keepdim=True)
        var = self.weight.var(dim=(1, 2, 3), unbiased=False, keepdim=True)
        weight = (self.weight - mean) * (var + 1e-5).rsqrt()
        return F.conv2d(x, weight, self.bias, self.stride, self.padding, self.dilation, self.groups)


class Block(nn.Module):
    def __init__(self, dim, dim_out, groups=2):
        super().__init__()
        self.proj = WeightStandardizedConv2d(dim, dim_out, 3, padding=1)
        self.norm = nn.GroupNorm(groups, dim_out)
        self.act = nn.SiLU()

    def forward(self, x, scale_shift=None):
        x = self.norm(self.proj(x))
        if scale_shift is not None:
            scale, shift = scale_shift
            x = x * (scale + 1) + shift
        return self.act(x)


class LinearAttention(nn.Module):
    def __init__(self, dim, heads=2, dim_head=3):
        super().__init__()
        self.scale, self.heads = dim_head ** -0.5, heads
        self.to_qkv = nn.Conv2d(dim, 3 * heads * dim_head, 1, bias=False)
        self.to_out = nn.Sequential(nn.Conv2d(heads * dim_head, dim, 1), nn.GroupNorm(1, dim))

    def forward(self, x):
        b, c, h, w = x.shape
        qkv = self.to_qkv(x).chunk(3, dim=1)
        q, k, v = map(lambda t: t.reshape(b, self.heads, -1, h * w), qkv)
        context = torch.einsum("b h d n, b h e n -> b h d e", k.softmax(dim=-1), v)
        out = torch.einsum("b h d e, b h d n -> b h e n", context, q.softmax(dim=-2) * self.scale)
        return self.to_out(out.reshape(b, -1, h, w))


class Unet(nn.Module):
    def __init__(self, dim=6):
        super().__init__()
        self.time_mlp = nn.Sequential(SinusoidalPositionEmbeddings(dim), nn.Linear(dim, 2 * dim), nn.GELU(),
                                      nn.Linear(2 * dim, 2 * dim))
        self.first, self.last = Block(1, dim), Block(2 * dim, dim)
        self.down = nn.Conv2d(dim, dim, 4, 2, 1)
        self.attention = LinearAttention(dim)
        self.up = nn.Sequential(nn.Upsample(scale_factor=2, mode="nearest"),
                                nn.Conv2d(dim, dim, 3, padding=1))
        self.final_conv = nn.Conv2d(dim, 1, 1)

    def forward(self, x, time):
        t = self.time_mlp(time.to(x.dtype))[:, :, None, None]
        x = skip = self.first(x, t.chunk(2, dim=1))
        x = self.down(x)
        x = self.attention(x) + x
        return self.final_conv(self.last(torch.cat((self.up(x), skip), dim=1)))


class EMA:
    def __init__(self, model, beta):
        self.beta, self.model = beta, copy.deepcopy(model).eval().requires_grad_(False)

    def update(self, current):
        for old, new in zip(self.model.parameters(), current.parameters()):
            old.data = old.data * self.beta + (1 - self.beta) * new.data


def schedule(like):
    betas = torch.linspace(1e-4, 0.2, T, dtype=like.dtype, device=like.device)
    alphas_cumprod = torch.cumprod(1.0 - betas, dim=0)
    alphas_cumprod_prev = F.pad(alphas_cumprod[:-1], (1, 0), value=1.0)
    return betas, alphas_cumprod, betas * (1.0 - alphas_cumprod_prev) / (1.0 - alphas_cumprod)


def extract(a, t, x_shape):
    return a.gather(-1, t).reshape(t.shape[0], *((1,) * (len(x_shape) - 1)))


def build():
    return Unet()


def inputs(rng):
    return rng.normal(size=(4, 1, 8, 8)).cumsum(-1), rng.normal(size=(4, 1, 8, 8)), rng.integers(0, T, 4)


def train(model, x, noise, t):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(1.0, (step + 1) / 3))
    model_ema = EMA(model, 0.9)
    _, alphas_cumprod, _ = schedule(x)
    losses = []
    for _ in range(5):
        x_t = (extract(alphas_cumprod.sqrt(), t, x.shape) * x
               + extract((1.0 - alphas_cumprod).sqrt(), t, x.shape) * noise)
        loss = F.smooth_l1_loss(model(x_t, t), noise)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
        model_ema.update(model)
        losses.append(loss.item())
    model._averaged = [model_ema.model]          # in a list: no part of the state_dict
    return losses


@torch.no_grad()
def outputs(model, x, noise, t):
    betas, alphas_cumprod, variance = schedule(x)
    img = noise
    for i in reversed(range(0, T, 3)):
        t = torch.full((img.shape[0],), i, dtype=torch.long, device=img.device)
        predicted = model._averaged[0](img, t)
        img = (img - extract(betas, t, img.shape) * predicted
               / extract((1 - alphas_cumprod).sqrt(), t, img.shape))
        img = img / extract((1 - betas).sqrt(), t, img.shape)
        if i > 0:
            img = img + extract(variance.sqrt(), t, img.shape) * noise.flip(0)
    return img.clamp_(-1, 1).add_(1).div_(2), noise
