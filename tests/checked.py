"""What the tests check of each op, layer, kernel and optimizer, noted where they assert it, and the page of that.

    python -m pytest -m checked --write-checked

A test takes the fixture `checked` and tells it what it checks: `derivatives` runs gradcheck and gradgradcheck
and notes their worst error, `count` and `worst` note all else. The page is written at the end, or refused.
"""

import datetime
import importlib
import itertools
import platform
import re
from collections import defaultdict
from pathlib import Path
from unittest import mock

import numpy as np

import minigrad
from minigrad import gradcheck, gradgradcheck, nn, optim

PAGE = Path(__file__).parents[1] / "docs" / "checked.md"
COMMAND = "python -m pytest -m checked --write-checked"
NOTHING = "–"

differences = importlib.import_module("minigrad.autograd.gradcheck")    # `autograd.gradcheck` is the function
ORDERS = ["order 1", "order 2"]
PYTORCH = ["PyTorch rows", "value", "gradient", "second gradient"]
TABLES = {      # title: columns
    "Ops": ["rows", "layouts", "shapes", "same tensor", "alone", "random", "elements", *ORDERS, *PYTORCH],
    "Layers": ["rows", "alone", "elements", *ORDERS, *PYTORCH],
    "Losses": ["rows", "alone", "elements", *ORDERS, *PYTORCH],
    "Fused kernels": ["float64", "float32", "random", "alone", "elements", *ORDERS],
    "Optimizers": ["settings", "formula", "formula in float32", "PyTorch", "PyTorch in float32"],
}


class Checked:
    """The notes of one run; a plugin of pytest, which also sees whether the run was whole."""

    def __init__(self, write):
        self.write = write          # the page, at the end
        self.notes = {title: defaultdict(dict) for title in TABLES}
        self.refusals, self.written = [], False

    def count(self, table, name, column, number=1):
        line = self.notes[table][name]
        line[column] = line.get(column, 0) + number

    def worst(self, table, name, column, errors):
        """Notes the largest of `errors`, as a float: an integer is a count."""
        line = self.notes[table][name]
        line[column] = max(line.get(column, 0.0), float(np.max(errors, initial=0)))

    def derivatives(self, table, names, f, inputs):
        """gradcheck and gradgradcheck pass, for f of one name or of several."""
        names = [names] if isinstance(names, str) else names
        for order, check in enumerate((gradcheck, gradgradcheck), 1):
            def watched(*args, order=order, both_ways=differences.both_ways):
                pairs = both_ways(*args)
                for name, (_, analytic, numeric) in itertools.product(names, pairs):
                    self.worst(table, name, f"order {order}", abs(analytic - numeric) / (1 + abs(numeric)))
                    self.count(table, name, "elements", numeric.size)
                return pairs
            with mock.patch.object(differences, "both_ways", watched):
                check(f, inputs)

    # What pytest calls

    def pytest_collection_finish(self, session):
        told = {item.path.name for item in session.items if "checked" in item.fixturenames}
        tell = {path.name for path in Path(__file__).parent.rglob("test_*.py")
                if re.search(r"^def test_\w+\(.*\bchecked\b", path.read_text(encoding="utf-8"), re.M)}
        if tell - told:
            self.refusals.append(f"the run left out {', '.join(sorted(tell - told))}")
        if any("::" in arg for arg in session.config.args):
            self.refusals.append("the run was of some tests only")

    def pytest_deselected(self, items):
        left_out = sum("checked" in item.fixturenames for item in items)
        if left_out:
            self.refusals.append(f"the run left out {left_out} of the tests that the page is about")

    def pytest_sessionfinish(self, session, exitstatus):
        if not self.write:
            return
        if exitstatus:
            self.refusals.append(f"{session.testsfailed} tests failed, or the run did not end")
        text = self.page(session.config.invocation_params.args)
        self.refusals += [] if self.refusals else shortcomings(text)
        if self.refusals:
            session.exitstatus = 1
            return
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(text, encoding="utf-8")
        self.written = True

    def pytest_terminal_summary(self, terminalreporter):
        if self.written:
            terminalreporter.write_line("wrote docs/checked.md")
        elif self.write:
            terminalreporter.write_line("docs/checked.md is not written: it would show half a truth", red=True)
            for refusal in self.refusals:
                terminalreporter.write_line(f"    {refusal}", red=True)

    def page(self, args):
        import torch

        eps, tolerance = np.finfo("float64").eps, differences.TOLERANCE
        text = TEXT.format(
            command=" ".join(["python -m pytest", *args]), date=datetime.date.today().isoformat(),
            python=platform.python_version(), numpy=np.__version__, torch=torch.__version__.partition("+")[0],
            minigrad=minigrad.__version__, machine=f"{platform.system()} on {platform.machine()}",
            step=number(differences.STEP), tolerance=number(tolerance), value=number(30 * eps),
            gradient=number(eps ** (2 / 3)), kernel=number(100 * eps), kernel32=number(100 * np.finfo("float32").eps),
            optimizer=number(50 * eps), optimizer32=number(50 * np.finfo("float32").eps))
        for title, columns in TABLES.items():
            lines = self.notes[title]
            table = [["", *columns], ["---"] * (len(columns) + 1)]
            table += [[f"`{name}`", *(number(lines[name].get(column)) for column in columns)]
                      for name in sorted(lines, key=str.lower)]
            body = "\n".join(f"| {' | '.join(cells)} |" for cells in table)
            text = text.replace(f"[{title}]", body)
        return text


def number(value):
    """A count as it is, an error to one digit."""
    if value is None:
        return NOTHING
    return str(int(value)) if isinstance(value, int) or value == 0 else f"{value:.0e}"


