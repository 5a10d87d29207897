"""The exercises of lesson 4: minigrad's own engine, and ops, rules and a backward pass put into it."""

import numpy as np

import minigrad
from minigrad import Tensor, nn, optim, primitive
from minigrad.autograd import Node, Part, grad, sum_to
from minigrad.course.grading import Case, Exercise, is_stub
from minigrad.course.lesson02 import some_digits
from minigrad.course.lesson03 import numbers
from minigrad.course.words import say
from minigrad.data import ames
from minigrad.nn import functional as F


def leaf(*shape, shift=0.0):
    """A float64 tensor without symmetry that requires a gradient."""
    return minigrad.tensor(numbers(*shape) + shift, requires_grad=True)


def nodes_behind(y):
    """All nodes from which y was computed."""
    found, stack = [], [y.node]
    while stack:
        node = stack.pop()
        if isinstance(node, Node) and all(node is not each for each in found):
            found.append(node)
            stack += node.parents
    return found


def kept_arrays(y):
    """The different arrays that the graph of y keeps for backward."""
    kept = {id(array): array for node in nodes_behind(y) for array in node.saved
            if isinstance(array, np.ndarray)}
    return list(kept.values())


def digits_network(seed=0):
    """Two linear layers, 784-32-10; the lesson's own random numbers go on as before."""
    state = minigrad.get_rng_state()
    minigrad.manual_seed(seed)
    layers = nn.Linear(784, 32), nn.Linear(32, 10)
    minigrad.set_rng_state(state)
    return layers


def train(parameters, loss_of, fill=Tensor.backward, steps=200):
    """Adam on 2,000 digits, in batches of 100; fill(loss) sets the gradients."""
    images, labels = some_digits("train", 2000)
    optimizer = optim.Adam(parameters, lr=0.003)
    for step in range(steps):
        rows = slice(step * 100 % 2000, step * 100 % 2000 + 100)
        optimizer.zero_grad()
        fill(loss_of(images[rows], labels[rows]))
        optimizer.step()


def share_read(network):
    """The share of 1,000 unseen digits that a network reads right."""
    images, labels = some_digits("test", 1000)
    with minigrad.no_grad():
        return (network(images).argmax(1) == labels).float().mean().item()


# 4.1


def squareplus_of(rule=None, forward=None):
    """The op of the lesson with another rule or another forward."""
    forward = forward or (lambda xp, x: (x + xp.sqrt(x * x + 4)) / 2)

    def squareplus(xp, x):
        return forward(xp, x)
    op = primitive(squareplus)
    if rule:
        op.defvjp(rule)
    return op


@primitive
def squareplus(xp, x):
    """(x + sqrt(x^2 + 4)) / 2, element by element."""
    return (x + xp.sqrt(x * x + 4)) / 2


squareplus.defvjp(lambda g, y: g * y * y / (1 + y * y))


def of_an_op(measure):
    """measure(op, x) for a new x; None for an op that is not written yet."""
    def use(answer):
        if is_stub(getattr(answer, "forward", answer)):
            return None
        return measure(answer, minigrad.tensor([-3.0, -0.5, 0.0, 1.0, 4.0], dtype=minigrad.float64,
                                               requires_grad=True))
    return use


def values(op, x):
    y = op(x)
    return None if isinstance(y, Tensor) and y.dtype == object else y       # made of a None


def slopes(op, x):
    return grad((op(x) * minigrad.tensor(numbers(5))).sum(), x)[0]


def second_slopes(op, x):
    first, = grad((op(x) * minigrad.tensor(numbers(5))).sum(), x, create_graph=True)
    if not first.requires_grad:
        return Tensor(np.zeros(5))
    return grad((first * minigrad.tensor(numbers(5) + 2)).sum(), x)[0]


def kept(op, x):
    """[is x kept?, is y kept?, how many others?] by the graph of y = op(x)."""
    y = op(x)
    arrays = kept_arrays(y)
    ours = [any(array is each.array for array in arrays) for each in (x, y)]
    return np.array([*map(int, ours), len(arrays) - sum(ours)])


