"""PyTorch's database of optimizers as a test: each of its settings takes five steps in both libraries.

    python -m tests.pytorch.optim_db                how many optimizers and settings are right, by dtype
    python -m tests.pytorch.optim_db Adam SGD       what differs in these optimizers

Both start from the same parameters, in two groups where the optimizer takes groups, one without a gradient.
Compared are the parameters after each step, and the names and values of state_dict() after the last.
"""

import sys
import warnings
from typing import NamedTuple

import numpy as np

import minigrad

if __package__ == "tests.pytorch":
    from tests.pytorch import databases
else:
    from pytorch import databases

DTYPES = ("float64", "float32")
STEPS = 5
CLOSE = {"float64": 1e-11, "float32": 2e-5}     # relative and absolute: sums are short


class Row(NamedTuple):
    """Where results differ by more than CLOSE, but not by more than `within`, and why."""

    optimizers: str
    dtypes: str
    within: float
    reason: str
    setting: str = ""       # which must be True


ROWS = [
    Row("ASGD NAdam", "float64", 1e-6, "PyTorch keeps eta and the product of the momenta in float32"),
    Row("Adam AdamW", "float64", 1e-5, "PyTorch keeps the bias corrections in float32", "differentiable"),
    Row("LBFGS", "float64", 1e-8, "up to 100 iterations, each with conditions, amplify what is rounded"),
    Row("LBFGS", "float32", 5e-3, "iterations amplify what is rounded"),
    Row("Muon", "float64 float32", 2e-2, "PyTorch iterates in bfloat16, which NumPy lacks"),
]


def row_of(name, dtype, settings):
    """The row for an optimizer with these settings, or None."""
    return next((row for row in ROWS if name in row.optimizers.split() and dtype in row.dtypes.split()
                 and (not row.setting or settings.get(row.setting))), None)


class Difference(NamedTuple):
    """Where an optimizer of minigrad's is not PyTorch's."""

    optimizer: str
    settings: dict
    step: object        # a number, "state" or "made"
    what: str

    def __str__(self):
        settings = ", ".join(f"{name}={databases.short(value)}" for name, value in self.settings.items())
        return f"{self.optimizer}({settings}), step {self.step}: {self.what}"


