"""`import torch` under the hook gives minigrad, and PyTorch's other addresses exist."""

import importlib
import importlib.metadata
import os
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

import minigrad
from minigrad.torch import finder

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys
import torch, torch.nn as nn, torch.nn.functional as F
from torch.autograd import Variable
from torch.nn.modules.utils import _pair
from torch.optim.lr_scheduler import StepLR
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
model = nn.DataParallel(nn.Sequential(nn.Linear(3, 4), nn.ReLU(inplace=True), nn.Linear(4, 2)))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = StepLR(optimizer, 1)
data = TensorDataset(torch.randn(8, 3), torch.LongTensor([0, 1] * 4))
for x, y in DataLoader(data, 4):
    loss = F.cross_entropy(model(Variable(x)), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
scheduler.step()
print(round(loss.item(), 4), _pair(2), x.shape, x.type(), isinstance(x, torch.FloatTensor))
print(list(model.state_dict())[0])
print(torch.jit.is_scripting(), torch.cuda.is_available(), torch.tensor([0.5, 2]), sys.argv[1:], __name__)
"""
PRINTED = """0.6991 (2, 2) torch.Size([4, 3]) torch.FloatTensor True
module.0.weight
False False tensor([0.5000, 2.0000]) ['--epochs', '3'] __main__
"""


def run(*arguments, folder, code=None):
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, cwd=folder,
                          env={**os.environ, "PYTHONPATH": str(ROOT)})
    return done.stdout, done.stderr, done.returncode


@pytest.fixture
def program(tmp_path):
    path = tmp_path / "program.py"
    path.write_text(PROGRAM, encoding="utf-8")
    return path


def test_a_program_of_pytorch_runs_unchanged(program, tmp_path):
    assert run("-m", "minigrad", "run", str(program), "--epochs", "3", folder=tmp_path) == (PRINTED, "", 0)
    out, _, code = run("-m", "minigrad", "run", "-m", "program", "--epochs", "3", folder=tmp_path)
    assert (out, code) == (PRINTED, 0)


@pytest.mark.torch
def test_pytorch_prints_the_same(program, tmp_path):
    out, _, code = run(str(program), "--epochs", "3", folder=tmp_path)
    assert (out, code) == (PRINTED, 0)


def test_the_exit_code_and_the_traceback_are_the_programs(tmp_path):
    path = tmp_path / "wrong.py"
    path.write_text("import torch\ntorch.ones(2) @ torch.ones(3)\n", encoding="utf-8")
    _, error, code = run("-m", "minigrad", "run", str(path), folder=tmp_path)
    assert code == 1 and 'wrong.py", line 2' in error and "ValueError: matmul" in error
    path.write_text("import sys\nsys.exit(7)\n", encoding="utf-8")
    assert run("-m", "minigrad", "run", str(path), folder=tmp_path)[2] == 7
    _, error, code = run("-m", "minigrad", "run", "nowhere.py", folder=tmp_path)
    assert code == 2 and "there is no file nowhere.py" in error


def test_a_block_ends_and_all_is_as_before():
    before = finder.loaded()
    with minigrad.as_torch():
        import torch
        assert torch.nn.Linear is minigrad.nn.Linear and repr(torch.ones(2).shape) == "torch.Size([2])"
        assert importlib.metadata.version("torch") == torch.__version__ == finder.VERSION
        assert importlib.util.find_spec("torch.nn.functional") is not None
    assert finder.loaded() == before and repr(minigrad.ones(2).shape) == "minigrad.Size([2])"


@pytest.fixture
def hook():
    with minigrad.as_torch():
        yield importlib.import_module("torch")


@pytest.mark.parametrize("address", [
    *(f"nn.modules.{name}" for name in finder.FILES["nn.modules"].split()),
    *(f"distributions.{name}" for name in ("normal", "categorical")), "optim.adam", "optim.optimizer",
    "utils.data.dataloader", "utils.data.sampler", "nn.parameter", "autograd.function", "cuda.amp", "jit",
    "fx", "_dynamo", "compiler", "distributed", "multiprocessing", "overrides", "hub", "onnx", "types",
    "random", "testing", "utils.checkpoint", "utils._pytree", "nn.utils.rnn", "nn.attention", "version"])
def test_pytorchs_modules_exist(hook, address):
    assert importlib.import_module("torch." + address).__name__ == "torch." + address


def test_a_missing_module_is_missing(hook):
    for name in ("torch.utils.tensorboard", "torch.nn.modules.nonsense", "torch.nonsense"):
        with pytest.raises(ModuleNotFoundError):
            importlib.import_module(name)
    with pytest.raises(AttributeError, match="did you mean minigrad.zeros?"):
        hook.zeroes         # noqa: B018


def test_what_a_program_sets_stays_in_the_mirror(hook):
    hook.backends.cudnn.benchmark = True
    assert hook.backends.cudnn.benchmark is True and minigrad.backends.cudnn.benchmark is False


@pytest.mark.parametrize("name, dtype", [
    ("Float", "float32"), ("Double", "float64"), ("Half", "float16"), ("Long", "int64"), ("Int", "int32"),
    ("Short", "int16"), ("Char", "int8"), ("Byte", "uint8"), ("Bool", "bool")])
def test_legacy_types_make_tensors_and_ask_for_the_dtype(hook, name, dtype):
    kind = getattr(hook, name + "Tensor")
    assert kind(2, 3).shape == (2, 3) and kind(2, 3).dtype == dtype and kind().shape == (0,)
    assert kind([[0, 1]]).tolist() == [[0, 1]] and kind(np.ones((2, 2))).dtype == dtype
    assert kind(hook.Size([2, 1])).shape == (2, 1)
    assert isinstance(kind(1), kind) and not isinstance(np.ones(1), kind)
    assert not isinstance(kind(1), hook.FloatTensor if dtype != "float32" else hook.LongTensor)
    assert hook.ones(2).type(kind).dtype == dtype
    with pytest.raises(TypeError, match="expected a tensor of"):
        kind(hook.ones(2, dtype=hook.int64 if dtype != "int64" else hook.float32))


def test_a_variable_is_a_tensor(hook):
    x = hook.ones(2, requires_grad=True)
    y = hook.autograd.Variable(x * 2)
    assert y.requires_grad and not y.is_leaf and isinstance(y, hook.autograd.Variable)
    y.sum().backward()
    assert x.grad.tolist() == [2, 2]
    leaf = hook.autograd.Variable(hook.ones(2), requires_grad=True)
    assert leaf.is_leaf and leaf.requires_grad
    with pytest.warns(UserWarning, match="volatile was removed"):
        hook.autograd.Variable(hook.ones(2), volatile=True)


def test_the_compiler_and_the_tracer_return_what_they_get(hook):
    def double(x):
        return x * 2

    for wrapped in (hook.compile(double), hook.compile(mode="default")(double), hook.jit.script(double),
                    hook.jit.trace(double, hook.ones(1)), hook.jit.ignore(double), hook.jit.unused(double),
                    hook.jit.ignore(drop=True)(double), hook.fx.wrap(double), hook.compiler.disable(double)):
        assert wrapped is double
    assert not hook.jit.is_scripting() and not hook.compiler.is_compiling()
    for refused in (hook.fx.symbolic_trace, hook.jit.save, hook.onnx.export, hook.hub.load):
        with pytest.raises(NotImplementedError):
            refused(double)


def test_bfloat16_is_float32_with_one_warning(hook, monkeypatch):
    monkeypatch.setattr(minigrad.autograd.arrays.Default, "warned", False)
    with pytest.warns(UserWarning, match="NumPy has no bfloat16: these numbers are float32") as caught:
        x = hook.ones(2).bfloat16()
        y = hook.ones(2, dtype=hook.bfloat16)
        hook.nn.Linear(2, 2).to(hook.bfloat16)
    assert len(caught) == 1 and x.dtype == y.dtype == hook.float32 and hook.finfo(hook.bfloat16).bits == 32


def test_questions_about_memory_and_kind_have_answers():
    x = minigrad.ones(3, 4)
    assert not (x.is_sparse or x.is_quantized or x.is_mkldnn or x.is_xpu or x.is_meta) and x.is_cpu
    assert x[1].storage_offset() == 4 and x[1].untyped_storage().data_ptr() == x.data_ptr()
    assert (x.itemsize, x.nbytes, x.untyped_storage().nbytes()) == (4, 48, 48)
    assert x.new(2, 3).shape == (2, 3) and x.new([1, 2]).dtype == x.dtype and x.new(x.shape).shape == (3, 4)


def test_trees_come_apart_and_together(hook):
    from torch.utils._pytree import tree_flatten, tree_map, tree_unflatten
    tree = {"a": [1, (2, 3)], "b": {}}
    leaves, spec = tree_flatten(tree)
    assert leaves == [1, 2, 3] and spec.num_leaves == 3 and tree_unflatten(leaves, spec) == tree
    assert tree_map(lambda x, y: x + y, [1, (2,)], [10, (20,)]) == [11, (22,)]
    with pytest.raises(ValueError, match="has 3 leaves, got 2"):
        tree_unflatten([1, 2], spec)


@pytest.mark.parametrize("name, function, point", [
    ("jacobian", lambda x: x ** 2, [1.0, 2.0]), ("hessian", lambda x: (x ** 3).sum(), [1.0, 2.0]),
    ("vjp", lambda x: (x ** 2).sum(), [1.0, 2.0]), ("jvp", lambda x: x ** 2, [1.0, 2.0]),
    ("vhp", lambda x: (x ** 3).sum(), [1.0, 2.0]), ("hvp", lambda x: (x ** 3).sum(), [1.0, 2.0])])
def test_autograd_functional(hook, name, function, point):
    x = hook.tensor(point)
    v = () if name in ("jacobian", "hessian", "vjp") else (hook.tensor([1.0, 10.0]),)
    result = getattr(hook.autograd.functional, name)(function, x, *v)
    expected = {"jacobian": [[2, 0], [0, 4]], "hessian": [[6, 0], [0, 12]], "vjp": [2, 4], "jvp": [2, 40],
                "vhp": [6, 120], "hvp": [6, 120]}[name]
    found = result[1] if isinstance(result, tuple) else result
    assert found.tolist() == expected and not found.requires_grad


def test_assert_close_names_the_first_difference(hook):
    hook.testing.assert_close({"a": [hook.ones(2)]}, {"a": [hook.ones(2)]})
    with pytest.raises(AssertionError, match=r"1 of 2 elements differ, the first at \(1,\): 1.0 and 2.0"):
        hook.testing.assert_close(hook.ones(2), hook.tensor([1.0, 2.0]))
    with pytest.raises(AssertionError, match="the dtypes differ"):
        hook.testing.assert_close(hook.ones(2), hook.ones(2).double())


def test_random_numbers_in_fork_rng_change_nothing_after_it(hook):
    hook.manual_seed(0)
    with hook.random.fork_rng():
        inside = hook.rand(2)
    assert hook.rand(2).tolist() == inside.tolist()


def test_importing_minigrad_does_not_load_the_room():
    code = "import sys, minigrad; print([n for n in sys.modules if n.startswith('minigrad.torch')])"
    assert run("-c", code, folder=ROOT)[0] == "[]\n"


def test_all_files_of_the_room_load_without_a_warning(hook):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for path in sorted((ROOT / "minigrad" / "torch").glob("*.py")):
            importlib.import_module(f"minigrad.torch.{path.stem}")
