"""Ctrl-C and other signals wait until a step, an average or a load is whole."""

import _signal
import signal
import threading
import types

import pytest

import minigrad
from minigrad import nn, optim
from minigrad.interrupts import NUMBERS, Patience, uninterrupted

INTERRUPT = signal.SIGINT


@pytest.fixture(autouse=True)
def handlers_of_before():
    before = {number: signal.getsignal(number) for number in NUMBERS}
    yield
    assert {number: signal.getsignal(number) for number in NUMBERS} == before
    for number, handler in before.items():
        signal.signal(number, handler)


def test_an_interrupt_waits_for_the_end_of_the_outermost_block():
    seen = []
    with pytest.raises(KeyboardInterrupt):
        with uninterrupted():
            with uninterrupted():
                signal.raise_signal(INTERRUPT)
                signal.raise_signal(INTERRUPT)
                seen.append("inner")
            seen.append("outer")
        seen.append("after")
    assert seen == ["inner", "outer"]


def test_an_error_in_the_block_is_not_lost_behind_the_interrupt():
    with pytest.raises(KeyboardInterrupt) as caught, uninterrupted():
        signal.raise_signal(INTERRUPT)
        raise ValueError("inside")
    assert isinstance(caught.value.__context__, ValueError)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_handler_written_in_python_waits_whatever_its_signal(number):
    seen = []
    before = signal.signal(number, lambda *given: seen.append(given[0]))
    try:
        with uninterrupted():
            signal.raise_signal(number)
            assert seen == []
        assert seen == [number]
    finally:
        signal.signal(number, before)


def test_the_first_handler_that_raises_does_not_swallow_the_second():
    seen = []
    before = signal.signal(signal.SIGTERM, lambda *given: seen.append(given[0]))
    try:
        with pytest.raises(KeyboardInterrupt), uninterrupted():
            signal.raise_signal(signal.SIGTERM)
            signal.raise_signal(INTERRUPT)
        assert seen == [signal.SIGTERM]
    finally:
        signal.signal(signal.SIGTERM, before)


def test_an_ignored_signal_stays_ignored_and_a_handler_set_inside_stays():
    before = signal.signal(INTERRUPT, signal.SIG_IGN)
    try:
        with uninterrupted():
            signal.raise_signal(INTERRUPT)
        assert signal.getsignal(INTERRUPT) is signal.SIG_IGN
        signal.signal(INTERRUPT, before)
        with uninterrupted():
            signal.signal(INTERRUPT, signal.SIG_IGN)
        assert signal.getsignal(INTERRUPT) is signal.SIG_IGN
    finally:
        signal.signal(INTERRUPT, before)


def test_in_another_thread_the_block_does_nothing():
    def enter():
        with uninterrupted():
            seen.append(signal.getsignal(INTERRUPT))

    seen: list = []
    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert seen == [signal.getsignal(INTERRUPT)]


class Interrupted(optim.SGD):
    """Ctrl-C arrives after the second of its parameters."""

    def update(self, xp, p, g, state, **settings):
        super().update(xp, p, g, state, **settings)
        self.updates = getattr(self, "updates", 0) + 1
        if self.updates == 2:
            signal.raise_signal(INTERRUPT)


def test_an_interrupt_leaves_a_step_whole():
    parameters = [minigrad.ones(2, requires_grad=True) for _ in range(5)]
    for p in parameters:
        p.grad = minigrad.ones(2)
    optimizer = Interrupted(parameters, lr=1.0, momentum=0.9)
    with pytest.raises(KeyboardInterrupt):
        optimizer.step()
    assert [p.tolist() for p in parameters] == [[0.0, 0.0]] * 5
    assert [optimizer.state[p]["step"] for p in parameters] == [1] * 5


def interrupt_at(call, count, number=INTERRUPT):
    """call, which on its count-th call is followed by Ctrl-C, or another signal."""
    calls = []

    def interrupted(*args, **settings):
        calls.append(args)
        result = call(*args, **settings)
        if len(calls) == count:
            signal.raise_signal(number)
        return result
    return interrupted


def gradients_of(*parameters):
    for p in parameters:
        p.grad = minigrad.full(tuple(p.shape), 8.0)


