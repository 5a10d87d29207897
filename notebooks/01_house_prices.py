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
# # What is a house worth?
#
# From 2006 to 2010 the assessor of Ames, Iowa, noted for every house that was sold what it was like and
# what it brought. From these notes you are going to predict prices: first with a straight line whose
# gradient you derive on paper, then with the same line and the engine doing the calculus, then with a
# small neural network, and at the end with everything that is known about a house.
#
# Every idea comes four times: by hand, by the library, as a picture, and as an exercise. An exercise is a
# cell in which something is `None`; fill it in, run the cell below it, and you are told whether it is
# right. You need to know what a derivative is and to read Python; nothing else is taken for granted.

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

import minigrad
from minigrad import nn, optim
from minigrad.data import DataLoader, TensorDataset, ames, train_test_split
from minigrad.train import R2, EarlyStopping, Trainer
from minigrad.visual import graph

FAST = os.environ.get("MINIGRAD_NOTEBOOK_FAST") == "1"      # few steps, to see that everything runs
minigrad.manual_seed(0)
plt.rcParams.update({"figure.dpi": 90, "figure.constrained_layout.use": True, "axes.grid": True,
                     "grid.alpha": 0.3, "axes.spines.top": False, "axes.spines.right": False})


def check(right, hint):
    """The answer to an exercise."""
    print("Right." if right else f"Not yet: {hint}")


# %% [markdown]
# ## 1. Look at the data
#
# Before any model: what is there? `ames()` returns a table whose columns are NumPy arrays.

# %%
houses = ames()
print(f"{len(houses):,} houses, {len(houses.names)} columns, {len(houses.numeric)} of them numbers\n")
for name in ["Neighborhood", "Gr_Liv_Area", "TotRms_AbvGrd", "Year_Built", "Sale_Price"]:
    print(f"{name:13}", *(f"{str(value):>11}" for value in houses[name][:5]))

# %% [markdown]
# `Gr_Liv_Area` is the living area above ground in square feet, `TotRms_AbvGrd` the number of rooms,
# `Sale_Price` the price in dollars. We want the price, so let us see how it is distributed and how it goes
# with the area.

# %%
area, price = houses["Gr_Liv_Area"], houses["Sale_Price"]

fig, axes = plt.subplots(1, 3, figsize=(11, 3))
axes[0].hist(price / 1000, bins=60)
axes[0].set(xlabel="price in 1,000 dollars", ylabel="houses", title="prices")
axes[1].hist(np.log(price), bins=60)
axes[1].set(xlabel="ln(price)", title="their logarithms")
axes[2].plot(area, price / 1000, ".", markersize=3, alpha=0.4)
axes[2].set(xlabel="living area in square feet", ylabel="price in 1,000 dollars",
            title="larger is dearer")
plt.show()

# %% [markdown]
# Prices lean to the left with a long tail to the right, their logarithms are nearly symmetric. And an
# error of 20,000 dollars means something else for a cottage than for a villa: what counts is the ratio. So
# the quantity to predict is $\ln(\text{price})$. If the prediction is off by a small $e$ there, the price
# is off by the factor $\exp(e) \approx 1 + e$, that is, by about $100\,e$ percent.
#
# A model is to be judged on houses that it has not seen. We put aside a *test* set and do not touch it
# before the end; a *validation* set is for the decisions on the way, such as when to stop; the rest is the
# *training* set.

# %%
rows = np.arange(len(houses))
train, test = train_test_split(rows, test_size=0.2, seed=0)
train, validation = train_test_split(train, test_size=0.25, seed=1)
print(f"{len(train):,} houses to train on, {len(validation)} for validation, {len(test)} for the test")

# %% [markdown]
# ### One scale for everything
#
# Areas are in the thousands, logarithms of prices around twelve. We bring each quantity to mean 0 and
# standard deviation 1, with the mean $\mu$ and the deviation $\sigma$ of the training set:
#
# $$x \leftarrow \frac{x - \mu}{\sigma}$$
#
# For the target this has a pleasant consequence. The usual figure of merit, the share of the variance that
# the predictions $\hat y$ explain, is
#
# $$R^2 = 1 - \frac{\sum_i (y_i - \hat y_i)^2}{\sum_i (y_i - \bar y)^2}$$
#
# and with $\bar y = 0$ and variance 1 it is one minus the mean squared error of the training set. Always
# answering the mean has $R^2 = 0$, a perfect prediction has $R^2 = 1$.

