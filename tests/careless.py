"""Careless calls of every public function, layer and method, and a verdict on how each is answered.

Each valid call comes from an example of the reference. One argument at a time is replaced by a value that a
tired programmer might pass, left out, misspelt, or given twice. A good answer is a ValueError, TypeError,
IndexError or RuntimeError whose text names what was called and one of its arguments. Where PyTorch runs the
valid call too, it runs the careless ones, which shows where it refuses a call that minigrad accepts.

    python tests/careless.py [part of a name] [--torch]     prints every call that is answered badly
"""

import ast
import collections
import collections.abc
import contextlib
import copy
import importlib
import inspect
import io
import json
import os
import re
import resource
import signal
import sys
import tempfile
import warnings
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np

sys.path[:0] = [str(Path(__file__).parents[1] / "docs/extensions"), str(Path(__file__).parents[1])]
import examples  # noqa: E402
import reference  # noqa: E402

import minigrad  # noqa: E402
from minigrad.autograd import Fused, Op  # noqa: E402

del sys.path[:2]

VALUES = ("None", "'a'", "[]", "['a', 1]", "{}", "object()", "-1", "0", "2**31", "2**70", "1.5", "True",
          "float('nan')", "99", "(1, 2, 3, 4, 5, 6, 7)", "tensor([True, False])", "tensor([7, 8])",
          "zeros(0)", "ones(7, 5)", "ones(2, 2, 2, 2, 2, 2)", "tensor(1.5)", "np.ones(3)")
SECONDS = 5         # a call that takes longer never ends
MEMORY = 4 * 2**30  # bytes that a call may ask for
GOOD = (ValueError, TypeError, IndexError, RuntimeError, NotImplementedError)
NOT_HERE = re.compile(      # they need files, processes, a screen or minutes, or take anything
    r"minigrad\.(parallel|visual|backend|cuda|backends|profiler|amp|demos|doctor|nn\.utils\.parametrize\.cached|"
    r"Size$|autograd\.(add_at|array_from|dtype_of|to_numpy|check_writable|Part|Node|zeros_like))")
RAW = re.compile("|".join((     # texts of Python and NumPy
    "object has no attribute", "unsupported operand", "not supported between", "is not iterable",
    "is not subscriptable", "is not callable", r"has no len\(\)", "cannot be interpreted as an integer",
    "unexpected keyword", "positional argument", "could not be broadcast", "invalid literal",
    "could not convert", "must be real number", "not enough values", "too many values", "bad operand",
    "'numpy", "ufunc", "can't multiply", "can only concatenate", "setting an array element", "object arrays",
    "only integer scalar", "only length-1", "only 0-dimensional", "too large to convert", "cannot unpack",
    "(list|tuple|string) indices must be", "only integers, slices", "Cannot cast", "out of bounds",
    "unhashable", "list index",
    "tuple index", "argument of type", "not understood", "string to", "required argument", "local variable",
    "maximum recursion", "Unable to allocate", "Maximum allowed", "array is too big", "descriptor",
    "expected str, bytes", "float argument", "complex", "array must", "arrays must", "shape mismatch")))


# Valid calls


def program_of(entry):
    """The statements of the example of a public name, or None."""
    for name in entry.names:
        written = examples.WRITTEN.get(f"{entry.package}.{name}")
        if written:
            return re.split(r"\s*;;\s*", re.sub(r"\s*;;\s*\.\.\. ?", "\n", written))
    lines = [line[4:] for line in entry.docstring.splitlines() if line.lstrip().startswith((">>> ", "... "))]
    if not lines and entry.kind == "function":
        with contextlib.suppress(TypeError, ValueError):
            parameters = list(reference.parameters_of(entry.value).parameters.values())
            called = f"{examples.SHORT.get(entry.package, entry.package)}.{entry.name}"
            lines = [line[4:] for line in examples.automatic(entry.value, called, parameters) or ()
                     if line.startswith(">>> ")]
    return lines


