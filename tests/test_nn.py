"""Modules, layers, initial values, gradient clipping and the summary, by what they promise."""

import copy
import inspect
import math
import pickle

import numpy as np
import pytest
from cases import assert_alone_as_together
from checked import kind_of, public_layers, table_of
from layer_cases import CASES, LOSSES, PADDING, Case, wrapped

import minigrad
from minigrad import Tensor, nn, tensor
from minigrad.autograd import gradcheck, to_numpy
from minigrad.backend import copies, fake
from minigrad.nn import functional as F, init, utils


def normal(*shape, seed=0, device="cpu", dtype="float32"):
    return tensor(np.random.default_rng(seed).standard_normal(shape).astype(dtype), device=device)


class Net(nn.Module):
    """A module with parameters in all the places where a module looks."""

    def __init__(self):
        self.first = nn.Linear(3, 4)
        self.blocks = [nn.Linear(4, 4), {"inner": (nn.Linear(4, 2),)}]
        self.scale = nn.Parameter(minigrad.ones(2))
        self.shifts = [nn.Parameter(minigrad.zeros(2))]
        self.register_buffer("steps", minigrad.zeros(1))
        self.register_buffer("cache", minigrad.zeros(1), persistent=False)
        self.text, self.numbers = "not a parameter", [1, 2.5, None]

    def forward(self, x):
        x = self.blocks[0](self.first(x).relu())
        return self.blocks[1]["inner"][0](x) * self.scale + self.shifts[0]


NAMES = ["scale", "shifts.0", "first.weight", "first.bias", "blocks.0.weight", "blocks.0.bias",
         "blocks.1.inner.0.weight", "blocks.1.inner.0.bias"]


# What a Module finds


def test_a_module_finds_parameters_in_attributes_lists_dicts_and_tuples():
    assert [name for name, _ in Net().named_parameters()] == NAMES


def test_a_module_works_without_super_init():
    class Plain(nn.Module):
        def __init__(self):
            self.weight = nn.Parameter(minigrad.ones(3))

        def forward(self, x):
            return (x * self.weight).sum()

    class Polite(Plain):
        def __init__(self):
            super(Plain, self).__init__()
            super().__init__()

    for net in (Plain(), Polite()):
        net(minigrad.ones(3)).backward()
        assert net.train(False).training is False and len(list(net.parameters())) == 1
        net.register_buffer("seen", minigrad.zeros(1))
        assert [name for name, _ in net.named_buffers()] == ["seen"]
    assert [name for name, _ in Plain().named_buffers()] == []       # one module's buffers are not another's


def test_a_replaced_layer_is_the_one_that_trains():
    net = Net()
    net.first = nn.Linear(3, 4, bias=False)
    assert "first.bias" not in dict(net.named_parameters())
    assert dict(net.named_parameters())["first.weight"] is net.first.weight
    del net.blocks
    assert [name for name, _ in net.named_parameters()] == ["scale", "shifts.0", "first.weight"]


def test_a_shared_parameter_counts_once_and_is_saved_under_both_names():
    layer = nn.Linear(2, 2)
    net = nn.Sequential(layer, nn.ReLU(), layer)
    assert [name for name, _ in net.named_parameters()] == ["0.weight", "0.bias"]
    assert list(net.state_dict()) == ["0.weight", "0.bias", "2.weight", "2.bias"]
    assert [name for name, _ in net.named_modules()] == ["", "0", "1"]
    net[1] = nn.Linear(2, 2)
    net[1].weight = layer.weight
    assert [name for name, _ in net.named_parameters()] == ["0.weight", "0.bias", "1.bias"]


def test_a_plain_tensor_is_no_parameter_and_no_buffer():
    net = Net()
    net.constant = minigrad.ones(2)
    assert "constant" not in net.state_dict() and [n for n, _ in net.named_parameters()] == NAMES


def test_buffers_are_saved_if_persistent_and_moved_in_any_case():
    net = Net()
    assert [name for name, _ in net.named_buffers()] == ["steps", "cache"]
    assert list(net.state_dict()) == ["scale", "shifts.0", "steps", *NAMES[2:]]
    net.to("fake")
    assert net.cache.device == net.steps.device == "fake"
    net.steps = minigrad.ones(1)            # still the buffer of this name
    assert net.state_dict()["steps"].tolist() == [1]


def test_modules_and_children_come_in_order_parents_first():
    net = Net()
    assert [name for name, _ in net.named_modules()] == ["", "first", "blocks.0", "blocks.1.inner.0"]
    assert [name for name, _ in net.named_children()] == ["first", "blocks.0", "blocks.1.inner.0"]
    assert list(net.modules())[0] is net and list(net.children())[0] is net.first
    assert net.get_submodule("blocks.1.inner.0") is net.blocks[1]["inner"][0]
    assert net.get_submodule("") is net
    assert net.get_parameter("shifts.0") is net.shifts[0]
    assert [n for n, _ in net.named_parameters("net", recurse=False)] == ["net.scale", "net.shifts.0"]


def test_parameters_and_modules_can_be_named_at_run_time():
    net = nn.Module()
    net.register_parameter("weight", nn.Parameter(minigrad.ones(2)))
    net.register_parameter("bias", None)
    net.add_module("layer", nn.Linear(2, 2))
    assert [n for n, _ in net.named_parameters()] == ["weight", "layer.weight", "layer.bias"] and net.bias is None


# What it does to all of them


def test_eval_and_train_reach_all_modules_and_never_touch_the_gradient_mode():
    net = nn.Sequential(nn.Linear(3, 3), nn.Sequential(nn.Dropout(), nn.BatchNorm1D(3)))
    assert net.eval() is net and not any(m.training for m in net.modules())
    assert minigrad.is_grad_enabled() and net(normal(2, 3)).requires_grad
    with minigrad.no_grad():
        assert net.train() is net and all(m.training for m in net.modules())
        assert not minigrad.is_grad_enabled() and not net(normal(2, 3)).requires_grad


def test_zero_grad_forgets_gradients_or_sets_them_to_zero():
    net = nn.Linear(3, 2)
    net(normal(4, 3)).sum().backward()
    net.zero_grad(set_to_none=False)
    assert not net.weight.grad.array.any() and net.bias.grad.tolist() == [0, 0]
    net.zero_grad()
    assert net.weight.grad is None


def test_a_frozen_layer_receives_no_gradient():
    net = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2))
    assert net[0].requires_grad_(False) is net[0]
    net(normal(5, 3)).sum().backward()
    assert net[0].weight.grad is None and net[1].weight.grad is not None


def test_apply_calls_children_first():
    seen = []
    net = nn.Sequential(nn.Linear(1, 1), nn.Sequential(nn.ReLU()))
    assert net.apply(lambda module: seen.append(type(module).__name__)) is net
    assert seen == ["Linear", "ReLU", "Sequential", "Sequential"]


def test_to_moves_and_converts_in_place_and_keeps_the_parameters():
    net = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1D(2))
    before = list(net.parameters())
    net(normal(4, 3)).sum().backward()
    assert net.to("fake") is net and net.double() is net
    assert [a is b for a, b in zip(before, net.parameters())] == [True] * 4
    assert {str(t.device) for t in [*net.parameters(), *net.buffers()]} == {"fake"}
    assert net[0].weight.dtype == net[0].weight.grad.dtype == net[1].running_mean.dtype == np.float64
    assert net[0].weight.grad.device == "fake"
    assert net[1].num_batches_tracked.dtype == np.int64         # counts are not converted
    net.cpu().float()
    assert net[0].weight.device == "cpu" and net[0].weight.dtype == np.float32
    assert net.half()[0].weight.dtype == np.float16
    assert net.to(normal(1, dtype="float64"))[0].weight.dtype == np.float64
    assert net.to(device="cpu", dtype=minigrad.float32)[0].weight.dtype == np.float32
    assert all(p.requires_grad and p.is_leaf for p in net.parameters())


def test_a_shared_parameter_moves_once_and_stays_shared():
    net = nn.ModuleList([nn.Linear(2, 2), nn.Linear(2, 2)])
    net[1].weight = net[0].weight
    net.to("fake")
    assert net[1].weight is net[0].weight and net[0].weight.device == "fake"


def test_a_deep_copy_is_independent():
    net = Net()
    twin = copy.deepcopy(net)
    assert [n for n, _ in twin.named_parameters()] == NAMES and list(twin.state_dict()) == list(net.state_dict())
    with minigrad.no_grad():
        twin.scale.fill_(7)
        twin.blocks[0].weight.fill_(7)
    assert net.scale.tolist() == [1, 1] and (net.blocks[0].weight.array != 7).all()


def test_a_deep_copy_keeps_what_is_shared():
    net = nn.ModuleList([nn.Linear(2, 2), nn.Linear(2, 2)])
    net[1].weight = net[0].weight
    twin = copy.deepcopy(net)
    assert twin[0].weight is twin[1].weight is not net[0].weight


# Saving and loading


def test_state_dict_and_load_state_dict_carry_every_value():
    net, other = Net(), Net()
    net.steps.fill_(5)
    result = other.load_state_dict(net.state_dict())
    assert result == ([], []) and result.missing_keys == []
    for name, value in net.state_dict().items():
        assert np.array_equal(other.state_dict()[name].numpy(), value.numpy()), name
    assert all(not value.requires_grad for value in net.state_dict().values())


def test_a_state_dict_shares_memory_with_the_module():
    layer = nn.Linear(2, 2)
    state = layer.state_dict()
    with minigrad.no_grad():
        layer.bias.fill_(3)
    assert state["bias"].tolist() == [3, 3]


def test_load_state_dict_takes_arrays_and_keeps_dtype_and_device():
    layer = nn.Linear(2, 3).to("fake")
    layer.load_state_dict({"weight": np.ones((3, 2)), "bias": [1, 2, 3]})
    assert layer.weight.device == "fake" and layer.weight.dtype == np.float32
    assert layer.bias.tolist() == [1, 2, 3]


def test_a_failed_load_names_all_that_is_wrong_and_changes_nothing():
    net = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 1))
    before = {name: value.numpy().copy() for name, value in net.state_dict().items()}
    bad = {"0.weight": np.zeros((3, 5)), "0.bias": np.zeros(3), "1.weight": np.zeros((1, 3)), "fc.bias": np.zeros(1)}
    with pytest.raises(ValueError) as error:
        net.load_state_dict(bad)
    assert str(error.value) == (
        "load_state_dict: these weights are not those of this Sequential\n"
        "  missing: 1.bias\n"
        "  unexpected: fc.bias\n"
        "  0.weight: the module has shape (3, 2), the state_dict (3, 5)")
    for name, value in net.state_dict().items():
        assert np.array_equal(value.numpy(), before[name]), name


def test_without_strict_names_may_differ_but_not_shapes():
    layer = nn.Linear(2, 1)
    result = layer.load_state_dict({"weight": np.ones((1, 2)), "other": np.ones(1)}, strict=False)
    assert result == (["bias"], ["other"]) and layer.weight.tolist() == [[1, 1]]
    with pytest.raises(ValueError, match=r"weight: the module has shape \(1, 2\), the state_dict \(2,\)"):
        layer.load_state_dict({"weight": np.ones(2)}, strict=False)
    with pytest.raises(ValueError, match="weight: no numbers, but <U"):
        layer.load_state_dict({"weight": "ones"}, strict=False)


def test_loading_into_a_weight_that_a_graph_still_needs_is_noticed():
    layer = nn.Linear(2, 2)
    y = layer(layer(normal(1, 2)))
    layer.load_state_dict(layer.state_dict())
    with pytest.raises(RuntimeError, match="written to in place"):
        y.sum().backward()


# Hooks


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
    assert seen[2][0] is None and seen[2][1].tolist() == [3, 3] == b.grad.tolist() and a.grad.tolist() == [0, 0]


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


# Printing


def test_a_model_prints_its_layers_nested():
    net = nn.Sequential(nn.Conv2D(1, 8, 3, padding=1, bias=False), nn.ReLU(inplace=True),
                        nn.ModuleList([nn.Linear(8, 2), nn.Dropout(0.1)]))
    assert repr(net) == """Sequential(
  (0): Conv2D(1, 8, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1), bias=False)
  (1): ReLU()
  (2): ModuleList(
    (0): Linear(in_features=8, out_features=2, bias=True)
    (1): Dropout(p=0.1, inplace=False)
  )
)"""
    assert repr(Net()).splitlines()[3] == "  (blocks.1.inner.0): Linear(in_features=4, out_features=2, bias=True)"


@pytest.mark.parametrize("case", CASES + LOSSES, ids=lambda case: case.name)
def test_every_layer_has_a_text_and_a_docstring(case):
    layer = case.make(nn)
    assert repr(layer).startswith(type(layer).__name__ + "(")
    assert inspect.getdoc(type(layer))


def test_extra_repr_shows_the_settings_that_differ_from_the_default():
    assert repr(nn.ConvTranspose1D(2, 4, 3, 2, 1, 1, groups=2, dilation=3)) == (
        "ConvTranspose1D(2, 4, kernel_size=(3,), stride=(2,), padding=(1,), output_padding=(1,), "
        "dilation=(3,), groups=2)")
    assert repr(nn.LeakyReLU(0.2)) == "LeakyReLU(negative_slope=0.2)"
    assert repr(nn.Embedding(5, 2, padding_idx=-1)) == "Embedding(5, 2, padding_idx=4)"
    assert repr(nn.MSELoss(reduction="sum")) == "MSELoss(reduction='sum')"
    assert repr(nn.CrossEntropyLoss(minigrad.ones(3), ignore_index=0)) == "CrossEntropyLoss(ignore_index=0)"
    assert repr(nn.TripletMarginLoss(2.0, swap=True)) == "TripletMarginLoss(margin=2.0, swap=True)"
    assert repr(nn.ConstantPad1D(2, 1.5)) == "ConstantPad1D((2, 2), value=1.5)"
    assert repr(nn.GRU(3, 4, 2, bidirectional=True)) == "GRU(3, 4, num_layers=2, bidirectional=True)"


