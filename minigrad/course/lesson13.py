"""The exercises of lesson 13: weights from elsewhere, frozen layers, rates for each layer, and LoRA."""

import functools

import numpy as np

import minigrad
from minigrad import nn, optim
from minigrad.course.grading import Case, Exercise
from minigrad.course.lesson03 import numbers
from minigrad.course.seeding import own_random_numbers
from minigrad.data import mnist
from minigrad.nn import functional as F


def some_digits(split, digits, count):
    """The first `count` images of some digits, a float32 Tensor (N, 784), and their labels."""
    images, labels = mnist(split)
    rows = np.flatnonzero(np.isin(labels, digits))[:count]
    return (minigrad.tensor(images[rows].reshape(-1, 784) / np.float32(255)), minigrad.tensor(labels[rows]))


def network():
    return nn.Sequential(nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))


def train(model, images, labels, groups, lr, steps):
    """Adam on batches of 50."""
    optimizer = optim.Adam(groups, lr=lr)
    for step in range(steps):
        rows = slice(step * 50 % len(labels), step * 50 % len(labels) + 50)
        loss = F.cross_entropy(model(images[rows]), labels[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


def share(model, images, labels):
    """The part of the images that the model reads right."""
    with minigrad.no_grad():
        return (model(images).argmax(1) == labels).float().mean().item()


@functools.cache
def pretrained_state():
    """The weights of a network that has learned the digits 0 to 4."""
    with own_random_numbers():
        model = network()
    train(model, *some_digits("train", range(5), 4000), model.parameters(), 0.003, 240)
    return model.state_dict()


def pretrained():
    with own_random_numbers():
        model = network()
    model.load_state_dict(pretrained_state())
    return model


# 13.1


def translated(state, layers):
    result = {}
    for name, array in state.items():
        layer, kind = name.rsplit("/", 1)
        if layer not in layers:
            continue
        if kind == "kernel":
            result[layers[layer] + ".weight"] = array.T
        else:
            result[layers[layer] + "." + kind] = array
    return result


def translation(*, transpose=True, reshape=False, rename=True, first_slash=False, unknown="skip", dot="."):
    """`translated` with something done otherwise."""
    def answer(state, layers):
        result = {}
        for name, array in state.items():
            layer, kind = name.split("/", 1) if first_slash else name.rsplit("/", 1)
            if layer not in layers and unknown == "skip":
                continue
            own = layers.get(layer, layer)
            if kind == "kernel" and transpose:
                array = array.reshape(array.shape[::-1]) if reshape else array.T
            result[own + dot + ("weight" if kind == "kernel" and rename else kind)] = array
        return result
    return answer


def by_beginning(state, layers):
    result = {}
    for layer, own in layers.items():
        for name, array in state.items():
            if name.startswith(layer):
                result[own + (".weight" if name.endswith("kernel") else ".bias")] = array.T
    return result


FOREIGN = {"dense_1/kernel": numbers(3, 4), "dense_1/bias": numbers(4) + 1, "trainer/step": np.array([7.0]),
           "block/dense/kernel": numbers(2, 2) - 1, "block/dense/bias": numbers(2),
           "adam/dense_1/kernel": numbers(3, 4), "dense_10/kernel": numbers(3, 4) + 2,
           "dense_10/bias": numbers(4) + 3}
LAYERS = {"dense_1": "body.0", "block/dense": "head", "dense_10": "body.2"}


def entry(*names):
    """The values of the result under these names, one after the other; -1 for a name that is not there."""
    def use(answer):
        result = answer(dict(FOREIGN), dict(LAYERS))
        if result is None or result is ...:
            return None
        if not isinstance(result, dict):
            raise TypeError(f"translated should return a dict, got a {type(result).__name__}")
        found = [np.asarray(result[name]) if name in result else np.array([-1.0]) for name in names]
        return found[0] if len(found) == 1 else np.concatenate([each.ravel() for each in found])
    return Case(f"the values of {{name}}(...) under {', '.join(map(repr, names))} (-1 if there are none)",
                use)


def count_of_names(answer):
    result = answer(dict(FOREIGN), dict(LAYERS))
    return None if result is None or result is ... else len(result)


def comes_back_to_life(answer):
    """Load the pretrained network from foreign names with the student's function."""
    model = pretrained()
    foreign, layers = {"trainer/step": np.array([240])}, {}
    for i, name in enumerate(["0", "2", "4"], 1):
        layers[f"dense_{i}"] = name
        foreign[f"dense_{i}/kernel"] = model.get_submodule(name).weight.detach().numpy().T.copy()
        foreign[f"dense_{i}/bias"] = model.get_submodule(name).bias.detach().numpy()
    empty = pretrained()
    for layer in (0, 2, 4):
        empty[layer].load_state_dict({name: minigrad.zeros(*x.shape)
                                            for name, x in empty[layer].state_dict().items()})
    state = {name: minigrad.tensor(np.ascontiguousarray(array))
             for name, array in answer(foreign, layers).items()}
    images, labels = some_digits("test", range(5), 1000)
    before = share(empty, images, labels)
    empty.load_state_dict(state)
    print(f"A network with all weights 0 reads {before:.1%} of 1,000 unseen digits right, with the weights "
          f"that you translated {share(empty, images, labels):.1%}.")


TRANSLATE = Exercise(
    "13.1", "weights with other names",
    cases=[entry("body.0.weight"), entry("body.0.bias"), entry("head.weight"), entry("head.bias"),
           entry("body.2.weight"), Case("the number of names in {name}(...)", count_of_names)],
    solution=translated,
    mistakes={
        "The kernel is (in, out), a weight (out, in): transpose it.":
            translation(transpose=False),
        "Reshaping keeps the order of the numbers and mixes up rows and columns. Transpose: array.T.":
            translation(reshape=True),
        "The last part of the name changes, too: a kernel is called weight.":
            translation(rename=False),
        "Leave out what belongs to no layer in `layers`, such as the state of the optimizer.":
            translation(unknown="keep"),
        "A layer's name can have a slash itself, such as block/dense: cut at the last one, rsplit('/', 1).":
            translation(first_slash=True),
        "The name dense_10 begins with dense_1, too, and is another layer: compare the whole name.":
            by_beginning,
        "Names of a state_dict have dots: body.0.weight.":
            translation(dot="/"),
    },
    hint="Cut each name at its last slash, look up the layer, transpose and rename kernels.",
    then=comes_back_to_life)


# 13.2


class Two(nn.Module):
    """A model whose names hold traps: the head has a part that is called body."""

    def __init__(self):
        self.body = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 2))
        self.norm = nn.LayerNorm(2)
        self.head = nn.Sequential()
        self.head.add_module("body", nn.Linear(2, 4))
        self.head.add_module("out", nn.Linear(4, 1))


