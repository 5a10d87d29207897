"""Masked language model (Devlin et al. 2018, arXiv:1810.04805, sec. 3.1): which words are hidden in a text?

    the word is [MASK] here -> Bert -> the vector of each hidden token -> a score for each token

A text is its own teacher: hide some of its tokens, and let BERT find them from what stands on both sides. So
it learns the language without any labels, and can then learn a task from few. The scores are dot products
with the vectors of words (tied). The names of modules are those of BERT's weight files.
"""

from typing import NamedTuple

import numpy as np

from minigrad.autograd import Tensor, no_grad
from minigrad.autograd.errors import checked
from minigrad.data import WordPieceTokenizer
from minigrad.models.bert import ACTIVATIONS, Bert, BertConfig
from minigrad.nn import LayerNorm, Linear, Module, Parameter, functional as F, init
from minigrad.ops.creation import zeros


class MaskedLM(Module):
    """A Bert with a score for each token: (N, T) -> (N, T, V), or (M, V) at M places.

    places: numbers of positions in the batch, n * T + t, so that scores of hidden tokens only are computed:
    a large vocabulary makes them as expensive as the rest.
    """

    def __init__(self, config: BertConfig):
        self.bert = Bert(config)
        self.cls = Head(config)

    def forward(self, input_ids: Tensor, attention_mask: Tensor | None = None,
                places: Tensor | None = None) -> Tensor:
        x = self.bert(input_ids, attention_mask)                                    # (N, T, D)
        if places is not None:
            x = x.flatten(0, 1)[places]                                             # (M, D)
        return self.cls.predictions(x, self.bert.embeddings.word_embeddings.weight)


class Head(Module):
    def __init__(self, config: BertConfig):
        self.predictions = Predictions(config)


class Predictions(Module):
    def __init__(self, config: BertConfig):
        self.transform = Transform(config)
        self.bias = Parameter(zeros(config.vocab_size))

    def forward(self, x: Tensor, words: Tensor) -> Tensor:
        return F.linear(self.transform(x), words, self.bias)


class Transform(Module):
    def __init__(self, config: BertConfig):
        self.dense = Linear(config.hidden_size, config.hidden_size)
        self.activation = config.hidden_act
        self.LayerNorm = LayerNorm(config.hidden_size, config.layer_norm_eps)
        init.normal_(self.dense.weight, std=0.02)
        init.zeros_(self.dense.bias)

    def forward(self, x: Tensor) -> Tensor:
        return self.LayerNorm(ACTIVATIONS[self.activation](self.dense(x)))


class Hidden(NamedTuple):
    """A batch with hidden tokens, int64 all."""

    input_ids: np.ndarray       # (N, T)
    places: np.ndarray          # (M,), n * T + t of each token to find
    target: np.ndarray          # (M,), the tokens that were there


@checked
def hide(ids: np.ndarray, tokenizer: WordPieceTokenizer, rng: np.random.Generator, *, share: float = 0.15,
         masked: float = 0.8, replaced: float = 0.1) -> Hidden:
    """Choose a share of the tokens of ids (N, T) to be found, at least one; special tokens are left alone.

    Of those chosen, 80 % become [MASK], 10 % a random token, and 10 % stay as they are: so the model cannot
    know which tokens are right, and must form a vector of every one from what stands around it.
    """
    if ids.ndim != 2 or ids.dtype.kind not in "iu":
        raise ValueError(f"hide: ids must be whole numbers (N, T), got {ids.dtype} {ids.shape}")
    if "[MASK]" not in tokenizer.special:
        raise ValueError("hide: the vocabulary of the tokenizer lacks [MASK]")
    if not 0 < share <= 1 or min(masked, replaced) < 0 or masked + replaced > 1:
        raise ValueError("hide: share must lie in (0, 1], and masked and replaced must be at least 0 and at "
                         f"most 1 together, got share {share}, masked {masked}, replaced {replaced}")
    special = sorted(tokenizer.special.values())
    words = np.flatnonzero(~np.isin(ids, special))
    if not len(words):
        raise ValueError("hide: no tokens to hide, the texts are empty")
    places = words[rng.random(len(words)) < share]
    if not len(places):
        places = rng.choice(words, 1)
    inputs, target, kind = ids.flatten(), ids.flat[places], rng.random(len(places))
    inputs[places[kind < masked]] = tokenizer.special["[MASK]"]
    at_random = places[(masked <= kind) & (kind < masked + replaced)]
    inputs[at_random] = rng.choice(np.setdiff1d(np.arange(len(tokenizer)), special), len(at_random))
    return Hidden(inputs.reshape(ids.shape), places, target)


@checked
def fill(model: MaskedLM, tokenizer: WordPieceTokenizer, text: str, *,
         count: int = 5) -> list[list[tuple[str, float]]]:
    """For each [MASK] of a text the likeliest tokens, each with its probability, the likeliest first.

    Raises ValueError if the text has no [MASK], or more tokens than the model knows positions.
    """
    if len(tokenizer) != model.bert.config.vocab_size:
        raise ValueError(f"fill: the tokenizer has {len(tokenizer)} tokens, but the model knows "
                         f"{model.bert.config.vocab_size}; take both from the same folder")
    if not 1 <= count <= len(tokenizer):
        raise ValueError(f"fill: count must be 1 to {len(tokenizer)}, the size of the vocabulary, got "
                         f"{count}")
    ids = np.array([tokenizer.encode(text)])
    places = np.flatnonzero(ids == tokenizer.ids.get("[MASK]"))
    if not len(places):
        raise ValueError("fill: the text has no [MASK]; write it where a word is missing")
    device = model.cls.predictions.bias.device
    with no_grad():
        logits = model.eval()(Tensor(ids).to(device), None, Tensor(places).to(device))
        p = F.softmax(logits, dim=-1).cpu().numpy()                                 # (M, V)
    best = np.argsort(-p, axis=1, kind="stable")[:, :count]
    return [[(tokenizer.vocab[i], float(row[i])) for i in order] for row, order in zip(p, best)]
