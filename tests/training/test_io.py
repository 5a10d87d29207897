"""Files hold what was saved, byte for byte; resumed training equals uninterrupted training."""

import copy
import errno
import json
import os
import zlib

import numpy as np
import pytest
from hypothesis import given, strategies as st

import minigrad
from minigrad import io, nn, optim
from minigrad.autograd import Tensor
from minigrad.backend import manual_seed, random_state
from minigrad.data import DataLoader, TensorDataset
from minigrad.io import checkpoint, safetensors
from minigrad.nn import functional as F
from minigrad.optim.lr_scheduler import CosineAnnealingLR, LinearLR, OneCycleLR, SequentialLR, StepLR

# Written by hand from the description of the format: "x" [[1, 2], [3, 4]] int16, "y" 0.5 float32 and
# metadata. y comes first, as its numbers are wider.
GOLDEN_HEADER = (b'{"__metadata__":{"by":"hand","minigrad.checksum":"minigrad-crc32:00000000"},'
                 b'"y":{"dtype":"F32","shape":[],"data_offsets":[0,4]},'
                 b'"x":{"dtype":"I16","shape":[2,2],"data_offsets":[4,12]}}')
BLANK = (b"\xb8\0\0\0\0\0\0\0" + GOLDEN_HEADER
         + b"\x00\x00\x00\x3f" + b"\x01\x00\x02\x00\x03\x00\x04\x00")
GOLDEN = BLANK.replace(b"crc32:00000000", b"crc32:%08x" % zlib.crc32(BLANK))
OTHERS = BLANK.replace(b',"minigrad.checksum":"minigrad-crc32:00000000"', b" " * 46)    # has no checksum


