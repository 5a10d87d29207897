# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     notebook_metadata_filter: -jupytext.text_representation.jupytext_version
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 4. The real engine
#
# In lessons 2 and 3 you wrote an engine: nodes that remember, rules that hand gradients on, an order. The
# engine inside minigrad is the same machine, made for daily use. It keeps less in memory, needs no search for
# its order, can be switched off, and differentiates its own derivatives. In this lesson you read it, and put
# parts of your own into it.
#
# It lies in five short files of the folder `minigrad/autograd`: `tensor.py`, `op.py`, `reverse.py`,
# `broadcast.py` and `modes.py`. Open them beside this notebook; the excerpts below are read from them while
# the notebook runs, so they are what really happens.
#
# You need lessons 2 and 3. The lesson takes a good hour.

# %% tags=["setup", "remove-cell"]
# Where minigrad is missing, such as in a browser or in Colab, this cell installs it.
try:
    import minigrad.course
except ImportError:
    print("Installing minigrad: this takes a moment.")
    # %pip install -q minigrad-edu matplotlib

# %%
import inspect
import textwrap

import matplotlib.pyplot as plt
import numpy as np

import minigrad
from minigrad import nn
from minigrad.autograd import reverse
from minigrad.course import grade
from minigrad.data import ames
from minigrad.visual import graph

plt.rcParams.update({"figure.dpi": 90, "figure.constrained_layout.use": True, "axes.grid": True,
                     "axes.axisbelow": True, "grid.alpha": 0.3, "axes.spines.top": False,
                     "axes.spines.right": False})


def show(thing, start="", end=None):
    """Print the source of a function or class, from the line that contains `start` to the one with `end`."""
    lines = inspect.getsource(thing).splitlines()
    first = next(i for i, line in enumerate(lines) if start in line)
    last = len(lines) if end is None else next(
        i for i, line in enumerate(lines) if end in line and i >= first) + 1
    print(textwrap.dedent("\n".join(lines[first:last])))


# %% [markdown]
# ## What a node remembers
#
# A `Tensor` is an array with a memory, like the `Value` of lesson 2. The memory itself is a separate object,
# a `Node`: the tensor refers to its node, the node to its *parents*, the nodes before it, and so on. Here is
# all that a node holds:

# %%
show(minigrad.autograd.Node, "def __init__", "self.hooks")

# %%
w = minigrad.tensor([1.0, 2.0, 3.0], requires_grad=True)
x = minigrad.tensor([0.5, -1.0, 4.0])
loss = (w * x).sum()

for node in [loss.node.parents[0], loss.node]:
    print(node.op.name)
    print("    parents ", ["the leaf w" if each is w else each for each in node.parents])
    print("    saved   ", [None if each is None else each.tolist() for each in node.saved])
    print("    time    ", node.time)

# %% [markdown]
# Read it slowly, for it holds half of the lesson. A tensor that you made yourself, such as `w`, is a *leaf*:
# no node made it. The product has two arguments, but only `w` wants a gradient, so the second parent is
# `None`. `saved` has a place for each argument and one for the result, and most places are empty: the slope
# of the product with respect to $w$ is $x$, so $x$ is all that it keeps. The sum keeps nothing at all. (A
# node refers back to its parents, but never to the tensor that it made. So no references run in a circle, and
# when the last tensor goes, Python frees the whole graph at once.)
#
# `graph` draws what the nodes know. Here is a small network with its loss:

# %%
minigrad.manual_seed(0)
model = nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2))
scores = model(minigrad.rand(8, 4))
graph(((scores - 1) ** 2).mean(), model)

# %% [markdown]
# ## A rule asks by name
#
# In lesson 2, a node stored finished slopes. For arrays that is too much: a product of matrices would have a
# slope for each pair of an input and an output number. So a node stores the *ingredients*, and its operation,
# an `Op`, has a *rule* for each argument, a function that takes the gradient `g` of the result and returns
# the gradient of the argument. (The literature calls such a rule a *vector-Jacobian product*, vjp.) This is
# all that minigrad says about four of its operations:

