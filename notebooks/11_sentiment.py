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
# # 11. Did they like the film?
#
# A sentence is neither a row of features nor a grid of pixels. It can have any length, it consists of words,
# and the meaning of a word depends on the others: compare "bad" and "not bad". In this notebook you train two
# models to tell whether a film review is positive. The first, a bag of words, gives each word a weight and
# adds up the weights; it is hard to beat. The second is a *Transformer*, in which the words look at each
# other.
#
# You need lessons 7 (the training loop) and 9 (softmax and cross entropy). The lesson takes about an hour.

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
from minigrad.data import DataLoader, WordTokenizer, movie_reviews, split_words, train_test_split
from minigrad.nn import functional as F
from minigrad.visual import plot_attention

sentences = effort(9000, fast=600, browser=1500)            # how many to train on, at most
epochs_of_bag = effort(6, fast=2, browser=6)
epochs_of_reader = effort(5, fast=1, browser=3)
minigrad.manual_seed(0)
plt.rcParams.update({"figure.dpi": 90, "figure.constrained_layout.use": True,
                     "axes.spines.top": False, "axes.spines.right": False})

# %% [markdown]
# ## 1. Look at the data
#
# The data are sentences from film reviews. At least twenty people rated each sentence from $-4$ (very
# negative) to $4$ (very positive); the rating is their mean. If people cannot decide, a model need not
# either: we keep the sentences rated at least half a point from zero, and predict only the sign.
#
# Not all signs are equally clear, though. So the target is not 0 or 1 but a probability, closer to 0 or 1 for
# stronger ratings $r$: $y = 1 / (1 + e^{-1.2\,r})$. A model trained on such *soft targets* is not pushed to
# be certain where people were not.

# %%
texts, ratings = movie_reviews()
order = np.argsort(ratings)
for i in order[np.linspace(0, len(texts) - 1, 8).astype(int)]:
    print(f"{ratings[i]:5.1f}  {texts[i][:90]}")

fig, axes = plt.subplots(1, 2, figsize=(9, 2.5))
axes[0].hist(ratings, bins=60, color="tab:gray")
axes[0].set(xlabel="mean rating", ylabel="sentences")
r = np.linspace(-4, 4, 200)
axes[1].plot(r, 1 / (1 + np.exp(-1.2 * r)))
axes[1].set(xlabel="mean rating", ylabel="target")
for axis in axes:
    axis.axvspan(-0.5, 0.5, color="tab:orange", alpha=0.3, label="left out")
axes[0].legend(loc="upper center")
plt.show()

# %%
texts, ratings = movie_reviews(min_abs_rating=0.5)
targets = (1 / (1 + np.exp(-1.2 * ratings))).astype(np.float32)
rest, test, rest_targets, test_targets = train_test_split(texts, targets, test_size=0.1)
train, validation, train_targets, validation_targets = train_test_split(rest, rest_targets, test_size=500)
train, train_targets = train[:sentences], train_targets[:sentences]
print(f"{len(train):,} sentences for training, {len(validation)} for validation, {len(test):,} for testing")
print(f"{np.mean(ratings > 0):.1%} of all are positive, so a constant guess is right about half the time")

# %% [markdown]
# ## 2. Words to numbers
#
# We split each text into words, count the words of the training set, and number them by frequency, most
# frequent first. Two numbers are reserved: 0 for *padding*, which fills up short sentences, and 1 for
# *unknown* words. A model learns little from a word that occurs only once, so we treat such words as
# unknown.

# %%
counts = Counter(word for text in train for word in split_words(text))
known = sorted((word for word in counts if counts[word] >= 2), key=lambda word: (-counts[word], word))
number = {word: i for i, word in enumerate(known, start=2)}

sentence = "A moving, funny film; not a dull minute."
by_hand = [number.get(word, 1) for word in split_words(sentence)]
print(split_words(sentence))
print(by_hand)

# %% [markdown]
# `WordTokenizer` does the same.

# %%
tokenizer = WordTokenizer.from_texts(train, min_count=2)
print("the same:", tokenizer.encode(sentence) == by_hand)
print("and back:", tokenizer.decode(by_hand))

