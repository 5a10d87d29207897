"""WordPiece, BERT's tokenizer: frequent words are one token, other words the longest pieces that are known.

    "Ünaffable!" -> clean, lower-case, without accents -> unaffable ! -> un ##aff ##able !

A piece inside a word begins with ##. A word for which there are no pieces is [UNK]. Around a text BERT wants
[CLS] and [SEP]; of a pair, [CLS] a [SEP] b [SEP], the tokens of b and the last [SEP] have type 1.

Source: Wu et al. 2016, arXiv:1609.08144, sec. 4.1; Devlin et al. 2018, arXiv:1810.04805, sec. 3. The steps
are those of BertNormalizer, BertPreTokenizer and WordPiece of the library `tokenizers`. Its tables of Unicode
are older than Python's: newer accents and marks, mostly of rare scripts, may be split otherwise.
"""

import operator
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from minigrad.autograd.errors import NamesArguments
from minigrad.data.tokenizer import as_texts
from minigrad.data.tokenizers import file
from minigrad.data.tokenizers.byte_bpe import learn
from minigrad.files import reading, replacing

UNK, CLS, SEP, PAD, MASK = "[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"
NEEDED = UNK, CLS, SEP, PAD
SPECIAL = PAD, UNK, CLS, SEP, MASK      # of a vocabulary learned here
LONGEST_WORD = 100          # characters; a longer word is [UNK]
REMEMBERED = 100_000        # words whose pieces are kept

# Chinese characters, each a word of its own; not the syllables of Korean or the letters of Japanese.
CJK = ((0x4e00, 0x9fff), (0x3400, 0x4dbf), (0x20000, 0x2a6df), (0x2a700, 0x2b73f), (0x2b740, 0x2b81f),
       (0x2b920, 0x2ceaf), (0xf900, 0xfaff), (0x2f800, 0x2fa1f))
# decode() joins these to the word before, if asked to: the library's rule.
JOINED = {" .": ".", " ?": "?", " !": "!", " ,": ",", " n't": "n't", " 'm": "'m", " 's": "'s", " 've": "'ve",
          " 're": "'re"}


class Encoded(NamedTuple):
    """A batch of N texts, T tokens each with padding; int64 (N, T) all. The names are BERT's."""

    input_ids: np.ndarray           # padding has the id of [PAD]
    attention_mask: np.ndarray      # 1 at tokens, 0 at padding
    token_type_ids: np.ndarray      # 0 in the first text, 1 in the second


