"""Read and write PyTorch's file format (weights, optimizer states, dicts of these) without PyTorch.

    minigrad.save(model.state_dict(), "net.pt")         torch.load("net.pt") can read it
    model.load_state_dict(minigrad.load("net.pt"))      also reads what torch.save wrote

A file is a zip archive of uncompressed entries:

    archive/data.pkl    a pickle of the object; a tensor in it is a call of _rebuild_tensor_v2 with a
                        reference to its storage, an offset, sizes and strides
    archive/data/N      the elements of storage N
    archive/byteorder   'little'
    archive/version     '3'

A pickle is a program that can call any function. The unpickler here allows only the names in GLOBALS.
For files that only minigrad reads, prefer io.save and io.save_checkpoint: safetensors files hold no
programs.

Source: PyTorch's torch/serialization.py; the opcodes: Python's pickletools.
"""

import pickle
import struct
import zipfile
from collections import Counter, OrderedDict
from pathlib import Path
from typing import IO, Any

import numpy as np

from minigrad.autograd import Parameter, Shape, Tensor
from minigrad.autograd.errors import composed
from minigrad.backend import CPU, Device, module_on, move
from minigrad.io.safetensors import replacing

STORAGES = {        # PyTorch's storage type -> NumPy's type code
    "DoubleStorage": "<f8", "FloatStorage": "<f4", "HalfStorage": "<f2", "LongStorage": "<i8",
    "IntStorage": "<i4", "ShortStorage": "<i2", "CharStorage": "i1", "ByteStorage": "u1", "BoolStorage": "?",
    "BFloat16Storage": "<u2",       # the upper half of a float32; can be read, not written
}
NAMES = {np.dtype(code): name for name, code in STORAGES.items() if name != "BFloat16Storage"}


