"""Whole programs of PyTorch print the same under the import hook, digit for digit.

printing/ holds them: each trains a small model in the style of public programs and prints what it finds.
"""

import functools
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRINTING = Path(__file__).parent / "printing"
NAMES = sorted(path.stem for path in PRINTING.glob("*.py"))
RUN = """
import contextlib, io, json, runpy, sys, warnings
warnings.simplefilter("ignore")
if sys.argv[1] == "minigrad":
    import minigrad
    minigrad.as_torch()
import torch
torch.set_num_threads(1)
printed = {}
for path in sys.argv[2:]:
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        runpy.run_path(path, run_name="__main__")
    printed[path] = text.getvalue()
print(json.dumps(printed))
"""


@functools.cache
def printed():
    """What each program prints, with PyTorch and with minigrad."""
    paths = [str(PRINTING / f"{name}.py") for name in NAMES]
    texts = {}
    for library in ("torch", "minigrad"):
        done = subprocess.run([sys.executable, "-c", RUN, library, *paths], capture_output=True, text=True,
                              env={**os.environ, "PYTHONPATH": str(ROOT)})
        assert done.returncode == 0, done.stderr
        texts[library] = json.loads(done.stdout)
    return texts


@pytest.mark.torch
@pytest.mark.parametrize("name", NAMES)
def test_a_program_prints_what_it_prints_with_pytorch(name, torch):
    path = str(PRINTING / f"{name}.py")
    texts = printed()
    assert texts["torch"][path].count("\n") > 3
    assert texts["minigrad"][path] == texts["torch"][path]
