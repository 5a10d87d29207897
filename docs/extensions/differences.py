"""Where minigrad differs from PyTorch: the rows of the table, and what runs them.

Each row has a program, with `lib` for the library, and its outcome in both: a repr, or the name of an error.
tests/project/test_docs.py runs every row in both libraries.
"""

ROWS = [    # what, program (its last line is the expression), in PyTorch, in minigrad, what to do
    ("How a dtype prints", "lib.ones(2).dtype",
     "torch.float32", "dtype('float32')", "A dtype is NumPy's, and equals its name, `'float32'`."),
    ("A device is a string", "lib.ones(2).device == 'cpu'",
     "False", "True", ""),
    ("Tensor of an array", "lib.Tensor(lib.ones(2).double().numpy()).element_size()",
     "4", "8", "`Tensor(array)` wraps the array. Write `torch.tensor(array)`: the array's dtype in both."),
    ("view of a transposed tensor", "lib.ones(2, 3).t().view(6).numel()",
     "RuntimeError", "6", "`view` is `reshape` and copies when it has to."),
    ("inference_mode", "with lib.inference_mode():\n    x = lib.ones(2)\n"
     "(lib.ones(2, requires_grad=True) * x).sum().backward()",
     "RuntimeError", "None", "It is `no_grad` by another name."),
    ("A number that an integer dtype cannot hold", "(lib.tensor([255], dtype=lib.uint8) == -1).tolist()",
     "[True]", "[False]", "Comparisons of integers are exact. In PyTorch -1 wraps around to 255 first."),
    ("Integers beside floats", "(lib.tensor([2**24 + 1]) == lib.tensor([2.0**24])).tolist()",
     "[True]", "[False]", "PyTorch rounds the integer to float32 first."),
    ("clamp beyond the range of integers", "lib.tensor([1, 9], dtype=lib.uint8).clamp(-1, 3).tolist()",
     "[3, 3]", "[1, 3]", "In PyTorch -1 wraps around to 255."),
    ("Matrices of two dtypes", "(lib.ones(2, 2) @ lib.ones(2, 2, dtype=lib.float64)).dtype == lib.float64",
     "RuntimeError", "True", "They meet in the wider dtype, as in every other op."),
    ("scatter with a repeated index",
     "x = lib.ones(2, requires_grad=True)\nlib.zeros(2).scatter(0, lib.tensor([0, 0]), x).sum().backward()\n"
     "x.grad.tolist()",
     "[1.0, 1.0]", "[0.0, 1.0]", "Only the value that was written counts. PyTorch's documentation "
     "calls its own gradient wrong here."),
    ("Gradient of as_strided_scatter",
     "x = lib.zeros(3, requires_grad=True)\n"
     "lib.as_strided_scatter(x, lib.ones(2), (2,), (1,)).sum().backward()\nx.grad.tolist()",
     "[1.0, 1.0, 0.0]", "[0.0, 0.0, 1.0]", "What is replaced adds nothing. PyTorch exchanges the two parts."),
    ("Gradient of ctc_loss",
     "x = lib.zeros(1, 1, 2).log_softmax(2).requires_grad_()\n"
     "lib.nn.functional.ctc_loss(x, lib.tensor([[1]]), lib.tensor([1]), lib.tensor([1])).backward()\n"
     "[round(each, 3) for each in x.grad.reshape(2).tolist()]",
     "[0.5, -0.5]", "[0.0, -1.0]", "The gradient is that of the loss. PyTorch's is right only behind "
     "`log_softmax`, where both give the same."),
    ("Gradient of det at a singular matrix",
     "x = lib.zeros(2, 2, requires_grad=True)\nx.det().backward()\nx.grad.tolist()",
     "[[0.0, 0.0], [0.0, 0.0]]", "ValueError", "The rule uses the inverse."),
    ("Gradient of an ignored row of NaN",
     "x = lib.tensor([[0.0, 0.0], [float('nan'), 0.0]], requires_grad=True)\n"
     "lib.nn.functional.cross_entropy(x, lib.tensor([0, -100])).backward()\nx.grad[1].tolist()",
     "[nan, nan]", "[0.0, 0.0]", "An ignored target makes its row count as little as an absent one."),
    ("0 times infinity in a loss",
     "x, t = lib.tensor([-float('inf'), 0.0]), lib.tensor([0.0, 1.0])\n"
     "lib.nn.functional.kl_div(x, t, reduction='sum').item()",
     "nan", "0.0", "A term with target 0 or weight 0 adds nothing, also in the other losses."),
    ("Gradient of hypot at the origin",
     "x = lib.zeros(1, requires_grad=True)\nlib.hypot(x, x).backward()\nx.grad.item()",
     "nan", "0.0", "0, as for `norm`."),
    ("Gradient of logsumexp and logaddexp of -inf",
     "x = lib.full((2,), -float('inf'), requires_grad=True)\nx.logsumexp(0).backward()\nx.grad.tolist()",
     "[nan, nan]", "[0.0, 0.0]", "`logaddexp` gives each half."),
    ("Spread of LKJCholesky(3)",
     "lib.manual_seed(0)\nx = lib.distributions.LKJCholesky(3).sample((9999,))[:, 2, :2]\n"
     "round((x * x).sum(-1).mean().item(), 1)",
     "0.6", "0.5", "Each correlation of a uniform distribution of three has the variance 1/4."),
    ("Divergence of several Wishart",
     "d, eye = lib.distributions, lib.eye(2)\n"
     "p, q = (d.Wishart(lib.tensor([5., 6.]) + i, eye) for i in range(2))\n"
     "(d.kl_divergence(p, q)[0] == d.kl_divergence(d.Wishart(5., eye), d.Wishart(6., eye))).item()",
     "False", "True", "PyTorch adds up terms over the batch."),
    ("Divergence from a distribution between 0 and 1 to Uniform(0, 1)",
     "d = lib.distributions\nd.kl_divergence(d.ContinuousBernoulli(0.3), d.Uniform(0.0, 1.0)).isinf().item()",
     "True", "False", "Also from Uniform(0, 1) to ContinuousBernoulli."),
    ("Mode of Kumaraswamy", "lib.distributions.Kumaraswamy(2.0, 2.0).mode.isnan().item()",
     "True", "False", "((a - 1) / (a b - 1))^(1/a)"),
    ("Floats in a batch", "lib.utils.data.default_collate([1.0, 2.0]).dtype",
     "torch.float64", "dtype('float32')", ""),
    ("A class id out of range", "lib.nn.functional.cross_entropy(lib.zeros(1, 3), lib.tensor([5]))",
     "IndexError", "ValueError", "minigrad raises `ValueError` or `TypeError` for a wrong argument."),
    ("Truth of several elements", "bool(lib.ones(2))",
     "RuntimeError", "ValueError", ""),
    ("bfloat16", "lib.finfo(lib.bfloat16).bits",
     "16", "32", "NumPy has none: the numbers are float32, and one warning says so."),
    ("conj() is computed at once", "lib.tensor([1j]).conj().is_conj()",
     "True", "False", "PyTorch's shares the memory of the tensor until it is needed."),
    ("Gradient of polar at a negative radius",
     "r = lib.tensor(-1., requires_grad=True)\n"
     "lib.polar(r, lib.tensor(0.)).real.backward()\nr.grad.item()",
     "-1.0", "1.0", "Right: the derivative of r cos(angle) is cos(angle)."),
    ("Compiling a model", "lib.compile(lib.nn.Linear(1, 1)).in_features",
     "1", "AttributeError", "Leave it out."),
    ("DataParallel", "lib.nn.DataParallel.__name__",
     "'DataParallel'", "AttributeError", "Use `minigrad.parallel.Team`: it trains with several processes."),
    ("A schedule continued with last_epoch",
     "group = {'params': [lib.ones(1, requires_grad=True)], 'lr': 1., 'initial_lr': 1.}\n"
     "optimizer = lib.optim.SGD([group])\n"
     "lib.optim.lr_scheduler.ExponentialLR(optimizer, 0.5, last_epoch=3).get_last_lr()",
     "[1.0]", "[0.0625]", "Right: the rates of an uninterrupted run, from `initial_lr`."),
    ("CyclicLR beside another scheduler",
     "optimizer = lib.optim.SGD([lib.ones(1, requires_grad=True)], lr=1., momentum=0.9)\n"
     "lib.optim.lr_scheduler.StepLR(optimizer, 9)\n"
     "lib.optim.lr_scheduler.CyclicLR(optimizer, base_lr=0.1, max_lr=0.5).get_last_lr()",
     "[1.0]", "[0.1]", "Right: it starts at `base_lr`."),
    ("Loading a scheduler",
     "def new():\n"
     "    optimizer = lib.optim.SGD([lib.ones(1, requires_grad=True)], lr=1.)\n"
     "    return optimizer, lib.optim.lr_scheduler.ConstantLR(optimizer, 0.1)\n"
     "old, resumed = new(), new()\n"
     "resumed[0].param_groups[0]['lr'] = 0.01\n"
     "resumed[1].load_state_dict(old[1].state_dict())\n"
     "resumed[0].param_groups[0]['lr']",
     "0.01", "0.1", "The state includes the learning rates, so optimizer and scheduler may be loaded in any "
     "order."),
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