def freeze(model, prefixes):
    trained = 0
    for name, parameter in model.named_parameters():
        frozen = any(name.startswith(prefix) for prefix in prefixes)
        parameter.requires_grad_(not frozen)
        if not frozen:
            trained += parameter.numel()
    return trained


def freezing(frozen=lambda name, prefixes: name.startswith(tuple(prefixes)), *, unfreeze=True, opposite=False,
             count="numbers"):
    """`freeze` with something done otherwise."""
    def answer(model, prefixes):
        total = 0
        for name, parameter in model.named_parameters():
            hit = frozen(name, prefixes) != opposite
            if hit or unfreeze:
                parameter.requires_grad_(not hit)
            if hit == (count == "frozen"):
                total += 1 if count == "tensors" else parameter.numel()
        return total
    return answer


def flags(prefixes, before=()):
    """(how many numbers are trained, 1 for each trained parameter and 0 for each frozen one)."""
    def use(answer):
        model = Two()
        for name in before:
            model.get_parameter(name).requires_grad_(False)
        count = answer(model, list(prefixes))
        if count is None or count is ...:
            return None
        return count, np.array([int(parameter.requires_grad) for parameter in model.parameters()])
    again = f", {before[0]} being frozen already" if before else ""
    return Case(f"(count, 1 for each parameter that is trained) of {{name}}(model, {list(prefixes)}){again}",
                use)


FREEZE = Exercise(
    "13.2", "freeze by name",
    cases=[flags(["body."]), flags([]), flags(["body.0.", "norm."]), flags(["head.out"]),
           flags(["norm."], before=["body.0.weight"])],
    solution=freeze,
    mistakes={
        "A prefix stands at the beginning of the name: head.body.weight does not begin with body.":
            freezing(lambda name, prefixes: any(prefix in name for prefix in prefixes)),
        "The wrong way round: these are to be frozen, the others trained.":
            freezing(opposite=True),
        "All other parameters are to be trained, also those that were frozen before: requires_grad_(True).":
            freezing(unfreeze=False),
        "Count numbers, and not tensors: parameter.numel().":
            freezing(count="tensors"),
        "This counts the frozen numbers. Return how many are trained.":
            freezing(count="frozen"),
        "There can be several prefixes: try each of them, not the first only.":
            freezing(lambda name, prefixes: name.startswith(tuple(prefixes[:1]))),
    },
    hint="For each named parameter: does its name begin with a prefix? Then requires_grad_(False).")