# Containers


def test_sequential_is_indexed_sliced_and_changed():
    a, b, c = nn.Linear(1, 2), nn.ReLU(), nn.Linear(2, 1)
    net = nn.Sequential(a, b, c)
    assert len(net) == 3 and net[0] is a and net[-1] is c and list(net) == [a, b, c] and b in net
    assert list(net[1:]) == [b, c] and list(net[1:].state_dict()) == ["2.weight", "2.bias"]
    del net[1]
    assert list(net) == [a, c] and list(net.state_dict()) == ["0.weight", "0.bias", "1.weight", "1.bias"]
    net.insert(1, b)
    net[1] = d = nn.Tanh()
    assert list(net) == [a, d, c] and net.append(b) is net and list(net) == [a, d, c, b]
    x = normal(4, 1)
    assert np.array_equal(to_numpy(net(x)), to_numpy(b(c(d(a(x))))))


def test_a_refused_member_leaves_the_container_as_it_was():
    net = nn.ModuleList([nn.ReLU(), nn.Tanh()])
    with pytest.raises(TypeError):
        net.insert(0, "a string")
    assert [type(m).__name__ for m in net] == ["ReLU", "Tanh"]


def test_module_list_names_its_members_by_number_as_a_plain_list_does():
    class Lists(nn.Module):
        def __init__(self, kind):
            self.layers = kind([nn.Linear(1, 1), nn.Linear(1, 1)])

    assert list(Lists(nn.ModuleList).state_dict()) == list(Lists(list).state_dict()) == [
        "layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias"]


def test_module_dict_is_a_dict_of_modules():
    a, b = nn.Linear(1, 1), nn.ReLU()
    net = nn.ModuleDict({"a": a})
    net["b"] = b
    assert list(net) == ["a", "b"] and net["a"] is a and "b" in net and len(net) == 2
    assert net.items() == [("a", a), ("b", b)] and net.values() == [a, b]
    assert list(net.state_dict()) == ["a.weight", "a.bias"]
    assert net.pop("a") is a and list(net.keys()) == ["b"]
    with pytest.raises(KeyError, match="ModuleDict has no 'c'; it has 'b'"):
        net["c"]


def test_parameter_list_and_dict_make_parameters_of_tensors():
    row = nn.ParameterList([minigrad.ones(2), nn.Parameter(minigrad.zeros(1))])
    row.append(minigrad.ones(3))
    assert [n for n, _ in row.named_parameters()] == ["0", "1", "2"] and len(row) == 3
    named = nn.ParameterDict({"a": minigrad.ones(2)})
    assert isinstance(named["a"], nn.Parameter) and list(named.state_dict()) == ["a"]
    assert repr(row) == "ParameterList((2,), (1,), (3,))" and repr(named) == "ParameterDict(a: (2,))"


# Layers


def build(case, device, dtype="float32"):
    """The case's layer and its inputs on a device."""
    floating = lambda a: a.dtype.kind == "f"                                                         # noqa: E731
    layer = case.make(nn).train(case.training).to(device=device, dtype=dtype)
    inputs = [tensor(a.astype(dtype) if floating(a) else a, device=device, requires_grad=floating(a))
              for a in case.arrays()]
    settings = {name: tensor(v.astype(dtype) if floating(v) else v, device=device) if isinstance(v, np.ndarray) else v
                for name, v in case.arguments.items()}
    return layer, inputs, settings


def outputs_of(y):
    """All floating-point tensors in nested tuples, a PackedSequence among them."""
    if isinstance(y, tuple):
        return [tensor for each in y for tensor in outputs_of(each)]
    return [] if y is None or y.dtype.kind != "f" else [y]


@pytest.mark.parametrize("case", CASES + LOSSES, ids=lambda case: case.name)
def test_float32_goes_in_and_comes_out_and_nothing_leaves_the_device(case, device):
    minigrad.manual_seed(1)
    layer, inputs, settings = build(case, device)
    before = dict(copies)
    ys = outputs_of(layer(*inputs, **settings))
    if ys[0].requires_grad:
        sum(y.sum() for y in ys).backward()
    by_count = "momentum=None" in case.name
    by_lengths = any(text in case.name for text in ("packed", "CTC", "offsets"))
    assert dict(copies) == before or by_count or by_lengths
    grads = [t.grad for t in [*inputs, *layer.parameters()] if t.grad is not None]
    assert {t.dtype.name for t in [*ys, *grads]} == {"float32"}
    assert {t.device.type for t in [*ys, *grads]} == {device}
    assert all(p.grad is not None and p.grad.shape == p.shape for p in layer.parameters())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_layer_gives_the_same_on_every_device_also_before_training(case, device):
    results = []
    for where in ("cpu", device):
        minigrad.manual_seed(1)         # the same initial weights on every device
        layer, inputs, settings = build(case, where, "float64")
        results.append([to_numpy(y) for y in outputs_of(layer(*inputs, **settings))])
    for ours, reference in zip(results[1], results[0]):
        np.testing.assert_allclose(ours, reference, rtol=1e-12 if device == "fake" else 1e-9, atol=1e-12)


def test_layers_are_made_on_the_device_and_in_the_dtype_asked_for(device):
    layers = [
        make(device=device, dtype=minigrad.float64) for make in (
            lambda **on: nn.Linear(2, 3, **on), lambda **on: nn.Conv1D(2, 3, 1, **on),
            lambda **on: nn.ConvTranspose2D(2, 3, 1, **on), lambda **on: nn.BatchNorm1D(2, **on),
            lambda **on: nn.LayerNorm(2, **on), lambda **on: nn.Embedding(3, 2, 0, **on),
            lambda **on: nn.MultiHeadAttention(4, 2, kdim=3, add_bias_kv=True, **on),
            lambda **on: nn.TransformerEncoderLayer(4, 2, 5, **on), lambda **on: nn.PReLU(**on))]
    for layer in layers:
        for name, t in [*layer.named_parameters(), *layer.named_buffers()]:
            assert t.device.type == device, f"{layer}: {name}"
            assert t.dtype == (np.int64 if "num_batches" in name else np.float64), f"{layer}: {name}"


def as_function(layer, inputs, settings):
    """(f, xs): the layer as a function of its floating-point inputs and of its parameters."""
    places = [i for i, x in enumerate(inputs) if x.requires_grad]
    names = [name.rpartition(".") for name, _ in layer.named_parameters()]
    owners = [(layer.get_submodule(path), name) for path, _, name in names]

    def f(*xs):
        given = list(inputs)
        for i, x in zip(places, xs):
            given[i] = x
        for (owner, name), parameter in zip(owners, xs[len(places):]):
            setattr(owner, name, parameter)
        return tuple(outputs_of(layer(*given, **settings)))
    return f, [inputs[i] for i in places] + list(layer.parameters())


def positive(*shape, seed=0):
    return np.random.default_rng(seed).uniform(0.1, 0.9, shape)


SIGNS = np.array([[1, -1, 1], [-1, 1, 1]])


def unpooled(D):
    """MaxUnpool of what a pool of the same size gives."""
    pool = getattr(F, f"max_pool{D}d")
    return wrapped(nn, getattr(nn, f"MaxUnpool{D}D")(2), lambda nn, layer, x: layer(*pool(x, 2, return_indices=True)))


