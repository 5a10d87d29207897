"""Every optimizer follows its formula, equals PyTorch, and resumes bit for bit."""

import copy
import inspect
import math
import textwrap
from itertools import dropwhile, takewhile

import numpy as np
import pytest

import minigrad
from minigrad import nn, optim
from minigrad.autograd import Tensor
from minigrad.backend import copies
from minigrad.optim import lr_scheduler

STEPS = 50
SHAPE = (6, 5)


# The formulas, each for a whole run in plain NumPy: p, then for g of every step the next p.


def sgd(p, gradient, lr, momentum=0, dampening=0, weight_decay=0, nesterov=False, maximize=False):
    b = None
    for t in range(STEPS):
        g = (-1 if maximize else 1) * gradient(t, p) + weight_decay * p
        b = g if b is None else momentum * b + (1 - dampening) * g
        p = p - lr * (g + momentum * b if nesterov else b)
    return p


def adam(p, gradient, lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False, maximize=False,
         decoupled=False):
    m, v, largest = 0 * p, 0 * p, 0 * p
    for t in range(1, STEPS + 1):
        g = (-1 if maximize else 1) * gradient(t - 1, p)
        if decoupled:
            p = p - lr * weight_decay * p
        else:
            g = g + weight_decay * p
        m = betas[0] * m + (1 - betas[0]) * g
        v = betas[1] * v + (1 - betas[1]) * g**2
        largest = np.maximum(largest, v)
        m_hat = m / (1 - betas[0]**t)
        v_hat = (largest if amsgrad else v) / (1 - betas[1]**t)
        p = p - lr * m_hat / (np.sqrt(v_hat) + eps)
    return p


def adamw(p, gradient, lr, weight_decay=1e-2, **settings):
    return adam(p, gradient, lr, weight_decay=weight_decay, decoupled=True, **settings)


def rmsprop(p, gradient, lr, alpha=0.99, eps=1e-8, weight_decay=0, momentum=0, centered=False,
            maximize=False):
    v, mean, b = 0 * p, 0 * p, 0 * p
    for t in range(STEPS):
        g = (-1 if maximize else 1) * gradient(t, p) + weight_decay * p
        v = alpha * v + (1 - alpha) * g**2
        mean = alpha * mean + (1 - alpha) * g
        b = momentum * b + g / (np.sqrt(v - mean**2 if centered else v) + eps)
        p = p - lr * b
    return p


def adagrad(p, gradient, lr, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10,
            maximize=False):
    total = 0 * p + initial_accumulator_value
    for t in range(STEPS):
        g = (-1 if maximize else 1) * gradient(t, p) + weight_decay * p
        total = total + g**2
        p = p - lr / (1 + t * lr_decay) * g / (np.sqrt(total) + eps)
    return p


def adadelta(p, gradient, lr=1.0, rho=0.9, eps=1e-6, weight_decay=0, maximize=False):
    v, d = 0 * p, 0 * p
    for t in range(STEPS):
        g = (-1 if maximize else 1) * gradient(t, p) + weight_decay * p
        v = rho * v + (1 - rho) * g**2
        step = np.sqrt((d + eps) / (v + eps)) * g
        d = rho * d + (1 - rho) * step**2
        p = p - lr * step
    return p


def adamax(p, gradient, lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, maximize=False):
    m, u = 0 * p, 0 * p
    for t in range(1, STEPS + 1):
        g = (-1 if maximize else 1) * gradient(t - 1, p) + weight_decay * p
        m = betas[0] * m + (1 - betas[0]) * g
        u = np.maximum(betas[1] * u, abs(g) + eps)
        p = p - lr * m / (1 - betas[0]**t) / u
    return p


def nadam(p, gradient, lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, momentum_decay=4e-3,
          decoupled_weight_decay=False, maximize=False):
    m, v = 0 * p, 0 * p
    mu = betas[0] * (1 - 0.5 * 0.96 ** (momentum_decay * np.arange(1, STEPS + 2)))
    for t in range(1, STEPS + 1):
        g = (-1 if maximize else 1) * gradient(t - 1, p)
        decay = weight_decay * p
        if decoupled_weight_decay:
            p = p - lr * decay
        else:
            g = g + decay
        m = betas[0] * m + (1 - betas[0]) * g
        v = betas[1] * v + (1 - betas[1]) * g**2
        m_hat = mu[t] * m / (1 - np.prod(mu[:t + 1])) + (1 - mu[t - 1]) * g / (1 - np.prod(mu[:t]))
        p = p - lr * m_hat / (np.sqrt(v / (1 - betas[1]**t)) + eps)
    return p


def radam(p, gradient, lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, decoupled_weight_decay=False,
          maximize=False):
    m, v = 0 * p, 0 * p
    longest = 2 / (1 - betas[1]) - 1
    for t in range(1, STEPS + 1):
        g = (-1 if maximize else 1) * gradient(t - 1, p)
        decay = weight_decay * p
        if decoupled_weight_decay:
            p = p - lr * decay
        else:
            g = g + decay
        m = betas[0] * m + (1 - betas[0]) * g
        v = betas[1] * v + (1 - betas[1]) * g**2
        length = longest - 2 * t * betas[1]**t / (1 - betas[1]**t)
        adapted = 1.0
        if length > 5:
            adapted = np.sqrt(1 - betas[1]**t) / (np.sqrt(v) + eps) * np.sqrt(
                (length - 4) / (longest - 4) * (length - 2) / (longest - 2) * longest / length)
        p = p - lr * adapted * m / (1 - betas[0]**t)
    return p


