"""The exercises of lesson 12: tokens, attention that does not look ahead, and a GPT that writes."""

import functools
import math
import time
from collections import Counter

import numpy as np

import minigrad
from minigrad import nn, optim
from minigrad.course.grading import Case, Exercise
from minigrad.course.seeding import own_random_numbers
from minigrad.data import plays
from minigrad.nn import functional as F

CONTEXT = 32        # tokens that the small GPT sees


# A GPT with exchangeable parts, small enough to be trained in two seconds


class SmallGPT(nn.Module):
    """Ids (N, T), T <= CONTEXT -> logits (N, T, V), with one block of width D, whose attention is given."""

    def __init__(self, V, D=48, heads=2):
        self.heads, self.token = heads, nn.Embedding(V, D)
        self.position = nn.Embedding(CONTEXT, D)
        self.norm1, self.norm2, self.norm3 = (nn.LayerNorm(D) for _ in range(3))
        self.qkv, self.out = nn.Linear(D, 3 * D), nn.Linear(D, D)
        self.up, self.down = nn.Linear(D, 4 * D), nn.Linear(4 * D, D)
        for table in (self.token, self.position):
            nn.init.normal_(table.weight, std=D ** -0.5)

    def forward(self, ids, attend, start=0):
        N, T = ids.shape
        x = self.token(ids) + self.position(minigrad.arange(start, start + T))
        D = x.shape[2]
        q, k, v = self.qkv(self.norm1(x)).reshape(N, T, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        x = x + self.out(attend(q, k, v).transpose(1, 2).reshape(N, T, D))
        x = x + self.down(F.gelu(self.up(self.norm2(x))))
        return F.linear(self.norm3(x), self.token.weight)


def some_text():
    """80,000 characters, half a play, in words: letters with the space before them."""
    text = plays()["Macbeth"][:80_000]
    words, word = [], ""
    for character in text:
        if not character.isalpha() or word and not word[-1].isalpha() and word != " ":
            words.append(word)
            word = ""
        word += character
    return [each for each in [*words, word] if each]


def tokens_with(merge, merges):
    """(tokens, ids of some_text()) of a byte-pair encoding whose merges the function makes."""
    words = Counter(some_text())
    spelled = {word: list(word) for word in words}
    tokens = sorted({character for word in words for character in word})
    for _ in range(merges):
        pairs = Counter()
        for word, count in words.items():
            for pair in zip(spelled[word], spelled[word][1:]):
                pairs[pair] += count
        pair = max(pairs, key=lambda pair: (pairs[pair], pair))
        tokens.append(pair[0] + pair[1])
        for word in words:
            if tokens[-1] in word:
                spelled[word] = list(merge(spelled[word], pair))
    ids = {token: i for i, token in enumerate(tokens)}
    return tokens, np.array([ids[symbol] for word in some_text() for symbol in spelled[word]])


def trained(tokens, ids, attend, steps=150):
    """(SmallGPT, nats per token in the last 20 steps) after training on the ids."""
    rng = np.random.default_rng(0)
    with own_random_numbers():
        model = SmallGPT(len(tokens))
    optimizer = optim.AdamW(model.parameters(), lr=0.01)
    losses = []
    for _ in range(steps):
        rows = rng.integers(0, len(ids) - CONTEXT, (16, 1)) + np.arange(CONTEXT)
        logits = model(minigrad.tensor(ids[rows]), attend)
        loss = F.cross_entropy(logits.reshape(-1, len(tokens)), minigrad.tensor(ids[rows + 1].reshape(-1)))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return model, float(np.mean(losses[-20:]))


def causal(q, k, v):
    return F.scaled_dot_product_attention(q, k, v, is_causal=True)


@functools.cache
def writer():
    """(SmallGPT, its tokens) trained on half a play."""
    tokens, ids = tokens_with(merge, 60)
    return trained(tokens, ids, causal)[0], tokens


# 12.1


def most_frequent_pair(words):
    counts = {}
    for symbols, count in words.items():
        for pair in zip(symbols, symbols[1:]):
            counts[pair] = counts.get(pair, 0) + count
    return max(counts, key=counts.get)


def pairs_of(words, times=True):
    counts = Counter()
    for symbols, count in words.items():
        for pair in zip(symbols, symbols[1:]):
            counts[pair] += count if times else 1
    return counts


def each_word_once(words):
    counts = pairs_of(words, times=False)
    return max(counts, key=counts.get)


def in_alphabetical_order(words):
    return max(pairs_of(words))


def across_words(words):
    row = [symbol for symbols, count in words.items() for symbol in symbols * count]
    return Counter(zip(row, row[1:])).most_common(1)[0][0]


def least_frequent(words):
    counts = pairs_of(words)
    return min(counts, key=counts.get)


def two_symbols(words):
    """The two most frequent symbols, wherever they stand."""
    counts = Counter()
    for symbols, count in words.items():
        for symbol in symbols:
            counts[symbol] += count
    return tuple(symbol for symbol, _ in counts.most_common(2))


def side_by_side(words):
    """Cuts each word into pairs that do not overlap."""
    counts = Counter()
    for symbols, count in words.items():
        for pair in zip(symbols[::2], symbols[1::2]):
            counts[pair] += count
    return max(counts, key=counts.get)


def each_pair_once(words):
    counts = Counter()
    for symbols, count in words.items():
        for pair in set(zip(symbols, symbols[1:])):
            counts[pair] += count
    return max(counts, key=counts.get)


def how_frequent(words):
    """How often the pair that an answer finds in the words occurs."""
    def use(answer):
        pair = answer(dict(words))
        if pair is None or pair is ...:
            return None
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise TypeError(f"most_frequent_pair should return a pair (left, right), got {pair!r}")
        return pairs_of(words)[tuple(pair)]
    text = ", ".join(f"{symbols}: {count}" for symbols, count in words.items())
    return Case(f"the pair of {{name}}({{{{{text}}}}}): how often it occurs", use)     # the text is a format


PAIR = Exercise(
    "12.1", "the most frequent pair",
    cases=[how_frequent({("l", "o", "w"): 1}),
           how_frequent({("a", "b", "c"): 1, ("a", "b", "d"): 1, ("x", "y"): 5}),
           how_frequent({("n", "e", "w"): 6, ("l", "o", "w"): 5, ("w", "i", "d", "e"): 3, ("l", "o"): 2}),
           how_frequent({("a",): 9, ("b",): 8, ("t", "h", "e"): 4}),
           how_frequent({("th", "e"): 4, ("t", "h", "y"): 3, ("a", "th", "e"): 1}),
           how_frequent({("b", "a"): 4, ("d",): 1, ("b", "c"): 2, ("a", "d"): 3}),
           how_frequent({("x", "a", "b"): 2, ("y", "a", "b"): 2, ("x", "a"): 1}),
           how_frequent({("b", "a", "n", "a", "n", "a"): 2, ("x", "y"): 3})],
    solution=most_frequent_pair,
    mistakes={
        "A word that occurs 5 times has each of its pairs 5 times: add its count, not 1.":
            each_word_once,
        "`max` of a dict compares its keys. Pass key=counts.get, so that it compares the counts.":
            in_alphabetical_order,
        "The last symbol of a word and the first of the next are no pair: count inside each word only.":
            across_words,
        "This is the rarest pair; the most frequent one is asked for.":
            least_frequent,
        "The two most frequent symbols need not be neighbours. Count pairs.":
            two_symbols,
        "Pairs overlap: b a n has the pairs (b, a) and (a, n). zip(symbols, symbols[1:]) has them all.":
            side_by_side,
        "A pair that a word has twice counts twice: b a n a n a has (a, n) two times.":
            each_pair_once,
    },
    hint="Count the pairs of each word in a dict, weighted with how often the word occurs.")


# 12.2


def merge(symbols, pair):
    merged, i = [], 0
    while i < len(symbols):
        if i + 1 < len(symbols) and (symbols[i], symbols[i + 1]) == tuple(pair):
            merged.append(symbols[i] + symbols[i + 1])
            i += 2
        else:
            merged.append(symbols[i])
            i += 1
    return merged


def merges_the_first_only(symbols, pair):
    for i in range(len(symbols) - 1):
        if (symbols[i], symbols[i + 1]) == tuple(pair):
            return symbols[:i] + [pair[0] + pair[1]] + symbols[i + 2:]
    return symbols


def uses_a_symbol_twice(symbols, pair):
    merged = []
    for i, symbol in enumerate(symbols):
        if i + 1 < len(symbols) and (symbol, symbols[i + 1]) == tuple(pair):
            merged.append(pair[0] + pair[1])
        elif i and (symbols[i - 1], symbol) == tuple(pair):
            continue
        else:
            merged.append(symbol)
    return merged


def keeps_the_right_one(symbols, pair):
    merged = []
    for i, symbol in enumerate(symbols):
        joined = i + 1 < len(symbols) and (symbol, symbols[i + 1]) == tuple(pair)
        merged.append(pair[0] + pair[1] if joined else symbol)
    return merged


def drops_the_last(symbols, pair):
    merged, i = [], 0
    while i < len(symbols) - 1:
        if (symbols[i], symbols[i + 1]) == tuple(pair):
            merged.append(symbols[i] + symbols[i + 1])
            i += 2
        else:
            merged.append(symbols[i])
            i += 1
    return merged


def any_text_of_the_pair(symbols, pair):
    """Joins what spells the same text, whatever its symbols are."""
    merged = []
    for symbol in symbols:
        if merged and merged[-1] + symbol == pair[0] + pair[1]:
            merged[-1] += symbol
        else:
            merged.append(symbol)
    return merged


def lengths(symbols, pair):
    """The lengths of the symbols of an answer, and at last whether they still spell the text."""
    def use(answer):
        merged = answer(list(symbols), pair)
        if merged is None or merged is ...:
            return None
        if not isinstance(merged, (list, tuple)):
            raise TypeError(f"merge should return a list of strings, got a {type(merged).__name__}")
        return np.array([*map(len, merged), "".join(merged) == "".join(symbols)], dtype=int)
    return Case(f"{{name}}({symbols}, {pair}): [length of each symbol, then 1 if they spell the same text, "
                "else 0]", use)


def trains_on_your_tokens(merge):
    tokens, ids = tokens_with(merge, 60)
    characters = sum(map(len, some_text()))
    print(f"60 of your merges: {characters:,} characters of a play became {len(ids):,} tokens, "
          f"{characters / len(ids):.2f} characters each.")
    nats = trained(tokens, ids, causal)[1]
    print(f"150 steps of a small GPT on your tokens: loss {nats:.2f} nats per token; a guess among the "
          f"{len(tokens)} tokens has {math.log(len(tokens)):.2f}.")


MERGE = Exercise(
    "12.2", "merge a pair",
    cases=[lengths(["l", "o", "w"], ("l", "o")), lengths(["n", "e", "w", "e"], ("w", "e")),
           lengths(["a", "b", "a", "b", "c"], ("a", "b")), lengths(["a", "a", "a"], ("a", "a")),
           lengths(["a", "a", "a", "a"], ("a", "a")), lengths(["x"], ("x", "y")),
           lengths(["th", "e", "m", "t", "he"], ("th", "e")), lengths(["b", "a"], ("a", "b")),
           lengths([], ("a", "b"))],
    solution=merge,
    mistakes={
        "The pair can occur several times in a word: go on after the first.":
            merges_the_first_only,
        "A symbol that was merged is used up: in `a a a a` there are two pairs, and not three.":
            uses_a_symbol_twice,
        "The right symbol of the pair is now in the new one: skip it (go on by 2).":
            keeps_the_right_one,
        "The last symbol of the word is lost if it belongs to no pair.":
            drops_the_last,
        "Nothing is merged. A list never equals a tuple: compare tuple(symbols[i:i + 2]) with the pair.":
            lambda symbols, pair: list(symbols),
        "Compare the two symbols one by one: (t, he) is not the pair (th, e), though it spells the same.":
            any_text_of_the_pair,
    },
    hint="Go from left to right. At the pair, append the new symbol and go on by 2, otherwise by 1.",
    then=trains_on_your_tokens)


# 12.3


def causal_attention(q, k, v):
    T, d = q.shape[-2:]
    scores = q @ k.transpose(-2, -1) / math.sqrt(d)
    later = minigrad.ones(T, T).triu(1) > 0
    return F.softmax(scores.masked_fill(later, -math.inf), dim=-1) @ v


def attention(mask=lambda T: minigrad.ones(T, T).triu(1) > 0, dim=-1, scaled=True, after=False,
              hidden=-math.inf):
    """causal_attention with another mask, axis, score of what is hidden, no scale, or masked after all."""
    def answer(q, k, v):
        T, d = q.shape[-2:]
        scores = q @ k.transpose(-2, -1) / (math.sqrt(d) if scaled else 1)
        if after:
            return F.softmax(scores, dim).masked_fill(mask(T), 0) @ v
        return F.softmax(scores.masked_fill(mask(T), hidden), dim) @ v
    return answer


def rows(*shape, start=1.0, dtype=np.float32):
    """A tensor without symmetry."""
    return minigrad.tensor((2 * np.sin(start + 1.7 * np.arange(np.prod(shape)))).reshape(shape).astype(dtype))


def attended(*shape, dtype=np.float32):
    def use(answer):
        q, k, v = (rows(*shape, start=start, dtype=dtype) for start in (1.0, 2.0, 3.0))
        return answer(q, k, v)
    return Case(f"{{name}}(q, k, v) of shape {shape}", use)


def gradient_of_the_values(answer):
    """The gradient that row 1 of the result hands to the values, (3, 2)."""
    q, k, v = (rows(3, 2, start=start) for start in (1.0, 2.0, 3.0))
    v.requires_grad_()
    y = answer(q, k, v)
    if not isinstance(y, minigrad.Tensor):
        return y
    if not y.requires_grad:
        raise RuntimeError("no gradient flows through the answer; use tensor operations only")
    y[1].sum().backward()
    return v.grad


def trains_with_your_attention(answer):
    tokens, ids = tokens_with(merge, 60)
    nats = trained(tokens, ids, answer)[1]
    print(f"150 steps of a small GPT with your attention: loss {nats:.2f} nats per token; a guess among the "
          f"{len(tokens)} tokens has {math.log(len(tokens)):.2f}.")


CAUSAL = Exercise(
    "12.3", "attention that does not look ahead",
    cases=[attended(3, 2), attended(1, 4), attended(2, 2, 5, 3), attended(4, 6, dtype=np.float64),
           Case("the gradient of v for row 1 of {name}(q, k, v)", gradient_of_the_values)],
    solution=causal_attention,
    mistakes={
        "No mask: position 0 sees all the others. Set the scores of later keys to -inf before the softmax.":
            attention(mask=lambda T: minigrad.zeros(T, T) > 0),
        "The mask is the wrong way round: it hides the past and shows the future.":
            attention(mask=lambda T: minigrad.ones(T, T).tril(-1) > 0),
        "A position may see itself: hide what lies above the diagonal, and not the diagonal (triu(1)).":
            attention(mask=lambda T: minigrad.ones(T, T).triu(0) > 0),
        "Mask before the softmax. If weights are set to 0 after it, they no longer sum to 1.":
            attention(after=True),
        "A score of 0 hides nothing: e^0 is 1. Only a score of minus infinity has the weight 0.":
            attention(hidden=0.0),
        "Divide the scores by the square root of d, the length of a query.":
            attention(scaled=False),
        "The weights of one query must sum to 1: take the softmax over the keys, the last axis.":
            attention(dim=-2),
    },
    hint="Scores (..., T, T), -inf above the diagonal, softmax over the last axis, times v.", atol=1e-5,
    seconds=10.0, then=trains_with_your_attention)


# 12.4


def keep_likely(p, top_k, top_p):
    order = np.argsort(-p)[:top_k]
    likely = p[order] / p[order].sum()
    count = np.searchsorted(np.cumsum(likely), top_p) + 1
    kept = np.zeros(len(p))
    kept[order[:count]] = likely[:count]
    return kept / kept.sum()


def kept_as(p, top_k, top_p, *, descending=True, first_scaled=True, reaching=True, placed=True, scaled=True):
    """keep_likely with one thing done otherwise."""
    order = np.argsort(-p if descending else p)[:top_k]
    likely = p[order] / (p[order].sum() if first_scaled else 1)
    total = np.cumsum(likely)
    count = np.searchsorted(total, top_p) + 1 if reaching else np.count_nonzero(total <= top_p)
    kept = np.zeros(len(p))
    kept[order[:count] if placed else range(len(order[:count]))] = likely[:count]
    if not scaled:
        return kept
    return kept / kept.sum() if kept.sum() else np.full(len(p), np.nan)


def each_above_the_rest(p, top_k, top_p):
    left = np.where(p >= 1 - top_p, p, 0)
    return left / max(left.sum(), 1e-9)


def kept(p, top_k, top_p):
    """The case of these arguments."""
    def use(answer):
        with np.errstate(all="ignore"):
            return answer(np.array(p), top_k, top_p)
    return Case(f"{{name}}(np.array({p}), {top_k}, {top_p})", use)


def writes_with_your_sampler(answer):
    model, tokens = writer()

    def written(choose, count=60):
        rng = np.random.default_rng(0)
        ids = [tokens.index("\n")]
        cut = []
        for _ in range(count):
            with minigrad.no_grad():
                logits = model(minigrad.tensor([ids[-CONTEXT:]]), causal)[0, -1]
            p = F.softmax(logits.double(), -1).numpy()
            left = choose(p)
            cut.append(p[left == 0].sum())
            ids.append(int(rng.choice(len(p), p=left)))
        return " ".join("".join(tokens[i] for i in ids).split()), float(np.mean(cut))

    print("A GPT after 150 steps writes\n  without your sampler:", written(lambda p: p)[0])
    text, cut = written(lambda p: answer(p, 30, 0.8))
    print("  with top_k=30, top_p=0.8:", text)
    print(f"Your sampler cut off {cut:.0%} of the probability, on average.")


KEEP = Exercise(
    "12.4", "top-k and top-p",
    cases=[kept([0.5, 0.25, 0.125, 0.125], 2, 1.0), kept([0.1, 0.2, 0.4, 0.3], 4, 0.6),
           kept([0.25, 0.5, 0.25], 1, 0.5), kept([0.0625, 0.5, 0.1875, 0.25], 4, 0.75),
           kept([0.05, 0.15, 0.35, 0.45], 10, 0.9), kept([0.4, 0.05, 0.3, 0.25], 3, 0.72),
           kept([0.7, 0.1, 0.2], 3, 0.5)],
    solution=keep_likely,
    mistakes={
        "The token with which the sum reaches top_p belongs to those that are kept. (Otherwise nothing is "
        "left when the first one is above top_p.)":
            functools.partial(kept_as, reaching=False),
        "What is left must sum to 1 again: divide by its sum.":
            functools.partial(kept_as, scaled=False),
        "np.argsort sorts from small to large, so this keeps the least likely tokens. Sort -p.":
            functools.partial(kept_as, descending=False),
        "Scale to sum 1 after top_k, too: top_p is a part of what top_k has left.":
            functools.partial(kept_as, first_scaled=False),
        "Each token stays at its place: put the probabilities back where they were before sorting.":
            functools.partial(kept_as, placed=False),
        "top_p is compared with the sum of the probabilities, most likely first, not with each one.":
            each_above_the_rest,
    },
    hint="Sort, most likely first; keep top_k, scale; np.cumsum shows where top_p is reached; scale again.",
    then=writes_with_your_sampler)


# 12.5


def cached_step(q, k, v, cache):
    if cache is not None:
        keys, values = cache
        k, v = minigrad.cat([keys, k], -2), minigrad.cat([values, v], -2)
    weights = F.softmax(q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1]), dim=-1)
    return weights @ v, (k, v)


