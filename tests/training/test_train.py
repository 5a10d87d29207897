"""The training kit: the loop is the plain loop, numbers over an epoch are over its samples, and a
training that was interrupted and resumed is the training that was not."""

import functools
import math
import re

import numpy as np
import pytest

import minigrad
from minigrad import Tensor, io, manual_seed, nn, no_grad, optim, tensor
from minigrad.backend import copies
from minigrad.data import DataLoader, IterableDataset, TensorDataset
from minigrad.nn import functional as F
from minigrad.optim import lr_scheduler
from minigrad.train import (
    R2,
    RMSE,
    Callback,
    Checkpoint,
    EarlyStopping,
    History,
    Log,
    Schedule,
    Trainer,
    accuracy,
    binary_accuracy,
    confusion_matrix,
    mae,
    top_k_accuracy,
)


def samples(n=22, seed=0):
    """n points in the plane (n, 4) and the quadrant (n,) that the first two coordinates are in."""
    x = np.random.default_rng(seed).standard_normal((n, 4)).astype(np.float32)
    return x, (x[:, 0] > 0) * 2 + (x[:, 1] > 0).astype(np.int64)


def loader(n=22, batch_size=8, **settings):
    return DataLoader(TensorDataset(*samples(n)), batch_size=batch_size, **settings)


def classifier(device="cpu"):
    return nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Dropout(0.2), nn.Linear(8, 4)).to(device)


def trainer_of(model, callbacks=(), lr=0.02, metrics=(accuracy,), **settings):
    return Trainer(model, F.cross_entropy, optim.Adam(model.parameters(), lr=lr), metrics, callbacks,
                   **settings)


def weights(model):
    return {name: x.cpu().numpy().copy() for name, x in model.state_dict().items()}


def same(a, b):
    return a.keys() == b.keys() and all(np.array_equal(a[name], b[name]) for name in a)


class Call(Callback):
    """A callback from functions: Call(on_step_end=lambda trainer: ...)."""

    def __init__(self, **moments):
        vars(self).update(moments)


# The loop


def test_the_trainer_computes_what_the_plain_loop_computes(device):
    manual_seed(1)
    model = classifier(device)
    optimizer = optim.Adam(model.parameters(), lr=0.02)
    losses = []
    for epoch in range(3):
        for x, y in loader(shuffle=True):
            loss = F.cross_entropy(model(x.to(device)), y.to(device))
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            losses.append(loss.item() * len(y))

    manual_seed(1)
    model_2 = classifier(device)
    history = trainer_of(model_2).fit(loader(shuffle=True), epochs=3)

    assert same(weights(model), weights(model_2))
    assert history["loss"] == pytest.approx([sum(losses[i:i + 3]) / 22 for i in (0, 3, 6)], rel=1e-15)
    assert history["loss"][-1] < history["loss"][0]


def test_loss_and_metrics_of_an_epoch_weigh_samples_not_batches(device):
    model = classifier(device)
    x, y = samples(9)
    batches = [(x[:8], y[:8]), (x[8:], y[8:])]
    model.eval()
    with no_grad():
        output = model(Tensor(x).to(device))
    expected = {"loss": F.cross_entropy(output, Tensor(y).to(device)).item(),
                "accuracy": np.mean(output.cpu().numpy().argmax(1) == y)}
    trainer = trainer_of(model, lr=0.0)
    assert trainer.evaluate(batches) == pytest.approx(expected, rel=1e-6)

    model[2].p = 0.0        # without dropout, training measures the same as evaluation
    assert trainer.fit(batches)[0] == pytest.approx({"epoch": 1, **expected}, rel=1e-6)


def test_a_second_fit_continues_the_first():
    manual_seed(3)
    once = trainer_of(classifier())
    once.fit(loader(), loader(10), epochs=3)
    manual_seed(3)
    twice = trainer_of(classifier())
    twice.fit(loader(), loader(10), epochs=1)
    history = twice.fit(loader(), loader(10), epochs=2)
    assert history is twice.history and history["epoch"] == [1, 2, 3]
    assert history.epochs == once.history.epochs
    assert list(history[0]) == ["epoch", "loss", "accuracy", "val_loss", "val_accuracy"]


def test_gradients_left_by_other_code_do_not_enter_the_training():
    manual_seed(0)
    clean = trainer_of(classifier())
    clean.fit(loader())
    manual_seed(0)
    model = classifier()
    for p in model.parameters():
        p.grad = Tensor(np.full(p.shape, 9, np.float32))
    trainer_of(model).fit(loader())
    assert same(weights(model), weights(clean.model))


def test_modules_in_evaluation_mode_stay_in_it_and_modes_are_afterwards_what_they_were():
    model = classifier()
    model[2].eval()
    seen = []
    look = Call(on_step_end=lambda trainer: seen.append((model.training, model[2].training)),
                on_validation_start=lambda trainer, row: seen.append("validation"))
    trainer = trainer_of(model, [look])
    trainer.fit(loader(), loader(), epochs=2)
    assert seen == 2 * (3 * [(True, False)] + ["validation"])
    assert model.training and not model[2].training
    trainer.evaluate(loader())
    trainer.predict(samples()[0])
    assert model.training and not model[2].training


def test_a_model_that_is_in_evaluation_mode_throughout_is_trained_as_a_whole():
    model = classifier().eval()
    seen = []
    trainer = trainer_of(model, [Call(
        on_step_end=lambda trainer: seen.append(all(m.training for m in model.modules())),
        on_epoch_end=lambda trainer, row: model.eval())])       # and forgets to switch back
    trainer.fit(loader(), epochs=2)
    assert all(seen) and len(seen) == 6
    assert not any(m.training for m in model.modules())


def test_a_frozen_batch_norm_keeps_its_statistics():
    body = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4)).eval()
    model = nn.Sequential(body, nn.Dropout(0.5), nn.Linear(4, 4))
    before = weights(body[1])
    trainer = trainer_of(model, [Call(on_step_end=lambda trainer: trainer.evaluate(loader()))])
    trainer.fit(loader(), loader(), epochs=2)
    after = weights(body[1])
    for name in ("running_mean", "running_var", "num_batches_tracked"):
        assert np.array_equal(before[name], after[name])
    assert not np.array_equal(before["weight"], after["weight"]), "its parameters are trained"
    assert [m.training for m in model.modules()] == [True, False, False, False, True, True]


