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
# # 7. What is a house worth?
#
# The assessor of Ames, Iowa, recorded the features and the price of every house sold there from 2006 to
# 2010. With these records you will predict prices: first with a straight line whose gradient you derive on
# paper, then with the same line and automatic differentiation, then with a small neural network, and
# finally with all the features in the data.
#
# Each idea appears four times: by hand, with the library, as a plot, and as an exercise. And at every turn
# you ask the same question: how do I know that this model is any good?
#
# You need lessons 1 to 5. The lesson takes 60 to 75 minutes.

# %% tags=["setup", "remove-cell"]
# Where minigrad is missing, such as in a browser or in Colab, this cell installs it.
try:
    import minigrad.course
except ImportError:
    print("Installing minigrad: this takes a moment.")
    # %pip install -q minigrad-edu matplotlib

# %%
import matplotlib.pyplot as plt
import numpy as np

import minigrad
from minigrad import nn, optim
from minigrad.course import effort, grade
from minigrad.data import DataLoader, TensorDataset, ames, train_test_split
from minigrad.train import R2, EarlyStopping, Log, Trainer
from minigrad.visual import graph

minigrad.manual_seed(0)
plt.rcParams.update({"figure.dpi": 90, "figure.constrained_layout.use": True, "axes.grid": True,
                     "grid.alpha": 0.3, "axes.spines.top": False, "axes.spines.right": False})

# %% [markdown]
# ## 1. Look at the data
#
# Before building a model, look at the data. `ames()` returns a table whose columns are NumPy arrays.

# %%
houses = ames()
print(f"{len(houses):,} houses, {len(houses.names)} columns, {len(houses.numeric)} of them numeric\n")
for name in ["Neighborhood", "Gr_Liv_Area", "TotRms_AbvGrd", "Year_Built", "Sale_Price"]:
    print(f"{name:13}", *(f"{str(value):>11}" for value in houses[name][:5]))

# %% [markdown]
# `Gr_Liv_Area` is the living area above ground in square feet, `TotRms_AbvGrd` the number of rooms above
# ground, and `Sale_Price` the price in dollars. We want to predict the price, so we plot its distribution and
# how it depends on the area.

# %%
area, price = houses["Gr_Liv_Area"], houses["Sale_Price"]

fig, axes = plt.subplots(1, 3, figsize=(11, 3))
axes[0].hist(price / 1000, bins=60)
axes[0].set(xlabel="price in 1,000 dollars", ylabel="houses", title="prices")
axes[1].hist(np.log(price), bins=60)
axes[1].set(xlabel="ln(price)", title="log prices")
axes[2].plot(area, price / 1000, ".", markersize=3, alpha=0.4)
axes[2].set(xlabel="living area in square feet", ylabel="price in 1,000 dollars",
            title="larger houses cost more")
plt.show()

# %% [markdown]
# Prices are skewed, with a long tail to the right; their logarithms are nearly symmetric. An error of 20,000
# dollars also matters more for a cottage than for a villa: what counts is the ratio. So we predict
# $\ln(\text{price})$. If this prediction is off by a small $e$, the price is off by a factor of $\exp(e)
# \approx 1 + e$, or about $100\,e$ percent.
#
# ### Clean it
#
# No table is as clean as it looks. Three questions help: Which values *mean* "not known"? Do columns
# contradict each other? Are there rows of another kind?

# %%
print(f"Lot_Frontage, feet of street along the lot: 0 for {(houses['Lot_Frontage'] == 0).sum()} houses, "
      f"else at least {houses['Lot_Frontage'][houses['Lot_Frontage'] > 0].min():.0f}")
print("BsmtFin_SF_1, by its name square feet:", np.unique(houses["BsmtFin_SF_1"]))
print(f"no basement: {(houses['Total_Bsmt_SF'] == 0).sum()} houses by its area, "
      f"{(houses['Bsmt_Exposure'] == 'No_Basement').sum()} by the column Bsmt_Exposure")
huge = np.flatnonzero(area > 4000)
print(f"above 4,000 square feet: {len(huge)} houses")
for i in huge:
    print(f"    {area[i]:,.0f} square feet, {price[i]:,.0f} dollars, {houses['Sale_Condition'][i]}")

# %% [markdown]
# A lot without a street does not exist: this 0 means "not known". `BsmtFin_SF_1` holds a code and not an
# area. Some houses have no basement in one column and one in another. And a few very large houses were sold
# for far less than others of their size, all of them as `Partial`, unfinished. De Cock, who published the
# data (2011, *Journal of Statistics Education* 19(3)), advises removing the houses above 4,000 square feet.
#
# What do we do? Removing what does not fit makes every result look better, and the model worse: such houses
# will be sold in future, too. So we keep all of them, but we *mark* what is not known: a new column says
# whether the frontage is known, and where it is not, the median of the others stands in. Whatever you decide,
# write it down.

