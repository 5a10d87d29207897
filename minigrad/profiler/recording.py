"""What a profiler recorded, by op and by layer, as data, as a table and as a trace.

Every nanosecond from start to end is charged to one key (what, phase, layer), so the shares sum to 1.
`what` is an op or one of the rows below; phase is 'forward', 'backward' or 'other'; layer is the innermost
running layer, and in backward the layer that called the op in forward.
"""

import os
from collections import Counter
from pathlib import Path
from typing import Any

from minigrad.files import replacing

OUTSIDE = "outside ops"                     # Python code between ops: layers, loops, data
GRADIENTS = "backward itself"               # traversing the graph, accumulating gradients
PROFILER = "the profiler"                   # reading the clock, recording
NO_LAYER = "outside layers"                 # ops outside any layer, such as a functional loss
SORTS = ("time", "forward", "backward", "calls", "kept", "flops")
LAST = (NO_LAYER, GRADIENTS, OUTSIDE, PROFILER)             # rows that are neither an op nor a layer
LONGEST = 45                                # maximum columns of a name
TRACKS = {"layer": 1, "forward": 2, "backward": 3, "optimizer": 4}


class Recording:
    """The measurements of a profiler.

    total       seconds inside the `with` block
    """

    def __init__(self) -> None:
        self.total = 0.0
        self.times = Counter()          # key -> nanoseconds
        self.calls = Counter()          # key -> calls
        self.flops = Counter()          # key -> floating-point operations, if known
        self.layer_calls = Counter()    # layer -> calls
        self.memory = []                # (time, bytes, key): kept by the graph; negative when freed
        self.spans = []                 # (track, name, layer, start, end, details), times in nanoseconds

    # As data

    def by_op(self) -> dict[str, dict[str, Any]]:
        """Return the measurements of each op by name, most expensive first, then the time outside ops.

        calls, backward_calls
        forward, backward, time     seconds
        share                       fraction of the total; the shares of all rows sum to 1
        kept                        bytes that the graph keeps for backward, at the time of its peak. Each
                                    array is counted once, for the op that first keeps it. Input data
                                    counts, parameters and other leaves do not: they exist anyway
        flops, gflops               floating-point operations, and 10^9 of them per second; None if unknown
        """
        return self.grouped(lambda what, phase, layer: what, self.calls)

    def by_layer(self) -> dict[str, dict[str, Any]]:
        """Return the same measurements of each layer, excluding the layers inside it.

        The time of a layer includes its ops and the Python code between them; `calls` counts its own calls.
        """
        def layer_of(what, phase, layer):
            if layer is not None:
                return layer
            return what if phase == "other" or what == GRADIENTS else NO_LAYER
        calls = Counter({key: n for key, n in self.calls.items() if layer_of(*key) not in self.layer_calls})
        calls.update({(OUTSIDE, "forward", layer): n for layer, n in self.layer_calls.items()})
        rows = self.grouped(layer_of, calls)
        for row in rows.values():
            del row["backward_calls"]
        return rows

    def grouped(self, name_of, calls):
        rows = {}
        for key in [*self.times, *self.calls]:
            rows.setdefault(name_of(*key), dict.fromkeys(("forward", "backward", "other"), 0.0))
        kept, flops, counted = Counter(), Counter(), Counter()
        for key, nanoseconds in self.times.items():
            rows[name_of(*key)][key[1]] += nanoseconds / 1e9
        for counter, found in ((self.kept_at_peak(), kept), (self.flops, flops)):
            for key, n in counter.items():
                found[name_of(*key)] += n
        for key, n in calls.items():
            counted[name_of(*key), key[1] == "backward"] += n
        if self.total:
            rest = self.total - sum(self.times.values()) / 1e9
            rows[PROFILER] = {"forward": 0.0, "backward": 0.0, "other": rest}
        found = {}
        for name, row in rows.items():
            time = row["forward"] + row["backward"] + row["other"]
            found[name] = {
                "calls": counted[name, False], "backward_calls": counted[name, True],
                "forward": row["forward"], "backward": row["backward"], "time": time,
                "share": time / self.total if self.total else 0.0, "kept": kept[name],
                "flops": flops.get(name), "gflops": flops[name] / time / 1e9 if flops[name]
                and time else None}
        return dict(sorted(found.items(), key=lambda item: (last(item[0]), -item[1]["time"])))

    def kept_at_peak(self):
        """Key -> bytes kept by the graph at the time of its peak."""
        now = most = when = 0
        for i, (_, change, _) in enumerate(self.memory, 1):
            now += change
            if now > most:
                most, when = now, i
        kept = Counter()
        for _, change, key in self.memory[:when]:
            kept[key] += change
        return kept

    # As a table

    def table(self, sort: str = "time", rows: int = 20) -> str:
        """Format ops and layers as text, sorted by a column; at most `rows` of each, then their sum.

        sort: 'time', 'forward', 'backward', 'calls', 'kept' or 'flops'.
        """
        if sort not in SORTS:
            raise ValueError(f"table: sort must be one of {', '.join(SORTS)}, got {sort!r}")
        if not self.total:
            return "profile: nothing recorded; run code inside `with minigrad.profile() as p:`"
        flops, kept = sum(self.flops.values()), sum(self.kept_at_peak().values())
        found = {"op": self.by_op()}
        if self.layer_calls:
            found["layer"] = self.by_layer()
        width = min(LONGEST, max(len(name) for each in found.values() for name in each))
        unit, scale = ("ms", 1e3) if self.total >= 0.01 else ("µs", 1e6)
        lines = [f"{self.total * scale:.2f} {unit} in total; the graph kept up to {kept / 1e6:.2f} MB for "
                 "backward"
                 + (f"; {flops / 1e9:.3g} GFLOP in matrix products" if flops else "")]
        for title, each in found.items():
            lines += ["", *heading(title, unit, width)]
            lines += [line(name, row, scale, width) for name, row in chosen(each, sort, rows)]
        return "\n".join(lines)

    __repr__ = table

    # As a trace

    def export_chrome_trace(self, path: str | Path) -> None:
        """Write a JSON timeline of all calls for https://ui.perfetto.dev or chrome://tracing.

        Layers, forward, backward and the optimizer each have a row; a curve shows the kept bytes.
        Source: Trace Event Format, the events X (complete), C (counter) and M (metadata); microseconds.
        """
        import json  # not at the top: `import minigrad` does not need it
        pid = os.getpid()
        start = min([span[3] for span in self.spans], default=0)
        events = [{"ph": "M", "name": "process_name", "pid": pid, "tid": 0, "args": {"name": "minigrad"}}]
        for name, tid in TRACKS.items():
            events.append({"ph": "M", "name": "thread_name", "pid": pid, "tid": tid, "args": {"name": name}})
            events.append({"ph": "M", "name": "thread_sort_index", "pid": pid, "tid": tid,
                           "args": {"sort_index": tid}})
        for track, name, layer, begin, end, details in self.spans:
            args = details if layer is None else {"layer": layer, **details}
            events.append({"ph": "X", "name": name, "cat": track, "pid": pid, "tid": TRACKS[track],
                           "ts": (begin - start) / 1e3, "dur": (end - begin) / 1e3, "args": args})
        kept = 0
        for time, change, _ in self.memory:
            kept += change
            events.append({"ph": "C", "name": "kept for backward", "pid": pid, "tid": 0,
                           "ts": (time - start) / 1e3, "args": {"bytes": kept}})
        with replacing(path) as file:
            file.write(json.dumps({"traceEvents": events, "displayTimeUnit": "ms"}).encode())