def learns_with_squareplus(op):
    """Check the student's op, weigh what it keeps, and train a network that has it as activation."""
    x = minigrad.linspace(-3, 3, 7, dtype=minigrad.float64, requires_grad=True)
    minigrad.gradcheck(op, x)
    minigrad.gradgradcheck(op, x)
    print(say("minigrad's gradcheck and gradgradcheck accept your op: first and second derivatives are "
              "right."))

    x = minigrad.tensor(numbers(1000, 250).astype("float32"), requires_grad=True)
    composed = (x + minigrad.sqrt(x * x + 4)) / 2
    mine, other = (sum(array.nbytes for array in kept_arrays(y)) for y in (op(x), composed))
    print(say("For 250,000 numbers the graph keeps {mine:.1f} MB; composed of minigrad's ops, the same "
              "formula keeps {other:.1f} MB.", mine=mine / 1e6, other=other / 1e6))

    hidden, output = digits_network()

    def network(images):
        return output(op(hidden(images)))
    train([*hidden.parameters(), *output.parameters()],
          lambda images, labels: F.cross_entropy(network(images), labels))
    print(say("200 steps with your op as activation: {share:.1%} of 1,000 unseen digits are read right.",
              share=share_read(network)))


SQUAREPLUS = Exercise(
    "4.1", "an op that keeps its output",
    cases=[Case("{name}(x)", of_an_op(values)),
           Case("the gradient of x after {name}(x)", of_an_op(slopes)),
           Case("{name}(x): [does the graph keep x, does it keep y, how many other arrays]", of_an_op(kept)),
           Case("the second derivative of {name}(x)", of_an_op(second_slopes))],
    solution=squareplus,
    mistakes={
        "The gradients are right, but your rule asks for x, so each call keeps its input. Write the slope "
        "with y alone, as the lesson derives it.":
            squareplus_of(lambda g, x: g * (1 + x / minigrad.sqrt(x * x + 4)) / 2),
        "The gradients are right, but your rule asks for x and for y, and the graph keeps both. y alone is "
        "enough.":
            squareplus_of(lambda g, x, y: g * y / minigrad.sqrt(x * x + 4)),
        "The chain rule multiplies: your rule forgets g, the gradient of the output.":
            squareplus_of(lambda g, y: y * y / (1 + y * y)),
        "dx/dy = 1 + 1/y^2 is upside down: the rule needs dy/dx.":
            squareplus_of(lambda g, y: g * (1 + 1 / (y * y))),
        "An op without a rule has no derivative: give it one with squareplus.defvjp(...).":
            squareplus_of(),
        "The rule is not written yet: replace the dots in squareplus.defvjp(lambda g, y: ...).":
            squareplus_of(lambda g, y: ...),
        "A plain function of xp and x is no op yet: keep the line @minigrad.primitive above it.":
            lambda xp, x: (x + xp.sqrt(x * x + 4)) / 2,
        "The forward lacks a factor: the sum is divided by 2.":
            squareplus_of(lambda g, y: g * y * y / (1 + y * y), lambda xp, x: x + xp.sqrt(x * x + 4)),
    },
    hint="From x = y - 1/y: how much does x change with y? Turn that over, and multiply by g.",
    then=learns_with_squareplus)


# 4.2


def pull(node, g):
    """[(parent, its part)]: what a node hands on to each parent that needs it, if its own gradient is g."""
    parts = node.op.pull(node, node.parents, g, False)
    return [(parent, sum_to(part.whole() if isinstance(part, Part) else part, shape=shape))
            for parent, part, shape in zip(node.parents, parts, node.shapes)
            if parent is not None and part is not None]


def gradients(y):
    grads = {y.node: np.ones_like(y.array)}
    while nodes := [each for each in grads if isinstance(each, Node)]:
        node = max(nodes, key=lambda each: each.time)
        g = grads.pop(node)
        for parent, part in pull(node, g):
            grads[parent] = grads[parent] + part if parent in grads else part
    return grads