def file_of(header, data=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


@pytest.fixture
def path(tmp_path):
    return tmp_path / "file.safetensors"


def assert_only(path):
    """The folder holds nothing else."""
    assert list(path.parent.iterdir()) == [path]


# The format


def test_the_golden_file_is_what_we_write(path):
    assert len(GOLDEN_HEADER) == 0xb8
    x, y = np.array([[1, 2], [3, 4]], np.int16), minigrad.tensor(0.5)
    io.save_safetensors(path, {"x": x, "y": y}, {"by": "hand"})
    assert path.read_bytes() == GOLDEN
    assert_only(path)


@pytest.mark.parametrize("content", [GOLDEN, OTHERS], ids=["checksum", "none"])
def test_the_golden_file_is_read_as_what_it_says(content, path, device):
    path.write_bytes(content)
    tensors = io.load_safetensors(path, device)
    assert {name: (t.tolist(), t.dtype, t.device) for name, t in tensors.items()} == {
        "x": ([[1, 2], [3, 4]], np.int16, device), "y": (0.5, np.float32, device)}


DTYPES = ["float16", "float32", "float64", "int8", "int16", "int32", "int64",
          "uint8", "uint16", "uint32", "uint64", "bool"]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("layout", [
    lambda a: a, lambda a: a.T, lambda a: a[::-1, ::2], lambda a: np.asfortranarray(a), lambda a: a[0, 1],
    lambda a: a[:0], lambda a: np.broadcast_to(a[:1], (3, 4)), lambda a: a.astype(a.dtype.newbyteorder(">"))],
    ids=["plain", "transposed", "strided", "fortran", "0-d", "empty", "broadcast", "big-endian"])
def test_arrays_of_every_dtype_and_layout_come_back(dtype, layout, path):
    array = np.asarray(layout(np.arange(-6, 6).astype(dtype).reshape(3, 4)))
    io.save_safetensors(path, {"a": array, "b": array})
    for back in io.load_safetensors(path).values():
        assert back.dtype == dtype and back.shape == array.shape
        np.testing.assert_array_equal(back.numpy(), array)


def test_tensors_of_every_device_come_back(path, device):
    x = minigrad.randn(3, 4).to(device)
    io.save_safetensors(path, {"x": x.t(), "w": nn.Parameter(x)})
    back = io.load_safetensors(path, device)
    assert back["x"].tolist() == x.t().tolist() and back["w"].tolist() == x.tolist()
    assert not back["w"].requires_grad and back["w"].device == device


def test_what_was_loaded_can_be_written_to(path):
    io.save_safetensors(path, {"x": minigrad.zeros(2), "flag": minigrad.tensor([True])})
    for x in io.load_safetensors(path).values():
        x[0] = 1
        assert x[0] == 1


def test_bfloat16_is_read_as_float32(path):
    path.write_bytes(file_of({"x": {"dtype": "BF16", "shape": [3], "data_offsets": [0, 6]}},
                             b"\x80\x3f" b"\x49\x40" b"\x80\xff"))
    x = io.load_safetensors(path)["x"]
    assert x.dtype == np.float32 and x.tolist() == [1.0, 3.140625, -np.inf]


@pytest.mark.parametrize("name, dtype", [("F8_E4M3", "float8_e4m3fn"), ("F8_E5M2", "float8_e5m2")])
def test_float8_is_read_as_the_float32_of_the_same_value(name, dtype, path, torch):
    codes = np.arange(256, dtype=np.uint8)
    path.write_bytes(file_of({"x": entry(name, [256], [0, 256])}, codes.tobytes()))
    ours = io.load_safetensors(path)["x"].numpy()
    theirs = torch.tensor(codes).view(getattr(torch, dtype)).float().numpy()
    assert ours.dtype == np.float32 and np.array_equal(ours, theirs, equal_nan=True)
    assert np.array_equal(np.signbit(ours[ours == ours]), np.signbit(theirs[ours == ours]))


def test_any_byte_but_0_is_true(path):
    path.write_bytes(file_of({"x": {"dtype": "BOOL", "shape": [3], "data_offsets": [0, 3]}}, b"\x00\x01\x02"))
    x = io.load_safetensors(path)["x"]
    assert x.numpy().view(np.uint8).tolist() == [0, 1, 1]


def test_names_may_be_any_strings_and_numbers_are_aligned(path):
    names = ["", "ä.b", 'quo"te', "a\nb", "日本"]
    tensors = {name: np.full(i + 1, i, dtype) for i, (name, dtype) in
               enumerate(zip(names, ["int8", "float64", "bool", "float32", "float16"]))}
    io.save_safetensors(path, tensors)
    assert {name: t.tolist() for name, t in io.load_safetensors(path).items()} == \
           {name: a.tolist() for name, a in tensors.items()}
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8:8 + length])
    del header["__metadata__"]
    for entry in header.values():
        begin = 8 + length + entry["data_offsets"][0]
        assert begin % np.dtype(safetensors.DTYPES[entry["dtype"]]).itemsize == 0


def test_an_empty_dict_makes_an_empty_file(path):
    io.save_safetensors(path, {})
    assert io.load_safetensors(path) == {}
    path.write_bytes(b"\x08\0\0\0\0\0\0\0{}      ")
    assert io.load_safetensors(path) == {}


@pytest.mark.parametrize("tensors, metadata, error, text", [
    (nn.Linear(1, 1), None, TypeError,
     r"a dict of names to tensors, such as model.state_dict\(\), got a Linear"),
    ({"x": [1.0]}, None, TypeError, "'x' is a list, expected a Tensor or an array"),
    ({"x": np.array([1j])}, None, TypeError,
     "'x' has dtype complex128, which the format does not support; it supports complex64, uint64,"),
    ({"x": np.array(["a"])}, None, TypeError, "'x' has dtype <U1"),
    ({3: np.ones(1)}, None, ValueError, "3 is not a valid tensor name; use another string"),
    ({"__metadata__": np.ones(1)}, None, ValueError, "'__metadata__' is not a valid tensor name"),
    ({}, {"epoch": 3}, TypeError, r"metadata must map strings to strings .*, got {'epoch': 3}"),
    ({}, "epoch", TypeError, "metadata must map strings to strings .*, got 'epoch'"),
])
def test_what_the_format_cannot_hold_is_refused(tensors, metadata, error, text, path):
    with pytest.raises(error, match="save_safetensors: .*" + text):
        io.save_safetensors(path, tensors, metadata)
    assert not path.exists()


