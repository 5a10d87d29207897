"""A training that was interrupted anywhere, saved, resumed or continued is the training that was not."""

import functools
import itertools
import json
import math
import os
import random
import re
import signal

import numpy as np
import pytest

import minigrad
from minigrad import Tensor, io, manual_seed, nn, optim
from minigrad.backend import random_state
from minigrad.data import (
    BatchSampler,
    DataLoader,
    Dataset,
    IterableDataset,
    RandomSampler,
    Sampler,
    SubsetRandomSampler,
    TensorDataset,
    WeightedRandomSampler,
)
from minigrad.io import safetensors
from minigrad.nn import functional as F
from minigrad.optim import lr_scheduler
from minigrad.train import R2, Callback, Checkpoint, EarlyStopping, Schedule, Trainer, accuracy
from minigrad.train.undo import quick_state, set_quick_state

X = np.random.default_rng(0).standard_normal((26, 4)).astype(np.float32)
Y = (X[:, 0] > 0) * 2 + (X[:, 1] > 0).astype(np.int64)
STEPS = 4       # of an epoch, with batches of 8
HAS_SIGNALS = pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="Windows cannot send them to itself")


class Noise(nn.Module):
    """A layer with its own random generator."""

    def __init__(self, seed):
        self.generator = np.random.default_rng(seed)
        self.scale = nn.Parameter(minigrad.ones(4))

    def forward(self, x):
        noise = self.generator.standard_normal(4) if self.training else np.zeros(4)
        return x * self.scale + Tensor(noise.astype(np.float32)).to(x.device)


class Augmented(Dataset):
    """A dataset that draws from its own generator and from Python's and NumPy's global ones."""

    def __init__(self, seed):
        self.state = {"generators": [np.random.Generator(np.random.MT19937(seed))]}

    def __len__(self):
        return len(X)

    def __getitem__(self, i):
        shift = self.state["generators"][0].random() + random.random() + np.random.rand()
        return X[i] + np.float32(shift), Y[i]


GLOBAL = np.random.default_rng()


class Jittered(Dataset):
    """A dataset whose generators are a global name and an attribute of the class."""

    shared = np.random.RandomState(0)

    def __len__(self):
        return len(X)

    def __getitem__(self, i):
        return np.array([x + GLOBAL.random() * self.shared.rand() for x in X[i].tolist()], np.float32), Y[i]


class Lazy(Sampler):
    """Draws each index when it is asked for."""

    def __init__(self, seed):
        self.mine = np.random.Generator(np.random.Philox(seed))

    def __len__(self):
        return len(X)

    def __iter__(self):
        return (int(self.mine.integers(len(X))) for _ in range(len(X)))


class Eager:
    """Draws its order from the generator that manual_seed seeds as soon as iter() is called."""

    def __iter__(self):
        order = minigrad.randperm(len(X)).numpy()
        return iter([(X[part], Y[part]) for part in np.split(order, [8, 16, 24])])


class Counting(Sampler):
    """Seeds a generator with the number of the epoch."""

    def __init__(self, seed):
        self.epoch, self.generator = seed, np.random.default_rng(seed)

    def __len__(self):
        return len(X)

    def __iter__(self):
        self.epoch += 1
        order = np.random.default_rng(self.epoch).permutation(len(X))
        return iter(np.roll(order, self.generator.integers(len(X))).tolist())

    def state_dict(self):
        return {"epoch": self.epoch}

    def load_state_dict(self, state):
        self.epoch = state["epoch"]


class Own(np.random.Generator):
    """A subclass with state of its own."""

    def __init__(self, seed):
        super().__init__(np.random.PCG64(seed))
        self.calls = seed

    def permutation(self, n):
        self.calls += 1
        return np.roll(super().permutation(n), self.calls)


class Stream(IterableDataset):
    def __iter__(self):
        return ((X[i:i + 8], Y[i:i + 8]) for i in range(0, len(X), 8))


def added(generator, samples):
    x, y = zip(*samples)
    return Tensor(np.stack(x) + generator.random(dtype=np.float32)), Tensor(np.array(y))


class Indirect:
    """Its order comes from a loader that a function of this file finds among its globals."""

    def __iter__(self):
        return shuffled_batches()