# %%
def standardised(values):
    """Mean 0 and standard deviation 1 over the training set, for every column."""
    return (values - values[train].mean(axis=0)) / values[train].std(axis=0)


def r2(prediction, target):
    return 1 - ((target - prediction) ** 2).sum() / ((target - target.mean()) ** 2).sum()


x, y = standardised(area), standardised(np.log(price))
print(f"training set: mean of y {y[train].mean():.3f}, standard deviation {y[train].std():.3f}")

# %% [markdown]
# ## 2. A straight line, by hand
#
# The simplest model has two numbers to learn, a slope $w$ and an intercept $b$:
#
# $$\hat y_i = w x_i + b$$
#
# How wrong it is on the $n$ training houses is measured by the mean squared error, and we want the $w$ and
# $b$ that make it small:
#
# $$L(w, b) = \frac{1}{n} \sum_{i=1}^n (w x_i + b - y_i)^2$$
#
# The gradient says in which direction $L$ grows. By the chain rule, the outer derivative times the inner
# one,
#
# $$\frac{\partial L}{\partial w} = \frac{2}{n} \sum_i (w x_i + b - y_i)\, x_i
# \qquad
# \frac{\partial L}{\partial b} = \frac{2}{n} \sum_i (w x_i + b - y_i)$$
#
# *Gradient descent* takes small steps against it, with a learning rate $\eta$: $w \leftarrow w - \eta\,
# \partial L / \partial w$, and the same for $b$.

# %%
def loss_by_hand(w, b, x, y):
    return np.mean((w * x + b - y) ** 2)


def gradient_by_hand(w, b, x, y):
    error = w * x + b - y
    return 2 * np.mean(error * x), 2 * np.mean(error)


def descend(x, y, w, b, learning_rate, steps):
    """Gradient descent from (w, b) -> the path (steps + 1, 2)."""
    path = [(w, b)]
    for _ in range(steps):
        dw, db = gradient_by_hand(w, b, x, y)
        w, b = w - learning_rate * dw, b - learning_rate * db
        path.append((w, b))
    return np.array(path)


path = descend(x[train], y[train], w=-0.8, b=0.9, learning_rate=0.1, steps=30)
for step in [0, 1, 2, 5, 10, 30]:
    w, b = path[step]
    print(f"step {step:2}: w {w:6.3f}  b {b:6.3f}  loss {loss_by_hand(w, b, x[train], y[train]):.4f}")

best_w, best_b = np.polyfit(x[train], y[train], 1)
print(f"\nthe best line there is: w {best_w:.3f}, b {abs(best_b):.3f}")

# %% [markdown]
# Thirty steps come close to the line that NumPy finds in closed form. The picture shows the loss as a
# landscape over $w$ and $b$, with the path of the descent. On the right the same descent where the area is
# *not* standardised but in thousands of square feet: the bowl becomes a narrow valley, the steps jump
# across it, and along it there is hardly any progress. That is what standardising is for.

# %%
def landscape(axis, x, y, path, title):
    best = np.polyfit(x, y, 1)
    low, high = np.minimum(path.min(axis=0), best), np.maximum(path.max(axis=0), best)
    (w0, b0), (w1, b1) = low - 0.3 * (high - low), high + 0.3 * (high - low)
    ws, bs = np.meshgrid(np.linspace(w0, w1, 80), np.linspace(b0, b1, 80))
    # mean((w x + b - y)²), multiplied out, so that the grid needs the means only
    losses = (ws ** 2 * np.mean(x * x) + bs ** 2 + np.mean(y * y) + 2 * ws * bs * np.mean(x)
              - 2 * ws * np.mean(x * y) - 2 * bs * np.mean(y))
    axis.contourf(ws, bs, losses, levels=25, cmap="Blues_r", alpha=0.8)
    axis.plot(*path.T, ".-", color="tab:orange", markersize=5)
    axis.plot(*best, "*", color="white", markeredgecolor="black", markersize=14)
    axis.set(xlabel="w", ylabel="b", title=title)
    axis.grid(False)


thousands = area[train] / 1000
raw_path = descend(thousands, y[train], w=-0.8, b=0.9, learning_rate=0.27, steps=30)

