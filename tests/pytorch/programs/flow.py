"""A normalising flow of coupling layers with a mixture as its base, a tanh policy and a Bayesian rate."""

import math

import torch
import torch.distributions as D
import torch.nn as nn
from torch.distributions import (
    Gamma,
    Independent,
    MixtureSameFamily,
    Normal,
    TransformedDistribution,
    constraints,
)
from torch.distributions.categorical import Categorical
from torch.distributions.kl import kl_divergence
from torch.distributions.multivariate_normal import MultivariateNormal
from torch.distributions.transforms import AffineTransform, ComposeTransform, TanhTransform, Transform
from torch.distributions.utils import broadcast_all


class Coupling(Transform):
    domain = codomain = constraints.real_vector
    bijective = True

    def __init__(self, net, flip):
        super().__init__()
        self.net, self.flip = net, flip

    def parts(self, x):
        a, b = x.chunk(2, dim=-1)
        return (b, a) if self.flip else (a, b)

    def joined(self, a, b):
        return torch.cat([b, a] if self.flip else [a, b], dim=-1)

    def _call(self, x):
        a, b = self.parts(x)
        shift, log_scale = self.net(a).chunk(2, dim=-1)
        return self.joined(a, b * log_scale.tanh().exp() + shift)

    def _inverse(self, y):
        a, b = self.parts(y)
        shift, log_scale = self.net(a).chunk(2, dim=-1)
        return self.joined(a, (b - shift) * (-log_scale.tanh()).exp())

    def log_abs_det_jacobian(self, x, y):
        return self.net(self.parts(x)[0]).chunk(2, dim=-1)[1].tanh().sum(-1)


class SquashedNormal(TransformedDistribution):
    """The policy of soft actor-critic."""

    def __init__(self, loc, scale):
        self.loc, self.scale = broadcast_all(loc, scale)
        super().__init__(Normal(self.loc, self.scale), [TanhTransform(cache_size=1)])

    @property
    def mean(self):
        x = self.loc
        for transform in self.transforms:
            x = transform(x)
        return x


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.nets = nn.ModuleList(
            nn.Sequential(nn.Linear(1, 8), nn.ReLU(), nn.Linear(8, 2)) for _ in range(4))
        self.places = nn.Parameter(torch.tensor([[-1.0, 0.0], [1.0, 0.5]]))
        self.shape = nn.Parameter(torch.tensor([0.5, 1.0]))
        self.actor = nn.Linear(2, 4)

    def flow(self):
        base = MixtureSameFamily(Categorical(logits=torch.zeros(2).to(self.places)),
                                 Independent(Normal(self.places, torch.ones_like(self.places)), 1))
        layers = [Coupling(net, bool(i % 2)) for i, net in enumerate(self.nets)]
        return TransformedDistribution(base, layers + [AffineTransform(0.1, 2.0, event_dim=1)])

    def policy(self, state):
        loc, log_scale = self.actor(state).chunk(2, dim=-1)
        return Independent(SquashedNormal(loc, log_scale.clamp(-5, 2).exp()), 1)

    def rate(self):
        concentration, rate = D.transform_to(Gamma.arg_constraints["rate"])(self.shape)
        return Gamma(concentration, rate)


def build():
    return Model()


def inputs(rng):
    return rng.normal(size=(16, 2)) * 2, rng.uniform(-0.9, 0.9, size=(16, 2)), rng.poisson(3.0, size=(16,))


def train(model, x, actions, counts):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    losses = []
    for _ in range(6):
        flow, policy, rate = model.flow(), model.policy(x), model.rate()
        likelihood = flow.log_prob(x).mean() + policy.log_prob(actions).mean()
        prior = Gamma(torch.full_like(rate.mean, 2.0), 1.0)
        evidence = D.Poisson(rate.mean).log_prob(counts.to(x)).sum() - kl_divergence(rate, prior)
        places = MultivariateNormal(torch.zeros(2).to(x), scale_tril=torch.eye(2).to(x) * 2)
        loss = -likelihood - 0.01 * evidence - 0.01 * places.log_prob(model.places).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def outputs(model, x, actions, counts):
    flow = ComposeTransform(model.flow().transforms)
    z = flow.inv(x)
    return (flow(z) - x).abs(), flow.log_abs_det_jacobian(z, x), model.policy(x).base_dist.mean, (
        model.rate().entropy() + math.log(2.0))