def test_a_callback_can_freeze_modules_and_a_model_can_keep_its_own_frozen():
    class Kept(nn.Sequential):
        def train(self, mode=True):
            super().train(mode)
            self[1].training = False
            return self
    model = Kept(nn.Linear(4, 4), nn.BatchNorm1d(4), nn.Dropout(0.5))
    seen = []

    def freeze(trainer):
        if trainer.epoch == 2:
            model[2].eval()
    trainer_of(model, [Call(on_epoch_start=freeze, on_step_end=lambda trainer: seen.append(
        (model[1].training, model[2].training)))]).fit(loader(), epochs=3)
    assert seen == 3 * [(False, True)] + 6 * [(False, False)]


@pytest.mark.parametrize("use", ["fit", "evaluate", "predict"])
def test_modes_are_what_they_were_also_after_an_error(use):
    model = classifier()
    model[2].eval()

    class Broken(nn.Module):
        def forward(self, x):
            raise RuntimeError("broken")
    model[3] = Broken()
    model[3].scale = nn.Parameter(minigrad.ones(1))
    with pytest.raises(RuntimeError, match="broken"):
        getattr(trainer_of(model), use)(loader())
    assert [m.training for m in model.modules()] == [True, True, True, False, True]


def test_evaluation_leaves_weights_and_gradients_alone():
    model = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4), nn.Dropout(0.5))
    before = weights(model)
    trainer = trainer_of(model)
    assert trainer.evaluate(loader()) == trainer.evaluate(loader())
    assert same(weights(model), before)
    assert all(p.grad is None for p in model.parameters())


def test_evaluating_in_the_middle_of_an_epoch_does_not_disturb_its_metrics():
    def fitted(*callbacks):
        manual_seed(0)
        model = nn.Linear(4, 1)
        trainer = Trainer(model, F.mse_loss, optim.SGD(model.parameters(), lr=0.1), [R2(), mae], callbacks)
        x, _ = samples()
        data = DataLoader(TensorDataset(x, x[:, :1] - 2 * x[:, 1:2]), batch_size=8)
        for callback in callbacks:
            callback.on_step_end = lambda trainer: trainer.evaluate(data)
        return trainer.fit(data).epochs
    assert fitted() == fitted(Call())


def test_a_model_of_several_inputs_takes_all_but_the_last_of_a_batch():
    class Distance(nn.Module):
        def __init__(self):
            self.scale = nn.Parameter(minigrad.ones(1))

        def forward(self, a, b):
            return ((a - b) * self.scale).sum(dim=1)

    a, b = samples(6, 0)[0], samples(6, 1)[0]
    target = 3 * (a - b).sum(axis=1)
    model = Distance()
    trainer = Trainer(model, F.mse_loss, optim.SGD(model.parameters(), lr=0.05))
    trainer.fit([(a[:4], b[:4], target[:4]), (a[4:], b[4:], target[4:])], epochs=50)
    assert model.scale.item() == pytest.approx(3, rel=1e-3)


def test_max_grad_norm_limits_every_step():
    model = nn.Linear(4, 4)
    norms = []

    def note(trainer):
        norms.append(math.sqrt(sum((p.grad ** 2).sum().item() for p in model.parameters())))
    Trainer(model, lambda output, target: 100 * F.cross_entropy(output, target),
            optim.SGD(model.parameters(), lr=0.0), callbacks=[Call(on_step_end=note)],
            max_grad_norm=0.5).fit(loader())
    assert norms == pytest.approx([0.5] * 3, rel=1e-5)


def test_steps_copy_nothing_between_devices_but_the_batches():
    model = classifier("fake")
    seen = []
    trainer = trainer_of(model, [Call(on_step_end=lambda trainer: seen.append(dict(copies)))],
                         metrics=[accuracy, top_k_accuracy_2, binary_like, R2Like()], max_grad_norm=1.0)
    x, y = samples(80)
    trainer.fit([(x[i:i + 8], y[i:i + 8]) for i in range(0, 80, 8)], epochs=2)
    for first, second in zip(seen[2:10], seen[3:10]):       # the first steps create the optimizer's state
        assert second["to_device"] - first["to_device"] == 2, "a batch is an input and a target"
        assert second.get("to_host", 0) == first.get("to_host", 0)
    fetched = seen[10].get("to_host", 0) - seen[9].get("to_host", 0)
    assert fetched == 5, "at the end of an epoch: the loss and the three means once each, and R²'s result"


def top_k_accuracy_2(output, target):
    return top_k_accuracy(output, target, k=2)


def binary_like(output, target):
    return binary_accuracy(output[:, 0], target, threshold=0.0)


class R2Like(R2):
    def update(self, output, target):
        super().update(output[:, 0], target)


def test_a_long_epoch_fetches_its_losses_many_at_a_time(monkeypatch):
    monkeypatch.setattr("minigrad.train.metrics.PENDING", 10)
    seen = []
    model = nn.Linear(1, 1).to("fake")
    trainer = Trainer(model, F.mse_loss, optim.SGD(model.parameters(), lr=0.0),
                      callbacks=[Call(on_step_end=lambda trainer: seen.append(copies["to_host"]))])
    x = np.ones((1, 1), np.float32)
    history = trainer.fit([(x, 2 * x)] * 25)
    assert seen[-1] - seen[0] == 2
    assert history["loss"] == [pytest.approx((2 - model(Tensor(x).to("fake")).item()) ** 2, rel=1e-6)]


# Predicting


