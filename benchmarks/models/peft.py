"""Compare ways to fine-tune with few weights: `python -m benchmarks.models.peft TASK [WAY ...]`, default all.

    reviews     MiniLM learns from 640 film reviews whether they are positive; the test reviews are those
                of the demo `fine-tune`
    entities    it learns from 1,600 posts of WNUT-17 to mark names; the test posts are those of `entities`

Three epochs each. Each way runs in a process of its own and prints a row of a table in docs/models/peft.md.
The time is that of one processor core. It needs the package of the model.
"""

import subprocess
import sys
import time

import numpy as np

import minigrad
from minigrad import models, optim, peft
from minigrad.data import wnut17
from minigrad.demos import entities, fine_tune
from minigrad.demos.sentiment import split
from minigrad.metrics import entity_scores
from minigrad.nn import functional as F
from minigrad.train import Schedule, Trainer

REVIEWS, POSTS, EPOCHS = 640, 1600, 3
HEAD = ["classifier"]
# way -> (name, learning rate, what it does to the model)
WAYS = {
    "head": ("the new layer alone", 1e-2, lambda model: model.bert.requires_grad_(False)),
    "bitfit": ("BitFit", 1e-3, lambda model: peft.train_biases(model, also=HEAD)),
    "prompt": ("prompt tuning, 20 vectors", 1e-2, lambda model: peft.add_prompt(
        model, "bert.encoder", 20, also=HEAD)),
    "prefix": ("prefix tuning, 20 keys and values a layer", 1e-2, lambda model: peft.add_prefix(
        model, ["attention.self"], 20, also=HEAD)),
    "adapters": ("adapters, size 32", 1e-3, lambda model: peft.add_adapters(
        model, ["output.dense"], 32, also=HEAD)),
    "lora": ("LoRA, rank 8, query and value", 1e-3, lambda model: peft.add_lora(
        model, ["query", "value"], 8, 16.0, also=HEAD)),
    "full": ("everything but the tables of words", 1e-4, fine_tune.freeze_tables),
}


def main(task, way):
    name, lr, change = WAYS[way]
    minigrad.set_num_threads(1)
    minigrad.manual_seed(0)
    network, train, rate = TASKS[task]()
    whole = sum(p.numel() for p in network.parameters())
    change(network)
    trained = sum(p.numel() for p in network.parameters() if p.requires_grad)
    base = reset_peak()
    began = time.process_time()
    train(lr, 1e-3 if way == "full" else 1e-2)
    seconds, grown = time.process_time() - began, peak() - base
    print(f"| {name} | {trained:,} | {trained / whole:.2%} | {rate()} | {seconds:.0f} s | "
          f"{grown / 2**20:.0f} MB |", flush=True)


def reviews():
    """(network, a function (lr, rate of the new layer) that trains it, one that tells how good it is)."""
    encoder = models.from_pretrained(fine_tune.MODEL)
    (texts, targets), _, test = split()
    network = models.TextClassifier(encoder.model, 1)
    trainers = []

    def train(lr, new):
        few = texts[:REVIEWS], targets[:REVIEWS]
        trainers.append(fine_tune.tune(network, encoder, few, None, EPOCHS, lr=lr, new=new))

    def rate():
        logits = trainers[0].predict(fine_tune.ordered(encoder, *test)).numpy()
        return f"{np.mean((logits > 0) == (test[1] > 0.5)):.1%}"
    return network, train, rate


def posts():
    """The same for named entities: the rate is the F1 of the test posts' entities."""
    tagger = entities.untrained(entities.MODEL)
    network = tagger.model

    def train(lr, new):
        batches = entities.loader(tagger, *(each[:POSTS] for each in wnut17("train")))
        groups = entities.groups(network)
        for group, rate in zip(groups, (lr, new)):
            group["lr"], group["params"] = rate, [p for p in group["params"] if p.requires_grad]
        optimizer = optim.AdamW([group for group in groups if group["params"]], weight_decay=0.01)
        schedule = optim.lr_scheduler.LambdaLR(optimizer, entities.up_and_down(EPOCHS * len(batches)))
        trainer = Trainer(network, F.cross_entropy, optimizer, max_grad_norm=1.0,
                          callbacks=[Schedule(schedule, every="step")])
        trainer.fit(batches, epochs=EPOCHS)

    def rate():
        sentences, true = wnut17("test")
        return f"{entity_scores(tagger.tag(sentences), true)[2]:.1%}"
    return network, train, rate


TASKS = {"reviews": reviews, "entities": posts}


def reset_peak():
    """Memory in use now, from which on peak() counts; Linux."""
    with open("/proc/self/clear_refs", "w", encoding="ascii") as file:
        file.write("5")
    return peak()


def peak():
    with open("/proc/self/status", encoding="ascii") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM"))


if __name__ == "__main__":
    task, *ways = sys.argv[1:] or ["reviews"]
    if len(ways) == 1:
        main(task, *ways)
    else:
        print("| way | trained weights | of all | correct | training | memory |")
        print("|---|---|---|---|---|---|", flush=True)
        for each in ways or WAYS:
            subprocess.run([sys.executable, "-m", "benchmarks.models.peft", task, each], check=True)