def entry(dtype="F32", shape=(2,), data_offsets=(0, 8)):
    return {"dtype": dtype, "shape": shape, "data_offsets": data_offsets}


BROKEN = [
    ("short", b"\x02\0\0", "it has 3 bytes, but needs at least 8 for the length of the header"),
    ("huge-header", (10**9).to_bytes(8, "little") + b"{}",
     "its header would be 1000000000 bytes long, but the format allows at most 100000000"),
    ("picture", b"\x89PNG\r\n\x1a\n" + bytes(100), "its header would be .* it is probably in another format"),
    ("cut-header", GOLDEN[:50],
     "its header should be 184 bytes long, but the file ends after 42; it is truncated"),
    ("cut-data", GOLDEN[:-1], "its tensors need 12 bytes, but 11 follow the header; it is truncated"),
    ("no-data", GOLDEN[:8 + 184], "its tensors need 12 bytes, but 0 follow the header; it is truncated"),
    ("longer", GOLDEN + b"x",
     "its tensors need 12 bytes, but 13 follow the header; data was appended to it"),
    ("no-json", file_of(b"{'x'}"), r"its header cannot be read \(Expecting property name"),
    ("no-text", file_of(b"\xff\xfe"), r"its header cannot be read \('utf-8' codec"),
    ("deep", file_of(b"[" * 10**6), "its header cannot be read .*nested more than 100 levels"),
    ("list", file_of([1]), "its header is a list, expected a dict of names to tensors"),
    ("twice", file_of(b'{"x": 1, "x": 2}'), r"its header cannot be read \(a name appears twice\)"),
    ("metadata", file_of({"__metadata__": {"a": 1}}), "its __metadata__ does not map strings to strings"),
    ("entry", file_of({"x": {"dtype": "F32", "shape": [1]}}),
     "tensor 'x' needs dtype, shape and data_offsets, got"),
    ("dtype", file_of({"x": entry(dtype="C128")}, bytes(8)),
     "tensor 'x' has the unknown dtype 'C128'; supported are C64, U64,"),
    ("dtype-list", file_of({"x": entry(dtype=["F32"])}, bytes(8)),
     r"tensor 'x' has the unknown dtype \['F32'\]"),
    ("shape", file_of({"x": entry(shape=[-2])}, bytes(8)),
     r"tensor 'x' has shape \[-2\], expected a list of sizes"),
    ("shape-float", file_of({"x": entry(shape=[2.0])}, bytes(8)),
     r"tensor 'x' has shape \[2.0\], expected"),
    ("shape-number", file_of({"x": entry(shape=2)}, bytes(8)),
     "tensor 'x' has shape 2, expected a list of sizes"),
    ("shape-huge", file_of({"x": entry(shape=[0, 2**70], data_offsets=[0, 0])}),
     "tensor 'x' cannot have shape"),
    ("shape-axes", file_of({"x": entry(shape=100 * [1], data_offsets=[0, 4])}, bytes(4)),
     "tensor 'x' cannot have shape"),
    ("offsets", file_of({"x": entry(data_offsets=[8])}, bytes(8)),
     r"tensor 'x' has data_offsets \[8\], expected"),
    ("backwards", file_of({"x": entry(data_offsets=[8, 0])}, bytes(8)),
     r"'x' has -8 bytes, but F32 with shape \[2\] needs 8"),
    ("too-few", file_of({"x": entry(data_offsets=[0, 4])}, bytes(4)),
     r"'x' has 4 bytes, but F32 with shape \[2\] needs 8"),
    ("outside", file_of({"x": entry(shape=[2**40], data_offsets=[0, 2**42])}, bytes(8)),
     "its tensors need 4398046511104 bytes, but 8 follow the header; it is truncated"),
    ("overlap", file_of({"x": entry(), "y": entry(data_offsets=[4, 12])}, bytes(12)),
     "tensor 'y' overlaps the previous one: it starts at byte 4, expected 8"),
    ("gap", file_of({"x": entry(), "y": entry(data_offsets=[12, 20])}, bytes(20)),
     "tensor 'y' leaves a gap before it: it starts at byte 12, expected 8"),
]


