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
# # 3. From numbers to tensors
#
# The engine of lesson 2 makes a Python object for every single number. A network with a million parameters
# and a batch of a hundred examples, those of one step, would make a hundred million of them. The remedy: let
# a node hold a whole array, a *tensor*, and let NumPy do the arithmetic. The graph then has a node for each
# *operation on arrays*, of which a network has some dozens.
#
# What changes in the engine? Nothing: push, order, backward stay as they are. What changes are the rules, and
# there are just three new questions: what happens when shapes are *stretched*, when numbers are *summed up*,
# and when *matrices are multiplied*. You answer them in this lesson, and then train a network with your
# answers.
#
# You need lesson 2. The lesson takes about an hour.

# %% tags=["setup", "remove-cell"]
# Where minigrad is missing, such as in a browser or in Colab, this cell installs it.
try:
    import minigrad.course
except ImportError:
    print("Installing minigrad: this takes a moment.")
    # %pip install -q minigrad-edu matplotlib

# %%
import time

import matplotlib.pyplot as plt
import numpy as np

import minigrad
from minigrad.course import grade

plt.rcParams.update({"figure.dpi": 90, "figure.constrained_layout.use": True, "axes.grid": True,
                     "grid.alpha": 0.3, "axes.spines.top": False, "axes.spines.right": False})

# %% [markdown]
# ## Why arrays
#
# Add the numbers of two lists, once in a Python loop and once as arrays.

