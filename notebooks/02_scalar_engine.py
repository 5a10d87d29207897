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
# # 2. An engine for numbers
#
# Lesson 1 ended with a wish: all slopes of a computation, exactly, for the price of about one call. In this
# lesson you build the machine that grants it. It fits on one page, it works on single numbers, and it is the
# same idea on which minigrad, PyTorch and every other deep learning framework rest: *reverse-mode automatic
# differentiation*, in short *autograd*.
#
# You need lesson 1 and the chain rule. The lesson takes about an hour.

# %% tags=["setup", "remove-cell"]
# Where minigrad is missing, such as in a browser or in Colab, this cell installs it.
try:
    import minigrad.course
except ImportError:
    print("Installing minigrad: this takes a moment.")
    # %pip install -q minigrad-edu matplotlib

# %%
import math

import matplotlib.pyplot as plt
import numpy as np

import minigrad
from minigrad.course import grade

plt.rcParams.update({"figure.dpi": 90, "figure.constrained_layout.use": True, "axes.grid": True,
                     "grid.alpha": 0.3, "axes.spines.top": False, "axes.spines.right": False})

# %% [markdown]
# ## A computation is a graph
#
# Take $y = \tanh(a\,b + c)$. A computer does it in three small steps, and each step has a slope for each of
# its inputs that school taught you:
#
# | step | slopes |
# |---|---|
# | $p = a\,b$ | $\partial p/\partial a = b$, $\;\partial p/\partial b = a$ |
# | $s = p + c$ | $\partial s/\partial p = 1$, $\;\partial s/\partial c = 1$ |
# | $y = \tanh(s)$ | $\partial y/\partial s = 1 - \tanh^2(s)$ |
#
# The *chain rule* says that slopes along a path multiply: $a$ changes $p$, which changes $s$, which changes
# $y$, so
#
# $$\frac{\partial y}{\partial a} = \frac{\partial y}{\partial s} \cdot \frac{\partial s}{\partial p} \cdot
# \frac{\partial p}{\partial a}.$$
#
# So if each result *remembers* what it was computed from, and with which slopes, nobody has to derive
# anything on paper. That is all that the following class does. A `Value` is a number with a memory.

# %% tags=["given"]
class Value:
    """A number that remembers what it was computed from.

    data      the number
    inputs    the Values it was computed from
    slopes    its slope with respect to each input
    grad      the slope of the final result with respect to this number; 0 until somebody computes it
    """

    def __init__(self, data, inputs=(), slopes=()):
        self.data, self.inputs, self.slopes, self.grad = data, inputs, slopes, 0.0

    def __add__(self, other):
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    def tanh(self):
        t = math.tanh(self.data)
        return Value(t, (self,), (1 - t * t,))

    def __repr__(self):
        return f"Value({self.data:g}, grad={self.grad:g})"


a, b, c = Value(2.0), Value(-0.5), Value(0.25)
y = (a * b + c).tanh()
print("y:            ", y)
print("its input:    ", y.inputs)
print("and its slope:", y.slopes)

# %% [markdown]
# Each result points to its inputs, these to theirs, and so on: a *graph*. Python has built it for us while it
# computed; we did nothing but write down the formula.

# %%
def draw(ax, nodes, edges, title):
    """Draw a graph: nodes {name: (x, y)}, edges [(from, to, slope)]."""
    for start, end, slope in edges:
        ax.annotate("", nodes[end], nodes[start],
                    arrowprops={"arrowstyle": "->", "shrinkA": 17, "shrinkB": 17, "color": "0.4"})
        x, y = (np.array(nodes[start]) + nodes[end]) / 2
        ax.text(x, y + 0.14, slope, ha="center", color="C0")
    for name, (x, y) in nodes.items():
        ax.text(x, y, name, ha="center", va="center", bbox={"boxstyle": "circle", "fc": "w", "ec": "k"})
    ax.set(xlim=(-0.5, 3.5), ylim=(-0.6, 1.6), title=title)
    ax.axis("off")


