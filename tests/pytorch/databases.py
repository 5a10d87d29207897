"""PyTorch's database of ops as a test: each of its samples run in both libraries, and their results compared.

    python -m tests.pytorch.databases                   how many ops and samples are right, by dtype and order
    python -m tests.pytorch.databases cov linalg.svd    what differs in these ops

An order is how often a result was differentiated: 0 are the results themselves.
"""

import random
import sys
import types
import warnings
from collections import Counter
from typing import NamedTuple

import numpy as np

import minigrad
from minigrad import Tensor
from minigrad.autograd import to_numpy

# Relative and absolute: what two orders of summation make of samples with elements of size 10. What is
# computed from integers is float32, and rounded relative to its largest number.
TOLERANCES = {"float64": (1e-7, 1e-8), "float32": (2e-3, 2e-4), "complex128": (1e-7, 1e-8),
              "complex64": (2e-3, 2e-4), "float16": (2e-2, 2e-3)}
REFUSALS = (ValueError, TypeError, IndexError, RuntimeError, NotImplementedError, OverflowError)


class Difference(NamedTuple):
    """Where minigrad's result is not PyTorch's."""

    op: str
    sample: object      # PyTorch's SampleInput
    order: int
    what: str

    def __str__(self):
        inputs = (self.sample.input, *self.sample.args)
        shown = [short(each) for each in inputs] + [f"{k}={short(v)}" for k, v in self.sample.kwargs.items()]
        return f"{self.op}({', '.join(shown)}), order {self.order}: {self.what}"


def short(value):
    """A sample's argument in a few characters: a tensor is its dtype and shape."""
    import torch

    if isinstance(value, torch.Tensor):
        return f"{str(value.dtype).removeprefix('torch.')}{tuple(value.shape)}"
    if isinstance(value, (list, tuple)) and any(isinstance(each, torch.Tensor) for each in value):
        return f"[{', '.join(map(short, value))}]"
    return f"{value!r:.60}"


def op_db():
    """PyTorch's database, a list of OpInfo. It lacks expecttest where importing it fails."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from torch.testing._internal.common_methods_invocations import op_db
    return op_db


def full_name(op):
    return f"{op.name}/{op.variant_test_name}" if op.variant_test_name else op.name


def dtypes_of(op):
    """The names of the dtypes that an op takes in PyTorch and that minigrad has."""
    names = [str(dtype).removeprefix("torch.") for dtype in sorted(op.dtypes, key=str)]
    return [name for name in names if name in minigrad.hints.DTYPES]


def named(name):
    """minigrad's function of this name, or its method, which may write in place; None if it has neither."""
    function = minigrad
    for part in name.split("."):
        function = getattr(function, part, None)
    return function if callable(function) else getattr(Tensor, name, getattr(Tensor, name + "_", None))


def seeded(function, *args, **settings):
    """What the database's wrapper of random ops does."""
    minigrad.manual_seed(42)
    return function(*args, **settings)


def in_minigrad(op):
    """The op as a function of minigrad; None if it does not offer the name.

    Where the database has a wrapper around the op, this is that wrapper with minigrad in the place of torch.
    """
    if named(op.name) is None or not isinstance(op.op, types.FunctionType) \
            or not op.op.__module__.startswith("torch.testing."):
        return named(op.name)
    return with_minigrad(op.op)


def with_minigrad(wrapper):
    """A function of the database with minigrad in the place of torch."""
    places = {**wrapper.__globals__, "torch": minigrad, "wrapper_set_seed": seeded}
    function = types.FunctionType(wrapper.__code__, places, wrapper.__name__, wrapper.__defaults__)
    function.__kwdefaults__ = wrapper.__kwdefaults__
    return function


def samples_of(op, dtype, derivatives=True):
    """The op's samples, the same at each call."""
    import torch

    for seed in (torch.manual_seed, np.random.seed, random.seed):
        seed(0)
    of = getattr(torch, dtype)
    wants = derivatives and op.supports_autograd and (of.is_floating_point or of.is_complex)
    return list(op.sample_inputs("cpu", of, requires_grad=wants))


def array_of(tensor):
    """The array of a tensor of PyTorch's; numbers that NumPy lacks in the next wider ones."""
    import torch

    wider = {torch.bfloat16: torch.float32, torch.complex32: torch.complex64}
    tensor = tensor.to(wider.get(tensor.dtype, tensor.dtype))
    return tensor.detach().resolve_conj().resolve_neg().numpy(force=True)


