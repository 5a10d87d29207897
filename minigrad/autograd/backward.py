"""Backward: from outputs to inputs through the graph, every node once, consumers first.

1. Walk the graph once and count for every node how many consumers it has in it.
2. Start at the outputs. A node that has heard from all its consumers knows its whole gradient; pull it
   back through the node's rules to its parents, free what the node saved, go on.
3. Only when all is computed do the leaves receive their gradients, so a pass that raises changes nothing.
"""

from minigrad.autograd.broadcast import sum_to
from minigrad.autograd.modes import MODE, Writes
from minigrad.autograd.op import Node
from minigrad.autograd.tensor import Tensor
from minigrad.backend import MODULES, quiet, same_memory

FREED = ()


def backward(y, gradient=None, retain_graph=None, create_graph=False, inputs=None):
    """Add to `.grad` of the leaves (or of `inputs`) the gradient of y; see Tensor.backward."""
    start = first_gradient(y, gradient, "backward()")
    if isinstance(inputs, Tensor):
        inputs = [inputs]
    results = run([y], [start], inputs and sources(inputs), retain_graph, create_graph)
    receivers = {x.node or x: x for x in inputs} if inputs else {leaf: leaf for leaf in results}
    taken = {id(unwrap(start))}         # arrays that somebody else holds
    for source, tensor in receivers.items():
        if source in results:
            add_gradient(tensor, results[source], taken)


def grad(outputs, inputs, grad_outputs=None, retain_graph=None, create_graph=False, allow_unused=False):
    """The gradients of `outputs` with respect to `inputs`, as a tuple, without touching any `.grad`.

    Where there are several outputs, the gradient of their sum, each weighed by its grad_outputs.
    An input that the outputs do not depend on raises, or gives None with allow_unused=True.
    """
    outputs = [outputs] if isinstance(outputs, Tensor) else list(outputs)
    inputs = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    if grad_outputs is None or isinstance(grad_outputs, Tensor):
        grad_outputs = [grad_outputs] * len(outputs)
    for x in inputs:
        if not x.requires_grad:
            raise RuntimeError(f"grad(): an input of shape {tuple(x.shape)} does not require grad; "
                               "call x.requires_grad_() before computing with it")
    start = [first_gradient(y, g, "grad()") for y, g in zip(outputs, grad_outputs)]
    results = run(outputs, start, sources(inputs), retain_graph, create_graph)
    found = [results.get(x.node or x) for x in inputs]
    if not allow_unused and any(g is None for g in found):
        raise RuntimeError(f"grad(): the outputs do not depend on input number {found.index(None)}; "
                           "with allow_unused=True its gradient is None")
    return tuple(None if g is None else g if isinstance(g, Tensor) else Tensor(g) for g in found)


def first_gradient(y, gradient, caller):
    """What backward starts from: the given gradient, or 1 for a scalar."""
    if not y.requires_grad:
        raise RuntimeError(f"{caller} from a tensor that does not require grad: nothing it was computed "
                           "from has requires_grad=True, or it was computed inside no_grad()")
    if gradient is None:
        if y.array.size != 1:
            raise RuntimeError(f"{caller} starts from a scalar, got shape {tuple(y.shape)}; reduce the "
                               "loss with .mean(), or pass gradient=")
        return MODULES[type(y.array)].ones_like(y.array)
    if not isinstance(gradient, Tensor):
        gradient = Tensor(gradient)
    if gradient.shape != y.shape:
        raise ValueError(f"{caller}: gradient has shape {tuple(gradient.shape)}, "
                         f"the tensor {tuple(y.shape)}; they must be equal")
    return gradient


def sources(tensors):
    return {x.node or x for x in tensors}


