"""func against torch.func: trees, auxiliary results, and which results belong to a graph."""

import pytest

import minigrad

pytestmark = [pytest.mark.filterwarnings("ignore:`torch.jit.script"),
              pytest.mark.filterwarnings("ignore:Attempted to insert a get_attr Node")]


def plain(tree):
    """Tensors as (numbers, requires_grad)."""
    if isinstance(tree, dict):
        return {name: plain(each) for name, each in tree.items()}
    if isinstance(tree, (list, tuple)):
        return [plain(each) for each in tree]
    return (tree.detach().tolist(), tree.requires_grad) if hasattr(tree, "requires_grad") else tree


def vectors(lib, learns=False):
    return (lib.tensor([1.0, 2.0], dtype=lib.float64, requires_grad=learns),
            lib.tensor([3.0, -1.0], dtype=lib.float64))


def cube(x):
    return x ** 3


def transforms(lib, f, scalar, x, v):
    F = lib.func
    y, pull = F.vjp(f, x)
    z, push = F.linearize(f, x)
    return [F.jvp(f, (x,), (v,)), y, pull(v), z, push(v), push(x), F.jacfwd(f)(x), F.jacrev(f)(x),
            F.hessian(scalar)(x), F.grad(scalar)(x), F.grad_and_value(scalar)(x), F.vmap(lambda x: x * x)(x),
            F.vmap(F.grad(lambda x: x ** 2))(x), F.jacrev(F.jacfwd(f))(x), F.jacfwd(F.grad(scalar))(x)]


@pytest.mark.parametrize("recorded", [True, False])
@pytest.mark.parametrize("learns", ["nothing", "the argument", "the direction", "a weight"])
def test_results_belong_to_a_graph_where_pytorchs_do(learns, recorded, torch):
    results = []
    for lib in (minigrad, torch):
        x, v = vectors(lib, learns == "the argument")
        v.requires_grad_(learns == "the direction")
        w = lib.tensor([2.0, 0.5], dtype=lib.float64, requires_grad=learns == "a weight")
        with lib.enable_grad() if recorded else lib.no_grad():
            results.append(plain(transforms(lib, lambda x: w * x ** 3, lambda x: (w * x ** 3).sum(), x, v)))
    assert results[0] == results[1]


def test_a_result_that_belongs_to_a_graph_is_differentiated(torch):
    results = []
    for lib in (minigrad, torch):
        x, v = vectors(lib, learns=True)
        y, _ = lib.func.linearize(cube, x)
        z, pull = lib.func.vjp(cube, x)
        total = (lib.func.jacfwd(cube)(x).sum() + lib.func.jacrev(cube)(x).sum() + pull(v)[0].sum()
                 + lib.func.jvp(cube, (x,), (v,))[1].sum() + y.sum() + z.sum())
        total.backward()
        results.append(x.grad.tolist())
    assert results[0] == pytest.approx(results[1], rel=1e-12)


def test_a_derivative_that_was_linearized_is_differentiated():
    x, v = vectors(minigrad, learns=True)           # PyTorch's is a constant of x
    minigrad.func.linearize(cube, x)[1](v).sum().backward()
    assert x.grad.tolist() == [18.0, -12.0]         # (3 x² v)' = 6 x v


def trees(lib):
    F, (x, v) = lib.func, vectors(lib)

    def f(p):
        return p["a"] * p["b"], {"c": p["a"] ** 2}

    def of_two(x, y):
        return {"xy": x * y, "s": x.sum()}
    p, t = {"a": x, "b": v}, {"a": v, "b": x}
    return [F.jvp(f, (p,), (t,)), F.vjp(f, p)[1]((x, {"c": v})), F.jacrev(f)(p), F.jacfwd(f)(p),
            F.jacrev(of_two, argnums=(0, 1))(x, v), F.jacfwd(of_two, argnums=(0, 1))(x, v),
            F.jacfwd(of_two, argnums=1)(x, v), F.linearize(of_two, x, v)[1](v, x), F.vjp(of_two, x, v)[0],
            F.jacfwd(lambda x, y: x * y, argnums=(1,))(x, v), F.jacrev(f, chunk_size=1)(p)]


def aux(lib):
    F, (x, v) = lib.func, vectors(lib)

    def f(x):
        return x ** 2, {"sum": x.sum()}
    y, pull, also = F.vjp(f, x, has_aux=True)
    return [y, pull(v), also, F.jvp(f, (x,), (v,), has_aux=True), F.jacrev(f, has_aux=True)(x),
            F.jacfwd(f, has_aux=True)(x)]


def constants(lib):
    F, (x, v) = lib.func, vectors(lib)
    return [F.jvp(lambda x: v * 1, (x,), (x,)), F.vjp(lambda x: v * 1, x)[1](v), F.jacrev(lambda x: v * 2)(x),
            F.jacfwd(lambda x: v * 2)(x), F.vjp(lambda x, y: x * 2, x, v)[1](v)]


@pytest.mark.parametrize("function", [trees, aux, constants], ids=lambda function: function.__name__)
def test_both_libraries_answer_the_same(function, torch):
    assert plain(function(minigrad)) == plain(function(torch))


def test_linearize_runs_the_function_once():
    calls = []
    y, push = minigrad.func.linearize(lambda x: (calls.append(1), x ** 2)[1], minigrad.ones(2))
    assert push(minigrad.ones(2)).tolist() == push(minigrad.ones(2)).tolist() == [2, 2] and calls == [1]


@pytest.mark.parametrize("call", [
    lambda x, u: minigrad.func.linearize(cube, x)[1](u), lambda x, u: minigrad.func.jvp(cube, (x,), (u,)),
    lambda x, u: minigrad.func.linearize(cube, x)[1](x, x),
    lambda x, u: minigrad.func.vjp(cube, x)[1]((x, x)),
    lambda x, u: minigrad.func.jvp(cube, (x,), (x, x))])
def test_directions_of_other_shapes_are_refused(call):
    with pytest.raises(ValueError, match=r"shape|as many|2 to multiply|got 2"):
        call(minigrad.ones(2), minigrad.ones(3))
