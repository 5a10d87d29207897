"""BLEU: how many n-grams a text shares with reference texts."""

import math
from collections import Counter
from collections.abc import Sequence


def bleu(output: Sequence[Sequence], target: Sequence[Sequence], max_n: int = 4, *,
         smooth: bool = True) -> float:
    """BLEU of a corpus, from 0 to 100: brevity penalty times the geometric mean of the n-gram precisions.

    output  a list of tokens (words or ids) for each sentence
    target  a list of tokens for each sentence; or, with several references, a list of such lists for each
    smooth  where no n-gram of a length matches, count 1/2, 1/4, ... of one instead of none

    The values equal sacrebleu's corpus_bleu of the same tokens (tokenize='none', smooth_method='exp' or
    'none'). Compare BLEU only between texts that were split into tokens in the same way.
    Source: Papineni et al. 2002, ACL, sec. 2.3; smoothing: Chen and Cherry 2014, WMT, method 3.

    >>> bleu(["the cat sat on the mat".split()], ["the cat sat on a mat".split()])
    53.72...
    """
    if len(output) != len(target):
        raise ValueError(f"bleu: {len(output)} sentences in output, but {len(target)} in target")
    if max_n < 1:
        raise ValueError(f"bleu: max_n must be at least 1, got {max_n}")
    matches, totals = [0] * max_n, [0] * max_n
    length = closest = 0
    for i, (tokens, references) in enumerate(zip(output, target)):
        if isinstance(tokens, str) or isinstance(references, str):
            raise TypeError(f"bleu: sentence {i} is a str; split it into tokens, such as sentence.split()")
        tokens = plain(tokens)
        several = len(references) > 0 and isinstance(references[0], (list, tuple))
        references = [plain(each) for each in references] if several else [plain(references)]
        length += len(tokens)
        closest += min((abs(len(each) - len(tokens)), len(each)) for each in references)[1]
        for n in range(1, max_n + 1):
            found, allowed = grams(tokens, n), Counter()
            for each in references:
                allowed |= grams(each, n)
            matches[n - 1] += sum((found & allowed).values())
            totals[n - 1] += max(len(tokens) - n + 1, 0)
    if not all(totals) or not any(matches) or not smooth and not all(matches):
        return 0.0
    logs, half = 0.0, 1.0
    for match, total in zip(matches, totals):
        if not match:
            half /= 2
        logs += math.log((match or half) / total)
    penalty = math.exp(min(0.0, 1 - closest / length))
    return 100 * penalty * math.exp(logs / max_n)


def plain(tokens):
    """A Tensor or an array of ids as a list."""
    return tokens.tolist() if hasattr(tokens, "tolist") else list(tokens)


def grams(tokens, n):
    return Counter(tuple(tokens[i:i + n]) for i in range(len(tokens) - n + 1))
