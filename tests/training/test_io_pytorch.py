"""PyTorch's files are read and written bit for bit; anything but tensors and containers is refused."""

import copy
import io
import os
import pickle
import re
import struct
import tracemalloc
import zipfile
from collections import Counter, OrderedDict

import numpy as np
import pytest

import minigrad
from minigrad import nn
from minigrad.io import pickles

DTYPES = ["float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint8", "bool",
          "uint16", "uint32", "uint64"]
FORMATS = [{}, {"_use_new_zipfile_serialization": False}, {"pickle_protocol": 4}, {"pickle_protocol": 5}]


def through(save, load, obj, **settings):
    file = io.BytesIO()
    save(obj, file)
    file.seek(0)
    return load(file, **settings)


def assert_same(a, b):
    """Compare nested containers of either library: equal types, shapes, dtypes, and bit-equal values."""
    if hasattr(a, "detach"):
        a, b = a.detach().numpy(), b.detach().numpy()
        assert (a.dtype, a.shape) == (b.dtype, b.shape)
        np.testing.assert_array_equal(a, b)
    elif isinstance(a, dict):
        assert type(a) is type(b) and list(a) == list(b)
        for key in a:
            assert_same(a[key], b[key])
    elif isinstance(a, (list, tuple)):
        assert type(a) is type(b) and len(a) == len(b)
        for each, other in zip(a, b):
            assert_same(each, other)
    else:
        assert type(a) is type(b) and a == b


def some_object(torch):
    x = torch.tensor(np.random.default_rng(0).normal(size=(3, 4)))
    return {
        "dtypes": [torch.tensor(np.array([[0, 1], [2, 3]]).astype(dtype)) for dtype in DTYPES],
        "views": (x, x.t(), x[1:, ::2], x[1], x[2, 3], x.unsqueeze(0)),
        "sizes": [torch.zeros(0, 3), torch.tensor(1.5), torch.ones(1, 1, 1)],
        "numbers": [0, -1, 255, -256, 2**31, -(2**63), 2**100, 0.1, float("inf"), True, False, None],
        "text": ["", "weights of a résumé \U0001f600", "x" * 300],
        "containers": {1: [], "b": (), None: {}, (1, "c"): OrderedDict(a=(1,), b=[2, [3]])},
        "parameter": torch.nn.Parameter(x * 2),
        "frozen": torch.nn.Parameter(x * 3, requires_grad=False),
    }


def test_pytorch_reads_what_minigrad_saved(torch):
    theirs = through(minigrad.save, torch.load, some_object(minigrad), weights_only=True)
    assert_same(theirs, some_object(torch))
    assert isinstance(theirs["parameter"], torch.nn.Parameter) and theirs["parameter"].requires_grad
    assert not theirs["frozen"].requires_grad


@pytest.mark.parametrize("settings", FORMATS, ids=["zip", "legacy", "protocol 4", "protocol 5"])
def test_minigrad_reads_what_pytorch_saved(torch, settings):
    def save(obj, file):
        torch.save(obj, file, **settings)
    ours = through(save, minigrad.load, some_object(torch))
    assert_same(ours, some_object(torch))
    assert isinstance(ours["parameter"], nn.Parameter) and ours["parameter"].requires_grad
    assert not ours["frozen"].requires_grad


def test_minigrad_reads_what_minigrad_saved():
    assert_same(through(minigrad.save, minigrad.load, some_object(minigrad)), some_object(minigrad))


def test_other_containers_of_pytorch_are_read(torch):
    saved = {"size": torch.Size([2, 3]), "dtype": torch.float32, "device": torch.device("cpu"), "set": {1, 2},
             "milestones": Counter([3, 5])}
    assert through(torch.save, minigrad.load, saved) == {
        "size": (2, 3), "dtype": np.float32, "device": "cpu", "set": {1, 2}, "milestones": Counter([3, 5])}


