"""README.md and CONTRIBUTING.md are true: programs run, commands, paths and pictures exist."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from minigrad.course.lessons import LESSONS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", README + CONTRIBUTING, re.M | re.S)
PROGRAMS = [text for language, text in BLOCKS if language == "python"]
PROGRAMS_OF_SPEED = re.findall(r"^```python\n(.*?)^```",
                               (ROOT / "docs" / "speed.md").read_text(encoding="utf-8"), re.M | re.S)
COMMANDS = [line.split("#")[0].strip() for language, text in BLOCKS if language == "sh"
            for line in text.splitlines()]


def test_every_block_is_a_program_or_commands():
    assert {language for language, _ in BLOCKS} == {"python", "sh"}


@pytest.mark.parametrize("program", PROGRAMS, ids=range(len(PROGRAMS)))
def test_a_program_runs(program, capsys):
    exec(compile(program, "README.md or CONTRIBUTING.md", "exec"), {})
    printed = capsys.readouterr().out
    assert ("print(" in program) == bool(printed)


@pytest.mark.parametrize("program", PROGRAMS_OF_SPEED, ids=range(len(PROGRAMS_OF_SPEED)))
def test_a_program_of_the_page_on_speed_runs(program):
    exec(compile(program, "docs/speed.md", "exec"), {})


def test_the_first_program_learns_the_sine(capsys):
    exec(compile(PROGRAMS[0], "README.md", "exec"), {})
    error = float(capsys.readouterr().out.split()[-1])
    assert error < 0.01


@pytest.mark.torch
def test_the_first_program_runs_in_pytorch_with_another_import(capsys):
    program = PROGRAMS[0].replace("import minigrad\nfrom minigrad import",
                                  "import torch as minigrad\nfrom torch import")
    exec(compile(program, "README.md", "exec"), {})
    assert float(capsys.readouterr().out.split()[-1]) < 0.01


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_exists(command):
    """make: its target; python -m: its module, the words of the command line, pip's extras, pytest's test."""
    words = shlex.split(command, posix="\\" not in command)
    if words[:2] == ["git", "clone"]:
        assert words[-1] == "minigrad"      # the folder of the next command
    elif words[0] == "make":
        assert re.search(rf"^{words[1]}:", (ROOT / "Makefile").read_text(), re.M)
    elif words[:3] == ["python", "-m", "minigrad"]:
        from minigrad.cli import DEMOS, parser
        assert words[3:] in (["course"], ["doctor"]) or words[3] == "demo" and words[4] in DEMOS
        if words[3] == "demo":
            parser(words[4]).parse_args(words[5:])
    elif words[:2] == ["python", "-m"]:
        assert words[2] in ("venv", "pip", "pytest", "benchmarks", "mypy", "ruff", "tools.stub")
        for path, _, test in (word.partition("::") for word in words[3:] if word.startswith("tests")):
            assert f"def {test}" in (ROOT / path).read_text(encoding="utf-8")
        for extra in re.findall(r"\[(.*?)\]", command.replace('"', "")):
            assert all(re.search(rf"^{name} =", (ROOT / "setup.cfg").read_text(), re.M)
                       for name in extra.split(","))
    else:
        assert words in (["cd", "minigrad"], ["python3", "-m", "venv", ".venv"], ["pre-commit", "install"],
                         ["source", ".venv/bin/activate"], ["jupyter", "lab", "notebooks"])


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`([\w.]+/[\w./]+)`", CONTRIBUTING))))
def test_a_path_exists(path):
    assert (ROOT / path.replace("NN_name", "09_digits")).exists()


def test_the_pictures_are_there():
    for path in re.findall(r"!\[.*?\]\((.*?)\)", README):
        assert (ROOT / path).stat().st_size > 1000


def test_the_files_that_the_readme_links_are_there():
    linked = re.findall(r"(?<!!)\[[^\]]*\]\(([^):]+)\)", README)
    assert sum(path.startswith("notebooks/") for path in linked) == len(LESSONS)
    assert [path for path in linked if not (ROOT / path).exists()] == []


@pytest.mark.torch
@pytest.mark.slow
def test_a_benchmark_runs_and_finds_the_same_losses():
    result = subprocess.run([sys.executable, "-m", "benchmarks", "W1", "--quick"], cwd=ROOT,
                            capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert re.search(r"^W1 .*ms .*ms", result.stdout, re.M)
