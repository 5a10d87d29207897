"""LBFGS: quasi-Newton steps, from how the gradient changed over the last steps."""

import math
from collections import namedtuple
from collections.abc import Callable

import numpy as np

from minigrad.autograd import Tensor, enable_grad, no_grad
from minigrad.backend import quiet
from minigrad.interrupts import uninterrupted
from minigrad.ops.creation import zeros_like
from minigrad.ops.numbers.complex import is_complex, view_as_real
from minigrad.ops.places.joining import cat
from minigrad.optim.optimizer import Optimizer, Params

Point = namedtuple("Point", "t loss g slope")       # at p + t d; slope = d loss / d t


class LBFGS(Optimizer):
    """Limited-memory BFGS, for a loss that is the same function in every call: full batch, no dropout.

        d = -H g,   p = p + t d         H: an approximation of the inverse Hessian

    H is built from the last history_size changes s of p and y of g. t is lr; with
    line_search_fn='strong_wolfe' a line search that starts at lr finds t. One step(closure) runs up to
    max_iter iterations and about max_eval calls of closure (None: 5/4 max_iter). It stops when no element
    of g exceeds tolerance_grad, or when p or the loss changes by less than tolerance_change.

        def closure():
            optimizer.zero_grad()
            loss = loss_function(model(x), target)
            loss.backward()
            return loss

        for _ in range(20):
            optimizer.step(closure)         # returns the loss before the step

    It keeps 2 * history_size copies of all parameters, and takes one group of parameters. If closure raises,
    or on Ctrl-C, parameters and state are again those before the step.

    Source: Nocedal and Wright 2006, Numerical optimization, 2nd ed., algorithms 7.4 and 7.5; line search
    3.5 and 3.6. First step, tolerances and bounds of the search as in PyTorch.
    """

    names = {"s": "old_stps", "y": "old_dirs", "rho": "ro", "scale": "H_diag", "g": "prev_flat_grad"}

    def __init__(self, params: Params, lr: float = 1, max_iter: int = 20, max_eval: int | None = None,
                 tolerance_grad: float = 1e-7, tolerance_change: float = 1e-9, history_size: int = 100,
                 line_search_fn: str | None = None):
        if line_search_fn not in (None, "strong_wolfe"):
            raise ValueError(f"LBFGS: line_search_fn must be None or 'strong_wolfe', got {line_search_fn!r}")
        super().__init__(params, dict(
            lr=lr, max_iter=max_iter, max_eval=max_iter * 5 // 4 if max_eval is None else max_eval,
            tolerance_grad=tolerance_grad, tolerance_change=tolerance_change, history_size=history_size,
            line_search_fn=line_search_fn))

    def add_param_group(self, group: dict) -> None:
        if self.param_groups:
            raise ValueError("LBFGS: one H covers all parameters; pass them as one group")
        super().add_param_group(group)

    @no_grad()
    def _step(self, closure=None):
        """Run up to max_iter iterations; returns the loss before them."""
        if closure is None:
            raise TypeError("LBFGS: step(closure) needs a function that computes the loss and its gradients "
                            "and returns the loss")
        before = [p.clone() for p in self.parameters()]
        state = self.state.get(self.parameters()[0], {})        # one state for all parameters
        state = {name: list(value) if isinstance(value, list) else value for name, value in state.items()}
        try:
            loss = self.iterate(enable_grad()(closure), state)
        except BaseException:
            with uninterrupted():
                for p, value in zip(self.parameters(), before):
                    p.copy_(value)
            raise
        self.state[self.parameters()[0]] = state
        return loss

    def iterate(self, closure: Callable[[], Tensor], state: dict) -> Tensor:
        """The iterations of one step."""
        settings = self.settings(self.param_groups[0])
        if not state:
            state.update(n_iter=0, func_evals=0, s=[], y=[], rho=[], scale=1.0)
        first_loss = closure()
        if not state["n_iter"] and all(p.grad is None for p in self.parameters()):
            self.warn_without_gradients()
        loss, g, evaluations = float(first_loss), self.gradient(), 1
        for i in range(1, settings["max_iter"] + 1):
            if largest(g) <= settings["tolerance_grad"]:
                break
            state["n_iter"] += 1
            t = settings["lr"]
            if state["n_iter"] == 1:
                t *= min(1, 1 / g.abs().sum().item())
            else:
                remember(state, g, settings["history_size"])
                state.setdefault("al", [None] * settings["history_size"])
            d = direction(state, g)
            state.update(d=d, t=t, g=g, prev_loss=loss)
            slope = g.dot(d).item()
            if slope > -settings["tolerance_change"]:
                break
            loss_before = loss
            if settings["line_search_fn"]:
                start, limit = Point(0.0, loss, g, slope), settings["max_eval"] - evaluations
                (t, loss, g, _), calls = strong_wolfe(
                    self.along(d, closure), start, t, largest(d), settings["tolerance_change"], limit)
                state["t"] = t
                self.move(d, t)
                evaluations += calls
            else:
                self.move(d, t)
                if i < settings["max_iter"]:
                    loss, g = float(closure()), self.gradient()
                    evaluations += 1
            if (evaluations >= settings["max_eval"] or largest(d * t) <= settings["tolerance_change"]
                    or abs(loss - loss_before) < settings["tolerance_change"]):
                break
        state["func_evals"] += evaluations
        return first_loss

    def gradient(self) -> Tensor:
        """All gradients, concatenated into one vector."""
        parts = []
        for p in self.parameters():
            if p.grad is not None:
                self.check_gradient(p)
            parts.append(as_real(zeros_like(p) if p.grad is None else p.grad).reshape(-1))
        return cat(parts)

    def move(self, d: Tensor, t: float) -> None:
        """p = p + t d."""
        start = 0
        for p in map(as_real, self.parameters()):
            p.add_(d[start:start + p.numel()].reshape(p.shape), alpha=t)
            start += p.numel()

    def along(self, d: Tensor, closure: Callable[[], Tensor]) -> Callable[[float], Point]:
        """A function of t that evaluates the loss at p + t d and then restores p."""
        here = [p.clone() for p in self.parameters()]

        def look(t):
            self.move(d, t)
            loss, g = float(closure()), self.gradient()
            for p, value in zip(self.parameters(), here):
                p.copy_(value)
            return Point(t, math.inf if math.isnan(loss) else loss, g, g.dot(d).item())
        return look

    def checked_state(self, which: str, p: Tensor, entries: dict, group: dict) -> dict:
        state = super().checked_state(which, p, entries, group)
        size = sum(p.numel() for p in group["params"])
        for vector in [*state["s"], *state["y"], *(state[name] for name in ("d", "g") if name in state)]:
            if tuple(vector.shape) != (size,):
                raise ValueError(f"LBFGS: the saved state has vectors of {vector.numel()} numbers, the "
                                 f"parameters here have {size}")
        return state


