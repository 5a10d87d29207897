"""Speech, kinds of files, faces and pronunciation: the networks compute what the packages' own code computes.

Here with random weights, whose results write_packages.py has stored; with the real ones under --slow, where
the packages are installed. docs/models has pages with all figures: python -m benchmarks.models.packages.
"""

import importlib
import importlib.metadata
import re
import wave
from pathlib import Path

import numpy as np
import pytest
from matplotlib import image

import minigrad
from minigrad import cli, models
from minigrad.demos import recognise, sound
from minigrad.io import load_safetensors
from minigrad.io.onnx import load_onnx
from minigrad.models import loading, mtcnn
from tests.models import packaged
from tests.models.packaged import AUDIO, FILES, IMAGE, WORDS, field, onnx_file

FOLDER = Path(__file__).parent / "packages"
NAMES = {"facenet-pytorch": "mtcnn", "g2p-en": "g2p", "magika": "magika", "silero-vad": "silero"}


@pytest.fixture(scope="module")
def expected():
    return {name: value.numpy() for name, value in load_safetensors(FOLDER / "expected.safetensors").items()}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    return {name: packaged.write(name, tmp_path_factory.mktemp(name)) for name in NAMES.values()}


@pytest.fixture(scope="module")
def loaded(folders):
    return {name: models.from_pretrained(folder) for name, folder in folders.items()}


# Speech


def test_silero_gives_the_probabilities_of_onnxruntime(loaded, expected):
    np.testing.assert_allclose(loaded["silero"].speech_probabilities(AUDIO), expected["silero"], atol=1e-5)
    assert np.ptp(expected["silero"]) > 0.01


def test_frames_one_by_one_give_the_same_as_the_whole_sound(loaded, expected):
    memory, found = None, []
    for start in range(0, 2048, 512):
        probability, memory = loaded["silero"].step(AUDIO[start:start + 512], memory)
        found.append(probability)
    np.testing.assert_allclose(found, expected["silero"][:4], atol=1e-5)
    forgetful = loaded["silero"].step(AUDIO[512:1024])[0]
    assert abs(forgetful - found[1]) > 1e-4


def test_a_long_sound_goes_through_in_parts(loaded, monkeypatch):
    whole = loaded["silero"].speech_probabilities(np.tile(AUDIO, 3))
    monkeypatch.setattr(models.silero, "TOGETHER", 4)
    np.testing.assert_allclose(loaded["silero"].speech_probabilities(np.tile(AUDIO, 3)), whole, atol=1e-6)


# Files


def test_magika_gives_the_probabilities_of_onnxruntime(loaded, expected):
    """As closely as onnxruntime agrees with itself, which sums in another order when files share a batch."""
    ids = np.stack([loaded["magika"].without_network(file) for file in FILES])
    difference = np.abs(loaded["magika"].probabilities(ids) - expected["magika"]).max()
    own = np.abs(expected["magika"] - expected["magika in a batch"]).max()
    assert difference < max(own, 1e-5) < 1e-4


def test_a_path_and_a_content_are_the_same_file(loaded, tmp_path):
    for i, content in enumerate([*FILES, bytes(range(251)) * 99, b"", b" few  ", b"\xff\xfe", b" \n" * 5000]):
        (tmp_path / f"{i}").write_bytes(content)
        assert loaded["magika"].identify(tmp_path / f"{i}") == loaded["magika"].identify(content)


def test_only_the_bytes_at_both_ends_count(loaded):
    start, end = b"a" * 4096, b"b" * 4096
    assert loaded["magika"].identify(start + end) == loaded["magika"].identify(start + b"c" * 99999 + end)


@pytest.mark.parametrize("content, label", [
    (b"", "empty"), (b"few", "txt"), ("né\n".encode(), "txt"), (b"\xff\xfe", "unknown"),
    (b"  \n" * 20, "txt")])
