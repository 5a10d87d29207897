"""torch.utils.data's names: minigrad.data, with PyTorch's modules dataset, dataloader and sampler."""

import sys

from minigrad import data
from minigrad.data import *  # noqa: F403
from minigrad.data import datasets as dataset, loader as dataloader, samplers as sampler  # noqa: F401

for _file in ("dataset", "dataloader", "sampler"):      # `from minigrad.utils.data.sampler import Sampler`
    sys.modules[f"{__name__}.{_file}"] = globals()[_file]


def __getattr__(name):
    return getattr(data, name)
