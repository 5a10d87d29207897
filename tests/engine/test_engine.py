"""What the engine guarantees: correct gradients, freed memory, and errors that leave no state changed."""

import gc
import tracemalloc
import weakref
from collections import namedtuple

import numpy as np
import pytest
from cases.tensors import host, leaf

import minigrad
from minigrad import Tensor, no_grad, primitive
from minigrad.autograd import Parameter, Part, grad, primitive_with_outputs

# Size and time


def test_a_chain_of_100_000_ops_runs_backward_and_is_freed():
    x = leaf(1.0)
    y = x
    for _ in range(100_000):
        y = y * 1.00001
    y.backward(Tensor([1.0]).double())
    assert x.grad.item() == pytest.approx(1.00001 ** 100_000)
    del y


def test_a_chain_of_100_000_ops_is_freed_without_backward():
    y = leaf(1.0)
    for _ in range(100_000):
        y = y + 1.0
    last = weakref.ref(y.node)
    del y
    assert last() is None


def test_a_diamond_with_2_to_the_18_paths_visits_every_node_once():
    x = leaf(1.0)
    y, visits = x, []
    for _ in range(18):
        y = y + y
        y.register_hook(lambda g: visits.append(1) and None)
    y.sum().backward()
    assert x.grad.item() == 2 ** 18
    assert len(visits) == 18


def test_1000_forward_steps_leave_no_memory_behind():
    x, w = leaf(*range(1000)), leaf(*range(1000))

    def memory_after_1000_steps():
        for _ in range(1000):
            (x * w).tanh().sum()
        return tracemalloc.get_traced_memory()[0]
    gc.disable()
    tracemalloc.start()
    try:
        first = memory_after_1000_steps()
        assert memory_after_1000_steps() - first < x.array.nbytes
    finally:
        tracemalloc.stop()
        gc.enable()


def test_a_graph_is_freed_by_reference_counting_alone():
    gc.disable()
    try:
        x = leaf(1.0, 2.0)
        y = (x * x).exp()
        node, array = weakref.ref(y.node), weakref.ref(y.array)
        y.sum().backward()
        del y
        assert node() is None and array() is None
    finally:
        gc.enable()


def test_backward_frees_what_a_node_saved_as_it_goes_on():
    x = leaf(1.0)
    early = x.exp()
    saved = weakref.ref(early.array)
    early.register_hook(lambda g: alive.append(later() is not None))
    y = early.exp()
    later, alive = weakref.ref(y.array), []
    loss = y.sum()
    del y, early
    loss.backward()
    assert alive == [False] and saved() is None


# What is saved


def test_the_graph_keeps_only_what_a_rule_asks_for():
    x, y = leaf(1.0), leaf(2.0)
    assert [a is None for a in (x + y).node.saved] == [True, True, True]
    assert [a is None for a in x.exp().node.saved] == [True, False]
    assert [a is None for a in x.log().node.saved] == [False, True]


def test_a_frozen_weight_costs_no_activation():
    x, w = leaf(1.0), Tensor([2.0]).double()
    saved = (x * w).node.saved
    assert saved[0] is None and saved[1] is w.array     # x's gradient needs w, w's would need x


# Correct gradients


def test_gradients_of_two_losses_add_up(device):
    x = leaf(1.0, 2.0, device=device)
    (x * 3).sum().backward()
    (x * x).sum().backward()
    assert host(x.grad).tolist() == [5, 7]


def test_two_graphs_over_one_leaf_are_independent():
    x = leaf(2.0)
    a, b = (x * x).sum(), (x * 3).sum()
    b.backward()
    assert x.grad.item() == 3
    x.grad = None
    a.backward()
    assert x.grad.item() == 4


def test_one_tensor_in_both_arguments_receives_both_gradients(device):
    x = leaf(3.0, device=device)
    (x * x + x @ x).sum().backward()
    assert host(x.grad).tolist() == [12]


