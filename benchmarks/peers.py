"""Other frameworks written in NumPy, on the workloads W1, W2 and W3.

A peer provides ops and differentiation. The few layers, losses and optimizers that the workloads need are
built from them here under PyTorch's names, so that the same source runs. All share one Adam in plain NumPy.
"""

import importlib.metadata
import warnings
from types import SimpleNamespace

import numpy as np

from benchmarks.frameworks import initial
from benchmarks.workloads import WORKLOADS


def prepare(name, framework):
    return WORKLOADS[name](framework)


class Peer:
    """A peer framework; a subclass defines the ops on its own tensors."""

    runs = "W1", "W2", "W3"

    def __init__(self):
        self.version = importlib.metadata.version(type(self).__name__.lower())
        self.F = self
        self.nn = SimpleNamespace(**{layer.__name__: lambda *sizes, layer=layer: layer(self, *sizes)
                                     for layer in (Linear, Conv2d, ReLU, MaxPool2d, Flatten)},
                                  Sequential=Sequential)
        self.optim = SimpleNamespace(SGD=SGD, Adam=Adam)

    def data(self, array, image=False):
        return self.tensor(array)

    def prepare(self, model):
        for i, layer in enumerate(model.layers):
            for name, shape in layer.shapes.items():
                setattr(layer, name, self.parameter(initial(f"{i}.{name}", shape)))
        return model

    def trainer(self, model, loss_function, optimizer, x, y):
        """A training step. Peers store gradients in `.grad`, as arrays or tensors, and values in `.data`."""
        def step():
            for p in optimizer.parameters:
                self.forget(p)
            loss = loss_function(model(x), y)
            loss.backward()
            optimizer.step([(p.data, self.gradient(p)) for p in optimizer.parameters])
            return loss.data
        return step

    def forget(self, p):
        p.grad = None

    def gradient(self, p):
        return p.grad

    def tensor(self, array):
        return array

    def flatten(self, x):
        return x.reshape(len(x), -1)


class Layer:
    shapes = {}     # parameter name -> shape

    def __init__(self, peer, *sizes):
        self.peer, self.sizes = peer, sizes


class Linear(Layer):
    def __init__(self, peer, inputs, outputs):
        super().__init__(peer)
        self.shapes = {"weight": (outputs, inputs), "bias": (outputs,)}

    def __call__(self, x):
        return self.peer.linear(x, self.weight, self.bias)


class Conv2d(Layer):
    def __init__(self, peer, inputs, outputs, kernel):
        super().__init__(peer)
        self.shapes = {"weight": (outputs, inputs, kernel, kernel), "bias": (outputs,)}

    def __call__(self, x):
        return self.peer.conv(x, self.weight, self.bias)


class ReLU(Layer):
    def __call__(self, x):
        return self.peer.relu(x)


class MaxPool2d(Layer):
    def __call__(self, x):
        return self.peer.max_pool(x, *self.sizes)


class Flatten(Layer):
    def __call__(self, x):
        return self.peer.flatten(x)


class Sequential:
    def __init__(self, *layers):
        self.layers = layers

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

    def parameters(self):
        return [getattr(layer, name) for layer in self.layers for name in layer.shapes]


class SGD:
    def __init__(self, parameters, lr):
        self.parameters, self.lr = parameters, lr

    def step(self, pairs):
        for p, g in pairs:
            p -= self.lr * g


class Adam:
    """Adam in plain NumPy: Kingma and Ba 2015, arXiv:1412.6980, algorithm 1."""

    def __init__(self, parameters):
        self.parameters, self.t, self.moments = parameters, 0, None

    def step(self, pairs):
        self.t += 1
        self.moments = self.moments or [(np.zeros_like(p), np.zeros_like(p)) for p, _ in pairs]
        for (p, g), (m, v) in zip(pairs, self.moments):
            m += 0.1 * (g - m)
            v += 0.001 * (g * g - v)
            p -= 1e-3 * (m / (1 - 0.9**self.t)) / (np.sqrt(v / (1 - 0.999**self.t)) + 1e-8)


