"""nn.utils.parametrize and parametrizations, in minigrad and, where it is installed, in PyTorch."""

import copy
import pickle
import re

import numpy as np
import pytest

import minigrad
from minigrad import nn
from minigrad.nn.utils import parametrizations, parametrize


@pytest.fixture(params=["minigrad", pytest.param("torch", marks=pytest.mark.torch)])
def lib(request):
    return minigrad if request.param == "minigrad" else request.getfixturevalue("torch")


def symmetric(lib, inverse=True):
    class Symmetric(lib.nn.Module):
        calls = 0

        def forward(self, X):
            Symmetric.calls += 1
            return X.triu() + X.triu(1).mT

    if inverse:
        Symmetric.right_inverse = lambda self, A: A.triu()
    return Symmetric()


def doubled(lib):
    """A parametrization with two originals."""
    class Sum(lib.nn.Module):
        def forward(self, a, b):
            return a + b

        def right_inverse(self, value):
            return value / 2, value / 2

    return Sum()


def test_a_parametrized_weight_is_computed_and_its_original_is_trained(lib):
    layer, tools = lib.nn.Linear(3, 3), lib.nn.utils.parametrize
    weight, cls = layer.weight, type(layer)
    assert tools.register_parametrization(layer, "weight", symmetric(lib)) is layer
    assert tools.is_parametrized(layer) and tools.is_parametrized(layer, "weight")
    assert not tools.is_parametrized(layer, "bias") and not tools.is_parametrized(lib.nn.Linear(1, 1))
    assert isinstance(layer, cls) and type(layer) is not cls
    assert tools.type_before_parametrizations(layer) is cls
    assert list(layer.state_dict()) == ["bias", "parametrizations.weight.original"]
    assert layer.parametrizations.weight.original is weight           # an optimizer that holds it still works
    assert np.array_equal(layer.weight.detach().numpy(), layer.weight.detach().numpy().T)
    layer(lib.ones(2, 3)).sum().backward()
    assert weight.grad is not None and np.array_equal(weight.grad.numpy(), np.triu(np.array(
        [[2.0, 4, 4], [0, 2, 4], [0, 0, 2]])))
    value = np.array([[1.0, 2, 3], [2, 4, 5], [3, 5, 6]], "float32")
    layer.weight = lib.tensor(value)
    assert np.array_equal(layer.weight.detach().numpy(), value)
    assert np.array_equal(weight.detach().numpy(), np.triu(value))


@pytest.mark.parametrize("leave", [True, False])
def test_removing_leaves_the_computed_weight_or_the_original(lib, leave):
    layer, tools = lib.nn.Linear(3, 3), lib.nn.utils.parametrize
    cls = type(layer)
    tools.register_parametrization(layer, "weight", symmetric(lib))
    tools.register_parametrization(layer, "bias", symmetric_of_vectors := lib.nn.Identity())
    assert layer.parametrizations.bias[0] is symmetric_of_vectors
    original, computed = layer.parametrizations.weight.original, layer.weight.detach().numpy().copy()
    before = original.detach().numpy().copy()
    tools.remove_parametrizations(layer, "weight", leave_parametrized=leave)
    assert layer.weight is original and not tools.is_parametrized(layer, "weight")
    assert np.array_equal(layer.weight.detach().numpy(), computed if leave else before)
    tools.remove_parametrizations(layer, "bias")
    assert type(layer) is cls and sorted(layer.state_dict()) == ["bias", "weight"]
    assert not hasattr(layer, "parametrizations")


def test_a_parametrization_of_several_originals(lib):
    layer, tools = lib.nn.Linear(2, 3), lib.nn.utils.parametrize
    before = layer.weight.detach().numpy().copy()
    tools.register_parametrization(layer, "weight", doubled(lib))
    assert list(layer.state_dict()) == ["bias", "parametrizations.weight.original0",
                                        "parametrizations.weight.original1"]
    np.testing.assert_allclose(layer.weight.detach().numpy(), before)
    layer.weight = lib.ones(3, 2)
    assert layer.parametrizations.weight.original1.tolist() == [[0.5] * 2] * 3
    with pytest.raises(ValueError):
        tools.remove_parametrizations(layer, "weight", leave_parametrized=False)
    tools.remove_parametrizations(layer, "weight")
    assert layer.weight.tolist() == [[1.0] * 2] * 3 and layer.weight.requires_grad
    assert isinstance(layer.weight, lib.nn.Parameter)


