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
# # 16. What a model knows and does not
#
# A model says "an 8, I am 99 % sure". Three questions remain. Is it *right*, and right about what matters?
# Does it *know how sure* it may be? And *what* did it look at: the digit, or something else that happened to
# be in the picture? In this last lesson you learn to ask a trained network these questions. No answer needs
# more than a page of code, and each has kept people from using a model that looked excellent.
#
# You need lessons 5 to 9. The lesson takes about an hour.

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
from minigrad.course import effort, grade
from minigrad.data import mnist
from minigrad.nn import functional as F

plt.rcParams.update({"figure.dpi": 90, "figure.constrained_layout.use": True, "axes.grid": True,
                     "grid.alpha": 0.3, "axes.spines.top": False, "axes.spines.right": False})
images, labels = mnist("train")
test_images, test_labels = mnist("test")


def inputs(images):
    """uint8 images (n, 28, 28) as a tensor (n, 784) from 0 to 1."""
    return minigrad.tensor(images.reshape(len(images), -1) / np.float32(255))


def train(x, y, steps, outputs, hidden=32, weight=None):
    """A new network 784 → hidden → outputs after some steps of Adam with batches of 64."""
    minigrad.manual_seed(0)
    rng = np.random.default_rng(0)
    model = nn.Sequential(nn.Linear(784, hidden), nn.ReLU(), nn.Linear(hidden, outputs))
    optimizer = optim.Adam(model.parameters(), lr=0.003)
    for _ in range(steps):
        rows = rng.integers(0, len(x), 64)
        loss = F.cross_entropy(model(x[rows]), y[rows], weight=weight)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


def logits_of(model, images):
    with minigrad.no_grad():
        return model(inputs(images)).numpy()


