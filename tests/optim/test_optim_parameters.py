"""What an optimizer is given: parameters with names, gradients assigned by hand, closures, hooks."""

import copy
import gc
import pickle
import weakref

import pytest

import minigrad
from minigrad import nn, optim

NAMED_KINDS = sorted({*optim.__all__} - {"Optimizer", "Lion", "lr_scheduler", "swa_utils"})


def matrices(library):
    """A model whose parameters suit Muon too."""
    return library.nn.Sequential(library.nn.Linear(2, 3, bias=False), library.nn.Linear(3, 1, bias=False))


@pytest.mark.parametrize("kind", NAMED_KINDS)
def test_every_optimizer_takes_named_parameters_and_saves_their_names(kind, torch):
    groups = []
    for library in (minigrad, torch):
        model = matrices(library)
        optimizer = getattr(library.optim, kind)(model.named_parameters(), lr=0.5)
        held = optimizer.param_groups[0]["params"]
        assert all(a is b for a, b in zip(held, model.parameters(), strict=True))
        groups.append([(group["param_names"], group["params"])
                       for group in optimizer.state_dict()["param_groups"]])
    assert groups[0] == groups[1] == [(["0.weight", "1.weight"], [0, 1])]


@pytest.mark.parametrize("make", [
    lambda library, named: library.optim.SGD(pair for pair in named),
    lambda library, named: library.optim.SGD(dict(named).items()),
    lambda library, named: library.optim.SGD([{"params": named[:1], "lr": 0.1}, {"params": iter(named[1:])}]),
    lambda library, named: library.optim.SGD({"params": [pair]} for pair in named)])
def test_names_come_from_every_iterable_and_from_groups(make, torch):
    groups = []
    for library in (minigrad, torch):
        optimizer = make(library, list(matrices(library).named_parameters()))
        optimizer.add_param_group({"params": [("extra", library.ones(1, requires_grad=True))], "lr": 0.7})
        groups.append([(group["param_names"], group["params"], group["lr"])
                       for group in optimizer.state_dict()["param_groups"]])
    assert groups[0] == groups[1]


@pytest.mark.parametrize("saved, here", [(True, True), (True, False), (False, True), (False, False)])
def test_names_that_are_loaded_replace_those_that_are_there(saved, here, torch):
    names = []
    for library in (minigrad, torch):
        model, prefixed = matrices(library), library.nn.Sequential(matrices(library))
        old = library.optim.Adam(model.named_parameters() if saved else model.parameters())
        new = library.optim.Adam(prefixed.named_parameters() if here else prefixed.parameters())
        new.load_state_dict(old.state_dict())
        names.append(new.param_groups[0].get("param_names"))
    assert names[0] == names[1]


def test_groups_have_names_all_or_none():
    model = matrices(minigrad)
    named, plain = optim.SGD(model.named_parameters()), optim.SGD(model.parameters())
    more = minigrad.ones(1, requires_grad=True)
    for optimizer, group in [(named, {"params": more}), (plain, {"params": [("more", more)]})]:
        with pytest.raises(ValueError, match="SGD: this group has .*names of parameters, the first has"):
            optimizer.add_param_group(group)
        assert len(optimizer.param_groups) == 1
    again = optim.SGD([{key: named.param_groups[0][key] for key in ("params", "param_names")}])
    assert again.param_groups[0]["param_names"] == ["0.weight", "1.weight"]


def test_a_file_keeps_the_names_of_parameters(tmp_path):
    optimizer = optim.Adam(matrices(minigrad).named_parameters())
    minigrad.save(optimizer.state_dict(), tmp_path / "state.pt")
    assert minigrad.load(tmp_path / "state.pt")["param_groups"][0]["param_names"] == ["0.weight", "1.weight"]


@pytest.mark.parametrize("data, error, text", [
    (minigrad.ones(2), ValueError, r"a parameter has shape \(2,\), its gradient \(3, 2\); they must be"),
    (minigrad.ones(3, 2, dtype="float64"), TypeError, "is float64, its gradient float32; convert it"),
])
@pytest.mark.parametrize("named", [True, False])
def test_an_error_about_a_gradient_says_whose_it_is_and_comes_before_any_change(data, error, text, named):
    model = matrices(minigrad)
    first, second = model.parameters()
    first.grad = minigrad.ones(3, 2)
    optimizer = optim.SGD(reversed(list(model.named_parameters() if named else model.parameters())))
    before = second.tolist()
    first.data, second.grad = data, minigrad.ones(1, 3)
    name = " '0.weight'" if named else ""
    with pytest.raises(error, match=f"^SGD: .*{text}.*; it is parameter 1{name}$"):
        optimizer.step()
    assert second.tolist() == before


# What a step does without gradients, and with settings that are tensors


def test_a_first_step_without_any_gradient_warns_if_something_was_computed():
    model, old = nn.Linear(2, 1), nn.Linear(2, 1)
    for kind, closure in ((optim.SGD, []), (optim.LBFGS, [lambda: 0.0])):
        optimizer = kind(old.parameters())
        optimizer.step(*closure)        # to look at a schedule without training
        model(minigrad.ones(3, 2)).sum().backward()
        with pytest.warns(UserWarning, match=": none of the 2 parameters has a gradient, so step.. changes"):
            optimizer.step(*closure)
        optimizer.step(*closure)
    old(minigrad.ones(3, 2)).sum().backward()
    optimizer = optim.SGD(old.parameters())
    optimizer.step()
    optimizer.zero_grad()
    model(minigrad.ones(3, 2)).sum().backward()
    optimizer.step()        # it has trained before


