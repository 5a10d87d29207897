"""Augmented images: torchvision's formulas, random numbers for each image, the same with the same seed."""

import math
import subprocess
import sys

import numpy as np
import pytest

import minigrad
from minigrad import Tensor, nn, tensor
from minigrad.data import DataLoader, TensorDataset, default_collate, transforms as T
from minigrad.nn import functional as F

RNG = np.random.default_rng(0)
IMAGES = RNG.random((6, 3, 8, 5)).astype(np.float32)
BYTES = (IMAGES * 255).astype(np.uint8)
RANDOM = {
    "flip": T.RandomHorizontalFlip, "crop": lambda **own: T.RandomCrop((6, 4), padding=2, **own),
    "rotation": lambda **own: T.RandomRotation(30, "bilinear", **own),
    "jitter": lambda **own: T.ColorJitter(0.4, 0.4, 0.4, **own)}


@pytest.mark.parametrize("name", RANDOM)
def test_the_same_seed_gives_the_same_images_and_each_image_its_own_numbers(name):
    same = np.repeat(IMAGES[:1], 6, axis=0)
    got = RANDOM[name](generator=3)(same)
    assert (got == RANDOM[name](generator=3)(same)).all()
    assert len({image.tobytes() for image in got}) > 1
    random = RANDOM[name]()
    minigrad.manual_seed(5)
    first, second = random(same), random(same)
    minigrad.manual_seed(5)
    assert (random(same) == first).all() and (second != first).any()


@pytest.mark.parametrize("name", RANDOM)
@pytest.mark.parametrize("images", [IMAGES, BYTES, IMAGES.astype(np.float64), Tensor(IMAGES)], ids=str)
def test_kind_dtype_and_shape_stay_and_one_image_is_a_batch_of_one(name, images):
    before = np.array(images if isinstance(images, np.ndarray) else images.numpy())
    got = RANDOM[name](generator=0)(images)
    assert type(got) is type(images) and got.dtype == images.dtype
    assert tuple(got.shape) == (6, 3, 6, 4) if name == "crop" else got.shape == images.shape
    one, batch = RANDOM[name](generator=0)(images[0]), RANDOM[name](generator=0)(images[:1])
    assert (one == batch[0]).all()
    assert (np.array(images if isinstance(images, np.ndarray) else images.numpy()) == before).all()


def test_a_flip_mirrors_half_of_the_images():
    many = np.repeat(IMAGES[:1], 400, axis=0)
    flipped = (T.RandomHorizontalFlip(0.25, generator=0)(many) == many[..., ::-1]).all(axis=(1, 2, 3))
    assert abs(flipped.sum() - 100) < 4 * math.sqrt(400 * 3 / 16)
    assert (T.RandomHorizontalFlip(0.0)(many) == many).all()


@pytest.mark.parametrize("mode", ["constant", "edge", "reflect", "symmetric"])
def test_a_crop_is_a_part_of_the_padded_image_and_reaches_every_place(mode):
    image = np.arange(9.0).reshape(1, 3, 3)
    more = {"constant_values": 7} if mode == "constant" else {}
    padded = np.pad(image[0], [(2, 0), (1, 0)], mode, **more)       # left 1, top 2
    places = {padded[i:i + 2, j:j + 3].tobytes() for i in range(4) for j in range(2)}
    crop = T.RandomCrop((2, 3), (1, 2, 0, 0), fill=7, padding_mode=mode, generator=0)
    got = {crop(image)[0].tobytes() for _ in range(100)}
    assert got == places


def test_rotation_is_counter_clockwise_and_each_image_has_its_angle():
    square = IMAGES[:4, :, :5, :5]
    turned = T.rotate(square, np.array([0, 90, 180, 270]))
    for k in range(4):
        np.testing.assert_array_equal(turned[k], np.rot90(square[k], k, axes=(1, 2)))
    image = np.zeros((1, 5, 5), np.float32)
    image[0, 2, 4] = 1              # one pixel right of the centre, at distance 2
    got = T.rotate(image, 30, "bilinear")[0]
    rows, columns = np.indices((5, 5)) - 2
    angle = np.degrees(np.arctan2(-(rows * got).sum(), (columns * got).sum()))
    assert abs(angle - 30) < 2 and got[2, 4] < 0.5