def test_predict_joins_the_batches_of_tensors_arrays_and_loaders(device):
    model = classifier(device)
    trainer = trainer_of(model)
    x, y = samples()
    model.eval()
    with no_grad():
        expected = model(Tensor(x).to(device)).cpu().numpy()
    for data in (Tensor(x), x, loader(), DataLoader(TensorDataset(x), batch_size=5), [Tensor(x[:9]), x[9:]]):
        y = trainer.predict(data)
        assert y.device == device and not y.requires_grad
        np.testing.assert_allclose(y.cpu().numpy(), expected, rtol=1e-6, atol=1e-7)
    assert trainer.predict(x, batch_size=7).shape == (22, 4)
    with pytest.raises(ValueError, match="predict: the data is empty"):
        trainer.predict(x[:0])


# Metrics


def test_metrics_of_classes(device):
    scores = np.array([[3, 1, 2], [0, 5, 1], [1, 0, 9], [4, 3, 2]], np.float32)
    target = np.array([0, 2, 2, 1])
    output, ids = Tensor(scores).to(device), Tensor(target).to(device)
    assert accuracy(output, ids).item() == 0.5
    assert top_k_accuracy(output, ids, k=1).item() == 0.5
    assert top_k_accuracy(output, ids, k=2).item() == 1.0
    assert binary_accuracy(Tensor([0.2, 0.6, 0.5]).to(device),
                           Tensor([0.0, 1.0, 1.0]).to(device)).item() == 2 / 3
    assert binary_accuracy(Tensor([-0.2, 0.3]), tensor([0, 1]), threshold=0.0).item() == 1.0
    matrix = confusion_matrix(output, ids)
    assert matrix.tolist() == [[1, 0, 0], [1, 0, 0], [0, 1, 1]] and matrix.device == "cpu"
    assert confusion_matrix(tensor([0, 1]), tensor([1, 1]), num_classes=3).tolist() == [
        [0, 0, 0], [1, 1, 0], [0, 0, 0]]


def test_accuracy_of_images_and_sentences_counts_every_place():
    scores = np.random.default_rng(0).standard_normal((2, 5, 3, 4)).astype(np.float32)
    target = np.random.default_rng(1).integers(0, 5, (2, 3, 4))
    assert accuracy(Tensor(scores), Tensor(target)).item() == np.mean(scores.argmax(1) == target)
    second = np.sort(scores, axis=1)[:, -2]
    hit = np.take_along_axis(scores, target[:, None], 1)[:, 0] >= second
    assert top_k_accuracy(Tensor(scores), Tensor(target), k=2).item() == pytest.approx(np.mean(hit))


@pytest.mark.parametrize("shape", [(50,), (50, 1), (50, 3)])
def test_metrics_of_numbers_over_uneven_batches_are_those_of_all_the_data(shape, device):
    rng = np.random.default_rng(0)
    target = rng.standard_normal(shape)
    output = target + rng.standard_normal(shape) / 3
    r2, rmse = R2(), RMSE()
    for metric in (r2, rmse):
        metric.reset()
        for start, end in ((0, 32), (32, 33), (33, 50)):
            metric.update(Tensor(output[start:end]).to(device), Tensor(target[start:end]).to(device))
    residual = ((target - output) ** 2).sum(0)
    expected = np.mean(1 - residual / ((target - target.mean(0)) ** 2).sum(0))
    assert r2.compute() == pytest.approx(expected, rel=1e-12)
    assert rmse.compute() == pytest.approx(np.sqrt(np.mean((target - output) ** 2)), rel=1e-12)
    expected = np.abs(target - output).mean()
    assert mae(Tensor(output), Tensor(target)).item() == pytest.approx(expected, rel=1e-12)


def test_r2_of_targets_far_from_zero_does_not_cancel():
    target = 1e9 + np.arange(100.0)
    metric = R2()
    metric.reset()
    for part in np.split(target, [7, 60]):
        metric.update(Tensor(part + 1), Tensor(part))
    assert metric.compute() == pytest.approx(1 - 100 / ((np.arange(100) - 49.5) ** 2).sum(), rel=1e-9)


@pytest.mark.filterwarnings("error")
def test_r2_of_equal_targets_is_not_a_number():
    metric = R2()
    metric.reset()
    metric.update(Tensor([1.0, 2.0]), Tensor([3.0, 3.0]))
    assert not math.isfinite(metric.compute())


def test_metrics_of_your_own_are_functions_or_objects():
    def largest(output, target):
        return output.max()

    class Seen:
        def reset(self):
            self.count = 0

        def update(self, output, target):
            assert not output.requires_grad
            self.count += len(target)

        def compute(self):
            return self.count

    trainer = trainer_of(classifier(),
                         metrics={"top": largest, "seen": Seen(), "half": lambda output, target: 0.5})
    row = trainer.fit(loader())[0]
    assert list(row) == ["epoch", "loss", "top", "seen", "half"]
    assert row["seen"] == 22 and row["half"] == 0.5


@pytest.mark.parametrize("metrics, error, text", [
    ([lambda output, target: 1.0], ValueError,
     "has no usable name; give it one: metrics={'top3': lambda output, target: ...}"),
    ([R2], TypeError, "metric 'R2' is a class; pass an instance, R2()"),
    ([accuracy, accuracy], ValueError,
     "two metrics are named 'accuracy'; name them: metrics={'a': ..., 'b': ...}"),
    ({"loss": accuracy}, ValueError,
     "a metric cannot be named 'loss': the history reserves that name; choose another"),
    ({"f": 3}, TypeError, "metric 'f' must be a function (output, target) -> mean over the batch, or an "
                          "object with reset(), update(output, target) and compute(); got int"),
])
def test_metrics_that_are_none(metrics, error, text):
    with pytest.raises(error, match=re.escape(text)):
        trainer_of(classifier(), metrics=metrics)


