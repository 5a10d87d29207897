"""Byte-level BPE, GPT-2's tokenizer: it starts from the 256 bytes and merges the most frequent pairs.

    " lower" -> Ġ l o w e r -> Ġ low er -> Ġlow er

No text is unknown, since every text is bytes in UTF-8. A byte is written as a visible letter (Ġ is the
space). Pairs are merged only inside a word with the space before it, never across.

Source: Sennrich et al. 2016, arXiv:1508.07909; on bytes, Radford et al. 2019, "Language Models are
Unsupervised Multitask Learners", sec. 2.2. Words are split as GPT-2 does, with Python's re.
"""

import functools
import heapq
import operator
import re
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

from minigrad.autograd.errors import NamesArguments
from minigrad.data.tokenizer import as_texts
from minigrad.data.tokenizers import file

REMEMBERED = 100_000        # words whose ids are kept

# Bytes that are visible letters stand for themselves, the others for the letters from U+0100 on.
VISIBLE = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
LETTERS = {byte: chr(byte) for byte in VISIBLE}
LETTERS |= {byte: chr(256 + i) for i, byte in enumerate(sorted(set(range(256)) - set(VISIBLE)))}
BYTES = {letter: byte for byte, letter in LETTERS.items()}


@functools.cache
def gpt2_word():
    r"""GPT-2's pattern, in which \p{L} are letters and \p{N} numbers; compiled when first needed.

        's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+

    Python's \w is letters, numbers and _, its \d only decimal digits, and its \s also U+001C to U+001F.
    """
    numbers = [i for i in range(sys.maxunicode + 1) if unicodedata.category(chr(i)) in ("Nl", "No")]
    runs: list[list[int]] = []
    for i in numbers:
        if runs and runs[-1][1] == i - 1:
            runs[-1][1] = i
        else:
            runs.append([i, i])
    others = "".join(f"{chr(first)}-{chr(last)}" for first, last in runs)       # such as ½ and Ⅷ
    space, mark = r"[^\S\x1c-\x1f]", r"(?:[^\s\w]|[_\x1c-\x1f])"
    return re.compile(rf"'s|'t|'re|'ve|'m|'ll|'d| ?[^\W\d_{others}]+| ?[\d{others}]+| ?{mark}+"
                      rf"|{space}+(?![^\s]|[\x1c-\x1f])|{space}+")


def letters(word):
    """The bytes of a word as visible letters."""
    return [LETTERS[byte] for byte in word.encode("utf-8", "surrogatepass")]


