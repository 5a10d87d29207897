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
    r"\.fit\(.*epochs=2 \*\* |adaptive_max_pool3d\(.*99\)|conv3d\(.*padding=99\)|"
    r"models\.\w+\(.*(layers|n|longest)=2 \*\* |models\.generate\(.*, 2 \*\* ")


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


LENIENT = {     # what PyTorch says -> why minigrad takes the call
    r"must be (a )?Tensor,? not|cannot assign '\w+' object to buffer|expected .*Tensor.* but got|"
    r"has no attribute|implementing __torch_function__|must be a Tensor|an iterable of Tensors|"
    r"element \d of tensors":
        "a number or a NumPy array may stand for a tensor",
    r"must be bool|should be of type bool|Boolean value of Tensor|truth value of an array|boolean value|"
    r"Need attn_mask|missing 1 required positional arguments: \"dim\"":
        "a switch by name may be 0 or 1, and one that decides nothing is not looked at",
    r"Overflow|too big|too large|out of range|cannot fit": "Python's integers have no limit",
    r"invalid combination of arguments": "overloads are PyTorch's; here each argument stands alone",
    r"must be torch\.(dtype|device|Generator)|accelerator|CUDA|layout|memory_format":
        "a dtype, a device and a generator may be written in NumPy's and Python's ways",
    r"must be (int|float|Number|str|tuple)|tuple of ints|as an integer|can't be cast|same dtype|"
    r"expected dtype|not implemented for|not supported|floating point|result type|dtype of long|only supp":
        "dtypes meet as numbers do: integers and booleans become floats, also in products and activations",
}


@pytest.mark.torch
def test_nearly_every_call_that_only_pytorch_refuses_has_a_reason(torch):
    done = subprocess.run([sys.executable, careless.__file__, "--json", "--torch"], capture_output=True,
                          text=True, cwd=Path(careless.__file__).parents[1])
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[")]
    refused = [row for row in rows if row[0] == "only PyTorch refuses"]
    unexplained = [row for row in refused if not any(re.search(each, row[3]) for each in LENIENT)]
    assert len(rows) > 70_000 and len(unexplained) < 0.01 * len(rows), unexplained[::20]
