"""A user's program with the types that an editor must infer; test_typing.py checks and runs it."""

import numpy as np
from typing_extensions import assert_type

import minigrad
from minigrad import Tensor, nn, optim
from minigrad.data import DataLoader, TensorDataset
from minigrad.nn import functional as F
from minigrad.train import Trainer

x: Tensor = minigrad.randn(8, 4)

# Ops as functions, as methods and as operators
assert_type(minigrad.exp(x), Tensor)
assert_type(F.sigmoid(x), Tensor)
assert_type(x.exp(), Tensor)
assert_type(x.exp().sum(dim=1, keepdim=True), Tensor)
assert_type(x.sum(1), Tensor)
assert_type(x.clone().add_(1), Tensor)
assert_type(x + 1, Tensor)
assert_type(1 - x, Tensor)
assert_type(x @ x.T, Tensor)
assert_type(x == 0, Tensor)
assert_type(x[0], Tensor)
assert_type(x.reshape(4, 8), Tensor)
assert_type(x.float(), Tensor)
assert_type(x.to("cpu"), Tensor)
assert_type(x.detach(), Tensor)

# Names exported under another name
assert_type(x.shape, minigrad.Size)
assert_type(minigrad.arccos(x), Tensor)
assert_type(nn.Conv2D(1, 1, 3), nn.Conv2d)

# Names that load on first use
assert_type(minigrad.nn.functional.sigmoid(x), Tensor)
with minigrad.profile() as profile:
    x.exp()

# What a tensor is
assert_type(x.dim(), int)
assert_type(x.numel(), int)
assert_type(x.is_leaf, bool)
assert_type(x.is_contiguous(), bool)
assert_type(len(x), int)
assert_type(float(x.sum()), float)
array: np.ndarray = x.numpy()

# Training a model
target: Tensor = minigrad.randint(0, 3, (8,))
model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))
assert_type(model, nn.Sequential)
optimizer = optim.Adam(model.parameters(), lr=1e-2)
assert_type(optimizer, optim.Adam)
loader = DataLoader(TensorDataset(x, target), batch_size=4)
for inputs, labels in loader:
    optimizer.zero_grad()
    F.cross_entropy(model(inputs), labels).backward()
    optimizer.step()
trainer = Trainer(model, nn.CrossEntropyLoss(), optimizer)
assert_type(trainer, Trainer)
history = trainer.fit(loader, epochs=1, verbose=False)
