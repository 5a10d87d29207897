"""The exercises of lesson 11: padding, attention, positions, and what a model looks at."""

import math

import numpy as np

import minigrad
from minigrad import nn, optim
from minigrad.course.amounts import effort
from minigrad.course.grading import Case, Exercise, call
from minigrad.course.words import say
from minigrad.data import WordTokenizer, movie_reviews, train_test_split
from minigrad.nn import functional as F


def numbers(*shape, shift=0.0):
    """A float32 tensor without symmetry, so that a mixed-up axis shows; a gradient can flow to it."""
    values = 2 * np.sin(1.0 + shift + 1.7 * np.arange(math.prod(shape)))
    return minigrad.tensor(values.astype(np.float32).reshape(shape), requires_grad=True)


# 11.1


def padded(rows):
    ids = np.zeros((len(rows), max(len(row) for row in rows)), np.int64)
    padding = np.ones(ids.shape, bool)
    for i, row in enumerate(rows):
        ids[i, :len(row)] = row
        padding[i, :len(row)] = False
    return ids, padding


def cuts_to_the_shortest(rows):
    ids = np.array([row[:min(map(len, rows))] for row in rows], np.int64)
    return ids, np.zeros(ids.shape, bool)


def fills_with_unknown(rows):
    ids, padding = padded(rows)
    return np.where(padding, 1, ids), padding


def fills_up_on_the_left(rows):
    width = max(len(row) for row in rows)
    ids = np.array([[0] * (width - len(row)) + list(row) for row in rows])
    return ids, ids == 0


PADDED = Exercise(
    "11.1", "padding",
    cases=[call([[5, 6, 7], [8]]), call([[3], [4, 1, 9, 2, 2], [7, 7]]), call([[4, 2], [2, 4]]),
           call([[5], [], [1]])],
    solution=padded,
    mistakes={
        "The mask is the wrong way round: it is True at padding and False at words.":
            lambda rows: (padded(rows)[0], ~padded(rows)[1]),
        "The padding comes after the words: a row begins with its ids and ends in zeros.":
            fills_up_on_the_left,
        "T is the length of the longest row. Here words are cut off.":
            cuts_to_the_shortest,
        "Fill up with 0, the id of padding; 1 is the unknown word.":
            fills_with_unknown,
        "The mask has the dtype bool: True and False.":
            lambda rows: (padded(rows)[0], padded(rows)[1].astype(int)),
    },
    hint="Look at `ids` and `padding` for two short lists, such as padded([[5, 6, 7], [8]]).")


# 11.2


def masked_attention(Q, K, V, padding):
    scores = Q @ K.transpose(1, 2) / math.sqrt(Q.shape[-1])
    scores = minigrad.where(padding.unsqueeze(1), -math.inf, scores)
    return F.softmax(scores, dim=-1) @ V


def attends(Q, K, V, hidden=None, scale=None, dim=-1):
    """Attention with a mask that fits the scores, or none, and another scale or axis than the right ones."""
    scores = Q @ K.transpose(1, 2) / (scale or math.sqrt(Q.shape[-1]))
    if hidden is not None:
        scores = scores.masked_fill(hidden, -math.inf)
    return F.softmax(scores, dim=dim) @ V


def zero_scores(Q, K, V, padding):
    scores = Q @ K.transpose(1, 2) / math.sqrt(Q.shape[-1])
    return F.softmax(scores.masked_fill(padding.unsqueeze(1), 0.0), dim=-1) @ V


def weights_do_not_sum_to_one(Q, K, V, padding):
    weights = F.softmax(Q @ K.transpose(1, 2) / math.sqrt(Q.shape[-1]), dim=-1)
    return weights.masked_fill(padding.unsqueeze(1), 0.0) @ V


def masked(N, T, S, d, e, lengths, loud=False):
    """The arguments of an attention: sentence i has `lengths[i]` words, then padding."""
    padding = np.arange(S) >= np.array(lengths)[:, None]
    V = numbers(N, S, e, shift=2)
    if loud:
        V = minigrad.where(minigrad.tensor(padding).unsqueeze(2), 1e6, V)
    arguments = numbers(N, T, d), numbers(N, S, d, shift=1), V, minigrad.tensor(padding)
    text = f"{{name}}(Q, K, V, padding) for {N} sentences, {T} queries, {S} keys, {lengths} of them words,"
    return Case(text + (" and values of 1e6 at padding" if loud else ""), lambda answer: answer(*arguments))