TINY = {        # name: (layer, inputs), small enough for finite differences of all elements in both orders
    "Linear": (lambda: nn.Linear(3, 2), [(2, 3)]),
    "Bilinear": (lambda: nn.Bilinear(2, 3, 2), [(2, 2), (2, 3)]),
    "Conv1D circular": (lambda: nn.Conv1D(2, 2, 3, padding=1, padding_mode="circular"), [(1, 2, 4)]),
    "Conv2D": (lambda: nn.Conv2D(2, 2, 2, stride=2, padding=1, groups=2), [(2, 2, 3, 4)]),
    "Conv3D": (lambda: nn.Conv3D(1, 2, 2), [(1, 1, 2, 3, 2)]),
    "ConvTranspose2D": (lambda: nn.ConvTranspose2D(2, 1, 2, 2, output_padding=1), [(1, 2, 2, 2)]),
    "MaxPool2D": (lambda: nn.MaxPool2D(2, 1), [(1, 2, 3, 3)]),
    "AvgPool2D": (lambda: nn.AvgPool2D(2, 1, 1, count_include_pad=False), [(1, 1, 3, 3)]),
    "AdaptiveMaxPool1D": (lambda: nn.AdaptiveMaxPool1D(2), [(1, 2, 5)]),
    "BatchNorm1D": (lambda: nn.BatchNorm1D(2), [(4, 2)]),
    "BatchNorm2D in eval mode": (lambda: nn.BatchNorm2D(2).eval(), [(2, 2, 2, 1)]),
    "LayerNorm": (lambda: nn.LayerNorm((2, 3)), [(2, 2, 3)]),
    "RMSNorm": (lambda: nn.RMSNorm(4), [(2, 4)]),
    "GroupNorm": (lambda: nn.GroupNorm(2, 4), [(2, 4, 2)]),
    "InstanceNorm1D": (lambda: nn.InstanceNorm1D(2, affine=True), [(2, 2, 3)]),
    "Embedding": (lambda: nn.Embedding(4, 2), [(4, (2, 3))]),
    "PReLU": (lambda: nn.PReLU(2), [(2, 2, 2)]),
    "GLU": (lambda: nn.GLU(), [(2, 4)]),
    "MultiHeadAttention": (lambda: nn.MultiHeadAttention(4, 2), [(1, 3, 4)]),
    "MultiHeadAttention, rotary and grouped": (
        lambda: nn.MultiHeadAttention(4, 2, num_kv_heads=1, rotary=nn.RotaryEmbedding(2, 4)), [(1, 3, 4)]),
    "MultiHeadAttention of other widths": (lambda: nn.MultiHeadAttention(4, 2, kdim=3, vdim=2, add_bias_kv=True),
                                           [(1, 2, 4), (1, 3, 3), (1, 3, 2)]),
    "TransformerEncoderLayer": (lambda: nn.TransformerEncoderLayer(4, 2, 3, 0.0, "gelu"), [(2, 1, 4)]),
    "TransformerEncoderLayer, pre-norm": (
        lambda: nn.TransformerEncoderLayer(4, 2, 3, 0.0, "gelu", batch_first=True, norm_first=True), [(1, 2, 4)]),
    "TransformerDecoderLayer": (lambda: nn.TransformerDecoderLayer(2, 1, 2, 0.0, "gelu"), [(2, 1, 2), (3, 1, 2)]),
    "Upsample": (lambda: nn.Upsample(3, mode="linear"), [(1, 2, 2)]),
    "Softshrink": (lambda: nn.Softshrink(0.1), [(2, 2)]),
    "RNN": (lambda: nn.RNN(2, 2, 2, bidirectional=True), [(2, 2, 2)]),
    "LSTM": (lambda: nn.LSTM(2, 2), [(3, 1, 2)]),
    "GRU": (lambda: nn.GRU(2, 2, batch_first=True, bias=False), [(1, 3, 2)]),
    "a layer used twice": (lambda: nn.Sequential(*[nn.Linear(2, 2)] * 2), [(2, 2)]),
    "weight_norm": (lambda: utils.weight_norm(nn.Linear(3, 2)), [(2, 3)]),
    "ChannelShuffle": (lambda: nn.ChannelShuffle(2), [(1, 4, 2)]),
    "Flatten": (lambda: nn.Flatten(), [(2, 2, 2)]),
    "Unflatten": (lambda: nn.Unflatten(1, (2, 2)), [(2, 4)]),
    "Unfold": (lambda: nn.Unfold(2), [(1, 1, 3, 3)]),
    "Fold": (lambda: nn.Fold((3, 3), 2), [(1, 4, 4)]),
    "PixelShuffle": (lambda: nn.PixelShuffle(2), [(1, 4, 1, 2)]),
    "PixelUnshuffle": (lambda: nn.PixelUnshuffle(2), [(1, 1, 2, 4)]),
    "CosineSimilarity": (lambda: nn.CosineSimilarity(), [(2, 3), (2, 3)]),
    "PairwiseDistance": (lambda: nn.PairwiseDistance(3.0), [(2, 3), (2, 3)]),
    "UpsamplingBilinear2D": (lambda: nn.UpsamplingBilinear2D(scale_factor=2), [(1, 1, 2, 3)]),
    "UpsamplingNearest2D": (lambda: nn.UpsamplingNearest2D(scale_factor=2), [(1, 1, 2, 3)]),
    "Conv1D": (lambda: nn.Conv1D(2, 2, 2, dilation=2), [(1, 2, 4)]),
    "ConvTranspose1D": (lambda: nn.ConvTranspose1D(2, 2, 2, groups=2), [(1, 2, 3)]),
    "ConvTranspose3D": (lambda: nn.ConvTranspose3D(1, 2, (1, 2, 2)), [(1, 1, 2, 1, 2)]),
    "MaxPool1D": (lambda: nn.MaxPool1D(2, 1), [(1, 2, 4)]),
    "MaxPool3D": (lambda: nn.MaxPool3D((1, 2, 2), 1), [(1, 1, 2, 3, 2)]),
    "AvgPool1D": (lambda: nn.AvgPool1D(2, 1), [(1, 2, 4)]),
    "AvgPool3D": (lambda: nn.AvgPool3D((1, 2, 2), 1), [(1, 1, 2, 3, 2)]),
    "FractionalMaxPool2D": (lambda: nn.FractionalMaxPool2D(2, 2), [(1, 1, 4, 3)]),
    "LPPool1D": (lambda: nn.LPPool1D(3.0, 2), [positive(1, 2, 4)]),
    "LPPool2D": (lambda: nn.LPPool2D(2.0, 2, 1), [positive(1, 1, 3, 3)]),
    "LPPool3D": (lambda: nn.LPPool3D(2.0, (1, 2, 2)), [positive(1, 1, 2, 2, 4)]),
    **{f"MaxUnpool{D}D": (lambda D=D: unpooled(D), [(1, 2, *[2] * (D - 1), 4)]) for D in (1, 2, 3)},
    **{f"Adaptive{kind}Pool{D}D": (lambda kind=kind, D=D: getattr(nn, f"Adaptive{kind}Pool{D}D")(2), [(1, 1, *size)])
       for kind in ("Avg", "Max") for D, size in [(1, (5,)), (2, (3, 4)), (3, (2, 3, 2))]},
    **{f"{kind}Pad{D}D": (lambda kind=kind, D=D: getattr(nn, f"{kind}Pad{D}D")(1), [(1, 1, *[2] * D)])
       for kind in ("Zero", "Reflection", "Replication", "Circular") for D in (1, 2, 3)},
    **{f"ConstantPad{D}D": (lambda D=D: getattr(nn, f"ConstantPad{D}D")(1, 2.0), [(1, 1, *[2] * D)])
       for D in (1, 2, 3)},
    "BatchNorm2D": (lambda: nn.BatchNorm2D(2), [(2, 2, 2, 1)]),
    "BatchNorm3D": (lambda: nn.BatchNorm3D(2), [(2, 2, 1, 2, 1)]),
    "InstanceNorm2D": (lambda: nn.InstanceNorm2D(2), [(1, 2, 2, 2)]),
    "InstanceNorm3D": (lambda: nn.InstanceNorm3D(1, affine=True), [(2, 1, 1, 2, 2)]),
    "LocalResponseNorm": (lambda: nn.LocalResponseNorm(3), [(1, 4, 3)]),
    **{name: (lambda name=name: getattr(nn, name)(), [(2, 2, 2, 2)]) for name in (
        "Dropout", "Dropout2D", "AlphaDropout", "FeatureAlphaDropout", "Identity")},
    "Dropout1D": (lambda: nn.Dropout1D(), [(2, 3, 2)]),
    "Dropout3D": (lambda: nn.Dropout3D(), [(2, 2, 1, 2, 2)]),
    "EmbeddingBag": (lambda: nn.EmbeddingBag(4, 2), [(4, (2, 3))]),
    **{name: (lambda name=name: getattr(nn, name)(), [(3, 4)]) for name in (
        "CELU", "ELU", "GELU", "Hardshrink", "Hardsigmoid", "Hardswish", "Hardtanh", "LeakyReLU", "LogSigmoid", "Mish",
        "ReLU", "ReLU6", "SELU", "SiLU", "Sigmoid", "Softplus", "Softsign", "Tanh", "Tanhshrink", "RReLU")},
    "Threshold": (lambda: nn.Threshold(0.1, -1.0), [(3, 4)]),
    **{name: (lambda name=name: getattr(nn, name)(1), [(2, 3)]) for name in ("LogSoftmax", "Softmax", "Softmin")},
    "Softmax2D": (lambda: nn.Softmax2D(), [(1, 3, 1, 2)]),
    "PositionalEncoding": (lambda: nn.PositionalEncoding(4), [(3, 4)]),
    "RotaryEmbedding": (lambda: nn.RotaryEmbedding(4, 5), [(1, 3, 4)]),
    "MultiheadAttention": (lambda: nn.MultiheadAttention(2, 1), [(3, 1, 2)] * 3),
    "TransformerEncoder": (lambda: nn.TransformerEncoder(
        nn.TransformerEncoderLayer(2, 1, 2, 0.0, "gelu", bias=False), 2), [(2, 1, 2)]),
    "TransformerDecoder": (lambda: nn.TransformerDecoder(
        nn.TransformerDecoderLayer(2, 1, 2, 0.0, "gelu", bias=False), 1), [(2, 1, 2), (3, 1, 2)]),
    "Transformer": (lambda: nn.Transformer(2, 1, 1, 1, 2, 0.0, "gelu", bias=False), [(2, 1, 2), (2, 1, 2)]),
    "RNNCell": (lambda: nn.RNNCell(2, 2), [(2, 2)]),
    "LSTMCell": (lambda: nn.LSTMCell(2, 2), [(2, 2)]),
    "GRUCell": (lambda: nn.GRUCell(2, 2), [(2, 2)]),
    **{name: (lambda name=name: getattr(nn, name)(), [(2, 3), (2, 3)]) for name in (
        "MSELoss", "L1Loss", "HuberLoss", "SmoothL1Loss", "PoissonNLLLoss")},
    **{name: (lambda name=name: getattr(nn, name)(), [positive(2, 3), positive(2, 3, seed=1)]) for name in (
        "BCELoss", "BCEWithLogitsLoss", "KLDivLoss", "MultiLabelSoftMarginLoss")},
    "CrossEntropyLoss": (lambda: nn.CrossEntropyLoss(label_smoothing=0.1), [(3, 4), (4, (3,))]),
    "NLLLoss": (lambda: nn.NLLLoss(), [(3, 4), (4, (3,))]),
    "AdaptiveLogSoftmaxWithLoss": (lambda: nn.AdaptiveLogSoftmaxWithLoss(4, 5, [2, 3], 2.0),
                                   [(3, 4), np.array([0, 2, 4])]),
    "MultiLabelMarginLoss": (lambda: nn.MultiLabelMarginLoss(), [(2, 4), np.array([[3, 0, -1, 1], [1, -1, 0, 0]])]),
    "MultiMarginLoss": (lambda: nn.MultiMarginLoss(p=2), [(3, 4), (4, (3,))]),
    "GaussianNLLLoss": (lambda: nn.GaussianNLLLoss(), [(2, 3), (2, 3), positive(2, 3)]),
    "HingeEmbeddingLoss": (lambda: nn.HingeEmbeddingLoss(), [(2, 3), SIGNS]),
    "SoftMarginLoss": (lambda: nn.SoftMarginLoss(), [(2, 3), SIGNS]),
    "MarginRankingLoss": (lambda: nn.MarginRankingLoss(0.5), [(2, 3), (2, 3), SIGNS]),
    "CosineEmbeddingLoss": (lambda: nn.CosineEmbeddingLoss(0.1), [(2, 3), (2, 3), SIGNS[:, 0]]),
    "TripletMarginLoss": (lambda: nn.TripletMarginLoss(swap=True), [(2, 3), (2, 3), (2, 3)]),
    "TripletMarginWithDistanceLoss": (lambda: nn.TripletMarginWithDistanceLoss(), [(2, 3), (2, 3), (2, 3)]),
    "CTCLoss": (lambda: nn.CTCLoss(), [(4, 2, 3), np.array([[1, 2], [1, 1]]), np.array([4, 3]), np.array([2, 1])]),
}


def tiny(name):
    """(layer, f, xs): a layer of the table above as a function of its inputs and parameters, random or not."""
    make, inputs = TINY[name]
    case = Case(name, lambda nn: make(), inputs, training=not name.endswith("eval mode"))
    layer, inputs, settings = build(case, "cpu", "float64")
    f, xs = as_function(layer, inputs, settings)

    def seeded(*xs):
        minigrad.manual_seed(1)         # what is dropped, stays so
        return f(*xs)
    return layer, seeded, xs


def test_every_layer_is_in_the_table():
    missing = public_layers() - {kind_of(TINY[name][0]()) for name in TINY}
    assert not missing, f"enter into TINY: {sorted(missing)}"


@pytest.mark.parametrize("name", TINY)
def test_derivatives_of_layers_are_those_of_finite_differences(name, checked):
    layer, f, xs = tiny(name)
    line = table_of(kind_of(layer)), kind_of(layer)
    checked.derivatives(*line, f, xs)
    checked.count(*line, "rows")


@pytest.mark.parametrize("name", [name for name in TINY if len(tiny(name)[2]) > 1])
def test_the_gradient_of_one_parameter_alone_is_that_of_the_full_call(name, checked):
    layer, f, xs = tiny(name)
    checked.count(table_of(kind_of(layer)), kind_of(layer), "alone", assert_alone_as_together(f, xs))


def test_dropout_drops_in_training_only_and_keeps_the_expected_value(device):
    layer, x = nn.Dropout(0.3), minigrad.ones(200, 500, device=device)
    y = to_numpy(layer(x))
    n, p = y.size, 0.3
    assert set(np.unique(y)) == {np.float32(0), np.float32(1) * np.float32(1 / 0.7)}
    assert abs(y.mean() - 1) < 4 * math.sqrt(p / (1 - p) / n)                   # four standard errors
    assert abs((y == 0).mean() - p) < 4 * math.sqrt(p * (1 - p) / n)
    assert layer.eval()(x) is x


def test_dropout2d_drops_whole_channels():
    y = nn.Dropout2D(0.5)(minigrad.ones(20, 30, 4, 5)).numpy()
    assert set(np.unique(y)) == {0, 2}
    assert ((y == y[:, :, :1, :1]).all())
    assert 0 < (y[:, :, 0, 0] == 0).mean() < 1


def test_alpha_dropout_keeps_mean_and_variance(device):
    x = normal(300, 400, device=device)
    for layer, independent in ((nn.AlphaDropout(0.3), 120_000), (nn.FeatureAlphaDropout(0.3), 120_000)):
        y = to_numpy(layer(x))
        host = to_numpy(x)
        assert abs(y.mean() - host.mean()) < 4 / math.sqrt(independent)
        assert abs(y.var() - 1) < 8 / math.sqrt(independent)
        numbers, counts = np.unique(y, return_counts=True)
        dropped = y == numbers[counts.argmax()]
        assert abs(dropped.mean() - 0.3) < 4 * math.sqrt(0.21 / independent)
        kept = np.polyfit(host[~dropped], y[~dropped], 1)             # all others by one line
        np.testing.assert_allclose(np.polyval(kept, host[~dropped]), y[~dropped], atol=1e-5)
        assert layer.eval()(x) is x
    y = nn.FeatureAlphaDropout(0.5)(minigrad.ones(20, 30, 4)).numpy()
    assert (y == y[:, :, :1]).all() and len(np.unique(y)) == 2


def test_embedding_limits_the_rows_that_it_uses_in_place(device):
    layer = nn.Embedding(5, 3, max_norm=1.0).to(device)
    with minigrad.no_grad():
        layer.weight.copy_(tensor(np.arange(15.0).reshape(5, 3) / 10, device=device))
    before = to_numpy(layer.weight).copy()
    y = to_numpy(layer(tensor([[0, 3], [3, 4]], device=device)))
    after, lengths = to_numpy(layer.weight), np.linalg.norm(before, axis=1)
    np.testing.assert_allclose(after, before / np.where([0, 0, 0, 1, 1], lengths, 1)[:, None], rtol=1e-6)
    np.testing.assert_allclose(y, after[[[0, 3], [3, 4]]])


def test_dropout_lets_gradients_through_where_it_kept_the_input():
    x = minigrad.ones(50, requires_grad=True)
    y = nn.Dropout(0.5)(x)
    y.sum().backward()
    assert np.array_equal(x.grad.numpy(), y.detach().numpy())


def test_batch_norm_normalises_in_training_and_uses_running_averages_in_eval(device):
    layer = nn.BatchNorm2D(3).to(device)
    x = normal(8, 3, 5, 5, device=device) * 4 + 7
    y = to_numpy(layer(x))
    np.testing.assert_allclose(y.mean((0, 2, 3)), 0, atol=1e-5)
    np.testing.assert_allclose(y.std((0, 2, 3)), 1, atol=1e-4)
    host = to_numpy(x).astype(np.float64)
    np.testing.assert_allclose(to_numpy(layer.running_mean), 0.1 * host.mean((0, 2, 3)), rtol=1e-5)
    np.testing.assert_allclose(to_numpy(layer.running_var), 0.9 + 0.1 * host.var((0, 2, 3), ddof=1), rtol=1e-5)
    assert layer.num_batches_tracked.item() == 1
    before = layer.running_mean.tolist()
    layer.eval()(x)
    assert layer.running_mean.tolist() == before and layer.num_batches_tracked.item() == 1


def test_layer_norm_output_does_not_change_when_the_input_is_shifted_and_scaled(device):
    layer = nn.LayerNorm(6).to(device)
    x = normal(4, 6, device=device, dtype="float64")
    y, z = (to_numpy(layer.double()(v)) for v in (x, x * 3 + 10))
    np.testing.assert_allclose(y, z, atol=1e-4)      # eps = 1e-5 beside variances of 1 and 9


def test_embedding_takes_rows_and_the_padding_row_gets_no_gradient(device):
    layer = nn.Embedding(5, 3, padding_idx=0).to(device)
    assert not to_numpy(layer.weight)[0].any()
    y = layer(tensor([[0, 2], [2, 4]], device=device))
    assert y.shape == (2, 2, 3) and np.array_equal(to_numpy(y)[0, 1], to_numpy(layer.weight)[2])
    y.sum().backward()
    assert to_numpy(layer.weight.grad)[:, 0].tolist() == [0, 0, 2, 0, 1]


def test_embedding_from_pretrained_is_frozen_unless_told_otherwise():
    table = normal(4, 2)
    layer = nn.Embedding.from_pretrained(table)
    assert layer(tensor([3])).tolist() == [table.tolist()[3]] and not layer.weight.requires_grad
    assert nn.Embedding.from_pretrained(table, freeze=False).weight.requires_grad


def test_the_weights_of_a_loss_move_with_it(device):
    loss = nn.CrossEntropyLoss(tensor([1.0, 2.0, 0.5])).to(device)
    assert loss.weight.device.type == device and list(loss.state_dict()) == ["weight"]
    x, target = normal(4, 3, device=device), tensor([0, 1, 2, 1], device=device)
    assert loss(x, target).item() == pytest.approx(F.cross_entropy(x, target, loss.weight).item())
    assert list(nn.CrossEntropyLoss().state_dict()) == []


