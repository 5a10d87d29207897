"""MNIST: 70,000 handwritten digits, the classic first data set."""

import math
import os
from pathlib import Path

import numpy as np

from minigrad.autograd.errors import checked
from minigrad.data.bundled import decompressed, find

SMALL = 2**28       # bytes that any file may unpack to


@checked
def mnist(split: str = "train") -> tuple[np.ndarray, np.ndarray]:
    """Load images of handwritten digits and their labels.

    split: 'train' or 'test'.
    Returns NumPy arrays (images, labels):
        images  uint8 (N, 28, 28), 0 = paper, 255 = ink; N = 60,000 for 'train', 10,000 for 'test'
        labels  int64 (N,), 0 to 9
    In a browser, where every byte is downloaded first, N = 10,000 for 'train' and 2,000 for 'test', drawn
    at random from all.
    For a network, convert them to float32 from 0 to 1 with a channel axis, (N, 1, 28, 28):
    `images[:, None] / np.float32(255)`.
    Source: LeCun, Cortes, Burges, http://yann.lecun.com/exdb/mnist/. Licence: CC BY-SA 3.0.
    """
    prefixes = {"train": "train", "test": "t10k"}
    if split not in prefixes:
        raise ValueError(f"mnist: split must be 'train' or 'test', got {split!r}")
    images = read_idx(find(f"mnist/{prefixes[split]}-images.idx3-ubyte.xz"))
    labels = read_idx(find(f"mnist/{prefixes[split]}-labels.idx1-ubyte.xz"))
    return images, labels.astype(np.int64)


@checked
def read_idx(path: str | Path) -> np.ndarray:
    """Read a uint8 array from an IDX file (.xz, .gz or plain), the format of MNIST and Fashion-MNIST.

    Layout: two zero bytes, the type (8 = unsigned byte), the number of dimensions, each dimension as
    a big-endian 32-bit integer, then the values, with the last dimension varying fastest.
    The format has no checksum: wrong values go unnoticed in a plain file, so keep it compressed, as .gz and
    .xz have one. Raises ValueError if the file is damaged or not in this format.
    Source: http://yann.lecun.com/exdb/mnist/.
    """
    with decompressed(path) as file:
        start = file.read(4)
        if len(start) < 4 or start[:3] != b"\0\0\x08":
            raise ValueError(f"{path} is not an IDX file of unsigned bytes: expected the first bytes "
                             f"00 00 08, got {start[:3].hex(' ') or 'an empty file'}")
        sizes = file.read(4 * start[3])
        shape = tuple(int.from_bytes(sizes[i:i + 4], "big") for i in range(0, len(sizes), 4))
        count = math.prod(shape)
        if len(shape) < start[3] or len(sizes) % 4:
            raise ValueError(f"{path} is damaged: it ends within its {start[3]} sizes; download it again")
        if count > max(SMALL, 100 * os.path.getsize(path)):
            raise ValueError(f"{path} would unpack to {count} values, more than 100 times its size; "
                             "it is damaged or means harm")
        content, rest = bytearray(), b"first"
        while rest and len(content) <= count:       # in pieces: the sizes may be wrong
            rest = file.read(min(count + 1 - len(content), 2**20))
            content += rest
    if len(content) != count:
        raise ValueError(f"{path} is damaged: expected {count} values for shape {shape}, got "
                         f"{'more' if len(content) > count else len(content)}; download it again")
    try:
        return np.frombuffer(content, np.uint8).reshape(shape)
    except ValueError as error:
        raise ValueError(f"{path} is damaged: it cannot have the shape {shape} ({error}); download it again"
                         ) from None