@pytest.mark.parametrize("settings", FORMATS, ids=["zip", "legacy", "protocol 4", "protocol 5"])
def test_numpy_arrays_and_numbers_in_a_file_are_read(torch, settings):
    def save(obj, file):
        torch.save(obj, file, **settings)
    numbers = np.arange(6, dtype=np.float32).reshape(2, 3)
    saved = {"rows": numbers, "columns": np.asfortranarray(numbers), "strided": numbers[:, ::2],
             "0-d": np.array(3), "empty": np.zeros((0, 2)), "text": np.array(["ab", "c"]),
             "flags": np.array([True, False]), "zeros": np.zeros(10_000), "same": [numbers, numbers],
             "scalars": [np.float32(0.1), np.int64(-3), np.bool_(True)], "dtype": np.dtype("float16"),
             "bytes": [b"", b"a\xff", bytearray(b"b")], "complex": 1 + 2j}
    ours = through(save, minigrad.load, saved)
    for name in ("scalars", "dtype", "bytes", "complex"):
        assert ours.pop(name) == saved.pop(name)
    same = ours.pop("same")
    assert same[0] is same[1] and same[0].flags.writeable
    del saved["same"]
    for name, array in saved.items():
        assert (ours[name].dtype, ours[name].shape) == (array.dtype, array.shape)
        np.testing.assert_array_equal(ours[name], array)


@pytest.mark.parametrize("settings", FORMATS[:2], ids=["zip", "legacy"])
@pytest.mark.parametrize("dtype", ["bfloat16", "float8_e4m3fn", "float8_e5m2"])
def test_floats_that_numpy_lacks_are_read_as_float32_of_the_same_value(torch, dtype, settings):
    def save(obj, file):
        torch.save(obj, file, **settings)
    bits = torch.arange(2**16 if dtype == "bfloat16" else 2**8).to(torch.uint16 if dtype == "bfloat16"
                                                                    else torch.uint8)
    x = bits.view(getattr(torch, dtype)).reshape(-1, 16).t()       # every value there is
    ours = through(save, minigrad.load, x).numpy()
    theirs = x.float().numpy()
    assert ours.dtype == np.float32 and np.array_equal(ours, theirs, equal_nan=True)
    numbers = ~np.isnan(theirs)
    assert np.array_equal(np.signbit(ours[numbers]), np.signbit(theirs[numbers]))


def test_a_whole_training_run_of_pytorch_is_read(torch):
    model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3))
    optimizer = torch.optim.AdamW(model.parameters())
    model(torch.ones(4, 2)).sum().backward()
    optimizer.step()
    saved = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 3}
    ours = through(torch.save, minigrad.load, saved)
    assert ours["model"]._metadata == saved["model"]._metadata
    assert ours["epoch"] == 3 and ours["optimizer"]["param_groups"] == saved["optimizer"]["param_groups"]
    assert_same(dict(ours["model"]), dict(saved["model"]))
    for number, state in saved["optimizer"]["state"].items():
        assert_same(ours["optimizer"]["state"][number], state)


def test_tensors_with_attributes_are_read_without_them(torch):
    x = torch.nn.Parameter(torch.ones(2))
    x.note, y = "mine", torch.zeros(2)
    y.note = [1]
    ours = through(torch.save, minigrad.load, [x, y])
    assert isinstance(ours[0], nn.Parameter) and ours[1].tolist() == [0, 0]


