"""Snippets of film reviews with human sentiment ratings."""

import numpy as np

from minigrad.autograd.errors import checked
from minigrad.data.bundled import decompress, find


@checked
def movie_reviews(min_abs_rating: float = 0.0) -> tuple[list[str], np.ndarray]:
    """Load English sentences from film reviews, each with the mean rating of at least 20 people.

    Returns (texts, ratings):
        texts    list of N str
        ratings  float64 (N,), from -4 (most negative) to 4 (most positive)
    N = 10,605. `min_abs_rating` drops neutral sentences: 0.5 leaves 10,072, of which 4,996 are positive.
    Source: Hutto and Gilbert, ICWSM 2014; texts from rottentomatoes.com, Pang and Lee 2004.
    Licence: MIT.
    """
    lines = decompress(find("vader_movie.tsv.gz")).decode("utf-8").split("\n")
    _, numbers, texts = zip(*(line.split("\t") for line in lines))
    ratings = np.array(numbers, np.float64)
    kept = np.flatnonzero(np.abs(ratings) >= min_abs_rating)
    return [texts[i] for i in kept], ratings[kept]
