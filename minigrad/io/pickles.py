"""Execute the pickles of PyTorch's files without calling anything but what builds tensors and containers.

A pickle is a list of instructions for a machine with a stack: push a number, a text, a list; look up a name;
call it; add to a list. Python's own unpickler lets a file change what it looks up and reserve any amount of
memory. This machine keeps to the names in GLOBALS, changes only what it made itself, and uses memory in
proportion to the file.

Source: the instructions, Python's pickletools.
"""

import math
import pickletools
import re
from collections import Counter, OrderedDict

import numpy as np

from minigrad.autograd import Parameter, Shape, Tensor
from minigrad.backend import Device, move
from minigrad.io.safetensors import decoded

CODES = {           # PyTorch's dtype -> NumPy's type code of its bytes
    "complex128": "c16", "complex64": "c8", "float64": "f8", "float32": "f4", "float16": "f2",
    "int64": "i8", "int32": "i4", "int16": "i2", "int8": "i1",
    "uint64": "u8", "uint32": "u4", "uint16": "u2", "uint8": "u1", "bool": "?",
    "bfloat16": "u2", "float8_e4m3fn": "u1", "float8_e5m2": "u1", None: "u1"}
FORMATS = {         # those that NumPy lacks or reads differently -> the name in safetensors
    "bool": "BOOL", "bfloat16": "BF16", "float8_e4m3fn": "F8_E4M3", "float8_e5m2": "F8_E5M2"}
STORAGES = {        # PyTorch's storage type -> its dtype
    "DoubleStorage": "float64", "FloatStorage": "float32", "HalfStorage": "float16",
    "BFloat16Storage": "bfloat16", "LongStorage": "int64", "IntStorage": "int32", "ShortStorage": "int16",
    "ComplexDoubleStorage": "complex128", "ComplexFloatStorage": "complex64",
    "CharStorage": "int8", "ByteStorage": "uint8", "BoolStorage": "bool"}
DEEPEST = 500       # containers in containers

NEW = {"NONE": lambda: None, "NEWTRUE": lambda: True, "NEWFALSE": lambda: False, "EMPTY_LIST": list,
       "EMPTY_DICT": dict, "EMPTY_TUPLE": tuple, "EMPTY_SET": set}
VALUES = {"BININT", "BININT1", "BININT2", "INT", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT", "UNICODE",
          "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8",
          "BYTEARRAY8"}
KEYS = (str, int, float, complex, bytes, np.generic, np.dtype, Tensor, type(None))
SIZED = (str, bytes, bytearray, list, tuple, dict, set)


class Refused(ValueError):
    """The reason why a file is not read, in words that follow its name."""


class Known:
    """A name of PyTorch or NumPy in a file: the function that may be called, or only a name."""

    def __init__(self, name, function=None):
        self.name, self.function = name, function


class Storage:
    """The memory that tensors in a file share.

    shared: the arrays of this memory by the name of their dtype; None: its bytes. kind: a name in CODES, or
    None if the tensor names its dtype. order: '<' or '>'.
    """

    def __init__(self, shared, kind, numel, device, order):
        self.shared, self.kind, self.numel, self.device, self.order = shared, kind, numel, device, order
        width = np.dtype(CODES[kind]).itemsize
        if numel * width != len(shared[None]):
            raise Refused(f"a storage has {len(shared[None])} bytes, expected {numel * width}")

    def numbers(self, kind):
        """All its elements as a flat array."""
        if kind not in self.shared:
            array = self.shared[None].view(np.dtype(CODES[kind]).newbyteorder(self.order))
            array = array.astype(array.dtype.newbyteorder("="), copy=False)
            self.shared[kind] = decoded(array, FORMATS.get(kind))
        return self.shared[kind]


# The machine that executes a pickle


