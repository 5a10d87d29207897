"""Recurrent layers: a state h that is carried along a sequence and changed by every element.

    RNN     h' = tanh(W x + b + U h + c)
    LSTM    i, f, o = sigmoid(...), g = tanh(...);   c' = f c + i g;   h' = o tanh(c')
    GRU     r, z = sigmoid(...);   n = tanh(W x + b + r (U h + c));   h' = (1 - z) n + z h
where each gate has its own W, b, U, c; the layers hold them stacked: weight_ih (gates * H, I),
weight_hh (gates * H, H). All of W x + b is computed for the whole sequence at once, before the loop.

Sources: Elman 1990, Cognitive Science 14, 179-211; Hochreiter and Schmidhuber 1997, Neural Computation
9, 1735-1780; Cho et al. 2014, arXiv:1406.1078.
"""

import math
from collections import namedtuple

from minigrad.autograd import Parameter, Tensor
from minigrad.backend import MODULES, array_on
from minigrad.nn import init
from minigrad.nn.linear import check_input
from minigrad.nn.module import Module
from minigrad.ops.activations import relu, sigmoid
from minigrad.ops.creation import empty, full, zeros
from minigrad.ops.dropout import dropout
from minigrad.ops.elementwise import tanh, where
from minigrad.ops.linalg import linear
from minigrad.ops.shapes import cat, chunk, stack, unbind

PackedSequence = namedtuple("PackedSequence", "padded lengths batch_first")
PackedSequence.__doc__ = """Sequences of different lengths in one padded tensor: what recurrent layers take and give.

padded (T, N, ...) or, with batch_first, (N, T, ...); lengths, a list of N integers. Unlike PyTorch's it
stays padded, and sequences keep their order.
"""


# One step of each: W x + b, the state and U, c -> the new state, a tuple whose first is h


def rnn_step(gates, state, weight, bias, nonlinearity=tanh):
    return nonlinearity(gates + linear(state[0], weight, bias)),


def lstm_step(gates, state, weight, bias):
    i, f, g, o = chunk(gates + linear(state[0], weight, bias), 4, -1)
    c = sigmoid(f) * state[1] + sigmoid(i) * tanh(g)
    return sigmoid(o) * tanh(c), c


def gru_step(gates, state, weight, bias):
    h, = state
    r, z, n = chunk(gates, 3, -1)
    hr, hz, hn = chunk(linear(h, weight, bias), 3, -1)
    n = tanh(n + sigmoid(r + hr) * hn)
    return n + sigmoid(z + hz) * (h - n),


def nonlinearity_named(name):
    if name not in ("tanh", "relu"):
        raise ValueError(f"RNN: nonlinearity is 'tanh' or 'relu', got {name!r}")
    return tanh if name == "tanh" else relu