@pytest.mark.parametrize("settings", FORMATS[:2], ids=["zip", "legacy"])
@pytest.mark.parametrize("make, text", [
    (lambda torch: torch.eye(2).to_sparse(), r"sparse tensors are not supported; save x.to_dense\(\)"),
    (lambda torch: torch.tensor([1 + 1j]).conj().imag, r"stored as its negative .* x.resolve_neg\(\)"),
    (lambda torch: torch.ones(2, device="meta"), "a meta tensor has no numbers"),
    (lambda torch: torch.ones(2).to(torch.float8_e5m2fnuz), r"NumPy lacks this dtype; save x.float\(\)"),
    (lambda torch: torch.ones(2).untyped_storage(), "holds a Storage; save only tensors"),
    (lambda torch: np.array([{}]), "the NumPy dtype 'O8'"),
    (lambda torch: np.arange(3, dtype=">i4"), "NumPy numbers of a big-endian machine"),
    (lambda torch: Counter, "holds Counter; save only tensors"),
], ids=["sparse", "negative", "meta", "float8", "storage", "objects", "big-endian", "class"])
def test_what_tensors_here_cannot_hold_is_refused_with_advice(torch, make, text, settings):
    with pytest.raises(ValueError, match=text):
        through(lambda obj, file: torch.save(obj, file, **settings), minigrad.load, make(torch))


def test_tensors_that_share_memory_share_it_again(torch):
    base = torch.arange(6.0)
    ours = through(torch.save, minigrad.load, [base, base[2:].reshape(2, 2).t()])
    ours[0][3] = 30.0
    assert ours[1].tolist() == [[2, 4], [30, 5]]
    layer = nn.Linear(3, 3)
    theirs = through(minigrad.save, torch.load, {"a": layer.weight.data, "b": layer.weight.data})
    assert theirs["a"].data_ptr() == theirs["b"].data_ptr()


def test_weights_move_both_ways(torch, tmp_path):
    theirs, ours = (lib.Sequential(lib.Linear(3, 4), lib.BatchNorm1d(4), lib.Linear(4, 2))
                    for lib in (torch.nn, nn))
    torch.save(theirs.state_dict(), tmp_path / "theirs.pt")
    ours.load_state_dict(minigrad.load(tmp_path / "theirs.pt", map_location="cpu", weights_only=True))
    assert_same(dict(ours.state_dict()), dict(theirs.state_dict()))
    with minigrad.no_grad():
        ours[0].weight.mul_(2)
    minigrad.save(ours.state_dict(), str(tmp_path / "ours.pt"))
    theirs.load_state_dict(torch.load(tmp_path / "ours.pt", weights_only=True))
    assert_same(dict(ours.state_dict()), dict(theirs.state_dict()))


def test_tensors_come_from_and_go_to_any_device(device):
    x = minigrad.arange(6.0).reshape(2, 3).to(device)
    y = through(minigrad.save, minigrad.load, {"x": x}, map_location=minigrad.device(device))["x"]
    assert y.device == device and y.tolist() == x.tolist()
    y = through(minigrad.save, minigrad.load, {"x": x}, map_location={"cpu": device})["x"]
    assert y.device == device


def test_the_same_object_gives_the_same_file():
    files = [io.BytesIO(), io.BytesIO()]
    for file in files:
        minigrad.save({"a": minigrad.ones(2, 2)}, file)
    assert files[0].getvalue() == files[1].getvalue()


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path):
    path = tmp_path / "net.pt"
    minigrad.save([1], path)
    with pytest.raises(TypeError):
        minigrad.save([1, object()], path)
    assert minigrad.load(path) == [1] and list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("obj, text", [
    (nn.Linear(1, 1), r"save: obj is a Linear; save its state_dict\(\); a file can hold tensors"),
    ({"a": [1, {2}]}, r"save: obj\['a'\]\[1\] is a set"),
    pytest.param({"x": minigrad.Tensor(np.ones(2, np.longdouble))},
                 r"save: obj\['x'\] has dtype float\d+, which PyTorch's format does not support",
                 marks=pytest.mark.skipif(np.longdouble == np.float64, reason="it is a float64 here")),
])
def test_what_a_file_cannot_hold_is_named_with_its_place(obj, text):
    with pytest.raises(TypeError, match=text):
        minigrad.save(obj, io.BytesIO())


