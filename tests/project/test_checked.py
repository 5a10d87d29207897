"""The page docs/checked.md is up to date, and an incomplete run does not write it."""

import subprocess
import sys

import numpy as np
import pytest
from checked import COMMAND, PAGE, Checked, expected, shortcomings

from minigrad import primitive, tensor


def test_the_page_has_a_line_for_everything_that_is_checked(request):
    if request.config.getoption("--write-checked"):
        pytest.skip("the page is being written")
    trouble = shortcomings(PAGE.read_text(encoding="utf-8"))
    assert not trouble, f"docs/checked.md is out of date; run {COMMAND}\n" + "\n".join(trouble)


def test_an_op_that_is_new_gone_or_unchecked_is_named():
    page = PAGE.read_text(encoding="utf-8")
    line = next(line for line in page.splitlines() if line.startswith("| `exp` |"))
    assert "Ops: no line for exp" in shortcomings(page.replace(line + "\n", ""))
    renamed = page.replace("| `exp` |", "| `expo` |")
    assert "Ops: a line for expo, which does not exist" in shortcomings(renamed)
    cells = line.split("|")
    emptied = page.replace(line, "|".join([*cells[:9], " – ", *cells[10:]]))
    assert "Ops: exp has no value under order 1" in shortcomings(emptied)


def test_the_recorded_error_is_the_worst_of_the_checks_that_ran():
    @primitive
    def nearly(xp, x):
        return x * x * x
    nearly.defvjp(lambda g, x: g * (x * x * (3 + 1e-8)))        # a wrong rule, just within the tolerance
    notes, x = Checked(write=False), tensor(np.array([0.5, 2.0]), requires_grad=True)
    notes.derivatives("Ops", "nearly", nearly, [x])
    notes.derivatives("Ops", "nearly", nearly, [x * 0.1])
    line = notes.notes["Ops"]["nearly"]
    assert line["elements"] == 2 * (2 + 4)        # of x; of x and of the weights
    assert line["order 1"] == pytest.approx(1e-8 * 4 * 1.4 / 13, rel=0.5)


@pytest.mark.torch
def test_an_incomplete_page_is_not_written():
    before = PAGE.read_bytes()
    run = subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider",
                          "--write-checked", "-k", "causal",
                          "tests/ops/test_kernels.py::test_a_kernel_runs_and_equals_its_definition"],
                         cwd=PAGE.parents[1], capture_output=True, text=True)
    assert run.returncode == 1 and PAGE.read_bytes() == before
    for reason in ("docs/checked.md was not written", "the run did not include test_nn_tables.py",
                   "the run selected individual tests", "tests that the page needs"):
        assert reason in run.stdout


def test_what_must_be_shown_is_not_nothing():
    assert all(expected().values())