unknown = np.mean([i == 1 for text in test for i in tokenizer.encode(text)])
print(f"{len(tokenizer):,} words in the vocabulary; {unknown:.1%} of the words in the test set are unknown")

# %% [markdown]
# How often does each word occur? A few words are very frequent, most are very rare. Plotted on two
# logarithmic axes, the count against the rank is close to a straight line with slope $-1$. This is Zipf's
# law, published in 1935, and it holds for almost any text. For us it means that most words must be learned
# from a handful of examples.

# %%
ranked = counts.most_common()
ranks, frequencies = np.arange(1, len(ranked) + 1), np.array([count for _, count in ranked])
fig, axis = plt.subplots(figsize=(6, 3))
axis.loglog(ranks, frequencies, ".", markersize=3)
axis.loglog(ranks, frequencies[0] / ranks, color="black", linewidth=1, label="count ∝ 1 / rank")
for rank in [1, 4, 16, 64, 256, 1024]:
    axis.annotate(ranked[rank - 1][0], (rank, frequencies[rank - 1]), (3, 6), textcoords="offset points")
axis.set(xlabel="rank", ylabel="count", title=f"{len(ranked):,} different words")
axis.legend()
plt.show()
print(f"{np.mean(frequencies == 1):.0%} of them occur only once")

# %% [markdown]
# ### Exercise 11.1: padding
#
# A batch is one array, but its sentences have different lengths. Given lists of ids, return an array
# $(N, T)$, where $T$ is the longest length and shorter rows end in zeros. Also return a boolean array of
# the same shape, `True` at padding.

# %% tags=["exercise"]
def padded(rows):
    """Lists of ids -> ids (N, T), shorter rows end in zeros, and booleans (N, T), True at padding."""
    ...


# %% tags=["check"]
grade("11.1", padded)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Make an array of zeros and an array of `True` of the right shape first, then copy row by row. `len(row)`
# tells how far the words go.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def padded(rows):
#     ids = np.zeros((len(rows), max(len(row) for row in rows)), np.int64)
#     padding = np.ones(ids.shape, bool)
#     for i, row in enumerate(rows):
#         ids[i, :len(row)] = row
#         padding[i, :len(row)] = False
#     return ids, padding
# ```
# </details>

# %% [markdown]
# ## 3. A bag of words
#
# The simplest model gives each word of the vocabulary a weight $w$, positive for words that speak for a film,
# and sums the weights. The *sigmoid* $\sigma$ turns the sum into a probability. The loss is again a cross
# entropy, between the target $y$ and the prediction $p$:
#
# $$z = b + \sum_{t} w_{x_t} \qquad p = \sigma(z) = \frac{1}{1 + e^{-z}}
# \qquad L = -\,y \ln p - (1 - y) \ln(1 - p)$$
#
# This is *logistic regression*. Its gradient is as simple as before: $\partial L / \partial z = p - y$,
# prediction minus target. Each word of the sentence receives this gradient.

# %%
LONGEST = 48        # longer sentences are truncated to this many words
ids, padding = tokenizer.encode_batch(train, LONGEST)
print("ids", ids.shape, f"  padding {padding.mean():.0%}")


def gradient_by_hand(w, b, ids, y):
    """Ids (N, T), targets y (N,) -> the gradients of the mean loss for w (V,) and b ()."""
    z = b + w[ids].sum(axis=1)                      # padding has weight 0
    p = 1 / (1 + np.exp(-z))
    error = (p - y) / len(y)
    dw = np.bincount(ids.ravel(), np.repeat(error, ids.shape[1]), minlength=len(w))
    dw[0] = 0                                       # padding is not learned
    return dw, error.sum()


class Bag(nn.Module):
    """Ids (N, T) -> logits (N,)."""

    def __init__(self, size):
        self.weight = nn.Embedding(size, 1, padding_idx=0)
        self.bias = nn.Parameter(minigrad.zeros(()))
        nn.init.zeros_(self.weight.weight)

    def forward(self, ids):
        return self.weight(ids).sum(dim=(1, 2)) + self.bias