def test_colours_follow_torchvisions_formulas():
    x = IMAGES.astype(np.float64)
    grey = (0.2989 * x[:, 0] + 0.587 * x[:, 1] + 0.114 * x[:, 2])[:, None]
    mean = grey.mean(axis=(1, 2, 3), keepdims=True)
    for factor in (0.0, 0.4, 1.0, 1.8):
        for name, other in (("brightness", 0), ("contrast", mean), ("saturation", grey)):
            expected = np.clip(factor * x + (1 - factor) * other, 0, 1)
            change = getattr(T, f"adjust_{name}")
            np.testing.assert_allclose(change(IMAGES, factor), expected, atol=1e-6)
            whole = change(BYTES, factor).astype(np.float64)
            assert abs(whole - 255 * expected).max() < 2 * max(1, factor) + 1     # truncated, also the grey
    one = IMAGES[:, :1]
    assert (T.adjust_saturation(one, 0.0) == one).all()


def test_jitter_draws_factors_between_its_limits():
    grey = np.full((300, 1, 1, 1), 0.5)
    got = T.ColorJitter(brightness=(0.5, 1.5), generator=0)(grey) / 0.5
    assert 0.5 <= got.min() < 0.55 and 1.45 < got.max() <= 1.5
    assert (T.ColorJitter()(IMAGES) == IMAGES).all()
    assert T.ColorJitter(2.0).ranges[0][1] == (0, 3.0)


def test_normalize_is_per_channel():
    got = T.Normalize([0.1, 0.2, 0.3], [0.5, 1.0, 2.0])(Tensor(IMAGES)).numpy()
    for c, (mean, std) in enumerate(((0.1, 0.5), (0.2, 1.0), (0.3, 2.0))):
        np.testing.assert_allclose(got[:, c], (IMAGES[:, c] - mean) / std, rtol=1e-5, atol=1e-6)


def test_mixup_mixes_images_and_targets_with_the_one_before():
    mix, shares = T.MixUp(6, alpha=0.4, generator=0), []
    for _ in range(200):
        images, targets = mix(IMAGES, np.arange(6))
        a = targets[0, 0].item()
        shares.append(a)
        np.testing.assert_allclose(images.numpy(), a * IMAGES + (1 - a) * np.roll(IMAGES, 1, 0), atol=1e-6)
        expected = a * np.eye(6) + (1 - a) * np.roll(np.eye(6), 1, 0)
        np.testing.assert_allclose(targets.numpy(), expected, atol=1e-6)
    variance = 1 / (4 * (2 * 0.4 + 1))      # of Beta(0.4, 0.4)
    assert abs(np.mean(shares) - 0.5) < 4 * math.sqrt(variance / 200)
    assert abs(np.var(shares) - variance) < 0.03


def test_cutmix_takes_a_rectangle_and_mixes_targets_by_its_area():
    mix, areas = T.CutMix(6, generator=0), set()
    for _ in range(50):
        images, targets = mix(Tensor(IMAGES), tensor([0, 1, 2, 3, 4, 5]))
        other = np.roll(IMAGES, 1, 0)
        taken = (images.numpy() == other).all(axis=(0, 1))
        assert ((images.numpy() == IMAGES).all(axis=(0, 1)) == ~taken).all()
        rows, columns = taken.any(1), taken.any(0)
        assert (taken == rows[:, None] & columns).all()
        assert abs(targets[0, 0].item() - (1 - taken.mean())) < 1e-6
        assert (np.diff(np.flatnonzero(rows)) == 1).all() and (np.diff(np.flatnonzero(columns)) == 1).all()
        areas.add(int(taken.sum()))
    assert len(areas) > 8


def test_mixed_targets_can_be_mixed_again():
    _, targets = T.MixUp(6, generator=0)(IMAGES, np.arange(6))
    _, again = T.CutMix(6, generator=1)(IMAGES, targets)
    np.testing.assert_allclose(again.numpy().sum(1), 1, rtol=1e-6)


