"""minigrad.amp: losses scaled as PyTorch scales them; minigrad.backends: switches that change nothing."""

import numpy as np
import pytest

import minigrad
from minigrad import amp, backends


def run(lib, scales):
    """SGD on gradients that become inf at some steps -> the weights and the scale after each."""
    w = lib.tensor([1.0, -2.0], requires_grad=True)
    optimizer = lib.optim.SGD([w], lr=0.1)
    scaler = lib.amp.GradScaler("cpu", init_scale=4.0, growth_interval=2)
    seen = []
    for factor in scales:
        optimizer.zero_grad()
        scaler.scale((w * w * factor).sum()).backward()
        scaler.unscale_(optimizer)
        scaler.step(optimizer)
        scaler.update()
        seen.append((w.detach().numpy().copy(), scaler.get_scale()))
    return seen, scaler


def test_a_step_with_inf_is_skipped_and_the_scale_follows(torch):
    factors = [1.0, 1.0, float("inf"), 1.0, 1.0, 1.0]
    (ours, scaler), (theirs, expected) = run(minigrad, factors), run(torch, factors)
    assert [scale for _, scale in ours] == [scale for _, scale in theirs] == [4.0, 8.0, 4.0, 4.0, 8.0, 8.0]
    np.testing.assert_allclose([w for w, _ in ours], [w for w, _ in theirs], rtol=1e-6)
    assert (ours[2][0] == ours[1][0]).all()
    assert scaler.state_dict() == expected.state_dict()
    twin = amp.GradScaler()
    twin.load_state_dict(scaler.state_dict())
    assert twin.state_dict() == scaler.state_dict()


def test_a_scaler_that_is_off_does_what_the_optimizer_does():
    w = minigrad.tensor([1.0], requires_grad=True)
    optimizer, scaler = minigrad.optim.SGD([w], lr=0.5), amp.GradScaler(enabled=False)
    scaler.scale(w * 2).backward()
    scaler.step(optimizer)
    scaler.update()
    assert w.item() == 0.0 and scaler.get_scale() == 1.0
    assert scaler.state_dict() == {} and not scaler.is_enabled()


def test_gradients_are_divided_once():
    w = minigrad.tensor([1.0], requires_grad=True)
    optimizer, scaler = minigrad.optim.SGD([w], lr=0.5), amp.GradScaler(init_scale=8.0)
    scaler.scale([w.sum()])[0].backward()
    scaler.unscale_(optimizer)
    assert w.grad.item() == 1.0
    with pytest.raises(RuntimeError, match="was already called on this optimizer since the last update"):
        scaler.unscale_(optimizer)
    scaler.update(16.0)
    assert scaler.get_scale() == 16.0
    with pytest.raises(ValueError, match="growth_factor > 1 and 0 < backoff_factor < 1, got 1.0 and 0.5"):
        amp.GradScaler(growth_factor=1.0)


def test_a_second_step_before_update_and_a_closure_are_refused_as_in_pytorch(torch):
    for lib in (minigrad, torch):
        w = lib.tensor([1.0], requires_grad=True)
        optimizer, scaler = lib.optim.SGD([w], lr=0.5), lib.amp.GradScaler("cpu", init_scale=8.0)
        scaler.scale(w.sum()).backward()
        scaler.step(optimizer)
        with pytest.raises(RuntimeError, match=r"step\(\) (was|has) already (been )?called"):
            scaler.step(optimizer)
        with pytest.raises(RuntimeError, match="unscale_"):
            scaler.unscale_(optimizer)
        with pytest.raises(RuntimeError, match="(?i)closure"):
            scaler.step(optimizer, closure=lambda: w)
        assert w.item() == 0.5
        scaler.update()
        with pytest.raises((RuntimeError, AssertionError)):
            scaler.update()


def test_autocast_is_there_to_be_off(monkeypatch):
    with minigrad.autocast("cpu", enabled=False):
        assert (minigrad.ones(2, 2) @ minigrad.ones(2, 2)).dtype == minigrad.float32
    monkeypatch.setattr(minigrad.backend.cuda, "device_count", lambda: 0)
    with (pytest.warns(UserWarning, match="there is no GPU; it is off"),
          minigrad.autocast("cuda", dtype=minigrad.float16)):
        pass
    with pytest.raises(ValueError, match="ops compute in the dtype of their tensors; pass enabled=False"):
        minigrad.autocast("cpu", dtype=minigrad.float16)


def test_programs_set_switches_of_what_is_not_here(monkeypatch):
    for name in ("benchmark", "deterministic", "enabled"):
        monkeypatch.setattr(minigrad.backends.cudnn, name, True)
    monkeypatch.setattr(backends.cuda.matmul, "allow_tf32", True)
    assert not backends.mps.is_available() and not backends.mps.is_built()
    assert not backends.cudnn.is_available()


def test_sizes_and_limits_by_name():
    assert minigrad.randint(5, size=(3,)).shape == minigrad.randint(high=5, size=(3,)).shape == (3,)
    for make in (minigrad.zeros, minigrad.randn, minigrad.rand):
        assert make(size=(2, 3)).shape == (2, 3)
    assert minigrad.arange(end=3).tolist() == [0, 1, 2]


def test_where_of_a_condition_alone_gives_its_places():
    rows, columns = minigrad.where(minigrad.tensor([[0, 2], [1, 0]]))
    assert (rows.tolist(), columns.tolist()) == ([0, 1], [1, 0])


@pytest.mark.parametrize("name", ["scale", "growth_factor", "backoff_factor", "growth_interval",
                                  "_growth_tracker"])
def test_a_state_that_is_damaged_changes_nothing(name):
    scaler, other = amp.GradScaler(init_scale=8.0), amp.GradScaler(init_scale=4.0, growth_interval=7)
    before = scaler.state_dict()
    without = {key: value for key, value in other.state_dict().items() if key != name}
    for state in ({}, {**without, name: "x"}, without):
        with pytest.raises(ValueError, match=f"GradScaler: expected a state with .* for .*{name}"):
            scaler.load_state_dict(state)
        assert scaler.state_dict() == before
