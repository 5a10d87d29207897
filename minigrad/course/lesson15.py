"""The exercises of lesson 15: memory, operations, and what makes a program fast or slow."""

import inspect
import math
import operator
import random

import numpy as np

import minigrad
from minigrad import nn, optim
from minigrad.course.grading import Case, Exercise, call
from minigrad.course.lesson02 import some_digits
from minigrad.course.lesson03 import numbers
from minigrad.nn import functional as F
from minigrad.ops.images.convolution import convolve
from minigrad.ops.layers.attention import attend

# 15.1


def strides(shape, itemsize):
    steps, step = [], itemsize
    for size in reversed(shape):
        steps.insert(0, step)
        step *= size
    return tuple(steps)


def in_elements(shape, itemsize):
    return strides(shape, 1)


def columns_first(shape, itemsize):
    return strides(shape[::-1], itemsize)[::-1]


def last_axis_first(shape, itemsize):
    return strides(shape, itemsize)[::-1]


def includes_its_own_axis(shape, itemsize):
    return tuple(math.prod(shape[axis:]) * itemsize for axis in range(len(shape)))


def layout(shape, itemsize):
    """The student's strides as an array of integers."""
    def use(answer):
        steps = answer(shape, itemsize)
        if steps is None or steps is ...:
            return None
        return np.array(steps, dtype=int)
    return Case(f"{{name}}({shape}, {itemsize})", use)


STRIDES = Exercise(
    "15.1", "how far is the next element?",
    cases=[layout((3, 4), 4), layout((2, 3, 5), 8), layout((7,), 8), layout((), 4), layout((4, 1, 6), 2)],
    solution=strides,
    mistakes={
        "These are steps in elements. Memory is counted in bytes: each element takes itemsize of them.":
            in_elements,
        "Here the first axis varies fastest, column by column. In NumPy's usual order the last axis does: "
        "the elements of a row are neighbours.":
            columns_first,
        "The order is the other way round: one stride for each axis, the first axis first.":
            last_axis_first,
        "To go one step along an axis, you pass all elements of the axes after it. The size of the axis "
        "itself does not count.":
            includes_its_own_axis,
    },
    hint="The last axis has the stride itemsize. Go on from there to the left.")


# 15.2


def linear_cost(n, inputs, outputs, itemsize):
    moved = n * inputs + outputs * inputs + outputs + n * outputs
    return 2 * n * inputs * outputs, itemsize * moved


LINEAR_COST = Exercise(
    "15.2", "what a linear layer costs",
    cases=[call(1, 3, 2, 4), call(64, 784, 32, 4), call(5, 1, 7, 8)],
    solution=linear_cost,
    mistakes={
        "Each weight makes two operations for each row: a product, and a sum.":
            lambda n, i, o, size: (n * i * o, linear_cost(n, i, o, size)[1]),
        "The second result counts bytes: each number takes itemsize of them.":
            lambda n, i, o, size: (2 * n * i * o, linear_cost(n, i, o, 1)[1]),
        "The result has to be written, too: n times outputs numbers.":
            lambda n, i, o, size: (2 * n * i * o, size * (n * i + o * i + o)),
        "The weight and the bias have to be read as well; with few rows, they are most of the traffic.":
            lambda n, i, o, size: (2 * n * i * o, size * (n * i + n * o)),
        "There is one bias for each output, not one for each number of the result.":
            lambda n, i, o, size: (2 * n * i * o, size * (n * i + o * i + 2 * n * o)),
        "Do not forget the bias: outputs more numbers to read.":
            lambda n, i, o, size: (2 * n * i * o, size * (n * i + o * i + n * o)),
    },
    hint="Operations: how many for one number of the result, and how many numbers does it have? Bytes: x, "
         "weight, bias and result, each moved once.")


# 15.3


def blocked(a, b, size):
    c = np.zeros((a.shape[0], b.shape[1]), a.dtype)
    for i in range(0, a.shape[0], size):
        for j in range(0, b.shape[1], size):
            for k in range(0, a.shape[1], size):
                c[i:i + size, j:j + size] += a[i:i + size, k:k + size] @ b[k:k + size, j:j + size]
    return c


