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
# # 5. Layers, losses and optimizers, written out
#
# You know the engine. What stands on it is small: a *layer* is a function with parameters, a *loss* is one
# number that says how wrong the result is, an *optimizer* changes the parameters a little, and a *loop*
# repeats it. In this lesson you write one of each. None of them needs more than ten lines, and each of yours
# will train a network that reads digits, in place of minigrad's own.
#
# You need lesson 4 (of it, mainly what `backward` does). The lesson takes a good hour.

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
from minigrad.course import grade
from minigrad.course.amounts import effort
from minigrad.data import DataLoader, TensorDataset, mnist
from minigrad.nn import functional as F

plt.rcParams.update({"figure.dpi": 90, "figure.constrained_layout.use": True, "axes.grid": True,
                     "axes.axisbelow": True, "grid.alpha": 0.3, "axes.spines.top": False,
                     "axes.spines.right": False})

# %% [markdown]
# Here is the whole of it, as a program for minigrad or PyTorch would have it: a line, fitted to points.

# %%
minigrad.manual_seed(0)
x = minigrad.linspace(-1, 1, 50).reshape(50, 1)
y = 3 * x - 1 + 0.2 * minigrad.randn(50, 1)

model = nn.Linear(1, 1)                                     # a layer
optimizer = optim.SGD(model.parameters(), lr=0.3)           # an optimizer
for step in range(100):                                     # the loop
    loss = F.mse_loss(model(x), y)                          # a loss
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(f"slope {model.weight.item():.2f}, height {model.bias.item():.2f}, mean squared error "
      f"{loss.item():.3f}")

# %% [markdown]
# ## A layer is a function with parameters
#
# A class for a layer derives from `nn.Module` and does two things. Its constructor makes the parameters, and
# its method `forward` computes. A *parameter*, `nn.Parameter`, is a tensor that requires a gradient and wants
# to be trained. The module finds it by looking through its own attributes, and through those of the modules
# among them. So every parameter of a large model has a name, which is the path to it.

# %%
class Parabola(nn.Module):
    """y = a x^2 + c."""

    def __init__(self):
        super().__init__()
        self.a = nn.Parameter(minigrad.ones(1))
        self.c = nn.Parameter(minigrad.zeros(1))
        self.times_called = 0                               # not a parameter: it stays out of it

    def forward(self, x):
        self.times_called += 1
        return self.a * x ** 2 + self.c


model = nn.Sequential(nn.Linear(2, 3), Parabola(), nn.Dropout(0.5))
for name, parameter in model.named_parameters():
    print(f"{name:9} {tuple(parameter.shape)}")

# %% [markdown]
# With these names, `model.state_dict()` is a dict of all that the model has learned, and `load_state_dict`
# puts such a dict back; lesson 6 makes files of it. An optimizer gets `model.parameters()`, the same tensors
# without their names.
#
# Some layers behave differently in training. *Dropout* sets each number to zero with probability $1/2$ and
# doubles the others, so that the network does not rely on any single one; afterwards, in use, it does
# nothing. That is what `train()` and `eval()` switch, for all layers of a model at once:

# %%
minigrad.manual_seed(0)
dropout, ones = nn.Dropout(0.5), minigrad.ones(10)
print("train():", dropout.train()(ones).tolist())
print("eval(): ", dropout.eval()(ones).tolist())

# %% [markdown]
# ## Where parameters start
#
# Weights start as random numbers, so that the neurons of a layer differ. But how large? One output of a
# linear layer adds up $n$ products, $y = \sum_{i=1}^{n} w_i x_i$. If the weights are independent, with mean 0
# and variance $\sigma^2$, the variances of the products add up:
#
# $$\text{mean of } y^2 = n\,\sigma^2 \cdot \text{mean of } x^2.$$
#
# So each layer multiplies the size of the numbers, and after twenty layers twenty factors have piled up. A
# ReLU after each layer sets the negative half to zero, which halves the mean square. The factor is 1 if $n
# \sigma^2 / 2 = 1$, that is
#
# $$\sigma = \sqrt{2 / n}$$
#
# (He, Zhang, Ren and Sun 2015, arXiv:1502.01852, eq. 10). $n$ is the number of *inputs* of the layer.

