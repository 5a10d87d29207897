"""What became NaN or infinite first: the weights, the batch, a layer, the loss, or a gradient.

This runs once, when a training has failed (finite.py): it repeats the step under watch.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from minigrad.autograd import Tensor, detect_anomaly
from minigrad.train.checks import several

SHOWN = 3       # names in a message


def broken(tensors: Iterable[tuple[str, Any]]) -> list[str]:
    """The names of the tensors with a NaN or an infinity."""
    return [name for name, x in tensors if isinstance(x, Tensor) and x.dtype.kind == "f"
            and not bool(x.isfinite().all())]


def diagnosed(model: Any, loss_function: Any, inputs: list, target: Any) -> str:
    """Sentences about where a step on this batch first meets NaN or infinity, "" if it does not."""
    if names := broken([*model.named_parameters(), *model.named_buffers()]):
        return f"Before this step, {several(names, SHOWN)} of the model {verb(names)} NaN or infinite already"
    names = broken([(f"input {i}", x) for i, x in enumerate(tensors_in(inputs), 1)]
                   + [("the target", x) for x in tensors_in(target)])
    found = [f"In the batch, {several(names, SHOWN)} {verb(names)} NaN or infinite"] if names else []
    with unchanged(model), watched(model, found), suppress(Exception):
        loss = loss_function(model(*inputs), target)
        if not found and broken([("loss", loss)]):
            found.append("The output of the model is finite, so the loss function made it")
        loss.backward()
        if not found and (names := broken((name, p.grad) for name, p in model.named_parameters())):
            found.append(f"It is in the gradient of {several(names[::-1], SHOWN)}")
    if not names or found[0].startswith("It"):
        with unchanged(model), suppress(Exception):
            found += first_op(lambda: loss_function(model(*inputs), target).backward())
    return ". ".join(found)


def first_op(step):
    """The message of anomaly mode about a step, with the line of the op if that is one of the user's."""
    try:
        with detect_anomaly():
            step()
    except RuntimeError as error:
        text, _, line = str(error).partition("\n")
        return [text[0].upper() + text[1:] if __file__ in line else str(error)]
    return []


@contextmanager
def watched(model: Any, found: list[str]) -> Iterator[None]:
    """Add to `found` the first module that makes a NaN or infinity, in its output or in a gradient."""
    made: list[str] = []

    def watch(name, module):
        where = f"{name or 'the model'} ({type(module).__name__})"

        def look(_, args, output):
            if not made and is_bad(output):
                made.append(where)
                source = "though its input is finite" if not is_bad(args) else "as its input is not finite"
                found.append(f"The first layer with NaN or infinity in its output is {where}, {source}")

        def look_back(_, into, out):
            if not made and is_bad(into) and not is_bad(out):
                made.append(where)
                found.append(f"The first layer that turns a finite gradient into NaN or infinity is {where}")
        yield module.register_forward_hook(look)
        if not list(module.children()):
            yield module.register_full_backward_hook(look_back)
    handles = [handle for name, module in model.named_modules() for handle in watch(name, module)]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def is_bad(value):
    return bool(broken(("", x) for x in tensors_in(value)))


@contextmanager
def unchanged(model: Any) -> Iterator[None]:
    """Keep gradients and buffers as they are, whatever happens in the block."""
    grads = [(p, p.grad) for p in model.parameters()]
    buffers = [(b, b.array.copy()) for b in model.buffers()]
    for p, _ in grads:
        p.grad = None
    try:
        yield
    finally:
        for p, g in grads:
            p.grad = g
        for b, array in buffers:
            b.array[...] = array


def tensors_in(value):
    """All tensors in a tensor, list, tuple or dict."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [x for each in value for x in tensors_in(each)]
    return [value] if isinstance(value, Tensor) else []


def verb(names):
    return "is" if len(names) == 1 else "are"
