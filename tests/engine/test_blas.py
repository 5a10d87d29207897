"""The number of BLAS threads: read, set, and restored."""

import numpy as np
import pytest

from minigrad.backend import blas, get_blas_threads, set_blas_threads

openblas = "openblas" in np.show_config("dicts")["Build Dependencies"]["blas"]["name"]


@pytest.mark.skipif(not openblas, reason="this NumPy computes with another BLAS than OpenBLAS")
def test_the_number_of_threads_is_what_was_set_and_the_number_before_is_returned():
    before = get_blas_threads()
    try:
        assert set_blas_threads(2) == before
        assert get_blas_threads() == 2
        assert set_blas_threads(1) == 2
        assert get_blas_threads() == 1
    finally:
        set_blas_threads(before)
    assert get_blas_threads() == before


@pytest.mark.parametrize("n", [0, -1, 1.5, None])
def test_a_number_that_is_no_count_is_refused(n):
    with pytest.raises(ValueError, match=f"expected a number of threads, at least 1, got {n}"):
        set_blas_threads(n)


def test_a_blas_that_does_not_tell_gives_none(monkeypatch):
    monkeypatch.setattr(blas, "openblas", lambda: None)
    assert get_blas_threads() is None and set_blas_threads(1) is None
