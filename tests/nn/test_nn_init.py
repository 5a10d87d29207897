"""Initial values of layers, and the functions of nn.init."""

import math

import numpy as np
import pytest
from cases.tensors import normal

import minigrad
from minigrad import nn
from minigrad.autograd import to_numpy
from minigrad.nn import init


def values(fill, shape, *args, **settings):
    return fill(minigrad.empty(*shape), *args, **settings).numpy().astype(np.float64)


def assert_uniform(x, k):
    """Within ±k and close to it; mean 0 and variance k^2 / 3 within four standard errors."""
    n = x.size
    assert np.abs(x).max() <= k * (1 + 1e-6) and np.abs(x).max() > k * (1 - 20 / n)
    assert abs(x.mean()) < 4 * k / math.sqrt(3 * n)
    assert abs(x.var() - k**2 / 3) < 4 * k**2 * math.sqrt(4 / 45 / n)


def assert_normal(x, mean, std):
    n = x.size
    assert abs(x.mean() - mean) < 4 * std / math.sqrt(n)
    assert abs(x.var() / std**2 - 1) < 4 * math.sqrt(2 / n)
    assert abs(((x - mean) ** 4).mean() / std**4 - 3) < 4 * math.sqrt(96 / n)    # a uniform one has 1.8


W, K = (50, 40, 3, 2), 6


def test_initialisers_have_the_variance_their_papers_ask_for():
    fan_in, fan_out = 40 * K, 50 * K
    assert_uniform(values(init.uniform_, W, -0.3, 0.3), 0.3)
    assert_normal(values(init.normal_, W, 1.0, 0.2), 1.0, 0.2)
    assert_uniform(values(init.xavier_uniform_, W, gain=2.0), 2 * math.sqrt(6 / (fan_in + fan_out)))
    assert_normal(values(init.xavier_normal_, W), 0, math.sqrt(2 / (fan_in + fan_out)))
    assert_uniform(values(init.kaiming_uniform_, W, nonlinearity="relu"), math.sqrt(6 / fan_in))
    assert_uniform(values(init.kaiming_uniform_, W, a=math.sqrt(5)), 1 / math.sqrt(fan_in))
    assert_normal(values(init.kaiming_normal_, W, mode="fan_out", nonlinearity="relu"), 0,
                  math.sqrt(2 / fan_out))
    assert_normal(values(init.kaiming_normal_, W, nonlinearity="tanh"), 0, 5 / 3 / math.sqrt(fan_in))


def test_truncated_normal_stays_inside_and_keeps_its_shape():
    x = values(init.trunc_normal_, (100, 200), 0.5, 2.0, -0.5, 1.5)
    assert x.min() >= -0.5 and x.max() <= 1.5
    t = 0.5                 # the bounds in standard deviations
    inside, density = math.erf(t / math.sqrt(2)), math.exp(-t * t / 2) / math.sqrt(2 * math.pi)
    variance = 4 * (1 - 2 * t * density / inside)
    assert abs(x.mean() - 0.5) < 4 * math.sqrt(variance / x.size)
    assert abs(x.var() / variance - 1) < 4 * math.sqrt(2 / x.size)


@pytest.mark.parametrize("shape", [(4, 4), (3, 5), (5, 3), (4, 2, 3)])
def test_orthogonal_rows_or_columns(shape):
    x = values(init.orthogonal_, shape, gain=2.0).reshape(shape[0], -1) / 2
    product = x @ x.T if x.shape[0] <= x.shape[1] else x.T @ x
    np.testing.assert_allclose(product, np.eye(min(x.shape)), atol=1e-6)


def test_constants_identity_and_dirac():
    assert values(init.constant_, (2, 2), 3.0).tolist() == [[3, 3], [3, 3]]
    assert not values(init.zeros_, (2, 2)).any() and values(init.ones_, (2, 2)).all()
    assert values(init.eye_, (2, 3)).tolist() == [[1, 0, 0], [0, 1, 0]]
    x, layer = normal(1, 4, 5, 5), nn.Conv2d(4, 4, 3, padding=1, bias=False, groups=2)
    init.dirac_(layer.weight, groups=2)
    assert np.array_equal(layer(x).detach().numpy(), x.numpy())


