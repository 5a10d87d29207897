"""A tensor without axes on the CPU beside tensors on another device, by PyTorch's rule for a GPU.

PyTorch has no device here but the CPU and "meta", which computes shapes; it follows the same rule.
"""

import pytest

import minigrad
from minigrad.nn import functional as F

CALLS = {
    "add": lambda lib, x, s: x + s, "from the right": lambda lib, x, s: s * x,
    "compare": lambda lib, x, s: x > s,
    "where": lambda lib, x, s: lib.where(x > 0, x, s), "maximum": lambda lib, x, s: lib.maximum(x, s),
    "power": lambda lib, x, s: s ** x, "in place": lambda lib, x, s: x.clone().mul_(s),
    "clamp": lambda lib, x, s: lib.clamp(x, min=s), "two numbers": lambda lib, x, s: x * s + s,
    "both without axes": lambda lib, x, s: x[0, 0] + s,
    "lerp": lambda lib, x, s: lib.addcmul(x, x, s), "double": lambda lib, x, s: x / s.double(),
}
REFUSED = {
    "a vector": lambda lib, x, s: x + s.reshape(1), "on the CPU": lambda lib, x, s: x[0, 0] + lib.ones(2),
    "cat": lambda lib, x, s: lib.cat([x, lib.ones(2, 3)]), "stack": lambda lib, x, s: lib.stack([x[0, 0], s]),
    "matmul": lambda lib, x, s: x @ lib.ones(3, 2), "into the CPU": lambda lib, x, s: lib.ones(2, 3).add_(x),
    "linear": lambda lib, x, s: lib.nn.functional.linear(x, lib.ones(2, 3)),
}


def made(lib, device):
    x = (lib.arange(6.0) - 2).reshape(2, 3).to(device)
    return x, lib.tensor(1.5)


@pytest.mark.parametrize("name", CALLS)
def test_a_number_on_the_cpu_works_beside_another_device(name, torch):
    (x, s), (there, also) = made(minigrad, "fake"), made(torch, "meta")
    y, expected = CALLS[name](minigrad, x, s), CALLS[name](torch, there, also)
    assert y.device == "fake" and expected.device.type == "meta"
    assert tuple(y.shape) == tuple(expected.shape) and str(expected.dtype).endswith(str(y.dtype))
    assert y.tolist() == CALLS[name](minigrad, x.cpu(), s).tolist()


@pytest.mark.parametrize("name", REFUSED)
def test_everything_else_is_refused(name, torch):
    with pytest.raises(RuntimeError, match="are on (cpu|fake)|is on"):
        REFUSED[name](minigrad, *made(minigrad, "fake"))
    if name not in ("matmul", "linear", "into the CPU"):        # "meta" lets these pass, a GPU does not
        with pytest.raises((RuntimeError, NotImplementedError)):
            REFUSED[name](torch, *made(torch, "meta"))


def test_the_gradient_moves_back():
    x = minigrad.arange(4.0).to("fake").requires_grad_()
    s = minigrad.tensor(3.0, requires_grad=True)
    first, = minigrad.autograd.grad((x * s * s).sum(), s, create_graph=True)
    assert first.device == "cpu" and first.item() == 36         # 2 s (0 + 1 + 2 + 3)
    (first * 2).backward()
    assert s.grad.device == "cpu" and s.grad.item() == 24
    (x * s).sum().backward()
    assert x.grad.device == "fake" and x.grad.tolist() == [15.0] * 4    # and 2 * 2 s from the first


def test_the_gradient_of_a_written_number_moves_back():
    x, s = minigrad.ones(3, device="fake"), minigrad.tensor(2.0, requires_grad=True)
    y = x * 1
    y[1] = s
    y[minigrad.tensor([0])] = s         # indices on the CPU select on every device
    assert y.device == "fake" and y.tolist() == [2, 2, 1]
    (y * y).sum().backward()
    assert s.grad.device == "cpu" and s.grad.item() == 8


def test_a_loss_takes_a_number():
    x = minigrad.arange(3.0).to("fake")
    assert F.mse_loss(x, minigrad.tensor(1.0).expand(3).to("fake")).item() == pytest.approx(2 / 3)
    assert F.relu(x - minigrad.tensor(1.0)).tolist() == [0, 0, 1]
