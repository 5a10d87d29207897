"""The masked language model: what is hidden and found, training like its PyTorch twin, its demo."""

import dataclasses
import re

import numpy as np
import pytest

import minigrad
from benchmarks.twin import copy_weights, twin
from minigrad import models
from minigrad.cli import main
from minigrad.data import WordPieceTokenizer, verses
from minigrad.demos import masked_words as demo

VOCAB = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"abcdefghijklmnop"]
SMALL = models.BertConfig(
    vocab_size=len(VOCAB), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=24,
    max_position_embeddings=24, type_vocab_size=1, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)


@pytest.fixture
def tokenizer():
    return WordPieceTokenizer(VOCAB)


@pytest.fixture
def model():
    minigrad.manual_seed(0)
    return models.MaskedLM(SMALL)


def texts(N, T=20, seed=0):
    """[CLS], T - 2 letters, [SEP]."""
    ids = np.random.default_rng(seed).integers(5, len(VOCAB), (N, T))
    ids[:, 0], ids[:, -1] = 2, 3
    return ids


def test_of_each_hundred_tokens_15_are_chosen_of_them_80_masked_and_10_replaced(tokenizer):
    """Shares within four standard errors; a random token can be the right one, once in 16 times."""
    ids = texts(2000)
    hidden = models.hide(ids, tokenizer, np.random.default_rng(1))
    now = hidden.input_ids.flat[hidden.places]

    def is_share(observed, p, n):
        assert abs(observed - p) < 4 * (p * (1 - p) / n) ** 0.5
    n = len(hidden.places)
    is_share(n / (2000 * 18), 0.15, 2000 * 18)
    is_share(np.mean(now == 4), 0.8, n)
    is_share(np.mean((now != 4) & (now != hidden.target)), 0.1 * 15 / 16, n)
    is_share(np.mean(now == hidden.target), 0.1 + 0.1 / 16, n)
    assert {*now[(now != 4) & (now != hidden.target)]} == {*range(5, len(VOCAB))}


def test_only_what_was_chosen_changes_and_no_special_token_is_chosen(tokenizer):
    ids = texts(50)
    ids[:, 12:] = 0
    before = ids.copy()
    hidden = models.hide(ids, tokenizer, np.random.default_rng(1))
    others = np.setdiff1d(np.arange(ids.size), hidden.places)
    assert (ids == before).all() and (hidden.input_ids.flat[others] == ids.flat[others]).all()
    assert (hidden.target == ids.flat[hidden.places]).all() and hidden.target.min() >= 5


def test_all_chosen_can_be_masked_and_at_least_one_is_chosen(tokenizer):
    hidden = models.hide(texts(9), tokenizer, np.random.default_rng(1), masked=1.0, replaced=0.0)
    assert (hidden.input_ids.flat[hidden.places] == 4).all()
    ids = np.array([[2, 7, 3]])
    for seed in range(20):
        assert models.hide(ids, tokenizer, np.random.default_rng(seed)).places.tolist() == [1]


@pytest.mark.parametrize("ids, settings, message", [
    (np.array([2, 7, 3]), {}, r"whole numbers \(N, T\), got int64 \(3,\)"),
    (np.array([[2.0, 7.0]]), {}, r"whole numbers \(N, T\), got float64"),
    (np.array([[2, 3, 0]]), {}, "no tokens to hide, the texts are empty"),
    (np.array([[7]]), {"share": 0.0}, r"share must lie in \(0, 1\].*got share 0.0"),
    (np.array([[7]]), {"masked": 0.8, "replaced": 0.3}, "at most 1 together.*masked 0.8, replaced 0.3")])
def test_what_cannot_be_hidden_gets_an_error_that_helps(tokenizer, ids, settings, message):
    with pytest.raises(ValueError, match=message):
        models.hide(ids, tokenizer, np.random.default_rng(0), **settings)


def test_a_vocabulary_without_mask_is_refused():
    with pytest.raises(ValueError, match=r"lacks \[MASK\]"):
        models.hide(texts(1), WordPieceTokenizer(VOCAB[:4] + VOCAB[5:]), np.random.default_rng(0))


