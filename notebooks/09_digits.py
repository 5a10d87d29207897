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
# # Reading handwritten digits
#
# An image is a grid of numbers, and a network that reads it has to find out which numbers belong together.
# The standard solution is the *convolution*: a small filter slides over the image and asks at every
# position: "does it look here like what I am searching for?" In this notebook you write a convolution as a
# loop, check that the library computes the same, let gradient descent learn filters, and combine three
# convolutional layers into a network that reads handwritten digits.
#
# As before, each idea appears by hand, with the library, as a plot and as an exercise. If gradients and the
# training loop are new to you, start with `07_house_prices`.

# %% tags=["setup", "remove-cell"]
# Where minigrad is missing, such as in a browser or in Colab, this cell installs it.
try:
    import minigrad.course
except ImportError:
    print("Installing minigrad: this takes a moment.")
    # %pip install -q minigrad-edu matplotlib

# %%
import os
import time

import matplotlib.pyplot as plt
import numpy as np

import minigrad
from minigrad import nn, optim
from minigrad.course import check
from minigrad.data import DataLoader, TensorDataset, mnist
from minigrad.nn import functional as F
from minigrad.train import confusion_matrix
from minigrad.visual import plot_confusion, plot_digits

FAST = os.environ.get("MINIGRAD_NOTEBOOK_FAST") == "1"      # fewer images, to test that all cells run
minigrad.manual_seed(0)
plt.rcParams.update({"figure.dpi": 90, "figure.constrained_layout.use": True,
                     "axes.spines.top": False, "axes.spines.right": False})

# %% [markdown]
# ## 1. An image is an array
#
# MNIST is a collection of digits written by high-school students and employees of the US Census Bureau, each
# scaled to 28 by 28 grey pixels.

# %%
images, labels = mnist("train")
test_images, test_labels = mnist("test")
print("training images", images.shape, images.dtype, "  labels", labels.shape, labels.dtype)
print("test images    ", test_images.shape, "  pixel values from", images.min(), "to", images.max())


def show(axis, image, title="", **settings):
    """Draw an image (H, W), paper white and ink black."""
    axis.imshow(image, **{"cmap": "gray_r"} | settings)
    axis.set_title(title, fontsize=9)
    axis.set_axis_off()


fig, axes = plt.subplots(3, 12, figsize=(9, 2.6))
for axis, image, label in zip(axes.flat, images, labels):
    show(axis, image, label)
plt.show()

# %% [markdown]
# Here is the first one, enlarged. The values are large where the stroke is.

# %%
fig, axes = plt.subplots(1, 2, figsize=(9, 4), width_ratios=[1, 1.1])
show(axes[0], images[0], f"label {labels[0]}")
crop = images[0][5:19, 10:24]
show(axes[1], crop, "rows 5 to 18, columns 10 to 23", vmax=600)
for (row, column), value in np.ndenumerate(crop):
    axes[1].text(column, row, value, ha="center", va="center", fontsize=6.5)
plt.show()

# %% [markdown]
# A network needs floating-point numbers of moderate size, so we scale the pixels from 0 for paper to 1 for
# ink. It also needs an axis for the channels, one for a grey image, three for a colour image. So the shape is
# $(N, C, H, W)$. We train on part of the training images to get a result within a minute or two, and
# test on all the test images.

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
# Take a small array of weights $w$, the *kernel*, of size $K \times K$. Place it on the image with its corner
# at $(i, j)$, multiply each weight by the pixel beneath it, and add up the products:
#
# $$y_{ij} = \sum_{a=0}^{K-1} \sum_{b=0}^{K-1} x_{i+a,\,j+b}\; w_{ab}$$
#
# This is the dot product of the kernel and the patch, so it is large where the image resembles the kernel. A
# kernel of size $K$ fits into an image of height $H$ at $H - K + 1$ positions, so the output is slightly
# smaller than the image.

