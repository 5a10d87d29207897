"""LBFGS: Newton-like steps, from how the gradient has changed along the last steps."""

import math
from collections import namedtuple

import numpy as np

from minigrad.autograd import enable_grad, no_grad
from minigrad.backend import quiet
from minigrad.ops.creation import zeros_like
from minigrad.ops.places.joining import cat
from minigrad.optim.optimizer import Optimizer

Point = namedtuple("Point", "t loss g slope")       # at p + t d; slope is the derivative of the loss by t


class LBFGS(Optimizer):
    """Limited-memory BFGS, for a loss that is the same function in every call: all data, no dropout.

        d = -H g,   p = p + t d         H: about the inverse of the matrix of second derivatives

    H comes from the last history_size changes s of p and y of g. t is lr, or with
    line_search_fn='strong_wolfe' searched for, from lr on. One step(closure) makes up to max_iter such
    iterations and about max_eval calls of closure (None: 5/4 max_iter). It ends where no element of g
    is above tolerance_grad, or where p or the loss change by less than tolerance_change.

        def closure():
            optimizer.zero_grad()
            loss = loss_function(model(x), target)
            loss.backward()
            return loss

        for _ in range(20):
            optimizer.step(closure)         # returns the loss before

    It keeps 2 * history_size copies of all parameters, which are one group.

    Source: Nocedal and Wright 2006, Numerical optimization, 2nd ed., algorithms 7.4 and 7.5; the line search
    3.5 and 3.6; first step, tolerances and bounds of the search as in PyTorch.
    """

    names = {"s": "old_stps", "y": "old_dirs", "rho": "ro", "scale": "H_diag", "g": "prev_flat_grad"}

    def __init__(self, params, lr=1, max_iter=20, max_eval=None, tolerance_grad=1e-7, tolerance_change=1e-9,
                 history_size=100, line_search_fn=None):
        if line_search_fn not in (None, "strong_wolfe"):
            raise ValueError(f"LBFGS: line_search_fn must be None or 'strong_wolfe', got {line_search_fn!r}")
        super().__init__(params, dict(
            lr=lr, max_iter=max_iter, max_eval=max_iter * 5 // 4 if max_eval is None else max_eval,
            tolerance_grad=tolerance_grad, tolerance_change=tolerance_change, history_size=history_size,
            line_search_fn=line_search_fn))

    def add_param_group(self, group):
        if self.param_groups:
            raise ValueError("LBFGS: one H belongs to all parameters; pass them as one group")
        super().add_param_group(group)

    @no_grad()
    def step(self, closure=None):
        """Up to max_iter iterations; returns the loss before them."""
        if closure is None:
            raise TypeError("LBFGS: step(closure) needs a function that computes the loss and its gradients "
                            "and returns the loss")
        closure, settings = enable_grad()(closure), self.settings(self.param_groups[0])
        state = self.state[self.parameters()[0]]        # of all parameters
        if not state:
            state.update(n_iter=0, func_evals=0, s=[], y=[], rho=[], scale=1.0)
        first_loss = closure()
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
            d = direction(state, g)
            state.update(d=d, t=t, g=g)
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

    def gradient(self):
        """All gradients, one behind the other, as a vector."""
        parts = []
        for p in self.parameters():
            if p.grad is not None:
                self.check_gradient(p)
            parts.append((zeros_like(p) if p.grad is None else p.grad).reshape(-1))
        return cat(parts)

    def move(self, d, t):
        """p = p + t d."""
        start = 0
        for p in self.parameters():
            p.add_(d[start:start + p.numel()].reshape(p.shape), alpha=t)
            start += p.numel()

    def along(self, d, closure):
        """The function of t that looks at p + t d and leaves p where it is."""
        here = [p.clone() for p in self.parameters()]

        def look(t):
            self.move(d, t)
            loss, g = float(closure()), self.gradient()
            for p, value in zip(self.parameters(), here):
                p.copy_(value)
            return Point(t, math.inf if math.isnan(loss) else loss, g, g.dot(d).item())
        return look

    def checked_state(self, i, p, entries, group):
        state = super().checked_state(i, p, entries, group)
        size = sum(p.numel() for p in group["params"])
        for vector in [*state["s"], *state["y"], *(state[name] for name in ("d", "g") if name in state)]:
            if tuple(vector.shape) != (size,):
                raise ValueError(f"LBFGS: the saved state is of {vector.numel()} numbers, the parameters "
                                 f"here are {size}")
        return state


def remember(state, g, history_size):
    """Add the changes s of p and y of g since the last iteration to the history."""
    s, y = state["d"] * state["t"], g - state["g"]
    ys = y.dot(s).item()
    if ys > 1e-10:      # else the curvature is negative, or nothing but rounding
        for name, value in (("s", s), ("y", y), ("rho", 1 / ys)):
            state[name].append(value)
            del state[name][:-history_size]
        state["scale"] = ys / y.dot(y).item()


def direction(state, g):
    """-H g without H, from the history: the recursion of algorithm 7.4."""
    d, history, weights = -g, list(zip(state["s"], state["y"], state["rho"])), []
    for s, y, rho in reversed(history):
        weights.append(s.dot(d) * rho)
        d -= weights[-1] * y
    d *= state["scale"]
    for s, y, rho in history:
        d += (weights.pop() - y.dot(d) * rho) * s
    return d


def strong_wolfe(look, start, t, size, tolerance, limit, c1=1e-4, c2=0.9):
    """A point along d where the loss has fallen enough and its slope is flat enough; and the calls of look.

        loss(t) <= loss(0) + c1 t slope(0)   and   |slope(t)| <= c2 |slope(0)|

    t is the first to try. It gives the best it has seen after `limit` more calls, or where t * size, the
    largest change of an element, is known to less than tolerance.
    """
    def too_high(point):
        return point.loss > start.loss + c1 * point.t * start.slope

    def flat(point):
        return abs(point.slope) <= -c2 * start.slope

    # Go on until a minimum lies between two points.
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

    # Then come closer from both sides.
    ends = [before if calls < limit else start, here]
    low = 0 if ends[0].loss <= ends[1].loss else 1      # which of the two is the better one
    at_an_end = False
    while calls < limit and abs(ends[1].t - ends[0].t) * size >= tolerance:
        left, right = sorted(end.t for end in ends)
        t = minimum(*ends, left, right)
        margin = 0.1 * (right - left)
        close = min(right - t, t - left) < margin
        if close and (at_an_end or not left < t < right):       # a second time: step away from the end
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
    """The t between left and right where the cubic through two points, with their slopes, is smallest.

    Source: Nocedal and Wright 2006, eq. 3.59. Their middle where there is none.
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
