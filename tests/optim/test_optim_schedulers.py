"""Every scheduler follows its formula, equals PyTorch, and resumes exactly from its state."""

import copy
import functools
import inspect
import json
import math

import numpy as np
import pytest

import minigrad
from minigrad import optim
from minigrad.optim import lr_scheduler, swa_utils

STEPS = 50


def two():
    return minigrad.ones(2, requires_grad=True), minigrad.ones(3, requires_grad=True)


def learning_rates(make, optimizer, steps=STEPS, metric=None):
    """The learning rates of both groups in every step."""
    schedulers = make(optimizer)
    schedulers = schedulers if isinstance(schedulers, list) else [schedulers]
    for i in range(steps):
        yield [group["lr"] for group in optimizer.param_groups]
        optimizer.step()
        for scheduler in schedulers:
            scheduler.step(*([metric(i)] if metric else []))


def groups(library):
    tensors = [library.ones(1, requires_grad=True) for _ in range(2)]
    return [{"params": tensors[:1]}, {"params": tensors[1:], "lr": 0.03}]


def noisy(i):
    """A metric that improves, now and then."""
    return math.sin(i * i) / (1 + i / 9)


# make(lr_scheduler, optimizer), and the formula of the lr at step t (None: compared with PyTorch only)
SCHEDULES = [
    ("StepLR", lambda lib, o: lib.StepLR(o, 7, 0.5), lambda lr, t: lr * 0.5 ** (t // 7)),
    ("MultiStepLR", lambda lib, o: lib.MultiStepLR(o, [20, 3, 9, 9], 0.5),
     lambda lr, t: lr * 0.5 ** ((t >= 3) + 2 * (t >= 9) + (t >= 20))),
    ("ExponentialLR", lambda lib, o: lib.ExponentialLR(o, 0.97), lambda lr, t: lr * 0.97**t),
    ("LinearLR", lambda lib, o: lib.LinearLR(o), lambda lr, t: lr * np.interp(t, [0, 5], [1 / 3, 1])),
    ("LinearLR-down", lambda lib, o: lib.LinearLR(o, 0.9, 0.1, 13),
     lambda lr, t: lr * np.interp(t, [0, 13], [0.9, 0.1])),
    ("CosineAnnealingLR", lambda lib, o: lib.CosineAnnealingLR(o, 17, 0.001),
     lambda lr, t: 0.001 + (lr - 0.001) * (1 + math.cos(math.pi * t / 17)) / 2),
    ("CosineAnnealingLR-2", lambda lib, o: lib.CosineAnnealingLR(o, T_max=2),
     lambda lr, t: lr * (1 + math.cos(math.pi * t / 2)) / 2),
    ("LambdaLR", lambda lib, o: lib.LambdaLR(o, lambda t: t / 10), lambda lr, t: lr * t / 10),
    ("LambdaLR-two", lambda lib, o: lib.LambdaLR(o, [lambda t: t / 10, lambda t: 0.9**t]),
     lambda lr, t: lr * (t / 10 if lr == 0.2 else 0.9**t)),
    ("OneCycleLR-linear", lambda lib, o: lib.OneCycleLR(o, [0.5, 0.1], 50, anneal_strategy="linear"),
     lambda lr, t: {0.2: 0.5, 0.03: 0.1}[lr] * np.interp(t, [0, 14, 49], [1 / 25, 1, 1 / 25e4])),
    ("OneCycleLR", lambda lib, o: lib.OneCycleLR(o, [0.5, 0.1], 50), None),
    ("OneCycleLR-three", lambda lib, o: lib.OneCycleLR(o, 0.5, epochs=5, steps_per_epoch=10, three_phase=True,
                                                       pct_start=0.2, anneal_strategy="linear",
                                                       div_factor=10),
     lambda lr, t: 0.5 * np.interp(t, [0, 9, 18, 49], [0.1, 1, 0.1, 1e-5])),
    ("OneCycleLR-down", lambda lib, o: lib.OneCycleLR(o, 0.5, 51, pct_start=0.0), None),
    ("warm-up", lambda lib, o: lib.SequentialLR(o, milestones=[5, 25], schedulers=[
        lib.LinearLR(o, 0.1, total_iters=5), lib.CosineAnnealingLR(o, 20), lib.StepLR(o, 3)]),
     lambda lr, t: lr * (np.interp(t, [0, 5], [0.1, 1]) if t < 5 else
                         (1 + math.cos(math.pi * (t - 5) / 20)) / 2 if t < 25 else 0.1 ** ((t - 25) // 3))),
    ("ConstantLR", lambda lib, o: lib.ConstantLR(o), lambda lr, t: lr * (1 / 3 if t < 5 else 1)),
    ("ConstantLR-9", lambda lib, o: lib.ConstantLR(o, 0.7, 9), lambda lr, t: lr * (0.7 if t < 9 else 1)),
    ("PolynomialLR", lambda lib, o: lib.PolynomialLR(o), lambda lr, t: lr * max(0, 1 - t / 5)),
    ("PolynomialLR-power", lambda lib, o: lib.PolynomialLR(o, 60, 2.5),
     lambda lr, t: lr * (1 - t / 60) ** 2.5),
    ("MultiplicativeLR", lambda lib, o: lib.MultiplicativeLR(o, lambda t: t / (t + 1)),
     lambda lr, t: lr / (t + 1)),
    ("MultiplicativeLR-two", lambda lib, o: lib.MultiplicativeLR(o, [lambda t: 0.9, lambda t: 1 + 1 / t]),
     lambda lr, t: lr * 0.9**t if lr == 0.2 else lr * (t + 1)),
    ("WarmRestarts", lambda lib, o: lib.CosineAnnealingWarmRestarts(o, 10),
     lambda lr, t: lr * (1 + math.cos(math.pi * (t % 10) / 10)) / 2),
    ("WarmRestarts-longer", lambda lib, o: lib.CosineAnnealingWarmRestarts(o, 3, 2, 0.001),
     lambda lr, t: 0.001 + (lr - 0.001) * (1 + math.cos(math.pi * (
         t / 3 if t < 3 else (t - 3) / 6 if t < 9 else (t - 9) / 12 if t < 21 else
         (t - 21) / 24 if t < 45 else (t - 45) / 48))) / 2),
    ("CyclicLR", lambda lib, o: lib.CyclicLR(o, 0.01, 0.5, 4),
     lambda lr, t: 0.01 + 0.49 * (1 - abs(t % 8 - 4) / 4)),
    ("CyclicLR-halving", lambda lib, o: lib.CyclicLR(o, [0.01, 0.0], [0.5, 0.1], 4, 11, "triangular2"),
     lambda lr, t: {0.2: 0.01, 0.03: 0}[lr] + {0.2: 0.49, 0.03: 0.1}[lr] *
     np.interp(t % 15, [0, 4, 15], [0, 1, 0]) / 2 ** (t // 15)),
    ("CyclicLR-range", lambda lib, o: lib.CyclicLR(o, 0.01, 0.5, 5, mode="exp_range", gamma=0.97,
                                                   base_momentum=0.5, max_momentum=[0.7, 0.99]),
     lambda lr, t: 0.01 + 0.49 * (1 - abs(t % 10 - 5) / 5) * 0.97**t),
    ("CyclicLR-own", lambda lib, o: lib.CyclicLR(o, 0.01, 0.5, 5, 5.5, scale_fn=lambda cycle: 1 / cycle,
                                                 cycle_momentum=False),
     lambda lr, t: 0.01 + 0.49 * np.interp(t % 10.5, [0, 5, 10.5], [0, 1, 0]) / (1 + t // 10.5)),
    ("CyclicLR-own-t", lambda lib, o: lib.CyclicLR(o, 0.01, 0.5, 5, scale_fn=lambda t: 1 / (1 + t),
                                                   scale_mode="iterations"),
     lambda lr, t: 0.01 + 0.49 * (1 - abs(t % 10 - 5) / 5) / (1 + t)),
    ("chained", lambda lib, o: lib.ChainedScheduler([lib.ConstantLR(o, 0.1, 4), lib.ExponentialLR(o, 0.9)]),
     lambda lr, t: lr * (0.1 if t < 4 else 1) * 0.9**t),
    ("in-turn", lambda lib, o: lib.SequentialLR(o, milestones=[6, 30], schedulers=[
        lib.ConstantLR(o, 0.1, 4), lib.CosineAnnealingWarmRestarts(o, 4, 2), lib.PolynomialLR(o, 30)]),
     lambda lr, t: lr * ((0.1 if t < 4 else 1) if t < 6 else
                         (1 + math.cos(math.pi * ((t - 6) / 4 if t < 10 else (t - 10) / 8 if t < 18 else
                                                  (t - 18) / 16))) / 2 if t < 30 else 1 - (t - 30) / 30)),
    ("two-at-once", lambda lib, o: [lib.ExponentialLR(o, 0.9), lib.StepLR(o, 10)],
     lambda lr, t: lr * 0.9**t * 0.1 ** (t // 10)),
    ("two-lines", lambda lib, o: [lib.LinearLR(o), lib.LinearLR(o, 0.5)],
     lambda lr, t: lr * np.interp(t, [0, 5], [1 / 3, 1]) * np.interp(t, [0, 5], [0.5, 1])),
]


def test_schedulers_take_the_arguments_of_pytorch_in_its_order(torch):
    for name in ("StepLR", "MultiStepLR", "ExponentialLR", "LinearLR", "CosineAnnealingLR", "LambdaLR",
                 "OneCycleLR", "ReduceLROnPlateau", "ConstantLR", "PolynomialLR", "MultiplicativeLR",
                 "CosineAnnealingWarmRestarts", "CyclicLR", "ChainedScheduler", "SequentialLR"):
        ours, theirs = (inspect.signature(getattr(library.lr_scheduler, name)).parameters
                        for library in (optim, torch.optim))
        assert {key: ours[key].default for key in ours} == {key: theirs[key].default for key in theirs}
        assert list(ours) == list(theirs), name


@pytest.mark.parametrize("make, formula", [
    pytest.param(make, formula, id=name) for name, make, formula in SCHEDULES if formula])
def test_a_scheduler_follows_its_formula(make, formula):
    optimizer = optim.SGD(groups(minigrad), lr=0.2)
    for t, lrs in enumerate(learning_rates(lambda o: make(lr_scheduler, o), optimizer)):
        # A step rounds a few times, relative to the largest lr; near 0 nothing is left to be relative to.
        assert lrs == pytest.approx([formula(0.2, t), formula(0.03, t)], rel=STEPS * 1e-15, abs=STEPS * 1e-16)


@pytest.mark.parametrize("kind", ["SGD", "Adam"])
@pytest.mark.parametrize("make", [pytest.param(make, id=name) for name, make, _ in SCHEDULES])
def test_a_scheduler_equals_pytorch(make, kind, torch):
    ours = getattr(optim, kind)(groups(minigrad), lr=0.2)
    theirs = getattr(torch.optim, kind)(groups(torch), lr=0.2)
    for a, b in zip(learning_rates(lambda o: make(lr_scheduler, o), ours),
                    learning_rates(lambda o: make(torch.optim.lr_scheduler, o), theirs), strict=True):
        assert a == pytest.approx(b, rel=STEPS * 1e-15, abs=STEPS * 1e-16)
        for key in ("momentum", "betas"):
            assert [group.get(key) for group in ours.param_groups] == \
                   [pytest.approx(group[key]) if key in group else None for group in theirs.param_groups]


@pytest.mark.parametrize("T_mult", [1, 2, 3])
def test_warm_restarts_take_parts_of_epochs_as_pytorch_does(T_mult, torch):
    lrs = []
    for lib in (optim, torch.optim):
        optimizer = lib.SGD(groups(torch if lib is torch.optim else minigrad), lr=0.2)
        scheduler = lib.lr_scheduler.CosineAnnealingWarmRestarts(optimizer, 4, T_mult)
        lrs.append([])
        for i in range(130):
            optimizer.step()
            scheduler.step(i // 5 + i % 5 / 5)
            lrs[-1] += scheduler.get_last_lr()
        optimizer.step()
        scheduler.step()        # from 25.8 on to 26
        assert scheduler.last_epoch == 26
    assert lrs[0] == pytest.approx(lrs[1], rel=STEPS * 1e-15, abs=STEPS * 1e-16)


def test_a_scheduler_written_for_pytorch_works_unchanged(torch):
    def make(lib, optimizer):
        class WarmUp(lib._LRScheduler):
            def __init__(self, optimizer, steps, last_epoch=-1):
                self.steps = steps
                super().__init__(optimizer, last_epoch)

            def get_lr(self):
                return [lr * min(1, (self.last_epoch + 1) / self.steps) for lr in self.base_lrs]

        return WarmUp(optimizer, 10)

    ours, theirs = optim.SGD(groups(minigrad), lr=0.2), torch.optim.SGD(groups(torch), lr=0.2)
    assert list(learning_rates(lambda o: make(lr_scheduler, o), ours)) == \
           list(learning_rates(lambda o: make(torch.optim.lr_scheduler, o), theirs))


PLATEAUS = [{}, dict(mode="max", threshold_mode="abs", threshold=0.1),
            dict(mode="max", cooldown=2, patience=1),
            dict(threshold_mode="abs", threshold=0.05, min_lr=[0.01, 0.002])]


@pytest.mark.parametrize("settings", PLATEAUS, ids=lambda settings: "-".join(settings))
def test_reduce_on_plateau_equals_pytorch(settings, torch):
    settings = {"patience": 2, "factor": 0.5, **settings}
    ours, theirs = (
        list(learning_rates(lambda o: library.ReduceLROnPlateau(o, **settings), optimizer, metric=noisy))
        for library, optimizer in [(lr_scheduler, optim.SGD(groups(minigrad), lr=0.2)),
                                   (torch.optim.lr_scheduler, torch.optim.SGD(groups(torch), lr=0.2))])
    assert ours == theirs


def test_reduce_on_plateau_waits_for_patience_steps_without_improvement():
    optimizer = optim.SGD(two(), lr=1.0)
    scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=1, cooldown=1, min_lr=0.3)
    lrs = []
    for loss in (5.0, 4.0, 4.0, minigrad.tensor(4.0), 4.0, 4.0, 4.0, 3.0, 3.0, math.nan):
        scheduler.step(loss)
        lrs += scheduler.get_last_lr()
    #               best best  bad  half cool   bad  0.3 best  bad  0.3
    assert lrs == [1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.3, 0.3, 0.3, 0.3]


def test_reduce_on_plateau_leaves_out_changes_up_to_eps():
    optimizer = optim.SGD(two(), lr=0.1)
    scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=0, eps=0.04)
    for _ in range(4):
        scheduler.step(1.0)
    assert scheduler.get_last_lr() == [0.05]


def test_learning_rates_stay_python_numbers():
    optimizer = optim.SGD(two())
    lr_scheduler.LambdaLR(optimizer, lambda t: np.float32(0.5))
    assert type(optimizer.param_groups[0]["lr"]) is float


@pytest.mark.parametrize("kind, read", [("SGD", lambda group: group["momentum"]),
                                        ("Adam", lambda group: group["betas"][0])])
def test_one_cycle_moves_momentum_against_the_lr(kind, read):
    optimizer = getattr(optim, kind)(groups(minigrad))
    scheduler = lr_scheduler.OneCycleLR(optimizer, 0.1, 21, pct_start=11 / 21, anneal_strategy="linear")
    seen = []
    for _ in range(20):
        seen.append(read(optimizer.param_groups[1]))
        scheduler.step()
    assert seen == pytest.approx(list(np.interp(range(20), [0, 10, 20], [0.95, 0.85, 0.95])))


@pytest.mark.parametrize("make", [pytest.param(make, id=name) for name, make, _ in SCHEDULES] + [
    pytest.param(lambda lib, o: lib.ReduceLROnPlateau(o, patience=1), id="ReduceLROnPlateau")])
def test_a_schedule_goes_on_exactly_from_its_state_dict(make):
    def run(optimizer, schedulers, steps):
        for i in steps:
            for scheduler in schedulers:
                scheduler.step(*([noisy(i)] if isinstance(scheduler, lr_scheduler.ReduceLROnPlateau) else []))
            yield copy.deepcopy([(group["lr"], group["momentum"]) for group in optimizer.param_groups])

    def build():
        optimizer = optim.SGD(groups(minigrad), lr=0.2, momentum=0.5)
        schedulers = make(lr_scheduler, optimizer)
        return optimizer, schedulers if isinstance(schedulers, list) else [schedulers]

    optimizer, schedulers = build()
    list(run(optimizer, schedulers, range(23)))
    resumed, copies_of = build()
    resumed.load_state_dict(optimizer.state_dict())
    for scheduler, saved in zip(copies_of, schedulers):
        scheduler.load_state_dict(saved.state_dict())
    assert list(run(resumed, copies_of, range(23, 45))) == list(run(optimizer, schedulers, range(23, 45)))


class Library:
    """minigrad's schedulers, SWALR among them, each created with this last_epoch."""

    def __init__(self, last_epoch=-1):
        self.last_epoch = last_epoch

    def __getattr__(self, name):
        make = getattr(swa_utils if name == "SWALR" else lr_scheduler, name)
        return make if name == "ChainedScheduler" else functools.partial(make, last_epoch=self.last_epoch)


COMBINED = [
    ("SWALR", lambda lib, o: lib.SWALR(o, 0.05, 7)),
    ("SWALR-in-chain", lambda lib, o: lib.ChainedScheduler([lib.LinearLR(o), lib.SWALR(o, 0.05, 7)])),
    ("sequence-with-a-cycle", lambda lib, o: lib.SequentialLR(
        o, [lib.PolynomialLR(o, 9), lib.OneCycleLR(o, 0.5, 60), lib.StepLR(o, 3)], [5, 20])),
    ("SWALR-beside", lambda lib, o: [lib.ExponentialLR(o, 0.9), lib.SWALR(o, [0.05, 0.01], 7, "linear")]),
    ("cosine-and-line", lambda lib, o: [lib.CosineAnnealingLR(o, 9, 0.01), lib.LinearLR(o)]),
    ("lambda-and-line", lambda lib, o: [lib.LambdaLR(o, lambda t: 1 / (1 + t)), lib.LinearLR(o)]),
    ("three", lambda lib, o: [lib.PolynomialLR(o, 60), lib.ConstantLR(o), lib.CyclicLR(o, 0.01, 0.1, 5)]),
    ("sequence-first", lambda lib, o: [
        lib.SequentialLR(o, [lib.LinearLR(o, 0.1), lib.CosineAnnealingLR(o, 20)], [5]),
        lib.StepLR(o, 3, 0.7)]),
    ("sequence-last", lambda lib, o: [
        lib.StepLR(o, 3, 0.7), lib.SequentialLR(o, [lib.LinearLR(o, 0.1), lib.SWALR(o, 0.01)], [5])]),
    ("chain-in-sequence", lambda lib, o: lib.SequentialLR(
        o, [lib.ChainedScheduler([lib.ConstantLR(o, 0.5, 2), lib.ExponentialLR(o, 0.9)]),
            lib.CyclicLR(o, 0.02, 0.5, 4), lib.ExponentialLR(o, 0.8)], [4, 20])),
    ("sequence-in-chain", lambda lib, o: lib.ChainedScheduler([
        lib.SequentialLR(o, [lib.ExponentialLR(o, 0.9), lib.MultiplicativeLR(o, lambda t: 0.7)], [9]),
        lib.LinearLR(o)])),
]
ALL = [pytest.param(make, id=name) for name, make, *_ in SCHEDULES + COMBINED]


def rates_of(optimizer, schedulers, steps):
    """Learning rates and momentums of all groups in every step."""
    for i in range(steps):
        yield copy.deepcopy([(group["lr"], group["momentum"]) for group in optimizer.param_groups])
        for scheduler in schedulers if isinstance(schedulers, list) else [schedulers]:
            scheduler.step(*([noisy(i)] if isinstance(scheduler, lr_scheduler.ReduceLROnPlateau) else []))


@pytest.mark.parametrize("lr", ["initial", "last", "any"])
@pytest.mark.parametrize("make", ALL)
def test_last_epoch_continues_every_schedule_as_if_it_had_not_stopped(make, lr):
    optimizer = optim.SGD(groups(minigrad), lr=0.2, momentum=0.5)
    schedulers = make(Library(), optimizer)
    whole = list(rates_of(optimizer, schedulers, STEPS))
    for last_epoch in (0, 1, 2, 3, 4, 5, 8, 13, 16, 17, 20, 33, 48):
        continued = optim.SGD(groups(minigrad), lr=0.2, momentum=0.5)
        for group, saved, (rate, _) in zip(continued.param_groups, optimizer.param_groups, whole[last_epoch]):
            group.update({key: saved[key] for key in ("initial_lr", "swa_start_lr") if key in saved})
            group["lr"] = {"initial": group["initial_lr"], "last": rate, "any": 7.0}[lr]
        schedulers = make(Library(last_epoch), continued)
        assert list(rates_of(continued, schedulers, STEPS - last_epoch - 1)) == whole[last_epoch + 1:]


@pytest.mark.parametrize("make", [pytest.param(make, id=name) for name, make, _ in SCHEDULES])
def test_a_schedule_continued_by_last_epoch_equals_pytorchs_from_the_start(make, torch):
    theirs = torch.optim.SGD(groups(torch), lr=0.2)
    whole = list(learning_rates(lambda o: make(torch.optim.lr_scheduler, o), theirs))
    for last_epoch in (0, 4, 7, 23):
        ours = optim.SGD(groups(minigrad), lr=0.2)
        for group in ours.param_groups:
            group["initial_lr"] = group["lr"]
        continued = list(learning_rates(lambda o: make(Library(last_epoch), o), ours, STEPS - last_epoch - 1))
        for a, b in zip(continued, whole[last_epoch + 1:], strict=True):
            assert a == pytest.approx(b, rel=STEPS * 1e-15, abs=STEPS * 1e-16)


def test_a_schedule_after_another_one_continues_from_where_it_began():
    def average(last_epoch=-1):
        return swa_utils.SWALR(optimizer, 0.05, 6, last_epoch=last_epoch)

    optimizer = optim.SGD(two(), lr=1.0)
    for make in (lambda: lr_scheduler.ExponentialLR(optimizer, 0.8), average):
        scheduler = make()
        for _ in range(4):
            scheduler.step()
    saved = optimizer.state_dict()
    scheduler.step()
    expected = scheduler.get_last_lr()
    optimizer = optim.SGD(two(), lr=1.0)
    optimizer.load_state_dict(saved)
    assert average(4).get_last_lr() == expected


LOADS = ["optimizer scheduler", "scheduler optimizer", "scheduler", "optimizer make scheduler",
         "optimizer make scheduler optimizer"]


@pytest.mark.parametrize("order", LOADS)
@pytest.mark.parametrize("make", ALL + [
    pytest.param(lambda lib, o: lr_scheduler.ReduceLROnPlateau(o, patience=1), id="ReduceLROnPlateau")])
def test_a_schedule_goes_on_whatever_the_order_in_which_its_states_are_loaded(make, order):
    optimizer = optim.SGD(groups(minigrad), lr=0.2, momentum=0.5)
    schedulers = make(Library(), optimizer)
    list(rates_of(optimizer, schedulers, 23))
    listed = schedulers if isinstance(schedulers, list) else [schedulers]
    saved, states = copy.deepcopy((optimizer.state_dict(), [each.state_dict() for each in listed]))

    resumed = optim.SGD(groups(minigrad), lr=0.2, momentum=0.5)
    loads = order.split() if "make" in order else ["make", *order.split()]
    for load in loads:
        if load == "make":
            copies = make(Library(), resumed)
        elif load == "optimizer":
            resumed.load_state_dict(saved)
        else:
            for each, state in zip(copies if isinstance(copies, list) else [copies], states):
                each.load_state_dict(json.loads(json.dumps(state)))
    assert list(rates_of(resumed, copies, 22)) == list(rates_of(optimizer, schedulers, 22))


def test_last_epoch_continues_a_scheduler_written_for_pytorch():
    class InverseRoot(lr_scheduler.LRScheduler):
        def get_lr(self):
            return [lr / (1 + self.last_epoch) ** 0.5 for lr in self.base_lrs]

    class Own(lr_scheduler.LRScheduler):
        def step(self):
            self.last_epoch += 1
            for group in self.optimizer.param_groups:
                group["lr"] = group["lr"] * 0.9 if self.last_epoch else group["lr"]

    for kind in (InverseRoot, Own):
        optimizer = optim.SGD(groups(minigrad), lr=0.2, momentum=0.5)
        whole = list(rates_of(optimizer, kind(optimizer), 20))
        continued = optim.SGD(groups(minigrad), lr=0.2, momentum=0.5)
        for group in continued.param_groups:
            group.update(initial_lr=group["lr"], lr=7.0)
        assert list(rates_of(continued, kind(continued, last_epoch=6), 13)) == whole[7:]


def test_a_scheduler_may_save_less_than_its_class_does():
    class Own(lr_scheduler.ExponentialLR):
        def state_dict(self):
            return {"last_epoch": self.last_epoch}

    def new():
        optimizer = optim.SGD(two(), lr=1.0)
        schedulers = [Own(optimizer, 0.5), Own(optimizer, 0.1)]
        return optimizer, lr_scheduler.SequentialLR(optimizer, schedulers, [3])

    (optimizer, scheduler), (other, copy_of) = new(), new()
    for _ in range(2):
        scheduler.step()
    other.load_state_dict(optimizer.state_dict())
    copy_of.load_state_dict(scheduler.state_dict())
    for _ in range(3):
        scheduler.step()
        copy_of.step()
        assert copy_of.get_last_lr() == scheduler.get_last_lr()


def test_schedulers_continued_one_after_another_replace_each_other():
    optimizer = optim.SGD(two(), lr=1.0)
    schedulers = [lr_scheduler.ExponentialLR(optimizer, 0.5)]       # all stay alive
    for _ in range(3):
        schedulers[-1].step()
        schedulers.append(lr_scheduler.ExponentialLR(optimizer, 0.5, last_epoch=schedulers[-1].last_epoch))
    assert schedulers[-1].last_epoch == 6 and schedulers[-1].get_last_lr() == [0.5**6]


def test_a_state_that_does_not_fit_changes_nothing():
    optimizer = optim.SGD(groups(minigrad), lr=0.2)
    scheduler = lr_scheduler.ChainedScheduler([
        lr_scheduler.StepLR(optimizer, 1), lr_scheduler.ExponentialLR(optimizer, 0.9)])
    before, lrs = copy.deepcopy(scheduler.state_dict()), scheduler.get_last_lr()
    one = optim.SGD(two(), lr=0.2)
    swapped = lr_scheduler.ChainedScheduler([
        lr_scheduler.ExponentialLR(optimizer, 0.9), lr_scheduler.StepLR(optimizer, 1)])
    short = lr_scheduler.ChainedScheduler([lr_scheduler.StepLR(optimizer, 1)])
    for other, text in [
            (lr_scheduler.ChainedScheduler([
                lr_scheduler.StepLR(one, 1), lr_scheduler.ExponentialLR(one, 0.9)]),
             "ChainedScheduler: the saved state is for 1 parameter groups, the optimizer has 2"),
            (swapped, "StepLR: expected a state with .*'step_size'"),
            (short, "ChainedScheduler: the saved state is for 1 schedulers, here are 2")]:
        state = {**other.state_dict(), "last_epoch": 7}
        for group, lr in zip(optimizer.param_groups, lrs):
            group["lr"] = lr
        with pytest.raises(ValueError, match=text):
            scheduler.load_state_dict(state)
        assert scheduler.state_dict() == before


def test_a_sequence_averages_from_the_learning_rate_that_it_has_reached(torch):
    lrs = []
    for library in (minigrad, torch):
        optimizer = library.optim.SGD(groups(library), lr=0.2)
        lrs.append(list(learning_rates(lambda o: library.optim.lr_scheduler.SequentialLR(  # noqa: B023
            o, [library.optim.lr_scheduler.ExponentialLR(o, 0.5),                           # noqa: B023
                library.optim.swa_utils.SWALR(o, 0.05, 4, "linear")], [3]), optimizer, 10)))   # noqa: B023
    assert lrs[0] == [pytest.approx(each) for each in lrs[1]]


def test_reduce_on_plateau_also_reduces_a_group_that_joined_later(torch):
    lrs = []
    for library in (minigrad, torch):
        optimizer = library.optim.SGD(groups(library), lr=0.2)
        scheduler = library.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=0, min_lr=0.001)
        optimizer.add_param_group({"params": [library.ones(1, requires_grad=True)], "lr": 0.7})
        for _ in range(4):
            scheduler.step(1.0)
        lrs.append([group["lr"] for group in optimizer.param_groups])
    assert lrs[0] == lrs[1] and lrs[0][2] == 0.001


def test_last_epoch_continues_a_schedule_without_a_state_dict():
    optimizer = optim.SGD(two(), lr=0.8)
    first = lr_scheduler.StepLR(optimizer, 2, 0.5)
    for _ in range(3):
        first.step()
    second = lr_scheduler.StepLR(optimizer, 2, 0.5, last_epoch=first.last_epoch)
    assert second.last_epoch == 4 and second.get_last_lr() == [0.2]
    with pytest.raises(ValueError, match="last_epoch=3 .*, but parameter group 0 has no 'initial_lr'"):
        lr_scheduler.StepLR(optim.SGD(two()), 2, last_epoch=3)


def test_last_epoch_continues_a_sequence_with_the_scheduler_whose_turn_it_is():
    def make(last_epoch):
        return lr_scheduler.SequentialLR(
            optimizer, [lr_scheduler.LinearLR(optimizer, 0.5), lr_scheduler.ExponentialLR(optimizer, 0.9)],
            [5], last_epoch=last_epoch)

    optimizer = optim.SGD(two(), lr=0.8)
    first = make(-1)
    for _ in range(7):
        first.step()
    second = make(first.last_epoch)
    assert second.last_epoch == 8
    assert second.get_last_lr() == [pytest.approx(0.8 * 0.9**3)]


def test_a_chain_takes_the_learning_rates_as_its_schedulers_have_left_them():
    optimizer = optim.SGD(two(), lr=1.0)
    halve = lr_scheduler.ExponentialLR(optimizer, 0.5)
    halve.step()
    chain = lr_scheduler.ChainedScheduler([halve, lr_scheduler.StepLR(optimizer, 1, 0.1)])
    assert chain.get_last_lr() == [0.5]
    chain.step()
    assert chain.get_last_lr() == [pytest.approx(0.025)]


def test_a_chain_in_a_sequence_starts_anew_when_its_turn_comes():
    optimizer = optim.SGD(two(), lr=1.0)
    chain = lr_scheduler.ChainedScheduler([
        lr_scheduler.ConstantLR(optimizer, 0.5, 2), lr_scheduler.ConstantLR(optimizer, 0.1, 3)])
    scheduler = lr_scheduler.SequentialLR(optimizer, [lr_scheduler.ExponentialLR(optimizer, 0.9), chain], [2])
    lrs = []
    for _ in range(6):
        lrs += scheduler.get_last_lr()
        scheduler.step()
    assert lrs == pytest.approx([1.0, 0.9, 0.05, 0.05, 0.1, 1.0])


def test_an_unknown_scheduler_is_answered_with_the_nearest_one():
    with pytest.raises(AttributeError, match="has no 'CosineLR'; did you mean lr_scheduler.Cosine.*LR?"):
        lr_scheduler.CosineLR
    with pytest.raises(AttributeError, match="minigrad.optim.lr_scheduler has no 'warm'$"):
        lr_scheduler.warm


@pytest.mark.parametrize("make, error, text", [
    (lambda o: lr_scheduler.StepLR(two(), 1), TypeError,
     "StepLR: expected an optimizer first, got a tuple"),
    (lambda o: lr_scheduler.LambdaLR(3, len), TypeError,
     "LambdaLR: expected an optimizer first, got a int"),
    (lambda o: lr_scheduler.StepLR(o, 0), ValueError,
     "StepLR: step_size must be an integer of at least 1, got 0"),
    (lambda o: lr_scheduler.CosineAnnealingLR(o, 2.5), ValueError,
     "T_max must be an integer of at least 1, got 2.5"),
    (lambda o: lr_scheduler.LinearLR(o, 0), ValueError,
     "LinearLR: start_factor must be above 0 .* got 0 and 1.0"),
    (lambda o: lr_scheduler.LambdaLR(o, [len]), ValueError,
     "lr_lambda has 1 entries for 2 parameter groups"),
    (lambda o: lr_scheduler.OneCycleLR(o, 0.1), ValueError,
     "give total_steps, or both epochs and steps_per_epoch"),
    (lambda o: lr_scheduler.OneCycleLR(o, 0.1, 0), ValueError,
     "the number of steps must be .* at least 1, got 0"),
    (lambda o: lr_scheduler.OneCycleLR(o, 0.1, 9, pct_start=3), ValueError,
     "pct_start .* from 0 to 1, got 3"),
    (lambda o: lr_scheduler.OneCycleLR(o, 0.1, 9, anneal_strategy="cosine"), ValueError,
     "'cos' or 'linear', got 'cosine'"),
    (lambda o: lr_scheduler.OneCycleLR(optim.Adagrad(two()), 0.1, 9), ValueError,
     "Adagrad has neither momentum nor betas"),
    (lambda o: lr_scheduler.ConstantLR(o, 0.0), ValueError,
     "ConstantLR: factor must be above 0 and at most 1, got 0.0"),
    (lambda o: lr_scheduler.PolynomialLR(o, 0), ValueError,
     "PolynomialLR: total_iters must be an integer of at least 1, got 0"),
    (lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 5, 1.5), ValueError,
     "CosineAnnealingWarmRestarts: T_mult must be an integer of at least 1, got 1.5"),
    (lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 5).step(-1), ValueError,
     "needs an epoch of at least 0, got -1"),
    (lambda o: lr_scheduler.CyclicLR(o, 0.1, 0.2, mode="sine"), ValueError,
     "CyclicLR: mode must be 'triangular', 'triangular2' or 'exp_range', or scale_fn given, got 'sine'"),
    (lambda o: lr_scheduler.CyclicLR(o, 0.1, 0.2, scale_mode="t"), ValueError,
     "CyclicLR: scale_mode must be 'cycle' or 'iterations', got 't'"),
    (lambda o: lr_scheduler.CyclicLR(o, 0.1, 0.2, 5, 0), ValueError,
     "step_size_up and step_size_down must be above 0, got 0"),
    (lambda o: lr_scheduler.CyclicLR(o, 0.1, [0.2]), ValueError,
     "CyclicLR: max_lr has 1 entries for 2 parameter groups"),
    (lambda o: lr_scheduler.CyclicLR(optim.Rprop(two()), 0.1, 0.2), ValueError,
     "CyclicLR: Rprop has neither momentum nor betas to cycle; pass cycle_momentum=False"),
    (lambda o: lr_scheduler.ChainedScheduler([]), ValueError,
     "ChainedScheduler: needs at least one scheduler"),
    (lambda o: lr_scheduler.ChainedScheduler([o]), TypeError,
     "ChainedScheduler: scheduler 0 should be one whose step.. takes no metric, got a SGD"),
    (lambda o: lr_scheduler.ChainedScheduler([lr_scheduler.StepLR(o, 1)], optim.SGD(two())), ValueError,
     "ChainedScheduler: scheduler 0 belongs to another optimizer"),
    (lambda o: lr_scheduler.ReduceLROnPlateau(o, factor=1.0), ValueError,
     "factor must be between 0 and 1, got 1.0"),
    (lambda o: lr_scheduler.ReduceLROnPlateau(o, mode="low"), ValueError,
     "mode must be 'min' or 'max' .* got 'low'"),
    (lambda o: lr_scheduler.SequentialLR(o, [lr_scheduler.StepLR(o, 1)], [3]), ValueError,
     r"n schedulers need n - 1 ascending milestones, got 1 schedulers and milestones \[3\]"),
    (lambda o: lr_scheduler.SequentialLR(o, [lr_scheduler.ReduceLROnPlateau(o)], []), TypeError,
     "scheduler 0 should be one whose step.. takes no metric, got a ReduceLROnPlateau"),
    (lambda o: lr_scheduler.SequentialLR(optim.SGD(two()), [lr_scheduler.StepLR(o, 1)], []), ValueError,
     "scheduler 0 belongs to another optimizer"),
    (lambda o: lr_scheduler.StepLR(o, 1, last_epoch=-2), ValueError,
     "StepLR: last_epoch must be -1 for a new schedule, or the number .*, got -2"),
    (lambda o: lr_scheduler.LambdaLR(o, len, last_epoch=2.5), ValueError, "last_epoch must be .*, got 2.5"),
    (lambda o: lr_scheduler.StepLR(o, 1).load_state_dict({"gamma": 1}), ValueError,
     "StepLR: expected a state with .*'step_size'.*, got .*; it comes from another kind of scheduler"),
])
def test_mistakes_with_schedulers_are_named(make, error, text):
    with pytest.raises(error, match=text):
        make(optim.SGD(groups(minigrad), lr=0.2))


def test_one_cycle_says_when_it_is_over():
    scheduler = lr_scheduler.OneCycleLR(optim.SGD(two()), 0.1, 3)
    for _ in range(3):
        scheduler.step()
    with pytest.raises(ValueError,
                       match=r"step 4, but the cycle has 3 steps; total_steps should be epochs \* len"):
        scheduler.step()


def test_a_group_that_joins_after_the_scheduler_is_named():
    a, b = two()
    optimizer = optim.SGD([a])
    scheduler = lr_scheduler.StepLR(optimizer, 1)
    optimizer.add_param_group({"params": [b]})
    with pytest.raises(ValueError,
                       match="StepLR was created for 1 parameter groups, the optimizer now has 2"):
        scheduler.step()


def test_a_whole_number_of_epochs_can_be_a_float():
    optimizer = optim.SGD([minigrad.ones(1, requires_grad=True)], lr=1.0)
    scheduler = optim.lr_scheduler.StepLR(optimizer, 2.0, gamma=0.5)
    rates = []
    for _ in range(4):
        optimizer.step()
        scheduler.step()
        rates.append(scheduler.get_last_lr()[0])
    assert rates == [1.0, 0.5, 0.5, 0.25]
