"""Read the weights in an ONNX file: its initialisers, the tensors that are stored with the graph.

The file is a message of Protocol Buffers. A message is a sequence of fields without an end mark; a field is

    key         a varint: 8 * number of the field + kind
    value       kind 0: a varint; 1: 8 bytes; 2: a varint N, then N bytes, which may be a message; 5: 4 bytes

and a varint is an integer in groups of 7 bits, the lowest first; the highest bit of a byte says that another
one follows. Fields whose numbers are not known are skipped. The graph itself is not read: write the network
as a Module and load the weights into it.

Sources: https://protobuf.dev/programming-guides/encoding; the numbers of the fields, ONNX's onnx.proto.
"""

import math
from pathlib import Path

import numpy as np

from minigrad.autograd import Tensor
from minigrad.files import reading

GRAPH, INITIALIZER = 7, 5           # fields of ModelProto and of GraphProto
# fields of TensorProto
DIMS, DATA_TYPE, NAME, RAW_DATA, DATA_LOCATION = 1, 2, 8, 9, 14
# ONNX's number of a data type -> (NumPy's, the field of its elements where they are not raw bytes)
TYPES = {1: ("<f4", 4), 2: ("u1", 5), 3: ("i1", 5), 5: ("<i2", 5), 6: ("<i4", 5), 7: ("<i8", 7),
         9: ("?", 5), 10: ("<f2", 5), 11: ("<f8", 10)}


class Damaged(ValueError):
    """The reason why a file is not read, in words that follow its name."""


def load_onnx(path: str | Path) -> dict[str, Tensor]:
    """The weights in an ONNX file, {name: tensor}, in the order of the file.

    Raises FileNotFoundError, or ValueError if the file is damaged, holds a type that NumPy lacks, or keeps
    its weights in other files.
    """
    with reading(path) as file:
        content = memoryview(file.read())
    weights = {}
    try:
        graphs = [value for number, value in fields(content) if number == GRAPH]
        if not graphs:
            raise Damaged("it has no graph")
        for graph in graphs:
            for number, value in fields(submessage(graph)):
                if number == INITIALIZER:
                    name, array = tensor(submessage(value))
                    weights[name] = Tensor(array)
    except Damaged as error:
        raise ValueError(f"{path} cannot be read as an ONNX file: {error}") from None
    return weights


def fields(message):
    """Yield (number, value) of each field; the value is an int, or the bytes of kinds 1, 2 and 5."""
    at = 0
    while at < len(message):
        key, at = varint(message, at)
        number, kind = key >> 3, key & 7
        if kind == 0:
            value, at = varint(message, at)
        else:
            if kind == 2:
                size, at = varint(message, at)
            elif kind in (1, 5):
                size = 8 if kind == 1 else 4
            else:
                raise Damaged(f"a field has the unknown kind {kind}")
            if at + size > len(message):
                raise Damaged(f"a field of {size} bytes goes beyond the end of the {len(message)} bytes "
                              "around it; it is truncated or in another format")
            value, at = message[at:at + size], at + size
        yield number, value


def varint(message, at):
    """The integer that starts at byte `at`, and where the next field continues."""
    value = 0
    for i, byte in enumerate(message[at:at + 10]):
        value |= (byte & 0x7f) << 7 * i
        if byte < 0x80 and value < 2 ** 64:
            return value, at + i + 1
    raise Damaged("an integer does not end within 64 bits")


def submessage(value):
    if isinstance(value, int):
        raise Damaged("an integer is where a message should be")
    return value


def tensor(message):
    """A TensorProto as (name, array)."""
    shape, found = [], {}
    for number, value in fields(message):
        if number == DIMS:      # once for each size, or all of them in one field
            shape += [value] if isinstance(value, int) else integers(value)
        else:
            found.setdefault(number, []).append(value)
    try:
        name = str(found.get(NAME, [b""])[-1], "utf-8")
    except (UnicodeDecodeError, TypeError):
        raise Damaged("a tensor's name is no text") from None
    kind = found.get(DATA_TYPE, [0])[-1]
    if kind not in TYPES:
        raise Damaged(f"tensor {name!r:.80} has the data type {kind!r:.20}, expected one of "
                      + ", ".join(map(str, TYPES)))
    if found.get(DATA_LOCATION, [0])[-1] != 0:
        raise Damaged(f"tensor {name!r:.80} is stored in another file; save the model as a single file")
    code, typed = TYPES[kind]
    if RAW_DATA in found:
        raw = submessage(found[RAW_DATA][-1])
        needed = math.prod(shape) * np.dtype(code).itemsize
        if len(raw) != needed:
            raise Damaged(f"tensor {name!r:.80} has {len(raw)} bytes, but {np.dtype(code)} with shape "
                          f"{shape} needs {needed}")
        array = np.frombuffer(raw, code)
    else:
        array = elements(found.get(typed, []), code)
        if array.size != math.prod(shape):
            raise Damaged(f"tensor {name!r:.80} has {array.size} elements, but its shape is {shape}")
    try:
        return name, array.astype(np.dtype(code).newbyteorder("=")).reshape(shape)
    except ValueError as error:         # no elements, and a size beyond NumPy's
        raise Damaged(f"tensor {name!r:.80}: {error}") from None


def elements(values, code):
    """The elements of a tensor that are not raw bytes: floats packed, or integers as varints."""
    if code in ("<f4", "<f8"):
        packed = b"".join(map(submessage, values))
        if len(packed) % np.dtype(code).itemsize:
            raise Damaged("the elements of a tensor end within a number")
        return np.frombuffer(packed, code)
    numbers = [n for value in values for n in ([value] if isinstance(value, int) else integers(value))]
    if code == "<f2":           # the bits of each number
        return np.array(numbers, np.uint64).astype("<u2").view("<f2")
    # a negative number is stored as its 64-bit complement
    return np.array(numbers, np.uint64).view(np.int64).astype(code)


def integers(packed):
    """The varints in a packed field."""
    numbers, at = [], 0
    while at < len(packed):
        number, at = varint(packed, at)
        numbers.append(number)
    return numbers