def test_without_enough_bytes_no_network_is_asked(loaded, content, label):
    found = loaded["magika"].identify(content)
    assert (found.label, found.guess, found.probability) == (label, "", 1.0)


def test_a_folder_is_a_directory(loaded, tmp_path):
    assert loaded["magika"].identify(tmp_path).label == "directory"


def test_an_improbable_guess_is_text_or_unknown_and_some_labels_stand_for_others():
    identifier = models.FileIdentifier(
        models.Magika(3), ["a", "b", "c"], thresholds={"b": 0.9}, instead={"c": "d"},
        known={"a": {"is_text": True}, "b": {"is_text": False}, "d": {"description": "the fourth"}})
    for row, label, guess in [([0.6, 0.2, 0.2], "a", "a"), ([0.4, 0.3, 0.3], "txt", "a"),
                              ([0.1, 0.8, 0.1], "unknown", "b"), ([0.05, 0.9, 0.05], "b", "b"),
                              ([0.1, 0.1, 0.8], "d", "c"), ([0.3, 0.3, 0.4], "unknown", "c")]:
        found = identifier.judged(np.array(row))
        assert (found.label, found.guess, found.probability) == (label, guess, max(row))
    assert identifier.judged(np.array([0.1, 0.1, 0.8])).description == "the fourth"


# Faces


@pytest.mark.parametrize("name, size", [("pnet", (17, 20)), ("rnet", (24, 24)), ("onet", (48, 48))])
def test_the_networks_of_mtcnn_compute_what_facenet_pytorch_computes(loaded, expected, name, size):
    network = getattr(loaded["mtcnn"].model, name)
    with minigrad.no_grad():
        for i, found in enumerate(network(minigrad.tensor(packaged.pieces(size)))):
            wanted = expected[f"{name}.{i}"]
            np.testing.assert_allclose(found.numpy(), wanted, atol=1e-5 * max(1, np.abs(wanted).max()))


def test_the_boxes_and_points_are_those_of_facenet_pytorch(loaded, expected):
    boxes, points = expected["boxes"], expected["points"]
    order = np.argsort((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]))[::-1]
    found = loaded["mtcnn"].detect(IMAGE)
    np.testing.assert_allclose(found.boxes, boxes[order, :4], atol=1e-3)
    np.testing.assert_allclose(found.probabilities, boxes[order, 4], atol=1e-5)
    np.testing.assert_allclose(found.points, points[order], atol=1e-3)


def test_a_picture_without_faces_gives_no_boxes(loaded):
    sure = models.FaceDetector(loaded["mtcnn"].model, thresholds=(1, 1, 1))
    for shape in [(64, 90, 3), (5, 5, 3), (1, 300, 3)]:
        found = sure.detect(np.zeros(shape, np.uint8))
        assert [each.shape for each in found] == [(0, 4), (0,), (0, 5, 2)]


def test_a_picture_may_be_a_tensor_and_any_view(loaded):
    found = loaded["mtcnn"].detect(IMAGE)
    for same in (minigrad.tensor(IMAGE), np.asfortranarray(IMAGE)):
        np.testing.assert_array_equal(loaded["mtcnn"].detect(same).boxes, found.boxes)


def test_overlapping_boxes_are_suppressed_by_a_better_one():
    boxes = np.float32([[0, 0, 10, 10, 0.7], [0, 0, 10, 8, 0.9], [20, 0, 30, 10, 0.8], [1, 1, 3, 3, 0.6]])
    assert mtcnn.suppressed(boxes, 0.7).tolist() == [1, 2, 3]
    assert mtcnn.suppressed(boxes, 0.85).tolist() == [1, 2, 0, 3]
    assert mtcnn.suppressed_in_larger(boxes, 0.7).tolist() == [1, 2]        # the last lies inside another
    assert mtcnn.suppressed(boxes[:0], 0.7).tolist() == []


# Spelling


@pytest.mark.parametrize("word", WORDS)
def test_g2p_says_what_the_packages_own_code_says(loaded, expected, word):
    said = [models.g2p.PHONEMES[i] for i in expected[f"g2p.{word}"]]
    assert loaded["g2p"].pronounce(word) == said and len(said) <= 20


