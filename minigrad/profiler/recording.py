"""What a profiler has recorded, by op and by layer, as data, as a table and as a trace.

Every nanosecond between the beginning and the end belongs to one key (what, phase, layer), so that the
shares sum to the whole. `what` is an op or one of the rows below; phase is 'forward', 'backward' or
'other'; layer is the innermost layer that was at work, and in backward the one whose op it is.
"""

import os
from collections import Counter

OUTSIDE = "outside ops"                     # Python between the ops: layers, loops, data
GRADIENTS = "backward itself"               # going back through the graph, adding gradients up
PROFILER = "the profiler"                   # looking at the clock, writing down
NO_LAYER = "outside layers"                 # ops that ran in no layer, such as a functional loss
SORTS = ("time", "forward", "backward", "calls", "kept", "flops")
LAST = (NO_LAYER, GRADIENTS, OUTSIDE, PROFILER)             # rows that are no op and no layer
LONGEST = 45                                # columns for a name
TRACKS = {"layer": 1, "forward": 2, "backward": 3, "optimizer": 4}


class Recording:
    """What was measured, and the questions it answers.

    total       seconds inside the `with` block
    """

    def __init__(self):
        self.total = 0.0
        self.times = Counter()          # key -> nanoseconds
        self.calls = Counter()          # key -> calls
        self.flops = Counter()          # key -> floating-point operations, where they are known
        self.layer_calls = Counter()    # layer -> calls
        self.memory = []                # (time, bytes, key): kept by the graph, or with a minus freed again
        self.spans = []                 # (track, name, layer, start, end, details), times in nanoseconds

    # As data

    def by_op(self):
        """Name -> what is known of the op, the most expensive first, then the time outside the ops.

        calls, backward_calls
        forward, backward, time     seconds
        share                       of the total; the shares of all rows sum to 1
        kept                        bytes that the graph kept for backward, at the moment when it kept most:
                                    every array once, with the op that kept it first; no parameters and
                                    other leaves, which live anyway, but the data that came in
        flops, gflops               floating-point operations and 10^9 of them per second, None where unknown
        """
        return self.grouped(lambda what, phase, layer: what, self.calls)

    def by_layer(self):
        """Name and kind of the layer -> the same, for what ran in it but not in a layer inside it.

        The time of a layer is that of its ops and of the Python between them; `calls` are its own.
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
                "flops": flops.get(name), "gflops": flops[name] / time / 1e9 if flops[name] and time else None}
        return dict(sorted(found.items(), key=lambda item: (last(item[0]), -item[1]["time"])))

    def kept_at_peak(self):
        """Key -> bytes, at the moment when the graph kept most."""
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

    def table(self, sort="time", rows=20):
        """The ops, then the layers, as text; `sort` by a column, at most `rows` of each and the rest as one."""
        if sort not in SORTS:
            raise ValueError(f"table: sort is one of {', '.join(SORTS)}, got {sort!r}")
        if not self.total:
            return "profile: nothing was recorded; compute inside `with minigrad.profile() as p:`"
        flops, kept = sum(self.flops.values()), sum(self.kept_at_peak().values())
        found = {"op": self.by_op()}
        if self.layer_calls:
            found["layer"] = self.by_layer()
        width = min(LONGEST, max(len(name) for each in found.values() for name in each))
        unit, scale = ("ms", 1e3) if self.total >= 0.01 else ("µs", 1e6)
        lines = [f"{self.total * scale:.2f} {unit} in all; the graph kept up to {kept / 1e6:.2f} MB for backward"
                 + (f"; {flops / 1e9:.3g} GFLOP in products" if flops else "")]
        for title, each in found.items():
            lines += ["", *heading(title, unit, width)]
            lines += [line(name, row, scale, width) for name, row in chosen(each, sort, rows)]
        return "\n".join(lines)

    __repr__ = table

    # As a trace

    def export_chrome_trace(self, path):
        """Write all calls on a time line as JSON, to be opened in https://ui.perfetto.dev or chrome://tracing.

        Layers, forward, backward and the optimizer have a row each; a curve shows the bytes kept.
        Source: Trace Event Format, the events X (complete), C (counter) and M (metadata); microseconds.
        """
        import json                 # `import minigrad` does without
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
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"traceEvents": events, "displayTimeUnit": "ms"}, file)


def last(name):
    """Where in the table a row belongs: ops and layers first, then optimizers, then the rest."""
    return LAST.index(name) + 2 if name in LAST else int(name.endswith(".step"))


def chosen(found, sort, limit):
    """(name, row) in the order of the table; what is beyond the limit is summed up in one row."""
    rows = sorted([item for item in found.items() if not last(item[0])], key=lambda item: -(item[1][sort] or 0))
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
    times = [f"{row[column] * scale:9.2f}" if row[column] else " " * 9 for column in ("forward", "backward", "time")]
    kept = f"{row['kept'] / 1e6:9.3f}" if row["kept"] else " " * 9
    rate = f"{row['gflops']:8.1f}" if row["gflops"] else ""
    return f"{name:<{width}} {calls:>7} {' '.join(times)} {row['share'] * 100:6.1f} {kept} {rate}".rstrip()
