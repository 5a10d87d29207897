"""Drawing digits: a GAN, a VAE or a diffusion model makes them of random numbers.

    gan        two networks compete: one draws, the other tells drawings from real digits
    wgan       the same with another loss, WGAN-GP, whose gradient contains a gradient
    vae        an autoencoder whose codes have no gaps, so that a random code gives a picture
    diffusion  a network takes noise away, a little at each of 25 steps

There is no right answer to compare a drawing with, so a network that reads digits judges: judge.py. It also
sees real digits and noise, between which the drawings should lie. generators.py has the steps of training.
"""

import math
from pathlib import Path

import numpy as np

from minigrad import Tensor, io, linspace, manual_seed
from minigrad.data import mnist
from minigrad.demos.generators import GENERATORS
from minigrad.demos.judge import HEADING, Judge, line, reader_of
from minigrad.demos.lesson import folder, heading, pictures, trained
from minigrad.demos.mnist import network, pixels
from minigrad.visual.figure import finish, new_figure

IMAGES, BATCH = 20_000, 64
JUDGED, MOST = 1000, 400        # digits drawn for the judge; the most that --predict draws
SHOWN = 16                      # digits in a row of a picture
MORE = {"gan": [], "wgan": [], "vae": ["vae-walk"], "diffusion": ["diffusion-path"]}     # pictures


