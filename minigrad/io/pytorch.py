"""Read and write PyTorch's file format (weights, optimizer states, dicts of these) without PyTorch.

    minigrad.save(model.state_dict(), "net.pt")         torch.load("net.pt") can read it
    model.load_state_dict(minigrad.load("net.pt"))      also reads what torch.save wrote

A file is a zip archive of uncompressed entries:

    archive/data.pkl    a pickle of the object; a tensor in it is a call of _rebuild_tensor_v2 with a
                        reference to its storage, an offset, sizes and strides
    archive/data/N      the elements of storage N
    archive/byteorder   'little'
    archive/version     '3'

A pickle is a program that can call any function; pickles.py executes it and allows only what builds tensors
and containers. For files that only minigrad reads, prefer io.save and io.save_checkpoint: safetensors files
hold no programs.

Source: PyTorch's torch/serialization.py.
"""

import errno
import io
import struct
import zipfile
import zlib
from collections import OrderedDict
from pathlib import Path
from typing import IO, Any

import numpy as np

from minigrad.autograd import Parameter, Shape, Tensor
from minigrad.autograd.errors import composed
from minigrad.backend import CPU, Device, module_on, move
from minigrad.files import reading, replacing
from minigrad.io.pickles import CODES, STORAGES, Refused, Storage, checked_key, described, execute

TYPES = {np.dtype(CODES[kind]): storage for storage, kind in STORAGES.items() if kind != "bfloat16"}
UNTYPED = [np.dtype(name) for name in ("uint16", "uint32", "uint64")]   # have no storage type in PyTorch
MAGIC = 0x1950a86a20f9469cfc6c      # begins a file of PyTorch before 1.6
LONGEST_LINE = 1000                 # bytes
DAMAGE = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, EOFError, MemoryError,
          RecursionError, NotImplementedError, zipfile.BadZipFile, zlib.error, struct.error)


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
    try:
        program = b"\x80\x02" + b"".join(pickled(obj, "obj", storages)) + b"."
    except RecursionError:
        raise ValueError("save: a list or dict contains itself or is nested too deeply") from None
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
        yield b"\x8a" + bytes([size]) if size < 256 else b"\x8b" + struct.pack("<i", size)
        yield value.to_bytes(size, "little", signed=True)
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
    """Yield _rebuild_tensor_v2((storage), offset, sizes, strides, requires_grad, hooks), hooks empty.

    For a dtype without a storage type it is _rebuild_tensor_v3((bytes), ..., hooks, dtype).
    """
    if x.dtype not in TYPES and x.dtype not in UNTYPED:
        raise TypeError(f"save: {path} has dtype {x.dtype}, which PyTorch's format does not support; it "
                        f"supports {', '.join(map(str, [*TYPES, *UNTYPED]))}")
    number, _ = storages.setdefault(id(x.array), (len(storages), x.array))
    strides = [1]
    for size in reversed(x.shape[1:]):
        strides.insert(0, strides[0] * size)
    typed = x.dtype in TYPES
    yield b"ctorch._utils\n_rebuild_tensor_v%d\n((" % (2 if typed else 3)
    yield from pickled("storage", path, storages)
    yield f"ctorch\n{TYPES[x.dtype]}\n".encode() if typed else b"ctorch.storage\nUntypedStorage\n"
    for part in (str(number), "cpu", x.numel() if typed else x.numel() * x.dtype.itemsize):
        yield from pickled(part, path, storages)
    yield b"tQ"
    for part in (0, tuple(x.shape), tuple(strides[:x.ndim]), x.requires_grad):
        yield from pickled(part, path, storages)
    yield EMPTY + (b"tR" if typed else f"ctorch\n{x.dtype}\ntR".encode())


@composed
def load(f: str | Path | IO[bytes], map_location: str | dict[str, str] | None = None, *,
         weights_only: bool = True, mmap: bool | None = None) -> Any:
    """Read an object that torch.save or minigrad.save wrote.

    f             a path, or a file object open for binary reading that can seek
    map_location  the device for all tensors, or a dict that maps devices in the file to devices here;
                  if None, each tensor goes to the device it was saved from
    weights_only, mmap  accepted for PyTorch compatibility: True is the only behaviour, and mmap has
                  no effect
    Reads the zip archives of PyTorch 1.6 and newer, verifying their checksums, and older files without any.
    bfloat16 and float8 become float32, exactly. Quantized, sparse and nested tensors are refused.
    Raises ValueError if the file is damaged, or if it would call anything other than what builds tensors,
    NumPy arrays and containers.
    """
    if not weights_only:
        raise ValueError("load: weights_only=False would run code from the file; save only the weights with "
                         "torch.save(model.state_dict(), path) and load them with weights_only=True")
    if map_location is not None and not isinstance(map_location, (str, dict)):
        raise TypeError("load: map_location must be a device or a dict that maps devices in the file to "
                        f"devices here, got a {type(map_location).__name__}")
    if not hasattr(f, "read"):
        with reading(f) as file:
            return load(file, map_location)
    name = getattr(f, "name", "the file")
    try:
        return read(f, map_location)
    except Refused as error:
        raise ValueError(f"load: {name}: {error}") from None
    except (*DAMAGE, OSError) as error:
        if isinstance(error, OSError) and error.errno != errno.EINVAL:      # it seeks before the file
            raise
        raise ValueError(f"load: {name} is damaged or in another format; use another copy ({error!r:.200})"
                         ) from error


