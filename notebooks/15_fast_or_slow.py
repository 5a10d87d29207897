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
# # 15. Why it is fast or slow
#
# Two programs compute the same numbers, and one takes a thousand times as long. Why? Nearly always for one of
# three reasons: it pays for *every number* in Python, it *moves* numbers more often than it needs to, or it
# lets parts of the machine *wait*. In this lesson you measure all three, and then remove them: in a product
# of matrices, a convolution, an attention, and in a kernel for a graphics card, which runs on an emulator
# that fits on one page.
#
# Times differ from machine to machine and from run to run. So the text names no times; read those that your
# run prints.
#
# You need lessons 3 (tensors), 9 (convolution) and 11 (attention). The lesson takes about an hour.

# %% tags=["setup", "remove-cell"]
# Where minigrad is missing, such as in a browser or in Colab, this cell installs it.
try:
    import minigrad.course
except ImportError:
    print("Installing minigrad: this takes a moment.")
    # %pip install -q minigrad-edu matplotlib

# %%
import sys
import time

import matplotlib.pyplot as plt
import numpy as np

import minigrad
from minigrad import nn, optim
from minigrad.course import effort, grade
from minigrad.data import DataLoader, Dataset, mnist
from minigrad.nn import functional as F

minigrad.manual_seed(0)
plt.rcParams.update({"figure.dpi": 90, "figure.constrained_layout.use": True, "axes.grid": True,
                     "grid.alpha": 0.3, "axes.spines.top": False, "axes.spines.right": False})


def seconds(f, *given, repeats=5):
    """The shortest of several times of f(*given): what disturbs a measurement only ever makes it longer."""
    times = []
    enough = effort(0.0, fast=0.0, browser=0.03)        # seconds: the clock of a browser is coarse
    for _ in range(effort(repeats, fast=1, browser=2)):
        calls, passed, start = 0, 0.0, time.perf_counter()
        while calls == 0 or passed < enough:
            f(*given)
            calls, passed = calls + 1, time.perf_counter() - start
        times.append(passed / calls)
    return max(min(times), 1e-6)


# %% [markdown]
# ## 1. Where the numbers lie
#
# Memory is one long row of bytes. An array of any shape is such a row, plus its *strides*: how many bytes
# further the next element is along each axis.

# %%
x = np.arange(12, dtype=np.float32).reshape(3, 4)
for name, view in [("x", x), ("x.T", x.T), ("x[:, ::2]", x[:, ::2]), ("x[:, :1] to (3, 4)",
                                                                     np.broadcast_to(x[:, :1], (3, 4)))]:
    print(f"{name:20} shape {view.shape}   strides {str(view.strides):8} "
          f"same memory: {np.shares_memory(view, x)}")

# %% [markdown]
# All four are the same twelve numbers in memory. A transposition only exchanges the strides, a slice makes
# them longer, and a stretched axis has the stride 0. Nothing is copied, so such a *view* costs nothing. But
# it is not free for those who read it later: the processor fetches memory in *cache lines* of 64 bytes, which
# are 16 numbers of float32. Who walks along a row uses all 16. Who walks down a column of a large array uses
# one of them, and by the time the next column needs the others, they may be gone from the *cache*, the small
# fast memory beside the processor.

# %%
def by_rows(x):
    return [x[i].sum() for i in range(len(x))]


def by_columns(x):
    return [x[:, i].sum() for i in range(len(x))]


sizes = effort([128, 256, 512, 1024, 2048, 4096], fast=[64, 128, 256], browser=[128, 256, 512, 1024, 2048])
walks = {"rows": [], "columns": []}
for n in sizes:
    x = np.ones((n, n), np.float32)
    walks["rows"].append(seconds(by_rows, x) / n ** 2)
    walks["columns"].append(seconds(by_columns, x) / n ** 2)

fig, axes = plt.subplots(1, 2, figsize=(9, 3.3), width_ratios=[1, 1.3])
order = np.arange(16).reshape(4, 4)
axes[0].imshow(order, cmap="cividis", alpha=0.6)
for (i, j), place in np.ndenumerate(order):
    axes[0].text(j, i, place, ha="center", va="center")
axes[0].annotate("", (3.4, 0.3), (-0.4, 0.3), arrowprops={"arrowstyle": "->", "color": "C0", "lw": 2})
axes[0].annotate("", (0.3, 3.4), (0.3, -0.4), arrowprops={"arrowstyle": "->", "color": "C1", "lw": 2})
axes[0].set(title="the place of each element in memory", xlabel="column", ylabel="row", xticks=range(4),
            yticks=range(4))
