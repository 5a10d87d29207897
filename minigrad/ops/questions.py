"""What a program asks a tensor about its memory and its kind; most answers are no.

All tensors are dense, strided, and on the CPU or a GPU of CUDA. The methods are PyTorch's.
"""

from typing import Any

from minigrad.autograd import Node, Tensor
from minigrad.autograd.hooks import Keep
from minigrad.autograd.outputs import Output
from minigrad.autograd.printing import node_of
from minigrad.autograd.writes import version
from minigrad.backend import library_of
from minigrad.ops.creation import empty, tensor

NO = """is_sparse is_sparse_csr is_quantized is_mkldnn is_xpu is_mps is_meta is_nested is_ipu is_xla is_vulkan
is_maia is_mtia""".split()


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


def retains_grad(x: Tensor) -> bool:
    """Whether backward() fills `.grad` of x although x is not a leaf, see retain_grad()."""
    return x.node is not None and any(
        isinstance(hook, Keep) and hook.tensor() is x for hook in x.node.hooks or ())


def output_nr(x: Tensor) -> int:
    """Which output of its op x is, for an op with several."""
    return x.node.op.i if x.node is not None and isinstance(x.node.op, Output) else 0


class AccumulateGrad:
    """A leaf among the nodes of a graph: where a gradient is added to the `.grad` of `variable`."""

    next_functions: tuple = ()

    def __init__(self, variable: Tensor):
        self.variable = variable

    def name(self) -> str:
        return "torch::autograd::AccumulateGrad"

    def __repr__(self):
        return "<AccumulateGrad>"


def next_functions(node: Node) -> tuple:
    """The nodes from which the arguments of this one came, as pairs (node, number of its output).

    AccumulateGrad stands for a leaf, (None, 0) for an argument without a gradient.
    """
    found: list[tuple] = []
    for parent in node.parents:
        if isinstance(parent, Tensor):
            found.append((AccumulateGrad(parent), 0))
        elif parent is not None and isinstance(parent.op, Output):
            found.append((parent.parents[0], parent.op.i))
        else:
            found.append((parent, 0))
    return tuple(found)


def name(node: Node) -> str:
    """The name of the node in PyTorch's spelling: MulBackward0."""
    return node_of(node.op.name.partition("[")[0])


Node.next_functions = property(next_functions)      # type: ignore[attr-defined]
Node.name = name                                    # type: ignore[attr-defined]


QUESTIONS = {
    "_version": property(version), "retains_grad": property(retains_grad), "output_nr": property(output_nr),
    **{name: property(lambda x: False) for name in NO},
    **{name: lambda x: False for name in ("is_inference", "is_distributed", "is_shared")},
    "is_cpu": property(lambda x: x.device.type == "cpu"),
    "itemsize": property(lambda x: x.array.itemsize), "nbytes": property(lambda x: x.array.nbytes),
    "name": property(lambda x: None),
    "untyped_storage": lambda x: Storage(x.array), "storage": lambda x: Storage(x.array), "new": new,
    "to_dense": lambda x: x, "dense_dim": Tensor.dim, "sparse_dim": lambda x: 0,
    "__dlpack__": lambda x, **settings: x.array.__dlpack__(**settings),
    "__dlpack_device__": lambda x: x.array.__dlpack_device__(),
    "share_memory_": share_memory_, "record_stream": record_stream,
}