def rprop(p, gradient, lr, etas=(0.5, 1.2), step_sizes=(1e-6, 50), maximize=False):
    p, before, size = p.copy(), 0 * p, lr + 0 * p
    for t in range(STEPS):
        g = (-1 if maximize else 1) * gradient(t, p)
        for i in np.ndindex(p.shape):       # element by element, as in the paper
            if g[i] * before[i] > 0:
                size[i] = min(size[i] * etas[1], step_sizes[1])
            elif g[i] * before[i] < 0:
                size[i] = max(size[i] * etas[0], step_sizes[0])
                g[i] = 0
            p[i] -= np.sign(g[i]) * size[i]
        before = g
    return p


def asgd(p, gradient, lr, lambd=1e-4, alpha=0.75, t0=1e6, weight_decay=0, maximize=False, steps=STEPS):
    for t in range(steps):
        g = (-1 if maximize else 1) * gradient(t, p) + weight_decay * p
        p = p - lr / (1 + lambd * lr * t) ** alpha * (g + lambd * p)
    return p


def lion(p, gradient, lr, betas=(0.9, 0.99), weight_decay=0.0):
    m = 0 * p
    for t in range(STEPS):
        g = gradient(t, p)
        p = p - lr * (np.sign(betas[0] * m + (1 - betas[0]) * g) + weight_decay * p)
        m = betas[1] * m + (1 - betas[1]) * g
    return p


def muon(p, gradient, lr, weight_decay=0.1, momentum=0.95, nesterov=True,
         ns_coefficients=(3.4445, -4.775, 2.0315), ns_steps=5, adjust_lr_fn=None):
    a, b, c = ns_coefficients
    rows, columns = p.shape
    scale = np.sqrt(max(1, rows / columns))
    if adjust_lr_fn == "match_rms_adamw":
        scale = 0.2 * np.sqrt(max(rows, columns))
    m = 0 * p
    for t in range(STEPS):
        g = gradient(t, p)
        m = momentum * m + (1 - momentum) * g
        u, s, vt = np.linalg.svd(momentum * m + (1 - momentum) * g if nesterov else m, full_matrices=False)
        s = s / np.sqrt((s**2).sum())
        for _ in range(ns_steps):
            s = a * s + b * s**3 + c * s**5
        p = p - lr * weight_decay * p - lr * scale * u * s @ vt
    return p


def adafactor(p, gradient, lr=0.01, beta2_decay=-0.8, eps=(None, 1e-3), d=1.0, weight_decay=0.0,
              maximize=False):
    smallest, least_size = np.finfo(p.dtype).eps if eps[0] is None else eps[0], eps[1]
    rows, columns = np.zeros(len(p)), np.zeros(p.shape[1])
    for t in range(STEPS):
        g = (-1 if maximize else 1) * gradient(t, p)
        size = max(least_size, np.sqrt((p**2).mean())) * min(lr, (t + 1) ** -0.5)
        p = (1 - lr * weight_decay) * p
        kept = 1 - (t + 1) ** beta2_decay
        rows = kept * rows + (1 - kept) * (g**2).mean(1)
        columns = kept * columns + (1 - kept) * (g**2).mean(0)
        v = np.outer(rows, columns) / max(rows.mean(), smallest)
        u = g / np.sqrt(np.maximum(v, smallest**2))
        p = p - size * u / max(1, np.sqrt((u**2).mean()) / d)
    return p


CASES = [pytest.param(name, formula, settings, id="-".join([name, *settings])) for (
        name, formula, settings) in [
    ("SGD", sgd, dict(lr=0.1)),
    ("SGD", sgd, dict(lr=0.1, weight_decay=0.1, maximize=True)),
    ("SGD", sgd, dict(lr=0.05, momentum=0.9)),
    ("SGD", sgd, dict(lr=0.05, momentum=0.9, dampening=0.3, weight_decay=0.1)),
    ("SGD", sgd, dict(lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.1)),
    ("Adam", adam, dict(lr=0.01)),
    ("Adam", adam, dict(lr=0.01, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.1)),
    ("Adam", adam, dict(lr=0.01, amsgrad=True, maximize=True, weight_decay=0.1)),
    ("AdamW", adamw, dict(lr=0.01)),
    ("AdamW", adamw, dict(lr=0.01, weight_decay=0.3, betas=(0.8, 0.95), maximize=True)),
    ("AdamW", adamw, dict(lr=0.01, amsgrad=True)),
    ("RMSprop", rmsprop, dict(lr=0.01)),
    ("RMSprop", rmsprop, dict(lr=0.01, alpha=0.9, momentum=0.9, weight_decay=0.1)),
    ("RMSprop", rmsprop, dict(lr=0.01, alpha=0.9, centered=True, eps=1e-3, maximize=True)),
    ("Adagrad", adagrad, dict(lr=0.1)),
    ("Adagrad", adagrad, dict(lr=0.1, lr_decay=0.1, weight_decay=0.1, initial_accumulator_value=0.5,
                              maximize=True)),
    ("Adadelta", adadelta, dict(lr=1.0)),
    ("Adadelta", adadelta, dict(lr=0.5, rho=0.8, eps=1e-3, weight_decay=0.1, maximize=True)),
    ("Adamax", adamax, dict(lr=0.01)),
    ("Adamax", adamax, dict(lr=0.01, betas=(0.8, 0.95), eps=0.1, weight_decay=0.1, maximize=True)),
    ("NAdam", nadam, dict(lr=0.01)),
    ("NAdam", nadam, dict(lr=0.01, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.1, momentum_decay=0.1)),
    ("NAdam", nadam, dict(lr=0.01, weight_decay=0.3, decoupled_weight_decay=True, maximize=True)),
    ("RAdam", radam, dict(lr=0.01)),
    ("RAdam", radam, dict(lr=0.01, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.1, maximize=True)),
    ("RAdam", radam, dict(lr=0.01, betas=(0.8, 0.6), weight_decay=0.3, decoupled_weight_decay=True)),
    ("Rprop", rprop, dict(lr=0.01)),
    ("Rprop", rprop, dict(lr=0.1, etas=(0.3, 1.5), step_sizes=(0.02, 0.2), maximize=True)),
    ("ASGD", asgd, dict(lr=0.01)),
    ("ASGD", asgd, dict(lr=0.1, lambd=0.1, alpha=0.6, t0=10, weight_decay=0.1, maximize=True)),
    ("Lion", lion, dict(lr=0.01)),
    ("Lion", lion, dict(lr=0.01, betas=(0.8, 0.95), weight_decay=0.3)),
    ("Adafactor", adafactor, dict(lr=0.05)),
    ("Adafactor", adafactor, dict(lr=0.5, beta2_decay=-0.5, eps=(1e-4, 0.1), d=1.2, weight_decay=0.1,
                                  maximize=True)),
    ("Muon", muon, dict(lr=0.01)),
    ("Muon", muon, dict(lr=0.01, weight_decay=0.3, momentum=0.8, nesterov=False, adjust_lr_fn="original")),
    ("Muon", muon, dict(lr=0.01, ns_coefficients=(2.0, -1.5, 0.5), ns_steps=12,
                        adjust_lr_fn="match_rms_adamw")),
]]
IN = {"float64": "", "float32": " in float32"}
DTYPES = pytest.mark.parametrize("dtype", ["float64", "float32"])


