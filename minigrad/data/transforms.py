"""Image augmentation: the same image, a little different each time.

    augment = Compose([RandomCrop(28, padding=2), RandomRotation(10), Normalize([0.13], [0.31])])
    mix = MixUp(num_classes=10)

    def collate(samples):
        images, labels = default_collate(samples)
        return mix(augment(images), labels)

    DataLoader(train, batch_size=64, shuffle=True, collate_fn=collate)

All take images (C, H, W) or a batch (N, C, H, W), Tensors or NumPy arrays, and return the same kind and
dtype; no gradient flows. Each image of a batch gets its own random numbers. Floats are brightness from 0 to
1, uint8 from 0 to 255. Names and formulas are those of torchvision.transforms.

generator: numpy.random.Generator or integer seed; if None, the generator that `manual_seed` seeds. With
num_workers in a DataLoader, threads draw from it in any order: then only num_workers=0 is reproducible.
"""

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

from minigrad.autograd import Tensor
from minigrad.autograd.errors import NamesArguments, composed
from minigrad.data.split import as_generator
from minigrad.hints import missing as _missing
from minigrad.ops.images.warp import affine_grid, grid_sample

__all__ = [
    "ColorJitter", "Compose", "CutMix", "MixUp", "Normalize", "RandomCrop", "RandomHorizontalFlip",
    "RandomRotation", "adjust_brightness", "adjust_contrast", "adjust_saturation", "normalize", "rotate"]

Image = TypeVar("Image", Tensor, np.ndarray)
GREY = np.array([0.2989, 0.587, 0.114]).reshape(3, 1, 1)     # of ITU-R BT.601, as in torchvision


def on_batches(function):
    """function(x, ...) of a NumPy batch (N, C, H, W) as one of Tensors and arrays, also of one image."""
    @functools.wraps(function)
    def call(images, *args, **settings):
        x = images.detach().cpu().numpy() if isinstance(images, Tensor) else images
        known = isinstance(x, np.ndarray) and (x.dtype.kind == "f" or x.dtype == np.uint8)
        if not known or x.ndim not in (3, 4):
            got = f"{x.dtype} {x.shape}" if isinstance(x, np.ndarray) else type(images).__name__
            raise ValueError("expected images (N, C, H, W) or (C, H, W), floats or uint8, "
                             f"Tensors or arrays; got {got}")
        y = function(x if x.ndim == 4 else x[None], *args, **settings)
        y = np.ascontiguousarray(y if x.ndim == 4 else y[0])
        return Tensor(y).to(images.device) if isinstance(images, Tensor) else y
    return call


def rotated(x, angle, interpolation):
    if interpolation not in ("nearest", "bilinear"):
        raise ValueError(f"rotate: interpolation must be 'nearest' or 'bilinear', got {interpolation!r}")
    N, _, H, W = x.shape
    turn = np.radians(np.broadcast_to(np.asarray(angle, np.float64), N))
    cos, sin, zero = np.cos(turn), np.sin(turn), np.zeros(N)
    theta = np.stack([cos, -sin * H / W, zero, sin * W / H, cos, zero], axis=1).reshape(N, 2, 3)
    values = x if x.dtype in (np.float32, np.float64) else x.astype(np.float32)
    grid = affine_grid(Tensor(theta.astype(values.dtype)), x.shape, align_corners=False)
    y = grid_sample(Tensor(values), grid, interpolation, "zeros", align_corners=False).numpy()
    return (y if x.dtype.kind == "f" else np.rint(y)).astype(x.dtype)


def blended(x, other, factor):
    """factor x + (1 - factor) other, limited to the range of brightness."""
    factor = np.float32(factor) if x.dtype != np.float64 else factor
    return np.clip(factor * x + (1 - factor) * other, 0, 1 if x.dtype.kind == "f" else 255).astype(x.dtype)


def grey(x):
    """The brightness (N, 1, H, W) of images with one or three channels."""
    if x.shape[1] not in (1, 3):
        raise ValueError(f"colours need images with 1 or 3 channels, got (N, C, H, W) = {x.shape}")
    return x if x.shape[1] == 1 else (x * GREY.astype(x.dtype if x.dtype.kind == "f" else np.float32)).sum(
        axis=1, keepdims=True).astype(x.dtype)


def brightened(x, factor):
    return blended(x, np.zeros_like(x), factor)


def contrasted(x, factor):
    mean = grey(x).mean(axis=(1, 2, 3), keepdims=True, dtype=x.dtype if x.dtype.kind == "f" else np.float32)
    return blended(x, mean, factor)