fig, axes = plt.subplots(1, 3, figsize=(11, 3.3))
axes[0].plot(x[train], y[train], ".", markersize=3, alpha=0.3)
ends = np.array([x.min(), x.max()])
for step in [0, 2, 5, 30]:
    w, b = path[step]
    axes[0].plot(ends, w * ends + b, color="tab:orange", alpha=0.35 + 0.65 * step / 30)
    axes[0].annotate(f"step {step}", (ends[1], w * ends[1] + b), ha="right", fontsize=8)
axes[0].set(xlabel="area, standardised", ylabel="ln(price), standardised", ylim=(-6, 6),
            title="the line finds its way")
landscape(axes[1], x[train], y[train], path, "standardised: straight down")
landscape(axes[2], thousands, y[train], raw_path, "not standardised: a narrow valley")
plt.show()

# %% [markdown]
# ## 3. The same by autograd
#
# For a line the gradient takes two lines on paper. For a network with a thousand parameters nobody wants
# to do it. The engine does: it remembers how each number was computed, and applies the chain rule
# backwards from the loss. We tell it which tensors want a gradient, compute the loss as before, and call
# `backward()`.

# %%
x_train, y_train = (minigrad.tensor(values[train], dtype=minigrad.float32) for values in (x, y))
w = minigrad.tensor(-0.8, requires_grad=True)
b = minigrad.tensor(0.9, requires_grad=True)

loss = ((w * x_train + b - y_train) ** 2).mean()
loss.backward()

by_hand = gradient_by_hand(-0.8, 0.9, x[train], y[train])
print("loss           ", loss)
print(f"dL/dw   by hand {by_hand[0]:.6f}   by autograd {w.grad.item():.6f}")
print(f"dL/db   by hand {by_hand[1]:.6f}   by autograd {b.grad.item():.6f}")

# %% [markdown]
# The loss prints the operation that made it. Behind it stands the whole computation, a graph from the loss
# back to $w$ and $b$, and we can walk through it:

# %%
def show_graph(node, depth=0):
    if isinstance(node, minigrad.Tensor):
        print("    " * depth + ("w" if node is w else "b"))
    elif node is not None:      # None: no gradient is wanted there
        print("    " * depth + node.op.name)
        for parent in node.parents:
            show_graph(parent, depth + 1)


loss = ((w * x_train + b - y_train) ** 2).mean()
show_graph(loss.node)

# %% [markdown]
# Read it from the bottom: $w$ is multiplied (by $x$), $b$ is added, something ($y$) is subtracted, the
# result squared and averaged: summed, and multiplied by $1/n$. `graph` draws the same as a picture, to be
# read downwards, with the data in it. (Of $y$ only the shape is left: the derivative of a difference does
# not depend on what is subtracted, so the engine has not kept it.)

# %%
graph(loss, {"w": w, "b": b, "x": x_train})

# %% [markdown]
# `backward()` goes the other way and multiplies what comes from below with the derivative of each station.
# That is all there is to it, for two parameters as for a billion.
#
# Can a derivative be trusted? There is a check that knows nothing about calculus: move one input by a tiny
# $h$ and see how the result changes,
#
# $$\frac{\partial L}{\partial w} \approx \frac{L(w + h, b) - L(w - h, b)}{2h}$$
#
# `gradcheck` does this for every element of every input, in double precision.

# %%
inputs = [minigrad.tensor(value, dtype=minigrad.float64, requires_grad=True) for value in (-0.8, 0.9)]
x_double, y_double = minigrad.tensor(x[train]), minigrad.tensor(y[train])
print("gradcheck:", minigrad.gradcheck(lambda w, b: ((w * x_double + b - y_double) ** 2).mean(), inputs))

# %% [markdown]
# ### Exercise 1: another loss
#
# A square makes a few very wrong houses very important. A gentler loss is $\ell(e) = \ln \cosh e$ of the
# error $e$: near zero it behaves like $e^2/2$, far out like $|e|$. Derive $\ell'(e)$ on paper and write it
# down in NumPy. The engine is the referee.

# %% tags=["exercise"]
def slope_of_log_cosh(e):
    return None         # the derivative of ln(cosh(e)) at every element of the array e


# %% tags=["check"]
e = minigrad.linspace(-3, 3, 13, requires_grad=True)
minigrad.log(minigrad.cosh(e)).sum().backward()
answer = slope_of_log_cosh(e.detach().numpy())
check(answer is not None and np.allclose(answer, e.grad.numpy(), atol=1e-5),
      "the chain rule gives cosh'(e) / cosh(e); what is the derivative of cosh?")