# %%
fig, ax = plt.subplots(figsize=(7, 3.4))
for factor, style in [(1.3, "C1s--"), (1, "C0o-"), (0.7, "C2^:")]:
    minigrad.manual_seed(0)
    h, sizes = minigrad.randn(64, 200), []
    for layer in range(20):
        weight = minigrad.randn(200, 200) * (factor * (2 / 200) ** 0.5)
        h = minigrad.relu(h @ weight.T)
        sizes.append((h ** 2).mean().item() ** 0.5)
    ax.semilogy(range(1, 21), sizes, style, label=f"{factor} times sqrt(2 / n)")
ax.set(xlabel="layer", ylabel="root mean square of the outputs", xticks=range(0, 21, 4),
       title="Twenty layers: a factor near 1 in each becomes a large one")
ax.legend(title="standard deviation")
plt.show()

# %% [markdown]
# The gradients on the way back meet the same weights and shrink or grow in the same way, as you saw with the
# hooks in lesson 4.
#
# ### Exercise 5.1: a layer of your own
#
# Write a linear layer. The attribute `weight` has the shape (outputs, inputs) and starts as random numbers of
# a normal distribution (`minigrad.randn`) with standard deviation $\sqrt{2 / \text{inputs}}$; `bias` has the
# shape (outputs,) and starts at zero. Use no layer of minigrad. When it is right, a network of your layers
# learns.

# %% tags=["exercise"]
class MyLinear(nn.Module):
    """y = x W^T + b, from (n, inputs) to (n, outputs)."""

    def __init__(self, inputs, outputs):
        super().__init__()
        ...

    def forward(self, x):
        ...


# %% tags=["check"]
grade("5.1", MyLinear)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `self.bias = nn.Parameter(minigrad.zeros(outputs))` is one of the two. In `forward`, `self.weight.T` is the
# transposed weight.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# class MyLinear(nn.Module):
#     def __init__(self, inputs, outputs):
#         super().__init__()
#         self.weight = nn.Parameter(minigrad.randn(outputs, inputs) * (2 / inputs) ** 0.5)
#         self.bias = nn.Parameter(minigrad.zeros(outputs))
#
#     def forward(self, x):
#         return x @ self.weight.T + self.bias
# ```
# </details>

# %% [markdown]
# ## A loss is one number
#
# For a *quantity*, such as a price, the usual loss is the mean squared error of lesson 2. For a *class*, such
# as a digit, a network gives a score for each class, any number from minus to plus infinity. *Softmax* makes
# probabilities of a row of scores: all positive, with sum 1.
#
# $$p_j = \frac{e^{s_j}}{\sum_k e^{s_k}}$$
#
# The loss is the negative logarithm of the probability that the network gave to the *right* class $r$,
# averaged over the batch: 0 if it was certain and right, large if it was certain and wrong. It is called
# *cross entropy*. Put in the formula for $p_r$, and the quotient becomes a difference:
#
# $$-\log p_r = \log \sum_k e^{s_k} - s_r.$$

# %%
scores = minigrad.tensor([[2.0, 1.0, -1.0]])
probabilities = minigrad.exp(scores) / minigrad.exp(scores).sum()
print("probabilities:", [round(each, 3) for each in probabilities[0].tolist()])
for right in range(3):
    loss = -probabilities[0, right].log().item()
    library = F.cross_entropy(scores, minigrad.tensor([right])).item()
    print(f"loss if class {right} is right: by hand {loss:.4f}, by the library {library:.4f}")

# %% [markdown]
# On paper that is all. On a computer it is not, for $e^s$ soon leaves the range of the numbers, which ends at
# about $3.4 \cdot 10^{38}$ in float32, the usual format of weights. Here are two scores, $s$ and 0, where the
# second class is the right one. The loss should be about $s$ for large $s$.

