"""PyTorch's deprecated spellings: each line gives PyTorch's result, and a warning of PyTorch's kind."""

import warnings

import numpy as np
import pytest

import minigrad

pytestmark = pytest.mark.torch

LOSSES = """
F.mse_loss(a, b, {})
F.l1_loss(a, b, {})
F.smooth_l1_loss(a, b, {})
F.binary_cross_entropy(a, b, None, {})
F.binary_cross_entropy_with_logits(a, b, None, {})
F.kl_div(a, b, {})
F.poisson_nll_loss(a, b, True, False, {})
F.soft_margin_loss(a, sign, {})
F.multilabel_soft_margin_loss(a, b, None, {})
F.hinge_embedding_loss(a, sign, 1.0, {})
F.cosine_embedding_loss(a, b, sign[:, 0], 0, {})
F.margin_ranking_loss(a, b, sign, 0, {})
F.triplet_margin_loss(a, b, c, 1.0, 2.0, 1e-6, False, {})
F.nll_loss(a, ids, None, {})
F.cross_entropy(a, ids, None, {})
F.multi_margin_loss(a, ids, 1, 1.0, None, {})
F.multilabel_margin_loss(a, ids2, {})
nn.MSELoss({})(a, b)
nn.CrossEntropyLoss(None, {})(a, ids)
nn.BCEWithLogitsLoss(None, {})(a, b)
nn.TripletMarginLoss(1.0, 2.0, 1e-6, False, {})(a, b, c)
""".strip().splitlines()
FORMER = ["True", "False", "reduce=True", "reduce=False", "size_average=False, reduce=True",
          "size_average=False, reduce=False", "size_average=True, reduce=False",
          "size_average=False, reduction='none'", "reduction='elementwise_mean'"]

OTHERS = """
F.softmax(v)
F.softmax(a)
F.softmax(cube)
F.softmax(cube[None])
F.softmax(v[0])
F.log_softmax(cube)
F.log_softmax(a, dtype=torch.float64)
F.softmin(a)
F.softmin(cube)
nn.Softmax()(cube)
nn.LogSoftmax()(a)
nn.Softmin()(a)
F.upsample(image, scale_factor=2)
F.upsample(image, (3, 4), mode="bilinear", align_corners=True)
F.upsample_nearest(image, 5)
F.upsample_bilinear(image, scale_factor=2)
F.huber_loss(a, b, "elementwise_mean")
F.ctc_loss(a.reshape(3, 1, 3).log_softmax(2), ids[None, :1], (3,), (1,), reduction="elementwise_mean")
nn.HuberLoss(reduction="elementwise_mean")(a, b)
nn.NLLLoss2d()(a, ids)
nn.Hardtanh(min_value=-0.5)(a - 1)
nn.Hardtanh(max_value=0.5)(a)
nn.init.constant(a, 2)
nn.init.eye(a)
nn.init.dirac(cube)
seeded(nn.init.uniform, a)
seeded(nn.init.normal, a)
seeded(nn.init.xavier_uniform, a)
seeded(nn.init.xavier_normal, a, gain=2.0)
seeded(nn.init.kaiming_uniform, a)
seeded(nn.init.kaiming_normal, a, nonlinearity="relu")
seeded(nn.init.orthogonal, a)
seeded(nn.init.sparse, a, 0.5)
nn.utils.clip_grad_norm(with_gradient(a), 0.5)
nn.utils.weight_norm(nn.Linear(3, 3)).weight_g.shape
""".strip().splitlines()

WEIGHTED = """
torch.add(a, 2, b)
torch.sub(a, 2, b)
a.add(2, b)
a.sub(2, b)
a.clone().add_(2, b)
a.clone().sub_(0.5, b)
torch.addmm(2, a, b, c)
torch.addmm(2, a, 3, b, c)
a.addmm(2, b, c)
a.addmm(2, 3, b, c)
a.clone().addmm_(2, 3, b, c)
torch.addmv(2, v, a, v)
torch.addmv(2, v, 3, a, v)
v.addmv(2, 3, a, v)
torch.addr(2, a, v, v)
torch.addr(2, a, 3, v, v)
torch.addbmm(2, a, cube, cube)
torch.addbmm(2, a, 3, cube, cube)
torch.baddbmm(2, cube, cube, cube)
torch.baddbmm(2, cube, 3, cube, cube)
torch.addcmul(a, 2, b, c)
torch.addcdiv(a, 0.5, b, c)
a.addcmul(2, b, c)
a.clone().addcdiv_(2, b, c)
""".strip().splitlines()


