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
# # Reading digits
#
# A picture is a grid of numbers, and a network that is to read it has to find out which numbers belong
# together. The answer of the last decades is the *convolution*: a small filter that slides over the
# picture and answers, at every place, "does it look here like what I am searching for?" Here you write one
# as a loop, see that the library computes the same, let gradient descent invent filters of its own, and
# put three layers of them together into a network that reads handwritten digits.
#
# As before: by hand, by the library, as a picture, as an exercise. If gradients and the training loop are
# new to you, begin with `01_house_prices`.

# %%
import os
import time

import matplotlib.pyplot as plt
import numpy as np

import minigrad
from minigrad import nn, optim
from minigrad.data import DataLoader, TensorDataset, mnist
from minigrad.nn import functional as F
from minigrad.train import confusion_matrix
from minigrad.visual import plot_confusion, plot_digits

FAST = os.environ.get("MINIGRAD_NOTEBOOK_FAST") == "1"      # few images, to see that everything runs
minigrad.manual_seed(0)
plt.rcParams.update({"figure.dpi": 90, "figure.constrained_layout.use": True,
                     "axes.spines.top": False, "axes.spines.right": False})


def check(right, hint):
    """The answer to an exercise."""
    print("Right." if right else f"Not yet: {hint}")


# %% [markdown]
# ## 1. A picture is an array
#
# MNIST is a collection of digits written by high-school students and by employees of the US Census Bureau,
# each scaled to 28 by 28 grey pixels.

# %%
images, labels = mnist("train")
test_images, test_labels = mnist("test")
print("training images", images.shape, images.dtype, "  labels", labels.shape, labels.dtype)
print("test images    ", test_images.shape, "  grey values from", images.min(), "to", images.max())


def show(axis, picture, title="", **settings):
    """Draw a picture (H, W): paper white, ink black."""
    axis.imshow(picture, **{"cmap": "gray_r"} | settings)
    axis.set_title(title, fontsize=9)
    axis.set_axis_off()


fig, axes = plt.subplots(3, 12, figsize=(9, 2.6))
for axis, image, label in zip(axes.flat, images, labels):
    show(axis, image, label)
plt.show()

# %% [markdown]
# Up close, the first of them. The stroke is where the numbers are large.

# %%
fig, axes = plt.subplots(1, 2, figsize=(9, 4), width_ratios=[1, 1.1])
show(axes[0], images[0], f"a {labels[0]}")
crop = images[0][5:19, 10:24]
show(axes[1], crop, "rows 5 to 18, columns 10 to 23", vmax=600)
for (row, column), value in np.ndenumerate(crop):
    axes[1].text(column, row, value, ha="center", va="center", fontsize=6.5)
plt.show()

# %% [markdown]
# For a network we want floating-point numbers of moderate size, from 0 for paper to 1 for ink, and an axis
# for the channels, of which a grey picture has one and a colour picture three: shape $(N, C, H, W)$. We
# take a part of the training images, to see a result within a minute or two; the test set stays whole.

# %%
count = 300 if FAST else 20000
if FAST:
    test_images, test_labels = test_images[:300], test_labels[:300]


def pixels(images):
    """uint8 (N, H, W), 255 = ink -> float32 (N, 1, H, W), 1 = ink."""
    return minigrad.tensor(images[:, None] / np.float32(255))


x, y = pixels(images[:count]), minigrad.tensor(labels[:count])
x_test, y_test = pixels(test_images), minigrad.tensor(test_labels)
print("x", tuple(x.shape), "  y", tuple(y.shape), "  x_test", tuple(x_test.shape))

# %% [markdown]
# ## 2. Convolution, by hand
#
# Take a small array of weights $w$, the *kernel*, of size $K \times K$. Lay it on the picture with its
# corner at $(i, j)$, multiply what lies on each other, and add up:
#
# $$y_{ij} = \sum_{a=0}^{K-1} \sum_{b=0}^{K-1} x_{i+a,\,j+b}\; w_{ab}$$
#
# The sum is large where the picture resembles the kernel: it is the scalar product of the kernel and the
# patch. A kernel of size $K$ fits into a picture of height $H$ at $H - K + 1$ places, so the result is a
# little smaller than the picture.

