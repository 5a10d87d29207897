"""`python -m minigrad course table`: what a class has passed."""

import csv
import io
import json

import pytest

from minigrad.cli import main
from minigrad.course.classroom import as_csv
from minigrad.course.lessons import LESSONS

COUNT = sum(len(one.exercises) for one in LESSONS)
FIRST = len(LESSONS[0].exercises)


def kept(**entries):
    """A progress file: {"1.1": (tries, passed)} written as e1_1=(3, True)."""
    day = "2026-11-29"
    return json.dumps({name[1:].replace("_", "."): {"tries": tries, "passed": day if passed else None}
                       for name, (tries, passed) in entries.items()})


@pytest.fixture
def folder(tmp_path):
    """Ada and Grace have handed in, as a file and as a folder; Emmy's file is damaged."""
    (tmp_path / "ada.json").write_text(kept(e1_1=(1, True), e1_2=(4, False), e2_1=(2, True), e77_1=(9, True)))
    (tmp_path / "grace").mkdir()
    (tmp_path / "grace/course.json").write_text(kept(e1_1=(3, True), e1_2=(6, False)))
    (tmp_path / "emmy.json").write_text("[")
    return tmp_path


def test_each_student_has_a_row_and_a_damaged_file_is_named_and_left_out(folder, capsys):
    assert main(["course", "table", str(folder)]) == 1
    printed = capsys.readouterr()
    head, *rows = csv.reader(io.StringIO(printed.out))
    assert len(rows) == 2
    ada, grace = (dict(zip(head, row)) for row in rows)
    assert ada["student"] == "ada" and grace["student"] == "grace"
    assert ada[f"lesson 1 (of {FIRST})"] == "1" and ada["lesson 2 (of 5)"] == "1"
    assert ada[f"passed (of {COUNT})"] == "2" and ada["tries"] == "7"       # none of the unknown exercise
    assert [ada[f"tries {number}"] for number in ("1.1", "1.2", "2.1", "2.2")] == ["1", "4?", "2", ""]
    assert grace["tries"] == "9" and grace["tries 1.2"] == "6?"
    damaged, count = printed.err.splitlines()
    assert "emmy.json is not a file of the course's progress" in damaged
    assert count == "1 files left out, 2 in the table"


def test_the_exercises_show_where_the_class_stumbles(folder, capsys):
    (folder / "emmy.json").unlink()
    assert main(["course", "table", str(folder), "--exercises"]) == 0
    head, *rows = csv.reader(io.StringIO(capsys.readouterr().out))
    rows = {row[0]: dict(zip(head, row)) for row in rows}
    assert len(rows) == COUNT
    assert rows["1.2"] == {
        "exercise": "1.2", "about": LESSONS[0].exercises[1].title, "tried by": "2", "passed by": "0",
        "median tries": "5", "most tries": "6", "tried, not passed": "ada, grace"}
    assert rows["1.1"]["median tries"] == "2" and rows["1.1"]["tried, not passed"] == ""
    assert rows["2.2"]["tried by"] == "0" and rows["2.2"]["median tries"] == ""


def test_the_table_is_markdown_if_asked_and_a_name_cannot_break_it(tmp_path, capsys):
    (tmp_path / "a|b.json").write_text(kept(e1_1=(1, True)))
    assert main(["course", "table", str(tmp_path / "a|b.json"), "--markdown"]) == 0
    head, rule, row = capsys.readouterr().out.splitlines()
    assert row.startswith("| a\\|b | 1 |") and head.count("|") == rule.count("|") == row.count("|") - 1


def test_a_name_is_no_formula_in_a_spreadsheet():
    assert as_csv([["=1+1", "-2", "x", "a,b"]]) == "'=1+1,'-2,x,\"a,b\"\n"


def test_two_files_of_one_name_are_not_mixed_up(tmp_path, capsys):
    for group in ("a", "b"):
        (tmp_path / group).mkdir()
        (tmp_path / group / "ada.json").write_text(kept(e1_1=(1, True)))
    assert main(["course", "table", str(tmp_path)]) == 1
    printed = capsys.readouterr()
    assert printed.out.count("ada") == 1 and "a second file of ada; left out" in printed.err


def test_a_missing_path_and_an_empty_folder_are_told_apart(tmp_path, capsys):
    assert main(["course", "table", str(tmp_path / "nowhere")]) == 1
    assert "there is no file or folder" in capsys.readouterr().err
    assert main(["course", "table", str(tmp_path)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


@pytest.mark.parametrize("content", [
    '{"1.1": {"tries": 1, "passed": 5}}', '{"1.1": {"tries": "x", "passed": null}}', "\x00", '{"1.1": null}'])
def test_what_is_no_progress_is_left_out(content, tmp_path, capsys):
    (tmp_path / "ada.json").write_text(content)
    assert main(["course", "table", str(tmp_path)]) == 1
    assert "1 files left out, 0 in the table" in capsys.readouterr().err
