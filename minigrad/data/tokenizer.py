"""A word tokenizer: a network reads a sentence as a row of word ids.

Three steps: split the text into words, number the frequent words, and pad the shorter rows so that
a batch is one rectangular array. Two ids are reserved: 0 for padding, 1 for unknown words.
"""

import functools
import json
import operator
import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from minigrad.autograd.errors import NamesArguments, checked
from minigrad.files import read_json, reading, replacing

PAD, UNK = 0, 1
SPECIAL = ["<pad>", "<unk>"]
WORD = re.compile(r"\w+(?:'\w+)*|[^\w\s]")      # "don't" is one word, a punctuation mark another

# The apostrophes ’ ʼ ＇ become the one of keyboards. A space of no width separates words; soft hyphens, byte
# order marks and marks of writing direction are not seen.
SAME = str.maketrans(dict.fromkeys("\u2019\u02bc\uff07", "'") | {"\u200b": " "}
                     | dict.fromkeys("\xad\u061c\u200e\u200f\u2060\ufeff", "")
                     | {chr(i): "" for i in (*range(0x202a, 0x202f), *range(0x2066, 0x206a))})


@checked
def split_words(text: str) -> list[str]:
    """Split a text into lower-case words and punctuation marks.

    A word is letters, digits and underscores with their accents and vowel signs, and apostrophes inside. It
    is in Unicode's composed form (NFC), so that equal texts give equal words however they were typed; the
    apostrophes ' and ’ are the same. An emoji is one word with its skin tone and what is joined to it.
    Lower case is str.lower's: 'Straße' and 'STRASSE' remain two words.

    >>> split_words("It isn't bad!")
    ['it', "isn't", 'bad', '!']
    """
    if text.isascii():
        return WORD.findall(text.lower())
    return unicode_word().findall(composed(composed(text).lower()))


def composed(text):
    return unicodedata.normalize("NFC", text).translate(SAME)


@functools.cache
def unicode_word():
    """WORD with combining marks, joiners and emoji; compiled when first needed, in about 50 ms."""
    scripts = (*range(0x20000), *range(0xe0100, 0xe01f0))       # no other planes have marks
    marks = "".join(re.escape(chr(i)) for i in scripts if unicodedata.category(chr(i))[0] == "M")
    inner = rf"[\w{marks}\u200c\u200d]*"                        # joiners shape the letters beside them
    symbol = rf"[^\w\s\u200c\u200d][{marks}\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]*"
    return re.compile(rf"\w{inner}(?:'\w{inner})*|[\U0001f1e6-\U0001f1ff]{{2}}|{symbol}(?:\u200d{symbol})*")


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
        if not all(isinstance(word, str) for word in self.words):
            raise TypeError("WordTokenizer: words must be strings, got "
                            f"{next(word for word in self.words if not isinstance(word, str))!r:.60}")
        if self.words[:2] != SPECIAL:
            raise ValueError(f"WordTokenizer: words must start with {SPECIAL}, got {self.words[:2]}; "
                             "build a vocabulary with WordTokenizer.from_texts(texts)")
        self.ids = {word: i for i, word in enumerate(self.words)}
        if len(self.ids) != len(self.words):
            twice = next(word for word, count in Counter(self.words).items() if count > 1)
            raise ValueError(f"WordTokenizer: words must be unique, but {twice!r} occurs more than once")
        for i, word in enumerate(self.words):       # words typed in another form than split_words gives
            self.ids.setdefault(composed(word), i)

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
        ids = [operator.index(i) for i in ids]
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
        """Write the vocabulary as JSON. The file is replaced only when the new one is complete.

        It has a checksum: the CRC-32 of the file, in which the checksum counts as 00000000.
        """
        # A lone surrogate is no text in UTF-8, but its escape is JSON.
        text = json.dumps({"words": self.words, "crc32": "0" * 8}, ensure_ascii=False)
        content = text.encode("utf-8", "backslashreplace")
        with replacing(path) as file:
            file.write(content[:-10] + b"%08x" % zlib.crc32(content) + content[-2:])

    @classmethod
    def load(cls, path: str | Path) -> "WordTokenizer":
        """Read a tokenizer that `save` wrote; files of earlier versions have no checksum.

        Raises ValueError if the file is damaged.
        """
        with reading(path) as file:
            content = file.read()
        try:
            saved = read_json(content)
            words, checksum = saved["words"], saved.get("crc32")
            if saved.keys() - {"words", "crc32"}:
                raise ValueError(f"it has the names {', '.join(saved)}")
            if "crc32" in saved:
                blank = content.replace(f'"crc32": "{checksum}"'.encode(), b'"crc32": "00000000"')
                actual = f"{zlib.crc32(blank):08x}"
                if actual != checksum:
                    raise ValueError(f"it is damaged: its CRC-32 is {actual}, expected {checksum}")
            return cls(words)
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise ValueError(f"{path} does not hold a WordTokenizer ({error}); expected JSON as save() "
                             'writes it, {"words": ["<pad>", "<unk>", ...], "crc32": ...}') from error


def as_texts(texts):
    if isinstance(texts, str):
        raise TypeError(f"expected a list of texts, got one str; write [{texts[:20]!r}]")
    return texts
