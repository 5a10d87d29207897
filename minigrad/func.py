"""Function transforms: each turns a function into another one, such as its gradient.

With y = f(x) and the Jacobian J[i, j] = d y_i / d x_j:
    vjp  u -> Jᵀ u     what backward computes; one pass gives one row of J
    jvp  v -> J v      by two vjps: vᵀ Jᵀ u is linear in u, and its gradient with respect to u is J v
    hvp  v -> H v      with the Hessian H of a scalar f: the vjp of its gradient
Names and arguments are those of torch.func. Where the docstring says so, an argument or result may be a
tree: a tensor, or a dict, list or tuple of trees, such as the parameters of a model.
"""

import math
import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import contextmanager
from typing import Any

from minigrad.autograd import Node, Tensor, enable_grad, grad as gradients, is_grad_enabled, zeros_like
from minigrad.autograd.errors import composed
from minigrad.autograd.fused import alias
from minigrad.backend import MODULES, random_state, set_random_state
from minigrad.hints import missing as _missing
from minigrad.ops.places import joining
from minigrad.ops.places.indexing import axis_of

__all__ = ["checkpoint", "functional_call", "grad", "grad_and_value", "hessian", "hvp", "jacfwd", "jacrev",
           "jvp", "linearize", "rearrange", "stack_module_state", "vjp", "vmap"]


@composed
def grad(f: Callable[..., Any], argnums: int | tuple[int, ...] = 0,
         has_aux: bool = False) -> Callable[..., Any]:
    """Return a function that computes the gradient of the scalar function f with respect to `argnums`.

    The argument may be a tree; its gradient is a tree of the same form. For a tuple `argnums` the result
    is a tuple of gradients. With has_aux, f returns (scalar, aux) and the new function (gradient, aux).
    """
    valued = grad_and_value(f, argnums, has_aux)

    def gradient(*args, **settings):
        found, value = valued(*args, **settings)
        return (found, value[1]) if has_aux else found
    return composed(gradient, "grad")


@composed
def grad_and_value(f: Callable[..., Any], argnums: int | tuple[int, ...] = 0,
                   has_aux: bool = False) -> Callable[..., Any]:
    """Like grad, but the new function returns (gradient, value of f)."""
    def gradient(*args, **settings):
        recorded = is_grad_enabled()
        with enable_grad():
            xs, args = inputs(args, argnums)
            value = f(*args, **settings)
            y = value[0] if has_aux else value
            check_scalar(y, "grad")
            flat = [leaf for x in xs for leaf in leaves(x)]
            end = last(y, flat) or not recorded
            found = iter(derivative(y, flat, None, create_graph=not end))
            found = [mapped(lambda leaf: next(found), x) for x in xs]
        if end:
            value = (y.detach(), value[1]) if has_aux else y.detach()
        return like_argnums(found, argnums), value
    return composed(gradient, "grad_and_value")


@composed
def vjp(f: Callable[..., Any], *primals: Any, has_aux: bool = False) -> Any:
    """Return f(*primals) and the function u -> uᵀ J, whose result is a tuple, one gradient per primal.

    Primals, the result of f and u may be trees. With has_aux, f returns (result, aux) and vjp a third value,
    aux.
    """
    recorded = is_grad_enabled()
    with enable_grad():
        xs, args = inputs(primals, tuple(range(len(primals))))
        value = f(*args)
    y, flat = value[0] if has_aux else value, leaves(xs)
    ys = leaves(y)

    def pull(u):
        us, recorded = leaves(u), is_grad_enabled()
        if len(us) != len(ys):
            raise ValueError(f"vjp: the result of f has {len(ys)} tensors, got {len(us)} to multiply with")
        with enable_grad():
            learns = [(each, v) for each, v in zip(ys, us) if each.requires_grad]
            outside = recorded and not (all(last(v, []) for v in us) and all(last(each, flat) for each in ys))
            found = derivative([each for each, _ in learns], flat, [v for _, v in learns], outside, True)
        found = iter(found)
        return tuple(mapped(lambda leaf: next(found), x) for x in xs)

    def settle(tree):
        return mapped(lambda leaf: settled(leaf, flat, recorded), tree)
    result = settle(y), composed(pull, "vjp")
    return (*result, settle(value[1])) if has_aux else result


