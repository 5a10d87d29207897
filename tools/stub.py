"""Write the .pyi files, which tell editors and type checkers what they cannot read from the source.

    python -m tools.stub

Most methods of Tensor are ops that `minigrad/ops/methods.py` puts on the class when minigrad is imported, so
an editor that reads tensor.py alone does not know x.exp(). A type checker treats a name that a module
imports, such as minigrad.exp or nn.Linear, as private unless a stub or `__all__` exports it. This program
imports minigrad, inspects the finished class and modules, and writes down their contents. A test compares the
files with the program's output, so run it after adding or changing a name.
"""

import ast
import collections.abc
import contextlib
import inspect
import operator
import re
import sys
import textwrap
import types
import typing
from collections import defaultdict
from pathlib import Path

import numpy as np

import minigrad
import minigrad.nn.functional
import minigrad.nn.utils
from minigrad.autograd import Fused, Op, Tensor

CORE = sys.modules[Tensor.__module__]
SHOWN = [minigrad, minigrad.nn, minigrad.nn.functional, minigrad.nn.utils]     # they re-export others' names
SAMPLES = [[2.0, 1.0], [1.0, 2.0]], 2.0, 2, True         # a matrix, and a number of each kind
WIDTH = 110
NO_BREAK = "\xa0"       # a space at which a line must not break: lines break only after commas
SKIPPED = {     # what Python adds to a class; and __getattr__, which would make every name right
    "__annotate_func__", "__annotations__", "__annotations_cache__", "__dict__", "__doc__", "__firstlineno__",
    "__getattr__", "_grad", "__hash__", "__module__", "__orig_bases__", "__slots__", "__static_attributes__",
    "__weakref__"}
COMPARISONS = {"__eq__", "__ne__"}      # object's return bool, a Tensor's compare elementwise
PASSED_ON = ["x", "args", "settings"]   # the parameters of an in-place method generated from an op
PLAIN = {type(None), bool, int, float, str}     # defaults that are written out; others become ...


def stubs():
    """The text of each file, by its path."""
    return {path_of(CORE): core(), **{path_of(module): shown(module) for module in SHOWN}}


def path_of(module):
    return Path(module.__file__).with_suffix(".pyi")


def core():
    """The stub of the module that defines Tensor: its classes, functions and constants."""
    writer = Writer(CORE)
    parts = [writer.class_of(value) if inspect.isclass(value) else writer.function(name, value) + "\n"
             for name, value in vars(CORE).items() if getattr(value, "__module__", None) == CORE.__name__]
    body = ast.parse(inspect.getsource(CORE)).body
    names = [target.id for node in body if isinstance(node, ast.Assign) for target in node.targets]
    parts += [f"{name}: {writer.spell(type(vars(CORE)[name]))}" for name in names]
    return writer.file(parts)


def shown(module):
    """The stub of a module that re-exports names: imports, its own functions, constants."""
    writer, functions, constants = Writer(module), [], []
    imports = [node for node in ast.parse(inspect.getsource(module)).body if isinstance(node, ast.ImportFrom)]
    imported = {alias.asname or alias.name for node in imports for alias in node.names}
    names = [name for name, value in vars(module).items() if name[0] != "_" or name == "__version__"
             if name in imported or not inspect.ismodule(value)]    # not submodules that happen to be loaded
    names += [*getattr(module, "_MODULES", ()), *getattr(module, "_LATER", ())]         # loaded on first use
    writer.hidden = set(names)
    for name in sorted(writer.hidden):
        value = getattr(module, name)
        origin = sys.modules.get(getattr(value, "__module__", None))
        spelled = next((each for each in (name, getattr(value, "__name__", None))
                        if origin and vars(origin).get(each) is value), None)
        if inspect.ismodule(value):
            writer.imports[value.__name__.rpartition(".")[0]].add(name)
        elif spelled and origin is not module:
            writer.imports[origin.__name__].add(name if spelled == name else f"{spelled} as {name}")
        elif inspect.isfunction(value):
            functions.append(writer.function(name, value) + "\n")
        else:
            kind = np.dtype if isinstance(value, np.dtype) else type(value)
            constants.append(f"{name}: {writer.spell(kind)}")
    exported = filled([f'"{name}"' for name in sorted(writer.hidden)])
    return writer.file([f"__all__ = [\n{exported}]\n", *functions, *constants])


def filled(names):
    """Names in lines of at most WIDTH columns."""
    joined = ", ".join(name.replace(" ", "\0") for name in names)      # "x as y" stays on one line
    lines = textwrap.wrap(joined, WIDTH - 1, initial_indent="    ", subsequent_indent="    ")
    return "\n".join(lines).replace("\0", " ")


