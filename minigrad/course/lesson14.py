"""The exercises of lesson 14: networks that draw, by a code, by a contest, and by taking away noise."""

import functools

import numpy as np

import minigrad
from minigrad import nn, optim
from minigrad.autograd import Tensor
from minigrad.course.grading import Case, Exercise
from minigrad.course.lesson02 import some_digits
from minigrad.course.lesson03 import numbers
from minigrad.nn import functional as F


def given(*arrays, dtype=minigrad.float64):
    """The arrays as tensors that want a gradient."""
    return [minigrad.tensor(array, dtype=dtype, requires_grad=True) for array in arrays]


def with_gradients(answer, *tensors):
    """What answer(*tensors) gives, and the gradients of a weighted sum of it."""
    y = answer(*tensors)
    if y is None or y is ...:
        return y
    if not isinstance(y, Tensor) or not y.requires_grad or not y.is_floating_point():
        return y, *[np.zeros(x.shape) for x in tensors]         # so that what is said is about y
    weight = minigrad.tensor(1.5 + np.cos(np.arange(y.numel())).reshape(y.shape), dtype=y.dtype)
    slopes = minigrad.autograd.grad((y * weight).sum(), tensors, allow_unused=True)
    return y, *[np.zeros(x.shape) if slope is None else slope.numpy() for slope, x in zip(slopes, tensors)]


def told(values):
    """Values in which -1 stands for nan and inf, so that a mistake that makes them can be recognised."""
    if isinstance(values, (tuple, list)):
        return tuple(map(told, values))
    return minigrad.nan_to_num(values, nan=-1, posinf=-1, neginf=-1) if isinstance(values, Tensor) else values


# 14.1


def draw(mean, log_variance, noise):
    return mean + (log_variance / 2).exp() * noise


def drawn(shape, dtype=minigrad.float64, scale=1.0):
    def use(answer):
        mean, log_variance = given(numbers(*shape), scale * (numbers(*shape) - 1), dtype=dtype)
        noise = minigrad.tensor(np.cos(numbers(*shape) * 3), dtype=dtype)
        return with_gradients(lambda m, v: answer(m, v, noise), mean, log_variance)
    return Case(f"codes, and their gradients, by {{name}}(mean, log_variance, noise) of shape {shape}", use)


DRAW = Exercise(
    "14.1", "draw so that gradients get through",
    cases=[drawn((3, 2)), drawn((4,), scale=3.0), drawn((2, 5), minigrad.float32)],
    solution=draw,
    mistakes={
        "exp(log_variance) is the variance. Multiply the noise by its square root, exp(log_variance / 2).":
            lambda mean, log_variance, noise: mean + log_variance.exp() * noise,
        "The network gives the logarithm of the variance. First apply exp, then it is positive.":
            lambda mean, log_variance, noise: mean + log_variance * noise,
        "Add the noise to the mean, and multiply only the noise by the standard deviation.":
            lambda mean, log_variance, noise: (mean + noise) * (log_variance / 2).exp(),
        "Where is the mean? The noise alone is spread around 0.":
            lambda mean, log_variance, noise: (log_variance / 2).exp() * noise,
        "The spread of the noise is missing: log_variance has to play a part, or nobody can learn it.":
            lambda mean, log_variance, noise: mean + noise,
    },
    hint="mean + standard deviation * noise; what is the standard deviation for a given log of the variance?",
    atol=1e-5)


# 14.2


def kl(mean, log_variance):
    return ((mean ** 2 + log_variance.exp() - log_variance - 1) / 2).sum(1)


def divergence(shape, dtype=minigrad.float64, zero=False):
    def use(answer):
        mean, log_variance = given(0 * numbers(*shape) if zero else numbers(*shape) * 2,
                                   0 * numbers(*shape) if zero else np.cos(numbers(*shape) * 5), dtype=dtype)
        return with_gradients(answer, mean, log_variance)
    what = "zeros" if zero else "numbers"
    return Case(f"{{name}}(mean, log_variance), and its gradients, for {what} of shape {shape}", use)


