"""Emoji: 1,906 small colour pictures in nine classes, with families of pictures that look nearly alike."""

import numpy as np

from minigrad.autograd.errors import checked
from minigrad.data.bundled import find

NEAR = 0.08     # at 0.1 a chain of pictures joins 226 of all nine classes, at 0.08 no family has more than 97


@checked
def emoji() -> tuple[np.ndarray, np.ndarray, list[str], np.ndarray]:
    """Load the emoji, their classes and their families.

    Returns (images, labels, names, families):
        images    uint8 (1906, 64, 64, 3): red, green, blue on white
        labels    int64 (1906,), 0 to 8
        names     the nine classes: 'Activities', 'Animals & Nature', 'Flags', ...
        families  int64 (1906,), 0 to 1386: pictures that look nearly alike have the same number
    Many are variants of one drawing: 24 clocks, hearts of 12 colours, a man, a woman and a person of each
    profession. A random split puts some of them into the training part and their like into the test part,
    which then rewards memory. So split whole families:

        number, first = np.unique(families, return_index=True)
        train, test = train_test_split(number, test_size=0.2, stratify=labels[first])
        in_test = np.isin(families, test)

    A family is found from the pixels. Two pictures are near if their outlines a, b differ by |a - b|² <
    0.08 (|a|² + |b|²), one of them mirrored if that brings them closer; outlines that have nothing in common
    differ by that sum. A family is a picture, all that are near it, all that are near those, and so on: a
    picture is near none of another family. Outlines leave out the colour of a surface, so that the hearts
    are one family. Variants whose outlines differ more are still apart, such as most of the yellow faces.
    For a network, convert them to float32 from 0 to 1 with the channels first:
    `images.transpose(0, 3, 1, 2) / np.float32(255)`.
    Source: the Twemoji graphics, https://github.com/jdecked/twemoji. Licence: CC BY 4.0.
    """
    with np.load(find("emoji_twitter_64x64.npz"), allow_pickle=False) as file:
        images, labels, names = file["x"], file["y"].astype(np.int64), file["classes"].tolist()
    return images, labels, names, families(images)


def families(images, near=NEAR):
    """The family of each picture, numbered in the order of their first pictures: uint8 (N, H, W, 3) -> (N).

    All sums are of whole numbers and exact, so that every computer finds the same families.
    """
    a = outlines(images)
    size = (a * a).sum((1, 2))
    alike = np.maximum(*(a.reshape(len(a), -1) @ b.reshape(len(a), -1).T for b in (a, a[:, :, ::-1])))
    joined = size[:, None] + size - 2 * alike < near * (size[:, None] + size)          # (N, N)
    found = np.full(len(a), -1)
    for i in range(len(a)):
        if found[i] < 0:
            number, reached = found.max() + 1, np.array([i])
            while len(reached):
                found[reached] = number
                reached = np.flatnonzero(joined[reached].any(0) & (found < 0))
    return found


def outlines(images):
    """uint8 (N, H, W, 3) -> whole numbers as float64 (N, H/2, W/2): how much the colour changes there.

    The strongest change of a picture counts 255; the result is the sum of 3 x 3 such numbers, so that lines
    which nearly meet count as nearly equal.
    """
    N, H, W, _ = images.shape
    pixels = np.pad(images.reshape(N, H // 2, 2, W // 2, 2, 3).sum((2, 4), dtype=np.int32),
                    [(0, 0), (1, 1), (1, 1), (0, 0)], constant_values=4 * 255)
    across, down = pixels[:, 1:-1, 2:] - pixels[:, 1:-1, :-2], pixels[:, 2:, 1:-1] - pixels[:, :-2, 1:-1]
    change = np.sqrt((across * across + down * down).sum(-1))                           # (N, H/2, W/2)
    change = np.rint(255 * change / np.maximum(change.max((1, 2), keepdims=True), 1))
    padded = np.pad(change, [(0, 0), (1, 1), (1, 1)])
    return sum(padded[:, i:i + H // 2, j:j + W // 2] for i in range(3) for j in range(3))
