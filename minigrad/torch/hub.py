"""torch.hub: models from the network, which minigrad does not fetch."""

import os
from typing import Any


def get_dir() -> str:
    return os.path.join(os.environ.get("TORCH_HOME", os.path.expanduser("~/.cache/torch")), "hub")


def load(*arguments: Any, **named: Any) -> Any:
    """Raises NotImplementedError: build the model, then load its weights."""
    raise NotImplementedError("torch.hub: nothing is fetched from the network; build the model, then load a file "
                              "of weights with torch.load(path)")


load_state_dict_from_url = download_url_to_file = list = help = load
