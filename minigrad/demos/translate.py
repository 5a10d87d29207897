"""Translation: an LSTM with attention learns to put English verses into French.

    And God said -> pieces of words -> LSTM, attention, LSTM -> pieces of words -> Dieu dit

The verses are the Bible's short ones, few for this task: systems in use have learnt from thousands of times
as many sentences. Compare the score with two baselines: the French of the training verse that is most alike,
and a dictionary of words that occur in the same verses.
"""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from minigrad import io, manual_seed, optim
from minigrad.data import ByteBPETokenizer, verses
from minigrad.demos.lesson import fit, folder, heading, pictures, trained
from minigrad.demos.pairs import Pair, loader, loss, plot_cross_attention, write
from minigrad.metrics import bleu
from minigrad.models.attention_lstm import AttentionLSTM
from minigrad.train import EarlyStopping, Schedule, Trainer

SHORT = 20          # words of a verse, in either language
BLOCK = 50          # consecutive verses, which are held out together
SIZE = 32           # verses in a batch
LR = 0.003
VOCABULARY = 1500   # pieces of words of each language
LONGEST = 60        # pieces that a translation may have
SHOWN = "And God said, Let there be light: and there was light."
Verses = list[tuple[str, str]]


def main(epochs: int = 9, seed: int = 0, device: str = "cpu", out: str | Path = "minigrad-demo/translate",
         predict: str | None = None, beam: int = 5) -> None:
    out = Path(out)
    if predict is not None:
        translate(predict, beam, out, device, f"python -m minigrad demo translate --out {out}")
        return
    folder(out)
    heading("Verses in English and French")
    train, validation, test = split(seed)
    print(f"{len(train):,} verses of at most {SHORT} words for training, {len(validation):,} for validation, "
          f"{len(test):,} for testing")
    english, french = tokenizers(train)
    model = network(english, french, seed).to(device)
    print(f"{len(english.vocab):,} pieces of English words, {len(french.vocab):,} of French ones; "
          f"{sum(p.numel() for p in model.parameters()):,} weights\n")
    trainer = learner(model, epochs * -(-len(train) // SIZE))
    fit(trainer, loader(pairs(train, english, french), SIZE, seed),
        loader(pairs(validation, english, french), SIZE, seed), epochs=epochs)
    print(f"The weights of epoch {trainer.history.best()['epoch']} are kept, whose val_loss is the smallest")

    heading(f"On the {len(test):,} test verses")
    sources, target = [source for source, _ in test], [words(reference) for _, reference in test]
    answers = {}
    for how, width in [("greedy", 1), (f"beam of {beam}", beam)][:1 + (beam > 1)]:
        answers[f"LSTM, {how}"] = answer(model, sources, english, french, width, device)
    answers["nearest verse"] = nearest(sources, train)
    answers["word by word"] = word_by_word(sources, train)
    for name, found in answers.items():
        print(f"{name:<18}BLEU {bleu([words(text) for text in found], target):5.1f}")
    print()
    for (source, reference), *found in list(zip(test, *answers.values()))[:4]:
        print(f"{'English':<18}{source}\n{'Segond':<18}{reference}")
        for name, text in zip(answers, found):
            print(f"{name:<18}{text}")
        print()

    io.save(out / "model.safetensors", model)
    english.save(out / "english.json")
    french.save(out / "french.json")
    print(f"Model: {out / 'model.safetensors'}, with english.json and french.json")
    with pictures(out / "loss.png", out / "attention.png") as (curve, attention):
        trainer.history.plot(curve)
        written = answer(model, [SHOWN], english, french, beam, device)[0]
        draw(SHOWN, written, model, english, french, attention)


def split(seed: int) -> tuple[Verses, Verses, Verses]:
    """Short verses for training, validation (3 % of the blocks) and testing (5 %).

    Neighbouring verses repeat each other, so whole blocks are held out. What the Bible tells twice is not
    trained on if a held-out verse has the same words in either language.
    """
    pairs = [(i // BLOCK, (source, target.removesuffix(" -"))) for i, (source, target) in enumerate(verses())
             if max(len(source.split()), len(target.split())) <= SHORT and re.search("[a-z]", source)]
    blocks = np.random.default_rng(seed).permutation(pairs[-1][0] + 1)
    testing, validating = np.split(blocks[:len(blocks) * 8 // 100], [len(blocks) * 5 // 100])
    test = [pair for block, pair in pairs if block in set(testing)]
    validation = [pair for block, pair in pairs if block in set(validating)]
    told = {plain(text) for pair in test + validation for text in pair}
    train = [pair for block, pair in pairs if block not in {*testing, *validating}
             and not told & {plain(text) for text in pair}]
    return train, validation, test


def plain(text):
    return tuple(words(text.lower()))


def words(text: str) -> list[str]:
    """Words and marks, as BLEU counts them; l' and qu' are words.

    >>> words("Viens, l'heure est venue.")
    ['Viens', ',', "l'", 'heure', 'est', 'venue', '.']
    """
    return re.findall(r"\w+'?|[^\w\s]", text)


def tokenizers(train: Verses) -> tuple[ByteBPETokenizer, ByteBPETokenizer]:
    """Byte-level BPE of each language; the ids 0, 1 and 2 are padding, start and stop."""
    english, french = (ByteBPETokenizer.train(texts, VOCABULARY, special=["<pad>", "<start>", "<stop>"])
                       for texts in zip(*train))
    return english, french


def network(english: ByteBPETokenizer, french: ByteBPETokenizer, seed: int = 0,
            lstm: Any = AttentionLSTM) -> Any:
    manual_seed(seed)
    return lstm(len(english.vocab), len(french.vocab), D=192, dropout=0.1)


def learner(model: AttentionLSTM, steps: int) -> Trainer:
    """In the end it takes the weights of the smallest val_loss: later ones may know verses by heart."""
    optimizer = optim.Adam(model.parameters(), LR)
    smaller = Schedule(optim.lr_scheduler.CosineAnnealingLR(optimizer, steps), every="step")
    best = EarlyStopping(patience=steps)       # it never stops
    return Trainer(model, loss, optimizer, callbacks=[smaller, best], max_grad_norm=1.0)


def pairs(verses: Verses, english: ByteBPETokenizer, french: ByteBPETokenizer) -> list[Pair]:
    return [(english.encode(source), french.encode(target)) for source, target in verses]


def answer(model: AttentionLSTM, texts: list[str], english: ByteBPETokenizer, french: ByteBPETokenizer,
           beam: int, device: str) -> list[str]:
    """The French that the model finds for each text."""
    found = write(model, [english.encode(text) for text in texts], device=device, beam=beam, longest=LONGEST,
                  alpha=1.0)
    return [french.decode(best[0].ids) for best in found]


def nearest(texts: list[str], train: Verses) -> list[str]:
    """The French of the training verse that shares most words: cosine of counts, rare ones weigh more."""
    counts = [Counter(plain(source)) for source, _ in train]
    often = Counter(word for count in counts for word in count)
    rarity = {word: np.log(len(train) / n) for word, n in often.items()}
    numbers = {word: i for i, word in enumerate(rarity)}

    def vectors(counts):
        x = np.zeros((len(counts), len(numbers)), np.float32)
        for row, count in zip(x, counts):
            for word in count.keys() & numbers.keys():
                row[numbers[word]] = count[word] * rarity[word]
        return x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-9)

    cosines = vectors([Counter(plain(text)) for text in texts]) @ vectors(counts).T
    return [train[i][1] for i in cosines.argmax(1)]


def word_by_word(texts: list[str], train: Verses) -> list[str]:
    """Each word becomes the French one that most often shares its verses.

    The measure is that of Dice 1945, Ecology 26(3): 2 x verses with both / (with one + with the other).
    """
    here, there, both = Counter(), Counter(), Counter()
    for source, target in train:
        a, b = set(plain(source)), set(words(target))
        here.update(a)
        there.update(b)
        both.update((x, y) for x in a for y in b)
    best: dict[str, tuple[float, str]] = {}
    for (x, y), n in both.items():
        best[x] = max(best.get(x, (0.0, "")), (2 * n / (here[x] + there[y]), y))
    return [" ".join(best.get(word, (0, word))[1] for word in plain(text)) for text in texts]


def translate(text, beam, out, device, command):
    """Print the French of a text, and draw where the model looks."""
    if not words(text):
        raise ValueError("--predict: the verse is empty; write one, such as 'Let there be light'")
    with trained(out / "model.safetensors", command):
        english, french = (ByteBPETokenizer.load(out / f"{name}.json") for name in ("english", "french"))
        model = io.load(out / "model.safetensors", network(english, french).to(device))
    if len(text.split()) > SHORT:
        print(f"The verse has {len(text.split())} words; the model has learnt from verses of at most {SHORT}")
    found = answer(model, [text], english, french, beam, device)[0]
    print(found)
    with pictures(out / "attention.png") as (path,):
        draw(text, found, model, english, french, path)


def draw(text, found, model, english, french, path):
    source, target = english.encode(text), french.encode(found)
    columns, rows = ([tokenizer.decode([i]) for i in ids]
                     for tokenizer, ids in ((english, source), (french, target)))
    plot_cross_attention({"where the LSTM looks": model}, source, target, columns, rows, path)
