"""An optimizer's state moves between minigrad and PyTorch, both ways, and training continues identically."""

import numpy as np
import pytest

import minigrad

SETTINGS = [
    ("SGD", {}), ("SGD", dict(lr=0.01, momentum=0.9)),
    ("SGD", dict(lr=0.01, momentum=0.9, dampening=0.5, weight_decay=0.1)),
    ("Adam", {}), ("Adam", dict(lr=0.1, amsgrad=True)), ("AdamW", dict(lr=0.1)), ("RMSprop", {}),
    ("RMSprop", dict(centered=True, momentum=0.9)), ("Adagrad", dict(lr_decay=0.1)), ("Adadelta", {}),
    ("Adamax", {}), ("NAdam", {}), ("RAdam", dict(lr=0.1)), ("Rprop", {}), ("ASGD", dict(lr=0.1, t0=2)),
    ("LBFGS", dict(max_iter=3)), ("LBFGS", dict(max_iter=3, line_search_fn="strong_wolfe"))]
START = np.random.default_rng(0).standard_normal((3, 4))
TARGET = np.random.default_rng(1).standard_normal((3, 4))


class Run:
    """Two parameters that descend a smooth function."""

    def __init__(self, lib, name, settings, start=START):
        self.lib = lib
        self.p = [lib.tensor(start.copy(), requires_grad=True),
                  lib.tensor(start[0].copy(), requires_grad=True)]
        self.optimizer = getattr(lib.optim, name)(self.p, **settings)

    def loss(self):
        self.optimizer.zero_grad()
        p, q = self.p
        loss = ((p - self.lib.tensor(TARGET)) ** 4).sum() + (p * q).sin().sum() + (q * q).sum()
        loss.backward()
        return loss

    def steps(self, count):
        for _ in range(count):
            self.optimizer.step(self.loss)
        return self

    def numbers(self):
        return np.concatenate([p.detach().numpy().reshape(-1) for p in self.p])

    def place_of(self, other):
        """Copy the parameters of another run."""
        with self.lib.no_grad():
            for p, value in zip(self.p, other.p):
                p.copy_(self.lib.tensor(value.detach().numpy()))
        return self


@pytest.mark.parametrize("by", ["hand", "file"])
@pytest.mark.parametrize("name, settings", SETTINGS)
def test_minigrad_goes_on_from_pytorchs_state(name, settings, by, torch, tmp_path):
    theirs = Run(torch, name, settings).steps(3)
    ours = Run(minigrad, name, settings).place_of(theirs)
    state = theirs.optimizer.state_dict()
    if by == "file":
        torch.save(state, tmp_path / "state.pt")
        state = minigrad.load(tmp_path / "state.pt")
    ours.optimizer.load_state_dict(state)
    np.testing.assert_allclose(ours.steps(4).numbers(), theirs.steps(4).numbers(), rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("name, settings", SETTINGS)
def test_pytorch_goes_on_from_minigrads_state(name, settings, torch, tmp_path):
    ours = Run(minigrad, name, settings).steps(3)
    theirs = Run(torch, name, settings).place_of(ours)
    minigrad.save(ours.optimizer.state_dict(), tmp_path / "state.pt")
    theirs.optimizer.load_state_dict(torch.load(tmp_path / "state.pt"))
    np.testing.assert_allclose(ours.steps(4).numbers(), theirs.steps(4).numbers(), rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("name, settings", SETTINGS)
def test_the_entries_of_the_state_have_pytorchs_names(name, settings, torch):
    entries = [set(run.optimizer.state_dict()["state"].get(0, {})) for run in (
        Run(minigrad, name, settings).steps(1), Run(torch, name, settings).steps(1))]
    assert entries[1] - entries[0] <= {"prev_loss", "al"}       # which L-BFGS keeps and does not use
    assert entries[0] - entries[1] <= {"step"}                  # which SGD does not need


def test_a_state_under_the_names_of_the_papers_still_loads():
    run = Run(minigrad, "Adam", {}).steps(3)
    state = run.optimizer.state_dict()
    papers = {"exp_avg": "m", "exp_avg_sq": "v"}
    state["state"] = {i: {papers.get(name, name): value for name, value in entries.items()}
                      for i, entries in state["state"].items()}
    other = Run(minigrad, "Adam", {}).place_of(run)
    other.optimizer.load_state_dict(state)
    assert np.array_equal(other.steps(2).numbers(), run.steps(2).numbers())


def test_the_state_of_another_optimizer_is_refused(torch):
    state = Run(torch, "RMSprop", {}).steps(1).optimizer.state_dict()
    optimizer = Run(minigrad, "Adam", {}).optimizer
    with pytest.raises(ValueError, match="^Adam: the saved state lacks"):
        optimizer.load_state_dict(state)
    assert not optimizer.state
    with pytest.raises(ValueError,
                       match=r"^Adam: the saved state of parameter 0, of shape \(3, 4\), "
                             r"has \['m', 'step'\], but "):
        optimizer.load_state_dict({"state": {0: {"step": 1, "exp_avg": START}},
                                   "param_groups": optimizer.state_dict()["param_groups"]})
