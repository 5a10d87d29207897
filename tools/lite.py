"""placeholder"""
import gzip
from pathlib import Path

import numpy as np

from minigrad.data import mnist

SAMPLE = {"train": (60_000, 10_000), "t10k": (10_000, 2_000)}


def rows(count, taken):
    """Which of MNIST's images are in the sample, in ascending order."""
    return np.sort(np.random.default_rng(0).permutation(count)[:taken])


def write_sample(folder):
    """Write a sample of MNIST, as IDX files compressed by gzip, into `folder`/mnist."""
    (folder / "mnist").mkdir(parents=True, exist_ok=True)
    for split, (count, taken) in SAMPLE.items():
        images, labels = mnist("train" if split == "train" else "test")
        for kind, values in (("images.idx3", images), ("labels.idx1", labels.astype(np.uint8))):
            values = values[rows(count, taken)]
            sizes = b"".join(size.to_bytes(4, "big") for size in values.shape)
            content = b"\0\0\x08" + bytes([values.ndim]) + sizes + values.tobytes()
            path = Path(folder) / "mnist" / f"{split}-{kind}-ubyte.gz"
            path.write_bytes(gzip.compress(content, 6, mtime=0))
