"""Cart and pole (Barto, Sutton and Anderson 1983, IEEE SMC-13(5), 834-846): balance a pole by pushing its
cart.

The state of a cart is its position x (m) and velocity (m/s), and the pole's angle (radians, 0 is upright) and
angular velocity (1/s). Each step, 0.02 s, the cart is pushed to the left (action 0) or right (1) with 10 N.
Every step counts 1; it ends when the pole leans by more than 12 degrees, when the cart is further than 2.4 m
from the middle, or after 500 steps. The equations of motion are the paper's without friction, as in
Gymnasium's CartPole-v1.
"""

import numpy as np

GRAVITY = 9.8           # m/s^2
CART, POLE = 1.0, 0.1   # kg
LENGTH = 0.5            # m, from the joint to the pole's centre
FORCE = 10.0            # N
STEP = 0.02             # s
EDGE = 2.4              # m
LEAN = 12 * 2 * np.pi / 360
LONGEST = 500           # steps


def move(state: np.ndarray, action: np.ndarray) -> np.ndarray:
    """The states (N, 4) one step after the actions (N,), by Euler's method."""
    x, v, angle, spin = state.T
    push = np.where(action == 1, FORCE, -FORCE)
    sin, cos = np.sin(angle), np.cos(angle)
    mass = CART + POLE
    pushed = (push + POLE * LENGTH * spin ** 2 * sin) / mass
    spinning = (GRAVITY * sin - cos * pushed) / (LENGTH * (4 / 3 - POLE * cos ** 2 / mass))     # 1/s^2
    moving = pushed - POLE * LENGTH * spinning * cos / mass                                     # m/s^2
    return np.stack([x + STEP * v, v + STEP * moving, angle + STEP * spin, spin + STEP * spinning], axis=1)


class CartPole:
    """N carts at once, each with its own pole.

    >>> carts = CartPole(3, seed=0)
    >>> state, fell, late = carts.step(np.array([0, 1, 1]))
    >>> state.shape, fell.any(), late.any()
    ((3, 4), np.False_, np.False_)
    """

    def __init__(self, count: int = 1, seed: int = 0):
        if not isinstance(count, (int, np.integer)) or count < 1:
            raise ValueError(f"CartPole: count must be a whole number of at least 1, got {count!r}")
        self.generator = np.random.default_rng(seed)
        self.state = np.empty((count, 4))
        self.steps = np.zeros(count, np.int64)
        self.restart(np.ones(count, bool))

    def restart(self, which: np.ndarray) -> None:
        """Put the carts where `which` (N,) is True near the middle: all four numbers from U(-0.05, 0.05)."""
        self.state[which] = self.generator.uniform(-0.05, 0.05, (np.count_nonzero(which), 4))
        self.steps[which] = 0

    def step(self, action: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Push each cart: actions (N,) of 0 or 1 -> the new states (N, 4), which fell (N,), which are out of
        time.

        A cart that fell or is out of time waits for restart(). Raises ValueError for other actions.
        """
        action = np.asarray(action)
        if action.shape != self.steps.shape or not np.isin(action, (0, 1)).all():
            raise ValueError(f"CartPole: expected {len(self.steps)} actions, each 0 (left) or 1 (right), got "
                             f"{np.array2string(action, threshold=6)}")
        self.state = move(self.state, action)
        self.steps += 1
        fell = (np.abs(self.state[:, 0]) > EDGE) | (np.abs(self.state[:, 2]) > LEAN)
        return self.state.copy(), fell, ~fell & (self.steps >= LONGEST)
