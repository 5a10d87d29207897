"""torch.amp's names: GradScaler, from optim/grad_scaler.py, and autocast, for programs that leave it off."""

from contextlib import ContextDecorator

from minigrad.autograd.arrays import BFLOAT16, dtype_of
from minigrad.backend import cuda
from minigrad.hints import missing as _missing, warn as _warn
from minigrad.optim.grad_scaler import GradScaler

__all__ = ["GradScaler", "autocast"]


class autocast(ContextDecorator):
    """In PyTorch, lets some ops choose float16. Here an op computes in the dtype of its tensors.

    It does nothing with enabled=False, for "cuda" without a GPU, where it warns as PyTorch does, and for
    bfloat16, the default on a CPU, which is float32 here (see dtype_of). Else it raises ValueError, since it
    cannot do what was asked. cache_enabled is ignored.
    """

    def __init__(self, device_type: str, dtype: object = None, enabled: bool = True,
                 cache_enabled: bool | None = None) -> None:
        if enabled and str(device_type).startswith("cuda") and not cuda.is_available():
            _warn("autocast: there is no GPU; it is off")
        elif enabled and (dtype is BFLOAT16 or dtype is None and str(device_type) == "cpu"):
            dtype_of(BFLOAT16)
        elif enabled:
            raise ValueError("autocast: ops compute in the dtype of their tensors; pass enabled=False, or "
                             "convert the model and its inputs with .half()")

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return False


def __getattr__(name):
    raise _missing(__name__, name, __all__)
