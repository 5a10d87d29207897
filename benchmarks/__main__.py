"""How long minigrad takes, relative to PyTorch: `python -m benchmarks`.

Each framework runs in a process of its own. In every round each runs a block of steps, one after the
other, and is compared with PyTorch in the same round; the result is the median over the rounds. So what
else the machine does in the meantime cancels out as far as it can. Close other programs all the same.

    python -m benchmarks                        all workloads
    python -m benchmarks --quick                fewer, shorter rounds: under two minutes
    python -m benchmarks W3 W5 --threads 1      some of them, one thread each
    python -m benchmarks --json results.json    figures with machine, versions and date
    python -m benchmarks --compare old.json new.json
"""

import argparse
import datetime
import json
import math
import os
import platform
import statistics
import subprocess
import sys

from benchmarks.workloads import WORKLOADS

FRAMEWORKS = "torch", "torch-channels-last", "minigrad"
IMAGES = "W3", "W4", "W7"           # where PyTorch's other memory layout may be faster
SAME = 1e-3                         # relative: float32 sums in another order, three optimizer steps apart


class Runner:
    """A worker process."""

    def __init__(self, framework, workload, threads):
        self.framework = framework
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker", framework, workload, str(threads)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.first = self.read()

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            raise SystemExit(f"benchmarks: {self.framework} ended with exit code {self.process.returncode}")
        return json.loads(line)

    def block(self, seconds):
        self.process.stdin.write(f"{seconds}\n")
        self.process.stdin.flush()
        return self.read()

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def measure(workload, frameworks, threads, rounds, seconds):
    """A row: for each framework milliseconds, ratio to torch and peak memory."""
    runners = [Runner(framework, workload, threads) for framework in frameworks]
    for runner in runners[1:]:
        for mine, first in zip(runner.first["losses"], runners[0].first["losses"]):
            if not math.isclose(mine, first, rel_tol=SAME, abs_tol=1e-6):
                raise SystemExit(f"benchmarks: {workload}: {runner.framework} gives {runner.first['losses']}, "
                                 f"{runners[0].framework} {runners[0].first['losses']}: not the same work")
    blocks = [[runner.block(seconds) for runner in runners] for _ in range(rounds + 1)][1:]     # first: warm-up
    for runner in runners:
        runner.close()
    row = {}
    for i, runner in enumerate(runners):
        ratios = [each[i]["seconds"] / each[0]["seconds"] for each in blocks]
        row[runner.framework] = {
            "milliseconds": 1e3 * statistics.median(each[i]["seconds"] for each in blocks),
            "ratio": statistics.median(ratios), "ratio_low": min(ratios), "ratio_high": max(ratios),
            "steps": sum(each[i]["steps"] for each in blocks),
            "megabytes": blocks[-1][i]["megabytes"], "version": runner.first["version"]}
    return row


def machine(threads):
    import numpy
    return {"date": datetime.date.today().isoformat(), "processor": processor(), "cores": os.cpu_count(),
            "threads": threads, "python": platform.python_version(), "numpy": numpy.__version__,
            "system": platform.system()}


def processor():
    try:
        with open("/proc/cpuinfo") as file:
            return next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def table(results):
    lines = [f"{'':4}{'torch':>10}{'minigrad':>12}{'ratio':>8}{'low..high':>14}{'channels-last':>15}{'memory MB':>15}"]
    for name, row in results.items():
        torch, ours, last = row["torch"], row["minigrad"], row.get("torch-channels-last")
        spread = f"{ours['ratio_low']:.2f}..{ours['ratio_high']:.2f}"
        of_last = f"{ours['ratio'] / last['ratio']:.2f}" if last else "-"
        lines.append(f"{name:4}{torch['milliseconds']:8.2f}ms{ours['milliseconds']:10.2f}ms{ours['ratio']:8.2f}"
                     f"{spread:>14}{of_last:>15}{ours['megabytes']:7.0f} /{torch['megabytes']:5.0f}")
    lines.append("ratio: minigrad's time / PyTorch's, lower is better; channels-last: / PyTorch's in that "
                 "layout; memory: peak growth, minigrad / PyTorch")
    return "\n".join(lines)


def compare(old_path, new_path, tolerance=0.1):
    """Exit with 1 if a ratio grew by more than `tolerance`."""
    with open(old_path) as old_file, open(new_path) as new_file:
        old, new = json.load(old_file)["results"], json.load(new_file)["results"]
    slower = 0
    for name in [name for name in new if name in old]:
        before, after = (rows[name]["minigrad"]["ratio"] for rows in (old, new))
        slower += after > before * (1 + tolerance)
        print(f"{name}  {before:.2f} -> {after:.2f}" + ("  slower" if after > before * (1 + tolerance) else ""))
    return 1 if slower else 0


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workloads", nargs="*", metavar="W1..W7")
    parser.add_argument("--threads", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--compare", nargs=2, metavar=("OLD", "NEW"))
    options = parser.parse_args()
    if options.compare:
        return compare(*options.compare)
    unknown = set(options.workloads) - WORKLOADS.keys()
    if unknown:
        parser.error(f"unknown workload {', '.join(sorted(unknown))}; there are {', '.join(WORKLOADS)}")
    try:
        import torch  # noqa: F401
    except ImportError:
        parser.error("the comparison needs PyTorch: pip install torch")
    rounds, seconds = (3, 0.5) if options.quick else (options.rounds, 1.5)
    results = {}
    for number, name in enumerate(options.workloads or WORKLOADS, 1):
        print(f"[{number}/{len(options.workloads or WORKLOADS)}] {WORKLOADS[name].__doc__}", file=sys.stderr)
        frameworks = [f for f in FRAMEWORKS if f != "torch-channels-last" or name in IMAGES]
        results[name] = measure(name, frameworks, options.threads, rounds, seconds)
    about = machine(options.threads)
    print(", ".join(f"{key} {value}" for key, value in about.items()))
    print(table(results))
    if options.json:
        with open(options.json, "w") as file:
            json.dump({"machine": about, "results": results}, file, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