@pytest.mark.parametrize("content, text", [pytest.param(content, text, id=name)
                                           for name, content, text in BROKEN])
def test_a_damaged_file_is_named_with_what_is_wrong(content, text, path):
    path.write_bytes(content)
    with pytest.raises(ValueError, match=text) as error:
        io.load_safetensors(path)
    assert str(error.value).startswith(f"{path} is not a valid safetensors file: ")


def test_a_file_cut_anywhere_is_refused(path):
    for size in range(len(GOLDEN)):
        path.write_bytes(GOLDEN[:size])
        with pytest.raises(ValueError, match="is not a valid safetensors file"):
            io.load_safetensors(path)


def test_a_wrong_bit_anywhere_is_noticed(path):
    for place in range(8 * len(GOLDEN)):
        content = bytearray(GOLDEN)
        content[place // 8] ^= 1 << place % 8
        path.write_bytes(content)
        with pytest.raises(ValueError, match=r"file.safetensors is not a valid safetensors file"):
            io.load_safetensors(path)


@given(st.integers(0, len(OTHERS) - 1), st.integers(0, 255))
def test_a_wrong_byte_in_a_file_without_checksum_is_refused_or_harmless(tmp_path_factory, place, byte):
    path = tmp_path_factory.getbasetemp() / "wrong.safetensors"
    path.write_bytes(OTHERS[:place] + bytes([byte]) + OTHERS[place + 1:])
    try:
        tensors = io.load_safetensors(path)
    except ValueError as error:
        assert str(path) in str(error)
    else:
        assert all(isinstance(t, Tensor) for t in tensors.values())


def test_a_missing_file_is_named(path):
    for read in (io.load_safetensors, lambda path: io.load(path, nn.Linear(1, 1)),
                 lambda path: io.load_checkpoint(path, model=nn.Linear(1, 1))):
        with pytest.raises(FileNotFoundError, match=f"file not found: {path}"):
            read(path)


# Writing: all or nothing


def test_a_full_disk_leaves_the_old_file_and_nothing_else(path, monkeypatch):
    io.save_safetensors(path, {"x": minigrad.ones(2)})
    before = path.read_bytes()

    def full(number):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left on device"):
        io.save_safetensors(path, {"x": minigrad.zeros(1000)})
    assert path.read_bytes() == before
    assert_only(path)


def test_the_old_file_stays_until_the_new_one_is_on_the_disk(path, monkeypatch):
    io.save_safetensors(path, {"x": minigrad.ones(2)})
    before, events = path.read_bytes(), []
    for name in ("fsync", "replace"):
        def watched(*args, name=name, function=getattr(os, name)):
            events.append((name, path.read_bytes() == before))
            function(*args)
        monkeypatch.setattr(os, name, watched)
    io.save_safetensors(path, {"x": minigrad.zeros(2)})
    assert events == [("fsync", True), ("replace", True)]
    assert io.load_safetensors(path)["x"].tolist() == [0.0, 0.0]


def test_an_error_in_the_middle_of_a_checkpoint_leaves_the_old_one(path):
    model = nn.Linear(2, 1)
    io.save_checkpoint(path, model=model, extra={"epoch": 1})
    before = path.read_bytes()
    text = "save_checkpoint: extra.logger is a object; a checkpoint holds numbers"
    with pytest.raises(TypeError, match=text):
        io.save_checkpoint(path, model=model, extra={"logger": object()})
    assert path.read_bytes() == before
    assert_only(path)


def test_a_link_goes_on_leading_to_the_file(path, tmp_path):
    link = tmp_path / "latest"
    try:
        link.symlink_to(path)
    except OSError:
        pytest.skip("this system makes no links")
    io.save_safetensors(link, {"x": minigrad.ones(2)})
    assert link.is_symlink() and io.load_safetensors(path).keys() == {"x"}


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"the folder .*missing does not exist; create it first"):
        io.save(tmp_path / "missing" / "net", nn.Linear(1, 1))
    with pytest.raises(IsADirectoryError, match="it is a folder; pass the name of a file in it"):
        io.save(tmp_path, nn.Linear(1, 1))


