"""The work around a network: optimizer steps, clipped gradients, loaders, files, tokenizers.

The optimizers have 10 million parameters in 100 tensors of 100,000. Loaders give 64 batches of 64 samples of
(1, 28, 28). A file holds 100 MB in 25 tensors. Tokenizers read 2,000 film reviews.
"""

import functools
import importlib
import os
import tempfile

import numpy as np

CONTENDERS = "torch", "minigrad"
SAMPLES, BATCH = 4096, 64


def parameters(f):
    random = np.random.default_rng(0)
    made = [f.nn.Parameter(f.data(random.normal(size=100_000).astype("f"))) for _ in range(100)]
    for p in made:
        p.grad = f.data(random.normal(size=100_000).astype("f"))
    return made


def optimizer_step(f, name, **settings):
    made = parameters(f)
    optimizer = getattr(f.optim, name)(made, lr=1e-3, **settings)

    def step():
        optimizer.step()
        return made[0].detach()
    return step


def clipping(f, largest):
    """The norm of all gradients is about 3,162: a larger limit leaves them as they are."""
    made = parameters(f)
    kept = [p.grad.clone() for p in made] if largest < 3000 else None

    def step():
        if kept:        # both frameworks copy as much
            for p, g in zip(made, kept):
                p.grad.copy_(g)
        return f.nn.utils.clip_grad_norm_(made, largest)
    return step


def loader(f, kind):
    data = importlib.import_module(f.m.__name__ + ".utils.data")
    random = np.random.default_rng(0)
    images = random.normal(size=(SAMPLES, 1, 28, 28)).astype("f")
    labels = random.integers(0, 10, SAMPLES)
    x, y = f.data(images), f.data(labels)

    class Rows(data.Dataset):
        def __len__(self):
            return SAMPLES

        def __getitem__(self, i):
            if kind == "arrays":
                return images[i], int(labels[i])
            return (x[i] - 0.13) / 0.31, y[i]

    batches = data.DataLoader(data.TensorDataset(x, y) if kind == "tensors" else Rows(), batch_size=BATCH)

    def step():
        last = None
        for last, _ in batches:
            pass
        return last
    return step


@functools.cache
def folder():
    return tempfile.TemporaryDirectory()        # until the process ends


def file(f, reading):
    random = np.random.default_rng(0)
    tensors = {f"layer{i}.weight": f.data(random.normal(size=(1000, 1000)).astype("f")) for i in range(25)}
    path = os.path.join(folder().name, f"{f.name}.pt")
    f.m.save(tensors, path)
    if reading:
        return lambda: f.m.load(path)["layer0.weight"]

    def step():
        f.m.save(tensors, path)
        return tensors["layer0.weight"]
    return step


ROWS = {
    "SGD with momentum, 10M": functools.partial(optimizer_step, name="SGD", momentum=0.9),
    "Adam, 10M": functools.partial(optimizer_step, name="Adam"),
    "AdamW, 10M": functools.partial(optimizer_step, name="AdamW"),
    "clip_grad_norm_, 10M, clips": functools.partial(clipping, largest=1.0),
    "clip_grad_norm_, 10M, does not": functools.partial(clipping, largest=1e4),
    "loader of tensors": functools.partial(loader, kind="tensors"),
    "loader of a Python dataset": functools.partial(loader, kind="arrays"),
    "loader with tensor ops": functools.partial(loader, kind="ops"),
    "save 100 MB": functools.partial(file, reading=False),
    "load 100 MB": functools.partial(file, reading=True),
}


def prepare(name, framework):
    return ROWS[name](framework)
