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
# # 9. Reading digits
#
# An image is a grid of numbers, and a network that reads it has to find out which numbers belong together.
# The standard solution is the *convolution*: a small filter slides over the image and asks at every
# position: "does this look like what I am searching for?" In this lesson you write a convolution three
# times: as a loop, as one product of matrices, and with the library. You let gradient descent learn filters,
# and combine three convolutional layers into a network that reads handwritten digits. Your own patches,
# your own pooling and your own shifts each help to train a network along the way.
#
# You need lessons 3, 5 and 7: gradients, layers and optimizers, and the training loop. The lesson takes about
# an hour, with all six exercises somewhat more.

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
from minigrad import nn, optim
from minigrad.course import effort, grade
from minigrad.data import DataLoader, TensorDataset, mnist
from minigrad.nn import functional as F
from minigrad.train import confusion_matrix
from minigrad.visual import plot_confusion, plot_digits

minigrad.manual_seed(0)
plt.rcParams.update({"figure.dpi": 90, "figure.constrained_layout.use": True,
                     "axes.spines.top": False, "axes.spines.right": False})

# %% [markdown]
# ## An image is an array
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
# $(N, C, H, W)$: number of images, channels, height, width. We train on a part of the training images, so
# that a result takes a minute at most, and keep the test images for the end.

# %%
count = effort(20_000, fast=300, browser=3000)
tested = effort(10_000, fast=300, browser=1000)
test_images, test_labels = test_images[:tested], test_labels[:tested]


def pixels(images):
    """uint8 (N, H, W), 255 = ink -> float32 (N, 1, H, W), 1 = ink."""
    return minigrad.tensor(images[:, None] / np.float32(255))


x, y = pixels(images[:count]), minigrad.tensor(labels[:count])
x_test, y_test = pixels(test_images), minigrad.tensor(test_labels)
print("x", tuple(x.shape), "  y", tuple(y.shape), "  x_test", tuple(x_test.shape))

# %% [markdown]
# ## Convolution, by hand
#
# Take a small array of weights $w$, the *kernel*, of size $K \times K$. Place it on the image with its corner
# at $(i, j)$, multiply each weight by the pixel beneath it, and add up the products:
#
# $$y_{ij} = \sum_{a=0}^{K-1} \sum_{b=0}^{K-1} x_{i+a,\,j+b}\; w_{ab}$$
#
# This is the dot product of the kernel and the patch, so it is large where the image resembles the kernel.
# (Mathematicians give the kernel half a turn first, and call the sum as it stands here a *cross-correlation*;
# in deep learning it is the convolution.) A kernel of size $K$ fits into an image of height $H$ at $H - K +
# 1$ positions, so the output is slightly smaller than the image.

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
# The results agree.
#
# ### Exercise 9.1: the size of the output
#
# Two settings change where the kernel is placed. *Padding* $P$ first adds $P$ rows and columns of zeros on
# each side of the image. *Stride* $S$ moves the kernel $S$ pixels at a time. How many rows does the output
# have?

# %% tags=["exercise"]
def output_size(H, K, padding, stride):
    """How many rows the output of a convolution has; H, K, padding and stride are integers."""
    ...


# %% tags=["check"]
grade("9.1", output_size)

# %% [markdown]
# <details><summary>Hint</summary>
#
# How many rows does the padded image have? The first position always exists; how many steps are possible
# after it?
# </details>
#
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
# ### Convolution as one product of matrices
#
# Linear algebra libraries have been optimised for products of matrices for decades. A convolution becomes
# such a product if we first write the patch at each position into a row: it is then the dot product of each
# row with the flattened kernel. This is called *im2col*, image to columns, and it is what many libraries do.
# Pixels in the middle of an image are copied up to $K^2$ times, and still it pays.

# %%
small = np.arange(16).reshape(4, 4)
rows = np.array([small[i:i + 3, j:j + 3].flatten() for i in range(2) for j in range(2)])
fig, axes = plt.subplots(1, 2, figsize=(8, 2.4), width_ratios=[1, 2.4])
for axis, values, title in [(axes[0], small, "image (4, 4)"), (axes[1], rows, "patches, K = 3: (2 * 2, 9)")]:
    axis.imshow(values, cmap="cividis", vmin=0, vmax=15)
    for (row, column), value in np.ndenumerate(values):
        axis.text(column, row, value, ha="center", va="center", color="white" if value < 8 else "black")
    axis.set_title(title, fontsize=9)
    axis.set_axis_off()
