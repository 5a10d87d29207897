"""The progress bar: one line that is redrawn while an epoch runs, in a terminal or in Jupyter.

    epoch 2/5   612/938 ━━━━━━━━━━━━━━━──────  loss 0.0712  accuracy 0.9781  0:03 left  8,412/s

It shows batches done and in total, the mean loss and metrics of the epoch so far, the time left in
this epoch, and samples per second. Outside a terminal or Jupyter there is no bar.
"""

import os
import sys
from time import perf_counter

from minigrad.train.callbacks import Callback, Log, summary
from minigrad.train.history import show

INTERVAL = 0.1      # seconds between redraws; losses are fetched from the device only then
BRIEF = 1.0         # seconds; the next epoch overwrites the line of a shorter one
WIDEST = 30         # columns of the bar itself
NARROWEST = 5


class Progress(Callback):
    """Draws the progress line on a screen (a Terminal or a Notebook)."""

    def __init__(self, screen):
        self.screen = screen
        self.last = None        # the line of a brief, finished epoch, which the next one may overwrite

    def on_epoch_start(self, trainer):
        self.started = perf_counter()
        self.drawn = self.started       # nothing to show yet
        self.before = trainer.step, trainer.samples     # above 0 in an epoch that goes on after an interrupt

    def on_step_end(self, trainer):
        now = perf_counter()
        if now - self.drawn >= INTERVAL:
            values = trainer.running()
            now = perf_counter()        # fetching the values may have waited for the device
            self.screen.draw(self.line(trainer, values, now - self.started))
            self.drawn = now

    def on_validation_start(self, trainer, row):
        if perf_counter() - self.started >= INTERVAL:
            self.screen.draw(fitted([heading(trainer), "validating", *figures(row)], self.screen.columns()))

    def on_epoch_end(self, trainer, row):
        seconds = perf_counter() - self.started
        self.last = f"{summary(row, trainer.last_epoch)}  {seconds:.1f} s"
        if seconds >= BRIEF:
            self.keep_last()
        else:
            self.screen.draw(fitted(self.last.split("  "), self.screen.columns()))

    def keep_last(self):
        if self.last:
            self.screen.keep(self.last)
        self.last = None

    def on_fit_end(self, trainer):
        self.keep_last()
        self.screen.close()
        if trainer.stopped:
            self.screen.keep(f"stopped: {trainer.stopped}")

    def line(self, trainer, values, seconds):
        """The progress line of the running epoch, as long as fits the screen."""
        steps, samples = self.before
        speed = f"{(trainer.samples - samples) / seconds:,.0f}/s"
        if trainer.steps is None or trainer.step > trainer.steps:       # unknown, or len() was wrong
            fields = [heading(trainer), f"{trainer.step}", *figures(values), speed]
            return fitted(fields, self.screen.columns())
        left = seconds / (trainer.step - steps) * (trainer.steps - trainer.step)
        count = f"{trainer.step:>{len(str(trainer.steps))}}/{trainer.steps}"
        fields = [heading(trainer), count, *figures(values), f"{clock(left)} left", speed]
        room = self.screen.columns() - len("  ".join(fields)) - 1
        if room >= NARROWEST:
            fields[1] += " " + bar(trainer.step / trainer.steps, min(room, WIDEST), self.screen.marks())
        return fitted(fields, self.screen.columns())


class Terminal:
    """A screen whose current line can be overwritten by returning to the first column."""

    def __init__(self, stream):
        self.stream = stream
        self.shown = 0      # columns in use on the current line

    def columns(self):
        """The maximum line length: one less than the width, since a full line wraps in some terminals."""
        try:
            return os.get_terminal_size(self.stream.fileno()).columns - 1
        except (OSError, ValueError):
            return 79

    def marks(self):
        """The bar's characters for the done and the remaining part."""
        try:
            "━─".encode(self.stream.encoding or "ascii")
        except UnicodeEncodeError:
            return "=-"
        return "━─"

    def draw(self, line):
        self.stream.write("\r" + line.ljust(min(self.shown, self.columns())))
        self.stream.flush()
        self.shown = len(line)

    def keep(self, line):
        """Draw a line that stays."""
        self.draw(line)
        self.close()

    def close(self):
        if self.shown:
            self.stream.write("\n")
            self.stream.flush()
            self.shown = 0


class Notebook:
    """A screen in Jupyter: one output that is replaced, so a saved notebook keeps only the final state."""

    def __init__(self, display):
        self.display = display
        self.handle = None
        self.kept, self.current = [], ""

    def columns(self):
        return 100

    def marks(self):
        return "━─"

    def draw(self, line):
        self.current = line
        content = {"text/plain": "\n".join([*self.kept, line] if line else self.kept)}
        if self.handle is None:
            self.handle = self.display(content, raw=True, display_id=True)
        else:
            self.handle.update(content, raw=True)

    def keep(self, line):
        self.kept.append(line)
        self.draw("")

    def close(self):
        if self.current:
            self.keep(self.current)


def reporters(verbose):
    """The callbacks that show progress for fit's `verbose`: 'auto', True or False."""
    if verbose not in ("auto", True, False):
        raise ValueError(f"fit: verbose must be 'auto', True or False, got {verbose!r}")
    if not verbose:
        return []
    if sys.stdout is not None and sys.stdout.isatty():
        return [Progress(Terminal(sys.stdout))]
    if in_jupyter():
        from IPython.display import display  # present in every Jupyter kernel
        return [Progress(Notebook(display))]
    return [] if verbose == "auto" else [Log()]


def in_jupyter():
    """Whether this code runs in a notebook kernel; imports nothing to find out."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return hasattr(shell, "kernel")


def heading(trainer):
    return f"epoch {trainer.epoch}/{trainer.last_epoch}"


def figures(values):
    return [f"{name} {show(value)}" for name, value in values.items() if name != "epoch"]


def fitted(fields, columns):
    """Join as many fields, from the left, as fit into `columns`."""
    while len(fields) > 1 and len("  ".join(fields)) > columns:
        fields = fields[:-1]
    return "  ".join(fields)[:columns]


def bar(share, columns, marks):
    """A bar of `columns` characters with the fraction `share` done."""
    done = int(share * columns)
    return marks[0] * done + marks[1] * (columns - done)


def clock(seconds):
    """Format seconds as hours, minutes and seconds.

    >>> clock(7.4), clock(61.2), clock(3750)
    ('0:07', '1:01', '1:02:30')
    """
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
