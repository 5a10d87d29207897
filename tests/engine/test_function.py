"""autograd.Function: the same classes, written as people write them for PyTorch, do the same on both."""

import gc
import weakref

import numpy as np
import pytest

import minigrad
from minigrad import autograd, gradcheck, gradgradcheck
from minigrad.autograd.function import once_differentiable


def functions(torch):
    """Custom functions, for PyTorch or for minigrad."""

    class MyReLU(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x.clamp(min=0)

        @staticmethod
        def backward(ctx, grad_output):
            x, = ctx.saved_tensors
            grad_input = grad_output.clone()
            grad_input[x < 0] = 0
            return grad_input

    class Reversal(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, alpha):
            ctx.alpha = alpha
            return x.view_as(x)

        @staticmethod
        def backward(ctx, grad_output):
            return grad_output.neg() * ctx.alpha, None

    class Round(torch.autograd.Function):       # straight through
        @staticmethod
        def forward(ctx, x):
            return x.round()

        @staticmethod
        def backward(ctx, grad_output):
            return grad_output

    class Exp(torch.autograd.Function):         # keeps its output
        @staticmethod
        def forward(ctx, x):
            y = torch.exp(x)
            ctx.save_for_backward(y)
            return y

        @staticmethod
        def backward(ctx, g):
            y, = ctx.saved_tensors
            return g * y

    class Linear(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, weight, bias=None):
            ctx.save_for_backward(x, weight, bias)
            y = x.mm(weight.t())
            return y if bias is None else y + bias.unsqueeze(0).expand_as(y)

        @staticmethod
        def backward(ctx, g):
            x, weight, bias = ctx.saved_tensors
            gx = gw = gb = None
            if ctx.needs_input_grad[0]:
                gx = g.mm(weight)
            if ctx.needs_input_grad[1]:
                gw = g.t().mm(x)
            if bias is not None and ctx.needs_input_grad[2]:
                gb = g.sum(0)
            return gx, gw, gb

    class Polar(torch.autograd.Function):       # two outputs, one of which is kept
        @staticmethod
        def forward(a, b):
            radius = torch.sqrt(a * a + b * b)
            return radius, a / radius

        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.save_for_backward(*inputs, output[0])

        @staticmethod
        def backward(ctx, g_radius, g_cos):
            a, b, r = ctx.saved_tensors
            return g_radius * a / r + g_cos * b * b / r**3, g_radius * b / r - g_cos * a * b / r**3

    class Largest(torch.autograd.Function):     # a value and its index
        @staticmethod
        def forward(ctx, x):
            values, places = x.max(dim=1)
            ctx.save_for_backward(places)
            ctx.mark_non_differentiable(places)
            ctx.shape = x.shape
            return values, places

        @staticmethod
        def backward(ctx, g, _):
            places, = ctx.saved_tensors
            chosen = torch.arange(ctx.shape[1]).unsqueeze(0) == places.unsqueeze(1)
            return g.unsqueeze(1) * chosen

    return {each.__name__: each for each in (MyReLU, Reversal, Round, Exp, Linear, Polar, Largest)}


OURS = functions(minigrad)
X, A, B = (np.random.default_rng(i).normal(size=shape) for i, shape in enumerate([(3, 4), (5, 4), (5,)]))
CALLS = {
    "MyReLU": lambda f, x, w, b: f(x),
    "Reversal": lambda f, x, w, b: f(x, 0.5),
    "Round": lambda f, x, w, b: f(x),
    "Exp": lambda f, x, w, b: f(x),
    "Linear": lambda f, x, w, b: f(x, w, b),
    "Linear without bias": lambda f, x, w, b: f(x, w),
    "Linear of one frozen": lambda f, x, w, b: f(x.detach(), w, b),
    "Polar": lambda f, x, w, b: f(x, w[:3] + 1),
    "one output of Polar": lambda f, x, w, b: f(x, w[:3] + 1)[1],
    "Largest": lambda f, x, w, b: f(x),
}


def losses_and_gradients(torch, call, functions):
    """Output, gradients, and second-order gradients (of the gradients' sine) where they exist."""
    x, w, b = (torch.tensor(a, requires_grad=True) for a in (X, A, B))
    name = next(name for name in functions if name in call)
    y = CALLS[call](functions[name].apply, x, w, b)
    ys = y if isinstance(y, tuple) else (y,)
    loss = sum((each * each.detach().cos()).sum() for each in ys if each.requires_grad)
    plain = torch.autograd.grad(loss, (x, w, b), retain_graph=True, allow_unused=True)
    gs = torch.autograd.grad(loss, (x, w, b), create_graph=name != "MyReLU", allow_unused=True)
    curve = sum(g.sin().sum() for g in gs if g is not None)
    second = (None,) * 3
    if curve.requires_grad:
        second = torch.autograd.grad(curve, (x, w, b), allow_unused=True)
    return [*ys, *plain, *gs, *second]


@pytest.mark.parametrize("call", CALLS)
def test_a_function_of_ones_own_is_what_it_is_in_pytorch(call, torch):
    ours = losses_and_gradients(minigrad, call, OURS)
    theirs = losses_and_gradients(torch, call, functions(torch))
    for mine, other in zip(ours, theirs, strict=True):
        assert (mine is None) == (other is None)
        if other is not None:
            np.testing.assert_allclose(mine.detach().numpy(), other.detach().numpy(), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name, inputs", [
    ("Exp", [X]), ("Linear", [X, A, B]), ("Polar", [X, X[::-1].copy() + 3]), ("Largest", [X])])
