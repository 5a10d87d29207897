"""`python -m minigrad doctor`: a report on this machine, and a self-test of about two seconds.

Each line starts with a mark: ok; -- for something optional that is missing; !! for a problem, with its
solution. Exit status: 0, or 1 if a line is marked !!. What no browser has is no problem there: threads,
processes, a fast BLAS, a GPU.
"""

import argparse
import importlib
import importlib.metadata
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

import numpy as np

import minigrad
from minigrad import Tensor, gradcheck, manual_seed, nn, optim
from minigrad.backend import copies, random_state, set_random_state
from minigrad.backend.seam import library_on
from minigrad.data import bundled
from minigrad.nn import functional as F

OK, MISSING, WRONG = "ok", "--", "!!"
THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "BLIS_NUM_THREADS",
           "VECLIB_MAXIMUM_THREADS")
SLOW = 2.0              # GFLOP/s in float32: plain loops stay below this, any BLAS exceeds it
OLDEST_DRIVER = {12: 525, 13: 580}      # CUDA version -> driver; NVIDIA, CUDA Compatibility, table 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the report; return the exit status."""
    argparse.ArgumentParser(prog="python -m minigrad doctor", description="Report versions, BLAS, GPU and "
                                                                          "data "
                            "files, and check that minigrad computes correctly.").parse_args(arguments)
    marks = []
    for title, checks in (("This machine", MACHINE), ("Self-test", SELF_TEST)):
        print(title)
        for topic, check in checks.items():
            try:
                lines = list(check())
            except Exception as error:      # report any failure
                lines = [(WRONG, f"{type(error).__name__}: {error}")]
            for mark, text in lines:
                print(f"  {mark}  {topic:<12}{text}", flush=True)
                marks.append(mark)
        print()
    wrong = marks.count(WRONG)
    print("no problems found" if not wrong else f"{wrong} problem{'s'[:wrong > 1]}, marked {WRONG} above")
    return 1 if wrong else 0


# This machine: each check yields (mark, text)


def in_browser():
    return sys.platform == "emscripten"


def check_python():
    yield OK, f"{platform.python_version()} " + (
        "in a browser" if in_browser() else f"at {sys.executable}")
    yield OK, f"{platform.platform()}, {platform.machine()}"


def check_minigrad():
    yield OK, f"{minigrad.__version__} in {Path(minigrad.__file__).parent}"


def check_numpy():
    yield OK, f"{np.__version__} in {Path(np.__file__).parent}"
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    if in_browser():
        yield MISSING, "BLAS: none in a browser, so matrix products are slow; take small models"
    elif blas.get("found"):
        yield OK, f"BLAS: {blas['name']} {blas.get('version', '')}".rstrip()
    else:
        yield WRONG, ("BLAS: none, so matrix products are slow; "
                      "install one with pip install --force-reinstall numpy")


def check_threads():
    if in_browser():
        yield MISSING, ("none in a browser, and no processes: DataLoader loads the batches itself, and "
                        "Team does not start")
        return
    yield OK, f"{cores()} cores available to this process"
    limits = [f"{name}={os.environ[name]}" for name in THREADS if name in os.environ]
    if limits:
        yield OK, "limited by " + ", ".join(limits)
    if importlib.util.find_spec("threadpoolctl"):
        for pool in importlib.import_module("threadpoolctl").threadpool_info():
            name = " ".join(filter(None, (pool["internal_api"], pool["version"])))
            yield OK, f"{name} uses {pool['num_threads']} threads"


