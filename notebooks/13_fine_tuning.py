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
# # 13. Pretrained models, fine-tuning, LoRA
#
# So far, each of your networks began with random numbers and learned all it knows from one set of data. Most
# networks in use today begin otherwise. Somebody has trained a large one on a lot of data: it is
# *pretrained*. Others take its weights and train a little more for a task of their own, for which they have
# few examples: they *fine-tune* it. This works if what the network has learned is of use for the new task,
# too. It is called *transfer learning*.
#
# Here you do all of it in small. A network learns the digits 0 to 4. Then it shall read the digits 5 to 9, of
# which we pretend to have only a handful with labels. How much does the old knowledge help? What becomes of
# it? And how few numbers does one have to train?
#
# You need lessons 6 (saving and loading) and 9 (digits). The lesson takes about an hour.

# %% tags=["setup", "remove-cell"]
# Where minigrad is missing, such as in a browser or in Colab, this cell installs it.
try:
    import minigrad.course
except ImportError:
    print("Installing minigrad: this takes a moment.")
    # %pip install -q minigrad-edu matplotlib

# %%
import copy
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import minigrad
from minigrad import io, nn, optim
from minigrad.course import grade
from minigrad.course.amounts import effort
from minigrad.data import mnist
from minigrad.nn import functional as F

minigrad.manual_seed(0)
plt.rcParams.update({"figure.dpi": 90, "figure.constrained_layout.use": True, "axes.grid": True,
                     "grid.alpha": 0.3, "axes.spines.top": False, "axes.spines.right": False})

# %% [markdown]
# ## 1. A network with a past
#
# The network has three parts. The *body*, two convolutions with pooling, turns an image into 400 numbers, its
# *features*. A *hidden* layer makes 64 of them, and the *head* turns these into a score for each of ten
# digits. In the pretraining it meets the digits 0 to 4 only.

# %%
def digits(split, low, high, count):
    """The first `count` images of the digits low to high: float32 (N, 1, 28, 28), and labels int64 (N,)."""
    images, labels = mnist(split)
    rows = np.flatnonzero((labels >= low) & (labels <= high))[:count]
    return images[rows, None] / np.float32(255), labels[rows]