def test_a_buffer_may_be_parametrized(lib):
    layer, tools = lib.nn.Linear(2, 2), lib.nn.utils.parametrize
    layer.register_buffer("table", lib.ones(2, 2))
    tools.register_parametrization(layer, "table", symmetric(lib))
    assert [name for name, _ in layer.named_buffers()] == ["parametrizations.table.original"]
    assert len(list(layer.parameters())) == 2 and layer.table.tolist() == [[1.0, 1.0], [1.0, 1.0]]
    tools.remove_parametrizations(layer, "table")
    assert [name for name, _ in layer.named_buffers()] == ["table"]


def test_inside_cached_a_weight_is_computed_once(lib):
    layer, tools = lib.nn.Linear(3, 3), lib.nn.utils.parametrize
    way = symmetric(lib)
    tools.register_parametrization(layer, "weight", way)
    type(way).calls = 0
    with tools.cached():
        for _ in range(3):
            layer(lib.ones(3))
        with tools.cached():
            assert layer.weight is layer.weight
    assert type(way).calls == 1
    layer(lib.ones(3))
    layer(lib.ones(3))
    assert type(way).calls == 3 and layer.weight is not layer.weight


def test_a_parametrization_that_changes_the_shape_is_refused_and_changes_nothing(lib):
    layer, tools = lib.nn.Linear(3, 2), lib.nn.utils.parametrize
    weight = layer.weight
    with pytest.raises(ValueError):
        tools.register_parametrization(layer, "weight", lib.nn.Flatten(0))
    if lib is minigrad:
        assert layer.weight is weight and not tools.is_parametrized(layer)
    tools.register_parametrization(lib.nn.Linear(3, 2), "weight", lib.nn.Flatten(0), unsafe=True)


def test_state_moves_by_name_into_another_parametrized_module(lib):
    def make():
        return lib.nn.Sequential(lib.nn.utils.parametrizations.weight_norm(lib.nn.Linear(3, 2)),
                                 lib.nn.ReLU(), lib.nn.utils.parametrizations.orthogonal(lib.nn.Linear(2, 2)))
    one, other, x = make(), make(), lib.ones(4, 3)
    other.load_state_dict(one.state_dict())
    assert one(x).tolist() == other(x).tolist()
    twin = copy.deepcopy(one)
    assert twin(x).tolist() == one(x).tolist()
    with lib.no_grad():
        twin[0].parametrizations.weight.original0.fill_(0.0)
    assert twin(x).tolist() != one(x).tolist()


def test_training_keeps_what_the_parametrization_promises(lib):
    ways = lib.nn.utils.parametrizations
    model = lib.nn.Sequential(ways.orthogonal(lib.nn.Linear(4, 6)), lib.nn.Tanh(),
                              ways.spectral_norm(lib.nn.Linear(6, 5)), ways.weight_norm(lib.nn.Linear(5, 3)))
    optimizer, x = lib.optim.SGD(model.parameters(), lr=0.1), lib.randn(8, 4)
    losses = []
    for _ in range(60):
        loss = (model(x) - 0.5).square().mean()
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert losses[-1] < losses[0]
    Q = model[0].weight.detach().numpy()
    np.testing.assert_allclose(Q.T @ Q, np.eye(4), atol=1e-5)
    model.eval()
    assert np.linalg.svd(model[2].weight.detach().numpy(), compute_uv=False)[0] == pytest.approx(1, abs=0.02)
    direction = model[3].parametrizations.weight.original1.detach().numpy()
    lengths = model[3].parametrizations.weight.original0.detach().numpy()
    np.testing.assert_allclose(model[3].weight.detach().numpy(),
                               lengths * direction / np.linalg.norm(direction, axis=1, keepdims=True),
                               rtol=1e-5)


def test_householder_takes_every_weight_without_a_base(lib):
    layer = lib.nn.utils.parametrizations.orthogonal(lib.nn.Linear(3, 5), orthogonal_map="householder",
                                                     use_trivialization=False)
    Q = np.linalg.qr(np.random.default_rng(0).standard_normal((5, 3)))[0].astype("float32")
    layer.weight = lib.tensor(Q)
    np.testing.assert_allclose(layer.weight.detach().numpy(), Q, atol=1e-6)


