"""Recommending films: two networks learn a taste from ratings, one of them for films that nobody has rated
yet.

    matrix factorisation    a vector for each user and each film; their product is the rating
    two towers              films that someone liked -> vector;  a film's id and features -> vector

The ratings are made (ratings.py), so the best possible prediction is known. Two questions are asked of the
last three ratings of each user: what is the rating, and is a film that they liked among the first ten of all
they had not seen? Popularity is the baseline that every recommender must beat, and that many do not.
"""

import re
from pathlib import Path

import numpy as np

from minigrad import Tensor, io, manual_seed, no_grad, optim
from minigrad.backend import bincount
from minigrad.demos.lesson import folder, heading, pictures, trained
from minigrad.demos.ratings import FILMS, GENRES, NEW, USERS, made_ratings
from minigrad.hints import closest
from minigrad.models.recommender import MatrixFactorisation, TwoTower, in_batch_loss
from minigrad.visual.figure import finish, new_figure

TESTED = 3              # the last ratings of each user
LIKED = 4               # from this rating on
TOP = 10
LONGEST = 40            # films of a history
BATCH = 512


def main(epochs: int = 12, seed: int = 0, device: str = "cpu", out: str | Path = "minigrad-demo/recommend",
         predict: str | None = None) -> None:
    out = Path(out)
    if predict is not None:
        recommend(predict, out / "towers.safetensors", f"python -m minigrad demo recommend --out {out}")
        return
    folder(out)
    heading("Films")
    manual_seed(seed)
    made = made_ratings(seed)
    train, test = split(made)
    print(f"{len(train):,} ratings by {USERS:,} users of {FILMS - NEW} films for training, {len(test):,} for "
          f"testing; {NEW} more films are new\n")

    heading("Matrix factorisation")
    factors = MatrixFactorisation(USERS, FILMS, made.rating[train].mean()).to(device)
    fit_factors(factors, optim, Tensor, made, train, epochs, seed)
    heading("Two towers")
    towers = TwoTower(FILMS, made.features.shape[1]).to(device)
    fit_towers(towers, optim, Tensor, in_batch_loss, made, train, epochs, seed)

    heading("How far from the rating")
    mean, user_bias, film_bias = biases(made, train)
    user, film = made.user[test], made.film[test]
    for name, guess in (("always the mean", np.full(len(test), mean)),
                        ("mean + biases", mean + user_bias[user] + film_bias[film]),
                        ("matrix factorisation", predicted(factors, Tensor, no_grad, user, film)),
                        ("without the noise", made.expected[test])):
        print(f"{name:<24}rmse {rmse(guess, made.rating[test]):.3f}")

    heading(f"A film that was liked is among the first {TOP}")
    scores = score_tables(made, train, factors, towers, Tensor, no_grad, seed)
    results = {name: judged(made, train, test, table) for name, table in scores.items()}
    print(f"{'':<24}{'known films':>12}{'NDCG':>8}{'new films':>12}{'NDCG':>8}")
    for name, ((known, gain), (new, new_gain)) in results.items():
        print(f"{name:<24}{known:12.1%}{gain:8.3f}{new:12.1%}{new_gain:8.3f}")
    print("Nobody has rated a new film: popularity and matrix factorisation have nothing to go by. The last\n"
          "row knows each taste and how known each film is; only chance is left.\n")

    io.save(out / "towers.safetensors", towers)
    io.save(out / "factors.safetensors", factors)
    print(f"Model: {out / 'towers.safetensors'}")
    with pictures(out / "recall.png", out / "map.png") as (bars, films):
        draw_results(results, bars)
        draw_films(towers, made, films)


def split(made):
    """The rows for training and the last TESTED of each user, for testing."""
    left = np.zeros(USERS, np.int64)
    late = np.zeros(len(made.user), bool)
    for row in reversed(range(len(made.user))):
        late[row] = left[made.user[row]] < TESTED
        left[made.user[row]] += 1
    return np.flatnonzero(~late), np.flatnonzero(late)


