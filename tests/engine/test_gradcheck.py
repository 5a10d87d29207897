"""gradcheck finds every kind of wrong rule and says where it is wrong."""

import numpy as np
import pytest

from minigrad import Tensor, gradcheck, gradgradcheck, primitive, sin


def op(forward, *rules):
    made = primitive(forward)
    made.defvjp(*rules)
    return made


def numbers(*shape):
    return Tensor(np.random.default_rng(0).uniform(0.5, 1.5, shape), requires_grad=True)


def cube(xp, x):
    return x * x * x


def test_a_right_rule_passes(device):
    right = op(cube, lambda g, x: g * (x * x * 3))
    x = numbers(2, 3).detach().to(device).requires_grad_()
    assert gradcheck(right, x) and gradgradcheck(right, x)


def test_a_wrong_rule_is_shown_with_input_element_and_both_numbers():
    def product(xp, a, b):
        return a * b
    wrong = op(product, lambda g, b: g * b, lambda g, a: g * a * Tensor([[1.0, 1.0], [1.0, 1.1]]).array)
    with pytest.raises(AssertionError,
                       match=r"input 1, element \[1, 1\]: the rules give [\d.]+, finite differences [\d.]+"):
        gradcheck(wrong, [numbers(2, 2), numbers(2, 2)])
    assert not gradcheck(wrong, [numbers(2, 2), numbers(2, 2)], raise_exception=False)


def test_a_rule_that_is_right_once_but_not_twice_fails_gradgradcheck():
    def rule(g, x):
        return g * (Tensor(x.array).detach() ** 2 * 3 if isinstance(x, Tensor) else x * x * 3)  # a constant
    once = op(cube, rule)
    assert gradcheck(once, numbers(3))
    with pytest.raises(AssertionError, match="input 0, element"):
        gradgradcheck(once, numbers(3))


def test_a_gradient_of_the_wrong_shape_is_an_error():
    wrong = op(cube, lambda g, x: (g * x * x * 3)[:1])
    with pytest.raises(ValueError,
                       match=r"a rule of cube gave a gradient of shape \(1,\) for an argument of "
                             r"shape \(3,\)"):
        gradcheck(wrong, numbers(3))


def test_a_result_cut_off_the_graph_fails():
    with pytest.raises(AssertionError, match="the rules give 0, finite differences"):
        gradcheck(lambda x: sin(x.detach()), numbers(3))


def test_many_wrong_elements_are_counted():
    wrong = op(cube, lambda g, x: g * x)
    with pytest.raises(AssertionError, match="input 0: 12 of 12 elements are off"):
        gradcheck(wrong, numbers(3, 4))


def test_float32_and_missing_gradients_are_refused():
    with pytest.raises(TypeError, match=r"input 0 is float32; finite differences need float64: x.double\(\)"):
        gradcheck(sin, Tensor([1.0], requires_grad=True))
    with pytest.raises(ValueError, match="no input requires grad"):
        gradcheck(sin, Tensor([1.0]))


def test_inputs_keep_their_values_and_gradients():
    x = numbers(3)
    before = x.tolist()
    gradcheck(sin, x)
    gradgradcheck(sin, x)
    assert x.tolist() == before and x.grad is None


def test_failures_can_be_an_answer_instead_of_an_exception():
    wrong = op(cube, lambda g, x: g * x)
    assert gradcheck(wrong, numbers(3), raise_exception=False) is False
    assert gradgradcheck(op(cube, lambda g, x: g * (x.detach() if isinstance(x, Tensor) else x) ** 2 * 3),
                         numbers(3), raise_exception=False) is False


def test_one_wrong_element_of_many_is_found():
    def slip(g, x):
        slope = g * x * x * 3
        spot = np.zeros(x.shape)
        spot[1, 2] = 1e-5
        return slope + spot
    with pytest.raises(AssertionError, match=r"input 0, element \[1, 2\]: the rules give"):
        gradcheck(op(cube, slip), numbers(2, 3))


def test_nan_is_never_right():
    with pytest.raises(AssertionError, match="the rules give nan"):
        gradcheck(op(cube, lambda g, x: g * np.nan), numbers(2))


def test_several_outputs_and_inputs_are_checked_each():
    def pair(a, b):
        return a * b, sin(a)
    assert gradcheck(pair, [numbers(2), numbers(2)]) and gradgradcheck(pair, [numbers(2), numbers(2)])
    wrong = op(lambda xp, a, b: a * b, lambda g, b: g * b, lambda g, b: g * b)
    with pytest.raises(AssertionError, match=r"gradcheck failed\n  input 1, element \[0\]"):
        gradcheck(wrong, [numbers(2), numbers(2) * 2])
