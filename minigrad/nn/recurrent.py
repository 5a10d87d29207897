"""Recurrent layers: every element of a sequence updates a state h.

    RNN     h' = tanh(W x + b + U h + c)
    LSTM    i, f, o = sigmoid(...), g = tanh(...);   c' = f c + i g;   h' = o tanh(c')
    GRU     r, z = sigmoid(...);   n = tanh(W x + b + r (U h + c));   h' = (1 - z) n + z h

Each gate has its own W, b, U, c; the layers stack them: weight_ih (gates * H, I), weight_hh (gates * H, H).
W x + b is computed for the whole sequence at once, before the loop.

Sources: Elman 1990, Cognitive Science 14, 179-211; Hochreiter and Schmidhuber 1997, Neural Computation
9, 1735-1780; Cho et al. 2014, arXiv:1406.1078.
"""

import math
from collections.abc import Sequence
from typing import Any

from minigrad.autograd import Parameter, Tensor
from minigrad.autograd.errors import check_times
from minigrad.nn import init
from minigrad.nn.linear import check_input
from minigrad.nn.module import Module
from minigrad.nn.utils.rnn import PackedSequence
from minigrad.ops.creation import empty, zeros
from minigrad.ops.layers.activations import relu, sigmoid
from minigrad.ops.layers.dropout import check, dropout
from minigrad.ops.layers.linear import linear
from minigrad.ops.numbers.trigonometry import tanh
from minigrad.ops.places.indexing import index_select
from minigrad.ops.places.joining import cat, chunk, split, stack

# One step: W x + b, the state and U, c -> the new state, a tuple that starts with h


def rnn_step(gates, state, weight, bias, nonlinearity):
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


NONLINEARITIES = {"tanh": tanh, "relu": relu}


def check_nonlinearity(name, nonlinearity):
    if nonlinearity not in NONLINEARITIES:
        raise ValueError(f"{name}: nonlinearity must be 'tanh' or 'relu', got {nonlinearity!r}")


def state_of(layer, hx, leading, x):
    """The given state as a tuple of tensors (*leading, width), or zeros like x."""
    shapes = [(*leading, width) for width in layer.widths()]
    if hx is None:
        return tuple(zeros(shape, dtype=x.dtype, device=x.device) for shape in shapes)
    state = (hx,) if layer.states == 1 else hx
    if not isinstance(state, (tuple, list)) or len(state) != layer.states:
        raise TypeError(f"{layer!r}: the state should be a pair (h, c) of tensors, got {type(hx).__name__}")
    for each, shape in zip(state, shapes):
        check_input(layer, each, layer.some_weight())
        if tuple(each.shape) != shape:
            raise ValueError(f"{layer!r}: a state should be {shape}, got {tuple(each.shape)}")
    return tuple(state)


MODES = {"RNN_TANH": (1, 1), "RNN_RELU": (1, 1), "LSTM": (4, 2), "GRU": (3, 1)}     # mode: (gates, states)


