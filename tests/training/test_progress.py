"""The progress bar as a person sees it: in a terminal and in Jupyter, nowhere else."""

import itertools
import os
import re
import struct
import sys
import threading

import numpy as np
import pytest

from minigrad import nn, optim
from minigrad.data import DataLoader, TensorDataset
from minigrad.nn import functional as F
from minigrad.train import Callback, EarlyStopping, Trainer, progress


class Screen:
    """A terminal with `columns` columns: what was written to it, and what it shows."""

    def __init__(self, columns):
        pty = pytest.importorskip("pty", reason="this system has no pseudo-terminals")
        import fcntl
        import termios
        self.columns, self.raw = columns, b""
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.stream = open(slave, "w", encoding="utf-8")        # noqa: SIM115 (close() closes it)
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        while True:
            try:
                part = os.read(self.master, 4096)
            except OSError:         # on Linux, when the last writer has closed
                part = b""
            if not part:
                return
            self.raw += part

    def close(self):
        self.stream.close()
        self.reader.join()
        os.close(self.master)
        return self

    def drawings(self):
        """Everything written from the first column, in order."""
        return [part.rstrip(" ") for part in re.split("[\r\n]+", self.raw.decode()) if part.strip()]

    def lines(self):
        """What the terminal shows at the end, one string per line that a newline ended."""
        lines = []
        for written in self.raw.decode().split("\n"):
            line = ""
            for part in written.split("\r"):
                line = part + line[len(part):]
            lines.append(line.rstrip(" "))
        assert lines[-1] == "", "the cursor stands at the beginning of an empty line"
        return lines[:-1]


@pytest.fixture
def terminal(monkeypatch):
    """A function that makes sys.stdout a terminal of `columns` columns, redrawn after every step."""
    def make(columns):
        screen = Screen(columns)
        screens.append(screen)
        monkeypatch.setattr(sys, "stdout", screen.stream)
        monkeypatch.setattr(progress, "INTERVAL", 0.0)
        return screen
    screens = []
    yield make
    for screen in screens:
        if not screen.stream.closed:
            screen.close()


def loader(n=100, batch_size=8):
    x = np.random.default_rng(0).standard_normal((n, 4)).astype(np.float32)
    return DataLoader(TensorDataset(x, x[:, :1]), batch_size=batch_size)


def trainer_of(*callbacks, metrics=()):
    model = nn.Linear(4, 1)
    return Trainer(model, F.mse_loss, optim.SGD(model.parameters(), lr=0.05), metrics, callbacks)


def error(output, target):
    return (output - target).abs().mean()


def test_a_terminal_of_80_columns_shows_batches_loss_metrics_time_left_and_speed(terminal):
    screen = terminal(80)
    trainer = trainer_of(metrics=[error])
    history = trainer.fit(loader(), loader(20), epochs=2)
    drawings = screen.close().drawings()
    assert re.fullmatch(
        r"epoch 1/2   7/13 ━+─+  loss \d\.\d{4}  error \d\.\d{4}  0:00 left  [\d,]+/s", drawings[6])
    assert all(len(line) < 80 for line in drawings if "left" in line)
    assert re.fullmatch(r"epoch 1/2  validating  loss \d\.\d{4}  error \d\.\d{4}", drawings[13])
    row = history[-1]
    (last,) = screen.lines()
    assert re.fullmatch(f"epoch 2/2  loss {row['loss']:.4f}  error {row['error']:.4f}  "
                        f"val_loss {row['val_loss']:.4f}  val_error {row['val_error']:.4f}  "
                        f"0\\.\\d s", last), (
        "the two epochs are brief and share a line")


def test_the_bar_grows_with_the_batches_done():
    assert [progress.bar(share, 10, "=-") for share in (0, 0.09, 0.5, 0.99, 1)] == [
        "----------", "----------", "=====-----", "=========-", "=========="]