def shuffled_batches():
    yield from SHUFFLED


SHUFFLED = DataLoader(TensorDataset(X, Y), 8, shuffle=True, generator=1)


def data_of(kind, seed):
    pairs = TensorDataset(X, Y)
    if kind == "loader":
        return DataLoader(pairs, 8, shuffle=True, generator=seed)
    if kind == "manual_seed":
        return DataLoader(pairs, 8, shuffle=True)
    if kind == "threads":
        return DataLoader(pairs, 8, shuffle=True, generator=seed, num_workers=2)
    if kind == "random":
        return DataLoader(pairs, 8, sampler=RandomSampler(pairs, generator=seed))
    if kind == "subset":
        return DataLoader(pairs, 8, sampler=SubsetRandomSampler(range(26), generator=seed))
    if kind == "weighted":
        return DataLoader(pairs, 8, sampler=WeightedRandomSampler(np.ones(26), 26, generator=seed))
    if kind == "nested":
        generator = np.random.Generator(np.random.SFC64(seed))
        order = RandomSampler(pairs, generator=generator)
        return DataLoader(pairs, batch_sampler=BatchSampler(order, 8, drop_last=False))
    if kind == "lazy":
        return DataLoader(pairs, 8, sampler=Lazy(seed), num_workers=1)
    if kind == "collate":
        generator = np.random.default_rng(seed)
        return DataLoader(pairs, 8, shuffle=True, collate_fn=functools.partial(added, generator))
    if kind == "closure":
        generator = np.random.default_rng(seed)
        return DataLoader(pairs, 8, collate_fn=lambda samples: added(generator, samples))
    if kind == "eager":
        return Eager()
    if kind == "global":
        GLOBAL.bit_generator.state = np.random.default_rng(seed).bit_generator.state
        Jittered.shared.seed(seed)
        return DataLoader(Jittered(), 8)
    if kind == "indirect":
        SHUFFLED.generator = SHUFFLED.sampler.generator = np.random.default_rng(seed)
        return Indirect()
    if kind == "counting":
        return DataLoader(pairs, 8, sampler=Counting(seed), num_workers=1)
    if kind == "subclass":
        return DataLoader(pairs, 8, shuffle=True, generator=Own(seed))
    if kind == "augmented":
        return DataLoader(Augmented(seed), 8, shuffle=True)
    return Stream()


KINDS = ["loader", "manual_seed", "threads", "random", "subset", "weighted", "nested", "lazy", "collate",
         "closure", "augmented", "eager", "counting", "global", "indirect", "subclass",
         "stream"]


class Watched:
    """Batches; loading one can be interrupted."""

    def __init__(self, batches):
        self.batches, self.load = batches, lambda batch: batch

    def __len__(self):
        return len(self.batches)

    def __iter__(self):
        return map(self.load, self.batches)


class Listener(Callback):
    """Draws at every step from its own generator, so that a lost or repeated call is noticed."""

    def __init__(self, seed):
        self.generator = random.Random(seed)
        self.drawn = 0.0

    def on_step_end(self, trainer):
        self.drawn += self.generator.random()

    def state_dict(self):
        return {"drawn": self.drawn}

    def load_state_dict(self, state):
        self.drawn = state["drawn"]


class Run:
    """A training with everything that has state. Another seed gives another run, until it is resumed."""

    def __init__(self, seed, kind="loader", validation=True, device="cpu"):
        manual_seed(seed)
        random.seed(seed)
        np.random.seed(seed)
        model = nn.Sequential(Noise(seed), nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.3),
                              nn.Linear(8, 4)).to(device)
        self.model, optimizer = model, optim.Adam(model.parameters(), lr=0.01)
        self.cycle = lr_scheduler.OneCycleLR(optimizer, 0.05, total_steps=3 * STEPS)
        self.slower = lr_scheduler.LambdaLR(optimizer, lambda t: 1.0)
        self.first, self.last = Callback(), Listener(seed)
        self.trainer = Trainer(model, F.cross_entropy, optimizer, [accuracy], [
            self.first, Schedule(self.cycle, "step"), Schedule(self.slower), EarlyStopping("loss"),
            self.last])
        self.data = Watched(data_of(kind, seed))
        self.validation = Watched(data_of("random", seed)) if validation else None

    def fit(self, epochs=3):
        self.trainer.fit(self.data, self.validation, total_epochs=epochs, verbose=False)
        return self

    def result(self):
        return (state(self.model), self.trainer.history.epochs, self.cycle.last_epoch, self.slower.last_epoch,
                self.last.drawn)


