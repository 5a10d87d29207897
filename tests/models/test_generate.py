"""The networks that draw digits, the judge, and the demo that trains them."""

import functools
import io
import re
import sys
from contextlib import redirect_stdout

import numpy as np
import pytest

import minigrad
from benchmarks.twin import copy_weights, twin
from minigrad import nn
from minigrad.cli import main as command
from minigrad.data import mnist
from minigrad.demos import generate, judge
from minigrad.demos.generators import GENERATORS
from minigrad.models import DCGAN, VAE, Diffusion
from minigrad.models.dcgan import discriminator_loss, generator_loss, gradient_penalty
from minigrad.models.vae import elbo_terms

mnist = functools.cache(mnist)


def randn64(*shape):
    return minigrad.randn(*shape, dtype=minigrad.float64)


# The networks and their losses


def test_the_networks_have_the_shapes_that_they_say():
    gan, vae, diffusion = DCGAN(), VAE(), Diffusion(width=8)
    images = gan.generator(minigrad.randn(3, gan.code))
    assert images.shape == (3, 1, 28, 28) and images.abs().max().item() <= 1
    assert gan.discriminator(images).shape == (3, 1)
    parts = vae(minigrad.rand(3, 1, 28, 28), minigrad.randn(3, vae.code))
    assert [part.shape for part in parts] == [(3, 1, 28, 28), (3, 10), (3, 10)]
    assert diffusion.unet(minigrad.randn(3, 1, 28, 28), minigrad.tensor([0, 7, 999])).shape == (3, 1, 28, 28)
    assert diffusion.draw(minigrad.randn(3, 1, 28, 28), steps=2).shape == (3, 1, 28, 28)


def test_the_losses_of_the_gan_are_its_formulas_and_finite_for_any_logit():
    real, fake = np.array([[0.3], [-1.2]]), np.array([[0.5], [-2.0]])
    p, q = 1 / (1 + np.exp(-real)), 1 / (1 + np.exp(-fake))
    assert discriminator_loss(minigrad.tensor(real), minigrad.tensor(fake)).item() == pytest.approx(
        -np.log(p).mean() - np.log(1 - q).mean())
    assert generator_loss(minigrad.tensor(fake)).item() == pytest.approx(-np.log(q).mean())
    wrong = minigrad.tensor([[-200.0]])
    assert discriminator_loss(wrong, -wrong).item() == 400 and generator_loss(wrong).item() == 200


def test_the_gradient_penalty_and_its_gradient_are_those_of_a_critic_whose_slope_is_known():
    """A linear critic w·x has the slope |w| everywhere: the penalty is (|w| - 1)²."""
    critic = nn.Sequential(nn.Flatten(), nn.Linear(9, 1).double())
    penalty = gradient_penalty(critic, randn64(4, 1, 3, 3), randn64(4, 1, 3, 3),
                               minigrad.rand(4, 1, 1, 1, dtype=minigrad.float64))
    w = critic[1].weight.detach().numpy()
    length = np.linalg.norm(w)
    assert penalty.item() == pytest.approx((length - 1) ** 2)
    penalty.backward()
    np.testing.assert_allclose(critic[1].weight.grad.numpy(), 2 * (length - 1) * w / length)


def test_the_gradient_of_the_penalty_agrees_with_finite_differences():
    critic = DCGAN(code=4, width=2, norm=False).double().discriminator
    weight = critic[0].weight
    real, fake, share = randn64(2, 1, 28, 28), randn64(2, 1, 28, 28), randn64(2, 1, 1, 1).sigmoid()
    gradient_penalty(critic, real, fake, share).backward()
    around = []
    for step in (1e-6, -1e-6):
        with minigrad.no_grad():
            weight[1, 0, 2, 2] += step
        around.append(gradient_penalty(critic, real, fake, share).item())
        with minigrad.no_grad():
            weight[1, 0, 2, 2] -= step
    assert weight.grad[1, 0, 2, 2].item() == pytest.approx((around[0] - around[1]) / 2e-6, rel=1e-4)


