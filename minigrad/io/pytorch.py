"""PyTorch's own files: weights, optimizer states and dicts of these go both ways, without PyTorch.

    minigrad.save(model.state_dict(), "net.pt")         torch.load("net.pt") reads it
    model.load_state_dict(minigrad.load("net.pt"))      also where torch.save wrote it

A file is a zip archive, its entries not compressed:

    archive/data.pkl    a pickle of the object, in which a tensor is a call of _rebuild_tensor_v2 with a
                        reference to its storage, where in it the tensor begins, its sizes and strides
    archive/data/N      storage N: numbers, one after the other
    archive/byteorder   'little'
    archive/version     '3'

A pickle is a program that may call any function. This one is read by an unpickler that knows the names
in GLOBALS and no others. For files of minigrad alone prefer io.save and io.save_checkpoint: safetensors
need no such care.

Source: PyTorch's torch/serialization.py; the opcodes: Python's pickletools.
"""

import pickle
import struct
import zipfile
from collections import Counter, OrderedDict

import numpy as np

from minigrad.autograd import Parameter, Shape, Tensor
from minigrad.backend import CPU, Device, module_on, move
from minigrad.io.safetensors import replacing

STORAGES = {        # PyTorch's name for the numbers of a storage -> ours
    "DoubleStorage": "<f8", "FloatStorage": "<f4", "HalfStorage": "<f2", "LongStorage": "<i8",
    "IntStorage": "<i4", "ShortStorage": "<i2", "CharStorage": "i1", "ByteStorage": "u1", "BoolStorage": "?",
    "BFloat16Storage": "<u2",       # the upper half of a float32: read only
}
NAMES = {np.dtype(code): name for name, code in STORAGES.items() if name != "BFloat16Storage"}


def save(obj, f):
    """Write tensors, numbers, strings, None, and dicts, lists and tuples of these as torch.save does.

    f: a path, where the file appears whole or not at all, or a file object open for writing. Tensors come
    from any device and are saved as on the cpu. A tensor that is there twice is written once.
    """
    if isinstance(obj, (str, bytes)) or hasattr(f, "state_dict"):
        raise TypeError(f"save(obj, f) takes the object first and then the file, got {type(obj).__name__} and "
                        f"{type(f).__name__}")
    storages = {}
    program = b"\x80\x02" + b"".join(pickled(obj, "obj", storages)) + b"."
    if hasattr(f, "write"):
        return write_archive(f, program, storages)
    with replacing(f) as file:
        write_archive(file, program, storages)


def write_archive(file, program, storages):
    with zipfile.ZipFile(file, "w") as archive:
        def put(name, content):
            archive.writestr(zipfile.ZipInfo("archive/" + name), content)       # without the time of day
        put("data.pkl", program)
        put("byteorder", "little")
        for number, array in storages.values():
            host = np.ascontiguousarray(move(array, CPU))
            put(f"data/{number}", host.astype(host.dtype.newbyteorder("<"), copy=False).tobytes())
        put("version", "3\n")


def pickled(value, path, storages):
    """The opcodes, piece by piece, that make `value`; arrays of tensors go into `storages`.

    path: where in the object the value stands, for errors.
    """
    if value is None or isinstance(value, bool):
        yield {None: b"N", True: b"\x88", False: b"\x89"}[value]
    elif isinstance(value, np.generic) and value.dtype.kind in "fiub":
        yield from pickled(value.item(), path, storages)
    elif isinstance(value, int):
        size = value.bit_length() // 8 + 1
        yield b"\x8a" + bytes([size]) + value.to_bytes(size, "little", signed=True)
    elif isinstance(value, float):
        yield b"G" + struct.pack(">d", value)
    elif isinstance(value, str):
        text = value.encode("utf-8", "surrogatepass")
        yield b"X" + struct.pack("<I", len(text)) + text
    elif isinstance(value, Parameter):
        yield b"ctorch._utils\n_rebuild_parameter\n("
        yield from pickled(Tensor(value.array), path, storages)
        yield from pickled(value.requires_grad, path, storages)
        yield EMPTY + b"tR"
    elif isinstance(value, Tensor):
        yield from pickled_tensor(value, path, storages)
    elif isinstance(value, dict):
        yield EMPTY if isinstance(value, OrderedDict) else b"}"
        yield b"("
        for key, each in value.items():
            yield from pickled(key, f"a key of {path}", storages)
            yield from pickled(each, f"{path}[{key!r}]", storages)
        yield b"u"
    elif type(value) in (list, tuple, Shape):
        yield b"](" if type(value) is list else b"("
        for i, each in enumerate(value):
            yield from pickled(each, f"{path}[{i}]", storages)
        yield b"e" if type(value) is list else b"t"
    else:
        instead = "; save its state_dict()" if hasattr(value, "state_dict") else ""
        raise TypeError(f"save: {path} is a {type(value).__name__}{instead}; a file holds tensors, numbers, strings, "
                        "None, and dicts, lists and tuples of these")