# %% [markdown]
# <details><summary>Solution</summary>
#
# $\cosh' = \sinh$, and $\sinh e / \cosh e = \tanh e$: the loss pulls with a force of at most 1, however
# wrong the house is.
#
# ```python
# def slope_of_log_cosh(e):
#     return np.tanh(e)
# ```
# </details>

# %% [markdown]
# ## 4. A network: 3 → 10 → 1
#
# Now three features: the area, the number of rooms and the location. A neighbourhood is a name, and a
# network wants a number. A good one is how dear the houses there are: the mean of $y$ over the *training*
# houses of that neighbourhood. (Over all houses would be cheating: the price that is to be predicted would
# be part of the question.)

# %%
neighbourhood = houses["Neighborhood"]
location = np.zeros(len(houses))        # 0, the mean of all, if no training house is there
for name in np.unique(neighbourhood[train]):
    here = neighbourhood == name
    location[here] = y[train][here[train]].mean()

features = standardised(np.column_stack([area, houses["TotRms_AbvGrd"], location]))
print("a house as the model sees it:", features[0].round(2), "-> ", y[0].round(2))

# %%
longitude, latitude = houses["Longitude"], houses["Latitude"]

fig, axis = plt.subplots(figsize=(6, 4))
points = axis.scatter(longitude, latitude, c=location, s=4, cmap="viridis")
for value, offset in [(location.min(), (-130, -50)), (location.max(), (60, 0))]:
    here = location == value
    axis.annotate(neighbourhood[here][0].replace("_", " "), (longitude[here].mean(), latitude[here].mean()),
                  offset, textcoords="offset points", arrowprops=dict(arrowstyle="-", alpha=0.5))
fig.colorbar(points, label="location: mean of y in the neighbourhood")
axis.set(xlabel="longitude", ylabel="latitude", title=f"Ames, {len(houses):,} houses", aspect=1.3)
axis.locator_params(nbins=5)
plt.show()

# %% [markdown]
# The linear model with three features first, as the mark to beat. Its best weights solve a linear system
# (least squares), no descent needed.

# %%
ones = np.ones((len(houses), 1))
weights = np.linalg.lstsq(np.hstack([features, ones])[train], y[train])[0]
linear = np.hstack([features, ones]) @ weights
print("linear model, weights of area, rooms, location:", weights[:3].round(2))
print(f"linear model, R² on the validation set: {r2(linear[validation], y[validation]):.3f}")

# %% [markdown]
# A linear model says that another 100 square feet are worth the same everywhere. A network can say more.
# Ours has one hidden layer of ten units:
#
# $$h = \max(0,\; x W_1^\top + b_1) \qquad \hat y = h W_2^\top + b_2$$
#
# with $x$ of shape $(n, 3)$, $W_1$ $(10, 3)$, $b_1$ $(10)$, $W_2$ $(1, 10)$ and $b_2$ $(1)$. The maximum
# with 0, called ReLU, is what makes it more than a linear model: each hidden unit is a plane with a kink,
# and ten of them together can bend. We write it with plain tensor operations. The weights start at random,
# within $\pm 1/\sqrt{\text{inputs}}$, so that the units differ from each other.

# %%
def uniform(*shape, inputs):
    bound = 1 / inputs ** 0.5
    return ((minigrad.rand(*shape) * 2 - 1) * bound).requires_grad_()


W1, b1 = uniform(10, 3, inputs=3), uniform(10, inputs=3)
W2, b2 = uniform(1, 10, inputs=10), uniform(1, inputs=10)
parameters = [W1, b1, W2, b2]


def network(x):
    h = minigrad.relu(x @ W1.T + b1)        # (n, 3) -> (n, 10)
    return h @ W2.T + b2                    # (n, 10) -> (n, 1)


X = minigrad.tensor(features, dtype=minigrad.float32)       # (houses, 3)
Y = minigrad.tensor(y[:, None], dtype=minigrad.float32)     # (houses, 1)
print("parameters:", sum(p.numel() for p in parameters))

# %% [markdown]
# And the training loop, the same four steps that every network of any size is trained with: *forward*,
# *loss*, *backward*, *step*. The step changes the parameters, which is no part of the computation whose
# gradient we want, hence `no_grad`. Gradients add up until they are cleared, hence `p.grad = None`.