class Reader(nn.Module):
    """A small reader of reviews, ids (N, T) -> logits (N,), around a given attention."""

    def __init__(self, size, attention, D=32, longest=32):
        self.word = nn.Embedding(size, D, padding_idx=0)
        nn.init.normal_(self.word.weight, std=0.1)
        self.qkv, self.logit, self.attention = nn.Linear(D, 3 * D), nn.Linear(D, 1), attention
        self.position = nn.PositionalEncoding(D, max_len=longest)

    def forward(self, ids):
        padding = ids == 0
        x = self.position(10 * self.word(ids)) / 10         # words count more than places
        x = x + self.attention(*self.qkv(x).chunk(3, dim=-1), padding)
        words = (~padding).float().unsqueeze(2)
        return self.logit((x * words).sum(1) / words.sum(1)).squeeze(1)


def step(optimizer, loss):
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def reads_reviews(attention):
    """Train a reader whose heart is the student's attention."""
    texts, ratings = movie_reviews(min_abs_rating=0.5)
    labels = (ratings > 0).astype(np.float32)
    count, state = effort(3000, fast=3000, browser=1000), minigrad.get_rng_state()
    minigrad.manual_seed(0)
    texts, unseen, labels, expected = train_test_split(texts, labels, test_size=1000)
    tokenizer = WordTokenizer.from_texts(texts[:count], min_count=2)
    reader = Reader(len(tokenizer), attention)
    minigrad.set_rng_state(state)           # the lesson's own random numbers go on as before
    rows = tokenizer.encode_batch(texts[:count], 32)[0]
    optimizer = optim.AdamW(reader.parameters(), lr=0.01, weight_decay=0.05)
    steps = effort(200, fast=200, browser=60)
    for batch in np.random.default_rng(0).integers(0, count, (steps, 64)):
        logits = reader(minigrad.tensor(rows[batch]))
        step(optimizer, F.binary_cross_entropy_with_logits(logits, minigrad.tensor(labels[batch])))
    with minigrad.no_grad():
        p = reader(minigrad.tensor(tokenizer.encode_batch(unseen, 32)[0])).numpy() > 0
        short = tokenizer.encode_batch(["not bad at all"])[0]
        alone, beside = (reader(minigrad.tensor(np.pad(short, [(0, 0), (0, more)]))).item()
                         for more in (0, 20))
    guess = max(np.mean(expected), 1 - np.mean(expected))
    print(say("{steps} steps of a reader with your attention: {right:.1%} of 1,000 unseen sentences are read "
              "right;\na constant guess reaches {guess:.1%}. Twenty places of padding change its output by "
              "{change:.0e}.",
              steps=steps, right=np.mean(p == expected), guess=guess, change=abs(alone - beside)))


MASKED_ATTENTION = Exercise(
    "11.2", "attention that does not see the padding",
    cases=[masked(2, 4, 4, 5, 2, [4, 2]), masked(1, 1, 3, 4, 4, [3]), masked(3, 3, 3, 3, 3, [3, 1, 2]),
           masked(2, 2, 4, 5, 3, [3, 1], loud=True)],
    solution=masked_attention,
    mistakes={
        "The mask is about the keys: it belongs to the last axis of the scores, (N, 1, S). Here it hides the "
        "queries.":
            lambda Q, K, V, padding: attends(Q, K, V, padding.unsqueeze(2)),
        "A score of 0 does not hide a key: e^0 is 1. Only a score of minus infinity has the weight 0.":
            zero_scores,
        "The mask is set after the softmax, so that the weights of a row no longer sum to 1. Set it in the "
        "scores.":
            weights_do_not_sum_to_one,
        "The padding is not hidden at all: `padding` must have an effect on the scores.":
            lambda Q, K, V, padding: attends(Q, K, V),
        "`padding` is True at padding. This hides the words and attends to the padding.":
            lambda Q, K, V, padding: attends(Q, K, V, ~padding.unsqueeze(1)),
        "Divide the scores by the square root of d, the length of a query.":
            lambda Q, K, V, padding: attends(Q, K, V, padding.unsqueeze(1), scale=1.0),
        "Divide by the square root of d, not by d itself.":
            lambda Q, K, V, padding: attends(Q, K, V, padding.unsqueeze(1), scale=Q.shape[-1]),
        "The softmax runs over the keys, the last axis of the scores.":
            lambda Q, K, V, padding: attends(Q, K, V, padding.unsqueeze(1), dim=1),
    },
    hint="Which axis of the scores belongs to the keys, and do the weights of each row sum to 1?", atol=1e-5,
    then=reads_reviews)


# 11.3


def sinusoids(T, D):
    angles = np.arange(T)[:, None] / 10000 ** (np.arange(0, D, 2) / D)
    table = np.zeros((T, D))
    table[:, 0::2] = np.sin(angles)
    table[:, 1::2] = np.cos(angles)
    return table


