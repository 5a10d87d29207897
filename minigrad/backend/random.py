"""Random numbers: one generator on the host, one on each device, all set by `manual_seed`.

The host's generator makes initial weights and shuffles data, so a seed gives the same model on every
device, bit for bit. A device's own generator makes what changes with every step (dropout), so that a
training step copies nothing to the device.
"""

import numpy as np

from minigrad.backend.seam import Device, library_on

_host = np.random.default_rng()
_device_seeds = np.random.SeedSequence()
_devices = {}       # 'cpu' -> its generator, made on first use


def manual_seed(seed):
    """Start all generators again from `seed`, a non-negative integer; returns the host's generator."""
    global _host, _device_seeds
    if not isinstance(seed, (int, np.integer)) or seed < 0:
        raise ValueError(f"manual_seed takes an integer of at least 0, got {seed!r}")
    _host = np.random.default_rng(seed)
    _device_seeds = np.random.SeedSequence([seed, 1])
    _devices.clear()
    return _host


def host_generator():
    """The numpy.random.Generator that initialises weights and shuffles data."""
    return _host


def device_generator(device):
    """The device's source of numbers; `random(size, dtype)` gives arrays on the device."""
    device = Device(device)
    if device not in _devices:
        seed = int(_device_seeds.generate_state(1)[0])
        _devices[device] = library_on(device).generator(seed + (device.index or 0))
    return _devices[device]


def random_state():
    """The state of all generators as plain numbers and strings, for a checkpoint."""
    return {
        "host": _host.bit_generator.state,
        "device_seeds": [int(word) for word in np.atleast_1d(_device_seeds.entropy)],
        "devices": {str(device): library_on(device).generator_state(generator)
                    for device, generator in _devices.items()}}


def set_random_state(state):
    """Continue exactly where `random_state` was taken."""
    global _device_seeds
    _host.bit_generator.state = state["host"]
    _device_seeds = np.random.SeedSequence(state["device_seeds"])
    _devices.clear()
    for device, saved in state["devices"].items():
        library_on(device).set_generator_state(device_generator(device), saved)