@pytest.fixture
def start():
    """p's start, and its gradient at step t: noise plus a pull to the centre, so that errors add up."""
    rng = np.random.default_rng(0)
    noise = rng.standard_normal((STEPS, *SHAPE))
    return rng.standard_normal(SHAPE), lambda t, p: noise[t].astype(p.dtype) + np.tanh(p)


def train(optimizer, parameters, gradient, steps=range(STEPS)):
    for t in steps:
        for p in parameters:
            host = p.detach().cpu().numpy()
            p.grad = Tensor(gradient(t, host)).to(p.device)
        optimizer.step()


def assert_close(p, expected):
    """Equal up to one rounding error of the largest element in each step. Returns the errors."""
    p = p.detach().cpu().numpy()
    np.testing.assert_allclose(p, expected, rtol=0, atol=STEPS * np.finfo(p.dtype).eps * abs(expected).max())
    return abs(p - expected) / abs(expected).max()


@DTYPES
@pytest.mark.parametrize("name, formula, settings", CASES)
def test_an_optimizer_follows_its_formula_for_50_steps(name, formula, settings, dtype, start,
                                                       device, checked):
    first, gradient = start
    p = minigrad.tensor(first, dtype=dtype, device=device, requires_grad=True)
    train(getattr(optim, name)([p], **settings), [p], gradient)
    assert p.dtype == dtype
    checked.worst("Optimizers", name, "formula" + IN[dtype],
                  assert_close(p, formula(first, gradient, **settings)))
    if (device, dtype) == ("cpu", "float64"):
        checked.count("Optimizers", name, "settings")


@pytest.fixture
def precise_torch(torch, monkeypatch):
    """PyTorch without its extra rounding: Muon's bfloat16, and NAdam's and ASGD's float32 state."""
    monkeypatch.setattr(torch.Tensor, "bfloat16", torch.Tensor.clone)
    torch.set_default_dtype(torch.float64)
    yield torch
    torch.set_default_dtype(torch.float32)


@DTYPES
@pytest.mark.parametrize("name, formula, settings", [case for case in CASES if case.values[0] != "Lion"])
def test_an_optimizer_equals_pytorch_for_50_steps(name, formula, settings, dtype, start,
                                                  precise_torch, checked):
    torch = precise_torch
    first, gradient = start
    first = first.astype(dtype)
    ours, theirs = minigrad.tensor(first, requires_grad=True), torch.tensor(first, requires_grad=True)
    optimizer = getattr(optim, name)([ours], **settings)
    reference = getattr(torch.optim, name)([theirs], **settings)
    for t in range(STEPS):
        train(optimizer, [ours], gradient, [t])
        theirs.grad = torch.tensor(gradient(t, theirs.detach().numpy()))
        reference.step()
    checked.worst("Optimizers", name, "PyTorch" + IN[dtype], assert_close(ours, theirs.detach().numpy()))


@pytest.mark.parametrize("name", [
    "ASGD", "Adadelta", "Adafactor", "Adagrad", "Adam", "AdamW", "Adamax", "Muon", "NAdam", "RAdam",
    "RMSprop",
    "Rprop", "SGD"])
def test_arguments_have_the_names_order_and_defaults_of_pytorch(name, torch):
    ours, theirs = (inspect.signature(getattr(library, name)).parameters for library in (optim, torch.optim))
    plain = [[(p.name, p.default, p.kind) for p in each.values()] for each in (ours, theirs)]
    assert plain[0] == plain[1]


@pytest.mark.parametrize("name, formula, settings", CASES)
def test_a_run_goes_on_bit_for_bit_from_the_state_dict(name, formula, settings, start, device):
    first, gradient = start
    p = minigrad.tensor(first, device=device, requires_grad=True)
    optimizer = getattr(optim, name)([p], **settings)
    train(optimizer, [p], gradient, range(20))
    q = minigrad.tensor(p.tolist(), dtype=p.dtype, device=device, requires_grad=True)
    resumed = getattr(optim, name)([q], lr=1.0)
    resumed.load_state_dict(optimizer.state_dict())
    train(optimizer, [p], gradient, range(20, STEPS))      # if they shared state, q would be wrong
    train(resumed, [q], gradient, range(20, STEPS))
    assert p.tolist() == q.tolist()


@pytest.mark.parametrize("name, formula, settings", [
    case for case in CASES if case.values[0] not in ("Adafactor", "Muon")])
