"""Plays by Shakespeare: a small GPT learns to write on, from the probability of what comes next.

    text -> tokens -> vectors -> 4 x (attention to what came before, a small network) -> scores of all tokens

Tokens are characters, or with --tokens bpe pieces of words: bytes that were merged because they often stand
together. Losses of different tokens cannot be compared, but bits per character can: into so many bits could
the text be compressed with the model's help. The baselines count how often a token follows the last one, two,
... (n-grams), or are programs that compress files.
"""

import bz2
import gzip
import math
from pathlib import Path
from typing import Any

import numpy as np

from minigrad import Tensor, io, manual_seed, no_grad, optim, randint, randperm
from minigrad.backend import bincount
from minigrad.data import ByteBPETokenizer, CharacterTokenizer, plays
from minigrad.demos.lesson import fit, folder, heading, pictures, trained
from minigrad.models import GPT, generate
from minigrad.nn import functional as F
from minigrad.train import Schedule, Trainer
from minigrad.visual.figure import finish, new_figure

CONTEXT, ROWS = 64, 16
TOKENIZERS = {"characters": CharacterTokenizer, "bpe": ByteBPETokenizer}
BPE_TOKENS = 512        # with so many, a token holds two characters on average
NGRAMS = ["unigram", "bigram", "trigram", "4-gram", "5-gram"]
WRITTEN = 300           # tokens
SHOWN = {" ": "␣", "\n": "↵"}


