"""Workers: processes that take commands from this one and do not outlive it.

Each worker is connected by a pipe, a `line`. If a worker dies, its line closes; if this process dies, all
lines close, and each worker ends with its line.
"""

import contextlib
import multiprocessing
import signal
import sys
import time
import traceback
import warnings

from minigrad.interrupts import uninterrupted

GOODBYE = 2         # seconds for a worker to exit on its own
KNOWN = (ArithmeticError, AttributeError, FloatingPointError, IndexError, KeyError, MemoryError,
         NotImplementedError, RuntimeError, TypeError, ValueError, ZeroDivisionError)


def context_of(start_method=None):
    """The multiprocessing context: by default 'fork' where it is safe, such as on Linux, else 'spawn'.

    fork copies this process. spawn starts a new Python that imports the program; the model is pickled.
    """
    if sys.platform == "emscripten":
        raise RuntimeError("Team: there are no processes in a browser; train in this one, with workers=1 or "
                           "without a Team")
    possible = multiprocessing.get_all_start_methods()
    if start_method is None:        # macOS has fork, but its system libraries can crash after it
        start_method = "fork" if "fork" in possible and sys.platform != "darwin" else "spawn"
    if start_method not in ("fork", "spawn") or start_method not in possible:
        raise ValueError(f"start_method must be 'fork' (not on Windows) or 'spawn', got {start_method!r}; "
                         f"this system supports {', '.join(possible)}")
    return multiprocessing.get_context(start_method)


class Workers:
    """Processes 1 to count, each running work(rank, line, *arguments); `line` has send() and recv()."""

    def __init__(self, context):
        self.context = context
        self.processes, self.lines = [], []
        self.spawned = context.get_start_method() == "spawn"

    def start(self, count, work, arguments):
        """Start them and wait until they are ready; if that fails or is interrupted, close() ends all.

        Raises TypeError if the arguments cannot be pickled, RuntimeError if a worker does not start.
        """
        for rank in range(1, count + 1):
            with uninterrupted():       # a process is always in the list
                here, there = self.context.Pipe()
                self.lines.append(here)
                inherited = [] if self.spawned else list(self.lines)
                process = self.context.Process(target=run, args=(inherited, work, rank, there, *arguments),
                                               name=f"minigrad worker {rank}", daemon=True)
                with warnings.catch_warnings(), there:
                    # Python 3.12 warns about fork with threads running; OpenBLAS stops its own before it.
                    warnings.filterwarnings("ignore", ".*multi-threaded.*fork", DeprecationWarning)
                    start(process)
                self.processes.append(process)
        for rank in range(1, count + 1):
            self.receive(rank)      # wait until it is ready

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
        """The error that describes how worker `rank` ended."""
        process = self.processes[rank - 1]
        process.join(GOODBYE)
        code = process.exitcode
        if code is None:
            how = "no longer answers"
        elif code < 0:
            how = f"was killed by {signal.Signals(-code).name}"
            if -code == getattr(signal, "SIGKILL", None):
                how += ", possibly because the system ran out of memory"
        else:
            how = f"ended with exit code {code}; see its output for the reason"
            if self.spawned:
                how += ('. With \'spawn\', a program must start its workers inside '
                        '`if __name__ == "__main__":`')
        return RuntimeError(f"worker {rank} of {len(self.lines) + 1} (process {process.pid}) {how}")

    def close(self, kill=False):
        """Stop all workers and wait until they have exited; kill: interrupt their work."""
        for line in self.lines:
            line.close()
        deadline = time.monotonic() + GOODBYE
        for process in self.processes:
            if not kill:
                process.join(max(0, deadline - time.monotonic()))
            if process.is_alive():
                process.kill()      # safe: it holds no resources to release
            process.join()
            process.close()
        self.processes, self.lines = [], []


def start(process):
    try:
        process.start()
    except Exception as error:
        if isinstance(error, OSError):      # no memory, too many processes
            raise
        raise TypeError("with 'spawn' the model is sent to the workers by pickle, which "
                        f"failed: {error}; define its classes and functions at the top level of a file, "
                        "not as lambdas") from error


def run(inherited, work, rank, line, *arguments):
    """Run a worker."""
    for end in inherited:       # copies of process 0's ends; a line cannot close while one is open here
        end.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)        # Ctrl-C reaches all processes; process 0 handles it
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with contextlib.suppress(EOFError, ConnectionError):    # process 0 has exited
        work(rank, line, *arguments)


def check_parent():
    """In a worker: raise ConnectionError if process 0 has exited."""
    if not multiprocessing.parent_process().is_alive():
        raise ConnectionError("process 0 has exited")


def packed(error):
    """Convert an exception for sending: (type, text, traceback)."""
    kind = next((kind for kind in type(error).__mro__ if kind in KNOWN), RuntimeError)
    text = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
    if type(error) is not kind:
        text = f"{type(error).__name__}: {text}"
    return kind, text, "".join(traceback.format_exception(error))


def unpacked(rank, kind, text, trace):
    """The exception that a worker sent, with the worker's number; its traceback is the cause."""
    error = kind(f"{text} (in worker {rank})")
    error.__cause__ = RuntimeError(f"traceback of worker {rank}:\n{trace}")
    return error
