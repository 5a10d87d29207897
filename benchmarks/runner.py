"""Processes and rounds: every contender runs in its own process.

In every round, each contender runs a block of every row and is compared with PyTorch in the same round; the
result is the median over the rounds. This cancels out most of the other load on the machine. Before it is
timed, every contender must produce the same numbers, which shows that all do the same work.
"""

import json
import math
import statistics
import subprocess
import sys
import time
from typing import NamedTuple

from minigrad.train.progress import Terminal, bar, clock

SAME = 1e-3         # relative tolerance: float32 sums in another order, over three optimizer steps
SETTLE = 0.1        # seconds; idle BLAS threads spin for about this long, each on a core
BASE = "torch"      # ratios are relative to this contender


class Length(NamedTuple):
    """How long to measure a row."""

    rounds: int
    seconds: float      # of a block
    warm_up: int = 1    # rounds that are not counted


class Failed(Exception):
    """A contender failed."""


class Worker:
    """A contender's process."""

    def __init__(self, contender, threads):
        self.contender = contender
        self.process = subprocess.Popen([sys.executable, "-m", "benchmarks.worker", contender, str(threads)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        stderr=None if contender in OURS else subprocess.DEVNULL)

    def tell(self, **order):
        try:
            self.process.stdin.write(json.dumps(order) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass        # hear() reports the reason

    def hear(self):
        line = self.process.stdout.readline()
        if not line:
            raise Failed(f"{self.contender} exited with code {self.process.wait()}")
        message = json.loads(line)
        if "error" in message:
            raise Failed(f"{self.contender}: {message['error']}")
        return message

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


OURS = "minigrad", "definition"     # a failure of these ends the run; others are left out with a note


class Race:
    """Contenders that run rows side by side: `with Race(...) as race: race.run(...)`."""

    def __init__(self, contenders, threads, progress):
        self.progress = progress
        self.notes = []         # who was left out, and why
        self.workers = [Worker(contender, threads) for contender in contenders]

    def __enter__(self):
        return self

    def __exit__(self, *error):
        for worker in self.workers:
            worker.close()

    def leave_out(self, worker, reason):
        if worker.contender in OURS:
            raise SystemExit(f"benchmarks: {reason}")
        self.notes.append(f"left out: {reason}")
        self.workers.remove(worker)
        worker.close()

    def ask(self, **order):
        """{worker: its answer}; asked one after another, since they would compete for the cores."""
        answers = {}
        for worker in list(self.workers):
            time.sleep(SETTLE)
            worker.tell(**order)
            try:
                answers[worker] = worker.hear()
            except Failed as reason:
                self.leave_out(worker, reason)
        return answers

    def run(self, suite, names, length, settings):
        """Measure the rows: {name: {contender: {milliseconds, ratio, steps, ...}}}."""
        self.progress.say(" ".join([suite, *names, *(f"{key} {value}" for key, value in settings.items())]))
        first = self.ask(suite=suite, names=names, settings=settings)
        self.compare(first)
        rounds = []
        for _ in range(length.warm_up + length.rounds):
            rounds.append(self.ask(seconds=length.seconds))
            self.progress.advance()
        return {name: {worker.contender: {"version": first[worker]["version"],
                                          **figures(name, rounds[length.warm_up:], worker, self.base())}
                       for worker in self.workers if name in first[worker]["checks"]} for name in names}

    def base(self):
        return next((worker for worker in self.workers if worker.contender == BASE), None)

    def compare(self, first):
        """Leave out contenders whose results differ from those of the first."""
        judge = self.workers[0]
        for worker in self.workers[1:]:
            for name, mine in first[worker]["checks"].items():
                theirs = first[judge]["checks"][name]
                if not all(math.isclose(a, b, rel_tol=SAME, abs_tol=1e-6) for a, b in zip(mine, theirs)):
                    self.leave_out(worker, f"{name}: {worker.contender} computed {mine}, but "
                                           f"{judge.contender} {theirs}: not the same work")
                    break


def figures(name, rounds, worker, base):
    blocks = [each[worker]["rows"][name] for each in rounds]
    seconds = [block["seconds"] for block in blocks]
    row = {"milliseconds": 1e3 * statistics.median(seconds), "steps": sum(block["steps"] for block in blocks),
           "megabytes": rounds[-1][worker]["megabytes"]}
    if base:
        ratios = [mine / each[base]["rows"][name]["seconds"] for mine, each in zip(seconds, rounds)]
        row.update(ratio=statistics.median(ratios), ratio_low=min(ratios), ratio_high=max(ratios))
    return row


class Progress:
    """One line with what runs, the progress and the time left; only in a terminal."""

    def __init__(self, total, stream=sys.stderr):
        self.total, self.done, self.text = total, 0, ""
        self.screen = Terminal(stream) if stream.isatty() else None
        self.started = time.perf_counter()

    def say(self, text):
        self.text = text
        self.draw()

    def advance(self):
        self.done += 1
        self.draw()

    def draw(self):
        if not self.screen:
            return
        share = min(1, self.done / self.total)
        left = f"{clock((time.perf_counter() - self.started) / share * (1 - share))} left  " if share else ""
        line = f"{bar(share, 20, self.screen.marks())}  {left}{self.text}"
        self.screen.draw(line[:self.screen.columns()])

    def close(self):
        if self.screen:
            self.screen.draw("")
            self.screen.stream.write("\r")
