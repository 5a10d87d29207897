"""Tensor: an array, whether it wants a gradient, and the node that computed it.

Methods that compute (x.exp(), x + y, x.sum(dim=1), ...) are the ops themselves; floor 3 puts them on
the class; backward() and retain_grad() come from backward.py.
"""

import copy
import weakref

import numpy as np

from minigrad.autograd.modes import CLOCK, MODE, Writes
from minigrad.backend import MODULES, array_on, copies, device_of, library_of, owner
from minigrad.hints import DTYPES, closest

PRINTING = dict(threshold=1000, precision=4, edgeitems=3, max_line_width=75, suppress_small=None)


class Default:
    """The dtype of floating-point numbers that do not say theirs."""

    dtype = np.dtype("float32")


def dtype_of(dtype=None):
    """A dtype, or the name of one, as NumPy's; the default one for None."""
    if dtype is None:
        return Default.dtype
    try:
        return np.dtype(dtype)
    except TypeError:
        near = closest(str(dtype), DTYPES)
        raise TypeError(f"{dtype!r} is no dtype; " + (f"did you mean minigrad.{near}?" if near else
                        "use minigrad.float32, minigrad.int64, minigrad.bool, ...")) from None


class Tensor:
    """An n-dimensional array that remembers how it was computed.

    array           the numbers, a numpy.ndarray or cupy.ndarray
    requires_grad   True if gradients shall flow to it or through it
    node            how it was computed (see op.py); None for a leaf: input data or a parameter
    grad            after backward(), the gradient of a leaf, a Tensor of the same shape; else None

    An array is wrapped as it is, without a copy; numbers and nested lists become float32, int64 or bool.

    >>> x = Tensor([1.0, 2.0, 3.0], requires_grad=True)
    >>> (x * x).sum().backward()
    >>> x.grad
    tensor([2., 4., 6.])
    """

    __slots__ = ("array", "grad", "requires_grad", "node", "hooks", "__weakref__")

    def __init__(self, data, requires_grad=False, node=None):
        if node is None:
            if type(data) not in MODULES:
                data = array_from(data)
            if requires_grad and data.dtype.kind != "f":
                if requires_grad is not True:
                    raise TypeError(f"Tensor(...) takes data and no sizes, got {requires_grad!r} behind the first; use "
                                    "minigrad.empty(...) or minigrad.zeros(...)")
                raise TypeError(f"only floating-point tensors can require gradients, got {data.dtype}; "
                                "convert it with .float()")
        self.array = data
        self.grad = None
        self.requires_grad = requires_grad
        self.node = node
        self.hooks = None

    # What it is

    @property
    def shape(self):
        return Shape(self.array.shape)

    @property
    def dtype(self):
        return self.array.dtype

    @property
    def device(self):
        return device_of(self.array)

    @property
    def ndim(self):
        return self.array.ndim

    @property
    def is_leaf(self):
        return self.node is None

    @property
    def grad_fn(self):
        """The node that computed this tensor, None for a leaf."""
        return self.node

    def dim(self):
        return self.array.ndim

    def numel(self):
        return self.array.size

    def element_size(self):
        return self.array.itemsize

    def is_floating_point(self):
        return self.array.dtype.kind == "f"

    def __len__(self):
        if not self.array.ndim:
            raise TypeError("len() of a 0-d tensor")
        return self.array.shape[0]

    def __iter__(self):
        if not self.array.ndim:
            raise TypeError("iteration over a 0-d tensor; read its number with .item()")
        return (self[i] for i in range(self.array.shape[0]))

    def __repr__(self):
        host = to_numpy(self)
        text = np.array2string(host, separator=", ", prefix="tensor(", **PRINTING)
        if host.size == 0:
            text = f"[], shape={tuple(host.shape)}"
        if host.dtype not in (Default.dtype, np.int64, np.bool_):
            text += f", dtype={host.dtype}"
        if self.device != "cpu":
            text += f", device='{self.device}'"
        if self.node is not None:
            text += f", grad_fn=<{self.node.op.name}>"
        elif self.requires_grad:
            text += ", requires_grad=True"
        return f"tensor({text})"

    # Out to Python and NumPy

    def item(self):
        """The only element as a Python number."""
        if self.array.size != 1:
            raise ValueError(f"item() needs a tensor with one element, got shape {tuple(self.shape)}; "
                             "reduce it first, e.g. with .mean()")
        return to_numpy(self).reshape(()).item()

    def tolist(self):
        return to_numpy(self).tolist()

    def numpy(self):
        """The same memory as a NumPy array. Raises where a gradient or a device is in the way."""
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
            raise ValueError(f"a view of {array.dtype} as {np.dtype(dtype)} is impossible without a copy")
        return array.astype(dtype)

    def __array_ufunc__(self, ufunc, method, *inputs, **settings):
        """numpy_array * tensor is our __rmul__; other functions of NumPy know no gradients and are refused."""
        operator = REFLECTED.get(ufunc.__name__)
        if operator and method == "__call__" and not settings and not isinstance(inputs[0], Tensor):
            return getattr(inputs[1], operator)(inputs[0])
        raise TypeError(f"np.{ufunc.__name__} of a Tensor would lose its gradient; use the function of minigrad "
                        f"or the method, as in minigrad.exp(x) or x.exp(), or x.detach().numpy()")

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
        return restore, (type(self), to_numpy(self), self.device, self.requires_grad)

    def __deepcopy__(self, memo):
        if self.node is not None:
            raise RuntimeError("only leaf tensors can be deep-copied; call .detach().clone() first")
        twin = type(self)(self.array.copy(), self.requires_grad)
        memo[id(self)] = twin
        twin.grad = copy.deepcopy(self.grad, memo)
        return twin

    __hash__ = object.__hash__      # == compares elements, but a tensor is a key by identity

    # The graph

    def detach(self):
        """The same array, outside the graph."""
        return Tensor(self.array)

    @property
    def data(self):
        """The same array, outside the graph; assigning replaces the array."""
        return Tensor(self.array)

    @data.setter
    def data(self, value):
        self.array = value.array if isinstance(value, Tensor) else Tensor(value).array

    def requires_grad_(self, requires_grad=True):
        """Let gradients flow to this leaf, or not; returns the tensor."""
        if self.node is not None and not requires_grad:
            raise RuntimeError("requires_grad can be changed on leaf tensors only; use .detach()")
        if requires_grad and self.array.dtype.kind != "f":
            raise TypeError(f"only floating-point tensors can require gradients, got {self.dtype}; "
                            "convert it with .float()")
        self.requires_grad = requires_grad
        return self

    def register_hook(self, hook):
        """Call hook(gradient) when backward knows this tensor's gradient; what it returns replaces it.

        Returns a handle whose remove() takes the hook away again.
        """
        if not self.requires_grad:
            raise RuntimeError("register_hook() on a tensor that does not require grad")
        owner = self.node or self
        if owner.hooks is None:
            owner.hooks = []
        owner.hooks.append(hook)
        return Handle(owner.hooks, hook)

    def written(self):
        """Note that the array has been written to, so that a graph that saved it refuses to use it."""
        memory = owner(self.array)
        if id(memory) not in Writes.last:
            weakref.finalize(memory, Writes.last.pop, id(memory), None)
        Writes.latest = Writes.last[id(memory)] = next(CLOCK)
        return self

    def __getattr__(self, name):
        if name.startswith("__"):       # a protocol that Python or NumPy asks for, no slip of a person
            raise AttributeError(name)
        hint = INSTEAD.get(name)
        if hint is None:
            close = closest(name, dir(type(self)))
            hint = f"did you mean {close!r}?" if close else "see dir(tensor) for what it has"
        raise AttributeError(f"a Tensor has no attribute {name!r}; {hint}")


