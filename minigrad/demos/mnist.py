"""Handwritten digits: a convolutional network learns to read them.

Three convolutions detect strokes, then parts, then shapes. Pooling between them halves the image, so that
each sees twice as much of it. Two linear layers classify:

    (1, 28, 28) -> conv (32, 26, 26) -> pool (32, 13, 13) -> conv (64, 11, 11) -> pool (64, 5, 5)
                -> conv (64, 3, 3) -> 576 features -> 64 -> 10 scores, one per digit
"""

import re
from pathlib import Path

import numpy as np

from minigrad import Tensor, io, manual_seed, nn, optim
from minigrad.data import DataLoader, TensorDataset, mnist
from minigrad.demos.inputs import read_digit
from minigrad.demos.lesson import fit, folder, heading, pictures, trained
from minigrad.nn import functional as F
from minigrad.train import Schedule, Trainer, accuracy, confusion_matrix
from minigrad.visual import plot_confusion, plot_digits, plot_loss

REFERENCE = "after 5 epochs a textbook reports 98.8 %, and PyTorch reaches 99.1 %"
SHADES = " .:-=+*#%@"


def main(epochs: int = 5, seed: int = 0, device: str = "cpu", out: str | Path = "minigrad-demo/mnist",
         predict: str | None = None) -> None:
    model_file = Path(out) / "model.safetensors"
    if predict is not None:
        print(read(predict, model_file, f"python -m minigrad demo mnist --out {out}"))
        return

    out = folder(out)
    heading("Handwritten digits")
    manual_seed(seed)
    images, labels = mnist("train")
    test_images, test_labels = mnist("test")
    print(f"{len(images):,} images for training, {len(test_images):,} for testing, 28 x 28 grey pixels\n")
    train = TensorDataset(pixels(images), labels)
    test = TensorDataset(pixels(test_images), test_labels)

    model = network()
    print(nn.summary(model, (1, 1, 28, 28)), "\n")
    model.to(device)
    losses = []         # of every step, for the plot

    def loss(scores, target):
        loss = F.cross_entropy(scores, target)
        if model.training:
            losses.append(loss.detach())
        return loss

    loader = DataLoader(train, batch_size=64, shuffle=True)
    optimizer = optim.Adam(model.parameters(), lr=0.003)
    # Large steps find the valley, small ones its floor: decay the learning rate to 0.
    smaller = Schedule(optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs * len(loader)), every="step")
    trainer = Trainer(model, loss, optimizer, metrics=[accuracy], callbacks=[smaller])
    fit(trainer, loader, epochs=epochs)

    heading(f"On the {len(test):,} test images")
    scores = trainer.predict(test.tensors[0]).cpu()
    predicted = scores.numpy().argmax(1)
    wrong = np.flatnonzero(predicted != test_labels)
    print(f"{np.mean(predicted == test_labels):.2%} correct, {len(wrong)} wrong   ({REFERENCE})\n")

    io.save(model_file, model)
    print(f"Model: {model_file}")
    with pictures(*(out / f"{name}.png" for name in ("loss", "confusion", "digits"))) as files:
        curve, confusion, digits = files
        plot_loss([each.item() for each in losses], curve)
        plot_confusion(confusion_matrix(scores, Tensor(test_labels)).numpy(), confusion)
        shown = np.append(np.arange(30), wrong[:20])        # the first ones, and some mistakes
        plot_digits(test_images[shown], predicted[shown], test_labels[shown], digits)


def network():
    return nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(64, 64, 3), nn.ReLU(),
        nn.Flatten(), nn.Linear(576, 64), nn.ReLU(), nn.Linear(64, 10))


def pixels(images):
    """uint8 (N, 28, 28), 255 = ink -> float32 (N, 1, 28, 28), 1 = ink."""
    return images[:, None] / np.float32(255)


def read(asked, model_file, command):
    """Describe what the trained network reads in a picture file, or in the test image with this number."""
    with trained(model_file, command):
        model = io.load(model_file, network()).eval()
    asked = asked.strip()
    if re.fullmatch(r"-?\d+", asked):
        images, labels = mnist("test")
        if not 0 <= int(asked) < len(images):
            raise ValueError(f"--predict: the test set has images 0 to {len(images) - 1}, got {asked}")
        image, note = images[int(asked)] / np.float32(255), f"; the label is {labels[int(asked)]}"
    else:
        image, note = read_digit(asked), ""
    drawing = "\n".join("".join(SHADES[int(9.99 * ink)] * 2 for ink in row).rstrip() for row in image)
    share = F.softmax(model(Tensor(image[None, None])), dim=1).detach().numpy()[0]
    best, second = share.argsort()[:-3:-1]
    return (f"{drawing}\nPrediction: {best}, with {share[best]:.1%} "
            f"(next: {second}, {share[second]:.1%}){note}.")
