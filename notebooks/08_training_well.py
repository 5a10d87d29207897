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
# # 8. Training well
#
# A network, a loss, an optimizer: that is all there is, and still a training often goes wrong. The loss does
# not move. Or it falls and then explodes. Or it looks fine, and the network is useless on new data. In this
# lesson you learn what the craft knows against it: how to begin (initial weights), how to keep numbers in
# range (normalisation), how not to learn by heart (dropout, weight decay, label smoothing), how fast to go
# (schedules, clipping), and how to find out what is wrong (loss curves, anomaly mode).
#
# You need lessons 3, 5 and 7. The lesson takes about an hour, with all six exercises somewhat more. Its
# sections are nearly independent of each other, so you can take it in two halves.

# %% tags=["setup", "remove-cell"]
# Where minigrad is missing, such as in a browser or in Colab, this cell installs it.
try:
    import minigrad.course
except ImportError:
    print("Installing minigrad: this takes a moment.")
    # %pip install -q minigrad-edu matplotlib

# %%
import math
import re

import matplotlib.pyplot as plt
import numpy as np

import minigrad
from minigrad import nn, optim
from minigrad.course import effort, grade
from minigrad.data import DataLoader, TensorDataset, mnist
from minigrad.nn import functional as F
from minigrad.train import Trainer
from minigrad.visual import gradient_statistics

minigrad.manual_seed(0)
plt.rcParams.update({"figure.dpi": 90, "figure.constrained_layout.use": True, "axes.grid": True,
                     "grid.alpha": 0.3, "axes.spines.top": False, "axes.spines.right": False})

# %% [markdown]
# The data are handwritten digits, 28 by 28 grey pixels, each with its *label*, the digit 0 to 9 that it
# shows. We train on a few thousand, so that a training takes a second or two, and judge on others: the
# *validation* images. The network is a *multi-layer perceptron*: linear layers with ReLU, $\max(0, x)$,
# between them. Its loss is the cross entropy. Whoever gives each of ten classes the probability 0.1 has the
# loss $\ln 10 = 2.303$: that is the baseline to beat. (A loss made of natural logarithms is said to be in
# *nats*.)

# %%
images, labels = mnist("train")
count, others = effort(4000, fast=300, browser=1500), effort(2000, fast=200, browser=500)
images = images[:count + others].reshape(count + others, -1) / np.float32(255)
images = (images - images[:count].mean()) / images[:count].std()        # mean 0, variance 1, as in lesson 7
x, y = minigrad.tensor(images[:count]), minigrad.tensor(labels[:count])
x_val, y_val = minigrad.tensor(images[count:]), minigrad.tensor(labels[count:count + others])