def test_case_accents_and_blanks_do_not_change_how_a_word_is_spoken(loaded):
    for same in ("Café", "CAFE", " cafe\n", "cafe\u0301"):
        assert loaded["g2p"].pronounce(same) == loaded["g2p"].pronounce("cafe")
    assert loaded["g2p"].pronounce("don\u2019t") == loaded["g2p"].pronounce("don't")


def test_forward_gives_the_logits_that_pronounce_follows(loaded):
    model = loaded["g2p"].model
    said = [models.g2p.PHONEMES.index(each) for each in loaded["g2p"].pronounce("spelling")]
    with minigrad.no_grad():
        logits = model(minigrad.tensor([models.g2p.spelled("spelling")]), minigrad.tensor([[2, *said[:-1]]]))
    assert logits.shape == (1, len(said), 74) and logits.argmax(2).tolist() == [said]


# All of them


@pytest.mark.torch
@pytest.mark.parametrize("name, build", [
    ("silero", lambda m: m.SileroVAD()), ("magika", lambda m: m.Magika(9)), ("mtcnn", lambda m: m.PNet()),
    ("mtcnn", lambda m: m.RNet()), ("mtcnn", lambda m: m.ONet()), ("g2p", lambda m: m.G2P())])
def test_the_twin_on_pytorch_computes_the_same(torch, name, build):
    from benchmarks.twin import copy_weights, twin
    ours = build(getattr(models, name))
    theirs = copy_weights(ours, build(twin(f"minigrad.models.{name}")))
    draw = np.random.default_rng(0)
    side = 48 if hasattr(ours, "dense6_1") else 24
    given = {"silero": [np.float32(draw.normal(size=(3, 576)))], "magika": [draw.integers(0, 257, (2, 2048))],
             "mtcnn": [np.float32(draw.normal(size=(2, 3, side, side)))],
             "g2p": [draw.integers(0, 29, (2, 5)), draw.integers(0, 74, (2, 4))]}[name]
    with minigrad.no_grad(), torch.no_grad():
        found, wanted = ours(*map(minigrad.tensor, given)), theirs(*map(torch.tensor, given))
    found, wanted = (each if isinstance(each, tuple) else (each,) for each in (found, wanted))
    for each, its in zip(found, wanted):
        if not isinstance(each, tuple):
            np.testing.assert_allclose(each.numpy(), its.numpy(), atol=1e-5)


def test_they_can_be_trained_further(loaded, folders):
    for name, given in [("silero", [minigrad.randn(3, 576)]),
                        ("g2p", [minigrad.tensor([[3, 2]]), minigrad.tensor([[2]])])]:
        model = models.from_pretrained(folders[name]).model
        y = model.train()(*given)
        (y[0] if isinstance(y, tuple) else y).square().mean().backward()
        assert all(p.grad is not None and minigrad.isfinite(p.grad).all() for p in model.parameters()), name


def test_they_run_on_another_device(folders, other_device):
    for name, call in [("silero", lambda it: it.speech_probabilities(AUDIO)),
                       ("mtcnn", lambda it: it.detect(IMAGE)[0]),
                       ("magika", lambda it: [it.identify(FILES[0]).probability]),
                       ("g2p", lambda it: len(it.pronounce("spelling")))]:
        model = models.from_pretrained(folders[name])
        there = call(model)
        model.model.to(other_device)
        np.testing.assert_allclose(call(model), there, atol=1e-3)


def test_loading_draws_no_random_numbers(folders):
    for folder in folders.values():
        minigrad.manual_seed(3)
        wanted = minigrad.randn(3)
        minigrad.manual_seed(3)
        models.from_pretrained(folder)
        assert minigrad.equal(minigrad.randn(3), wanted)


class Installed:
    def __init__(self, folder, version):
        self.folder, self.version = folder, version

    def locate_file(self, path):
        return self.folder