def test_ctc_of_a_sequence_that_cannot_be_read_is_infinite_and_gives_no_nan():
    x = normal(2, 1, 3).log_softmax(2).detach().requires_grad_()
    loss = nn.CTCLoss()(x, tensor([[1, 1]]), [2], [2])         # a blank between both needs a third step
    loss.backward()
    assert loss.item() == math.inf and not x.grad.numpy().any()


def test_gumbel_softmax_draws_with_the_probabilities_of_softmax(device):
    minigrad.manual_seed(3)
    p = np.array([0.5, 0.3, 0.2])
    logits = minigrad.tensor(np.log(p) + 4, device=device).expand(20000, 3).contiguous().requires_grad_()
    before = dict(copies)
    drawn = F.gumbel_softmax(logits, tau=0.5, hard=True)
    soft = F.gumbel_softmax(logits.T, tau=0.5, dim=0)
    assert dict(copies) == before
    hard = to_numpy(drawn)
    np.testing.assert_allclose(np.sort(hard, 1), [[0, 0, 1]] * 20000, atol=1e-12)
    assert (abs(hard.mean(0) - p) < 4 * np.sqrt(p * (1 - p) / 20000)).all()
    np.testing.assert_allclose(to_numpy(soft).sum(0), 1)
    best = to_numpy(soft).argmax(0)
    assert (abs(np.bincount(best) / 20000 - p) < 4 * np.sqrt(p * (1 - p) / 20000)).all()
    (drawn * normal(20000, 3, device=device, dtype="float64")).sum().backward()
    assert 0 < np.abs(to_numpy(logits.grad)).max() < 10 and drawn.dtype == np.float64


@pytest.mark.parametrize("lazy, usual, inputs", [
    (lambda: nn.LazyLinear(4), lambda: nn.Linear(3, 4), [(2, 3), (3,)]),
    (lambda: nn.LazyConv1D(4, 3, padding=1), lambda: nn.Conv1D(2, 4, 3, padding=1), [(1, 2, 5), (2, 5)]),
    (lambda: nn.LazyConv2D(4, 3, groups=2), lambda: nn.Conv2D(2, 4, 3, groups=2), [(1, 2, 5, 5)]),
    (lambda: nn.LazyConv3D(4, 1, bias=False), lambda: nn.Conv3D(2, 4, 1, bias=False), [(1, 2, 2, 2, 2)]),
    (lambda: nn.LazyConvTranspose1D(4, 2), lambda: nn.ConvTranspose1D(2, 4, 2), [(1, 2, 5)]),
    (lambda: nn.LazyConvTranspose2D(4, 2), lambda: nn.ConvTranspose2D(2, 4, 2), [(2, 5, 5)]),
    (lambda: nn.LazyConvTranspose3D(4, 2), lambda: nn.ConvTranspose3D(2, 4, 2), [(1, 2, 2, 2, 2)]),
    (lambda: nn.LazyBatchNorm1D(), lambda: nn.BatchNorm1D(2), [(4, 2), (4, 2, 3)]),
    (lambda: nn.LazyBatchNorm2D(momentum=0.3), lambda: nn.BatchNorm2D(2, momentum=0.3), [(4, 2, 3, 3)]),
    (lambda: nn.LazyBatchNorm3D(), lambda: nn.BatchNorm3D(2), [(4, 2, 2, 2, 2)]),
    (lambda: nn.LazyInstanceNorm1D(affine=True), lambda: nn.InstanceNorm1D(2, affine=True), [(4, 2, 3), (2, 3)]),
    (lambda: nn.LazyInstanceNorm2D(), lambda: nn.InstanceNorm2D(2), [(4, 2, 3, 3)]),
    (lambda: nn.LazyInstanceNorm3D(), lambda: nn.InstanceNorm3D(2), [(2, 2, 2, 2)]),
])
def test_a_lazy_layer_becomes_the_usual_one_with_its_first_input(lazy, usual, inputs, device):
    for shape in inputs:
        layer = lazy().to(device)
        before = list(layer.parameters())
        hooked = []
        layer.register_forward_hook(lambda *args: hooked.append(args))
        expected = usual().to(device)
        x = normal(*shape, device=device)
        minigrad.manual_seed(4)
        y = layer(x)
        assert type(layer) is type(expected) and repr(layer) == repr(expected) and len(hooked) == 1
        assert all(a is b for a, b in zip(before, layer.parameters(), strict=True))
        assert {name: t.shape for name, t in layer.state_dict().items()} == {
            name: t.shape for name, t in expected.state_dict().items()}
        minigrad.manual_seed(4)
        expected = usual().to(device)
        np.testing.assert_allclose(to_numpy(y), to_numpy(expected(x)), atol=1e-6)
        assert y.device.type == device and all(b.device.type == device for b in layer.buffers())


def test_a_lazy_layer_trains_with_an_optimizer_that_was_there_before():
    net = nn.Sequential(nn.LazyLinear(3), nn.ReLU(), nn.LazyLinear(1)).eval().double()
    from minigrad import optim
    optimizer = optim.SGD(net.parameters(), lr=0.1)
    net(normal(4, 5, dtype="float64")).sum().backward()
    weight = net[0].weight.detach().clone()
    optimizer.step()
    assert net[0].weight.tolist() != weight.tolist() and net[2].weight.dtype == np.float64 and not net[0].training


# Recurrent layers


def test_a_recurrent_layer_gives_each_sequence_what_it_gives_it_alone(device):
    lengths = [2, 4, 1]
    for make in (nn.RNN, nn.LSTM, nn.GRU):
        layer = make(3, 4, 2, bidirectional=True).to(device)
        sequences = [normal(n, 3, seed=n, device=device) for n in lengths]
        y, state = layer(utils.rnn.pack_sequence(sequences, enforce_sorted=False))
        y, found = utils.rnn.pad_packed_sequence(y)
        assert found.tolist() == lengths and y.shape == (4, 3, 8) and y.device.type == device
        h = state[0] if isinstance(state, tuple) else state
        for i, x in enumerate(sequences):
            alone, last = layer(x)
            np.testing.assert_allclose(to_numpy(y[:lengths[i], i]), to_numpy(alone), atol=1e-6)
            np.testing.assert_allclose(to_numpy(h[:, i]), to_numpy(last[0] if isinstance(last, tuple) else last),
                                       atol=1e-6)
            assert not to_numpy(y[lengths[i]:, i]).any()


def test_a_recurrent_layer_goes_on_where_it_stopped(device):
    for layer in (nn.RNN(3, 4).to(device), nn.LSTM(3, 4).to(device), nn.GRU(3, 4).to(device)):
        x = normal(5, 2, 3, device=device)
        whole, end = layer(x)
        first, state = layer(x[:3])
        second, state = layer(x[3:], state)
        np.testing.assert_allclose(to_numpy(minigrad.cat([first, second])), to_numpy(whole), atol=1e-6)
        for a, b in zip(outputs_of(state), outputs_of(end)):
            np.testing.assert_allclose(to_numpy(a), to_numpy(b), atol=1e-6)


def test_recurrent_dropout_acts_between_layers_in_training_only():
    x = normal(3, 2, 4)
    layer = nn.GRU(4, 5, 2, dropout=0.5)
    assert layer(x)[0].tolist() != layer(x)[0].tolist()
    layer.eval()
    assert layer(x)[0].tolist() == layer(x)[0].tolist()
    last = nn.GRU(4, 5, 1, dropout=0.5)         # nothing lies between
    assert last(x)[0].tolist() == last(x)[0].tolist()


def test_the_gradient_through_a_long_sequence_costs_no_square_of_its_length(monkeypatch):
    wrap, made = fake.wrap, []          # the fake device wraps every array that an operation gives, views too
    monkeypatch.setattr(fake, "wrap", lambda value: made.append(np.size(value)) or wrap(value))
    elements = []
    for T in (64, 1024):
        layer, x = nn.RNN(1, 1).to("fake"), minigrad.zeros(T, 1, 1, device="fake", requires_grad=True)
        y = layer(x)[0].sum()
        made.clear()
        y.backward()
        elements.append(sum(made) / T)
    assert elements[1] < 1.5 * elements[0]      # gradients of the slices, each as long as x, would give 10


def test_a_packed_sequence_is_a_tuple_that_moves():
    packed = utils.rnn.pack_sequence([normal(1, 2), normal(3, 2)], enforce_sorted=False)
    data, sizes, order, back = moved = packed.to("fake")
    assert (data.device, sizes.device, order.device, back.device) == ("fake", "cpu", "fake", "fake")
    assert isinstance(moved, utils.rnn.PackedSequence) and sizes.tolist() == [2, 1, 1]
    doubled = utils.rnn.PackedSequence(packed.data * 2, *packed[1:])
    assert doubled.data.tolist() == (packed.data * 2).tolist() and order.tolist() == back.tolist() == [1, 0]


# Attention