def fit_factors(model, optim, tensor, made, train, epochs, seed):
    """Squared error, with weight decay: most users have few ratings. Works with PyTorch's names, too."""
    random = np.random.default_rng(seed)
    device = model.mean.device
    optimizer = optim.AdamW([p for p in model.parameters() if p.requires_grad], 0.01, weight_decay=0.5)
    for epoch in range(epochs):
        total = 0.0
        for rows in np.array_split(random.permutation(train), -(-len(train) // BATCH)):
            user, film, rating = (tensor(x[rows]).to(device) for x in (made.user, made.film, made.rating))
            loss = ((model(user.long(), film.long()) - rating.float()) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        if (epoch + 1) % 4 == 0:
            print(f"epoch {epoch + 1}/{epochs}   loss {total / len(train):.4f}", flush=True)


def fit_towers(model, optim, tensor, loss_of, made, train, epochs, seed):
    """Each liked film is to be found from the other films that its user liked."""
    random = np.random.default_rng(seed)
    device = model.features.weight.device
    liked = train[made.rating[train] >= LIKED]
    log_q = np.log(bincount(np, made.film[liked], minlength=FILMS) + 1.0) - np.log(len(liked))
    past = histories(made, liked)
    optimizer = optim.Adam(model.parameters(), 0.003)
    for epoch in range(epochs):
        total = 0.0
        for rows in np.array_split(random.permutation(liked), -(-len(liked) // BATCH)):
            user, film = made.user[rows], made.film[rows]
            history = np.where(past[user] == film[:, None] + 1, 0, past[user])      # without the film itself
            history, ids, features, q = (tensor(x).to(device) for x in (
                history, film + 1, made.features[film], log_q[film].astype(np.float32)))
            loss = loss_of(model(history.long(), ids.long(), features), ids, q)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        if (epoch + 1) % 4 == 0:
            print(f"epoch {epoch + 1}/{epochs}   loss {total / len(liked):.4f}", flush=True)


def histories(made, liked):
    """The ids of the last LONGEST films that each user liked, (USERS, LONGEST), padded with 0."""
    past = np.zeros((USERS, LONGEST), np.int64)
    for user in range(USERS):
        films = made.film[liked[made.user[liked] == user]][-LONGEST:] + 1
        past[user, :len(films)] = films
    return past


def biases(made, train, shrink=5.0):
    """How far each user and each film is from the mean: ridge regression, the one and the other in turn."""
    user, film, rating = made.user[train], made.film[train], made.rating[train]
    mean, by_user, by_film = rating.mean(), np.zeros(USERS), np.zeros(FILMS)
    for _ in range(200):
        by_film = shrunk(film, rating - mean - by_user[user], FILMS, shrink)
        by_user = shrunk(user, rating - mean - by_film[film], USERS, shrink)
    return mean, by_user, by_film


def shrunk(group, value, groups, shrink):
    """The mean of each group, as if `shrink` values of 0 were in it, too."""
    return bincount(np, group, value, groups) / (bincount(np, group, minlength=groups) + shrink)


def predicted(model, tensor, no_grad, user, film):
    device = model.mean.device
    with no_grad():
        return model(tensor(user).to(device), tensor(film).to(device)).cpu().numpy()


def rmse(guess, rating):
    return np.sqrt(np.mean((guess - rating) ** 2))


def score_tables(made, train, factors, towers, tensor, no_grad, seed):
    """What each method thinks of every film for every user: name -> (USERS, FILMS)."""
    liked = train[made.rating[train] >= LIKED]
    popular = bincount(np, made.film[liked], minlength=FILMS).astype(float)
    towers.eval()
    ids = np.where(np.arange(FILMS) < FILMS - NEW, np.arange(FILMS) + 1, 0)
    with no_grad():
        product = (factors.user.weight @ factors.item.weight.T + factors.item_bias.weight.T).cpu().numpy()
        scores = towers(*(tensor(x).to(towers.features.weight.device) for x in (
            histories(made, liked), ids, made.features))).cpu().numpy()
    chance = np.random.default_rng(seed).random((USERS, FILMS))
    return {"by chance": chance, "popularity": popular + chance,        # chance decides between equals
            "matrix factorisation": product, "two towers": scores, "knowing every taste": made.seeing}


def judged(made, train, test, scores):
    """(recall, NDCG) at TOP among the known films that a user had not rated, and among the new ones."""
    known = np.arange(FILMS) < FILMS - NEW
    seen = np.zeros((USERS, FILMS), bool)
    seen[made.user[train], made.film[train]] = True
    rows = test[made.rating[test] >= LIKED]
    return (at_top(scores, made.user[rows], made.film[rows], known & ~seen),
            at_top(scores, *made.new, np.tile(~known, (USERS, 1))))


def at_top(scores, user, film, candidates):
    """How often the film is among the first TOP, and the mean of 1 / log2(place + 1)."""
    place = 1 + (np.where(candidates, scores, -np.inf)[user] > scores[user, film][:, None]).sum(1)
    there = place <= TOP
    return there.mean(), np.where(there, 1 / np.log2(place + 1), 0).mean()


def recommend(asked, model_file, command, shown=TOP):
    """Print the films that go best with the films asked for."""
    made = made_ratings()
    with trained(model_file, command):
        model = io.load(model_file, TwoTower(FILMS, made.features.shape[1])).eval()
    chosen = [film_called(name, made.titles) for name in asked.split(",")]
    ids = np.where(np.arange(FILMS) < FILMS - NEW, np.arange(FILMS) + 1, 0)
    history = np.array([[i + 1 for i in chosen if i < FILMS - NEW] or [0]])
    with no_grad():
        scores = model(Tensor(history), Tensor(ids), Tensor(made.features)).numpy()[0]
    print(f"To someone who liked {', '.join(made.titles[i] for i in chosen)}:")
    for i in [i for i in np.argsort(-scores) if i not in chosen][:shown]:
        new = "   (new)" if i >= FILMS - NEW else ""
        print(f"{scores[i] * model.temperature:6.2f}  {made.titles[i]}{new}")


def film_called(name, titles):
    """The number of the film of this name, 'GENRE NUMBER' or its number alone."""
    name = " ".join(name.split()).lower()
    number = re.search(r"\d+$", name)
    numbered = titles[int(number[0])] if number and int(number[0]) < FILMS else None
    if numbered is not None and numbered.endswith(name):
        return int(number[0])
    near = numbered or closest(name, titles)
    hint = f"did you mean {near}?" if near else f"genres are {', '.join(GENRES)}"
    raise ValueError(f"--predict: there is no film {name!r}; write films as 'horror 12, comedy 3', the genre "
                     f"and a number from 0 to {FILMS - 1}; {hint}")


def draw_results(results, path):
    drawn, axes = new_figure(width=6.5, height=3.5)
    axis = axes[0, 0]
    place = np.arange(len(results))
    for shift, which, label in ((-0.2, 0, "known films"), (0.2, 1, f"the {NEW} new films")):
        bars = axis.bar(place + shift, [100 * each[which][0] for each in results.values()], 0.4, label=label)
        axis.bar_label(bars, fmt="%.0f")
    axis.margins(y=0.1)
    axis.set(xticks=place, xticklabels=[name.replace(" ", "\n") for name in results],
             ylabel=f"liked films among the first {TOP}, %", title="What would they like?")
    axis.legend()
    finish(drawn, path)


def draw_films(towers, made, path):
    """The films' vectors: their two principal components, coloured by genre."""
    with no_grad():
        ids = np.where(np.arange(FILMS) < FILMS - NEW, np.arange(FILMS) + 1, 0)
        vectors = towers.cpu().eval().items(Tensor(ids), Tensor(made.features)).numpy()
    centred = vectors - vectors.mean(0)
    x, y = (centred @ np.linalg.svd(centred, full_matrices=False)[2][:2].T).T
    drawn, axes = new_figure(width=6.5, height=5.0)
    axis = axes[0, 0]
    genre, new = made.features[:, :len(GENRES)].argmax(1), np.arange(FILMS) >= FILMS - NEW
    for i, name in enumerate(GENRES):
        axis.scatter(x[(genre == i) & ~new], y[(genre == i) & ~new], s=10, color=f"C{i}", label=name)
        axis.scatter(x[(genre == i) & new], y[(genre == i) & new], s=40, marker="*", color=f"C{i}")
    axis.set(xlabel="first principal component", ylabel="second principal component",
             title="The films' vectors; stars are new films, placed by their features")
    axis.legend(fontsize=8)
    finish(drawn, path)
