"""The metrics equal those of scikit-learn, seqeval and sacrebleu; an epoch has those of all its samples."""

import functools
import json
import math

import metrics_reference as reference
import numpy as np
import pytest

import minigrad
from minigrad import Tensor, nn, optim, tensor
from minigrad.metrics import (
    EntityF1,
    WholeEpoch,
    auc,
    average_precision,
    balanced_accuracy,
    bleu,
    brier_score,
    calibration_curve,
    calibration_error,
    classification_report,
    entities,
    entity_report,
    entity_scores,
    f1_score,
    log_loss,
    matthews_corrcoef,
    precision,
    precision_recall_curve,
    recall,
    roc_auc,
    roc_curve,
)
from minigrad.nn import functional as F
from minigrad.train import Trainer, confusion_matrix
from minigrad.train.metrics import Tally
from minigrad.train.saving import load_tally, tally_state

EXPECTED = json.loads(reference.FILE.read_text(encoding="utf-8"))
close = functools.partial(np.testing.assert_allclose, rtol=1e-12, atol=1e-14)


def cases(table):
    expected = EXPECTED[table.__name__]
    return pytest.mark.parametrize("output, target, expected", [
        pytest.param(*inputs, expected[name], id=name) for name, inputs in table().items()])


@cases(reference.class_ids)
def test_precision_recall_and_f1_equal_scikit_learns(output, target, expected):
    for average in reference.AVERAGES:
        for zero in (0.0, 1.0, math.nan):
            if f"{average} {zero}" not in expected:
                with pytest.raises(ValueError, match="average='binary' is for two classes"):
                    f1_score(output, target)
                continue
            for metric, value in zip((precision, recall, f1_score), expected[f"{average} {zero}"]):
                got = metric(Tensor(output), target, average, zero_division=zero)
                close(got.numpy() if average is None else got, value, err_msg=f"{average} {zero}")


@cases(reference.class_ids)
def test_scores_of_classes_and_ignored_targets_give_the_same_counts(output, target, expected):
    V = max(output.max(), target.max(), 1) + 1
    more = np.r_[output, 0, V - 1], np.r_[target, -100, -100]
    scores = np.eye(V, dtype=np.float32)[more[0]]
    for inputs in ((scores, more[1]), (scores[None].transpose(0, 2, 1), more[1][None])):
        close(f1_score(*inputs, average="macro"), expected["macro 0.0"][2])
        close(balanced_accuracy(*inputs), expected["balanced"])


@cases(reference.class_ids)
def test_balanced_accuracy_matthews_and_the_report_equal_scikit_learns(output, target, expected):
    close(balanced_accuracy(output, target), expected["balanced"])
    close(matthews_corrcoef(output, target), expected["matthews"])
    assert classification_report(output, target) == expected["report"]


def test_the_report_names_the_classes():
    names = ["cat", "a much longer name"]
    lines = classification_report(tensor([0, 1, 1]), tensor([0, 0, 1]), names).splitlines()
    assert lines[2].split() == ["cat", "1.00", "0.50", "0.67", "2"]
    assert lines[3].startswith("a much longer name ") and len({len(line) for line in lines if line}) == 1
    with pytest.raises(ValueError, match="1 names for 2 classes"):
        classification_report(tensor([0, 1]), tensor([0, 1]), ["cat"])


def test_matthews_does_not_overflow():
    ids = np.arange(200_000) % 2
    close(matthews_corrcoef(ids, ids), 1.0)


@cases(reference.scores)
def test_curves_and_their_areas_equal_scikit_learns(output, target, expected):
    for inputs in ((output, target), (Tensor(output), Tensor(target.astype(np.float32))),
                   (np.r_[output, 9.0].astype(output.dtype), np.r_[target, -100])):
        for ours, theirs in zip(roc_curve(*inputs), expected["roc"]):
            close(ours.numpy(), theirs)
        for ours, theirs in zip(roc_curve(*inputs, drop_intermediate=False), expected["roc all"]):
            close(ours.numpy(), theirs)
        for ours, theirs in zip(precision_recall_curve(*inputs), expected["pr"], strict=True):
            close(ours.numpy(), theirs)
        close(roc_auc(*inputs), expected["auc"])
        close(average_precision(*inputs), expected["ap"])
    close(auc(*expected["roc"][:2]), expected["auc"])
    two = np.stack([1 - output.astype(np.float64), output], 1)
    close(roc_auc(two, target), expected["auc"])
    close(average_precision(two, target), expected["ap"])


