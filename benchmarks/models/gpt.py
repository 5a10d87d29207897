"""The small GPT beside its PyTorch twin: `python -m benchmarks.models.gpt [RATE [STEPS]]`.

4 layers, 4 heads, D = 128, context 64, batches of 12 rows of Tiny Shakespeare, by characters, the first 90 %
for training, by default 2000 steps; the settings of nanoGPT's example for a CPU: AdamW (0.9, 0.99), learning
rate up to RATE (default: 0.001) within 100 steps, then along a cosine to a tenth of it, weight decay 0.1 on
matrices, gradients clipped to norm 1, no dropout. Both start from the same weights and see the same batches.
Prints the table in docs/models/gpt.md: the loss of the batch at some steps, and on all rows of the validation
text in the end. Needs PyTorch.
"""

import math
import sys
import time

import numpy as np
import torch

import minigrad
from benchmarks.twin import copy_weights, twin
from minigrad import models
from minigrad.data import tiny_shakespeare

CONTEXT, ROWS, WARMUP = 64, 12, 100


def rate(step, steps, highest):
    """The learning rate of a step, counted from 0."""
    if step < WARMUP:
        return highest * (step + 1) / (WARMUP + 1)
    share = (step - WARMUP) / max(1, steps - WARMUP)
    return highest * (0.55 + 0.45 * math.cos(math.pi * share))


def trained(library, model, train, validation, highest, steps):
    """The loss of each step, that of the validation text, and the seconds; library: minigrad or torch."""
    F, V = library.nn.functional, model.token.weight.shape[0]

    def loss_of(rows):
        x, y = library.tensor(rows[:, :-1]), library.tensor(rows[:, 1:])
        return F.cross_entropy(model(x).reshape(-1, V), y.reshape(-1))

    parameters = list(model.parameters())
    optimizer = library.optim.AdamW(
        [{"params": [p for p in parameters if p.ndim > 1], "weight_decay": 0.1},
         {"params": [p for p in parameters if p.ndim == 1], "weight_decay": 0.0}],
        lr=highest, betas=(0.9, 0.99))
    rng, losses, start = np.random.default_rng(0), [], time.perf_counter()
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = rate(step, steps, highest)
        places = rng.integers(0, len(train) - CONTEXT, (ROWS, 1)) + np.arange(CONTEXT + 1)
        loss = loss_of(train[places])
        optimizer.zero_grad()
        loss.backward()
        library.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        losses.append(loss.item())
    seconds = time.perf_counter() - start
    places = np.arange(0, len(validation) - CONTEXT, CONTEXT)[:, None] + np.arange(CONTEXT + 1)
    with library.no_grad():
        parts = [(loss_of(part).item(), len(part)) for part in np.array_split(validation[places], 20)]
    values, counts = zip(*parts)
    return losses, np.average(values, weights=counts), seconds


def main(highest=0.001, steps=2000):
    text = tiny_shakespeare()
    alphabet = sorted(set(text))
    ids = np.array([alphabet.index(character) for character in text])
    train, validation = np.split(ids, [len(ids) * 9 // 10])
    minigrad.manual_seed(1337)
    ours = models.GPT(len(alphabet), context=CONTEXT)
    theirs = copy_weights(ours, twin("minigrad.models.gpt").GPT(len(alphabet), context=CONTEXT))
    results = [trained(library, model, train, validation, highest, steps)
               for library, model in ((minigrad, ours), (torch, theirs))]
    print("| step | minigrad | PyTorch | difference |\n|---|---|---|---|")
    (ours, end, seconds), (theirs, their_end, their_seconds) = results
    for step in sorted({*range(0, steps, 250), 1, 10, 100, steps - 1} & {*range(steps)}):
        print(f"| {step} | {ours[step]:.6f} | {theirs[step]:.6f} | {abs(ours[step] - theirs[step]):.1e} |")
    print(f"| validation | {end:.4f} | {their_end:.4f} | {abs(end - their_end):.1e} |")
    print(f"| seconds | {seconds:.0f} | {their_seconds:.0f} | |")
    print(f"minigrad {minigrad.__version__}, PyTorch {torch.__version__}, NumPy {np.__version__}; "
          f"{torch.get_num_threads()} thread(s)")


if __name__ == "__main__":
    main(*(kind(text) for kind, text in zip((float, int), sys.argv[1:])))
