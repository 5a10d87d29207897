"""The exercises of lesson 10: windows of a text, recurrent cells, and sampling."""

import math
import re

import numpy as np

import minigrad
from minigrad import nn, optim
from minigrad.course.amounts import effort
from minigrad.course.grading import Case, Exercise, call
from minigrad.data import plays
from minigrad.nn import functional as F


def numbers(*shape, shift=0.0):
    """A float32 tensor without symmetry, so that a mixed-up axis shows; a gradient can flow to it."""
    values = 1.5 * np.sin(1.0 + shift + 1.7 * np.arange(math.prod(shape)))
    return minigrad.tensor(values.astype(np.float32).reshape(shape), requires_grad=True)


# 10.1


def bits(logits, targets):
    logits = logits - logits.max(axis=1, keepdims=True)
    log_p = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    return -log_p[np.arange(len(targets)), targets].mean() / np.log(2)


def logarithms(logits):
    """log softmax, row by row."""
    return logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)


def without_softmax(logits, targets):
    return -logits[np.arange(len(targets)), targets].mean() / np.log(2)


def bits_of_the_mean(logits, targets):
    return -np.log2(np.exp(logarithms(logits))[np.arange(len(targets)), targets].mean())


def over_all_rows(logits, targets):
    log_p = logits - np.logaddexp.reduce(logits, axis=None)
    return -log_p[np.arange(len(targets)), targets].mean() / np.log(2)


def overflows(logits, targets):
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        return -np.log2(p)[np.arange(len(targets)), targets].mean()


def scores(*shape):
    return 3 * np.sin(0.5 + 2.3 * np.arange(math.prod(shape))).reshape(shape)


def bits_case(text, logits, targets):
    logits, targets = np.array(logits, float), np.array(targets)
    return Case(f"{{name}}(logits, targets) of {text}", lambda answer: answer(logits.copy(), targets.copy()))


BITS = Exercise(
    "10.1", "bits per character",
    cases=[bits_case("4 equal scores, 3 times,", np.zeros((3, 4)), [0, 3, 1]),
           bits_case("5 characters of 3 kinds", scores(5, 3), [2, 0, 0, 1, 2]),
           bits_case("1 character of 7 kinds", scores(1, 7), [4]),
           bits_case("scores as large as 1000", [[1000.0, 999.0], [-1000.0, -1001.0]], [1, 0])],
    solution=bits,
    mistakes={
        "This is in nats, with the natural logarithm. In bits, it is divided by log(2), about 0.693.":
            lambda logits, targets: bits(logits, targets) * np.log(2),
        "This is the sum over the characters. Bits *per character* are the mean.":
            lambda logits, targets: bits(logits, targets) * len(targets),
        "The sign: the logarithm of a probability is negative, its cost is minus that.":
            lambda logits, targets: -bits(logits, targets),
        "This is the perplexity, 2 to the power of the bits.":
            lambda logits, targets: 2 ** bits(logits, targets),
        "Logits are scores and no probabilities yet: take their softmax, row by row.":
            without_softmax,
        "The mean is over the bits of each character, not over the probabilities before the logarithm.":
            bits_of_the_mean,
        "The probabilities of each row sum to 1: the softmax runs over axis 1.":
            over_all_rows,
        "exp of 1000 is too large for a computer. Subtract the largest score of each row first; the softmax "
        "stays the same.":
            overflows,
    },
    hint="Softmax of each row, then the probability of the right character, then minus its log2, then the "
         "mean. Subtract the largest score of the row first, or exp overflows.")


# 10.2


def windows(ids, length, stride):
    starts = range(0, len(ids) - length, stride)
    inputs = np.array([ids[start:start + length] for start in starts])
    targets = np.array([ids[start + 1:start + length + 1] for start in starts])
    return inputs, targets


def of_one_length(answer):
    """The student's windows. Raises ValueError if some are shorter than others."""
    for part in answer if isinstance(answer, (tuple, list)) else ():
        if isinstance(part, (tuple, list)) and len({np.size(row) for row in part}) > 1:
            raise ValueError("the windows differ in length; do the last ones reach beyond the text's end?")
    return answer


