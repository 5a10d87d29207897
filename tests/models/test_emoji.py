"""The networks that classify emoji, their data with its families, and the demo, here on part of the data."""

import functools
import io
import re
import sys
from contextlib import redirect_stdout

import numpy as np
import pytest

import minigrad
from benchmarks.twin import copy_weights, twin
from minigrad import nn, optim
from minigrad.data import emoji
from minigrad.data.pictograms import families
from minigrad.demos import emoji as demo, inputs
from minigrad.models import Inception, ResNet, TextbookCNN
from minigrad.models.inception import Mixed
from minigrad.models.resnet import Block
from minigrad.nn import functional as F

NETWORKS = [TextbookCNN, ResNet, Inception]
DATA = functools.cache(emoji)       # finding the families takes a second


@pytest.fixture(scope="module")
def data():
    return DATA()


@pytest.fixture(autouse=True)
def loaded_once(monkeypatch):
    monkeypatch.setattr(demo, "emoji", DATA)


def part(data):
    """Every tenth picture, numbered families."""
    images, labels, names, family = data
    return images[::10], labels[::10], names, family[::10]


# The data

def test_the_data_has_the_classes_and_families_that_its_docstring_says(data):
    images, labels, names, family = data
    assert images.shape == (1906, 64, 64, 3) and images.dtype == np.uint8
    assert labels.dtype == family.dtype == np.int64 and labels.shape == family.shape == (1906,)
    assert [names[i] for i in labels[[30, 1155]]] == ["Symbols", "Smileys & Emotion"] and len(names) == 9
    assert set(family.tolist()) == set(range(1387)) and np.bincount(family).max() == 97
    _, first = np.unique(family, return_index=True)
    assert (np.diff(first) > 0).all()       # numbered in the order of their first pictures


def test_variants_of_a_drawing_are_a_family_and_other_drawings_are_not(data):
    images, labels, names, _ = data
    monkey, knife = images[1155], images[975]
    painted = np.where(monkey == 255, 255, monkey[..., ::-1])           # another colour
    mirrored, white = knife[:, ::-1], np.full_like(knife, 255)
    given = np.stack([monkey, knife, painted, mirrored, white, monkey])
    assert families(given).tolist() == [0, 1, 0, 1, 2, 0]


def test_a_picture_of_one_family_is_near_none_of_another(data):
    """By another formula: the distance of each pair of a sample, mirrored or not."""
    from minigrad.data.pictograms import NEAR, outlines
    images, _, _, family = data
    chosen = np.random.default_rng(0).permutation(len(images))[:120]
    a = outlines(images[chosen])
    for i in range(len(a)):
        for j in range(i):
            apart = min(((a[i] - b) ** 2).sum() / ((a[i] ** 2).sum() + (b ** 2).sum())
                        for b in (a[j], a[j][:, ::-1]))
            assert apart >= NEAR or family[chosen[i]] == family[chosen[j]]


def test_a_fold_divides_no_family_and_each_small_family_is_tested_once(data):
    _, labels, _, family = data
    parts = list(demo.folds(labels, family))
    for test in parts:
        assert not set(family[test]) & set(family[~test])
        assert set(labels[test]) == set(range(9)) and 300 < test.sum() < 420
    size = np.bincount(family)[family]
    assert (np.sum(parts, axis=0) == (size <= 95)).all()


# The networks

@pytest.mark.parametrize("make", NETWORKS)
def test_a_network_scores_each_picture_by_itself_and_trains_every_weight(make, device):
    model = make(9).to(device)
    x = minigrad.rand(3, 3, 64, 64).to(device)
    F.cross_entropy(model(x), minigrad.tensor([0, 1, 2]).to(device)).backward()
    assert all(p.grad is not None and minigrad.isfinite(p.grad).all() for p in model.parameters())
    model.eval()
    assert model(x).shape == (3, 9)
    np.testing.assert_allclose(model(x[1:2]).detach().cpu().numpy()[0], model(x).detach().cpu().numpy()[1],
                               atol=1e-5)