def only_whole_blocks(a, b, size):
    c = np.zeros((a.shape[0], b.shape[1]), a.dtype)
    rows, inner, columns = (n // size * size for n in (*a.shape, b.shape[1]))
    c[:rows, :columns] = a[:rows, :inner] @ b[:inner, :columns]
    return c


def overwrites_the_block(a, b, size):
    last = (a.shape[1] - 1) // size * size
    return a[:, last:] @ b[last:]


def only_blocks_on_the_diagonal(a, b, size):
    c = np.zeros((a.shape[0], b.shape[1]), a.dtype)
    for k in range(0, a.shape[1], size):
        part = slice(k, k + size)
        c[part, part] += a[part, part] @ b[part, part]
    return c


class Small(np.ndarray):
    """An array that multiplies with others only if no side of them is longer than `longest`."""

    longest = None

    def __array_finalize__(self, other):
        self.longest = getattr(other, "longest", None)

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **settings):
        if ufunc is np.matmul:
            self.look(*inputs)
        settings |= {} if out is None else {"out": tuple(map(plain, out))}
        result = getattr(ufunc, method)(*map(plain, inputs), **settings)
        return out[0] if out is not None else self.small(result)

    def __array_function__(self, function, types, args, settings):
        if function in (np.dot, np.einsum, np.tensordot, np.inner):
            self.look(*args)
        result = function(*[plain(each) for each in args], **{k: plain(v) for k, v in settings.items()})
        return self.small(result) if isinstance(result, np.ndarray) else result

    def dot(self, other):
        self.look(self, other)
        return self.small(plain(self).dot(plain(other)))

    def small(self, result):
        if isinstance(result, np.ndarray):
            result = result.view(Small)
            result.longest = self.longest
        return result

    def look(self, *factors):
        sides = [side for each in factors if isinstance(each, np.ndarray) for side in each.shape]
        if max(sides, default=0) > self.longest:
            shapes = " and ".join(str(each.shape) for each in factors if isinstance(each, np.ndarray))
            raise ValueError(f"a product of {shapes}: no side of a block may be longer than {self.longest}")


def plain(value):
    """A value without Small in it."""
    if isinstance(value, (list, tuple)):
        return type(value)(map(plain, value))
    return np.asarray(value) if isinstance(value, Small) else value


def small(array, size):
    array = array.copy().view(Small)
    array.longest = size
    return array


def in_blocks(m, k, n, size, dtype=float):
    a, b = numbers(m, k).astype(dtype), (numbers(k, n) - 0.5).astype(dtype)

    def use(answer):
        result = answer(small(a, size), small(b, size), size)
        return plain(result) if isinstance(result, np.ndarray) else result
    return Case(f"{{name}}(a, b, {size}) with a of shape {m, k} and b of shape {k, n}", use)


BLOCKED = Exercise(
    "15.3", "a product by blocks",
    cases=[in_blocks(4, 4, 4, 2), in_blocks(5, 7, 3, 2), in_blocks(6, 4, 8, 4),
           in_blocks(2, 9, 3, 4, np.float32), in_blocks(3, 2, 2, 5)],
    solution=blocked,
    mistakes={
        "The blocks at the edge are missing: the sides need not be multiples of size. A slice that reaches "
        "beyond the end is cut off there by itself.":
            only_whole_blocks,
        "A block of the result is the sum over all blocks along k. Add to it with +=, do not overwrite it.":
            overwrites_the_block,
        "This multiplies each block with one other only. Three loops are needed: over the rows of a, the "
        "columns of b, and along the axis that they share.":
            only_blocks_on_the_diagonal,
        "One product of the whole matrices is right, but not what is asked: multiply blocks of at most "
        "size by size, which fit into a fast memory.":
            lambda a, b, size: a @ b,
        "This multiplies element by element. Use @ for the blocks.":
            lambda a, b, size: a * b,
    },
    hint="c[i:i + size, j:j + size] += a block of a @ a block of b", atol=1e-5)


# 15.4


def patch_layout(shape, strides, K):
    N, C, H, W = shape
    n, c, h, w = strides
    return (N, H - K + 1, W - K + 1, C, K, K), (n, h, w, c, h, w)