@pytest.mark.parametrize("name, short", NAMES.items())
def test_a_package_is_read_in_one_version_and_not_imported(monkeypatch, folders, name, short):
    version = loading.PACKAGES[name].version
    monkeypatch.setattr(importlib.metadata, "distribution", lambda asked: Installed(folders[short], version))
    before = set(importlib.sys.modules)
    models.from_pretrained(name)
    top = {module.partition(".")[0] for module in set(importlib.sys.modules) - before}
    assert not top & {"facenet_pytorch", "g2p_en", "magika", "silero_vad", "onnx", "torch"}
    monkeypatch.setattr(importlib.metadata, "distribution", lambda asked: Installed(folders[short], "9.9"))
    with pytest.raises(ImportError, match=f"version 9.9, but only {version} .*--no-deps {name}=={version}"):
        models.from_pretrained(name)


@pytest.mark.parametrize("call, message", [
    (lambda it: it["silero"].speech_probabilities(AUDIO, 8000), "16000 samples.*got sample_rate=8000; res"),
    (lambda it: it["silero"].speech_probabilities(np.stack([AUDIO] * 2)), r"one channel.*\(2, 2300\).*mean"),
    (lambda it: it["silero"].speech_probabilities(np.int16(32768 * AUDIO)), "int16; divide it by 32768"),
    (lambda it: it["silero"].speech_probabilities(32768 * AUDIO), "from -1 to 1, got .*divide samples of 16"),
    (lambda it: it["silero"].speech_probabilities(AUDIO * np.nan), "from -1 to 1, got nan"),
    (lambda it: it["silero"].speech_probabilities([]), "the sound is empty"),
    (lambda it: it["silero"].speech_probabilities("sound.wav"), r"one channel, shape \(N,\), got shape \(\)"),
    (lambda it: it["silero"].step(AUDIO[:500]), "a frame has 512 samples, got 500"),
    (lambda it: it["magika"].identify(3), "content of a file as bytes, or its path, got int"),
    (lambda it: it["magika"].identify("nowhere.txt"), "file not found: nowhere.txt"),
    (lambda it: it["magika"].identify("/dev/null"), "cannot read /dev/null: it is a device"),
    (lambda it: it["magika"].identify_all("a.txt"), "takes a list of files"),
    (lambda it: models.FileIdentifier(it["magika"].model, ["a"]), "1 labels for a network of 214"),
    (lambda it: it["mtcnn"].detect(IMAGE[:, :, 0]), r"\(H, W, 3\), got \(64, 90\); repeat a grey picture"),
    (lambda it: it["mtcnn"].detect(np.zeros((9, 9, 4), np.uint8)), "leave out the transparency"),
    (lambda it: it["mtcnn"].detect(IMAGE.transpose(2, 0, 1)), r"got \(3, 64, 90\); put the channels last"),
    (lambda it: it["mtcnn"].detect(IMAGE[None]), r"got \(1, 64, 90, 3\)"),
    (lambda it: it["mtcnn"].detect(IMAGE / 255), r"uint8, 0 to 255, got float64 .*255 \* image"),
    (lambda it: it["mtcnn"].detect(IMAGE[:0]), r"no pixels, shape \(0, 90, 3\)"),
    (lambda it: it["mtcnn"].detect("face.png"), r"got \(\)"),
    (lambda it: models.FaceDetector(it["mtcnn"].model, min_face_size=0), "min_face_size must be above 0"),
    (lambda it: models.FaceDetector(it["mtcnn"].model, thresholds=(0.5, 2)), "three probabilities"),
    (lambda it: it["g2p"].pronounce(""), "the word is empty"),
    (lambda it: it["g2p"].pronounce("two words"), "'two words' has ' '; pronounce one word at a time"),
    (lambda it: it["g2p"].pronounce("route66"), "has '6'; write the number in words"),
    (lambda it: it["g2p"].pronounce("слово"), "has 'с'; use the letters a to z"),
    (lambda it: it["g2p"].pronounce("-'"), "has no letters"),
    (lambda it: it["g2p"].pronounce(["word"]), "a word as a str, got list"),
    (lambda it: models.from_pretrained("silero_vad"), "did you mean silero-vad"),
    (lambda it: models.from_pretrained("magica"), "did you mean magika"),
    (lambda it: models.from_pretrained(Path(__file__).parent), "none of the files pnet.pt"),
])
def test_what_is_wrong_is_said(loaded, call, message):
    with pytest.raises((ValueError, TypeError, FileNotFoundError), match=message):
        call(loaded)