class RNNBase(Module):
    """The base of RNN, LSTM and GRU: stacked layers, both directions, padded and packed sequences.

    mode: 'RNN_TANH', 'RNN_RELU', 'LSTM' or 'GRU'. `gates` is the number of W, `states` that of tensors in the
    state.
    """

    def __init__(self, mode: str, input_size: int, hidden_size: int, num_layers: int = 1, bias: bool = True,
                 batch_first: bool = False, dropout: float = 0.0, bidirectional: bool = False,
                 proj_size: int = 0, device: str | None = None, dtype: Any = None):
        name = type(self).__name__
        if mode not in MODES:
            raise ValueError(f"{name}: mode must be {', '.join(map(repr, MODES))}, got {mode!r}")
        if mode != "LSTM" and proj_size:
            raise ValueError(f"{name}: proj_size is for the mode 'LSTM', got {mode!r}")
        self.mode, (self.gates, self.states), self.proj_size = mode, MODES[mode], proj_size
        check_times(f"{name}: num_layers", num_layers)
        for what, value in (("input_size", input_size), ("hidden_size", hidden_size)):
            if value < 1:
                raise ValueError(f"{name}: {what} must be at least 1, got {value}")
        for what, value in (("bias", bias), ("batch_first", batch_first)):
            if not isinstance(value, bool):
                raise TypeError(f"{name}: {what} must be True or False, got {value!r}")
        check(dropout, f"{name}: dropout")
        self.input_size, self.hidden_size, self.num_layers = input_size, hidden_size, num_layers
        self.bias, self.batch_first, self.dropout = bias, batch_first, dropout
        self.bidirectional = bidirectional
        rows, out = self.gates * hidden_size, self.widths()[0]
        for layer in range(num_layers):
            width = input_size if layer == 0 else out * len(self.directions())
            for suffix in self.directions():
                shapes: dict[str, tuple[int, ...]] = {"weight_ih": (rows, width), "weight_hh": (rows, out)}
                if bias:
                    shapes.update(bias_ih=(rows,), bias_hh=(rows,))
                if self.proj_size:
                    shapes.update(weight_hr=(out, hidden_size))
                for part, shape in shapes.items():
                    parameter = Parameter(empty(shape, device=device, dtype=dtype))
                    setattr(self, f"{part}_l{layer}{suffix}", parameter)
        self.reset_parameters()

    @property
    def _all_weights(self) -> list[list[str]]:
        """The names of the weights, a list for each layer and direction."""
        parts = ["weight_ih", "weight_hh", *["bias_ih", "bias_hh"] * self.bias,
                 *["weight_hr"] * bool(self.proj_size)]
        return [[f"{part}_l{layer}{suffix}" for part in parts]
                for layer in range(self.num_layers) for suffix in self.directions()]

    @property
    def _flat_weights_names(self) -> list[str]:
        return [name for names in self._all_weights for name in names]

    @property
    def _flat_weights(self) -> list[Parameter]:
        return [getattr(self, name) for name in self._flat_weights_names]

    @property
    def all_weights(self) -> list[list[Parameter]]:
        """The weights, a list for each layer and direction."""
        return [[getattr(self, name) for name in names] for names in self._all_weights]

    def directions(self) -> tuple[str, ...]:
        return ("", "_reverse") if self.bidirectional else ("",)

    def widths(self) -> tuple[int, ...]:
        """The widths of the tensors in the state; the first is also the width of the output."""
        return (self.proj_size or self.hidden_size, self.hidden_size)[:self.states]

    def reset_parameters(self: "RNNBase | Cell") -> None:
        k = 1 / math.sqrt(self.hidden_size)
        for parameter in self.parameters():
            init.uniform_(parameter, -k, k)

    def flatten_parameters(self) -> None:
        """Does nothing; PyTorch rearranges GPU memory here."""

    def some_weight(self) -> Tensor:
        return self.weight_ih_l0

    def step(self, gates: Tensor, state: Sequence[Tensor], weight: Tensor, bias: Tensor | None,
             suffix: str) -> tuple[Tensor, ...]:
        """The next state, a tuple that starts with h, from W x + b, the state, U and c."""
        if self.mode == "GRU":
            return gru_step(gates, state, weight, bias)
        if self.mode != "LSTM":
            return rnn_step(gates, state, weight, bias, NONLINEARITIES[self.mode[4:].lower()])
        h, c = lstm_step(gates, state, weight, bias)
        return (linear(h, getattr(self, "weight_hr" + suffix)) if self.proj_size else h), c

    def forward(self, input: Tensor | PackedSequence, hx: Tensor | tuple[Tensor, Tensor] | None = None
                ) -> tuple[Tensor | PackedSequence, Tensor | tuple[Tensor, ...]]:
        """Returns (output, final state). hx: the initial state."""
        packed, x = (input, input.data) if isinstance(input, PackedSequence) else (None, input)
        check_input(self, x, self.weight_ih_l0)
        if x.shape[-1] != self.input_size or x.ndim not in ((2,) if packed else (2, 3)):
            I, axes = self.input_size, "N, T" if self.batch_first else "T, N"
            raise ValueError(f"{self!r} takes ({axes}, {I}), (T, {I}) or a PackedSequence of (T, {I}), "
                             f"got {'packed ' if packed else ''}{tuple(x.shape)}")
        batched = packed is not None or x.ndim == 3
        if packed:
            sizes, order, back = packed.batch_sizes.tolist(), packed.sorted_indices, packed.unsorted_indices
        else:
            steps = x.unsqueeze(1) if x.ndim == 2 else x.transpose(0, 1) if self.batch_first else x
            T, N = steps.shape[:2]
            if not T:
                raise ValueError(f"{self!r}: the sequence is empty, got {tuple(x.shape)}")
            sizes, order, back = [N] * T, None, None
            x = steps.reshape(T * N, self.input_size)   # element by element, as in a PackedSequence
        count = self.num_layers * len(self.directions())
        states = state_of(self, hx, (count, sizes[0]) if batched else (count,), x)
        if not batched:
            states = tuple(each.unsqueeze(1) for each in states)
        if order is not None:
            states = tuple(index_select(each, 1, order) for each in states)
        ends = []
        for layer in range(self.num_layers):
            if layer and self.training:
                x = dropout(x, self.dropout)
            outputs = []
            for suffix in self.directions():
                first = tuple(each[len(ends)] for each in states)
                output, final = self.run(x, sizes, first, f"_l{layer}{suffix}")
                outputs.append(output)
                ends.append(final)
            x = outputs[0] if len(outputs) == 1 else cat(outputs, -1)                # (elements, D*H)
        finals = tuple(stack(each) for each in zip(*ends))                           # (D*L, N, H)
        if order is not None:
            finals = tuple(index_select(each, 1, back) for each in finals)
        if packed:
            x = packed._replace(data=x)
        elif batched:
            x = x.reshape(T, N, -1)
            x = x.transpose(0, 1) if self.batch_first else x
        else:
            finals = tuple(each.squeeze(1) for each in finals)
        return x, finals if self.states > 1 else finals[0]

    def run(self, x: Tensor, sizes: Sequence[int], first: Sequence[Tensor],
            suffix: str) -> tuple[Tensor, tuple[Tensor, ...]]:
        """One layer in one direction: (elements, I) -> (elements, H) and the last states (N, H).

        sizes[t] sequences have an element at time t; as time passes their number falls, backward it rises.
        """
        weight, U = (getattr(self, part + suffix) for part in ("weight_ih", "weight_hh"))
        bias, c = (getattr(self, part + suffix) if self.bias else None for part in ("bias_ih", "bias_hh"))
        gates = split(linear(x, weight, bias), sizes)
        times = range(len(sizes))
        if suffix.endswith("_reverse"):
            times = times[::-1]
        state, ended = tuple(each[:0] for each in first), []
        outputs: list[Any] = [None] * len(sizes)
        for t in times:
            n, before = sizes[t], len(state[0])
            if before < n:          # these sequences start here
                state = tuple(cat([each, start[before:n]]) for each, start in zip(state, first))
            elif before > n:        # these have ended
                ended.insert(0, tuple(each[n:] for each in state))
                state = tuple(each[:n] for each in state)
            state = self.step(gates[t], state, U, c, suffix)
            outputs[t] = state[0]
        return cat(outputs), tuple(map(cat, zip(state, *ended)))

    def extra_repr(self) -> str:
        text = f"{self.input_size}, {self.hidden_size}"
        for name, usual in (("proj_size", 0), ("num_layers", 1), ("bias", True), ("batch_first", False),
                            ("dropout", 0.0), ("bidirectional", False)):
            value = vars(self).get(name, usual)
            if value != usual:
                text += f", {name}={value!r}"
        return text