# %%
frontage = houses["Lot_Frontage"]
known = frontage > 0
houses["Lot_Frontage"] = np.where(known, frontage, np.median(frontage[known]))
houses["Frontage_Known"] = known.astype(float)
houses["BsmtFin_SF_1"] = houses["BsmtFin_SF_1"].astype(int).astype(str)     # a category
print(f"{known.mean():.0%} of the frontages are known; {len(houses.names)} columns now")

# %% [markdown]
# ### Put some aside
#
# A model must be judged on houses that it has not seen. We split off a *test* set and do not touch it until
# the end. A *validation* set is for decisions along the way, such as when to stop. The rest is the *training*
# set.

# %%
rows = np.arange(len(houses))
train, test = train_test_split(rows, test_size=0.2, seed=0)
train, validation = train_test_split(train, test_size=0.25, seed=1)
print(f"{len(train):,} houses for training, {len(validation)} for validation, {len(test)} for testing")

# %% [markdown]
# ### Standardise everything
#
# Areas are in the thousands, log prices around twelve. We rescale each quantity to mean 0 and standard
# deviation 1, using the mean $\mu$ and standard deviation $\sigma$ of the training set:
#
# $$x \leftarrow \frac{x - \mu}{\sigma}$$
#
# This also makes the loss easy to interpret. The usual measure of fit is the fraction of the variance that
# the predictions $\hat y$ explain:
#
# $$R^2 = 1 - \frac{\sum_i (y_i - \hat y_i)^2}{\sum_i (y_i - \bar y)^2}$$
#
# With $\bar y = 0$ and variance 1, the $R^2$ of the training set is one minus its mean squared error. Always
# predicting the mean gives $R^2 = 0$; a perfect prediction gives $R^2 = 1$.
#
# ### Exercise 7.1: one scale for all columns
#
# `values` has one column, $(n,)$, or several, $(n, d)$; `train` holds the numbers of the training rows. A
# column that does not vary there would be divided by 0; divide it by 1 instead.

# %% tags=["exercise"]
def scaled(values, train):
    """All rows of values, each column rescaled to mean 0 and standard deviation 1 over the rows `train`."""
    ...


# %% tags=["check"]
grade("7.1", scaled)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `values[train].mean(axis=0)` is the mean of each column over the training rows. `np.where(deviation > 0,
# deviation, 1)` replaces zeros by ones.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def scaled(values, train):
#     mean, deviation = values[train].mean(axis=0), values[train].std(axis=0)
#     return (values - mean) / np.where(deviation > 0, deviation, 1)
# ```
# </details>

# %%
def standardised(values):
    """Rescale each column to mean 0 and standard deviation 1 over the training set."""
    deviation = values[train].std(axis=0)
    return (values - values[train].mean(axis=0)) / np.where(deviation > 0, deviation, 1)


x, y = standardised(area), standardised(np.log(price))
print(f"training set: mean of y {y[train].mean():.3f}, standard deviation {y[train].std():.3f}")

# %% [markdown]
# ### The simplest model
#
# Before any model that learns, know what you get for nothing: a *baseline*. Two of them predict the same
# price for all houses, and the mean price of the neighbourhood.

# %% tags=["given"]
def r2(prediction, target):
    """The fraction of the variance of target that prediction explains; both (n,)."""
    return 1 - ((target - prediction) ** 2).sum() / ((target - target.mean()) ** 2).sum()


# %%
def dollars(y):
    """The price in dollars for a standardised ln(price)."""
    log_price = np.log(price[train])
    return np.exp(y * log_price.std() + log_price.mean())


neighbourhood = houses["Neighborhood"]
location = np.zeros(len(houses))        # 0, the overall mean, if there are no training houses
for name in np.unique(neighbourhood[train]):
    here = neighbourhood == name
    location[here] = y[train][here[train]].mean()

for name, baseline in [("the mean", np.zeros(len(houses))), ("the mean of the neighbourhood", location)]:
    off = np.abs(dollars(baseline) / price - 1)[validation]
    print(f"{name:29}  R² {r2(baseline[validation], y[validation]):6.3f}, "
          f"half of the predictions are off by more than {np.median(off):.0%}")