def changed(name, file, change, tmp_path):
    """A folder of the model whose weights are changed."""
    packaged.write(name, tmp_path)
    weights = packaged.random_weights(packaged.SHAPES[name], packaged.SEEDS[name])
    change(weights)
    if file.endswith(".npz"):
        np.savez(tmp_path / file, **weights)
    else:
        (tmp_path / file).write_bytes(onnx_file(weights))
    return tmp_path


FILE = {"silero": models.silero.FILE, "magika": models.magika.FILE, "g2p": models.g2p.FILE}


@pytest.mark.parametrize("name, first, here", [
    ("silero", "model.decoder.rnn.weight_hh", "rnn.weight_hh_l0"),
    ("g2p", "enc_w_hh", "encoder.gru.weight_hh_l0"),
    ("magika", "jax2tf_get_logits_/Const_24:0", "output.weight")])
def test_weights_that_do_not_fit_are_named(tmp_path, name, first, here):
    for change, message in [
            (lambda held: held.pop(first), f"{re.escape(first)}|missing: {here}"),
            (lambda held: held.update(more=np.ones(3, np.float32)), "unexpected: more"),
            (lambda held: held.update({first: np.float32([[1, 2]])}), f"{here}: the module has shape")]:
        (tmp_path / "inner").mkdir()
        folder = changed(name, FILE[name], change, tmp_path / "inner")
        with pytest.raises(ValueError, match=f"(?s){FILE[name].rpartition('/')[2]}.*({message})"):
            models.from_pretrained(folder)
        (tmp_path / "inner").rename(tmp_path / str(len(message)))


def test_a_missing_or_damaged_file_is_named(tmp_path, folders):
    for name, file, damage in [("mtcnn", "onet.pt", "delete"), ("mtcnn", "onet.pt", b"nothing"),
                               ("g2p", models.g2p.FILE, b"nothing"),
                               ("silero", models.silero.FILE, b"nothing"),
                               ("magika", "models/standard_v3_3/config.min.json", "delete"),
                               ("magika", "models/standard_v3_3/config.min.json", b"[]")]:
        folder = tmp_path / f"{name}{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        path = packaged.write(name, folder) / file
        path.unlink() if damage == "delete" else path.write_bytes(damage)
        error = FileNotFoundError if damage == "delete" else ValueError
        with pytest.raises(error, match=re.escape(str(path))):
            models.from_pretrained(folder)


# ONNX files


def test_an_onnx_file_gives_its_initialisers_of_every_type():
    held = load_onnx(FOLDER / "small.onnx")
    numbers = np.arange(6).reshape(2, 3) - 2
    for name in ("float32", "float64", "float16", "int8", "int16", "int32", "int64"):
        for each in {name, f"typed {name}"} & held.keys():
            assert held[each].dtype == name and np.array_equal(held[each].numpy(), numbers.astype(name)), each
    assert held["bool"].tolist() == [True, False]
    assert held["scalar"].shape == () and held["scalar"].item() == 2.5
    assert held["empty"].shape == (0, 3) and len(held) == 16


