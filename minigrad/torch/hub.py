"""torch.hub: models from the network, which minigrad does not fetch."""

import os
import re
from typing import Any
from urllib.parse import urlparse as urlparse

HASH_REGEX = re.compile(r"-([a-f0-9]*)\.")     # the hash in the name of a file of weights
DEFAULT_CACHE_DIR, ENV_TORCH_HOME = "~/.cache", "TORCH_HOME"


def set_dir(path: str) -> None:
    """The folder for files from the network."""
    os.environ["TORCH_HOME"] = os.path.dirname(str(path).rstrip("/"))


def _get_torch_home() -> str:
    return os.path.expanduser(os.environ.get("TORCH_HOME", "~/.cache/torch"))


def get_dir() -> str:
    return os.path.join(_get_torch_home(), "hub")


def load(*arguments: Any, **named: Any) -> Any:
    """Raises NotImplementedError: build the model, then load its weights."""
    raise NotImplementedError("torch.hub: nothing is fetched from the network; build the model, then load a "
                              "file of weights with torch.load(path)")


load_state_dict_from_url = download_url_to_file = list = help = load


class tqdm:
    """A bar of progress, which is not shown."""

    def __init__(self, iterable: Any = (), *settings: Any, **named: Any):
        self.iterable = iterable

    def __iter__(self):
        return iter(self.iterable)

    def update(self, n: int = 1) -> None:
        pass

    def close(self) -> None:
        pass

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return False
