"""Making a layer without drawing its initial values."""

from collections.abc import Callable
from typing import Any

from minigrad.autograd import composed
from minigrad.nn.init import skipped
from minigrad.nn.module import Module


@composed
def skip_init(module_cls: Callable[..., Module], *args: Any, **kwargs: Any) -> Module:
    """module_cls(*args, **kwargs), whose parameters have arbitrary values: load or set them before use.

    The generator of random numbers stays where it is. Raises TypeError unless module_cls takes device=, as
    PyTorch's layers do.

    >>> from minigrad import nn
    >>> nn.utils.skip_init(nn.Linear, 5, 1).weight.shape
    minigrad.Size([1, 5])
    """
    with skipped():
        return module_cls(*args, **{"device": "cpu", **kwargs})
