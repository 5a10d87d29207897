"""The import hook: which of minigrad's modules answer for a module of PyTorch."""

import importlib
import importlib.abc
import importlib.machinery
import importlib.metadata
import importlib.util
import sys
from types import ModuleType
from typing import Any

import numpy as np

from minigrad.autograd import Tensor
from minigrad.autograd.arrays import Naming
from minigrad.torch import absent

VERSION = "2.13.0+minigrad"     # whose names and results minigrad follows

# PyTorch divides these packages into files from which programs import, too. Each answers with all names
# of the package.
FILES = {
    "nn": "common_types cpp grad parameter",
    "nn.modules": "activation adaptive batchnorm channelshuffle container conv distance dropout embedding "
                  "flatten fold instancenorm lazy linear loss module normalization padding pixelshuffle "
                  "pooling rnn sparse transformer upsampling utils",
    "nn.utils": "clip_grad convert_parameters fusion init memory_format spectral_norm stateless weight_norm",
    "optim": "adadelta adagrad adam adamax adamw asgd lbfgs muon nadam optimizer radam rmsprop rprop sgd "
             "sparse_adam",
    "distributions": "bernoulli beta binomial categorical cauchy chi2 constraint_registry constraints "
                     "continuous_bernoulli dirichlet distribution exp_family exponential fishersnedecor "
                     "gamma generalized_pareto geometric gumbel half_cauchy half_normal independent "
                     "inverse_gamma kl kumaraswamy laplace lkj_cholesky log_normal logistic_normal "
                     "lowrank_multivariate_normal mixture_same_family multinomial multivariate_normal "
                     "negative_binomial normal one_hot_categorical pareto poisson relaxed_bernoulli "
                     "relaxed_categorical studentT transformed_distribution transforms uniform utils "
                     "von_mises weibull wishart",
    "utils.data": "dataloader dataset sampler _utils",
    "autograd": "function grad_mode variable gradcheck anomaly_mode",
    "amp": "autocast_mode grad_scaler",
    "cuda": "memory random",
    "profiler": "profiler",
}
# Packages whose names are those of another
SAME = {"_dynamo": "compiler", "distributed._tensor": "distributed", "cuda.random": "cuda",
        "_tensor": "", "autograd.profiler": "profiler", "cuda.amp": "amp",
        "cuda.amp.autocast_mode": "cuda.amp", "cuda.amp.grad_scaler": "amp", "functional": "",
        "nn.modules": "nn", "nn.parallel.data_parallel": "nn.parallel", "serialization": "",
        "nn.parallel.distributed": "nn.parallel", "utils.data._utils.collate": "utils.data",
        "utils.data.distributed": "utils.data"}


def module_named(name):
    """The module of this full name, or None if there is none; an error inside it is raised."""
    try:
        if importlib.util.find_spec(name) is None:
            return None
    except ModuleNotFoundError:     # a parent is missing, or is no package
        return None
    return importlib.import_module(name)


def sources(address):
    """The modules that hold the names of torch.`address`, the first first."""
    found = [module_named("minigrad.torch." + (address.replace(".", "_") or "names")),
             module_named("minigrad" + ("." + address if address else ""))]
    package, _, file = address.rpartition(".")
    if file in FILES.get(package, "").split():
        found += sources(package)
    if address in SAME:
        found += sources(SAME[address])
    return [each for each in dict.fromkeys(found) if each]


def public(module):
    """The names that `from module import *` gives."""
    return getattr(module, "__all__", None) or [
        name for name, value in vars(module).items() if name[0] != "_" and not isinstance(value, ModuleType)]


