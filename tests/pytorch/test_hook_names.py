"""What programs ask for under the hook: dtypes, files, registered ops, and names without a meaning."""

import argparse
import copy
import importlib
import io
import pickle
import warnings

import numpy as np
import pytest

import minigrad


def assert_same(run, torch):
    """run() is the same in PyTorch and under the hook; PyTorch first, which imports parts of itself late."""
    theirs = run(torch)
    with minigrad.as_torch():
        assert run(importlib.import_module("torch")) == theirs


@pytest.fixture
def hook():
    with minigrad.as_torch():
        yield importlib.import_module("torch")


@pytest.mark.parametrize("name", ["float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8",
                                  "bool", "complex64", "complex128", "bfloat16", "uint16", "float8_e4m3fn"])
def test_dtypes_print_as_pytorchs(torch, hook, name):
    ours, theirs = getattr(hook, name), getattr(torch, name)
    assert (repr(ours), str(ours), f"{ours}") == (repr(theirs), str(theirs), f"{theirs}")
    assert (ours.is_floating_point, ours.is_complex) == (theirs.is_floating_point, theirs.is_complex)
    assert isinstance(ours, hook.dtype) and ours is not None and pickle.loads(pickle.dumps(ours)) is ours
    assert copy.deepcopy(ours) is ours and {ours: 1}[getattr(hook, name)] == 1


def test_a_tensors_dtype_is_pytorchs_object_and_numpy_takes_it(hook):
    x = hook.ones(2)
    assert x.dtype is hook.float32 and x.double().dtype is hook.float64 and x.dtype != hook.float64
    assert np.zeros(2, x.dtype).dtype == "float32" and x.to(x.dtype) is x
    assert hook.zeros(2, dtype=hook.int32).sum().dtype is hook.int64 and hook.get_default_dtype() is x.dtype
    assert hook.result_type(x, 1.0) is hook.promote_types(hook.float32, hook.int64) is hook.float32
    with pytest.raises(TypeError, match="torch.uint16 is not a dtype"):
        hook.zeros(2, dtype=hook.uint16)


def test_after_the_block_dtypes_are_numpys_again():
    with minigrad.as_torch():
        x = minigrad.ones(2)
        assert repr(x.dtype) == "torch.float32"
    assert type(x.dtype) is type(np.dtype("float32")) and not hasattr(minigrad.Tensor, "coalesce")


@pytest.mark.parametrize("name", ["float16", "float32", "float64"])
def test_limits_are_python_numbers_that_print_as_pytorchs(torch, hook, name):
    ours, theirs = hook.finfo(getattr(hook, name)), torch.finfo(getattr(torch, name))
    for each in ("bits", "eps", "max", "min", "tiny", "smallest_normal", "resolution", "dtype"):
        assert repr(getattr(ours, each)) == repr(getattr(theirs, each)), each
    assert repr(ours) == repr(theirs) and repr(hook.iinfo(hook.int32)) == repr(torch.iinfo(torch.int32))


def test_tensor_of_an_array_is_of_the_default_dtype(hook):
    assert hook.Tensor(np.ones(2)).dtype is hook.float32 and hook.Tensor(2, 3).shape == (2, 3)
    assert isinstance(hook.ones(1), hook.Tensor) and type(hook.ones(1)) == hook.Tensor      # noqa: E721
    assert issubclass(hook.nn.Parameter, hook.Tensor) and not isinstance(np.ones(1), hook.Tensor)

    class Mine(hook.Tensor):
        pass

    class Rows(hook.Tensor):
        def __new__(cls, data):
            return hook.as_tensor(data).unsqueeze(0).as_subclass(cls)

    assert type(Rows([1.0, 2.0])) is Rows and Rows([1.0, 2.0]).tolist() == [[1, 2]]
    x = hook.ones(2, requires_grad=True)
    y = (x * 2).as_subclass(Mine)
    y.sum().backward()
    assert type(y) is Mine and not isinstance(x, Mine) and x.grad.tolist() == [2, 2]


def test_numpys_functions_of_a_tensor_give_tensors(hook):
    x = hook.tensor([1.0, 2.0])
    assert isinstance(np.log(x), hook.Tensor) and np.log(x).tolist() == hook.log(x).tolist()
    with pytest.raises(RuntimeError, match="requires grad"):
        np.log(x.requires_grad_())


def test_a_file_of_weights_is_pytorchs(torch, tmp_path):
    with minigrad.as_torch():
        hook = importlib.import_module("torch")
        hook.save({"w": hook.ones(2), "lr": 0.5}, tmp_path / "w.pt")
    assert torch.load(tmp_path / "w.pt")["w"].tolist() == [1, 1]