bag = Bag(len(tokenizer))
loss = F.binary_cross_entropy_with_logits(bag(minigrad.tensor(ids)), minigrad.tensor(train_targets))
loss.backward()
dw, db = gradient_by_hand(np.zeros(len(tokenizer)), 0.0, ids, train_targets)
print(f"loss {loss.item():.4f}, a coin toss has ln 2 = {math.log(2):.4f}")
print("the same gradient:", np.allclose(bag.weight.weight.grad.numpy()[:, 0], dw, atol=1e-6))

# %% [markdown]
# An embedding of width 1 is just a table with one number per word. Now we train it. The batches come from a
# `DataLoader` with a *collate function*, which turns a list of samples into a batch, so each batch is only as
# wide as its longest sentence.

# %%
def batch(samples):
    """A list of (text, target) -> ids (N, T), targets (N,)."""
    texts, targets = zip(*samples)
    return minigrad.tensor(tokenizer.encode_batch(texts, LONGEST)[0]), minigrad.tensor(np.array(targets))


def loader(texts, targets, **settings):
    return DataLoader(list(zip(texts, targets)), collate_fn=batch, **settings)


def logits_of(model, texts):
    """The logit of each text, (N,), without dropout and without recording a graph."""
    model.eval()
    with minigrad.no_grad():
        return minigrad.cat([model(ids) for ids, _ in loader(texts, np.zeros(len(texts)), batch_size=250)])


def probability(model, texts):
    """The probability that each text is positive, (N,)."""
    return F.sigmoid(logits_of(model, texts)).numpy()


def correct(p, targets):
    """Which predictions are correct, booleans (N,)."""
    return (p > 0.5) == (targets > 0.5)


def fit(model, epochs, learning_rate, weight_decay):
    """Train and return the training and validation loss of every epoch, (epochs, 2)."""
    optimizer = optim.AdamW(model.parameters(), lr=learning_rate, weight_decay=weight_decay)
    rows = []
    for epoch in range(epochs):
        model.train()
        total = 0
        for ids, target in loader(train, train_targets, batch_size=64, shuffle=True):
            loss = F.binary_cross_entropy_with_logits(model(ids), target)   # forward, loss
            optimizer.zero_grad()
            loss.backward()                                                 # backward
            optimizer.step()                                                # step
            total += loss.item() * len(target)
        logits = logits_of(model, validation)
        loss = F.binary_cross_entropy_with_logits(logits, minigrad.tensor(validation_targets)).item()
        accuracy = np.mean(correct(logits.sigmoid().numpy(), validation_targets))
        rows.append((total / len(train), loss))
        print(f"epoch {epoch + 1}: training loss {rows[-1][0]:.3f}  validation loss {loss:.3f}  "
              f"accuracy {accuracy:.1%}")
    return np.array(rows)


bag_rows = fit(bag, epochs=epochs_of_bag, learning_rate=0.01, weight_decay=0.1)

# %% [markdown]
# What has it learned? With a bag of words, we can read that directly from the weights.

# %%
weights = bag.weight.weight.detach().numpy()[:, 0]
order = np.argsort(weights)
fig, axes = plt.subplots(1, 2, figsize=(8, 4))
for axis, ends, color in [(axes[0], order[:20], "tab:orange"), (axes[1], order[:-21:-1], "tab:blue")]:
    axis.barh([tokenizer.words[i] for i in ends], weights[ends], color=color)
    axis.invert_yaxis()
    axis.tick_params(labelsize=8)
axes[0].set(xlabel="weight", title="speaks against a film")
axes[1].set(xlabel="weight", title="speaks for it")
plt.show()


print("weights:", *(f" {word} {weights[tokenizer.ids[word]]:.2f}" for word in ["not", "bad", "good"]))
three = ["bad", "not bad", "bad not"]
for text, p in zip(three, probability(bag, three)):
    print(f"{text:8} positive with probability {p:.2f}")

# %% [markdown]
# This shows the limit of the model: it adds up the words whatever their order, so "not bad" scores even worse
# than "bad". To do better, a word must be able to look at its neighbours.
#
# ## 4. Words as vectors
#
# To combine words we need more than one number per word. We give each word a vector of $D$ numbers, learned
# like any other parameter. Such an *embedding* is a matrix $E$ of shape $(V, D)$, and a sentence selects the
# rows of its words. In linear algebra this is a product with *one-hot* rows, but looking up a row avoids
# thousands of multiplications by zero.