def gradients_by(chosen, add=lambda old, part: old + part, start=np.ones_like):
    """The walk with another choice of the next node, another sum or another start."""
    def walk(y):
        grads = {y.node: start(y.array)}
        while nodes := [each for each in grads if isinstance(each, Node)]:
            node = chosen(nodes)
            for parent, part in pull(node, grads.pop(node)):
                grads[parent] = add(grads[parent], part) if parent in grads else part
        return grads
    return walk


def youngest(nodes):
    return max(nodes, key=lambda each: each.time)


def adds_in_place(old, part):
    old += part
    return old


def each_way_again(y):
    grads = {}

    def visit(node, g):
        for parent, part in pull(node, g):
            if isinstance(parent, Node):
                visit(parent, part)
            else:
                grads[parent] = grads[parent] + part if parent in grads else part
    visit(y.node, np.ones_like(y.array))
    return grads


def each_node_once(y):
    """Recursion that marks nodes as done: a node that is reached again has handed too little on."""
    grads, seen = {y.node: np.ones_like(y.array)}, set()

    def visit(node):
        if not isinstance(node, Node) or node in seen:
            return
        seen.add(node)
        pulled = pull(node, grads[node])
        for parent, part in pulled:
            grads[parent] = grads[parent] + part if parent in grads else part
        for parent, _ in pulled:
            visit(parent)
    visit(y.node)
    return grads


def of_leaves(make):
    """The gradients of the leaves that make() names, from the student's walk over its graph."""
    def use(answer):
        y, leaves = make()
        return found(answer(y), leaves)
    return use


def found(result, leaves):
    if not isinstance(result, dict):
        return result
    for name, each in leaves.items():
        if each not in result:
            raise LookupError(say("the dict has no gradient for the leaf {name}", name=name))
    return tuple(result[each] for each in leaves.values())


def product_graph():
    w, x = leaf(3), minigrad.tensor(numbers(3))
    return (w * x).sum(), {"w": w}


def diamond_graph():
    x = leaf(4)
    s = x * x
    return ((s + s) * s).sum(), {"x": x}


def uneven_graph():
    x = leaf(4)
    s = x + x
    return (s * s.tanh().tanh()).sum(), {"x": x}


def shared_graph():
    """The rule of a + b hands the very same array to both, and a gets another part later."""
    a, b, w = leaf(3), leaf(3, shift=1.0), minigrad.tensor(numbers(3))
    product = a * w
    return (product + (a + b) * w).sum(), {"a": a, "b": b}


def layer_graph():
    x, weight, bias = minigrad.tensor(numbers(5, 3)), leaf(2, 3), leaf(2)
    return minigrad.relu(x @ weight.T + bias).sum(), {"weight": weight, "bias": bias}


def counted(answer):
    """(how often the rule of one op ran, the gradient of x): it is at both ends of an uneven ladder."""
    calls = [0]

    def rule(g):
        calls[0] += 1
        return g / 2

    @primitive
    def halve(xp, x):
        return x / 2
    halve.defvjp(rule)
    x = leaf(2)
    s = halve(x)
    for _ in range(2):
        s = s + s.tanh()            # the short way is found first,
        s = s.tanh() + s            # ... or last
        s = s + s
    result = found(answer(halve(s).sum()), {"x": x})
    return (np.array(calls[0]), *result) if isinstance(result, tuple) else result


def replaces_backward(gradients):
    """The student's walk in place of loss.backward(): first compared, then in training."""
    hidden, output = digits_network()
    parameters = [*hidden.parameters(), *output.parameters()]

    def network(images):
        return output(minigrad.relu(hidden(images)))

    def loss_of(images, labels):
        return F.cross_entropy(network(images), labels)

    def fill(loss):
        found = gradients(loss)
        for parameter in parameters:
            parameter.grad = Tensor(np.asarray(found[parameter]).astype(parameter.dtype))

    images, labels = some_digits("train", 100)
    loss_of(images, labels).backward()
    expected = [parameter.grad.numpy() for parameter in parameters]
    fill(loss_of(images, labels))
    off = max(abs(p.grad.numpy() - e).max() for p, e in zip(parameters, expected))
    print(say("A network's {count:,} gradients, yours against loss.backward(): the largest difference is "
              "{off:.1g}.", count=sum(e.size for e in expected), off=off))

    train(parameters, loss_of, fill)
    print(say("200 steps with your walk in place of backward(): {share:.1%} of 1,000 unseen digits are read "
              "right.", share=share_read(network)))


