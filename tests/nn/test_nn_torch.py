"""Every layer and loss against PyTorch's: the same weights and inputs give the same outputs and gradients."""

import importlib.util
import inspect

import numpy as np
import pytest
from cases.layers import ADDED, CASES, CAUSAL, IDS, LOSSES, PER_HEAD, X
from checked import kind_of, table_of

import minigrad
from minigrad import nn
from minigrad.nn import functional as F, init, utils

pytestmark = [pytest.mark.filterwarnings("ignore:Using padding='same'"),      # PyTorch's own code
              pytest.mark.filterwarnings("ignore:enable_nested_tensor is True"),
              pytest.mark.filterwarnings("ignore:`torch.nn.utils.weight_norm` is deprecated",
                                         "ignore:utils.weight_norm is deprecated"),
              pytest.mark.filterwarnings("ignore:reduction. 'mean' divides")]


def close(ours, theirs, what, rtol):
    ours = ours.detach().numpy() if isinstance(ours, minigrad.Tensor) else ours
    theirs = theirs.detach().numpy(force=True)
    assert ours.shape == theirs.shape, f"{what}: shape {ours.shape}, PyTorch has {theirs.shape}"
    finite = np.isfinite(theirs)
    scale = max(1e-3, np.abs(theirs[finite]).max(initial=0))
    np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=rtol * scale, err_msg=what)
    off = np.abs(np.subtract(ours[finite], theirs[finite], dtype="f8"))
    return np.max(off / (np.abs(theirs[finite]) + scale), initial=0)


def as_tuple(y):
    """All tensors in nested tuples and PackedSequences."""
    if isinstance(y, tuple):
        return [tensor for each in y for tensor in as_tuple(each)]
    return [] if y is None else [y]


def twins(case, torch):
    """The case's layer from both libraries in float64; state_dict gives both the same random weights."""
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
    """The inputs for both libraries; floating-point inputs require gradients, ids do not."""
    arrays = list(case.arrays())
    ours = [minigrad.tensor(a, requires_grad=a.dtype.kind == "f") for a in arrays]
    theirs = [torch.tensor(a, requires_grad=a.dtype.kind == "f") for a in arrays]
    same = (len(arrays) == 3 and all(np.shape(a) == np.shape(arrays[0]) for a in arrays)
            and "MultiheadAttention" in case.name)
    if same:        # self-attention: one tensor three times
        return [ours[0]] * 3, [theirs[0]] * 3
    return ours, theirs


def arguments(case, make):
    return {name: make(value) if isinstance(value, np.ndarray) else value
            for name, value in case.arguments.items()}


# PyTorch differentiates these only once; weight_norm also twice, but then it fails its own gradgradcheck.
ONCE = ("CTCLoss", "MultiMarginLoss", "MultiLabelMarginLoss", "Hardsigmoid", "EmbeddingBag with factors",
        "weight_norm")


def second(grad, total, leaves):
    """The gradients of half the sum of squares of the gradients."""
    first = grad(total, leaves, create_graph=True, allow_unused=True)
    first = [g for g in first if g is not None and g.requires_grad]
    if not first:
        return [None] * len(leaves)
    return grad(first, leaves, [g.detach() for g in first], allow_unused=True)