def state(model):
    return {name: x.cpu().numpy().tobytes() for name, x in model.state_dict().items()}


@functools.cache
def uninterrupted(kind):
    return Run(1, kind).fit().result()


def elsewhere():
    """What other code draws while the training rests."""
    minigrad.rand(5)
    random.random()
    np.random.rand()


def continued(run, kind, path, way):
    """The run after it was interrupted: continued in place, or saved and resumed by another program."""
    elsewhere()
    if way == "fit":
        return run.fit().result()
    run.trainer.save(path)
    other = Run(99, kind)
    other.trainer.resume(path)
    return other.fit().result()


# All that a run consists of


@pytest.mark.parametrize("kind", KINDS)
def test_a_resumed_run_draws_what_the_uninterrupted_one_draws(kind, tmp_path):
    run = Run(1, kind).fit(epochs=2)
    run.trainer.save(tmp_path / "run.ckpt")
    other = Run(99, kind)
    assert other.trainer.resume(tmp_path / "run.ckpt") == 2
    assert other.fit().result() == uninterrupted(kind)


@pytest.mark.parametrize("way", ["fit", "resume"])
@pytest.mark.parametrize("kind", KINDS)
def test_an_epoch_that_was_interrupted_is_continued_with_its_remaining_batches(kind, way, tmp_path):
    for steps in (0, 2):
        run = Run(1, kind)
        run.data.load = interrupting(lambda batch: batch, STEPS + steps + 1)
        run.fit()
        assert run.trainer.stopped == f"interrupted in epoch 2, step {steps}"
        assert continued(run, kind, tmp_path / "run.ckpt", way) == uninterrupted(kind)


def interrupting(function, when, by="error"):
    """The function, but its call number `when` is interrupted: before it, or after it by Ctrl-C."""
    calls = itertools.count(1)

    def call(*args, **settings):
        now = next(calls) == when
        if now and by == "error":
            raise KeyboardInterrupt
        result = function(*args, **settings)
        if now and by == "Ctrl-C":
            os.kill(os.getpid(), signal.SIGINT)
        return result
    return call


def subclassed(scheduler, when, by):
    """Interrupt scheduler.step() without leaving a trace in its state."""
    kind = type(scheduler)
    scheduler.__class__ = type(kind.__name__, (kind,), {"step": interrupting(kind.step, when, by)})


def setting(owner, name):
    return lambda run, when, by: setattr(owner(run), name, interrupting(getattr(owner(run), name), when, by))


PLACES = {      # place: (how to interrupt there, at which calls)
    "in the loss": (setting(lambda run: run.trainer, "loss"), (1, 2, 6, 12)),
    "in a layer": (setting(lambda run: run.model[3], "forward"), (1, 5)),
    "in backward": (lambda run, when, by: run.model[1].weight.register_hook(
        interrupting(lambda g: g, when, by)), (1, 7)),
    "in optimizer.step": (setting(lambda run: run.trainer.optimizer, "step"), (1, 8)),
    "after optimizer.step": (lambda run, when, by: run.trainer.optimizer.register_step_post_hook(
        interrupting(lambda *args: None, when, by)), (1, 8)),
    "in a metric": (setting(lambda run: run.trainer.metrics["accuracy"], "function"), (1, 3, 4, 6, 12)),
    "in a callback": (setting(lambda run: run.first, "on_step_end"), (1, 4, 5, 12)),
    "in scheduler.step": (lambda run, when, by: subclassed(run.cycle, when, by), (1, 6, 12)),
    "in scheduler.step of an epoch": (lambda run, when, by: subclassed(run.slower, when, by), (1, 3)),
    "at the start of fit": (setting(lambda run: run.first, "on_fit_start"), (1,)),
    "at the start of an epoch": (setting(lambda run: run.first, "on_epoch_start"), (1, 2)),
    "at the end of an epoch": (setting(lambda run: run.first, "on_epoch_end"), (1, 3)),
    "before evaluation": (setting(lambda run: run.first, "on_validation_start"), (1, 3)),
    "in evaluation": (setting(lambda run: run.trainer, "evaluate"), (2,)),
    "loading data": (setting(lambda run: run.data, "load"), (1, 3, 5)),
    "loading data to evaluate": (setting(lambda run: run.validation, "load"), (2, 5)),
}


