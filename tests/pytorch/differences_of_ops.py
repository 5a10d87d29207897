"""Where an op of PyTorch's database differs in minigrad, with the reason; test_op_db.py runs the database.

A row that no longer differs fails a test, so each of them is true.
"""

from collections.abc import Callable
from fnmatch import fnmatch
from typing import NamedTuple


class Row(NamedTuple):
    """ops: names, or patterns of names, of the database; samples: which of the op's samples."""

    ops: str
    samples: Callable
    reason: str
    dtypes: str = "*"

    def covers(self, difference, dtype):
        return (any(fnmatch(difference.op, each) for each in self.ops.split())
                and any(fnmatch(dtype, each) for each in self.dtypes.split())
                and self.samples(difference.sample))


def every(sample):
    return True


def values(sample):
    """The sample's arguments."""
    return [sample.input, *sample.args, *sample.kwargs.values()]


def takes_a_number(sample):
    return any(isinstance(value, (int, float)) for value in (sample.input, *sample.args[:1]))


def without_layout(sample):
    import torch

    return not any(isinstance(value, torch.layout) for value in values(sample))


RESULTS = [     # samples whose results or derivatives differ
    Row("special.bessel_j0 special.bessel_y1", every,
        "PyTorch's float64 is wrong by up to 1e-6 around 5; compare with an integral", "float64"),
    Row("polygamma/* special.polygamma/*", every,
        "infinite at 0, -1, -2, ...: there PyTorch divides by the rounding error of sin(pi x)", "int8 int16"),
    Row("masked.logaddexp", every,
        "two elements left out are -inf, and log(0 + 0) has no derivative; PyTorch's second is NaN, not 0",
        "float32 float64"),
    Row("empty empty_like new_empty", without_layout, "the numbers of an uninitialised tensor mean nothing"),
]

ERRORS = [      # inputs that PyTorch refuses and minigrad takes
    Row("atan2 clamp_max clamp_min copysign eq fmax fmin fmod gcd ge gt heaviside isclose lcm ldexp le lt "
        "igamma igammac logical_* max/binary maximum min/binary minimum ne", takes_a_number,
        "an op takes numbers beside tensors"),
    Row("__r*__", takes_a_number, "Python's operators meet in the database's own wrapper"),
]

NOT_OFFERED = [     # (patterns of names, the reason)
    ("jiterator_*", "compiles CUDA kernels written in C++"),
    ("sparse.* to_sparse", "tensors are dense"),
    ("torch.ops.* torch._scaled_mm* _[!_]*", "not a public name of PyTorch"),
]

UNFINISHED = """
H __radd__ __rand__ __rdiv__ __rmul__ __ror__ __rpow__ __rxor__ add addbmm addmv addr alias_copy all angle any
arange argsort as_strided as_strided_copy as_strided_scatter atan2 baddbmm bernoulli bfloat16 bool bucketize
byte cat cauchy cdist cdouble cfloat chalf char cholesky_inverse cholesky_solve clamp_max clamp_min complex
conj conj_physical constant_pad_nd copysign cov cumulative_trapezoid diagonal_copy diff double einsum empty
empty_like empty_permuted empty_strided eq expand_copy exponential fft.fft fft.fft2 fft.fftn fft.fftshift
fft.hfft fft.hfft2 fft.hfftn fft.ifft fft.ifft2 fft.ifftn fft.ifftshift fft.ihfft fft.ihfft2 fft.ihfftn
fft.irfft fft.irfft2 fft.irfftn fft.rfft fft.rfft2 fft.rfftn fill flipud float fmax fmin fmod gather gcd ge
geometric geqrf gradient grid_sampler_2d grid_sampler_3d gt half hash_tensor heaviside histc
imag index_add index_copy index_reduce/amax index_reduce/amin index_reduce/mean
index_reduce/prod index_select int isclose istft kthvalue lcm ldexp le linalg.cholesky_ex linalg.cross
linalg.eig linalg.eigh linalg.eigvals linalg.eigvalsh linalg.householder_product linalg.inv_ex
linalg.ldl_factor linalg.ldl_factor_ex linalg.ldl_solve linalg.lstsq linalg.lstsq/grad_oriented linalg.lu
linalg.lu_factor linalg.lu_factor_ex linalg.lu_solve linalg.matrix_rank linalg.norm
linalg.norm/subgradients_at_zero linalg.pinv linalg.pinv/hermitian linalg.pinv/singular linalg.solve_ex
linalg.vander linspace linspace/tensor_overload log_normal logical_and logical_or logical_xor logspace
logspace/tensor_overload long lt lu lu_solve lu_unpack mH
masked_fill matrix_exp max/binary max_pool2d_with_indices_backward maximum meshgrid/list_of_tensors
meshgrid/variadic_tensors min/binary minimum mode multinomial narrow_copy native_batch_norm
native_dropout_backward native_group_norm native_layer_norm ne new_empty new_empty_strided
nn.functional.adaptive_max_pool1d nn.functional.adaptive_max_pool2d nn.functional.adaptive_max_pool3d
nn.functional.avg_pool1d nn.functional.avg_pool2d nn.functional.avg_pool3d nn.functional.batch_norm
nn.functional.conv1d nn.functional.conv2d nn.functional.conv3d nn.functional.conv_transpose2d
nn.functional.conv_transpose3d nn.functional.ctc_loss nn.functional.dropout3d nn.functional.embedding
nn.functional.embedding_bag nn.functional.fractional_max_pool3d nn.functional.gaussian_nll_loss
nn.functional.grid_sample nn.functional.hardtanh nn.functional.interpolate/bicubic
nn.functional.interpolate/bilinear nn.functional.interpolate/trilinear nn.functional.linear_cross_entropy
nn.functional.local_response_norm nn.functional.margin_ranking_loss nn.functional.max_pool1d
nn.functional.max_pool2d nn.functional.max_pool3d nn.functional.multi_head_attention_forward
nn.functional.multi_margin_loss nn.functional.multilabel_margin_loss nn.functional.pad/replicate_negative
nn.functional.poisson_nll_loss nn.functional.prelu nn.functional.rms_norm nn.functional.soft_margin_loss
nn.functional.triplet_margin_with_distance_loss nn.functional.upsample_bilinear nonzero nonzero_static
norm/nuc normal normal/in_place normal/number_mean ormqr pca_lowrank permute_copy polar
real renorm repeat_interleave resize_ resize_as_ resolve_conj resolve_neg roll rsub
scatter_add scatter_reduce/amax scatter_reduce/amin scatter_reduce/prod scatter_reduce/sum searchsorted short
slice sort
split_with_sizes_copy squeeze_copy std std_mean stft sub sum_to_size svd
svd_lowrank t_copy take_along_dim tensordot topk transpose_copy trapezoid trapz triangular_solve unbind_copy
unfold unfold_copy uniform unique unravel_index unsafe_chunk unsafe_split unsqueeze_copy var var_mean
view_as_complex view_as_real view_copy zero_
""".split()
