"""BERT (Devlin et al. 2018, arXiv:1810.04805): an encoder that reads a text as a whole, in both directions.

    ids -> vectors of words + positions + types -> layer norm
        -> num_hidden_layers x (attention, layer norm, two linear layers, layer norm) -> one vector a token

Every sum with what came before is followed by a layer norm (post-norm, as in Vaswani et al. 2017). The names
of modules are those of the weight files: encoder.layer.0.attention.self.query.weight. SentenceEncoder makes
one vector of a text, the mean of its tokens' (Reimers and Gurevych 2019, arXiv:1908.10084, sec. 3).
"""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from minigrad.autograd import Tensor, no_grad
from minigrad.autograd.errors import NamesArguments
from minigrad.data import WordPieceTokenizer
from minigrad.data.tokenizer import as_texts
from minigrad.files import read_settings
from minigrad.io import load_safetensors
from minigrad.nn import Dropout, Embedding, LayerNorm, Linear, Module, ModuleList, functional as F, init
from minigrad.ops.creation import arange, zeros

# Not weights, or of parts that a sentence encoder does not use.
LEFT_OUT = "embeddings.position_ids", "pooler.dense.weight", "pooler.dense.bias"
ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "gelu": F.gelu, "gelu_new": lambda x: F.gelu(x, approximate="tanh"), "relu": F.relu}


@dataclass(frozen=True)
class BertConfig:
    """The sizes of a BERT, under the names of its config.json; the default is BERT-base."""

    vocab_size: int = 30522
    hidden_size: int = 768                  # D
    num_hidden_layers: int = 12
    num_attention_heads: int = 12           # D must be a multiple of it
    intermediate_size: int = 3072
    hidden_act: str = "gelu"
    max_position_embeddings: int = 512      # the longest text, in tokens
    type_vocab_size: int = 2
    layer_norm_eps: float = 1e-12
    hidden_dropout_prob: float = 0.1
    attention_probs_dropout_prob: float = 0.1

    def __post_init__(self):
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            kinds = {int: int, float: (int, float), str: str}[field.type]
            if not isinstance(value, kinds) or isinstance(value, bool) or field.type is int and value < 1:
                what = "a whole number of at least 1" if field.type is int else f"a {field.type.__name__}"
                raise ValueError(f"BertConfig: {field.name} must be {what}, got {value!r:.40}")
        if self.hidden_size % self.num_attention_heads:
            raise ValueError(f"BertConfig: hidden_size {self.hidden_size} must be a multiple of "
                             f"num_attention_heads {self.num_attention_heads}")
        if self.hidden_act not in ACTIVATIONS:
            raise ValueError(f"BertConfig: hidden_act must be one of {', '.join(ACTIVATIONS)}, "
                             f"got {self.hidden_act!r}")


class Bert(Module):
    """input_ids (N, T), attention_mask (N, T) that is 0 at padding, token_type_ids (N, T) -> (N, T, D).

    The weights are drawn from a normal distribution with standard deviation 0.02, as in the paper's code.
    """

    def __init__(self, config: BertConfig):
        self.config = config
        self.embeddings = Embeddings(config)
        self.encoder = Encoder(config)
        for module in self.modules():
            if isinstance(module, (Linear, Embedding)):
                init.normal_(module.weight, std=0.02)
            if isinstance(module, Linear):
                init.zeros_(module.bias)

    def forward(self, input_ids: Tensor, attention_mask: Tensor | None = None,
                token_type_ids: Tensor | None = None) -> Tensor:
        x = self.embeddings(input_ids, token_type_ids)                          # (N, T, D)
        # (N, 1, 1, T): every head and every token sees the same keys.
        seen = None if attention_mask is None else attention_mask.unsqueeze(1).unsqueeze(1) != 0
        return self.encoder(x, seen)


