"""Run the three demos and draw images/demos.png, the picture in the README. Takes a few minutes.

    python notebooks/make_images.py
"""

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from PIL import Image  # comes with matplotlib

from minigrad.demos import house_price, mnist, sentiment

TARGET = Path(__file__).resolve().parent / "images" / "demos.png"
BLUE, RED = "#2f6fb0", "#c8372d"
ROWS, COLUMNS = 5, 7        # of digits; the last row shows errors


def drawn_by(demo, *names, **options):
    """Run a demo and return the positional arguments of its calls to the drawing functions `names`."""
    given = {}

    def keep(name):
        return lambda *args, **settings: given.update({name: args})

    for name in names:
        setattr(demo, name, keep(name))
    with tempfile.TemporaryDirectory() as folder:
        demo.main(out=folder, **options)
    return [given[name] for name in names]


def main():
    [(true, predicted, *_)] = drawn_by(house_price, "plot_predicted")
    (losses, _), (images, guesses, labels, _) = drawn_by(mnist, "plot_loss", "plot_digits", epochs=1)
    [(weights, words, *_)] = drawn_by(sentiment, "plot_attention")

    plt.rcParams.update({"font.size": 9, "axes.titlesize": 10,
                         "axes.spines.top": False, "axes.spines.right": False})
    figure, axes = plt.subplots(1, 4, figsize=(12, 3.25), width_ratios=[1, 1, 1.3, 1.15],
                                layout="constrained")
    houses(axes[0], true / 1000, predicted / 1000)
    curve(axes[1], losses)
    digits(axes[2], images, guesses, labels)
    attention(axes[3], weights, words)

    TARGET.parent.mkdir(exist_ok=True)
    figure.savefig(TARGET, dpi=100)
    Image.open(TARGET).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(TARGET, optimize=True)
    print(f"{TARGET}: {TARGET.stat().st_size / 1000:.0f} kB")


def houses(axis, true, predicted):
    ends, ticks = [40, 800], [50, 100, 200, 400]
    axis.plot(ends, ends, color="black", linewidth=0.8)
    axis.scatter(true, predicted, s=7, alpha=0.5, color=BLUE, linewidths=0)
    axis.set(xscale="log", yscale="log", xlim=ends, ylim=ends, xticks=ticks, yticks=ticks, xticklabels=ticks,
             yticklabels=ticks, xlabel="true price in $1,000", ylabel="predicted",
             title=f"house-price: {len(true)} test houses")
    axis.minorticks_off()


def curve(axis, losses):
    window = len(losses) // 50
    axis.plot(np.arange(1, len(losses) + 1), losses, ".", markersize=2, alpha=0.3, color=BLUE)
    means = np.convolve(losses, np.ones(window) / window, "valid")
    axis.plot(np.arange(window, len(losses) + 1), means, color=BLUE)
    axis.set(yscale="log", xlabel="step of the first epoch", ylabel="loss", title="mnist: training loss")


def digits(axis, images, guesses, labels):
    wrong = np.flatnonzero(guesses != labels)[:COLUMNS]
    right = np.flatnonzero(guesses == labels)[:ROWS * COLUMNS - len(wrong)]
    width, height = images.shape[2] + 6, images.shape[1] + 14       # of a cell: an image with its label above
    for place, i in enumerate(np.concatenate([right, wrong])):
        x, y = place % COLUMNS * width, place // COLUMNS * height
        axis.imshow(images[i], cmap="gray_r", extent=(x, x + 28, y + 28, y), interpolation="bilinear")
        good = guesses[i] == labels[i]
        axis.text(x + 14, y - 1, guesses[i] if good else f"{guesses[i]} ({labels[i]})",
                  ha="center", va="bottom", fontsize=9, color=BLUE if good else RED)
    axis.set(xlim=(-2, COLUMNS * width - 4), ylim=(ROWS * height - 12, -12), aspect="equal",
             title="mnist: prediction (true digit)")
    axis.set_axis_off()


def attention(axis, weights, words):
    sharpest = weights[np.argmax((weights ** 2).sum(axis=(1, 2)))]      # the most focused head
    axis.imshow(sharpest, cmap="Blues", vmin=0)
    axis.set_xticks(range(len(words)), words, rotation=60, ha="right", rotation_mode="anchor", fontsize=8)
    axis.set_yticks(range(len(words)), words, fontsize=8)
    axis.set_title("sentiment: attention of each word")


if __name__ == "__main__":
    main()
