"""The exercises of lesson 2: an engine that differentiates expressions of single numbers."""

import math

import numpy as np

import minigrad
from minigrad import nn, optim, primitive
from minigrad.course.answers import kind
from minigrad.course.grading import Case, Exercise, call
from minigrad.course.words import say
from minigrad.data import mnist


class Value:
    """A number that remembers what it was computed from: the Value of the lesson."""

    def __init__(self, data, inputs=(), slopes=()):
        self.data, self.inputs, self.slopes, self.grad = data, inputs, slopes, 0.0

    def __add__(self, other):
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    def tanh(self):
        t = math.tanh(self.data)
        return Value(t, (self,), (1 - t * t,))


def line():
    """(result, its nodes, inputs first): y = tanh(a b + c)."""
    a, b, c = Value(2.0), Value(-0.5), Value(0.25)
    product = a * b
    total = product + c
    return total.tanh(), [a, b, c, product, total]


def diamond():
    """x is used twice, and what is made of it twice again: y = (s + s) s with s = x x."""
    x = Value(1.5)
    s = x * x
    double = s + s
    return double * s, [x, s, double]


def ladder():
    """Ten rungs: every node is the sum of the one before with itself."""
    nodes = [Value(1.0)]
    for _ in range(10):
        nodes.append(nodes[-1] + nodes[-1])
    return nodes[-1], nodes[:-1]


# 2.1


def push(node):
    for each, slope in zip(node.inputs, node.slopes):
        each.grad += node.grad * slope


def overwrites(node):
    for each, slope in zip(node.inputs, node.slopes):
        each.grad = node.grad * slope


def forgets_the_gradient(node):
    for each, slope in zip(node.inputs, node.slopes):
        each.grad += slope


def uses_the_data(node):
    for each, slope in zip(node.inputs, node.slopes):
        each.grad += node.grad * each.data


def keeps_to_the_first(node):
    node.inputs[0].grad += node.grad * node.slopes[0]


def goes_on_to_the_inputs(node):
    push(node)
    for each in node.inputs:
        goes_on_to_the_inputs(each)


def pushed(make, already=0.0):
    """The gradients of the inputs after `push` of a node whose gradient is 3."""
    def use(answer):
        node, inputs = make()
        node.grad = 3.0
        for each in inputs:
            each.grad = already
        answer(node)
        return np.array([each.grad for each in inputs])
    return use


def product():
    a, b = Value(2.0), Value(-0.5)
    return a * b, [a, b]


def square():
    x = Value(5.0)
    return x * x, [x]


def one_step_of_two():
    """A node with one input, which was itself computed."""
    a, b = Value(0.5), Value(0.25)
    p = a * b
    return p.tanh(), [p, a, b]


PUSH = Exercise(
    "2.1", "one node hands its gradient on",
    cases=[Case("{name}(a * b)", pushed(product)), Case("{name}(x * x)", pushed(square)),
           Case("{name}(a * b), where a and b have a gradient already,", pushed(product, already=10.0)),
           Case("the gradients of p, a and b after {name}(y) of y = tanh(p), p = a * b:",
                pushed(one_step_of_two))],
    solution=push,
    mistakes={
        "A value that is used twice gets two contributions. Add to .grad with +=, do not overwrite it.":
            overwrites,
        "The chain rule multiplies: the slope of this step times node.grad, the slope of all steps after it.":
            forgets_the_gradient,
        "Multiply by the slope of the step, which node.slopes holds, and not by the input's own number.":
            uses_the_data,
        "A node can have several inputs, and each gets its share: go through all of them.":
            keeps_to_the_first,
        "`push` is one step: only the inputs of this node get something, and not their inputs. The next "
        "exercises go on from there.":
            goes_on_to_the_inputs,
    },
    hint="For each input and its slope: the input's grad grows by node.grad times the slope.")


# 2.2


def ordered(result):
    order, seen = [], set()

    def visit(node):
        if id(node) not in seen:
            seen.add(id(node))
            for each in node.inputs:
                visit(each)
            order.append(node)

    visit(result)
    return order


def visits_again(result):
    return [node for each in result.inputs for node in visits_again(each)] + [result]


def result_first(result):
    return ordered(result)[::-1]


def level_by_level(result):
    order, queue = [], [result]
    while queue:
        node = queue.pop(0)
        if not any(node is each for each in order):
            order.append(node)
            queue += node.inputs
    return order[::-1]


def leaves_the_result_out(result):
    return ordered(result)[:-1]


def compares_the_numbers(result):
    order = []
    for node in ordered(result):
        if all(node.data != each.data for each in order):
            order.append(node)
    return order


def twins():
    """Different nodes that hold the same number."""
    a, b = Value(1.0), Value(1.0)
    return a * b, [a, b]


def has_to_be_a_value(node):
    """Raise TypeError where a student's answer is no Value."""
    if not all(hasattr(node, name) for name in ("data", "inputs", "slopes")):
        raise TypeError(say("a Value was expected, got {got}", got=kind(node)))


