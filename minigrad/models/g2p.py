"""Spelling to sound (Park and Kim 2019, https://github.com/Kyubyong/g2p): how is an English word spoken?

    letters -> GRU -> its last state -> GRU, which says one phoneme after another until the end

An encoder and a decoder (Cho et al. 2014, arXiv:1406.1078); Pronouncer is the network with words around it.
"""

import unicodedata
import zipfile
from pathlib import Path

import numpy as np

from minigrad.autograd import Tensor, no_grad
from minigrad.autograd.errors import NamesArguments
from minigrad.files import reading
from minigrad.io.checkpoint import load_state
from minigrad.nn import GRU, Embedding, Linear, Module

LETTERS = ["<pad>", "<unk>", "</s>", *"abcdefghijklmnopqrstuvwxyz"]
# ARPAbet; the digit of a vowel is its stress: 0 none, 1 the main one, 2 a second one
PHONEMES = """<pad> <unk> <s> </s> AA0 AA1 AA2 AE0 AE1 AE2 AH0 AH1 AH2 AO0 AO1 AO2 AW0 AW1 AW2 AY0 AY1
    AY2 B CH D DH EH0 EH1 EH2 ER0 ER1 ER2 EY0 EY1 EY2 F G HH IH0 IH1 IH2 IY0 IY1 IY2 JH K
    L M N NG OW0 OW1 OW2 OY0 OY1 OY2 P R S SH T TH UH0 UH1 UH2 UW UW0 UW1 UW2 V W Y Z ZH""".split()
UNKNOWN, END_OF_WORD = 1, 2             # in LETTERS
START, END = 2, 3                       # in PHONEMES
LONGEST = 20                            # phonemes
FILE = "checkpoint20.npz"
NAMES = {f"{short}_{kind}": f"{part}.{there}" for short, part in [("enc", "encoder"), ("dec", "decoder")]
         for kind, there in [("emb", "embedding.weight"), *((f"{a}_{b}", f"gru.{c}_{b}_l0")
                                                            for a, c in [("w", "weight"), ("b", "bias")]
                                                            for b in ("ih", "hh"))]}
NAMES |= {"fc_w": "output.weight", "fc_b": "output.bias"}


class G2P(Module):
    """Two recurrent networks; the second starts with the last state of the first."""

    def __init__(self, D: int = 256):
        self.encoder = Recurrent(len(LETTERS), D)
        self.decoder = Recurrent(len(PHONEMES), D)
        self.output = Linear(D, len(PHONEMES))

    def forward(self, letters: Tensor, phonemes: Tensor) -> Tensor:
        """letters (N, T), phonemes (N, S) that begin with START -> logits (N, S, 74) of each next one."""
        _, h = self.encoder(letters)
        return self.output(self.decoder(phonemes, h)[0])


class Recurrent(Module):
    """ids (N, T), state h (1, N, D) -> (N, T, D), the last state (1, N, D)."""

    def __init__(self, size: int, D: int):
        self.embedding = Embedding(size, D)
        self.gru = GRU(D, D, batch_first=True)

    def forward(self, ids: Tensor, h: Tensor | None = None) -> tuple[Tensor, Tensor]:
        return self.gru(self.embedding(ids), h)


class Pronouncer(NamesArguments):
    """The phonemes of an English word, guessed from its spelling."""

    doors = ("pronounce",)

    def __init__(self, model: G2P):
        self.model = model.eval()

    def pronounce(self, word: str) -> list[str]:
        """One word -> its phonemes in ARPAbet, ['HH', 'AH0', 'L', 'OW1'], at most 20.

        Case and accents are ignored; an apostrophe or a hyphen counts as an unknown letter, as in the
        original. Raises ValueError for several words and for what has no letters a to z or has digits.
        """
        ids = Tensor(np.array([spelled(word)])).to(self.model.output.weight.device)
        said: list[int] = []
        with no_grad():
            _, h = self.model.encoder(ids)
            while len(said) < LONGEST:
                before = Tensor(np.array([[said[-1] if said else START]])).to(ids.device)
                y, h = self.model.decoder(before, h)                            # (1, 1, D)
                best = int(self.model.output(y).argmax())
                if best == END:
                    break
                said.append(best)
        return [PHONEMES[i] for i in said]


def spelled(word):
    """The ids of the letters of a word and END_OF_WORD."""
    if not isinstance(word, str):
        raise TypeError(f"pronounce: expected a word as a str, got {type(word).__name__}")
    letters = "".join(each for each in unicodedata.normalize("NFD", word.strip()).lower()
                      if unicodedata.category(each) != "Mn").replace("\u2019", "'")
    if not letters:
        raise ValueError("pronounce: the word is empty")
    strange = next((each for each in letters if each not in LETTERS and each not in "'-"), None)
    if strange or not letters.strip("'-"):
        advice = ("pronounce one word at a time" if strange and strange.isspace() else
                  "write the number in words" if strange and strange.isdigit() else "use the letters a to z")
        raise ValueError(f"pronounce: {word!r:.60} has {strange!r}; {advice}" if strange else
                         f"pronounce: {word!r:.60} has no letters; {advice}")
    return [LETTERS.index(each) if each in LETTERS else UNKNOWN for each in letters] + [END_OF_WORD]


def load(folder: Path) -> Pronouncer:
    """Read the arrays in the folder of the package."""
    path = folder / FILE
    try:
        with reading(path) as file, np.load(file, allow_pickle=False) as arrays:
            weights = {NAMES.get(name, name): Tensor(arrays[name]) for name in arrays}
    except (zipfile.BadZipFile, ValueError, EOFError) as error:
        raise ValueError(f"{path} cannot be read as an npz file: {error}") from None
    return Pronouncer(load_state(path, G2P(), weights))
