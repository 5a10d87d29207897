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
# # Did they like the film?
#
# A sentence is neither a row of features nor a grid of pixels. It has any length, it is made of words, and
# what a word means depends on the others: "bad" says one thing, "not bad" another. Here you teach two
# models to tell whether a review is positive. The first throws all words into a bag and adds up what they
# are worth, and it is hard to beat. The second is a *Transformer*, in which the words look at each other.
#
# As before: by hand, by the library, as a picture, as an exercise. The training loop is explained in
# `01_house_prices`, softmax and cross entropy in `02_mnist`.

# %%
import math
import os
from collections import Counter

import matplotlib.pyplot as plt
import numpy as np

import minigrad
from minigrad import nn, optim
from minigrad.data import DataLoader, WordTokenizer, movie_reviews, split_words, train_test_split
from minigrad.nn import functional as F
from minigrad.visual import plot_attention

FAST = os.environ.get("MINIGRAD_NOTEBOOK_FAST") == "1"      # few sentences, to see that everything runs
minigrad.manual_seed(0)
plt.rcParams.update({"figure.dpi": 90, "figure.constrained_layout.use": True,
                     "axes.spines.top": False, "axes.spines.right": False})


def check(right, hint):
    """The answer to an exercise."""
    print("Right." if right else f"Not yet: {hint}")


# %% [markdown]
# ## 1. Look at the data
#
# Sentences from film reviews, each rated by twenty people or more from $-4$ (very negative) to $4$ (very
# positive); the rating is their mean. Where people could not decide, a model need not: we keep what has at
# least half a point, and ask only for the sign.
#
# Not all signs are equally clear, though. So the target is not a bare 0 or 1 but a probability, the closer
# to 0 or 1 the stronger the rating $r$: $y = 1 / (1 + e^{-1.2\,r})$. A model that learns from such *soft
# targets* is not driven to be certain where people were not.

# %%
texts, ratings = movie_reviews()
order = np.argsort(ratings)
for place in np.linspace(0, len(texts) - 1, 8).astype(int):
    print(f"{ratings[order[place]]:5.1f}  {texts[order[place]][:90]}")

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
if FAST:
    train, train_targets = train[:600], train_targets[:600]
print(f"{len(train):,} sentences to train on, {len(validation)} for validation, {len(test):,} for the test")
print(f"{np.mean(ratings > 0):.1%} of all are positive, so who always says the same is right half the time")

# %% [markdown]
# ## 2. Words to numbers
#
# Split a text into words, count them in the training set, and number them, the frequent ones first. Two
# numbers are reserved: 0 for *padding*, with which we shall fill up short sentences, and 1 for every word
# that is *unknown*. A word seen only once teaches little; we count it among the unknown.

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
print(f"{len(tokenizer):,} words in the vocabulary; {unknown:.1%} of the words of the test set are unknown")

# %% [markdown]
# How often does each word come? Few words are very frequent, most are very rare: on two logarithmic axes,
# count over rank is close to a straight line of slope $-1$. Zipf found this law in 1935, and it holds for
# about every text there is. For us it means that most words have to be learned from a handful of examples.

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
print(f"{np.mean(frequencies == 1):.0%} of them come only once")

# %% [markdown]
# ### Exercise 1: a rectangle
#
# A batch is one array, but its sentences have different lengths. Given lists of ids, return an array $(N,
# T)$ with $T$ the longest length and zeros behind the shorter ones, and an array of booleans of the same
# shape, `True` where there is padding.

# %% tags=["exercise"]
def padded(rows):
    ids, padding = None, None
    return ids, padding


# %% tags=["check"]
three = ["good", "not a good film at all", "dull, dull"]
ids, padding = padded([tokenizer.encode(text) for text in three])
expected_ids, expected_padding = tokenizer.encode_batch(three)
check(np.array_equal(ids, expected_ids) and np.array_equal(padding, expected_padding),
      f"expected ids\n{expected_ids}\nand padding\n{expected_padding}")