@pytest.mark.parametrize("kind", sorted(
    {*optim.__all__} - {"Optimizer", "LBFGS", "SparseAdam", "lr_scheduler", "swa_utils"}))
def test_an_interrupted_step_of_every_optimizer_equals_a_whole_one(kind, monkeypatch):
    def run(count):
        parameters = [minigrad.ones(2, 2, requires_grad=True) for _ in range(4)]
        optimizer = getattr(optim, kind)(parameters)
        if count:
            monkeypatch.setattr(optimizer, "update", interrupt_at(optimizer.update, count))
        for _ in range(2):
            gradients_of(*parameters)
            try:
                optimizer.step()
            except KeyboardInterrupt:
                interrupts.append(count)
        return [p.tolist() for p in parameters], [
            {name: str(value) for name, value in state.items()} for state in optimizer.state.values()]

    interrupts = []
    whole = run(None)
    assert all(run(count) == whole for count in (1, 2, 4, 5, 8)) and interrupts == [1, 2, 4, 5, 8]


@pytest.mark.parametrize("search", [None, "strong_wolfe"])
@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
def test_lbfgs_goes_back_to_before_a_step_whose_closure_does_not_return(search, error):
    def closure():
        optimizer.zero_grad()
        loss = ((x - 3) ** 4).sum() + (x[0] * x[1]) ** 2
        loss.backward()
        evaluations.append(loss)
        if len(evaluations) == stop:
            raise error
        return loss

    def run():
        optimizer.step(closure)
        return x.tolist(), str(optimizer.state_dict())

    x, evaluations, stop = minigrad.tensor([0.5, -1.0], requires_grad=True), [], None
    optimizer = optim.LBFGS([x], max_iter=6, line_search_fn=search)
    for stop in (1, 3):
        before = x.tolist(), str(optimizer.state_dict())
        evaluations.clear()
        with pytest.raises(error):
            run()
        assert (x.tolist(), str(optimizer.state_dict())) == before
        stop = None
        after = run()
    y = minigrad.tensor([0.5, -1.0], requires_grad=True)
    x, optimizer = y, optim.LBFGS([y], max_iter=6, line_search_fn=search)
    assert [run() for _ in range(2)][1] == after


def test_an_interrupt_leaves_a_scaled_step_whole():
    parameters = [minigrad.ones(2, requires_grad=True) for _ in range(3)]
    gradients_of(*parameters)
    optimizer, scaler = optim.SGD(parameters, lr=1.0), minigrad.amp.GradScaler(init_scale=8.0)
    optimizer.register_step_pre_hook(lambda *given: signal.raise_signal(INTERRUPT))
    with pytest.raises(KeyboardInterrupt):
        scaler.step(optimizer)
    assert [p.tolist() for p in parameters] == [[0.0, 0.0]] * 3
    with pytest.raises(RuntimeError, match=r"step\(\) was already called on this optimizer since the last"):
        scaler.step(optimizer)


def test_an_interrupt_leaves_an_average_whole():
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    averaged = optim.swa_utils.AveragedModel(
        model, avg_fn=interrupt_at(lambda average, parameter, n: average + parameter, 2))
    averaged.update_parameters(model)
    before = [p.tolist() for p in model.parameters()]
    with pytest.raises(KeyboardInterrupt):
        averaged.update_parameters(model)
    assert averaged.n_averaged.item() == 2
    for average, old in zip(averaged.module.parameters(), before):
        assert average.tolist() == (2 * minigrad.tensor(old)).tolist()


def test_an_interrupt_leaves_a_schedule_whole():
    groups = [{"params": [minigrad.ones(1, requires_grad=True)]} for _ in range(3)]
    optimizer = optim.SGD(groups, lr=1.0)
    chain = optim.lr_scheduler.ChainedScheduler([
        optim.lr_scheduler.MultiplicativeLR(optimizer, interrupt_at(lambda t: 0.5, 2)),
        optim.lr_scheduler.ExponentialLR(optimizer, 0.5)])
    with pytest.raises(KeyboardInterrupt):
        chain.step()
    assert chain.get_last_lr() == [0.25] * 3 and chain.last_epoch == 1