# Weights of a model


def cnn():
    return nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(8, 3))


def test_a_model_and_its_buffers_come_back(path, device):
    model, other = cnn().to(device), cnn().to(device)
    x = minigrad.randn(5, 1, 4, 4).to(device)
    model(x)                    # changes the running statistics
    io.save(path, model)
    assert io.load(path, other) is other
    assert other.eval()(x).tolist() == model.eval()(x).tolist()


class Tied(nn.Module):
    """An embedding whose weight is also that of the last layer."""

    def __init__(self, tied=True):
        self.table = nn.Embedding(3, 2)
        self.head = nn.Linear(2, 3, bias=False)
        if tied:
            self.head.weight = self.table.weight


@pytest.mark.parametrize("kept, left_out", [("table.weight", "head.weight"), ("head.weight", "table.weight")])
@pytest.mark.parametrize("noted", [True, False])
def test_a_weight_with_two_names_is_read_from_either(kept, left_out, noted, path):
    weight = np.arange(6, dtype=np.float32).reshape(3, 2)
    note = {left_out: kept, "format": "pt"} if noted else None       # by safetensors.torch.save_model
    io.save_safetensors(path, {kept: weight}, note)
    model = io.load(path, Tied())
    assert model.table.weight.tolist() == weight.tolist() and model.head.weight is model.table.weight
    if noted:
        assert io.load(path, Tied(tied=False)).head.weight.tolist() == weight.tolist()
    else:
        with pytest.raises(ValueError, match=f"missing: {left_out}"):
            io.load(path, Tied(tied=False))
    io.save(path, model)
    assert io.load_safetensors(path).keys() == {"table.weight", "head.weight"}
    assert io.load(path, Tied()).head.weight.tolist() == weight.tolist()


def test_weights_of_another_architecture_are_refused_and_change_nothing(path):
    io.save(path, cnn())
    for model, text in [(nn.Linear(2, 3), "missing: weight, bias"),
                        (nn.Sequential(nn.Conv2d(1, 3, 3)), "0.weight: the module has shape")]:
        before = {name: tensor.tolist() for name, tensor in model.state_dict().items()}
        with pytest.raises(ValueError, match=text) as error:
            io.load(path, model)
        assert str(error.value).startswith(f"{path}: ")
        assert {name: tensor.tolist() for name, tensor in model.state_dict().items()} == before


def test_exchanged_arguments_are_named(path):
    with pytest.raises(TypeError, match=r"save\(path, model\): model must have .* got a (Posix|Windows)Path"):
        io.save(nn.Linear(1, 1), path)
    with pytest.raises(TypeError, match=r"load\(path, model\): model must have a state_dict\(\), got a dict"):
        io.load(path, {})
    with pytest.raises(TypeError, match=r"save_checkpoint: optimizer must have a state_dict\(\), got a list"):
        io.save_checkpoint(path, model=nn.Linear(1, 1), optimizer=[])


def test_weights_and_checkpoints_are_told_apart(path):
    model = nn.Linear(2, 1)
    io.save(path, model)
    text = r"is not a checkpoint but .* of 2 tensors .* with load\(path, model\)"
    with pytest.raises(ValueError, match=text):
        io.load_checkpoint(path, model=model)
    io.save_checkpoint(path, model=model)
    with pytest.raises(ValueError, match=r"is a checkpoint; .* with load_checkpoint\(path, model=model\)"):
        io.load(path, model)


# Checkpoints

X = np.random.default_rng(0).standard_normal((40, 3)).astype("float32")
Y = X.sum(axis=1, keepdims=True)