# %%
embedding = nn.Embedding(len(tokenizer), 64, padding_idx=0)
some = minigrad.tensor(ids[:1, :6])                                     # (1, 6)
one_hot = F.one_hot(some, len(tokenizer)).float()                       # (1, 6, V)
print("lookup ", tuple(embedding(some).shape))
print("one-hot", tuple(one_hot.shape), "@", tuple(embedding.weight.shape))
print("the same:", minigrad.allclose(embedding(some), one_hot @ embedding.weight))

# %% [markdown]
# ## 5. Attention, by hand
#
# How can a word look at others? Think of a dictionary that returns an answer even if no key matches exactly.
# Every word has a *query* $q$ (what it is looking for), a *key* $k$ (what others can find it by) and a
# *value* $v$ (the information it provides). The better a key matches the query, measured by their dot
# product, the more its value contributes to the answer. Softmax turns the scores into attention weights that
# sum to 1:
#
# $$\operatorname{attention}(Q, K, V) = \operatorname{softmax}\!\left(\frac{Q K^\top}{\sqrt{d}}\right) V$$
#
# with $Q$ of shape $(T, d)$, $K$ $(S, d)$ and $V$ $(S, e)$, one row per word. Here are all the steps
# for four words that attend to each other:

# %% tags=["given"]
def softmax(scores):
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))     # subtract the max, or exp overflows
    return e / e.sum(axis=-1, keepdims=True)


def attention_by_hand(Q, K, V):
    scores = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1])      # (T, S): how well key s matches query t
    weights = softmax(scores)                                   # (T, S): each row sums to 1
    return weights @ V, weights                                 # (T, e), (T, S)


# %%
rng = np.random.default_rng(0)
Q, K, V = (rng.normal(size=(4, 8)) for _ in range(3))
answer, attention_weights = attention_by_hand(Q, K, V)
print("attention weights\n", attention_weights.round(2), "\nsum of each row", attention_weights.sum(axis=1))

by_library = F.scaled_dot_product_attention(*map(minigrad.tensor, (Q, K, V)))
print("the same as the library:", np.allclose(answer, by_library.numpy()))

# %% [markdown]
# Why divide by $\sqrt{d}$? The dot product of two random vectors of $d$ numbers is a sum of $d$ terms, so its
# standard deviation grows like $\sqrt{d}$. Without the division, the softmax for long vectors would give
# nearly all the weight to a single word, and its gradient would vanish. The plot shows the largest of ten
# attention weights, for random queries and keys.

# %%
widths = 4 ** np.arange(1, 7)
largest = {name: [] for name in ["divided by √d", "not divided"]}
for d in widths:
    scores = np.einsum("nd,nsd->ns", rng.normal(size=(300, d)), rng.normal(size=(300, 10, d)))
    largest["divided by √d"].append(softmax(scores / np.sqrt(d)).max(axis=1).mean())
    largest["not divided"].append(softmax(scores).max(axis=1).mean())

fig, axis = plt.subplots(figsize=(5.5, 2.6))
for name, means in largest.items():
    axis.semilogx(widths, means, "o-", label=name)
axis.axhline(0.1, color="black", linestyle=":", label="uniform")
axis.set(xlabel="d", ylabel="largest weight", ylim=(0, 1))
axis.legend()
plt.show()

# %% [markdown]
# ### Exercise 11.2: attention that does not see the padding
#
# In a batch, shorter sentences are padded, and no word may attend to the padding. The trick is to set the
# scores of padded keys to $-\infty$ before the softmax. Since $e^{-\infty} = 0$, their attention weight is 0.
#
# Write attention with such a mask for a batch: `Q` is $(N, T, d)$, `K` $(N, S, d)$, `V` $(N, S, e)$ and
# `padding` $(N, S)$, `True` at padding. Use tensor operations, so that gradients flow through it. A matrix
# product `@` of tensors with three axes multiplies the matrices in the last two, sentence by sentence. When
# it is right, it becomes the heart of a small reader of reviews, which is trained for a few seconds.

