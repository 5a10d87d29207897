"""torch.autograd.graph: where tensors that the graph saves are kept: in memory, where they are."""

from contextlib import nullcontext
from typing import Any

from minigrad.autograd.op import Node as Node


class save_on_cpu(nullcontext):
    """A block whose graph keeps its tensors on the CPU: here, it keeps them where they are."""

    def __init__(self, pin_memory: bool = False, device_type: str = "cuda"):
        super().__init__()


class disable_saved_tensors_hooks(nullcontext):
    """A block in which hooks of saved tensors raise an error: there are none."""


class allow_mutation_on_saved_tensors(nullcontext):
    """In PyTorch, a block that copies what is saved and then changed."""

    def __init__(self) -> None:
        raise NotImplementedError("allow_mutation_on_saved_tensors: change a copy, x.clone(), of a tensor "
                                  "that the graph needs")


class saved_tensors_hooks(nullcontext):
    """In PyTorch, functions that see every tensor that the graph saves."""

    def __init__(self, pack_hook: Any, unpack_hook: Any):
        raise NotImplementedError("saved_tensors_hooks: the graph keeps arrays; to save memory, compute "
                                  "again in backward with torch.utils.checkpoint.checkpoint")
