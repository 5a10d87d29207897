"""GPT: it does not look ahead, computes and trains like its PyTorch twin, and writes as it is told to."""

import functools
import gzip
import re

import numpy as np
import pytest

import minigrad
from benchmarks.twin import copy_weights, twin
from minigrad import models, nn
from minigrad.cli import main
from minigrad.data import plays, remote, tiny_shakespeare
from minigrad.demos import gpt as demo

IDS = np.random.default_rng(0).integers(0, 30, (3, 12))


@pytest.fixture
def small():
    """A GPT of random but decided weights, so that no two tokens are equally likely."""
    minigrad.manual_seed(0)
    model = models.GPT(30, D=16, layers=2, heads=2, context=12)
    for p in model.parameters():
        nn.init.normal_(p, std=0.4)
    return model


def test_it_has_the_initial_values_of_gpt_2():
    minigrad.manual_seed(0)
    model = models.GPT(65)
    assert sum(p.numel() for p in model.parameters()) == 809_856
    state = {name: value.numpy() for name, value in model.state_dict().items()}
    assert state["blocks.0.attention.qkv.weight"].std() == pytest.approx(0.02, rel=0.02)
    assert state["blocks.3.mlp.out.weight"].std() == pytest.approx(0.02 / 8 ** 0.5, rel=0.02)
    assert not state["blocks.1.mlp.dense.bias"].any()


def test_a_token_changes_no_logits_before_it(small, device):
    changed = IDS.copy()
    changed[:, 7] = (changed[:, 7] + 1) % 30
    small.to(device)
    with minigrad.no_grad():
        a, b = (small(minigrad.tensor(ids, device=device)).cpu().numpy() for ids in (IDS, changed))
    change = abs(a - b).max(axis=(0, 2))
    assert a.shape == (3, 12, 30) and (change[:7] == 0).all() and (change[7:] > 1e-3).all()


def test_the_twin_gives_the_same_logits_and_gradients(torch, small):
    theirs = copy_weights(small, twin("minigrad.models.gpt").GPT(30, D=16, layers=2, heads=2, context=12))
    x, y = small(minigrad.tensor(IDS)), theirs(torch.tensor(IDS))
    np.testing.assert_allclose(x.detach().numpy(), y.detach().numpy(), rtol=1e-4, atol=1e-5)
    x.square().mean().backward()
    y.square().mean().backward()
    expected = dict(theirs.named_parameters())
    for name, p in small.named_parameters():
        np.testing.assert_allclose(p.grad.numpy(), expected[name].grad.numpy(), rtol=2e-3, atol=1e-4)


def test_it_trains_step_by_step_like_the_twin(torch, monkeypatch):
    from benchmarks.models import gpt as benchmark

    monkeypatch.setattr(benchmark, "CONTEXT", 16)
    minigrad.manual_seed(0)
    ours = models.GPT(30, D=16, layers=1, heads=2, context=16)
    theirs = copy_weights(ours, twin("minigrad.models.gpt").GPT(30, D=16, layers=1, heads=2, context=16))
    text = np.arange(1600) * 7 % 30
    (losses, end, _), (expected, expected_end, _) = (
        benchmark.trained(library, model, text[:1000], text[1000:], 0.01, 25)
        for library, model in ((minigrad, ours), (torch, theirs)))
    np.testing.assert_allclose(losses, expected, rtol=1e-5)
    assert end == pytest.approx(expected_end, rel=1e-5) and losses[-1] < losses[0] - 0.2


@pytest.mark.parametrize("settings, message", [
    ({"D": 10, "heads": 4}, "D 10 must be a multiple of heads 4"),
    ({"layers": 0}, "layers must be a whole number of at least 1, got 0"),
    ({"context": 6.5}, "context must be a whole number of at least 1, got 6.5")])
def test_sizes_that_do_not_fit_get_an_error_that_helps(settings, message):
    with pytest.raises(ValueError, match=message):
        models.GPT(30, **settings)


