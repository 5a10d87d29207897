"""Careless calls of every public name: the answer names what was called, and comes soon."""

import collections
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import careless
import pytest

pytestmark = pytest.mark.slow
GOOD_SHARE = 0.97
ENDLESS = re.compile(       # they do what was asked for, which takes long
    r"\.fit\(.*epochs=2 \*\* |adaptive_max_pool3d\(.*99\)")


@pytest.fixture(scope="module")
def answers():
    """The rows of careless.study(), from a process of its own with little memory."""
    done = subprocess.run([sys.executable, careless.__file__, "--json"], capture_output=True, text=True,
                          cwd=Path(careless.__file__).parents[1], env={**os.environ, "OMP_NUM_THREADS": "1"})
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[")]


def test_errors_name_what_was_called(answers):
    counts = collections.Counter(row[0] for row in answers)
    raised = sum(count for kind, count in counts.items() if kind != "accepted")
    assert raised > 50_000
    bad = [row for row in answers if row[0] in ("raw text", "inner name", "no name")]
    assert counts["good"] >= GOOD_SHARE * raised, (counts, bad[::50])


def test_no_error_is_of_a_type_that_says_nothing(answers):
    assert [row for row in answers if row[0] == "forbidden type"] == []


def test_every_careless_call_ends(answers):
    assert [row for row in answers if row[0] == "never ends" and not ENDLESS.search(row[2])] == []
