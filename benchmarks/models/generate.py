"""Networks that draw digits, beside PyTorch: `python -m benchmarks.models.generate FOLDER [MODEL ...]`.

Both start from the same weights, and see the same images and the same noise: minigrad's random numbers are
PyTorch's. It prints by how much the losses of the first ten steps differ, trains both to the end, and lets
the judge of the demo compare 1,000 drawings of each. FOLDER gets what the demo saves, MODEL-beside.png,
and generate.png, which shows what all models there draw: the picture of docs/models/generate.md.
"""

import sys
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image

import minigrad
from benchmarks.twin import copy_weights, twin
from minigrad.demos import generate, generators
from minigrad.demos.judge import HEADING, line

FIRST = 10


def pair(name, steps):
    """Both of one kind, with the same weights; the random numbers of neither have begun."""
    minigrad.manual_seed(0)
    ours = generators.GENERATORS[name](steps, "cpu")
    theirs = twin("minigrad.demos.generators").GENERATORS[name](steps, "cpu")
    copy_weights(ours.model, theirs.model)
    return (ours, minigrad.manual_seed, minigrad.tensor), (theirs, torch.manual_seed, torch.from_numpy)


def first_losses(name, images):
    """The losses of the first steps, (2, FIRST, losses): ours, theirs."""
    both = []
    for generator, seed, as_tensor in pair(name, 1000):
        seed(1)
        both.append([list(generator.step(as_tensor(images[64 * i:64 * (i + 1)])).values())
                     for i in range(FIRST)])
    return np.array(both)


def picture(out):
    """What all saved models draw, how the VAE changes a 7 into a 2, and how a digit comes out of noise."""
    real = generate.pixels(generate.mnist("test")[0][:generate.SHOWN])
    rows = {"real digits": real}
    for name, kind in generators.GENERATORS.items():
        if not (out / f"{name}.safetensors").exists():
            continue
        generator = kind(1, "cpu")
        minigrad.io.load(out / f"{name}.safetensors", generator.model)
        minigrad.manual_seed(0)
        rows[name] = generate.many(generator, generate.SHOWN)
        if name == "vae":
            rows["vae: from 7 to 2"] = generate.walks(generator, real[:2])[0]
        if name == "diffusion":
            rows["diffusion: the way"] = generate.path(generator)[0]
    generate.plot([*rows.values()], out / "generate.png", names=[*rows])
    with Image.open(out / "generate.png") as image:
        image.convert("L").quantize(16).save(out / "generate.png", optimize=True)


def main(out, names):
    out.mkdir(parents=True, exist_ok=True)
    images, judge = generate.prepare(out)
    for name in names:
        ours, theirs = first_losses(name, images)
        print(f"{name}: losses of the first {FIRST} steps differ by at most "
              f"{(np.abs(ours - theirs) / np.abs(theirs)).max():.1e} of their size")
        steps = generators.GENERATORS[name].epochs * (len(images) // generate.BATCH)
        rows, lines = [generate.pixels(generate.mnist("test")[0][:20])], []
        for label, (generator, seed, as_tensor) in zip(["minigrad", "PyTorch"], pair(name, steps)):
            print(f"\n{label}")
            seed(0)
            began = time.perf_counter()
            stages = generate.train(generator, images, steps, 0, as_tensor)
            took = time.perf_counter() - began
            drawn = (generate.report(name, generator, stages, judge, out) if label == "minigrad"
                     else generate.many(generator, generate.JUDGED))
            lines.append(f"{line(f'{name} {label}', judge.verdict(drawn))}   {took:.0f} s of training")
            rows.append(drawn[:20])
        print(f"\n{HEADING}", *lines, sep="\n", flush=True)
        generate.plot(rows, out / f"{name}-beside.png", name, ["real digits", "minigrad", "PyTorch"])
    picture(out)
    print(f"PyTorch {torch.__version__}, {torch.get_num_threads()} thread(s), NumPy {np.__version__}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:] or list(generators.GENERATORS))
