"""The masked language model beside its PyTorch twin: `python -m benchmarks.models.masked_lm [STEPS]`.

The network, the verses and the hidden words of the demo masked-words, by default for 100 steps: learning rate
up to 0.002 within 50 steps, then constant. Both start from the same weights and see the same batches. Prints
the table in docs/models/masked_lm.md. Needs PyTorch.
"""

import sys
import time
from itertools import islice

import numpy as np
import torch

import minigrad
from benchmarks.twin import copy_weights, twin
from minigrad.data import WordPieceTokenizer, verses
from minigrad.demos import masked_words as demo

SHOWN = 0, 1, 10, 20, 50, 75


def trained(library, model, batches, steps):
    """The loss of each step, the masked accuracy of the last ten batches, and the seconds."""
    F = library.nn.functional
    optimizer = library.optim.AdamW(model.parameters(), lr=0.002, betas=(0.9, 0.98), weight_decay=0.01)
    losses, right, start = [], [], time.perf_counter()
    for step, batch in enumerate(islice(batches, steps)):
        optimizer.param_groups[0]["lr"] = 0.002 * min(1, (step + 1) / 50)
        *inputs, target = (library.tensor(each.numpy()) for each in batch)
        logits = model(*inputs)
        loss = F.cross_entropy(logits, target)
        optimizer.zero_grad()
        loss.backward()
        library.nn.utils.clip_grad_norm_(list(model.parameters()), 1.0)
        optimizer.step()
        losses.append(loss.item())
        right.append(np.mean(logits.detach().numpy().argmax(1) == target.numpy()))
    return losses, np.mean(right[-10:]), time.perf_counter() - start


def main(steps=100):
    train, _ = demo.split([english for english, _ in verses()])
    tokenizer = WordPieceTokenizer.train(train, demo.TOKENS)
    rows = demo.encoded(train, tokenizer)
    minigrad.manual_seed(0)
    ours = demo.network(len(tokenizer))
    theirs = copy_weights(ours, twin("minigrad.models.masked_lm").MaskedLM(ours.bert.config))
    (losses, share, seconds), (expected, expected_share, their_seconds) = (
        trained(library, model, demo.Masked(rows, tokenizer, seed=0), steps)
        for library, model in ((minigrad, ours), (torch, theirs)))
    print("| step | minigrad | PyTorch | difference |\n|---|---|---|---|")
    for step in sorted({*SHOWN, steps - 1} & {*range(steps)}):
        a, b = losses[step], expected[step]
        print(f"| {step} | {a:.6f} | {b:.6f} | {abs(a - b):.1e} |")
    print(f"| found, last 10 batches | {share:.2%} | {expected_share:.2%} | |")
    print(f"| seconds | {seconds:.0f} | {their_seconds:.0f} | |")
    print(f"minigrad {minigrad.__version__}, PyTorch {torch.__version__}, NumPy {np.__version__}; "
          f"{torch.get_num_threads()} thread(s)")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
