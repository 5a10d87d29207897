"""Every layer and loss against PyTorch's: the same weights and inputs give the same outputs and gradients."""

import numpy as np
import pytest
from layer_cases import CASES, LOSSES

import minigrad
from minigrad import nn

pytestmark = [pytest.mark.filterwarnings("ignore:Using padding='same'"),      # PyTorch's own about itself
              pytest.mark.filterwarnings("ignore:reduction. 'mean' divides")]


def close(ours, theirs, what, rtol):
    ours = ours.detach().numpy() if isinstance(ours, minigrad.Tensor) else ours
    theirs = theirs.detach().numpy()
    assert ours.shape == theirs.shape, f"{what}: shape {ours.shape}, PyTorch has {theirs.shape}"
    scale = np.abs(theirs[np.isfinite(theirs)]).max(initial=1e-3)
    np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=rtol * scale, err_msg=what)


def as_tuple(y):
    return [each for each in y if each is not None] if isinstance(y, tuple) else [y]


def twins(case, torch):
    """The case's layer of both libraries in float64, with the same random weights, moved by state_dict."""
    theirs = case.make(torch.nn).double().train(case.training)
    if case.random_state:
        with torch.no_grad():
            for tensor in [*theirs.parameters(), *theirs.buffers()]:
                if tensor.is_floating_point():
                    tensor.uniform_(0.2, 1.0)
                    tensor *= (torch.rand(()) < 0.5) * 2 - 1 if isinstance(tensor, torch.nn.Parameter) else 1
    ours = case.make(nn).double().train(case.training)
    ours.load_state_dict(theirs.state_dict())
    return ours, theirs


def tensors(case, torch):
    """The inputs for both libraries; all that are numbers and not ids want a gradient."""
    arrays = list(case.arrays())
    ours = [minigrad.tensor(a, requires_grad=a.dtype.kind == "f") for a in arrays]
    theirs = [torch.tensor(a, requires_grad=a.dtype.kind == "f") for a in arrays]
    same = len(arrays) == 3 and all(np.shape(a) == np.shape(arrays[0]) for a in arrays) and "MultiheadAttention" \
        in case.name
    if same:        # self-attention: one tensor three times
        return [ours[0]] * 3, [theirs[0]] * 3
    return ours, theirs


def arguments(case, make):
    return {name: make(value) if isinstance(value, np.ndarray) else value for name, value in case.arguments.items()}


@pytest.mark.parametrize("case", CASES + LOSSES, ids=lambda case: case.name)
def test_a_layer_equals_pytorchs(case, torch):
    ours, theirs = twins(case, torch)
    our_inputs, their_inputs = tensors(case, torch)
    our_outputs = as_tuple(ours(*our_inputs, **arguments(case, minigrad.tensor)))
    their_outputs = as_tuple(theirs(*their_inputs, **arguments(case, torch.tensor)))
    assert len(our_outputs) == len(their_outputs)
    for i, (y, z) in enumerate(zip(our_outputs, their_outputs)):
        close(y, z, f"output {i}", case.rtol)
    weights = [np.random.default_rng(i).uniform(0.5, 1.5, y.shape) for i, y in enumerate(our_outputs)]
    if our_outputs[0].requires_grad:
        sum((y * minigrad.tensor(v)).sum() for y, v in zip(our_outputs, weights)).backward()
        sum((z * torch.tensor(v)).sum() for z, v in zip(their_outputs, weights)).backward()
    for i, (x, z) in enumerate(zip(our_inputs, their_inputs)):
        if z.grad is not None:
            close(x.grad, z.grad, f"gradient of input {i}", case.rtol)
    gradients = {name: p.grad for name, p in theirs.named_parameters()}
    assert [name for name, _ in ours.named_parameters()] == list(gradients)
    for name, p in ours.named_parameters():
        close(p.grad, gradients[name], f"gradient of {name}", case.rtol)
    buffers = dict(theirs.named_buffers())
    assert [name for name, _ in ours.named_buffers()] == list(buffers)
    for name, buffer in ours.named_buffers():
        close(buffer, buffers[name], f"{name} afterwards", case.rtol)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_weights_move_to_pytorch_by_their_names(case, torch):
    ours, theirs = case.make(nn), case.make(torch.nn)
    state = {name: torch.tensor(value.numpy()) for name, value in ours.state_dict().items()}
    assert list(state) == list(theirs.state_dict())
    assert [(v.shape, v.dtype) for v in state.values()] == [(v.shape, v.dtype) for v in theirs.state_dict().values()]
    theirs.load_state_dict(state)
    for name, value in theirs.state_dict().items():
        assert np.array_equal(value.numpy(), ours.state_dict()[name].numpy())