def test_broadcasting_is_undone(device):
    a, b = leaf([[1.0], [2.0]], device=device), leaf(1.0, 2.0, 3.0, device=device)
    (a * b).sum().backward()
    assert host(a.grad).tolist() == [[[6], [6]]]
    assert host(b.grad).tolist() == [3, 3, 3]


def test_gradients_never_share_memory():
    a, b, start = leaf(1.0, 2.0), leaf(3.0, 4.0), Tensor(np.ones(2))
    (a + b).backward(start)
    a.grad.mul_(10)
    assert b.grad.tolist() == [1, 1] and start.tolist() == [1, 1]
    x = leaf(1.0, 2.0)
    x.sum().backward()
    x.grad += 1         # the gradient of a sum is a view of one number, until it becomes .grad
    assert x.grad.tolist() == [2, 2]


USES = {       # of x (3, 4); the gradients cover parts of x, all of it, or both
    "slices": lambda x: [x[0], x[:, 1], x[1:, ::2], x[..., -1], x[None, 2]],
    "one part": lambda x: [x[1]],
    "all first": lambda x: [x * x, x[0], x[0]],
    "all between": lambda x: [x[0], x * x, x[0], x.exp(), x[1]],
    "all last": lambda x: [x[0], x[0], x * x],
    "repeated places": lambda x: [x[minigrad.tensor([0, 0, 2]).to(x.device)], x[1], x[:, [1, 1]],
                                  x[[0, 0], [1, 1]]],
    "masks": lambda x: [x[x > 0], x[0], x[x > 1]],
    "parts of parts": lambda x: [row[i] for row in x.unbind() for i in range(4)],
    "splits": lambda x: [*x.split([1, 0, 3], 1), *x.chunk(3), x.select(1, 2), x.narrow(0, 1, 2)],
    "a number": lambda x: [x.sum()[None], x.sum()[...], x.mean()],
    "0-d all between": lambda x: (lambda y: [y[None], y * y, y[None], y[...]])(x.sum()),
    "another dtype": lambda x: [x[0].half().double(), x[1], x[2].half().double(), x * x],
}


@pytest.mark.parametrize("uses", USES.values(), ids=USES)
def test_parts_add_up_to_the_gradient_that_whole_arrays_have(uses, device):
    x = leaf(*np.random.default_rng(0).normal(size=(3, 4)), device=device)
    total = sum((part * part).sum() * (i + 1) for i, part in enumerate(uses(x)))
    whole, = grad(total, x, create_graph=True)
    total.backward()
    np.testing.assert_allclose(host(x.grad), host(whole), rtol=1e-12)


def test_the_slices_of_a_loop_share_one_array_of_gradients(monkeypatch):
    monkeypatch.setattr(minigrad.ops.places.indexing.zeros_with, "forward", None)   # allocates a full array
    x = leaf(*np.ones((50, 3)))
    sum(x[i] * i for i in range(50)).sum().backward()
    assert host(x.grad)[:, 0].tolist() == list(range(50))
    total = Part(np.ones(3), (0,), (50, 3)) + Part(np.ones(3), (1,), (50, 3))
    array = total.whole()
    assert (total + Part(np.ones(3), (1,), (50, 3))).whole() is array and array[:3, 0].tolist() == [1, 2, 0]


@pytest.mark.parametrize("parts_first", [True, False])
def test_parts_are_added_into_no_array_that_somebody_else_holds(parts_first):
    x, start, seen = leaf([1.0, 2.0], [3.0, 4.0]), Tensor(np.ones((2, 2))), []
    y = x + 0
    y.register_hook(seen.append)
    z = y + 0 if parts_first else None
    a, b = y[0], y[1]
    z = y + 0 if z is None else z          # backward visits the younger first
    gy, gx = grad([z, a, b], [y, x], [start, start[0], start[1]])
    assert start.tolist() == [[1, 1], [1, 1]] and host(gy).tolist() == [[2, 2], [2, 2]]
    gy.mul_(5)
    assert host(gx).tolist() == host(seen[0]).tolist() == [[2, 2], [2, 2]]