@pytest.mark.parametrize("call, text", [
    (lambda: accuracy(Tensor([0.5, 0.5]), tensor([0, 1])),
     "accuracy: expected output (N, V, ...) with a score for each of V classes and target (N, ...) with "
     "class ids, got (2,) and (2,); for one probability per sample use binary_accuracy"),
    (lambda: accuracy(minigrad.zeros(4, 3), tensor([[0], [1], [2], [0]])), "got (4, 3) and (4, 1)"),
    (lambda: top_k_accuracy(minigrad.zeros(1, 3), tensor([0])),
     "k must be between 1 and 3, the number of classes; got 5"),
    (lambda: mae(minigrad.zeros(4, 1), minigrad.zeros(4)),
     "mae: output (4, 1) and target (4,) must have the same shape; broadcasting would compare each sample "
     "with every other"),
    (lambda: confusion_matrix(tensor([0, 3]), tensor([1, 1]), num_classes=3),
     "must lie in [0, 3), got 0 to 3"),
])
def test_metrics_refuse_shapes_and_ids_that_do_not_fit(call, text):
    with pytest.raises(ValueError, match=re.escape(text)):
        call()


def test_a_metric_function_that_gives_no_single_number():
    trainer = trainer_of(classifier(),
                         metrics={"hits": lambda output, target: output.argmax(dim=1) == target})
    with pytest.raises(ValueError, match=re.escape("metric 'hits' returned shape (8,) for a batch; a metric "
                                                   "function must return one number, the mean over the "
                                                   "batch")):
        trainer.fit(loader())


# History


ROWS = [{"epoch": 1, "loss": 0.5, "val_loss": 0.6, "val_accuracy": 0.7},
        {"epoch": 2, "loss": 0.25, "val_loss": 0.4, "val_accuracy": 0.9},
        {"epoch": 3, "loss": 1.25e-5, "val_loss": math.nan, "val_accuracy": 0.9}]


def test_history_by_name_and_by_epoch():
    history = History(ROWS)
    assert history["loss"] == [0.5, 0.25, 1.25e-5] and len(history) == 3 and history[-1] is ROWS[2]
    assert history.best()["epoch"] == 2, "NaN is not the best"
    assert history.best("val_accuracy")["epoch"] == 2, "the first of equals"
    assert history.best("val_accuracy", mode="min")["epoch"] == 1
    assert repr(history) == (
        "epoch       loss  val_loss  val_accuracy\n"
        "    1     0.5000    0.6000        0.7000\n"
        "    2     0.2500    0.4000        0.9000\n"
        "    3  1.250e-05       nan        0.9000")


def test_history_of_epochs_with_and_without_validation(tmp_path):
    history = History([{"epoch": 1, "loss": 0.5}, {"epoch": 2, "loss": 0.25, "val_loss": 0.3}])
    assert history["val_loss"] == [None, 0.3]
    assert history.best()["epoch"] == 2
    history.to_csv(tmp_path / "run.csv")
    assert (tmp_path / "run.csv").read_text() == "epoch,loss,val_loss\n1,0.5,\n2,0.25,0.3\n"


def test_history_names_what_it_has():
    with pytest.raises(KeyError,
                       match="history has no 'acuracy'; it has epoch, loss, val_loss, val_accuracy"):
        History(ROWS)["acuracy"]
    with pytest.raises(KeyError, match="history has no 'val_loss'; it has no epochs yet"):
        History().best()
    with pytest.raises(ValueError, match=re.escape("is a lower or a higher 'speed' better? Pass mode='min' "
                                                   "or mode='max'")):
        History([{"epoch": 1, "speed": 3.0}]).best("speed")


def test_history_draws_one_panel_for_loss_and_each_metric(tmp_path):
    pytest.importorskip("matplotlib")
    path = tmp_path / "pictures" / "curve.png"
    figure = History(ROWS).plot(path)
    assert path.read_bytes().startswith(b"\x89PNG")
    loss, accuracy = figure.axes
    assert [axis.get_title() for axis in figure.axes] == ["loss", "accuracy"]
    assert [line.get_label() for line in loss.get_lines()] == ["training", "validation"]
    assert list(loss.get_lines()[0].get_ydata()) == [0.5, 0.25, 1.25e-5]
    assert [line.get_label() for line in accuracy.get_lines()] == ["validation"]

    from matplotlib import pyplot
    assert pyplot.get_fignums() == [], "pyplot keeps no figure"
    with pytest.raises(ValueError, match="there is no epoch to draw; call fit first"):
        History().plot()


# Callbacks


def test_callbacks_hear_every_moment_in_order():
    heard = []

    class Listener(Callback):
        def on_fit_start(self, trainer): heard.append("fit")
        def on_epoch_start(self, trainer): heard.append(f"epoch {trainer.epoch}/{trainer.last_epoch}")
        def on_step_end(self, trainer): heard.append((trainer.step, trainer.steps, trainer.samples))
        def on_validation_start(self, trainer, row): heard.append(sorted(row))
        def on_epoch_end(self, trainer, row): heard.append(sorted(row))
        def on_fit_end(self, trainer): heard.append("end")

    trainer_of(classifier(), [Listener()], metrics=()).fit(loader(), loader())
    assert heard == ["fit", "epoch 1/1", (1, 3, 8), (2, 3, 16), (3, 3, 22), ["epoch", "loss"],
                     ["epoch", "loss", "val_loss"], "end"]


def scripted(values):
    """A callback that sets the val_loss of each epoch, whatever the model does; put it first."""
    values = iter(values)
    return Call(on_epoch_end=lambda trainer, row: row.update(val_loss=next(values)))


def test_early_stopping_stops_and_restores_the_best_epoch():
    model = classifier()
    seen = {}
    note = Call(on_epoch_end=lambda trainer, row: seen.update({row["epoch"]: weights(model)}))
    trainer = trainer_of(model,
                         [scripted([0.9, 0.5, 0.6, math.nan, 0.5, 0.1]), note, EarlyStopping(patience=3)])
    history = trainer.fit(loader(), epochs=10)
    assert history["epoch"] == [1, 2, 3, 4, 5]
    assert trainer.stopped == "val_loss has not improved for 3 epochs; best 0.5000 in epoch 2"
    assert same(weights(model), seen[2]) and not same(seen[2], seen[5])


