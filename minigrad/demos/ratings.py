"""Made ratings of films: everything about users and films is known, so that a recommender can be judged.

A film has a genre and six hidden numbers, a user a taste for each of the six. Whether someone sees a film
depends on how known it is and on their taste, so what is not rated is not missing by chance, as with real
ratings. Some films are new: they have features, but nobody has rated them yet.
"""

from dataclasses import dataclass

import numpy as np

GENRES = ["action", "comedy", "crime", "documentary", "drama", "family", "horror", "science fiction"]
USERS, FILMS, NEW = 1500, 500, 60       # the last 60 films are new
HIDDEN = 6


@dataclass
class Ratings:
    """One row a rating, in the order in which they were given; `new` has those of the new films, for
    testing."""

    user: np.ndarray            # (N,), 0 to USERS - 1
    film: np.ndarray            # (N,), 0 to FILMS - NEW - 1
    rating: np.ndarray          # (N,), 1 to 5
    expected: np.ndarray        # (N,): the rating without its noise, the best that could be predicted
    features: np.ndarray        # (FILMS, 10): one of eight genres, and two numbers that tell a little more
    seeing: np.ndarray          # (USERS, FILMS): who sees and likes what, but for chance
    titles: list                # FILMS names: the genre and a number
    new: tuple                  # (users, films) of new films that were liked


def made_ratings(seed: int = 0) -> Ratings:
    """About 50,000 ratings by 1,500 users of 440 films, and what they will like of 60 new ones."""
    random = np.random.default_rng(seed)
    genre = random.integers(0, len(GENRES), FILMS)
    centre = random.normal(0, 1, (len(GENRES), HIDDEN))
    film = 0.8 * centre[genre] + 0.4 * random.normal(0, 1, (FILMS, HIDDEN))
    said = film @ random.normal(0, 1, (HIDDEN, 2)) / HIDDEN ** 0.5 + 0.3 * random.normal(0, 1, (FILMS, 2))
    taste = centre[random.integers(0, len(GENRES), (USERS, 2))].sum(1) + random.normal(0, 1, (USERS, HIDDEN))
    match = taste @ film.T
    match = match / match.std()                                                         # (USERS, FILMS)
    known = random.permutation(FILMS)
    seeing = -0.8 * np.log(known + 10) + 1.2 * match
    quality, mood = random.normal(0, 0.5, FILMS), random.normal(0, 0.4, USERS)
    expected = 3.4 + mood[:, None] + quality + 0.8 * match
    rating = np.clip(np.rint(expected + random.normal(0, 0.6, match.shape)), 1, 5)

    rated = FILMS - NEW
    counts = np.clip(random.lognormal(np.log(30), 0.5, USERS), 15, 120).astype(np.int64)
    seen_first = seeing + random.gumbel(0, 1, match.shape)      # draws films in proportion to exp(seeing)
    order = np.argsort(-seen_first[:, :rated], axis=1)
    user = np.repeat(np.arange(USERS), counts)
    seen = np.concatenate([order[i, :n] for i, n in enumerate(counts)])
    when = random.permutation(len(user))
    user, seen = user[when], seen[when]

    fresh = rated + np.argsort(-seen_first[:, rated:], axis=1)[:, :5]       # five a user
    liked = np.take_along_axis(rating, fresh, axis=1) >= 4
    features = np.concatenate([np.eye(len(GENRES))[genre], said], axis=1).astype(np.float32)
    return Ratings(user, seen, rating[user, seen], np.clip(expected, 1, 5)[user, seen], features, seeing,
                   [f"{GENRES[g]} {i}" for i, g in enumerate(genre)],
                   (np.repeat(np.arange(USERS), 5)[liked.ravel()], fresh[liked]))