# %%
s = np.linspace(0, 120, 241).astype(np.float32)
with np.errstate(all="ignore"):
    e = np.exp(s)
    quotient = -np.log(1 / (e + 1))                         # -log of the probability
    added = -np.log(1 / (e + 1) + np.float32(1e-9))         # with a small number, "to be safe"
    right = np.log(1 + np.exp(-s)) + s                      # the larger score subtracted first

fig, ax = plt.subplots(figsize=(7, 3.4))
ax.plot(s, right, "C0-", lw=5, alpha=0.35, label="the larger score subtracted first")
ax.plot(s, quotient, "C1--", label="-log(p)")
ax.plot(s, added, "C2:", lw=2, label="-log(p + 1e-9)")
last = s[np.isfinite(quotient)][-1]
ax.plot(last, last, "C1x", ms=10, label="the last finite value of -log(p)")
ax.set(xlabel="score of the wrong class, s", ylabel="loss", title="The same formula three times, in float32")
ax.legend()
plt.show()
print(f"-log(p) is inf for scores above {last:g}")

# %% [markdown]
# A single `inf` in a loss can turn all weights into `nan`. And the small number is no help: where the curve
# is flat, its gradient is zero, so the network learns nothing just where it is most wrong. The remedy is
# exact. Subtract the same number $m$ from all scores of a row and nothing changes, because numerator and
# denominator both shrink by the factor $e^{-m}$. With $m$ the largest score, the largest $e^{s - m}$ is 1:
# nothing overflows, and the sum is at least 1, so its logarithm is fine.
#
# ### Exercise 5.2: cross entropy for scores of any size
#
# Use operations on tensors, so that a gradient can flow. `scores.amax(1, keepdim=True)` gives the largest
# score of each row, and `scores[minigrad.arange(len(target)), target]` the score of the right class of each
# row.

# %% tags=["exercise"]
def cross_entropy(scores, target):
    """The mean over the rows of -log p of the right class: scores (n, classes), target (n,) class numbers."""
    ...


# %% tags=["check"]
grade("5.2", cross_entropy)

# %% [markdown]
# <details><summary>Hint</summary>
#
# First `scores = scores - scores.amax(1, keepdim=True)`. Then the formula above, for each row:
# `.exp().sum(1)` adds up along the classes.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def cross_entropy(scores, target):
#     scores = scores - scores.amax(1, keepdim=True).detach()
#     return (scores.exp().sum(1).log() - scores[minigrad.arange(len(target)), target]).mean()
# ```
#
# (`detach` says that no gradient need flow through the largest score: whatever is subtracted, the result is
# the same. Without it the gradient is right, too.)
# </details>

# %% [markdown]
# Libraries compute softmax and cross entropy in one operation, they *fuse* them. One reason is the overflow.
# Another is the gradient. Differentiate $\log \sum_k e^{s_k} - s_r$ with respect to $s_j$, and almost
# everything cancels:
#
# $$\frac{\partial}{\partial s_j} = p_j - 1 \text{ if } j = r, \quad \text{else } p_j.$$
#
# The graph becomes shorter, and there is no chain of rules to follow.

# %%
def count_nodes(y):
    """How many nodes the graph of y has."""
    seen, stack = set(), [y.node]
    while stack:
        node = stack.pop()
        if isinstance(node, minigrad.autograd.Node) and node not in seen:
            seen.add(node)
            stack += node.parents
    return len(seen)


scores = minigrad.tensor([[2.0, 1.0, -1.0]], requires_grad=True)
shifted = scores - scores.amax(1, keepdim=True).detach()
composed = (shifted.exp().sum(1).log() - shifted[:, 0]).mean()
fused = F.cross_entropy(scores, minigrad.tensor([0]))
print("nodes of the composed loss:", count_nodes(composed), " of minigrad's:", count_nodes(fused))
fused.backward()
print("p - 1 for the right class 0, else p:", [round(each, 3) for each in scores.grad[0].tolist()])

