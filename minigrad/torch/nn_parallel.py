"""torch.nn.parallel on one device: the module itself does the work."""

from typing import Any

from minigrad.nn import Module


class DataParallel(Module):
    """Calls `module`, whose parameters are named `module.*`. The other arguments do nothing."""

    def __init__(self, module: Module, device_ids: Any = None, output_device: Any = None, dim: int = 0):
        super().__init__()
        self.module = module

    def forward(self, *inputs: Any, **named: Any) -> Any:
        return self.module(*inputs, **named)


class DistributedDataParallel(DataParallel):
    """The same. Raises RuntimeError in PyTorch without a process group, which a program makes first."""

    def __init__(self, module: Module, *settings: Any, **named: Any):
        super().__init__(module)


def data_parallel(module: Module, inputs: Any, *settings: Any, module_kwargs: Any = None) -> Any:
    inputs = inputs if isinstance(inputs, tuple) else (inputs,)
    return module(*inputs, **(module_kwargs or {}))