def translated(value, leaves):
    """A sample's argument for minigrad; `leaves` collects pairs of tensors that require a gradient."""
    import torch

    if isinstance(value, torch.Tensor):
        for theirs, ours in leaves:
            if theirs is value:         # given twice
                return ours
        ours = minigrad.tensor(array_of(value).copy())
        if value.requires_grad:
            leaves.append((value, ours.requires_grad_()))
        return ours
    if isinstance(value, torch.Size):
        return minigrad.Size(value)
    if isinstance(value, (list, tuple)):
        return type(value)(translated(each, leaves) for each in value)
    if isinstance(value, dict):
        return {key: translated(each, leaves) for key, each in value.items()}
    if isinstance(value, (torch.dtype, torch.layout, torch.memory_format)):
        return getattr(minigrad, str(value).removeprefix("torch."))
    if isinstance(value, torch.nn.PairwiseDistance):
        return minigrad.nn.PairwiseDistance(value.norm, value.eps, value.keepdim)
    return str(value) if isinstance(value, torch.device) else value


def for_minigrad(sample, leaves):
    return [translated(each, leaves) for each in (sample.input, sample.args, sample.kwargs)]


def flat(results):
    """The tensors and numbers in nested tuples, lists and dictionaries, in one list."""
    if isinstance(results, dict):
        results = list(results.values())
    return [y for each in results for y in flat(each)] if isinstance(results, (list, tuple)) else [results]


def numbers(value):
    """The array of a tensor of either library; other values as they are."""
    if isinstance(value, Tensor):
        return to_numpy(value.detach())
    return array_of(value) if hasattr(value, "resolve_conj") else value


def unlike(ours, theirs, dtype, roughly=1):
    """How two results differ, in words; None if they do not. `roughly` widens the tolerances."""
    ours, theirs = numbers(ours), numbers(theirs)
    if not isinstance(theirs, np.ndarray):
        same = ours == theirs or isinstance(theirs, float) and np.isclose(ours, theirs, equal_nan=True)
        return None if same or str(theirs) == f"torch.{ours}" else f"{ours!r:.60} instead of {theirs!r:.60}"
    if not isinstance(ours, (np.ndarray, np.generic)):
        return f"{ours!r:.60} instead of a tensor"
    for what in ("shape", "dtype"):
        if getattr(ours, what) != getattr(theirs, what):
            return f"{what} {getattr(ours, what)} instead of {getattr(theirs, what)}"
    if dtype == "float64" and theirs.dtype in ("float32", "complex64"):     # what has a dtype of its own
        dtype = str(theirs.dtype)
    rtol, atol = TOLERANCES.get(dtype) or (1e-6, 1e-6 * np.abs(theirs[np.isfinite(theirs)]).max(initial=1))
    if not np.allclose(ours, theirs, rtol * roughly, atol * roughly, equal_nan=True):
        wrong = ~np.isclose(ours, theirs, rtol * roughly, atol * roughly, equal_nan=True)
        return f"{np.sum(wrong)} of {wrong.size} wrong, {ours[wrong][0]} instead of {theirs[wrong][0]}"
    return None


def weighted(results, library, seed):
    """One number that depends on all the results, with a weight of its own for each element."""
    rng, total = np.random.default_rng(seed), 0
    for y in results:
        weights = rng.standard_normal(tuple(y.shape))
        if y.requires_grad:
            total = total + (y * library.tensor(weights, dtype=y.dtype)).sum()
    is_complex = isinstance(total, library.Tensor) and "complex" in str(total.dtype)
    return total.real if is_complex else total


def gradients(results, leaves, library, seed, twice):
    """The gradients of `weighted`, zeros where it does not depend on a leaf."""
    total = weighted(results, library, seed)
    found = [None] * len(leaves)
    if isinstance(total, library.Tensor):
        found = library.autograd.grad(total, leaves, create_graph=twice, allow_unused=True)
    return [library.zeros_like(x) if g is None else g for x, g in zip(leaves, found)]


def plainly(function, *args, **settings):
    return function(*args, **settings)


def for_derivatives(op):
    """What the database does with the arguments of an op before it checks derivatives; `plainly` if nothing.

    It makes a matrix triangular or Hermitian where an op reads only a half of it, and probabilities sum to 1.
    """
    wrapper = op.gradcheck_wrapper
    names = {wrapper.__name__, *wrapper.__code__.co_names}
    return wrapper if any(kind in name for kind in ("triangular", "hermitian", "ctc_loss") for name in names
                          ) else plainly


def compare(op, function, sample, dtype, orders=2, wrapper=plainly):
    """The first (order, what) in which minigrad's `function` differs from PyTorch's op; None if nowhere.

    Nothing is compared where PyTorch itself raises an error: for that dtype, or a derivative that it lacks.
    wrapper: calls both functions.
    """
    import torch

    leaves = []
    try:
        x, args, settings = for_minigrad(sample, leaves)
    except (AttributeError, TypeError, ValueError) as error:
        return 0, f"a sample that minigrad cannot hold: {error}"
    torch.manual_seed(0)
    minigrad.manual_seed(0)
    try:
        theirs = wrapper(op.op, sample.input, *sample.args, **sample.kwargs)
    except Exception:       # whatever it raises, it has no result
        return None
    try:
        ours = (wrapper if wrapper is plainly else with_minigrad(wrapper))(function, x, *args, **settings)
        if sample.output_process_fn_grad is not None:       # leaves out what is arbitrary, such as signs
            ours, theirs = map(sample.output_process_fn_grad, (ours, theirs))
    except Exception as error:
        return 0, told(error)
    ours, theirs = flat(ours), flat(theirs)
    if "empty" in op.name:      # the numbers mean nothing
        ours, theirs = list(map(minigrad.zeros_like, ours)), list(map(torch.zeros_like, theirs))
    if len(ours) != len(theirs):
        return 0, f"{len(ours)} results instead of {len(theirs)}"
    for a, b in zip(ours, theirs):
        if what := unlike(a, b, dtype):
            return 0, what
    return compare_derivatives(ours, theirs, leaves, dtype, orders, op.supports_gradgrad)


