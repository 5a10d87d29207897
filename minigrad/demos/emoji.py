"""Emoji: convolutional networks learn what kind of thing a small colour picture shows.

A textbook's CNN, a ResNet and an Inception (minigrad/models) are trained alike: the same pictures in the same
order, changed a little each time, the same optimizer and the same number of epochs.

Many emoji are variants of one drawing. A family of variants is either for training or for testing, or the
network would be asked what it has seen.
"""

import re
from pathlib import Path

import numpy as np

from minigrad import Tensor, io, manual_seed, nn, optim
from minigrad.backend import bincount
from minigrad.data import DataLoader, StratifiedKFold, default_collate, emoji, transforms
from minigrad.demos.inputs import read_colours
from minigrad.demos.lesson import fit, folder, heading, pictures, trained
from minigrad.models import Inception, ResNet, TextbookCNN
from minigrad.nn import functional as F
from minigrad.train import Schedule, Trainer, accuracy, confusion_matrix
from minigrad.visual import plot_confusion, plot_loss
from minigrad.visual.figure import finish, new_figure

NETWORKS = {"textbook": TextbookCNN, "resnet": ResNet, "inception": Inception}
BATCH, RATE, DECAY = 32, 0.003, 0.05
SHOWN = 40


def main(epochs: int = 25, seed: int = 0, device: str = "cpu", out: str | Path = "minigrad-demo/emoji",
         predict: str | None = None, model: str = "resnet") -> None:
    if model not in NETWORKS:
        raise ValueError(f"model must be one of {', '.join(NETWORKS)}, got {model!r}")
    model_file = Path(out) / f"{model}.safetensors"
    if predict is not None:
        command = f"python -m minigrad demo emoji --model {model} --out {out}"
        print(classify(predict, model, model_file, command))
        return

    out = folder(out)
    heading(f"Emoji, network: {model}")
    manual_seed(seed)
    images, labels, names, families = emoji()
    test = next(folds(labels, families))
    print(f"{np.sum(~test):,} pictures for training, {np.sum(test)} for testing, no family in both; "
          f"{len(names)} classes\n")

    network = NETWORKS[model](len(names))
    print(nn.summary(network, (1, 3, 64, 64)), "\n")
    network.to(device)
    losses = []         # of every step, for the plot

    def loss(scores, target):
        loss = F.cross_entropy(scores, target)
        if network.training:
            losses.append(loss.detach())
        return loss

    loader = batches(images[~test], labels[~test], seed)
    optimizer = optim.AdamW(network.parameters(), lr=RATE, weight_decay=DECAY)
    cycle = optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=epochs * len(loader))
    trainer = Trainer(network, loss, optimizer, metrics=[accuracy], callbacks=[Schedule(cycle, every="step")])
    fit(trainer, loader, epochs=epochs)

    heading(f"On the {np.sum(test)} test pictures")
    scores = trainer.predict(pixels(images[test])).cpu()
    predicted, true = scores.numpy().argmax(1), labels[test]
    low, high = interval(predicted == true, families[test])
    print(f"{np.mean(predicted == true):.1%} correct, 95 % interval {low:.1%} to {high:.1%}")
    near = nearest(images, labels, test)
    print(f"The class of the most similar training picture is correct in {np.mean(near == true):.1%}\n")

    io.save(model_file, network)
    print(f"Model: {model_file}")
    with pictures(*(out / f"{model}-{name}.png" for name in ("loss", "confusion", "predictions"))) as files:
        curve, confusion, samples = files
        plot_loss([each.item() for each in losses], curve)
        short = [name.partition(" &")[0] for name in names]
        figure = plot_confusion(confusion_matrix(scores, Tensor(true)).numpy(), labels=short)
        figure.axes[0].tick_params("x", rotation=90)
        finish(figure, confusion)
        # some of the test pictures, right and wrong as they come
        chosen = np.sort(np.random.default_rng(0).permutation(len(true))[:SHOWN])
        draw(images[test][chosen], predicted[chosen], true[chosen], short, samples)


