"""The benchmarks run, compare equal work, and report it; no time is asserted."""

import gc
import json
import os
import re

import numpy as np
import pytest

from benchmarks import chores, frameworks, kernels, networks, peaks, peers, plan, plots, report, scaling
from benchmarks.__main__ import main, parser
from benchmarks.runner import SETTLE, Length, Progress, Race
from minigrad.autograd import Fused
from minigrad.backend import blas

SHORT = Length(1, 0.001)


@pytest.fixture
def short(monkeypatch):
    """Every block takes three steps, every row one round."""
    for suite in plan.LENGTHS:
        monkeypatch.setitem(plan.LENGTHS, suite, (SHORT, SHORT))


@pytest.fixture
def without_torch(monkeypatch):
    monkeypatch.setattr("benchmarks.__main__.installed",
                        lambda name: name in ("minigrad", "numpy", "definition"))


@pytest.fixture
def results():
    """Made-up results for every suite."""
    def row(who, milliseconds):
        return {each: {"version": "1", "milliseconds": milliseconds * (i + 1), "ratio": (i + 1) / 2,
                       "ratio_low": i + 0.4, "ratio_high": i + 1.5, "megabytes": 3.0, "steps": 9}
                for i, each in enumerate(who)}
    return {"workloads": {name: row(("torch", "minigrad", "minigrad-2-workers"), 1.0)
                          for name in networks.ALL},
            "peaks": {name: row(peaks.CONTENDERS, 1.0) for name in peaks.ROWS},
            "chores": {name: row(chores.CONTENDERS, 5.0) for name in chores.ROWS},
            "kernels": {name: row(kernels.CONTENDERS, 100.0) for name in kernels.ROWS},
            "overhead": {"add ()": row(("torch", "numpy", "minigrad"), 2.0)},
            "scaling": {f"{axis} {n}": row(("torch", "minigrad"), float(n)) for axis in scaling.AXES
                        for n in (1, 2, 4)},
            "peers": {name: row(("torch", "minigrad", *peers.PEERS), 1.0) for name in ("W1", "W2")}}


@pytest.fixture
def about():
    return report.machine(1)


def test_without_torch_a_workload_runs_and_the_table_says_that_ratios_are_missing(short, without_torch,
                                                                                  capsys, tmp_path):
    path = tmp_path / "new" / "results.json"
    assert main(["W1", "--threads", "1", "--json", str(path)]) == 0
    out = capsys.readouterr().out
    assert re.search(r"^W1 +- +[\d.]+ms +-", out, re.M)
    assert "torch is not installed, so there are no ratios to PyTorch" in out
    saved = json.loads(path.read_text())
    assert saved["machine"]["threads"] == 1
    assert saved["machine"].keys() >= {"date", "processor", "cores", "python", "numpy", "blas", "minigrad"}
    figures = saved["results"]["workloads"]["W1"]["minigrad"]
    assert figures.keys() == {"version", "milliseconds", "steps", "megabytes"}
    assert figures["milliseconds"] > 0 and figures["steps"] >= 3


@pytest.mark.torch
def test_a_workload_comes_with_its_ratio_to_torch(short, capsys, tmp_path):
    path = tmp_path / "results.json"
    assert main(["W1", "--rounds", "2", "--threads", "1", "--json", str(path)]) == 0
    assert re.search(r"^W1 .*ms .*ms", capsys.readouterr().out, re.M)
    row = json.loads(path.read_text())["results"]["workloads"]["W1"]
    assert row["torch"]["ratio"] == 1
    assert row["minigrad"]["ratio_low"] <= row["minigrad"]["ratio"] <= row["minigrad"]["ratio_high"]


@pytest.mark.torch
@pytest.mark.slow
@pytest.mark.parametrize("suite, name", [(networks, name) for name in networks.NETWORKS]
                         + [(chores, name) for name in chores.ROWS])
def test_both_frameworks_do_the_same_work(suite, name):
    """Three steps; a benchmark compares as many before it measures."""
    from benchmarks.worker import check
    ours, theirs = (suite.prepare(name, frameworks.load(who, 1)) for who in ("minigrad", "torch"))
    assert [check(ours()) for _ in range(3)] == pytest.approx([check(theirs()) for _ in range(3)], rel=1e-3)


