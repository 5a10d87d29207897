"""Backward: from outputs to inputs through the graph, every node once, youngest first.

A node is younger than its parents. If the youngest node always comes next, a node comes after everything that
was computed from it, so the gradient it has collected is complete:

1. Give the outputs their gradients.
2. Take the youngest node. Pull its gradient through its op's rules back to its parents, and add it up there.
   Free what the node saved. Repeat.
3. Only the leaves remain. They receive their gradients now, so a pass that raises changes no leaf.
"""

from collections.abc import Sequence
from heapq import heapify, heappop, heappush
from operator import attrgetter

from minigrad.autograd.broadcast import copy, sum_to
from minigrad.autograd.errors import check_none
from minigrad.autograd.hooks import run_after, run_hooks
from minigrad.autograd.modes import MODE
from minigrad.autograd.op import Node
from minigrad.autograd.part import Part
from minigrad.autograd.tensor import Tensor
from minigrad.autograd.writes import Writes, check_unwritten
from minigrad.backend import quiet


def backward(y: Tensor, gradient: Tensor | None = None, retain_graph: bool | None = None,
             create_graph: bool = False, inputs: Tensor | Sequence[Tensor] | None = None) -> None:
    """Add the gradient of y with respect to every leaf to the leaf's `.grad`.

    gradient: start from this instead of 1; it has y's shape, and is needed unless y is a scalar.
    retain_graph: keep the graph for another backward. create_graph: make the gradients differentiable.
    inputs: only these tensors receive a gradient, leaves or not.
    """
    start = first_gradient(y, gradient, "backward()")
    if inputs is not None:
        inputs = as_inputs(inputs, "backward()")
    for x, g in run([y], [start], inputs, retain_graph, create_graph).items():
        x._grad = g if x._grad is None else x._grad + g
        if x.hooks:
            run_after(x)


def grad(outputs: Tensor | Sequence[Tensor], inputs: Tensor | Sequence[Tensor],
         grad_outputs: Tensor | Sequence[Tensor | None] | None = None, retain_graph: bool | None = None,
         create_graph: bool = False, only_inputs: bool = True,
         allow_unused: bool = False) -> tuple[Tensor, ...]:
    """The gradients of `outputs` with respect to `inputs`, as a tuple; no `.grad` changes.

    With several outputs, the gradient of their sum, each weighted by its grad_outputs. Raises RuntimeError
    for an input that the outputs do not depend on; with allow_unused=True its gradient is None. only_inputs
    exists for PyTorch's programs and must be True.
    """
    if only_inputs is not True:
        raise ValueError(f"grad(): only_inputs must be True, got {only_inputs!r}; backward() fills the .grad "
                         "of all leaves")
    outputs = [outputs] if isinstance(outputs, Tensor) else list(outputs)
    if grad_outputs is None:
        grad_outputs = [None] * len(outputs)
    elif isinstance(grad_outputs, Tensor):
        grad_outputs = [grad_outputs]
    if len(grad_outputs) != len(outputs):
        raise ValueError(f"grad(): expected one grad_outputs for each of {len(outputs)} outputs, got "
                         f"{len(grad_outputs)}")
    inputs = as_inputs(inputs, "grad()")
    start = [first_gradient(y, g, "grad()") for y, g in zip(outputs, grad_outputs)]
    results = run(outputs, start, inputs, retain_graph, create_graph)
    missing = [i for i, x in enumerate(inputs) if x not in results]
    if missing and not allow_unused:
        if any(x.node and x.node.saved is None for x in inputs):
            raise freed()
        raise RuntimeError(f"grad(): the outputs do not depend on input number {missing[0]}; "
                           "allow_unused=True makes its gradient None")
    return tuple(map(results.get, inputs))


def as_inputs(inputs, caller):
    """The tensors that receive gradients, as a list."""
    inputs = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    if not inputs:
        raise ValueError(f"{caller}: inputs= is empty; name at least one tensor")
    for x in inputs:
        if not x.requires_grad:
            raise RuntimeError(f"{caller}: an input of shape {tuple(x.shape)} does not require grad; "
                               "call x.requires_grad_() before computing with it")
    return inputs