# %% tags=["exercise"]
def masked_attention(Q, K, V, padding):
    """(N, T, d), (N, S, d), (N, S, e), booleans (N, S), True = padding -> (N, T, e)."""
    ...


# %% tags=["check"]
grade("11.2", masked_attention)

# %% [markdown]
# <details><summary>Hint</summary>
#
# The scores are $(N, T, S)$: `Q @ K.transpose(1, 2)`, divided. `padding.unsqueeze(1)` is $(N, 1, S)$ and
# stretches over the queries; `minigrad.where(condition, a, b)` or `scores.masked_fill(mask, value)` sets
# values. `F.softmax` takes the axis as `dim=`.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def masked_attention(Q, K, V, padding):
#     scores = Q @ K.transpose(1, 2) / math.sqrt(Q.shape[-1])
#     scores = minigrad.where(padding.unsqueeze(1), -math.inf, scores)
#     return F.softmax(scores, dim=-1) @ V
# ```
# </details>

# %% [markdown]
# ### Attention ignores the order
#
# Swap two words, and their outputs are swapped too, but nothing else changes: attention treats the sentence
# as a set. So we add a second vector to each word's vector that depends only on its position. Then "bad" in
# second position differs from "bad" in first position, and a query can look for the word just before it.

# %%
words, positions = rng.normal(size=(4, 8)), rng.normal(size=(4, 8))
swap = [1, 0, 2, 3]


def self_attention(x):
    return attention_by_hand(x, x, x)[0]


print("are the outputs merely swapped?")
print("without positions:", np.allclose(self_attention(words)[swap], self_attention(words[swap])))
print("with positions:   ",
      np.allclose(self_attention(words + positions)[swap], self_attention(words[swap] + positions)))

# %% [markdown]
# Which vectors? They can be learned, a table with a row per position: a *position embedding*. Or they can be
# computed. The first Transformer (Vaswani et al., 2017, section 3.5) used waves of many lengths: position $t$
# has the numbers
#
# $$p_{t,\,2i} = \sin\!\left(\frac{t}{10000^{2i/D}}\right) \qquad
# p_{t,\,2i+1} = \cos\!\left(\frac{t}{10000^{2i/D}}\right).$$
#
# The fast waves tell neighbours apart, the slow ones the beginning from the end, like the hands of a clock.
# The right plot compares position 20 with all others by the dot product: its neighbours are the most alike.

# %%
table = nn.PositionalEncoding(32, max_len=48).pe.numpy()               # (T, D)
fig, axes = plt.subplots(1, 2, figsize=(9, 2.8))
image = axes[0].imshow(table.T, cmap="PuOr", aspect="auto", vmin=-1, vmax=1)
axes[0].set(xlabel="position t", ylabel="column", title="a vector for each position")
fig.colorbar(image, ax=axes[0])
axes[1].plot(table @ table[20], ".-")
axes[1].axvline(20, color="black", linestyle=":")
axes[1].set(xlabel="position t", ylabel="dot product", title="how much like position 20")
plt.show()

# %% [markdown]
# ### Exercise 11.3: positions from sines and cosines
#
# Return this table as a NumPy array of shape $(T, D)$; $D$ is even. When it is right, two Transformers learn
# to tell which of two words comes first in a row: one with your positions, one without any.

# %% tags=["exercise"]
def sinusoids(T, D):
    """The table p (T, D), D even: sines in the columns 0, 2, 4, ..., cosines in 1, 3, 5, ..."""
    ...


# %% tags=["check"]
grade("11.3", sinusoids)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `np.arange(0, D, 2)` is all the $2i$. Make the angles first, of shape $(T, D/2)$; then fill the even
# columns, `table[:, 0::2]`, and the odd ones.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def sinusoids(T, D):
#     angles = np.arange(T)[:, None] / 10000 ** (np.arange(0, D, 2) / D)
#     table = np.zeros((T, D))
#     table[:, 0::2] = np.sin(angles)
#     table[:, 1::2] = np.cos(angles)
#     return table
# ```
# </details>

