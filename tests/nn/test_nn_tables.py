"""Every layer of the tables: repr, dtypes, devices, and derivatives against finite differences."""

import inspect
import warnings

import numpy as np
import pytest
from cases.layers import CASES, LOSSES, Case, wrapped
from cases.row import assert_alone_as_together
from cases.tensors import outputs_of
from checked import kind_of, public_layers, table_of

import minigrad
from minigrad import nn, tensor
from minigrad.autograd import to_numpy
from minigrad.backend import copies
from minigrad.nn import functional as F, utils

pytestmark = pytest.mark.filterwarnings("ignore:utils.weight_norm is deprecated")


@pytest.mark.parametrize("case", CASES + LOSSES, ids=lambda case: case.name)
def test_every_layer_has_a_text_and_a_docstring(case):
    layer = case.make(nn)
    assert repr(layer).startswith(type(layer).__name__ + "(")
    assert inspect.getdoc(type(layer))


def test_extra_repr_shows_the_settings_that_differ_from_the_default():
    assert repr(nn.ConvTranspose1d(2, 4, 3, 2, 1, 1, groups=2, dilation=3)) == (
        "ConvTranspose1d(2, 4, kernel_size=(3,), stride=(2,), padding=(1,), dilation=(3,), "
        "output_padding=(1,), groups=2)")
    assert repr(nn.LeakyReLU(0.2)) == "LeakyReLU(negative_slope=0.2)"
    assert repr(nn.Embedding(5, 2, padding_idx=-1)) == "Embedding(5, 2, padding_idx=4)"
    assert repr(nn.MSELoss(reduction="sum")) == "MSELoss()"
    assert repr(nn.ConstantPad1d(2, 1.5)) == "ConstantPad1d(padding=(2, 2), value=1.5)"
    assert repr(nn.GRU(3, 4, 2, bidirectional=True)) == "GRU(3, 4, num_layers=2, bidirectional=True)"


def build(case, device, dtype="float32"):
    """The case's layer and its inputs on a device."""
    def floating(a):
        return a.dtype.kind == "f"
    layer = case.make(nn).train(case.training).to(device=device, dtype=dtype)
    inputs = [tensor(a.astype(dtype) if floating(a) else a, device=device, requires_grad=floating(a))
              for a in case.arrays()]
    settings = {name: tensor(v.astype(dtype) if floating(v) else v, device=device)
                if isinstance(v, np.ndarray) else v
                for name, v in case.arguments.items()}
    return layer, inputs, settings


@pytest.mark.parametrize("case", CASES + LOSSES, ids=lambda case: case.name)
def test_float32_goes_in_and_comes_out_and_nothing_leaves_the_device(case, device):
    minigrad.manual_seed(1)
    layer, inputs, settings = build(case, device)
    before = dict(copies)
    ys = outputs_of(layer(*inputs, **settings))
    if ys[0].requires_grad:
        sum(y.sum() for y in ys).backward()
    by_count = "momentum=None" in case.name
    by_lengths = any(text in case.name for text in ("packed", "CTC", "offsets"))
    assert dict(copies) == before or by_count or by_lengths
    grads = [t.grad for t in [*inputs, *layer.parameters()] if t.grad is not None]
    assert {t.dtype.name for t in [*ys, *grads]} == {"float32"}
    assert {t.device.type for t in [*ys, *grads]} == {device}
    assert all(p.grad is not None and p.grad.shape == p.shape for p in layer.parameters())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_layer_gives_the_same_on_every_device_also_before_training(case, other_device):
    results = []
    for where in ("cpu", other_device):
        minigrad.manual_seed(1)         # the same initial weights on every device
        layer, inputs, settings = build(case, where, "float64")
        results.append([to_numpy(y) for y in outputs_of(layer(*inputs, **settings))])
    for ours, reference in zip(results[1], results[0]):
        np.testing.assert_allclose(ours, reference,
                                   rtol=1e-12 if other_device == "fake" else 1e-9, atol=1e-12)


