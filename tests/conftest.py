"""What every test gets: fixed seeds, a device to run on, PyTorch to compare with, and the switches

    --device cpu | fake | cuda   tests that take a `device` run on this one, instead of on cpu and fake
                                 (those that take an `other_device` compare the cpu with fake, or with cuda)
    --slow                       run the tests marked `slow` too
    --require-torch              compare with whichever PyTorch is installed, and fail where it is missing;
                                 else comparisons run with PyTorch 2.13 only, and are skipped without it
    --write-checked              write docs/checked.md, the page of what the run has checked (see checked.py)
"""

import importlib
import importlib.metadata
import os
import signal
from collections import Counter

import hypothesis
import pytest
from checked import Checked

from minigrad.backend import manual_seed

os.environ["MPLBACKEND"] = "agg"    # draw into files, here and in every process that a test starts

# Tests send Ctrl-C, which a shell makes a command in the background ignore.
signal.signal(signal.SIGINT, signal.default_int_handler)

hypothesis.settings.register_profile("minigrad", derandomize=True, deadline=None)
hypothesis.settings.load_profile("minigrad")

TORCH = "2.13.0"        # other versions differ in details; this one is compared with
try:
    INSTALLED = importlib.metadata.version("torch").partition("+")[0]
except importlib.metadata.PackageNotFoundError:
    INSTALLED = "missing"
HAS_TORCH = INSTALLED != "missing"


# They begin, so that no process is left with one of them at the end.
LONGEST = ["test_careless.py", "test_op_db.py", "test_notebooks.py", "test_docstrings.py",
           "test_module_db.py"]


def pytest_addoption(parser):
    group = parser.getgroup("minigrad")
    group.addoption("--device", choices=["cpu", "fake", "cuda"],
                    help="the device to run on (default: first cpu, then fake)")
    group.addoption("--slow", action="store_true", help="run the tests marked slow too")
    group.addoption("--require-torch", action="store_true",
                    help=f"compare with any PyTorch, not only {TORCH}, and fail where it is missing")
    group.addoption("--write-checked", action="store_true",
                    help="write docs/checked.md, the page of what the run has checked; add -m checked")


def pytest_configure(config):
    if config.getoption("--device") == "cuda":
        try:
            importlib.import_module("minigrad.backend.cupy")
        except (ImportError, RuntimeError) as error:
            raise pytest.UsageError(f"--device cuda: {error}") from None
    if config.getoption("--require-torch") and not HAS_TORCH:
        raise pytest.UsageError(f"--require-torch: PyTorch is missing; pip install torch=={TORCH}")
    write = config.getoption("--write-checked")
    if write and not HAS_TORCH:
        raise pytest.UsageError("--write-checked: half of the page compares with PyTorch, which is missing; "
                                f"pip install torch=={TORCH}")
    if write and config.getoption("numprocesses", None):
        raise pytest.UsageError("--write-checked: the page is written by one process; leave out -n")
    config.pluginmanager.register(Checked(write), "checked")


def pytest_generate_tests(metafunc):
    chosen = metafunc.config.getoption("--device")
    if "device" in metafunc.fixturenames:
        metafunc.parametrize("device", [chosen] if chosen else ["cpu", "fake"])
    if "other_device" in metafunc.fixturenames:
        metafunc.parametrize("other_device", ["cuda" if chosen == "cuda" else "fake"])


@pytest.hookimpl(tryfirst=True)     # mark before pytest selects by -m
def pytest_collection_modifyitems(config, items):
    comparable = config.getoption("--require-torch") or INSTALLED.split(".")[:2] == TORCH.split(".")[:2]
    for item in items:
        for name in {"torch", "checked"} & {*item.fixturenames}:
            item.add_marker(name)
        if item.get_closest_marker("torch") and not comparable:
            item.add_marker(pytest.mark.skip(reason=f"compares with PyTorch {TORCH}, which is {INSTALLED} "
                                                    f"here; pip install torch=={TORCH}"))
        if item.get_closest_marker("slow") and not config.getoption("--slow"):
            item.add_marker(pytest.mark.skip(reason="slow; runs with --slow"))
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))


def pytest_terminal_summary(terminalreporter):
    """How many tests were skipped, for each reason; -rs lists them one by one."""
    reasons = Counter(report.longrepr[2].removeprefix("Skipped: ")
                      for report in terminalreporter.stats.get("skipped", []))
    for reason, count in reasons.most_common():
        terminalreporter.write_line(f"{count:5} skipped: {reason}")


@pytest.fixture(autouse=True)
def seed():
    """Every test starts from the same random numbers, regardless of the tests before it."""
    manual_seed(0)


@pytest.fixture(scope="session")
def checked(pytestconfig):
    """Where a test records what it checks, for docs/checked.md."""
    return pytestconfig.pluginmanager.get_plugin("checked")


@pytest.fixture
def torch():
    """PyTorch, seeded; a test that takes this fixture is marked `torch`."""
    import torch

    torch.manual_seed(0)
    return torch