# %% [markdown]
# ## 6. The encoder layer
#
# Queries, keys and values are three learned linear functions of the word vectors. *Multi-head* attention runs
# $h$ attentions in parallel, each with vectors of $D / h$ numbers, so that one head can look for negations
# and another for nouns. A Transformer layer adds three well-proven components: a *residual connection* (the
# output is added to the input, so that a layer only learns what to change), *layer norm* (which normalises
# each vector to mean 0 and variance 1), and a small network that processes each word separately:
#
# $$x \leftarrow x + \operatorname{heads}(\operatorname{norm}_1(x))
# \qquad x \leftarrow x + W_2 \max(0,\, W_1 \operatorname{norm}_2(x))$$
#
# Here is the library's layer, and the same computation by hand with its components:

# %%
layer = nn.TransformerEncoderLayer(64, nhead=4, dim_feedforward=128, batch_first=True, norm_first=True).eval()
attention = layer.self_attn


def layer_by_hand(x):
    """(N, T, 64) -> (N, T, 64)."""
    N, T, D = x.shape
    q, k, v = F.linear(layer.norm1(x), attention.in_proj_weight, attention.in_proj_bias).chunk(3, dim=-1)
    q, k, v = (each.reshape(N, T, 4, 16).transpose(1, 2) for each in (q, k, v))     # (N, heads, T, 16)
    y = minigrad.softmax(q @ k.transpose(2, 3) / 4, dim=-1) @ v                     # 4 = √16
    y = y.transpose(1, 2).reshape(N, T, D)                                          # heads side by side
    x = x + attention.out_proj(y)
    return x + layer.linear2(minigrad.relu(layer.linear1(layer.norm2(x))))


x = minigrad.randn(2, 5, 64)
print("the same:", minigrad.allclose(layer(x), layer_by_hand(x), atol=1e-5))

# %% [markdown]
# ### Exercise 11.4: one vector for the whole sentence
#
# The layer outputs one vector per word, but we need one for the whole sentence. Take the mean over the real
# words, without padding. Write it with tensor operations so that the gradient flows through it.

# %% tags=["exercise"]
def masked_mean(x, padding):
    """(N, T, D), booleans (N, T), True = padding -> (N, D)."""
    ...


# %% tags=["check"]
grade("11.4", masked_mean)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `~padding` is `True` at words, `.float()` makes ones and zeros of it, and `.unsqueeze(2)` gives it the shape
# $(N, T, 1)$, which multiplies $(N, T, D)$.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def masked_mean(x, padding):
#     is_word = (~padding).float().unsqueeze(2)       # (N, T, 1)
#     return (x * is_word).sum(1) / is_word.sum(1)
# ```
# </details>

# %% [markdown]
# ## 7. The model
#
# The model consists of word and position embeddings, one encoder layer, the masked mean, and a linear layer
# with one output. The embedding table for this vocabulary has far more parameters than there are sentences,
# so the model memorises the sentences unless we prevent it. Besides dropout, we replace a fifth of the words
# by the unknown word during training, so that the model relies on no single word.

# %%
class Reader(nn.Module):
    """Ids (N, T) -> logits (N,), positive for positive reviews."""

    def __init__(self, size, D=64, heads=4):
        self.word = nn.Embedding(size, D, padding_idx=0)
        self.position = nn.Embedding(LONGEST, D)
        for table in (self.word, self.position):
            nn.init.normal_(table.weight, std=0.1)
        self.layer = nn.TransformerEncoderLayer(D, heads, 2 * D, 0.3, batch_first=True, norm_first=True)
        self.norm, self.logit, self.dropout = nn.LayerNorm(D), nn.Linear(D, 1), nn.Dropout(0.3)

    def embed(self, ids):
        return self.dropout(self.word(ids) + self.position(minigrad.arange(ids.shape[1])))      # (N, T, D)

    def forward(self, ids):
        padding = ids == 0                                                      # (N, T)
        if self.training:
            hidden = (minigrad.rand(*ids.shape) < 0.2) & ~padding
            ids = minigrad.where(hidden, 1, ids)
        x = self.norm(self.layer(self.embed(ids), src_key_padding_mask=padding))
        is_word = (~padding).float().unsqueeze(2)                               # (N, T, 1)
        mean = (x * is_word).sum(1) / is_word.sum(1)                            # (N, D)
        return self.logit(self.dropout(mean)).squeeze(1)

    def attention(self, ids):
        """The attention weights of each word, (N, heads, T, T)."""
        x = self.layer.norm1(self.embed(ids))
        return self.layer.self_attn(x, x, x, ids == 0, average_attn_weights=False)[1]


