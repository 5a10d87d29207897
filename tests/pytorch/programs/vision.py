"""A U-Net and a vision Transformer: skip connections, patches by unfold, attention by einsum."""

import torch
from torch import einsum, nn
from torch.nn import functional as F


class DoubleConv(nn.Module):
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.double_conv = nn.Sequential(
            nn.Conv2d(in_channels, out_channels, kernel_size=3, padding=1), nn.BatchNorm2d(out_channels),
            nn.ReLU(inplace=True),
            nn.Conv2d(out_channels, out_channels, kernel_size=3, padding=1),
            nn.GroupNorm(2, out_channels), nn.SiLU())

    def forward(self, x):
        return self.double_conv(x)


class UNet(nn.Module):
    def __init__(self, classes=2):
        super().__init__()
        self.inc = DoubleConv(1, 4)
        self.down = nn.Sequential(nn.MaxPool2d(2), DoubleConv(4, 8))
        self.up = nn.ConvTranspose2d(8, 4, kernel_size=2, stride=2)
        self.conv = DoubleConv(8, 4)
        self.outc = nn.Conv2d(4, classes, kernel_size=1)

    def forward(self, x):
        x1 = self.inc(x)
        y = self.up(self.down(x1))
        dy, dx = x1.size()[2] - y.size()[2], x1.size()[3] - y.size()[3]
        y = F.pad(y, [dx // 2, dx - dx // 2, dy // 2, dy - dy // 2])       # odd sizes
        return self.outc(self.conv(torch.cat([x1, y], dim=1)))


def dice_loss(logits, target, eps=1e-6):
    probs = F.softmax(logits, dim=1)
    one_hot = F.one_hot(target, num_classes=probs.shape[1]).permute(0, 3, 1, 2).to(probs.dtype)
    inter = 2 * (probs * one_hot).sum(dim=(-1, -2))
    sets = probs.sum(dim=(-1, -2)) + one_hot.sum(dim=(-1, -2))
    return 1 - ((inter + eps) / (sets + eps)).mean()


class Attention(nn.Module):
    def __init__(self, dim, heads=2):
        super().__init__()
        self.heads, self.scale = heads, (dim // heads) ** -0.5
        self.to_qkv = nn.Linear(dim, dim * 3, bias=False)
        self.to_out = nn.Linear(dim, dim)

    def forward(self, x):
        b, n, d = x.shape
        q, k, v = (t.reshape(b, n, self.heads, -1).permute(0, 2, 1, 3)
                   for t in self.to_qkv(x).chunk(3, dim=-1))
        dots = einsum("b h i d, b h j d -> b h i j", q, k) * self.scale
        out = torch.einsum("bhij,bhjd->bhid", dots.softmax(dim=-1), v)
        return self.to_out(out.transpose(1, 2).flatten(2))


class ViT(nn.Module):
    def __init__(self, patch=4, dim=8, image=8, classes=2):
        super().__init__()
        self.patch = patch
        self.embed = nn.Linear(patch * patch, dim)
        self.cls = nn.Parameter(torch.zeros(1, 1, dim))
        self.pos = nn.Parameter(torch.randn(1, (image // patch) ** 2 + 1, dim) * 0.1)
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.attn = Attention(dim)
        self.ff = nn.Sequential(nn.Linear(dim, 2 * dim), nn.GELU(), nn.Linear(2 * dim, dim))
        self.head = nn.Linear(dim, classes)
        nn.init.trunc_normal_(self.cls, std=0.02)

    def forward(self, img):
        img = F.interpolate(img, size=(8, 8), mode="nearest")
        # (N, patches, p*p)
        patches = F.unfold(img, kernel_size=self.patch, stride=self.patch).transpose(1, 2)
        p = self.patch
        same = img.unfold(2, p, p).unfold(3, p, p).reshape(img.shape[0], -1, p * p)
        assert torch.equal(patches, same)
        x = self.embed(patches)
        x = torch.cat((self.cls.expand(x.shape[0], -1, -1), x), dim=1) + self.pos
        x = x + self.attn(self.norm1(x))
        x = x + self.ff(self.norm2(x))
        return self.head(x[:, 0])


class Both(nn.Module):
    def __init__(self):
        super().__init__()
        self.unet, self.vit = UNet(), ViT()

    def forward(self, x):
        return self.unet(x), self.vit(x)


def build():
    return Both()


def inputs(rng):
    x = rng.normal(size=(3, 1, 9, 9))
    mask = (x[:, 0] > 0).astype("int64")
    return x, mask, (mask.mean((1, 2)) > 0.5).astype("int64")


def train(model, x, mask, label):
    optimizer = torch.optim.AdamW([
        {"params": model.unet.parameters(), "lr": 1e-2},
        {"params": model.vit.parameters()},
    ], lr=5e-3, weight_decay=0.01, amsgrad=True)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=[1e-2, 5e-3], total_steps=6)
    losses = []
    for _ in range(5):
        optimizer.zero_grad()
        seg, cls = model(x)
        loss = F.cross_entropy(seg, mask) + dice_loss(seg, mask) + F.cross_entropy(cls, label)
        loss.backward()
        optimizer.step()
        scheduler.step()
        losses.append(loss.item())
    return losses


def outputs(model, x, mask, label):
    model.eval()
    with torch.no_grad():
        return model(x)