@pytest.mark.parametrize("columns", [20, 33, 40, 60, 80, 200])
def test_a_running_line_never_wraps_however_narrow_the_terminal(terminal, columns):
    screen = terminal(columns)
    trainer_of(metrics=[error]).fit(loader(), loader(20), epochs=2)
    running = [line for line in screen.close().drawings() if not line.endswith(" s")]
    assert len(running) > 20
    assert max(map(len, running)) < columns
    assert all(line.startswith("epoch") for line in running)


def test_brief_epochs_share_a_line_and_longer_ones_keep_theirs(terminal, monkeypatch):
    screen = terminal(80)
    trainer_of().fit(loader(), epochs=5)
    assert len(screen.close().lines()) == 1 and screen.lines()[0].startswith("epoch 5/5  loss")

    monkeypatch.setattr(progress, "BRIEF", 0.0)
    screen = terminal(80)
    trainer_of().fit(loader(), epochs=3)
    assert [line[:11] for line in screen.close().lines()] == ["epoch 1/3  ", "epoch 2/3  ", "epoch 3/3  "]


def test_the_line_of_the_last_epoch_is_whole_also_in_a_narrow_terminal(terminal):
    screen = terminal(30)
    trainer_of(metrics=[error]).fit(loader(), loader(), epochs=1)
    assert re.fullmatch(r"epoch 1/1  loss .*  val_loss .*  val_error .* s", screen.close().lines()[0])


def test_losses_are_read_only_when_the_bar_is_drawn_and_at_the_end_of_the_epoch(terminal, monkeypatch):
    terminal(80)
    monkeypatch.setattr(progress, "INTERVAL", 10.0)
    clock = itertools.count()       # one second between two readings of the clock
    monkeypatch.setattr(progress, "perf_counter", lambda: float(next(clock)))
    trainer = trainer_of()
    reads = []
    running = trainer.running
    monkeypatch.setattr(trainer, "running", lambda: reads.append(trainer.step) or running())
    trainer.fit(loader(96, 1))
    assert reads == [10, 20, 30, 40, 50, 60, 70, 80, 90, 96]


def test_data_without_a_length_shows_batches_and_speed(terminal):
    screen = terminal(80)
    trainer_of().fit(batch for batch in loader())
    assert re.fullmatch(r"epoch 1/1  3  loss \d\.\d{4}  [\d,]+/s", screen.close().drawings()[2])


class Claims:
    """13 batches with a length that says something else."""

    def __init__(self, length):
        self.length = length

    def __len__(self):
        return self.length

    def __iter__(self):
        return iter(loader())


@pytest.mark.parametrize("length, sixth", [(0, r"6  loss .*/s"), (4, r"6  loss .*/s"),
                                           (99, r" 6/99 ━+─+  loss .* left  .*/s")])
def test_a_length_that_is_wrong_does_not_stop_the_training(terminal, length, sixth):
    screen = terminal(80)
    trainer = trainer_of()
    trainer.fit(Claims(length))
    assert re.fullmatch("epoch 1/1  " + sixth, screen.close().drawings()[5])
    assert trainer.step == 13


def test_the_bar_of_an_epoch_that_goes_on_counts_the_time_of_its_remaining_steps(terminal, monkeypatch):
    class Press(Callback):
        def on_step_end(self, trainer):
            if trainer.step == 10 and not pressed:
                pressed.append(True)
                raise KeyboardInterrupt
    pressed = []
    trainer = trainer_of(Press())
    trainer.fit(loader())
    screen = terminal(80)
    monkeypatch.setattr(progress, "perf_counter", lambda: float(trainer.step))      # one second per step
    trainer.fit(loader())
    first = screen.close().drawings()[0]
    assert re.fullmatch(r"epoch 1/1  11/13 ━+─+  loss \d\.\d{4}  0:02 left  8/s", first)


def test_why_a_training_stopped_stands_below_its_last_epoch(terminal):
    screen = terminal(80)

    class Press(Callback):
        def on_step_end(self, trainer):
            if (trainer.epoch, trainer.step) == (2, 3):
                raise KeyboardInterrupt
    trainer_of(Press()).fit(loader(), epochs=3)
    first, second = screen.close().lines()
    assert first.startswith("epoch 1/3  loss")
    assert second == "stopped: interrupted in epoch 2, step 3"

    screen = terminal(80)
    trainer = trainer_of(EarlyStopping("loss", patience=1, min_delta=1e9))
    trainer.fit(loader(), epochs=9)
    assert screen.close().lines()[-1] == f"stopped: {trainer.stopped}"
    assert trainer.stopped.startswith("loss has not improved for 1 epoch; best")


