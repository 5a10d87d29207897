"""Devices, and the tables that map arrays to their library.

    MODULES     array type -> the module for its arrays: {numpy.ndarray: numpy, ...}
    LIBRARIES   array type -> what differs between the modules (see numpy.py)

Devices have PyTorch's names: 'cpu', 'cuda', 'cuda:1'. In addition, 'fake' runs NumPy arrays with only
what CuPy supports, to test GPU code on a machine without a GPU.
"""

import importlib
from collections import Counter
from contextlib import AbstractContextManager
from types import ModuleType
from typing import Any

import numpy as np

from minigrad.hints import DTYPES, closest

MODULES = {}        # array type -> module
LIBRARIES = {}      # array type -> library
BY_DEVICE = {}      # 'cpu' -> library
FILES = {"cuda": "minigrad.backend.cupy", "fake": "minigrad.backend.fake"}     # imported on first use

copies = Counter()  # 'to_host' and 'to_device': the number of copies between devices


class Device(str):
    """The name of a device, a string. `type` is 'cpu', 'cuda' or 'fake', `index` an int or None.

    The CPU is a single device: 'cpu:0' is 'cpu'. Device("cuda", 1) and Device(1) are 'cuda:1'.

    >>> Device('cuda:1').type, Device('cuda:1').index
    ('cuda', 1)
    """

    __slots__ = ()

    def __new__(cls, type: "str | int | Device", index: int | None = None) -> "Device":
        if type.__class__ is cls and index is None:
            return type
        if isinstance(type, int):               # the number of a GPU
            index, type = type, "cuda"
        full = str(type) if index is None else f"{type}:{index}"
        if full == "cpu:0":
            full = "cpu"
        kind, colon, number = full.partition(":")
        if kind not in ("cpu", *FILES) or colon and not (kind == "cuda" and number.isdecimal()):
            near = full if full in DTYPES else closest(full, DTYPES)        # x.to() also takes dtypes
            hint = f"; for a dtype write minigrad.{near}" if near else ""
            raise ValueError(f"unknown device {full!r}; expected 'cpu', 'cuda', 'cuda:1', ... or "
                             f"'fake'{hint}")
        return super().__new__(cls, full)

    @property
    def type(self) -> str:
        return self.partition(":")[0]

    @property
    def index(self) -> int | None:      # type: ignore[override]   # PyTorch's name; hides str.index
        number = self.partition(":")[2]
        return int(number) if number else None

    def __repr__(self):
        return f"device({str(self)!r})"


CPU = Device("cpu")


def register(library):
    """Add a library, so that tensors can hold its arrays and its device can be named."""
    MODULES[library.array_type] = library.module
    LIBRARIES[library.array_type] = BY_DEVICE[library.device] = library
    return library


def library_of(array):
    """The object of this package that wraps the library of `array`, NumPy or CuPy."""
    return LIBRARIES[type(array)]


def bincount(xp: Any, ids: Any, weights: Any = None, minlength: int = 0) -> Any:
    """xp.bincount of integers of any width; where NumPy's own have 32 bits, it refuses wider ones.

    >>> bincount(np, np.array([0, 1, 1], np.int64)).tolist()
    [1, 2]
    """
    found = xp.bincount(ids.astype(np.intp, copy=False), weights, minlength)
    return found if weights is not None else found.astype(np.int64, copy=False)


def library_on(device):
    kind = Device(device).type
    if kind not in BY_DEVICE:
        importlib.import_module(FILES[kind])
    return BY_DEVICE[kind]


def module_on(device: str | int) -> ModuleType:
    """The module for arrays on `device`: numpy for 'cpu', cupy for 'cuda'."""
    return library_on(device).module


def device_of(array: Any) -> Device:
    """The device that holds `array`."""
    return LIBRARIES[type(array)].device_of(array)


def array_on(values: Any, device: str | int, dtype: Any = None) -> Any:
    """Copy a NumPy array or nested lists to a new array on `device`."""
    library = library_on(device)
    array = np.array(values, dtype)
    if library.device == "cpu":
        return array
    copies["to_device"] += 1
    return library.from_host(array, Device(device).index)


def is_on(array: Any, device: Device) -> bool:
    """Whether `array` is on `device`; 'cuda' means any GPU."""
    here = device_of(array)
    return here == device or (device.index is None and here.type == device.type)


def move(array: Any, device: str | int) -> Any:
    """Return `array` if it is on `device` already, else a copy there; `copies` counts these."""
    device = Device(device)
    if is_on(array, device):
        return array
    host = array
    if device_of(array) != CPU:
        copies["to_host"] += 1
        host = library_of(array).to_host(array)
    return host if device == CPU else array_on(host, device)


def owner(array: Any) -> Any:
    """The array that owns this one's memory: the array itself, or the base of a view."""
    base = array.base
    while base is not None:
        if isinstance(base, tuple(MODULES)):    # as_strided inserts another object between array and view
            array = base
        base = getattr(base, "base", None)
    return array


def quiet() -> AbstractContextManager:
    """A context in which NumPy computes 1/0 = inf and log(0) = -inf without warnings, like a GPU."""
    return np.errstate(all="ignore")
