"""How good are drawn digits? What a network that reads digits makes of them, in four numbers.

    sure      how sure it is: the mean of the largest of its ten probabilities
    score     exp of the mean KL divergence of its probabilities p(y|x) from their mean p(y), 1 to 10: each
              picture is clearly one digit, and all digits occur (the inception score, Salimans et al. 2016,
              arXiv:1606.03498, with this network in place of Inception)
    kinds     how many digits occur, exp of the entropy of their shares: 10 if all equally often; a generator
              that has collapsed to one picture has 1
    distance  between the normal distributions that fit the 64 features of drawn and of real digits (the
              Frechet distance, Heusel et al. 2017, arXiv:1706.08500). Smaller is better, but compare it only
              with that of other pictures, as many, that the same network has read
"""

import numpy as np

from minigrad import Tensor, io, manual_seed, no_grad, optim
from minigrad.backend import bincount
from minigrad.data import DataLoader, TensorDataset
from minigrad.demos.lesson import fit
from minigrad.demos.mnist import network, pixels
from minigrad.nn import functional as F
from minigrad.train import Schedule, Trainer, accuracy

HEADING = f"{'':<19}{'sure':>7}{'score':>8}{'kinds':>8}{'distance':>11}"


class Judge:
    """real: images (N, 28, 28) of the test set, with which drawings are compared."""

    def __init__(self, reader, real):
        self.reader = reader.eval()
        self.real = self.look(pixels(real))[1]

    def look(self, images):
        """(N, 1, 28, 28) from 0 to 1 -> probabilities (N, 10), features (N, 64)."""
        with no_grad():
            parts = [self.reader[:-1](Tensor(images[i:i + 500])) for i in range(0, len(images), 500)]
            features = np.concatenate([part.numpy() for part in parts])
            probabilities = F.softmax(self.reader[-1](Tensor(features)), dim=1).numpy()
        return probabilities.astype(float), features.astype(float)

    def verdict(self, images):
        """(sure, score, kinds, distance) of images (N, 1, 28, 28) from 0 to 1."""
        p, features = self.look(images)
        return p.max(1).mean(), inception_score(p), kinds(p.argmax(1)), frechet_distance(features, self.real)


def line(name, verdict):
    return "{:<19}{:>7.1%}{:>8.2f}{:>8.2f}{:>11.1f}".format(name, *verdict)


def inception_score(p):
    """exp of the mean over N of sum_y p(y|x) log(p(y|x) / p(y)); probabilities (N, 10) -> 1 to 10."""
    p = np.maximum(p, 1e-30)        # 0 log 0 is 0
    return np.exp((p * np.log(p / p.mean(0))).sum(1).mean())


def kinds(digits):
    """exp of the entropy of the shares of the ten digits; (N,) -> 1 to 10."""
    shares = bincount(np, digits, minlength=10) / len(digits)
    shares = shares[shares > 0]
    return np.exp(-(shares * np.log(shares)).sum())


def frechet_distance(a, b):
    """|m - m'|² + trace(C + C' - 2 sqrt(C C')) of features (N, D), (M, D): means m, covariances C."""
    c, d = np.cov(a.T), np.cov(b.T)
    values, vectors = np.linalg.eigh(c)
    root = vectors * np.sqrt(np.maximum(values, 0)) @ vectors.T
    # C C' has the eigenvalues of root(C) C' root(C), which is symmetric: rounding makes none complex.
    shared = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ d @ root), 0)).sum()
    return ((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(c) + np.trace(d) - 2 * shared


def reader_of(file, images, labels):
    """The network of the demo mnist, from `file`; if there is none, it learns for one epoch and is saved."""
    manual_seed(0)
    model = network()
    if file.exists():
        return io.load(file, model)
    loader = DataLoader(TensorDataset(pixels(images), labels), batch_size=64, shuffle=True)
    optimizer = optim.Adam(model.parameters(), lr=0.003)
    smaller = Schedule(optim.lr_scheduler.CosineAnnealingLR(optimizer, len(loader)), every="step")
    fit(Trainer(model, F.cross_entropy, optimizer, metrics=[accuracy], callbacks=[smaller]), loader, epochs=1)
    io.save(file, model)
    return model