def optim_db():
    """PyTorch's database, a list of OptimizerInfo. It lacks expecttest where importing it fails."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from torch.testing._internal.common_optimizers import optim_db
    return optim_db


def offered(database):
    return [info for info in database if hasattr(minigrad.optim, info.name)]


def settings_of(info, dtype):
    """The database's settings, alone and with each implementation that PyTorch has on the CPU.

    LBFGS takes two iterations in float32: where it has converged, rounding decides how many there are.
    """
    from torch.testing._internal.common_optimizers import (
        _get_optim_inputs_including_global_cliquey_kwargs as all_of,
    )

    found = [each.kwargs for each in info.optim_inputs_func("cpu")]
    found += [each.kwargs for each in all_of("cpu", None, info)]
    both = {"maximize": True, "weight_decay": 0.1}
    for more in ({"capturable": False}, both, {"amsgrad": True, "maximize": True}):
        if set(more) <= set(defaults_of(info)):
            found.append(more)
    few = {"max_iter": 2} if (info.name, dtype) == ("LBFGS", "float32") else {}
    return [{**each, **few} for each in found]


def defaults_of(info):
    import torch

    return info.optim_cls([torch.nn.Parameter(torch.ones(2, 2))]).defaults


def parameters_of(info, library, dtype):
    """The same parameters in each library: matrices, and without Muon tensors of other numbers of axes."""
    rng = np.random.default_rng(5)
    shapes = [(3, 4), (2, 5), (4, 2)] if info.name == "Muon" else [(3, 4), (), (5,), (2, 3, 2), (4, 2)]
    arrays = [rng.standard_normal(shape).astype(dtype) for shape in shapes]
    return [library.nn.Parameter(library.tensor(array)) for array in arrays]


def for_minigrad(settings):
    return {name: databases.translated(value, []) for name, value in settings.items()}


class Run:
    """An optimizer of one of the libraries, its parameters, and their loss."""

    def __init__(self, info, library, settings, dtype):
        self.library, self.info = library, info
        self.parameters = parameters_of(info, library, dtype)
        kind = getattr(library.optim, info.name)
        if info.supports_param_groups:
            here, there = self.parameters[:2], self.parameters[2:]
            groups = [{"params": here}, {"params": there, "lr": 0.02}]
            self.optimizer = kind(groups, **settings)
        else:
            self.optimizer = kind(self.parameters, **settings)

    def loss(self):
        """A smooth function of all parameters but the last, whose gradient is None."""
        self.optimizer.zero_grad()
        total = 0
        for i, p in enumerate(self.parameters[:-1]):
            total = total + ((p - 0.5 * i) ** 2).sum() + (2 * p).cos().sum()
        total.backward()
        return total

    def step(self):
        if self.info.step_requires_closure:
            return self.optimizer.step(self.loss)
        self.loss()
        for p in self.parameters:       # differentiable=True would record the step itself
            p.requires_grad_(False)
        result = self.optimizer.step()
        for p in self.parameters:
            p.requires_grad_()
        return result


def compare(info, settings, dtype, tolerance):
    """The first (step, what) in which minigrad's optimizer differs from PyTorch's; None if nowhere."""
    import torch

    roughly = tolerance / databases.TOLERANCES[dtype][0]
    try:
        theirs = Run(info, torch, settings, dtype)
    except Exception:
        return None
    try:
        ours = Run(info, minigrad, for_minigrad(settings), dtype)
    except Exception as error:
        return "made", databases.told(error)
    for step in range(1, STEPS + 1):
        their_loss, refused, ours_refused = None, None, None
        try:
            their_loss = theirs.step()
        except Exception as error:
            refused = error
        try:
            our_loss = ours.step()
        except databases.REFUSALS as error:
            ours_refused = error
        if refused or ours_refused:
            if refused and ours_refused:
                return None
            return step, databases.told(ours_refused) if ours_refused else f"no error; PyTorch: {refused}"
        if their_loss is not None and (what := databases.unlike(our_loss, their_loss, dtype, roughly)):
            return step, f"loss: {what}"
        for i, (a, b) in enumerate(zip(ours.parameters, theirs.parameters)):
            if what := databases.unlike(a, b, dtype, roughly):
                return step, f"parameter {i}: {what}"
    what = compare_state(ours.optimizer.state_dict(), theirs.optimizer.state_dict(), dtype, roughly)
    return ("state", what) if what else None


def compare_state(ours, theirs, dtype, roughly):
    """How two state_dicts differ, in words; None if they do not. A number may be a tensor () in the other."""
    for a, b in zip(ours["param_groups"], theirs["param_groups"], strict=True):
        if set(a) != set(b):
            return f"a group has {sorted(a)} instead of {sorted(b)}"
        for name in b:
            if what := unlike(a[name], b[name], dtype, roughly):
                return f"group's {name}: {what}"
    if set(ours["state"]) != set(theirs["state"]):
        return f"state of {sorted(ours['state'])} instead of {sorted(theirs['state'])}"
    for i, entries in theirs["state"].items():
        if set(ours["state"][i]) != set(entries):
            return f"state of {i} has {sorted(ours['state'][i])} instead of {sorted(entries)}"
        for name, value in entries.items():
            if what := unlike(ours["state"][i][name], value, dtype, roughly):
                return f"state of {i}, {name}: {what}"
    return None


def unlike(ours, theirs, dtype, roughly):
    if isinstance(theirs, (list, tuple)):
        if len(ours) != len(theirs):
            return f"{len(ours)} entries instead of {len(theirs)}"
        return next((what for a, b in zip(ours, theirs) if (what := unlike(a, b, dtype, roughly))), None)
    ours, theirs = (each.item() if getattr(each, "ndim", None) == 0 else each for each in (ours, theirs))
    if type(theirs) in (int, float) and type(ours) in (int, float):
        tolerance = max(1e-5, roughly * databases.TOLERANCES[dtype][0])
        return None if np.isclose(ours, theirs, tolerance, equal_nan=True) else f"{ours} instead of {theirs}"
    return databases.unlike(ours, theirs, dtype, roughly)


def differences(info, dtype, rows=True):
    """(how many settings the optimizer has, their Differences; without rows, of more than CLOSE)."""
    settings, found = settings_of(info, dtype), []
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for each in settings:
            row = row_of(info.name, dtype, each) if rows else None
            if difference := compare(info, each, dtype, row.within if row else CLOSE[dtype]):
                found.append(Difference(info.name, each, *difference))
    return len(settings), found


def translated_parameters(params):
    """What an error input gives as params, with minigrad's tensors; None: one parameter."""
    import torch

    if params is None:
        return [minigrad.nn.Parameter(minigrad.ones(2, 2))]
    if isinstance(params, torch.Tensor):
        if params.is_sparse:
            raise NotImplementedError
        p = minigrad.nn.Parameter(minigrad.tensor(params.detach().numpy().copy()))
        if params.grad is not None:
            p.grad = minigrad.tensor(params.grad.numpy().copy())
        return known.setdefault(id(params), p)
    if isinstance(params, dict):
        return {**params, "params": translated_parameters(params["params"])}
    if isinstance(params, (list, tuple)):
        return type(params)(each if isinstance(each, str) else translated_parameters(each) for each in params)
    return params


