"""`python -m minigrad course pictures`: the pictures of the lessons as files."""

import base64
import json
import re

import pytest

from minigrad.cli import main
from minigrad.course import pictures
from minigrad.course.lessons import LESSONS
from minigrad.course.notebooks import NOTEBOOKS


def test_every_picture_becomes_a_file_and_the_page_shows_them_all(tmp_path, capsys):
    assert main(["course", "pictures", str(tmp_path / "new")]) == 0
    files = sorted((tmp_path / "new").glob("[0-9]*"))
    texts = [(NOTEBOOKS / f"{one.file}.ipynb").read_text(encoding="utf-8") for one in LESSONS]
    count = sum(len(re.findall(r'"image/(?:png|svg\+xml)"', text)) for text in texts)
    assert len(files) == count >= 2 * len(LESSONS)
    assert capsys.readouterr().out.startswith(f"{count} pictures, ")
    page = (tmp_path / "new/pictures.md").read_text(encoding="utf-8")
    assert re.findall(r"!\[[^\]]*\]\(([^)]+)\)", page) == [file.name for file in files]
    assert re.findall(r"^# (\d+)\. ", page, re.M) == [str(one.number) for one in LESSONS]
    for file in files:
        start = file.read_bytes()[:200]
        assert start.startswith(b"\x89PNG\r\n") if file.suffix == ".png" else b"<svg" in start, file


def test_one_lesson_alone_and_in_chinese(tmp_path):
    assert main(["course", "pictures", str(tmp_path), "--lesson", "2", "--language", "zh"]) == 0
    names = sorted(file.name for file in tmp_path.glob("*.png"))
    assert "# 2. 数的自动求导引擎" in (tmp_path / "pictures.md").read_text(encoding="utf-8")
    assert len(names) == 3 and names[0] == "02-01-计算就是一张图.png"


def test_a_lesson_that_does_not_exist_is_refused(tmp_path, capsys):
    assert main(["course", "pictures", str(tmp_path), "--lesson", "99"]) == 1
    assert "there is no lesson 99" in capsys.readouterr().err


def test_a_heading_in_code_is_none_and_one_with_a_formula_has_a_plain_name():
    made = {"cells": [
        {"cell_type": "markdown", "source": ["## The loss $L$: why?\n\n```\n", "# no heading\n", "```"]},
        {"cell_type": "code", "source": [], "outputs": [
            {"data": {"image/png": base64.b64encode(b"P").decode(), "text/plain": "<Figure>"}},
            {"data": {"image/svg+xml": ["<svg>", "</svg>"]}}, {"text": "no picture"}]}]}
    assert pictures.found(made) == [("The loss $L$: why?", "png", b"P"),
                                    ("The loss $L$: why?", "svg", b"<svg></svg>")]
    assert pictures.slug("The loss $L$: why?") == "the-loss-why" and pictures.slug("$x$") == "picture"


def test_sharper_pictures_come_from_a_run_of_the_lesson(tmp_path):
    pytest.importorskip("nbclient")
    cells = [{"cell_type": "code", "id": "a", "execution_count": None, "metadata": {}, "outputs": [],
              "source": ["import matplotlib.pyplot as plt\n", "plt.plot([1, 2]);"]}]
    made = pictures.executed({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, tmp_path)
    [(_, ending, content)] = pictures.found(json.loads(json.dumps(made)))
    assert ending == "svg" and b"<svg" in content
