"""Compare ways to fine-tune with few weights: `python -m benchmarks.models.peft [WAY ...]`, by default all.

MiniLM learns from 640 film reviews, 3 epochs, whether they are positive; the test reviews are those of the
demo `fine-tune`. Each way runs in a process of its own and prints a row of the table in docs/models/peft.md.
The time is that of one processor core. It needs the package of the model.
"""

import subprocess
import sys
import time

import numpy as np

import minigrad
from minigrad import models, peft
from minigrad.demos import fine_tune
from minigrad.demos.sentiment import split

TEXTS, EPOCHS = 640, 3
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


def main(way):
    name, lr, change = WAYS[way]
    minigrad.set_num_threads(1)
    encoder = models.from_pretrained(fine_tune.MODEL)
    minigrad.manual_seed(0)
    (texts, targets), _, test = split()
    network = models.TextClassifier(encoder.model, 1)
    whole = sum(p.numel() for p in network.parameters())
    change(network)
    trained = sum(p.numel() for p in network.parameters() if p.requires_grad)
    base = reset_peak()
    began = time.process_time()
    train = texts[:TEXTS], targets[:TEXTS]
    new = 1e-3 if way == "full" else 1e-2       # the new layer's rate
    trainer = fine_tune.tune(network, encoder, train, None, EPOCHS, lr=lr, new=new)
    seconds, grown = time.process_time() - began, peak() - base
    logits = trainer.predict(fine_tune.ordered(encoder, *test)).numpy()
    right = np.mean((logits > 0) == (test[1] > 0.5))
    print(f"| {name} | {trained:,} | {trained / whole:.2%} | {right:.1%} | {seconds:.0f} s | "
          f"{grown / 2**20:.0f} MB |", flush=True)


def reset_peak():
    """Memory in use now, from which on peak() counts; Linux."""
    with open("/proc/self/clear_refs", "w", encoding="ascii") as file:
        file.write("5")
    return peak()


def peak():
    with open("/proc/self/status", encoding="ascii") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM"))


if __name__ == "__main__":
    if len(sys.argv) == 2:
        main(sys.argv[1])
    else:
        print("| way | trained weights | of all | correct | training | memory |")
        print("|---|---|---|---|---|---|", flush=True)
        for each in sys.argv[1:] or WAYS:
            subprocess.run([sys.executable, "-m", "benchmarks.models.peft", each], check=True)