def test_a_loader_augments_and_cross_entropy_takes_the_targets():
    def epoch():
        augment = T.Compose([T.RandomCrop(8, padding=2, generator=0), T.RandomHorizontalFlip(generator=1),
                             T.Normalize([0.5], [0.25])])
        mix = T.MixUp(3, generator=2)

        def collate(samples):
            images, labels = default_collate(samples)
            return mix(augment(images), labels)

        images = RNG_IMAGES
        return list(DataLoader(TensorDataset(images, np.arange(10) % 3), 4, shuffle=True, collate_fn=collate,
                               generator=3))
    RNG_IMAGES = np.random.default_rng(1).random((10, 1, 8, 8)).astype(np.float32)
    batches = epoch()
    assert all((a == c).all() and (b == d).all() for (a, b), (c, d) in zip(batches, epoch()))
    minigrad.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(64, 3))
    loss = F.cross_entropy(model(batches[0][0]), batches[0][1])
    loss.backward()
    assert math.isfinite(loss.item()) and model[1].weight.grad.abs().sum() > 0


@pytest.mark.parametrize("call, message", [
    (lambda: T.rotate(IMAGES[0, 0], 10), r"images \(N, C, H, W\) or \(C, H, W\).*got float32 \(8, 5\)"),
    (lambda: T.RandomHorizontalFlip()([1, 2]), "got list"),
    (lambda: T.RandomHorizontalFlip()(np.zeros((1, 2, 2), np.int64)), "got int64"),
    (lambda: T.rotate(IMAGES, 10, "bicubic"), "'nearest' or 'bilinear', got 'bicubic'"),
    (lambda: T.adjust_contrast(IMAGES, -1.0), "at least 0, got -1"),
    (lambda: T.adjust_contrast(np.zeros((4, 2, 2)), 1.0), "1 or 3 channels"),
    (lambda: T.normalize(BYTES, [0.5], [0.5]), "must be floats, got uint8; divide"),
    (lambda: T.normalize(IMAGES, [0.5, 0.5], [0.5]), "need 1 or 3 entries"),
    (lambda: T.normalize(IMAGES, [0.5], [0.0]), "std must not be 0"),
    (lambda: T.RandomHorizontalFlip(1.5), r"in \[0, 1\], got 1.5"),
    (lambda: T.RandomCrop(9)(IMAGES), "9 x 9 does not fit into the padded image of 8 x 5"),
    (lambda: T.RandomCrop(0), "at least 1; got 0"),
    (lambda: T.RandomCrop(2, padding=(1, 2, 3)), "1, 2 or 4 numbers"),
    (lambda: T.RandomCrop(2, padding_mode="wrap"), "got 'wrap'"),
    (lambda: T.RandomRotation(-5), "got -5"),
    (lambda: T.ColorJitter(contrast=-0.5), "contrast must be a number of at least 0"),
    (lambda: T.MixUp(3, alpha=0.0), "alpha must be positive"),
    (lambda: T.MixUp(3)(IMAGES, np.arange(6)), r"class ids \(N\) in \[0, 3\).*0 to 5"),
    (lambda: T.MixUp(3)(IMAGES, ["a", 1, 2, 3, 4, 5]), r"must be class ids .*, got <U"),
    (lambda: T.CutMix(3)(IMAGES, "digits"), r"floats, and N targets; got float.* and \(\)"),
    (lambda: T.MixUp(3)(BYTES, np.zeros(6, int)), r"floats, and N targets; got uint8"),
    (lambda: T.CutMix(3)(IMAGES, np.zeros(5, int)), r"got float32 \(6, 3, 8, 5\) and \(5,\)"),
])
def test_errors_say_what_is_wrong(call, message):
    with pytest.raises((ValueError, TypeError), match=message):
        call()


def test_the_room_loads_on_first_use():
    code = ("import sys, minigrad.data; loaded = 'minigrad.data.transforms' in sys.modules; "
            "print(loaded, minigrad.data.transforms.MixUp.__name__)")
    assert subprocess.check_output([sys.executable, "-c", code], text=True).split() == ["False", "MixUp"]