class Run:
    """A training run with everything that has state: dropout, batch norm, shuffling, optimizer, schedule."""

    def __init__(self, optimizer, schedule, device):
        self.device = device
        self.model = nn.Sequential(nn.Linear(3, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.3),
                                   nn.Linear(16, 1)).to(device)
        self.optimizer = optimizer(self.model)
        self.scheduler = schedule(self.optimizer)
        self.loader = DataLoader(TensorDataset(X, Y), batch_size=16, shuffle=True)
        self.losses = []

    def train(self, epochs):
        for _ in range(epochs):
            for x, y in self.loader:
                self.optimizer.zero_grad()
                loss = F.mse_loss(self.model(x.to(self.device)), y.to(self.device))
                loss.backward()
                self.optimizer.step()
                self.losses.append(loss.item())
            self.scheduler.step()
        return self

    def parts(self):
        return dict(model=self.model, optimizer=self.optimizer, scheduler=self.scheduler)

    def snapshot(self):
        """Everything, down to the last bit."""
        state = self.optimizer.state_dict()
        arrays = {i: {name: getattr(value, "tolist", lambda: value)() for name, value in entries.items()}
                  for i, entries in state["state"].items()}
        return copy.deepcopy([{name: t.tolist() for name, t in self.model.state_dict().items()}, arrays,
                              state["param_groups"], self.scheduler.state_dict(), random_state()])


RUNS = {
    "Adam": (lambda model: optim.Adam(model.parameters(), lr=0.01, amsgrad=True),
             lambda o: CosineAnnealingLR(o, 6)),
    "SGD": (lambda model: optim.SGD([{"params": model[0].parameters(), "lr": 0.05},
                                     {"params": model[4].parameters()}], lr=0.01, momentum=0.9,
                                     nesterov=True),
            lambda o: SequentialLR(o, [LinearLR(o, total_iters=2), StepLR(o, 2)], [2])),
    "AdamW": (lambda model: optim.AdamW(model.parameters()), lambda o: OneCycleLR(o, 0.02, 6)),
}


@pytest.mark.parametrize("name", RUNS)
def test_a_run_resumed_from_a_checkpoint_equals_one_never_interrupted_bit_for_bit(name, path, device):
    manual_seed(1)
    through = Run(*RUNS[name], device).train(6)
    manual_seed(1)
    first = Run(*RUNS[name], device).train(3)
    io.save_checkpoint(path, **first.parts(), extra={"epoch": 3})
    manual_seed(99)             # another process: other weights, other random numbers
    second = Run(*RUNS[name], device)
    assert io.load_checkpoint(path, **second.parts()) == {"epoch": 3}
    second.train(3)
    assert first.losses + second.losses == through.losses
    assert second.snapshot() == through.snapshot()
    assert_only(path)


def test_saving_a_checkpoint_does_not_change_the_run(path):
    manual_seed(1)
    plain = Run(*RUNS["Adam"], "cpu").train(4)
    manual_seed(1)
    saved = Run(*RUNS["Adam"], "cpu")
    for _ in range(4):
        saved.train(1)
        io.save_checkpoint(path, **saved.parts())
    assert saved.snapshot() == plain.snapshot()


def test_a_checkpoint_moves_between_devices(path):
    manual_seed(1)
    first = Run(*RUNS["Adam"], "cpu").train(1)
    io.save_checkpoint(path, **first.parts())
    second = Run(*RUNS["Adam"], "fake")
    io.load_checkpoint(path, **second.parts())
    assert second.snapshot()[:4] == first.snapshot()[:4]
    assert {p.device for p in second.model.parameters()} == {"fake"}
    second.train(1)


def test_a_run_from_a_gpu_goes_on_where_there_is_none(path):
    model = nn.Linear(2, 1)
    io.save_checkpoint(path, model=model)
    tensors, metadata = safetensors.read(path)
    content = json.loads(metadata["minigrad.checkpoint"])
    content["random"]["devices"] = {"cuda": 123}
    io.save_safetensors(path, tensors, {"minigrad.checkpoint": json.dumps(content)})
    assert io.load_checkpoint(path, model=model) == {}