def test_large_parameters_in_blocks_move_as_in_one_piece(name, formula, settings, device):
    rng = np.random.default_rng(0)
    shape = (401, 163)      # as (163, 401): two blocks of 81 rows and one row
    first, g = rng.standard_normal((2, *shape)).astype("float32")
    moved = []
    for elementwise in (True, False):
        p = minigrad.tensor(first, device=device, requires_grad=True)
        p.data = p.data.t()        # not contiguous
        optimizer = getattr(optim, name)([p], **settings)
        assert optimizer.elementwise
        optimizer.elementwise = elementwise
        train(optimizer, [p], lambda t, p: g.T, range(3))
        moved.append(p.detach().cpu().numpy())
    np.testing.assert_array_equal(*moved)


def test_a_step_copies_nothing_between_host_and_device(device):
    p = minigrad.ones(3, device=device, requires_grad=True)
    optimizer = optim.Adam([p], weight_decay=0.1)
    p.sum().backward()
    before = copies.total()
    optimizer.step()
    optimizer.zero_grad()
    assert copies.total() == before


@pytest.mark.parametrize("name, formula, settings", CASES)
def test_float32_parameters_of_every_shape_stay_float32(name, formula, settings, device):
    for shape in [(0, 3), (2, 1)] + [()] * (name != "Muon"):
        p = minigrad.ones(shape, device=device, requires_grad=True)
        optimizer = getattr(optim, name)([p], **settings)
        for _ in range(2):
            p.grad = minigrad.ones(shape, device=device)
            optimizer.step()
        assert p.dtype == "float32" and p.shape == shape
        assert all(value.dtype == "float32" for value in optimizer.state[p].values()
                   if hasattr(value, "dtype"))
        assert shape == (0, 3) or (p != 1).all()


@pytest.mark.parametrize("name, formula, settings", CASES)
def test_numpy_scalars_as_settings_are_python_numbers(name, formula, settings, start):
    def as_numpy(value):
        return tuple(map(as_numpy, value)) if isinstance(value, tuple) else np.asarray(value)[()]

    moved = []
    for each in (settings, {key: as_numpy(value) for key, value in settings.items()}):
        p = minigrad.tensor(start[0], dtype="float32", requires_grad=True)
        train(getattr(optim, name)([p], **each), [p], start[1], range(5))
        moved.append(p.tolist())
    assert moved[0] == moved[1]     # float64 intermediates would round differently


def test_asgd_averages_the_parameters_of_the_steps_after_t0(start, device):
    first, gradient = start
    path = [asgd(first, gradient, lr=0.1, steps=steps) for steps in range(13, 21)]
    p = minigrad.tensor(first, device=device, requires_grad=True)
    optimizer = optim.ASGD([p], lr=0.1, t0=11)
    train(optimizer, [p], gradient, range(20))
    assert_close(Tensor(optimizer.state[p]["mean"]), np.mean(path, axis=0))


def test_muon_moves_a_matrix_and_its_transpose_alike(start):
    first, gradient = start
    p, q = (minigrad.tensor(x, requires_grad=True) for x in (first, first.T))
    train(optim.Muon([p], lr=0.1, adjust_lr_fn="match_rms_adamw"), [p], gradient)
    train(optim.Muon([q], lr=0.1, adjust_lr_fn="match_rms_adamw"), [q], lambda t, q: gradient(t, q.T).T)
    assert p.tolist() == q.t().tolist()


def test_k_small_batches_whose_gradients_add_up_move_as_one_large_batch(device):
    x, target = minigrad.randn(12, 4, dtype="float64"), minigrad.randn(12, 3, dtype="float64")
    moved = []
    for k in (1, 3):
        minigrad.manual_seed(1)
        model = nn.Linear(4, 3).to(minigrad.float64).to(device)
        optimizer = optim.Adam(model.parameters(), lr=0.1)
        for _ in range(10):
            optimizer.zero_grad()
            for part, wanted in zip(x.to(device).chunk(k), target.to(device).chunk(k)):
                (nn.functional.mse_loss(model(part), wanted) / k).backward()
            optimizer.step()
        moved.append(model.weight.detach().cpu().numpy())
    np.testing.assert_allclose(*moved, rtol=0, atol=10 * 2e-15)


# Groups of parameters


def two():
    return minigrad.ones(2, requires_grad=True), minigrad.ones(3, requires_grad=True)


def test_every_group_has_settings_of_its_own():
    a, b = two()
    optimizer = optim.SGD([{"params": [a]}, {"params": b, "lr": 0.5, "weight_decay": 1.0}], lr=0.1)
    (a.sum() + b.sum()).backward()
    optimizer.step()
    assert a.tolist() == [np.float32(0.9)] * 2
    assert b.tolist() == [0.0] * 3       # 1 - 0.5 (1 + 1)
    assert [group["lr"] for group in optimizer.param_groups] == [0.1, 0.5]


def test_a_group_can_join_later_and_settings_can_change():
    a, b = two()
    optimizer = optim.SGD([a], lr=0.5)
    optimizer.add_param_group({"params": [b]})
    optimizer.param_groups[1]["lr"] = 0.25
    (a.sum() + b.sum()).backward()
    optimizer.step()
    assert a.tolist() == [0.5] * 2 and b.tolist() == [0.75] * 3


def test_a_parameter_without_gradient_stays_and_keeps_no_state():
    a, b = two()
    optimizer = optim.Adam([a, b], weight_decay=0.1)
    a.sum().backward()
    optimizer.step()
    assert b.tolist() == [1.0] * 3
    assert set(optimizer.state) == {a}


def test_frozen_parameters_of_a_model_may_be_passed_and_thawed_later():
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1))
    model[0].requires_grad_(False)
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    before = [p.tolist() for p in model.parameters()]
    model(minigrad.ones(4, 2)).sum().backward()
    optimizer.step()
    assert [p.tolist() == old for p, old in zip(model.parameters(), before)] == [True, True, False, False]


