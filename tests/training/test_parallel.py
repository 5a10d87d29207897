"""Several processes train as one: the same losses and weights, and nothing remains when they end."""

import contextlib
import gc
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import minigrad
import minigrad.nn.functional as F
from minigrad import Tensor, nn, optim
from minigrad.backend import get_blas_threads
from minigrad.interrupts import uninterrupted
from minigrad.parallel import Communicator, SharedCommunicator, Team
from minigrad.parallel.shared import shared_bytes
from minigrad.train import Callback, Trainer, accuracy

ROOT = Path(__file__).parents[2]
SHM = Path("/dev/shm")
CLOSE = dict(rtol=2e-5, atol=2e-6)      # float32, sums in another order over 10 steps
fork = pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods() or sys.platform == "darwin",
                          reason="models and losses made inside a test need fork; this system has spawn")
pytestmark = fork


@pytest.fixture(autouse=True)
def nothing_is_left():
    """No process, no named shared memory and no changed BLAS thread count remain."""
    shared, threads = sorted(os.listdir(SHM)) if SHM.exists() else [], get_blas_threads()
    yield
    assert multiprocessing.active_children() == []
    assert (sorted(os.listdir(SHM)) if SHM.exists() else []) == shared
    assert get_blas_threads() == threads


def alive(pid):
    """Whether the process exists, even as a zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def mlp():
    return nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 3))


def cnn():
    return nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(36, 3))


class GPT(nn.Module):
    """Two layers with a tied head: its weight is the embedding, one parameter in two places."""

    def __init__(self, V=11, D=16, T=5):
        self.tokens, self.positions = nn.Embedding(V, D), nn.Embedding(T, D)
        self.layers = nn.ModuleList(
            [nn.TransformerEncoderLayer(D, 2, 32, dropout=0.0, batch_first=True) for _ in range(2)])
        self.head = nn.Linear(D, V, bias=False)
        self.head.weight = self.tokens.weight

    def forward(self, ids):
        x = self.tokens(ids) + self.positions(minigrad.arange(ids.shape[1]))
        for layer in self.layers:
            x = layer(x)
        return self.head(x)


def token_loss(logits, target):
    return F.cross_entropy(logits.reshape(-1, logits.shape[-1]), target.reshape(-1))


def data(make, N):
    rng = np.random.default_rng(0)
    if make is GPT:
        return Tensor(rng.integers(0, 11, (N, 5))), Tensor(rng.integers(0, 11, (N, 5)))
    shape = (N, 6) if make is mlp else (N, 1, 8, 8)
    return Tensor(rng.normal(size=shape).astype("f")), Tensor(rng.integers(0, 3, N))


def trained(make, loss_function, batches, workers, **settings):
    """Losses of the steps, and the final weights."""
    minigrad.manual_seed(0)
    model = make()
    optimizer = optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    losses = []

    def train(gradients_of):
        for x, y in batches:
            optimizer.zero_grad()
            losses.append(gradients_of(x, y).item())
            optimizer.step()
    if workers == 1:
        def alone(x, y):
            loss = loss_function(model(x), y)
            loss.backward()
            return loss
        train(alone)
    else:
        with Team(model, loss_function, workers, **settings) as team:
            train(team.backward)
    return losses, [p.detach().numpy() for p in model.parameters()]


def assert_equal_training(one, several):
    np.testing.assert_allclose(several[0], one[0], **CLOSE)
    for a, b in zip(one[1], several[1], strict=True):
        np.testing.assert_allclose(b, a, **CLOSE)


@pytest.mark.parametrize("make, loss", [(mlp, F.cross_entropy), (cnn, F.cross_entropy), (GPT, token_loss)])
@pytest.mark.parametrize("workers", [2, 3])
def test_losses_and_weights_are_those_of_one_process(make, loss, workers):
    x, y = data(make, 7)                # 7 samples: parts of 4 and 3, or of 3, 2 and 2
    # With fewer samples than workers, too.
    batches = [(x, y), (x[:6], y[:6]), (x[:1], y[:1]), (x[:2], y[:2])] * 3
    assert_equal_training(trained(make, loss, batches, 1), trained(make, loss, batches, workers))


def test_it_is_the_same_where_processes_start_by_spawn():
    batches = [data(cnn, 5)] * 5
    one = trained(cnn, F.cross_entropy, batches, 1)
    assert_equal_training(one, trained(cnn, F.cross_entropy, batches, 2, start_method="spawn"))
    gc.collect()        # the semaphores have names until they are collected


class Masked(nn.Module):
    """A loss of one's own: the mean of the errors above a learned level."""

    def __init__(self):
        self.level = nn.Parameter(minigrad.full((), 0.1))

    def forward(self, output, target):
        errors = F.cross_entropy(output, target, reduction="none")
        mask = (errors > 0.9).float()
        return (errors * mask).sum() / mask.sum() + (self.level - 1) ** 2