def test_a_text_longer_than_the_context_is_refused_by_the_model(small):
    with pytest.raises(ValueError, match=r"has 13 tokens, but the model knows 12 positions.*ids\[:, -12:\]"):
        small(minigrad.tensor(IDS[:1].repeat(2, 1)[:, :13]))
    with pytest.raises(ValueError, match=r"ids must be \(N, T\), N texts of T tokens, got \(12,\)"):
        small(minigrad.tensor(IDS[0]))


@pytest.mark.parametrize("how", [
    {"temperature": 0}, {"temperature": 1.3}, {"temperature": 0.8, "top_k": 5}, {"top_p": 0.7}])
@pytest.mark.parametrize("prompt", [[3], [3, 1, 4, 1, 5], list(range(29))])
def test_a_cache_changes_no_token_also_where_the_context_is_full(small, how, prompt):
    texts = [models.generate(small, prompt, 40, seed=5, cache=cache, **how) for cache in (True, False)]
    assert texts[0] == texts[1] and len(texts[0]) == 40


@pytest.mark.parametrize("context", [1, 2, 5])
def test_a_short_context_is_enough_to_write(context):
    model = models.GPT(7, D=4, layers=1, heads=1, context=context)
    texts = [models.generate(model, [1, 2, 3], 12, seed=0, cache=cache) for cache in (True, False)]
    assert texts[0] == texts[1]


def test_several_tokens_after_a_cache_see_what_is_before_them(small):
    """The keys kept are those of the whole text, and no token sees a later one."""
    caches = [nn.KVCache(12) for _ in small.blocks]
    with minigrad.no_grad():
        whole = small(minigrad.tensor(IDS)).numpy()
        parts = [small(minigrad.tensor(IDS[:, part]), caches).numpy()
                 for part in (slice(0, 5), slice(5, 11), slice(11, 12))]
    np.testing.assert_allclose(np.concatenate(parts, 1), whole, atol=1e-5)


def test_a_long_prompt_is_read_from_a_later_token(small):
    """Of 29 tokens, with a context of 12, the first 18 are forgotten: three halves."""
    prompt = list(range(29))
    text, same, other = (models.generate(small, ids, 20, seed=0)
                         for ids in (prompt, prompt[18:], prompt[17:]))
    assert text == same != other


def test_greedy_takes_the_likeliest_token(small):
    text = [2]
    for _ in range(8):
        with minigrad.no_grad():
            text.append(int(small(minigrad.tensor([text])).numpy()[0, -1].argmax()))
    assert models.generate(small, [2], 8, temperature=0) == text[1:]
    assert models.generate(small, [2], 8, top_k=1) == text[1:]
    assert models.generate(small, [2], 8, top_p=1e-9) == text[1:]


def test_it_stops_after_a_stop_token_and_returns_it(small):
    text = models.generate(small, [2], 30, seed=1)
    stop = text[9]
    assert models.generate(small, [2], 30, seed=1, stop=[stop]) == text[:text.index(stop) + 1]
    assert models.generate(small, [2], 0) == []


def test_the_seed_decides_and_without_one_the_global_numbers_do(small):
    a, b, c = (models.generate(small, [2], 20, seed=seed) for seed in (1, 1, 2))
    assert a == b != c
    minigrad.manual_seed(7)
    first, second = (models.generate(small, [2], 20) for _ in range(2))
    minigrad.manual_seed(7)
    assert models.generate(small, [2], 20) == first != second


def test_tokens_come_as_often_as_their_probabilities_say(small):
    """The second token after [2], over 600 texts: within four standard errors."""
    with minigrad.no_grad():
        p = models.next_probabilities(small(minigrad.tensor([[2]])).numpy()[0, -1], top_k=4)
    minigrad.manual_seed(0)
    drawn = np.bincount([models.generate(small, [2], 1, top_k=4)[0] for _ in range(600)], minlength=30) / 600
    assert np.count_nonzero(p) == 4 and (abs(drawn - p) <= 4 * np.sqrt(p * (1 - p) / 600)).all()


P = np.array([0.2, 0.4, 0.1, 0.3])