def test_unknown_fields_of_every_kind_are_skipped(tmp_path):
    unknown = b"".join([packaged.varint(8 * 99 + 1), bytes(8), packaged.varint(8 * 98 + 5), bytes(4),
                        field(97, 2 ** 63), field(96, b"text")])
    (tmp_path / "net.onnx").write_bytes(unknown + onnx_file({"a": np.ones(3, np.float32)}) + unknown)
    assert load_onnx(tmp_path / "net.onnx")["a"].tolist() == [1, 1, 1]


@pytest.mark.parametrize("content, message", [
    (b"", "it has no graph"),
    (b"not a model", "cannot be read as an ONNX file"),
    (onnx_file({"a": np.ones(3, np.float32)})[:-2], "goes beyond the end"),
    (field(7, field(5, field(1, 3) + field(2, 1) + field(8, b"a") + field(9, bytes(8)))),
     r"8 bytes.*\[3\] needs 12"),
    (field(7, field(5, field(1, 3) + field(2, 1) + field(8, b"a"))), "0 elements, but its shape is"),
    (field(7, field(5, field(2, 8) + field(8, b"a"))), "'a' has the data type 8"),
    (field(7, field(5, field(2, 1) + field(8, b"a") + field(14, 1))), "stored in another file"),
    (field(7, field(5, field(2, 1) + field(8, b"\xff"))), "name is no text"),
    (field(7, field(5, field(1, 0) + field(1, 2 ** 63) + field(2, 1) + field(9, b""))), "tensor ''"),
    (field(7, 5), "an integer is where a message should be"),
    (b"\xff" * 30, "an integer does not end"),
    (b"\x3b" + b"\x00" * 9, "the unknown kind 3"),
])
def test_a_damaged_onnx_file_is_refused(tmp_path, content, message):
    (tmp_path / "net.onnx").write_bytes(content)
    with pytest.raises(ValueError, match=f"net.onnx.*{message}"):
        load_onnx(tmp_path / "net.onnx")


def test_a_cut_onnx_file_is_refused_or_lacks_weights(tmp_path):
    whole = (FOLDER / "small.onnx").read_bytes()
    for size in range(0, len(whole), 7):
        (tmp_path / "net.onnx").write_bytes(whole[:size])
        try:
            assert len(load_onnx(tmp_path / "net.onnx")) in (0, 16)     # the last fields may be whole ones
        except ValueError as error:
            assert "net.onnx" in str(error)


# The demo