class Embeddings(Module):
    """The sum of three vectors a token: which one it is, where it is, and in which of two texts."""

    def __init__(self, config: BertConfig):
        self.word_embeddings = Embedding(config.vocab_size, config.hidden_size)
        self.position_embeddings = Embedding(config.max_position_embeddings, config.hidden_size)
        self.token_type_embeddings = Embedding(config.type_vocab_size, config.hidden_size)
        self.LayerNorm = LayerNorm(config.hidden_size, config.layer_norm_eps)
        self.dropout = Dropout(config.hidden_dropout_prob)

    def forward(self, input_ids: Tensor, token_type_ids: Tensor | None = None) -> Tensor:
        T, longest = input_ids.shape[1], self.position_embeddings.num_embeddings
        if T > longest:
            raise ValueError(f"Bert: a text has {T} tokens, but the model knows {longest} positions; shorten "
                             f"it: tokenizer.encode_batch(texts, max_length={longest})")
        x = self.word_embeddings(input_ids) + self.position_embeddings(arange(T, device=input_ids.device))
        if token_type_ids is None:
            token_type_ids = zeros(1, dtype=input_ids.dtype, device=input_ids.device)       # one for all
        x = x + self.token_type_embeddings(token_type_ids)                              # (N, T, D)
        return self.dropout(self.LayerNorm(x))


class Encoder(Module):
    def __init__(self, config: BertConfig):
        self.layer = ModuleList(Layer(config) for _ in range(config.num_hidden_layers))

    def forward(self, x: Tensor, seen: Tensor | None) -> Tensor:
        for layer in self.layer:
            x = layer(x, seen)
        return x


class Layer(Module):
    """Attention, which mixes the tokens, then two linear layers, which change each by itself."""

    def __init__(self, config: BertConfig):
        self.attention = Attention(config)
        self.intermediate = Intermediate(config)
        self.output = Output(config.intermediate_size, config)

    def forward(self, x: Tensor, seen: Tensor | None) -> Tensor:
        x = self.attention(x, seen)
        return self.output(self.intermediate(x), x)


class Attention(Module):
    def __init__(self, config: BertConfig):
        self.self = SelfAttention(config)
        self.output = Output(config.hidden_size, config)

    def forward(self, x: Tensor, seen: Tensor | None) -> Tensor:
        return self.output(self.self(x, seen), x)


class SelfAttention(Module):
    """softmax(q kᵀ / sqrt(D / heads)) v in each head; seen: True at the keys that count."""

    def __init__(self, config: BertConfig):
        self.heads, self.dropout = config.num_attention_heads, config.attention_probs_dropout_prob
        self.query = Linear(config.hidden_size, config.hidden_size)
        self.key = Linear(config.hidden_size, config.hidden_size)
        self.value = Linear(config.hidden_size, config.hidden_size)

    def forward(self, x: Tensor, seen: Tensor | None) -> Tensor:
        N, T, D = x.shape
        q, k, v = (linear(x).reshape(N, -1, self.heads, D // self.heads).transpose(1, 2)  # (N, heads, T, ...)
                   for linear in (self.query, self.key, self.value))
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=seen,
                                           dropout_p=self.dropout if self.training else 0.0)
        return y.transpose(1, 2).reshape(N, T, D)


class Intermediate(Module):
    def __init__(self, config: BertConfig):
        self.dense = Linear(config.hidden_size, config.intermediate_size)
        self.activation = config.hidden_act

    def forward(self, x: Tensor) -> Tensor:
        return ACTIVATIONS[self.activation](self.dense(x))


class Output(Module):
    """Back to D, added to what came in, normalised."""

    def __init__(self, size: int, config: BertConfig):
        self.dense = Linear(size, config.hidden_size)
        self.LayerNorm = LayerNorm(config.hidden_size, config.layer_norm_eps)
        self.dropout = Dropout(config.hidden_dropout_prob)

    def forward(self, x: Tensor, before: Tensor) -> Tensor:
        return self.LayerNorm(self.dropout(self.dense(x)) + before)


