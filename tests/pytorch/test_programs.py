"""PyTorch programs run on minigrad by swapping the import, and compute the same.

programs/ holds typical PyTorch programs. Each has

    build() -> model                inputs(rng) -> NumPy arrays
    train(model, *tensors)          several steps of its optimizers; returns the losses
    outputs(model, *tensors)        what the trained model returns: one tensor or several

and runs unchanged on PyTorch, and on minigrad with only its `import torch` lines changed.
"""

import re
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import minigrad

PROGRAMS = Path(__file__).parent / "programs"
NAMES = sorted(path.stem for path in PROGRAMS.glob("*.py"))


def swapped(source):
    """The program on minigrad instead of PyTorch: only its import lines change."""
    source = re.sub(r"^import torch$", "import minigrad as torch", source, flags=re.MULTILINE)
    source = re.sub(r"^import torch\.utils\.data$", "import minigrad.utils.data", source, flags=re.MULTILINE)
    return re.sub(r"^(import|from) torch\b", r"\1 minigrad", source, flags=re.MULTILINE)


def program(name, swap):
    path = PROGRAMS / f"{name}.py"
    source = path.read_text(encoding="utf-8")
    module = ModuleType(name)
    exec(compile(swapped(source) if swap else source, str(path), "exec"), vars(module))
    return module


def inputs(run, dtype):
    return [a.astype(dtype) if a.dtype.kind == "f" else a for a in run.inputs(np.random.default_rng(0))]


def as_list(outputs):
    return list(outputs) if isinstance(outputs, (tuple, list)) else [outputs]


@pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors")     # PyTorch's own encoder
@pytest.mark.parametrize("name", NAMES)
def test_a_program_computes_what_it_computes_with_pytorch(name, torch):
    torch.set_num_threads(1)        # with tensors this small, threads only wait for each other
    theirs, ours = program(name, swap=False), program(name, swap=True)
    expected, model = theirs.build().double().cpu(), ours.build().double().cpu()
    assert list(model.state_dict()) == list(expected.state_dict())
    model.load_state_dict({key: minigrad.tensor(value.numpy())
                           for key, value in expected.state_dict().items()})
    arrays = inputs(ours, np.float64)
    # Optimizer steps accumulate rounding errors, so only half of the 16 digits must agree.
    close = {"rtol": 1e-8, "atol": 1e-8}
    their_tensors, our_tensors = [torch.tensor(a) for a in arrays], [minigrad.tensor(a) for a in arrays]

    losses = ours.train(model, *our_tensors)
    np.testing.assert_allclose(losses, theirs.train(expected, *their_tensors), **close, err_msg="losses")
    gradients = {key: p.grad for key, p in model.named_parameters()}
    for key, p in expected.named_parameters():
        assert (gradients[key] is None) == (p.grad is None), key
        if p.grad is not None:
            np.testing.assert_allclose(gradients[key].numpy(), p.grad.numpy(), **close,
                                       err_msg=f"gradient of {key}")
    for key, value in expected.state_dict().items():
        np.testing.assert_allclose(model.state_dict()[key].numpy(), value.numpy(), **close, err_msg=key)
    found = as_list(ours.outputs(model, *our_tensors))
    wanted = as_list(theirs.outputs(expected, *their_tensors))
    assert len(found) == len(wanted)
    for i, (y, z) in enumerate(zip(found, wanted)):
        assert tuple(y.shape) == tuple(z.shape) and str(y.dtype) == str(z.dtype).removeprefix("torch."), i
        np.testing.assert_allclose(y.detach().numpy(), z.detach().numpy(), **close, err_msg=f"output {i}")


@pytest.mark.parametrize("name", NAMES)
def test_a_program_learns_in_float32_on_every_device(name, device):
    run = program(name, swap=True)
    model = run.build().to(device)
    tensors = [minigrad.tensor(a, device=device) for a in inputs(run, np.float32)]
    losses = run.train(model, *tensors)
    assert losses[-1] < losses[0]
    assert {p.dtype for p in model.parameters()} == {minigrad.float32}
    for y in as_list(run.outputs(model, *tensors)):
        assert y.dtype in (minigrad.float32, minigrad.int64) and minigrad.isfinite(y).all()


# Names that such programs also use


