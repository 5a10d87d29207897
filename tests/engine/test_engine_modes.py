"""no_grad, enable_grad and detach: the modes nest, work as decorators, and apply to their own thread only."""

import threading

import numpy as np
import pytest
from cases.tensors import leaf

import minigrad
from minigrad import enable_grad, no_grad, set_grad_enabled


def test_no_grad_and_enable_grad_nest_and_decorate():
    x = leaf(1.0)

    @no_grad()
    def f():
        return x * 2
    assert not f().requires_grad
    with no_grad():
        assert not (x * 2).requires_grad
        with enable_grad():
            assert (x * 2).requires_grad
        assert not minigrad.is_grad_enabled()
    with set_grad_enabled(False):
        assert not (x * 2).requires_grad
    assert (x * 2).requires_grad


def test_no_grad_is_restored_after_an_exception_and_holds_in_its_thread_only():
    x, results = leaf(1.0), []
    with pytest.raises(ZeroDivisionError), no_grad():
        thread = threading.Thread(target=lambda: results.append((x * 2).requires_grad))
        thread.start()
        thread.join()
        1 / 0
    assert results == [True] and minigrad.is_grad_enabled()


def test_detach_shares_memory_and_stops_gradients():
    x = leaf(1.0, 2.0)
    d = (x * 2).detach()
    assert d.is_leaf and not d.requires_grad
    (x * d).sum().backward()
    assert x.grad.tolist() == [2, 4]
    assert np.shares_memory(x.detach().array, x.array)


def test_modes_can_be_entered_again_and_decorate_without_arguments():
    x, off = leaf(1.0), no_grad()
    with off:
        with off:
            pass
        assert not minigrad.is_grad_enabled()
    assert minigrad.is_grad_enabled()

    @set_grad_enabled(False)
    def f(depth=0):
        return f(depth + 1) if depth < 3 else x * 2
    assert minigrad.is_grad_enabled() and not f().requires_grad and minigrad.is_grad_enabled()
    set_grad_enabled(False)
    assert not minigrad.is_grad_enabled()
    set_grad_enabled(True)
    assert (x * 2).requires_grad


def test_a_decorated_function_works_in_many_threads_at_once():
    x, results = leaf(1.0), []
    barrier = threading.Barrier(4)

    @no_grad()
    def inside():
        barrier.wait(10)
        result = (x * 2).requires_grad
        barrier.wait(10)
        return result

    def work():
        results.append((inside(), (x * 2).requires_grad))
    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [(False, True)] * 4


def test_no_grad_decorates_without_brackets_too():
    @minigrad.no_grad
    def double(x):
        """Twice x."""
        return x * 2
    assert not double(minigrad.ones(2, requires_grad=True)).requires_grad and double.__doc__ == "Twice x."
    assert minigrad.is_grad_enabled()
