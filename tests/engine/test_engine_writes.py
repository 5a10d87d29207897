"""Arrays written to while a graph needs them: backward notices, whichever view they were written through."""

import contextlib

import numpy as np
import pytest
from cases.tensors import host, leaf

import minigrad
from minigrad import Tensor, no_grad
from minigrad.autograd import Parameter, grad, without_kernels
from minigrad.nn import functional as F
from minigrad.ops.images.convolution import windows


@pytest.mark.parametrize("write", [
    lambda x: x.add_(1.0), lambda x: x.mul_(2.0), lambda x: x.zero_(), lambda x: x.__setitem__(0, 5.0),
    lambda x: x[1:].fill_(3.0), lambda x: x.copy_(Tensor([7.0, 8.0])), lambda x: x.detach().add_(1.0)])
def test_a_saved_array_that_was_written_to_is_noticed(write, device):
    x, w = Tensor([1.0, 2.0]).to(device), leaf(3.0, 4.0, dtype="float32", device=device)
    y = (x * w).sum()
    write(x)
    with pytest.raises(RuntimeError,
                       match=r"array of shape \(2,\) that mul saved .* was written to in place"):
        y.backward()


def test_writes_before_the_graph_and_to_other_arrays_are_fine():
    x, other, w = Tensor([1.0, 2.0]), Tensor([1.0]), leaf(3.0, 4.0, dtype="float32")
    x.add_(1.0)
    y = (x * w).sum()
    other.add_(1.0)
    y.backward()
    assert w.grad.tolist() == [2, 3]


def test_an_optimizer_step_between_forward_and_backward_is_noticed():
    w = Parameter(np.array([1.0, 2.0]))
    optimizer = minigrad.optim.SGD([w], lr=0.1)
    first, second = (w * w).sum(), (w * w).sum()
    first.backward()
    optimizer.step()
    with pytest.raises(RuntimeError, match="mul saved .* was written to in place"):
        second.backward()


def test_writing_into_a_leaf_that_wants_a_gradient_needs_no_grad():
    w = leaf(1.0)
    with pytest.raises(RuntimeError, match=r"a leaf that requires grad, or .* `with no_grad\(\):`"):
        w.add_(1.0)
    with no_grad():
        w -= 0.5
        w.mul_(2.0)
    assert w.tolist() == [1] and w.requires_grad


def test_writing_elsewhere_in_the_memory_that_was_saved_is_noticed_but_a_copy_is_free():
    memory = Tensor(np.zeros(6))
    part, w = memory[2:4], leaf(1.0, 1.0)
    y = (part * w).sum()
    kept = part.clone()
    z = (kept * w).sum()
    memory.reshape(2, 3)[0, 2:].fill_(5.0)
    with pytest.raises(RuntimeError, match="mul saved"):
        y.backward()
    z.backward()
    assert w.grad.tolist() == [0, 0]


VIEWS = {
    "windows": lambda x: windows(x[None, None], kernel=(2, 2), stride=(1, 1), dilation=(1, 1)),
    "a window of windows": lambda x: windows(x[None, None], kernel=(2, 2), stride=(1, 1),
                                             dilation=(1, 1))[0, 0].mT[1:],
    "expand": lambda x: x.expand(3, 4, 4), "transpose": lambda x: x.T, "slice": lambda x: x[1:, ::2],
    "reshape": lambda x: x.reshape(2, 8), "diagonal": lambda x: x.view(16)[::5],
    "detach": lambda x: x.detach()}


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_a_write_is_seen_through_every_view_and_from_it(view, device):
    writes = [lambda x: x.mul_(2), lambda x: x.__setitem__(0, 1), lambda x: view(x)[..., 0].zero_()]
    for write in writes[:2] if view is VIEWS["expand"] else writes:     # NumPy refuses to write into that
        x, w = Tensor(np.arange(16.0).reshape(4, 4)).to(device), leaf(3.0, device=device)
        through, itself = (view(x) * w).sum(), (x * w).sum()
        write(x)
        for y in (through, itself):
            with pytest.raises(RuntimeError, match="that mul saved for its gradient was written to"):
                y.backward()


@pytest.mark.parametrize("op", [
    lambda x, w: F.conv2d(x, w), lambda x, w: F.conv2d(x, w[:, :, :1, :1]),
    lambda x, w: F.avg_pool2d(x, 2) * w.sum(), lambda x, w: x.unfold(3, 2, 1) * w.sum(),
    lambda x, w: F.unfold(x, 2) * w.sum(), lambda x, w: x.flip(3) * w.sum()])
@pytest.mark.parametrize("mode", [contextlib.nullcontext, without_kernels])
def test_an_op_notices_a_write_into_its_input_or_has_saved_a_copy(op, mode, device):
    x = Tensor(np.arange(16.0).reshape(1, 1, 4, 4)).to(device)
    w = leaf([[[1.0, 2.0], [3.0, 4.0]]], device=device)
    with mode():
        expected, = grad(op(x, w).sum(), w)
        y = op(x, w).sum()
        x.mul_(2)
        try:
            y.backward()
        except RuntimeError as error:
            assert "was written to in place" in str(error)
        else:
            assert host(w.grad).tolist() == host(expected).tolist()


def test_a_result_that_was_written_to_is_noticed():
    x = leaf(1.0)
    y = x.exp()
    with no_grad():
        y.mul_(2.0)
    with pytest.raises(RuntimeError, match="exp saved"):
        y.sum().backward()


def test_training_that_updates_its_weights_in_place_is_fine(device):
    w = leaf(4.0, device=device)
    for _ in range(3):
        loss = (w * w).sum()
        w.grad = None
        loss.backward()
        with no_grad():
            w -= w.grad * 0.25
    assert host(w).tolist() == [0.5]
