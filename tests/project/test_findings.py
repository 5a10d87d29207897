"""The scripts in findings/ have the form that findings/README.md states. Nothing is run or installed."""

import os
import re
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "findings"
PIN = r"[\w-]+==[\d.]+"
SCRIPTS = sorted(FOLDER.glob("*.sh"))


def test_the_readme_lists_exactly_the_scripts_that_exist():
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| \[(\S+)\]\((\S+)\) \| \S", readme, re.M)
    assert listed == [(path.name, path.name) for path in SCRIPTS]
    assert {path.name for path in FOLDER.iterdir()} == {"README.md", *(path.name for path in SCRIPTS)}


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_has_the_stated_header_and_last_line(path):
    text = path.read_text(encoding="utf-8")
    header, command, rest = text.partition("\nset -euo pipefail\n")
    assert command
    sentence = r".+(\n#     .+)*"
    assert re.fullmatch(
        rf"#!/usr/bin/env bash\n# Package: {PIN}(, {PIN})*\n# Guess: {sentence}\n# Seen: {sentence}", header)
    assert re.search(rf"\n# Matters: {sentence}\n\Z", rest)
    assert len(text.splitlines()) <= 60


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_installs_only_the_packages_of_its_header_in_a_temporary_environment(path):
    text = path.read_text(encoding="utf-8")
    packages = re.search(r"^# Package: (.+)$", text, re.M)[1].split(", ")
    installed = re.findall(r"\bpip\b.* install (.*)$", text, re.M)
    assert [word for line in installed for word in line.split() if not word.startswith("-")] == packages
    assert "folder=$(mktemp -d)\ntrap 'rm -rf \"$folder\"' EXIT\n" in text
    assert 'diff "$folder/expected" "$folder/seen"\n' in text
    assert "minigrad" not in text


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
@pytest.mark.skipif(os.name == "nt", reason="Windows has no executable bit and may lack bash")
def test_a_script_is_executable_and_bash_can_read_it(path):
    assert os.access(path, os.X_OK)
    subprocess.run(["bash", "-n", str(path)], check=True)
