"""The exercises of lesson 8: what makes a network train well."""

import functools
import math

import numpy as np

import minigrad
from minigrad import nn, optim
from minigrad.course.amounts import effort
from minigrad.course.grading import Case, Exercise, call
from minigrad.course.lesson02 import some_digits
from minigrad.course.lesson03 import numbers
from minigrad.course.seeding import own_random_numbers
from minigrad.nn import functional as F

digits = functools.lru_cache(some_digits)


def seeded(text, use):
    """A case whose code may draw random numbers and divide by zero."""
    def quietly(answer):
        with own_random_numbers(), np.errstate(all="ignore"):
            return use(answer)
    return Case(text, quietly)


def train(model, optimizer, steps, *, count=2000, loss_function=F.cross_entropy, scheduler=None):
    """Train on the first `count` digits in batches of 50; the losses of all steps."""
    images, labels = digits("train", count)
    losses = []
    for step in range(steps):
        rows = slice(step * 50 % count, step * 50 % count + 50)
        loss = loss_function(model(images[rows]), labels[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if scheduler:
            scheduler.step()
        losses.append(loss.item())
    return np.array(losses)


def probabilities(model):
    """What the model says, in evaluation mode, about 1,000 unseen digits: (1000, 10), and their labels."""
    images, labels = digits("test", 1000)
    model.eval()
    with minigrad.no_grad():
        return F.softmax(model(images), dim=1).numpy(), labels.numpy()


def share_right(model):
    said, labels = probabilities(model)
    return np.mean(said.argmax(axis=1) == labels)


# 8.1


def kaiming_std(shape):
    return math.sqrt(2 / math.prod(shape[1:]))


def starts(answer):
    """Train a network of eleven layers twice: from the standard deviation 0.01, and from the student's."""
    print("eleven layers with ReLU, 100 steps                loss at the end")
    for name, std in [("standard deviation 0.01", lambda shape: 0.01), ("yours", answer)]:
        with own_random_numbers():
            layers = [nn.Linear(784, 100)]
            for _ in range(9):
                layers += [nn.ReLU(), nn.Linear(100, 100)]
            model = nn.Sequential(*layers, nn.ReLU(), nn.Linear(100, 10))
            for layer in model:
                if isinstance(layer, nn.Linear):
                    nn.init.normal_(layer.weight, std=float(std(tuple(layer.weight.shape))))
                    nn.init.zeros_(layer.bias)
            losses = train(model, optim.SGD(model.parameters(), lr=0.02), 100)
        print(f"{name:42} {losses[-10:].mean():10.3f}")
    print(f"{'a guess, ln 10':42} {math.log(10):10.3f}")


KAIMING = Exercise(
    "8.1", "how large the weights of a layer should be",
    cases=[call((100, 400)), call((400, 100)), call((10, 784)), call((32, 16, 3, 3)), call((8, 1, 5, 5))],
    solution=kaiming_std,
    mistakes={
        "The sum runs over the inputs of a neuron. shape[0] counts the outputs.":
            lambda shape: math.sqrt(2 / (shape[0] * math.prod(shape[2:]))),
        "A neuron of a convolution sees K * K pixels of each channel: multiply all sizes but the first.":
            lambda shape: math.sqrt(2 / shape[1]),
        "That would do without ReLU. ReLU sets half of the numbers to zero, so the variance must be twice as "
        "large.":
            lambda shape: math.sqrt(1 / math.prod(shape[1:])),
        "That is the variance. The standard deviation is its square root.":
            lambda shape: 2 / math.prod(shape[1:]),
        "The average of inputs and outputs is Xavier's choice, for tanh. For ReLU, take 2 / inputs.":
            lambda shape: math.sqrt(2 / (shape[0] + shape[1])),
    },
    hint="The square root of 2 / (how many inputs one neuron has).", then=starts)


# 8.2


class BatchNorm(nn.Module):
    def __init__(self, features, momentum=0.1, eps=1e-5):
        super().__init__()
        self.momentum, self.eps = momentum, eps
        self.weight = nn.Parameter(minigrad.ones(features))
        self.bias = nn.Parameter(minigrad.zeros(features))
        self.register_buffer("running_mean", minigrad.zeros(features))
        self.register_buffer("running_var", minigrad.ones(features))

    def statistics(self, x):
        return x.mean(0), x.var(0, correction=0)

    def update(self, mean, var, n):
        m = self.momentum
        self.running_mean = (1 - m) * self.running_mean + m * mean.detach()
        self.running_var = (1 - m) * self.running_var + m * var.detach() * n / (n - 1)

    def normalised(self, x, mean, var):
        return (x - mean) / minigrad.sqrt(var + self.eps) * self.weight + self.bias

    def forward(self, x):
        if not self.training:
            return self.normalised(x, self.running_mean, self.running_var)
        mean, var = self.statistics(x)
        self.update(mean, var, len(x))
        return self.normalised(x, mean, var)


class AcrossFeatures(BatchNorm):
    def statistics(self, x):
        return x.mean(1, keepdim=True), x.var(1, correction=0, keepdim=True)


class AlwaysTheBatch(BatchNorm):
    def forward(self, x):
        mean, var = self.statistics(x)
        if self.training:
            self.update(mean, var, len(x))
        return self.normalised(x, mean, var)


class AlwaysRunning(BatchNorm):
    def forward(self, x):
        if self.training:
            self.update(*self.statistics(x), len(x))
        return self.normalised(x, self.running_mean, self.running_var)


class NeverUpdates(BatchNorm):
    def update(self, mean, var, n):
        pass


class UpdatesAlways(BatchNorm):
    def forward(self, x):
        mean, var = self.statistics(x)
        self.update(mean, var, len(x))
        if not self.training:
            mean, var = self.running_mean, self.running_var
        return self.normalised(x, mean, var)


class OtherMomentum(BatchNorm):
    def __init__(self, features, momentum=0.1, eps=1e-5):
        super().__init__(features, 1 - momentum, eps)


class BiasedRunning(BatchNorm):
    def update(self, mean, var, n):
        super().update(mean, var * (n - 1) / n, n)


class UnbiasedOutput(BatchNorm):
    def forward(self, x):
        y = super().forward(x)
        if not self.training:
            return y
        return (y - self.bias) * math.sqrt((len(x) - 1) / len(x)) + self.bias


class NoRoot(BatchNorm):
    def normalised(self, x, mean, var):
        return (x - mean) / (var + self.eps) * self.weight + self.bias


class NoScale(BatchNorm):
    def normalised(self, x, mean, var):
        return (x - mean) / minigrad.sqrt(var + self.eps)


class KeepsTheGraph(BatchNorm):
    def update(self, mean, var, n):
        m = self.momentum
        self.running_mean = (1 - m) * self.running_mean + m * mean
        self.running_var = (1 - m) * self.running_var + m * var * n / (n - 1)


class NoEps(BatchNorm):
    def normalised(self, x, mean, var):
        return (x - mean) / minigrad.sqrt(var) * self.weight + self.bias


class EpsOutside(BatchNorm):
    def normalised(self, x, mean, var):
        return (x - mean) / (minigrad.sqrt(var) + self.eps) * self.weight + self.bias


def normalising(text, *, shapes, then=None, momentum=0.1, eps=1e-5, look):
    """A case: training steps, with backward(), on batches of these shapes; then eval() and a batch `then`.

    look(module, x, y) of the last batch says what counts.
    """
    def use(answer):
        module = answer(shapes[0][1], momentum, eps)
        with minigrad.no_grad():
            module.weight += minigrad.tensor(numbers(shapes[0][1])).float()
            module.bias -= 0.5
        for i, shape in enumerate([*shapes, *([then] if then else [])]):
            if then and i == len(shapes):
                module.eval()
            x = minigrad.tensor((3 + i) * numbers(*shape) + i, dtype=minigrad.float32, requires_grad=True)
            module.weight.grad = module.bias.grad = None
            y = module(x)
            if y is None or y is ...:
                return None
            (y * minigrad.tensor(numbers(*shape) ** 2).float()).sum().backward()
        return look(module, x, y)
    return seeded(text, use)


def output(module, x, y):
    return y


def gradients(module, x, y):
    return x.grad.numpy(), module.weight.grad.numpy(), module.bias.grad.numpy()


def averages(module, x, y):
    return module.running_mean.detach().numpy(), module.running_var.detach().numpy()


def reads_with_batch_norm(answer):
    """Train a deep network without normalisation and with the student's."""
    print("eight layers, plain SGD, 150 steps        1,000 unseen digits read right")
    for name, make in [("no normalisation", None), ("your batch norm", answer)]:
        with own_random_numbers():
            layers = []
            for i in range(7):
                layers += [nn.Linear(64 if i else 784, 64), *([make(64)] if make else []), nn.ReLU()]
            model = nn.Sequential(*layers, nn.Linear(64, 10))
            train(model, optim.SGD(model.parameters(), lr=0.1), 150)
            print(f"{name:50} {share_right(model):10.1%}")


BATCH_NORM = Exercise(
    "8.2", "batch normalisation",
    cases=[normalising("{name}(3)(x) in training, for x of shape (6, 3),", shapes=[(6, 3)],
                       look=output),
           normalising("{name}(3)(x) in training, as (gradients of x, weight, bias),", shapes=[(6, 3)],
                       look=gradients),
           normalising("{name}(3)(x) in training, as (running_mean, running_var) afterwards,",
                       shapes=[(6, 3)], look=averages),
           normalising("{name}(2, momentum=0.5)(x) twice in training, as (running_mean, running_var),",
                       shapes=[(4, 2), (5, 2)], momentum=0.5, look=averages),
           normalising("{name}(3, eps=0.5)(x) in training, for x of shape (6, 3),", shapes=[(6, 3)], eps=0.5,
                       look=output),
           normalising("{name}(3)(x) after one batch in training, then eval(), for two rows x,",
                       shapes=[(6, 3)], then=(2, 3), look=output),
           normalising("{name}(3)(x) after training, then eval(), as (running_mean, running_var),",
                       shapes=[(6, 3)], then=(5, 3), look=averages),
           normalising("{name}(3)(x) after training, then eval(), as (gradients of x, weight, bias),",
                       shapes=[(6, 3), (4, 3)], then=(5, 3), look=gradients)],
    solution=BatchNorm,
    mistakes={
        "Each feature has its own mean, taken over the rows of the batch: mean(0), not mean(1).":
            AcrossFeatures,
        "After eval() the batch must not matter: use running_mean and running_var. Look at self.training.":
            AlwaysTheBatch,
        "In training, normalise with the mean and variance of this batch; the running ones are for later.":
            AlwaysRunning,
        "running_mean and running_var have to move with every batch in training.":
            NeverUpdates,
        "After eval() the running statistics stay as they are. Update them in training only.":
            UpdatesAlways,
        "momentum is the weight of the new batch: new = (1 - momentum) * old + momentum * batch.":
            OtherMomentum,
        "running_var takes the unbiased variance, the one with n - 1: var * n / (n - 1). Normalise with the "
        "other one.":
            BiasedRunning,
        "The batch is normalised with the variance that divides by n: x.var(0, correction=0). Only "
        "running_var takes the one with n - 1.":
            UnbiasedOutput,
        "Divide by the standard deviation, the square root of variance + eps.":
            NoRoot,
        "self.eps is missing: a feature that does not vary would be divided by 0.":
            NoEps,
        "eps is added to the variance, under the root.":
            EpsOutside,
        "At the end, multiply by self.weight and add self.bias.":
            NoScale,
        "The running statistics still hang on the graph of the old batches. Compute them from mean.detach() "
        "and var.detach(), or inside `with minigrad.no_grad():`.":
            KeepsTheGraph,
    },
    hint="In training: mean and variance of the batch, over axis 0. After eval(): the running ones.",
    atol=1e-5, seconds=10, then=reads_with_batch_norm)


# 8.3


class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.p = p

    def keep(self, x):
        return (minigrad.rand(*x.shape) >= self.p).float()

    def forward(self, x):
        if not self.training:
            return x
        return x * self.keep(x) / (1 - self.p)


class Unscaled(Dropout):
    def forward(self, x):
        return x * self.keep(x) if self.training else x


class ScalesLater(Dropout):
    def forward(self, x):
        return x * self.keep(x) if self.training else x * (1 - self.p)


class KeepsWithP(Dropout):
    def forward(self, x):
        return x * (1 - self.keep(x)) / self.p if self.training and self.p else x


class KeepsWithPUnscaled(Dropout):
    def forward(self, x):
        return x * (1 - self.keep(x)) if self.training else x


class DividesByP(Dropout):
    def forward(self, x):
        return x * self.keep(x) / (self.p or 1) if self.training else x


class DropsAlways(Dropout):
    def forward(self, x):
        return x * self.keep(x) / (1 - self.p)


class OneMaskForAllRows(Dropout):
    def keep(self, x):
        return super().keep(x[0])


class OneMaskForEver(Dropout):
    def keep(self, x):
        if not hasattr(self, "kept"):
            self.kept = super().keep(x)
        return self.kept


def dropping(text, p, look, *, shape=(200, 100), training=True):
    """A case: what look(x, y, module) says of ones (or other numbers) and what dropout makes of them."""
    def use(answer):
        module = answer(p)
        module.train(training)
        x = minigrad.ones(*shape, requires_grad=True)
        y = module(x)
        return None if y is None or y is ... else look(x, y, module)
    return seeded(text, use)


def different_values(x, y, module):
    return np.unique(y.detach().numpy())


def share_of_zeros(x, y, module):
    return round(float(np.mean(y.detach().numpy() == 0)), 1)      # 20,000 draws: 0.3 is certain, not 0.31


def different_rows_and_columns(x, y, module):
    y = y.detach().numpy()
    return np.array([len(np.unique(y, axis=0)), len(np.unique(y, axis=1).T)])


def another_time(x, y, module):
    """[1, whether a second call drops others]."""
    return np.array([1.0, float((module(x) != y).any().item())])


def gradient_fits(x, y, module):
    y.sum().backward()
    return np.unique(x.grad.numpy() - y.detach().numpy())


def reads_with_dropout(answer):
    """Train on few digits, so that the network learns them by heart, without dropout and with it."""
    steps = effort(250, fast=250, browser=150)
    print(f"300 digits, {steps} steps       on 1,000 unseen digits:    loss   read right")
    for name, make in [("no dropout", None), ("your dropout, p = 0.5", answer)]:
        with own_random_numbers():
            drop = [make(0.5)] if make else []
            model = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), *drop, nn.Linear(128, 10))
            train(model, optim.Adam(model.parameters(), lr=0.002), steps, count=300)
            said, labels = probabilities(model)
            loss = -np.log(said[np.arange(len(labels)), labels]).mean()
        print(f"{name:51} {loss:7.3f} {np.mean(said.argmax(axis=1) == labels):12.1%}")


