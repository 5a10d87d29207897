"""The cost of an op besides its arithmetic: chains of 1000 additions of tensors with 100 elements, or one."""

import numpy as np

CONTENDERS = "torch", "numpy", "minigrad"
OPS = 1000


def forward(f, shape):
    x, y = tensors(f, shape)

    def step():
        total = x
        for _ in range(OPS):
            total = total + y
        return total
    return step


def forward_and_backward(f, shape):
    if f.name == "numpy":
        return None
    x, y = tensors(f, shape)
    x.requires_grad_()

    def step():
        x.grad = None
        total = x
        for _ in range(OPS):
            total = total + y
        total.sum().backward()
        return x.grad
    return step


def tensors(f, shape):
    arrays = np.ones(shape, np.float32), np.full(shape, 1e-3, np.float32)
    return arrays if f.name == "numpy" else [f.data(array) for array in arrays]


ROWS = {"add (100,)": (forward, (100,)), "add (100,) + backward": (forward_and_backward, (100,)),
        "add ()": (forward, ()), "add () + backward": (forward_and_backward, ())}


def prepare(name, framework):
    function, shape = ROWS[name]
    return function(framework, shape)
