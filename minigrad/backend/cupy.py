"""The GPU: CuPy, and where it differs from NumPy. Importing this file needs CuPy and a GPU."""

import importlib.util
import os
import shutil

import numpy as np

from minigrad.backend.seam import Device, register

INSTEAD = "use device='cpu', or 'fake' to try GPU code without one"


def has_driver():
    """Is there an NVIDIA driver? It brings the command nvidia-smi, and on Linux a file."""
    return bool(shutil.which("nvidia-smi")) or os.path.exists("/proc/driver/nvidia/version")


try:
    import cupy
    import cupyx
    import cupyx.scipy.special
except ImportError as error:
    if not has_driver():
        raise RuntimeError(f"device 'cuda': this machine has no NVIDIA driver, so no GPU can be used; "
                           f"{INSTEAD}") from error
    if importlib.util.find_spec("cupy"):
        raise ImportError(f"device 'cuda': CuPy is installed but does not load ({error}); install it again "
                          "for your driver, as 'minigrad-edu[cuda12]' or 'minigrad-edu[cuda13]'") from error
    raise ImportError(
        "device 'cuda' needs CuPy: pip install 'minigrad-edu[cuda12]' for a CUDA 12 driver, "
        "'minigrad-edu[cuda13]' for CUDA 13") from error
try:
    DEVICES = [Device("cuda", i) for i in range(cupy.cuda.runtime.getDeviceCount())]
    trouble = None if DEVICES else "the driver lists none"
except cupy.cuda.runtime.CUDARuntimeError as error:
    DEVICES, trouble = [], error
if not DEVICES:
    what = "GPU" if has_driver() else "NVIDIA driver"
    raise RuntimeError(f"device 'cuda': CuPy {cupy.__version__} is installed but finds no {what} "
                       f"({trouble}); {INSTEAD}")


class CuPy:
    array_type = cupy.ndarray
    module = cupy
    device = "cuda"
    block = 2**62       # whole arrays: a kernel launch costs more than the cache saves

    def device_of(self, array):
        return DEVICES[array.device.id]

    def from_host(self, array, index=None):
        if index is not None and index >= len(DEVICES):
            raise ValueError(f"there is no device 'cuda:{index}'; available are {', '.join(DEVICES)}")
        with cupy.cuda.Device(index):
            return cupy.asarray(array)

    def to_host(self, array):
        return cupy.asnumpy(array)

    def address(self, array):
        return array.data.ptr

    def synchronize(self):
        cupy.cuda.runtime.deviceSynchronize()

    def generator(self, seed):
        return Restartable(seed)

    def generator_state(self, generator):
        return generator.restart()

    def set_generator_state(self, generator, state):
        generator.start(state)

    def scatter_add(self, array, index, values):
        total = array.astype(np.float32) if array.dtype == np.float16 else array
        cupyx.scatter_add(total, index, values)
        if total is not array:
            array[...] = total

    def erf(self, x):
        return cupyx.scipy.special.erf(x)

    def erfc(self, x):
        return cupyx.scipy.special.erfc(x)


class Restartable:
    """A GPU generator whose state is a seed: reading the state restarts it from a new seed.

    CuPy cannot read the state of its generators. This way a run that saves checkpoints and a run resumed
    from one of them draw the same numbers.
    """

    def __init__(self, seed):
        self.start(seed)

    def start(self, seed):
        self.seeds = np.random.default_rng(seed)
        self.generator = cupy.random.default_rng(seed)

    def restart(self):
        seed = int(self.seeds.integers(2**32))
        self.start(seed)
        return seed

    def random(self, size=None, dtype=np.float64):
        return self.generator.random(size, dtype)

    def standard_normal(self, size=None, dtype=np.float64):
        return self.generator.standard_normal(size, dtype)

    def bernoulli(self, p, size=None):
        """True with probability p."""
        return self.generator.random(size, np.float32) < p


register(CuPy())