def test_without_a_gpu_programs_are_told_so_and_seeding_it_does_no_harm(monkeypatch):
    def none_here(device):
        raise RuntimeError("no NVIDIA driver")
    monkeypatch.setattr(minigrad.backend.cuda, "module_on", none_here)
    assert minigrad.cuda.is_available() is False
    assert minigrad.cuda.device_count() == minigrad.cuda.memory_allocated() == 0
    minigrad.cuda.empty_cache()
    with pytest.raises(RuntimeError, match="no NVIDIA driver"):
        minigrad.cuda.synchronize()


def test_seeding_the_gpus_leaves_the_numbers_of_the_host():
    minigrad.manual_seed(3)
    expected = minigrad.rand(4).tolist()
    minigrad.manual_seed(3)
    minigrad.cuda.manual_seed_all(5)
    assert minigrad.rand(4).tolist() == expected


def test_a_generator_of_its_own_gives_the_numbers_of_its_seed_again():
    generator = minigrad.Generator(device="cpu").manual_seed(7)
    first = minigrad.randn(3, generator=generator).tolist()
    assert minigrad.randn(3, generator=generator.manual_seed(7)).tolist() == first
    loader = minigrad.utils.data.DataLoader(list(range(6)), batch_size=6, shuffle=True, generator=generator)
    generator.manual_seed(7)
    order = next(iter(loader)).tolist()
    assert sorted(order) == list(range(6)) and next(iter(loader)).tolist() != order
    generator.manual_seed(7)
    assert next(iter(loader)).tolist() == order


def test_checkpoint_stands_where_pytorch_has_it():
    from minigrad.utils.checkpoint import checkpoint
    x = minigrad.tensor([1.0, 2.0], requires_grad=True)
    checkpoint(lambda x: x * x, x, use_reentrant=False).sum().backward()
    assert x.grad.tolist() == [2.0, 4.0]
    with pytest.raises(ValueError, match="use_reentrant=False"):
        checkpoint(lambda x: x, x, use_reentrant=True)


def test_grad_has_one_meaning_of_only_inputs():
    x = minigrad.tensor([1.0], requires_grad=True)
    with pytest.raises(ValueError, match="only_inputs must be True, got False"):
        minigrad.autograd.grad(x * x, x, only_inputs=False)


def test_names_that_programs_use_in_passing():
    x = minigrad.tensor([1.0, -2.0])
    assert minigrad.is_tensor(x) and not minigrad.is_tensor([1.0])
    assert minigrad.is_floating_point(x) and minigrad.numel(x) == x.nelement() == 2
    assert isinstance(x.dtype, minigrad.dtype) and isinstance(x.shape, minigrad.Size)
    assert minigrad.finfo(x.dtype).max == np.finfo(np.float32).max
    assert minigrad.iinfo(minigrad.int8).max == 127
    assert (minigrad.tensor([minigrad.inf, -minigrad.inf]).isinf()).all() and minigrad.pi == np.pi
    assert x[minigrad.newaxis].shape == (1, 2)
    assert not x.is_cuda and x.to("cpu", non_blocking=True) is x
    with minigrad.inference_mode():
        assert not (minigrad.tensor([1.0], requires_grad=True) * 2).requires_grad
    loader = minigrad.utils.data.DataLoader([1, 2], batch_size=2, pin_memory=True, persistent_workers=False)
    assert next(iter(loader)).tolist() == [1, 2]


@pytest.mark.parametrize("call, expected", [
    (lambda x: x.masked_fill_(x < 0, 9.0), [1.0, 9.0, 3.0]),
    (lambda x: x.index_add_(0, minigrad.tensor([0, 0]), minigrad.tensor([1.0, 2.0])), [4.0, -2.0, 3.0]),
    (lambda x: x.scatter_add_(0, minigrad.tensor([2]), minigrad.tensor([5.0])), [1.0, -2.0, 8.0]),
    (lambda x: x.relu_(), [1.0, 0.0, 3.0]),
    (lambda x: x.square_(), [1.0, 4.0, 9.0]),
    (lambda x: x.abs_(), [1.0, 2.0, 3.0]),
    (lambda x: x.remainder_(2.0), [1.0, 0.0, 1.0]),
    (lambda x: x.logical_not_(), [0.0, 0.0, 0.0]),
])
def test_methods_in_place_write_into_the_tensor_itself(call, expected):
    x = minigrad.tensor([1.0, -2.0, 3.0])
    view = x[:]
    assert call(x) is x and view.tolist() == expected
    weight = minigrad.tensor([1.0, -2.0, 3.0], requires_grad=True)
    with pytest.raises(RuntimeError, match="_ writes into a leaf that requires grad"):
        call(weight)
