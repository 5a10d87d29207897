"""MNIST: 70,000 handwritten digits, the classic first data set."""

import math
from pathlib import Path

import numpy as np

from minigrad.autograd.errors import checked
from minigrad.data.bundled import decompress, find


@checked
def mnist(split: str = "train") -> tuple[np.ndarray, np.ndarray]:
    """Load images of handwritten digits and their labels.

    split: 'train' or 'test'.
    Returns NumPy arrays (images, labels):
        images  uint8 (N, 28, 28), 0 = paper, 255 = ink; N = 60,000 for 'train', 10,000 for 'test'
        labels  int64 (N,), 0 to 9
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
    Raises ValueError if the file is damaged or not in this format.
    Source: http://yann.lecun.com/exdb/mnist/.
    """
    content = decompress(path)
    if len(content) < 4 or content[:3] != b"\0\0\x08":
        raise ValueError(f"{path} is not an IDX file of unsigned bytes: expected the first bytes "
                         f"00 00 08, got {content[:3].hex(' ') or 'an empty file'}")
    ndim = content[3]
    start = 4 + 4 * ndim
    shape = tuple(int.from_bytes(content[i:i + 4], "big") for i in range(4, start, 4))
    if len(content) != start + math.prod(shape):
        raise ValueError(f"{path} is damaged: expected {math.prod(shape)} values for shape {shape}, "
                         f"got {len(content) - start}; download it again")
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape).copy()   # writable
