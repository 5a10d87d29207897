"""Magika (Fratantonio et al. 2024, arXiv:2409.13768): what kind of file is this, by its first and last bytes?

    1,024 bytes from the start and 1,024 from the end -> a vector each -> four neighbours side by side
        -> convolution -> the strongest answer of each filter anywhere -> one score for each of 214 types

FileIdentifier is the network with files around it: which bytes it reads, and when it says that it is not
sure.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from minigrad.autograd import Tensor, no_grad
from minigrad.autograd.errors import NamesArguments
from minigrad.files import read_settings, reading
from minigrad.io.checkpoint import load_state
from minigrad.io.onnx import load_onnx
from minigrad.nn import Conv1d, Embedding, Linear, Module, Parameter, functional as F
from minigrad.ops.creation import ones, zeros

READ = 4096                     # bytes at either end; blanks around them are removed before SEEN are taken
SEEN, PADDING = 1024, 256       # 256 stands where a short file has no byte
FEWEST = 8                      # bytes that say anything
FILE = "models/standard_v3_3/model.onnx"
START = "jax2tf_get_logits_/"
NET = START + "pjit_get_logits_/MagikaV2/"
# In the file -> here.
NAMES = {START + "Const:0": "embedding.weight", NET + "Dense_0/Reshape:0": "bias",
         NET + "LayerNorm_0/Reshape_2:0": "norm1.weight", NET + "LayerNorm_0/Reshape_3:0": "norm1.bias",
         NET + "Conv_0/transpose_3:0": "conv.weight", "const_fold_opt__209": "conv.bias",
         NET + "LayerNorm_1/Reshape_2:0": "norm2.weight", NET + "LayerNorm_1/Reshape_3:0": "norm2.bias",
         START + "Const_24:0": "output.weight", NET + "Dense_1/Reshape:0": "output.bias"}


class Magika(Module):
    """ids (N, 2048) of bytes, 256 where there is none -> logits (N, types)."""

    def __init__(self, types: int = 214):
        self.embedding, self.bias = Embedding(257, 64), Parameter(zeros(64))
        self.norm1 = Norm(512)
        self.conv = Conv1d(256, 512, 5)
        self.norm2 = Norm(512)
        self.output = Linear(512, types)

    def forward(self, ids: Tensor) -> Tensor:
        x = F.gelu(self.embedding(ids) + self.bias, approximate="tanh")         # (N, 2048, 64)
        x = x.reshape(-1, 512, 256)                                             # four bytes side by side
        x = self.norm1(x)
        x = F.gelu(self.conv(x.transpose(1, 2)), approximate="tanh")            # (N, 512, 508)
        return self.output(self.norm2(x.amax(2)))


class Norm(Module):
    """Layer normalisation over axis 1 of (N, size) or (N, size, C), with the variance as E[x²] - E[x]².

    It cancels where the mean is large; the weights were trained with it, so it stays.
    """

    def __init__(self, size: int):
        self.weight, self.bias = Parameter(ones(size)), Parameter(zeros(size))

    def forward(self, x: Tensor) -> Tensor:
        mean = x.mean(1, keepdim=True)
        variance = (x.square().mean(1, keepdim=True) - mean.square()).clamp(min=0)
        weight, bias = (p.reshape(-1, *[1] * (x.ndim - 2)) for p in (self.weight, self.bias))
        return (x - mean) * (weight / (variance + 1e-6).sqrt()) + bias


@dataclass(frozen=True)
class FileType:
    """What a file is: its label, such as 'python', and in words, with the probability of the network's guess.

    guess: what the network itself found most probable. label differs where that is too improbable ('txt' or
    'unknown' then), or stands for random data. guess is '' where the network was not asked.
    """

    label: str
    description: str
    probability: float
    guess: str


class FileIdentifier(NamesArguments):
    """The kind of a file by its content, among 214."""

    doors = ("identify", "identify_all")

    def __init__(self, model: Magika, labels: list[str], *, thresholds: dict[str, float] | None = None,
                 instead: dict[str, str] | None = None, known: dict[str, dict] | None = None):
        """labels: of the logits. thresholds: the least probability of a label, 0.5 if it has none.
        instead: what to answer instead of a label. known: what a label means, {"description", "is_text"}.
        """
        if len(labels) != model.output.out_features:
            raise ValueError(f"FileIdentifier: {len(labels)} labels for a network of "
                             f"{model.output.out_features} types; take both from the same folder")
        self.model, self.labels = model.eval(), labels
        self.thresholds, self.instead, self.known = thresholds or {}, instead or {}, known or {}

    def identify(self, file: Any) -> FileType:
        """file: its content as bytes, or its path (str or Path).

        Raises FileNotFoundError, TypeError for something else, ValueError for a device or a pipe. An empty
        file is 'empty', a folder 'directory'; one with fewer than 8 bytes beside blanks is 'txt' if it is
        UTF-8, else 'unknown'.
        """
        return self.identify_all([file])[0]

    def identify_all(self, files: list[Any]) -> list[FileType]:
        """The same for several files at once."""
        if isinstance(files, (bytes, bytearray, memoryview, str, os.PathLike)):
            raise TypeError("identify_all takes a list of files; for one, call identify(file)")
        found: list = [self.without_network(file) for file in files]
        asked = [i for i, each in enumerate(found) if not isinstance(each, FileType)]
        for start in range(0, len(asked), 16):
            chosen = asked[start:start + 16]
            for i, row in zip(chosen, self.probabilities(np.stack([found[i] for i in chosen]))):
                found[i] = self.judged(row)
        return found

    def probabilities(self, ids: np.ndarray) -> np.ndarray:
        """ids (N, 2048) -> (N, types)."""
        with no_grad():
            logits = self.model(Tensor(ids).to(self.model.embedding.weight.device))
            return F.softmax(logits, dim=1).cpu().numpy()

    def without_network(self, file):
        """A FileType where that needs no network, else the ids (2048,)."""
        if isinstance(file, (str, os.PathLike)) and Path(file).is_dir():
            return self.described("directory")
        first, last = ends(file)
        if not first:
            return self.described("empty")
        ids = np.concatenate([front(first), back(last)])
        if len(first) >= FEWEST and ids[FEWEST - 1] != PADDING:
            return ids
        try:
            first.decode()
            return self.described("txt")
        except UnicodeDecodeError:
            return self.described("unknown")

    def judged(self, probabilities):
        best = int(probabilities.argmax())
        guess, probability = self.labels[best], float(probabilities[best])
        label = self.instead.get(guess, guess)
        if probability < self.thresholds.get(guess, 0.5):
            label = "txt" if self.known.get(label, {}).get("is_text") else "unknown"
        return self.described(label, probability, guess)

    def described(self, label, probability=1.0, guess=""):
        return FileType(label, self.known.get(label, {}).get("description") or label, probability, guess)


def ends(file):
    """The first and the last READ bytes of a file or of its content; the same bytes if it is shorter."""
    if isinstance(file, (bytes, bytearray, memoryview)):
        content = bytes(file)
        return content[:READ], content[-READ:]
    if not isinstance(file, (str, os.PathLike)):
        raise TypeError(f"identify: expected the content of a file as bytes, or its path, got "
                        f"{type(file).__name__}")
    with reading(file) as opened:
        first = opened.read(READ)
        opened.seek(0, os.SEEK_END)
        opened.seek(max(0, opened.tell() - READ))
        return first, opened.read(READ)


def front(content):
    """ids (1024,) of the first bytes that are no blanks, padding behind them."""
    seen = np.frombuffer(content.lstrip()[:SEEN], np.uint8).astype(np.int64)
    return np.pad(seen, (0, SEEN - len(seen)), constant_values=PADDING)


def back(content):
    """ids (1024,) of the last bytes that are no blanks, padding before them."""
    seen = np.frombuffer(content.rstrip()[-SEEN:], np.uint8).astype(np.int64)
    return np.pad(seen, (SEEN - len(seen), 0), constant_values=PADDING)


def load(folder: Path) -> FileIdentifier:
    """Read the network, its settings, and what its labels mean from the folder of the package."""
    path = folder / FILE
    held = load_onnx(path)
    if NAMES.keys() - held.keys():
        raise ValueError(f"{path} lacks {', '.join(sorted(NAMES.keys() - held.keys()))}")
    # What else is there are the constants of the graph, none of which are several floats.
    weights = {NAMES.get(name, name): value.squeeze() for name, value in held.items()
               if name in NAMES or value.dtype.kind == "f" and value.numel() > 1}
    output = weights["output.weight"]
    weights["output.weight"] = output.permute(*reversed(range(output.ndim)))        # it is (512, 214)
    config = read_settings(path.with_name("config.min.json"))
    labels = config.get("target_labels_space", [])
    model = load_state(path, Magika(len(labels)), weights)
    known = read_settings(folder / "config/content_types_kb.min.json")
    return FileIdentifier(model, labels, thresholds=config.get("thresholds"),
                          instead=config.get("overwrite_map"), known=known)
