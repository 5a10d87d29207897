"""Cart and pole: a network learns by trial and error to balance a pole on a cart.

    state (position, velocity, angle, angular velocity) -> two networks -> probability of a push to the right,
                                                                           and how many steps will follow

Nobody shows what is right: the only word from outside is 1 for each step before the pole falls. The equations
of the cart are in minigrad/models/cartpole.py, the two ways of learning in
minigrad/models/policy_gradient.py.
"""

from pathlib import Path

import numpy as np

from minigrad import io, manual_seed, optim
from minigrad.demos.lesson import folder, heading, pictures, trained
from minigrad.models.cartpole import EDGE, LEAN, LONGEST, CartPole, move
from minigrad.models.policy_gradient import (
    ActorCritic,
    attempts,
    evaluate,
    gather,
    ppo,
    probability,
    reinforce,
)
from minigrad.visual.figure import finish, new_figure

EXPERIENCE = 10_240         # steps in an epoch
# carts, steps of each before an update, gamma, lam, learning rate, epochs. PPO uses a batch ten times.
SETTINGS = {"ppo": (8, 32, 0.98, 0.8, 1e-3, 10), "reinforce": (16, 128, 0.99, 1.0, 5e-3, 40)}
TESTED = 100


def main(method: str = "ppo", epochs: int | None = None, seed: int = 0, device: str = "cpu",
         out: str | Path = "minigrad-demo/balance", predict: str | None = None) -> None:
    out = Path(out)
    model_file = out / f"{method}.safetensors"
    if predict is not None:
        watch(predict, model_file, f"python -m minigrad demo balance --method {method} --out {out}")
        return
    folder(out)
    heading(f"A pole on a cart, by {'PPO' if method == 'ppo' else 'REINFORCE'}")
    manual_seed(seed)
    generator = np.random.default_rng(seed)
    count, steps, gamma, lam, lr, usual = SETTINGS[method]
    epochs = usual if epochs is None else epochs
    model, carts = ActorCritic().to(device), CartPole(count, seed)
    tested = attempts(model, TESTED, generator, seed=seed + 1)
    print(f"{count} carts at once; an attempt ends after {LONGEST} steps at the latest\n"
          f"untrained: {tested.mean():.0f} steps on average\n")

    optimizer = optim.Adam(model.parameters(), lr, eps=1e-5)
    updates = epochs * EXPERIENCE // (count * steps)
    schedule = optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, updates)
    lengths, seen_until = [], []        # of every attempt, and after how many steps of experience it ended
    for update in range(updates):
        seen = gather(model, carts, steps, generator, gamma=gamma, lam=lam)
        said = (ppo(model, optimizer, seen, generator) if method == "ppo"
                else reinforce(model, optimizer, seen))
        schedule.step()
        lengths += seen.lengths
        seen_until += [(update + 1) * count * steps] * len(seen.lengths)
        if (update + 1) % (updates // epochs) == 0:
            print(f"epoch {(update + 1) * epochs // updates}/{epochs}   {(update + 1) * count * steps:,} "
                  f"steps   last 20 attempts {np.mean(lengths[-20:]):5.1f}   "
                  f"value loss {said['value_loss']:8.2f}   entropy {said['entropy']:.3f}", flush=True)

    heading(f"{TESTED} new attempts")
    for name, greedy in (("as it learned, at random", False), ("always the more probable push", True)):
        tested = attempts(model, TESTED, generator, seed=seed + 2, greedy=greedy)
        print(f"{name:<32}{tested.mean():6.1f} steps on average, {np.mean(tested == LONGEST):4.0%} of them "
              "until the end")
    chance = attempts_by_chance(generator, seed + 2)
    print(f"{'pushes by chance':<32}{chance.mean():6.1f} steps on average\n")

    io.save(model_file, model)
    print(f"Model: {model_file}")
    with pictures(out / f"{method}-learning.png", out / f"{method}-policy.png") as (curve, policy):
        draw_learning(seen_until, lengths, curve)
        draw_policy(model, policy)


def attempts_by_chance(generator, seed):
    carts, lengths, done = CartPole(TESTED, seed), np.zeros(TESTED, np.int64), np.zeros(TESTED, bool)
    while not done.all():
        _, fell, late = carts.step(generator.integers(0, 2, TESTED))
        lengths[~done] = carts.steps[~done]
        done |= fell | late
    return lengths


def watch(asked, model_file, command):
    """Start from the state asked for, and print what the trained network does until the pole falls."""
    state = read_state(asked)
    with trained(model_file, command):
        model = io.load(model_file, ActorCritic()).eval()
    print("step   position   angle   push       the track, | is its middle")
    for step in range(LONGEST + 1):
        x, _, angle, _ = state[0]
        fallen = abs(x) > EDGE or abs(angle) > LEAN
        logits, _ = evaluate(model, state.astype(np.float32))
        right = int(logits[0, 1] > logits[0, 0])
        if fallen or step % 50 == 0:
            p = probability(logits)[0]
            push = "" if fallen else f"right {p:4.0%}" if right else f"left  {1 - p:4.0%}"
            print(f"{step:4}   {x:+6.2f} m  {np.degrees(angle):+6.1f}\u00b0   {push:<10} {view(x, angle)}")
        if fallen:
            print(f"The pole {'fell' if abs(angle) > LEAN else 'left the track'} after {step} steps.")
            return
        state = move(state, np.array([right]))
    print(f"It still stands after {LONGEST} steps.")


def read_state(text):
    """'position, velocity, angle, angular velocity' in m, m/s, degrees, degrees/s -> (1, 4) in radians."""
    names = "position (m), velocity (m/s), angle (degrees), angular velocity (degrees/s)"
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != 4 or not np.isfinite(numbers).all():
        raise ValueError(f"--predict: expected four numbers, {names}, such as '0, 0, 5, 0', got {text!r}")
    if abs(numbers[0]) > EDGE or abs(numbers[2]) > 12:
        raise ValueError(f"--predict: the position must be within {EDGE} m and the angle within 12 degrees, "
                         f"or the attempt is over before it begins; got {text!r}")
    return np.array([[*numbers[:2], *np.radians(numbers[2:])]])


def view(x, angle):
    """One line: the track with its middle, and the cart as the side to which its pole leans."""
    track = list("-" * 12 + "|" + "-" * 12)
    track[int(np.clip(round(12 + 5 * x), 0, 24))] = "/" if angle > 0.02 else "\\" if angle < -0.02 else "I"
    return "".join(track)


def draw_learning(seen_until, lengths, path):
    drawn, axes = new_figure(width=6.5, height=3.5)
    axis = axes[0, 0]
    axis.scatter(seen_until, lengths, s=6, alpha=0.4, label="one attempt")
    window = 20
    if len(lengths) >= window:
        mean = np.convolve(lengths, np.ones(window) / window, "valid")
        axis.plot(seen_until[window - 1:], mean, color="C1", label=f"mean of {window}")
    axis.set(xlabel="steps of experience", ylabel="steps until the pole fell", ylim=(0, LONGEST * 1.04),
             title="Learning to balance a pole")
    axis.legend(loc="upper left")
    axis.grid(alpha=0.3)
    finish(drawn, path)


def draw_policy(model, path):
    """The probability of a push to the right, by angle and angular velocity, of a cart at rest."""
    angle, spin = np.meshgrid(np.linspace(-12, 12, 97), np.linspace(-120, 120, 97))       # degrees
    still = np.zeros(angle.size)
    state = np.stack([still, still, np.radians(angle.ravel()), np.radians(spin.ravel())], axis=1)
    logits, value = evaluate(model, state.astype(np.float32))
    drawn, axes = new_figure(columns=2, width=5.0, height=4.0)
    for axis, shown, title, settings in (
            (axes[0, 0], probability(logits), "Probability of a push to the right", {"vmin": 0, "vmax": 1}),
            (axes[0, 1], value, "V: the steps expected to follow, discounted", {})):
        colours = axis.pcolormesh(angle, spin, shown.reshape(angle.shape), cmap="cividis", **settings)
        drawn.colorbar(colours)
        axis.set(xlabel="angle (degrees, right is positive)", ylabel="angular velocity (degrees/s)",
                 title=title)
    finish(drawn, path)