GRADIENTS = Exercise(
    "4.2", "backward, the youngest node first",
    cases=[Case("the gradient of w from {name}(y) of y = (w * x).sum()", of_leaves(product_graph)),
           Case("the gradient of x from {name}(y) of y = ((s + s) * s).sum(), s = x * x",
                of_leaves(diamond_graph)),
           Case("the gradient of x from {name}(y) of y = (s * tanh(tanh(s))).sum(), s = x + x",
                of_leaves(uneven_graph)),
           Case("the gradients of a and b from {name}(y) of y = (a * w + (a + b) * w).sum()",
                of_leaves(shared_graph)),
           Case("the gradients from {name}(y) of y = relu(x @ weight.T + bias).sum()",
                of_leaves(layer_graph)),
           Case("(how often the rule of halve ran, the gradient of x) from {name}(y) of y = halve(s).sum(), "
                "where s is halve(x) after some doublings and s + tanh(s),", counted)],
    solution=gradients,
    mistakes={
        "The numbers are right, but a node is pulled once for each way that leads to it, and each sum "
        "doubles the number of ways. Collect the gradient of a node first; pull it once, when it is the "
        "youngest.":
            each_way_again,
        "The numbers are right, but nodes hand their gradient on before it is complete, and the rest "
        "later, so they are pulled again and again. Of all nodes that wait, take the one with the largest "
        "time: nothing that waits can add to it any more.":
            gradients_by(lambda nodes: nodes[0]),
        "This takes the oldest node first, the one with the smallest time. A node is younger than its "
        "parents, so the way back begins with the largest.":
            gradients_by(lambda nodes: min(nodes, key=lambda each: each.time)),
        "This takes the node found last. Found last is not youngest: compare the nodes' .time.":
            gradients_by(lambda nodes: nodes[-1]),
        "Recursion that visits each node once hands the gradient on at the first visit, before the other "
        "parts have arrived. Let the nodes wait, and take the one with the largest time.":
            each_node_once,
        "A parent that gets several parts needs their sum: add to what is there, do not overwrite it.":
            gradients_by(youngest, add=lambda old, part: part),
        "The arrays are shared: the rule of a sum hands the same array to both arguments, so += on one "
        "changes the other. Write grads[parent] = grads[parent] + part.":
            gradients_by(youngest, add=adds_in_place),
        "The walk starts with the slope of y with respect to itself. That is 1, not 0.":
            gradients_by(youngest, start=np.zeros_like),
        "The walk starts with the slope of y with respect to itself. That is 1, and not y's own value.":
            gradients_by(youngest, start=np.copy),
    },
    hint="Take the youngest waiting node out of the dict, pull, and add each part to what its parent has.",
    seconds=10, then=replaces_backward)


# 4.3


def softmax_rule(g, y):
    return y * (g - minigrad.sum(g * y, -1, True))


def jacobian_rule(g, y):
    """Right, and cut off: it leaves the tensors for NumPy, and builds a matrix for each row."""
    g, y = (each.detach().numpy() if isinstance(each, Tensor) else each for each in (g, y))
    jacobian = y[..., :, None] * (np.eye(y.shape[-1]) - y[..., None, :])
    return (g[..., None, :] @ jacobian)[..., 0, :]


def softmax_op(rule):
    @primitive
    def softmax_rows(xp, x):
        e = xp.exp(x - x.max(-1, keepdims=True))
        return e / e.sum(-1, keepdims=True)
    softmax_rows.defvjp(lambda g, y: rule(g, y))
    return softmax_rows


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def pulled_rows(*shape, kind=np.asarray):
    """The student's rule on arrays or on tensors."""
    def use(answer):
        return answer(kind(numbers(*shape)), kind(softmax(3 * numbers(*shape) - 1)))
    return use


