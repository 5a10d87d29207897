"""Every optimizer of PyTorch's database that minigrad offers: its settings, five steps each, its refusals."""

import functools

import pytest
from pytorch import optim_db

import minigrad
from minigrad import optim

pytestmark = [pytest.mark.torch, pytest.mark.slow]


@functools.cache
def database():
    return {info.name: info for info in optim_db.optim_db()}


def cases():
    """(name, dtype) without importing PyTorch, which is not there in every run."""
    names = [name for name in optim.__all__ if isinstance(getattr(optim, name), type) and name not in (
        "Optimizer", "Lion")]
    return [(name, dtype) for name in names for dtype in optim_db.DTYPES]


@pytest.mark.parametrize("name, dtype", cases())
def test_an_optimizer_gives_what_pytorch_gives_for_every_setting(name, dtype, torch):
    count, wrong = optim_db.differences(database()[name], dtype)
    assert count >= 8
    assert not wrong, f"{len(wrong)} of {count} settings differ:\n" + "\n".join(map(str, wrong))


@pytest.mark.parametrize("row", optim_db.ROWS, ids=lambda row: f"{row.optimizers} {row.dtypes}")
def test_each_row_differs(row, torch):
    for name in row.optimizers.split():
        for dtype in row.dtypes.split():
            wrong = optim_db.differences(database()[name], dtype, rows=False)[1]
            assert wrong, (name, dtype)
            assert all(not row.setting or each.settings.get(row.setting) for each in wrong)


@pytest.mark.parametrize("name", sorted({name for name, _ in cases()}))
def test_what_pytorch_refuses_is_refused(name, torch):
    count, taken = optim_db.accepted_errors(database()[name])
    assert count > 4 and not taken, "\n".join(map(str, taken))


def test_every_optimizer_of_the_database_is_offered(torch):
    assert set(database()) <= {name for name, _ in cases()}


class Wrong(optim.SGD):
    """SGD whose steps are a little too long."""

    def update(self, xp, p, g, state, *, lr, **settings):
        super().update(xp, p, g, state, lr=lr * (1 + 1e-6), **settings)


class WithoutState(optim.SGD):
    def state_dict(self):
        return {**super().state_dict(), "state": {}}


class Refuses(optim.SGD):
    def step(self, closure=None):
        raise RuntimeError("no")


class WithoutForeach(optim.SGD):
    def add_param_group(self, group):
        super().add_param_group(group)
        del self.param_groups[-1]["foreach"]


@pytest.mark.parametrize("mistaken, what", [
    (Wrong, "step 1: parameter 0: "), (WithoutState, "step state: state of [] instead of"),
    (Refuses, "step 1: RuntimeError: no"), (WithoutForeach, "step state: a group has"),
    (lambda *args, **settings: 1 / 0, "step made: ZeroDivisionError")])
def test_the_comparison_finds(mistaken, what, torch, monkeypatch):
    monkeypatch.setattr(minigrad.optim, "SGD", mistaken)
    wrong = optim_db.differences(database()["SGD"], "float64")[1]
    assert wrong and all(what in str(each) for each in wrong)


def test_a_tensor_as_learning_rate_and_differentiable_are_refused_where_pytorch_refuses_them(torch):
    for library in (torch, minigrad):
        p = library.nn.Parameter(library.ones(2))
        with pytest.raises(ValueError):
            library.optim.Adam([p], lr=library.tensor(0.1), foreach=True)
        with pytest.raises(RuntimeError):
            library.optim.Adam([p], fused=True, foreach=True)
        optimizer = library.optim.SGD([p], differentiable=True)
        (p * p).sum().backward()
        with pytest.raises(RuntimeError):
            optimizer.step()