@composed
def jvp(f: Callable[..., Any], primals: Any, tangents: Any, *, has_aux: bool = False) -> Any:
    """Return f(*primals) and J v, the derivative of f in the direction of the tangents v.

    Primals, tangents and the result of f may be trees. With has_aux, f returns (result, aux) and jvp a third
    value, aux.
    """
    if len(primals) != len(tangents):
        raise ValueError(f"jvp: {len(primals)} primals need as many tangents, got {len(tangents)}")
    y, push, aux = pushing(f, primals, has_aux, "jvp")
    return (y, push(*tangents), aux) if has_aux else (y, push(*tangents))


@composed
def linearize(f: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[..., Any]]:
    """Return f(*primals) and the function of tangents v -> J v, the derivative at these primals.

    f runs once, however often the function is called. Primals, tangents and the result may be trees.

    >>> y, push = linearize(lambda x: x ** 3, Tensor([1.0, 2.0]))
    >>> push(Tensor([1.0, 0.0])), push(Tensor([0.0, 1.0]))
    (tensor([3., 0.]), tensor([ 0., 12.]))
    """
    y, push, _ = pushing(f, primals, False, "linearize")
    return y, composed(push, "linearize")


def pushing(f, primals, has_aux, name):
    """f(*primals), the function v -> J v of as many tangents, and aux or None.

    Jᵀ u is linear in u, so its derivative with respect to u is J, for any u.
    """
    recorded = is_grad_enabled()
    with enable_grad():
        xs, args = inputs(primals, tuple(range(len(primals))))
        value, flat = f(*args), leaves(xs)
        y, aux = value if has_aux else (value, None)
        ys = leaves(y)
        us: list = [zeros_like(each) for each in ys]
        for u in us:
            u.requires_grad_()
        learns = [(each, u) for each, u in zip(ys, us) if each.requires_grad]
        pulled = derivative([each for each, _ in learns], flat, [u for _, u in learns])

    def settle(tree):
        return mapped(lambda leaf: settled(leaf, flat, recorded), tree)

    def push(*tangents):
        vs = leaves(tangents)
        for x, v in zip(flat, vs):
            if x.shape != v.shape:
                raise ValueError(f"{name}: a tangent must have the shape of its primal, {tuple(x.shape)}, "
                                 f"got {tuple(v.shape)}")
        if len(vs) != len(flat):
            raise ValueError(f"{name}: {len(flat)} primals need as many tangents, got {len(vs)}")
        outside = is_grad_enabled() and not (
            all(last(v, []) for v in vs) and all(last(g, flat + us) for g in pulled))
        with enable_grad():
            used = [(g, v) for g, v in zip(pulled, vs) if g.requires_grad]
            found = iter(derivative([g for g, _ in used], us, [v for _, v in used], outside, True))
        return mapped(lambda leaf: next(found), y)
    return settle(y), push, settle(aux)


@composed
def jacrev(f: Callable[..., Any], argnums: int | tuple[int, ...] = 0, *, has_aux: bool = False,
           chunk_size: int | None = None) -> Callable[..., Any]:
    """Return a function that computes the Jacobian of f, (*y.shape, *x.shape), row by row with vjps.

    Arguments and the result of f may be trees; then every tensor of the result becomes the tree of its
    Jacobians. With has_aux, f returns (result, aux) and the new function (Jacobian, aux). chunk_size is
    accepted for PyTorch compatibility; it is always 1.
    """
    def jacobian(*args, **settings):
        recorded = is_grad_enabled()
        with enable_grad():
            xs, args = inputs(args, argnums)
            value, flat = f(*args, **settings), leaves(xs)
            y, aux = value if has_aux else (value, None)
            end = not recorded or all(last(each, flat) for each in leaves(y))

            def blocks(y):
                rows = [derivative(y, flat, unit, not end, retain_graph=True) for unit in units(y)]
                found = iter([stack([row[i] for row in rows], tuple(y.shape) + tuple(x.shape), x)
                              for i, x in enumerate(flat)])
                return like_argnums([mapped(lambda leaf: next(found), x) for x in xs], argnums)
            result = mapped(blocks, y)
        return (result, mapped(lambda leaf: settled(leaf, flat, recorded), aux)) if has_aux else result
    return composed(jacobian, "jacrev")


