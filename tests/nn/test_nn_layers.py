"""Dropout, norms, embeddings, lazy and recurrent layers, losses, activations: documented behaviour."""

import inspect
import math

import numpy as np
import pytest
from cases.tensors import normal, outputs_of

import minigrad
from minigrad import nn, tensor
from minigrad.autograd import to_numpy
from minigrad.backend import copies, fake
from minigrad.nn import functional as F, utils


def test_dropout_drops_in_training_only_and_keeps_the_expected_value(device):
    layer, x = nn.Dropout(0.3), minigrad.ones(200, 500, device=device)
    y = to_numpy(layer(x))
    n, p = y.size, 0.3
    assert set(np.unique(y)) == {np.float32(0), np.float32(1) * np.float32(1 / 0.7)}
    assert abs(y.mean() - 1) < 4 * math.sqrt(p / (1 - p) / n)                   # four standard errors
    assert abs((y == 0).mean() - p) < 4 * math.sqrt(p * (1 - p) / n)
    assert layer.eval()(x) is x


def test_dropout2d_drops_whole_channels():
    y = nn.Dropout2d(0.5)(minigrad.ones(20, 30, 4, 5)).numpy()
    assert set(np.unique(y)) == {0, 2}
    assert ((y == y[:, :, :1, :1]).all())
    assert 0 < (y[:, :, 0, 0] == 0).mean() < 1


def test_alpha_dropout_keeps_mean_and_variance(device):
    x = normal(300, 400, device=device)
    for layer, independent in ((nn.AlphaDropout(0.3), 120_000), (nn.FeatureAlphaDropout(0.3), 120_000)):
        y = to_numpy(layer(x))
        host = to_numpy(x)
        assert abs(y.mean() - host.mean()) < 4 / math.sqrt(independent)
        assert abs(y.var() - 1) < 8 / math.sqrt(independent)
        numbers, counts = np.unique(y, return_counts=True)
        dropped = y == numbers[counts.argmax()]
        assert abs(dropped.mean() - 0.3) < 4 * math.sqrt(0.21 / independent)
        kept = np.polyfit(host[~dropped], y[~dropped], 1)             # all others lie on one line
        np.testing.assert_allclose(np.polyval(kept, host[~dropped]), y[~dropped], atol=1e-5)
        assert layer.eval()(x) is x
    y = nn.FeatureAlphaDropout(0.5)(minigrad.ones(20, 30, 4)).numpy()
    assert (y == y[:, :, :1]).all() and len(np.unique(y)) == 2


def test_embedding_limits_the_rows_that_it_uses_in_place(device):
    layer = nn.Embedding(5, 3, max_norm=1.0).to(device)
    with minigrad.no_grad():
        layer.weight.copy_(tensor(np.arange(15.0).reshape(5, 3) / 10, device=device))
    before = to_numpy(layer.weight).copy()
    y = to_numpy(layer(tensor([[0, 3], [3, 4]], device=device)))
    after, lengths = to_numpy(layer.weight), np.linalg.norm(before, axis=1)
    np.testing.assert_allclose(after, before / np.where([0, 0, 0, 1, 1], lengths, 1)[:, None], rtol=1e-6)
    np.testing.assert_allclose(y, after[[[0, 3], [3, 4]]])


def test_dropout_lets_gradients_through_where_it_kept_the_input():
    x = minigrad.ones(50, requires_grad=True)
    y = nn.Dropout(0.5)(x)
    y.sum().backward()
    assert np.array_equal(x.grad.numpy(), y.detach().numpy())


