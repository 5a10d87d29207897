"""Adam and AdamW: a step size per element, from running means of its gradient and squared gradient."""

import math
from typing import Any

from minigrad.autograd import Tensor
from minigrad.optim.optimizer import Optimizer, Params


class Adam(Optimizer):
    """Adaptive moment estimation. In step t, with g the gradient:

        m = beta1 * m + (1 - beta1) * g         mean of the gradients,   m_hat = m / (1 - beta1^t)
        v = beta2 * v + (1 - beta2) * g^2       mean of their squares,   v_hat = v / (1 - beta2^t)
        p = p - lr * m_hat / (sqrt(v_hat) + eps)

    m and v start at zero; the hats correct that bias. amsgrad: use the largest v so far in place of v.
    weight_decay adds weight_decay * p to g; decoupled_weight_decay: it is AdamW's.
    maximize: ascend instead of descend.

    Source: Kingma and Ba 2015, arXiv:1412.6980, algorithm 1; amsgrad: Reddi et al. 2018,
    arXiv:1904.09237, algorithm 2.
    """

    elementwise = True
    names = {"m": "exp_avg", "v": "exp_avg_sq", "v_max": "max_exp_avg_sq"}

    def __init__(self, params: Params, lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999),
                 eps: float = 1e-8, weight_decay: float = 0, amsgrad: bool = False, *,
                 foreach: bool | None = None, maximize: bool = False, capturable: bool = False,
                 differentiable: bool = False, fused: bool | None = None,
                 decoupled_weight_decay: bool = False):
        if foreach and not capturable and isinstance(lr, Tensor):
            raise ValueError(f"{type(self).__name__}: lr is a tensor, which foreach=True takes only with "
                             "capturable=True; pass a number")
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay,
                                      amsgrad=amsgrad, maximize=maximize,
                                      decoupled_weight_decay=decoupled_weight_decay),
                         foreach=foreach, capturable=capturable, differentiable=differentiable, fused=fused)

    def init_state(self, xp: Any, p: Any, *, amsgrad: bool, **settings: Any) -> dict:
        return {name: xp.zeros_like(p) for name in (("m", "v", "v_max") if amsgrad else ("m", "v"))}

    def update(self, xp: Any, p: Any, g: Any, state: dict, *, lr: float, betas: tuple[float, float],
               eps: float, weight_decay: float, amsgrad: bool, maximize: bool,
               decoupled_weight_decay: bool) -> None:
        m, v, t = state["m"], state["v"], state["step"]
        beta1, beta2 = betas
        if maximize:
            g = -g
        if weight_decay and decoupled_weight_decay:
            p *= 1 - lr * weight_decay
        elif weight_decay:
            g = g + weight_decay * p
        m *= beta1
        part = xp.multiply(g, 1 - beta1, out=xp.empty_like(g))      # the only temporary array
        m += part
        xp.multiply(g, g, out=part)
        part *= 1 - beta2
        v *= beta2
        v += part
        if amsgrad:
            v = xp.maximum(state["v_max"], v, out=state["v_max"])
        # p -= lr * m_hat / (sqrt(v_hat) + eps), with both bias corrections in one factor
        root = math.sqrt(1 - beta2**t)
        xp.sqrt(v, out=part)
        part += eps * root
        xp.divide(m, part, out=part)
        part *= lr * root / (1 - beta1**t)
        p -= part


class AdamW(Adam):
    """Adam with decoupled weight decay: each step scales p by 1 - lr * weight_decay.

    In Adam the decay is part of g and is divided by sqrt(v_hat), so weights with large gradients decay
    least. Here all weights decay at the same rate.

    Source: Loshchilov and Hutter 2019, arXiv:1711.05101, algorithm 2; the decay is scaled by lr, as in
    PyTorch.
    """

    def __init__(self, params: Params, lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999),
                 eps: float = 1e-8, weight_decay: float = 1e-2, amsgrad: bool = False, *,
                 maximize: bool = False, foreach: bool | None = None, capturable: bool = False,
                 differentiable: bool = False, fused: bool | None = None):
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad, maximize=maximize, foreach=foreach,
                         capturable=capturable, differentiable=differentiable, fused=fused,
                         decoupled_weight_decay=True)