def test_multi_head_attention_is_batch_first_and_returns_the_output(device):
    layer, x = nn.MultiHeadAttention(8, 2).to(device), normal(3, 5, 8, device=device)
    y = layer(x)
    assert y.shape == (3, 5, 8)
    same, weights = layer(x, need_weights=True)
    np.testing.assert_allclose(to_numpy(y), to_numpy(same), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(to_numpy(weights).sum(-1), 1, rtol=1e-6)
    assert weights.shape == (3, 5, 5)
    assert layer(x, need_weights=True, average_attn_weights=False)[1].shape == (3, 2, 5, 5)
    other = layer(x, normal(3, 7, 8, device=device))
    assert other.shape == (3, 5, 8)


def test_both_spellings_of_attention_share_weights_and_results():
    ours, theirs = nn.MultiHeadAttention(8, 2), nn.MultiheadAttention(8, 2, batch_first=True)
    theirs.load_state_dict(ours.state_dict())
    x, mask = normal(3, 5, 8), tensor(PADDING)
    y, weights = theirs(x, x, x, key_padding_mask=mask)
    z, same = ours(x, key_padding_mask=mask, need_weights=True)
    assert np.array_equal(y.detach().numpy(), z.detach().numpy())
    assert np.array_equal(weights.detach().numpy(), same.detach().numpy())
    assert theirs(x, x, x, need_weights=False)[1] is None


def test_a_padded_key_changes_nothing(device):
    layer, x = nn.MultiHeadAttention(8, 2).to(device), normal(3, 5, 8, device=device)
    mask = tensor(PADDING, device=device)
    changed = x * 1
    changed[mask] = 100.0
    y, z = (to_numpy(layer(x, v, key_padding_mask=mask)) for v in (x, changed))
    np.testing.assert_allclose(y, z, rtol=1e-5, atol=1e-6)


def test_causal_attention_does_not_see_the_future(device):
    layer, x = nn.MultiHeadAttention(8, 2).to(device), normal(1, 6, 8, device=device)
    later = x * 1
    later[:, 4:] = 9.0
    y, z = (to_numpy(layer(v, is_causal=True)) for v in (x, later))
    np.testing.assert_allclose(y[:, :4], z[:, :4], rtol=1e-5, atol=1e-6)
    assert not np.allclose(y[:, 4:], z[:, 4:])
    future = tensor(np.triu(np.ones((6, 6), bool), 1), device=device)
    np.testing.assert_allclose(y, to_numpy(layer(x, attn_mask=future)), rtol=1e-5, atol=1e-6)


def test_the_mask_of_the_layer_is_the_opposite_of_the_functions():
    layer, x = nn.MultiHeadAttention(4, 1, bias=False), normal(1, 3, 4)
    with minigrad.no_grad():
        for name in ("in_proj_weight", "out_proj.weight"):
            parameter = layer.get_parameter(name)
            parameter.copy_(tensor(np.tile(np.eye(4), (parameter.shape[0] // 4, 1))))
    hidden = tensor([[False, True, True], [False, False, True], [False, False, False]])
    y = layer(x, attn_mask=hidden).detach().numpy()
    np.testing.assert_allclose(y, F.scaled_dot_product_attention(x, x, x, attn_mask=~hidden).numpy(), rtol=1e-5,
                               atol=1e-6)


def test_a_row_that_sees_nothing_gives_zeros_and_no_nan(device):
    layer, x = nn.MultiHeadAttention(4, 2).to(device), normal(2, 3, 4, device=device)
    x.requires_grad_()
    hidden = tensor([[True] * 3, [False] * 3], device=device)
    y, weights = layer(x, key_padding_mask=hidden, need_weights=True)
    assert not to_numpy(weights)[0].any()
    (y.sum() + layer(x, key_padding_mask=hidden).sum()).backward()
    for t in (y, x.grad, *(p.grad for p in layer.parameters())):
        assert np.isfinite(to_numpy(t)).all()
    np.testing.assert_allclose(to_numpy(y)[0], np.tile(to_numpy(layer.out_proj.bias), (3, 1)), atol=1e-7)


def test_attention_dropout_acts_in_training_only():
    layer, x = nn.MultiHeadAttention(8, 2, dropout=0.5), normal(2, 5, 8)
    assert layer(x).tolist() != layer(x).tolist()
    layer.eval()
    assert layer(x).tolist() == layer(x).tolist()


# Positions, fewer heads of keys, and decoding


def test_positional_encoding_adds_sines_and_cosines_of_many_wavelengths(device):
    layer, x = nn.PositionalEncoding(6, max_len=50).to(device), minigrad.zeros(2, 7, 6, device=device)
    expected = [[f(t / 10000 ** (2 * i / 6)) for i in range(3) for f in (math.sin, math.cos)] for t in range(50)]
    np.testing.assert_allclose(to_numpy(layer(x)), [expected[:7]] * 2, atol=1e-6)
    np.testing.assert_allclose(to_numpy(layer(x[0], start=30)), expected[30:37], atol=1e-6)
    assert list(layer.state_dict()) == [] and layer.pe.device.type == device
    odd = nn.PositionalEncoding(5)(minigrad.zeros(2, 5))
    np.testing.assert_allclose(odd.numpy()[1, ::2], [math.sin(10000 ** (-2 * i / 5)) for i in range(3)], rtol=1e-6)


def test_positional_encoding_drops_in_training_only():
    layer, x = nn.PositionalEncoding(4, dropout=0.5), minigrad.ones(20, 4)
    assert (layer(x).numpy() == 0).any() and not (layer.eval()(x).numpy() == 0).any()


def test_rotary_embedding_multiplies_pairs_as_complex_numbers_by_their_position(device):
    layer, x = nn.RotaryEmbedding(4, 20).double().to(device), normal(2, 3, 5, 4, device=device, dtype="float64")
    host = to_numpy(x)
    pairs = host[..., ::2] + 1j * host[..., 1::2]
    turned = pairs * np.exp(1j * (np.arange(5)[:, None] + 6) * np.array([1, 1 / 100]))
    y = to_numpy(layer(x, start=6))
    np.testing.assert_allclose(y[..., ::2] + 1j * y[..., 1::2], turned, atol=1e-5)        # angles in float32


def test_products_of_rotated_vectors_depend_on_their_distance_only():
    layer = nn.RotaryEmbedding(8, 40, dtype="float64")
    q, k = (normal(1, 8, seed=i, dtype="float64") for i in range(2))
    products = [(layer(q, start) * layer(k, start + 5)).sum().item() for start in (0, 7, 30)]
    np.testing.assert_allclose(products, products[0], rtol=1e-12)
    assert abs(products[0] - (q * k).sum().item()) > 0.01
    assert gradcheck(lambda x: layer(x), normal(3, 8, dtype="float64").requires_grad_())


def test_grouped_queries_equal_attention_with_repeated_keys_and_values(device):
    grouped, full = (nn.MultiHeadAttention(12, 6, num_kv_heads=n).double() for n in (2, None))
    state = grouped.state_dict()
    for name in ("in_proj_weight", "in_proj_bias"):
        q, k, v = np.split(state[name].numpy(), [12, 16])         # 2 heads of width 2
        k, v = (np.repeat(x.reshape(2, 2, -1), 3, 0).reshape(12, -1) for x in (k, v))
        state[name] = np.concatenate([q.reshape(12, -1), k, v]).reshape(full.get_parameter(name).shape)
    full.load_state_dict(state)
    grouped.to(device), full.to(device)
    x = normal(2, 5, 12, device=device, dtype="float64")
    for settings in ({}, dict(is_causal=True), dict(key_padding_mask=tensor(PADDING[:2], device=device))):
        np.testing.assert_allclose(to_numpy(grouped(x, **settings)), to_numpy(full(x, **settings)), atol=1e-12)
    weights = [to_numpy(layer(x, need_weights=True)[1]) for layer in (grouped, full)]
    np.testing.assert_allclose(*weights, atol=1e-12)
    assert repr(grouped).startswith("MultiHeadAttention(12, 6, num_kv_heads=2")


class Decoder(nn.Module):
    """A language model of one block, with all that decoding has to get right."""

    def __init__(self, vocabulary=11, D=16):
        self.embed, self.place = nn.Embedding(vocabulary, D), nn.PositionalEncoding(D, max_len=30)
        self.attend = nn.MultiHeadAttention(D, 4, num_kv_heads=2, rotary=nn.RotaryEmbedding(4, 30))
        self.again = nn.MultiHeadAttention(D, 2)
        self.out = nn.Linear(D, vocabulary)

    def forward(self, ids, caches=(None, None)):
        first, second = caches
        x = self.place(self.embed(ids), start=len(first) if first is not None else 0)
        x = x + self.attend(x, is_causal=True, cache=first)
        x = x + self.again(x, is_causal=True, cache=second)
        return self.out(x)


def test_decoding_with_a_cache_equals_computing_all_positions_again(device):
    model, prompt = Decoder().to(device).eval(), minigrad.randint(0, 11, (3, 4)).to(device)
    with minigrad.no_grad():
        ids = prompt
        for _ in range(12):
            ids = minigrad.cat([ids, model(ids)[:, -1].argmax(dim=-1, keepdim=True)], 1)
        caches = nn.KVCache(20), nn.KVCache(20)
        logits, fast, parts = model(prompt, caches), prompt, []
        before = dict(copies)
        for _ in range(12):
            new = logits[:, -1].argmax(dim=-1, keepdim=True)
            fast = minigrad.cat([fast, new], 1)
            logits = model(new, caches)
            parts.append(logits)
        assert dict(copies) == before and len(caches[0]) == 16
        assert fast.tolist() == ids.tolist()
        whole = to_numpy(model(ids))
        np.testing.assert_allclose(to_numpy(minigrad.cat(parts, 1)), whole[:, 4:], atol=1e-5)
        caches = nn.KVCache(16), nn.KVCache(16)
        in_pieces = [model(ids[:, start:end], caches) for start, end in ((0, 5), (5, 6), (6, 16))]
        np.testing.assert_allclose(to_numpy(minigrad.cat(in_pieces, 1)), whole, atol=1e-5)


def test_masks_and_learned_keys_work_beside_a_cache():
    layer, x = nn.MultiHeadAttention(8, 2, add_bias_kv=True, add_zero_attn=True), normal(2, 6, 8)
    padding = tensor([[False] * 6, [True, True, False, False, False, False]])
    future = tensor(np.triu(np.ones((6, 6), bool), 1))
    with minigrad.no_grad():
        whole = layer(x, key_padding_mask=padding, attn_mask=future).numpy()
        cache = nn.KVCache(6)
        first = layer(x[:, :2], key_padding_mask=padding[:, :2], attn_mask=future[:2, :2], cache=cache)
        second = layer(x[:, 2:], key_padding_mask=padding, is_causal=True, cache=cache)
    np.testing.assert_allclose(first.numpy(), whole[:, :2], atol=1e-6)
    np.testing.assert_allclose(second.numpy(), whole[:, 2:], atol=1e-6)


def test_the_layers_of_an_encoder_are_copies_that_train_apart():
    encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8, batch_first=True), 2)
    first, second = encoder.layers
    assert np.array_equal(first.linear1.weight.array, second.linear1.weight.array)
    assert first.linear1.weight is not second.linear1.weight
    encoder(normal(2, 3, 4)).sum().backward()
    assert first.linear1.weight.grad is not second.linear1.weight.grad
    assert len(list(encoder.parameters())) == 24


def test_a_decoder_reads_the_memory_and_does_not_see_the_future(device):
    model = nn.Transformer(8, 2, 1, 2, 16, batch_first=True).to(device).eval()
    src, tgt = normal(2, 4, 8, device=device), normal(2, 6, 8, seed=1, device=device)
    mask = nn.Transformer.generate_square_subsequent_mask(6, device=device)
    later = tgt * 1
    later[:, 4:] = 9.0
    y, z, hinted = (to_numpy(y) for y in (model(src, tgt, tgt_mask=mask), model(src, later, tgt_mask=mask),
                                          model(src, tgt, tgt_is_causal=True)))
    np.testing.assert_allclose(y[:, :4], z[:, :4], rtol=1e-5, atol=1e-6)
    assert not np.allclose(y[:, 4:], z[:, 4:])
    np.testing.assert_allclose(y, hinted, rtol=1e-5, atol=1e-6)
    assert not np.allclose(y, to_numpy(model(src + 1, tgt, tgt_mask=mask)))


def test_transformer_takes_an_encoder_of_ones_own():
    class Reverse(nn.Module):
        def forward(self, src, mask=None, src_key_padding_mask=None, is_causal=None):
            return src.flip(0)

    model = nn.Transformer(4, 1, 1, 1, 4, 0.0, custom_encoder=Reverse())
    src, tgt = normal(3, 2, 4), normal(5, 2, 4)
    assert model(src, tgt).tolist() == model.decoder(tgt, src.flip(0)).tolist()


def test_encoder_layer_takes_activations_by_name_as_function_and_as_layer():
    x = normal(2, 3, 4)
    results = []
    for activation in ("gelu", F.gelu, nn.GELU()):
        minigrad.manual_seed(3)
        results.append(nn.TransformerEncoderLayer(4, 2, 8, 0.0, activation)(x).tolist())
    assert results[0] == results[1] == results[2]


# Names


def test_pytorchs_spellings_are_the_same_classes():
    for name, layer in vars(nn).items():
        if name.endswith(("1D", "2D", "3D")):
            assert getattr(nn, name[:-1] + "d") is layer


def test_functional_accepts_inplace_and_leaves_the_input_alone():
    x = normal(3, 4)
    before = x.numpy().copy()
    for function in (F.relu, F.relu6, F.leaky_relu, F.elu, F.selu, F.celu, F.silu, F.mish, F.hardtanh, F.hardsigmoid,
                     F.hardswish, F.dropout):
        minigrad.manual_seed(0)
        inplace = function(x, inplace=True)
        minigrad.manual_seed(0)
        assert inplace.tolist() == function(x).tolist()
    assert np.array_equal(x.numpy(), before)


@pytest.mark.parametrize("act, message", [
    (lambda: nn.Linear(3, 2).wieght, "Linear has no attribute 'wieght'; did you mean 'weight'?"),
    (lambda: Net().blokcs, "Net has no attribute 'blokcs'; did you mean 'blocks'?"),
    (lambda: nn.Conv2, "minigrad.nn has no 'Conv2'; did you mean nn.Conv2D?"),
    (lambda: nn.Module()(1), "Module has no forward; define forward(self, x), which says what the module computes"),
    (lambda: nn.ReLU()(np.ones((2, 3))),
     "ReLU takes a Tensor, got ndarray of shape (2, 3); make it one with minigrad.tensor(...)"),
    (lambda: nn.Linear(3, 2)([1.0, 2.0]), "Linear(in_features=3, out_features=2, bias=True) takes a Tensor, "
     "got list; make it one with minigrad.tensor(...)"),
    (lambda: nn.Linear(3, 2)(normal(4, 5)),
     "Linear(in_features=3, out_features=2, bias=True) takes (..., 3), got (4, 5)"),
    (lambda: nn.Linear(3, 2)(normal(4, 3, dtype="float64")), "Linear(in_features=3, out_features=2, bias=True) has "
     "float32 weights, got a float64 tensor; convert it with x.to(minigrad.float32), "
     "or the model with model.to(...)"),
    (lambda: nn.Linear(3, 2)(normal(4, 3, device="fake")), "Linear(in_features=3, out_features=2, bias=True) "
     "is on cpu, x on fake; move one: model.to('fake') or x.to('cpu')"),
    (lambda: nn.Conv2D(3, 4, 3)(normal(2, 1, 8, 8)), "conv2d: x has 1 channels but weight expects 3"),
    (lambda: nn.Conv2D(3, 4, 3)(normal(8, 8)), "conv2d: x is (N, C, H, W) or without N, got (8, 8)"),
    (lambda: nn.Conv2D(3, 4, (3, 3, 3)), "Conv2D: kernel_size is an integer of at least 0, or 2 of them, got (3, 3, 3)"),
    (lambda: nn.Conv2D(3, 4, 3, groups=2), "Conv2D: in_channels 3 and out_channels 4 must be divisible by groups 2"),
    (lambda: nn.Conv2D(3, 4, 3, padding="full"), "Conv2D: padding is a number, 'same' or 'valid', got 'full'"),
    (lambda: nn.Conv2D(3, 4, 3, padding_mode="zero"),
     "Conv2D: padding_mode is one of 'zeros', 'reflect', 'replicate', 'circular', got 'zero'"),
    (lambda: nn.ConvTranspose2D(3, 4, 3, padding_mode="reflect"),
     "ConvTranspose2D: padding_mode can only be 'zeros', got 'reflect'"),
    (lambda: nn.MaxPool2D(2)(normal(8, 8)), "max_pool2d: x is (N, C, H, W) or without N, got (8, 8)"),
    (lambda: nn.BatchNorm2D(4)(normal(2, 3, 4, 4)), "BatchNorm2D(4) takes (N, 4, H, W), got (2, 3, 4, 4)"),
    (lambda: nn.BatchNorm1D(4)(normal(1, 4)),
     "batch_norm: training needs more than one value per channel, got (1, 4)"),
    (lambda: nn.InstanceNorm1D(4)(normal(4, 1)),
     "instance_norm: x is (N, C, ...) with more than one value per channel, got (1, 4, 1)"),
    (lambda: nn.LayerNorm(4)(normal(2, 5)), "layer_norm: the last axes of x (2, 5) should be (4,)"),
    (lambda: nn.GroupNorm(3, 4), "GroupNorm: num_channels 4 must be divisible by num_groups 3"),
    (lambda: nn.GroupNorm(2, 4)(normal(2, 6)),
     "GroupNorm(2, 4, eps=1e-05, affine=True) takes (N, 4, ...), got (2, 6)"),
    (lambda: nn.Dropout(1.5), "Dropout: p is a probability in [0, 1], got 1.5"),
    (lambda: nn.Embedding(5, 2)(tensor([1, 5])), "embedding: token ids must lie in [0, 5), got 5"),
    (lambda: nn.Embedding(5, 2)(normal(3)),
     "embedding: x holds integers, got float32; convert it with .long()"),
    (lambda: nn.Embedding(5, 2, padding_idx=5), "Embedding: padding_idx 5 lies outside [0, 5)"),
    (lambda: nn.Embedding.from_pretrained(normal(5)), "Embedding.from_pretrained needs a table (V, D), got (5,)"),
    (lambda: nn.LeakyReLU(slope=0.1),
     "LeakyReLU(negative_slope=0.01, inplace=False): got an unexpected keyword argument 'slope'"),
    (lambda: nn.MultiHeadAttention(8, 3), "MultiHeadAttention: embed_dim 8 must be divisible by num_heads 3"),
    (lambda: nn.MultiHeadAttention(8, 2)(normal(2, 3, 7)),
     "MultiHeadAttention: query should be (2, T, 8), got (2, 3, 7)"),
    (lambda: nn.MultiHeadAttention(8, 2)(normal(2, 3, 8), normal(2, 4, 8), normal(2, 5, 8)),
     "MultiHeadAttention: key (2, 4, 8) and value (2, 5, 8) must have one length"),
    (lambda: nn.MultiHeadAttention(8, 2)(normal(2, 3, 8), attn_mask=minigrad.zeros(2, 2)),
     "MultiHeadAttention: attn_mask should be (3, 3) or (4, 3, 3), got (2, 2)"),
    (lambda: nn.MultiHeadAttention(8, 2)(normal(2, 3, 8), key_padding_mask=minigrad.zeros(3, 2)),
     "MultiHeadAttention: key_padding_mask should be (2, 3), True where the key is padding, got (3, 2)"),
    (lambda: nn.MultiHeadAttention(8, 2)(normal(2, 3, 8), key_padding_mask=tensor([[0, 0, 1]] * 2)),
     "MultiHeadAttention: a mask is boolean or floating-point, got int64; compare, as in `ids == padding`"),
    (lambda: nn.TransformerEncoderLayer(4, 2, activation="tanh"),
     "TransformerEncoderLayer: activation is 'relu', 'gelu' or a function, got 'tanh'"),
    (lambda: nn.TransformerDecoderLayer(4, 2, activation="tanh"),
     "TransformerDecoderLayer: activation is 'relu', 'gelu' or a function, got 'tanh'"),
    (lambda: nn.Transformer(4, 2, 1, 1, 4)(normal(5, 2, 4), normal(6, 3, 4)),
     "Transformer: src (5, 2, 4) and tgt (6, 3, 4) must have one batch size, axis 1 with batch_first=False"),
    (lambda: nn.Transformer(4, 2, 1, 1, 4)(normal(5, 2, 4), normal(6, 2, 5)),
     "Transformer: the last axis of src (5, 2, 4) and tgt (6, 2, 5) must be d_model, 4"),
    (lambda: nn.MultiHeadAttention(8, 4, num_kv_heads=3),
     "MultiHeadAttention: num_heads 4 must be divisible by num_kv_heads 3"),
    (lambda: nn.MultiHeadAttention(8, 2)(normal(2, 3, 8), cache=nn.KVCache(4)),
     "KVCache: gradients do not flow through a cache; decode inside `with no_grad():`"),
    (lambda: nn.KVCache(4).append(normal(1, 1, 5, 2), normal(1, 1, 5, 2)),
     "KVCache: 0 positions and 5 more are more than max_len, 4"),
    (lambda: [cache.append(normal(N, 1, 1, 2), normal(N, 1, 1, 2)) for cache in [nn.KVCache(4)] for N in (1, 3)],
     "KVCache: it holds keys (1, 1, T, 2), got (3, 1, 1, 2); make one for each layer and each batch"),
    (lambda: nn.RotaryEmbedding(3), "RotaryEmbedding: dim must be even, for it is made of pairs, got 3"),
    (lambda: nn.RotaryEmbedding(4, 10)(normal(3, 6)), "RotaryEmbedding(4, max_len=10) takes (..., T, 4), got (3, 6)"),
    (lambda: nn.RotaryEmbedding(4, 10)(normal(3, 4), start=8),
     "RotaryEmbedding(4, max_len=10): 3 positions from 8 on are more than max_len, 10"),
    (lambda: nn.PositionalEncoding(4, max_len=10)(normal(2, 11, 4)),
     "PositionalEncoding(4, max_len=10): 11 positions from 0 on are more than max_len, 10"),
    (lambda: nn.PositionalEncoding(4)(normal(4)), "PositionalEncoding(4, max_len=5000) takes (N, T, 4) or (T, 4), got (4,)"),
    (lambda: nn.ConvTranspose1D(2, 3, 3, 2)(normal(1, 2, 4), output_size=(11,)), "ConvTranspose1D(2, 3, "
     "kernel_size=(3,), stride=(2,)): output_size for x (1, 2, 4) lies between (9,) and (10,), got (11,)"),
    (lambda: nn.MaxUnpool1D(2)(normal(1, 2, 4), minigrad.zeros(1, 2, 3, dtype="int64")),
     "max_unpool1d: indices (1, 2, 3) should have the shape of x, (1, 2, 4)"),
    (lambda: nn.MaxUnpool1D(2)(normal(1, 1, 1), tensor([[[2]]])), "max_unpool1d: indices must lie in [0, 2), got 2"),
    (lambda: nn.MaxUnpool1D(2)(normal(1, 1, 1), tensor([[[1]]]), output_size=(4,)),
     "max_unpool1d: output_size (4,) should differ from (2,) by less than stride (2,)"),
    (lambda: nn.LocalResponseNorm(2)(normal(2, 3)), "local_response_norm: x is (N, C, ...), got (2, 3)"),
    (lambda: nn.AlphaDropout(-0.1), "AlphaDropout: p is a probability in [0, 1], got -0.1"),
    (lambda: nn.EmbeddingBag(5, 2)(tensor([1, 2])),
     "embedding_bag: input is (N, L) without offsets or (L,) with them, got (2,)"),
    (lambda: nn.EmbeddingBag(5, 2)(tensor([1, 2]), tensor([0, 3])),
     "embedding_bag: offsets begin with 0 and rise to at most 2, the length of input, got [0, 3]"),
    (lambda: nn.EmbeddingBag(5, 2, mode="median")(tensor([[1]])), "embedding_bag: mode is 'mean', 'sum' or 'max', got"),
    (lambda: nn.EmbeddingBag(5, 2)(tensor([[1]]), per_sample_weights=minigrad.ones(1, 1)),
     "embedding_bag: per_sample_weights are for mode 'sum' and of input's shape (1, 1), got mode 'mean' and (1, 1)"),
    (lambda: nn.EmbeddingBag(5, 2)(tensor([[5]])), "embedding_bag: input must lie in [0, 5), got 5"),
    (lambda: nn.EmbeddingBag.from_pretrained(normal(5)), "EmbeddingBag.from_pretrained needs a table (V, D), got (5,)"),
    (lambda: [layer(normal(2).requires_grad_()).sum().backward() for layer in [nn.ReLU()]
              if layer.register_full_backward_hook(lambda module, into, out: into * 2)],
     "a backward hook of ReLU returned 2 gradients for 1 arguments"),
    (lambda: utils.weight_norm(nn.Linear(2, 2), "weights"),
     "weight_norm: Linear has no parameter 'weights'; it has weight, bias"),
    (lambda: utils.spectral_norm(nn.ReLU()), "spectral_norm: ReLU has no parameter 'weight'; it has none"),
    (lambda: utils.remove_weight_norm(nn.Linear(2, 2)), "remove_weight_norm: Linear has no weight_norm of 'weight'"),
    (lambda: nn.LazyConv2D(3, 3)(normal(2, 3)), "LazyConv2D: the first input should be a Tensor whose axis -3 "
     "has the size to learn, got (2, 3)"),
    (lambda: F.grid_sample(normal(1, 2, 3, 4), normal(1, 3, 2)),
     "grid_sample: input is (N, C, H, W) and grid (N, H', W', 2), got (1, 2, 3, 4) and (1, 3, 2)"),
    (lambda: F.grid_sample(normal(1, 2, 3, 4), normal(1, 3, 2, 2), "bicubic"),
     "grid_sample: mode is 'bilinear' or 'nearest', got 'bicubic'"),
    (lambda: F.grid_sample(normal(1, 2, 3, 4), normal(1, 3, 2, 2), padding_mode="reflection"),
     "grid_sample: padding_mode is 'zeros' or 'border', got 'reflection'"),
    (lambda: F.affine_grid(normal(1, 2, 3), (2, 3, 4, 4)),
     "affine_grid: size is (N, C, H, W) and theta (N, 2, 3), got (2, 3, 4, 4) and (1, 2, 3)"),
    (lambda: nn.CrossEntropyLoss(None, 3), "CrossEntropyLoss: got size_average=3, reduce=None, PyTorch's former "
     "arguments at these positions; give None for them, or all settings by name"),
    (lambda: nn.MSELoss("sum"), "MSELoss: got size_average='sum', reduce=None, two arguments that reduction has "
     "replaced; write reduction='sum'"),
    (lambda: F.mse_loss(normal(2), normal(2), False), "mse_loss: got size_average=False, reduce=None, two arguments "
     "that reduction has replaced; write reduction='sum'"),
    (lambda: F.nll_loss(normal(2), normal(2), reduce=False), "nll_loss: got size_average=None, reduce=False, two "
     "arguments that reduction has replaced; write reduction='none'"),
    (lambda: nn.CosineEmbeddingLoss()(normal(3, 4), normal(3, 4), normal(3, 4)),
     "cosine_embedding_loss: inputs are (N, D) with target (N,), or (D,) with (), got (3, 4) and (3, 4)"),
    (lambda: nn.MarginRankingLoss()(normal(3), normal(4), normal(3)),
     "margin_ranking_loss: input (3,) and target (4,) must have one shape"),
    (lambda: nn.MultiMarginLoss()(normal(3, 4), tensor([0, 1])),
     "multi_margin_loss: input is (N, V) with target (N,), or (V,) with (), got (3, 4) and (2,)"),
    (lambda: nn.MultiMarginLoss(3)(normal(3, 4), tensor([0, 1, 2])), "multi_margin_loss: p is 1 or 2, got 3"),
    (lambda: nn.MultiMarginLoss()(normal(2, 4), tensor([0, 4])), "multi_margin_loss: class ids must lie in [0, 4), got 4"),
    (lambda: nn.GaussianNLLLoss()(normal(3, 4), normal(3, 4), minigrad.ones(4)),
     "gaussian_nll_loss: var (4,) should be (3, 4), or 1 along an axis, or (3,)"),
    (lambda: nn.GaussianNLLLoss()(normal(2), normal(2), tensor([1.0, -0.5])),
     "gaussian_nll_loss: a variance is at least 0, got -0.5"),
    (lambda: nn.CTCLoss()(normal(5, 3), tensor([[1]]), 5, [1, 1]),
     "ctc_loss: target_lengths should be 1 integers from 0 to 1, got [1, 1]"),
    (lambda: nn.CTCLoss()(normal(5, 2, 3), tensor([[1], [2]]), [5, 6], [1, 1]),
     "ctc_loss: input_lengths should be 2 integers from 1 to 5, got [5, 6]"),
    (lambda: nn.CTCLoss()(normal(5, 2, 3), tensor([1, 2, 1]), [5, 5], [1, 1]),
     "ctc_loss: targets (3,) should be (2, S), or (2,), the sum of target_lengths [1, 1]"),
    (lambda: nn.CTCLoss()(normal(5, 1, 3), tensor([[3]]), [5], [1]), "ctc_loss: targets must lie in [0, 3), got 3"),
    (lambda: nn.CTCLoss(3)(normal(5, 1, 3), tensor([[1]]), [5], [1]), "ctc_loss: blank lies in [0, 3), got 3"),
    (lambda: nn.CTCLoss()(normal(5), tensor([1]), [5], [1]), "ctc_loss: log_probs is (T, N, V) or (T, V), got (5,)"),
    (lambda: nn.Softshrink(-1.0)(normal(3)), "softshrink: lambd is at least 0, got -1.0"),
    (lambda: nn.Softmax2D()(normal(3, 4)), "Softmax2D takes (N, C, H, W) or (C, H, W), got (3, 4)"),
    (lambda: nn.PixelShuffle(2)(normal(1, 6, 2, 2)), "pixel_shuffle: x should be (..., C * 4, H, W), got (1, 6, 2, 2)"),
    (lambda: nn.PixelUnshuffle(2)(normal(1, 6, 3, 2)),
     "pixel_unshuffle: x should be (..., C, H * 2, W * 2), got (1, 6, 3, 2)"),
    (lambda: nn.ChannelShuffle(4)(normal(1, 6, 3)),
     "channel_shuffle: x should be (N, C, ...), C divisible by groups=4, got (1, 6, 3)"),
    (lambda: nn.Upsample()(normal(1, 2, 3)), "interpolate: give size or scale_factor, got size=None and scale_factor=None"),
    (lambda: nn.Upsample(4, mode="bilinear")(normal(1, 2, 3)),
     "interpolate: mode 'bilinear' takes (N, C) and 2 axes more, got (1, 2, 3)"),
    (lambda: nn.Upsample(4, mode="cubic")(normal(1, 2, 3)), "interpolate: mode is one of 'nearest', 'nearest-exact', "),
    (lambda: nn.Upsample(4, align_corners=True)(normal(1, 2, 3)),
     "interpolate: align_corners has no meaning for mode 'nearest'; leave it out"),
    (lambda: nn.Upsample(scale_factor=(2, 3))(normal(1, 2, 3)),
     "interpolate: scale_factor is a number or 1 of them, got (2, 3)"),
    (lambda: nn.Upsample(scale_factor=0.2)(normal(1, 2, 3)),
     "interpolate: the size after scaling is an integer of at least 1, or 1 of them, got (0,)"),
    (lambda: nn.ZeroPad2D((1, 2)), "ZeroPad2D: padding is an integer or 4 of them, got (1, 2)"),
    (lambda: nn.ReflectionPad1D(1)(normal(4)), "ReflectionPad1D((1, 1)) takes (N, C) and 1 axes more, or without N, got (4,)"),
    (lambda: nn.LSTM(3, 4)(normal(5, 2, 2)),
     "LSTM(3, 4) takes (T, N, 3), (T, 3) or a PackedSequence of (T, 3), got (5, 2, 2)"),
    (lambda: nn.GRU(3, 4, batch_first=True)(normal(3)), "GRU(3, 4, batch_first=True) takes (N, T, 3), (T, 3) or"),
    (lambda: nn.RNN(3, 4)(normal(0, 2, 3)), "RNN(3, 4): the sequence has no elements, got (0, 2, 3)"),
    (lambda: nn.LSTM(3, 4)(normal(5, 2, 3), normal(1, 2, 4)),
     "LSTM(3, 4): the state is a pair (h, c) of tensors, got Tensor"),
    (lambda: nn.LSTM(3, 4, 2)(normal(5, 2, 3), (normal(2, 2, 4), normal(1, 2, 4))),
     "LSTM(3, 4, num_layers=2): a state should be (2, 2, 4), got (1, 2, 4)"),
    (lambda: nn.GRU(3, 4)(normal(5, 3), normal(1, 1, 4)), "GRU(3, 4): a state should be (1, 4), got (1, 1, 4)"),
    (lambda: nn.GRU(3, 4)(normal(5, 3, dtype="float64")), "GRU(3, 4) has float32 weights, got a float64 tensor"),
    (lambda: nn.RNN(3, 4, nonlinearity="gelu"), "RNN: nonlinearity is 'tanh' or 'relu', got 'gelu'"),
    (lambda: nn.RNN(3, 4, 0), "RNN: num_layers and hidden_size are at least 1, got 0 and 4"),
    (lambda: nn.GRU(3, 4, 2, dropout=2), "GRU: dropout: p is a probability in [0, 1], got 2"),
    (lambda: nn.LSTMCell(3, 4)(normal(2, 5)), "LSTMCell(3, 4) takes (N, 3) or (3,), got (2, 5)"),
    (lambda: nn.GRUCell(3, 4)(normal(2, 3), normal(4)), "GRUCell(3, 4): a state should be (2, 4), got (4,)"),
    (lambda: utils.rnn.pack_padded_sequence(normal(4, 2, 3), [3, 5], enforce_sorted=False),
     "pack_padded_sequence: input (4, 2, 3) needs 2 lengths from 1 to 4, got [3, 5]"),
    (lambda: utils.rnn.pack_padded_sequence(normal(4, 2, 3), [3, 4]), "pack_padded_sequence: the lengths [3, 4] "
     "do not decrease; sort the sequences, or pass enforce_sorted=False"),
    (lambda: utils.rnn.pad_packed_sequence(utils.rnn.pack_sequence([normal(3, 2)]), total_length=2),
     "pad_packed_sequence: total_length 2 is below the longest length, 3"),
    (lambda: utils.rnn.pad_sequence([normal(3)], padding_side="top"),
     "pad_sequence: padding_side is 'left' or 'right', got 'top'"),
    (lambda: nn.MSELoss(reduction="avg"), "MSELoss: reduction is 'mean', 'sum', 'none', got 'avg'"),
    (lambda: nn.MSELoss()(normal(3, 1), normal(3)), "mse_loss: input (3, 1) and target (3,) must have one shape"),
    (lambda: nn.CrossEntropyLoss()(normal(3, 4), tensor([0, 1, 4])),
     "cross_entropy: class ids must lie in [0, 4), got 4"),
    (lambda: nn.Sequential([nn.ReLU()]), "Sequential holds Modules, got a list; unpack it, (*layers)"),
    (lambda: nn.Sequential(nn.ReLU), "Sequential holds Modules, got the class ReLU; make a layer of it, ReLU(...)"),
    (lambda: nn.Sequential(F.relu),
     "Sequential holds Modules, got the function relu; use a layer, as nn.ReLU() for relu"),
    (lambda: nn.Sequential(nn.ReLU())[1], "Sequential has 1 members, index 1 is out of range"),
    (lambda: nn.ModuleDict({"keys": nn.ReLU()}),
     "add_module: 'keys' is already an attribute of every ModuleDict; choose another name"),
    (lambda: nn.ParameterList([1.0]),
     "ParameterList holds Parameters, got float; make it one with nn.Parameter(...)"),
    (lambda: Net().register_buffer("a.b", None), "register_buffer: a name is a string without dots, got 'a.b'"),
    (lambda: Net().register_buffer("a", [1]), "register_buffer('a'): a buffer is a Tensor or None, got list"),
    (lambda: Net().register_parameter("a", normal(1)),
     "register_parameter('a'): needs a Parameter or None, got Tensor; make it one with nn.Parameter(...)"),
    (lambda: Net().get_submodule("frist"), "Net has no module 'frist'; did you mean 'first'?"),
    (lambda: Net().to(minigrad.int64), "Net.to: parameters are floating-point, got int64"),
    (lambda: Net().to("gpu"), "unknown device 'gpu'; expected 'cpu', 'cuda', 'cuda:1', ... or 'fake'"),
    (lambda: init.xavier_uniform_(minigrad.ones(3)),
     "fan_in and fan_out need a weight with at least 2 axes, got shape (3,)"),
    (lambda: init.kaiming_normal_(minigrad.ones(3, 3), mode="fan"),
     "kaiming: mode is 'fan_in' or 'fan_out', got 'fan'"),
    (lambda: init.calculate_gain("gelu"), "calculate_gain: 'gelu' is not known"),
    (lambda: utils.vector_to_parameters(minigrad.ones(3), [nn.Parameter(minigrad.ones(4))]),
     "vector_to_parameters: the parameters have 4 elements, vec has shape (3,)"),
])
def test_mistakes_get_an_answer(act, message):
    kinds = AttributeError, IndexError, NotImplementedError, RuntimeError, TypeError, ValueError
    with pytest.raises(kinds) as error:
        act()
    assert message in str(error.value)


# Initial values


def values(fill, shape, *args, **settings):
    return fill(minigrad.empty(*shape), *args, **settings).numpy().astype(np.float64)


def assert_uniform(x, k):
    """Within ±k and nearly up to it, mean 0 and variance k^2 / 3 within four standard errors."""
    n = x.size
    assert np.abs(x).max() <= k * (1 + 1e-6) and np.abs(x).max() > k * (1 - 20 / n)
    assert abs(x.mean()) < 4 * k / math.sqrt(3 * n)
    assert abs(x.var() - k**2 / 3) < 4 * k**2 * math.sqrt(4 / 45 / n)


def assert_normal(x, mean, std):
    n = x.size
    assert abs(x.mean() - mean) < 4 * std / math.sqrt(n)
    assert abs(x.var() / std**2 - 1) < 4 * math.sqrt(2 / n)
    assert abs(((x - mean) ** 4).mean() / std**4 - 3) < 4 * math.sqrt(96 / n)        # a uniform one has 1.8


W, K = (50, 40, 3, 2), 6


def test_initialisers_have_the_variance_their_papers_ask_for():
    fan_in, fan_out = 40 * K, 50 * K
    assert_uniform(values(init.uniform_, W, -0.3, 0.3), 0.3)
    assert_normal(values(init.normal_, W, 1.0, 0.2), 1.0, 0.2)
    assert_uniform(values(init.xavier_uniform_, W, gain=2.0), 2 * math.sqrt(6 / (fan_in + fan_out)))
    assert_normal(values(init.xavier_normal_, W), 0, math.sqrt(2 / (fan_in + fan_out)))
    assert_uniform(values(init.kaiming_uniform_, W, nonlinearity="relu"), math.sqrt(6 / fan_in))
    assert_uniform(values(init.kaiming_uniform_, W, a=math.sqrt(5)), 1 / math.sqrt(fan_in))
    assert_normal(values(init.kaiming_normal_, W, mode="fan_out", nonlinearity="relu"), 0, math.sqrt(2 / fan_out))
    assert_normal(values(init.kaiming_normal_, W, nonlinearity="tanh"), 0, 5 / 3 / math.sqrt(fan_in))


def test_truncated_normal_stays_inside_and_keeps_its_shape():
    x = values(init.trunc_normal_, (100, 200), 0.5, 2.0, -0.5, 1.5)
    assert x.min() >= -0.5 and x.max() <= 1.5
    t = 0.5                                                                 # the bounds in standard deviations
    inside, density = math.erf(t / math.sqrt(2)), math.exp(-t * t / 2) / math.sqrt(2 * math.pi)
    variance = 4 * (1 - 2 * t * density / inside)
    assert abs(x.mean() - 0.5) < 4 * math.sqrt(variance / x.size)
    assert abs(x.var() / variance - 1) < 4 * math.sqrt(2 / x.size)


@pytest.mark.parametrize("shape", [(4, 4), (3, 5), (5, 3), (4, 2, 3)])
def test_orthogonal_rows_or_columns(shape):
    x = values(init.orthogonal_, shape, gain=2.0).reshape(shape[0], -1) / 2
    product = x @ x.T if x.shape[0] <= x.shape[1] else x.T @ x
    np.testing.assert_allclose(product, np.eye(min(x.shape)), atol=1e-6)


def test_constants_identity_and_dirac():
    assert values(init.constant_, (2, 2), 3.0).tolist() == [[3, 3], [3, 3]]
    assert not values(init.zeros_, (2, 2)).any() and values(init.ones_, (2, 2)).all()
    assert values(init.eye_, (2, 3)).tolist() == [[1, 0, 0], [0, 1, 0]]
    x, layer = normal(1, 4, 5, 5), nn.Conv2D(4, 4, 3, padding=1, bias=False, groups=2)
    init.dirac_(layer.weight, groups=2)
    assert np.array_equal(layer(x).detach().numpy(), x.numpy())


@pytest.mark.parametrize("make, fan_in", [
    (lambda: nn.Linear(100, 120), 100),
    (lambda: nn.Bilinear(20, 20, 30), 20),
    (lambda: nn.Conv2D(40, 50, (3, 2), groups=2), 20 * 6),
    (lambda: nn.Conv1D(40, 50, 5), 40 * 5),
    (lambda: nn.ConvTranspose2D(40, 50, (3, 2), groups=2), 25 * 6),
    (lambda: nn.ConvTranspose1D(40, 60, 5), 60 * 5),
])
def test_layers_begin_with_uniform_weights_of_the_documented_width(make, fan_in):
    layer = make()
    assert_uniform(layer.weight.detach().numpy().astype(np.float64), 1 / math.sqrt(fan_in))
    assert np.abs(layer.bias.detach().numpy()).max() <= 1 / math.sqrt(fan_in)
    assert len(set(layer.bias.tolist())) > 20


def test_embeddings_norms_and_attention_begin_as_documented():
    assert_normal(nn.Embedding(100, 50).weight.detach().numpy().astype(np.float64), 0, 1)
    for layer in (nn.BatchNorm1D(3), nn.LayerNorm(3), nn.GroupNorm(1, 3)):
        assert layer.weight.tolist() == [1, 1, 1] and layer.bias.tolist() == [0, 0, 0]
    layer = nn.MultiHeadAttention(40, 2)
    assert_uniform(layer.in_proj_weight.detach().numpy().astype(np.float64), math.sqrt(6 / (40 + 120)))
    assert not layer.in_proj_bias.detach().numpy().any() and not layer.out_proj.bias.detach().numpy().any()
    assert_uniform(layer.out_proj.weight.detach().numpy().astype(np.float64), 1 / math.sqrt(40))
    assert nn.PReLU(2).weight.tolist() == [0.25, 0.25]


def test_a_seed_gives_the_same_model_on_every_device_bit_for_bit(device):
    states = []
    for where in ("cpu", device):
        minigrad.manual_seed(5)
        model = nn.Sequential(nn.Conv2D(2, 3, 3, device=where), nn.Linear(4, 5, device=where),
                              nn.MultiHeadAttention(4, 2, device=where))
        states.append({name: to_numpy(value).tobytes() for name, value in model.state_dict().items()})
    assert states[0] == states[1]


def test_initialisers_write_into_parameters_and_return_them():
    p = nn.Parameter(minigrad.empty(2, 2))
    assert init.eye_(p) is p and p.tolist() == [[1, 0], [0, 1]] and p.requires_grad and p.is_leaf
    rng = np.random.default_rng(4)
    assert init.normal_(p, generator=rng).tolist() == np.random.default_rng(4).standard_normal(
        (2, 2)).astype(np.float32).tolist()


# Gradient clipping and vectors


def with_gradients(device="cpu"):
    ps = [nn.Parameter(minigrad.zeros(3, device=device)), nn.Parameter(minigrad.zeros(2, 2, device=device)),
          nn.Parameter(minigrad.zeros(1, device=device))]
    ps[0].grad, ps[1].grad = tensor([3.0, 0.0, 4.0], device=device), tensor([[0.0, 12.0], [0.0, 0.0]], device=device)
    return ps


def test_clip_grad_norm_scales_all_gradients_together(device):
    ps = with_gradients(device)
    before = dict(copies)
    total = utils.clip_grad_norm_(ps, 6.5)
    assert dict(copies) == before
    assert total.item() == 13.0 and total.device.type == device         # sqrt(3^2 + 4^2 + 12^2)
    np.testing.assert_allclose(to_numpy(ps[0].grad), [1.5, 0, 2], rtol=1e-6)
    np.testing.assert_allclose(to_numpy(ps[1].grad), [[0, 6], [0, 0]], rtol=1e-6)
    assert ps[2].grad is None


def test_clip_grad_norm_leaves_small_gradients_and_takes_other_norms():
    ps = with_gradients()
    assert utils.clip_grad_norm_(ps, 100).item() == 13 and ps[0].grad.tolist() == [3, 0, 4]
    assert utils.clip_grad_norm_(ps, 6, math.inf).item() == 12
    np.testing.assert_allclose(ps[0].grad.numpy(), [1.5, 0, 2], rtol=1e-6)
    assert utils.clip_grad_norm_(with_gradients()[0], 1, 1).item() == 7
    assert utils.clip_grad_norm_([], 1).item() == 0
    assert utils.clip_grad_norm_(iter(with_gradients()), 1).item() == 13


def test_clip_grad_norm_says_when_a_gradient_is_not_finite():
    ps = with_gradients()
    ps[0].grad[0] = math.nan
    with pytest.raises(RuntimeError, match="clip_grad_norm_: the gradients have norm nan"):
        utils.clip_grad_norm_(ps, 1, error_if_nonfinite=True)
    assert math.isnan(utils.clip_grad_norm_(ps, 1).item())


def test_clip_grad_value_limits_every_element(device):
    ps = with_gradients(device)
    ps[1].grad[0, 0] = -7.0
    utils.clip_grad_value_(ps, 3.5)
    assert ps[0].grad.tolist() == [3, 0, 3.5] and ps[1].grad.tolist() == [[-3.5, 3.5], [0, 0]]


def test_parameters_to_vector_and_back():
    net, other = nn.Linear(3, 2), nn.Linear(3, 2)
    vector = utils.parameters_to_vector(net.parameters())
    assert vector.shape == (8,) and vector.requires_grad
    utils.vector_to_parameters(vector, other.parameters())
    assert other.weight.tolist() == net.weight.tolist() and other.bias.tolist() == net.bias.tolist()


# Weights computed from others


def test_weight_norm_keeps_the_weight_and_trains_length_and_direction(device):
    layer, x = nn.Linear(3, 4).to(device), normal(2, 3, device=device)
    before, y = to_numpy(layer.weight).copy(), to_numpy(layer(x))
    assert utils.weight_norm(layer) is layer
    assert [name for name, _ in layer.named_parameters()] == ["bias", "weight_g", "weight_v"]
    np.testing.assert_allclose(to_numpy(layer(x)), y, rtol=1e-5, atol=1e-6)
    twin = copy.deepcopy(utils.weight_norm(nn.Linear(3, 4)))
    with minigrad.no_grad():
        twin.weight_g.fill_(2.0)
    twin(normal(2, 3))
    np.testing.assert_allclose(np.linalg.norm(twin.weight.detach().numpy(), axis=1), 2, rtol=1e-6)
    utils.remove_weight_norm(layer)
    assert [name for name, _ in layer.named_parameters()] == ["bias", "weight"]
    np.testing.assert_allclose(to_numpy(layer.weight), before, rtol=1e-6)


def test_spectral_norm_makes_the_greatest_singular_value_1(device):
    layer, x = utils.spectral_norm(nn.Linear(6, 5)).to(device), normal(2, 6, device=device)
    for _ in range(200):
        layer(x)
    assert np.linalg.svd(to_numpy(layer.weight), compute_uv=False)[0] == pytest.approx(1, abs=1e-4)
    layer.eval()
    u = layer.weight_u
    layer(x)
    assert layer.weight_u is u and u.device.type == device
    (layer.train()(x) + layer(x)).sum().backward()          # two forwards, as a discriminator has them
    assert layer.weight_orig.grad is not None
    utils.remove_spectral_norm(layer)
    assert list(layer.state_dict()) == ["bias", "weight"]
    assert np.linalg.svd(to_numpy(layer.weight), compute_uv=False)[0] == pytest.approx(1, abs=1e-4)


# Summary


def test_summary_is_a_table_of_layers_shapes_and_parameters(capsys):
    net = nn.Sequential(nn.Conv2D(1, 4, 3), nn.BatchNorm2D(4), nn.Flatten(), nn.Linear(4 * 36, 10))
    net[0].requires_grad_(False)
    table = nn.summary(net, (2, 1, 8, 8))
    assert str(table) == """\
layer              output shape  parameters
-------------------------------------------
Sequential         (2, 10)
  Conv2D (0)       (2, 4, 6, 6)          40
  BatchNorm2D (1)  (2, 4, 6, 6)           8
  Flatten (2)      (2, 144)
  Linear (3)       (2, 10)            1,450
-------------------------------------------
1,498 parameters, 40 of them frozen"""
    assert table.rows[1] == ("0", "Conv2D", "(2, 4, 6, 6)", 40)
    assert (table.parameters, table.trainable) == (1498, 1458)
    assert capsys.readouterr().out == ""


def test_summary_leaves_the_model_as_it_was(device):
    net = nn.Sequential(nn.BatchNorm1D(3), nn.Dropout(0.5), nn.Linear(3, 2)).to(device)
    net[1].eval()
    nn.summary(net, (4, 3))
    assert [m.training for m in net.modules()] == [True, True, False, True]
    assert net[0].num_batches_tracked.item() == 0 and not net[0]._hooks
    with pytest.raises(ValueError):
        nn.summary(net, (4, 5))
    assert [m.training for m in net.modules()] == [True, True, False, True] and not net[0]._hooks


def test_summary_counts_shared_parameters_once_and_takes_tensors():
    class Tagger(nn.Module):
        def __init__(self):
            self.embed, self.encode = nn.Embedding(10, 4), nn.MultiHeadAttention(4, 2)
            self.out, self.spare = nn.Linear(4, 10, bias=False), nn.Linear(4, 4)
            self.out.weight = self.embed.weight

        def forward(self, ids, mask):
            y, weights = self.encode(self.embed(ids), key_padding_mask=mask, need_weights=True)
            return self.out(y)

    ids = minigrad.randint(0, 10, (2, 5))
    table = nn.summary(Tagger(), [ids, ids == 0])
    rows = {name: (shape, count) for name, _, shape, count in table.rows}
    assert rows["embed"] == ("(2, 5, 4)", 40) and rows["out"] == ("(2, 5, 10)", 0)
    assert rows["encode"] == ("(2, 5, 4), (2, 5, 5)", 60) and rows["spare"] == ("not used", 20)
    assert table.parameters == 40 + 60 + 20 + 20


# Training


def test_a_training_step_copies_nothing_between_devices(device):
    model = nn.Sequential(nn.Embedding(20, 8), nn.TransformerEncoderLayer(8, 2, 16, batch_first=True),
                          nn.Flatten(), nn.Dropout(0.2), nn.Linear(48, 16), nn.BatchNorm1D(16),
                          nn.Unflatten(1, (1, 4, 4)), nn.Conv2D(1, 2, 3), nn.ReLU(), nn.MaxPool2D(2), nn.Flatten(), nn.Linear(2, 3)).to(device)
    ids, target = minigrad.randint(0, 20, (4, 6)).to(device), minigrad.randint(0, 3, (4,)).to(device)
    nn.CrossEntropyLoss()(model(ids), target).backward()
    before = dict(copies)
    model.zero_grad()
    nn.CrossEntropyLoss()(model(ids), target).backward()
    utils.clip_grad_norm_(model.parameters(), 1.0)
    assert dict(copies) == before


def test_a_small_network_learns_xor(device):
    minigrad.manual_seed(2)
    model = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1)).to(device)
    x = tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], device=device)
    y = tensor([[0.0], [1.0], [1.0], [0.0]], device=device)
    loss = nn.BCEWithLogitsLoss()
    for _ in range(300):
        model.zero_grad()
        loss(model(x), y).backward()
        with minigrad.no_grad():
            for p in model.parameters():
                p.sub_(p.grad)
    assert np.array_equal(to_numpy(model(x)) > 0, to_numpy(y) > 0.5)
    assert isinstance(model(x), Tensor) and loss(model(x), y).item() < 0.1