def looks_at(new_k=True, new_v=True, scaled=True, order=1, itself=True):
    """cached_step with another mistake each."""
    def answer(q, k, v, cache):
        keys, values = cache or (k[..., :0, :], v[..., :0, :])
        k = minigrad.cat([keys, k][::order], -2) if new_k else k
        v = minigrad.cat([values, v][::order], -2) if new_v else v
        if not itself and cache:
            scores, seen = q @ keys.transpose(-2, -1), values
        else:
            scores, seen = q @ k.transpose(-2, -1), v
        weights = F.softmax(scores / (math.sqrt(q.shape[-1]) if scaled else 1), dim=-1)
        return weights @ seen, (k, v)
    return answer


def one_by_one(*shape, what):
    """The results, keys or values of T steps for q, k, v of the shape (..., T, d)."""
    def use(answer):
        q, k, v = (rows(*shape, start=start) for start in (1.0, 2.0, 3.0))
        cache, results = None, []
        for t in range(shape[-2]):
            step = answer(*(each[..., t:t + 1, :] for each in (q, k, v)), cache)
            if step is None or step is ...:
                return None
            if not isinstance(step, (tuple, list)) or len(step) != 2:
                raise TypeError("cached_step should return (y, (keys, values))")
            y, cache = step
            if not isinstance(cache, (tuple, list)) or len(cache) != 2:
                raise TypeError("cached_step should return (y, (keys, values)), and the second is "
                                f"{'no pair' if cache is not None else 'None'}")
            results.append(y)
        return {"the results": lambda: minigrad.cat(results, -2), "the keys": lambda: cache[0],
                "the values": lambda: cache[1]}[what]()
    return Case(f"{what} of {shape[-2]} steps of {{name}} with q, k, v of shape {shape}", use)


