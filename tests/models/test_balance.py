"""Cart and pole: the physics, the two policy gradients, and the demo."""

import re

import numpy as np
import pytest

import minigrad
from minigrad.cli import main
from minigrad.demos import balance
from minigrad.models import ActorCritic, CartPole, policy_gradient
from minigrad.models.cartpole import EDGE, LEAN, LONGEST, move
from minigrad.models.policy_gradient import attempts, gather, ppo, reinforce
from minigrad.optim import SGD, Adam

# The states that CartPole-v1 of Gymnasium 1.4.0 reached from START by PUSHES, after 1, 5 and 10 of them.
START = [0.03, -0.02, 0.04, 0.01]
PUSHES = [1, 1, 0, 1, 0, 0, 0, 1, 1, 0]
REACHED = {1: [0.029599999999999998, 0.1745261466416398, 0.0402, -0.2697989554581428],
           5: [0.051305399794219574, 0.17285032220042348, 0.008267974067390242, -0.2325964934750832],
           10: [0.052961939370248234, -0.022871738554659765, 0.008836779874865409, 0.07333881797445707]}


def test_a_cart_moves_as_in_gymnasium():
    state = np.array([START])
    for step, push in enumerate(PUSHES, 1):
        state = move(state, np.array([push]))
        if step in REACHED:
            np.testing.assert_allclose(state[0], REACHED[step], rtol=1e-12)


def test_a_mirrored_cart_pushed_the_other_way_moves_as_mirrored():
    state = np.array([[0.1, 0.2, 0.05, -0.3]])
    np.testing.assert_allclose(move(-state, np.array([0])), -move(state, np.array([1])))


def test_an_attempt_ends_by_a_fall_at_the_edge_or_after_500_steps():
    carts = CartPole(4)
    carts.state[:] = 0
    carts.state[0, 2], carts.state[1, 0], carts.state[2, 2] = LEAN + 0.01, EDGE + 0.01, -LEAN - 0.01
    carts.steps[3] = LONGEST - 1
    _, fell, late = carts.step(np.array([0, 1, 0, 1]))
    assert fell.tolist() == [True, True, True, False] and late.tolist() == [False, False, False, True]
    carts.restart(fell | late)
    assert np.abs(carts.state).max() <= 0.05 and carts.steps.tolist() == [0] * 4


@pytest.mark.parametrize("action", [[0], [0, 1, 2], [[0, 1]], [0.5, 1]])
def test_other_actions_are_refused(action):
    with pytest.raises(ValueError, match=r"expected 2 actions, each 0 \(left\) or 1 \(right\), got"):
        CartPole(2).step(np.array(action))


@pytest.mark.parametrize("count", [0, -1, 1.5])
def test_a_number_of_carts_is_at_least_one(count):
    with pytest.raises(ValueError, match=f"count must be a whole number of at least 1, got {count}"):
        CartPole(count)


class Fixed(ActorCritic):
    """A policy that pushes right with probability p, and a value that is always v."""

    def __init__(self, p, v):
        super().__init__()
        for layer in (self.actor[4], self.critic[4]):
            minigrad.nn.init.zeros_(layer.weight)
        with minigrad.no_grad():
            self.actor[4].bias.copy_(minigrad.tensor([0.0, np.log(p / (1 - p))]))
            self.critic[4].bias.fill_(v)


def test_advantages_are_what_the_papers_formula_gives():
    """By its definition: the sum over k of (gamma lam)^k delta, each attempt for itself."""
    gamma, lam, v = 0.9, 0.7, 3.0
    carts = CartPole(3, seed=1)
    seen = gather(Fixed(0.8, v), carts, 60, np.random.default_rng(0), gamma=gamma, lam=lam)
    assert len(seen.lengths) >= 6           # attempts ended, by falling
    again, ends = CartPole(3, seed=1), np.zeros((60, 3), bool)
    for t in range(60):
        _, fell, late = again.step(seen.action[t])
        assert not late.any()
        ends[t] = fell
        again.restart(fell)
    for cart in range(3):
        for t in range(60):
            expected, k = 0.0, t
            while True:
                expected += (gamma * lam) ** (k - t) * (1 + gamma * v * (not ends[k, cart]) - v)
                if ends[k, cart] or k == 59:
                    break
                k += 1
            assert seen.advantage[t, cart] == pytest.approx(expected, rel=1e-5)
    np.testing.assert_allclose(seen.returns, seen.advantage + v, rtol=1e-6)
    np.testing.assert_allclose(seen.log_p, np.log(np.where(seen.action == 1, 0.8, 0.2)), rtol=1e-5)


def test_time_that_runs_out_counts_what_would_have_followed():
    carts = CartPole(1)
    carts.steps[:] = LONGEST - 1
    seen = gather(Fixed(0.5, 3.0), carts, 1, np.random.default_rng(0), gamma=0.9, lam=0.7)
    assert seen.lengths == [LONGEST]
    assert seen.advantage[0, 0] == pytest.approx(1 + 0.9 * 3.0 - 3.0)


