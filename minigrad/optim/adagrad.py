"""Adagrad: divide the gradient by the root of the sum of its squares so far."""

from typing import Any

from minigrad.optim.optimizer import Optimizer, Params


class Adagrad(Optimizer):
    """total = total + g^2,   p = p - lr / (1 + (t - 1) * lr_decay) * g / (sqrt(total) + eps)  in step t.

    Elements with rare gradients keep large steps. total starts at initial_accumulator_value. weight_decay
    adds weight_decay * p to g. maximize: ascend instead of descend.

    Source: Duchi, Hazan and Singer 2011, JMLR 12, fig. 1, with a diagonal matrix.
    """

    elementwise = True
    names = {"total": "sum"}

    def __init__(self, params: Params, lr: float = 1e-2, lr_decay: float = 0, weight_decay: float = 0,
                 initial_accumulator_value: float = 0, eps: float = 1e-10, foreach: bool | None = None, *,
                 maximize: bool = False, differentiable: bool = False, fused: bool | None = None):
        super().__init__(params, dict(
            lr=lr, lr_decay=lr_decay, weight_decay=weight_decay,
            initial_accumulator_value=initial_accumulator_value, eps=eps, maximize=maximize),
            foreach=foreach, differentiable=differentiable, fused=fused)

    def add_param_group(self, group: dict) -> None:
        """See Optimizer; the state begins here, also for parameters that get no gradient, as in PyTorch."""
        super().add_param_group(group)
        added = self.param_groups[-1]
        for p in added["params"]:
            self.state[p] = self.first_state(p, self.settings(added))

    def init_state(self, xp: Any, p: Any, *, initial_accumulator_value: float, **settings: Any) -> dict:
        return {"total": xp.full_like(p, initial_accumulator_value)}

    def update(self, xp: Any, p: Any, g: Any, state: dict, *, lr: float, lr_decay: float,
               weight_decay: float, initial_accumulator_value: float, eps: float, maximize: bool) -> None:
        total = state["total"]
        if maximize:
            g = -g
        if weight_decay:
            g = g + weight_decay * p
        total += g * g
        p -= lr / (1 + (state["step"] - 1) * lr_decay) * g / (xp.sqrt(total) + eps)
