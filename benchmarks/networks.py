"""More workloads, W8 to W18: networks that people run, which no kernel was written for first.

They follow the rules of workloads.py: one source for both frameworks, float32, equal data and initial
weights, and step() returns the loss.
"""

import numpy as np

from benchmarks.workloads import WORKLOADS, block


def numbers(f, *shape, image=False, seed=0):
    return f.data(np.random.default_rng(seed).normal(size=shape).astype("f"), image)


def ids(f, most, *shape, seed=0):
    return f.data(np.random.default_rng(seed).integers(0, most, shape))


def lstm_language_model(f):
    """W8: LSTM language model, 2 layers of 256, T=64, batch 32, vocabulary 96, clipped gradients, Adam."""
    nn = f.nn

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed, self.head = nn.Embedding(96, 128), nn.Linear(256, 96)
            self.lstm = nn.LSTM(128, 256, num_layers=2, batch_first=True)

        def forward(self, x):
            return self.head(self.lstm(self.embed(x))[0])

    model = f.prepare(Model())
    x, y = ids(f, 96, 32, 64), ids(f, 96, 32, 64, seed=1)
    optimizer = f.optim.Adam(model.parameters(), lr=1e-3)

    def step():
        optimizer.zero_grad()
        loss = f.F.cross_entropy(model(x).reshape(-1, 96), y.reshape(-1))
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        return loss
    return step


def gru_seq2seq(f):
    """W9: GRU encoder and decoder of 128 with attention, 20 -> 20 tokens, batch 64, vocabulary 1000, Adam."""
    nn, F, m = f.nn, f.F, f.m

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.source, self.target = nn.Embedding(1000, 64), nn.Embedding(1000, 64)
            self.encoder, self.decoder = nn.GRU(64, 128, batch_first=True), nn.GRUCell(64 + 128, 128)
            self.query, self.head = nn.Linear(128, 128), nn.Linear(256, 1000)

        def forward(self, pair):
            seen, state = self.encoder(self.source(pair[0]))                # (N, S, 128)
            state, given, logits = state[0], self.target(pair[1]), []
            context = seen.mean(1)
            for t in range(given.shape[1]):
                state = self.decoder(m.cat([given[:, t], context], 1), state)
                share = F.softmax((seen * self.query(state).unsqueeze(1)).sum(2), dim=1)    # (N, S)
                context = (share.unsqueeze(2) * seen).sum(1)
                logits.append(self.head(m.cat([state, context], 1)))
            return m.stack(logits, 1)

    model = f.prepare(Model())
    pair, y = (ids(f, 1000, 64, 20), ids(f, 1000, 64, 20, seed=1)), ids(f, 1000, 64, 20, seed=2)
    return f.trainer(model, lambda logits, y: F.cross_entropy(logits.reshape(-1, 1000), y.reshape(-1)),
                     f.optim.Adam(model.parameters(), lr=1e-3), pair, y)


def resnet18(f):
    """W10: ResNet-18 on 32x32x3 with a 3x3 stem, 10 classes, batch 32, SGD with momentum."""
    nn, F = f.nn, f.F

    class Residual(nn.Module):
        def __init__(self, C_in, C, stride):
            super().__init__()
            self.conv1, self.norm1 = nn.Conv2d(C_in, C, 3, stride, 1, bias=False), nn.BatchNorm2d(C)
            self.conv2, self.norm2 = nn.Conv2d(C, C, 3, 1, 1, bias=False), nn.BatchNorm2d(C)
            self.short = nn.Sequential() if C_in == C else nn.Sequential(
                nn.Conv2d(C_in, C, 1, stride, bias=False), nn.BatchNorm2d(C))

        def forward(self, x):
            y = F.relu(self.norm1(self.conv1(x)))
            return F.relu(self.norm2(self.conv2(y)) + self.short(x))

    layers = [nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.BatchNorm2d(64), nn.ReLU()]
    for C_in, C, stride in ((64, 64, 1), (64, 128, 2), (128, 256, 2), (256, 512, 2)):
        layers += [Residual(C_in, C, stride), Residual(C, C, 1)]
    model = f.prepare(nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10)))
    x, y = numbers(f, 32, 3, 32, 32, image=True), ids(f, 10, 32)
    return f.trainer(model, F.cross_entropy, f.optim.SGD(model.parameters(), lr=0.001, momentum=0.9), x, y)


