"""A graph convolutional network on a ring with two communities, its adjacency as a sparse tensor."""
# ruff: noqa: UP008, UP031, UP032 - public programs are written so
import warnings

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.modules.module import Module
from torch.nn.parameter import Parameter

warnings.filterwarnings("ignore", message=".*parse")
warnings.filterwarnings("ignore", message=".*tensors are dense here")
torch.manual_seed(42)
rng = np.random.RandomState(0)


class GraphConvolution(Module):
    def __init__(self, in_features, out_features, bias=True):
        super(GraphConvolution, self).__init__()
        self.in_features, self.out_features = in_features, out_features
        self.weight = Parameter(torch.FloatTensor(in_features, out_features))
        if bias:
            self.bias = Parameter(torch.FloatTensor(out_features))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self):
        stdv = 1.0 / self.weight.size(1) ** 0.5
        self.weight.data.uniform_(-stdv, stdv)
        if self.bias is not None:
            self.bias.data.uniform_(-stdv, stdv)

    def forward(self, input, adj):
        output = torch.spmm(adj, torch.mm(input, self.weight))
        return output if self.bias is None else output + self.bias

    def __repr__(self):
        return f"{self.__class__.__name__} ({self.in_features} -> {self.out_features})"


class GCN(nn.Module):
    def __init__(self, nfeat, nhid, nclass, dropout):
        super(GCN, self).__init__()
        self.gc1, self.gc2 = GraphConvolution(nfeat, nhid), GraphConvolution(nhid, nclass, bias=False)
        self.dropout = dropout

    def forward(self, x, adj):
        x = F.dropout(F.relu(self.gc1(x, adj)), self.dropout, training=self.training)
        return F.log_softmax(self.gc2(x, adj), dim=1)


n = 20
labels = torch.LongTensor([i // 10 for i in range(n)])
dense = np.eye(n)
for i in range(n):
    for j in (i + 1, i + 2):
        dense[i, j % n] = dense[j % n, i] = 1
dense /= dense.sum(1, keepdims=True)
rows, columns = dense.nonzero()
adj = torch.sparse_coo_tensor(torch.from_numpy(np.vstack((rows, columns)).astype(np.int64)),
                              torch.from_numpy(dense[rows, columns].astype(np.float32)),
                              torch.Size(dense.shape))
features = torch.FloatTensor(rng.rand(n, 5) + 0.3 * labels.numpy()[:, None])
model = GCN(5, 8, 2, 0.5)
print(model)
optimizer = torch.optim.Adam(model.parameters(), lr=0.05, weight_decay=5e-4)
train = torch.arange(0, n, 3)
for epoch in range(10):
    model.train()
    optimizer.zero_grad()
    output = model(features, adj)
    loss = F.nll_loss(output[train], labels[train])
    loss.backward()
    optimizer.step()
    preds = output.max(1)[1].type_as(labels)
    print("Epoch: {:04d} loss: {:.4f} acc: {:.4f}".format(epoch + 1, loss.item(),
                                                         preds.eq(labels).double().sum() / len(labels)))