def windows_case(ids, length, stride):
    text, use = call(ids, length, stride)
    return Case(text, lambda answer: of_one_length(use(answer)))


def cut(ids, length, starts, shift=1):
    return (np.array([ids[start:start + length] for start in starts]),
            np.array([ids[start + shift:start + shift + length] for start in starts]))


WINDOWS = Exercise(
    "10.2", "windows of a text",
    cases=[windows_case(np.arange(10), 3, 3), windows_case(np.arange(12) ** 2, 4, 2),
           windows_case(np.arange(7), 3, 1), windows_case(np.array([5, 3, 8, 1]), 3, 2),
           windows_case(np.arange(20) % 7, 2, 5)],
    solution=windows,
    mistakes={
        "The target of a character is the next one: the targets begin one place later than the inputs.":
            lambda ids, length, stride: cut(ids, length, range(0, len(ids) - length, stride), 0),
        "The targets are the characters before. They should be the ones after.":
            lambda ids, length, stride: (windows(ids, length, stride)[1], windows(ids, length, stride)[0]),
        "The last window is missing: it may begin at len(ids) - length - 1, and its last target is the last "
        "character.":
            lambda ids, length, stride: cut(ids, length, range(0, len(ids) - length - 1, stride)),
        "`stride` is the distance of two starts. Here the next window begins where the last one ends.":
            lambda ids, length, stride: cut(ids, length, range(0, len(ids) - length, length)),
        "Here every place starts a window: `stride` is the distance of two starts.":
            lambda ids, length, stride: cut(ids, length, range(0, len(ids) - length)),
        "The target of each place is the next character, so there are `length` targets per window, not one.":
            lambda ids, length, stride: (cut(ids, length, range(0, len(ids) - length, stride))[0],
                                         np.array(ids[length:len(ids):stride])),
    },
    hint="Write down by hand what windows(np.arange(10), 3, 3) is: how many windows fit, with which targets?")


# 10.3


def rnn_step(x, h, W, U, b):
    return minigrad.tanh(x @ W.T + h @ U.T + b)


def rnn_case(N, I, H):  # noqa: E741
    given = numbers(N, I), numbers(N, H, shift=1), numbers(H, I, shift=2), numbers(H, H, shift=3), numbers(H)
    return Case(f"{{name}}(x, h, W, U, b) of {N} sequences, {I} inputs, and a state of {H} numbers",
                lambda answer: answer(*given))


def runs_as_the_library(step):
    """Unroll the student's cell over thirty steps, and compare with nn.RNN."""
    state = minigrad.get_rng_state()        # the lesson's own random numbers go on as before
    minigrad.manual_seed(0)
    layer, x = nn.RNN(5, 8, batch_first=True), minigrad.randn(4, 30, 5)
    minigrad.set_rng_state(state)
    h, outputs = minigrad.zeros(4, 8), []
    for t in range(30):
        h = step(x[:, t], h, layer.weight_ih_l0, layer.weight_hh_l0, layer.bias_ih_l0 + layer.bias_hh_l0)
        outputs.append(h)
    mine, theirs = minigrad.stack(outputs, 1), layer(x)[0]
    gradients = []
    for y in (mine, theirs):
        layer.zero_grad()
        (y * y).sum().backward()
        gradients.append(layer.weight_hh_l0.grad.numpy())
    off, off_gradient = abs(mine - theirs).max().item(), abs(gradients[0] - gradients[1]).max()
    print(f"Thirty steps of your cell and of nn.RNN with the same weights differ by at most {off:.0e},\n"
          f"their gradients of U, back through all thirty steps, by at most {off_gradient:.0e}.")