def test_step_calls_the_closure_with_gradients_and_returns_its_loss():
    w = minigrad.tensor([3.0], requires_grad=True)
    optimizer = optim.SGD([w], lr=0.5)

    def closure():
        optimizer.zero_grad()
        loss = (w * w).sum()
        loss.backward()
        return loss

    with minigrad.no_grad():
        assert optimizer.step(closure).item() == 9.0
    assert w.tolist() == [0.0]      # 3 - 0.5 * 6


def test_zero_grad_forgets_gradients_or_makes_them_zero():
    a, _ = two()
    optimizer = optim.SGD([a])
    a.sum().backward()
    optimizer.zero_grad(set_to_none=False)
    assert a.grad.tolist() == [0.0, 0.0]
    optimizer.zero_grad()
    assert a.grad is None


def test_a_step_is_noticed_by_a_graph_that_still_needs_the_parameter():
    w = minigrad.tensor([3.0], requires_grad=True)
    w.sum().backward()
    y = (w * w).sum()
    optim.SGD([w]).step()
    with pytest.raises(RuntimeError, match="was written to in place before backward"):
        y.backward()


def test_a_loss_falls_on_every_device(device):
    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1)).to(device)
    optimizer = optim.AdamW(model.parameters(), lr=0.01)
    x = minigrad.randn(32, 4).to(device)
    losses = []
    for _ in range(100):
        optimizer.zero_grad()
        loss = ((model(x) - x.sum(dim=1, keepdim=True)) ** 2).mean()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 10


def test_an_optimizer_prints_its_settings():
    a, b = two()
    assert repr(optim.SGD([{"params": [a]}, {"params": [b], "lr": 1.0}], lr=0.1)) == SGD_TEXT


SGD_TEXT = """SGD (
Parameter Group 0
    dampening: 0
    differentiable: False
    foreach: None
    fused: None
    lr: 0.1
    maximize: False
    momentum: 0
    nesterov: False
    weight_decay: 0

Parameter Group 1
    dampening: 0
    differentiable: False
    foreach: None
    fused: None
    lr: 1.0
    maximize: False
    momentum: 0
    nesterov: False
    weight_decay: 0
)"""


def test_an_optimizer_prints_as_pytorchs(torch):
    for library in (minigrad, torch):
        a, b = (library.nn.Parameter(library.ones(2)) for _ in range(2))
        assert repr(library.optim.SGD([{"params": [a]}, {"params": [b], "lr": 1.0}], lr=0.1)) == SGD_TEXT


# Writing a new optimizer


def example(module):
    """The names of a module, and the class that its docstring shows."""
    lines = dropwhile(lambda line: not line.startswith("    class "), module.__doc__.splitlines())
    code = takewhile(lambda line: line.startswith("    ") or not line, lines)
    names = dict(vars(module))
    exec(textwrap.dedent("\n".join(code)), names)
    return names


def test_the_optimizer_in_the_docstring_works_as_its_paper_says(device):
    signum = example(optim.optimizer)["Signum"]
    w = minigrad.tensor([1.0, -2.0], device=device, requires_grad=True)
    optimizer = signum([w], lr=0.5)
    for g in ([1.0, -1.0], [-0.5, 3.0]):        # m = 0.1 g, then 0.9 m + 0.1 g = (0.04, 0.21)
        w.grad = minigrad.tensor(g, device=device)
        optimizer.step()
    assert w.tolist() == [0.0, -2.0]        # signs of g alone would give [1, -2]


def test_the_scheduler_in_the_docstring_works():
    optimizer = optim.SGD(two(), lr=3.0)
    scheduler = example(lr_scheduler)["InverseRoot"](optimizer)
    for _ in range(8):
        scheduler.step()
    assert scheduler.get_last_lr() == [1.0]


def sign_momentum(library):
    """An optimizer written for PyTorch."""
    class SignMomentum(library.optim.Optimizer):
        def __init__(self, params, lr=1e-3, beta=0.9):
            super().__init__(params, dict(lr=lr, beta=beta))

        @library.no_grad()
        def step(self, closure=None):
            loss = None
            if closure is not None:
                with library.enable_grad():
                    loss = closure()
            for group in self.param_groups:
                for p in group["params"]:
                    if p.grad is None:
                        continue
                    state = self.state[p]
                    if len(state) == 0:
                        state["step"] = 0
                        state["average"] = library.zeros_like(p)
                    state["step"] += 1
                    state["average"].mul_(group["beta"]).add_(p.grad, alpha=1 - group["beta"])
                    p.data.add_(library.sign(state["average"]), alpha=-group["lr"] / state["step"])
            return loss

    return SignMomentum


def test_an_optimizer_written_for_pytorch_works_unchanged_and_resumes(start, torch):
    first, gradient = start
    p, q = (minigrad.tensor(first, requires_grad=True) for _ in range(2))
    theirs = torch.tensor(first, requires_grad=True)
    optimizer, resumed = sign_momentum(minigrad)([p], lr=0.1), sign_momentum(minigrad)([q], lr=0.3)
    reference = sign_momentum(torch)([theirs], lr=0.1)
    for t in range(STEPS):
        if t == 20:
            q.data.copy_(p.detach())
            resumed.load_state_dict(optimizer.state_dict())
        train(optimizer, [p], gradient, [t])
        train(resumed, [q], gradient, [t])
        theirs.grad = torch.tensor(gradient(t, theirs.detach().numpy()))
        reference.step()
    assert_close(p, theirs.detach().numpy())
    assert p.tolist() == q.tolist()


def test_a_step_with_something_around_it_resumes_as_the_rule_does(start):
    class Counting(optim.Adam):
        steps = 0

        def step(self, closure=None):
            self.steps += 1
            return super().step(closure)

    p, q = (minigrad.tensor(start[0], requires_grad=True) for _ in range(2))
    optimizer, resumed = Counting([p]), Counting([q])
    train(optimizer, [p], start[1], range(3))
    q.data.copy_(p.detach())
    resumed.load_state_dict(optimizer.state_dict())
    train(optimizer, [p], start[1], range(3, 6))
    train(resumed, [q], start[1], range(3, 6))
    assert p.tolist() == q.tolist() and resumed.steps == 3