def test_the_resnet_has_the_papers_layers():
    """6 n + 2 layers with weights, and 0.27 million of these for n = 3 (table 6), the shortcuts' aside."""
    for n in (1, 2, 3):
        model = ResNet(10, n)
        layers = [m for name, m in model.named_modules()
                  if isinstance(m, (nn.Conv2d, nn.Linear)) and "shortcut" not in name]
        assert len(layers) == 6 * n + 2
    weights = sum(p.numel() for name, p in model.named_parameters() if "shortcut" not in name)
    assert round(weights / 1e6, 2) == 0.27


def test_a_block_that_computes_nothing_returns_what_came_in():
    block, x = Block(4, 4).eval(), minigrad.rand(2, 4, 5, 5)
    nn.init.zeros_(block.norm2.weight)
    assert minigrad.allclose(block(x), x)


def test_a_module_of_inception_stacks_its_branches():
    module, x = Mixed(6, one=2, three=(3, 4), five=(1, 2), pool=3).eval(), minigrad.rand(2, 6, 8, 8)
    y = module(x)
    assert y.shape == (2, 11, 8, 8)
    assert minigrad.equal(y[:, 2:6], module.three(x)) and minigrad.equal(y[:, 8:], module.pool(x))


def without_dropout(model):
    for module in model.modules():
        if "Dropout" in type(module).__name__:
            module.eval()


@pytest.mark.parametrize("make", NETWORKS)
def test_a_few_steps_lower_the_loss(make):
    minigrad.manual_seed(0)
    model, x, target = make(3), minigrad.rand(6, 3, 64, 64), minigrad.tensor([0, 1, 2] * 2)
    without_dropout(model)
    optimizer, losses = optim.AdamW(model.parameters(), lr=0.003), []
    for _ in range(12):
        loss = F.cross_entropy(model(x), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.8 * losses[0]


@pytest.mark.torch
@pytest.mark.parametrize("make", NETWORKS)
def test_the_network_computes_what_its_twin_on_pytorch_computes(make):
    """Scores, gradients and running statistics of a training step in double precision.

    Dropout is off, since each draws its own numbers.
    """
    import torch
    minigrad.manual_seed(1)
    ours = make(9).double()
    theirs = copy_weights(ours, getattr(twin(make.__module__), make.__name__)(9).double())
    for model in (ours, theirs):
        without_dropout(model)
    x, target = np.random.default_rng(0).random((4, 3, 64, 64)), np.arange(4)
    given, expected = ours(minigrad.tensor(x)), theirs(torch.from_numpy(x))
    np.testing.assert_allclose(given.detach().numpy(), expected.detach().numpy(), atol=1e-10)
    F.cross_entropy(given, minigrad.tensor(target)).backward()
    torch.nn.functional.cross_entropy(expected, torch.from_numpy(target)).backward()
    for (name, a), (_, b) in zip(ours.named_parameters(), theirs.named_parameters(), strict=True):
        np.testing.assert_allclose(a.grad.numpy(), b.grad.numpy(), atol=1e-10, err_msg=name)
    for (name, a), (_, b) in zip(ours.named_buffers(), theirs.named_buffers(), strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), atol=1e-10, err_msg=name)


# The demo

@pytest.fixture(scope="module")
def run(data, tmp_path_factory):
    """The folder and what was printed when the textbook's CNN was trained for two epochs."""
    out = tmp_path_factory.mktemp("emoji")
    with pytest.MonkeyPatch.context() as monkeypatch, redirect_stdout(io.StringIO()) as printed:
        monkeypatch.setattr(demo, "emoji", lambda: part(data))
        demo.main(epochs=2, model="textbook", out=out)
    return out, printed.getvalue()


def test_the_demo_reports_saves_and_draws(run):
    out, printed = run
    assert re.search(r"\n\d+ pictures for training, \d+ for testing, no family in both; 9 classes\n", printed)
    assert re.search(r"\n\d+\.\d% correct, 95 % interval \d+\.\d% to \d+\.\d%\n", printed)
    assert "The class of the most similar training picture is correct in" in printed
    assert sorted(path.name for path in out.iterdir()) == [
        "textbook-confusion.png", "textbook-loss.png", "textbook-predictions.png", "textbook.safetensors"]
    from matplotlib import image
    for path in out.glob("*.png"):
        pixels = image.imread(path)[:, :, :3].mean(2)
        assert min(pixels.shape) > 300 and len(np.unique(pixels[::3, ::3])) > 20, path