def unet(f):
    """W11: U-Net of 32, 64, 128 channels on 64x64, GroupNorm, SiLU, ConvTranspose2d, batch 8, AdamW."""
    nn, m = f.nn, f.m

    def twice(C_in, C):
        return nn.Sequential(nn.Conv2d(C_in, C, 3, padding=1), nn.GroupNorm(8, C), nn.SiLU(),
                             nn.Conv2d(C, C, 3, padding=1), nn.GroupNorm(8, C), nn.SiLU())

    class UNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.down1, self.down2, self.middle = twice(3, 32), twice(32, 64), twice(64, 128)
            self.pool = nn.MaxPool2d(2)
            self.up2, self.join2 = nn.ConvTranspose2d(128, 64, 2, 2), twice(128, 64)
            self.up1, self.join1 = nn.ConvTranspose2d(64, 32, 2, 2), twice(64, 32)
            self.out = nn.Conv2d(32, 3, 1)

        def forward(self, x):
            a = self.down1(x)
            b = self.down2(self.pool(a))
            x = self.middle(self.pool(b))
            x = self.join2(m.cat([self.up2(x), b], 1))
            return self.out(self.join1(m.cat([self.up1(x), a], 1)))

    model = f.prepare(UNet())
    x, y = numbers(f, 8, 3, 64, 64, image=True), numbers(f, 8, 3, 64, 64, image=True, seed=1)
    return f.trainer(model, f.F.mse_loss, f.optim.AdamW(model.parameters(), lr=1e-3), x, y)


def depthwise(f):
    """W12: MobileNet-style depthwise separable blocks, 32 to 128 channels on 64x64, batch 16, SGD."""
    nn = f.nn

    def separable(C_in, C, stride):
        return [nn.Conv2d(C_in, C_in, 3, stride, 1, groups=C_in, bias=False), nn.BatchNorm2d(C_in),
                nn.ReLU6(), nn.Conv2d(C_in, C, 1, bias=False), nn.BatchNorm2d(C), nn.ReLU6()]

    model = f.prepare(nn.Sequential(
        nn.Conv2d(3, 32, 3, 2, 1, bias=False), nn.BatchNorm2d(32), nn.ReLU6(),
        *separable(32, 64, 1), *separable(64, 128, 2), *separable(128, 128, 1), *separable(128, 128, 1),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, 10)))
    x, y = numbers(f, 16, 3, 64, 64, image=True), ids(f, 10, 16)
    return f.trainer(model, f.F.cross_entropy, f.optim.SGD(model.parameters(), lr=0.01, momentum=0.9), x, y)


def gan(f, norm):
    """DCGAN's generator, noise (N, 64) -> (N, 1, 32, 32), and its discriminator; norm: of the second."""
    nn = f.nn

    def up(C_in, C, *rest):
        return [nn.ConvTranspose2d(C_in, C, 4, *rest, bias=False), nn.BatchNorm2d(C), nn.ReLU()]

    def down(C_in, C, norm):
        return [nn.Conv2d(C_in, C, 4, 2, 1), *[nn.BatchNorm2d(C)] * norm, nn.LeakyReLU(0.2)]

    generator = nn.Sequential(nn.Unflatten(1, (64, 1, 1)), *up(64, 128, 1, 0), *up(128, 64, 2, 1),
                              *up(64, 32, 2, 1), nn.ConvTranspose2d(32, 1, 4, 2, 1), nn.Tanh())
    discriminator = nn.Sequential(*down(1, 32, False), *down(32, 64, norm), *down(64, 128, norm),
                                  nn.Conv2d(128, 1, 4), nn.Flatten(0))
    models = f.prepare(generator), f.prepare(discriminator)
    return models, [f.optim.Adam(model.parameters(), lr=2e-4, betas=(0.5, 0.999)) for model in models]


def dcgan(f):
    """W13: DCGAN, a step of the discriminator and one of the generator, 32x32x1, batch 64, Adam."""
    (G, D), (optimizer_g, optimizer_d) = gan(f, True)
    real, noise = numbers(f, 64, 1, 32, 32, image=True), numbers(f, 64, 64, seed=1)
    one, zero = f.m.ones(64), f.m.zeros(64)
    loss = f.F.binary_cross_entropy_with_logits

    def step():
        fake = G(noise)
        optimizer_d.zero_grad()
        loss_d = loss(D(real), one) + loss(D(fake.detach()), zero)
        loss_d.backward()
        optimizer_d.step()
        optimizer_g.zero_grad()
        loss_g = loss(D(fake), one)
        loss_g.backward()
        optimizer_g.step()
        return loss_d, loss_g
    return step


def vit(f):
    """W14: ViT, 4 layers, d=192, 3 heads, patches of 4 on 32x32x3, batch 32, AdamW."""
    nn, m = f.nn, f.m

    class ViT(nn.Module):
        def __init__(self):
            super().__init__()
            self.patch, self.position = nn.Conv2d(3, 192, 4, 4), nn.Embedding(65, 192)
            self.first = nn.Embedding(1, 192)
            self.blocks = nn.Sequential(*[block(f, 192, 3, 768, False, True) for _ in range(4)])
            self.norm, self.head = nn.LayerNorm(192), nn.Linear(192, 10)

        def forward(self, x):
            x = self.patch(x).flatten(2).transpose(1, 2)                    # (N, 64, 192)
            x = m.cat([self.first.weight.expand(x.shape[0], 1, 192), x], 1) + self.position.weight
            return self.head(self.norm(self.blocks(x)[:, 0]))

    model = f.prepare(ViT())
    x, y = numbers(f, 32, 3, 32, 32, image=True), ids(f, 10, 32)
    return f.trainer(model, f.F.cross_entropy, f.optim.AdamW(model.parameters(), lr=1e-3), x, y)


