"""Single computations in plain NumPy, by minigrad's definition, by its kernel, and in PyTorch.

These rows justify each kernel. The plain NumPy version is a direct translation of the formula; the
definition is minigrad without kernels. Images are channels-last in minigrad, as they are between its
layers.
"""

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from benchmarks.peaks import Row

CONTENDERS = "torch", "numpy", "definition", "minigrad"
ROOT = math.sqrt(2 / math.pi)       # a constant of the tanh approximation of GELU, as is 0.044715

ROWS = {}       # name -> Row; the first word of a name is its group


def prepare(name, framework):
    return ROWS[name].build(framework)


def add(name, shapes, output, flops, call, plain, plain_backward=None, *, fixed=(), integers=None,
        image=False,
        table=None, backward=True):
    """Add a row for the forward pass and one for the backward pass.

    call(f, *tensors) runs on minigrad and PyTorch. plain(*arrays) is the plain NumPy version, and
    plain_backward(g, y, *arrays) returns the gradient of each array that needs one; None if there is no
    short version. `flops` counts the forward pass. Backward counts twice that, or once if the first array
    needs no gradient.
    fixed       indices of the arrays that need no gradient
    integers    (index, limit): this array has class ids below limit
    image       the first array is an image
    table       index of an array from which the forward pass reads only as much as it returns
    """
    def arrays():
        rng = np.random.default_rng(0)
        made = [rng.normal(size=shape).astype("f") for shape in shapes]
        if integers:
            number, limit = integers
            made[number] = rng.integers(0, limit, shapes[number])
        return made

    def tensors(f):
        made = arrays()
        if image and f.name != "torch":
            made[0] = channels_last(made[0])
        made = [f.data(array) for array in made]
        for i, tensor in enumerate(made):
            if i not in fixed:
                tensor.requires_grad_()
        return made

    def forward_step(f):
        if f.name == "numpy":
            given = arrays()
            return plain and (lambda: plain(*given))
        given = tensors(f)

        def step():
            with f.m.no_grad():
                return call(f, *given)
        return step

    def backward_step(f):
        if f.name == "numpy":
            given = arrays()
            y = plain(*given) if plain_backward else None
            return plain_backward and (lambda: plain_backward(y, y, *given))
        given = tensors(f)
        wanted = [tensor for i, tensor in enumerate(given) if i not in fixed]
        y = call(f, *given)
        g = y.detach().clone()

        def step():
            for tensor in wanted:
                tensor.grad = None
            y.backward(g, retain_graph=True)
            return [tensor.grad for tensor in wanted]
        return step

    read = 4 * sum(map(math.prod, shapes))
    written = 4 * math.prod(output)
    unread = 4 * math.prod(shapes[table]) - written if table is not None else 0
    ROWS[name] = Row(flops, read - unread + written, forward_step)
    if backward:
        factors = 1 if 0 in fixed else 2
        ROWS[f"{name} backward"] = Row(factors * flops, 2 * read + written, backward_step)


def channels_last(x):
    """The same array in channels-last memory layout."""
    return np.ascontiguousarray(x.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)


def elementwise(name, shape, flops, call, plain):
    add(name, [shape], shape, flops * math.prod(shape), call, plain, backward=False)


def add_ops(n=1 << 20):
    """Ops without a kernel; they should take as long as NumPy's."""
    elementwise("op exp 1M", (n,), 1, lambda f, x: f.m.exp(x), np.exp)
    elementwise("op tanh 1M", (n,), 1, lambda f, x: f.m.tanh(x), np.tanh)
    elementwise("op relu 1M", (n,), 1, lambda f, x: f.F.relu(x), lambda x: np.maximum(x, 0))
    add("op add 1M", [(n,), (n,)], (n,), n, lambda f, x, y: x + y, np.add, backward=False)
    add("op sum 1M", [(1024, 1024)], (1024,), n, lambda f, x: x.sum(1), lambda x: x.sum(1), backward=False)
    for leading, M, K, N in ((), 1024, 1024, 1024), ((), 2048, 128, 512), ((64,), 128, 32, 128):
        name = "op matmul " + "x".join(map(str, [*leading, M, K, N]))
        add(name, [(*leading, M, K), (*leading, K, N)], (*leading, M, N), math.prod([2, *leading, M, K, N]),
            lambda f, a, b: a @ b, np.matmul, backward=False)


def add_linear(M, K, N):
    add(f"linear {M}x{K}x{N}", [(M, K), (N, K), (N,)], (M, N), 2 * M * K * N,
        lambda f, x, w, b: f.F.linear(x, w, b), lambda x, w, b: x @ w.T + b,
        lambda g, y, x, w, b: (g @ w, g.T @ x, g.sum(0)))


