"""The tables `_parameters`, `_buffers` and `_modules` of a module, and containers of None or of anything.

Each function computes its answer with one library; both libraries answer the same.
"""

import copy

import pytest

import minigrad


def linear(lib):
    return lib.nn.Linear(2, 3)


def row(lib, *places):
    return [lib.nn.Linear(1, 1) if each else None for each in places]


def parameter(lib, n=2):
    return lib.nn.Parameter(lib.zeros(n))


def written_parameter(lib):
    m = linear(lib)
    m._parameters["weight"] = lib.nn.Parameter(lib.full((3, 2), 2.0))
    return m.weight.sum().item(), m(lib.ones(1, 2)).shape[1], list(m._parameters), list(m.state_dict())


def removed_parameter(lib):
    m = linear(lib)
    weight = m._parameters["weight"]
    del m._parameters["weight"]
    m.register_parameter("weight_orig", weight)
    m.weight = weight * 1
    return list(m.state_dict()), "weight" in m._parameters, m(lib.ones(1, 2)).shape[1]


def popped_parameter(lib):
    m = linear(lib)
    popped = m._parameters.pop("bias")
    return list(m.state_dict()), hasattr(m, "bias"), m._parameters.pop("bias", 7), popped.numel()


def written_modules(lib):
    m = lib.nn.Module()
    m._modules["x"] = lib.nn.Linear(1, 1)
    m._modules["y"] = None
    before = list(m.state_dict()), list(m._modules), [name for name, _ in m.named_children()], m.y
    del m._modules["x"]
    return before, list(m.state_dict()), hasattr(m, "x"), list(m._modules.keys()), len(m._modules)


def modules_of_sequential(lib):
    m = lib.nn.Sequential()
    m._modules["a"] = lib.nn.ReLU()
    m._modules["b"] = lib.nn.Tanh()
    first = m(lib.tensor([1.0, -1.0])).tolist()
    m._modules["b"] = lib.nn.Identity()
    return first, m(lib.tensor([1.0, -1.0])).tolist(), [type(v).__name__ for v in m._modules.values()]


def every_module(lib):
    m = lib.nn.Sequential(lib.nn.Linear(1, 1), lib.nn.Sequential(lib.nn.ReLU()))
    for name, child in m._modules.items():
        if isinstance(child, lib.nn.Linear):
            m._modules[name] = lib.nn.Tanh()
    return repr(m)


def buffers(lib):
    m = lib.nn.Module()
    m._buffers["b"] = lib.zeros(2)
    m.register_buffer("c", None)
    m.register_buffer("d", lib.zeros(1), persistent=False)
    before = list(m.state_dict()), list(m._buffers), sorted(m._non_persistent_buffers_set)
    m._non_persistent_buffers_set.discard("d")
    m._buffers["b"] = None
    after = list(m.state_dict()), m.b, m._buffers.get("c", 5), "d" in m._buffers
    m._non_persistent_buffers_set.add("d")
    del m.c
    return before, after, list(m.state_dict()), list(m._buffers)


def kinds_that_replace_each_other(lib):
    m = lib.nn.Module()
    m.register_buffer("x", lib.zeros(1))
    m.x = parameter(lib)
    first = list(m._buffers), list(m._parameters)
    m.y = lib.nn.ReLU()
    m.y = parameter(lib)
    return first, list(m._modules), list(m._parameters), list(m.state_dict())


def none_of_layers(lib):
    return [list(m._parameters) for m in (
        lib.nn.Linear(1, 1, bias=False), lib.nn.Conv2d(1, 1, 1, bias=False),
        lib.nn.LSTMCell(1, 1, bias=False), lib.nn.BatchNorm1d(1, affine=False),
        lib.nn.LayerNorm(1, bias=False), lib.nn.GroupNorm(1, 1, affine=False),
        lib.nn.RMSNorm(1, elementwise_affine=False), lib.nn.Bilinear(1, 1, 1, bias=False))]


def whole_tables(lib):
    m = linear(lib)
    twin = copy.copy(m)
    twin._parameters = dict(m._parameters)
    twin._parameters["bias"] = None
    m._modules = {"a": lib.nn.ReLU()}
    return m.bias is None, twin.bias is None, list(twin.state_dict()), repr(m)


def found_by_hand(lib):
    m = linear(lib)
    m.register_buffer("b", lib.ones(1))
    m.child = lib.nn.ReLU()
    found = [type(m.__getattr__(name)).__name__ for name in ("weight", "b", "child")]
    with pytest.raises(AttributeError):
        m.__getattr__("in_features")
    return found


def a_wrapper(lib):
    class Wrapper(lib.nn.Module):
        def __init__(self):
            super().__init__()
            self.net = lib.nn.Linear(4, 5)

        def __getattr__(self, name):
            try:
                return super().__getattr__(name)
            except AttributeError:
                return getattr(self.net, name)
    m = Wrapper()
    return m.in_features, tuple(m.weight.shape), m.net.out_features, list(m.state_dict())