@pytest.mark.parametrize("case", CASES + LOSSES, ids=lambda case: case.name)
def test_a_layer_equals_pytorchs(case, torch, checked):
    from torch.nn.attention import SDPBackend, sdpa_kernel

    def compare(column, ours, theirs, what):
        checked.worst(*line, column, close(ours, theirs, what, case.rtol))

    ours, theirs = twins(case, torch)
    line = table_of(kind_of(ours)), kind_of(ours)
    checked.count(*line, "PyTorch rows")
    our_inputs, their_inputs = tensors(case, torch)
    our_outputs = as_tuple(ours(*our_inputs, **arguments(case, minigrad.tensor)))
    with sdpa_kernel(SDPBackend.MATH):      # differentiable twice
        their_outputs = as_tuple(theirs(*their_inputs, **arguments(case, torch.tensor)))
    assert len(our_outputs) == len(their_outputs)
    for i, (y, z) in enumerate(zip(our_outputs, their_outputs)):
        compare("value", y, z, f"output {i}")
    weights = [np.random.default_rng(i).uniform(0.5, 1.5, y.shape) for i, y in enumerate(our_outputs)]
    if our_outputs[0].requires_grad:
        our_total = sum((y * minigrad.tensor(v)).sum() for y, v in zip(our_outputs, weights))
        their_total = sum((z * torch.tensor(v)).sum() for z, v in zip(their_outputs, weights))
        our_total.backward(retain_graph=True)
        their_total.backward(retain_graph=True)
    for i, (x, z) in enumerate(zip(our_inputs, their_inputs)):
        if z.grad is not None:
            compare("gradient", x.grad, z.grad, f"gradient of input {i}")
    gradients = {name: p.grad for name, p in theirs.named_parameters()}
    assert [name for name, _ in ours.named_parameters()] == list(gradients)
    for name, p in ours.named_parameters():
        compare("gradient", p.grad, gradients[name], f"gradient of {name}")
    if our_outputs[0].requires_grad and not case.name.startswith(ONCE):
        our_leaves = [x for x in [*our_inputs, *ours.parameters()] if x.requires_grad]
        their_leaves = [z for z in [*their_inputs, *theirs.parameters()] if z.requires_grad]
        for i, (x, z) in enumerate(zip(second(minigrad.autograd.grad, our_total, our_leaves),
                                       second(torch.autograd.grad, their_total, their_leaves), strict=True)):
            compare("second gradient", minigrad.zeros_like(our_leaves[i]) if x is None else x,
                    torch.zeros_like(their_leaves[i]) if z is None else z, f"second gradient of leaf {i}")
    buffers = dict(theirs.named_buffers())
    assert [name for name, _ in ours.named_buffers()] == list(buffers)
    for name, buffer in ours.named_buffers():
        close(buffer, buffers[name], f"{name} afterwards", case.rtol)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_weights_move_to_pytorch_by_their_names(case, torch):
    ours, theirs = case.make(nn), case.make(torch.nn)
    state = {name: torch.tensor(value.numpy()) for name, value in ours.state_dict().items()}
    assert list(state) == list(theirs.state_dict())
    for key, value in theirs.state_dict().items():
        assert (state[key].shape, state[key].dtype) == (value.shape, value.dtype), key
    theirs.load_state_dict(state)
    for name, value in theirs.state_dict().items():
        assert np.array_equal(value.numpy(), ours.state_dict()[name].numpy())


# Names, arguments and defaults


LEFT_OUT = {    # arguments of PyTorch's that minigrad does not have
    "return_indices", "foreach", "out", "_stacklevel", "min_value", "max_value",
    "max_norm", "norm_type", "scale_grad_by_freq", "sparse", "_weight", "_freeze",
    "weight"}                                       # of mse_loss, l1_loss and huber_loss


def settings_of(function):
    """Name -> Parameter, or None where PyTorch has no signature."""
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return None
    if any(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in parameters.values()):
        return None
    return {name: p for name, p in parameters.items() if name != "xp"}


def shared_names():
    """(ours, theirs, do they take a tensor first?) of each layer and function that both libraries have."""
    if not importlib.util.find_spec("torch"):
        return
    import torch
    pairs = ((nn, torch.nn, False), (F, torch.nn.functional, True), (init, torch.nn.init, False),
             (utils, torch.nn.utils, False), (utils.rnn, torch.nn.utils.rnn, False))
    for ours, theirs, functional in pairs:
        for name, value in vars(ours).items():
            if not callable(value) or name.startswith("_") or not hasattr(theirs, name):
                continue
            if settings_of(value) is not None and settings_of(getattr(theirs, name)) is not None:
                yield pytest.param(value, getattr(theirs, name), functional,
                                   id=f"{ours.__name__.removeprefix('minigrad.')}.{name}")