def second_of_softmax(answer):
    x, weights = leaf(2, 4), minigrad.tensor(numbers(2, 4) + 1)
    first, = grad((softmax_op(answer)(x) * weights).sum(), x, create_graph=True)
    if not first.requires_grad:         # cut off
        return Tensor(np.zeros((2, 4)))
    return grad((first * first).sum(), x)[0]


def accepted(rule):
    """Both checks of the student's rule, and what the whole Jacobian would have cost."""
    op = softmax_op(rule)
    minigrad.gradcheck(op, leaf(3, 4))
    minigrad.gradgradcheck(op, leaf(3, 4))
    print(say("minigrad's gradcheck and gradgradcheck accept your rule: first and second derivatives are "
              "right."))
    x = minigrad.tensor(numbers(64, 1000), requires_grad=True)
    weights = minigrad.tensor(numbers(64, 1000) + 1)
    mine, = grad((op(x) * weights).sum(), x)
    theirs, = grad((minigrad.softmax(x, dim=-1) * weights).sum(), x)
    off = abs(mine.numpy() - theirs.numpy()).max()
    print(say("For 64 rows of 1,000 scores it differs from minigrad's own by at most {off:.0g}. The gradient "
              "holds {count:,} numbers; the Jacobians of the rows would hold {whole:,}.",
              off=off, count=x.numel(), whole=64 * 1000 ** 2))


SOFTMAX = Exercise(
    "4.3", "the rule of softmax, without its Jacobian",
    cases=[Case("{name}(g, y) for arrays of shape (1, 3)", pulled_rows(1, 3)),
           Case("{name}(g, y) for arrays of shape (2, 4)", pulled_rows(2, 4)),
           Case("{name}(g, y) for arrays of shape (2, 3, 5)", pulled_rows(2, 3, 5)),
           Case("{name}(g, y) for tensors of shape (3, 3)", pulled_rows(3, 3, kind=minigrad.tensor)),
           Case("the second derivative of a softmax with {name} as its rule", second_of_softmax)],
    solution=softmax_rule,
    mistakes={
        "That is only the diagonal of the Jacobian, j = i. Each output depends on every score of its row, so "
        "the other terms count, too.":
            lambda g, y: g * y * (1 - y),
        "The sum runs over one row: over the last axis, kept with size 1, and not over the whole array.":
            lambda g, y: y * (g - (g * y).sum()),
        "The sum is over g_i y_i, and not over g_i alone.":
            lambda g, y: y * (g - minigrad.sum(g, -1, True)),
        "The factor y_j before the bracket is missing.":
            lambda g, y: g - minigrad.sum(g * y, -1, True),
        "The first derivative is right, but the second is cut off: the result has to be computed from the "
        "tensors g and y with minigrad's ops, and not from their numbers.":
            lambda g, y: Tensor(jacobian_rule(g, y)) if isinstance(g, Tensor) else jacobian_rule(g, y),
        "The sum runs over axis 0, down the rows. The scores of one row stand along the last axis.":
            lambda g, y: y * (g - minigrad.sum(g * y, 0, True)),
    },
    hint="y_j (g_j - s) with one number s for each row; minigrad.sum(..., -1, True) keeps the axis.",
    then=accepted)


# 4.4


def hessian_vector(f, x, v):
    g, = grad(f(x), x, create_graph=True)
    return grad((g * v).sum(), x)[0]


def accumulates(f, x, v):
    f(x).backward(create_graph=True)
    (x.grad * v).sum().backward()
    return x.grad.detach()


def without_create_graph(f, x, v):
    g, = grad(f(x), x)
    return grad((g * v).sum(), x)[0]


def without_the_vector(f, x, v):
    g, = grad(f(x), x, create_graph=True)
    return grad(g.sum(), x)[0]


def times_afterwards(f, x, v):
    return without_the_vector(f, x, v) * v


def only_first(f, x, v):
    return grad(f(x), x)[0] * v


def matrix_form(x):
    """x^T A x with an A that is not symmetric."""
    return (x * (minigrad.tensor(numbers(3, 3)) @ x)).sum()


def fourth_powers(x):
    return (x ** 4).sum()