def test_third_derivatives(device):
    x = leaf(2.0, device=device)
    y = (x ** 5).sum()
    for expected in (5 * 2 ** 4, 20 * 2 ** 3, 60 * 2 ** 2):
        y, = grad(y, x, create_graph=True)
        assert host(y).tolist() == pytest.approx([expected])
        y = y.sum()


def test_a_float32_leaf_in_a_float64_graph_has_a_float32_gradient():
    x = leaf(1.0, dtype="float32")
    (x * leaf(2.0)).sum().backward()
    assert x.grad.dtype == np.float32


# grad()


def test_grad_of_leaves_and_of_tensors_between_touches_no_grad_attribute():
    x = leaf(3.0)
    y = x * x
    z = y * y + x
    assert [g.item() for g in grad(z.sum(), [x, y])] == [4 * 27 + 1, 18]
    assert x.grad is None and y.grad is None


def test_grad_computes_only_what_leads_to_its_inputs():
    @primitive
    def broken(xp, x):
        return x + 0
    broken.defvjp(lambda g: 1 / 0)
    x, w = leaf(1.0), leaf(2.0)
    assert grad((broken(w) * x).sum(), x)[0].item() == 2


def test_grad_of_an_unused_input_raises_or_is_none():
    x, unused = leaf(1.0), leaf(1.0)
    with pytest.raises(RuntimeError, match="do not depend on input number 1; allow_unused=True"):
        grad((x * x).sum(), [x, unused])
    assert grad((x * x).sum(), [x, unused], allow_unused=True)[1] is None


def test_grad_of_several_outputs_is_their_weighted_sum():
    x = leaf(2.0)
    g, = grad([x * x, x * 3], x, [Tensor(np.array([10.0])), Tensor(np.array([1.0]))])
    assert g.item() == 43


def test_backward_with_inputs_fills_only_these():
    x, w = leaf(2.0), leaf(3.0)
    y = x * w
    (y * y).sum().backward(inputs=[w, y])
    assert x.grad is None and w.grad.item() == 24 and y.grad.item() == 12


# Errors


def test_a_second_backward_says_how_to_keep_the_graph():
    x = leaf(1.0)
    y = (x * x).sum()
    y.backward()
    with pytest.raises(RuntimeError,
                       match=r"freed by an earlier backward\(\); call the first one with retain_graph=True"):
        y.backward()
    y = (x * x).sum()
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.item() == 6


def test_backward_from_many_numbers_says_what_to_do():
    with pytest.raises(RuntimeError,
                       match=r"starts from a scalar, got shape \(2,\); reduce the loss with .mean\(\)"):
        leaf(1.0, 2.0).exp().backward()


def test_backward_with_a_gradient_of_another_shape_names_both():
    with pytest.raises(ValueError, match=r"gradient has shape \(3,\), the tensor \(2,\)"):
        leaf(1.0, 2.0).exp().backward(Tensor([1.0, 1.0, 1.0]))


def test_backward_from_a_constant_says_why():
    with pytest.raises(RuntimeError, match="does not require grad"):
        Tensor([1.0]).sum().backward()
    with no_grad():
        y = leaf(1.0).sum()
    with pytest.raises(RuntimeError, match=r"inside no_grad\(\)"):
        y.backward()


def test_integer_tensors_refuse_gradients():
    for refuse in (lambda: Tensor([1], requires_grad=True), lambda: Tensor([1]).requires_grad_(),
                   lambda: Parameter([1, 2])):
        with pytest.raises(TypeError, match=r"only floating-point and complex tensors can require gradients, "
                                            r"got int64; .*\.float\(\)"):
            refuse()


