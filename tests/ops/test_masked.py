"""minigrad.masked against PyTorch's torch.masked, and what a mask leaves out counts for nothing."""

import numpy as np
import pytest

import minigrad
from minigrad import masked

X = np.array([[1.0, -2.0, 3.0, 0.5], [4.0, 5.0, -6.0, 2.0], [0.5, 1.5, 2.5, -3.5]])
MASK = np.array([[True, False, True, True], [True, True, False, True], [False, True, True, False]])
CALLS = {
    **{name: [{}, dict(dim=1), dict(dim=0, keepdim=True)]
       for name in "sum prod amax amin mean logsumexp".split()},
    "argmax": [dict(dim=1), dict(dim=0, keepdim=True)], "argmin": [dict(dim=1), {}],
    "median": [dict(dim=1), dict(dim=0, keepdim=True)],
    "norm": [dict(ord=2.0, dim=1), dict(ord=1.0), dict(ord=float("inf"), dim=0)],
    "var": [{}, dict(dim=1), dict(dim=1, unbiased=False), dict(dim=0, correction=0)],
    "std": [dict(dim=1), dict(dim=0, keepdim=True)],
    "softmax": [dict(dim=1)], "log_softmax": [dict(dim=0)], "softmin": [dict(dim=1)],
    "normalize": [dict(ord=2.0, dim=1)],
    "cumsum": [dict(dim=1)], "cumprod": [dict(dim=0)],
}
WHOLE = "sum prod amax amin var std cumsum cumprod argmax median".split()     # take integers


def both(torch, name, x, settings, mask=MASK):
    given = {} if mask is None else {"mask": mask}
    ours = getattr(masked, name)(minigrad.tensor(x), **settings, **{
        key: minigrad.tensor(value) for key, value in given.items()})
    theirs = getattr(torch.masked, name)(torch.tensor(x), **settings, **{
        key: torch.tensor(value) for key, value in given.items()})
    return ours.numpy(), theirs.numpy()


@pytest.mark.parametrize("name", CALLS)
def test_masked_is_pytorchs(torch, name):
    for settings in CALLS[name]:
        for x in (X, X.astype("f4")):
            for mask in (MASK, MASK[:1], MASK[:, 1:2] | True, None):
                ours, theirs = both(torch, name, x, settings, mask)
                assert ours.dtype == theirs.dtype, settings
                np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6, err_msg=f"{settings}")


@pytest.mark.parametrize("name", WHOLE)
def test_masked_of_integers_is_pytorchs(torch, name):
    for settings in CALLS[name]:
        ours, theirs = both(torch, name, X.astype("i4"), settings)
        assert ours.dtype == theirs.dtype, settings
        np.testing.assert_allclose(ours, theirs, rtol=1e-5)


@pytest.mark.parametrize("name", [name for name in CALLS if not name.startswith("arg")])
def test_an_element_left_out_changes_nothing_and_has_no_gradient(name):
    settings = CALLS[name][0]
    x = minigrad.tensor(X, requires_grad=True)
    other = minigrad.tensor(np.where(MASK, X, 100.0))
    mask = minigrad.tensor(MASK)
    y = getattr(masked, name)(x, **settings, mask=mask)
    same = getattr(masked, name)(other, **settings, mask=mask)
    np.testing.assert_array_equal(y.detach().numpy(), same.numpy())
    minigrad.where(minigrad.isfinite(y), y * 2, 0.0).sum().backward()
    assert (x.grad.numpy()[~MASK] == 0).all()


def test_logaddexp_takes_a_mask_for_each(torch):
    a, b = X, X[::-1].copy()
    ours = masked.logaddexp(minigrad.tensor(a), minigrad.tensor(b), input_mask=minigrad.tensor(MASK),
                            other_mask=minigrad.tensor(~MASK))
    np.testing.assert_allclose(ours.numpy(), np.where(MASK, a, b), rtol=1e-12)


@pytest.mark.parametrize("call, error", [
    (lambda x, m: masked.sum(x, mask=minigrad.tensor(np.ones((2, 3, 4), bool))), IndexError),
    (lambda x, m: masked.sum(x, mask=m[:, :3]), IndexError),
    (lambda x, m: masked.mean(x.long(), mask=m), ValueError),
    (lambda x, m: masked.amax(x > 0, mask=m), NotImplementedError),
    (lambda x, m: masked.var(x, unbiased=True, correction=1, mask=m), ValueError),
    (lambda x, m: masked.median(x.long(), mask=m & False), ValueError),
    (lambda x, m: masked.masked_tensor(x, m.long()), TypeError),
    (lambda x, m: masked.masked_tensor(x, m[:1]), TypeError),
    (lambda x, m: masked.masked_tensor(x, m) + masked.masked_tensor(x, ~m), ValueError),
    (lambda x, m: masked.masked_tensor(x, m) + x, TypeError),
])
def test_masked_refuses(call, error):
    with pytest.raises(error):
        call(minigrad.tensor(X), minigrad.tensor(MASK))


@pytest.mark.filterwarnings("ignore:The PyTorch API of Masked", "ignore:It is not recommended to create")
def test_a_masked_tensor_computes_and_prints_like_pytorchs(torch):
    ours = masked.masked_tensor(minigrad.tensor(X), minigrad.tensor(MASK), requires_grad=True)
    theirs = torch.masked.masked_tensor(torch.tensor(X), torch.tensor(MASK), requires_grad=True)
    for call in (lambda x: x, lambda x: x + x, lambda x: x * 2, lambda x: x.exp(), lambda x: x.sum(1),
                 lambda x: x.amax(0), lambda x: x.mean(1), lambda x: x[0]):
        a, b = call(ours), call(theirs)
        np.testing.assert_allclose(
            a.to_tensor(0).detach().numpy(), b.to_tensor(0).detach().numpy(), rtol=1e-12)
        np.testing.assert_array_equal(a.get_mask().numpy(), b.get_mask().numpy())
        assert repr(a) == repr(b)
    (ours * ours).sum().backward()
    (theirs * theirs).sum().backward()
    np.testing.assert_allclose(ours.grad.to_tensor(0).numpy(), theirs.grad.to_tensor(0).numpy())


def test_functions_take_a_masked_tensor():
    x = masked.as_masked_tensor(minigrad.tensor(X), minigrad.tensor(MASK))
    assert masked.is_masked_tensor(x) and not masked.is_masked_tensor(x.get_data())
    np.testing.assert_allclose(masked.sum(x, 1).numpy(), (X * MASK).sum(1))
    half = masked.sum(x, 1, mask=minigrad.tensor([True, True, False, False]))
    np.testing.assert_allclose(half.numpy(), (X * MASK)[:, :2].sum(1))
