"""The examples in PyTorch's docstrings as a test: each run in both libraries, and their results compared.

    python -m tests.pytorch.docstrings                  which examples differ
    python -m tests.pytorch.docstrings roll Linear      those of these names, statement by statement

An example is a list of statements. Both libraries run all of them with the same seeds; what a statement gives
or prints is compared where PyTorch runs it without an error, and at the end the variables.
"""

import ast
import contextlib
import doctest
import importlib
import inspect
import io
import itertools
import math
import os
import pickle
import random
import subprocess
import sys
import tempfile
import textwrap
import warnings
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

ROOT = Path(__file__).parents[2]
PACKAGES = """Tensor . nn nn.functional nn.init nn.utils nn.utils.rnn nn.utils.parametrize
    nn.utils.parametrizations optim
    optim.lr_scheduler optim.swa_utils linalg special fft func distributions utils.data signal.windows
    masked autograd autograd.functional amp""".split()


class Statement(NamedTuple):
    """What became of one statement: its value, or an error instead of one."""

    source: str
    value: Any
    printed: str
    error: str | None = None


# The examples


def examples():
    """{address: statements} of every docstring with an example, from the installed PyTorch."""
    found, seen = {}, set()
    for package in PACKAGES:
        address = "torch" if package == "." else f"torch.{package}"
        home = importlib.import_module(address.removesuffix(".Tensor"))
        home = home.Tensor if package == "Tensor" else home
        for name, value in documented(home, address):
            text = getattr(value, "__doc__", None)
            if isinstance(text, str) and ">>>" in text and text not in seen:
                seen.add(text)
                found[name] = statements(text)
    return found


def documented(home, address):
    """The (address, value) of the public names of a package, and of the methods of its classes."""
    for name in dir(home):
        value = getattr(home, name, None)
        old_kind = inspect.isclass(value) and name.endswith("Tensor")
        if (name.startswith("_") and not name.startswith("__")) or inspect.ismodule(value) or old_kind:
            continue
        yield f"{address}.{name}", value
        if inspect.isclass(value) and not inspect.isclass(home):
            for method, function in vars(value).items():
                if not method.startswith("_") and callable(function):
                    yield f"{address}.{name}.{method}", function


def statements(text):
    """The statements of a docstring."""
    try:
        return [each.source for each in doctest.DocTestParser().get_examples(textwrap.dedent(text))]
    except ValueError:                      # it is not indented as doctest demands
        found = []
        for line in map(str.strip, text.splitlines()):
            if line.startswith(">>>"):
                found.append(line[3:].removeprefix(" ") + "\n")
            elif line.startswith("...") and found:
                found[-1] += line[3:].removeprefix(" ") + "\n"
        return found


# Running them


def names_given(torch, address):
    """The names that the examples of a docstring take for granted."""
    given = {"torch": torch, "nn": torch.nn, "F": torch.nn.functional, "np": np, "numpy": np, "math": math,
             "itertools": itertools, "tensor": torch.tensor, "__name__": "__example__"}
    homes = {"nn.utils": "nn.utils nn.utils.parametrizations", "distributions": "distributions",
             "utils.data": "utils.data", "optim": "optim.lr_scheduler optim.swa_utils", "func.": "func"}
    for part, packages in homes.items():
        for package in packages.split() if part in address else ():
            home = importlib.import_module(f"torch.{package}")
            given.update({name: getattr(home, name) for name in getattr(home, "__all__", dir(home))
                          if not name.startswith("_") and name not in given and hasattr(home, name)
                          and not inspect.ismodule(getattr(home, name))})
    if "optim" in address:
        model, x, y = torch.nn.Linear(3, 1), torch.randn(5, 3), torch.randn(5, 1)
        given.update(model=model, input=x, target=y, loss_fn=torch.nn.MSELoss(), loader=[(x, y)] * 2,
                     dataset=[(x, y)] * 2, optimizer=torch.optim.SGD(model.parameters(), lr=0.05),
                     train=lambda *args: None, validate=lambda *args: 1.0)
    return given


def play(torch, address, sources):
    """([Statement], variables) of one example."""
    for reset in (lambda: torch.set_default_dtype(torch.float32), lambda: torch.set_default_device(None),
                  lambda: torch.set_grad_enabled(True)):
        with contextlib.suppress(Exception):
            reset()
    for seed in (torch.manual_seed, np.random.seed, random.seed):
        seed(0)
    names, found = names_given(torch, address), []
    given = {*names}
    torch.manual_seed(0)
    for source in sources:
        printed, value, error = io.StringIO(), None, None
        try:
            with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
                value = run(source, names)
        except Exception as raised:
            error = f"{type(raised).__name__}: {raised}"[:300]
        found.append(Statement(source, plain(value, torch), printed.getvalue(), error))
    own = {name: plain(value, torch) for name, value in names.items()
           if name not in given and not name.startswith("_") and not inspect.ismodule(value)}
    return found, own


def run(source, names):
    """Run a statement; return the value of its last expression."""
    tree = ast.parse(source)
    if not tree.body or not isinstance(tree.body[-1], ast.Expr):
        return exec(compile(tree, "<example>", "exec"), names)
    *before, last = tree.body
    exec(compile(ast.Module(before, []), "<example>", "exec"), names)
    return eval(compile(ast.Expression(last.value), "<example>", "eval"), names)