def cores():
    """The number of processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def check_extras():
    for name, what, extra in (("matplotlib", "plots", "viz"), ("jupyterlab", "notebooks", "notebooks")):
        version = installed(name)
        if version:
            yield OK, f"{name} {version}"
        elif in_browser():      # JupyterLite opens the notebooks, and loads matplotlib at its first import
            yield MISSING, f"no {name}" + (", but its import loads it" if extra == "viz" else " needed here")
        else:
            yield MISSING, f"no {name}, needed for {what}: pip install 'minigrad-edu[{extra}]'"


def installed(name):
    """The version of a package, or None if it is not installed."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def check_gpu():
    if in_browser():
        yield MISSING, "a browser gives Python no GPU: everything runs on the CPU"
        return
    driver = nvidia_driver()
    wheels = {name: version for name in ("cupy-cuda11x", "cupy-cuda12x", "cupy-cuda13x", "cupy") if (
        version := installed(name))}
    if driver is None:
        yield MISSING, "no NVIDIA driver (nvidia-smi is missing or finds no GPU): everything runs on the CPU"
        if wheels:
            yield MISSING, f"{', '.join(wheels)} is installed but needs a driver"
        return
    gpus, version, cuda = driver
    for gpu in gpus:
        yield OK, gpu
    yield OK, f"driver {version}, supports CUDA up to {cuda}"
    major = min(int(cuda.partition(".")[0]), max(OLDEST_DRIVER))
    if major not in OLDEST_DRIVER:
        yield WRONG, f"CuPy 14 needs CUDA 12 or 13: update the NVIDIA driver to {OLDEST_DRIVER[12]} or newer"
        return
    install = f"pip install 'minigrad-edu[cuda{major}]'"
    if not wheels:
        yield MISSING, f"no CuPy, needed for the GPU: {install}"
        return
    yield OK, ", ".join(f"{name} {version}" for name, version in wheels.items())
    unfit = [name for name in wheels if re.search(r"\d+", name) and int(re.search(r"\d+", name)[0]) > major]
    if len(wheels) > 1 or unfit:
        why = "only one CuPy may be installed" if len(wheels) > 1 else f"{unfit[0]} needs a newer driver"
        yield WRONG, f"{why}: pip uninstall -y {' '.join(wheels)}; {install}"
        return
    try:
        losses, reference = train("cuda"), train("cpu")
    except Exception as error:
        yield WRONG, f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}"
        if re.search(r"lib\w+\.so|\w+\.dll|nvrtc", str(error)):
            yield WRONG, f"a CUDA library is missing; install all of them: pip install '{[*wheels][0]}[ctk]'"
        return
    yield (OK if close(losses, reference) else WRONG), f"a model trains on it: {compared(losses, reference)}"
    yield OK, f"matrix product in float32: {gflops('cuda', 4096):,.0f} GFLOP/s"


def nvidia_driver():
    """(GPU names, driver version, newest supported CUDA), or None if nvidia-smi finds nothing."""
    if shutil.which("nvidia-smi") is None:
        return None
    listed = output_of("nvidia-smi", "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader")
    rows = [[cell.strip() for cell in line.split(",")] for line in listed.splitlines()
            if line.count(",") == 2]
    cuda = re.search(r"CUDA Version:\s*(\d+\.\d+)", output_of("nvidia-smi"))
    if not rows or not cuda:
        return None
    return [f"{name}, {memory}" for name, memory, _ in rows], rows[0][2], cuda[1]


def output_of(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=60).stdout


def check_data():
    override = os.environ.get("MINIGRAD_DATA")
    if override is None:
        yield OK, "MINIGRAD_DATA is not set: using the bundled files"
    elif Path(override).is_dir():
        yield OK, f"MINIGRAD_DATA is {override}: searched first"
    else:
        yield WRONG, f"MINIGRAD_DATA is {override}, which is not a folder; unset it, or create the folder"
    sound, samples = 0, 0
    for name, (size, _) in bundled.FILES.items():
        try:
            sample = bundled.find(name).suffix != Path(name).suffix
            samples, sound = samples + sample, sound + (not sample)
        except (OSError, ValueError) as error:
            yield WRONG, str(error)
    if sound:
        yield OK, f"{sound} files in {bundled.FOLDER}, sizes and sha256 correct"
    if samples:
        yield OK, f"{samples} files hold a sample of MNIST, for a browser"


def check_output():
    from minigrad.train.progress import in_jupyter
    where = "a terminal" if sys.stdout.isatty() else "a file or a pipe: no progress bar"
    if in_jupyter():
        where = "Jupyter"
    yield OK, f"{where}, encoding {sys.stdout.encoding}"