def test_batch_norm_normalises_in_training_and_uses_running_averages_in_eval(device):
    layer = nn.BatchNorm2d(3).to(device)
    x = normal(8, 3, 5, 5, device=device) * 4 + 7
    y = to_numpy(layer(x))
    np.testing.assert_allclose(y.mean((0, 2, 3)), 0, atol=1e-5)
    np.testing.assert_allclose(y.std((0, 2, 3)), 1, atol=1e-4)
    host = to_numpy(x).astype(np.float64)
    np.testing.assert_allclose(to_numpy(layer.running_mean), 0.1 * host.mean((0, 2, 3)), rtol=1e-5)
    np.testing.assert_allclose(to_numpy(layer.running_var),
                               0.9 + 0.1 * host.var((0, 2, 3), ddof=1), rtol=1e-5)
    assert layer.num_batches_tracked.item() == 1
    before = layer.running_mean.tolist()
    layer.eval()(x)
    assert layer.running_mean.tolist() == before and layer.num_batches_tracked.item() == 1


def test_layer_norm_output_does_not_change_when_the_input_is_shifted_and_scaled(device):
    layer = nn.LayerNorm(6).to(device)
    x = normal(4, 6, device=device, dtype="float64")
    y, z = (to_numpy(layer.double()(v)) for v in (x, x * 3 + 10))
    np.testing.assert_allclose(y, z, atol=1e-4)      # eps = 1e-5 against variances of 1 and 9


def test_embedding_takes_rows_and_the_padding_row_gets_no_gradient(device):
    layer = nn.Embedding(5, 3, padding_idx=0).to(device)
    assert not to_numpy(layer.weight)[0].any()
    y = layer(tensor([[0, 2], [2, 4]], device=device))
    assert y.shape == (2, 2, 3) and np.array_equal(to_numpy(y)[0, 1], to_numpy(layer.weight)[2])
    y.sum().backward()
    assert to_numpy(layer.weight.grad)[:, 0].tolist() == [0, 0, 2, 0, 1]


def test_embedding_from_pretrained_is_frozen_unless_told_otherwise():
    table = normal(4, 2)
    layer = nn.Embedding.from_pretrained(table)
    assert layer(tensor([3])).tolist() == [table.tolist()[3]] and not layer.weight.requires_grad
    assert nn.Embedding.from_pretrained(table, freeze=False).weight.requires_grad


def test_the_weights_of_a_loss_move_with_it(device):
    loss = nn.CrossEntropyLoss(tensor([1.0, 2.0, 0.5])).to(device)
    assert loss.weight.device.type == device and list(loss.state_dict()) == ["weight"]
    x, target = normal(4, 3, device=device), tensor([0, 1, 2, 1], device=device)
    assert loss(x, target).item() == pytest.approx(F.cross_entropy(x, target, loss.weight).item())
    assert list(nn.CrossEntropyLoss().state_dict()) == []


def test_ctc_of_a_sequence_that_cannot_be_read_is_infinite_and_gives_no_nan():
    x = normal(2, 1, 3).log_softmax(2).detach().requires_grad_()
    loss = nn.CTCLoss()(x, tensor([[1, 1]]), [2], [2])         # a blank between both needs a third step
    loss.backward()
    assert loss.item() == math.inf and not x.grad.numpy().any()


def test_gumbel_softmax_draws_with_the_probabilities_of_softmax(device):
    minigrad.manual_seed(3)
    p = np.array([0.5, 0.3, 0.2])
    logits = minigrad.tensor(np.log(p) + 4, device=device).expand(20000, 3).contiguous().requires_grad_()
    before = dict(copies)
    drawn = F.gumbel_softmax(logits, tau=0.5, hard=True)
    soft = F.gumbel_softmax(logits.T, tau=0.5, dim=0)
    assert dict(copies) == before
    hard = to_numpy(drawn)
    np.testing.assert_allclose(np.sort(hard, 1), [[0, 0, 1]] * 20000, atol=1e-12)
    assert (abs(hard.mean(0) - p) < 4 * np.sqrt(p * (1 - p) / 20000)).all()
    np.testing.assert_allclose(to_numpy(soft).sum(0), 1)
    best = to_numpy(soft).argmax(0)
    assert (abs(np.bincount(best) / 20000 - p) < 4 * np.sqrt(p * (1 - p) / 20000)).all()
    (drawn * normal(20000, 3, device=device, dtype="float64")).sum().backward()
    assert 0 < np.abs(to_numpy(logits.grad)).max() < 10 and drawn.dtype == np.float64