# 13.3


def rate_groups(model, lr, factor):
    layers = [layer for layer in model if list(layer.parameters())]
    return [{"params": list(layer.parameters()), "lr": lr * factor ** (len(layers) - 1 - i)}
            for i, layer in enumerate(layers)]


def rates(*, all_layers=False, forwards=False, linear=False, first_only=False, parameters=True):
    """`rate_groups` with something done otherwise."""
    def answer(model, lr, factor):
        layers = [layer for layer in model if list(layer.parameters())]
        places = list(model) if all_layers else layers
        groups = []
        for layer in layers:
            step = len(places) - 1 - next(i for i, each in enumerate(places) if each is layer)
            if forwards:
                step = len(places) - 1 - step
            if linear and step:
                rate = lr * factor * step
            else:
                rate = lr * factor ** (min(step, 1) if first_only else step)
            groups.append({"params": list(layer.parameters()) if parameters else [layer.weight], "lr": rate})
        return groups
    return answer


def rate_of_each(model, lr, factor, text):
    """The rate of each parameter in an optimizer, 0 if it is in no group; then the rate of each group."""
    def use(answer):
        net = model()
        groups = answer(net, lr, factor)
        if groups is None or groups is ...:
            return None
        optimizer = optim.SGD(groups, lr=77.0)
        rate = {id(each): group["lr"] for group in optimizer.param_groups for each in group["params"]}
        return np.array([*(rate.get(id(each), 0.0) for each in net.parameters()),
                         *(group["lr"] for group in optimizer.param_groups)])
    return Case(f"the rate of each parameter, then of each group, of {{name}}({text}, {lr}, {factor})", use)


def learns_with_your_rates(answer):
    model = pretrained()
    before = [parameter.detach().clone() for parameter in model.parameters()]
    images, labels = some_digits("train", range(5, 10), 500)
    train(model, images, labels, answer(model, 0.01, 1 / 2.6), 0.01, 100)
    images, labels = some_digits("test", range(5, 10), 1000)
    moved = [(new - old).abs().mean().item() for new, old in zip(model.parameters(), before)][::2]
    print(f"100 steps with your rates: {share(model, images, labels):.1%} of 1,000 unseen digits from 5 to 9 "
          "are read right.\nThe weights changed by", ", ".join(f"{each:.4f}" for each in moved),
          "on average, from the first layer to the last.")


RATES = Exercise(
    "13.3", "a rate for each layer",
    cases=[rate_of_each(lambda: nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 1)), 0.5, 0.5,
                        "two linear layers"),
           rate_of_each(lambda: nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 2), nn.Tanh(),
                                              nn.Linear(2, 1, bias=False)), 0.125, 0.25,
                        "linear, ReLU, linear, Tanh, linear without a bias"),
           rate_of_each(lambda: nn.Sequential(nn.Flatten(), nn.Sequential(nn.Linear(2, 2), nn.ReLU()),
                                              nn.Linear(2, 2), nn.Softmax(1)), 1.0, 0.5,
                        "Flatten, Sequential(linear, ReLU), linear, Softmax")],
    solution=rate_groups,
    mistakes={
        "A layer without parameters makes no step in the rates: leave it out before you count.":
            rates(all_layers=True),
        "The wrong way round: the last layer gets lr, and the first the smallest rate.":
            rates(forwards=True),
        "The factor is applied once for each step: lr * factor ** steps.":
            rates(linear=True),
        "Each layer gets a smaller rate than the next one: lr, lr * factor, lr * factor ** 2, ...":
            rates(first_only=True),
        "The rates are right, and the order is not: the group of the first layer comes first.":
            lambda model, lr, factor: rate_groups(model, lr, factor)[::-1],
        "A layer has more parameters than its weight: list(layer.parameters()).":
            lambda model, lr, factor: rates(parameters=False)(nn.Sequential(*(
                layer[0] if isinstance(layer, nn.Sequential) else layer for layer in model)), lr, factor),
    },
    hint="List the layers that have parameters. How many steps is each one before the last?", atol=1e-9,
    then=learns_with_your_rates)