reader = Reader(len(tokenizer))
print(nn.summary(reader, minigrad.tensor(ids[:1])))

# %% [markdown]
# Before training, we test the model: a sentence must get the same output alone and in a batch with a longer
# one, where it is padded. If the mask were wrong anywhere, this test would show it.

# %%
reader.eval()
short, long = sorted(train[:50], key=len)[0], sorted(train[:50], key=len)[-1]
alone, together = (tokenizer.encode_batch(each, LONGEST)[0] for each in ([short], [short, long]))
with minigrad.no_grad():
    a, b = (reader(minigrad.tensor(each))[0].item() for each in (alone, together))
print(f"width alone {alone.shape[1]}, in the batch {together.shape[1]}; logits {a:.6f} and {b:.6f}")

# %%
reader_rows = fit(reader, epochs=epochs_of_reader, learning_rate=0.001, weight_decay=0.01)

# %%
fig, axes = plt.subplots(1, 2, figsize=(9, 3))
for axis, rows, name in [(axes[0], bag_rows, "bag of words"), (axes[1], reader_rows, "Transformer")]:
    epochs = np.arange(1, len(rows) + 1)
    axis.plot(epochs, rows[:, 0], "o-", label="training")
    axis.plot(epochs, rows[:, 1], "o-", label="validation")
    axis.axhline(math.log(2), color="black", linestyle=":", label="coin toss, ln 2")
    axis.set(xlabel="epoch", title=name, ylim=(0.3, 0.75))
    axis.xaxis.get_major_locator().set_params(integer=True)
axes[0].set_ylabel("loss")
axes[0].legend()
plt.show()

# %% [markdown]
# Both models keep improving on the training set, while the validation loss soon stops falling: there are few
# sentences and many words. (It would not fall to zero in any case, because the targets are soft.) Now we use
# the test set.

# %%
p = {"bag of words": probability(bag, test), "Transformer": probability(reader, test)}
p["mean of both"] = (p["bag of words"] + p["Transformer"]) / 2
hits = {"always negative": test_targets < 0.5}
hits |= {name: correct(each, test_targets) for name, each in p.items()}

fig, axis = plt.subplots(figsize=(6, 2))
bars = axis.barh(list(hits), [each.mean() for each in hits.values()],
                 color=["lightgray", "tab:gray", "tab:blue", "tab:cyan"])
axis.bar_label(bars, [f" {each.mean():.1%}" for each in hits.values()])
axis.set(xlim=(0, 1), xlabel=f"accuracy on {len(test):,} test sentences")
axis.invert_yaxis()
plt.show()

only_bag = np.sum(hits["bag of words"] & ~hits["Transformer"])
only_reader = np.sum(hits["Transformer"] & ~hits["bag of words"])
print(f"only the bag of words is correct {only_bag} times, only the Transformer {only_reader} times;")
chance = math.sqrt(only_bag + only_reader)
print(f"if both were equally good, these counts would differ by about {chance:.0f} by chance")

# %% [markdown]
# A model that knows the order of the words is not far from one that ignores it. It is able to understand
# more, but to learn how "not" changes the words after it, it must see many examples, and we have few
# sentences. Today's large models have read billions of words before they see their first review.
#
# The demo, `python -m minigrad demo sentiment`, gets slightly better results from the same data. It also
# uses the beginnings of words, so that *moving* and *movingly* learn from each other, marks the words after
# a "not", and averages the weights over many steps.
#
# ## 8. What it looks at
#
# We can plot the attention weights: row $i$ shows how word $i$ distributes its attention over all the words,
# with one panel per head.

# %%
shown = next(text for text in test if 8 <= len(split_words(text)) <= 11 and "not" in split_words(text))
reader.eval()
with minigrad.no_grad():
    maps = reader.attention(minigrad.tensor(tokenizer.encode_batch([shown])[0]))[0].numpy()
