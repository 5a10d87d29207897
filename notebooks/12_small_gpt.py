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
# # 12. A small GPT
#
# The Transformer of lesson 11 reads a sentence and gives one number. Turn it around: let it read the
# beginning of a text and say what comes next. A network that can do this can write, one piece of text after
# the other, each appended to the text that it reads next. This is a *language model*, and a GPT (*generative
# pretrained Transformer*) is a language model made of the parts of lesson 11. What is new is small: how text
# is cut into pieces, a mask that hides the future, and a way to choose from many possible next pieces.
#
# Your model reads four plays by Shakespeare. It has a quarter of a million parameters and trains for one to
# five minutes, depending on your machine. GPT-2 had up to 1.5 billion and read eight million web pages
# (Radford et al. 2019), so expect the sound of Shakespeare, and no sense. Every part is the real thing,
# though.
#
# You need lesson 11, and from lesson 9 softmax and cross entropy. The lesson takes about an hour.

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
import time
from collections import Counter

import matplotlib.pyplot as plt
import numpy as np

import minigrad
from minigrad import nn, optim
from minigrad.course import grade
from minigrad.course.amounts import effort
from minigrad.data import plays
from minigrad.nn import functional as F

minigrad.manual_seed(0)
plt.rcParams.update({"figure.dpi": 90, "figure.constrained_layout.use": True, "axes.grid": True,
                     "grid.alpha": 0.3, "axes.spines.top": False, "axes.spines.right": False})

# %% [markdown]
# ## 1. The text
#
# The last tenth of each play is kept for validation: the model never trains on it.