known: dict = {}        # id of PyTorch's parameter -> minigrad's, while one error input is translated


def accepted_errors(info, dtype="float32"):
    """(how many inputs PyTorch refuses, those that minigrad takes, or refuses without an explanation)."""
    import torch

    count, found = 0, []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        inputs = info.optim_error_inputs_func("cpu", getattr(torch, dtype))
        for each in inputs:
            sample = each.optimizer_error_input
            known.clear()
            try:
                params, settings = translated_parameters(sample.params), for_minigrad(sample.kwargs)
            except NotImplementedError:
                continue                # sparse tensors: minigrad cannot be asked
            count += 1
            try:
                optimizer = getattr(minigrad.optim, info.name)(params, **settings)
                if each.error_on.name == "STEP_ERROR":
                    optimizer.step()
                found.append(Difference(info.name, sample.kwargs, sample.desc,
                                        f"no error; PyTorch: {each.error_regex}"))
            except databases.REFUSALS:
                pass
            except Exception as error:
                found.append(Difference(info.name, sample.kwargs, sample.desc, databases.told(error)))
    return count, found


def main(names):
    database = optim_db()
    infos = offered(database)
    if names:
        for info in (info for info in infos if info.name in names):
            for dtype in DTYPES:
                for each in differences(info, dtype)[1]:
                    print(dtype, each)
            for each in accepted_errors(info)[1]:
                print("error input", each)
        return
    there, here = {info.name for info in database}, {info.name for info in infos}
    print(f"{len(there)} optimizers in PyTorch's database, {len(here)} of them in minigrad"
          + (f"; not {', '.join(sorted(there - here))}" if there - here else ""))
    print(f"{'dtype':12}{'optimizers':>12}{'right':>8}{'settings':>10}{'right':>8}")
    for dtype in DTYPES:
        results = {info.name: differences(info, dtype) for info in infos}
        count = sum(count for count, _ in results.values())
        wrong = sum(len(found) for _, found in results.values())
        right = sum(not found for _, found in results.values())
        print(f"{dtype:12}{len(here):12}{right:8}{count:10}{count - wrong:8}")
    refused = [accepted_errors(info) for info in infos]
    print(f"{sum(count for count, _ in refused)} inputs that PyTorch refuses, "
          f"{sum(len(found) for _, found in refused)} of them taken or not explained")


if __name__ == "__main__":
    main(sys.argv[1:])
