"""The backend: devices, the fake device, random numbers, and the methods that each library defines."""

import ast
import json
import math
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies as st

import minigrad
from minigrad import Tensor, backend, nn, optim, tensor
from minigrad.backend import Device, library_of, module_on, move
from minigrad.backend.numpy import NumPy
from minigrad.nn import functional as F

FOLDER = Path(minigrad.__file__).parent / "backend"


def on_fake(values):
    return backend.array_on(np.asarray(values), "fake")


# Devices


def test_a_device_is_spelled_as_in_pytorch():
    device = Device("cuda:1")
    assert (device, device.type, device.index) == ("cuda:1", "cuda", 1)
    assert Device("cuda", 0) == "cuda:0" and Device("cpu").index is None
    assert repr(Device("cpu")) == "device('cpu')"


@pytest.mark.parametrize("name", ["gpu", "cuda:", "cuda:x", "cuda:-1", "", "CPU"])
def test_an_unknown_device_is_refused_with_the_known_ones(name):
    with pytest.raises(ValueError, match="unknown device .* expected 'cpu', 'cuda', 'cuda:1', ... or 'fake'"):
        Device(name)


def test_tensors_move_there_and_back_and_gradients_with_them():
    x = Tensor([1.0, 2.0], requires_grad=True)
    y = x.to("fake")
    assert y.device == "fake" and (y * 3).to("cpu").tolist() == [3, 6]
    (y * 3).sum().backward()
    assert x.grad.device == "cpu" and x.grad.tolist() == [3, 3]


def test_devices_do_not_mix():
    with pytest.raises(RuntimeError,
                       match=r"add: its arguments are on cpu and fake; move one with x.to\('cpu'\)"):
        Tensor([1.0]) + Tensor([1.0]).to("fake")


def test_moving_to_where_it_is_copies_nothing():
    x = on_fake([1.0])
    backend.copies.clear()
    assert move(x, "fake") is x and not backend.copies
    move(x, "cpu")
    assert backend.copies == {"to_host": 1}


def test_a_training_step_copies_nothing_between_host_and_device():
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.5),
                          nn.Flatten(), nn.Linear(36, 8), nn.LayerNorm(8), nn.GELU(),
                          nn.Linear(8, 3)).to("fake")
    optimizer = optim.AdamW(model.parameters())
    x, y = minigrad.randn(2, 1, 8, 8).to("fake"), tensor([0, 2]).to("fake")
    F.dropout(x)                    # creates the device's generator
    backend.copies.clear()
    for _ in range(2):
        loss = F.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    assert not backend.copies
    loss.item()
    assert backend.copies == {"to_host": 1}


# The fake device


@pytest.mark.parametrize("mix", [
    lambda x: x + np.ones(2), lambda x: np.ones(2) + x, lambda x: np.asarray(x), lambda x: np.exp(x),
    lambda x: x.__iadd__(np.ones(2)), lambda x: x[np.array([0])],
    lambda x: module_on("fake").add(x, np.ones(2)),
    lambda x: module_on("fake").concatenate([x, np.ones(2)]), lambda x: x.__setitem__(0, np.ones(()))])
def test_the_fake_device_never_mixes_with_numpy(mix):
    with pytest.raises(TypeError):
        mix(on_fake([1.0, 2.0]))


def test_the_fake_device_shows_only_names_that_cupy_has():
    xp = module_on("fake")
    for name in ("errstate", "insert", "block", "nditer"):
        assert hasattr(np, name)
        with pytest.raises(AttributeError, match=f"cupy has no attribute {name!r}"):
            getattr(xp, name)
    with pytest.raises(AttributeError, match="cupy.ndarray has no attribute 'setfield'"):
        on_fake([1.0]).setfield


def test_reductions_on_the_fake_device_are_0d_arrays():
    x = on_fake([1.0, 2.0])
    total = module_on("fake").sum(x)
    assert type(total) is type(x) and total.shape == () and type(x[0]) is type(x)


