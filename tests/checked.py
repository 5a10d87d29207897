"""Record what the tests check for each op, layer, kernel and optimizer, and write it to docs/checked.md.

    python -m pytest -m checked --write-checked

A test takes the fixture `checked` and reports to it: `derivatives` runs gradcheck and gradgradcheck and
records their worst error, `count` and `worst` record everything else. The page is written at the end of a
complete and successful run, and refused otherwise.
"""

import datetime
import itertools
import platform
import re
from collections import defaultdict
from pathlib import Path
from unittest import mock

import numpy as np

import minigrad
from minigrad import gradcheck, gradgradcheck, nn, optim
from minigrad.autograd import checking as differences

PAGE = Path(__file__).parents[1] / "docs" / "checked.md"
COMMAND = "python -m pytest -m checked --write-checked"
NOTHING = "–"

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
    """The records of one run; a pytest plugin, so that it sees whether the run was complete."""

    def __init__(self, write):
        self.write = write          # whether to write the page at the end
        self.notes = {title: defaultdict(dict) for title in TABLES}
        self.refusals, self.written = [], False

    def count(self, table, name, column, number=1):
        line = self.notes[table][name]
        line[column] = line.get(column, 0) + number

    def worst(self, table, name, column, errors):
        """Record the largest of `errors` as a float; integers are counts."""
        line = self.notes[table][name]
        line[column] = max(line.get(column, 0.0), float(np.max(errors, initial=0)))

    def derivatives(self, table, names, f, inputs):
        """Run gradcheck and gradgradcheck on f and record their errors under one name or several."""
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

    # Hooks that pytest calls

    def pytest_collection_finish(self, session):
        told = {item.path.name for item in session.items if "checked" in item.fixturenames}
        tell = {path.name for path in Path(__file__).parent.rglob("test_*.py")
                if re.search(r"^def test_\w+\(.*\bchecked\b", path.read_text(encoding="utf-8"), re.M)}
        if tell - told:
            self.refusals.append(f"the run did not include {', '.join(sorted(tell - told))}")
        if any("::" in arg for arg in session.config.args):
            self.refusals.append("the run selected individual tests")

    def pytest_deselected(self, items):
        left_out = sum("checked" in item.fixturenames for item in items)
        if left_out:
            self.refusals.append(f"the run deselected {left_out} tests that the page needs")

    def pytest_sessionfinish(self, session, exitstatus):
        if not self.write:
            return
        if exitstatus:
            self.refusals.append(f"{session.testsfailed} tests failed, or the run was interrupted")
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
            terminalreporter.write_line("docs/checked.md was not written: it would be incomplete", red=True)
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
            gradient=number(eps ** (2 / 3)), kernel=number(100 * eps), optimizer=number(50 * eps),
            kernel32=number(100 * np.finfo("float32").eps),
            optimizer32=number(50 * np.finfo("float32").eps))
        for title, columns in TABLES.items():
            lines = self.notes[title]
            table = [["", *columns], ["---"] * (len(columns) + 1)]
            table += [[f"`{name}`", *(number(lines[name].get(column)) for column in columns)]
                      for name in sorted(lines, key=str.lower)]
            body = "\n".join(f"| {' | '.join(cells)} |" for cells in table)
            text = text.replace(f"[{title}]", body)
        return text


def number(value):
    """Format a count in full, an error with one digit."""
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
    """Names of the layers and losses in minigrad.nn; not containers (no forward), lazy or former ones."""
    return {kind.__name__ for kind in vars(nn).values() if isinstance(kind, type)
            and issubclass(kind, nn.Module) and kind.forward is not nn.Module.forward
            and not kind.__name__.startswith("Lazy") and kind is not nn.NLLLoss2d}


def kind_of(layer):
    """The class name of a layer, even if a case has wrapped it or parametrized its weights."""
    return nn.utils.parametrize.type_before_parametrizations(getattr(layer, "layer", layer)).__name__


def table_of(kind):
    return "Losses" if kind.endswith("Loss") else "Layers"


NEVER_STEPS = {"Optimizer", "SparseAdam"}       # the base, and one for sparse gradients, which there are not