def test_a_class_without_a_rule_says_what_to_define():
    a, _ = two()
    a.sum().backward()
    with pytest.raises(NotImplementedError, match=r"define update\(self, xp, p, g, state, \*, lr, ...\)"):
        optim.Optimizer([a], {"lr": 0.1}).step()
    with pytest.raises(NotImplementedError, match=r"define next_lr\(self, lr, t, i\)"):
        lr_scheduler.LRScheduler(optim.SGD([a]))


def test_an_unknown_name_is_answered_with_the_nearest_one():
    with pytest.raises(AttributeError, match="minigrad.optim has no 'Adm'; did you mean optim.Adam?"):
        optim.Adm
    with pytest.raises(AttributeError, match="minigrad.optim has no 'gradients'$"):
        optim.gradients


# Mistakes


@pytest.mark.parametrize("params, error, text", [
    (lambda: nn.Linear(2, 2), TypeError,
     r"expected parameters, got a Linear; pass its parameters: model.parameters\(\)"),
    (lambda: two()[0], TypeError, r"got one tensor; put it in a list: \[tensor\]"),
    (lambda: set(two()), TypeError, "in a fixed order, got a set; pass a list"),
    (lambda: nn.Linear(2, 2).state_dict(), TypeError,
     "expected a list of parameters or of groups, got a dict"),
    (lambda: 3, TypeError, "expected a list of parameters or of groups, got 3"),
    (lambda: [], ValueError, "no parameters to train; the list is empty, or the generator"),
    (lambda: [1.0], TypeError, "parameter 0 should be a Tensor, got 1.0"),
    (lambda: dict(nn.Linear(2, 2).named_parameters()), TypeError,
     r"got a dict; pass its .items\(\) or .values\(\)"),
    (lambda: {"params": two()}, TypeError, "got a dict; put the group in a list"),
    (lambda: [{"params": set(two())}], TypeError, "in a fixed order, got a set; pass a list"),
    (lambda: [{"params": nn.Linear(2, 2)}], TypeError, "pass its parameters: model.parameters"),
    (lambda: "weight", TypeError, "expected a list of parameters or of groups, got 'weight'"),
    (lambda: ("weight", two()[0]), TypeError, "parameter 0 should be a Tensor, got 'weight'"),
    (lambda: [(two()[0], "weight")], TypeError,
     r"expected tensors, or pairs of a name and a tensor, got \(a Tensor, 'weight'\)"),
    (lambda: [("a", two()[0]), two()[1]], ValueError, "1 of 2 parameters have a name; pass model.named_par"),
    (lambda: [("a", 2.0)], TypeError, "parameter 0 'a' should be a Tensor, got 2.0"),
    (lambda: [("a", minigrad.ones(4))], ValueError, r"parameter 0 'a', of shape \(4,\), does not require"),
    (lambda: 2 * [("a", two()[0])], ValueError, r"parameter 1 'a', of shape \(2,\), is given twice"),
    (lambda: [{"params": two(), "param_names": ["a"]}], ValueError,
     "1 names in 'param_names' for 2 parameters"),
    (lambda: [{"params": [("a", two()[0])]}, {"params": two()}], ValueError,
     "this group has no names of parameters, the first has some; give named_parameters.. in every group"),
    (lambda: iter([]), ValueError, "no parameters to train; the list is empty"),
    (lambda: [{"param": two()}], TypeError,
     "a parameter group should be a dict with a key 'params', got a dict"),
    (lambda: [two()[0] * 2], ValueError,
     r"parameter 0, of shape \(2,\), is the result of mul; only leaf tensors"),
    (lambda: [minigrad.ones(4)], ValueError,
     r"parameter 0, of shape \(4,\), does not require a gradient; create it with requires_grad=True"),
    (lambda: 2 * [two()[0]], ValueError, r"parameter 1, of shape \(2,\), is given twice"),
    (lambda: [{"params": two(), "weight_deacy": 1}], ValueError,
     "no setting 'weight_deacy' .*; did you mean 'weight_decay'?"),
    (lambda: [{"params": two(), "power": 1}], ValueError,
     "no setting 'power' for a parameter group; it has lr, betas"),
    (lambda: [{"params": two(), "lr": -1.0}], ValueError, "lr must be a number of at least 0, got -1.0"),
])
def test_what_is_no_list_of_parameters_is_refused(params, error, text):
    with pytest.raises(error, match=f"^Adam: .*{text}"):
        optim.Adam(params())


def test_a_parameter_in_two_groups_is_refused():
    a, b = two()
    with pytest.raises(ValueError, match=r"SGD: parameter 1, of shape \(2,\), is given twice"):
        optim.SGD([{"params": [a]}, {"params": [b, a]}])