def test_the_order_of_io_save_is_noticed(tmp_path):
    with pytest.raises(TypeError, match=r"save\(obj, f\) takes the object first"):
        minigrad.save(tmp_path / "a", nn.Linear(1, 1))


class Evil:
    def __reduce__(self):
        return print, ("code from the file runs",)


def archive(program, **storages):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as out:
        out.writestr("x/data.pkl", program)
        for name, numbers in storages.items():
            out.writestr(f"x/data/{name[1:]}", numbers)
    file.seek(0)
    return file


def tensor_program(offset, sizes, strides, storage=b"ctorch\nFloatStorage\n"):
    """A pickle of one tensor in storage 0."""
    def ints(values):
        return b"(" + b"".join(b"J" + n.to_bytes(4, "little", signed=True) for n in values) + b"t"
    return (b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storage" + storage
            + b"X\x01\0\0\x000X\x03\0\0\0cpuJ\x04\0\0\0tQ"
            + ints([offset])[1:-1] + ints(sizes) + ints(strides)
            + b"\x89ccollections\nOrderedDict\n)RtR.")


FOUR = np.arange(4, dtype="<f4").tobytes()


def test_a_tensor_inside_its_storage_is_read():
    assert minigrad.load(archive(tensor_program(1, [2], [2]), _0=FOUR)).tolist() == [1, 3]


@pytest.mark.parametrize("file, text", [
    (archive(pickle.dumps(Evil(), 2)), "asks for __builtin__.print, which is not allowed"),
    (archive(pickle.dumps(Evil(), 4)), "asks for builtins.print, which is not allowed"),
    (archive(b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n}X\x01\0\0\0aK\x01sb."),
     "damaged or in another format"),
    (archive(b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\nN}X\x08\0\0\0functionK\x01s\x86b."),
     "tries to change"),
    (archive(b"\x80\x02ctorch\nFloatStorage\n)R."), "calls FloatStorage, which is not callable"),
    (archive(tensor_program(1, [4], [1]), _0=FOUR),
     r"a tensor \(4,\) with strides \(1,\) does not fit its storage"),
    (archive(tensor_program(-1, [1], [1]), _0=FOUR), "offset -1"),
    (archive(tensor_program(3, [2], [-1]), _0=FOUR), r"strides \(-1,\)"),
    (archive(tensor_program(0, [2, 2], [1]), _0=FOUR), r"sizes \(2, 2\), strides \(1,\)"),
    (archive(tensor_program(0, [1], [1])), "no item named 'x/data/0'"),
    (archive(tensor_program(0, [1], [1], b"X\x01\0\0\0a"), _0=FOUR), "expected a storage"),
    (archive(b"\x80\x02]"), "damaged or in another format"),
    (io.BytesIO(b"not a zip archive"), "was not written by torch.save"),
])
def test_files_that_are_damaged_or_mean_harm_are_refused(file, text, capsys):
    with pytest.raises(ValueError, match=text):
        minigrad.load(file)
    assert capsys.readouterr().out == ""


def test_a_whole_model_is_refused_with_its_name(torch, tmp_path):
    torch.save(torch.nn.Linear(1, 1), tmp_path / "model.pt")
    text = r"model.pt: it asks for torch.nn.modules.linear.Linear, which is not allowed"
    with pytest.raises(ValueError, match=text):
        minigrad.load(tmp_path / "model.pt")
    with pytest.raises(ValueError, match="weights_only=False would run code from the file"):
        minigrad.load(tmp_path / "model.pt", weights_only=False)


def test_an_archive_of_something_else_is_refused(tmp_path):
    np.savez(tmp_path / "x.npz", a=np.ones(2))
    with pytest.raises(ValueError, match="x.npz: the archive has no data.pkl"):
        minigrad.load(tmp_path / "x.npz")
    with pytest.raises(TypeError, match="map_location must be a device or a dict"):
        minigrad.load(tmp_path / "x.npz", map_location=lambda storage, location: storage)
    with pytest.raises(FileNotFoundError):
        minigrad.load(tmp_path / "missing.pt")