def execute(program, storage, size):
    """Read one pickle from the file `program` of at most `size` bytes; return the object that it builds.

    storage: the function (kind, key, location, numel) that finds a storage.
    Everything on the stack was made here: a name looked up is a new Known, which no instruction changes.
    An honest program has a byte for each element that it copies, so the budget limits those that repeat
    themselves.
    """
    stack, marks, memo, budget = [], [], {}, 4 * size

    def above_mark():
        start = marks.pop()
        items = stack[start:]
        del stack[start:]
        return items

    def last(*types):
        if not isinstance(stack[-1], types):
            raise Refused(f"it tries to change {described(stack[-1])}; it is damaged or in another format")
        return stack[-1]

    for opcode, value, _ in pickletools.genops(program):
        match opcode.name:
            case name if name in VALUES:
                stack.append(value)
            case name if name in NEW:
                stack.append(NEW[name]())
            case "BINSTRING" | "SHORT_BINSTRING" | "STRING":        # of Python 2
                stack.append(value.encode("latin-1").decode())
            case "BINPUT" | "LONG_BINPUT" | "PUT":
                memo[value] = stack[-1]
            case "MEMOIZE":
                memo[len(memo)] = stack[-1]
            case "BINGET" | "LONG_BINGET" | "GET":
                stack.append(memo[value])
            case "MARK":
                marks.append(len(stack))
            case "POP":
                stack.pop()
            case "POP_MARK":
                above_mark()
            case "TUPLE":
                stack.append(tuple(above_mark()))
            case "TUPLE1" | "TUPLE2" | "TUPLE3" as name:
                count = int(name[-1])
                stack[-count:] = [tuple(stack[-count:])]
            case "LIST":
                stack.append(above_mark())
            case "DICT":
                items = above_mark()
                stack.append({checked_key(key): each for key, each in zip(items[::2], items[1::2])})
            case "FROZENSET":
                stack.append(frozenset(map(checked_key, above_mark())))
            case "APPEND":
                item = stack.pop()
                last(list).append(item)
            case "APPENDS":
                items = above_mark()
                last(list).extend(items)
            case "SETITEM":
                key, item = stack[-2:]
                del stack[-2:]
                last(dict)[checked_key(key)] = item
            case "SETITEMS":
                items = above_mark()
                changed = last(dict)
                for key, item in zip(items[::2], items[1::2]):
                    changed[checked_key(key)] = item
            case "ADDITEMS":
                items = above_mark()
                last(set).update(map(checked_key, items))
            case "GLOBAL":
                stack.append(lookup(*value.split(" ", 1)))
            case "STACK_GLOBAL":
                module, name = stack[-2:]
                stack[-2:] = [lookup(of_type(str, module), of_type(str, name))]
            case "REDUCE":
                known, arguments = stack[-2:]
                function = called(known, arguments)
                budget -= sum(len(each) for each in arguments if isinstance(each, SIZED))
                if budget < 0:
                    raise Refused("it copies the same data again and again")
                stack[-2:] = [function(*arguments)]
            case "BUILD":
                state = stack.pop()
                budget -= build(last(OrderedDict, np.ndarray, np.dtype), state)
                if budget < 0:
                    raise Refused("it copies the same data again and again")
            case "BINPERSID":
                stack[-1] = referred(stack[-1], storage)
            case "STOP":
                result, = stack
                check_result(result)
                return result
            case name if name not in ("PROTO", "FRAME"):
                raise Refused(f"it has the instruction {name}, which torch.save does not write")


def checked_key(key):
    """`key` if a dict can hold it: hashing a tuple nested a million deep would end Python."""
    inside = [key]
    for _ in range(100):
        if not inside:
            return key
        each = inside.pop()
        if isinstance(each, (tuple, frozenset)) and len(each) < 100:
            inside += each
        elif not isinstance(each, KEYS):
            raise Refused(f"a {type(each).__name__} is the key of a dict or in a set")
    raise Refused("a key of a dict has more than 100 parts")