def test_layers_are_made_on_the_device_and_in_the_dtype_asked_for(device):
    layers = [
        make(device=device, dtype=minigrad.float64) for make in (
            lambda **on: nn.Linear(2, 3, **on), lambda **on: nn.Conv1d(2, 3, 1, **on),
            lambda **on: nn.ConvTranspose2d(2, 3, 1, **on), lambda **on: nn.BatchNorm1d(2, **on),
            lambda **on: nn.LayerNorm(2, **on), lambda **on: nn.Embedding(3, 2, 0, **on),
            lambda **on: nn.MultiHeadAttention(4, 2, kdim=3, add_bias_kv=True, **on),
            lambda **on: nn.TransformerEncoderLayer(4, 2, 5, **on), lambda **on: nn.PReLU(**on))]
    for layer in layers:
        for name, t in [*layer.named_parameters(), *layer.named_buffers()]:
            assert t.device.type == device, f"{layer}: {name}"
            assert t.dtype == (np.int64 if "num_batches" in name else np.float64), f"{layer}: {name}"


def as_function(layer, inputs, settings):
    """(f, xs): the layer as a function of its floating-point inputs and of its parameters."""
    places = [i for i, x in enumerate(inputs) if x.requires_grad]
    names = [name.rpartition(".") for name, _ in layer.named_parameters()]
    owners = [(layer.get_submodule(path), name) for path, _, name in names]

    def f(*xs):
        given = list(inputs)
        for i, x in zip(places, xs):
            given[i] = x
        for (owner, name), parameter in zip(owners, xs[len(places):]):
            vars(owner)[name] = parameter       # only a Parameter can be assigned
        return tuple(outputs_of(layer(*given, **settings)))
    return f, [inputs[i] for i in places] + list(layer.parameters())


def positive(*shape, seed=0):
    return np.random.default_rng(seed).uniform(0.1, 0.9, shape)


SIGNS = np.array([[1, -1, 1], [-1, 1, 1]])


def unpooled(D):
    """MaxUnpool of the output of a max pool of the same size."""
    pool = getattr(F, f"max_pool{D}d")
    return wrapped(nn, getattr(nn, f"MaxUnpool{D}D")(2),
                   lambda nn, layer, x: layer(*pool(x, 2, return_indices=True)))


def with_weight_norm(layer):
    with warnings.catch_warnings():     # also while tests are collected
        warnings.filterwarnings("ignore", "utils.weight_norm is deprecated")
        return utils.weight_norm(layer)