REFLECTED = {       # numpy_array + tensor -> tensor.__radd__(numpy_array)
    "add": "__radd__", "subtract": "__rsub__", "multiply": "__rmul__", "divide": "__rtruediv__",
    "floor_divide": "__rfloordiv__", "remainder": "__rmod__", "power": "__rpow__", "matmul": "__rmatmul__",
    "equal": "__eq__", "not_equal": "__ne__", "less": "__gt__", "less_equal": "__ge__", "greater": "__lt__",
    "greater_equal": "__le__", "bitwise_and": "__and__", "bitwise_or": "__or__", "bitwise_xor": "__xor__",
}

INSTEAD = {
    "astype": "PyTorch's spelling is x.to(dtype)",
    "copy": "PyTorch's spelling is x.clone()",
    "fill": "use x.fill_(value)",
    "new": "use x.new_zeros(...), x.new_empty(...) or x.new_tensor(data)",
    "bfloat16": "NumPy has none; use x.float(), or x.half() to save memory",
    "to_sparse": "all tensors are dense; leave it out",
    "share_memory_": "leave it out: minigrad.parallel shares memory itself",
    "set_": "use x.data = y",
    "resize_": "use x.new_empty(sizes)",
    "apply_": "compute with ops, as in x.mul_(2), or x.copy_(tensor(values))",
    "append": "use minigrad.cat([x, y])",
    "len": "use len(x)",
    "zero_grad": "use x.grad = None, or optimizer.zero_grad()",
}