def test_scores_at_places_are_those_of_all_positions(model, device):
    ids, places = minigrad.tensor(texts(3), device=device), minigrad.tensor([3, 21, 59], device=device)
    model.to(device)
    with minigrad.no_grad():
        chosen, all_of_them = model(ids, None, places), model(ids)
    assert all_of_them.shape == (3, 20, len(VOCAB))
    np.testing.assert_allclose(chosen.cpu().numpy(), all_of_them.cpu().numpy().reshape(60, -1)[[3, 21, 59]],
                               atol=1e-6)


def test_a_score_is_a_dot_product_with_the_vector_of_the_word_plus_its_bias(model):
    ids = minigrad.tensor(texts(1))
    with minigrad.no_grad():
        before = model(ids)
        model.cls.predictions.bias[7] += 2.0
        model.bert.embeddings.word_embeddings.weight[4] *= 3.0         # [MASK], which is not in the text
        change = (model(ids) - before).numpy()
        expected = (2 * before[..., 4]).numpy()
    np.testing.assert_allclose(change[..., 7], 2, atol=1e-5)
    np.testing.assert_allclose(change[..., 4], expected, atol=1e-5)
    others = np.delete(change, [4, 7], axis=2)
    np.testing.assert_allclose(others, 0, atol=1e-6)


def test_the_twin_gives_the_same_scores_and_trains_step_by_step_alike(torch, model, tokenizer):
    from benchmarks.models import masked_lm as benchmark

    theirs = copy_weights(model, twin("minigrad.models.masked_lm").MaskedLM(SMALL))
    ids = texts(4)
    np.testing.assert_allclose(model(minigrad.tensor(ids)).detach().numpy(),
                               theirs(torch.tensor(ids)).detach().numpy(), atol=1e-5)
    rows = [*texts(120)]
    (losses, _, _), (expected, _, _) = (
        benchmark.trained(library, each, demo.Masked(rows, tokenizer, seed=0), 4)
        for library, each in ((minigrad, model), (torch, theirs)))
    assert len(losses) == 4
    np.testing.assert_allclose(losses, expected, rtol=1e-5)


def test_it_learns_that_a_hidden_letter_is_like_its_neighbours(tokenizer, model):
    rows = [np.array([2, *[letter] * 8, 3]) for letter in range(5, len(VOCAB))] * 12
    trainer = demo.trainer_of(model, 40 * 6, lr=0.01)
    trainer.fit(demo.Masked(rows, tokenizer, seed=0), epochs=40)
    (first, second), (third,) = (models.fill(model, tokenizer, text, count=count) for text, count in (
        ("f f [MASK] f f f [MASK] f", 5), ("k [MASK] k k k k k k", 1)))
    assert first[0][0] == second[0][0] == "f" and third[0][0] == "k" and first[0][1] > 0.5
    shares = [p for _, p in first]
    assert len(first) == 5 and shares == sorted(shares, reverse=True) and sum(shares) <= 1 + 1e-6


@pytest.mark.parametrize("text, settings, message", [
    ("a b c", {}, r"the text has no \[MASK\]; write it where a word is missing"),
    ("a [MASK]", {"count": 0}, "count must be 1 to 21, the size of the vocabulary, got 0"),
    ("a [MASK]" * 15, {}, "has 32 tokens, but the model knows 24 positions")])
def test_a_text_that_cannot_be_filled_gets_an_error_that_helps(model, tokenizer, text, settings, message):
    with pytest.raises(ValueError, match=message):
        models.fill(model, tokenizer, text, **settings)


def test_a_tokenizer_of_another_size_is_refused(model):
    with pytest.raises(ValueError, match="the tokenizer has 22 tokens, but the model knows 21"):
        models.fill(model, WordPieceTokenizer([*VOCAB, "q"]), "a [MASK]")


def test_the_baselines_count_neighbours(tokenizer, monkeypatch):
    """In an endless alphabet either neighbour tells the hidden letter, except beside another hidden one."""
    rows = [np.array([2, *(5 + (start + np.arange(12)) % 16), 3]) for start in range(16)] * 4
    found = demo.baselines(rows, rows, tokenizer, seed=0)
    assert found["unigram"] < 0.15
    assert min(found["bigram, left neighbour"], found["bigram, right neighbour"]) > 0.7
    assert found["bigrams, both neighbours"] > 0.9


