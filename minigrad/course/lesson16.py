"""The exercises of lesson 16: how good a model is, how sure it may be, and what it looks at."""

import functools
import math

import numpy as np

import minigrad
from minigrad import nn, optim
from minigrad.course.grading import Case, Exercise, call
from minigrad.course.lesson03 import numbers
from minigrad.data import mnist

loaded = functools.cache(mnist)     # unpacking them takes a second


def digits(rows, split="train"):
    """(images (n, 784) from 0 to 1, labels (n,)) of these rows, as tensors."""
    images, labels = loaded(split)
    return (minigrad.tensor(images[rows].reshape(len(rows), -1) / np.float32(255)),
            minigrad.tensor(labels[rows]))


def trained(x, y, steps, outputs=10, hidden=32, weight=None):
    """A small network after some steps; the lesson's own random numbers go on as before."""
    state = minigrad.get_rng_state()
    minigrad.manual_seed(0)
    model = nn.Sequential(nn.Linear(784, hidden), nn.ReLU(), nn.Linear(hidden, outputs))
    minigrad.set_rng_state(state)
    optimizer, rng = optim.Adam(model.parameters(), lr=0.003), np.random.default_rng(0)
    for _ in range(steps):
        rows = rng.integers(0, len(x), 64)
        loss = nn.functional.cross_entropy(model(x[rows]), y[rows], weight=weight)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


