"""Hooks with keyword arguments and in front, extra state, buffers by assignment, dicts of parameters: as in PyTorch."""

import numpy as np
import pytest

import minigrad
from minigrad import nn


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
    first = layer.register_forward_pre_hook(lambda module, args, kwargs: (args, {"factor": 3.0}), with_kwargs=True)
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
        layer.register_forward_hook(lambda module, args, y, name=name: seen.append(name.upper()), prepend=prepend)
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
    one, other = Dict({"a": Parameter(lib.ones(1)), "b": Parameter(lib.ones(1))}), Dict({"b": Parameter(lib.zeros(1))})
    both = one | other
    assert list(both.keys()) == ["a", "b"] and both["b"] is other["b"] and both["a"] is one["a"]
    twin = one.copy()
    assert twin is not one and twin["a"] is one["a"]
    one |= other
    assert one["b"] is other["b"] and twin["b"] is not one["b"]
    name, member = one.popitem()
    assert name == "b" and member is other["b"] and list(one.keys()) == ["a"]


@pytest.mark.parametrize("settings", [{}, dict(need_weights=False), dict(average_attn_weights=False), dict(separate=(3, 2)),
                                      dict(separate=(6, 6)), dict(extended=True)])
def test_attention_as_a_function_equals_pytorchs(settings, torch):
    settings, found = dict(settings), []
    separate, extended = settings.pop("separate", None), settings.pop("extended", False)
    kdim, vdim = separate or (6, 6)
    rng = np.random.default_rng(0)
    query, key, value = (rng.standard_normal(shape) for shape in (
        (4, 2, 6), (5, 2, kdim), (5, 2, vdim)))
    arrays = dict(w=rng.standard_normal((18, 6)), b=rng.standard_normal(18), o=rng.standard_normal((6, 6)),
                  c=rng.standard_normal(6), q=rng.standard_normal((6, 6)), k=rng.standard_normal((6, kdim)),
                  v=rng.standard_normal((6, vdim)), bk=rng.standard_normal((1, 1, 6)), bv=rng.standard_normal((1, 1, 6)))
    for lib in (minigrad, torch):
        t = {name: lib.tensor(array, requires_grad=True) for name, array in arrays.items()}
        own = dict(use_separate_proj_weight=True, q_proj_weight=t["q"], k_proj_weight=t["k"], v_proj_weight=t["v"]) \
            if separate else {}
        y, weights = lib.nn.functional.multi_head_attention_forward(
            *map(lib.tensor, (query, key, value)), 6, 2, None if separate else t["w"], t["b"],
            *((t["bk"], t["bv"], True) if extended else (None, None, False)), 0.0, t["o"], t["c"], training=True,
            attn_mask=lib.tensor(np.triu(np.ones((4, 5), bool), 2)), **own, **settings)
        (y * y).sum().backward()
        found.append([y.detach().numpy(), None if weights is None else weights.detach().numpy(),
                      *[None if each.grad is None else each.grad.numpy() for each in t.values()]])
    for ours, theirs in zip(*found, strict=True):
        assert (ours is None) == (theirs is None)
        if ours is not None:
            np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9)


def test_what_hooks_cannot_do_is_said():
    with pytest.raises(ValueError, match="^register_forward_hook: always_call=True is not possible; put `try: "):
        nn.Identity().register_forward_hook(print, always_call=True)
    layer = nn.LSTM(2, 2)
    layer.register_full_backward_pre_hook(lambda module, out: None)
    with pytest.raises(TypeError, match="^register_full_backward_pre_hook: LSTM gives 2 outputs, it needs one tensor; use "):
        layer(minigrad.ones(1, 1, 2))