def verdict(make):
    """(nodes in the list, different nodes, pairs in the wrong order) of what `ordered` returns."""
    def use(answer):
        order = answer(make()[0])
        if order is None or order is ...:
            return None
        places = {}
        for place, node in enumerate(order):
            has_to_be_a_value(node)
            places.setdefault(id(node), place)
        wrong = sum(places.get(id(each), -1) > place or id(each) not in places
                    for place, node in enumerate(order) for each in node.inputs)
        return np.array([len(order), len(places), wrong])
    return use


def uneven():
    """One way from x to the result is longer than the other."""
    x = Value(0.5)
    y = x.tanh().tanh()
    return x * y, [x]


def uneven_twice():
    """A node that is near the result by one way and far by another."""
    x = Value(0.5)
    near = x + x
    return near * near.tanh().tanh(), [x]


ORDERED = Exercise(
    "2.2", "an order in which no node comes before what it needs",
    cases=[Case("{name}(y) of y = tanh(a * b + c): [nodes in the list, different ones, in the wrong order]",
                verdict(line)),
           Case("{name}(y) of y = (s + s) * s, s = x * x: [nodes in the list, different ones, in the wrong "
                "order]", verdict(diamond)),
           Case("{name}(y) of y = x * tanh(tanh(x)): [nodes in the list, different ones, in the wrong order]",
                verdict(uneven)),
           Case("{name}(y) of y = n * tanh(tanh(n)), n = x + x: [nodes in the list, different ones, in the "
                "wrong order]", verdict(uneven_twice)),
           Case("{name}(y) of y = a * b, where both are 1: [nodes in the list, different ones, in the wrong "
                "order]", verdict(twins)),
           Case("{name}(y) of ten doublings: [nodes in the list, different ones, in the wrong order]",
                verdict(ladder))],
    solution=ordered,
    mistakes={
        "A node that is used twice may stand in the list only once: remember which ones you have seen.":
            visits_again,
        "The result comes last: first all inputs of a node, then the node itself.":
            result_first,
        "Level by level is not enough: the same node can be one step from the result by one way and three "
        "by another. Follow each input to its end before you add the node.":
            level_by_level,
        "The result itself belongs in the list, too, as the last one.":
            leaves_the_result_out,
        "Two nodes can hold the same number and be different nodes. Compare the nodes, not their data.":
            compares_the_numbers,
    },
    hint="visit(node): if it is new, visit its inputs, then append it.", seconds=10)


# 2.3


def backward(result):
    result.grad = 1.0
    for node in reversed(ordered(result)):
        push(node)


def has_no_start(result):
    for node in reversed(ordered(result)):
        push(node)


def goes_forward(result):
    result.grad = 1.0
    for node in ordered(result):
        push(node)


def hands_all_on_again(result):
    result.grad = 1.0

    def visit(node):
        push(node)
        for each in node.inputs:
            visit(each)
    visit(result)


def starts_everywhere(result):
    order = ordered(result)
    for node in order:
        node.grad = 1.0
    for node in reversed(order):
        push(node)


def slopes_of(make):
    """The gradients of the nodes after `backward`."""
    def use(answer):
        result, nodes = make()
        answer(result)
        return np.array([node.grad for node in nodes])
    return use


def small_ladder():
    result, nodes = ladder()
    return nodes[6], nodes[:6]


BACKWARD = Exercise(
    "2.3", "from the result back to every input",
    cases=[Case("the gradients after {name}(y) of y = tanh(a * b + c):", slopes_of(line)),
           Case("the gradient of x after {name}(y) of y = (s + s) * s, s = x * x:", slopes_of(diamond)),
           Case("the gradients after {name}(y) of six doublings:", slopes_of(small_ladder))],
    solution=backward,
    mistakes={
        "All gradients are 0: nothing started. The slope of the result with respect to itself is 1.":
            has_no_start,
        "Only the inputs of the last step have a gradient. Every node has to push, the result first: go "
        "through the order from its end.":
            goes_forward,
        "A node that two others use handed its gradient on twice, the first time before it was complete. Go "
        "through `ordered(result)` from the end, each node once.":
            hands_all_on_again,
        "Only the result starts with a gradient of 1. All others start at 0 and collect.":
            starts_everywhere,
    },
    hint="result.grad = 1, then push each node, the result first.", seconds=10)


# 2.4


def power(x, n):
    return Value(x.data ** n, (x,), (n * x.data ** (n - 1),))


def value_and_slope(base, exponent):
    """(the number, its slope) of the student's x ** n."""
    def use(answer):
        node = answer(Value(base), exponent)
        if node is None or node is ...:
            return None
        has_to_be_a_value(node)
        return float(node.data), np.array(node.slopes, dtype=float)
    return use


