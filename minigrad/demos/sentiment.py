"""Film reviews: a Transformer learns to tell from a sentence whether its author liked a film.

    words -> vectors + positions -> attention and a small network -> their mean -> one number, the logit

Attention lets every word see all others, so that "bad" can notice the "not" before it. The baseline is a
bag of words (words.py), which adds up a number per word: hard to beat with so few sentences.
"""

from pathlib import Path

import numpy as np

from minigrad import Tensor, bernoulli, empty, full, io, manual_seed, nn, no_grad, optim, where
from minigrad.data import DataLoader, movie_reviews, split_words, train_test_split
from minigrad.data.tokenizer import PAD, UNK
from minigrad.demos.lesson import fit, folder, heading, pictures, trained
from minigrad.demos.words import LONGEST, BagOfWords, Vocabulary, negates
from minigrad.nn import functional as F
from minigrad.train import Callback, Trainer, binary_accuracy
from minigrad.visual import plot_attention

REFERENCE = "textbook Transformer 70.0 %, untuned PyTorch model 77 %, bag of words 82.2 %"


def main(epochs: int = 6, seed: int = 0, device: str = "cpu", out: str | Path = "minigrad-demo/sentiment",
         predict: str | None = None) -> None:
    out = Path(out)
    if predict is not None:
        judge(predict, out, f"python -m minigrad demo sentiment --out {out}")
        return

    folder(out)
    heading("Film reviews")
    manual_seed(seed)
    (train, train_targets), (held_out, held_out_targets), (test, test_targets) = split()
    positive = np.mean(np.concatenate([train_targets, held_out_targets, test_targets]) > 0.5)
    print(f"{len(train):,} sentences for training, {len(held_out)} for validation, {len(test):,} for "
          f"testing; {positive:.1%} of all are positive")

    vocabulary = Vocabulary(train)

    def loader(texts, targets, **how):
        return DataLoader(list(zip(texts, targets)), collate_fn=vocabulary.batch, **how)

    batches = loader(train, train_targets, batch_size=64, shuffle=True)
    validation = loader(held_out, held_out_targets, batch_size=250)
    results = {}
    for name, model, lr, decay in [("Bag of words", BagOfWords(vocabulary), 0.01, 0.1),
                                   ("Transformer", Reader(vocabulary), 0.001, 0.01)]:
        heading(name)
        print(nn.summary(model, vocabulary.ids(train[:1])), "\n")
        optimizer = optim.AdamW(model.to(device).parameters(), lr, weight_decay=decay)
        trainer = Trainer(model, F.binary_cross_entropy_with_logits, optimizer, metrics={"accuracy": right},
                          callbacks=[Average()], max_grad_norm=1.0)
        fit(trainer, batches, validation, epochs=epochs)
        correct = (trainer.predict(loader(test, test_targets, batch_size=250)).cpu().numpy() > 0) == (
            test_targets > 0.5)
        results[name] = correct[:, 0]

    heading(f"On the {len(test):,} test sentences")
    negated = np.array([any(map(negates, split_words(text))) for text in test])
    for name, correct in results.items():
        print(f"{name:<13}{correct.mean():.1%} correct; {correct[negated].mean():.1%} of the {negated.sum()} "
              "with a negation")
    print(f"{'Reference':<13}{REFERENCE}, each on its own split\n")

    vocabulary.save(out)
    io.save(out / "model.safetensors", model)
    print(f"Model: {out / 'model.safetensors'}")
    with pictures(out / "loss.png", out / "attention.png") as (curve, attention):
        trainer.history.plot(curve)
        draw("The story is not bad, and the cast is wonderful.", vocabulary, model, attention)


def split() -> list[tuple[list[str], np.ndarray]]:
    """(texts, targets (n, 1)) for training, for validation and for testing; manual_seed decides which.

    Each sentence has the mean rating, -4 to 4, of at least 20 people, which shows how clear the case is. So
    the target is not 0 or 1 but a probability: 0.65 for a rating of 0.5, 0.97 for a rating of 3.
    """
    texts, ratings = movie_reviews(min_abs_rating=0.5)
    targets = (1 / (1 + np.exp(-1.2 * ratings))).astype(np.float32)[:, None]                # (N, 1)
    rest, test, rest_targets, test_targets = train_test_split(texts, targets, test_size=0.1)
    train, held_out, train_targets, held_out_targets = train_test_split(rest, rest_targets, test_size=500)
    return [(train, train_targets), (held_out, held_out_targets), (test, test_targets)]