# Self-test


def check_product():
    speed = gflops("cpu", 256 if in_browser() else 1024)
    if in_browser():
        yield OK, f"float32 {speed:.1f} GFLOP/s, as expected without a BLAS"
    elif speed < SLOW:
        yield WRONG, f"float32 {speed:.1f} GFLOP/s, slower than any BLAS: pip install --force-reinstall numpy"
    else:
        yield OK, f"float32 {speed:,.0f} GFLOP/s, float64 {gflops('cpu', 1024, 'float64'):,.0f} GFLOP/s"


def gflops(device, n, dtype="float32"):
    """The best speed of a matrix product (n, n) x (n, n), in 10^9 operations per second."""
    library = library_on(device)
    x = minigrad.ones(n, n, dtype=dtype, device=device)
    seconds = []
    until = perf_counter() + 0.2
    while len(seconds) < 3 or perf_counter() < until:
        start = perf_counter()
        x @ x
        library.synchronize()
        seconds.append(perf_counter() - start)
    return 2 * n**3 / min(seconds) / 1e9


def check_gradients():
    """Compare all gradients of a convolution, a normalisation and a loss with finite differences."""
    generator = np.random.default_rng(0)
    x, weight, scale, shift = (Tensor(generator.normal(size=size), requires_grad=True)
                               for size in ((2, 2, 5, 5), (3, 2, 3, 3), (27,), (27,)))
    target = Tensor(np.array([1, 4]))

    def loss(x, weight, scale, shift):
        y = F.conv2d(x, weight).flatten(1)
        return F.cross_entropy(F.layer_norm(y, (27,), scale, shift), target)

    gradcheck(loss, (x, weight, scale, shift))
    count = sum(each.numel() for each in (x, weight, scale, shift))
    yield OK, f"all {count} gradients of a small network agree with finite differences"


def check_training():
    start = perf_counter()
    losses = train("cpu")
    milliseconds = 1000 * (perf_counter() - start) / len(losses)
    mark = OK if losses[-1] < 0.5 * losses[0] else WRONG
    yield mark, (f"tiny CNN: loss {losses[0]:.3f} -> {losses[-1]:.3f} "
                 f"in {len(losses)} steps of {milliseconds:.1f} ms")


def check_fake_device():
    """Train on the device that imitates CuPy, which checks that the code would run on a GPU."""
    losses, reference = train("fake"), train("cpu")
    yield (OK if close(losses, reference) else WRONG), compared(losses, reference)


def train(device, steps=50):
    """The losses of a tiny CNN that memorises 32 random images.

    Raises RuntimeError if a training step copies an array between devices.
    """
    state = random_state()
    try:
        manual_seed(0)
        images = minigrad.rand(32, 1, 12, 12).to(device)
        labels = minigrad.randint(0, 4, (32,)).to(device)
        model = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(200, 4))
        model.to(device)
        optimizer = optim.Adam(model.parameters(), lr=0.03)
        losses, before = [], copies.total()
        for _ in range(steps):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images), labels)
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
        if copies.total() != before:
            raise RuntimeError(f"{copies.total() - before} arrays were copied between {device} and the CPU "
                               "during training")
        return [loss.item() for loss in losses]
    finally:
        set_random_state(state)


def close(losses, reference):
    """Compare losses: rounding differences grow from step to step, so only the first steps must agree."""
    return np.allclose(losses[:5], reference[:5], rtol=1e-3) and losses[-1] < 0.5 * losses[0]


def compared(losses, reference):
    return f"loss {losses[0]:.3f} -> {losses[-1]:.3f}, on the CPU {reference[0]:.3f} -> {reference[-1]:.3f}"


MACHINE = {"Python": check_python, "minigrad": check_minigrad, "NumPy": check_numpy, "threads": check_threads,
           "extras": check_extras, "GPU": check_gpu, "data": check_data, "output": check_output}
SELF_TEST = {"product": check_product, "gradients": check_gradients, "training": check_training,
             "fake device": check_fake_device}
