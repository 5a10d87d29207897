"""Hooks of modules: first what minigrad promises, then compared with PyTorch (keyword arguments, prepend,
extra state, buffers by assignment, dicts of parameters)."""

import numpy as np
import pytest
from cases.tensors import normal

import minigrad
from minigrad import nn
from minigrad.autograd import to_numpy


def test_hooks_see_and_replace_arguments_and_outputs_until_removed():
    layer, seen = nn.Linear(2, 2), []
    pre = layer.register_forward_pre_hook(lambda module, args: (args[0] * 2,))
    post = layer.register_forward_hook(lambda module, args, y: seen.append((module, args[0].tolist())))
    x = minigrad.ones(1, 2)
    doubled = layer(x)
    assert seen == [(layer, [[2, 2]])]
    changed = layer.register_forward_hook(lambda module, args, y: y * 0)
    assert layer(x).tolist() == [[0, 0]]
    for handle in (pre, post, changed):
        handle.remove()
    assert len(seen) == 2 and layer(x).tolist() != doubled.tolist()


def test_a_hook_belongs_to_one_module():
    first, second = nn.ReLU(), nn.ReLU()
    first.register_forward_hook(lambda module, args, y: y + 1)
    assert first(minigrad.ones(1)).item() == 2 and second(minigrad.ones(1)).item() == 1


def test_backward_hooks_see_and_replace_the_gradients_of_a_module(device):
    net, seen = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)).to(device), []
    x = normal(5, 3, device=device).requires_grad_()
    net(x).sum().backward()
    plain = to_numpy(x.grad).copy()
    handle = net[1].register_full_backward_hook(lambda module, into, out: seen.append((module, into, out)))
    x.grad = None
    hidden = net[0](x)
    hidden.retain_grad()
    y = net[1](hidden)
    y.retain_grad()
    net[2](y).sum().backward()
    (module, (into,), (out,)), = seen
    assert module is net[1]
    np.testing.assert_array_equal(to_numpy(into), to_numpy(hidden.grad))
    np.testing.assert_array_equal(to_numpy(out), to_numpy(y.grad))
    np.testing.assert_array_equal(to_numpy(x.grad), plain)
    doubled = net[1].register_full_backward_hook(lambda module, into, out: (into[0] * 2,))
    x.grad = None
    net(x).sum().backward()
    np.testing.assert_allclose(to_numpy(x.grad), plain * 2, rtol=1e-6)
    handle.remove(), doubled.remove()
    net(x).sum().backward()
    assert len(seen) == 2


def test_a_backward_hook_of_several_arguments_is_called_once_with_all(device):
    class Mix(nn.Module):
        def forward(self, a, text, b, c):
            return a * b, c

    layer, seen = Mix(), []
    layer.register_full_backward_hook(lambda module, into, out: seen.append((into, out)))
    a, b, c = (normal(2, seed=i, device=device).requires_grad_(i < 2) for i in range(3))
    product, same = layer(a, "text", b, c)
    assert same is c
    product.sum().backward(retain_graph=True)
    product.sum().backward()
    assert len(seen) == 2 and a.grad.tolist() == (b * 2).tolist() and b.grad.tolist() == (a * 2).tolist()
    for into, out in seen:
        assert [g if g is None else g.tolist() for g in into] == [b.tolist(), None, a.tolist(), None]
        assert out[0].tolist() == [1, 1] and out[1] is None
    unused = Mix()
    unused.forward = lambda a, b: b * 3
    unused.register_full_backward_hook(lambda module, into, out: seen.append(into))
    a.grad = b.grad = None
    unused(a, b).sum().backward()
    assert seen[2][0] is None and seen[2][1].tolist() == [3, 3] == b.grad.tolist()
    assert a.grad.tolist() == [0, 0]


def test_a_backward_hook_of_a_layer_on_data_sees_the_gradient_of_its_output():
    layer, seen = nn.Linear(2, 1), []
    layer.register_full_backward_hook(lambda module, into, out: seen.append((into, out[0].tolist())))
    layer(normal(3, 2)).sum().backward()
    assert seen == [((None,), [[1], [1], [1]])] and layer.weight.grad is not None
    with minigrad.no_grad():
        layer(normal(3, 2))
    assert len(seen) == 1


def test_gradients_through_backward_hooks_can_be_differentiated_again():
    layer, seen = nn.Tanh(), []
    layer.register_full_backward_hook(lambda module, into, out: seen.append(into[0]))
    x = normal(3, dtype="float64").requires_grad_()
    g, = minigrad.autograd.grad(layer(x).sum(), x, create_graph=True)
    second, = minigrad.autograd.grad(g.sum(), x)
    t = np.tanh(x.detach().numpy())
    np.testing.assert_allclose(second.numpy(), -2 * t * (1 - t * t), rtol=1e-12)