def test_the_model_alone_can_be_read(path):
    first = Run(*RUNS["Adam"], "cpu").train(1)
    io.save_checkpoint(path, **first.parts())
    second = Run(*RUNS["SGD"], "cpu")
    assert io.load_checkpoint(path, model=second.model) == {}
    assert second.snapshot()[0] == first.snapshot()[0]


def test_extra_comes_back_as_it_was(path):
    extra = {"epoch": 3, "best": np.float32(0.5), "none": None, "flag": True, "text": "ä", "huge": 2**100,
             "odd": [0.1, float("inf"), -0.0],
             "nested": {"a.b": minigrad.ones(2), "a": {"b": minigrad.arange(3)}},
             "tuple": (1, 2), "tensors": [minigrad.tensor([True])], "": {}}
    io.save_checkpoint(path, model=nn.Linear(1, 1), extra=extra)
    back = io.load_checkpoint(path, model=nn.Linear(1, 1))
    nested = back.pop("nested")
    assert nested["a.b"].tolist() == [1.0, 1.0] and nested["a"]["b"].tolist() == [0, 1, 2]
    tensor, = back.pop("tensors")
    assert tensor.dtype == bool and tensor.tolist() == [True]
    assert str(back) == str({"epoch": 3, "best": 0.5, "none": None, "flag": True, "text": "ä", "huge": 2**100,
                             "odd": [0.1, float("inf"), -0.0], "tuple": [1, 2], "": {}})


def test_a_checkpoint_is_a_file_that_any_safetensors_reader_opens(path):
    run = Run(*RUNS["SGD"], "cpu").train(1)
    io.save_checkpoint(path, **run.parts(), extra={"losses": minigrad.tensor(run.losses)})
    names = set(io.load_safetensors(path))
    assert {"model.0.weight", "model.1.running_mean", "optimizer.state.0.momentum_buffer",
            "extra.losses"} <= names
    assert b"pickle" not in path.read_bytes()


@pytest.mark.parametrize("extra, text", [
    ({"f": len},
     "extra.f is a builtin_function_or_method; a checkpoint holds numbers, strings, tensors, None"),
    ({"a": [{"b": np.ones(2)}]}, "extra.a.0.b is a ndarray; a checkpoint holds"),
    ({1: 2}, "the names in extra must be strings, got 1"),
])
def test_what_a_checkpoint_cannot_hold_is_named(extra, text, path):
    with pytest.raises(TypeError, match=text):
        io.save_checkpoint(path, model=nn.Linear(1, 1), extra=extra)
    assert not path.exists()


def test_what_a_checkpoint_could_not_give_back_is_refused(path):
    inside = []
    inside.append(inside)
    for extra, text in [({"a": inside}, "a list or dict contains itself or is nested too deeply"),
                        ({"a": {"__tensor__": "x"}}, "extra.a has the single name '__tensor__', which marks"),
                        ({"\ud800": minigrad.ones(1)}, "a name or the metadata is not valid text")]:
        with pytest.raises(ValueError, match=text):
            io.save_checkpoint(path, model=nn.Linear(1, 1), extra=extra)
    assert not path.exists()


@pytest.mark.parametrize("part", ["random", "extra", "model", "optimizer", "scheduler"])
def test_the_damaged_part_of_a_checkpoint_is_named_and_nothing_is_loaded(part, path):
    run = Run(*RUNS["Adam"], "cpu").train(1)
    io.save_checkpoint(path, **run.parts())
    tensors, metadata = safetensors.read(path)
    content = json.loads(metadata["minigrad.checkpoint"])
    for damaged in ([], None, "x", {"a": {"__tensor__": "gone"}}, json.loads("[" * 90 + "]" * 90)):
        text = json.dumps({**content, part: damaged})
        io.save_safetensors(path, tensors, {"minigrad.checkpoint": text})
        before = run.snapshot()
        with pytest.raises(ValueError, match=f"{path}: {part}: it is a damaged checkpoint"):
            io.load_checkpoint(path, **run.parts())
        with pytest.raises(ValueError, match=f"{path}: {part}: it is a damaged checkpoint"):
            checkpoint.read_checkpoint(path)
        assert run.snapshot() == before