KL = Exercise(
    "14.2", "how far from the standard normal?",
    cases=[divergence((2, 3), zero=True), divergence((3, 2)), divergence((1, 4)),
           divergence((4, 3), minigrad.float32)],
    solution=kl,
    mistakes={
        "The factor 1/2 is missing.":
            lambda mean, log_variance: (mean ** 2 + log_variance.exp() - log_variance - 1).sum(1),
        "The sign is the other way round: a divergence is never negative.":
            lambda mean, log_variance: -((mean ** 2 + log_variance.exp() - log_variance - 1) / 2).sum(1),
        "The divergences of independent numbers add up: the sum over the code, not the mean.":
            lambda mean, log_variance: ((mean ** 2 + log_variance.exp() - log_variance - 1) / 2).mean(1),
        "One number for each example: sum over axis 1, the numbers of its code, and not over the batch.":
            lambda mean, log_variance: ((mean ** 2 + log_variance.exp() - log_variance - 1) / 2).sum(0),
        "This is one number for the whole batch. Return one for each example: sum over axis 1.":
            lambda mean, log_variance: ((mean ** 2 + log_variance.exp() - log_variance - 1) / 2).sum(),
        "For mean 0 and log-variance 0, the two distributions are the same, and the divergence is 0. Do not "
        "forget the - 1.":
            lambda mean, log_variance: ((mean ** 2 + log_variance.exp() - log_variance) / 2).sum(1),
        "The variance is exp(log_variance); log_variance itself stands in the formula with a minus.":
            lambda mean, log_variance: ((mean ** 2 + log_variance - log_variance.exp() - 1) / 2).sum(1),
    },
    hint="For each number of the code: half of mean² + variance - log(variance) - 1.", atol=1e-5,
    then=lambda answer: trains_a_vae(answer))


def little_digits(split, count):
    """(images, labels): (count, 196) from 0 to 1, each the mean of 2 by 2 pixels, and (count,)."""
    images, labels = some_digits(split, count)
    return images.reshape(-1, 14, 2, 14, 2).mean((2, 4)).reshape(-1, 196), labels


def own_random_numbers(function):
    """A function that computes with the same random numbers each time, and leaves the others as they were."""
    @functools.wraps(function)
    def seeded(*args):
        state = minigrad.get_rng_state()
        minigrad.manual_seed(0)
        try:
            with minigrad.enable_grad():
                return function(*args)
        finally:
            minigrad.set_rng_state(state)
    return seeded


def train(modules, loss_of, images, steps, lr, batch=64):
    """Adam on random batches, with a learning rate that falls to 0."""
    optimizer = optim.Adam([p for module in modules for p in module.parameters()], lr=lr)
    schedule = optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in range(steps):
        loss = loss_of(minigrad.randint(0, len(images), (batch,)))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()


@functools.cache
@own_random_numbers
def reader():
    """A small network that has learnt to read digits."""
    images, labels = little_digits("train", 4000)
    network = nn.Sequential(nn.Linear(196, 64), nn.ReLU(), nn.Linear(64, 10))
    train([network], lambda rows: F.cross_entropy(network(images[rows]), labels[rows]), images, 300, 0.005)
    return network


def distance(images):
    """The Fréchet distance of the reader's features of some images to those of unseen real digits.

    Source: Heusel et al. 2017, arXiv:1706.08500, eq. 6, with the features of this small network.
    """
    (mean, spread), (real, usual) = (
        (features.mean(0), np.cov(features.T))
        for features in (reader()[:2](each).detach().numpy().astype(float) for each in (
            images, little_digits("test", 1000)[0])))
    roots = np.sqrt(np.maximum(np.linalg.eigvals(spread @ usual).real, 0))
    return ((mean - real) ** 2).sum() + np.trace(spread) + np.trace(usual) - 2 * roots.sum()


def compared(images):
    """In words: how far images are from real digits."""
    others = little_digits("train", 4500)[0][4000:]
    noise = minigrad.rand(500, 196)
    return (f"Distance to real digits, by the features of a network that reads: {distance(images):.1f}; of "
            f"pure noise {distance(noise):.0f}, of other real digits {distance(others):.1f}.")