fig, axes = plt.subplots(1, 2, figsize=(11, 3))
draw(axes[0], {"a": (0, 1.2), "b": (0, 0.4), "p": (1, 0.8), "c": (1, -0.2), "s": (2, 0.3), "y": (3, 0.3)},
     [("a", "p", "b"), ("b", "p", "a"), ("p", "s", "1"), ("c", "s", "1"), ("s", "y", "$1-y^2$")],
     "y = tanh(a b + c), with the slope of each step")
draw(axes[1], {"x": (0, 0.5), "s": (1, 0.5), "d": (2, 1.1), "y": (3, 0.5)},
     [("x", "s", "x and x"), ("s", "d", "1 and 1"), ("d", "y", "s"), ("s", "y", "d")],
     "y = (s + s) s with s = x x: s is used three times")
plt.show()

# %% [markdown]
# ## One step back
#
# We go through the graph from the result to the inputs. At each node we know `grad`, the slope of the *final
# result* with respect to this node. By the chain rule, the node hands each of its inputs this much:
#
# $$\text{grad of the node} \times \text{slope of the node with respect to the input}$$
#
# If a value is used in several places, it influences the result in several ways, and these *add up*.
#
# ### Exercise 2.1: one node hands its gradient on

# %% tags=["exercise"]
def push(node):
    """Add to the .grad of each input of node what node hands on to it."""
    ...


# %% tags=["check"]
grade("2.1", push)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `zip(node.inputs, node.slopes)` gives each input together with its slope. Think of $x \cdot x$: there, the
# same input comes twice.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def push(node):
#     for each, slope in zip(node.inputs, node.slopes):
#         each.grad += node.grad * slope
# ```
# </details>

# %% [markdown]
# ## In which order?
#
# It looks as if recursion did the rest: push the node, then do the same with each of its inputs. For the
# graph on the left that works. For the one on the right it goes wrong, and it is worth seeing how.

# %%
def naive(node):
    """Wrong: push the node, then go on with each input."""
    for each, slope in zip(node.inputs, node.slopes):
        each.grad += node.grad * slope
    for each in node.inputs:
        naive(each)


x = Value(1.5)
s = x * x
y = (s + s) * s
y.grad = 1.0
naive(y)
print(f"y = (x x + x x) x x = 2 x^4, so its slope at 1.5 is 8 x^3 = {8 * 1.5 ** 3:g}")
print(f"naive recursion says {x.grad:g}")

# %% [markdown]
# The node $s$ was reached three times: twice by way of $s + s$, once from the product. At its first visit it
# handed its gradient on *before it was complete*, and at the next visit it handed the same part on again. The
# rule to draw from this:
#
# > A node pushes once, and only after all nodes that use it have pushed.
#
# So we need the nodes in an order in which every node comes *after* its inputs; then we walk through it from
# the end. Such an order is called *topological*. You get it with a *depth-first search*: visit a node's
# inputs, each down to its last, and then write down the node itself; and remember which ones you have
# visited, or nodes that are used twice come twice. (Without this memory the search also becomes endless in
# practice: sixteen doublings $x + x$ have 131,071 paths, but only 17 nodes.)
#
# ### Exercise 2.2: an order in which no node comes before what it needs

# %% tags=["exercise"]
def ordered(result):
    """result and all nodes that it was computed from: a list in which each comes after its inputs."""
    ...


# %% tags=["check"]
grade("2.2", ordered)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Write a function `visit(node)` inside. If the node is new, it notes that the node is seen, visits each of
# its inputs, and then appends the node to the list. Call it with `result`.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def ordered(result):
#     order, seen = [], set()
#
#     def visit(node):
#         if node not in seen:
#             seen.add(node)
#             for each in node.inputs:
#                 visit(each)
#             order.append(node)
#
#     visit(result)
#     return order
# ```
# </details>

# %% [markdown]
# ### Exercise 2.3: from the result back to every input
#
# Now put the two together. What is the slope of the result with respect to itself? That is where it starts.
# Your `push` and `ordered` are there to be used.