@pytest.fixture
def demo(folders, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    short = {"speech": "silero", "file": "magika", "face": "mtcnn", "spelling": "g2p"}
    monkeypatch.setattr(recognise, "PACKAGES", {name: folders[each] for name, each in short.items()})
    return recognise.main


def test_the_demo_makes_a_sound_judges_it_and_draws(demo, capsys):
    demo(out="out")
    lines = capsys.readouterr().out.splitlines()
    assert sum("mean probability of speech" in line for line in lines) == 7
    assert lines[-2:] == ["Sound: out/speech.wav", "Pictures: out/speech.png"]
    assert image.imread("out/speech.png").shape[1] > 900
    demo(predict="out/speech.wav")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "out/speech.wav: 11.00 s" and lines[-1].endswith("probability of more than one half")


def test_the_demo_identifies_files_and_finds_faces_and_speaks(demo, capsys, monkeypatch):
    monkeypatch.setattr(recognise.minigrad, "__file__", str(Path(recognise.__file__).parent / "no.py"))
    demo("file", out="out")
    lines = capsys.readouterr().out.splitlines()
    assert sum("%" in line for line in lines) == 13 and re.match(r"\d+ of the \d+ files", lines[-1])
    Path("a.txt").write_bytes(b"few")
    demo("file", predict="a.txt")
    assert capsys.readouterr().out == "a.txt: txt (txt)\n"
    image.imsave("a.png", IMAGE)
    demo("face", predict="a.png")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"90 x 64 pixels, {len(lines) - 1} faces" and len(lines) > 2
    assert all(re.fullmatch(r" +\d+ x \d+ pixels from \(\d+, \d+\), probability \d\.\d{3}", line)
               for line in lines[1:])
    demo("spelling")
    assert len(capsys.readouterr().out.splitlines()) == 3 + len(recognise.WORDS)
    demo("spelling", predict="a")
    assert capsys.readouterr().out == "AA1\n"


def test_the_demo_draws_boxes_and_points(loaded, tmp_path):
    recognise.draw_faces(IMAGE, loaded["mtcnn"].detect(IMAGE), tmp_path / "faces.png")
    drawn = image.imread(tmp_path / "faces.png")[:, :, :3]
    for colour in ([1.0, 0.498, 0.055], [0.09, 0.745, 0.812]):          # tab:orange, tab:cyan
        assert (np.abs(drawn - colour).max(2) < 0.01).sum() > 50


def test_a_sound_of_another_rate_and_two_channels_is_converted(tmp_path):
    t = np.arange(48000) / 48000
    both = np.stack([np.sin(2 * np.pi * 440 * t), np.sin(2 * np.pi * 9000 * t)], 1) / 2
    with wave.open(str(tmp_path / "two.wav"), "wb") as file:
        file.setparams((2, 2, 48000, 0, "NONE", ""))
        file.writeframes(np.int16(32767 * both).tobytes())
    audio = sound.read_sound(tmp_path / "two.wav")
    # the mean of both channels, without the tone above 8,000 Hz, which 16,000 samples a second cannot hold
    np.testing.assert_allclose(audio, np.sin(2 * np.pi * 440 * np.arange(16000) / 16000) / 4, atol=1e-3)
    assert sound.resampled(np.ones(8000), 8000).tolist() == pytest.approx([1] * 16000)


def test_the_demo_says_what_is_wrong_with_a_file(demo, tmp_path):
    for name, settings, content in [("bits.wav", (1, 1, 16000, 0, "NONE", ""), bytes(100)),
                                    ("empty.wav", (1, 2, 16000, 0, "NONE", ""), b"")]:
        with wave.open(name, "wb") as file:
            file.setparams(settings)
            file.writeframes(content)
    Path("not.wav").write_bytes(b"not a sound")
    for model, file, error, message in [
            ("speech", "no.wav", FileNotFoundError, "sound not found: no.wav"),
            ("speech", "not.wav", ValueError, "not.wav cannot be read as a WAV file.*ffmpeg"),
            ("speech", "bits.wav", ValueError, "bits.wav has samples of 8 bits, expected 16"),
            ("speech", "empty.wav", ValueError, "the sound is empty"),
            ("face", "no.png", FileNotFoundError, "picture not found: no.png"),
            ("face", "not.wav", ValueError, "not.wav cannot be read as a picture"),
            ("file", "no.txt", FileNotFoundError, "file not found: no.txt"),
            ("spelling", "", ValueError, "the word is empty")]:
        with pytest.raises(error, match=message):
            demo(model, predict=file)
    assert cli.main(["demo", "recognise", "--predict", "no.wav"]) == 1


# With the packages


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")       # of the packages' own code
@pytest.mark.parametrize("name", ["speech", "file", "face", "spelling"])
def test_the_real_weights_give_what_the_packages_give(name):
    from benchmarks.models import packages
    try:
        row = packages.COMPARISONS[name]()
    except ImportError as error:
        pytest.skip(str(error))
    pattern, limits = {
        "speech": (r"\| ([\d.e-]+) of a probability; frame by frame ([\d.e-]+) \|", [1e-5, 1e-5]),
        "file": (r"\| ([\d,]+) of \1 \|", []),
        "face": (r"\| \d+ of \d+ pictures \| ([\d.e-]+) pixels", [1e-2]),
        "spelling": (r"\| ([\d,]+) of \1 \|", [])}[name]
    found = re.search(pattern, row)
    assert found, row
    assert all(float(each) <= limit for each, limit in zip(found.groups(), limits)), row
    equal = re.search(r"\| (\d+) of (\d+) pictures", row)
    assert equal is None or equal[1] == equal[2], row
