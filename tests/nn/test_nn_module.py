"""Modules and containers: what they find, save, load, print and train."""

import copy
import pickle

import numpy as np
import pytest
from cases.tensors import normal

import minigrad
from minigrad import Tensor, nn, tensor
from minigrad.autograd import to_numpy
from minigrad.backend import copies
from minigrad.nn import utils


class Net(nn.Module):
    """A module with parameters everywhere a module looks for them."""

    def __init__(self):
        self.first = nn.Linear(3, 4)
        self.blocks = nn.ModuleList(
            [nn.Linear(4, 4), nn.ModuleDict({"inner": nn.ModuleList([nn.Linear(4, 2)])})])
        self.scale = nn.Parameter(minigrad.ones(2))
        self.shifts = nn.ParameterList([nn.Parameter(minigrad.zeros(2))])
        self.register_buffer("steps", minigrad.zeros(1))
        self.register_buffer("cache", minigrad.zeros(1), persistent=False)
        self.text, self.numbers = "not a parameter", [1, 2.5, None]

    def forward(self, x):
        x = self.blocks[0](self.first(x).relu())
        return self.blocks[1]["inner"][0](x) * self.scale + self.shifts[0]


NAMES = ["scale", "first.weight", "first.bias", "blocks.0.weight", "blocks.0.bias",
         "blocks.1.inner.0.weight", "blocks.1.inner.0.bias", "shifts.0"]


# What a Module finds


def test_a_module_finds_parameters_in_attributes_and_containers():
    assert [name for name, _ in Net().named_parameters()] == NAMES


@pytest.mark.parametrize("held, text", [
    ([nn.Linear(1, 1)], r"Plain.held is a list of Modules, .*self.held = nn.ModuleList\(...\), .* _held"),
    ({"a": (1, [nn.Tanh()])}, r"Plain.held is a dict of Modules, .*nn.ModuleDict"),
    ((nn.Parameter(minigrad.ones(2)),), r"Plain.held is a tuple of Parameters, .*nn.ParameterList")])
def test_what_a_plain_container_holds_does_not_belong_to_the_module_which_warns_once(held, text):
    class Plain(nn.Module):
        def __init__(self):
            super().__init__()
            self.own = nn.Linear(2, 2)
            self.held = self._held = held

    net = Plain()
    with pytest.warns(UserWarning, match=text):
        assert [name for name, _ in net.named_parameters()] == ["own.weight", "own.bias"]
    assert list(net.state_dict()) == ["own.weight", "own.bias"]         # a warning would be an error
    assert [name for name, _ in net.eval().named_modules()] == ["", "own"]
    assert next(net.to("fake").parameters()).device == "fake"
    assert held[0].training if isinstance(held, list) else True


def test_a_list_of_modules_that_are_also_attributes_does_not_warn():
    net = nn.Module()
    net.layers = []
    for i in range(2):
        net.layers.append(nn.Linear(1, 1))
        net.add_module(f"layer{i}", net.layers[i])
    net.layers.append(net.layers)           # a list may hold itself
    assert list(net.state_dict()) == ["layer0.weight", "layer0.bias", "layer1.weight", "layer1.bias"]


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
    assert [name for name, _ in net.named_parameters()] == ["scale", "first.weight", "shifts.0"]


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
    assert list(net.state_dict()) == ["scale", "steps", *NAMES[1:]]
    net.to("fake")
    assert net.cache.device == net.steps.device == "fake"
    net.steps = minigrad.ones(1)            # still the buffer of this name
    assert net.state_dict()["steps"].tolist() == [1]


def test_modules_and_children_come_in_order_parents_first():
    net = Net()
    assert [name for name, _ in net.named_modules()] == [
        "", "first", "blocks", "blocks.0", "blocks.1", "blocks.1.inner", "blocks.1.inner.0", "shifts"]
    assert [name for name, _ in net.named_children()] == ["first", "blocks", "shifts"]
    assert list(net.modules())[0] is net and list(net.children())[0] is net.first
    assert net.get_submodule("blocks.1.inner.0") is net.blocks[1]["inner"][0]
    assert net.get_submodule("") is net
    assert net.get_parameter("shifts.0") is net.shifts[0]
    assert [n for n, _ in net.named_parameters("net", recurse=False)] == ["net.scale"]


def test_parameters_and_modules_can_be_named_at_run_time():
    net = nn.Module()
    net.register_parameter("weight", nn.Parameter(minigrad.ones(2)))
    net.register_parameter("bias", None)
    net.add_module("layer", nn.Linear(2, 2))
    assert [n for n, _ in net.named_parameters()] == ["weight", "layer.weight", "layer.bias"]
    assert net.bias is None


# What it does to all its tensors