@composed
def jacfwd(f: Callable[..., Any], argnums: int | tuple[int, ...] = 0, *,
           has_aux: bool = False) -> Callable[..., Any]:
    """Like jacrev, but column by column with jvps: better for few inputs and many outputs."""
    def jacobian(*args, **settings):
        chosen = (argnums,) if isinstance(argnums, int) else tuple(argnums)

        def of_chosen(*moved):
            given = list(args)
            for i, x in zip(chosen, moved):
                given[i] = x
            return f(*given, **settings)
        xs = [args[i] for i in chosen]
        y, push, aux = pushing(of_chosen, xs, has_aux, "jacfwd")
        flat = leaves(xs)
        still = [zeros_like(x) for x in flat]
        columns = [[leaves(push(*still[:i], unit, *still[i + 1:])) for unit in units(x)]
                   for i, x in enumerate(flat)]
        places = iter(range(len(leaves(y))))

        def blocks(y):
            place, found = next(places), []
            for x, own in zip(flat, columns):
                rows = stack([column[place] for column in own], tuple(x.shape) + tuple(y.shape), y)
                found.append(rows.permute((*range(x.ndim, x.ndim + y.ndim), *range(x.ndim))))
            found = iter(found)
            return like_argnums([mapped(lambda leaf: next(found), x) for x in xs], argnums)
        result = mapped(blocks, y)
        return (result, aux) if has_aux else result
    return composed(jacobian, "jacfwd")


@composed
def hessian(f: Callable[..., Tensor], argnums: int | tuple[int, ...] = 0) -> Callable[..., Any]:
    """Return a function that computes the Hessian, the second derivatives of the scalar function f."""
    return composed(jacrev(grad(f, argnums), argnums), "hessian")


@composed
def hvp(f: Callable[..., Tensor], primals: Sequence[Tensor],
        tangents: Sequence[Tensor]) -> tuple[Tensor, Any]:
    """Return f(*primals) and H v for the Hessian H of the scalar function f, without computing H."""
    recorded = is_grad_enabled()
    with enable_grad():
        xs, args = inputs(primals, tuple(range(len(primals))))
        y = f(*args)
        check_scalar(y, "hvp")
        slopes = derivative(y, xs, None)
        used = [(g, v) for g, v in zip(slopes, tangents) if g.requires_grad]
        found = derivative([g for g, _ in used], xs, [v for _, v in used])
    y, found = settled(y, xs, recorded), [settled(each, xs, recorded) for each in found]
    return y, found[0] if len(primals) == 1 else found


jacobian = jacrev


@composed
def checkpoint(f: Callable[..., Tensor], *args: Any, preserve_rng_state: bool = True) -> Tensor:
    """Compute f(*args) without keeping intermediate results; backward recomputes them to save memory.

    f must return one tensor. It may use parameters that are not among its arguments. Unless
    preserve_rng_state is False, both computations draw the same random numbers.
    Source: Chen et al. 2016, arXiv:1604.06174, sec. 3.
    """
    state = random_state() if preserve_rng_state else None
    with enable_grad():
        y = f(*[alias(a) if isinstance(a, Tensor) and a.requires_grad else a for a in args])
    if not isinstance(y, Tensor):
        raise TypeError(f"checkpoint: f must return one tensor, got {type(y).__name__}")
    given = [a for a in args if isinstance(a, Tensor) and a.requires_grad]
    leaves = [leaf for leaf in leaves_of(y) if all(leaf is not a for a in given)]
    y = y.detach()
    if not given + leaves or not is_grad_enabled():
        return y
    parents = [(x.node or x) for x in given + leaves]
    recompute = Recompute(f, args, leaves, state)
    y.requires_grad, y.node = True, Node(recompute, parents, [], {}, [tuple(x.shape) for x in given + leaves])
    return y


class Recompute:
    """The op of a checkpoint's node."""

    name = "checkpoint"

    def __init__(self, f, args, leaves, state):
        self.f, self.args, self.leaves, self.state = f, args, leaves, state

    def pull(self, node, parents, g, create_graph):
        with enable_grad():
            args = [alias(a if create_graph else a.detach().requires_grad_())
                    if isinstance(a, Tensor) and a.requires_grad else a for a in self.args]
            now = random_state()
            if self.state is not None:
                set_random_state(self.state)
            y = self.f(*args)
            set_random_state(now)
            wanted = [a for a, given in zip(args, self.args)
                      if isinstance(a, Tensor) and given.requires_grad]
            found = gradients(y, wanted + self.leaves, g if isinstance(g, Tensor) else Tensor(g),
                              create_graph=create_graph, allow_unused=True)
        found = [zeros_like(x) if each is None else each for each, x in zip(found, wanted + self.leaves)]
        return [(each if create_graph else each.array) if parent is not None else None
                for each, parent in zip(found, parents)]