# %%
def convolve(x, w):
    """(H, W), (K, K) -> (H - K + 1, W - K + 1)."""
    K = len(w)
    H, W = x.shape
    y = np.zeros((H - K + 1, W - K + 1))
    for i in range(H - K + 1):
        for j in range(W - K + 1):
            y[i, j] = np.sum(x[i:i + K, j:j + K] * w)
    return y


kernels = {
    "blur": np.ones((3, 3)) / 9,
    "ink on the left": np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]]) / 4,
    "ink above": np.array([[1, 2, 1], [0, 0, 0], [-1, -2, -1]]) / 4,
    "any edge": np.array([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]) / 8,
}
digit = x[0, 0].numpy()
results = {name: convolve(digit, w) for name, w in kernels.items()}

fig, axes = plt.subplots(2, 5, figsize=(9, 3.9))
show(axes[0, 0], digit, "the picture")
axes[1, 0].set_axis_off()
for axis, (name, w) in zip(axes[0, 1:], kernels.items()):
    show(axis, w, f"kernel: {name}", cmap="RdBu_r", vmin=-1, vmax=1)
    for (row, column), value in np.ndenumerate(w):
        axis.text(column, row, f"{value:.2f}", ha="center", va="center", fontsize=7,
                  color="white" if value > 0.9 else "black")
for axis, (name, result) in zip(axes[1, 1:], results.items()):
    show(axis, result, f"result {result.shape}", cmap="RdBu_r", vmin=-1, vmax=1)
plt.show()

# %% [markdown]
# Red is positive, blue negative, white zero. The second kernel answers with red where ink on its left
# meets paper on its right, with blue where it is the other way round, and with zero in the middle of paper
# or of ink: it sees vertical edges. The third sees horizontal ones.
#
# ### By the library
#
# A layer has many kernels at once, and its input many channels. With $C$ channels in, each kernel has $C$
# planes, and there is one kernel and one bias for each channel $o$ that comes out:
#
# $$y_{oij} = b_o + \sum_{c} \sum_{a} \sum_{b} x_{c,\,i+a,\,j+b}\; w_{o c a b}$$
#
# `F.conv2d` computes that for a whole batch: $x$ is $(N, C, H, W)$, $w$ is $(O, C, K, K)$.

# %%
weight = minigrad.tensor(np.stack(list(kernels.values()))[:, None]).float()         # (4, 1, 3, 3)
by_library = F.conv2d(x[:1], weight)
print("shapes:", tuple(x[:1].shape), "*", tuple(weight.shape), "->", tuple(by_library.shape))
for channel, (name, result) in enumerate(results.items()):
    print(f"{name:16} greatest difference {abs(result - by_library[0, channel].numpy()).max():.1e}")

# %% [markdown]
# The same numbers. And the time? The library copies every patch into a row of a large matrix, and then a
# single product of matrices computes all sums of all pictures; linear algebra libraries have been tuned
# for decades to do that fast.

# %%
start = time.perf_counter()
convolve(digit, kernels["blur"])
loop = time.perf_counter() - start

start = time.perf_counter()
F.conv2d(x[:500], weight[:1])
library = (time.perf_counter() - start) / 500
print(f"per picture: the loop {1e6 * loop:.0f} µs, the library {1e6 * library:.0f} µs, "
      f"{loop / library:.0f} times as fast")

# %% [markdown]
# ### Exercise 1: how large is the result?
#
# Two settings change where the kernel is laid. With *padding* $P$, the picture gets $P$ rows and columns
# of zeros on each side first; with *stride* $S$, the kernel moves $S$ pixels at a time. How many rows has
# the result?

# %% tags=["exercise"]
def output_size(H, K, padding, stride):
    return None


# %% tags=["check"]
wrong = []
cases = [(28, 3, 0, 1), (28, 5, 2, 1), (28, 3, 1, 2), (13, 3, 0, 2), (7, 7, 0, 1), (11, 4, 1, 3)]
for H, K, padding, stride in cases:
    blank = minigrad.zeros(1, 1, H, H)
    rows = F.conv2d(blank, minigrad.zeros(1, 1, K, K), padding=padding, stride=stride).shape[2]
    if output_size(H, K, padding, stride) != rows:
        wrong.append(f"H={H}, K={K}, padding={padding}, stride={stride} gives {rows} rows")
check(not wrong, "; ".join(wrong[:2]))