@pytest.mark.parametrize("way", ["fit", "resume"])
@pytest.mark.parametrize("by", ["error", pytest.param("Ctrl-C", marks=HAS_SIGNALS)])
@pytest.mark.parametrize("place", PLACES)
def test_an_interrupt_anywhere_loses_nothing_and_repeats_nothing(place, by, way, tmp_path):
    interrupt, calls = PLACES[place]
    for when in calls:
        run = Run(1)
        interrupt(run, when, by)
        run.fit()
        assert run.trainer.stopped.startswith("interrupted in epoch")
        result = continued(run, "loader", tmp_path / "run.ckpt", way)
        assert result == uninterrupted("loader"), when


@HAS_SIGNALS
def test_ctrl_c_waits_for_the_end_of_a_step_and_a_second_one_does_not():
    seen = []
    for presses in (1, 2):
        run = Run(1)

        def press(trainer, run=run, presses=presses):
            for _ in range(presses):
                os.kill(os.getpid(), signal.SIGINT)
            seen.append("still here")
        run.first.on_step_end = press
        run.fit()
        assert run.trainer.stopped == "interrupted in epoch 1, step 1" and run.cycle.last_epoch == 2 - presses
    assert seen == ["still here"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@HAS_SIGNALS
def test_a_signal_handler_that_saves_saves_a_whole_step(tmp_path):
    run = Run(1)
    before = signal.signal(signal.SIGUSR1, lambda number, frame: run.trainer.save(tmp_path / "run.ckpt"))
    try:
        calls = itertools.count(1)

        def loss(output, target):
            if next(calls) == 10:      # the second step of the second epoch
                os.kill(os.getpid(), signal.SIGUSR1)
            return F.cross_entropy(output, target)
        run.trainer.loss = loss
        assert run.fit().result() == uninterrupted("loader")
    finally:
        signal.signal(signal.SIGUSR1, before)
    other = Run(99)
    assert other.trainer.resume(tmp_path / "run.ckpt") == 1
    assert other.fit().result() == uninterrupted("loader")


@pytest.mark.parametrize("moment", ["on_step_end", "on_epoch_end"])
def test_a_callback_can_save_at_any_time(moment, tmp_path):
    run = Run(1)
    calls = itertools.count(1)

    def save(trainer, *row):
        if next(calls) == 2:
            trainer.save(tmp_path / "run.ckpt")     # before the callbacks after it have heard of this
    setattr(run.first, moment, save)
    assert run.fit().result() == uninterrupted("loader")
    other = Run(99)
    other.trainer.resume(tmp_path / "run.ckpt")
    assert other.fit().result() == uninterrupted("loader")


def test_an_interrupted_run_can_be_interrupted_and_saved_again(tmp_path):
    path = tmp_path / "run.ckpt"
    run = Run(1)
    for step in (2, 3, 5, 5, 9):
        def stop(trainer, step=step):
            if run.cycle.last_epoch >= step - 1:
                raise KeyboardInterrupt
        run.first.on_step_end = stop
        run.fit()
        run.trainer.save(path)
        run = Run(50 + step)
        run.trainer.resume(path)
        run.trainer.save(path)      # without any training in between
        run = Run(60 + step)
        run.trainer.resume(path)
    assert run.fit().result() == uninterrupted("loader")


def test_an_interrupted_training_with_worker_processes_goes_on(tmp_path):
    def build(seed):
        manual_seed(seed)
        model = nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.3), nn.Linear(8, 4))
        return Trainer(model, F.cross_entropy, optim.SGD(model.parameters(), lr=0.1), [accuracy], workers=2)

    whole = build(1)
    whole.fit(data_of("loader", 1), epochs=2)
    first = build(1)
    first.callbacks.append(Callback())
    first.callbacks[0].on_step_end = interrupting(lambda trainer: None, 3)
    first.fit(data_of("loader", 1), epochs=2)
    first.save(tmp_path / "run.ckpt")
    second = build(9)
    second.resume(tmp_path / "run.ckpt")
    second.fit(data_of("loader", 5), total_epochs=2)
    assert state(second.model) == state(whole.model)
    assert second.history.epochs == whole.history.epochs