def names_of(lib):
    """What the programs call `minigrad`, `nn`, `tensor`, ... in a library."""
    if lib is minigrad:
        return dict(examples.NAMES, Tensor=minigrad.Tensor)
    class Spelt(SimpleNamespace):
        def __getattr__(self, name):
            return getattr(lib.nn, re.sub(r"(\d)D$", r"\1d", name))
    top = ModuleType("torch_as_minigrad")
    top.__getattr__ = lambda name: getattr(lib, name)
    top.data, top.func, top.nn = lib.utils.data, lib.func, Spelt()
    return {"minigrad": top, "nn": top.nn, "F": lib.nn.functional, "optim": lib.optim, "tensor": lib.tensor,
            "np": np, "ones": lib.ones, "zeros": lib.zeros, "arange": lib.arange, "Tensor": lib.Tensor}


def calls_in(statements):
    """(index of the statement, the Call node) for calls outside functions, the last first."""
    for i in reversed(range(len(statements))):
        try:
            tree = ast.parse(statements[i])
        except SyntaxError:
            continue
        stack, found = [tree], []
        while stack:
            node = stack.pop()
            if isinstance(node, ast.Call):
                found.append(node)
            if not isinstance(node, (ast.Lambda, ast.FunctionDef, ast.ClassDef, ast.ListComp,
                                     ast.GeneratorExp, ast.DictComp)):
                stack.extend(ast.iter_child_nodes(node))
        for node in found:
            yield i, node


def run(lib, statements):
    """The result of the last statement, an expression."""
    names = names_of(lib)
    lib.manual_seed(0)
    lib.set_default_dtype(lib.float32)
    lib.set_printoptions(profile="default")
    lib.set_grad_enabled(True)
    lib.autograd.set_detect_anomaly(False)
    for statement in statements[:-1]:
        exec(statement, names)
    return eval(statements[-1], names)


def public_of(callee):
    """(the names that a message about this callee may use, its signature) or None where it is not public."""
    owner = getattr(callee, "__self__", None)
    if isinstance(callee, minigrad.nn.Module):
        kind = type(callee)
        return ({kind.__name__}, inspect.signature(callee.forward)) if ours(kind) else None
    try:
        signature = reference.parameters_of(callee)
    except (TypeError, ValueError):
        signature = inspect.Signature()
    names = {getattr(callee, "__name__", "")}
    if isinstance(callee, type):
        names |= {"tensor"} if issubclass(callee, minigrad.Tensor) else set()
        return (names, signature) if ours(callee) else None
    if owner is not None and not isinstance(owner, ModuleType):
        if isinstance(owner, type):
            names.add(owner.__name__)
        elif not isinstance(owner, minigrad.Tensor):
            names = {f"{type(owner).__name__}.{each}" for each in names} | {type(owner).__name__} | names
        return (names, signature) if ours(type(owner)) or ours(owner) else None
    if isinstance(callee, (Op, Fused)) or ours(callee):
        return names, signature
    return None


def ours(value):
    return str(getattr(value, "__module__", "")).startswith("minigrad")


