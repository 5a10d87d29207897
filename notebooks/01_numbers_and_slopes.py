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
# # 1. Numbers and slopes
#
# A neural network is a function with many numbers in it, its *parameters*. Training changes these numbers, a
# little at a time, so that the function makes smaller mistakes. To know in which direction to change a
# number, you need one thing: a *slope*. In this lesson you compute slopes in the most direct way, use them to
# walk downhill, and find out why this way is not enough for a network.
#
# You need Python and the derivatives of school. The lesson takes about 40 minutes.
#
# An exercise is a cell that ends with `...`. Write your code there, run it, and run the cell below: it tries
# your code on cases that you do not see, and tells you what is wrong. A hint and a solution are folded in
# below each exercise.

# %% tags=["setup", "remove-cell"]
# Where minigrad is missing, such as in a browser or in Colab, this cell installs it.
try:
    import minigrad.course
except ImportError:
    print("Installing minigrad: this takes a moment.")
    # %pip install -q minigrad-edu matplotlib

# %%
import math
import time

import matplotlib.pyplot as plt
import numpy as np

import minigrad
from minigrad import nn
from minigrad.course import grade

plt.rcParams.update({"figure.dpi": 90, "figure.constrained_layout.use": True, "axes.grid": True,
                     "grid.alpha": 0.3, "axes.spines.top": False, "axes.spines.right": False})

# %% [markdown]
# ## What a slope says
#
# Take a function $f$ and a place $x$. Move a small step $h$ to the right. How much does $f$ change *per
# step*? That ratio,
#
# $$\frac{f(x + h) - f(x)}{h},$$
#
# is the slope of the line through two points of the curve. The smaller $h$ is, the more this line looks like
# the *tangent*, which only touches the curve. The slope of the tangent is the derivative $f'(x)$.

# %%
def f(x):
    return x ** 3 - 2 * x


x = np.linspace(-0.5, 2.5, 200)
fig, ax = plt.subplots(figsize=(6, 3.6))
ax.plot(x, f(x), "k", label="$f(x) = x^3 - 2x$")
for h, style in [(1.0, "C0--"), (0.5, "C1-."), (0.01, "C2-")]:
    slope = (f(1 + h) - f(1)) / h
    ax.plot(x, f(1) + slope * (x - 1), style, linewidth=1.5, label=f"h = {h}: slope {slope:.2f}")
ax.plot(1, f(1), "ko")
ax.set(xlabel="x", ylabel="f(x)", ylim=(-2.5, 6), title="Lines through x = 1 and x = 1 + h")
ax.legend()
plt.show()

# %% [markdown]
# On paper, $f'(x) = 3x^2 - 2$, so $f'(1) = 1$. The line for $h = 0.01$ comes close to that.
#
# ### Exercise 1.1: the slope between two points
#
# Write the ratio above as a function. `f` is any function of one number.

# %% tags=["exercise"]
def forward_difference(f, x, h):
    """The slope of f from x to x + h."""
    ...


# %% tags=["check"]
grade("1.1", forward_difference)

# %% [markdown]
# <details><summary>Hint</summary>
#
# How much does `f` grow between `x` and `x + h`? Put that in brackets, and divide it by the length of the
# step.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def forward_difference(f, x, h):
#     return (f(x + h) - f(x)) / h
# ```
# </details>

# %% [markdown]
# ## How wrong is it?
#
# Taylor's formula tells what is left over:
#
# $$f(x + h) = f(x) + f'(x)\,h + \tfrac{1}{2} f''(x)\,h^2 + \dots$$
#
# Subtract $f(x)$, divide by $h$, and you get $f'(x)$ plus an error of about $\frac{1}{2} f''(x)\,h$. Ten
# times smaller steps, ten times smaller error.
#
# Now step to the *left* as well. There, $h$ counts as $-h$:
#
# $$f(x - h) = f(x) - f'(x)\,h + \tfrac{1}{2} f''(x)\,h^2 - \dots$$
#
# Subtract this line from the one above. $f(x)$ is gone, and so is the term with $h^2$; what is left is
# $2\,f'(x)\,h$ and an error of the order of $h^3$. So from the two values to the left and to the right of $x$
# you get a slope whose error shrinks with $h^2$: ten times smaller steps, a hundred times smaller error.
#
# ### Exercise 1.2: a better slope from the same two calls
#
# Write this *central difference*.