def waves(T, D, exponents, first=0):
    """Sines and cosines side by side, with other exponents or another first place."""
    angles = np.arange(first, first + T)[:, None] / 10000.0 ** exponents
    return np.stack([np.sin(angles), np.cos(angles)], -1).reshape(T, D)


def halves(T, D):
    table = sinusoids(T, D)
    return np.concatenate([table[:, 0::2], table[:, 1::2]], axis=1)


def own_frequency_for_each_column(T, D, factor=1):
    angles = np.arange(T)[:, None] / 10000 ** (factor * np.arange(D) / D)
    return np.where(np.arange(D) % 2, np.cos(angles), np.sin(angles))


def which_is_first(rng, count, T=12):
    """Rows of T words, among them one 0 and one 1; is the 0 first? Ids (count, T), answers (count,)."""
    ids = rng.integers(2, 20, (count, T))
    places = rng.permuted(np.tile(np.arange(T), (count, 1)), axis=1)[:, :2]
    np.put_along_axis(ids, places, np.array([[0, 1]]), axis=1)
    return minigrad.tensor(ids), minigrad.tensor((places[:, 0] < places[:, 1]).astype(np.float32))


def learns_order(table, steps):
    """The share of right answers of a Transformer to which the positions `table`, (12, 32), are given."""
    state, rng = minigrad.get_rng_state(), np.random.default_rng(0)
    minigrad.manual_seed(0)
    word, logit = nn.Embedding(20, 32), nn.Linear(32, 1)
    layer = nn.TransformerEncoderLayer(32, 2, 64, dropout=0.0, batch_first=True, norm_first=True)
    minigrad.set_rng_state(state)
    position = minigrad.tensor(np.asarray(table, np.float32))

    def model(ids):
        return logit(layer(word(ids) + position).mean(1)).squeeze(1)

    optimizer = optim.Adam([p for part in (word, layer, logit) for p in part.parameters()], lr=0.003)
    for _ in range(steps):
        ids, first = which_is_first(rng, 64)
        step(optimizer, F.binary_cross_entropy_with_logits(model(ids), first))
    ids, first = which_is_first(rng, 1000)
    with minigrad.no_grad():
        return np.mean((model(ids).numpy() > 0) == (first.numpy() > 0.5))


def tells_the_order(positions):
    """A Transformer with the student's positions, and one without, learn which of two words comes first."""
    steps = effort(200, fast=200, browser=120)
    without, table = learns_order(np.zeros((12, 32)), steps), positions(12, 32)
    print(say("Which of two words comes first in a row of twelve? After {steps} steps, a Transformer is "
              "right in\n{without:.1%} of 1,000 new rows without positions, and in {given:.1%} with yours.",
              steps=steps, without=without, given=learns_order(table, steps)))


