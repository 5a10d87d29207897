"""Hints: what somebody who wrote a wrong name may have meant. Looked for only where an error is raised.

Below all floors: every other file may use it, and it imports none of them.
"""

import difflib
import dis
import importlib
import inspect
import sys
from types import ModuleType

DTYPES = "float16 float32 float64 int8 int16 int32 int64 uint8 bool".split()

# What PyTorch has and minigrad does not, and what to do instead; only where there is something to do.
PYTORCH = {
    "minigrad": {
        "jit": "leave it out: a model is called as it is",
        "compile": "leave it out: a model is called as it is",
        "random": "use minigrad.manual_seed(seed)",
        "bfloat16": "NumPy has none; use minigrad.float32, or minigrad.float16 to save memory",
        "complex64": "tensors hold real numbers; keep the real and the imaginary part apart",
        "fft": "tensors hold real numbers; use numpy.fft on x.numpy() where no gradient is needed",
        "mps": "devices are 'cpu' and, with CuPy, 'cuda'",
        "distributed": "use minigrad.parallel, which trains on several processes",
        "set_default_device": "pass device= where tensors are made, and call model.to(device)",
        "multiprocessing": "leave it out: DataLoader(num_workers=...) works with threads",
        "special": "use minigrad.erf, minigrad.lgamma, minigrad.sigmoid, ...: its functions stand here",
        "complex": "tensors hold real numbers; keep the real and the imaginary part apart",
        "view_as_complex": "tensors hold real numbers; rotate x[..., 0::2] and x[..., 1::2] by their cosines and sines",
        "polar": "tensors hold real numbers; keep the cosine and the sine apart",
        "as_strided": "use x.unfold(dim, size, step), or index with tensors",
        "sparse": "all tensors are dense; use minigrad.matmul, or index_add and scatter_add of the edges",
        "testing": "use numpy.testing.assert_allclose(x.numpy(), y.numpy())",
        "version": "use minigrad.__version__",
        "FloatTensor": "use minigrad.tensor(data, dtype=minigrad.float32)",
        "DoubleTensor": "use minigrad.tensor(data, dtype=minigrad.float64)",
        "LongTensor": "use minigrad.tensor(data, dtype=minigrad.int64)",
        "IntTensor": "use minigrad.tensor(data, dtype=minigrad.int32)",
        "BoolTensor": "use minigrad.tensor(data, dtype=minigrad.bool)",
        "ByteTensor": "use minigrad.tensor(data, dtype=minigrad.uint8)",
    },
    "minigrad.autograd": {
        "Variable": "leave it out: tensors are variables; x.requires_grad_() asks for a gradient",
        "variable": "leave it out: tensors are variables; x.requires_grad_() asks for a gradient",
        "functional": "use minigrad.func",
    },
    "minigrad.nn": {
        "parameter": "use minigrad.nn.Parameter",
        "modules": "use minigrad.nn.Module",
        "parallel": "use minigrad.parallel, or the model itself on one device",
        "DataParallel": "use minigrad.parallel.Team, which trains with several processes, or the model itself on one GPU",
    },
    "minigrad.nn.utils": {
        "prune": "multiply the weight by a mask in a minigrad.nn.utils.parametrize.register_parametrization"},
    "minigrad.cuda": {
        "Event": "call minigrad.cuda.synchronize(), then time.perf_counter()",
        "Stream": "leave it out: work on a GPU is done in the order in which it was asked for",
        "amp": "use minigrad.amp"},
    "minigrad.utils": {"tensorboard": "print the losses, or draw them with minigrad.visual"},
    "minigrad.distributions": {
        "MultivariateNormal": "use Independent(Normal(mean, std), 1) where components are independent",
        "TransformedDistribution": "transform the sample, and subtract the log-determinant from log_prob",
        "transforms": "transform the sample, and subtract the log-determinant from log_prob",
        "MixtureSameFamily": "use minigrad.logsumexp(log_weights + components.log_prob(x), -1)",
        "OneHotCategorical": "use Categorical and nn.functional.one_hot(sample, classes)",
        "Beta": "use minigrad.lgamma for its density, and numpy.random for samples",
        "Dirichlet": "use minigrad.lgamma for its density, and numpy.random for samples",
        "Gamma": "use minigrad.lgamma for its density, and numpy.random for samples",
        "Poisson": "use minigrad.poisson for samples and nn.functional.poisson_nll_loss",
    },
    "minigrad.data": {"DistributedSampler": "use minigrad.parallel, which cuts every batch into parts"},
    "minigrad.optim": {"SparseAdam": "use minigrad.optim.Adam: all gradients are dense"},
}
NUMPY = {"array": "tensor(data)", "asarray": "as_tensor(data)", "ndarray": "Tensor"}

# Where a name is looked for that stands in another place than the caller thought.
PUBLIC = ("minigrad", "minigrad.nn", "minigrad.nn.functional", "minigrad.nn.init", "minigrad.nn.utils", "minigrad.optim",
          "minigrad.optim.lr_scheduler", "minigrad.data", "minigrad.train", "minigrad.io", "minigrad.func",
          "minigrad.visual")

