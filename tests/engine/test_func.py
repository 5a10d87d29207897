"""Transforms of functions against known derivatives and against each other."""

import numpy as np
import pytest

import minigrad
from minigrad import Tensor, func, gradcheck, gradgradcheck, nn


def numbers(*shape, seed=0, device="cpu"):
    return Tensor(np.random.default_rng(seed).normal(size=shape)).to(device)


def assert_close(a, b):
    np.testing.assert_allclose(a.detach().cpu().numpy(), b.detach().cpu().numpy(), rtol=1e-10, atol=1e-12)


def test_grad_of_grad_of_grad_of_a_fourth_power(device):
    x = numbers(device=device)
    assert_close(func.grad(func.grad(func.grad(lambda x: x ** 4)))(x), 24 * x)


def test_grad_chooses_arguments_and_passes_aux():
    x, y = numbers(3), numbers(3, seed=1)

    def f(x, y):
        return (x * x * y).sum(), "aux"
    (gx, gy), aux = func.grad(f, argnums=(0, 1), has_aux=True)(x, y)
    assert_close(gx, 2 * x * y)
    assert_close(gy, x * x)
    assert aux == "aux"
    assert x.grad is None and not x.requires_grad


def test_vjp_and_jvp_are_the_products_with_the_jacobian(device):
    A, x = numbers(3, 4, device=device), numbers(4, seed=1, device=device)
    u, v = numbers(3, seed=2, device=device), numbers(4, seed=3, device=device)

    def f(x):
        return minigrad.tanh(A @ x)
    J = (1 - f(x) ** 2).unsqueeze(1) * A
    y, pull = func.vjp(f, x)
    assert_close(y, f(x))
    assert_close(pull(u)[0], u @ J)
    assert_close(func.jvp(f, (x,), (v,))[1], J @ v)
    assert_close(func.jacrev(f)(x), J)
    assert_close(func.jacfwd(f)(x), J)


def test_jvp_of_several_primals_adds_their_changes():
    x, y, v, w = (numbers(3, seed=i) for i in range(4))
    assert_close(func.jvp(lambda x, y: x * y, (x, y), (v, w))[1], v * y + x * w)


def test_hessian_of_a_quadratic_is_its_matrix_and_hvp_its_product(device):
    A = numbers(4, 4, device=device)
    x, v = numbers(4, seed=1, device=device), numbers(4, seed=2, device=device)

    def f(x):
        return x @ (A @ x)
    assert_close(func.hessian(f)(x), A + A.T)
    y, product = func.hvp(f, (x,), (v,))
    assert_close(y, f(x))
    assert_close(product, (A + A.T) @ v)


def test_what_does_not_depend_on_the_argument_has_derivative_zero():
    x = numbers(3)
    assert_close(func.grad(lambda x: (x * 0 + 1).sum())(x), x * 0)
    assert func.jacrev(lambda x: numbers(2))(x).tolist() == [[0, 0, 0], [0, 0, 0]]
    assert func.hvp(lambda x: x.sum(), (x,), (x,))[1].tolist() == [0, 0, 0]


def test_the_outermost_derivative_carries_no_graph():
    x, w = numbers(3), numbers(3, seed=1).requires_grad_()
    (g, (y, aux)) = func.grad_and_value(lambda x: ((x ** 3).sum(), 1), has_aux=True)(x)
    assert not (g.requires_grad or y.requires_grad or func.jacrev(lambda x: x * x)(x).requires_grad)
    assert not func.hessian(lambda x: (x ** 3).sum())(x).requires_grad
    assert func.grad(lambda x: (x * w).sum())(x).requires_grad


def test_transforms_lead_on_to_the_graph_around_them():
    x = numbers(3).requires_grad_()
    func.grad(lambda x: (x ** 3).sum())(x).sum().backward()
    assert_close(x.grad, 6 * x)


