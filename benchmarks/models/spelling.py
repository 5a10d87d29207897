"""The models of the demo spelling beside their twins: `python -m benchmarks.models.spelling [LIBRARY]`.

LIBRARY: minigrad or torch; both if left out. The twins start from the same weights and see the same batches
in the same order, with the settings of the demo. Prints the lines of the table in docs/models/spelling.md
and, for both, by how much the losses of the first steps differ. Seconds are those of the processor. Needs
PyTorch.
"""

import sys
import time

import numpy as np
import torch

import minigrad
from benchmarks.twin import copy_weights, twin
from minigrad.demos import pairs as our_pairs, spelling

their_pairs = twin("minigrad.demos.pairs")
EPOCHS, SEED = 2, 0
LIBRARIES = {"minigrad": (minigrad, our_pairs), "torch": (torch, their_pairs)}


def train(library, model, batches, lr, steps, at_the_end=lambda: None):
    """As the demos train; the loss of each step. at_the_end: called after every epoch."""
    kit, shared = LIBRARIES[library]
    optimizer = kit.optim.Adam(model.parameters(), lr)
    schedule = kit.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    losses = []
    while len(losses) < steps:
        model.train()
        for source, before, after in batches:
            loss = shared.loss(model(source, before), after)
            optimizer.zero_grad()
            loss.backward()
            kit.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            losses.append(loss.item())
            if len(losses) == steps:
                break
        at_the_end()
    return losses


def networks(library):
    ours = spelling.networks(SEED)
    if library == "minigrad":
        return ours
    theirs = spelling.networks(SEED, *(twin(type(model).__module__).__dict__[type(model).__name__]
                                       for model, _ in ours.values()))
    for name, (model, _) in ours.items():
        copy_weights(model, theirs[name][0])
    return theirs


def measure(library, words):
    spoken, training, _, test = words
    shared = LIBRARIES[library][1]
    for name, (model, lr) in networks(library).items():
        batches = shared.loader(spelling.pairs(training, spoken), spelling.SIZE, SEED)
        start = time.process_time()
        train(library, model, batches, lr, EPOCHS * len(batches))
        seconds = time.process_time() - start
        for how, beam in ("greedy", 1), ("beam of 5", 5):
            found = shared.write(model, [spelling.letters(word) for word in test], beam=beam,
                                 longest=spelling.LONGEST_SOUND)
            figures = spelling.errors([spelling.phonemes(best[0].ids) for best in found], test, spoken)
            right, wrong, right_plain, wrong_plain = (f"{figure:.2%}" for figure in figures)
            print(f"| {name} | {library} | {how} | {right} | {wrong} | {right_plain} | {wrong_plain} "
                  f"| {seconds:.0f} |", flush=True)


def agreement(words, steps=20):
    spoken, training, _, _ = words
    for name in networks("minigrad"):
        losses = []
        for library, (_, shared) in LIBRARIES.items():
            model, lr = networks(library)[name]
            batches = shared.loader(spelling.pairs(training, spoken), spelling.SIZE, SEED)
            losses.append(train(library, model, batches, lr, steps))
        print(f"{name}: the losses of the first {steps} steps differ by at most "
              f"{np.abs(np.subtract(*losses)).max():.1e}", flush=True)


def main(asked):
    torch.set_num_threads(1)
    words = spelling.words(SEED)
    if not asked:
        agreement(words)
    print("| model | library | search | words right | phoneme errors | words right, no stress "
          "| phoneme errors, no stress | seconds of training |\n|---|---|---|---|---|---|---|---|")
    for library in [asked] if asked else LIBRARIES:
        measure(library, words)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
