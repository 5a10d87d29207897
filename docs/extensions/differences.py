"""Where minigrad differs from PyTorch: the rows of the table, and what runs them.

Each row has a program, with `lib` for the library, and its outcome in both: a repr, or the name of an error.
tests/project/test_docs.py runs every row in both libraries.
"""

ROWS = [    # what, program (its last line is the expression), in PyTorch, in minigrad, what to do
    ("Tensor of integers", "lib.Tensor([1, 2]).dtype",
     "torch.float32", "dtype('int64')", "Write `tensor([1, 2])`: int64 in both."),
    ("How a dtype prints", "lib.ones(2).dtype",
     "torch.float32", "dtype('float32')", "A dtype is NumPy's, and equals its name, `'float32'`."),
    ("A device is a string", "lib.ones(2).device == 'cpu'",
     "False", "True", ""),
    ("axis=", "lib.ones(2, 3).sum(axis=0)",
     "tensor([2., 2., 2.])", "TypeError", "Write `dim=`. It works in both."),
    ("keepdims=", "lib.ones(2, 3).sum(0, keepdims=True)",
     "tensor([[2., 2., 2.]])", "TypeError", "Write `keepdim=`. It works in both."),
    ("softmax without dim", "lib.nn.functional.softmax(lib.zeros(2))",
     "tensor([0.5000, 0.5000])", "TypeError", "Give `dim`. PyTorch guesses it with a warning."),
    ("Assignment to part of a result", "y = lib.ones(3, requires_grad=True) * 2\ny[0] = 5.0\ny.sum().item()",
     "9.0", "RuntimeError", "Build the result with `where`, `stack`, `cat` or `index_put`."),
    ("In-place methods on a result", "y = lib.ones(3, requires_grad=True) * 2\ny.add_(1).sum().item()",
     "9.0", "RuntimeError", "Write `y = y + 1`. `y += 1` works and makes a new tensor."),
    ("view of a transposed tensor", "lib.ones(2, 3).t().view(6).numel()",
     "RuntimeError", "6", "`view` is `reshape` and copies when it has to."),
    ("inference_mode", "with lib.inference_mode():\n    x = lib.ones(2)\n"
     "(lib.ones(2, requires_grad=True) * x).sum().backward()",
     "RuntimeError", "None", "It is `no_grad` by another name."),
    ("uint8 as an index", "lib.tensor([1., 2., 3.])[lib.tensor([0, 1, 1], dtype=lib.uint8)].tolist()",
     "[2.0, 3.0]", "[1.0, 2.0, 2.0]", "PyTorch reads a mask, minigrad positions. "
     "Convert with `.bool()` or `.long()`."),
    ("scatter with a repeated index",
     "x = lib.ones(2, requires_grad=True)\nlib.zeros(2).scatter(0, lib.tensor([0, 0]), x).sum().backward()\n"
     "x.grad.tolist()",
     "[1.0, 1.0]", "[0.0, 1.0]", "Only the value that was written counts. PyTorch's documentation "
     "calls its own gradient wrong here."),
    ("Gradient of det at a singular matrix",
     "x = lib.zeros(2, 2, requires_grad=True)\nx.det().backward()\nx.grad.tolist()",
     "[[0.0, 0.0], [0.0, 0.0]]", "ValueError", "The rule uses the inverse."),
    ("Floats in a batch", "lib.utils.data.default_collate([1.0, 2.0]).dtype",
     "torch.float64", "dtype('float32')", ""),
    ("A class id out of range", "lib.nn.functional.cross_entropy(lib.zeros(1, 3), lib.tensor([5]))",
     "IndexError", "ValueError", "minigrad raises `ValueError` or `TypeError` for a wrong argument."),
    ("Truth of several elements", "bool(lib.ones(2))",
     "RuntimeError", "ValueError", ""),
    ("bfloat16", "lib.bfloat16",
     "torch.bfloat16", "AttributeError", "NumPy has none. Use float32, or float16 to save memory."),
    ("Complex numbers", "lib.tensor(1j).numel()",
     "1", "TypeError", "Keep the real and the imaginary part in two tensors."),
    ("Compiling a model", "lib.compile(lib.nn.Linear(1, 1)).in_features",
     "1", "AttributeError", "Leave it out."),
    ("DataParallel", "lib.nn.DataParallel.__name__",
     "'DataParallel'", "AttributeError", "Use `minigrad.parallel.Team`: it trains with several processes."),
    ("Random numbers", "lib.manual_seed(0)\nround(lib.rand(1, dtype=lib.float64).item(), 4)",
     None, None, "A seed repeats a run, but the two libraries draw different numbers."),
]


def outcome(program, lib):
    """The outcome of the program with this library: the repr of its last line, or the name of the error."""
    *statements, last = program.split("\n")
    names = {"lib": lib}
    try:
        exec("\n".join(statements), names)
        return repr(eval(last, names))
    except Exception as error:
        return type(error).__name__


def table():
    """The rows in Markdown."""
    lines = ["| | program | PyTorch | minigrad |", "|---|---|---|---|"]
    for what, program, theirs, ours, advice in ROWS:
        code = "<br>".join(f"`{line}`" for line in program.replace("lib.", "").split("\n"))
        results = [f"`{each}`" if each else "other numbers" for each in (theirs, ours)]
        lines.append(f"| **{what}**<br>{advice} | {code} | {' | '.join(results)} |")
    return "\n".join(lines)
