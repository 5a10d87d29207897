"""One framework, one workload, one process: every line of input runs a block of steps.

    python -m benchmarks.worker FRAMEWORK WORKLOAD THREADS

First a line with the results of three steps, then for every line `SECONDS` on standard input one with the
median time of a step in a block of that length. Everything is JSON.
"""

import json
import os
import statistics
import sys
import time


def main(framework, workload, threads):
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = threads    # before NumPy loads
    from benchmarks.workloads import WORKLOADS, Framework
    f = Framework(framework, int(threads))
    before = peak_memory()
    step = WORKLOADS[workload](f)
    answer({"losses": [step().item() for _ in range(3)], "version": f.m.__version__})
    for line in sys.stdin:
        seconds, times = float(line), []
        end = time.perf_counter() + seconds
        while time.perf_counter() < end or len(times) < 3:
            start = time.perf_counter()
            step()
            times.append(time.perf_counter() - start)
        answer({"seconds": statistics.median(times), "steps": len(times),
                "megabytes": (peak_memory() - before) / 1e6})


def peak_memory():
    """The greatest resident size of this process so far, in bytes; 0 where the system does not tell."""
    try:        # not getrusage: its peak includes the parent's before exec
        with open("/proc/self/status") as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        return 0


def answer(message):
    print(json.dumps(message), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