def test_an_exception_in_backward_leaves_no_trace():
    fail = True

    @primitive
    def fragile(xp, x):
        return x * 1

    def rule(g):
        if fail:
            raise ValueError("on purpose")
        return g
    fragile.defvjp(rule)
    x, w = leaf(2.0), leaf(3.0)
    y = (fragile(x) * w).sum()
    with pytest.raises(ValueError, match="on purpose"):
        y.backward()
    assert x.grad is None and w.grad is None and minigrad.is_grad_enabled()
    fail = False
    (fragile(x) * w).sum().backward()
    assert x.grad.item() == 3 and w.grad.item() == 2


# dtypes


@pytest.mark.parametrize("number", [2, 2.0, True, np.float64(2), np.float32(2), np.int64(2)], ids=repr)
def test_a_number_never_changes_a_dtype(number, device):
    x = leaf(1.0, dtype="float32", device=device)
    for y in (x * number, number * x, x + number, number - x, x / number, number / x, x ** number):
        assert y.dtype == np.float32
        assert grad(y.sum(), x)[0].dtype == np.float32


def test_numpy_arrays_on_the_left_leave_the_work_to_the_tensor():
    y = np.array([1.0, 2.0], "float32") * leaf(3.0, 4.0, dtype="float32")
    assert isinstance(y, Tensor) and y.tolist() == [3, 8]


# Corner cases


def test_gradients_of_create_graph_do_not_share_memory_either():
    a, b = leaf(1.0, 2.0), leaf(3.0, 4.0)
    (a + b).sum().backward(create_graph=True)
    assert a.grad is not b.grad and not np.shares_memory(a.grad.array, b.grad.array)
    first, second = grad((a + b).sum(), [a, b])
    assert not np.shares_memory(first.array, second.array) and first.array.flags.writeable


def test_grad_has_the_dtype_of_its_input():
    x = leaf(1.0, dtype="float32")
    y = x * 2
    for create_graph in (True, False):
        found = grad((y * leaf(2.0)).sum(), [x, y], create_graph=create_graph)
        assert [g.dtype for g in found] == [np.float32, np.float32]


def test_grad_of_an_input_that_another_input_depends_on():
    x = leaf(2.0)
    y = x ** 2
    z = y ** 2
    assert [g.item() for g in grad(z.sum(), [z, y, x, y])] == [1, 8, 32, 8]


def test_grad_of_a_result_whose_own_graph_was_freed_needs_only_what_is_above_it():
    x = leaf(3.0)
    y = x * x
    y.sum().backward()
    z = (y * y).sum()
    assert grad(z, y, retain_graph=True)[0].item() == 18
    for inputs in (x, [x, y]):
        with pytest.raises(RuntimeError, match="freed by an earlier backward"):
            grad(z, inputs)


def test_grad_needs_a_gradient_for_every_output():
    x = leaf(1.0)
    with pytest.raises(ValueError, match="expected one grad_outputs for each of 2 outputs, got 1"):
        grad([x * 2, x * 3], x, Tensor(np.ones(1)))


def test_inputs_are_tensors_that_require_gradients():
    x, constant = leaf(1.0), Tensor([1.0])
    for call in (lambda: (x * 2).sum().backward(inputs=[constant]), lambda: grad((x * 2).sum(), constant)):
        with pytest.raises(RuntimeError, match=r"an input of shape \(1,\) does not require grad"):
            call()
    with pytest.raises(ValueError, match=r"backward\(\): inputs= is empty; name at least one tensor"):
        (x * 2).sum().backward(inputs=[])


def test_backward_of_a_leaf_is_the_gradient_itself():
    x = leaf(5.0)
    x.backward()
    assert x.grad.item() == 1


