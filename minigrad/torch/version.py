"""torch.version: what PyTorch was built with."""

from minigrad.torch.finder import VERSION as __version__

cuda = hip = xpu = git_version = None
debug = False