class MyGrad(Peer):
    """https://mygrad.readthedocs.io"""

    def __init__(self):
        import mygrad
        import mygrad.nnet as nnet
        self.m, self.nnet = mygrad, nnet
        super().__init__()

    def parameter(self, array):
        return self.m.tensor(array)

    def forget(self, p):
        p.null_grad()

    def linear(self, x, w, b):
        return self.m.matmul(x, w.T) + b

    def relu(self, x):
        return self.nnet.activations.relu(x)

    def conv(self, x, w, b):
        return self.nnet.layers.conv_nd(x, w, stride=1) + b.reshape(1, -1, 1, 1)

    def max_pool(self, x, size):
        return self.nnet.layers.max_pool(self.whole(x, size), (size, size), size)

    def whole(self, x, size):
        """Drop the rows and columns that do not fill a window, which MyGrad does not accept."""
        H, W = (n // size * size for n in x.shape[2:])
        return x if x.shape[2:] == (H, W) else x[:, :, :H, :W]

    def mse_loss(self, x, y):
        return self.m.mean((x - y) ** 2)

    def cross_entropy(self, x, ids):
        return self.nnet.losses.softmax_crossentropy(x, ids)


class Autograd(Peer):
    """https://github.com/HIPS/autograd; it has no pooling, so no W3."""

    runs = "W1", "W2"

    def __init__(self):
        import autograd
        import autograd.numpy as m
        self.autograd, self.m = autograd, m
        super().__init__()

    def parameter(self, array):
        return Box(array)

    def trainer(self, model, loss_function, optimizer, x, y):
        def at(values):
            for p, value in zip(optimizer.parameters, values):
                p.value = value
            return loss_function(model(x), y)

        differentiate = self.autograd.value_and_grad(at)

        def step():
            arrays = [p.data for p in optimizer.parameters]
            value, gradients = differentiate(arrays)
            optimizer.step(list(zip(arrays, gradients)))
            return value
        return step

    def linear(self, x, w, b):
        return self.m.dot(x, w.value.T) + b.value

    def relu(self, x):
        return self.m.maximum(x, np.float32(0))

    def mse_loss(self, x, y):
        return self.m.mean((x - y) ** 2)

    def cross_entropy(self, x, ids):
        shifted = x - self.m.max(x, axis=1, keepdims=True)
        log_sum = self.m.log(self.m.sum(self.m.exp(shifted), axis=1))
        return self.m.mean(log_sum - shifted[np.arange(len(ids)), ids])


class Box:
    """A parameter of Autograd: its array, and the tracer that replaces it while the loss is traced."""

    def __init__(self, data):
        self.data = self.value = data


class DeZero(Peer):
    """https://github.com/oreilly-japan/deep-learning-from-scratch-3"""

    def __init__(self):
        if not hasattr(np, "int"):
            np.int = int        # removed from NumPy, but DeZero's data sets use it at import
        import dezero
        import dezero.functions as F
        self.m, self.ops = dezero, F
        super().__init__()

    def tensor(self, array):
        return self.m.Variable(array)

    def parameter(self, array):
        return self.m.Parameter(array)

    def gradient(self, p):
        return p.grad.data

    def linear(self, x, w, b):
        return self.ops.linear(x, self.ops.transpose(w), b)

    def relu(self, x):
        return self.ops.relu(x)

    def conv(self, x, w, b):
        return self.m.functions_conv.conv2d(x, w, b)

    def max_pool(self, x, size):
        return self.m.functions_conv.pooling(x, size, size)

    def mse_loss(self, x, y):
        return self.ops.mean_squared_error(x, y)

    def cross_entropy(self, x, ids):
        return self.ops.softmax_cross_entropy(x, ids)


class PyDyNet(Peer):
    """https://github.com/WeltXing/PyDyNet"""

    def __init__(self):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")         # it warns if there is no GPU
            import pydynet
            import pydynet.nn.functional as F
        self.m, self.ops = pydynet, F
        super().__init__()

    def tensor(self, array):
        return self.m.Tensor(array)

    def parameter(self, array):
        return self.m.Tensor(array, dtype=array.dtype, requires_grad=True)

    def forget(self, p):
        p.zero_grad()

    def linear(self, x, w, b):
        return self.ops.linear(x, w.T, b)

    def relu(self, x):
        return self.ops.relu(x)

    def conv(self, x, w, b):
        return self.ops.conv2d(x, w) + b.reshape(1, -1, 1, 1)

    def max_pool(self, x, size):
        return self.ops.max_pool2d(x, size, size)

    def flatten(self, x):
        return x.reshape(x.shape[0], -1)

    def mse_loss(self, x, y):
        return self.ops.mse_loss(x, y)

    def cross_entropy(self, x, ids):
        return self.ops.cross_entropy_loss(x, ids)


PEERS = {peer.__name__.lower(): peer for peer in (DeZero, MyGrad, PyDyNet, Autograd)}       # by package