# %% [markdown]
# ## 2. A straight line, by hand
#
# The simplest model has two parameters, a slope $w$ and an intercept $b$:
#
# $$\hat y_i = w x_i + b$$
#
# The mean squared error measures how wrong it is on the $n$ training houses. We want the $w$ and $b$ that
# minimise it:
#
# $$L(w, b) = \frac{1}{n} \sum_{i=1}^n (w x_i + b - y_i)^2$$
#
# The gradient points in the direction in which $L$ grows fastest. The chain rule (outer derivative times
# inner derivative) gives
#
# $$\frac{\partial L}{\partial w} = \frac{2}{n} \sum_i (w x_i + b - y_i)\, x_i
# \qquad
# \frac{\partial L}{\partial b} = \frac{2}{n} \sum_i (w x_i + b - y_i)$$
#
# *Gradient descent* takes small steps in the opposite direction, with a learning rate $\eta$: $w \leftarrow w
# - \eta\, \partial L / \partial w$, and the same for $b$.

# %%
def loss_by_hand(w, b, x, y):
    return np.mean((w * x + b - y) ** 2)


def gradient_by_hand(w, b, x, y):
    error = w * x + b - y
    return 2 * np.mean(error * x), 2 * np.mean(error)


def descend(x, y, w, b, learning_rate, steps):
    """Run gradient descent from (w, b) and return its path, (steps + 1, 2)."""
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
print(f"\nleast squares: w {best_w:.3f}, b {abs(best_b):.3f}")

# %% [markdown]
# After thirty steps we are close to the line that NumPy finds in closed form. The middle plot shows the loss
# as a function of $w$ and $b$, with the path of gradient descent. The right plot shows the same descent with
# the area *not* standardised but in thousands of square feet: the bowl becomes a narrow valley. The steps
# jump across it, and after as many of them the star is still far away. That is why we standardise.

# %%
def landscape(axis, x, y, path, title):
    best = np.polyfit(x, y, 1)
    low, high = np.minimum(path.min(axis=0), best), np.maximum(path.max(axis=0), best)
    (w0, b0), (w1, b1) = low - 0.3 * (high - low), high + 0.3 * (high - low)
    ws, bs = np.meshgrid(np.linspace(w0, w1, 80), np.linspace(b0, b1, 80))
    # mean((w x + b - y)²), expanded so that the grid needs only a few means
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
            title="the line approaches the data")
landscape(axes[1], x[train], y[train], path, "standardised: direct descent")
landscape(axes[2], thousands, y[train], raw_path, "not standardised: a narrow valley")
plt.show()

# %% [markdown]
# ## 3. The same with autograd
#
# For a line, deriving the gradient takes two lines on paper. For a network with a thousand parameters, nobody
# wants to do it by hand. Autograd does it for us: it records how each value was computed and applies the
# chain rule backwards from the loss. We say which tensors need a gradient, compute the loss as before, and
# call `backward()`.

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
# The printed loss names the operation that produced it. That operation is one node of a graph that leads from
# the loss back to $w$ and $b$. We can walk through it:

# %%
def show_graph(node, depth=0):
    if isinstance(node, minigrad.Tensor):
        print("    " * depth + ("w" if node is w else "b"))
    elif node is not None:      # None: no gradient needed there
        print("    " * depth + node.op.name)
        for parent in node.parents:
            show_graph(parent, depth + 1)


loss = ((w * x_train + b - y_train) ** 2).mean()
show_graph(loss.node)

# %% [markdown]
# Read it from the bottom up: $w$ is multiplied (by $x$), $b$ is added, something ($y$) is subtracted, and the
# result is squared and averaged, that is, summed and multiplied by $1/n$. `graph` draws the same graph with
# its data, from top to bottom. (For $y$ it shows only the shape: the derivative of a difference does not
# depend on the value subtracted, so the engine has not kept it.)

# %%
graph(loss, {"w": w, "b": b, "x": x_train})

# %% [markdown]
# `backward()` walks the graph in the opposite direction, from the loss to the parameters. At each node it
# multiplies the incoming gradient by the derivative of that operation. That is all, for two parameters or for
# a billion.
#
# Can we trust a derivative? We can check it without calculus: change one input by a tiny $h$ and see how the
# result changes,
#
# $$\frac{\partial L}{\partial w} \approx \frac{L(w + h, b) - L(w - h, b)}{2h}$$
#
# `gradcheck` does this for every element of every input, in double precision.

# %%
inputs = [minigrad.tensor(value, dtype=minigrad.float64, requires_grad=True) for value in (-0.8, 0.9)]
x_double, y_double = minigrad.tensor(x[train]), minigrad.tensor(y[train])
print("gradcheck:", minigrad.gradcheck(lambda w, b: ((w * x_double + b - y_double) ** 2).mean(), inputs))