@own_random_numbers
def trains_a_vae(kl):
    """Train a variational autoencoder with the student's divergence, and draw."""
    images, _ = little_digits("train", 4000)
    encoder = nn.Sequential(nn.Linear(196, 128), nn.ReLU(), nn.Linear(128, 12))
    decoder = nn.Sequential(nn.Linear(6, 128), nn.ReLU(), nn.Linear(128, 196))
    parts = []

    def loss_of(rows):
        x = images[rows]
        mean, log_variance = encoder(x).chunk(2, 1)
        code = draw(mean, log_variance, minigrad.randn(*mean.shape))
        divergence = kl(mean, log_variance).mean()
        missing = F.binary_cross_entropy_with_logits(decoder(code), x, reduction="sum") / len(x)
        parts.append((missing.item(), divergence.item()))
        return missing + divergence

    train([encoder, decoder], loss_of, images, 500, 0.004)
    with minigrad.no_grad():
        pictures = decoder(minigrad.randn(500, 6)).sigmoid()
    first, last = np.mean(parts[:20], 0), np.mean(parts[-20:], 0)
    print(f"500 steps with your divergence: the loss went from {first.sum():.1f} to {last.sum():.1f} nats, "
          f"{last[0]:.1f} for the picture and {last[1]:.1f} for the code. It has drawn 500 pictures.")
    print(compared(pictures))


# 14.3


def gan_losses(real, fake):
    critic = F.softplus(-real).mean() + F.softplus(fake).mean()
    return critic, F.softplus(-fake).mean()


def rounded(logits, answer):
    return F.binary_cross_entropy(logits.sigmoid(), minigrad.full_like(logits, answer))


def losses(real, fake, what, dtype=minigrad.float64):
    def use(answer):
        with np.errstate(all="ignore"):
            return told(answer(*given(np.array(real), np.array(fake), dtype=dtype)))
    return Case(f"{{name}}(real, fake){what}", use)


GAN = Exercise(
    "14.3", "two losses, one contest",
    cases=[losses([0.0, 0.0], [0.0, 0.0], " of zeros"),
           losses([[2.0], [-1.0], [0.5]], [[-3.0], [1.0], [0.25]], " of shape (3, 1)"),
           losses([1.5, 0.5, 0.0], [-2.0], " of shapes (3,) and (1,)", minigrad.float32),
           losses([900.0, -800.0], [-950.0, 870.0], " of very sure logits, with -1 for nan or inf,")],
    solution=gan_losses,
    mistakes={
        "The generator wins if its pictures are taken for real ones. This loss falls if they are recognised.":
            lambda real, fake: (gan_losses(real, fake)[0], F.softplus(fake).mean()),
        "This is the generator's loss that saturates: while all its pictures are recognised, its slope is "
        "almost 0. Use -log p(real) of the fake pictures.":
            lambda real, fake: (gan_losses(real, fake)[0], -F.softplus(fake).mean()),
        "The discriminator should give real pictures large logits and fake ones small ones. Here it is the "
        "other way round.":
            lambda real, fake: (gan_losses(-real, -fake)[0], gan_losses(real, fake)[1]),
        "The discriminator has to recognise the fake pictures, too: its loss has two terms.":
            lambda real, fake: (F.softplus(-real).mean(), F.softplus(-fake).mean()),
        "log(sigmoid(x)) overflows where sigmoid(x) is rounded to 0 or 1. Use "
        "F.binary_cross_entropy_with_logits, or F.softplus: -log(sigmoid(x)) = softplus(-x).":
            lambda real, fake: (-real.sigmoid().log().mean() - (1 - fake.sigmoid()).log().mean(),
                                -fake.sigmoid().log().mean()),
        "binary_cross_entropy of a sigmoid knows no loss above 100: the sigmoid is rounded to 0 or 1. Use "
        "binary_cross_entropy_with_logits, without the sigmoid.":
            lambda real, fake: (rounded(real, 1) + rounded(fake, 0), rounded(fake, 1)),
        "First the loss of the discriminator, then that of the generator.":
            lambda real, fake: gan_losses(real, fake)[::-1],
        "The mean over the batch, not the sum.":
            lambda real, fake: (F.softplus(-real).sum() + F.softplus(fake).sum(), F.softplus(-fake).sum()),
        "The discriminator's loss is the sum of the two means; do not halve it.":
            lambda real, fake: (gan_losses(real, fake)[0] / 2, gan_losses(real, fake)[1]),
    },
    hint="softplus(-logit) is small if the answer is 'real', softplus(logit) if it is 'fake'.",
    atol=1e-5)


# 14.4


def noised(x, noise, t, betas):
    left = (1 - betas).cumprod(0)[t][:, None]
    return left.sqrt() * x + (1 - left).sqrt() * noise