@composed
def save(obj: Any, f: str | Path | IO[bytes]) -> None:
    """Write tensors, numbers, strings, None, and dicts, lists and tuples of these as torch.save does.

    f: a path, which is written atomically, or a file object open for binary writing. Tensors on any
    device are saved as CPU tensors. A tensor that occurs twice is written once.
    """
    if isinstance(obj, (str, bytes)) or hasattr(f, "state_dict"):
        raise TypeError(f"save(obj, f) takes the object first, then the file; got {type(obj).__name__} and "
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
            archive.writestr(zipfile.ZipInfo("archive/" + name), content)       # no timestamp: reproducible
        put("data.pkl", program)
        put("byteorder", "little")
        for number, array in storages.values():
            host = np.ascontiguousarray(move(array, CPU))
            put(f"data/{number}", host.astype(host.dtype.newbyteorder("<"), copy=False).tobytes())
        put("version", "3\n")


def pickled(value, path, storages):
    """Yield the opcodes that build `value`; the arrays of its tensors go into `storages`.

    path: where the value is within the object, for error messages.
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
        raise TypeError(f"save: {path} is a {type(value).__name__}{instead}; a file can hold tensors, "
                        "numbers, strings, None, and dicts, lists and tuples of these")


EMPTY = b"ccollections\nOrderedDict\n)R"


def pickled_tensor(x, path, storages):
    """Yield _rebuild_tensor_v2((storage), offset, sizes, strides, requires_grad, hooks), hooks empty."""
    if x.dtype not in NAMES:
        raise TypeError(f"save: {path} has dtype {x.dtype}, which PyTorch's format does not support; it "
                        f"supports {', '.join(map(str, NAMES))}")
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


@composed
def load(f: str | Path | IO[bytes], map_location: str | dict[str, str] | None = None, *,
         weights_only: bool = True, mmap: bool | None = None) -> Any:
    """Read an object that torch.save or minigrad.save wrote.

    f             a path, or a file object open for binary reading
    map_location  the device for all tensors, or a dict that maps devices in the file to devices here;
                  if None, each tensor goes to the device it was saved from
    weights_only, mmap  accepted for PyTorch compatibility: True is the only behaviour, and mmap has
                  no effect
    bfloat16 becomes float32, exactly. Raises ValueError if the file is damaged, or if it would call
    anything other than what builds tensors and containers.
    """
    if not weights_only:
        raise ValueError("load: weights_only=False would run code from the file; save only the weights with "
                         "torch.save(model.state_dict(), path) and load them with weights_only=True")
    if map_location is not None and not isinstance(map_location, (str, dict)):
        raise TypeError("load: map_location must be a device or a dict that maps devices in the file to "
                        f"devices here, got a {type(map_location).__name__}")
    if not hasattr(f, "read"):
        with Path(f).open("rb") as file:
            return load(file, map_location)
    name = getattr(f, "name", "the file")
    try:
        with zipfile.ZipFile(f) as archive:
            return Reader(archive, map_location).load()
    except zipfile.BadZipFile:
        raise ValueError(f"load: {name} was not written by torch.save, whose files are zip archives since "
                         "PyTorch 1.6; for safetensors use minigrad.io.load_safetensors(path)") from None
    except pickle.UnpicklingError as error:
        raise ValueError(f"load: {name}: {error}") from None
    except (ValueError, LookupError, TypeError, AttributeError, EOFError, OverflowError,
            NotImplementedError) as error:
        raise ValueError(f"load: {name} is damaged or in another format: {error!r}") from error


class Reader(pickle.Unpickler):
    """Reads data.pkl and the storages it refers to."""

    def __init__(self, archive, map_location):
        program = next((name for name in archive.namelist() if name.endswith("/data.pkl")), None)
        if program is None:
            raise pickle.UnpicklingError("the archive has no data.pkl, so torch.save did not write it")
        self.archive, self.map_location = archive, map_location
        self.folder = program.removesuffix("data.pkl")
        self.storages = {}
        order = self.folder + "byteorder"
        if order in archive.namelist() and archive.read(order) != b"little":
            raise pickle.UnpicklingError("it was written on a big-endian machine; save it on a "
                                         "little-endian one")
        super().__init__(archive.open(program), encoding="utf-8")

    def find_class(self, module, name):
        """Resolve a name in the file. Only the code in GLOBALS can be reached."""
        full = f"{module}.{name}"
        if module == "torch" and name in STORAGES:
            return Known(name)
        if module == "torch" and name in DTYPES:
            return np.dtype(name)
        if full not in GLOBALS:
            raise pickle.UnpicklingError(
                f"it asks for {full}, which is not allowed; only tensors and plain containers are. Save "
                "model.state_dict(), and numbers and lists instead of other objects")
        known = GLOBALS[full]
        return known if isinstance(known, type) else Known(name, known)

    def persistent_load(self, reference):
        """The elements of a storage and the device for its tensors."""
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
            native = array.astype(array.dtype.newbyteorder("="), copy=False)
            self.storages[key] = native, self.device(location)
        return self.storages[key]

    def device(self, location):
        target = self.map_location
        if isinstance(target, dict):
            target = target.get(location)
        device = Device(location if target is None else target)
        try:
            module_on(device)
        except (ImportError, RuntimeError) as error:
            raise RuntimeError(f"load: a tensor was saved on {location}, but this machine has no "
                               f"{device.type} ({error}); use load(path, map_location='cpu')") from None
        return device


class Known:
    """A PyTorch name in the unpickler: it can be called or referred to, but not changed."""

    __slots__ = ("name", "function")

    def __init__(self, name, function=None):
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "function", function)

    def __setattr__(self, name, value):
        raise pickle.UnpicklingError(f"it tries to change {self.name}")

    def __call__(self, *args):
        if self.function is None:
            raise pickle.UnpicklingError(f"it calls {self.name}, which is not callable")
        return self.function(*args)


def rebuild_tensor(storage, offset, sizes, strides, requires_grad=False, hooks=None, metadata=None):
    """A tensor that is a view of a storage; several tensors can share one storage."""
    numbers, device = storage
    width = numbers.itemsize
    if min((offset, *sizes, *strides), default=0) < 0 or len(sizes) != len(strides):
        raise pickle.UnpicklingError(f"a tensor has sizes {sizes}, strides {strides} and offset {offset}")
    try:        # NumPy checks that the tensor lies inside the storage
        array = np.ndarray(sizes, numbers.dtype, numbers, offset * width, [width * step for step in strides])
    except ValueError as error:
        raise pickle.UnpicklingError(f"a tensor {tuple(sizes)} with strides {tuple(strides)} does not fit "
                                     f"its storage of {len(numbers)} elements ({error})") from None
    return Tensor(move(array, device), bool(requires_grad))


def rebuild_parameter(data, requires_grad, hooks, state=None):
    return Parameter(data, requires_grad)


DTYPES = {str(dtype) for dtype in NAMES}
GLOBALS = {
    "torch._utils._rebuild_tensor_v2": rebuild_tensor,
    "torch._utils._rebuild_parameter": rebuild_parameter,
    "torch._utils._rebuild_parameter_with_state": rebuild_parameter,
    "torch.Size": Shape, "torch.device": Device,
    "collections.OrderedDict": OrderedDict, "collections.Counter": Counter,
    "__builtin__.set": set, "builtins.set": set,
}