def plain(value, torch, depth=0):
    """A value without its library: tensors become arrays, and what cannot be compared a word."""
    if isinstance(value, torch.Tensor):
        try:
            x = value.detach().resolve_conj().resolve_neg()
            if str(x.dtype).endswith("bfloat16"):
                x = x.float()
            return {"dtype": str(x.dtype).split(".")[-1], "requires_grad": value.requires_grad,
                    "array": np.array(x.cpu().numpy())}
        except Exception:
            return "a tensor without numbers"
    if isinstance(value, (list, tuple)):
        return [plain(each, torch, depth + 1) for each in value] if depth < 5 else "..."
    if isinstance(value, dict):
        return {"items": [plain([*each], torch, depth + 1) for each in value.items()]} if depth < 5 else "..."
    if type(value).__name__.lower() == "device" or "dtype" in type(value).__name__.lower():
        return f"{value}".split(".")[-1]
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, (bool, int, float, complex, str, bytes, type(None), np.ndarray)):
        return value
    return "an object"


def main_of_one_library(library, given, to):
    """Run the pickled examples `given` in one library; pickle the results into the file `to`."""
    warnings.simplefilter("ignore")
    if library == "minigrad":
        import minigrad
        minigrad.as_torch()
    import torch
    results = {}
    for address, sources in pickle.loads(Path(given).read_bytes()).items():
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            found, variables = play(torch, address, sources)
            results[address] = [*map(tuple, found)], variables      # the other process has another Statement
            os.chdir(ROOT)
    Path(to).write_bytes(pickle.dumps(results))


# Comparing


def both(pick=lambda address: True):
    """{address: (PyTorch's, minigrad's)} of the examples picked that run in PyTorch."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}

    def other(library, given, to):
        subprocess.run([sys.executable, __file__, library, str(given), str(to)], check=True, env=environment,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return {name: ([Statement(*each) for each in found], variables)
                for name, (found, variables) in pickle.loads(Path(to).read_bytes()).items()}

    with tempfile.TemporaryDirectory() as folder:
        wanted, files = Path(folder, "wanted"), [Path(folder, name) for name in ("torch", "minigrad")]
        wanted.write_bytes(pickle.dumps({name: each for name, each in examples().items() if pick(name)}))
        theirs, ours = (other(library, wanted, to) for library, to in zip(("torch", "minigrad"), files))
    return {name: (theirs[name], ours[name]) for name in theirs
            if any(each.error is None and "(" in each.source for each in theirs[name][0])}


def difference(theirs, ours):
    """How minigrad's run of an example differs from PyTorch's, in words; None if it does not."""
    made_empty = [each.source for each in theirs[0] if "empty" in each.source]
    for a, b in zip(theirs[0], ours[0]):
        if a.error:
            continue
        is_empty = "empty" in a.source or any(each.startswith(f"{a.source.strip()} =") for each in made_empty)
        said = a.source.strip()[:80]
        if b.error:
            return f"{said}: {b.error}"
        if what := unlike(a.value, b.value, arbitrary(is_empty)):
            return f"{said}: {what}"
        if a.printed != b.printed:
            return f"{said}: printed {b.printed[:100]!r} instead of {a.printed[:100]!r}"
    if any(each.error for each in theirs[0]):
        return None
    for name, value in theirs[1].items():
        is_empty = any(name in each for each in made_empty)
        if what := unlike(value, ours[1].get(name, "nothing"), arbitrary(is_empty)):
            return f"{name}: {what}"
    return None


def arbitrary(empty):
    """Tolerances: none holds where the numbers are those that memory happened to hold."""
    return (math.inf, math.inf) if empty else (1e-3, 1e-4)


def unlike(a, b, tolerance):
    """How two plain values differ, in words; None if they do not."""
    if isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys():
        return next((f"{key} {what}" for key in a if (what := unlike(a[key], b[key], tolerance))), None)
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        return next((f"[{i}] {what}" for i, (c, d) in enumerate(zip(a, b))
                     if (what := unlike(c, d, tolerance))), None)
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        if a.shape != b.shape:
            return f"shape {b.shape} instead of {a.shape}"
        with np.errstate(all="ignore"):
            same = math.inf in tolerance or np.allclose(
                b.astype("c16"), a.astype("c16"), *tolerance, equal_nan=True)
        return None if same else f"{b.ravel()[:4]} instead of {a.ravel()[:4]}"
    if isinstance(a, (float, complex)) and isinstance(b, (int, float, complex)):
        return None if np.isclose(b, a, 1e-3, 1e-4, equal_nan=True) else f"{b} instead of {a}"
    return None if type(a) is type(b) and a == b else f"{str(b)[:100]} instead of {str(a)[:100]}"


def main(names):
    found = both(lambda address: not names or any(name in address for name in names))
    differ = {name: what for name, pair in found.items() if (what := difference(*pair))}
    for name, (theirs, ours) in found.items() if names else ():
        for a, b in zip(theirs[0], ours[0]):
            print(f"{name}  {a.source.strip()}")
            print(f"  PyTorch   {a.error or a.value}\n  minigrad  {b.error or b.value}")
    for name, what in differ.items():
        print(f"{name}  {what}")
    print(f"{len(found)} examples run in PyTorch, {len(found) - len(differ)} give the same in minigrad")


if __name__ == "__main__":
    if sys.argv[1:2] in (["torch"], ["minigrad"]):
        main_of_one_library(*sys.argv[1:4])
    else:
        main(sys.argv[1:])