class Recurrent(Module):
    """What RNN, LSTM and GRU share: stacked layers, both directions, padded and packed sequences.

    Arguments: input_size I, hidden_size H, num_layers L, bias, batch_first, dropout (between layers, in
    training), bidirectional.
    Shapes, with D = 2 if bidirectional else 1: input (T, N, I), or (N, T, I) with batch_first, or (T, I), or
    a PackedSequence; output (T, N, D*H) likewise; states (D*L, N, H) or (D*L, H), zeros by default.
    All parameters ~ U(-k, k), k = 1 / sqrt(H).
    """

    gates, states = 1, 1        # how many W there are, and how many tensors make the state

    def __init__(self, input_size, hidden_size, num_layers=1, bias=True, batch_first=False, dropout=0.0,
                 bidirectional=False, device=None, dtype=None):
        if num_layers < 1 or hidden_size < 1:
            raise ValueError(f"{type(self).__name__}: num_layers and hidden_size are at least 1, "
                             f"got {num_layers} and {hidden_size}")
        if not 0 <= dropout <= 1:
            raise ValueError(f"{type(self).__name__}: dropout is a probability in [0, 1], got {dropout}")
        self.input_size, self.hidden_size, self.num_layers = input_size, hidden_size, num_layers
        self.bias, self.batch_first, self.dropout, self.bidirectional = bias, batch_first, dropout, bidirectional
        rows = self.gates * hidden_size
        for layer in range(num_layers):
            for suffix in self.directions():
                width = input_size if layer == 0 else hidden_size * len(self.directions())
                shapes = {"weight_ih": (rows, width), "weight_hh": (rows, hidden_size)}
                if bias:
                    shapes.update(bias_ih=(rows,), bias_hh=(rows,))
                for name, shape in shapes.items():
                    setattr(self, f"{name}_l{layer}{suffix}", Parameter(empty(shape, device=device, dtype=dtype)))
        self.reset_parameters()

    def directions(self):
        return ("", "_reverse") if self.bidirectional else ("",)

    def reset_parameters(self):
        k = 1 / math.sqrt(self.hidden_size)
        for parameter in self.parameters():
            init.uniform_(parameter, -k, k)

    def flatten_parameters(self):
        """Does nothing: PyTorch's call to rearrange memory for the GPU."""

    def step(self, gates, state, weight, bias):
        raise NotImplementedError

    def forward(self, input, hx=None):
        packed = isinstance(input, PackedSequence)
        x = input.padded if packed else input
        check_input(self, x, self.weight_ih_l0)
        batch_first = input.batch_first if packed else self.batch_first
        batched = x.ndim == 3
        if x.ndim not in (2, 3) or x.shape[-1] != self.input_size:
            raise ValueError(f"{self!r} takes ({'N, T' if batch_first else 'T, N'}, {self.input_size}) "
                             f"or (T, {self.input_size}), got {tuple(x.shape)}")
        x = x.unsqueeze(1) if not batched else x.transpose(0, 1) if batch_first else x      # (T, N, I)
        states = self.initial(hx, x, batched)
        seen = sequence_mask(x, input.lengths) if packed else None
        finals = []
        for layer in range(self.num_layers):
            outputs = []
            for suffix in self.directions():
                state = tuple(each[len(finals)] for each in states)
                output, final = self.run(x, state, f"_l{layer}{suffix}", seen, backward=bool(suffix))
                outputs.append(output)
                finals.append(final)
            x = outputs[0] if len(outputs) == 1 else cat(outputs, -1)
            if self.dropout and self.training and layer < self.num_layers - 1:
                x = dropout(x, self.dropout)
        finals = tuple(stack(each) for each in zip(*finals))                                # (D*L, N, H)
        if not batched:
            x, finals = x.squeeze(1), tuple(each.squeeze(1) for each in finals)
        elif batch_first:
            x = x.transpose(0, 1)
        output = PackedSequence(x, input.lengths, batch_first) if packed else x
        return output, finals if self.states > 1 else finals[0]

    def initial(self, hx, x, batched):
        """The given states as a tuple of (D*L, N, H), or zeros."""
        shape = (self.num_layers * len(self.directions()), x.shape[1], self.hidden_size)
        if hx is None:
            return (zeros(shape, dtype=x.dtype, device=x.device),) * self.states
        hx = tuple(hx) if self.states > 1 else (hx,)
        hx = hx if batched else tuple(each.unsqueeze(1) for each in hx)
        for each in hx:
            if tuple(each.shape) != shape:
                raise ValueError(f"{self!r}: a state should be {shape}, got {tuple(each.shape)}")
        return hx

    def run(self, x, state, suffix, seen, backward):
        """One layer in one direction: (T, N, I) -> outputs (T, N, H) and the last state."""
        weight, bias = getattr(self, "weight_hh" + suffix), getattr(self, "bias_hh" + suffix) if self.bias else None
        inputs = linear(x, getattr(self, "weight_ih" + suffix),
                        getattr(self, "bias_ih" + suffix) if self.bias else None)
        steps = list(enumerate(unbind(inputs)))
        outputs = [None] * len(steps)
        for t, gates in reversed(steps) if backward else steps:
            new = self.step(gates, state, weight, bias)
            if seen is not None:        # beyond its end a sequence keeps its state, and its output is 0
                new = tuple(where(seen[t], after, before) for after, before in zip(new, state))
            outputs[t] = new[0] if seen is None else where(seen[t], new[0], 0.0)
            state = new
        return stack(outputs), state

    def extra_repr(self):
        text = f"{self.input_size}, {self.hidden_size}"
        for name, default in (("num_layers", 1), ("bias", True), ("batch_first", False), ("dropout", 0.0),
                              ("bidirectional", False)):
            if getattr(self, name) != default:
                text += f", {name}={getattr(self, name)}"
        return text


class RNN(Recurrent):
    """h' = tanh(W x + b + U h + c), or relu: (output, h_n). Arguments and shapes as Recurrent's."""

    __doc__ += "\n\n" + Recurrent.__doc__.split("\n\n", 1)[1]

    def __init__(self, input_size, hidden_size, num_layers=1, nonlinearity="tanh", bias=True, batch_first=False,
                 dropout=0.0, bidirectional=False, device=None, dtype=None):
        nonlinearity_named(nonlinearity)
        self.nonlinearity = nonlinearity
        super().__init__(input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, device, dtype)

    def step(self, gates, state, weight, bias):
        return rnn_step(gates, state, weight, bias, nonlinearity_named(self.nonlinearity))


class LSTM(Recurrent):
    """Long short-term memory: (output, (h_n, c_n)); hx is a pair (h_0, c_0)."""

    __doc__ += "\n\n" + Recurrent.__doc__.split("\n\n", 1)[1]
    gates, states = 4, 2

    def step(self, gates, state, weight, bias):
        return lstm_step(gates, state, weight, bias)


class GRU(Recurrent):
    """Gated recurrent unit: (output, h_n)."""

    __doc__ += "\n\n" + Recurrent.__doc__.split("\n\n", 1)[1]
    gates = 3

    def step(self, gates, state, weight, bias):
        return gru_step(gates, state, weight, bias)