# What PyTorch programs also use


def test_a_buffer_is_found_by_its_name():
    model = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1D(3))
    assert model.get_buffer("1.running_mean") is model[1].running_mean
    with pytest.raises(AttributeError, match="has no buffer '1.running_maen'; did you mean '1.running_mean'"):
        model.get_buffer("1.running_maen")


def test_state_dict_with_a_prefix_and_with_the_parameters_themselves():
    layer = nn.Linear(2, 3)
    assert list(layer.state_dict(prefix="head.")) == ["head.weight", "head.bias"]
    assert layer.state_dict(keep_vars=True)["weight"] is layer.weight


def test_assigning_a_state_dict_takes_over_its_arrays_and_keeps_the_parameters():
    layer, weight = nn.Linear(2, 3), minigrad.ones(3, 2, dtype=minigrad.float64)
    before = layer.weight
    layer.load_state_dict({"weight": weight, "bias": minigrad.zeros(3)}, strict=True, assign=True)
    assert layer.weight is before and layer.weight.array is weight.array and layer.weight.requires_grad


def test_modules_take_pytorchs_ways_of_moving_them():
    model = nn.Linear(2, 3)
    assert model.type(minigrad.float64) is model and model.weight.dtype == np.float64
    assert model.to("cpu", non_blocking=True) is model.to("cpu", minigrad.float32, True) is model.share_memory()
    assert model.weight.dtype == np.float32