# %% tags=["exercise"]
def backward(result):
    """Set the .grad of every node that result was computed from; all of them are 0 before."""
    ...


# %% tags=["check"]
grade("2.3", backward)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `result.grad = 1.0`. Then push each node of `reversed(ordered(result))`.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def backward(result):
#     result.grad = 1.0
#     for node in reversed(ordered(result)):
#         push(node)
# ```
# </details>

# %% [markdown]
# That is the whole engine. It asked for the slopes of three operations and nothing else; how an expression is
# put together does not matter to it. Here is a check against lesson 1's differences, for an expression that
# nobody wants to derive on paper. (The cells from here on use an engine that lies ready, so that they run
# before you have solved the exercises.)

# %%
def engine(result):
    """The gradients, by counting: a node pushes as soon as all its users have."""
    users, stack, seen = {}, [result], {result}
    while stack:
        for each in stack.pop().inputs:
            users[each] = users.get(each, 0) + 1
            if each not in seen:
                seen.add(each)
                stack.append(each)
    result.grad, ready = 1.0, [result]
    while ready:
        node = ready.pop()
        for each, slope in zip(node.inputs, node.slopes):
            each.grad += node.grad * slope
            users[each] -= 1
            if not users[each]:
                ready.append(each)


def expression(a, b):
    s = a * b + a
    t = (s * s + b).tanh() * s
    return t * t + (a * t).tanh()


a, b = Value(0.7), Value(-0.3)
engine(expression(a, b))
h = 1e-5
by_differences = ((expression(Value(0.7 + h), Value(-0.3)).data
                   - expression(Value(0.7 - h), Value(-0.3)).data) / (2 * h))
print(f"slope for a: the engine says {a.grad:.10f}, differences {by_differences:.10f}")

# %% [markdown]
# The way in which `engine` finds its order is another one than yours: it counts how many nodes use each node.
# Both are right. minigrad has a third way that is simpler still: every node gets a number when it is made,
# and a node is always younger than its inputs. So it takes the youngest node first. You will read it in
# lesson 4.
#
# ### Exercise 2.4: teach the engine a new operation
#
# To add an operation, you write down its result and its slopes. Do it for $x^n$, where $n$ is a plain number.

# %% tags=["exercise"]
def power(x, n):
    """The Value of x ** n, for a Value x and a number n."""
    ...


# %% tags=["check"]
grade("2.4", power)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `tanh` in the class above is the pattern: `Value(result, (inputs,), (slopes,))`. The derivative of $x^n$ is
# $n\,x^{n-1}$.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def power(x, n):
#     return Value(x.data ** n, (x,), (n * x.data ** (n - 1),))
# ```
# </details>

# %% [markdown]
# ## A network of single numbers
#
# The engine is complete enough to train a network. Here are two half-moons of points, and a network that
# shall tell them apart: two inputs, eight *neurons* with $\tanh$, one output. A neuron multiplies each input
# by a number, its *weight*, adds one more number, its *bias*, and takes the $\tanh$ of the sum; the output,
# the *score*, adds up the neurons, each with a weight again. The *target* of the score is 1 for one moon
# and -1 for the other, and what training makes small is the *mean squared error*, the mean over all points of
# $(\text{score} - \text{target})^2$. Every single multiplication is one of `Value`s.

# %%
rng = np.random.default_rng(0)
angle = rng.uniform(0, np.pi, 40)
side = np.repeat([1, -1], 20)
points = np.stack([side * np.cos(angle) - (side < 0) + 1, side * (np.sin(angle) - 0.25)], axis=1)
points = points + rng.normal(0, 0.1, (40, 2)) - [0.5, 0]

weights = [Value(w) for w in rng.normal(0, 0.8, 4 * 8 + 1)]


def network(x, y):
    """The score of a point: positive for one moon, negative for the other."""
    score = weights[-1]
    for i in range(0, 32, 4):
        w, v, b, out = weights[i:i + 4]
        score = score + out * (w * x + v * y + b).tanh()
    return score