@composed
def vmap(f: Callable[..., Any], in_dims: Any = 0, out_dims: Any = 0, randomness: str = "error", *,
         chunk_size: int | None = None) -> Callable[..., Any]:
    """Return a function that maps f, written for one sample, over an axis of its arguments.

    in_dims     the axis to map over: one for all arguments, or a tuple with one for each; None for
                arguments that all samples share. Keyword arguments are always shared
    out_dims    the position of that axis in the results, in the same way
    randomness  'different' or 'error'; each sample draws its own random numbers in both cases
    chunk_size  accepted for PyTorch compatibility; it is always 1
    Arguments and results may be trees, with trees of axes. vmap is a loop: no faster than a loop, and
    correct for every f.

    >>> vmap(Tensor.dot)(Tensor([[1.0, 2.0], [3.0, 4.0]]), Tensor([[1.0, 0.0], [0.0, 1.0]]))
    tensor([1., 4.])
    """
    if randomness not in ("error", "different"):
        raise ValueError(f"vmap: randomness must be 'error' or 'different', got {randomness!r}; to use the "
                         "same "
                         "random numbers for all samples, draw them first and pass them with in_dims=None")

    def over_samples(*args, **settings):
        pairs = spread(in_dims, args, "in_dims")
        sizes = {x.shape[axis_of(x, dim, "vmap: in_dims")] for x, dim in pairs
                 if dim is not None and isinstance(x, Tensor)}
        if len(sizes) != 1:
            shapes = [(tuple(x.shape), dim) for x, dim in pairs if dim is not None and isinstance(x, Tensor)]
            got = ', '.join(f'{shape} over {dim}' for shape, dim in shapes) or 'no tensor to map over'
            raise ValueError(f"vmap: the axes to map over must have the same length, got {got}")
        count = sizes.pop()
        if not count:
            raise ValueError("vmap: there are no samples, so the shape of the results is unknown")
        columns = [joining.unbind(x, dim) if dim is not None and isinstance(x, Tensor) else (x,) * count
                   for x, dim in pairs]
        results = []
        for sample in zip(*columns):
            own = iter(sample)
            results.append(f(*mapped(lambda leaf, own=own: next(own), args), **settings))
        dims = iter([dim for _, dim in spread(out_dims, results[0], "out_dims")])
        rows = zip(*map(leaves, results))
        return mapped(lambda leaf: joined(next(rows), next(dims)), results[0])
    return composed(over_samples, "vmap")


def joined(ys, dim):
    """Stack the results of all samples along axis dim; None returns the first, as all are the same."""
    if not isinstance(ys[0], Tensor):
        raise TypeError(f"vmap: the function must return tensors, got {type(ys[0]).__name__}")
    return ys[0] if dim is None else joining.stack(ys, dim)


@composed
def functional_call(module: Any,
                    parameter_and_buffer_dicts: dict[str, Tensor] | Sequence[dict[str, Tensor]],
                    args: Any = None, kwargs: dict[str, Any] | None = None, *, tie_weights: bool = True,
                    strict: bool = False) -> Any:
    """Compute module(*args, **kwargs) with other parameters and buffers, given by name in one or more dicts.

    The module uses its own tensors for names that are missing, and has all of them back afterwards. If a
    tensor has several names, one name sets them all (tie_weights is always True). strict: every name must
    be given.
    """
    dicts = parameter_and_buffer_dicts
    given = {}
    for each in [dicts] if isinstance(dicts, dict) else dicts:
        given.update(each)
    args = () if args is None else args if isinstance(args, tuple) else (args,)
    with replaced(module, given, strict):
        return module(*args, **(kwargs or {}))


@contextmanager
def replaced(module, given, strict):
    """Inside the block, the module's tensors have the arrays and nodes of the given ones."""
    own = dict([*module.named_parameters(remove_duplicate=False),
                *module.named_buffers(remove_duplicate=False)])
    unknown, missing = given.keys() - own.keys(), own.keys() - given.keys()
    if unknown:
        raise ValueError(f"functional_call: {type(module).__name__} has no {', '.join(sorted(unknown))}")
    if strict and missing:
        raise ValueError(f"functional_call: strict=True, but {', '.join(sorted(missing))} is missing")
    twice = {}
    for name, x in given.items():
        if x is not twice.setdefault(id(own[name]), x):
            raise ValueError(f"functional_call: {name} shares its tensor with another name, but their "
                             "values differ")
        if x.shape != own[name].shape:
            raise ValueError(f"functional_call: {name} has shape {tuple(own[name].shape)}, got "
                             f"{tuple(x.shape)}")
    before = [(own[name], own[name].array, own[name].requires_grad, own[name].node) for name in given]
    try:
        for name, x in given.items():
            x = alias(x)
            own[name].array, own[name].requires_grad, own[name].node = x.array, x.requires_grad, x.node
        yield
    finally:
        for x, array, requires_grad, node in before:
            x.array, x.requires_grad, x.node = array, requires_grad, node


