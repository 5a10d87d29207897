"""GradScaler: scale the loss up, so that float16 gradients do not underflow to 0 below 6e-8.

    scaler = minigrad.amp.GradScaler()
    scaler.scale(loss).backward()
    scaler.step(optimizer)              # unscale the gradients; skip the step if one is inf or nan
    scaler.update()                     # halve the scale after a skipped step, double it after 2000 good ones

Source: Micikevicius et al. 2018, Mixed precision training, arXiv:1710.03740, sec. 3.2.
"""

from typing import Any, TypeVar

from minigrad.autograd import Tensor, no_grad
from minigrad.autograd.errors import NamesArguments
from minigrad.interrupts import uninterrupted
from minigrad.ops.numbers.comparisons import isfinite
from minigrad.optim.optimizer import Optimizer

Losses = TypeVar("Losses", Tensor, list[Tensor], tuple[Tensor, ...])


class GradScaler(NamesArguments):
    """Multiplies losses by a scale, and divides the gradients by it before an optimizer's step.

    The scale starts at init_scale. update() multiplies it by backoff_factor if a gradient was inf or nan, and
    by growth_factor after growth_interval good steps in a row. device, PyTorch's first argument, is ignored.
    """

    doors = ("scale", "unscale_", "update", "load_state_dict")

    def __init__(self, device: str = "cuda", init_scale: float = 2.0 ** 16, growth_factor: float = 2.0,
                 backoff_factor: float = 0.5, growth_interval: int = 2000, enabled: bool = True) -> None:
        if not growth_factor > 1 > backoff_factor > 0:
            raise ValueError("GradScaler: expected growth_factor > 1 and 0 < backoff_factor < 1, got "
                             f"{growth_factor} and {backoff_factor}")
        self.growth_factor, self.backoff_factor = growth_factor, backoff_factor
        self.growth_interval = growth_interval
        self.enabled, self.current, self.good_steps = enabled, float(init_scale), 0
        self.finite: dict[Optimizer, bool] = {}     # with unscaled gradients -> were all finite?
        self.stepped: set[Optimizer] = set()        # since the last update()

    def scale(self, outputs: Losses) -> Losses:
        """The loss, or each of a list or tuple of losses, times the scale."""
        if not self.enabled:
            return outputs
        if isinstance(outputs, (list, tuple)):
            return type(outputs)(self.scale(each) for each in outputs)
        return outputs * self.current

    def unscale_(self, optimizer: Optimizer) -> None:
        """Divide the gradients of the optimizer's parameters by the scale.

        Call it to clip gradients before step(), which otherwise calls it itself.
        """
        if not self.enabled:
            return
        if optimizer in self.finite:
            raise RuntimeError("unscale_() was already called on this optimizer since the last update()")
        with uninterrupted(), no_grad():
            parameters = [p for group in optimizer.param_groups for p in group["params"]]
            grads = [p.grad for p in parameters if p.grad is not None]
            for grad in grads:
                grad.mul_(1 / self.current)
            self.finite[optimizer] = all(bool(isfinite(grad).all()) for grad in grads)

    def step(self, optimizer: Optimizer, *args: Any, **settings: Any) -> Any:
        """optimizer.step(...), unless a gradient is inf or nan.

        Raises RuntimeError for a second step before update(), and for a closure: it would compute gradients
        of the scaled loss.
        """
        if not self.enabled:
            return optimizer.step(*args, **settings)
        if args or "closure" in settings:
            raise RuntimeError("GradScaler.step takes no closure: nothing would unscale its gradients")
        if optimizer in self.stepped:
            raise RuntimeError("step() was already called on this optimizer since the last update()")
        with uninterrupted():
            if optimizer not in self.finite:
                self.unscale_(optimizer)
            self.stepped.add(optimizer)
            return optimizer.step(**settings) if self.finite[optimizer] else None

    def update(self, new_scale: float | None = None) -> None:
        """Set the scale for the next step: new_scale, or grown or reduced by the factors of the class.

        Raises RuntimeError if no gradients were looked at since the last update(): there is no step to count.
        """
        if not self.enabled:
            return
        if new_scale is None and not self.finite:
            raise RuntimeError("update() comes after step(optimizer), once for all optimizers")
        with uninterrupted():
            if new_scale is not None:
                self.current = float(new_scale)
            elif not all(self.finite.values()):
                self.current, self.good_steps = self.current * self.backoff_factor, 0
            else:
                self.good_steps += 1
                if self.good_steps == self.growth_interval:
                    self.current, self.good_steps = self.current * self.growth_factor, 0
            self.finite, self.stepped = {}, set()

    def get_scale(self) -> float:
        """The scale, 1.0 if the scaler is off."""
        return self.current if self.enabled else 1.0

    def is_enabled(self) -> bool:
        """Is the scaler on?"""
        return self.enabled

    def state_dict(self) -> dict[str, Any]:
        """The state under PyTorch's names, empty if the scaler is off."""
        if not self.enabled:
            return {}
        return {
            "scale": self.current, "growth_factor": self.growth_factor, "backoff_factor": self.backoff_factor,
            "growth_interval": self.growth_interval, "_growth_tracker": self.good_steps}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continue from what state_dict() returned; else ValueError, and nothing changes."""
        if not self.enabled:
            return
        names = self.state_dict()
        wrong = [name for name in names if not isinstance(state_dict.get(name), (int, float))]
        if wrong:
            raise ValueError("GradScaler: expected a state with the numbers "
                             f"{', '.join(names)}; it has none for {', '.join(wrong)}. The state of a scaler "
                             "that is off is empty")
        self.current, self.growth_factor, self.backoff_factor, self.growth_interval, self.good_steps = (
            state_dict[name] for name in names)
