"""Fine-tuning: a BERT that others have trained learns in a few minutes whether a film review is positive.

    text -> pieces of words -> BERT -> the mean of its tokens' vectors -> one number, the logit

It has read a billion pairs of sentences before, so that it knows what words mean; from 8,564 reviews it only
learns what is asked of it. The tables of words are left as they are: their rows for words that no
review here has could not change anyway.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from minigrad import Tensor, io, manual_seed, models, nn, no_grad, optim
from minigrad.data import DataLoader
from minigrad.data.samplers import Sampler
from minigrad.demos.lesson import fit, folder, heading, pictures, trained
from minigrad.demos.search import MODEL
from minigrad.demos.sentiment import right, split
from minigrad.demos.words import BagOfWords, Vocabulary
from minigrad.models import SentenceEncoder
from minigrad.nn import functional as F
from minigrad.optim.lr_scheduler import LambdaLR
from minigrad.train import Schedule, Trainer
from minigrad.visual.figure import finish, new_figure

REFERENCE = "PyTorch 88.3 %, from the same weights, with the same batches, 2 epochs"
LONGEST = 64        # tokens; 5 of the 10,072 reviews have more
BATCH = 32
WARMUP = 0.1        # of all steps, until the learning rate has its full height
Texts = tuple[list[str], np.ndarray]        # with their targets (n, 1)


def main(epochs: int = 2, seed: int = 0, device: str = "cpu", out: str | Path = "minigrad-demo/fine-tune",
         predict: str | None = None, model: str | Path = MODEL) -> None:
    out = Path(out)
    if predict is not None:
        judge(predict, out, model, device, f"python -m minigrad demo fine-tune --out {out}")
        return

    folder(out)
    encoder = models.from_pretrained(model)
    heading("Film reviews, read by a pretrained network")
    manual_seed(seed)
    (train, targets), held_out, test = split()
    print(f"{len(train):,} sentences for training, {len(held_out[0])} for validation, {len(test[0]):,} for "
          "testing")

    network = models.TextClassifier(encoder.model, 1)
    network.to(device)
    freeze_tables(network)
    weights = sum(p.numel() for p in network.parameters())
    changed = sum(p.numel() for p in network.parameters() if p.requires_grad)
    print(f"{weights:,} weights, of which {changed:,} are trained further\n")

    before = {name: p.detach().clone() for name, p in network.named_parameters()}
    trainer = tune(network, encoder, (train, targets), held_out, epochs, seed)

    clear = np.abs(np.log(test[1] / (1 - test[1])) / 1.2)[:, 0]          # |rating|
    positive = test[1][:, 0] > 0.5
    tuned = (trainer.predict(ordered(encoder, *test)).cpu().numpy()[:, 0] > 0) == positive
    counted = bag_of_words(train, targets, test) == positive
    heading(f"On the {len(positive):,} test sentences")
    print(f"{'Bag of words':<14}{counted.mean():.1%} correct")
    print(f"{'Fine-tuned':<14}{tuned.mean():.1%} correct")
    print(f"{'Reference':<14}{REFERENCE}\n")

    io.save(out / "model.safetensors", network)
    print(f"Model: {out / 'model.safetensors'}")
    with pictures(out / "fine-tuning.png") as (path,):
        draw(clear, {"fine-tuned": tuned, "bag of words": counted}, changes(network, before), path)


def tune(network: models.TextClassifier, encoder: SentenceEncoder, train: Texts, held_out: Texts | None,
         epochs: int, seed: int = 0, lr: float = 1e-4, new: float = 1e-3) -> Trainer:
    """Train what is not frozen, with the rate lr, and `new` for the new layer; returns the trainer."""
    collate = Collate(encoder)
    batches = DataLoader(list(zip(*train)), collate_fn=collate,
                         batch_sampler=SimilarLength(collate.lengths(train[0]), BATCH, seed))
    optimizer = adam(network, lr, new)
    trainer = Trainer(network, F.binary_cross_entropy_with_logits, optimizer, metrics={"accuracy": right},
                      callbacks=[Schedule(warmup_and_decay(optimizer, epochs * len(batches)), "step")],
                      max_grad_norm=1.0)
    fit(trainer, batches, held_out and ordered(encoder, *held_out), epochs=epochs)
    return trainer


class SimilarLength(Sampler):
    """Batches of texts of similar length, in random order: padding costs as much as words do.

    The texts are shuffled; of each 50 batches in a row, the shortest texts become one batch, and so on.
    lengths: of each text, in tokens.
    """

    def __init__(self, lengths: np.ndarray, batch_size: int, seed: int):
        self.lengths, self.batch_size = lengths, batch_size
        self.rng = np.random.default_rng(seed)

    def __iter__(self) -> Iterator[list[int]]:
        order, size = self.rng.permutation(len(self.lengths)), 50 * self.batch_size
        pools = np.split(order, range(size, len(order), size))
        by_length = np.concatenate([pool[np.argsort(self.lengths[pool])] for pool in pools])
        batches = np.split(by_length, range(self.batch_size, len(order), self.batch_size))
        yield from (batches[i].tolist() for i in self.rng.permutation(len(batches)))

    def __len__(self) -> int:
        return -(-len(self.lengths) // self.batch_size)


class Collate:
    """A list of (text, target) -> ids (N, T), mask (N, T), targets (N, 1)."""

    def __init__(self, encoder: SentenceEncoder):
        self.tokenizer, self.longest = encoder.tokenizer, min(LONGEST, encoder.max_length)

    def __call__(self, samples: list) -> tuple[Tensor, ...]:
        texts, targets = zip(*samples)
        batch = self.tokenizer.encode_batch(texts, max_length=self.longest)
        return Tensor(batch.input_ids), Tensor(batch.attention_mask), Tensor(np.stack(targets))

    def lengths(self, texts: list[str]) -> np.ndarray:
        """The number of tokens of each text."""
        return np.array([len(self.tokenizer.encode(text, max_length=self.longest)) for text in texts])


def ordered(encoder: SentenceEncoder, texts: list[str], targets: np.ndarray) -> DataLoader:
    return DataLoader(list(zip(texts, targets)), batch_size=100, collate_fn=Collate(encoder))


def freeze_tables(network: nn.Module) -> None:
    """Do not train the embedding tables, which are half of MiniLM's weights."""
    for module in network.modules():
        if isinstance(module, nn.Embedding):
            module.requires_grad_(False)