def check_result(result):
    """Refuse an object nested deeper than DEEPEST, and names and storages outside of tensors."""
    heights, trail = {}, [(None, iter([result]))]       # heights: id of a container -> how deep it is
    while trail:
        parent, rest = trail[-1]
        for each in rest:
            if isinstance(each, (Known, Storage)):
                raise Refused(f"it holds {described(each)}; save only tensors and plain containers")
            inside = children(each)
            if inside and id(each) not in heights:
                heights[id(each)] = 0
                trail.append((each, iter(inside)))
                break
            if parent is not None:
                heights[id(parent)] = max(heights[id(parent)], 1 + heights.get(id(each), 0))
        else:
            trail.pop()
            if trail and trail[-1][0] is not None:
                above = id(trail[-1][0])
                heights[above] = max(heights[above], 1 + heights[id(parent)])
        if len(trail) > DEEPEST or heights.get(id(parent), 0) > DEEPEST:
            raise Refused(f"it nests containers more than {DEEPEST} deep")


def children(value):
    if isinstance(value, dict):
        return [*value.values(), *getattr(value, "__dict__", {}).values()]
    return value if isinstance(value, (list, tuple)) else ()


def lookup(module, name):
    """A name in the file. Only the functions in GLOBALS can be called."""
    asked = f"{module}.{name}"
    full = asked.replace("__builtin__.", "builtins.", 1).replace("numpy.core.", "numpy._core.", 1)
    if full in TORCH_DTYPES:
        return TORCH_DTYPES[full]
    if full in GLOBALS:
        return Known(full, GLOBALS[full])
    for part, advice in ADVICE.items():
        if part in full:
            raise Refused(f"it asks for {asked:.100}: {advice}")
    raise Refused(f"it asks for {asked:.100}, which is not allowed; only tensors and plain containers are. "
                  "Save model.state_dict(), and numbers and lists instead of other objects")


def called(known, arguments):
    if not isinstance(known, Known) or not callable(known.function) or not isinstance(arguments, tuple):
        raise Refused(f"it calls {described(known)}, which is not callable")
    return known.function


def referred(reference, storage):
    """The Storage for ('storage', type, key, location, numel) and, before PyTorch 1.6, a part of it."""
    if not isinstance(reference, tuple) or len(reference) not in (5, 6) or reference[0] != "storage":
        raise Refused(f"it refers to {described(reference)}, expected a storage")
    _, kind, key, location, numel, *part = reference
    if not (isinstance(kind, Known) and kind.name in KINDS and isinstance(key, str) and is_size(numel)):
        raise Refused("it refers to a storage without type, name or size; expected a storage")
    kind = KINDS[kind.name]
    whole = storage(kind, key, location, numel)
    if not part or part[0] is None:
        return whole
    _, offset, numel = part[0]
    if not (is_size(offset) and is_size(numel) and offset + numel <= whole.numel):
        raise Refused("a part of a storage lies outside of it")
    width = np.dtype(CODES[kind]).itemsize
    raw = whole.shared[None][offset * width:(offset + numel) * width]
    return Storage({None: raw}, kind, numel, whole.device, whole.order)


def described(value):
    """`value` in an error message. The repr() of nested lists can be much longer than the file."""
    if isinstance(value, Known):
        return value.name.rpartition(".")[2]
    if isinstance(value, (str, bytes)):
        return repr(value[:40])
    numbers = value if isinstance(value, tuple) else (value,)
    short = len(numbers) < 10 and all(type(n) is int and n.bit_length() < 100 for n in numbers)
    return repr(value) if short else f"a {type(value).__name__}"


def of_type(types, value):
    if not isinstance(value, types):
        raise Refused(f"it has {described(value)} in the wrong place")
    return value


def is_size(value):
    return type(value) is int and value >= 0


# What a pickle may call


