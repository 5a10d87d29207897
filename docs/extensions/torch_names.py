"""The public names of PyTorch, for the table on the page "Coming from PyTorch".

    python docs/extensions/torch_names.py

reads the names from the installed PyTorch and writes docs/torch_names.json, from which the site is built.
"""

import importlib
import inspect
import json
from pathlib import Path

STORED = Path(__file__).parents[1] / "torch_names.json"
PACKAGES = {        # PyTorch's package -> ours; "torch.Tensor" stands for the methods of a tensor
    "torch": "minigrad",
    "torch.Tensor": "minigrad.Tensor",
    "torch.nn": "minigrad.nn",
    "torch.nn.functional": "minigrad.nn.functional",
    "torch.nn.init": "minigrad.nn.init",
    "torch.nn.utils": "minigrad.nn.utils",
    "torch.nn.utils.rnn": "minigrad.nn.utils.rnn",
    "torch.nn.utils.parametrize": "minigrad.nn.utils.parametrize",
    "torch.nn.utils.parametrizations": "minigrad.nn.utils.parametrizations",
    "torch.optim": "minigrad.optim",
    "torch.optim.lr_scheduler": "minigrad.optim.lr_scheduler",
    "torch.optim.swa_utils": "minigrad.optim.swa_utils",
    "torch.utils.data": "minigrad.utils.data",
    "torch.linalg": "minigrad.linalg",
    "torch.fft": "minigrad.fft",
    "torch.special": "minigrad.special",
    "torch.signal.windows": "minigrad.signal.windows",
    "torch.masked": "minigrad.masked",
    "torch.func": "minigrad.func",
    "torch.autograd": "minigrad.autograd",
    "torch.distributions": "minigrad.distributions",
    "torch.amp": "minigrad.amp",
}


def find(path):
    """The module or class of this full name."""
    if path.endswith(".Tensor"):
        return importlib.import_module(path.removesuffix(".Tensor")).Tensor
    return importlib.import_module(path)


def public(path):
    """The documented functions and classes that a package of PyTorch offers, without what it imports.

    From torch itself only the functions: its classes are types of the compiler, devices and storages.
    """
    package = find(path)
    found = []
    for name in getattr(package, "__all__", dir(package)) if path != "torch" else dir(package):
        value = getattr(package, name)
        own = (getattr(value, "__module__", None) or "torch").startswith("torch")
        wanted = path != "torch" or not inspect.isclass(value)
        if callable(value) and own and wanted and value.__doc__ and not name.startswith("_"):
            found.append(name)
    return sorted(found)


def stored():
    return json.loads(STORED.read_text(encoding="utf-8"))


def table():
    """(PyTorch's package, names that minigrad has, names that it lacks) for each package."""
    for path, names in stored()["names"].items():
        ours = find(PACKAGES[path])
        has = [name for name in names if hasattr(ours, name)]
        yield path, has, [name for name in names if name not in set(has)]


def main():
    import torch
    names = {path: public(path) for path in PACKAGES}
    found = {"version": torch.__version__.partition("+")[0], "names": names}
    STORED.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