@pytest.mark.parametrize("f, derivatives", [
    (lambda x: x.exp(), [np.exp] * 3),
    (lambda x: x.sin(), [np.cos, lambda x: -np.sin(x), lambda x: -np.cos(x)]),
    (lambda x: x.log(), [lambda x: 1 / x, lambda x: -1 / x ** 2, lambda x: 2 / x ** 3]),
    (lambda x: x * x * x / x, [lambda x: 2 * x, lambda x: 2 + 0 * x, lambda x: 0 * x]),
    (lambda x: x.tanh(), [lambda x: np.cosh(x) ** -2, lambda x: -2 * np.tanh(x) * np.cosh(x) ** -2,
                          lambda x: (4 * np.tanh(x) ** 2 - 2 * np.cosh(x) ** -2) * np.cosh(x) ** -2]),
], ids=["exp", "sin", "log", "square", "tanh"])
def test_derivatives_to_the_third_order(f, derivatives, device):
    x = leaf(0.5, 2.0, device=device)
    y = f(x)
    for derivative in derivatives:
        y, = grad(y.sum(), x, create_graph=True)
        np.testing.assert_allclose(host(y), derivative(host(x)), rtol=1e-14, atol=1e-14)


@pytest.mark.parametrize("shape", [(), (1,), (0, 3)])
def test_numbers_and_empty_tensors_have_gradients(shape, device):
    x = leaf(np.ones(shape), device=device)[0].detach().requires_grad_()
    y = (x.floor() + x * x).sum()
    y.backward()
    assert type(x.grad.array) is type(x.array) and x.grad.shape == shape
    assert host(x.grad).tolist() == np.full(shape, 2.0).tolist()


def test_a_rule_that_returns_the_wrong_shape_is_named():
    @primitive
    def widen(xp, x):
        return x + 0
    widen.defvjp(lambda g: g.reshape(1, 2)[:, :1])
    with pytest.raises(ValueError,
                       match=r"a rule of widen gave a gradient of shape \(1, 1\) for an argument of shape "
                       r"\(2,\); expected that shape, or one broadcast from it"):
        widen(leaf(1.0, 2.0)).sum().backward()


def test_an_op_without_a_rule_for_an_argument_says_so():
    @primitive
    def select(xp, x, index):
        return x + index
    select.defvjp(lambda g: g, None)
    with pytest.raises(RuntimeError,
                       match="select has no derivative with respect to its argument 'index'; detach"):
        select(leaf(1.0), leaf(1.0)).sum().backward()


@pytest.mark.parametrize("dtype", ["int64", "int32", "uint8"])
def test_integers_without_a_rule_stay_integers_beside_floats(dtype):
    @primitive
    def pick(xp, x, ids):
        return x[ids]

    @primitive
    def spread(xp, g, ids, *, n):
        y = xp.zeros(n, g.dtype)
        xp.add.at(y, ids, g)
        return y
    pick.defvjp(lambda g, ids, x_shape: spread(g, ids, n=x_shape[0]), None)
    for numbers in ("float32", "float64", "float16"):
        x = leaf(1, 2, 3, dtype=numbers)
        y = pick(x, Tensor(np.array([2, 0, 2], dtype)))
        assert y.tolist() == [3.0, 1.0, 3.0] and y.dtype == numbers
        y.sum().backward()
        assert x.grad.tolist() == [1.0, 0.0, 2.0]


def test_an_op_without_rules_has_the_dtype_of_the_tensor_with_axes():
    x = Tensor(np.array([-1, 0, 2], "float32"))
    assert minigrad.heaviside(x, Tensor(np.float64(0.5))).dtype == "float32"
    assert minigrad.heaviside(Tensor(np.float64(0)), x).dtype == "float32"


def test_rules_are_checked_where_they_are_stated():
    @primitive
    def two(xp, a, b, *, scale=1):
        return a * b * scale
    with pytest.raises(TypeError, match=r"two has 2 array arguments \['a', 'b'\], but defvjp got 1 rules"):
        two.defvjp(lambda g: g)
    with pytest.raises(TypeError, match="a rule of two asks for 'c'; it can have y, a, b, a_shape, "
                                        "b_shape, scale"):
        two.defvjp(lambda g, c: g, lambda g: g)