@cases(reference.scores)
def test_log_loss_brier_score_and_calibration_equal_scikit_learns(output, target, expected):
    exact = 1e-6 if output.dtype == np.float32 else 1e-12
    np.testing.assert_allclose(log_loss(output, target), expected["log loss"], rtol=exact)
    np.testing.assert_allclose(brier_score(output, target), expected["brier"], rtol=exact)
    for strategy, n_bins in (("uniform", 7), ("quantile", 4)):
        curve = calibration_curve(output, target, n_bins, strategy=strategy)
        for ours, theirs in zip(curve, expected[strategy], strict=True):
            np.testing.assert_allclose(ours.numpy(), theirs, rtol=exact)


@cases(reference.several)
def test_metrics_of_several_classes_equal_scikit_learns(output, target, expected):
    for inputs in ((output, target), (output.T[None], target[None])):           # (N, V), (1, V, N)
        for way in ("ovr", "ovo"):
            for average in ("macro", "weighted"):
                close(roc_auc(*inputs, multi_class=way, average=average), expected[f"{way} {average}"])
        close(roc_auc(*inputs, average=None).numpy(), expected["ovr None"])
        for average in ("macro", "weighted"):
            close(average_precision(*inputs, average=average), expected[f"ap {average}"])
        close(average_precision(*inputs, average=None).numpy(), expected["ap None"])
        close(log_loss(*inputs), expected["log loss"])
        close(brier_score(*inputs), expected["brier"])


def test_calibration_error_is_the_mean_gap_of_the_bins():
    p, true = np.array([0.2, 0.25, 0.6, 0.7, 0.9]), np.array([0, 1, 1, 1, 0])
    gaps = 2 * abs(0.5 - 0.225) + 2 * abs(1.0 - 0.65) + 1 * abs(0.0 - 0.9)     # (0, .25], (.5, .75], (.75, 1]
    close(calibration_error(p, true, n_bins=4), gaps / 5)
    rows = np.array([[0.5, 0.3, 0.2], [0.1, 0.8, 0.1]])         # confidence 0.5, right, and 0.8, wrong
    close(calibration_error(rows, np.array([0, 2]), n_bins=10), (0.5 + 0.8) / 2)


@pytest.mark.parametrize("metric", [roc_auc, average_precision, log_loss, brier_score, calibration_error])
def test_where_no_target_counts_the_number_is_nan(metric):
    assert math.isnan(metric(np.array([0.5]), np.array([-100])))
    assert math.isnan(metric(np.array([[0.5, 0.25, 0.25]]), np.array([-100])))


def test_areas_without_positive_samples_are_nan():
    assert math.isnan(roc_auc(tensor([0.1, 0.2]), tensor([0, 0])))
    assert math.isnan(roc_auc(tensor([0.1, 0.2]), tensor([1, 1])))
    assert math.isnan(average_precision(tensor([0.1, 0.2]), tensor([0, 0])))
    assert math.isnan(roc_auc(np.eye(3), np.array([0, 1, 1])))


