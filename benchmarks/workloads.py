"""The workloads; the same model source runs on minigrad and on PyTorch with another import.

A workload is a function of a framework `f` (frameworks.py) with its `m`, `nn`, `F` and `optim`. It returns
a function `step()` that does the work once and returns a number, the loss or a checksum, which must be
equal for all frameworks. Everything is float32; data and initial weights come from NumPy and are equal for
all. The sizes in the titles are the defaults; scaling.py uses others.
"""

import numpy as np


def mlp_tiny(f):
    """W1: MLP 3 -> 10 -> 1, batch 32, MSE, SGD: mostly overhead."""
    nn, rng = f.nn, np.random.default_rng(0)
    model = f.prepare(nn.Sequential(nn.Linear(3, 10), nn.ReLU(), nn.Linear(10, 1)))
    x, y = f.data(rng.normal(size=(32, 3)).astype("f")), f.data(rng.normal(size=(32, 1)).astype("f"))
    return f.trainer(model, f.F.mse_loss, f.optim.SGD(model.parameters(), lr=0.01), x, y)


def mlp(f, batch=128, width=512):
    """W2: MLP 784 -> 512 -> 256 -> 10, batch 128, cross entropy, Adam."""
    nn, rng = f.nn, np.random.default_rng(0)
    model = f.prepare(nn.Sequential(nn.Linear(784, width), nn.ReLU(), nn.Linear(width, width // 2), nn.ReLU(),
                                    nn.Linear(width // 2, 10)))
    x, y = f.data(rng.normal(size=(batch, 784)).astype("f")), f.data(rng.integers(0, 10, batch))
    return f.trainer(model, f.F.cross_entropy, f.optim.Adam(model.parameters()), x, y)


def cnn_mnist(f, batch=64):
    """W3: the MNIST CNN, batch 64, cross entropy, Adam."""
    nn, rng = f.nn, np.random.default_rng(0)
    model = f.prepare(nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(64, 64, 3), nn.ReLU(), nn.Flatten(), nn.Linear(576, 64), nn.ReLU(), nn.Linear(64, 10)))
    x, y = f.data(rng.normal(size=(batch, 1, 28, 28)).astype("f"), True), f.data(rng.integers(0, 10, batch))
    return f.trainer(model, f.F.cross_entropy, f.optim.Adam(model.parameters()), x, y)


def cnn_colour(f):
    """W4: a CNN on 64x64x3, Conv3x3(3 -> 32) ReLU MaxPool2 Linear 128 ReLU Linear 10, batch 32, Adam."""
    nn, rng = f.nn, np.random.default_rng(0)
    model = f.prepare(nn.Sequential(nn.Conv2d(3, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
                                    nn.Linear(32 * 31 * 31, 128), nn.ReLU(), nn.Linear(128, 10)))
    x, y = f.data(rng.normal(size=(32, 3, 64, 64)).astype("f"), True), f.data(rng.integers(0, 10, 32))
    return f.trainer(model, f.F.cross_entropy, f.optim.Adam(model.parameters()), x, y)


def block(f, D, heads, hidden, causal, pre_norm):
    """One Transformer layer, pre- or post-norm, with GELU."""
    nn, F = f.nn, f.F

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.qkv, self.out = nn.Linear(D, 3 * D), nn.Linear(D, D)
            self.up, self.down = nn.Linear(D, hidden), nn.Linear(hidden, D)
            self.norm1, self.norm2 = nn.LayerNorm(D), nn.LayerNorm(D)

        def attention(self, x):
            N, T, _ = x.shape
            q, k, v = (part.reshape(N, T, heads, D // heads).transpose(1, 2)
                       for part in self.qkv(x).chunk(3, -1))
            y = F.scaled_dot_product_attention(q, k, v, is_causal=causal)
            return self.out(y.transpose(1, 2).reshape(N, T, D))

        def forward(self, x):
            if pre_norm:
                x = x + self.attention(self.norm1(x))
                return x + self.down(F.gelu(self.up(self.norm2(x)), approximate=approximate))
            x = self.norm1(x + self.attention(x))
            return self.norm2(x + self.down(F.gelu(self.up(x), approximate=approximate)))

    approximate = "tanh" if causal else "none"      # as in GPT-2 and BERT
    return Block()


def gpt(f, length=128):
    """W5: GPT with 4 layers, d=128, 4 heads, T=128, batch 16, vocabulary 96, GELU, pre-LayerNorm, AdamW."""
    nn, m, rng = f.nn, f.m, np.random.default_rng(0)

    class GPT(nn.Module):
        def __init__(self):
            super().__init__()
            self.tokens, self.positions = nn.Embedding(96, 128), nn.Embedding(length, 128)
            self.blocks = nn.ModuleList([block(f, 128, 4, 512, True, True) for _ in range(4)])
            self.norm, self.head = nn.LayerNorm(128), nn.Linear(128, 96)

        def forward(self, ids):
            x = self.tokens(ids) + self.positions(m.arange(ids.shape[1]))
            for each in self.blocks:
                x = each(x)
            return self.head(self.norm(x))

    model = f.prepare(GPT())
    ids, y = f.data(rng.integers(0, 96, (16, length))), f.data(rng.integers(0, 96, (16, length)))
    return f.trainer(model, lambda logits, y: f.F.cross_entropy(logits.reshape(-1, 96), y.reshape(-1)),
                     f.optim.AdamW(model.parameters(), lr=1e-3), ids, y)


def bert_forward(f):
    """W6: BERT encoder, forward only: 6 layers, d=384, 12 heads, ffn 1536, batch 8, T=128."""
    rng = np.random.default_rng(0)
    model = f.prepare(f.nn.Sequential(*[block(f, 384, 12, 1536, False, False) for _ in range(6)]))
    x, forward = f.data(rng.normal(size=(8, 128, 384)).astype("f")), f.forward(model)
    return lambda: (forward(x) ** 2).mean()


def conv_norm(f, size=32):
    """W7: Conv3x3 64 -> 64 'same' on 32x32, batch 32, BatchNorm, ReLU: forward and backward.

    With several processes, each part of the batch is normalised by its own statistics; the mean of the output
    differs in the sixth digit.
    """
    nn, rng = f.nn, np.random.default_rng(0)
    model = f.prepare(nn.Sequential(nn.Conv2d(64, 64, 3, padding=1), nn.BatchNorm2d(64), nn.ReLU()))
    x = f.data(rng.normal(size=(32, 64, size, size)).astype("f"), True)
    x.requires_grad_()
    backward = f.backward(model, lambda y, target: y.mean())

    def step():
        x.grad = None
        model.zero_grad()
        return backward(x, None)
    return step


WORKLOADS = {"W1": mlp_tiny, "W2": mlp, "W3": cnn_mnist, "W4": cnn_colour, "W5": gpt, "W6": bert_forward,
             "W7": conv_norm}


def prepare(name, framework, **sizes):
    return WORKLOADS[name](framework, **sizes)