RNN_STEP = Exercise(
    "10.3", "one step of a recurrent network",
    cases=[rnn_case(4, 2, 3), rnn_case(1, 5, 2), rnn_case(3, 3, 3)],
    solution=rnn_step,
    mistakes={
        "U stands transposed: for rows, U h becomes h @ U.T. The shapes fit without it, too, because U is "
        "square; the result is another.":
            lambda x, h, W, U, b: minigrad.tanh(x @ W.T + h @ U + b),
        "The tanh is missing: without it, all steps together are one linear function.":
            lambda x, h, W, U, b: x @ W.T + h @ U.T + b,
        "The old state h does not take part. It is the memory of the network.":
            lambda x, h, W, U, b: minigrad.tanh(x @ W.T + b),
        "The bias b is missing.":
            lambda x, h, W, U, b: minigrad.tanh(x @ W.T + h @ U.T),
        "The activation of this cell is tanh, not the sigmoid.":
            lambda x, h, W, U, b: minigrad.sigmoid(x @ W.T + h @ U.T + b),
        "tanh is taken of the whole sum, not of a part of it.":
            lambda x, h, W, U, b: minigrad.tanh(x @ W.T + h @ U.T) + b,
    },
    hint="x is (N, I), W (H, I), h (N, H), U (H, H). What has the shape (N, H)?", atol=1e-5,
    then=runs_as_the_library)


# 10.4


def lstm_step(x, h, c, W, U, b):
    i, f, g, o = (x @ W.T + h @ U.T + b).chunk(4, dim=1)
    c = minigrad.sigmoid(f) * c + minigrad.sigmoid(i) * minigrad.tanh(g)
    return minigrad.sigmoid(o) * minigrad.tanh(c), c


def gates(x, h, W, U, b, order="ifgo"):
    """{i, f, o after the sigmoid, g after tanh}, if the blocks of W stand in this order."""
    parts = dict(zip(order, (x @ W.T + h @ U.T + b).chunk(4, dim=1)))
    return {name: minigrad.tanh(part) if name == "g" else minigrad.sigmoid(part)
            for name, part in parts.items()}


def in_order(order):
    def step(x, h, c, W, U, b):
        p = gates(x, h, W, U, b, order)
        c = p["f"] * c + p["i"] * p["g"]
        return p["o"] * minigrad.tanh(c), c
    return step


def forgets_nothing(x, h, c, W, U, b):
    p = gates(x, h, W, U, b)
    c = c + p["i"] * p["g"]
    return p["o"] * minigrad.tanh(c), c


def shows_the_bare_memory(x, h, c, W, U, b):
    c = lstm_step(x, h, c, W, U, b)[1]
    return gates(x, h, W, U, b)["o"] * c, c


def shows_the_old_memory(x, h, c, W, U, b):
    return gates(x, h, W, U, b)["o"] * minigrad.tanh(c), lstm_step(x, h, c, W, U, b)[1]


def squashes_all_with_the_sigmoid(x, h, c, W, U, b):
    i, f, g, o = minigrad.sigmoid(x @ W.T + h @ U.T + b).chunk(4, dim=1)
    c = f * c + i * g
    return o * minigrad.tanh(c), c


def lstm_case(N, I, H):  # noqa: E741
    given = (numbers(N, I), numbers(N, H, shift=1), numbers(N, H, shift=4), numbers(4 * H, I, shift=2),
             numbers(4 * H, H, shift=3), numbers(4 * H))
    return Case(f"{{name}}(x, h, c, W, U, b) of {N} sequences, {I} inputs, and a state of {H} numbers",
                lambda answer: answer(*given))


class Writer(nn.Module):
    """A model of characters, ids (N, T) -> logits (N, T, V), whose recurrent cell is a given step."""

    def __init__(self, kinds, step, H=64):
        self.embedding, self.cell = nn.Embedding(kinds, 32), nn.LSTMCell(32, H)
        self.logits, self.step = nn.Linear(H, kinds), step

    def forward(self, ids):
        x, cell = self.embedding(ids), self.cell
        h = c = minigrad.zeros(len(ids), cell.hidden_size)
        bias, outputs = cell.bias_ih + cell.bias_hh, []
        for t in range(ids.shape[1]):
            h, c = self.step(x[:, t], h, c, cell.weight_ih, cell.weight_hh, bias)
            outputs.append(h)
        return self.logits(minigrad.stack(outputs, 1))


def numbered(text):
    """(ids of the characters, the characters in the order of their ids)."""
    characters = sorted(set(text))
    number = {character: i for i, character in enumerate(characters)}
    return np.array([number[character] for character in text]), characters