HOOKS = ["forward", "forward_pre", "full_backward", "full_backward_pre"]


@pytest.mark.parametrize("hooked", [*range(4), None], ids=["conv", "relu", "pool", "flatten", "all"])
@pytest.mark.parametrize("kinds", [*([kind] for kind in HOOKS), HOOKS], ids=[*HOOKS, "all"])
def test_hooks_in_a_sequential_see_what_they_see_when_its_modules_are_called_by_hand(kinds, hooked, device):
    net, seen = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()).to(device), []

    def record(module, *given):
        tensors = [each for part in given for each in (part if isinstance(part, tuple) else (part,))]
        seen.append((type(module).__name__, [None if each is None else each.tolist() for each in tensors]))

    for module in net if hooked is None else [net[hooked]]:
        for kind in kinds:
            getattr(module, f"register_{kind}_hook")(record)
    x, found = normal(2, 1, 8, 8, device=device), []
    for call in (net, lambda x: net[3](net[2](net[1](net[0](x))))):
        net.zero_grad()
        inputs = x.detach().requires_grad_()
        y = call(inputs)
        (y * normal(*y.shape, seed=1, device=device)).sum().backward()
        found.append((seen[:], y.tolist(), inputs.grad.tolist(), net[0].weight.grad.tolist()))
        seen.clear()
    assert found[0] == found[1] and len(found[0][0]) == len(kinds) * (4 if hooked is None else 1)


# The same in both libraries


@pytest.fixture(params=["minigrad", pytest.param("torch", marks=pytest.mark.torch)])
def lib(request):
    return minigrad if request.param == "minigrad" else request.getfixturevalue("torch")


def scaled(lib):
    class Scaled(lib.nn.Module):
        def forward(self, x, *, factor=1.0):
            return x * factor
    return Scaled()


def test_hooks_see_and_change_keyword_arguments(lib):
    layer, x = scaled(lib), lib.ones(2)
    first = layer.register_forward_pre_hook(lambda module, args, kwargs: (args, {"factor": 3.0}),
                                            with_kwargs=True)
    layer.register_forward_pre_hook(lambda module, args: (args[0] + 1,))
    layer.register_forward_hook(lambda module, args, kwargs, y: y + kwargs["factor"], with_kwargs=True)
    layer.register_forward_hook(lambda module, args, y: None)
    assert layer(x, factor=2.0).tolist() == [9.0, 9.0]
    first.remove()
    assert layer(x, factor=2.0).tolist() == [6.0, 6.0]


def test_a_hook_may_be_put_in_front(lib):
    layer, seen = lib.nn.Identity(), []
    for name, prepend in (("a", False), ("b", True), ("c", False)):
        layer.register_forward_pre_hook(lambda module, args, name=name: seen.append(name), prepend=prepend)
        layer.register_forward_hook(lambda module, args, y, name=name: seen.append(name.upper()),
                                    prepend=prepend)
    layer(lib.ones(1))
    assert seen == ["b", "a", "c", "B", "A", "C"]


def test_a_hook_before_backward_changes_the_gradient_of_the_output(lib):
    layer, x, seen = lib.nn.Linear(2, 1), lib.ones(3, 2, requires_grad=True), []
    layer.register_full_backward_pre_hook(lambda module, out: (out[0] * 10,))
    layer.register_full_backward_pre_hook(lambda module, out: seen.append(out[0].tolist()))
    layer.register_full_backward_hook(lambda module, into, out: seen.append(out[0].tolist()))
    layer(x).sum().backward()
    assert seen == [[[10.0]] * 3] * 2
    assert layer.bias.grad.tolist() == [30.0] and layer.weight.grad.tolist() == [[30.0, 30.0]]
    np.testing.assert_allclose(x.grad.numpy(), 10 * np.repeat(layer.weight.detach().numpy(), 3, 0), rtol=1e-6)


def test_extra_state_is_saved_and_loaded_with_the_weights(lib):
    class Counter(lib.nn.Module):
        def __init__(self):
            super().__init__()
            self.layer, self.count = lib.nn.Linear(1, 1), 0

        def get_extra_state(self):
            return {"count": self.count}

        def set_extra_state(self, state):
            self.count = state["count"]

    model = lib.nn.Sequential(Counter(), lib.nn.Linear(1, 1))
    model[0].count = 5
    state = model.state_dict()
    assert list(state) == ["0._extra_state", "0.layer.weight", "0.layer.bias", "1.weight", "1.bias"]
    other = lib.nn.Sequential(Counter(), lib.nn.Linear(1, 1))
    other.load_state_dict(state)
    assert other[0].count == 5 and other[1].bias.tolist() == model[1].bias.tolist()
    del state["0._extra_state"]
    with pytest.raises((ValueError, RuntimeError), match="0._extra_state"):
        other.load_state_dict(state)
    assert tuple(map(list, other.load_state_dict(state, strict=False))) == (["0._extra_state"], [])


