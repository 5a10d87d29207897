"""The vocabulary of the sentiment demo, and the simplest model, a bag of words."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from minigrad import Tensor, nn
from minigrad.data import WordTokenizer, split_words
from minigrad.data.tokenizer import PAD

LONGEST = 48        # longer sentences are truncated to this many words
NEGATIONS = {"not", "no", "never", "nor", "neither", "without", "hardly", "cannot", "nothing"}      # and -n't


class Vocabulary:
    """Ids for words and for their stems: the stem of a rare word is often frequent enough to learn.

    Built from `texts`, or loaded from the folder that save() wrote to.
    """

    def __init__(self, texts: Any = None, folder: Path | None = None):
        if folder is not None:
            self.words = WordTokenizer.load(folder / "words.json")
            self.stems = WordTokenizer.load(folder / "stems.json")
        else:
            self.words = WordTokenizer.from_texts(texts, min_count=2)
            self.stems = WordTokenizer.from_texts(map(stems, texts), min_count=2)

    def save(self, folder: Path) -> None:
        self.words.save(folder / "words.json")
        self.stems.save(folder / "stems.json")

    def ids(self, texts: Sequence[str]) -> Tensor:
        """The ids of words and stems, (N, T, 2), padded with 0."""
        words, _ = self.words.encode_batch(texts, LONGEST)
        beginnings, _ = self.stems.encode_batch(map(stems, texts), LONGEST)
        return Tensor(np.stack([words, beginnings], axis=2))

    def batch(self, samples: list) -> tuple[Tensor, Tensor]:
        """A list of (text, target) -> ids (N, T, 2), targets (N, 1), for a DataLoader."""
        texts, targets = zip(*samples)
        return self.ids(texts), Tensor(np.stack(targets))


def negates(word):
    return word in NEGATIONS or word.endswith("n't")


def stems(text):
    """The first five letters of every word: a crude stem that moving and movingly share.

    The three words after a negation are marked, up to a comma or the like: the good of "not good" is another
    word. Source of the mark: Pang, Lee and Vaithyanathan 2002, arXiv:cs/0205070, after Das and Chen 2001.

    >>> stems("A moving film, isn't it? Not a dull minute.")
    "a movin film , isn't not_it ? not not_a not_dull not_minut ."
    """
    marked, left = [], 0        # left: how many words the last negation still reaches
    for word in split_words(text):
        stem = word[:5].rstrip("'\u200c\u200d") or word
        marked.append(f"not_{stem}" if left and word[0].isalnum() else stem)
        left = 3 if negates(word) else max(left - 1, 0) if word[0].isalnum() else 0
    return " ".join(marked)


class BagOfWords(nn.Module):
    """Ids (N, T, 2) -> logits (N, 1): the sum of a number per word, which is logistic regression."""

    def __init__(self, vocabulary: Vocabulary):
        self.word, self.bias = nn.Embedding(len(vocabulary.words), 1, PAD), nn.Parameter(Tensor([0.0]))
        nn.init.zeros_(self.word.weight)

    def forward(self, ids: Tensor) -> Tensor:
        return self.word(ids[..., 0]).sum(1) + self.bias