def last(name):
    """Sort key of a row: ops and layers first, then optimizers, then the rest."""
    return LAST.index(name) + 2 if name in LAST else int(name.endswith(".step"))


def chosen(found, sort, limit):
    """(name, row) in table order; the rows beyond the limit are summed into one."""
    rows = sorted([item for item in found.items() if not last(item[0])],
                  key=lambda item: -(item[1][sort] or 0))
    rest = [row for _, row in rows[limit:]]
    if rest:
        columns = ("calls", "forward", "backward", "time", "share", "kept")
        summed = {column: sum(row[column] for row in rest) for column in columns}
        rows[limit:] = [(f"{len(rest)} more", {**summed, "gflops": None})]
    return rows + [item for item in found.items() if last(item[0])]


def heading(title, unit, width):
    names = (f"{title:<{width}} {'calls':>7} {'forward':>9} {'backward':>9} {'time':>9} {'share':>6} "
             f"{'kept':>9} {'GFLOP/s':>8}")
    units = f"{'':<{width}} {'':>7} {unit:>9} {unit:>9} {unit:>9} {'%':>6} {'MB':>9}"
    return names, units, "-" * len(names)


def line(name, row, scale, width):
    if len(name) > width:
        name = "..." + name[3 - width:]
    calls = row["calls"] or row.get("backward_calls") or ""
    times = [f"{row[column] * scale:9.2f}" if row[column] else " " * 9
             for column in ("forward", "backward", "time")]
    kept = f"{row['kept'] / 1e6:9.3f}" if row["kept"] else " " * 9
    rate = f"{row['gflops']:8.1f}" if row["gflops"] else ""
    return f"{name:<{width}} {calls:>7} {' '.join(times)} {row['share'] * 100:6.1f} {kept} {rate}".rstrip()