class Writer:
    """Spells signatures and remembers the imports that they need."""

    def __init__(self, module):
        self.module = module
        self.imports = defaultdict(set)         # module -> names
        self.numpy = False
        self.hidden = set()     # names that are not Python's own here: x.int() hides int inside the class

    def file(self, parts):
        """The text of the stub with these parts."""
        head = [f'"""{inspect.getdoc(self.module).splitlines()[0]}', "",
                "Written by `python -m tools.stub`; do not edit it by hand.", '"""', ""]
        self.imports["typing"].add("Any")
        lines = {}
        for origin, names in self.imports.items():
            lines[origin] = f"from {origin} import {', '.join(sorted(names))}"
            if len(lines[origin]) > WIDTH:
                lines[origin] = f"from {origin} import (\n{filled(sorted(names))})"
        groups = {"": ["import builtins"], "numpy": ["import numpy as np"][:self.numpy], "minigrad": []}
        for origin, line in sorted(lines.items()):
            root = origin.partition(".")[0]
            groups[root if root in groups else ""].append(line)
        groups = ["\n".join(group) + "\n" for group in groups.values() if group]
        return "\n".join([*head, *groups, *parts]).rstrip() + "\n"

    def class_of(self, kind):
        members = {name: value for name, value in vars(kind).items() if name not in SKIPPED}
        self.hidden = set(members)
        bases = getattr(kind, "__orig_bases__", kind.__bases__)
        bases = ", ".join(self.spell(base) for base in bases if base is not object)
        lines = [f"class {kind.__name__}({bases}):" if bases else f"class {kind.__name__}:"]
        lines += [f"    {doc(kind)}"] if kind.__doc__ else []
        lines += [self.member(name, value, kind) for name, value in members.items()]
        self.hidden = set()
        return "\n".join(lines) + "\n"

    def member(self, name, value, kind):
        if isinstance(value, property) and isinstance(value.fget, operator.attrgetter):
            return f"    {name}: {self.spell(typing.Any)}"      # x.grad, a slot behind a check
        if isinstance(value, property):
            lines = [self.function(name, value.fget, kind, "@property")]
            if value.fset:
                lines.append(self.function(name, value.fset, kind, f"@{name}.setter"))
            return "\n".join(lines)
        if callable(value):
            return self.function(name, value, kind)
        unknown = typing.Any if inspect.ismemberdescriptor(value) else type(value)
        return f"    {name}: {self.spell(inspect.get_annotations(kind, eval_str=True).get(name, unknown))}"

    def function(self, name, function, kind=None, decorator=None):
        """The lines `def name(parameters) -> result:` and the first line of the docstring."""
        op = function
        while not isinstance(op, (Op, Fused)) and hasattr(op, "__wrapped__"):
            op = op.__wrapped__
        taken, result = (self.op if isinstance(op, Op) else self.plain)(name, op, kind)
        indent = "    " if kind else ""
        line = f"def {name}({', '.join(taken)}){' -> ' if result else ''}{result}:"
        lines = textwrap.wrap(re.sub(r"(?<!,) ", NO_BREAK, line), WIDTH, initial_indent=indent,
                              subsequent_indent=indent + 8 * " ", break_long_words=False,
                              break_on_hyphens=False)
        lines = [each.replace(NO_BREAK, " ") for each in lines]
        if decorator:
            lines.insert(0, indent + decorator)
        if kind and name in COMPARISONS:
            return "\n".join(lines) + "  # type: ignore[override]\n        ..."
        if function.__doc__:
            return "\n".join([*lines, f"{indent}    {doc(function)}"])
        return "\n".join(lines) + " ..."

    def op(self, name, op, kind):
        """Parameters and result of an Op: arrays by position, settings by position or by name.

        An operator has no settings.
        """
        signature = inspect.signature(op.forward, eval_str=True)
        _, _, *parameters = signature.parameters.values()       # without xp and the tensor itself
        arrays = [each for each in parameters if each.kind is not each.KEYWORD_ONLY]
        settings = [each for each in parameters if each.kind is each.KEYWORD_ONLY]
        taken = ["self", *[self.parameter(each, self.operand()) for each in arrays]]
        taken += ["/"] if arrays else []
        if not name.startswith("__"):
            settings.sort(key=lambda each: each.default is not each.empty)
            taken += [self.parameter(each) for each in settings]
        result = signature.return_annotation
        return taken, "Tensor" if result is signature.empty else self.spell(result)

    def plain(self, name, function, kind):
        """Parameters and result of any other function; without `kind` it is outside classes."""
        signature = inspect.signature(function, eval_str=True)
        parameters = list(signature.parameters.values())
        names = [each.name for each in parameters]
        changed = vars(Tensor).get(name.removesuffix("_"))
        if kind is Tensor and changed and name.endswith("_") and names == PASSED_ON:
            header = self.function(name, changed, kind).partition(" -> ")[0]    # exp_ takes what exp does
            return [" ".join(header.partition("(")[2].removesuffix(")").split())], "Tensor"
        if name.startswith("__") and name not in COMPARISONS and names[1:] == ["other"]:
            return ["self", f"other: {self.operand()}", "/"], "Tensor"          # an operator
        taken = []
        for each in parameters[1:] if kind else parameters:
            if each.kind is each.KEYWORD_ONLY and not any(text.startswith("*") for text in taken):
                taken.append("*")
            taken.append(self.parameter(each))
        result = signature.return_annotation
        result = self.result(name, function, kind) if result is signature.empty else self.spell(result)
        return ["self", *taken] if kind else taken, result

    def result(self, name, function, kind):
        """The result of a function that does not state it: what calls return, if it needs only the tensor.

        Otherwise a Tensor if the function is an op, and nothing if it belongs to the engine.
        """
        engine = function.__module__.startswith(CORE.__package__ + ".")
        if kind is not Tensor or engine and name.startswith("__"):
            return ""
        found = []
        for sample in SAMPLES:
            with contextlib.suppress(Exception):        # not for this sample
                result = function(minigrad.tensor(sample))
                tensors = type(result) is tuple and {type(each) for each in result} == {Tensor}
                found.append("tuple[Tensor, ...]" if tensors else self.spell(type(result)))
        if found and "None" not in found:
            return "Any" if "Any" in found else " | ".join(dict.fromkeys(found))
        return "" if engine else "Tensor"

    def operand(self):
        return f"Tensor | {self.spell(complex)}"

    def parameter(self, each, usual=""):
        stars = {each.VAR_POSITIONAL: "*", each.VAR_KEYWORD: "**"}.get(each.kind, "")
        annotation = usual if each.annotation is each.empty else self.spell(each.annotation)
        if usual and each.default is None:
            annotation += " | None"
        text = stars + each.name + (f": {annotation}" if annotation else "")
        if each.default is each.empty:
            return text
        written = type(each.default) in PLAIN and repr(each.default) not in ("inf", "-inf", "nan")
        return text + (" = " if annotation else "=") + (repr(each.default) if written else "...")

    def spell(self, annotation):
        """An annotation as source text; Any for types that NumPy keeps private."""
        if annotation in (None, type(None)):
            return "None"
        if annotation is ...:
            return "..."
        if isinstance(annotation, str):
            return annotation
        if isinstance(annotation, typing.ForwardRef):
            return annotation.__forward_arg__
        if isinstance(annotation, list):            # the parameters of a Callable
            return "[" + ", ".join(map(self.spell, annotation)) + "]"
        origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
        if origin in (typing.Union, types.UnionType):
            return " | ".join(dict.fromkeys(self.spell(each) for each in arguments))
        if origin is typing.Literal:
            self.imports["typing"].add("Literal")
            return "Literal[" + ", ".join(map(repr, arguments)) + "]"
        if origin:
            return f"{self.spell(origin)}[{', '.join(self.spell(each) for each in arguments)}]"
        name, module = getattr(annotation, "__name__", ""), getattr(annotation, "__module__", "")
        if (module, name) == ("builtins", "PyCapsule"):     # of __dlpack__; it has no public name before 3.13
            module, name = "typing_extensions", "CapsuleType"
            self.imports[module].add(name)
            return name
        if module == "builtins":
            return f"builtins.{name}" if name in self.hidden else name
        if getattr(np, name, None) is annotation:
            self.numpy = True
            return f"np.{name}"
        if module == self.module.__name__:
            return name
        if getattr(collections.abc, name, None) is annotation:
            module = "collections.abc"
        elif module.partition(".")[0] != "minigrad":
            return "Any"
        self.imports[module].add(name)
        return name


def doc(value):
    """The first line of the docstring, in quotes."""
    text = inspect.getdoc(value).partition("\n")[0]
    return ('r"""' if "\\" in text else '"""') + text + '"""'


if __name__ == "__main__":
    for path, text in stubs().items():
        path.write_text(text, encoding="utf-8", newline="\n")
        print("wrote", path)