@HAS_SIGNALS
def test_an_interrupted_training_goes_on_on_every_device(device, tmp_path):
    whole = Run(1, device=device).fit()
    for place, by, when in (("in the loss", "Ctrl-C", 2 * STEPS + 2), ("in a callback", "error", STEPS + 2)):
        first = Run(1, device=device)
        PLACES[place][0](first, when, by)       # the loss is also computed in the steps of an evaluation
        first.fit()
        first.trainer.save(tmp_path / "run.ckpt")
        second = Run(99, device=device)
        second.trainer.resume(tmp_path / "run.ckpt")
        assert second.fit().result() == whole.result() == first.fit().result()


def test_an_error_is_an_interrupt_too():
    run = Run(1)

    def load(batch):
        if run.trainer.epoch == 2 and run.trainer.step == 1 and not mended:
            raise OSError("disk")
        return batch
    mended = []
    run.data.load = load
    with pytest.raises(OSError, match="disk"):
        run.fit()
    mended.append(True)
    assert run.fit().result() == uninterrupted("loader")


def test_a_step_whose_metric_failed_is_not_repeated():
    run, calls = Run(1), itertools.count(1)
    metric = run.trainer.metrics["accuracy"]
    function = metric.function

    def failing(output, target):
        if next(calls) == 2:
            raise RuntimeError("no label")
        return function(output, target)
    metric.function = failing
    with pytest.raises(RuntimeError, match="no label"):
        run.fit()
    assert run.trainer.step == 2
    weights, _, steps, *_ = run.fit().result()
    expected, _, expected_steps, *_ = uninterrupted("loader")
    assert weights == expected and steps == expected_steps


def test_an_epoch_whose_loss_broke_is_not_continued():
    run = Run(1)
    run.data.load = lambda batch: (batch[0] * math.nan if run.trainer.step == 2 else batch[0], batch[1])
    with pytest.raises(FloatingPointError, match="epoch 1, step 3"):
        run.fit()
    run.data.load = lambda batch: batch
    run.model.load_state_dict(Run(2).model.state_dict())
    run.trainer.optimizer.state.clear()
    run.cycle.restart()
    run.fit()
    assert run.cycle.last_epoch == 3 * STEPS and len(run.trainer.history) == 3


def test_a_training_saved_before_its_first_epoch_is_resumed(tmp_path):
    Run(1).trainer.save(tmp_path / "run.ckpt")
    run = Run(1)
    assert run.trainer.resume(tmp_path / "run.ckpt") == 0
    assert run.fit().result() == uninterrupted("loader")


def test_metrics_that_keep_sums_are_saved_in_the_middle_of_an_epoch(tmp_path):
    class Seen:
        def reset(self):
            self.shapes, self.last, self.counts = {(): 0}, np.zeros(2), []

        def update(self, output, target):
            self.shapes[tuple(output.shape)] = self.shapes.get(tuple(output.shape), 0) + 1
            self.last = self.last + target.numpy().sum()
            self.counts.append((len(target), "rows"))

        def compute(self):
            return len(self.shapes) + self.last[0] + 100 * len(self.counts)

    def build():
        manual_seed(0)
        model = nn.Linear(4, 1)
        return Trainer(model, F.mse_loss, optim.SGD(model.parameters(), lr=0.1), [R2(), Seen()])
    x = [(X[i:i + 8], X[i:i + 8, :1]) for i in range(0, 26, 8)]
    whole = build()
    whole.fit(x)
    first = build()
    first.callbacks.append(Callback())
    first.callbacks[0].on_step_end = interrupting(lambda trainer: None, 2)
    first.fit(x)
    first.save(tmp_path / "run.ckpt")
    second = build()
    second.resume(tmp_path / "run.ckpt")
    assert second.fit(x).epochs == whole.history.epochs

    first = build()
    first.metrics["seen"].compute = lambda: 0.0
    first.callbacks.append(Callback())
    first.callbacks[0].on_step_end = interrupting(lambda trainer: None, 2)
    first.fit(x)
    first.position.tally.metrics["seen"].shapes = {1, 2}
    with pytest.raises(TypeError, match="save: metric 'seen' keeps shapes=a set, which a checkpoint in "
                                        "the middle of an epoch cannot hold"):
        first.save(tmp_path / "run.ckpt")