@pytest.mark.parametrize("call, text", [
    (lambda x: func.grad(lambda x: x)(x), r"must return a scalar, got shape \(3,\)"),
    (lambda x: func.grad(lambda x: x.sum())([1.0]),
     "argument 0 must be a floating-point tensor .* got float"),
    (lambda x: func.jvp(lambda x: x, (x,), (numbers(2),)),
     r"a tangent must have the shape of its primal, \(3,\), got \(2,\)"),
    (lambda x: func.jvp(lambda x: x, (x,), ()), "1 primals need as many tangents, got 0"),
    (lambda x: func.checkpoint(lambda x: (x, x), x), "must return one tensor, got tuple"),
])
def test_errors_say_what_was_expected(call, text):
    with pytest.raises((ValueError, TypeError), match=text):
        call(numbers(3))


# checkpoint


def block(width=8):
    minigrad.manual_seed(0)
    return nn.Sequential(nn.Linear(width, 4 * width), nn.Tanh(), nn.Dropout(0.5), nn.Linear(4 * width, width))


def test_checkpoint_gives_the_same_output_and_gradients_also_under_dropout():
    results = []
    for wrap in (lambda f, x: f(x), func.checkpoint):
        model, x = block(), minigrad.ones(3, 8, requires_grad=True)
        minigrad.manual_seed(1)
        y = wrap(model, x)
        y.square().sum().backward()
        results.append([y, x.grad, *(p.grad for p in model.parameters())])
    for plain, checkpointed in zip(*results):
        np.testing.assert_array_equal(checkpointed.detach().numpy(), plain.detach().numpy())


def test_checkpoint_is_differentiable_twice():
    w = numbers(3, 3, seed=1).requires_grad_()
    x = numbers(3).requires_grad_()

    def f(x):
        return func.checkpoint(lambda x: minigrad.tanh(w @ x), x)
    assert gradcheck(f, x) and gradgradcheck(f, x)
    loss = f(x).sum()
    loss.backward()
    assert_close(w.grad, ((1 - minigrad.tanh(w @ x) ** 2).unsqueeze(1) * x).detach())


def saved_bytes(y):
    """The bytes that the graph of y keeps, each array once."""
    seen, arrays, stack = set(), {}, [y.node]
    while stack:
        node = stack.pop()
        if node is None or node in seen or isinstance(node, Tensor):
            continue
        seen.add(node)
        arrays.update({id(a): a.nbytes for a in node.saved if isinstance(a, np.ndarray)})
        stack.extend(node.parents)
    return sum(arrays.values())


def test_checkpoint_keeps_the_ends_of_a_block_and_nothing_between():
    model, x = block(64), minigrad.ones(256, 64, requires_grad=True)
    assert saved_bytes(model(x)) > 4 * 256 * 256        # at least the wide activations
    assert saved_bytes(func.checkpoint(model, x)) == 0  # the input belongs to the caller


def test_checkpoint_without_gradients_is_a_plain_call():
    with minigrad.no_grad():
        assert func.checkpoint(block().eval(), minigrad.ones(2, 8)).node is None


# vmap and functional_call


VMAPS = {
    "over rows": lambda torch, f, a, b, c: f.vmap(torch.dot)(a, a),
    "one argument fixed": lambda torch, f, a, b, c: f.vmap(lambda x, w: w @ x, in_dims=(0, None))(a, b.t()),
    "other axes": lambda torch, f, a, b, c: f.vmap(lambda x, y: x * y.sum(), in_dims=(1, -1),
                                                   out_dims=1)(a, b),
    "nested": lambda torch, f, a, b, c: f.vmap(f.vmap(torch.sin), in_dims=1, out_dims=1)(a),
    "a number": lambda torch, f, a, b, c: f.vmap(lambda x, k: x * k, in_dims=(0, None))(a, 2),
    "several results": lambda torch, f, a, b, c: f.vmap(lambda x: (x.sum(), {"y": x * 2}),
                                                        out_dims=(0, {"y": 1}))(a),
    "a result alike for all": lambda torch, f, a, b, c: f.vmap(lambda x: (x, c * 1), out_dims=(0, None))(a),
    "a tree": lambda torch, f, a, b, c: f.vmap(
        lambda p, x: p["a"] @ x + p["c"], in_dims=({"a": 0, "c": None}, None))({"a": a, "c": c.sum()}, a[0]),
    "settings": lambda torch, f, a, b, c: f.vmap(lambda x, scale: x * scale)(a, scale=c),
    "of a gradient": lambda torch, f, a, b, c: f.vmap(f.grad(lambda w, x: torch.tanh(w * x).sum()),
                                                      (None, 0))(c, a),
    "of a gradient of a tree": lambda torch, f, a, b, c: f.vmap(
        f.grad(lambda p, x: (torch.tanh(p["w"] * x) + p["c"]).sum()), (None, 0))({"w": c, "c": c[0]}, a),
    "hessians": lambda torch, f, a, b, c: f.vmap(f.jacrev(f.grad(lambda x: (x**3).sum() * x[0])))(a),
}


