"""Read and check the inputs of --predict: a house described in text, or a picture."""

import difflib
import re
from pathlib import Path

import numpy as np

from minigrad.data import Table

# A house


def read_house(text: str, houses: Table, short: list[str], names: list[str]) -> Table:
    """Append a house described as 'value, value, ...' or 'column=value, ...' to `houses`.

    short: the columns for values without a name, in order. names: the columns that are allowed. Missing
    columns get the median, or the most frequent category. Upper and lower case, spaces and underscores in
    names are the same, and numbers may have separators: '1,500, 6, north ames' is '1500, 6, North_Ames'.
    """
    house = {name: typical(houses[name]) for name in houses.names}
    columns = {plain(name): name for name in names} | dict(zip(["area", "rooms", "neighbourhood"], short))
    text = re.sub(r"(?<![\d.])\d{1,3}(,\d{3})+(?!\d)", lambda number: number[0].replace(",", ""), text)
    for place, part in enumerate(text.split(",")):
        name, equals, value = part.partition("=")
        if not equals:
            if place >= len(short):
                raise ValueError(f"--predict: {part.strip()!r} has no name; the first {len(short)} values "
                                 f"are {', '.join(short)}, write further ones as column=value")
            name, value = short[place], part
        name, value = name.strip(), value.strip()
        if plain(name) not in columns:
            raise ValueError(f"--predict: the network does not use {name!r}; {meant(name, names)}")
        name = columns[plain(name)]
        read = figure if name in houses.numeric else category
        house[name] = read(name, value, houses)
    return Table({name: np.append(houses[name], house[name]) for name in houses.names})


def plain(name):
    """A name in the spelling that is compared: lower case, without spaces, underscores, hyphens."""
    return re.sub(r"[\s_-]+", "", name).lower()


def typical(values):
    if values.dtype.kind == "f":
        return np.median(values)
    names, counts = np.unique(values, return_counts=True)
    return names[counts.argmax()]


def figure(name, value, houses):
    try:
        number = float(re.sub(r"(?<=\d)[\s_'’](?=\d{3}\b)", "", value))      # 1 500, 1_500, 1'500
    except ValueError:
        raise ValueError(f"--predict: {name} must be a number, got {value!r}; "
                         "describe a house like '1500, 6, North_Ames'") from None
    low, high = houses[name].min(), houses[name].max()
    if not low <= number <= high:
        raise ValueError(f"--predict: {name} must be between {low:g} and {high:g}, the range in the data, "
                         f"got {value}")
    return number


def category(name, value, houses):
    """The category that matches `value`, ignoring case, spaces and underscores."""
    known = {plain(str(each)): str(each) for each in np.unique(houses[name])}
    if plain(value) not in known:
        raise ValueError(f"--predict: unknown {name} {value!r}; {meant(value, known.values())}")
    return known[plain(value)]


def meant(name, known):
    """A hint with the closest of the known names, or all of them."""
    spelled = {plain(each): each for each in known}
    close = difflib.get_close_matches(plain(name), spelled, n=1)
    return f"did you mean {spelled[close[0]]}?" if close else f"choose from {', '.join(known)}"


# A picture


def read_pixels(path: str | Path, other: str) -> np.ndarray:
    """The pixels of a picture file, (H, W) or (H, W, 1 to 4 channels). other: what else --predict takes."""
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"picture not found: {path}; pass a PNG file, or {other}")
    try:
        from matplotlib import image
        from PIL import Image  # which matplotlib needs
    except ImportError as error:
        raise ImportError("reading a picture needs matplotlib: pip install 'minigrad-edu[viz]'") from error
    try:
        Image.open(path).close()        # refuses pictures of more pixels than fit into memory
        return image.imread(path)
    except (OSError, SyntaxError, ValueError, MemoryError, Image.DecompressionBombError) as error:
        raise ValueError(f"{path} cannot be read as a picture ({error}); pass a PNG file") from None


def on_white(pixels):
    """(H, W) or (H, W, 1 to 4 channels) -> (H, W, 1 or 3 channels), 0 to 1, white where it is transparent."""
    pixels = pixels / 255.0 if pixels.dtype.kind == "u" else pixels.astype(np.float64)
    if pixels.ndim == 2:
        return pixels[:, :, None]
    opacity = pixels[:, :, -1:] if pixels.shape[2] in (2, 4) else 1.0
    colours = pixels[:, :, :3] if pixels.shape[2] > 2 else pixels[:, :, :1]
    return colours * opacity + 1 - opacity


def read_colours(path: str | Path, size: int, other: str) -> np.ndarray:
    """A picture file as uint8 (size, size, 3), as large as fits onto a white square."""
    pixels = on_white(read_pixels(path, other))
    H, W, _ = pixels.shape
    h, w = (max(1, round(size * side / max(H, W))) for side in (H, W))
    top, left = (size - h) // 2, (size - w) // 2
    square = np.ones((size, size, 3))
    square[top:top + h, left:left + w] = np.einsum("ih,hwc,jw->ijc", shrink(H, h), pixels, shrink(W, w),
                                                   optimize=True)
    return np.rint(255 * square).astype(np.uint8)


# A digit


def read_digit(path: str | Path) -> np.ndarray:
    """Convert a picture of one digit to MNIST's format: float32 (28, 28), 0 = paper, 1 = ink.

    Ink is whatever differs from the border. It is scaled to fit into 20 x 20 pixels and its centre of
    mass is moved to the middle, as in MNIST. Needs matplotlib to read the file.
    Source: LeCun, Cortes, Burges, http://yann.lecun.com/exdb/mnist/.
    """
    pixels = read_pixels(path, "a number from 0 to 9999 for an image of the test set")
    ink = ink_of(pixels)
    rows, columns = (np.flatnonzero(ink.max(axis) > 0.2) for axis in (1, 0))
    if rows.size == 0:
        H, W = ink.shape
        raise ValueError(f"{path} shows no digit: its {W} x {H} pixels are nearly uniform; draw one digit, "
                         "dark on light or light on dark, and leave the border empty")
    ink = ink[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1]
    H, W = (max(1, round(20 * side / max(ink.shape))) for side in ink.shape)
    ink = shrink(ink.shape[0], H) @ ink @ shrink(ink.shape[1], W).T     # (H, W)
    return centred(ink / ink.max())


def ink_of(pixels):
    """How much each pixel differs from the border, 0 to 1: (H, W) or (H, W, 1 to 4 channels) -> (H, W)."""
    pixels = on_white(pixels).mean(2)
    border = np.median(np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]]))
    ink = np.abs(pixels - border)
    return ink / ink.max() if ink.max() > 0.1 else np.zeros_like(ink)


def shrink(size, to):
    """The matrix (to, size) whose row i averages the i-th of `to` equal parts of `size` pixels."""
    edges = np.linspace(0, size, to + 1)
    pixels = np.arange(size)
    overlap = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    return np.clip(overlap, 0, None) * to / size


def centred(ink):
    """(H, W), at most 20 each -> (28, 28) with the centre of mass in the middle."""
    middle = [np.arange(side) @ ink.sum(1 - axis) / ink.sum() for axis, side in enumerate(ink.shape)]
    top, left = (int(np.clip(round(13.5 - m), 0, 28 - side)) for m, side in zip(middle, ink.shape))
    canvas = np.zeros((28, 28), np.float32)
    canvas[top:top + ink.shape[0], left:left + ink.shape[1]] = ink
    return canvas