def test_other_data_cannot_finish_an_epoch():
    run = Run(1, validation=False)
    run.first.on_step_end = interrupting(lambda trainer: None, 2)
    run.fit()
    few = [(X, Y)]
    with pytest.warns(UserWarning, match="fit: the training stands in epoch 1 after step 2 of 4; this "
                                         "data has 1 batches, so the epoch starts anew with it") as caught:
        run.trainer.fit(few)
    assert caught[0].filename == __file__
    assert run.trainer.step == 1 and len(run.trainer.history) == 1

    run = Run(1, "stream", validation=False)
    run.first.on_step_end = interrupting(lambda trainer: None, 2)
    run.fit()
    with pytest.raises(ValueError, match="fit: the training stands in epoch 1 after step 2; this data has "
                                         "only 1 batches; pass the data it was interrupted with"):
        run.trainer.fit(few)


def test_a_generator_that_was_interrupted_goes_on_where_it_is():
    read = []
    batches = (read.append(i) or batch for i, batch in enumerate(Stream()))
    run = Run(1, validation=False)
    run.first.on_step_end = interrupting(lambda trainer: None, 2)
    run.trainer.fit(batches)
    assert read == [0, 1]
    run.trainer.fit(batches)
    assert read == [0, 1, 2, 3] and run.trainer.step == 4 and len(run.trainer.history) == 1


def test_an_order_that_cannot_be_continued_is_told(tmp_path):
    run = Run(1, "random").fit(1)
    run.trainer.save(tmp_path / "run.ckpt")
    other = Run(1, "manual_seed")
    other.trainer.resume(tmp_path / "run.ckpt")
    with pytest.warns(UserWarning, match="fit: the resumed run shuffled its data with "
                                         "train.batches.sampler.generator, this data has no generator of its "
                                         "own; the order of the samples will not be that") as caught:
        other.trainer.fit(other.data, total_epochs=2)
    assert caught[0].filename == __file__


def test_what_other_code_draws_between_resume_and_fit_changes_nothing(tmp_path):
    run = Run(1, "manual_seed").fit(1)
    run.trainer.save(tmp_path / "run.ckpt")
    other = Run(99, "manual_seed")
    other.trainer.resume(tmp_path / "run.ckpt")
    elsewhere()
    assert other.fit().result() == uninterrupted("manual_seed")


@HAS_SIGNALS
def test_ctrl_c_that_waits_for_a_step_that_is_interrupted_ends_the_fit_once():
    run = Run(1)

    def press(trainer):
        os.kill(os.getpid(), signal.SIGINT)
        raise KeyboardInterrupt
    run.first.on_step_end = press
    run.fit()
    assert run.trainer.stopped == "interrupted in epoch 1, step 1"
    run.first.on_step_end = lambda trainer: None
    assert run.fit().result() == uninterrupted("loader")


def test_an_interrupt_that_leaves_graphs_unrecorded_is_undone():
    run = Run(1)

    def press(trainer):
        minigrad.set_grad_enabled(False)
        raise KeyboardInterrupt
    run.first.on_validation_start = lambda trainer, row: press(trainer)
    try:
        run.fit()
        assert minigrad.is_grad_enabled()
    finally:
        minigrad.set_grad_enabled(True)
    run.first.on_validation_start = lambda trainer, row: None
    assert run.fit().result() == uninterrupted("loader")


