"""Matrix factorisation (Koren, Bell and Volinsky 2009, IEEE Computer 42(8), 30-37) and a two-tower network.

    MatrixFactorisation     rating = mean + bias of the user + bias of the item + p . q
    TwoTower                score = user tower(what someone liked) . item tower(id, features)

The first knows a user or an item only by its own ratings. The towers of the second (Yi et al. 2019, RecSys,
doi:10.1145/3298689.3346996) read what is known about either, so that it also places an item that nobody has
rated.
"""

from minigrad.autograd import Tensor
from minigrad.nn import Embedding, Linear, Module, Parameter, ReLU, Sequential, functional as F, init
from minigrad.ops.creation import arange, eye, rand, tensor
from minigrad.ops.numbers.choosing import where


class MatrixFactorisation(Module):
    """Users (N,) and items (N,), numbers from 0 -> ratings (N,).

    The factors start as normal numbers with standard deviation 0.1, the biases as 0.
    """

    def __init__(self, users: int, items: int, mean: float, D: int = 8):
        self.user, self.item = Embedding(users, D), Embedding(items, D)
        self.user_bias, self.item_bias = Embedding(users, 1), Embedding(items, 1)
        self.mean = Parameter(tensor(float(mean)), requires_grad=False)
        for table in (self.user, self.item):
            init.normal_(table.weight, std=0.1)
        for table in (self.user_bias, self.item_bias):
            init.zeros_(table.weight)

    def forward(self, user: Tensor, item: Tensor) -> Tensor:
        biases = self.user_bias(user) + self.item_bias(item)                                # (N, 1)
        return self.mean + biases.squeeze(1) + (self.user(user) * self.item(item)).sum(1)


class TwoTower(Module):
    """History (N, T) of item ids, items (M,), features (M, features) -> scores (N, M), cosines / temperature.

    Ids begin with 1; 0 is padding in a history, and in `items` an item without an id, known by its features
    only. In training, ids are hidden at random, so that the features must do (Volkovs et al. 2017,
    DropoutNet).
    """

    def __init__(self, items: int, features: int, D: int = 32, hide: float = 0.3, temperature: float = 0.1):
        self.liked, self.id = Embedding(items + 1, D, padding_idx=0), Embedding(items + 1, D, padding_idx=0)
        self.features = Linear(features, D)
        self.user_tower = Sequential(Linear(D, D), ReLU(), Linear(D, D))
        self.item_tower = Sequential(Linear(D, D), ReLU(), Linear(D, D))
        self.hide, self.temperature = hide, temperature

    def forward(self, history: Tensor, item: Tensor, features: Tensor) -> Tensor:
        return self.users(history) @ self.items(item, features).T / self.temperature

    def users(self, history: Tensor) -> Tensor:
        """(N, T) -> (N, D) of length 1."""
        there = (history != 0).float().unsqueeze(2)                                         # (N, T, 1)
        mean = (self.liked(history) * there).sum(1) / there.sum(1).clamp(min=1)             # (N, D)
        return F.normalize(self.user_tower(mean), dim=1)

    def items(self, item: Tensor, features: Tensor) -> Tensor:
        """(M,), (M, features) -> (M, D) of length 1."""
        if self.training:
            item = where(rand(len(item), device=item.device) < self.hide, 0, item)
        return F.normalize(self.item_tower(self.id(item) + self.features(features)), dim=1)


def in_batch_loss(scores: Tensor, item: Tensor, log_q: Tensor) -> Tensor:
    """Cross entropy where row i's item is the i-th and the other items of the batch are the wrong answers.

    scores (N, N), item (N,), log_q (N,): the logarithm of how often each item is met. Frequent items are
    wrong answers more often; subtracting log_q undoes this (Yi et al. 2019, eq. 3). The same item in another
    row is no wrong answer.
    """
    N, device = len(item), item.device
    same = (item.unsqueeze(0) == item.unsqueeze(1)) & (eye(N, device=device) == 0)
    target = arange(N, device=device)
    return F.cross_entropy((scores - log_q).masked_fill(same, -1e9), target)
