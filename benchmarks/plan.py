"""The races of each suite: which contenders run which rows side by side, with which settings."""

from typing import NamedTuple

from benchmarks import chores, kernels, overhead, peaks, scaling
from benchmarks.networks import ALL, NETWORKS
from benchmarks.peers import PEERS
from benchmarks.runner import Length

FRAMEWORKS = "torch", "minigrad"
IMAGES = "W3", "W4", "W7"           # where channels-last may be faster in PyTorch
SPLIT = "W2", "W3", "W4", "W5", "W6", "W7"      # worth splitting between processes
LENGTHS = {                         # per suite, normal and quick; quick warms up with the checked steps only
    "workloads": (Length(7, 1.5), Length(2, 0.25, 0)),
    "peaks": (Length(5, 0.2), Length(2, 0.03, 0)),
    "kernels": (Length(7, 0.1), Length(2, 0.01, 0)),
    "chores": (Length(7, 0.5), Length(2, 0.02, 0)),
    "overhead": (Length(7, 0.3), Length(3, 0.03, 0)),
    "scaling": (Length(5, 0.5), Length(2, 0.05, 0)),
    "peers": (Length(5, 1.0), Length(2, 0.1, 0)),
}


class Heat(NamedTuple):
    """Rows that run one after another in every round."""

    module: str             # the module in benchmarks that prepares them
    names: list
    settings: dict = {}
    title: str = None       # replaces the name of a single row


class Entry(NamedTuple):
    """Heats that run in the same processes."""

    suite: str
    contenders: tuple
    threads: int
    heats: list


def workloads_plan(names, options):
    """Run each row in its own processes, since their memory is measured."""
    for name in names:
        contenders = FRAMEWORKS
        if name in IMAGES and not options.quick:
            contenders = "torch", "torch-channels-last", "minigrad"
        if options.workers and name in SPLIT:
            contenders += f"minigrad-{options.workers}-workers",
        module = "networks" if name in NETWORKS else "workloads"
        if module == "workloads" or not options.quick:
            yield Entry("workloads", contenders, options.threads, [Heat(module, [name])])


def peaks_plan(names, options):
    names = [name for name in names if name in peaks.QUICK or not options.quick]
    yield Entry("peaks", peaks.CONTENDERS, options.threads, groups("peaks", names))


def kernels_plan(names, options):
    heats = groups("kernels", names)
    if options.quick:       # fewer pauses between contenders, but more memory
        heats = [Heat("kernels", names[start:start + 20]) for start in range(0, len(names), 20)]
    yield Entry("kernels", kernels.CONTENDERS, options.threads, heats)


def chores_plan(names, options):
    heats = [Heat("chores", [name]) for name in names]
    yield Entry("chores", chores.CONTENDERS, options.threads, heats[::3] if options.quick else heats)


def overhead_plan(names, options):
    yield Entry("overhead", overhead.CONTENDERS, options.threads, [Heat("overhead", names)])


def scaling_plan(names, options):
    for name in names:
        axis = scaling.AXES[name]
        values = axis.quick if options.quick else axis.values
        if axis.setting in ("threads", "workers"):
            for n in values:
                ours = f"minigrad-{n}-workers" if axis.setting == "workers" and n > 1 else "minigrad"
                yield Entry("scaling", ("torch", ours), n,
                            [Heat("workloads", [axis.workload], {}, f"{name} {n}")])
        elif values:
            yield Entry("scaling", FRAMEWORKS, options.threads,
                        [Heat("workloads", [axis.workload], {axis.setting: n}, f"{name} {n}")
                         for n in values])


def peers_plan(names, options):
    for name in ["W2"] if options.quick and "W2" in names else names:
        peers = [package for package, peer in PEERS.items() if name in peer.runs]
        yield Entry("peers", (*FRAMEWORKS, *peers), options.threads, [Heat("peers", [name])])


def groups(module, names):
    """One heat per first word of the names; the rows of a heat are in memory together."""
    heats = {}
    for name in names:
        heats.setdefault(name.split()[0], []).append(name)
    return [Heat(module, group) for group in heats.values()]


SUITES = {      # name: (its rows, its plan), in the order in which they run
    "workloads": (list(ALL), workloads_plan),
    "peaks": (list(peaks.ROWS), peaks_plan),
    "kernels": (list(kernels.ROWS), kernels_plan),
    "chores": (list(chores.ROWS), chores_plan),
    "overhead": (list(overhead.ROWS), overhead_plan),
    "scaling": (list(scaling.AXES), scaling_plan),
    "peers": (["W1", "W2", "W3"], peers_plan),
}


def choose(words):
    """{suite: the requested rows}; a word is a suite, 'all', or a word of a row's name.

    Raises ValueError for an unknown word.
    """
    suites = [suite for suite in SUITES if suite in words or "all" in words] or ["workloads"]
    wanted = [word for word in words if word not in SUITES and word != "all"]
    for word in wanted:
        if not any(matches(word, name) for suite in suites for name in SUITES[suite][0]):
            known = "; ".join(f"{suite}: {', '.join(SUITES[suite][0])}" for suite in suites)
            raise ValueError(f"unknown name {word!r}; expected a suite ({', '.join(SUITES)} or all) "
                             f"or a row of {known}")
    chosen = {}
    for suite in suites:
        names = [name for name in SUITES[suite][0] if not wanted
                 or any(matches(word, name) for word in wanted)]
        if names:
            chosen[suite] = names
    if "kernels" in chosen:
        chosen["peaks"] = SUITES["peaks"][0]        # for the roofline
    elif {"workloads", "chores"} & {*chosen} and "peaks" not in chosen:
        chosen["peaks"] = [peaks.PRODUCT]           # ratios depend on what each framework's BLAS reaches
    return {suite: chosen[suite] for suite in SUITES if suite in chosen}


def matches(word, name):
    return word in name.split() or word == name


def plan(chosen, options):
    """The entries of the chosen rows."""
    return [entry for suite, names in chosen.items() for entry in SUITES[suite][1](names, options)]