# %% tags=["exercise"]
def central_difference(f, x, h):
    """The slope of f from x - h to x + h."""
    ...


# %% tags=["check"]
grade("1.2", central_difference)

# %% [markdown]
# <details><summary>Hint</summary>
#
# How far apart are the two points?
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def central_difference(f, x, h):
#     return (f(x + h) - f(x - h)) / (2 * h)
# ```
# </details>

# %% [markdown]
# ## The best step
#
# Should we then take the tiniest step that a computer knows? Try it, with a function whose derivative is
# known exactly: $\sin' = \cos$.

# %%
steps = 10.0 ** -np.arange(1, 16)
forward = [abs((math.sin(1 + h) - math.sin(1)) / h - math.cos(1)) for h in steps]
central = [abs((math.sin(1 + h) - math.sin(1 - h)) / (2 * h) - math.cos(1)) for h in steps]

fig, ax = plt.subplots(figsize=(6, 3.6))
ax.loglog(steps, forward, "C0o-", label="forward difference")
ax.loglog(steps, central, "C1s--", label="central difference")
ax.invert_xaxis()
ax.set(xlabel="step h, smaller to the right", ylabel="error of the slope of sin at 1",
       title="Smaller steps are better, until they are worse")
ax.legend()
plt.show()

print(f"forward: best step {steps[np.argmin(forward)]:.0e}, error {min(forward):.0e}")
print(f"central: best step {steps[np.argmin(central)]:.0e}, error {min(central):.0e}")

# %% [markdown]
# From left to right, both curves first fall as promised: the central one twice as steeply. Then they turn.
#
# A floating-point number has about 16 digits. For a tiny $h$, $f(x + h)$ and $f(x)$ agree in nearly all of
# them; their difference consists of the few digits that are left, and these are mostly rounding. Dividing by
# the tiny $h$ makes this noise large. So there are two errors, one that grows with $h$ and one that shrinks
# with it, and the best step lies between.
#
# ### Exercise 1.3: the best step is neither the largest nor the smallest
#
# Given a list of steps, return the one with which the central difference is closest to the true slope.

# %% tags=["exercise"]
def best_step(f, x, true_slope, steps):
    """The step h in steps for which the central difference of f at x is closest to true_slope."""
    ...


# %% tags=["check"]
grade("1.3", best_step)

# %% [markdown]
# <details><summary>Hint</summary>
#
# An error can be negative. Which of two errors is *smaller* is a question of their sizes: `abs`.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def best_step(f, x, true_slope, steps):
#     def error(h):
#         return abs((f(x + h) - f(x - h)) / (2 * h) - true_slope)
#     return min(steps, key=error)
# ```
# </details>

# %% [markdown]
# ## Many numbers
#
# A network has not one parameter but many. With several numbers, $x = (x_0, x_1, \dots)$, there is a slope
# for each: how fast does $f$ grow if *only* $x_i$ moves and all others stay? These slopes together are the
# *gradient* of $f$.
#
# ### Exercise 1.4: one slope for each number
#
# `f` takes an array and returns a number. Return an array with the central difference for each element. The
# array that you are given must be as before when you are done.

# %% tags=["exercise"]
def gradient(f, x, h=1e-5):
    """The slopes of f at the array x, (n,) -> (n,): element i for a step in x[i] alone."""
    ...


# %% tags=["check"]
grade("1.4", gradient)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Make an array `step` of zeros that has `h` in place `i`. Then `x + step` and `x - step` are the two points,
# and `x` itself never changes.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def gradient(f, x, h=1e-5):
#     slopes = np.zeros(x.shape)
#     for i in range(len(x)):
#         step = np.zeros(x.shape)
#         step[i] = h
#         slopes[i] = (f(x + step) - f(x - step)) / (2 * h)
#     return slopes
# ```
# </details>

# %% [markdown]
# ## Downhill
#
# A positive slope says: further right, $f$ is larger. So to make $f$ smaller, go left; and the other way
# round. This is *gradient descent*, with a *learning rate* $\eta$ that says how far to go:
#
# $$x \leftarrow x - \eta\, f'(x)$$
#
# The steps become shorter by themselves near the lowest place, since the slope does.

# %%
def valley(x):
    return (x - 3) ** 2 + 2


