"""A variational auto-encoder: BCE of the pixels plus the KL divergence, with the noise as an input."""

import torch
import torch.utils.data
from torch import nn, optim
from torch.nn import functional as F


class VAE(nn.Module):
    def __init__(self, pixels=16, hidden=12, latent=3):
        super().__init__()
        self.fc1 = nn.Linear(pixels, hidden)
        self.fc21 = nn.Linear(hidden, latent)
        self.fc22 = nn.Linear(hidden, latent)
        self.fc3 = nn.Linear(latent, hidden)
        self.fc4 = nn.Linear(hidden, pixels)

    def encode(self, x):
        h1 = F.relu(self.fc1(x))
        return self.fc21(h1), self.fc22(h1)

    def reparameterize(self, mu, logvar, eps=None):
        std = torch.exp(0.5 * logvar)
        if eps is None:
            eps = torch.randn_like(std)
        return mu + eps * std

    def decode(self, z):
        return self.fc4(torch.tanh(self.fc3(z)))

    def forward(self, x, eps=None):
        mu, logvar = self.encode(x.view(-1, 16))
        return self.decode(self.reparameterize(mu, logvar, eps)), mu, logvar


def loss_function(recon_logits, x, mu, logvar):
    bce = F.binary_cross_entropy_with_logits(recon_logits, x.view(-1, 16), reduction="sum")
    kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return bce + kld


def build():
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return VAE().to(device)


def inputs(rng):
    prototypes = (rng.random((2, 1, 4, 4)) > 0.5).astype(float)
    return prototypes[rng.integers(0, 2, 12)], rng.normal(size=(8, 12, 3))


def train(model, images, noise):
    device = images.device
    optimizer = optim.Adam(model.parameters(), lr=2e-2)
    losses = []
    for eps in noise:
        model.train()
        train_loss = 0
        loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(images, eps), batch_size=6,
                                             shuffle=False)
        for batch_idx, (data, e) in enumerate(loader):
            data, e = data.to(device), e.to(device)
            optimizer.zero_grad()
            recon, mu, logvar = model(data, e)
            loss = loss_function(recon, data, mu, logvar)
            loss.backward()
            train_loss += loss.item()
            optimizer.step()
        losses.append(train_loss / len(loader.dataset))
    return losses


def outputs(model, images, noise):
    model.eval()
    with torch.no_grad():
        recon, mu, logvar = model(images, noise[0])
        drawn = model.reparameterize(mu, logvar)
        assert drawn.shape == mu.shape and drawn.dtype == mu.dtype
        bce = F.binary_cross_entropy(recon.sigmoid(), images.flatten(1))
        return torch.sigmoid(recon).clamp(0, 1), mu, logvar, bce