@pytest.mark.parametrize("name, text", [
    ("bfloat16", r"NumPy has none; use .float\(\)"), ("_modules", r"use dict\(module.named_children\(\)\)"),
    ("compile", "leave it out"), ("to_empty", "with device="), ("register_backward_hook", "register_full_backward_hook")])
def test_what_modules_of_pytorch_have_besides_says_what_to_use(name, text, torch):
    assert hasattr(torch.nn.Linear(1, 1), name)
    with pytest.raises(AttributeError, match=f"PyTorch's modules have '{name}', minigrad's do not; .*{text}"):
        getattr(nn.Linear(1, 1), name)


@pytest.mark.parametrize("lib", ["minigrad", pytest.param("torch", marks=pytest.mark.torch)])
def test_containers_are_joined_and_emptied(lib, request):
    nn = minigrad.nn if lib == "minigrad" else request.getfixturevalue("torch").nn
    ones = minigrad.ones if lib == "minigrad" else request.getfixturevalue("torch").ones
    a, b, c = nn.ReLU(), nn.Tanh(), nn.Sigmoid()
    layers = nn.ModuleList([a, b])
    assert [type(layers + [c]), *(layers + [c])] == [nn.ModuleList, a, b, c] and len(layers) == 2
    layers += [c]
    assert layers.pop(0) is a and list(layers) == [b, c] and layers.pop(-1) is c
    model = nn.Sequential(a, b) + nn.Sequential(c)
    assert type(model) is nn.Sequential and list(model) == [a, b, c] and model.pop(1) is b and list(model) == [a, c]
    named = nn.ModuleDict({"a": a})
    named.update([("b", b)])
    assert named.pop("a") is a and list(named.items()) == [("b", b)]
    named.clear()
    assert len(named) == 0
    parameters = nn.ParameterDict({"w": ones(2)})
    assert parameters.get("v") is None and parameters.get("w") is parameters["w"]
    assert parameters.setdefault("v", ones(1)) is parameters["v"] and list(parameters.keys()) == ["w", "v"]


