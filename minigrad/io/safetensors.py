"""safetensors: a simple format for named tensors; reading it executes no code.

    8 bytes     N, the length of the header, an unsigned little-endian integer
    N bytes     the header, JSON: {"weight": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, ...}
    the rest    the elements of all tensors without gaps, row-major and little-endian; data_offsets are
                the first byte and the byte after the last, counted from the end of the header

An optional "__metadata__" in the header maps strings to strings. In a file that minigrad writes it has the
CRC-32 of the whole file, in which the checksum itself counts as 00000000. Reading compares it; other programs
ignore it. CRC-32 finds every wrong byte and all damage of up to 32 bits in a row, and of other accidents all
but one in 2^32. It does not protect from intent: whoever changes a file can change its checksum. It takes
0.06 s per 100 MB (zlib.crc32 on one core of an Intel Xeon), a quarter of what SHA-256 takes.

Source: https://huggingface.co/docs/safetensors, "Format".
"""

import json
import math
import os
import re
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from minigrad.autograd import Tensor
from minigrad.autograd.errors import composed
from minigrad.backend import CPU, MODULES, Device, move
from minigrad.files import read_json, reading, replacing
from minigrad.io.shards import is_index, read_shards, unique

# In the order in which tensors are written: widest first, so that every element is aligned; the order
# within a size is that of the safetensors library.
DTYPES = {
    "C64": "<c8", "U64": "<u8", "I64": "<i8", "F64": "<f8",
    "F32": "<f4", "U32": "<u4", "I32": "<i4",
    "BF16": "<u2", "F16": "<f2", "U16": "<u2", "I16": "<i2",
    "F8_E5M2": "u1", "F8_E4M3": "u1", "I8": "i1", "U8": "u1", "BOOL": "?",
}
READ_ONLY = ("BF16", "F8_E5M2", "F8_E4M3")     # NumPy lacks them; they become float32, exactly
NAMES = {np.dtype(code): name for name, code in DTYPES.items() if name not in READ_ONLY}
TORCH = b"PK\3\4", b"\x80\x02\x8a\x0a"       # how files of torch.save begin: a zip archive, or a pickle
LONGEST_HEADER = 100_000_000        # bytes; a limit of the format
CHECKSUM, BLANK = "minigrad.checksum", "minigrad-crc32:00000000"       # in the metadata
STORED = re.compile(rb'"minigrad\.checksum":"(minigrad-crc32:[0-9a-f]{8})"')


@composed
def save_safetensors(path: str | Path, tensors: dict[str, Any],
                     metadata: dict[str, str] | None = None) -> None:
    """Write a dict of Tensors or arrays from any device, with optional metadata, strings to strings.

    The file also has a checksum, in the metadata. If writing fails, an existing file stays as it was.
    """
    if not isinstance(tensors, dict):
        raise TypeError("save_safetensors: expected a dict of names to tensors, such as model.state_dict(), "
                        f"got a {type(tensors).__name__}")
    if not isinstance(metadata, (dict, type(None))) or not all(
            isinstance(text, str) for item in (metadata or {}).items() for text in item):
        raise TypeError("save_safetensors: metadata must map strings to strings (convert other values "
                        f"with json.dumps), got {metadata!r}")
    header: dict[str, Any] = {"__metadata__": {**(metadata or {}), CHECKSUM: BLANK}}
    offset = 0
    rank = list(NAMES).index
    arrays = {name: to_host(name, value) for name, value in tensors.items()}
    arrays = dict(sorted(arrays.items(), key=lambda item: (rank(item[1].dtype), item[0])))
    for name, array in arrays.items():
        header[name] = {"dtype": NAMES[array.dtype], "shape": list(array.shape),
                        "data_offsets": [offset, offset + array.nbytes]}
        offset += array.nbytes
    try:
        text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"save_safetensors: a name or the metadata is not valid text: {error}") from None
    text += b" " * (-len(text) % 8)
    if len(text) > LONGEST_HEADER:
        raise ValueError(f"save_safetensors: names and metadata need a header of {len(text)} bytes, but the "
                         f"format allows at most {LONGEST_HEADER}")
    text = len(text).to_bytes(8, "little") + text
    checksum = zlib.crc32(text)
    with replacing(path) as file:
        file.write(text)
        for array in arrays.values():
            content = np.ascontiguousarray(array).reshape(-1).view(np.uint8).data      # row-major
            checksum = zlib.crc32(content, checksum)
            file.write(content)
        file.seek(STORED.search(text).start(1))     # type: ignore[union-attr]
        file.write(b"minigrad-crc32:%08x" % checksum)


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


@composed
def load_safetensors(path: str | Path, device: str = "cpu") -> dict[str, Tensor]:
    """Read a file as a dict of names to Tensors on `device`; bfloat16 and float8 become float32, exactly.

    path may be the index of several files, model.safetensors.index.json, which are then read together.
    Raises FileNotFoundError, or ValueError if the file is damaged. Files of other programs have no checksum;
    of these, only the layout is checked.
    """
    device = Device(device)
    arrays, _ = read_shards(path, read) if is_index(path) else read(path)
    return {name: Tensor(move(array, device)) for name, array in arrays.items()}


def made_by_torch(path):
    """Does the file begin as those of torch.save do?"""
    with reading(path) as file:
        return file.read(4) in TORCH