LOSSES = {      # what each divides by
    "weights of the classes": nn.CrossEntropyLoss(weight=Tensor([0.1, 1.0, 7.0])),
    "targets that are not ignored": nn.CrossEntropyLoss(ignore_index=1),
    "both": nn.CrossEntropyLoss(weight=Tensor([0.1, 1.0, 7.0]), ignore_index=1, label_smoothing=0.1),
    "log-probabilities": lambda y, t: F.nll_loss(F.log_softmax(y, 1), t, Tensor([0.1, 1.0, 7.0]),
                                                 ignore_index=1),
    "a sum of two": lambda y, t: (F.cross_entropy(y, t, ignore_index=1)
                                  + F.cross_entropy(y, t, ignore_index=2)),
    "nothing": nn.CrossEntropyLoss(reduction="sum"),
    "a mask": lambda y, t: F.mse_loss(y[t != 1], minigrad.ones(3).expand(y[t != 1].shape)),
    "a mask of one's own": Masked(),
    "the distance to other samples": lambda y, t: F.cross_entropy(y @ y.T, minigrad.arange(len(y))),
    "a root": lambda y, t: F.cross_entropy(y, t).sqrt(),
    "a penalty of none": lambda y, t: F.cross_entropy(y, t) + 0.1,
}


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
@pytest.mark.parametrize("workers", [2, 3])
def test_the_loss_is_that_of_the_whole_batch_whatever_it_divides_by(loss, workers):
    x, _ = data(mlp, 7)
    y = Tensor(np.array([0, 2, 0, 2, 1, 1, 1]))         # the last part of 2 or 3 has only the class 1
    model = mlp()

    def gradients(backward):
        minigrad.manual_seed(0)
        model.zero_grad()
        value = backward(x, y)
        return [value.item(), *(p.grad.numpy().copy() for p in model.parameters())]

    def alone(x, y):
        value = loss(model(x), y)
        value.backward()
        return value
    level = getattr(loss, "level", None)
    if level is not None:
        level.grad = None
    expected = gradients(alone)
    with Team(model, loss, workers) as team:
        found = gradients(team.backward)
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)
    if level is not None:
        assert level.grad.item() == pytest.approx(2 * 2 * (0.1 - 1)), "once in each of the two calls"


def test_connectionist_temporal_classification_on_parts_of_a_batch():
    model, x = nn.Linear(6, 4), minigrad.randn(5, 9, 6)
    target = [Tensor(np.array([[1, 2, 3], [1, 1, 0], [3, 0, 0], [2, 1, 2], [1, 0, 0]])),
              Tensor(np.full(5, 9)), Tensor(np.array([3, 2, 1, 3, 1]))]

    def loss(output, target):
        return F.ctc_loss(F.log_softmax(output, -1).transpose(0, 1), *target)
    expected = loss(model(x), target)
    expected.backward()
    gradient = model.weight.grad.numpy()
    model.zero_grad()
    with Team(model, loss) as team:
        assert team.backward(x, target).item() == pytest.approx(expected.item(), rel=1e-5)
    np.testing.assert_allclose(model.weight.grad.numpy(), gradient, rtol=1e-4, atol=1e-6)


def test_an_output_without_samples_in_its_first_axis_is_refused():
    class TimeFirst(nn.Linear):
        def forward(self, x):
            return super().forward(x).transpose(0, 1)
    with Team(TimeFirst(2, 3), lambda y, target: y.mean()) as team:
        for call in (lambda: team.forward(minigrad.ones(6, 5, 2)),
                     lambda: team.backward(minigrad.ones(6, 5, 2), minigrad.ones(6))):
            with pytest.raises(ValueError, match=r"one entry per sample in its first axis, .* a part of 3 "
                                                 r"samples gave shape \(5, 3, 3\). Return it as \(N, ...\)"):
                call()
        assert team.forward(minigrad.ones(2, 1, 2)).shape == (2, 1, 3)       # one sample, one time step each