def read(file, map_location):
    start = file.tell()
    size = file.seek(0, 2) - start
    file.seek(start)
    first = file.read(300)
    file.seek(start)
    if first[:4] == b"PK\3\4":
        return read_archive(file, size, map_location)
    if first[257:262] == b"ustar":
        raise Refused("it is a tar archive, as PyTorch wrote before version 0.2; read it with PyTorch and "
                      "save it again")
    try:
        magic = execute(Bounded(file, start + size), refuse_storage, size)
    except (Refused, *DAMAGE):
        magic = None
    if magic != MAGIC and zipfile.is_zipfile(file):     # the position is not at the beginning
        return read_archive(file, start + size, map_location)
    if magic != MAGIC:
        other = "; for safetensors use minigrad.io.load_safetensors(path)" if first[8:9] == b"{" else ""
        raise Refused(f"it was not written by torch.save, or its beginning is damaged{other}")
    return read_legacy(file, start + size, size, map_location)


def read_archive(file, size, map_location):
    """The object in a zip archive."""
    archive = zipfile.ZipFile(file)
    names = archive.namelist()
    if any(name.endswith("/constants.pkl") for name in names):
        raise Refused("it is a TorchScript program; save the weights instead: "
                      "torch.save(program.state_dict(), path)")
    program = next((name for name in names if name.endswith("/data.pkl")), None)
    if program is None:
        raise Refused("the archive has no data.pkl, so torch.save did not write it")
    folder = program.removesuffix("data.pkl")
    left = size         # entries that overlap could unpack to more than the file has

    def content(name):
        nonlocal left
        info = archive.getinfo(name)
        left -= info.file_size
        stored = info.compress_type == zipfile.ZIP_STORED and info.compress_size == info.file_size
        if not stored or info.flag_bits & 1 or left < 0:
            raise Refused(f"its entry {name} is compressed, encrypted or larger than the file, which "
                          "torch.save never writes; unpack the archive and zip it with `zip -0 -r`")
        return archive.read(info)       # compares the entry's CRC-32

    order = content(folder + "byteorder") if folder + "byteorder" in names else b"little"
    if order not in (b"little", b"big"):
        raise Refused(f"its byteorder is {order!r:.40}, expected little or big")
    shared = {}

    def storage(kind, key, location, numel):
        if key not in shared:
            shared[key] = {None: np.frombuffer(bytearray(content(f"{folder}data/{key}")), np.uint8)}
        return Storage(shared[key], kind, numel, device_for(location, map_location),
                       "<" if order == b"little" else ">")

    text = content(program)
    return execute(Bounded(io.BytesIO(text), len(text)), storage, len(text))


def read_legacy(file, end, size, map_location):
    """The object in a file of PyTorch before 1.6: pickles, then the storages, with nothing to verify them.

    The storages follow the object that refers to them, so it is built twice: first to learn their sizes.
    """
    source = Bounded(file, end)
    version, system = (execute(source, refuse_storage, size) for _ in range(2))
    if version != 1001 or not isinstance(system, dict):
        raise Refused(f"it has version {described(version)} of the format before PyTorch 1.6, expected 1001")
    start, left = file.tell(), size
    shared, sizes = {}, {}

    def storage(kind, key, location, numel):
        nonlocal left
        if sizes.setdefault(key, (kind, numel)) != (kind, numel):
            raise Refused(f"its storage {key!r} has two sizes or types")
        if key not in shared:
            length = numel * np.dtype(CODES[kind]).itemsize
            left -= length
            if left < 0:
                raise Refused(f"its storages need more than the {size} bytes of the file; it is truncated")
            shared[key] = {None: np.zeros(length, np.uint8)}
        return Storage(shared[key], kind, numel, device_for(location, map_location), "<")

    execute(source, storage, size)
    keys = execute(source, refuse_storage, size)
    if not isinstance(keys, list) or set(map(checked_key, keys)) != set(shared) or len(keys) != len(shared):
        raise Refused("the storages that it lists are not those that its tensors need")
    for key in keys:
        numel = int.from_bytes(source.read(8), "little")
        raw = shared[key][None]
        if numel != sizes[key][1] or file.readinto(raw) != len(raw):
            raise Refused(f"its storage {key!r} is truncated or damaged")
        shared[key] = {None: raw}
    after = file.tell()
    file.seek(start)
    result = execute(source, storage, size)
    file.seek(after)        # another object may follow
    return result


class Bounded:
    """The part of a file before `end`, so that a length in the file cannot ask for more than there is."""

    def __init__(self, file, end):
        self.file, self.end = file, end

    def read(self, size):
        return self.file.read(min(size, self.end - self.file.tell()) if size > 1 else size)

    def readline(self):
        line = self.file.readline(LONGEST_LINE)
        if b"\\" in line:      # an escape, which no name in GLOBALS has
            raise Refused("it has a name with a backslash")
        return line


def refuse_storage(*reference):
    raise Refused("it refers to a storage where none can be")


def device_for(location, map_location):
    if not isinstance(location, str):
        raise Refused(f"a storage is on {described(location)}, expected the name of a device")
    target = map_location.get(location) if isinstance(map_location, dict) else map_location
    if target is not None:
        return Device(target)
    try:
        device = Device(location)
    except ValueError:
        raise Refused(f"a tensor was saved on {location!r:.40}, a device that minigrad does not know; use "
                      "load(path, map_location='cpu')") from None
    try:
        module_on(device)
    except (ImportError, RuntimeError) as error:
        raise RuntimeError(f"load: a tensor was saved on {location[:40]}, but this machine has no such "
                           f"device ({error}); use load(path, map_location='cpu')") from None
    return device
