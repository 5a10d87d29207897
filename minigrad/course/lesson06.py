"""The exercises of lesson 6: what a training consists of, in memory and in a file."""

import copy
import json
import os
import re
import struct
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import numpy as np

import minigrad
from minigrad import nn, optim
from minigrad.course.grading import Case, Exercise
from minigrad.course.lesson02 import some_digits
from minigrad.course.words import say
from minigrad.io import load, load_safetensors, save

DTYPES = {"F32": "float32", "F64": "float64", "I64": "int64"}
CODES = {name: code for code, name in DTYPES.items()}


def built(seed, inputs, hidden, outputs, rate):
    """(a small network, its Adam, a generator): the lesson's own random numbers go on as before."""
    state = minigrad.get_rng_state()
    minigrad.manual_seed(seed)
    model = nn.Sequential(nn.Linear(inputs, hidden), nn.ReLU(), nn.Linear(hidden, outputs))
    minigrad.set_rng_state(state)
    return model, optim.Adam(model.parameters(), lr=rate), np.random.default_rng(seed)


def trained(model, optimizer, generator, x, y, loss, start, stop):
    """The losses of the steps `start` to `stop`; the learning rate shrinks with the step."""
    losses, first = [], optimizer.defaults["lr"]
    for step in range(start, stop):
        for group in optimizer.param_groups:
            group["lr"] = first / (1 + step / 50)
        rows = generator.integers(0, len(x), 64)
        value = loss(model(x[rows]), y[rows])
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        losses.append(value.item())
    return losses


def restore(saved, model, optimizer, generator):
    """Put what `snapshot` returned back; returns the number of the next step."""
    model.load_state_dict(saved["model"])
    optimizer.load_state_dict(saved["optimizer"])
    generator.bit_generator.state = saved["generator"]
    return saved["step"]


# 6.1


def snapshot(model, optimizer, generator, step):
    return copy.deepcopy({"model": model.state_dict(), "optimizer": optimizer.state_dict(),
                          "generator": generator.bit_generator.state, "step": step})


def keeps_the_tensors_themselves(model, optimizer, generator, step):
    return {"model": model.state_dict(), "optimizer": optimizer.state_dict(),
            "generator": generator.bit_generator.state, "step": step}


def copies_only_the_weights(model, optimizer, generator, step):
    return {"model": copy.deepcopy(model.state_dict()), "optimizer": optimizer.state_dict(),
            "generator": generator.bit_generator.state, "step": step}


def forgets_the_moments(model, optimizer, generator, step):
    saved = snapshot(model, optimizer, generator, step)
    saved["optimizer"]["state"] = {}
    return saved


def forgets_the_generator(model, optimizer, generator, step):
    return {**snapshot(model, optimizer, generator, step),
            "generator": np.random.default_rng(0).bit_generator.state}


def weights_only(model, optimizer, generator, step):
    return {"model": copy.deepcopy(model.state_dict())}


def resumed(before, after):
    """The losses after an interruption: trained on for a while, then put back into a new training."""
    def use(answer):
        x = minigrad.tensor(np.sin(np.arange(300.0)).reshape(100, 3), dtype=minigrad.float32)
        y = (x * x).sum(1, keepdim=True)
        first, second = built(0, 3, 8, 1, 0.05), built(1, 3, 8, 1, 0.05)
        trained(*first, x, y, nn.functional.mse_loss, 0, before)
        saved = answer(*first, before)
        if saved is None or saved is ...:
            return None
        trained(*first, x, y, nn.functional.mse_loss, before, before + 5)
        step = restore(saved, *second)
        return np.array(trained(*second, x, y, nn.functional.mse_loss, step, step + after))
    return Case(f"going on for {after} steps with the {{name}} of step {before}", use)


