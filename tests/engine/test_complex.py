"""Complex numbers: the rules for real ones between conjugates, and those of ops that look at a part."""

import numpy as np
import pytest

import minigrad
from minigrad import Tensor, tensor
from minigrad.autograd import grad

Z = [1 + 2j, -0.5 + 0.25j, 3 - 1j]


def test_the_gradient_of_a_real_loss_is_its_slope_in_the_real_and_in_the_imaginary_part():
    z = tensor(Z, dtype=minigrad.complex128, requires_grad=True)
    (z.real**2 + 3 * z.imag).sum().backward()
    np.testing.assert_array_equal(z.grad.numpy(), 2 * np.real(Z) + 3j)


def test_a_rule_for_real_numbers_holds_between_conjugates():
    z = tensor(Z, dtype=minigrad.complex128, requires_grad=True)
    weights = tensor([1j, 2.0, 1 - 1j], dtype=minigrad.complex128)
    (z.exp() * weights).real.sum().backward()               # d/dz of Re(w e^z) is conj(w e^z)
    np.testing.assert_allclose(z.grad.numpy(), np.conj(np.exp(Z) * weights.numpy()), rtol=1e-14)


def test_a_real_tensor_beside_a_complex_one_has_a_real_gradient():
    x = tensor([1.0, 2.0, 3.0], dtype=minigrad.float64, requires_grad=True)
    (x * tensor(Z)).imag.sum().backward()
    assert x.grad.dtype == minigrad.float64
    np.testing.assert_array_equal(x.grad.numpy(), np.imag(Z).astype("complex64").real)


def test_the_second_derivative_of_a_square_is_two():
    z = tensor(Z, dtype=minigrad.complex128, requires_grad=True)
    first, = grad((z * z).real.sum(), z, create_graph=True)      # conj(2 z)
    second, = grad(first.real.sum(), z)
    np.testing.assert_allclose(second.numpy(), 2)


def test_backward_starts_from_a_real_scalar():
    z = tensor(1 + 1j, requires_grad=True)
    with pytest.raises(RuntimeError, match=r"backward\(\) starts from a real scalar"):
        (z * z).backward()
    (z * z).backward(tensor(1j))
    assert z.grad.item() == 1j * np.conj(2 * (1 + 1j))


def test_an_op_that_needs_an_order_refuses_complex_numbers():
    z = tensor(Z)
    for refused in (z.floor, z.sign, lambda: z < 1, lambda: z.clamp(min=0), lambda: minigrad.maximum(z, z)):
        with pytest.raises(TypeError, match="complex numbers have no order and no whole part, got complex64"):
            refused()


def test_a_view_of_a_part_or_of_pairs_shares_the_memory_in_a_graph_too():
    a = tensor([1.0, 2.0], requires_grad=True)
    z = tensor([1 + 1j, 2 + 2j]) * 2
    z.real.copy_(a)
    z.imag[0] = 5
    np.testing.assert_array_equal(z.detach().numpy(), [1 + 5j, 2 + 4j])
    (z * z).real.sum().backward()
    np.testing.assert_array_equal(a.grad.numpy(), [2, 4])
    pairs = minigrad.zeros(2, 2)
    minigrad.view_as_complex(pairs)[1] = 3 - 4j
    assert pairs.tolist() == [[0, 0], [3, -4]]


def test_an_op_of_the_user_with_a_holomorphic_rule_takes_complex_numbers():
    @minigrad.primitive
    def cube(xp, x):
        return x * x * x
    cube.defvjp(lambda g, x: g * 3 * x * x)
    z = Tensor(np.array(Z), requires_grad=True)
    cube(z).imag.sum().backward()
    np.testing.assert_allclose(z.grad.numpy(), np.conj(3 * np.array(Z)**2) * 1j)