DROPOUT = Exercise(
    "8.3", "dropout",
    cases=[dropping("{name}(0.3)(x), as the fraction of zeros,", 0.3, share_of_zeros),
           dropping("{name}(0.5)(x) of ones x, as the different values,", 0.5, different_values),
           dropping("{name}(0.2)(x) of ones x, as the different values,", 0.2, different_values),
           dropping("{name}(0.5)(x) of (50, 40) ones, as [different rows, different columns],", 0.5,
                    different_rows_and_columns, shape=(50, 40)),
           dropping("{name}(0.5)(x) twice, as [1, whether others are dropped],", 0.5, another_time),
           dropping("{name}(0.5)(x) after eval()", 0.5, lambda x, y, module: y, shape=(4, 3),
                    training=False),
           dropping("{name}(0.0)(x)", 0.0, lambda x, y, module: y, shape=(4, 3)),
           dropping("{name}(0.3)(x) of ones x, as the gradient of x minus the output,", 0.3, gradient_fits)],
    solution=Dropout,
    mistakes={
        "The kept numbers have to grow, so that the mean stays as it was: divide by 1 - p.":
            Unscaled,
        "Scale in training, not after eval(): a network in use need not know about dropout.":
            ScalesLater,
        "p is the probability to be dropped. Here, p of the numbers are kept.":
            KeepsWithP,
        "p is the probability to be dropped, not to be kept; and what is kept is divided by 1 - p.":
            KeepsWithPUnscaled,
        "A fraction of 1 - p is kept, so divide by 1 - p, not by p.":
            DividesByP,
        "After eval() nothing is dropped: return x. Look at self.training.":
            DropsAlways,
        "Each number is drawn for itself. Here, all rows lose the same ones.":
            OneMaskForAllRows,
        "Draw a new mask at every call of forward.":
            OneMaskForEver,
    },
    hint="In training: x times a mask of 0 and 1, divided by 1 - p. After eval(): x.", seconds=10,
    then=reads_with_dropout)