def goes_on_reading_digits(answer):
    """Interrupt a training on digits, go on with the student's snapshot, and compare."""
    x, y = some_digits("train", 2000)
    loss = nn.functional.cross_entropy
    run = built(0, 784, 32, 10, 0.02)
    trained(*run, x, y, loss, 0, 100)
    saved = answer(*run, 100)
    expected = np.array(trained(*run, x, y, loss, 100, 160))
    again = built(1, 784, 32, 10, 0.02)
    step = restore(saved, *again)
    losses = np.array(trained(*again, x, y, loss, step, 160))
    model, optimizer, generator = built(1, 784, 32, 10, 0.02)
    model.load_state_dict(saved["model"])
    generator.bit_generator.state = saved["generator"]
    forgetful = np.array(trained(model, optimizer, generator, x, y, loss, 100, 160))
    print(say("A training on digits, interrupted after 100 steps, goes on for 60 more with your snapshot:"))
    print(say("    largest difference to the uninterrupted run: {largest:g}",
              largest=abs(losses - expected).max()))
    print(say("    the same without the optimizer's moments:    {largest:.2f}",
              largest=abs(forgetful - expected).max()))


SNAPSHOT = Exercise(
    "6.1", "all that a training consists of",
    cases=[resumed(4, 6), resumed(1, 3), resumed(20, 4)],
    solution=snapshot,
    mistakes={
        "This resumes from where the first training is by now: state_dict() holds the tensors themselves, "
        "which change at every step. Take a copy of everything, with copy.deepcopy.":
            keeps_the_tensors_themselves,
        "The weights are copies, but the optimizer's state is still the live one. Copy that, too.":
            copies_only_the_weights,
        "The optimizer starts anew. Its moments belong to the training, too: optimizer.state_dict().":
            forgets_the_moments,
        "The generator draws other batches than it would have drawn. Keep generator.bit_generator.state as "
        "it is now.": forgets_the_generator,
        "Keep all four: the keys are \"model\", \"optimizer\", \"generator\" and \"step\".": weights_only,
        "Keep `step` as it is: it is the number of the step that comes next.":
            lambda model, optimizer, generator, step: snapshot(model, optimizer, generator, step + 1),
    },
    hint="Which four things change during a training? Keep a copy of each.", seconds=10,
    then=goes_on_reading_digits)


# 6.2