def test_a_model_is_the_same_after_pickle():
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1D(4), nn.LSTM(4, 2))
    twin = pickle.loads(pickle.dumps(model.eval()))
    x = tensor(np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32))
    assert twin(x)[0].tolist() == model(x)[0].tolist() and not twin.training


def test_adaptive_log_softmax_is_a_distribution_whose_targets_and_best_classes_it_knows(device):
    """log_prob sums to 1, output is log_prob at the targets, predict its greatest."""
    layer = nn.AdaptiveLogSoftmaxWithLoss(6, 20, [4, 10], div_value=2.0, head_bias=True).to(device)
    x, target = normal(5, 6).to(device), tensor([0, 3, 5, 12, 19]).to(device)
    output, loss = layer(x, target)
    every = layer.log_prob(x)
    np.testing.assert_allclose(every.exp().sum(1).tolist(), np.ones(5), rtol=1e-5)
    np.testing.assert_allclose(output.tolist(), every.gather(1, target[:, None])[:, 0].tolist(), rtol=1e-5)
    np.testing.assert_allclose(loss.item(), -output.mean().item(), rtol=1e-5)
    assert layer.predict(x).tolist() == every.argmax(1).tolist()
    assert list(layer.state_dict()) == [
        "head.weight", "head.bias", "tail.0.0.weight", "tail.0.1.weight", "tail.1.0.weight", "tail.1.1.weight"]
    with pytest.raises(ValueError, match=r"cutoffs are ascending integers from 1 to 19, got \[4, 4\]"):
        nn.AdaptiveLogSoftmaxWithLoss(6, 20, [4, 4])


def test_inplace_activations_write_where_no_graph_is_and_refuse_where_one_is():
    x = tensor([-1.0, 2.0])
    assert F.relu_(x) is x and x.tolist() == [0.0, 2.0]
    with pytest.raises(RuntimeError, match="leaky_relu_ writes into a tensor that is part of a graph"):
        F.leaky_relu_(minigrad.ones(2, requires_grad=True) * 2)
    assert nn.Sequential(nn.ReLU(inplace=True), nn.RReLU(inplace=True)).eval()(tensor([-1.0, 2.0])).tolist() == [0.0, 2.0]


def test_rrelu_draws_slopes_between_its_bounds_in_training():
    slopes = -nn.RReLU(0.1, 0.3)(-minigrad.ones(1000))
    assert 0.1 <= slopes.min().item() < 0.12 and 0.28 < slopes.max().item() <= 0.3


def test_fractional_pooling_takes_a_size_or_a_ratio_and_finds_maxima():
    x = normal(2, 3, 8, 9)
    y, places = nn.FractionalMaxPool2d(2, output_ratio=0.5, return_indices=True)(x)
    assert y.shape == (2, 3, 4, 4)
    assert x.flatten(2).gather(2, places.flatten(2)).tolist() == y.flatten(2).tolist()
    assert nn.FractionalMaxPool2D((2, 3), output_size=(5, 3))(x).shape == (2, 3, 5, 3)