@HAS_SIGNALS
def test_a_signal_that_waits_for_a_step_is_heard_though_the_step_fails():
    seen = []
    before = signal.signal(signal.SIGUSR1, lambda number, frame: seen.append(number))
    try:
        run = Run(1)

        def loss(output, target):
            os.kill(os.getpid(), signal.SIGUSR1)
            assert not seen
            raise OSError("disk")
        run.trainer.loss = loss
        with pytest.raises(OSError, match="disk"):
            run.fit()
        assert seen == [signal.SIGUSR1]
    finally:
        signal.signal(signal.SIGUSR1, before)


@pytest.mark.parametrize("generator", [
    minigrad.Generator().manual_seed(3), np.random.default_rng(3), np.random.Generator(np.random.MT19937(3)),
    np.random.RandomState(3), random.Random(3), Own(3)])
def test_a_state_that_is_read_quickly_is_the_whole_state(generator):
    def draw():
        name = "gauss" if isinstance(generator, random.Random) else "normal"
        return [getattr(generator, name)(0.0, 1.0) for _ in range(5)]
    draw()
    before = quick_state(generator)
    first, later = draw(), [draw() for _ in range(300)]
    set_quick_state(generator, before)
    assert draw() == first
    assert [draw() for _ in range(300)] == later


def test_a_step_reads_no_state_of_a_generator_through_numpy(monkeypatch):
    monkeypatch.setattr("minigrad.train.undo.state_of", lambda generator: pytest.fail("a slow copy"))
    model = nn.Sequential(nn.Linear(4, 4), nn.Dropout(0.5))
    Trainer(model, F.cross_entropy, optim.SGD(model.parameters(), lr=0.1)).fit(data_of("loader", 0))


def test_early_stopping_lends_the_best_weights_until_the_training_goes_on(tmp_path):
    def build(seed):
        manual_seed(seed)
        model = nn.Linear(4, 4)
        stop = EarlyStopping("score", mode="max", patience=5)
        score = Callback()
        score.on_epoch_end = lambda trainer, row: row.update(score=-abs(row["epoch"] - 1))
        return Trainer(model, F.cross_entropy, optim.Adam(model.parameters()), callbacks=[score, stop])
    data = list(Stream())
    whole, parts = build(0), build(0)
    whole.fit(data, epochs=4)
    parts.fit(data, epochs=3)
    best = state(parts.model)
    parts.save(tmp_path / "run.ckpt")
    parts.fit(data)
    assert state(parts.model) == state(whole.model) == best, "the best is epoch 1"
    assert parts.optimizer.state[parts.model.weight]["m"].tobytes() == (
        whole.optimizer.state[whole.model.weight]["m"].tobytes())
    resumed = build(7)
    resumed.resume(tmp_path / "run.ckpt")
    assert state(resumed.model) == best
    assert resumed.fit(data).epochs == whole.history.epochs


# Damage


def damaged(content, path, value):
    """A copy of nested dicts and lists in which the part at `path` is `value`; None deletes it."""
    content = json.loads(json.dumps(content))
    part = content
    for step in path[:-1]:
        part = part[step]
    if value is None:
        del part[path[-1]]
    else:
        part[path[-1]] = value
    return content