TINY = {        # name: (layer, inputs), small enough for finite differences of all elements in both orders
    "Linear": (lambda: nn.Linear(3, 2), [(2, 3)]),
    "Bilinear": (lambda: nn.Bilinear(2, 3, 2), [(2, 2), (2, 3)]),
    "Conv1d circular": (lambda: nn.Conv1d(2, 2, 3, padding=1, padding_mode="circular"), [(1, 2, 4)]),
    "Conv2d": (lambda: nn.Conv2d(2, 2, 2, stride=2, padding=1, groups=2), [(2, 2, 3, 4)]),
    "Conv3d": (lambda: nn.Conv3d(1, 2, 2), [(1, 1, 2, 3, 2)]),
    "ConvTranspose2d": (lambda: nn.ConvTranspose2d(2, 1, 2, 2, output_padding=1), [(1, 2, 2, 2)]),
    "MaxPool2d": (lambda: nn.MaxPool2d(2, 1), [(1, 2, 3, 3)]),
    "AvgPool2d": (lambda: nn.AvgPool2d(2, 1, 1, count_include_pad=False), [(1, 1, 3, 3)]),
    "AdaptiveMaxPool1d": (lambda: nn.AdaptiveMaxPool1d(2), [(1, 2, 5)]),
    "BatchNorm1d": (lambda: nn.BatchNorm1d(2), [(4, 2)]),
    "SyncBatchNorm": (lambda: nn.SyncBatchNorm(2), [(4, 2)]),
    "BatchNorm2d in eval mode": (lambda: nn.BatchNorm2d(2).eval(), [(2, 2, 2, 1)]),
    "LayerNorm": (lambda: nn.LayerNorm((2, 3)), [(2, 2, 3)]),
    "RMSNorm": (lambda: nn.RMSNorm(4), [(2, 4)]),
    "GroupNorm": (lambda: nn.GroupNorm(2, 4), [(2, 4, 2)]),
    "InstanceNorm1d": (lambda: nn.InstanceNorm1d(2, affine=True), [(2, 2, 3)]),
    "Embedding": (lambda: nn.Embedding(4, 2), [(4, (2, 3))]),
    "PReLU": (lambda: nn.PReLU(2), [(2, 2, 2)]),
    "GLU": (lambda: nn.GLU(), [(2, 4)]),
    "MultiHeadAttention": (lambda: nn.MultiHeadAttention(4, 2), [(1, 3, 4)]),
    "MultiHeadAttention, rotary and grouped": (
        lambda: nn.MultiHeadAttention(4, 2, num_kv_heads=1, rotary=nn.RotaryEmbedding(2, 4)), [(1, 3, 4)]),
    "MultiHeadAttention of other widths": (
        lambda: nn.MultiHeadAttention(4, 2, kdim=3, vdim=2, add_bias_kv=True),
        [(1, 2, 4), (1, 3, 3), (1, 3, 2)]),
    "TransformerEncoderLayer": (lambda: nn.TransformerEncoderLayer(4, 2, 3, 0.0, "gelu"), [(2, 1, 4)]),
    "TransformerEncoderLayer, pre-norm": (
        lambda: nn.TransformerEncoderLayer(4, 2, 3, 0.0, "gelu", batch_first=True, norm_first=True),
        [(1, 2, 4)]),
    "TransformerDecoderLayer": (lambda: nn.TransformerDecoderLayer(2, 1, 2, 0.0, "gelu"),
                                [(2, 1, 2), (3, 1, 2)]),
    "Upsample": (lambda: nn.Upsample(3, mode="linear"), [(1, 2, 2)]),
    "Softshrink": (lambda: nn.Softshrink(0.1), [(2, 2)]),
    "RNN": (lambda: nn.RNN(2, 2, 2, bidirectional=True), [(2, 2, 2)]),
    "LSTM": (lambda: nn.LSTM(2, 2), [(3, 1, 2)]),
    "GRU": (lambda: nn.GRU(2, 2, batch_first=True, bias=False), [(1, 3, 2)]),
    "a layer used twice": (lambda: nn.Sequential(*[nn.Linear(2, 2)] * 2), [(2, 2)]),
    "weight_norm": (lambda: with_weight_norm(nn.Linear(3, 2)), [(2, 3)]),
    "ChannelShuffle": (lambda: nn.ChannelShuffle(2), [(1, 4, 2)]),
    "Flatten": (lambda: nn.Flatten(), [(2, 2, 2)]),
    "Unflatten": (lambda: nn.Unflatten(1, (2, 2)), [(2, 4)]),
    "Unfold": (lambda: nn.Unfold(2), [(1, 1, 3, 3)]),
    "Fold": (lambda: nn.Fold((3, 3), 2), [(1, 4, 4)]),
    "PixelShuffle": (lambda: nn.PixelShuffle(2), [(1, 4, 1, 2)]),
    "PixelUnshuffle": (lambda: nn.PixelUnshuffle(2), [(1, 1, 2, 4)]),
    "CosineSimilarity": (lambda: nn.CosineSimilarity(), [(2, 3), (2, 3)]),
    "PairwiseDistance": (lambda: nn.PairwiseDistance(3.0), [(2, 3), (2, 3)]),
    "UpsamplingBilinear2d": (lambda: nn.UpsamplingBilinear2d(scale_factor=2), [(1, 1, 2, 3)]),
    "UpsamplingNearest2d": (lambda: nn.UpsamplingNearest2d(scale_factor=2), [(1, 1, 2, 3)]),
    "Conv1d": (lambda: nn.Conv1d(2, 2, 2, dilation=2), [(1, 2, 4)]),
    "ConvTranspose1d": (lambda: nn.ConvTranspose1d(2, 2, 2, groups=2), [(1, 2, 3)]),
    "ConvTranspose3d": (lambda: nn.ConvTranspose3d(1, 2, (1, 2, 2)), [(1, 1, 2, 1, 2)]),
    "MaxPool1d": (lambda: nn.MaxPool1d(2, 1), [(1, 2, 4)]),
    "MaxPool3d": (lambda: nn.MaxPool3d((1, 2, 2), 1), [(1, 1, 2, 3, 2)]),
    "AvgPool1d": (lambda: nn.AvgPool1d(2, 1), [(1, 2, 4)]),
    "AvgPool3d": (lambda: nn.AvgPool3d((1, 2, 2), 1), [(1, 1, 2, 3, 2)]),
    "FractionalMaxPool2d": (lambda: nn.FractionalMaxPool2d(2, 2), [(1, 1, 4, 3)]),
    "FractionalMaxPool3d": (lambda: nn.FractionalMaxPool3d(2, 2), [(1, 1, 3, 4, 3)]),
    "LPPool1d": (lambda: nn.LPPool1d(3.0, 2), [positive(1, 2, 4)]),
    "LPPool2d": (lambda: nn.LPPool2d(2.0, 2, 1), [positive(1, 1, 3, 3)]),
    "LPPool3d": (lambda: nn.LPPool3d(2.0, (1, 2, 2)), [positive(1, 1, 2, 2, 4)]),
    **{f"MaxUnpool{D}D": (lambda D=D: unpooled(D), [(1, 2, *[2] * (D - 1), 4)]) for D in (1, 2, 3)},
    **{f"Adaptive{kind}Pool{D}D": (lambda kind=kind, D=D: getattr(nn, f"Adaptive{kind}Pool{D}D")(2),
                                   [(1, 1, *size)])
       for kind in ("Avg", "Max") for D, size in [(1, (5,)), (2, (3, 4)), (3, (2, 3, 2))]},
    **{f"{kind}Pad{D}D": (lambda kind=kind, D=D: getattr(nn, f"{kind}Pad{D}D")(1), [(1, 1, *[2] * D)])
       for kind in ("Zero", "Reflection", "Replication", "Circular") for D in (1, 2, 3)},
    **{f"ConstantPad{D}D": (lambda D=D: getattr(nn, f"ConstantPad{D}D")(1, 2.0), [(1, 1, *[2] * D)])
       for D in (1, 2, 3)},
    "BatchNorm2d": (lambda: nn.BatchNorm2d(2), [(2, 2, 2, 1)]),
    "BatchNorm3d": (lambda: nn.BatchNorm3d(2), [(2, 2, 1, 2, 1)]),
    "InstanceNorm2d": (lambda: nn.InstanceNorm2d(2), [(1, 2, 2, 2)]),
    "InstanceNorm3d": (lambda: nn.InstanceNorm3d(1, affine=True), [(2, 1, 1, 2, 2)]),
    "LocalResponseNorm": (lambda: nn.LocalResponseNorm(3), [(1, 4, 3)]),
    **{name: (lambda name=name: getattr(nn, name)(), [(2, 2, 2, 2)]) for name in (
        "Dropout", "Dropout2d", "AlphaDropout", "FeatureAlphaDropout", "Identity")},
    "Dropout1d": (lambda: nn.Dropout1d(), [(2, 3, 2)]),
    "Dropout3d": (lambda: nn.Dropout3d(), [(2, 2, 1, 2, 2)]),
    "EmbeddingBag": (lambda: nn.EmbeddingBag(4, 2), [(4, (2, 3))]),
    **{name: (lambda name=name: getattr(nn, name)(), [(3, 4)]) for name in (
        "CELU", "ELU", "GELU", "Hardshrink", "Hardsigmoid", "Hardswish", "Hardtanh", "LeakyReLU",
        "LogSigmoid", "Mish", "ReLU", "ReLU6", "SELU", "SiLU", "Sigmoid", "Softplus", "Softsign", "Tanh",
        "Tanhshrink", "RReLU")},
    "Threshold": (lambda: nn.Threshold(0.1, -1.0), [(3, 4)]),
    **{name: (lambda name=name: getattr(nn, name)(1), [(2, 3)])
       for name in ("LogSoftmax", "Softmax", "Softmin")},
    "Softmax2d": (lambda: nn.Softmax2d(), [(1, 3, 1, 2)]),
    "PositionalEncoding": (lambda: nn.PositionalEncoding(4), [(3, 4)]),
    "RotaryEmbedding": (lambda: nn.RotaryEmbedding(4, 5), [(1, 3, 4)]),
    "MultiheadAttention": (lambda: nn.MultiheadAttention(2, 1), [(3, 1, 2)] * 3),
    "TransformerEncoder": (lambda: nn.TransformerEncoder(
        nn.TransformerEncoderLayer(2, 1, 2, 0.0, "gelu", bias=False), 2), [(2, 1, 2)]),
    "TransformerDecoder": (lambda: nn.TransformerDecoder(
        nn.TransformerDecoderLayer(2, 1, 2, 0.0, "gelu", bias=False), 1), [(2, 1, 2), (3, 1, 2)]),
    "Transformer": (lambda: nn.Transformer(2, 1, 1, 1, 2, 0.0, "gelu", bias=False), [(2, 1, 2), (2, 1, 2)]),
    "RNNCell": (lambda: nn.RNNCell(2, 2), [(2, 2)]),
    "LSTMCell": (lambda: nn.LSTMCell(2, 2), [(2, 2)]),
    "GRUCell": (lambda: nn.GRUCell(2, 2), [(2, 2)]),
    **{name: (lambda name=name: getattr(nn, name)(), [(2, 3), (2, 3)]) for name in (
        "MSELoss", "L1Loss", "HuberLoss", "SmoothL1Loss", "PoissonNLLLoss")},
    **{name: (lambda name=name: getattr(nn, name)(), [positive(2, 3), positive(2, 3, seed=1)]) for name in (
        "BCELoss", "BCEWithLogitsLoss", "KLDivLoss", "MultiLabelSoftMarginLoss")},
    "CrossEntropyLoss": (lambda: nn.CrossEntropyLoss(label_smoothing=0.1), [(3, 4), (4, (3,))]),
    "LinearCrossEntropyLoss": (lambda: nn.LinearCrossEntropyLoss(2, 3, out_features=(2,), bias=True),
                               [(3, 2), (3, (3, 2))]),
    "NLLLoss": (lambda: nn.NLLLoss(), [(3, 4), (4, (3,))]),
    "AdaptiveLogSoftmaxWithLoss": (lambda: nn.AdaptiveLogSoftmaxWithLoss(4, 5, [2, 3], 2.0),
                                   [(3, 4), np.array([0, 2, 4])]),
    "MultiLabelMarginLoss": (lambda: nn.MultiLabelMarginLoss(),
                             [(2, 4), np.array([[3, 0, -1, 1], [1, -1, 0, 0]])]),
    "MultiMarginLoss": (lambda: nn.MultiMarginLoss(p=2), [(3, 4), (4, (3,))]),
    "GaussianNLLLoss": (lambda: nn.GaussianNLLLoss(), [(2, 3), (2, 3), positive(2, 3)]),
    "HingeEmbeddingLoss": (lambda: nn.HingeEmbeddingLoss(), [(2, 3), SIGNS]),
    "SoftMarginLoss": (lambda: nn.SoftMarginLoss(), [(2, 3), SIGNS]),
    "MarginRankingLoss": (lambda: nn.MarginRankingLoss(0.5), [(2, 3), (2, 3), SIGNS]),
    "CosineEmbeddingLoss": (lambda: nn.CosineEmbeddingLoss(0.1), [(2, 3), (2, 3), SIGNS[:, 0]]),
    "TripletMarginLoss": (lambda: nn.TripletMarginLoss(swap=True), [(2, 3), (2, 3), (2, 3)]),
    "TripletMarginWithDistanceLoss": (lambda: nn.TripletMarginWithDistanceLoss(), [(2, 3), (2, 3), (2, 3)]),
    "CTCLoss": (lambda: nn.CTCLoss(),
                [(4, 2, 3), np.array([[1, 2], [1, 1]]), np.array([4, 3]), np.array([2, 1])]),
}


