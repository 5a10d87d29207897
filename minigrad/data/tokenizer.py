"""A word tokenizer: a network reads a sentence as a row of word ids.

Three steps: split the text into words, number the frequent words, and pad the shorter rows so that
a batch is one rectangular array. Two ids are reserved: 0 for padding, 1 for unknown words.
"""

import json
import os
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from minigrad.autograd.errors import NamesArguments, checked

PAD, UNK = 0, 1
SPECIAL = ["<pad>", "<unk>"]
WORD = re.compile(r"\w+(?:'\w+)*|[^\w\s]")      # "don't" is one word, a punctuation mark another


@checked
def split_words(text: str) -> list[str]:
    """Split a text into lower-case words and punctuation marks.

    >>> split_words("It isn't bad!")
    ['it', "isn't", 'bad', '!']
    """
    return WORD.findall(text.lower())


class WordTokenizer(NamesArguments):
    """A vocabulary that converts text to word ids and back.

    >>> tokenizer = WordTokenizer.from_texts(["the cat", "the dog"])
    >>> tokenizer.words
    ['<pad>', '<unk>', 'the', 'cat', 'dog']
    >>> tokenizer.encode("The cow")
    [2, 1]
    >>> tokenizer.decode([2, 1])
    'the <unk>'
    """

    doors = ("encode", "decode", "encode_batch", "save")

    def __init__(self, words: Iterable[str]) -> None:
        """words: the word for each id, starting with '<pad>' and '<unk>'."""
        self.words = list(words)
        if self.words[:2] != SPECIAL:
            raise ValueError(f"WordTokenizer: words must start with {SPECIAL}, got {self.words[:2]}; "
                             "build a vocabulary with WordTokenizer.from_texts(texts)")
        self.ids = {word: i for i, word in enumerate(self.words)}
        if len(self.ids) != len(self.words):
            twice = next(word for word, count in Counter(self.words).items() if count > 1)
            raise ValueError(f"WordTokenizer: words must be unique, but {twice!r} occurs more than once")

    @classmethod
    def from_texts(cls, texts: Iterable[str], min_count: int = 1,
                   max_size: int | None = None) -> "WordTokenizer":
        """Build the vocabulary of `texts`: most frequent words first, ties in alphabetical order.

        Words that occur fewer than `min_count` times are left out; `max_size` limits the whole
        vocabulary, including the two reserved ids.
        """
        if max_size is not None and max_size < len(SPECIAL):
            raise ValueError(f"WordTokenizer: max_size includes {SPECIAL}, so it must be at least 2, "
                             f"got {max_size}")
        counts = Counter(word for text in as_texts(texts) for word in split_words(text))
        ranked = sorted(counts, key=lambda word: (-counts[word], word))
        words = SPECIAL + [word for word in ranked if counts[word] >= min_count]
        return cls(words[:max_size])

    def __len__(self) -> int:
        """The size of the vocabulary; pass it to an Embedding as num_embeddings."""
        return len(self.words)

    def encode(self, text: str) -> list[int]:
        """Return the id of each word; unknown words get id 1."""
        return [self.ids.get(word, UNK) for word in split_words(text)]

    def decode(self, ids: Iterable[int]) -> str:
        """Join the words of `ids` with spaces, without padding."""
        ids = [int(i) for i in ids]
        outside = [i for i in ids if not 0 <= i < len(self)]
        if outside:
            raise ValueError(f"decode: ids must lie in 0..{len(self) - 1}, got {outside[0]}")
        return " ".join(self.words[i] for i in ids if i != PAD)

    def encode_batch(self, texts: Iterable[str],
                     max_length: int | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Encode N texts -> ids int64 (N, T) and a mask bool (N, T) that is True at padding.

        T is the length of the longest text in words; texts longer than `max_length` are truncated. Pass
        the mask to attention as `key_padding_mask`. A text without words becomes one <unk>, so that
        attention always has a key.
        """
        if max_length is not None and max_length < 1:
            raise ValueError(f"encode_batch: max_length must be at least 1, got {max_length}")
        rows = [self.encode(text)[:max_length] or [UNK] for text in as_texts(texts)]
        if not rows:
            raise ValueError("encode_batch: no texts to encode")
        lengths = np.array([len(row) for row in rows])
        padding = np.arange(lengths.max()) >= lengths[:, None]      # (N, T)
        ids = np.full(padding.shape, PAD, np.int64)
        ids[~padding] = [i for row in rows for i in row]
        return ids, padding

    def save(self, path: str | Path) -> None:
        """Write the vocabulary as JSON. The file is replaced only when the new one is complete."""
        path = Path(path)
        aside = path.with_name(f"{path.name}.{os.getpid()}.part")
        try:
            aside.write_text(json.dumps({"words": self.words}, ensure_ascii=False), encoding="utf-8")
            os.replace(aside, path)
        finally:
            aside.unlink(missing_ok=True)

    @classmethod
    def load(cls, path: str | Path) -> "WordTokenizer":
        """Read a tokenizer that `save` wrote."""
        try:
            return cls(json.loads(Path(path).read_text(encoding="utf-8"))["words"])
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path} does not hold a WordTokenizer ({error}); expected JSON as save() "
                             'writes it, {"words": ["<pad>", "<unk>", ...]}') from error


def as_texts(texts):
    if isinstance(texts, str):
        raise TypeError(f"expected a list of texts, got one str; write [{texts[:20]!r}]")
    return texts