# 8.4


def warmup_cosine(step, warmup, total):
    if step < warmup:
        return (step + 1) / warmup
    done = min((step - warmup) / (total - warmup), 1.0)
    return 0.5 * (1 + math.cos(math.pi * done))


def before(step, warmup, total, done):
    """The schedule with another fraction after the warm-up."""
    return (step + 1) / warmup if step < warmup else 0.5 * (1 + math.cos(math.pi * done))


def trains_by_schedule(answer):
    """Train with a constant learning rate, and with the student's schedule in LambdaLR."""
    print("200 steps of Adam, at most 0.02     loss at the end   1,000 unseen digits read right")
    for name, schedule in [("constant", None), ("your schedule", lambda step: float(answer(step, 20, 200)))]:
        with own_random_numbers():
            model = nn.Sequential(nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(),
                                  nn.Linear(64, 10))
            optimizer = optim.Adam(model.parameters(), lr=0.02)
            scheduler = schedule and optim.lr_scheduler.LambdaLR(optimizer, schedule)
            losses = train(model, optimizer, 200, scheduler=scheduler)
            print(f"{name:30} {losses[-20:].mean():20.3f} {share_right(model):24.1%}")


SCHEDULE = Exercise(
    "8.4", "warm-up, then a cosine",
    cases=[call(0, 10, 100), call(4, 10, 100), call(9, 10, 100), call(10, 10, 100), call(55, 10, 100),
           call(99, 10, 100), call(100, 10, 100), call(130, 10, 100), call(0, 0, 50), call(25, 0, 50)],
    solution=warmup_cosine,
    mistakes={
        "The first step would have the learning rate 0 and do nothing. The warm-up is (step + 1) / warmup.":
            lambda step, warmup, total: warmup_cosine(step, warmup, total) if step >= warmup
            else step / warmup,
        "The cosine begins where the warm-up ends: its fraction is (step - warmup) / (total - warmup).":
            lambda step, warmup, total: before(step, warmup, total, min(step / total, 1)),
        "The cosine takes total - warmup steps, not total.":
            lambda step, warmup, total: before(step, warmup, total, min((step - warmup) / total, 1)),
        "A cosine goes from 1 to -1. Half of (1 + cosine) goes from 1 to 0.":
            lambda step, warmup, total: 2 * warmup_cosine(step, warmup, total) - 1 if step >= warmup
            else (step + 1) / warmup,
        "After `total` the cosine would rise again. The factor stays 0 then.":
            lambda step, warmup, total: before(step, warmup, total, (step - warmup) / (total - warmup)),
        "Half a turn is pi, in radians.":
            lambda step, warmup, total: (step + 1) / warmup if step < warmup
            else 0.5 * (1 + math.cos(min((step - warmup) / (total - warmup), 1))),
    },
    hint="(step + 1) / warmup first; then (1 + cos(pi * fraction)) / 2, with a fraction from 0 to 1.",
    then=trains_by_schedule)