@pytest.mark.parametrize("call, message", [
    (lambda: roc_auc([math.nan, 0.5], [0, 1]), "roc_auc: a score is NaN"),
    (lambda: average_precision([[math.nan, 0.5, 0.1]], [1]), "average_precision: a score is NaN"),
    (lambda: f1_score(tensor([[math.nan, 0.5]]), tensor([1])), "a score is NaN"),
    (lambda: roc_auc([0, 1], [0.2, 0.8]), "targets must be 0 or 1, got 0.2; the output comes first"),
    (lambda: roc_auc(np.eye(3), [0, 1, 3]), r"class ids must be integers in \[0, 3\), got 3"),
    (lambda: roc_auc(np.eye(3), [0, 1]), r"got \(3, 3\) and \(2,\)"),
    (lambda: roc_auc([0.5], [0, 1]), "must have the same shape"),
    (lambda: roc_auc(np.eye(3), [0, 1, 2], multi_class="raise"), "'ovr' or 'ovo'"),
    (lambda: roc_auc(np.eye(3), [0, 1, 2], multi_class="ovo", average=None), "needs average"),
    (lambda: average_precision([0.1], [1], average="micro"), "average must be 'macro'"),
    (lambda: log_loss([2.0, -1.0], [1, 0]), r"probabilities in \[0, 1\], got values from -1 to 2"),
    (lambda: log_loss([[0.5, 0.1, 0.1]], [0]), "must sum to 1, got 0.7; apply softmax"),
    (lambda: calibration_curve([0.5], [0], strategy="equal"), "strategy must be"),
    (lambda: auc([0.0, 1.0, 0.5], [0, 1, 1]), "x must only rise or only fall"),
    (lambda: auc([0.0], [1.0]), "at least 2"),
    (lambda: f1_score([0, 1], [0, 1], "mean"), "average must be 'binary'"),
    (lambda: f1_score([0, 1], [0, 1], pos_label=2), "pos_label must be 0 or 1"),
    (lambda: precision(tensor([0.3]), tensor([1])), "must hold class ids"),
    (lambda: entities(["PER"]), "must be 'O', 'B-TYPE' or 'I-TYPE', got 'PER' at position 0"),
    (lambda: entities(["B-"]), "got 'B-' at position 0"),
    (lambda: entity_scores([["O"]], [["O", "O"]]), "sentence 0 has 1 predicted tags, but 2 true ones"),
    (lambda: entity_scores([["O"]], []), "1 predicted sentences, but 0 true ones"),
    (lambda: entity_scores([["O"]], [["O"]], "binary"), "average must be 'micro'"),
    (lambda: EntityF1(["O", "X"]), "must be 'O', 'B-TYPE' or 'I-TYPE'"),
    (lambda: EntityF1(["O"]).update(tensor([[0]]), tensor([[1]])), r"must lie in \[0, 1\)"),
    (lambda: EntityF1(["O"]).update(tensor([0]), tensor([0])), r"expected output \(N, V, T\)"),
    (lambda: bleu([["a"]], []), "1 sentences in output, but 0 in target"),
    (lambda: bleu(["a b"], [["a"]]), "is a str; split it into tokens"),
    (lambda: bleu([["a"]], [["a"]], 0), "max_n must be at least 1"),
])
def test_errors_say_what_is_wrong(call, message):
    with pytest.raises((ValueError, TypeError), match=message):
        call()


@cases(reference.tags)
def test_entity_scores_equal_seqevals_strict_mode(output, target, expected):
    for average in ("micro", "macro", "weighted"):
        close(entity_scores(output, target, average), expected[average])
    assert entity_report(output, target, digits=2) == expected["report"]


def test_entity_f1_of_batches_is_that_of_all_sentences():
    labels = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-ORGANISATION", "I-ORGANISATION"]
    output, target = reference.tags()["noisy"]
    metric = EntityF1(labels, average="macro")
    for epoch in range(2):
        metric.reset()
        for rows in (slice(0, 13), slice(13, 30)):
            T = max(map(len, target[rows]))
            ids, true = (np.array([[labels.index(tag) for tag in row] + [fill] * (T - len(row))
                                   for row in part[rows]]) for part, fill in ((output, 1), (target, -100)))
            scores = np.eye(7)[ids].transpose(0, 2, 1)
            metric.update(Tensor(scores if rows.start else ids), Tensor(true))
        close(metric.compute(), EXPECTED["tags"]["noisy"]["macro"][2])


@cases(reference.sentences)
def test_bleu_equals_sacrebleus(output, target, expected):
    close(bleu(output, target), expected["exp"], rtol=1e-10)
    close(bleu(output, target, smooth=False), expected["none"], rtol=1e-10)
    if max(map(len, target)) == 1:
        assert bleu(output, [each[0] for each in target]) == bleu(output, target)


