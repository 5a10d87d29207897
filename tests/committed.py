"""The project's own files as git's index has them, i.e. as of the last commit or `git add`.

A reader who runs the notebooks, solves their exercises or adds others changes files in the clone. The changes
are not the project's: no test of the project's files should see them.
"""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def names():
    """The paths of all files, relative to the project's folder."""
    listed = git("ls-files").decode("utf-8").splitlines()
    if "setup.cfg" not in listed:
        pytest.skip(WITHOUT_GIT)
    return listed


def content(name):
    """The bytes of a file."""
    return git("show", f":./{name}")


WITHOUT_GIT = "needs the project's git repository, to tell its own files from others"


def git(*arguments):
    try:
        return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip(WITHOUT_GIT)
