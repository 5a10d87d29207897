"""Token classification with BERT (Devlin et al. 2018, arXiv:1810.04805, sec. 5.3): a label for every word.

    words -> pieces -> BERT -> one linear layer -> a score of each label at each piece -> BIO tags

A word's label is read at its first piece, as in the paper; at its other pieces, at [CLS], [SEP] and padding
the target is -100, which cross_entropy leaves out. Tagger goes from words to pieces and back.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from minigrad.autograd import Tensor, no_grad
from minigrad.autograd.errors import NamesArguments
from minigrad.data import WordPieceTokenizer
from minigrad.data.tokenizers.wordpiece import CLS, PAD, SEP, UNK
from minigrad.hints import closest
from minigrad.models.bert import Bert
from minigrad.nn import Dropout, Linear, Module, functional as F, init

IGNORED = -100      # the default of cross_entropy's ignore_index


class TokenClassifier(Module):
    """input_ids (N, T), attention_mask (N, T) that is 0 at padding -> scores (N, V, T) of V labels.

    The new weights are drawn as BERT's are, from a normal distribution with standard deviation 0.02.
    """

    def __init__(self, bert: Bert, labels: int):
        self.bert = bert
        self.dropout = Dropout(bert.config.hidden_dropout_prob)
        self.classifier = Linear(bert.config.hidden_size, labels)
        init.normal_(self.classifier.weight, std=0.02)
        init.zeros_(self.classifier.bias)

    def forward(self, input_ids: Tensor, attention_mask: Tensor | None = None) -> Tensor:
        x = self.bert(input_ids, attention_mask)                        # (N, T, D)
        return self.classifier(self.dropout(x)).transpose(1, 2)         # (N, V, T)


class Part(NamedTuple):
    """A sentence, or as much of it as is read at once."""

    sentence: int       # its number
    ids: list[int]      # of [CLS], the pieces, [SEP]
    first: list[int]    # where the first piece of each word is
    labels: list[int]   # the label of each word, as its number


class Tagger(NamesArguments):
    """A token classifier, its tokenizer and its labels: words in, BIO tags out.

    labels      the tag of each score, such as ["O", "B-person", "I-person"]
    max_length  pieces that are read at once, [CLS] and [SEP] counted; default: what the model can read

    A longer sentence is read in parts of whole words, so each word gets a tag; at the edge of a part the
    model sees no neighbours on one side. Of a word with more pieces than a part holds the first ones are
    read. A word of which the tokenizer keeps nothing, such as a lone accent, is read as [UNK].
    """

    doors = ("parts", "batch", "probabilities", "tag")

    def __init__(self, model: TokenClassifier, tokenizer: WordPieceTokenizer, labels: Sequence[str], *,
                 max_length: int | None = None):
        config = model.bert.config
        if len(tokenizer) != config.vocab_size:
            raise ValueError(f"Tagger: the tokenizer has {len(tokenizer)} tokens, but the model knows "
                             f"{config.vocab_size}; take both from the same folder")
        if len(labels) != model.classifier.out_features:
            raise ValueError(f"Tagger: {len(labels)} labels, but the model has scores for "
                             f"{model.classifier.out_features}")
        longest = config.max_position_embeddings
        if max_length is not None and not 3 <= max_length <= longest:
            raise ValueError(f"Tagger: max_length must be 3 to {longest}, the positions that the model "
                             f"knows, got {max_length}")
        self.model, self.tokenizer = model, tokenizer
        self.ids = {label: i for i, label in enumerate(labels)}
        if len(self.ids) != len(labels):
            raise ValueError(f"Tagger: labels must differ, got {', '.join(labels)}")
        self.labels = list(labels)
        self.max_length = longest if max_length is None else max_length

    def parts(self, sentences: Sequence[Sequence[str]],
              tags: Sequence[Sequence[str]] | None = None) -> list[Part]:
        """What is read at once: a sample for a DataLoader each, with labels if the tags are given."""
        if tags is not None and len(tags) != len(sentences):
            raise ValueError(f"Tagger: {len(sentences)} sentences, but {len(tags)} lists of tags")
        cls, sep = self.tokenizer.ids[CLS], self.tokenizer.ids[SEP]
        parts: list[Part] = []
        for number, words in enumerate(sentences):
            labels = self.checked(number, words, None if tags is None else tags[number])
            part = None
            for word, label in zip(words, labels):
                pieces = self.tokenizer.tokens(word)[:self.max_length - 2] or [UNK]
                if part is None or len(part.ids) + len(pieces) >= self.max_length:      # [SEP] is to follow
                    part = Part(number, [cls], [], [])
                    parts.append(part)
                part.first.append(len(part.ids))
                part.labels.append(label)
                part.ids.extend(self.tokenizer.ids[piece] for piece in pieces)
        for part in parts:
            part.ids.append(sep)
        return parts

    def checked(self, number, words, tags):
        """The label of each word of a sentence, or IGNORED without tags."""
        if isinstance(words, str) or not all(isinstance(word, str) for word in words):
            raise TypeError(f"Tagger: a sentence is a list of words, but sentence {number} is {words!r:.60}; "
                            "split it: text.split()")
        if tags is None:
            return [IGNORED] * len(words)
        if len(tags) != len(words):
            raise ValueError(f"Tagger: sentence {number} has {len(words)} words, but {len(tags)} tags")
        wrong = next((tag for tag in tags if tag not in self.ids), None)
        if wrong is not None:
            near = closest(str(wrong), self.ids)
            raise ValueError(f"Tagger: sentence {number} has the tag {wrong!r}, which is none of "
                             f"{', '.join(self.labels)}" + (f"; did you mean {near}?" if near else ""))
        return [self.ids[tag] for tag in tags]

    def batch(self, parts: Sequence[Part]) -> tuple[np.ndarray, ...]:
        """(input_ids, attention_mask, target), each (N, T), of N parts: a DataLoader's collate_fn."""
        if not parts:
            raise ValueError("Tagger: a batch needs at least one part")
        N, T = len(parts), max(len(part.ids) for part in parts)
        ids = np.full((N, T), self.tokenizer.ids[PAD], np.int64)
        mask, target = np.zeros((N, T), np.int64), np.full((N, T), IGNORED, np.int64)
        for i, part in enumerate(parts):
            ids[i, :len(part.ids)], mask[i, :len(part.ids)] = part.ids, 1
            target[i, part.first] = part.labels
        return ids, mask, target

    def probabilities(self, sentences: Sequence[Sequence[str]], *, batch_size: int = 32) -> list[np.ndarray]:
        """The probability of each of V labels at each word: an array (words, V) for each sentence."""
        parts = self.parts(sentences)
        order = sorted(range(len(parts)), key=lambda i: len(parts[i].ids))      # similar ones share a batch
        device = self.model.classifier.weight.device
        modes = [(module, module.training) for module in self.model.modules()]
        read: list = [None] * len(parts)
        self.model.eval()
        try:
            for start in range(0, len(parts), batch_size):
                chosen = order[start:start + batch_size]
                ids, mask, _ = self.batch([parts[i] for i in chosen])
                with no_grad():
                    scores = self.model(Tensor(ids).to(device), Tensor(mask).to(device))    # (n, V, T)
                    p = F.softmax(scores, dim=1).cpu().numpy()
                for i, each in zip(chosen, p):
                    read[i] = each[:, parts[i].first].T                                     # (words, V)
        finally:
            for module, training in modes:
                module.training = training
        result = [[np.zeros((0, len(self.labels)), np.float32)] for _ in sentences]
        for part, each in zip(parts, read):
            result[part.sentence].append(each)
        return [np.concatenate(each) for each in result]

    def tag(self, sentences: Sequence[Sequence[str]], *, batch_size: int = 32) -> list[list[str]]:
        """The likeliest tag of each word; an I that continues no entity of its type becomes a B.

        This is how seqeval reads such tags by default; minigrad.metrics would count no entity there.
        """
        return [repaired([self.labels[i] for i in p.argmax(1)])
                for p in self.probabilities(sentences, batch_size=batch_size)]


def repaired(tags: Sequence[str]) -> list[str]:
    """The tags in which an I that does not continue an entity of its type begins one, as seqeval reads them.

    >>> repaired(["I-PER", "I-PER", "O", "I-LOC", "I-PER"])
    ['B-PER', 'I-PER', 'O', 'B-LOC', 'B-PER']
    """
    return [f"B{tag[1:]}" if tag[:2] == "I-" and before[1:] != tag[1:] else tag
            for before, tag in zip(["O", *tags], tags)]
