"""Loss and metrics of an epoch are those of all its samples at once: they do not depend on the batch size."""

import copy
import functools
import math
import re

import numpy as np
import pytest

import minigrad
from minigrad import Tensor, nn, optim, tensor
from minigrad.nn import functional as F
from minigrad.train import Trainer, accuracy, binary_accuracy, confusion_matrix, mean_over, top_k_accuracy

N, T, V = 10, 7, 5
RNG = np.random.default_rng(0)
X = RNG.standard_normal((N, T, 4)).astype(np.float32)
IDS = RNG.integers(0, V, (N, T))
IDS[RNG.random((N, T)) < 0.5] = -100
IDS[4:6] = -100             # two sentences without a target
WEIGHT = Tensor(RNG.random(V).astype(np.float32))
NUMBERS = RNG.standard_normal((N, V, T)).astype(np.float32)
PROBABILITIES = RNG.dirichlet(np.ones(V), (N, T)).transpose(0, 2, 1).astype(np.float32)


class Tokens(nn.Module):
    """(N, T, 4) -> scores (N, V, T)."""

    def __init__(self):
        self.layer = nn.Linear(4, V)

    def forward(self, x):
        return self.layer(x).transpose(1, 2)


def batches(target, size, device="cpu"):
    return [(Tensor(X[i:i + size]).to(device), Tensor(target[i:i + size]).to(device))
            for i in range(0, N, size)]


def evaluated(loss, target, size, metrics=(), device="cpu"):
    minigrad.manual_seed(0)
    model = Tokens().to(device)
    trainer = Trainer(model, loss, optim.SGD(model.parameters(), lr=0.0), metrics)
    return trainer.evaluate(batches(target, size, device)), trainer


def masked_error(output, target):
    mask = target > 0
    return mean_over(((output - target).abs() * mask).sum(), mask.sum())


LOSSES = {
    "ignored targets": (nn.CrossEntropyLoss(), IDS),
    "class weights": (nn.CrossEntropyLoss(weight=WEIGHT), IDS),
    "another ignore_index": (nn.CrossEntropyLoss(ignore_index=0, label_smoothing=0.1), np.abs(IDS) % V),
    "log-probabilities": (lambda y, t: F.nll_loss(F.log_softmax(y, 1), t, WEIGHT), IDS),
    "scaled": (lambda y, t: 0.5 * F.cross_entropy(y, t), IDS),
    "a sum": (nn.CrossEntropyLoss(reduction="sum"), IDS),
    "probabilities": (nn.CrossEntropyLoss(), PROBABILITIES),
    "squares": (nn.MSELoss(), NUMBERS),
    "squares summed": (functools.partial(F.mse_loss, reduction="sum"), NUMBERS),
    "squares in float16": (lambda y, t: F.mse_loss(y.half(), t.half()).float(), NUMBERS),
    "chosen elements": (lambda y, t: F.l1_loss(y[t > 0.5], t[t > 0.5]), NUMBERS),
    "a mask of one's own": (masked_error, NUMBERS),
    "positive weights": (nn.BCEWithLogitsLoss(pos_weight=Tensor([3.0])), (NUMBERS > 0).astype(np.float32)),
    "divergence": (lambda y, t: F.kl_div(F.log_softmax(y, 1), t, reduction="batchmean"), PROBABILITIES),
    "divergence by element": (lambda y, t: F.kl_div(F.log_softmax(y, 1), t), PROBABILITIES),
    "a mean of samples": (lambda y, t: ((y - t) ** 2).mean(), NUMBERS),
    "a sum over samples": (lambda y, t: F.mse_loss(y, t, reduction="sum") / len(t), NUMBERS),
    "a sum over tokens": (
        lambda y, t: mean_over(F.cross_entropy(y, t, reduction="sum"), (t >= 0).sum()), IDS),
    "two means": (lambda y, t: F.cross_entropy(y, t) + F.cross_entropy(-y, t), IDS),
    "sample by sample": (lambda y, t: sum(map(F.mse_loss, y, t)) / len(t), NUMBERS),
    "ragged samples": (lambda y, t: sum(F.mse_loss(a[b > -1], b[b > -1]) for a, b in zip(y, t)) / len(t),
                       NUMBERS),
    "a penalty": (lambda y, t: F.cross_entropy(y, t) + 0.1, IDS),
}