@pytest.mark.parametrize("clear", ["optimizer", "module"])
def test_zero_grad_writes_zeros_into_the_gradients_that_are_there(clear, torch):
    for library in (minigrad, torch):
        model = library.nn.Linear(2, 1)
        model(library.ones(3, 2)).sum().backward()
        kept = model.weight.grad
        owner = library.optim.SGD(model.parameters()) if clear == "optimizer" else model
        owner.zero_grad(set_to_none=False)
        assert model.weight.grad is kept and kept.tolist() == [[0.0, 0.0]]
    x = minigrad.ones(2, requires_grad=True)
    (x * x * x).sum().backward(create_graph=True)
    first = x.grad
    optim.SGD([x]).zero_grad(set_to_none=False)
    assert x.grad.tolist() == [0.0, 0.0]
    first.sum().backward()
    assert x.grad.tolist() == [6.0, 6.0]


@pytest.mark.parametrize("kind", ["SGD", "Adam"])
def test_a_learning_rate_may_be_a_tensor(kind, torch):
    values = []
    for library in (minigrad, torch):
        p = library.nn.Parameter(library.ones(2))
        optimizer = getattr(library.optim, kind)([p], lr=library.tensor(0.1))
        for rate in (0.1, 0.2):
            p.grad = library.ones(2)
            optimizer.param_groups[0]["lr"] = library.tensor(rate)
            optimizer.step()
        values.append(p.tolist())
    assert values[0] == pytest.approx(values[1])


def test_hooks_see_a_closure_where_the_caller_has_put_it(torch):
    seen = []
    for library in (minigrad, torch):
        p = library.nn.Parameter(library.ones(1))
        p.grad = library.ones(1)
        optimizer = library.optim.SGD([p])
        given = []
        for register in (optimizer.register_step_pre_hook, optimizer.register_step_post_hook):
            register(lambda o, args, kwargs: given.append((len(args), list(kwargs))))  # noqa: B023
        optimizer.step()
        optimizer.step(p.sum)
        optimizer.step(closure=p.sum)
        seen.append(given)
    assert seen[0] == seen[1]


def do_nothing(optimizer, args, kwargs):
    """A hook that can be pickled."""


def test_an_optimizer_with_hooks_is_freed_at_once_and_copied_with_them():
    class Own(optim.SGD):
        def step(self, closure=None):
            return super().step(closure)

    for kind in (Own, optim.SGD):
        p = nn.Parameter(minigrad.ones(1))
        optimizer = kind([p], lr=1.0)
        optimizer.register_step_pre_hook(do_nothing)
        copies = [copy.deepcopy(optimizer)]
        if kind is optim.SGD:
            copies.append(pickle.loads(pickle.dumps(optimizer)))
        for each in copies:
            q, = each.param_groups[0]["params"]
            q.grad = minigrad.ones(1)
            each.step()
            assert (q.tolist(), p.tolist()) == ([0.0], [1.0]) and each.pre_hooks == [do_nothing]
        gone = weakref.ref(optimizer)
        gc.disable()
        try:
            del optimizer
            assert gone() is None
        finally:
            gc.enable()


def one_step(model, optimizer):
    model(minigrad.ones(1, 2)).sum().backward()
    optimizer.step()


def replace_layer(model):
    model[1] = nn.Linear(3, 1, bias=False)


def replace_parameter(model):
    model[1].weight = nn.Parameter(minigrad.ones(1, 3))


def normalise_weight(model):
    nn.utils.parametrizations.weight_norm(model[1])


@pytest.mark.parametrize("kind", [optim.SGD, optim.Adam])
@pytest.mark.parametrize("replace, message", [
    (replace_layer, r"a layer was replaced .* 1 that took its place, the first of shape \(1, 3\), will not"),
    (replace_parameter, r"a parameter was replaced .* 1 that took its place, the first of shape \(1, 3\)"),
    (normalise_weight, r"a layer was replaced .* 2 that took its place, the first of shape \(1, 1\)")])
def test_a_layer_replaced_after_the_optimizer_was_made_is_told_once(kind, replace, message):
    model = matrices(minigrad)
    optimizer = kind(model.parameters(), lr=0.1)
    replace(model)
    with pytest.warns(UserWarning, match=message):
        one_step(model, optimizer)
    one_step(model, optimizer)


def test_nothing_is_told_of_a_replaced_layer_that_is_trained_or_not_meant_to_be():
    model = matrices(minigrad)
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    replace_layer(model)
    optimizer.add_param_group({"params": model[1].parameters()})
    one_step(model, optimizer)
    model[1] = nn.Linear(3, 1).requires_grad_(False)
    one_step(model, optimizer)
    model[1] = nn.Sequential(model[1], nn.ReLU())       # holds the old one
    one_step(model, optimizer)
    replace_layer(model)
    one_step(model, optim.SGD(model.parameters(), lr=0.1))