# Files written here byte by byte


def text(value):
    return b"X" + struct.pack("<I", len(value)) + value.encode()


def legacy(program, *storages, keys=None):
    """A file as PyTorch wrote it before 1.6."""
    keys = [str(i) for i in range(len(storages))] if keys is None else keys
    start = [pickle.dumps(value, 2) for value in (0x1950a86a20f9469cfc6c, 1001, {"little_endian": True})]
    data = [struct.pack("<Q", numel) + numbers for numel, numbers in storages]
    return io.BytesIO(b"".join([*start, program, pickle.dumps(keys, 2), *data]))


def legacy_program(part=b"N"):
    return tensor_program(1, [2], [2]).replace(b"\x04\0\0\0tQ", b"\x04\0\0\0" + part + b"tQ")


def test_a_file_from_before_pytorch_1_6_is_read(tmp_path):
    file = legacy(legacy_program(), (4, FOUR))
    assert minigrad.load(file).tolist() == [1, 3]
    (tmp_path / "old.pt").write_bytes(file.getvalue())
    assert minigrad.load(tmp_path / "old.pt").tolist() == [1, 3]
    assert minigrad.load(legacy(legacy_program(b"(X\x01\0\0\0pK\x00K\x04t"), (4, FOUR))).tolist() == [1, 3]
    two = io.BytesIO(b"before" + file.getvalue() + legacy(b"\x80\x02K\x07.").getvalue())   # one after another
    two.seek(6)
    assert [minigrad.load(two).tolist(), minigrad.load(two)] == [[1, 3], 7]


@pytest.mark.parametrize("file, words", [
    (legacy(legacy_program(), (3, FOUR[:12])), "'0' is truncated or damaged"),
    (legacy(legacy_program(), (4, FOUR[:15])), "'0' is truncated or damaged"),
    (legacy(legacy_program()), "the storages that it lists are not those"),
    (legacy(legacy_program(), (4, FOUR), (4, FOUR)), "the storages that it lists are not those"),
    (legacy(legacy_program(), (4, FOUR), keys=[[]]), "a list is the key"),
    (legacy(legacy_program(b"(X\x01\0\0\0pK\x02K\x03t"), (4, FOUR)), "a part of a storage lies outside"),
    (legacy(tensor_program(0, [1], [1]).replace(b"J\x04\0\0\0tQ", b"J\xff\xff\xff\x7fNtQ"), (4, FOUR)),
     "its storages need more than the .* bytes of the file"),
    (io.BytesIO(bytes(257) + b"ustar" + bytes(300)), "a tar archive, .* with PyTorch and save it again"),
    (io.BytesIO(b"\x08\0\0\0\0\0\0\0{}      "), "for safetensors use minigrad.io.load_safetensors"),
    (io.BytesIO(b""), "was not written by torch.save"),
], ids=range(10))
def test_a_file_from_before_pytorch_1_6_that_is_damaged_is_refused(file, words):
    with pytest.raises(ValueError, match=words):
        minigrad.load(file)


def test_a_big_endian_file_is_read():
    file = archive(tensor_program(1, [2], [2]), _0=np.arange(4, dtype=">f4").tobytes())
    with zipfile.ZipFile(file, "a") as more:
        more.writestr("x/byteorder", "big")
    assert minigrad.load(file).tolist() == [1, 3]
    with zipfile.ZipFile(file := archive(b"N."), "a") as more:
        more.writestr("x/byteorder", "middle")
    with pytest.raises(ValueError, match="byteorder is b'middle', expected little or big"):
        minigrad.load(file)