@pytest.mark.parametrize("loss, target", LOSSES.values(), ids=LOSSES)
def test_the_loss_of_an_epoch_is_that_of_all_its_samples(loss, target, device):
    minigrad.manual_seed(0)
    model = Tokens().to(device)
    plain = loss
    if isinstance(loss, nn.Module):
        loss = copy.deepcopy(loss).to(device)
    elif device != "cpu" and plain is LOSSES["log-probabilities"][0]:
        pytest.skip("its weights are on the CPU")
    expected = loss(model(Tensor(X).to(device)), Tensor(target).to(device)).item()
    rel = 2e-3 if plain is LOSSES["squares in float16"][0] else 1e-5
    for size in (1, 3, 4, 10):
        if size == 1 and plain is LOSSES["ragged samples"][0]:
            continue            # one mean in each batch: is it over the sample or over its elements?
        found, trainer = evaluated(loss, target, size, device=device)
        assert found["loss"] == pytest.approx(expected, rel=rel)
        history = trainer.fit(batches(target, size, device))
        assert history["loss"] == [pytest.approx(expected, rel=rel)]


@pytest.mark.parametrize("size", [1, 3, 4, 10])
def test_metrics_of_classes_count_the_targets_that_are_not_ignored(size, device):
    metrics = {"accuracy": accuracy, "top2": lambda y, t: top_k_accuracy(y, t, 2),
               "skip0": lambda y, t: accuracy(y, t, ignore_index=0)}
    found, trainer = evaluated(nn.CrossEntropyLoss(), np.where(IDS < 0, 0, IDS), size, metrics, device)
    scores = trainer.model(Tensor(X).to(device)).detach().cpu().numpy()
    target = np.where(IDS < 0, 0, IDS)
    hits = scores.argmax(1) == target
    assert found["accuracy"] == pytest.approx(hits.mean())
    assert found["skip0"] == pytest.approx(hits[target != 0].mean())
    second = np.sort(scores, axis=1)[:, -2]
    assert found["top2"] == pytest.approx(
        (np.take_along_axis(scores, target[:, None], 1)[:, 0] >= second).mean())
    found, trainer = evaluated(nn.CrossEntropyLoss(), IDS, size, [accuracy], device)
    assert found["accuracy"] == pytest.approx((scores.argmax(1) == IDS)[IDS >= 0].mean())


def test_metrics_and_loss_of_batches_without_a_target_are_no_numbers_and_train_nothing():
    model = Tokens()
    trainer = Trainer(model, nn.CrossEntropyLoss(), optim.SGD(model.parameters(), lr=0.1, momentum=0.9),
                      [accuracy])
    nothing = (Tensor(X[4:6]), Tensor(IDS[4:6]))
    assert all(map(math.isnan, trainer.evaluate([nothing]).values()))
    before = model.layer.weight.detach().numpy().copy()
    row = trainer.fit([nothing])[0]
    assert math.isnan(row["loss"]) and np.array_equal(model.layer.weight.detach().numpy(), before)
    some = (Tensor(X[:2]), Tensor(IDS[:2]))
    alone = trainer.evaluate([some])
    assert trainer.evaluate([nothing, some, nothing]) == alone


def test_a_loss_that_mixes_counts_warns_where_the_batch_size_matters():
    def mixed(output, target):
        return F.cross_entropy(output, target) + F.mse_loss(output, minigrad.zeros(output.shape))
    with pytest.warns(RuntimeWarning, match="'loss' is made of several means, which are over"):
        evaluated(mixed, IDS, 3)
    evaluated(mixed, np.abs(IDS) % V, 3)       # both count all tokens, in every batch