class Reader(nn.Module):
    """Images (N, 1, 28, 28) -> scores (N, 10)."""

    def __init__(self):
        self.body = nn.Sequential(
            nn.Conv2d(1, 8, 3), nn.ReLU(), nn.MaxPool2d(2),                 # (N, 8, 13, 13)
            nn.Conv2d(8, 16, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten())  # (N, 16, 5, 5) -> (N, 400)
        self.hidden, self.head = nn.Linear(400, 64), nn.Linear(64, 10)

    def forward(self, images):
        return self.head(F.relu(self.hidden(self.body(images))))


def fit(model, images, labels, steps, lr=0.001, groups=None, seed=0):
    """Adam on random batches of up to 32; trains the parameters that require a gradient, or the groups."""
    rng = np.random.default_rng(seed)
    groups = groups or [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = optim.Adam(groups, lr=lr)
    for _ in range(steps):
        rows = rng.permutation(len(images))[:32]
        loss = F.cross_entropy(model(minigrad.tensor(images[rows])), minigrad.tensor(labels[rows]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


def scores_of(model, images):
    with minigrad.no_grad():
        return np.concatenate([model(minigrad.tensor(images[i:i + 500])).numpy()
                               for i in range(0, len(images), 500)])


def accuracy(model, images, labels):
    return float(np.mean(scores_of(model, images).argmax(1) == labels))


old, old_labels = digits("train", 0, 4, effort(12_000, fast=500, browser=4000))
old_test, old_test_labels = digits("test", 0, 4, effort(1500, fast=200))
new, new_labels = digits("train", 5, 9, effort(6000, fast=500))
new_test, new_test_labels = digits("test", 5, 9, effort(1500, fast=200))

reader = fit(Reader(), old, old_labels, steps=effort(800, fast=30, browser=150), lr=0.002)
print(f"digits 0 to 4: {accuracy(reader, old_test, old_test_labels):.1%} of unseen images are read right")
print(f"digits 5 to 9: {accuracy(reader, new_test, new_test_labels):.1%}; it never gives these answers")

# %% [markdown]
# This is our pretrained network. Save it, as somebody would who gives it away, and load it again, as somebody
# who got the file. The `state_dict` names the tensors after the attributes of the model:

# %%
folder = Path(tempfile.mkdtemp())
io.save(folder / "reader.safetensors", reader)
for name, tensor in io.load_safetensors(folder / "reader.safetensors").items():
    print(f"{name:14} {str(tuple(tensor.shape)):16} {tensor.dtype}")
loaded = io.load(folder / "reader.safetensors", Reader())
print("the same scores:", np.array_equal(scores_of(loaded, new_test), scores_of(reader, new_test)))

# %% [markdown]
# ## 2. Files from elsewhere
#
# Pretrained weights rarely come with the names of your model. `.safetensors` and PyTorch's `.pt` (which
# `minigrad.load` reads) hold just names and arrays; what they mean, the model has to know. If the names
# differ, loading stops and says so, which is much better than going on with random weights:

# %%
state = {name.replace("body.", "encoder."): tensor for name, tensor in reader.state_dict().items()}
minigrad.save(state, folder / "encoder.pt")         # as PyTorch would write it
try:
    Reader().load_state_dict(minigrad.load(folder / "encoder.pt"))
except ValueError as error:
    print(type(error).__name__, str(error)[:200], "...")

renamed = {name.replace("encoder.", "body."): tensor
           for name, tensor in minigrad.load(folder / "encoder.pt").items()}
print(Reader().load_state_dict(renamed))

# %% [markdown]
# Names are one difference, the order of the axes is another. PyTorch and minigrad store the weight of a
# linear layer as (out, in), Keras and Flax (a library for JAX) as (in, out), under the name `kernel`. If in =
# out, the shapes fit either way, and nothing warns you. The only test that counts: does the network give the
# same outputs?
#
# ### Exercise 13.1: weights with other names
#
# A file has the names `dense_1/kernel`, `dense_1/bias` and so on, with kernels of shape (in, out). `layers`
# says which of your layers each one is, for instance `{"dense_1": "body.0", "dense_2": "head"}`. Make the
# state_dict: `body.0.weight` of shape (out, in), `body.0.bias`, ... Leave out what belongs to no layer in
# `layers`, such as an optimizer's state. If it is right, a trained network comes back to life with your
# names.

# %% tags=["exercise"]
def translated(state, layers):
    """{"layer/kernel": (in, out), "layer/bias": (out,)} -> {"name.weight": (out, in), "name.bias": (out,)}"""
    ...


# %% tags=["check"]
grade("13.1", translated)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `layer, kind = name.rsplit("/", 1)` cuts a name at its last slash. Only a kernel is transposed and renamed.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def translated(state, layers):
#     result = {}
#     for name, array in state.items():
#         layer, kind = name.rsplit("/", 1)
#         if layer not in layers:
#             continue
#         if kind == "kernel":
#             result[layers[layer] + ".weight"] = array.T
#         else:
#             result[layers[layer] + "." + kind] = array
#     return result
# ```
# </details>

# %% [markdown]
# ## 3. Few examples: three ways
#
# Now the new task: digits 5 to 9, with $n$ labelled images.
#
# - *From scratch*: a new network with random weights. This is the baseline.
# - *Linear probe*: the body is *frozen*, that is, its weights stay as they are. Only a new head is trained, a
#   linear model of the 400 features.
# - *Full fine-tuning*: the same new head, and the body is trained, too, with a smaller learning rate, so that
#   it adapts what it knows rather than starting over.
#
# A parameter is frozen by `requires_grad_(False)`. The engine then computes no gradient for it, which also
# saves time, and the optimizer does not get it.
#
# ### Exercise 13.2: freeze by name
#
# Models have many parameters, and names are the way to pick some. Freeze all whose name begins with one of
# the prefixes; all others are to be trained. Return how many numbers are left to train.

# %% tags=["exercise"]
def freeze(model, prefixes):
    """Freeze the parameters whose names begin with a prefix, train all others; how many numbers are these?"""
    ...


# %% tags=["check"]
grade("13.2", freeze)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `model.named_parameters()` gives pairs of name and parameter, `parameter.numel()` is how many numbers it
# has, and `name.startswith(...)` takes a tuple of prefixes, too.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def freeze(model, prefixes):
#     trained = 0
#     for name, parameter in model.named_parameters():
#         frozen = any(name.startswith(prefix) for prefix in prefixes)
#         parameter.requires_grad_(not frozen)
#         if not frozen:
#             trained += parameter.numel()
#     return trained
# ```
# </details>

# %%
def with_new_head(body, trained):
    return nn.Sequential(copy.deepcopy(body).requires_grad_(trained), nn.Linear(400, 10))


def three_ways(n, seed):
    """Test accuracy after training with n labelled images: from scratch, linear probe, fine-tuning."""
    rows = np.random.default_rng(seed).permutation(len(new))[:n]
    data, steps = (new[rows], new_labels[rows]), effort(120, fast=5, browser=40)
    minigrad.manual_seed(seed)
    scratch = fit(Reader(), *data, steps, lr=0.002, seed=seed)
    probe = fit(with_new_head(reader.body, False), *data, steps, lr=0.003, seed=seed)
    tuned = with_new_head(reader.body, True)
    groups = [{"params": tuned[0].parameters(), "lr": 0.0005}, {"params": tuned[1].parameters()}]
    fit(tuned, *data, steps, lr=0.003, groups=groups, seed=seed)
    return [accuracy(model, new_test, new_test_labels) for model in (scratch, probe, tuned)]


counts = effort([10, 30, 100, 300, 1000], fast=[10, 30], browser=[10, 100])
draws = effort(3, fast=1, browser=1)
results = np.array([[three_ways(n, seed) for seed in range(draws)] for n in counts])    # (counts, draws, 3)
WAYS = ["from scratch", "linear probe", "full fine-tuning"]
print(f"{'labelled images':18}", *(f"{way:>18}" for way in WAYS))
for n, row in zip(counts, results.mean(1)):
    print(f"{n:<18}", *(f"{value:18.1%}" for value in row))

# %%
fig, ax = plt.subplots(figsize=(6.5, 3.6))
for way, (name, style) in enumerate(zip(WAYS, ["C7s:", "C1^--", "C0o-"])):
    ax.plot(counts, 100 * results[:, :, way].mean(1), style, label=name)
    ax.plot(counts, 100 * results[:, :, way], style[:3], linestyle="", alpha=0.3)
ax.axhline(20, color="black", linewidth=0.8)
ax.text(counts[0], 21.5, "a guess among five")
ax.set(xscale="log", xlabel="labelled images of the digits 5 to 9", ylabel="accuracy (%)",
       title=f"Means of {draws} random choices of images (pale: each)")
ax.legend()
plt.show()
gain = results.mean(1)[:, 1:].max(1) - results.mean(1)[:, 0]        # of the better of the two
for n, points in zip(counts, gain):
    print(f"{n:5} images: pretraining adds {100 * points:.1f} percentage points")

# %% [markdown]
# Read the table along a row for what pretraining adds, and down the columns for the labels that it saves: how
# many images does the network from scratch need to be as good as the probe is with 100? The probe's filters
# were made for 0 to 4 and did not change; they serve 5 to 9 as well, with a head of 4,010 numbers on top. The
# baseline is a strong one, as digits are easy and our pretraining has seen only five of them. All had the
# same number of steps, and from scratch more of them would help, most of all with many images: try it.
#
# ## 4. Different learning rates
#
# The first layers of a network find edges and strokes, which any task needs. The last ones are about the
# task. So the first should change least. *Discriminative learning rates* (Howard and Ruder 2018,
# arXiv:1801.06146) do this: the last layer gets the rate $\eta$, the one before $\eta / 2.6$, the one before
# that $\eta / 2.6^2$, and so on. Optimizers take *groups* of parameters for that, each with its own rate, as
# `three_ways` did above: `optim.Adam([{"params": [...], "lr": 0.0005}, {"params": [...]}], lr=0.01)`.
#
# ### Exercise 13.3: a rate for each layer
#
# `model` is an `nn.Sequential`. Make the groups, from the first layer to the last; a layer without
# parameters, such as `nn.ReLU`, makes no group and no step in the rates. If they are right, a pretrained
# network is fine-tuned with them.

# %% tags=["exercise"]
def rate_groups(model, lr, factor):
    """[{"params": list of parameters, "lr": rate}, ...]: lr for the last layer, lr * factor before it, ..."""
    ...


# %% tags=["check"]
grade("13.3", rate_groups)

# %% [markdown]
# <details><summary>Hint</summary>
#
# First the layers that have parameters: `[layer for layer in model if list(layer.parameters())]`. Layer `i`
# of `n` is `n - 1 - i` steps before the last.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def rate_groups(model, lr, factor):
#     layers = [layer for layer in model if list(layer.parameters())]
#     return [{"params": list(layer.parameters()), "lr": lr * factor ** (len(layers) - 1 - i)}
#             for i, layer in enumerate(layers)]
# ```
# </details>

# %% [markdown]
# ## 5. What becomes of the old knowledge?
#
# Until now only the new digits counted. Let the whole network of section 1 go on with 5 to 9, with its own
# head for ten digits, and look at both tasks while it trains.

# %%
def both(model):
    return (accuracy(model, old_test, old_test_labels), accuracy(model, new_test, new_test_labels))


def follow(images, labels):
    """(steps, accuracy on old digits, on new digits) while the pretrained network is trained further."""
    model, done, points = copy.deepcopy(reader), 0, [(0, *both(reader))]
    for steps in effort([20] * 8, fast=[2, 3], browser=[20, 20, 20]):
        fit(model, images, labels, steps, lr=0.001, seed=done)
        done += steps
        points.append((done, *both(model)))
    return np.array(points)


some, some_labels = new[:300], new_labels[:300]
alone = follow(some, some_labels)
mixed = follow(np.concatenate([some, old[:300]]), np.concatenate([some_labels, old_labels[:300]]))

fig, axes = plt.subplots(1, 2, figsize=(9, 3.2), sharey=True)
for ax, points, title in [(axes[0], alone, "trained on 300 new digits"),
                          (axes[1], mixed, "on 300 new and 300 old ones")]:
    ax.plot(points[:, 0], 100 * points[:, 1], "C1s--", label="old digits, 0 to 4")
    ax.plot(points[:, 0], 100 * points[:, 2], "C0o-", label="new digits, 5 to 9")
    ax.set(xlabel="steps", title=title)
axes[0].set_ylabel("accuracy (%)")
axes[0].legend()
plt.show()
for points, what in [(alone, "new digits only"), (mixed, "old and new")]:
    (_, old_before, new_before), (_, old_after, new_after) = points[0], points[-1]
    print(f"{what:16} old {old_before:.1%} -> {old_after:.1%}, new {new_before:.1%} -> {new_after:.1%}")

# %% [markdown]
# This is *catastrophic forgetting* (McCloskey and Cohen 1989). Nothing in the loss asks for the old digits,
# so nothing keeps them. The head alone is enough for that: it learns that the answer is never 0 to 4. The
# remedy on the right, to mix in old examples, is called *rehearsal*. It is simple and works well, if you have
# the old data. Often you have only the weights.
#
# ## 6. LoRA: train a small difference
#
# To fine-tune a large network means to store all its weights once more for every task, and the optimizer
# needs twice as much again while it trains. *LoRA*, low-rank adaptation (Hu et al. 2021, arXiv:2106.09685,
# eq. 3), leaves the weight $W$ of a linear layer as it is and learns a difference of low *rank*:
#
# $$y = W x + \frac{\alpha}{r}\,B A\,x, \qquad A: (r, \text{in}), \quad B: (\text{out}, r).$$
#
# $BA$ has the shape of $W$, but it is made of only $r\,(\text{in} + \text{out})$ numbers: the input is
# squeezed through $r$ numbers. $A$ starts with random numbers and $B$ with zeros. So at the start the
# difference is zero, and the network is just the pretrained one. (If both were zero, neither would ever get a
# gradient: each one's gradient is multiplied by the other.)

# %%
rng = np.random.default_rng(0)
W = reader.hidden.weight.detach().numpy()                               # (64, 400)
r = 4
A, B = rng.normal(size=(r, W.shape[1])), rng.normal(size=(W.shape[0], r))
print("W ", W.shape, f"{W.size:,} numbers")
print("BA", (B @ A).shape, f"made of {A.size + B.size:,} numbers, rank {np.linalg.matrix_rank(B @ A)}")

fig, ax = plt.subplots(figsize=(6, 3))
ranks = np.arange(1, 65)
ax.plot(ranks, ranks * sum(W.shape), "C0", label="r (in + out)")
ax.axhline(W.size, color="C1", linestyle="--", label="in · out, the whole weight")
ax.set(xlabel="rank r", ylabel="numbers to train", title=f"A layer from {W.shape[1]} to {W.shape[0]}", ylim=0)
ax.legend()
plt.show()

# %% [markdown]
# ### Exercise 13.4: a linear layer with LoRA
#
# Write it as a module around an existing `nn.Linear`, which is frozen. The parameters are called `A` and `B`;
# fill `A` with random numbers, for instance `minigrad.randn(rank, n) / rank`. With a batch, `x` is (N, in),
# as in lesson 3, so the products are with transposes. If it is right, your layers go into a pretrained
# network and learn.

# %% tags=["exercise"]
class LoRALinear(nn.Module):
    """linear(x) + (alpha / rank) x Aᵀ Bᵀ; linear is frozen, A (rank, in) random, B (out, rank) zero."""

    def __init__(self, linear, rank, alpha):
        ...

    def forward(self, x):
        ...


# %% tags=["check"]
grade("13.4", LoRALinear)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `self.linear = linear`, then `requires_grad_(False)` on it. A parameter is an `nn.Parameter(tensor)`. The
# shape of `linear.weight` is (out, in).
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# class LoRALinear(nn.Module):
#     def __init__(self, linear, rank, alpha):
#         self.linear = linear
#         linear.requires_grad_(False)
#         out, n = linear.weight.shape
#         self.A = nn.Parameter(minigrad.randn(rank, n) / rank)
#         self.B = nn.Parameter(minigrad.zeros(out, rank))
#         self.scale = alpha / rank
#
#     def forward(self, x):
#         return self.linear(x) + self.scale * (x @ self.A.T @ self.B.T)
# ```
# </details>

# %% [markdown]
# Here the same on our reader, with 300 labelled images of the new digits. All is frozen. The hidden layer
# gets an *adapter*, as such a pair of $A$ and $B$ is called, and the last layer is a new one, as usual for a
# new task. Compare: without an adapter (only the new head is trained), with adapters of some ranks, and with
# all weights trained.

# %%
class Adapted(nn.Module):
    """The layer of exercise 13.4, with the difference as two products."""

    def __init__(self, linear, rank, alpha):
        self.linear, self.scale = linear.requires_grad_(False), alpha / rank
        self.A = nn.Parameter(minigrad.empty(rank, linear.in_features))
        self.B = nn.Parameter(minigrad.zeros(linear.out_features, rank))
        nn.init.kaiming_uniform_(self.A, a=5 ** 0.5)

    def forward(self, x):
        return self.linear(x) + F.linear(F.linear(x, self.A), self.B) * self.scale


def adapted(rank):
    """The reader, frozen, with a new head and an adapter (none for rank 0)."""
    model = copy.deepcopy(reader).requires_grad_(False)
    if rank:
        model.hidden = Adapted(model.hidden, rank, alpha=4 * rank)
    model.head = nn.Linear(64, 10)
    return model


def trained_numbers(model):
    return sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)


STEPS, rows = effort(160, fast=5, browser=60), []
for rank in effort([0, 1, 2, 4, 8], fast=[0, 4]):
    minigrad.manual_seed(0)
    lora = fit(adapted(rank), some, some_labels, STEPS, lr=0.01)
    rows.append((f"LoRA, rank {rank}" if rank else "new head only", trained_numbers(lora), both(lora)[1]))
minigrad.manual_seed(0)
full = adapted(0).requires_grad_(True)
fit(full, some, some_labels, STEPS, lr=0.002)
rows.append(("all weights", trained_numbers(full), both(full)[1]))
print(f"{'':16} {'trained numbers':>16} {'new digits':>11}")
for name, count, share in rows:
    print(f"{name:16} {count:16,} {share:11.1%}")

# %% [markdown]
# Compare the last two lines, and the numbers that were trained for them. (All weights are trained with a
# smaller rate, as in section 3. Few numbers also have less room to overfit 300 images.) With an adapter,
# nothing is lost: $W$ was not touched. Take the adapter out, put the old head back, and the old network is
# there again, bit for bit. Keep an adapter and a head for each task, and put in those that you need.

# %%
def without_adapter(model):
    model = copy.deepcopy(model)
    model.hidden, model.head = model.hidden.linear, copy.deepcopy(reader.head)
    return model


print(f"old digits, with the adapter {both(lora)[0]:.1%}, without it {both(without_adapter(lora))[0]:.1%}")
print("the same scores as before:", np.array_equal(scores_of(without_adapter(lora), old_test),
                                                   scores_of(reader, old_test)))

# %% [markdown]
# The other way round: if a task is there to stay, add the difference to the weight. Then the layer is an
# ordinary linear layer again, and as fast as before.
#
# ### Exercise 13.5: merge
#
# Compute the merged weight. The rank is in the shapes. `W` itself must not change.

# %% tags=["exercise"]
def merged_weight(W, A, B, alpha):
    """W + (alpha / r) B A for arrays W (out, in), A (r, in), B (out, r)."""
    ...


# %% tags=["check"]
grade("13.5", merged_weight)

# %% [markdown]
# <details><summary>Hint</summary>
#
# The product that has the shape of $W$ is $B A$. The rank is the number of rows of $A$.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def merged_weight(W, A, B, alpha):
#     return W + alpha / len(A) * B @ A
# ```
# </details>

# %%
merged = copy.deepcopy(lora)
merged.hidden = merged.hidden.linear
with minigrad.no_grad():
    merged.hidden.weight += lora.hidden.scale * lora.hidden.B @ lora.hidden.A
difference = np.abs(scores_of(merged, new_test) - scores_of(lora, new_test)).max()
size = np.abs(scores_of(lora, new_test)).max()
print(f"largest difference of a score: {difference:.1e}, where the largest score is {size:.1f}")
print(f"parameters: {sum(p.numel() for p in merged.parameters()):,} as in the pretrained network, "
      f"{sum(p.numel() for p in reader.parameters()):,}")

# %% [markdown]
# The difference is that of rounding: the same sum in another order.
#
# ## What you have learned
#
# - A file of weights is names and arrays. Translate names, mind transposed weights, and compare outputs.
# - A pretrained body saves labels. How many depends on the tasks: draw the curve, with a baseline from
#   scratch.
# - Freeze the body and train a head, or train all with a smaller rate, smallest for the first layers.
# - Fine-tuning forgets what the loss does not ask for. Measure the old task, too.
# - LoRA trains a difference of low rank: few numbers, zero at the start, taken out or merged at will.
#
# Our pretrained network was small, and its new task close to the old one. The idea is the same with large
# ones; the further away the new task, the more of the network has to change. In lesson 14, networks make
# images instead of reading them.
