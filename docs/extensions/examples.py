"""Examples for the reference: programs that run when its pages are written, and their output.

A docstring with an example keeps it. Other examples come from WRITTEN. A function without one that takes only
tensors is called on the first INPUTS that it accepts.
"""

import os
import re
import tempfile
import warnings
from pathlib import Path

import numpy as np

import minigrad
from minigrad import nn, optim
from minigrad.nn import functional as F

NAMES = {"minigrad": minigrad, "nn": nn, "F": F, "optim": optim, "tensor": minigrad.tensor, "np": np,
         "ones": minigrad.ones, "zeros": minigrad.zeros, "arange": minigrad.arange}
SHORT = {"minigrad.nn.functional": "F", "minigrad.nn": "nn", "minigrad.optim": "optim"}

os.environ.setdefault("MPLBACKEND", "Agg")       # plots need no screen
STORED = Path(__file__).parents[1] / "examples.txt"
TENSORS = set("x y a b input other A B mat vec input1 input2 x1 x2 target tensor end weight min max".split())
INPUTS = (      # for the first, second and third argument
    ("tensor([-1.5, 0.5, 2.0])", "tensor([2.0, 1.0, 3.0])", "tensor([1.0, 2.0, 4.0])"),
    ("tensor([0.25, 0.5, 0.75])", "tensor([0.5, 0.25, 0.75])", "tensor([0.1, 0.2, 0.3])"),
    ("tensor([1.5, 2.0, 3.0])", "tensor([2.0, 1.0, 3.0])", "tensor([1.0, 2.0, 4.0])"),
    ("tensor([12, 7, 5])", "tensor([8, 3, 2])", "tensor([1, 2, 3])"),
    ("tensor([True, True, False])", "tensor([True, False, False])", "tensor([True, False, True])"),
    ("tensor([[2.0, 1.0], [1.0, 3.0]])", "tensor([[1.0, 0.0], [2.0, 1.0]])"),
    ("tensor([[2.0, 1.0], [1.0, 3.0]])", "tensor([1.0, 2.0])"),
)
MOST_LINES = 6

# Examples that differ only in the call: package -> (form, calls).
FAMILIES = (
    ("minigrad.optim", "p = nn.Parameter(ones(2)) ;; optimizer = optim.{} ;; (p ** 2).sum().backward() ;; "
     "optimizer.step() ;; p.detach()",
     """ASGD([p], lr=0.1); Adadelta([p]); Adagrad([p], lr=0.1); Adam([p], lr=0.1); AdamW([p], lr=0.1);
     Adamax([p], lr=0.1); Lion([p], lr=0.1); NAdam([p], lr=0.1); RAdam([p], lr=0.1); RMSprop([p], lr=0.1);
     Rprop([p], lr=0.1); SGD([p], lr=0.1)"""),
    ("minigrad.optim.lr_scheduler", "optimizer = optim.SGD([nn.Parameter(ones(1))], lr=1.0) ;; "
     "scheduler = optim.lr_scheduler.{} ;; optimizer.step() ;; scheduler.step() ;; scheduler.get_last_lr()",
     """ConstantLR(optimizer, factor=0.5); CosineAnnealingLR(optimizer, T_max=4);
     ExponentialLR(optimizer, gamma=0.9);
     CosineAnnealingWarmRestarts(optimizer, T_0=4); CyclicLR(optimizer, 0.1, 1.0, cycle_momentum=False);
     LambdaLR(optimizer, lambda t: 1 / (1 + t)); LinearLR(optimizer); MultiStepLR(optimizer, [1, 2]);
     MultiplicativeLR(optimizer, lambda t: 0.5); PolynomialLR(optimizer, total_iters=4); StepLR(optimizer, 1);
     OneCycleLR(optimizer, max_lr=1.0, total_steps=10, cycle_momentum=False)"""),
    ("minigrad.nn", "nn.{}(tensor([-1.5, 0.5, 2.0]))",
     """CELU(); ELU(); GELU(); Hardshrink(); Hardsigmoid(); Hardswish(); Hardtanh(); LeakyReLU(0.1);
     LogSigmoid(); Mish(); ReLU(); ReLU6(); SELU(); Sigmoid(); SiLU(); Softplus(); Softshrink(); Softsign();
     Tanh(); Tanhshrink()"""),
    ("minigrad", "x = tensor([0.25, 0.5]) ;; minigrad.{}",
     """abs_(x); acos_(x); arccos_(x); arcsin_(x); arcsinh_(x); arctan_(x); arctanh_(x); asin_(x);
       asinh_(x); atan_(x); atanh_(x); ceil_(x); cos_(x); cosh_(x); deg2rad_(x); erf_(x); erfc_(x);
       exp_(x); exp2_(x); expm1_(x); fix_(x); floor_(x); frac_(x); i0_(x); log_(x); log10_(x); log1p_(x);
       log2_(x); logit_(x); nan_to_num_(x); neg_(x); negative_(x); rad2deg_(x); reciprocal_(x); relu_(x);
       round_(x); rsqrt_(x); sigmoid_(x); sin_(x); sinc_(x); sinh_(x); sqrt_(x); square_(x); tan_(x);
       tanh_(x); trunc_(x); acosh_(x + 1); arccosh_(x + 1); clamp_(x, 0.3, 0.4); clip_(x, 0.3, 0.4);
       clamp_max_(x, 0.3); clamp_min_(x, 0.3); fill_(x, 2); gcd_(tensor([4, 6]), 6);
       lcm_(tensor([4, 6]), 6); ldexp_(x, tensor([1, 2])); xlogy_(x, x + 1); addmv_(x, ones(2, 2), x);
       index_put_(x, (tensor([0]),), tensor(9.0))"""),
    *(("minigrad.nn", f"nn.{{}}(ones(1, 1, {', '.join('4' * d)})).shape",
       f"""CircularPad{d}D(1); ConstantPad{d}D(1, 0.5); ReflectionPad{d}D(1);
       ReplicationPad{d}D(1); ZeroPad{d}D(1); AdaptiveAvgPool{d}D(2); AdaptiveMaxPool{d}D(2); AvgPool{d}D(2);
       LPPool{d}D(2, 2); MaxPool{d}D(2)""")
      for d in (1, 2, 3)),
    *(("minigrad.nn", f"x = ones(1, 1, {', '.join('4' * d)}) ;; "
       f"y, places = nn.MaxPool{d}D(2, return_indices=True)(x) ;; nn.{{}}(y, places).shape",
       f"MaxUnpool{d}D(2)")
      for d in (1, 2, 3)))


