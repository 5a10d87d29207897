"""Gradient statistics: the numbers, the hints, and that measuring changes nothing."""

import numpy as np
import pytest

import minigrad
from minigrad import Tensor, nn, optim, visual
from minigrad.autograd import Parameter
from minigrad.nn import functional as F

OPTIMIZERS = [kind for name in optim.__all__ if isinstance(kind := getattr(optim, name), type)
              and issubclass(kind, optim.Optimizer) and name not in ("Optimizer", "LBFGS", "SparseAdam")]


class Pair(nn.Module):
    """Two parameters whose gradients a test sets itself."""

    def __init__(self, first, second, first_gradient=None, second_gradient=None):
        self.first, self.second = Parameter(Tensor(first)), Parameter(Tensor(second))
        for p, g in ((self.first, first_gradient), (self.second, second_gradient)):
            p.grad = None if g is None else Tensor(g)


def trained(model, optimizer, x=None, steps=1):
    for _ in range(steps):
        optimizer.zero_grad()
        model(minigrad.ones(4, 3) if x is None else x).square().mean().backward()
        optimizer.step()


def test_the_numbers_are_those_of_the_gradients():
    g = np.array([[1.0, -3.0], [0.0, 0.0]])
    statistics = visual.gradient_statistics(Pair(np.ones((2, 2)), np.ones(3), g, np.full(3, 2.0)))
    first, second = statistics.rows
    assert first == ("first", (2, 2), 1.0, 1.5, 3.0, 0.5, None)
    assert second == ("second", (3,), 2.0, 0.0, 2.0, 0.0, None)
    assert statistics.norm == pytest.approx(22 ** 0.5)
    assert statistics.hints == []


def test_the_update_is_that_of_the_next_step():
    """SGD: the update is lr * g."""
    model = Pair([3.0, 4.0], [0.0], [0.0, 1.0], [1.0])
    first, second = visual.gradient_statistics(model, optim.SGD(model.parameters(), lr=0.5)).rows
    assert first.update == pytest.approx(0.5 / 5)
    assert second.update is None            # nothing to compare with: the parameter is 0


@pytest.mark.parametrize("kind", OPTIMIZERS, ids=lambda kind: kind.__name__)
def test_looking_at_the_next_step_changes_neither_parameters_nor_optimizer(kind):
    def run(look):
        minigrad.manual_seed(0)
        model = nn.Linear(3, 2, bias=False)
        optimizer = kind(model.parameters())
        trained(model, optimizer, steps=2)
        if look:
            before = model.weight.array.copy()
            statistics = visual.gradient_statistics(model, optimizer)
            assert np.array_equal(before, model.weight.array)
            optimizer.step()
            moved = np.linalg.norm(model.weight.array - before) / np.linalg.norm(before)
            assert statistics.rows[0].update == pytest.approx(moved, rel=1e-4)
        else:
            optimizer.step()
        trained(model, optimizer, steps=2)
        return model.weight.array
    assert np.array_equal(run(look=True), run(look=False))


def test_the_first_step_can_be_looked_at_and_groups_keep_their_settings():
    model = Pair([2.0], [2.0], [1.0], [1.0])
    optimizer = optim.SGD([{"params": [model.first]}, {"params": [model.second], "lr": 0.2}], lr=0.1)
    rows = visual.gradient_statistics(model, optimizer).rows
    assert [row.update for row in rows] == pytest.approx([0.05, 0.1])
    assert optimizer.state == {}


def test_the_table_is_aligned_and_ends_with_the_hints():
    model = Pair(np.ones((2, 2)), np.ones(3), np.array([[1.0, -3.0], [0.0, 0.0]]))
    assert str(visual.gradient_statistics(model, optim.SGD([model.first], lr=0.001))) == """\
parameter  shape      mean |g|      std  max |g|  zeros  update/parameter
-------------------------------------------------------------------------
first      (2, 2)      1.0e+00  1.5e+00  3.0e+00    50%           1.6e-03
second     (3,)    no gradient
-------------------------------------------------------------------------
norm of all gradients: 3.16
no gradient for second: the loss does not depend on it"""


def test_a_frozen_parameter_is_no_reason_for_a_hint():
    model = Pair([1.0], [1.0], [1.0])
    model.second.requires_grad_(False)
    assert visual.gradient_statistics(model).hints == []


def hints_of(model, *args):
    return visual.gradient_statistics(model, *args).hints


def test_vanishing_gradients_of_many_sigmoids_are_named():
    layers = [layer for _ in range(8) for layer in (nn.Linear(16, 16), nn.Sigmoid())]
    model = nn.Sequential(*layers, nn.Linear(16, 4))
    F.cross_entropy(model(minigrad.randn(8, 16)), minigrad.randint(0, 4, (8,))).backward()
    hint, = hints_of(model)
    assert hint.startswith("vanishing: the gradient of 0.weight, 2.weight, 4.weight")
    assert "times that of 16.weight; try ReLU or GELU instead of sigmoid and tanh" in hint