def subjects(pattern=""):
    """(name, program before the call, source of the call) of the calls to try, each callee once or twice."""
    seen, stock = collections.Counter(), {"tensor", "ones", "zeros", "arange", "manual_seed"}
    programs = [(entry.full, program_of(entry)) for entry in reference.entries()
                if not entry.home and not NOT_HERE.match(entry.full) and entry.kind in ("function", "class")]
    methods = []
    for full, statements in programs:
        if not statements:
            continue
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder) if hasattr(
                contextlib, "chdir") else contextlib.nullcontext():
            for i, node in calls_in(statements):
                source = ast.unparse(node)
                callee_source = ast.unparse(node.func)
                name = full if callee_source.rpartition(".")[2] == full.rpartition(".")[2] else callee_source
                try:
                    with warnings.catch_warnings(), quiet():
                        warnings.simplefilter("ignore")
                        callee = run(minigrad, [*statements[:i], callee_source])
                        run(minigrad, [*statements[:i], source])
                        found = public_of(callee)
                except Exception:
                    continue
                if not found:
                    continue
                names = found[0]
                if name is full:
                    names.add(full.rpartition(".")[2])
                if isinstance(node.func, ast.Call):         # the function that a function returned
                    names.add(ast.unparse(node.func.func).rpartition(".")[2])
                if callee_source in stock and full != f"minigrad.{callee_source}":
                    continue
                key = callee if isinstance(callee, (type, Op, Fused)) or inspect.isfunction(callee) else (
                    type(callee) if isinstance(callee, minigrad.nn.Module) else
                    getattr(callee, "__func__", callee))
                key = (key if isinstance(key, collections.abc.Hashable) else type(key),
                       isinstance(callee, minigrad.nn.Module))
                if seen[key] >= 1:
                    continue
                seen[key] += 1
                if pattern in name or pattern in source:
                    yield name, statements[:i], node, *found
                tail = name.rpartition(".")[2]
                if (name.count(".") == 1 and node.args and hasattr(minigrad.Tensor, tail)
                        and callee_source.startswith("minigrad.")
                        and not isinstance(node.args[0], ast.Starred)):
                    methods.append((tail, statements[:i], node))
    for tail, before, node in methods:
        for ending in ("", "_"):
            if hasattr(minigrad.Tensor, tail + ending) and pattern in f"Tensor.{tail}{ending}":
                call = copy.deepcopy(node)
                call.func = ast.Attribute(call.args[0], tail + ending)
                call.args = call.args[1:]
                try:
                    with quiet():
                        run(minigrad, [*before, ast.unparse(call)])
                        value = getattr(minigrad.Tensor, tail + ending)
                        signature = reference.parameters_of(value)
                except Exception:
                    continue
                parameters = list(signature.parameters.values())[1:]
                yield (f"Tensor.{tail}{ending}", before, call, {tail, tail + ending},
                       signature.replace(parameters=parameters))


