"""Snippets of film reviews, each with how positive people found it."""

import numpy as np

from minigrad.data.bundled import decompress, find


def movie_reviews(min_abs_rating=0.0):
    """English sentences from film reviews with the mean rating of at least 20 people each.

    Returns (texts, ratings):
        texts    list of N str
        ratings  float64 (N,), from -4, most negative, to 4, most positive; positive means `ratings > 0`
    N = 10,605. `min_abs_rating` keeps the clearer ones: 0.5 leaves 10,072, of which 4,996 are positive.
    Source: Hutto and Gilbert, ICWSM 2014; the texts from rottentomatoes.com, Pang and Lee 2004.
    Licence: MIT.
    """
    lines = decompress(find("vader_movie.tsv.gz")).decode("utf-8").split("\n")
    _, ratings, texts = zip(*(line.split("\t") for line in lines))
    ratings = np.array(ratings, np.float64)
    kept = np.flatnonzero(np.abs(ratings) >= min_abs_rating)
    return [texts[i] for i in kept], ratings[kept]
