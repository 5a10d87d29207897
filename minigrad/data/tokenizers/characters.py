"""A tokenizer of single characters: a text becomes the number of each of its letters in an alphabet."""

import json
import operator
from collections.abc import Iterable
from pathlib import Path

from minigrad.autograd.errors import NamesArguments
from minigrad.data.tokenizer import as_texts
from minigrad.files import read_json, reading, replacing


class CharacterTokenizer(NamesArguments):
    """An alphabet that converts text to ids and back; every character is a token.

    >>> tokenizer = CharacterTokenizer.train(["a cab"])
    >>> tokenizer.vocab
    [' ', 'a', 'b', 'c']
    >>> tokenizer.encode("abc")
    [1, 2, 3]
    >>> tokenizer.decode([3, 1, 2])
    'cab'
    """

    doors = ("encode", "decode", "save")

    def __init__(self, vocab: Iterable[str]) -> None:
        """vocab: the character for each id."""
        self.vocab = list(vocab)
        wrong = [token for token in self.vocab if not isinstance(token, str) or len(token) != 1]
        if wrong:
            raise ValueError(f"CharacterTokenizer: vocab must be single characters, got {wrong[0]!r:.60}")
        self.ids = {character: i for i, character in enumerate(self.vocab)}
        if len(self.ids) != len(self.vocab):
            twice = next(token for i, token in enumerate(self.vocab) if self.ids[token] != i)
            raise ValueError(f"CharacterTokenizer: vocab must be unique, but {twice!r} occurs more than once")

    @classmethod
    def train(cls, texts: Iterable[str]) -> "CharacterTokenizer":
        """All characters of the texts, in the order of their numbers in Unicode."""
        return cls(sorted({character for text in as_texts(texts) for character in text}))

    @classmethod
    def load(cls, path: str | Path) -> "CharacterTokenizer":
        """Read a file of save()."""
        with reading(path) as file:
            content = file.read()
        try:
            vocab = read_json(content)
            if not isinstance(vocab, list):
                raise ValueError(f"got {vocab!r:.60}")
            return cls(vocab)
        except ValueError as error:
            raise ValueError(f"{path} is not the file of a CharacterTokenizer, a JSON list of characters: "
                             f"{error}") from None

    def save(self, path: str | Path) -> None:
        """Write the alphabet, a JSON list."""
        with replacing(path) as file:
            file.write(json.dumps(self.vocab).encode())

    def __len__(self) -> int:
        """The size of the vocabulary."""
        return len(self.vocab)

    def encode(self, text: str) -> list[int]:
        """The ids of a text. Raises ValueError if it has a character that the alphabet lacks."""
        unknown = sorted(set(text) - self.ids.keys())
        if unknown:
            raise ValueError(f"encode: the alphabet of {len(self)} characters lacks "
                             f"{', '.join(map(repr, unknown[:10]))}; it has {''.join(self.vocab)!r:.200}")
        return [self.ids[character] for character in text]

    def decode(self, ids: Iterable[int]) -> str:
        """The text of ids."""
        ids = [operator.index(i) for i in ids]
        outside = [i for i in ids if not 0 <= i < len(self)]
        if outside:
            raise ValueError(f"decode: ids must lie in 0..{len(self) - 1}, got {outside[0]}")
        return "".join(self.vocab[i] for i in ids)