# %%
for step in range(20 if FAST else 400):
    loss = ((network(X[train]) - Y[train]) ** 2).mean()     # forward, loss
    loss.backward()                                         # backward
    with minigrad.no_grad():
        for p in parameters:                                # step
            p -= 0.1 * p.grad
            p.grad = None
    if step % 100 == 0:
        print(f"step {step:3}: loss {loss.item():.4f}")

by_hand = network(X).detach().numpy()[:, 0]
print(f"\nR² on the validation set: {r2(by_hand[validation], y[validation]):.3f}")

# %% [markdown]
# ### By the library
#
# `nn.Sequential` holds the same layers. To see that nothing else happens in there, we give it our weights
# and compare.

# %%
model = nn.Sequential(nn.Linear(3, 10), nn.ReLU(), nn.Linear(10, 1))
with minigrad.no_grad():
    for own, ours in zip(model.parameters(), parameters):
        own.copy_(ours)
print("the same outputs:", minigrad.allclose(model(X), network(X)))
print(nn.summary(model, (len(train), 3)))

# %% [markdown]
# Now a fresh one, trained as one usually does: in *batches* of 32 houses, shuffled anew in every epoch, so
# that a pass over the data makes many steps instead of one; and with Adam, which gives each parameter a
# step size of its own. The loop has the same four steps.

# %%
model = nn.Sequential(nn.Linear(3, 10), nn.ReLU(), nn.Linear(10, 1))
optimizer = optim.Adam(model.parameters(), lr=0.005)
loader = DataLoader(TensorDataset(X[train], Y[train]), batch_size=32, shuffle=True)
criterion = nn.MSELoss()

for epoch in range(1, (2 if FAST else 40) + 1):
    total = 0
    for inputs, targets in loader:
        loss = criterion(model(inputs), targets)        # forward, loss
        optimizer.zero_grad()
        loss.backward()                                 # backward
        optimizer.step()                                # step
        total += loss.item() * len(inputs)
    if epoch % 10 == 0:
        print(f"epoch {epoch}: loss {total / len(train):.4f}")

small = model(X).detach().numpy()[:, 0]
print(f"\nR² on the validation set: {r2(small[validation], y[validation]):.3f}, "
      f"the linear model {r2(linear[validation], y[validation]):.3f}")

# %% [markdown]
# What has it learned that a plane cannot say? On the left the predicted prices against the true ones; a
# perfect model would put every house on the diagonal. In the middle and on the right the price over the
# area for a cheap, a middling and a dear location, the number of rooms held at its mean: straight lines on
# this logarithmic scale for the linear model, bent ones for the network.

# %%
def dollars(y):
    log_price = np.log(price[train])
    return np.exp(y * log_price.std() + log_price.mean())


fig, axes = plt.subplots(1, 3, figsize=(11, 3.5))
ticks = [50, 100, 200, 400]
axes[0].plot(price[validation] / 1000, dollars(small[validation]) / 1000, ".", markersize=4, alpha=0.5)
axes[0].plot([40, 800], [40, 800], color="black", linewidth=1)
axes[0].set(xlabel="true price in 1,000 dollars", ylabel="predicted", xscale="log", yscale="log",
            xlim=(40, 800), ylim=(40, 800), xticks=ticks, yticks=ticks, xticklabels=ticks,
            yticklabels=ticks, title="validation set")

grid = np.zeros((100, 3))
grid[:, 0] = np.linspace(-1.8, 3.5, 100)
feet = grid[:, 0] * area[train].std() + area[train].mean()
for value, label in [(-1.3, "cheap"), (0, "middling"), (1.5, "dear")]:
    grid[:, 2] = value
    plane = np.hstack([grid, np.ones((100, 1))]) @ weights
    bent = model(minigrad.tensor(grid, dtype=minigrad.float32)).detach().numpy()[:, 0]
    axes[1].plot(feet, dollars(plane) / 1000, label=label)
    axes[2].plot(feet, dollars(bent) / 1000, label=label)
for axis, title in [(axes[1], "linear model"), (axes[2], "network 3 → 10 → 1")]:
    axis.set(xlabel="living area in square feet", yscale="log", title=title, ylim=(60, 700),
             yticks=ticks[1:], yticklabels=ticks[1:])
for axis in axes:
    axis.minorticks_off()
axes[1].legend(title="location")
axes[1].set(ylabel="price in 1,000 dollars")
plt.show()

# %% [markdown]
# ### Exercise 2: one layer more
#
# `deep` has two hidden layers. Write its forward pass with plain tensor operations, as `network` above,
# using the parameters that are already unpacked.