def rebuild_tensor(storage, offset, sizes, strides, requires_grad=False, hooks=None, metadata=None, *,
                   kind=None):
    """A tensor that is a view of a storage; several tensors can share one storage."""
    kind = kind or (storage.kind if isinstance(storage, Storage) else None)
    if kind is None:
        raise Refused("a tensor has no storage or no dtype")
    if not (isinstance(sizes, tuple) and isinstance(strides, tuple) and len(sizes) == len(strides)
            and all(map(is_size, (offset, *sizes, *strides)))):
        raise Refused(f"a tensor has sizes {described(sizes)}, strides {described(strides)} and offset "
                      f"{described(offset)}")
    if metadata and (metadata.get("neg") or metadata.get("conj")):
        raise Refused("a tensor is stored as its negative or conjugate; save x.clone() after "
                      "x.resolve_neg() or x.resolve_conj()")
    numbers = storage.numbers(kind)
    width = numbers.itemsize
    try:        # NumPy checks that the tensor lies inside the storage
        array = np.ndarray(sizes, numbers.dtype, numbers, offset * width, [width * step for step in strides])
    except (ValueError, OverflowError) as error:
        raise Refused(f"a tensor {described(sizes)} with strides {described(strides)} does not fit its "
                      f"storage of {len(numbers)} elements from {described(offset)} on ({error})") from None
    return Tensor(move(array, storage.device), bool(requires_grad) and array.dtype.kind in "fc")


def rebuild_tensor_of(storage, offset, sizes, strides, requires_grad, hooks, dtype, metadata=None):
    """The tensor of a storage without a type; offset and strides count elements of `dtype`."""
    name = dtype.name if isinstance(dtype, (Known, np.dtype)) else ""
    if name.removeprefix("torch.") not in CODES:
        raise Refused(f"a tensor has the dtype {described(dtype)}")
    return rebuild_tensor(storage, offset, sizes, strides, requires_grad, hooks, metadata,
                          kind=name.removeprefix("torch."))


def rebuild_parameter(data, requires_grad, hooks, state=None):
    if not isinstance(data, Tensor):
        raise Refused(f"a parameter is made of a {type(data).__name__}")
    return Parameter(data, bool(requires_grad) and data.dtype.kind in "fc")


def rebuild_with_attributes(function, kind, arguments, state):
    """A tensor with attributes, which are left out; subclasses of Tensor are not among GLOBALS."""
    if called(function, arguments) not in (rebuild_tensor, rebuild_tensor_of, rebuild_parameter):
        raise Refused(f"a tensor with attributes is made by {described(function)}")
    return function.function(*arguments)


def sizes(values=()):
    if not isinstance(values, tuple) or not all(map(is_size, values)):
        raise Refused(f"a torch.Size has the sizes {described(values)}")
    return Shape(values)


def device(kind, index=None):
    full = of_type(str, kind) if index is None else f"{of_type(str, kind)}:{of_type(int, index)}"
    try:
        return Device(full)
    except ValueError:      # such as mps
        return full


def ordered(pairs=()):
    return OrderedDict((checked_key(key), value) for key, value in of_type((list, tuple), pairs))


def counted(counts=()):
    return Counter({checked_key(key): count for key, count in dict(of_type((dict, tuple), counts)).items()})


def unique(values=()):
    return set(map(checked_key, of_type((list, tuple), values)))


def encoded(text, encoding):
    """How torch.save writes bytes."""
    if encoding not in ("latin1", "latin-1"):
        raise Refused(f"it encodes text as {described(encoding)}")
    return of_type(str, text).encode("latin-1")


def changeable(content=b"", encoding=None):
    return bytearray(content if isinstance(content, bytes) else encoded(content, encoding))


def numpy_dtype(code, *_):
    if not isinstance(code, str) or not re.fullmatch(r"[<|=]?([fiubc](1|2|4|8|16)|[US]\d{1,4})", code):
        raise Refused(f"it has the NumPy dtype {described(code)}; save numbers or texts")
    return np.dtype(code)


def numpy_array(*_):
    """An array that BUILD fills."""
    return np.empty(0, np.uint8)


