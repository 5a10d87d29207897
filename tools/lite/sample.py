"""A sample of MNIST in place of the whole: a browser downloads minigrad at every first start."""

import gzip
from pathlib import Path

import numpy as np

from minigrad.data import mnist

IN_LESSONS = {"README.md", "ames.csv.gz", "plays.txt.gz", "vader_movie.tsv.gz"}     # complete, besides MNIST
SAMPLE = {"train": (60_000, 10_000), "t10k": (10_000, 2_000)}      # file's prefix -> (images, in it)


def rows(count, taken):
    """Which of the images are in the sample, in ascending order."""
    return np.sort(np.random.default_rng(0).permutation(count)[:taken])


def files():
    """(name in minigrad/data/files, content) of the sample: IDX files compressed by gzip."""
    for prefix, (count, taken) in SAMPLE.items():
        images, labels = mnist("train" if prefix == "train" else "test")
        for kind, values in (("images.idx3", images), ("labels.idx1", labels.astype(np.uint8))):
            values = values[rows(count, taken)]
            sizes = b"".join(size.to_bytes(4, "big") for size in values.shape)
            content = b"\0\0\x08" + bytes([values.ndim]) + sizes + values.tobytes()
            yield Path("mnist", f"{prefix}-{kind}-ubyte.gz").as_posix(), gzip.compress(content, 6, mtime=0)