class ByteBPETokenizer(NamesArguments):
    """GPT-2's tokenizer.

    >>> tokenizer = ByteBPETokenizer.train(["low lower lowest", "new newer newest"], 264)
    >>> tokenizer.merges[:3]
    [('w', 'e'), ('l', 'o'), ('n', 'e')]
    >>> tokenizer.tokens("a newer one")
    ['a', 'Ġne', 'wer', 'Ġ', 'o', 'ne']
    >>> tokenizer.decode(tokenizer.encode("Any text: ½ 漢字"))
    'Any text: ½ 漢字'
    """

    doors = ("tokens", "encode", "decode", "save")

    def __init__(self, vocab: Iterable[str], merges: Iterable[tuple[str, str]], *,
                 special: Iterable[str] = ()) -> None:
        """vocab: the token for each id, bytes as visible letters; merges: pairs of tokens, as learnt.

        special: tokens of vocab that stand for themselves in a text, such as <|endoftext|>.
        """
        self.vocab, self.merges = list(vocab), [tuple(pair) for pair in merges]
        self.ids = {token: i for i, token in enumerate(self.vocab)}
        if len(self.ids) != len(self.vocab):
            twice = next(token for i, token in enumerate(self.vocab) if self.ids[token] != i)
            raise ValueError(f"ByteBPETokenizer: vocab must be unique, but {twice!r} occurs more than once")
        missing = [letter for letter in LETTERS.values() if letter not in self.ids]
        if missing:
            raise ValueError(f"ByteBPETokenizer: vocab lacks {len(missing)} of the 256 bytes, such as "
                             f"{missing[0]!r}; without them, texts would lose characters")
        for pair in self.merges:
            if len(pair) != 2 or not {*pair, "".join(pair)} <= self.ids.keys():
                raise ValueError(f"ByteBPETokenizer: the merge {pair!r:.80} must be two tokens of vocab "
                                 "that joined are one")
        self.special = {}
        for token in special:
            if token not in self.ids:
                raise ValueError(f"ByteBPETokenizer: the special token {token!r} is not in vocab")
            self.special[token] = self.ids[token]
        self.ranks = {pair: i for i, pair in enumerate(self.merges)}
        self.split = file.Splitter(self.special)
        self.known: dict[str, list[str]] = {}

    @classmethod
    def train(cls, texts: Iterable[str], size: int, *, min_count: int = 2,
              special: Iterable[str] = ()) -> "ByteBPETokenizer":
        """Learn a vocabulary of at most `size` tokens: special ones, 256 bytes, then a token for each merge.

        Each step merges the most frequent pair of neighbours; of equally frequent ones, that with the smaller
        ids. It ends early when no pair occurs min_count times.
        """
        vocab = [*special, *sorted(BYTES)]
        if size < len(vocab):
            raise ValueError(f"train: size must be at least {len(vocab)}, the 256 bytes and the special "
                             f"tokens, got {size}")
        ids = {token: i for i, token in enumerate(vocab)}
        counts = Counter(word for text in as_texts(texts) for word in gpt2_word().findall(text))
        words = [[ids[letter] for letter in letters(word)] for word in counts]
        merges = learn(words, list(counts.values()), vocab, size, min_count, "".join)
        return cls(vocab, merges, special=special)

    @classmethod
    def load(cls, path: str | Path) -> "ByteBPETokenizer":
        """Read tokenizer.json, of save() or of the library."""
        said, special = file.read(path, "BPE", {
            "pre_tokenizer": {"type": ["ByteLevel"], "add_prefix_space": [False], "use_regex": [True]},
            "model": {"type": ["BPE"], "dropout": [None], "continuing_subword_prefix": [None, ""],
                      "end_of_word_suffix": [None, ""], "byte_fallback": [False], "ignore_merges": [False]},
            "decoder": {"type": ["ByteLevel"]}})
        after = said.get("post_processor")
        if said.get("normalizer") or after and after.get("type") != "ByteLevel":
            raise file.Refused(path, "it has a normalizer, or a post_processor that adds tokens; "
                                     "GPT-2's tokenizer has neither")
        merges: list = [tuple(pair.split(" ")) if isinstance(pair, str) else tuple(pair)
                  for pair in said["model"].get("merges", [])]
        try:
            return cls(file.in_order(path, said["model"]["vocab"]), merges, special=special)
        except file.Refused:
            raise
        except ValueError as error:
            raise file.Refused(path, error) from None

    def save(self, path: str | Path) -> None:
        """Write tokenizer.json."""
        level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
        file.write(path, {
            "normalizer": None, "pre_tokenizer": level, "post_processor": None, "decoder": level,
            "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
                      "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False,
                      "ignore_merges": False, "vocab": self.ids,
                      "merges": [list(pair) for pair in self.merges]}}, self.special)

    def __len__(self) -> int:
        """The size of the vocabulary."""
        return len(self.vocab)

    def tokens(self, text: str) -> list[str]:
        """The tokens of a text, bytes as visible letters."""
        tokens = []
        for i, part in enumerate(self.split(text)):
            if i % 2:
                tokens.append(part)
            else:
                for word in gpt2_word().findall(part):
                    tokens += self.pieces(word)
        return tokens

    def pieces(self, word: str) -> list[str]:
        """The tokens of a word: merge the pair that was learnt first, until no pair was learnt."""
        if word in self.known:
            return self.known[word]
        tokens = letters(word)
        while len(tokens) > 1:
            best = min(zip(tokens, tokens[1:]), key=lambda pair: self.ranks.get(pair, len(self.ranks)))
            if best not in self.ranks:
                break
            tokens = merged(tokens, best, "".join(best))
        if len(self.known) >= REMEMBERED:
            self.known.clear()
        self.known[word] = tokens
        return tokens

    def encode(self, text: str) -> list[int]:
        """The ids of a text."""
        return [self.ids[token] for token in self.tokens(text)]

    def decode(self, ids: Iterable[int], *, skip_special: bool = True) -> str:
        """The text of ids. Bytes that are no text, such as half a character, become U+FFFD."""
        ids = [operator.index(i) for i in ids]
        outside = [i for i in ids if not 0 <= i < len(self)]
        if outside:
            raise ValueError(f"decode: ids must lie in 0..{len(self) - 1}, got {outside[0]}")
        content = b""
        for token in (self.vocab[i] for i in ids):
            if token in self.special:
                content += b"" if skip_special else token.encode()
            else:
                content += bytes(BYTES[letter] for letter in token)
        try:
            return content.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            return content.decode("utf-8", "replace")


def learn(words, often, vocab, size, min_count, join):
    """Merge the most frequent pair again and again; `vocab` and `words` grow and shrink in place.

    words: the ids of the letters of each word; often: how often it occurs; join: a pair of tokens -> one.
    Returns the merges, pairs of tokens.
    """
    ids = {token: i for i, token in enumerate(vocab)}
    pairs: Counter = Counter()
    where = defaultdict(set)        # pair -> the words that have it, or had it
    for i, word in enumerate(words):
        for pair in zip(word, word[1:]):
            pairs[pair] += often[i]
            where[pair].add(i)
    heap = [(-count, pair) for pair, count in pairs.items()]
    heapq.heapify(heap)
    merges = []
    while len(vocab) < size and heap:
        count, best = heapq.heappop(heap)
        if -count != pairs[best]:           # the count of an earlier step
            continue
        if -count < max(min_count, 1):
            break
        first, second = best
        joined = join((vocab[first], vocab[second]))
        merges.append((vocab[first], vocab[second]))
        if joined not in ids:               # another pair may have made it
            ids[joined] = len(vocab)
            vocab.append(joined)
        changed = set()
        for i in where.pop(best):
            for sign in (-1, 1):
                for pair in zip(words[i], words[i][1:]):
                    pairs[pair] += sign * often[i]
                    changed.add(pair)
                    if sign > 0:
                        where[pair].add(i)
                if sign < 0:
                    words[i] = merged(words[i], best, ids[joined])
        for pair in changed:
            if pairs[pair] > 0:
                heapq.heappush(heap, (-pairs[pair], pair))
    return merges


def merged(tokens, pair, joined):
    """`tokens` with `joined` in place of each `pair`, from left to right."""
    result = []
    for token in tokens:
        if result and result[-1] == pair[0] and token == pair[1]:
            result[-1] = joined
        else:
            result.append(token)
    return result
