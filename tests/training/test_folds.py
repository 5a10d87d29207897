"""Splits in proportion to the classes, folds for cross-validation, and samples drawn equally often."""

import numpy as np
import pytest

from minigrad import Tensor, tensor
from minigrad.data import (
    DataLoader,
    KFold,
    StratifiedKFold,
    TensorDataset,
    WeightedRandomSampler,
    class_weight,
    oversample,
    sample_weight,
    train_test_split,
    undersample,
)
from minigrad.nn import functional as F

CLASSES = np.random.default_rng(0).choice(3, 100, p=[0.7, 0.2, 0.1])


@pytest.mark.parametrize("held_out", [10, 0.25, 33, 0.5])
@pytest.mark.parametrize("seed", range(3))
def test_a_stratified_split_has_each_class_in_proportion(held_out, seed):
    settings = dict(test_size=held_out, seed=seed, stratify=CLASSES)
    train, test, first, _ = train_test_split(np.arange(100), CLASSES, **settings)
    assert sorted([*train, *test]) == list(range(100)) and (CLASSES[train] == first).all()
    n = len(test)
    assert n == (held_out if isinstance(held_out, int) else held_out * 100)
    assert (abs(np.bincount(CLASSES[test], minlength=3) - np.bincount(CLASSES) * n / 100) < 1).all()
    assert (train_test_split(np.arange(100), **settings)[1] == test).all()


def test_stratify_takes_any_kind_of_class_and_the_seed_matters():
    names = np.array(["cat", "dog", "eel"])[CLASSES]
    by_name, by_id, tensors = (train_test_split(np.arange(100), stratify=classes)[1]
                               for classes in (names.tolist(), CLASSES, Tensor(CLASSES)))
    assert (by_name == by_id).all() and (by_id == tensors).all()
    assert (by_id != train_test_split(np.arange(100), stratify=CLASSES, seed=1)[1]).any()


def test_a_split_without_stratify_stays_what_it_was():
    assert train_test_split(list(range(6)), test_size=2) == [[5, 4, 0, 1], [3, 2]]


@pytest.mark.parametrize("classes, size, message", [
    ([0, 0, 0, 1], 2, "at least 2 samples of each class"),
    ([0, 0, 1, 1], 1, "2 classes, but the parts have 3 and 1 samples"),
    ([0, 0, 1], 2, "has 3 entries for 4 samples"),
    ([0.5, 1.5, 0.5, 1.5], 2, "not whole"),
    ([[0, 1]] * 4, 2, r"got shape \(4, 2\)"),
])
def test_classes_that_cannot_be_split_are_named(classes, size, message):
    with pytest.raises(ValueError, match=message):
        train_test_split([1, 2, 3, 4], test_size=size, stratify=classes)


@pytest.mark.parametrize("folds", [KFold(4), KFold(4, shuffle=True), StratifiedKFold(4),
                                   StratifiedKFold(4, shuffle=True)])
def test_each_sample_is_tested_once_and_trained_on_otherwise(folds):
    parts = list(folds.split(CLASSES, CLASSES))
    assert len(parts) == len(folds) == 4
    assert sorted(np.concatenate([test for _, test in parts])) == list(range(100))
    for train, test in parts:
        assert sorted([*train, *test]) == list(range(100)) and len(test) == 25
        if isinstance(folds, StratifiedKFold):
            assert (abs(np.bincount(CLASSES[test], minlength=3) - np.bincount(CLASSES) / 4) < 1).all()
    again = list(folds.split(CLASSES, CLASSES))
    assert all((a[1] == b[1]).all() for a, b in zip(parts, again))


def test_the_seed_decides_which_samples_are_shuffled_together():
    for kind in (KFold, StratifiedKFold):
        first, second = (next(kind(4, shuffle=True, seed=seed).split(CLASSES, CLASSES))[1] for seed in (0, 1))
        assert (first != second).any() and (np.diff(first) > 0).all()


