"""A loss or gradient that becomes NaN stops a training at once, with its origin, and spoils no weight."""

import math
import re

import numpy as np
import pytest

import minigrad
from minigrad import nn, optim
from minigrad.backend import quiet
from minigrad.nn import functional as F
from minigrad.train import Callback, Checkpoint, EarlyStopping, Trainer, accuracy

X = np.random.default_rng(0).standard_normal((16, 4)).astype(np.float32)
Y = (X[:, 0] > 0).astype(np.int64)
BAD = X.copy()
BAD[0, 0] = math.nan


class Count(Callback):
    steps = 0

    def on_step_end(self, trainer):
        self.steps += 1


class Log(nn.Module):
    def forward(self, x):
        return x.log()


class Root(nn.Module):
    def forward(self, x):
        return x.relu().sqrt()          # its slope at 0 is infinite


def network():
    return nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 2))


def failed(model, data, callbacks=(), lr=0.1, loss=F.cross_entropy, workers=1, epochs=1, **settings):
    """The message of the error, and what the model holds after it."""
    minigrad.manual_seed(0)
    trainer = Trainer(model, loss, optim.Adam(model.parameters(), lr=lr), [accuracy], callbacks,
                      workers=workers, **settings)
    with pytest.raises(FloatingPointError) as caught:
        trainer.fit(data, epochs=epochs)
    return str(caught.value)


def finite(model):
    return all(np.isfinite(x.cpu().numpy()).all() for x in model.state_dict().values())


@pytest.mark.parametrize("workers", [1, 2])
def test_a_batch_with_nan_is_named_and_changes_neither_weights_nor_statistics(workers):
    expected = network()
    model, count = network(), Count()
    model.load_state_dict(expected.state_dict())
    minigrad.manual_seed(0)
    Trainer(expected, F.cross_entropy, optim.Adam(expected.parameters(), lr=0.1),
            workers=workers).fit([(X, Y)] * 2)
    text = failed(model, [(X, Y), (X, Y), (BAD, Y)] + [(X, Y)] * 20000, count, workers=workers)
    assert count.steps == 2
    assert text.startswith("the loss became nan in epoch 1, step 3; try a smaller learning rate")
    assert ("In the batch, input 1 is NaN or infinite. The first layer with NaN or infinity in its output is "
            "0 (Linear), as its input is not finite") in text
    assert text.endswith("The weights are those from before this step")
    for a, b in zip(model.state_dict().values(), expected.state_dict().values()):
        np.testing.assert_array_equal(a.numpy(), b.numpy())


def test_the_layer_and_the_line_that_made_the_first_nan_are_named():
    model = nn.Sequential(nn.Linear(4, 2), nn.Sequential(Log()), nn.Linear(2, 2))
    text = failed(model, [(X, Y)] * 3)
    assert ("The first layer with NaN or infinity in its output is 1.0 (Log), though its input is finite"
            ) in text
    assert re.search(r"log produced NaN from inputs without NaN\n  .*finite.py:\d+, in forward", text)
    assert finite(model)


@pytest.mark.parametrize("settings", [{}, {"max_grad_norm": 1.0}, {"workers": 2}])
def test_a_gradient_that_is_not_finite_where_the_loss_is_stops_before_the_step(settings):
    model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), Root(), nn.Linear(8, 2))
    before = model[0].weight.detach().numpy().copy()
    text = failed(model, [(X, Y)] * 3, **settings)
    assert re.match("a gradient became NaN or infinite in epoch 1, step 1, where the loss is [0-9.]+\n", text)
    assert "The first layer that turns a finite gradient into NaN or infinity is 2 (Root)" in text
    assert "the gradient of sqrt produced inf from a gradient without inf" in text.lower()
    assert np.array_equal(model[0].weight.detach().numpy(), before)


def test_a_loss_function_that_makes_the_nan_is_named():
    model = nn.Linear(4, 2)
    text = failed(model, [(X, Y)], loss=lambda output, target: F.cross_entropy(output, target) - math.inf)
    assert text.startswith("the loss became -inf in epoch 1, step 1;")
    assert "The output of the model is finite, so the loss function made it" in text


@pytest.mark.filterwarnings("ignore:.*encountered in:RuntimeWarning")
def test_weights_that_a_step_destroyed_return_from_the_last_checkpoint(tmp_path):
    class Ruin(Callback):
        def on_step_end(self, trainer):
            if trainer.epoch == 3:
                trainer.model[0].weight.data *= math.inf
    path = tmp_path / "run.ckpt"
    for callbacks, text in (
            ([Ruin()], "The weights are lost; with callbacks=[Checkpoint(path)] those of the last epoch"),
            ([Ruin(), Checkpoint(path)], "The model and the optimizer are again as in the last checkpoint; "
                                         f"trainer.resume({str(path)!r}) returns to the last checkpoint"),
            ([Ruin(), EarlyStopping("loss")], "The weights are those of the best epoch, 2")):
        model = network()
        found = failed(model, [(X, Y)] * 2, callbacks, epochs=4)
        assert "Before this step, 0.weight of the model is NaN or infinite already" in found and text in found
        assert finite(model) == (len(callbacks) > 1)


def test_on_a_device_a_nan_is_found_within_50_steps_without_waiting_for_each(tmp_path):
    model, count, path = network().to("fake"), Count(), tmp_path / "run.ckpt"
    minigrad.manual_seed(0)
    trainer = Trainer(model, F.cross_entropy, optim.SGD(model.parameters(), lr=0.1), (),
                      [count, Checkpoint(path)])
    trainer.fit([(X, Y)])
    with pytest.raises(FloatingPointError, match="the loss became nan in epoch 2, step 3; "):
        trainer.fit([(X, Y), (X, Y), (BAD, Y)] + [(X, Y)] * 500)
    assert count.steps <= 51 and finite(model)


def test_the_next_fit_goes_on_after_a_nan():
    model = network()
    minigrad.manual_seed(0)
    trainer = Trainer(model, F.cross_entropy, optim.Adam(model.parameters(), lr=0.01))
    with pytest.raises(FloatingPointError):
        trainer.fit([(X, Y), (BAD, Y)])
    losses = trainer.fit([(X, Y)] * 5, epochs=3)["loss"]
    assert losses[-1] < losses[0]
    assert all(not module._hooks and not module._backward_hooks for module in model.modules())


def test_gradients_as_large_as_numbers_go_are_finite():
    model = nn.Linear(4, 1)
    def loss(output, target):
        return output.mean() * 1e30
    trainer = Trainer(model, loss, optim.SGD(model.parameters(), lr=1e-30))
    assert len(trainer.fit([(X, Y)] * 2)) == 1, "the squares of these gradients overflow"
    text = "in epoch 1, step 1, clip_grad_norm_: the gradients have norm inf"
    with pytest.raises(FloatingPointError, match=text), quiet():
        Trainer(model, loss, optim.SGD(model.parameters(), lr=1e-30), max_grad_norm=1.0).fit([(X, Y)])
