"""Model-agnostic meta-learning on sine waves: gradients through gradient steps."""
import torch
from torch import nn
from torch.func import functional_call, grad, vmap

torch.manual_seed(1)
model = nn.Sequential(nn.Linear(1, 20), nn.Tanh(), nn.Linear(20, 1))
meta_opt = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)
criterion = nn.MSELoss()


def sample_task():
    amplitude, phase = torch.rand(1) * 4 + 0.1, torch.rand(1) * 3.14
    x = torch.rand(20, 1) * 10 - 5
    return x, amplitude * torch.sin(x + phase)


for it in range(6):
    meta_loss = 0.0
    for task in range(4):
        x, y = sample_task()
        fast = dict(model.named_parameters())
        for inner in range(2):
            loss = criterion(functional_call(model, fast, (x[:10],)), y[:10])
            grads = torch.autograd.grad(loss, list(fast.values()), create_graph=True)
            fast = {name: p - 0.05 * g for (name, p), g in zip(fast.items(), grads)}
        meta_loss = meta_loss + criterion(functional_call(model, fast, (x[10:],)), y[10:])
    meta_opt.zero_grad()
    meta_loss.backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    meta_opt.step()
    print(f"iteration {it}: meta loss {meta_loss.item():.4f}, gradient norm {total:.4f}")

params = {k: v.detach() for k, v in model.named_parameters()}


def one(params, x, y):
    return ((functional_call(model, params, (x.unsqueeze(0),)) - y) ** 2).sum()


per_sample = vmap(grad(one), in_dims=(None, 0, 0))(params, x, y)
print({name: tuple(g.shape) for name, g in per_sample.items()})
print(torch.stack([g.flatten(1).norm(dim=1) for g in per_sample.values()], 1)[:2])
