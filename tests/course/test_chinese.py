"""The course in Chinese: nothing of a translated lesson is missing, its code is the English one's."""

import ast
import importlib
import itertools
import json
import re
import runpy
from pathlib import Path
from types import SimpleNamespace

import committed
import pytest

import minigrad.course
from minigrad.course import grade, language, say, words
from minigrad.course.answers import HELD, NO_RESULT, NOT_WRITTEN
from minigrad.course.export import NOTE
from minigrad.course.lessons import LESSONS, exercise

ROOT = Path(__file__).parents[2]
COURSE = ROOT / "minigrad/course"
TOOL = str(ROOT / "notebooks/translate.py")
TRANSLATED = [one for one in LESSONS if (ROOT / f"notebooks/chinese/{one.file}.md").exists()]
GENERAL = importlib.import_module("minigrad.course.chinese.general").WORDS
FIELD = re.compile(r"\{\w+[^{}]*\}")

each_lesson = pytest.mark.parametrize("one", TRANSLATED, ids=lambda one: one.file)


@pytest.fixture(autouse=True)
def english_afterwards(tmp_path, monkeypatch):
    monkeypatch.setenv("MINIGRAD_COURSE", str(tmp_path / "course.json"))
    monkeypatch.delenv("MINIGRAD_LANGUAGE", raising=False)
    monkeypatch.setattr(words, "chosen", None)


@pytest.fixture
def tool(tmp_path, monkeypatch):
    """translate.py, at work on the project's notebooks as git has them."""
    tool = runpy.run_path(TOOL)
    there = committed.names()
    for name in there:
        if name.startswith("notebooks/") and name.endswith((".py", ".ipynb", ".md")):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(committed.content(name))
    tool["english"].__globals__["HERE"] = tmp_path / "notebooks"
    return SimpleNamespace(**tool, folder=tmp_path / "notebooks/chinese")


def said(path):
    """The texts that a file passes to say()."""
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
             if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "say"]
    return [node.args[0].value for node in calls if isinstance(node.args[0], ast.Constant)]


def texts_of(one):
    """All that the graders of a lesson can say in their own words."""
    for asked in one.exercises:
        yield from [asked.title, asked.hint, *asked.mistakes]
        yield from [case.text for case in asked.cases if not a_call(case.text)]
    path = COURSE / f"lesson{one.number:02}.py"
    yield from said(path) if path.exists() else []


def a_call(text):
    """Is a case's text a call and no more, as "{name}(1, [2])", and not "{name}(f) for f = sin(x)"?"""
    depths = itertools.accumulate({"(": 1, ")": -1}.get(letter, 0) for letter in text.removeprefix("{name}"))
    return text.startswith("{name}(") and [*depths].index(0) == len(text.removeprefix("{name}")) - 1


def test_some_lessons_are_translated():
    assert len(TRANSLATED) >= 3


@each_lesson
def test_every_word_of_a_translated_lesson_has_a_translation(one):
    language("zh")
    assert [text for text in [one.title, *texts_of(one)] if words.translated(text) == text] == []


