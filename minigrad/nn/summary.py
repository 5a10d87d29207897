"""summary(model, input): a model's layers, their output shapes and their numbers of parameters."""

from collections.abc import Sequence

from minigrad.autograd import Tensor, no_grad
from minigrad.autograd.errors import checked
from minigrad.nn.module import Module
from minigrad.ops.creation import zeros


class Summary:
    """The table; print it.

    rows            (name, layer, output shape, own parameters) of each module, in the order of the model
    parameters      the number of parameters, shared ones counted once
    trainable       the number of parameters that require a gradient
    """

    def __init__(self, rows, parameters, trainable):
        self.rows, self.parameters, self.trainable = rows, parameters, trainable

    def __str__(self):
        table = [("layer", "output shape", "parameters")]
        for name, layer, shape, count in self.rows:
            depth = name.count(".") + 1 if name else 0
            label = f"{'  ' * depth}{layer}" + (f" ({name.rpartition('.')[2]})" if name else "")
            table.append((label, shape, f"{count:,}" if count else ""))
        first, second, third = (max(map(len, column)) for column in zip(*table))
        lines = [f"{a:<{first}}  {b:<{second}}  {c:>{third}}" for a, b, c in table]
        rule = "-" * len(lines[0])
        frozen = self.parameters - self.trainable
        total = f"{self.parameters:,} parameters" + (f", {frozen:,} of them frozen" if frozen else "")
        return "\n".join(line.rstrip() for line in [lines[0], rule, *lines[1:], rule, total])

    __repr__ = __str__


@checked
def summary(model: Module, input: Tensor | Sequence) -> Summary:
    """A Summary of `model` for an input: a Tensor, a shape with the batch axis, or a list of Tensors.

    A shape means zeros with the parameters' dtype and device; a model that takes class ids needs a Tensor.
    The model runs once, in eval mode and without gradients, and is left unchanged.

    >>> from minigrad import nn
    >>> print(nn.summary(nn.Sequential(nn.Linear(3, 10), nn.ReLU(), nn.Linear(10, 1)), (32, 3)))
    layer         output shape  parameters
    --------------------------------------
    Sequential    (32, 1)
      Linear (0)  (32, 10)              40
      ReLU (1)    (32, 10)
      Linear (2)  (32, 1)               11
    --------------------------------------
    51 parameters
    """
    parameters = list(model.parameters())
    if isinstance(input, (tuple, list)) and all(isinstance(n, int) for n in input):
        like = parameters[0] if parameters else zeros()
        input = zeros(tuple(input), dtype=like.dtype, device=like.device)
    inputs = [input] if isinstance(input, Tensor) else list(input)
    shapes, modes = {}, {module: module.training for module in model.modules()}

    def note(module, args, y):
        shapes[module] = shape_of(y)

    handles = [module.register_forward_hook(note) for module in modes]
    try:
        with no_grad():
            model.eval()(*inputs)
    finally:
        for handle in handles:
            handle.remove()
        for module, training in modes.items():
            module.training = training
    seen, rows = set(), []
    for name, module in model.named_modules():
        own = [p for p in module.parameters(recurse=False) if id(p) not in seen]
        seen.update(map(id, own))
        rows.append((name, type(module).__name__, shapes.get(module, "not used"), count(own)))
    return Summary(rows, count(parameters), count([p for p in parameters if p.requires_grad]))


def shape_of(y):
    if isinstance(y, Tensor):
        return str(tuple(y.shape))
    return ", ".join(shape_of(each) for each in y) if isinstance(y, (tuple, list)) else type(y).__name__


def count(parameters):
    return sum(p.numel() for p in parameters)
