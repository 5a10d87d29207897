"""What a row of the table of ops is, how it is run, and when two results are equal."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import minigrad
from minigrad import Tensor
from minigrad.autograd import grad, to_numpy


def plainly(op, *inputs, **settings):
    return op(*inputs, **settings)


def in_a_list(op, *inputs, **settings):
    """How cat and stack are called."""
    return op(list(inputs), **settings)


def equation_first(op, *inputs, equation):
    """How einsum is called."""
    return op(equation, *inputs)


def sizes_apart(op, x, *, sizes):
    """x.reshape(2, 3)."""
    return op(x, *sizes)


def index_behind(op, x, *, index):
    """x[index]."""
    return op(x, index)


@dataclass
class Case:
    """One row.

    inputs      a tuple of sizes: numbers drawn evenly from `domain`; an array: exactly these numbers
    numpy       the formula, of NumPy arrays and the same settings
    settings    keyword arguments; arrays among them become tensors
    domain      the range to draw from: (low, high), or one such pair for each input
    call        how the op takes its inputs
    elementwise True where the inputs may have any shapes that broadcast
    differentiable  False where the results are booleans, integers or constants
    torch       PyTorch's function, or its name; by default the first word of this name; False: it has none
    regular     True where the inputs are matrices that must stay invertible: float32 and float64 only
    """

    name: str
    op: Callable
    inputs: list
    numpy: Callable
    settings: dict = field(default_factory=dict)
    domain: Any = (-1.5, 1.5)
    call: Callable = plainly
    elementwise: bool = False
    differentiable: bool = True
    torch: Any = None
    regular: bool = False

    def arrays(self, dtype="float64"):
        """The inputs as NumPy arrays, floating-point ones in `dtype`."""
        rng = np.random.default_rng(len(self.name))
        domains = self.domain if isinstance(self.domain, list) else [self.domain] * len(self.inputs)
        out = []
        for each, domain in zip(self.inputs, domains):
            array = rng.uniform(*domain, each) if isinstance(each, tuple) else np.array(each)
            out.append(array.astype(dtype) if array.dtype.kind == "f" else array)
        return out

    def run(self, tensors, make, op=None):
        """The results of the op, or of PyTorch's, as a tuple; `make` turns arrays in settings to tensors."""
        settings = {k: make(v) if isinstance(v, np.ndarray) else v for k, v in self.settings.items()}
        return as_tuple(self.call(op or self.op, *tensors, **settings))

    def expected(self, arrays):
        """The formula's results as a tuple of arrays."""
        with np.errstate(all="ignore"):
            return tuple(map(np.asarray, as_tuple(self.numpy(*arrays, **self.settings))))


def as_tuple(results):
    return results if isinstance(results, tuple) else (results,)


def on(device, dtype="float64", requires_grad=False):
    """A function that turns an array into a tensor on `device`; floating-point arrays become `dtype`."""
    def make(array):
        real = array.dtype.kind == "f"
        return minigrad.tensor(array, dtype=dtype if real else None, device=device,
                               requires_grad=requires_grad and real)
    return make


def leaves(case, device, dtype="float64"):
    return [*map(on(device, dtype, case.differentiable), case.arrays())]


def numbers(result):
    return to_numpy(result) if isinstance(result, Tensor) else np.asarray(result)


def assert_close(results, expected, dtype, what="", exact=None):
    """Equal up to 30 roundings (a chain of about ten ops over about ten terms), or up to `exact`.

    Relative to the largest number, since terms of that size may have cancelled. Returns the worst difference.
    """
    worst, exact = 0.0, exact or 30 * np.finfo(dtype).eps
    assert len(results) == len(expected), f"{what} {len(results)} results, {len(expected)} expected"
    for result, right in zip(map(numbers, results), expected):
        assert result.shape == right.shape, f"{what} shape {result.shape}, expected {right.shape}"
        size = np.abs(right[np.isfinite(right)], dtype="f8").max(initial=1)
        np.testing.assert_allclose(result, right, rtol=0, atol=exact * size, err_msg=what)
        finite = np.isfinite(right)
        difference = np.abs(np.subtract(result[finite], right[finite], dtype="f8"))
        worst = max(worst, difference.max(initial=0) / size)
    return worst


def gradients(results, inputs, **settings):
    """The gradients of half the sum of squares of all the results."""
    results = [y for y in results if isinstance(y, Tensor) and y.requires_grad]
    return grad(results, [x for x in inputs if x.requires_grad], [y.detach() for y in results], **settings)


def assert_alone_as_together(f, inputs):
    """An input's gradient, and the gradients of that, are those of the full call where it alone is asked for,
    and where it alone wants one. Returns of how many inputs."""
    wanted = [x for x in inputs if x.requires_grad]

    def both_orders(x, asked, by):
        """The gradient by kernels, the one that can be differentiated, and the gradients of this one."""
        plain, first = (
            dict(zip(map(id, asked), gradients(
                as_tuple(f(*inputs)), asked, create_graph=twice, allow_unused=True)))[id(x)]
            for twice in (False, True))
        found = [plain, first]
        if first is not None:
            found += gradients([first], by, allow_unused=True)
        return [np.zeros(()) if g is None else numbers(g.detach()) for g in found]

    for at, x in enumerate(wanted):
        what = f"input {at} of {len(wanted)}"
        together = both_orders(x, wanted, wanted)
        assert_close(both_orders(x, [x], wanted), together, "float64", what + ", alone asked for:")
        for other in wanted:
            other.requires_grad = other is x
        by_itself = together[:2] + together[2 + at:3 + at]
        assert_close(both_orders(x, [x], [x]), by_itself, "float64", what + ", all others frozen:")
        for other in wanted:
            other.requires_grad = True
    return len(wanted)


CASES = []


def row(*args, **kwargs):
    CASES.append(Case(*args, **kwargs))


# Formulas that several tables share

POSITIVE = (0.2, 1.5)


def at(*points):
    """A formula of Python's math module, elementwise."""
    return np.vectorize(*points, otypes=["f8"])


def logistic(x):
    return 1 / (1 + np.exp(-x))