def test_early_stopping_restores_the_best_epoch_also_when_epochs_run_out_or_the_loss_breaks():
    for ending in (0.7, math.inf):
        model = classifier()
        seen = {}

        def note(trainer, row):
            seen[row["epoch"]] = weights(model)
            if row["epoch"] == 2 and ending == math.inf:
                raise RuntimeError("broken")
        trainer = trainer_of(model, [scripted([0.5, 0.6, 0.7]), EarlyStopping(), Call(on_epoch_end=note)])
        try:
            trainer.fit(loader(), epochs=3)
        except RuntimeError:
            assert ending == math.inf
        assert same(weights(model), seen[1])


def test_early_stopping_counts_only_improvements_above_min_delta_and_goes_on_if_told():
    trainer = trainer_of(classifier(), [scripted([0.9, 0.85, 0.82, 0.7, 0.69, 0.68, 0.5]),
                                        EarlyStopping(patience=2, min_delta=0.1)])
    trainer.fit(loader(), epochs=9)
    assert len(trainer.history) == 3
    trainer.fit(loader(), epochs=9)
    assert len(trainer.history) == 6, "0.7 is an improvement, then two more epochs without"


def test_early_stopping_knows_which_way_is_better():
    watch = Call(on_epoch_end=lambda trainer, row: row.update(val_accuracy=row["epoch"] / 10))
    trainer = trainer_of(classifier(), [watch, EarlyStopping("val_accuracy", patience=1)])
    assert len(trainer.fit(loader(), epochs=4)) == 4
    with pytest.raises(ValueError, match="is a lower or a higher 'val_perplexity' better"):
        EarlyStopping("val_perplexity")
    with pytest.raises(ValueError, match="mode must be 'min' .* or 'max' .*, got 'lower'"):
        EarlyStopping("val_loss", mode="lower")
    with pytest.raises(ValueError, match="patience must be at least 1 epoch, got 0"):
        EarlyStopping(patience=0)


@pytest.mark.parametrize("callback, text", [
    (EarlyStopping(), "EarlyStopping monitors 'val_loss', which this training does not compute; pass "
                      "validation= to fit; it has loss, accuracy"),
    (EarlyStopping("f1", mode="max"), "EarlyStopping monitors 'f1', which this training does not compute; "
                                      "it has loss, accuracy"),
    (Checkpoint("best.ckpt", best="val_accuracy"), "Checkpoint monitors 'val_accuracy'"),
])
def test_a_callback_that_watches_what_is_not_there(callback, text):
    with pytest.raises(ValueError, match=re.escape(text)):
        trainer_of(classifier(), [callback]).fit(loader())


def test_schedules_step_each_epoch_or_each_step():
    for every, expected in (("epoch", [0.5, 0.25]), ("step", [0.125, 0.125 / 8])):
        model = classifier()
        optimizer = optim.SGD(model.parameters(), lr=1.0)
        rates = []
        note = Call(on_epoch_end=lambda trainer, row: rates.append(optimizer.param_groups[0]["lr"]))
        scheduler = lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.5)
        callbacks = [Schedule(scheduler, every), note]
        Trainer(model, F.cross_entropy, optimizer, callbacks=callbacks).fit(loader(), epochs=2)
        assert rates == expected
    with pytest.raises(ValueError, match="Schedule: every must be 'epoch' or 'step', got 'batch'"):
        Schedule(scheduler, "batch")


def test_reduce_lr_on_plateau_receives_its_metric():
    model = classifier()
    optimizer = optim.SGD(model.parameters(), lr=1.0)
    scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, patience=0, factor=0.5)
    rates = []
    note = Call(on_epoch_end=lambda trainer, row: rates.append(optimizer.param_groups[0]["lr"]))
    Trainer(model, F.cross_entropy, optimizer,
            callbacks=[scripted([0.9, 0.8, 0.8, 0.7]), Schedule(scheduler), note]).fit(loader(), epochs=4)
    assert rates == [1.0, 1.0, 0.5, 0.5]


def test_log_appends_a_line_per_epoch_to_a_file(tmp_path):
    path = tmp_path / "run.log"
    path.write_text("before\n")
    trainer = trainer_of(classifier(), [Log(path, every=2)], metrics=())
    trainer.fit(loader(), epochs=5)
    lines = path.read_text().splitlines()
    assert lines == ["before"] + [f"epoch {n}/5  loss {trainer.history[n - 1]['loss']:.4f}"
                                  for n in (2, 4, 5)]


# Checkpoints


def run_of(seed, path, device, own_order):
    """A training run with everything that has state: dropout, shuffling, Adam, a schedule, early stopping."""
    manual_seed(seed)
    model = classifier(device)
    optimizer = optim.Adam(model.parameters(), lr=0.05)
    trainer = Trainer(model, F.cross_entropy, optimizer, [accuracy], [
        Checkpoint(path),
        Schedule(lr_scheduler.OneCycleLR(optimizer, max_lr=0.1, total_steps=30), "step"),
        EarlyStopping("val_accuracy", patience=20)], max_grad_norm=1.0)
    return trainer, loader(shuffle=True, generator=seed if own_order else None)


@pytest.mark.parametrize("own_order", [False, True])
def test_a_resumed_training_equals_one_that_was_not_interrupted(tmp_path, device, own_order):
    validation = loader(10)
    whole, data = run_of(1, tmp_path / "whole.ckpt", device, own_order)
    whole.fit(data, validation, epochs=6)

    first, data = run_of(1, tmp_path / "part.ckpt", device, own_order)
    first.fit(data, validation, epochs=3)
    assert not same(weights(first.model), weights(whole.model))
    second, data = run_of(99, tmp_path / "part.ckpt", device, own_order)
    assert second.resume(tmp_path / "part.ckpt") == 3
    history = second.fit(data, validation, epochs=3)

    assert history.epochs == whole.history.epochs and history["epoch"] == [1, 2, 3, 4, 5, 6]
    assert same(weights(second.model), weights(whole.model))
    assert (tmp_path / "part.ckpt").read_bytes() == (tmp_path / "whole.ckpt").read_bytes(), (
        "weights, Adam's state, learning rates, random numbers, callbacks")