def expected():
    """{title: {name: the columns that need a value}}"""
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
        if isinstance(kind, type) and issubclass(kind, optim.Optimizer) and name not in NEVER_STEPS:
            tables["Optimizers"][name] |= {"settings"}
    return tables


def shortcomings(page):
    """What is missing on the page, and lines for what does not exist."""
    shown, found = lines_of(page), []
    for title, lines in expected().items():
        here = shown.get(title, {})
        found += [f"{title}: no line for {name}" for name in sorted(lines.keys() - here.keys())]
        found += [f"{title}: a line for {name}, which does not exist"
                  for name in sorted(here.keys() - lines.keys())]
        for name in sorted(lines.keys() & here.keys()):
            empty = [column for column in TABLES[title] if column in lines[name]
                     and here[name].get(column, NOTHING) == NOTHING]
            found += [f"{title}: {name} has no value under {', '.join(empty)}"] if empty else []
    return found


TEXT = """# What is checked

The test run writes this page. It shows what the tests checked and the largest errors they found:

    {command}

on {date} with minigrad {minigrad}, Python {python}, NumPy {numpy}, PyTorch {torch}, {machine}, on the
CPU. No number is entered by hand. The page is not written if a test fails or is left out, or if PyTorch
is missing.

**Against finite differences.** The tests compare every element of every gradient, in float64, with the
central difference with step {step}. *order 1* is the gradient, *order 2* the gradient of the gradient,
with respect to the inputs and the incoming gradient. The columns show the largest error
`|rule - difference| / (1 + |difference|)`; a test fails above {tolerance}. Finite differences
themselves are accurate to about {gradient} times the size of the values subtracted, so smaller errors
mean nothing. *elements* counts the compared numbers of both orders; in a chain of ops they count for
each op.

**Against PyTorch.** *PyTorch rows* counts the calls made in both libraries with the same inputs;
*value*, *gradient* and *second gradient* show the largest difference. For ops it is relative to the
largest number of the result, or to 1 if that is larger, and a test fails above {value} for values (30
roundings) and {gradient} for gradients. For layers it is relative to the absolute value of PyTorch's
number plus the largest one, and a test fails above 1e-10. Where PyTorch itself uses a float32 constant,
such as the slope of hardsigmoid, the bounds are those of float32.

An empty cell ({nothing}) means that there is nothing to compare: the result consists of integers or
booleans, the gradient is constant, the op has one input, or PyTorch lacks the function or cannot
differentiate its own twice.

## Ops

The *rows* of an op are its entries in `tests/cases`: inputs and settings with a NumPy formula for the
expected values; their derivatives are checked in both orders. *layouts*: the same on inputs that are
transposed, reversed, every other element of an array, or one element repeated by broadcasting.
*shapes*: inputs that broadcast, of size 1, empty and 0-d. *same tensor*: one tensor passed as several
inputs. *alone*: only one input's gradient is requested, or all other inputs are frozen; the gradient
and its own gradients equal those of the full call. *random*: shapes, axes and indices drawn by
hypothesis.

[Ops]

## Layers

*rows* are small layers, with all inputs and parameters checked against finite differences; random
layers start from the same seed in each call. *alone*: as for ops, for each input and parameter.

[Layers]

## Losses

[Losses]

## Fused kernels

A kernel is a fast implementation of an op and must agree with the op's definition. The columns
*float64* and *float32* show the largest difference `|kernel - definition| / (1 + |definition|)` over
the value and all gradients; a test fails above {kernel} and {kernel32}. *random* counts geometries
drawn by hypothesis.

[Fused kernels]

## Optimizers

Each of the *settings* takes 50 steps, with gradients that depend on the parameters, and is compared
with a NumPy formula from its paper and with PyTorch. The columns show the largest difference relative
to the largest parameter; a test fails above {optimizer} in float64 and {optimizer32} in float32. LBFGS
takes 6 steps of up to 20 evaluations; its differences are absolute and below 1e-11.

[Optimizers]
""".replace("{nothing}", NOTHING)