def test_a_training_step_on_a_batch_learns_from_the_targets_that_count():
    """As in one process, so with two: the gradients are those of the plain loss."""
    for workers in (1, 2):
        minigrad.manual_seed(0)
        model, plain = Tokens(), Tokens()
        plain.load_state_dict(model.state_dict())
        loss = nn.CrossEntropyLoss(weight=WEIGHT)
        Trainer(model, loss, optim.SGD(model.parameters(), lr=0.5), workers=workers).fit(batches(IDS, 5))
        optimizer = optim.SGD(plain.parameters(), lr=0.5)
        for x, y in batches(IDS, 5):
            optimizer.zero_grad()
            loss(plain(x), y).backward()
            optimizer.step()
        np.testing.assert_allclose(model.layer.weight.detach().numpy(), plain.layer.weight.detach().numpy(),
                                   rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("weight", [None, WEIGHT])
def test_gradients_that_parts_of_a_batch_accumulate_are_those_of_the_batch(weight):
    """Also where a part, here the sentences 4 and 5, has no target at all."""
    model = Tokens()
    (x, y), = batches(IDS, N)
    F.cross_entropy(model(x), y, weight).backward()
    whole = model.layer.weight.grad.tolist()
    model.zero_grad()
    count = (IDS != -100).sum() if weight is None else weight[Tensor(IDS[IDS != -100])].sum()
    for x, y in batches(IDS, 2):
        (F.cross_entropy(model(x), y, weight, reduction="sum") / count).backward()
    np.testing.assert_allclose(model.layer.weight.grad.tolist(), whole, rtol=1e-4, atol=1e-7)


# What metrics refuse


@pytest.mark.parametrize("call, text", [
    (lambda: binary_accuracy(Tensor([2.0, 0.1]), tensor([1, 0])),
     "binary_accuracy: without a threshold, output must be probabilities in [0, 1]; for logits pass "
     "threshold=0.0"),
    (lambda: binary_accuracy(Tensor([-0.1, 0.1]), tensor([1, 0])), "got -0.1"),
    (lambda: binary_accuracy(Tensor([0.2, 0.1]), tensor([1, -1])),
     "targets must be 0 or 1, or between them; got -1"),
    (lambda: binary_accuracy(Tensor([0.2, 0.1]), Tensor([1.0, math.nan]), threshold=0.5), "got nan"),
    (lambda: binary_accuracy(minigrad.zeros(4, 1), minigrad.zeros(4)), "must have the same shape"),
    (lambda: accuracy(Tensor([[1.0, 2.0]]), tensor([2])),
     "accuracy: class ids must lie in [0, 2) or equal ignore_index -100; got 2"),
    (lambda: top_k_accuracy(Tensor([[1.0, 2.0]]), tensor([-1]), k=1), "got -1"),
    (lambda: accuracy(minigrad.zeros(3, 1), tensor([0, 0, 0])),
     "output (3, 1) has one score per sample, which is always the highest; use binary"),
    (lambda: confusion_matrix(Tensor([0.3, 0.9]), tensor([0, 1])),
     "must hold class ids, got 0.3"),
    (lambda: confusion_matrix(Tensor([[0.3, math.nan]]), tensor([0])), "a score is NaN"),
])
def test_scores_and_targets_that_are_none(call, text):
    with pytest.raises(ValueError, match=re.escape(text)):
        call()


def test_class_ids_must_be_integers():
    with pytest.raises(TypeError, match="accuracy: class ids must be integers, got float32"):
        accuracy(minigrad.zeros(2, 3), Tensor([0.0, 1.0]))


def test_what_a_metric_cannot_read_without_waiting_for_a_device_makes_it_nan():
    def on(*values):
        return [tensor(value).to("fake") for value in values]
    assert math.isnan(binary_accuracy(*on([2.0, 0.1], [1, 0])).item())
    assert math.isnan(binary_accuracy(*on([0.2, 0.1], [1, 2])).item())
    assert math.isnan(accuracy(*on([[1.0, 2.0]], [2])).item())
    assert accuracy(*on([[1.0, 2.0], [3.0, 0.0]], [1, -100])).item() == 1


def test_nan_scores_make_a_metric_nan_unless_their_target_is_ignored(device):
    scores = Tensor([[math.nan, 2.0], [0.0, 1.0]]).to(device)
    for metric in (accuracy, functools.partial(top_k_accuracy, k=1)):
        assert math.isnan(metric(scores, tensor([1, 1]).to(device)).item())
        assert metric(scores, tensor([-100, 1]).to(device)).item() == 1
    assert math.isnan(binary_accuracy(scores[:, 0], tensor([1, 0]).to(device)).item())


def test_thresholds_and_ties():
    logits, target = Tensor([-3.0, 0.2, 0.0, 4.0]), tensor([False, True, False, True])
    assert binary_accuracy(logits, target, threshold=0.0).item() == 1
    assert binary_accuracy(logits.sigmoid(), target).item() == 1
    assert binary_accuracy(logits, target, threshold=3.0).item() == 0.75
    assert binary_accuracy(logits, Tensor([0.4, 0.6, 0.0, 1.0]), threshold=0.0).item() == 1
    equal = minigrad.zeros(4, 4)
    assert accuracy(equal, tensor([0, 1, 2, 3])).item() == 0.25
    assert [top_k_accuracy(equal, tensor([0, 1, 2, 3]), k=k).item() for k in (1, 2, 3, 4)] == [
        0.25, 0.5, 0.75, 1]


def test_a_confusion_matrix_ignores_targets_and_adds_up_over_batches():
    scores = RNG.standard_normal((N, V, T)).astype(np.float32)
    expected = np.zeros((V, V), np.int64)
    np.add.at(expected, (IDS[IDS >= 0], scores.argmax(1)[IDS >= 0]), 1)
    assert confusion_matrix(Tensor(scores), Tensor(IDS)).tolist() == expected.tolist()
    parts = [confusion_matrix(scores[i:i + 3], IDS[i:i + 3]).numpy() for i in range(0, N, 3)]
    assert np.array_equal(sum(parts), expected)