# %%
def seconds(add, a, b):
    """How long add(a, b) takes: the shortest time of several, which nothing else disturbed."""
    calls, times = max(5, 20_000 // len(a)), []
    for _ in range(10):
        start = time.perf_counter()
        for _ in range(calls):
            add(a, b)
        times.append((time.perf_counter() - start) / calls)
    return min(times)


sizes, loops, arrays = [10, 100, 1000, 10_000, 100_000], [], []
for n in sizes:
    a, b = np.random.default_rng(0).normal(size=(2, n))
    loops.append(seconds(lambda a, b: [p + q for p, q in zip(a, b)], a.tolist(), b.tolist()))
    arrays.append(seconds(np.add, a, b))

fig, ax = plt.subplots(figsize=(6, 3.4))
ax.loglog(sizes, loops, "C0o-", label="a loop over numbers")
ax.loglog(sizes, arrays, "C1s--", label="one operation on arrays")
ax.set(xlabel="numbers to add", ylabel="seconds", title="The loop pays for every number")
ax.legend()
plt.show()
print(f"with {sizes[-1]:,} numbers, the array is {loops[-1] / arrays[-1]:.0f} times as fast")

# %% [markdown]
# ## Shapes that stretch
#
# In a network, a *bias* of shape (3,) is added to a batch of shape (4, 3): the same three numbers to each of
# four rows. Nobody writes a loop for that. NumPy *broadcasts*: it aligns the shapes at their last axis, fills
# up the shorter one with ones on the left, and stretches every axis of size 1 to the size of the other.
#
# |  |  |  |  |
# |---|---|---|---|
# | batch | 4 | 3 | |
# | bias | | 3 | becomes (1, 3), then (4, 3) |
# | sum | 4 | 3 | |
#
# If two sizes differ and neither of them is 1, there is no way, and NumPy raises an error. Most bugs in
# networks show up in just this way, as shapes that do not fit. And the worst ones do not show up at all,
# because the shapes fit by accident:

# %%
prediction, target = np.zeros((4, 1)), np.arange(4.0)
print("prediction", prediction.shape, "- target", target.shape, "=", (prediction - target).shape)
print("a mean over sixteen differences of four predictions:", ((prediction - target) ** 2).mean())

# %% [markdown]
# ### Exercise 3.1: the shape of a sum
#
# Given two shapes, which shape does their sum have? Return it as a tuple, or the string `"error"` if they do
# not fit.

# %% tags=["exercise"]
def broadcast_shape(a, b):
    """The shape of x + y for x of shape a and y of shape b, or "error"."""
    ...


# %% tags=["check"]
grade("3.1", broadcast_shape)

# %% [markdown]
# <details><summary>Hint</summary>
#
# First make both equally long: `(1,) * missing + tuple(a)`. Then go through the pairs of sizes with `zip`.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def broadcast_shape(a, b):
#     count = max(len(a), len(b))
#     a, b = (1,) * (count - len(a)) + tuple(a), (1,) * (count - len(b)) + tuple(b)
#     shape = []
#     for m, n in zip(a, b):
#         if m != n and 1 not in (m, n):
#             return "error"
#         shape.append(n if m == 1 else m)
#     return tuple(shape)
# ```
# </details>

# %% [markdown]
# ## ... and their gradients
#
# The bias was used in each of the four rows. In lesson 2 you learned what happens with a value that is used
# several times: its contributions add up. So the gradient of a stretched array is the *sum* over all its
# copies.

# %%
fig, axes = plt.subplots(1, 2, figsize=(9, 2.6))
rng = np.random.default_rng(1)
g = rng.integers(-3, 4, (4, 3))
for ax, values, title in [(axes[0], g, "gradient of the sum, (4, 3)"),
                          (axes[1], g.sum(0, keepdims=True), "gradient of the bias, (3,): columns added up")]:
    ax.imshow(values, cmap="PuOr", vmin=-9, vmax=9)
    for (i, j), value in np.ndenumerate(values):
        ax.text(j, i, value, ha="center", va="center")
    ax.set(title=title, xticks=[], yticks=[], ylim=(3.5, -0.5))
    ax.grid(False)
    ax.spines[:].set_visible(False)
plt.show()

# %% [markdown]
# ### Exercise 3.2: the gradient of a broadcast array
#
# `g` is the gradient of the result. Sum it to the shape of the array that was stretched. This function stands
# in every framework; minigrad's is in `minigrad/autograd/broadcast.py`.

# %% tags=["exercise"]
def unbroadcast(g, shape):
    """g summed over the axes along which an array of this shape was stretched; the result has the shape."""
    ...


# %% tags=["check"]
grade("3.2", unbroadcast)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Two kinds of axes were stretched: those that `shape` lacks on the left, and those where it has a 1. The
# second kind stays in the shape, so sum with `keepdims=True`.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def unbroadcast(g, shape):
#     while g.ndim > len(shape):
#         g = g.sum(0)
#     for axis, size in enumerate(shape):
#         if size == 1:
#             g = g.sum(axis, keepdims=True)
#     return g
# ```
# </details>

# %% [markdown]
# ## Matrices
#
# For $C = A\,B$ with shapes $(m, k)$, $(k, n)$ and $(m, n)$, each number of the result is a sum of products:
#
# $$C_{ij} = \sum_k A_{ik}\,B_{kj}.$$
#
# $A_{ik}$ takes part in all $C_{ij}$ of row $i$, each time with the factor $B_{kj}$. Let $L$ be the final
# result, and $G_{ij} = \partial L/\partial C_{ij}$ the gradient of $C_{ij}$. Then the contributions add up to
#
# $$\frac{\partial L}{\partial A_{ik}} = \sum_j G_{ij}\,B_{kj},$$
#
# which is itself a product of matrices, one of them transposed. In the same way you find the gradient of $B$.
# You may also guess them: there is only one product of $G$ and $B$ that has the shape of $A$. Shapes are to
# arrays what units are to physics.
#
# ### Exercise 3.3: the gradients of a product of matrices

# %% tags=["exercise"]
def matmul_gradients(g, a, b):
    """The gradients of a, (m, k), and b, (k, n), for the gradient g, (m, n), of a @ b."""
    ...


# %% tags=["check"]
grade("3.3", matmul_gradients)

# %% [markdown]
# <details><summary>Hint</summary>
#
# $\sum_j G_{ij} B_{kj} = \sum_j G_{ij} (B^T)_{jk}$.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def matmul_gradients(g, a, b):
#     return g @ b.T, a.T @ g
# ```
# </details>

# %% [markdown]
# ## Sums and means
#
# A loss is one number, made of many. So the way back begins with one number that hands its gradient to many.
#
# ### Exercise 3.4: one number hands its gradient to many

# %% tags=["exercise"]
def mean_rule(g, x):
    """The gradient of the array x for the gradient g, a number, of x.mean()."""
    ...


# %% tags=["check"]
grade("3.4", mean_rule)

# %% [markdown]
# <details><summary>Hint</summary>
#
# If one of $n$ numbers grows by a little, their mean grows by the $n$-th part of it.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def mean_rule(g, x):
#     return np.full(x.shape, g / x.size)
# ```
# </details>

# %% [markdown]
# ## A layer of your own
#
# Now you have all that a *linear layer* needs. For a batch $x$ of shape $(n, \text{in})$, weights of shape
# $(\text{out}, \text{in})$ and a bias of shape $(\text{out},)$ it computes
#
# $$y = x\,W^T + b,$$
#
# with a product of matrices and a stretched bias. (That the weight is stored transposed is a convention;
# PyTorch has it, too.)
#
# ### Exercise 3.5: a linear layer of your own
#
# Write its three gradients. When they are right, minigrad makes an operation of them and trains a network
# whose linear layers are yours.

# %% tags=["exercise"]
def linear_gradients(g, x, weight, bias):
    """The gradients of x, weight and bias for the gradient g, (n, out), of x @ weight.T + bias."""
    ...


# %% tags=["check"]
grade("3.5", linear_gradients)

# %% [markdown]
# <details><summary>Hint</summary>
#
# 3.3 with `b = weight.T` gives the first two; the second is transposed at the end. The bias is exercise 3.2.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def linear_gradients(g, x, weight, bias):
#     return g @ weight, g.T @ x, g.sum(0)
# ```
# </details>

# %% [markdown]
# ## The same in minigrad
#
# minigrad knows these rules, of course. Its tensors broadcast, and their gradients come back in the right
# shapes.

# %%
x = minigrad.rand(4, 3)
weight = minigrad.rand(2, 3, requires_grad=True)
bias = minigrad.zeros(2, requires_grad=True)
y = x @ weight.T + bias
y.mean().backward()
print("y     ", tuple(y.shape))
print("weight", tuple(weight.shape), "and its gradient", tuple(weight.grad.shape))
print("bias  ", tuple(bias.shape), "and its gradient", bias.grad.tolist())

# %% [markdown]
# The gradient of each bias is 4 of the 8 numbers in the mean: 0.5.
#
# ## What you have learned
#
# - A node can hold an array; the engine stays as it is.
# - What is stretched on the way forward is summed on the way back, and what is summed is stretched.
# - The gradients of a product of matrices are products of matrices; the shapes tell you which.
# - Shapes that fit by accident give wrong results without an error. Look at them.
#
# In lesson 4 you read the engine of minigrad itself.