def writes_with_your_cache(answer):
    model, tokens = writer()
    first = tokens.index("\n")

    def decode(next_logits):
        ids = [first]
        start = time.perf_counter()
        with minigrad.no_grad():
            while len(ids) < CONTEXT:
                ids.append(next_logits(ids)[0, -1].argmax().item())
        return ids, time.perf_counter() - start

    held = [None]

    def attend(q, k, v):
        y, held[0] = answer(q, k, v, held[0])
        return y

    full, _ = decode(lambda ids: model(minigrad.tensor([ids]), causal))
    cached, _ = decode(lambda ids: model(minigrad.tensor([ids[-1:]]), attend, len(ids) - 1))
    agree = sum(mine == other for mine, other in zip(cached, full))
    print(f"A GPT wrote {len(full)} tokens with your cache; {agree} of them are those that it writes without "
          f"one.\nWithout the cache it computed {sum(range(1, CONTEXT))} positions, with it {CONTEXT - 1}.")


STEP = Exercise(
    "12.5", "one step with a cache",
    cases=[one_by_one(1, 3, what="the results"), one_by_one(4, 2, what="the results"),
           one_by_one(2, 3, 5, 4, what="the results"), one_by_one(2, 3, 4, what="the keys"),
           one_by_one(2, 3, 4, what="the values")],
    solution=cached_step,
    mistakes={
        "The new token has to see the earlier keys and values: append its own to those in the cache.":
            looks_at(new_k=False, new_v=False),
        "The token sees itself, too: append its key and value first, then look.":
            looks_at(itself=False),
        "Divide the scores by the square root of d, as without a cache.":
            looks_at(scaled=False),
        "New keys and values come after the old ones, so that the cache is in the order of the text.":
            looks_at(order=-1),
        "The keys grow, but the values do not: append to both.":
            looks_at(new_v=False),
    },
    hint="Append k and v along axis -2, then the attention of one query to all keys; return them, too.",
    atol=1e-5, seconds=10.0, then=writes_with_your_cache)


EXERCISES = [PAIR, MERGE, CAUSAL, KEEP, STEP]