# 8.5


def clip_by_global_norm(gradients, max_norm):
    norm = math.sqrt(sum(float((g ** 2).sum()) for g in gradients))
    factor = min(1.0, max_norm / norm) if norm > 0 else 1.0
    return [factor * g for g in gradients]


def global_norm(gradients):
    return math.sqrt(sum(float((g ** 2).sum()) for g in gradients))


def each_by_itself(gradients, max_norm):
    return [clip_by_global_norm([g], max_norm)[0] for g in gradients]


def always_scaled(gradients, max_norm):
    return [g * np.float64(max_norm) / global_norm(gradients) for g in gradients]


def divides_by_zero(gradients, max_norm):
    factor = min(max_norm / global_norm(gradients), 1.0)
    return [factor * g for g in gradients]


def clipped(text, gradients, max_norm):
    """A case: the clipped gradients, side by side."""
    def use(answer):
        result = answer([g.copy() for g in gradients], max_norm)
        return result if result is None or result is ... else tuple(result)
    return seeded(f"{{name}}(gradients, {max_norm}) for {text}", use)


CLIP = Exercise(
    "8.5", "clip by the norm of all gradients",
    cases=[clipped("gradients [3, 0] and [0, 4]", [np.array([3.0, 0.0]), np.array([0.0, 4.0])], 1.0),
           clipped("a large matrix and a small vector", [10 * numbers(3, 4), 0.1 * numbers(2)], 2.0),
           clipped("gradients that are small enough", [0.1 * numbers(3), 0.1 * numbers(2, 2)], 5.0),
           clipped("one gradient alone", [-5 * numbers(2, 3)], 0.5),
           clipped("gradients in float32", [np.float32(8 * numbers(4)), np.float32(numbers(2))], 1.0),
           clipped("gradients of zeros", [np.zeros(3), np.zeros((2, 2))], 1.0)],
    solution=clip_by_global_norm,
    mistakes={
        "There is one norm, of all gradients together. Clipping each array by itself changes the direction.":
            each_by_itself,
        "Cutting off single numbers changes the direction. Multiply all gradients by the same factor.":
            lambda gradients, max_norm: [np.clip(g, -max_norm, max_norm) for g in gradients],
        "Gradients that are small enough stay as they are: the factor is at most 1.":
            always_scaled,
        "The norm is the square root of the sum of all squares.":
            lambda gradients, max_norm: [g * min(1, max_norm / (global_norm(gradients) ** 2 or 1))
                                         for g in gradients],
        "Norms of parts do not add up: add the squares, then take the root once.":
            lambda gradients, max_norm: [
                g * min(1, max_norm / (sum(map(np.linalg.norm, gradients)) or 1)) for g in gradients],
        "If all gradients are 0, so is the norm: then there is nothing to divide, nor to clip.":
            divides_by_zero,
    },
    hint="One norm over all arrays. If it is above max_norm, multiply each array by max_norm / norm.")


