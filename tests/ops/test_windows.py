"""The windows of torch.signal.windows, and kaiser_window, against PyTorch's and against their definitions."""

import numpy as np
import pytest

import minigrad
from minigrad.signal import windows

SETTINGS = {
    "bartlett": [{}], "blackman": [{}], "cosine": [{}], "hamming": [{}], "hann": [{}], "nuttall": [{}],
    "exponential": [{}, dict(tau=2.5), dict(center=1.0, sym=False, tau=0.7)],
    "gaussian": [{}, dict(std=0.3)],
    "general_cosine": [dict(a=[0.5]), dict(a=[0.4, 0.3, 0.2, 0.1])],
    "general_hamming": [{}, dict(alpha=0.7)],
    "kaiser": [{}, dict(beta=0.0), dict(beta=3.5)],
}


@pytest.mark.parametrize("name", windows.__all__)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_window_is_pytorchs(torch, name, dtype):
    for settings in SETTINGS[name]:
        for M in (0, 1, 2, 3, 8, 33):
            for sym in (True, False):
                if settings.get("center") is not None and sym:
                    continue
                given = {"sym": sym, **settings}
                ours = getattr(windows, name)(M, dtype=getattr(minigrad, dtype), **given)
                theirs = getattr(torch.signal.windows, name)(M, dtype=getattr(torch, dtype), **given).numpy()
                assert ours.dtype == dtype and ours.shape == theirs.shape, (M, given)
                exact = 4e-6 if dtype == "float32" else 1e-13       # PyTorch computes in this dtype
                np.testing.assert_allclose(ours.numpy(), theirs, rtol=0, atol=exact, err_msg=f"{M} {given}")


@pytest.mark.parametrize("name", windows.__all__)
def test_a_periodic_window_is_the_start_of_a_longer_symmetric_one(name):
    settings = {"a": [0.5, 0.3]} if name == "general_cosine" else {}
    window = getattr(windows, name)
    longer = window(9, dtype=minigrad.float64, **settings).numpy()
    np.testing.assert_allclose(window(8, sym=False, dtype=minigrad.float64, **settings).numpy(), longer[:8],
                               rtol=0, atol=1e-15)
    np.testing.assert_allclose(longer, longer[::-1], rtol=0, atol=1e-15)
    assert longer[4] == longer.max()


@pytest.mark.parametrize("window, given, error", [
    (windows.hann, dict(M=-1), ValueError),
    (windows.hann, dict(M=3, dtype=minigrad.int64), ValueError),
    (windows.hann, dict(M=3, dtype=minigrad.bfloat16), ValueError),
    (windows.gaussian, dict(M=3, std=0.0), ValueError),
    (windows.exponential, dict(M=3, tau=-1.0), ValueError),
    (windows.exponential, dict(M=3, center=1.0), ValueError),
    (windows.kaiser, dict(M=3, beta=-1.0), ValueError),
    (windows.general_cosine, dict(M=3, a=[]), ValueError),
    (windows.general_cosine, dict(M=3, a=0.5), TypeError),
])
def test_a_window_refuses(window, given, error):
    with pytest.raises(error):
        window(**given)


def test_kaiser_window_is_pytorchs(torch):
    for M in (0, 1, 2, 7, 20):
        for given in ({}, dict(periodic=False), dict(periodic=True, beta=2.0)):
            ours = minigrad.kaiser_window(M, **given, dtype=minigrad.float64).numpy()
            theirs = torch.kaiser_window(M, **given, dtype=torch.float64).numpy()
            np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-13)
