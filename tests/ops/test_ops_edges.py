"""At kinks, poles and ties: the right value, a gradient without NaN, and no warning."""

import math
import pickle
from contextlib import nullcontext

import numpy as np
import pytest

import minigrad
from minigrad import Tensor, where
from minigrad.nn import functional as F

INF, NAN = math.inf, math.nan


def leaf(numbers, device, dtype="float64"):
    return minigrad.tensor(numbers, dtype=dtype, device=device, requires_grad=True)


def value_and_gradients(f, x, orders=1):
    """f(x), and the gradients of its sum up to an order, as lists."""
    y = f(x)
    out = [y.tolist()]
    for _ in range(orders):
        y, = minigrad.autograd.grad(y.sum(), x, create_graph=True)
        out.append(y.tolist())
    return out


@pytest.mark.parametrize("name, f, x, expected", [
    ("x**2 at 0", lambda x: x**2, [0.0, 3.0], [[0, 9], [0, 6], [2, 2]]),
    ("x**1 at 0", lambda x: x**1, [0.0], [[0], [1], [0]]),
    ("x**0 at 0", lambda x: x**0, [0.0], [[1], [0]]),
    ("x**3 at 0", lambda x: x**3, [0.0], [[0], [0], [0]]),
    ("x ** tensor at 0", lambda x: x ** minigrad.tensor([2.0, 1.0, 0.0], device=x.device), [0.0, 0.0, 0.0],
     [[0, 0, 1], [0, 1, 0]]),
    ("0 ** x", lambda x: 0.0 ** x, [0.0, 2.0, -1.0], [[1, 0, INF], [0, 0, -INF]]),
    ("tensor of 0 ** x", lambda x: minigrad.zeros_like(x) ** x, [0.0, 2.0, -1.0],
     [[1, 0, INF], [0, 0, -INF]]),
    ("inf ** tensor of 0", lambda x: x ** minigrad.zeros_like(x), [INF, NAN, 0.0], [[1, 1, 1], [0, 0, 0]]),
    ("square at 0", minigrad.square, [0.0], [[0], [0], [2]]),
    ("abs at 0", abs, [0.0, -2.0], [[0, 2], [0, -1], [0, 0]]),
    ("sign at 0", minigrad.sign, [0.0, -2.0], [[0, -1], [0, 0]]),
    ("relu at 0", minigrad.relu, [0.0, 2.0], [[0, 2], [0, 1]]),
    ("relu6 at both corners", F.relu6, [0.0, 6.0, 5.0], [[0, 6, 5], [0, 0, 1]]),
    ("leaky_relu at 0", F.leaky_relu, [0.0], [[0], [0.01]]),
    ("elu at 0", F.elu, [0.0], [[0], [1], [0]]),
    ("clamp at both limits", lambda x: x.clamp(0, 1), [0.0, 1.0, 2.0], [[0, 1, 1], [1, 1, 0]]),
    ("norm at 0", lambda x: x.norm(), [0.0, 0.0], [0, [0, 0]]),
    ("norm 3 at 0", lambda x: x.norm(3), [0.0, 0.0], [0, [0, 0]]),
    ("norm 1 at 0", lambda x: x.norm(1), [0.0, 2.0], [2, [0, 1]]),
    ("norm of rows, one of them 0", lambda x: x.norm(dim=1), [[0.0, 0.0], [3.0, 4.0]],
     [[0, 5], [[0, 0], [0.6, 0.8]]]),
    ("norm 1/2 at 0", lambda x: x.norm(0.5), [0.0, 0.0], [0, [0, 0]]),
    ("norm 1/2 with one 0", lambda x: x.norm(0.5), [0.0, 4.0], [4, [0, 1], [0, 0]]),
    ("norm -1 with one 0", lambda x: x.norm(-1), [0.0, 4.0], [0, [0, 0]]),
    ("norm 3 of NaN is NaN", lambda x: x.norm(3), [NAN, 1.0], [NAN, [NAN, NAN]]),
    ("normalize at 0", lambda x: F.normalize(x, dim=0)[0], [0.0, 0.0], [0, [1e12, 0], [0, 0]]),
    ("std of equal numbers", lambda x: x.std(), [2.0, 2.0], [0, [0, 0]]),
    ("var of equal numbers", lambda x: x.var(), [2.0, 2.0], [0, [0, 0]]),
    ("sqrt at 0", minigrad.sqrt, [0.0, 4.0], [[0, 2], [INF, 0.25]]),
    ("prod with one 0", lambda x: x.prod(), [2.0, 0.0, 3.0], [0, [0, 6, 0]]),
    ("prod with two 0", lambda x: x.prod(), [2.0, 0.0, 0.0], [0, [0, 0, 0], [0, 2, 2]]),
    ("cumsum of one", lambda x: x.cumsum(0), [2.0], [[2], [1]]),
    ("xlogy at 0", lambda x: minigrad.xlogy(x, x), [0.0, 1.0], [[0, 0], [0, 1]]),
    ("xlogy of 0 has the slope log(b)", lambda x: minigrad.xlogy(x, 2.0), [0.0], [[0], [math.log(2)]]),
    ("xlogy of NaN", lambda x: minigrad.xlogy(0.0, x), [NAN, -1.0], [[NAN, 0]]),
    ("log at 0", minigrad.log, [0.0], [[-INF], [INF]]),
    ("log of a negative number", minigrad.log, [-1.0], [[NAN]]),
    ("division by 0", lambda x: 1 / x, [0.0], [[INF], [-INF]]),
    ("0 / 0", lambda x: x / x, [0.0], [[NAN]]),
    ("atan2 at 0", lambda x: minigrad.atan2(x, x), [0.0], [[0], [0]]),
    ("atan2 of numbers whose squares underflow", lambda x: minigrad.atan2(x, x.detach()), [1e-200],
     [[math.pi / 4], [5e199]]),
    ("hypot at 0", lambda x: minigrad.hypot(x, x), [0.0], [[0], [0]]),
    ("logit at its ends", lambda x: abs(minigrad.logit(x)), [0.0, 1.0, 0.5], [[INF, INF, 0], [-INF, INF, 0]]),
    ("logit outside", minigrad.logit, [2.0, -1.0], [[NAN, NAN], [NAN, NAN]]),
    ("sinc at 0", minigrad.sinc, [0.0], [[1], [0], [-math.pi**2 / 3]]),
    ("threshold keeps NaN", lambda x: F.threshold(x, 1.0, 5.0), [NAN, 0.0, 1.0, 2.0], [[NAN, 5, 5, 2]]),
    ("trunc of a division by 0", lambda x: minigrad.div(x, 0.0, rounding_mode="trunc"), [1.0], [[INF], [0]]),
    ("where with NaN in the branch not taken", lambda x: where(x == x, x, 0.0)**2, [NAN, INF, 3.0],
     [[0, INF, 9], [0, INF, 6], [0, 2, 2]]),
    ("where that guards the argument", lambda x: where(x > 0, where(x > 0, x, 1.0).log(), 0.0),
     [0.0, -1.0, 2.0], [[0, 0, math.log(2)], [0, 0, 0.5], [0, 0, -0.25]]),
    ("max with a tie", lambda x: x.max(), [3.0, 1.0, 3.0], [3, [0.5, 0, 0.5]]),
    ("amax with a tie", lambda x: x.amax(0), [3.0, 1.0, 3.0], [3, [0.5, 0, 0.5]]),
    ("max along dim takes the first of a tie", lambda x: x.max(0).values, [3.0, 1.0, 3.0], [3, [1, 0, 0]]),
    ("min along dim takes the first of a tie", lambda x: x.min(0).values, [1.0, 3.0, 1.0], [1, [1, 0, 0]]),
    ("median with a tie", lambda x: x.median(), [3.0, 1.0, 3.0, 3.0], [3, [1 / 3, 0, 1 / 3, 1 / 3]]),
    ("nanmedian with a tie", lambda x: x.nanmedian(), [NAN, 2.0, 2.0], [2, [0, 0.5, 0.5]]),
    ("median along dim takes one of a tie", lambda x: x.median(0).values, [2.0, 1.0], [1, [0, 1]]),
    ("maximum of equals", lambda x: minigrad.maximum(x, 1.0), [1.0, 3.0], [[1, 3], [0.5, 1]]),
    ("minimum of equals", lambda x: minigrad.minimum(x, 1.0), [1.0, 3.0], [[1, 1], [0.5, 0]]),
    ("sort with ties keeps their order", lambda x: x.sort(descending=True).indices * x, [1.0, 1.0, 1.0],
     [[0, 1, 2]]),
    ("max_pool with a tie", lambda x: F.max_pool2d(x, 2), [[[1.0, 1.0], [1.0, 1.0]]],
     [[[[1]]], [[[1, 0], [0, 0]]]]),
    ("sigmoid far out", minigrad.sigmoid, [1e4, -1e4], [[1, 0], [0, 0], [0, 0]]),
    ("softplus far out", F.softplus, [1e4, -1e4], [[1e4, 0], [1, 0], [0, 0]]),
    ("logsigmoid far out", F.logsigmoid, [1e4, -1e4], [[0, -1e4], [0, 1]]),
    ("silu far out", F.silu, [1e4, -1e4], [[1e4, 0], [1, 0]]),
    ("gelu far out", F.gelu, [1e4, -1e4], [[1e4, 0], [1, 0]]),
    ("gelu tanh far out", lambda x: F.gelu(x, approximate="tanh"), [1e4, -1e4], [[1e4, 0], [1, 0]]),
    ("elu far out", F.elu, [1e4, -1e4], [[1e4, -1], [1, 0]]),
    ("mish far out", F.mish, [1e4, -1e4], [[1e4, 0], [1, 0]]),
    ("tanh far out", minigrad.tanh, [1e4, -1e4], [[1, -1], [0, 0], [0, 0]]),
    ("erf far out", minigrad.erf, [1e4, -1e4], [[1, -1], [0, 0], [0, 0]]),
    ("exp overflows without a warning", minigrad.exp, [1e4], [[INF]]),
    ("softmax of great logits", lambda x: x.softmax(0), [1e4, -1e4], [[1, 0], [0, 0], [0, 0]]),
    ("log_softmax of great logits", lambda x: x.log_softmax(0), [1e4, -1e4], [[0, -2e4], [-1, 1]]),
    ("logsumexp of great logits", lambda x: x.logsumexp(0), [1e4, -1e4], [1e4, [1, 0], [0, 0]]),
    ("logsumexp of nothing but -inf", lambda x: x.logsumexp(0), [-INF, -INF], [-INF, [0, 0]]),
    ("logsumexp with inf", lambda x: x.logsumexp(0), [INF, 0.0], [INF, [NAN, 0]]),
    ("logsumexp with NaN", lambda x: x.logsumexp(0), [NAN, 0.0], [NAN, [NAN, NAN]]),
    ("logaddexp of great logits", lambda x: minigrad.logaddexp(x, -x), [1e4], [[1e4], [1]]),
    ("logaddexp with inf", lambda x: minigrad.logaddexp(x, minigrad.zeros_like(x)), [INF, -INF],
     [[INF, 0], [1, 0], [0, 0]]),
    ("logaddexp of two -inf", lambda x: minigrad.logaddexp(x, x), [-INF], [[-INF], [1]]),
    ("logaddexp of equal numbers beyond all digits", lambda x: minigrad.logaddexp(x, x.detach()), [1e20],
     [[1e20], [0.5], [0.25]]),
    ("logcumsumexp that begins with -inf", lambda x: x.logcumsumexp(0), [-INF, -INF, 1.0],
     [[-INF, -INF, 1], [1.5, 0.5, 1]]),
    ("softmax with -inf", lambda x: x.softmax(0), [0.0, -INF, 0.0], [[0.5, 0, 0.5], [0, 0, 0], [0, 0, 0]]),
    ("log_softmax with -inf", lambda x: x.log_softmax(0)[0], [0.0, -INF], [0, [0, 0]]),
    ("nansum", lambda x: x.nansum(), [1.0, NAN], [1, [1, 0]]),
    ("nan_to_num", minigrad.nan_to_num, [1.0, NAN], [[1, 0], [1, 0]]),
    ("max of NaN is NaN", lambda x: x.max(), [1.0, NAN], [NAN]),
], ids=lambda value: value if isinstance(value, str) else "")
def test_value_and_gradients_at_the_edge_of(name, f, x, expected, device):
    found = value_and_gradients(f, leaf(x, device), orders=len(expected) - 1)
    for order, (got, right) in enumerate(zip(found, expected)):
        what = f"derivative of order {order}"
        np.testing.assert_allclose(got, right, rtol=1e-12, atol=1e-300, err_msg=what)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_losses_of_great_logits_are_finite_with_finite_gradients(device, dtype):
    ids = minigrad.tensor([1, 0], device=device)
    logits = leaf([[1e4, -1e4], [1e4, -1e4]], device, dtype)
    loss = F.cross_entropy(logits, ids, reduction="none")
    assert loss.tolist() == [2e4, 0.0]
    loss.sum().backward()
    assert logits.grad.tolist() == [[1.0, -1.0], [0.0, 0.0]]

    logits = leaf([1e4, -1e4, 1e4, -1e4], device, dtype)
    target = minigrad.tensor([0.0, 1.0, 1.0, 0.0], dtype=dtype, device=device)
    loss = F.binary_cross_entropy_with_logits(logits, target, reduction="none")
    assert loss.tolist() == [1e4, 1e4, 0.0, 0.0]
    loss.sum().backward()
    assert logits.grad.tolist() == [1.0, -1.0, 0.0, 0.0]


