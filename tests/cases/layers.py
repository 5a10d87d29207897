"""One row for each layer and setting: how to build it in minigrad and in PyTorch, and its inputs."""

import warnings
from dataclasses import dataclass, field

import numpy as np


@dataclass
class Case:
    """`make(nn)` builds the layer from minigrad.nn or torch.nn; inputs are arrays, shapes of random ones, or
    tuples (integers below, shape)."""

    name: str
    make: object
    inputs: list
    arguments: dict = field(default_factory=dict)       # further arguments of forward, arrays or plain values
    training: bool = True
    rtol: float = 1e-10             # float64, with sums of a few thousand terms in another order
    random_state: bool = True       # random parameters and running statistics, instead of the initial ones

    def arrays(self):
        rng = np.random.default_rng(7)
        for what in self.inputs:
            if isinstance(what, np.ndarray):
                yield what
            elif len(what) == 2 and isinstance(what[1], tuple):
                yield rng.integers(0, what[0], what[1])
            else:
                yield rng.standard_normal(what)


def weight_norm(nn, *args, **settings):
    """nn.utils.weight_norm, without its warning that it is deprecated."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        return nn.utils.weight_norm(*args, **settings)


def rows(name, layer, *settings, inputs, training=True):
    """A Case for each (positional arguments, keyword arguments) of a layer."""
    for args, kwargs in settings:
        text = ", ".join([*map(str, args), *(f"{k}={v}" for k, v in kwargs.items())])
        yield Case(f"{name}({text})" + ("" if training else " in eval mode"),
                   lambda nn, args=args, kwargs=kwargs: getattr(nn, layer)(*args, **kwargs), inputs,
                   training=training)


def both_modes(name, layer, *settings, inputs):
    yield from rows(name, layer, *settings, inputs=inputs)
    yield from rows(name, layer, *settings, inputs=inputs, training=False)


def off_zero(*shape):
    """Numbers away from 0, where relu and similar functions have a kink."""
    x = np.random.default_rng(3).uniform(0.1, 4, shape)
    return x * np.where(np.arange(x.size).reshape(shape) % 2, 1, -1)


X = off_zero(3, 4, 5)
CAUSAL = np.triu(np.ones((5, 5), bool), 1)
PADDING = np.array([[False] * 5, [False, False, False, True, True], [False, True, False, False, True]])
ADDED = np.random.default_rng(5).standard_normal((5, 5))
PER_HEAD = np.broadcast_to(CAUSAL, (6, 5, 5)).copy()
PER_HEAD[::2, 4, 0] = True


def attention(name, masks, *args, inputs=((5, 3, 8),) * 3, **kwargs):
    return Case(f"MultiheadAttention {name}", lambda nn: nn.MultiheadAttention(8, 2, *args, **kwargs),
                list(inputs), masks)


def encoder(name, masks, inputs=((3, 5, 8),), layer=(8, 2, 12), count=1, **kwargs):
    settings = dict(dropout=0.0, batch_first=True, **kwargs)
    if count == 1:
        return Case(f"TransformerEncoderLayer {name}",
                    lambda nn: nn.TransformerEncoderLayer(*layer, **settings), list(inputs), masks)
    return Case(f"TransformerEncoder {name}", lambda nn: nn.TransformerEncoder(
        nn.TransformerEncoderLayer(*layer, **settings), count, nn.LayerNorm(layer[0]),
        enable_nested_tensor=False),
        list(inputs), masks)


def decoder(name, masks, inputs=((3, 5, 8), (3, 4, 8)), layer=(8, 2, 12), count=1, **kwargs):
    settings = dict(dropout=0.0, batch_first=True) | kwargs
    if count == 1:
        return Case(f"TransformerDecoderLayer {name}",
                    lambda nn: nn.TransformerDecoderLayer(*layer, **settings), list(inputs), masks)
    return Case(f"TransformerDecoder {name}", lambda nn: nn.TransformerDecoder(
        nn.TransformerDecoderLayer(*layer, **settings), count, nn.LayerNorm(layer[0])), list(inputs), masks)


def transformer(name, masks, inputs=((4, 3, 8), (5, 3, 8)), **kwargs):
    return Case(f"Transformer {name}", lambda nn: nn.Transformer(8, 2, 2, 1, 12, 0.0, **kwargs),
                list(inputs), masks)


MEMORY_PADDING = np.array([[False] * 4, [False, False, True, True], [True, False, False, False]])
MEMORY_MASK = np.arange(4) > np.arange(5)[:, None]
MEMORY_ADDED = np.random.default_rng(6).standard_normal((5, 4))


def cnn(nn):
    return nn.Sequential(
        nn.Conv2d(1, 4, 3, bias=False), nn.BatchNorm2d(4), nn.ReLU(inplace=True), nn.MaxPool2d(2),
        nn.Conv2d(4, 6, 3, padding="same", groups=2), nn.GELU(), nn.AdaptiveAvgPool2d(2), nn.Flatten(),
        nn.Dropout(0.0), nn.Linear(24, 5), nn.LogSoftmax(dim=1))


def tied(nn):
    """A layer used twice: its parameters appear twice in the state_dict and are trained once."""
    layer = nn.Linear(4, 4)
    return nn.Sequential(layer, nn.Tanh(), layer)


def wrapped(nn, layer, call):
    """A module that holds `layer` and calls it in a custom way."""
    class Wrapped(nn.Module):
        """call(nn, layer, *inputs)"""

        def __init__(self):
            super().__init__()
            self.layer = layer

        def forward(self, *inputs):
            return call(nn, self.layer, *inputs)
    return Wrapped()


def symmetric_and_positive(nn):
    """A weight that is symmetric and then exponentiated."""
    class Symmetric(nn.Module):
        def forward(self, X):
            return X.triu() + X.triu(1).mT

        def right_inverse(self, A):
            return A.triu()

    class Exponential(nn.Module):
        def forward(self, X):
            return X.exp()

        def right_inverse(self, A):
            return A.log()

    layer, register = nn.Linear(3, 3), nn.utils.parametrize.register_parametrization
    return register(register(layer, "weight", Symmetric()), "weight", Exponential())


def recurrent(layer, text, settings, call=None, inputs=((4, 3, 5),), training=True):
    """Cases of RNN, LSTM or GRU with 5 inputs and 3 units, or of their cells; call(nn, layer, *inputs)."""
    def make(nn):
        made = getattr(nn, layer)(5, 3, **settings)
        return made if call is None else wrapped(nn, made, call)
    return Case(f"{layer} {text}", make, list(inputs), training=training)


def packed(lengths, batch_first=False, **settings):
    """Pack the sequences, run the layer, pad the result."""
    def call(nn, layer, x, *state):
        tools = nn.utils.rnn
        x = tools.pack_padded_sequence(x, lengths, batch_first, **settings)
        y, state = layer(x, *([tuple(state)] if len(state) > 1 else state))
        return (*tools.pad_packed_sequence(y, batch_first), state)
    return call


def pair(nn, layer, x, h, c):
    return layer(x, (h, c))


def looped(nn, cell, x):
    """A cell in a hand-written loop."""
    state, outputs = None, []
    for step in x:
        state = cell(step, state)
        outputs.append(state[0] if isinstance(state, tuple) else state)
    return tuple(outputs)


RECURRENT = [
    *[case for layer in ("RNN", "LSTM", "GRU") for case in (
        recurrent(layer, "plain", {}),
        recurrent(layer, "without bias", dict(bias=False)),
        recurrent(layer, "batch first", dict(batch_first=True), inputs=[(3, 4, 5)]),
        recurrent(layer, "both directions", dict(bidirectional=True)),
        recurrent(layer, "2 layers, both directions", dict(num_layers=2, bidirectional=True, bias=False)),
        recurrent(layer, "3 layers, dropout in eval mode", dict(num_layers=3, dropout=0.5), training=False),
        recurrent(layer, "2 layers, all dropped", dict(num_layers=2, dropout=1.0)),
        recurrent(layer, "without batch", dict(bidirectional=True), inputs=[(4, 5)]),
        recurrent(layer, "one step", {}, inputs=[(1, 3, 5)]),
        recurrent(layer, "many steps", dict(bidirectional=True), inputs=[(11, 1, 5)]),
        recurrent(layer, "packed", dict(num_layers=2), packed([4, 3, 3])),
        recurrent(layer, "packed, unsorted, both directions", dict(num_layers=2, bidirectional=True),
                  packed([2, 4, 1, 4], batch_first=True, enforce_sorted=False), inputs=[(4, 6, 5)]),
        recurrent(layer, "by hand over packed data", {}, lambda nn, layer, x: layer(
            nn.utils.rnn.pack_padded_sequence(x, [4, 2, 1]))[0]),
    )],
    *[case for layer in ("RNN", "GRU") for case in (
        recurrent(layer, "from a state", dict(num_layers=2), inputs=[(4, 3, 5), (2, 3, 3)]),
        recurrent(layer, "from a state without batch", {}, inputs=[(4, 5), (1, 3)]),
        recurrent(layer, "packed, unsorted, from a state", dict(bidirectional=True),
                  packed([2, 4, 3], enforce_sorted=False), inputs=[(4, 3, 5), (2, 3, 3)]),
    )],
    recurrent("LSTM", "from a state", dict(num_layers=2, batch_first=True), pair,
              inputs=[(3, 4, 5), (2, 3, 3), (2, 3, 3)]),
    recurrent("LSTM", "projected", dict(proj_size=2)),
    recurrent("LSTM", "projected, 2 layers, both ways",
              dict(num_layers=2, bidirectional=True, proj_size=2, bias=False)),
    recurrent("LSTM", "projected, from a state", dict(proj_size=2), pair,
              inputs=[(4, 3, 5), (1, 3, 2), (1, 3, 3)]),
    recurrent("LSTM", "projected, packed", dict(proj_size=2), packed([4, 2, 1])),
    recurrent("LSTM", "from a state without batch", {}, pair, inputs=[(4, 5), (1, 3), (1, 3)]),
    recurrent("LSTM", "packed, unsorted, from a state", dict(bidirectional=True),
              packed([2, 4, 3], enforce_sorted=False), inputs=[(4, 3, 5), (2, 3, 3), (2, 3, 3)]),
    recurrent("RNN", "with relu", dict(nonlinearity="relu", num_layers=2)),
    *[case for cell in ("RNNCell", "LSTMCell", "GRUCell") for case in (
        recurrent(cell, "plain", {}, inputs=[(4, 5)]),
        recurrent(cell, "without batch", {}, inputs=[(5,)]),
        recurrent(cell, "without bias", dict(bias=False), inputs=[(4, 5)]),
        recurrent(cell, "in a loop", {}, looped),
    )],
    recurrent("RNNCell", "with relu", dict(nonlinearity="relu"), inputs=[(4, 5), (4, 3)]),
    recurrent("GRUCell", "from a state", {}, inputs=[(4, 5), (4, 3)]),
    recurrent("LSTMCell", "from a state", {}, pair, inputs=[(4, 5), (4, 3), (4, 3)]),
]

def unpooled(D, settings, inputs, text="", size=None):
    """MaxUnpool of the output of a max pool with the same settings."""
    def call(nn, layer, x):
        pool = getattr(nn.functional, f"max_pool{D}d")
        y, places = pool(x, *settings, return_indices=True)
        return layer(y * y, places, *([] if size is None else [size]))
    return Case(f"MaxUnpool{D}d{settings}{text}",
                lambda nn: wrapped(nn, getattr(nn, f"MaxUnpool{D}d")(*settings), call), inputs)


CASES = [
    *rows("Linear", "Linear", ((5, 4), {}), ((5, 4), dict(bias=False)), ((5, 1), {}), inputs=[(3, 5)]),
    *rows("Linear, more axes", "Linear", ((5, 4), {}), inputs=[(2, 3, 5)]),
    *rows("Linear, one axis", "Linear", ((5, 4), {}), inputs=[(5,)]),
    *rows("Linear, empty batch", "Linear", ((5, 4), {}), inputs=[(0, 5)]),
    *rows("Bilinear", "Bilinear", ((4, 3, 5), {}), ((4, 3, 2), dict(bias=False)), inputs=[(6, 4), (6, 3)]),
    *rows("Identity", "Identity", ((), {}), ((54,), dict(unused=1)), inputs=[(3, 5)]),
    *rows("Flatten", "Flatten", ((), {}), ((0, 1), {}), ((), dict(start_dim=2)), inputs=[(2, 3, 4, 5)]),
    *rows("Unflatten", "Unflatten", ((1, (2, 3)), {}), ((-1, (3, -1)), {}), inputs=[(2, 6)]),

    *rows("PixelShuffle", "PixelShuffle", ((2,), {}), inputs=[(2, 8, 3, 2)]),
    *rows("PixelShuffle of one image", "PixelShuffle", ((3,), {}), inputs=[(9, 3, 2)]),
    *rows("PixelUnshuffle", "PixelUnshuffle", ((2,), {}), inputs=[(2, 3, 6, 4)]),
    *rows("ChannelShuffle", "ChannelShuffle", ((2,), {}), ((3,), {}), inputs=[(2, 6, 2, 3)]),
    *rows("Unfold", "Unfold", ((2,), {}), (((2, 3),), dict(dilation=2, padding=1, stride=(2, 1))),
          inputs=[(2, 3, 5, 6)]),
    *rows("Fold", "Fold", (((4, 5), 2), {}), inputs=[(2, 12, 12)]),
    *rows("Fold", "Fold", (((4, 5), 2), dict(stride=2, padding=1)), inputs=[(2, 12, 9)]),
    *rows("CosineSimilarity", "CosineSimilarity", ((), {}), ((-1, 1e-3), {}), inputs=[(3, 4, 5), (3, 4, 5)]),
    *rows("PairwiseDistance", "PairwiseDistance", ((), {}), ((1.0, 1e-3, True), {}), inputs=[(3, 4), (3, 4)]),
    *rows("Upsample", "Upsample", ((7,), {}), ((), dict(scale_factor=2)), ((), dict(scale_factor=1.7)),
          ((), dict(scale_factor=0.6, mode="nearest-exact")), ((9,), dict(mode="linear")),
          ((), dict(scale_factor=1.7, mode="linear", align_corners=True)), ((3, None, "area"), {}),
          inputs=[(2, 3, 5)]),
    *rows("Upsample image", "Upsample", ((), dict(scale_factor=(2, 3))), (((7, 3),), {}),
          ((), dict(scale_factor=2, mode="bilinear")), (((3, 9),), dict(mode="bilinear", align_corners=True)),
          ((), dict(scale_factor=1.7, mode="bilinear", recompute_scale_factor=True)),
          ((1, None, "bilinear"), {}), ((), dict(scale_factor=2, mode="bicubic")),
          (((3, 9),), dict(mode="bicubic", align_corners=True)),
          ((), dict(scale_factor=(0.7, 1.3), mode="bicubic")), inputs=[(2, 3, 5, 4)]),
    *rows("Upsample volume", "Upsample", ((), dict(scale_factor=2)),
          ((), dict(scale_factor=2, mode="trilinear")),
          (((3, 4, 2), None, "trilinear", True), {}), inputs=[(1, 2, 2, 3, 4)]),
    *rows("UpsamplingNearest2d", "UpsamplingNearest2d", ((), dict(scale_factor=2)), inputs=[(2, 3, 2, 3)]),
    *rows("UpsamplingBilinear2d", "UpsamplingBilinear2d", (((5, 7),), {}), inputs=[(2, 3, 2, 3)]),
    *[case for kind in ("Zero", "Reflection", "Replication", "Circular")
      for D, size in enumerate([(5,), (4, 3), (4, 3, 2)], 1)
      for case in rows(f"{kind}Pad{D}d", f"{kind}Pad{D}d", ((1,), {}), ((tuple(range(D)) + (1,) * D,), {}),
                       inputs=[(2, 3, *size)])],
    *[case for D, size in enumerate([(5,), (4, 3), (4, 3, 2)], 1)
      for case in rows(f"ConstantPad{D}d", f"ConstantPad{D}d", ((2, -1.5), {}), (((1, -1) * D, 2.0), {}),
                       inputs=[(2, 3, *size)])],
    *rows("ReflectionPad2d without batch", "ReflectionPad2d", ((1,), {}), inputs=[(3, 4, 3)]),

    *rows("Conv1d", "Conv1d", ((4, 6, 3), {}), ((4, 6, 3, 2, 1), {}),
          ((4, 6, 2), dict(dilation=3, bias=False)),
          ((4, 8, 3), dict(groups=4, padding="same")), ((4, 2, 3), dict(padding=2, padding_mode="circular")),
          inputs=[(2, 4, 9)]),
    *rows("Conv1d without batch", "Conv1d", ((4, 6, 3), {}), inputs=[(4, 9)]),
    *rows("Conv2d", "Conv2d", ((4, 6, 3), {}), ((4, 6, (3, 2)), dict(stride=(2, 1), padding=(1, 2))),
          ((4, 6, 1), {}), ((4, 4, 3), dict(groups=4)), ((4, 6, 3), dict(groups=2, dilation=2, padding=2)),
          ((4, 3, 4), dict(padding="same")), ((4, 3, 3), dict(padding="valid", bias=False)),
          ((4, 3, 3), dict(padding=1, padding_mode="reflect")),
          ((4, 3, 3), dict(padding=(2, 1), padding_mode="replicate", stride=2)),
          ((4, 3, 3), dict(padding="same", padding_mode="circular")), inputs=[(2, 4, 7, 6)]),
    *rows("Conv2d without batch", "Conv2d", ((4, 6, 3), {}), inputs=[(4, 7, 6)]),
    *rows("Conv3d", "Conv3d", ((2, 4, 2), {}), ((2, 4, (1, 2, 3)), dict(stride=2, padding=1, groups=2)),
          inputs=[(2, 2, 4, 5, 6)]),
    *rows("ConvTranspose1d", "ConvTranspose1d", ((4, 6, 3), {}), ((4, 6, 3, 2, 1, 1), {}),
          ((4, 6, 2), dict(groups=2, dilation=2, bias=False)), inputs=[(2, 4, 5)]),
    *rows("ConvTranspose2d", "ConvTranspose2d", ((4, 6, 3), {}), ((4, 6, 3, 2, 1, 1), {}),
          ((4, 6, (2, 3)), dict(stride=(3, 1), groups=2)),
          ((4, 2, 3), dict(dilation=2, padding=2, bias=False)), inputs=[(2, 4, 5, 4)]),
    *[Case(f"ConvTranspose2d to size {size}", lambda nn, size=size: wrapped(
        nn, nn.ConvTranspose2d(4, 2, 3, (3, 2), (1, 0), dilation=(1, 2)),
        lambda nn, layer, x: layer(x, output_size=size)),
        [(2, 4, 5, 4)]) for size in ((13, 11), [15, 12], (2, 4, 14, 11))],
    *rows("ConvTranspose2d without batch", "ConvTranspose2d", ((4, 6, 3), {}), inputs=[(4, 5, 4)]),
    *rows("ConvTranspose3d", "ConvTranspose3d", ((2, 4, 2), {}), ((2, 3, 3, 2, 1, 1), {}),
          inputs=[(2, 2, 3, 2, 4)]),

    *rows("MaxPool1d", "MaxPool1d", ((2,), {}), ((3, 2, 1), {}), ((2, 1), dict(dilation=3)),
          inputs=[(2, 3, 9)]),
    *rows("MaxPool2d", "MaxPool2d", ((2,), {}), ((3, 2, 1), {}), (((2, 3), 1), {}),
          ((2, 1), dict(dilation=2)),
          ((3, 2), dict(ceil_mode=True)), inputs=[(2, 3, 8, 7)]),
    *rows("MaxPool2d without batch", "MaxPool2d", ((2,), {}), inputs=[(3, 8, 7)]),
    *rows("MaxPool with indices", "MaxPool2d", ((3, 2, 1, 1, True), {}),
          ((2, 1), dict(dilation=2, return_indices=True)),
          ((3, 2, 1), dict(return_indices=True, ceil_mode=True)), inputs=[(2, 3, 8, 7)]),
    *rows("MaxPool1d with indices", "MaxPool1d", ((2,), dict(return_indices=True)), inputs=[(3, 9)]),
    *rows("MaxPool3d with indices", "MaxPool3d", ((2, 1, 1), dict(return_indices=True)),
          inputs=[(2, 2, 3, 4, 3)]),
    unpooled(1, (2,), [(2, 3, 8)]),
    unpooled(2, (2,), [(2, 3, 6, 8)]),
    unpooled(2, (2,), [(3, 6, 8)], " without batch"),
    unpooled(2, (2, 2, 1), [(2, 3, 6, 8)], " with padding"),
    unpooled(2, (2,), [(2, 3, 7, 9)], " to a size", (7, 9)),
    unpooled(2, (2,), [(2, 3, 7, 9)], " to a whole size", (2, 3, 7, 9)),
    unpooled(3, ((2, 1, 2),), [(2, 2, 4, 3, 4)]),
    *rows("LPPool1d", "LPPool1d", ((2.0, 3), {}), ((3.0, 2, 1), {}), inputs=[X[:, :, :4]**2]),
    *rows("LPPool2d", "LPPool2d", ((2.0, (2, 3)), {}), ((1.0, 3, 2, True), {}), inputs=[(2, 3, 8, 7)]),
    *rows("LPPool3d", "LPPool3d", ((2.0, 2), {}), inputs=[(2, 2, 4, 5, 4)]),
    *rows("MaxPool3d", "MaxPool3d", ((2,), {}), ((2, 1, 1), dict(ceil_mode=True)), inputs=[(2, 2, 4, 5, 4)]),
    *rows("AvgPool1d", "AvgPool1d", ((2,), {}), ((3, 2, 1), {}), ((3, 2, 1, True, False), {}),
          inputs=[(2, 3, 8)]),
    *rows("AvgPool2d", "AvgPool2d", ((2,), {}), ((3, 2, 1), {}), ((3, 2, 1), dict(count_include_pad=False)),
          ((3, 2, 1), dict(ceil_mode=True)), ((3, 2, 1, True, False), {}),
          (((2, 3),), dict(divisor_override=5)), inputs=[(2, 3, 8, 7)]),
    *rows("AvgPool3d", "AvgPool3d", ((2,), {}), ((3, 2, 1), dict(count_include_pad=False)),
          inputs=[(2, 2, 4, 5, 4)]),
    *rows("AdaptiveAvgPool1d", "AdaptiveAvgPool1d", ((1,), {}), ((4,), {}), inputs=[(2, 3, 9)]),
    *rows("AdaptiveAvgPool2d", "AdaptiveAvgPool2d", ((1,), {}), (((3, 4),), {}), (((None, 2),), {}),
          ((10,), {}), inputs=[(2, 3, 8, 7)]),
    *rows("AdaptiveAvgPool3d", "AdaptiveAvgPool3d", ((2,), {}), inputs=[(2, 2, 4, 5, 3)]),
    *rows("AdaptiveMaxPool1d", "AdaptiveMaxPool1d", ((1,), {}), ((4,), {}), inputs=[(2, 3, 9)]),
    *rows("AdaptiveMaxPool2d", "AdaptiveMaxPool2d", ((1,), {}), (((3, 4),), {}), (((None, 2),), {}),
          inputs=[(2, 3, 8, 7)]),
    *rows("AdaptiveMaxPool3d", "AdaptiveMaxPool3d", ((2,), {}), inputs=[(2, 2, 4, 5, 3)]),

    *both_modes("BatchNorm1d", "BatchNorm1d", ((4,), {}), ((4,), dict(affine=False, eps=1e-3)),
                ((4,), dict(bias=False)), inputs=[(6, 4)]),
    *both_modes("BatchNorm1d", "BatchNorm1d", ((4, 1e-5, 0.3), {}), inputs=[(3, 4, 5)]),
    *both_modes("BatchNorm2d", "BatchNorm2d", ((4,), {}), ((4,), dict(momentum=None)),
                ((4,), dict(track_running_stats=False)), inputs=[(3, 4, 2, 3)]),
    *both_modes("BatchNorm3d", "BatchNorm3d", ((4,), {}), inputs=[(3, 4, 2, 3, 2)]),
    *both_modes("SyncBatchNorm", "SyncBatchNorm", ((4,), {}), inputs=[(3, 4, 2, 3)]),
    *rows("LayerNorm", "LayerNorm", ((5,), {}), (((4, 5),), dict(eps=1e-3)), ((5,), dict(bias=False)),
          ((5,), dict(elementwise_affine=False)), inputs=[(3, 4, 5)]),
    *rows("RMSNorm", "RMSNorm", ((5,), {}), (((4, 5),), dict(eps=1e-3)),
          ((5,), dict(elementwise_affine=False)), inputs=[(3, 4, 5)]),
    *rows("GroupNorm", "GroupNorm", ((2, 4), {}), ((4, 4), dict(affine=False)), ((1, 4), dict(eps=1e-2)),
          ((1, 4), dict(bias=False)),
          inputs=[(3, 4, 5)]),
    *both_modes("InstanceNorm1d", "InstanceNorm1d", ((4,), {}), ((4,), dict(track_running_stats=True)),
                ((4,), dict(affine=True)), inputs=[(3, 4, 5)]),
    *rows("InstanceNorm1d without batch", "InstanceNorm1d", ((4,), {}), inputs=[(4, 5)]),
    *both_modes("InstanceNorm2d", "InstanceNorm2d", ((4,), dict(affine=True, track_running_stats=True)),
                inputs=[(3, 4, 2, 3)]),
    *rows("LocalResponseNorm", "LocalResponseNorm", ((2,), {}), ((5, 0.5, 0.6, 2.0), {}), inputs=[(2, 6, 4)]),
    *rows("LocalResponseNorm of images", "LocalResponseNorm", ((3, 0.5), {}), inputs=[(2, 6, 2, 3)]),
    *rows("InstanceNorm3d", "InstanceNorm3d", ((4,), dict(affine=True)), inputs=[(3, 4, 2, 3, 2)]),

    *rows("Dropout", "Dropout", ((0.0,), {}), ((1.0,), {}), inputs=[(3, 5)]),
    *rows("Dropout", "Dropout", ((0.5,), {}), ((0.5, True), {}), inputs=[(3, 5)], training=False),
    *rows("Dropout2d", "Dropout2d", ((0.5,), {}), inputs=[(3, 5, 2, 2)], training=False),
    *rows("AlphaDropout", "AlphaDropout", ((0.0,), {}), inputs=[(3, 5)]),
    *rows("AlphaDropout", "AlphaDropout", ((0.5,), {}), inputs=[(3, 5)], training=False),
    *rows("FeatureAlphaDropout", "FeatureAlphaDropout", ((0.5,), {}), inputs=[(3, 5)], training=False),
    *rows("Embedding with limit", "Embedding", ((7, 4, 2, 0.5), {}),
          ((7, 4), dict(max_norm=1.0, norm_type=1.0)), inputs=[(7, (3, 20))]),
    *[case for mode in ("mean", "sum", "max") for case in rows(
        "EmbeddingBag", "EmbeddingBag", ((7, 4), dict(mode=mode)),
        ((7, 4), dict(mode=mode, padding_idx=2, max_norm=1.0)),
        inputs=[np.array([[0, 2, 2], [2, 2, 2], [6, 1, 3]])])],
    *[case for mode in ("mean", "sum", "max") for case in rows(
        "EmbeddingBag with offsets", "EmbeddingBag", ((7, 4), dict(mode=mode)),
        ((7, 4), dict(mode=mode, padding_idx=2)),
        ((7, 4), dict(mode=mode, include_last_offset=True)), inputs=[(7, (9,)), np.array([0, 0, 2, 5, 9])])],
    Case("EmbeddingBag with factors",
         lambda nn: wrapped(nn, nn.EmbeddingBag(7, 4, mode="sum"),
                            lambda nn, layer, x, w: layer(x, per_sample_weights=w)),
         [(7, (3, 5)), (3, 5)]),
    Case("EmbeddingBag with factors and offsets",
         lambda nn: wrapped(nn, nn.EmbeddingBag(7, 4, mode="sum"), lambda nn, layer, x, o, w: layer(x, o, w)),
         [(7, (9,)), np.array([0, 0, 2, 5]), (9,)]),
    *rows("Embedding", "Embedding", ((7, 4), {}), ((7, 4, 2), {}), ((7, 4), dict(padding_idx=-1)),
          inputs=[(7, (3, 20))]),

    *[case for name in ("ReLU", "ReLU6", "SELU", "SiLU", "Mish", "Sigmoid", "LogSigmoid", "Tanh",
                        "Tanhshrink", "Hardswish", "Softsign", "Hardshrink", "Softshrink", "Softmax2d")
      for case in rows(name, name, ((), {}), inputs=[X])],
    Case("Hardsigmoid()", lambda nn: nn.Hardsigmoid(), [X], rtol=1e-7),  # PyTorch's slope is 1/6 in float32
    *rows("LeakyReLU", "LeakyReLU", ((), {}), ((0.2,), {}), inputs=[X]),
    *rows("ELU", "ELU", ((), {}), ((0.7,), {}), inputs=[X]),
    *rows("CELU", "CELU", ((), {}), ((0.5,), {}), inputs=[X]),
    *rows("GELU", "GELU", ((), {}), (("tanh",), {}), ((), dict(approximate="tanh")), inputs=[X]),
    *rows("Hardtanh", "Hardtanh", ((), {}), ((-2.0, 0.5), {}), inputs=[X]),
    *rows("Softplus", "Softplus", ((), {}), ((2.0, 3.0), {}), inputs=[X]),
    *rows("Threshold", "Threshold", ((0.5, -1.0), {}), inputs=[X]),
    *rows("GLU", "GLU", ((1,), {}), ((0,), {}), inputs=[(2, 4, 3)]),
    *rows("Softmax", "Softmax", ((1,), {}), ((), dict(dim=-1)), inputs=[X]),
    *rows("LogSoftmax", "LogSoftmax", ((1,), {}), ((), dict(dim=0)), inputs=[X]),
    *rows("Softmin", "Softmin", ((1,), {}), inputs=[X]),
    *rows("Hardshrink", "Hardshrink", ((1.5,), {}), inputs=[X]),
    *rows("Softshrink", "Softshrink", ((1.5,), {}), inputs=[X]),
    *rows("Softmax2d with batch", "Softmax2d", ((), {}), inputs=[(2, 3, 2, 4)]),
    *rows("RReLU", "RReLU", ((), {}), ((0.1, 0.2), {}), inputs=[X], training=False),
    *rows("PReLU", "PReLU", ((), {}), ((4, 0.1), {}), inputs=[X]),

    attention("plain", {}),
    attention("batch first", {}, batch_first=True, inputs=[(3, 5, 8)] * 3),
    attention("without bias", {}, bias=False),
    attention("without weights", dict(need_weights=False)),
    attention("weights of each head", dict(average_attn_weights=False)),
    attention("of other lengths", {}, inputs=[(4, 3, 8), (5, 3, 8), (5, 3, 8)]),
    attention("with kdim and vdim", {}, kdim=6, vdim=7, inputs=[(4, 3, 8), (5, 3, 6), (5, 3, 7)]),
    attention("without batch", {}, inputs=[(5, 8)] * 3),
    attention("boolean mask", dict(attn_mask=CAUSAL)),
    attention("boolean mask, without weights", dict(attn_mask=CAUSAL, need_weights=False)),
    attention("causal hint", dict(attn_mask=CAUSAL, need_weights=False, is_causal=True)),
    attention("added mask", dict(attn_mask=ADDED)),
    attention("mask of each head", dict(attn_mask=PER_HEAD)),
    attention("padding", dict(key_padding_mask=PADDING)),
    attention("padding and boolean mask", dict(key_padding_mask=PADDING, attn_mask=CAUSAL)),
    attention("added padding and mask",
              dict(key_padding_mask=np.where(PADDING, -np.inf, 0.0), attn_mask=ADDED)),
    attention("bias_kv", dict(attn_mask=CAUSAL, key_padding_mask=PADDING), add_bias_kv=True),
    attention("zero_attn", dict(attn_mask=ADDED), add_zero_attn=True),
    attention("bias_kv and zero_attn", {}, add_bias_kv=True, add_zero_attn=True),
    encoder("post-norm", {}),
    encoder("pre-norm", {}, norm_first=True),
    encoder("gelu without bias", {}, activation="gelu", bias=False),
    encoder("padding", dict(src_key_padding_mask=PADDING)),
    encoder("causal", dict(src_mask=CAUSAL, is_causal=True), norm_first=True),
    encoder("added mask", dict(src_mask=ADDED)),
    encoder("time first", {}, layer=(8, 4, 5)),
    encoder("2 layers", dict(mask=CAUSAL), count=2),
    encoder("2 layers, pre-norm, padding", dict(src_key_padding_mask=PADDING), count=2, norm_first=True),

    decoder("post-norm", {}),
    decoder("pre-norm", {}, norm_first=True),
    decoder("time first, gelu without bias", {}, inputs=[(5, 3, 8), (4, 3, 8)], batch_first=False,
            activation="gelu", bias=False),
    decoder("without batch", {}, inputs=[(5, 8), (4, 8)]),
    decoder("causal", dict(tgt_mask=CAUSAL, tgt_is_causal=True)),
    decoder("all masks", dict(tgt_mask=CAUSAL, memory_mask=MEMORY_MASK, tgt_key_padding_mask=PADDING,
                              memory_key_padding_mask=MEMORY_PADDING)),
    decoder("added masks, pre-norm", dict(tgt_mask=ADDED, memory_mask=MEMORY_ADDED), norm_first=True),
    decoder("causal memory", dict(memory_mask=MEMORY_MASK, memory_is_causal=True)),
    decoder("2 layers", dict(tgt_mask=CAUSAL, memory_key_padding_mask=MEMORY_PADDING), count=2),
    transformer("time first", {}),
    transformer("batch first, pre-norm", {}, inputs=[(3, 4, 8), (3, 5, 8)], batch_first=True,
                norm_first=True),
    transformer("without batch", {}, inputs=[(4, 8), (5, 8)]),
    transformer("all masks", dict(src_mask=CAUSAL[:4, :4], tgt_mask=CAUSAL, memory_mask=MEMORY_MASK,
                                  src_key_padding_mask=MEMORY_PADDING, tgt_key_padding_mask=PADDING,
                                  memory_key_padding_mask=MEMORY_PADDING), activation="gelu"),
    transformer("causal hints", dict(src_mask=CAUSAL[:4, :4], tgt_mask=CAUSAL, src_is_causal=True,
                                     tgt_is_causal=True), bias=False),

    *RECURRENT,

    *[Case(f"weight_norm dim={dim}", lambda nn, dim=dim: weight_norm(nn, nn.Linear(4, 3), dim=dim),
           [(2, 4)]) for dim in (0, 1, None)],
    Case("weight_norm Conv1d", lambda nn: weight_norm(nn, nn.Conv1d(2, 4, 3)), [(2, 2, 5)]),
    Case("weight_norm LSTM", lambda nn: weight_norm(nn, nn.LSTM(3, 2), "weight_hh_l0"), [(4, 2, 3)]),
    *[Case(f"spectral_norm{text}",
           lambda nn, steps=steps: nn.utils.spectral_norm(nn.Linear(4, 3), "weight", steps), [(2, 4)],
           training=training)
      for text, steps, training in (("", 1, True), (" 3 steps", 3, True), (" in eval mode", 1, False))],
    Case("spectral_norm Conv2d", lambda nn: nn.utils.spectral_norm(nn.Conv2d(2, 4, 3)), [(2, 2, 5, 5)]),
    Case("spectral_norm ConvTranspose2d", lambda nn: nn.utils.spectral_norm(nn.ConvTranspose2d(2, 4, 3)),
         [(2, 2, 3, 3)]),

    *[Case(f"weight_norm parametrization dim={dim}",
           lambda nn, dim=dim: nn.utils.parametrizations.weight_norm(nn.Linear(4, 3), dim=dim),
           [(2, 4)]) for dim in (0, 1, None)],
    Case("weight_norm parametrization LSTM",
         lambda nn: nn.utils.parametrizations.weight_norm(nn.LSTM(3, 2), "weight_hh_l0"), [(4, 2, 3)]),
    *[Case(f"spectral_norm parametrization {layer}{text}",
           lambda nn, layer=layer, args=args, steps=steps: nn.utils.parametrizations.spectral_norm(
               getattr(nn, layer)(*args), n_power_iterations=steps), [shape], training=training)
      for layer, args, shape in (("Linear", (4, 3), (2, 4)), ("Conv2d", (2, 4, 3), (2, 2, 5, 5)),
                                 ("ConvTranspose2d", (2, 4, 3), (2, 2, 3, 3)))
      for text, steps, training in (("", 1, True), (" 3 steps", 3, True), (" in eval mode", 1, False))],
    Case("spectral_norm parametrization of a vector",
         lambda nn: nn.utils.parametrizations.spectral_norm(nn.Linear(4, 3), "bias"), [(2, 4)]),
    *[Case(f"orthogonal {way} {n} x {k}" + ("" if base else " without base"),
           lambda nn, n=n, k=k, way=way, base=base: nn.utils.parametrizations.orthogonal(
               nn.Linear(k, n), orthogonal_map=way, use_trivialization=base), [(2, k)])
      for way in ("matrix_exp", "cayley", "householder") for n, k in ((4, 4), (5, 3), (3, 5))
      for base in (True, False)],
    Case("orthogonal batch of matrices",
         lambda nn: nn.utils.parametrizations.orthogonal(nn.Bilinear(3, 4, 2)), [(2, 3), (2, 4)]),
    Case("two parametrizations", symmetric_and_positive, [(2, 3)]),

    Case("Sequential CNN", cnn, [(3, 1, 12, 12)]),
    Case("Sequential CNN in eval mode", cnn, [(3, 1, 12, 12)], training=False),
    Case("a layer used twice", tied, [(3, 4)]),
    Case("Sequential with names", lambda nn: nn.Sequential(dict_of(a=nn.Linear(4, 3), b=nn.Tanh())),
         [(2, 4)]),
]


def dict_of(**members):
    from collections import OrderedDict
    return OrderedDict(members)


SCORES = np.random.default_rng(11).standard_normal((6, 5)) * 3
LABELS = np.array([[3, 0, -1, 1, 2], [2, -1, -1, -1, -1], [-1, 0, 1, 2, 3],
                   [4, 3, 2, 1, 0], [1, 2, -1, -1, -1], [0, -1, 3, 3, 3]])
IMAGES = np.random.default_rng(12).standard_normal((3, 5, 2, 2))
PIXELS = np.random.default_rng(13).integers(0, 5, (3, 2, 2))
IDS = np.array([0, 4, 2, 2, 1, 3])
SOME = np.array([0, 4, -100, 2, 1, -100])
CLASS = np.array([0.2, 1.0, 2.0, 0.5, 1.5])
CHANCES = np.random.default_rng(14).dirichlet(np.ones(5), 6)
UNIT = np.random.default_rng(15).uniform(0.05, 0.95, (6, 5))
BITS = (np.random.default_rng(16).random((6, 5)) < 0.5).astype(float)
LOGS = np.log(CHANCES)


def loss(layer, inputs, *settings, text=""):
    """A Case for each dict of settings, whose arrays become tensors, and for each reduction."""
    for kwargs in settings:
        for reduction in ("mean", "sum", "none"):
            yield Case(f"{layer}({', '.join([*kwargs, reduction])}){text}",
                       lambda nn, kwargs=kwargs, reduction=reduction: getattr(nn, layer)(
                           reduction=reduction, **{k: tensor_of(nn, v) for k, v in kwargs.items()}), inputs,
                       random_state=False)


def tensor_of(nn, value):
    if not isinstance(value, np.ndarray):
        return value
    if nn.__name__ == "torch.nn":
        import torch
        return torch.tensor(value)
    from minigrad import tensor
    return tensor(value)


COUNTS = np.random.default_rng(17).integers(0, 5, (6, 5)).astype(float)
SIGNS = np.where(BITS == 1, 1.0, -1.0)


def ctc(targets, input_lengths, target_lengths, *settings, shape=(7, 3, 5), text=""):
    """CTC after log_softmax: PyTorch's gradient is right only with it."""
    lengths = [targets, input_lengths, target_lengths]
    for case in loss("CTCLoss", [np.random.default_rng(18).standard_normal(shape), *map(np.array, lengths)],
                     *settings, text=text):
        make = case.make
        case.make = lambda nn, make=make: wrapped(nn, make(nn), lambda nn, layer, x, *rest: layer(
            nn.functional.log_softmax(x, -1), *rest))
        yield case


