"""Tables for the terminal, the results file, and the comparison of two such files.

Results are {suite: {row: {contender: {"milliseconds", "ratio", "ratio_low", "ratio_high", ...}}}}; the file
also describes the machine.
"""

import json
import os
import platform
from datetime import date
from pathlib import Path

import numpy as np

from benchmarks import kernels, overhead, peaks
from minigrad.backend.blas import get_blas_kernel

TOLERANCE = 0.1     # how much a ratio may grow between two files


def machine(threads):
    """What must accompany a figure: the machine, the versions, the threads and the date."""
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return {"date": date.today().isoformat(), "processor": processor(), "cores": os.cpu_count(),
            "threads": threads, "python": platform.python_version(), "numpy": np.__version__,
            "blas": f"{blas['name']} {blas['version']}", "kernel": get_blas_kernel() or "unknown",
            "system": platform.system()}


def processor():
    try:
        with open("/proc/cpuinfo") as file:
            return next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def versions(results):
    """The version of every contender that ran."""
    return {contender: figures["version"] for rows in results.values() for row in rows.values()
            for contender, figures in row.items()}


def text(results):
    """All tables as text."""
    return "\n\n".join(f"{suite}\n" + TABLES[suite](rows, results) for suite, rows in results.items())


def aligned(heads, lines):
    """Format a table with the first column left-aligned and the others right-aligned."""
    widths = [max(len(line[i]) for line in [heads, *lines]) for i in range(len(heads))]
    return "\n".join("  ".join(cell.ljust(width) if i == 0 else cell.rjust(width)
                               for i, (cell, width) in enumerate(zip(line, widths))).rstrip()
                     for line in [heads, *lines])


def number(value, unit=""):
    """Format a number with three significant digits.

    >>> number(0.01234), number(1.234), number(123.4, "ms"), number(None)
    ('0.0123', '1.23', '123ms', '-')
    """
    if value is None:
        return "-"
    digits = 0 if value >= 100 else 1 if value >= 10 else 2 if value >= 1 else 3 if value >= 0.1 else 4
    return f"{value:.{digits}f}{unit}"


def of(row, contender, figure="milliseconds"):
    return row.get(contender, {}).get(figure)


def ours(row):
    """The figures of minigrad, on one or several processes."""
    return row.get(next((who for who in row if who.startswith("minigrad")), None), {})


def quotient(a, b):
    return None if a is None or not b else a / b


def workloads_table(rows, results):
    teams = list(dict.fromkeys(who for row in rows.values() for who in row if who.endswith("-workers")))
    lines = []
    for name, row in rows.items():
        low, high = of(row, "minigrad", "ratio_low"), of(row, "minigrad", "ratio_high")
        lines.append([name, number(of(row, "torch"), "ms"), number(of(row, "minigrad"), "ms"),
                      number(of(row, "minigrad", "ratio")), f"{low:.2f}..{high:.2f}" if low else "-",
                      number(quotient(of(row, "minigrad", "ratio"), of(row, "torch-channels-last", "ratio"))),
                      *(number(of(row, team, "ratio")) for team in teams),
                      f"{number(of(row, 'minigrad', 'megabytes'))} / "
                      f"{number(of(row, 'torch', 'megabytes'))}"])
    return aligned(["", "torch", "minigrad", "ratio", "low..high", "channels-last",
                    *(team.removeprefix("minigrad-").replace("-", " ") for team in teams), "memory MB"],
                    lines) + """
ratio: minigrad's time / PyTorch's time, lower is better; channels-last: the ratio to PyTorch in that layout;
workers: the ratio with the batch split between processes of one thread each. Memory: growth of the peak since
import, minigrad / PyTorch. It includes some tens of MB that PyTorch allocates for threads and libraries at
first use, which is almost all of W1 with its 51 weights.
""" + products(results)


def products(results):
    """How fast each framework multiplies matrices in this run, by which kernel."""
    row = results.get("peaks", {}).get(peaks.PRODUCT, {})
    speeds = [f"{NAMES.get(who, who)} {peaks.rate({who: row[who]}, peaks.PRODUCT):.0f}" for who in row]
    return (f"GFLOP/s in products of 2048 x 2048: {', '.join(speeds)}; NumPy's OpenBLAS runs its kernel for "
            f"{get_blas_kernel() or 'unknown'}.")