class RNN(RNNBase):
    """h' = tanh(W x + b + U h + c), or relu: the layer gives (output, h_n).

    Arguments: input_size I, hidden_size H, num_layers L, nonlinearity 'tanh' or 'relu', bias, batch_first,
    dropout (between layers, in training), bidirectional.
    Shapes, with D = 2 if bidirectional else 1: input (T, N, I), or (N, T, I) with batch_first, or (T, I),
    or a PackedSequence of (..., I); output (T, N, D*H) likewise; states (D*L, N, H) or (D*L, H), zeros by
    default. All parameters ~ U(-k, k), k = 1 / sqrt(H): W is weight_ih_l0, U weight_hh_l0, b bias_ih_l0,
    c bias_hh_l0; the next layer has l1; the reverse direction appends _reverse.
    """

    def __init__(self, input_size: int, hidden_size: int, num_layers: int = 1, nonlinearity: str = "tanh",
                 bias: bool = True, batch_first: bool = False, dropout: float = 0.0,
                 bidirectional: bool = False, device: str | None = None, dtype: Any = None):
        check_nonlinearity("RNN", nonlinearity)
        self.nonlinearity = nonlinearity
        super().__init__(f"RNN_{nonlinearity.upper()}", input_size, hidden_size, num_layers, bias,
                         batch_first, dropout, bidirectional, 0, device, dtype)


class LSTM(RNNBase):
    """Long short-term memory: the layer gives (output, (h_n, c_n)); hx is a pair (h_0, c_0).

    Other arguments, shapes and parameters: see nn.RNN. proj_size P: h' = R o tanh(c'), where R (P, H) is
    weight_hr_l0; output and h then have width P instead of H. A weight has rows for i, f, g, o, H each.
    Source of the projection: Sak et al. 2014, arXiv:1402.1128, sec. 2.
    """

    def __init__(self, input_size: int, hidden_size: int, num_layers: int = 1, bias: bool = True,
                 batch_first: bool = False, dropout: float = 0.0, bidirectional: bool = False,
                 proj_size: int = 0, device: str | None = None, dtype: Any = None):
        if not 0 <= proj_size < hidden_size:
            raise ValueError(f"LSTM: proj_size must be at least 0 and below "
                             f"hidden_size={hidden_size}, got {proj_size}")
        super().__init__("LSTM", input_size, hidden_size, num_layers, bias, batch_first, dropout,
                         bidirectional, proj_size, device, dtype)


