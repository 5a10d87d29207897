"""torch.nn.utils: weights that are recomputed from other parameters before every forward.

    weight_norm     w = g v / |v|: length and direction are trained separately
    spectral_norm   w / sigma, sigma the largest singular value of w

Other parameters replace the parameter `name`, and module.<name> becomes a tensor computed from them. PyTorch
deprecates these functions; those in parametrizations.py compute the weight whenever it is read.
"""

from minigrad.autograd import Parameter, no_grad
from minigrad.autograd.errors import check_times, composed
from minigrad.hints import warn
from minigrad.nn.convolution import TransposedConvolution
from minigrad.nn.module import Module
from minigrad.ops.creation import randn
from minigrad.ops.matrices.norms import norm, normalize
from minigrad.ops.matrices.products import matmul
from minigrad.ops.places.shapes import movedim, reshape, transpose
from minigrad.ops.reductions.sums import sum


@composed
def weight_norm(module: Module, name: str = "weight", dim: int | None = 0) -> Module:
    """module.<name> = g v / |v|, with one length g per slice along `dim`, or a single one if dim is None.

    The parameters are <name>_g and <name>_v; the initial weight is unchanged. Returns the module.
    Deprecated: use parametrizations.weight_norm.
    Source: Salimans and Kingma 2016, arXiv:1602.07868, eq. 2.
    """
    v = taken(module, name, "weight_norm")
    warn("utils.weight_norm is deprecated; write utils.parametrizations.weight_norm", FutureWarning)

    def compute(module, args=()):
        g, v = getattr(module, f"{name}_g"), getattr(module, f"{name}_v")
        setattr(module, name, v * (g / length(v, dim)))

    module.register_parameter(f"{name}_g", Parameter(length(v, dim)))
    module.register_parameter(f"{name}_v", Parameter(v))
    with no_grad():
        compute(module)
    return hooked(module, name, "weight_norm", compute)


@composed
def spectral_norm(module: Module, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12,
                  dim: int | None = None) -> Module:
    """module.<name> = <name>_orig / sigma, sigma its largest singular value as a matrix (n, rest).

    n is the size of axis `dim`, by default 1 for transposed convolutions, else 0. sigma is approximated
    by u W v with the buffers <name>_u (n,) and <name>_v (rest,); every forward in training moves them closer
    to the singular vectors by n_power_iterations. Until the first forward, <name> is the weight as it was.
    Returns the module.
    Source: Miyato et al. 2018, arXiv:1802.05957, alg. 1.
    """
    weight = taken(module, name, "spectral_norm")
    check_times("spectral_norm: n_power_iterations", n_power_iterations, least=0)
    dim = channels_of(module) if dim is None else dim

    def compute(module, args=()):
        weight, u, v = (getattr(module, f"{name}_{part}") for part in ("orig", "u", "v"))
        W = as_matrix(weight, dim)
        if module.training:
            with no_grad():
                for _ in range(n_power_iterations):
                    v = normalize(matmul(transpose(W, 0, 1), u), dim=0, eps=eps)
                    u = normalize(matmul(W, v), dim=0, eps=eps)
            setattr(module, f"{name}_u", u)         # new tensors: a graph may still need the old ones
            setattr(module, f"{name}_v", v)
        setattr(module, name, weight / sum(u * matmul(W, v)))

    module.register_parameter(f"{name}_orig", Parameter(weight))
    for part, size in zip("uv", as_matrix(weight, dim).shape):
        module.register_buffer(f"{name}_{part}", start_of(size, weight, eps))
    setattr(module, name, weight)
    return hooked(module, name, "spectral_norm", compute)


@composed
def remove_weight_norm(module: Module, name: str = "weight") -> Module:
    """Make the current weight a plain parameter again. Returns the module."""
    return removed(module, name, "weight_norm", ("g", "v"))


@composed
def remove_spectral_norm(module: Module, name: str = "weight") -> Module:
    """Make the current weight a plain parameter again. Returns the module."""
    return removed(module, name, "spectral_norm", ("orig", "u", "v"))


def length(v, dim):
    """|v| of each slice along dim, or of all of v if dim is None."""
    others = None if dim is None else tuple(axis for axis in range(v.ndim) if axis != dim % v.ndim)
    return norm(v, 2, others, keepdim=dim is not None)


def channels_of(module):
    """The axis of a layer's weight that counts its outputs."""
    return int(isinstance(module, TransposedConvolution))


def as_matrix(weight, dim):
    """A weight as a matrix (size of dim, rest)."""
    return reshape(movedim(weight, dim, 0), shape=(weight.shape[dim], -1))


def start_of(size, weight, eps):
    """A random vector of length 1 that starts the power iteration."""
    return normalize(randn(size, device=weight.device, dtype=weight.dtype), dim=0, eps=eps)


def taken(module, name, caller):
    """Remove the parameter `name` from the module and return its values."""
    weight = vars(module).get(name)
    if not isinstance(weight, Parameter):
        own = ", ".join(each for each, _ in module.named_parameters(recurse=False))
        raise ValueError(f"{caller}: {type(module).__name__} has no parameter {name!r}; "
                         f"it has {own or 'none'}")
    delattr(module, name)
    return weight.detach()


def hooked(module, name, caller, compute):
    compute.made = caller, name
    module.register_forward_pre_hook(compute)
    return module


def removed(module, name, caller, parts):
    for compute in module._pre_hooks:
        if getattr(compute, "made", None) == (caller, name):
            with no_grad():
                compute(module)
            module._pre_hooks.remove(compute)
            for part in parts:
                delattr(module, f"{name}_{part}")
            setattr(module, name, Parameter(getattr(module, name).detach()))
            return module
    raise ValueError(f"remove_{caller}: {type(module).__name__} has no {caller} of {name!r}")