def saturated(x, factor):
    return blended(x, grey(x), factor) if x.shape[1] != 1 else x


def checked_factor(name, factor):
    if not 0 <= factor < math.inf:
        raise ValueError(f"{name}: the factor must be at least 0, got {factor}")


@composed
def rotate(images: Image, angle: Any, interpolation: str = "nearest") -> Image:
    """Turn images counter-clockwise about their centre, in degrees; what comes from outside is 0.

    angle: a number, or one for each image, (N). interpolation: 'nearest' or 'bilinear'.

    >>> rotate(np.array([[[1.0, 2.0], [3.0, 4.0]]]), 90)
    array([[[2., 4.],
            [1., 3.]]])
    """
    return on_batches(rotated)(images, angle, interpolation)


@composed
def adjust_brightness(images: Image, factor: float) -> Image:
    """factor x, limited to the range of brightness: 0 is black, 1 the image itself.

    >>> adjust_brightness(np.array([[[0.25, 0.75]]]), 2.0)
    array([[[0.5, 1. ]]])
    """
    checked_factor("adjust_brightness", factor)
    return on_batches(brightened)(images, factor)


@composed
def adjust_contrast(images: Image, factor: float) -> Image:
    """factor x + (1 - factor) m with the mean m of the image in grey: 0 is one grey, 1 the image itself.

    >>> adjust_contrast(np.array([[[0.25, 0.75]]]), 0.5)
    array([[[0.375, 0.625]]])
    """
    checked_factor("adjust_contrast", factor)
    return on_batches(contrasted)(images, factor)


@composed
def adjust_saturation(images: Image, factor: float) -> Image:
    """factor x + (1 - factor) grey(x): 0 is grey, 1 the image itself. One channel has no colour: it stays.

    grey = 0.2989 red + 0.587 green + 0.114 blue.

    >>> adjust_saturation(np.array([1.0, 0.0, 0.0]).reshape(3, 1, 1), 0.0).ravel()
    array([0.2989, 0.2989, 0.2989])
    """
    checked_factor("adjust_saturation", factor)
    return on_batches(saturated)(images, factor)


@composed
def normalize(images: Image, mean: Sequence[float], std: Sequence[float]) -> Image:
    """(x - mean) / std of each channel; mean and std (C). Images must be floats.

    >>> normalize(np.array([[[0.5, 1.0]]]), [0.5], [0.25])
    array([[[0., 2.]]])
    """
    dtype = images.dtype
    if np.dtype(dtype).kind != "f":
        raise TypeError(f"normalize: images must be floats, got {dtype}; divide uint8 by 255")
    centre, spread = (np.asarray(each, dtype).reshape(-1, 1, 1) for each in (mean, std))
    if len(centre) not in (1, images.shape[-3]) or len(spread) not in (1, images.shape[-3]):
        raise ValueError(f"normalize: mean and std need 1 or {images.shape[-3]} entries, one per channel; "
                         f"got {len(centre)} and {len(spread)}")
    if not spread.all():
        raise ValueError("normalize: std must not be 0")
    return on_batches(scaled)(images, centre, spread)


def scaled(x, mean, std):
    return (x - mean) / std


class Transform(NamesArguments):
    """Base of the random transforms: `draw` the numbers of a batch and `apply` them."""

    generator: Any = None

    def __call__(self, images: Image) -> Image:
        return on_batches(self.of_batch)(images)

    def of_batch(self, x: np.ndarray) -> np.ndarray:
        raise NotImplementedError


class Compose(NamesArguments):
    """Transforms, one after the other: any functions of images.

    >>> Compose([abs, np.sqrt])(np.array([-4.0, 9.0]))
    array([2., 3.])
    """

    def __init__(self, transforms: Sequence[Callable[[Any], Any]]) -> None:
        self.transforms = list(transforms)

    def __call__(self, images: Any) -> Any:
        for transform in self.transforms:
            images = transform(images)
        return images


class Normalize(NamesArguments):
    """normalize(images, mean, std)."""

    def __init__(self, mean: Sequence[float], std: Sequence[float]) -> None:
        self.mean, self.std = mean, std

    def __call__(self, images: Image) -> Image:
        return normalize(images, self.mean, self.std)