@each_lesson
def test_a_translated_lesson_prints_nothing_in_english_only(one):
    source = (COURSE / f"lesson{one.number:02}.py").read_text(encoding="utf-8")
    printed = [node for node in ast.walk(ast.parse(source))
               if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print"]
    assert [ast.unparse(node) for node in printed if not ast.unparse(node).startswith("print(say(")] == []


def test_every_word_that_is_of_no_lesson_has_a_translation():
    general = [NO_RESULT, NOT_WRITTEN, NOTE, *HELD.values()]
    for path in COURSE.glob("*.py"):
        if not re.match(r"lesson\d", path.name):
            general += said(path)
    assert len(general) > 40 and [text for text in general if text not in GENERAL] == []


@pytest.mark.parametrize("name", words.tables("chinese"))
def test_a_table_keeps_the_placeholders_and_has_no_text_that_nobody_says(name):
    table = importlib.import_module(f"minigrad.course.chinese.{name}").WORDS
    for text, own in table.items():
        assert {*FIELD.findall(text)} == {*FIELD.findall(own)}, text
    if name != "general":
        [one] = [one for one in LESSONS if f"lesson{one.number:02}" == name]
        there = [*texts_of(one)]
        assert [text for text in table if not any(map(words.pattern(text).fullmatch, there))] == []


def test_no_text_is_translated_in_two_ways():
    seen = {}
    for name in words.tables("chinese"):
        for text, own in importlib.import_module(f"minigrad.course.chinese.{name}").WORDS.items():
            assert seen.setdefault(text, own) == own, f"{name}: {text}"


@each_lesson
def test_every_text_of_a_translated_notebook_is_there_and_of_today(one, tool):
    found = tool.troubles(tool.english(one.file), tool.translation(tool.folder / f"{one.file}.md"))
    assert found == [], f"python notebooks/translate.py {one.file} tells more"


@each_lesson
def test_a_translated_notebook_is_made_of_the_english_one_and_differs_in_its_texts_only(one, tool):
    made = json.loads((tool.folder / f"{one.file}.ipynb").read_text(encoding="utf-8"))
    assert made == json.loads(tool.made_of(one.file, "zh")), (
        f"run python notebooks/translate.py --write {one.file}; git add notebooks")
    english = json.loads((tool.folder.parent / f"{one.file}.ipynb").read_text(encoding="utf-8"))
    assert made["cells"][1]["metadata"]["tags"] == ["language"]
    code, own = ([each for each in notebook["cells"] if each["cell_type"] == "code"]
                 for notebook in (english, made))
    assert [each["source"] for each in code] == [each["source"] for each in own[1:]]
    for before, after in zip(code, own[1:]):
        checked = "check" in before["metadata"].get("tags", [])
        assert checked or before["outputs"] == after["outputs"]
        assert not checked or "".join(after["outputs"][0]["text"]).startswith("还没有写：")
    titles = re.findall(r"^### 练习 ([\d.]+)：(.*)$", "\n".join(
        "".join(each["source"]) for each in made["cells"] if each["cell_type"] == "markdown"), re.M)
    language("zh")
    assert titles == [(each.number, say(each.title)) for each in one.exercises]


def test_a_change_of_the_english_text_is_noticed_and_update_keeps_the_old_translation(tool):
    name = TRANSLATED[0].file
    source, path = tool.folder.parent / f"{name}.py", tool.folder / f"{name}.md"
    changed = source.read_text(encoding="utf-8").replace("Many numbers", "Several numbers")
    source.write_text(changed, encoding="utf-8")
    found = tool.troubles(tool.english(name), tool.translation(path))
    assert len(found) == 2 and "Several numbers): no translation, or of an older text" in found[0]
    assert "no longer there" in found[1]
    with pytest.raises(ValueError, match="1 texts have no translation"):
        tool.made_of(name, "zh")
    tool.update(name, "chinese")
    found = tool.troubles(tool.english(name), tool.translation(path))
    assert "Several numbers): still in English" in found[0] and "no longer there" in found[1]
    assert "OLD -->\n## 许多个数" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("own, trouble", [
    ("# 甲\n\n`f` 与 $x$\n\n```python\nf(1)\n```", ": its blocks of code are not those of"),
    ("# 甲\n\n`f` 与 $y$\n\n```python\nf(x)\n```", ": lacks a formula: $x$"),
    ("# 甲\n\nf 与 $x$\n\n```python\nf(x)\n```", ": lacks code in a line: `f`"),
    ("甲\n\n`f` 与 $x$\n\n```python\nf(x)\n```", ": lacks a heading: #"),
])
def test_what_a_translation_must_keep_is_missed(own, trouble, tool):
    text = "# A\n\n`f` and $x$\n\n```python\nf(x)\n```"
    [found] = tool.troubles([text], [(tool.key(text), own)])
    assert trouble in found


def test_code_in_a_line_may_break_the_line(tool):
    text = "Write `f(x,\ny)` and `g`."
    assert tool.troubles([text], [(tool.key(text), "写出 `f(x, y)` 和 `g`。")]) == []
    [found] = tool.troubles([text], [(tool.key(text), "写出 `f(x)` 和 `g`。")])
    assert found.endswith("lacks code in a line: `f(x,y)`")


def test_a_line_that_breaks_between_two_chinese_characters_makes_no_space(tool):
    notebook = {"metadata": {}, "cells": [{"cell_type": "markdown", "metadata": {}, "source": ["A"]}]}
    made = tool.translate(notebook, ["甲，\n乙\nPython\n\n丙\n- 丁"], "zh")
    assert "".join(made["cells"][0]["source"]) == "甲，乙\nPython\n\n丙\n- 丁"


def test_the_language_is_chosen_by_call_or_by_variable(monkeypatch):
    assert language() == "en" and say("Right.") == "Right."
    for value, chosen in {"zh": "zh", "zh_CN.UTF-8": "zh", "zh-Hans": "zh", "en": "en", "xx": "en"}.items():
        monkeypatch.setenv("MINIGRAD_LANGUAGE", value)
        assert language() == chosen
    assert language("zh") == "zh" and say("Right.") == "正确。" and language() == "zh"
    assert language("en") == "en" and say("Right.") == "Right."
    with pytest.raises(ValueError, match="there is no language 'tlh'; there are en, zh"):
        language("tlh")


def test_the_cell_of_a_translated_notebook_chooses_its_language(tool):
    exec(tool.SELECT.format(code="zh"), {})
    assert language() == "zh"


def test_what_has_no_translation_is_said_in_english():
    language("zh")
    assert say("{count} unheard-of words", count=3) == "3 unheard-of words"


def test_the_graders_speak_chinese(capsys):
    language("zh")
    grade("1.1", lambda f, x, h: None)
    grade("1.1", lambda f, x, h: f(x + h) - f(x))
    grade("1.1", lambda f, x, h: "x")
    grade("1.1", lambda f, x, h: 1 / 0)
    grade("1.1", lambda f, x, h: (f(x + h) - f(x)) / h)
    line = test_the_graders_speak_chinese.__code__.co_firstlineno + 5
    assert capsys.readouterr().out.splitlines() == [
        "还没有写：forward_difference 返回 None。", "请补全上面的单元格并运行它，然后再运行这一格。",
        "还不对：forward_difference(cube, 2.0, 0.5) 得到 7.625，这是错的。",
        "提示：这是 f 的增量。斜率是每一步的增量：要除以 h。",
        "还不对：forward_difference(cube, 2.0, 0.5) 的结果不符合要求：答案应当是一个数，得到的却是一个 str。",
        "forward_difference(cube, 2.0, 0.5) 因错误而中止：ZeroDivisionError: division by zero",
        f"    单元格第 {line} 行：grade(\"1.1\", lambda f, x, h: 1 / 0)",
        "正确。"]
    assert minigrad.course.progress.load()["1.1"]["tries"] == 4     # the first was none


def test_a_text_into_which_values_were_put_before_is_translated_too():
    language("zh")
    [case, *_] = exercise("2.4").cases
    assert say(case.text, name="power") == "power(Value(3.0), 2) 的数值和斜率："


@each_lesson
def test_every_mistake_hears_its_words_in_chinese(one):
    language("zh")
    for asked in one.exercises:
        for text, wrong in asked.mistakes.items():
            own, wrong.__module__ = wrong.__module__, "__main__"
            try:
                assert words.translated(text) in asked.trouble(wrong)
            finally:
                wrong.__module__ = own