losses = []
for step in range(120):
    total = Value(0.0)
    for (x, y), target in zip(points, side):
        error = network(Value(x), Value(y)) + Value(-float(target))
        total = total + error * error
    loss = total * Value(1 / len(points))
    for w in weights:
        w.grad = 0.0
    engine(loss)
    for w in weights:
        w.data -= 0.15 * w.grad
    losses.append(loss.data)

right = sum((network(Value(x), Value(y)).data > 0) == (target > 0) for (x, y), target in zip(points, side))
print(f"{right} of {len(points)} points on the right side, mean squared error {losses[-1]:.3f}")

# %%
xs, ys = np.linspace(-2, 2.5, 45), np.linspace(-1.3, 1.3, 30)
scores = np.array([[network(Value(x), Value(y)).data for x in xs] for y in ys])
fig, axes = plt.subplots(1, 2, figsize=(10, 3.4))
axes[0].plot(losses)
axes[0].set(xlabel="step", ylabel="mean squared error", title="33 parameters, one page of code")
axes[1].contourf(xs, ys, scores, levels=[-9, 0, 9], colors=["#c6dbef", "#fdd0a2"])
axes[1].plot(*points[side > 0].T, "C1s", label="upper moon")
axes[1].plot(*points[side < 0].T, "C0o", label="lower moon")
axes[1].set(xlabel="first coordinate", ylabel="second coordinate", title="What the network has learned")
axes[1].legend(loc="upper left", framealpha=0.9)
plt.show()

# %% [markdown]
# ## Your rule in a real engine
#
# minigrad's engine does what yours does, with arrays in place of numbers. A new operation needs the same two
# things: how to compute it, and a rule for its slope. So you can already extend it. The function that a
# neuron applies to its sum is called its *activation*. Above it was $\tanh$; the most common one is *ReLU*,
# $\max(0, x)$. Another one, *swish*, $x\,\sigma(x)$ with the sigmoid $\sigma(x) = 1 / (1 + e^{-x})$, is used
# in many image networks (Ramachandran, Zoph and Le 2017, *Searching for Activation Functions*).

# %%
x = minigrad.linspace(-6, 4, 200)
fig, ax = plt.subplots(figsize=(6, 3))
ax.plot(x.numpy(), (x * minigrad.sigmoid(x)).numpy(), "C0", label="swish")
ax.plot(x.numpy(), minigrad.relu(x).numpy(), "C1--", label="ReLU")
ax.set(xlabel="x", ylabel="activation of x", title="Swish: like ReLU, but smooth, and not monotonic")
ax.legend()
plt.show()

# %% [markdown]
# ### Exercise 2.5: your rule in minigrad's engine
#
# Write the derivative of swish with `minigrad.sigmoid`, whose own derivative is $\sigma' = \sigma\,(1 -
# \sigma)$. When it is right, minigrad makes an operation of it, compares its first and second derivatives
# with differences, and trains a network that reads digits with it.

# %% tags=["exercise"]
def swish_slope(x):
    """The derivative of x * sigmoid(x), element by element; x is an array or a tensor."""
    ...


# %% tags=["check"]
grade("2.5", swish_slope)

# %% [markdown]
# <details><summary>Hint</summary>
#
# The product rule: $(u\,v)' = u'\,v + u\,v'$, here with $u = x$ and $v = \sigma(x)$.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def swish_slope(x):
#     s = minigrad.sigmoid(x)
#     return s + x * s * (1 - s)
# ```
# </details>

# %% [markdown]
# ## What you have learned
#
# - A result that remembers its inputs and slopes is all that is needed to differentiate any expression.
# - Slopes along a path multiply; the paths add up.
# - Each node pushes once, after all nodes that use it. Naive recursion gets that wrong as soon as a value is
#   used twice.
# - One pass back gives *all* slopes, which is why networks with billions of parameters can be trained at all.
#
# A network of single numbers is slow. The next step is to let each node hold a whole array; what changes
# then, and what does not, is the subject of lesson 3.
