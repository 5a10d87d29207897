"""Complex numbers: the rules for real ones between conjugates, and those of ops that look at a part."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import minigrad
from minigrad import Tensor, tensor
from minigrad.autograd import grad

Z = [1 + 2j, -0.5 + 0.25j, 3 - 1j]


def test_the_gradient_of_a_real_loss_is_its_slope_in_the_real_and_in_the_imaginary_part():
    z = tensor(Z, dtype=minigrad.complex128, requires_grad=True)
    (z.real**2 + 3 * z.imag).sum().backward()
    np.testing.assert_array_equal(z.grad.numpy(), 2 * np.real(Z) + 3j)


def test_a_rule_for_real_numbers_holds_between_conjugates():
    z = tensor(Z, dtype=minigrad.complex128, requires_grad=True)
    weights = tensor([1j, 2.0, 1 - 1j], dtype=minigrad.complex128)
    (z.exp() * weights).real.sum().backward()               # d/dz of Re(w e^z) is conj(w e^z)
    np.testing.assert_allclose(z.grad.numpy(), np.conj(np.exp(Z) * weights.numpy()), rtol=1e-14)


def test_a_real_tensor_beside_a_complex_one_has_a_real_gradient():
    x = tensor([1.0, 2.0, 3.0], dtype=minigrad.float64, requires_grad=True)
    (x * tensor(Z)).imag.sum().backward()
    assert x.grad.dtype == minigrad.float64
    np.testing.assert_array_equal(x.grad.numpy(), np.imag(Z).astype("complex64").real)


def test_the_second_derivative_of_a_square_is_two():
    z = tensor(Z, dtype=minigrad.complex128, requires_grad=True)
    first, = grad((z * z).real.sum(), z, create_graph=True)      # conj(2 z)
    second, = grad(first.real.sum(), z)
    np.testing.assert_allclose(second.numpy(), 2)


def test_backward_starts_from_a_real_scalar():
    z = tensor(1 + 1j, requires_grad=True)
    with pytest.raises(RuntimeError, match=r"backward\(\) starts from a real scalar"):
        (z * z).backward()
    (z * z).backward(tensor(1j))
    assert z.grad.item() == 1j * np.conj(2 * (1 + 1j))


def test_an_op_that_needs_an_order_refuses_complex_numbers():
    z = tensor(Z)
    for refused in (z.floor, z.sign, lambda: z < 1, lambda: z.clamp(min=0), lambda: minigrad.maximum(z, z)):
        with pytest.raises(TypeError, match="complex numbers have no order and no whole part, got complex64"):
            refused()


def test_a_view_of_a_part_or_of_pairs_shares_the_memory_in_a_graph_too():
    a = tensor([1.0, 2.0], requires_grad=True)
    z = tensor([1 + 1j, 2 + 2j]) * 2
    z.real.copy_(a)
    z.imag[0] = 5
    np.testing.assert_array_equal(z.detach().numpy(), [1 + 5j, 2 + 4j])
    (z * z).real.sum().backward()
    np.testing.assert_array_equal(a.grad.numpy(), [2, 4])
    pairs = minigrad.zeros(2, 2)
    minigrad.view_as_complex(pairs)[1] = 3 - 4j
    assert pairs.tolist() == [[0, 0], [3, -4]]


def test_an_op_of_the_user_with_a_holomorphic_rule_takes_complex_numbers():
    @minigrad.primitive
    def cube(xp, x):
        return x * x * x
    cube.defvjp(lambda g, x: g * 3 * x * x)
    z = Tensor(np.array(Z), requires_grad=True)
    cube(z).imag.sum().backward()
    np.testing.assert_allclose(z.grad.numpy(), np.conj(3 * np.array(Z)**2) * 1j)


def test_gradcheck_checks_both_parts_of_complex_inputs_and_finds_a_wrong_rule():
    z = tensor(Z, dtype=minigrad.complex128, requires_grad=True)
    x = tensor([0.5, 1.5, -1.0], dtype=minigrad.float64, requires_grad=True)

    def program(z, x):
        return (z * x).exp().abs(), minigrad.polar(x * x, z.angle()) / z.conj()
    assert minigrad.gradcheck(program, [z, x]) and minigrad.gradgradcheck(program, [z, x])

    @minigrad.primitive
    def squared_size(xp, x):
        return (x * xp.conj(x)).real
    squared_size.defvjp(lambda g, x: g * x)         # right is 2 g x, without conjugates
    assert not minigrad.gradcheck(squared_size, z, raise_exception=False)


OPTIMIZERS = {"SGD": dict(lr=0.1, momentum=0.9), "Adam": dict(lr=0.1, amsgrad=True), "AdamW": dict(lr=0.1),
              "RMSprop": dict(lr=0.05, momentum=0.5, centered=True), "Adagrad": dict(lr=0.1),
              "Adadelta": dict(lr=1.0), "Adamax": dict(lr=0.1), "NAdam": dict(lr=0.1), "RAdam": dict(lr=0.1),
              "Rprop": dict(lr=0.1), "ASGD": dict(lr=0.1), "LBFGS": dict(lr=0.5)}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_optimizer_moves_complex_parameters_as_pytorch_does(torch, name):
    target, found = np.array([[1j, 2.0, -1 - 1j]]), []
    for library in (minigrad, torch):
        z = library.tensor(np.array([Z]), requires_grad=True)
        optimizer = getattr(library.optim, name)([z], **OPTIMIZERS[name])

        def closure():
            optimizer.zero_grad()
            loss = ((z - library.tensor(target)).abs() ** 2).sum() + (z * z).real.sum() / 4
            loss.backward()
            return loss
        for _ in range(4):
            optimizer.step(closure)
        found.append((z.detach().numpy(), optimizer.state_dict()["state"]))
    (ours, our_state), (theirs, their_state) = found
    np.testing.assert_allclose(ours, theirs, rtol=1e-7)     # PyTorch keeps some counts in float32
    if name not in ("LBFGS", "ASGD"):
        for key, value in their_state[0].items():
            if isinstance(value, torch.Tensor) and value.ndim:
                assert our_state[0][key].dtype == value.numpy().dtype, key
                np.testing.assert_allclose(our_state[0][key].numpy(), value.numpy(), rtol=1e-7)


def test_a_complex_optimizer_resumes_from_its_state():
    def run(steps, z, state=None):
        optimizer = minigrad.optim.Adam([z], lr=0.1)
        if state:
            optimizer.load_state_dict(state)
        for _ in range(steps):
            optimizer.zero_grad()
            (z.abs() ** 2).sum().backward()
            optimizer.step()
        return optimizer.state_dict()
    whole, parts = (tensor(Z, requires_grad=True) for _ in range(2))
    run(5, whole)
    run(2, parts, run(3, parts))
    np.testing.assert_array_equal(whole.detach().numpy(), parts.detach().numpy())


class Spectral(minigrad.nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = minigrad.nn.Parameter(minigrad.rand(2, 3, 4, dtype=minigrad.cfloat))
        self.scale = minigrad.nn.Parameter(minigrad.ones(3))

    def forward(self, x):
        modes = minigrad.einsum("bix,iox->box", minigrad.fft.rfft(x)[:, :, :4], self.weight)
        return minigrad.fft.irfft(modes, n=x.shape[-1]) * self.scale[:, None]


def test_a_complex_parameter_is_saved_loaded_and_converted(tmp_path):
    model, twin = Spectral(), Spectral()
    x = minigrad.randn(2, 2, 8)
    for path in (tmp_path / "model.pt", tmp_path / "model.safetensors"):
        if path.suffix == ".pt":
            minigrad.save(model.state_dict(), path)
            twin.load_state_dict(minigrad.load(path))
        else:
            minigrad.io.save_safetensors(path, model.state_dict())
            twin.load_state_dict(minigrad.io.load_safetensors(path))
        np.testing.assert_array_equal(twin(x).detach().numpy(), model(x).detach().numpy())
    twin.double()
    assert twin.weight.dtype == minigrad.complex64 and twin.scale.dtype == minigrad.float64
    twin.to(minigrad.complex128)
    assert twin.weight.dtype == minigrad.complex128


def test_complex_tensors_go_to_pytorch_and_back(torch, tmp_path):
    path = str(tmp_path / "z.pt")
    minigrad.save({"z": tensor(Z), "w": tensor(Z).cdouble()}, path)
    theirs = torch.load(path)
    assert theirs["z"].dtype == torch.complex64 and theirs["w"].tolist() == Z
    torch.save(theirs, path)
    assert minigrad.load(path)["w"].tolist() == Z


@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
@pytest.mark.parametrize("sizes", [(3,), (4, 9)])
def test_random_complex_numbers_are_pytorchs(torch, dtype, sizes):
    for make in (lambda lib, kind: lib.rand(*sizes, dtype=kind),
                 lambda lib, kind: lib.randn(*sizes, dtype=kind),
                 lambda lib, kind: lib.empty(*sizes, dtype=kind).normal_(1.0, 2.0),
                 lambda lib, kind: lib.empty(*sizes, dtype=kind).uniform_(-1, 1)):
        found = []
        for lib in (minigrad, torch):
            lib.manual_seed(3)
            found.append(make(lib, getattr(lib, dtype)).numpy())
        assert found[0].dtype == found[1].dtype
        np.testing.assert_allclose(*found, rtol=1e-5)


@pytest.mark.parametrize("a, b", [
    ("complex64", "float64"), ("complex64", "int64"), ("complex64", "bool"), ("complex128", "float32"),
    ("complex64", "complex128"), ("float32", 1j), ("float64", 1j), ("int64", 1j), ("bool", 1j),
    ("complex64", 2.5), ("complex64", 3)])
def test_the_dtype_of_a_result_is_pytorchs(torch, a, b):
    for shape_a, shape_b in (((2,), (2,)), ((), (2,)), ((2,), ()), ((), ())):
        found = []
        for lib in (minigrad, torch):
            x = lib.ones(shape_a, dtype=getattr(lib, a))
            y = lib.ones(shape_b, dtype=getattr(lib, b)) if isinstance(b, str) else b
            found.append([str(dtype).rpartition(".")[2] for dtype in (
                (x * y).dtype, (y + x).dtype, lib.result_type(x, y), (x / y).dtype)])
        assert found[0] == found[1], (shape_a, shape_b)


def test_what_a_real_tensor_cannot_hold_is_refused():
    for refused, text in [
            (lambda: minigrad.ones(2).mul_(1j), "mul_: the result is complex64 but x is float32"),
            (lambda: minigrad.ones(2).fill_(1j), "fill_: float32 has no imaginary part, got 1j"),
            (lambda: tensor([1j], dtype=minigrad.float32), "tensor: float32 has no imaginary part"),
            (lambda: minigrad.imag(minigrad.ones(2)), "imag: expected complex numbers, got float32"),
            (lambda: minigrad.view_as_real(minigrad.ones(2)), "view_as_real: expected complex"),
            (lambda: minigrad.complex(minigrad.ones(2), minigrad.ones(2).double()),
             "got float32 and float64"),
            (lambda: tensor(Z).exponential_(), "exponential_: expected real numbers, got complex64"),
            (lambda: float(tensor(1j)), "not 'complex'")]:
        with pytest.raises(TypeError, match=text):
            refused()
    with pytest.warns(UserWarning, match="float32 has no imaginary part"):
        assert tensor(Z).float().tolist() == [1.0, -0.5, 3.0]


# Random programs equal PyTorch's. A step takes the library and two complex (2, 3) tensors, and returns one.

STEPS = {
    "add": lambda lib, a, b: a + b, "mul": lambda lib, a, b: a * b, "turn": lambda lib, a, b: 1j * a - b * 2,
    "div": lambda lib, a, b: a / (b * b.conj() + 1), "exp": lambda lib, a, b: (0.3 * a).exp(),
    "sin": lambda lib, a, b: (a * 0.5).sin() + b, "tanh": lambda lib, a, b: (a * 0.2).tanh(),
    "square": lambda lib, a, b: a ** 2 * 0.2, "power": lambda lib, a, b: lib.exp(0.1 * a) ** 1.5,
    "conj": lambda lib, a, b: a.conj() * b, "abs": lambda lib, a, b: a.abs() * b,
    "sgn": lambda lib, a, b: a.sgn(),
    "parts": lambda lib, a, b: lib.complex(a.imag, b.real), "angle": lambda lib, a, b: a + (b + 5).angle(),
    "polar": lambda lib, a, b: lib.polar(a.abs() + 1, b.real), "matmul": lambda lib, a, b: a @ b.mH @ b * 0.1,
    "pairs": lambda lib, a, b: lib.view_as_complex(lib.view_as_real(a).flip(0).contiguous()),
    "cat": lambda lib, a, b: lib.cat([a[:1], b[1:]]),
    "cumsum": lambda lib, a, b: a.cumsum(1),
    "mean": lambda lib, a, b: a - b.mean(0), "var": lambda lib, a, b: a * b.var(1, keepdim=True),
    "where": lambda lib, a, b: lib.where(a.real > b.imag, a, b),
    "prod": lambda lib, a, b: a + b.prod(1, True) * 0.1,
    "fft": lambda lib, a, b: lib.fft.fft(a) * 0.5, "ifft": lambda lib, a, b: lib.fft.ifft2(a) + b,
    "rfft": lambda lib, a, b: lib.fft.rfft(a.real, n=4) + b,
    "irfft": lambda lib, a, b: lib.fft.irfft(b, n=3) * a,
    "einsum": lambda lib, a, b: lib.einsum("ij,ik->ijk", a, b).sum(2) * 0.2,
}
NUMBERS = st.floats(-2, 2, width=32).filter(lambda x: x == 0 or abs(x) > 1e-3)


def outcome(lib, steps, arrays):
    """The loss of a program, its gradients, and the gradients of their squared sizes."""
    leaves = [lib.tensor(x, requires_grad=True) for x in arrays]
    a, b = leaves
    for step in steps:
        a, b = STEPS[step](lib, a, b), a
    loss = (a * lib.tensor(np.arange(6).reshape(2, 3) * (0.5 - 1j))).real.sum() + b.abs().sum()
    loss = loss + (leaves[0] * leaves[1]).real.sum() * 0.1
    first = lib.autograd.grad(loss, leaves, create_graph=True)
    size = sum((g * g.conj()).real.sum() for g in first)
    found = [loss, *first, *lib.autograd.grad(size, leaves)]
    return [x.detach().resolve_conj().resolve_neg().numpy() for x in found]


@pytest.mark.torch
@settings(max_examples=60, deadline=None)
@given(steps=st.lists(st.sampled_from(sorted(STEPS)), min_size=1, max_size=4),
       numbers=st.lists(NUMBERS, min_size=24, max_size=24))
def test_random_programs_are_pytorchs_in_values_and_two_derivatives(steps, numbers):
    import torch
    parts = np.array(numbers).reshape(2, 2, 3, 2) + [0.013, 0.017]      # away from 0, where PyTorch has NaN
    arrays = parts[..., 0] + 1j * parts[..., 1]
    for ours, theirs in zip(outcome(minigrad, steps, arrays), outcome(torch, steps, arrays)):
        if np.isfinite(theirs).all() and np.abs(theirs).max() < 1e8:
            np.testing.assert_allclose(ours, theirs, rtol=1e-6,
                                       atol=1e-6 * max(1, np.abs(theirs).max()))
