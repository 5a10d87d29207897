"""Workers: processes that do what this one tells them, and do not outlive it.

Each hangs on a line of messages. Where one dies, its line ends; where this process dies, all lines end, and
with its line a worker ends.
"""

import multiprocessing
import signal
import sys
import time
import traceback
import warnings

GOODBYE = 2         # seconds that a worker has to end by itself
KNOWN = (ArithmeticError, AttributeError, FloatingPointError, IndexError, KeyError, MemoryError, NotImplementedError,
         RuntimeError, TypeError, ValueError, ZeroDivisionError)


def context_of(start_method=None):
    """The multiprocessing context: 'fork' on Linux and the like, else 'spawn'.

    fork copies this process as it is. spawn starts a new Python that imports the program; the model and
    what belongs to it travel there by pickle.
    """
    possible = multiprocessing.get_all_start_methods()
    if start_method is None:        # macOS has fork, but its own libraries do not survive it
        start_method = "fork" if "fork" in possible and sys.platform != "darwin" else "spawn"
    if start_method not in ("fork", "spawn") or start_method not in possible:
        raise ValueError(f"start_method is 'fork' (not on Windows) or 'spawn', got {start_method!r}; "
                         f"this system has {', '.join(possible)}")
    return multiprocessing.get_context(start_method)


class Workers:
    """Processes 1 to count, each running work(rank, line, *arguments); `line` has send() and recv().

    Raises TypeError where the arguments cannot travel, RuntimeError where a worker does not start.
    """

    def __init__(self, context, count, work, arguments):
        self.processes, self.lines = [], []
        self.spawned = context.get_start_method() == "spawn"
        try:
            for rank in range(1, count + 1):
                here, there = context.Pipe()
                self.lines.append(here)
                inherited = [] if self.spawned else list(self.lines)
                process = context.Process(target=run, args=(inherited, work, rank, there, *arguments),
                                          name=f"minigrad worker {rank}", daemon=True)
                with warnings.catch_warnings(), there:
                    # Python 3.12 warns to fork beside threads; BLAS's own, which it means, end before a fork.
                    warnings.filterwarnings("ignore", ".*multi-threaded.*fork", DeprecationWarning)
                    start(process)
                self.processes.append(process)
            for rank in range(1, count + 1):
                self.receive(rank)      # it is ready
        except BaseException:
            self.close(kill=True)
            raise

    def send(self, rank, message):
        try:
            self.lines[rank - 1].send(message)
        except OSError:
            raise self.death(rank) from None

    def receive(self, rank):
        try:
            return self.lines[rank - 1].recv()
        except (EOFError, OSError):
            raise self.death(rank) from None

    def check(self):
        """Raise RuntimeError where a worker has died."""
        for rank, process in enumerate(self.processes, 1):
            if not process.is_alive():
                raise self.death(rank)

    def death(self, rank):
        """The error that says how worker `rank` ended."""
        process = self.processes[rank - 1]
        process.join(GOODBYE)
        code = process.exitcode
        if code is None:
            how = "no longer answers"
        elif code < 0:
            how = f"was killed by {signal.Signals(-code).name}"
            how += ", as the system does when memory runs out" if -code == getattr(signal, "SIGKILL", None) else ""
        else:
            how = f"ended with exit code {code}; what it printed says why"
            if self.spawned:
                how += '. A program whose workers start by \'spawn\' does it inside `if __name__ == "__main__":`'
        return RuntimeError(f"worker {rank} of {len(self.lines) + 1} (process {process.pid}) {how}")

    def close(self, kill=False):
        """End all workers and wait until they are gone; with kill=True in the middle of their work."""
        for line in self.lines:
            line.close()
        deadline = time.monotonic() + GOODBYE
        for process in self.processes:
            if not kill:
                process.join(max(0, deadline - time.monotonic()))
            if process.is_alive():
                process.kill()      # holds nothing that it would have to give back
            process.join()
            process.close()
        self.processes, self.lines = [], []


def start(process):
    try:
        process.start()
    except Exception as error:
        if isinstance(error, OSError):      # no memory, too many processes
            raise
        raise TypeError("workers that start by 'spawn' receive the model and the loss function by pickle, and that "
                        f"failed: {error}; define classes and functions at the top of a file, and use no lambda"
                        ) from error


def run(inherited, work, rank, line, *arguments):
    """The life of a worker."""
    for end in inherited:       # the other end of lines, copied by fork: while it is open here, no line ends
        end.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)        # Ctrl-C reaches all; process 0 decides what it means
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        work(rank, line, *arguments)
    except (EOFError, ConnectionError):                 # process 0 has gone
        pass


def check_parent():
    """In a worker: raise ConnectionError where process 0 is gone."""
    if not multiprocessing.parent_process().is_alive():
        raise ConnectionError("process 0 is gone")


def packed(error):
    """An exception as what can travel: (type, text, traceback)."""
    kind = next((kind for kind in type(error).__mro__ if kind in KNOWN), RuntimeError)
    text = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
    if type(error) is not kind:
        text = f"{type(error).__name__}: {text}"
    return kind, text, "".join(traceback.format_exception(error))


def raise_packed(rank, kind, text, trace):
    """Raise here what a worker has sent, with its number; its traceback is the cause."""
    raise kind(f"{text} (in worker {rank})") from RuntimeError(f"the traceback of worker {rank}:\n{trace}")