def test_float64_stays_float64_and_agrees_to_its_rounding():
    model, (x, y) = mlp().double(), data(mlp, 5)
    x = x.double()
    loss = F.cross_entropy(model(x), y)
    loss.backward()
    expected = [p.grad.numpy() for p in model.parameters()]
    model.zero_grad()
    with Team(model, F.cross_entropy) as team:
        assert abs(team.backward(x, y).item() - loss.item()) < 1e-14
        for p, g in zip(model.parameters(), expected):
            assert p.grad.dtype == np.float64
            np.testing.assert_allclose(p.grad.numpy(), g, rtol=1e-12, atol=1e-15)


def test_gradients_add_up_until_they_are_zeroed_and_kept_ones_do_not_change():
    model, (x, y) = mlp(), data(mlp, 6)
    weight = model[0].weight
    with Team(model, F.cross_entropy) as team:
        team.backward(x, y)
        first = weight.grad
        kept = first.numpy().copy()
        team.backward(x, y)
        np.testing.assert_allclose(weight.grad.numpy(), 2 * kept, rtol=1e-6)
        assert np.array_equal(first.numpy(), kept)
        for set_to_none in (True, False):
            model.zero_grad(set_to_none)
            team.backward(x, y)
            np.testing.assert_allclose(weight.grad.numpy(), kept, rtol=1e-6)


def test_a_frozen_parameter_has_no_gradient_and_may_thaw():
    model, (x, y) = mlp(), data(mlp, 6)
    model[0].requires_grad_(False)
    with Team(model, F.cross_entropy) as team:
        team.backward(x, y)
        assert model[0].weight.grad is None and model[2].weight.grad is not None
        model[0].requires_grad_(True)
        model.zero_grad()
        team.backward(x, y)
        g = model[0].weight.grad.numpy().copy()
    model.zero_grad()
    F.cross_entropy(model(x), y).backward()
    np.testing.assert_allclose(g, model[0].weight.grad.numpy(), **CLOSE)


def test_a_parameter_that_only_one_part_uses_has_that_part_s_gradient():
    class Experts(nn.Module):
        def __init__(self):
            self.a, self.b, self.c = nn.Linear(6, 3), nn.Linear(6, 3), nn.Linear(6, 3)

        def forward(self, x):
            return self.a(x) if x[0, 0].item() > 0 else self.b(x)
    model, (x, y) = Experts(), data(mlp, 4)
    x = Tensor(np.abs(x.numpy()) * np.array([[1], [1], [-1], [-1]], "f"))
    with Team(model, F.cross_entropy) as team:
        team.backward(x, y)
    got = {name: p.grad for name, p in model.named_parameters()}
    assert got["c.weight"] is None
    model.zero_grad()
    ((F.cross_entropy(model.a(x[:2]), y[:2]) + F.cross_entropy(model.b(x[2:]), y[2:])) / 2).backward()
    for name in ("a.weight", "b.weight"):
        np.testing.assert_allclose(got[name].numpy(), model.get_parameter(name).grad.numpy(), **CLOSE)


def test_what_changes_here_between_steps_reaches_the_workers():
    model, (x, y) = nn.Sequential(nn.Dropout(0.5), *mlp()), data(mlp, 6)

    def expected():
        return F.cross_entropy(model(x), y).item()
    with Team(model, F.cross_entropy) as team:
        assert team.backward(x, y).item() != pytest.approx(expected(), rel=1e-4)  # other units are dropped
        model.eval()
        assert team.backward(x, y).item() == pytest.approx(expected(), rel=1e-5)
        model.load_state_dict({name: value * 2 for name, value in model.state_dict().items()})
        assert team.backward(x, y).item() == pytest.approx(expected(), rel=1e-5)
        model[1].weight.data = minigrad.ones(16, 6)         # another array
        assert team.backward(x, y).item() == pytest.approx(expected(), rel=1e-5)
        nn.init.zeros_(model[3].weight)
        assert team.backward(x, y).item() == pytest.approx(expected(), rel=1e-5)


def test_a_seed_repeats_a_run_with_dropout_and_parts_drop_different_units():
    class Noise(nn.Module):
        def __init__(self):
            self.weight = nn.Parameter(minigrad.ones(8))

        def forward(self, x):
            return F.dropout(x * self.weight, 0.5, self.training)

    def outputs():
        minigrad.manual_seed(3)
        with Team(Noise(), lambda y, target: y.mean(), keep_output=True) as team:
            return [team.backward(minigrad.ones(2, 8), minigrad.zeros(2)) and team.output.numpy()
                    for _ in range(3)]
    first, again = outputs(), outputs()
    assert np.array_equal(first, again)
    assert any(not np.array_equal(*y) for y in first)           # the two samples are the two parts
    assert not np.array_equal(first[0], first[1])