def noised_by(change):
    """`noised`, but with something else for the two factors: change(alpha_bar of the steps t)."""
    def wrong(x, noise, t, betas):
        of_x, of_noise = change((1 - betas).cumprod(0)[t][:, None])
        return of_x * x + of_noise * noise
    return wrong


def one_step_only(x, noise, t, betas):
    left = (1 - betas)[t][:, None]
    return left.sqrt() * x + (1 - left).sqrt() * noise


def one_step_late(x, noise, t, betas):
    return noised(x, noise, t - 1, betas)


def sums_the_betas(x, noise, t, betas):
    left = 1 - betas.cumsum(0)[t][:, None]
    return left.sqrt() * x + (1 - left).sqrt() * noise


def multiplies_the_betas(x, noise, t, betas):
    left = betas.cumprod(0)[t][:, None]
    return left.sqrt() * x + (1 - left).sqrt() * noise


def by_column(x, noise, t, betas):
    left = (1 - betas).cumprod(0)[t]
    return left.sqrt() * x + (1 - left).sqrt() * noise


def noisy(shape, t, dtype=minigrad.float64):
    def use(answer):
        betas = minigrad.linspace(0.02, 0.2, 8, dtype=dtype)
        x, noise = (minigrad.tensor(a, dtype=dtype) for a in (numbers(*shape), np.cos(numbers(*shape) * 4)))
        return answer(x, noise, minigrad.tensor(t), betas)
    return Case(f"{{name}}(x, noise, t, betas) with x of shape {shape} and t = {t}", use)


NOISED = Exercise(
    "14.4", "to step t in one jump",
    cases=[noisy((3, 4), [1, 3, 7]), noisy((1, 2), [2]), noisy((3, 3), [5, 1, 4]),
           noisy((4, 5), [6, 0, 0, 3], minigrad.float32)],
    solution=noised,
    mistakes={
        "1 - beta is the share that a single step leaves. Up to step t the shares multiply: "
        "(1 - betas).cumprod(0)[t].":
            one_step_only,
        "The shares multiply, they do not add up: the product of all 1 - beta up to step t.":
            sums_the_betas,
        "The product of the betas is what no step has left. Multiply what each step leaves, 1 - beta.":
            multiplies_the_betas,
        "Steps count from 0: at t = 0 one step of noise has been added, so cumprod(0)[t] is the right place.":
            one_step_late,
        "Each row of x has its own t, so its factor has to multiply a row: [:, None] makes a column of the "
        "factors.":
            by_column,
        "The square roots are missing: alpha_bar is the share of the variance.":
            noised_by(lambda left: (left, 1 - left)),
        "The factor of the noise is sqrt(1 - alpha_bar), not 1 - sqrt(alpha_bar): the squares of the two "
        "factors add up to 1.":
            noised_by(lambda left: (left.sqrt(), 1 - left.sqrt())),
        "The two factors are exchanged: with small t, nearly all is picture.":
            noised_by(lambda left: ((1 - left).sqrt(), left.sqrt())),
    },
    hint="alpha_bar = (1 - betas).cumprod(0); x times its root at t, noise times the root of the rest.",
    atol=1e-5)


# 14.5


def step_back(x, predicted, t, betas, noise):
    left = (1 - betas).cumprod(0)[t]
    mean = (x - betas[t] / (1 - left).sqrt() * predicted) / (1 - betas[t]).sqrt()
    return mean + betas[t].sqrt() * noise if t > 0 else mean


def noise_at_the_end(x, predicted, t, betas, noise):
    return step_back(x, predicted, t, betas, 0 * noise) + betas[t].sqrt() * noise


def no_noise(x, predicted, t, betas, noise):
    return step_back(x, predicted, t, betas, 0 * noise)


def noise_by_variance(x, predicted, t, betas, noise):
    return no_noise(x, predicted, t, betas, noise) + (betas[t] * noise if t > 0 else 0)


def takes_all_noise(x, predicted, t, betas, noise):
    left = (1 - betas).cumprod(0)[t]
    mean = (x - (1 - left).sqrt() * predicted) / left.sqrt()
    return mean + betas[t].sqrt() * noise if t > 0 else mean


def divides_by_alpha_bar(x, predicted, t, betas, noise):
    left = (1 - betas).cumprod(0)[t]
    mean = (x - betas[t] / (1 - left).sqrt() * predicted) / left.sqrt()
    return mean + betas[t].sqrt() * noise if t > 0 else mean