def patches_of(answer, x, K):
    """The view that the student's layout describes; None for a stub. Refuses to read outside x."""
    found = answer(x.shape, x.strides, K)
    if found is None or found is ...:
        return None
    if not isinstance(found, (tuple, list)) or len(found) != 2 or not all(map(np.ndim, found)):
        raise TypeError("there should be two results, shape and strides, each a tuple of six integers")
    shape, strides = (tuple(int(n) for n in part) for part in found)
    if len(shape) != len(strides):
        raise ValueError(f"{len(shape)} sizes, but {len(strides)} strides")
    ends = [(size - 1) * step for size, step in zip(shape, strides)]
    if min(shape, default=1) < 0 or min(strides, default=0) < 0:
        raise ValueError("sizes and strides may not be negative here")
    bytes_of_x = sum((size - 1) * step for size, step in zip(x.shape, x.strides))
    if sum(ends) > bytes_of_x or any(step % x.itemsize for step in strides):
        raise ValueError(f"shape {shape} with strides {strides} reads memory outside x")
    return np.lib.stride_tricks.as_strided(x, shape, strides, writeable=False)


def without_windows(shape, strides, K):
    (N, C, H, W), (n, c, h, w) = shape, strides
    return (N, H - K, W - K, C, K, K), (n, h, w, c, h, w)


