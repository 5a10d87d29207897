"""Devices, and the table that says which library holds an array.

    MODULES     array type -> module that computes with it: {numpy.ndarray: numpy, ...}
    LIBRARIES   array type -> what that module spells differently (see numpy.py)

A device is spelled as in PyTorch: 'cpu', 'cuda', 'cuda:1'; and 'fake', a device made of NumPy arrays
that shows only what CuPy has, for trying GPU code on a machine without a GPU.
"""

import importlib
from collections import Counter

import numpy as np

from minigrad.hints import DTYPES, closest

MODULES = {}        # array type -> module
LIBRARIES = {}      # array type -> library
BY_DEVICE = {}      # 'cpu' -> library
FILES = {"cuda": "minigrad.backend.cupy", "fake": "minigrad.backend.fake"}     # imported on first use

copies = Counter()  # 'to_host' and 'to_device': how often an array has crossed between devices


class Device(str):
    """The name of a device; compares as a string. `type` is 'cpu', 'cuda' or 'fake', `index` an int or None.

    The CPU is one device: 'cpu:0' is 'cpu'. Device("cuda", 1) and Device(1) are 'cuda:1'.

    >>> Device('cuda:1').type, Device('cuda:1').index
    ('cuda', 1)
    """

    __slots__ = ()

    def __new__(cls, type, index=None):
        if type.__class__ is cls and index is None:
            return type
        if isinstance(type, int):               # the number of a GPU
            type, index = "cuda", type
        full = str(type) if index is None else f"{type}:{index}"
        if full == "cpu:0":                     # there is one
            full = "cpu"
        kind, colon, number = full.partition(":")
        if kind not in ("cpu", *FILES) or colon and not (kind == "cuda" and number.isdecimal()):
            near = closest(full, DTYPES)        # x.to() takes both
            hint = f"; for a dtype write minigrad.{near}" if near else ""
            raise ValueError(f"unknown device {full!r}; expected 'cpu', 'cuda', 'cuda:1', ... or 'fake'{hint}")
        return super().__new__(cls, full)

    @property
    def type(self):
        return self.partition(":")[0]

    @property
    def index(self):
        number = self.partition(":")[2]
        return int(number) if number else None

    def __repr__(self):
        return f"device({str(self)!r})"


CPU = Device("cpu")


def register(library):
    """Add a library: from now on its arrays are data for tensors and its device has a name."""
    MODULES[library.array_type] = library.module
    LIBRARIES[library.array_type] = BY_DEVICE[library.device] = library
    return library


def library_of(array):
    return LIBRARIES[type(array)]


def library_on(device):
    kind = Device(device).type
    if kind not in BY_DEVICE:
        importlib.import_module(FILES[kind])
    return BY_DEVICE[kind]


def module_on(device):
    """The module that computes on `device`: numpy for 'cpu', cupy for 'cuda'."""
    return library_on(device).module


def device_of(array):
    return LIBRARIES[type(array)].device_of(array)


def array_on(values, device, dtype=None):
    """A fresh array on `device` from a NumPy array or nested lists, by way of the host."""
    library = library_on(device)
    array = np.array(values, dtype)
    if library.device == "cpu":
        return array
    copies["to_device"] += 1
    return library.from_host(array, Device(device).index)


def is_on(array, device):
    """Is `array` on `device`, a Device? 'cuda' means any GPU."""
    here = device_of(array)
    return here == device or (device.index is None and here.type == device.type)


def move(array, device):
    """`array` itself where it already is on `device`, else a copy there; counted in `copies`."""
    device = Device(device)
    if is_on(array, device):
        return array
    host = array
    if device_of(array) != CPU:
        copies["to_host"] += 1
        host = library_of(array).to_host(array)
    return host if device == CPU else array_on(host, device)


def owner(array):
    """The array that holds the memory of this one, of which it may be a view; the same for all its views."""
    base = array.base
    while base is not None:
        if isinstance(base, tuple(MODULES)):    # as_strided puts something else between an array and its view
            array = base
        base = getattr(base, "base", None)
    return array


def quiet():
    """A context in which NumPy computes 1/0 = inf and log(0) = -inf without a warning, as a GPU does."""
    return np.errstate(all="ignore")