# %%
def convolve(x, w):
    """x (H, W), w (K, K) -> (H - K + 1, W - K + 1)."""
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
show(axes[0, 0], digit, "image")
axes[1, 0].set_axis_off()
for axis, (name, w) in zip(axes[0, 1:], kernels.items()):
    show(axis, w, f"kernel: {name}", cmap="RdBu_r", vmin=-1, vmax=1)
    for (row, column), value in np.ndenumerate(w):
        axis.text(column, row, f"{value:.2f}", ha="center", va="center", fontsize=7,
                  color="white" if value > 0.9 else "black")
for axis, (name, result) in zip(axes[1, 1:], results.items()):
    show(axis, result, f"output {result.shape}", cmap="RdBu_r", vmin=-1, vmax=1)
plt.show()

# %% [markdown]
# Red is positive, blue negative, white zero. The second kernel gives red where there is ink on the left and
# paper on the right, blue where it is the other way round, and zero inside the paper or the ink: it detects
# vertical edges. The third detects horizontal edges.
#
# ### With the library
#
# A layer has many kernels, and its input has many channels. With $C$ input channels, each kernel has $C$
# planes. There is one kernel and one bias for each output channel $o$:
#
# $$y_{oij} = b_o + \sum_{c} \sum_{a} \sum_{b} x_{c,\,i+a,\,j+b}\; w_{o c a b}$$
#
# `F.conv2d` computes this for a whole batch: $x$ is $(N, C, H, W)$, $w$ is $(O, C, K, K)$.

# %%
weight = minigrad.tensor(np.stack(list(kernels.values()))[:, None]).float()         # (4, 1, 3, 3)
by_library = F.conv2d(x[:1], weight)
print("shapes:", tuple(x[:1].shape), "*", tuple(weight.shape), "->", tuple(by_library.shape))
for channel, (name, result) in enumerate(results.items()):
    print(f"{name:16} largest difference {abs(result - by_library[0, channel].numpy()).max():.1e}")

# %% [markdown]
# The results agree. How fast is each? The library copies the patches into the rows of large matrices, and
# then matrix products compute all the sums. Linear algebra libraries have been optimised for such products
# for decades.

# %%
start = time.perf_counter()
convolve(digit, kernels["blur"])
loop = time.perf_counter() - start

start = time.perf_counter()
F.conv2d(x[:500], weight[:1])
library = (time.perf_counter() - start) / 500
print(f"per image: loop {1e6 * loop:.0f} µs, library {1e6 * library:.0f} µs, "
      f"{loop / library:.0f} times as fast")

# %% [markdown]
# ### Exercise 1: the size of the output
#
# Two settings change where the kernel is placed. *Padding* $P$ first adds $P$ rows and columns of zeros on
# each side of the image. *Stride* $S$ moves the kernel $S$ pixels at a time. How many rows does the output
# have?

# %% tags=["exercise"]
def output_size(H, K, padding, stride):
    return None


# %% tags=["check"]
cases = []
for H, K, P, S in [(28, 3, 0, 1), (28, 5, 2, 1), (28, 3, 1, 2), (13, 3, 0, 2), (7, 7, 0, 1), (11, 4, 1, 3)]:
    output = F.conv2d(minigrad.zeros(1, 1, H, H), minigrad.zeros(1, 1, K, K), padding=P, stride=S)
    cases.append(((H, K, P, S), output.shape[2]))
check(output_size, *cases,
      hint="The arguments are H, K, padding, stride; draw this case and count the positions of the kernel.")

# %% [markdown]
# <details><summary>Solution</summary>
#
# The padded image has $H + 2P$ rows. The first position always exists; after it come as many steps of $S$ as
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
# We designed the kernels above by hand. But a convolution consists of sums and products, so it has a
# gradient, and we can learn a kernel just as we learned the slope of a line. Suppose we have images, and for
# each of them the output of an unknown filter. Can gradient descent find the filter?

# %%
target = F.conv2d(x[:100], weight[1:2])             # the unknown filter: "ink on the left"
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
show(axes[-1], kernels["ink on the left"], "target", cmap="RdBu_r", vmin=-0.6, vmax=0.6)
plt.show()

