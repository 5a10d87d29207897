"""Fine-tuning: a BERT that sorts texts learns as its PyTorch twin does; the demo trains and answers."""

import dataclasses
import re
from pathlib import Path

import numpy as np
import pytest

import minigrad
from minigrad import models
from minigrad.data import movie_reviews
from minigrad.demos import fine_tune, sentiment
from minigrad.io import save_safetensors

TINY = Path(__file__).parent / "tiny"


@pytest.fixture
def few(monkeypatch):
    """900 reviews of both kinds."""
    def some(min_abs_rating):
        texts, ratings = movie_reviews(min_abs_rating)
        chosen = np.random.default_rng(0).permutation(len(texts))[:900]
        return [texts[i] for i in chosen], ratings[chosen]
    monkeypatch.setattr(sentiment, "movie_reviews", some)


@pytest.fixture(scope="module")
def encoder():
    return models.from_pretrained(TINY)


def test_a_text_gets_the_same_logits_whatever_shares_its_batch(encoder):
    network = models.TextClassifier(encoder.model, 3).eval()
    texts = ["a quiet film that stays with you", "Loud!"]
    together, alone = ([minigrad.tensor(array) for array in encoder.tokenizer.encode_batch(each)]
                       for each in (texts, texts[1:]))
    assert network(*together).shape == (2, 3)
    assert minigrad.allclose(network(*together)[1:], network(*alone), atol=1e-5)
    assert minigrad.allclose(network(*together), network(*together[:2]), atol=1e-6)      # one kind of token


def test_the_logits_come_from_the_mean_of_the_tokens(encoder):
    network = models.TextClassifier(encoder.model, 3).eval()
    short, padded = ([minigrad.tensor(array) for array in encoder.tokenizer.encode_batch(
        ["a quiet film that stays with you"], length=length)] for length in (None, 20))
    with minigrad.no_grad():
        x, given = network.bert(*short), network(*padded)
        expected = x[0].mean(0) @ network.classifier.weight.T + network.classifier.bias
    assert minigrad.allclose(given[0], expected, atol=1e-5)


def test_batches_hold_every_text_once_and_texts_of_similar_length():
    lengths = np.random.default_rng(0).integers(1, 200, 1000)
    batches = fine_tune.SimilarLength(lengths, 3, seed=1)
    first, second = list(batches), list(batches)
    assert len(first) == len(batches) == 334
    assert sorted(i for batch in first for i in batch) == list(range(1000))
    assert first != second and list(fine_tune.SimilarLength(lengths, 3, seed=1)) == first
    padded = sum(lengths[batch].max() * len(batch) for batch in first)
    assert padded < 1.03 * lengths.sum()        # 1.5 times in random order
    shortest = [lengths[batch].min() for batch in first]
    assert abs(np.corrcoef(shortest, np.arange(334))[0, 1]) < 0.2


def test_the_learning_rate_rises_and_falls():
    optimizer = minigrad.optim.SGD([minigrad.nn.Parameter(minigrad.zeros(1))], lr=2.0)
    schedule = fine_tune.warmup_and_decay(optimizer, 50)
    rates = []
    for _ in range(50):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    assert rates[:5] == pytest.approx([0.4, 0.8, 1.2, 1.6, 2.0]) and max(rates) == 2.0
    assert rates[5:] == sorted(rates[5:], reverse=True) and 0 < rates[-1] < 0.05


def test_matrices_decay_and_the_new_layer_learns_faster(encoder):
    network = models.TextClassifier(encoder.model, 1)
    fine_tune.freeze_tables(network)
    groups = fine_tune.adam(network, 1e-4, 1e-3).param_groups
    found = {id(p): (group["lr"], group["weight_decay"]) for group in groups for p in group["params"]}
    for name, p in network.named_parameters():
        assert (id(p) in found) == ("embeddings.weight" not in name)
        if id(p) in found:
            rate = 1e-3 if name.startswith("classifier") else 1e-4
            assert found[id(p)] == (rate, 0.01 if p.ndim == 2 else 0.0), name
    network.requires_grad_(True)


