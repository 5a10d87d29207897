"""Anomaly mode names the op that made the first NaN or inf, and the line that called it."""

import re

import numpy as np
import pytest

import minigrad
from minigrad import Tensor, detect_anomaly, fused, primitive, tensor
from minigrad.autograd import Fused, Op, grad


def leaf(*values):
    return Tensor(np.array(values), requires_grad=True)


def here(text):
    """Matches the line of this file that contains `text`."""
    return re.escape(f"{__file__}:") + r"\d+, in test_\w+: .*" + re.escape(text)


def test_a_forward_op_is_named_with_the_line_that_called_it(device):
    x = leaf(-1.0, 1.0).to(device)
    with detect_anomaly(), pytest.raises(RuntimeError, match=r"^log produced NaN from inputs without NaN\n  "
                                         + here("x.log() * 2")):
        (x.log() * 2).sum()


def test_a_gradient_is_named_with_the_line_of_its_forward(device):
    x = leaf(0.0, 1.0).to(device)
    with detect_anomaly():
        y = x.sqrt() + 1
        with pytest.raises(RuntimeError,
                           match=r"^backward: the gradient of sqrt produced inf from a gradient without inf; "
                           r"its forward:\n  " + here("y = x.sqrt() + 1")):
            (y * 3).sum().backward()
        with pytest.raises(RuntimeError, match="^grad: the gradient of sqrt produced inf"):
            grad(x.sqrt().sum(), x, create_graph=True)


@pytest.mark.parametrize("dtype", [minigrad.float32, minigrad.float64, minigrad.complex64])
def test_the_gradient_of_a_single_number_is_watched_in_every_dtype(dtype):
    x = minigrad.zeros(3, dtype=dtype, requires_grad=True)
    with pytest.raises(RuntimeError, match="the gradient of sqrt produced"), minigrad.detect_anomaly():
        minigrad.sqrt(x.sum()).abs().backward()


def test_a_line_outside_is_not_known():
    y = leaf(0.0).sqrt().sum()
    with detect_anomaly(), pytest.raises(RuntimeError, match=r"gradient of sqrt produced inf [^;]*; "
                                         r"its forward:\n  ran outside detect_anomaly\(\)"):
        y.backward()


@pytest.mark.filterwarnings("ignore:invalid value")
def test_what_was_not_finite_before_is_no_ones_fault_but_nan_of_inf_is():
    x = leaf(1.0, 2.0)
    infinite = Tensor(np.array([np.inf, 1.0]))
    with detect_anomaly():
        masked = x.masked_fill(tensor([True, False]), float("-inf"))
        assert minigrad.softmax(masked, dim=0).tolist() == [0, 1]
        with pytest.raises(RuntimeError, match="^sub produced NaN"):
            infinite - infinite


def test_kernels_are_watched():
    @fused
    def half(x):
        return x * 0.5
    half.kernel(np.ndarray, lambda xp, x: (x * np.inf, ()), lambda xp, g, arrays, extra, wanted: [g])
    with detect_anomaly(), pytest.raises(RuntimeError, match="^half produced inf from finite inputs"):
        half(leaf(1.0))


def test_all_is_as_before_afterwards():
    before = Op.__call__, Op.pull, Fused.__call__, Fused.pull
    with pytest.raises(ZeroDivisionError), detect_anomaly():
        assert Op.__call__ is not before[0]
        1 / 0
    assert (Op.__call__, Op.pull, Fused.__call__, Fused.pull) == before


def test_right_computations_pass_and_give_the_same(device):
    x = leaf(0.5, 2.0).to(device).detach().requires_grad_()
    plain = grad((x.exp() / x).tanh().sum(), x)[0].tolist()
    with detect_anomaly():
        assert grad((x.exp() / x).tanh().sum(), x)[0].tolist() == plain


def test_ops_of_one_own_are_watched():
    @primitive
    def broken(xp, x):
        return x + 0
    broken.defvjp(lambda g: g * float("nan"))
    with detect_anomaly(), pytest.raises(RuntimeError, match="gradient of broken produced NaN"):
        broken(leaf(1.0)).sum().backward()


def test_a_changed_array_is_named_with_the_line_that_saved_it():
    x = minigrad.randn(3, requires_grad=True)
    y = x.exp()
    with pytest.raises(RuntimeError,
                       match="that mul saved .*\n  to see the line that saved it, compute inside"):
        z = (y * y).sum()
        y.data.mul_(2)
        z.backward()
    with minigrad.detect_anomaly():
        y = x.exp()
        z = (y * y).sum()
        y.data.mul_(2)
        with pytest.raises(RuntimeError,
                           match=r"that mul saved .*\n  saved at .*test_anomaly.py:\d+, .*z = \(y \* y\)"):
            z.backward()
