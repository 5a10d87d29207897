"""Random numbers: one generator on the host, one on each device, all set by `manual_seed`.

The host's generator makes initial weights and shuffles data, so a seed gives the same model on every
device, bit for bit. A device's own generator makes what changes with every step (dropout), so that a
training step copies nothing to the device.
"""

import numpy as np

from minigrad.backend.seam import Device, library_on

_host = np.random.default_rng()
_seed = np.random.SeedSequence().entropy
_devices = {}       # Device -> its generator, made on first use


def manual_seed(seed):
    """Start all generators again from `seed`, a non-negative integer; returns the host's generator."""
    global _host
    seed_devices(seed)
    _host = Generator().manual_seed(seed)
    return _host


def seed_devices(seed):
    """Start the generators of the devices again, and leave the host's."""
    global _seed
    if not isinstance(seed, (int, np.integer)) or seed < 0:
        raise ValueError(f"manual_seed takes an integer of at least 0, got {seed!r}")
    _seed = int(seed)
    _devices.clear()


def initial_seed():
    """The seed that the generators started from."""
    return _seed


def seed():
    """Start all generators again from a seed that the operating system draws, and return it."""
    number = int(np.random.SeedSequence().generate_state(1, "uint64")[0])
    manual_seed(number)
    return number


class Generator(np.random.Generator):
    """A numpy.random.Generator with PyTorch's manual_seed(), for every `generator=`; its numbers are the host's.

    >>> Generator().manual_seed(1).random() == np.random.default_rng(1).random()
    True
    """

    def __init__(self, device="cpu"):
        super().__init__(np.random.PCG64())

    def manual_seed(self, seed):
        """Start again from `seed`; returns the generator."""
        self.bit_generator.state = np.random.PCG64(seed).state
        return self


def host_generator():
    """The numpy.random.Generator that initialises weights and shuffles data."""
    return _host


def device_generator(device):
    """The device's source of numbers; `random(size, dtype)` gives arrays on the device."""
    device = Device(device)
    if device not in _devices:
        words = np.random.SeedSequence([_seed, 1 + (device.index or 0)]).generate_state(1)
        _devices[device] = library_on(device).generator(int(words[0]))
    return _devices[device]


def random_state():
    """The state of all generators as plain numbers and strings, for a checkpoint."""
    return {
        "host": _host.bit_generator.state,
        "seed": _seed,
        "devices": {str(device): library_on(device).generator_state(generator)
                    for device, generator in _devices.items()}}


def set_random_state(state):
    """Continue exactly where `random_state` was taken."""
    global _seed
    _host.bit_generator.state, _seed = state["host"], state["seed"]
    _devices.clear()
    for device, saved in state["devices"].items():
        library_on(device).set_generator_state(device_generator(device), saved)
