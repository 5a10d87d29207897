"""Lesson 6: right answers written in other ways than the solutions, and wrong ones."""

import copy
import io
import json
import os
import pickle
import shutil
import struct
import tempfile

import numpy as np

NAMES = {"float32": "F32", "float64": "F64", "int64": "I64"}


def snapshot_by_cloning(model, optimizer, generator, step):
    return {"model": {name: value.clone() for name, value in model.state_dict().items()},
            "optimizer": copy.deepcopy(optimizer.state_dict()),
            "generator": generator.bit_generator.state, "step": step}


def snapshot_as_bytes(model, optimizer, generator, step):
    """Weights as NumPy arrays would not load; pickling in memory makes copies as well."""
    whole = {"step": step, "generator": generator.bit_generator.state, "optimizer": optimizer.state_dict(),
             "model": model.state_dict()}
    return pickle.loads(pickle.dumps(whole))


def flatten_with_a_stack(tree):
    stack, flat = [((), tree)], {}
    while stack:
        way, value = stack.pop()
        if isinstance(value, dict):
            stack += [((*way, key), each) for key, each in value.items()]
        elif isinstance(value, list):
            stack += [((*way, str(i)), value[i]) for i in range(len(value))]
        else:
            flat[".".join(way)] = value
    return flat


def flatten_into_one_dict(tree):
    flat = {}

    def visit(value, name):
        if isinstance(value, np.ndarray):
            flat[name] = value
            return
        keys = list(value) if isinstance(value, dict) else range(len(value))
        for key in keys:
            visit(value[key], str(key) if name == "" else name + "." + str(key))
    visit(tree, "")
    return flat


def to_bytes_compact_and_sorted(tensors):
    """As a program that pads its header with spaces, and that puts the tensors in the order of names."""
    entries, body, at = {"__metadata__": {"format": "np"}}, io.BytesIO(), 0
    for name in sorted(tensors):
        raw = np.ascontiguousarray(tensors[name]).tobytes()
        body.write(raw)
        entries[name] = dict(data_offsets=(at, at + len(raw)), shape=tensors[name].shape,
                             dtype=NAMES[tensors[name].dtype.name])
        at += len(raw)
    header = json.dumps(entries, separators=(",", ":")).encode("utf-8")
    header += b" " * (-len(header) % 8)
    return len(header).to_bytes(8, "little") + header + body.getvalue()


def to_bytes_as_a_beginner(tensors):
    parts = []
    header = {}
    position = 0
    for name in tensors:
        x = tensors[name]
        size = 1
        for n in x.shape:
            size = size * n
        size = size * x.dtype.itemsize
        if x.dtype == np.float32:
            kind = "F32"
        elif x.dtype == np.float64:
            kind = "F64"
        else:
            kind = "I64"
        header[name] = {"dtype": kind, "shape": [int(n) for n in x.shape],
                        "data_offsets": [position, position + size]}
        parts.append(x.tobytes())
        position = position + size
    text = bytes(json.dumps(header, indent=1), "utf8")
    return b"".join([struct.pack("<Q", len(text)), text, *parts])


def from_bytes_with_struct(content):
    try:
        length, = struct.unpack("<Q", content[:8])
        header = json.loads(content[8:8 + length].decode())
        header.pop("__metadata__", None)
        tensors, at = {}, 8 + length
        order = sorted(header, key=lambda name: header[name]["data_offsets"])
        for name in order:
            first, last = header[name]["data_offsets"]
            if first + 8 + length != at or min([0, *header[name]["shape"]]) < 0:
                raise ValueError("a gap")
            kind = {"F32": "f", "F64": "d", "I64": "q"}[header[name]["dtype"]]
            count = (last - first) // struct.calcsize(kind)
            numbers = struct.unpack(f"<{count}{kind}", content[at:8 + length + last])
            tensors[name] = np.array(numbers, kind).reshape(header[name]["shape"])
            at = 8 + length + last
        if at != len(content):
            raise ValueError("too long")
        return tensors
    except (struct.error, KeyError) as error:
        raise ValueError(str(error)) from None


def from_bytes_step_by_step(content):
    if len(content) < 8:
        raise ValueError("too short")
    n = int.from_bytes(content[0:8], byteorder="little")
    if len(content) < 8 + n:
        raise ValueError("header too long")
    text = content[8:8 + n].decode("utf-8")
    data = content[8 + n:]
    result, total = {}, 0
    for name, info in json.loads(text).items():
        if name != "__metadata__":
            types = {"F32": np.float32, "F64": np.float64, "I64": np.int64}
            if info["dtype"] not in types:
                raise ValueError("dtype")
            a, b = info["data_offsets"]
            count = 1
            for size in info["shape"]:
                if size < 0:
                    raise ValueError("size")
                count *= size
            width = np.dtype(types[info["dtype"]]).itemsize
            if a < 0 or b > len(data) or b - a != count * width:
                raise ValueError("offsets")
            result[name] = np.frombuffer(data, types[info["dtype"]], count, a).reshape(info["shape"])
            total += b - a
    if total < len(data):
        raise ValueError("too long")
    return result


def save_with_tempfile(path, pieces):
    number, aside = tempfile.mkstemp(dir=os.path.dirname(path))
    try:
        with os.fdopen(number, "wb") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
    except Exception:
        os.unlink(aside)
        raise
    shutil.move(aside, path)


def save_when_all_is_there(path, pieces):
    content = b""
    for piece in pieces:
        content = content + piece
    file = open(path + "~", "wb")       # noqa: SIM115 - as a beginner writes it
    file.write(content)
    file.close()
    os.rename(path + "~", path)


def leaves_a_file_elsewhere(path, pieces):
    with open("new", "wb") as file:
        for piece in pieces:
            file.write(piece)
    os.replace("new", path)


ALSO_RIGHT = {
    "6.1": [snapshot_by_cloning, snapshot_as_bytes],
    "6.2": [flatten_with_a_stack, flatten_into_one_dict],
    "6.3": [to_bytes_compact_and_sorted, to_bytes_as_a_beginner],
    "6.4": [from_bytes_with_struct, from_bytes_step_by_step],
    "6.5": [save_with_tempfile, save_when_all_is_there],
}
ALSO_WRONG = {
    "6.1": [lambda model, optimizer, generator, step: copy.deepcopy(model),
            lambda model, optimizer, generator, step: {
                **snapshot_by_cloning(model, optimizer, generator, step), "generator": generator}],
    "6.2": [lambda tree: list(tree), lambda tree: {}, lambda tree: tree],
    "6.3": [lambda tensors: "text", lambda tensors: b"", lambda tensors: pickle.dumps(tensors),
            lambda tensors: to_bytes_as_a_beginner({"x": np.zeros(2)})],
    "6.4": [lambda content: {}, lambda content: 1 / 0, lambda content: content],
    "6.5": [leaves_a_file_elsewhere,
            lambda path, pieces: list(pieces), lambda path, pieces: open(path, "wb").close(),
            lambda path, pieces: save_when_all_is_there(path + ".new", pieces)],
}