class RandomHorizontalFlip(Transform):
    """Mirror left and right, with probability p."""

    def __init__(self, p: float = 0.5, *, generator: np.random.Generator | int | None = None) -> None:
        if not 0 <= p <= 1:
            raise ValueError(f"RandomHorizontalFlip: p must be a probability in [0, 1], got {p}")
        self.p, self.generator = p, own(generator)

    def of_batch(self, x: np.ndarray) -> np.ndarray:
        flip = as_generator(self.generator).random(len(x)) < self.p
        return np.where(flip[:, None, None, None], x[..., ::-1], x)


class RandomCrop(Transform):
    """A part of `size`, (height, width) or one number for both, at a random place of the padded image.

    padding       pixels on every side; or (left and right, top and bottom); or (left, top, right, bottom)
    fill          what is there, for padding_mode 'constant'
    padding_mode  'constant', 'edge', 'reflect' (without the edge) or 'symmetric' (with it)
    """

    def __init__(self, size: int | Sequence[int], padding: int | Sequence[int] | None = None, *,
                 fill: float = 0, padding_mode: str = "constant",
                 generator: np.random.Generator | int | None = None) -> None:
        sizes = [size, size] if isinstance(size, int) else list(size)
        sides = [padding or 0] if isinstance(padding, int) or padding is None else list(padding)
        if len(sizes) != 2 or min(sizes) < 1:
            raise ValueError(f"RandomCrop: size must be (height, width), at least 1; got {size!r}")
        if len(sides) not in (1, 2, 4) or min(sides) < 0:
            raise ValueError("RandomCrop: padding must be 1, 2 or 4 numbers of pixels, at least 0; "
                             f"got {padding!r}")
        if padding_mode not in ("constant", "edge", "reflect", "symmetric"):
            raise ValueError("RandomCrop: padding_mode must be 'constant', 'edge', 'reflect' or 'symmetric', "
                             f"got {padding_mode!r}")
        self.size, self.sides = sizes, (sides * 4)[:4]
        self.fill, self.padding_mode, self.generator = fill, padding_mode, own(generator)

    def of_batch(self, x: np.ndarray) -> np.ndarray:
        left, top, right, bottom = self.sides
        settings: dict[str, Any] = {"constant_values": self.fill} if self.padding_mode == "constant" else {}
        mode: Any = self.padding_mode
        x = np.pad(x, [(0, 0), (0, 0), (top, bottom), (left, right)], mode, **settings)
        (H, W), (h, w), N = x.shape[2:], self.size, len(x)
        if h > H or w > W:
            raise ValueError(f"RandomCrop: {h} x {w} does not fit into the padded image of {H} x {W}")
        generator = as_generator(self.generator)
        tops, lefts = generator.integers(H - h + 1, size=N), generator.integers(W - w + 1, size=N)
        windows = np.lib.stride_tricks.sliding_window_view(x, (h, w), axis=(2, 3))
        return windows[np.arange(N), :, tops, lefts]


class RandomRotation(Transform):
    """rotate() by a random angle: in (-degrees, degrees), or between the two numbers given."""

    def __init__(self, degrees: float | Sequence[float], interpolation: str = "nearest", *,
                 generator: np.random.Generator | int | None = None) -> None:
        low, high = (-degrees, degrees) if isinstance(degrees, (int, float)) else degrees
        if not low <= high:
            raise ValueError("RandomRotation: degrees must be a number of at least 0 or (low, high), "
                             f"got {degrees!r}")
        self.degrees, self.interpolation, self.generator = (low, high), interpolation, own(generator)

    def of_batch(self, x: np.ndarray) -> np.ndarray:
        angle = as_generator(self.generator).uniform(*self.degrees, size=len(x))
        return rotated(x, angle, self.interpolation)


class ColorJitter(Transform):
    """Random brightness, contrast and saturation, in a random order.

    Each is a number a, for a factor in (max(0, 1 - a), 1 + a), or a range (low, high) of factors.
    """

    def __init__(self, brightness: float | Sequence[float] = 0, contrast: float | Sequence[float] = 0,
                 saturation: float | Sequence[float] = 0, *,
                 generator: np.random.Generator | int | None = None) -> None:
        self.ranges = [(change, factors(name, given)) for name, change, given in (
            ("brightness", brightened, brightness), ("contrast", contrasted, contrast),
            ("saturation", saturated, saturation))]
        self.generator = own(generator)

    def of_batch(self, x: np.ndarray) -> np.ndarray:
        generator = as_generator(self.generator)
        x = x.copy()
        for i in range(len(x)):
            order = generator.permutation(len(self.ranges))
            shares = generator.random(len(self.ranges))
            for which in order:
                change, (low, high) = self.ranges[which]
                if (low, high) != (1, 1):
                    x[i:i + 1] = change(x[i:i + 1], low + (high - low) * shares[which])
        return x