def first_gradient(y, gradient, caller):
    """Where backward starts: the given gradient, or 1 for a scalar."""
    if not y.requires_grad:
        raise RuntimeError(f"{caller} on a tensor that does not require grad: either no input had "
                           "requires_grad=True, or it was computed inside no_grad()")
    if gradient is None:
        if y.array.size != 1 or y.array.dtype.kind == "c":
            raise RuntimeError(f"{caller} starts from a {'real ' * (y.dtype.kind == 'c')}scalar, got shape "
                               f"{tuple(y.shape)}; reduce the loss with .mean(), or pass gradient=")
        one = y.array.copy()
        one.fill(1)
        return Tensor(one)
    if not isinstance(gradient, Tensor):
        gradient = Tensor(gradient)
    if gradient.shape != y.shape:
        raise ValueError(f"{caller}: gradient has shape {tuple(gradient.shape)}, "
                         f"the tensor {tuple(y.shape)}; make them equal")
    return gradient


def run(outputs, gradients, inputs, retain_graph, create_graph):
    """{tensor: gradient} for `inputs`, or for all leaves if that is None."""
    if retain_graph is None:
        retain_graph = create_graph
    held = {id(g.array) for g in gradients}         # arrays that others may keep
    useful = targets = found = None
    if inputs is not None:
        found, targets = {}, {x.node or x for x in inputs}
        useful = leading_to(targets, [y.node or y for y in outputs])
    grads = {}                                      # node or leaf -> the gradient collected so far
    for y, g in zip(outputs, gradients):
        source, g = y.node or y, g if create_graph else g.array
        if useful is None or source in useful:
            grads[source] = grads[source] + g if source in grads else g
    queue = [(-node.time, node) for node in grads if isinstance(node, Node)]
    heapify(queue)
    before, MODE.recording = MODE.recording, create_graph
    try:
        with quiet():
            while queue:
                node = heappop(queue)[1]
                g = grads.pop(node)
                if type(g) is Part:
                    g = g.whole()
                if node.hooks:
                    g = run_hooks(node.hooks, g, held)
                parents = node.parents
                if useful is not None:
                    if node in targets:
                        found[node] = g
                    if useful.isdisjoint(parents):
                        continue
                    parents = [parent if parent in useful else None for parent in parents]
                if node.saved is None:
                    raise freed()
                if node.time < Writes.latest:
                    check_unwritten(node)
                pulled = node.op.pull(node, parents, g, create_graph)
                for parent, g, shape in zip(parents, pulled, node.shapes):
                    if parent is None or g is None and check_none(node.op):
                        continue
                    if g.shape != shape:
                        g = unbroadcast(g, shape, node)
                    if parent in grads:
                        grads[parent] = grads[parent] + g
                    else:
                        grads[parent] = g
                        if type(parent) is Node:
                            heappush(queue, (-parent.time, parent))
                if not retain_graph:
                    node.saved, node.parents = None, ()         # freed
            for leaf, g in grads.items():
                if type(g) is Part:
                    g = grads[leaf] = g.whole()
                if leaf.hooks:
                    g = g if g.dtype == leaf.dtype else copy(g, dtype=leaf.dtype)
                    grads[leaf] = run_hooks(leaf.hooks, g, held)
            if inputs is None:
                return {leaf: own(g, leaf, held) for leaf, g in grads.items()}
            found.update(grads)
            return {x: own(found[x.node or x], x, held) for x in inputs if (x.node or x) in found}
    finally:
        MODE.recording = before


def leading_to(targets, roots):
    """The targets, and every node that leads from one of them to a root."""
    seen, stack = set(), [root for root in roots if isinstance(root, Node)]
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            if node.saved is None and node not in targets:
                raise freed()
            stack.extend(parent for parent in node.parents if isinstance(parent, Node))
    useful = set(targets)
    for node in sorted(seen, key=attrgetter("time")):       # parents come first
        if not useful.isdisjoint(node.parents):
            useful.add(node)
    return useful


def unbroadcast(g, shape, node):
    """g summed over the axes along which an argument of `shape` was broadcast."""
    lead = len(g.shape) - len(shape)
    if lead < 0 or any(size not in (1, given) for size, given in zip(shape, g.shape[lead:])):
        raise ValueError(f"a rule of {node.op.name} gave a gradient of shape {tuple(g.shape)} for an "
                         f"argument of shape {shape}; expected that shape, or one broadcast from it")
    return sum_to(g, shape=shape)


def freed():
    return RuntimeError("this graph was freed by an earlier backward(); call the first one with "
                        "retain_graph=True, or compute the result again")


def own(g, x, held):
    """g as the gradient of x: a Tensor of x's dtype, with an array that nobody else holds."""
    if not isinstance(g, Tensor):
        g = Tensor(g)
    array = g.array
    if array.dtype != x.array.dtype or array.base is not None or id(array) in held:
        g = copy(g, dtype=x.dtype)
    held.add(id(g.array))
    return g


Tensor.backward = backward      # type: ignore[method-assign, assignment]   # the stub states it as a method