def numpy_from(content, dtype, shape, order):
    """An array as pickle protocol 5 writes it."""
    return np.frombuffer(bytearray(of_type((bytes, bytearray), content)), dtype).reshape(shape, order=order)


def numpy_scalar(dtype, content):
    return np.frombuffer(of_type(bytes, content), of_type(np.dtype, dtype), 1)[0]


def build(value, state):
    """Give `value` its state; return how many bytes were copied."""
    if isinstance(value, np.dtype):     # (version, byte order, ...); nothing changes
        if state[1] not in ("<", "|", "="):
            raise Refused("it has NumPy numbers of a big-endian machine; save them as tensors")
        return 0
    if isinstance(value, OrderedDict):  # _metadata of a state_dict
        if not isinstance(state, dict) or not all(
                isinstance(name, str) and not hasattr(OrderedDict, name) for name in state):
            raise Refused("it changes an OrderedDict")
        vars(value).update(state)
        return 0
    version, shape, dtype, fortran, content = state
    if not (isinstance(shape, tuple) and all(map(is_size, shape)) and isinstance(dtype, np.dtype)
            and isinstance(content, bytes) and len(content) == math.prod(shape) * dtype.itemsize):
        raise Refused("it has a damaged NumPy array")
    value.__setstate__((1, shape, dtype, bool(fortran), content))
    return len(content)


TORCH_DTYPES = {f"torch.{name}": np.dtype(CODES[name]) for name in CODES if name not in (*FORMATS, None)}
TORCH_DTYPES |= {"torch.bool": np.dtype(bool), "torch.bfloat16": np.dtype(np.float32)}
KINDS = {"torch.storage.UntypedStorage": None, "torch.UntypedStorage": None,
         **{f"torch.{storage}": kind for storage, kind in STORAGES.items()}}
GLOBALS = {
    **dict.fromkeys(KINDS),
    "torch.float8_e4m3fn": None, "torch.float8_e5m2": None,
    "torch._utils._rebuild_tensor": rebuild_tensor,
    "torch._utils._rebuild_tensor_v2": rebuild_tensor,
    "torch._utils._rebuild_tensor_v3": rebuild_tensor_of,
    "torch._utils._rebuild_parameter": rebuild_parameter,
    "torch._utils._rebuild_parameter_with_state": rebuild_parameter,
    "torch._tensor._rebuild_from_type_v2": rebuild_with_attributes,
    "torch.Tensor": None, "torch.nn.parameter.Parameter": None,
    "torch.Size": sizes, "torch.device": device,
    "collections.OrderedDict": ordered, "collections.Counter": counted,
    "builtins.set": unique, "builtins.frozenset": lambda values=(): frozenset(unique(values)),
    "builtins.bytes": lambda: b"", "builtins.bytearray": changeable, "_codecs.encode": encoded,
    "builtins.complex": lambda *parts: complex(*(of_type(float, each) for each in parts)),
    "numpy._core.multiarray._reconstruct": numpy_array, "numpy._core.multiarray.scalar": numpy_scalar,
    "numpy._core.numeric._frombuffer": numpy_from, "numpy.ndarray": None, "numpy.dtype": numpy_dtype,
}
ADVICE = {
    "sparse": "sparse tensors are not supported; save x.to_dense()",
    "_rebuild_qtensor": "quantized tensors are not supported; save x.dequantize()",
    "torch.QInt": "quantized tensors are not supported; save x.dequantize()",
    "torch.QUInt": "quantized tensors are not supported; save x.dequantize()",
    "nested": "nested tensors are not supported; save a list of tensors, x.unbind()",
    "_rebuild_meta_tensor": "a meta tensor has no numbers; save it after it is initialised",
    "torch.ComplexHalf": "NumPy lacks complex32; save x.to(torch.complex64)",
    "torch.complex32": "NumPy lacks complex32; save x.to(torch.complex64)",
    "torch.float": "NumPy lacks this dtype; save x.float()",
}
