"""A Wasserstein GAN with gradient penalty learns a ring of points."""
# ruff: noqa: UP008, UP031, UP032 - public programs are written so
import math

import torch
import torch.nn as nn
from torch.autograd import Variable, grad

torch.manual_seed(0)
Tensor = torch.FloatTensor
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def mlp(n_in, n_out, width=24):
    return nn.Sequential(nn.Linear(n_in, width), nn.LeakyReLU(0.2, inplace=True), nn.Linear(width, width),
                         nn.LeakyReLU(0.2, inplace=True), nn.Linear(width, n_out))


def weights_init(m):
    classname = m.__class__.__name__
    if classname.find("Linear") != -1:
        nn.init.normal_(m.weight.data, 0.0, 0.2)
        nn.init.constant_(m.bias.data, 0)


generator, critic = mlp(4, 2).to(device), mlp(2, 1).to(device)
generator.apply(weights_init)
critic.apply(weights_init)
print(critic)
optimizer_G = torch.optim.Adam(generator.parameters(), lr=1e-3, betas=(0.5, 0.9))
optimizer_D = torch.optim.Adam(critic.parameters(), lr=1e-3, betas=(0.5, 0.9))


def gradient_penalty(real, fake):
    alpha = torch.rand(real.size(0), 1)
    between = (alpha * real + (1 - alpha) * fake).requires_grad_(True)
    ones = Variable(Tensor(real.shape[0], 1).fill_(1.0), requires_grad=False)
    gradients = grad(outputs=critic(between), inputs=between, grad_outputs=ones, create_graph=True,
                     retain_graph=True, only_inputs=True)[0]
    return ((gradients.view(gradients.size(0), -1).norm(2, dim=1) - 1) ** 2).mean()


for step in range(12):
    angle = 2 * math.pi * torch.rand(32)
    real = torch.stack((angle.cos(), angle.sin()), 1)
    fake = generator(torch.randn(32, 4)).detach()
    optimizer_D.zero_grad()
    d_loss = critic(fake).mean() - critic(real).mean() + 10 * gradient_penalty(real.data, fake.data)
    d_loss.backward()
    optimizer_D.step()
    if step % 3 == 0:
        optimizer_G.zero_grad()
        g_loss = -torch.mean(critic(generator(torch.randn(32, 4))))
        g_loss.backward()
        optimizer_G.step()
        print("[Step %d] [D loss: %.4f] [G loss: %.4f]" % (step, d_loss.item(), g_loss.item()))
print(critic(real)[:3].dtype, real.size(), real.type(), isinstance(real, torch.Tensor))