class WordPieceTokenizer(NamesArguments):
    """BERT's tokenizer.

    >>> tokenizer = WordPieceTokenizer(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "un", "##aff", "##able", "!"])
    >>> tokenizer.tokens("Ünaffable!")
    ['un', '##aff', '##able', '!']
    >>> tokenizer.encode("Ünaffable!")
    [2, 4, 5, 6, 7, 3]
    >>> tokenizer.decode([2, 4, 5, 6, 7, 3])
    'unaffable!'
    """

    doors = ("tokens", "encode", "decode", "encode_batch", "save", "save_vocab")

    def __init__(self, vocab: Iterable[str], *, lowercase: bool = True, strip_accents: bool | None = None,
                 special: Iterable[str] | None = None, clean_up: bool = True) -> None:
        """vocab: the token for each id.

        lowercase       also strips accents, unless strip_accents says otherwise
        special         tokens that stand for themselves in a text; default: [UNK] [CLS] [SEP] [PAD] [MASK]
        clean_up        whether decode() writes "Good, good." rather than "Good , good ."
        """
        self.vocab = list(vocab)
        if not all(isinstance(token, str) for token in self.vocab):
            raise TypeError("WordPieceTokenizer: vocab must be strings, got "
                            f"{next(token for token in self.vocab if not isinstance(token, str))!r:.60}")
        self.ids = {token: i for i, token in enumerate(self.vocab)}
        if len(self.ids) != len(self.vocab):
            twice = next(token for i, token in enumerate(self.vocab) if self.ids[token] != i)
            raise ValueError(f"WordPieceTokenizer: vocab must be unique, but {twice!r} occurs more than once")
        missing = [token for token in NEEDED if token not in self.ids]
        if missing:
            raise ValueError(f"WordPieceTokenizer: the vocabulary of {len(self.vocab)} tokens lacks "
                             f"{', '.join(missing)}; is it one of BERT?")
        self.lowercase, self.clean_up = lowercase, clean_up
        self.strip_accents = lowercase if strip_accents is None else strip_accents
        self.special = {token: self.ids[token] for token in
                        ([*NEEDED, MASK] if special is None else special) if token in self.ids}
        self.split = file.Splitter(self.special)
        self.known: dict[str, list[str]] = {}

    @classmethod
    def train(cls, texts: Iterable[str], size: int, *, min_count: int = 2,
              lowercase: bool = True) -> "WordPieceTokenizer":
        """Learn a vocabulary of at most `size` tokens: special ones, letters, then the most frequent pieces.

        Like the trainer of the library `tokenizers`, it merges the most frequent pair of neighbours in a word
        again and again, as BPE does; a letter inside a word begins with ##. It ends early when no pair occurs
        min_count times.

        >>> WordPieceTokenizer.train(["low lower lowest", "new newer newest"], 18).vocab[-3:]
        ['ne', '##st', '##wer']
        """
        splitter = cls(SPECIAL, lowercase=lowercase)
        counts = Counter(word for text in as_texts(texts) for word in splitter.words(text))
        spelled = [[word[0], *(f"##{letter}" for letter in word[1:])] for word in counts]
        vocab = [*SPECIAL, *sorted({letter for word in spelled for letter in word})]
        if size < len(vocab):
            raise ValueError(f"train: size must be at least {len(vocab)}, the special tokens and the letters "
                             f"of the texts, got {size}")
        ids = {token: i for i, token in enumerate(vocab)}
        words = [[ids[letter] for letter in word] for word in spelled]
        learn(words, list(counts.values()), vocab, size, min_count, lambda pair: pair[0] + pair[1][2:])
        return cls(vocab, lowercase=lowercase)

    @classmethod
    def from_vocab(cls, path: str | Path, *, lowercase: bool = True,
                   strip_accents: bool | None = None) -> "WordPieceTokenizer":
        """Read vocab.txt: a token a line, its id is the number of the line, from 0."""
        with reading(path) as lines:
            content = lines.read()
        try:
            vocab = content.decode().split("\n")
            return cls([token.rstrip() for token in vocab[:-1 if vocab[-1] == "" else None]],
                       lowercase=lowercase, strip_accents=strip_accents)
        except ValueError as error:
            raise ValueError(f"{path} is not a vocab.txt, a token a line: {error}") from None

    @classmethod
    def load(cls, path: str | Path) -> "WordPieceTokenizer":
        """Read tokenizer.json. What it says of truncation and padding is left out: encode takes it."""
        said, special = file.read(path, "WordPiece", {
            "normalizer": {"type": ["BertNormalizer"], "clean_text": [True], "handle_chinese_chars": [True],
                           "strip_accents": [None, True, False], "lowercase": [True, False]},
            "pre_tokenizer": {"type": ["BertPreTokenizer"]},
            "model": {"type": ["WordPiece"], "unk_token": [UNK], "continuing_subword_prefix": ["##"],
                      "max_input_chars_per_word": [LONGEST_WORD]},
            "post_processor": {"type": ["TemplateProcessing", "BertProcessing"]},
            "decoder": {"type": ["WordPiece"], "prefix": ["##"], "cleanup": [True, False]}})
        after, how = said["post_processor"], said["normalizer"]
        expected = around(said["model"]["vocab"])
        if after["type"] == "TemplateProcessing" and any(
                after.get(name) != expected[name] for name in expected):
            raise file.Refused(path, "its post_processor is not BERT's, [CLS] a [SEP] b [SEP] with type 1 "
                                     "from b on")
        try:
            return cls(file.in_order(path, said["model"]["vocab"]), lowercase=how.get("lowercase", True),
                       strip_accents=how.get("strip_accents"), special=special,
                       clean_up=said["decoder"].get("cleanup", True))
        except file.Refused:
            raise
        except ValueError as error:
            raise file.Refused(path, error) from None

    def save(self, path: str | Path) -> None:
        """Write tokenizer.json."""
        file.write(path, {
            "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True,
                           "strip_accents": self.strip_accents, "lowercase": self.lowercase},
            "pre_tokenizer": {"type": "BertPreTokenizer"},
            "post_processor": {"type": "TemplateProcessing", **around(self.ids)},
            "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": self.clean_up},
            "model": {"type": "WordPiece", "unk_token": UNK, "continuing_subword_prefix": "##",
                      "max_input_chars_per_word": LONGEST_WORD, "vocab": self.ids}}, self.special)

    def save_vocab(self, path: str | Path) -> None:
        """Write vocab.txt. It does not say whether the tokenizer writes everything in lower case."""
        with replacing(path) as lines:
            lines.write("".join(f"{token}\n" for token in self.vocab).encode())

    def __len__(self) -> int:
        """The size of the vocabulary."""
        return len(self.vocab)

    def tokens(self, text: str) -> list[str]:
        """The pieces of a text, without [CLS] and [SEP]."""
        pieces = []
        for i, part in enumerate(self.split(text)):
            if i % 2:
                pieces.append(part)
            else:
                for word in self.words(part):
                    pieces += self.pieces(word)
        return pieces

    def words(self, text: str) -> list[str]:
        """The words and punctuation marks of a text, as the vocabulary spells them."""
        text = text.translate(CLEAN)
        if self.strip_accents and not text.isascii():
            text = unicodedata.normalize("NFD", text).translate(STRIPPED)
        if self.lowercase:
            text = text.replace("Σ", "σ").lower()      # letter by letter: no ς at the end of a word
        return text.translate(APART).split()

    def pieces(self, word: str) -> list[str]:
        """The longest piece that begins the word, then the longest that goes on, and so on; or [UNK]."""
        if word in self.known:
            return self.known[word]
        pieces, start = [], 0
        while start < len(word) <= LONGEST_WORD:
            prefix = "##" if start else ""
            end = next((end for end in range(len(word), start, -1)
                        if prefix + word[start:end] in self.ids), None)
            if end is None:
                break
            pieces.append(prefix + word[start:end])
            start = end
        if start < len(word):
            pieces = [UNK]
        if len(self.known) >= REMEMBERED:
            self.known.clear()
        self.known[word] = pieces
        return pieces

    def encode(self, text: str, pair: str | None = None, *, max_length: int | None = None) -> list[int]:
        """The ids of [CLS] text [SEP], or of [CLS] text [SEP] pair [SEP].

        max_length counts these special tokens, too. Of a pair, the longer text loses tokens at its end until
        both are equally long; then both, and the second keeps one more if one is left.
        """
        return self.encode_types(text, pair, max_length)[0]

    def encode_types(self, text: str, pair: str | None,
                     max_length: int | None) -> tuple[list[int], list[int]]:
        """The ids, and the type of each, 0 or 1."""
        first = [self.ids[piece] for piece in self.tokens(text)]
        second = None if pair is None else [self.ids[piece] for piece in self.tokens(pair)]
        added = 2 if second is None else 3
        if max_length is not None:
            if max_length < added:
                raise ValueError(f"encode: max_length counts [CLS] and [SEP], so it must be at least "
                                 f"{added}, got {max_length}")
            a, b = shortened(len(first), len(second or []), max_length - added)
            first, second = first[:a], None if second is None else second[:b]
        cls, sep = self.ids[CLS], self.ids[SEP]
        ids, types = [cls, *first, sep], [0] * (len(first) + 2)
        if second is not None:
            ids, types = [*ids, *second, sep], types + [1] * (len(second) + 1)
        return ids, types

    def encode_batch(self, texts: Iterable[str], pairs: Sequence[str] | None = None, *,
                     max_length: int | None = None, length: int | None = None) -> Encoded:
        """Encode N texts, or N texts with the second of each pair, and pad them to the longest.

        length: pad to this many tokens instead; it must hold the longest. Returns Encoded, three arrays
        (N, T): in attention_mask 1 is a token, while key_padding_mask of nn has True at padding.
        """
        texts = list(as_texts(texts))
        seconds: list = [None] * len(texts) if pairs is None else list(as_texts(pairs))
        if len(seconds) != len(texts):
            raise ValueError(f"encode_batch: {len(texts)} texts, but {len(seconds)} in pairs; each text "
                             "needs one")
        if not texts:
            raise ValueError("encode_batch: no texts to encode")
        rows = [self.encode_types(text, pair, max_length) for text, pair in zip(texts, seconds)]
        longest = max(len(ids) for ids, _ in rows)
        if length is not None and length < longest:
            raise ValueError(f"encode_batch: the longest text has {longest} tokens, more than "
                             f"length={length}; add max_length={length}")
        shape = len(rows), longest if length is None else length
        result = Encoded(np.full(shape, self.ids[PAD], np.int64), np.zeros(shape, np.int64),
                         np.zeros(shape, np.int64))
        for i, (ids, types) in enumerate(rows):
            result.input_ids[i, :len(ids)], result.token_type_ids[i, :len(ids)] = ids, types
            result.attention_mask[i, :len(ids)] = 1
        return result

    def decode(self, ids: Iterable[int], *, skip_special: bool = True) -> str:
        """The text of ids: pieces joined to words, words with spaces between."""
        ids = [operator.index(i) for i in ids]
        outside = [i for i in ids if not 0 <= i < len(self)]
        if outside:
            raise ValueError(f"decode: ids must lie in 0..{len(self) - 1}, got {outside[0]}")
        tokens = [self.vocab[i] for i in ids]
        if skip_special:
            tokens = [token for token in tokens if token not in self.special]
        written = []
        for token in tokens:
            if written:
                token = token[2:] if token.startswith("##") else f" {token}"
            for apart, joined in JOINED.items() if self.clean_up else ():
                token = token.replace(apart, joined)
            written.append(token)
        return "".join(written)


