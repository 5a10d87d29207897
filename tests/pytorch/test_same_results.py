"""Calls with PyTorch's less common arguments, 0-d and empty tensors: each gives PyTorch's result."""

import numpy as np
import pytest

import minigrad

pytestmark = pytest.mark.torch

SETUP = """
inf, nan = float('inf'), float('nan')
ints = lambda *n: lib.tensor(n)
floats = lambda *n: lib.tensor([float(each) for each in n])
one, x, m = lib.tensor(2.5), lib.arange(6.0), lib.arange(12.0).reshape(3, 4)
"""

PLACES = """
lib.nonzero(one, as_tuple=True)
lib.nonzero(lib.tensor(0), as_tuple=True)
lib.nonzero_static(ints(0, 1, 1), size=4)
lib.nonzero_static(m, size=2, fill_value=7)
lib.unique(ints(3, 1, 3).reshape(1, 3), dim=1, return_inverse=True, return_counts=True)
lib.unique(lib.tensor([[1, 2], [0, 5], [1, 2]]), dim=0)
lib.unique(lib.zeros(0, 3), dim=0, return_inverse=True, return_counts=True)
lib.unique(one, return_inverse=True, return_counts=True)
lib.unique(floats(nan, nan))
m.unique(dim=-1, return_counts=True)
lib.searchsorted(ints(1, 3, 5), ints(3, 4), side='right', out_int32=True)
lib.searchsorted(lib.tensor([[1, 3], [2, 9]]), lib.tensor([[3, 0, 4], [3, 9, 10]]))
lib.searchsorted(ints(5, 1, 3), ints(3, 6), sorter=ints(1, 2, 0))
lib.searchsorted(ints(1, 2, 3), 2)
lib.searchsorted(sorted_sequence=x, input=one, right=True)
lib.bucketize(ints(1, 2), ints(1, 2), out_int32=True, right=True)
lib.gather(one, 0, ints(0))
lib.gather(x, 0, lib.tensor(3))
lib.gather(m, 1, lib.zeros(0, dtype=lib.int64))
lib.index_select(one, 0, ints(0))
lib.index_add(one, 0, ints(0), lib.tensor(1.0), alpha=2)
lib.index_copy(one, 0, lib.tensor(0), floats(7))
lib.index_reduce(one, 0, ints(0), lib.tensor(2.0), 'prod')
lib.scatter(one, 0, ints(0), floats(7))
lib.scatter(x, 0, lib.tensor(1), lib.tensor(7.0))
lib.scatter_add(one, 0, ints(0), floats(7))
lib.take_along_dim(ints(5, 6, 7), ints(-1, 0, -3), 0)
lib.take_along_dim(m, ints(-1, 1).reshape(1, 2), dim=1)
one.unfold(0, 1, 1)
one.unfold(0, 0, 1)
x.unfold(0, 0, 2)
lib.cat([lib.zeros(0), lib.ones(2, 2)], 1)
lib.cat([lib.zeros(0, dtype=lib.float64), lib.ones(2, 2)], 1)
lib.cat([lib.zeros(0), lib.zeros(0)])
lib.meshgrid(one, floats(1, 2), indexing='xy')
lib.repeat_interleave(ints(2, 0, 1))
lib.repeat_interleave(ints(5, 6), ints(1, 2), output_size=3)
lib.nn.functional.pad(m.reshape(1, 3, 4), (-2, 3), mode='replicate')
lib.nn.functional.pad(m.reshape(1, 3, 4), (-1, 2), mode='circular')
lib.nn.functional.pad(m.reshape(1, 3, 4), (2, -1), mode='reflect')
lib.nn.functional.pad(m, (2, -1, -1, 1), value=9)
lib.diff(x, prepend=floats(9), append=floats(1, 2))
lib.diff(x, n=0, prepend=x)
lib.diff(x, n=9)
lib.diff(lib.zeros(3, 0, 3), dim=1)
lib.gradient(x * x, spacing=None)
lib.tensordot(lib.ones(1, 1, 1), lib.ones(2, 1, 2), dims=([0, 1], [2, 0]))
lib.einsum(m, [0, 1], m, [2, 1], [0, 2])
lib.einsum(m, [..., 0], x[:4], [0])
lib.cdist(m, m, 2.0, 'donot_use_mm_for_euclid_dist')
"""


def rows(text):
    return list(text.strip().splitlines())


def plainly(value):
    """A result as types, dtypes, shapes and lists of numbers, which compare across libraries."""
    if isinstance(value, (tuple, list)):
        return [plainly(each) for each in value]
    if not hasattr(value, "dtype"):
        return value
    array = value.detach().numpy()
    return str(array.dtype), array.shape, np.where(np.isnan(array), "nan", np.round(array, 5) + 0).tolist()


def outcome(program, lib):
    names = {"lib": lib}
    exec(SETUP, names)
    *statements, last = program.split("; ")
    exec("; ".join(statements), names)
    return plainly(eval(last, names))


@pytest.mark.filterwarnings("ignore::UserWarning:torch", "ignore:index_reduce")
@pytest.mark.parametrize("program", rows(PLACES))
def test_a_call_gives_the_result_of_pytorch(program, torch):
    assert outcome(program, minigrad) == outcome(program, torch)