plt.show()

# %% [markdown]
# ### Exercise 9.2: the patches of an image
#
# Write it for a whole batch with several channels, in NumPy. A loop over the positions is fine: each step
# handles the patch at position $(i, j)$ of *all* images. Flatten it in the order channel, row, column, as the
# kernels $(C, K, K)$ are. When it is right, minigrad makes a layer of it, compares it with `F.conv2d`, and
# trains a network with two such layers.

# %% tags=["exercise"]
def patches(x, K):
    """x (N, C, H, W) -> (N, H - K + 1, W - K + 1, C * K * K): the numbers under the kernel at each place."""
    ...


# %% tags=["check"]
grade("9.2", patches)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `x[:, :, i:i + K, j:j + K]` has shape $(N, C, K, K)$. `.reshape(N, -1)` flattens all but the first axis, in
# just the right order. First make an array of the final shape with `np.zeros`, then fill it.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def patches(x, K):
#     N, C, H, W = x.shape
#     result = np.zeros((N, H - K + 1, W - K + 1, C * K * K), x.dtype)
#     for i in range(H - K + 1):
#         for j in range(W - K + 1):
#             result[:, i, j] = x[:, :, i:i + K, j:j + K].reshape(N, -1)
#     return result
# ```
# </details>

# %% [markdown]
# How fast are the three? NumPy can also *view* an image as its patches without copying a number
# (`sliding_window_view`); the copy happens when the view is flattened. That version lies ready here. We time
# a layer from 8 to 16 channels.

# %%
def by_loop(x, w):
    """x (N, C, H, W), w (O, C, K, K): number by number of the output."""
    N, O, K = len(x), len(w), w.shape[2]
    y = np.zeros((N, O, x.shape[2] - K + 1, x.shape[3] - K + 1), x.dtype)
    for n, o, i, j in np.ndindex(*y.shape):
        y[n, o, i, j] = np.sum(x[n, :, i:i + K, j:j + K] * w[o])
    return y


def by_patches(x, w):
    O, K = len(w), w.shape[2]
    view = np.lib.stride_tricks.sliding_window_view(x, (K, K), axis=(2, 3))     # (N, C, H', W', K, K)
    rows = view.transpose(0, 2, 3, 1, 4, 5).reshape(*view.shape[:1], *view.shape[2:4], -1)
    return (rows @ w.reshape(O, -1).T).transpose(0, 3, 1, 2)


def seconds(function, *arguments):
    """The least of three times, after one call to warm up."""
    function(*arguments)
    times = []
    for _ in range(3):
        start = time.perf_counter()
        function(*arguments)
        times.append(time.perf_counter() - start)
    return min(times)


batch = effort(50, fast=2, browser=10)
maps, w = minigrad.rand(batch, 8, 14, 14), minigrad.randn(16, 8, 3, 3)
images_array, kernels_array = maps.numpy(), w.numpy()
results = [seconds(by_loop, images_array[:1], kernels_array),
           seconds(by_patches, images_array, kernels_array) / batch, seconds(F.conv2d, maps, w) / batch]
difference = abs(by_patches(images_array, kernels_array) - F.conv2d(maps, w).numpy()).max()
print(f"largest difference between patches and library: {difference:.0e}")
fig, axis = plt.subplots(figsize=(6, 1.9))
names = ["loop", "patches, one product", "library"]
bars = axis.barh(names, [1e6 * each for each in results], color=["tab:gray", "tab:orange", "tab:blue"])
axis.bar_label(bars, [f"{1e6 * each:,.0f} µs" for each in results], padding=4)
axis.set(xscale="log", xlabel="microseconds per image", xlim=(None, 5e6 * max(results)))
axis.invert_yaxis()
plt.show()

# %% [markdown]
# ## Filters can be learned
#
# We designed the kernels above by hand. But a convolution consists of sums and products, so it has a
# gradient, and we can learn a kernel just as we learned the slope of a line. Suppose we have images, and for
# each of them the output of an unknown filter. Can gradient descent find the filter?

