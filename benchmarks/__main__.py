"""How fast minigrad is, beside PyTorch, bare NumPy and other frameworks: `python -m benchmarks`.

    python -m benchmarks                        the workloads W1 to W7
    python -m benchmarks W3 W5 --threads 1      some of them, one thread each
    python -m benchmarks --workers 2            and with the batch split between two processes
    python -m benchmarks kernels                single computations: NumPy, definition, kernel, PyTorch
    python -m benchmarks kernels conv gelu      some of them
    python -m benchmarks overhead               what an op costs besides its arithmetic
    python -m benchmarks scaling                by batch, width, length, size of image, threads, workers
    python -m benchmarks peers                  W1 to W3 on other frameworks written in NumPy
    python -m benchmarks peaks                  what this machine can do at best
    python -m benchmarks all                    everything
    python -m benchmarks all --quick            fewer, shorter rounds, and not every row: within two minutes
    python -m benchmarks --json results.json --plots folder
    python -m benchmarks --compare old.json new.json

Each framework runs in a process of its own, with the same number of threads; see runner.py. Close other
programs: they cost whoever is running at that moment.
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
    parser.add_argument("--threads", type=int, default=min(2, os.cpu_count() or 1), help="of every framework")
    parser.add_argument("--workers", type=int, help="run W2 to W7 also on this many processes of one thread")
    parser.add_argument("--quick", action="store_true", help="fewer, shorter rounds, and not every row")
    parser.add_argument("--rounds", type=int, help="instead of the usual number")
    parser.add_argument("--json", metavar="FILE", help="write the figures, with machine and versions")
    parser.add_argument("--plots", metavar="FOLDER", help="draw them")
    parser.add_argument("--compare", nargs=2, metavar=("OLD", "NEW"),
                        help="exit with 1 if a ratio of file NEW is more than a tenth above that of OLD")
    return parser


def measure(entries, options):
    """({suite: {row: {contender: figures}}}, notes on who is missing)."""
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
