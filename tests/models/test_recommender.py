"""Recommenders: what they compute, what the made ratings hold, and the demo."""

import numpy as np
import pytest

import minigrad
from minigrad import Tensor, tensor
from minigrad.cli import main
from minigrad.demos import recommend
from minigrad.demos.ratings import FILMS, NEW, USERS, made_ratings
from minigrad.models import MatrixFactorisation, TwoTower
from minigrad.models.recommender import in_batch_loss


@pytest.fixture(scope="module")
def made():
    return made_ratings()


def test_a_factorised_rating_is_mean_plus_biases_plus_product():
    minigrad.manual_seed(0)
    model = MatrixFactorisation(4, 5, 3.5, D=3)
    model.user_bias.weight.data[2] = 0.25
    model.item_bias.weight.data[4] = -0.5
    p, q = (table.weight.detach().numpy() for table in (model.user, model.item))
    y = model(tensor([2, 0]), tensor([4, 1])).detach().numpy()
    np.testing.assert_allclose(y, [3.5 + 0.25 - 0.5 + p[2] @ q[4], 3.5 + p[0] @ q[1]], rtol=1e-6)
    assert "mean" not in dict(model.named_buffers()) and not model.mean.requires_grad


def test_padding_in_a_history_and_its_order_change_nothing():
    minigrad.manual_seed(0)
    model = TwoTower(6, 2).eval()
    u = model.users(tensor([[3, 5, 0, 0], [5, 3, 0, 0], [0, 0, 0, 0]])).detach().numpy()
    v = model.users(tensor([[3, 5]])).detach().numpy()
    np.testing.assert_allclose(u[:2], np.tile(v, (2, 1)), atol=1e-6)
    assert np.isfinite(u).all()             # also of someone who liked nothing yet
    np.testing.assert_allclose(np.linalg.norm(u, axis=1), 1, rtol=1e-5)


def test_hidden_ids_are_those_of_new_films_and_only_in_training():
    minigrad.manual_seed(0)
    model = TwoTower(6, 2, hide=1.0)
    item, features = tensor([1, 2]), minigrad.ones(2, 2)
    a, b = model.train().items(item, features).detach().numpy()
    np.testing.assert_array_equal(a, b)                     # the same features, nothing else
    c, d = model.eval().items(item, features).detach().numpy()
    assert np.abs(c - d).max() > 1e-3


def test_the_loss_of_a_batch_is_the_formula():
    random = np.random.default_rng(0)
    scores, log_q, item = random.normal(size=(4, 4)), random.normal(size=4), np.array([7, 3, 7, 1])
    expected = []
    for i in range(4):
        rest = [j for j in range(4) if j == i or item[j] != item[i]]        # the same film is no wrong answer
        x = scores[i] - log_q
        expected.append(np.log(np.exp(x[rest]).sum()) - x[i])
    loss = in_batch_loss(Tensor(scores), Tensor(item), Tensor(log_q))
    assert loss.item() == pytest.approx(np.mean(expected), rel=1e-9)


def test_the_made_ratings_are_what_they_say(made):
    assert set(np.unique(made.rating)) == {1, 2, 3, 4, 5}
    assert len(set(zip(made.user, made.film))) == len(made.user)            # nobody rates a film twice
    assert made.film.max() < FILMS - NEW and made.new[1].min() >= FILMS - NEW
    assert np.bincount(made.user, minlength=USERS).min() >= 15
    again = made_ratings()
    for name in ("user", "film", "rating"):
        np.testing.assert_array_equal(getattr(made, name), getattr(again, name))
    train, test = recommend.split(made)
    assert np.array_equal(np.sort(np.r_[train, test]), np.arange(len(made.user)))
    assert (np.bincount(made.user[test]) == recommend.TESTED).all()
    for user in range(5):
        assert train[made.user[train] == user].max() < test[made.user[test] == user].min()


def test_recall_and_ndcg_on_a_case_by_hand(monkeypatch):
    monkeypatch.setattr(recommend, "TOP", 2)
    scores = np.array([[5.0, 4.0, 3.0, 2.0], [1.0, 2.0, 3.0, 4.0]])
    candidates = np.array([[False, True, True, True], [True, True, True, True]])
    # user 0: film 2 is the second of its candidates; user 1: film 1 is the third
    recall, gain = recommend.at_top(scores, np.array([0, 1]), np.array([2, 1]), candidates)
    assert recall == 0.5 and gain == pytest.approx(0.5 / np.log2(3))


def test_biases_solve_their_ridge_regression(made):
    """The normal equations hold for both: sum of residuals = shrink x bias."""
    train, _ = recommend.split(made)
    mean, by_user, by_film = recommend.biases(made, train)
    user, film = made.user[train], made.film[train]
    residual = made.rating[train] - mean - by_user[user] - by_film[film]
    np.testing.assert_allclose(np.bincount(user, residual, USERS), 5 * by_user, atol=1e-6)
    np.testing.assert_allclose(np.bincount(film, residual, FILMS), 5 * by_film, atol=1e-6)


@pytest.mark.torch
def test_the_twins_compute_the_same():
    import torch

    from benchmarks.twin import copy_weights, twin
    theirs = twin("minigrad.models.recommender")
    minigrad.manual_seed(0)
    ours, other = TwoTower(9, 3).eval(), theirs.TwoTower(9, 3).eval()
    copy_weights(ours, other)
    history, item = np.array([[1, 2, 0], [9, 0, 0]]), np.array([3, 0])
    features = np.random.default_rng(0).normal(size=(2, 3)).astype(np.float32)
    losses = []
    sides = (in_batch_loss, ours, tensor), (theirs.in_batch_loss, other, torch.tensor)
    for loss_of, model, convert in sides:
        scores = model(convert(history), convert(item), convert(features))
        loss = loss_of(scores, convert(item), convert(np.zeros(2, np.float32)))
        loss.backward()
        losses.append((loss.item(), model.features.weight.grad.numpy(), model.liked.weight.grad.numpy()))
    for a, b in zip(*losses):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_the_demo_beats_chance_and_recommends(tmp_path, capsys):
    recommend.main(epochs=2, out=tmp_path)
    printed = capsys.readouterr().out
    rows = {line[:24].strip(): line[24:].split() for line in printed.splitlines() if line.count("%") == 2}
    known, new = (({name: float(row[i].rstrip("%")) for name, row in rows.items()}) for i in (0, 2))
    assert known["by chance"] < 4 < known["popularity"] < known["two towers"] < known["knowing every taste"]
    assert new["two towers"] > 1.5 * new["by chance"]
    assert {path.name for path in tmp_path.iterdir()} == {
        "towers.safetensors", "factors.safetensors", "recall.png", "map.png"}
    titles = made_ratings().titles
    recommend.main(predict=f"{titles[3].upper()},  7", out=tmp_path)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"To someone who liked {titles[3]}, {titles[7]}:" and len(lines) == 1 + recommend.TOP


@pytest.mark.parametrize("films, message", [
    ("", "there is no film ''"), ("horor", "no film 'horor'"), ("drama 999", "a number from 0 to 499"),
    ("musical 3", "did you mean ")])
def test_an_unknown_film_is_named(tmp_path, capsys, films, message):
    minigrad.io.save(tmp_path / "towers.safetensors", TwoTower(FILMS, 10))
    assert main(["demo", "recommend", "--predict", films, "--out", str(tmp_path)]) == 1
    assert message in capsys.readouterr().err