def writes_with(step):
    """Train a model of characters whose cell is the student's, and measure it on unseen text."""
    ids, characters = numbered(plays()["Macbeth"])
    train, unseen = ids[:90_000], ids[90_000:]
    counts = np.bincount(train, minlength=len(characters)) + 1
    baseline = -np.log2(counts / counts.sum())[unseen].mean()
    state = minigrad.get_rng_state()        # the lesson's own random numbers go on as before
    minigrad.manual_seed(0)
    layer, x = nn.LSTM(5, 8, batch_first=True), minigrad.randn(3, 20, 5)
    model = Writer(len(characters), step)
    minigrad.set_rng_state(state)

    h = c = minigrad.zeros(3, 8)
    for t in range(20):
        bias = layer.bias_ih_l0 + layer.bias_hh_l0
        h, c = step(x[:, t], h, c, layer.weight_ih_l0, layer.weight_hh_l0, bias)
    off = abs(h - layer(x)[0][:, -1]).max().item()
    print(f"Twenty steps of your cell and of nn.LSTM with the same weights differ by at most {off:.0e}.")

    optimizer, rng = optim.Adam(model.parameters(), lr=0.01), np.random.default_rng(0)
    steps = effort(80, fast=80, browser=40)
    for _ in range(steps):
        rows = train[rng.integers(0, len(train) - 25, 32)[:, None] + np.arange(25)]
        logits = model(minigrad.tensor(rows[:, :-1]))
        loss = F.cross_entropy(logits.flatten(0, 1), minigrad.tensor(rows[:, 1:].ravel()))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    rows = unseen[np.arange(0, 11_000, 100)[:, None] + np.arange(51)]
    with minigrad.no_grad():
        loss = F.cross_entropy(model(minigrad.tensor(rows[:, :-1])).flatten(0, 1),
                               minigrad.tensor(rows[:, 1:].ravel())).item()
    print(f"{steps} steps with your cell on Macbeth: {loss / math.log(2):.2f} bits per character on unseen "
          f"lines;\nguessing by the frequencies of the characters takes {baseline:.2f}.")


LSTM_STEP = Exercise(
    "10.4", "one step of an LSTM",
    cases=[lstm_case(4, 2, 3), lstm_case(1, 5, 2), lstm_case(2, 3, 1)],
    solution=lstm_step,
    mistakes={
        "The four blocks stand in the order i, f, g, o: the candidate g is the third, the output gate o the "
        "last.":
            in_order("ifog"),
        "The first block is the input gate i, the second the forget gate f. Here they are swapped.":
            in_order("figo"),
        "The forget gate is missing: the old memory is multiplied by f. (The LSTM of 1997 had none.)":
            forgets_nothing,
        "h is the output gate times tanh of the new memory. The tanh is missing.":
            shows_the_bare_memory,
        "h is made of the new memory c, not of the old one.":
            shows_the_old_memory,
        "g is no gate but new content, from -1 to 1: its function is tanh, not the sigmoid.":
            squashes_all_with_the_sigmoid,
        "Return h first, then c.":
            lambda *given: lstm_step(*given)[::-1],
        "U stands transposed: for rows, U h becomes h @ U.T.":
            lambda x, h, c, W, U, b: lstm_step(x, h, c, W, minigrad.cat([u.T for u in U.chunk(4)]), b),
    },
    hint="One product gives all four blocks: x @ W.T + h @ U.T + b is (N, 4H). Cut it with .chunk(4, dim=1).",
    atol=1e-5, seconds=10, then=writes_with)


# 10.5


def sample(logits, temperature, u):
    p = np.exp((logits - logits.max()) / temperature)
    p /= p.sum()
    return min(int(np.searchsorted(np.cumsum(p), u, side="right")), len(p) - 1)


def draws(logits, temperature, us):
    """The characters that are drawn for each of the random numbers."""
    logits = np.array(logits, float)
    text = ", ".join(f"{u:g}" for u in us)
    return Case(f"{{name}}(np.array({logits.round(3).tolist()}), {temperature}, u) for u = {text}",
                lambda answer: all_of([answer(logits.copy(), temperature, u) for u in us]))