def forgets_the_root(x, predicted, t, betas, noise):
    left = (1 - betas).cumprod(0)[t]
    mean = (x - betas[t] / (1 - left) * predicted) / (1 - betas[t]).sqrt()
    return mean + betas[t].sqrt() * noise if t > 0 else mean


def adds_the_prediction(x, predicted, t, betas, noise):
    return step_back(x, -predicted, t, betas, noise)


def back(shape, t, dtype=minigrad.float64):
    def use(answer):
        betas = minigrad.linspace(0.02, 0.2, 8, dtype=dtype)
        x, predicted, noise = (minigrad.tensor(a, dtype=dtype) for a in (
            numbers(*shape), np.cos(numbers(*shape) * 4), np.sin(numbers(*shape) * 7)))
        return answer(x, predicted, t, betas, noise)
    return Case(f"{{name}}(x, predicted, {t}, betas, noise) with x of shape {shape}", use)


STEP_BACK = Exercise(
    "14.5", "one step back",
    cases=[back((2, 3), 7), back((3, 2), 1), back((2, 2), 0), back((1, 4), 4, minigrad.float32)],
    solution=step_back,
    mistakes={
        "At t = 0 the picture is done: add no more noise to it.":
            noise_at_the_end,
        "After each step but the last, fresh noise comes in: add sqrt(beta) times noise if t > 0.":
            no_noise,
        "beta is the variance of the fresh noise. Multiply the noise by its root.":
            noise_by_variance,
        "This takes away all the noise at once. One step takes only its own share, "
        "beta / sqrt(1 - alpha_bar) times the prediction, and divides by sqrt(1 - beta).":
            takes_all_noise,
        "Divide by the root of alpha = 1 - beta of this one step, not by that of alpha_bar, the product of "
        "all steps.":
            divides_by_alpha_bar,
        "The prediction is multiplied by beta / sqrt(1 - alpha_bar). The root is missing.":
            forgets_the_root,
        "Noise is to be taken away: subtract the prediction.":
            adds_the_prediction,
    },
    hint="First the mean, by the formula; then, unless t is 0, add sqrt(beta) times noise.", atol=1e-5,
    then=lambda answer: draws_digits(answer))

BETAS = minigrad.linspace(0.002, 0.2, 40)


class Guess(nn.Module):
    """The picture, from -1 to 1, behind the noise in x (N, 196) at the steps t (N,)."""

    def __init__(self, width=160):
        super().__init__()
        self.step = nn.Embedding(len(BETAS), width)
        self.first, self.second = nn.Linear(196, width), nn.Linear(width, width)
        self.last = nn.Linear(width, 196)

    def forward(self, x, t):
        h = F.silu(self.first(x) + self.step(t))
        h = h + F.silu(self.second(h) + self.step(t))
        return self.last(h).tanh()


@functools.cache
@own_random_numbers
def denoiser():
    """A small network that has learnt to guess the picture behind the noise."""
    images, _ = little_digits("train", 4000)
    network = Guess()

    def loss_of(rows):
        x = 2 * images[rows] - 1
        t = minigrad.randint(0, len(BETAS), (len(x),))
        return F.mse_loss(network(noised(x, minigrad.randn(*x.shape), t, BETAS), t), x)

    train([network], loss_of, images, 500, 0.004)
    return network


@own_random_numbers
def draws_digits(step_back):
    """Draw pictures from pure noise with the student's step."""
    network, x = denoiser(), minigrad.randn(500, 196)
    with minigrad.no_grad():
        for t in reversed(range(len(BETAS))):
            left = (1 - BETAS).cumprod(0)[t]
            guess = network(x, minigrad.full((len(x),), t, dtype=minigrad.int64))
            predicted = (x - left.sqrt() * guess) / (1 - left).sqrt()
            x = step_back(x, predicted, t, BETAS, minigrad.randn(*x.shape))
        pictures = ((x + 1) / 2).clamp(0, 1)
    if not distance(pictures) < distance(minigrad.rand(500, 196)) / 4:
        raise ValueError(f"these are no digits: their distance to real ones is {distance(pictures):.0f}")
    print(f"Your step has drawn {len(x)} pictures from pure noise, in {len(BETAS)} steps each.")
    print(compared(pictures))


EXERCISES = [DRAW, KL, GAN, NOISED, STEP_BACK]
