"""MNIST: 70,000 handwritten digits, the first data set of nearly everyone who learns this."""

import math

import numpy as np

from minigrad.data.bundled import decompress, find


def mnist(split="train"):
    """Images of handwritten digits and which digit each one is.

    Returns (images, labels), NumPy arrays:
        images  uint8 (N, 28, 28), 0 = paper, 255 = ink; N = 60,000 for 'train', 10,000 for 'test'
        labels  int64 (N,), 0 to 9
    A network wants them as float32 from 0 to 1 with a channel axis, (N, 1, 28, 28):
    `images[:, None] / np.float32(255)`.
    Source: LeCun, Cortes, Burges, http://yann.lecun.com/exdb/mnist/. Licence: CC BY-SA 3.0.
    """
    prefixes = {"train": "train", "test": "t10k"}
    if split not in prefixes:
        raise ValueError(f"mnist: split must be 'train' or 'test', got {split!r}")
    images = read_idx(find(f"mnist/{prefixes[split]}-images.idx3-ubyte.xz"))
    labels = read_idx(find(f"mnist/{prefixes[split]}-labels.idx1-ubyte.xz"))
    return images, labels.astype(np.int64)


def read_idx(path):
    """The uint8 array in an IDX file (.xz, .gz or plain), the format of MNIST and Fashion-MNIST.

    The file is: two zero bytes, the type (8 = unsigned byte), the number of dimensions, each dimension
    as a big-endian 32-bit integer, and then the values, the last dimension running fastest.
    Source: http://yann.lecun.com/exdb/mnist/.
    """
    content = decompress(path)
    if len(content) < 4 or content[:3] != b"\0\0\x08":
        raise ValueError(f"{path} is not an IDX file of unsigned bytes: it should start with the bytes "
                         f"00 00 08, got {content[:3].hex(' ') or 'an empty file'}")
    ndim = content[3]
    start = 4 + 4 * ndim
    shape = tuple(int.from_bytes(content[i:i + 4], "big") for i in range(4, start, 4))
    if len(content) != start + math.prod(shape):
        raise ValueError(f"{path} is damaged: its header says shape {shape}, that is "
                         f"{math.prod(shape)} values, but {len(content) - start} follow; get the file again")
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape).copy()   # a copy is writable