# %%
for op in [minigrad.exp, minigrad.log, minigrad.mul, minigrad.add]:
    show(op.forward)
    print(inspect.getsource(op.rules[0]).strip(), "\n")

# %% [markdown]
# The function above `defvjp` computes on arrays, with `xp` for the library that holds them: NumPy, or CuPy on
# a graphics card. In the rules, the *names of the parameters* count. A rule may ask for an argument (`x`,
# `a`, `b`) or for the result (`y`), and the graph keeps what some rule asks for and nothing else. The slope
# of $e^x$ is $e^x$, which has just been computed, so the rule of `exp` asks for `y`. That of `log` needs
# $1/x$, so it asks for `x`. `add` asks for nothing (its `alpha` is a setting that PyTorch has, too).
#
# Why does it matter? Because the graph lives until `backward`, and in a large network *what the graph keeps*
# fills most of the memory, not the weights. Here is what one million numbers (4 MB) cost in different
# operations:

# %%
def kept(y):
    """The different arrays that the graph of y keeps."""
    arrays, stack = {}, [y.node]
    while stack:
        node = stack.pop()
        if isinstance(node, minigrad.autograd.Node):
            arrays |= {id(each): each for each in node.saved if isinstance(each, np.ndarray)}
            stack += node.parents
    return list(arrays.values())


a, b = (minigrad.rand(1000, 1000, requires_grad=True) for _ in range(2))
results = {"a + b": a + b, "sum of a": a.sum(), "relu of a": a.relu(), "exp of a": a.exp(),
           "log of a": a.log(), "a * b": a * b, "a / b": a / b, "a * a * a": a * a * a}
names = {id(a.array): "a", id(b.array): "b"}
sizes = [sum(each.nbytes for each in kept(y)) / 1e6 for y in results.values()]

fig, ax = plt.subplots(figsize=(7, 3.2))
ax.barh(list(results), sizes, color="C0")
for i, y in enumerate(results.values()):
    what = sorted(names.get(id(each), "the result" if each is y.array else "a * a") for each in kept(y))
    ax.text(sizes[i] + 0.1, i, ", ".join(what) or "nothing", va="center")
ax.set(xlabel="memory that the graph keeps (MB)", xlim=(0, 10.5), title="A rule pays for what it asks for")
ax.invert_yaxis()
plt.show()

# %% [markdown]
# The rule of `relu` could look at its input or at its result, both tell which numbers were positive. It asks
# for the result, and that is a bargain: the next layer needs this very array as *its* input, so it costs
# nothing extra. So prefer `y` to `x` where you can. Sometimes it takes a little algebra.
#
# ### Exercise 4.1: an op that keeps its output
#
# The activation *squareplus* is a smooth relative of ReLU that needs no exponential (Barron 2021,
# arXiv:2112.11687, here with $b = 4$):
#
# $$y = \frac{x + \sqrt{x^2 + 4}}{2}.$$
#
# Its slope can be written with $y$ alone. Bring the root to one side and square: $(2y - x)^2 = x^2 + 4$,
# which simplifies to
#
# $$x = y - \frac{1}{y}.$$
#
# Now it is easy to see how $x$ changes with $y$, and so how $y$ changes with $x$. Write the op and its rule.
# When it is right, minigrad checks its derivatives and trains a network with it.

# %% tags=["exercise"]
@minigrad.primitive
def squareplus(xp, x):
    """(x + sqrt(x^2 + 4)) / 2, element by element: x is an array, and xp its library, with xp.sqrt."""
    ...


squareplus.defvjp(lambda g, y: ...)


# %% tags=["check"]
grade("4.1", squareplus)

# %% [markdown]
# <details><summary>Hint</summary>
#
# $dx/dy = 1 + 1/y^2$. The slope that you need is one divided by that. Multiply it by `g`.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# @minigrad.primitive
# def squareplus(xp, x):
#     return (x + xp.sqrt(x * x + 4)) / 2
#
#
# squareplus.defvjp(lambda g, y: g * y * y / (1 + y * y))
# ```
# </details>

