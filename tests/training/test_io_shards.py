"""Weights in several files with an index are read as if they were in one, or not at all."""

import json

import numpy as np
import pytest

import minigrad
from minigrad import io, nn
from minigrad.autograd import Tensor


def network():
    return nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 1))


@pytest.fixture
def written(tmp_path):
    """An index and two files with the weights of a network, and these weights."""
    minigrad.manual_seed(1)
    state = network().state_dict()
    places = {name: f"model-0000{1 + name.startswith('1.')}-of-00002.safetensors" for name in state}
    for file in set(places.values()):
        io.save_safetensors(tmp_path / file, {name: x for name, x in state.items() if places[name] == file})
    index = tmp_path / "model.safetensors.index.json"
    index.write_text(json.dumps({"metadata": {"total_size": 52}, "weight_map": places}), encoding="utf-8")
    return index, state, places


def change(index, places):
    index.write_text(json.dumps({"weight_map": places}), encoding="utf-8")


def test_an_index_is_read_like_one_file(written):
    index, state, _ = written
    read = io.load_safetensors(index)
    assert read.keys() == state.keys() and all((read[name] == state[name]).all() for name in state)
    model = network()
    assert io.load(str(index), model) is model
    assert all((x == state[name]).all() for name, x in model.state_dict().items())


def test_bfloat16_in_several_files_becomes_float32(tmp_path):
    places = {}
    for name, code in (("a", b"\x80\x3f"), ("b", b"\x49\x40")):
        header = json.dumps({name: {"dtype": "BF16", "shape": [1], "data_offsets": [0, 2]}}).encode()
        (tmp_path / f"{name}.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + code)
        places[name] = f"{name}.safetensors"
    index = tmp_path / "w.index.json"
    change(index, places)
    read = io.load_safetensors(index)
    assert {name: x.tolist() for name, x in read.items()} == {"a": [1.0], "b": [3.140625]}


def test_files_of_torch_save_have_an_index_too(tmp_path):
    state = network().state_dict()
    for i in (0, 1):
        minigrad.save({name: x for name, x in state.items() if name[0] == str(i)}, tmp_path / f"part{i}.bin")
    index = tmp_path / "pytorch_model.bin.index.json"
    change(index, {name: f"part{name[0]}.bin" for name in state})
    model = io.load(index, network())
    assert all((x == state[name]).all() for name, x in model.state_dict().items())
    with pytest.raises(ValueError, match="torch.save wrote it"):
        io.load_safetensors(index)
    minigrad.save([1, 2], tmp_path / "part1.bin")
    with pytest.raises(ValueError, match="part1.bin does not hold a dict of tensors"):
        io.load(index, network())


def test_a_shared_weight_may_be_there_under_one_name(tmp_path):
    class Tied(nn.Module):
        def __init__(self):
            self.table = nn.Embedding(4, 2)
            self.head = nn.Linear(2, 4, bias=False)
            self.head.weight = self.table.weight

    weight = np.arange(8, dtype=np.float32).reshape(4, 2)
    io.save_safetensors(tmp_path / "a.safetensors", {"table.weight": weight})
    change(tmp_path / "w.index.json", {"table.weight": "a.safetensors"})
    assert (io.load(tmp_path / "w.index.json", Tied()).head.weight == Tensor(weight)).all()


def test_a_missing_file_is_named_and_changes_nothing(written):
    index, _, places = written
    (index.parent / places["1.bias"]).unlink()
    model = network()
    before = {name: x.numpy().copy() for name, x in model.state_dict().items()}
    with pytest.raises(FileNotFoundError, match="'model-00002-of-00002.safetensors' is missing, which should "
                                                "hold '1.weight' and 1 others; it must lie beside the index"):
        io.load(index, model)
    assert all((x.numpy() == before[name]).all() for name, x in model.state_dict().items())


def test_an_index_of_other_files_is_refused(written):
    index, _, places = written
    change(index, {**places, "2.weight": places["1.bias"]})
    with pytest.raises(ValueError, match="'2.weight' should be in 'model-00002.*, which does not have it"):
        io.load_safetensors(index)
    change(index, {name: place for name, place in places.items() if name != "0.bias"})
    with pytest.raises(ValueError, match="'model-00001.* holds a tensor '0.bias', which the index"):
        io.load_safetensors(index)
    change(index, {"0.bias": places["1.bias"], **{k: v for k, v in places.items() if k != "0.bias"}})
    with pytest.raises(ValueError, match="do not belong together"):
        io.load_safetensors(index)


@pytest.mark.parametrize("content, message", [
    (b"{", "cannot be read as JSON"),
    (b"\xff", "cannot be read as JSON"),
    (b"[]", 'needs a "weight_map"'),
    (b'{"weight_map": {}}', 'needs a "weight_map"'),
    (b'{"weight_map": {"x": 3}}', "should be in 3, which is not the name of a file beside the index"),
    (b'{"weight_map": {"x": "../secret.safetensors"}}', "which is not the name of a file beside"),
    (b'{"weight_map": {"x": "/etc/passwd"}}', "which is not the name of a file beside"),
    (b'{"weight_map": {"x": ".."}}', "which is not the name of a file beside"),
    (b'{"weight_map": {"x": "a", "x": "b"}}', "a name appears twice"),
])
def test_what_is_no_index_is_refused(content, message, tmp_path):
    index = tmp_path / "model.safetensors.index.json"
    index.write_bytes(content)
    with pytest.raises(ValueError, match=message):
        io.load_safetensors(index)


def test_a_damaged_file_of_an_index_is_named(written):
    index, _, places = written
    file = index.parent / places["0.bias"]
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(ValueError, match=r"model-00001-of-00002.safetensors is not a valid safetensors file"):
        io.load(index, network())
