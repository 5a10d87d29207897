"""Lesson 15: the student's code in minigrad's convolution and attention, and the emulator of the notebook."""

import inspect
import re
from pathlib import Path

import lesson15_answers
import numpy as np
import pytest

from minigrad.course import lesson15
from minigrad.course.lessons import exercise
from minigrad.ops.images.convolution import convolve
from minigrad.ops.layers.attention import attend

NOTEBOOK = Path(__file__).parents[2] / "notebooks/15_fast_or_slow.py"


@pytest.mark.slow
@pytest.mark.parametrize("number, op, wrong", [
    ("15.4", convolve, lesson15.transposed_patches), ("15.5", attend, lesson15.keeps_the_old_sum)])
def test_the_student_s_code_runs_inside_minigrad_s_op_and_trains_a_network(number, op, wrong, capsys):
    asked, own = exercise(number), op.kernels[np.ndarray]
    for answer in (asked.solution, lesson15_answers.ALSO_RIGHT[number][0]):
        asked.then(answer)
        printed = capsys.readouterr().out
        assert float(re.search(r"stay the same, to ([\d.e-]+) of the largest", printed)[1]) < 1e-4
        assert float(re.search(r": ([\d.]+)% of 500 unseen digits", printed)[1]) > 70
    with pytest.raises(ValueError, match="gradients differ by"):
        asked.then(wrong)
    assert op.kernels[np.ndarray] == own


@pytest.mark.parametrize("part", [
    lesson15.Race, lesson15.Stuck, lesson15.Thread, lesson15.checked, lesson15.Memory, lesson15.Shared,
    lesson15.launch])
def test_the_notebook_shows_the_emulator_that_grades(part):
    assert inspect.getsource(part) in NOTEBOOK.read_text(encoding="utf-8")


def test_the_emulator_counts_the_lines_that_a_warp_touches_at_once():
    def neighbours(t, x, y):
        i = t.block * t.width + t.thread
        y[i] = x[i]

    def strangers(t, x, y):
        i = t.thread * t.blocks + t.block
        y[i] = x[i]

    counts = []
    for kernel in (neighbours, strangers):
        x, y = lesson15.Memory(range(2048)), lesson15.Memory(np.zeros(2048))
        lesson15.launch(kernel, 32, 64, x, y)
        assert y.values.tolist() == x.values.tolist() and x.accesses == 2048
        counts.append(x.transactions)
    assert counts == [64, 2048]


@pytest.mark.parametrize("kernel, error, words", [
    (lambda t, x: x[len(x)], IndexError, "thread [0-3] of block 0 uses element 4 of an array, which has 4"),
    (lambda t, x: x[-1], IndexError, "uses element -1"),
    (lambda t, x: x[0.5], TypeError, "cannot be interpreted as an integer"),
    (lambda t, x: t.shared[4], IndexError, "element 4 of the shared memory, which has 4"),
    (lambda t, x: t.shared[0], lesson15.Race, r"reads shared\[0\], which nobody has written"),
    (lambda t, x: t.shared.__setitem__(0, 1.0), lesson15.Race, r"writes shared\[0\], which thread"),
    (lesson15.barrier_for_some, lesson15.Stuck, "only 1 of 4 threads reach the barrier")])
def test_the_emulator_names_what_is_wrong(kernel, error, words):
    arrays = [lesson15.Memory(range(4)) for _ in range(2 if kernel is lesson15.barrier_for_some else 1)]
    with pytest.raises(error, match=words):
        lesson15.launch(kernel, 1, 4, *arrays)


def test_one_thread_reads_what_another_writes_is_a_race_whichever_comes_first():
    def kernel(t, racing, came):
        t.shared[t.thread] = 0.0
        yield
        if t.block == racing:
            came.append(t.thread)
            if t.thread == 0:
                t.shared[1]
            else:
                t.shared[1] = 5.0

    first = set()
    for racing in range(8):         # each block has its own order of threads
        came = []
        with pytest.raises(lesson15.Race):
            lesson15.launch(kernel, 8, 2, racing, came)
        first.add(came[0])
    assert first == {0, 1}
    lesson15.launch(kernel, 8, 2, None, [])