@pytest.mark.parametrize("lazy, usual, inputs", [
    (lambda: nn.LazyLinear(4), lambda: nn.Linear(3, 4), [(2, 3), (3,)]),
    (lambda: nn.LazyConv1d(4, 3, padding=1), lambda: nn.Conv1d(2, 4, 3, padding=1), [(1, 2, 5), (2, 5)]),
    (lambda: nn.LazyConv2d(4, 3, groups=2), lambda: nn.Conv2d(2, 4, 3, groups=2), [(1, 2, 5, 5)]),
    (lambda: nn.LazyConv3d(4, 1, bias=False), lambda: nn.Conv3d(2, 4, 1, bias=False), [(1, 2, 2, 2, 2)]),
    (lambda: nn.LazyConvTranspose1d(4, 2), lambda: nn.ConvTranspose1d(2, 4, 2), [(1, 2, 5)]),
    (lambda: nn.LazyConvTranspose2d(4, 2), lambda: nn.ConvTranspose2d(2, 4, 2), [(2, 5, 5)]),
    (lambda: nn.LazyConvTranspose3d(4, 2), lambda: nn.ConvTranspose3d(2, 4, 2), [(1, 2, 2, 2, 2)]),
    (lambda: nn.LazyBatchNorm1d(), lambda: nn.BatchNorm1d(2), [(4, 2), (4, 2, 3)]),
    (lambda: nn.LazyBatchNorm2d(momentum=0.3), lambda: nn.BatchNorm2d(2, momentum=0.3), [(4, 2, 3, 3)]),
    (lambda: nn.LazyBatchNorm3d(), lambda: nn.BatchNorm3d(2), [(4, 2, 2, 2, 2)]),
    (lambda: nn.LazyInstanceNorm1d(track_running_stats=False), lambda: nn.InstanceNorm1d(2, affine=True),
     [(4, 2, 3), (2, 3)]),
    (lambda: nn.LazyInstanceNorm2d(),
     lambda: nn.InstanceNorm2d(2, affine=True, track_running_stats=True), [(4, 2, 3, 3)]),
    (lambda: nn.LazyInstanceNorm3d(affine=False),
     lambda: nn.InstanceNorm3d(2, track_running_stats=True), [(2, 2, 2, 2)]),
])
def test_a_lazy_layer_becomes_the_usual_one_with_its_first_input(lazy, usual, inputs, device):
    for shape in inputs:
        layer = lazy().to(device)
        before = list(layer.parameters())
        hooked = []
        layer.register_forward_hook(lambda *args: hooked.append(args))
        expected = usual().to(device)
        x = normal(*shape, device=device)
        minigrad.manual_seed(4)
        y = layer(x)
        assert type(layer) is type(expected) and repr(layer) == repr(expected) and len(hooked) == 1
        assert all(a is b for a, b in zip(before, layer.parameters(), strict=True))
        assert {name: t.shape for name, t in layer.state_dict().items()} == {
            name: t.shape for name, t in expected.state_dict().items()}
        minigrad.manual_seed(4)
        expected = usual().to(device)
        np.testing.assert_allclose(to_numpy(y), to_numpy(expected(x)), atol=1e-6)
        assert y.device.type == device and all(b.device.type == device for b in layer.buffers())


def test_a_lazy_layer_trains_with_an_optimizer_that_was_there_before():
    net = nn.Sequential(nn.LazyLinear(3), nn.ReLU(), nn.LazyLinear(1)).eval().double()
    from minigrad import optim
    optimizer = optim.SGD(net.parameters(), lr=0.1)
    net(normal(4, 5, dtype="float64")).sum().backward()
    weight = net[0].weight.detach().clone()
    optimizer.step()
    assert net[0].weight.tolist() != weight.tolist()
    assert net[2].weight.dtype == np.float64 and not net[0].training


# Recurrent layers


