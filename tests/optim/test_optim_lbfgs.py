"""LBFGS follows its formula, equals PyTorch, meets the Wolfe conditions, and resumes."""

import inspect

import numpy as np
import pytest

import minigrad
from minigrad import io, nn, optim

rng = np.random.default_rng(0)
X = rng.standard_normal((40, 6))
SIGN = np.sign(X @ rng.standard_normal((6, 3)) + rng.standard_normal((40, 3)))
START = rng.standard_normal((6, 3)), rng.standard_normal(3)


def logistic(library, w, b, device=None):
    """Three logistic regressions with weight decay: smooth and convex. The loss, a function of w and b."""
    dtype = str(w.dtype).removeprefix("torch.")
    x, sign = (library.tensor(a.astype(dtype), device=device) for a in (X, SIGN))
    return lambda: ((1 + (-(x @ w + b) * sign).exp()).log().mean()
                    + 0.05 * (w * w).sum() + 0.05 * (b * b).sum())


def gradient(v):
    """The same in NumPy: the gradient at w and b, in one vector."""
    w, b = v[:18].reshape(6, 3), v[18:]
    g = -SIGN / (1 + np.exp((X @ w + b) * SIGN)) / SIGN.size
    return np.concatenate([(X.T @ g + 0.1 * w).reshape(-1), g.sum(axis=0) + 0.1 * b])


def parameters(library=minigrad, dtype="float64", device=None):
    return [library.tensor(start.astype(dtype), device=device).requires_grad_() for start in START]


def closure_of(optimizer, loss, calls=None):
    def closure():
        optimizer.zero_grad()
        y = loss()
        y.backward()
        if calls is not None:
            calls.append(y.item())
        return y
    return closure


def vector(tensors):
    return np.concatenate([p.detach().cpu().numpy().reshape(-1) for p in tensors])


@pytest.mark.parametrize("history_size", [100, 3])
def test_the_steps_are_those_of_bfgs_with_its_matrix_written_out(history_size, device):
    p = parameters(device=device)
    optimizer = optim.LBFGS(p, lr=0.7, max_iter=1, history_size=history_size)
    closure = closure_of(optimizer, logistic(minigrad, *p, device=device))
    v, pairs, before = np.concatenate([start.reshape(-1) for start in START]), [], None
    for k in range(8):
        g = gradient(v)
        if before is not None:
            pairs = [*pairs, (v - before[0], g - before[1])][-history_size:]
        H = np.eye(21)
        if pairs:
            s, y = pairs[-1]
            H *= s @ y / (y @ y)                                    # Nocedal and Wright, eq. 7.20
        for s, y in pairs:
            V = np.eye(21) - np.outer(y, s) / (y @ s)
            H = V.T @ H @ V + np.outer(s, s) / (y @ s)              # eq. 7.16
        before = v, g
        v = v - 0.7 * min(1, 1 / abs(g).sum() if k == 0 else 1) * H @ g
        optimizer.step(closure)
        np.testing.assert_allclose(vector(p), v, rtol=0, atol=1e-12)


SETTINGS = [
    dict(lr=0.7), dict(lr=0.3, max_iter=7, history_size=3), dict(max_iter=4, max_eval=3),
    dict(lr=0.5, tolerance_change=1e-3), dict(lr=0.5, tolerance_grad=1e-2),
    dict(line_search_fn="strong_wolfe"), dict(line_search_fn="strong_wolfe", lr=0.01, max_iter=3),
    dict(line_search_fn="strong_wolfe", lr=200.0, max_iter=4, history_size=2),
    dict(line_search_fn="strong_wolfe", lr=500.0, max_iter=4, max_eval=3),
    dict(line_search_fn="strong_wolfe", lr=20.0, max_iter=3, tolerance_change=0.1)]


@pytest.mark.parametrize("settings", SETTINGS,
                         ids=lambda settings: "-".join(f"{k}={v}" for k, v in settings.items()))
def test_it_equals_pytorch(settings, torch, checked):
    ours, theirs = parameters(), parameters(torch)
    optimizer, reference = optim.LBFGS(ours, **settings), torch.optim.LBFGS(theirs, **settings)
    calls, expected = [], []
    for _ in range(6):
        optimizer.step(closure_of(optimizer, logistic(minigrad, *ours), calls))
        reference.step(closure_of(reference, logistic(torch, *theirs), expected))
        np.testing.assert_allclose(vector(ours), vector(theirs), rtol=0, atol=1e-11)
        checked.worst("Optimizers", "LBFGS", "PyTorch", abs(vector(ours) - vector(theirs)))
    checked.count("Optimizers", "LBFGS", "settings")
    assert calls == pytest.approx(expected, rel=1e-11)      # looked at the same points, in the same order
    state, expected = optimizer.state[ours[0]], reference.state[theirs[0]]
    assert {name: state[name] for name in ("n_iter", "func_evals")} == \
           {name: expected[name] for name in ("n_iter", "func_evals")}