def test_the_kernel_of_openblas_is_named_or_unknown(monkeypatch):
    named = blas.get_blas_kernel()
    assert named is None or re.fullmatch(r"\w+", named)
    monkeypatch.setattr(blas, "openblas", lambda: None)
    assert blas.get_blas_kernel() is None
    assert "for unknown." in report.products({"peaks": {}})


@pytest.mark.skipif(not hasattr(os, "fork"), reason="workers of a benchmark need fork")
def test_a_batch_split_between_two_processes_is_the_same_work():
    with Race(["minigrad", "minigrad-2-workers"], 1, Progress(9)) as race:
        rows = race.run("workloads", ["W2"], SHORT, {"batch": 8, "width": 16})
        assert race.notes == []
    assert rows["W2"].keys() == {"minigrad", "minigrad-2-workers"}


def test_kernels_are_timed_in_numpy_by_definition_and_by_kernel(short, without_torch, monkeypatch, capsys):
    monkeypatch.setattr(plan.peaks, "QUICK", ("gemm 128", "add 16 kB"))
    assert main(["kernels", "cross_entropy", "--quick", "--threads", "1"]) == 0
    assert re.search(r"^cross_entropy 2048x96 backward( +[\d.]+){3} +- +- +[\d.]+ +[\d.]+ GB/s +\d+%",
                     capsys.readouterr().out, re.M)


def test_every_kernel_runs_in_a_row_forward_and_backward(monkeypatch):
    """The row that justifies this kernel."""
    ran = set()

    def noting(name, function):
        return lambda *args, **settings: ran.add(name) or function(*args, **settings)

    registered = {op for op in gc.get_objects() if type(op) is Fused and np.ndarray in op.kernels
                  and op.__wrapped__.__module__.startswith("minigrad.")}
    for op in registered:
        forward, backward = op.kernels[np.ndarray]
        monkeypatch.setitem(op.kernels, np.ndarray,
                            (noting(f"{op.name} forward", forward), noting(f"{op.name} backward", backward)))
    minigrad = frameworks.load("minigrad", 1)
    for name in kernels.ROWS:
        if not name.startswith(("op", "adam", "embedding", "conv W7")):
            kernels.prepare(name, minigrad)()
    assert ran == {f"{op.name} {way}" for op in registered for way in ("forward", "backward")}


def test_plain_numpy_computes_what_minigrad_does():
    from benchmarks.worker import check
    minigrad, bare = frameworks.load("minigrad", 1), frameworks.load("numpy", 1)
    for name in kernels.ROWS:
        if not name.startswith(("adam 10M", "conv W7", "conv W4", "op matmul 1024", "max_pool")):
            plain = kernels.prepare(name, bare)
            if plain is not None:
                expected = check(kernels.prepare(name, minigrad)())
                assert check(plain()) == pytest.approx(expected, rel=1e-3), name


def test_work_that_differs_ends_the_run():
    with Race(["numpy", "minigrad"], 1, Progress(9)) as race:
        answers = [{"checks": {"W1": [1.0]}}, {"checks": {"W1": [1.01]}}]
        with pytest.raises(SystemExit, match=r"W1: minigrad computed \[1.01\], but numpy \[1.0\]: not the "
                                             r"same work"):
            race.compare(dict(zip(race.workers, answers)))


def test_a_contender_that_fails_is_left_out_with_its_reason_and_minigrad_ends_the_run():
    with Race(["minigrad", "numpy"], 1, Progress(9)) as race:
        rows = race.run("workloads", ["W1"], SHORT, {})
        assert rows["W1"].keys() == {"minigrad"}
        assert race.notes[0].startswith("left out: numpy: AttributeError")
    error = pytest.raises(SystemExit, match="benchmarks: minigrad: TypeError")
    with Race(["minigrad"], 1, Progress(9)) as race, error:
        race.run("workloads", ["W1"], SHORT, {"batch": 3})


