"""Memory: nothing grows over 1,000 training steps, and backward frees activations as it goes.

The garbage collector is off: reference counting alone frees a graph.
"""

import contextlib
import functools
import gc
import tracemalloc

import numpy as np
import pytest

import minigrad
from minigrad import Tensor, nn, optim
from minigrad.autograd import Node
from minigrad.nn import functional as F

# The arrays' numbers, not Python's objects
ARRAYS = tracemalloc.DomainFilter(True, domain=np.lib.tracemalloc_domain)


@contextlib.contextmanager
def no_collector():
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextlib.contextmanager
def traced_memory():
    tracemalloc.start()
    try:
        yield
    finally:
        tracemalloc.stop()


def training():
    """A training step with everything that keeps state: Adam, dropout, batch norm and a scheduler."""
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
                          nn.Dropout(0.3), nn.Linear(36, 8), nn.Tanh(), nn.Linear(8, 3))
    optimizer = optim.Adam(model.parameters(), lr=0.01)
    scheduler = optim.lr_scheduler.CosineAnnealingLR(optimizer, 1000)
    x, y = minigrad.randn(4, 1, 8, 8), minigrad.randint(0, 3, (4,))

    def step():
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        optimizer.step()
        scheduler.step()
    return step


def objects():
    """(live nodes, live tensors, live objects that could be part of a cycle)."""
    kinds = [type(each) for each in gc.get_objects()]
    nodes, tensors = (sum(issubclass(kind, one) for kind in kinds) for one in (Node, Tensor))
    return nodes, tensors, len(kinds)


def arrays():
    """(live arrays, their bytes), counting those created since tracing began."""
    sizes = [trace.size for trace in tracemalloc.take_snapshot().filter_traces([ARRAYS]).traces]
    return len(sizes), sum(sizes)


def test_nothing_grows_over_a_thousand_training_steps():
    step = training()

    def steps(count):
        for _ in range(count):
            step()
    with no_collector():
        kept = objects()[0]             # by other tests in this process
        steps(100)
        nodes, tensors, everything = objects()
        steps(700)
        with traced_memory():           # tracing is slow, so only for part of the run
            steps(10)
            before = arrays()
            steps(190)
            assert arrays() == before
        assert objects()[:2] == (nodes, tensors) and nodes == kept
        assert objects()[2] - everything < 90           # not even one for every tenth step


def traced(function):
    """(result, bytes still allocated after, peak bytes), both relative to before the call."""
    before, _ = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    y = function()
    after, peak = tracemalloc.get_traced_memory()
    return y, after - before, peak - before


SIZE = 4 * 250_000              # bytes of one activation
DEPTH = 20
SMALL = 100_000                 # bytes of all nodes and Python objects


def test_zero_grad_drops_the_gradients():
    weight = minigrad.zeros(250_000).requires_grad_()
    optimizer = optim.SGD([weight], lr=0.1)
    with no_collector(), traced_memory():
        _, held, _ = traced(lambda: weight.exp().sum().backward())
        assert SIZE <= held < SIZE + SMALL
        _, freed, _ = traced(lambda: optimizer.zero_grad(set_to_none=True))
        assert -SIZE - SMALL < freed <= -SIZE + SMALL


def test_backward_frees_activations_as_it_passes():
    """A chain keeps one activation per layer; backward needs two gradients at a time, g and the next."""
    x = minigrad.zeros(250_000).requires_grad_()

    def forward():
        y = x
        for _ in range(DEPTH):
            y = y.tanh()
        return y.sum()
    with no_collector(), traced_memory():
        loss, kept, _ = traced(forward)
        assert DEPTH * SIZE <= kept < DEPTH * SIZE + SMALL
        _, change, peak = traced(loss.backward)
    assert change < SIZE - kept + SMALL     # one gradient is left
    assert peak < 4 * SIZE + SMALL          # g, the next g, and what tanh's rule computes between them


def test_with_retain_graph_activations_stay_and_go_with_the_loss():
    x = minigrad.zeros(250_000).requires_grad_()
    with no_collector(), traced_memory():
        loss, kept, _ = traced(lambda: x.tanh().tanh().sum())
        _, change, _ = traced(functools.partial(loss.backward, retain_graph=True))
        assert SIZE <= change < SIZE + SMALL    # only the gradient was added
        before, _ = tracemalloc.get_traced_memory()
        del loss
        after, _ = tracemalloc.get_traced_memory()
    assert before - after > kept - SMALL


def test_backward_of_a_deep_convolutional_network_needs_a_few_arrays_beyond_what_forward_kept():
    """Each layer in turn needs the gradients of its output and its input, its padded input, a copy of each of
    the three in another layout, blocks of patches that fit into a cache, and its parameters' gradients."""
    layers = [layer for _ in range(12) for layer in (nn.Conv2d(16, 16, 3, padding=1), nn.ReLU())]
    model, x = nn.Sequential(*layers), minigrad.randn(16, 16, 32, 32)
    largest = 4 * 16 * 16 * 34 * 34                 # bytes of an activation, padded
    parameters = sum(4 * p.numel() for p in model.parameters())
    cache = 2 << 20
    model(x).mean().backward()                      # Python 3.10 keeps a frame for every function called once
    model.zero_grad()
    with no_collector(), traced_memory():
        loss, kept, _ = traced(lambda: model(x).mean())
        _, change, peak = traced(loss.backward)
    assert kept > 12 * 4 * x.numel()
    assert change < parameters - kept + SMALL
    assert peak < 6 * largest + cache + parameters + SMALL


@pytest.mark.parametrize("call", [
    lambda: minigrad.ones(2) + minigrad.ones(3), lambda: minigrad.exp(minigrad.ones(2), foo=1),
    lambda: F.cross_entropy(minigrad.ones(2, 3), minigrad.tensor([9, 9])),
    lambda: F.layer_norm(minigrad.ones(2, 3), (4,)),
    lambda: nn.Sequential(nn.Linear(2, 3))(minigrad.ones(4, 5)),
    lambda: nn.Linear(4.0, 3), lambda: minigrad.data.train_test_split([1], test_size="a"),
    lambda: minigrad.optim.lr_scheduler.StepLR(3, 3), lambda: minigrad.ones(2).__setitem__(5, 1.0)])
def test_a_failed_call_leaves_no_reference_cycle(call):
    def fail():
        try:
            call()
        except Exception:
            return
        raise AssertionError("the call did not fail")

    fail()              # signatures and tables that are made once
    gc.collect()
    gc.disable()
    try:
        fail()
        assert gc.collect() == 0
    finally:
        gc.enable()