class GRU(RNNBase):
    """Gated recurrent unit: the layer gives (output, h_n).

    Arguments, shapes and parameters: see nn.RNN. A weight has rows for r, z, n, H each.
    """

    def __init__(self, input_size: int, hidden_size: int, num_layers: int = 1, bias: bool = True,
                 batch_first: bool = False, dropout: float = 0.0, bidirectional: bool = False,
                 device: str | None = None, dtype: Any = None):
        super().__init__("GRU", input_size, hidden_size, num_layers, bias, batch_first, dropout,
                         bidirectional, 0, device, dtype)


class Cell(Module):
    """The base of RNNCell, LSTMCell and GRUCell: one step of a recurrent layer."""

    gates, states = 1, 1

    def __init__(self, input_size: int, hidden_size: int, bias: bool = True, device: str | None = None,
                 dtype: Any = None):
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias
        rows, on = self.gates * hidden_size, dict(device=device, dtype=dtype)
        self.weight_ih = Parameter(empty(rows, input_size, **on))
        self.weight_hh = Parameter(empty(rows, hidden_size, **on))
        self.register_parameter("bias_ih", Parameter(empty(rows, **on)) if bias else None)
        self.register_parameter("bias_hh", Parameter(empty(rows, **on)) if bias else None)
        self.reset_parameters()

    reset_parameters = RNNBase.reset_parameters

    def widths(self) -> tuple[int, ...]:
        """The widths of the tensors in the state."""
        return (self.hidden_size,) * self.states

    def some_weight(self) -> Tensor:
        return self.weight_ih

    def step(self, gates: Tensor, state: Sequence[Tensor], weight: Tensor,
             bias: Tensor | None) -> tuple[Tensor, ...]:
        raise NotImplementedError

    def forward(self, input: Tensor,
                hx: Tensor | tuple[Tensor, Tensor] | None = None) -> Tensor | tuple[Tensor, ...]:
        check_input(self, input, self.weight_ih)
        if input.ndim not in (1, 2) or input.shape[-1] != self.input_size:
            raise ValueError(f"{self!r} takes (N, {self.input_size}) or ({self.input_size},), "
                             f"got {tuple(input.shape)}")
        state = state_of(self, hx, input.shape[:-1], input)
        new = self.step(linear(input, self.weight_ih, self.bias_ih), state, self.weight_hh, self.bias_hh)
        return new if self.states > 1 else new[0]

    def extra_repr(self) -> str:
        text = f"{self.input_size}, {self.hidden_size}" + ("" if self.bias else ", bias=False")
        return text + (", nonlinearity=relu" if vars(self).get("nonlinearity") == "relu" else "")


class RNNCell(Cell):
    """h' = tanh(W x + b + U h + c), or relu: one step of an RNN.

    Shapes: input x (N, I) or (I,), state hx (N, H) or (H,), zeros by default -> h', like the state.
    weight_ih (H, I), weight_hh (H, H), bias_ih and bias_hh (H,) ~ U(-k, k), k = 1 / sqrt(H).
    """

    def __init__(self, input_size: int, hidden_size: int, bias: bool = True, nonlinearity: str = "tanh",
                 device: str | None = None, dtype: Any = None):
        check_nonlinearity("RNNCell", nonlinearity)
        self.nonlinearity = nonlinearity
        super().__init__(input_size, hidden_size, bias, device, dtype)

    def step(self, gates: Tensor, state: Sequence[Tensor], weight: Tensor,
             bias: Tensor | None) -> tuple[Tensor, ...]:
        return rnn_step(gates, state, weight, bias, NONLINEARITIES[self.nonlinearity])


class LSTMCell(Cell):
    """One step of an LSTM: the state and the result are pairs (h, c).

    Shapes and parameters: see nn.RNNCell, with 4 * H rows in each weight and bias, for i, f, g, o.
    """

    gates, states = 4, 2

    def step(self, gates: Tensor, state: Sequence[Tensor], weight: Tensor,
             bias: Tensor | None) -> tuple[Tensor, ...]:
        return lstm_step(gates, state, weight, bias)


class GRUCell(Cell):
    """One step of a GRU.

    Shapes and parameters: see nn.RNNCell, with 3 * H rows in each weight and bias, for r, z, n.
    """

    gates = 3

    def step(self, gates: Tensor, state: Sequence[Tensor], weight: Tensor,
             bias: Tensor | None) -> tuple[Tensor, ...]:
        return gru_step(gates, state, weight, bias)