class Reader(nn.Module):
    """Ids (N, T, 2) of words and their stems -> logits (N, 1), positive for positive reviews."""

    def __init__(self, vocabulary: Vocabulary, D: int = 64, heads: int = 4):
        self.word = nn.Embedding(len(vocabulary.words), D, PAD)
        self.stem = nn.Embedding(len(vocabulary.stems), D, PAD)
        self.position = nn.Parameter(empty(LONGEST, D))
        for table in (self.word.weight, self.stem.weight, self.position):
            nn.init.normal_(table, std=0.1)
        self.encoder = nn.TransformerEncoderLayer(D, heads, 2 * D, dropout=0.3, batch_first=True,
                                                  norm_first=True)
        self.norm, self.logit = nn.LayerNorm(D), nn.Linear(D, 1)
        self.dropout = nn.Dropout(0.3)

    def forward(self, ids: Tensor) -> Tensor:
        padding = ids[..., 0] == PAD                                                    # (N, T)
        if self.training:       # hide a fifth of the words, so that the model relies on no single one
            hidden = bernoulli(full(tuple(padding.shape), 0.2, device=ids.device)) > 0
            ids = where((hidden & ~padding).unsqueeze(2), UNK, ids)
        x = self.norm(self.encoder(self.embed(ids), src_key_padding_mask=padding))      # (N, T, D)
        there = (~padding).float().unsqueeze(2)                                         # (N, T, 1)
        mean = (x * there).sum(1) / there.sum(1)                                        # (N, D)
        return self.logit(self.dropout(mean))

    def embed(self, ids: Tensor) -> Tensor:
        """(N, T, 2) -> (N, T, D)."""
        return self.dropout(self.word(ids[..., 0]) + self.stem(ids[..., 1]) + self.position[:ids.shape[1]])

    def attention(self, ids: Tensor) -> Tensor:
        """The attention weights of each word, (N, heads, T, T)."""
        x = self.encoder.norm1(self.embed(ids))
        return self.encoder.self_attn(x, x, x, ids[..., 0] == PAD, average_attn_weights=False)[1]


class Average(Callback):
    """Averages the weights over roughly the last 200 steps: more stable than the last ones.

    Source: Polyak and Juditsky 1992, SIAM J. Control Optim. 30(4), 838-855.
    """

    def on_fit_start(self, trainer: Trainer) -> None:
        self.mean, self.steps = {name: x.clone() for name, x in trainer.model.state_dict().items()}, 0

    def on_step_end(self, trainer: Trainer) -> None:
        self.steps += 1
        for name, x in trainer.model.state_dict().items():
            self.mean[name] += (x - self.mean[name]) / min(self.steps, 200)

    def on_fit_end(self, trainer: Trainer) -> None:
        trainer.model.load_state_dict(self.mean)


def right(logits, target):
    """The fraction of sentences whose logit has the correct sign."""
    return binary_accuracy(logits, target, threshold=0.0)


def judge(sentence, out, command):
    """Print how the trained network rates a sentence, and draw its attention map."""
    words = split_words(sentence)
    if not words:
        raise ValueError("--predict: the sentence has no words; write something about a film")
    with trained(out / "model.safetensors", command):
        vocabulary = Vocabulary(folder=out)
        model = io.load(out / "model.safetensors", Reader(vocabulary))
    with no_grad():
        positive = F.sigmoid(model.eval()(vocabulary.ids([sentence]))).item()
    print(f"{'positive' if positive > 0.5 else 'negative'}: liked with probability {positive:.0%}")
    unknown = [word for word in words if word not in vocabulary.words.ids]
    if unknown:
        print(f"Unknown words: {', '.join(unknown)}")
    if any(map(negates, words)):
        print("A negation makes this less reliable: two of the 10,072 sentences in the data say 'not good', "
              "three 'not bad'")
    if len(words) > LONGEST:
        print(f"Only the first {LONGEST} of {len(words)} words were used")
    with pictures(out / "attention.png") as (attention,):
        draw(sentence, vocabulary, model, attention)


def draw(sentence, vocabulary, model, path):
    with no_grad():
        ids = vocabulary.ids([sentence]).to(model.logit.weight.device)
        weights = model.eval().attention(ids)[0].cpu().numpy()
    plot_attention(weights, split_words(sentence)[:LONGEST], path, title=sentence[:80])
