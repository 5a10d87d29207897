"""Recurrent forecasters: at each step, a state of what was seen so far tells what comes next.

    rnn     h' = tanh(W x + U h + b)                                Elman 1990, Cognitive Science 14(2)
    lstm    gates decide what a second state keeps and gives        Hochreiter and Schmidhuber 1997, Neural
                                                                    Computation 9(8)
    gru     two gates and one state                                 Cho et al. 2014, arXiv:1406.1078
"""

from minigrad.autograd import Tensor
from minigrad.nn import GRU, LSTM, RNN, Linear, Module

LAYERS = {"rnn": RNN, "lstm": LSTM, "gru": GRU}


class Recurrent(Module):
    """x (N, T, inputs) -> (N, T, outputs): y at step t depends on x up to t.

    kind: 'rnn', 'lstm' or 'gru'. width: the size of the state.

    >>> from minigrad import zeros
    >>> Recurrent("gru", 1, 3)(zeros(2, 20, 1)).shape
    minigrad.Size([2, 20, 3])
    """

    def __init__(self, kind: str, inputs: int, outputs: int, width: int = 32):
        if kind not in LAYERS:
            raise ValueError(f"Recurrent: kind must be one of {', '.join(LAYERS)}, got {kind!r:.40}")
        self.layer = LAYERS[kind](inputs, width, batch_first=True)
        self.head = Linear(width, outputs)

    def forward(self, x: Tensor) -> Tensor:
        h, _ = self.layer(x)                                                    # (N, T, width)
        return self.head(h)