# 8.6


def smoothed_cross_entropy(logits, target, smoothing):
    log_p = F.log_softmax(logits, dim=1)
    right = log_p[minigrad.arange(len(target)), target]
    return -((1 - smoothing) * right + smoothing * log_p.mean(1)).mean()


def per_sample(logits, target, smoothing):
    log_p = F.log_softmax(logits, dim=1)
    return -((1 - smoothing) * log_p[minigrad.arange(len(target)), target] + smoothing * log_p.mean(1))


def others_only(logits, target, smoothing):
    log_p, V = F.log_softmax(logits, dim=1), logits.shape[1]
    right = log_p[minigrad.arange(len(target)), target]
    return -((1 - smoothing) * right + smoothing / (V - 1) * (log_p.sum(1) - right)).mean()


def by_logarithm(logits, target, smoothing):
    log_p = minigrad.log(F.softmax(logits, dim=1))
    right = log_p[minigrad.arange(len(target)), target]
    return -((1 - smoothing) * right + smoothing * log_p.mean(1)).mean()


def smoothed(text, logits, target, smoothing, dtype=minigrad.float64, gradient=False):
    def use(answer):
        x = minigrad.tensor(logits, dtype=dtype, requires_grad=True)
        loss = answer(x, minigrad.tensor(target), smoothing)
        if not gradient or loss is None or loss is ...:
            return loss
        loss.backward()
        return x.grad.numpy()
    return seeded(text, use)