SINUSOIDS = Exercise(
    "11.3", "positions from sines and cosines",
    cases=[call(1, 4), call(5, 2), call(7, 6), call(50, 8)],
    solution=sinusoids,
    mistakes={
        "Sine and cosine of the same frequency stand side by side: sines in columns 0, 2, 4, cosines in "
        "1, 3, 5. Here all sines come before all cosines.":
            halves,
        "A pair of columns shares a frequency: columns 2i and 2i + 1 both have the exponent 2i / D.":
            own_frequency_for_each_column,
        "i numbers the pairs of columns, not the columns: columns 2i and 2i + 1 have the exponent 2i / D.":
            lambda T, D: own_frequency_for_each_column(T, D, 2),
        "The first word is at t = 0, where every sine is 0 and every cosine 1.":
            lambda T, D: waves(T, D, np.arange(0, D, 2) / D, first=1),
        "The even columns are sines and the odd ones cosines.":
            lambda T, D: np.stack([sinusoids(T, D)[:, 1::2], sinusoids(T, D)[:, 0::2]], -1).reshape(T, D),
        "The exponent of pair i is 2i / D; this is i / D.":
            lambda T, D: waves(T, D, np.arange(D // 2) / D),
        "The angle is t divided by 10000^(2i/D); here it is multiplied.":
            lambda T, D: waves(T, D, -np.arange(0, D, 2) / D),
        "There is a row for each position, and a column for each number: the shape is (T, D).":
            lambda T, D: sinusoids(T, D).T,
    },
    hint="Make the angles first, an array (T, D/2): a row for each t, a column for each i.", atol=1e-5,
    then=tells_the_order)


# 11.4


def masked_mean(x, padding):
    is_word = (~padding).float().unsqueeze(2)
    return (x * is_word).sum(1) / is_word.sum(1)


def words_of(lengths, T, D, loud=False):
    """The mean for sentences of these lengths, padded to T."""
    padding = minigrad.tensor(np.arange(T) >= np.array(lengths)[:, None])
    x = numbers(len(lengths), T, D)
    if loud:
        x = minigrad.where(padding.unsqueeze(2), 1e6, x)
    text = f"{{name}}(x, padding) for sentences of {lengths} words, padded to {T}"
    return Case(text + (" with numbers of 1e6," if loud else ","), lambda answer: answer(x, padding))


MASKED_MEAN = Exercise(
    "11.4", "one vector for the whole sentence",
    cases=[words_of([2, 5], 5, 3), words_of([1], 4, 2), words_of([3, 3, 1], 3, 3),
           words_of([2, 1], 4, 4, loud=True)],
    solution=masked_mean,
    mistakes={
        "This is the mean over all positions. The padding must not count.":
            lambda x, padding: x.mean(1),
        "The sum is right, but the number of words is not: it divides by T, padding included.":
            lambda x, padding: (x * (~padding).float().unsqueeze(2)).mean(1),
        "This is the sum over the words. Divide by their number.":
            lambda x, padding: (x * (~padding).float().unsqueeze(2)).sum(1),
        "This averages the padding and leaves out the words: `padding` is True at padding.":
            lambda x, padding: (x * padding.float().unsqueeze(2)).sum(1) / padding.sum(1, keepdim=True),
        "Every sentence has its own number of words; this divides by the number of words in the batch.":
            lambda x, padding: (x * (~padding).float().unsqueeze(2)).sum(1) / (~padding).sum(),
    },
    hint="What must a padded position add to the sum, and how many words does each sentence have?", atol=1e-5)


# 11.5


def contributions(model, ids):
    def probability(ids):
        return F.sigmoid(model(minigrad.tensor(ids[None]))).item()

    before, drops = probability(ids), []
    for position in range(len(ids)):
        without = ids.copy()
        without[position] = 1
        drops.append(before - probability(without))
    return drops


def drops(model, ids, *, replaced=lambda ids, i: ids[i:i + 1].__setitem__(0, 1), copy=True, value=F.sigmoid):
    """The drops if `replaced(ids, i)` changes the ids, for each word in a copy or in one array for all."""
    def score(ids):
        return value(model(minigrad.tensor(ids[None]))).item()

    before, result, ids = score(ids), [], ids.copy()
    for i in range(len(ids)):
        each = ids.copy() if copy else ids
        replaced(each, i)
        result.append(before - score(each))
    return result


def without_the_others(ids, i):
    ids[np.arange(len(ids)) != i] = 1


class Late(nn.Module):
    """A model that minds only one thing: an unknown word, and more so at the end."""

    def forward(self, ids):
        return -((ids == 1).float() * minigrad.arange(ids.shape[1])).sum(dim=1)


class Sum(nn.Module):
    """A bag of words whose weights are a wave of the ids."""

    def forward(self, ids):
        return minigrad.sin(ids.float()).sum(dim=1) + 0.5


def asked_of(model, *ids):
    return Case(f"{{name}}(model, np.array({list(ids)})) of a model in the grader",
                lambda answer: answer(model, np.array(ids)))


CONTRIBUTIONS = Exercise(
    "11.5", "what if?",
    cases=[asked_of(Sum(), 4, 9, 2), asked_of(Sum(), 7), asked_of(Late(), 5, 2, 8, 8, 3),
           asked_of(Sum(), 3, 1, 3, 6)],
    solution=contributions,
    mistakes={
        "A drop is the probability before minus the one after. This is the other way round.":
            lambda model, ids: [-each for each in contributions(model, ids)],
        "Only one word is replaced at a time. Here the words before stay replaced: change a copy of ids.":
            lambda model, ids: drops(model, ids, copy=False),
        "The drop of the probability is asked for. The model returns a logit: apply the sigmoid to it.":
            lambda model, ids: drops(model, ids, value=lambda z: z),
        "The word is replaced by the unknown word, id 1, and not by padding, id 0.":
            lambda model, ids: drops(model, ids, replaced=lambda ids, i: ids.__setitem__(i, 0)),
        "Replace the word itself and keep the others. Here only the word itself is left.":
            lambda model, ids: drops(model, ids, replaced=without_the_others),
        "These are the probabilities after each change. The drop is the one before minus these.":
            lambda model, ids: [F.sigmoid(model(minigrad.tensor(ids[None]))).item() - each
                                for each in contributions(model, ids)],
    },
    hint="Each word is replaced alone, the others stay; a drop is before minus after.", atol=1e-5)


EXERCISES = [PADDED, MASKED_ATTENTION, SINUSOIDS, MASKED_MEAN, CONTRIBUTIONS]
