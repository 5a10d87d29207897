"""Ctrl-C waits until what must not stop halfway is done.

    with uninterrupted():
        for p in parameters:        # all of them or none
            ...

Floor 0: every other file may import this one; it imports none of them.
"""

import _signal  # type: ignore[import-not-found]    # signal.signal makes enums: ten times as slow
import signal
import threading
from typing import Any

# Those whose handlers raise, or save a checkpoint: Ctrl-C, an end of the job, its announcement, a time limit.
NAMES = ("SIGINT", "SIGTERM", "SIGBREAK", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGALRM")
NUMBERS = [int(getattr(signal, name)) for name in NAMES if hasattr(signal, name)]


class uninterrupted:
    """Inside the block, the handlers of signals wait; they run when it ends, each at most once.

    Only handlers written in Python wait, such as the one for Ctrl-C, which raises KeyboardInterrupt. A
    signal without one ends the process at once, or is ignored, as ever. Blocks may be nested: the
    handlers run at the end of the outermost. In a thread other than the main one, where no handler runs, the
    block does nothing.
    """

    __slots__ = ("handlers", "arrived", "open")

    def __enter__(self) -> "uninterrupted":
        self.handlers: dict[int, Any] = {}
        self.arrived: dict[int, Any] = {}
        self.open = True
        if threading.get_ident() == threading.main_thread().ident:
            try:
                for number in NUMBERS:
                    handler = _signal.getsignal(number)
                    if callable(handler):       # else the default, ignore, or one that is not Python's
                        self.handlers[number] = handler
                        _signal.signal(number, self.wait)
            except BaseException:       # a handler has run before its turn, and raised
                self.__exit__()
                raise
        return self

    def __exit__(self, *error: Any) -> None:
        try:
            self.restore()
        finally:
            self.open = False
            self.deliver()

    def wait(self, number: int, frame: Any) -> None:
        if self.open:
            self.arrived[number] = frame
        else:
            self.handlers[number](number, frame)

    def restore(self) -> None:
        try:
            for number, handler in self.handlers.items():
                if _signal.getsignal(number) == self.wait:      # else the block has set another
                    _signal.signal(number, handler)
        except BaseException:       # from the handler of one that is restored already
            self.restore()
            raise

    def deliver(self) -> None:
        if self.arrived:
            number, frame = self.arrived.popitem()
            try:
                self.handlers[number](number, frame)
            finally:
                self.deliver()      # a handler may raise, and another signal still counts


class Patience(uninterrupted):
    """The same for the parts of a long block that must not stop halfway, such as the steps of a training.

        with Patience() as signals:
            for batch in data:
                signals.hold()          # from here on, they wait
                ...
                signals.release()       # those that arrived are handled here

    The same signal once more does not wait. If a part fails while signals wait, they are handled after the
    block; but not Ctrl-C, which has what it asked for.
    """

    __slots__ = ()

    def __enter__(self) -> "Patience":
        super().__enter__()
        self.release()
        return self

    def __exit__(self, *error: Any) -> None:
        self.open = True        # until the handlers are restored
        self.arrived.pop(int(signal.SIGINT), None)
        super().__exit__(*error)

    def hold(self) -> None:
        self.open = True

    def release(self) -> None:
        self.open = False
        self.deliver()

    def wait(self, number: int, frame: Any) -> None:
        if self.arrived.pop(number, None) is None:
            super().wait(number, frame)
        else:
            self.handlers[number](number, frame)
