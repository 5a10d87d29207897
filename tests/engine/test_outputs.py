"""Ops with several outputs: values, derivatives, what the graph keeps, and the tools that look at a graph."""

import gc
import math
import weakref
from collections import namedtuple

import numpy as np
import pytest

import minigrad
from minigrad import Tensor, gradcheck, gradgradcheck, linalg, tensor
from minigrad.autograd import Function, grad, primitive, primitive_with_outputs
from minigrad.visual import graph

Split = namedtuple("Split", "whole part count")


@primitive_with_outputs(Split)
def split(xp, x, scale, *, digits=0):
    """scale x = whole + part, and how many numbers are not whole."""
    whole = xp.round(x * scale, digits)
    part = x * scale - whole
    return whole, part, xp.count_nonzero(part)


split.defvjp(lambda g, scale: tuple(g)[1] * scale, lambda g, x: tuple(g)[1] * x)


@primitive_with_outputs(namedtuple("Powers", "square cube"))
def powers(xp, x):
    return x * x, x * x * x


def powers_rule(g, x, square):
    g_square, g_cube = g
    return g_square * 2 * x + g_cube * 3 * square


powers.defvjp(powers_rule)


def leaf(*numbers):
    return Tensor(np.array(numbers, "float64"), requires_grad=True)


def test_the_outputs_are_a_named_tuple_of_tensors_or_of_arrays():
    y = split(Tensor([1.25, 2.0]), 2.0)
    assert isinstance(y, Split) and y.whole.tolist() == [2.0, 4.0] and y.part.tolist() == [0.5, 0.0]
    assert y.count.item() == 1 and y.whole.dtype == y.part.dtype == "float32"
    arrays = split(np.array([1.25]), 2.0)
    assert isinstance(arrays, Split) and isinstance(arrays.count, np.ndarray)


def test_only_floating_point_outputs_require_gradients():
    y = split(leaf(1.25), 2.0)
    assert y.part.requires_grad and y.whole.requires_grad and not y.count.requires_grad


def test_gradients_of_both_orders_through_all_outputs_and_through_one():
    x = leaf(0.5, -1.5, 2.0)
    for f in (powers, lambda x: powers(x).square, lambda x: powers(x).cube,
              lambda x: powers(x).cube * powers(x).square):
        assert gradcheck(f, x) and gradgradcheck(f, x)


def test_an_output_that_is_used_twice_and_one_that_is_not_used():
    x = leaf(3.0)
    y = powers(x)
    (y.cube * y.cube).sum().backward()
    assert x.grad.tolist() == [6 * 3.0**5]
    assert grad(powers(x).square.sum(), x)[0].tolist() == [6.0]


def test_the_graph_keeps_only_the_outputs_that_a_rule_asks_for():
    node = powers(leaf(2.0)).cube.node.parents[0]
    x, square, cube = node.saved
    assert x.tolist() == [2.0] and square.tolist() == [4.0] and cube is None


def test_a_freed_graph_says_so_and_a_retained_one_runs_again():
    x = leaf(2.0)
    y = powers(x)
    y.square.sum().backward(retain_graph=True)
    y.square.sum().backward()
    assert x.grad.tolist() == [8.0]
    with pytest.raises(RuntimeError, match="this graph was freed"):
        y.cube.sum().backward()


def test_reference_counting_alone_frees_the_graph():
    gc.disable()
    try:
        y = powers(leaf(2.0))
        node = weakref.ref(y.square.node.parents[0])
        del y
        assert node() is None
    finally:
        gc.enable()


def test_hooks_on_outputs_and_gradients_of_outputs():
    x, seen = leaf(2.0), []
    y = powers(x)
    y.square.register_hook(lambda g: seen.append(g.tolist()))
    y.cube.retain_grad()
    (y.square * 3 + y.cube).sum().backward()
    assert seen == [[3.0]] and y.cube.grad.tolist() == [1.0] and x.grad.tolist() == [24.0]


def test_calls_with_different_numbers_of_arguments_keep_what_each_needs():
    @primitive_with_outputs(namedtuple("Total", "total square"))
    def total(xp, *tensors):
        return sum(tensors), sum(tensors) ** 2
    total.defvjp(lambda g, total: tuple(g)[0] + tuple(g)[1] * 2 * total)
    for numbers in ([2.0, 3.0, 4.0], [2.0], [2.0, 5.0]):
        x = leaf(numbers[0])
        y = total(x, *numbers[1:])
        (y.total + y.square).sum().backward()
        assert x.grad.tolist() == [1 + 2 * sum(numbers)]


def test_a_variadic_op_with_several_outputs_gives_its_rule_the_arguments_alone():
    @primitive_with_outputs(namedtuple("Both", "total product"))
    def both(xp, *tensors):
        return sum(tensors), math.prod(tensors)

    def rule(g, tensors, product, which):
        g_total, g_product = g
        assert len(tensors) == 2
        return g_total + g_product * product / tensors[which]
    both.defvjp(rule)
    x, other = leaf(2.0), leaf(5.0)
    sum(both(x, other)).sum().backward()
    assert x.grad.tolist() == [6.0] and other.grad.tolist() == [3.0]


def test_a_primitive_that_returns_a_tuple_says_how_to_define_it():
    @primitive
    def halves(xp, x):
        return x / 2, x / 2
    with pytest.raises(TypeError, match="^halves returned a tuple; define it with @primitive_with_outputs"):
        halves(leaf(1.0))


def test_an_integer_input_gives_floats_of_the_default_dtype():
    assert {each.dtype for each in linalg.qr(tensor([[1, 2], [3, 4]]))} == {np.dtype("float32")}


def test_the_profiler_counts_one_call_forward_and_one_backward():
    x = leaf(2.0)
    with minigrad.profile() as p:
        y = powers(x)
        (y.square + y.cube).sum().backward()
    assert p.calls["powers", "forward", None] == 1
    assert sum(n for (name, way, _), n in p.calls.items() if (name, way) == ("powers", "backward")) == 1


def test_anomaly_mode_names_the_op_and_its_line():
    x = leaf(0.0)

    @primitive_with_outputs(namedtuple("Two", "a b"))
    def root(xp, x):
        return xp.sqrt(x), x + 0
    root.defvjp(lambda g, a: tuple(g)[0] / (2 * a))
    with minigrad.detect_anomaly(), pytest.raises(RuntimeError, match=(
            r"^backward: the gradient of root produced inf from a gradient without inf; its "
            r"forward:\n  .*root\(x\)")):
        root(x).a.sum().backward()


class Both(Function):
    @staticmethod
    def forward(ctx, x):
        return x + 1, x * 2

    @staticmethod
    def backward(ctx, a, b):
        return a + 2 * b


@pytest.mark.parametrize("op", [powers, Both.apply])
def test_a_graph_with_several_outputs_can_be_drawn(op):
    a, b = op(leaf(2.0, 3.0))
    dot = graph((a * b).sum()).dot
    assert "several outputs" in dot and "[0]" in dot and "[1]" in dot and "<svg" in graph((a * b).sum()).svg


def test_a_fused_op_may_return_statistics_without_a_gradient():
    x = minigrad.randn(6, 3, requires_grad=True)
    mean, variance = minigrad.zeros(3), minigrad.ones(3)
    y = minigrad.nn.functional.batch_norm(x, mean, variance, training=True, momentum=1.0)
    assert y.requires_grad and not mean.requires_grad
    np.testing.assert_allclose(mean.numpy(), x.detach().numpy().mean(0), atol=1e-6)
    np.testing.assert_allclose(variance.numpy(), x.detach().numpy().var(0, ddof=1), rtol=1e-5)