class Mirror(ModuleType):
    """A module of PyTorch, as far as minigrad has its names.

    A name is looked for in `sources`, in turn. What a program sets stays in the mirror. Raises
    AttributeError, with the hint of minigrad's module, for a name that is nowhere.
    """

    def __init__(self, name: str, found: list[ModuleType]):
        super().__init__(name, found[0].__doc__)
        self._sources = found
        for source in reversed(found):      # for programs that ask for optim.__dict__["SGD"]
            for each in public(source):
                value = vars(source).get(each, self)
                if value is not self and not isinstance(value, (ModuleType, np.dtype)):
                    vars(self)[each] = value

    def __getattr__(self, name: str) -> Any:
        if name == self.__name__ == "torch":        # torch.torch
            return self
        if name == "__all__":       # of `from torch.nn import *`
            return sorted({each for source in self._sources for each in public(source)})
        if name.startswith("__") and name != "__config__":
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        error: Any = None
        value: Any = self
        for source in self._sources:
            try:
                value = getattr(source, name)
                break
            except AttributeError as missing:
                error = missing
        if isinstance(value, np.dtype):
            return importlib.import_module("minigrad.torch.kinds").named(value)
        if value is self or isinstance(value, ModuleType):      # the mirror of a module, not the module
            try:
                return importlib.import_module(f"{self.__name__}.{name}")
            except ModuleNotFoundError:
                if value is self:
                    why = absent.reason(self.__name__[6:])
                    if why is None:
                        raise error from None
                    return absent.absent(f"{self.__name__}.{name}", why)
        return value

    def __dir__(self):
        return sorted({*vars(self), *(name for source in self._sources for name in dir(source))})


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Answers `import torch` and everything below it."""

    def find_spec(self, name, path=None, target=None):
        if name != "torch" and not name.startswith("torch."):
            return None
        if not sources(name[6:]) and not absent.reason(name[6:]):
            return None
        return importlib.machinery.ModuleSpec(name, self, origin="minigrad", is_package=True)

    def create_module(self, spec):
        address = spec.name[6:]
        found = sources(address)
        if not found and address not in absent.ADDRESSES and address.rpartition(".")[2][:1].isupper():
            raise ModuleNotFoundError(f"No module named {spec.name!r}", name=spec.name)
        return Mirror(spec.name, found or [absent.AbsentModule(spec.name, absent.reason(address))])

    def exec_module(self, module):
        if module.__name__ == "torch":
            module.__version__ = VERSION
            module.__file__ = __file__

    def find_distributions(self, context):
        """So that `importlib.metadata.version("torch")` knows the version."""
        return [Metadata()] if context.name == "torch" else []


class Metadata(importlib.metadata.Distribution):
    def read_text(self, filename):
        return f"Metadata-Version: 2.1\nName: torch\nVersion: {VERSION}\n" if filename == "METADATA" else None

    def locate_file(self, path):
        return path


def loaded():
    """The modules of sys.modules that are torch's or below it."""
    return {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "torch"}


class as_torch:
    """Let `import torch` give minigrad, from here on or, as a context manager, in a block.

    If PyTorch is loaded, it is set aside; at the end of a block `import torch` means PyTorch again. Modules
    that were imported in the block keep what they imported.

    >>> with as_torch():
    ...     import torch
    ...     print(torch.ones(2, 3).shape)
    torch.Size([2, 3])
    """

    def __init__(self) -> None:
        kinds = importlib.import_module("minigrad.torch.kinds")
        self.aside, self.before = loaded(), (Naming.library, Naming.dtype)
        self.methods = {name: vars(Tensor).get(name) for name in kinds.METHODS}
        self.finder = Finder()
        for name in self.aside:
            del sys.modules[name]
        sys.meta_path.insert(0, self.finder)
        Naming.library, Naming.dtype = "torch", kinds.dtype
        for name, method in kinds.METHODS.items():
            setattr(Tensor, name, method)

    def __enter__(self) -> "as_torch":
        return self

    def __exit__(self, *error: object) -> None:
        sys.meta_path.remove(self.finder)
        for name in loaded():
            del sys.modules[name]
        sys.modules.update(self.aside)
        Naming.library, Naming.dtype = self.before
        for name, method in self.methods.items():
            if method is None:
                delattr(Tensor, name)
            else:
                setattr(Tensor, name, method)