# %% [markdown]
# ### Exercise 7.2: another loss
#
# Squaring gives a few very wrong houses a lot of weight. A gentler loss for the error $e$ is $\ell(e) = \ln
# \cosh e$: near zero it behaves like $e^2/2$, far from zero like $|e|$. Derive $\ell'(e)$ on paper and write
# it in NumPy. (The *hyperbolic cosine* is $\cosh e = (\exp(e) + \exp(-e))/2$, and its slope is $\sinh e =
# (\exp(e) - \exp(-e))/2$.) Autograd will check it and train a network with it.

# %% tags=["exercise"]
def slope_of_log_cosh(e):
    """The derivative of ln(cosh(e)) at every element of the array e."""
    ...


# %% tags=["check"]
grade("7.2", slope_of_log_cosh)

# %% [markdown]
# <details><summary>Hint</summary>
#
# The chain rule: the slope of $\ln$ at $u = \cosh e$ is $1/u$; multiply it by the slope of $\cosh$ at $e$.
# </details>
#
# <details><summary>Solution</summary>
#
# $\cosh' = \sinh$, and $\sinh e / \cosh e = \tanh e$: however wrong the prediction is, the magnitude of the
# gradient is at most 1.
#
# ```python
# def slope_of_log_cosh(e):
#     return np.tanh(e)
# ```
# </details>

# %% [markdown]
# ## 4. A network: 3 → 10 → 1
#
# Next we use three features: the area, the number of rooms and the location. A neighbourhood is a name, but a
# network needs numbers. A useful number is the baseline from above: the mean of $y$ over the *training*
# houses in that neighbourhood. (Using all houses would be cheating: the price to predict would leak into the
# input.)

# %%
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
# First, the linear model with three features, as a baseline. Its optimal weights solve a linear system (least
# squares), so it needs no gradient descent.

# %%
ones = np.ones((len(houses), 1))
weights = np.linalg.lstsq(np.hstack([features, ones])[train], y[train])[0]
linear = np.hstack([features, ones]) @ weights
print("linear model, weights of area, rooms, location:", weights[:3].round(2))
print(f"linear model, R² on the validation set: {r2(linear[validation], y[validation]):.3f}")

# %% [markdown]
# In a linear model, another 100 square feet have the same effect everywhere. A network can learn more than
# that. Ours has one hidden layer of ten units:
#
# $$h = \max(0,\; x W_1^\top + b_1) \qquad \hat y = h W_2^\top + b_2$$
#
# with $x$ of shape $(n, 3)$, $W_1$ $(10, 3)$, $b_1$ $(10)$, $W_2$ $(1, 10)$ and $b_2$ $(1)$. The maximum with
# 0, called ReLU, makes it more than a linear model: each hidden unit is a plane with a kink, and the sum of
# ten of them can bend. We write it with plain tensor operations. The weights start at random values within
# $\pm 1/\sqrt{\text{inputs}}$, so that the units differ from each other.

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
# The training loop has four steps, the same for networks of any size: *forward*, *loss*, *backward*, *step*.
# The update of the parameters is not part of the computation that we differentiate, so it runs under
# `no_grad`. Gradients accumulate until they are cleared, so we set `p.grad = None`.

# %%
for step in range(effort(400, fast=20, browser=400)):
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
# ### With the library
#
# `nn.Sequential` holds the same layers. To see that it computes the same, we copy our weights into it and
# compare the outputs.

# %%
model = nn.Sequential(nn.Linear(3, 10), nn.ReLU(), nn.Linear(10, 1))
with minigrad.no_grad():
    for theirs, ours in zip(model.parameters(), parameters):
        theirs.copy_(ours)
print("the same outputs:", minigrad.allclose(model(X), network(X)))
print(nn.summary(model, (len(train), 3)))

# %% [markdown]
# Now we train a new model in the usual way. We use *batches* of 32 houses, shuffled in every epoch, so that
# one pass over the data makes many steps instead of one. The optimizer is Adam, which adapts the step size of
# each parameter. The loop has the same four steps.

# %%
model = nn.Sequential(nn.Linear(3, 10), nn.ReLU(), nn.Linear(10, 1))
optimizer = optim.Adam(model.parameters(), lr=0.005)
loader = DataLoader(TensorDataset(X[train], Y[train]), batch_size=32, shuffle=True)
criterion = nn.MSELoss()

for epoch in range(1, effort(40, fast=2, browser=20) + 1):
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
      f"linear model {r2(linear[validation], y[validation]):.3f}")

