"""Recommending films, minigrad beside PyTorch: `python -m benchmarks.models.recommend [SEEDS]` prints docs'
table.

Ratings, initial weights, batches and seeds are the same.
"""

import contextlib
import io
import sys

import numpy as np
import torch

import minigrad
from benchmarks.twin import copy_weights, twin
from minigrad.demos import recommend as demo
from minigrad.demos.ratings import FILMS, USERS, made_ratings
from minigrad.models import recommender

EPOCHS = 12


def results(source, framework, factors, towers, made, train, test, seed):
    """The rows of the demo's two tables: rmse, and (recall, NDCG) for known and new films of each method."""
    tensor = framework.tensor
    with contextlib.redirect_stdout(io.StringIO()):
        demo.fit_factors(factors, framework.optim, tensor, made, train, EPOCHS, seed)
        demo.fit_towers(towers, framework.optim, tensor, source.in_batch_loss, made, train, EPOCHS, seed)
    guess = demo.predicted(factors, tensor, framework.no_grad, made.user[test], made.film[test])
    tables = demo.score_tables(made, train, factors, towers, tensor, framework.no_grad, seed)
    return demo.rmse(guess, made.rating[test]), {
        name: np.array(demo.judged(made, train, test, table)) for name, table in tables.items()}


def main(seeds):
    torch.set_num_threads(1)
    theirs = twin("minigrad.models.recommender")
    collected = {}
    for seed in range(1, 1 + seeds):        # seed 0 is the one with which the settings were chosen
        made = made_ratings(seed)
        train, test = demo.split(made)
        minigrad.manual_seed(seed)
        torch.manual_seed(seed)
        mean, by_user, by_film = demo.biases(made, train)
        factors = recommender.MatrixFactorisation(USERS, FILMS, mean)
        towers = recommender.TwoTower(FILMS, made.features.shape[1])
        others = (copy_weights(factors, theirs.MatrixFactorisation(USERS, FILMS, mean)),
                  copy_weights(towers, theirs.TwoTower(FILMS, made.features.shape[1])))
        ours = results(recommender, minigrad, factors, towers, made, train, test, seed)
        torchs = results(theirs, torch, *others, made, train, test, seed)
        guess = mean + by_user[made.user[test]] + by_film[made.film[test]]
        errors = {"mean + biases": (demo.rmse(guess, made.rating[test]),) * 2,
                  "matrix factorisation": (ours[0], torchs[0]),
                  "without the noise": (demo.rmse(made.expected[test], made.rating[test]),) * 2}
        for name in ["mean + biases", *ours[1]]:
            ranks = [each[1].get(name, np.full((2, 2), np.nan)) for each in (ours, torchs)]
            row = [*errors.get(name, (np.nan, np.nan)), *(each[k][0] for k in (0, 1) for each in ranks)]
            collected.setdefault(name, []).append(row)
        collected.setdefault("without the noise", []).append([*errors["without the noise"], *[np.nan] * 4])
        print(f"seed {seed} done", file=sys.stderr, flush=True)
    print("| method | rmse, minigrad | PyTorch | known films, minigrad | PyTorch | new films, minigrad | "
          "PyTorch |")
    print("|---|---|---|---|---|---|---|")
    for name, rows in collected.items():
        mean, spread = np.mean(rows, axis=0), np.std(rows, axis=0)
        cells = ["" if np.isnan(m) else f"{m:.3f} ± {s:.3f}" if i < 2 else f"{m:.1%} ± {s:.1%}"
                 for i, (m, s) in enumerate(zip(mean, spread))]
        print(f"| {name} | " + " | ".join(cells) + " |")
    print(f"minigrad {minigrad.__version__}, NumPy {np.__version__}, PyTorch {torch.__version__}, one thread")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