class Cell(Module):
    """One step of a recurrent layer: (N, I) or (I,), and a state (N, H) or (H,), zeros by default -> the new state.

    weight_ih (gates * H, I), weight_hh (gates * H, H), bias_ih, bias_hh ~ U(-k, k), k = 1 / sqrt(H).
    """

    gates, states = 1, 1

    def __init__(self, input_size, hidden_size, bias=True, device=None, dtype=None):
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias
        rows = self.gates * hidden_size
        self.weight_ih = Parameter(empty(rows, input_size, device=device, dtype=dtype))
        self.weight_hh = Parameter(empty(rows, hidden_size, device=device, dtype=dtype))
        self.bias_ih = Parameter(empty(rows, device=device, dtype=dtype)) if bias else None
        self.bias_hh = Parameter(empty(rows, device=device, dtype=dtype)) if bias else None
        k = 1 / math.sqrt(hidden_size)
        for parameter in self.parameters():
            init.uniform_(parameter, -k, k)

    def forward(self, input, hx=None):
        check_input(self, input, self.weight_ih)
        if input.ndim not in (1, 2) or input.shape[-1] != self.input_size:
            raise ValueError(f"{self!r} takes (N, {self.input_size}) or ({self.input_size},), got {tuple(input.shape)}")
        if hx is None:
            shape = tuple(input.shape[:-1]) + (self.hidden_size,)
            hx = (zeros(shape, dtype=input.dtype, device=input.device),) * self.states
        state = tuple(hx) if self.states > 1 or isinstance(hx, tuple) else (hx,)
        new = self.step(linear(input, self.weight_ih, self.bias_ih), state, self.weight_hh, self.bias_hh)
        return new if self.states > 1 else new[0]

    def extra_repr(self):
        return f"{self.input_size}, {self.hidden_size}" + ("" if self.bias else ", bias=False")


class RNNCell(Cell):
    """h' = tanh(W x + b + U h + c), or relu."""

    __doc__ += "\n\n" + Cell.__doc__

    def __init__(self, input_size, hidden_size, bias=True, nonlinearity="tanh", device=None, dtype=None):
        nonlinearity_named(nonlinearity)
        self.nonlinearity = nonlinearity
        super().__init__(input_size, hidden_size, bias, device, dtype)

    def step(self, gates, state, weight, bias):
        return rnn_step(gates, state, weight, bias, nonlinearity_named(self.nonlinearity))


class LSTMCell(Cell):
    """One step of an LSTM; the state and the result are pairs (h, c)."""

    __doc__ += "\n\n" + Cell.__doc__
    gates, states = 4, 2
    step = LSTM.step


class GRUCell(Cell):
    """One step of a GRU."""

    __doc__ += "\n\n" + Cell.__doc__
    gates = 3
    step = GRU.step


# Sequences of different lengths


def sequence_mask(x, lengths):
    """(T, N, 1) booleans on x's device: t < length."""
    steps = MODULES[type(x.array)].arange(x.shape[0])
    return Tensor((steps[:, None] < array_on(lengths, x.device)[None, :])[..., None])


def pad_sequence(sequences, batch_first=False, padding_value=0.0):
    """Tensors (T_i, ...) -> one (T, N, ...), or (N, T, ...) with batch_first, filled up with padding_value."""
    longest = max(len(s) for s in sequences)
    rows = []
    for s in sequences:
        filling = full((longest - len(s), *s.shape[1:]), padding_value, dtype=s.dtype, device=s.device)
        rows.append(cat([s, filling]))
    return stack(rows, 0 if batch_first else 1)


def pack_padded_sequence(input, lengths, batch_first=False, enforce_sorted=True):
    """A padded tensor (T, N, ...), or (N, T, ...), with the length of each sequence, for a recurrent layer.

    enforce_sorted is PyTorch's and has no effect: sequences may come in any order.
    """
    lengths = [int(n) for n in (lengths.tolist() if isinstance(lengths, Tensor) else lengths)]
    N, T = input.shape[:2] if batch_first else input.shape[1::-1]
    if len(lengths) != N or min(lengths) < 1 or max(lengths) > T:
        raise ValueError(f"pack_padded_sequence: needs {N} lengths from 1 to {T}, got {lengths}")
    return PackedSequence(input, lengths, batch_first)


def pack_sequence(sequences, enforce_sorted=True):
    """Tensors (T_i, ...) as a PackedSequence."""
    return PackedSequence(pad_sequence(sequences), [len(s) for s in sequences], False)


def pad_packed_sequence(sequence, batch_first=False, padding_value=0.0, total_length=None):
    """(padded tensor (T, N, ...), lengths) of a PackedSequence, cut or filled to total_length."""
    x = sequence.padded.transpose(0, 1) if sequence.batch_first else sequence.padded
    T = max(sequence.lengths) if total_length is None else total_length
    if T < max(sequence.lengths):
        raise ValueError(f"pad_packed_sequence: total_length {T} is below the longest, {max(sequence.lengths)}")
    x = x[:T]
    if T > x.shape[0]:
        x = cat([x, zeros(T - x.shape[0], *x.shape[1:], dtype=x.dtype, device=x.device)])
    if padding_value:
        mask = sequence_mask(x, sequence.lengths)
        x = where(mask.reshape(tuple(mask.shape[:2]) + (1,) * (x.ndim - 2)), x, padding_value)
    return x.transpose(0, 1) if batch_first else x, Tensor(sequence.lengths)
