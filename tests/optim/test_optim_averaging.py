"""Averaged weights and batch statistics follow their formulas and equal PyTorch."""

import inspect
import math

import numpy as np
import pytest

import minigrad
from minigrad import nn, optim
from minigrad.optim import swa_utils

STEPS = 20


def model_of(library, dtype="float64"):
    model = library.nn.Sequential(library.nn.Linear(4, 3), library.nn.BatchNorm1d(3), library.nn.Linear(3, 2))
    return model.to(getattr(library, dtype))


def wander(library, model, t):
    """Give every parameter and running statistic the values of step t."""
    rng = np.random.default_rng(t)
    with library.no_grad():
        for name, tensor in model.state_dict().items():
            if tensor.ndim:
                tensor.copy_(library.tensor(rng.standard_normal(tuple(tensor.shape))))
            else:
                tensor.fill_(3 * t)


def numbers(model):
    return {name: tensor.cpu().numpy() for name, tensor in model.state_dict().items()}


def path_of(model, name):
    values = []
    for t in range(STEPS):
        wander(minigrad, model, t)
        values.append(numbers(model)[name].copy())
    return values


def averaged_over(library, model, average):
    for t in range(STEPS):
        wander(library, model, t)
        average.update_parameters(model)
    return average


@pytest.mark.parametrize("fn", [None, swa_utils.get_swa_multi_avg_fn()], ids=["default", "lists"])
def test_the_average_is_the_mean_of_all_models(fn, device):
    model = model_of(minigrad).to(device)
    average = averaged_over(minigrad, model, swa_utils.AveragedModel(model, multi_avg_fn=fn))
    for name in ("0.weight", "2.bias"):
        np.testing.assert_allclose(numbers(average.module)[name], np.mean(path_of(model, name), axis=0),
                                   rtol=0, atol=STEPS * 1e-15)
    assert average.n_averaged.item() == STEPS
    assert numbers(average.module)["1.running_mean"].tolist() == numbers(model)["1.running_mean"].tolist()


def test_a_moving_average_forgets_at_the_rate_of_its_decay(device):
    model = model_of(minigrad).to(device)
    fn = swa_utils.get_ema_multi_avg_fn(0.8)
    average = averaged_over(minigrad, model, swa_utils.AveragedModel(model, multi_avg_fn=fn))
    path = path_of(model, "0.weight")
    expected = 0.8 ** (STEPS - 1) * path[0] + sum(
        0.2 * 0.8 ** (STEPS - 1 - t) * path[t] for t in range(1, STEPS))
    np.testing.assert_allclose(numbers(average.module)["0.weight"], expected, rtol=0, atol=STEPS * 1e-15)


WAYS = {
    "mean": lambda lib: {},
    "mean-named": lambda lib: dict(avg_fn=lib.get_swa_avg_fn()),
    "moving": lambda lib: dict(avg_fn=lib.get_ema_avg_fn(0.9)),
    "moving-lists": lambda lib: dict(multi_avg_fn=lib.get_ema_multi_avg_fn()),
    "own": lambda lib: dict(avg_fn=lambda average, parameter, n: average + parameter / (n + 3)),
}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("use_buffers", [False, True])
@pytest.mark.parametrize("way", WAYS)
def test_an_average_equals_pytorchs(way, use_buffers, dtype, torch):
    averages = []
    for library in (minigrad, torch):
        lib, model = library.optim.swa_utils, model_of(library, dtype)
        average = lib.AveragedModel(model, use_buffers=use_buffers, **WAYS[way](lib))
        averages.append(numbers(averaged_over(library, model, average)))
    ours, theirs = averages
    assert set(ours) == set(theirs)
    for name in theirs:
        assert ours[name].dtype == theirs[name].dtype and ours[name].shape == theirs[name].shape
        np.testing.assert_allclose(ours[name], theirs[name], rtol=0, atol=STEPS * 4 * np.finfo(dtype).eps)


def test_boolean_buffers_are_copied_also_where_buffers_are_averaged():
    model = nn.BatchNorm1d(2)
    model.register_buffer("mask", minigrad.tensor([True, False]))
    model.register_buffer("nothing", None)
    average = swa_utils.AveragedModel(model, use_buffers=True)
    for mask in ([True, False], [False, True], [True, True]):
        model.mask.copy_(minigrad.tensor(mask))
        model.running_mean.add_(3.0)
        average.update_parameters(model)
        assert average.module.mask.tolist() == mask
    assert average.module.running_mean.tolist() == [6.0, 6.0], "the mean of 3, 6 and 9"


