"""safetensors: a simple format for named tensors; reading it executes no code.

    8 bytes     N, the length of the header, an unsigned little-endian integer
    N bytes     the header, JSON: {"weight": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, ...}
    the rest    the elements of all tensors without gaps, row-major and little-endian; data_offsets are
                the first byte and the byte after the last, counted from the end of the header

An optional "__metadata__" in the header maps strings to strings.

Source: https://huggingface.co/docs/safetensors, "Format".
"""

import json
import math
import os
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from minigrad.autograd import Tensor
from minigrad.autograd.errors import composed
from minigrad.backend import CPU, MODULES, Device, move

# In the order in which tensors are written: widest first, so that every element is aligned; the order
# within a size is that of the safetensors library.
DTYPES = {
    "U64": "<u8", "I64": "<i8", "F64": "<f8",
    "F32": "<f4", "U32": "<u4", "I32": "<i4",
    "BF16": "<u2",      # bfloat16, the upper half of a float32; can be read, not written
    "F16": "<f2", "U16": "<u2", "I16": "<i2",
    "I8": "i1", "U8": "u1", "BOOL": "?",
}
NAMES = {np.dtype(code): name for name, code in DTYPES.items() if name != "BF16"}
LONGEST_HEADER = 100_000_000        # bytes; a limit of the format


@composed
def save_safetensors(path: str | Path, tensors: dict[str, Any],
                     metadata: dict[str, str] | None = None) -> None:
    """Write a dict of Tensors or arrays from any device, with optional metadata, strings to strings.

    Writing is atomic: if it fails, an existing file stays as it was.
    """
    if not isinstance(tensors, dict):
        raise TypeError("save_safetensors: expected a dict of names to tensors, such as model.state_dict(), "
                        f"got a {type(tensors).__name__}")
    arrays = {name: to_host(name, value) for name, value in tensors.items()}
    header: dict[str, Any] = {}
    offset = 0
    if metadata is not None:
        if not isinstance(metadata, dict) or not all(
                isinstance(text, str) for item in metadata.items() for text in item):
            raise TypeError("save_safetensors: metadata must map strings to strings (convert other values "
                            f"with json.dumps), got {metadata!r}")
        header["__metadata__"] = metadata
    rank = list(NAMES).index
    arrays = dict(sorted(arrays.items(), key=lambda item: (rank(item[1].dtype), item[0])))
    for name, array in arrays.items():
        header[name] = {"dtype": NAMES[array.dtype], "shape": list(array.shape),
                        "data_offsets": [offset, offset + array.nbytes]}
        offset += array.nbytes
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    if len(text) > LONGEST_HEADER:
        raise ValueError(f"save_safetensors: names and metadata need a header of {len(text)} bytes, but the "
                         f"format allows at most {LONGEST_HEADER}")
    with replacing(path) as file:
        file.write(len(text).to_bytes(8, "little"))
        file.write(text)
        for array in arrays.values():
            file.write(array.tobytes())     # row-major, even if the array in memory is not


def to_host(name, value):
    """Convert a value to a little-endian NumPy array."""
    array = value.array if isinstance(value, Tensor) else value
    if not isinstance(name, str) or name == "__metadata__":
        raise ValueError(f"save_safetensors: {name!r} is not a valid tensor name; use another string")
    if type(array) not in MODULES:
        raise TypeError(f"save_safetensors: {name!r} is a {type(value).__name__}, expected a Tensor or "
                        "an array")
    if array.dtype.newbyteorder("<") not in NAMES:
        raise TypeError(f"save_safetensors: {name!r} has dtype {array.dtype}, which the format does not "
                        f"support; it supports {', '.join(str(dtype) for dtype in NAMES)}")
    array = move(array, CPU)
    return array.astype(array.dtype.newbyteorder("<"), copy=False)


@contextmanager
def replacing(path):
    """Open a temporary file that replaces the file at `path` when the block ends without an error.

    The temporary file is in the same folder; it is renamed once it is completely on disk.
    """
    path = Path(os.path.realpath(path))     # a link is followed, not replaced
    if not path.parent.is_dir():
        raise FileNotFoundError(f"cannot write {path}: the folder {path.parent} does not exist; "
                                "create it first")
    if path.is_dir():
        raise IsADirectoryError(f"cannot write {path}: it is a folder; pass the name of a file in it")
    aside = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with open(aside, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)


