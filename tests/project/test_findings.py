"""The scripts in findings/ have the form that findings/README.md states. Nothing is run or installed."""

import os
import re
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "findings"
SCRIPTS = sorted(FOLDER.glob("*.sh"))


def test_the_readme_lists_exactly_the_scripts_that_exist():
    listed = re.findall(r"^\| \[(\S+)\]\((\S+)\) \| \S", (FOLDER / "README.md").read_text(encoding="utf-8"), re.M)
    assert listed == [(path.name, path.name) for path in SCRIPTS]
    assert {path.name for path in FOLDER.iterdir()} == {"README.md", *(path.name for path in SCRIPTS)}


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_has_the_stated_header_and_last_line(path):
    header, command, rest = path.read_text(encoding="utf-8").partition("\nset -euo pipefail\n")
    assert command
    assert re.fullmatch(r"#!/usr/bin/env bash\n# Package: \w+==[\d.]+\n# Guess: .+(\n#     .+)*\n# Seen: .+(\n#     .+)*",
                        header)
    assert re.search(r"\n# Matters: .+(\n#     .+)*\n\Z", rest)
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 60


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_installs_only_the_package_of_its_header_in_a_temporary_environment(path):
    text = path.read_text(encoding="utf-8")
    package = re.search(r"^# Package: (.+)$", text, re.M)[1]
    installed = re.findall(r"\bpip\b.* install (.*)$", text, re.M)
    assert [word for line in installed for word in line.split() if not word.startswith("-")] == [package]
    assert "folder=$(mktemp -d)\ntrap 'rm -rf \"$folder\"' EXIT\n" in text
    assert 'diff "$folder/expected" "$folder/seen"\n' in text
    assert "minigrad" not in text


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
@pytest.mark.skipif(os.name == "nt", reason="Windows has no executable bit and may lack bash")
def test_a_script_is_executable_and_bash_can_read_it(path):
    assert os.access(path, os.X_OK)
    subprocess.run(["bash", "-n", str(path)], check=True)