def adam(network: models.TextClassifier, lr: float, new: float) -> optim.AdamW:
    """AdamW with the rate lr, and `new` for the new layer; matrices decay, biases and norms do not."""
    added = {id(p) for p in network.classifier.parameters()}
    groups: dict = {}
    for p in network.parameters():
        if p.requires_grad:
            groups.setdefault((id(p) in added, p.ndim > 1), []).append(p)
    return optim.AdamW([
        {"params": params, "lr": new if is_new else lr, "weight_decay": 0.01 * decays}
        for (is_new, decays), params in groups.items()])


def warmup_and_decay(optimizer: optim.Optimizer, steps: int) -> LambdaLR:
    """The learning rate rises from 0 in the first tenth of the steps, and falls to 0 by the last one."""
    warm = WARMUP * steps
    return LambdaLR(optimizer, lambda t: min((t + 1) / warm, (steps - t) / (steps - warm)))


def bag_of_words(texts: list[str], targets: np.ndarray, test: tuple[list[str], np.ndarray]) -> np.ndarray:
    """Which test sentences are positive according to a bag of words, trained as in the demo `sentiment`."""
    vocabulary = Vocabulary(texts)
    model = BagOfWords(vocabulary)
    trainer = Trainer(model, F.binary_cross_entropy_with_logits,
                      optim.AdamW(model.parameters(), 0.01, weight_decay=0.1))
    trainer.fit(DataLoader(list(zip(texts, targets)), batch_size=64, shuffle=True,
                           collate_fn=vocabulary.batch), epochs=6, verbose=False)
    return trainer.predict(vocabulary.ids(test[0])).numpy()[:, 0] > 0


def changes(network: nn.Module, before: dict[str, Tensor]) -> dict[str, float]:
    """How far fine-tuning moved the matrices of each layer of BERT, relative to their size."""
    moved: dict[str, list] = {}
    for name, p in network.bert.named_parameters():
        if p.requires_grad and p.ndim == 2:
            layer = name.split(".")[2]
            moved.setdefault(layer, []).append(((p - before[f"bert.{name}"]).square().sum().item(),
                                                p.square().sum().item()))
    return {layer: float(np.sqrt(np.divide(*np.sum(parts, axis=0)))) for layer, parts in moved.items()}


def judge(text, out, model, device, command):
    """Print how the fine-tuned network rates a text, and which words decide."""
    words = text.split()
    if not any(map(str.isalnum, text)):
        raise ValueError("--predict: the text has no words; write something about a film")
    encoder = models.from_pretrained(model)
    with trained(out / "model.safetensors", command):
        network = io.load(out / "model.safetensors", models.TextClassifier(encoder.model, 1))
    network.to(device).eval()
    # The text, and the text without each of its words: what changes when a word is missing?
    texts = [text, *(" ".join(words[:i] + words[i + 1:]) for i in range(len(words)) if len(words) > 1)]
    ids, mask, _ = Collate(encoder)([(each, np.zeros(1)) for each in texts])
    with no_grad():
        logit, *without = network(ids.to(device), mask.to(device))[:, 0].tolist()
    positive = 1 / (1 + np.exp(-logit))
    print(f"{'positive' if positive > 0.5 else 'negative'}: liked with probability {positive:.0%}")
    for i in np.argsort(-np.abs(logit - np.array(without)))[:3]:
        print(f"    {words[i]:<16}{logit - without[i]:+.2f}")
    if mask.shape[1] == min(LONGEST, encoder.max_length):
        print(f"Only the first {mask.shape[1]} tokens were read")


def draw(clear, results, moved, path):
    """How often each is right on reviews of which clearness, and how far each layer moved."""
    drawn, axes = new_figure(columns=2, width=4.5, height=3.4)
    left, right_ = axes[0]
    edges = np.array([0.5, 1, 1.5, 2, 2.5, 4])
    inside = [(clear >= low) & (clear < high) for low, high in zip(edges[:-1], edges[1:])]
    for name, correct in results.items():
        shares = [correct[chosen].mean() if chosen.any() else np.nan for chosen in inside]
        left.plot(range(len(inside)), shares, marker="o", label=name)
    left.set_xticks(range(len(inside)), [f"{low:g}-{high:g}" for low, high in zip(edges[:-1], edges[1:])])
    left.set(xlabel="rating, without its sign", ylabel="share that is right", title="Clear cases are easier")
    left.grid(alpha=0.3)
    left.legend()
    right_.bar(list(moved), list(moved.values()), color="tab:green")
    right_.set(xlabel="layer of BERT", ylabel="change, relative to the weights",
               title="How far fine-tuning moved each layer")
    finish(drawn, path)