# %% [markdown]
# ## The youngest first
#
# Lesson 2 sorted the nodes before it walked. minigrad does not sort. Each node takes a number from a clock
# when it is made, its `time`, and an operation can only use what exists already. So **a node is younger than
# its parents**. From this follows the whole order: of all nodes that wait with a gradient, take the youngest.
# Whatever could still add to its gradient would have to be younger still, and there is nothing younger. So
# its gradient is complete.

# %%
x = minigrad.tensor([0.5], requires_grad=True)
s = x + x
y = (s * s.tanh().tanh()).sum()

nodes, stack = {}, [y.node]
while stack:
    node = stack.pop()
    if isinstance(node, minigrad.autograd.Node):
        nodes[node] = None
        stack += node.parents
nodes = sorted(nodes, key=lambda node: node.time)
place = {node: i for i, node in enumerate(nodes)}

fig, ax = plt.subplots(figsize=(8, 2.7))
for node, i in place.items():
    for parent in {each: None for each in node.parents if each in place}:
        far = i - place[parent] > 1
        ax.annotate("", (place[parent], 0), (i, 0), arrowprops={
            "arrowstyle": "->", "shrinkA": 24, "shrinkB": 24, "color": "0.35",
            "connectionstyle": f"arc3,rad={0.35 if far else 0}"})
    ax.text(i, 0, node.op.name, ha="center", va="center",
            bbox={"boxstyle": "round,pad=0.5", "fc": "#dbe9f9", "ec": "#4a78b0"})
    ax.text(i, -0.55, f"pulled as\nnumber {len(nodes) - i}", ha="center", va="top", color="C1")
ax.set(xlim=(-0.6, len(nodes) - 0.4), ylim=(-1.3, 1.3), yticks=[], xticks=range(len(nodes)),
       xticklabels=range(1, len(nodes) + 1), xlabel="order in which the nodes were made",
       title="y = (s tanh(tanh(s))).sum() with s = x + x; arrows lead to parents")
ax.spines["left"].set_visible(False)
ax.grid(False)
plt.show()

# %% [markdown]
# The product hands a part of the gradient to the addition on the left, but this one has to wait until both
# `tanh` have been pulled and the second part has arrived. A walk by age gets that right without looking.
#
# To *pull* a node means to run its rules. The following function does it; the part that was stretched by
# broadcasting is summed back, as in exercise 3.2.

# %% tags=["given"]
from minigrad.autograd import Node, Part, sum_to  # Node is for you  # noqa: F401


def pull(node, g):
    """[(parent, its part)]: what a node hands on to each parent that needs it, if its own gradient is g.

    A parent is a Node, with a .time, or a leaf, which is a Tensor. g and the parts are NumPy arrays.
    """
    parts = node.op.pull(node, node.parents, g, False)
    return [(parent, sum_to(part.whole() if isinstance(part, Part) else part, shape=shape))
            for parent, part, shape in zip(node.parents, parts, node.shapes)
            if parent is not None and part is not None]     # a Part: the gradient of an index, such as x[0]


# %% [markdown]
# ### Exercise 4.2: backward, the youngest node first
#
# Write the walk: begin with `{y.node: np.ones_like(y.array)}`, a dict of all that waits. As long as a `Node`
# is in it, take the youngest one out, pull it, and add the parts to what waits. Leaves stay in the dict;
# return it in the end. When it is right, your walk takes the place of `loss.backward()` in a real network.

# %% tags=["exercise"]
def gradients(y):
    """{leaf: its gradient, a NumPy array} for all leaves from which y, a tensor of one number, was made."""
    ...


# %% tags=["check"]
grade("4.2", gradients)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `nodes = [each for each in grads if isinstance(each, Node)]` are those that wait, `max(nodes, key=lambda
# each: each.time)` is the youngest, and `grads.pop(node)` takes it out and returns its gradient. A parent may
# have a part already. (With many waiting nodes, a heap finds the youngest faster: the module `heapq`.)
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def gradients(y):
#     grads = {y.node: np.ones_like(y.array)}
#     while nodes := [each for each in grads if isinstance(each, Node)]:
#         node = max(nodes, key=lambda each: each.time)
#         g = grads.pop(node)
#         for parent, part in pull(node, g):
#             grads[parent] = grads[parent] + part if parent in grads else part
#     return grads
# ```
# </details>