def test_a_file_may_hold_a_whole_module(hook, tmp_path):
    model, path = hook.nn.Sequential(hook.nn.Linear(2, 3), hook.nn.LSTM(3, 1)), tmp_path / "m.pt"
    hook.save(model, path)
    again = hook.load(path, weights_only=False)
    assert repr(again) == repr(model) and hook.equal(again[0].weight, model[0].weight)
    with pytest.raises(pickle.UnpicklingError, match="weights_only=False"):
        hook.load(path)
    file = io.BytesIO()
    hook.save({"args": argparse.Namespace(lr=1), "dtype": hook.float64}, file)
    file.seek(0)
    held = hook.load(file, weights_only=False)
    assert held["args"].lr == 1 and held["dtype"] is hook.float64


def test_names_without_a_meaning_may_be_imported_but_not_used(hook):
    from torch.distributed.fsdp import FullyShardedDataParallel, ShardingStrategy
    from torch.fx import Tracer
    from torch.quantization import MinMaxObserver

    class Mine(Tracer):
        pass

    assert not isinstance(hook.nn.Linear(1, 1), FullyShardedDataParallel) and ShardingStrategy.FULL_SHARD
    for name, why in ((FullyShardedDataParallel, "one process"), (Mine, "no tracer"),
                      (MinMaxObserver, "no quantized numbers"), (hook.export.export, "no exporter")):
        with pytest.raises(NotImplementedError, match=why):
            name(None, 1)


def test_sparse_tensors_are_dense_with_one_warning(torch, hook, monkeypatch):
    from minigrad.torch import names
    monkeypatch.setattr(names.Dense, "told", False)
    indices, values = [[0, 1, 1], [2, 0, 2]], [3.0, 4.0, 5.0]
    with pytest.warns(UserWarning, match="all tensors are dense here") as caught:
        ours = hook.sparse_coo_tensor(indices, values, (2, 3))
        csr = hook.sparse_csr_tensor([0, 1, 3], [2, 0, 2], values, (2, 3))
    assert len(caught) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")         # PyTorch warns that its layout is young
        theirs = torch.sparse_coo_tensor(indices, values, (2, 3))
    assert ours.tolist() == csr.tolist() == theirs.to_dense().tolist() == ours.to_dense().tolist()
    twice = hook.ones(3, 2)
    assert hook.sparse.mm(ours, twice).tolist() == torch.sparse.mm(theirs, torch.ones(3, 2)).tolist()


def test_ops_of_many_tensors(torch):
    def run(library):
        x = [library.ones(2), 2 * library.ones(1)]
        library._foreach_add_(x, [library.ones(2), library.ones(1)], alpha=2)
        library._foreach_lerp_(x, [library.zeros(2), library.zeros(1)], 0.25)
        library._foreach_addcdiv_(x, x, [library.ones(2), library.ones(1)], [1.0, 2.0])
        return [each.tolist() for each in (*x, *library._foreach_norm(x), *library._foreach_mul(x, 3.0))]
    assert_same(run, torch)


def test_a_registered_op_has_the_gradient_that_the_program_gave(hook):
    @hook.library.custom_op("mine::cube", mutates_args=())
    def cube(x: hook.Tensor) -> hook.Tensor:
        return x ** 3

    @cube.register_fake
    def _(x):
        return hook.empty_like(x)

    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(inputs[0])

    cube.register_autograd(lambda ctx, g: g * 30 * ctx.saved_tensors[0] ** 2, setup_context=setup_context)
    x = hook.tensor([2.0], requires_grad=True)
    hook.ops.mine.cube(x).sum().backward()
    assert x.grad.tolist() == [120.0] and hook.ops.aten.relu.default(x - 3).tolist() == [0.0]
    with pytest.raises(AttributeError, match="has no op 'square'"):
        hook.ops.mine.square        # noqa: B018


