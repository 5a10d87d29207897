"""Settings of the embeddings, and the norms of several gradients, against PyTorch."""

import numpy as np
import pytest

import minigrad

pytestmark = pytest.mark.torch
TABLE = np.random.default_rng(0).standard_normal((6, 3))
IDS = np.array([[0, 2, 2, 5], [2, 0, 1, 1]])


def embedded(library, make):
    """The result, the table after it, and the table's gradient."""
    layer = make(library.nn, library.tensor(TABLE.copy()))
    y = layer(library.tensor(IDS))
    (y * y.detach().cos()).sum().backward()
    return [each.detach().numpy() for each in (y, layer.weight, layer.weight.grad)]


@pytest.mark.parametrize("make", [
    lambda nn, table: nn.Embedding(6, 3, _weight=table, scale_grad_by_freq=True),
    lambda nn, table: nn.Embedding(6, 3, 2, 1.0, 1.0, True, False, table),
    lambda nn, table: nn.Embedding.from_pretrained(table, False, 1, 0.5),
    lambda nn, table: nn.EmbeddingBag.from_pretrained(table, False, 1.0, 2.0, False, "sum"),
    lambda nn, table: nn.EmbeddingBag(6, 3, 1.5, 2.0, False, "mean", False, table, False, 2),
    lambda nn, table: nn.EmbeddingBag(6, 3, 1.5, 2.0, mode="max", _weight=table)])
def test_an_embedding_with_settings(make, torch):
    for ours, theirs in zip(embedded(minigrad, make), embedded(torch, make)):
        np.testing.assert_allclose(ours, theirs, 1e-10, 1e-12)


def test_a_bag_divides_the_gradient_of_a_row_by_the_number_of_its_ids():
    """PyTorch's documentation says so; its CPU code takes the numbers of other rows."""
    gradients = []
    for scaled in (False, True):
        layer = minigrad.nn.EmbeddingBag(6, 3, scale_grad_by_freq=scaled, mode="sum",
                                         _weight=minigrad.tensor(TABLE))
        layer(minigrad.tensor(IDS)).sum().backward()
        gradients.append(layer.weight.grad.numpy())
    counts = np.bincount(IDS.ravel(), minlength=6)[:, None]
    np.testing.assert_allclose(gradients[1], gradients[0] / np.maximum(counts, 1))


def test_a_table_of_another_size_is_refused():
    for refused in (lambda: minigrad.nn.Embedding(2, 3, _weight=minigrad.ones(3, 2)),
                    lambda: minigrad.nn.functional.embedding_bag(
                        minigrad.tensor(IDS), minigrad.ones(6, 2), mode="max", scale_grad_by_freq=True)):
        with pytest.raises(ValueError):
            refused()
    assert not minigrad.nn.Embedding(2, 3, _freeze=True).weight.requires_grad


@pytest.mark.parametrize("layer", ["Embedding", "EmbeddingBag"])
def test_a_sparse_gradient_has_the_numbers_of_pytorch_s(layer, torch):
    found = []
    for library in (minigrad, torch):
        table = getattr(library.nn, layer)(6, 2, sparse=True, _weight=library.tensor(TABLE[:6, :2]))
        table(library.tensor(IDS)).sum().backward()
        gradient = table.weight.grad
        found += [(repr(table), (gradient.to_dense() if library is torch else gradient).tolist())]
    assert found[0] == found[1]


@pytest.mark.parametrize("bias", [None, False, True])
def test_no_bias_is_spelt_false_or_none(bias, torch):
    for library in (minigrad, torch):
        layers = [library.nn.Linear(2, 3, bias=bias), library.nn.Conv2d(2, 3, 1, bias=bias),
                  library.nn.LayerNorm(3, bias=bias), library.nn.MultiheadAttention(4, 2, bias=bias)]
        assert ["bias" in str([*layer.state_dict()]) for layer in layers] == [bool(bias)] * 4


@pytest.mark.parametrize("norm_type", [1.0, 2.0, float("inf")])
@pytest.mark.parametrize("most", [0.5, 100.0])
def test_gradients_are_clipped_in_two_steps(most, norm_type, torch):
    found = []
    for library in (minigrad, torch):
        ps = [library.nn.Parameter(library.tensor(TABLE[i:i + 2])) for i in range(3)]
        sum((p ** 3).sum() for p in ps).backward()
        total = library.nn.utils.get_total_norm([p.grad for p in ps], norm_type)
        library.nn.utils.clip_grads_with_norm_(ps, most, total)
        found.append([total.item(), *(p.grad.numpy() for p in ps)])
    for ours, theirs in zip(*found):
        np.testing.assert_allclose(ours, theirs, 1e-12)
    assert minigrad.nn.utils.get_total_norm([]).item() == torch.nn.utils.get_total_norm([]).item() == 0


def test_a_norm_that_is_not_finite_is_refused_on_request(torch):
    for library in (minigrad, torch):
        infinite = [library.tensor([float("inf")])]
        assert library.nn.utils.get_total_norm(infinite).item() == float("inf")
        with pytest.raises(RuntimeError):
            library.nn.utils.get_total_norm(infinite, error_if_nonfinite=True)