def test_the_two_terms_of_the_vae_are_a_cross_entropy_and_a_divergence():
    mean, log_variance = 0.7, -0.9
    logits, x = np.array([[1.5, -0.3, 90.0]]), np.array([[1.0, 0.25, 1.0]])
    rebuilt, told = elbo_terms(*map(minigrad.tensor, (logits, x, [[mean]], [[log_variance]])))
    log_p = -np.log1p(np.exp(-logits))
    assert rebuilt.item() == pytest.approx(-(x * log_p + (1 - x) * (log_p - logits)).sum())
    z = np.linspace(-12, 12, 100_001)
    spread = np.exp(log_variance / 2)
    density = np.exp(-((z - mean) / spread) ** 2 / 2) / spread / np.sqrt(2 * np.pi)
    ratio = (z ** 2 - ((z - mean) / spread) ** 2) / 2 - np.log(spread)
    assert told.item() == pytest.approx((density * ratio).sum() * (z[1] - z[0]), rel=1e-5)


def test_noise_takes_over_as_the_steps_say():
    diffusion = Diffusion(width=8, steps=50)
    left = np.cumprod(1 - np.linspace(1e-4, 0.02, 50))
    x, noise = minigrad.randn(3, 1, 4, 4), minigrad.randn(3, 1, 4, 4)
    t = np.array([0, 20, 49])
    expected = [np.sqrt(left[t[i]]) * x[i].numpy() + np.sqrt(1 - left[t[i]]) * noise[i].numpy()
                for i in range(3)]
    # In float32, 1 - left is exact to 6e-8, and its root at t = 0, 0.01, to 6e-8 / 0.02.
    np.testing.assert_allclose(diffusion.noised(x, minigrad.tensor(t), noise).numpy(), expected, atol=1e-5)


def test_a_network_that_knows_the_picture_draws_it():
    diffusion = Diffusion(width=8)
    picture, noise = minigrad.rand(2, 1, 4, 4) * 2 - 1, minigrad.randn(2, 1, 4, 4)
    asked = []

    class Knows(nn.Module):
        def forward(self, x, t):
            asked.append(t.tolist())
            left = diffusion.left[t].reshape(-1, 1, 1, 1)
            return (left.sqrt() * x - picture) / (1 - left).sqrt()

    diffusion.unet = Knows()
    path = []
    drawn = diffusion.draw(diffusion.noised(picture, minigrad.tensor([999, 999]), noise), steps=5, path=path)
    assert asked == [[t, t] for t in (999, 749, 500, 250, 0)]       # 749.25, 499.5, 249.75
    np.testing.assert_allclose(drawn.numpy(), picture.numpy(), atol=1e-3)
    for (t, _), (x, seen) in zip(asked, path):      # on the way, it is as noisy as in training
        expected = diffusion.noised(picture, minigrad.tensor([t, t]), noise)
        np.testing.assert_allclose(x.numpy(), expected.numpy(), atol=1e-3)
        np.testing.assert_allclose(seen.numpy(), picture.numpy(), atol=1e-3)


