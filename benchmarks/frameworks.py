"""The contenders: a common interface to each framework.

    minigrad, torch         the same source with another import
    torch-channels-last     torch with images in the memory layout that suits its convolutions
    minigrad-N-workers      minigrad on N processes, each with one thread and a part of the batch
    definition              minigrad without its kernels
    numpy                   no framework: the same computation in plain NumPy
    and the peers of peers.py
"""

import atexit
import importlib.util
import math

import numpy as np


class Framework:
    """The modules that a workload needs, from minigrad or torch."""

    def __init__(self, name, threads):
        self.name = name
        self.channels_last = name == "torch-channels-last"
        if name.startswith("torch"):
            import torch as m
            import torch.nn.functional as F
            from torch import nn, optim
            m.set_num_threads(threads)
        else:
            import minigrad as m
            import minigrad.nn.functional as F
            from minigrad import nn, optim
            if name == "definition":
                m.without_kernels().__enter__()     # for the lifetime of this process
        self.workers = int(name.split("-")[1]) if name.endswith("-workers") else 1
        self.m, self.nn, self.F, self.optim = m, nn, F, optim
        self.version = m.__version__

    def data(self, array, image=False):
        tensor = self.m.from_numpy(array)
        return tensor.to(memory_format=self.m.channels_last) if image and self.channels_last else tensor

    def prepare(self, model):
        """Set the initial weights, which are equal for all frameworks."""
        for name, parameter in sorted(model.named_parameters()):
            with self.m.no_grad():
                parameter.copy_(self.m.from_numpy(initial(name, tuple(parameter.shape))))
        return model.to(memory_format=self.m.channels_last) if self.channels_last else model

    def team(self, model, loss_function=None):
        from minigrad.parallel import Team
        team = Team(model, loss_function, self.workers)
        atexit.register(team.close)
        return team

    def forward(self, model):
        """A function x -> output, without a graph."""
        return self.team(model).forward if self.workers > 1 else self.m.no_grad()(model)

    def backward(self, model, loss_function):
        """A function (x, y) -> loss that has also called backward()."""
        if self.workers > 1:
            return self.team(model, loss_function).backward

        def backward(x, y):
            loss = loss_function(model(x), y)
            loss.backward()
            return loss
        return backward

    def trainer(self, model, loss_function, optimizer, x, y):
        """A training step: loss, gradients, optimizer."""
        backward = self.backward(model, loss_function)

        def step():
            optimizer.zero_grad()
            loss = backward(x, y)
            optimizer.step()
            return loss
        return step


class Bare:
    """Plain NumPy."""

    name, version = "numpy", np.__version__


def initial(name, shape):
    """Uniform numbers in the range of PyTorch's initialisation; deterministic for a name and shape."""
    rng = np.random.default_rng([*name.encode()])
    bound = 1 / math.sqrt(max(1, math.prod(shape[1:]))) if len(shape) > 1 else 0.1
    values = rng.uniform(-bound, bound, shape).astype(np.float32)
    if "norm" in name and len(shape) == 1:
        values += 1.0 * name.endswith("weight")
    return values


def load(name, threads):
    if name == "numpy":
        return Bare()
    from benchmarks.peers import PEERS
    return PEERS[name]() if name in PEERS else Framework(name, threads)


def installed(name):
    package = {"definition": "minigrad"}.get(name, name.split("-")[0])
    return importlib.util.find_spec(package) is not None