def test_held_out_verses_are_blocks_and_swapped_rows_differ_by_two_neighbours():
    train, held_out = demo.split([str(i) for i in range(2150)])
    assert held_out == [str(i) for i in (*range(900, 1000), *range(1900, 2000))] and len(train) == 1950
    rows = [*texts(200)]
    labels = []
    for (now, label), row in zip(demo.swapped(rows, np.random.default_rng(0)), rows):
        places = np.flatnonzero(now != row)
        labels.append(label)
        assert len(places) == 2 * label and now[0] == 2 and now[-1] == 3
        if label:
            a, b = places
            assert b == a + 1 and (now[a], now[b]) == (row[b], row[a])
    assert 70 < sum(labels) < 130
    assert demo.swapped([np.array([2, 7, 7, 3]), np.array([2, 7, 3])], np.random.default_rng(0)) == []


ALL_VERSES = verses()


@pytest.fixture
def limited(monkeypatch, tmp_path):
    """The demo on 1,000 verses, with a small network."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(demo, "verses", lambda: ALL_VERSES[:1000])
    monkeypatch.setattr(demo, "CONFIG", dataclasses.replace(
        demo.CONFIG, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=24))
    monkeypatch.setattr(demo, "TOKENS", 300)
    monkeypatch.setattr(demo, "LABELLED", 40)
    monkeypatch.setattr(demo, "PASSES", 1)
    monkeypatch.setattr(demo, "RUNS", 2)


def test_the_demo_trains_compares_draws_and_guesses(limited, capsys, tmp_path):
    assert main(["demo", "masked-words", "--epochs", "2", "--out", "out"]) == 0
    printed = capsys.readouterr().out
    falling = [float(loss) for loss in re.findall(r" loss (\d+\.\d+)", printed)[:2]]
    assert falling[1] < falling[0]
    found = {name: float(share) for name, share in re.findall(r"^(\w.*?) {2,}(\d+\.\d)%$", printed, re.M)}
    assert list(found) == ["unigram", "bigram, left neighbour", "bigram, right neighbour",
                           "bigrams, both neighbours", "BERT"]
    assert found["unigram"] < found["bigrams, both neighbours"]
    results = r"^(?:from scratch|pretrained) +\d+\.\d% ± \d+\.\d% of held-out verses"
    assert len(re.findall(results, printed, re.M)) == 2
    for name in ("loss", "accuracy"):
        assert (tmp_path / f"out/{name}.png").stat().st_size > 5000

    ask = ["demo", "masked-words", "--out", "out", "--predict"]
    assert main([*ask, "In the beginning [MASK] made the [mask]"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 and all(re.fullmatch(r"(\S+ \d+%  ){4}\S+ \d+%", line) for line in lines)
    assert main([*ask, "[MASK] 漢 said"]) == 0
    assert capsys.readouterr().out.endswith("Unknown: 漢\n")
    for text, message in (
            ("In the beginning", r"the text has no \[MASK\]; write it where a word is missing, as in"),
            ("", r"the text has no \[MASK\]"),
            ("go to [MASK] " * 40, r"--predict: the text has \d+ tokens, but the network reads at most 62; "
                                   "shorten it")):
        assert main([*ask, text]) == 1
        assert re.search(message, capsys.readouterr().err)
    (tmp_path / "out/model.safetensors").write_bytes(b"\x08\0\0\0\0\0\0\0{}      ")
    assert main([*ask, "[MASK]"]) == 1
    assert "train it again: python -m minigrad demo masked-words --out out" in capsys.readouterr().err


def test_the_seed_decides_what_is_hidden_and_validation_hides_the_same_each_time(tokenizer):
    def hidden(seed, training, times=1):
        data = demo.Masked([*texts(40)], tokenizer, seed, training)
        return [[batch[2].numpy().tolist() for batch in data] for _ in range(times)]
    assert hidden(1, True) == hidden(1, True) != hidden(2, True)
    first, second = hidden(1, True, times=2)
    assert first != second
    first, second = hidden(1, False, times=2)
    assert first == second