def test_eval_and_train_reach_all_modules_and_never_touch_the_gradient_mode():
    net = nn.Sequential(nn.Linear(3, 3), nn.Sequential(nn.Dropout(), nn.BatchNorm1d(3)))
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
    net = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))
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
    assert [n for n, _ in twin.named_parameters()] == NAMES
    assert list(twin.state_dict()) == list(net.state_dict())
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
    bad = {"0.weight": np.zeros((3, 5)), "0.bias": np.zeros(3), "1.weight": np.zeros((1, 3)),
           "fc.bias": np.zeros(1)}
    with pytest.raises(ValueError) as error:
        net.load_state_dict(bad)
    assert str(error.value) == (
        "load_state_dict: these weights do not fit this Sequential\n"
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
    with pytest.raises(ValueError, match="weight: expected numbers, got <U"):
        layer.load_state_dict({"weight": "ones"}, strict=False)


def test_loading_into_a_weight_that_a_graph_still_needs_is_noticed():
    layer = nn.Linear(2, 2)
    y = layer(layer(normal(1, 2)))
    layer.load_state_dict(layer.state_dict())
    with pytest.raises(RuntimeError, match="written to in place"):
        y.sum().backward()


# Printing


def test_a_model_prints_its_layers_nested():
    net = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1, bias=False), nn.ReLU(inplace=True),
                        nn.ModuleList([nn.Linear(8, 2), nn.Dropout(0.1)]))
    assert repr(net) == """Sequential(
  (0): Conv2d(1, 8, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1), bias=False)
  (1): ReLU(inplace=True)
  (2): ModuleList(
    (0): Linear(in_features=8, out_features=2, bias=True)
    (1): Dropout(p=0.1, inplace=False)
  )
)"""
    line = "        (0): Linear(in_features=4, out_features=2, bias=True)"
    assert repr(Net()).splitlines()[6] == line


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


def test_module_list_names_its_members_by_number():
    net = nn.Module()
    net.layers = nn.ModuleList([nn.Linear(1, 1), nn.Linear(1, 1)])
    assert list(net.state_dict()) == [
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
    assert repr(row) == """ParameterList(
    (0): Parameter containing: [minigrad.float32 of size 2]
    (1): Parameter containing: [minigrad.float32 of size 1]
    (2): Parameter containing: [minigrad.float32 of size 3]
)"""
    assert repr(named) == "ParameterDict(  (a): Parameter containing: [torch.FloatTensor of size 2])"


# Training


def test_a_training_step_copies_nothing_between_devices(device):
    model = nn.Sequential(nn.Embedding(20, 8), nn.TransformerEncoderLayer(8, 2, 16, batch_first=True),
                          nn.Flatten(), nn.Dropout(0.2), nn.Linear(48, 16), nn.BatchNorm1d(16),
                          nn.Unflatten(1, (1, 4, 4)), nn.Conv2d(1, 2, 3), nn.ReLU(), nn.MaxPool2d(2),
                          nn.Flatten(), nn.Linear(2, 3)).to(device)
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
    model = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
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
    assert model.to("cpu", non_blocking=True) is model.share_memory()
    assert model.to("cpu", minigrad.float32, True) is model
    assert model.weight.dtype == np.float32


@pytest.mark.parametrize("name, text", [
    ("compile", "leave it out"), ("to_empty", "with device="),
    ("register_backward_hook", "register_full_backward_hook")])
def test_what_modules_of_pytorch_have_besides_says_what_to_use(name, text, torch):
    assert hasattr(torch.nn.Linear(1, 1), name)
    with pytest.raises(AttributeError, match=f"PyTorch's modules have '{name}', minigrad's do not; .*{text}"):
        getattr(nn.Linear(1, 1), name)


@pytest.mark.parametrize("lib", ["minigrad", pytest.param("torch", marks=pytest.mark.torch)])
def test_a_parameter_gives_way_to_another_or_to_none_but_to_nothing_else(lib, request):
    lib = minigrad if lib == "minigrad" else request.getfixturevalue("torch")
    layer, weight = lib.nn.Linear(2, 3), lib.nn.Parameter(lib.ones(3, 2))
    for value in (lib.ones(3, 2), 0, lib.nn.Tanh()):
        with pytest.raises(TypeError):
            layer.weight = value
    layer.weight, layer.bias = weight, None
    assert [name for name, _ in layer.named_parameters()] == ["weight"] and layer.weight is weight
    del layer.weight
    layer.weight = lib.ones(3, 2)               # del frees the name
    assert list(layer.parameters()) == [] and layer(lib.ones(2)).tolist() == [2.0, 2.0, 2.0]


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
    assert type(model) is nn.Sequential and list(model) == [a, b, c]
    assert model.pop(1) is b and list(model) == [a, c]
    named = nn.ModuleDict({"a": a})
    named.update([("b", b)])
    assert named.pop("a") is a and list(named.items()) == [("b", b)]
    named.clear()
    assert len(named) == 0
    parameters = nn.ParameterDict({"w": ones(2)})
    assert parameters.get("v") is None and parameters.get("w") is parameters["w"]
    assert parameters.setdefault("v", ones(1)) is parameters["v"] and list(parameters.keys()) == ["w", "v"]


def test_a_model_is_the_same_after_pickle():
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.LSTM(4, 2))
    twin = pickle.loads(pickle.dumps(model.eval()))
    x = tensor(np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32))
    assert twin(x)[0].tolist() == model(x)[0].tolist() and not twin.training


def test_programs_find_a_class_by_pytorchs_spelling_of_its_name_and_printing_shows_it():
    model = nn.Sequential(nn.Conv2D(3, 4, 3), nn.BatchNorm2D(4), nn.MaxPool2D(2))
    assert [type(layer).__name__ for layer in model] == ["Conv2d", "BatchNorm2d", "MaxPool2d"]
    assert "BatchNorm2d(4" in repr(model) and "2D" not in repr(model)


def test_a_capital_d_spells_the_same_class():
    spellings = [name for name in dir(nn) if name.endswith(("1d", "2d", "3d"))]
    assert len(spellings) > 60
    for name in spellings:
        assert getattr(nn, name[:-1] + "D") is getattr(nn, name)