@composed
def load_safetensors(path: str | Path, device: str = "cpu") -> dict[str, Tensor]:
    """Read a file as a dict of names to Tensors on `device`; bfloat16 becomes float32.

    Raises FileNotFoundError, or ValueError if the file is damaged.
    """
    device = Device(device)
    arrays, _ = read(path)
    return {name: Tensor(move(array, device)) for name, array in arrays.items()}


def read(path):
    """Read a file as (arrays by name, metadata), checking its whole header."""
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"file not found: {path}")
    size = path.stat().st_size
    with Path(path).open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if size < 8:
            raise Invalid(path, f"it has {size} bytes, but needs at least 8 for the length of the header")
        if length > LONGEST_HEADER:
            raise Invalid(path, f"its header would be {length} bytes long, but the format allows at most "
                                f"{LONGEST_HEADER}; it is probably in another format")
        if 8 + length > size:
            raise Invalid(path, f"its header should be {length} bytes long, but the file ends after "
                                f"{size - 8}; it is truncated or in another format")
        header = parse(path, file.read(length))
        metadata = header.pop("__metadata__", {})
        if not (isinstance(metadata, dict) and all(isinstance(text, str) for text in metadata.values())):
            raise Invalid(path, "its __metadata__ does not map strings to strings")
        check_layout(path, header, size - 8 - length)
        arrays = {}
        for name, entry in header.items():
            file.seek(8 + length + entry["data_offsets"][0])
            array = np.fromfile(file, DTYPES[entry["dtype"]], math.prod(entry["shape"]))
            if entry["dtype"] == "BF16":
                array = (array.astype(np.uint32) << 16).view(np.float32)
            if entry["dtype"] == "BOOL":
                array = array.view(np.uint8) != 0       # any nonzero byte is True
            try:
                array = array.reshape(entry["shape"])
            except (ValueError, OverflowError) as error:
                raise Invalid(path, f"tensor {name!r} cannot have shape {entry['shape']}: {error}") from None
            arrays[name] = array.astype(array.dtype.newbyteorder("="), copy=False)
    return arrays, metadata


class Invalid(ValueError):
    """A file is not valid safetensors; the message has its path and the reason."""

    def __init__(self, path, trouble):
        super().__init__(f"{path} is not a valid safetensors file: {trouble}")


def parse(path, text):
    """Parse the header into a dict."""
    def unique(pairs):
        names = dict(pairs)
        if len(names) != len(pairs):
            raise ValueError("a name appears twice")
        return names

    try:
        header = json.loads(text.decode(), object_pairs_hook=unique)
    except (ValueError, RecursionError) as error:
        raise Invalid(path, f"its header cannot be read ({error})") from None
    if not isinstance(header, dict):
        raise Invalid(path, f"its header is a {type(header).__name__}, expected a dict of names to tensors")
    return header


def check_layout(path, header, size):
    """Check that dtypes are known, byte counts match shapes, and the tensors fill exactly `size` bytes."""
    for name, entry in header.items():
        if not isinstance(entry, dict) or not {"dtype", "shape", "data_offsets"} <= set(entry):
            raise Invalid(path, f"tensor {name!r} needs dtype, shape and data_offsets, got {entry!r}")
        dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
        if not isinstance(dtype, str) or dtype not in DTYPES:
            raise Invalid(path, f"tensor {name!r} has the unknown dtype {dtype!r}; "
                                f"supported are {', '.join(DTYPES)}")
        if not is_sizes(shape):
            raise Invalid(path, f"tensor {name!r} has shape {shape!r}, expected a list of sizes")
        if not is_sizes(offsets) or len(offsets) != 2:
            raise Invalid(path, f"tensor {name!r} has data_offsets {offsets!r}, expected [first, end]")
        first, end = offsets
        needed = math.prod(shape) * np.dtype(DTYPES[dtype]).itemsize
        if end - first != needed:
            raise Invalid(path, f"tensor {name!r} has {end - first} bytes, but {dtype} with shape {shape} "
                                f"needs {needed}")
    filled = 0
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        first, end = entry["data_offsets"]
        if first != filled:
            trouble = "overlaps the previous one" if first < filled else "leaves a gap before it"
            raise Invalid(path, f"tensor {name!r} {trouble}: it starts at byte {first}, expected {filled}")
        filled = end
    if filled != size:
        trouble = "it is truncated" if filled > size else "data was appended to it"
        raise Invalid(path, f"its tensors need {filled} bytes, but {size} follow the header; {trouble}")


def is_sizes(value):
    return isinstance(value, list) and all(type(n) is int and n >= 0 for n in value)
