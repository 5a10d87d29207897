"""torch.optim.optimizer's names for those who write optimizers."""

from typing import Any


class _RequiredParameter:
    """The default of an argument that has none."""

    def __repr__(self) -> str:
        return "<required parameter>"


required = _RequiredParameter()
ParamsT = Any


def _use_grad_for_differentiable(function: Any) -> Any:
    """step() itself, outside the graph."""
    from minigrad.autograd import no_grad
    return no_grad()(function)


def _default_to_fused_or_foreach(params: Any, differentiable: bool, use_fused: bool = False) -> tuple:
    """Which faster versions to use: none."""
    return False, False


def _get_value(x: Any) -> Any:
    return x.item() if hasattr(x, "item") else x


def _dispatch_sqrt(x: Any) -> Any:
    return x.sqrt() if hasattr(x, "sqrt") else x ** 0.5


def _get_scalar_dtype(is_fused: Any = None) -> Any:
    import minigrad
    return minigrad.float32


def _view_as_real(params: Any, *states: Any) -> None:
    pass


def _get_capturable_supported_devices(*settings: Any, **named: Any) -> list[str]:
    return []


def register_optimizer_step_pre_hook(hook: Any) -> Any:
    """Raises NotImplementedError: hooks belong to one optimizer."""
    raise NotImplementedError("hooks of all optimizers: register one on each with "
                              "optimizer.register_step_pre_hook")


register_optimizer_step_post_hook = register_optimizer_step_pre_hook