def log_sum_exp(x):
    return minigrad.logsumexp(2 * x, dim=-1).sum()


def coupled(x):
    """Rosenbrock's valley."""
    return (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2


def product_of(f, *shape):
    def use(answer):
        return answer(f, leaf(*shape), minigrad.tensor(numbers(*shape) * 2 + 1))
    return use


def house_loss():
    """(loss of a linear model of the log-price as a function of its weights, the array of the features)."""
    houses = ames()
    x = np.stack([houses[name] for name in ("Gr_Liv_Area", "TotRms_AbvGrd", "Year_Built")], axis=1)
    x = (x - x.mean(0)) / x.std(0)
    y = np.log(houses["Sale_Price"])
    features, target = minigrad.tensor(x), minigrad.tensor((y - y.mean()) / y.std())
    return (lambda w: ((features @ w - target) ** 2).mean()), x


def measures_curvature(hessian_vector):
    """The largest curvature of two losses, by repeated products with the student's function."""
    def largest(f, x, steps):
        v = numbers(*x.shape)
        for _ in range(steps):
            v = minigrad.tensor(v / np.sqrt((v * v).sum())).to(x.dtype)
            product = hessian_vector(f, x, v).detach()
            value, v = float((v * product).sum()), product.numpy()
        return value

    loss, x = house_loss()
    exact = np.linalg.eigvalsh(2 / len(x) * x.T @ x)[-1]
    print(say("House prices, 3 weights: 60 of your products find the largest curvature {found:.4f}; from the "
              "whole Hessian it is {exact:.4f}.", found=largest(loss, leaf(3), 60), exact=exact))

    hidden, output = digits_network()
    images, labels = some_digits("train", 200)
    sizes = [hidden.weight.shape, hidden.bias.shape, output.weight.shape, output.bias.shape]
    start = np.concatenate([p.detach().numpy().ravel() for p in (*hidden.parameters(), *output.parameters())])

    def network_loss(w):
        parts, at = [], 0
        for shape in sizes:
            parts.append(w[at:at + int(np.prod(shape))].reshape(shape))
            at += int(np.prod(shape))
        scores = F.linear(minigrad.tanh(F.linear(images, *parts[:2])), *parts[2:])
        return F.cross_entropy(scores, labels)

    w = minigrad.tensor(start, requires_grad=True)
    value = largest(network_loss, w, 15)
    print(say("A network of {count:,} weights: after 15 products, {value:.1f}. Its Hessian would have "
              "{entries:,} entries; you never built it.",
              count=w.numel(), value=value, entries=w.numel() ** 2))


HESSIAN = Exercise(
    "4.4", "curvature along a direction",
    cases=[Case("{name}(f, x, v) for f = x^T A x", product_of(matrix_form, 3)),
           Case("{name}(f, x, v) for f = sum of x^4", product_of(fourth_powers, 4)),
           Case("{name}(f, x, v) for f = log sum exp(2 x)", product_of(log_sum_exp, 3)),
           Case("{name}(f, x, v) for f = (1 - x0)^2 + 100 (x1 - x0^2)^2", product_of(coupled, 2)),
           Case("{name}(f, x, v) for f = sum of x^4, x of shape (2, 3)", product_of(fourth_powers, 2, 3))],
    solution=hessian_vector,
    mistakes={
        "backward() adds to x.grad, so your result is the gradient plus H v. Use minigrad.autograd.grad, "
        "which leaves x.grad alone.":
            accumulates,
        "A gradient has a graph of its own only if its grad had create_graph=True; and the second grad "
        "starts from one number, (g * v).sum().":
            without_create_graph,
        "That is H times a vector of ones: multiply the gradient by v before you sum.":
            without_the_vector,
        "v has to be inside the second derivative: first (g * v).sum(), then grad.":
            times_afterwards,
        "That is the gradient times v, a first derivative. Differentiate (g * v).sum() once more.":
            only_first,
    },
    hint="g . v is one number that depends on x. What is its gradient?", atol=1e-4,
    then=measures_curvature)


EXERCISES = [SQUAREPLUS, GRADIENTS, SOFTMAX, HESSIAN]