def written():
    """Full name -> program, of the families above and of docs/examples.txt."""
    found = {f"{package}.{call.strip().partition('(')[0]}": form.format(call.strip())
             for package, form, calls in FAMILIES for call in calls.split(";")}
    for line in STORED.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, _, program = line.partition(": ")
            name = re.sub(r"^F\.", "nn.functional.", name)
            found[f"minigrad.{name}"] = program
    return found


WRITTEN = written()


def run(program):
    """The lines of an interpreter: each statement after >>>, then the result of the last.

    It runs in an empty temporary folder, so that it may write files.
    """
    names, before = dict(NAMES), os.getcwd()
    minigrad.manual_seed(0)
    program = re.sub(r"\s*;;\s*\.\.\. ?", "\n", program)                  # the next line of a block
    program = re.sub(r"(@[\w.]+)\s*;;\s*", r"\1\n", program)              # a decorator and its function
    *statements, last = re.split(r"\s*;;\s*", program)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", ".* deprecated; write ")      # the reference has these too
                for statement in statements:
                    exec(statement, names)
                result = eval(last, names)
        finally:
            os.chdir(before)
    lines = "\n".join(">>> " + each.replace("\n", "\n... ") for each in (*statements, last)).splitlines()
    return [*lines, *([] if result is None else repr(result).splitlines())]


def automatic(function, called, parameters):
    """The example with the first inputs that give a finite result, or None."""
    required = [p.name for p in parameters if p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD]
    if not 1 <= len(required) <= 3 or not set(required) <= TENSORS:
        return None
    if any(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) or p.kind is p.KEYWORD_ONLY and p.default is p.empty
           for p in parameters):
        return None
    for inputs in INPUTS:
        given = inputs[:len(required)]
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                lines = run(f"{called}({', '.join(given)})")
        except Exception:       # not for these inputs
            continue
        text = "\n".join(lines[1:])
        if text and len(lines) <= MOST_LINES and not re.search("nan|inf| at 0x", text):
            return lines
    return None


def example(entry, parameters):
    """The lines of an example for an entry of the reference, or None."""
    for name in entry.names:
        if f"{entry.package}.{name}" in WRITTEN:
            return run(WRITTEN[f"{entry.package}.{name}"])
    if entry.kind != "function" or parameters is None:
        return None
    called = f"{SHORT.get(entry.package, entry.package)}.{entry.name}"
    return automatic(entry.value, called, parameters)