def test_a_buffer_is_registered_by_assignment(lib):
    module = lib.nn.Module()
    module.mean = lib.nn.Buffer(lib.ones(2))
    module.scratch = lib.nn.Buffer(lib.zeros(2), persistent=False)
    assert [name for name, _ in module.named_buffers()] == ["mean", "scratch"]
    assert list(module.state_dict()) == ["mean"] and not list(module.parameters())
    assert isinstance(module.mean, lib.nn.Buffer) and isinstance(module.mean, lib.Tensor)
    module.mean = lib.zeros(2)
    assert module.state_dict()["mean"].tolist() == [0.0, 0.0]
    module.double()
    assert module.mean.dtype == lib.float64


def test_dicts_of_parameters_are_joined_copied_and_taken_apart(lib):
    Parameter, Dict = lib.nn.Parameter, lib.nn.ParameterDict
    one = Dict({"a": Parameter(lib.ones(1)), "b": Parameter(lib.ones(1))})
    other = Dict({"b": Parameter(lib.zeros(1))})
    both = one | other
    assert list(both.keys()) == ["a", "b"] and both["b"] is other["b"] and both["a"] is one["a"]
    twin = one.copy()
    assert twin is not one and twin["a"] is one["a"]
    one |= other
    assert one["b"] is other["b"] and twin["b"] is not one["b"]
    name, member = one.popitem()
    assert name == "b" and member is other["b"] and list(one.keys()) == ["a"]


@pytest.mark.parametrize("settings", [{}, dict(need_weights=False), dict(average_attn_weights=False),
                                      dict(separate=(3, 2)), dict(separate=(6, 6)), dict(extended=True)])
def test_attention_as_a_function_equals_pytorchs(settings, torch):
    settings, found = dict(settings), []
    separate, extended = settings.pop("separate", None), settings.pop("extended", False)
    kdim, vdim = separate or (6, 6)
    rng = np.random.default_rng(0)
    query, key, value = (rng.standard_normal(shape) for shape in (
        (4, 2, 6), (5, 2, kdim), (5, 2, vdim)))
    arrays = dict(w=rng.standard_normal((18, 6)), b=rng.standard_normal(18), o=rng.standard_normal((6, 6)),
                  c=rng.standard_normal(6), q=rng.standard_normal((6, 6)), k=rng.standard_normal((6, kdim)),
                  v=rng.standard_normal((6, vdim)), bk=rng.standard_normal((1, 1, 6)),
                  bv=rng.standard_normal((1, 1, 6)))
    for lib in (minigrad, torch):
        t = {name: lib.tensor(array, requires_grad=True) for name, array in arrays.items()}
        own = {}
        if separate:
            own = dict(use_separate_proj_weight=True,
                       q_proj_weight=t["q"], k_proj_weight=t["k"], v_proj_weight=t["v"])
        y, weights = lib.nn.functional.multi_head_attention_forward(
            *map(lib.tensor, (query, key, value)), 6, 2, None if separate else t["w"], t["b"],
            *((t["bk"], t["bv"], True) if extended else (None, None, False)), 0.0, t["o"], t["c"],
            training=True, attn_mask=lib.tensor(np.triu(np.ones((4, 5), bool), 2)), **own, **settings)
        (y * y).sum().backward()
        found.append([y.detach().numpy(), None if weights is None else weights.detach().numpy(),
                      *[None if each.grad is None else each.grad.numpy() for each in t.values()]])
    for ours, theirs in zip(*found, strict=True):
        assert (ours is None) == (theirs is None)
        if ours is not None:
            np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9)


def test_what_hooks_cannot_do_is_said():
    with pytest.raises(ValueError,
                       match="^register_forward_hook: always_call=True is not supported; write `try: "):
        nn.Identity().register_forward_hook(print, always_call=True)
    layer = nn.LSTM(2, 2)
    layer.register_full_backward_pre_hook(lambda module, out: None)
    with pytest.raises(TypeError, match="^register_full_backward_pre_hook: LSTM returns 2 outputs, "
                                        "but the hook needs one tensor; use "):
        layer(minigrad.ones(1, 1, 2))