def run(outputs, gradients, targets, retain_graph, create_graph):
    """Gradients of the leaves, or of `targets`, as a dict: Node or leaf Tensor -> gradient."""
    if retain_graph is None:
        retain_graph = create_graph
    roots = [y.node or y for y in outputs]
    pending = count_consumers(roots, targets)
    grads, results = {}, {}
    for root, g in zip(roots, gradients):
        if root not in pending:
            continue
        if create_graph != isinstance(g, Tensor):
            g = Tensor(g) if create_graph else g.array
        grads[root] = grads[root] + g if root in grads else g
    ready = [root for root in grads if pending[root] == 0]
    before, MODE.recording = MODE.recording, create_graph
    try:
        with quiet():
            while ready:
                node = ready.pop()
                g = grads.pop(node)
                if node.hooks:
                    g = run_hooks(node.hooks, g)
                if not isinstance(node, Node):
                    results[node] = g
                    continue
                parents = node.parents
                if targets is not None:
                    if node in targets:
                        results[node] = g
                    parents = [p if p in pending else None for p in parents]
                if node.writes != Writes.count:
                    check_unwritten(node)
                for parent, g, shape in zip(parents, node.op.pull(node, parents, g, create_graph),
                                            node.shapes):
                    if parent is None:
                        continue
                    if g.shape != shape:
                        g = sum_to(g, shape=shape)
                    grads[parent] = grads[parent] + g if parent in grads else g
                    pending[parent] -= 1
                    if not pending[parent]:
                        ready.append(parent)
                if not retain_graph:
                    node.saved, node.parents = None, FREED
    finally:
        MODE.recording = before
    return results


def count_consumers(roots, targets):
    """For each node and leaf below the roots, how many places in the graph use it.

    With `targets`, only what leads to one of them counts.
    """
    useful = None if targets is None else leading_to(roots, targets)
    pending = {root: 0 for root in roots if useful is None or root in useful}
    stack = [root for root in pending if isinstance(root, Node)]
    while stack:
        node = stack.pop()
        check_alive(node)
        for parent in node.parents:
            if parent is None or useful is not None and parent not in useful:
                continue
            if parent in pending:
                pending[parent] += 1
            else:
                pending[parent] = 1
                if isinstance(parent, Node):
                    stack.append(parent)
    return pending


def leading_to(roots, targets):
    """The targets, and all nodes between the roots and them."""
    useful, seen = set(), set()
    stack = [(root, False) for root in roots]
    while stack:
        node, parents_done = stack.pop()
        parents = [p for p in node.parents if p is not None] if isinstance(node, Node) else ()
        if parents_done:
            if node in targets or any(p in useful for p in parents):
                useful.add(node)
        elif node not in seen:
            seen.add(node)
            if isinstance(node, Node):
                check_alive(node)
            stack.append((node, True))
            stack.extend((p, False) for p in parents if p not in seen)
    return useful


def check_alive(node):
    if node.saved is None:
        raise RuntimeError("this graph was freed by an earlier backward(); call the first one with "
                           "retain_graph=True, or compute the result again")


def check_unwritten(node):
    """Refuse to differentiate with an array that has changed since the op computed with it."""
    for array in node.saved:
        if type(array) in MODULES and Writes.last.get(same_memory(array), 0) > node.writes:
            raise RuntimeError(
                f"an array of shape {tuple(array.shape)} that {node.op.name} saved for its gradient was "
                "written to in place before backward(); write into a .clone(), or call backward() first")


def run_hooks(hooks, g):
    for hook in tuple(hooks):
        result = hook(g if isinstance(g, Tensor) else Tensor(g))
        if result is not None:
            g = result if isinstance(g, Tensor) else result.array
    return g


def unwrap(g):
    return g.array if isinstance(g, Tensor) else g


def add_gradient(tensor, g, taken):
    """tensor.grad += g, where the gradient becomes an array that no one else holds."""
    if tensor.grad is not None:
        g = tensor.grad + g
    array = unwrap(g)
    if array.dtype != tensor.array.dtype:
        g = g.to(tensor.array.dtype) if isinstance(g, Tensor) else array.astype(tensor.array.dtype)
    elif not isinstance(g, Tensor) and (array.base is not None or id(array) in taken):
        g = array.copy()
    taken.add(id(unwrap(g)))
    tensor.grad = g if isinstance(g, Tensor) else Tensor(g)