fig, axes = plt.subplots(1, 3, figsize=(11, 3), sharey=True)
places = np.linspace(-1, 7, 100)
for ax, rate in zip(axes, [0.03, 0.3, 0.98]):
    x, path = 0.0, [0.0]
    for _ in range(8):
        x = x - rate * (valley(x + 1e-5) - valley(x - 1e-5)) / 2e-5
        path.append(x)
    ax.plot(places, valley(places), "k", linewidth=1)
    ax.plot(path, [valley(x) for x in path], "C3o-", markersize=4)
    ax.set(xlabel="x", title=f"learning rate {rate}: f = {valley(x):.2f}")
axes[0].set_ylabel("f(x)")
plt.show()

# %% [markdown]
# Too small a rate is slow; too large a rate jumps from side to side, and a little more would climb *out* of
# the valley. Lesson 8 has more to say about learning rates.
#
# ### Exercise 1.5: downhill, step by step
#
# Start at `x`, take `steps` steps with the learning rate `rate`, and return the place where you arrive. For
# the slopes, take central differences with a small $h$, such as $10^{-5}$.

# %% tags=["exercise"]
def descend(f, x, rate, steps):
    """Where gradient descent arrives after this many steps from x, with central differences of f."""
    ...


# %% tags=["check"]
grade("1.5", descend)

# %% [markdown]
# <details><summary>Hint</summary>
#
# The slope is another one at every place, so compute it inside the loop. $10^{-5}$ is a good step for the
# central difference.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def descend(f, x, rate, steps):
#     for _ in range(steps):
#         x = x - rate * (f(x + 1e-5) - f(x - 1e-5)) / 2e-5
#     return x
# ```
# </details>

# %% [markdown]
# ## Why this is not enough
#
# You can now train anything, it seems. Try it on a real network: how long does it take to find the slopes of
# all its parameters? With differences, each parameter costs two calls of the network. (How a network is
# written down is the subject of later lessons. Here, only the times matter.)

# %%
minigrad.manual_seed(0)
model = nn.Sequential(nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))
images, labels = minigrad.rand(64, 784), minigrad.randint(0, 10, (64,))
count = sum(p.numel() for p in model.parameters())


def loss():
    return nn.functional.cross_entropy(model(images), labels)


def slopes():
    model.zero_grad()
    loss().backward()


def seconds(function):
    """How long a call takes: the shortest time of 30, which nothing else on the computer disturbed."""
    times = []
    for _ in range(30):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times)


one_call, all_slopes = seconds(loss), seconds(slopes)

print(f"{count:,} parameters")
print(f"by differences: {2 * count:,} calls, which take {2 * count * one_call:,.0f} seconds")
print(f"by minigrad:    {1000 * all_slopes:.1f} milliseconds, the time of {all_slopes / one_call:.1f} calls")

# %% [markdown]
# Differences cost two calls for each parameter, and large networks have billions of them. They are also
# never exact: in the numbers of 7 digits in which networks compute (`float32`), the best step gets you three
# correct digits or so. Let us look at that, too.

# %%
weight = model[0].weight
model.zero_grad()
loss().backward()
exact = weight.grad[0, :5].numpy()
differences = []
for i in range(5):
    values = []
    for step in (0.01, -0.01):
        with minigrad.no_grad():
            weight[0, i] += step
            values.append(loss().item())
            weight[0, i] -= step
    differences.append((values[0] - values[1]) / 0.02)
model.zero_grad()

print("parameter    by minigrad      by differences in float32")
for i in range(5):
    print(f"w[0, {i}]    {exact[i]:12.8f}    {differences[i]:12.8f}")

# %% [markdown]
# What we want is a way to get *all* slopes, exactly, for the price of about one call. It exists. It is called
# *automatic differentiation*, and in the next lesson, `02_scalar_engine`, you build it.
#
# Differences stay useful all the same: they are how you find out whether an exact derivative is *right*.
# Every derivative in minigrad is tested against them, and so will be yours.
#
# ## What you have learned
#
# - A slope says how fast a function grows; downhill is against it.
# - The central difference has an error of the order of $h^2$; rounding spoils steps that are too small.
# - The gradient holds one slope for each number.
# - Finite differences need two calls for each parameter, and are never exact: good for checks, not for
#   training.