# %% [markdown]
# <details><summary>Solution</summary>
#
# The padded picture has $H + 2P$ rows. The first place is always there; after it as many steps of $S$ as
# fit into the remaining $H + 2P - K$ rows.
#
# ```python
# def output_size(H, K, padding, stride):
#     return (H + 2 * padding - K) // stride + 1
# ```
# </details>

# %% [markdown]
# ## 3. Filters can be learned
#
# Somebody thought up the kernels above. But a convolution is sums and products, so it has a gradient, and
# a kernel can be learned as the slope of a line is. Suppose we see pictures, and beside each what an
# unknown filter has made of it. Can gradient descent find the filter?

# %%
target = F.conv2d(x[:100], weight[1:2])             # the secret: "ink on the left"
learned = (0.1 * minigrad.randn(1, 1, 3, 3)).requires_grad_()
snapshots, losses = [], []
for step in range(10 if FAST else 201):
    loss = ((F.conv2d(x[:100], learned) - target) ** 2).mean()
    loss.backward()
    losses.append(loss.item())
    if step in (0, 5, 20, 60, 200):
        snapshots.append((step, learned.detach().numpy()[0, 0].copy()))
    with minigrad.no_grad():
        learned -= 0.5 * learned.grad
        learned.grad = None

fig, axes = plt.subplots(1, 7, figsize=(10, 1.9), width_ratios=[1.8] + [1] * 6)
axes[0].semilogy(losses)
axes[0].set(xlabel="step", title="loss")
for axis, (step, kernel) in zip(axes[1:], snapshots):
    show(axis, kernel, f"step {step}", cmap="RdBu_r", vmin=-0.6, vmax=0.6)
for axis in axes[1 + len(snapshots):-1]:
    axis.set_axis_off()
show(axes[-1], kernels["ink on the left"], "the secret", cmap="RdBu_r", vmin=-0.6, vmax=0.6)
plt.show()

# %% [markdown]
# It can. In a network nobody knows what the filters ought to be; there is only a loss at the end, and the
# gradient that comes back through all layers. That is enough.
#
# ## 4. Pooling: a smaller picture
#
# To read a digit it matters that there is a stroke, not on which pixel. *Max pooling* cuts the picture
# into squares of 2 by 2 and keeps the largest number of each. By hand that is a change of shape: rows $2i$
# and $2i+1$ go to one axis of length two, columns likewise, and then a maximum over these two axes.