def members(lib):
    m = lib.nn.Sequential(lib.nn.Linear(1, 1), lib.nn.Linear(1, 1, bias=False))
    m[1].weight = m[0].weight

    def own(module):
        return module._parameters.items()
    return ([name for name, _ in m._named_members(own)],
            [name for name, _ in m._named_members(own, prefix="p", remove_duplicate=False)],
            [name for name, _ in m._named_members(lambda module: module._modules.items(), recurse=False)])


def flat_weights(lib):
    return [(m._flat_weights_names, m._all_weights, len(m._flat_weights), len(m.all_weights)) for m in (
        lib.nn.LSTM(2, 3, 2, bidirectional=True, proj_size=1), lib.nn.GRU(2, 3, bias=False))]


def list_with_none(lib):
    m = lib.nn.ModuleList(row(lib, 1, 0, 1))
    first = len(m), list(m.state_dict()), [each is None for each in m], m[1], repr(m)
    m.append(None)
    m.insert(0, None)
    m[1] = None
    del m[3]
    return first, list(m.state_dict()), [each is None for each in m], [name for name, _ in m.named_modules()]


def sequential_with_none(lib):
    m = lib.nn.Sequential(*row(lib, 1, 0, 1))
    with pytest.raises(TypeError):
        m(lib.ones(1, 1))
    return len(m), list(m.state_dict()), repr(m), [each is None for each in m[1:]]


def dict_with_none(lib):
    m = lib.nn.ModuleDict({"a": lib.nn.Linear(1, 1), "b": None})
    first = len(m), list(m.state_dict()), m["b"], list(m.keys()), repr(m), "b" in m
    return first, m.pop("b"), list(m.keys())


def slices(lib):
    m = lib.nn.ModuleList(row(lib, 1, 1, 0, 1))
    p = lib.nn.ParameterList([parameter(lib, n) for n in (1, 2, 3)])
    s = lib.nn.Sequential(*row(lib, 1, 1, 1, 1))
    del s[1:3]
    for container in (m, p, s):
        with pytest.raises(TypeError):
            container[range(1)]
    q = lib.nn.ParameterList([p[i] for i in range(2)])
    return (list(m[1:].state_dict()), [each.numel() for each in p[::2]], type(p[:1]).__name__,
            list(s.state_dict()), len(q), [each.numel() for each in p[-2:]])


def nested_parameter_list(lib):
    m = lib.nn.ParameterList([parameter(lib), lib.nn.ParameterList([parameter(lib)]), 3, None, lib.zeros(1),
                              lib.nn.ReLU(), "word"])
    m[6] = "other"
    return (len(m), list(m.state_dict()), [type(each).__name__ for each in m], m[6], m[-4],
            [name for name, _ in m.named_modules()])


def nested_parameter_dict(lib):
    m = lib.nn.ParameterDict({"n": None, "a": parameter(lib),
                              "b": lib.nn.ParameterDict({"c": parameter(lib)}),
                              "i": 4, "t": lib.zeros(1)})
    m["h"] = lib.nn.Linear(1, 1)
    m.update([("z", parameter(lib)), ("k", 1)])
    return (len(m), list(m), list(m.state_dict()), [type(each).__name__ for each in m.values()], m.i,
            list(reversed(m)), m.get("q"), m.setdefault("d"), dict(m.fromkeys(["x"], 1)), m.pop("i"),
            "i" in m,
            m.popitem()[0], list(m.copy()))


FUNCTIONS = [written_parameter, removed_parameter, popped_parameter, written_modules, modules_of_sequential,
             every_module, buffers, kinds_that_replace_each_other, none_of_layers, whole_tables,
             found_by_hand,
             a_wrapper, members, flat_weights, list_with_none, sequential_with_none, dict_with_none, slices,
             nested_parameter_list, nested_parameter_dict]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__name__)
def test_both_libraries_answer_the_same(function, torch):
    assert function(minigrad) == function(torch)


@pytest.mark.parametrize("name, make", [
    ("buffer", lambda lib: lib.zeros(1)), ("layer", lambda lib: lib.nn.ReLU()),
    ("weight", lambda lib: lib.nn.Parameter(lib.zeros(1)))])
@pytest.mark.parametrize("as_none", [False, True])
def test_what_has_a_place_in_a_table_gives_way_to_its_kind_only(name, make, as_none, torch):
    for lib in (torch, minigrad):
        m = lib.nn.Module()
        if name == "buffer":
            m.register_buffer(name, None if as_none else make(lib))
        elif name == "layer":
            m.add_module(name, None if as_none else make(lib))
        else:
            m.register_parameter(name, None if as_none else make(lib))
        for wrong in (3, "text", *([] if name == "buffer" else [lib.zeros(1)])):
            with pytest.raises(TypeError):
                setattr(m, name, wrong)
        for right in (make(lib), None, make(lib)):
            setattr(m, name, right)
            assert getattr(m, name) is right