@pytest.mark.parametrize("ours, theirs, functional", list(shared_names()))
def test_arguments_have_pytorchs_names_order_and_defaults(ours, theirs, functional, torch):
    mine, its = list(settings_of(ours).values())[functional:], list(settings_of(theirs).values())[functional:]
    containers = ("ParameterDict", "ParameterList", "Parameter", "Buffer")
    if "Module" in ours.__name__ or ours.__name__ in containers:
        return      # containers take members by position, tensors take numbers
    names = [p.name for p in mine]
    assert [p.name for p in its if p.name in names or p.name not in LEFT_OUT] == names
    theirs_by_name = {p.name: p for p in its}
    for p in mine:
        usual = theirs_by_name[p.name].default
        if ours.__name__ == "pad" and p.name == "value":
            usual = usual or 0.0                    # None in PyTorch
        if p.name == "activation":
            assert p.default is F.relu and usual is torch.nn.functional.relu
        elif p.name != "dim" or p.default is not p.empty:     # softmax: PyTorch's dim=None is deprecated
            assert p.default == usual, p.name


LOSS_FUNCTIONS = [name for name in vars(F)
                  if name.endswith("_loss") or "cross_entropy" in name or name == "kl_div"]


@pytest.mark.parametrize("name", LOSS_FUNCTIONS)
def test_settings_of_a_loss_are_taken_at_pytorchs_positions(name, torch):
    """Pass each non-default setting by position, after the defaults of the arguments before it."""
    ours, theirs = getattr(F, name), settings_of(getattr(torch.nn.functional, name))
    other = dict(ignore_index=-7, reduction="sum", label_smoothing=0.25, beta=2.0, delta=2.0, margin=0.5,
                 p=1, swap=True, log_target=True, full=True, log_input=False, blank=1, zero_infinity=True)
    by_place = [p for p in theirs.values() if p.kind is p.POSITIONAL_OR_KEYWORD]
    bind = inspect.signature(ours).bind
    for i, setting in enumerate(by_place):
        if setting.name in other and setting.default is not setting.empty:
            before = [object() if p.default is p.empty else p.default for p in by_place[:i]]
            assert bind(*before, other[setting.name]).arguments[setting.name] == other[setting.name]


def test_losses_of_pytorchs_former_arguments_equal_pytorchs(torch):
    x, target = np.random.default_rng(0).standard_normal((4, 3)), np.array([0, 2, -7, 1])
    y, scale = np.abs(x[::-1]).copy(), np.array([1.0, 2.0, 3.0])
    found = []
    for lib in (minigrad, torch):
        f, n, x_, y_, t, w = lib.nn.functional, lib.nn, *map(lib.tensor, (x, y, target, scale))
        found.append([
            f.cross_entropy(x_, t, w, None, -7), f.cross_entropy(x_, t, None, None, -7, None, "sum", 0.1),
            f.nll_loss(x_, t, w, None, -7, None, "none"), f.mse_loss(x_, y_, None, None, "sum"),
            f.smooth_l1_loss(x_, y_, None, None, "none", 2.0), f.kl_div(x_, y_, None, None, "sum", True),
            f.binary_cross_entropy_with_logits(x_, y_, None, None, None, "mean", w),
            f.poisson_nll_loss(y_, y_, False, True, None, 0.1, None, "sum"),
            f.triplet_margin_loss(x_, y_, x_, 2.0, 1, 1e-3, True, None, None, "none"),
            f.multi_margin_loss(x_, t.abs() % 3, 2, 0.5, w, None, None, "sum"),
            f.cosine_embedding_loss(x_, y_, t.sign(), 0.5, None, None, "none"),
            n.CrossEntropyLoss(w, None, -7)(x_, t),
            n.CrossEntropyLoss(None, None, -7, None, "sum", 0.2)(x_, t),
            n.NLLLoss(w, None, -7, None, "none")(x_, t), n.MSELoss(None, None, "sum")(x_, y_),
            n.SmoothL1Loss(None, None, "mean", 0.5)(x_, y_),
            n.HingeEmbeddingLoss(0.5, None, None, "sum")(x_, y_.sign()),
            n.BCEWithLogitsLoss(None, None, None, "sum", w)(x_, y_),
            n.KLDivLoss(None, None, "batchmean", True)(x_, y_),
            n.TripletMarginLoss(2.0, 1, 1e-3, True, None, None, "sum")(x_, y_, x_)])
    for i, (ours, theirs) in enumerate(zip(*found, strict=True)):
        close(ours, theirs, f"loss {i}", 1e-10)


