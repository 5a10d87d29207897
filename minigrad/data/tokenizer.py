"""Words to numbers: a network reads a sentence as a row of word ids.

Three steps: split the text into words, number the words that occur often enough, and pad the shorter
rows so that a batch is one rectangular array. Two ids are reserved: 0 fills rows up, 1 stands for
every word that the vocabulary does not have.
"""

import json
import os
import re
from collections import Counter
from pathlib import Path

import numpy as np

PAD, UNK = 0, 1
SPECIAL = ["<pad>", "<unk>"]
WORD = re.compile(r"\w+(?:'\w+)*|[^\w\s]")      # don't is one word; every punctuation mark is one


def split_words(text):
    """The words and punctuation marks of a text, in lower case.

    >>> split_words("It isn't bad!")
    ['it', "isn't", 'bad', '!']
    """
    return WORD.findall(text.lower())


class WordTokenizer:
    """A vocabulary of words: text -> ids and back.

    >>> tokenizer = WordTokenizer.from_texts(["the cat", "the dog"])
    >>> tokenizer.words
    ['<pad>', '<unk>', 'the', 'cat', 'dog']
    >>> tokenizer.encode("The cow")
    [2, 1]
    >>> tokenizer.decode([2, 1])
    'the <unk>'
    """

    def __init__(self, words):
        """`words`: the word of every id, starting with '<pad>' and '<unk>'."""
        self.words = list(words)
        if self.words[:2] != SPECIAL:
            raise ValueError(f"WordTokenizer: words must start with {SPECIAL}, got {self.words[:2]}; "
                             "WordTokenizer.from_texts(texts) makes the list")
        self.ids = {word: i for i, word in enumerate(self.words)}
        if len(self.ids) != len(self.words):
            twice = next(word for word, count in Counter(self.words).items() if count > 1)
            raise ValueError(f"WordTokenizer: each word needs one id, but {twice!r} comes more than once")

    @classmethod
    def from_texts(cls, texts, min_count=1, max_size=None):
        """The vocabulary of `texts`: the most frequent words first, equally frequent ones by alphabet.

        Words seen fewer than `min_count` times are left out; `max_size` limits the whole vocabulary,
        the two reserved ids included.
        """
        if max_size is not None and max_size < len(SPECIAL):
            raise ValueError(f"WordTokenizer: max_size counts {SPECIAL} too, so it must be at least 2, "
                             f"got {max_size}")
        counts = Counter(word for text in as_texts(texts) for word in split_words(text))
        ranked = sorted(counts, key=lambda word: (-counts[word], word))
        words = SPECIAL + [word for word in ranked if counts[word] >= min_count]
        return cls(words[:max_size])

    def __len__(self):
        """The size of the vocabulary, an Embedding's num_embeddings."""
        return len(self.words)

    def encode(self, text):
        """The id of every word, as a list of int; 1 for a word that the vocabulary does not have."""
        return [self.ids.get(word, UNK) for word in split_words(text)]

    def decode(self, ids):
        """The words of `ids` with spaces between them, padding left out."""
        ids = [int(i) for i in ids]
        outside = [i for i in ids if not 0 <= i < len(self)]
        if outside:
            raise ValueError(f"decode: ids must lie in 0..{len(self) - 1}, got {outside[0]}")
        return " ".join(self.words[i] for i in ids if i != PAD)

    def encode_batch(self, texts, max_length=None):
        """Texts -> (ids int64 (N, T), padding mask bool (N, T), True where there is padding).

        T is the number of words of the longest text, at most `max_length`; longer texts are cut. The
        mask is what attention takes as `key_padding_mask`. A text without words becomes one <unk>, so
        that every row has something to attend to.
        """
        if max_length is not None and max_length < 1:
            raise ValueError(f"encode_batch: max_length must be at least 1, got {max_length}")
        rows = [self.encode(text)[:max_length] or [UNK] for text in as_texts(texts)]
        if not rows:
            raise ValueError("encode_batch: there are no texts to encode")
        lengths = np.array([len(row) for row in rows])
        padding = np.arange(lengths.max()) >= lengths[:, None]      # (N, T)
        ids = np.full(padding.shape, PAD, np.int64)
        ids[~padding] = [i for row in rows for i in row]
        return ids, padding

    def save(self, path):
        """Write the vocabulary as JSON, whole or not at all: aside first, then renamed."""
        path = Path(path)
        aside = path.with_name(f"{path.name}.{os.getpid()}.part")
        try:
            aside.write_text(json.dumps({"words": self.words}, ensure_ascii=False), encoding="utf-8")
            os.replace(aside, path)
        finally:
            aside.unlink(missing_ok=True)

    @classmethod
    def load(cls, path):
        """The tokenizer that `save` wrote."""
        try:
            return cls(json.loads(Path(path).read_text(encoding="utf-8"))["words"])
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path} holds no WordTokenizer ({error}); expected JSON like "
                             '{"words": ["<pad>", "<unk>", ...]} as save() writes it') from error


def as_texts(texts):
    if isinstance(texts, str):
        raise TypeError(f"expected a list of texts, got one str; write [{texts[:20]!r}]")
    return texts