def jumps_from_patch_to_patch(shape, strides, K):
    (N, C, H, W), (n, c, h, w) = shape, strides
    return (N, H // K, W // K, C, K, K), (n, h * K, w * K, c, h, w)


def channels_in_place(shape, strides, K):
    (N, C, H, W), (n, c, h, w) = shape, strides
    return (N, C, H - K + 1, W - K + 1, K, K), (n, c, h, w, h, w)


def transposed_patches(shape, strides, K):
    (N, C, H, W), (n, c, h, w) = shape, strides
    return (N, H - K + 1, W - K + 1, C, K, K), (n, h, w, c, w, h)


def assumes_rows(shape, given, K):
    return patch_layout(shape, strides(shape, 4), K)


def pixels(*shape, order=(0, 1, 2, 3)):
    """Numbers of this shape, whose axes lie in memory in the given order, the last one fastest."""
    x = numbers(*(shape[axis] for axis in order)).astype(np.float32)
    return x.transpose(np.argsort(order))


def patches_case(x, K, what):
    return Case(f"the patches by {{name}}(x.shape, x.strides, {K}) of x of shape {x.shape}{what}",
                lambda answer: patches_of(answer, x, K))


PATCHES = Exercise(
    "15.4", "patches without a copy",
    cases=[patches_case(pixels(1, 1, 3, 4), 2, ""), patches_case(pixels(2, 3, 5, 4), 3, ""),
           patches_case(pixels(2, 3, 4, 4, order=(0, 2, 3, 1)), 2, " in the memory order N, H, W, C"),
           patches_case(pixels(1, 2, 3, 3), 1, "")],
    solution=patch_layout,
    mistakes={
        "There are H - K + 1 positions in a column, and W - K + 1 in a row: the first one counts, too.":
            without_windows,
        "The window moves by one pixel at a time, so neighbouring patches overlap.":
            jumps_from_patch_to_patch,
        "The axes should be (N, rows, columns, C, K, K): the channels belong to the patch.":
            channels_in_place,
        "The last two axes are exchanged: first the row in the patch, then the column.":
            transposed_patches,
        "The strides are not always those of a fresh array: x may lie in memory with the channels last. Use "
        "the given ones.":
            assumes_rows,
    },
    hint="One step to the next patch is one step to the next pixel, and so is one step inside a patch: two "
         "axes of the result have the same stride.",
    then=lambda answer: convolves_digits(answer))


def convolution_kernel(layout):
    """(forward, backward) of a convolution with stride 1 that reads its patches by the student's layout."""
    def columns(x, padding, K):
        padded = np.pad(x, ((0, 0), (0, 0), *padding))
        patches = patches_of(layout, padded, K)
        return padded.shape, patches.shape[:3], patches.reshape(-1, math.prod(patches.shape[3:]))

    def forward(xp, x, weight, bias, *, stride, padding, dilation, groups):
        if groups != 1 or {*stride, *dilation} != {1} or x.ndim != 4 or weight.shape[2] != weight.shape[3]:
            return NotImplemented
        _, (N, H, W), rows = columns(x, padding, weight.shape[2])
        y = rows @ weight.reshape(len(weight), -1).T
        y = y if bias is None else y + bias
        return y.reshape(N, H, W, -1).transpose(0, 3, 1, 2), ()

    def backward(xp, g, arrays, extra, wanted, *, padding, **settings):
        x, weight, bias = arrays
        K = weight.shape[2]
        size, (N, H, W), rows = columns(x, padding, K)
        by_row = g.transpose(0, 2, 3, 1).reshape(-1, len(weight))
        of_weight = (by_row.T @ rows).reshape(weight.shape)
        of_bias = None if bias is None else by_row.sum(0)
        if not wanted[0]:
            return [None, of_weight, of_bias]
        parts = (by_row @ weight.reshape(len(weight), -1)).reshape(N, H, W, size[1], K, K)
        of_x = np.zeros(size, x.dtype)
        for i in range(K):
            for j in range(K):
                of_x[:, :, i:i + H, j:j + W] += parts[..., i, j].transpose(0, 3, 1, 2)
        (top, _), (left, _) = padding
        return [of_x[:, :, top:top + x.shape[2], left:left + x.shape[3]], of_weight, of_bias]

    return forward, backward


class swapped:
    """In the block, an op of minigrad runs these kernels instead of its own."""

    def __init__(self, op, forward, backward):
        self.op, self.ours, self.calls = op, (forward, backward), 0

    def __enter__(self):
        self.before = self.op.kernels[np.ndarray]
        forward, backward = self.ours

        def counted(*args, **settings):
            self.calls += 1
            return forward(*args, **settings)
        self.op.kernel(np.ndarray, counted, backward)
        return self

    def __exit__(self, *error):
        self.op.kernel(np.ndarray, *self.before)


def made(network):
    """The network that network() builds, always with the same numbers; the random state stays as it is."""
    state = minigrad.get_rng_state()
    minigrad.manual_seed(0)
    built = network()
    minigrad.set_rng_state(state)
    return built


def loss_and_gradients(network, images, labels):
    network.zero_grad()
    loss = F.cross_entropy(network(images), labels)
    loss.backward()
    return [loss.item()] + [p.grad.numpy().copy() for p in network.parameters()]


def farthest(ours, theirs):
    """The largest difference of two lists of arrays, as a share of the largest number in them."""
    return max(float(np.abs(a - b).max()) for a, b in zip(ours, theirs)) / max(
        float(np.abs(b).max()) for b in theirs)


def compared(network, shape, op, kernels, what):
    """Compare loss and gradients of a network with those by the readable definitions, then train it."""
    images, labels = some_digits("train", 2000)
    images = images.reshape(-1, *shape)
    with minigrad.without_kernels():
        theirs = loss_and_gradients(network, images[:50], labels[:50])
    with swapped(op, *kernels) as swap:
        ours = loss_and_gradients(network, images[:50], labels[:50])
        off = farthest(ours, theirs)
        if not off < 1e-4 or not swap.calls:
            raise ValueError(f"{what}: loss or gradients differ by {off:.1e}, in {swap.calls} calls")
        print(f"minigrad's {op.name} now runs {what}: the loss and all {len(ours) - 1} gradients of a "
              f"network stay the same, to {off:.0e} of the largest.")
        optimizer = optim.Adam(network.parameters(), lr=0.003)
        for step in range(80):
            rows = slice(step * 50 % 2000, step * 50 % 2000 + 50)
            loss_and_gradients(network, images[rows], labels[rows])
            optimizer.step()
        images, labels = some_digits("test", 500)
        with minigrad.no_grad():
            right = network(images.reshape(-1, *shape)).argmax(1) == labels
    print(f"80 steps with it: {right.float().mean().item():.1%} of 500 unseen digits are read right.")


def convolves_digits(layout):
    """The student's patches in minigrad's convolution, in a network that reads digits."""
    network = made(lambda: nn.Sequential(
        nn.Conv2d(1, 8, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(),
        nn.MaxPool2d(2), nn.Flatten(), nn.Linear(16 * 6 * 6, 10)))
    compared(network, (1, 28, 28), convolve, convolution_kernel(layout), "on your patches")


# 15.5


def merge(m, s, scores):
    highest = np.maximum(m, scores.max(1))
    return highest, s * np.exp(m - highest) + np.exp(scores - highest[:, None]).sum(1)


def keeps_the_old_sum(m, s, scores):
    highest, _ = merge(m, s, scores)
    return highest, s + np.exp(scores - highest[:, None]).sum(1)


def scales_the_wrong_way(m, s, scores):
    highest, _ = merge(m, s, scores)
    return highest, s * np.exp(highest - m) + np.exp(scores - highest[:, None]).sum(1)


def only_this_tile(m, s, scores):
    return merge(np.full_like(m, -np.inf), np.zeros_like(s), scores)


def forgets_the_maximum(m, s, scores):
    highest, _ = merge(m, s, scores)
    return highest, s + np.exp(scores).sum(1)


def one_maximum_for_all(m, s, scores):
    highest = np.full_like(m, max(m.max(), scores.max()))
    return highest, s * np.exp(m - highest) + np.exp(scores - highest[:, None]).sum(1)


def streamed(scores, *sizes):
    """(m, s) of each row after `merge` has seen the tiles; -1 for what is not finite."""
    def use(answer):
        m, s = np.full(len(scores), -np.inf, scores.dtype), np.zeros(len(scores), scores.dtype)
        start = 0
        with np.errstate(all="ignore"):
            for size in sizes:
                found = answer(m.copy(), s.copy(), scores[:, start:start + size].copy())
                if found is None or found is ...:
                    return None
                m, s = found
                start += size
            return tuple(np.nan_to_num(each, nan=-1, posinf=-1, neginf=-1) for each in (m, s))
    return Case(f"(m, s), with -1 for nan or inf, after {{name}} has seen scores of shape {scores.shape} "
                f"in tiles of {sizes},", use)


MERGE = Exercise(
    "15.5", "softmax that sees its numbers once",
    cases=[streamed(numbers(3, 4), 4), streamed(numbers(2, 6), 3, 3),
           streamed(np.arange(10.0).reshape(2, 5) ** 2, 2, 2, 1), streamed(-numbers(4, 9) * 50, 4, 1, 4),
           streamed(np.array([[1000.0, 999.0, 1001.0, 0.0]]), 1, 3),
           streamed((numbers(3, 8) * 20).astype(np.float32), 5, 3)],
    solution=merge,
    mistakes={
        "The old sum was measured against the old maximum. When the maximum grows, the old sum shrinks by "
        "exp(old - new).":
            keeps_the_old_sum,
        "The factor is upside down: the new maximum is at least as large as the old one, and the old sum "
        "shrinks by exp(old - new).":
            scales_the_wrong_way,
        "This forgets the tiles before. The maximum is the largest of m and the tile, and the sum has the "
        "old one as its first part.":
            only_this_tile,
        "exp(1000) is beyond every float. Subtract the maximum from the scores before exp.":
            forgets_the_maximum,
        "Each row has a maximum of its own: scores.max(1).":
            one_maximum_for_all,
    },
    hint="First the new maximum; then both the old sum and the new numbers, measured against it.", atol=1e-5,
    then=lambda answer: attends_to_digits(answer))

TILE = 7        # keys at a time


def attention_kernel(merge):
    """(forward, backward) of attention that never holds more than TILE columns of the scores."""
    def tiles(q, k):
        return [slice(start, start + TILE) for start in range(0, k.shape[-2], TILE)]

    def forward(xp, q, k, v, mask, *, is_causal, scale):
        if mask is not None or is_causal or q.shape[:-2] != k.shape[:-2]:
            return NotImplemented
        scale = q.shape[-1] ** -0.5 if scale is None else scale
        rows = math.prod(q.shape[:-1])
        m, s = np.full(rows, -np.inf, q.dtype), np.zeros(rows, q.dtype)
        total = np.zeros(q.shape[:-1] + v.shape[-1:], q.dtype)
        for part in tiles(q, k):
            scores = q @ k[..., part, :].swapaxes(-1, -2) * q.dtype.type(scale)
            highest, s = (np.asarray(each, q.dtype) for each in merge(m, s, scores.reshape(rows, -1)))
            by_row = highest.reshape(q.shape[:-1])[..., None]
            total *= np.exp(m - highest).reshape(by_row.shape)
            total += np.exp(scores - by_row) @ v[..., part, :]
            m = highest
        y = total / s.reshape(q.shape[:-1])[..., None]
        return y, (y, (m + np.log(s)).reshape(q.shape[:-1])[..., None])

    def backward(xp, g, arrays, extra, wanted, *, scale, **settings):
        q, k, v, _ = arrays
        y, logs = extra
        scale = q.dtype.type(q.shape[-1] ** -0.5 if scale is None else scale)
        of_q, of_k, of_v = np.zeros_like(q), np.zeros_like(k), np.zeros_like(v)
        inner = (g * y).sum(-1, keepdims=True)
        for part in tiles(q, k):
            p = np.exp(q @ k[..., part, :].swapaxes(-1, -2) * scale - logs)
            of_v[..., part, :] = p.swapaxes(-1, -2) @ g
            of_scores = p * (g @ v[..., part, :].swapaxes(-1, -2) - inner) * scale
            of_q += of_scores @ k[..., part, :]
            of_k[..., part, :] = of_scores.swapaxes(-1, -2) @ q
        return [of_q, of_k, of_v, None]

    return forward, backward


class Rows(nn.Module):
    """A Transformer that reads a digit as a sentence of 28 rows."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(28, 32)
        self.place = nn.Parameter(minigrad.randn(28, 32) * 0.1)
        self.layer = nn.TransformerEncoderLayer(32, 2, 64, dropout=0.0, batch_first=True)
        self.output = nn.Linear(28 * 32, 10)

    def forward(self, images):
        return self.output(self.layer(self.embed(images) + self.place).flatten(1))


def attends_to_digits(merge):
    """The student's running sum in minigrad's attention, in a Transformer that reads digits."""
    compared(made(Rows), (28, 28), attend, attention_kernel(merge), f"tiles of {TILE} keys with your sum")


# 15.6: the emulator of the lesson

WARP, LINE = 32, 32     # threads that run in step; numbers that one transaction of the memory moves


class Race(RuntimeError):
    """What a thread reads or writes depends on which thread comes first."""


class Stuck(RuntimeError):
    """Some threads wait at a barrier that the others never reach."""


class Thread:
    """What one of the threads knows: its number in the block, its block, and how many there are of each."""

    now = None

    def __init__(self, block, thread, width, blocks, shared):
        self.block, self.thread, self.width, self.blocks = block, thread, width, blocks
        self.shared, self.count = shared, 0

    def __repr__(self):
        return f"thread {self.thread} of block {self.block}"


def checked(i, size, what):
    """i as an integer from 0 to size - 1."""
    i = operator.index(i)
    if not 0 <= i < size:
        raise IndexError(f"{Thread.now} uses element {i} of {what}, which has {size}")
    return i


class Memory:
    """A large array. It counts accesses, and transactions: lines that the threads of a warp touch at once."""

    def __init__(self, values):
        self.values, self.accesses, self.lines = np.array(values, float), 0, set()

    def __len__(self):
        return len(self.values)

    @property
    def transactions(self):
        return len(self.lines)

    def place(self, i):
        thread, i = Thread.now, checked(i, len(self.values), "an array")
        self.accesses += 1
        thread.count += 1
        self.lines.add((thread.block, thread.thread // WARP, thread.count, i // LINE))
        return i

    def __getitem__(self, i):
        return float(self.values[self.place(i)])

    def __setitem__(self, i, value):
        self.values[self.place(i)] = value


class Shared:
    """The fast memory of a block. Between two barriers, only the thread that writes an element may use it."""

    def __init__(self, size):
        self.values = [None] * size
        self.barrier()

    def barrier(self):
        self.writer, self.readers = {}, {}

    def __len__(self):
        return len(self.values)

    def __getitem__(self, i):
        i = checked(i, len(self), "the shared memory")
        if self.values[i] is None:
            raise Race(f"{Thread.now} reads shared[{i}], which nobody has written")
        if self.writer.get(i, Thread.now) is not Thread.now:
            raise Race(f"{Thread.now} reads shared[{i}], which {self.writer[i]} writes")
        self.readers.setdefault(i, set()).add(Thread.now)
        return self.values[i]

    def __setitem__(self, i, value):
        i = checked(i, len(self), "the shared memory")
        for other in self.readers.get(i, set()) | {self.writer.get(i, Thread.now)}:
            if other is not Thread.now:
                raise Race(f"{Thread.now} writes shared[{i}], which {other} uses")
        self.writer[i], self.values[i] = Thread.now, value


def launch(kernel, blocks, width, *arrays, shared=None):
    """Run kernel(t, *arrays) in `blocks` blocks of `width` threads each, in a random order.

    A `yield` in the kernel is a barrier: a thread waits there until all threads of its block have come.
    shared: how many numbers the shared memory of a block holds; by default, one for each thread.
    """
    for block in range(blocks):
        memory, order = Shared(shared or width), random.Random(block)
        waiting = [(Thread(block, thread, width, blocks, memory), None) for thread in range(width)]
        while waiting:
            memory.barrier()
            order.shuffle(waiting)
            before, waiting = waiting, []
            for Thread.now, steps in before:
                steps = kernel(Thread.now, *arrays) if steps is None else steps
                if inspect.isgenerator(steps) and next(steps, "end") != "end":
                    waiting.append((Thread.now, steps))
            if 0 < len(waiting) < len(before):
                raise Stuck(f"only {len(waiting)} of {len(before)} threads reach the barrier")


def block_sum(t, x, sums):
    total = 0.0
    for i in range(t.block * t.width + t.thread, len(x), t.blocks * t.width):
        total += x[i]
    t.shared[t.thread] = total
    yield
    half = t.width // 2
    while half:
        if t.thread < half:
            t.shared[t.thread] += t.shared[t.thread + half]
        half //= 2
        yield
    if t.thread == 0:
        sums[t.block] = t.shared[0]


def without_barrier(t, x, sums):
    t.shared[t.thread] = sum(x[i] for i in range(t.block * t.width + t.thread, len(x), t.blocks * t.width))
    if t.thread == 0:
        sums[t.block] = sum(t.shared[i] for i in range(t.width))


def barrier_for_some(t, x, sums):
    t.shared[t.thread] = sum(x[i] for i in range(t.block * t.width + t.thread, len(x), t.blocks * t.width))
    if t.thread == 0:
        yield
        sums[t.block] = sum(t.shared[i] for i in range(t.width))


def one_number_each(t, x, sums):
    i = t.block * t.width + t.thread
    t.shared[t.thread] = x[i] if i < len(x) else 0.0
    yield
    if t.thread == 0:
        sums[t.block] = sum(t.shared[i] for i in range(t.width))


def without_bounds(t, x, sums):
    t.shared[t.thread] = x[t.block * t.width + t.thread]
    yield
    if t.thread == 0:
        sums[t.block] = sum(t.shared[i] for i in range(t.width))


def steps_by_a_block(t, x, sums):
    t.shared[t.thread] = sum(x[i] for i in range(t.block * t.width + t.thread, len(x), t.width))
    yield
    if t.thread == 0:
        sums[t.block] = sum(t.shared[i] for i in range(t.width))


def every_block_the_same(t, x, sums):
    t.shared[t.thread] = sum(x[i] for i in range(t.thread, len(x), t.width))
    yield
    if t.thread == 0:
        sums[t.block] = sum(t.shared[i] for i in range(t.width))


def everybody_writes(t, x, sums):
    sums[t.block] = sum(x[i] for i in range(t.block * t.width + t.thread, len(x), t.blocks * t.width))


def launched(count, blocks, width):
    def use(answer):
        sums = Memory(np.full(blocks, 1000.0))
        launch(answer, blocks, width, Memory(numbers(count) * 3 + 1), sums)
        return sums.values
    return Case(f"sums after launch({{name}}, {blocks}, {width}, x, sums) with {count} numbers in x", use)


BLOCK_SUM = Exercise(
    "15.6", "a kernel that adds up",
    cases=[launched(16, 2, 4), launched(100, 3, 8), launched(37, 2, 16), launched(5, 2, 8)],
    solution=block_sum,
    mistakes={
        "A barrier is missing. Write a `yield` after the threads have written to the shared memory and "
        "before others read it; a loop that halves needs one in each round.":
            without_barrier,
        "All threads of the block have to reach the same barrier. Take the `yield` out of the `if`.":
            barrier_for_some,
        "Each thread takes one number only. If there are more numbers than threads, the rest is lost: go on "
        "with steps of t.blocks * t.width.":
            one_number_each,
        "There may be fewer numbers than threads: check the index against len(x).":
            without_bounds,
        "The step of the loop is the number of all threads, t.blocks * t.width. With t.width, the blocks add "
        "the same numbers again.":
            steps_by_a_block,
        "All blocks add the same numbers. A thread starts at t.block * t.width + t.thread.":
            every_block_the_same,
        "All threads of a block write into the same place, and only the last one's sum remains. First put "
        "the threads' sums together, in the shared memory.":
            everybody_writes,
    },
    hint="Three parts: each thread adds up its numbers; the threads of the block put their sums together in "
         "t.shared; one of them writes sums[t.block].")


EXERCISES = [STRIDES, LINEAR_COST, BLOCKED, PATCHES, MERGE, BLOCK_SUM]
