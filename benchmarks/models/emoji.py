"""The networks of the emoji demo beside PyTorch: `python -m benchmarks.models.emoji FOLDER [NETWORK ...]`.

Each network is trained by minigrad and by PyTorch: the same source, initial weights, batches and settings. A
run takes minutes and leaves its answers in FOLDER; what is there already is not run again. Then the table of
all that is in FOLDER is printed, the one in docs/models/emoji.md.

    --folds 0 1     which fifths of the families are for testing; the demo has 0
    --random        split at random instead of by family
    --frameworks    minigrad and PyTorch; one of them alone
    --epochs 25     as in the demo
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import torch

import minigrad
from benchmarks.twin import copy_weights, twin
from minigrad.data import emoji
from minigrad.demos.emoji import BATCH, DECAY, NETWORKS, RATE, batches, folds, interval, nearest, pixels

FRAMEWORKS = {"minigrad": minigrad, "PyTorch": torch}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("networks", nargs="*")
    parser.add_argument("--folds", type=int, nargs="+", default=[0])
    parser.add_argument("--random", action="store_true")
    parser.add_argument("--frameworks", nargs="+", choices=[*FRAMEWORKS], default=[*FRAMEWORKS])
    parser.add_argument("--epochs", type=int, default=25)
    options = parser.parse_args()
    torch.set_num_threads(1)
    options.folder.mkdir(parents=True, exist_ok=True)
    images, labels, names, families = emoji()
    split = "random" if options.random else "family"
    parts = list(folds(labels, np.arange(len(labels)) if options.random else families))
    for fold in options.folds:
        for name in options.networks:
            for framework in options.frameworks:
                path = options.folder / f"{name}-{framework}-{split}-{fold}-{options.epochs}.npz"
                if not path.exists():
                    network = networks(name, len(names))[framework]
                    run(framework, network, images, labels, parts[fold], options.epochs, path)
    table(options.folder, options.epochs, images, labels, families)


def networks(name, classes):
    """The network in both frameworks, with the same initial weights."""
    minigrad.manual_seed(0)
    ours = NETWORKS[name](classes)
    theirs = getattr(twin(NETWORKS[name].__module__), NETWORKS[name].__name__)(classes)
    return {"minigrad": ours, "PyTorch": copy_weights(ours, theirs)}


def run(framework, network, images, labels, test, epochs, path):
    """Train and save which class each test picture got; the program is the same for both frameworks."""
    library = FRAMEWORKS[framework]
    library.manual_seed(0)
    loader = batches(images[~test], labels[~test], seed=0)
    optimizer = library.optim.AdamW(network.parameters(), lr=RATE, weight_decay=DECAY)
    cycle = library.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=epochs * len(loader))
    losses, began = [], time.perf_counter()
    for _ in range(epochs):
        for x, target in loader:
            scores = network(library.tensor(x.numpy()))
            loss = library.nn.functional.cross_entropy(scores, library.tensor(target.numpy()))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            cycle.step()
            losses.append(loss.item())
    seconds = time.perf_counter() - began
    network.eval()
    with library.no_grad():
        predicted = np.concatenate([network(library.tensor(x)).numpy().argmax(1)
                                    for x in np.array_split(pixels(images[test]), 4)])
    correct = np.mean(predicted == labels[test])
    print(f"{path.stem}: {correct:.1%} of {test.sum()}, losses {losses[0]:.6f}, {losses[1]:.6f}, ..., "
          f"{np.mean(losses[-len(loader):]):.4f}, {seconds:.0f} s", flush=True)
    np.savez(path, predicted=predicted, test=np.flatnonzero(test), losses=losses, seconds=seconds)


def table(folder, epochs, images, labels, families):
    """Print the accuracy on all test pictures in the folder, and how the networks differ on the same ones."""
    answers, seconds = {}, {}       # (split, network, framework) -> class of each picture, -1 where none
    for path in sorted(folder.glob(f"*-{epochs}.npz")):
        name, framework, split, _, _ = path.stem.split("-")
        key = split, name, framework
        with np.load(path) as file:
            answers.setdefault(key, np.full(len(labels), -1))[file["test"]] = file["predicted"]
            seconds.setdefault(key, []).append(float(file["seconds"]))
    for split, groups in (("family", families), ("random", np.arange(len(labels)))):
        for test in folds(labels, groups):
            key = split, "nearest picture", "NumPy"
            answers.setdefault(key, np.full(len(labels), -1))[test] = nearest(images, labels, test)
    print("\n| split | network | framework | test pictures | correct | 95 % interval | seconds a run |")
    print("|---|---|---|---|---|---|---|")
    for (split, name, framework), answer in sorted(answers.items()):
        there = answer >= 0
        correct = (answer == labels)[there]
        low, high = interval(correct, families[there])
        took = seconds.get((split, name, framework))
        print(f"| {split} | {name} | {framework} | {there.sum():,} | {correct.mean():.1%} | "
              f"{low:.1%} to {high:.1%} | {f'{np.mean(took):.0f}' if took else ''} |")
    print("\n| split | on the same pictures | difference | 95 % interval |\n|---|---|---|---|")
    for (split, name, framework), answer in sorted(answers.items()):
        for other in [(split, "textbook", framework), (split, name, "PyTorch")]:
            if other in answers and other != (split, name, framework):
                there = (answer >= 0) & (answers[other] >= 0)
                gain = (answer == labels)[there].astype(int) - (answers[other] == labels)[there]
                low, high = interval(gain, families[there])
                print(f"| {split} | {name}, {framework} - {other[1]}, {other[2]} "
                      f"| {100 * gain.mean():+.1f} | "
                      f"{100 * low:+.1f} to {100 * high:+.1f} |")
    print(f"\n{epochs} epochs, batches of {BATCH}, AdamW; one thread; Python {sys.version.split()[0]}, "
          f"NumPy {np.__version__}, PyTorch {torch.__version__}")


if __name__ == "__main__":
    main()