def tiny(name):
    """(layer, f, xs): a layer of the table above as a function f of xs, its inputs and parameters."""
    make, inputs = TINY[name]
    case = Case(name, lambda nn: make(), inputs, training=not name.endswith("eval mode"))
    layer, inputs, settings = build(case, "cpu", "float64")
    f, xs = as_function(layer, inputs, settings)

    def seeded(*xs):
        minigrad.manual_seed(1)         # the dropped elements stay the same
        return f(*xs)
    return layer, seeded, xs


def test_every_layer_is_in_the_table():
    missing = public_layers() - {kind_of(TINY[name][0]()) for name in TINY}
    assert not missing, f"enter into TINY: {sorted(missing)}"


@pytest.mark.parametrize("name", TINY)
def test_derivatives_of_layers_are_those_of_finite_differences(name, checked):
    layer, f, xs = tiny(name)
    line = table_of(kind_of(layer)), kind_of(layer)
    checked.derivatives(*line, f, xs)
    checked.count(*line, "rows")


@pytest.mark.parametrize("name", [name for name in TINY if len(tiny(name)[2]) > 1])
def test_the_gradient_of_one_parameter_alone_is_that_of_the_full_call(name, checked):
    layer, f, xs = tiny(name)
    checked.count(table_of(kind_of(layer)), kind_of(layer), "alone", assert_alone_as_together(f, xs))