@pytest.mark.parametrize("nonlinearity, param", [
    ("linear", None), ("conv2d", None), ("sigmoid", None), ("tanh", None), ("relu", None),
    ("leaky_relu", None), ("leaky_relu", 0.2), ("selu", None)])
def test_gains_equal_pytorchs(nonlinearity, param, torch):
    theirs = torch.nn.init.calculate_gain(nonlinearity, param)
    assert init.calculate_gain(nonlinearity, param) == pytest.approx(theirs, rel=1e-15)


@pytest.mark.parametrize("shape, groups", [((4, 3, 3), 1), ((4, 2, 3, 2), 2), ((3, 5, 2, 3, 2), 1)])
def test_dirac_equals_pytorchs(shape, groups, torch):
    ours = init.dirac_(minigrad.empty(*shape), groups)
    assert np.array_equal(ours.numpy(), torch.nn.init.dirac_(torch.empty(shape), groups).numpy())


@pytest.mark.parametrize("make", [
    lambda nn: nn.Linear(60, 50), lambda nn: nn.Bilinear(12, 13, 20),
    lambda nn: nn.Conv2d(12, 20, 4, groups=2), lambda nn: nn.ConvTranspose2d(12, 20, 4, groups=2),
    lambda nn: nn.Embedding(50, 60), lambda nn: nn.MultiheadAttention(36, 2, add_bias_kv=True),
    lambda nn: nn.MultiheadAttention(36, 2, kdim=30, vdim=40),
    lambda nn: nn.TransformerEncoderLayer(36, 2, 48), lambda nn: nn.Transformer(16, 2, 1, 1, 24),
    lambda nn: nn.GRU(30, 36)])
def test_initial_weights_have_pytorchs_distribution(make, torch):
    ours, theirs = ({name: np.concatenate([np.asarray(state[name]).reshape(-1) for state in states])
                     for name in states[0]} for states in ([make(lib).state_dict() for _ in range(40)]
                                                           for lib in (nn, torch.nn)))
    for name, b in theirs.items():
        a = ours[name]
        if b.std() == 0:
            assert np.array_equal(a, b), name
            continue
        b, n = np.sort(b), b.size
        distance = np.abs(np.searchsorted(np.sort(a), b) / n - (np.arange(n) + 0.5) / n).max()
        # Kolmogorov-Smirnov test: equal distributions exceed this with probability 7e-4
        assert distance < 2 * np.sqrt(2 / n), name


# Functions in nn.functional and nn.utils


SEEN = ~CAUSAL


