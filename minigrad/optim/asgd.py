"""ASGD: SGD that also averages its parameters; the average is less noisy than the last iterate."""

from typing import Any

from minigrad.optim.optimizer import Optimizer, Params


class ASGD(Optimizer):
    """Averaged stochastic gradient descent. In step t = 1, 2, ...

        p = (1 - lambd * eta) * p - eta * g,   eta = lr / (1 + lambd * lr * (t - 1))^alpha
        mean = mean + (p - mean) / max(1, t - 1 - t0)

    The mean is in optimizer.state[p]["mean"]: a copy of p until step t0 + 2, an average from then on. p
    itself is trained. weight_decay adds weight_decay * p to g. maximize: ascend instead of descend. A
    change of lr takes effect one step late, as in PyTorch.

    Source: Polyak and Juditsky 1992, Acceleration of stochastic approximation by averaging; eta from Xu
    2011, arXiv:1107.2490.
    """

    elementwise = True
    names = {"mean": "ax"}

    def __init__(self, params: Params, lr: float = 1e-2, lambd: float = 1e-4, alpha: float = 0.75,
                 t0: float = 1e6, weight_decay: float = 0, foreach: bool | None = None,
                 maximize: bool = False, differentiable: bool = False, capturable: bool = False):
        super().__init__(params, dict(lr=lr, lambd=lambd, alpha=alpha, t0=t0, weight_decay=weight_decay,
                                      maximize=maximize),
                         foreach=foreach, differentiable=differentiable, capturable=capturable)

    def init_state(self, xp: Any, p: Any, *, lr: float, **settings: Any) -> dict:
        return {"mean": xp.zeros_like(p), "eta": lr, "mu": 1.0}

    def update(self, xp: Any, p: Any, g: Any, state: dict, *, lr: float, lambd: float, alpha: float,
               t0: float, weight_decay: float, maximize: bool) -> None:
        mean, eta, mu, t = (state[name] for name in ("mean", "eta", "mu", "step"))
        if maximize:
            g = -g
        if weight_decay:
            g = g + weight_decay * p
        p *= 1 - lambd * eta
        p -= eta * g
        mean += mu * (p - mean)
        state["eta"] = lr / (1 + lambd * lr * t) ** alpha
        state["mu"] = 1 / max(1, t - t0)