axes[0].grid(False)
for (name, times), style in zip(walks.items(), ["C0o-", "C1s--"]):
    axes[1].loglog(sizes, np.array(times) * 1e9, style, label=f"sum of each of the {name}", base=2)
axes[1].set(xlabel="rows and columns of the array", ylabel="nanoseconds per number", title="The same numbers")
axes[1].legend()
plt.show()
print(f"at {sizes[-1]} x {sizes[-1]}, columns take {walks['columns'][-1] / walks['rows'][-1]:.1f} times as "
      "long as rows")

# %% [markdown]
# In small arrays each call of `sum` costs more than the numbers, so there the time per number falls. In large
# ones the memory decides.
#
# ### Exercise 15.1: how far is the next element?
#
# In NumPy's usual order the last axis varies fastest: the elements of a row are neighbours. What are the
# strides of a new array of this shape, in bytes?

# %% tags=["exercise"]
def strides(shape, itemsize):
    """A tuple with the stride of each axis, in bytes; an element takes `itemsize` bytes."""
    ...


# %% tags=["check"]
grade("15.1", strides)

# %% [markdown]
# <details><summary>Hint</summary>
#
# In an array of shape (3, 4), the next row is 4 elements away. In one of shape (2, 3, 4), the next element
# along the first axis is 3 times 4 elements away.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def strides(shape, itemsize):
#     steps, step = [], itemsize
#     for size in reversed(shape):
#         steps.insert(0, step)
#         step *= size
#     return tuple(steps)
# ```
# </details>

# %% [markdown]
# ## 2. Work and traffic
#
# A *FLOP* is one operation with floating-point numbers: a sum or a product. A processor has two limits: how
# many FLOPs it can do in a second (GFLOP/s are $10^9$ of them), and how many bytes it can move between memory
# and itself (GB/s). Which one is in the way depends on the ratio of what a program does, its *arithmetic
# intensity*:
#
# $$\text{intensity} = \frac{\text{FLOPs}}{\text{bytes moved}}.$$
#
# The sum of two float32 arrays of $n$ numbers makes $n$ FLOPs and moves $12\,n$ bytes: two arrays to read,
# one to write. A product of two $n \times n$ matrices makes $2 n^3$ FLOPs, as each of the $n^2$ results is a
# sum of $n$ products. It has to move $12\,n^2$ bytes at least. So its intensity, $n/6$, grows with $n$.
#
# ### Exercise 15.2: what a linear layer costs
#
# The layer computes $y = x\,W^T + b$ for `n` rows. Count a product and a sum as one FLOP each, the sum with
# the bias, too. (The sum of $k$ products takes $k - 1$ additions.) For the bytes, assume that $x$, $W$ and
# $b$ are read once each, and $y$ is written once.

# %% tags=["exercise"]
def linear_cost(n, inputs, outputs, itemsize):
    """(FLOPs, bytes moved) of x @ weight.T + bias, for weight (outputs, inputs), n rows in x."""
    ...


# %% tags=["check"]
grade("15.2", linear_cost)

# %% [markdown]
# <details><summary>Hint</summary>
#
# One number of the result takes `inputs` products, `inputs - 1` sums, and one more sum with the bias.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def linear_cost(n, inputs, outputs, itemsize):
#     moved = n * inputs + outputs * inputs + outputs + n * outputs
#     return 2 * n * inputs * outputs, itemsize * moved
# ```
# </details>

# %% [markdown]
# What can this machine do? A copy of a large array measures its GB/s. The fastest of the products below
# measures its GFLOP/s. Together they make a roof: with intensity $I$, no program gets beyond
#
# $$\min(\text{peak GFLOP/s},\; I \cdot \text{GB/s}).$$
#
# This picture is the *roofline* (Williams, Waterman and Patterson 2009). Below its slope, on the left, the
# memory decides, and faster arithmetic would not help. Below its flat part, the arithmetic decides.

# %%
def squared(m, times):
    for _ in range(times):
        m @ m


large = effort(8_000_000, fast=100_000, browser=2_000_000)
a, b, out = (np.ones(large, np.float32) for _ in range(3))
bandwidth = 8 * large / seconds(lambda: np.copyto(out, a), repeats=30)
points = [("a + b", large, 12 * large, seconds(lambda: np.add(a, b, out=out), repeats=30))]