def test_a_recurrent_layer_gives_each_sequence_what_it_gives_it_alone(device):
    lengths = [2, 4, 1]
    for make in (nn.RNN, nn.LSTM, nn.GRU):
        layer = make(3, 4, 2, bidirectional=True).to(device)
        sequences = [normal(n, 3, seed=n, device=device) for n in lengths]
        y, state = layer(utils.rnn.pack_sequence(sequences, enforce_sorted=False))
        y, found = utils.rnn.pad_packed_sequence(y)
        assert found.tolist() == lengths and y.shape == (4, 3, 8) and y.device.type == device
        h = state[0] if isinstance(state, tuple) else state
        for i, x in enumerate(sequences):
            alone, last = layer(x)
            np.testing.assert_allclose(to_numpy(y[:lengths[i], i]), to_numpy(alone), atol=1e-6)
            np.testing.assert_allclose(to_numpy(h[:, i]),
                                       to_numpy(last[0] if isinstance(last, tuple) else last), atol=1e-6)
            assert not to_numpy(y[lengths[i]:, i]).any()


def test_a_recurrent_layer_goes_on_where_it_stopped(device):
    for layer in (nn.RNN(3, 4).to(device), nn.LSTM(3, 4).to(device), nn.GRU(3, 4).to(device)):
        x = normal(5, 2, 3, device=device)
        whole, end = layer(x)
        first, state = layer(x[:3])
        second, state = layer(x[3:], state)
        np.testing.assert_allclose(to_numpy(minigrad.cat([first, second])), to_numpy(whole), atol=1e-6)
        for a, b in zip(outputs_of(state), outputs_of(end)):
            np.testing.assert_allclose(to_numpy(a), to_numpy(b), atol=1e-6)


def test_recurrent_dropout_acts_between_layers_in_training_only():
    x = normal(3, 2, 4)
    layer = nn.GRU(4, 5, 2, dropout=0.5)
    assert layer(x)[0].tolist() != layer(x)[0].tolist()
    layer.eval()
    assert layer(x)[0].tolist() == layer(x)[0].tolist()
    last = nn.GRU(4, 5, 1, dropout=0.5)         # there is no layer boundary to drop at
    assert last(x)[0].tolist() == last(x)[0].tolist()


def test_the_gradient_through_a_long_sequence_costs_no_square_of_its_length(monkeypatch):
    wrap, made = fake.wrap, []          # the fake device wraps every array that an operation returns
    monkeypatch.setattr(fake, "wrap", lambda value: made.append(np.size(value)) or wrap(value))
    elements = []
    for T in (64, 1024):
        layer, x = nn.RNN(1, 1).to("fake"), minigrad.zeros(T, 1, 1, device="fake", requires_grad=True)
        y = layer(x)[0].sum()
        made.clear()
        y.backward()
        elements.append(sum(made) / T)
    assert elements[1] < 1.5 * elements[0]      # slice gradients as long as x would give 10


def test_a_packed_sequence_is_a_tuple_that_moves():
    packed = utils.rnn.pack_sequence([normal(1, 2), normal(3, 2)], enforce_sorted=False)
    data, sizes, order, back = moved = packed.to("fake")
    assert (data.device, sizes.device, order.device, back.device) == ("fake", "cpu", "fake", "fake")
    assert isinstance(moved, utils.rnn.PackedSequence) and sizes.tolist() == [2, 1, 1]
    doubled = utils.rnn.PackedSequence(packed.data * 2, *packed[1:])
    assert doubled.data.tolist() == (packed.data * 2).tolist() and order.tolist() == back.tolist() == [1, 0]


# Names


def test_pytorchs_spellings_are_the_same_classes():
    for name, layer in vars(nn).items():
        if name.endswith(("1D", "2D", "3D")):
            assert getattr(nn, name[:-1] + "d") is layer


LOSSES = [name for name in vars(F) if name.endswith(("_loss", "kl_div")) or "cross_entropy" in name]


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_shows_the_signature_of_its_code(name):
    """size_average and reduce are arguments of the function itself, and a string there is refused."""
    loss = getattr(F, name)
    code, parameters = inspect.unwrap(loss).__code__, inspect.signature(loss).parameters
    assert list(parameters) == list(code.co_varnames[:code.co_argcount + code.co_kwonlyargcount])
    assert not hasattr(loss, "__signature__")
    for former in {"size_average", "reduce"} & set(parameters):
        needed = [minigrad.ones(2, 2)] * sum(p.default is p.empty for p in parameters.values())
        with pytest.raises(TypeError, match=f"^{name}: {former} must be True or False or None, got 'sum'"):
            loss(*needed, **{former: "sum"})