def test_resuming_knows_the_best_epoch_that_came_before(tmp_path):
    path = tmp_path / "run.ckpt"
    trainer = trainer_of(classifier(), [scripted([0.5, 0.9]), EarlyStopping(patience=2), Checkpoint(path)])
    trainer.fit(loader(), epochs=2)
    best = weights(trainer.model)

    resumed = trainer_of(classifier(), [scripted([0.8, 0.7]), EarlyStopping(patience=2)])
    resumed.resume(path)
    resumed.fit(loader(), epochs=5)
    assert resumed.history["val_loss"] == [0.5, 0.9, 0.8]
    assert resumed.stopped == "val_loss has not improved for 2 epochs; best 0.5000 in epoch 1"
    assert same(weights(resumed.model), best)


def test_a_checkpoint_of_the_best_epoch_is_not_overwritten_by_a_worse_one(tmp_path):
    model = classifier()
    last, best = tmp_path / "last.ckpt", tmp_path / "best.ckpt"

    def trainer(values):
        return trainer_of(model, [Checkpoint(last), Checkpoint(best, best="val_loss"), scripted(values)])
    trainer([0.5, 0.4, math.nan, 0.3]).fit(loader(), epochs=4)
    fresh = trainer([])
    assert fresh.resume(best) == 4
    later = trainer([0.35])
    assert later.resume(last) == 4
    later.fit(loader())
    assert fresh.resume(last) == 5
    assert fresh.resume(best) == 4, "0.35 in epoch 5 is no better than 0.3 in epoch 4"


def test_an_interrupted_training_resumes_from_its_last_whole_epoch(tmp_path):
    path = tmp_path / "run.ckpt"

    def press(trainer):
        if trainer.epoch == 3:
            raise KeyboardInterrupt
    manual_seed(5)
    trainer = trainer_of(classifier(), [Checkpoint(path), Call(on_step_end=press)])
    trainer.fit(loader(shuffle=True), epochs=4)
    resumed = trainer_of(classifier())
    assert resumed.resume(path) == 2
    resumed.fit(loader(shuffle=True), epochs=2)

    manual_seed(5)
    whole = trainer_of(classifier())
    assert whole.fit(loader(shuffle=True), epochs=4).epochs == resumed.history.epochs
    assert same(weights(whole.model), weights(resumed.model))


def test_what_cannot_be_resumed(tmp_path):
    trainer = trainer_of(classifier())
    with pytest.raises(FileNotFoundError, match="none.ckpt"):
        trainer.resume(tmp_path / "none.ckpt")
    io.save_checkpoint(tmp_path / "own.ckpt", model=trainer.model, optimizer=trainer.optimizer,
                       extra={"epoch": 3})
    with pytest.raises(ValueError,
                       match="own.ckpt was not written by a Trainer, so it has no history to resume from; "
                             "load it with io.load_checkpoint"):
        trainer.resume(tmp_path / "own.ckpt")
    trainer.save(tmp_path / "run.ckpt")
    with pytest.raises(ValueError, match="run.ckpt"):
        trainer_of(nn.Linear(4, 4)).resume(tmp_path / "run.ckpt")


# When it ends early


def test_ctrl_c_ends_the_training_with_what_was_learned_so_far():
    def press(trainer):
        if (trainer.epoch, trainer.step) == (3, 2) and not ended:
            raise KeyboardInterrupt
    ended = []
    trainer = trainer_of(classifier(),
                         [Call(on_step_end=press, on_fit_end=lambda trainer: ended.append(True))])
    history = trainer.fit(loader(), epochs=5)
    assert history["epoch"] == [1, 2] and ended == [True]
    assert trainer.stopped == "interrupted in epoch 3, step 2"
    assert trainer.model.training
    assert trainer.fit(loader(), epochs=1, verbose=False)["epoch"] == [1, 2, 3], "the next fit goes on"


def test_a_callback_stops_the_training_in_the_middle_of_an_epoch():
    def enough(trainer):
        if trainer.step == 2:
            trainer.stop("enough")
    trainer = trainer_of(classifier(), [Call(on_step_end=enough)])
    assert len(trainer.fit(loader(), epochs=5)) == 1 and trainer.stopped == "enough" and trainer.step == 2


def test_a_loss_that_is_nan_names_epoch_and_step(device):
    x, y = samples(32)
    model = classifier(device)
    trainer = trainer_of(model)
    trainer.fit([(x, y)])
    bad = x.copy()
    bad[0, 0] = math.nan
    with pytest.raises(FloatingPointError, match=re.escape(
            "the loss became nan in epoch 2, step 3; try a smaller learning rate or max_grad_norm=1.0, "
            "scale inputs to about -1 to 1, and check the data for NaN")):
        trainer.fit([(x, y), (x, y), (bad, y), (x, y)], epochs=2)
    assert trainer.history["epoch"] == [1]


# Errors


@pytest.mark.parametrize("data, error, text", [
    ([], ValueError, "fit: the data yielded no batch. A DataLoader with drop_last=True yields none if it has "
                     "fewer samples than batch_size; a generator can be read only once"),
    (loader(4, drop_last=True), ValueError, "fit: the data yielded no batch"),
    ([Tensor(samples()[0])], TypeError,
     "fit: batch 1 must be (input, target) or (input, ..., input, target), got a Tensor of shape (22, 4); "
     "for arrays use DataLoader(TensorDataset(x, y), batch_size=32)"),
    (samples()[0], TypeError, "got a ndarray"),
    ([{"x": 1}], TypeError, "got a dict"),
    ([samples(), samples()[:1]], TypeError, "fit: batch 2 must be (input, target) or (input, ..., input, "
                                            "target), got a tuple of length 1"),
    ([samples(), samples(0)], ValueError, "fit: batch 2 has no samples"),
    ([(samples()[0], tensor(1))], ValueError,
     "the target of a batch must be a tensor with one entry per sample, (N, ...); got shape ()"),
    ([(samples()[0], "cats")], ValueError, "(N, ...); got str"),
])
def test_data_that_cannot_be_trained_on(data, error, text):
    with pytest.raises(error, match=re.escape(text)):
        trainer_of(classifier()).fit(data)


def stream_of(batches):
    """A new stream of these batches, without a length."""
    class Stream(IterableDataset):
        def __iter__(self):
            return iter(batches)
    return Stream()