def test_batch_norm_uses_each_part_s_statistics_and_keeps_those_of_the_first():
    model = nn.Sequential(nn.BatchNorm1d(2), nn.Linear(2, 1))
    x, y = minigrad.randn(7, 2), minigrad.randn(7, 1)
    with Team(model, F.mse_loss, keep_output=True) as team:
        team.backward(x, y)
        team.backward(x, y)
        mean = x[:4].numpy().mean(0)        # running mean: 0, then 0.1 m, then 0.9 * 0.1 m + 0.1 m
        np.testing.assert_allclose(model[0].running_mean.numpy(), 0.19 * mean, rtol=1e-5)
        assert model[0].num_batches_tracked.item() == 2
        for part in (slice(0, 4), slice(4, 7)):
            h = x[part].numpy()
            h = (h - h.mean(0)) / np.sqrt(h.var(0) + 1e-5)
            expected = h @ model[1].weight.detach().numpy().T + model[1].bias.detach().numpy()
            np.testing.assert_allclose(team.output[part].numpy(), expected, rtol=1e-4, atol=1e-5)
        model.eval()                                            # every part uses the same running statistics
        loss = team.backward(x, y).item()
        assert loss == pytest.approx(F.mse_loss(model(x), y).item(), rel=1e-5)


def test_forward_gives_the_output_of_the_batch_without_a_graph():
    model, (x, y) = nn.Sequential(nn.Dropout(0.5), *cnn()), data(cnn, 7)
    with Team(model, workers=3) as team:
        noisy = team.forward(x).numpy()
        model.eval()
        for n in (7, 1):
            output = team.forward(x[:n])
            assert not output.requires_grad
            np.testing.assert_allclose(output.numpy(), model(x[:n]).detach().numpy(), rtol=1e-5, atol=1e-6)
        assert not np.allclose(team.forward(x).numpy(), noisy, atol=1e-3)
        with pytest.raises(TypeError, match=r"backward needs a loss function; create the team with "
                                            r"Team\(model, loss"):
            team.backward(x, y)
    ids = data(GPT, 4)[0].numpy()
    ids[3] = 11                                                                 # in the part of worker 1
    with Team(GPT()) as team:
        with pytest.raises(ValueError, match=r"must lie in .* \(in worker 1\)"):
            team.forward(ids)
        assert team.forward(ids[:3]).shape == (3, 5, 11)


def test_tensors_of_the_batch_that_require_a_gradient_receive_it():
    class Layer(nn.Module):
        def __init__(self):
            self.weight = nn.Parameter(minigrad.ones(3))

        def forward(self, x, more):
            y = (x * self.weight).sum((1, 2)) * more["scale"]
            return y + more["bias"] if x[0, 0, 0].item() > 0 else y

    rng = np.random.default_rng(0)
    image = rng.normal(size=(5, 3, 4)).astype("f").transpose(0, 2, 1)           # in memory (5, 3, 4)
    image[:, 0, 0] = [1, 1, 1, -1, -1]                                          # worker 1 uses no bias
    target, model = Tensor(rng.normal(size=5).astype("f")), Layer()

    def gradients(backward):
        x, root = Tensor(image.copy(order="K"), True), Tensor(np.arange(1, 6, dtype="f"), True)
        bias, unused = (Tensor(np.ones(5, "f"), True) for _ in range(2))
        more = {"scale": root * root, "bias": bias, "unused": [unused]}       # scale is the end of a graph
        backward(x, more)
        assert unused.grad is None
        return x.grad.numpy(), root.grad.numpy(), bias.grad.numpy()

    def alone(x, more):
        y = [model(x[i:j], {name: more[name][i:j] for name in ("scale", "bias")})
             for i, j in ((0, 3), (3, 5))]
        F.mse_loss(minigrad.cat(y), target).backward()
    expected = gradients(alone)
    with Team(model, F.mse_loss) as team:
        found = gradients(lambda x, more: team.backward(x, more, target))
        assert found[0].strides == expected[0].strides or found[0].strides == image.strides
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5)


