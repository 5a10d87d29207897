"""Spelling: a Transformer and an LSTM with attention learn how English words are spoken.

    tomato -> T AH0 M EY1 T OW2

One network reads the letters, the other writes the phonemes; the digit of a vowel is its stress. Neither is
told which letters make which phoneme: attention finds it, as its picture shows.
"""

import re
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np

from minigrad import io, manual_seed, nn, optim
from minigrad.data import pronunciations, train_test_split
from minigrad.demos.lesson import fit, folder, heading, pictures, trained
from minigrad.demos.pairs import FIRST, Pair, loader, loss, plot_cross_attention, write
from minigrad.models.attention_lstm import AttentionLSTM
from minigrad.models.seq2seq_transformer import Seq2SeqTransformer
from minigrad.train import Schedule, Trainer
from minigrad.visual.figure import finish, new_figure

LETTERS = "abcdefghijklmnopqrstuvwxyz"
VOWELS = "AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW".split()
CONSONANTS = "B CH D DH F G HH JH K L M N NG P R S SH T TH V W Y Z ZH".split()
PHONEMES = [*CONSONANTS, *(vowel + stress for vowel in VOWELS for stress in "012")]
NUMBERS = {phoneme: FIRST + i for i, phoneme in enumerate(PHONEMES)}
LONGEST = 20                # letters of a word
LONGEST_SOUND = 30          # phonemes
SIZE = 64                   # words in a batch
SHOWN = "thoughtfulness"