class Claims:
    """Three batches with a length that says something else."""

    def __init__(self, length):
        self.length = length

    def __len__(self):
        return self.length

    def __iter__(self):
        return iter(loader())


class Pairs(IterableDataset):
    def __iter__(self):
        return zip(*samples())


@pytest.mark.parametrize("data, steps", [
    (stream_of(list(loader())), 3), (DataLoader(Pairs(), 8), 3), (DataLoader(Pairs(), 8, drop_last=True), 2),
    (DataLoader(Pairs(), 8, num_workers=2), 3), (list(loader()), 3), (tuple(loader()), 3),
    (Claims(0), 3), (Claims(2), 3), (Claims(9), 3),
    (DataLoader(list(zip(*samples())), 8, sampler=iter(range(8))), 1),
    (DataLoader(stream_of(list(loader())), batch_size=None), 3),
    (DataLoader(list(loader()), batch_size=None), 3),
])
def test_any_iterable_of_batches_can_be_trained_on_whatever_its_length(data, steps):
    model = classifier()
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    scheduler = lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=steps)
    trainer = Trainer(model, F.cross_entropy, optimizer, callbacks=Schedule(scheduler, "step"))
    assert len(trainer.fit(data, stream_of(list(loader())))) == 1
    assert trainer.step == steps == scheduler.last_epoch


def test_a_generator_is_read_only_once():
    for batches in ((batch for batch in loader()), iter(list(loader())), map(tuple, loader())):
        with pytest.raises(ValueError, match="a generator can be read only once, so it lasts for 1 epoch; "
                                             "pass a list, a DataLoader, or an object whose __iter__ starts"):
            trainer_of(classifier()).fit(batches, epochs=2)
        with pytest.raises(ValueError, match="fit: validation is a .*, and a generator can be read only"):
            trainer_of(classifier()).fit(loader(), batches, epochs=2)
        trainer = trainer_of(classifier())
        assert len(trainer.fit(batches)) == 1 and trainer.step == 3
        with pytest.raises(ValueError, match="fit: the data yielded no batch"):
            trainer.fit(batches)


@pytest.mark.parametrize("use", ["fit", "evaluate", "predict"])
def test_samples_are_not_taken_for_batches(use):
    trainer = trainer_of(classifier())
    with pytest.raises(TypeError, match=re.escape(
            f"{use}: a TensorDataset gives single samples, not batches; pass DataLoader(dataset, "
            "batch_size=32), for training with shuffle=True, or DataLoader(dataset, batch_size=None) if its "
            "items are batches")):
        getattr(trainer, use)(TensorDataset(*samples()))
    if use != "predict":
        with pytest.raises(TypeError, match=re.escape(
                f"{use}: expected batches (input, target), got a ndarray of shape (22, 4); for arrays use "
                "DataLoader(TensorDataset(x, y), batch_size=32)")):
            getattr(trainer, use)(samples()[0])
        with pytest.raises(ValueError, match=re.escape(
                f"{use}: batch 1: the target of a batch must be a tensor with one entry per sample, (N, "
                "...); got int64; if these are single samples, pass DataLoader(data, batch_size=32)")):
            getattr(trainer, use)(Pairs())
    with pytest.raises(ValueError, match="predict: batch_size must be a number of samples, at least 1; got"):
        trainer.predict(*samples())


def test_epochs_are_further_epochs_or_a_total(tmp_path):
    trainer = trainer_of(classifier())
    assert len(trainer.fit(loader(), epochs=2)) == 2
    assert len(trainer.fit(loader(), total_epochs=3)) == 3
    assert len(trainer.fit(loader(), total_epochs=3)) == 3
    trainer.save(tmp_path / "run.ckpt")
    resumed = trainer_of(classifier())
    resumed.resume(tmp_path / "run.ckpt")
    assert len(resumed.fit(loader(), total_epochs=5)) == 5
    assert len(resumed.fit(loader(), epochs=np.int64(2))) == 7
    for settings, text in (({"epochs": 1, "total_epochs": 2}, "pass only one"),
                           ({"total_epochs": 0}, "fit: total_epochs must be a number of epochs in all, at "
                                                 "least 1; got 0"),
                           ({"epochs": True}, "got True"), ({"epochs": 1.0}, "got 1.0")):
        with pytest.raises(ValueError, match=text):
            trainer.fit(loader(), **settings)


def test_models_and_optimizers_that_cannot_train():
    model, other = classifier(), classifier()
    with pytest.raises(ValueError,
                       match="fit: the optimizer has none of the 4 trainable parameters of Sequential; "
                             r"create it from model.parameters\(\) once the model is complete"):
        Trainer(model, F.cross_entropy, optim.SGD(other.parameters(), lr=1.0)).fit(loader())
    with pytest.raises(ValueError, match="fit: ReLU has no parameters to train"):
        Trainer(nn.ReLU(), F.cross_entropy, optim.SGD(other.parameters(), lr=1.0)).fit(loader())
    trainer = trainer_of(model)
    model.requires_grad_(False)
    with pytest.raises(ValueError, match="fit: all 4 parameters of Sequential are frozen; call "
                                         r"p.requires_grad_\(\) on those to train"):
        trainer.fit(loader())


def test_parameters_that_the_optimizer_lacks_are_named():
    model = classifier()
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    model[3] = nn.Linear(8, 4)
    trainer = Trainer(model, F.cross_entropy, optimizer)
    with pytest.warns(UserWarning) as caught:
        trainer.fit(loader())
    assert [str(each.message) for each in caught] == [
        "fit: the optimizer lacks 3.weight, 3.bias of Sequential, so they will not be trained; create it "
        "after the model is complete, or freeze them with requires_grad_(False)",
        "fit: the optimizer has a parameter of shape (4, 8), a parameter of shape (4,), but Sequential does "
        "not; was a layer replaced? Create the optimizer after the model is complete"]
    assert all(each.filename == __file__ for each in caught)

    head = classifier()
    head[0].requires_grad_(False)
    Trainer(head, F.cross_entropy, optim.SGD(head[3].parameters(), lr=0.1)).fit(loader())


