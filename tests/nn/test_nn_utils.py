"""Gradient clipping, vectors of parameters, weights computed from others, and the summary."""

import copy
import math

import numpy as np
import pytest
from cases.tensors import normal

import minigrad
from minigrad import nn, tensor
from minigrad.autograd import to_numpy
from minigrad.backend import copies
from minigrad.nn import utils

pytestmark = pytest.mark.filterwarnings("ignore:utils.weight_norm is deprecated")

# Gradient clipping and vectors


def with_gradients(device="cpu"):
    ps = [nn.Parameter(minigrad.zeros(3, device=device)), nn.Parameter(minigrad.zeros(2, 2, device=device)),
          nn.Parameter(minigrad.zeros(1, device=device))]
    ps[0].grad = tensor([3.0, 0.0, 4.0], device=device)
    ps[1].grad = tensor([[0.0, 12.0], [0.0, 0.0]], device=device)
    return ps


def test_clip_grad_norm_scales_all_gradients_together(device):
    ps = with_gradients(device)
    before = dict(copies)
    total = utils.clip_grad_norm_(ps, 6.5)
    assert dict(copies) == before
    assert total.item() == 13.0 and total.device.type == device         # sqrt(3^2 + 4^2 + 12^2)
    np.testing.assert_allclose(to_numpy(ps[0].grad), [1.5, 0, 2], rtol=1e-6)
    np.testing.assert_allclose(to_numpy(ps[1].grad), [[0, 6], [0, 0]], rtol=1e-6)
    assert ps[2].grad is None


def test_clip_grad_norm_leaves_small_gradients_and_takes_other_norms():
    ps = with_gradients()
    assert utils.clip_grad_norm_(ps, 100).item() == 13 and ps[0].grad.tolist() == [3, 0, 4]
    assert utils.clip_grad_norm_(ps, 6, math.inf).item() == 12
    np.testing.assert_allclose(ps[0].grad.numpy(), [1.5, 0, 2], rtol=1e-6)
    assert utils.clip_grad_norm_(with_gradients()[0], 1, 1).item() == 7
    assert utils.clip_grad_norm_([], 1).item() == 0
    assert utils.clip_grad_norm_(iter(with_gradients()), 1).item() == 13


def test_clip_grad_norm_says_when_a_gradient_is_not_finite():
    ps = with_gradients()
    ps[1].grad[0] = math.nan
    text = (r"clip_grad_norm_: the gradients have norm nan; that of parameter 1, of shape \(2, 2\), is the "
            "first that is not finite; find the first op")
    with pytest.raises(RuntimeError, match=text):
        utils.clip_grad_norm_(ps, 1, error_if_nonfinite=True)
    assert ps[0].grad.tolist() == [3, 0, 4]
    for norm_type in (1, 2, 3, 0.5, math.inf):
        with pytest.warns(UserWarning, match="the norm of the gradients is not finite, so clipping makes"):
            assert math.isnan(utils.clip_grad_norm_(ps, 1, norm_type).item())
    ps[0].grad = minigrad.tensor([1e30, 1e30, 0.0])
    with pytest.raises(RuntimeError, match="norm inf; each is finite, their norm overflows"):
        utils.clip_grad_norm_(ps[0], 1, error_if_nonfinite=True)


def test_clip_grad_norm_of_float16_gradients_does_not_overflow(device):
    p = minigrad.ones(100, dtype="float16", device=device, requires_grad=True)
    p.grad = minigrad.full((100,), 3e4, dtype="float16", device=device)
    total = utils.clip_grad_norm_([p], 10.0)
    assert total.item() == pytest.approx(3e5) and p.grad.dtype == "float16"
    np.testing.assert_allclose(to_numpy(p.grad), np.ones(100), rtol=2e-3)
    q = minigrad.ones(1, dtype="float64", device=device, requires_grad=True)
    p.grad, q.grad = p.grad * 0 + 3, minigrad.full((1,), 40.0, dtype="float64", device=device)
    assert utils.clip_grad_norm_([p, q], 1e9).item() == 50.0


@pytest.mark.parametrize("clip", [utils.clip_grad_norm_, utils.clip_grad_value_])
def test_mistakes_with_clipping_are_named(clip):
    parameters = nn.Linear(2, 2).parameters()
    list(parameters)
    with pytest.warns(UserWarning, match=f"^{clip.__name__}: the generator of parameters is empty"):
        clip(parameters, 1.0)
    with pytest.raises(ValueError, match=f"^{clip.__name__}: .* must be at least 0, got -1"):
        clip(with_gradients(), -1)
    with pytest.raises(TypeError, match=f"^{clip.__name__}: parameter 0 should be a Tensor, got a tuple"):
        clip(nn.Linear(2, 2).named_parameters(), 1.0)
    clip([], 1.0, foreach=False)


@pytest.mark.parametrize("clip, arguments", [
    ("clip_grad_norm_", (0.5, norm_type)) for norm_type in (2.0, 1, 3, 0.5, 0, math.inf, -math.inf)
    ] + [("clip_grad_norm_", (0.0,)), ("clip_grad_norm_", (math.inf,)), ("clip_grad_value_", (0.3,)),
         ("clip_grad_value_", (0,))], ids=str)