@pytest.mark.parametrize("name, arrays, settings", [
    ("relu", [X], dict(inplace=False)), ("leaky_relu", [X, 0.3], {}), ("elu", [X, 0.5], {}),
    ("celu", [X, 2.0], {}), ("hardtanh", [X, -0.5, 2.0], {}), ("threshold", [X, 0.5, 7.0], {}),
    ("gelu", [X], dict(approximate="tanh")), ("softmax", [X, 1], {}), ("log_softmax", [X, -1], {}),
    ("softmin", [X], dict(dim=0)), ("glu", [X[:, :, :4]], {}), ("softplus", [X, 2, 3], {}),
    ("prelu", [X, np.arange(4.0)], {}), ("dropout", [X, 0.5, False], {}),
    ("linear", [X, ADDED, ADDED[0]], {}), ("bilinear", [X[0], X[1], np.stack([ADDED, ADDED.T])], {}),
    ("normalize", [X], {}), ("normalize", [X, 1.0, -1], {}), ("cosine_similarity", [X, X[::-1].copy()], {}),
    ("cosine_similarity", [X, X[:1] + 1, -1], {}), ("one_hot", [IDS], {}), ("one_hot", [IDS, 7], {}),
    ("embedding", [IDS, np.arange(10.0).reshape(5, 2)], dict(padding_idx=2)),
    ("pad", [X, (1, 2)], {}), ("pad", [X, (1, 2, 3, 0), "constant", 5.0], {}),
    ("pad", [X, (-1, 2, 0, -2)], {}), ("pad", [X, (2, 1), "reflect"], {}),
    ("pad", [X, (2, 4), "replicate"], {}), ("pad", [X, (3, 5), "circular"], {}),
    ("unfold", [X[:2].reshape(1, 2, 4, 5), 2], dict(stride=2, padding=1)),
    ("fold", [np.arange(72.0).reshape(1, 8, 9), (4, 4), 2], dict(stride=2, padding=1)),
    ("conv2d", [X[None], np.ones((2, 3, 2, 2))], dict(padding="same")),
    ("max_pool2d", [X[None], 2, 1], {}), ("avg_pool2d", [X[None], 2, 1, 1], {}),
    ("adaptive_avg_pool2d", [X[None], (2, 3)], {}), ("adaptive_max_pool1d", [X, 2], {}),
    ("layer_norm", [X, (5,)], {}), ("group_norm", [X, 2], {}), ("rms_norm", [X, (4, 5)], {}),
    ("instance_norm", [X], {}), ("batch_norm", [X, np.arange(4.0), np.arange(1, 5.0)], {}),
    ("mse_loss", [X, X[::-1].copy()], dict(reduction="sum")), ("cross_entropy", [ADDED, IDS[:5]], {}),
    ("scaled_dot_product_attention", [X, X, X], {}),
    ("scaled_dot_product_attention", [X, X, X], dict(is_causal=True)),
    ("scaled_dot_product_attention", [PER_HEAD * 1.0] * 3, dict(attn_mask=SEEN)),
    ("scaled_dot_product_attention", [PER_HEAD * 1.0] * 3, dict(attn_mask=ADDED, scale=0.3)),
    ("scaled_dot_product_attention", [np.stack([X, X]), X[None, :1], X[None, :1]], dict(enable_gqa=True)),
])
def test_functional_equals_pytorchs(name, arrays, settings, torch):
    results = []
    for make, functions in ((minigrad.tensor, F), (torch.tensor, torch.nn.functional)):
        args = [make(a) if isinstance(a, np.ndarray) else a for a in arrays]
        kwargs = {k: make(a) if isinstance(a, np.ndarray) else a for k, a in settings.items()}
        results.append(getattr(functions, name)(*args, **kwargs))
    close(*results, name, 1e-10)


@pytest.mark.parametrize("norm_type", [2.0, 1.0, 3.0, float("inf")])
@pytest.mark.parametrize("max_norm", [0.5, 100.0])
def test_gradient_clipping_equals_pytorchs(max_norm, norm_type, torch):
    gradients = [np.random.default_rng(i).standard_normal(shape)
                 for i, shape in enumerate([(3, 4), (5,), (1,)])]
    ours = [nn.Parameter(minigrad.zeros(*g.shape, dtype="float64")) for g in gradients]
    theirs = [torch.nn.Parameter(torch.zeros(g.shape, dtype=torch.float64)) for g in gradients]
    for p, q, g in zip(ours, theirs, gradients):
        p.grad, q.grad = minigrad.tensor(g), torch.tensor(g)
    close(utils.clip_grad_norm_(ours, max_norm, norm_type),
          torch.nn.utils.clip_grad_norm_(theirs, max_norm, norm_type), "total norm", 1e-12)
    for p, q in zip(ours, theirs):
        close(p.grad, q.grad, "clipped gradient", 1e-12)


def test_parameters_as_a_vector_equal_pytorchs(torch):
    theirs = torch.nn.Linear(3, 2)
    ours = nn.Linear(3, 2)
    ours.load_state_dict(theirs.state_dict())
    close(utils.parameters_to_vector(ours.parameters()),
          torch.nn.utils.parameters_to_vector(theirs.parameters()), "vector", 0)