@pytest.mark.parametrize("name, settings, text", [
    ("SGD", dict(lr=-0.1), "SGD: lr must be a number of at least 0, got -0.1"),
    ("SGD", dict(lr=math.nan), "SGD: lr must be a number of at least 0, got nan"),
    ("SGD", dict(lr="fast"), "SGD: lr must be a number of at least 0, got 'fast'"),
    ("SGD", dict(momentum=-1), "SGD: momentum must be a number of at least 0, got -1"),
    ("SGD", dict(nesterov=True),
     "SGD: nesterov=True needs momentum above 0 and dampening 0, got momentum=0"),
    ("Adam", dict(betas=(0.9, 1.0)),
     r"Adam: betas must be two numbers of at least 0 and below 1, got \(0.9, 1.0\)"),
    ("AdamW", dict(betas=0.9), "AdamW: betas must be two numbers of at least 0 and below 1, got 0.9"),
    ("Adadelta", dict(rho=1.5), "Adadelta: rho must be a number from 0 to 1, got 1.5"),
    ("NAdam", dict(momentum_decay=-1), "NAdam: momentum_decay must be a number of at least 0, got -1"),
    ("Rprop", dict(etas=(1.2, 0.5)),
     r"Rprop: etas must be two numbers, one between 0 and 1 and one above 1, got \(1.2, 0.5\)"),
    ("Muon", {},
     r"Muon: parameter 0 has shape \(2,\), expected a matrix; use AdamW for biases, norms and embeddings"),
    ("Muon", dict(adjust_lr_fn="adam"),
     "Muon: adjust_lr_fn must be None, 'original' or 'match_rms_adamw', got 'adam'"),
    ("AdamW", dict(weight_decay=-1), "AdamW: weight_decay must be a number of at least 0, got -1"),
    ("RMSprop", dict(alpha=-0.5), "RMSprop: alpha must be a number of at least 0, got -0.5"),
    ("Adagrad", dict(eps=-1e-8), "Adagrad: eps must be a number of at least 0, got -1e-08"),
])
def test_settings_out_of_range_are_refused(name, settings, text):
    with pytest.raises(ValueError, match=text):
        getattr(optim, name)(two(), **settings)


@pytest.mark.parametrize("g, error, text", [
    (lambda: minigrad.ones(3), ValueError,
     r"a parameter has shape \(2,\), its gradient \(3,\); they must be equal"),
    (lambda: minigrad.ones(2, dtype="float64"), TypeError,
     r"is float32, its gradient float64; convert it with .to\(float32\)"),
    (lambda: minigrad.ones(2, device="fake"), RuntimeError, "a parameter is on cpu, its gradient on fake"),
])
def test_a_gradient_that_does_not_fit_is_refused_before_anything_moves(g, error, text):
    b, a = two()[0], two()[0]
    b.grad, a.grad = minigrad.ones(2), minigrad.ones(2)
    a.grad.data = g()
    with pytest.raises(error, match="SGD: .*" + text):
        optim.SGD([b, a], lr=0.5).step()
    assert a.tolist() == b.tolist() == [1.0, 1.0]


def test_a_model_that_moved_away_from_its_optimizers_state_is_named():
    model = nn.Linear(2, 1)
    optimizer = optim.Adam(model.parameters())
    for device in ("cpu", "fake"):
        model.to(device)
        optimizer.zero_grad()
        model(minigrad.ones(1, 2, device=device)).sum().backward()
        if device == "cpu":
            optimizer.step()
    with pytest.raises(RuntimeError, match=r"moved to fake after its first step, its m did not; "
                                           r"create the optimizer after model.to\(...\)"):
        optimizer.step()


def trained(kind=optim.Adam, shapes=((2,), (3,)), **settings):
    parameters = [minigrad.ones(shape, requires_grad=True) for shape in shapes]
    optimizer = kind(parameters, **settings)
    sum(p.sum() for p in parameters).backward()
    optimizer.step()
    return optimizer


@pytest.mark.parametrize("saved, text", [
    (lambda: {"m": 1},
     "Adam: expected a state_dict.., a dict with 'state' and 'param_groups', got a dict"),
    (lambda: trained(shapes=[(2,)]).state_dict(),
     r"the saved groups have \[1\] parameters, this optimizer's groups have \[2\]"),
    (lambda: trained(shapes=[(2,), (4,)]).state_dict(),
     r"the saved state of parameter 1, of shape \(3,\), has m of shape \(4,\), expected \(3,\)"),
    (lambda: trained(optim.SGD, momentum=0.9).state_dict(),
     r"the saved state lacks \['amsgrad', 'betas', 'eps'\]; it comes from another kind of optimizer"),
    (lambda: {**trained().state_dict(), "state": {0: {"step": 1}}},
     r"of parameter 0, of shape \(2,\), has \['step'\], but this optimizer keeps \['m', 'step', 'v'\]"),
    (lambda: {**trained().state_dict(), "state": {0: {**trained().state_dict()["state"][0], "step": "one"}}},
     r"of parameter 0, of shape \(2,\), has step='one', expected a number"),
    (lambda: {**trained().state_dict(), "state": {2: {}}}, "saved state for parameter 2, but there are 2"),
])
def test_a_state_of_something_else_is_refused_and_changes_nothing(saved, text):
    optimizer = trained(lr=0.25)
    before = copy.deepcopy(optimizer.state_dict())
    with pytest.raises(ValueError, match=text):
        optimizer.load_state_dict(saved())
    after = optimizer.state_dict()
    assert after["param_groups"] == before["param_groups"]
    assert str(after["state"]) == str(before["state"])


def test_momentum_switched_on_after_the_first_step_is_named():
    optimizer = trained(optim.SGD)
    optimizer.param_groups[0]["momentum"] = 0.9
    with pytest.raises(ValueError,
                       match="SGD: the state has no 'b'; init_state creates it before the first step"):
        optimizer.step()


# What PyTorch programs pass


@pytest.mark.parametrize("name", ["SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "Adadelta", "Adamax",
                                  "NAdam", "RAdam", "Rprop", "ASGD"])
def test_the_choice_of_an_implementation_is_taken_and_changes_nothing(name):
    moved = []
    taken = inspect.signature(getattr(optim, name)).parameters.keys() & {
        *optim.optimizer.IMPLEMENTATIONS, "maximize"}
    assert taken >= {"foreach", "differentiable", "maximize"}
    for settings in ({}, dict.fromkeys(taken, False)):
        p = nn.Parameter(minigrad.ones(3))
        optimizer = getattr(optim, name)([p], lr=0.1, **settings)
        p.grad = minigrad.tensor([1.0, -2.0, 3.0])
        optimizer.step()
        moved.append(p.tolist())
    assert moved[0] == moved[1] != [1, 1, 1]
    with pytest.raises(RuntimeError, match=f"{name}: a step with differentiable=True would be recorded"):
        optimizer = getattr(optim, name)([p], differentiable=True)
        optimizer.step()