# %% [markdown]
# And this is the middle of minigrad's own loop, in `reverse.py`. Around it there are only the extras of the
# next section.

# %%
show(reverse.run, "pulled = node.op.pull", "# freed")

# %% [markdown]
# ## Four things to know about backward
#
# **It frees.** A node's `saved` is emptied as soon as its rules have run, so memory falls during the walk,
# and a second `backward` through the same graph has nothing left to work with.

# %%
w = minigrad.tensor([1.0, 2.0], requires_grad=True)
loss = (w * w).sum()
loss.backward()
print("after backward:", w.grad.tolist())
try:
    loss.backward()
except RuntimeError as error:
    print("once more:", error)

# %% [markdown]
# **It accumulates.** `backward` *adds* to the `.grad` of each leaf. So the gradients of two losses add up,
# which is useful if a batch is too large for the memory and comes in two halves. It is also why a training
# loop calls `zero_grad()` in each step; forget it, and each step repeats all earlier ones.

# %%
(3 * w).sum().backward()
print("and after the backward of (3 w).sum():", w.grad.tolist())

# %% [markdown]
# **It can be switched off.** Inside `no_grad()`, operations make no nodes: nothing is kept, and nothing can
# be differentiated. Use it to evaluate a model. An optimizer needs it, too, for a leaf may only be written to
# outside the graph. It is nothing but a switch that each operation looks at:

# %%
show(minigrad.autograd.Op.__call__, "if not (wanted", "return Tensor(y)")
with minigrad.no_grad():
    y = (w * w).sum()
    w -= 0.1 * w.grad
print("\ny has a node:", y.node is not None, "  w after a step:", [round(each, 3) for each in w.tolist()])

# %% [markdown]
# **It can be watched.** A *hook* is a function that sees the gradient of a tensor in passing; if it returns
# something, that takes its place. Here a hook tells how large the gradient is at each layer of a deep network
# whose weights are a little too small:

# %%
minigrad.manual_seed(0)
norms, h = [], minigrad.randn(32, 50)
for layer in range(12):
    weight = (0.1 * minigrad.randn(50, 50)).requires_grad_()
    h = (h @ weight).tanh()
    h.register_hook(lambda g, layer=layer: norms.append((layer + 1, g.norm().item())))
h.sum().backward()

fig, ax = plt.subplots(figsize=(6, 3))
ax.semilogy(*zip(*norms), "C0o-")
ax.set(xlabel="layer (1 is nearest to the input)", ylabel="norm of the gradient",
       title="Each layer passes on a fraction of the gradient")
plt.show()

# %% [markdown]
# The gradient shrinks by about the same factor in each layer on its way back. Lesson 5 says how large weights
# should be to begin with.
#
# ## Derivatives of derivatives
#
# Look at a rule again: `lambda g, y: g * y`. It works on arrays, and it works on *tensors*, because `*` is
# defined for both. An ordinary `backward` runs the rules on arrays. With `create_graph=True` it runs the same
# rules on tensors. Then every step of the way back is itself recorded as a graph, and a gradient can be
# differentiated like any other result. Nobody had to write down a second derivative.
#
# (`minigrad.autograd.grad(y, x)` returns the gradients as a tuple and leaves `.grad` alone.)

# %%
x = minigrad.linspace(-3, 3, 200, requires_grad=True)
y = minigrad.exp(-x ** 2)
fig, ax = plt.subplots(figsize=(7, 3.4))
for order, style in enumerate(["C0-", "C1--", "C2-.", "C3:"]):
    ax.plot(x.detach().numpy(), y.detach().numpy(), style, label=["f", "f'", "f''", "f'''"][order])
    y, = minigrad.autograd.grad(y.sum(), x, create_graph=True)
ax.set(xlabel="x", ylabel="value", title="$f(x) = e^{-x^2}$, and three derivatives by one line of code")
ax.legend()
plt.show()