# %% [markdown]
# What has it learned that a linear model cannot? The left plot shows the predicted prices against the true
# ones; a perfect model would put every house on the diagonal. The other two plots show the price as a
# function of the area for a cheap, an average and an expensive location, with the number of rooms at its
# mean. On this logarithmic scale the linear model gives straight lines and the network bent ones.

# %%
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
for value, label, style in [(1.5, "expensive", "C2-."), (0, "average", "C1--"), (-1.3, "cheap", "C0-")]:
    grid[:, 2] = value
    straight = np.hstack([grid, np.ones((100, 1))]) @ weights
    bent = model(minigrad.tensor(grid, dtype=minigrad.float32)).detach().numpy()[:, 0]
    axes[1].plot(feet, dollars(straight) / 1000, style, label=label)
    axes[2].plot(feet, dollars(bent) / 1000, style, label=label)
for axis, title in [(axes[1], "linear model"), (axes[2], "network 3 → 10 → 1")]:
    axis.set(xlabel="living area in square feet", yscale="log", title=title, ylim=(60, 700),
             yticks=ticks[1:], yticklabels=ticks[1:])
for axis in axes:
    axis.minorticks_off()
axes[1].legend(title="location")
axes[1].set(ylabel="price in 1,000 dollars")
plt.show()

# %% [markdown]
# ### Exercise 7.3: one more layer
#
# A deeper network has two hidden layers, 3 → 10 → 10 → 1. Write its forward pass with plain tensor
# operations, like `network` above. It must do for other sizes, too.

# %% tags=["exercise"]
def deep_by_hand(x, V1, c1, V2, c2, V3, c3):
    """x (n, in) -> (n, 1): weights V1 (hidden, in), V2 (hidden, hidden), V3 (1, hidden), and their biases."""
    ...


# %% tags=["check"]
grade("7.3", deep_by_hand)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Which layers are followed by ReLU? Those whose results are inputs of a further layer.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def deep_by_hand(x, V1, c1, V2, c2, V3, c3):
#     h = minigrad.relu(x @ V1.T + c1)        # (n, hidden)
#     h = minigrad.relu(h @ V2.T + c2)        # (n, hidden)
#     return h @ V3.T + c3                    # (n, 1)
# ```
#
# The library's model with the same parameters is `nn.Sequential(nn.Linear(3, 10), nn.ReLU(), nn.Linear(10,
# 10), nn.ReLU(), nn.Linear(10, 1))`.
# </details>

# %% [markdown]
# ## 5. Too simple, too free
#
# A model can fail in two ways. *Underfitting*: it is too simple for the data, and wrong on the training
# houses already. *Overfitting*: it is so free that it follows every accident of the training houses, and is
# wrong on all others. You see both with polynomials of the area, fitted to only 30 houses: a constant (degree
# 0), a line (degree 1), and so on.

# %%
def fitted(degree, rows):
    """The polynomial of this degree, fitted to the rows by least squares."""
    return np.polynomial.Polynomial.fit(x[rows], y[rows], degree, domain=(x.min(), x.max()))


thirty = train[:30]
degrees = np.arange(0, 9)
errors = np.array([[np.mean((fitted(degree, thirty)(x[rows]) - y[rows]) ** 2)
                    for rows in (thirty, validation)]
                   for degree in degrees])
fig, axes = plt.subplots(1, 2, figsize=(11, 3.6))
axes[0].plot(x[validation], y[validation], ".", color="0.8", markersize=3, label="validation")
axes[0].plot(x[thirty], y[thirty], "ko", markersize=4, label="30 training houses")
grid = np.linspace(x[thirty].min(), x[thirty].max(), 300)
for degree, style in [(0, "C0:"), (1, "C1-"), (8, "C2--")]:
    axes[0].plot(grid, fitted(degree, thirty)(grid), style, label=f"degree {degree}")
axes[0].set(xlabel="area, standardised", ylabel="ln(price), standardised", ylim=(-4, 4),
            title="the same 30 houses")
axes[0].legend(fontsize=8)
axes[1].semilogy(degrees, errors[:, 0], "C0o-", label="training")
axes[1].semilogy(degrees, errors[:, 1], "C1s--", label="validation")
axes[1].set(xlabel="degree of the polynomial", ylabel="mean squared error", ylim=(0.1, 100),
            title="too simple, too free")
axes[1].legend()
plt.show()
for degree in (0, 1, 8):
    print(f"degree {degree}: training {errors[degree, 0]:.2f}, validation {errors[degree, 1]:,.2f}")
print("lowest validation error: degree", errors[:, 1].argmin())

