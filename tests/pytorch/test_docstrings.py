"""The examples in PyTorch's docstrings give the same in minigrad, but for those of the table."""

import functools
from fnmatch import fnmatch

import numpy as np
import pytest
from pytorch import docstrings

pytestmark = [pytest.mark.torch, pytest.mark.slow]

ROUNDING = "prints whether rounding errors are within a bound, which depends on the number of threads"
DIFFERENT = [       # (patterns of the names, without torch., and the reason); a row that holds no more fails
    ("Tensor.*_indices Tensor.*sparse* Tensor.to_dense narrow_copy sparse_*", "all tensors are dense"),
    ("quantize* fake_quantize*", "there are no quantized numbers"),
    ("conj resolve_conj resolve_neg", "conj() computes its result, where PyTorch sets a flag"),
    ("nn.functional.pad nn.utils.skip_init", "the numbers of an uninitialised tensor mean nothing"),
    ("Generator.seed", "a seed drawn from the operating system"),
    ("Generator.get_state", "a NumPy array: the backend, which draws, lies below tensors"),
    ("cholesky_inverse linalg.solve_triangular fft.hfft2 fft.hfftn", "prints how large rounding errors are"),
    ("linalg.lu_solve", ROUNDING),
    ("linalg.lu", "pivot=False works on the CPU, too, and its P is empty"),
    ("sort", "equal numbers in a sort that is not stable: any order is right"),
    ("Tensor.view", "the bits of a random number whose last place was rounded differently"),
    ("Tensor.dim_order", "prints the message of an error"),
    ("Tensor.grad_dtype", "a gradient has the dtype of its tensor"),
    ("set_default_dtype", "the default dtype is float32 or float64"),
    ("set_default_device", "new tensors lie on the CPU unless device= names another place"),
    ("set_flush_denormal", "NumPy has no such switch"),
    ("is_storage", "there are no storages with a dtype"),
    ("typename", "the name of a class names minigrad"),
    ("Event", "there is nothing to wait for on the CPU"),
    ("nn.Fold nn.Unfold optim.lr_scheduler.CyclicLR optim.lr_scheduler.OneCycleLR",
     "an ellipsis in the place of an argument; minigrad checks it at once"),
    ("nn.utils.rnn.unpad_sequence", "PyTorch's transposes its argument in place"),
    ("func.functionalize", "there is no tracing"),
    ("distributions.LKJCholesky", "PyTorch draws from other beta distributions than the paper's"),
    ("distributions.Wishart", "PyTorch takes what is not singular for singular, and draws again"),
    ("utils.data.IterableDataset", "one worker reads an iterable data set"),
]


def covered(name, patterns):
    return any(fnmatch(name.removeprefix("torch."), each) for each in patterns)


@functools.cache
def found():
    """{address: how it differs, or None}."""
    return {name: docstrings.difference(*pair) for name, pair in docstrings.both().items()}


def test_an_example_gives_what_it_gives_in_pytorch(torch):
    explained = [each for patterns, _ in DIFFERENT for each in patterns.split()]
    wrong = [f"{name}  {what}" for name, what in found().items()
             if what and not covered(name, explained)]
    assert not wrong, "\n".join(wrong)
    assert len(found()) > 750 and sum(what is None for what in found().values()) >= 715


def test_each_pattern_of_the_table_covers_an_example_that_differs(torch):
    idle = [each for patterns, reason in DIFFERENT for each in patterns.split()
            if reason != ROUNDING
            and not any(what and covered(name, [each]) for name, what in found().items())]
    assert not idle


def run(*lines):
    import torch

    return docstrings.play(torch, "torch.example", lines)


@pytest.mark.parametrize("theirs, ours, what", [
    (["torch.ones(2)"], ["torch.ones(2) * (1 + 1e-6)"], None),
    (["torch.ones(2)"], ["torch.ones(2) * 1.1"], "instead of"),
    (["torch.ones(2)"], ["torch.ones(2).double()"], "dtype float64 instead of float32"),
    (["torch.ones(2)"], ["torch.ones(1, 2)"], "shape (1, 2) instead of (2,)"),
    (["torch.ones(2)"], ["torch.ones(2, requires_grad=True)"], "requires_grad True instead of False"),
    (["(torch.ones(2), 1)"], ["(torch.ones(2), 2)"], "[1] 2 instead of 1"),
    (["torch.ones(2)"], ["torch.one(2)"], "AttributeError"),
    (["torch.one(2)"], ["torch.ones(2)"], None),
    (["print(torch.ones(2))"], ["print(1)"], "printed"),
    (["x = torch.ones(2)"], ["x = torch.zeros(2)"], "x: array"),
    (["torch.empty(2)"], ["torch.empty(2)"], None),
    (["torch.empty(2)"], ["torch.empty(3)"], "shape"),
])
def test_the_comparison_finds(torch, theirs, ours, what):
    difference = docstrings.difference(run(*theirs), run(*ours))
    assert difference is None if what is None else what in difference


def test_statements_are_found_in_any_docstring():
    assert docstrings.statements("Text\n\n>>> x = 1\n>>> x\n1\n") == ["x = 1\n", "x\n"]
    crooked = "\n    >>> for i in x:\n    ...     print(i)\n   >>>y = 2\n"
    assert docstrings.statements(crooked) == ["for i in x:\n    print(i)\n", "y = 2\n"]
    assert np.isclose(docstrings.play(__import__("torch"), "torch.x", ["math.pi"])[0][0].value, np.pi)