def add_conv(name, N, C, size, O, padding=0, fixed=()):
    """3x3 kernels; the first layer of a network needs no gradient of its input."""
    out = size + 2 * padding - 2
    widths = (0, 0), (0, 0), (padding, padding), (padding, padding)

    def plain(x, w):
        patches = sliding_window_view(np.pad(x, widths), (3, 3), (2, 3))       # (N, C, H, W, 3, 3)
        return np.tensordot(patches, w, ((1, 4, 5), (1, 2, 3))).transpose(0, 3, 1, 2)

    def plain_backward(g, y, x, w):
        patches = sliding_window_view(np.pad(x, widths), (3, 3), (2, 3))
        gw = np.tensordot(g, patches, ((0, 2, 3), (0, 2, 3)))
        if fixed:
            return gw,
        gx = np.zeros((N, C, size + 2 * padding, size + 2 * padding), g.dtype)
        for i in range(3):
            for j in range(3):
                gx[:, :, i:i + out, j:j + out] += np.tensordot(g, w[:, :, i, j], (1, 0)).transpose(0, 3, 1, 2)
        return gx[:, :, padding:padding + size, padding:padding + size], gw

    add(f"conv {name}", [(N, C, size, size), (O, C, 3, 3)], (N, O, out, out), 2 * N * out * out * O * C * 9,
        lambda f, x, w: f.F.conv2d(x, w, padding=padding), plain, plain_backward, fixed=fixed, image=True)