def test_batches_may_be_nested_and_of_arrays_and_large():
    class Two(nn.Module):
        def __init__(self):
            self.layer = nn.Linear(30000, 2)

        def forward(self, a, more):
            return {"y": self.layer(a + more["b"]), "twice": (more["b"] * 2, more["b"])}
    model = Two()
    rng = np.random.default_rng(0)
    a, b, y = (rng.normal(size=(9, n)).astype("f") for n in (30000, 30000, 2))      # 540 kB for each part
    with Team(model, lambda out, target: F.mse_loss(out["y"], target[0]), keep_output=True) as team:
        for _ in range(2):
            loss = team.backward(a, {"b": b, "note": None}, [y])
        output = team.output
    expected = model(Tensor(a), {"b": Tensor(b)})
    np.testing.assert_allclose(output["y"].numpy(), expected["y"].detach().numpy(), rtol=1e-5, atol=1e-5)
    assert np.array_equal(output["twice"][1].numpy(), b)
    assert loss.item() == pytest.approx(F.mse_loss(expected["y"], Tensor(y)).item(), rel=1e-5)


def test_after_the_end_the_model_lives_on_in_memory_of_its_own():
    model, (x, y) = mlp(), data(mlp, 4)
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    with Team(model, F.cross_entropy) as team:
        pids = [process.pid for process in team.workers.processes]
        assert all(map(alive, pids))
        team.backward(x, y)
        optimizer.step()
        inside = [p.detach().numpy().copy() for p in model.parameters()]
    assert not any(map(alive, pids))
    team.close()                                    # a second call does no harm
    for p, before in zip(model.parameters(), inside):
        assert np.array_equal(p.detach().numpy(), before) and p.array.base is None
    before = F.cross_entropy(model(x), y)
    before.backward()
    optimizer.step()
    assert F.cross_entropy(model(x), y).item() < before.item()
    with pytest.raises(RuntimeError, match="this team has ended"):
        team.backward(x, y)


# Errors

def test_an_exception_in_a_worker_is_raised_here_and_the_team_goes_on():
    model, (x, y) = mlp(), data(mlp, 4)
    class Picky(nn.Sequential):
        def forward(self, x):
            if x[0, 0].item() > 9:
                raise ValueError("9 is too much")
            return super().forward(x)
    model = Picky(*model)
    kept = Tensor(np.ones((16, 6), "f"))
    model[0].weight.grad = kept
    with Team(model, F.cross_entropy) as team:
        for place, text in ((2, "9 is too much (in worker 1)"), (0, "9 is too much")):
            wrong = Tensor(x.numpy().copy())
            wrong[place] = 10.0
            for call in (lambda: team.backward(wrong, y), lambda: team.forward(wrong)):     # noqa: B023
                with pytest.raises(ValueError) as caught:
                    call()
                assert str(caught.value) == text
                assert place == 0 or "traceback of worker 1" in str(caught.value.__cause__)
        with pytest.raises(ValueError, match="class ids must lie in"):
            team.backward(x, Tensor(np.array([3, 1, 2, 0])))        # the loss, here
        assert model[0].weight.grad is kept and model[0].bias.grad is None
        assert team.backward(x, y).item() == pytest.approx(F.cross_entropy(model(x), y).item(), rel=1e-5)


def test_an_exception_in_the_backward_of_a_worker_is_raised_here_and_the_team_goes_on():
    class Refusing(nn.Linear):
        def forward(self, x):
            y = super().forward(x)
            if x[0, 0].item() > 9:
                y.register_hook(lambda g: 1 / 0)
            return y
    model, (x, y) = Refusing(6, 3), data(mlp, 4)
    with Team(model, F.cross_entropy) as team:
        for place, text in ((2, r"division by zero \(in worker 1\)"), (0, "division by zero$")):
            wrong = Tensor(x.numpy().copy())
            wrong[place] = 10.0
            with pytest.raises(ZeroDivisionError, match=text):
                team.backward(wrong, y)
            assert model.weight.grad is None
        assert team.backward(x, y).item() == pytest.approx(F.cross_entropy(model(x), y).item(), rel=1e-5)


def test_an_error_of_a_class_of_one_s_own_is_named():
    class Odd(Exception):
        pass

    class Model(nn.Linear):
        def forward(self, x):
            if x[0, 0].item() > 1:
                raise Odd("no such thing")
            return super().forward(x)
    text = r"^Odd: no such thing \(in worker 1\)$"
    with Team(Model(1, 1), F.mse_loss) as team, pytest.raises(RuntimeError, match=text):
        team.backward(Tensor([[0.0], [2.0]]), minigrad.ones(2, 1))