def test_a_wrong_byte_in_the_numbers_or_the_program_is_noticed():
    content = archive(tensor_program(1, [2], [2]), _0=FOUR).getvalue()
    for part in (FOUR, b"storage"):
        damaged = content.replace(part, part[:-1] + b"!")
        with pytest.raises(ValueError, match="damaged or in another format.*Bad CRC-32"):
            minigrad.load(io.BytesIO(damaged))


# Files that mean harm

LOOKED_UP = [*pickles.GLOBALS, *pickles.TORCH_DTYPES, "torch.float64"]
MARKER = b"}" + text("marker") + b"K\x01s"


@pytest.mark.parametrize("name", LOOKED_UP)
def test_nothing_that_a_file_looks_up_can_be_changed(name):
    module, _, last = name.rpartition(".")
    get = f"c{module}\n{last}\n".encode()
    known = pickles.lookup(module, last)
    classes = (minigrad.Size, minigrad.device, nn.Parameter, minigrad.Tensor, OrderedDict, Counter,
               pickles.Known, pickles.Storage)
    before = [dict(vars(each)) for each in classes]
    for change in (MARKER + b"b", b"N" + MARKER + b"\x86b", b"(K\x03" + text("<") + MARKER + b"tb",
                   text("marker") + b"K\x01s", b"(" + text("marker") + b"K\x01u", b"K\x01a", b"(K\x01e",
                   b"(K\x01\x90"):
        for program in (get + change + b".", get + b"q\x01" + change + b"h\x01."):
            try:
                minigrad.load(archive(b"\x80\x02" + program))
            except ValueError:
                pass
            else:
                assert isinstance(known, np.dtype) and change[-1:] == b"b"      # a byte order: ignored
    assert [dict(vars(each)) for each in classes] == before
    assert not hasattr(pickles.GLOBALS.get(name), "marker")


@pytest.mark.parametrize("made", [
    b"ctorch\nSize\n)R", b"ctorch\ndevice\n" + text("cpu") + b"\x85R", b")", b"}", b"]", b"K\x01",
    b"ccollections\nCounter\n)R", tensor_program(0, [1], [1])[2:-1]])
def test_only_a_state_dict_takes_attributes(made):
    with pytest.raises(ValueError, match="it tries to change"):
        minigrad.load(archive(b"\x80\x02" + made + MARKER + b"b.", _0=FOUR))


@pytest.mark.parametrize("name", ["items", "__class__", "__dict__", "__reduce__", "keys"])
def test_attributes_of_a_state_dict_do_not_hide_its_methods(name):
    make = b"\x80\x02ccollections\nOrderedDict\n)R}" + text(name) + b"K\x01sb."
    with pytest.raises(ValueError, match="it changes an OrderedDict"):
        minigrad.load(archive(make))
    assert minigrad.load(archive(make.replace(text(name), text("_metadata"))))._metadata == 1


def peak_memory(call):
    tracemalloc.start()
    try:
        with pytest.raises(ValueError):
            call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


SET = b"c__builtin__\nset\n"