# %% [markdown]
# A rule can be wrong, of course. Two checks compare it with differences, as in lesson 1: `gradcheck` the
# first derivatives, `gradgradcheck` the second. And a rule can be right *the first time* and wrong the
# second. Take softmax, which turns a row of scores into probabilities, $y_j = e^{x_j} / \sum_k e^{x_k}$. Each
# $y_j$ depends on each $x_i$ of its row:
#
# $$\frac{\partial y_j}{\partial x_i} = y_j\,(\delta_{ij} - y_i), \qquad \delta_{ij} = 1 \text{ if } i = j,
# \text{ else } 0.$$
#
# All of them together, a matrix for each row, are called the *Jacobian*. Here is a rule that builds it:

# %%
def jacobian_rule(g, y):
    """g times the Jacobian, for each row."""
    g, y = (each.detach().numpy() if isinstance(each, minigrad.Tensor) else each for each in (g, y))
    jacobian = y[:, :, None] * (np.eye(y.shape[1]) - y[:, None, :])
    return np.einsum("nj,nji->ni", g, jacobian)


@minigrad.primitive
def softmax_rows(xp, x):
    e = xp.exp(x - x.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


softmax_rows.defvjp(lambda g, y: jacobian_rule(g, y))

x = minigrad.tensor([[1.0, 2.0, 0.0], [0.5, 0.0, -1.0]], dtype=minigrad.float64, requires_grad=True)
print("gradcheck:", minigrad.gradcheck(softmax_rows, x))
try:
    minigrad.gradgradcheck(softmax_rows, x)
except (AssertionError, RuntimeError) as error:
    print("gradgradcheck:", type(error).__name__, "\n".join(str(error).splitlines()[:3]))

# %%
y = softmax_rows(minigrad.linspace(-2, 2, 12).reshape(1, 12)).numpy()[0]
fig, axes = plt.subplots(1, 2, figsize=(9, 3.2))
axes[0].bar(range(12), y, color="C0")
axes[0].set(xlabel="j", ylabel="$y_j$", title="Probabilities of 12 scores")
image = axes[1].imshow(np.diag(y) - np.outer(y, y), cmap="PuOr", vmin=-0.25, vmax=0.25)
axes[1].set(xlabel="i", ylabel="j", xticks=range(0, 12, 2), title="Their Jacobian: 12 x 12 slopes")
axes[1].grid(False)
fig.colorbar(image, ax=axes[1], label="$\\partial y_j / \\partial x_i$")
plt.show()

# %% [markdown]
# The rule has two faults. Its result is made of bare numbers, `.detach().numpy()`, so the second derivative
# is cut off: the engine differentiates what is recorded, and here nothing is. And it builds a matrix for each
# row, although only *one vector* is asked for, the product with $g$. Write out that product and put $y_i$
# outside:
#
# $$\sum_j g_j\,y_j\,(\delta_{ij} - y_i) = y_i\,g_i - y_i \sum_j g_j\,y_j
# = y_i\,\Big(g_i - \sum_j g_j\,y_j\Big).$$
#
# ### Exercise 4.3: the rule of softmax, without its Jacobian
#
# Write the rule so that it works on arrays and on tensors, and for any number of leading axes; the scores of
# a row stand along the last one. `minigrad.sum(a, -1, True)` sums over the last axis of either and keeps it
# with size 1.

# %% tags=["exercise"]
def softmax_rule(g, y):
    """The gradient of the scores for the gradient g of y, their softmax; arrays or tensors, (..., n)."""
    ...


# %% tags=["check"]
grade("4.3", softmax_rule)

# %% [markdown]
# <details><summary>Hint</summary>
#
# One number for each row: `s = minigrad.sum(g * y, -1, True)`.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def softmax_rule(g, y):
#     return y * (g - minigrad.sum(g * y, -1, True))
# ```
# </details>

# %% [markdown]
# ## What second derivatives are good for
#
# Above a certain learning rate, gradient descent climbs out of the valley, as lesson 1 said. Where is the
# limit? Along a direction, the *curvature* of the loss is its second derivative in this direction. All second
# derivatives together form a matrix, the *Hessian* $H_{ij} = \partial^2 L / \partial x_i \partial x_j$, and
# its largest eigenvalue $\lambda$ is the largest curvature. In this direction a step of gradient descent
# multiplies the distance to the minimum by $1 - \text{lr} \cdot \lambda$. It shrinks only if
# $\text{lr} < 2/\lambda$.
#
# Let us see whether that is true. A linear model predicts the logarithm of the price of a house in Ames from
# area, rooms and year. With a mean squared error, its Hessian is the same everywhere, $\frac{2}{n} X^T X$.

# %%
houses = ames()
features = np.stack([houses[name] for name in ("Gr_Liv_Area", "TotRms_AbvGrd", "Year_Built")], axis=1)
features = minigrad.tensor((features - features.mean(0)) / features.std(0))
target = np.log(houses["Sale_Price"])
target = minigrad.tensor((target - target.mean()) / target.std())
largest = np.linalg.eigvalsh((2 / len(target) * features.T @ features).numpy())[-1]
print(f"largest curvature {largest:.3f}, so the limit is a learning rate of {2 / largest:.3f}")

fig, ax = plt.subplots(figsize=(6.5, 3.4))
for share, style in [(0.5, "C0-"), (0.97, "C2--"), (1.03, "C1-.")]:
    w, losses = minigrad.zeros(3, dtype=minigrad.float64, requires_grad=True), []
    for step in range(60):
        loss = ((features @ w - target) ** 2).mean()
        gradient, = minigrad.autograd.grad(loss, w)
        with minigrad.no_grad():
            w -= share * 2 / largest * gradient
        losses.append(loss.item())
    ax.semilogy(losses, style, label=f"{share:.0%} of the limit")
ax.set(xlabel="step", ylabel="mean squared error",
       title="Three learning rates: below and above 2 / curvature")
ax.legend()
plt.show()

# %% [markdown]
# A network has no formula for its Hessian, and no memory for it either: a million weights have a million
# times a million second derivatives. But the product of the Hessian with *one* vector $v$ costs only a few
# times as much as the gradient (Pearlmutter 1994, *Fast exact multiplication by the Hessian*), for
#
# $$\sum_j \frac{\partial^2 L}{\partial x_i\,\partial x_j}\,v_j
# = \frac{\partial}{\partial x_i} \Big(\sum_j \frac{\partial L}{\partial x_j}\,v_j\Big),$$
#
# and the bracket is one number. Multiply a vector by $H$ again and again, and it turns into the direction of
# the largest curvature: that is how the check measures the curvature of a real network with your function.
#
# ### Exercise 4.4: curvature along a direction

# %% tags=["exercise"]
def hessian_vector(f, x, v):
    """H v for the Hessian H of f at x: f(x) is a tensor of one number, x requires a gradient, v is like x."""
    ...


# %% tags=["check"]
grade("4.4", hessian_vector)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `g, = minigrad.autograd.grad(f(x), x, create_graph=True)` is the gradient, with a graph of its own.
# `(g * v).sum()` is the bracket.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def hessian_vector(f, x, v):
#     g, = minigrad.autograd.grad(f(x), x, create_graph=True)
#     return minigrad.autograd.grad((g * v).sum(), x)[0]
# ```
# </details>

# %% [markdown]
# ## What you have learned
#
# - A tensor has a node, a node has parents, and rules ask by name for what they need. What no rule asks for
#   is not kept.
# - A node is younger than its parents. So the youngest of the waiting nodes is always complete.
# - `backward` frees what was saved, adds to `.grad`, can be switched off with `no_grad`, and watched with
#   hooks.
# - A rule that is written in ops can be differentiated again. One that leaves the tensors for bare numbers is
#   right once and wrong ever after; `gradgradcheck` finds it.
# - Second derivatives along one direction cost a few gradients, however many weights there are.
#
# You know now what happens below a network. In lesson 5 you build what stands on it: layers, losses and
# optimizers. To go on reading the engine, `minigrad/autograd/README.md` says what the other files hold.
