"""An LSTM tagger with packed sequences, a CRF on top, and checkpoints of the best epoch."""
# ruff: noqa: UP008, UP031, UP032 - public programs are written so
import os
import tempfile

import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

torch.manual_seed(1)
START, STOP, PAD = "<s>", "</s>", 0
data = [("the dog ate the apple".split(), ["DET", "NN", "V", "DET", "NN"]),
        ("everybody read that book".split(), ["NN", "V", "DET", "NN"]), ("dogs bark".split(), ["NN", "V"])]
words = {w: i + 1 for i, w in enumerate(sorted({w for s, _ in data for w in s}))}
tags = {"DET": 0, "NN": 1, "V": 2, START: 3, STOP: 4}


class BiLSTM_CRF(nn.Module):
    def __init__(self, vocab, n_tags, embedding_dim=6, hidden_dim=8):
        super().__init__()
        self.embed = nn.Embedding(vocab, embedding_dim, padding_idx=PAD)
        self.lstm = nn.LSTM(embedding_dim, hidden_dim // 2, bidirectional=True, batch_first=True)
        self.out = nn.Linear(hidden_dim, n_tags)
        self.transitions = nn.Parameter(torch.randn(n_tags, n_tags))
        self.transitions.data[tags[START], :] = -10000
        self.transitions.data[:, tags[STOP]] = -10000

    def features(self, x, lengths):
        packed = pack_padded_sequence(self.embed(x), lengths, batch_first=True, enforce_sorted=False)
        y, (h, c) = self.lstm(packed)
        y, lengths = pad_packed_sequence(y, batch_first=True)
        return self.out(y), lengths

    def loss(self, x, lengths, y):
        emissions, lengths = self.features(x, lengths)
        total = emissions.new_zeros(())
        for e, n, gold in zip(emissions, lengths, y):
            alpha = torch.full((e.size(1),), -10000.0)
            alpha[tags[START]] = 0.0
            score, previous = torch.zeros(1), tags[START]
            for feat, tag in zip(e[:n], gold[:n].tolist()):
                alpha = torch.logsumexp(alpha.unsqueeze(0) + self.transitions + feat.unsqueeze(1), dim=1)
                score = score + self.transitions[tag, previous] + feat[tag]
                previous = tag
            alpha = torch.logsumexp(alpha + self.transitions[tags[STOP]], dim=0)
            total = total + alpha - (score + self.transitions[tags[STOP], previous])
        return total.squeeze() / len(x)

    def decode(self, x, lengths):
        emissions, lengths = self.features(x, lengths)
        paths = []
        for e, n in zip(emissions, lengths):
            v, back = torch.full((e.size(1),), -10000.0), []
            v[tags[START]] = 0
            for feat in e[:n]:
                best, at = (v.unsqueeze(0) + self.transitions).max(1)
                back.append(at)
                v = best + feat
            path = [int((v + self.transitions[tags[STOP]]).argmax())]
            for at in reversed(back[1:]):
                path.append(at[path[-1]].item())
            paths.append(path[::-1])
        return paths


x = pad_sequence([torch.tensor([words[w] for w in s]) for s, _ in data], batch_first=True, padding_value=PAD)
y = pad_sequence([torch.tensor([tags[t] for t in ts]) for _, ts in data], batch_first=True)
lengths = torch.tensor([len(s) for s, _ in data])
model = BiLSTM_CRF(len(words) + 1, len(tags))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4, nesterov=True)
scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=1)
best = float("inf")
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "checkpoint.pth.tar")
    for epoch in range(12):
        model.zero_grad()
        loss = model.loss(x, lengths, y)
        loss.backward()
        optimizer.step()
        scheduler.step(loss)
        if loss.item() < best:
            best = loss.item()
            torch.save({"epoch": epoch + 1, "arch": "crf", "state_dict": model.state_dict(), "best": best,
                        "optimizer": optimizer.state_dict()}, path)
        if epoch % 3 == 0:
            print("epoch %d loss %.4f lr %g" % (epoch, loss.item(), optimizer.param_groups[0]["lr"]))
    checkpoint = torch.load(path, map_location=torch.device("cpu"), weights_only=False)
    fresh = BiLSTM_CRF(len(words) + 1, len(tags))
    print(fresh.load_state_dict(checkpoint["state_dict"]), checkpoint["epoch"])
    torch.save(fresh, path)
    fresh = torch.load(path, weights_only=False)
fresh.eval()
with torch.no_grad():
    print(fresh.decode(x, lengths))
    features = fresh.features(x, lengths)[0]
    print(features.shape, "%.3f" % features.abs().mean())
