"""`python -m minigrad course`."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from minigrad.cli import main
from minigrad.course import grade
from minigrad.course.command import parser
from minigrad.course.lessons import LESSONS


@pytest.fixture(autouse=True)
def own_progress(tmp_path, monkeypatch):
    monkeypatch.setenv("MINIGRAD_COURSE", str(tmp_path / "course.json"))


def right(f, x, h):
    return (f(x + h) - f(x)) / h


def test_the_list_shows_what_was_passed(capsys):
    grade("1.1", right)
    capsys.readouterr()
    assert main(["course"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert listed[1].split() == ["1", "40", "#....", "1", "of", "5", "Numbers", "and", "slopes"]
    assert listed[-1].endswith("course.json.")


def test_a_lesson_is_reset(capsys):
    grade("1.1", right)
    assert main(["course", "reset", "1"]) == 0
    assert "forgot 1 exercises" in capsys.readouterr().out
    assert main(["course"]) == 0 and "#" not in capsys.readouterr().out
    assert main(["course", "reset", "99"]) == 1 and "there is no lesson 99" in capsys.readouterr().err


def test_a_certificate_says_what_was_passed_and_replaces_no_file(tmp_path, capsys):
    path = str(tmp_path / "mine.md")
    assert main(["course", "certificate", path]) == 1 and "nothing has been passed" in capsys.readouterr().err
    grade("1.1", lambda f, x, h: 0)
    grade("1.1", right)
    assert main(["course", "certificate", path, "--name", "Ada"]) == 0
    text = (tmp_path / "mine.md").read_text(encoding="utf-8")
    assert text.startswith("# minigrad: what Ada passed")
    assert "| 1.1 | the slope between two points | 2" in text
    assert text.rstrip().endswith("| 2 |")
    assert main(["course", "certificate", path]) == 1 and "mine.md" in capsys.readouterr().err


def test_opening_needs_the_notebooks_and_jupyterlab(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("minigrad.course.notebooks.NOTEBOOKS", tmp_path)
    assert main(["course", "open", "1"]) == 1 and "in the folder notebooks" in capsys.readouterr().err
    (tmp_path / "01_numbers_and_slopes.ipynb").write_text("{}")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert main(["course", "open", "1"]) == 1 and "pip install jupyterlab" in capsys.readouterr().err
    ran = []
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name)
    done = SimpleNamespace(returncode=0)
    monkeypatch.setattr("subprocess.run", lambda command: ran.append(command) or done)
    assert main(["course", "open", "1"]) == 0
    assert ran[0][1:4] == ["-m", "jupyter", "lab"] and ran[0][4].endswith("01_numbers_and_slopes.ipynb")


def test_a_translated_lesson_is_opened_and_another_is_told(monkeypatch, capsys):
    ran, done = [], SimpleNamespace(returncode=0)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name)
    monkeypatch.setattr("subprocess.run", lambda command: ran.append(command) or done)
    assert main(["course", "open", "1", "--language", "zh"]) == 0
    monkeypatch.setenv("MINIGRAD_LANGUAGE", "zh")
    assert main(["course", "open", "1"]) == 0
    assert main(["course", "open", "1", "--language", "en"]) == 0
    assert [Path(command[-1]).parent.name for command in ran] == ["chinese", "chinese", "notebooks"]
    monkeypatch.setattr("minigrad.course.notebooks.FOLDERS", {"zh": "nothing-there"})
    assert main(["course", "open", "1", "--language", "zh"]) == 1
    assert "第 1 课还没有翻译" in capsys.readouterr().err
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert main(["course", "open", "1", "--language", "en"]) == 1
    assert "打开课程需要 JupyterLab：pip install jupyterlab" in capsys.readouterr().err


def test_the_list_is_chinese_if_asked(monkeypatch, capsys):
    monkeypatch.setenv("MINIGRAD_LANGUAGE", "zh_CN.UTF-8")
    assert main(["course"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["1", "40", ".....", "0", "/", "5", "数与斜率"]


def test_every_command_on_the_page_for_teachers_exists():
    page = (Path(__file__).parents[2] / "docs/teaching.md").read_text(encoding="utf-8")
    commands = re.findall(r"^python -m minigrad course (.*?)(?: *[#>].*)?$", page, re.M)
    assert len(commands) >= 6
    for command in commands:
        assert parser().parse_args(command.split()).command == command.split()[0]


def test_the_syllabus_links_the_lessons_that_exist_with_their_minutes():
    page = (Path(__file__).parents[2] / "docs/teaching.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \[(.*?)\]\(course/(\w+)\.ipynb\) \|.*?\|.*?\| (\d+) \|", page, re.M)
    assert rows == [(str(one.number), one.title, one.file, str(one.minutes)) for one in LESSONS]
    syllabus = page.partition("\n## Syllabus\n")[2].partition("\n## ")[0]
    assert re.findall(r"^\| (\d+) ", syllabus, re.M) == [str(number) for number in range(1, 17)]


def test_a_mistyped_command_ends_with_a_usage_line(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["course", "opne", "1"])
    assert ended.value.code == 2 and "usage: python -m minigrad course" in capsys.readouterr().err