def flat(tree):
    return [leaf for leaf in func.leaves(tree) if hasattr(leaf, "detach")]


@pytest.mark.parametrize("case", VMAPS)
def test_vmap_is_what_it_is_in_pytorch(case, torch):
    arrays = [np.random.default_rng(i).normal(size=shape) for i, shape in enumerate([(3, 4), (4, 4), (4,)])]
    ours = VMAPS[case](minigrad, func, *map(minigrad.tensor, arrays))
    theirs = VMAPS[case](torch, torch.func, *map(torch.tensor, arrays))
    for mine, other in zip(flat(ours), flat(theirs), strict=True):
        assert mine.shape == tuple(other.shape)
        np.testing.assert_allclose(mine.detach().numpy(), other.detach().numpy(), rtol=1e-12)


def test_vmap_leads_on_to_the_graph_around_it():
    x = numbers(3, 2).requires_grad_()
    assert gradcheck(func.vmap(lambda x: x.sin().prod()), x)
    assert gradgradcheck(func.vmap(lambda x: x.sin().prod()), x)


@pytest.mark.parametrize("call, text", [
    (lambda x: func.vmap(lambda x, y: x)(x, x[:2]),
     r"must have the same length, got \(3, 2\) over 0, \(2, 2\) over 0"),
    (lambda x: func.vmap(lambda x: x, in_dims=None)(x), "got no tensor to map over"),
    (lambda x: func.vmap(lambda x: x, in_dims=(0, 0))(x), r"in_dims=\(0, 0\) does not match 1 entries"),
    (lambda x: func.vmap(lambda x: x, out_dims=(0, 0))(x), r"out_dims=\(0, 0\) does not match Tensor"),
    (lambda x: func.vmap(lambda x: x, randomness="same"),
     "randomness must be 'error' or 'different', got 'same'"),
    (lambda x: func.vmap(lambda x: x)(x[:0]), "there are no samples"),
])
def test_vmap_says_what_does_not_fit(call, text):
    with pytest.raises(ValueError, match=text):
        call(numbers(3, 2))


def test_vmap_refuses_an_axis_that_is_none():
    with pytest.raises(IndexError, match=r"in_dims: dim 2 is out of range, expected -2 to 1 for \(3, 2\)"):
        func.vmap(lambda x: x, in_dims=2)(numbers(3, 2))


def test_vmap_refuses_results_that_are_no_tensors():
    with pytest.raises(TypeError, match="must return tensors, got float"):
        func.vmap(lambda x: x.sum().item())(numbers(3))