# %% [markdown]
# The training error can only fall: each polynomial contains all simpler ones. The validation error is lowest
# at the degree printed above; beyond it, freedom does harm. A network behaves in the same way, and for it the
# number of *epochs* plays the part of the degree.
#
# ## 6. Overfitting of a network, and how to detect it
#
# Train a large network on few houses for a long time. Its training loss falls almost to zero: it memorises
# the houses. The loss on houses that it has never seen first falls, then rises.

# %%
def curves(model, rows, epochs):
    """Train with full batches of `rows`; return training and validation losses, (epochs, 2)."""
    optimizer = optim.Adam(model.parameters(), lr=0.003)
    losses = []
    for epoch in range(epochs):
        loss = criterion(model(X[rows]), Y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        with minigrad.no_grad():
            losses.append((loss.item(), criterion(model(X[validation]), Y[validation]).item()))
        if (epoch + 1) % 500 == 0:
            print(f"epoch {epoch + 1}: training loss {losses[-1][0]:.3f}")
    return np.array(losses)


def large():
    return nn.Sequential(nn.Linear(3, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1))


few = train[:40]
losses = curves(large(), few, epochs=effort(1500, fast=40, browser=600))
best = losses[:, 1].argmin()
print(f"\n{len(few)} houses, {sum(p.numel() for p in large().parameters()):,} parameters")
for when, (training, validating) in [(best, losses[best]), (len(losses) - 1, losses[-1])]:
    print(f"epoch {when:4}: training loss {training:.3f}, validation loss {validating:.3f}")

# %% [markdown]
# There are two remedies. *Early stopping* keeps the parameters of the epoch with the lowest validation loss.
# *More data* is the best remedy of all. The right plot shows both losses at the best epoch for increasing
# numbers of training houses: they approach each other, so the training loss tells more and more about unseen
# houses.

# %%
counts = effort([20, 40, 80, 160, 320, 640, 1280, len(train)], fast=[20, 40, 80, 160],
                browser=[20, 40, 80, 160, 320, 640])
stopped = []        # training and validation loss at the best epoch, for each count
for count in counts:
    run = curves(large(), train[:count], epochs=effort(250, fast=20, browser=100))
    stopped.append(run[run[:, 1].argmin()])
    print(f"{count:4} houses: training loss {stopped[-1][0]:.3f}, validation loss {stopped[-1][1]:.3f}")
stopped = np.array(stopped)

fig, axes = plt.subplots(1, 2, figsize=(10, 3.4))
for column, label in enumerate(["training", "validation"]):
    axes[0].plot(np.arange(1, len(losses) + 1), losses[:, column], label=label)
    axes[1].plot(counts, stopped[:, column], "o-", label=label)
axes[0].axvline(best + 1, color="black", linestyle=":", label="stop here")
axes[0].set(xlabel="epoch", ylabel="mean squared error", xscale="log", ylim=(0, 1.2),
            title=f"{len(few)} houses: overfitting")
axes[1].set(xlabel="training houses", xscale="log", ylim=(0, 0.4), title="more houses, early stopping")
axes[0].legend()
axes[1].legend()
plt.show()

# %% [markdown]
# ### Exercise 7.4: when to stop
#
# During training you do not know which losses are still to come. The usual rule has a *patience*: stop when
# the loss has not improved on its best value for `patience` epochs in a row. Given the validation loss of
# each epoch, return the index of the epoch *after which* training stops, or the index of the last epoch if it
# never stops early. Your rule then stops a training of minigrad's `Trainer`.

# %% tags=["exercise"]
def stop_epoch(losses, patience):
    """The index of the epoch after which training stops."""
    ...


# %% tags=["check"]
grade("7.4", stop_epoch)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Two variables are enough: the best loss so far, and for how many epochs nothing has been better.
# </details>
#
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
# `minigrad.train.EarlyStopping` does this and restores the best parameters at the end.
# </details>

# %% [markdown]
# ## 7. How sure is a score?
#
# An $R^2$ on one validation set is one number, and another set would give another. Is a difference of 0.01
# between two models real? *K-fold cross-validation* gives an idea: cut the houses into $k$ parts, the
# *folds*; train $k$ times, each time without one of them, and measure on that one. Every house is a test
# once, and never for a model that has seen it. You get $k$ scores, their mean, and how far they spread.

# %%
def score(prediction_of, rows, held_out):
    """R² on `held_out` of a model that was trained on `rows`."""
    return r2(prediction_of(rows)[held_out], y[held_out])


def least_squares(rows):
    table = np.hstack([features, np.ones((len(houses), 1))])
    return table @ np.linalg.lstsq(table[rows], y[rows])[0]


def small_network(rows):
    minigrad.manual_seed(0)
    net = nn.Sequential(nn.Linear(3, 10), nn.ReLU(), nn.Linear(10, 1))
    trainer = Trainer(net, nn.MSELoss(), optim.Adam(net.parameters(), lr=0.01))
    trainer.fit(DataLoader(TensorDataset(X[rows], Y[rows]), batch_size=64, shuffle=True),
                epochs=effort(30, fast=2, browser=10), verbose=False)
    return trainer.predict(X).numpy()[:, 0]


parts = np.array_split(np.concatenate([train, validation]), 5)
scores = np.array([[score(model_of, np.concatenate(parts[:i] + parts[i + 1:]), parts[i])
                    for model_of in (least_squares, small_network)] for i in range(5)])
fig, ax = plt.subplots(figsize=(6, 3.2))
for column, (name, style) in enumerate([("linear, 3 features", "C0o-"), ("network 3 → 10 → 1", "C1s--")]):
    ax.plot(np.arange(1, 6), scores[:, column], style, label=name)
    print(f"{name:19} R² {scores[:, column].mean():.3f}, spread over the folds {scores[:, column].std():.3f}")
ax.set(xlabel="fold that was held out", ylabel="R²", xticks=np.arange(1, 6), title="five folds, two models")
ax.legend()
plt.show()
difference = scores[:, 1] - scores[:, 0]
print(f"network minus linear, fold by fold: {difference.round(3)}, better in {(difference > 0).sum()} of 5")

# %% [markdown]
# The scores of one model differ from fold to fold, because some folds hold more difficult houses than others.
# So compare two models *on the same folds*: the difference within a fold says more than two means with their
# spreads. (One thing is not quite clean here: `location` was computed from all training houses, also those
# that a fold holds out, so both scores are a little too good. To do it properly, everything that learns from
# data belongs inside the loop. The exercise does.)
#
# ### Exercise 7.5: every house is a test once
#
# `rows` are the numbers of the houses, already shuffled. Return $k$ pairs (training rows, validation rows).
# The validation parts must not overlap, all rows must be in one of them, and their sizes differ by 1 at most.
# Then your folds rate two models.

# %% tags=["exercise"]
def k_folds(rows, k):
    """A list of k pairs (training rows, validation rows); rows is an array of numbers."""
    ...


# %% tags=["check"]
grade("7.5", k_folds)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `np.array_split(rows, k)` cuts into k parts whose sizes differ by 1 at most. `parts[:i] + parts[i + 1:]` are
# all but part `i`, and `np.concatenate` joins them.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def k_folds(rows, k):
#     parts = np.array_split(rows, k)
#     return [(np.concatenate(parts[:i] + parts[i + 1:]), parts[i]) for i in range(k)]
# ```
# </details>

# %% [markdown]
# ## 8. All features
#
# The table has far more than three columns: the year of construction, the quality of the kitchen, garages,
# basements, fireplaces. A categorical column is *one-hot* encoded: one feature for each of its values, 1 if
# the house has that value and 0 if not. A value that only a handful of houses have would be dozens of
# standard deviations from the mean, so we clip all features to ±5.

# %%
columns = [name for name in houses.names if name != "Sale_Price"]
matrix, names = houses.features(columns)
varied = matrix[train].std(axis=0) > 0      # a constant feature carries no information
everything = np.clip(standardised(matrix[:, varied]), -5, 5)
print(f"{len(columns)} columns give {len(names)} features; {varied.sum()} of them vary, for example")
print(", ".join(name for name in names if name.startswith("Roof_Style")))

# %% [markdown]
# With this many features, even a linear model can overfit. *Ridge regression* adds a penalty on large
# weights, $\lambda$ times the sum of their squares, and still has a closed-form solution:
#
# $$L(w) = \lVert X w - y \rVert^2 + \lambda \lVert w \rVert^2
# \qquad \nabla L = 0 \;\Longrightarrow\;
# w = (X^\top X + \lambda I)^{-1} X^\top y$$
#
# How large should $\lambda$ be? We choose it on the validation set.

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
# Next, a network on the same features, trained with the library's tools. `Trainer` runs the loop that you
# wrote above, and `EarlyStopping` monitors the validation loss. Weight decay shrinks the weights, like the
# penalty of ridge regression. Dropout zeroes a random fraction of the hidden units in each step, so that they
# do not rely on each other.

# %%
count = everything.shape[1]
E = minigrad.tensor(everything, dtype=minigrad.float32)
mlp = nn.Sequential(nn.Linear(count, 64), nn.ReLU(), nn.Dropout(0.3), nn.Linear(64, 1))
optimizer = optim.AdamW(mlp.parameters(), lr=0.001, weight_decay=1.0)
trainer = Trainer(mlp, nn.MSELoss(), optimizer, metrics=[R2()],
                  callbacks=[EarlyStopping(patience=15), Log(every=10)])
history = trainer.fit(DataLoader(TensorDataset(E[train], Y[train]), batch_size=32, shuffle=True),
                      DataLoader(TensorDataset(E[validation], Y[validation]), batch_size=256),
                      epochs=effort(100, fast=2, browser=20), verbose=False)
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
# All decisions are made. Only now do we use the test set.

# %%
mlp_all = trainer.predict(E).numpy()[:, 0]
line = best_w * x + best_b
models = {"line, area only": line, "linear, 3 features": linear, "network 3 → 10 → 1": small,
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

relative_error = abs(dollars(mlp_all) / price - 1)
print(f"network, all features: median price error on the test set {np.median(relative_error[test]):.1%}")

# %% [markdown]
# The features matter more than the choice of model. With three features, a good part of the variance stays
# unexplained whatever the model. With all features, plain ridge regression and the network are close. This is
# typical for tables of this size, and a reason to compute a simple baseline before you trust a network.
#
# ### Where is it wrong?
#
# It pays to look at the worst predictions one by one.

# %%
worst = test[np.argsort(-abs(mlp_all - y)[test])]
print(f"{'true':>9} {'predicted':>10}   {'built':5} {'sq ft':>6}  sale condition, neighbourhood")
for i in worst[:8]:
    built, condition = houses["Year_Built"][i], houses["Sale_Condition"][i]
    print(f"{price[i]:9,.0f} {dollars(mlp_all[i]):10,.0f}   {built:5.0f} {area[i]:6,.0f}  "
          f"{condition}, {neighbourhood[i]}")

unusual = houses["Sale_Condition"] != "Normal"
count = len(test) // 20
print(f"\nunusual sales: {100 * unusual[test].mean():.0f} % of all test houses, "
      f"{100 * unusual[worst[:count]].mean():.0f} % of the {count} worst predictions")

# %% [markdown]
# Look at the sale condition: `Abnorml` is a foreclosure or a forced sale, `Family` a sale between relatives,
# `Partial` a house that was not finished. In these cases the price does not reflect what the house is worth,
# and no model that sees only the house can know the difference.
#
# ### Exercise 7.6: which features matter?
#
# How much does a trained model rely on a feature? Shuffle the feature's column, so that it carries no
# information about the house, and see how far $R^2$ drops (*permutation importance*, Breiman 2001, *Machine
# Learning* 45). `predict(x)` gives the predictions of any model, `order` is the shuffled order of the rows.
# `r2` is the function from above.

# %% tags=["exercise"]
def importance(predict, x, y, column, order):
    """How far R² drops when this column of x is in the given order; x (n, d), y (n,), order (n,).

    predict     x -> predictions (n,)
    """
    ...


# %% tags=["check"]
grade("7.6", importance)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Make a copy, `shuffled = x.copy()`, and put `x[order, column]` in place of its column. Then predict twice.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def importance(predict, x, y, column, order):
#     shuffled = x.copy()
#     shuffled[:, column] = x[order, column]
#     return r2(predict(x), y) - r2(predict(shuffled), y)
# ```
# </details>

# %%
rng = np.random.default_rng(0)
for column, name in enumerate(["area", "rooms", "location"]):
    mixed = features[validation].copy()
    mixed[:, column] = rng.permutation(mixed[:, column])
    prediction = model(minigrad.tensor(mixed, dtype=minigrad.float32)).detach().numpy()[:, 0]
    print(f"{name:8}  R² drops by {r2(small[validation], y[validation]) - r2(prediction, y[validation]):.3f}")

# %% [markdown]
# For the network with three features, the number of rooms hardly matters: once the area is known, it adds
# little information.

# %% [markdown]
# ## What you have learned
#
# - A model is a function with parameters. A loss measures how wrong it is, and the gradient of the loss tells
#   how to change the parameters. Forward, loss, backward, step: this loop trains every network.
# - Autograd computes the same gradient as the formula on paper, and `gradcheck` verifies it without calculus.
# - The training loss alone says nothing about unseen houses; a validation set does.
# - A model can be too simple or too free. The validation error tells you which.
# - One score is one draw: k-fold cross-validation shows how far scores spread.
# - Always compare with a simple baseline.
#
# Next: `python -m minigrad demo house-price` trains these networks from the command line. Lesson 8 looks at
# the training itself: how to start it, how fast to go, and how to see what goes wrong.
