"""Transforms of functions: derivatives of a function as functions, each a few lines on `grad`.

With y = f(x) and the Jacobian J[i, j] = d y_i / d x_j:
    vjp  u -> Jᵀ u     what backward computes, one row of J for one pass
    jvp  v -> J v      from two vjps: u -> Jᵀ u is linear, and v its weight, so d(vᵀ Jᵀ u)/du = J v
    hvp  v -> H v      where H is the Hessian of a scalar f: the vjp of its gradient
Names and arguments are those of torch.func.
"""

from minigrad import ops
from minigrad.autograd import Node, Tensor, enable_grad, is_grad_enabled, zeros_like
from minigrad.autograd import grad as gradients
from minigrad.autograd.fused import alias
from minigrad.backend import MODULES, random_state, set_random_state
from minigrad.hints import no_attribute as _no_attribute

__all__ = ["checkpoint", "grad", "grad_and_value", "hessian", "hvp", "jacfwd", "jacrev", "jvp", "vjp"]


def grad(f, argnums=0, has_aux=False):
    """The function that computes the gradient of the scalar f with respect to argument `argnums`.

    With has_aux f returns (scalar, anything), and the new function (gradient, anything). argnums may be
    a tuple; then the gradients are one.
    """
    valued = grad_and_value(f, argnums, has_aux)

    def gradient(*args, **settings):
        found, value = valued(*args, **settings)
        return (found, value[1]) if has_aux else found
    return gradient


def grad_and_value(f, argnums=0, has_aux=False):
    """As grad, for a function that returns (gradient, value of f)."""
    def gradient(*args, **settings):
        with enable_grad():
            xs, args = inputs(args, argnums)
            value = f(*args, **settings)
            y = value[0] if has_aux else value
            check_scalar(y, "grad")
            found = like_argnums(derivative(y, xs, None), argnums)
        return found, value
    return gradient


def vjp(f, *primals):
    """(f(*primals), the function u -> uᵀ J): a gradient for every primal, a tuple if there are several."""
    with enable_grad():
        xs, args = inputs(primals, tuple(range(len(primals))))
        y = f(*args)

    def pull(u):
        with enable_grad():
            found = derivative(y, xs, u)
        return found if len(primals) > 1 else found[0]
    return y, pull


def jvp(f, primals, tangents):
    """(f(*primals), J v): the change of f when the primals move along the tangents."""
    if len(primals) != len(tangents):
        raise ValueError(f"jvp: {len(primals)} primals need as many tangents, got {len(tangents)}")
    for x, v in zip(primals, tangents):
        if x.shape != v.shape:
            raise ValueError(f"jvp: a tangent has shape {tuple(v.shape)}, its primal {tuple(x.shape)}")
    with enable_grad():
        xs, args = inputs(primals, tuple(range(len(primals))))
        y = f(*args)
        u = zeros_like(y).requires_grad_()
        pulled = derivative(y, xs, u)
        used = [(g, v) for g, v in zip(pulled, tangents) if g.requires_grad]
        return y, derivative([g for g, _ in used], [u], [v for _, v in used])[0]


def jacrev(f, argnums=0):
    """The function that computes the Jacobian of f, (*shape of y, *shape of x), row by row with vjps."""
    def jacobian(*args, **settings):
        with enable_grad():
            xs, args = inputs(args, argnums)
            y = f(*args, **settings)
            rows = [derivative(y, xs, unit) for unit in units(y)]
            blocks = [stack([row[i] for row in rows], tuple(y.shape) + tuple(x.shape), x) for i, x in enumerate(xs)]
        return like_argnums(blocks, argnums)
    return jacobian