def wavenet(f):
    """W15: WaveNet-style dilated Conv1d, 8 gated layers of 64 channels, T=512, batch 16, Adam."""
    nn, F = f.nn, f.F

    class Layer(nn.Module):
        def __init__(self, dilation):
            super().__init__()
            self.past, self.both = dilation, nn.Conv1d(64, 128, 2, dilation=dilation)
            self.out = nn.Conv1d(64, 64, 1)

        def forward(self, x):
            a, b = self.both(F.pad(x, (self.past, 0))).chunk(2, 1)
            return x + self.out(a.tanh() * b.sigmoid())

    model = f.prepare(nn.Sequential(nn.Conv1d(1, 64, 1), *[Layer(2 ** i) for i in range(8)], nn.ReLU(),
                                    nn.Conv1d(64, 1, 1)))
    x, y = numbers(f, 16, 1, 512), numbers(f, 16, 1, 512, seed=1)
    return f.trainer(model, F.mse_loss, f.optim.Adam(model.parameters(), lr=1e-3), x, y)


def decoding(f):
    """W16: GPT decoding with a cache, 4 layers, d=128, 4 heads, token by token after a prompt of 64."""
    nn, F, m = f.nn, f.F, f.m

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.qkv, self.out = nn.Linear(128, 384), nn.Linear(128, 128)
            self.up, self.down = nn.Linear(128, 512), nn.Linear(512, 128)
            self.norm1, self.norm2 = nn.LayerNorm(128), nn.LayerNorm(128)

        def forward(self, x, past):
            N, T, _ = x.shape
            q, k, v = (part.reshape(N, T, 4, 32).transpose(1, 2)
                       for part in self.qkv(self.norm1(x)).chunk(3, -1))
            if past is not None:
                k, v = m.cat([past[0], k], 2), m.cat([past[1], v], 2)
            y = F.scaled_dot_product_attention(q, k, v, is_causal=past is None)
            x = x + self.out(y.transpose(1, 2).reshape(N, T, 128))
            return x + self.down(F.gelu(self.up(self.norm2(x)), approximate="tanh")), (k, v)

    class GPT(nn.Module):
        def __init__(self):
            super().__init__()
            self.tokens, self.positions = nn.Embedding(96, 128), nn.Embedding(128, 128)
            self.blocks = nn.ModuleList([Block() for _ in range(4)])
            self.norm, self.head = nn.LayerNorm(128), nn.Linear(128, 96)

        def forward(self, ids, start, cache):
            x = self.tokens(ids) + self.positions(m.arange(start, start + ids.shape[1]))
            new = []
            for each, past in zip(self.blocks, cache):
                x, kept = each(x, past)
                new.append(kept)
            return self.head(self.norm(x[:, -1])), new

    model = f.prepare(GPT())
    prompt = ids(f, 96, 1, 64)

    def step():
        with m.no_grad():
            logits, cache = model(prompt, 0, [None] * 4)
            total = logits.mean()
            for t in range(64, 127):
                logits, cache = model(logits.argmax(1, keepdim=True), t, cache)
                total = total + logits.mean()
        return total
    return step


def single_image(f):
    """W17: the MNIST CNN of W3 on one image, forward only."""
    nn = f.nn
    model = f.prepare(nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(64, 64, 3), nn.ReLU(), nn.Flatten(), nn.Linear(576, 64), nn.ReLU(), nn.Linear(64, 10)))
    x, forward = numbers(f, 1, 1, 28, 28, image=True), f.forward(model)
    return lambda: forward(x)


def wgan_gp(f):
    """W18: a critic's step of WGAN-GP, with its gradient penalty of second order, 32x32x1, batch 64, Adam."""
    (G, D), (_, optimizer) = gan(f, False)
    real, noise, share = numbers(f, 64, 1, 32, 32), numbers(f, 64, 64, seed=1), f.data(
        np.random.default_rng(2).random((64, 1, 1, 1)).astype("f"))
    with f.m.no_grad():
        fake = G(noise)

    def step():
        between = (share * real + (1 - share) * fake).requires_grad_()
        [slope] = f.m.autograd.grad(D(between).sum(), between, create_graph=True)
        penalty = ((slope.flatten(1).norm(dim=1) - 1) ** 2).mean()
        loss = D(fake).mean() - D(real).mean() + 10 * penalty
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss
    return step


NETWORKS = {"W8": lstm_language_model, "W9": gru_seq2seq, "W10": resnet18, "W11": unet, "W12": depthwise,
            "W13": dcgan, "W14": vit, "W15": wavenet, "W16": decoding, "W17": single_image, "W18": wgan_gp}
ALL = WORKLOADS | NETWORKS


def prepare(name, framework):
    return NETWORKS[name](framework)