# %% [markdown]
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
# The simplest model gives each word of the vocabulary a number, its weight $w$, positive for words that
# speak for a film, and adds up. The *sigmoid* $\sigma$ makes a probability of the sum, and the loss is
# again a cross entropy, between what is true, $y$, and what is predicted, $p$:
#
# $$z = b + \sum_{t} w_{x_t} \qquad p = \sigma(z) = \frac{1}{1 + e^{-z}}
# \qquad L = -\,y \ln p - (1 - y) \ln(1 - p)$$
#
# This is *logistic regression*. Its gradient is as simple as that of the cross entropy: $\partial L /
# \partial z = p - y$, what was predicted minus what is true. Each word of the sentence receives it.

# %%
LONGEST = 48                            # what is beyond is cut
ids, padding = tokenizer.encode_batch(train, LONGEST)
print("ids", ids.shape, " of which padding", f"{padding.mean():.0%}")


def gradient_by_hand(w, b, ids, y):
    """The gradient of the mean loss of the sentences ids (N, T) -> (V,), ()."""
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
print(f"loss {loss.item():.4f}, that of a coin is ln 2 = {math.log(2):.4f}")
print("the same gradient:", np.allclose(bag.weight.weight.grad.numpy()[:, 0], dw, atol=1e-6))

# %% [markdown]
# An embedding of width 1 is just a table with a number for each word. Now train it. The batches come from
# a `DataLoader` with a *collate function*, which turns a list of samples into a batch; so each batch is
# only as wide as its longest sentence.

# %%
def batch(samples):
    """A list of (text, target) -> ids (N, T), targets (N,)."""
    texts, targets = zip(*samples)
    return minigrad.tensor(tokenizer.encode_batch(texts, LONGEST)[0]), minigrad.tensor(np.array(targets))


def loader(texts, targets, **how):
    return DataLoader(list(zip(texts, targets)), collate_fn=batch, **how)


def logits_of(model, texts):
    """The logit of each text (N,), without dropout and without a graph."""
    model.eval()
    with minigrad.no_grad():
        return minigrad.cat([model(ids) for ids, _ in loader(texts, np.zeros(len(texts)), batch_size=250)])


def probability(model, texts):
    """How probable it is that each text is positive (N,)."""
    return F.sigmoid(logits_of(model, texts)).numpy()


def right(p, targets):
    """Which predictions are on the right side (N,)."""
    return (p > 0.5) == (targets > 0.5)


def fit(model, epochs, learning_rate, weight_decay):
    """Train -> the training and the validation loss of every epoch (epochs, 2)."""
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
        accuracy = np.mean(right(logits.sigmoid().numpy(), validation_targets))
        rows.append((total / len(train), loss))
        print(f"epoch {epoch + 1}: training loss {rows[-1][0]:.3f}  validation loss {loss:.3f}  "
              f"right {accuracy:.1%}")
    return np.array(rows)


bag_rows = fit(bag, epochs=2 if FAST else 8, learning_rate=0.01, weight_decay=0.1)

# %% [markdown]
# And what has it learned? That can be read off a bag of words directly.

# %%
weights = bag.weight.weight.detach().numpy()[:, 0]
order = np.argsort(weights)
fig, axes = plt.subplots(1, 2, figsize=(8, 4))
for axis, ends, color in [(axes[0], order[:20], "tab:red"), (axes[1], order[:-21:-1], "tab:blue")]:
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
# There is its limit: the words are added up whatever their order, so "not bad" is the worst of both
# worlds. To do better, a word has to be able to look at its neighbours.
#
# ## 4. Words as vectors
#
# One number per word is too little if words are to be combined. Give each a vector of $D$ numbers, learned
# like any other parameter: an *embedding*, a matrix $E$ of shape $(V, D)$, of which a sentence picks the
# rows. Seen as linear algebra it is a product with *one-hot* rows, but nobody multiplies by thousands of
# zeros when it is enough to look up a row.

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
# How can a word look at others? Think of a dictionary that answers a question although no key fits
# exactly. Every word sends out a *query* $q$, what it is looking for, and offers a *key* $k$, what it can
# be found by, and a *value* $v$, what it has to say. The better a key fits the query, measured by their
# scalar product, the more of its value goes into the answer. Softmax turns the fits into shares that sum
# to 1:
#
# $$\operatorname{attention}(Q, K, V) = \operatorname{softmax}\!\left(\frac{Q K^\top}{\sqrt{d}}\right) V$$
#
# with $Q$ of shape $(T, d)$, $K$ $(S, d)$ and $V$ $(S, e)$, one row for each word. All steps one by one,
# for four words that look at themselves:

# %%
def softmax(scores):
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))     # the same, without overflow
    return e / e.sum(axis=-1, keepdims=True)


def attention_by_hand(Q, K, V):
    scores = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1])      # (T, S): how well does key s fit query t?
    shares = softmax(scores)                                    # rows that sum to 1
    return shares @ V, shares                                   # (T, e), (T, S)


rng = np.random.default_rng(0)
Q, K, V = (rng.normal(size=(4, 8)) for _ in range(3))
answer, shares = attention_by_hand(Q, K, V)
print("shares\n", shares.round(2), "\nsum of each row", shares.sum(axis=1))

by_library = F.scaled_dot_product_attention(*map(minigrad.tensor, (Q, K, V)))
print("the same as the library:", np.allclose(answer, by_library.numpy()))

# %% [markdown]
# Why the $\sqrt{d}$? The scalar product of two random vectors of $d$ numbers is a sum of $d$ terms, so its
# standard deviation grows like $\sqrt{d}$. Without the division, softmax of long vectors would give nearly
# everything to a single word, and its gradient would vanish. The picture shows the largest of ten shares,
# for random queries and keys.

# %%
widths = 4 ** np.arange(1, 7)
largest = {name: [] for name in ["divided by √d", "as it is"]}
for d in widths:
    scores = np.einsum("nd,nsd->ns", rng.normal(size=(300, d)), rng.normal(size=(300, 10, d)))
    largest["divided by √d"].append(softmax(scores / np.sqrt(d)).max(axis=1).mean())
    largest["as it is"].append(softmax(scores).max(axis=1).mean())

fig, axis = plt.subplots(figsize=(5.5, 2.6))
for name, shares in largest.items():
    axis.semilogx(widths, shares, "o-", label=name)
axis.axhline(0.1, color="black", linestyle=":", label="all alike")
axis.set(xlabel="d", ylabel="largest share", ylim=(0, 1))
axis.legend()
plt.show()

# %% [markdown]
# ### Attention does not see the order
#
# Exchange two words, and the answers are exchanged, but nothing else changes: attention sees a set. So we
# add to each word's vector a second one that depends on its place only, a *position embedding*, also
# learned. Then "bad" in second place is something else than "bad" in first place, and a query can ask for
# what stands just before.

# %%
words, places = rng.normal(size=(4, 8)), rng.normal(size=(4, 8))
swap = [1, 0, 2, 3]


def self_attention(x):
    return attention_by_hand(x, x, x)[0]


print("are the answers the same, only exchanged?")
print("without positions:", np.allclose(self_attention(words)[swap], self_attention(words[swap])))
print("with positions:   ",
      np.allclose(self_attention(words + places)[swap], self_attention(words[swap] + places)))

# %% [markdown]
# ### Exercise 2: nobody listens to padding
#
# In a batch, the shorter sentences are filled up, and no word may attend to what fills them. The trick:
# before the softmax, set the scores of padded keys to $-\infty$; since $e^{-\infty} = 0$, they get no
# share. Write attention with such a mask for one sentence: `padding` is $(S,)$, `True` where there is
# padding.

# %% tags=["exercise"]
def masked_attention(Q, K, V, padding):
    scores = Q @ K.T / np.sqrt(Q.shape[-1])             # (T, S)
    return None                                         # (T, e)