# %% [markdown]
# ## An optimizer is a rule for one step
#
# The gradient $g$ points uphill. The simplest rule, that of lesson 1, goes the other way:
#
# $$p \leftarrow p - \text{lr} \cdot g.$$
#
# In training, $g$ comes from a few examples drawn at random, a *batch*, which makes each step cheap and a
# little wrong: *stochastic gradient descent*, SGD.
#
# The simple rule has trouble in a valley with steep sides and a flat floor. The learning rate has to be small
# for the sides (below 2 / curvature, see lesson 4), and then it takes for ever along the floor. *Momentum*
# adds up the gradients of the past, each weaker by a factor $\mu$ in every step:
#
# $$b \leftarrow \mu\,b + g, \qquad p \leftarrow p - \text{lr} \cdot b$$
#
# ($b$ starts at 0; Sutskever, Martens, Dahl and Hinton 2013, *On the importance of initialization and
# momentum in deep learning*, with the learning rate outside $b$, as PyTorch has it). Across the valley the
# gradients alternate and cancel; along the floor they agree, and add up to as much as $1 / (1 - \mu)$ of one.

# %%
curvatures = np.array([1.0, 40.0])


def path(make, steps=40):
    """The way of two parameters down a valley, with an optimizer of minigrad."""
    p = minigrad.tensor([-4.0, 1.0], dtype=minigrad.float64, requires_grad=True)
    optimizer, points = make([p]), [p.tolist()]
    for step in range(steps):
        loss = (minigrad.tensor(curvatures) * p ** 2).sum() / 2
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        points.append(p.tolist())
    return np.array(points).T


fig, ax = plt.subplots(figsize=(8, 3.6))
xs, ys = np.meshgrid(np.linspace(-4.3, 1.5, 120), np.linspace(-1.7, 1.2, 80))
ax.contour(xs, ys, (curvatures[0] * xs ** 2 + curvatures[1] * ys ** 2) / 2, levels=[0.2, 1, 3, 7, 13, 21],
           colors="0.75", linewidths=0.8)
for name, make, style in [
        ("SGD, lr 0.045", lambda p: optim.SGD(p, lr=0.045), "C0o-"),
        ("SGD, lr 0.045, momentum 0.7", lambda p: optim.SGD(p, lr=0.045, momentum=0.7), "C1s--")]:
    points = path(make)
    ax.plot(*points, style, ms=4, lw=1, label=f"{name}: after 40 steps at {points[0, -1]:.3f}")
ax.plot(0, 0, "k*", ms=12)
ax.set(xlabel="first parameter (curvature 1)", ylabel="second parameter (curvature 40)",
       title="Down a narrow valley; the star is the minimum")
ax.legend(loc="lower left", fontsize=9, framealpha=0.9)
plt.show()

# %% [markdown]
# ### Exercise 5.3: momentum
#
# Write one step. When it is right, it becomes an optimizer, and is compared with minigrad's own.

# %% tags=["exercise"]
def momentum_step(p, g, b, lr, momentum):
    """(the new p, the new b) for the parameters p with gradient g; all three are NumPy arrays."""
    ...


# %% tags=["check"]
grade("5.3", momentum_step)

# %% [markdown]
# <details><summary>Hint</summary>
#
# The two formulas above, in this order.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def momentum_step(p, g, b, lr, momentum):
#     b = momentum * b + g
#     return p - lr * b, b
# ```
# </details>