# 13.4


class LoRALinear(nn.Module):
    def __init__(self, linear, rank, alpha):
        self.linear = linear
        linear.requires_grad_(False)
        out, n = linear.weight.shape
        self.A = nn.Parameter(minigrad.randn(rank, n) / rank)
        self.B = nn.Parameter(minigrad.zeros(out, rank))
        self.scale = alpha / rank

    def forward(self, x):
        return self.linear(x) + self.scale * (x @ self.A.T @ self.B.T)


def lora(*, frozen=True, start_A=True, start_B=False, scale=lambda alpha, rank: alpha / rank, parameters=True,
         base=True):
    """A LoRALinear with something done otherwise."""
    class Other(nn.Module):
        def __init__(self, linear, rank, alpha):
            self.linear, self.scale = linear.requires_grad_(not frozen), scale(alpha, rank)
            out, n = linear.weight.shape
            A = minigrad.ones(rank, n) if start_A else minigrad.zeros(rank, n)
            B = minigrad.ones(out, rank) if start_B else minigrad.zeros(out, rank)
            self.A, self.B = (nn.Parameter(A), nn.Parameter(B)) if parameters else (A, B)

        def forward(self, x):
            y = self.scale * (x @ self.A.T @ self.B.T)
            return self.linear(x) + y if base else y
    return Other


def layer_case(text, look, shape=(3, 4), rank=2, alpha=6.0):
    """The case that makes a student's layer of fixed numbers around a linear one and looks at it."""
    def use(answer):
        state = minigrad.get_rng_state()
        try:
            linear = nn.Linear(*shape)
            linear.load_state_dict({"weight": minigrad.tensor(numbers(*shape[::-1]).astype(np.float32)),
                                    "bias": minigrad.tensor(numbers(shape[1]).astype(np.float32))})
            layer = answer(linear, rank, alpha)
            x = minigrad.tensor(numbers(5, shape[0]).astype(np.float32))
            return None if layer(x) is None else look(layer, x)
        finally:
            minigrad.set_rng_state(state)
    return Case(text, use)


def trained_shapes(layer, x):
    """The sizes of all that is trained, sorted."""
    return np.array(sorted(size for parameter in layer.parameters() if parameter.requires_grad
                           for size in parameter.shape))


def with_numbers(layer):
    """The layer, with fixed numbers in A and B."""
    with minigrad.no_grad():
        for parameter, start in ((layer.A, 0.5), (layer.B, -0.25)):
            parameter.copy_(minigrad.tensor(numbers(*parameter.shape).astype(np.float32) + start))
    return layer


def gradients(layer, x):
    with_numbers(layer)(x).sum().backward()
    return layer.A.grad, layer.B.grad


def first_gradient(layer, x):
    """1 if the first gradient says something to B."""
    layer(x).sum().backward()
    return int((layer.B.grad != 0).any())


def learns_with_your_layers(answer):
    images, labels = some_digits("train", range(5, 10), 500)
    seen, seen_labels = some_digits("test", range(5), 500)
    new, new_labels = some_digits("test", range(5, 10), 1000)
    model = pretrained()
    known = share(model, seen, seen_labels)
    whole = sum(parameter.numel() for parameter in model.parameters())
    with own_random_numbers():
        adapted = nn.Sequential(answer(model[0], 4, 8), nn.ReLU(), answer(model[2], 4, 8), nn.ReLU(),
                                nn.Linear(32, 10))
    trained = [parameter for parameter in adapted.parameters() if parameter.requires_grad]
    train(adapted, images, labels, trained, 0.01, 150)
    print("A network pretrained on the digits 0 to 4, with a new last layer and your layers of rank 4:\n"
          f"{sum(map(minigrad.numel, trained)):,} numbers are trained instead of {whole:,}, and "
          f"{share(adapted, new, new_labels):.1%} of 1,000 unseen digits from 5 to 9 are read right.\n"
          f"With your layers taken out again, it reads {share(model, seen, seen_labels):.1%} of the digits 0 "
          f"to 4 right, before {known:.1%}.")