# %% [markdown]
# It can. In a network nobody knows what the filters should be. There is only a loss at the end and the
# gradient that flows back through all the layers, and that is enough.
#
# ## 4. Pooling: a smaller image
#
# To read a digit, it matters that there is a stroke, not which exact pixel it is on. *Max pooling* divides
# the image into 2 by 2 squares and keeps the maximum of each. By hand, this is a reshape followed by a
# maximum: the reshape moves rows $2i$ and $2i+1$ to an axis of length two, and likewise the columns. The
# maximum is over these two axes.

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
show(axes[0], digit, f"image {digit.shape}")
show(axes[1], max_pool(digit), f"image, pooled {max_pool(digit).shape}")
show(axes[2], edges, f"edges {edges.shape}", cmap="RdBu_r", vmin=-1, vmax=1)
show(axes[3], small, f"edges, pooled {small.shape}", cmap="RdBu_r", vmin=-1, vmax=1)
plt.show()

# %% [markdown]
# Pooling has two effects. First, the next layer has only a quarter of the work, and with the same kernel size
# it sees twice as much of the image in each direction. Second, small shifts matter less. We can measure the
# second effect: shift test images by one pixel to the right and compare how much the values change, relative
# to their size.

# %%
def relative_change(a, b):
    return np.sqrt(((a - b) ** 2).sum() / (a ** 2).sum())


original = x_test[:200]
moved = minigrad.roll(original, 1, dims=3)
for times in range(4):
    change = relative_change(original.numpy(), moved.numpy())
    print(f"pooled {times} times, {tuple(original.shape[2:])}: {change:.0%}")
    original, moved = F.max_pool2d(original, 2), F.max_pool2d(moved, 2)

# %% [markdown]
# ### Exercise 2: average pooling
#
# Write the pooling that keeps the mean of each 2 by 2 square, for a whole batch $(N, C, H, W)$, in NumPy.

# %% tags=["exercise"]
def average_pool(x):
    return None         # (N, C, H, W) -> (N, C, H/2, W/2)


# %% tags=["check"]
check(average_pool, ((x[:3].numpy(),), F.avg_pool2d(x[:3], 2).numpy()),
      hint="`max_pool` above does almost the same for one image; which axes does the batch add?")

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
# The network has three convolutions, each followed by ReLU, $\max(0, x)$, with pooling after the first two.
# Then two linear layers combine information from the whole image and output a score, a *logit*, for each of
# the ten digits.

# %%
model = nn.Sequential(
    nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2),        # strokes
    nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),       # parts
    nn.Conv2d(64, 64, 3), nn.ReLU(),                        # shapes
    nn.Flatten(), nn.Linear(576, 64), nn.ReLU(), nn.Linear(64, 10))
print(nn.summary(model, (1, 1, 28, 28)))

# %% [markdown]
# Check the table. A convolution of size 3 makes the image two pixels smaller; pooling halves it and drops an
# odd last row and column. A convolution has $O \cdot C \cdot K^2$ weights and $O$ biases:

# %%
for C, O in [(1, 32), (32, 64), (64, 64)]:
    print(f"{C:2} -> {O} channels: {O} * {C} * 9 + {O} = {O * C * 9 + O:,}")
print(f"a linear layer in place of the second convolution, (32, 13, 13) -> (64, 11, 11), "
      f"would have {32 * 13 * 13 * 64 * 11 * 11:,}")

# %% [markdown]
# A convolution needs far fewer parameters because it uses each weight at every position of the image.
#
# ### From scores to a loss
#
# Scores $z_k$ are arbitrary numbers. *Softmax* turns them into probabilities. The loss is the *cross
# entropy*, which measures in nats how surprised we are by the correct class $t$:
#
# $$p_k = \frac{e^{z_k}}{\sum_j e^{z_j}} \qquad\qquad L = -\ln p_t$$

# %%
z = model(x[:3])
e = np.exp(z.detach().numpy())
p = e / e.sum(axis=1, keepdims=True)
by_hand = -np.log(p[np.arange(3), labels[:3]])
print("probabilities of the ten digits, untrained:\n", p.round(2))
print(f"cross entropy by hand {by_hand.mean():.6f}, with the library {F.cross_entropy(z, y[:3]).item():.6f}")
print(f"a uniform guess, probability 0.1 for each digit, has ln 10 = {np.log(10):.6f}")