def softmax(z):
    e = np.exp(z - z.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


# %% [markdown]
# ## 98 % right, and useless
#
# Suppose that an 8 marks a faulty part, and that 2 parts in 100 are faulty. We train a network to tell an 8
# from everything else.

# %%
def with_rare_eights(images, labels, count):
    """count images of which 2 % are eights, and 1 for each 8, else 0."""
    rows = np.concatenate([np.flatnonzero(labels == 8)[:count // 50],
                           np.flatnonzero(labels != 8)[:count - count // 50]])
    return images[rows], (labels[rows] == 8).astype(np.int64)


rare, is_eight = with_rare_eights(images, labels, 3000)
rare_test, truth = with_rare_eights(test_images, test_labels, 5000)
steps = effort(300, fast=30, browser=200)
detector = train(inputs(rare), minigrad.tensor(is_eight), steps, outputs=2)
score = softmax(logits_of(detector, rare_test))[:, 1]      # the probability of an 8
found = score > 0.5
print(f"accuracy {np.mean(found == truth):.1%}, "
      f"and {np.sum(found & (truth == 1))} of {truth.sum()} eights are found")

# %% [markdown]
# The accuracy is just that of the *baseline* "never an 8", 98 %. When one class is rare, accuracy measures
# mostly the other one. Count the four cases instead:
#
# | | says 8 | says other |
# |---|---|---|
# | is an 8 | true positive, TP | false negative, FN |
# | is another | false positive, FP | true negative, TN |
#
# $$\text{precision} = \frac{TP}{TP + FP} \qquad \text{recall} = \frac{TP}{TP + FN} \qquad
# F_1 = \frac{2 \cdot \text{precision} \cdot \text{recall}}{\text{precision} + \text{recall}}$$
#
# Precision: how many of the alarms are true? Recall: how many of the eights are found? $F_1$, their harmonic
# mean, is high only if both are. All three depend on the *threshold*, the probability from which on we say
# "8". Let us move it.

# %%
def precision_recall_f1(found, truth):
    """The three numbers; 0 where nothing was found."""
    tp, fp, fn = np.sum(found & (truth == 1)), np.sum(found & (truth == 0)), np.sum(~found & (truth == 1))
    precision, recall = tp / max(tp + fp, 1), tp / (tp + fn)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-12)


print("threshold  accuracy  precision  recall     F1")
for threshold in [0.5, 0.2, 0.1, 0.05, 0.02]:
    found = score > threshold
    precision, recall, f1 = precision_recall_f1(found, truth)
    print(f"{threshold:9}  {np.mean(found == truth):8.1%}  {precision:9.1%}  {recall:6.1%}  {f1:5.2f}")

# %% [markdown]
# The network knows more than its answers at 0.5 show: with a lower threshold it finds eights. Which threshold
# is right is no question about the network. It depends on what a missed part costs, and what a false alarm.
#
# ## All thresholds at once
#
# The *ROC curve* shows the recall against the share of false alarms among the others, $FP/(FP + TN)$, for all
# thresholds. A network that knows nothing lies on the diagonal. The *area under the curve*, AUC, is one
# number for how well the scores *rank*, and it has a meaning: **the probability that a random 8 gets a higher
# score than a random other digit**; a tie counts one half.

# %%
def roc(score, truth):
    """False alarms and recall for all thresholds, from the strictest on."""
    thresholds = np.concatenate([[np.inf], np.unique(score)[::-1]])
    return (np.array([np.mean(score[truth == 0] >= t) for t in thresholds]),
            np.array([np.mean(score[truth == 1] >= t) for t in thresholds]))


false_alarms, recalls = roc(score, truth)
fig, axes = plt.subplots(1, 2, figsize=(10, 3.8))
axes[0].hist([score[truth == 0], score[truth == 1]], bins=np.logspace(-6, 0, 31), density=False, log=True,
             color=["C0", "C1"], label=["another digit", "an 8"])
axes[0].set(xscale="log", xlabel="score: probability of an 8", ylabel="images", title="scores overlap")
axes[0].legend()
axes[1].plot(false_alarms, recalls, "C0-", label="the network")
axes[1].plot([0, 1], [0, 1], "k:", label="knows nothing")
axes[1].set(xlabel="false alarms among the other digits", ylabel="recall: eights found", title="ROC curve",
            aspect="equal")
axes[1].legend()
plt.show()
area = np.sum(np.diff(false_alarms) * (recalls[1:] + recalls[:-1]) / 2)
print(f"area under the curve, from its trapezoids: {area:.4f}")

# %% [markdown]
# You can compute the AUC without the curve. Sort all scores and number them: the lowest has *rank* 1. If the
# $n$ positives stood at the very bottom, their ranks would add up to $n(n+1)/2$. Every negative below a
# positive adds 1. So with $R$, the sum of the ranks of the positives, and $m$ negatives,
#
# $$\text{AUC} = \frac{R - n(n+1)/2}{n\,m}.$$
#
# This is the statistic of Mann and Whitney (1947, *Annals of Mathematical Statistics* 18).
#
# ### Exercise 16.1: the area under the curve, by ranks
#
# Mind the ties: equal scores share the mean of their ranks. Scores 0.2, 0.5, 0.5 have the ranks 1, 2.5, 2.5.

# %% tags=["exercise"]
def auc(scores, labels):
    """The AUC of scores (n,) for labels (n,) of 0 and 1."""
    ...


# %% tags=["check"]
grade("16.1", auc)

# %% [markdown]
# <details><summary>Hint</summary>
#
# For a score `s`, the ranks go from "number of scores below `s`, plus 1" to "number of scores up to `s`"; the
# mean of the two is its rank. `np.searchsorted(sorted, s)` and `np.searchsorted(sorted, s, side="right")`
# count. Or compare all pairs.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def auc(scores, labels):
#     order = np.sort(scores)
#     ranks = (np.searchsorted(order, scores) + np.searchsorted(order, scores, side="right") + 1) / 2
#     positive = labels == 1
#     n, m = positive.sum(), (~positive).sum()
#     return (ranks[positive].sum() - n * (n + 1) / 2) / (n * m)
# ```
# </details>

# %% [markdown]
# ## Weights for rare classes
#
# Why did the network never say "8"? Because being wrong about them hardly cost it anything: they are 2 % of
# the loss. A *class weight* changes that. With $n$ examples, $K$ classes and $n_k$ examples of class $k$, the
# weight
#
# $$w_k = \frac{n}{K\,n_k}$$
#
# lets each class count the same in total, and the weights of all examples add up to $n$. `F.cross_entropy`
# takes them as `weight=`.
#
# ### Exercise 16.2: the same weight for each class
#
# When your weights are right, a network is trained with them, and one without.

# %% tags=["exercise"]
def class_weights(labels, classes):
    """The weights (classes,) for labels (n,) from 0 to classes - 1; 0 for a class without examples."""
    ...


# %% tags=["check"]
grade("16.2", class_weights)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `np.bincount(labels, minlength=classes)` counts each class. Do not divide by 0.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def class_weights(labels, classes):
#     counts = np.bincount(labels, minlength=classes)
#     return np.where(counts > 0, len(labels) / (classes * np.maximum(counts, 1)), 0.0)
# ```
# </details>

# %%
weight = minigrad.tensor([3000 / (2 * 2940), 3000 / (2 * 60)], dtype=minigrad.float32)
weighted = train(inputs(rare), minigrad.tensor(is_eight), steps, outputs=2, weight=weight)
weighted_score = softmax(logits_of(weighted, rare_test))[:, 1]
print("at threshold 0.5   accuracy  precision  recall     F1   mean probability of an 8")
for name, each in [("without weights", score), ("with weights", weighted_score)]:
    precision, recall, f1 = precision_recall_f1(each > 0.5, truth)
    print(f"{name:16}  {np.mean((each > 0.5) == truth):9.1%}  {precision:9.1%}  {recall:6.1%}  {f1:5.2f}  "
          f"{each.mean():24.1%}")
print(f"share of eights among the test digits: {truth.mean():.1%}")

# %% [markdown]
# The weighted network has the lower accuracy, and is the more useful one. Weights do not make the network
# know more; they move what it says, as a lower threshold does. And they have a price, in the last column:
# compare each mean with the share of eights. The "probabilities" of the weighted network are no longer those
# of a world in which an 8 is rare.
#
# ## Does it know how sure it may be?
#
# A weather report says "70 % rain" on a hundred days. If it rained on 70 of them, the report is *calibrated*.
# We ask the same of a network that reads all ten digits: it was trained for a long time on only 1,000 of
# them. Its *confidence* is the probability of the digit that it names. Sort the test digits into ten *bins*
# by their confidence; in each, compare the mean confidence with the share of right answers. That is a
# *reliability diagram*.

# %%
few = slice(0, 1000)
reader = train(inputs(images[few]), minigrad.tensor(labels[few]), effort(1500, fast=50, browser=500),
               outputs=10, hidden=64)
count = effort(4000, fast=500)
logits = logits_of(reader, test_images[:count])
answers = test_labels[:count]


def diagram(ax, p, answers, title):
    """Mean confidence and share of right answers in ten bins."""
    confidence, right = p.max(1), p.argmax(1) == answers
    place = np.minimum((confidence * 10).astype(int), 9)
    full = [i for i in range(10) if np.any(place == i)]
    sure = [confidence[place == i].mean() for i in full]
    ax.bar([(i + 0.5) / 10 for i in full], [right[place == i].mean() for i in full], width=0.09,
           color="C0", label="share of right answers")
    ax.plot(sure, sure, "C1D-", label="mean confidence")
    for i in full:
        ax.text((i + 0.5) / 10, 0.02, f"{np.sum(place == i)}", ha="center", fontsize=7, color="w")
    ax.set(xlabel="confidence", ylabel="share", xlim=(0, 1), ylim=(0, 1.02), title=title)
    ax.legend(loc="upper left", fontsize=8)


fig, ax = plt.subplots(figsize=(5.5, 4))
diagram(ax, softmax(logits), answers, "as trained (numbers: digits in the bin)")
plt.show()
p = softmax(logits)
print(f"{np.mean(logits_of(reader, images[few]).argmax(1) == labels[few]):.1%} of the 1,000 digits right")
print(f"{np.mean(p.argmax(1) == answers):.1%} of {count:,} test digits right, "
      f"mean confidence {p.max(1).mean():.1%}")

# %% [markdown]
# The bars stay below the diamonds: the network is too sure of itself. It has learned its thousand digits by
# heart, and on those it may be so sure (the first line printed); nobody has told it that others are harder.
#
# One number for the diagram is the *expected calibration error*: the mean gap between confidence and right
# answers, where each bin counts by its share of the examples (Naeini, Cooper, Hauskrecht 2015, AAAI),
#
# $$\text{ECE} = \sum_{b} \frac{n_b}{n}\,\bigl|\text{confidence}_b - \text{accuracy}_b\bigr|.$$
#
# ### Exercise 16.3: how far is it from its word?
#
# The bins divide $[0, 1]$ into equal parts; bin $i$ goes from $i/\text{bins}$, inclusive, to
# $(i+1)/\text{bins}$, exclusive, and the last one includes 1.

# %% tags=["exercise"]
def ece(confidence, correct, bins):
    """The expected calibration error of confidence (n,), for correct (n,), 1 where the answer is right."""
    ...


# %% tags=["check"]
grade("16.3", ece)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `place = np.minimum((confidence * bins).astype(int), bins - 1)` is the bin of each example. Skip empty bins.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def ece(confidence, correct, bins):
#     place = np.minimum((confidence * bins).astype(int), bins - 1)
#     total = 0.0
#     for i in range(bins):
#         inside = place == i
#         if inside.any():
#             total += inside.mean() * abs(confidence[inside].mean() - correct[inside].mean())
#     return total
# ```
# </details>

# %% [markdown]
# ## Cool down
#
# There is a remedy with a single parameter (Guo, Pleiss, Sun, Weinberger 2017, arXiv:1706.04599, sec. 4.2):
# divide all logits by a *temperature* $T$ before the softmax. $T > 1$ makes every distribution flatter, $T <
# 1$ more pointed. The order of the classes stays, and so do all answers and the accuracy. Find $T$ on *other*
# digits than those of the training, by gradient descent on the cross entropy: a loss that punishes being sure
# and wrong.
#
# ### Exercise 16.4: cool down
#
# Keep $T$ positive; one way is to learn its logarithm. When it is right, your function cools a real network
# down.

# %% tags=["exercise"]
def fit_temperature(logits, labels):
    """The T, a number, at which cross_entropy(logits / T, labels) is lowest; logits (n, V), labels (n,)."""
    ...


# %% tags=["check"]
grade("16.4", fit_temperature)

# %% [markdown]
# <details><summary>Hint</summary>
#
# A tensor with `requires_grad=True` is all that `optim.Adam([it], lr=0.1)` needs. A hundred steps are enough.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def fit_temperature(logits, labels):
#     logarithm = minigrad.zeros((), requires_grad=True)
#     optimizer = optim.Adam([logarithm], lr=0.1)
#     for _ in range(100):
#         loss = nn.functional.cross_entropy(logits / minigrad.exp(logarithm), labels)
#         optimizer.zero_grad()
#         loss.backward()
#         optimizer.step()
#     return float(minigrad.exp(logarithm))
# ```
# </details>

# %%
first = min(50_000, len(images) - count // 2)        # in a browser there are fewer
held_out = slice(first, first + count // 2)
held_logits = minigrad.tensor(logits_of(reader, images[held_out]))
held_labels = minigrad.tensor(labels[held_out])
temperatures = np.linspace(0.5, 5, 19)
losses = [F.cross_entropy(held_logits / t, held_labels).item() for t in temperatures]
best = temperatures[np.argmin(losses)]

fig, axes = plt.subplots(1, 2, figsize=(10, 3.8))
axes[0].plot(temperatures, losses, "C0o-")
axes[0].plot(best, min(losses), "k*", markersize=14, label=f"lowest at T = {best:g}")
axes[0].set(xlabel="temperature", ylabel="cross entropy", title="on digits that were held out")
axes[0].legend()
diagram(axes[1], softmax(logits / best), answers, f"test digits, T = {best:g}")
plt.show()

# %% [markdown]
# ## What it has never seen
#
# Calibration speaks of digits like those of the test. What does the network say about a picture that is no
# digit at all? There is no output for "I do not know": the softmax always adds up to 1.

# %%
strange = {"test digits": test_images[:1000], "upside down": test_images[:1000, ::-1],
           "white and black swapped": 255 - test_images[:1000],
           "noise": np.random.default_rng(0).integers(0, 256, (1000, 28, 28)).astype(np.uint8)}
print("                          mean confidence            share above 90 %")
print("                          as trained  cooled down    as trained  cooled down")
for name, pictures in strange.items():
    z = logits_of(reader, pictures)
    sure, cool = softmax(z).max(1), softmax(z / best).max(1)
    print(f"{name:24}  {sure.mean():10.1%}  {cool.mean():11.1%}    {np.mean(sure > 0.9):10.1%}  "
          f"{np.mean(cool > 0.9):11.1%}")

# %% [markdown]
# It names a digit for noise, and often with confidence. A temperature found on digits makes that better, not
# good. A high probability means "of the ten digits, this one", and never "this is a digit".
#
# ## What does it look at?
#
# Three ways to ask which pixels matter for the score $f(x)$ of the digit that the network names:
#
# - *Saliency*: the gradient $\partial f/\partial x_i$ of the score with respect to each pixel. Cheap, but it
#   tells what a *tiny* change would do, and a score that is already high may hardly react to it.
# - *Occlusion*: cover a patch with blank paper, see how far the score falls. Plain, but slow, and the patch
#   itself looks strange to the network.
# - *Integrated gradients* (Sundararajan, Taly, Yan 2017, arXiv:1703.01365): go from a *baseline* $x'$, say a
#   blank image, to the image on a straight line, and average the gradients at $m$ places on the way:
#
# $$\begin{aligned}
# \text{IG}_i(x) &= (x_i - x'_i) \int_0^1 \frac{\partial f}{\partial x_i}\bigl(x' + t\,(x - x')\bigr)\,dt \\
# &\approx (x_i - x'_i)\,\frac{1}{m} \sum_{k=0}^{m-1}
# \frac{\partial f}{\partial x_i}\Bigl(x' + \tfrac{k + 1/2}{m}\,(x - x')\Bigr).
# \end{aligned}$$
#
# Why the trouble? Because of an axiom, *completeness*: the attributions of all pixels add up to exactly what
# the image has gained over the baseline, $\sum_i \text{IG}_i(x) = f(x) - f(x')$. It is the fundamental
# theorem of calculus along the way. Nothing is lost, and nothing is counted twice.
#
# ### Exercise 16.5: integrated gradients
#
# Use the sum in the second line. `f` maps a tensor to a tensor with one number. The check on a real network
# compares your sum with $f(x) - f(x')$.

# %% tags=["exercise"]
def integrated_gradients(f, x, baseline, steps):
    """The attributions, a tensor of the shape of x, from the gradients at `steps` midpoints of the way."""
    ...


# %% tags=["check"]
grade("16.5", integrated_gradients)

# %% [markdown]
# <details><summary>Hint</summary>
#
# At each place: `point = (...).detach().requires_grad_()`, then `f(point).backward()`, and the gradient is
# `point.grad`.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def integrated_gradients(f, x, baseline, steps):
#     total = minigrad.zeros(x.shape)
#     for i in range(steps):
#         point = (baseline + (i + 0.5) / steps * (x - baseline)).detach().requires_grad_()
#         f(point).backward()
#         total = total + point.grad
#     return (x - baseline) * total / steps
# ```
# </details>

# %%
def gradient(f, x):
    x = x.detach().clone().requires_grad_()
    f(x).backward()
    return x.grad


def saliency(f, x):
    return gradient(f, x).abs()


def occlusion(f, x, size=5):
    """How far the score falls when a square of this size around each pixel is blank."""
    picture = x.numpy().reshape(28, 28)
    covered = np.repeat(picture[None], 784, axis=0)
    for i in range(784):
        row, column = max(i // 28 - size // 2, 0), max(i % 28 - size // 2, 0)
        covered[i, row:i // 28 + size // 2 + 1, column:i % 28 + size // 2 + 1] = 0
    with minigrad.no_grad():
        return f(x) - f(minigrad.tensor(covered.reshape(784, 784)))


def along_the_line(f, x):
    """Integrated gradients from a blank image, all points of the way in one batch."""
    steps = effort(50, fast=5, browser=20)
    t = (minigrad.arange(steps, dtype=minigrad.float32)[:, None] + 0.5) / steps
    points = (t * x).detach().requires_grad_()
    f(points).sum().backward()
    return x * points.grad.mean(0)


WAYS = {"saliency": saliency, "occlusion": occlusion, "integrated gradients": along_the_line}


def explain(model, pictures, outputs, titles):
    """A row for each picture: the image, and what the three ways say about this output of the model."""
    fig, axes = plt.subplots(len(pictures), 4, figsize=(9, 2.3 * len(pictures)), squeeze=False)
    for row, picture, output, title in zip(axes, pictures, outputs, titles):
        x = inputs(picture[None])[0]
        row[0].imshow(picture, cmap="gray_r")
        row[0].set_title(title, fontsize=9)
        for ax, (name, way) in zip(row[1:], WAYS.items()):
            values = way(lambda x, k=int(output): model(x)[..., k], x).numpy().reshape(28, 28)
            limit = np.abs(values).max()
            shown = ax.imshow(values, cmap="PuOr_r", vmin=-limit, vmax=limit)
            fig.colorbar(shown, ax=ax, shrink=0.8)
            ax.set_title(name, fontsize=9)
    for ax in axes.flat:
        ax.set(xticks=[], yticks=[])
        ax.grid(False)
    plt.show()


chosen = [0, 3, 4]
named = logits_of(reader, test_images[chosen]).argmax(1)
explain(reader, test_images[chosen], named, [f"score of {digit}" for digit in named])
for i, digit in zip(chosen, named):
    x = inputs(test_images[i:i + 1])[0]
    with minigrad.no_grad():
        gained = (reader(x)[int(digit)] - reader(minigrad.zeros(784))[int(digit)]).item()
    total = along_the_line(lambda x, k=int(digit): reader(x)[..., k], x).sum().item()
    print(f"a {test_labels[i]}, read as {digit}: the attributions add up to {total:6.2f}, "
          f"f(x) - f(blank) is {gained:6.2f}")

# %% [markdown]
# Orange speaks for the digit, purple against it; saliency has no sign here. Saliency is scattered over the
# whole picture, also where there is no ink. Integrated gradients are zero wherever the image is as blank as
# the baseline: they cannot say that *missing* ink matters. Every way answers another question; none of them
# reads the network's mind.
#
# ## The wrong reason
#
# Now a trap as it occurs in real life. We train a network to tell 4 from 9, and in the training pictures most
# of the nines have a small mark in the corner: another scanner, say, that was used for another pile. (It
# happened: Zech and others 2018, *PLOS Medicine* 15(11), found that networks for X-ray images recognised the
# hospital.)

# %%
def marked(pictures, which):
    """Copies of the pictures, those for which `which` is True with a mark in the corner."""
    pictures = pictures.copy()
    pictures[which, 1:4, 1:4] = 255
    return pictures


rng = np.random.default_rng(2)
rows = np.flatnonzero((labels == 4) | (labels == 9))[:3000]
nines = labels[rows] == 9
with_mark = nines & (rng.random(len(rows)) < 0.95)      # 95 % of the nines
judge = train(inputs(marked(images[rows], with_mark)), minigrad.tensor(nines.astype(np.int64)), steps,
              outputs=2)

test_rows = np.flatnonzero((test_labels == 4) | (test_labels == 9))
test_nines = test_labels[test_rows] == 9
cases = {"marks as in training": test_nines & (rng.random(len(test_rows)) < 0.95),
         "no marks": np.zeros(len(test_rows), bool), "marks on the fours": ~test_nines}
print(f"test digits: {len(test_rows):,}                  all    nines    fours")
results = {}
for name, which in cases.items():
    right = (logits_of(judge, marked(test_images[test_rows], which)).argmax(1) == 1) == test_nines
    results[name] = [right.mean(), right[test_nines].mean(), right[~test_nines].mean()]
    print(f"{name:28}", *(f"{value:7.1%}" for value in results[name]))

# %% [markdown]
# The first row is what a test set from the same source shows: excellent. The others are what would happen
# elsewhere. No metric on the first test set could have told you. Looking at what the network looks at does:

# %%
first = [test_rows[np.flatnonzero(test_nines)[0]], test_rows[np.flatnonzero(~test_nines)[0]]]
explain(judge, marked(test_images[first], [True, True]), [1, 1], ['a 9: score of "9"', 'a 4: score of "9"'])

# %% [markdown]
# Both pictures have the mark, the upper one is a 9, the lower one a 4, and the score is that of "9".
# Occlusion and integrated gradients point to the corner, in the 4 as in the 9; in the saliency map it is one
# of several places.
#
# The mark is easy to see. In other data the shortcut is a postcode that stands for income, or a word that
# stands for a group of people. In lesson 7, the neighbourhood is the strongest feature of a price; used to
# decide about loans, it would carry all inequality of the past into the future, and no test on past data
# would object. So ask: on which groups is it wrong more often? What would it say elsewhere? What does it look
# at?

# %%
fig, ax = plt.subplots(figsize=(6.5, 3))
for offset, (name, values), colour in zip([-0.25, 0, 0.25], results.items(), ["C0", "C1", "C2"]):
    bars = ax.bar(np.arange(3) + offset, values, width=0.23, label=name, color=colour,
                  hatch={"C0": "", "C1": "//", "C2": ".."}[colour], edgecolor="w")
    ax.bar_label(bars, fmt="{:.0%}", fontsize=8)
ax.set(xticks=range(3), xticklabels=["all", "nines", "fours"], ylabel="share read right", ylim=(0, 1.35),
       title="the same network, three worlds")
ax.legend(fontsize=8, ncols=3, loc="upper center")
plt.show()

# %% [markdown]
# ## What you have learned
#
# - Accuracy hides rare classes. Precision, recall and $F_1$ depend on a threshold, and which one is right
#   depends on what mistakes cost. The AUC rates the ranking.
# - A probability is a promise. The reliability diagram shows whether it is kept, and a temperature repairs a
#   network that is too sure, for data like those on which you found it.
# - A network has no word for "I have never seen this".
# - Saliency, occlusion and integrated gradients show what a score depends on. That is how you find a model
#   that is right for the wrong reason.
# - A test set from the same source shares the faults of the training set.
#
# This was the last lesson. You have built an engine, layers, optimizers and networks, and you know how to
# doubt them. Take a question of your own, and data of your own, and begin with the simplest model that could
# work.
