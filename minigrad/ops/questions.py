"""What a program asks a tensor about its memory and its kind; most answers are no.

All tensors are dense, strided, and on the CPU or a GPU of CUDA. The methods are PyTorch's.
"""

from typing import Any

from minigrad.autograd import Tensor
from minigrad.backend import library_of
from minigrad.ops.creation import empty, tensor

NO = """is_sparse is_sparse_csr is_quantized is_mkldnn is_xpu is_mps is_meta is_nested is_ipu is_xla is_vulkan
is_maia is_mtia""".split()


class Layout:
    """How tensors lie in memory: strided, the only layout here."""

    def __repr__(self):
        return "torch.strided"


strided = Layout()


class Storage:
    """The memory of a tensor, as far as programs ask for it."""

    def __init__(self, array: Any):
        base = array
        while getattr(base, "base", None) is not None and hasattr(base.base, "nbytes"):
            base = base.base
        self.array = base

    def data_ptr(self) -> int:
        return library_of(self.array).address(self.array)

    def nbytes(self) -> int:
        return self.array.nbytes

    def size(self) -> int:
        return self.array.nbytes

    def __len__(self):
        return self.array.nbytes


def new(x: Tensor, *data: Any) -> Tensor:
    """A tensor of x's dtype and device: of the sizes given, which are not filled, or of data."""
    if len(data) == 1 and not isinstance(data[0], int) and not isinstance(data[0], type(x.shape)):
        return tensor(data[0], dtype=x.dtype, device=x.device)
    return empty(*data or (0,), dtype=x.dtype, device=x.device)


def share_memory_(x: Tensor) -> Tensor:
    """x itself: minigrad.parallel shares memory itself, and threads share it anyway."""
    return x


def record_stream(x: Tensor, stream: Any) -> None:
    """Does nothing: a GPU runs its work in the order of the calls."""


QUESTIONS = {
    **{name: property(lambda x: False) for name in NO},
    **{name: lambda x: False for name in ("is_inference", "is_distributed", "is_shared")},
    "is_cpu": property(lambda x: x.device.type == "cpu"),
    "itemsize": property(lambda x: x.array.itemsize), "nbytes": property(lambda x: x.array.nbytes),
    "layout": property(lambda x: strided), "name": property(lambda x: None),
    "untyped_storage": lambda x: Storage(x.array), "storage": lambda x: Storage(x.array), "new": new,
    "to_dense": lambda x: x, "dense_dim": Tensor.dim, "sparse_dim": lambda x: 0,
    "__dlpack__": lambda x, **settings: x.array.__dlpack__(**settings),
    "__dlpack_device__": lambda x: x.array.__dlpack_device__(),
    "share_memory_": share_memory_, "record_stream": record_stream,
}