def test_a_learning_rate_may_be_a_tensor():
    optimizer = optim.Adam([{"params": [nn.Parameter(minigrad.ones(1))], "lr": minigrad.tensor(0.5)}],
                           fused=True)
    assert optimizer.param_groups[0]["lr"] == 0.5 and type(optimizer.param_groups[0]["lr"]) is float


@pytest.mark.parametrize("lib", ["minigrad", pytest.param("torch", marks=pytest.mark.torch)])
def test_hooks_run_before_and_after_every_step(lib, request):
    lib = minigrad if lib == "minigrad" else request.getfixturevalue("torch")
    p = lib.nn.Parameter(lib.ones(1))
    p.grad = lib.ones(1)
    optimizer, seen = lib.optim.SGD([p], lr=1.0), []
    before = optimizer.register_step_pre_hook(
        lambda o, args, kwargs: seen.append(("before", o is optimizer, p.item())))
    optimizer.register_step_post_hook(
        lambda o, args, kwargs: seen.append(("after", len(args), kwargs, p.item())))
    optimizer.step()
    before.remove()
    optimizer.step()
    assert seen == [("before", True, 1.0), ("after", 1, {}, 0.0), ("after", 1, {}, -1.0)]


def test_hooks_run_around_a_step_of_ones_own():
    class Own(optim.Optimizer):
        def __init__(self, params, lr=1.0):
            super().__init__(params, dict(lr=lr))

        def step(self, closure=None):
            seen.append("step")
            return closure
    seen, optimizer = [], Own([nn.Parameter(minigrad.ones(1))])
    before = optimizer.register_step_pre_hook(lambda *given: seen.append(("before", *given)))
    optimizer.register_step_post_hook(lambda *given: seen.append(("after", *given)))
    assert optimizer.step(closure=print) is print
    given = optimizer, (optimizer,), {"closure": print}
    assert seen == [("before", *given), "step", ("after", *given)]
    seen.clear()
    before.remove()
    for twin in (optimizer, copy.deepcopy(optimizer)):
        twin.step()
    assert [each if each == "step" else each[:2] for each in seen] == [
        "step", ("after", optimizer), "step", ("after", twin)]
    with pytest.raises(TypeError, match="^Own: unknown argument 'foreach'; it takes params, lr$"):
        Own([nn.Parameter(minigrad.ones(1))], foreach=None)


def test_hooks_run_once_around_a_step_that_extends_the_one_of_its_class():
    class Counting(optim.SGD):
        def step(self, closure=None):
            seen.append("step")
            return super().step(closure)
    p = nn.Parameter(minigrad.ones(1))
    p.grad = minigrad.ones(1)
    seen, optimizer = [], Counting([p], lr=1.0)
    optimizer.register_step_pre_hook(lambda *given: seen.append("before"))
    optimizer.register_step_post_hook(lambda *given: seen.append("after"))
    optimizer.step()
    assert seen == ["before", "step", "after"] and p.tolist() == [0.0]


@pytest.mark.parametrize("lib", ["minigrad", pytest.param("torch", marks=pytest.mark.torch)])
def test_hooks_run_in_a_step_that_the_program_wraps_on_the_object(lib, request):
    lib = minigrad if lib == "minigrad" else request.getfixturevalue("torch")
    p = lib.nn.Parameter(lib.ones(1))
    p.grad = lib.ones(1)
    seen, optimizer = [], lib.optim.SGD([p], lr=1.0)
    step = optimizer.step
    optimizer.step = lambda: seen.append("wrapper") or step()
    optimizer.register_step_pre_hook(lambda *given: seen.append("before"))
    optimizer.register_step_post_hook(lambda *given: seen.append("after"))
    optimizer.step()
    assert seen == ["wrapper", "before", "after"] and p.tolist() == [0.0]


def test_a_hook_leaves_a_wrapped_step_of_ones_own_in_place():
    class Own(optim.SGD):
        def step(self, closure=None):
            return super().step(closure)
    seen, optimizer = [], Own([nn.Parameter(minigrad.ones(1))], lr=1.0)
    step = optimizer.step
    optimizer.step = lambda: seen.append("wrapper") or step()
    optimizer.register_step_post_hook(lambda *given: None)
    optimizer.step()
    assert seen == ["wrapper"]


def test_a_hook_may_replace_the_closure():
    p, calls = nn.Parameter(minigrad.ones(1)), []

    def counted(closure):
        return lambda: calls.append(closure) or closure()

    for optimizer in (optim.SGD([p], lr=0.1), optim.LBFGS([p], max_iter=1)):
        optimizer.register_step_pre_hook(lambda o, args, kwargs: ((o, counted(args[1])), kwargs))

        def closure():
            optimizer.zero_grad()
            loss = (p * p).sum()
            loss.backward()
            return loss
        before = (p * p).sum().item()
        assert optimizer.step(closure).item() == before and calls.pop() is closure


def test_constructors_and_steps_are_the_ones_that_their_classes_define():
    for kind in (optim.Optimizer, *optim.Optimizer.__subclasses__(), optim.AdamW):
        if kind.__module__.startswith("minigrad.optim."):   # its door names it in errors
            assert inspect.unwrap(kind.__init__).__qualname__ in {
                f"{each.__name__}.__init__" for each in kind.__mro__}
        for name in ("step", "_step", "update"):
            method = getattr(kind, name)
            # LBFGS._step runs under no_grad()
            assert inspect.unwrap(method) is method or (kind, name) == (optim.LBFGS, "_step")
