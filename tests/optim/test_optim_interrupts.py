"""Ctrl-C and other signals wait until a step, an average or a load is whole."""

import signal
import threading

import pytest

import minigrad
from minigrad import optim
from minigrad.interrupts import NUMBERS, uninterrupted

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