LORA = Exercise(
    "13.4", "a linear layer with LoRA",
    cases=[layer_case("{name}(linear, 2, 6.0)(x) at the start", lambda layer, x: layer(x).detach()),
           layer_case("the sizes of all that is trained in {name}(linear, 2, 6.0), linear 3 to 4,",
                      trained_shapes),
           layer_case("{name}(linear, 2, 6.0)(x) after some training",
                      lambda layer, x: with_numbers(layer)(x).detach()),
           layer_case("{name}(linear, 1, 0.5)(x) after some training",
                      lambda layer, x: with_numbers(layer)(x).detach(), (2, 3), 1, 0.5),
           layer_case("the gradients of A and B", gradients),
           layer_case("1 if B gets a gradient at the start, else 0:", first_gradient)],
    solution=LoRALinear,
    mistakes={
        "Nothing keeps the pretrained weights: freeze the linear layer with requires_grad_(False).":
            lora(frozen=False),
        "At the start, the layer must be the pretrained one: fill B with zeros.":
            lora(start_B=True),
        "If A is zero as well as B, neither ever gets a gradient. Fill A with random numbers.":
            lora(start_A=False),
        "The factor is alpha / rank.":
            lora(scale=lambda alpha, rank: alpha),
        "The factor is alpha / rank, not the other way round.":
            lora(scale=lambda alpha, rank: rank / alpha),
        "A and B must be found by model.parameters(): wrap them in nn.Parameter(...).":
            lora(parameters=False),
        "Add the difference to what the linear layer gives.":
            lora(base=False),
    },
    hint="linear(x) + (alpha / rank) * (x @ A.T @ B.T), with linear frozen, A random and B zero.", atol=1e-4,
    then=learns_with_your_layers)


# 13.5


def merged_weight(W, A, B, alpha):
    return W + alpha / len(A) * B @ A


def merged_in_place(W, A, B, alpha):
    W += alpha / len(A) * B @ A
    return W


def merged(out, n, rank, alpha):
    """The merged weight, and W afterwards."""
    def use(answer):
        W, A, B = numbers(out, n), numbers(rank, n) + 0.5, numbers(out, rank) - 0.25
        result = answer(W, A, B, alpha)
        return None if result is None or result is ... else (result, W)
    return Case(f"({{name}}(W, A, B, {alpha}), W afterwards) for W ({out}, {n}), A ({rank}, {n}), "
                f"B ({out}, {rank})", use)


def same_with_your_merge(answer):
    rng = np.random.default_rng(0)
    model, images = pretrained(), some_digits("test", range(10), 1000)[0]
    with own_random_numbers():
        adapted = nn.Sequential(*(LoRALinear(layer, 4, 8) if isinstance(layer, nn.Linear) else layer
                                  for layer in pretrained()))
    for layer in (0, 2, 4):
        A, B = (rng.normal(size=size.shape, scale=0.05).astype(np.float32)
                for size in (adapted[layer].A, adapted[layer].B))
        adapted[layer].load_state_dict({**adapted[layer].state_dict(), "A": minigrad.tensor(A),
                                        "B": minigrad.tensor(B)})
        W = model[layer].weight.detach().numpy()
        with minigrad.no_grad():
            model[layer].weight.copy_(minigrad.tensor(np.asarray(answer(W, A, B, 8), np.float32)))
    with minigrad.no_grad():
        mine, other = model(images), adapted(images)
    difference = (mine - other).abs().max().item()
    print("A network with your merged weights, and the same with three LoRA layers, on 1,000 images:\n"
          f"the scores differ by {difference:.1e} at most; the largest is {other.max().item():.1f}.")


MERGED = Exercise(
    "13.5", "merge",
    cases=[merged(3, 3, 2, 4.0), merged(2, 5, 1, 0.5), merged(4, 2, 4, 3.0)],
    solution=merged_weight,
    mistakes={
        "The rank is the number of rows of A (or of columns of B): divide alpha by it.":
            lambda W, A, B, alpha: W + alpha * B @ A,
        "The rank is the number of rows of A, len(A). This divides by another size.":
            lambda W, A, B, alpha: W + alpha / A.shape[1] * B @ A,
        "W has changed. Make a new array; += writes into the old one.":
            merged_in_place,
        "Add the difference to W.":
            lambda W, A, B, alpha: alpha / len(A) * B @ A,
        "The difference is added, not subtracted.":
            lambda W, A, B, alpha: W - alpha / len(A) * B @ A,
    },
    hint="W + alpha / r * (B @ A), with r = len(A), as a new array.", then=same_with_your_merge)


EXERCISES = [TRANSLATE, FREEZE, RATES, LORA, MERGED]