# %%
texts = plays()
train = "\n".join(text[:len(text) * 9 // 10] for text in texts.values())
validation = "\n".join(text[len(text) * 9 // 10:] for text in texts.values())
alphabet = sorted({*train, *validation})
print(", ".join(texts))
print(f"{len(train):,} characters for training, {len(validation):,} for validation, "
      f"{len(alphabet)} different ones\n")
print(train[40:360])

# %% [markdown]
# ## 2. Pieces of text: tokens
#
# Which pieces should the model predict? *Characters* are few, but a text has many of them, and the model has
# to learn first of all how words are spelled. *Words* carry more each, but there are too many: most of them
# are rare, and a new text always has some that the model has never seen. (Lesson 11 called them "unknown". A
# model that writes cannot get away with this.)
#
# *Byte-pair encoding* (Sennrich, Haddow and Birch 2016) lies between the two. Begin with characters. Find the
# pair of neighbours that is most frequent in the text, and make it a new symbol. Repeat. Frequent words
# become one symbol, a *token*, after a few rounds, and rare words are spelled with several. No word is ever
# unknown, as long as its characters are known.
#
# Pairs are counted inside words only. So first the text is split into words, each with the space before it,
# and each different word is counted once with its frequency:

# %%
WORD = re.compile(r" ?[\w']+| ?[^\w\s']+|\s")       # a word or punctuation with the space before it; a blank

line = "O Romeo, Romeo! wherefore art thou Romeo?"
print(WORD.findall(line))
words = {tuple(word): count for word, count in Counter(WORD.findall(line)).items()}
for symbols, count in words.items():
    print(count, symbols)

# %% [markdown]
# ### Exercise 12.1: the most frequent pair
#
# `words` is a dict like the one above: a tuple of symbols to the number of times that this word occurs in the
# text. Which two symbols stand next to each other most often in the whole text?

# %% tags=["exercise"]
def most_frequent_pair(words):
    """The pair (left, right) of neighbouring symbols that is most frequent; any of them in a tie."""
    ...


# %% tags=["check"]
grade("12.1", most_frequent_pair)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `zip(symbols, symbols[1:])` gives the pairs of a word. A word that occurs 3 times counts each of its pairs 3
# times. `max(counts, key=counts.get)` is the key with the largest value.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def most_frequent_pair(words):
#     counts = {}
#     for symbols, count in words.items():
#         for pair in zip(symbols, symbols[1:]):
#             counts[pair] = counts.get(pair, 0) + count
#     return max(counts, key=counts.get)
# ```
# </details>

# %% [markdown]
# ### Exercise 12.2: merge it
#
# Now replace the pair by one symbol, wherever it stands in a word. Go from left to right: in `a a a`, the
# pair `(a, a)` is found once, at the beginning. If your merge is right, a tokenizer learns from the plays
# with it, and a network trains on your tokens.

# %% tags=["exercise"]
def merge(symbols, pair):
    """The symbols, a list, after each occurrence of the pair (left, right) became the symbol left + right."""
    ...


# %% tags=["check"]
grade("12.2", merge)

# %% [markdown]
# <details><summary>Hint</summary>
#
# A `while` loop with a place `i`: if the symbols at `i` and `i + 1` are the pair, append the new symbol and
# go on by 2, else append the symbol at `i` and go on by 1. The last symbol has no neighbour.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def merge(symbols, pair):
#     merged, i = [], 0
#     while i < len(symbols):
#         if i + 1 < len(symbols) and (symbols[i], symbols[i + 1]) == tuple(pair):
#             merged.append(symbols[i] + symbols[i + 1])
#             i += 2
#         else:
#             merged.append(symbols[i])
#             i += 1
#     return merged
# ```
# </details>

# %% [markdown]
# That is all of byte-pair encoding. The class below puts both steps together. It is faster in one respect:
# after a merge it counts again only in those words that have the new symbol. To encode a new word, it applies
# the merges in the order in which they were learned.
#
# (The name says *byte* because GPT-2 starts from the 256 bytes of a file instead of characters. Then it can
# encode any text in any script.)

# %%
class BPE:
    """A tokenizer that learns its tokens: text -> ids with encode, and back with decode."""

    def __init__(self, text, merges):
        self.tokens, self.merges, self.lengths = sorted(set(text)), [], []
        words = Counter(WORD.findall(text))
        self.spelled = {word: list(word) for word in words}
        pairs = Counter()
        for word, count in words.items():
            self.count(pairs, self.spelled[word], count)
        for _ in range(merges):
            pair = max(pairs, key=pairs.get)
            self.merges.append(pair)
            self.tokens.append(pair[0] + pair[1])
            for word in [word for word in words if self.tokens[-1] in word]:
                self.count(pairs, self.spelled[word], -words[word])
                self.spelled[word] = self.merged(self.spelled[word], pair)
                self.count(pairs, self.spelled[word], words[word])
            self.lengths.append(sum(words[word] * len(self.spelled[word]) for word in words))
        self.ids = {token: i for i, token in enumerate(self.tokens)}

    @staticmethod
    def count(pairs, symbols, count):
        for pair in zip(symbols, symbols[1:]):
            pairs[pair] += count

    @staticmethod
    def merged(symbols, pair):
        done = []
        for symbol in symbols:
            if done and (done[-1], symbol) == pair:
                done[-1] += symbol      # now longer than pair[0], so it is not merged again
            else:
                done.append(symbol)
        return done

    def spell(self, word):
        if word not in self.spelled:
            symbols = list(word)
            for pair in self.merges:
                symbols = self.merged(symbols, pair)
            self.spelled[word] = symbols
        return self.spelled[word]

    def encode(self, text):
        return [self.ids[token] for word in WORD.findall(text) for token in self.spell(word)]

    def decode(self, ids):
        return "".join(self.tokens[i] for i in ids)


MERGES = effort(200, fast=60)
tokenizer = BPE(train, MERGES)
print("first merges:", *("+".join(pair).replace(" ", "␣") for pair in tokenizer.merges[:12]))
print("last merges: ", *("+".join(pair).replace(" ", "␣") for pair in tokenizer.merges[-8:]))
print("decode(encode(text)) == text:", tokenizer.decode(tokenizer.encode(validation)) == validation)

# %% [markdown]
# On the left, how much text one token holds on average, against the number of merges. On the right, how some
# texts are cut, the last one with a word that Shakespeare did not have.

# %%
fig, axes = plt.subplots(1, 2, figsize=(9, 2.8), width_ratios=[1, 1.3])
axes[0].plot(len(train) / np.array(tokenizer.lengths), color="C0")
axes[0].set(xlabel="merges", ylabel="characters per token", title="Each merge shortens the text")
axes[1].axis("off")
cut = ["the king and queen", "wherefore art thou", "Exeunt LADY MACBETH", "a smartphone"]
for row, text in enumerate(cut):
    x = 0
    for i, token in enumerate(tokenizer.encode(text)):
        piece = tokenizer.tokens[token].replace(" ", "␣")
        axes[1].text(x, -row, piece, family="monospace", fontsize=11, va="center",
                     bbox=dict(boxstyle="round,pad=0.15", fc=["#cfe3f5", "#fde2b8"][i % 2], ec="0.5"))
        x += len(piece) + 0.9
axes[1].set(xlim=(-0.5, 31), ylim=(-3.7, 0.7), title="A box is a token, ␣ a space")
plt.show()

# %%
train_ids, validation_ids = (np.array(tokenizer.encode(text)) for text in (train, validation))
V = len(tokenizer.tokens)
print(f"{V} tokens; {len(train_ids):,} in the training text, "
      f"{len(train) / len(train_ids):.2f} characters each")

# %% [markdown]
# ## 3. How good is a language model?
#
# A language model gives each possible next token a probability. The loss is the cross entropy of lesson 9:
# the mean of $-\ln p$ of the token that really came, in *nats per token*: a nat is the unit that belongs to
# the natural logarithm, as the bit belongs to that to base 2. The exponential of it is called *perplexity*:
# the model is as unsure as if it chose among that many equally likely tokens.
#
# Nats per token cannot be compared between tokenizers: long tokens are harder to guess, but there are fewer
# of them. So we also divide by the length of the text. With $\ln 2$ nats in a bit,
#
# $$\text{bits per character} = \frac{\text{sum of } -\ln p \text{ over all tokens}}
# {\ln 2 \cdot \text{number of characters}}.$$
#
# It has a meaning of its own: with the model's help, the text could be compressed to so many bits per
# character. The file has 8.
#
# Now the baselines. *Unigram*: each token has the probability with which it occurs, whatever came before.
# *Bigram*: look at the one token before, and count what followed it in the training text. Many pairs never
# occur there, so a count of 0 must not become a probability of 0. We mix in the unigram, as if each token
# had been seen $c$ more times, followed by the usual ones:
#
# $$p(b \mid a) = \frac{n(a, b) + c\,p(b)}{n(a) + c}.$$
#
# Here $p(b \mid a)$ is the probability of the token $b$ after the token $a$, $n(a, b)$ counts how often $b$
# follows $a$ in the training text, $n(a)$ how often $a$ occurs there, and $p(b)$ is the unigram.

# %%
def unigram(ids, V):
    return (np.bincount(ids, minlength=V) + 1) / (len(ids) + V)         # (V,)


def bigram(ids, V, c=5):
    """p[a, b], (V, V): the probability that b follows a."""
    counts = np.zeros((V, V))
    np.add.at(counts, (ids[:-1], ids[1:]), 1)
    return (counts + c * unigram(ids, V)) / (counts.sum(1, keepdims=True) + c)


def report(name, nats, characters):
    """Print a model's loss; nats: -ln p of each token (n,), together so many characters. Returns the bits."""
    bits = nats.sum() / math.log(2) / characters
    print(f"{name:24}{nats.mean():6.3f} nats per token, perplexity {math.exp(nats.mean()):6.1f}, "
          f"{bits:.3f} bits per character")
    return bits


place = {character: i for i, character in enumerate(alphabet)}
letters, held_out = (np.array([place[each] for each in text]) for text in (train, validation))
after_first = len(validation) - len(tokenizer.tokens[validation_ids[0]])
report("characters, unigram", -np.log(unigram(letters, len(place))[held_out[1:]]), len(held_out) - 1)
report("characters, bigram", -np.log(bigram(letters, len(place))[held_out[:-1], held_out[1:]]),
       len(held_out) - 1)
report("tokens, unigram", -np.log(unigram(train_ids, V)[validation_ids[1:]]), after_first)
bigram_bits = report("tokens, bigram", -np.log(bigram(train_ids, V)[validation_ids[:-1], validation_ids[1:]]),
                     after_first)

# %% [markdown]
# The bigram over tokens is the one to beat: it has a number for each pair of tokens, and sees one token back.
#
# ## 4. Do not look ahead
#
# A Transformer can see further back. From a row of $T$ tokens it can learn $T$ things at once: what comes
# after the first token, after the first two, and so on. All $T$ predictions come from one pass, which is why
# Transformers train so fast. But lesson 11 let every word look at every other, and then position $t$ simply
# sees its answer at $t + 1$. The cure is a *causal mask*: position $t$ sees positions up to $t$ only. The
# scores of all later ones are set to $-\infty$ before the softmax, whose $e^{-\infty}$ makes their weights 0.

# %%
T = 6
scores = minigrad.tensor(np.random.default_rng(0).normal(size=(T, T)).round(1))
later = minigrad.ones(T, T).triu(1) > 0         # True above the diagonal: keys after the query
weights = F.softmax(scores.masked_fill(later, -math.inf), dim=-1)

fig, axes = plt.subplots(1, 3, figsize=(9, 3))
for ax, values, title in [(axes[0], scores, "scores"), (axes[1], later, "may not be seen"),
                          (axes[2], weights, "weights")]:
    values = values.numpy().astype(float)
    ax.imshow(values, cmap="Blues", vmin=min(0, values.min()), vmax=values.max() * 1.3)
    for (i, j), value in np.ndenumerate(values):
        ax.text(j, i, f"{value:.1f}" if title != "may not be seen" else "x" * int(value), ha="center",
                va="center", fontsize=8)
    ax.set(title=title, xlabel="key (token seen)", ylabel="query (token that looks)")
    ax.grid(False)
plt.show()

# %% [markdown]
# ### Exercise 12.3: causal attention
#
# Write the attention of lesson 11 with this mask, $\operatorname{softmax}\!\left(Q K^\top / \sqrt{d} +
# \text{mask}\right) V$, for any axes in front (batch and heads). Use tensor operations, so that gradients
# flow through it. If it is right, a small GPT trains with it.

# %% tags=["exercise"]
def causal_attention(q, k, v):
    """Tensors (..., T, d) -> (..., T, d): position t sees the keys and values of positions 0 to t."""
    ...


# %% tags=["check"]
grade("12.3", causal_attention)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `k.transpose(-2, -1)` swaps the last two axes. The mask of shape (T, T) broadcasts over the axes in front.
# The cell above has the rest.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def causal_attention(q, k, v):
#     T, d = q.shape[-2:]
#     scores = q @ k.transpose(-2, -1) / math.sqrt(d)
#     later = minigrad.ones(T, T).triu(1) > 0
#     return F.softmax(scores.masked_fill(later, -math.inf), dim=-1) @ v
# ```
# </details>

# %% [markdown]
# ## 5. The model
#
# In the library this is `F.scaled_dot_product_attention(q, k, v, is_causal=True)`. Around it stands the rest:
#
# - Each token becomes a vector (an *embedding*), and the vector of its position is added.
# - A *block* lets the tokens look at each other (attention), and then works on each token by itself (two
#   linear layers with a nonlinearity, as in lesson 7; GELU is a ReLU whose bend is smooth). Each of the two
#   adds its result to what is there, as a *residual*.
# - Each block normalises what it *reads* (*pre-norm*), not the sum. So there is a direct way from the output
#   to the embeddings, on which gradients pass unchanged. The first Transformers normalised the sum and were
#   harder to train (Xiong et al. 2020, arXiv:2002.04745).
# - The last step needs a score for each of the $V$ tokens: a product with a matrix of shape $(V, D)$. The
#   embedding is such a matrix already, with a vector for each token, so it is used twice. This is *weight
#   tying* (Press and Wolf 2017, arXiv:1608.05859): the score of a token is the dot product of what the
#   network says with the token's own vector.

# %%
class Attention(nn.Module):
    def __init__(self, D, heads):
        self.heads, self.qkv, self.out = heads, nn.Linear(D, 3 * D), nn.Linear(D, D)

    def forward(self, x, cache=None):
        N, T, D = x.shape
        q, k, v = self.qkv(x).reshape(N, T, 3, self.heads, -1).permute(2, 0, 3, 1, 4)   # (N, heads, T, d)
        if cache is not None:                       # section 8
            k, v = cache.append(k, v)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=T > 1)
        return self.out(y.transpose(1, 2).reshape(N, T, D))


class Block(nn.Module):
    def __init__(self, D, heads):
        self.norm1, self.attention = nn.LayerNorm(D), Attention(D, heads)
        self.norm2, self.mlp = nn.LayerNorm(D), nn.Sequential(nn.Linear(D, 4 * D), nn.GELU(),
                                                              nn.Linear(4 * D, D))

    def forward(self, x, cache=None):
        x = x + self.attention(self.norm1(x), cache)
        return x + self.mlp(self.norm2(x))


class GPT(nn.Module):
    """Ids (N, T), T <= context -> logits (N, T, V) of the tokens that come after each."""

    def __init__(self, V, D, layers, heads, context):
        self.context = context
        self.token, self.position = nn.Embedding(V, D), nn.Embedding(context, D)
        self.blocks = nn.ModuleList(Block(D, heads) for _ in range(layers))
        self.norm = nn.LayerNorm(D)
        for table in (self.token, self.position):
            nn.init.normal_(table.weight, std=D ** -0.5)

    def forward(self, ids, caches=None):
        start = len(caches[0]) if caches else 0
        x = self.token(ids) + self.position(minigrad.arange(start, start + ids.shape[1]))
        for block, cache in zip(self.blocks, caches or [None] * len(self.blocks)):
            x = block(x, cache)
        return F.linear(self.norm(x), self.token.weight)


CONTEXT = 64
gpt = GPT(V, D=96, layers=2, heads=4, context=CONTEXT)
print(f"{sum(p.numel() for p in gpt.parameters()):,} parameters; "
      f"without weight tying {gpt.token.weight.numel():,} more")

# %% [markdown]
# Does it look ahead? Test it: change the last token of a row. No logit before it may change.

# %%
row = minigrad.tensor(train_ids[None, :10])
changed = minigrad.tensor(np.append(train_ids[:9], (train_ids[9] + 1) % V)[None])
with minigrad.no_grad():
    change = abs(gpt(changed) - gpt(row)).max(dim=-1).values[0]
print("change of the logits at each position:", change.numpy().round(3))

# %% [markdown]
# ## 6. Training
#
# A batch is 16 rows of 64 tokens from random places; the targets are the same rows, one token later. The
# learning rate rises during the first steps and then falls along a cosine. Gradients are clipped (lesson 8).

# %%
def loss_of(model, ids, targets):
    """Mean cross entropy in nats per token; ids and targets int64 arrays (N, T)."""
    logits = model(minigrad.tensor(ids))
    return F.cross_entropy(logits.reshape(-1, logits.shape[-1]), minigrad.tensor(targets.reshape(-1)))


def validation_nats(model, rows=None):
    """-ln p of the tokens of the validation text, in rows of CONTEXT, and how many characters these are."""
    count = (len(validation_ids) - 1) // CONTEXT
    count = min(count, rows or count)
    ids, targets = (validation_ids[i:i + count * CONTEXT].reshape(count, CONTEXT) for i in (0, 1))
    with minigrad.no_grad():
        nats = [-F.log_softmax(model(minigrad.tensor(ids[i:i + 32])), -1).gather(
            2, minigrad.tensor(targets[i:i + 32, :, None])).numpy() for i in range(0, count, 32)]
    return np.concatenate(nats).ravel(), sum(len(tokenizer.tokens[i]) for i in targets.ravel())


STEPS, ROWS = effort((900, 16), fast=(12, 16), browser=(50, 8))
optimizer = optim.AdamW(gpt.parameters(), lr=0.01, betas=(0.9, 0.98), weight_decay=0.1)
scheduler = optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(
    (step + 1) / 50, 0.55 + 0.45 * math.cos(math.pi * step / STEPS)))
rng, history, checked = np.random.default_rng(0), [], []
start = time.perf_counter()
for step in range(STEPS):
    places = rng.integers(0, len(train_ids) - CONTEXT, (ROWS, 1)) + np.arange(CONTEXT)
    loss = loss_of(gpt, train_ids[places], train_ids[places + 1])
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(gpt.parameters(), 1.0)
    optimizer.step()
    scheduler.step()
    history.append(loss.item())
    if (step + 1) % effort(75, fast=6, browser=25) == 0:
        nats, _ = validation_nats(gpt, rows=effort(96, fast=96, browser=32))
        checked.append((step + 1, nats.mean()))
seconds = time.perf_counter() - start
passes = STEPS * ROWS * CONTEXT / len(train_ids)
print(f"{STEPS} steps in {seconds:.0f} s, {passes:.1f} times the training text")

# %%
bits = report("GPT", *validation_nats(gpt))
per_bit = math.log(2) * after_first / (len(validation_ids) - 1)     # nats per token in a bit per character

fig, ax = plt.subplots(figsize=(7, 3.4))
ax.plot(np.arange(1, STEPS + 1), np.array(history) / per_bit, color="0.75", label="GPT, training batch")
ax.plot(*zip(*[(step, nats / per_bit) for step, nats in checked]), "C0o-", label="GPT, validation")
ax.axhline(bigram_bits, color="C1", linestyle="--", label="bigram over tokens, validation")
ax.set(xlabel="step", ylabel="bits per character", title="The GPT and the bigram")
ax.legend()
plt.show()
print(f"bigram {bigram_bits:.3f}, GPT {bits:.3f} bits per character")

# %% [markdown]
# What does it look at? Here are the weights of one head in each block, for a line that it has not seen. All
# above the diagonal is hidden.

# %%
text = "\nThat I must love a loathed enemy"
ids = tokenizer.encode(text)
names = [tokenizer.tokens[i].replace(" ", "␣").replace("\n", "\\n") for i in ids]
with minigrad.no_grad():
    x = gpt.token(minigrad.tensor([ids])) + gpt.position(minigrad.arange(len(ids)))
    fig, axes = plt.subplots(1, 2, figsize=(9.6, 4.6))
    for number, (ax, block) in enumerate(zip(axes, gpt.blocks), 1):
        q, k, _ = block.attention.qkv(block.norm1(x)).reshape(
            len(ids), 3, 4, -1).permute(1, 2, 0, 3)                                     # (heads, T, d)
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
        hidden = minigrad.ones(len(ids), len(ids)).triu(1) > 0
        attention_weights = F.softmax(scores.masked_fill(hidden, -math.inf), dim=-1).numpy()
        x = block(x)
        ax.imshow(attention_weights[0], cmap="Blues", vmin=0, vmax=1)
        ax.set_xticks(range(len(ids)), names, rotation=90, fontsize=8)
        ax.set_yticks(range(len(ids)), names, fontsize=8)
        ax.set(title=f"block {number}, head 1", xlabel="token seen", ylabel="token that looks")
        ax.grid(False)
plt.show()

# %% [markdown]
# ## 7. Writing: choose the next token
#
# The model gives a probability to each token. Which to take? Always the most likely one (*greedy*) sounds
# safe, but ends in loops. To draw at random according to the probabilities is honest, but once in a while it
# draws one of the many unlikely tokens, and then the model has to go on from there.
#
# The *temperature* $\tau$ lies between: divide the logits by it before the softmax. $\tau < 1$ makes likely
# tokens more likely, $\tau \to 0$ is greedy, $\tau = 1$ takes the model at its word.

# %%
def probabilities(logits, temperature=1.0):
    """softmax(logits / temperature) as a float64 array."""
    scores = logits.astype(np.float64) / temperature
    p = np.exp(scores - scores.max())
    return p / p.sum()


def write(model, prompt, count, temperature=1.0, keep=None, seed=0):
    """The prompt and `count` tokens after it; keep: a function that changes the probabilities (V,)."""
    rng, ids = np.random.default_rng(seed), tokenizer.encode(prompt)
    for _ in range(count):
        with minigrad.no_grad():
            logits = model(minigrad.tensor([ids[-model.context:]]))[0, -1]
        p = probabilities(logits.numpy(), temperature)
        p = p if keep is None else keep(p)
        ids.append(int(rng.choice(len(p), p=p)))
    return tokenizer.decode(ids)


LENGTH = effort(110, fast=8, browser=60)
for temperature in [0.05, 0.7, 1.0]:
    print(f"--- temperature {temperature}")
    print(write(gpt, "\nROMEO:\n", LENGTH, temperature).strip(), "\n")

# %% [markdown]
# The other way is to cut off the unlikely tokens, the *tail*: each has little probability, but
# together they have a lot. *Top-k* keeps the $k$ most likely tokens (Fan, Lewis and Dauphin 2018). But
# sometimes only two make sense, after "Rome" perhaps, and sometimes fifty. *Top-p*, or *nucleus sampling*
# (Holtzman et al. 2020, arXiv:1904.09751), adapts: keep the fewest tokens that together have at least the
# probability $p$. What is left is scaled so that it sums to 1 again.
#
# ### Exercise 12.4: top-k and top-p
#
# First keep the `top_k` most likely tokens (all, if there are not so many) and scale them to sum 1. Of these
# keep the fewest, again the most likely, that have together at least `top_p`; scale again. Each token stays
# at its place. If it is right, a trained GPT writes with it.

# %% tags=["exercise"]
def keep_likely(p, top_k, top_p):
    """Probabilities p, an array (V,) -> the same with 0 for the tokens that are cut off; their sum is 1."""
    ...


# %% tags=["check"]
grade("12.4", keep_likely)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `order = np.argsort(-p)` lists the tokens, most likely first. `np.cumsum(p[order])` is how much the first 1,
# 2, 3, ... have together. The token with which the sum reaches `top_p` belongs to those that are kept.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def keep_likely(p, top_k, top_p):
#     order = np.argsort(-p)[:top_k]
#     likely = p[order] / p[order].sum()
#     count = np.searchsorted(np.cumsum(likely), top_p) + 1
#     kept = np.zeros(len(p))
#     kept[order[:count]] = likely[:count]
#     return kept / kept.sum()
# ```
# </details>

# %% [markdown]
# In two places of a text, the tokens by probability, and where the cuts fall. Hatched bars are cut off by
# top-p with $p = 0.9$, all to the right of the dotted line by top-k.

# %%
def nucleus(p, top_p=0.9):
    """p without the tail: tokens at least as likely as the last that is needed to reach top_p."""
    falling = np.sort(p)[::-1]
    last = falling[np.argmax(np.cumsum(falling) >= top_p)]
    kept = np.where(p >= last, p, 0)
    return kept / kept.sum()


fig, axes = plt.subplots(1, 2, figsize=(9, 3), sharey=True)
for ax, text in zip(axes, ["\nJULIET:\nO, Romeo", "\nJULIET:\nO,"]):
    with minigrad.no_grad():
        p = probabilities(gpt(minigrad.tensor([tokenizer.encode(text)]))[0, -1].numpy())
    order = np.argsort(-p)[:40]
    inside = np.count_nonzero(nucleus(p))
    ax.bar(range(40), p[order], color=["C0" if i < inside else "C1" for i in range(40)],
           hatch=["" if i < inside else "////" for i in range(40)])
    ax.axvline(9.5, color="black", linestyle=":", label="top-k, k = 10")
    ax.set(xlabel="tokens, most likely first", title=f"after {text.strip()!r}: {inside} in the nucleus",
           yscale="log")
    ax.legend()
axes[0].set_ylabel("probability")
plt.show()

# %%
print(write(gpt, "\nROMEO:\n", LENGTH, keep=nucleus, seed=1).strip())

# %% [markdown]
# The names are those of the plays, lines begin with a capital letter, speakers and speeches take turns. Many
# words are English, and the sentences mean nothing. Was the text copied? Look for the longest piece that also
# stands in the training text.

# %%
written = write(gpt, "\nJULIET:\n", effort(200, fast=8, browser=60), keep=nucleus, seed=2)[9:]
copied = []
for i in range(len(written)):
    length = 0
    while i + length < len(written) and written[i:i + length + 1] in train:
        length += 1
    copied.append(length)
print(f"longest piece that is in the training text: {max(copied)} characters, "
      f"{written[np.argmax(copied):][:max(copied)]!r}")

# %% [markdown]
# ## 8. Do not compute twice: the KV cache
#
# To write one token, `write` computes all positions, and for the next token computes nearly all of them
# again. But a position never looks ahead, so its keys and values do not change when a token is appended. Keep
# them. Then each step computes the query, key and value of the *new* token only; its query looks at all the
# keys kept so far and its own. This memory is the *KV cache*.
#
# ### Exercise 12.5: one step with a cache
#
# Write the attention of one new token. `cache` is `None` at the first token, then the pair that your last
# call returned. If it is right, a GPT writes the same text with it as without.

# %% tags=["exercise"]
def cached_step(q, k, v, cache):
    """q, k, v (..., 1, d) of the new token, cache None or (keys, values), each (..., t, d) of those before.

    Returns (y, (keys, values)): y (..., 1, d), and keys and values (..., t + 1, d) with the new token.
    """
    ...


# %% tags=["check"]
grade("12.5", cached_step)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `minigrad.cat([keys, k], -2)` appends along the axis of positions. No mask is needed: all that is in the
# cache is earlier.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def cached_step(q, k, v, cache):
#     if cache is not None:
#         keys, values = cache
#         k, v = minigrad.cat([keys, k], -2), minigrad.cat([values, v], -2)
#     weights = F.softmax(q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1]), dim=-1)
#     return weights @ v, (k, v)
# ```
# </details>

# %% [markdown]
# The library has it as `nn.KVCache`; `nn.MultiHeadAttention` takes one as `cache=`, and the class `Attention`
# above does, too. First the check: the same logits. Then the time for longer and longer texts, with a GPT of
# longer context (untrained, which takes as long).

# %%
def with_cache(model, ids):
    """The logits after the last of the ids (T,), one token at a time."""
    caches = [nn.KVCache(model.context) for _ in model.blocks]
    with minigrad.no_grad():
        for i in ids:
            logits = model(minigrad.tensor([[i]]), caches)
    return logits[0, -1]


def without_cache(model, ids):
    with minigrad.no_grad():
        for end in range(1, len(ids) + 1):
            logits = model(minigrad.tensor([ids[:end]]))
    return logits[0, -1]


some = train_ids[:40].tolist()
print("the same logits:", minigrad.allclose(with_cache(gpt, some), without_cache(gpt, some), atol=1e-4))

lengths = effort([16, 32, 64, 128, 256], fast=[4, 8], browser=[8, 16, 32, 64])
longer = GPT(V, D=96, layers=2, heads=4, context=lengths[-1])
times = {"without a cache": [], "with a KV cache": []}
for length in lengths:
    for name, decode in zip(times, (without_cache, with_cache)):
        start = time.perf_counter()
        decode(longer, train_ids[:length].tolist())
        times[name].append(time.perf_counter() - start)

fig, ax = plt.subplots(figsize=(6, 3.2))
for (name, values), style in zip(times.items(), ["C1s--", "C0o-"]):
    ax.plot(lengths, values, style, label=name)
ax.set(xlabel="tokens written", ylabel="seconds", title="Time to write a text")
ax.legend()
plt.show()
ratio = times["without a cache"][-1] / times["with a KV cache"][-1]
print(f"{lengths[-1]} tokens: {times['without a cache'][-1]:.2f} s without, "
      f"{times['with a KV cache'][-1]:.2f} s with the cache, {ratio:.1f} times as fast")

# %% [markdown]
# Without a cache the number of positions to compute grows with the square of the length; with it, there is
# one position per token. (The attention itself still looks at all keys.) The price is memory: keys and values
# of every layer, position and text in the batch. For large models, this is what limits how many users one
# machine can serve.
#
# ## What you have learned
#
# - A language model predicts the next token; byte-pair encoding learns what the tokens are.
# - A causal mask lets one pass train every position at once. Test it: change a token, and look before it.
# - Loss in nats per token depends on the tokenizer, bits per character do not. A bigram is the baseline.
# - Temperature, top-k and top-p decide what is written; they do not change what the model knows.
# - Keys and values of earlier positions stay the same, so a cache saves computing them again.
#
# To go on: more merges, a larger `D` or more steps each change the result; which of them lowers the bits per
# character, and which only the loss on the training text? In lesson 13 you take a network that has been
# trained before, and teach it something new.