def test_the_same_depth_of_relus_gets_no_hint():
    layers = [layer for _ in range(8) for layer in (nn.Linear(16, 16), nn.ReLU())]
    model = nn.Sequential(*layers, nn.Linear(16, 4))
    for p in model.parameters():
        if p.ndim > 1:
            nn.init.kaiming_normal_(p)
    F.cross_entropy(model(minigrad.randn(8, 16)), minigrad.randint(0, 4, (8,))).backward()
    assert hints_of(model) == []


def test_rows_of_an_embedding_that_no_word_used_do_not_count_as_vanishing():
    model = nn.Sequential(nn.Embedding(10**5, 2), nn.Linear(2, 2))
    model(minigrad.tensor([3])).sum().backward()
    assert visual.gradient_statistics(model).rows[0].zeros > 0.9999
    assert hints_of(model) == []


def test_exploding_gradients_are_named():
    hint, = hints_of(Pair([1.0], [1.0], [3e3], [4e3]))
    assert hint == ("exploding: all gradients together have norm 5e+03; try "
                    "nn.utils.clip_grad_norm_(model.parameters(), 1.0), a smaller learning rate, or "
                    "normalised inputs and targets")


def test_nan_is_the_first_thing_to_be_said():
    hint, = hints_of(Pair([1.0], [1.0], [np.nan], [1e9]))
    assert hint == ("NaN or infinity in the gradient of first: run forward and backward inside "
                    "`with minigrad.detect_anomaly():`, which names the op that produced it first")
    assert hasattr(minigrad, "detect_anomaly")
    assert hints_of(Pair([1.0], [1.0], [1.0],
                         [np.inf]))[0].startswith("NaN or infinity in the gradient of second")


def test_a_gradient_that_is_all_zero_is_named():
    model = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
    with minigrad.no_grad():
        model[0].weight.zero_()
        model[0].bias.fill_(-1.0)
    model(minigrad.ones(4, 2)).sum().backward()
    assert hints_of(model) == ["all zero: the gradient of 0.weight, 0.bias, 2.weight; a later ReLU is "
                               "never active, or a factor is 0"]


@pytest.mark.parametrize("lr, hint", [
    (1.0, "large steps: the next step changes first by 100%, but 0.1% is typical; lower the learning rate"),
    (1e-3, None),
    (1e-7, "small steps: the next step changes first by a fraction of 1e-07, but 0.001 is typical; raise the "
           "learning rate")])
def test_a_learning_rate_that_is_far_off_is_named(lr, hint):
    ones = np.ones((2, 2))
    model = Pair(ones, [1.0], ones, [1.0])
    assert hints_of(model, optim.SGD(model.parameters(), lr=lr)) == ([hint] if hint else [])


def test_many_names_are_cut():
    model = nn.Sequential(*[nn.Linear(1, 1) for _ in range(3)])
    for p in model.parameters():
        p.grad = Tensor(np.full(p.shape, np.nan, np.float32))
    assert hints_of(model)[0].startswith("NaN or infinity in the gradient of 0.weight, 0.bias, 1.weight "
                                         "and 3 more: ")


def test_without_any_gradient_there_is_an_error():
    with pytest.raises(RuntimeError, match=r"^gradient_statistics: no parameter has a gradient; call it "
                                           r"after "
                                           r"loss.backward\(\) and before optimizer.zero_grad\(\)$"):
        visual.gradient_statistics(nn.Linear(2, 2))


def test_half_precision_does_not_overflow_and_devices_are_read(device):
    model = nn.Linear(64, 64).half().to(device)
    for p in model.parameters():
        p.grad = minigrad.full(tuple(p.shape), 300.0, dtype="float16", device=device)
    statistics = visual.gradient_statistics(model)
    assert statistics.rows[0].mean == 300.0             # 4096 of them sum to 1.2e6, float16 ends at 65504
    assert statistics.norm == pytest.approx(300 * (64 * 65) ** 0.5)


def test_the_plot_has_a_mark_for_each_number_that_is_not_zero(tmp_path):
    model = Pair([1.0, 1.0], [2.0], [0.5, 1.5], [0.0])
    statistics = visual.gradient_statistics(model, optim.SGD([model.first], lr=0.1))
    figure = statistics.plot(tmp_path / "gradients.png")
    gradients, updates = figure.axes
    mean, most = gradients.lines
    assert list(mean.get_xdata()) == [1.0]
    assert list(most.get_xdata()) == [1.5] and list(mean.get_ydata()) == [0]
    assert updates.lines[0].get_xdata()[0] == pytest.approx((0.05**2 + 0.15**2) ** 0.5 / 2**0.5)
    assert [label.get_text() for label in gradients.get_yticklabels()] == ["first", "second"]
    assert gradients.get_ylim()[0] > gradients.get_ylim()[1]        # the first layer on top
    assert (tmp_path / "gradients.png").stat().st_size > 1000