def test_a_wrong_bit_in_a_checkpoint_is_noticed_before_anything_is_loaded(path):
    run = Run(*RUNS["SGD"], "cpu").train(1)
    io.save_checkpoint(path, **run.parts(), extra={"epoch": 3})
    good, before = path.read_bytes(), run.snapshot()
    for place in np.random.default_rng(0).integers(0, 8 * len(good), 200):
        content = bytearray(good)
        content[place // 8] ^= 1 << place % 8
        path.write_bytes(content)
        with pytest.raises(ValueError, match="is not a valid safetensors file"):
            io.load_checkpoint(path, **run.parts())
    assert run.snapshot() == before


def other_model(run):
    run.model = nn.Linear(3, 1)


def other_optimizer(run):
    run.optimizer = optim.RMSprop(run.model.parameters())


def other_parameters(run):
    run.optimizer = optim.Adam(list(run.model.parameters())[:2])


def other_scheduler(run):
    run.scheduler = StepLR(run.optimizer, 1)


@pytest.mark.parametrize("change, text", [
    (other_model, "these weights do not fit this Linear"),
    (other_optimizer, r"RMSprop: the saved state lacks \['alpha', 'centered', 'momentum'\]"),
    (other_parameters,
     r"Adam: the saved groups have \[6\] parameters, this optimizer's groups have \[2\]"),
    (other_scheduler, "StepLR: expected a state with .* it comes from another kind of scheduler"),
])
def test_a_checkpoint_of_another_run_is_refused_and_changes_nothing(change, text, path):
    io.save_checkpoint(path, **Run(*RUNS["Adam"], "cpu").train(2).parts())
    manual_seed(5)
    run = Run(*RUNS["Adam"], "cpu").train(1)
    change(run)
    before = run.snapshot()
    with pytest.raises(ValueError, match=text) as error:
        io.load_checkpoint(path, **run.parts())
    assert str(error.value).startswith(f"{path}: ")
    assert run.snapshot() == before


def test_a_part_that_was_not_saved_is_named(path):
    run = Run(*RUNS["Adam"], "cpu")
    io.save_checkpoint(path, model=run.model)
    before = run.snapshot()
    with pytest.raises(ValueError, match="was saved without scheduler=, so it has no state to load into"):
        io.load_checkpoint(path, **run.parts())
    assert run.snapshot() == before


@pytest.mark.parametrize("damage", [
    lambda content: json.dumps(content)[:200], lambda content: [content], lambda content: {"model": {}},
    lambda content: {**content, "random": {}},
    lambda content: {**content, "random": {**content["random"], "host": 3}},
    lambda content: {**content, "model": {"0.weight": {"__tensor__": "gone"}}},
    lambda content: {**content, "optimizer": 3}, lambda content: {**content, "scheduler": {}},
    lambda content: {**content, "optimizer": {**content["optimizer"], "state": {"x": {}}}},
])
def test_a_damaged_checkpoint_is_refused_and_changes_nothing(damage, path):
    run = Run(*RUNS["SGD"], "cpu").train(1)
    io.save_checkpoint(path, **run.parts())
    tensors, metadata = safetensors.read(path)
    damaged = damage(json.loads(metadata["minigrad.checkpoint"]))
    text = damaged if isinstance(damaged, str) else json.dumps(damaged)
    io.save_safetensors(path, tensors, {"minigrad.checkpoint": text})
    run.train(1)
    before = run.snapshot()
    with pytest.raises(ValueError) as error:
        io.load_checkpoint(path, **run.parts())
    assert str(error.value).startswith(str(path))
    assert run.snapshot() == before