def test_an_error_in_an_op_of_ones_own_shows_its_line():
    @primitive
    def mine(xp, x):
        return xp.sum(x, axis=5)
    with pytest.raises(IndexError, match=r"mine\(float64\[1\]\): dim 5 is out of range") as caught:
        mine(leaf(1.0))
    assert any("axis=5" in str(entry.statement) for entry in caught.traceback)


def test_the_graph_is_as_the_readme_of_the_engine_draws_it():
    w, x = leaf(1.0, 2.0, 3.0), leaf(4.0, 5.0, 6.0).detach()
    total = (w * x).sum().node
    product = total.parents[0]
    assert total.op.name == "sum" and total.saved == [None, None] and total.shapes == [(3,)]
    assert product.op.name == "mul" and product.parents == [w, None] and product.shapes == [(3,), (3,)]
    assert product.saved[0] is product.saved[2] is None and product.saved[1] is x.array
    assert total.time == product.time + 1


# Rules that are missing or wrong


def without_rule(name):
    """An op that has no rule, of this name."""
    def forward(xp, x):
        return xp.exp(x)
    forward.__name__ = name
    return minigrad.primitive(forward)


def test_backward_through_an_op_without_a_rule_names_the_op_and_what_is_missing():
    x = minigrad.ones(3, requires_grad=True)
    with pytest.raises(RuntimeError, match="norule has no derivative with respect to its argument 'x'; .*"
                                           "define its rule with defvjp"):
        (without_rule("norule")(x) + x).sum().backward()
    assert x.grad is None
    (without_rule("norule")(x.detach()) + x).sum().backward()
    assert x.grad.tolist() == [1.0] * 3


def test_an_op_with_several_outputs_and_no_rule_is_named_too():
    pair = namedtuple("pair", "a b")

    @primitive_with_outputs(pair)
    def twins(xp, x):
        return x * 2, x * 3
    with pytest.raises(RuntimeError, match="twins has no derivative"):
        twins(minigrad.ones(3, requires_grad=True)).b.sum().backward()


def test_comparisons_and_other_ops_with_integer_or_boolean_results_need_no_rule():
    x = minigrad.ones(3, requires_grad=True)
    for result in (x > 0, x.argmax(), x.isnan(), x.argsort(), x.all()):
        assert not result.requires_grad


def test_heaviside_has_no_derivative_as_in_pytorch():
    x = minigrad.ones(3, requires_grad=True)
    with pytest.raises(RuntimeError, match="heaviside has no derivative"):
        minigrad.heaviside(x, minigrad.ones(3)).sum().backward()


def test_a_rule_that_returns_nothing_is_named():
    op = without_rule("forgot")
    op.defvjp(lambda g, y: None)
    with pytest.raises(TypeError, match="a rule of forgot returned None"):
        op(minigrad.ones(3, requires_grad=True)).sum().backward()


@pytest.mark.parametrize("value, text", [
    (5, "x.grad must be a Tensor or None, got int"),
    (np.ones(3, "float32"), "x.grad must be a Tensor or None, got ndarray"),
    (minigrad.ones(2), r"x has \(3,\), float32, cpu, the gradient has \(2,\), float32, cpu"),
    (minigrad.ones(3, dtype="float64"), r"the gradient has \(3,\), float64, cpu"),
    ("fake", r"the gradient has \(3,\), float32, fake")])
def test_a_gradient_that_does_not_fit_is_refused(value, text):
    x = minigrad.ones(3, requires_grad=True)
    x.grad = kept = minigrad.ones(3)
    value = kept.to("fake") if isinstance(value, str) else value
    with pytest.raises((TypeError, ValueError), match=text):
        x.grad = value
    assert x.grad is kept
    del x.grad
    assert x.grad is None
