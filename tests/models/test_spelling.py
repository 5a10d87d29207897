"""The demos spelling and translate on a part of their data: what they print, draw, save and answer."""

import re

import numpy as np
import pytest

from minigrad.data import pronunciations, verses
from minigrad.demos import pairs, spelling, translate
from minigrad.demos.index import DEMOS


def test_pronunciations_are_those_of_the_dictionary():
    spoken = pronunciations()
    assert (len(spoken), sum(map(len, spoken.values()))) == (126_052, 135_166)
    assert spoken["aalto"] == [["AA1", "L", "T", "OW2"]]        # "# name, finnish" is no phoneme
    assert spoken["abdominal"][0] == "AE0 B D AA1 M AH0 N AH0 L".split() and len(spoken["abdominal"]) == 2
    assert {x for sounds in spoken.values() for each in sounds for x in each} == set(spelling.PHONEMES)


def test_verses_are_the_ones_that_they_should_be():
    """The first, the last, Psalm 23:1 and John 3:16, by their places among 31,102 verses."""
    every = verses()
    assert len(every) == 31_102 and all(english and french for english, french in every)
    assert every[0] == ("At the first God made the heaven and the earth.",
                        "Au commencement, Dieu créa les cieux et la terre.")
    assert every[14236][1].endswith("L'Éternel est mon berger: je ne manquerai de rien.")
    english, french = every[26136]
    assert english.startswith("For God had such love for the world that he gave his only Son")
    assert french.startswith("Car Dieu a tant aimé le monde qu'il a donné son Fils unique")
    assert every[-1][1] == "Que la grâce du Seigneur Jésus soit avec tous!"


def test_batches_have_every_pair_once_and_little_padding():
    random = np.random.default_rng(0)
    data = [(random.integers(3, 9, n).tolist(), random.integers(3, 9, n).tolist())
            for n in random.integers(1, 30, 203)]
    loader = pairs.loader(data, 16, 0)
    orders = []
    for _ in range(2):
        batches = [[x.numpy() for x in batch] for batch in loader]
        seen = sorted(tuple(row[row > 0]) for source, _, _ in batches for row in source)
        assert seen == sorted(tuple(source) for source, _ in data)
        orders.append([source.shape for source, _, _ in batches])
        for source, before, after in batches:
            assert (before[:, 0] == pairs.START).all() and (before[:, 1:] == after[:, :-1]).all()
            assert ((after == pairs.STOP).sum(1) == 1).all()
        assert np.mean(np.concatenate([(source == 0).ravel() for source, _, _ in batches])) < 0.1
    assert orders[0] != orders[1]


def test_a_word_is_right_as_any_pronunciation_listed():
    spoken = {"tomato": [["T", "AH0", "M", "EY1", "T", "OW2"], ["T", "AH0", "M", "AA1", "T", "OW2"]],
              "a": [["AH0"], ["EY1"]]}
    found = [["T", "AH0", "M", "AA1", "T", "OW2"], ["EY0"]]
    assert spelling.errors(found, ["tomato", "a"], spoken) == [0.5, 1 / 7, 1.0, 0.0]
    assert spelling.errors([[], ["AH0"]], ["tomato", "a"], spoken) == [0.5, 6 / 7, 0.5, 6 / 7]


@pytest.mark.parametrize("a, b, expected", [
    ("", "", 0), ("", "abc", 3), ("abc", "", 3), ("kitten", "sitting", 3), ("abc", "acb", 2)])
def test_the_distance_counts_the_least_changes(a, b, expected):
    assert spelling.distance(a, b) == expected


def test_held_out_words_are_nowhere_in_the_training():
    spoken, train, validation, test = spelling.words(0)
    assert (len(train), len(validation), len(test)) == (114_465, 1000, 2000)
    assert len({*train, *validation, *test}) == len(spoken) == 117_465


