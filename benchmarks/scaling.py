"""How time grows with batch size, width, sequence length, image size and number of cores."""

import os
from typing import NamedTuple

POWERS = tuple(n for n in (1, 2, 4, 8, 16, 32, 64) if n <= (os.cpu_count() or 1))     # numbers of cores


class Axis(NamedTuple):
    workload: str
    setting: str        # of the workload; or "threads"; or "workers": one-thread processes
    values: tuple
    quick: tuple = ()   # the values that --quick measures


AXES = {f"{axis.workload} {axis.setting}": axis for axis in (
    Axis("W2", "batch", (1, 8, 32, 128, 512, 2048), (8, 32, 128)),
    Axis("W3", "batch", (1, 4, 16, 64, 256)),
    Axis("W2", "width", (64, 128, 256, 512, 1024, 2048)),
    Axis("W5", "length", (16, 32, 64, 128, 256)),
    Axis("W7", "size", (4, 8, 16, 32, 64)),
    Axis("W3", "threads", POWERS), Axis("W5", "threads", POWERS),
    Axis("W3", "workers", POWERS, POWERS[:2]), Axis("W5", "workers", POWERS),
)}
