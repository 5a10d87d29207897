"""Weights that are computed from others before every forward; the names of torch.nn.utils.

    weight_norm     w = g v / |v|: length and direction are trained apart
    spectral_norm   w / sigma, sigma the greatest factor by which w stretches a vector

The parameter `name` gives way to others, and module.<name> becomes a tensor computed from them. PyTorch calls
these deprecated; those of parametrizations.py compute the weight whenever it is read.
"""

from minigrad.autograd import Parameter, no_grad
from minigrad.nn.convolution import TransposedConvolution
from minigrad.ops.creation import randn
from minigrad.ops.matrices.norms import norm, normalize
from minigrad.ops.matrices.products import matmul
from minigrad.ops.places.shapes import movedim, reshape, transpose
from minigrad.ops.reductions.sums import sum


def weight_norm(module, name="weight", dim=0):
    """module.<name> = g v / |v|, a length g for each slice along `dim`, or one for all of v if dim is None.

    The parameters are <name>_g and <name>_v; at first the weight stays what it was. Returns the module.
    Source: Salimans and Kingma 2016, arXiv:1602.07868, eq. 2.
    """
    v = taken(module, name, "weight_norm")

    def compute(module, args=()):
        g, v = getattr(module, f"{name}_g"), getattr(module, f"{name}_v")
        setattr(module, name, v * (g / length(v, dim)))

    module.register_parameter(f"{name}_g", Parameter(length(v, dim)))
    module.register_parameter(f"{name}_v", Parameter(v))
    return computed(module, name, "weight_norm", compute)


def spectral_norm(module, name="weight", n_power_iterations=1, eps=1e-12, dim=None):
    """module.<name> = <name>_orig / sigma, sigma the greatest singular value of it as a matrix (n, rest).

    n is the size of axis `dim`, by default 1 for transposed convolutions, else 0. sigma is approximated
    by u W v with u and v, the buffers <name>_u (n,) and <name>_v (rest,), which get closer to the singular
    vectors with n_power_iterations in every forward in training. Returns the module.
    Source: Miyato et al. 2018, arXiv:1802.05957, alg. 1.
    """
    weight = taken(module, name, "spectral_norm")
    dim = channels_of(module) if dim is None else dim

    def compute(module, args=()):
        weight, u, v = (getattr(module, f"{name}_{part}") for part in ("orig", "u", "v"))
        W = as_matrix(weight, dim)
        if module.training:
            with no_grad():
                for _ in range(n_power_iterations):
                    v = normalize(matmul(transpose(W, 0, 1), u), dim=0, eps=eps)
                    u = normalize(matmul(W, v), dim=0, eps=eps)
            setattr(module, f"{name}_u", u)         # others, for a graph may still need those before
            setattr(module, f"{name}_v", v)
        setattr(module, name, weight / sum(u * matmul(W, v)))

    module.register_parameter(f"{name}_orig", Parameter(weight))
    for part, size in zip("uv", as_matrix(weight, dim).shape):
        module.register_buffer(f"{name}_{part}", start_of(size, weight, eps))
    return computed(module, name, "spectral_norm", compute)


def remove_weight_norm(module, name="weight"):
    """The weight as it is now becomes the parameter again. Returns the module."""
    return removed(module, name, "weight_norm", ("g", "v"))


def remove_spectral_norm(module, name="weight"):
    """The weight as it is now becomes the parameter again. Returns the module."""
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
    """A random vector of length 1, like the weight, for the power iteration to begin with."""
    return normalize(randn(size, device=weight.device, dtype=weight.dtype), dim=0, eps=eps)


def taken(module, name, caller):
    """The values of the parameter `name`, which the module no longer has."""
    weight = vars(module).get(name)
    if not isinstance(weight, Parameter):
        own = ", ".join(each for each, _ in module.named_parameters(recurse=False))
        raise ValueError(f"{caller}: {type(module).__name__} has no parameter {name!r}; "
                         f"it has {own or 'none'}")
    delattr(module, name)
    return weight.detach()


def computed(module, name, caller, compute):
    compute.made = caller, name
    with no_grad():
        compute(module)
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
            module._buffers = {each: kept for each, kept in module._buffers.items() if hasattr(module, each)}
            setattr(module, name, Parameter(getattr(module, name).detach()))
            return module
    raise ValueError(f"remove_{caller}: {type(module).__name__} has no {caller} of {name!r}")