# %% tags=["check"]
padding_of_one = np.array([False, False, False, True])
answer = masked_attention(Q, K, V, padding_of_one)
loud = V.copy()
loud[3] = 1e6           # what padding says must not matter
allowed = minigrad.tensor(~padding_of_one)[None]        # this function wants to know who may be heard
expected = F.scaled_dot_product_attention(*map(minigrad.tensor, (Q, K, V)), allowed)
check(answer is not None and np.allclose(answer, expected.numpy())
      and np.allclose(masked_attention(Q, K, loud, padding_of_one), answer),
      f"the first row should be {expected.numpy()[0].round(2)}")

# %% [markdown]
# <details><summary>Solution</summary>
#
# ```python
# def masked_attention(Q, K, V, padding):
#     scores = Q @ K.T / np.sqrt(Q.shape[-1])
#     scores = np.where(padding, -np.inf, scores)         # (S,) is the same for all rows
#     return softmax(scores) @ V
# ```
# </details>

# %% [markdown]
# ## 6. The encoder layer
#
# Queries, keys and values are three linear functions of the word vectors, and learned. *Multi-head*
# attention does it several times side by side with vectors of $D / h$ numbers each, so that one head can
# look for negations while another looks for nouns. Around it a Transformer layer puts three things that
# have proved their worth: a *shortcut* (what comes out is added to what came in, so a layer only needs to
# learn what to change), *layer norm* (each vector to mean 0 and variance 1), and a small network that
# works on each word by itself:
#
# $$x \leftarrow x + \operatorname{heads}(\operatorname{norm}_1(x))
# \qquad x \leftarrow x + W_2 \max(0,\, W_1 \operatorname{norm}_2(x))$$
#
# Here is the library's layer, and the same by hand from its parts:

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
# ### Exercise 3: one vector for the whole sentence
#
# After the layer there is still a vector for every word, and we need one for the sentence. Take their
# mean, but only over real words. Write it with tensor operations, so that the gradient can flow through
# it.

# %% tags=["exercise"]
def masked_mean(x, padding):
    """(N, T, D), booleans (N, T), True = padding -> (N, D)."""
    return None


# %% tags=["check"]
x = minigrad.randn(2, 5, 3, requires_grad=True)
padding_of_two = minigrad.tensor([[False, False, True, True, True], [False] * 5])
answer = masked_mean(x, padding_of_two)
values = x.detach().numpy()
expected = np.stack([values[0, :2].mean(axis=0), values[1].mean(axis=0)])
check(isinstance(answer, minigrad.Tensor) and answer.shape == (2, 3)
      and np.allclose(answer.detach().numpy(), expected, atol=1e-6) and answer.requires_grad,
      "multiply by 1.0 where there is a word and by 0.0 where there is none, and count the words")

# %% [markdown]
# <details><summary>Solution</summary>
#
# ```python
# def masked_mean(x, padding):
#     there = (~padding).float().unsqueeze(2)         # (N, T, 1)
#     return (x * there).sum(1) / there.sum(1)
# ```
# </details>

# %% [markdown]
# ## 7. The model
#
# Words and positions, one encoder layer, the masked mean, one number. The table for this vocabulary has
# far more parameters than there are sentences, so the model will learn sentences by heart unless it is
# kept from it. Besides dropout we hide a fifth of the words in training, that is, make them unknown: no
# single word can be relied on.

# %%
class Reader(nn.Module):
    """Ids (N, T) -> logits (N,), above 0 where the review is positive."""

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
        there = (~padding).float().unsqueeze(2)                                 # (N, T, 1)
        mean = (x * there).sum(1) / there.sum(1)                                # (N, D)
        return self.logit(self.dropout(mean)).squeeze(1)

    def attention(self, ids):
        """How each word divides its attention, (N, heads, T, T)."""
        x = self.layer.norm1(self.embed(ids))
        return self.layer.self_attn(x, x, x, ids == 0, average_attn_weights=False)[1]


reader = Reader(len(tokenizer))
print(nn.summary(reader, minigrad.tensor(ids[:1])))

