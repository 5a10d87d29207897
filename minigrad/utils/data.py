"""PyTorch's name for minigrad.data, with its files sampler, dataset and dataloader."""

import sys

from minigrad import data
from minigrad.data import datasets as dataset, loader as dataloader, samplers as sampler
from minigrad.data import *  # noqa: F403

for _file in ("dataset", "dataloader", "sampler"):      # for `from minigrad.utils.data.sampler import Sampler`
    sys.modules[f"{__name__}.{_file}"] = globals()[_file]


def __getattr__(name):
    return getattr(data, name)
