"""Everyday use: a WGAN with gradient penalty, a MAML step, own updates, Dataset, DataLoader, state_dict."""

import copy

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset, random_split


class Points(Dataset):
    def __init__(self, x, y, transform=None):
        self.x, self.y, self.transform = x, y, transform

    def __len__(self):
        return len(self.x)

    def __getitem__(self, idx):
        x = self.x[idx]
        if self.transform:
            x = self.transform(x)
        return x, self.y[idx]


class MLP(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        layers = []
        for a, b in zip(sizes[:-1], sizes[1:]):
            layers += [nn.Linear(a, b), nn.Tanh()]
        self.net = nn.Sequential(*layers[:-1])

    def forward(self, x):
        return self.net(x)


def gradient_penalty(critic, real, fake, alpha):
    mixed = (alpha * real + (1 - alpha) * fake).requires_grad_(True)
    score = critic(mixed)
    gradients = torch.autograd.grad(outputs=score, inputs=mixed, grad_outputs=torch.ones_like(score),
                                    create_graph=True, retain_graph=True, only_inputs=True)[0]
    return ((gradients.view(gradients.size(0), -1).norm(2, dim=1) - 1) ** 2).mean()


def maml_loss(model, x, y, inner_lr=0.1):
    """The loss after one step of gradient descent, differentiable through that step."""
    params = dict(model.named_parameters())

    def forward(p, x):
        h = torch.tanh(F.linear(x, p["net.0.weight"], p["net.0.bias"]))
        return F.linear(h, p["net.2.weight"], p["net.2.bias"])

    inner = F.mse_loss(forward(params, x).squeeze(-1), y)
    grads = torch.autograd.grad(inner, list(params.values()), create_graph=True)
    fast = {name: p - inner_lr * g for (name, p), g in zip(params.items(), grads)}
    return F.mse_loss(forward(fast, x).squeeze(-1), y)


def build():
    torch.manual_seed(1)
    return nn.ModuleDict({"critic": MLP([2, 6, 1]), "task": MLP([2, 5, 1])})


def inputs(rng):
    x = rng.normal(size=(8, 2))
    return x, x @ np.array([1.0, -2.0]) + 0.5, rng.normal(size=(8, 2)), rng.random((8, 1))


def train(model, x, y, fake, alpha):
    device = next(model.parameters()).device
    critic, task = model["critic"], model["task"]
    train_set, test_set = random_split(Points(x, y), [6, 2], generator=torch.Generator().manual_seed(0))
    assert len(train_set) == 6 and len(test_set) == 2
    loader = DataLoader(Points(x, y, transform=lambda p: p * 1.0), batch_size=4, shuffle=False, num_workers=0,
                        drop_last=True)
    optimizer = torch.optim.Adam(critic.parameters(), lr=1e-2, betas=(0.0, 0.9))
    best, losses = None, []
    for epoch in range(4):
        model.train()
        loss_c = critic(fake).mean() - critic(x).mean() + 10 * gradient_penalty(critic, x, fake, alpha)
        optimizer.zero_grad()
        loss_c.backward()
        optimizer.step()

        running = 0.0
        for i, (inputs, targets) in enumerate(loader):
            inputs, targets = inputs.to(device), targets.to(device)
            loss = maml_loss(task, inputs, targets)
            task.zero_grad()
            loss.backward()
            with torch.no_grad():
                for p in task.parameters():
                    p -= 0.05 * p.grad
            running += loss.item() * inputs.size(0)
        losses.append(running / len(loader.dataset) + loss_c.item())
        if best is None or losses[-1] < best[0]:
            best = losses[-1], copy.deepcopy(model.state_dict())
    twin = build().to(device, x.dtype)
    twin.load_state_dict(best[1])
    assert all(torch.equal(a, b) for a, b in zip(twin.state_dict().values(), best[1].values()))
    return losses


@torch.no_grad()
def outputs(model, x, y, fake, alpha):
    model.eval()
    z = model["task"](x).squeeze()
    z[z > 1] = 1.0
    z = torch.where(z < -1, torch.zeros_like(z), z)
    order = torch.argsort(z, descending=True)
    table = torch.stack([z[order], y[order]]).T.cpu().numpy()
    distances = (x[:, None] - fake[None]).pow(2).sum(-1).sqrt()
    return torch.from_numpy(table.copy()), distances, z.std(), (z > 0).to(x.dtype).mean(), x.norm()