LOSSES = [
    *loss("MSELoss", [SCORES, BITS], {}),
    *loss("L1Loss", [SCORES, BITS], {}),
    *loss("HuberLoss", [SCORES, BITS], {}, dict(delta=2.5)),
    *loss("SmoothL1Loss", [SCORES, BITS], {}, dict(beta=0.3)),
    *loss("CrossEntropyLoss", [SCORES, IDS], {}, dict(weight=CLASS), dict(label_smoothing=0.1),
          dict(weight=CLASS, label_smoothing=0.2)),
    *loss("CrossEntropyLoss", [SCORES, SOME], {}, dict(weight=CLASS), dict(label_smoothing=0.1),
          dict(weight=CLASS, label_smoothing=0.2)),
    *loss("CrossEntropyLoss", [SCORES, IDS], dict(ignore_index=2)),
    *loss("CrossEntropyLoss", [SCORES, CHANCES], {}, dict(weight=CLASS),
          dict(weight=CLASS, label_smoothing=0.1)),
    *loss("CrossEntropyLoss", [IMAGES, PIXELS], {}, dict(weight=CLASS), dict(ignore_index=3)),
    *loss("CrossEntropyLoss", [SCORES[0], np.array(4)], {}),
    *loss("NLLLoss", [LOGS, IDS], {}, dict(weight=CLASS), dict(ignore_index=2)),
    *loss("NLLLoss", [IMAGES, PIXELS], {}, dict(weight=CLASS)),
    *loss("BCELoss", [UNIT, BITS], {}, dict(weight=UNIT)),
    *loss("BCELoss", [UNIT, CHANCES], {}),
    *loss("BCEWithLogitsLoss", [SCORES, BITS], {}, dict(weight=UNIT), dict(pos_weight=CLASS)),
    *loss("KLDivLoss", [LOGS, CHANCES[::-1].copy()], {}),
    *loss("KLDivLoss", [LOGS, LOGS[::-1].copy()], dict(log_target=True)),
    Case("KLDivLoss(batchmean)", lambda nn: nn.KLDivLoss(reduction="batchmean"),
         [LOGS, CHANCES[::-1].copy()]),
    *loss("PoissonNLLLoss", [SCORES, COUNTS], {}),
    *loss("PoissonNLLLoss", [UNIT, COUNTS], dict(log_input=False)),
    # COUNTS + 1: with full=True PyTorch's gradient of a target of 0 is NaN
    *loss("PoissonNLLLoss", [UNIT, COUNTS + 1], dict(full=True), dict(log_input=False, eps=0.1, full=True)),
    *loss("GaussianNLLLoss", [SCORES, BITS, UNIT], {}, dict(full=True), dict(eps=0.5)),
    *loss("GaussianNLLLoss", [SCORES, BITS, UNIT[:, :1]], {}, text=" of one variance for each sample"),
    *loss("GaussianNLLLoss", [SCORES, BITS, UNIT[:, 0]], {}, text=" of variances (N,)"),
    *loss("HingeEmbeddingLoss", [SCORES, SIGNS], {}, dict(margin=2.5)),
    *loss("CosineEmbeddingLoss", [SCORES, CHANCES, SIGNS[:, 0].copy()], {}, dict(margin=0.3)),
    *loss("CosineEmbeddingLoss", [SCORES[0], CHANCES[0], np.array(1.0)], {}, text=" of one"),
    *loss("MarginRankingLoss", [SCORES, CHANCES, SIGNS], {}, dict(margin=2.5)),
    *loss("TripletMarginLoss", [SCORES, CHANCES, UNIT], {}, dict(margin=2.5, p=1, swap=True),
          dict(p=3.0, eps=0.1)),
    *loss("TripletMarginWithDistanceLoss", [SCORES, CHANCES, UNIT], {}, dict(margin=2.5, swap=True),
          dict(distance_function=lambda a, b: ((a - b) * (a - b)).sum(-1))),
    *loss("MultiMarginLoss", [SCORES, IDS], {}, dict(margin=2.5, p=2), dict(weight=CLASS)),
    *loss("MultiMarginLoss", [SCORES[0], np.array(3)], {}, text=" of one"),
    *[Case(f"SoftMarginLoss({reduction})", lambda nn, reduction=reduction: wrapped(
        nn, nn.SoftMarginLoss(reduction=reduction), lambda nn, layer, x, target: layer(x, target.detach())),
        [SCORES, SIGNS]) for reduction in ("mean", "sum", "none")],     # PyTorch gives the target no gradient
    *loss("MultiLabelMarginLoss", [SCORES, LABELS], {}),
    *loss("MultiLabelSoftMarginLoss", [SCORES, BITS], {}, dict(weight=CLASS)),
    *ctc([[1, 1, 2], [3, 4, 9], [9, 9, 9]], [7, 6, 5], [3, 2, 0], {}, dict(zero_infinity=True)),
    *ctc([[1, 1, 2], [3, 0, 9], [2, 2, 2]], [7, 6, 5], [3, 2, 3], dict(blank=4)),
    *ctc([1, 1, 2, 3, 4], [7, 6, 5], [3, 2, 0], {}, text=" of targets in a row"),
    *ctc([[1, 1, 2], [3, 4, 1], [2, 2, 2]], [3, 6, 5], [3, 2, 3], dict(zero_infinity=True),
         text=" too short"),
    *ctc([1, 1, 2], 7, 3, {}, shape=(7, 5), text=" of one"),
]