@pytest.mark.parametrize("make, fan_in", [
    (lambda: nn.Linear(100, 120), 100),
    (lambda: nn.Bilinear(20, 20, 30), 20),
    (lambda: nn.Conv2d(40, 50, (3, 2), groups=2), 20 * 6),
    (lambda: nn.Conv1d(40, 50, 5), 40 * 5),
    (lambda: nn.ConvTranspose2d(40, 50, (3, 2), groups=2), 25 * 6),
    (lambda: nn.ConvTranspose1d(40, 60, 5), 60 * 5),
])
def test_layers_begin_with_uniform_weights_of_the_documented_width(make, fan_in):
    layer = make()
    assert_uniform(layer.weight.detach().numpy().astype(np.float64), 1 / math.sqrt(fan_in))
    assert np.abs(layer.bias.detach().numpy()).max() <= 1 / math.sqrt(fan_in)
    assert len(set(layer.bias.tolist())) > 20


def test_embeddings_norms_and_attention_begin_as_documented():
    assert_normal(nn.Embedding(100, 50).weight.detach().numpy().astype(np.float64), 0, 1)
    for layer in (nn.BatchNorm1d(3), nn.LayerNorm(3), nn.GroupNorm(1, 3)):
        assert layer.weight.tolist() == [1, 1, 1] and layer.bias.tolist() == [0, 0, 0]
    layer = nn.MultiHeadAttention(40, 2)
    assert_uniform(layer.in_proj_weight.detach().numpy().astype(np.float64), math.sqrt(6 / (40 + 120)))
    assert not layer.in_proj_bias.detach().numpy().any() and not layer.out_proj.bias.detach().numpy().any()
    assert_uniform(layer.out_proj.weight.detach().numpy().astype(np.float64), 1 / math.sqrt(40))
    assert nn.PReLU(2).weight.tolist() == [0.25, 0.25]


def test_a_seed_gives_the_same_model_on_every_device_bit_for_bit(other_device):
    states = []
    for where in ("cpu", other_device):
        minigrad.manual_seed(5)
        model = nn.Sequential(nn.Conv2d(2, 3, 3, device=where), nn.Linear(4, 5, device=where),
                              nn.MultiHeadAttention(4, 2, device=where))
        states.append({name: to_numpy(value).tobytes() for name, value in model.state_dict().items()})
    assert states[0] == states[1]


def test_initialisers_write_into_parameters_and_return_them():
    p = nn.Parameter(minigrad.empty(2, 2))
    assert init.eye_(p) is p and p.tolist() == [[1, 0], [0, 1]] and p.requires_grad and p.is_leaf
    rng = np.random.default_rng(4)
    assert init.normal_(p, generator=rng).tolist() == np.random.default_rng(4).standard_normal(
        (2, 2), np.float32).tolist()


def test_inside_skipped_nothing_is_drawn_and_afterwards_everything_is():
    drawers = [init.uniform_, init.normal_, init.trunc_normal_, init.xavier_uniform_, init.kaiming_normal_,
               init.orthogonal_, lambda x: init.sparse_(x, 0.1)]
    minigrad.manual_seed(0)
    following = minigrad.randn(2)
    minigrad.manual_seed(0)
    with pytest.raises(ZeroDivisionError), init.skipped():
        for draw in drawers:
            x = minigrad.full((3, 4), 7.0)
            assert draw(x) is x and (x == 7).all()
        assert (init.zeros_(x) == 0).all()      # nothing is drawn here
        1 / 0
    assert minigrad.equal(minigrad.randn(2), following)
    for draw in drawers:
        assert not (draw(minigrad.full((3, 4), 7.0)) == 7).any()