def test_the_average_computes_and_is_no_part_of_the_model():
    model = nn.Linear(2, 1)
    average = swa_utils.AveragedModel(model)
    average.update_parameters(model)
    x, before = minigrad.ones(3, 2), model(minigrad.ones(3, 2)).tolist()
    optimizer = optim.SGD(model.parameters(), lr=1.0)
    model(x).sum().backward()
    optimizer.step()
    assert average(x).tolist() == before != model(x).tolist()
    average.update_parameters(model)
    assert average(x).tolist() == ((minigrad.tensor(before) + model(x)) / 2).tolist()


def test_an_average_on_another_device_than_its_model():
    model = nn.Linear(2, 1)
    average = swa_utils.AveragedModel(model, device="fake")
    for _ in range(2):
        average.update_parameters(model)
    assert {tensor.device.type for tensor in average.state_dict().values()} == {"fake"}
    assert average.module.weight.tolist() == model.weight.tolist()


def test_an_average_goes_on_from_its_state_dict():
    model = model_of(minigrad)
    average, resumed = swa_utils.AveragedModel(model), swa_utils.AveragedModel(model_of(minigrad))
    for t in range(6):
        if t == 3:
            resumed.load_state_dict(average.state_dict())
        wander(minigrad, model, t)
        average.update_parameters(model)
        if t >= 3:
            resumed.update_parameters(model)
    for name, tensor in average.state_dict().items():
        assert resumed.state_dict()[name].tolist() == tensor.tolist()


@pytest.mark.parametrize("batch_of", [lambda x: x, lambda x: (x, "label"), lambda x: [x]])
def test_batch_norms_take_the_statistics_of_the_data(batch_of, device):
    data = minigrad.randn(5, 8, 3, dtype="float64")
    model = nn.Sequential(nn.BatchNorm1d(3), nn.Dropout(0.5), nn.BatchNorm1d(3, track_running_stats=False))
    model = model.to(minigrad.float64).to(device).eval()
    model[1].train()
    swa_utils.update_bn([batch_of(x) for x in data], model, device=device)
    norm, x = model[0], data.numpy()
    np.testing.assert_allclose(norm.running_mean.cpu().numpy(), x.mean(axis=(0, 1)), atol=1e-15)
    np.testing.assert_allclose(norm.running_var.cpu().numpy(), x.var(axis=1, ddof=1).mean(axis=0), rtol=1e-14)
    assert norm.momentum == 0.1 and norm.num_batches_tracked.item() == 5
    assert [module.training for module in model] == [False, True, False]


def test_update_bn_equals_pytorch(torch):
    statistics = []
    for library in (minigrad, torch):
        model, rng = model_of(library), np.random.default_rng(0)
        wander(library, model, 1)
        batches = [library.tensor(rng.standard_normal((8, 4))) for _ in range(6)]
        library.optim.swa_utils.update_bn(batches, model)
        statistics.append(numbers(model[1]))
    for name, theirs in statistics[1].items():
        np.testing.assert_allclose(statistics[0][name], theirs, rtol=1e-13)


def test_update_bn_puts_everything_back_after_an_error():
    model = nn.Sequential(nn.BatchNorm1d(3)).eval()
    with pytest.raises(ValueError):
        swa_utils.update_bn([minigrad.ones(2, 4)], model)
    assert model[0].momentum == 0.1 and not model[0].training


def test_update_bn_leaves_a_loader_alone_where_there_is_no_batch_norm():
    swa_utils.update_bn(iter(lambda: 1 / 0, None), nn.Linear(1, 1))


def test_an_unknown_name_is_answered_with_the_nearest_one():
    with pytest.raises(AttributeError, match="has no 'AverageModel'; did you mean .*AveragedModel"):
        swa_utils.AverageModel


# The learning rate


def rates(lib, optimizer, make, steps=30, begin=8):
    """ExponentialLR for 8 epochs, then the scheduler from `make`."""
    decay, swa = lib.lr_scheduler.ExponentialLR(optimizer, 0.9), make(lib.swa_utils, optimizer)
    for t in range(steps):
        yield [group["lr"] for group in optimizer.param_groups]
        optimizer.step()
        (decay if t < begin else swa).step()


def groups(library):
    tensors = [library.ones(1, requires_grad=True) for _ in range(2)]
    return [{"params": tensors[:1]}, {"params": tensors[1:], "lr": 0.03}]