@pytest.mark.parametrize("moment", ["idle", "forward", "backward"])
def test_a_worker_that_is_killed_ends_the_step_with_a_clear_error(moment):
    (x, y), parent = data(mlp, 6), os.getpid()

    def die(*g):
        if os.getpid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)

    class Mortal(nn.Sequential):
        def forward(self, x):
            if moment == "forward":
                die()
            y = super().forward(x)
            if moment == "backward":
                y.register_hook(die)
            return y
    model = Mortal(*mlp())
    with Team(model, F.cross_entropy, workers=3) as team:
        pids = [process.pid for process in team.workers.processes]
        if moment == "idle":
            os.kill(pids[1], signal.SIGKILL)
        start = time.perf_counter()
        with pytest.raises(RuntimeError, match=r"worker [12] of 3 \(process \d+\) was killed by SIGKILL"):
            team.backward(x, y)
        assert time.perf_counter() - start < 2
        assert not any(map(alive, pids))
        with pytest.raises(RuntimeError, match="this team has ended"):
            team.backward(x, y)
    assert model[0].weight.array.base is None


def test_a_worker_that_exits_is_told():
    parent = os.getpid()

    class Leaving(nn.Linear):
        def forward(self, x):
            if os.getpid() != parent:
                os._exit(7)
            return super().forward(x)
    text = "ended with exit code 7; see its output"
    with Team(Leaving(6, 3), F.cross_entropy) as team, pytest.raises(RuntimeError, match=text):
        team.backward(*data(mlp, 4))


def test_ctrl_c_ends_the_team():
    parent = os.getpid()

    def loss(output, target):
        if os.getpid() == parent:
            raise KeyboardInterrupt
        return output.mean()
    model = mlp()
    with Team(model, loss) as team:
        pid = team.workers.processes[0].pid
        os.kill(pid, signal.SIGINT)     # a terminal signals all processes; workers ignore it
        with pytest.raises(KeyboardInterrupt):
            team.backward(*data(mlp, 4))
        assert not alive(pid)
    assert model[0].weight.array.base is None


def test_ctrl_c_at_any_moment_leaves_no_process_and_a_model_in_memory_of_its_own():
    def press(number, frame):
        raise KeyboardInterrupt
    model, (x, y) = mlp(), data(mlp, 4)
    before, kept = [p.detach().numpy().copy() for p in model.parameters()], Tensor(np.ones((16, 6), "f"))
    model[0].weight.grad = kept
    handler = signal.signal(signal.SIGALRM, press)
    try:
        for delay in np.geomspace(1e-4, 0.03, 30):
            with contextlib.suppress(KeyboardInterrupt):
                signal.setitimer(signal.ITIMER_REAL, delay)
                with Team(model, F.cross_entropy, workers=3) as team:
                    while True:
                        with uninterrupted():
                            model[0].weight.grad, model[0].bias.grad = kept, None
                        team.backward(x, y)
            assert multiprocessing.active_children() == []
            assert all(p.array.base is None and np.array_equal(p.detach().numpy(), b)
                       for p, b in zip(model.parameters(), before))
            # All gradients are from before the step, or all from after it.
            assert (model[0].weight.grad is kept) == (model[0].bias.grad is None)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)


def test_workers_end_when_this_process_is_killed():
    program = """
import minigrad, os, signal
from minigrad.parallel import Team
model = minigrad.nn.Linear(2, 1)
team = Team(model, lambda y, target: y.mean(), workers=3)
team.backward(minigrad.ones(4, 2), minigrad.ones(4))
print(*[process.pid for process in team.workers.processes], flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    pids = [int(word) for word in run.stdout.split()]
    assert run.returncode == -signal.SIGKILL and len(pids) == 2, run.stderr
    end = time.monotonic() + 5
    while any(map(running, pids)):
        assert time.monotonic() < end, "workers outlive their parent"
        time.sleep(0.02)


def running(pid):
    """Whether it runs and is no zombie: the process that adopts orphans may be slow to reap them."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return alive(pid)


def test_what_cannot_travel_is_named_where_processes_start_by_spawn():
    model = mlp()
    model.double_it = lambda x: 2 * x
    with pytest.raises(TypeError, match="the model is sent to the workers by pickle, which failed: .*lambda"):
        Team(model, F.cross_entropy, start_method="spawn")
    assert model[0].weight.array.base is None
    gc.collect()        # the semaphores have names until they are collected