def main(epochs: int = 2, seed: int = 0, device: str = "cpu", out: str | Path = "minigrad-demo/spelling",
         predict: str | None = None, beam: int = 5) -> None:
    out = Path(out)
    if predict is not None:
        speak(predict, beam, out, device, f"python -m minigrad demo spelling --out {out}")
        return
    folder(out)
    heading("How words are spoken")
    spoken, train, validation, test = words(seed)
    print(f"{len(train):,} words for training, {len(validation):,} for validation, {len(test):,} for testing")
    histories, results, models = {}, [], networks(seed)
    for name, (model, lr) in models.items():
        heading(name)
        parameters = sum(p.numel() for p in model.parameters())
        print(f"{parameters:,} weights")
        trainer = learner(model.to(device), lr, epochs * -(-len(train) // SIZE))
        fit(trainer, loader(pairs(train, spoken), SIZE, seed), loader(pairs(validation, spoken), SIZE, seed),
            epochs=epochs)
        histories[name] = trainer.history
        for how, width in [("greedy", 1), (f"beam of {beam}", beam)][:1 + (beam > 1)]:
            results.append((name, how, errors(heard(model, test, width, device), test, spoken)))

    heading(f"On the {len(test):,} test words")
    print(table(results))
    for name, (model, _) in models.items():
        io.save(out / f"{name.lower()}.safetensors", model)
    print(f"\nModels: {', '.join(str(out / f'{name.lower()}.safetensors') for name in models)}")
    with pictures(out / "loss.png", out / "attention.png") as (curve, attention):
        plot_losses(histories, curve)
        draw(SHOWN, models, attention)


def words(seed: int) -> tuple[dict[str, list[list[str]]], list[str], list[str], list[str]]:
    """The dictionary, and its words for training, validation (1,000) and testing (2,000).

    Words of the letters a to z only: "abbot's" would give "abbots" away.
    """
    spoken = {word: sounds for word, sounds in pronunciations().items()
              if 2 <= len(word) <= LONGEST and set(word) <= set(LETTERS)}
    rest, test = train_test_split(list(spoken), test_size=2000, seed=seed)
    train, validation = train_test_split(rest, test_size=1000, seed=seed)
    return spoken, list(train), list(validation), list(test)


def networks(seed: int = 0, transformer: Any = Seq2SeqTransformer, lstm: Any = AttentionLSTM
             ) -> dict[str, tuple[Any, float]]:
    """The two models by name, each with its learning rate."""
    manual_seed(seed)
    sizes = FIRST + len(LETTERS), FIRST + len(PHONEMES)
    longest = LONGEST_SOUND + 2
    return {"Transformer": (transformer(*sizes, D=96, layers=2, dropout=0.0, longest=longest), 0.0015),
            "LSTM": (lstm(*sizes, D=128, dropout=0.0), 0.002)}


def learner(model: nn.Module, lr: float, steps: int) -> Trainer:
    """In so few epochs no word is seen often enough to be learnt by heart: neither needs dropout."""
    optimizer = optim.Adam(model.parameters(), lr)
    smaller = Schedule(optim.lr_scheduler.CosineAnnealingLR(optimizer, steps), every="step")
    return Trainer(model, loss, optimizer, callbacks=[smaller], max_grad_norm=1.0)


def letters(word: str) -> list[int]:
    return [FIRST + LETTERS.index(letter) for letter in word]


def pairs(words: list[str], spoken: dict[str, list[list[str]]]) -> list[Pair]:
    """Each word and its usual pronunciation, as ids."""
    return [(letters(word), [NUMBERS[phoneme] for phoneme in spoken[word][0]]) for word in words]


def phonemes(ids: list[int]) -> list[str]:
    return [PHONEMES[i - FIRST] if i >= FIRST else "?" for i in ids]


def heard(model: nn.Module, words: list[str], beam: int, device: str) -> list[list[str]]:
    """The pronunciation that the model finds for each word."""
    found = write(model, [letters(word) for word in words], device=device, beam=beam, longest=LONGEST_SOUND)
    return [phonemes(best[0].ids) for best in found]


def errors(found: list[list[str]], words: list[str], spoken: dict[str, list[list[str]]]) -> list[float]:
    """[words right, phoneme errors], then the same without stress; as fractions.

    A word is right if the dictionary lists what was found. The errors are the changes (one phoneme more, less
    or another one) to the nearest pronunciation listed, divided by its length, summed over all words.
    """
    figures = []
    for plain in (list, unstressed):
        right = changes = total = 0
        for sounds, word in zip(found, words):
            near = min((distance(plain(sounds), plain(listed)), len(listed)) for listed in spoken[word])
            right, changes, total = right + (near[0] == 0), changes + near[0], total + near[1]
        figures += [right / len(words), changes / total]
    return figures


def unstressed(sounds):
    return [sound.rstrip("012") for sound in sounds]


def distance(a, b):
    """The least number of elements to insert, delete or replace that makes b of a (Levenshtein 1966).

    >>> distance("kitten", "sitting")
    3
    """
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (x != y))
    return row[-1]


def table(results: list[tuple[str, str, list[float]]]) -> str:
    """A line for each (model, search, errors())."""
    lines = [f"{'':<28}{'with stress':^24}{'without':^24}",
             f"{'':<28}{'words right':>12}{'errors':>10}{'words right':>14}{'errors':>10}"]
    lines += [f"{name:<14}{how:<14}{right:>12.1%}{wrong:>10.2%}{right_2:>14.1%}{wrong_2:>10.2%}"
              for name, how, (right, wrong, right_2, wrong_2) in results]
    return "\n".join(lines)


def read(text: str) -> list[str]:
    """The words of a text, in lower case and without accents."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))
    found = re.split(r"[\s-]+", plain.strip(" \t\n.,;:!?-"))
    if found == [""]:
        raise ValueError("--predict: there is no word; write one, such as 'backpropagation'")
    for word in found:
        strange = sorted(set(word) - set(LETTERS))
        if strange:
            raise ValueError(f"--predict: the models know the letters a to z, but {word!r} has "
                             f"{', '.join(map(repr, strange))}; spell it out, such as 'five' for 5")
        if len(word) > LONGEST:
            raise ValueError(f"--predict: {word!r:.40} has {len(word)} letters, but the models have learnt "
                             f"words of at most {LONGEST}; split it, such as 'back-propagation'")
    return found


def speak(text, beam, out, device, command):
    """Print the best pronunciations of each word by both models, and draw where they look for the first."""
    asked, models = read(text), networks()
    for name, (model, _) in models.items():
        path = out / f"{name.lower()}.safetensors"
        with trained(path, command):
            io.load(path, model.to(device))
    spoken = pronunciations()
    for word in asked:
        print(word)
        for name, (model, _) in models.items():
            found, = write(model, [letters(word)], device=device, beam=beam, longest=LONGEST_SOUND,
                           best=min(3, beam))
            for i, each in enumerate(found):
                print(f"    {'' if i else name:<14}{np.exp(each.log_p):5.0%}  {' '.join(phonemes(each.ids))}")
        for i, listed in enumerate(spoken.get(word, [["not listed"]])):
            print(f"    {'' if i else 'dictionary':<14}       {' '.join(listed)}")
    with pictures(out / "attention.png") as (path,):
        draw(asked[0], models, path)


def draw(word, models, path):
    found, = write(models["Transformer"][0], [letters(word)], longest=LONGEST_SOUND,
                   device=next(models["Transformer"][0].parameters()).device)
    plot_cross_attention({name: model for name, (model, _) in models.items()}, letters(word), found[0].ids,
                         list(word), phonemes(found[0].ids), path)


def plot_losses(histories, path):
    figure, axes = new_figure()
    axis = axes[0, 0]
    for (name, history), colour in zip(histories.items(), ("tab:blue", "tab:orange")):
        epochs = [row["epoch"] for row in history]
        axis.plot(epochs, history["loss"], "o--", color=colour, label=f"{name}, training")
        axis.plot(epochs, history["val_loss"], "o-", color=colour, label=f"{name}, validation")
    axis.set(xlabel="epoch", ylabel="loss of a phoneme (nats)", xticks=epochs)
    axis.grid(alpha=0.3)
    axis.legend()
    finish(figure, path)