def lines_of(page):
    """{title: {name: {column: cell}}}"""
    tables = {}
    for section in page.split("\n## ")[1:]:
        rows = [[cell.strip(" `") for cell in line.strip("|").split("|")]
                for line in section.splitlines() if line.startswith("|")]
        tables[section.splitlines()[0]] = {row[0]: dict(zip(rows[0], row)) for row in rows[2:]}
    return tables


def public_layers():
    """The layers and losses of minigrad.nn; containers have no forward, lazy layers become one of these."""
    return {kind.__name__ for kind in vars(nn).values() if isinstance(kind, type)
            and issubclass(kind, nn.Module) and kind.forward is not nn.Module.forward
            and not kind.__name__.startswith("Lazy")}


def kind_of(layer):
    """The class of a layer, also of one that a case has wrapped, or whose weights it has parametrized."""
    return nn.utils.parametrize.type_before_parametrizations(getattr(layer, "layer", layer)).__name__


def table_of(kind):
    return "Losses" if kind.endswith("Loss") else "Layers"


def expected():
    """{title: {name: the columns that must be filled}}"""
    import test_kernels
    from cases import layers, ops

    tables = {title: defaultdict(set) for title in TABLES}
    for case in ops.CASES:
        line = tables["Ops"][case.name.split()[0]]
        line |= {"rows", "layouts"} | (set(ORDERS) if case.differentiable else set())
        line |= {"PyTorch rows", "value"} if case.torch is not False else set()
    for kind in public_layers():
        tables[table_of(kind)][kind] |= {"rows", *ORDERS}
    for case in layers.CASES + layers.LOSSES:
        kind = kind_of(case.make(nn))
        tables[table_of(kind)][kind] |= {"PyTorch rows", "value", "gradient"}
    for name in test_kernels.CASES:
        tables["Fused kernels"][name] |= {"float64", "float32", *ORDERS}
    for name, kind in vars(optim).items():
        if isinstance(kind, type) and issubclass(kind, optim.Optimizer) and kind is not optim.Optimizer:
            tables["Optimizers"][name] |= {"settings"}
    return tables


def shortcomings(page):
    """What the page does not show, or shows of what is no more."""
    shown, found = lines_of(page), []
    for title, lines in expected().items():
        here = shown.get(title, {})
        found += [f"{title}: no line for {name}" for name in sorted(lines.keys() - here.keys())]
        found += [f"{title}: a line for {name}, which is no more" for name in sorted(here.keys() - lines.keys())]
        for name in sorted(lines.keys() & here.keys()):
            empty = [column for column in TABLES[title] if column in lines[name]
                     and here[name].get(column, NOTHING) == NOTHING]
            found += [f"{title}: {name} has nothing under {', '.join(empty)}"] if empty else []
    return found


TEXT = """# What is checked

This page is written by the test run, from what its tests asserted and how far off it was:

    {command}

on {date} with minigrad {minigrad}, Python {python}, NumPy {numpy}, PyTorch {torch}, {machine}, on the CPU. No
number in it is entered by hand, and it is not written when a test failed, was left out, or PyTorch was missing.

**Against finite differences.** Every element of every gradient, in float64, is compared with the central
difference of step {step}: *order 1* is the gradient, *order 2* the gradient of the gradient. The columns show the
worst error |rule - difference| / (1 + |difference|); a test fails above {tolerance}. Finite differences
themselves are right to about {gradient} times the size of what they differ, so smaller errors say nothing more.
Order 2 differentiates by the inputs and by the incoming gradient. *elements* counts the numbers compared, in both
orders together; those of a chain of ops count for each op in it.

**Against PyTorch.** *PyTorch rows* counts the calls made in both libraries with the same numbers; *value*,
*gradient* and *second gradient* show the worst difference. For ops it is relative to the largest number of the
result, or to 1, and a test fails above {value} for values (30 roundings) and {gradient} for gradients. For layers
it is relative to |PyTorch's number| plus the largest one, and a test fails above 1e-10. Where PyTorch itself
computes with a constant of float32, as the slope of hardsigmoid, the bounds are those of float32.

An empty cell ({nothing}) means that there is nothing to compare: the result is of whole numbers or booleans, the
gradient is constant, the op has one input, or PyTorch has no such function or cannot differentiate its own twice.

## Ops

An op's *rows* are its lines in `tests/cases`: inputs and settings, each with a formula of NumPy that the
values must follow; their derivatives are checked in both orders. *layouts*: the same on inputs that are
transposed, backwards, every other element of an array, or one element repeated by broadcasting. *shapes*:
inputs that broadcast, of size 1, empty and 0-d. *same tensor*: one tensor as several of the inputs. *alone*: one
input's gradient is asked for alone, or all others are frozen; it and its gradients equal those of the full call.
*random*: shapes, axes and indices drawn by hypothesis.

[Ops]

## Layers

*rows* are small layers all of whose inputs and parameters are checked against finite differences; random ones
start from the same seed in each call. *alone*: as for ops, for each of the inputs and parameters.

[Layers]

## Losses

[Losses]

## Fused kernels

A kernel is the fast way of an op whose definition stands beside it. The columns *float64* and *float32* show the
worst difference |kernel - definition| / (1 + |definition|) over the value and all gradients; a test fails above
{kernel} and {kernel32}. *random* counts geometries drawn by hypothesis.

[Fused kernels]

## Optimizers

Each of the *settings* takes 50 steps, with gradients that depend on where it stands, beside a NumPy formula of
its paper and beside PyTorch; the columns show the worst difference, relative to the largest parameter. A test fails
above {optimizer} in float64 and {optimizer32} in float32. LBFGS takes 6 steps of up to 20 evaluations and
its differences are absolute, below 1e-11.

[Optimizers]
""".replace("{nothing}", NOTHING)