@composed
def stack_module_state(models: Iterable[Any]) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Stack the parameters and buffers of models with the same architecture along a new first axis.

    Returns two dicts by name. For an ensemble:
    vmap(lambda p, b, x: functional_call(model, (p, b), x), (0, 0, None))(*stacked, x).
    """
    models = list(models)
    if not models:
        raise ValueError("stack_module_state: expected at least one model, got none")
    states = [[dict(model.named_parameters()) for model in models],
              [dict(model.named_buffers()) for model in models]]
    parameters, buffers = (
        {name: joining.stack([state[name].detach() for state in group]) for name in group[0]}
        for group in states)
    return {name: x.requires_grad_() for name, x in parameters.items()}, buffers


# Axes by name


@composed
def rearrange(tensor: Tensor | Sequence[Tensor], pattern: str, **axes_lengths: int) -> Tensor:
    """Move, merge and split axes by name: rearrange(x, "b h w c -> b c (h w)").

    Axes in brackets are one axis of the tensor, the last of them the fastest; a split needs the sizes of all
    of them but one. 1 is an axis of size 1, ... stands for any number of axes. A list of tensors is stacked
    along a new first axis. Raises ValueError for a pattern that does not fit the tensor.
    Source: Rogozhnikov 2022, Einops, ICLR 2022.
    """
    x = tensor if isinstance(tensor, Tensor) else joining.stack(list(tensor))
    sides = [grouped(side, pattern) for side in pattern.split("->")]
    if len(sides) != 2:
        raise ValueError(f"rearrange: the pattern {pattern!r} must have one '->'")
    rest = x.ndim - len(sides[0]) + 1
    left, right = ([group for each in side for group in (
        [[f"...{i}"] for i in range(rest)] if each == ["..."] else [each])] for side in sides)
    right = [[f"...{i}" for i in range(rest)] if each == ["...()"] else each for each in right]
    names, wanted = [name for group in left for name in group], [name for group in right for name in group]
    if len(left) != x.ndim or len({*names}) < len(names) or sorted(names) != sorted(wanted):
        raise ValueError(f"rearrange: the pattern {pattern!r} must have the same names, once each, on both "
                         f"sides, and on the left one group for each axis of {tuple(x.shape)}")
    known = dict(axes_lengths)
    for group, n in zip(left, x.shape):
        open_names = [name for name in group if name not in known]
        size = math.prod(known[name] for name in group if name in known)
        if len(open_names) == 1 and size and n % size == 0:
            known[open_names[0]] = n // size
        elif open_names or size != n:
            raise ValueError(f"rearrange: the axis ({' '.join(group)}) of {pattern!r} has size {n}, which "
                             f"does not fit {axes_lengths}; give the sizes of all its names but one")
    x = x.reshape([known[name] for name in names])
    x = x.permute([names.index(name) for name in wanted]) if names else x
    return x.reshape([math.prod(known[name] for name in group) for group in right])


def grouped(side, pattern):
    """The groups of names of one side of a pattern: "a (b c) 1" is [[a], [b, c], []]."""
    groups, inside = [], None
    for word in re.findall(r"[A-Za-z_]\w*|\.\.\.|[()]|1|\S", side):
        if word == "(" and inside is None:
            inside = []
        elif word == ")" and inside is not None:
            groups.append(inside)
            inside = None
        elif word == "1" or word.isidentifier() or word == "...":
            name = ["...()"] if word == "..." and inside is not None else [] if word == "1" else [word]
            if inside is None:
                groups.append(name)
            else:
                inside += name
        else:
            raise ValueError(f"rearrange: {word!r} in the pattern {pattern!r} is no name, '...' or bracket")
    if inside is not None:
        raise ValueError(f"rearrange: a bracket of the pattern {pattern!r} is never closed")
    return groups


# Trees


def leaves(tree):
    """All leaves of a tree, in order."""
    if isinstance(tree, dict):
        tree = tree.values()
    elif not isinstance(tree, (list, tuple)):
        return [tree]
    return [leaf for each in tree for leaf in leaves(each)]


def mapped(f, tree):
    """Apply f to every leaf, in order; return a tree of the same form."""
    if isinstance(tree, dict):
        return {key: mapped(f, each) for key, each in tree.items()}
    if isinstance(tree, (list, tuple)):
        parts = [mapped(f, each) for each in tree]
        return type(tree)(*parts) if hasattr(tree, "_fields") else type(tree)(parts)
    return f(tree)


def spread(dims, tree, name):
    """(leaf, dim) for each leaf of the tree; a dim in place of a subtree applies to all its leaves."""
    if dims is None or isinstance(dims, int):
        return [(leaf, dims) for leaf in leaves(tree)]
    if isinstance(dims, dict) and isinstance(tree, dict) and dims.keys() == tree.keys():
        return [pair for key in tree for pair in spread(dims[key], tree[key], name)]
    if isinstance(dims, (list, tuple)) and isinstance(tree, (list, tuple)) and len(dims) == len(tree):
        return [pair for each, part in zip(dims, tree) for pair in spread(each, part, name)]
    what = f"{len(tree)} entries" if isinstance(tree, (dict, list, tuple)) else type(tree).__name__
    raise ValueError(f"vmap: {name}={dims!r} does not match {what}; pass one axis for each, or None for no "
                     "axis")


def leaves_of(y):
    """The leaf tensors that y was computed from; y itself if it is one that requires grad."""
    seen, leaves, stack = set(), [], [y.node or (y if y.requires_grad else None)]
    while stack:
        node = stack.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        if isinstance(node, Tensor):
            leaves.append(node)
        else:
            stack.extend(node.parents)
    return leaves


def inputs(args, argnums):
    """The arguments to differentiate, as new tensors that are connected to the caller's graph."""
    chosen = (argnums,) if isinstance(argnums, int) else tuple(argnums)
    args = list(args)
    for i in chosen:
        for x in leaves(args[i]):
            if not isinstance(x, Tensor) or x.dtype.kind != "f":
                raise TypeError(f"argument {i} must be a floating-point tensor to be differentiated, got "
                                f"{x.dtype if isinstance(x, Tensor) else type(x).__name__}")
        args[i] = mapped(lambda x: alias(x) if x.requires_grad else Tensor(x.array, requires_grad=True),
                         args[i])
    return [args[i] for i in chosen], args