def main(epochs: int = 8, seed: int = 0, device: str = "cpu", out: str | Path = "minigrad-demo/gpt",
         predict: str | None = None, tokens: str = "characters", temperature: float = 0.8) -> None:
    out = Path(out)
    if predict is not None:
        command = f"python -m minigrad demo gpt --tokens {tokens} --out {out}"
        go_on(predict, out, tokens, temperature, seed, command)
        return

    folder(out)
    heading(f"Four plays by Shakespeare, by {'characters' if tokens == 'characters' else 'pieces of words'}")
    manual_seed(seed)
    texts = plays().values()
    train = "\n".join(text[:len(text) * 9 // 10] for text in texts)
    held_out = "\n".join(text[len(text) * 9 // 10:] for text in texts)
    if tokens == "bpe":
        tokenizer: Any = ByteBPETokenizer.train([train], BPE_TOKENS)
    else:
        tokenizer = CharacterTokenizer.train([train])
    ids, held_ids = np.array(tokenizer.encode(train)), np.array(tokenizer.encode(held_out))
    print(f"{len(train):,} characters for training, the last tenth of each play, {len(held_out):,}, for "
          f"validation\n{len(tokenizer)} different tokens, on average {len(train) / len(ids):.2f} characters")

    model = GPT(len(tokenizer), context=CONTEXT)
    print(f"{sum(p.numel() for p in model.parameters()):,} parameters; it reads {CONTEXT} tokens\n")
    model.to(device)
    batches = Rows(ids)
    optimizer = optim.AdamW(model.parameters(), lr=0.004, betas=(0.9, 0.99), weight_decay=0.1)
    steps = epochs * len(batches)
    # The first gradients are large and of little use: raise the learning rate slowly, then decay it.
    rate = optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(
        (step + 1) / 100, 0.52 + 0.48 * math.cos(math.pi * step / steps)))
    trainer = Trainer(model, loss_of, optimizer, callbacks=[Schedule(rate, every="step")], max_grad_norm=1.0)
    fit(trainer, batches, Rows(held_ids, shuffle=False), epochs=epochs)

    heading("Bits per character of the validation text")
    characters = len(held_out) - len(tokenizer.decode(held_ids[:1]))        # the first token is not predicted
    bits = {name: nats.sum() / math.log(2) / characters
            for name, nats in zip(NGRAMS, ngrams(ids, held_ids, len(tokenizer)))}
    bits |= compressed(train, held_out)
    bits["GPT"] = nats_of(model, held_ids).sum() / math.log(2) / characters
    for name, value in bits.items():
        print(f"{name:<32}{value:.3f}")

    heading(f"It writes (temperature {temperature:g})")
    print(written(model, tokenizer, "ROMEO:", temperature, seed))

    io.save(out / f"{tokens}.safetensors", model)
    tokenizer.save(out / f"{tokens}.json")
    print(f"\nModel: {out / f'{tokens}.safetensors'}")
    with pictures(out / f"{tokens}-loss.png", out / f"{tokens}-next.png") as (curve, following):
        draw_losses(trainer.history, len(held_ids) / len(held_out), bits, curve)
        draw_following(model, tokenizer, "ROMEO:\nBut soft, what light through yonder", following)


class Rows:
    """Batches of rows of a text: ids (N, T), and the same one token later. Each epoch cuts it elsewhere."""

    def __init__(self, ids: np.ndarray, shuffle: bool = True):
        self.ids, self.shuffle, self.rows = ids, shuffle, (len(ids) - 1) // CONTEXT - 1
        if self.rows < 1:
            raise ValueError(f"the text has {len(ids)} tokens, too few for two rows of {CONTEXT}")

    def __len__(self) -> int:
        return -(-self.rows // ROWS)

    def __iter__(self):
        starts, offset = np.arange(self.rows), 0
        if self.shuffle:
            starts, offset = randperm(self.rows).numpy(), randint(0, CONTEXT, (1,)).item()
        places = offset + starts[:, None] * CONTEXT + np.arange(CONTEXT)
        for i in range(0, self.rows, ROWS):
            yield Tensor(self.ids[places[i:i + ROWS]]), Tensor(self.ids[places[i:i + ROWS] + 1])


def loss_of(logits, target):
    """Mean cross entropy in nats per token: logits (N, T, V), target (N, T)."""
    return F.cross_entropy(logits.flatten(0, 1), target.flatten())


def nats_of(model, ids):
    """-ln p of each token but the first, (len(ids) - 1,). All but the first see T / 2 tokens or more."""
    nats, device = [], model.token.weight.device
    for start in range(0, len(ids) - 1, CONTEXT // 2):
        row = ids[max(0, start - CONTEXT // 2):start + CONTEXT // 2 + 1]
        new = min(CONTEXT // 2, len(ids) - 1 - start)
        with no_grad():
            logits = model(Tensor(row[None, :-1]).to(device))[0, -new:]
            nats.append(F.cross_entropy(logits, Tensor(row[-new:]).to(device), reduction="none"))
    return np.concatenate([each.cpu().numpy() for each in nats])


def ngrams(train, held_out, V, c=5):
    """For n = 1, 2, ...: -ln p of each token but the first, given the n - 1 before it.

    p is what was counted in the training text, as if each context had been seen c more times, followed by
    what the next shorter context expects.
    """
    p = np.full(len(held_out), 1 / V)
    for n in range(1, len(NGRAMS) + 1):
        seen = occurrences(train, held_out, V, range(n))
        p = (seen + c * p) / (occurrences(train, held_out, V, range(1, n)) + c)
        yield -np.log(p[1:])


def occurrences(train, held_out, V, back):
    """How often the tokens so many places back stand together in `train`, for each place of `held_out`."""
    codes = [np.zeros(len(ids), np.int64) for ids in (train, held_out)]
    for code, ids in zip(codes, (train, held_out)):
        for i in back:
            code *= V + 1
            code[i:] += ids[:-i or None]
            code[:i] += V       # before the text
    _, names = np.unique(np.concatenate(codes), return_inverse=True)
    return bincount(np, names[:len(train)], minlength=names.max() + 1)[names[len(train):]]


def compressed(train, held_out):
    """The bits per character that programs need, the second one having read the training text."""
    alone = len(gzip.compress(held_out.encode()))
    after = len(bz2.compress((train + held_out).encode())) - len(bz2.compress(train.encode()))
    return {"gzip": 8 * alone / len(held_out), "bzip2, after the training text": 8 * after / len(held_out)}


def written(model, tokenizer, prompt, temperature, seed):
    ids = generate(model, tokenizer.encode(prompt), WRITTEN, temperature=temperature, seed=seed)
    return prompt + tokenizer.decode(ids)


def go_on(prompt, out, tokens, temperature, seed, command):
    """Print how the trained network continues a text, and draw what it expects in it."""
    if not prompt:
        raise ValueError("--predict: the text is empty; write how it begins, such as 'ROMEO:'")
    with trained(out / f"{tokens}.safetensors", command):
        tokenizer = TOKENIZERS[tokens].load(out / f"{tokens}.json")
        model = io.load(out / f"{tokens}.safetensors", GPT(len(tokenizer), context=CONTEXT))
    try:
        count = len(tokenizer.encode(prompt))
    except ValueError as error:
        raise ValueError(f"--predict: {error}") from None
    print(written(model, tokenizer, prompt, temperature, seed))
    if count > CONTEXT:
        print(f"\nOf the {count} tokens it was given, it read the last {CONTEXT} at most")
    with pictures(out / f"{tokens}-next.png") as (following,):
        draw_following(model, tokenizer, prompt, following)


def draw_losses(history, per_character, bits, path):
    """The loss of each epoch in bits per character, and the baselines as lines."""
    drawn, axes = new_figure(width=6.5, height=4.0)
    axis = axes[0, 0]
    for name, label in (("loss", "GPT, training"), ("val_loss", "GPT, validation")):
        values = [row[name] * per_character / math.log(2) for row in history]
        axis.plot([row["epoch"] for row in history], values, "o-", label=label)
    for i, name in enumerate(["bigram", "trigram", "5-gram", "bzip2, after the training text"]):
        axis.axhline(bits[name], color="0.4", linestyle=["-", "--", "-.", ":"][i], label=name)
    axis.set(xlabel="epoch", ylabel="bits per character", title="The GPT and its baselines")
    axis.xaxis.get_major_locator().set_params(integer=True)
    axis.legend(fontsize=8)
    finish(drawn, path)


def draw_following(model, tokenizer, text, path, shown=36, rows=6):
    """Below each token of the text the likeliest next ones, darker where likelier; framed: what follows."""
    ids = tokenizer.encode(text)[-min(shown, CONTEXT):]
    with no_grad():
        logits = model(Tensor(np.array([ids])).to(model.token.weight.device))[0]
    p = F.softmax(logits, dim=-1).cpu().numpy()                                         # (T, V)
    best = np.argsort(-p, axis=1)[:, :rows]                                             # (T, rows)
    names = {i: "".join(SHOWN.get(c, c if c.isprintable() else "·") for c in tokenizer.decode([i]))
             for i in {*ids, *best.flat}}
    widest = max(map(len, names.values()))
    drawn, axes = new_figure(width=max(5.0, len(ids) * (0.16 + 0.085 * widest)), height=2.4)
    axis = axes[0, 0]
    axis.imshow(np.take_along_axis(p, best, 1).T, cmap="Blues", vmin=0, vmax=1.3, aspect="auto")
    for t, row in np.ndindex(*best.shape):
        follows = t + 1 < len(ids) and best[t, row] == ids[t + 1]
        axis.text(t, row, names[best[t, row]], ha="center", va="center", fontsize=9, family="monospace",
                  bbox={"boxstyle": "round,pad=0.1", "fill": False, "edgecolor": "C1"} if follows else None)
    axis.set_xticks(range(len(ids)), [names[i] for i in ids], family="monospace", fontsize=9)
    axis.xaxis.tick_top()
    axis.set_yticks(range(rows), range(1, rows + 1))
    axis.set_ylabel("likeliest next")
    axis.set_title("The text, and what the GPT expects after each token", fontsize=10)
    finish(drawn, path)