# %% [markdown]
# A test before training: a sentence must get the same answer alone and in a batch beside a longer one,
# where it is padded. If the mask were wrong anywhere, this would show it.

# %%
reader.eval()
short, long = sorted(train[:50], key=len)[0], sorted(train[:50], key=len)[-1]
alone, together = (tokenizer.encode_batch(each, LONGEST)[0] for each in ([short], [short, long]))
with minigrad.no_grad():
    a, b = (reader(minigrad.tensor(each))[0].item() for each in (alone, together))
print(f"width alone {alone.shape[1]}, in the batch {together.shape[1]}; logits {a:.6f} and {b:.6f}")

# %%
reader_rows = fit(reader, epochs=1 if FAST else 6, learning_rate=0.001, weight_decay=0.01)

# %%
fig, axes = plt.subplots(1, 2, figsize=(9, 3))
for axis, rows, name in [(axes[0], bag_rows, "bag of words"), (axes[1], reader_rows, "Transformer")]:
    epochs = np.arange(1, len(rows) + 1)
    axis.plot(epochs, rows[:, 0], "o-", label="training")
    axis.plot(epochs, rows[:, 1], "o-", label="validation")
    axis.axhline(math.log(2), color="black", linestyle=":", label="a coin, ln 2")
    axis.set(xlabel="epoch", title=name, ylim=(0.3, 0.75))
    axis.xaxis.get_major_locator().set_params(integer=True)
axes[0].set_ylabel("loss")
axes[0].legend()
plt.show()

# %% [markdown]
# Both do ever better on the training set while the validation loss soon stops to fall: there are few
# sentences, and many words. (It would not fall to zero in any case, as the targets are soft.) Now the test
# set.

# %%
p = {"bag of words": probability(bag, test), "Transformer": probability(reader, test)}
p["mean of both"] = (p["bag of words"] + p["Transformer"]) / 2
hits = {"always negative": test_targets < 0.5} | {name: right(each, test_targets) for name, each in p.items()}

fig, axis = plt.subplots(figsize=(6, 2))
bars = axis.barh(list(hits), [each.mean() for each in hits.values()],
                 color=["lightgray", "tab:gray", "tab:blue", "tab:cyan"])
axis.bar_label(bars, [f" {each.mean():.1%}" for each in hits.values()])
axis.set(xlim=(0, 1), xlabel=f"right, of {len(test):,} test sentences")
axis.invert_yaxis()
plt.show()

only_bag = np.sum(hits["bag of words"] & ~hits["Transformer"])
only_reader = np.sum(hits["Transformer"] & ~hits["bag of words"])
print(f"right are only the bag of words {only_bag} times, only the Transformer {only_reader} times;")
chance = math.sqrt(only_bag + only_reader)
print(f"if both were equally good, these two would differ by about {chance:.0f} by chance")

# %% [markdown]
# A network that reads in order is not far from a bag that does not. It has the means to understand more,
# but to learn what "not" does to what follows it has to see it often, and these are few sentences. The
# large models of today have read billions of words before they see their first review.
#
# The demo, `python -m minigrad demo sentiment`, gets a little more out of the same data: there beginnings
# of words help, so that *moving* and *moved* learn from each other, and an average over the weights of
# many steps.
#
# ## 8. What it looks at
#
# Attention can be drawn: row $i$ shows how word $i$ divides its attention among all words, one panel for
# each head.

# %%
shown = next(text for text in test if 8 <= len(split_words(text)) <= 11 and "not" in split_words(text))
reader.eval()
with minigrad.no_grad():
    maps = reader.attention(minigrad.tensor(tokenizer.encode_batch([shown])[0]))[0].numpy()
p_shown = probability(reader, [shown])[0]
plot_attention(maps, split_words(shown), title=f"positive with probability {p_shown:.2f}")

# %% [markdown]
# Read such maps with care: they show where information may flow, not what is made of it. A more reliable
# question is *what if?*: what if this word were not there?
#
# ### Exercise 4: what if?
#
# For every word of a sentence, make it unknown (id 1), leave the others as they are, and return by how
# much the probability of "positive" *falls*. A positive number then is a word that speaks for the film in
# this sentence.

