"""torch.hub: models from the network, which minigrad does not fetch."""

import os
from typing import Any


def _get_torch_home() -> str:
    return os.path.expanduser(os.environ.get("TORCH_HOME", "~/.cache/torch"))


def get_dir() -> str:
    return os.path.join(_get_torch_home(), "hub")


def load(*arguments: Any, **named: Any) -> Any:
    """Raises NotImplementedError: build the model, then load its weights."""
    raise NotImplementedError("torch.hub: nothing is fetched from the network; build the model, then load a "
                              "file of weights with torch.load(path)")


load_state_dict_from_url = download_url_to_file = list = help = load
