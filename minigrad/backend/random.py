"""Random numbers: a generator on the host and one on each device, all seeded by `manual_seed`.

The host's generator initialises weights and shuffles data, so a seed gives the same model on every
device, bit for bit. It draws PyTorch's numbers, or with stream="fast" NumPy's; see generator.py. What changes
at every step (dropout) is drawn on the device, so that a training step copies nothing to it: on the CPU from
the host's generator, as in PyTorch, elsewhere from the device's own.
"""

import json
from typing import Any

import numpy as np

from minigrad.backend.generator import Generator, Stream, as_stream, checked_seed, stream_of
from minigrad.backend.seam import CPU, Device, library_on
from minigrad.files import read_json

STREAMS = ("torch", "fast")

_seed = int(np.random.SeedSequence().generate_state(1, "uint64")[0])
_host: Stream = Generator().manual_seed(_seed)
_devices: dict[Device, Any] = {}       # Device -> its generator, created on first use


def manual_seed(seed: int, stream: str = "torch") -> Stream:
    """Restart all generators from `seed`; return the host's generator.

    seed    an integer from -2^63 to 2^64 - 1
    stream  "torch": the numbers of PyTorch on a CPU; "fast": NumPy's PCG64, which takes less time for
            permutations and dropout
    """
    global _host
    if stream not in STREAMS:
        raise ValueError(f"manual_seed: stream must be 'torch' or 'fast', got {stream!r}")
    seed_devices(seed)
    _host = Generator().manual_seed(seed) if stream == "torch" else Stream(np.random.PCG64(_seed))
    return _host


def seed_devices(seed: int) -> None:
    """Restart the generators of the devices, but not the host's."""
    global _seed
    _seed = checked_seed(seed)
    _devices.clear()


def initial_seed() -> int:
    """The seed that the generators started from."""
    return _seed


def seed() -> int:
    """Restart all generators from a seed drawn by the operating system; return the seed."""
    number = int(np.random.SeedSequence().generate_state(1, "uint64")[0])
    manual_seed(number)
    return number


def host_generator(generator: np.random.Generator | None = None) -> Stream:
    """The generator that initialises weights and shuffles data; `generator` as a Stream if it is not None."""
    return _host if generator is None else as_stream(generator)


def device_generator(device: str) -> Any:
    """The device's generator; its random(size, dtype) and bernoulli(p, size) return arrays on it."""
    device = Device(device)
    if device == CPU:
        return _host
    if device not in _devices:
        words = np.random.SeedSequence([_seed, 1 + (device.index or 0)]).generate_state(1)
        _devices[device] = library_on(device).generator(int(words[0]))
    return _devices[device]


def random_state() -> dict[str, Any]:
    """Return the state of all generators as plain numbers and strings, for a checkpoint.

    >>> sorted(random_state())
    ['devices', 'host', 'seed']
    """
    return {
        "host": _host.state_dict(),
        "seed": _seed,
        "devices": {str(device): library_on(device).generator_state(generator)
                    for device, generator in _devices.items()}}


def set_random_state(state: dict[str, Any]) -> None:
    """Restore a state of random_state().

    >>> state = random_state()
    >>> first = host_generator().random(2).tolist()
    >>> set_random_state(state)
    >>> host_generator().random(2).tolist() == first
    True
    """
    global _host, _seed
    if not isinstance(state, dict) or not state.keys() >= {"host", "seed", "devices"}:
        raise TypeError("set_random_state: state must be what random_state() returned, got a "
                        f"{type(state).__name__}")
    _seed = state["seed"]
    if _host.state_dict().get("stream") == state["host"].get("stream", "fast"):
        _host.load_state_dict(state["host"])        # the same object, for those who hold it
    else:
        _host = stream_of(state["host"])
    _devices.clear()
    for device, saved in state["devices"].items():
        if device != CPU:
            library_on(device).set_generator_state(device_generator(device), saved)


def host_state() -> np.ndarray:
    """The state of the host's generator as bytes: in PyTorch's layout, (5056,), for PyTorch's numbers.

    >>> host_state().shape
    (5056,)
    """
    if isinstance(_host, Generator):
        return _host.get_state()
    return np.frombuffer(json.dumps(_host.state_dict()).encode(), np.uint8).copy()


def set_host_state(state: np.ndarray) -> None:
    """Continue from a state of host_state(), or of PyTorch's CPU generator.

    >>> state = host_state()
    >>> first = host_generator().random(2).tolist()
    >>> set_host_state(state)
    >>> host_generator().random(2).tolist() == first
    True
    """
    global _host
    if isinstance(_host, Generator) and state.shape == (5056,):
        _host.set_state(state)                      # the same object, for those who hold it
    elif state.shape == (5056,):
        _host = Generator().set_state(state)
    else:
        try:
            _host = stream_of(read_json(state.tobytes()))
        except (ValueError, KeyError, AttributeError):
            raise ValueError(f"set_rng_state: expected the 5056 bytes of a state, got "
                             f"{state.shape}") from None