EMPTY = b"ccollections\nOrderedDict\n)R"


def pickled_tensor(x, path, storages):
    """_rebuild_tensor_v2((storage), offset, sizes, strides, requires_grad, hooks), hooks always empty."""
    if x.dtype not in NAMES:
        raise TypeError(f"save: {path} has dtype {x.dtype}, for which PyTorch's files have no storage; they have "
                        f"{', '.join(map(str, NAMES))}")
    number, _ = storages.setdefault(id(x.array), (len(storages), x.array))
    strides = [1]
    for size in reversed(x.shape[1:]):
        strides.insert(0, strides[0] * size)
    yield b"ctorch._utils\n_rebuild_tensor_v2\n(("
    yield from pickled("storage", path, storages)
    yield f"ctorch\n{NAMES[x.dtype]}\n".encode()
    for part in (str(number), "cpu", x.numel()):
        yield from pickled(part, path, storages)
    yield b"tQ"
    for part in (0, tuple(x.shape), tuple(strides[:x.ndim]), x.requires_grad):
        yield from pickled(part, path, storages)
    yield EMPTY + b"tR"


def load(f, map_location=None, *, weights_only=True, mmap=None):
    """The object in a file that torch.save or minigrad.save wrote.

    f: a path, or a file object open for reading. map_location: the device of all tensors, or a dict from
    devices in the file to others; by default each goes where it was. bfloat16 becomes float32, exactly.
    weights_only and mmap are taken for PyTorch's sake: only weights are ever read, all of them.
    Raises ValueError where the file is damaged, or would call what is no part of tensors and containers.
    """
    if not weights_only:
        raise ValueError("load: weights_only=False would run code from the file; write the weights alone, with "
                         "torch.save(model.state_dict(), path), and load them with weights_only=True")
    if map_location is not None and not isinstance(map_location, (str, dict)):
        raise TypeError("load: map_location is a device or a dict from devices in the file to others, got a "
                        f"{type(map_location).__name__}")
    if not hasattr(f, "read"):
        with open(f, "rb") as file:
            return load(file, map_location)
    name = getattr(f, "name", "the file")
    try:
        with zipfile.ZipFile(f) as archive:
            return Reader(archive, map_location).load()
    except zipfile.BadZipFile:
        raise ValueError(f"load: {name} is no file of torch.save, which are zip archives since PyTorch 1.6; for "
                         "safetensors use minigrad.io.load_safetensors(path)") from None
    except pickle.UnpicklingError as error:
        raise ValueError(f"load: {name}: {error}") from None
    except (ValueError, LookupError, TypeError, AttributeError, EOFError, OverflowError,
            NotImplementedError) as error:
        raise ValueError(f"load: {name} is damaged or of another kind: {error!r}") from error