@pytest.mark.parametrize("program", [
    b"X\xff\xff\xff\xff", b"T\xff\xff\xff\x7f", b"B\xff\xff\xff\xff", b"\x8e" + b"\xff" * 7 + b"\x7f",
    b"\x8d" + b"\xff" * 7 + b"\x7f", b"\x96" + b"\xff" * 7 + b"\x7f", b"\x8b\xff\xff\xff\x7f",
    b"\x8b\xff\xff\xff\xff", b"\x95" + b"\xff" * 8, b"I" + b"9" * 10_000 + b"\n.",     # lengths
    b"K\x01r\xff\xff\xff\xff0", b"K\x01p99999999999999\n0", b"j\xff\xff\xff\x7f", b"h\x01",      # the memo
    b")" + b"\x85" * 20_000 + b".", b"]" * 20_000 + b"a" * 19_999 + b".",                     # nesting
    b"}" + b")" + b"\x85" * 20_000 + b"K\x01s.", b"}" + b")" + b"q\x01h\x01\x86" * 5_000 + b"K\x01s.",
    b"](" + b"K\x01" * 2000 + b"eq\x01(" + (SET + b"(h\x01tR") * 2000 + b"t.",                # copies
    *(b"cnumpy._core.numeric\n_frombuffer\n(" + count + b"cnumpy\ndtype\n" + text("u1") + b"\x85RK\x01\x85"
      + text("C") + b"tR." for count in (b"J\xff\xff\xff\x7f", b"}")),
    b"ctorch._tensor\n_rebuild_from_type_v2\n(" + SET + b"N(](" + b"K\x01" * 9 + b"etNtR.",
    *(b"]" + b"q\x01](h\x01h\x01e" * 60 + wrong for wrong in (            # whose repr() has 2^60 parts
        text("a") + b"\x93.", b"Q.", b"R.", b"b.", b"q\x02" + SET + b"h\x02\x85R.",
        b"q\x02ctorch\ndevice\nh\x02\x85R.", b"q\x02ctorch\nSize\nh\x02\x85R.",
        b"q\x02ctorch._utils\n_rebuild_tensor_v2\n(h\x02h\x02h\x02h\x02tR.",
        b"q\x02cnumpy\ndtype\nh\x02\x85R.", b"q\x02c_codecs\nencode\nh\x02h\x02\x86R.",
        b"q\x02}h\x02K\x01s.")),
    b"c__builtin__\nbytearray\nJ\xff\xff\xff\x7f\x85R.", b"c__builtin__\nbytes\nJ\xff\xff\xff\x7f\x85R.",
    b"ctorch\nSize\n(J\xff\xff\xff\xfft\x85R.", b"cnumpy\ndtype\n" + text("f99999999") + b"\x85R.",
    b"cnumpy.core.multiarray\n_reconstruct\n)R(K\x01J\xff\xff\xff\x7f\x85cnumpy\ndtype\n"
    + text("f8") + b"\x85R\x89C\x00tb.",
    b"0.", b"a.", b"t.", b"R.", b"b.", b"s.", b"Q.", b"\x93.", b"", b".", b"NN.", b"\xff.", b"P1\n.",
    b"\x82\x01.", b"(cos\nsystem\no.", b"(ios\nsystem\n.", b"cos\nsystem\n)\x81.", b"c" + b"a" * 10**6,
], ids=lambda program: ascii(program[:12]))
def test_a_program_cannot_ask_for_more_memory_than_it_has_bytes(program):
    for file in (archive(b"\x80\x02" + program), legacy(b"\x80\x02" + program)):
        assert peak_memory(lambda file=file: minigrad.load(file)) < 30e6


@pytest.mark.parametrize("offset, sizes, strides", [
    (0, [2**31 - 1] * 4, [1] * 4), (0, [2], [2**31 - 1]), (2**31 - 1, [1], [1]), (4, [1], [1]), (0, [5], [1]),
    (0, [2, 3], [3, 1]), (0, [1] * 100, [1] * 100)])
def test_a_tensor_stays_inside_its_storage(offset, sizes, strides):
    file = archive(tensor_program(offset, sizes, strides), _0=FOUR)
    assert peak_memory(lambda: minigrad.load(file)) < 1e6


def test_an_expanded_tensor_takes_no_memory():
    tensor = minigrad.load(archive(tensor_program(0, [10**9, 10**9], [0, 0]), _0=FOUR))
    assert tensor.shape == (10**9, 10**9) and tensor[5, 7].item() == 0


def test_a_storage_has_the_size_that_the_program_says():
    for numbers in (FOUR[:12], FOUR + FOUR, b"", FOUR[:15]):
        with pytest.raises(ValueError, match="a storage has .* bytes, expected 16"):
            minigrad.load(archive(tensor_program(0, [1], [1]), _0=numbers))