p_shown = probability(reader, [shown])[0]
plot_attention(maps, split_words(shown), title=f"positive with probability {p_shown:.2f}")

# %% [markdown]
# Read such maps with care: they show where information can flow, not how it is used. A more reliable question
# is "what if?": what if this word were missing?
#
# ### Exercise 11.5: what if?
#
# For each word of a sentence, replace this one word by the unknown word (id 1) and return by how much the
# probability of "positive" *drops*. A positive number means that the word speaks for the film in this
# sentence. `model` takes a tensor of ids, (1, T), and returns a tensor with one logit; the sigmoid makes a
# probability of it.

# %% tags=["exercise"]
def contributions(model, ids):
    """The drop in probability for each word; ids: a NumPy array (T,) -> a list of T numbers."""
    ...


# %% tags=["check"]
grade("11.5", contributions)

# %% [markdown]
# <details><summary>Hint</summary>
#
# The probability of ids is `F.sigmoid(model(minigrad.tensor(ids[None]))).item()`. In each round, change one
# place of a fresh `ids.copy()`.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def contributions(model, ids):
#     def probability(ids):
#         return F.sigmoid(model(minigrad.tensor(ids[None]))).item()
#
#     before, drops = probability(ids), []
#     for position in range(len(ids)):
#         without = ids.copy()
#         without[position] = 1
#         drops.append(before - probability(without))
#     return drops
# ```
# </details>

# %%
probe = "a funny film , but not a good one"
ids_of_probe = tokenizer.encode_batch([probe], LONGEST)[0][0]
bag.eval()
if contributions(bag, ids_of_probe) is None:
    print("Write exercise 11.5, then run this cell again: it shows what each word adds.")
else:
    fig, axes = plt.subplots(1, 2, figsize=(9, 2.6), sharey=True)
    for axis, model, name in [(axes[0], bag, "bag of words"), (axes[1], reader, "Transformer")]:
        with minigrad.no_grad():
            drops = np.array(contributions(model, ids_of_probe))
        axis.bar(range(len(drops)), drops, color=np.where(drops > 0, "tab:blue", "tab:orange"))
        axis.set_xticks(range(len(drops)), split_words(probe), rotation=60)
        axis.set_title(f"{name}: positive with probability {probability(model, [probe])[0]:.2f}")
    axes[0].set_ylabel("drop in probability")
    plt.show()

# %% [markdown]
# ## 9. Where it fails
#
# First, the test sentences where it is most confident and wrong:

# %%
wrong = np.flatnonzero(~hits["Transformer"])
wrong = wrong[np.argsort(-abs(p["Transformer"][wrong] - 0.5))]
print("Transformer   people")
for i in wrong[:10]:
    print(f"{p['Transformer'][i]:8.2f}      {test_targets[i]:.2f}   {test[i][:85]}")

# %% [markdown]
# We find praise and criticism in one sentence, irony, comparisons, and words that are not in the training
# set. Now some sentences of our own, to see how each model handles a "not":

# %%
probes = ["a good film", "not a good film", "a bad film", "not a bad film", "not bad at all",
          "i expected a dull film , but it is brilliant", "i expected a brilliant film , but it is dull",
          "it is anything but boring"]
print(f"{'bag':>5} {'Transformer':>12}   probability that it is positive")
for text, by_bag, by_reader in zip(probes, probability(bag, probes), probability(reader, probes)):
    print(f"{by_bag:5.2f} {by_reader:12.2f}   {text}")

# %% [markdown]
# Try your own sentences. Sooner or later you will find one that fools the model; it teaches you something
# that no accuracy figure can.
#
# ## What you have learned
#
# - Words become numbers, numbers select rows of a table, and the table is learned.
# - A bag of words is a strong baseline that ignores the order. Always compute one.
# - Attention is a soft lookup: the softmax of the scores, times the values. Positions tell it the order, and
#   a mask hides the padding.
# - Test your mask: the output must not depend on the padding.
#
# In lesson 12, a Transformer writes text of its own. To read on: `minigrad/ops/layers/attention.py` has the
# formula as you wrote it, `minigrad/nn/attention.py` the heads and masks, and `minigrad/demos/sentiment.py`
# is the demo.