def test_every_cupy_name_in_the_backend_exists():
    """`cupy.x` is a name in the list; what is deeper is written down here, as found in CuPy 14.2."""
    names = json.loads((FOLDER / "cupy_names.json").read_text())
    deeper = {"cupy.cuda.runtime.getDeviceCount", "cupy.cuda.runtime.CUDARuntimeError", "cupy.cuda.Device",
              "cupy.cuda.runtime.deviceSynchronize", "cupy.random.default_rng", "cupyx.scatter_add",
              "cupyx.scipy.special.erf", "cupyx.scipy.special.erfc", "cupy.__version__"}
    tree = ast.parse((FOLDER / "cupy.py").read_text())
    used = {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for path in (p for p in used if p.startswith(("cupy.", "cupyx."))):
        assert path.count(".") == 1 and path.split(".")[1] in names["top"] or any(
            known == path or known.startswith(path + ".") for known in deeper), path


# Random numbers


def test_a_seed_gives_the_same_model_on_every_device():
    weights = []
    for device in ("cpu", "fake"):
        minigrad.manual_seed(3)
        weights.append(nn.Linear(4, 3, device=device).weight.detach().cpu().tolist())
    assert weights[0] == weights[1]


def test_a_state_continues_exactly_where_it_was_taken(device):
    x = minigrad.ones(20, device=device)
    minigrad.manual_seed(1)
    F.dropout(x)
    state = json.loads(json.dumps(backend.random_state()))
    first = [F.dropout(x).cpu().tolist(), minigrad.randn(3).tolist()]
    backend.set_random_state(state)
    assert [F.dropout(x).cpu().tolist(), minigrad.randn(3).tolist()] == first


@pytest.mark.parametrize("seed", [-2**63 - 1, 2**64, 1.5, "a", None, True])
def test_a_seed_is_an_integer_of_64_bits(seed):
    expected = re.escape("manual_seed takes an integer from -2^63 to 2^64 - 1, got")
    with pytest.raises(ValueError, match=expected):
        minigrad.manual_seed(seed)
    with pytest.raises(ValueError, match="stream must be 'torch' or 'fast', got 'numpy'"):
        minigrad.manual_seed(0, stream="numpy")


# What each array library implements


@given(st.data())
def test_scatter_add_adds_up_what_one_place_receives(data):
    rows, count = data.draw(st.integers(1, 5)), data.draw(st.integers(0, 8))
    tail = data.draw(st.sampled_from([(), (2,), (16,), (4, 5)]))
    index = np.array(data.draw(st.lists(st.integers(-rows, rows - 1), min_size=count, max_size=count)), int)
    values = np.arange(count * math.prod(tail), dtype=float).reshape((count, *tail))
    expected, found = np.ones((rows, *tail)), np.ones((rows, *tail))
    np.add.at(expected, index, values)
    library_of(found).scatter_add(found, index, values)
    np.testing.assert_allclose(found, expected)
    fake = on_fake(np.ones((rows, *tail)))
    library_of(fake).scatter_add(fake, on_fake(index), on_fake(values))
    np.testing.assert_allclose(fake.get(), expected)


@pytest.mark.parametrize("dtype, error", [("float64", 1e-15), ("float32", 2e-7)])
def test_erf(dtype, error):
    x = np.concatenate([np.linspace(-7, 7, 20001), [0.0, 1e-30, 30, -30, np.inf, -np.inf]]).astype(dtype)
    found = NumPy().erf(x)
    assert found.dtype == dtype
    np.testing.assert_allclose(found, [math.erf(v) for v in x], rtol=0, atol=error)
    assert np.isnan(NumPy().erf(np.array([np.nan], dtype))).all()


def test_erf_keeps_its_relative_accuracy_near_zero():
    for dtype, error in (("float64", 1e-15), ("float32", 3e-7)):
        x = np.logspace(-20, -1, 50).astype(dtype)
        np.testing.assert_allclose(NumPy().erf(x), [math.erf(v) for v in x], rtol=error)


def test_erf_of_half_precision_and_of_huge_numbers():
    x = np.array([-1e30, -4.5, -0.3, 0.0, 1.5, 1e30], "float32")
    np.testing.assert_allclose(NumPy().erf(x), [math.erf(v) for v in x], atol=2e-7)
    half = np.array([-4.5, -0.3, 0.0, 1.5, 60000], "float16")
    found = NumPy().erf(half)
    assert found.dtype == np.float16
    np.testing.assert_allclose(found, [math.erf(v) for v in half], atol=5e-4)


@pytest.mark.parametrize("index", [5, -6])
@pytest.mark.parametrize("tail", [(), (16,)])
def test_scatter_add_refuses_places_that_do_not_exist(index, tail):
    with pytest.raises(IndexError):
        library_of(np.ones(1)).scatter_add(np.zeros((5, *tail)), np.array([0, index]), np.ones((2, *tail)))


def test_scatter_add_into_nothing():
    array = np.zeros((3, 0))
    library_of(array).scatter_add(array, np.array([0, 2]), np.zeros((2, 0)))
    assert array.shape == (3, 0)


@pytest.mark.parametrize("name", ["cpu:1", "fake:1", "cuda:²"])
def test_only_gpus_have_numbers(name):
    with pytest.raises(ValueError, match=f"unknown device {name!r}"):
        Device(name)


def test_views_have_the_owner_of_their_memory(device):
    x = backend.array_on(np.zeros((2, 3)), device)
    assert backend.owner(x[1:].reshape(-1)[2:]) is backend.owner(x)
    assert backend.owner(x.copy()) is not backend.owner(x)


def test_seeds_and_states_are_plain_numbers_also_where_nobody_seeded():
    code = ("import json, minigrad; from minigrad import backend; a = backend.random_state(); "
            "minigrad.bernoulli(minigrad.ones(3) / 2); s = json.loads(json.dumps(backend.random_state())); "
            "x = minigrad.bernoulli(minigrad.ones(99) / 2).tolist(); backend.set_random_state(s); "
            "assert x == minigrad.bernoulli(minigrad.ones(99) / 2).tolist(); "
            "print(a['host']['state'])")
    first, second = (subprocess.check_output([sys.executable, "-c", code], text=True, cwd=FOLDER.parents[1])
                     for _ in range(2))
    assert first != second


def test_a_device_has_a_stream_of_its_own_and_the_cpu_that_of_the_host():
    half = {device: minigrad.full((99,), 0.5, device=device) for device in ("cpu", "fake")}
    minigrad.manual_seed(5)
    cpu, after_cpu = minigrad.bernoulli(half["cpu"]).tolist(), minigrad.rand(8).tolist()
    minigrad.manual_seed(5)
    fake, after_fake = minigrad.bernoulli(half["fake"]).cpu().tolist(), minigrad.rand(8).tolist()
    assert cpu != fake and after_cpu != after_fake
    minigrad.manual_seed(5)
    assert minigrad.rand(8).tolist() == after_fake
    assert minigrad.bernoulli(half["fake"]).cpu().tolist() == fake