def chores_table(rows, results):
    lines = [[name, number(of(row, "torch"), "ms"), number(of(row, "minigrad"), "ms"),
              number(of(row, "minigrad", "ratio"))] for name, row in rows.items()]
    return aligned(["", "torch", "minigrad", "ratio"], lines) + f"""
ratio: minigrad's time / PyTorch's time, lower is better. {products(results)}"""


def kernels_table(rows, results):
    roof = peaks.Roof(results["peaks"])
    lines = []
    for name, row in rows.items():
        least, unit = roof.milliseconds(*kernels.ROWS[name][:2])
        time = of(row, "minigrad")
        work = kernels.ROWS[name].flops if unit == "GFLOP/s" else kernels.ROWS[name].bytes
        lines.append([name, *(number(of(row, who)) for who in ("numpy", "definition", "minigrad", "torch")),
                      number(of(row, "minigrad", "ratio")), number(quotient(of(row, "definition"), time)),
                      f"{work / time / 1e6:.1f} {unit.ljust(7)}", f"{100 * least / time:.0f}%"])
    return aligned(["", "numpy", "definition", "minigrad", "torch", "ratio", "gain", "speed        ",
                    "of roof"],
                   lines) + """
Times in milliseconds. numpy: the formula in plain NumPy; definition: minigrad without kernels; gain:
definition / minigrad; ratio: minigrad / PyTorch; of roof: the minimum time by this machine's peaks /
minigrad's time. A backward row starts from an existing graph: a definition has kept its intermediate results,
a kernel recomputes them."""


def peaks_table(rows, results):
    lines = []
    for name, row in rows.items():
        unit = "GFLOP/s" if name.startswith("gemm") else "GB/s"
        lines.append([f"{name}, {unit}", *(number(peaks.rate({who: row[who]}, name) if who in row else None)
                                           for who in peaks.CONTENDERS)])
    return aligned(["", *peaks.CONTENDERS], lines) + """
gemm: products of n x n matrices; add: sums of two arrays of that size into a third."""


def overhead_table(rows, results):
    lines = [[name, *(number(quotient(of(row, who), overhead.OPS / 1e3)) for who in overhead.CONTENDERS)]
             for name, row in rows.items()]
    return aligned(["", *overhead.CONTENDERS], lines) + f"""
Microseconds per op, in a chain of {overhead.OPS}."""


def scaling_table(rows, results):
    lines = [[name, number(of(row, "torch"), "ms"), number(ours(row).get("milliseconds"), "ms"),
              number(ours(row).get("ratio"))] for name, row in rows.items()]
    return aligned(["", "torch", "minigrad", "ratio"], lines) + """
Milliseconds per step. threads: of both frameworks; workers: one-thread processes of minigrad, threads of
PyTorch."""


def peers_table(rows, results):
    names = list(dict.fromkeys(contender for row in rows.values() for contender in row))
    lines = [[f"{name} {what}", *(number(of(row, who, figure), unit) for who in names)]
             for name, row in rows.items()
             for what, figure, unit in (("time", "milliseconds", "ms"), ("ratio", "ratio", ""),
                                        ("memory", "megabytes", "MB"))]
    return aligned(["", *names], lines) + """
ratio: time / PyTorch's time, lower is better. All run the same model source with the same weights; the peers
share one Adam in plain NumPy. Memory: growth of the peak since import."""


NAMES = {"torch": "PyTorch", "numpy": "minigrad (NumPy)"}
TABLES = {"workloads": workloads_table, "chores": chores_table, "peaks": peaks_table,
          "kernels": kernels_table, "overhead": overhead_table, "scaling": scaling_table,
          "peers": peers_table}


def save(path, results, about):
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"machine": about, "results": results}, file, indent=1)


def compare(old_path, new_path):
    """(lines, whether any ratio grew by more than the tolerance), for the rows that are in both files."""
    old, new = (ratios(path) for path in (old_path, new_path))
    common = [name for name in new if name in old]
    if not common:
        raise ValueError(f"{old_path} and {new_path} have no row in common with a ratio to PyTorch")
    slower = [name for name in common if new[name] > old[name] * (1 + TOLERANCE)]
    return [f"{name}  {old[name]:.2f} -> {new[name]:.2f}" + ("  slower" if name in slower else "")
            for name in common], bool(slower)


def ratios(path):
    with open(path, encoding="utf-8") as file:
        results = json.load(file)["results"]
    return {f"{suite} {name}": ours(row)["ratio"] for suite, rows in results.items()
            for name, row in rows.items() if "ratio" in ours(row)}