def test_an_error_in_training_leaves_the_terminal_at_a_new_line(terminal):
    screen = terminal(80)

    class Break(Callback):
        def on_step_end(self, trainer):
            if trainer.step == 3:
                raise RuntimeError("broken")
    with pytest.raises(RuntimeError, match="broken"):
        trainer_of(Break()).fit(loader())
    assert re.match(r"epoch 1/1   3/13 ", screen.close().lines()[0])


def test_a_terminal_that_knows_ascii_only_gets_ascii(terminal):
    screen = terminal(80)
    screen.stream.reconfigure(encoding="ascii")
    trainer_of().fit(loader())
    assert "=--" in screen.close().raw.decode("ascii")


def test_no_terminal_no_output(capsys, monkeypatch):
    monkeypatch.setattr(progress, "INTERVAL", 0.0)
    trainer_of().fit(loader(), epochs=2)
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr(sys, "stdout", None)        # pythonw on Windows
    trainer_of().fit(loader())


def test_verbose_prints_a_line_per_epoch_into_a_file_or_pipe(capsys):
    trainer = trainer_of(metrics=[error])
    trainer.fit(loader(), epochs=2, verbose=True)
    a, b = trainer.history
    assert capsys.readouterr().out == (f"epoch 1/2  loss {a['loss']:.4f}  error {a['error']:.4f}\n"
                                       f"epoch 2/2  loss {b['loss']:.4f}  error {b['error']:.4f}\n")


def test_verbose_false_is_silent_in_a_terminal_too(terminal):
    screen = terminal(80)
    trainer_of().fit(loader(), epochs=2, verbose=False)
    assert screen.close().raw == b""


# Jupyter


def test_a_notebook_shows_one_output_that_is_replaced(monkeypatch):
    shown = []

    class Handle:
        def update(self, content, raw):
            shown.append(content["text/plain"])

    def display(content, raw, display_id):
        shown.append(content["text/plain"])
        return Handle()
    monkeypatch.setattr(progress, "INTERVAL", 0.0)
    monkeypatch.setattr(progress, "BRIEF", 0.0)
    bar = progress.Progress(progress.Notebook(display))
    monkeypatch.setattr("minigrad.train.trainer.reporters", lambda verbose: [bar])
    trainer_of().fit(loader(), epochs=2)
    assert re.fullmatch(r"epoch 1/2   5/13 ━+─+  loss .*/s", shown[4])
    first, second = shown[-1].splitlines()
    assert first.startswith("epoch 1/2  loss") and second.startswith("epoch 2/2  loss")


@pytest.mark.slow
def test_a_real_notebook_shows_the_last_state_of_the_bar_and_the_picture_once(monkeypatch):
    monkeypatch.delenv("MPLBACKEND")        # the tests' own choice, not the notebook's
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    train = """
        import numpy as np
        from minigrad import nn, optim
        from minigrad.nn import functional as F
        from minigrad.data import DataLoader, TensorDataset
        from minigrad.train import Trainer
        x = np.ones((64, 4), np.float32)
        model = nn.Linear(4, 1)
        trainer = Trainer(model, F.mse_loss, optim.SGD(model.parameters(), lr=0.01))
        history = trainer.fit(DataLoader(TensorDataset(x, x[:, :1]), batch_size=8), epochs=3)"""
    cells = ["\n".join(line.strip() for line in train.splitlines()), "history.plot()"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbclient.NotebookClient(notebook, timeout=60).execute()
    (bar,), (picture,) = (cell.outputs for cell in notebook.cells)
    assert re.fullmatch(r"epoch 3/3  loss \S+  0\.\d s", bar["data"]["text/plain"])
    assert "image/png" in picture["data"]
