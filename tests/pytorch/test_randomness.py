"""The same seed gives PyTorch's random numbers.

The numbers written here are PyTorch's, so that they are checked where it is not installed, too.
"""

import copy
import json
import pickle
import sys
from pathlib import Path

import numpy as np
import pytest

import minigrad
from minigrad import backend, nn
from minigrad.data import DataLoader
from minigrad.nn import functional as F

sys.path.insert(0, str(Path(__file__).parents[2] / "docs" / "extensions"))
import randomness  # noqa: E402

sys.path.pop(0)

ROWS = pytest.mark.parametrize("row", randomness.ROWS, ids=[row[0] for row in randomness.ROWS])

LAYERS = [
    "Linear(5, 7)", "Linear(5, 7, bias=False)", "Bilinear(3, 4, 5)", "Conv1d(4, 6, 3, groups=2)",
    "Conv2d(4, 6, 3)", "Conv3d(4, 6, 3)", "ConvTranspose1d(4, 6, 3)", "ConvTranspose2d(4, 6, 3, groups=2)",
    "ConvTranspose3d(4, 6, 3)", "Embedding(10, 4)", "Embedding(10, 4, padding_idx=2)", "EmbeddingBag(10, 4)",
    "RNN(3, 4, 2, bidirectional=True)", "LSTM(3, 4, 2)", "LSTM(3, 4, 1, proj_size=2)",
    "GRU(3, 4, 2, bias=False)", "RNNCell(3, 4)", "LSTMCell(3, 4)", "GRUCell(3, 4)",
    "MultiheadAttention(8, 2)",
    "MultiheadAttention(8, 2, kdim=5, vdim=6, add_bias_kv=True)", "TransformerEncoderLayer(8, 2, 16)",
    "TransformerDecoderLayer(8, 2, 16)", "Transformer(8, 2, 2, 2, 16)", "BatchNorm2d(4)", "PReLU(3)",
    "AdaptiveLogSoftmaxWithLoss(8, 20, [5, 10])"]


def test_uniform_numbers_and_integers():
    minigrad.manual_seed(0)
    assert minigrad.rand(3).tolist() == [0.49625658988952637, 0.7682217955589294, 0.08847743272781372]
    assert minigrad.randint(10, (5,)).tolist() == [0, 3, 9, 7, 3]
    assert minigrad.randperm(8).tolist() == [1, 6, 7, 4, 3, 5, 0, 2]
    assert minigrad.rand(2, dtype=minigrad.float64).tolist() == [0.14817474539888575, 0.4000913541038138]
    assert F.dropout(minigrad.ones(8), 0.5).tolist() == [2, 2, 0, 2, 2, 0, 2, 2]


def test_normal_numbers():
    minigrad.manual_seed(0)
    np.testing.assert_allclose(minigrad.randn(3), [1.54099607, -0.2934289, -2.17878938], rtol=1e-7)
    np.testing.assert_allclose(minigrad.randn(18), [
        -0.35612836, 0.43722272, 1.44366014, 0.26604941, 0.16645534, 0.87438184, -0.14347385, -0.11160933,
        -0.61358309, 0.03159274, 2.00498056, 0.0537369, 0.61805665, -0.41280222, -0.84106481, -2.31604195,
        -0.10230965, 0.79244399], rtol=3e-7)


def test_weights_and_batches():
    minigrad.manual_seed(0)
    weight = [[-0.00529398, 0.37932289], [-0.58198076, -0.52038747]]
    np.testing.assert_allclose(nn.Linear(2, 2).weight.detach(), weight, rtol=0, atol=1e-8)
    batches = DataLoader(range(5), batch_size=2, shuffle=True)
    assert [batch.tolist() for batch in batches] == [[2, 0], [3, 1], [4]]


def test_the_fast_stream_has_other_numbers_and_a_state_names_its_stream():
    numbers = {}
    for stream in ("torch", "fast"):
        minigrad.manual_seed(1, stream=stream)
        minigrad.randn(3)
        state = json.loads(json.dumps(backend.random_state()))
        assert state["host"]["stream"] == stream
        numbers[stream] = minigrad.randn(5).tolist()
        minigrad.manual_seed(2, stream={"torch": "fast", "fast": "torch"}[stream])
        backend.set_random_state(state)
        assert minigrad.randn(5).tolist() == numbers[stream]
    assert numbers["torch"] != numbers["fast"]


def test_a_restored_state_reaches_those_who_hold_the_generator():
    for stream in ("torch", "fast"):
        held = minigrad.manual_seed(1, stream=stream)
        state = backend.random_state()
        numbers = held.random(3).tolist()
        backend.set_random_state(state)
        assert held.random(3).tolist() == numbers


