"""Fused ops: the definition is the reference, a kernel only a faster implementation."""

import numpy as np
import pytest

from minigrad import Tensor, fused, gradcheck, gradgradcheck, without_kernels
from minigrad.autograd import grad


def scaled_product():
    """A fused op with a kernel that counts its runs; its forward declines negative settings."""
    @fused
    def product(a, b=None, *, scale=1.0):
        return a * (1.0 if b is None else b) * scale

    def forward(xp, a, b, *, scale):
        if scale < 0:
            return NotImplemented
        runs.append("forward")
        return (a if b is None else a * b) * scale, ()

    def backward(xp, g, arrays, extra, wanted, *, scale):
        runs.append("backward")
        a, b = arrays
        return (g * (1 if b is None else b) * scale if wanted[0] else None,
                g * a * scale if wanted[1] else None)
    runs = []
    product.kernel(np.ndarray, forward, backward)
    return product, runs


def numbers(*shape, seed=0):
    return Tensor(np.random.default_rng(seed).normal(size=shape), requires_grad=True)


def test_the_kernel_runs_forward_and_backward():
    product, runs = scaled_product()
    a, b = numbers(3), numbers(3, seed=1)
    product(a, b, scale=2.0).sum().backward()
    assert runs == ["forward", "backward"]
    np.testing.assert_allclose(a.grad.numpy(), 2 * b.detach().numpy())


def test_the_definition_runs_without_kernels_on_other_devices_and_where_the_kernel_declines():
    product, runs = scaled_product()
    a = numbers(3)
    with without_kernels():
        product(a, a)
    product(a.to("fake"), a.to("fake"))
    product(a, a, scale=-1.0)
    assert runs == []


def test_one_tensor_in_two_arguments_receives_both_gradients():
    product, runs = scaled_product()
    a = numbers(3)
    product(a, a).sum().backward()
    np.testing.assert_allclose(a.grad.numpy(), 2 * a.detach().numpy())


def test_an_argument_that_depends_on_another_is_differentiated_along_both_ways_once():
    product, runs = scaled_product()
    a = numbers(3)
    b = a * a
    first, = grad(product(a, b).sum(), a, create_graph=True)
    np.testing.assert_allclose(first.detach().numpy(), 3 * a.detach().numpy() ** 2)
    second, = grad(first.sum(), a)
    np.testing.assert_allclose(second.numpy(), 6 * a.detach().numpy())


def test_second_derivatives_go_through_the_definition():
    product, runs = scaled_product()
    a, b = numbers(3), numbers(3, seed=1)
    assert gradcheck(product, [a, b]) and gradgradcheck(product, [a, b])
    runs.clear()
    grad(product(a, b).sum(), a, create_graph=True)
    assert runs == ["forward"]


def test_the_gradient_of_one_argument_still_depends_on_the_others():
    """A gradient penalty: grad() with respect to a only, then backward() through a's gradient."""
    product, _ = scaled_product()
    a, b = numbers(3), numbers(3, seed=1)
    (g,) = grad(product(a, b, scale=2.0).sum(), a, create_graph=True)      # 2 b
    (g * g).sum().backward()
    assert a.grad is None
    np.testing.assert_allclose(b.grad.numpy(), 8 * b.detach().numpy())


def test_missing_arguments_take_their_defaults():
    product, runs = scaled_product()
    a = numbers(3)
    product(a).sum().backward()
    assert a.grad.tolist() == [1, 1, 1]


def test_nothing_is_recorded_where_no_gradient_is_wanted():
    product, runs = scaled_product()
    assert product(numbers(3).detach(), numbers(3).detach()).node is None


def test_devices_do_not_mix():
    product, _ = scaled_product()
    with pytest.raises(RuntimeError, match="product: its arguments are on cpu and fake"):
        product(numbers(3), numbers(3).to("fake"))


def test_arguments_given_by_name_reach_the_kernel_too():
    product, runs = scaled_product()
    a, b = numbers(3), numbers(3, seed=1)
    expected = (2 * a * b).tolist()
    assert product(a, b=b, scale=2.0).tolist() == expected and runs == ["forward"]
    for wrong in (lambda: product(a, c=b), lambda: product(a, b, b), lambda: product(a, b, b=b)):
        with pytest.raises(TypeError):
            wrong()
    assert runs == ["forward"]


def test_a_missing_argument_is_the_definitions_error():
    @fused
    def needs_two(a, b, *, power):
        return a * b ** power
    needs_two.kernel(np.ndarray, lambda xp, a, b, *, power: (a * b ** power, ()), None)
    assert needs_two(numbers(2), numbers(2), power=2).shape == (2,)
    for wrong, text in ((lambda: needs_two(numbers(2), power=2), "b"),
                        (lambda: needs_two(numbers(2), numbers(2)), "power")):
        with pytest.raises(TypeError, match=f"needs_two: {text} is missing; it takes a, b, power"):
            wrong()


def test_a_kernel_may_return_one_number_as_numpy_does():
    @fused
    def total(x):
        return x.sum()
    total.kernel(np.ndarray, lambda xp, x: (x.sum(), ()),
                 lambda xp, g, arrays, extra, wanted: [xp.broadcast_to(g, arrays[0].shape)])
    x = numbers(3)
    y = total(x)
    assert type(y.array) is np.ndarray
    y.backward()
    assert x.grad.tolist() == [1, 1, 1]
    x.grad.add_(1.0)
    assert gradcheck(total, x) and gradgradcheck(lambda x: total(x) ** 2, x)


def test_a_kernel_with_a_gradient_of_the_wrong_shape_is_named():
    product, _ = scaled_product()
    product.kernel(np.ndarray, lambda xp, a, b, *, scale: (a * b, ()),
                   lambda xp, g, arrays, extra, wanted, *, scale: [g[:1], g])
    with pytest.raises(ValueError,
                       match=r"a rule of product gave a gradient of shape \(1,\) for an argument of "
                             r"shape \(3,\)"):
        product(numbers(3), numbers(3)).sum().backward()


def test_writing_into_an_input_of_a_kernel_is_noticed():
    product, _ = scaled_product()
    a, b = numbers(3), numbers(3, seed=1).detach()
    y = product(a, b).sum()
    b.mul_(2.0)
    with pytest.raises(RuntimeError, match="that product saved"):
        y.backward()
