"""Policy gradients: learn what to do from rewards alone (Williams 1992, Machine Learning 8, 229-256).

    policy  pi(a|s)     a network from the state to the probabilities of the actions
    value   V(s)        a network that guesses how much reward will follow
    advantage           how much better than V an action turned out

REINFORCE makes actions more probable in proportion to their advantage, once for every batch of experience.
PPO (Schulman et al. 2017, arXiv:1707.06347) uses a batch several times: it clips the ratio of new to old
probability, so that the policy stays near the one that gathered the experience.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from minigrad.autograd import Tensor, no_grad
from minigrad.models.cartpole import CartPole
from minigrad.nn import Linear, Module, Sequential, Tanh, functional as F, init, utils
from minigrad.ops.creation import from_numpy
from minigrad.ops.numbers.choosing import minimum


class ActorCritic(Module):
    """States (N, features) -> logits of the actions (N, actions) and values (N,).

    Orthogonal weights; the last layer of the policy starts near 0, so that at first all actions are as
    probable.
    """

    def __init__(self, features: int = 4, actions: int = 2, width: int = 64):
        self.actor = Sequential(Linear(features, width), Tanh(), Linear(width, width), Tanh(),
                                Linear(width, actions))
        self.critic = Sequential(Linear(features, width), Tanh(), Linear(width, width), Tanh(),
                                 Linear(width, 1))
        for network, last in ((self.actor, 0.01), (self.critic, 1.0)):
            layers = [network[0], network[2], network[4]]
            for layer, gain in zip(layers, (2 ** 0.5, 2 ** 0.5, last)):
                init.orthogonal_(layer.weight, gain)
                init.zeros_(layer.bias)

    def forward(self, state: Tensor) -> tuple[Tensor, Tensor]:
        return self.actor(state), self.critic(state).squeeze(1)


@dataclass
class Experience:
    """What N carts met in T steps; every array is (T, N) but for state (T, N, features)."""

    state: np.ndarray
    action: np.ndarray
    log_p: np.ndarray           # log pi(action|state) of the policy that acted
    advantage: np.ndarray
    returns: np.ndarray         # what V should have been: advantage + V
    lengths: list               # steps of the attempts that ended meanwhile


def gather(model: Any, carts: CartPole, steps: int, generator: np.random.Generator, *,
           gamma: float, lam: float) -> Experience:
    """Let the policy push the carts for some steps; a cart that is done starts again.

    The advantage is the sum of (gamma lam)^k delta_k, delta_k = r + gamma V(next) - V, up to the end of the
    attempt (Schulman et al. 2015, arXiv:1506.02438, eq. 16). Time that runs out is no fault of the pole:
    there V of the last state stands for what would have followed. gamma, 0 to 1: how much the future counts;
    lam, 0 to 1:
    how far rewards are trusted more than V. lam 1 is the sum of all rewards less V, as in REINFORCE.
    """
    T, N = steps, len(carts.steps)
    state, action = np.empty((T, N, 4), np.float32), np.empty((T, N), np.int64)
    log_p, value, after = (np.empty((T, N), np.float32) for _ in range(3))      # after: V of the next state
    ended = np.empty((T, N), bool)
    lengths = []
    for t in range(T):
        state[t] = carts.state
        logits, value[t] = evaluate(model, state[t])
        action[t] = generator.random(N) < probability(logits)
        log_p[t] = logits[np.arange(N), action[t]] - np.log(np.exp(logits).sum(1))
        reached, fell, late = carts.step(action[t])
        _, after[t] = evaluate(model, reached.astype(np.float32))
        after[t][fell] = 0
        ended[t] = fell | late
        lengths += carts.steps[ended[t]].tolist()
        carts.restart(ended[t])
    advantage = np.empty((T, N), np.float32)
    following = np.zeros(N, np.float32)
    for t in reversed(range(T)):
        delta = 1 + gamma * after[t] - value[t]                 # the reward of every step is 1
        following = advantage[t] = delta + gamma * lam * following * ~ended[t]
    return Experience(state, action, log_p, advantage, advantage + value, lengths)


def evaluate(model, state):
    """Logits and values of states (N, features) as NumPy arrays, the logits less their maximum."""
    with no_grad():
        logits, value = model(from_numpy(state).to(device_of(model)))
    logits = logits.cpu().numpy()
    return logits - logits.max(1, keepdims=True), value.cpu().numpy()


def device_of(model):
    return model.actor[0].weight.device


def reinforce(model: Any, optimizer: Any, seen: Experience) -> dict[str, float]:
    """One step of the optimizer on -mean(advantage log pi(a|s)), and V towards the returns."""
    batch = flat(seen, device_of(model))
    log_p, entropy, value = judged(model, batch)
    policy_loss = -(batch["advantage"] * log_p).mean()
    value_loss = F.mse_loss(value, batch["returns"])
    update(model, optimizer, policy_loss + 0.5 * value_loss)
    return {"policy_loss": policy_loss.item(), "value_loss": value_loss.item(), "entropy": entropy.item()}


def ppo(model: Any, optimizer: Any, seen: Experience, generator: np.random.Generator, *, epochs: int = 10,
        batch_size: int = 256, clip: float = 0.2) -> dict[str, float]:
    """Some epochs on -mean(min(ratio A, clip(ratio, 1 - clip, 1 + clip) A)); returns the means of the
    losses."""
    batch = flat(seen, device_of(model))
    said = []
    for _ in range(epochs):
        order = generator.permutation(len(batch["action"]))
        for start in range(0, len(order), batch_size):
            rows = from_numpy(order[start:start + batch_size]).to(device_of(model))
            part = {name: x[rows] for name, x in batch.items()}
            log_p, entropy, value = judged(model, part)
            ratio = (log_p - part["log_p"]).exp()
            policy_loss = -minimum(ratio * part["advantage"],
                                   ratio.clamp(1 - clip, 1 + clip) * part["advantage"]).mean()
            value_loss = F.mse_loss(value, part["returns"])
            update(model, optimizer, policy_loss + 0.5 * value_loss)
            said.append([policy_loss.item(), value_loss.item(), entropy.item()])
    return dict(zip(["policy_loss", "value_loss", "entropy"], np.mean(said, axis=0).tolist()))


def flat(seen, device):
    """The experience as tensors (T N, ...); advantages are scaled to mean 0 and standard deviation 1."""
    advantage = (seen.advantage - seen.advantage.mean()) / (seen.advantage.std() + 1e-8)
    arrays = {"state": seen.state, "action": seen.action, "log_p": seen.log_p, "returns": seen.returns,
              "advantage": advantage}
    return {name: from_numpy(x.reshape(-1, *x.shape[2:])).to(device) for name, x in arrays.items()}


def judged(model, batch):
    """What the network says now: log pi(a|s) (N,), the mean entropy of pi in nats (), V (N,)."""
    logits, value = model(batch["state"])
    log_p = F.log_softmax(logits, dim=1)                                        # (N, actions)
    entropy = -(log_p.exp() * log_p).sum(1).mean()
    return log_p.gather(1, batch["action"].unsqueeze(1)).squeeze(1), entropy, value


def update(model, optimizer, loss):
    """A step with gradients clipped by network: the errors of V are large at first and would silence the
    policy."""
    optimizer.zero_grad()
    loss.backward()
    for network in (model.actor, model.critic):
        utils.clip_grad_norm_(network.parameters(), 0.5)
    optimizer.step()


def attempts(model: Any, count: int, generator: np.random.Generator, *, seed: int = 0,
             greedy: bool = False) -> np.ndarray:
    """How many steps each of `count` new poles is balanced; greedy: always take the more probable action."""
    carts = CartPole(count, seed)
    lengths, done = np.zeros(count, np.int64), np.zeros(count, bool)
    while not done.all():
        logits, _ = evaluate(model, carts.state.astype(np.float32))
        right = logits[:, 1] > logits[:, 0] if greedy else generator.random(count) < probability(logits)
        _, fell, late = carts.step(right.astype(np.int64))
        lengths[~done] = carts.steps[~done]
        done |= fell | late
    return lengths


def probability(logits):
    """The probability of action 1: (N, 2) -> (N,)."""
    p = np.exp(logits)
    return p[:, 1] / p.sum(1)