class SentenceEncoder(NamesArguments):
    """A BERT and its tokenizer: one vector of length 1 for each text, so that a dot product compares two."""

    doors = ("embed",)

    def __init__(self, model: Bert, tokenizer: WordPieceTokenizer, *, max_length: int | None = None):
        """max_length: longer texts are cut to so many tokens; default: what the model can read."""
        longest = model.config.max_position_embeddings
        if len(tokenizer) != model.config.vocab_size:
            raise ValueError(f"SentenceEncoder: the tokenizer has {len(tokenizer)} tokens, but the model "
                             f"knows {model.config.vocab_size}; take both from the same folder")
        if max_length is not None and not 2 <= max_length <= longest:
            raise ValueError(f"SentenceEncoder: max_length must be 2 to {longest}, the positions that the "
                             f"model knows, got {max_length}")
        model.eval()
        self.model, self.tokenizer = model, tokenizer
        self.max_length = longest if max_length is None else max_length

    def embed(self, texts: Sequence[str], *, batch_size: int = 32, progress: Any = None) -> Tensor:
        """N texts -> (N, D), each row of length 1: the mean of the vectors of its tokens, scaled.

        Texts of similar length share a batch, since padding costs as much as words; the rows are in the order
        of the texts. progress: called with the number of texts done after each batch. An empty text has
        the vector of [CLS] [SEP], which means nothing. Gradients are not recorded: train self.model directly.
        """
        texts = list(as_texts(texts))
        if not texts:
            raise ValueError("embed: no texts")
        if not isinstance(batch_size, int) or batch_size < 1:
            raise ValueError(f"embed: batch_size must be a whole number of at least 1, got {batch_size!r}")
        lengths = [len(self.tokenizer.encode(text, max_length=self.max_length)) for text in texts]
        order = sorted(range(len(texts)), key=lengths.__getitem__)
        device = self.model.embeddings.word_embeddings.weight.device
        vectors: list = [None] * len(texts)
        for start in range(0, len(texts), batch_size):
            chosen = order[start:start + batch_size]
            batch = self.tokenizer.encode_batch([texts[i] for i in chosen], max_length=self.max_length)
            ids, mask, types = (Tensor(array).to(device) for array in batch)
            with no_grad():
                x = self.model(ids, mask, types)                                # (n, T, D)
                there = mask.unsqueeze(2).to(x.dtype)                           # (n, T, 1)
                mean = (x * there).sum(1) / there.sum(1)                        # (n, D)
                rows = F.normalize(mean, dim=1).cpu().numpy()
            for i, row in zip(chosen, rows):
                vectors[i] = row
            if progress is not None:
                progress(min(start + batch_size, len(texts)))
        return Tensor(np.stack(vectors)).to(device)


def load(folder: Path) -> SentenceEncoder:
    """Read config.json, model.safetensors, vocab.txt and, where they are, tokenizer_config.json (whether the
    tokenizer writes in lower case) and sentence_bert_config.json (to how many tokens longer texts are cut).
    """
    config = read_settings(folder / "config.json")
    kind = config.get("model_type")
    if kind != "bert":
        raise ValueError(f"{folder / 'config.json'}: model_type is {kind!r:.40}, expected 'bert'; minigrad "
                         "has no other network with such a file")
    if config.get("position_embedding_type", "absolute") != "absolute":
        raise ValueError(f"{folder / 'config.json'}: position_embedding_type is "
                         f"{config['position_embedding_type']!r:.40}, expected 'absolute'")
    names = {field.name for field in dataclasses.fields(BertConfig)}
    try:
        model = Bert(BertConfig(**{name: value for name, value in config.items() if name in names}))
    except ValueError as error:
        raise ValueError(f"{folder / 'config.json'}: {error}") from None
    path = folder / "model.safetensors"
    weights = {name.removeprefix("bert."): value for name, value in load_safetensors(path).items()}
    try:
        model.load_state_dict({name: value for name, value in weights.items() if name not in LEFT_OUT})
    except ValueError as error:
        raise ValueError(f"{path} does not fit {folder / 'config.json'}: {error}") from None

    how = read_settings(folder / "tokenizer_config.json", {})
    tokenizer = WordPieceTokenizer.from_vocab(folder / "vocab.txt", lowercase=how.get("do_lower_case", True),
                                              strip_accents=how.get("strip_accents"))
    if len(tokenizer) != model.config.vocab_size:
        raise ValueError(f"{folder / 'vocab.txt'} has {len(tokenizer)} tokens, but config.json says "
                         f"vocab_size {model.config.vocab_size}; take both from the same model")
    longest = read_settings(folder / "sentence_bert_config.json", {}).get("max_seq_length")
    return SentenceEncoder(model, tokenizer, max_length=longest)
