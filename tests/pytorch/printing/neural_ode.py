"""A neural ODE fits a spiral; the gradient goes through Runge-Kutta, or through the adjoint equation."""
# ruff: noqa: UP008, UP031, UP032 - public programs are written so
import argparse

import torch
import torch.nn as nn

parser = argparse.ArgumentParser("ODE demo")
parser.add_argument("--niters", type=int, default=6)
parser.add_argument("--data_size", type=int, default=20)
args = parser.parse_args([])
torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
device = torch.device("cuda:0" if torch.cuda.is_available() else "cpu")
true_A = torch.tensor([[-0.1, 2.0], [-2.0, -0.1]]).to(device)
t = torch.linspace(0.0, 3.0, args.data_size)


def rk4(func, y, t):
    ys = [y]
    for t0, t1 in zip(t[:-1], t[1:]):
        h = t1 - t0
        k1 = func(t0, y)
        k2 = func(t0 + h / 2, y + h / 2 * k1)
        k3 = func(t0 + h / 2, y + h / 2 * k2)
        k4 = func(t1, y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        ys.append(y)
    return torch.stack(ys)


class ODEFunc(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 2))
        for m in self.net.modules():
            if isinstance(m, nn.Linear):
                nn.init.normal_(m.weight, mean=0, std=0.1)
                nn.init.constant_(m.bias, val=0)

    def forward(self, t, y):
        return self.net(y ** 3)


class Adjoint(torch.autograd.Function):
    """The last point of a trajectory, whose gradient solves the adjoint equation back in time."""

    @staticmethod
    def forward(ctx, func, y0, t, *params):
        ctx.func = func
        with torch.no_grad():
            y = rk4(func, y0, t)[-1]
        ctx.save_for_backward(y, t, *params)
        return y

    @staticmethod
    def backward(ctx, g):
        y, t, *params = ctx.saved_tensors
        sizes = [p.numel() for p in params]

        def back(s, state):
            y, a = state[0], state[1]
            with torch.enable_grad():
                y = y.detach().requires_grad_(True)
                f = ctx.func(s, y)
                grads = torch.autograd.grad(f, [y, *params], -a, allow_unused=True)
            flat = torch.cat([p.reshape(-1) for p in grads[1:]])
            return [f.detach(), grads[0], flat]

        state = [y, g, torch.zeros(sum(sizes))]
        times = t.flip(0)
        for t0, t1 in zip(times[:-1], times[1:]):
            h = t1 - t0
            k1 = back(t0, state)
            k2 = back(t0 + h / 2, [s + h / 2 * k for s, k in zip(state, k1)])
            state = [s + h * k for s, k in zip(state, k2)]
        grads = [part.view_as(p) for part, p in zip(state[2].split(sizes), params)]
        return (None, state[1], None, *grads)


with torch.no_grad():
    true_y = rk4(lambda t, y: torch.mm(y ** 3, true_A), torch.tensor([[2.0, 0.0]]), t)
func = ODEFunc().to(device)
optimizer = torch.optim.RMSprop(func.parameters(), lr=1e-2)
for itr in range(1, args.niters + 1):
    optimizer.zero_grad()
    pred_y = rk4(func, true_y[0], t)
    loss = torch.mean(torch.abs(pred_y - true_y))
    loss.backward()
    optimizer.step()
    print("Iter {:04d} | Total Loss {:.6f}".format(itr, loss.item()))
y = Adjoint.apply(func, true_y[0], t[:4], *func.parameters())
for p in func.parameters():
    p.grad = None
(y ** 2).sum().backward()
print(y, [round(p.grad.norm().item(), 6) for p in func.parameters()])
torch.set_default_dtype(torch.float32)