# %% tags=["exercise"]
def contributions(model, text):
    """The fall of the probability for each word, a list of len(split_words(text)) numbers."""
    ids = tokenizer.encode_batch([text], LONGEST)[0]            # (1, T)
    model.eval()
    with minigrad.no_grad():
        before = F.sigmoid(model(minigrad.tensor(ids))).item()
    return None


# %% tags=["check"]
probe = "a funny film , but not a good one"
answer = contributions(bag, probe)
w, ids_of_probe = bag.weight.weight.detach().numpy()[:, 0], tokenizer.encode(probe)
z = w[ids_of_probe].sum() + bag.bias.item()
expected = [1 / (1 + np.exp(-z)) - 1 / (1 + np.exp(-(z - w[i] + w[1]))) for i in ids_of_probe]
check(answer is not None and len(answer) == len(expected) and np.allclose(answer, expected, atol=1e-4),
      f"for the bag of words and the second word, 'funny', expect {expected[1]:.3f}")
if answer is not None:
    fig, axes = plt.subplots(1, 2, figsize=(9, 2.6), sharey=True)
    for axis, model, name in [(axes[0], bag, "bag of words"), (axes[1], reader, "Transformer")]:
        falls = np.array(contributions(model, probe))
        axis.bar(range(len(falls)), falls, color=np.where(falls > 0, "tab:blue", "tab:red"))
        axis.set_xticks(range(len(falls)), split_words(probe), rotation=60)
        axis.set_title(f"{name}: positive with {probability(model, [probe])[0]:.2f}")
    plt.show()

# %% [markdown]
# <details><summary>Solution</summary>
#
# ```python
# def contributions(model, text):
#     ids = tokenizer.encode_batch([text], LONGEST)[0]
#     model.eval()
#     with minigrad.no_grad():
#         before = F.sigmoid(model(minigrad.tensor(ids))).item()
#         falls = []
#         for place in range(ids.shape[1]):
#             without = ids.copy()
#             without[0, place] = 1
#             falls.append(before - F.sigmoid(model(minigrad.tensor(without))).item())
#     return falls
# ```
# </details>

# %% [markdown]
# ## 9. Where it fails
#
# First the test sentences on which it is surest and wrong:

# %%
wrong = np.flatnonzero(~hits["Transformer"])
wrong = wrong[np.argsort(-abs(p["Transformer"][wrong] - 0.5))]
print("Transformer   people")
for i in wrong[:10]:
    print(f"{p['Transformer'][i]:8.2f}      {test_targets[i]:.2f}   {test[i][:85]}")

# %% [markdown]
# Praise and blame in one sentence, irony, a comparison with another film, a word that was not in the
# training set. And some sentences of our own, to see what either model makes of a "not":

# %%
probes = ["a good film", "not a good film", "a bad film", "not a bad film", "not bad at all",
          "i expected a dull film , but it is brilliant", "i expected a brilliant film , but it is dull",
          "it is anything but boring"]
print(f"{'bag':>5} {'Transformer':>12}   probability of positive")
for text, by_bag, by_reader in zip(probes, probability(bag, probes), probability(reader, probes)):
    print(f"{by_bag:5.2f} {by_reader:12.2f}   {text}")

# %% [markdown]
# Put in sentences of your own. Sooner or later you find one that fools it; then you know something about
# the model that no percentage says.
#
# ## What you have seen
#
# - Words become numbers, numbers become rows of a table, and the table is learned.
# - A bag of words is a strong baseline that cannot hear order. Always compute one.
# - Attention is a soft lookup: softmax of the fits, times the values. Positions tell it the order, a mask
#   hides the padding.
# - A mask deserves a test: the answer must not depend on what a sentence is padded with.
#
# To go on: `minigrad/ops/layers/attention.py` has the formula as you wrote it, `minigrad/nn/attention.py`
# the heads and masks, and `minigrad/demos/sentiment.py` the demo.