class Tied(nn.Module):
    """Layers in a list, one of them with a second name, and a buffer."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(2, 3), nn.Tanh()])
        self.last = nn.Linear(2, 3, bias=False)
        self.last.weight = self.layers[0].weight
        self.norm = nn.BatchNorm1d(3)

    def forward(self, x, scale=1.0):
        return self.norm(self.layers[1](self.layers[0](x)) + self.last(x)) * scale


def test_functional_call_computes_with_other_parameters_and_leaves_its_own():
    model, x = Tied().double(), numbers(5, 2)
    state = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    other = Tied().double()
    given = {name: tensor.detach().clone().requires_grad_() for name, tensor in other.named_parameters()}
    y = func.functional_call(model, given, x, {"scale": 2.0})
    assert_close(y, other(x, scale=2.0))
    y.sum().backward()
    (other(x) * 2).sum().backward()
    for name, parameter in other.named_parameters():
        assert_close(given[name].grad, parameter.grad)
    for name, parameter in model.named_parameters():
        assert parameter.grad is None and parameter.is_leaf and parameter.requires_grad
        assert_close(parameter, state[name])


def test_functional_call_writes_running_statistics_into_what_was_given():
    model = Tied().double()
    buffers = {name: buffer.clone() for name, buffer in model.named_buffers()}
    func.functional_call(model, (dict(model.named_parameters()), buffers), (numbers(5, 2),))
    assert model.norm.num_batches_tracked.item() == 0 and buffers["norm.num_batches_tracked"].item() == 1
    assert model.norm.running_mean.tolist() == [0, 0, 0] != buffers["norm.running_mean"].tolist()


def test_functional_call_restores_the_module_after_an_error():
    model = nn.Linear(2, 3)
    weight = model.weight.tolist()
    with pytest.raises(ValueError):
        func.functional_call(model, {"weight": numbers(3, 2)}, numbers(5, 7))
    assert model.weight.tolist() == weight and model.weight.is_leaf


@pytest.mark.parametrize("given, settings, text", [
    ({"wieght": (3, 2)}, {}, "functional_call: Linear has no wieght"),
    ({"weight": (3, 2)}, {"strict": True}, "strict=True, but bias is missing"),
    ({"weight": (2, 3)}, {}, r"weight has shape \(3, 2\), got \(2, 3\)"),
])
def test_functional_call_says_what_does_not_fit(given, settings, text):
    with pytest.raises(ValueError, match=text):
        func.functional_call(nn.Linear(2, 3), {name: numbers(*shape) for name, shape in given.items()},
                             numbers(1, 2),
                             **settings)


def test_functional_call_refuses_two_values_for_one_parameter():
    given = {"layers.0.weight": numbers(3, 2), "last.weight": numbers(3, 2)}
    with pytest.raises(ValueError, match="last.weight shares its tensor with another name"):
        func.functional_call(Tied(), given, numbers(1, 2))


def test_gradients_of_single_samples_add_up_to_that_of_the_batch(torch):
    theirs, x, target = torch.nn.Linear(4, 3).double(), numbers(6, 4).numpy(), np.arange(6) % 3
    ours = nn.Linear(4, 3).double()
    ours.load_state_dict(theirs.state_dict())

    def per_sample(torch, func, model, x, target):
        parameters = {name: p.detach() for name, p in model.named_parameters()}

        def loss(parameters, x, target):
            y = func.functional_call(model, parameters, (x.unsqueeze(0),))
            return torch.nn.functional.cross_entropy(y, target.unsqueeze(0))
        return func.vmap(func.grad(loss), in_dims=(None, 0, 0))(parameters, x, target)
    mine = per_sample(minigrad, func, ours, minigrad.tensor(x), minigrad.tensor(target))
    other = per_sample(torch, torch.func, theirs, torch.tensor(x), torch.tensor(target))
    nn.functional.cross_entropy(ours(minigrad.tensor(x)), minigrad.tensor(target)).backward()
    for name, parameter in ours.named_parameters():
        np.testing.assert_allclose(mine[name].numpy(), other[name].numpy(), rtol=1e-12)
        assert_close(mine[name].mean(dim=0), parameter.grad)


def test_an_ensemble_in_one_call_is_what_its_members_compute():
    models, x = [Tied().double().eval() for _ in range(3)], numbers(5, 2)
    parameters, buffers = func.stack_module_state(models)
    assert all(p.requires_grad and p.is_leaf for p in parameters.values())
    y = func.vmap(lambda p, b, x: func.functional_call(models[0], (p, b), (x,)),
                  (0, 0, None))(parameters, buffers, x)
    assert_close(y, minigrad.stack([model(x) for model in models]))