def main(model: str = "gan", epochs: int | None = None, seed: int = 0, device: str = "cpu",
         out: str | Path = "minigrad-demo/generate", predict: str | None = None) -> None:
    out = Path(out)
    if predict is not None:
        draw(predict, model, seed, device, out,
             f"python -m minigrad demo generate --model {model} --out {out}")
        return

    folder(out)
    heading(f"Drawing digits: {model}")
    images, judge = prepare(out)
    manual_seed(seed)
    kind = GENERATORS[model]
    epochs = epochs or kind.epochs
    steps = epochs * max(len(images) // BATCH, 1)
    generator = kind(steps, device)
    weights = sum(weight.numel() for weight in generator.model.parameters())
    print(f"{weights:,} weights; {len(images):,} images, {epochs} epochs, {steps:,} steps of {BATCH}\n")
    stages = train(generator, images, steps, seed, lambda array: Tensor(array).to(device))
    report(model, generator, stages, judge, out)


def prepare(out):
    """Images to learn from (N, 1, 28, 28), and the judge, which first learns to read if `out` has none."""
    images, labels = mnist("train")
    judge_file = out / "judge.safetensors"
    if not judge_file.exists():
        print("First, for one epoch, the judge learns to read digits")
    with trained(judge_file, f"delete {judge_file}, and run this again"):
        reader = reader_of(judge_file, images, labels)
    return pixels(images[:IMAGES]), Judge(reader, mnist("test")[0][JUDGED:])


def train(generator, images, steps, seed, as_tensor):
    """Train on images (N, 1, 28, 28), printing losses; {steps so far: what it then draws of the same noise}.

    as_tensor makes a tensor of an array, so that this trains the PyTorch twin, too.
    """
    order = np.random.default_rng(seed)
    noise, stages, losses, rows = generator.noise(SHOWN), {}, [], []
    for step in range(1, steps + 1):
        if len(rows) < BATCH:
            rows = order.permutation(len(images))
        chosen, rows = rows[:BATCH], rows[BATCH:]
        losses.append(generator.step(as_tensor(images[chosen])))
        if step * 10 // steps > (step - 1) * 10 // steps:
            means = (f"{name} {np.mean([each[name] for each in losses]):8.4f}" for name in losses[0])
            print(f"step {step:6,}   {'   '.join(means)}", flush=True)
            stages[step], losses = generator.draw(noise).cpu().numpy(), []
    return stages


def report(model, generator, stages, judge, out):
    """Judge what it draws beside real digits and noise, save the model, draw the pictures."""
    heading(f"{JUDGED:,} drawings before the judge")
    real, drawn = pixels(mnist("test")[0][:JUDGED]), many(generator, JUDGED)
    noise = np.random.default_rng(0).random(drawn.shape, dtype=np.float32)
    print(HEADING)
    for name, digits in [("real digits", real), (model, drawn), ("noise", noise)]:
        print(line(name, judge.verdict(digits)))

    io.save(out / f"{model}.safetensors", generator.model)
    print(f"\nModel: {out / f'{model}.safetensors'}")
    names = [model, f"{model}-training", *MORE[model]]
    with pictures(*(out / f"{name}.png" for name in names)) as (final, training, *more):
        plot(cut(drawn[:200], 20), final, f"Drawn by {model}")
        plot([*stages.values()], training, "Drawn of the same noise, after so many steps of training",
             [f"{step:,}" for step in stages])
        if model == "vae":
            plot(walks(generator, real[:6]), more[0], "From the code of one real digit to that of the next")
        if model == "diffusion":
            plot(path(generator), more[0], "Three digits being drawn, and what is seen behind the noise",
                 ["x", "seen"] * 3)
    return drawn


def many(generator, n):
    """n drawn digits (n, 1, 28, 28), at most 250 at a time, which saves memory."""
    parts = [generator.draw(generator.noise(min(250, n - i))) for i in range(0, n, 250)]
    return np.concatenate([part.cpu().numpy() for part in parts])


def walks(generator, digits):
    """On straight lines from the code of one digit (N, 1, 28, 28) to that of the next, a row each."""
    codes = generator.model.encoder(Tensor(digits).to(generator.device))[:, :generator.model.code]
    share = linspace(0, 1, SHOWN, device=generator.device)[:, None]
    return [generator.draw(a + share * (b - a)).cpu().numpy() for a, b in zip(codes, codes[1:])]


def path(generator):
    """Two rows for each of three digits: x at every second step of drawing, and what is seen behind it."""
    steps = []
    generator.draw(generator.noise(3), path=steps)
    shown = np.array([[each.cpu().numpy() for each in pair] for pair in steps[::2]])    # (., 2, 3, 1, 28, 28)
    return [(shown[:, part, digit] + 1) / 2 for digit in range(3) for part in (0, 1)]


def draw(asked, model, seed, device, out, command):
    """Draw so many digits with a saved model, into a picture, and print what the judge reads."""
    if not (asked.strip().isdecimal() and 1 <= int(asked) <= MOST):
        raise ValueError(f"--predict: write how many digits to draw, 1 to {MOST}, got {asked!r:.40}")
    n = int(asked)
    generator, judge = GENERATORS[model](1, device), network()
    for file, network_of_it in [(f"{model}.safetensors", generator.model), ("judge.safetensors", judge)]:
        with trained(out / file, command):
            io.load(out / file, network_of_it)
    manual_seed(seed)
    drawn = many(generator, n)
    columns = math.ceil(math.sqrt(n))
    read = judge.eval()(Tensor(drawn)).argmax(1).numpy()
    print("The judge reads", *(" ".join(map(str, row)) for row in cut(read, columns)), sep="\n")
    with pictures(out / f"{model}-drawn.png") as (picture,):
        plot(cut(drawn, columns), picture)


def cut(digits, columns):
    """Rows of so many."""
    return [digits[i:i + columns] for i in range(0, len(digits), columns)]


def plot(rows, path, title="", names=()):
    """Draw rows of digits (n, 1, 28, 28), dark on light, with their names on the left."""
    columns = max(map(len, rows))
    figure, axes = new_figure(width=max(0.4 * columns, 2) + 0.6, height=0.4 * len(rows) + 0.3)
    sheet = np.zeros((len(rows), columns, 28, 28))
    for row, digits in zip(sheet, rows):
        row[:len(digits)] = digits[:, 0]
    axis = axes[0, 0]
    axis.imshow(sheet.transpose(0, 2, 1, 3).reshape(28 * len(rows), -1), cmap="gray_r", vmin=0, vmax=1)
    axis.set_xticks([])
    axis.set_yticks([28 * i + 14 for i in range(len(names))], names)
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)
    axis.set_title(title, fontsize=10)
    finish(figure, path)
