"""tokenizer.json, the file of the library `tokenizers` of Hugging Face, and special tokens inside a text.

    {"added_tokens": [{"id": 101, "content": "[CLS]", "special": true, ...}, ...],
     "normalizer": {"type": "BertNormalizer", ...}, "pre_tokenizer": {"type": "BertPreTokenizer"},
     "model": {"type": "WordPiece", "vocab": {"[PAD]": 0, ...}, ...}, ...}

A file that asks for what the tokenizer that reads it cannot do raises an error: other ids would be worse than
none. What it says of truncation and padding is left out; those are arguments of encode.
Source: https://huggingface.co/docs/tokenizers, "Components".
"""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from minigrad.files import read_json, reading, replacing


class Refused(ValueError):
    """A file is not a tokenizer.json that can be used; the message has its path and the reason."""

    def __init__(self, path, trouble):
        super().__init__(f"{path}: {trouble}")


def read(path: str | Path, model: str, expected: dict[str, dict]) -> tuple[dict, list[str]]:
    """What a file says, and its special tokens.

    model      the type of model that it must hold
    expected   for each part, such as "normalizer", what it must say where it says something: (type, allowed)
    """
    with reading(path) as file:
        content = file.read()
    try:
        said = read_json(content)
    except ValueError as error:
        raise Refused(path, f"expected tokenizer.json, but this is no JSON ({error})") from None
    if not isinstance(said, dict) or not isinstance(said.get("model"), dict):
        raise Refused(path, "expected tokenizer.json, {'model': {'type': ..., 'vocab': ...}, ...}; "
                            "for BERT's vocab.txt use WordPieceTokenizer.from_vocab")
    for part, allowed in {"model": {"type": [model]}, **expected}.items():
        settings = said.get(part) or {}
        for name, values in allowed.items():
            if isinstance(settings, dict) and settings.get(name) in values or (
                    name not in settings and name != "type"):
                continue
            got = settings.get(name) if isinstance(settings, dict) else settings
            raise Refused(path, f"{part}.{name} is {got!r:.60}, expected "
                                f"{' or '.join(map(repr, values))}; minigrad has no other tokenizer for it")
    vocab = said["model"].get("vocab")
    if not isinstance(vocab, dict) or not all(type(i) is int for i in vocab.values()):
        raise Refused(path, "model.vocab must map tokens to their ids, whole numbers")
    return said, added(path, said.get("added_tokens") or [], vocab)


def added(path, tokens, vocab):
    """The special tokens of a file; those that the vocabulary lacks are put into it."""
    try:
        for token in tokens:
            plain = not any(token.get(name) for name in ("single_word", "lstrip", "rstrip", "normalized"))
            if not (plain and token["special"]):
                raise Refused(path, f"the added token {token['content']!r} is not a plain special token "
                                    "(special, neither normalized nor stripped); others are not supported")
            if vocab.setdefault(token["content"], token["id"]) != token["id"]:
                raise Refused(path, f"the added token {token['content']!r} has id {token['id']}, but "
                                    f"{vocab[token['content']]} in the vocabulary")
        return [token["content"] for token in tokens]
    except (LookupError, TypeError, AttributeError) as error:
        raise Refused(path, f"its added_tokens are damaged ({error!r})") from None


def in_order(path: Any, vocab: dict[str, int]) -> list[str]:
    """The token for each id; raises ValueError if ids are not 0, 1, 2, ..."""
    tokens = sorted(vocab, key=vocab.__getitem__)
    for i, token in enumerate(tokens):
        if vocab[token] != i:
            raise Refused(path, f"the ids of {len(tokens)} tokens must be 0 to {len(tokens) - 1}, each once, "
                                f"but {token!r} has {vocab[token]}")
    return tokens


def write(path: str | Path, said: dict, special: dict[str, int]) -> None:
    """Write a file that `read` and the library read; a file at `path` is replaced as a whole."""
    tokens = [{"id": special[token], "content": token, "single_word": False, "lstrip": False, "rstrip": False,
               "normalized": False, "special": True} for token in sorted(special, key=special.__getitem__)]
    said = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": tokens, **said}
    with replacing(path) as file:
        file.write(json.dumps(said, ensure_ascii=False, indent=1).encode())


class Splitter:
    """Cuts special tokens out of a text: longest first, wherever they stand."""

    def __init__(self, special: Iterable[str]):
        names = sorted(special, key=len, reverse=True)
        self.pattern = re.compile("(" + "|".join(map(re.escape, names)) + ")") if names else None

    def __call__(self, text: str) -> list[str]:
        """The text in parts; those with an odd index are special tokens."""
        return self.pattern.split(text) if self.pattern else [text]