# %%
target = F.conv2d(x[:100], weight[1:2])             # the unknown filter: "ink on the left"
learned = (0.1 * minigrad.randn(1, 1, 3, 3)).requires_grad_()
snapshots, losses = [], []
for step in range(effort(201, fast=21, browser=61)):
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
axes[0].set(xlabel="step", ylabel="squared error", title="loss")
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
# ## Pooling: a smaller image
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
# ### Exercise 9.3: average pooling
#
# Write the pooling that keeps the mean of each 2 by 2 square, for a whole batch $(N, C, H, W)$, in NumPy.

# %% tags=["exercise"]
def average_pool(x):
    """(N, C, H, W) -> (N, C, H/2, W/2)"""
    ...


# %% tags=["check"]
grade("9.3", average_pool)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `max_pool` above does almost the same for one image. Which axes does the batch add, and where do the two
# axes of length 2 stand then?
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def average_pool(x):
#     N, C, H, W = x.shape
#     return x.reshape(N, C, H // 2, 2, W // 2, 2).mean(axis=(3, 5))
# ```
# </details>

# %% [markdown]
# ### The way back through a maximum
#
# What is the gradient of max pooling? If the largest pixel of a square grows a little, the result grows by
# the same amount; if one of the others does, nothing happens. So the largest pixel gets the whole gradient of
# its square, and the other three get 0. The network learns only from the pixel that won.
#
# ### Exercise 9.4: the gradient of max pooling
#
# Write it for a batch, in NumPy. No two pixels that are tried are equal. (In a real image there are squares
# that are all paper. Which of their pixels gets the gradient is a matter of taste.) When it is right,
# minigrad makes an operation of it, checks it against differences, and trains a network with it.

# %% tags=["exercise"]
def max_pool_gradient(g, x):
    """The gradient of x, (N, C, H, W), for the gradient g, (N, C, H/2, W/2), of its 2 by 2 max pooling."""
    ...


# %% tags=["check"]
grade("9.4", max_pool_gradient)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Enlarge the maxima and the gradient to the size of $x$: `values.repeat(2, axis=2).repeat(2, axis=3)`. Then
# compare: where is $x$ equal to the maximum of its square? Loops over all squares are fine, too.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def max_pool_gradient(g, x):
#     N, C, H, W = x.shape
#     top = x.reshape(N, C, H // 2, 2, W // 2, 2).max(axis=(3, 5))
#     is_top = x == top.repeat(2, axis=2).repeat(2, axis=3)
#     return is_top * g.repeat(2, axis=2).repeat(2, axis=3)
# ```
# </details>

# %% [markdown]
# ## The network
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
# entropy*, which measures how surprised we are by the correct class $t$. Its unit is the *nat*, that of the
# natural logarithm:
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
# ### Exercise 9.5: the gradient of the cross entropy
#
# This is one of the most elegant results in the field. Derive $\partial L / \partial z_k$ on paper for one
# sample: write $L = -z_t + \ln \sum_j e^{z_j}$, and distinguish $k = t$ from $k \neq t$.

# %% tags=["exercise"]
def cross_entropy_gradient(z, t):
    """The gradient of the cross entropy for an array z of scores, one per class, and the correct class t."""
    ...


# %% tags=["check"]
grade("9.5", cross_entropy_gradient)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Both terms of $L$ depend on $z$: the sum of exponentials on every element, the first term on one.
# </details>
#
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
# ## Training
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
epochs = effort(3, fast=1, browser=2)
linear_losses = train(linear, epochs, learning_rate=0.003)
print(f"linear: {accuracy(linear):.2%} of the test images correct\n")

losses = train(model, epochs, learning_rate=0.001)
print(f"convolutional: {accuracy(model):.2%} of the test images correct")

# %%
def smooth(values, width=25):
    width = min(width, len(values))
    return np.convolve(values, np.ones(width) / width, mode="valid")


fig, axis = plt.subplots(figsize=(6.5, 3))
for values, name, style in [(linear_losses, "linear", "--"), (losses, "convolutional", "-")]:
    color = "tab:orange" if name == "linear" else "tab:blue"
    axis.plot(values, color=color, alpha=0.2)
    axis.plot(np.arange(len(values))[-len(smooth(values)):], smooth(values), style, color=color, label=name)
axis.axhline(np.log(10), color="black", linestyle=":", label="uniform guess, ln 10")
axis.set(xlabel="step", ylabel="cross entropy per batch in nats", yscale="log", title=f"{count:,} images")
axis.legend()
plt.show()

