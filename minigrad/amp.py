"""Losses scaled up, so that gradients in float16 stay above its smallest number, 6e-8.

    scaler = minigrad.amp.GradScaler()
    scaler.scale(loss).backward()
    scaler.step(optimizer)              # divides the gradients again; skips the step if one is inf or nan
    scaler.update()                     # the scale: halved after such a step, doubled after 2000 good ones

Source: Micikevicius et al. 2018, Mixed precision training, arXiv:1710.03740, sec. 3.2.
"""

import warnings
from contextlib import ContextDecorator

from minigrad import cuda
from minigrad.autograd import no_grad
from minigrad.hints import no_attribute as _no_attribute
from minigrad.ops.numbers.comparisons import isfinite

__all__ = ["GradScaler", "autocast"]


class GradScaler:
    """Multiplies losses by a scale, and divides gradients by it before an optimizer's step.

    The scale is init_scale at first; it is multiplied by backoff_factor where a gradient was not finite, and by
    growth_factor after growth_interval steps in a row whose gradients were. device is taken for PyTorch's sake.
    """

    def __init__(self, device="cuda", init_scale=2.0 ** 16, growth_factor=2.0, backoff_factor=0.5,
                 growth_interval=2000, enabled=True):
        if not growth_factor > 1 > backoff_factor > 0:
            raise ValueError(f"GradScaler: growth_factor is above 1 and backoff_factor between 0 and 1, got "
                             f"{growth_factor} and {backoff_factor}")
        self.growth_factor, self.backoff_factor, self.growth_interval = growth_factor, backoff_factor, growth_interval
        self.enabled, self.current, self.good_steps = enabled, float(init_scale), 0
        self.finite = {}            # of each optimizer whose gradients are divided already: were all finite?

    def scale(self, outputs):
        """The loss, or a list of them, times the scale."""
        if not self.enabled:
            return outputs
        if isinstance(outputs, (list, tuple)):
            return type(outputs)(self.scale(each) for each in outputs)
        return outputs * self.current

    def unscale_(self, optimizer):
        """Divide the gradients of the optimizer's parameters, e.g. before they are clipped; step() does it otherwise."""
        if not self.enabled:
            return
        if id(optimizer) in self.finite:
            raise RuntimeError("unscale_() has been called on this optimizer since the last update()")
        with no_grad():
            grads = [p.grad for group in optimizer.param_groups for p in group["params"] if p.grad is not None]
            for grad in grads:
                grad.mul_(1 / self.current)
            self.finite[id(optimizer)] = all(bool(isfinite(grad).all()) for grad in grads)

    def step(self, optimizer, *args, **settings):
        """optimizer.step(...), unless a gradient is inf or nan."""
        if self.enabled and id(optimizer) not in self.finite:
            self.unscale_(optimizer)
        if not self.enabled or self.finite[id(optimizer)]:
            return optimizer.step(*args, **settings)

    def update(self, new_scale=None):
        """The scale of the next step."""
        if not self.enabled:
            return
        if new_scale is not None:
            self.current = float(new_scale)
        elif not all(self.finite.values()):
            self.current, self.good_steps = self.current * self.backoff_factor, 0
        else:
            self.good_steps += 1
            if self.good_steps == self.growth_interval:
                self.current, self.good_steps = self.current * self.growth_factor, 0
        self.finite = {}

    def get_scale(self):
        return self.current if self.enabled else 1.0

    def is_enabled(self):
        return self.enabled

    def state_dict(self):
        if not self.enabled:
            return {}
        return {"scale": self.current, "growth_factor": self.growth_factor, "backoff_factor": self.backoff_factor,
                "growth_interval": self.growth_interval, "_growth_tracker": self.good_steps}

    def load_state_dict(self, state_dict):
        if self.enabled:
            self.current, self.good_steps = state_dict["scale"], state_dict["_growth_tracker"]
            self.growth_factor, self.backoff_factor = state_dict["growth_factor"], state_dict["backoff_factor"]
            self.growth_interval = state_dict["growth_interval"]


class autocast(ContextDecorator):
    """PyTorch's context that lets some ops choose float16; here ops compute in the dtype of their tensors.

    So it is there for programs that leave it off: with enabled=False, or for "cuda" where there is no GPU (which
    warns, as PyTorch does). Enabled it raises, for it would not do what it says.
    """

    def __init__(self, device_type, dtype=None, enabled=True, cache_enabled=None):
        if enabled and str(device_type).startswith("cuda") and not cuda.is_available():
            warnings.warn("autocast is for 'cuda' and there is no GPU; it is off", stacklevel=2)
        elif enabled:
            raise ValueError("autocast: ops compute in the dtype of their tensors; pass enabled=False, or convert "
                             "the model and its inputs with .half()")

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return False


def __getattr__(name):
    raise _no_attribute(__name__, name)