@pytest.mark.parametrize("seeds, steepest, lrs, max_evals, max_iter", [
    (range(50), 3, (-2, 2), 12, 3), (range(205, 230), 8, (-1, 0.3), 6, 1)])
def test_the_line_search_looks_at_the_points_that_pytorch_looks_at(seeds, steepest, lrs, max_evals,
                                                                   max_iter, torch):
    for seed in seeds:          # hills and valleys that exercise every branch of the search
        rng = np.random.default_rng(seed)
        height, width, place = rng.uniform(0.1, 2, 4), rng.uniform(0.1, steepest, 4), rng.uniform(0, 6, 4)
        start, lr, max_eval = rng.uniform(-5, 5, 1), 10 ** rng.uniform(*lrs), int(rng.integers(2, max_evals))
        seen = []
        for library in (minigrad, torch):
            x = library.tensor(start, requires_grad=True)
            a, b, c = map(library.tensor, (height, width, place))
            optimizer = library.optim.LBFGS([x], lr=lr, max_iter=max_iter, max_eval=max_eval,
                                            line_search_fn="strong_wolfe")
            points = []

            def loss():
                points.append(x.item())                                                     # noqa: B023
                return (a * (b * x + c).sin()).sum() + 0.02 * (x * x).sum()                 # noqa: B023

            optimizer.step(closure_of(optimizer, loss))
            seen.append([*points, x.item()])
        assert seen[0] == pytest.approx(seen[1], rel=1e-9, abs=1e-9), f"seed {seed}"


def test_float32_stays_float32_and_comes_as_close_to_the_bottom_as_pytorch(torch):
    ours, theirs = parameters(dtype="float32"), parameters(torch, "float32")
    optimizer, reference = (library.LBFGS(p, max_iter=8, line_search_fn="strong_wolfe")
                            for library, p in ((optim, ours), (torch.optim, theirs)))
    optimizer.step(closure_of(optimizer, logistic(minigrad, *ours)))
    reference.step(closure_of(reference, logistic(torch, *theirs)))
    assert {p.dtype for p in ours} == {np.dtype("float32")} == {optimizer.state[ours[0]]["d"].dtype}
    eps = float(np.finfo("float32").eps)
    assert logistic(minigrad, *ours)().item() == pytest.approx(logistic(torch, *theirs)().item(), rel=8 * eps)
    np.testing.assert_allclose(vector(ours), vector(theirs), rtol=0, atol=eps**0.5)     # the minimum is flat


def test_arguments_have_the_names_order_and_defaults_of_pytorch(torch):
    ours, theirs = (inspect.signature(library.LBFGS).parameters for library in (optim, torch.optim))
    assert [(p.name, p.default) for p in ours.values()] == [(p.name, p.default) for p in theirs.values()]


def rosenbrock(p):
    """Source: Rosenbrock 1960: a bent valley with its lowest point, 0, at (1, 1)."""
    x, y = p
    return (1 - x) ** 2 + 100 * (y - x * x) ** 2


def test_it_finds_the_end_of_rosenbrocks_valley(device):
    p = minigrad.tensor([-1.2, 1.0], dtype="float64", device=device, requires_grad=True)
    optimizer = optim.LBFGS([p], max_iter=60, tolerance_change=0.0, line_search_fn="strong_wolfe")
    assert optimizer.step(closure_of(optimizer, lambda: rosenbrock(p))).item() == pytest.approx(24.2)
    np.testing.assert_allclose(p.tolist(), [1, 1], rtol=0, atol=1e-6)


@pytest.mark.parametrize("lr", [1e-4, 1e-2, 1.0, 300.0])
def test_the_line_search_ends_where_the_loss_fell_and_the_slope_is_flatter(lr):
    p = minigrad.tensor([-1.2, 1.0], dtype="float64", requires_grad=True)
    optimizer = optim.LBFGS([p], lr=lr, max_iter=1, max_eval=30, line_search_fn="strong_wolfe")
    for _ in range(10):
        start = np.array(p.tolist())
        optimizer.step(closure_of(optimizer, lambda: rosenbrock(p)))
        end, d, t = np.array(p.tolist()), np.array(optimizer.state[p]["d"].tolist()), optimizer.state[p]["t"]
        slopes = [d @ [-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)] for x, y in (start, end)]
        assert rosenbrock(end) <= rosenbrock(start) + 1e-4 * t * slopes[0]     # Nocedal and Wright, eq. 3.7
        assert abs(slopes[1]) <= 0.9 * abs(slopes[0])