def test_a_module_that_reads_its_weight_twice_computes_it_once_in_a_forward():
    class Twice(nn.Module):
        def __init__(self):
            self.weight = nn.Parameter(minigrad.ones(2, 2))

        def forward(self, x):
            return x @ self.weight + self.weight

    way = symmetric(minigrad)
    module = parametrize.register_parametrization(Twice(), "weight", way)
    type(way).calls = 0
    module(minigrad.ones(2, 2))
    assert type(way).calls == 1


def test_parametrized_modules_are_pickled_and_moved(device):
    layer = parametrizations.spectral_norm(parametrizations.orthogonal(nn.Linear(3, 3)).to(device))
    twin = pickle.loads(pickle.dumps(layer.eval()))
    assert type(twin) is type(layer) and twin.weight.device == layer.weight.device == device
    assert twin.weight.cpu().tolist() == layer.weight.cpu().tolist()
    assert repr(layer).startswith(
        "ParametrizedLinear(\n  in_features=3, out_features=3, bias=True\n  (parametrizations): Mod")


@pytest.mark.parametrize("wrong, error, text", [
    (lambda: parametrize.register_parametrization(nn.Linear(2, 2), "wieght", nn.Identity()), ValueError,
     "register_parametrization of 'wieght': Linear has no such parameter or buffer; it has weight, bias"),
    (lambda: parametrize.register_parametrization(nn.Linear(2, 2), "weight", np.exp), TypeError,
     "register_parametrization of 'weight': a parametrization is a Module with a forward(original), "
     "got ufunc"),
    (lambda: parametrize.register_parametrization(nn.Linear(3, 2), "weight", nn.Flatten(0)), ValueError,
     "register_parametrization: a parametrization must keep shape and dtype: "
     "(2, 3) float32 became (6,) float32; pass unsafe=True to "
     "allow that"),
    (lambda: parametrize.remove_parametrizations(nn.Linear(3, 2), "weight"), ValueError,
     "remove_parametrizations: Linear has no parametrization of 'weight'"),
    (lambda: parametrize.remove_parametrizations(parametrizations.weight_norm(nn.Linear(3, 2)), "weight",
                                                 False), ValueError,
     "remove_parametrizations: 'weight' has 2 originals, none of which can replace it; use leave_param"),
    (lambda: setattr(parametrize.register_parametrization(nn.Linear(2, 2), "weight",
                                                          symmetric(minigrad, False)), "weight",
                     minigrad.ones(2, 2)), RuntimeError,
     "Symmetric has no right_inverse(value), so the tensor cannot be assigned; define it, "
     "or write into the original"),
    (lambda: setattr(parametrizations.spectral_norm(nn.Linear(2, 2)), "weight", minigrad.ones(3, 2)),
     ValueError, "right_inverse returned shape (3, 2), the original has (2, 2)"),
    (lambda: parametrizations.orthogonal(nn.Linear(2, 2), "bias"), ValueError,
     "orthogonal: bias must be a matrix (..., n, k), got (2,)"),
    (lambda: parametrizations.orthogonal(nn.Linear(2, 2), orthogonal_map="qr"), ValueError,
     "orthogonal: orthogonal_map must be one of 'matrix_exp', 'cayley', 'householder', got 'qr'"),
    (lambda: parametrizations.spectral_norm(nn.ReLU()), ValueError,
     "spectral_norm: ReLU has no parameter or buffer 'weight'"),
    (lambda: parametrizations.spectral_norm(nn.Linear(2, 2), n_power_iterations=0), ValueError,
     "spectral_norm: n_power_iterations must be from 1 to 10000, got 0"),
    (lambda: setattr(parametrizations.orthogonal(nn.Linear(2, 2), orthogonal_map="cayley",
                                                 use_trivialization=False), "weight",
                     minigrad.eye(2)), NotImplementedError,
     "a weight cannot be assigned to 'cayley' without a base; use use_trivialization=True"),
    (lambda: nn.LSTM(3, 4, proj_size=4), ValueError,
     "LSTM: proj_size must be at least 0 and below hidden_size=4, got 4"),
    (lambda: nn.LSTM(3, 4, proj_size=2)(minigrad.ones(5, 1, 3),
                                        (minigrad.ones(1, 1, 4), minigrad.ones(1, 1, 4))), ValueError,
     "LSTM(3, 4, proj_size=2): a state should be (1, 1, 2), got (1, 1, 4)"),
])
def test_errors_say_what_is_wrong(wrong, error, text):
    with pytest.raises(error, match="^" + re.escape(text)):
        wrong()
