"""torch.version: what PyTorch was built with."""

from minigrad.torch.finder import VERSION

__version__ = VERSION
cuda = hip = xpu = git_version = None
debug = False