@pytest.mark.parametrize("path, value", [
    (("extra", "callbacks"), None), (("extra", "generators"), None), (("extra", "epoch"), None),
    (("extra", "history"), "x"), (("extra", "history", 0), 3), (("extra", "history", 0, "loss"), "low"),
    (("extra", "callbacks"), {"a": 1}), (("extra", "callbacks", 1), ["Schedule"]),
    (("extra", "callbacks", 1, 1), 3), (("extra", "callbacks", 1, 1, "last_epoch"), None),
    (("extra", "callbacks", 1, 1, "last_epoch"), "x"),
    (("extra", "callbacks", 2, 1, "base_lrs"), [1, 2, 3]),
    (("extra", "callbacks", 3, 1, "best"), "x"), (("extra", "callbacks", 3, 1, "best_weights"), 3),
    (("extra", "callbacks", 3, 1, "best_weights", "1.weight"), 3),
    (("extra", "callbacks", 4, 1, "drawn"), None),
    (("extra", "epoch"), {}), (("extra", "epoch", "start"), {}), (("extra", "epoch", "now", "minigrad"), 3),
    (("extra", "epoch", "finished"), "x"), (("extra", "epoch", "tally", "meters", "loss"), None),
    (("extra", "epoch", "tally", "meters", "accuracy", "batches"), "x"), (("random",), None),
    (("random", "host"), 3),
    (("model", "1.weight"), None), (("model", "5.bias"), {"__tensor__": "model.1.weight"}),
    (("optimizer", "param_groups"), []), (("optimizer", "state", "0", "exp_avg"), 3), (("optimizer",), None),
])
def test_a_damaged_checkpoint_changes_nothing(path, value, tmp_path):
    file = tmp_path / "run.ckpt"
    run = Run(1)
    run.first.on_step_end = interrupting(lambda trainer: None, STEPS + 2)
    run.fit()
    run.trainer.save(file)
    tensors, metadata = safetensors.read(file)
    content = damaged(json.loads(metadata["minigrad.checkpoint"]), path, value)
    io.save_safetensors(file, tensors, {"minigrad.checkpoint": json.dumps(content)})
    other = Run(2).fit(1)

    def everything():
        return (other.result(), repr([each.state_dict() for each in other.trainer.callbacks]),
                repr(other.trainer.optimizer.state_dict()), random_state(), random.getstate(),
                other.trainer.step, other.trainer.position.start)
    before = everything()
    with pytest.raises(ValueError, match=re.escape(str(file))):
        other.trainer.resume(file)
    assert everything() == before
    assert other.fit().result() == Run(2).fit().result()


def test_a_checkpoint_of_other_metrics_or_callbacks_is_refused_where_they_matter(tmp_path):
    run = Run(1)
    run.first.on_step_end = interrupting(lambda trainer: None, 2)
    run.fit()
    run.trainer.save(tmp_path / "run.ckpt")
    model = Run(3).model
    other = Trainer(model, F.cross_entropy, optim.Adam(model.parameters()))
    with pytest.raises(ValueError, match="run.ckpt: epoch: it was saved in the middle of an epoch with loss, "
                                         "accuracy; this trainer computes loss; nothing was loaded"):
        other.resume(tmp_path / "run.ckpt")


def test_the_extra_state_of_a_model_is_loaded_whole_or_not_at_all():
    class Counter(nn.Linear):
        count = 0

        def get_extra_state(self):
            return {"count": self.count}

        def set_extra_state(self, state):
            self.count = state["count"]

    model, other = (nn.Sequential(Counter(2, 2), Counter(2, 2)) for _ in range(2))
    other[0].count, other[1].count = 3, 4
    before, saved = state_of_all(model), other.state_dict()
    saved["1._extra_state"] = {}
    with pytest.raises(KeyError, match="count"):
        model.load_state_dict(saved)
    assert state_of_all(model) == before


def state_of_all(model):
    return {name: x.numpy().tobytes() if isinstance(x, Tensor) else dict(x)
            for name, x in model.state_dict().items()}


@pytest.mark.parametrize("extra", [{"seen": [1, {"a": None}]}, None, "text", 3, [1.5]])
def test_extra_state_that_is_no_tensor_is_restored_by_early_stopping_and_checkpoints(extra, tmp_path):
    class Tagged(nn.Linear):
        def get_extra_state(self):
            return self.tag

        def set_extra_state(self, state):
            self.tag = state

    def build(tag):
        model = nn.Sequential(Tagged(4, 4), nn.BatchNorm1d(4))
        model[0].tag = tag
        model.register_buffer("mask", Tensor(np.array([True, False])))
        model.register_buffer("nothing", None)
        model.register_buffer("passing", minigrad.zeros(2), persistent=False)
        return Trainer(model, F.cross_entropy, optim.SGD(model.parameters(), lr=0.1), callbacks=[
            EarlyStopping(), Checkpoint(tmp_path / "run.ckpt"),
            Checkpoint(tmp_path / "best.ckpt", best="val_loss")])
    trainer = build(extra)
    trainer.fit(Stream(), Stream(), epochs=2)
    other = build("another")
    other.resume(tmp_path / "run.ckpt")
    assert other.model[0].tag == extra
    other.fit(Stream(), Stream())
    assert other.model[0].tag == extra and other.model.mask.tolist() == [True, False]
