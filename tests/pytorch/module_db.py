"""PyTorch's database of modules as a test: each of its samples made and called in both libraries.

    python -m tests.pytorch.module_db                       how many modules and samples are right
    python -m tests.pytorch.module_db Conv2d CTCLoss        what differs in these modules

A sample is compared in this order: its repr, the names, shapes and initial values of its state_dict, its
results (order 0), the state_dict after them, and the gradients of its inputs and parameters (orders 1 and 2).
"""

import dataclasses
import random
import sys
import warnings
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

import minigrad

if __package__ == "tests.pytorch":
    from tests.pytorch import databases
else:
    from pytorch import databases

DTYPES = ("float64", "float32")
PHASES = ("made", 0, 1, 2)      # where a sample differs: in what its constructor makes, or in an order


class Row(NamedTuple):
    """Samples of a module that differ in an order, and why; test_module_db.py fails for one that does not."""

    module: str
    samples: Callable
    order: int
    reason: str

    def covers(self, difference):
        here = (difference.module, difference.order)
        return here == (self.module, self.order) and self.samples(difference.sample)


def divided(sample):
    return sample.constructor_input.kwargs.get("options") is not None


ROWS = [
    Row("CTCLoss", lambda sample: True, 1,
        "PyTorch adds to the gradient of log_probs what log_softmax, where they come from, takes away again"),
    Row("LinearCrossEntropyLoss", divided, 2,
        "PyTorch has no second derivative where it is divided into chunks, and gives 0"),
]


class Difference(NamedTuple):
    """Where a module of minigrad's is not PyTorch's."""

    module: str
    sample: object      # PyTorch's ModuleInput
    training: bool
    order: object       # one of PHASES
    what: str

    def __str__(self):
        made, given = (told(each) for each in (self.sample.constructor_input, self.sample.forward_input))
        mode = "train" if self.training else "eval"
        return f"{self.module}({made})({given}), {mode}, order {self.order}: {self.what}"


def told(function_input):
    """The arguments of a FunctionInput in a few characters."""
    if function_input is None:
        return ""
    short = databases.short
    return ", ".join([*map(short, function_input.args),
                      *(f"{name}={short(value)}" for name, value in function_input.kwargs.items())])


def module_db():
    """PyTorch's database, a list of ModuleInfo. It lacks expecttest where importing it fails."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from torch.testing._internal.common_modules import module_db
    return module_db


def name_of(info):
    return info.module_cls.__name__


def is_of_nn(info):
    """Is it one of torch.nn's modules? The others are those of quantised numbers."""
    return info.module_cls.__module__.startswith("torch.nn.")


def offered(database):
    return [info for info in database if is_of_nn(info) and hasattr(minigrad.nn, name_of(info))]


def dtypes_of(info):
    return [dtype for dtype in DTYPES if dtype in {str(each).removeprefix("torch.") for each in info.dtypes}]


def modes_of(info):
    """The modes that make a difference: training or not."""
    return (True, False) if info.train_and_eval_differ else (True,)


def samples_of(info, dtype, training, function):
    """The info's samples by its function of that name, the same at each call."""
    import torch

    for seed in (torch.manual_seed, np.random.seed, random.seed):
        seed(0)
    of = getattr(torch, dtype)
    return list(function(info, device="cpu", dtype=of, requires_grad=True, training=training))


def translated(value, leaves):
    """An argument for minigrad: modules, functions and packed sequences too."""
    import torch

    if isinstance(value, torch.nn.Module):
        return of_class(value)
    if isinstance(value, torch.nn.LinearCrossEntropyOptions):
        return minigrad.nn.LinearCrossEntropyOptions(**{
            each.name: translated(getattr(value, each.name), leaves) for each in dataclasses.fields(value)})
    if isinstance(value, torch.nn.utils.rnn.PackedSequence):
        parts = [translated(part, leaves) for part in value]
        return minigrad.nn.utils.rnn.PackedSequence(*parts)
    if callable(value) and getattr(value, "__module__", "") in ("torch.nn.functional", "torch._C._nn"):
        return getattr(minigrad.nn.functional, value.__name__)
    if type(value) in (list, tuple):
        return type(value)(translated(each, leaves) for each in value)
    return databases.translated(value, leaves)


def of_class(module):
    """minigrad's module of the same settings and weights; only what the database gives to constructors."""
    layer = module.self_attn
    ours = getattr(minigrad.nn, type(module).__name__)(
        layer.embed_dim, layer.num_heads, module.linear1.out_features, module.dropout.p,
        getattr(minigrad.nn.functional, module.activation.__name__), module.norm1.eps, layer.batch_first,
        module.norm_first, module.linear1.bias is not None,
        dtype=translated(module.linear1.weight.dtype, []))
    ours.load_state_dict({name: value.numpy() for name, value in module.state_dict().items()})
    return ours


def call(function, function_input, translate=lambda value: value):
    args = [translate(each) for each in function_input.args]
    return function(*args, **{name: translate(each) for name, each in function_input.kwargs.items()})


def seeded(library, function, *args):
    library.manual_seed(0)
    return function(*args)


def make(info, sample, dtype, training, leaves):
    """Both modules of a sample: (PyTorch's, ours). Weights have the sample's dtype."""
    import torch

    theirs = seeded(torch, call, info.module_cls, sample.constructor_input)
    theirs = theirs.to(getattr(torch, dtype)).train(training)
    ours = seeded(minigrad, call, getattr(minigrad.nn, name_of(info)), sample.constructor_input,
                  lambda value: translated(value, leaves))
    return theirs, ours.to(getattr(minigrad, dtype)).train(training)