class Reader(pickle.Unpickler):
    """Reads data.pkl, and the storages that it refers to."""

    def __init__(self, archive, map_location):
        program = next((name for name in archive.namelist() if name.endswith("/data.pkl")), None)
        if program is None:
            raise pickle.UnpicklingError("the archive has no data.pkl, so it is no file of torch.save")
        self.archive, self.map_location = archive, map_location
        self.folder = program.removesuffix("data.pkl")
        self.storages = {}
        order = self.folder + "byteorder"
        if order in archive.namelist() and archive.read(order) != b"little":
            raise pickle.UnpicklingError("it was written on a big-endian machine; save it again on another")
        super().__init__(archive.open(program), encoding="utf-8")

    def find_class(self, module, name):
        """What a name in the file stands for. No other code can be reached than that in GLOBALS."""
        full = f"{module}.{name}"
        if module == "torch" and name in STORAGES:
            return Known(name)
        if module == "torch" and name in DTYPES:
            return np.dtype(name)
        if full not in GLOBALS:
            raise pickle.UnpicklingError(
                f"it asks for {full}, which is not read: only tensors and plain containers are. Write "
                "model.state_dict(), and numbers and lists in the place of other objects")
        known = GLOBALS[full]
        return known if isinstance(known, type) else Known(name, known)

    def persistent_load(self, reference):
        """(numbers of a storage, the device of its tensors)."""
        kind, storage, key, location, _ = reference
        if kind != "storage" or not isinstance(storage, Known):
            raise pickle.UnpicklingError(f"it refers to a {kind!r}, expected a storage")
        if key not in self.storages:
            numbers = bytearray(self.archive.read(f"{self.folder}data/{key}"))
            array = np.frombuffer(numbers, STORAGES[storage.name])
            if storage.name == "BFloat16Storage":
                array = (array.astype(np.uint32) << 16).view(np.float32)
            if storage.name == "BoolStorage":
                array = array.view(np.uint8) != 0
            self.storages[key] = array.astype(array.dtype.newbyteorder("="), copy=False), self.device(location)
        return self.storages[key]

    def device(self, location):
        target = self.map_location
        if isinstance(target, dict):
            target = target.get(location)
        device = Device(location if target is None else target)
        try:
            module_on(device)
        except (ImportError, RuntimeError) as error:
            raise RuntimeError(f"load: a tensor was saved on {location}, but there is no {device.type} here ({error}); "
                               "use load(path, map_location='cpu')") from None
        return device


class Known:
    """A name of PyTorch as the unpickler handles it: to be called or referred to, and not to be changed."""

    __slots__ = ("name", "function")

    def __init__(self, name, function=None):
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "function", function)

    def __setattr__(self, name, value):
        raise pickle.UnpicklingError(f"it tries to change {self.name}")

    def __call__(self, *args):
        if self.function is None:
            raise pickle.UnpicklingError(f"it calls {self.name}, which is only referred to")
        return self.function(*args)


def rebuild_tensor(storage, offset, sizes, strides, requires_grad=False, hooks=None, metadata=None):
    """A view into a storage, as other views of the same storage may be."""
    numbers, device = storage
    width = numbers.itemsize
    if min((offset, *sizes, *strides), default=0) < 0 or len(sizes) != len(strides):
        raise pickle.UnpicklingError(f"a tensor has sizes {sizes}, strides {strides} and offset {offset}")
    try:        # NumPy checks that the tensor lies inside the storage
        array = np.ndarray(sizes, numbers.dtype, numbers, offset * width, [width * step for step in strides])
    except ValueError as error:
        raise pickle.UnpicklingError(f"a tensor {tuple(sizes)} with strides {tuple(strides)} does not lie in its "
                                     f"storage of {len(numbers)} numbers ({error})") from None
    return Tensor(move(array, device), bool(requires_grad))


def rebuild_parameter(data, requires_grad, hooks, state=None):
    return Parameter(data, requires_grad)


DTYPES = {str(dtype) for dtype in NAMES}
GLOBALS = {
    "torch._utils._rebuild_tensor_v2": rebuild_tensor,
    "torch._utils._rebuild_parameter": rebuild_parameter,
    "torch._utils._rebuild_parameter_with_state": rebuild_parameter,
    "torch.Size": Shape, "torch.device": Device,
    "collections.OrderedDict": OrderedDict, "collections.Counter": Counter, "__builtin__.set": set, "builtins.set": set,
}
