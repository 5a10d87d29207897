"""The engine at work in plain lines. Read these tests first: each one shows a single fact."""

import minigrad
from minigrad import nn, no_grad, optim, tensor


def test_a_tensor_holds_numbers_with_a_shape_and_a_dtype():
    x = tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    assert x.shape == (2, 3)
    assert x.dtype == minigrad.float32
    assert (x + 1).tolist() == [[2, 3, 4], [5, 6, 7]]


def test_y_is_x_squared_and_backward_gives_two_x():
    x = tensor(3.0, requires_grad=True)
    y = x * x
    y.backward()
    assert y.item() == 9
    assert x.grad.item() == 6


def test_backward_follows_the_chain_rule_back_to_every_leaf():
    a, b = tensor(2.0, requires_grad=True), tensor(5.0, requires_grad=True)
    y = (a * b + a) ** 2                    # dy/d(ab + a) = 2 (ab + a) = 24
    y.backward()
    assert a.grad.item() == 24 * (5 + 1)
    assert b.grad.item() == 24 * 2


def test_the_gradient_is_the_slope_that_finite_differences_measure():
    def f(x):
        return (x.sin() * x.exp()).sum()

    x = tensor([0.5, -1.0], dtype=minigrad.float64, requires_grad=True)
    f(x).backward()
    step = 1e-6
    for i in range(2):
        up, down = x.detach().clone(), x.detach().clone()
        up[i] += step
        down[i] -= step
        slope = (f(up) - f(down)) / (2 * step)
        assert abs(x.grad[i].item() - slope.item()) < 1e-9


def test_a_broadcast_input_gets_the_sum_of_the_gradients_of_its_copies():
    x = tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    bias = tensor([0.0, 0.0], requires_grad=True)       # (2,) is added to each of the 3 rows
    (x * (x + bias)).sum().backward()
    assert bias.grad.tolist() == [1 + 3 + 5, 2 + 4 + 6]


def test_gradients_of_two_losses_add_up_until_they_are_cleared():
    w = tensor(2.0, requires_grad=True)
    (3 * w).backward()
    (w * w).backward()
    assert w.grad.item() == 3 + 2 * 2
    w.grad = None
    (3 * w).backward()
    assert w.grad.item() == 3


def test_the_gradient_of_a_gradient_is_the_second_derivative():
    x = tensor(2.0, requires_grad=True)
    first, = minigrad.autograd.grad(x**3, x, create_graph=True)     # 3 x^2
    second, = minigrad.autograd.grad(first, x)                      # 6 x
    assert first.item() == 12
    assert second.item() == 12


def test_no_grad_computes_without_recording_a_graph():
    x = tensor(3.0, requires_grad=True)
    with no_grad():
        y = x * x
    assert y.item() == 9
    assert not y.requires_grad


def test_a_tiny_model_learns_a_line_by_walking_downhill():
    x = minigrad.linspace(-1, 1, 20).reshape(20, 1)
    y = 3 * x - 1
    model = nn.Linear(1, 1)
    optimizer = optim.SGD(model.parameters(), lr=0.5)
    for step in range(50):
        loss = ((model(x) - y) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert abs(model.weight.item() - 3) < 1e-3
    assert abs(model.bias.item() + 1) < 1e-3