@pytest.mark.parametrize("change", ["load", "to"])
def test_an_interrupt_leaves_a_model_whole(change, monkeypatch):
    model = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 2))
    other = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 2))
    name = {"load": "copy_", "to": "to"}[change]
    monkeypatch.setattr(minigrad.Tensor, name, interrupt_at(getattr(minigrad.Tensor, name), 2))
    with pytest.raises(KeyboardInterrupt):
        model.load_state_dict(other.state_dict()) if change == "load" else model.to(minigrad.float64)
    if change == "load":
        assert [p.tolist() for p in model.parameters()] == [p.tolist() for p in other.parameters()]
    else:
        assert {str(p.dtype) for p in model.parameters()} == {"float64"}


def test_an_interrupt_leaves_clipped_gradients_whole(monkeypatch):
    parameters = [minigrad.ones(1, requires_grad=True) for _ in range(4)]
    gradients_of(*parameters)
    monkeypatch.setattr(minigrad.Tensor, "mul_", interrupt_at(minigrad.Tensor.mul_, 2))
    with pytest.raises(KeyboardInterrupt):
        nn.utils.clip_grad_norm_(parameters, 8.0)
    assert [p.grad.item() for p in parameters] == pytest.approx([4.0] * 4)


def test_ctrl_c_between_the_evaluations_of_a_closure_stops_a_long_step():
    def closure():
        optimizer.zero_grad()
        loss = ((x - 3) ** 2).sum()
        loss.backward()
        evaluations.append(loss)
        signal.raise_signal(INTERRUPT)
        return loss

    x, evaluations = minigrad.zeros(2, requires_grad=True), []
    optimizer = optim.LBFGS([x])
    with pytest.raises(KeyboardInterrupt):
        optimizer.step(closure)
    assert len(evaluations) == 1


@pytest.mark.parametrize("count", [1, 2, 3, 4])      # handlers set: two at the beginning, two at the end
@pytest.mark.parametrize("number", [INTERRUPT, signal.SIGTERM])
def test_a_signal_while_a_block_begins_or_ends_is_not_lost_and_leaves_handlers(number, count, monkeypatch):
    def stop(*given):
        raise KeyboardInterrupt

    before = {each: signal.signal(each, stop) for each in (INTERRUPT, signal.SIGTERM)}
    change = interrupt_at(_signal.signal, count, number)
    monkeypatch.setattr("minigrad.interrupts._signal",
                        types.SimpleNamespace(signal=change, getsignal=_signal.getsignal))
    try:
        with pytest.raises(KeyboardInterrupt), uninterrupted():
            pass
        assert {each: signal.getsignal(each) for each in before} == dict.fromkeys(before, stop)
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def test_in_a_long_block_signals_wait_only_where_they_are_held_and_the_second_does_not_wait():
    seen = []
    before = signal.signal(signal.SIGTERM, lambda *given: seen.append("told"))
    try:
        with Patience() as signals:
            signal.raise_signal(signal.SIGTERM)
            assert seen == ["told"]
            signals.hold()
            with uninterrupted():
                signal.raise_signal(signal.SIGTERM)
            assert seen == ["told"]
            signals.release()
            assert seen == ["told"] * 2
            signals.hold()
            signal.raise_signal(signal.SIGTERM)
            signal.raise_signal(signal.SIGTERM)
            assert seen == ["told"] * 3
            signals.release()
        assert seen == ["told"] * 3
    finally:
        signal.signal(signal.SIGTERM, before)


def test_after_an_error_in_a_long_block_only_ctrl_c_is_forgotten():
    seen = []
    before = signal.signal(signal.SIGTERM, lambda *given: seen.append("told"))
    try:
        with pytest.raises(ValueError, match="inside"), Patience() as signals:
            signals.hold()
            signal.raise_signal(signal.SIGTERM)
            signal.raise_signal(INTERRUPT)
            raise ValueError("inside")
        assert seen == ["told"]
    finally:
        signal.signal(signal.SIGTERM, before)


@pytest.mark.parametrize("kind", [uninterrupted, Patience])
def test_an_interrupt_while_a_block_begins_restores_the_handlers(kind, monkeypatch):
    def at_once(number):
        raise KeyboardInterrupt
    monkeypatch.setattr("minigrad.interrupts._signal", types.SimpleNamespace(
        getsignal=at_once, signal=_signal.signal))
    with pytest.raises(KeyboardInterrupt), kind():
        pytest.fail("the block ran")