@pytest.mark.parametrize("call, message", [
    (lambda: Diffusion(width=8).draw(minigrad.randn(1, 1, 4, 4), steps=1), "2 to 1000, .*got 1"),
    (lambda: Diffusion(width=8, steps=9).draw(minigrad.randn(1, 1, 4, 4), steps=10), "2 to 9, .*got 10"),
    (lambda: Diffusion(width=8).draw(minigrad.randn(1, 1, 32, 32)), r"1, 28, 28\), got \(1, 1, 32, 32\)"),
])
def test_what_is_wrong_is_said(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# Training them


@pytest.mark.torch
@pytest.mark.parametrize("name", GENERATORS)
def test_the_first_losses_are_those_of_the_pytorch_twin(torch, name):
    """From the same weights and the same random numbers; the fifth step of wgan trains its generator."""
    images = np.random.default_rng(0).random((6, 8, 1, 28, 28), np.float32)
    ours = GENERATORS[name](6, "cpu")
    theirs = twin("minigrad.demos.generators").GENERATORS[name](6, "cpu")
    theirs.drawing = 4          # as make_small sets it for ours
    copy_weights(ours.model, theirs.model)
    minigrad.manual_seed(3)
    torch.manual_seed(3)
    for x in images:
        a, b = ours.step(minigrad.tensor(x)), theirs.step(torch.from_numpy(x))
        assert a == pytest.approx(b, rel=1e-4)
    a, b = ours.draw(ours.noise(4)), theirs.draw(theirs.noise(4))
    np.testing.assert_allclose(a.numpy(), b.numpy(), atol=1e-3)


def test_a_drawn_digit_does_not_depend_on_those_beside_it():
    gan = GENERATORS["gan"](3, "cpu")
    for _ in range(3):
        gan.step(minigrad.rand(8, 1, 28, 28))
    noise = gan.noise(5)
    np.testing.assert_allclose(gan.draw(noise)[:1].numpy(), gan.draw(noise[:1]).numpy(), atol=1e-6)
    assert gan.model.generator.training


def test_the_generator_of_wgan_learns_at_every_fifth_step():
    wgan = GENERATORS["wgan"](10, "cpu")
    changed = []
    for _ in range(10):
        before = wgan.model.generator[0].weight.detach().clone()
        wgan.step(minigrad.rand(4, 1, 28, 28))
        changed.append(not minigrad.equal(before, wgan.model.generator[0].weight))
    assert changed == [False, False, False, False, True] * 2


@pytest.mark.slow
@pytest.mark.parametrize("name, fallen", [("vae", 0.5), ("diffusion", 0.5)])
def test_it_learns(name, fallen):
    minigrad.manual_seed(0)
    images = generate.pixels(mnist("train")[0][:64])
    generator = GENERATORS[name](60, "cpu")
    losses = [sum(generator.step(minigrad.tensor(images)).values()) for _ in range(60)]
    assert np.mean(losses[-5:]) < fallen * losses[0]


# The judge


def test_the_score_counts_sure_digits_of_all_kinds():
    sure = np.eye(10)
    assert judge.inception_score(sure) == pytest.approx(10)
    assert judge.inception_score(sure[[3, 3, 3]]) == pytest.approx(1)          # collapsed
    assert judge.inception_score(np.full((5, 10), 0.1)) == pytest.approx(1)    # unsure
    assert judge.inception_score(sure[[1, 2]]) == pytest.approx(2)
    assert judge.kinds(np.arange(10)) == pytest.approx(10)
    assert judge.kinds(np.array([7, 7, 7])) == 1
    assert judge.kinds(np.array([7, 7, 1, 1])) == pytest.approx(2)


def test_the_distance_is_that_of_two_normal_distributions():
    a = np.random.default_rng(0).normal(size=(500, 6)) @ np.random.default_rng(1).normal(size=(6, 6))
    shift = np.arange(6.0)
    assert judge.frechet_distance(a, a) == pytest.approx(0, abs=1e-9)
    assert judge.frechet_distance(a, a + shift) == pytest.approx((shift ** 2).sum())
    centred = a - a.mean(0)     # three times as wide: trace(C + 9 C - 2 sqrt(9 C C)) = 4 trace(C)
    assert judge.frechet_distance(centred, 3 * centred) == pytest.approx(4 * np.trace(np.cov(a.T)))
    rotated = centred @ np.linalg.qr(np.random.default_rng(2).normal(size=(6, 6)))[0]
    assert judge.frechet_distance(centred, rotated) == pytest.approx(judge.frechet_distance(rotated, centred))


# The demo


def make_small(monkeypatch, folder):
    """The demo on few images, with few drawings, in `folder`."""
    monkeypatch.setattr(generate, "mnist", lambda split: [part[:320] for part in mnist(split)])
    monkeypatch.setattr(generate, "JUDGED", 30)
    monkeypatch.setattr(generate, "SHOWN", 2)
    monkeypatch.setattr(GENERATORS["diffusion"], "drawing", 4)
    monkeypatch.chdir(folder)


@pytest.fixture(autouse=True)
def small(monkeypatch, tmp_path):
    make_small(monkeypatch, tmp_path)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A folder where each model was trained for five steps, and what the demo printed: {model: text}."""
    folder, texts = tmp_path_factory.mktemp("trained"), {}
    with pytest.MonkeyPatch.context() as monkeypatch:
        make_small(monkeypatch, folder)
        for model in GENERATORS:
            with redirect_stdout(io.StringIO()) as printed:
                assert command(["demo", "generate", "--model", model, "--epochs", "1"]) == 0
            texts[model] = printed.getvalue()
    return folder / "minigrad-demo/generate", texts


@pytest.mark.parametrize("model, more", [("gan", []), ("wgan", []), ("vae", ["vae-walk"]),
                                         ("diffusion", ["diffusion-path"])])
def test_the_demo_trains_judges_saves_and_draws(trained, model, more):
    from matplotlib import image
    folder, texts = trained
    assert len(re.findall(r"^step +\d+   \w+ +-?\d", texts[model], re.M)) == 5
    figures = dict(re.findall(r"^(real digits|\w+) +\d+\.\d% +\d+\.\d+ +\d+\.\d+ +(\d+\.\d)$", texts[model],
                              re.M))
    assert list(figures) == ["real digits", model, "noise"]
    assert float(figures["real digits"]) < float(figures["noise"])
    for name in (model, f"{model}-training", *more):
        pixels = image.imread(folder / f"{name}.png")
        assert pixels.shape[1] > 200 and len(np.unique(pixels)) > 20
    # Only the first run had to train the judge.
    assert ("the judge learns to read" in texts[model]) == (model == "gan")


@pytest.mark.parametrize("model", GENERATORS)
def test_a_saved_model_draws_as_many_as_asked_and_the_seed_decides(trained, capsys, model):
    folder, _ = trained
    reads = []
    for count, seed in [("5", 0), (" 5 ", 0), ("5", 1)]:
        generate.main(model=model, predict=count, seed=seed, out=folder)
        lines = capsys.readouterr().out.splitlines()
        assert lines[0] == "The judge reads" and lines[-1] == f"Pictures: {folder / model}-drawn.png"
        assert [len(row.split()) for row in lines[1:-1]] == [3, 2]
        reads.append((folder / f"{model}-drawn.png").read_bytes())
    assert reads[0] == reads[1] != reads[2]


@pytest.mark.parametrize("asked", ["0", "401", "1000000000000", "-3", "seven", "2.5", ""])
def test_how_many_to_draw_must_make_sense(trained, capsys, asked):
    with pytest.raises(ValueError, match=rf"write how many digits to draw, 1 to 400, got {asked!r}"):
        generate.main(predict=asked, out=trained[0])


def test_a_missing_model_and_one_of_another_kind_say_how_to_train_it(trained, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no trained model out/vae.safetensors yet; train it first: "
                                                r"python -m minigrad demo generate --model vae --out out$"):
        generate.main(model="vae", predict="3", out="out")
    for saved in ("gan", "vae", "judge"):
        held = (trained[0] / f"{saved}.safetensors").read_bytes()
        (tmp_path / "wgan.safetensors").write_bytes(held)
        with pytest.raises(ValueError, match=r"(?s)wgan.safetensors: .*train it again: python -m minigrad "
                                             r"demo generate --model wgan --out "):
            generate.main(model="wgan", predict="3", out=tmp_path)


def test_a_judge_that_is_damaged_says_what_to_do(tmp_path):
    (tmp_path / "judge.safetensors").write_bytes(b"garbage")
    with pytest.raises(ValueError, match=r"(?s)judge.safetensors.*delete .*judge.safetensors, and run this"):
        generate.main(out=tmp_path)


@pytest.mark.parametrize("model", GENERATORS)
def test_it_trains_on_a_device_and_draws_on_the_cpu(trained, monkeypatch, capsys, device, model):
    folder, _ = trained
    monkeypatch.setattr(generate, "IMAGES", 64)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    (here := folder.parent / f"on-{device}").mkdir(exist_ok=True)
    (here / "judge.safetensors").write_bytes((folder / "judge.safetensors").read_bytes())
    generate.main(model=model, epochs=1, device=device, out=here)
    generate.main(model=model, predict="1", out=here)
    assert re.search(r"The judge reads\n\d\nNo pictures: ", capsys.readouterr().out)


def test_an_interrupted_training_leaves_the_model_that_was_there(trained, monkeypatch):
    folder, _ = trained
    before = (folder / "gan.safetensors").read_bytes()

    def interrupt(*args):
        raise KeyboardInterrupt
    monkeypatch.setattr(GENERATORS["gan"], "step", interrupt)
    with pytest.raises(KeyboardInterrupt):
        generate.main(model="gan", epochs=1, out=folder)
    assert (folder / "gan.safetensors").read_bytes() == before
