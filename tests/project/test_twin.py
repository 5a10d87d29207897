"""A model's file runs on PyTorch with another import, and gives the same numbers from the same weights."""

import ast

import numpy as np
import pytest

import minigrad
from benchmarks.twin import Change, copy_weights, twin
from minigrad.models.bert import Bert, BertConfig

SOURCE = """import numpy as np
import minigrad
from minigrad.autograd import Tensor
from minigrad.ops.places.shapes import cat
from minigrad.nn import functional as F
from minigrad.data import mnist

class Net(nn.Module):
    def __init__(self):
        self.a = 1

class Plain:
    def __init__(self):
        self.a = 1
"""
CHANGED = """import numpy as np
import torch as minigrad
from torch import Tensor
from torch import cat
from torch.nn import functional as F
from minigrad.data import mnist
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = 1
class Plain:
    def __init__(self):
        self.a = 1""".splitlines()


def test_only_imports_of_minigrad_change():
    tree = ast.fix_missing_locations(Change().visit(ast.parse(SOURCE)))
    assert [line for line in ast.unparse(tree).splitlines() if line] == CHANGED


@pytest.mark.torch
def test_the_twin_of_bert_computes_what_bert_computes():
    import torch
    theirs = twin("minigrad.models.bert")
    sizes = dict(vocab_size=50, hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
                 intermediate_size=32)
    a = Bert(BertConfig(**sizes)).eval()
    b = copy_weights(a, theirs.Bert(theirs.BertConfig(**sizes))).eval()
    assert isinstance(b, torch.nn.Module)
    ids = np.arange(12).reshape(2, 6)
    given, expected = a(minigrad.tensor(ids)), b(torch.tensor(ids))
    np.testing.assert_allclose(given.detach().numpy(), expected.detach().numpy(), atol=1e-5)