def test_parameters_of_the_loss_belong_to_the_training():
    class Scaled(nn.Module):
        def __init__(self):
            self.scale = nn.Parameter(minigrad.ones(()))

        def forward(self, output, target):
            return F.cross_entropy(output * self.scale, target)
    model, loss = classifier(), Scaled()
    Trainer(model, loss, optim.SGD([*model.parameters(), *loss.parameters()], lr=0.1)).fit(loader())
    assert loss.scale.item() != 1


def test_a_schedule_of_another_optimizer_is_refused():
    other = optim.SGD(classifier().parameters(), lr=0.1)
    with pytest.raises(ValueError, match="Schedule: this StepLR changes another optimizer than the "
                                         "trainer's; create it with the optimizer that you pass to the"):
        trainer_of(classifier(), Schedule(lr_scheduler.StepLR(other, 1))).fit(loader())
    with pytest.raises(ValueError, match="Schedule: val_loss is known once per epoch; leave out every="):
        Schedule(lr_scheduler.ReduceLROnPlateau(other), "step")


def test_functions_that_take_something_else_are_named_with_what_they_should_take():
    class Short(Callback):
        def on_epoch_end(self, trainer):
            pass

    class Constant(Callback):
        on_step_end = None

    class OneInput(nn.Module):
        def forward(self, output):
            return output.mean()

    class Kept:
        def reset(self): pass
        def update(self, output): pass
        def compute(self): return 0.0

    for settings, text in (
            ({"callbacks": Short()}, "Trainer: Short.on_epoch_end is called with (trainer, row), but takes "
                                     "(trainer): too many positional arguments"),
            ({"callbacks": [Constant()]}, "Trainer: Constant.on_step_end must be a function of (trainer), "
                                          "got None"),
            ({"metrics": {"m": lambda output: 0.0}}, "Trainer: metric 'm' is called with (output, target), "
                                                     "but takes (output)"),
            ({"metrics": [Kept()]}, "Trainer: metric 'kept' is called with (output, target), but takes "
                                    "(output)"),
            ({"loss": lambda output, target, *, weight: 0.0}, "Trainer: the loss function is called with "
                                                              "(output, target), but takes (output, target, "
                                                              "*, weight)"),
            ({"loss": functools.partial(F.mse_loss, Tensor(0.0), Tensor(0.0), None, None, "mean")},
             "Trainer: the loss function is called with (output, target), but takes ()"),
            ({"callbacks": [lr_scheduler.StepLR(optim.SGD(classifier().parameters(), lr=0.1), 1)]},
             "; wrap a scheduler: Schedule(scheduler)"),
            ({"loss": OneInput()}, "Trainer: the loss function is called with (output, target), but takes "
                                   "(output)"),
            ({"loss": nn.MSELoss}, "Trainer: the loss is a class; pass an instance, MSELoss()")):
        model = classifier()
        settings = {"loss": F.cross_entropy, **settings}
        with pytest.raises(TypeError, match=re.escape(text)):
            Trainer(model, optimizer=optim.SGD(model.parameters(), lr=0.1), **settings)


def test_a_method_that_the_trainer_never_calls_is_named():
    class Misspelt(Callback):
        def on_epoch_ends(self, trainer, row):
            pass
    model = classifier()
    with pytest.warns(UserWarning, match="Trainer: Misspelt.on_epoch_ends is never called; the Trainer calls "
                                         "on_fit_start, on_epoch_start, .*, on_epoch_end") as caught:
        Trainer(model, F.cross_entropy, optim.SGD(model.parameters(), lr=0.1), callbacks=Misspelt())
    assert caught[0].filename == __file__


def test_losses_that_are_no_single_number():
    for loss, error, text in (
            (nn.CrossEntropyLoss(reduction="none"), ValueError,
             "the loss function must return a scalar, got shape (8,); reduce it with .mean(), or with "
             "reduction='mean'"),
            (lambda output, target: 0.5, TypeError, "the loss function must return a Tensor, got a float"),
            (lambda output, target: None, TypeError, "the loss function must return a Tensor, got None")):
        model = classifier()
        trainer = Trainer(model, loss, optim.SGD(model.parameters(), lr=0.1))
        for use in (trainer.fit, trainer.evaluate):
            with pytest.raises(error, match=re.escape(text)):
                use(loader())


def test_arguments_that_are_something_else():
    model = classifier()
    optimizer = optim.SGD(model.parameters(), lr=1.0)
    with pytest.raises(TypeError, match=re.escape("Trainer takes (model, loss, optimizer), got "
                                                  "(Sequential, SGD, function)")):
        Trainer(model, optimizer, F.mse_loss)
    with pytest.raises(TypeError, match="Trainer: a callback must be an instance of train.Callback, got "
                                        "<class '.*EarlyStopping'>"):
        trainer_of(model, [EarlyStopping])
    assert len(trainer_of(model, EarlyStopping()).callbacks) == 1

    class Two(nn.Linear):
        def forward(self, x):
            return x, x
    with pytest.raises(TypeError,
                       match="predict: the model must return a Tensor for each batch; Two returned a tuple "
                             "of length 2"):
        trainer_of(Two(4, 4)).predict(samples()[0])


def test_settings_out_of_range():
    model = classifier()
    with pytest.raises(ValueError, match="Trainer: max_grad_norm must be positive, got 0"):
        trainer_of(model, max_grad_norm=0)
    with pytest.raises(ValueError, match="fit: verbose must be 'auto', True or False, got 'yes'"):
        trainer_of(model).fit(loader(), verbose="yes")
    with pytest.raises(ValueError, match="fit: epochs must be a number of further epochs, at least 1; got 0"):
        trainer_of(model).fit(loader(), epochs=0)


def test_confusion_matrix_takes_arrays_too():
    ids, target = np.array([0, 1, 1]), np.array([0, 0, 1])
    assert confusion_matrix(ids, target).tolist() == confusion_matrix(Tensor(ids), Tensor(target)).tolist()