RATES = {
    "cos": lambda lib, o: lib.SWALR(o, 0.05),
    "linear": lambda lib, o: lib.SWALR(o, [0.05, 0.1], 7, "linear"),
    "at-once": lambda lib, o: lib.SWALR(o, 0.05, anneal_epochs=0),
}


@pytest.mark.parametrize("make", RATES.values(), ids=RATES)
def test_swalr_equals_pytorch(make, torch):
    ours = rates(optim, optim.SGD(groups(minigrad), lr=0.2), make)
    theirs = rates(torch.optim, torch.optim.SGD(groups(torch), lr=0.2), make)
    for a, b in zip(ours, theirs, strict=True):
        assert a == pytest.approx(b, rel=30 * 1e-15)


@pytest.mark.parametrize("name, shape", [("cos", lambda part: (1 - math.cos(math.pi * part)) / 2),
                                         ("linear", lambda part: part)])
def test_swalr_goes_from_the_lr_at_hand_to_its_own(name, shape):
    seen = [lr for lr, _ in rates(optim, optim.SGD(groups(minigrad), lr=0.2), RATES[name])]
    start, length = 0.2 * 0.9**8, {"cos": 10, "linear": 7}[name]
    assert seen[8:] == pytest.approx([start + (0.05 - start) * shape(min(1, t / length)) for t in range(22)])


def test_swalr_goes_on_from_its_state_dict():
    optimizer = optim.SGD(groups(minigrad), lr=0.2)
    scheduler = swa_utils.SWALR(optimizer, 0.05)
    for _ in range(3):
        scheduler.step()
    again = optim.SGD(groups(minigrad), lr=1.0)
    resumed = swa_utils.SWALR(again, 0.7, 3)
    again.load_state_dict(optimizer.state_dict())
    resumed.load_state_dict(scheduler.state_dict())
    for _ in range(9):
        scheduler.step()
        resumed.step()
        assert scheduler.get_last_lr() == resumed.get_last_lr()


def test_arguments_have_the_names_order_and_defaults_of_pytorch(torch):
    for name in ("AveragedModel", "SWALR", "update_bn", "get_ema_avg_fn", "get_ema_multi_avg_fn",
                 "get_swa_avg_fn", "get_swa_multi_avg_fn"):
        ours, theirs = (inspect.signature(getattr(library.swa_utils, name)).parameters
                        for library in (optim, torch.optim))
        assert {p.name: p.default for p in ours.values()} == {p.name: p.default for p in theirs.values()}
        assert list(ours) == list(theirs), name


@pytest.mark.parametrize("call, text", [
    (lambda: swa_utils.AveragedModel(nn.Linear(1, 1), avg_fn=max, multi_avg_fn=max),
     "AveragedModel: give avg_fn or multi_avg_fn, not both"),
    (lambda: swa_utils.AveragedModel(nn.Linear(1, 2)).update_parameters(nn.Linear(2, 2)),
     "the average has 2 tensors, the model 2, or their shapes differ; update it with the model it "
     "was created"),
    (lambda: swa_utils.get_ema_multi_avg_fn(1.5), "decay must be from 0 to 1, got 1.5"),
    (lambda: swa_utils.SWALR(optim.SGD(groups(minigrad)), 0.1, anneal_strategy="exp"),
     "SWALR: anneal_strategy must be 'cos' or 'linear', got 'exp'"),
    (lambda: swa_utils.SWALR(optim.SGD(groups(minigrad)), 0.1, -1),
     "SWALR: anneal_epochs must be an integer of at least 0, got -1"),
    (lambda: swa_utils.SWALR(optim.SGD(groups(minigrad)), [0.1]),
     "SWALR: swa_lr has 1 entries for 2 parameter groups"),
])
def test_mistakes_are_named(call, text):
    with pytest.raises(ValueError, match=text):
        call()


def test_statistics_that_could_not_be_recomputed_are_the_old_ones():
    model = nn.Sequential(nn.BatchNorm1d(2), nn.Dropout(0.5), nn.BatchNorm1d(2, momentum=0.3))
    model(minigrad.randn(8, 2))
    model[0].eval()
    before = {name: values.copy() for name, values in numbers(model).items()}

    def batches():
        yield minigrad.randn(8, 2)
        raise KeyboardInterrupt
    with pytest.raises(KeyboardInterrupt):
        swa_utils.update_bn(batches(), model)
    after = numbers(model)
    assert all(np.array_equal(before[name], after[name]) for name in before)
    assert [m.training for m in model.modules()] == [True, False, True, True] and model[2].momentum == 0.3