def test_binary_cross_entropy_of_certain_probabilities_is_at_most_100(device):
    p = minigrad.tensor([0.0, 1.0, 0.0, 1.0], device=device)
    target = minigrad.tensor([0.0, 1.0, 1.0, 0.0], device=device)
    assert F.binary_cross_entropy(p, target, reduction="none").tolist() == [0.0, 0.0, 100.0, 100.0]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_slope_of_binary_cross_entropy_is_finite_where_a_probability_is_0_or_1(device, dtype):
    p = leaf([0.0, 1.0, 0.0, 1.0, 0.5], device, dtype)
    target = minigrad.tensor([0.0, 1.0, 1.0, 0.0, 1.0], dtype=dtype, device=device)
    loss, slope, bend = value_and_gradients(lambda p: F.binary_cross_entropy(p, target), p, orders=2)
    np.testing.assert_allclose(slope, [0, 0, -2e11, 2e11, -0.4], rtol=1e-6)     # +-1e12 / 5
    np.testing.assert_allclose(bend, [0, 0, 2e23, 2e23, 0.8], rtol=1e-6)
    target.requires_grad = True
    slope, = minigrad.autograd.grad(F.binary_cross_entropy(p, target, reduction="sum"), target)
    np.testing.assert_allclose(slope.tolist(), [100, -100, 100, -100, 0], atol=1e-6)