def network(*sizes):
    """Linear layers of these sizes, with ReLU between them."""
    layers = []
    for n_in, n_out in zip(sizes, sizes[1:]):
        layers += [nn.Linear(n_in, n_out), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def validate(model):
    """(loss, fraction read right) on the validation images, in evaluation mode."""
    model.eval()
    with minigrad.no_grad():
        logits = model(x_val)
    model.train()
    return (F.cross_entropy(logits, y_val).item(),
            (logits.argmax(1) == y_val).float().mean().item())


def train(model, optimizer, steps, *, scheduler=None, count=count, order=None, targets=y, every=20, stop=1e9):
    """Train in batches of 50 on the first `count` images, until a loss is above `stop`.

    Returns (the loss of every step, [(step, validation loss)]).
    """
    rng = np.random.default_rng(0)
    losses, validation = [], []
    for step in range(steps):
        start = step * 50 % (count - count % 50)
        if start == 0:
            rows = rng.permutation(count) if order is None else order
        batch = minigrad.tensor(rows[start:start + 50])
        loss = F.cross_entropy(model(x[batch]), targets[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if scheduler:
            scheduler.step()
        losses.append(loss.item())
        if losses[-1] > stop:
            break
        if step % every == every - 1:
            validation.append((step, validate(model)[0]))
    return np.array(losses), np.array(validation)


def smooth(values, width=15):
    """The mean over the last `width` values; fewer at the beginning."""
    sums = np.cumsum(np.insert(values, 0, 0.0))
    ends = np.arange(1, len(values) + 1)
    starts = np.maximum(ends - width, 0)
    return (sums[ends] - sums[starts]) / (ends - starts)


print(f"{len(x):,} images for training, {len(x_val):,} for validation, {x.shape[1]} pixels each")

# %% [markdown]
# ## How to begin: the size of the weights
#
# A neuron computes $y = \sum_j w_j x_j$ over its $n$ inputs. Let the weights be random, independent, with
# mean 0. Then the products $w_j x_j$ have mean 0, too, and variances of independent numbers add up:
#
# $$\operatorname{Var}(y) = n \cdot \operatorname{Var}(w) \cdot \overline{x^2}.$$
#
# So each layer multiplies the size of the numbers, squared, by $n \operatorname{Var}(w)$. After 20 layers it
# is this factor to the power of 20. If it is 0.5, a millionth is left. If it is 2, a million has come of it.
# There is only one good value: 1. The gradient on the way back passes the same weights, and the same thing
# happens to it.
#
# **ReLU** sets the negative half of its inputs to 0. Because $y$ is symmetric around 0, that halves the mean
# square, so the variance of the weights must make up for it:
#
# $$\operatorname{Var}(w) = \frac{2}{n},$$
#
# as Kaiming He and others derived in 2015 (*Delving Deep into Rectifiers*).
#
# **tanh** is close to the identity for small inputs, so there $1/n$ is right. Xavier Glorot and Yoshua Bengio
# (2010) took the mean of the number of inputs (which matters on the way forward) and of outputs (on the way
# back): $\operatorname{Var}(w) = 2 / (n_\text{in} + n_\text{out})$.
#
# We send images through 20 layers of random weights and look at the *root mean square*,
# $\sqrt{\overline{x^2}}$, of each layer's output, and at that of the gradient that comes back.

# %%
depth, width = 20, effort(256, fast=64, browser=128)


def signal(std, activation):
    """Root mean squares (of the outputs, of their gradients), layer by layer; the outputs of layer 10."""
    weights = minigrad.randn(784, width) / 28
    h, hs = x[:200] @ weights, []
    for _ in range(depth):
        h = activation(h @ (std * minigrad.randn(width, width)))
        if not hs:
            h = h.detach().requires_grad_()
        h.retain_grad()
        hs.append(h)
    (h * minigrad.randn(*h.shape)).sum().backward()
    size = [(each ** 2).mean().sqrt().item() for each in hs]
    back = [(each.grad ** 2).mean().sqrt().item() for each in hs]
    return size, back, hs[9].detach().numpy().ravel()


choices = [("0.01", 0.01, "C0o-"), ("$\\sqrt{1/n}$", math.sqrt(1 / width), "C1s-"),
           ("$\\sqrt{2/n}$, Kaiming", math.sqrt(2 / width), "C2^-"), ("0.2", 0.2, "C3d-")]
fig, axes = plt.subplots(1, 2, figsize=(10, 3.2), sharex=True)
for name, std, style in choices:
    forward, back, _ = signal(std, minigrad.relu)
    axes[0].semilogy(range(1, depth + 1), forward, style, markersize=4, label=f"std {name}")
    axes[1].semilogy(range(1, depth + 1), back, style, markersize=4)
axes[0].set(xlabel="layer", ylabel="root mean square", title="output of each layer, with ReLU",
            xticks=[1, 5, 10, 15, 20])
axes[1].set(xlabel="layer", ylabel="root mean square", title="gradient of each layer's output")
axes[0].legend(fontsize=8)
plt.show()

# %% [markdown]
# The scale is logarithmic: too small, and nothing reaches the end; too large, and it explodes; with Kaiming's
# choice the signal arrives. For tanh, the picture of a single layer tells more. Too small, and all outputs
# are near 0. Too large, and they stick to -1 and 1, where tanh is flat and its slope, through which the
# gradient has to pass, is almost 0.

# %%
fig, axes = plt.subplots(1, 3, figsize=(10, 2.4))
for ax, (name, std) in zip(axes, [("0.01: too small", 0.01), ("$\\sqrt{1/n}$: Xavier", math.sqrt(1 / width)),
                                  ("0.3: too large", 0.3)]):
    ax.hist(signal(std, minigrad.tanh)[2], bins=np.linspace(-1, 1, 61), density=True)
    ax.set(xlabel="output of layer 10", ylabel="density", title=f"tanh, std {name}")
plt.show()

# %% [markdown]
# ### Exercise 8.1: how large the weights of a layer should be
#
# Write Kaiming's standard deviation for a layer with ReLU. The weight of a linear layer has the shape
# (outputs, inputs). That of a convolution, which you meet in the next lesson, has the shape (outputs,
# channels, K, K); there, each neuron sees K times K pixels of every channel. When it is right, a network of
# eleven layers is trained from your weights.

# %% tags=["exercise"]
def kaiming_std(shape):
    """The standard deviation sqrt(2 / n) of a weight of this shape; n is the number of inputs of a neuron."""
    ...


# %% tags=["check"]
grade("8.1", kaiming_std)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Every size but the first counts the inputs of a neuron. `math.prod` multiplies the numbers of a tuple.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def kaiming_std(shape):
#     return math.sqrt(2 / math.prod(shape[1:]))
# ```
# </details>

# %% [markdown]
# In the library these are functions that fill a tensor. A new `nn.Linear` has yet another choice, the one of
# PyTorch: uniform between $-1/\sqrt{n}$ and $1/\sqrt{n}$, whose variance is $1/(3n)$. For a few layers it
# does; a deep network with ReLU needs Kaiming's, or normalisation, to which we come now.

# %%
layer = nn.Linear(400, 300)
print(f"a new nn.Linear        standard deviation {layer.weight.std().item():.4f}, "
      f"by the formula {math.sqrt(1 / 3 / 400):.4f}")
nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
print(f"nn.init.kaiming_normal_                   {layer.weight.std().item():.4f}, "
      f"by the formula {math.sqrt(2 / 400):.4f}")
nn.init.xavier_normal_(layer.weight)
print(f"nn.init.xavier_normal_                    {layer.weight.std().item():.4f}, "
      f"by the formula {math.sqrt(2 / 700):.4f}")

# %% [markdown]
# ## Keeping numbers in range: normalisation
#
# Good initial weights keep the numbers in range at the *start*. Training changes the weights, and who keeps
# them in range then? *Normalisation layers* do: they subtract a mean and divide by a standard deviation, in
# the middle of the network, at every step. They differ in what they average over. The output of a layer for a
# batch is a table with a row per image and a column per *feature* (one neuron's output):
#
# - **batch norm** (Ioffe and Szegedy 2015) takes each *column*: a feature over all images of the batch;
# - **layer norm** (Ba, Kiros and Hinton 2016) takes each *row*: all features of one image.
#
# $$\hat x = \frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}} \qquad\qquad y = \gamma\, \hat x + \beta$$
#
# $\varepsilon$, a small number, saves us from a division by 0. The *weight* $\gamma$ and the *bias* $\beta$,
# one pair per feature, are learned: if the network is better off with another scale, it can have it. They
# begin as 1 and 0.

# %%
table = np.random.default_rng(3).normal([0, 4, -2, 1, 0], [1, 1, 3, 0.3, 1], (6, 5)).astype(np.float32)
table[2] *= 2
eps = 1e-5
by_batch = (table - table.mean(axis=0)) / np.sqrt(table.var(axis=0) + eps)
by_layer = (table - table.mean(axis=1, keepdims=True)) / np.sqrt(table.var(axis=1, keepdims=True) + eps)

tensor = minigrad.tensor(table)
for norm, by_hand in [(nn.BatchNorm1d(5), by_batch), (nn.LayerNorm(5), by_layer)]:
    difference = abs(norm(tensor).detach().numpy() - by_hand).max()
    print(f"largest difference to nn.{type(norm).__name__}: {difference:.0e}")

fig, axes = plt.subplots(1, 3, figsize=(10, 2.7))
for ax, values, title in [(axes[0], table, "a batch of 6 images, 5 features"),
                          (axes[1], by_batch, "batch norm: each column mean 0"),
                          (axes[2], by_layer, "layer norm: each row mean 0")]:
    ax.imshow(values, cmap="PuOr", vmin=-8, vmax=8, aspect="auto")
    for (i, j), value in np.ndenumerate(values):
        ax.text(j, i, f"{value:.1f}", ha="center", va="center", fontsize=8,
                color="white" if abs(value) > 5 else "black")
    ax.set(title=title, xlabel="feature", ylabel="image", xticks=range(5), yticks=range(6))
    ax.grid(False)
plt.show()

# %% [markdown]
# ### What batch norm does after eval()
#
# There is a trap in batch norm: what a network says about one image depends on which other images are in the
# batch. For training that is harmless, even useful, as a kind of noise. In use it is a nuisance, and with a
# single image there is nothing to take a variance of. So the layer keeps *running* averages of the means and
# variances that it has seen,
#
# $$\text{running} \leftarrow (1 - m) \cdot \text{running} + m \cdot \text{of this batch},$$
#
# with a *momentum* $m$ of 0.1, and after `model.eval()` it uses these instead. (For `running_var` it takes
# the *unbiased* variance of the batch, with $n - 1$ in place of $n$: it is meant as an estimate for all
# data.) Layer norm averages within one image, has no such trap and no running averages, and does the same in
# both modes. Transformers use it.

# %%
model = nn.Sequential(nn.Linear(784, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 10))
train(model, optim.SGD(model.parameters(), lr=0.05), effort(100, fast=10, browser=100))


def said(company):
    """The probability of the right digit for the first image, in a batch with these others."""
    with minigrad.no_grad():
        return F.softmax(model(minigrad.cat([x_val[:1], company])), dim=1)[0, y_val[0].item()].item()


companies = [x_val[i:i + 8] for i in range(1, 41, 8)]
model.train()
print("training mode, five different companies:", *(f"{said(each):.3f}" for each in companies))
model.eval()
print("after eval(), the same companies:       ", *(f"{said(each):.3f}" for each in companies))

# %% [markdown]
# If you forget `eval()`, the accuracy looks noisy and depends on the batch size; it is one of the most
# frequent bugs there is.
#
# ### Exercise 8.2: batch normalisation
#
# Write the `forward` of a batch norm for tables (rows, features). In training mode (`self.training` is true)
# it normalises with mean and variance of the batch and moves the running averages; after `eval()` it uses the
# running averages and changes nothing. `x.var(0, correction=0)` is the variance with $n$, `x.var(0)` the one
# with $n - 1$. The running averages are no part of what is differentiated: take `mean.detach()`, or work
# inside `with minigrad.no_grad():`. When it is right, a deep network is trained without and with your layer.

# %% tags=["exercise"]
class BatchNorm(nn.Module):
    """Give each feature (column) mean 0 and variance 1, then scale by weight and shift by bias."""

    def __init__(self, features, momentum=0.1, eps=1e-5):
        super().__init__()
        self.momentum, self.eps = momentum, eps
        self.weight = nn.Parameter(minigrad.ones(features))
        self.bias = nn.Parameter(minigrad.zeros(features))
        self.register_buffer("running_mean", minigrad.zeros(features))
        self.register_buffer("running_var", minigrad.ones(features))

    def forward(self, x):
        """(N, features) -> (N, features)"""
        ...


# %% tags=["check"]
grade("8.2", BatchNorm)

# %% [markdown]
# <details><summary>Hint</summary>
#
# First `if self.training:` compute `mean` and `var` of the batch, and update; `else:` take the running ones
# as `mean` and `var`. The formula at the end is the same for both.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# class BatchNorm(nn.Module):
#     def __init__(self, features, momentum=0.1, eps=1e-5):
#         super().__init__()
#         self.momentum, self.eps = momentum, eps
#         self.weight = nn.Parameter(minigrad.ones(features))
#         self.bias = nn.Parameter(minigrad.zeros(features))
#         self.register_buffer("running_mean", minigrad.zeros(features))
#         self.register_buffer("running_var", minigrad.ones(features))
#
#     def forward(self, x):
#         if self.training:
#             mean, var = x.mean(0), x.var(0, correction=0)
#             m = self.momentum
#             with minigrad.no_grad():
#                 self.running_mean = (1 - m) * self.running_mean + m * x.mean(0)
#                 self.running_var = (1 - m) * self.running_var + m * x.var(0)
#         else:
#             mean, var = self.running_mean, self.running_var
#         return (x - mean) / minigrad.sqrt(var + self.eps) * self.weight + self.bias
# ```
# </details>

# %% [markdown]
# ## Not learning by heart: dropout
#
# A network with more parameters than examples can learn every example by heart; you saw it in lesson 7.
# *Dropout* (Srivastava et al. 2014) makes that hard. In training, each number that passes is set to 0 with
# probability $p$, anew at every step. No neuron can rely on one particular other neuron, so the network has
# to know things in several ways.
#
# After `eval()` nothing is dropped: in use, we want all it knows. But then a neuron with 1000 inputs would
# suddenly get a sum of all 1000, where it was used to one of $(1 - p) \cdot 1000$. To keep the sums the same
# on average, the kept numbers are *divided by* $1 - p$ in training. This is *inverted* dropout, which all
# frameworks use; nothing needs to be done in use.

# %%
rng = np.random.default_rng(0)
h, p = np.ones(1000), 0.4
kept = rng.random((2000, 1000)) >= p
print(f"sum of 1000 ones                                {h.sum():6.0f}")
print(f"mean sum over 2000 masks, p = {p}, not scaled    {(h * kept).sum(axis=1).mean():6.0f}")
print(f"the same, divided by 1 - p                      {(h * kept / (1 - p)).sum(axis=1).mean():6.0f}")

fig, axes = plt.subplots(1, 3, figsize=(9, 2.6))
digit = (images[0].reshape(28, 28) - images.min()) / (images.max() - images.min())
for ax, p in zip(axes, [0.0, 0.2, 0.5]):
    ax.imshow(digit * (rng.random((28, 28)) >= p) / (1 - p), cmap="gray_r", vmin=0, vmax=2)
    ax.set_title("an image" if p == 0 else f"dropout with p = {p}", fontsize=9)
    ax.set_axis_off()
plt.show()

# %% [markdown]
# ### Exercise 8.3: dropout
#
# `minigrad.rand(*x.shape)` draws numbers between 0 and 1, and `(... >= p).float()` makes 1 of those that are
# at least $p$, 0 of the others. When it is right, a network learns 300 digits without and with your layer.

# %% tags=["exercise"]
class Dropout(nn.Module):
    """In training, set each number to 0 with probability p and divide the others by 1 - p."""

    def __init__(self, p=0.5):
        super().__init__()
        self.p = p

    def forward(self, x):
        ...


# %% tags=["check"]
grade("8.3", Dropout)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `self.training` says whether the module is in training mode. If it is not, return `x`.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# class Dropout(nn.Module):
#     def __init__(self, p=0.5):
#         super().__init__()
#         self.p = p
#
#     def forward(self, x):
#         if not self.training:
#             return x
#         mask = (minigrad.rand(*x.shape) >= self.p).float()
#         return x * mask / (1 - self.p)
# ```
# </details>

# %% [markdown]
# ## How fast to go: the learning rate and its schedule
#
# Of all settings the learning rate matters most. A *range test* (Smith 2017, *Cyclical Learning Rates*) finds
# its order of magnitude in one short run: raise it at every step by a constant factor, from far too small to
# far too large, and watch the loss. Too small: nothing happens. Then the loss falls. At some point it rises
# and explodes. A good learning rate is several times smaller than the one at which it begins to rise.

# %%
steps = effort(150, fast=20, browser=80)
model = network(784, 64, 64, 10)
optimizer = optim.SGD(model.parameters(), lr=1e-3)
rate = optim.lr_scheduler.ExponentialLR(optimizer, gamma=10_000 ** (1 / steps))      # from 0.001 to 10
tested, _ = train(model, optimizer, steps, scheduler=rate, every=steps + 1, stop=5)
rates = 1e-3 * 10_000 ** (np.arange(len(tested)) / steps)

fig, ax = plt.subplots(figsize=(6, 3))
ax.plot(rates, tested, "C0", alpha=0.25)
ax.plot(rates, smooth(tested, 8), "C0", label="mean of 8 steps")
ax.axhline(math.log(10), color="k", linestyle=":", label="a guess, ln 10")
ax.set(xscale="log", xlabel="learning rate of SGD", ylabel="loss in nats", ylim=(0, 5), title="Range test")
ax.legend()
plt.show()

# %% [markdown]
# One rate for the whole training is a compromise. At the beginning, the weights are random and gradients
# point anywhere; large steps would do damage. In the middle, large steps make progress. In the end, they only
# jump around the minimum, and small ones settle. A *schedule* says which factor the learning rate has at each
# step:
#
# - **warm-up**: grow from almost 0 to 1 over the first steps;
# - **cosine** (Loshchilov and Hutter 2017, *SGDR*): fall from 1 to 0 along half a turn of the cosine, slowly
#   at first, fast in the middle, slowly at the end;
# - **one cycle** (Smith and Topin 2018, *Super-Convergence*): a long warm-up to a high peak, then down to
#   almost nothing.
#
# In the library a scheduler sets the optimizer's learning rate; you call `scheduler.step()` after each
# `optimizer.step()`.

# %%
steps = effort(400, fast=30, browser=150)
peak = 0.4


def scheduled(make):
    """A network's losses with SGD under a scheduler, its validation, and the learning rates it had."""
    minigrad.manual_seed(1)
    model = network(784, 64, 64, 10)
    optimizer = optim.SGD(model.parameters(), lr=peak)
    scheduler, rates = make(optimizer), []

    class Noting:
        def step(self):
            rates.append(optimizer.param_groups[0]["lr"])
            if scheduler:
                scheduler.step()
    losses, _ = train(model, optimizer, steps, scheduler=Noting(), every=steps + 1)
    return losses, validate(model), rates


schedules = {
    "constant": lambda optimizer: None,
    "cosine": lambda optimizer: optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=steps),
    "one cycle": lambda optimizer: optim.lr_scheduler.OneCycleLR(optimizer, peak, total_steps=steps + 1,
                                                                   cycle_momentum=False),
}
fig, axes = plt.subplots(1, 2, figsize=(10, 3))
for (name, make), style in zip(schedules.items(), ["C0-", "C1--", "C2-."]):
    losses, (loss, right), rates = scheduled(make)
    axes[0].plot(rates, style, label=name)
    axes[1].plot(smooth(losses, 30), style, label=name)
    print(f"{name:10} training loss of the last 50 steps {losses[-50:].mean():.3f}, "
          f"validation loss {loss:.3f}, {right:.1%} read right")
axes[0].set(xlabel="step", ylabel="learning rate", title="three schedules")
axes[1].set(xlabel="step", ylabel="loss in nats", yscale="log", title="training loss, mean of 30 steps")
axes[0].legend()
plt.show()

# %% [markdown]
# ### Exercise 8.4: warm-up, then a cosine
#
# With $w$ steps of warm-up and $t$ steps in all, the factor of step $s = 0, 1, 2, \ldots$ is
#
# $$\frac{s + 1}{w} \;\text{ for } s < w, \qquad \frac{1}{2} \left(1 + \cos\!\left(\pi\, \frac{s - w}{t -
# w}\right)\right) \;\text{ from then on,}$$
#
# and 0 after step $t$. When it is right, your schedule goes into `optim.lr_scheduler.LambdaLR`, and Adam
# trains with it.

# %% tags=["exercise"]
def warmup_cosine(step, warmup, total):
    """The factor of the learning rate at a step, counted from 0: up to 1 in `warmup` steps, 0 at `total`."""
    ...


# %% tags=["check"]
grade("8.4", warmup_cosine)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `if step < warmup:` return the first formula. After that, let the fraction be at most 1:
# `min(1, (step - warmup) / (total - warmup))`. `math.cos` takes radians.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def warmup_cosine(step, warmup, total):
#     if step < warmup:
#         return (step + 1) / warmup
#     done = min(1, (step - warmup) / (total - warmup))
#     return (1 + math.cos(math.pi * done)) / 2
# ```
# </details>

# %% [markdown]
# ## Weight decay: two things under one name
#
# Large weights make a function that jumps. To keep them small one can
#
# - add $\frac{\lambda}{2} \lVert w \rVert^2$ to the loss, so that its gradient grows by $\lambda w$: **L2
#   regularisation**; or
# - shrink the weights directly, $w \leftarrow w - \eta \lambda w$, at each step: **decoupled weight decay**.
#
# For plain SGD both are the same. For Adam they are not, as Loshchilov and Hutter (2019, *Decoupled Weight
# Decay Regularization*) noticed: Adam divides the gradient of each weight by its typical size. If $\lambda w$
# is part of the gradient, it is divided, too, and weights with large gradients hardly shrink.
# `optim.Adam(weight_decay=...)` does the first, `optim.AdamW` the second. We give both nothing to learn, only
# noise as gradients, large for one half of the weights and small for the other:

# %%
def decayed(kind, steps):
    """How the means of two groups of 200 weights shrink under gradients that are noise of size 10 and 0.1."""
    weights = minigrad.ones(2, 200, requires_grad=True)
    size = minigrad.tensor([[10.0], [0.1]])
    optimizer, means = kind([weights], lr=0.005, weight_decay=0.2), []
    for _ in range(steps):
        weights.grad = size * minigrad.randn(2, 200)
        optimizer.step()
        means.append(weights.detach().numpy().mean(axis=1))
    return np.array(means)


steps = effort(600, fast=30, browser=300)
fig, axes = plt.subplots(1, 2, figsize=(9, 2.7), sharey=True)
for ax, kind, title in [(axes[0], optim.Adam, "Adam, L2 in the gradient"),
                        (axes[1], optim.AdamW, "AdamW, decoupled")]:
    means = decayed(kind, steps)
    ax.plot(means[:, 0], "C0-", label="large gradients")
    ax.plot(means[:, 1], "C1--", label="small gradients")
    ax.set(xlabel="step", ylabel="mean weight", title=title, ylim=(0, 1.1))
    print(f"{title:25} mean weight at the end: {means[-1, 0]:.2f} with large gradients, "
          f"{means[-1, 1]:.2f} with small")
axes[0].legend()
plt.show()

# %% [markdown]
# ## A seat belt: clipping gradients
#
# Now and then a batch has a huge gradient: a damaged file, a rare word, a steep place of the loss. One step
# then ruins what a thousand have built. *Clipping* limits the damage: if the *norm* of all gradients
# together, the root of the sum of all squares, is above a maximum, all of them are multiplied by the same
# factor, so that the norm is the maximum. The direction stays. Here, one batch arrives whose pixels were not
# scaled; they are 255 times too large.

# %%
steps, bad = effort(160, fast=30, browser=100), effort(80, fast=15, browser=50)


def with_a_bad_batch(max_norm):
    """The losses of a training whose batch number `bad` is not scaled."""
    minigrad.manual_seed(2)
    model = network(784, 64, 10)
    optimizer, losses = optim.SGD(model.parameters(), lr=0.1), []
    for step in range(steps):
        rows = slice(step * 50 % (count - 49), step * 50 % (count - 49) + 50)
        loss = F.cross_entropy(model(x[rows] * (255 if step == bad else 1)), y[rows])
        optimizer.zero_grad()
        loss.backward()
        if max_norm:
            nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        losses.append(loss.item())
    return np.array(losses)


fig, ax = plt.subplots(figsize=(6.5, 3))
for max_norm, style in [(None, "C3-"), (1.0, "C0--")]:
    losses = with_a_bad_batch(max_norm)
    name = f"clipped to norm {max_norm:g}" if max_norm else "not clipped"
    ax.plot(np.where(np.isfinite(losses), losses, np.nan), style, label=name)
    print(f"{name:20} mean of 10 losses before it {losses[:bad][-10:].mean():6.2f}, "
          f"of the last 10 {losses[-10:].mean():8.2f}")
ax.axhline(math.log(10), color="k", linestyle=":", label="a guess, ln 10")
ax.set(xlabel="step", ylabel="loss in nats", yscale="log", title="One batch that was not scaled")
ax.legend(fontsize=8)
plt.show()

# %% [markdown]
# ### Exercise 8.5: clip by the norm of all gradients
#
# `gradients` is a list of arrays of any shapes. Return a list of arrays of the same shapes; gradients whose
# norm is not above the maximum stay as they are.

# %% tags=["exercise"]
def clip_by_global_norm(gradients, max_norm):
    """A list of NumPy arrays, scaled so that the norm of all together is at most max_norm."""
    ...


# %% tags=["check"]
grade("8.5", clip_by_global_norm)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Add up `(g ** 2).sum()` over all arrays, then take the root once. What if the norm is small enough already?
# And if it is 0?
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def clip_by_global_norm(gradients, max_norm):
#     norm = math.sqrt(sum((g ** 2).sum() for g in gradients))
#     if norm <= max_norm:
#         return gradients
#     return [g * (max_norm / norm) for g in gradients]
# ```
# </details>

# %% [markdown]
# ## Less sure of itself: label smoothing
#
# The cross entropy wants the probability 1 for the correct class, and that takes infinite scores, or
# *logits*. So the network grows them as long as it is trained, and gets more and more sure of itself, even
# where it is wrong. *Label smoothing* (Szegedy et al. 2016, *Rethinking the Inception Architecture*,
# section 7) wants a little less: with $V$ classes and a smoothing $s$, the truth is the correct class with
# weight $1 - s$, and all $V$ classes, the correct one included, share the rest evenly. With the
# probabilities $p_k$ of the network, among them $p_t$ of the correct class $t$, the loss of a sample is
#
# $$L = -(1 - s) \ln p_t \;-\; \frac{s}{V} \sum_{k=1}^{V} \ln p_k .$$
#
# ### Exercise 8.6: label smoothing
#
# `F.log_softmax(logits, dim=1)` gives all $\ln p_k$, without the accident that $p_k$ is rounded to 0 and has
# no logarithm. When it is right, two networks are trained with your loss, one with $s = 0$, one with $s =
# 0.2$.
#
# %% tags=["exercise"]
def smoothed_cross_entropy(logits, target, smoothing):
    """Mean loss of a batch: tensors logits (N, V) and target (N,), the correct classes -> ()"""
    ...


# %% tags=["check"]
grade("8.6", smoothed_cross_entropy)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `log_p[minigrad.arange(len(target)), target]` picks the number of the correct class in each row. The second
# term is $s$ times a mean over the classes, `log_p.mean(1)`.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def smoothed_cross_entropy(logits, target, smoothing):
#     log_p = F.log_softmax(logits, dim=1)
#     right = log_p[minigrad.arange(len(target)), target]
#     return -((1 - smoothing) * right + smoothing * log_p.mean(1)).mean()
# ```
# </details>

# %% [markdown]
# In the library it is `F.cross_entropy(logits, target, label_smoothing=0.2)`.
#
# ## Reading a loss curve
#
# A doctor reads a temperature chart; you read the loss. Below are six trainings, each with one disease. Thick
# and blue is the training loss, dashed and orange the validation loss, thin and grey a healthy training for
# comparison. Look at each and make a guess before you read on.

# %%
steps = effort(300, fast=40, browser=150)


def ill(lr=0.1, kind=optim.SGD, scale=1.0, **settings):
    """A training with one setting that is wrong."""
    minigrad.manual_seed(3)
    model = network(784, 64, 64, 10)
    with minigrad.no_grad():
        for p in model.parameters():
            p *= scale
    return train(model, kind(model.parameters(), lr=lr), steps, every=10, **settings)


healthy, _ = ill()
shuffled = minigrad.tensor(np.random.default_rng(0).permutation(y.numpy()))
patients = {
    "A": ill(lr=0.7),
    "B": ill(lr=0.01),
    "C": ill(kind=optim.Adam, lr=0.003, count=effort(200, fast=50)),
    "D": ill(scale=12.0, lr=0.001),
    "E": ill(kind=optim.Adam, lr=0.001, targets=shuffled),
    "F": ill(order=np.argsort(y.numpy(), kind="stable")),
}
fig, axes = plt.subplots(2, 3, figsize=(10, 5), sharex=True)
for ax, (name, (losses, validation)) in zip(axes.flat, patients.items()):
    ax.plot(smooth(healthy), color="0.6", linewidth=1, label="healthy, training")
    ax.plot(smooth(losses, 5), "C0", label="training")
    ax.plot(*validation.T, "C1--", label="validation")
    ax.axhline(math.log(10), color="k", linestyle=":", linewidth=1)
    ax.set(title=name, yscale="log", ylabel="loss in nats", ylim=(min(0.08, smooth(losses, 5).min()), None))
    ax.yaxis.set_minor_formatter("")
for ax in axes[1]:
    ax.set_xlabel("step")
axes[0, 0].legend(fontsize=7)
plt.show()

# %% [markdown]
# <details><summary>The six diagnoses</summary>
#
# | | what you see | disease | remedy |
# |---|---|---|---|
# | A | it jumps, and falls late or never | learning rate too large | divide it by 3 or 10; warm up; clip |
# | B | a smooth line that has only begun to fall | learning rate too small | multiply it by 3 or 10 |
# | C | training falls towards 0, validation rises | overfitting | more data, dropout, stop early |
# | D | begins far above $\ln 10$ | initial weights too large | Kaiming's; normalisation |
# | E | validation never gets below $\ln 10$ | labels belong to other images | look at your data |
# | F | saw-teeth; validation stays bad | the classes come in order | shuffle |
#
# </details>
#
# Before you train for an hour, three checks take a minute. The first loss should be about $\ln$ of the number
# of classes. A network should be able to learn ten examples by heart; if not, it has a bug. And look at a few
# images *as the network gets them*, with their labels.
#
# If the loss is the thermometer, the gradients are the blood count. `gradient_statistics` looks at them and
# says what it finds:

# %%
layers = [nn.Linear(784, 64), nn.Sigmoid()]
for _ in range(8):
    layers += [nn.Linear(64, 64), nn.Sigmoid()]
deep = nn.Sequential(*layers, nn.Linear(64, 10))
F.cross_entropy(deep(x[:50]), y[:50]).backward()
for hint in gradient_statistics(deep).hints:
    print(hint)

# %% [markdown]
# ## Where does the NaN come from?
#
# *NaN*, not a number, is what $0/0$ or $\infty - \infty$ give. It is contagious: whatever is computed with it
# is NaN, so one step later all weights are. When you see it in the loss, its origin is long gone. There are
# two ways to find it.
#
# **Anomaly mode** checks each operation, forward and backward, and stops at the first that makes NaN or
# infinity of finite numbers. Take the length of a vector, $\sqrt{\textstyle\sum v^2}$. For $v = 0$ its value
# is 0, nothing wrong. But the square root has an infinite slope there, and the chain rule multiplies it by 0:

# %%
v = minigrad.zeros(3, requires_grad=True)
length = minigrad.sqrt((v ** 2).sum())
length.backward()
print("length", length.item(), " gradient", v.grad.tolist())


def told(error):
    """The message of an error; of a file, only the line of code is of interest."""
    return re.sub(r"\S*[/\\]\S*:(\d+), in \S+: ", r"line \1: ", str(error))


try:
    with minigrad.detect_anomaly():
        length = minigrad.sqrt((v ** 2).sum())
        length.backward()
except RuntimeError as error:
    print(told(error))

# %% [markdown]
# The remedy is to add a small number under the root, as normalisation layers do with $\varepsilon$.
#
# Anomaly mode is slow, so it is off unless you ask. minigrad's `Trainer`, the training loop from lesson 7,
# watches in another way: it only looks whether loss and gradients are finite, stops *before* the step that
# would spoil the weights, and then repeats that step under watch to tell where it began. Here are three
# broken trainings: a pixel that is NaN, a loss that takes the logarithm of a probability that was rounded to
# 0, and a layer that computes lengths, as above.

# %%
class Distances(nn.Module):
    """Minus the distances of each image to ten learned centres, which begin at 0, as logits."""

    def __init__(self):
        super().__init__()
        self.centres = nn.Parameter(minigrad.zeros(10, 784))

    def forward(self, x):
        return -minigrad.sqrt(((x[:, None] - self.centres) ** 2).sum(2))


def unsafe_loss(logits, target):
    p = F.softmax(logits, dim=1)
    return -minigrad.log(p[minigrad.arange(len(target)), target]).mean()


damaged = images[:200].copy()
damaged[120, 300] = np.nan
blank = images[:200].copy()
blank[7] = 0.0
for name, model, loss, data, lr in [
        ("a pixel", network(784, 32, 10), F.cross_entropy, damaged, 0.1),
        ("the logarithm", network(784, 32, 10), unsafe_loss, images[:200], 10.0),
        ("the length", Distances(), F.cross_entropy, blank, 0.1)]:
    trainer = Trainer(model, loss, optim.SGD(model.parameters(), lr=lr))
    batches = DataLoader(TensorDataset(minigrad.tensor(data), y[:200]), batch_size=50)
    try:
        trainer.fit(batches, epochs=20, verbose=False)
    except FloatingPointError as error:
        print(f"{name.upper()}: {told(error)}\n")

# %% [markdown]
# ## What you have learned
#
# - Each layer multiplies the size of the numbers, and of the gradients. The variance $2/n$ keeps both for
#   ReLU.
# - Batch norm averages over the batch in training and uses running averages after `eval()`; layer norm
#   averages within one example and does always the same.
# - Dropout sets numbers to 0 in training and scales the rest, so that nothing needs to be done in use.
# - A range test finds the learning rate, a schedule warms up and cools down, clipping is a seat belt.
# - Weight decay belongs outside of Adam's gradient: AdamW.
# - A loss curve tells its disease; anomaly mode and the `Trainer` tell where a NaN was born.
#
# In lesson 9 you use all of it to read digits with a network that knows that pixels have neighbours.
