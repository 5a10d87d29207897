"""Tensor hooks and retain_grad: what hooks see and replace, and which gradients are kept."""

import weakref

import numpy as np
import pytest
from cases.tensors import host, leaf

from minigrad import Tensor, no_grad


def test_a_hook_sees_the_whole_gradient_and_may_replace_it(device):
    x = leaf(2.0, device=device)
    y = x * x
    seen = []
    y.register_hook(lambda g: seen.append(host(g).tolist()))
    handle = y.register_hook(lambda g: g * 10)
    (y + y).sum().backward()
    assert seen == [[2]] and host(x.grad).tolist() == [80]
    handle.remove()
    x.grad = None
    x.register_hook(lambda g: g * 0.5)
    (x * 3 + x).sum().backward()
    assert host(x.grad).tolist() == [2]


def test_retain_grad_fills_grad_between():
    x = leaf(2.0)
    y = x * x
    y.retain_grad()
    (y * 3).sum().backward()
    assert y.grad.item() == 3


def test_an_exception_in_a_hook_leaves_no_trace():
    x, w = leaf(2.0), leaf(3.0)
    handle = w.register_hook(lambda g: 1 / 0)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            (x * w).sum().backward()
        assert x.grad is None and w.grad is None
    handle.remove()
    (x * w).sum().backward()
    assert (x.grad.item(), w.grad.item()) == (3, 2)


def test_what_a_hook_keeps_is_its_own():
    x, kept = leaf(1.0, 2.0), []
    y = x + 0
    y.register_hook(lambda g: kept.append(g) and None)
    x.register_hook(lambda g: kept.append(g) and None)
    (y * 3).sum().backward()
    with no_grad():
        x.grad.zero_()
    assert [g.tolist() for g in kept] == [[3, 3], [3, 3]]


@pytest.mark.parametrize("wrong, shown", [(lambda g: 1.0, "1.0"), (lambda g: g.sum(), r"\(\)")])
def test_a_hook_returns_a_gradient_of_the_same_shape(wrong, shown):
    x = leaf(1.0, 2.0)
    x.register_hook(wrong)
    with pytest.raises(ValueError,
                       match=rf"a hook on a tensor of shape \(2,\) returned {shown}; return a gradient"):
        x.sum().backward()


def test_a_hook_registered_twice_is_removed_once():
    x, calls = leaf(1.0), []

    def hook(g):
        calls.append(1)
    first, _ = x.register_hook(hook), x.register_hook(hook)
    first.remove()
    first.remove()
    x.sum().backward()
    assert len(calls) == 1


def test_retained_gradients_come_after_all_hooks_and_are_kept_once():
    x = leaf(2.0)
    y = x * 1
    y.retain_grad()
    y.retain_grad()
    y.register_hook(lambda g: g * 10)
    (y * 3).sum().backward(retain_graph=True)
    assert y.grad.item() == 30 and x.grad.item() == 30
    with no_grad():
        y.grad.zero_()
    assert x.grad.item() == 30
    (y * 3).sum().backward()
    assert y.grad.item() == 30
    node = weakref.ref(y.node)
    del y
    assert node() is None


def test_retained_gradients_share_no_memory():
    x, start = leaf(1.0, 2.0), Tensor(np.ones(2))
    y = x + 0
    z = y + 0
    y.retain_grad()
    z.retain_grad()
    z.backward(start)
    for each in (x.grad, y.grad, z.grad):
        each.mul_(2.0)
    assert [t.tolist() for t in (x.grad, y.grad, z.grad, start)] == [[2, 2], [2, 2], [2, 2], [1, 1]]


def test_a_retained_gradient_does_not_keep_its_tensor():
    x = leaf(1.0)
    y = x * 2
    y.retain_grad()
    z, tensor = y.exp().sum(), weakref.ref(y)
    del y
    assert tensor() is None
    z.backward()
    assert x.grad.item() == pytest.approx(2 * np.exp(2))