def test_reinforce_follows_the_gradient_of_its_formula():
    """Plain gradient descent of one step, beside a gradient by finite differences of -mean(A log pi)."""
    minigrad.manual_seed(0)
    model = ActorCritic(width=4)
    seen = gather(model, CartPole(2), 8, np.random.default_rng(0), gamma=0.99, lam=1.0)
    advantage = ((seen.advantage - seen.advantage.mean()) / (seen.advantage.std() + 1e-8)).ravel()
    bias = model.actor[4].bias

    def objective(shift):
        logits = model.actor(minigrad.tensor(seen.state.reshape(-1, 4))).detach().numpy().astype(np.float64)
        logits[:, 1] += shift
        log_p = logits - np.log(np.exp(logits).sum(1, keepdims=True))
        return -np.mean(advantage * log_p[np.arange(16), seen.action.ravel()])
    expected = (objective(1e-4) - objective(-1e-4)) / 2e-4
    optimizer = SGD(model.parameters(), 1.0)
    before = bias.detach().numpy().copy()
    reinforce(model, optimizer, seen)
    assert before[1] - bias.detach().numpy()[1] == pytest.approx(expected, rel=1e-3)


def test_ppo_stops_pushing_a_ratio_that_left_its_interval():
    """What is good is already e times as probable, what is bad e times less: the policy gets no gradient."""
    minigrad.manual_seed(0)
    model = ActorCritic(width=4)
    seen = gather(model, CartPole(2), 8, np.random.default_rng(0), gamma=0.98, lam=0.8)
    good = seen.advantage > seen.advantage.mean()
    kept = seen.log_p.copy()
    for shift, moves in ((1.0, False), (0.0, True)):
        before = model.actor[4].weight.detach().numpy().copy()
        seen.log_p = np.where(good, kept - shift, kept + shift).astype(np.float32)
        ppo(model, SGD(model.parameters(), 0.1), seen, np.random.default_rng(0), epochs=1)
        assert (model.actor[4].weight.detach().numpy() != before).any() == moves


@pytest.mark.torch
@pytest.mark.parametrize("method", ["ppo", "reinforce"])
def test_the_first_updates_are_those_of_pytorch(method):
    import torch

    from benchmarks.twin import copy_weights, twin
    theirs = twin("minigrad.models.policy_gradient")
    minigrad.manual_seed(0)
    ours = ActorCritic()
    other = copy_weights(ours, theirs.ActorCritic())
    random = np.random.default_rng(0), np.random.default_rng(0)
    carts = CartPole(4), CartPole(4)
    optimizers = Adam(ours.parameters(), 1e-3), torch.optim.Adam(other.parameters(), 1e-3)
    for _ in range(3):
        said = []
        for source, model, cart, optimizer, generator in zip((policy_gradient, theirs), (ours, other), carts,
                                                            optimizers, random):
            seen = source.gather(model, cart, 16, generator, gamma=0.98, lam=0.8)
            said.append(source.ppo(model, optimizer, seen, generator, epochs=2) if method == "ppo"
                        else source.reinforce(model, optimizer, seen))
        assert said[0] == pytest.approx(said[1], rel=1e-4, abs=1e-5)


def test_the_demo_learns_and_shows_an_attempt(tmp_path, capsys):
    balance.main(epochs=1, out=tmp_path)
    printed = capsys.readouterr().out
    assert "untrained: 2" in printed and printed.count("epoch ") == 1
    learned, chance = (float(re.search(rf"{name} +([\d.]+) steps", printed)[1])
                       for name in ("more probable push", "pushes by chance"))
    assert learned > 2 * chance
    assert {path.name for path in tmp_path.iterdir()} == {
        "ppo.safetensors", "ppo-learning.png", "ppo-policy.png"}
    balance.main(predict="0.5, 0, -3, 0", out=tmp_path)
    printed = capsys.readouterr().out
    assert printed.splitlines()[1].split()[:4] == ["0", "+0.50", "m", "-3.0\u00b0"]
    assert "after " in printed.splitlines()[-1]


@pytest.mark.parametrize("state, message", [
    ("", "expected four numbers, position"), ("1, 2, 3", "expected four numbers"),
    ("a, b, c, d", "expected four numbers"), ("0, 0, nan, 0", "expected four numbers"),
    ("3, 0, 0, 0", "position must be within 2.4 m"), ("0, 0, 13, 0", "angle within 12 degrees")])
def test_a_state_that_makes_no_sense_is_refused(tmp_path, capsys, state, message):
    assert main(["demo", "balance", "--predict", state, "--out", str(tmp_path)]) == 1
    assert message in capsys.readouterr().err


def test_without_a_model_it_says_how_to_train_one(tmp_path, capsys):
    asked = ["--method", "reinforce", "--predict", "0,0,5,0", "--out", str(tmp_path)]
    assert main(["demo", "balance", *asked]) == 1
    assert "python -m minigrad demo balance --method reinforce" in capsys.readouterr().err


def test_attempts_by_a_policy_that_always_pushes_right_end_soon():
    lengths = attempts(Fixed(1 - 1e-9, 0.0), 20, np.random.default_rng(0), greedy=True)
    assert 7 <= lengths.min() and lengths.max() <= 12