def test_a_generator_restarts_continues_and_checks_its_state():
    generator = minigrad.Generator().manual_seed(7)
    assert generator.initial_seed() == 7
    generator.standard_normal()                         # the second number of the pair is part of the state
    state = generator.get_state()
    numbers = generator.standard_normal(3).tolist()
    assert minigrad.Generator().set_state(state).standard_normal(3).tolist() == numbers
    assert generator.seed() == generator.initial_seed() != 7
    with pytest.raises(ValueError, match=r"a state has 5056 bytes, got shape \(3,\)"):
        generator.set_state(np.zeros(3, np.uint8))


@pytest.mark.parametrize("stream", ["torch", "fast"])
@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_a_copy_of_a_generator_is_of_its_kind_and_goes_on_from_its_state(stream, copied):
    generator = minigrad.manual_seed(7, stream=stream)
    generator.standard_normal()
    other = copied(generator)
    assert type(other) is type(generator)
    numbers = other.standard_normal(3).tolist()
    assert generator.standard_normal(3).tolist() == numbers     # and they do not share it


@pytest.mark.parametrize("n", [0, 1, 2])
def test_short_permutations(n):
    assert sorted(minigrad.Generator().permutation(n).tolist()) == list(range(n))


def test_integers_cover_their_range():
    generator = minigrad.Generator().manual_seed(1)
    for low, high in ((-2**63, 2**63), (0, 2**28), (-5, -4), (2**62, 2**63)):
        numbers = generator.integers(low, high, 1000)
        assert low <= numbers.min() and numbers.max() < high
        assert high - low == 1 or np.ptp(numbers.astype(float)) > 0.9 * (high - low)


def test_numpy_generators_work_for_generator():
    for draw in (lambda g: minigrad.randn(20, generator=g), lambda g: minigrad.randperm(9, generator=g),
                 lambda g: minigrad.empty(9).bernoulli_(0.3, generator=g)):
        assert draw(np.random.default_rng(3)).tolist() == draw(np.random.default_rng(3)).tolist()


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore")
@ROWS
def test_a_row_of_the_table_is_true(row):
    torch = pytest.importorskip("torch")
    _, program, closeness, _ = row
    (theirs, next_theirs), (ours, next_ours) = (randomness.drawn(program, lib) for lib in (torch, minigrad))
    assert ours.shape == theirs.shape and ours.dtype == theirs.dtype
    if closeness == randomness.OTHER:
        assert not np.allclose(ours, theirs)
        return
    assert next_ours == next_theirs
    if closeness == randomness.EQUAL:
        np.testing.assert_array_equal(ours, theirs)
    else:       # a few roundings, of numbers around 1
        np.testing.assert_allclose(ours, theirs, rtol=0,
                                   atol=16 * np.finfo(ours.dtype).eps * np.abs(theirs).max())


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("program", LAYERS)
def test_a_layer_starts_with_pytorchs_weights(program):
    torch = pytest.importorskip("torch")
    weights, after = [], []
    for lib in (minigrad, torch):
        lib.manual_seed(4)
        weights.append(eval(program, vars(lib.nn) | {"__builtins__": {}}).state_dict())
        after.append(lib.randint(2**28 - 1, (10,)).tolist())
    assert list(weights[0]) == list(weights[1]) and after[0] == after[1]
    for name, theirs in weights[1].items():
        np.testing.assert_allclose(weights[0][name].numpy(), theirs.numpy(), rtol=1e-6, atol=1e-7)


@pytest.mark.torch
def test_a_state_moves_to_pytorch_and_back():
    torch = pytest.importorskip("torch")
    ours, theirs = minigrad.Generator().manual_seed(-5), torch.Generator()
    for skip in (0, 1, 7, 623, 624, 2000):
        ours.integers(10, size=skip)
        ours.standard_normal()
        theirs.set_state(torch.from_numpy(ours.get_state()))
        assert minigrad.randn(5, generator=ours).tolist() == torch.randn(5, generator=theirs).tolist()
        torch.rand(skip, generator=theirs)
        ours.set_state(theirs.get_state().numpy())
        assert minigrad.randperm(9, generator=ours).tolist() == torch.randperm(9, generator=theirs).tolist()
        assert ours.initial_seed() == theirs.initial_seed() == 2**64 - 5


@pytest.mark.torch
def test_a_training_run_has_pytorchs_losses():
    torch = pytest.importorskip("torch")
    losses = []
    for lib in (minigrad, torch):
        nn, loader = lib.nn, lib.utils.data
        lib.manual_seed(42)
        x, y = lib.randn(60, 1, 6, 6), lib.randint(0, 10, (60,))
        model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Dropout(0.2), nn.Flatten(),
                              nn.Linear(64, 16), nn.ReLU(), nn.Dropout(0.5), nn.Linear(16, 10))
        optimizer = lib.optim.Adam(model.parameters(), lr=1e-3)
        losses.append([])
        for _ in range(2):
            for inputs, target in loader.DataLoader(loader.TensorDataset(x, y), batch_size=25, shuffle=True):
                optimizer.zero_grad()
                loss = nn.functional.cross_entropy(model(inputs), target)
                loss.backward()
                optimizer.step()
                losses[-1].append(loss.item())
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-5)