@pytest.mark.parametrize("make, error, message", [
    (lambda: Team(F.relu, F.mse_loss), TypeError,
     r"Team takes \(model, loss_function\).*got \(function, function\)"),
    (lambda: Team(mlp(), F.mse_loss, 1), ValueError,
     "workers must be a number of processes, at least 2; got 1"),
    (lambda: Team(nn.ReLU(), F.mse_loss), ValueError, "ReLU has no parameters to train"),
    (lambda: Team(mlp().to("fake"), F.mse_loss), ValueError, "must be on the CPU, .* but it is on fake"),
    (lambda: Team(mlp(), F.mse_loss, start_method="thread"), ValueError,
     "start_method must be 'fork'.*got 'thread'"),
])
def test_what_a_team_cannot_be_made_of(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_what_a_team_cannot_compute():
    model = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    x = minigrad.ones(4, 2)
    with Team(model, lambda y, target: y.sum() if target.sum().item() else y) as team:
        for batch, error, message in [
                ((x,), TypeError, r"takes \(input, ..., target\), got 1 arguments"),
                ((x, minigrad.ones(8)), ValueError, r"one entry per sample, got lengths \[4, 8\]"),
                ((x, minigrad.ones(())), ValueError, r"shape \(N, ...\), one entry per sample; got \(\)"),
                ((x[:0], x[:0]), ValueError, "the batch has no samples"),
                ((None, None), TypeError, r"a batch must contain tensors \(N, ...\), got none"),
                ((x, ["a"]), TypeError, "only tensors and numbers.*got a str"),
                ((x, minigrad.zeros(4)), RuntimeError, r"starts from a scalar, got shape \(4, 2\)")]:
            with pytest.raises(error, match=message):
                team.backward(*batch)
        model[1].running_mean = minigrad.zeros(3)
        with pytest.raises(ValueError, match=r"BatchNorm1d.running_mean was float32 with shape \(2,\).*has "
                                             r"changed"):
            team.backward(x, x)
        model[1].running_mean = minigrad.zeros(2)
        model[0].double()
        with pytest.raises(ValueError, match="a parameter was float32 with shape .* but is now float64"):
            team.backward(x, x)


# The communicator

def communicate(rank, memory, gates, results):
    """Each method, with the communicator's own arrays and with others larger than its buffer."""
    c = SharedCommunicator(rank, memory, gates, check=lambda: None)
    own = c.empty((3, 5), np.float32)
    own[...] = rank + 1
    c.all_reduce(own)
    large = np.arange(20001, dtype=np.float64) * (rank + 1)
    c.all_reduce(large)
    greatest = c.all_reduce(np.array([rank, -rank]), "max")
    least = c.all_reduce(np.array([rank, -rank]), "min")
    told = c.broadcast(np.full(4, rank, np.int16), root=2)
    c.broadcast(own[:0], root=1)
    c.barrier()
    summed = [np.full((2, 3), 10.0**rank), np.array(rank + 1), np.full((3, 2), 2048.5 + rank, np.float16).T]
    for root in (0, 1):                 # the second time with what the first left
        c.reduce(summed, root)
    results.put((own.copy(), np.array_equal(large, np.arange(20001.0) * 6), greatest, least, told, rank,
                 summed))
    c.close()


def test_every_process_of_a_communicator_receives_the_same():
    context = multiprocessing.get_context("fork")
    memory = shared_bytes(context, SharedCommunicator.needs(3, 256))
    gates = [context.Semaphore(0) for _ in range(3)]
    results = context.SimpleQueue()
    others = [context.Process(target=communicate, args=(rank, memory, gates, results)) for rank in (1, 2)]
    for process in others:
        process.start()
    communicate(0, memory, gates, results)
    # float16 has only even integers beyond 2048.
    sums = {0: (111.0, 6, 6149), 1: (221.0, 11, 10250), 2: (100.0, 3, 2050.5)}
    for _ in range(3):
        own, right, greatest, least, told, rank, summed = results.get()
        for array, expected in zip(summed, sums[rank], strict=True):
            assert np.array_equal(array, np.full(array.shape, expected, array.dtype))
        assert np.array_equal(own, np.full((3, 5), 6))
        assert right
        assert greatest.tolist() == [2, 0] and least.tolist() == [0, -2]
        assert told.tolist() == [2] * 4
    for process in others:
        process.join()
    results.close()


def test_a_communicator_says_what_it_cannot_carry():
    c = SharedCommunicator(0, bytearray(SharedCommunicator.needs(1, 64)), [None], None)
    with pytest.raises(ValueError, match="op must be one of sum, max, min, got 'mean'"):
        c.all_reduce(np.zeros(1), "mean")
    with pytest.raises(ValueError, match=r"needs C-contiguous arrays, got shape \(3, 2\) with strides \(8, "
                                         r"24\)"):
        c.all_reduce(np.zeros((2, 3)).T)
    c.empty((4,), np.float32)
    with pytest.raises(MemoryError, match="64 bytes per process, of which 64 are used; it cannot allocate "
                                          "64 more"):
        c.empty((16,), np.float32)


def test_a_communicator_of_another_kind_need_only_have_the_methods():
    """Replica, the part of a team that does not depend on how processes communicate, in a single process."""
    from minigrad.parallel.team import Replica

    class Alone(Communicator):
        def all_reduce(self, array, op="sum"):
            return array

        def reduce(self, arrays, root=0):
            pass

        def broadcast(self, array, root=0):
            return array
    model, (x, y) = cnn(), data(cnn, 3)
    replica = Replica(model, Alone())
    output, error = replica.forward([x], learn=True)
    assert error is None and np.array_equal(output.detach().numpy(), model(x).detach().numpy())
    F.cross_entropy(output, y).backward()
    assert replica.backward([output.grad]) == ([], None)
    found = model[0].weight.grad.numpy()
    model.zero_grad()
    F.cross_entropy(model(x), y).backward()
    np.testing.assert_allclose(found, model[0].weight.grad.numpy(), rtol=1e-6)


# Trainer

def fitted(workers, epochs=2, **settings):
    minigrad.manual_seed(0)
    model, (x, y) = cnn(), data(cnn, 23)
    loader = minigrad.data.DataLoader(minigrad.data.TensorDataset(x, y), batch_size=8, shuffle=True,
                                      generator=np.random.default_rng(1))
    optimizer = optim.Adam(model.parameters(), lr=0.01)
    trainer = Trainer(model, F.cross_entropy, optimizer, metrics=[accuracy], max_grad_norm=1.0,
                      workers=workers,
                      **settings)
    history = trainer.fit(loader, validation=loader, epochs=epochs)
    return trainer, history.epochs


def test_trainer_with_workers_has_the_history_of_one_process():
    (_, one), (trainer, two) = fitted(1), fitted(2)
    assert [sorted(row) for row in one] == [sorted(row) for row in two]
    for a, b in zip(one, two):
        np.testing.assert_allclose(list(b.values()), [a[name] for name in b], rtol=1e-4)
    assert trainer.team is None


def test_trainer_evaluates_with_all_threads_of_blas():
    seen, before = [], get_blas_threads()

    class Threads(Callback):
        def on_step_end(self, trainer):
            seen.append(get_blas_threads())

    def threads(output, target):
        seen.append(get_blas_threads())
        return 0.0
    minigrad.manual_seed(0)
    model, batch = mlp(), data(mlp, 4)
    trainer = Trainer(model, F.cross_entropy, optim.SGD(model.parameters(), lr=0.1),
                      metrics={"threads": threads},
                      callbacks=[Threads()], workers=2)
    trainer.fit([batch], validation=[batch])
    assert seen == [before and 1, before and 1, before]


def test_trainer_with_workers_resumes_exactly(tmp_path):
    def trainer_and_loader():
        minigrad.manual_seed(0)
        model, (x, y) = nn.Sequential(nn.Dropout(0.3), *mlp()), data(mlp, 10)
        loader = minigrad.data.DataLoader(minigrad.data.TensorDataset(x, y), batch_size=4, shuffle=True)
        return Trainer(model, F.cross_entropy, optim.Adam(model.parameters()), workers=2), loader
    whole, loader = trainer_and_loader()
    whole.fit(loader, epochs=3)
    first, loader = trainer_and_loader()
    first.fit(loader, epochs=1)
    first.save(tmp_path / "checkpoint")
    second, loader = trainer_and_loader()
    second.resume(tmp_path / "checkpoint")
    second.fit(loader, epochs=2)
    assert second.history.epochs == whole.history.epochs
    for a, b in zip(whole.model.parameters(), second.model.parameters()):
        assert np.array_equal(a.detach().numpy(), b.detach().numpy())


def test_trainer_ends_its_workers_when_a_step_fails_or_ctrl_c_is_pressed():
    class Stop(Callback):
        def on_step_end(self, trainer):
            raise KeyboardInterrupt
    trainer, history = fitted(2, callbacks=[Stop()])
    assert trainer.stopped == "interrupted in epoch 1, step 1" and history == []
    with pytest.raises(ZeroDivisionError):
        class Fail(Callback):
            def on_step_end(self, trainer):
                1 / 0
        fitted(2, callbacks=[Fail()])


def test_trainer_needs_a_number_of_workers():
    with pytest.raises(ValueError, match="workers must be a number of processes, at least 1; got 0"):
        Trainer(mlp(), F.mse_loss, optim.SGD(mlp().parameters(), lr=0.1), workers=0)