def last(y, xs):
    """Whether this is the outermost derivative: no leaf of y's graph is outside xs."""
    return all(any(leaf is x for x in xs) for leaf in leaves_of(y))


def settled(y, xs, recorded):
    """A result of a transform: outside the graph, unless it is part of a larger one that records."""
    if not isinstance(y, Tensor) or not y.requires_grad or recorded and not last(y, xs):
        return y
    return y.detach()


def derivative(y, xs, u, create_graph=True, retain_graph=None):
    """The gradients of xs, differentiable if create_graph; zeros if y does not depend on an x."""
    ys = [y] if isinstance(y, Tensor) else y
    if not any(each.requires_grad for each in ys):
        return tuple(zeros_like(x) for x in xs)
    found = gradients(y, xs, u, retain_graph, create_graph, allow_unused=True)
    return tuple(zeros_like(x) if g is None else g for g, x in zip(found, xs))


def like_argnums(found, argnums):
    return found[0] if isinstance(argnums, int) else tuple(found)


def check_scalar(y, name):
    if y.array.size != 1:
        raise ValueError(f"{name}: the function must return a scalar, got shape {tuple(y.shape)}; see jacrev")


def units(x):
    """One-hot tensors with the shape of x, one per element."""
    xp = MODULES[type(x.array)]
    for i in range(x.array.size):
        unit = xp.zeros(x.array.size, x.dtype)
        unit[i] = 1
        yield Tensor(unit.reshape(x.array.shape))


def stack(rows, shape, like):
    """Stack rows of equal shape and reshape them; zeros if there are no rows."""
    if not rows:
        return Tensor(MODULES[type(like.array)].zeros(shape, like.dtype))
    return joining.stack(rows).reshape(shape)


_INSTEAD = {
    "no_grad": "use minigrad.no_grad()",
    "value_and_grad": "use minigrad.func.grad_and_value, whose result is (gradient, value)",
    "jit": "drop it: call the function directly",
    "functionalize": "drop it: call the function directly",
}


def __getattr__(name):
    raise _missing(__name__, name, __all__, _INSTEAD)