# %% [markdown]
# The loss of an untrained network should be close to $\ln 10$. If it is not, something is wrong before
# training has even begun.
#
# ### Exercise 3: the gradient of the cross entropy
#
# This is one of the most elegant results in the field. Derive $\partial L / \partial z_k$ on paper for one
# sample: write $L = -z_t + \ln \sum_j e^{z_j}$, and distinguish $k = t$ from $k \neq t$.

# %% tags=["exercise"]
def cross_entropy_gradient(z, t):
    """Scores z (10,), correct class t -> gradient (10,)."""
    return None


# %% tags=["check"]
scores = minigrad.tensor([1.0, -0.5, 2.0, 0.3, 0.0, 1.5, -1.0, 0.7, 0.2, -2.0], requires_grad=True)
F.cross_entropy(scores.reshape(1, 10), minigrad.tensor([5])).backward()
check(cross_entropy_gradient, ((scores.detach().numpy(), 5), scores.grad.numpy()),
      hint="Both terms of L depend on z: the sum of exponentials on every element, the first term on one.")

# %% [markdown]
# <details><summary>Solution</summary>
#
# The derivative of $\ln \sum_j e^{z_j}$ with respect to $z_k$ is $e^{z_k} / \sum_j e^{z_j} = p_k$, and
# $-z_t$ adds $-1$ for the correct class. So the gradient is *prediction minus truth*.
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
# Our baseline is one linear layer that computes ten scores directly from the 784 pixels. Both models use the
# loop that you know: forward, loss, backward, step.

# %%
def train(model, epochs, learning_rate):
    """Train on x, y and return the loss of every step; print the mean of each hundred."""
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
            if len(losses) % 100 == 0:
                print(f"epoch {epoch + 1}, step {len(losses):3}: loss {np.mean(losses[-100:]):.3f}")
    return np.array(losses)


def scores_of(model, inputs):
    """The scores (N, 10), computed batch by batch without recording a graph."""
    with minigrad.no_grad():
        return minigrad.cat([model(inputs[i:i + 250]) for i in range(0, len(inputs), 250)])


def accuracy(model):
    return (scores_of(model, x_test).argmax(1) == y_test).float().mean().item()


linear = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
linear_losses = train(linear, epochs=1 if FAST else 3, learning_rate=0.003)
print(f"linear: {accuracy(linear):.2%} of the test images correct\n")

losses = train(model, epochs=1 if FAST else 3, learning_rate=0.001)
print(f"convolutional: {accuracy(model):.2%} of the test images correct")

# %%
def smooth(values, width=25):
    width = min(width, len(values))
    return np.convolve(values, np.ones(width) / width, mode="valid")


fig, axis = plt.subplots(figsize=(6.5, 3))
for values, name, color in [(linear_losses, "linear", "tab:gray"), (losses, "convolutional", "tab:blue")]:
    axis.plot(values, color=color, alpha=0.2)
    axis.plot(np.arange(len(values))[-len(smooth(values)):], smooth(values), color=color, label=name)
axis.axhline(np.log(10), color="black", linestyle=":", label="uniform guess, ln 10")
axis.set(xlabel="step", ylabel="cross entropy per batch", yscale="log", title=f"{count:,} images")
axis.legend()
plt.show()

# %% [markdown]
# `python -m minigrad demo mnist` trains the same network on all the images and compares its accuracy with
# reference results.
#
# ## 7. What the filters see
#
# First we plot the 32 filters of the first layer after training. Some detect edges in various directions,
# like the ones we wrote by hand, although nobody told the network that edges are useful. Below them are the
# outputs of some of these filters for one digit, and the outputs of the second and third layers. From layer
# to layer they become smaller and look less like the digit and more like the answer to a question about it.

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
# The accuracy tells how often the network is wrong, but not how. The *confusion matrix* does: the entry in
# row $i$, column $j$ counts how often an $i$ was read as a $j$. By hand it is a loop with one line; the
# library's version also checks its input, and `plot_confusion` draws it.

# %%
scores = scores_of(model, x_test)
predicted = scores.numpy().argmax(1)

matrix = np.zeros((10, 10), int)
for true, guess in zip(test_labels, predicted):
    matrix[true, guess] += 1

