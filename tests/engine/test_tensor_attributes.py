"""What a program attaches to a tensor, and what it asks about its place in the graph, as in PyTorch."""

import copy
import pickle

import pytest

import minigrad


def attached_to_a_tensor(lib):
    x = lib.zeros(2)
    x.flag = [1]
    twin, deep, again = copy.copy(x), copy.deepcopy(x), pickle.loads(pickle.dumps(x))
    return (x.flag, vars(x), twin.flag is x.flag, deep.flag, deep.flag is x.flag, again.flag,
            [hasattr(each, "flag") for each in (x + 1, x.clone(), x.detach(), x.data, x[0], x.double())])


def attached_to_a_parameter(lib):
    x = lib.nn.Parameter(lib.zeros(2))
    x.flag = 1
    return [hasattr(each, "flag") for each in (
        x, copy.copy(x), copy.deepcopy(x), pickle.loads(pickle.dumps(x)), x * 1, x.clone(), x.detach(),
        x.data)]


def attached_in_a_module(lib):
    m = lib.nn.Linear(1, 1)
    m.weight.flag = 1
    m.register_buffer("b", lib.zeros(1))
    m.b.flag = 2
    return [(hasattr(each.weight, "flag"), hasattr(each.b, "flag")) for each in (
        copy.deepcopy(m), pickle.loads(pickle.dumps(m)))], hasattr(m.double().weight, "flag"), [
        hasattr(each, "flag") for each in m.state_dict().values()]


def kept_by_an_optimizer(lib):
    p = lib.nn.Parameter(lib.zeros(2))
    p.scale = 0.5
    optimizer = lib.optim.SGD([p], lr=0.1)
    p.sum().backward()
    optimizer.step()
    return getattr(p, "scale", 1.0), getattr(p, "other", 1.0), p._version


def deleted(lib):
    x = lib.zeros(2)
    x.flag = 1
    del x.flag
    return hasattr(x, "flag"), vars(x), [refused(lambda: setattr(x, name, 1)) for name in (
        "shape", "dtype", "is_leaf", "ndim", "device", "_version", "retains_grad", "output_nr")]


def refused(function):
    try:
        function()
    except AttributeError:
        return True
    return False


def versions(lib):
    x = lib.zeros(2)
    view, other = x[0], x.clone()
    seen = [x._version]
    x.add_(1)
    x[0] = 3
    seen += [x._version, view._version]
    view.mul_(2)
    with lib.no_grad():
        x.zero_()
        x.copy_(lib.ones(2))
        x.fill_(2)
    y = x * 2
    return seen, x._version, view._version, x.detach()._version, other._version, y._version


def retained(lib):
    x = lib.zeros(2, requires_grad=True)
    y, z = x * 2, x * 3
    y.retain_grad()
    x.retain_grad()
    before = [each.retains_grad for each in (x, y, z)]
    y.sum().backward()
    return before, y.grad.tolist(), z.grad is None if lib is minigrad else z.retains_grad is False


def leaves(lib):
    x = lib.zeros(2, requires_grad=True)
    y = x * 2
    values, indices = (x * 1).sort()
    several = [each.output_nr for each in lib.linalg.qr(x + lib.ones(2, 2))]
    return ([each.is_leaf for each in (x, y, x.detach(), lib.ones(1), indices)], x.grad_fn, y.grad_fn is None,
            [each.output_nr for each in (x, y, values)], several)


def nodes(lib):
    x = lib.ones(2, requires_grad=True)
    last = (x * 2).exp().sum().grad_fn
    first = last.next_functions[0][0].next_functions[0][0]
    leaf = first.next_functions[0][0]
    q, r = lib.linalg.qr(x + lib.ones(2, 2))
    return (last.name(), [(each.name(), i) for each, i in last.next_functions], first.name(),
            [i for _, i in first.next_functions], first.next_functions[1][0], leaf.name(), leaf.variable is x,
            leaf.next_functions, [i for _, i in r.exp().grad_fn.next_functions])


FUNCTIONS = [attached_to_a_tensor, attached_to_a_parameter, attached_in_a_module, kept_by_an_optimizer,
             deleted,
             versions, retained, leaves, nodes]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__name__)
@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf")
def test_both_libraries_answer_the_same(function, torch):
    assert function(minigrad) == function(torch)


def test_the_versions_of_memory_that_is_gone_are_forgotten():
    from minigrad.autograd.writes import Writes
    known = len(Writes.count)
    held = [minigrad.zeros(3).add_(1) for _ in range(100)]
    assert len(Writes.count) == known + 100 and {each._version for each in held} == {1}
    del held
    assert len(Writes.count) == known