@pytest.mark.parametrize("how, expected", [
    ({}, [0.2, 0.4, 0.1, 0.3]),
    ({"temperature": 0}, [0, 1, 0, 0]),
    ({"temperature": 1e-300}, [0, 1, 0, 0]),
    ({"temperature": 0.5}, P ** 2 / (P ** 2).sum()),
    ({"top_k": 2}, [0, 4 / 7, 0, 3 / 7]),
    ({"top_k": 99}, P),
    ({"top_p": 0.6}, [0, 4 / 7, 0, 3 / 7]),             # 0.4 alone does not reach it
    ({"top_p": 0.39}, [0, 1, 0, 0]),
    ({"top_p": 1}, P),
    ({"top_k": 3, "top_p": 0.5}, [0, 4 / 7, 0, 3 / 7])])    # of 0.4, 0.3 and 0.2, scaled by 0.9
def test_what_temperature_top_k_and_top_p_keep(how, expected):
    np.testing.assert_allclose(models.next_probabilities(np.log(P), **how), expected, atol=1e-12)


@pytest.mark.parametrize("how, message", [
    ({"top_k": 0}, "top_k must be at least 1, got 0; pass None"),
    ({"top_p": 1.5}, r"top_p must lie in \(0, 1\], got 1.5; pass None"),
    ({"top_p": 0.0}, r"top_p must lie in \(0, 1\], got 0.0"),
    ({"top_p": float("nan")}, r"top_p must lie in \(0, 1\], got nan"),
    ({"temperature": -1}, r"temperature must be a number of at least 0 .*got -1"),
    ({"temperature": float("nan")}, "temperature must be a number of at least 0 .*got nan"),
    ({"prompt": []}, "the prompt is empty; begin with at least one token"),
    ({"prompt": [1, 30]}, r"ids must lie in 0..29.*got 30; use the tokenizer that it was trained with"),
    ({"stop": [-1]}, r"ids must lie in 0..29.*got -1"),
    ({"count": -1}, "count must be at least 0, got -1")])
def test_careless_settings_get_an_error_that_helps(small, how, message):
    with pytest.raises(ValueError, match=message):
        models.generate(small, **{"prompt": [1], "count": 3, **how})


def test_a_text_instead_of_its_ids_gets_an_error(small):
    with pytest.raises(TypeError):
        models.generate(small, "ROMEO:", 3)


def test_logits_that_are_not_finite_are_an_error():
    with pytest.raises(ValueError, match=r"finite logits \(V,\), got shape \(2,\); some are not finite"):
        models.next_probabilities(np.array([0.0, np.nan]))


def test_tiny_shakespeare_comes_from_a_folder_or_it_is_said_what_to_do(monkeypatch, tmp_path):
    text = b"First Citizen:\nBefore we proceed any further, hear me speak.\n"
    monkeypatch.setenv("MINIGRAD_DATA", str(tmp_path))
    monkeypatch.setenv("MINIGRAD_CACHE", str(tmp_path / "cache"))
    entry = "http://127.0.0.1:9/input.txt", len(text), remote.hashlib.sha256(text).hexdigest()
    monkeypatch.setitem(remote.FILES, "tinyshakespeare.txt", entry)
    with pytest.raises(ConnectionError, match="tinyshakespeare.txt is not bundled.*set MINIGRAD_DATA to "):
        tiny_shakespeare()
    (tmp_path / "tinyshakespeare.txt.gz").write_bytes(gzip.compress(text))
    assert tiny_shakespeare() == text.decode()


@functools.cache
def some_plays():
    return {title: text[:2500] for title, text in plays().items()}


