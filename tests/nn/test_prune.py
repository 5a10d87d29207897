"""nn.utils.prune against PyTorch's: the same masks, names and errors."""

import importlib
import pickle

import pytest

import minigrad
from minigrad.nn.utils import prune


@pytest.fixture
def torch(torch):
    importlib.import_module("torch.nn.utils.prune")
    return torch


def layer(lib, kind="Linear", *sizes):
    """A layer with weights of different magnitudes, the same in both libraries."""
    m = getattr(lib.nn, kind)(*(sizes or (4, 3)))
    with lib.no_grad():
        for p in m.parameters():
            p.copy_(((lib.arange(float(p.numel())) * 7919 % 101) / 50 - 1).reshape(p.shape))
    lib.manual_seed(3)
    return m


def state(m):
    return ({name: x.tolist() for name, x in m.state_dict().items()},
            [name for name, _ in m.named_parameters()])


def way(call):
    def pruned(lib):
        m = layer(lib, "Conv2d", 3, 4, (2, 3))
        call(lib.nn.utils.prune, lib, m)
        return *state(m), m.weight.tolist(), lib.nn.utils.prune.is_pruned(m), m.weight.requires_grad
    return pruned


WAYS = {
    "identity": way(lambda P, lib, m: P.identity(m, "bias")),
    "random": way(lambda P, lib, m: P.random_unstructured(m, "weight", 0.3)),
    "random, a number": way(lambda P, lib, m: P.random_unstructured(m, name="weight", amount=5)),
    "random twice": way(lambda P, lib, m: [P.random_unstructured(m, "weight", 0.4) for _ in range(3)]),
    "l1": way(lambda P, lib, m: P.l1_unstructured(m, "weight", 0.25)),
    "l1 none and all": way(lambda P, lib, m: [
        P.l1_unstructured(m, "weight", 0), P.l1_unstructured(m, "bias", 1.0)]),
    "l1 by scores": way(lambda P, lib, m: P.l1_unstructured(
        m, "weight", 7, importance_scores=lib.arange(72.0).reshape(4, 3, 2, 3))),
    "random slices": way(lambda P, lib, m: P.random_structured(m, "weight", 0.5, dim=1)),
    "random slices twice": way(lambda P, lib, m: [
        P.random_structured(m, "weight", 1, dim) for dim in (0, -1, 0)]),
    "ln 2": way(lambda P, lib, m: P.ln_structured(m, "weight", 0.5, n=2, dim=0)),
    "ln 1": way(lambda P, lib, m: P.ln_structured(m, "weight", 1, 1, -1)),
    "ln inf": way(lambda P, lib, m: P.ln_structured(m, "weight", 2, float("inf"), 1)),
    "ln -inf": way(lambda P, lib, m: P.ln_structured(m, "weight", 1, n=float("-inf"), dim=0)),
    "ln by scores": way(lambda P, lib, m: P.ln_structured(
        m, "weight", 1, 2, 0, importance_scores=lib.arange(72.0, 0, -1).reshape(4, 3, 2, 3))),
    "ln after l1": way(lambda P, lib, m: [
        P.l1_unstructured(m, "weight", 0.5), P.ln_structured(m, "weight", 2, 2, 0)]),
    "l1 after ln": way(lambda P, lib, m: [
        P.ln_structured(m, "weight", 2, 2, 0), P.l1_unstructured(m, "weight", 0.5)]),
    "a mask": way(lambda P, lib, m: P.custom_from_mask(m, "bias", lib.tensor([0, 1, 1, 0]))),
    "a mask after l1": way(lambda P, lib, m: [P.l1_unstructured(m, "bias", 1), P.custom_from_mask(
        m, "bias", lib.tensor([True, True, False, True]))]),
    "methods": way(lambda P, lib, m: [P.L1Unstructured.apply(m, "weight", 3), P.RandomUnstructured.apply(
        m, "weight", 4), P.RandomStructured.apply(m, "weight", 1),
        P.LnStructured.apply(m, "weight", 1, 2, -1),
        P.Identity.apply(m, "weight"), P.CustomFromMask.apply(m, "bias", lib.ones(4))]),
    "global": way(lambda P, lib, m: P.global_unstructured(
        [(m, "weight"), (m, "bias")], pruning_method=P.L1Unstructured, amount=0.3)),
    "global twice": way(lambda P, lib, m: [P.global_unstructured(
        ((m, "weight"), (m, "bias")), P.RandomUnstructured, amount=20) for _ in range(2)]),
    "global by scores": way(lambda P, lib, m: P.global_unstructured(
        [(m, "weight"), (m, "bias")], P.L1Unstructured, importance_scores={(m, "bias"): lib.zeros(4)},
        amount=6)),
    "removed": way(lambda P, lib, m: [P.l1_unstructured(m, "weight", 0.3),
                                      P.l1_unstructured(m, "weight", 0.3),
                                      P.remove(m, "weight")]),
}


@pytest.mark.parametrize("name", WAYS)
def test_masks_and_names_are_those_of_pytorch(name, torch):
    assert WAYS[name](minigrad) == WAYS[name](torch)


def trained(lib):
    m = lib.nn.Sequential(layer(lib), lib.nn.Tanh(), layer(lib, "Linear", 3, 1))
    lib.nn.utils.prune.l1_unstructured(m[0], "weight", 0.5)
    lib.nn.utils.prune.random_unstructured(m[2], "weight", 1)
    optimizer = lib.optim.SGD(m.parameters(), lr=0.1, momentum=0.9)
    for _ in range(3):
        optimizer.zero_grad()
        m(lib.arange(8.0).reshape(2, 4) / 8).sum().backward()
        optimizer.step()
    shown = [x for name, x in m.state_dict().items()]
    for each in (m[0], m[2]):
        lib.nn.utils.prune.remove(each, "weight")
    return [x.flatten().tolist() for x in [*shown, *m.state_dict().values()]], [*m.state_dict()]


