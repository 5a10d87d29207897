"""Random numbers: a generator on the host and one on each device, all seeded by `manual_seed`.

The host's generator initialises weights and shuffles data, so a seed gives the same model on every
device, bit for bit. A device's generator is for what changes at every step (dropout), so that a training
step copies nothing to the device.
"""

from typing import Any

import numpy as np

from minigrad.backend.seam import Device, library_on

_host = np.random.default_rng()
_seed: Any = np.random.SeedSequence().entropy
_devices: dict[Device, Any] = {}       # Device -> its generator, created on first use


def manual_seed(seed: int) -> np.random.Generator:
    """Restart all generators from `seed`, a non-negative integer; return the host's generator."""
    global _host
    seed_devices(seed)
    _host = Generator().manual_seed(seed)
    return _host


def seed_devices(seed: int) -> None:
    """Restart the generators of the devices, but not the host's."""
    global _seed
    if not isinstance(seed, (int, np.integer)) or seed < 0:
        raise ValueError(f"manual_seed takes a non-negative integer, got {seed!r}")
    _seed = int(seed)
    _devices.clear()


def initial_seed() -> int:
    """The seed that the generators started from."""
    return _seed


def seed() -> int:
    """Restart all generators from a seed drawn by the operating system; return the seed."""
    number = int(np.random.SeedSequence().generate_state(1, "uint64")[0])
    manual_seed(number)
    return number


class Generator(np.random.Generator):
    """A numpy.random.Generator with PyTorch's manual_seed(), for any `generator=`; it runs on the host.

    >>> Generator().manual_seed(1).random() == np.random.default_rng(1).random()
    True
    """

    def __init__(self, device: str = "cpu") -> None:
        super().__init__(np.random.PCG64())

    def manual_seed(self, seed: int) -> "Generator":
        """Restart from `seed`; return the generator."""
        self.bit_generator.state = np.random.PCG64(seed).state
        return self


def host_generator() -> np.random.Generator:
    """The numpy.random.Generator that initialises weights and shuffles data."""
    return _host


def device_generator(device: str) -> Any:
    """The device's generator; its `random(size, dtype)` returns arrays on the device."""
    device = Device(device)
    if device not in _devices:
        words = np.random.SeedSequence([_seed, 1 + (device.index or 0)]).generate_state(1)
        _devices[device] = library_on(device).generator(int(words[0]))
    return _devices[device]


def random_state() -> dict[str, Any]:
    """Return the state of all generators as plain numbers and strings, for a checkpoint."""
    return {
        "host": _host.bit_generator.state,
        "seed": _seed,
        "devices": {str(device): library_on(device).generator_state(generator)
                    for device, generator in _devices.items()}}


def set_random_state(state: dict[str, Any]) -> None:
    """Restore the state that `random_state` returned."""
    global _seed
    if not isinstance(state, dict) or not state.keys() >= {"host", "seed", "devices"}:
        raise TypeError("set_rng_state: state must be what get_rng_state() returned, got a "
                        f"{type(state).__name__}")
    _host.bit_generator.state, _seed = state["host"], state["seed"]
    _devices.clear()
    for device, saved in state["devices"].items():
        library_on(device).set_generator_state(device_generator(device), saved)