def test_binary_cross_entropy_of_a_sigmoid_learns_on_when_it_is_certain():
    minigrad.manual_seed(0)
    x = minigrad.tensor([[-20.0], [-15.0], [15.0], [20.0]])
    target = (x > 0).float()
    model = minigrad.nn.Sequential(minigrad.nn.Linear(1, 1), minigrad.nn.Sigmoid())
    optimizer = minigrad.optim.Adam(model.parameters(), lr=0.5)
    for _ in range(60):
        loss = minigrad.nn.BCELoss()(model(x), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    p = model(x)[:, 0].tolist()
    assert p[2:] == [1.0, 1.0] and max(p[:2]) < 1e-6 and loss.item() < 1e-6


def test_losses_of_infinite_logits_are_those_of_certainty(device):
    x = minigrad.tensor([INF, -INF, INF, -INF], dtype="float64", device=device)
    target = minigrad.tensor([1.0, 0.0, 0.0, 1.0], dtype="float64", device=device)
    certain = [0, 0, INF, INF], [0, 0, 1, -1]
    for loss in (lambda x, t: F.binary_cross_entropy_with_logits(x, t, reduction="none"),
                 lambda x, t: F.multilabel_soft_margin_loss(x[:, None], t[:, None], reduction="none"),
                 lambda x, t: F.soft_margin_loss(x, 2 * t - 1, reduction="none")):
        assert value_and_gradients(lambda x: loss(x, target), leaf(x.tolist(), device)) == [*certain]


TERMS_WITHOUT_WEIGHT = {    # a loss, its input, a weight or target of 0 for an infinite term, value and slope
    "cross_entropy, probabilities": (lambda x, t: F.cross_entropy(x, t, reduction="sum"), [[-INF, 0.0, 0.0]],
                                     [[0.0, 1.0, 0.0]], math.log(2), [[0, -0.5, 0.5]]),
    "cross_entropy, weight": (lambda x, w: F.cross_entropy(x, minigrad.tensor([0, 1], device=x.device), w),
                              [[-INF, 0.0, 0.0], [0.0, 0.0, 0.0]], [0.0, 1.0, 1.0], math.log(3),
                              [[0, 0, 0], [1 / 3, -2 / 3, 1 / 3]]),
    "nll_loss, weight": (lambda x, w: F.nll_loss(x, minigrad.tensor([0, 1], device=x.device), w),
                         [[-INF, 0.0], [0.0, -2.0]], [0.0, 1.0], 2, [[0, 0], [0, -1]]),
    "binary_cross_entropy_with_logits, weight": (
        lambda x, w: F.binary_cross_entropy_with_logits(x, minigrad.zeros_like(x), w, reduction="sum"),
        [INF, 0.0], [0.0, 1.0], math.log(2), [0, 0.5]),
    "kl_div": (lambda x, t: F.kl_div(x, t, reduction="sum"), [-INF, 0.0], [0.0, 1.0], 0, [0, -1]),
    "kl_div, log_target": (lambda x, t: F.kl_div(x, t, reduction="sum", log_target=True), [-INF, 0.0],
                           [-INF, 0.0], 0, [0, -1]),
    "poisson_nll_loss": (lambda x, t: F.poisson_nll_loss(x, t, reduction="sum"), [-INF, 0.0], [0.0, 1.0], 1,
                         [0, 0]),
    "poisson_nll_loss, rates": (lambda x, t: F.poisson_nll_loss(x, t, False, eps=0.0, reduction="sum"),
                                [0.0, 1.0], [0.0, 1.0], 1, [NAN, 0]),
}


@pytest.mark.parametrize("name", TERMS_WITHOUT_WEIGHT)
def test_an_infinite_term_with_weight_0_adds_nothing_to(name, device):
    loss, x, weight, value, slope = TERMS_WITHOUT_WEIGHT[name]
    weight = minigrad.tensor(weight, dtype="float64", device=device)
    found = value_and_gradients(lambda x: loss(x, weight), leaf(x, device))
    np.testing.assert_allclose(found[0], value, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(found[1], slope, rtol=1e-12, atol=1e-12)


IGNORING = {                # losses that ignore targets of -1, and how much each class counts
    "cross_entropy": (F.cross_entropy, {}),
    "cross_entropy, smoothed": (F.cross_entropy, dict(label_smoothing=0.2)),
    "nll_loss": (F.nll_loss, {}),
}
CLASS_WEIGHTS = {"no weights": None, "weights": [0.5, 2.0, 1.0, 3.0]}


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("weights", CLASS_WEIGHTS)
@pytest.mark.parametrize("places", [(), (2,)], ids=["vectors", "places"])
@pytest.mark.parametrize("kernels", [True, False], ids=["kernels", "definition"])
@pytest.mark.parametrize("name", IGNORING)
def test_ignored_rows_count_as_little_as_absent_ones(name, weights, places, kernels, reduction, device):
    loss, settings = IGNORING[name]
    weight = CLASS_WEIGHTS[weights]
    weight = weight and minigrad.tensor(weight, dtype="float64", device=device)
    rng = np.random.default_rng(0)
    scores, ids = rng.normal(size=(6, 4, *places)), rng.integers(0, 4, (6, *places))
    scores[1], scores[2], scores[4], ids[[1, 2, 4]] = NAN, -INF, INF, -1
    scores[5, 1], ids[5] = -INF, 0                      # a class that is masked, in a row that counts
    if "smoothed" in name:
        scores[5, 1] = 0.0
    counts = [0, 3, 5]

    def of(rows):
        target = minigrad.tensor(ids[rows], device=device)

        def f(x):
            return loss(x, target, weight, ignore_index=-1, reduction=reduction, **settings)
        orders = 1 if loss is F.nll_loss else 2
        with nullcontext() if kernels else minigrad.without_kernels():
            y, *slopes = value_and_gradients(f, leaf(scores[rows], device), orders)
        return [np.array(y), *map(np.array, slopes)]

    value, *slopes = of([0, 1, 2, 3, 4, 5])
    right, *right_slopes = of(counts)
    np.testing.assert_allclose(value[counts] if reduction == "none" else value, right, rtol=1e-12)
    if reduction == "none":
        assert (value[[1, 2, 4]] == 0).all()
    for slope, right in zip(slopes, right_slopes):
        assert (slope[[1, 2, 4]] == 0).all()
        np.testing.assert_allclose(slope[counts], right, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("kernels", [True, False], ids=["kernels", "definition"])
@pytest.mark.parametrize("weight", [None, [1.0, 1.0], [0.0, 1.0]], ids=["no weights", "ignored", "weight 0"])
@pytest.mark.parametrize("name", IGNORING)
def test_a_mean_over_no_target_is_nan_with_gradient_0(name, weight, kernels, device):
    loss, settings = IGNORING[name]
    target = minigrad.tensor([-1, -1] if weight != [0.0, 1.0] else [-1, 0], device=device)
    weight = weight and minigrad.tensor(weight, dtype="float64", device=device)
    x = leaf([[1.0, 2.0], [3.0, 0.0]], device)
    with nullcontext() if kernels else minigrad.without_kernels():
        value, slope = value_and_gradients(lambda x: loss(x, target, weight, ignore_index=-1, **settings), x)
        first, = minigrad.autograd.grad(loss(x, target, weight, ignore_index=-1, **settings), x)
    assert math.isnan(value)
    assert slope == first.tolist() == [[0, 0], [0, 0]]


def test_a_batch_of_ignored_targets_leaves_the_weights_as_they_are():
    model = minigrad.nn.Linear(3, 4)
    before = model.weight.tolist()
    loss = minigrad.nn.CrossEntropyLoss(ignore_index=0)(model(minigrad.ones(2, 3)), minigrad.tensor([0, 0]))
    loss.backward()
    minigrad.optim.SGD(model.parameters(), lr=0.1).step()
    assert model.weight.tolist() == before


@pytest.mark.parametrize("zero_infinity", [False, True])
def test_ctc_loss_does_not_read_time_steps_beyond_the_input_length(zero_infinity, device):
    log_p = np.log(np.random.default_rng(0).dirichlet(np.ones(3), (4, 2)))
    junk = log_p.copy()
    junk[3, 0], junk[2:, 1] = NAN, -INF
    lengths = minigrad.tensor([3, 2]), minigrad.tensor([2, 1])

    def f(x):
        return F.ctc_loss(x, minigrad.tensor([[1, 2], [2, 0]], device=device), *lengths,
                          zero_infinity=zero_infinity)
    right, found = (value_and_gradients(f, leaf(x, device)) for x in (log_p, junk))
    assert found == right and np.isfinite(found[1]).all()


@pytest.mark.parametrize("added", [False, True], ids=["boolean mask", "added mask"])
def test_a_query_that_may_see_nothing_gets_zeros_and_gives_no_gradient(device, added):
    q, k, v = (leaf(np.random.default_rng(i).normal(size=(2, 2)), device) for i in range(3))
    mask = minigrad.tensor([[True, False], [False, False]], device=device)
    if added:
        mask = where(mask, 0.0, minigrad.tensor(-INF, dtype="float64", device=device))
    y = F.scaled_dot_product_attention(q, k, v, mask)
    assert y[0].tolist() == v[0].tolist() and y[1].tolist() == [0.0, 0.0]
    y.sum().backward()
    assert q.grad[1].tolist() == [0.0, 0.0]
    assert v.grad.tolist() == [[1.0, 1.0], [0.0, 0.0]]
    assert np.isfinite(q.grad.tolist()).all() and np.isfinite(k.grad.tolist()).all()


def test_rounding_goes_to_even_as_in_pytorch(device):
    assert minigrad.tensor([0.5, 1.5, 2.5, -0.5], device=device).round().tolist() == [0.0, 2.0, 2.0, -0.0]


def test_remainder_has_the_sign_of_the_divisor_and_fmod_of_the_dividend(device):
    x = minigrad.tensor([5.0, -5.0], device=device)
    assert (x % 3).tolist() == [2.0, 1.0] and (x % -3).tolist() == [-1.0, -2.0]
    assert minigrad.fmod(x, 3).tolist() == minigrad.fmod(x, -3).tolist() == [2.0, -2.0]


def test_only_floats_and_no_elements_at_all_are_divided_by_0():
    x, nothing = minigrad.tensor([1.0, -1.0]), minigrad.tensor([], dtype=minigrad.int64)
    assert (x // 0).tolist() == (minigrad.tensor([1, -1]) // 0.0).tolist() == [math.inf, -math.inf]
    assert (x % 0).isnan().all() and (nothing // 0).shape == (nothing % 0).shape == (0,)


def test_erf_expm1_and_log1p_are_exact_near_0(device):
    x = minigrad.tensor([1e-10, -1e-300], dtype="float64", device=device)
    slope = 2 / math.sqrt(math.pi)
    np.testing.assert_allclose(minigrad.erf(x).tolist(), [slope * 1e-10, slope * -1e-300], rtol=1e-15)
    np.testing.assert_allclose(minigrad.expm1(x).tolist(), [math.expm1(1e-10), -1e-300], rtol=1e-15)
    np.testing.assert_allclose(minigrad.log1p(x).tolist(), [math.log1p(1e-10), -1e-300], rtol=1e-15)


@pytest.mark.parametrize("expression, dtype", [
    ("n * 0.5", "float32"), ("n / 2", "float32"), ("n + 1", "int64"), ("n * True", "int64"),
    ("b + 1", "int64"),
    ("b * 0.5", "float32"), ("n * f", "float32"), ("f * n", "float32"), ("i * f", "float32"),
    ("h * n", "float16"),
    ("h * 0.5", "float16"), ("h * f", "float32"), ("d * f", "float64"), ("u / 255", "float32"),
    ("u * 2", "uint8"),
    ("u + n", "int64"), ("n ** 2", "int64"), ("2 ** f", "float32"), ("n // 2", "int64"),
    ("n % 2", "int64"),
    ("f // 2", "float32"), ("f > n", "bool"), ("n.sqrt()", "float32"), ("u.exp()", "float32"),
    ("u.log()", "float32"),
    ("b.sin()", "float32"), ("n.float()", "float32"), ("n.sum()", "int64"), ("u.sum()", "int64"),
    ("b.sum()", "int64"),
    ("i.sum()", "int64"), ("b.cumsum(0)", "int64"), ("u.cumsum(0)", "int64"), ("u.prod()", "int64"),
    ("f.argmax()", "int64"), ("f.sort().indices", "int64"), ("f * np.float64(2)", "float32"),
    ("np.float64(2) * f", "float32"), ("f + np.int64(2)", "float32"), ("n * np.float64(2)", "float32"),
    ("d * np.float32(2)", "float64"), ("h + np.float64(2)", "float16"), ("f.clamp(0, 1)", "float32"),
    ("minigrad.where(b, f, 0)", "float32"), ("minigrad.where(b, n, 0)", "int64"),
    ("minigrad.where(b, 1.0, n)", "float32"),
    ("minigrad.maximum(n, f)", "float32"), ("f.lerp(f, 0.5)", "float32"), ("n.abs()", "int64"),
    ("n.clamp(0, 2)", "int64"),
    ("f.mean()", "float32"), ("h.mean()", "float16"), ("h.var()", "float16"), ("n.norm()", "float32"),
    ("f.sum(dtype=minigrad.float64)", "float64"), ("f.masked_fill(b, 1)", "float32"),
    ("f.isnan()", "bool"),
    ("f.all()", "bool"), ("n.bool()", "bool"), ("f @ f", "float32"), ("minigrad.cat([f, d])", "float64"),
    ("minigrad.stack([n, f])", "float32"), ("f == n", "bool"), ("~b", "bool"), ("n & 1", "int64"),
    ("-u", "uint8"),
    ("h + minigrad.tensor(1.0)", "float16"), ("minigrad.tensor(1.0) * h", "float16"),
    ("f + minigrad.tensor(1.0, dtype='float64')", "float32"), ("minigrad.tensor(1.0) + n", "float32"),
    ("f * np.ones(3, 'int64')", "float32"), ("f * np.ones(3, 'float32')", "float32")])
def test_the_dtype_of(expression, dtype):
    names = {name: minigrad.tensor([1, 2, 3], dtype=kind) for name, kind in dict(
        n="int64", i="int32", u="uint8", b="bool", f="float32", d="float64", h="float16").items()}
    assert eval(expression, {"minigrad": minigrad, "np": np, **names}).dtype == dtype


def test_small_integers_do_not_lose_precision_or_overflow_beside_floats(device):
    u = minigrad.tensor([200], dtype="uint8", device=device)
    f = leaf([2.0], device, "float32")
    np.testing.assert_allclose(u.log().tolist(), [math.log(200)], rtol=1e-7)
    np.testing.assert_allclose((u / 255).tolist(), [200 / 255], rtol=1e-7)
    minigrad.atan2(f, u).backward()
    np.testing.assert_allclose(f.grad.tolist(), [200 / (2**2 + 200**2)], rtol=1e-6)


def test_integer_tensors_refuse_gradients():
    with pytest.raises(TypeError, match=r"only floating-point and complex tensors can require gradients, "
                                        r"got int64; convert it with \.float\(\)"):
        minigrad.tensor([1, 2], requires_grad=True)


def test_comparing_with_what_is_no_number_is_false():
    x = minigrad.ones(2)
    assert (x == None) is False and (x != None) is True and (x == "a") is False      # noqa: E711


def test_an_empty_batch_goes_through_layers_and_has_a_sum_but_no_mean(device):
    x = minigrad.zeros(0, 3, 4, 4, device=device, requires_grad=True)
    weight = minigrad.ones(2, 3, 3, 3, device=device, requires_grad=True)
    y = F.max_pool2d(F.conv2d(x, weight, padding=1), 2).flatten(1)
    logits = F.layer_norm(F.linear(y, minigrad.ones(5, 8, device=device)), (5,))
    assert logits.shape == (0, 5)
    loss = F.cross_entropy(logits, minigrad.zeros(0, dtype=minigrad.int64, device=device), reduction="sum")
    loss.backward()
    assert loss.item() == 0.0 and x.grad.shape == x.shape
    assert weight.grad.tolist() == minigrad.zeros(2, 3, 3, 3).tolist()
    for loss in (F.mse_loss, F.l1_loss, F.huber_loss, F.binary_cross_entropy_with_logits):
        with pytest.raises(ValueError, match=r"an empty batch, shape \(0, 5\), has no mean; skip"):
            loss(logits, logits)
    with pytest.raises(ValueError, match=r"an empty batch, shape \(0,\), has no mean; skip"):
        F.cross_entropy(logits, minigrad.zeros(0, dtype=minigrad.int64, device=device))


def test_views_of_an_op_share_memory_and_copies_do_not():
    x = minigrad.arange(6.0).reshape(2, 3)
    assert np.shares_memory(x.T.array, x.array) and np.shares_memory(x[0].array, x.array)
    assert not np.shares_memory(x.clone().array, x.array) and not np.shares_memory((x * 1).array, x.array)
    assert x.T.contiguous().array.flags.c_contiguous


def test_a_sum_of_many_float32_numbers_is_exact_to_a_few_roundings():
    x = Tensor(np.full(1_000_000, 0.1, "f4"))
    assert abs(x.sum().item() / 1e5 - 1) < 1e-6


def test_the_mean_of_many_halves_does_not_overflow_as_their_sum_does():
    x = minigrad.ones(100_000, dtype="float16", requires_grad=True)
    found = [x.mean(), x.reshape(2, -1).mean(1)[0],
             minigrad.nn.functional.mse_loss(x, minigrad.zeros_like(x))]
    assert [(y.dtype, y.item()) for y in found] == 3 * [("float16", 1.0)]
    found[0].backward()
    assert x.grad.dtype == "float16" and x.grad[0].item() == pytest.approx(1e-5, rel=0.01)


@pytest.mark.parametrize("function", [minigrad.qr, minigrad.svd, minigrad.linalg.norm])
def test_functions_with_a_name_for_errors_are_pickled_by_their_own(function):
    assert pickle.loads(pickle.dumps(function)) is function


# Losses and distances at their corners


MARGIN_LOSSES = {           # at exactly the margin: a loss of x, where x is there, and its slope
    "hinge_embedding": (lambda x: F.hinge_embedding_loss(x, -minigrad.ones_like(x), 2.0), [2.0], [-1]),
    "margin_ranking": (lambda x: F.margin_ranking_loss(
        x, minigrad.zeros_like(x), minigrad.ones_like(x), 2.0), [2.0], [-1]),
    "cosine_embedding": (lambda x: F.cosine_embedding_loss(
        x, minigrad.tensor([0.0, 1.0], dtype=x.dtype, device=x.device), minigrad.tensor(-1, device=x.device)),
        [1.0, 0.0], [0, 1]),
    "triplet": (lambda x: F.triplet_margin_loss(
        x, minigrad.zeros_like(x), minigrad.full_like(x, 4.0), 2.0, eps=0.0), [1.0], [2]),
    "multi_margin": (lambda x: F.multi_margin_loss(x, minigrad.tensor([0], device=x.device)),
                     [[1.0, 0.0]], [[0, 0]]),
    "multilabel_margin": (lambda x: F.multilabel_margin_loss(
        x, minigrad.tensor([[0, -1]], device=x.device)), [[1.0, 0.0]], [[0, 0]]),
}


@pytest.mark.parametrize("name", MARGIN_LOSSES)
def test_the_slope_at_the_margin_is_that_of_pytorch(name, device):
    loss, x, slope = MARGIN_LOSSES[name]
    value, found = value_and_gradients(loss, leaf(x, device))
    np.testing.assert_allclose(value, 0, atol=1e-12)
    np.testing.assert_allclose(found, slope, atol=1e-12)


@pytest.mark.parametrize("loss", [F.huber_loss, F.smooth_l1_loss])
def test_a_robust_loss_has_a_slope_of_1_however_far_off_the_input_is(loss, device):
    x = leaf([INF, -INF, 1e200, 1.0, -0.5], device)
    found = value_and_gradients(lambda x: loss(x, minigrad.zeros_like(x), reduction="none"), x, orders=2)
    assert found == [[INF, INF, 1e200, 0.5, 0.125], [1, -1, 1, 1, -0.5], [0, 0, 0, 0, 1]]


def test_a_gaussian_may_have_an_infinite_variance(device):
    x = leaf([3.0], device)
    variance = minigrad.tensor([INF], dtype="float64", device=device)
    found = value_and_gradients(lambda x: F.gaussian_nll_loss(x, minigrad.zeros_like(x), variance), x)
    assert found == [INF, [0]]


@pytest.mark.parametrize("dim", range(-3, 3))
@pytest.mark.parametrize("shapes", [((1, 2, 3), (2, 1, 3)), ((2, 1, 3), (3,)), ((3, 1), (4, 3, 2))], ids=str)
def test_cosine_similarity_measures_the_vectors_of_the_broadcast_tensors(shapes, dim, device):
    rng = np.random.default_rng(0)
    a, b = (rng.normal(size=shape) for shape in shapes)
    wide_a, wide_b = np.broadcast_arrays(a, b)
    dot, squares = (wide_a * wide_b).sum(dim), (wide_a**2).sum(dim) * (wide_b**2).sum(dim)
    a, b = leaf(a, device), leaf(b, device)
    cosine = minigrad.cosine_similarity(a, b, dim)
    np.testing.assert_allclose(cosine.tolist(), dot / np.sqrt(squares), rtol=1e-12)
    assert minigrad.gradcheck(lambda a, b: minigrad.cosine_similarity(a, b, dim), (a, b))


@pytest.mark.parametrize("f", [lambda x: x.norm(), lambda x: x.norm(3), lambda x: x.std(),
                               lambda x: x.norm(dim=0), lambda x: minigrad.dist(x, minigrad.zeros_like(x)),
                               lambda x: minigrad.hypot(x, minigrad.zeros_like(x)).sum(),
                               lambda x: minigrad.atan2(minigrad.zeros_like(x), x).sum(),
                               lambda x: minigrad.atan2(x, minigrad.zeros_like(x)).sum()])
def test_a_second_derivative_where_a_norm_is_0_counts_as_0_and_is_announced(f):
    x = leaf([0.0, 0.0], "cpu")
    first, = minigrad.autograd.grad(f(x), x, create_graph=True)     # no warning: it may be all that is wanted
    with pytest.warns(UserWarning, match="where a norm or a standard deviation is 0. It is infinite there"):
        second, = minigrad.autograd.grad(first.sum(), x)
    assert first.tolist() == second.tolist() == [0, 0]


def test_a_second_derivative_where_a_norm_of_0_does_not_matter_is_not_announced(device):
    x = leaf([[0.0, 0.0], [3.0, 4.0]], device)
    first, = minigrad.autograd.grad(F.normalize(x)[:, 0].sum(), x, create_graph=True)
    second, = minigrad.autograd.grad(first.sum(), x)
    np.testing.assert_allclose(second.tolist(), [[0, 0], [-0.04352, 0.02464]], atol=1e-12)


@pytest.mark.parametrize("p", [0, 0.5, 1, 2, 3, -1, math.inf])
@pytest.mark.parametrize("numbers", [[1.0, NAN, 2.0], [1.0, INF], [0.0, 0.0], [0.0, 3.0], [-INF]])
def test_a_norm_of_nan_or_infinity_is_the_one_of_numpy(p, numbers):
    with np.errstate(all="ignore"):
        expected = np.linalg.norm(np.array(numbers), p)
        ours = minigrad.linalg.norm(minigrad.tensor(numbers, dtype="float64"), p).item()
    assert ours == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize("dtype, expected", [
    ("int32", "float64"), ("float32", "float32"), ("bool", "float64")])
def test_sums_of_integer_weights_are_float64_as_in_pytorch(dtype, expected):
    sums = minigrad.bincount(minigrad.tensor([0, 2, 2]), minigrad.ones(3, dtype=dtype))
    assert sums.dtype == expected and sums.tolist() == [1, 0, 2]