def test_the_quick_run_of_everything_is_planned_for_two_minutes():
    """A lower bound in seconds: 1.5 for each process to start, the pauses, and the blocks."""
    options = parser().parse_args(["all", "--quick"])
    entries = plan.plan(plan.choose(options.what), options)
    seconds = 0
    for entry in entries:
        length = plan.LENGTHS[entry.suite][1]
        seconds += 1.5 * len(entry.contenders)
        for heat in entry.heats:
            block = SETTLE + length.seconds * len(heat.names)
            seconds += len(entry.contenders) * (SETTLE + (length.warm_up + length.rounds) * block)
    assert {entry.suite for entry in entries} == set(plan.SUITES)
    assert seconds < 90         # the rest is for rows whose three steps take longer than their block


def test_an_unknown_name_is_answered_with_those_that_there_are(capsys):
    with pytest.raises(SystemExit):
        main(["W19"])
    assert "unknown name 'W19'; expected a suite (workloads, peaks" in capsys.readouterr().err


def test_words_choose_suites_and_rows():
    assert list(plan.choose([])) == ["workloads", "peaks"]
    assert plan.choose(["W3", "W15"]) == {"workloads": ["W3", "W15"], "peaks": [peaks.PRODUCT]}
    assert plan.choose(["scaling", "batch"]) == {"scaling": ["W2 batch", "W3 batch"]}
    assert plan.choose(["kernels", "adam"])["kernels"] == ["adam 1M parameters", "adam 10M parameters"]
    assert list(plan.choose(["all"])) == list(plan.SUITES)
    assert plan.choose(["kernels", "gelu"])["peaks"] == list(peaks.ROWS)       # the roof of every kernel


def test_every_suite_has_a_table_and_a_picture(results, about, tmp_path):
    text = report.text(results)
    for rows in results.values():
        assert all(re.search(rf"^{re.escape(name)}\b|^{re.escape(name)} ", text, re.M) for name in rows)
    assert re.search(r"^W3 .* 1\.00 .* 1\.50 ", text, re.M)      # one process, two workers
    pytest.importorskip("matplotlib")
    paths = plots.draw(results, about, tmp_path / "new")
    assert [path.stem for path in paths] == list(plots.PICTURES)
    assert all(path.stat().st_size > 5000 for path in paths)


def test_comparing_two_files_finds_what_grew(results, about, tmp_path, capsys):
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    report.save(old, results, about)
    results["workloads"]["W3"]["minigrad"]["ratio"] *= 1.05      # within the tolerance
    report.save(new, results, about)
    assert main(["--compare", str(old), str(new)]) == 0
    results["workloads"]["W5"]["minigrad"]["ratio"] *= 1.2
    report.save(new, results, about)
    assert main(["--compare", str(old), str(new)]) == 1
    assert [line for line in capsys.readouterr().out.splitlines() if line.endswith("slower")] == [
        "workloads W5  1.00 -> 1.20  slower"]


def test_the_progress_line_shows_where_somebody_looks():
    class Screen:
        encoding, text = "utf-8", ""

        def __init__(self, terminal):
            self.isatty = lambda: terminal

        def write(self, text):
            self.text += text

        def flush(self):
            pass

        def fileno(self):
            raise OSError

    progress = Progress(2, stream := Screen(True))
    progress.say("workloads W1")
    progress.advance()
    assert "━━━━━━━━━━──────────" in stream.text and "left  workloads W1" in stream.text
    quiet = Screen(False)
    Progress(2, quiet).say("workloads W1")
    assert quiet.text == ""


@pytest.mark.parametrize("package", peers.PEERS)
def test_a_peer_that_is_installed_computes_what_minigrad_does(package):
    if not frameworks.installed(package):
        pytest.skip(f"{package} is not installed")
    from benchmarks.worker import check
    theirs, ours = (peers.prepare("W2", frameworks.load(name, 1))
                    for name in (package, "minigrad"))
    assert [check(theirs()) for _ in range(3)] == pytest.approx([check(ours()) for _ in range(3)], rel=1e-3)