class Parameter(Tensor):
    """A tensor that a Module trains: it requires a gradient and `module.parameters()` finds it."""

    __slots__ = ()

    def __init__(self, data, requires_grad=True):
        super().__init__(data.array if isinstance(data, Tensor) else data, requires_grad)

    def __repr__(self):
        return f"Parameter({super().__repr__()})"


class Shape(tuple):
    """A tuple of sizes, with PyTorch's numel()."""

    __slots__ = ()

    def numel(self):
        count = 1
        for size in self:
            count *= size
        return count


class Handle:
    """Takes a hook away again."""

    def __init__(self, hooks, hook):
        self.hooks, self.hook = hooks, hook

    def remove(self):
        if self.hook in self.hooks:
            self.hooks.remove(self.hook)
        self.hooks = ()         # once, also where the hook was registered twice


def array_from(data, dtype=None):
    """An array from numbers, nested lists, NumPy scalars or tensors inside lists.

    Python floats take the default dtype, float32, and Python integers int64; NumPy data keeps its dtype.
    """
    dtype = dtype if dtype is None else dtype_of(dtype)
    if isinstance(data, Tensor):
        raise TypeError("expected numbers or an array, got a Tensor; use x.detach() or x.clone()")
    if isinstance(data, (list, tuple)):
        data = [each.tolist() if isinstance(each, Tensor) else each for each in data]
    try:
        array = np.array(data, dtype)
    except (ValueError, TypeError) as error:
        meaning = uneven(data) or error
        raise type(error)(f"a tensor is made of numbers in lists of equal lengths: {meaning}") from None
    if array.dtype.kind not in "fiub":
        raise TypeError(f"a tensor holds numbers or booleans, got {type(data).__name__} of {array.dtype}")
    if dtype is None and array.dtype == np.float64 and not holds_numpy(data):
        array = array.astype(Default.dtype)
    return array


def uneven(data):
    """Which two parts of a nested list differ in length, in words; None where all fit."""
    level = [("data", data)]
    while level:
        lengths = [len(part) if isinstance(part, (list, tuple)) or getattr(part, "ndim", 0) else None
                   for _, part in level]
        odd = next((i for i, length in enumerate(lengths) if length != lengths[0]), None)
        if odd is not None:
            one, other = (f"{level[i][0]} " + ("is no list" if lengths[i] is None else f"has length {lengths[i]}")
                          for i in (0, odd))
            return f"{one} but {other}; make them alike, or several tensors"
        level = [(f"{name}[{i}]", each) for name, part in level if lengths[0] for i, each in enumerate(part)]
    return None


def holds_numpy(data):
    """Does the first number in `data` come from NumPy, with a dtype of its own?"""
    while isinstance(data, (list, tuple)) and len(data):
        data = data[0]
    return isinstance(data, (np.ndarray, np.generic))


def to_numpy(tensor):
    """The numbers on the host, whatever the device and the graph; counted as a copy if they move."""
    if tensor.device == "cpu":
        return tensor.array
    copies["to_host"] += 1
    return library_of(tensor.array).to_host(tensor.array)


def restore(kind, array, device, requires_grad):
    return kind(array_on(array, device), requires_grad)


def check_writable(tensor, name):
    """Refuse an in-place write that the graph would miss."""
    if MODE.recording and tensor.requires_grad:
        what = "a leaf that requires grad" if tensor.node is None else "part of a graph"
        raise RuntimeError(f"{name} writes into a tensor that is {what}; do it inside "
                           f"`with no_grad():`, or compute a new tensor")