def test_training_with_masks_is_that_of_pytorch(torch):
    (ours, names), (theirs, expected) = trained(minigrad), trained(torch)
    assert names == expected and len(ours) == len(theirs)
    for one, other in zip(ours, theirs):
        assert one == pytest.approx(other, rel=1e-5, abs=1e-6)


def test_a_pruned_model_is_loaded_by_its_names(torch):
    states = []
    for lib in (minigrad, torch):
        m, other = layer(lib), layer(lib)
        lib.nn.utils.prune.l1_unstructured(m, "weight", 0.5)
        lib.nn.utils.prune.identity(other, "weight")
        other.load_state_dict(m.state_dict())
        other(lib.ones(1, 4))
        states.append((state(other), other.weight.tolist()))
    assert states[0] == states[1]


def chosen_by_hand(lib):
    class Third(lib.nn.utils.prune.BasePruningMethod):
        PRUNING_TYPE = "unstructured"

        def compute_mask(self, t, default_mask):
            mask = default_mask.clone()
            mask.view(-1)[::3] = 0
            return mask
    m = layer(lib)
    Third.apply(m, "weight")
    Third.apply(m, "weight")
    container = next(iter(m._pre_hooks if lib is minigrad else m._forward_pre_hooks.values()))
    return (*state(m), type(container).__name__, len(container), [type(each).__name__ for each in container],
            Third().prune(m.bias).tolist(),
            Third().prune(m.bias, default_mask=lib.tensor([1.0, 0, 1])).tolist())


def containers(lib):
    P = lib.nn.utils.prune
    container = P.PruningContainer()
    container._tensor_name = "test"
    first = P.L1Unstructured(amount=2)
    first._tensor_name = "test"
    container.add_pruning_method(first)
    t, mask = lib.tensor([[1.0, -0.1, 0.2], [3.0, 0.3, -4.0]]), lib.tensor([[1.0, 0, 1], [1, 1, 1]])
    out = [container.compute_mask(t, mask).tolist()]
    with pytest.raises(TypeError):
        container.add_pruning_method(10)
    other = P.L1Unstructured(amount=2)
    other._tensor_name = "other"
    with pytest.raises(ValueError):
        container.add_pruning_method(other)
    second = P.LnStructured(1, n=1, dim=0)
    second._tensor_name = "test"
    container.add_pruning_method(second)
    out += [container.compute_mask(t, lib.tensor([[0.0, 0, 0], [1, 1, 1]])).tolist(), len(container),
            container[0] is first, [each is second for each in container]]
    return out


@pytest.mark.parametrize("function", [chosen_by_hand, containers], ids=lambda function: function.__name__)
def test_both_libraries_answer_the_same(function, torch):
    assert function(minigrad) == function(torch)


WRONG = [
    (ValueError, "amount", lambda P, lib, m: P.l1_unstructured(m, "weight", 1.5)),
    (ValueError, "amount", lambda P, lib, m: P.random_unstructured(m, "weight", -1)),
    (ValueError, "amount", lambda P, lib, m: P.random_unstructured(m, "weight", 13)),
    (TypeError, "amount", lambda P, lib, m: P.l1_unstructured(m, "weight", "half")),
    (ValueError, ".", lambda P, lib, m: P.ln_structured(m, "bias", 1, 2, 0)),
    (IndexError, ".", lambda P, lib, m: P.random_structured(m, "weight", 1, 2)),
    (ValueError, "pruned", lambda P, lib, m: P.remove(m, "weight")),
    (TypeError, "unstructured", lambda P, lib, m: P.global_unstructured(
        [(m, "weight")], P.LnStructured, amount=1, n=2)),
    (TypeError, "dict", lambda P, lib, m: P.global_unstructured(
        [(m, "weight")], P.L1Unstructured, importance_scores=[1], amount=1)),
    ((ValueError, AssertionError), "shape", lambda P, lib, m: P.l1_unstructured(
        m, "weight", 1, importance_scores=lib.ones(2))),
    ((ValueError, AssertionError), ".", lambda P, lib, m: P.custom_from_mask(m, "weight", lib.ones(2))),
    ((AttributeError, TypeError), "wieght", lambda P, lib, m: P.l1_unstructured(m, "wieght", 1)),
]


@pytest.mark.parametrize("error, text, call", WRONG, ids=range(len(WRONG)))
def test_a_failed_pruning_changes_nothing(error, text, call, torch):
    for lib in (minigrad, torch):
        m = layer(lib)
        before = state(m)[0]
        with pytest.raises(error, match=text):
            call(lib.nn.utils.prune, lib, m)
        assert state(m)[0] == before and type(m.weight) is lib.nn.Parameter
        assert m(lib.ones(1, 4)).shape[1] == 3
        assert not lib.nn.utils.prune.is_pruned(m)


def test_pruned_layers_are_moved_and_pickled(device):
    m = prune.l1_unstructured(layer(minigrad), "weight", 0.5).to(device)
    y = m(minigrad.ones(1, 4, device=device))
    assert m.weight.device == m.weight_mask.device == device
    twin = pickle.loads(pickle.dumps(m))
    assert twin(minigrad.ones(1, 4, device=device)).tolist() == y.tolist() and prune.is_pruned(twin)
    prune.random_structured(m, "weight", 1, dim=1)
    assert (m.weight_mask.sum(0) == 0).any()