def add_max_pool(N, C, size):
    windows = (N, C, size // 2, 2, size // 2, 2)

    def plain_backward(g, y, x):
        spread = (slice(None),) * 3 + (None, slice(None), None)
        return ((x.reshape(windows) == y[spread]) * g[spread]).reshape(x.shape),

    add(f"max_pool 2x2 {N}x{C}x{size}x{size}", [(N, C, size, size)], (N, C, size // 2, size // 2),
        3 * N * C * size * size // 4,
        lambda f, x: f.F.max_pool2d(x, 2), lambda x: x.reshape(windows).max((3, 5)), plain_backward,
        image=True)


def add_gelu(shape):
    def plain(x):
        return 0.5 * x * (1 + np.tanh(ROOT * (x + 0.044715 * x * x * x)))

    def plain_backward(g, y, x):
        t = np.tanh(ROOT * (x + 0.044715 * x * x * x))
        return g * 0.5 * (1 + t + x * (1 - t * t) * ROOT * (1 + 3 * 0.044715 * x * x)),

    title = "x".join(map(str, shape))
    add(f"gelu tanh {title}", [shape], shape, 9 * math.prod(shape),
        lambda f, x: f.F.gelu(x, approximate="tanh"), plain, plain_backward)
    add(f"gelu erf {title}", [shape], shape, 5 * math.prod(shape), lambda f, x: f.F.gelu(x), None)


def add_attention(N, heads, T, D, causal):
    future = np.triu(np.full((T, T), -np.inf, "f"), 1) if causal else np.zeros((T, T), "f")

    def weights(q, k):
        scores = q @ k.swapaxes(-1, -2) / np.float32(math.sqrt(D)) + future
        p = np.exp(scores - scores.max(-1, keepdims=True))
        return p / p.sum(-1, keepdims=True)

    def by_head(*tensors):
        """(N, T, heads, D), the output of a linear layer -> (N, heads, T, D), a view."""
        return [x.swapaxes(1, 2) for x in tensors]

    def plain(q, k, v):
        q, k, v = by_head(q, k, v)
        return weights(q, k) @ v

    def plain_backward(g, y, q, k, v):
        q, k, v = by_head(q, k, v)
        p = weights(q, k)
        gp = g @ v.swapaxes(-1, -2)
        gs = p * (gp - (gp * p).sum(-1, keepdims=True)) / np.float32(math.sqrt(D))
        return gs @ k, gs.swapaxes(-1, -2) @ q, p.swapaxes(-1, -2) @ g

    shape = (N, T, heads, D)
    add(f"attention {'causal ' * causal}{N}x{heads}x{T}x{D}", [shape] * 3, shape, 4 * N * heads * T * T * D,
        lambda f, *qkv: f.F.scaled_dot_product_attention(*by_head(*qkv), is_causal=causal),
        plain, plain_backward)


def add_layer_norm(N, D):
    def hat(x):
        return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + np.float32(1e-5))

    def plain_backward(g, y, x, w, b):
        h, gh = hat(x), g * w
        gx = gh - gh.mean(-1, keepdims=True) - h * (gh * h).mean(-1, keepdims=True)
        return gx / np.sqrt(x.var(-1, keepdims=True) + np.float32(1e-5)), (g * h).sum(0), g.sum(0)

    add(f"layer_norm {N}x{D}", [(N, D), (D,), (D,)], (N, D), 8 * N * D,
        lambda f, x, w, b: f.F.layer_norm(x, (D,), w, b), lambda x, w, b: hat(x) * w + b, plain_backward)


def add_batch_norm(N, C, size):
    axes = 0, 2, 3

    def hat(x):
        return (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + np.float32(1e-5))

    def plain_backward(g, y, x, w, b):
        h, gh = hat(x), g * w[:, None, None]
        gx = gh - gh.mean(axes, keepdims=True) - h * (gh * h).mean(axes, keepdims=True)
        return gx / np.sqrt(x.var(axes, keepdims=True) + np.float32(1e-5)), (g * h).sum(axes), g.sum(axes)

    shape = (N, C, size, size)
    add(f"batch_norm {N}x{C}x{size}x{size}", [shape, (C,), (C,)], shape, 8 * math.prod(shape),
        lambda f, x, w, b: f.F.batch_norm(x, None, None, w, b, training=True),
        lambda x, w, b: hat(x) * w[:, None, None] + b[:, None, None], plain_backward, image=True)


def add_cross_entropy(N, V):
    rows = np.arange(N)

    def plain(x, ids):
        shifted = x - x.max(1, keepdims=True)
        return (np.log(np.exp(shifted).sum(1)) - shifted[rows, ids]).mean()

    def plain_backward(g, y, x, ids):
        p = np.exp(x - x.max(1, keepdims=True))
        p /= p.sum(1, keepdims=True)
        p[rows, ids] -= 1
        return p * (g / np.float32(N)),

    add(f"cross_entropy {N}x{V}", [(N, V), (N,)], (), 5 * N * V, lambda f, x, ids: f.F.cross_entropy(x, ids),
        plain, plain_backward, fixed=(1,), integers=(1, V))


def add_embedding(V, D, N):
    def plain_backward(g, y, ids, table):
        gradient = np.zeros_like(table)
        np.add.at(gradient, ids, g)
        return gradient,

    add(f"embedding {V}x{D}, {N} tokens", [(N,), (V, D)], (N, D), N * D,
        lambda f, ids, table: f.F.embedding(ids, table),
        lambda ids, table: table[ids], plain_backward, fixed=(0,), integers=(0, V), table=1)


def add_adam(tensors, n=1 << 20):
    """Optimizer steps alone, with given gradients."""
    def start():
        rng = np.random.default_rng(0)
        return [[rng.normal(size=n).astype("f") for _ in range(tensors)] for _ in range(2)]

    def build(f):
        if f.name == "numpy":
            return plain(*start())
        parameters, gradients = ([f.data(array) for array in arrays] for arrays in start())
        for p, g in zip(parameters, gradients):
            p.requires_grad_().grad = g
        optimizer = f.optim.Adam(parameters, lr=1e-3)

        def step():
            optimizer.step()
            return parameters[0]
        return step

    def plain(parameters, gradients):
        ms, vs = ([np.zeros(n, "f") for _ in range(tensors)] for _ in range(2))
        t = 0

        def step():
            nonlocal t
            t += 1
            for p, g, m, v in zip(parameters, gradients, ms, vs):
                m[:] = 0.9 * m + 0.1 * g
                v[:] = 0.999 * v + 0.001 * g * g
                p -= 1e-3 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
            return parameters[0]
        return step

    ROWS[f"adam {tensors}M parameters"] = Row(12 * n * tensors, 7 * 4 * n * tensors, build)


add_ops()
add_linear(2048, 128, 512)
add_linear(1024, 384, 1536)
add_conv("c1 28x28, 1 to 32", 64, 1, 28, 32, fixed=(0,))
add_conv("c2 13x13, 32 to 64", 64, 32, 13, 64)
add_conv("c3 5x5, 64 to 64", 64, 64, 5, 64)
add_conv("W4 64x64, 3 to 32", 32, 3, 64, 32, fixed=(0,))
add_conv("W7 32x32, 64 to 64", 32, 64, 32, 64, padding=1)
add_max_pool(64, 32, 26)
add_gelu((2048, 512))
add_attention(16, 4, 128, 32, True)
add_attention(8, 12, 128, 32, False)
add_layer_norm(2048, 128)
add_layer_norm(1024, 384)
add_batch_norm(32, 64, 32)
add_cross_entropy(2048, 96)
add_embedding(96, 128, 2048)
add_embedding(30522, 128, 1024)
add_adam(1)
add_adam(10)
