"""The demo `entities` beside its PyTorch twin: `python -m benchmarks.models.entities [EPOCHS [SEED]]`.

Both start from MiniLM's weights and the same last layer, and see the same batches with the settings of the
demo: AdamW, learning rates, warm-up, clipping. Prints the scores of the test sentences, the loss of each
epoch and the largest difference of the logits from the same weights. By default 3 epochs and seed 0. Needs
PyTorch and the package of the model; with seqeval, compares the reports.
"""

import sys
import time

import numpy as np
import torch

import minigrad
from benchmarks.twin import copy_weights, twin
from minigrad.data import wnut17
from minigrad.demos import entities as demo
from minigrad.metrics import entity_report
from minigrad.models.token_classifier import repaired


def trained(library, model, epochs):
    """The mean loss of each epoch, and the seconds; epochs: lists of batches."""
    optimizer = library.optim.AdamW(demo.groups(model), weight_decay=0.01)
    schedule = library.optim.lr_scheduler.LambdaLR(optimizer, demo.up_and_down(sum(map(len, epochs))))
    library.manual_seed(0)
    model.train()
    losses, start = [], time.perf_counter()
    for epoch in epochs:
        total = 0.0
        for *inputs, target in epoch:
            loss = library.nn.functional.cross_entropy(model(*map(library.tensor, inputs)),
                                                       library.tensor(target))
            optimizer.zero_grad()
            loss.backward()
            library.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += loss.item()
        losses.append(total / len(epoch))
        print(f"{library.__name__}: loss {losses[-1]:.5f}, {time.perf_counter() - start:.0f} s", flush=True)
    return losses, time.perf_counter() - start


def difference(batches, ours, theirs):
    """The largest absolute difference of the logits, without those at padding, which mean nothing."""
    largest = 0.0
    for ids, mask, _ in batches:
        a = ours.eval()(minigrad.tensor(ids), minigrad.tensor(mask)).detach().numpy()           # (n, V, T)
        b = theirs.eval()(torch.tensor(ids), torch.tensor(mask)).detach().numpy()
        largest = max(largest, np.abs(a - b).transpose(0, 2, 1)[mask == 1].max())
    return largest


def main(epochs, seed):
    minigrad.manual_seed(seed)
    tagger = demo.untrained(demo.MODEL)
    ours, bert = tagger.model, twin("minigrad.models.bert")
    theirs = copy_weights(ours, twin("minigrad.models.token_classifier").TokenClassifier(
        bert.Bert(bert.BertConfig(**vars(ours.bert.config))), len(demo.TAGS)))
    train, (sentences, true) = demo.loader(tagger, *wnut17("train")), wnut17("test")
    parts = sorted(tagger.parts(sentences), key=lambda part: len(part.ids))
    test = [tagger.batch(parts[i:i + 32]) for i in range(0, len(parts), 32)]
    batches = [list(train) for _ in range(epochs)]
    differences = [difference(test, ours, theirs)]
    results = [trained(library, model, batches) for library, model in ((minigrad, ours), (torch, theirs))]

    print(demo.HEAD)
    for name in ("minigrad", "PyTorch"):
        if name == "PyTorch":       # minigrad reads its weights, which the last difference allows
            ours.load_state_dict({key: minigrad.tensor(value.numpy())
                                  for key, value in theirs.state_dict().items()})
            differences.append(difference(test, ours, theirs))
        likely = [[demo.TAGS[i] for i in p.argmax(1)] for p in tagger.probabilities(sentences)]
        tags = [repaired(each) for each in likely]
        print(demo.row(name, tags, true))
        given = entity_report(tags, true, digits=3)
        print(f"\n{given}")
        try:
            from seqeval.metrics import classification_report
            print("seqeval's report of the tags before repair is",
                  "equal" if classification_report(true, likely, digits=3).split() == given.split()
                  else "DIFFERENT")
        except ImportError as error:
            print(f"not compared with seqeval: {error}")
    print("| | minigrad | PyTorch |\n|---|---|---|")
    (losses, seconds), (other_losses, other_seconds) = results
    for epoch, (a, b) in enumerate(zip(losses, other_losses), 1):
        print(f"| loss of epoch {epoch} | {a:.5f} | {b:.5f} |")
    print(f"| seconds | {seconds:.0f} | {other_seconds:.0f} |")
    print("largest difference of the logits from the same weights: "
          f"{differences[0]:.1e} before training, {differences[1]:.1e} after")
    print(f"minigrad {minigrad.__version__}, NumPy {np.__version__}, PyTorch {torch.__version__}, "
          f"{torch.get_num_threads()} thread(s)")


if __name__ == "__main__":
    numbers = [int(each) for each in sys.argv[1:]]
    main(*numbers, *[3, 0][len(numbers):])
