"""An LSTM language model: the hidden state carries over from chunk to chunk, its gradient does not."""

import numpy as np
import torch
from torch import nn, optim


class RNNModel(nn.Module):
    def __init__(self, ntoken, ninp, nhid, nlayers, dropout=0.0):
        super(RNNModel, self).__init__()
        self.drop = nn.Dropout(dropout)
        self.encoder = nn.Embedding(ntoken, ninp)
        self.rnn = nn.LSTM(ninp, nhid, nlayers, dropout=dropout)
        self.decoder = nn.Linear(nhid, ntoken)
        self.ntoken, self.nhid, self.nlayers = ntoken, nhid, nlayers
        self.init_weights()

    def init_weights(self):
        initrange = 0.3
        nn.init.uniform_(self.encoder.weight, -initrange, initrange)
        nn.init.zeros_(self.decoder.bias)
        self.decoder.weight.data.uniform_(-initrange, initrange)

    def forward(self, input, hidden):
        emb = self.drop(self.encoder(input))
        output, hidden = self.rnn(emb, hidden)
        decoded = self.decoder(self.drop(output)).view(-1, self.ntoken)
        return nn.functional.log_softmax(decoded, dim=1), hidden

    def init_hidden(self, bsz):
        weight = next(self.parameters())
        return (weight.new_zeros(self.nlayers, bsz, self.nhid),
                weight.new_zeros(self.nlayers, bsz, self.nhid))


def repackage_hidden(h):
    """The same values, detached from the graph."""
    if isinstance(h, torch.Tensor):
        return h.detach()
    return tuple(repackage_hidden(v) for v in h)


def batchify(data, bsz):
    nbatch = data.size(0) // bsz
    return data.narrow(0, 0, nbatch * bsz).view(bsz, -1).t().contiguous()      # (time, batch)


def get_batch(source, i, bptt):
    seq_len = min(bptt, len(source) - 1 - i)
    return source[i:i + seq_len], source[i + 1:i + 1 + seq_len].reshape(-1)


def build():
    return RNNModel(ntoken=7, ninp=6, nhid=8, nlayers=2)


def inputs(rng):
    return np.tile(rng.permutation(7), 9),


def train(model, text):
    source = batchify(text, 3)
    criterion = nn.NLLLoss()
    optimizer = optim.SGD(model.parameters(), lr=1.0)
    scheduler = optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.9)
    losses = []
    for epoch in range(3):
        model.train()
        hidden = model.init_hidden(3)
        for i in range(0, source.size(0) - 1, 5):
            data, targets = get_batch(source, i, bptt=5)
            model.zero_grad()
            hidden = repackage_hidden(hidden)
            output, hidden = model(data, hidden)
            loss = criterion(output, targets)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 0.25)
            optimizer.step()
            losses.append(loss.item())
        scheduler.step()
    return losses


def outputs(model, text):
    model.eval()
    with torch.no_grad():
        output, (h, c) = model(batchify(text, 3), model.init_hidden(3))
    return output.exp(), h, c