def shortened(first, second, room):
    """The lengths to which two texts are cut so that they have `room` tokens together."""
    short, long = sorted((first, second))
    if short + long <= room:
        return first, second
    if 2 * short <= room:       # only the longer one is cut
        long = room - short
    else:
        short, long = room // 2, room - room // 2
    return (long, short) if first > second else (short, long)


def around(ids):
    """The post-processor of tokenizer.json that puts [CLS] and [SEP] around."""
    def token(name, kind):
        return {"SpecialToken": {"id": name, "type_id": kind}}

    def text(name, kind):
        return {"Sequence": {"id": name, "type_id": kind}}

    single = [token(CLS, 0), text("A", 0), token(SEP, 0)]
    return {"single": single, "pair": [*single, text("B", 1), token(SEP, 1)],
            "special_tokens": {name: {"id": name, "ids": [ids.get(name)], "tokens": [name]}
                               for name in (CLS, SEP)}}


class Table(dict):
    """For str.translate: what `becomes` says of a character, asked once."""

    def __init__(self, becomes):
        self.becomes = becomes

    def __missing__(self, code):
        self[code] = self.becomes(chr(code))
        return self[code]


def cleaned(char):
    """Control and format characters vanish, spaces become one kind, Chinese characters stand apart."""
    if char in "\t\n\r" or unicodedata.category(char)[0] == "Z":
        return " "
    if char == "\ufffd" or unicodedata.category(char) in ("Cc", "Cf", "Co", "Cs"):
        return ""
    return f" {char} " if any(first <= ord(char) <= last for first, last in CJK) else char


def apart(char):
    """A punctuation mark is a word, and so is every other mark of ASCII such as $ and ^."""
    mark = char.isascii() and char.isprintable() and not char.isalnum() and char != " "
    return f" {char} " if mark or unicodedata.category(char)[0] == "P" else char


CLEAN, APART = Table(cleaned), Table(apart)
STRIPPED = Table(lambda char: "" if unicodedata.category(char) == "Mn" else char)
