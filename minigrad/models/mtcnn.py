"""MTCNN (Zhang et al. 2016, arXiv:1604.02878): where are the faces, by three networks, each more exact.

    picture in many sizes -> P-Net at every place: 12 x 12 pixels that may be a face
                          -> R-Net looks at each in 24 x 24 pixels and refuses most
                          -> O-Net looks at the rest in 48 x 48 pixels and finds eyes, nose and mouth

Each gives the probability of a face and how to move the four sides of its box. FaceDetector puts them
together, as facenet-pytorch does, whose weights it reads.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from minigrad.autograd import Tensor, no_grad
from minigrad.autograd.errors import NamesArguments
from minigrad.io import load as load_weights
from minigrad.nn import Conv2d, Linear, MaxPool2d, Module, PReLU, functional as F

CELL, STRIDE = 12, 2            # pixels that P-Net sees at a place, and from place to place
TOGETHER = 128                  # pieces of the picture that go through a network at once
FILES = {"pnet": "pnet.pt", "rnet": "rnet.pt", "onet": "onet.pt"}


class PNet(Module):
    """Proposals: (N, 3, H, W) -> moves (N, 4, h, w), probability of a face (N, h, w)."""

    def __init__(self):
        self.conv1, self.prelu1 = Conv2d(3, 10, 3), PReLU(10)
        self.pool1 = MaxPool2d(2, 2, ceil_mode=True)
        self.conv2, self.prelu2 = Conv2d(10, 16, 3), PReLU(16)
        self.conv3, self.prelu3 = Conv2d(16, 32, 3), PReLU(32)
        self.conv4_1, self.conv4_2 = Conv2d(32, 2, 1), Conv2d(32, 4, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = self.pool1(self.prelu1(self.conv1(x)))
        x = self.prelu2(self.conv2(x))
        x = self.prelu3(self.conv3(x))
        return self.conv4_2(x), F.softmax(self.conv4_1(x), dim=1)[:, 1]


class RNet(Module):
    """Refinement: (N, 3, 24, 24) -> moves (N, 4), probability (N,)."""

    def __init__(self):
        self.conv1, self.prelu1 = Conv2d(3, 28, 3), PReLU(28)
        self.pool1 = MaxPool2d(3, 2, ceil_mode=True)
        self.conv2, self.prelu2 = Conv2d(28, 48, 3), PReLU(48)
        self.pool2 = MaxPool2d(3, 2, ceil_mode=True)
        self.conv3, self.prelu3 = Conv2d(48, 64, 2), PReLU(64)
        self.dense4, self.prelu4 = Linear(576, 128), PReLU(128)
        self.dense5_1, self.dense5_2 = Linear(128, 2), Linear(128, 4)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = self.pool1(self.prelu1(self.conv1(x)))
        x = self.pool2(self.prelu2(self.conv2(x)))
        x = self.prelu3(self.conv3(x))                                  # (N, 64, 3, 3)
        x = self.prelu4(self.dense4(columns_first(x)))
        return self.dense5_2(x), F.softmax(self.dense5_1(x), dim=1)[:, 1]


class ONet(Module):
    """Output: (N, 3, 48, 48) -> moves (N, 4), probability (N,), five x and five y of points (N, 10)."""

    def __init__(self):
        self.conv1, self.prelu1 = Conv2d(3, 32, 3), PReLU(32)
        self.pool1 = MaxPool2d(3, 2, ceil_mode=True)
        self.conv2, self.prelu2 = Conv2d(32, 64, 3), PReLU(64)
        self.pool2 = MaxPool2d(3, 2, ceil_mode=True)
        self.conv3, self.prelu3 = Conv2d(64, 64, 3), PReLU(64)
        self.pool3 = MaxPool2d(2, 2, ceil_mode=True)
        self.conv4, self.prelu4 = Conv2d(64, 128, 2), PReLU(128)
        self.dense5, self.prelu5 = Linear(1152, 256), PReLU(256)
        self.dense6_1, self.dense6_2, self.dense6_3 = Linear(256, 2), Linear(256, 4), Linear(256, 10)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x = self.pool1(self.prelu1(self.conv1(x)))
        x = self.pool2(self.prelu2(self.conv2(x)))
        x = self.pool3(self.prelu3(self.conv3(x)))
        x = self.prelu4(self.conv4(x))                                  # (N, 128, 3, 3)
        x = self.prelu5(self.dense5(columns_first(x)))
        return self.dense6_2(x), F.softmax(self.dense6_1(x), dim=1)[:, 1], self.dense6_3(x)


def columns_first(x: Tensor) -> Tensor:
    """(N, C, H, W) -> (N, W * H * C), the order of the framework in which the networks were trained."""
    return x.permute(0, 3, 2, 1).flatten(1)


class MTCNN(Module):
    """The three networks."""

    def __init__(self):
        self.pnet, self.rnet, self.onet = PNet(), RNet(), ONet()


class Faces(NamedTuple):
    """N faces, the largest first: boxes (N, 4) as left, top, right, bottom in pixels, probabilities (N,), and
    points (N, 5, 2): x and y of two eyes, the nose, two corners of the mouth."""

    boxes: np.ndarray
    probabilities: np.ndarray
    points: np.ndarray


class FaceDetector(NamesArguments):
    """The faces in a picture: boxes, probabilities and five points each."""

    doors = ("detect",)

    def __init__(self, model: MTCNN, *, min_face_size: float = 20, factor: float = 0.709,
                 thresholds: Sequence[float] = (0.6, 0.7, 0.7)):
        """min_face_size: pixels of the smallest face. factor: of each size of the picture to the one before.
        thresholds: the least probability that each of the three networks lets pass.
        """
        if not min_face_size > 0 or not 0 < factor < 1:
            raise ValueError(f"FaceDetector: min_face_size must be above 0 and factor between 0 and 1, got "
                             f"{min_face_size!r:.20} and {factor!r:.20}")
        if len(thresholds) != 3 or not all(0 <= each <= 1 for each in thresholds):
            raise ValueError(f"FaceDetector: thresholds must be three probabilities, got {thresholds!r:.60}")
        self.model, self.min_face_size, self.factor = model.eval(), min_face_size, factor
        self.thresholds = thresholds

    def detect(self, image: Any) -> Faces:
        """image: uint8 (H, W, 3), red, green, blue from 0 to 255, such as np.asarray(PIL.Image.open(path)).

        Raises ValueError for another shape or dtype. A picture without a face gives arrays without rows.
        """
        pixels = checked_pixels(image).astype(np.float32)
        boxes = self.propose(pixels)
        boxes, moves, _ = self.look(self.model.rnet, pixels, square(boxes), 24, self.thresholds[1])
        kept = suppressed(boxes, 0.7)
        boxes = square(moved(boxes[kept], moves[kept]))
        boxes, moves, points = self.look(self.model.onet, pixels, boxes, 48, self.thresholds[2])
        left_top, size = boxes[:, :2], boxes[:, 2:4] - boxes[:, :2] + 1
        points = points.reshape(-1, 2, 5).transpose(0, 2, 1) * size[:, None] + left_top[:, None] - 1
        boxes = moved(boxes, moves)
        kept = suppressed_in_larger(boxes, 0.7)
        boxes, points = boxes[kept], points[kept]
        order = np.argsort((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]))[::-1]
        return Faces(boxes[order, :4], boxes[order, 4], points[order])

    def propose(self, pixels):
        """P-Net on the picture in all sizes -> boxes (N, 5), the probability last."""
        H, W = pixels.shape[:2]
        scale, found = CELL / self.min_face_size, []
        while min(H, W) * scale >= CELL:
            small = resized(pixels, int(H * scale + 1), int(W * scale + 1))
            moves, probability = self.run(self.model.pnet, small)
            y, x = np.nonzero(probability[0] >= np.float32(self.thresholds[0]))
            corner = STRIDE * np.stack([x, y], 1).astype(np.float32)
            boxes = np.concatenate([np.floor((corner + 1) / np.float32(scale)),
                                    np.floor((corner + CELL) / np.float32(scale)),
                                    probability[0, y, x, None], moves[0, :, y, x]], axis=1)     # (n, 9)
            found.append(boxes[suppressed(boxes, 0.5)])
            scale *= self.factor
        boxes = np.concatenate([np.empty((0, 9), np.float32), *found])
        boxes = boxes[suppressed(boxes, 0.7)]
        size = boxes[:, 2:4] - boxes[:, :2]         # without the pixel that moved() adds
        sides = boxes[:, :4] + boxes[:, 5:] * np.tile(size, 2)
        return np.concatenate([sides, boxes[:, 4:5]], axis=1)

    def look(self, network, pixels, boxes, size, threshold):
        """The boxes that a network takes for faces, with its probabilities, and what else it says of them."""
        H, W = pixels.shape[:2]
        corners = np.trunc(boxes[:, :4]).astype(np.int64)
        left, top = np.maximum(corners[:, :2], 1).T - 1
        right, bottom = np.minimum(corners[:, 2], W), np.minimum(corners[:, 3], H)
        inside = (right > left) & (bottom > top)
        boxes = boxes[inside]
        pieces = [resized(pixels[t:b, l:r], size, size)
                  for l, t, r, b in zip(left[inside], top[inside], right[inside], bottom[inside])]
        parts = [self.run(network, np.concatenate(pieces[start:start + TOGETHER]))
                 for start in range(0, len(pieces), TOGETHER)]
        if not parts:
            return np.empty((0, 5), np.float32), np.empty((0, 4), np.float32), np.empty((0, 10), np.float32)
        moves, probability, *points = map(np.concatenate, zip(*parts))
        passed = probability > np.float32(threshold)
        boxes = np.concatenate([boxes[passed, :4], probability[passed, None]], axis=1)
        return boxes, moves[passed], points[0][passed] if points else None

    def run(self, network, pieces):
        """pieces (N, 3, H, W) of 0 to 255 -> arrays."""
        with no_grad():
            x = Tensor((pieces - np.float32(127.5)) * np.float32(0.0078125)).to(network.conv1.weight.device)
            return [each.cpu().numpy() for each in network(x)]


def checked_pixels(image):
    pixels = image.cpu().numpy() if isinstance(image, Tensor) else np.asarray(image)
    if pixels.ndim != 3 or pixels.shape[2] != 3:
        advice = {2: "; repeat a grey picture: np.stack([grey] * 3, axis=2)"}.get(pixels.ndim, "")
        if pixels.ndim == 3:
            advice = {4: "; leave out the transparency: image[:, :, :3]",
                      1: "; repeat a grey picture: image.repeat(3, axis=2)"}.get(pixels.shape[2], advice)
            if pixels.shape[0] == 3:
                advice = "; put the channels last: image.transpose(1, 2, 0)"
        raise ValueError(f"detect: a picture must have shape (H, W, 3), got {pixels.shape}{advice}")
    if pixels.dtype != np.uint8:
        advice = " (from 0 to 1: (255 * image).astype('uint8'))" if pixels.dtype.kind == "f" else ""
        raise ValueError(f"detect: a picture must have dtype uint8, 0 to 255, got {pixels.dtype}{advice}")
    if not pixels.size:
        raise ValueError(f"detect: the picture has no pixels, shape {pixels.shape}")
    return pixels


def resized(pixels, H, W):
    """(h, w, 3) -> (1, 3, H, W): each pixel is the mean of those that it covers, also partly."""
    x = Tensor(np.ascontiguousarray(pixels.transpose(2, 0, 1))[None])
    return F.adaptive_avg_pool2d(x, (H, W)).numpy()


def square(boxes):
    """Make the boxes square around their middles by lengthening the shorter side."""
    size = boxes[:, 2:4] - boxes[:, :2]
    side = size.max(1, keepdims=True) if len(size) else size[:, :1]
    left_top = boxes[:, :2] + size * np.float32(0.5) - side * np.float32(0.5)
    return np.concatenate([left_top, left_top + side, boxes[:, 4:]], axis=1)


def moved(boxes, moves):
    """Move each side by its share of the width or height, which count both end pixels."""
    size = boxes[:, 2:4] - boxes[:, :2] + 1
    return np.concatenate([boxes[:, :4] + moves * np.tile(size, 2), boxes[:, 4:]], axis=1)


def suppressed(boxes, threshold):
    """Non-maximum suppression: of boxes that overlap, the numbers of the most probable ones, in that order.

    A box goes if its intersection with a better one is more than `threshold` of their union.
    """
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    return best_of(np.argsort(-boxes[:, 4], kind="stable"), boxes, 0,
                   lambda shared, i, rest: shared / (area[i] + area[rest] - shared) <= np.float32(threshold))


def suppressed_in_larger(boxes, threshold):
    """The same with the intersection as a share of the smaller box, so that none stays inside another.

    Equal probabilities are in the order of NumPy's sort, as in the original: 1.0 is common.
    """
    area = (boxes[:, 2] - boxes[:, 0] + 1) * (boxes[:, 3] - boxes[:, 1] + 1)
    return best_of(np.argsort(boxes[:, 4])[::-1], boxes, 1,
                   lambda shared, i, rest: shared / np.minimum(area[i], area[rest]) <= threshold)


def best_of(order, boxes, pixel, apart: Callable) -> np.ndarray:
    """Take the boxes in this order, and leave out those that are not apart from one taken."""
    taken = []
    while len(order):
        i, rest = order[0], order[1:]
        taken.append(i)
        left_top = np.maximum(boxes[i, :2], boxes[rest, :2])
        width, height = np.maximum(np.minimum(boxes[i, 2:4], boxes[rest, 2:4]) - left_top + pixel, 0).T
        order = rest[apart(width * height, i, rest)]
    return np.array(taken, np.int64)


def load(folder: Path) -> FaceDetector:
    """Read the three files of PyTorch in the folder of the package."""
    model = MTCNN()
    for name, file in FILES.items():
        load_weights(folder / file, getattr(model, name))
    return FaceDetector(model)
