"""Tensor: an array, whether it needs a gradient, and the node that computed it.

The methods that compute (x.exp(), x + y, x.sum(dim=1), ...) are the ops themselves: floor 3 puts them on
this class. backward() comes from reverse.py, register_hook() and retain_grad() from hooks.py.
"""

import copy

import numpy as np

from minigrad.autograd.arrays import Shape, legacy, restore, to_numpy
from minigrad.autograd.printing import text_of
from minigrad.autograd.writes import written
from minigrad.backend import MODULES, device_of


class Tensor:
    """An n-dimensional array that remembers how it was computed.

    array           the numbers, a numpy.ndarray or cupy.ndarray
    requires_grad   True if gradients flow to it or through it
    node            how it was computed (see op.py); None for a leaf: input data or a parameter
    grad            after backward(), the gradient of a leaf, a Tensor of the same shape; else None

    An array is wrapped without a copy. Nested lists become floats of the default dtype, and integers are the
    sizes of a tensor that is not filled: Tensor(2, 3); minigrad.tensor(data) keeps integers. Raises TypeError
    for data that is not numbers, and for requires_grad=True on integers.

    >>> x = Tensor([1.0, 2.0, 3.0], requires_grad=True)
    >>> (x * x).sum().backward()
    >>> x.grad
    tensor([2., 4., 6.])
    """

    __slots__ = ("array", "_grad", "requires_grad", "node", "hooks", "alias", "__dict__", "__weakref__")

    def __init__(self, data=(), requires_grad: bool = False, node=None, *sizes: int):
        if node is None or type(node) is int:
            if type(data) not in MODULES:
                data, requires_grad = legacy(data, requires_grad, node, *sizes)
                node = None
            if requires_grad:
                check_trainable(data, requires_grad)
        self.array = data
        self._grad = None
        self.requires_grad = requires_grad
        self.node = node
        self.hooks = self.alias = None          # alias: its views, or its base; see inplace.py

    # What it is

    @property
    def shape(self) -> Shape:
        return Shape(self.array.shape)

    @property
    def dtype(self) -> np.dtype:
        return self.array.dtype

    @property
    def device(self):
        return device_of(self.array)

    @property
    def ndim(self) -> int:
        return self.array.ndim

    @property
    def is_leaf(self) -> bool:
        return self.node is None

    @property
    def grad_fn(self):
        """The node that computed this tensor; None for a leaf."""
        return self.node

    def dim(self) -> int:
        return self.array.ndim

    def numel(self) -> int:
        return self.array.size

    def element_size(self) -> int:
        return self.array.itemsize

    def is_floating_point(self) -> bool:
        return self.array.dtype.kind == "f"

    def __len__(self):
        if not self.array.ndim:
            raise TypeError("len() of a 0-d tensor")
        return self.array.shape[0]

    def __iter__(self):
        if not self.array.ndim:
            raise TypeError("iteration over a 0-d tensor; get its number with .item()")
        return (self[i] for i in range(self.array.shape[0]))

    __repr__ = text_of

    # Out to Python and NumPy

    def item(self):
        """The only element, as a Python number. Raises ValueError if there is not exactly one."""
        if self.array.size != 1:
            raise ValueError(f"item() needs a tensor with one element, got shape {tuple(self.shape)}; "
                             "reduce it first, e.g. with .mean()")
        return to_numpy(self).reshape(()).item()

    def tolist(self):
        """The numbers as nested lists; the number itself of a 0-d tensor."""
        return to_numpy(self).tolist()

    def numpy(self) -> np.ndarray:
        """The same memory as a NumPy array. Raises if the tensor requires grad or is not on the CPU."""
        if self.requires_grad:
            raise RuntimeError("numpy() on a tensor that requires grad; call x.detach().numpy()")
        if self.device != "cpu":
            raise TypeError(f"numpy() on a tensor on {self.device}; call x.cpu().numpy()")
        return self.array

    def __array__(self, dtype=None, copy=None):
        array = self.numpy()
        if dtype is None or array.dtype == dtype:
            return array.copy() if copy else array
        if copy is False:
            raise ValueError(f"{array.dtype} cannot be viewed as {np.dtype(dtype)} without a copy")
        return array.astype(dtype)

    def __bool__(self):
        if self.array.size != 1:
            raise ValueError(f"the truth value of a tensor with shape {tuple(self.shape)} is ambiguous; "
                             "use .any() or .all()")
        return bool(self.item())

    def __float__(self):
        return float(self.item())

    def __int__(self):
        return int(self.item())

    def __index__(self):
        if self.array.dtype.kind not in "iu":
            raise TypeError(f"only integer tensors can be an index, got {self.dtype}")
        return int(self.item())

    def __format__(self, spec):
        return format(self.item(), spec) if self.array.ndim == 0 else format(repr(self), spec)

    def __reduce__(self):
        return restore, (type(self), to_numpy(self), self.device, self.requires_grad), vars(self) or None

    def __deepcopy__(self, memo):
        if self.node is not None:
            raise RuntimeError("only leaf tensors can be deep-copied; call .detach().clone() first")
        twin = type(self)(self.array.copy(), self.requires_grad)
        memo[id(self)] = twin
        twin.grad = copy.deepcopy(self.grad, memo)
        if not isinstance(self, Parameter):             # PyTorch's Parameter leaves them behind
            vars(twin).update(copy.deepcopy(vars(self), memo))
        return twin

    __hash__ = object.__hash__      # == compares elements; as a key a tensor is identified by itself

    # The graph

    def detach(self) -> "Tensor":
        """The same array, outside the graph."""
        return Tensor(self.array)

    @property
    def data(self) -> "Tensor":
        """The same array, outside the graph; assigning to it replaces the array."""
        return Tensor(self.array)

    @data.setter
    def data(self, value):
        self.array = value.array if isinstance(value, Tensor) else Tensor(value).array

    def requires_grad_(self, requires_grad: bool = True) -> "Tensor":
        """Turn gradients for this leaf on or off; returns the tensor."""
        if self.node is not None and not requires_grad:
            raise RuntimeError("requires_grad can be turned off on leaf tensors only; use .detach()")
        if requires_grad:
            check_trainable(self.array, True)
        self.requires_grad = requires_grad
        return self

    written = written               # after a write into .array: a graph that saved it refuses to use it


def check_trainable(array, requires_grad):
    """Refuse gradients for integers."""
    if array.dtype.kind not in "fc":
        raise TypeError(f"only floating-point and complex tensors can require gradients, got {array.dtype}; "
                        "convert it with .float()")


class Parameter(Tensor):
    """A tensor that a Module trains: it requires a gradient, and `module.parameters()` finds it."""

    __slots__ = ()

    def __init__(self, data: object, requires_grad: bool = True):
        super().__init__(data.array if isinstance(data, Tensor) else data, requires_grad)

    def __repr__(self):
        return "Parameter containing:\n" + text_of(self)
