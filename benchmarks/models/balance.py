"""Cart and pole, minigrad beside PyTorch: `python -m benchmarks.models.balance [SEEDS]` prints docs' table.

The same source runs on both with the same initial weights, starts and random numbers, so the first updates
agree to rounding. Later ones need not: one push that differs leads to another attempt.
"""

import sys

import numpy as np
import torch

import minigrad
from benchmarks.twin import copy_weights, twin
from minigrad.demos.balance import EXPERIENCE, SETTINGS, TESTED, attempts_by_chance
from minigrad.models import policy_gradient
from minigrad.models.cartpole import CartPole

FIRST = 10      # updates whose losses are compared


def learn(source, optim, model, method, seed):
    """Train as the demo does; returns the losses of each update and how long 100 new poles are balanced."""
    generator = np.random.default_rng(seed)
    count, steps, gamma, lam, lr, epochs = SETTINGS[method]
    carts = CartPole(count, seed)
    optimizer = optim.Adam(model.parameters(), lr, eps=1e-5)
    updates = epochs * EXPERIENCE // (count * steps)
    schedule = optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, updates)
    losses = []
    for _ in range(updates):
        seen = source.gather(model, carts, steps, generator, gamma=gamma, lam=lam)
        said = (source.ppo(model, optimizer, seen, generator) if method == "ppo"
                else source.reinforce(model, optimizer, seen))
        schedule.step()
        losses.append([*said.values()])
    return np.array(losses), source.attempts(model, TESTED, generator, seed=seed + 2).mean()


def main(seeds):
    torch.set_num_threads(1)
    theirs = twin("minigrad.models.policy_gradient")
    print(f"| method | minigrad, steps over {seeds} seeds | PyTorch | by chance | losses of {FIRST} updates "
          "differ by |")
    print("|---|---|---|---|---|")
    for method in SETTINGS:
        reached, differ = ([], []), 0.0
        for seed in range(10, 10 + seeds):      # others than those with which the settings were chosen
            minigrad.manual_seed(seed)
            model = policy_gradient.ActorCritic()
            other = copy_weights(model, theirs.ActorCritic())
            losses, our_steps = learn(policy_gradient, minigrad.optim, model, method, seed)
            expected, their_steps = learn(theirs, torch.optim, other, method, seed)
            differ = max(differ, np.abs(losses - expected)[:FIRST].max())
            reached[0].append(our_steps)
            reached[1].append(their_steps)
            print(f"{method} seed {seed}: {our_steps:.1f} {their_steps:.1f}", file=sys.stderr, flush=True)
        chance = attempts_by_chance(np.random.default_rng(0), 0).mean()
        cells = [f"{np.mean(each):.1f} ({min(each):.1f} to {max(each):.1f})" for each in reached]
        print(f"| {method} | {cells[0]} | {cells[1]} | {chance:.1f} | {differ:.1e} |")
    print(f"minigrad {minigrad.__version__}, NumPy {np.__version__}, PyTorch {torch.__version__}, one thread")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
