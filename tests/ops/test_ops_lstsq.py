"""lstsq for every driver against PyTorch, with full rank and without."""

import numpy as np
import pytest

import minigrad

DRIVERS = [None, "gels", "gelsy", "gelsd", "gelss"]
TALL = np.random.default_rng(0).normal(size=(2, 5, 3))
DEFICIENT = TALL @ np.array([[1.0, 0, 1], [0, 1, 1], [0, 0, 0]])
COMPLEX = TALL + 1j * TALL[:, ::-1]


def same(ours, theirs):
    for name, a, b in zip(ours._fields, ours, theirs):
        assert tuple(a.shape) == tuple(b.shape), name
        assert name != "rank" or str(b.dtype).endswith(str(a.dtype))
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-9, atol=1e-9, err_msg=name)


@pytest.mark.parametrize("driver", DRIVERS)
@pytest.mark.parametrize("A", [TALL, TALL.transpose(0, 2, 1), TALL[0], TALL[:, :3], TALL[0, :, :1], COMPLEX,
                               TALL[:, :0]], ids=lambda A: str(A.shape))
def test_full_rank(A, driver, torch):
    B = np.cos(np.arange(A[..., 0].size * 2)).reshape(*A.shape[:-1], 2).astype(A.dtype)
    ours, theirs = (lib.linalg.lstsq(lib.tensor(A), lib.tensor(B), driver=driver)
                    for lib in (minigrad, torch))
    same(ours, theirs)


@pytest.mark.parametrize("driver", [None, "gelsy", "gelsd", "gelss"])
@pytest.mark.parametrize("A", [DEFICIENT, DEFICIENT[0], DEFICIENT[0].T, np.stack([TALL[0], DEFICIENT[1]])],
                         ids=lambda A: str(A.shape))
def test_without_full_rank_the_shortest_solution(A, driver, torch):
    B = np.sin(np.arange(A[..., 0].size)).reshape(*A.shape[:-1], 1)
    ours, theirs = (lib.linalg.lstsq(lib.tensor(A), lib.tensor(B), driver=driver)
                    for lib in (minigrad, torch))
    same(ours, theirs)


@pytest.mark.parametrize("driver, rcond", [
    *[("gelsy", rcond) for rcond in (None, 1e-3)],          # LAPACK's gelsy estimates the singular values
    *[(driver, rcond) for driver in ("gelsd", "gelss") for rcond in (None, 1e-3, 0.5, 0.9)]])
def test_rcond(rcond, driver, torch):
    A, B = np.diag([1.0, 0.7, 1e-2])[:, ::-1].copy(), np.ones((3, 1))
    ours, theirs = (lib.linalg.lstsq(lib.tensor(A), lib.tensor(B), rcond, driver=driver)
                    for lib in (minigrad, torch))
    same(ours, theirs)


def test_what_needs_full_rank_says_so():
    A = minigrad.tensor(DEFICIENT, requires_grad=True)
    B = minigrad.ones(2, 5, 1, dtype=minigrad.float64, requires_grad=True)
    with pytest.raises(ValueError, match="does not have rank 3"):
        minigrad.linalg.lstsq(A.detach(), B, driver="gels")
    minigrad.linalg.lstsq(A.detach(), B).solution.sum().backward()
    np.testing.assert_allclose(B.grad.numpy()[..., 0], np.linalg.pinv(DEFICIENT).sum(1), rtol=1e-9)
    with pytest.raises(ValueError, match="driver must be 'gels'"):
        minigrad.linalg.lstsq(A, B, driver="gesv")
