"""Where an op of PyTorch's database differs in minigrad, with the reason; test_op_db.py runs the database.

A row that no longer differs fails a test, so each of them is true. An order is how often a result was
differentiated.
"""

from collections.abc import Callable
from fnmatch import fnmatch
from typing import NamedTuple


class Row(NamedTuple):
    """ops: names, or patterns of names, of the database; samples: which of the op's samples.

    orders: in which they differ; a sample that differs in one of them is not compared in higher ones.
    """

    ops: str
    samples: Callable
    reason: str
    dtypes: str = "*"
    orders: tuple = (0, 1, 2)

    def names(self, op):
        return any(fnmatch(op, each) for each in self.ops.split())

    def takes(self, dtype):
        return any(fnmatch(dtype, each) for each in self.dtypes.split())

    def covers(self, difference, dtype):
        return (self.names(difference.op) and difference.order in self.orders
                and self.takes(dtype)
                and self.samples(difference.sample))


def every(sample):
    return True


def values(sample):
    """The sample's arguments."""
    return [sample.input, *sample.args, *sample.kwargs.values()]


def takes_a_number(sample):
    return any(isinstance(value, (int, float)) for value in (sample.input, *sample.args[:1]))


def has_out(sample):
    return "out" in sample.kwargs


RESULTS = [     # samples whose results or derivatives differ
    Row("addbmm baddbmm grid_sampler_2d grid_sampler_3d histc matrix_exp nn.functional.conv_transpose2d "
        "nn.functional.conv_transpose3d nn.functional.grid_sample nn.functional.interpolate/trilinear "
        "nn.functional.multi_head_attention_forward nn.functional.soft_margin_loss", every,
        "float16 is computed in float32 and rounded once; PyTorch rounds in between, to infinity where that "
        "is too large for float16", "float16"),
    Row("complex view_as_complex", every, "there are no complex numbers of two float16", "float16"),
    Row("bfloat16", every, "float32 stands for bfloat16, which NumPy lacks"),
    Row("argsort kthvalue mode sort topk", every,
        "which of several equal elements comes first, or has its index named, is open"),
    Row("trapz trapezoid cumulative_trapezoid nn.functional.margin_ranking_loss", every,
        "in PyTorch differences and products of small integers wrap around", "int8 uint8"),
    Row("nn.functional.interpolate/bi* nn.functional.upsample_bilinear", every,
        "PyTorch rounds images to integers after each axis", "uint8"),
    Row("as_strided/partial_views", every,
        "these samples are parts of greater tensors, which their copies for minigrad are not"),
    Row("as_strided_scatter", every, "PyTorch's gradient of x is that of the replaced elements, where finite "
        "differences give 0", orders=(1, 2)),
    Row("nn.functional.linear_cross_entropy/chunked*", every,
        "PyTorch's chunks count their gradients as constants", orders=(2,)),
    Row("linalg.norm/subgradients_at_zero", every,
        "the second derivative of a norm at 0 is infinite; it counts as 0, with a warning", orders=(2,)),
    Row("special.bessel_j0 special.bessel_y1", every,
        "PyTorch's float64 is wrong by up to 1e-6 around 5; compare with an integral", "float64"),
    Row("polygamma/* special.polygamma/*", every,
        "infinite at 0, -1, -2, ...: there PyTorch divides by the rounding error of sin(pi x)", "int8 int16"),
    Row("masked.logaddexp", every,
        "two elements left out are -inf, and log(0 + 0) has no derivative; PyTorch's second is NaN, not 0",
        "float32 float64"),
    Row("linalg.norm/subgradients_at_zero", lambda sample: sample.args[0] in (2, -2, "nuc"),
        "the singular vectors of a matrix of zeros are any orthonormal ones", "float32 float64", orders=(1,)),
]

ERRORS = [      # inputs that PyTorch refuses and minigrad takes
    Row("atan2 clamp_max clamp_min copysign eq fmax fmin fmod gcd ge gt heaviside isclose lcm ldexp le lt "
        "igamma igammac logical_* max/binary maximum min/binary minimum ne rsub", takes_a_number,
        "an op takes numbers beside tensors"),
    Row("__r*__", takes_a_number, "Python's operators meet in the database's own wrapper"),
    Row("*", has_out,
        "a result is complete before it is written into out=, which may share memory with the arguments, and "
        "have another size or a wider dtype"),
]

NOT_OFFERED = [     # (patterns of names, the reason)
    ("jiterator_*", "compiles CUDA kernels written in C++"),
    ("sparse.* to_sparse", "tensors are dense"),
    ("chalf", "there are no complex numbers of two float16"),
    ("torch.ops.* torch._scaled_mm* _[!_]* max_pool2d_with_indices_backward "
     "native_dropout_backward slice",
     "not a public name of PyTorch"),
]