def probabilities(logits):
    e = np.exp(logits - logits.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


# 16.1


def auc(scores, labels):
    order = np.sort(scores)
    ranks = (np.searchsorted(order, scores) + np.searchsorted(order, scores, side="right") + 1) / 2
    positive = labels == 1
    n, m = positive.sum(), (~positive).sum()
    return (ranks[positive].sum() - n * (n + 1) / 2) / (n * m)


def pairs(scores, labels, tie=0.5):
    """The share of the pairs that are ranked right; a tie counts as much as given."""
    a, b = scores[labels == 1][:, None], scores[labels == 0][None]
    return np.mean((a > b) + tie * (a == b))


def ranks_in_some_order(scores, labels):
    """Equal scores get the ranks in which they happen to stand."""
    ranks = np.argsort(np.argsort(scores)) + 1
    n = (labels == 1).sum()
    return (ranks[labels == 1].sum() - n * (n + 1) / 2) / (n * (len(labels) - n))


TIED = np.array([0.5, 0.5, 0.5, 0.2, 0.5, 0.9, 0.9]), np.array([1, 0, 1, 1, 0, 0, 1])
AUC = Exercise(
    "16.1", "the area under the curve, by ranks",
    cases=[call(np.array([0.1, 0.4, 0.35, 0.8]), np.array([0, 0, 1, 1])), call(*TIED),
           call(np.full(5, 0.3), np.array([1, 0, 0, 1, 0])),
           call(np.array([3.0, -2.0, 5.0]), np.array([0, 1, 0])),
           Case("{name} of 400 scores with many ties",
                lambda answer: answer(np.round(numbers(400) * 4), (numbers(400)[::-1] > 0.3).astype(int)))],
    solution=auc,
    mistakes={
        "Equal scores share their rank: each gets the mean of the ranks that they take together.":
            ranks_in_some_order,
        "A pair of equal scores counts one half, not nothing.":
            lambda scores, labels: pairs(scores, labels, tie=0),
        "A pair of equal scores counts one half, not one.":
            lambda scores, labels: pairs(scores, labels, tie=1),
        "This is the share of the pairs in which the negative has the higher score.":
            lambda scores, labels: 1 - auc(scores, labels),
        "Divide by the number of pairs, positives times negatives, not by that of all examples squared.":
            lambda scores, labels: auc(scores, labels) * np.mean(labels == 1) * np.mean(labels == 0),
        "Subtract n (n + 1) / 2, the rank sum of n positives that stand at the very bottom.":
            lambda scores, labels: auc(scores, labels) + (np.sum(labels == 1) + 1) / 2 / np.sum(labels == 0),
        "This is the accuracy at one threshold. The AUC needs none.":
            lambda scores, labels: np.mean((scores > 0.5) == labels),
    },
    hint="Take all pairs of a positive and a negative: in what share has the positive the higher score?")


# 16.2


def class_weights(labels, classes):
    counts = np.bincount(labels, minlength=classes)
    return np.where(counts > 0, len(labels) / (classes * np.maximum(counts, 1)), 0.0)


def divides_by_zero(labels, classes):
    with np.errstate(divide="ignore"):
        return len(labels) / (classes * np.bincount(labels, minlength=classes))


def counts_to_the_largest_label(labels, classes):
    with np.errstate(divide="ignore"):
        return len(labels) / (classes * np.bincount(labels))


def empty_classes(answer):
    """The weights where classes 0, 2 and 4 have no examples; 1000 in place of what is no number."""
    with np.errstate(all="ignore"):
        weights = answer(np.array([1, 1, 3]), 5)
    if not isinstance(weights, np.ndarray) or weights.dtype.kind != "f":
        return weights
    return np.where(np.isfinite(weights), weights, 1000.0)


def rare_eights():
    """(x, y) of 3,000 training digits, (x, y) of 5,000 test digits; y is 1 for an 8; 2 in 100 are eights."""
    parts = []
    for split, count in [("train", 3000), ("test", 5000)]:
        _, labels = loaded(split)
        rows = np.concatenate([np.flatnonzero(labels == 8)[:count // 50],
                               np.flatnonzero(labels != 8)[:count - count // 50]])
        x, y = digits(rows, split)
        parts.append((x, (y == 8).long()))
    return parts


def finds_rare_eights(weigh):
    """Train with and without the student's weights in minigrad's cross entropy."""
    (x, y), (x_test, y_test) = rare_eights()
    weights = np.asarray(weigh(y.numpy(), 2), dtype=np.float32)
    print(f"2 of 100 digits are eights. Your weights: {weights[1]:.2f} for an 8, else {weights[0]:.2f}.")
    truth = y_test.numpy() == 1
    for name, weight in [("without weights", None), ("with your weights", minigrad.tensor(weights))]:
        model = trained(x, y, 300, outputs=2, weight=weight)
        with minigrad.no_grad():
            found = model(x_test).argmax(1).numpy() == 1
        print(f"    {name:17}  accuracy {(found == truth).mean():.1%}, "
              f"{(found & truth).sum()} of {truth.sum()} eights found, {(found & ~truth).sum()} false alarms")


WEIGHTS = Exercise(
    "16.2", "the same weight for each class",
    cases=[call(np.array([0, 0, 0, 1]), 2), call(np.array([2, 0, 2, 1, 2, 2]), 3), call(np.arange(4), 4),
           Case("{name}(array([1, 1, 3]), 5), with 1000 for inf and nan,", empty_classes)],
    solution=class_weights,
    mistakes={
        "These are the shares of the classes. A rare class needs a large weight: turn the fraction over.":
            lambda labels, classes: np.bincount(labels, minlength=classes) / len(labels),
        "Divide by the number of classes, too: the weights of all examples add up to their number.":
            lambda labels, classes: class_weights(labels, classes) * classes,
        "The largest weight is 1 here. The weights of all examples should add up to their number.":
            lambda labels, classes: class_weights(labels, classes) / class_weights(labels, classes).max(),
        "The result has one weight for each class, and not one for each example.":
            lambda labels, classes: class_weights(labels, classes)[labels],
        "A class without examples: divide by something else than 0, and give it the weight 0.":
            divides_by_zero,
        "Count all classes, also those above the largest label: np.bincount(labels, minlength=classes).":
            counts_to_the_largest_label,
    },
    hint="n / (classes * count of the class); 0 for a class without examples.", then=finds_rare_eights)


# 16.3


def ece(confidence, correct, bins):
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    total = 0.0
    for i in range(bins):
        inside = place == i
        if inside.any():
            total += inside.mean() * abs(confidence[inside].mean() - correct[inside].mean())
    return total


def unweighted(confidence, correct, bins):
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [abs(confidence[place == i].mean() - correct[place == i].mean()) for i in range(bins)
            if (place == i).any()]
    return np.mean(gaps)


def signed(confidence, correct, bins):
    return confidence.mean() - correct.mean()


def loses_the_certain(confidence, correct, bins):
    keep = confidence < 1
    return ece(confidence[keep], correct[keep], bins) * keep.mean() if keep.any() else 0.0


def with_upper_ends(confidence, correct, bins):
    place = np.maximum(np.ceil(confidence * bins).astype(int) - 1, 0)
    return sum(abs((confidence - correct)[place == i].sum()) for i in range(bins)) / len(confidence)


def counts_empty_bins_as_gaps(confidence, correct, bins):
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [abs(confidence[place == i].mean() - correct[place == i].mean()) for i in range(bins)
            if (place == i).any()]
    return np.sum(gaps) / bins


CONFIDENCE = 0.55 + 0.43 * (numbers(60) + 1) / 2
CORRECT = (numbers(120)[::2] > -0.6).astype(int)
ECE = Exercise(
    "16.3", "how far is it from its word?",
    cases=[call(np.array([0.95, 0.92, 0.61, 0.68]), np.array([1, 0, 1, 1]), 10),
           Case("{name} of 60 predictions in 10 bins",
                lambda answer: answer(CONFIDENCE.copy(), CORRECT.copy(), 10)),
           Case("{name} of 60 predictions in 5 bins",
                lambda answer: answer(CONFIDENCE.copy(), CORRECT == 1, 5)),
           call(np.array([1.0, 1.0, 1.0, 0.52]), np.array([1, 1, 0, 1]), 10),
           call(np.array([0.5, 0.75, 0.25]), np.array([1, 1, 0]), 2)],
    solution=ece,
    mistakes={
        "A bin with many predictions counts more: weigh each gap by the share of the predictions in its bin.":
            unweighted,
        "An empty bin has no gap, and full ones count by their share of the predictions; do not divide by "
        "the number of bins.": counts_empty_bins_as_gaps,
        "Take the gap of each bin without its sign, or a bin that is too sure hides one that is too modest.":
            signed,
        "A confidence of exactly 1 belongs into the last bin.": loses_the_certain,
        "Bin i begins with i / bins itself and ends before (i + 1) / bins. Here each bin has its upper end.":
            with_upper_ends,
        "The gap is between the mean confidence and the share of right answers; the signs do not matter, "
        "but the root of the squares is another measure.":
            lambda confidence, correct, bins: math.sqrt(sum(
                (place == i).mean() * (confidence[place == i].mean() - correct[place == i].mean()) ** 2
                for place in [np.minimum((confidence * bins).astype(int), bins - 1)]
                for i in range(bins) if (place == i).any())),
        "This is the share of wrong answers. It does not ask how sure the model was.":
            lambda confidence, correct, bins: 1 - correct.mean(),
    },
    hint="For each bin: |mean confidence - share of right answers|, times the share of predictions in it.")


# 16.4


def fit_temperature(logits, labels):
    logarithm = minigrad.zeros((), requires_grad=True)
    optimizer = optim.Adam([logarithm], lr=0.1)
    for _ in range(100):
        loss = nn.functional.cross_entropy(logits / minigrad.exp(logarithm), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return float(minigrad.exp(logarithm))


def best_temperature(logits, labels):
    """The same in NumPy, and fast: half the interval until the slope of the loss in 1 / T is 0."""
    z, low, high = logits.numpy().astype(float), 0.01, 100.0
    given = z[np.arange(len(z)), labels.numpy()]
    for _ in range(50):
        middle = math.sqrt(low * high)
        slope = np.mean((probabilities(middle * z) * z).sum(1) - given)
        low, high = (low, middle) if slope > 0 else (middle, high)
    return 1 / middle


def lowest_loss(logits, labels):
    p = probabilities(logits.numpy() / best_temperature(logits, labels))
    return -np.mean(np.log(p[np.arange(len(p)), labels.numpy()]))


def sure(scale, seed=0):
    """Logits that are `scale` times too large for how often they are right, and labels."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(200, 4)) * 2
    chance = probabilities(logits)
    labels = (chance.cumsum(1) > rng.random((200, 1))).argmax(1)
    return minigrad.tensor(logits * scale, dtype=minigrad.float32), minigrad.tensor(labels)


def temperature_of(scale):
    return Case(f"{{name}} of 200 predictions that are {scale:g} times as sure as they may be",
                lambda answer: number(answer(*sure(scale))))


def number(value):
    """A tensor with one element as a number."""
    return float(value) if isinstance(value, minigrad.Tensor) and value.numel() == 1 else value


def makes_digits_honest(fit):
    """Scale the logits of an overconfident network with the student's temperature."""
    x, y = digits(np.arange(1000))
    model = trained(x, y, 800, hidden=64)
    with minigrad.no_grad():
        held_out, held_labels = digits(np.arange(8000, 10_000))
        held_logits = model(held_out)
        x, y = digits(np.arange(2000), "test")
        logits, labels = model(x).numpy(), y.numpy()
    temperature = float(fit(held_logits, held_labels))
    print(f"A network, trained on 1,000 digits, gets the temperature {temperature:.2f} from 2,000 others.")
    for name, t in [("as trained", 1.0), ("with your temperature", temperature)]:
        p = probabilities(logits / t)
        right = p.argmax(1) == labels
        print(f"    {name:21}  {right.mean():.1%} right, mean confidence {p.max(1).mean():.1%}, "
              f"calibration error {ece(p.max(1), right, 10):.3f}")


TEMPERATURE = Exercise(
    "16.4", "cool down",
    cases=[temperature_of(2.0), temperature_of(0.5), temperature_of(3.0)],
    solution=fit_temperature,
    mistakes={
        "This is 1 / T. The logits are divided by the temperature.":
            lambda logits, labels: 1 / best_temperature(logits, labels),
        "This is the logarithm of T. Return T itself.":
            lambda logits, labels: math.log(best_temperature(logits, labels)),
        "The temperature has not moved from where it started. Does the optimizer know it, and does it take "
        "steps?": lambda logits, labels: 1.0,
        "This is the loss at its lowest. Return the temperature at which it gets there.":
            lowest_loss,
    },
    hint="The loss is cross_entropy(logits / T, labels), T the only parameter. Go on until it stands still.",
    atol=0.05, seconds=20, then=makes_digits_honest)


# 16.5


def integrated_gradients(f, x, baseline, steps):
    total = minigrad.zeros(x.shape)
    for i in range(steps):
        point = (baseline + (i + 0.5) / steps * (x - baseline)).detach().requires_grad_()
        f(point).backward()
        total = total + point.grad
    return (x - baseline) * total / steps


def along_the_way(places, times=True):
    """Gradients at some places of the way, with or without the factor x - baseline."""
    def integrated_gradients(f, x, baseline, steps):
        total = minigrad.zeros(x.shape)
        for t in places(steps):
            point = (baseline + t * (x - baseline)).detach().requires_grad_()
            f(point).backward()
            total = total + point.grad
        total = total / len(places(steps))
        return (x - baseline) * total if times else total
    return integrated_gradients


def middles(steps):
    return [(i + 0.5) / steps for i in range(steps)]


def ignores_the_baseline(f, x, baseline, steps):
    return integrated_gradients(f, x, minigrad.zeros(x.shape), steps)


def forgets_to_average(f, x, baseline, steps):
    return steps * integrated_gradients(f, x, baseline, steps)


def times_x(f, x, baseline, steps):
    return x * along_the_way(middles, times=False)(f, x, baseline, steps)


def bent(x):
    return (x[0] * x[1] ** 2 + minigrad.exp(x[2])).sum()


def kinked(x):
    return minigrad.relu(x.sum() - 1) * 3


def attributed(f, x, baseline, steps):
    def use(answer):
        given = minigrad.tensor(x), minigrad.tensor(baseline)
        result = answer(f, *given, steps)
        return result.detach() if isinstance(result, minigrad.Tensor) else result
    return Case(f"{{name}}({f.__name__}, x = {x}, baseline = {baseline}, {steps})", use)


def explains_a_digit(answer):
    """Attributions of a real network, and whether they add up."""
    x, y = digits(np.arange(2000))
    model = trained(x, y, 300)
    images, labels = digits(np.arange(3), "test")
    print("A network that reads digits, your attributions with 50 steps, and what they have to add up to:")
    for image, label in zip(images, labels):
        blank = minigrad.zeros(784)

        def score(point, digit=int(label)):
            return model(point)[digit]
        given = answer(score, image, blank, 50).sum().item()
        with minigrad.no_grad():
            expected = (score(image) - score(blank)).item()
        print(f"    score of a {int(label)}: your 784 attributions add up to {given:7.3f}, "
              f"f(image) - f(blank) is {expected:7.3f}")


INTEGRATED = Exercise(
    "16.5", "integrated gradients",
    cases=[attributed(bent, [1.0, 2.0, 0.5], [0.0, 0.0, 0.0], 20),
           attributed(bent, [1.0, -2.0, 1.5], [0.5, 1.0, -1.0], 20),
           attributed(kinked, [1.5, 1.0], [0.0, 0.0], 40),
           attributed(bent, [2.0, 1.0, 1.0], [2.0, 0.0, 0.0], 1)],
    solution=integrated_gradients,
    mistakes={
        "The way starts at the baseline, and the factor is x - baseline. Do not take it for 0.":
            ignores_the_baseline,
        "This is the gradient at the end of the way, x. Average the gradients along the way.":
            along_the_way(lambda steps: [1.0]),
        "Take the gradient in the middle of each part: (i + 0.5) / steps. This takes it at the start.":
            along_the_way(lambda steps: [i / steps for i in range(steps)]),
        "Take the gradient in the middle of each part: (i + 0.5) / steps. This takes it at the end.":
            along_the_way(lambda steps: [(i + 1) / steps for i in range(steps)]),
        "Multiply the mean gradient by x - baseline: how far each input has come.":
            along_the_way(middles, times=False),
        "The mean, not the sum: divide by the number of steps.": forgets_to_average,
        "The factor is x - baseline, not x.": times_x,
    },
    hint="The mean of the gradients at baseline + (i + 0.5) / steps * (x - baseline), times (x - baseline).",
    atol=1e-4, then=explains_a_digit)


EXERCISES = [AUC, WEIGHTS, ECE, TEMPERATURE, INTEGRATED]