def folds(labels, families, count=5):
    """Which pictures are for testing, bool (N), in each of `count` folds; classes are spread evenly.

    A family with more than a twentieth of the pictures is for training in all of them: in a test, its
    resemblance to what was learned would decide the result.
    """
    number, first, size = np.unique(families, return_index=True, return_counts=True)
    small = size <= len(families) / 20
    number, first = number[small], first[small]
    for _, test in StratifiedKFold(count, shuffle=True).split(number, labels[first]):
        yield np.isin(families, number[test])


def pixels(images):
    """uint8 (N, 64, 64, 3), 255 = white -> float32 (N, 3, 64, 64), 0 = white: what padding means, too."""
    return np.ascontiguousarray(1 - images.transpose(0, 3, 1, 2) / np.float32(255))


def batches(images, labels, seed):
    """Batches of pictures, in another order each epoch, some mirrored, all moved and of other colours."""
    numbers = np.random.default_rng(seed)
    augment = transforms.Compose([
        transforms.ColorJitter(brightness=0.2, saturation=0.2, generator=numbers),
        transforms.RandomHorizontalFlip(generator=numbers),
        transforms.RandomCrop(64, padding=4, generator=numbers)])

    def collate(samples):
        x, target = default_collate(samples)
        return augment(x), target

    return DataLoader(list(zip(pixels(images), labels)), batch_size=BATCH, shuffle=True, generator=numbers,
                      collate_fn=collate)


def interval(correct, families, draws=2000):
    """The 95 % confidence interval of the accuracy on other families, from bootstrap samples of families.

    Pictures of one family are right or wrong together, so whole families are drawn.
    Source: Efron and Tibshirani 1993, An Introduction to the Bootstrap, ch. 13.
    """
    _, family = np.unique(families, return_inverse=True)
    right, size = bincount(np, family, correct), bincount(np, family)
    chosen = np.random.default_rng(0).integers(len(size), size=(draws, len(size)))
    return np.quantile(right[chosen].sum(1) / size[chosen].sum(1), [0.025, 0.975])


def nearest(images, labels, test):
    """For each test picture, the class of the training picture whose pixels are nearest (least squares)."""
    x = images.reshape(len(images), 32, 2, 32, 2, 3).mean((2, 4)).reshape(len(images), -1)
    train = x[~test]
    distance = (train ** 2).sum(1) - 2 * x[test] @ train.T      # + |x|², which changes no comparison
    return labels[~test][distance.argmin(1)]


def classify(asked, model, model_file, command):
    """Say what the trained network sees in a picture file, or in the emoji with this number."""
    images, labels, names, families = emoji()
    with trained(model_file, command):
        network = io.load(model_file, NETWORKS[model](len(names))).eval()
    asked, note = asked.strip(), ""
    if re.fullmatch(r"-?\d+", asked):
        if not 0 <= int(asked) < len(images):
            raise ValueError(f"--predict: the data has emoji 0 to {len(images) - 1}, got {asked}")
        image = images[int(asked)]
        part = "testing" if next(folds(labels, families))[int(asked)] else "training"
        note = f"\nIts class is {names[labels[int(asked)]]}; it is one of the pictures for {part}."
    else:
        image = read_colours(asked, 64, f"a number from 0 to {len(images) - 1} for an emoji of the data")
    share = F.softmax(network(Tensor(pixels(image[None]))), dim=1).detach().numpy()[0]
    best, second = share.argsort()[:-3:-1]
    return (f"Prediction: {names[best]}, with {share[best]:.1%} (next: {names[second]}, "
            f"{share[second]:.1%}).{note}")


def draw(images, predicted, true, names, path):
    """A grid of pictures, each below its predicted class; a wrong one is red, with the true class."""
    figure, axes = new_figure(SHOWN // 8, 8, width=1.0, height=1.2)
    for axis in axes.flat:
        axis.set_axis_off()
    for axis, image, p, t in zip(axes.flat, images, predicted, true):
        axis.imshow(image)
        axis.set_title(names[p] if p == t else f"{names[p]}\n(is {names[t]})", fontsize=8,
                       color="black" if p == t else "red")
    finish(figure, path)