def flatten(tree, prefix=""):
    flat = {}
    for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
        if isinstance(value, (dict, list)):
            flat |= flatten(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = value
    return flat


def renamed(change):
    """`flatten` with other names."""
    return lambda tree: {change(name): value for name, value in flatten(tree).items()}


def only_the_first_level_of_names(tree):
    flat = {}
    for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
        if isinstance(value, (dict, list)):
            flat |= {f"{key}.{inner.rpartition('.')[2]}": each
                     for inner, each in only_the_first_level_of_names(value).items()}
        else:
            flat[str(key)] = value
    return flat


def counts_from_one(tree, prefix=""):
    flat = {}
    for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree, 1):
        if isinstance(value, (dict, list)):
            flat |= counts_from_one(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = value
    return flat


def leaves_lists_alone(tree, prefix=""):
    flat = {}
    for key, value in tree.items():
        if isinstance(value, dict):
            flat |= leaves_lists_alone(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = value
    return flat


def a_number(i):
    return np.full((2,), float(i))


TREES = [
    ("a flat dict", {"weight": a_number(1), "bias": a_number(2)}),
    ("a dict of dicts", {"body": {"weight": a_number(1), "norm": {"weight": a_number(2)}}, "w": a_number(3)}),
    ("a dict with a list", {"layers": [{"weight": a_number(1)}, {"weight": a_number(2)}], "b": a_number(3)}),
    ("a dict with a list of arrays", {"heads": [a_number(1), a_number(2)]}),
    ("a dict with empty parts", {"a": {}, "b": [], "c": {"d": a_number(1)}}),
]


def names_of(text, tree):
    """[the number under each right name, -1 where it is missing; the number of other names]"""
    def use(answer):
        flat = answer(copy.deepcopy(tree))
        if flat is None or flat is ...:
            return None
        if not isinstance(flat, dict):
            raise TypeError(say("{got} is not a dict", got=f"{flat!r:.60}"))
        right = flatten(tree)
        found = [float(np.ravel(flat[name])[0]) if isinstance(flat.get(name), np.ndarray) else -1.0
                 for name in right]
        return np.array([*found, float(len(flat.keys() - right.keys()))])
    return Case(f"{{name}} of {text}: [the number under each right name, or -1; the count of wrong names]",
                use)


FLATTEN = Exercise(
    "6.2", "a name for each array",
    cases=[names_of(*each) for each in TREES],
    solution=flatten,
    mistakes={
        "A name does not begin with a dot: put the dot only between two parts.":
            renamed(lambda name: "." + name),
        "The parts of a name are joined with a dot.": renamed(lambda name: name.replace(".", "/")),
        "The last part alone is not enough: two layers may both have a weight. A name is the whole way.":
            renamed(lambda name: name.rpartition(".")[2]),
        "Deeper down, the parts in the middle are lost. Hand the whole way so far on to the next level.":
            only_the_first_level_of_names,
        "A list is a level, too: its parts are called 0, 1, 2 and so on.": leaves_lists_alone,
        "The first part of a list is number 0.": counts_from_one,
    },
    hint="A function that calls itself for each dict or list, and hands on the name so far.")


# 6.3


def to_bytes(tensors):
    header, data = {}, b""
    for name, array in tensors.items():
        raw = array.tobytes()
        header[name] = {"dtype": CODES[str(array.dtype)], "shape": list(array.shape),
                        "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def written(length="<Q", counted=0, offsets=lambda begin, end, size: [begin, end], text=json.dumps,
            code=CODES.get):
    """A writer that makes a mistake in one of its parts."""
    def to_bytes(tensors):
        header, data = {}, b""
        for name, array in tensors.items():
            raw = array.tobytes()
            header[name] = {"dtype": code(str(array.dtype)), "shape": list(array.shape),
                            "data_offsets": offsets(len(data), len(data) + len(raw), array.itemsize)}
            data += raw
        inside = text(header).encode()
        return struct.pack(length, len(inside) + counted) + inside + data
    return to_bytes


def from_the_start_of_the_file(tensors):
    """Offsets that count the 8 bytes and the header."""
    start, content = 8, b""
    for _ in range(5):          # a longer number makes a longer header
        content = written(offsets=lambda begin, end, *_, by=start: [begin + by, end + by])(tensors)
        start = 8 + int.from_bytes(content[:8], "little")
    return content


def two_tensors():
    return {"weight": np.arange(6, dtype=np.float32).reshape(2, 3) / 4,
            "bias": np.array([1.5, -2.5], np.float32)}


def of_many_kinds():
    """Other dtypes, a number without axes, an array without elements, and one that is transposed."""
    return {"steps": np.array([3, -1, 2**40]), "rate": np.array(0.125), "nothing": np.zeros((0, 4)),
            "turned": np.arange(6, dtype=np.float32).reshape(2, 3).T}


def checked_bytes(content):
    if not isinstance(content, (bytes, bytearray)):
        raise TypeError(say("{got} is not bytes", got=f"{content!r:.60}"))
    return bytes(content)


def length_word(make):
    """[the first byte of the header, how far the number in the first 8 bytes is from the true length]"""
    def use(answer):
        content = answer(make())
        if content is None or content is ...:
            return None
        content = checked_bytes(content)
        found = re.search(rb"\{\s*[\"']", content)
        if not found:
            raise ValueError(say("no header begins anywhere in these bytes, {start}", start='{"name": ...}'))
        try:
            _, end = json.JSONDecoder().raw_decode(content[found.start():].decode("latin-1"))
        except json.JSONDecodeError as error:
            raise ValueError(say("the header is not JSON ({trouble})", trouble=error.msg)) from None
        end += found.start()
        end += len(re.match(rb" *", content[end:])[0])      # spaces may follow the header
        return np.array([found.start(), float(int.from_bytes(content[:8], "little") - end + found.start())])
    return use


def entries(make):
    """[unused bytes before each tensor, in the order of the file; its number of bytes, in that of names]"""
    def use(answer):
        content = answer(make())
        if content is None or content is ...:
            return None
        content = checked_bytes(content)
        found = re.search(rb"\{\s*[\"']", content)
        header, _ = json.JSONDecoder().raw_decode(content[found.start():].decode("latin-1"))
        places = {name: header[name]["data_offsets"] for name in sorted(make())}
        ends = [0, *sorted(end for begin, end in places.values())]
        gaps = [begin - end for begin, end in zip(sorted(begin for begin, end in places.values()), ends)]
        return np.array([*gaps, *(end - begin for begin, end in places.values())], dtype=float)
    return use


def read_back(make):
    """The arrays that minigrad reads, in the order of names."""
    def use(answer):
        content = answer(make())
        if content is None or content is ...:
            return None
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "yours.safetensors")
            path.write_bytes(checked_bytes(content))
            try:
                read = load_safetensors(path)
            except ValueError as error:
                raise ValueError(str(error).replace(str(path), "your file")) from None
        if sorted(read) != sorted(make()):
            raise ValueError(say("the names are {found}, expected {wanted}",
                                 found=sorted(read), wanted=sorted(make())))
        return tuple(read[name].numpy() for name in sorted(read))
    return use


def reader_of_digits():
    """A network trained on 2,000 digits, and 500 others with their labels."""
    x, y = some_digits("train", 2000)
    model, optimizer, generator = built(0, 784, 32, 10, 0.01)
    trained(model, optimizer, generator, x, y, nn.functional.cross_entropy, 0, 150)
    return model, *some_digits("test", 500)


def says_whether_equal(same):
    if same:
        print(say("Its outputs are bit for bit those of the network that was saved."))
    else:
        print(say("Its outputs are not those of the network that was saved."))


def saves_a_network(answer):
    """minigrad loads the student's file into a new network."""
    model, x, y = reader_of_digits()
    other, _, _ = built(5, 784, 32, 10, 0.01)
    with minigrad.no_grad(), tempfile.TemporaryDirectory() as folder:
        before = (other(x).argmax(1) == y).float().mean().item()
        path = Path(folder, "yours.safetensors")
        path.write_bytes(answer({name: value.numpy() for name, value in model.state_dict().items()}))
        load(path, other)
        share = (other(x).argmax(1) == y).float().mean().item()
        same = np.array_equal(model(x).numpy(), other(x).numpy())
    print(say("Your function wrote a network that was trained on digits, and minigrad.io.load read your "
              "file."))
    print(say("A new network reads {before:.1%} of 500 unseen digits right before, {share:.1%} after "
              "loading.", before=before, share=share))
    says_whether_equal(same)


WRITE = Exercise(
    "6.3", "a safetensors file by hand",
    cases=[Case("{name}(two tensors): [the place of the header, how far the number before it is from the "
                "header's length]", length_word(two_tensors)),
           Case("{name}(two tensors): [unused bytes before each of them, then how many bytes each has]",
                entries(two_tensors)),
           Case("what minigrad reads from {name}(two tensors)", read_back(two_tensors)),
           Case("what minigrad reads from {name}(tensors of many kinds)", read_back(of_many_kinds))],
    solution=to_bytes,
    mistakes={
        "The length is written little-endian, its smallest byte first: struct.pack(\"<Q\", ...).":
            written(length=">Q"),
        "The length counts the header alone, without its own 8 bytes.": written(counted=8),
        "The length takes 8 bytes, whatever the number is: \"Q\" is an unsigned number of 8 bytes.":
            written(length="<I"),
        "data_offsets count from the first byte after the header, not from the start of the file.":
            from_the_start_of_the_file,
        "data_offsets count bytes, not elements: len(array.tobytes()).":
            written(offsets=lambda begin, end, size: [begin // size, end // size]),
        "data_offsets are the first byte and the byte after the last, not a place and a length.":
            written(offsets=lambda begin, end, size: [begin, end - begin]),
        "Python's text of a dict has single quotes, which JSON does not allow. Use json.dumps.":
            written(text=str),
        "The format has its own names for dtypes, such as F32: CODES knows them.":
            written(code=lambda name: name),
    },
    hint="8 bytes with the length of the header, the header as JSON, then the raw bytes of each array.",
    then=saves_a_network)


# 6.4


def from_bytes(content):
    length = int.from_bytes(content[:8], "little")
    if len(content) < 8 or length > len(content) - 8:
        raise ValueError("the file ends inside its header")
    header, data = json.loads(content[8:8 + length]), content[8 + length:]
    tensors, used = {}, 0
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        if entry["dtype"] not in DTYPES or any(size < 0 for size in entry["shape"]):
            raise ValueError(f"{name} has dtype {entry['dtype']} and shape {entry['shape']}")
        dtype, (begin, end) = np.dtype(DTYPES[entry["dtype"]]), entry["data_offsets"]
        if not 0 <= begin <= end <= len(data) or end - begin != dtype.itemsize * np.prod(entry["shape"]):
            raise ValueError(f"the bytes of {name} do not fit its shape or the file")
        tensors[name] = np.frombuffer(data[begin:end], dtype).reshape(entry["shape"])
        used += end - begin
    if used != len(data):
        raise ValueError("the file has bytes that belong to no tensor")
    return tensors


def reads(shift=0, order="little", skip=True, flat=False, check=True):
    """A reader that makes a mistake."""
    def from_bytes(content):
        length = int.from_bytes(content[:8], order)
        header = json.loads(content[8:8 + length])
        if check and len(content) < 8 + length:
            raise ValueError
        data, tensors = content[8 + length - shift:], {}
        for name, entry in header.items():
            if name == "__metadata__" and skip:
                continue
            begin, end = entry["data_offsets"]
            array = np.frombuffer(data[begin:end], DTYPES[entry["dtype"]])
            tensors[name] = array if flat else array.reshape(entry["shape"])
        return tensors
    return from_bytes


def trusting(content):
    """Right for a right file, and never asks whether it is one."""
    length = int.from_bytes(content[:8], "little")
    header, data = json.loads(content[8:8 + length]), content[8 + length:]
    return {name: np.resize(np.frombuffer(data[entry["data_offsets"][0]:entry["data_offsets"][1]],
                                          DTYPES.get(entry["dtype"], "u1")), entry["shape"])
            for name, entry in header.items() if name != "__metadata__"}


def unpacks_at_once(content):
    struct.unpack("<Q", content[:8])
    return from_bytes(content)


def only_the_header(content):
    length = int.from_bytes(content[:8], "little")
    if len(content) < 8 + length:
        raise ValueError
    return reads()(content)


def a_file(header, data=b"", length=None):
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def arrays_of(content):
    """The arrays in a file, in the order of names."""
    def use(answer):
        read = answer(content)
        if read is None or read is ...:
            return None
        if not isinstance(read, dict):
            raise TypeError(say("{got} is not a dict", got=f"{read!r:.60}"))
        right = from_bytes(content)
        if read.keys() != right.keys():
            raise ValueError(say("the names are {found}, expected {wanted}",
                                 found=sorted(read), wanted=sorted(right)))
        return tuple(read[name] for name in sorted(read))
    return use


def refused(content):
    """1 if the answer raises ValueError, 0 if it reads the file."""
    def use(answer):
        try:
            answer(content)
        except ValueError:
            return np.array(1)
        return np.array(0)
    return use


def entry(dtype="F32", shape=(2,), offsets=(0, 8)):
    return {"x": {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}}


GOOD = to_bytes({"b": np.array([1.5, -2.0, 3.25], np.float32), "a": np.array([[1, 2], [3, 4]], np.int64),
                 "c": np.array(0.5)})
TALKS = a_file({"__metadata__": {"made by": "hand"}, **entry()}, np.array([1.0, 2.0], np.float32).tobytes())
BAD = [
    ("with one byte too few", GOOD[:-1]),
    ("with a byte too many at its end", GOOD + b"\0"),
    ("that ends inside its header", GOOD[:40]),
    ("whose header should be longer than the file", a_file(entry(), bytes(8), length=10**6)),
    ("with the unknown dtype F99", a_file(entry(dtype="F99"), bytes(8))),
    ("with the shape [-1]", a_file(entry(shape=(-1,)), bytes(8))),
    ("with the shape [3], but 8 bytes of F32", a_file(entry(shape=(3,)), bytes(8))),
    ("with the offsets [-8, 0]", a_file({**entry(offsets=(-8, 0)), "y": entry()["x"]}, bytes(8))),
    ("with the offsets [-8, -8] of no number", a_file(entry(shape=(0,), offsets=(-8, -8)))),
    ("that ends right behind its header, two bytes early", a_file({}, length=4)),
    ("of 3 bytes", b"\1\0\0"),
]


def loads_a_network(answer):
    """The student's function reads a network that minigrad saved."""
    model, x, y = reader_of_digits()
    other, _, _ = built(5, 784, 32, 10, 0.01)
    with minigrad.no_grad(), tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "minigrad.safetensors")
        save(path, model)
        read = answer(path.read_bytes())
        other.load_state_dict({name: minigrad.tensor(np.array(array)) for name, array in read.items()})
        share = (other(x).argmax(1) == y).float().mean().item()
        same = np.array_equal(model(x).numpy(), other(x).numpy())
    print(say("Your function read {names} from a file that minigrad.io.save wrote.",
              names=", ".join(sorted(read))))
    print(say("A new network with these weights reads {share:.1%} of 500 unseen digits right.", share=share))
    says_whether_equal(same)


READ = Exercise(
    "6.4", "read it, and believe nothing",
    cases=[Case("{name}(content) of a file of three tensors", arrays_of(GOOD)),
           Case("{name}(content) of a file with __metadata__", arrays_of(TALKS)),
           *(Case(f"1 for a ValueError, 0 for none: {{name}}(content) of a file {text}", refused(content))
             for text, content in BAD)],
    solution=from_bytes,
    mistakes={
        "The length is little-endian: int.from_bytes(content[:8], \"little\").": reads(order="big"),
        "The data begin after the 8 bytes and the header, at content[8 + length].": reads(shift=8),
        "The header may have an entry \"__metadata__\", which is no tensor. Skip it.": reads(skip=False),
        "Give each array its shape.": reads(flat=True),
        "A file may be shorter than its header says, or its offsets may point anywhere. Check each number "
        "before you use it, and raise ValueError.": trusting,
        "With fewer than 8 bytes, struct.unpack stops with an error of its own, which is no ValueError. "
        "Check len(content) first.": unpacks_at_once,
        "NumPy refuses some bad files for you, but not all: an unknown dtype, a size below 0, offsets below "
        "0 and bytes that belong to no tensor need a check of their own.": only_the_header,
    },
    hint="Before you use a number of the header, ask which values it may have; for all others, raise "
         "ValueError.", then=loads_a_network)


# 6.5


def save_safely(path, pieces):
    aside = str(path) + ".part"
    try:
        with open(aside, "wb") as file:
            for piece in pieces:
                file.write(piece)
        os.replace(aside, path)
    except BaseException:
        if os.path.exists(aside):
            os.remove(aside)
        raise


def writes_over_it(path, pieces):
    with open(path, "wb") as file:
        for piece in pieces:
            file.write(piece)


def collects_then_writes_over_it(path, pieces):
    content = b"".join(pieces)
    with open(path, "wb") as file:
        file.write(content)


def appends(path, pieces):
    aside = str(path) + ".part"
    with open(aside, "wb") as file:
        for piece in pieces:
            file.write(piece)
    with open(aside, "rb") as file, open(path, "ab") as target:
        target.write(file.read())
    os.remove(aside)


def leaves_the_rest(path, pieces):
    aside = str(path) + ".part"
    with open(aside, "wb") as file:
        for piece in pieces:
            file.write(piece)
    os.replace(aside, path)


def swallows_the_error(path, pieces):
    try:
        save_safely(path, pieces)
    except Exception:
        return


def removes_the_old_one_first(path, pieces):
    if os.path.exists(path):
        os.remove(path)
    save_safely(path, pieces)


@contextmanager
def working_elsewhere():
    """In the block, an empty folder is the working directory; a file that is put there shows."""
    before = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            yield folder
        finally:
            os.chdir(before)


class PowerCut(Exception):
    """What stops the writing of a file in these cases."""


def saved(before, pieces, fails=False):
    """[bytes at the path after it; the number of files in the folder, and in the working directory; 1 if the
    error was passed on; 1 if the old file was whole while the new one was written; 1 if an open file of old
    still reads the old]"""
    def use(answer):
        with tempfile.TemporaryDirectory() as folder, working_elsewhere() as elsewhere:
            path = Path(folder, "weights")
            whole = [True]
            if before is not None:
                path.write_bytes(before)

            def given():
                for piece in pieces:
                    whole[0] = whole[0] and (before is None or path.exists() and path.read_bytes() == before)
                    yield piece
                if fails:
                    raise PowerCut("no more power")

            passed, kept = 0, 1
            # a file that is replaced, and not written over, lives on for those who read it
            reader = open(path, "rb") if before is not None and os.name == "posix" \
                and sys.platform != "emscripten" else None      # noqa: SIM115 - closed below
            try:
                answer(str(path), given())
            except PowerCut:
                passed = 1
            finally:
                if reader is not None:
                    kept = int(reader.read() == before)
                    reader.close()
            content = path.read_bytes() if path.exists() else b""
            files = os.listdir(folder) + os.listdir(elsewhere)
            return (np.frombuffer(content, np.uint8).astype(float) if content else np.zeros(1),
                    np.array([len(files), passed, int(whole[0]), kept], dtype=float))
    return use


ASKED = ("[files in the folder, was the error passed on, was the old file whole while the new one was "
         "written, was it left unwritten]")
SAFELY = Exercise(
    "6.5", "a file that is never half written",
    cases=[Case("{name}(path, three pieces) without an old file: the bytes of the file, [files in the "
                "folder, ...],", saved(None, [b"new", b" ", b"weights"])),
           Case(f"{{name}}(path, three pieces) over an old file: the bytes of the file, {ASKED},",
                saved(b"the old weights", [b"new", b" ", b"weights"])),
           Case(f"{{name}}(path, pieces), cut off by an error: the bytes of the file, {ASKED},",
                saved(b"the old weights", [b"new", b" "], fails=True))],
    solution=save_safely,
    mistakes={
        "open(path, \"wb\") empties the old file at once: if the power fails now, nothing is left. Write to "
        "another file, and give it the name when it is complete.": writes_over_it,
        "The file is still written over, only faster. Write to another file, and let os.replace give it the "
        "name in one step.": collects_then_writes_over_it,
        "The unfinished file stays behind after an error. Remove it.": leaves_the_rest,
        "The caller must hear of the error: after cleaning up, raise it again.": swallows_the_error,
        "Between removing the old file and naming the new one there is no file at all. os.replace needs no "
        "removing.": removes_the_old_one_first,
        "The new content replaces the old one; it does not follow it.": appends,
    },
    hint="Write to path + \".part\"; os.replace(part, path) at the end; in an `except`, remove the part and "
         "raise.")


EXERCISES = [SNAPSHOT, FLATTEN, WRITE, READ, SAFELY]