@pytest.fixture
def limited(monkeypatch, tmp_path):
    """The demo on the beginning of each play, with a small network."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(demo, "plays", some_plays)
    monkeypatch.setattr(demo, "GPT", functools.partial(models.GPT, D=16, layers=1, heads=2))
    monkeypatch.setattr(demo, "WRITTEN", 40)
    monkeypatch.setattr(demo, "BPE_TOKENS", 300)


@pytest.mark.parametrize("tokens", ["characters", "bpe"])
def test_the_demo_trains_compares_draws_and_goes_on(limited, capsys, tmp_path, tokens):
    assert main(["demo", "gpt", "--tokens", tokens, "--epochs", "2", "--out", "out"]) == 0
    printed = capsys.readouterr().out
    losses = [float(loss) for loss in re.findall(r" loss (\d+\.\d+)", printed)]
    assert len(losses) == 2 and losses[1] < losses[0]
    bits = {name: float(value) for name, value in re.findall(r"^(\S.*?) {2,}(\d\.\d{3})$", printed, re.M)}
    assert list(bits) == ["unigram", "bigram", "trigram", "4-gram", "5-gram", "gzip",
                          "bzip2, after the training text", "GPT"]
    assert 2 < bits["trigram"] < bits["bigram"] < bits["unigram"] < 6
    for name in ("loss", "next"):
        assert (tmp_path / f"out/{tokens}-{name}.png").stat().st_size > 5000

    texts = []
    for how in ([], [], ["--seed", "1"], ["--temperature", "0"]):
        assert main(["demo", "gpt", "--tokens", tokens, "--out", "out", "--predict", "ROMEO:\n", *how]) == 0
        texts.append(capsys.readouterr().out)
    assert texts[0] == texts[1] and len({*texts}) == 3 and all(text.startswith("ROMEO:\n") for text in texts)
    long = "O Romeo, Romeo! " * 20
    assert main(["demo", "gpt", "--tokens", tokens, "--out", "out", "--predict", long]) == 0
    assert re.search(r"Of the \d+ tokens it was given, it read the last 64 at most", capsys.readouterr().out)


@pytest.mark.parametrize("asked, message", [
    (["--predict", ""], "--predict: the text is empty; write how it begins, such as 'ROMEO:'"),
    (["--predict", "Ωmega 漢"], "the alphabet of 61 characters lacks 'Ω', '漢'"),
    (["--predict", "R", "--tokens", "bpe"], "no trained model out/bpe.safetensors yet; train it first: "
                                            "python -m minigrad demo gpt --tokens bpe --out out")])
def test_careless_questions_get_an_answer_that_helps(limited, capsys, asked, message):
    assert main(["demo", "gpt", "--epochs", "1", "--out", "out"]) == 0
    capsys.readouterr()
    assert main(["demo", "gpt", "--out", "out", *asked]) == 1
    assert re.search(message, capsys.readouterr().err)


@pytest.mark.parametrize("text", ["-1", "nan", "inf", "warm"])
def test_a_temperature_that_is_none_is_refused(capsys, text):
    with pytest.raises(SystemExit):
        main(["demo", "gpt", "--temperature", text])
    assert f"--temperature: expected a number of at least 0, got '{text}'" in capsys.readouterr().err


def test_the_counts_of_the_baselines():
    """The trigram of 'abab' + 'c': 5 of 5 shares by hand."""
    train, held_out = np.array([0, 1, 0, 1, 2]), np.array([0, 1, 0])
    unigram, bigram, trigram, *_ = (np.exp(-nats) for nats in demo.ngrams(train, held_out, 3))
    one = (np.array([2, 2, 1]) + 5 / 3) / (5 + 5)
    np.testing.assert_allclose(unigram, one[held_out[1:]])
    two = (np.array([2, 1]) + 5 * one[[1, 0]]) / (2 + 5)        # b after a: 2 of 2; a after b: 1 of 2
    np.testing.assert_allclose(bigram, two)
    assert trigram[1] == pytest.approx((1 + 5 * two[1]) / (2 + 5))       # a after ab: 1 of 2


def test_every_token_of_the_validation_text_counts_once():
    minigrad.manual_seed(0)
    model = models.GPT(9, D=8, layers=1, heads=1)
    ids = np.random.default_rng(0).integers(0, 9, 150)
    nats = demo.nats_of(model, ids)
    assert len(nats) == 149
    with minigrad.no_grad():
        p = nn.functional.log_softmax(model(minigrad.tensor(ids[None, :64])), -1).numpy()[0]
    np.testing.assert_allclose(nats[:64], -p[np.arange(64), ids[1:65]], atol=1e-5)
