"""Cross-validation: each sample is in the test part exactly once.

    for train, test in StratifiedKFold(5, shuffle=True).split(x, y):
        model.fit(x[train], y[train]); print(score(x[test], y[test]))

Without shuffle, the folds are those of scikit-learn.
"""

from collections.abc import Iterator, Sized
from typing import Any

import numpy as np

from minigrad.autograd.errors import NamesArguments
from minigrad.backend import bincount
from minigrad.data.split import encoded
from minigrad.hints import warn


class KFold(NamesArguments):
    """n_splits parts of equal size, up to one sample; each is the test part once.

    n_splits  the number of folds
    shuffle   assign samples to folds at random instead of in their order
    seed      of the shuffling; each call of split() gives the same folds

    >>> [test.tolist() for train, test in KFold(2).split(["a", "b", "c"])]
    [[0, 1], [2]]
    """

    doors = ("split",)

    def __init__(self, n_splits: int = 5, *, shuffle: bool = False, seed: int = 0) -> None:
        if not isinstance(n_splits, (int, np.integer)) or isinstance(n_splits, bool) or n_splits < 2:
            raise ValueError(f"{type(self).__name__}: n_splits must be an integer of at least 2, "
                             f"got {n_splits!r}")
        self.n_splits, self.shuffle, self.seed = n_splits, shuffle, seed

    def split(self, x: Sized, y: Any = None) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield (train, test) of each fold: int64 positions, ascending. x: anything with a length."""
        n = len(x)
        if n < self.n_splits:
            raise ValueError(f"{type(self).__name__}: {n} samples cannot make {self.n_splits} folds")
        folds = self.folds(n, y)
        return ((np.flatnonzero(folds != i), np.flatnonzero(folds == i)) for i in range(self.n_splits))

    def folds(self, n: int, y: Any) -> np.ndarray:
        """The number of the fold in which each sample is tested, (N)."""
        folds = np.sort(np.arange(n) % self.n_splits)
        return np.random.default_rng(self.seed).permutation(folds) if self.shuffle else folds

    def __len__(self) -> int:
        return self.n_splits


class StratifiedKFold(KFold):
    """KFold in which each fold has every class in the same proportion, up to one sample a class.

    split(x, y) needs y, the classes (N). It warns of a class with fewer samples than folds.

    >>> [test.tolist() for train, test in StratifiedKFold(2).split("abcde", [0, 0, 0, 1, 1])]
    [[0, 1, 3], [2, 4]]
    """

    def folds(self, n: int, y: Any) -> np.ndarray:
        if y is None:
            raise ValueError("StratifiedKFold: split(x, y) needs y, the classes of the samples")
        classes = encoded("StratifiedKFold: y", y, n)
        sizes = bincount(np, classes)
        if sizes.max() < self.n_splits:
            raise ValueError(f"StratifiedKFold: each of {self.n_splits} folds needs a sample of some class, "
                             f"but the largest class has {sizes.max()}")
        if sizes.min() < self.n_splits:
            warn(f"StratifiedKFold: a class has {sizes.min()} samples, fewer than the {self.n_splits} folds, "
                 "so some folds lack it", UserWarning)
        rng = np.random.default_rng(self.seed)
        folds = np.empty(n, np.int64)
        in_order = np.sort(classes)     # dealt to the folds like cards, so that the folds have equal sizes
        dealt = [bincount(np, in_order[i::self.n_splits], minlength=len(sizes)) for i in range(self.n_splits)]
        for each, counts in enumerate(np.transpose(dealt)):
            mine = np.repeat(np.arange(self.n_splits), counts)
            folds[classes == each] = rng.permutation(mine) if self.shuffle else mine
        return folds