def test_gradcheck_accepts_a_function_of_ones_own(name, inputs):
    inputs = [minigrad.tensor(a, requires_grad=True) for a in inputs]
    assert gradcheck(OURS[name].apply, inputs)
    assert gradgradcheck(OURS[name].apply, inputs)


def test_gradcheck_refuses_a_backward_that_is_no_derivative():
    with pytest.raises(AssertionError, match="gradcheck failed"):
        gradcheck(OURS["Round"].apply, minigrad.tensor(X, requires_grad=True))


def test_a_function_works_on_every_device(device):
    x = minigrad.tensor(X).to(device).requires_grad_()
    r, c = OURS["Polar"].apply(x, x + 1)
    c.sum().backward()          # backward gets zeros for the radius
    assert x.grad.device == device
    a, b = X, X + 1
    np.testing.assert_allclose(x.grad.cpu().numpy(), (b * b - a * b) / (a * a + b * b) ** 1.5)


def test_without_a_graph_forward_alone_runs():
    y = OURS["Exp"].apply(minigrad.tensor(X))
    assert not y.requires_grad and y.node is None
    with minigrad.no_grad():
        assert OURS["Exp"].apply(minigrad.tensor(X, requires_grad=True)).node is None


def test_an_output_that_is_the_input_leaves_the_input_as_it_was():
    class Same(autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x

        @staticmethod
        def backward(ctx, g):
            return 2 * g
    x = minigrad.ones(2, requires_grad=True)
    y = Same.apply(x)
    y.sum().backward()
    assert y is not x and x.is_leaf and x.grad.tolist() == [2, 2]


def test_a_graph_with_a_function_is_freed_without_the_garbage_collector():
    x = minigrad.ones(2, requires_grad=True)
    gc.disable()
    try:
        for name in ("Exp", "Polar"):
            y = OURS[name].apply(*[x] * (1 + (name == "Polar")))
            node = weakref.ref((y if name == "Exp" else y[0]).node)
            assert node() is not None
            del y
            assert node() is None, name
    finally:
        gc.enable()


def test_a_second_backward_through_a_freed_graph_is_refused():
    y = OURS["Exp"].apply(minigrad.ones(2, requires_grad=True)).sum()
    y.backward()
    with pytest.raises(RuntimeError, match="this graph was freed"):
        y.backward()


def test_a_saved_tensor_that_was_written_to_is_noticed():
    x = minigrad.ones(2, requires_grad=True)
    y = OURS["MyReLU"].apply(x).sum()
    with minigrad.no_grad():
        x.mul_(2)
    with pytest.raises(RuntimeError, match="that MyReLU saved for its gradient was written to in place"):
        y.backward()


def test_outputs_without_gradient_are_none_where_they_are_not_materialized():
    seen = []

    class Two(autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.set_materialize_grads(False)
            return x * 1, x * 2

        @staticmethod
        def backward(ctx, g, h):
            seen.append((g, h))
            return h
    Two.apply(minigrad.ones(2, requires_grad=True))[1].sum().backward()
    assert seen[0][0] is None and seen[0][1].tolist() == [1, 1]


def test_a_backward_that_is_differentiable_once_refuses_the_second_derivative():
    class Cube(autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x ** 3

        @staticmethod
        @once_differentiable
        def backward(ctx, g):
            x, = ctx.saved_tensors
            return minigrad.tensor(3 * x.detach().numpy() ** 2) * g
    x = minigrad.tensor([2.0], requires_grad=True)
    g, = autograd.grad(Cube.apply(x), x, create_graph=True)
    assert g.tolist() == [12]
    with pytest.raises(RuntimeError, match="Cube.backward is marked once_differentiable"):
        g.backward()


def returning(value):
    class Broken(autograd.Function):
        @staticmethod
        def forward(ctx, x, y):
            return x + y

        @staticmethod
        def backward(ctx, g):
            return value
    return Broken


ONES = minigrad.ones(3)


@pytest.mark.parametrize("value, error, text", [
    (ONES, RuntimeError, "Broken.backward returned 1 gradients, but forward has 2 arguments"),
    ((ONES, ONES, ONES), RuntimeError, "returned 3 gradients, but forward has 2"),
    ((ONES, 1.0), TypeError, "returned a float for argument 1 of forward; a gradient is a Tensor or None"),
    ((minigrad.ones(2), None), ValueError,
     r"a rule of Broken gave a gradient of shape \(2,\) for an argument of shape"),
])
def test_what_a_backward_returns_is_checked(value, error, text):
    x, y = (minigrad.ones(3, requires_grad=True) for _ in range(2))
    with pytest.raises(error, match=text):
        returning(value).apply(x, y).sum().backward()


@pytest.mark.parametrize("wrong, error, text", [
    (lambda: OURS["Exp"](), TypeError, r"call Exp.apply\(x\)"),
    (lambda: autograd.Function.apply(ONES), NotImplementedError, r"`forward\(ctx, \*args\)`"),
    (lambda: type("F", (autograd.Function,),
                  {"forward": staticmethod(lambda ctx, x: ctx.save_for_backward(3))}).apply(ONES),
     TypeError, "save_for_backward takes tensors, but argument 0 is int"),
    (lambda: type("F", (autograd.Function,), {"forward": staticmethod(lambda ctx, x: ctx.mark_dirty(x))}
                  ).apply(ONES), RuntimeError, "mark_dirty is not supported: return a new tensor"),
    (lambda: type("F", (autograd.Function,), {"forward": staticmethod(lambda ctx, x: x * 2)}
                  ).apply(minigrad.ones(3, requires_grad=True)).sum().backward(), NotImplementedError,
     r"needs a static method `backward\(ctx, \*gradients\)`"),
])
def test_a_function_that_is_used_wrongly_says_how_it_is_used(wrong, error, text):
    with pytest.raises(error, match=text):
        wrong()


class Reversed(autograd.Function):
    """The identity, whose gradient has the other sign."""

    @staticmethod
    def forward(ctx, x):
        return x.view_as(x)

    @staticmethod
    def backward(ctx, g):
        return -g


def test_a_write_into_a_result_does_not_reach_the_argument():
    w = minigrad.ones(3, requires_grad=True)
    x = w * 2
    y = Reversed.apply(x)
    y.mul_(3)
    (x + y).sum().backward()
    assert x.tolist() == [2.0, 2.0, 2.0] and y.tolist() == [6.0, 6.0, 6.0]
    assert w.grad.tolist() == [-4.0, -4.0, -4.0]