# %% [markdown]
# ### Adam
#
# One learning rate for all parameters remains a compromise: the gradients of some are a thousand times larger
# than those of others. *Adam* (Kingma and Ba 2015, arXiv:1412.6980, algorithm 1) divides each step by the
# usual size of *this* parameter's gradient. It keeps two running means for each parameter, of the gradient
# and of its square, and $t$ counts the steps from 1. $\beta_1$ and $\beta_2$, just below 1, say how slowly
# the means forget, and a tiny $\epsilon$ saves us from a division by 0:
#
# $$m \leftarrow \beta_1\,m + (1 - \beta_1)\,g, \qquad v \leftarrow \beta_2\,v + (1 - \beta_2)\,g^2,$$
#
# $$\hat m = \frac{m}{1 - \beta_1^t}, \qquad \hat v = \frac{v}{1 - \beta_2^t}, \qquad
# p \leftarrow p - \text{lr}\,\frac{\hat m}{\sqrt{\hat v} + \epsilon}.$$
#
# The hats are the *bias correction*. Both means start at 0, which is not what the gradients are, so at first
# they are too small. For gradients that are all 1, the mean after $t$ steps is $1 - \beta^t$, and division by
# just that repairs it:

# %%
t = np.arange(1, 41)
fig, ax = plt.subplots(figsize=(7, 3.2))
for beta, style in [(0.9, "C0o-"), (0.999, "C1s--")]:
    m, means = 0.0, []
    for _ in t:
        m = beta * m + (1 - beta) * 1.0
        means.append(m)
    ax.plot(t, means, style, ms=4, label=f"running mean, beta = {beta}")
ax.plot(t, means / (1 - beta ** t), "k:", lw=2, label="either, divided by 1 - beta^t")
ax.set(xlabel="step t", ylabel="mean of the gradients", title="All gradients are 1; the means start at 0")
ax.legend(loc="center right")
plt.show()

# %% [markdown]
# An optimizer of minigrad is a class with two methods. `init_state` makes what has to be remembered for a
# parameter. `update` gets the parameter `p` and its gradient `g` as arrays and changes `p` *in place* (`p -=
# ...`); what it keeps, it keeps in the dict `state`, in which `state["step"]` is $t$. `xp` is the library of
# the arrays, with `xp.sqrt`.
#
# ### Exercise 5.4: Adam
#
# The constructor and the state are there. Write `update`.

# %% tags=["exercise"]
class MyAdam(optim.Optimizer):
    """Adam, with the settings that the paper recommends."""

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps))

    def init_state(self, xp, p, **settings):
        return {"m": xp.zeros_like(p), "v": xp.zeros_like(p)}

    def update(self, xp, p, g, state, *, lr, betas, eps):
        ...


# %% tags=["check"]
grade("5.4", MyAdam)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `state["m"] = betas[0] * state["m"] + (1 - betas[0]) * g`, the same for `v`, then the two hats, then `p -=
# ...`.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# class MyAdam(optim.Optimizer):
#     def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
#         super().__init__(params, dict(lr=lr, betas=betas, eps=eps))
#
#     def init_state(self, xp, p, **settings):
#         return {"m": xp.zeros_like(p), "v": xp.zeros_like(p)}
#
#     def update(self, xp, p, g, state, *, lr, betas, eps):
#         beta1, beta2 = betas
#         state["m"] = beta1 * state["m"] + (1 - beta1) * g
#         state["v"] = beta2 * state["v"] + (1 - beta2) * g * g
#         m_hat = state["m"] / (1 - beta1 ** state["step"])
#         v_hat = state["v"] / (1 - beta2 ** state["step"])
#         p -= lr * m_hat / (xp.sqrt(v_hat) + eps)
# ```
# </details>

# %% [markdown]
# ## The loop
#
# What is left is to bring examples in batches. A `DataLoader` takes a data set, shuffles it, and hands out
# one batch after the other. One pass through all examples is called an *epoch*.

# %%
minigrad.manual_seed(0)
letters = list("abcdefghij")
for epoch in range(2):
    print(f"epoch {epoch}:", ["".join(batch) for batch in DataLoader(letters, batch_size=4, shuffle=True)])

# %% [markdown]
# Each round of the loop then has five steps: compute the loss, forget the old gradients, compute the new
# ones, let the optimizer step, note the loss. The order matters, and you know from lesson 4 why the second
# one is there.
#
# ### Exercise 5.5: the training loop
#
# `batches` yields pairs: inputs, and what should come out. Note each loss as it was *before* the step, as a
# number, with `.item()`. (A tensor in the list would keep its whole graph alive.)