@contextlib.contextmanager
def quiet():
    """Nothing is printed, and NumPy's warnings are not raised."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()), np.errstate(
            all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


# Careless calls


def careless(node, signature):
    """(source of the call, what in it is wrong: texts of which an answer should hold one)."""
    call = ast.unparse(node)
    parameters = [p for p in signature.parameters.values() if p.kind not in (p.VAR_KEYWORD,)]
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    variadic = any(p.kind is p.VAR_POSITIONAL for p in parameters)
    slots = []
    for i, arg in enumerate(node.args):
        if not isinstance(arg, ast.Starred):
            name = positional[i].name if i < len(positional) else ""
            slots.append((name, lambda value, i=i: with_argument(node, i, value)))
    for i, keyword in enumerate(node.keywords):
        if keyword.arg:
            slots.append((keyword.arg, lambda value, i=i: with_keyword(node, i, value)))
    given = {p.name for p in positional[:len(node.args)]} | {k.arg for k in node.keywords}
    for p in parameters:
        if p.name not in given and p.default is not p.empty and p.kind is not p.VAR_POSITIONAL:
            slots.append((p.name, lambda value, p=p: with_new(node, p.name, value)))
    for name, make in slots:
        for value in VALUES:
            yield make(value), name, value
    for i in range(len(node.args)):
        name = positional[i].name if i < len(positional) else ""
        yield with_argument(node, i, None), name, "<missing>"
        if isinstance(node.args[i], ast.Call):
            yield with_argument(node, i, f"({ast.unparse(node.args[i])})[None]"), name, "<one more axis>"
    for i, keyword in enumerate(node.keywords):
        if keyword.arg:
            yield with_keyword(node, i, None), keyword.arg, "<missing>"
    yield with_new(node, "dimm", "1"), "dimm", "<misspelt>"
    if not variadic:
        many = copy.deepcopy(node)
        many.args += [ast.Constant(7)] * (len(parameters) + 1)
        yield ast.unparse(many), "", "<surplus>"
    assert call


def with_argument(node, i, value):
    new = copy.deepcopy(node)
    if value is None:
        del new.args[i]
    else:
        new.args[i] = ast.parse(value, mode="eval").body
    return ast.unparse(new)


def with_keyword(node, i, value):
    new = copy.deepcopy(node)
    if value is None:
        del new.keywords[i]
    else:
        new.keywords[i].value = ast.parse(value, mode="eval").body
    return ast.unparse(new)


def with_new(node, name, value):
    new = copy.deepcopy(node)
    new.keywords.append(ast.keyword(name, ast.parse(value, mode="eval").body))
    return ast.unparse(new)


# Verdicts


class TooLong(BaseException):
    pass


def ring(*_):
    raise TooLong


def outcome(lib, statements):
    """The error of a program, TooLong, or None."""
    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        with quiet():
            result = run(lib, statements)
            if inspect.isgenerator(result) or isinstance(result, (map, zip)):
                list(result)
    except TooLong:
        return TooLong()
    except Exception as error:
        return error
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return None


def in_user_code(error):
    """Was the error raised by a function of the program, such as a lambda?"""
    files, step = [], error.__traceback__
    while step:
        files.append(step.tb_frame.f_code.co_filename)
        step = step.tb_next
    if isinstance(error, KeyError) and files[-1] == "<string>":
        return True         # a dict of the program
    return "<string>" in files[files.index("<string>") + 1:] if "<string>" in files else False


def verdict(error, names, argument, value):
    """'good', or what is wrong with an answer."""
    if isinstance(error, TooLong):
        return "never ends"
    if isinstance(error, ImportError) and "device" in str(error):
        return "good"
    if in_user_code(error) or isinstance(error, (AssertionError, KeyError)) and re.match(
            r"gradcheck failed|.history has no", str(error)):
        return "good"
    if type(error) not in GOOD and not isinstance(error, OSError):
        return "forbidden type"
    text = str(error)
    if RAW.search(text):
        return "raw text"
    if not any(re.search(rf"(?<![\w]){re.escape(name)}(?!\w)", text) for name in names):
        return "inner name" if re.match(r"\w+[:(]", text) else "no name"
    return "good"


def study(pattern="", torch=None):
    """(verdict, what is called, program, answer, careless value) of every careless call."""
    for name, before, node, names, signature in subjects(pattern):
        theirs = torch and outcome(torch, [*before, ast.unparse(node)]) is None
        seen = set()
        for call, argument, value in careless(node, signature):
            if call in seen:
                continue
            seen.add(call)
            program = [*before, call]
            error = outcome(minigrad, program)
            if error is not None:
                yield verdict(error, names, argument, value), name, program, error, value
            elif theirs:
                refused = outcome(torch, program)
                kind = "accepted" if refused is None else "only PyTorch refuses"
                yield kind, name, program, refused, value
            else:
                yield "accepted", name, program, None, value


def limit_memory():
    """Let a call that asks for too much memory fail at once."""
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, resource.RLIM_INFINITY))


def main():
    torch = importlib.import_module("torch") if "--torch" in sys.argv else None
    pattern = next((each for each in sys.argv[1:] if not each.startswith("-")), "")
    limit_memory()
    counts, shown = collections.Counter(), sys.stdout
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for kind, name, program, error, value in study(pattern, torch):
            counts[kind] += 1
            text = "" if error is None else f"{type(error).__name__}: {error}".replace("\n", " ")
            if "--json" in sys.argv:
                print(json.dumps([kind, name, " ;; ".join(program), text, value]), file=shown)
            elif kind not in ("good", "accepted"):
                source = " ;; ".join(program)[-110:]
                print(f"{kind:20} {value:22} {name:40} {source:110} {text[:160]}", file=shown)
        os.chdir("/")
    for kind, count in counts.most_common():
        print(f"{kind:20} {count:7}", file=sys.stderr)


if __name__ == "__main__":
    main()
