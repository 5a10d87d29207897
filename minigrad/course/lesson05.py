"""The exercises of lesson 5: a layer, a loss, two optimizers and the training loop, written out."""

import warnings

import numpy as np

import minigrad
from minigrad import Tensor, nn, optim
from minigrad.course.grading import Case, Exercise, is_stub
from minigrad.course.lesson02 import some_digits
from minigrad.course.lesson03 import numbers
from minigrad.course.seeding import own_random_numbers
from minigrad.course.words import say
from minigrad.data import DataLoader, TensorDataset
from minigrad.nn import functional as F


def tensor(*shape, shift=0.0, **settings):
    return minigrad.tensor(numbers(*shape) + shift, **settings)


def train_digits(model, loss_function, optimizer, steps=200):
    """Batches of 100 of 2,000 digits."""
    images, labels = some_digits("train", 2000)
    for step in range(steps):
        rows = slice(step * 100 % 2000, step * 100 % 2000 + 100)
        loss = loss_function(model(images[rows]), labels[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def share_read(model):
    """The share of 1,000 unseen digits that the model reads right."""
    images, labels = some_digits("test", 1000)
    with minigrad.no_grad():
        return (model(images).argmax(1) == labels).float().mean().item()


def perceptron(layer=nn.Linear):
    with own_random_numbers():
        return nn.Sequential(layer(784, 32), nn.ReLU(), layer(32, 10))


# 5.1


class MyLinear(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.weight = nn.Parameter(minigrad.randn(outputs, inputs) * (2 / inputs) ** 0.5)
        self.bias = nn.Parameter(minigrad.zeros(outputs))

    def forward(self, x):
        return x @ self.weight.T + self.bias


def layer_with(weight=lambda i, o: minigrad.randn(o, i) * (2 / i) ** 0.5,
               bias=lambda o: minigrad.zeros(o), wrap=nn.Parameter, compute=None):
    """A class that makes its weights in another way."""
    class MyLinear(nn.Module):
        def __init__(self, inputs, outputs):
            super().__init__()
            self.weight, self.bias = wrap(weight(inputs, outputs)), wrap(bias(outputs))

        def forward(self, x):
            return compute(x, self.weight, self.bias) if compute else x @ self.weight.T + self.bias
    return MyLinear


def of_a_layer(measure):
    """measure(the student's class), with random numbers of its own; None if it is not written yet."""
    def use(answer):
        if is_stub(getattr(answer, "forward", answer)):
            return None
        with own_random_numbers():
            return measure(answer)
    return use


def found_by_name(layer_class):
    """[is weight a parameter, is bias one, how many numbers the parameters hold]."""
    layer = layer_class(3, 2)
    found = dict(layer.named_parameters())
    return np.array(["weight" in found, "bias" in found, sum(p.numel() for p in found.values())], dtype=int)


def shapes(layer_class):
    layer = layer_class(3, 2)
    return np.array([*layer.weight.shape, *layer.bias.shape])


def with_weights(layer_class):
    """What the layer computes with weights from outside, and the gradients of the two."""
    layer = layer_class(3, 2)
    layer.load_state_dict({"weight": tensor(2, 3).float(), "bias": tensor(2, shift=1.0).float()})
    y = layer(tensor(4, 3).float())
    if y is None:
        return None
    (y * tensor(*y.shape, shift=0.5).float()).sum().backward()
    return y, *(minigrad.zeros_like(p.detach()) if p.grad is None else p.grad
                for p in (layer.weight, layer.bias))


def tails(make):
    """1 if one weight of 22 is larger than two standard deviations, as in a normal distribution."""
    weight = make(400, 300).weight.detach().numpy()
    share = (np.abs(weight) > 2 * weight.std()).mean()
    return np.array([abs(share - 0.0455) < 0.01], dtype=float)


def spread(layer_class):
    """The standard deviation of many weights, times the square root of the inputs."""
    layer = layer_class(400, 300)
    return np.array([round(float(layer.weight.detach().numpy().std()) * 20, 1)])


def starts_at(layer_class):
    return layer_class(3, 2).bias


def differ(layer_class):
    """Do two layers start differently? 1 if so."""
    one, other = (layer_class(3, 2).weight.detach().numpy() for _ in range(2))
    return np.array([int((one != other).any())])


def learns_with_layers(layer_class):
    model = perceptron(layer_class)
    names = ", ".join(f"{name} {tuple(p.shape)}" for name, p in model.named_parameters())
    print(say("A model of your layers finds its parameters: {names}.", names=names))
    train_digits(model, F.cross_entropy, optim.SGD(model.parameters(), lr=0.1, momentum=0.9))
    print(say("200 steps with your layers: {share:.1%} of 1,000 unseen digits are read right.",
              share=share_read(model)))


LAYER = Exercise(
    "5.1", "a layer of your own",
    cases=[Case("the parameters of {name}(3, 2): [is weight one of them, is bias, how many numbers]",
                of_a_layer(found_by_name)),
           Case("the sizes of weight and bias of {name}(3, 2)", of_a_layer(shapes)),
           Case("(the result of {name}(3, 2) with given weights, their gradients)", of_a_layer(with_weights)),
           Case("the standard deviation of the weights of {name}(400, 300), times sqrt(400),",
                of_a_layer(spread)),
           Case("the share of the weights of {name}(400, 300) beyond two standard deviations, as of a normal "
                "distribution (1) or not", of_a_layer(tails)),
           Case("the bias of a new {name}(3, 2)", of_a_layer(starts_at)),
           Case("two new {name}(3, 2): do their weights differ (1 or 0)", of_a_layer(differ))],
    solution=MyLinear,
    mistakes={
        "A module finds only what is an nn.Parameter. A plain tensor is never trained: wrap it in "
        "nn.Parameter(...).":
            layer_with(wrap=lambda each: each.requires_grad_()),
        "weight is a product of a parameter, and no parameter itself. nn.Parameter(...) goes around the "
        "whole product.":
            layer_with(wrap=lambda each: nn.Parameter(each) if each.ndim == 1 else nn.Parameter(each) * 1),
        "The weight has the shape (outputs, inputs): the layer computes x @ weight.T.":
            layer_with(weight=lambda i, o: minigrad.randn(i, o) * (2 / i) ** 0.5,
                       compute=lambda x, weight, bias: x @ weight + bias),
        "With weights of zero, all neurons compute the same, and get the same gradient for ever. Draw them "
        "at random.":
            layer_with(weight=lambda i, o: minigrad.zeros(o, i)),
        "The weights are too large: randn has a standard deviation of 1. Multiply by sqrt(2 / inputs).":
            layer_with(weight=lambda i, o: minigrad.randn(o, i)),
        "2 / inputs is the variance. The standard deviation is its square root.":
            layer_with(weight=lambda i, o: minigrad.randn(o, i) * (2 / i)),
        "The scale is that of the numbers which one output adds up, and these are the inputs: sqrt(2 / "
        "inputs).":
            layer_with(weight=lambda i, o: minigrad.randn(o, i) * (2 / o) ** 0.5),
        "minigrad.rand is uniform from 0 to 1: its mean is not 0, and its standard deviation not 1. Use "
        "minigrad.randn.":
            layer_with(weight=lambda i, o: minigrad.rand(o, i) * (2 / i) ** 0.5),
        "forward lacks the bias.":
            layer_with(compute=lambda x, weight, bias: x @ weight.T),
        "The bias starts at zero.":
            layer_with(bias=lambda o: minigrad.ones(o)),
    },
    hint="Two attributes, self.weight and self.bias, each an nn.Parameter; forward: x @ weight.T + bias.",
    then=learns_with_layers)


# 5.2


def cross_entropy(scores, target):
    scores = scores - scores.amax(1, keepdim=True).detach()
    return (scores.exp().sum(1).log() - scores[minigrad.arange(len(target)), target]).mean()


def right_ones(scores, target):
    return scores[minigrad.arange(len(target)), target]


def with_one_top(scores, target):
    top = scores.max().detach()
    return ((scores - top).exp().sum(1).log() + top - right_ones(scores, target)).mean()


def of_scores(scores, target, kind=np.float64, slopes=False):
    """The loss, or its gradient, for these scores."""
    def use(answer):
        x = minigrad.tensor(np.array(scores, kind), requires_grad=True)
        with np.errstate(all="ignore"):         # of a wrong answer
            loss = answer(x, minigrad.tensor(target))
        if not isinstance(loss, Tensor):
            return loss
        if not slopes:
            return loss
        loss.backward()
        return x.grad
    return use


def learns_with_loss(cross_entropy):
    scores, target = tensor(64, 10, shift=1.0), minigrad.tensor([each % 10 for each in range(64)])
    off = abs(float(cross_entropy(30 * scores, target)) - float(F.cross_entropy(30 * scores, target)))
    print(say("For 64 rows of scores, your loss and minigrad's differ by {off:.0g}.", off=off))
    model = perceptron()
    train_digits(model, cross_entropy, optim.Adam(model.parameters(), lr=0.003))
    print(say("200 steps with your loss: {share:.1%} of 1,000 unseen digits are read right.",
              share=share_read(model)))


FAR = [[1000.0, 0.0, 0.0], [998.0, -1000.0, 1000.0]]
CROSS_ENTROPY = Exercise(
    "5.2", "cross entropy for scores of any size",
    cases=[Case("{name} of one row of two equal scores", of_scores([[0.5, 0.5]], [1])),
           Case("{name}(scores, target) for scores of shape (4, 3)", of_scores(numbers(4, 3), [2, 0, 1, 1])),
           Case("{name}(scores, target) for scores of shape (3, 3)", of_scores(2 * numbers(3, 3), [0, 0, 2])),
           Case("the gradient of the scores after {name}(scores, target)",
                of_scores(numbers(4, 3), [2, 0, 1, 1], slopes=True)),
           Case("{name} of scores such as 1000", of_scores(FAR, [0, 2])),
           Case("{name} of scores such as 100, float32", of_scores([[100.0, 0.0]], [0], np.float32)),
           Case("{name} of a score of 1000 for the wrong class", of_scores(FAR, [1, 1])),
           Case("{name} of one row of scores near 1000 and one near -1000",
                of_scores([[1000.0, 999.0], [-1000.0, -1001.0]], [0, 0])),
           Case("the gradient for one row of scores near 1000 and one near -1000",
                of_scores([[1000.0, 999.0], [-1000.0, -1001.0]], [0, 1], slopes=True))],
    solution=cross_entropy,
    mistakes={
        "e^1000 is inf, and inf - inf is nan. Subtract the largest score of the row before exp, and add it "
        "again after log.":
            lambda scores, target: (scores.exp().sum(1).log() - right_ones(scores, target)).mean(),
        "softmax gives 0 for a class that is far behind, and log(0) is -inf. Take the logarithm of the sum "
        "without forming the probabilities.":
            lambda scores, target: -right_ones(minigrad.softmax(scores, dim=1), target).log().mean(),
        "One largest score for the whole batch is not enough: in a row far below it, every exp is 0. Take "
        "the largest of each row, with amax(1, keepdim=True).":
            with_one_top,
        "A small number inside the logarithm hides the problem: the loss stops growing, and its gradient "
        "vanishes just where the network is most wrong.":
            lambda scores, target: -(right_ones(minigrad.softmax(scores, dim=1), target) + 1e-9).log().mean(),
        "scores[:, target] takes every target from every row, n x n numbers. Each row has one target: give "
        "the numbers of the rows, too, scores[minigrad.arange(len(target)), target].":
            lambda scores, target: (scores - scores.amax(1, keepdim=True)).exp().sum(1).log().mean()
            - (scores - scores.amax(1, keepdim=True))[:, target].mean(),
        "The loss is the mean over the rows of the batch, not the sum.":
            lambda scores, target: cross_entropy(scores, target) * len(target),
        "The sign is wrong: the logarithm of the sum minus the score of the right class.":
            lambda scores, target: -cross_entropy(scores, target),
        "The classes of one example stand along axis 1: sum over that.":
            lambda scores, target: (minigrad.logsumexp(scores, 0).mean() - right_ones(scores, target).mean()),
        "The largest score was subtracted inside the logarithm only. Subtract it from the score of the right "
        "class, too, or add it again after the logarithm.":
            lambda scores, target: ((scores - scores.amax(1, keepdim=True).detach()).exp().sum(1).log()
                                    - right_ones(scores, target)).mean(),
    },
    hint="log(sum of e^s) - s of the right class, for each row; then the mean.", atol=1e-5,
    then=learns_with_loss)


# 5.3


def momentum_step(p, g, b, lr, momentum):
    b = momentum * b + g
    return p - lr * b, b


def steps_of(count, lr, momentum, curvatures=(1.0, 8.0)):
    """(p, b) after some steps down a bowl."""
    def use(answer):
        p, b = np.array([1.0, -2.0]), np.zeros(2)
        for _ in range(count):
            result = answer(p.copy(), np.array(curvatures) * p, b.copy(), lr, momentum)
            if not isinstance(result, (tuple, list)) or len(result) != 2 or any(
                    each is None or each is ... for each in result):
                return result
            p, b = (np.asarray(each) for each in result)
        return p, b
    return use


def race(step, lr, momentum, limit=5000):
    """Steps down a bowl with curvatures 1 and 100 until the height is below 1e-6."""
    p, b = np.array([1.0, 1.0]), np.zeros(2)
    for count in range(1, limit + 1):
        p, b = step(p, np.array([1.0, 100.0]) * p, b, lr, momentum)
        if (np.array([1.0, 100.0]) * p ** 2).sum() / 2 < 1e-6:
            return count
    return limit


def races(momentum_step):
    plain, mine = race(momentum_step, 0.0198, 0.0), race(momentum_step, 0.033, 0.67)
    print(say("Down a valley with curvatures 1 and 100: {plain} steps without momentum, {mine} with 0.67.",
              plain=plain, mine=mine))

    class Momentum(optim.Optimizer):
        def __init__(self, params, lr, momentum):
            super().__init__(params, dict(lr=lr, momentum=momentum))

        def init_state(self, xp, p, **settings):
            return {"b": xp.zeros_like(p)}

        def update(self, xp, p, g, state, *, lr, momentum):
            p[...], state["b"] = momentum_step(p.copy(), g, state["b"], lr, momentum)

    model, twin = perceptron(), perceptron()
    train_digits(model, F.cross_entropy, Momentum(model.parameters(), lr=0.1, momentum=0.9))
    train_digits(twin, F.cross_entropy, optim.SGD(twin.parameters(), lr=0.1, momentum=0.9))
    off = max(abs(p.detach().numpy() - q.detach().numpy()).max()
              for p, q in zip(model.parameters(), twin.parameters()))
    print(say("200 steps with your rule: {share:.1%} of 1,000 unseen digits are read right. The weights "
              "differ from those of optim.SGD by at most {off:.0g}.", share=share_read(model), off=off))


MOMENTUM = Exercise(
    "5.3", "momentum",
    cases=[Case("(p, b) after one call of {name} with momentum=0", steps_of(1, 0.1, 0.0)),
           Case("(p, b) after one call of {name} with momentum=0.9", steps_of(1, 0.1, 0.9)),
           Case("(p, b) after two calls of {name} with momentum=0.5", steps_of(2, 0.1, 0.5)),
           Case("(p, b) after seven calls of {name} with momentum=0.9", steps_of(7, 0.05, 0.9))],
    solution=momentum_step,
    mistakes={
        "b has no factor (1 - momentum) here: the gradients add up, and that is meant.":
            lambda p, g, b, lr, momentum: (p - lr * (momentum * b + (1 - momentum) * g),
                                           momentum * b + (1 - momentum) * g),
        "Downhill: subtract lr * b.":
            lambda p, g, b, lr, momentum: (p + lr * (momentum * b + g), momentum * b + g),
        "The learning rate belongs in the step of p, and not in b.":
            lambda p, g, b, lr, momentum: (p - (momentum * b + lr * g), momentum * b + lr * g),
        "First renew b, then step with the new b.":
            lambda p, g, b, lr, momentum: (p - lr * b, momentum * b + g),
        "This is Nesterov's variant, which looks one step ahead. Step with b itself.":
            lambda p, g, b, lr, momentum: (p - lr * (g + momentum * (momentum * b + g)), momentum * b + g),
        "The step is along b, and not along the gradient of this step alone.":
            lambda p, g, b, lr, momentum: (p - lr * g, momentum * b + g),
        "The old b is multiplied by momentum before the gradient is added.":
            lambda p, g, b, lr, momentum: (p - lr * (b + g), b + g),
        "First the new p, then the new b.":
            lambda p, g, b, lr, momentum: (momentum * b + g, p - lr * (momentum * b + g)),
    },
    hint="Two lines: the new b from the old one and g, then the new p from p and the new b.",
    then=races)


# 5.4


class MyAdam(optim.Optimizer):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps))

    def init_state(self, xp, p, **settings):
        return {"m": xp.zeros_like(p), "v": xp.zeros_like(p)}

    def update(self, xp, p, g, state, *, lr, betas, eps):
        beta1, beta2 = betas
        state["m"] = beta1 * state["m"] + (1 - beta1) * g
        state["v"] = beta2 * state["v"] + (1 - beta2) * g * g
        m_hat = state["m"] / (1 - beta1 ** state["step"])
        v_hat = state["v"] / (1 - beta2 ** state["step"])
        p -= lr * m_hat / (xp.sqrt(v_hat) + eps)


def adam_with(step, mean=lambda m, g, beta1: beta1 * m + (1 - beta1) * g,
              square=lambda v, g, beta2: beta2 * v + (1 - beta2) * g * g):
    """A class with another step(p, m, v, t, lr, beta1, beta2, eps), or other means."""
    class MyAdam(optim.Optimizer):
        def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
            super().__init__(params, dict(lr=lr, betas=betas, eps=eps))

        def init_state(self, xp, p, **settings):
            return {"m": xp.zeros_like(p), "v": xp.zeros_like(p)}

        def update(self, xp, p, g, state, *, lr, betas, eps):
            state["m"], state["v"] = mean(state["m"], g, betas[0]), square(state["v"], g, betas[1])
            p -= step(state["m"], state["v"], state["step"], lr, *betas, eps)
    return MyAdam


def adam_step(m, v, t, lr, beta1, beta2, eps):
    return lr * m / (1 - beta1 ** t) / (np.sqrt(v / (1 - beta2 ** t)) + eps)


class WritesNowhere(MyAdam):
    def update(self, xp, p, g, state, *, lr, betas, eps):
        state["m"], state["v"] = betas[0] * state["m"] + (1 - betas[0]) * g, state["v"]
        p = p - adam_step(state["m"], state["v"] + g * g, state["step"], lr, *betas, eps)


class ForgetsTheMeans(MyAdam):
    def update(self, xp, p, g, state, *, lr, betas, eps):
        m = betas[0] * state["m"] + (1 - betas[0]) * g
        v = betas[1] * state["v"] + (1 - betas[1]) * g * g
        p -= adam_step(m, v, state["step"], lr, *betas, eps)


class SpoilsTheGradient(MyAdam):
    def update(self, xp, p, g, state, *, lr, betas, eps):
        state["m"] = betas[0] * state["m"] + (1 - betas[0]) * g
        g *= g
        state["v"] = betas[1] * state["v"] + (1 - betas[1]) * g
        p -= adam_step(state["m"], state["v"], state["step"], lr, *betas, eps)


def moved(steps, kind=np.float64, size=(4,), **settings):
    """(p after some steps, the gradient after the last one) with the student's optimizer."""
    def use(answer):
        update = getattr(answer, "update", answer)
        if is_stub(update):
            return None
        p = minigrad.tensor(numbers(*size).astype(kind), requires_grad=True)
        optimizer = answer([p], **settings)
        if not hasattr(optimizer, "step"):
            return optimizer
        for step in range(1, steps + 1):
            p.grad = minigrad.tensor((numbers(*size) * step ** 0.5 + 0.1 * step).astype(kind))
            optimizer.step()
        return p.detach(), p.grad
    return use


def trains_with_adam(optimizer_class):
    model, twin, plain = (perceptron() for _ in range(3))
    train_digits(model, F.cross_entropy, optimizer_class(model.parameters(), lr=0.003))
    train_digits(twin, F.cross_entropy, optim.Adam(twin.parameters(), lr=0.003))
    train_digits(plain, F.cross_entropy, optim.SGD(plain.parameters(), lr=0.003))
    off = max(abs(p.detach().numpy() - q.detach().numpy()).max()
              for p, q in zip(model.parameters(), twin.parameters()))
    print(say("200 steps with your optimizer: {share:.1%} of 1,000 unseen digits are read right; plain SGD "
              "with the same learning rate reads {other:.1%}.",
              share=share_read(model), other=share_read(plain)))
    print(say("The {count:,} weights differ from those of optim.Adam by at most {off:.0g}.",
              count=sum(p.numel() for p in model.parameters()), off=off))


ADAM = Exercise(
    "5.4", "Adam",
    cases=[Case("(p, its gradient) after one step of {name}([p], lr=0.1)", moved(1, lr=0.1)),
           Case("(p, its gradient) after five steps of {name}([p], lr=0.1)", moved(5, lr=0.1)),
           Case("(p, its gradient) after three steps of {name}([p], lr=0.1, betas=(0.5, 0.75))",
                moved(3, lr=0.1, betas=(0.5, 0.75))),
           Case("(p, its gradient) after three steps of {name}([p], lr=0.1, eps=0.5)",
                moved(3, lr=0.1, eps=0.5)),
           Case("(p, its gradient) after three steps of {name}([p]) for p of shape (2, 3), float32",
                moved(3, np.float32, (2, 3)))],
    solution=MyAdam,
    mistakes={
        "p does not change: `p = p - ...` makes a new array and forgets it. `p -= ...` writes into the "
        "array.":
            WritesNowhere,
        "The bias correction is missing: m and v start at 0 and are too small at first. Divide them by "
        "1 - beta ** step.":
            adam_with(lambda m, v, t, lr, beta1, beta2, eps: lr * m / (np.sqrt(v) + eps)),
        "Only m is corrected. v starts at 0, too: divide it by 1 - beta2 ** step.":
            adam_with(lambda m, v, t, lr, beta1, beta2, eps: lr * m / (1 - beta1 ** t) / (np.sqrt(v) + eps)),
        "eps stands outside of the square root.":
            adam_with(lambda m, v, t, lr, beta1, beta2, eps: lr * m / (1 - beta1 ** t)
                      / np.sqrt(v / (1 - beta2 ** t) + eps)),
        "Divide by the square root of v_hat, so that the step has the size of lr whatever the gradient's "
        "size.":
            adam_with(lambda m, v, t, lr, beta1, beta2, eps: lr * m / (1 - beta1 ** t)
                      / (v / (1 - beta2 ** t) + eps)),
        "The means are forgotten: write the new m and v back into the state.":
            ForgetsTheMeans,
        "The gradient was changed. g is only to be read: `g *= g` writes into it.":
            SpoilsTheGradient,
        "v is the mean of the squares of the gradients, and not of the gradients.":
            adam_with(lambda m, v, t, *rest: adam_step(m, abs(v), t, *rest),
                      square=lambda v, g, beta2: beta2 * v + (1 - beta2) * g),
        "betas[0] belongs to m, betas[1] to v.":
            adam_with(lambda m, v, t, lr, beta1, beta2, eps: adam_step(v, m, t, lr, beta2, beta1, eps),
                      mean=lambda m, g, beta1: beta1 * m + (1 - beta1) * g * g,
                      square=lambda v, g, beta2: beta2 * v + (1 - beta2) * g),
        "state[\"step\"] is 1 in the first step already: do not subtract 1 from it, or the first correction "
        "divides by 0.":
            adam_with(lambda m, v, t, *rest: adam_step(m, v, t - 1.0, *rest)),
    },
    hint="Four lines: the new m, the new v, both divided by 1 - beta ** step, and the step.",
    then=trains_with_adam)


# 5.5


def fit(model, loss_function, optimizer, batches):
    losses = []
    for x, y in batches:
        loss = loss_function(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def fit_by(*order, number=lambda loss: loss.item()):
    """The loop with its three calls in another order."""
    def loop(model, loss_function, optimizer, batches):
        losses = []
        for x, y in batches:
            loss = loss_function(model(x), y)
            for name in order:
                getattr(loss if name == "backward" else optimizer, name)()
            losses.append(number(loss))
        return losses
    return loop


def measures_afterwards(model, loss_function, optimizer, batches):
    losses = []
    for x, y in batches:
        fit(model, loss_function, optimizer, [(x, y)])
        losses.append(loss_function(model(x), y).item())
    return losses


def swaps_the_arguments(model, loss_function, optimizer, batches):
    return fit(model, lambda prediction, target: loss_function(target, prediction), optimizer, batches)


def only_the_last(model, loss_function, optimizer, batches):
    return fit(model, loss_function, optimizer, batches)[-1:]


def twice_as_bad_below(prediction, target):
    """A loss whose two arguments cannot be swapped."""
    return (minigrad.relu(target - prediction) ** 2 + (target - prediction) ** 2).mean()


def fitted(*sizes, momentum=0.0, loss=F.mse_loss, loader=False):
    """(the losses, the weights) after the student's loop over a few batches.

    loader: a DataLoader with two batches, which can only be gone through, in place of a list.
    """
    def use(answer):
        with own_random_numbers():
            model = nn.Linear(3, 1)
        x = tensor(8, 3).float()
        data = [(x[:size], (2 * x[:size, :1] + 1)) for size in sizes]
        if loader:
            data = DataLoader(TensorDataset(*data[0]), batch_size=4)
        with warnings.catch_warnings():         # of steps without gradients, in a wrong answer
            warnings.simplefilter("ignore")
            losses = answer(model, loss, optim.SGD(model.parameters(), lr=0.2, momentum=momentum), data)
        if losses is None or losses is ...:
            return losses
        if isinstance(losses, list) and any(isinstance(each, Tensor) for each in losses):
            raise TypeError(say("the list should hold numbers, and it holds a Tensor"))
        return np.array(losses), *(p.detach() for p in model.parameters())
    return use


def trains_in_the_loop(fit):
    model = perceptron()
    with own_random_numbers():
        losses = [each for _ in range(4) for each in
                  fit(model, F.cross_entropy, optim.Adam(model.parameters(), lr=0.003),
                      DataLoader(TensorDataset(*some_digits("train", 2000)), batch_size=50, shuffle=True))]
    print(say("Four epochs of 2,000 digits in your loop: the loss falls from {first:.2f} to {last:.2f}.",
              first=losses[0], last=np.mean(losses[-20:])))
    print(say("{share:.1%} of 1,000 unseen digits are read right.", share=share_read(model)))


FIT = Exercise(
    "5.5", "the training loop",
    cases=[Case("(losses, weights) after {name} with one batch", fitted(8)),
           Case("(losses, weights) after {name} with three batches", fitted(8, 5, 3)),
           Case("(losses, weights) after {name} with three batches and momentum",
                fitted(8, 4, 8, momentum=0.5)),
           Case("(losses, weights) after {name} with a loss that counts errors below the target twice",
                fitted(8, loss=twice_as_bad_below)),
           Case("(losses, weights) after {name} with a DataLoader", fitted(8, loader=True))],
    solution=fit,
    mistakes={
        "The gradients of all batches add up: call optimizer.zero_grad() in each round.":
            fit_by("backward", "step"),
        "Nothing has moved. The order is zero_grad, backward, step: a zero_grad() between backward() and "
        "step() throws the new gradients away, and without one of the two nothing happens.":
            fit_by("backward", "zero_grad", "step"),
        "step() comes after backward(): before, the gradients are those of the batch before, or none.":
            fit_by("step", "zero_grad", "backward"),
        "Keep the loss that you have computed before the step. The model need not run twice.":
            measures_afterwards,
        "Return the loss of each batch, a list as long as there are batches.":
            only_the_last,
        "The loss gets what the model says first, then what should come out: loss_function(model(x), y).":
            swaps_the_arguments,
        "The list should hold numbers: loss.item(). A tensor would keep its whole graph in memory.":
            fit_by("zero_grad", "backward", "step", number=lambda loss: loss),
    },
    hint="In each round: the loss, zero_grad, backward, step, and loss.item() into the list.",
    then=trains_in_the_loop)


EXERCISES = [LAYER, CROSS_ENTROPY, MOMENTUM, ADAM, FIT]