# %% tags=["exercise"]
def fit(model, loss_function, optimizer, batches):
    """Train on each batch once: a list of the losses, loss_function(model(x), y) for each (x, y)."""
    ...


# %% tags=["check"]
grade("5.5", fit)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `for x, y in batches:`, and in it what stands in the loop at the beginning of this lesson.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def fit(model, loss_function, optimizer, batches):
#     losses = []
#     for x, y in batches:
#         loss = loss_function(model(x), y)
#         optimizer.zero_grad()
#         loss.backward()
#         optimizer.step()
#         losses.append(loss.item())
#     return losses
# ```
# </details>

# %% [markdown]
# ## Three optimizers, one network
#
# Now everything together, with minigrad's own classes (which compute what yours do; only the weights of a new
# `nn.Linear` start otherwise, as lesson 8 says): a network with one hidden layer, from the same start, on
# images of handwritten digits (LeCun, Cortes and Burges, MNIST).

# %%
count = effort(6000, fast=1000, browser=2000)
images, labels = mnist("train")
data = TensorDataset(minigrad.tensor(images[:count].reshape(count, -1) / np.float32(255)),
                     minigrad.tensor(labels[:count]))
images, labels = mnist("test")
test_images = minigrad.tensor(images[:2000].reshape(2000, -1) / np.float32(255))
test_labels = labels[:2000]
baseline = np.bincount(test_labels).max() / len(test_labels)
print(f"{count:,} digits to learn from, {len(test_labels):,} to test; who always says "
      f"{np.bincount(test_labels).argmax()} is right in {baseline:.1%}")

curves = {}
for name, make in {"SGD, lr 0.1": lambda p: optim.SGD(p, lr=0.1),
                   "SGD, lr 0.1, momentum 0.9": lambda p: optim.SGD(p, lr=0.1, momentum=0.9),
                   "Adam, lr 0.001": lambda p: optim.Adam(p, lr=0.001)}.items():
    minigrad.manual_seed(0)
    model = nn.Sequential(nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10))
    optimizer, losses = make(model.parameters()), []
    for epoch in range(effort(4, fast=1, browser=2)):
        for x, y in DataLoader(data, batch_size=50, shuffle=True):
            loss = F.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    with minigrad.no_grad():
        share = (model(test_images).argmax(1).numpy() == test_labels).mean()
    print(f"{name:26} reads {share:.1%} of the test digits right")
    curves[name] = losses

# %%
fig, ax = plt.subplots(figsize=(7.5, 3.6))
width = 20
for (name, losses), style in zip(curves.items(), ["C0-", "C1--", "C2:"]):
    smooth = np.convolve(losses, np.ones(width) / width, "valid")
    ax.semilogy(np.arange(len(smooth)) + width / 2, smooth, style, lw=2, label=name)
ax.set(xlabel="step (batches of 50)", ylabel="cross entropy",
       title=f"Training loss, averaged over {width} steps")
ax.legend()
plt.show()

# %% [markdown]
# Which one is best depends on the task and on the learning rate, and these rates were chosen here without
# much search. Adam is a usual first choice because the size of its steps depends little on the size of the
# gradients; lesson 8 looks at how to choose.
#
# ## What you have learned
#
# - A module is a class with parameters as attributes and a `forward`; names are paths through the attributes.
# - Weights start at random, with a standard deviation that keeps the size of the numbers from layer to layer.
# - Cross entropy is the logarithm of a sum minus the right score. Subtract the largest score first, and never
#   form the probabilities.
# - Momentum adds up past gradients; Adam also divides by their usual size, corrected for the start at zero.
# - Loss, `zero_grad`, `backward`, `step`: every training loop is these four lines.
#
# A training takes time, and power cuts happen. In lesson 6 you save a model, load it again, and continue a
# training as if nothing had happened.