def jacfwd(f, argnums=0):
    """As jacrev, column by column with jvps: for functions of few numbers with many results."""
    if not isinstance(argnums, int):
        raise TypeError(f"jacfwd takes one argument number, got {argnums!r}")

    def jacobian(*args, **settings):
        x = args[argnums]

        def of_x(moved):
            return f(*args[:argnums], moved, *args[argnums + 1:], **settings)
        y = of_x(x)
        columns = [jvp(of_x, (x,), (unit,))[1] for unit in units(x)]
        rows = stack(columns, tuple(x.shape) + tuple(y.shape), y)
        order = tuple(range(x.ndim, x.ndim + y.ndim)) + tuple(range(x.ndim))
        return rows.permute(order)
    return jacobian


def hessian(f, argnums=0):
    """The function that computes the matrix of second derivatives of the scalar f."""
    return jacrev(grad(f, argnums), argnums)


def hvp(f, primals, tangents):
    """(f(*primals), H v) for the Hessian H of the scalar f, without ever making H."""
    with enable_grad():
        xs, args = inputs(primals, tuple(range(len(primals))))
        y = f(*args)
        check_scalar(y, "hvp")
        slopes = derivative(y, xs, None)
        used = [(g, v) for g, v in zip(slopes, tangents) if g.requires_grad]
        found = derivative([g for g, _ in used], xs, [v for _, v in used])
    return y, found[0] if len(primals) == 1 else found


jacobian = jacrev


def checkpoint(f, *args, preserve_rng_state=True):
    """f(*args), without the memory between: backward computes f again to have what it needs.

    f returns one tensor, and may use parameters beside its arguments. Random numbers are the same both
    times. Source: Chen et al. 2016, arXiv:1604.06174, sec. 3.
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
            wanted = [a for a, given in zip(args, self.args) if isinstance(a, Tensor) and given.requires_grad]
            found = gradients(y, wanted + self.leaves, g if isinstance(g, Tensor) else Tensor(g),
                              create_graph=create_graph, allow_unused=True)
        found = [zeros_like(x) if each is None else each for each, x in zip(found, wanted + self.leaves)]
        return [(each if create_graph else each.array) if parent is not None else None
                for each, parent in zip(found, parents)]


def leaves_of(y):
    """The leaf tensors that y was computed from."""
    seen, leaves, stack = set(), [], [y.node]
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
    """The arguments that are differentiated, as tensors of their own that lead on to the caller's graph."""
    chosen = (argnums,) if isinstance(argnums, int) else tuple(argnums)
    args = list(args)
    for i in chosen:
        x = args[i]
        if not isinstance(x, Tensor) or x.dtype.kind != "f":
            raise TypeError(f"argument {i} must be a floating-point tensor to be differentiated, got "
                            f"{x.dtype if isinstance(x, Tensor) else type(x).__name__}")
        args[i] = alias(x) if x.requires_grad else Tensor(x.array, requires_grad=True)
    return [args[i] for i in chosen], args


def derivative(y, xs, u):
    """Gradients that can be differentiated again; zeros where y does not depend on an x."""
    ys = [y] if isinstance(y, Tensor) else y
    if not any(each.requires_grad for each in ys):
        return tuple(zeros_like(x) for x in xs)
    found = gradients(y, xs, u, create_graph=True, allow_unused=True)
    return tuple(zeros_like(x) if g is None else g for g, x in zip(found, xs))


def like_argnums(found, argnums):
    return found[0] if isinstance(argnums, int) else tuple(found)


def check_scalar(y, name):
    if y.array.size != 1:
        raise ValueError(f"{name}: the function must return a scalar, got shape {tuple(y.shape)}; see jacrev")


def units(x):
    """Tensors like x with a single 1, one for each element."""
    xp = MODULES[type(x.array)]
    for i in range(x.array.size):
        unit = xp.zeros(x.array.size, x.dtype)
        unit[i] = 1
        yield Tensor(unit.reshape(x.array.shape))


def stack(rows, shape, like):
    """Rows of equal shape joined and reshaped; zeros where there are none."""
    if not rows:
        return Tensor(MODULES[type(like.array)].zeros(shape, like.dtype))
    return ops.shapes.stack(rows).reshape(shape)


def __getattr__(name):
    raise _no_attribute(__name__, name)