def test_clipping_equals_pytorch_for_every_shape_and_dtype(clip, arguments, torch):
    arrays = [to_numpy(normal(*shape)).astype(dtype) for shape, dtype in [
        ((3,), "float32"), ((2, 2), "float64"), ((), "float32"), ((4,), "float16")]]
    results = []
    for library in (minigrad, torch):
        parameters = [library.tensor(each, requires_grad=True) for each in arrays]
        for p, each in zip(parameters, arrays):
            p.grad = library.tensor(each)
        parameters.append(library.ones(2, requires_grad=True))
        total = getattr(library.nn.utils, clip)(parameters, *arguments)
        results.append([total and total.item(), *(p.grad.tolist() for p in parameters[:-1])])
    for ours, theirs in zip(*results):
        np.testing.assert_allclose(np.float64(ours), np.float64(theirs), rtol=1e-3, atol=1e-7)


def test_clip_grad_value_limits_every_element(device):
    ps = with_gradients(device)
    ps[1].grad[0, 0] = -7.0
    utils.clip_grad_value_(ps, 3.5)
    assert ps[0].grad.tolist() == [3, 0, 3.5] and ps[1].grad.tolist() == [[-3.5, 3.5], [0, 0]]


def test_parameters_to_vector_and_back():
    net, other = nn.Linear(3, 2), nn.Linear(3, 2)
    vector = utils.parameters_to_vector(net.parameters())
    assert vector.shape == (8,) and vector.requires_grad
    utils.vector_to_parameters(vector, other.parameters())
    assert other.weight.tolist() == net.weight.tolist() and other.bias.tolist() == net.bias.tolist()


# Weights computed from others


def test_weight_norm_keeps_the_weight_and_trains_length_and_direction(device):
    layer, x = nn.Linear(3, 4).to(device), normal(2, 3, device=device)
    before, y = to_numpy(layer.weight).copy(), to_numpy(layer(x))
    assert utils.weight_norm(layer) is layer
    assert [name for name, _ in layer.named_parameters()] == ["bias", "weight_g", "weight_v"]
    np.testing.assert_allclose(to_numpy(layer(x)), y, rtol=1e-5, atol=1e-6)
    twin = copy.deepcopy(utils.weight_norm(nn.Linear(3, 4)))
    with minigrad.no_grad():
        twin.weight_g.fill_(2.0)
    twin(normal(2, 3))
    np.testing.assert_allclose(np.linalg.norm(twin.weight.detach().numpy(), axis=1), 2, rtol=1e-6)
    utils.remove_weight_norm(layer)
    assert [name for name, _ in layer.named_parameters()] == ["bias", "weight"]
    np.testing.assert_allclose(to_numpy(layer.weight), before, rtol=1e-6)


def test_spectral_norm_makes_the_greatest_singular_value_1(device):
    layer, x = utils.spectral_norm(nn.Linear(6, 5)).to(device), normal(2, 6, device=device)
    for _ in range(200):
        layer(x)
    assert np.linalg.svd(to_numpy(layer.weight), compute_uv=False)[0] == pytest.approx(1, abs=1e-4)
    layer.eval()
    u = layer.weight_u
    layer(x)
    assert layer.weight_u is u and u.device.type == device
    (layer.train()(x) + layer(x)).sum().backward()          # two forward passes, like a discriminator's
    assert layer.weight_orig.grad is not None
    utils.remove_spectral_norm(layer)
    assert list(layer.state_dict()) == ["bias", "weight"]
    assert np.linalg.svd(to_numpy(layer.weight), compute_uv=False)[0] == pytest.approx(1, abs=1e-4)


# Summary


def test_summary_is_a_table_of_layers_shapes_and_parameters(capsys):
    net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(4 * 36, 10))
    net[0].requires_grad_(False)
    table = nn.summary(net, (2, 1, 8, 8))
    assert str(table) == """\
layer              output shape  parameters
-------------------------------------------
Sequential         (2, 10)
  Conv2d (0)       (2, 4, 6, 6)          40
  BatchNorm2d (1)  (2, 4, 6, 6)           8
  Flatten (2)      (2, 144)
  Linear (3)       (2, 10)            1,450
-------------------------------------------
1,498 parameters, 40 of them frozen"""
    assert table.rows[1] == ("0", "Conv2d", "(2, 4, 6, 6)", 40)
    assert (table.parameters, table.trainable) == (1498, 1458)
    assert capsys.readouterr().out == ""


def test_summary_leaves_the_model_as_it_was(device):
    net = nn.Sequential(nn.BatchNorm1d(3), nn.Dropout(0.5), nn.Linear(3, 2)).to(device)
    net[1].eval()
    nn.summary(net, (4, 3))
    assert [m.training for m in net.modules()] == [True, True, False, True]
    assert net[0].num_batches_tracked.item() == 0 and not net[0]._hooks
    with pytest.raises(ValueError):
        nn.summary(net, (4, 5))
    assert [m.training for m in net.modules()] == [True, True, False, True] and not net[0]._hooks


def test_summary_counts_shared_parameters_once_and_takes_tensors():
    class Tagger(nn.Module):
        def __init__(self):
            self.embed, self.encode = nn.Embedding(10, 4), nn.MultiHeadAttention(4, 2)
            self.out, self.spare = nn.Linear(4, 10, bias=False), nn.Linear(4, 4)
            self.out.weight = self.embed.weight

        def forward(self, ids, mask):
            y, weights = self.encode(self.embed(ids), key_padding_mask=mask, need_weights=True)
            return self.out(y)

    ids = minigrad.randint(0, 10, (2, 5))
    table = nn.summary(Tagger(), [ids, ids == 0])
    rows = {name: (shape, count) for name, _, shape, count in table.rows}
    assert rows["embed"] == ("(2, 5, 4)", 40) and rows["out"] == ("(2, 5, 10)", 0)
    assert rows["encode"] == ("(2, 5, 4), (2, 5, 5)", 60) and rows["spare"] == ("not used", 20)
    assert table.parameters == 40 + 60 + 20 + 20