side = effort(2048, fast=256, browser=1024)
m, v = np.ones((side, side), np.float32), np.ones(side, np.float32)
points.append(("matrix times vector", 2 * side ** 2, 4 * side ** 2 + 8 * side, seconds(lambda: m @ v)))
for n in effort([16, 64, 256, 1024], fast=[16, 64, 256], browser=[16, 64, 256, 512]):
    m = np.ones((n, n), np.float32)
    calls = max(1, effort(2_000_000, fast=100_000) // n ** 3)
    points.append((f"product, n = {n}", 2 * n ** 3, 12 * n ** 2, seconds(squared, m, calls) / calls))
peak = max(flops / s for _, flops, _, s in points)

fig, ax = plt.subplots(figsize=(7, 3.8))
intensity = np.geomspace(0.04, 400, 100)
ax.loglog(intensity, np.minimum(peak, intensity * bandwidth) / 1e9, "k-", label="roof of this machine")
for (name, flops, moved, s), marker in zip(points, "os^vDP"):
    ax.loglog(flops / moved, flops / s / 1e9, marker, ms=9, label=name)
ax.set(xlabel="intensity (FLOP per byte)", ylabel="speed (GFLOP/s)", title="Roofline: float32")
ax.legend(fontsize=8, loc="lower right")
plt.show()
print(f"copy {bandwidth / 1e9:.1f} GB/s, fastest product {peak / 1e9:.1f} GFLOP/s: the roof bends at "
      f"{peak / bandwidth:.1f} FLOP per byte")

# %% [markdown]
# A point may lie a little above the slope: what is still in the cache need not come from memory. The smallest
# products lie far below the roof. There the call from Python takes longer than the arithmetic, the third
# limit, which the picture does not show.
#
# A training step consists of both kinds. Linear layers and convolutions are products of high intensity;
# activations, normalisations, sums and the optimizer have an intensity below one.
#
# ## 3. The product of matrices
#
# The definition $C_{ij} = \sum_k A_{ik} B_{kj}$ is three loops. Let us write them in Python, then leave the
# innermost one to NumPy, then all three. `@` calls *BLAS*, a library in machine code for products, which
# works in blocks and uses all the arithmetic units of a processor.

# %%
def three_loops(a, b):
    n = len(a)
    c = [[0.0] * n for _ in range(n)]
    for i in range(n):
        for j in range(n):
            for k in range(n):
                c[i][j] += a[i][k] * b[k][j]
    return c


def one_dot_each(a, b):
    return [[np.dot(row, column) for column in b.T] for row in a]


speeds = {}
for name, n, product in [("three loops\nin Python", effort(64, fast=16, browser=32), three_loops),
                         ("one dot product\nper number", effort(256, fast=32, browser=64), one_dot_each),
                         ("BLAS: a @ b", effort(1024, fast=128, browser=256), np.matmul)]:
    a, b = np.random.default_rng(0).random((2, n, n), dtype=np.float32)
    if product is three_loops:
        a, b = a.tolist(), b.tolist()
    speeds[name] = 2 * n ** 3 / seconds(product, a, b, repeats=3) / 1e9

fig, ax = plt.subplots(figsize=(7, 2.6))
bars = ax.barh(list(speeds), speeds.values(), color=["C1", "C2", "C0"], hatch=["//", "..", ""])
ax.bar_label(bars, [f" {speed:.3g}" for speed in speeds.values()])
ax.set(xscale="log", xlabel="speed (GFLOP/s)", title="The same sums of products")
ax.invert_yaxis()
ax.margins(x=0.15)
plt.show()

# %% [markdown]
# How can BLAS read so little? A product of two blocks of size $s \times s$ has the intensity $s/6$, and both
# blocks can stay in the cache while it is computed. So cut the matrices into blocks, and treat each block as
# if it were a number:
#
# $$C_{IJ} = \sum_K A_{IK}\,B_{KJ}.$$
#
# ### Exercise 15.3: a product by blocks
#
# Multiply matrices by products (`@`) of blocks that have at most `size` rows and columns. The sides of the
# matrices need not be multiples of `size`.

# %% tags=["exercise"]
def blocked(a, b, size):
    """a @ b, (m, k) and (k, n) -> (m, n), by products of blocks of at most size by size."""
    ...


# %% tags=["check"]
grade("15.3", blocked)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Three loops with `range(0, ..., size)`. A slice that reaches beyond the end stops there by itself.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def blocked(a, b, size):
#     c = np.zeros((a.shape[0], b.shape[1]), a.dtype)
#     for i in range(0, a.shape[0], size):
#         for j in range(0, b.shape[1], size):
#             for k in range(0, a.shape[1], size):
#                 c[i:i + size, j:j + size] += a[i:i + size, k:k + size] @ b[k:k + size, j:j + size]
#     return c
# ```
# </details>

# %% [markdown]
# BLAS is written in this way, with blocks within blocks: one size for each level of the cache, and the
# smallest for the registers of the processor. How fast are your blocks, by size? This cell has its own copy
# of the solution, so it runs in any case.

# %%
def by_blocks(a, b, size):
    c = np.zeros((a.shape[0], b.shape[1]), a.dtype)
    for i in range(0, a.shape[0], size):
        for j in range(0, b.shape[1], size):
            for k in range(0, a.shape[1], size):
                c[i:i + size, j:j + size] += a[i:i + size, k:k + size] @ b[k:k + size, j:j + size]
    return c


n = effort(512, fast=128, browser=256)
a, b = np.random.default_rng(0).random((2, n, n), dtype=np.float32)
edges = [size for size in [16, 32, 64, 128, 256, 512] if size <= n]
speed = [2 * n ** 3 / seconds(by_blocks, a, b, size, repeats=3) / 1e9 for size in edges]
fig, ax = plt.subplots(figsize=(6, 2.9))
ax.loglog(edges, speed, "C0o-", base=2)
ax.set(xlabel="rows and columns of a block", ylabel="speed (GFLOP/s)", title=f"A {n} x {n} product by blocks",
       xticks=edges, xticklabels=edges)
plt.show()

# %% [markdown]
# Small blocks pay for Python and for a low intensity. Large ones approach BLAS, which they are in the end.
#
# ## 4. A convolution is a product
#
# In lesson 9 a convolution was a loop over positions. But the patch under the filter, read as one row of
# $C K^2$ numbers, makes the sum of products a row of a matrix. All patches together are a matrix, and the
# convolution is a single product with the filters. This is called *im2col*. And the matrix of patches can be
# described without copying a number, by strides alone: neighbouring patches overlap, so the same number in
# memory appears in several of them.

# %%
x = np.arange(12.0).reshape(3, 4)
step = x.strides
view = np.lib.stride_tricks.as_strided(x, (2, 3, 2, 2), (step[0], step[1], step[0], step[1]), writeable=False)
print(x)
print("the patch at row 1, column 2:\n", view[1, 2])
print("strides", view.strides, "- in memory:", x.size, "numbers; in the view:", view.size)

# %% [markdown]
# ### Exercise 15.4: patches without a copy
#
# Give shape and strides of the view that holds all patches of `K` by `K` pixels of a batch of images. If they
# are right, minigrad's convolution runs on your patches and reads digits.

# %% tags=["exercise"]
def patch_layout(shape, strides, K):
    """(shape, strides) of the view (N, H - K + 1, W - K + 1, C, K, K) of x, (N, C, H, W) with any strides."""
    ...


# %% tags=["check"]
grade("15.4", patch_layout)

# %% [markdown]
# <details><summary>Hint</summary>
#
# The example above is the case without N and C. To go from one patch to the next row of patches is one row in
# the image, and so is one row inside the patch.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def patch_layout(shape, strides, K):
#     N, C, H, W = shape
#     n, c, h, w = strides
#     return (N, H - K + 1, W - K + 1, C, K, K), (n, h, w, c, h, w)
# ```
# </details>

# %% [markdown]
# For the product, BLAS needs the rows in memory, so in the end the view is copied, $K^2$ times the size of
# the image. minigrad copies it in pieces that stay in the cache; its page on speed explains how.
#
# ## 5. One pass instead of ten
#
# NumPy executes one operation at a time. A chain like GELU, layer norm or softmax reads and writes the whole
# array for each of its steps, although the arithmetic is small. A *fused kernel* does all steps on a piece of
# the array while the piece is in the cache. In minigrad each fused operation also has a readable definition,
# made of single operations. `minigrad.without_kernels()` runs the definitions: same results, different times.

# %%
N, D = effort((2048, 512), fast=(128, 64), browser=(512, 256))
x = minigrad.randn(N, D, requires_grad=True)
weight, bias = (minigrad.ones(D, requires_grad=True) for _ in range(2))
heads = minigrad.randn(effort(8, fast=2), 4, effort(128, fast=32, browser=64), 32, requires_grad=True)
target = minigrad.randint(0, D, (N,))
chains = {"gelu": lambda: F.gelu(x).sum().backward(),
          "layer norm": lambda: F.layer_norm(x, (D,), weight, bias).sum().backward(),
          "attention": lambda: F.scaled_dot_product_attention(heads, heads, heads).sum().backward(),
          "cross entropy": lambda: F.cross_entropy(x, target).backward()}
fused, composed = [], []
for f in chains.values():
    fused.append(seconds(f) * 1e3)
    with minigrad.without_kernels():
        composed.append(seconds(f) * 1e3)

fig, ax = plt.subplots(figsize=(7, 3))
place = np.arange(len(chains))
ax.barh(place - 0.2, composed, 0.38, color="C1", hatch="//", label="step by step")
ax.barh(place + 0.2, fused, 0.38, color="C0", label="fused kernel")
ax.set(yticks=place, yticklabels=chains, xlabel="forward and backward (ms)", title="One pass or many")
ax.invert_yaxis()
ax.legend()
plt.show()

# %% [markdown]
# Softmax seems to resist: it needs the maximum of a row (so that no exponential overflows), then the sum of
# $e^{x_i - m}$, then the quotients. Three passes, and for attention over $T$ positions the row has to be
# there, all $T$ scores of it. Milakov and Gimelshein (2018, arXiv:1805.02867) found that one pass gives both
# maximum and sum. Keep
#
# $$m = \max_i x_i, \qquad s = \sum_i e^{x_i - m}$$
#
# of the numbers so far. When a larger maximum $m'$ comes along, the old sum was measured against the wrong
# one, but a single factor corrects it: $e^{x - m'} = e^{x - m}\,e^{m - m'}$. FlashAttention (Dao et al. 2022,
# arXiv:2205.14135) computes attention with this, tile by tile, and never stores the scores.
#
# ### Exercise 15.5: softmax that sees its numbers once
#
# `scores` is the next tile of some rows. Return maximum and sum of each row, the tile included. At the very
# beginning `m` is minus infinity and `s` is 0, which needs no special case. If it is right, minigrad's
# attention uses it.

# %% tags=["exercise"]
def merge(m, s, scores):
    """(new m, new s), each (rows,): m (rows,) maxima and s (rows,) sums so far; scores (rows, columns)."""
    ...


# %% tags=["check"]
grade("15.5", merge)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `np.maximum(m, scores.max(1))` is the new maximum. Then the new sum has two parts. `highest[:, None]` makes
# a column of it, which broadcasts to the tile.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def merge(m, s, scores):
#     highest = np.maximum(m, scores.max(1))
#     return highest, s * np.exp(m - highest) + np.exp(scores - highest[:, None]).sum(1)
# ```
# </details>

# %% [markdown]
# ## 6. The memory of a training step
#
# The way back needs numbers of the way there: the gradient of a weight needs the input of its layer, and the
# gradient of a ReLU has to know where it was positive. Until `backward` has passed, the graph keeps these
# *activations*. They grow with the batch and the depth, and in most trainings they take more memory than the
# weights. minigrad's profiler counts them.
#
# *Checkpointing* (Chen et al. 2016, arXiv:1604.06174) keeps only what goes into each piece of the network. On
# the way back it runs the piece once more. It pays with time, one more way there, and gets memory.

# %%
width, rows = effort((256, 512), fast=(32, 32), browser=(128, 128))
depths = effort([4, 8, 16, 32], fast=[2, 4], browser=[4, 8, 16])


def measured(depth, checkpointed):
    """(MB kept for backward, seconds) of a training step of a network with `depth` blocks."""
    minigrad.manual_seed(0)
    blocks = [nn.Sequential(nn.Linear(width, width), nn.LayerNorm(width), nn.GELU()) for _ in range(depth)]
    x = minigrad.randn(rows, width, requires_grad=True)

    def step():
        y = x
        for block in blocks:
            y = minigrad.func.checkpoint(block, y) if checkpointed else block(y)
        y.square().mean().backward()
    with minigrad.profile() as p:
        step()
    return sum(row["kept"] for row in p.by_op().values()) / 1e6, seconds(step, repeats=6)


plain, cheap = ([measured(depth, way) for depth in depths] for way in (False, True))
fig, axes = plt.subplots(1, 2, figsize=(9, 3))
for each, style, label in [(plain, "C1s--", "everything kept"), (cheap, "C0o-", "checkpointed blocks")]:
    memory, times = zip(*each)
    axes[0].plot(depths, memory, style, label=label)
    axes[1].plot(depths, np.array(times) * 1e3, style, label=label)
axes[0].set(xlabel="blocks", ylabel="kept for backward (MB)", title="Memory", ylim=0)
axes[1].set(xlabel="blocks", ylabel="training step (ms)", title="Time", ylim=0)
axes[0].legend()
plt.show()
(most, fast), (least, slow) = plain[-1], cheap[-1]
weights = depths[-1] * (width * width + 3 * width) * 4 / 1e6
print(f"{depths[-1]} blocks with {weights:.1f} MB of weights, {rows} rows: {most:.1f} MB kept, "
      f"{least:.1f} MB with checkpoints; {slow / fast:.2f} times the time")

# %% [markdown]
# ## 7. Measure before you change
#
# Guesses about where time goes are wrong more often than not. `minigrad.profile()` records each operation and
# each layer. The table is sorted by time; the share tells you what the best possible improvement of a row
# could bring.

# %%
images, labels = mnist("train")
count = effort(256, fast=32, browser=64)
images = minigrad.tensor(images[:count, None] / np.float32(255))
labels = minigrad.tensor(labels[:count])
network = nn.Sequential(nn.Conv2d(1, 16, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 32, 3), nn.ReLU(),
                        nn.MaxPool2d(2), nn.Flatten(), nn.Linear(32 * 25, 10))
optimizer = optim.Adam(network.parameters(), lr=0.001)


def training_step():
    optimizer.zero_grad()
    F.cross_entropy(network(images), labels).backward()
    optimizer.step()


training_step()                 # the first one also sets things up
with minigrad.profile() as p:
    training_step()
print(p.table(rows=5))

# %% [markdown]
# ### Smaller numbers
#
# A float32 has half the bytes of a float64, and a processor handles twice as many of them at a time. float16
# has half of that again. GPUs have units for it, but most CPUs do not, and BLAS has no product for it. And it
# is coarse: near 2048 its numbers are 2 apart, so a running sum of ones stops there.

# %%
n = effort(512, fast=64, browser=128)
for dtype, repeats in [(np.float64, 5), (np.float32, 5), (np.float16, 1)]:
    m = np.ones((n, n), dtype)
    speed = 2 * n ** 3 / seconds(np.matmul, m, m, repeats=repeats) / 1e9
    running = np.cumsum(np.ones(5000, dtype), dtype=dtype)[-1]
    print(f"{np.dtype(dtype).name:8} {m.itemsize} bytes   eps {np.finfo(dtype).eps:.1e}   largest "
          f"{np.finfo(dtype).max:.1e}   product {speed:8.2f} GFLOP/s   5,000 ones added up: {running:.0f}")

# %% [markdown]
# ### Who waits for whom
#
# If the data come from a disk, the network waits for them, and then the disk for the network. *Workers* fetch
# the next batches while the network computes on this one. A made-up data set plays the disk: each picture
# takes a moment to arrive. minigrad's workers are threads. In a browser there are none, so there the loop
# fetches its batches itself.

# %%
class OnDisk(Dataset):
    """Digits that take a millisecond to read."""

    def __len__(self):
        return count

    def __getitem__(self, i):
        time.sleep(0.001)
        return images[i], labels[i]


def epoch(num_workers):
    for x, y in DataLoader(OnDisk(), batch_size=32, num_workers=num_workers):
        optimizer.zero_grad()
        F.cross_entropy(network(x), y).backward()
        optimizer.step()


threads = sys.platform != "emscripten"
for num_workers in [0, 1, 2] if threads else [0]:
    print(f"{num_workers} workers: {seconds(epoch, num_workers, repeats=2) * 1e3:.0f} ms for "
          f"{count} digits")

# %% [markdown]
# ## 8. Thousands of threads
#
# A graphics card (GPU) has thousands of simple arithmetic units. A program for it, a *kernel*, is written for
# *one* number of the result, and the GPU runs it in thousands of threads. Threads form *blocks*. A thread
# knows its number in the block and the number of its block. From them it finds its element.
#
# - There are often more threads than elements, so a kernel checks its *bounds*.
# - 32 threads, a *warp*, run in step. If they read 32 neighbouring numbers, one transaction of the memory
#   brings them all: the access is *coalesced*. If they read 32 far apart, it takes 32 transactions.
# - The threads of a block have a small, fast *shared memory*. What one thread writes there, another may read
#   only after a *barrier*, at which each thread waits for all others of the block. Without it there is a
#   *race*: the result depends on who comes first.
#
# The emulator below knows these rules. A kernel is a Python function; `yield` is a barrier, because a
# generator stops there until it is asked to go on. It is slow, of course. It shows what a kernel does, and
# not how long it takes.

# %% tags=["given"]
import inspect
import operator
import random

import numpy as np

WARP, LINE = 32, 32     # threads that run in step; numbers that one transaction of the memory moves


class Race(RuntimeError):
    """What a thread reads or writes depends on which thread comes first."""


class Stuck(RuntimeError):
    """Some threads wait at a barrier that the others never reach."""


class Thread:
    """What one of the threads knows: its number in the block, its block, and how many there are of each."""

    now = None

    def __init__(self, block, thread, width, blocks, shared):
        self.block, self.thread, self.width, self.blocks = block, thread, width, blocks
        self.shared, self.count = shared, 0

    def __repr__(self):
        return f"thread {self.thread} of block {self.block}"


def checked(i, size, what):
    """i as an integer from 0 to size - 1."""
    i = operator.index(i)
    if not 0 <= i < size:
        raise IndexError(f"{Thread.now} uses element {i} of {what}, which has {size}")
    return i


class Memory:
    """A large array. It counts accesses, and transactions: lines that the threads of a warp touch at once."""

    def __init__(self, values):
        self.values, self.accesses, self.lines = np.array(values, float), 0, set()

    def __len__(self):
        return len(self.values)

    @property
    def transactions(self):
        return len(self.lines)

    def place(self, i):
        thread, i = Thread.now, checked(i, len(self.values), "an array")
        self.accesses += 1
        thread.count += 1
        self.lines.add((thread.block, thread.thread // WARP, thread.count, i // LINE))
        return i

    def __getitem__(self, i):
        return float(self.values[self.place(i)])

    def __setitem__(self, i, value):
        self.values[self.place(i)] = value


class Shared:
    """The fast memory of a block. Between two barriers, only the thread that writes an element may use it."""

    def __init__(self, size):
        self.values = [None] * size
        self.barrier()

    def barrier(self):
        self.writer, self.readers = {}, {}

    def __len__(self):
        return len(self.values)

    def __getitem__(self, i):
        i = checked(i, len(self), "the shared memory")
        if self.values[i] is None:
            raise Race(f"{Thread.now} reads shared[{i}], which nobody has written")
        if self.writer.get(i, Thread.now) is not Thread.now:
            raise Race(f"{Thread.now} reads shared[{i}], which {self.writer[i]} writes")
        self.readers.setdefault(i, set()).add(Thread.now)
        return self.values[i]

    def __setitem__(self, i, value):
        i = checked(i, len(self), "the shared memory")
        for other in self.readers.get(i, set()) | {self.writer.get(i, Thread.now)}:
            if other is not Thread.now:
                raise Race(f"{Thread.now} writes shared[{i}], which {other} uses")
        self.writer[i], self.values[i] = Thread.now, value


def launch(kernel, blocks, width, *arrays, shared=None):
    """Run kernel(t, *arrays) in `blocks` blocks of `width` threads each, in a random order.

    A `yield` in the kernel is a barrier: a thread waits there until all threads of its block have come.
    shared: how many numbers the shared memory of a block holds; by default, one for each thread.
    """
    for block in range(blocks):
        memory, order = Shared(shared or width), random.Random(block)
        waiting = [(Thread(block, thread, width, blocks, memory), None) for thread in range(width)]
        while waiting:
            memory.barrier()
            order.shuffle(waiting)
            before, waiting = waiting, []
            for Thread.now, steps in before:
                steps = kernel(Thread.now, *arrays) if steps is None else steps
                if inspect.isgenerator(steps) and next(steps, "end") != "end":
                    waiting.append((Thread.now, steps))
            if 0 < len(waiting) < len(before):
                raise Stuck(f"only {len(waiting)} of {len(before)} threads reach the barrier")


# %% [markdown]
# A first kernel, with one number for each thread; then the same with four neighbouring numbers for each
# thread, which looks tidy, and is the wrong order for a warp.

# %%
def double(t, x, y):
    i = t.block * t.width + t.thread
    if i < len(x):                      # bounds: the last block may have threads left over
        y[i] = 2 * x[i]


def double_four(t, x, y):
    first = 4 * (t.block * t.width + t.thread)
    for i in range(first, min(first + 4, len(x))):
        y[i] = 2 * x[i]


count = 1000
for kernel, blocks in [(double, 16), (double_four, 4)]:
    x, y = Memory(range(count)), Memory(np.zeros(count))
    launch(kernel, blocks, 64, x, y)
    print(f"{kernel.__name__:12} right: {np.array_equal(y.values, 2 * x.values)}   {x.accesses} reads, "
          f"{x.transactions} transactions")

fig, axes = plt.subplots(2, 1, figsize=(9, 2.6), sharex=True)
for ax, order, title in zip(axes, [np.arange(128) // 32, np.arange(128) % 4], [
        "one number each: a warp reads one line at a time",
        "four neighbours each: every read touches four lines"]):
    ax.imshow(order[None], cmap="cividis", aspect="auto", extent=(0, 128, 0, 1))
    for line in range(0, 129, 32):
        ax.axvline(line, color="r", lw=3)
    ax.set(yticks=[])
    ax.set_title(title, fontsize=10)
    ax.grid(False)
axes[1].set_xlabel("place in memory (red lines bound a transaction); dark is read first, bright last")
plt.show()

# %% [markdown]
# And the blocks of section 3? On a GPU, a block of threads computes a block of the result. It loads a block
# of each matrix into the shared memory, where all its threads use them. The emulator counts how much that
# saves.
#
# %%
def plain_product(t, a, b, c, n, size):
    i, j = t.block // (n // size) * size + t.thread // size, t.block % (n // size) * size + t.thread % size
    c[i * n + j] = sum(a[i * n + k] * b[k * n + j] for k in range(n))


def tiled_product(t, a, b, c, n, size):
    row, column = divmod(t.thread, size)
    i, j = t.block // (n // size) * size + row, t.block % (n // size) * size + column
    total = 0.0
    for first in range(0, n, size):
        t.shared[t.thread] = a[i * n + first + column]
        t.shared[size * size + t.thread] = b[(first + row) * n + j]
        yield                           # both blocks are there
        for k in range(size):
            total += t.shared[row * size + k] * t.shared[size * size + k * size + column]
        yield                           # all have used them
    c[i * n + j] = total


n, size = effort(32, fast=8, browser=16), effort(8, fast=4)
for kernel in (plain_product, tiled_product):
    a, b = (Memory(np.random.default_rng(seed).random(n * n)) for seed in (0, 1))
    c = Memory(np.zeros(n * n))
    launch(kernel, (n // size) ** 2, size * size, a, b, c, n, size, shared=2 * size * size)
    right = np.allclose(c.values.reshape(n, n), a.values.reshape(n, n) @ b.values.reshape(n, n))
    print(f"{kernel.__name__:14} right: {right}   {a.accesses + b.accesses:6} reads, "
          f"{a.transactions + b.transactions:5} transactions")

# %% [markdown]
# ### Exercise 15.6: a kernel that adds up
#
# A sum is not one number for each thread: the threads have to put their parts together. Write a kernel after
# which `sums[b]` is the sum of what block `b` has read. Each thread adds the numbers at its own index, then
# those one whole grid further (`t.blocks * t.width`), and so on, as long as there are any. This *grid-stride
# loop* works for any number of threads, and all its reads are coalesced. Then the block adds up the parts in
# `t.shared`, which holds `t.width` numbers (a power of two). One thread writes the result.

# %% tags=["exercise"]
def block_sum(t, x, sums):
    """A kernel: sums[b] is the sum of x[i] over the threads of block b, by a grid-stride loop."""
    ...


# %% tags=["check"]
grade("15.6", block_sum)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `for i in range(t.block * t.width + t.thread, len(x), t.blocks * t.width)`. Write the part to
# `t.shared[t.thread]`, then `yield`. The simplest end: thread 0 adds up everything. The faster one halves the
# number of active threads in each round, with a `yield` in every round, outside of any `if`.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def block_sum(t, x, sums):
#     total = 0.0
#     for i in range(t.block * t.width + t.thread, len(x), t.blocks * t.width):
#         total += x[i]
#     t.shared[t.thread] = total
#     yield
#     half = t.width // 2
#     while half:
#         if t.thread < half:
#             t.shared[t.thread] += t.shared[t.thread + half]
#         half //= 2
#         yield
#     if t.thread == 0:
#         sums[t.block] = t.shared[0]
# ```
# </details>

# %% [markdown]
# ## What you have learned
#
# - An array is a row of bytes and its strides. Views are free; reading against the order of memory is not.
# - Arithmetic intensity, FLOPs per byte moved, says whether arithmetic or memory is the limit.
# - Blocks raise the intensity. That is how BLAS, convolutions and kernels on a GPU work.
# - A fused kernel goes through memory once. Softmax can be fused, too, with a running maximum and sum.
# - The graph keeps activations for the way back; checkpoints trade time for that memory.
# - Profile first. Let nobody wait whom a worker could serve.
# - On a GPU, neighbouring threads should read neighbouring numbers, and a barrier stands between writing and
#   reading what others wrote.
#
# minigrad's page *Why it is fast* tells which of these ideas its kernels use. In lesson 16 you ask something
# else of a trained network: how much does it know, and does it know what it does not know?