def learns_with_smoothing(answer):
    """Train with the student's loss: how sure is the network, and how often right?"""
    steps = effort(300, fast=300, browser=150)
    print(f"1,000 digits, {steps} steps            read right   mean probability of the answer")
    for name, smoothing in [("smoothing 0", 0.0), ("smoothing 0.2", 0.2)]:
        with own_random_numbers():
            model = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
            train(model, optim.Adam(model.parameters(), lr=0.003), steps, count=1000,
                  loss_function=lambda logits, target: answer(logits, target, smoothing))     # noqa: B023
            said, labels = probabilities(model)
        print(f"{name:33} {np.mean(said.argmax(1) == labels):11.1%} {said.max(1).mean():25.1%}")


SMOOTHING = Exercise(
    "8.6", "label smoothing",
    cases=[smoothed("{name}(logits, target, 0.0) of 3 samples and 4 classes", 2 * numbers(3, 4), [1, 3, 0],
                    0.0),
           smoothed("{name}(logits, target, 0.1) of 3 samples and 4 classes", 2 * numbers(3, 4), [1, 3, 0],
                    0.1),
           smoothed("{name}(logits, target, 0.5) of 1 sample and 2 classes", [[0.3, -1.0]], [1], 0.5),
           smoothed("{name}(logits, target, 0.1) of the logits 0 and 200 in float32", [[0.0, 200.0]], [1],
                    0.1, minigrad.float32),
           smoothed("{name}(logits, target, 0.2), as the gradient of logits,", numbers(2, 5), [4, 0], 0.2,
                    gradient=True)],
    solution=smoothed_cross_entropy,
    mistakes={
        "All classes share the smoothing, the correct one too: it gets 1 - s + s / V, the others s / V.":
            others_only,
        "One number is wanted: the mean over the samples.":
            per_sample,
        "The mean over the samples, not the sum.":
            lambda logits, target, smoothing: per_sample(logits, target, smoothing).sum(),
        "softmax can be 0, and its logarithm infinite. F.log_softmax computes both at once, safely.":
            by_logarithm,
        "The weight of the correct class has to shrink, by 1 - smoothing.":
            lambda logits, target, smoothing: (per_sample(logits, target, 0.0)
                                               - smoothing * F.log_softmax(logits, dim=1).mean(1)).mean(),
        "Each class gets smoothing / V: a mean over the classes, not a sum.":
            lambda logits, target, smoothing: ((1 - smoothing) * per_sample(logits, target, 0.0)
                                               - smoothing * F.log_softmax(logits, dim=1).sum(1)).mean(),
    },
    hint="(1 - s) times -log p of the correct class, plus s times the mean of -log p over all classes.",
    then=learns_with_smoothing)


EXERCISES = [KAIMING, BATCH_NORM, DROPOUT, SCHEDULE, CLIP, SMOOTHING]