def factors(name, given):
    low, high = (max(0, 1 - given), 1 + given) if isinstance(given, (int, float)) else given
    if not 0 <= low <= high:
        raise ValueError(f"ColorJitter: {name} must be a number of at least 0 or (low, high), got {given!r}")
    return low, high


class Mix(NamesArguments):
    """Base of MixUp and CutMix: mix(images, labels) -> images, targets (N, V) of probabilities."""

    def __init__(self, num_classes: int, alpha: float = 1.0, *,
                 generator: np.random.Generator | int | None = None) -> None:
        if not alpha > 0:
            raise ValueError(f"{type(self).__name__}: alpha must be positive, got {alpha}")
        self.num_classes, self.alpha, self.generator = num_classes, alpha, own(generator)

    def __call__(self, images: Tensor | np.ndarray, target: Tensor | np.ndarray) -> tuple[Tensor, Tensor]:
        """images (N, C, H, W), target (N) class ids or (N, V) probabilities."""
        name, V = type(self).__name__, self.num_classes
        x, t = (each.detach().cpu().numpy() if isinstance(each, Tensor) else np.asarray(each)
                for each in (images, target))
        if x.ndim != 4 or x.dtype.kind != "f" or t.shape[:1] != x.shape[:1]:
            raise ValueError(f"{name}: expected a batch of images (N, C, H, W), floats, and N targets; "
                             f"got {x.dtype} {x.shape} and {t.shape}")
        if t.ndim == 1 and t.dtype.kind in "iu" and len(t) and 0 <= t.min() <= t.max() < V:
            t = np.eye(V, dtype=x.dtype)[t]
        elif t.shape != (len(x), V) or t.dtype.kind != "f":
            raise ValueError(f"{name}: targets must be class ids (N) in [0, {V}) or probabilities (N, {V}), "
                             f"got {t.dtype} {t.shape}"
                             + (f", {t.min()} to {t.max()}" if t.size and t.dtype.kind in "iuf" else ""))
        x, kept = self.mixed(x, np.roll(x, 1, axis=0), as_generator(self.generator))
        t = (kept * t + (1 - kept) * np.roll(t, 1, axis=0)).astype(x.dtype)
        device = images.device if isinstance(images, Tensor) else "cpu"
        return Tensor(x).to(device), Tensor(t).to(device)

    def mixed(self, x: np.ndarray, other: np.ndarray, generator: Any) -> tuple[np.ndarray, float]:
        raise NotImplementedError


class MixUp(Mix):
    """a x + (1 - a) x', and the same of the targets: images with the one before them in the batch.

    One a ~ Beta(alpha, alpha) for each batch. MixUp(num_classes)(images, target) -> images, targets (N, V),
    probabilities for F.cross_entropy. Shuffle the data, so that neighbours are chance.
    Source: Zhang et al. 2018, arXiv:1710.09412, eq. 1.
    """

    def mixed(self, x: np.ndarray, other: np.ndarray, generator: Any) -> tuple[np.ndarray, float]:
        a = float(generator.beta(self.alpha, self.alpha))
        return (a * x + (1 - a) * other).astype(x.dtype), a


class CutMix(Mix):
    """A rectangle of each image comes from the one before it in the batch; targets are mixed by area.

    One rectangle for each batch, of area 1 - a with a ~ Beta(alpha, alpha), cut off at the border. All else
    as in MixUp. Source: Yun et al. 2019, arXiv:1905.04899, eq. 1 and 2.
    """

    def mixed(self, x: np.ndarray, other: np.ndarray, generator: Any) -> tuple[np.ndarray, float]:
        H, W = x.shape[2:]
        half = 0.5 * math.sqrt(1 - generator.beta(self.alpha, self.alpha))
        column, row = int(generator.integers(W)), int(generator.integers(H))
        h, w = int(half * H), int(half * W)
        top, bottom, left, right = max(row - h, 0), min(row + h, H), max(column - w, 0), min(column + w, W)
        x = x.copy()
        x[:, :, top:bottom, left:right] = other[:, :, top:bottom, left:right]
        return x, 1 - (bottom - top) * (right - left) / (H * W)


def own(generator):
    return None if generator is None else as_generator(generator)


def __getattr__(name):
    raise _missing(__name__, name, __all__)