def compare_state(ours, theirs, dtype):
    """How two state_dicts differ, in words; None if they do not."""
    ours, theirs = ours.state_dict(), theirs.state_dict()
    if list(ours) != list(theirs):
        return f"state_dict {list(ours)} instead of {list(theirs)}"
    for name, value in theirs.items():
        if what := databases.unlike(ours[name], value, dtype):
            return f"{name}: {what}"
    return None


def flat(results):
    """The tensors of nested results; a packed sequence and a named tuple are tuples."""
    return databases.flat(tuple(results) if hasattr(results, "batch_sizes") else results)


def compare(info, sample, dtype, training, orders=2):
    """The first (order, what) in which minigrad's module differs from PyTorch's; None if nowhere."""
    import torch

    leaves = []
    try:
        theirs, ours = make(info, sample, dtype, training, leaves)
        if repr(ours) != repr(theirs):
            return "made", f"{ours!r:.100} instead of {theirs!r:.100}"
        unknown = torch.nn.parameter.UninitializedTensorMixin
        lazy = any(isinstance(p, unknown) for p in theirs.state_dict().values())
        if not lazy and (what := compare_state(ours, theirs, dtype)):
            return "made", what
    except Exception as error:
        return "made", databases.told(error)
    if sample.forward_input is None:
        return None
    try:
        their_results = seeded(torch, call, theirs, sample.forward_input)
    except Exception:       # PyTorch has no result
        return None
    try:
        our_results = seeded(minigrad, call, ours, sample.forward_input,
                             lambda value: translated(value, leaves))
    except Exception as error:
        return 0, databases.told(error)
    if repr(ours) != repr(theirs):      # a lazy module's has changed
        return 0, f"{ours!r:.100} instead of {theirs!r:.100}"
    our_results, their_results = flat(our_results), flat(their_results)
    if len(our_results) != len(their_results):
        return 0, f"{len(our_results)} results instead of {len(their_results)}"
    for a, b in zip(our_results, their_results):
        if what := databases.unlike(a, b, dtype):
            return 0, what
    if what := compare_state(ours, theirs, dtype):
        return 0, what
    their_parameters = dict(theirs.named_parameters())
    leaves += [(their_parameters[name], parameter) for name, parameter in ours.named_parameters()]
    leaves = [pair for pair in leaves if pair[0].is_floating_point()]
    return databases.compare_derivatives(
        our_results, their_results, leaves, dtype, orders, info.supports_gradgrad)


def differences(info, dtype, orders=2, part=slice(None)):
    """(how many samples the module has in this dtype, in all its modes, their Differences).

    part: which of the samples of a mode.
    """
    count, found = 0, []
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for training in modes_of(info):
            samples = samples_of(info, dtype, training, info.module_inputs_func)[part]
            count += len(samples)
            for sample in samples:
                if difference := compare(info, sample, dtype, training, orders):
                    found.append(Difference(name_of(info), sample, training, *difference))
    return count, found


def accepted_errors(info, dtype="float32"):
    """(how many samples PyTorch refuses, those that minigrad takes, or refuses without an explanation)."""
    count, found = 0, []
    if info.module_error_inputs_func is None:
        return count, found
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for training in modes_of(info):
            for each in samples_of(info, dtype, training, info.module_error_inputs_func):
                sample = each.module_error_input
                count += 1
                try:
                    made = call(getattr(minigrad.nn, name_of(info)), sample.constructor_input,
                                lambda value: translated(value, []))
                    if each.error_on.name == "FORWARD_ERROR":
                        call(made.to(getattr(minigrad, dtype)).train(training), sample.forward_input,
                             lambda value: translated(value, []))
                    found.append(Difference(name_of(info), sample, training, each.error_on.name,
                                            f"no error; PyTorch: {each.error_regex}"))
                except databases.REFUSALS:
                    pass
                except Exception as error:
                    found.append(Difference(name_of(info), sample, training, each.error_on.name,
                                            databases.told(error)))
    return count, found


def main(names):
    database = module_db()
    infos = offered(database)
    if names:
        for info in (info for info in infos if name_of(info) in names):
            for dtype in dtypes_of(info):
                for each in differences(info, dtype)[1]:
                    print(dtype, each)
            for each in accepted_errors(info)[1]:
                print("error input", each)
        return
    there = {name_of(info) for info in database if is_of_nn(info)}
    here = {name_of(info) for info in infos}
    print(f"{len(there)} modules in PyTorch's database, {len(here)} of them in minigrad"
          + (f"; not {', '.join(sorted(there - here))}" if there - here else ""))
    for row in ROWS:
        print(f"Not counted: {row.module} in order {row.order}: {row.reason}")
    print(f"{'dtype':12}{'modules':>8}{'right':>8}{'samples':>10}{'right':>8}   "
          "wrong as made, in order 0, 1, 2")
    for dtype in DTYPES:
        count, wrong, by_order = 0, set(), Counter()
        for info in infos:
            more, found = differences(info, dtype)
            found = [each for each in found if not any(row.covers(each) for row in ROWS)]
            count += more
            by_order.update(each.order for each in found)
            wrong.update({name_of(info)} if found else ())
        print(f"{dtype:12}{len(here):8}{len(here - wrong):8}{count:10}{count - by_order.total():8}   "
              f"{', '.join(str(by_order[each]) for each in PHASES)}")
    refused = [accepted_errors(info) for info in infos]
    print(f"{sum(count for count, _ in refused)} samples that PyTorch refuses, "
          f"{sum(len(found) for _, found in refused)} of them taken or not explained")


if __name__ == "__main__":
    main(sys.argv[1:])
