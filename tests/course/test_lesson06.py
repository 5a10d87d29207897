"""Lesson 6: the student's functions save, load and resume real trainings."""

import re
import struct

import numpy as np
import pytest
from lesson06_answers import ALSO_RIGHT

import minigrad
from minigrad.course import lesson06
from minigrad.course.lessons import exercise


@pytest.mark.slow
@pytest.mark.parametrize("answer", [exercise("6.1").solution, *ALSO_RIGHT["6.1"]])
def test_a_snapshot_resumes_a_training_on_digits_bit_for_bit(answer, capsys):
    before = minigrad.get_rng_state()
    exercise("6.1").then(answer)
    exact, forgetful = re.findall(r"\w: +([\d.]+)$", capsys.readouterr().out, re.M)
    assert float(exact) == 0 and float(forgetful) > 0.05
    assert np.array_equal(minigrad.get_rng_state().numpy(), before.numpy())


def test_a_snapshot_that_shares_its_tensors_does_not_resume_it(capsys):
    exercise("6.1").then(lesson06.keeps_the_tensors_themselves)
    assert float(re.findall(r"run: +([\d.]+)$", capsys.readouterr().out, re.M)[0]) > 0.01


@pytest.mark.slow
@pytest.mark.parametrize("number, answer", [
    (number, answer) for number in ("6.3", "6.4")
    for answer in [exercise(number).solution, *ALSO_RIGHT[number]]])
def test_a_network_goes_through_the_student_s_file(number, answer, capsys):
    exercise(number).then(answer)
    printed = " ".join(capsys.readouterr().out.split())
    shares = [float(share) for share in re.findall(r"([\d.]+)%", printed)]
    assert shares[-1] > 80 and all(share < 30 for share in shares[:-1])
    assert "outputs are bit for bit those" in printed


def test_a_network_that_comes_back_with_other_weights_is_found_out(capsys):
    exercise("6.3").then(lambda tensors: lesson06.to_bytes(
        {name: array + np.float32(0.001) for name, array in tensors.items()}))
    assert "Its outputs are not those of the network that was saved." in capsys.readouterr().out


@pytest.mark.parametrize("number, answer, trouble", [
    ("6.2", lambda tree: [], "TypeError: [] 不是字典"),
    ("6.3", lambda tensors: "x", "TypeError: 'x' 不是 bytes"),
    ("6.3", lambda tensors: bytes(9), "ValueError: 这些字节中找不到头部的开头 {\"name\": ...}"),
    ("6.4", lambda content: {}, "ValueError: 名称是 []，应当是 ['a', 'b', 'c']"),
])
def test_what_stops_an_answer_is_said_in_chinese(number, answer, trouble, monkeypatch):
    monkeypatch.setenv("MINIGRAD_LANGUAGE", "zh")
    assert f"因错误而中止：{trouble}" in exercise(number).trouble(answer)


def test_a_bad_file_of_the_student_s_is_described_without_its_path():
    def to_bytes(tensors):
        return struct.pack("<Q", 2) + b"{}" + bytes(4)
    asked = exercise("6.3")
    trouble = asked.tried(asked.cases[2], to_bytes)
    assert "your file is not a valid safetensors file: its tensors need 0 bytes" in trouble


@pytest.mark.parametrize("text, content", lesson06.BAD, ids=[text for text, _ in lesson06.BAD])
def test_minigrad_refuses_the_same_bad_files(text, content, tmp_path):
    (tmp_path / "bad").write_bytes(content)
    with pytest.raises(ValueError, match="is not a valid safetensors file"):
        minigrad.io.load_safetensors(tmp_path / "bad")
