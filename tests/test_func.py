"""Transforms of functions against known derivatives and against each other."""

import numpy as np
import pytest

import minigrad
from minigrad import Tensor, func, gradcheck, gradgradcheck, nn


def numbers(*shape, seed=0, device="cpu"):
    return Tensor(np.random.default_rng(seed).normal(size=shape)).to(device)


def assert_close(a, b):
    np.testing.assert_allclose(a.detach().cpu().numpy(), b.detach().cpu().numpy(), rtol=1e-10, atol=1e-12)


def test_grad_of_grad_of_grad_of_a_fourth_power(device):
    x = numbers(device=device)
    assert_close(func.grad(func.grad(func.grad(lambda x: x ** 4)))(x), 24 * x)


def test_grad_chooses_arguments_and_passes_aux():
    x, y = numbers(3), numbers(3, seed=1)

    def f(x, y):
        return (x * x * y).sum(), "aux"
    (gx, gy), aux = func.grad(f, argnums=(0, 1), has_aux=True)(x, y)
    assert_close(gx, 2 * x * y)
    assert_close(gy, x * x)
    assert aux == "aux"
    assert x.grad is None and not x.requires_grad


def test_vjp_and_jvp_are_the_products_with_the_jacobian(device):
    A, x = numbers(3, 4, device=device), numbers(4, seed=1, device=device)
    u, v = numbers(3, seed=2, device=device), numbers(4, seed=3, device=device)

    def f(x):
        return minigrad.tanh(A @ x)
    J = (1 - f(x) ** 2).unsqueeze(1) * A
    y, pull = func.vjp(f, x)
    assert_close(y, f(x))
    assert_close(pull(u), u @ J)
    assert_close(func.jvp(f, (x,), (v,))[1], J @ v)
    assert_close(func.jacrev(f)(x), J)
    assert_close(func.jacfwd(f)(x), J)


def test_jvp_of_several_primals_adds_their_changes():
    x, y, v, w = (numbers(3, seed=i) for i in range(4))
    assert_close(func.jvp(lambda x, y: x * y, (x, y), (v, w))[1], v * y + x * w)


def test_hessian_of_a_quadratic_is_its_matrix_and_hvp_its_product(device):
    A, x, v = numbers(4, 4, device=device), numbers(4, seed=1, device=device), numbers(4, seed=2, device=device)

    def f(x):
        return x @ (A @ x)
    assert_close(func.hessian(f)(x), A + A.T)
    y, product = func.hvp(f, (x,), (v,))
    assert_close(y, f(x))
    assert_close(product, (A + A.T) @ v)


def test_what_does_not_depend_on_the_argument_has_derivative_zero():
    x = numbers(3)
    assert_close(func.grad(lambda x: (x * 0 + 1).sum())(x), x * 0)
    assert func.jacrev(lambda x: numbers(2))(x).tolist() == [[0, 0, 0], [0, 0, 0]]
    assert func.hvp(lambda x: x.sum(), (x,), (x,))[1].tolist() == [0, 0, 0]


def test_transforms_lead_on_to_the_graph_around_them():
    x = numbers(3).requires_grad_()
    func.grad(lambda x: (x ** 3).sum())(x).sum().backward()
    assert_close(x.grad, 6 * x)


@pytest.mark.parametrize("call, text", [
    (lambda x: func.grad(lambda x: x)(x), r"must return a scalar, got shape \(3,\)"),
    (lambda x: func.grad(lambda x: x.sum())([1.0]), "argument 0 must be a floating-point tensor .* got list"),
    (lambda x: func.jvp(lambda x: x, (x,), (numbers(2),)), r"a tangent has shape \(2,\), its primal \(3,\)"),
    (lambda x: func.jvp(lambda x: x, (x,), ()), "1 primals need as many tangents, got 0"),
    (lambda x: func.checkpoint(lambda x: (x, x), x), "must return one tensor, got tuple"),
])
def test_errors_say_what_was_expected(call, text):
    with pytest.raises((ValueError, TypeError), match=text):
        call(numbers(3))


# checkpoint


def block(width=8):
    minigrad.manual_seed(0)
    return nn.Sequential(nn.Linear(width, 4 * width), nn.Tanh(), nn.Dropout(0.5), nn.Linear(4 * width, width))


def test_checkpoint_gives_the_same_output_and_gradients_also_under_dropout():
    results = []
    for wrap in (lambda f, x: f(x), func.checkpoint):
        model, x = block(), minigrad.ones(3, 8, requires_grad=True)
        minigrad.manual_seed(1)
        y = wrap(model, x)
        y.square().sum().backward()
        results.append([y, x.grad, *(p.grad for p in model.parameters())])
    for plain, checkpointed in zip(*results):
        np.testing.assert_array_equal(checkpointed.detach().numpy(), plain.detach().numpy())


def test_checkpoint_is_differentiable_twice():
    w = numbers(3, 3, seed=1).requires_grad_()
    x = numbers(3).requires_grad_()

    def f(x):
        return func.checkpoint(lambda x: minigrad.tanh(w @ x), x)
    assert gradcheck(f, x) and gradgradcheck(f, x)
    loss = f(x).sum()
    loss.backward()
    assert_close(w.grad, ((1 - minigrad.tanh(w @ x) ** 2).unsqueeze(1) * x).detach())


def saved_bytes(y):
    """The bytes that the graph of y keeps, each array once."""
    seen, arrays, stack = set(), {}, [y.node]
    while stack:
        node = stack.pop()
        if node is None or node in seen or isinstance(node, Tensor):
            continue
        seen.add(node)
        arrays.update({id(a): a.nbytes for a in node.saved if isinstance(a, np.ndarray)})
        stack.extend(node.parents)
    return sum(arrays.values())


def test_checkpoint_keeps_the_ends_of_a_block_and_nothing_between():
    model, x = block(64), minigrad.ones(256, 64, requires_grad=True)
    assert saved_bytes(model(x)) > 4 * 256 * 256        # at least the wide activations
    assert saved_bytes(func.checkpoint(model, x)) == 0  # the input is the caller's own


def test_checkpoint_without_gradients_is_a_plain_call():
    with minigrad.no_grad():
        assert func.checkpoint(block().eval(), minigrad.ones(2, 8)).node is None
