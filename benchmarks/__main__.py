"""Compare the speed of minigrad with PyTorch, plain NumPy and other frameworks: `python -m benchmarks`.

    python -m benchmarks                        the workloads W1 to W18
    python -m benchmarks W3 W5 --threads 1      some of them, on one thread each
    python -m benchmarks --workers 2            also with the batch split between two processes
    python -m benchmarks kernels                single computations: NumPy, definition, kernel, PyTorch
    python -m benchmarks kernels conv gelu      some of them
    python -m benchmarks chores                 optimizer steps, loaders, files
    python -m benchmarks overhead               the cost of an op besides its arithmetic
    python -m benchmarks scaling                by batch, width, length, image size, threads, workers
    python -m benchmarks peers                  W1 to W3 on other frameworks written in NumPy
    python -m benchmarks peaks                  the best this machine can do
    python -m benchmarks all                    everything
    python -m benchmarks all --quick            fewer rows and fewer, shorter rounds: within two minutes
    python -m benchmarks --json results.json --plots folder
    python -m benchmarks --compare old.json new.json

Each framework runs in its own process, with the same number of threads; see runner.py. Close other
programs: they slow down whichever framework is running.
"""

import argparse
import os
import sys

from benchmarks import plots, report
from benchmarks.frameworks import installed
from benchmarks.plan import LENGTHS, choose, plan
from benchmarks.runner import BASE, Progress, Race


def main(arguments=None):
    options = parser().parse_args(arguments)
    try:
        if options.compare:
            lines, slower = report.compare(*options.compare)
            print("\n".join(lines))
            return int(slower)
        chosen = choose(options.what)
    except (OSError, ValueError) as error:
        parser().error(error)
    about = report.machine(options.threads)
    results, notes = measure(plan(chosen, options), options)
    print(", ".join(f"{key} {value}" for key, value in (about | report.versions(results)).items()))
    print("\n" + report.text(results))
    print("".join(f"\n{note}" for note in notes), end="\n" if notes else "")
    if options.json:
        report.save(options.json, results, about | report.versions(results))
    if options.plots:
        for path in plots.draw(results, about, options.plots):
            print(path)
    return 0


def parser():
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", metavar="SUITE or ROW")
    parser.add_argument("--threads", type=int, default=min(2, os.cpu_count() or 1),
                        help="threads per framework")
    parser.add_argument("--workers", type=int, help="also run W2 to W7 on this many processes of one "
                                                    "thread each")
    parser.add_argument("--quick", action="store_true", help="fewer rows and fewer, shorter rounds")
    parser.add_argument("--rounds", type=int, help="number of rounds per row")
    parser.add_argument("--json", metavar="FILE", help="write the results, with machine and versions")
    parser.add_argument("--plots", metavar="FOLDER", help="write plots")
    parser.add_argument("--compare", nargs=2, metavar=("OLD", "NEW"),
                        help="exit with 1 if any ratio in NEW is more than 10 %% above that in OLD")
    return parser


def measure(entries, options):
    """({suite: {row: {contender: figures}}}, notes on missing contenders)."""
    lengths = {suite: LENGTHS[suite][options.quick] for suite in LENGTHS}
    if options.rounds:
        lengths = {suite: length._replace(rounds=options.rounds) for suite, length in lengths.items()}
    progress = Progress(sum((length.warm_up + length.rounds) * len(entry.heats)
                            for entry in entries for length in [lengths[entry.suite]]))
    results, notes = {}, {}
    for entry in entries:
        for contender in entry.contenders:
            if not installed(contender):
                notes[contender] = f"{contender} is not installed" + (
                    ", so there are no ratios to PyTorch" if contender == BASE else ": left out")
        with Race([each for each in entry.contenders if each not in notes], entry.threads, progress) as race:
            for heat in entry.heats:
                rows = race.run(heat.module, heat.names, lengths[entry.suite], heat.settings)
                for name, row in rows.items():
                    results.setdefault(entry.suite, {})[heat.title or name] = row
            notes |= {note: note for note in race.notes}
    progress.close()
    return results, list(notes.values())


if __name__ == "__main__":
    sys.exit(main())
