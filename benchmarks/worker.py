"""One framework in one process, controlled by JSON lines:

    python -m benchmarks.worker CONTENDER THREADS

    {"suite": S, "names": [...], "settings": {...}}     prepare these rows of the suite, discard earlier ones
        -> {"version": V, "checks": {name: the results of three steps}}
    {"seconds": T}                                      run each for about this long
        -> {"megabytes": peak growth, "rows": {name: {"seconds": median of a step, "steps": n}}}

The answer to a failure is {"error": text}.
"""

import importlib
import json
import os
import statistics
import sys
import time

STEPS = 3       # minimum steps in a block, and the number of results that are compared


def main(contender, threads):
    for library in "OPENBLAS", "OMP", "MKL", "VECLIB_MAXIMUM":
        os.environ[f"{library}_NUM_THREADS"] = threads          # before NumPy loads
    from benchmarks.frameworks import load
    try:
        framework = load(contender, int(threads))
        before = peak_memory()
        for line in sys.stdin:
            order = json.loads(line)
            if "suite" in order:
                rows = {}       # frees the earlier rows
                suite = importlib.import_module(f"benchmarks.{order['suite']}")
                rows = {name: suite.prepare(name, framework, **order["settings"]) for name in order["names"]}
                rows = {name: step for name, step in rows.items() if step}     # None: not available
                answer({"version": framework.version,
                        "checks": {name: [check(step()) for _ in range(STEPS)]
                                   for name, step in rows.items()}})
            else:
                timed = {name: block(step, order["seconds"]) for name, step in rows.items()}
                answer({"megabytes": (peak_memory() - before) / 1e6, "rows": timed})
    except Exception as error:
        answer({"error": f"{type(error).__name__}: {error}"})
        raise


def block(step, seconds):
    times = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < STEPS:
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    return {"seconds": statistics.median(times), "steps": len(times)}


def check(result):
    """A number to compare the results of two frameworks: the mean absolute value, summed over outputs."""
    import numpy as np
    if isinstance(result, (tuple, list)):
        return sum(check(each) for each in result)
    for name in "detach", "numpy":
        if hasattr(result, name):
            result = getattr(result, name)()
    return float(np.abs(np.asarray(result)).mean(dtype=np.float64))


def peak_memory():
    """The peak resident size of this process in bytes; 0 if the system does not report it."""
    try:        # not getrusage: its peak includes the parent's before exec
        with open("/proc/self/status") as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        return 0


def answer(message):
    print(json.dumps(message), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