def remember(state, g, history_size):
    """Add the changes s of p and y of g since the last iteration to the history."""
    s, y = state["d"] * state["t"], g - state["g"]
    ys = y.dot(s).item()
    if ys > 1e-10:      # else the curvature is negative or rounding noise
        for name, value in (("s", s), ("y", y), ("rho", 1 / ys)):
            state[name].append(value)
            del state[name][:-history_size]
        state["scale"] = ys / y.dot(y).item()


def as_real(x):
    """Complex numbers as pairs of real ones; a real tensor itself."""
    return view_as_real(x) if is_complex(x) else x


def direction(state, g):
    """-H g from the history, without forming H: the two-loop recursion of algorithm 7.4."""
    d, history, weights = -g, list(zip(state["s"], state["y"], state["rho"])), state.get("al", [])
    for i, (s, y, rho) in reversed([*enumerate(history)]):
        weights[i] = s.dot(d) * rho
        d -= weights[i] * y
    d *= state["scale"]
    for i, (s, y, rho) in enumerate(history):
        d += (weights[i] - y.dot(d) * rho) * s
    return d


def strong_wolfe(look, start, t, size, tolerance, limit, c1=1e-4, c2=0.9):
    """A point along d that meets the strong Wolfe conditions, and the number of calls of look.

        loss(t) <= loss(0) + c1 t slope(0)   and   |slope(t)| <= c2 |slope(0)|

    t is the first value to try. The search returns the best point so far after `limit` more calls, or when
    it knows t * size, the largest change of an element, to within tolerance.
    """
    def too_high(point):
        return point.loss > start.loss + c1 * point.t * start.slope

    def flat(point):
        return abs(point.slope) <= -c2 * start.slope

    # Extend until two points bracket a minimum.
    before, here, calls = start, look(t), 0
    while calls < limit:
        if too_high(here) or (calls > 1 and here.loss >= before.loss):
            break
        if flat(here):
            return here, calls + 1
        if here.slope >= 0:
            break
        t = minimum(before, here, here.t + 0.01 * (here.t - before.t), 10 * here.t)
        before, here = here, look(t)
        calls += 1

    # Then shrink the bracket from both sides.
    ends = [before if calls < limit else start, here]
    low = 0 if ends[0].loss <= ends[1].loss else 1      # index of the end with the lower loss
    at_an_end = False
    while calls < limit and abs(ends[1].t - ends[0].t) * size >= tolerance:
        left, right = sorted(end.t for end in ends)
        t = minimum(*ends, left, right)
        margin = 0.1 * (right - left)
        close = min(right - t, t - left) < margin
        if close and (at_an_end or not left < t < right):       # close twice: move away from the end
            t = right - margin if right - t < t - left else left + margin
            close = False
        at_an_end = close
        here = look(t)
        calls += 1
        if too_high(here) or here.loss >= ends[low].loss:
            ends[1 - low] = here
            low = 0 if ends[0].loss <= ends[1].loss else 1
        elif flat(here):
            return here, calls + 1
        else:
            if here.slope * (ends[1 - low].t - ends[low].t) >= 0:
                ends[1 - low] = ends[low]
            ends[low] = here
    return ends[low], calls + 1


def minimum(a, b, left, right):
    """The t in [left, right] that minimises the cubic through two points and their slopes.

    The midpoint if the cubic has no minimum. Source: Nocedal and Wright 2006, eq. 3.59.
    """
    if a.t > b.t:
        a, b = b, a
    with quiet():
        d1 = a.slope + b.slope - 3 * np.divide(a.loss - b.loss, a.t - b.t)
        d2 = np.sqrt(d1 * d1 - a.slope * b.slope)
        t = b.t - (b.t - a.t) * np.divide(b.slope + d2 - d1, b.slope - a.slope + 2 * d2)
    return (left + right) / 2 if np.isnan(t) else float(min(max(t, left), right))


def largest(x):
    return x.abs().max().item()