print("the same:", np.array_equal(matrix, confusion_matrix(scores, y_test).numpy()))
mistakes = matrix - np.diag(np.diag(matrix))
true, guess = np.unravel_index(mistakes.argmax(), mistakes.shape)
print(f"most frequent mistake: {true} read as {guess}, {mistakes.max()} times")
plot_confusion(matrix)

# %% [markdown]
# Here are the mistakes, starting with those where the network was most confident.

# %%
probability = F.softmax(scores, dim=1).numpy()
confidence = probability.max(axis=1)
wrong = np.flatnonzero(predicted != test_labels)
wrong = wrong[np.argsort(-confidence[wrong])]
print(f"{len(wrong)} of {len(test_labels):,} wrong; highest confidence: {confidence[wrong[:5]].round(3)}")
plot_digits(test_images[wrong[:30]], predicted[wrong[:30]], test_labels[wrong[:30]])

# %% [markdown]
# Some of these are unreadable even for humans, others look easy. Can we trust the confidence? A network that
# says "90 %" should be right nine times out of ten. To check, we sort the predictions into bins by their
# confidence and compute the accuracy in each bin.

# %%
bins = np.array([0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0001])
bin_of = np.digitize(confidence, bins) - 1
print("confidence    predictions   correct")
for k in range(len(bins) - 1):
    here = bin_of == k
    if here.any():
        right = np.mean(predicted[here] == test_labels[here])
        print(f"{bins[k]:.2f} to {min(bins[k + 1], 1):.2f}     {here.sum():8,}   {right:7.1%}")

# %% [markdown]
# ### Exercise 4: shifted digits
#
# All the digits in MNIST are centred. What if they are not? Write `shifted`, which moves a batch of images,
# a NumPy array (N, 1, 28, 28), to the right by `columns` pixels. The pixels that enter from the left are
# paper, 0. Once it is correct, the cell below plots how the accuracy drops.

# %% tags=["exercise"]
def shifted(images, columns):
    return None         # same shape as images


# %% tags=["check"]
pattern = np.arange(1, 17, dtype=np.float32).reshape(1, 1, 4, 4)
by_one = np.array([[0, 1, 2, 3], [0, 5, 6, 7], [0, 9, 10, 11], [0, 13, 14, 15]], np.float32)[None, None]
by_three = np.array([[0, 0, 0, 1], [0, 0, 0, 5], [0, 0, 0, 9], [0, 0, 0, 13]], np.float32)[None, None]


def plot_shifts():
    steps = range(0, 13, 2)
    fig, axis = plt.subplots(figsize=(5, 2.6))
    for which, name in [(linear, "linear"), (model, "convolutional")]:
        inputs = [minigrad.tensor(shifted(x_test[:1000].numpy(), columns)) for columns in steps]
        share = [np.mean(scores_of(which, each).numpy().argmax(1) == test_labels[:1000]) for each in inputs]
        axis.plot(steps, share, "o-", label=name)
    axis.set(xlabel="pixels to the right", ylabel="accuracy", ylim=(0, 1))
    axis.legend()
    plt.show()


check(shifted, ((pattern, 1), by_one), ((pattern, 3), by_three), ((pattern, 0), pattern), then=plot_shifts,
      hint="Shifted by one column, the row 1 2 3 4 becomes 0 1 2 3; a shift of 0 changes nothing.")

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
# The output of a convolution shifts along with the image, but the linear layers at the end have learned where
# in the image things are. Thanks to pooling, a shift of two pixels does little harm; larger shifts do. The
# usual remedy is to shift the images randomly during training.
# </details>

# %% [markdown]
# ## Summary
#
# - A convolution is the dot product of a small kernel with every patch of an image. It has few weights and
#   uses each of them everywhere.
# - You need not design kernels: gradient descent learns them.
# - Softmax and cross entropy turn scores into a loss whose gradient is prediction minus truth.
# - After training, look at the filters, the confusion matrix and the mistakes.
#
# Next: `minigrad/ops/images/convolution.py` shows how patches become the rows of a matrix and how the
# gradient flows back; `minigrad/demos/mnist.py` is the demo. The next lesson, `11_sentiment`, reads
# sentences.