def compare_derivatives(ours, theirs, leaves, dtype, orders, twice=True):
    """The first (order, what) in which the gradients of two lists of results differ; None if in none.

    leaves: pairs of PyTorch's tensor and ours. twice: does PyTorch have the second derivative?
    """
    import torch

    their_leaves, our_leaves = [a for a, _ in leaves], [b for _, b in leaves]
    for order in range(1, orders + 1):
        pairs = [(a, b) for a, b in zip(ours, theirs)
                 if isinstance(b, torch.Tensor) and (a.requires_grad or b.requires_grad)]
        if not pairs or order == 2 and not twice:
            return None
        ours, theirs = zip(*pairs)
        if order == 1 and not any(b.requires_grad for b in theirs):
            return 1, "requires a gradient, which PyTorch's result does not"
        try:
            theirs = gradients(theirs, their_leaves, torch, order, order < orders)
        except Exception:
            return None
        try:
            ours = gradients(ours, our_leaves, minigrad, order, order < orders)
        except Exception as error:
            return order, told(error)
        for a, b in zip(ours, theirs):
            if what := unlike(a, b, dtype, roughly=10 ** (order - 1)):
                return order, what
    return None


def told(error):
    return f"{type(error).__name__}: {error}"[:300]


def spread(samples, most):
    """At most `most` of the samples: from the first to the last, at equal distances."""
    count = min(len(samples), most or len(samples))
    return [samples[i * len(samples) // count] for i in range(count)]


def differences(op, dtype, orders=2, most=None):
    """(how many samples of the op were compared in this dtype, their Differences); `most` limits how many."""
    function, samples = in_minigrad(op), spread(samples_of(op, dtype, derivatives=orders > 0), most)
    found, wrapper = [], for_derivatives(op)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for sample in samples:
            difference = None if wrapper is plainly else compare(op, function, sample, dtype, 0)
            if difference := difference or compare(op, function, sample, dtype, orders, wrapper):
                found.append(Difference(full_name(op), sample, *difference))
    return len(samples), found


def accepted_errors(op):
    """Samples that PyTorch refuses and minigrad takes, or refuses with something that is no explanation."""
    function, found = in_minigrad(op), []
    if op.error_inputs_func is None:
        return found
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for each in op.error_inputs("cpu"):
            sample = each.sample_input
            try:
                x, args, settings = for_minigrad(sample, [])
            except (AttributeError, TypeError, ValueError, RuntimeError):
                continue                # sparse tensors, other devices: minigrad cannot be asked
            try:
                op.op(sample.input, *sample.args, **sample.kwargs)
                continue
            except Exception as error:
                refusal = told(error)
            try:
                function(x, *args, **settings)
                found.append(Difference(full_name(op), sample, 0, f"no error; PyTorch: {refusal}"))
            except REFUSALS:
                pass
            except Exception as error:
                found.append(Difference(full_name(op), sample, 0, told(error)))
    return found


def main(names):
    database = op_db()
    offered = [op for op in database if in_minigrad(op)]
    if names:
        for op in (op for op in offered if op.name in names or full_name(op) in names):
            for dtype in dtypes_of(op):
                for each in differences(op, dtype, 2 if dtype in ("float64", "float32") else 0)[1]:
                    print(dtype, each)
            for each in accepted_errors(op):
                print("error input", each)
        return
    print(f"{len({op.name for op in database})} names in PyTorch's database, "
          f"{len({op.name for op in offered})} of them in minigrad")
    print(f"{'dtype':12}{'names':>8}{'right':>8}{'samples':>10}{'right':>8}   wrong in order 0, 1, 2")
    for dtype in minigrad.hints.DTYPES:
        ops = [op for op in offered if dtype in dtypes_of(op)]
        orders = 2 if dtype in ("float64", "float32") else 0
        count, wrong, by_order = 0, set(), Counter()
        for op in ops:
            more, found = differences(op, dtype, orders)
            count += more
            by_order.update(each.order for each in found)
            wrong.update({op.name} if found else ())
        names = {op.name for op in ops}
        print(f"{dtype:12}{len(names):8}{len(names - wrong):8}{count:10}{count - by_order.total():8}   "
              f"{by_order[0]}, {by_order[1]}, {by_order[2]}")


if __name__ == "__main__":
    main(sys.argv[1:])