def test_compressed_entries_are_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("x/data.pkl", tensor_program(0, [1], [1]).replace(b"\x04\0\0\0tQ", b"\0\0\x80\0tQ"))
        out.writestr("x/data/0", bytes(2**25))
    assert len(file.getvalue()) < 40_000 and peak_memory(lambda: minigrad.load(file)) < 1e6


def test_entries_that_overlap_do_not_multiply():
    numbers = bytes(100_000)
    file = archive(b"N.", _0=numbers)
    with zipfile.ZipFile(file, "a") as out:
        part = tensor_program(0, [1], [1])[2:-1].replace(b"J\x04\0\0\0tQ", b"J\xa8\x61\0\0tQ")
        keys = [f"{i:03d}" for i in range(400)]
        program = b"".join(part.replace(b"X\x01\0\0\x000", text(key)) for key in keys)
        out.writestr("y/data.pkl", b"\x80\x02(" + program + b"t.")
        shared = out.getinfo("x/data/0")
        for key in keys:
            info = copy.copy(shared)
            info.filename = info.orig_filename = f"y/data/{key}"
            out.filelist.append(info)
            out.NameToInfo[info.filename] = info
        for first in [info for info in out.filelist if info.filename.startswith("x/data.pkl")]:
            out.filelist.remove(first)
    assert peak_memory(lambda: minigrad.load(file)) < 2e6


def test_lists_that_contain_themselves_are_read_and_not_written():
    inside = minigrad.load(archive(b"\x80\x02]q\x01h\x01a."))
    assert inside[0] is inside
    with pytest.raises(ValueError, match="a list or dict contains itself or is nested too deeply"):
        minigrad.save(inside, io.BytesIO())


def test_a_file_that_cannot_seek_is_refused():
    reader, writer = os.pipe()
    os.close(writer)
    with open(reader, "rb") as file, pytest.raises((ValueError, OSError)):
        minigrad.load(file)


@pytest.mark.parametrize("location", ["mps", "xla:0", "nonsense"])
def test_a_device_that_is_unknown_here_needs_a_map_location(location):
    program = tensor_program(0, [1], [1]).replace(text("cpu"), text(location))
    with pytest.raises(ValueError, match=f"saved on '{location}', .* map_location='cpu'"):
        minigrad.load(archive(program, _0=FOUR))
    assert minigrad.load(archive(program, _0=FOUR), map_location="cpu").tolist() == [0]


@pytest.mark.torch
@pytest.mark.parametrize("zipped", [True, False])
def test_io_load_reads_a_state_dict_of_torch_save(zipped, tmp_path):
    torch = pytest.importorskip("torch")
    theirs, ours = (lib.nn.Sequential(lib.nn.Linear(2, 3), lib.nn.BatchNorm1d(3))
                    for lib in (torch, minigrad))
    torch.save(theirs.state_dict(), tmp_path / "net.pt", _use_new_zipfile_serialization=zipped)
    assert minigrad.io.load(tmp_path / "net.pt", ours) is ours
    assert {name: value.tolist() for name, value in ours.state_dict().items()} == {
        name: value.tolist() for name, value in theirs.state_dict().items()}


@pytest.mark.parametrize("content, text", [
    ({"model": {"weight": minigrad.ones(1)}, "epoch": 3},
     "holds a dict of 'model', 'epoch', not a state_dict; take that from minigrad.load(path)"),
    (minigrad.ones(2), "holds a Tensor, not a state_dict"), ({"a": minigrad.ones(1)}, "unexpected: a")])
def test_io_load_says_what_a_file_holds_instead_of_weights(content, text, tmp_path):
    model = minigrad.nn.Linear(2, 1)
    before = model.weight.tolist()
    minigrad.save(content, tmp_path / "net.pt")
    with pytest.raises(ValueError, match=re.escape(str(tmp_path / "net.pt")) + "(?s:.*)" + re.escape(text)):
        minigrad.io.load(tmp_path / "net.pt", model)
    assert model.weight.tolist() == before