# %% tags=["exercise"]
deep = nn.Sequential(nn.Linear(3, 10), nn.ReLU(), nn.Linear(10, 10), nn.ReLU(), nn.Linear(10, 1))
V1, c1, V2, c2, V3, c3 = deep.parameters()


def deep_by_hand(x):
    return None         # (n, 3) -> (n, 1)


# %% tags=["check"]
answer = deep_by_hand(X[:5])
check(answer is not None and answer.shape == (5, 1) and minigrad.allclose(answer, deep(X[:5]), atol=1e-6),
      "three products with a transposed weight, a bias added to each, and ReLU after all but the last")

# %% [markdown]
# <details><summary>Solution</summary>
#
# ```python
# def deep_by_hand(x):
#     h = minigrad.relu(x @ V1.T + c1)        # (n, 10)
#     h = minigrad.relu(h @ V2.T + c2)        # (n, 10)
#     return h @ V3.T + c3                    # (n, 1)
# ```
# </details>

# %% [markdown]
# ## 5. Overfitting, and how to notice it
#
# Why a validation set? Take a large network and few houses, and let it train for long. Its loss on the
# training set goes to zero: it learns the houses by heart. The loss on houses that it has never seen falls
# at first, and then rises.

# %%
def curves(model, rows, epochs):
    """Train on `rows`, all in each step -> training and validation loss of every epoch (epochs, 2)."""
    optimizer = optim.Adam(model.parameters(), lr=0.003)
    losses = []
    for _ in range(epochs):
        loss = criterion(model(X[rows]), Y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        with minigrad.no_grad():
            losses.append((loss.item(), criterion(model(X[validation]), Y[validation]).item()))
    return np.array(losses)


def large():
    return nn.Sequential(nn.Linear(3, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1))


few = train[:40]
losses = curves(large(), few, epochs=40 if FAST else 1500)
best = losses[:, 1].argmin()
print(f"{len(few)} houses, {sum(p.numel() for p in large().parameters()):,} parameters")
for when, (training, validating) in [(best, losses[best]), (len(losses) - 1, losses[-1])]:
    print(f"epoch {when:4}: training loss {training:.3f}, validation loss {validating:.3f}")

# %% [markdown]
# Two remedies. *Early stopping*: keep the parameters of the epoch where the validation loss was lowest.
# And *more data*, the best remedy of all. On the right are both losses of that best epoch, for more and
# more training houses: what the network does on the houses it knows says more and more about those it does
# not know.

# %%
counts = [20, 40, 80, 160] if FAST else [20, 40, 80, 160, 320, 640, 1280, len(train)]
runs = [curves(large(), train[:count], epochs=20 if FAST else 250) for count in counts]
stopped = np.array([run[run[:, 1].argmin()] for run in runs])

fig, axes = plt.subplots(1, 2, figsize=(10, 3.4))
for column, label in enumerate(["training", "validation"]):
    axes[0].plot(np.arange(1, len(losses) + 1), losses[:, column], label=label)
    axes[1].plot(counts, stopped[:, column], "o-", label=label)
axes[0].axvline(best + 1, color="black", linestyle=":", label="stop here")
axes[0].set(xlabel="epoch", ylabel="mean squared error", xscale="log", ylim=(0, 1.2),
            title=f"{len(few)} houses: learned by heart")
axes[1].set(xlabel="training houses", xscale="log", ylim=(0, 0.4), title="more houses, stopped in time")
axes[0].legend()
axes[1].legend()
plt.show()

# %% [markdown]
# ### Exercise 3: when to stop
#
# During training one does not know what is still to come. The usual rule has a *patience*: stop as soon as
# the loss has not improved on its best value for `patience` epochs in a row. Given the validation losses
# epoch by epoch, return the index of the epoch *after which* training stops, or of the last one if that
# never happens.

# %% tags=["exercise"]
def stop_epoch(losses, patience):
    return None


# %% tags=["check"]
cases = [([5, 4, 3, 4, 4, 1], 2, 4), ([5, 4, 3, 4, 4, 1], 3, 5), ([3, 2, 1], 1, 2), ([1, 1, 1, 1], 2, 2)]
wrong = [case for case in cases if stop_epoch(*case[:2]) != case[2]]
check(not wrong, "stop_epoch({}, patience={}) should be {}".format(*wrong[0]) if wrong else "")

# %% [markdown]
# <details><summary>Solution</summary>
#
# ```python
# def stop_epoch(losses, patience):
#     best, waited = float("inf"), 0
#     for epoch, loss in enumerate(losses):
#         if loss < best:
#             best, waited = loss, 0
#         else:
#             waited += 1
#         if waited == patience:
#             return epoch
#     return len(losses) - 1
# ```
#
# `minigrad.train.EarlyStopping` does this, and puts the best parameters back at the end.
# </details>

# %% [markdown]
# ## 6. Everything that is known about a house
#
# The table has far more than three columns: the year it was built, the quality of the kitchen, garages,
# cellars, fireplaces. A category becomes *one-hot*: one feature for each of its values, 1 where the house
# has that value and 0 elsewhere. What only a handful of houses have would then stand dozens of standard
# deviations out, so we do not let any feature go beyond five.

# %%
columns = [name for name in houses.names if name != "Sale_Price"]
matrix, names = houses.features(columns)
varied = matrix[train].std(axis=0) > 0      # what is the same for all training houses teaches nothing
everything = np.clip(standardised(matrix[:, varied]), -5, 5)
print(f"{len(columns)} columns have become {len(names)} features, {varied.sum()} of which vary, such as")
print(", ".join(name for name in names if name.startswith("Roof_Style")))

# %% [markdown]
# With that many features a linear model can overfit, too. *Ridge regression* charges it for large weights,
# $\lambda$ per unit of their square, and still has a solution in closed form:
#
# $$L(w) = \lVert X w - y \rVert^2 + \lambda \lVert w \rVert^2
# \qquad \nabla L = 0 \;\Longrightarrow\;
# w = (X^\top X + \lambda I)^{-1} X^\top y$$
#
# How large should $\lambda$ be? That is a decision for the validation set.

# %%
def ridge(X, y, penalty):
    return np.linalg.solve(X.T @ X + penalty * np.eye(X.shape[1]), X.T @ y)


penalties = np.logspace(-1, 4, 21)
scores = [r2(everything[validation] @ ridge(everything[train], y[train], penalty), y[validation])
          for penalty in penalties]
penalty = penalties[np.argmax(scores)]
ridge_all = everything @ ridge(everything[train], y[train], penalty)
print(f"λ = {penalty:.0f}: R² {max(scores):.3f} on the validation set")

# %% [markdown]
# And a network on the same features, this time with the training kit. `Trainer` runs the loop that you
# have written above, `EarlyStopping` watches the validation loss. Weight decay is what the penalty of
# ridge regression is called among networks; dropout silences a random part of the hidden units in each
# step, which keeps them from relying on each other.

# %%
count = everything.shape[1]
E = minigrad.tensor(everything, dtype=minigrad.float32)
mlp = nn.Sequential(nn.Linear(count, 64), nn.ReLU(), nn.Dropout(0.3), nn.Linear(64, 1))
optimizer = optim.AdamW(mlp.parameters(), lr=0.001, weight_decay=1.0)
trainer = Trainer(mlp, nn.MSELoss(), optimizer, metrics=[R2()], callbacks=[EarlyStopping(patience=15)])
history = trainer.fit(DataLoader(TensorDataset(E[train], Y[train]), batch_size=32, shuffle=True),
                      DataLoader(TensorDataset(E[validation], Y[validation]), batch_size=256),
                      epochs=2 if FAST else 100, verbose=False)
best = history.best()
print(f"best epoch {best['epoch']} of {len(history)}: R² {best['val_r2']:.3f} on the validation set")

# %%
fig, axis = plt.subplots(figsize=(6, 3))
axis.plot([row["epoch"] for row in history], history["loss"], label="training, with dropout")
axis.plot([row["epoch"] for row in history], history["val_loss"], label="validation")
axis.axhline(1 - max(scores), color="black", linestyle=":", label="ridge, validation")
axis.set(xlabel="epoch", ylabel="mean squared error", ylim=(0, 0.4), title="all features")
axis.legend()
plt.show()

# %% [markdown]
# All decisions are made. Now, and only now, the test set.

# %%
mlp_all = trainer.predict(E).numpy()[:, 0]
line = best_w * x + best_b
models = {"a line through the area": line, "linear, 3 features": linear, "network 3 → 10 → 1": small,
          "ridge, all features": ridge_all, "network, all features": mlp_all}
results = {name: r2(prediction[test], y[test]) for name, prediction in models.items()}

fig, axis = plt.subplots(figsize=(7, 2.6))
colors = ["tab:blue" if name.startswith("network") else "tab:gray" for name in results]
bars = axis.barh(list(results), list(results.values()), color=colors)
axis.bar_label(bars, fmt=" %.3f")
axis.set(xlabel="R² on the test set", xlim=(0, 1))
axis.invert_yaxis()
axis.grid(False)
plt.show()

off = abs(dollars(mlp_all) / price - 1)
print(f"network, all features: for half of the test houses off by less than {np.median(off[test]):.1%}")

# %% [markdown]
# What is known about a house matters more than which model looks at it: three features leave a good part
# of the variance unexplained whatever we do, and on all features the plain ridge regression and the
# network are close. On tables of this size that is the rule, and a reason to compute a simple baseline
# before believing in a network.
#
# ### Where is it wrong?
#
# It pays to look at the worst predictions one by one.

# %%
worst = test[np.argsort(-abs(mlp_all - y)[test])]
print(f"{'true':>9} {'predicted':>10}   {'built':5} {'sq ft':>6}  condition of the sale, neighbourhood")
for i in worst[:8]:
    built, condition = houses["Year_Built"][i], houses["Sale_Condition"][i]
    print(f"{price[i]:9,.0f} {dollars(mlp_all[i]):10,.0f}   {built:5.0f} {area[i]:6,.0f}  "
          f"{condition}, {neighbourhood[i]}")

unusual = houses["Sale_Condition"] != "Normal"
count = len(test) // 20
print(f"\nunusual sales: {100 * unusual[test].mean():.0f} % of all test houses, "
      f"{100 * unusual[worst[:count]].mean():.0f} % of the {count} worst predictions")

# %% [markdown]
# Read the condition of the sale: `Abnorml` is a foreclosure or a sale under pressure, `Family` one between
# relatives, `Partial` a house that was not finished yet. Then the price is not what the house is worth,
# and no model that looks at houses alone can know by how much.
#
# ### Exercise 4: what does it look at?
#
# How much does a trained model rely on a feature? Shuffle this feature's column, so that it says nothing
# about its house any more, and see how far $R^2$ falls. Complete `importance` for the network with three
# features.

# %% tags=["exercise"]
def importance(column):
    """How much R² on the validation set falls when this column of the features is shuffled."""
    shuffled = features[validation].copy()
    shuffled[:, column] = np.random.default_rng(0).permutation(shuffled[:, column])
    return None         # predict from `shuffled`, and compare with the R² of `small` on the validation set


# %% tags=["check"]
answers = [importance(column) for column in range(3)]
A1, a1, A2, a2 = (p.detach().numpy() for p in model.parameters())
expected = []
for column in range(3):
    mixed = features[validation].copy()
    mixed[:, column] = np.random.default_rng(0).permutation(mixed[:, column])
    prediction = (np.maximum(0, mixed @ A1.T + a1) @ A2.T + a2)[:, 0]
    expected.append(r2(small[validation], y[validation]) - r2(prediction, y[validation]))
check(None not in answers and np.allclose(answers, expected, atol=1e-4),
      f"a model takes a float32 tensor and gives (n, 1); for the first column expect {expected[0]:.3f}")
if None not in answers:
    print("  ".join(f"{name} {fall:.3f}" for name, fall in zip(["area", "rooms", "location"], answers)))

# %% [markdown]
# <details><summary>Solution</summary>
#
# ```python
# def importance(column):
#     shuffled = features[validation].copy()
#     shuffled[:, column] = np.random.default_rng(0).permutation(shuffled[:, column])
#     prediction = model(minigrad.tensor(shuffled, dtype=minigrad.float32)).detach().numpy()[:, 0]
#     return r2(small[validation], y[validation]) - r2(prediction, y[validation])
# ```
#
# The rooms hardly count: once the area is known, there is little left for them to say.
# </details>

# %% [markdown]
# ## What you have seen
#
# - A model is a function with parameters, a loss says how wrong it is, and its gradient says how to change
#   them. Forward, loss, backward, step: this loop trains everything.
# - Autograd computes the same gradient as the formula on paper, and `gradcheck` can tell without calculus.
# - Training loss alone says nothing about houses that the model has not seen; a validation set does.
# - A simple baseline is part of every result.
#
# To go on: `python -m minigrad demo house-price` trains such networks from the command line. The engine
# behind `backward()` is in `minigrad/autograd`, and short enough to read in an evening. The next notebook,
# `02_mnist`, looks at pictures.
