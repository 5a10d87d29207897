"""The Makefile: what it offers, and which environment each target uses."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "Makefile").read_text(encoding="utf-8")

needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


def make(*arguments):
    return subprocess.run(["make", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout


@needs_make
def test_make_alone_runs_nothing_and_names_every_target():
    printed = make()
    assert printed == make("help")
    [phony] = re.findall(r"^\.PHONY: help (.*)", TEXT, re.M)
    assert re.findall(r"^    make (\w+) ", printed, re.M) == phony.split()


@needs_make
def test_the_benchmarks_leave_the_environment_of_the_tests_alone_and_say_how_much_they_need():
    commands = make("--dry-run", "--always-make", "bench")
    assert ".venv-bench/bin/python -m benchmarks" in commands and not re.search(r"\.venv(?!-bench)", commands)
    assert re.search(r"6 GB.*pip install", commands, re.S)
    assert "up to 6 GB" in make("help")
    assert ".venv-bench/" in (ROOT / ".gitignore").read_text(encoding="utf-8").split()


def test_skipped_tests_are_counted_by_reason_and_not_listed():
    command = [sys.executable, "-m", "pytest", "tests/project/test_packaging.py", "-k", "wheel"]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout
    assert re.search(r"^ +\d+ skipped: slow; runs with --slow$", printed, re.M) and "SKIPPED" not in printed