POWER = Exercise(
    "2.4", "teach the engine a new operation",
    cases=[Case(f"the number and the slope of {{name}}(Value({base}), {exponent}):",
                value_and_slope(base, exponent))
           for base, exponent in [(3.0, 2), (2.0, 3), (4.0, -1), (9.0, 0.5)]],
    solution=power,
    mistakes={
        "The derivative of x^n lowers the exponent by one: n x^(n-1).":
            lambda x, n: Value(x.data ** n, (x,), (n * x.data ** n,)),
        "The exponent comes down as a factor: n x^(n-1).":
            lambda x, n: Value(x.data ** n, (x,), (x.data ** (n - 1),)),
        "This is x^(n-1) as a result. The result is x^n; only its slope has the lower exponent.":
            lambda x, n: Value(x.data ** (n - 1), (x,), (n * x.data ** (n - 1),)),
        "n is a plain number and no Value: the node has one input, x, and one slope.":
            lambda x, n: Value(x.data ** n, (x, n), (n * x.data ** (n - 1), x.data ** n * math.log(x.data))),
        "A node without inputs and slopes is cut off: backward would never reach x.":
            lambda x, n: Value(x.data ** n),
        "`x ** n - 1` is (x^n) - 1. Put the exponent in brackets: x ** (n - 1).":
            lambda x, n: Value(x.data ** n, (x,), (n * x.data ** n - 1,)),
        "A tuple of one has a comma: (x,) and (slope,). Without it, the brackets are only brackets.":
            lambda x, n: Value(x.data ** n, x, n * x.data ** (n - 1)),
    },
    hint="Value(the result, (its inputs,), (a slope for each input,))")


# 2.5


def swish_slope(x):
    s = minigrad.sigmoid(x)
    return s + x * s * (1 - s)


def second_slope(answer):
    """The derivative of the student's derivative."""
    x = minigrad.tensor([-1.5, 0.0, 2.0], requires_grad=True)
    answer(x).sum().backward()
    return x.grad


def some_digits(split, count):
    """(images, labels) of the first digits: (count, 784) from 0 to 1, and (count,)."""
    images, labels = mnist(split)
    return (minigrad.tensor(images[:count].reshape(count, -1) / np.float32(255)),
            minigrad.tensor(labels[:count]))


def learns_digits(slope):
    """Train a network whose activation has the student's derivative, on 2,000 digits."""
    @primitive
    def swish(xp, x):
        return x / (1 + xp.exp(-x))
    swish.defvjp(lambda g, x: g * slope(x))

    x = minigrad.linspace(-3, 3, 7, dtype=minigrad.float64, requires_grad=True)
    minigrad.gradcheck(swish, x)
    minigrad.gradgradcheck(swish, x)
    print(say("minigrad's gradcheck and gradgradcheck accept your rule: first and second derivatives are "
              "right."))

    state = minigrad.get_rng_state()        # the lesson's own random numbers go on as before
    minigrad.manual_seed(0)
    hidden, output = nn.Linear(784, 32), nn.Linear(32, 10)
    minigrad.set_rng_state(state)
    images, labels = some_digits("train", 2000)
    optimizer = optim.Adam([*hidden.parameters(), *output.parameters()], lr=0.003)
    for step in range(200):
        rows = slice(step * 100 % 2000, step * 100 % 2000 + 100)
        loss = nn.functional.cross_entropy(output(swish(hidden(images[rows]))), labels[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    images, labels = some_digits("test", 1000)
    with minigrad.no_grad():
        right = output(swish(hidden(images))).argmax(1) == labels
    share = right.float().mean().item()
    print(say("200 steps with your rule: {share:.1%} of 1,000 unseen digits are read right.", share=share))


SWISH = Exercise(
    "2.5", "your rule in minigrad's engine",
    cases=[call(minigrad.tensor([0.0, 1.0, -2.0, 5.0])), call(minigrad.tensor([[0.5], [-0.5]])),
           Case("{name}(x) of a NumPy array x",
                lambda answer: np.asarray(answer(np.array([-1.0, 2.0])))),
           Case("the derivative of {name}(x), for a tensor x", second_slope)],
    solution=swish_slope,
    mistakes={
        "The product rule has two terms: the slope of x times the sigmoid, plus x times the slope of the "
        "sigmoid.":
            lambda x: minigrad.sigmoid(x),
        "x times the slope of the sigmoid is only the second term of the product rule. Which is the first?":
            lambda x: x * minigrad.sigmoid(x) * (1 - minigrad.sigmoid(x)),
        "The slope of the sigmoid s is s (1 - s).":
            lambda x: minigrad.sigmoid(x) + x * (1 - minigrad.sigmoid(x)),
        "The engine calls a rule with arrays in the first pass and with tensors in the second. A method such "
        "as x.sigmoid() exists for tensors only; minigrad.sigmoid(x) takes both.":
            lambda x: x.sigmoid() + x * x.sigmoid() * (1 - x.sigmoid()),
        "This is swish itself. Write its derivative.":
            lambda x: x * minigrad.sigmoid(x),
    },
    hint="The derivative of u v is u' v + u v'; here u = x and v = sigmoid(x).", atol=1e-5,
    then=learns_digits)


EXERCISES = [PUSH, ORDERED, BACKWARD, POWER, SWISH]
