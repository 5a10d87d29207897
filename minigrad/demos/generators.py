"""How each of the networks that draw digits is trained: one step on a batch, and drawing.

    gan        DCGAN with the loss of Goodfellow et al.     wgan       DCGAN with WGAN-GP
    vae        a variational autoencoder                    diffusion  DDPM, drawing with DDIM

Each has model, epochs, step(x) for a batch x (N, 1, 28, 28) from 0 to 1, which returns its losses by name,
noise(n) to draw n digits from, and draw(noise), which returns them as (n, 1, 28, 28) from 0 to 1.
"""

from typing import Any

from minigrad import no_grad, optim, rand, randint, randn
from minigrad.models.dcgan import DCGAN, discriminator_loss, generator_loss, gradient_penalty
from minigrad.models.diffusion import Diffusion
from minigrad.models.vae import VAE, elbo_terms


class GAN:
    epochs = 5
    norm, lr, betas = True, 5e-4, (0.5, 0.999)

    def __init__(self, steps, device):
        self.device, self.model = device, DCGAN(norm=self.norm).to(device)
        self.of_generator = optim.Adam(self.model.generator.parameters(), lr=self.lr, betas=self.betas)
        self.of_discriminator = optim.Adam(self.model.discriminator.parameters(), lr=self.lr,
                                           betas=self.betas)

    def step(self, x):
        generator, discriminator = self.model.generator, self.model.discriminator
        real, fake = 2 * x - 1, generator(self.noise(len(x)))
        loss = discriminator_loss(discriminator(real), discriminator(fake.detach()))
        descend(self.of_discriminator, loss)
        drawn = generator_loss(discriminator(fake))
        descend(self.of_generator, drawn)
        return {"discriminator": loss.item(), "generator": drawn.item()}

    def noise(self, n):
        return randn(n, self.model.code, device=self.device)

    def draw(self, noise):
        # In eval mode batch norm uses the statistics of training: no digit depends on those beside it.
        self.model.eval()
        with no_grad():
            images = (self.model.generator(noise) + 1) / 2
        self.model.train()
        return images


class WGAN(GAN):
    """The critic learns at every step, the generator at every fifth: a good critic shows it the way."""

    epochs = 6
    norm, lr, betas = False, 5e-4, (0.0, 0.9)
    turns, penalty = 5, 10.0        # Gulrajani et al. 2017, algorithm 1; so is betas

    def __init__(self, steps, device):
        super().__init__(steps, device)
        self.done = 0

    def step(self, x):
        generator, critic = self.model.generator, self.model.discriminator
        real = 2 * x - 1
        with no_grad():
            fake = generator(self.noise(len(x)))
        distance = critic(real).mean() - critic(fake).mean()
        slopes = gradient_penalty(critic, real, fake, rand(len(x), 1, 1, 1, device=self.device))
        descend(self.of_discriminator, self.penalty * slopes - distance)
        self.done += 1
        if self.done % self.turns == 0:
            descend(self.of_generator, -critic(generator(self.noise(len(x)))).mean())
        return {"wasserstein": distance.item(), "penalty": slopes.item()}


class Autoencoder:
    epochs = 30

    def __init__(self, steps, device):
        self.device, self.model = device, VAE().to(device)
        self.optimizer = optim.Adam(self.model.parameters(), lr=2e-3)
        self.smaller = optim.lr_scheduler.CosineAnnealingLR(self.optimizer, steps)

    def step(self, x):
        logits, mean, log_variance = self.model(x, self.noise(len(x)))
        rebuilt, told = elbo_terms(logits, x, mean, log_variance)
        descend(self.optimizer, rebuilt + told)
        self.smaller.step()
        return {"picture": rebuilt.item(), "code": told.item()}

    def noise(self, n):
        return randn(n, self.model.code, device=self.device)

    def draw(self, noise):
        with no_grad():
            return self.model.decoder(noise).sigmoid()


class Denoiser:
    epochs = 6
    drawing = 25        # steps of drawing, out of 1000 steps of training

    def __init__(self, steps, device):
        self.device, self.model = device, Diffusion().to(device)
        self.optimizer = optim.Adam(self.model.parameters(), lr=2e-3)
        self.smaller = optim.lr_scheduler.CosineAnnealingLR(self.optimizer, steps)

    def step(self, x):
        t = randint(0, self.model.steps, (len(x),), device=self.device)
        loss = self.model.loss(2 * x - 1, t, self.noise(len(x)))
        descend(self.optimizer, loss)
        self.smaller.step()
        return {"v": loss.item()}

    def noise(self, n):
        return randn(n, 1, 28, 28, device=self.device)

    def draw(self, noise, path=None):
        return (self.model.draw(noise, steps=self.drawing, path=path) + 1) / 2


GENERATORS: dict[str, Any] = {"gan": GAN, "wgan": WGAN, "vae": Autoencoder, "diffusion": Denoiser}


def descend(optimizer, loss):
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
