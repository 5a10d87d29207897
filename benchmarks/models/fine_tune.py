"""Fine-tune MiniLM on film reviews in minigrad or PyTorch: `python -m benchmarks.models.fine_tune [torch]`.

Both start from the same weights, also of the new layer, and see the same batches with the same settings; only
the random numbers of dropout differ. Prints a row of the table in docs/models/fine_tuning.md; the time is
that of one processor core. It needs the package of the model, and PyTorch for `torch`.
"""

import sys
import time

import numpy as np

import minigrad
from benchmarks.twin import copy_weights, twin
from minigrad import models
from minigrad.demos import fine_tune
from minigrad.demos.sentiment import split

EPOCHS = 2


def main(library):
    minigrad.set_num_threads(1)
    encoder = models.from_pretrained(fine_tune.MODEL)
    minigrad.manual_seed(0)
    train, held_out, test = split()
    network = models.TextClassifier(encoder.model, 1)
    fine_tune.freeze_tables(network)
    began = time.process_time()
    if library == "torch":
        logits = with_torch(network, encoder, train, test)
    else:
        trainer = fine_tune.tune(network, encoder, train, held_out, EPOCHS)
        logits = trainer.predict(fine_tune.ordered(encoder, *test)).numpy()
    seconds = time.process_time() - began
    right = np.mean((logits > 0) == (test[1] > 0.5))
    print(f"| {library} | {len(train[0]):,} | {EPOCHS} | {right:.1%} of {len(test[0]):,} | {seconds:.0f} s |")


def with_torch(network, encoder, train, test):
    """The logits of the test sentences after the same training with PyTorch."""
    import torch
    from torch.nn import functional as F
    theirs = twin("minigrad.models.text_classifier").TextClassifier(
        twin("minigrad.models.bert").Bert(network.bert.config), 1)
    copy_weights(network, theirs)
    for name, p in network.named_parameters():
        theirs.get_parameter(name).requires_grad_(p.requires_grad)
    torch.manual_seed(0)
    torch.set_num_threads(1)
    collate = fine_tune.Collate(encoder)
    order = fine_tune.SimilarLength(collate.lengths(train[0]), fine_tune.BATCH, seed=0)
    groups = [dict(group, params=[theirs.get_parameter(name) for name, p in network.named_parameters()
                                  if any(p is each for each in group["params"])])
              for group in fine_tune.adam(network, 1e-4, 1e-3).param_groups]
    optimizer = torch.optim.AdamW([{key: group[key] for key in ("params", "lr", "weight_decay")}
                                   for group in groups])
    steps = EPOCHS * len(order)
    warm = fine_tune.WARMUP * steps
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda t: min((t + 1) / warm, (steps - t) / (steps - warm)))

    def batch(texts, targets):
        return [torch.from_numpy(x.numpy()) for x in collate(list(zip(texts, targets)))]

    for epoch in range(EPOCHS):
        theirs.train()
        losses = []
        for chosen in order:
            ids, mask, target = batch([train[0][i] for i in chosen], train[1][chosen])
            loss = F.binary_cross_entropy_with_logits(theirs(ids, mask), target)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(theirs.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            losses.append(loss.item())
        print(f"epoch {epoch + 1}/{EPOCHS}  loss {np.mean(losses):.4f}", flush=True)
    theirs.eval()
    with torch.no_grad():
        return np.concatenate([theirs(*batch(test[0][i:i + 100], test[1][i:i + 100])[:2]).numpy()
                               for i in range(0, len(test[0]), 100)])


if __name__ == "__main__":
    main("torch" if sys.argv[1:] == ["torch"] else "minigrad")
