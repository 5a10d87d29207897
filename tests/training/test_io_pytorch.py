"""PyTorch's files are read and written bit for bit; anything but tensors and containers is refused."""

import io
import pickle
import zipfile
from collections import Counter, OrderedDict

import numpy as np
import pytest

import minigrad
from minigrad import nn

DTYPES = ["float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint8", "bool"]


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


def test_minigrad_reads_what_pytorch_saved(torch):
    ours = through(torch.save, minigrad.load, some_object(torch))
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


def test_bfloat16_is_read_as_the_float32_of_the_same_value(torch):
    x = torch.randn(5, 3, generator=torch.Generator().manual_seed(0)).bfloat16()
    x[0] = torch.tensor([float("inf"), -0.0, 1e-40])
    ours = through(torch.save, minigrad.load, x.t())
    assert_same(ours, x.t().float())
    assert np.signbit(ours.numpy()[1, 0])


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
    ({"x": minigrad.Tensor(np.ones(2, np.uint16))},
     r"save: obj\['x'\] has dtype uint16, which PyTorch's format does not support"),
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