# %%
def max_pool(x):
    """(H, W) -> (H/2, W/2)."""
    H, W = x.shape
    return x.reshape(H // 2, 2, W // 2, 2).max(axis=(1, 3))


by_library = F.max_pool2d(x[:1], 2)
print("the same:", np.array_equal(max_pool(digit), by_library[0, 0].numpy()))

edges = F.conv2d(x[:1], weight[1:2])[0, 0].numpy()      # (26, 26)
small = max_pool(edges)                                 # (13, 13)
fig, axes = plt.subplots(1, 4, figsize=(9, 2.5))
show(axes[0], digit, f"picture {digit.shape}")
show(axes[1], max_pool(digit), f"picture, pooled {max_pool(digit).shape}")
show(axes[2], edges, f"edges {edges.shape}", cmap="RdBu_r", vmin=-1, vmax=1)
show(axes[3], small, f"edges, pooled {small.shape}", cmap="RdBu_r", vmin=-1, vmax=1)
plt.show()

# %% [markdown]
# Pooling has two effects. What comes after has only a quarter as much to compute and sees, with a kernel
# of the same size, twice as much of the picture. And small shifts matter less. Let us measure the second:
# move all test images one pixel to the right, and compare how much the numbers change, relative to their
# size.

# %%
def relative_change(a, b):
    return np.sqrt(((a - b) ** 2).sum() / (a ** 2).sum())


some = x_test[:200]
moved = minigrad.roll(some, 1, dims=3)
for times in range(4):
    change = relative_change(some.numpy(), moved.numpy())
    print(f"pooled {times} times, {tuple(some.shape[2:])}: {change:.0%}")
    some, moved = F.max_pool2d(some, 2), F.max_pool2d(moved, 2)

# %% [markdown]
# ### Exercise 2: average pooling
#
# Write the pooling that keeps the mean of each 2 by 2 square, for a whole batch $(N, C, H, W)$, in NumPy.

# %% tags=["exercise"]
def average_pool(x):
    return None         # (N, C, H, W) -> (N, C, H/2, W/2)


# %% tags=["check"]
answer = average_pool(x[:3].numpy())
expected = F.avg_pool2d(x[:3], 2).numpy()
check(answer is not None and np.shape(answer) == expected.shape and np.allclose(answer, expected, atol=1e-6),
      f"the result should have shape {expected.shape}; reshape to six axes, take the mean over two of them")

# %% [markdown]
# <details><summary>Solution</summary>
#
# ```python
# def average_pool(x):
#     N, C, H, W = x.shape
#     return x.reshape(N, C, H // 2, 2, W // 2, 2).mean(axis=(3, 5))
# ```
# </details>

# %% [markdown]
# ## 5. The network
#
# Three convolutions with ReLU, $\max(0, x)$, after each; pooling after the first two; then two linear
# layers that look at everything at once and give a score, a *logit*, to each of the ten digits.

# %%
model = nn.Sequential(
    nn.Conv2D(1, 32, 3), nn.ReLU(), nn.MaxPool2D(2),        # strokes
    nn.Conv2D(32, 64, 3), nn.ReLU(), nn.MaxPool2D(2),       # parts
    nn.Conv2D(64, 64, 3), nn.ReLU(),                        # shapes
    nn.Flatten(), nn.Linear(576, 64), nn.ReLU(), nn.Linear(64, 10))
print(nn.summary(model, (1, 1, 28, 28)))

# %% [markdown]
# Check the table against what you know. A convolution of size 3 makes the picture smaller by two, pooling
# halves it and drops an odd last row. The parameters of a convolution are $O \cdot C \cdot K^2$ weights
# and $O$ biases:

# %%
for C, O in [(1, 32), (32, 64), (64, 64)]:
    print(f"{C:2} -> {O} channels: {O} * {C} * 9 + {O} = {O * C * 9 + O:,}")
print(f"a linear layer instead of the second convolution, (32, 13, 13) -> (64, 11, 11), "
      f"would have {32 * 13 * 13 * 64 * 11 * 11:,}")

# %% [markdown]
# That is the economy of a convolution: each weight is used at every place of the picture.
#
# ### From scores to a loss
#
# Scores $z_k$ are arbitrary numbers. *Softmax* makes probabilities of them, and the loss is how surprised
# we are, in nats, by the right class $t$, the *cross entropy*:
#
# $$p_k = \frac{e^{z_k}}{\sum_j e^{z_j}} \qquad\qquad L = -\ln p_t$$

# %%
z = model(x[:3])
e = np.exp(z.detach().numpy())
p = e / e.sum(axis=1, keepdims=True)
by_hand = -np.log(p[np.arange(3), labels[:3]])
print("probabilities of the ten digits, untrained:\n", p.round(2))
print(f"cross entropy by hand {by_hand.mean():.6f}, by the library {F.cross_entropy(z, y[:3]).item():.6f}")
print(f"who knows nothing and gives each digit a tenth has ln 10 = {np.log(10):.6f}")

# %% [markdown]
# An untrained network should start close to $\ln 10$; if it does not, something is wrong before training
# has begun.
#
# ### Exercise 3: the gradient of the cross entropy
#
# It is one of the prettiest results of the field. Derive $\partial L / \partial z_k$ on paper, for one
# sample: write $L = -z_t + \ln \sum_j e^{z_j}$, and distinguish $k = t$ from $k \neq t$.

# %% tags=["exercise"]
def cross_entropy_gradient(z, t):
    """Scores (10,), the right class t -> the gradient (10,)."""
    return None


# %% tags=["check"]
scores = minigrad.tensor([1.0, -0.5, 2.0, 0.3, 0.0, 1.5, -1.0, 0.7, 0.2, -2.0], requires_grad=True)
F.cross_entropy(scores.reshape(1, 10), minigrad.tensor([5])).backward()
answer = cross_entropy_gradient(scores.detach().numpy(), 5)
check(answer is not None and np.allclose(answer, scores.grad.numpy(), atol=1e-5),
      f"the first element should be {scores.grad[0]:.4f}, that of the right class {scores.grad[5]:.4f}")

# %% [markdown]
# <details><summary>Solution</summary>
#
# The derivative of $\ln \sum_j e^{z_j}$ by $z_k$ is $e^{z_k} / \sum_j e^{z_j} = p_k$, and $-z_t$ adds $-1$
# for the right class. So the gradient is *what was predicted minus what is true*.
#
# ```python
# def cross_entropy_gradient(z, t):
#     p = np.exp(z) / np.exp(z).sum()
#     p[t] -= 1
#     return p
# ```
# </details>

# %% [markdown]
# ## 6. Training
#
# First a baseline: one linear layer, ten scores straight from the 784 pixels. And for both models the loop
# that you know: forward, loss, backward, step.

# %%
def train(model, epochs, learning_rate):
    """Train on x, y -> the loss of every step."""
    optimizer = optim.Adam(model.parameters(), lr=learning_rate)
    loader = DataLoader(TensorDataset(x, y), batch_size=64, shuffle=True)
    losses = []
    for epoch in range(epochs):
        for inputs, target in loader:
            loss = F.cross_entropy(model(inputs), target)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return np.array(losses)


def scores_of(model, inputs):
    """The scores (N, 10) for all inputs, batch by batch, without a graph."""
    with minigrad.no_grad():
        return minigrad.cat([model(inputs[i:i + 250]) for i in range(0, len(inputs), 250)])


def accuracy(model):
    return (scores_of(model, x_test).argmax(1) == y_test).float().mean().item()


linear = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
linear_losses = train(linear, epochs=1 if FAST else 3, learning_rate=0.003)
print(f"linear:        {accuracy(linear):.2%} of the test images right")

start = time.perf_counter()
losses = train(model, epochs=1 if FAST else 3, learning_rate=0.001)
seconds = time.perf_counter() - start
print(f"convolutional: {accuracy(model):.2%} of the test images right, after {seconds:.0f} s of training")

# %%
def smooth(values, width=25):
    width = min(width, len(values))
    return np.convolve(values, np.ones(width) / width, mode="valid")


fig, axis = plt.subplots(figsize=(6.5, 3))
for values, name, color in [(linear_losses, "linear", "tab:gray"), (losses, "convolutional", "tab:blue")]:
    axis.plot(values, color=color, alpha=0.2)
    axis.plot(np.arange(len(values))[-len(smooth(values)):], smooth(values), color=color, label=name)
axis.axhline(np.log(10), color="black", linestyle=":", label="knowing nothing, ln 10")
axis.set(xlabel="step", ylabel="cross entropy of the batch", yscale="log", title=f"{count:,} images")
axis.legend()
plt.show()

# %% [markdown]
# `python -m minigrad demo mnist` trains the same network on all images, with the figure that it reaches
# beside the reference.
#
# ## 7. What the filters see
#
# The 32 filters of the first layer after training, as pictures. Some are edges in this or that direction,
# as we had written them by hand; nobody has told the network that edges are useful. Below, what some of
# them make of a digit, and what the second and the third layer make of that: the pictures become smaller
# and less and less like a digit, and more and more like the answer to a question about it.

# %%
filters = model[0].weight.detach().numpy()[:, 0]        # (32, 3, 3)
limit = abs(filters).max()
fig, axes = plt.subplots(2, 16, figsize=(10, 1.5))
for axis, kernel in zip(axes.flat, filters):
    show(axis, kernel, cmap="RdBu_r", vmin=-limit, vmax=limit)
plt.show()

example = 4
h, maps = x_test[example:example + 1], []
with minigrad.no_grad():
    for layer in model:
        h = layer(h)
        if isinstance(layer, nn.ReLU) and h.ndim == 4:
            maps.append(h[0].numpy())           # (C, H, W)

fig, axes = plt.subplots(3, 11, figsize=(10, 3))
for row, name in enumerate(["strokes", "parts", "shapes"]):
    show(axes[row, 0], x_test[example, 0].numpy(), name)
    strongest = np.argsort(-maps[row].std(axis=(1, 2)))[:10]
    for axis, channel in zip(axes[row, 1:], strongest):
        show(axis, maps[row][channel], cmap="viridis")
plt.show()

# %% [markdown]
# ## 8. Mistakes
#
# A percentage says how often the network is wrong, not how. The *confusion matrix* does: row $i$, column
# $j$ counts how often an $i$ was taken for a $j$. By hand it is a loop of one line; the library has one
# that also checks its input, and draws it.

# %%
scores = scores_of(model, x_test)
predicted = scores.numpy().argmax(1)

matrix = np.zeros((10, 10), int)
for true, guess in zip(test_labels, predicted):
    matrix[true, guess] += 1

print("the same:", np.array_equal(matrix, confusion_matrix(scores, y_test).numpy()))
mistakes = matrix - np.diag(np.diag(matrix))
true, guess = np.unravel_index(mistakes.argmax(), mistakes.shape)
print(f"most frequent mistake: a {true} taken for a {guess}, {mistakes.max()} times")
plot_confusion(matrix)

# %% [markdown]
# And the mistakes themselves, those first of which the network was most certain.

# %%
probability = F.softmax(scores, dim=1).numpy()
certainty = probability.max(axis=1)
wrong = np.flatnonzero(predicted != test_labels)
wrong = wrong[np.argsort(-certainty[wrong])]
print(f"{len(wrong)} of {len(test_labels):,} wrong; surest of all: {certainty[wrong[:5]].round(3)}")
plot_digits(test_images[wrong[:30]], predicted[wrong[:30]], test_labels[wrong[:30]])

# %% [markdown]
# Some of these nobody can read; with others one wonders. How much is the certainty worth? A network that
# says "90 %" should be right nine times in ten. We sort the answers by their certainty into bins and look.

# %%
bins = np.array([0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0001])
place = np.digitize(certainty, bins) - 1
print("certainty         answers   right")
for k in range(len(bins) - 1):
    here = place == k
    if here.any():
        right = np.mean(predicted[here] == test_labels[here])
        print(f"{bins[k]:.2f} to {min(bins[k + 1], 1):.2f}     {here.sum():6,}   {right:6.1%}")

# %% [markdown]
# ### Exercise 4: a step to the side
#
# All digits of MNIST stand in the middle of their picture. What if they do not? Write `shifted`, which
# moves a batch of images (N, 1, 28, 28), a NumPy array, by `columns` pixels to the right. What comes in
# from the left is paper, 0. When it is right, the cell below it draws how the accuracy falls.

# %% tags=["exercise"]
def shifted(images, columns):
    return None         # the same shape as images


# %% tags=["check"]
pattern = np.arange(1, 17, dtype=np.float32).reshape(1, 1, 4, 4)
answers = [shifted(pattern.copy(), columns) for columns in (0, 1, 3)]
right = all(answer is not None and np.shape(answer) == pattern.shape for answer in answers)
moved = [[1, 2, 3, 4], [0, 1, 2, 3], [0, 0, 0, 1]]
right = right and [answer[0, 0, 0].tolist() for answer in answers] == moved
check(right, "moved by one column, the row 1 2 3 4 becomes 0 1 2 3; moved by 0 nothing changes")
if right:
    steps = range(0, 13, 2)
    fig, axis = plt.subplots(figsize=(5, 2.6))
    for which, name in [(linear, "linear"), (model, "convolutional")]:
        inputs = [minigrad.tensor(shifted(x_test[:1000].numpy(), columns)) for columns in steps]
        share = [np.mean(scores_of(which, each).numpy().argmax(1) == test_labels[:1000]) for each in inputs]
        axis.plot(steps, share, "o-", label=name)
    axis.set(xlabel="pixels to the right", ylabel="accuracy", ylim=(0, 1))
    axis.legend()
    plt.show()

# %% [markdown]
# <details><summary>Solution</summary>
#
# ```python
# def shifted(images, columns):
#     result = np.zeros_like(images)
#     result[..., columns:] = images[..., :images.shape[-1] - columns]
#     return result
# ```
#
# A convolution moves along with the picture, but the linear layers at the end have learned where in the
# picture things are. Two or three pixels do little harm, thanks to the pooling; many do. The usual remedy
# is to shift the images at random during training.
# </details>

# %% [markdown]
# ## What you have seen
#
# - A convolution is a scalar product of a small kernel with every patch of a picture; it has few weights
#   and uses each of them everywhere.
# - Kernels need not be invented: the gradient finds them.
# - Softmax and cross entropy turn scores into a loss whose gradient is prediction minus truth.
# - After training, look: at the filters, at the confusion matrix, at the mistakes themselves.
#
# To go on: `minigrad/ops/images/convolution.py` shows how patches become rows of a matrix, and how the
# gradient finds its way back; `minigrad/demos/mnist.py` is the demo. The next notebook, `03_sentiment`, reads
# sentences.
