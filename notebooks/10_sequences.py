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
# # 10. Sequences
#
# Text, speech, music, temperatures, prices: many data come one after the other, and their order matters. "Dog
# bites man" and "man bites dog" have the same words. A sequence also has no fixed length, so it does not fit
# a layer with a fixed number of inputs. The oldest answer of deep learning is a *recurrent* network: it reads
# one element at a time and keeps a *state*, numbers that carry what it has read so far.
#
# In this lesson you build two of them, a plain one and an LSTM, find out why the plain one forgets, and train
# an LSTM to write like Shakespeare, character by character.
#
# You need lessons 4 and 5 (the engine, modules and optimizers). The lesson takes about an hour.

# %% tags=["setup", "remove-cell"]
# Where minigrad is missing, such as in a browser or in Colab, this cell installs it.
try:
    import minigrad.course
except ImportError:
    print("Installing minigrad: this takes a moment.")
    # %pip install -q minigrad-edu matplotlib

# %%
import math
from collections import Counter

import matplotlib.pyplot as plt
import numpy as np

import minigrad
from minigrad import nn, optim
from minigrad.course import effort, grade
from minigrad.data import plays
from minigrad.nn import functional as F

minigrad.manual_seed(0)
plt.rcParams.update({"figure.dpi": 90, "figure.constrained_layout.use": True, "axes.grid": True,
                     "grid.alpha": 0.3, "axes.spines.top": False, "axes.spines.right": False})
steps = effort(1200, fast=6, browser=50)                 # of training, below

# %% [markdown]
# ## 1. A text, and a game
#
# The text is four plays by Shakespeare. The game: read it character by character, and say before each one how
# probable every character is. The last tenth is kept apart as unseen text.

