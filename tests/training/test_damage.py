"""A damaged file of any format is refused with its name, whatever is wrong with it and wherever.

Each format's small file is cut at every place, and each of its bytes is changed in several ways. What has a
checksum must notice every change of its content; the rest must not fail in another way than with ValueError.
"""

import gzip
import io as python_io
import lzma
import pickle
import random
import struct
import tracemalloc
from contextlib import suppress

import numpy as np
import pytest

import minigrad
from minigrad import io, nn, optim
from minigrad.autograd import Tensor
from minigrad.data import WordTokenizer, read_idx


def safetensors(path):
    io.save_safetensors(path, {"x": np.arange(3, dtype=np.float32), "flag": np.array([True])}, {"by": "test"})
    return path.read_bytes()


def without_checksum(path):
    content = safetensors(path)
    start = content.index(b',"minigrad.checksum"')
    end = content.index(b"}", start)
    return content[:start] + b" " * (end - start) + content[end:]


def checkpoint(path):
    model = nn.Linear(1, 1)
    optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    model(minigrad.ones(1, 1)).sum().backward()
    optimizer.step()
    io.save_checkpoint(path, model=model, optimizer=optimizer, extra={"history": [{"loss": 0.5}]})
    return path.read_bytes()


def load_checkpoint(path):
    model = nn.Linear(1, 1)
    optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    extra = io.load_checkpoint(path, model=model, optimizer=optimizer)
    return [extra, dict(model.state_dict()), optimizer.state_dict()]


def vocabulary(path):
    WordTokenizer.from_texts(["the cat", "thé"]).save(path)
    return path.read_bytes()


def archive(path):
    short = minigrad.Tensor(np.ones(1, "uint16"))
    minigrad.save({"x": minigrad.arange(3.0), "list": [1, 0.5, "text", short]}, path)
    return path.read_bytes()


def legacy(path):
    """As PyTorch wrote it before 1.6: {'x': a bfloat16 tensor, 'n': 300, 'a': a NumPy array}."""
    file = python_io.BytesIO()
    minigrad.save({"x": minigrad.arange(2.0), "n": 300}, file)
    file.seek(0)
    content = file.read()
    program = content[content.index(b"\x80\x02"):]
    program = program[:program.index(b"u.") + 2].replace(b"FloatStorage", b"BFloat16Storage")
    program = program.replace(b"\x8a\x01\x02tQ", b"\x8a\x01\x02NtQ")
    start = [pickle.dumps(value, 2) for value in (0x1950a86a20f9469cfc6c, 1001, {"little_endian": True})]
    return b"".join([*start, program, pickle.dumps(["0"], 2), struct.pack("<Q", 2), b"\0\0\x80\x3f"])


def idx(path):
    return bytes([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6])


FORMATS = {     # file name: how to write it, how to read it, does it notice every change of its content
    "a.safetensors": (safetensors, io.load_safetensors, True),
    "other.safetensors": (without_checksum, io.load_safetensors, False),
    "a.ckpt": (checkpoint, load_checkpoint, True),
    "a.json": (vocabulary, lambda path: WordTokenizer.load(path).words, True),
    "a.pt": (archive, minigrad.load, True),
    "old.pt": (legacy, minigrad.load, False),
    "a.idx": (idx, read_idx, False),
    "a.idx.gz": (lambda path: gzip.compress(idx(path), mtime=0), read_idx, True),
    "a.idx.xz": (lambda path: lzma.compress(idx(path)), read_idx, True),
}


def plain(value):
    """`value` in a form that == compares."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, (Tensor, np.ndarray)):
        return str(value.dtype), tuple(value.shape), value.tolist()
    return value


@pytest.mark.parametrize("name", FORMATS)
def test_only_value_errors_come_out_of_a_damaged_file(name, tmp_path):
    path = tmp_path / name
    write, read, complete = FORMATS[name]
    good = write(path)
    path.write_bytes(good)
    content = plain(read(path))
    chance = random.Random(0)
    damaged = [good[:size] for size in range(len(good))]
    for place, byte in enumerate(good):
        others = [byte ^ 1 << chance.randrange(8), chance.choice([0, 255, chance.randrange(256)])]
        for other in others[:1 if len(good) > 1000 else 2]:
            damaged.append(good[:place] + bytes([other]) + good[place + 1:])
    for _ in range(200):
        many = bytearray(good)
        for _ in range(3):
            many[chance.randrange(len(good))] = chance.randrange(256)
        damaged.append(bytes(many))
    for number, each in enumerate(damaged):
        path.write_bytes(each)
        try:
            result = read(path)
        except ValueError as error:
            assert str(path) in str(error)
        else:
            assert number >= len(good), f"cut after {number} bytes"
            if complete:
                assert plain(result) == content


@pytest.mark.parametrize("name", FORMATS)
def test_a_damaged_file_does_not_take_much_memory(name, tmp_path):
    path = tmp_path / name
    write, read, _ = FORMATS[name]
    good = write(path)
    path.write_bytes(good)
    read(path)                  # imports and caches
    tracemalloc.start()
    try:
        for place in range(len(good)):
            path.write_bytes(good[:place] + b"\x7f" + good[place + 1:])
            with suppress(ValueError):
                read(path)
        assert tracemalloc.get_traced_memory()[1] < 10e6
    finally:
        tracemalloc.stop()


def test_the_header_of_a_digit_file_does_not_decide_how_much_memory_it_takes(tmp_path):
    path = tmp_path / "digits.idx"
    claims = bytes([0, 0, 8, 3]) + 3 * (2**11).to_bytes(4, "big")        # 8 GB
    for name, content in [("a.idx", claims + bytes(10)), ("a.idx.gz", gzip.compress(claims + bytes(10)))]:
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(ValueError, match="more than 100 times its size"):
            read_idx(path)
    path.write_bytes(gzip.compress(bytes([0, 0, 8, 1, 0, 0, 0, 4]) + bytes(10**8)))     # a bomb
    tracemalloc.start()
    with pytest.raises(ValueError, match="expected 4 values .* got more"):
        read_idx(path)
    assert tracemalloc.get_traced_memory()[1] < 3e6
    tracemalloc.stop()
    path.write_bytes(gzip.compress(bytes([0, 0, 8, 255]) + 255 * bytes([0, 0, 0, 1]) + b"x"))
    with pytest.raises(ValueError, match="it cannot have the shape"):
        read_idx(path)