def all_of(drawn):
    return None if all(each is None or each is ... for each in drawn) else np.array(drawn)


def by_probabilities(p, u):
    return int(np.searchsorted(np.cumsum(p), u, side="right"))


def softmax(z):
    e = np.exp(z - z.max())
    return e / e.sum()


def without_subtraction(logits, temperature, u):
    with np.errstate(all="ignore"):
        e = np.exp(logits / temperature)
        return int(np.sum(np.cumsum(e / e.sum()) <= u))


FIFTHS = np.linspace(0.1, 0.9, 5)
SAMPLE = Exercise(
    "10.5", "sampling with temperature",
    cases=[draws(np.log([0.5, 0.25, 0.25]), 1.0, [0.0, 0.4, 0.6, 0.74, 0.8, 0.99]),
           draws([0.0, 2.0, 1.0, -1.0], 2.0, FIFTHS), draws([0.0, 2.0, 1.0, -1.0], 0.5, FIFTHS),
           draws([3.0, 1.0, 2.0], 100.0, FIFTHS), draws([1000.0, 1001.0, 0.0], 1.0, FIFTHS),
           draws([5.0], 1.0, [0.0, 0.5])],
    solution=sample,
    mistakes={
        "Divide the scores by the temperature; here they are multiplied by it.":
            lambda logits, temperature, u: by_probabilities(softmax(logits * temperature), u),
        "The temperature has no effect. It divides the scores before the softmax.":
            lambda logits, temperature, u: by_probabilities(softmax(logits), u),
        "This always takes the most probable character. Let u decide: the probabilities cut the line from 0 "
        "to 1 into pieces, and u falls into one of them.":
            lambda logits, temperature, u: int(np.argmax(logits)),
        "Divide the scores by the temperature, and not the probabilities: they must still sum to 1.":
            lambda logits, temperature, u: min(by_probabilities(softmax(logits) / temperature, u),
                                               len(logits) - 1),
        "exp of 1000 is too large for a computer. Subtract the largest score first; the softmax stays the "
        "same.": without_subtraction,
        "Compare u with the sums of the probabilities up to each character, np.cumsum, and not with the "
        "single probabilities.":
            lambda logits, temperature, u: int(np.argmax(softmax(logits / temperature) > u)),
        "This is the character before the right one: take the first whose sum is greater than u.":
            lambda logits, temperature, u: max(sample(logits, temperature, u) - 1, 0),
        "This is the character after the right one: numbering begins at 0.":
            lambda logits, temperature, u: sample(logits, temperature, u) + 1,
        "This is the number of characters minus the right one: go through the characters from the first on.":
            lambda logits, temperature, u: len(logits) - sample(logits, temperature, u),
    },
    hint="p = softmax(logits / temperature); the answer is the first place where the sum of p exceeds u.",
    then=lambda answer: writes_text(answer))


def writes_text(sample, length=160, context=5):
    """Let the student's sampler write after counts: which characters follow the last five in the plays?"""
    text = "\n".join(plays().values())
    ids, characters = numbered(text)
    following = {}
    for i in range(len(text) - context):
        following.setdefault(text[i:i + context], []).append(i + context)
    words = set(re.findall("[a-z]+", text.lower()))
    for temperature in (0.5, 1.0, 2.0):
        written, rng = "ROMEO:\n", np.random.default_rng(0)
        while len(written) < length:
            nexts = ids[following.get(written[-context:], range(100))]
            counts = np.bincount(nexts, minlength=len(characters))
            logits = np.log(counts + 1e-6)      # what never follows has a small chance, too
            written += characters[int(sample(logits, temperature, rng.random()))]
        found = re.findall("[a-z]+", written.lower())
        share = np.mean([word in words for word in found])
        print(f"\nYour sampler at temperature {temperature}; {share:.0%} of {len(found)} words are in the "
              "plays:")
        print("\n".join("    " + line for line in written.strip().split("\n")))


EXERCISES = [BITS, WINDOWS, RNN_STEP, LSTM_STEP, SAMPLE]