# %% [markdown]
# `python -m minigrad demo mnist` trains the same network on all the images and compares its accuracy with
# reference results.
#
# ## What the filters see
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
# ## Mistakes
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
# ## Digits that are not in the middle
#
# All the digits in MNIST are centred. What if they are not? We glue test images onto a larger sheet of paper
# and look at it through a window of 28 by 28 pixels that moves to the left, so that the digit moves to the
# right.

# %%
some = x_test[:effort(1000, fast=100)].numpy()
sheet = np.pad(some, [(0, 0), (0, 0), (0, 0), (12, 12)])
steps = range(0, 13, 2)
fig, axes = plt.subplots(1, 2, figsize=(9, 2.6), width_ratios=[1, 1.6])
axes[0].imshow(np.hstack([sheet[0, 0, :, 12 - columns:40 - columns] for columns in (0, 4, 8)]), cmap="gray_r")
for edge in (27.5, 55.5):
    axes[0].axvline(edge, color="tab:gray", linewidth=1)
axes[0].set_title("moved by 0, 4 and 8 pixels", fontsize=9)
axes[0].set_axis_off()
for which, name, style in [(linear, "linear", "s--"), (model, "convolutional", "o-")]:
    share = []
    for columns in steps:
        window = minigrad.tensor(sheet[..., 12 - columns:40 - columns])
        share.append(np.mean(scores_of(which, window).numpy().argmax(1) == test_labels[:len(some)]))
    axes[1].plot(steps, share, style, color="tab:orange" if name == "linear" else "tab:blue", label=name)
axes[1].set(xlabel="pixels to the right", ylabel="fraction read right", ylim=(0, 1))
axes[1].legend()
plt.show()

# %% [markdown]
# The output of a convolution shifts along with the image, but the linear layers at the end have learned where
# in the image things are. Pooling makes up for small shifts; larger ones do harm. The usual remedy is *data
# augmentation*: change the training images at random, in ways that do not change the answer. The network then
# never sees the same image twice, and learns that position does not matter.
#
# ### Exercise 9.6: shifted digits
#
# Write `shifted`, which moves a batch of images, a NumPy array $(N, C, H, W)$, down and to the right, or up
# and to the left if the numbers are negative. Pixels that enter are paper, 0; pixels that leave are lost. The
# shifts are smaller than the image. When it is right, two networks are trained: one on digits as they are,
# one whose training images go through your function with random shifts.

# %% tags=["exercise"]
def shifted(images, down, right):
    """The images (N, C, H, W), moved by `down` rows and `right` columns; same shape, 0 where nothing was."""
    ...


# %% tags=["check"]
grade("9.6", shifted)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Begin with `np.zeros_like(images)` and copy the part that stays visible. For `right = 1` it is `result[...,
# 1:] = images[..., :W - 1]`; for `right = -1` it is `result[..., :W - 1] = images[..., 1:]`. With `max(right,
# 0)` and `min(right, 0)` both become one line. Going through all pixels with two loops is right, too, and
# easier to think about.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def shifted(images, down, right):
#     result = np.zeros_like(images)
#     H, W = images.shape[-2:]
#     part = images[..., max(-down, 0):H - max(down, 0), max(-right, 0):W - max(right, 0)]
#     result[..., max(down, 0):H + min(down, 0), max(right, 0):W + min(right, 0)] = part
#     return result
# ```
# </details>

# %% [markdown]
# ## What you have learned
#
# - A convolution is the dot product of a small kernel with every patch of an image. It has few weights and
#   uses each of them everywhere.
# - Copy the patches into rows, and a convolution is one product of matrices; that is how it becomes fast.
# - You need not design kernels: gradient descent learns them.
# - Pooling keeps what is there and forgets where exactly. Its gradient goes to the pixel that won.
# - Softmax and cross entropy turn scores into a loss whose gradient is prediction minus truth.
# - After training, look at the filters, the confusion matrix and the mistakes.
# - What a network should not care about, you can show it by changing its training images.
#
# Next: `minigrad/ops/images/convolution.py` shows how patches become the rows of a matrix and how the
# gradient flows back; `minigrad/demos/mnist.py` is the demo. An image has all its pixels at once; a text or
# a melody comes one piece after the other. Lesson 10 is about networks that read sequences.