# %%
text = "\n".join(plays().values())
characters = sorted(set(text))                          # id -> character
number = {character: i for i, character in enumerate(characters)}
ids = np.array([number[character] for character in text])
train, unseen = np.split(ids, [len(ids) * 9 // 10])
print(text[3000:3230])
print(f"\n{len(text):,} characters of {len(characters)} kinds; {len(unseen):,} of them are unseen")

# %% [markdown]
# The score of the game is the cross entropy of lessons 5 and 9, with the logarithm to base 2: a character
# that had the probability $p$ costs $-\log_2 p$ *bits*. A character with $p = 1/2$ costs one bit, one with $p
# = 1/4$ two; a sure one costs nothing. The mean over the text is its *bits per character*: a good model of
# the text could store it in that many bits per character. Another name for the same score is *perplexity*,
# $2^\text{bits}$: the model is as undecided as between that many equally probable characters.
#
# First the baselines. If all characters are equally probable, each costs $\log_2$ of their number. It gets
# better with the frequencies of the characters, and better still with the frequencies *after the character
# before*: order matters.

# %%
V = len(characters)
pairs = np.zeros((V, V))
np.add.at(pairs, (train[:-1], train[1:]), 1)            # how often b comes after a
single = np.bincount(train, minlength=V) + 1            # + 1: nothing is impossible
frequency = single / single.sum()
# after a rare character, nearly the plain frequencies
after = (pairs + 50 * frequency) / (pairs + 50 * frequency).sum(1, keepdims=True)
baselines = {"all equally probable": math.log2(V),
             "by frequency": -np.log2(frequency[unseen]).mean(),
             "by the character before": -np.log2(after[unseen[:-1], unseen[1:]]).mean()}
for name, cost in baselines.items():
    print(f"{name:25} {cost:.2f} bits per character, perplexity {2 ** cost:5.1f}")

common = [number[character] for character, _ in Counter(text).most_common(16)]
labels = [{" ": "space", "\n": "line"}.get(characters[i], characters[i]) for i in common]
fig, ax = plt.subplots(figsize=(5.4, 4.4))
image = ax.imshow(after[np.ix_(common, common)], cmap="viridis")
ax.set_xticks(range(16), labels, rotation=90)
ax.set_yticks(range(16), labels)
ax.set(xlabel="next character", ylabel="character before", title="What comes next?")
ax.grid(False)
fig.colorbar(image, label="probability")
plt.show()

# %% [markdown]
# ### Exercise 10.1: bits per character
#
# A network returns *logits*: scores of which the softmax makes probabilities. `logits` is an array of shape
# $(T, V)$, a row for each of $T$ characters; `targets`, $(T,)$, holds the ids of the characters that came.
# Return the bits per character, one number.

# %% tags=["exercise"]
def bits(logits, targets):
    """The mean cost in bits of the targets (T,) under the softmax of the logits (T, V); NumPy arrays."""
    ...


# %% tags=["check"]
grade("10.1", bits)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Subtract the largest score of each row (`keepdims=True`), so that `np.exp` cannot overflow. The logarithm of
# the softmax is the score minus the logarithm of the sum of all `exp`. `log_p[np.arange(T), targets]` picks
# one number per row.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def bits(logits, targets):
#     logits = logits - logits.max(axis=1, keepdims=True)
#     log_p = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
#     return -log_p[np.arange(len(targets)), targets].mean() / np.log(2)
# ```
# </details>

# %% [markdown]
# ### Exercise 10.2: windows of a text
#
# A network is trained on pieces of the text, *windows*. Each place of a window has a target, the character
# that comes next, so the targets are the window moved on by one. Window $k$ begins at $k$ times `stride`;
# take all that have a target for each place.

# %% tags=["exercise"]
def windows(ids, length, stride):
    """(inputs, targets), two arrays (n, length): row k of the inputs is ids[k * stride:][:length]."""
    ...


# %% tags=["check"]
grade("10.2", windows)

# %% [markdown]
# <details><summary>Hint</summary>
#
# A window with its targets spans `length + 1` characters. What is the last place where one can begin?
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def windows(ids, length, stride):
#     starts = range(0, len(ids) - length, stride)
#     inputs = np.array([ids[start:start + length] for start in starts])
#     targets = np.array([ids[start + 1:start + length + 1] for start in starts])
#     return inputs, targets
# ```
# </details>

# %% [markdown]
# ## 2. A network with a state
#
# A recurrent network (Elman, 1990) has a state $h$, a vector. In step $t$ it reads $x_t$ and makes the new
# state of it and of the old one, always with the same weights $W$, $U$ and $b$:
#
# $$h_t = \tanh(W x_t + U h_{t-1} + b), \qquad h_0 = 0.$$
#
# So $h_t$ depends on $x_1, \dots, x_t$, and there may be any number of them. *Unrolled* in time, it is a deep
# network with a layer for each step, whose layers share their weights. Here are six steps by hand, and the
# same by the library.

# %%
rng = np.random.default_rng(0)
layer = nn.RNN(3, 4)                                    # 3 inputs, a state of 4 numbers
W, U = layer.weight_ih_l0.detach().numpy(), layer.weight_hh_l0.detach().numpy()
b = (layer.bias_ih_l0 + layer.bias_hh_l0).detach().numpy()      # as in PyTorch, there are two
x = rng.normal(size=(6, 3)).astype(np.float32)

states = [np.zeros(4, np.float32)]
for x_t in x:
    states.append(np.tanh(W @ x_t + U @ states[-1] + b))
by_library, last = layer(minigrad.tensor(x))
print("states", tuple(by_library.shape))
print("the same:", np.allclose(by_library.detach().numpy(), states[1:], atol=1e-6))

# %% [markdown]
# ### Exercise 10.3: one step of a recurrent network
#
# Write the step for a batch of $N$ sequences at once, with tensors: `x` is $(N, I)$, `h` $(N, H)$, `W` $(H,
# I)$, `U` $(H, H)$ and `b` $(H,)$. A sequence is now a row. When it is right, it runs beside `nn.RNN` for
# thirty steps.

# %% tags=["exercise"]
def rnn_step(x, h, W, U, b):
    """The new state (N, H) after reading x (N, I) in the state h (N, H); tensors."""
    ...


# %% tags=["check"]
grade("10.3", rnn_step)

# %% [markdown]
# <details><summary>Hint</summary>
#
# $W x$ for each row $x$ is `x @ W.T`. And $U h$? `minigrad.tanh` takes tensors.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def rnn_step(x, h, W, U, b):
#     return minigrad.tanh(x @ W.T + h @ U.T + b)
# ```
# </details>

# %% [markdown]
# ## 3. Back through time
#
# The loss at the end depends on every state before. Its gradient goes back step by step; this is ordinary
# backpropagation in the unrolled network, called *backpropagation through time*. Since the slope of tanh is
# $1 - \tanh^2$, one step back is
#
# $$\frac{\partial L}{\partial h_{t-1}} =
# U^T \left( (1 - h_t^2) \odot \frac{\partial L}{\partial h_t} \right),$$
#
# where $\odot$ multiplies element by element. Let the loss be the sum of the last state:

# %%
g = np.ones(4)                                          # of the last state
for h in states[:1:-1]:                                 # from step 6 back to step 2
    g = U.T @ ((1 - h ** 2) * g)
g_x = W.T @ ((1 - states[1] ** 2) * g)                  # of the first input

x_leaf = minigrad.tensor(x, requires_grad=True)
layer(x_leaf)[0][-1].sum().backward()
print("by hand", g_x.round(6))
print("engine ", x_leaf.grad[0].numpy().round(6))

# %% [markdown]
# Each step back multiplies by $U^T$ and by slopes of at most 1. What happens to a number that is multiplied
# by the same factor a hundred times? It vanishes or explodes, unless the factor is very close to 1. With a
# matrix, the size of its largest eigenvalue, the *spectral radius*, plays the part of the factor in the long
# run. (An eigenvector of $U$ is a vector that $U$ only stretches, and the eigenvalue says by how much.)
#
# The left plot follows the gradient back without the tanh. On the right the tanh is there, and small random
# inputs: its slopes, below 1, make the gradient shrink even faster.

# %%
def norms_back(radius, steps=80, tanh=False, H=64):
    """The norm of the gradient after 0, 1, ... steps back, for a random U of this spectral radius."""
    rng = np.random.default_rng(1)
    U = rng.normal(size=(H, H))
    U *= radius / abs(np.linalg.eigvals(U)).max()
    states = [np.zeros(H)]
    for _ in range(steps):
        states.append(np.tanh(U @ states[-1] + 0.3 * rng.normal(size=H)) if tanh else states[-1])
    g = rng.normal(size=H)
    g, norms = g / np.linalg.norm(g), [1.0]
    for h in states[:0:-1]:
        g = U.T @ ((1 - h ** 2) * g)
        norms.append(np.linalg.norm(g))
    return np.array(norms)


fig, axes = plt.subplots(1, 2, figsize=(9, 3.2), sharey=True)
for ax, tanh, title in [(axes[0], False, "without tanh"), (axes[1], True, "with tanh")]:
    for radius, style in [(1.2, "C1s-"), (1.0, "C0o-"), (0.8, "C2^-")]:
        norms = norms_back(radius, tanh=tanh)
        ax.semilogy(norms, style, markevery=10, label=f"spectral radius {radius}")
        print(f"{title:12} radius {radius}: after {len(norms) - 1} steps back, the norm is {norms[-1]:.1e}")
    ax.set(xlabel="steps back", title=title)
axes[0].set_ylabel("norm of the gradient")
axes[0].legend()
plt.show()

# %% [markdown]
# A gradient that *vanishes* means that the network cannot learn from what was long ago: the weights do not
# feel it. This was found early (Hochreiter, 1991; Bengio, Simard and Frasconi, 1994). One that *explodes*
# throws the weights far away in a single step. Against the second there is a plain remedy, *clipping*: if the
# norm of the whole gradient is larger than a limit, scale it down to the limit (Pascanu, Mikolov and Bengio,
# 2013). In minigrad and PyTorch it is `nn.utils.clip_grad_norm_`. Against the first, the network itself must
# change.
#
# ## 4. Gates
#
# The *long short-term memory*, LSTM, of Hochreiter and Schmidhuber (1997) has a second state, the memory $c$.
# It is not multiplied by a matrix in each step. New content is *added* to it, and *gates*, numbers from 0 to
# 1, decide how much:
#
# - the *forget gate* $f$: how much of the old memory stays (added by Gers, Schmidhuber and Cummins, 2000);
# - the *input gate* $i$: how much of the new content $g$ comes in;
# - the *output gate* $o$: how much of the memory is shown, as $h$.
#
# All of them are computed from $x$ and the old $h$, each with weights of its own. PyTorch and minigrad stack
# these weights in the order $i, f, g, o$: $W$ is $(4H, I)$ and $U$ is $(4H, H)$. With $\sigma$ for the
# sigmoid:
#
# $$i = \sigma(z_i), \quad f = \sigma(z_f), \quad g = \tanh(z_g), \quad o = \sigma(z_o), \qquad
# \begin{pmatrix} z_i \\ z_f \\ z_g \\ z_o \end{pmatrix} = W x_t + U h_{t-1} + b,$$
#
# $$c_t = f \odot c_{t-1} + i \odot g, \qquad h_t = o \odot \tanh(c_t).$$
#
# One step back along the memory multiplies the gradient by $f$, which the network can learn to hold close to
# 1.
#
# ### Exercise 10.4: one step of an LSTM
#
# For a batch, with tensors: `x` is $(N, I)$, `h` and `c` are $(N, H)$, `W` $(4H, I)$, `U` $(4H, H)$, `b`
# $(4H,)$. When it is right, it becomes the cell of a network that reads Macbeth for a few seconds.

# %% tags=["exercise"]
def lstm_step(x, h, c, W, U, b):
    """(new h, new c), both (N, H), after reading x (N, I) in the state h, c; tensors."""
    ...


# %% tags=["check"]
grade("10.4", lstm_step)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Compute all of $z$ at once, as in exercise 10.3; it is $(N, 4H)$. `z.chunk(4, dim=1)` cuts it into four.
# `minigrad.sigmoid` and `minigrad.tanh` take tensors.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def lstm_step(x, h, c, W, U, b):
#     i, f, g, o = (x @ W.T + h @ U.T + b).chunk(4, dim=1)
#     c = minigrad.sigmoid(f) * c + minigrad.sigmoid(i) * minigrad.tanh(g)
#     return minigrad.sigmoid(o) * minigrad.tanh(c), c
# ```
# </details>

# %% [markdown]
# For one sequence, by hand in NumPy, and by the library:

# %%
def sigmoid(z):
    return 1 / (1 + np.exp(-z))


lstm = nn.LSTM(3, 4)
W, U = lstm.weight_ih_l0.detach().numpy(), lstm.weight_hh_l0.detach().numpy()
b = (lstm.bias_ih_l0 + lstm.bias_hh_l0).detach().numpy()
h, c, states = np.zeros(4), np.zeros(4), []
for x_t in x:
    z_i, z_f, z_g, z_o = np.split(W @ x_t + U @ h + b, 4)
    c = sigmoid(z_f) * c + sigmoid(z_i) * np.tanh(z_g)
    h = sigmoid(z_o) * np.tanh(c)
    states.append(h)
by_library, (last_h, last_c) = lstm(minigrad.tensor(x))
print("the same:", np.allclose(by_library.detach().numpy(), states, atol=1e-6))

# %% [markdown]
# Does the gradient get further back? The plot shows, for untrained networks, how much the last state depends
# on the input of so many steps before. A bias of the forget gate sets how long the memory lasts from the
# start: a bias of 3 makes $f \approx 0.95$.

# %%
def influence(layer, length=100):
    """The norm of the gradient of the last state for the input of 0, 1, ... steps before."""
    x = minigrad.randn(length, 20, 16, requires_grad=True)
    layer(x)[0][-1].sum().backward()
    return x.grad.norm(dim=2).mean(1).numpy()[::-1]


def remembering(bias):
    """An LSTM with this bias of the forget gate."""
    lstm = nn.LSTM(16, 64)
    with minigrad.no_grad():
        lstm.bias_hh_l0[64:128] = bias                  # i, f, g, o: the second block
        lstm.bias_ih_l0[64:128] = 0.0
    return lstm


fig, ax = plt.subplots(figsize=(6.4, 3.4))
networks = {"plain RNN": nn.RNN(16, 64)} | {f"LSTM, bias {bias}": remembering(bias) for bias in (0, 1, 3)}
for (name, layer), style in zip(networks.items(), ("C2^-", "C0o-", "C1s-", "C4D-")):
    ax.semilogy(influence(layer), style, markevery=10, label=name)
ax.set(xlabel="steps before the end", ylabel="norm of the gradient", title="How far back does it feel?",
       ylim=(1e-12, None))
ax.legend()
plt.show()

# %% [markdown]
# ## 5. A model of characters
#
# Now the model: an *embedding*, a table with a learned vector for each character; an LSTM; and a linear layer
# that makes $V$ logits of each state. It has a logit for every next character at every place.

# %%
class Writer(nn.Module):
    """Ids (N, T) and a state -> logits (N, T, V) and the new state."""

    def __init__(self, kinds, H=128):
        self.embedding = nn.Embedding(kinds, 32)
        self.lstm = nn.LSTM(32, H, batch_first=True)
        self.logits = nn.Linear(H, kinds)

    def forward(self, ids, state=None):
        h, state = self.lstm(self.embedding(ids), state)
        return self.logits(h), state


writer = Writer(V)
print(f"{sum(p.numel() for p in writer.parameters()):,} parameters")

# %% [markdown]
# The text is one sequence of hundreds of thousands of steps. To go back through all of them in each step of
# training is out of the question. *Truncated* backpropagation through time cuts the way back, but not the way
# forward: the text becomes 32 long rows that are read side by side, 32 characters at a time. The state is
# carried over to the next 32, but *detached*, so that the gradient ends there.

# %%
N, T = 32, 32
rows = train[:len(train) // N * N].reshape(N, -1)      # 32 rows, to be read side by side


def cost(writer, ids, length=500):
    """Bits per character on an unseen text, read in rows of this length."""
    ids = ids[:(len(ids) - 1) // length * length + 1]
    with minigrad.no_grad():
        logits, _ = writer(minigrad.tensor(ids[:-1].reshape(-1, length)))
        return F.cross_entropy(logits.flatten(0, 1), minigrad.tensor(ids[1:])).item() / math.log(2)


optimizer = optim.Adam(writer.parameters(), lr=0.01)
scheduler = optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
losses, checks, state, place = [], [], None, 0
for step in range(steps):
    if place + T + 1 > rows.shape[1]:
        state, place = None, 0                          # from the beginning
    window, place = minigrad.tensor(rows[:, place:place + T + 1]), place + T
    logits, state = writer(window[:, :-1], state)
    state = tuple(each.detach() for each in state)      # the way back ends here
    loss = F.cross_entropy(logits.flatten(0, 1), window[:, 1:].flatten())
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(writer.parameters(), 1.0)
    optimizer.step()
    scheduler.step()
    losses.append(loss.item() / math.log(2))
    if (step + 1) % max(1, steps // 6) == 0:
        checks.append((step + 1, cost(writer, unseen[:8001])))
print(f"{steps} steps: {cost(writer, unseen):.2f} bits per character on the unseen text, "
      f"by the character before {baselines['by the character before']:.2f}")

fig, ax = plt.subplots(figsize=(6.4, 3.6))
ax.plot(np.arange(1, steps + 1), losses, "C0-", alpha=0.5, label="training")
ax.plot(*zip(*checks), "C1o-", label="unseen text")
for (name, value), style in zip(baselines.items(), (":", "--", "-.")):
    ax.axhline(value, color="black", linestyle=style, linewidth=1, label=name)
ax.set(xlabel="step", ylabel="bits per character", ylim=(1.5, 8))
ax.legend(fontsize=8, ncols=2)
plt.show()

# %% [markdown]
# ## 6. Writing
#
# A model that says how probable every next character is can write: draw a character by these probabilities,
# feed it back in as the next input, and so on. The *temperature* $\tau$ divides the logits before the
# softmax:
#
# $$p = \operatorname{softmax}(z / \tau).$$
#
# With $\tau = 1$ the probabilities are those of the model. A small $\tau$ makes the probable ones more
# probable, up to always taking the best for $\tau \to 0$; a large one makes all more alike.

# %%
@minigrad.no_grad()
def write(writer, beginning, length, draw):
    """Continue a text; draw(logits) takes an array (V,) and returns an id."""
    state, written = None, beginning
    new = [number[character] for character in beginning]
    for _ in range(length):
        logits, state = writer(minigrad.tensor([new]), state)
        new = [int(draw(logits[0, -1].numpy().astype(np.float64)))]
        written += characters[new[0]]
    return written


def by_library(temperature):
    """A draw by minigrad.multinomial."""
    def draw(logits):
        return minigrad.multinomial(F.softmax(minigrad.tensor(logits) / temperature, dim=0), 1).item()
    return draw


length = effort(220, fast=20, browser=150)
for temperature in (0.3, 0.8, 1.5):
    print(f"--- temperature {temperature}")
    print(write(writer, "ROMEO:\n", length, by_library(temperature)))

# %% [markdown]
# After so short a training, many words are made up; a cool writer keeps to a few frequent ones, and may go
# round in circles, a hot one invents. But look what it has found out, from nothing but characters: how long
# words are, that most lines begin with a capital letter, and a speech with a name in capitals and a colon.
#
# ### Exercise 10.5: sampling with temperature
#
# How does one draw by given probabilities? Put them side by side: they cut the line from 0 to 1 into pieces.
# A random number $u$ from 0 to 1 falls into one of them, and into a long one more often than into a short
# one.

# %%
p = np.array([0.5, 0.3, 0.2])
fig, ax = plt.subplots(figsize=(6.4, 1.2))
left = 0.0
for k, (width, color) in enumerate(zip(p, ("lightsteelblue", "moccasin", "lightgray"))):
    ax.barh(0, width, left=left, color=color, edgecolor="black")
    ax.text(left + width / 2, 0, f"id {k}", ha="center", va="center")
    left += width
ax.axvline(0.74, color="black", linestyle="--")
ax.set(xlim=(0, 1), yticks=[], xlabel="u, with 0.74 as an example: it draws id 1", ylim=(-0.5, 0.5))
ax.grid(False)
plt.show()

# %% [markdown]
# Write the draw: softmax of the logits divided by the temperature, then the id of the piece into which `u`
# falls, that is the first whose sum of probabilities so far is greater than `u`. When it is right, it writes
# with a model that counts which characters follow each five characters in the plays. (Shannon wrote English
# in this way in 1948, with a book and chance.)

# %% tags=["exercise"]
def sample(logits, temperature, u):
    """The id drawn by softmax(logits / temperature), logits (V,), for the random number u, 0 <= u < 1."""
    ...


# %% tags=["check"]
grade("10.5", sample)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `np.cumsum(p)` holds the sums so far. Go through them in a loop, or count how many are at most `u`. Subtract
# the largest score before `np.exp`.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def sample(logits, temperature, u):
#     p = np.exp((logits - logits.max()) / temperature)
#     p /= p.sum()
#     return min(int(np.searchsorted(np.cumsum(p), u, side="right")), len(p) - 1)
# ```
# </details>

# %%
if sample(np.zeros(2), 1.0, 0.5) is None:
    print("Write exercise 10.5, then run this cell again: the LSTM writes with your sampler.")
else:
    rng = np.random.default_rng(0)
    print(write(writer, "JULIET:\n", length, lambda logits: sample(logits, 0.6, rng.random())))

# %% [markdown]
# ## What you have learned
#
# - A recurrent network reads one element at a time; its state carries what was before. Unrolled, it is a deep
#   network whose layers share their weights.
# - Its gradient goes back through time and is multiplied in each step: it vanishes or explodes. Clipping
#   helps against the second, gates against the first.
# - An LSTM adds to its memory instead of overwriting it, and learns when to keep, write and show.
# - Long texts are read in windows; the state goes on, the gradient is cut.
# - Bits per character tell how good a model of text is; the temperature, how daring it writes.
#
# A recurrent network must squeeze all it has read into one state, and it must read one step after the other.
# In lesson 11, every word can look at all others at once: attention. To read on: `minigrad/nn/recurrent.py`
# has the steps as you wrote them, with stacked layers and both directions.
