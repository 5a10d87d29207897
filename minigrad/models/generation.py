"""Write with a GPT: choose the next token, append it, read again.

    ids = generate(model, tokenizer.encode("ROMEO:"), 200, temperature=0.8, top_p=0.95, seed=0)
    print(tokenizer.decode(ids))

The temperature divides the logits: below 1, likely tokens get likelier, and at 0 the likeliest is taken
(greedy). Top-k keeps the k likeliest tokens (Fan et al. 2018, arXiv:1805.04833, sec. 5.3), top-p the fewest
that have together at least the probability p (nucleus sampling, Holtzman et al. 2020, arXiv:1904.09751,
sec. 3.1).
"""

import operator
from collections.abc import Iterable, Sequence

import numpy as np

from minigrad.autograd import Tensor, no_grad
from minigrad.autograd.errors import checked
from minigrad.backend import Generator
from minigrad.models.gpt import GPT
from minigrad.nn import KVCache
from minigrad.ops.creation import multinomial


@checked
def generate(model: GPT, prompt: Sequence[int], count: int, *, temperature: float = 1.0,
             top_k: int | None = None, top_p: float | None = None, stop: Iterable[int] = (),
             seed: int | None = None, cache: bool = True) -> list[int]:
    """The ids of up to `count` tokens after those of the prompt.

    temperature  0: always the likeliest token; 1: the model's own probabilities
    top_k        choose among so many tokens; None: among all
    top_p        then among the fewest that have together at least this probability, in (0, 1]; None: all
    stop         ids after which it ends; the last id returned is then one of them
    seed         equal seeds give equal texts; None: the random numbers of manual_seed() go on
    cache        keep the keys and values of what was read. Without, all is read again for each token, which
                 takes longer and gives the same text: logits agree to rounding, about 1e-6

    When model.context tokens are full, the older half of them is forgotten, and of a longer prompt its
    beginning: positions are learned up to there, and the cache stays of use for the next half.
    Raises ValueError for an empty prompt, ids that the model does not know, and settings out of range.
    """
    V, ids = model.token.num_embeddings, [operator.index(i) for i in prompt]
    stop = {operator.index(i) for i in stop}
    outside = [i for i in (*ids, *sorted(stop)) if not 0 <= i < V]
    if not ids:
        raise ValueError("generate: the prompt is empty; begin with at least one token, such as a line break")
    if outside:
        raise ValueError(f"generate: ids must lie in 0..{V - 1}, the vocabulary of the model, got "
                         f"{outside[0]}; use the tokenizer that it was trained with")
    if count < 0:
        raise ValueError(f"generate: count must be at least 0, got {count}")
    check_settings(temperature, top_k, top_p)
    generator = None if seed is None else Generator().manual_seed(seed)
    device, first, begin, caches = model.token.weight.device, len(ids), 0, None
    for _ in range(count):
        if len(ids) - begin > model.context:
            half = max(1, model.context // 2)
            begin += -(-(len(ids) - begin - model.context) // half) * half
            caches = None
        if cache and caches is None:
            caches = [KVCache(model.context) for _ in model.blocks]
        new = ids[begin + len(caches[0]):] if caches else ids[begin:]
        with no_grad():
            logits = model(Tensor(np.array([new])).to(device), caches)[0, -1].cpu().numpy()
        p = next_probabilities(logits, temperature=temperature, top_k=top_k, top_p=top_p)
        greedy = np.count_nonzero(p) == 1
        ids.append(int(p.argmax() if greedy else multinomial(Tensor(p), 1, generator=generator).item()))
        if ids[-1] in stop:
            break
    return ids[first:]


@checked
def next_probabilities(logits: np.ndarray, *, temperature: float = 1.0, top_k: int | None = None,
                       top_p: float | None = None) -> np.ndarray:
    """The probabilities with which generate() chooses: logits (V,) -> float64 (V,), 0 for those cut off.

    Of equal logits, that with the smaller id counts as the likelier one.

    >>> next_probabilities(np.log([0.5, 0.3, 0.2]), top_p=0.7).round(3)
    array([0.625, 0.375, 0.   ])
    """
    check_settings(temperature, top_k, top_p)
    logits = np.asarray(logits, np.float64)
    if logits.ndim != 1 or not len(logits) or not np.isfinite(logits).all():
        raise ValueError(f"next_probabilities: expected finite logits (V,), got shape {logits.shape}"
                         + ("; some are not finite" if logits.ndim == 1 and len(logits) else ""))
    order = np.argsort(-logits, kind="stable")          # the likeliest first
    falling = logits[order] - logits[order[0]]
    if temperature == 0:
        falling = falling[:1]
    else:
        with np.errstate(over="ignore"):                # a tiny temperature: -inf, of which exp is 0
            falling = falling[:top_k] / temperature
    likely = np.exp(falling)
    likely /= likely.sum()
    if top_p is not None:
        # The one that reaches top_p belongs to them; the sum of all may miss 1 by rounding.
        likely = likely[:np.searchsorted(np.cumsum(likely), top_p) + 1]
    p = np.zeros(len(logits))
    p[order[:len(likely)]] = likely / likely.sum()
    return p


def check_settings(temperature, top_k, top_p):
    if not 0 <= temperature < np.inf:
        raise ValueError(f"temperature must be a number of at least 0 (0: always the likeliest token), got "
                         f"{temperature}")
    if top_k is not None and top_k < 1:
        raise ValueError(f"top_k must be at least 1, got {top_k}; pass None to choose among all tokens")
    if top_p is not None and not 0 < top_p <= 1:
        raise ValueError(f"top_p must lie in (0, 1], got {top_p}; pass None to choose among all tokens")