@pytest.mark.torch
def test_fine_tuning_gives_the_logits_of_pytorch(few, encoder, monkeypatch):
    """The same batches, rates, decay and clipping; without dropout, whose random numbers differ."""
    from benchmarks.models import fine_tune as beside
    monkeypatch.setattr(beside, "EPOCHS", 1)
    bert = models.Bert(dataclasses.replace(encoder.model.config, hidden_dropout_prob=0.0,
                                           attention_probs_dropout_prob=0.0))
    bert.load_state_dict(encoder.model.state_dict())
    minigrad.manual_seed(0)
    train, held_out, test = sentiment.split()
    network = models.TextClassifier(bert, 1)
    fine_tune.freeze_tables(network)
    before = network.classifier.weight.detach().clone()
    expected = beside.with_torch(network, encoder, train, test)
    assert minigrad.equal(network.classifier.weight, before)
    trainer = fine_tune.tune(network, encoder, train, held_out, epochs=beside.EPOCHS)
    given = trainer.predict(fine_tune.ordered(encoder, *test)).numpy()
    np.testing.assert_allclose(given, expected, atol=1e-5)
    assert not minigrad.allclose(network.classifier.weight, before, atol=1e-3)


def test_the_demo_trains_draws_and_answers(few, tmp_path, capsys):
    fine_tune.main(epochs=1, out=tmp_path, model=TINY)
    printed = capsys.readouterr().out
    assert "310 sentences for training, 500 for validation, 90 for testing" in printed
    assert re.search(r"11,041 weights, of which 3,969 are trained further", printed)
    assert len(re.findall(r"^epoch 1/1  loss \d", printed, re.M)) == 1
    assert re.search(r"Bag of words +\d+\.\d% correct\nFine-tuned +\d+\.\d% correct\nReference +Py", printed)
    from matplotlib import image
    assert min(image.imread(tmp_path / "fine-tuning.png").shape[:2]) > 300

    fine_tune.main(predict="A film that is not good", out=tmp_path, model=TINY)
    verdict, *words = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"(positive|negative): liked with probability \d+%", verdict)
    assert len(words) == 3 and {line.split()[0] for line in words} < set("A film that is not good".split())
    effects = [abs(float(line.split()[1])) for line in words]
    assert effects == sorted(effects, reverse=True)
    fine_tune.main(predict="Splendid", out=tmp_path, model=TINY)
    assert len(capsys.readouterr().out.splitlines()) == 1
    fine_tune.main(predict="very " * 60, out=tmp_path, model=TINY)
    assert "Only the first 32 tokens were read" in capsys.readouterr().out


def test_the_same_seed_gives_the_same_network(few, tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "matplotlib", None)
    for folder, seed in (("a", 3), ("b", 3), ("c", 4)):
        fine_tune.main(epochs=1, seed=seed, out=tmp_path / folder, model=TINY)
    a, b, c = ((tmp_path / folder / "model.safetensors").read_bytes() for folder in "abc")
    assert a == b != c


def test_the_demo_runs_on_a_device(few, tmp_path, device):
    fine_tune.main(epochs=1, device=device, out=tmp_path, model=TINY)
    fine_tune.main(predict="Splendid", out=tmp_path, model=TINY, device=device)


def test_what_is_missing_is_said(tmp_path):
    with pytest.raises(FileNotFoundError, match="train it first: python -m minigrad demo fine-tune --out"):
        fine_tune.main(predict="a film", out=tmp_path, model=TINY)
    with pytest.raises(ValueError, match="the text has no words"):
        fine_tune.main(predict=" , ", out=tmp_path, model=TINY)
    save_safetensors(tmp_path / "model.safetensors", {"x": np.zeros(2)})
    with pytest.raises(ValueError, match=r"(?s)The model cannot be read; train it again: python -m"):
        fine_tune.main(predict="a film", out=tmp_path, model=TINY)