def test_flex_attention_is_pytorchs(torch):
    rng = np.random.RandomState(0)
    arrays = [rng.randn(2, 4, 5, 8), rng.randn(2, 2, 5, 8), rng.randn(2, 2, 5, 8)]

    def run(library, flex):
        q, k, v = (library.tensor(a, dtype=library.float32) for a in arrays)
        bias = library.arange(4) / 4
        mask = flex.create_block_mask(lambda b, h, i, j: i >= j, None, None, 5, 5, device="cpu")
        y, total = flex.flex_attention(q, k, v, score_mod=lambda s, b, h, i, j: s + bias[h] * (i - j),
                                       block_mask=mask, enable_gqa=True, return_lse=True)
        return y.numpy(), total.numpy()

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")         # PyTorch warns that it is not compiled
        theirs = run(torch, importlib.import_module("torch.nn.attention.flex_attention"))
    ours = run(minigrad, importlib.import_module("minigrad.torch.nn_attention_flex_attention"))
    for a, b in zip(ours, theirs):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_modules_load_what_their_own_methods_rename(torch):
    def run(library):
        nn = library.nn

        class Own(nn.Module):
            def __init__(self):
                super().__init__()
                self.layer, self.seen = nn.Linear(1, 1), 0

            def state_dict(self, destination=None, prefix="", keep_vars=False):
                found = super().state_dict(destination=destination, prefix=prefix, keep_vars=keep_vars)
                found[prefix + "seen"] = library.tensor(float(self.seen))
                return found

            def _load_from_state_dict(self, state_dict, prefix, *rest):
                self.seen = state_dict.pop(prefix + "seen").item()
                if prefix + "old" in state_dict:
                    state_dict[prefix + "layer.bias"] = state_dict.pop(prefix + "old")
                super()._load_from_state_dict(state_dict, prefix, *rest)

        model, told = nn.Sequential(Own(), nn.Linear(1, 1)), []
        state = model.state_dict()
        names = list(state)
        state["0.seen"], state["0.old"] = library.tensor(5.0), state.pop("0.layer.bias") * 0 + 2
        model[1]._register_load_state_dict_pre_hook(
            lambda state, prefix, *rest: state.update({prefix + "bias": library.full((1,), 4.0)}))
        model.register_load_state_dict_post_hook(
            lambda module, result: told.append(result.unexpected_keys[:]))
        state["more"] = library.ones(1)
        result = model.load_state_dict(state, strict=False)
        return names, repr(result), told, model[0].seen, model[0].layer.bias.item(), model[1].bias.item()

    assert_same(run, torch)


def test_a_backward_may_compute_again_with_what_it_saved(torch):
    def run(library):
        class Again(library.autograd.Function):
            @staticmethod
            def forward(ctx, x, weight):
                ctx.save_for_backward(x, weight)
                return (x * weight).tanh()

            @staticmethod
            def backward(ctx, g):
                x, weight = ctx.saved_tensors
                with library.enable_grad():
                    x = x.detach().requires_grad_()
                    y = (x * weight).tanh()
                    return library.autograd.grad(y, (x, weight), g)

        x, weight = (library.tensor(a, requires_grad=True) for a in ([0.5, -1.0], [2.0, 0.25]))
        Again.apply(x, weight).sum().backward()
        return [round(value, 6) for value in x.grad.tolist() + weight.grad.tolist()]

    assert run(minigrad) == run(torch)


def test_a_number_is_in_a_tensor(torch):
    for library in (minigrad, torch):
        x = library.tensor([1.0, 2.0])
        assert 2 in x and library.tensor(1.0) in x and 3 not in x
    with pytest.raises(TypeError, match="expected a number or a tensor"):
        "a" in minigrad.ones(2)         # noqa: B015


def test_integers_and_booleans_made_of_a_tensor_are_outside_the_graph(torch):
    def run(library):
        x = library.tensor([0.5, 2.0], requires_grad=True)
        made = [x.bool(), x.long(), x.to(library.int32), x.bool().to(x), x.byte().float(), x.double()]
        (x.bool().to(x) * x).sum().backward()
        return [each.requires_grad for each in made], x.grad.tolist()

    assert run(minigrad) == run(torch)


def test_repeat_gives_memory_to_write_into(torch):
    def run(library):
        x, y = library.tensor(4.0).repeat(2), library.eye(2)[None].repeat(2, 1, 1)
        x[1], y[:, 0, 1] = 8, 5
        return x.tolist(), y.tolist(), library.randperm(library.tensor(3)).shape[0]

    assert run(minigrad) == run(torch)


@pytest.mark.parametrize("mode", ["bilinear", "bicubic"])
@pytest.mark.parametrize("settings", [
    {"size": (5, 4)}, {"size": (20, 30)}, {"scale_factor": 0.37}, {"size": (5, 6), "align_corners": True},
    {"scale_factor": (0.5, 1.7), "recompute_scale_factor": True}, {"size": (13, 17)}])
def test_antialias_is_pytorchs(torch, mode, settings):
    array = np.random.RandomState(0).randn(2, 3, 13, 17)

    def run(library):
        x = library.tensor(array, requires_grad=True)
        y = library.nn.functional.interpolate(x, mode=mode, antialias=True, **settings)
        (y * y).sum().backward()
        return y.detach().numpy(), x.grad.numpy()

    for ours, theirs in zip(run(minigrad), run(torch)):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12)