def test_the_causal_mask_of_transformer_equals_pytorchs(torch):
    close(nn.Transformer.generate_square_subsequent_mask(5),
          torch.nn.Transformer.generate_square_subsequent_mask(5), "mask", 0)


def test_backward_hooks_see_what_pytorchs_see(torch):
    rng, seen = np.random.default_rng(0), []
    weights = {name: rng.standard_normal(shape) for name, shape in (
        ("0.weight", (3, 2, 3, 3)), ("0.bias", (3,)), ("4.weight", (5, 48)), ("4.bias", (5,)))}
    image = rng.standard_normal((2, 2, 6, 6))
    for library in (minigrad, torch):
        layers, found = library.nn, []
        model = layers.Sequential(layers.Conv2d(2, 3, 3), layers.ReLU(), layers.Identity(), layers.Flatten(),
                                  layers.Linear(48, 5)).double()
        model.load_state_dict({name: library.tensor(value) for name, value in weights.items()})
        for module in model:
            module.register_full_backward_hook(lambda module, into, out: found.append((*into, *out)))
        model(library.tensor(image, requires_grad=True))[:, 1].sum().backward()
        seen.append(found)
    for ours, theirs in zip(*seen, strict=True):
        assert [g is None for g in ours] == [g is None for g in theirs]
        for y, z in zip(as_tuple(ours), as_tuple(theirs), strict=True):
            close(y, z, "gradient", 1e-12)


LENGTHS = [2, 4, 1, 4]
SEQUENCES = [np.random.default_rng(n).standard_normal((length, 2)) for n, length in enumerate(LENGTHS)]


@pytest.mark.parametrize("use", [
    lambda rnn, xs: rnn.pad_sequence(xs),
    lambda rnn, xs: rnn.pad_sequence(xs, batch_first=True, padding_value=-1.5, padding_side="left"),
    lambda rnn, xs: rnn.pack_sequence(xs, enforce_sorted=False),
    lambda rnn, xs: rnn.pack_sequence(sorted(xs, key=len, reverse=True)),
    lambda rnn, xs: rnn.pack_padded_sequence(rnn.pad_sequence(xs, True), [2, 3, 1, 1], True, False),
    lambda rnn, xs: rnn.pad_packed_sequence(rnn.pack_sequence(xs, enforce_sorted=False)),
    lambda rnn, xs: rnn.pad_packed_sequence(rnn.pack_sequence(xs, False), True, 7.0, total_length=6),
    lambda rnn, xs: tuple(rnn.unpack_sequence(rnn.pack_sequence(xs, enforce_sorted=False))),
    lambda rnn, xs: tuple(rnn.unpad_sequence(*rnn.pad_packed_sequence(rnn.pack_sequence(xs, False), True),
                                             True)),
])
def test_padding_and_packing_equal_pytorchs(use, torch):
    ours = as_tuple(use(utils.rnn, [minigrad.tensor(x) for x in SEQUENCES]))
    theirs = as_tuple(use(torch.nn.utils.rnn, [torch.tensor(x) for x in SEQUENCES]))
    assert [y.dtype.name for y in ours] == [str(z.dtype).removeprefix("torch.") for z in theirs]
    for i, (y, z) in enumerate(zip(ours, theirs, strict=True)):
        close(y, z, f"output {i}", 0)


def test_a_class_has_the_name_that_pytorch_gives_it(torch):
    for path in ("nn", "nn.utils.parametrizations", "nn.utils.parametrize", "nn.utils.rnn", "optim",
                 "optim.lr_scheduler", "optim.swa_utils", "distributions", "utils.data"):
        ours, theirs = (importlib.import_module(f"{root}.{path}") for root in ("minigrad", "torch"))
        shared = [name for name in dir(theirs)
                  if name[0] != "_" and inspect.isclass(getattr(theirs, name)) and hasattr(ours, name)]
        assert shared, path
        assert {name: getattr(ours, name).__name__ for name in shared} == {name: name for name in shared}
