"""Hidden words: a small BERT learns a language from a Bible alone, then a task from few examples.

    And God said, Let there [MASK] light -> pieces of words -> BERT -> scores of all tokens -> be

Pretraining needs no labels, only verses in which it hides words from itself. What is that good for? A second
task shows it: to tell whether two neighbouring words of a verse were swapped (Conneau et al. 2018,
arXiv:1805.01070, "bigram shift"), learned from few examples; also by the same network without pretraining.
"""

import copy
import dataclasses
import math
import re
from pathlib import Path

import numpy as np

from minigrad import Tensor, io, manual_seed, nn, optim
from minigrad.backend import bincount
from minigrad.data import WordPieceTokenizer, verses
from minigrad.demos.lesson import fit, folder, heading, pictures, trained
from minigrad.models import Bert, BertConfig, MaskedLM, fill, hide
from minigrad.nn import functional as F
from minigrad.train import Schedule, Trainer, accuracy
from minigrad.visual.figure import finish, new_figure

TOKENS, LONGEST, ROWS = 4000, 64, 32
LABELLED, RUNS, PASSES = 2000, 3, 5         # of the second task: verses, runs, and epochs of each
CONFIG = BertConfig(vocab_size=TOKENS, hidden_size=128, num_hidden_layers=2, num_attention_heads=4,
                    intermediate_size=512, max_position_embeddings=LONGEST, type_vocab_size=1,
                    hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
EXAMPLES = ["And God said, Let there [MASK] light", "Jesus said to [MASK] , Come after me",
            "the son of [MASK] , the king of Israel"]


def main(epochs: int = 5, seed: int = 0, device: str = "cpu", out: str | Path = "minigrad-demo/masked-words",
         predict: str | None = None) -> None:
    out = Path(out)
    if predict is not None:
        guess(predict, out, f"python -m minigrad demo masked-words --out {out}")
        return

    folder(out)
    heading("The Bible in Basic English, with hidden words")
    manual_seed(seed)
    train, held_out = split([english for english, _ in verses()])
    tokenizer = WordPieceTokenizer.train(train, TOKENS)
    rows, held_rows = (encoded(texts, tokenizer) for texts in (train, held_out))
    print(f"{len(rows):,} verses for training, {len(held_rows):,} held out; {len(tokenizer):,} tokens, "
          f"{np.mean([len(row) for row in rows]) - 2:.0f} a verse")

    model = network(len(tokenizer))
    blank = copy.deepcopy(model.bert)
    print(f"{sum(p.numel() for p in model.parameters()):,} parameters\n")
    batches = Masked(rows, tokenizer, seed)
    trainer = trainer_of(model.to(device), epochs * len(batches), lr=0.002)
    fit(trainer, batches, Masked(held_rows, tokenizer, seed, training=False), epochs=epochs)
    io.save(out / "model.safetensors", model)
    tokenizer.save(out / "tokenizer.json")
    print(f"\nModel: {out / 'model.safetensors'}")

    heading("How many hidden words of the held-out verses are found")
    found = baselines(rows, held_rows, tokenizer, seed)
    found["BERT"] = trainer.history[-1]["val_accuracy"]
    for name, share in found.items():
        print(f"{name:<26}{share:.1%}")
    for text in EXAMPLES:
        print(f"\n{text}\n{sentence_of(fill(model, tokenizer, text))}")

    heading(f"Were two words swapped? Learned from {LABELLED:,} verses, {RUNS} times")
    results = {}
    for name, bert in (("from scratch", blank), ("pretrained", model.bert)):
        results[name] = [tell_swaps(bert, rows, held_rows, seed + run, device) for run in range(RUNS)]
        print(f"{name:<16}{np.mean(results[name]):.1%} ± {deviation(results[name]):.1%} of held-out verses  "
              f"({', '.join(f'{share:.1%}' for share in results[name])})")
    print("(mean ± standard deviation; guessing is right in 50 %)\n")
    with pictures(out / "loss.png", out / "accuracy.png") as (curve, bars):
        trainer.history.plot(curve)
        draw(found, results, bars)


def network(V):
    model = MaskedLM(dataclasses.replace(CONFIG, vocab_size=V))
    # BERT's 0.02 is too little for a net so narrow: attention begins nearly even, and learns late.
    for module in model.modules():
        if isinstance(module, nn.Linear):
            nn.init.xavier_uniform_(module.weight)
    return model


def split(texts):
    """(training, held out): every tenth block of 100 verses is held out, as neighbours are alike."""
    held = np.arange(len(texts)) // 100 % 10 == 9
    return [[text for text, away in zip(texts, held) if away == kind] for kind in (False, True)]


def encoded(texts, tokenizer):
    return [np.array(tokenizer.encode(text, max_length=LONGEST)) for text in texts]


def padded(rows):
    """Rows of ids -> ids (N, T), and a mask (N, T) that is 0 at padding; [PAD] has id 0."""
    ids = np.zeros((len(rows), max(map(len, rows))), np.int64)
    for row, text in zip(ids, rows):
        row[:len(text)] = text
    return ids, (np.arange(ids.shape[1]) < np.array([len(row) for row in rows])[:, None]).astype(np.int64)


def alike(rows, rng):
    """Batches of numbers of rows of similar length, so that little is padding; in random order."""
    order = rng.permutation(len(rows))
    parts = [sorted(part, key=lambda i: len(rows[i]))
             for part in np.array_split(order, -(-len(order) // (32 * ROWS)))]
    batches = [part[i:i + ROWS] for part in parts for i in range(0, len(part), ROWS)]
    return [batches[i] for i in rng.permutation(len(batches))]


class Masked:
    """Batches (input_ids, attention_mask, places, target). For validation the same [MASK]s every time."""

    def __init__(self, rows, tokenizer, seed, training=True):
        self.rows, self.tokenizer, self.seed, self.training = rows, tokenizer, seed, training
        self.rng = np.random.default_rng(seed)

    def __len__(self) -> int:
        return len(alike(self.rows, np.random.default_rng(0)))

    def __iter__(self):
        rng = self.rng if self.training else np.random.default_rng(self.seed)
        how = {} if self.training else {"masked": 1.0, "replaced": 0.0}
        for chosen in alike(self.rows, rng):
            ids, mask = padded([self.rows[i] for i in chosen])
            hidden = hide(ids, self.tokenizer, rng, **how)
            yield Tensor(hidden.input_ids), Tensor(mask), Tensor(hidden.places), Tensor(hidden.target)


def trainer_of(model, steps, lr):
    """AdamW, with a learning rate that rises for a tenth of the steps and then falls to 0."""
    optimizer = optim.AdamW(model.parameters(), lr=lr, betas=(0.9, 0.98), weight_decay=0.01)
    rate = optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(
        10 * (step + 1) / steps, (steps - step) / (0.9 * steps)))
    return Trainer(model, F.cross_entropy, optimizer, metrics=[accuracy],
                   callbacks=[Schedule(rate, every="step")], max_grad_norm=1.0)


def baselines(rows, held_rows, tokenizer, seed):
    """The share of hidden tokens found by counting: how often they occur, beside which neighbours."""
    V = len(tokenizer)
    text = np.concatenate(rows)
    often = bincount(np, text, minlength=V).astype(np.float32)
    often[list(tokenizer.special.values())] = 0         # is never hidden
    unigram = (often + 1e-3) / (often + 1e-3).sum()
    pairs = np.zeros((V, V), np.float32)
    np.add.at(pairs, (text[:-1], text[1:]), 1)
    # log p(token | neighbour) = counts as if each neighbour had been seen 5 more times, with the usual tokens
    after = np.log((pairs + 5 * unigram) / (pairs.sum(1, keepdims=True) + 5))           # [left, token]
    before = np.log((pairs.T + 5 * unigram) / (pairs.sum(0)[:, None] + 5))              # [right, token]
    found: dict[str, list] = {}
    for ids, _, places, target in Masked(held_rows, tokenizer, seed, training=False):
        ids, places, target = ids.numpy().ravel(), places.numpy(), target.numpy()
        left, right = after[ids[places - 1]], before[ids[places + 1]]       # [MASK] itself was never counted
        for name, scores in (("unigram", np.log(unigram)[None]), ("bigram, left neighbour", left),
                             ("bigram, right neighbour", right),
                             ("bigrams, both neighbours", left + right - np.log(unigram))):
            found.setdefault(name, []).append(scores.argmax(1) == target)
    return {name: np.concatenate(right).mean() for name, right in found.items()}


class Swapped(nn.Module):
    """Was a text changed? Two scores of each token by a Bert; the largest count, as one place tells it."""

    def __init__(self, bert: Bert):
        self.bert = bert
        self.logits = nn.Linear(bert.config.hidden_size, 2)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        scores = self.logits(self.bert(ids, mask))                          # (N, T, 2)
        return scores.masked_fill(mask.unsqueeze(2) == 0, -math.inf).max(1).values


def swapped(rows, rng):
    """[(row, label)]: in half of them, by chance, two different neighbours changed places, label 1."""
    examples = []
    for row in rows:
        places = 1 + np.flatnonzero(row[1:-2] != row[2:-1])
        if len(places):
            row, label, i = row.copy(), int(rng.integers(2)), rng.choice(places)
            if label:
                row[[i, i + 1]] = row[[i + 1, i]]
            examples.append((row, label))
    return examples


def tell_swaps(bert, rows, held_rows, seed, device):
    """The share of held-out verses that a copy of `bert`, trained on LABELLED others, judges rightly."""
    manual_seed(seed)
    rng = np.random.default_rng(seed)
    chosen = [rows[i] for i in rng.permutation(len(rows))[:LABELLED]]
    train, test = swapped(chosen, rng), swapped(held_rows, np.random.default_rng(0))

    def batches(examples, order):
        for part in order:
            ids, mask = padded([examples[i][0] for i in part])
            yield Tensor(ids), Tensor(mask), Tensor(np.array([examples[i][1] for i in part]))

    model = Swapped(copy.deepcopy(bert)).to(device)
    orders = [alike([row for row, _ in train], rng) for _ in range(PASSES)]
    trainer = trainer_of(model, sum(map(len, orders)), lr=5e-4)
    for order in orders:
        trainer.fit([*batches(train, order)], epochs=1)
    return trainer.evaluate([*batches(test, alike([row for row, _ in test], rng))])["accuracy"]


def deviation(values):
    return np.std(values, ddof=1)


def sentence_of(guesses):
    return "\n".join("  ".join(f"{token} {p:.0%}" for token, p in each) for each in guesses)


def guess(text, out, command):
    """Print the five likeliest tokens for each [MASK] of a text."""
    text = re.sub(r"\[mask\]", "[MASK]", text, flags=re.IGNORECASE)
    if "[MASK]" not in text:
        raise ValueError("--predict: the text has no [MASK]; write it where a word is missing, as in "
                         f"{EXAMPLES[0]!r}")
    with trained(out / "model.safetensors", command):
        tokenizer = WordPieceTokenizer.load(out / "tokenizer.json")
        model = io.load(out / "model.safetensors", network(len(tokenizer)))
    if len(tokenizer.encode(text)) > LONGEST:
        raise ValueError(f"--predict: the text has {len(tokenizer.encode(text)) - 2} tokens, but the network "
                         f"reads at most {LONGEST - 2}; shorten it")
    print(sentence_of(fill(model, tokenizer, text)))
    unknown = [word for word in tokenizer.words(text.replace("[MASK]", " "))
               if tokenizer.pieces(word) == ["[UNK]"]]
    if unknown:
        print(f"Unknown: {', '.join(unknown)}")


def draw(found, results, path):
    """Bars: hidden words found by the baselines and by BERT; the second task with and without pretraining."""
    drawn, axes = new_figure(1, 2, width=4.5, height=3.0)
    words, swaps = axes[0]
    words.barh([*found], [100 * share for share in found.values()],
               color=["0.7"] * (len(found) - 1) + ["C0"])
    words.invert_yaxis()
    words.set(xlabel="hidden words found, %", title="Held-out verses")
    swaps.bar([*results], [100 * np.mean(each) for each in results.values()], color=["0.7", "C0"],
              yerr=[100 * deviation(each) for each in results.values()], capsize=5)
    swaps.axhline(50, color="black", linestyle=":", label="guessing")
    swaps.set(ylabel="right, %", ylim=(40, 100), title="Were two words swapped?")
    swaps.legend()
    finish(drawn, path)