@pytest.mark.parametrize("function", [
    F.relu, F.relu6, F.leaky_relu, F.rrelu, F.elu, F.selu, F.celu, F.silu, F.mish, F.hardtanh, F.hardsigmoid,
    F.hardswish, F.dropout, F.dropout1d, lambda x, inplace=False: F.threshold(x, 0.1, 5.0, inplace)])
def test_inplace_writes_the_result_into_the_input_with_the_same_gradient(function):
    w = normal(3, 4, 5).requires_grad_()
    results, gradients = [], []
    for inplace in (False, True):
        minigrad.manual_seed(0)
        x = w * 2
        y = function(x, inplace=inplace)
        assert (y is x) == inplace
        gradients.append(minigrad.autograd.grad((y * y).sum(), [w])[0].tolist())
        results.append(y.tolist())
    assert results[0] == results[1] and gradients[0] == gradients[1]


def test_adaptive_log_softmax_is_a_distribution_whose_targets_and_best_classes_it_knows(device):
    """exp(log_prob) sums to 1, output is log_prob at the targets, predict its argmax."""
    layer = nn.AdaptiveLogSoftmaxWithLoss(6, 20, [4, 10], div_value=2.0, head_bias=True).to(device)
    x, target = normal(5, 6).to(device), tensor([0, 3, 5, 12, 19]).to(device)
    output, loss = layer(x, target)
    every = layer.log_prob(x)
    np.testing.assert_allclose(every.exp().sum(1).tolist(), np.ones(5), rtol=1e-5)
    np.testing.assert_allclose(output.tolist(), every.gather(1, target[:, None])[:, 0].tolist(), rtol=1e-5)
    np.testing.assert_allclose(loss.item(), -output.mean().item(), rtol=1e-5)
    assert layer.predict(x).tolist() == every.argmax(1).tolist()
    assert list(layer.state_dict()) == [
        "head.weight", "head.bias", "tail.0.0.weight", "tail.0.1.weight", "tail.1.0.weight",
        "tail.1.1.weight"]
    with pytest.raises(ValueError, match=r"cutoffs must be ascending integers from 1 to 19, got \[4, 4\]"):
        nn.AdaptiveLogSoftmaxWithLoss(6, 20, [4, 4])


def test_inplace_activations_write_and_refuse_a_leaf():
    x = tensor([-1.0, 2.0])
    assert F.relu_(x) is x and x.tolist() == [0.0, 2.0]
    with pytest.raises(RuntimeError, match="leaky_relu_ writes into a leaf that requires grad"):
        F.leaky_relu_(minigrad.ones(2, requires_grad=True))
    assert nn.Sequential(nn.ReLU(inplace=True),
                         nn.RReLU(inplace=True)).eval()(tensor([-1.0, 2.0])).tolist() == [0.0, 2.0]


def test_rrelu_draws_slopes_between_its_bounds_in_training():
    slopes = -nn.RReLU(0.1, 0.3)(-minigrad.ones(1000))
    assert 0.1 <= slopes.min().item() < 0.12 and 0.28 < slopes.max().item() <= 0.3


def test_fractional_pooling_takes_a_size_or_a_ratio_and_finds_maxima():
    x = normal(2, 3, 8, 9)
    y, places = nn.FractionalMaxPool2d(2, output_ratio=0.5, return_indices=True)(x)
    assert y.shape == (2, 3, 4, 4)
    assert x.flatten(2).gather(2, places.flatten(2)).tolist() == y.flatten(2).tolist()
    assert nn.FractionalMaxPool2d((2, 3), output_size=(5, 3))(x).shape == (2, 3, 5, 3)
