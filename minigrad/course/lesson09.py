"""The exercises of lesson 9: convolution, pooling, and the network that reads digits."""

import functools

import numpy as np

import minigrad
from minigrad import nn, optim, primitive
from minigrad.course.amounts import effort
from minigrad.course.grading import Case, Exercise, call
from minigrad.course.lesson02 import some_digits
from minigrad.course.lesson03 import numbers
from minigrad.course.words import say
from minigrad.nn import functional as F


def on(shape, *more):
    """The case {name}(x, *more) for an array x of this shape, whose numbers all differ."""
    given = "".join(f", {each}" for each in more)
    return Case(f"{{name}}(x{given}) for x of shape {shape}", lambda answer: answer(numbers(*shape), *more))


@functools.lru_cache
def digits(split, count):
    """Images (count, 1, 28, 28) from 0 to 1, and their labels (count,)."""
    images, labels = some_digits(split, count)
    return images.reshape(-1, 1, 28, 28), labels


def trained(make, steps, change=None, batch=50):
    """A model from make(), trained on 2,000 digits; change(images) makes other images of those of a batch."""
    state = minigrad.get_rng_state()        # the lesson's own random numbers go on as before
    minigrad.manual_seed(0)
    model = make()
    minigrad.set_rng_state(state)
    images, labels = digits("train", 2000)
    optimizer = optim.Adam(model.parameters(), lr=0.003)
    for step in range(steps):
        rows = slice(step * batch % 2000, step * batch % 2000 + batch)
        seen = images[rows] if change is None else change(images[rows])
        loss = F.cross_entropy(model(seen), labels[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


def share_right(model, images, labels):
    with minigrad.no_grad():
        return (model(images).argmax(1) == labels).float().mean().item()


# 9.1


def output_size(H, K, padding, stride):
    return (H + 2 * padding - K) // stride + 1


OUTPUT_SIZE = Exercise(
    "9.1", "the size of the output",
    cases=[call(*case) for case in [(28, 3, 0, 1), (28, 5, 2, 1), (28, 3, 1, 2), (13, 3, 0, 2), (7, 7, 0, 1),
                                    (11, 4, 1, 3), (11, 3, 0, 3)]],
    solution=output_size,
    mistakes={
        "The first position counts, too: n steps of the kernel make n + 1 positions.":
            lambda H, K, padding, stride: (H + 2 * padding - K) // stride,
        "Padding adds rows on both sides: H + 2 * padding in all.":
            lambda H, K, padding, stride: (H + padding - K) // stride + 1,
        "A last step that would take the kernel over the edge is not taken: round down, with //.":
            lambda H, K, padding, stride: (H + 2 * padding - K) / stride + 1,
        "Rounding up counts a step over the edge. Round down, with //.":
            lambda H, K, padding, stride: -((K - H - 2 * padding) // stride) + 1,
        "The +1 is the first position. It is not one of the steps, so it is not divided by the stride.":
            lambda H, K, padding, stride: (H + 2 * padding - K + 1) // stride,
    },
    hint="Draw this case and count the positions of the kernel.")


# 9.2


def patches(x, K):
    N, C, H, W = x.shape
    rows, columns = H - K + 1, W - K + 1
    result = np.empty((N, rows, columns, C * K * K), x.dtype)
    for i in range(rows):
        for j in range(columns):
            result[:, i, j] = x[:, :, i:i + K, j:j + K].reshape(N, -1)
    return result


def changed(x, K, change):
    """The right patches, after change(patches (N, rows, columns, C, K, K))."""
    right = patches(x, K)
    return change(right.reshape(*right.shape[:3], x.shape[1], K, K)).reshape(right.shape)


def learns_by_patches(answer):
    """Build a convolution on the student's patches, compare it with the library's, and train with it.

    The patches only say which number stands where. So an image of positions, 0, 1, 2 ..., gives an index that
    picks the patches of any image, and minigrad can differentiate picking.
    """
    class Convolution(nn.Module):
        def __init__(self, C, O, K, size):
            super().__init__()
            ready = nn.Conv2d(C, O, K)
            self.weight, self.bias = nn.Parameter(ready.weight.detach().reshape(O, -1)), ready.bias
            positions = np.arange(C * size * size).reshape(1, C, size, size)
            self.index = np.asarray(answer(positions, K))[0].astype(int)

        def forward(self, x):
            rows = x.reshape(len(x), -1)[:, self.index]         # (N, H', W', C K K)
            return (rows @ self.weight.T + self.bias).permute(0, 3, 1, 2)

    def make():
        return nn.Sequential(nn.AvgPool2d(2), Convolution(1, 8, 3, 14), nn.ReLU(), nn.MaxPool2d(2),
                             Convolution(8, 16, 3, 6), nn.ReLU(), nn.Flatten(), nn.Linear(256, 10))

    images, labels = digits("test", 1000)
    model = trained(make, 200)
    with minigrad.no_grad():
        small, layer = model[0](images[:50]), model[1]
        first, library = layer(small), F.conv2d(small, layer.weight.reshape(8, 1, 3, 3), layer.bias)
    print(say("One matrix product with your patches differs from F.conv2d by {difference:.0e} at most.",
              difference=abs(first - library).max().item()))
    print(say("200 steps with two layers of it: {share:.1%} of 1,000 unseen digits are read right.",
              share=share_right(model, images, labels)))


PATCHES = Exercise(
    "9.2", "the patches of an image",
    cases=[on((1, 1, 4, 4), 3), on((2, 3, 5, 4), 2), on((1, 2, 3, 3), 1), on((1, 1, 3, 3), 3),
           Case("{name}(x, 2) for the integers x = [[0, 1, 2], [3, 4, 5], [6, 7, 8]] in shape (1, 1, 3, 3)",
                lambda answer: np.asarray(answer(np.arange(9).reshape(1, 1, 3, 3), 2)) * 1.0)],
    solution=patches,
    mistakes={
        "A kernel of size K fits at H - K + 1 positions, not at H - K.":
            lambda x, K: patches(x, K)[:, :-1, :-1],
        "Patches overlap: the next one begins one pixel further, not K pixels.":
            lambda x, K: patches(x, K)[:, ::K, ::K],
        "A patch is flattened in the order channel, row, column, as the weights are. Here the channel runs "
        "last.":
            lambda x, K: changed(x, K, lambda p: p.transpose(0, 1, 2, 4, 5, 3)),
        "Rows and columns are swapped inside the patches.":
            lambda x, K: changed(x, K, lambda p: p.swapaxes(-1, -2)),
        "The numbers of a patch belong on the last axis, the positions on axes 1 and 2.":
            lambda x, K: patches(x, K).transpose(0, 3, 1, 2),
        "A patch of all channels has C * K * K numbers. Flatten the channel with its rows and columns.":
            lambda x, K: changed(x, K, lambda p: p).reshape(*patches(x, K).shape[:3], x.shape[1], K * K),
    },
    hint="At position (i, j) stands x[:, :, i:i + K, j:j + K], each image's patch flattened.",
    then=learns_by_patches)


# 9.3


def average_pool(x):
    N, C, H, W = x.shape
    return x.reshape(N, C, H // 2, 2, W // 2, 2).mean(axis=(3, 5))


def squares(x):
    """(N, C, H, W) -> (N, C, H/2, W/2, 2, 2)"""
    N, C, H, W = x.shape
    return x.reshape(N, C, H // 2, 2, W // 2, 2).transpose(0, 1, 2, 4, 3, 5)


AVERAGE_POOL = Exercise(
    "9.3", "average pooling",
    cases=[on((1, 1, 4, 4)), on((3, 2, 4, 6)), on((2, 1, 2, 8)), on((1, 3, 6, 2))],
    solution=average_pool,
    mistakes={
        "This is the sum of the four numbers. The mean divides by 4.":
            lambda x: squares(x).sum(axis=(4, 5)),
        "This is the maximum; the mean is asked for.":
            lambda x: squares(x).max(axis=(4, 5)),
        "This averages pixels that are half an image apart. Rows 2i and 2i + 1 belong together: the axis of "
        "length 2 comes after that of length H // 2.":
            lambda x: x.reshape(*x.shape[:2], 2, x.shape[2] // 2, 2, x.shape[3] // 2).mean(axis=(2, 4)),
        "Every second pixel is not the mean of its square.":
            lambda x: x[:, :, ::2, ::2],
        "This averages over the rows only. The columns are halved, too.":
            lambda x: x.reshape(*x.shape[:2], x.shape[2] // 2, 2, x.shape[3]).mean(axis=3),
    },
    hint="`max_pool` above does almost the same for one image; which axes does the batch add?")


# 9.4


def max_pool_gradient(g, x):
    top = squares(x).max(axis=(4, 5))
    return enlarged(g) * (x == enlarged(top))


def enlarged(small):
    return small.repeat(2, axis=2).repeat(2, axis=3)


def pooled(shape, scale=1.0, shift=0.0):
    """The case max_pool_gradient(g, x) for x of this shape."""
    half = (*shape[:2], shape[2] // 2, shape[3] // 2)
    return Case(f"{{name}}(g, x) for g {half} and x {shape}",
                lambda answer: answer(2 + numbers(*half), scale * numbers(*shape) + shift))


def learns_by_max_pool(answer):
    """Make an op of 2 by 2 max pooling with the student's gradient and train a network with it."""
    @primitive
    def max_pool(xp, x):
        N, C, H, W = x.shape
        return x.reshape(N, C, H // 2, 2, W // 2, 2).max(axis=(3, 5))
    max_pool.defvjp(lambda g, x: np.asarray(answer(g, x), dtype=x.dtype))

    x = minigrad.tensor(numbers(2, 2, 4, 6), requires_grad=True)
    minigrad.gradcheck(max_pool, x)
    print(say("minigrad's gradcheck accepts your gradient."))

    class Pool(nn.Module):
        def forward(self, x):
            return max_pool(x)

    steps = effort(200, fast=200, browser=100)
    model = trained(lambda: nn.Sequential(
        nn.Conv2d(1, 16, 5, stride=2), nn.ReLU(), Pool(), nn.Conv2d(16, 32, 3), nn.ReLU(), Pool(),
        nn.Flatten(), nn.Linear(128, 10)), steps, batch=20)     # few images: a loop over all squares is slow
    print(say("{steps} steps with your pooling: {share:.1%} of 1,000 unseen digits are read right.",
              steps=steps, share=share_right(model, *digits("test", 1000))))


MAX_POOL = Exercise(
    "9.4", "the gradient of max pooling",
    cases=[pooled((1, 1, 4, 4)), pooled((2, 3, 4, 6)), pooled((1, 2, 2, 2), shift=-5.0),
           pooled((1, 1, 6, 4), scale=-3.0)],
    solution=max_pool_gradient,
    mistakes={
        "Only the largest pixel of a square influences the result. The other three get 0.":
            lambda g, x: enlarged(g),
        "A quarter for each is the gradient of average pooling. Here, one pixel gets all and three get 0.":
            lambda g, x: enlarged(g) / 4,
        "That marks the right pixels with 1. They get the gradient g of their square.":
            lambda g, x: 1.0 * (x == enlarged(squares(x).max(axis=(4, 5)))),
        "The result is the pixel itself, so its slope is 1: g arrives unchanged, not multiplied by x.":
            lambda g, x: max_pool_gradient(g, x) * x,
        "Each square has its own maximum; this compares with the maximum of the whole array.":
            lambda g, x: enlarged(g) * (x == x.max()),
        "The gradient belongs to the largest pixel of a square, which need not be its first.":
            lambda g, x: enlarged(g) * (np.indices(x.shape)[2] % 2 + np.indices(x.shape)[3] % 2 == 0),
    },
    hint="For each square: where is its maximum? There stands g of the square, elsewhere 0.",
    then=learns_by_max_pool)


# 9.5


def cross_entropy_gradient(z, t):
    p = np.exp(z) / np.exp(z).sum()
    p[t] -= 1
    return p


def probabilities(z):
    return np.exp(z) / np.exp(z).sum()


def scored(what, z, t):
    return Case(f"{{name}}(z, {t}) for {what}", lambda answer: answer(z.copy(), t))


SCORES = np.array([1.0, -0.5, 2.0, 0.3, 0.0, 1.5, -1.0, 0.7, 0.2, -2.0])

CROSS_ENTROPY = Exercise(
    "9.5", "the gradient of the cross entropy",
    cases=[scored("ten scores z", SCORES, 5), scored("ten scores z in float32", SCORES.astype(np.float32), 0),
           scored("z = 0", np.zeros(10), 9), scored("three scores z", np.array([1.0, -2.0, 3.0]), 1)],
    solution=cross_entropy_gradient,
    mistakes={
        "That is softmax, the slope of the second term. The first term, -z_t, adds -1 for the correct class.":
            lambda z, t: probabilities(z),
        "The sign is the other way round: prediction minus truth. Raising the correct score lowers the loss.":
            lambda z, t: -cross_entropy_gradient(z, t),
        "Only the correct class gets the -1. The truth is 1 there and 0 elsewhere.":
            lambda z, t: probabilities(z) - 1,
        "That is the loss. Its gradient has one number for each score.":
            lambda z, t: -np.log(probabilities(z)[t]),
        "-1 / p_t is the slope with respect to the probability. The scores are one step further back.":
            lambda z, t: np.where(np.arange(len(z)) == t, -1 / probabilities(z), 0.0),
        "The loss of one sample is not a mean over the classes: do not divide by their number.":
            lambda z, t: cross_entropy_gradient(z, t) / len(z),
    },
    hint="Both terms of L depend on z: the sum of exponentials on every element, the first term on one.")


# 9.6


def shifted(images, down, right):
    result = np.zeros_like(images)
    H, W = images.shape[-2:]
    result[..., max(down, 0):H + min(down, 0), max(right, 0):W + min(right, 0)] = images[
        ..., max(-down, 0):H - max(down, 0), max(-right, 0):W - max(right, 0)]
    return result


def negative_ends(images, down, right):
    """Right for positive shifts only: an end of -0 makes an empty slice."""
    result = np.zeros_like(images)
    result[..., down:, right:] = images[..., :-down, :-right]
    return result


def positive_only(images, down, right):
    return shifted(images, max(down, 0), max(right, 0))


def learns_from_shifts(answer):
    """Train two networks, one on digits as they are, one on digits that are shifted at random."""
    rng = np.random.default_rng(0)

    def moved(images, down, right):
        return np.asarray(answer(images.numpy().copy(), down, right), dtype=np.float32)

    def change(images):
        parts = [moved(images[i:i + 10], *rng.integers(-3, 4, 2).tolist()) for i in range(0, len(images), 10)]
        return minigrad.tensor(np.concatenate(parts))

    def make():
        return nn.Sequential(nn.Conv2d(1, 16, 5, stride=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 32, 3),
                             nn.ReLU(), nn.Flatten(), nn.Linear(512, 10))

    steps, (images, labels) = effort(300, fast=300, browser=120), digits("test", 1000)
    to_the_right = minigrad.tensor(moved(images, 0, 3))
    print(say("1,000 unseen digits, read right       as they are   3 pixels to the right"))
    model = trained(make, steps)
    print(say("trained on digits as they are  {share:18.1%} {moved:23.1%}",
              share=share_right(model, images, labels), moved=share_right(model, to_the_right, labels)))
    model = trained(make, steps, change)
    print(say("trained on shifted digits      {share:18.1%} {moved:23.1%}",
              share=share_right(model, images, labels), moved=share_right(model, to_the_right, labels)))


SHIFTED = Exercise(
    "9.6", "shifted digits",
    cases=[on((1, 1, 4, 4), 0, 1), on((1, 1, 4, 4), 2, 0), on((1, 1, 4, 5), -1, 0), on((2, 3, 5, 4), 0, -3),
           on((2, 1, 5, 6), 2, -1), on((1, 1, 4, 4), 0, 0)],
    solution=shifted,
    mistakes={
        "What leaves on one side comes in again on the other. The pixels that enter are paper, 0.":
            lambda images, down, right: np.roll(images, (down, right), axis=(-2, -1)),
        "The image moves the wrong way: positive numbers mean down and to the right.":
            lambda images, down, right: shifted(images, -down, -right),
        "Down and right are swapped: rows are the axis before the last, columns the last.":
            lambda images, down, right: shifted(images, right, down),
        "A slice like [:-right] is empty for right = 0. Count from the front: [:W - right].":
            negative_ends,
        "Negative numbers move the image up or to the left. Here they do nothing.":
            positive_only,
        "The result has the shape of the images: what is pushed over the edge is lost.":
            lambda images, down, right: np.pad(images, [(0, 0), (0, 0), (abs(down), 0), (abs(right), 0)]),
    },
    hint="Shifted by one column, the row 1 2 3 4 becomes 0 1 2 3; a shift of 0 changes nothing.",
    then=learns_from_shifts)


EXERCISES = [OUTPUT_SIZE, PATCHES, AVERAGE_POOL, MAX_POOL, CROSS_ENTROPY, SHIFTED]