def test_a_step_so_long_that_the_loss_is_no_number_is_cut():
    x = minigrad.tensor([5.0], dtype="float64", requires_grad=True)
    optimizer = optim.LBFGS([x], lr=100.0, max_eval=50, tolerance_change=0.0, line_search_fn="strong_wolfe")
    losses = []
    optimizer.step(closure_of(optimizer, lambda: (x - x.log()).sum(), losses))
    assert np.isnan(losses[1])
    assert x.item() == pytest.approx(1.0)


@pytest.mark.parametrize("settings",
                         [dict(lr=0.3, max_iter=3), dict(line_search_fn="strong_wolfe", max_iter=2)],
                         ids=["fixed", "strong_wolfe"])
def test_a_run_goes_on_bit_for_bit_from_the_state_dict(settings, device):
    p = parameters(device=device)
    optimizer = optim.LBFGS(p, history_size=4, **settings)
    closure = closure_of(optimizer, logistic(minigrad, *p, device=device))
    for _ in range(3):
        optimizer.step(closure)
    q = [minigrad.tensor(each.tolist(), dtype=each.dtype, device=device, requires_grad=True) for each in p]
    resumed = optim.LBFGS(q)
    resumed.load_state_dict(optimizer.state_dict())
    for _ in range(3):
        optimizer.step(closure)         # if they shared state, q would be wrong
    for _ in range(3):
        resumed.step(closure_of(resumed, logistic(minigrad, *q, device=device)))
    assert [each.tolist() for each in p] == [each.tolist() for each in q]


def test_a_checkpoint_holds_its_state(tmp_path):
    x, y = minigrad.randn(20, 4), minigrad.randn(20, 1)
    runs = []
    for _ in range(2):
        model = nn.Linear(4, 1)
        optimizer = optim.LBFGS(model.parameters(), lr=0.1, max_iter=3)
        closure = closure_of(optimizer, lambda: ((model(x) - y) ** 2).mean())    # noqa: B023
        if runs:
            io.load_checkpoint(tmp_path / "run.safetensors", model=model, optimizer=optimizer)
        else:
            optimizer.step(closure)
            io.save_checkpoint(tmp_path / "run.safetensors", model=model, optimizer=optimizer)
        optimizer.step(closure)
        runs.append(model.weight.tolist())
    assert runs[0] == runs[1]


def test_a_parameter_without_gradient_stays():
    w, b = parameters()
    unused = minigrad.ones(4, dtype="float64", requires_grad=True)
    optimizer = optim.LBFGS([w, unused, b], lr=0.3)
    loss = logistic(minigrad, w, b)
    assert optimizer.step(closure_of(optimizer, loss)).item() > loss().item()
    assert unused.tolist() == [1.0] * 4


def test_nothing_moves_where_the_gradient_is_zero():
    x = minigrad.zeros(3, requires_grad=True)
    optimizer = optim.LBFGS([x])
    optimizer.step(closure_of(optimizer, lambda: (x * x).sum()))
    assert x.tolist() == [0.0] * 3
    assert optimizer.state[x]["n_iter"] == 0


def test_mistakes_are_named():
    a, b = (minigrad.ones(2, requires_grad=True) for _ in range(2))
    with pytest.raises(ValueError, match="LBFGS: one H covers all parameters; pass them as one group"):
        optim.LBFGS([{"params": a}, {"params": b}])
    with pytest.raises(ValueError, match="line_search_fn must be None or 'strong_wolfe', got 'wolfe'"):
        optim.LBFGS([a], line_search_fn="wolfe")
    optimizer = optim.LBFGS([a])
    with pytest.raises(TypeError, match=r"LBFGS: step\(closure\) needs a function that computes the loss"):
        optimizer.step()
    optimizer.step(closure_of(optimizer, lambda: (a * a).sum()))
    with pytest.raises(ValueError,
                       match="LBFGS: the saved state has vectors of 2 numbers, the parameters here have 3"):
        optim.LBFGS([minigrad.ones(3, requires_grad=True)]).load_state_dict(optimizer.state_dict())


def test_a_state_of_float64_goes_on_in_the_dtype_of_the_parameters(torch):
    def run(library, dtype, state=None):
        def closure():
            optimizer.zero_grad()
            loss = ((x - 3) ** 4).sum() + (x[0] * x[1]) ** 2
            loss.backward()
            return loss

        x = library.tensor([0.5, -1.0, 2.0], dtype=getattr(library, dtype), requires_grad=True)
        optimizer = library.optim.LBFGS([x], max_iter=4)
        if state:
            optimizer.load_state_dict(state)
        optimizer.step(closure)
        return optimizer.state_dict(), x.tolist()

    results = [run(library, "float32", run(library, "float64")[0]) for library in (minigrad, torch)]
    assert results[0][1] == pytest.approx(results[1][1], rel=1e-5)
    assert {str(s.dtype) for s in results[0][0]["state"][0]["old_stps"]} == {"float32"}