def test_held_out_verses_are_neither_in_the_training_nor_among_its_neighbours():
    parts = translate.split(0)
    assert [len(part) for part in parts] == [8750, 251, 487]
    train, validation, test = parts
    for held_out in (validation, test):
        for i in (0, 1):
            assert not {pair[i].lower() for pair in train} & {pair[i].lower() for pair in held_out}
    places: dict = {}
    for i, (english, french) in enumerate(verses()):
        places.setdefault((english, french.removesuffix(" -")), set()).add(i // translate.BLOCK)
    once = [{block for pair in part if len(places[pair]) == 1 for block in places[pair]} for part in parts]
    assert not once[0] & once[1] and not once[0] & once[2] and not once[1] & once[2]


def test_the_baselines_find_what_was_there():
    train = [("the red house", "la maison rouge"), ("the red dog", "le chien rouge"),
             ("a dog", "un chien"), ("a house", "une maison")]
    assert translate.nearest(["a red house , the house", "dogs ? the dog"], train) == [
        "la maison rouge", "le chien rouge"]
    assert translate.word_by_word(["Red dog house xyzzy"], train) == ["rouge chien maison xyzzy"]


@pytest.fixture
def few_words(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    spoken, train, _, _ = spelling.words(0)
    monkeypatch.setattr(spelling, "words", lambda seed: (spoken, train[:128], train[128:148], train[148:168]))
    return tmp_path


@pytest.fixture
def few_verses(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    every = verses()[:800]
    monkeypatch.setattr(translate, "verses", lambda: every)
    monkeypatch.setattr(translate, "SHORT", 14)
    monkeypatch.setattr(translate, "BLOCK", 10)
    monkeypatch.setattr(translate, "VOCABULARY", 300)
    return tmp_path


def is_a_picture(path):
    from matplotlib import image
    return len(np.unique(image.imread(path)[:, :, :3].mean(2))) > 20


def test_spelling_trains_draws_and_speaks(few_words, capsys):
    spelling.main(epochs=2, beam=2)
    printed = capsys.readouterr().out
    for first, last in re.findall(r"epoch 1/2 +loss (\S+).*\n.*epoch 2/2 +loss (\S+)", printed):
        assert float(last) < float(first)
    assert len(re.findall(r"^(?:Transformer|LSTM) +(?:greedy|beam of 2) .*%", printed, re.MULTILINE)) == 4
    out = few_words / "minigrad-demo/spelling"
    assert {path.name for path in out.iterdir()} == {
        "transformer.safetensors", "lstm.safetensors", "loss.png", "attention.png"}
    assert is_a_picture(out / "loss.png") and is_a_picture(out / "attention.png")

    spelling.main(predict="Café-tomato", beam=1)
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if not line.startswith(" ")] == [
        "cafe", "tomato", "Pictures: minigrad-demo/spelling/attention.png"]
    assert re.fullmatch(r" +Transformer +\d+%  ([A-Z]+[012]? ?)*", lines[1])
    assert lines[-3].split() == ["dictionary", "T", "AH0", "M", "EY1", "T", "OW2"]

    (out / "lstm.safetensors").write_bytes(b"\x08\0\0\0\0\0\0\0{}      garbage")
    with pytest.raises(ValueError, match=r"The model cannot be read; train it again: python -m minigrad"):
        spelling.main(predict="tomato")


def test_translate_trains_draws_and_translates(few_verses, capsys):
    translate.main(epochs=2, beam=2)
    printed = capsys.readouterr().out
    assert [name.strip() for name in re.findall(r"^(.*?) +BLEU +\d+\.\d$", printed, re.MULTILINE)] == [
        "LSTM, greedy", "LSTM, beam of 2", "nearest verse", "word by word"]
    assert re.search(r"The weights of epoch \d are kept", printed)
    out = few_verses / "minigrad-demo/translate"
    assert {path.name for path in out.iterdir()} == {
        "model.safetensors", "english.json", "french.json", "loss.png", "attention.png"}

    translate.main(predict="And God said, Let there be light 光 " * 3, beam=1)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "The verse has 24 words; the model has learnt from verses of at most 14"
    assert len(lines) == 3 and is_a_picture(out / "attention.png")

    (out / "french.json").unlink()
    with pytest.raises(FileNotFoundError, match="train it first: python -m minigrad demo translate"):
        translate.main(predict="And God said")


@pytest.mark.parametrize("demo", ["spelling", "translate"])
def test_it_trains_on_a_device_and_answers_on_the_cpu(request, monkeypatch, capsys, other_device, demo):
    request.getfixturevalue("few_words" if demo == "spelling" else "few_verses")
    main, asked = (spelling.main, "tomato") if demo == "spelling" else (translate.main, "And God said")
    monkeypatch.setitem(__import__("sys").modules, "matplotlib", None)
    main(epochs=1, device=other_device, out="out", beam=1)
    assert "No pictures: drawing needs matplotlib" in capsys.readouterr().out
    main(predict=asked, out="out", beam=1)
    assert capsys.readouterr().out


@pytest.mark.parametrize("main, asked, message", [
    (spelling.main, "", "there is no word; write one, such as 'backpropagation'"),
    (spelling.main, " -- ", "there is no word"),
    (spelling.main, "r2d2", "know the letters a to z, but 'r2d2' has '2'; spell it out"),
    (spelling.main, "naïve 東京", "'東京' has '京', '東'"),
    (spelling.main, "don't", "\"don't\" has \"'\""),
    (spelling.main, "x" * 21, "has 21 letters, but the models have learnt words of at most 20; split it"),
    (translate.main, "", "the verse is empty; write one, such as 'Let there be"),
    (translate.main, " \n", "the verse is empty"),
])
def test_what_cannot_be_read_is_said(main, asked, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        main(predict=asked, out=tmp_path)


@pytest.mark.parametrize("main, asked", [(spelling.main, "tomato"), (translate.main, "And God said")])
def test_without_a_model_the_error_says_how_to_train_it(main, asked, tmp_path):
    with pytest.raises(FileNotFoundError, match="no trained model .*train it first: python -m minigrad demo"):
        main(predict=asked, out=tmp_path)


@pytest.mark.parametrize("name", ["spelling", "translate"])
def test_a_beam_of_0_is_refused_by_the_command_line(name, capsys):
    from minigrad.cli import main
    assert name in DEMOS
    for wrong in ("0", "-1", "two"):
        with pytest.raises(SystemExit):
            main(["demo", name, "--beam", wrong])
        assert f"--beam: expected an integer of at least 1, got '{wrong}'" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["demo", name, "--beams", "2"])
    assert "unrecognized arguments: --beams" in capsys.readouterr().err