def test_the_folds_are_those_of_scikit_learn():
    """Values of scikit-learn 1.9.1: KFold(3) on 8 samples, StratifiedKFold(3) on these classes."""
    assert [test.tolist() for _, test in KFold(3).split(range(8))] == [[0, 1, 2], [3, 4, 5], [6, 7]]
    y = [1, 0, 0, 2, 1, 1, 0, 2, 2, 2, 0, 1, 1]
    tested = [test.tolist() for _, test in StratifiedKFold(3).split(y, y)]
    assert tested == [[0, 1, 3, 4, 7], [2, 5, 8, 11], [6, 9, 10, 12]]


def test_errors_of_folds():
    with pytest.raises(ValueError, match="n_splits must be an integer of at least 2, got 1"):
        KFold(1)
    with pytest.raises(ValueError, match="2 samples cannot make 3 folds"):
        KFold(3).split([1, 2])
    with pytest.raises(ValueError, match=r"needs y"):
        StratifiedKFold(2).split([1, 2])
    with pytest.raises(ValueError, match="the largest class has 2"):
        StratifiedKFold(3).split(range(4), [0, 0, 1, 1])
    with pytest.warns(UserWarning, match="a class has 1 samples, fewer than the 2 folds"):
        StratifiedKFold(2).split(range(4), [0, 0, 0, 1])


# Classes of different size


def test_class_weights_make_all_classes_count_the_same():
    weight = class_weight(CLASSES, 4)
    counts = np.bincount(CLASSES, minlength=4)
    np.testing.assert_allclose((weight.numpy() * counts)[:3], 100 / 3, rtol=1e-6)
    assert weight[3] == 0 and str(weight.dtype) == "float32"
    logits = Tensor(np.random.default_rng(1).standard_normal((100, 4)).astype(np.float32))
    each = [F.cross_entropy(logits[CLASSES == i], Tensor(CLASSES[CLASSES == i])).item() for i in range(3)]
    weighted = F.cross_entropy(logits, Tensor(CLASSES), weight=weight).item()
    assert weighted == pytest.approx(np.mean(each), rel=1e-5)


def test_sample_weights_draw_all_classes_equally_often():
    sampler = WeightedRandomSampler(sample_weight(CLASSES), 3000, generator=0)
    counts = np.bincount(CLASSES[list(sampler)])
    assert (abs(counts - 1000) < 4 * np.sqrt(3000 * 2 / 9)).all()       # four standard deviations


def test_oversampling_repeats_and_undersampling_leaves_out():
    counts = np.bincount(CLASSES)
    more, fewer = oversample(CLASSES), undersample(Tensor(CLASSES))
    assert np.bincount(CLASSES[more]).tolist() == [counts.max()] * 3
    assert np.bincount(CLASSES[fewer]).tolist() == [counts.min()] * 3
    times = np.bincount(more, minlength=100)
    for i in range(3):
        assert np.ptp(times[CLASSES == i]) <= 1 and times[CLASSES == i].min() >= 1
    assert len(set(fewer.tolist())) == len(fewer)
    assert (oversample(CLASSES) == more).all() and (oversample(CLASSES, seed=1) != more).any()
    assert (np.diff(more) < 0).any()                # in random order
    loader = DataLoader(TensorDataset(CLASSES), batch_size=len(fewer), sampler=fewer)
    assert np.bincount(next(iter(loader))[0].numpy()).tolist() == [counts.min()] * 3


@pytest.mark.parametrize("call, message", [
    (lambda: class_weight(tensor([0, 3]), 3), r"must lie in \[0, 3\), got 3"),
    (lambda: oversample(tensor([0.5])), "integers; got float32"),
    (lambda: undersample(np.array([0, -1])), "must not be negative, got -1"),
    (lambda: sample_weight(np.zeros((2, 2), int)), r"got int64 \(2, 2\)"),
])
def test_what_are_no_class_ids_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