def test_it_classifies_an_emoji_by_number_and_the_same_picture_from_a_file(run, data, capsys, tmp_path):
    from matplotlib import image
    out, _ = run
    demo.main(predict="4", model="textbook", out=out)
    answer, note = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"Prediction: .+, with \d+\.\d% \(next: .+, \d+\.\d%\)\.", answer)
    assert note.startswith("Its class is Symbols; it is one of the pictures for t")
    file = tmp_path / "4.png"
    image.imsave(file, data[0][4])
    demo.main(predict=str(file), model="textbook", out=out)
    assert capsys.readouterr().out.strip() == answer


def test_the_same_seed_gives_the_same_training_on_every_device(data, monkeypatch, capsys, device, tmp_path):
    monkeypatch.setattr(demo, "emoji", lambda: part(data))
    monkeypatch.setitem(sys.modules, "matplotlib", None)        # drawing takes longer than this training
    losses = {}
    for seed, where in ((0, "cpu"), (0, device), (1, device)):
        demo.main(epochs=1, seed=seed, model="resnet", device=where, out=tmp_path)
        losses[seed] = losses.get(seed, []) + [
            float(re.search(r" loss (\d+\.\d+)", capsys.readouterr().out)[1])]
    assert losses[0][0] == pytest.approx(losses[0][1], rel=1e-3) and losses[1][0] != losses[0][0]


@pytest.mark.parametrize("asked, error, message", [
    ("1906", ValueError, "the data has emoji 0 to 1905, got 1906"),
    ("-1", ValueError, "the data has emoji 0 to 1905, got -1"),
    ("smile.png", FileNotFoundError, "picture not found: smile.png; pass a PNG file, or a number from 0 to "
                                     "1905 for an emoji of the data"),
    (__file__, ValueError, "cannot be read as a picture"),
])
def test_what_is_no_picture_gets_an_error_that_helps(run, asked, error, message):
    with pytest.raises(error, match=message):
        demo.main(predict=asked, model="textbook", out=run[0])


def test_a_missing_network_and_an_unknown_one_are_errors_that_say_what_to_do(run, tmp_path):
    with pytest.raises(FileNotFoundError, match="no trained model .*inception.safetensors yet; train "
                                                "it first: python -m minigrad demo emoji --model inception"):
        demo.main(predict="1", model="inception", out=run[0])
    with pytest.raises(ValueError, match="textbook, resnet, inception, got 'vgg'"):
        demo.main(model="vgg")
    (tmp_path / "resnet.safetensors").write_bytes((run[0] / "textbook.safetensors").read_bytes())
    with pytest.raises(ValueError, match=r"(?s)missing.*The model cannot be read; train it again: "):
        demo.main(predict="1", model="resnet", out=tmp_path)


def test_a_picture_of_any_shape_becomes_a_white_square(tmp_path):
    from matplotlib import image
    wide = np.zeros((30, 120, 4))
    wide[:, :60] = [1, 0, 0, 1]         # red; the rest is transparent
    image.imsave(tmp_path / "wide.png", wide)
    x = inputs.read_colours(tmp_path / "wide.png", 64, "")
    assert x.shape == (64, 64, 3) and x.dtype == np.uint8
    assert (x[24:40, :32] == [255, 0, 0]).all() and (x[24:40, 32:] == 255).all() and (x[:24] == 255).all()
    image.imsave(tmp_path / "grey.png", np.full((3, 2), 0.5), cmap="gray", vmin=0, vmax=1)
    assert (inputs.read_colours(tmp_path / "grey.png", 64, "")[10, 32] == 128).all()


def test_the_interval_is_wider_where_pictures_of_a_family_are_right_together():
    """Against the normal approximation, p ± 1.96 sqrt(p (1 - p) / n), with n families."""
    correct = np.random.default_rng(0).random(200) < 0.7
    p = correct.mean()
    for repeated in (1, 4):
        low, high = demo.interval(np.repeat(correct, repeated), np.repeat(np.arange(200), repeated))
        half = 1.96 * np.sqrt(p * (1 - p) / 200)
        assert [low, high] == pytest.approx([p - half, p + half], abs=0.015)