def names_for(library):
    """What a line may use, in either library."""
    draw = np.random.default_rng(3).uniform
    a, b, c = (library.tensor(draw(0.1, 0.9, (3, 3)).astype("float32")) for _ in range(3))

    def seeded(function, *args, **settings):
        library.manual_seed(0)
        return function(*args, **settings)

    def with_gradient(x):
        p = library.nn.Parameter(x)
        (p * p).sum().backward()
        return [p]

    return {"torch": library, "nn": library.nn, "F": library.nn.functional, "a": a, "b": b, "c": c,
            "v": library.tensor([1.0, 2.0, 3.0]), "ids": library.tensor([2, 0, 1]),
            "ids2": library.tensor([[1, 0, -1], [2, -1, 0], [0, 1, 2]]),
            "sign": library.tensor([[1.0, -1.0, 1.0], [-1.0, -1.0, 1.0], [1.0, 1.0, -1.0]]),
            "cube": library.tensor(draw(0.1, 0.9, (3, 3, 3)).astype("float32")),
            "image": library.tensor(draw(0.1, 0.9, (1, 1, 2, 2)).astype("float32")),
            "seeded": seeded, "with_gradient": with_gradient}


def run(line, library):
    """The result of a line, and the warnings that it gave."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        warnings.filterwarnings("ignore", "reduction: 'mean' divides")
        result = eval(compile(line, "a program", "eval"), names_for(library))
    return (result.detach().numpy() if isinstance(result, library.Tensor) else np.array(result)), told


def assert_alike(line, torch):
    ours, told = run(line, minigrad)
    theirs, their_told = run(line, torch)
    assert ours.dtype == theirs.dtype
    np.testing.assert_allclose(ours, theirs, 1e-5, 1e-6)
    return told, their_told


@pytest.mark.parametrize("former", FORMER)
@pytest.mark.parametrize("loss", LOSSES)
def test_the_former_arguments_of_a_loss(loss, former, torch):
    line = loss.format(former)
    if former.startswith("reduction"):
        line = loss.replace("{}", former)
        if any(name in loss for name in ("poisson", "multilabel_soft")):
            for library in (torch, minigrad):
                with pytest.raises(ValueError, match="elementwise_mean"):
                    run(line, library)
            return
    told, theirs = assert_alike(line, torch)
    assert {each.category for each in told} == {each.category for each in theirs} == {UserWarning}
    assert len(told) == 1 and told[0].filename == "a program"


@pytest.mark.parametrize("line", OTHERS)
def test_a_former_name_or_a_missing_axis(line, torch):
    told, theirs = assert_alike(line, torch)
    assert [each.category for each in told] == [each.category for each in theirs]
    assert len(told) == 1 and "deprecated" in str(told[0].message)
    assert told[0].filename == (__file__ if "seeded" in line else "a program")


@pytest.mark.parametrize("line", WEIGHTED)
def test_weights_by_position(line, torch):
    """PyTorch tells of them once in a process, minigrad once for each line."""
    told, _ = assert_alike(line, torch)
    assert [each.category for each in told] == [UserWarning] and told[0].filename == "a program"
    assert "write" in str(told[0].message)


def test_a_line_is_told_once(torch):
    for library in (minigrad, torch):
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("default")
            for _ in range(3):
                library.nn.functional.softmax(library.ones(2, 2))
            library.nn.functional.softmax(library.ones(2, 2))
        assert len(told) == 2


def test_the_gradient_passes_weights_by_position():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        x, a = (minigrad.ones(2, 2, requires_grad=True) for _ in range(2))
        minigrad.addmm(2, x, 3, a, minigrad.ones(2, 2)).sum().backward()
    assert x.grad.tolist() == [[2, 2], [2, 2]] and a.grad.tolist() == [[6, 6], [6, 6]]


@pytest.mark.parametrize("line", [
    "F.elu(2, a)", "torch.addmm(a, b, c, 2)", "torch.addmm(1, 2, a, b, c)", "torch.add(2, a, 3, b)",
    "torch.addcmul(2, a, b, c)", "torch.addmm('a', a, b, c)",
    "F.mse_loss(a, b, reduction='elementwise_means')",
    "F.triplet_margin_with_distance_loss(a, b, c, reduction='elementwise_mean')"])
def test_what_pytorch_never_took_is_refused(line, torch):
    for library in (torch, minigrad):
        with pytest.raises((TypeError, ValueError)):
            run(line, library)