NUMPY_ARGUMENTS = {"axis": ("dim", "dims"), "axes": ("dims",), "keepdims": ("keepdim",), "ddof": ("correction",),
                   "a_min": ("min",), "a_max": ("max",), "stop": ("end",)}
OTHER_ARGUMENTS = {"learning_rate": "lr", "rate": "p", "prob": "p", "filters": "out_channels", "units": "out_features"}


def closest(name, known):
    """The known name that is most like `name`, None where none is; upper case and underscores count for nothing.

    >>> closest("crossentropy", ["cross_entropy", "entropy"]), closest("save", ["square"])
    ('cross_entropy', None)
    """
    plain = {}
    for each in known:
        if not each.startswith("_"):
            plain.setdefault(each.replace("_", "").lower(), each)
    wanted = name.replace("_", "").lower()
    likeness = 0.6 if len(wanted) > 6 else 0.75     # short words are alike by chance
    close = difflib.get_close_matches(wanted, plain, n=1, cutoff=likeness) or [
        each for each in plain
        if min(len(each), len(wanted)) > 2 and (wanted.startswith(each) or each.startswith(wanted))]
    return plain[close[0]] if close else None


def no_attribute(module, name):
    """The error for a name that a public module does not have, to be raised by its __getattr__."""
    if name.startswith("_"):            # Python or a tool, asking what the module can do
        return AttributeError(f"{module} has no {name!r}")
    caller = sys._getframe(1)
    while caller.f_code.co_name == "__getattr__":
        caller = caller.f_back
    text = instead(module, name) or nearest(module, name)
    # `from module import name` would put a text of Python's in the place of an AttributeError's.
    imports = caller.f_code.co_code[caller.f_lasti] == dis.opmap["IMPORT_FROM"]
    return ImportError(text, name=module) if imports else AttributeError(text)


def instead(module, name):
    """What to do where PyTorch has module.name and minigrad does not, None where there is nothing to say."""
    hint = PYTORCH.get(module, {}).get(name)
    return hint and f"PyTorch has {module.replace('minigrad', 'torch')}.{name}, minigrad does not; {hint}"


class Absent:
    """A finder of modules, asked last: `import minigrad.distributed` is answered with what to use instead."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        text = instead(*name.rpartition(".")[::2])
        if text:
            raise ModuleNotFoundError(text, name=name)


sys.meta_path.append(Absent)


def nearest(module, name):
    """The text that says which name of this module or another may have been meant."""
    if module == "minigrad" and name in NUMPY:
        return f"minigrad has no {name!r}; use minigrad.{NUMPY[name]}"
    place = next((place for place in PUBLIC if place != module and name in names_in(place)), None)
    found = vars(sys.modules[module])
    modules = [each for each, value in found.items() if isinstance(value, ModuleType)]
    close = closest(name, names_in(module)) or closest(name, [*modules, *found.get("_MODULES", ())])
    if place and (close is None or close.lower() != name.lower()):
        return f"{module} has no {name!r}; it is {place}.{name}"
    hint = f"; did you mean {module.rpartition('.')[2]}.{close}?" if close else ""
    return f"{module} has no {name!r}{hint}"


def names_in(module):
    """The public names of a module."""
    try:
        found = vars(importlib.import_module(module))
    except ImportError:                 # an error is being reported already
        return []
    return found.get("__all__") or [name for name, value in found.items()
                                    if not (name.startswith("_") or isinstance(value, ModuleType))]


def check_names(caller, takes, settings):
    """Refuse keyword arguments that a function does not take, and say what was meant."""
    if {"axis", "out"} <= set(settings) - set(takes):       # np.sum(x) calls x.sum(axis=None, out=None)
        raise TypeError(f"np.{caller} of a Tensor; write minigrad.{caller}(x), with dim= for axis=") from None
    for name in settings:
        if name not in takes:
            for meant in NUMPY_ARGUMENTS.get(name, ()):
                if meant in takes:
                    raise TypeError(f"{caller}: {name}= is NumPy's spelling, write {meant}=") from None
            meant = OTHER_ARGUMENTS.get(name)
            if meant not in takes:
                meant = closest(name, takes)
            hint = f"did you mean {meant!r}? It" if meant else "it"
            raise TypeError(f"{caller}: unknown argument {name!r}; {hint} takes {', '.join(takes)}") from None


class NamesArguments:
    """A class whose constructor says which argument was meant, where it got one that it does not take."""

    also_takes = ()         # arguments that something else takes away before the constructor

    def __new__(cls, *args, **settings):
        if cls.__init__ is object.__init__ and (args or settings):
            raise TypeError(f"{cls.__name__} takes no arguments")
        if settings:
            takes = inspect.signature(cls.__init__).parameters
            if not any(p.kind is p.VAR_KEYWORD for p in takes.values()):
                given = {name: value for name, value in settings.items() if name not in cls.also_takes}
                check_names(cls.__name__, list(takes)[1:], given)
        return super().__new__(cls)