def test_bleu_takes_ids():
    assert bleu([tensor([1, 2, 3, 4])], [tensor([1, 2, 3, 4])]) == pytest.approx(100)


# Of an epoch


def fitted(metrics, size, scores, target):
    """What a Trainer whose model returns its input says of the metrics, in batches of `size`."""
    batches = [(Tensor(scores[i:i + size]), Tensor(target[i:i + size]))
               for i in range(0, len(target), size)]
    optimizer = optim.SGD(nn.Linear(1, 1).parameters(), lr=0.0)
    trainer = Trainer(nn.Identity(), F.cross_entropy, optimizer, metrics=metrics)
    return trainer.evaluate(batches)


@pytest.mark.parametrize("size", [7, 60])
def test_a_trainer_gives_the_metric_of_all_samples_whatever_the_batch_size(size):
    scores, target = reference.several()["three"]
    scores = np.log(scores).astype(np.float32)
    metrics = {"auc": roc_auc, "f1": functools.partial(f1_score, average="macro"), "mcc": matthews_corrcoef,
               "recall": WholeEpoch(recall, average="weighted")}
    got = fitted(metrics, size, scores, target)
    close(got["auc"], roc_auc(scores, target))
    close(got["f1"], f1_score(scores, target, "macro"))
    close(got["mcc"], matthews_corrcoef(scores, target))
    close(got["recall"], recall(scores, target, "weighted"))


def test_a_function_around_such_a_metric_is_refused_not_averaged():
    scores, target = reference.several()["three"]
    with pytest.raises(ValueError, match="metric 'auc' calls .* no meaningful mean; wrap it: .*WholeEpoch"):
        fitted({"auc": lambda output, target: roc_auc(output, target)}, 7, scores, target)


def test_whole_epoch_takes_batches_of_different_lengths():
    rng = np.random.default_rng(0)
    metric, kept = WholeEpoch(f1_score, average="macro"), []
    for N, T in ((3, 5), (2, 8)):
        scores, target = rng.random((N, 4, T)), rng.integers(0, 4, (N, T))
        target[0, 1:3] = -100
        metric.update(Tensor(scores), Tensor(target))
        kept.append((scores.transpose(0, 2, 1).reshape(-1, 4), target.reshape(-1).copy()))
        target[:] = 0           # what it kept does not change with the batch
    close(metric.compute(), f1_score(*map(np.concatenate, zip(*kept)), average="macro"))
    metric.reset()
    with pytest.raises(RuntimeError, match="at least one update"):
        metric.compute()


def test_whole_epoch_wants_one_number():
    metric = WholeEpoch(confusion_matrix)
    metric.update(tensor([0, 1]), tensor([0, 1]))
    with pytest.raises(ValueError, match=r"confusion_matrix returned shape \(2, 2\)"):
        metric.compute()
    with pytest.raises(ValueError, match="the same number"):
        metric.update(tensor([0, 1]), tensor([0]))
    with pytest.raises(TypeError, match="expected a function"):
        WholeEpoch("f1")


@pytest.mark.parametrize("name, mode", [("roc_auc", "max"), ("f1_score", "max"), ("val_log_loss", "min"),
                                        ("brier_score", "min"), ("val_calibration_error", "min")])
def test_callbacks_know_which_direction_is_better(name, mode):
    assert minigrad.train.metrics.direction(name) == mode


def test_a_metric_goes_on_from_a_checkpoint_inside_an_epoch():
    labels, target = ["O", "B-PER", "I-PER", "B-LOC"], tensor([[1, 2, 0], [3, 0, 1]])
    output = tensor([[1, 2, 0], [3, 1, 0]])

    def metrics():
        return {"f1": EntityF1(labels), "macro": WholeEpoch(f1_score, average="macro")}
    whole, first, second = (Tally(metrics()) for _ in range(3))
    whole.update(tensor(1.0), [], output, target)
    first.update(tensor(1.0), [], output[:1], target[:1])
    load_tally(second, tally_state(first))
    second.compute()
    second.update(tensor(1.0), [], output[1:], target[1:])
    assert second.compute() == whole.compute() and 0 < whole.compute()["f1"] < 1
