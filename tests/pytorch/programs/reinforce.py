"""Actor and critic walk along a line: torch.distributions, returns, entropy; the actions are given."""

from collections import namedtuple

import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from torch.distributions import Categorical, Normal, kl_divergence

PLACES, GAMMA = 7, 0.9
Step = namedtuple("Step", ["log_prob", "value", "entropy"])


class Line:
    """Start in the middle; the right end gives 1, every other step -0.1."""

    def reset(self):
        self.place = PLACES // 2
        return self.place

    def step(self, action):
        self.place += 1 if action else -1
        done = self.place in (0, PLACES - 1)
        return self.place, (1.0 if self.place == PLACES - 1 else -0.1), done


class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.affine = nn.Linear(PLACES, 12)
        self.action_head = nn.Linear(12, 2)
        self.value_head = nn.Linear(12, 1)
        self.log_std = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        x = torch.tanh(self.affine(x))
        policy = Categorical(F.softmax(self.action_head(x), dim=-1))
        return policy, Normal(self.value_head(x), self.log_std.exp())


def build():
    return Policy()


def inputs(rng):
    return (rng.random((4, 40)) < 0.6).astype("int64"), rng.random((1,))


def observation(place, like):
    return F.one_hot(torch.tensor(place), PLACES).to(like)


def episode(model, actions, like):
    env, steps, rewards = Line(), [], []
    place, done = env.reset(), False
    for action in actions:
        policy, value = model(observation(place, like))
        place, reward, done = env.step(action.item())
        steps.append(Step(policy.log_prob(action), value, policy.entropy()))
        rewards.append(reward)
        if done:
            break
    returns, R = [], 0.0
    for reward in rewards[::-1]:
        R = reward + GAMMA * R
        returns.insert(0, R)
    return steps, torch.tensor(returns).to(like)


def train(model, actions, like):
    optimizer = optim.Adam(model.parameters(), lr=0.05)
    losses = []
    for i in range(6):
        steps, returns = episode(model, actions[i % 2], like)
        advantages = returns - torch.cat([step.value.mean for step in steps]).detach()
        policy_loss = torch.stack([-step.log_prob * A for step, A in zip(steps, advantages)]).sum()
        value_loss = torch.stack([-step.value.log_prob(R) for step, R in zip(steps, returns)]).sum()
        prior = kl_divergence(steps[0].value, Normal(torch.zeros_like(like), torch.ones_like(like))).sum()
        loss = policy_loss + value_loss - 0.01 * sum(step.entropy for step in steps) + 0.1 * prior
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm=5.0)
        optimizer.step()
        if i % 2 == 0:
            losses.append(value_loss.item() / len(steps))
    return losses


@torch.no_grad()
def outputs(model, actions, like):
    policy, value = model(torch.eye(PLACES).to(like))
    return policy.probs, policy.logits, value.mean, value.stddev