def read(path):
    """Read a file as (arrays by name, metadata), checking its whole header and its checksum."""
    with reading(path) as file:
        size = os.fstat(file.fileno()).st_size
        start = file.read(8)
        length = int.from_bytes(start, "little")
        if start[:4] in TORCH:
            raise Invalid(path, "it seems that torch.save wrote it; use minigrad.load(path)")
        if size < 8:
            raise Invalid(path, f"it has {size} bytes, but needs at least 8 for the length of the header")
        if length > LONGEST_HEADER:
            raise Invalid(path, f"its header would be {length} bytes long, but the format allows at most "
                                f"{LONGEST_HEADER}; it is probably in another format")
        if 8 + length > size:
            raise Invalid(path, f"its header should be {length} bytes long, but the file ends after "
                                f"{size - 8}; it is truncated or in another format")
        text = file.read(length)
        header = parse(path, text)
        metadata = header.pop("__metadata__", {})
        if not (isinstance(metadata, dict) and all(isinstance(text, str) for text in metadata.values())):
            raise Invalid(path, "its __metadata__ does not map strings to strings")
        check_layout(path, header, size - 8 - length)
        stored, blank = stored_checksum(path, metadata, text)
        checksum = zlib.crc32(start + blank)
        arrays = {}
        for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
            count = math.prod(entry["shape"])
            array = np.fromfile(file, DTYPES[entry["dtype"]], count)
            if array.size != count:
                raise Invalid(path, f"it ends inside tensor {name!r}")
            checksum = zlib.crc32(array.view(np.uint8), checksum)
            try:
                array = decoded(array, entry["dtype"]).reshape(entry["shape"])
            except (ValueError, OverflowError) as error:
                raise Invalid(path, f"tensor {name!r} cannot have shape {entry['shape']!r:.200}: "
                                    f"{error}") from None
            arrays[name] = array.astype(array.dtype.newbyteorder("="), copy=False)
    if stored is not None and stored != b"minigrad-crc32:%08x" % checksum:
        raise Invalid(path, f"it is damaged: its CRC-32 is {checksum:08x}, expected {stored[-8:].decode()}. "
                            "Use a copy. If another program changed the file and kept its metadata, write it "
                            f"again without {CHECKSUM!r} in the metadata")
    return {name: arrays[name] for name in header}, metadata


def stored_checksum(path, metadata, text):
    """The checksum in the header, or None, and the bytes of the header without it."""
    found = STORED.findall(text)
    if CHECKSUM in metadata and len(found) == 1:
        return found[0], STORED.sub(f'"{CHECKSUM}":"{BLANK}"'.encode(), text)
    marked = any(re.fullmatch("minigrad-crc32:[0-9a-f]{8}", value) for value in metadata.values())
    if CHECKSUM in metadata or marked:      # a wrong byte in the checksum or its name
        raise Invalid(path, f"its checksum {CHECKSUM!r} in the metadata is damaged; use a copy")
    return None, text


def decoded(array, dtype):
    """`array` as numbers that NumPy has; dtype: the name of its format in safetensors."""
    if dtype == "BF16":         # the upper half of a float32
        return (array.astype(np.uint32) << 16).view(np.float32)
    if dtype == "F8_E5M2":      # the upper half of a float16
        return (array.astype(np.uint16) << 8).view(np.float16).astype(np.float32)
    if dtype == "F8_E4M3":      # as a float16 it is 2^8 too small; no infinity
        bits = array.astype(np.uint16)
        numbers = ((bits & 0x80) << 8 | (bits & 0x7f) << 7).view(np.float16).astype(np.float32) * 256
        numbers[bits & 0x7f == 0x7f] = np.nan
        return numbers
    if dtype == "BOOL":
        return array.view(np.uint8) != 0        # any nonzero byte is True
    return array


class Invalid(ValueError):
    """A file is not valid safetensors; the message has its path and the reason."""

    def __init__(self, path, trouble):
        super().__init__(f"{path} is not a valid safetensors file: {trouble}")


def parse(path, text):
    """Parse the header into a dict."""
    try:
        header = read_json(text, unique)
    except ValueError as error:
        raise Invalid(path, f"its header cannot be read ({error})") from None
    if not isinstance(header, dict):
        raise Invalid(path, f"its header is a {type(header).__name__}, expected a dict of names to tensors")
    return header


def check_layout(path, header, size):
    """Check that dtypes are known, byte counts match shapes, and the tensors fill exactly `size` bytes."""
    for name, entry in header.items():
        if not isinstance(entry, dict) or not {"dtype", "shape", "data_offsets"} <= set(entry):
            raise Invalid(path, f"tensor {name!r} needs dtype, shape and data_offsets, got {entry!r:.200}")
        dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
        if not isinstance(dtype, str) or dtype not in DTYPES:
            raise Invalid(path, f"tensor {name!r} has the unknown dtype {dtype!r:.40}; "
                                f"supported are {', '.join(DTYPES)}")
        if not is_sizes(shape):
            raise Invalid(path, f"tensor {name!r} has shape {shape!r:.200}, expected a list of sizes")
        if not is_sizes(offsets) or len(offsets) != 2:
            raise Invalid(path, f"tensor {name!r} has data_offsets {offsets!r:.200}, expected [first, end]")
        first, end = offsets
        needed = math.prod(shape) * np.dtype(DTYPES[dtype]).itemsize
        if end - first != needed:
            raise Invalid(path, f"tensor {name!r} has {end - first} bytes, but {dtype} with shape "
                                f"{shape!r:.200} needs {needed}")
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
