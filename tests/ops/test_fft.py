"""torch.fft's transforms, stft and istft: against their formula, and against PyTorch with all arguments."""

import itertools

import numpy as np
import pytest

import minigrad
from minigrad import tensor
from minigrad.autograd import grad

RNG = np.random.default_rng(0)
REAL = RNG.standard_normal((3, 4, 5))
COMPLEX = REAL + 1j * RNG.standard_normal((3, 4, 5))
NAMES = ["fft", "ifft", "rfft", "irfft", "hfft", "ihfft"]
ONE = [dict(n=n, dim=dim, norm=norm) for n, dim, norm in itertools.product(
    [None, 1, 2, 3, 7], [-1, 0], [None, "backward", "forward", "ortho"])]
SEVERAL = [dict(s=s, dim=dim, norm=norm) for (s, dim), norm in itertools.product(
    [(None, (0, 2)), ((6, 3), (-1, 0)), ((2, -1), (1, 2)), ((4, 5), (1, 2))], [None, "forward", "ortho"])]


def both(torch, name, call, x):
    """The values, gradients and second derivatives in minigrad and in PyTorch, as two lists of arrays."""
    found = []
    for library in (minigrad, torch):
        leaf = library.tensor(x, requires_grad=True)
        y = call(library, leaf)
        weights = np.random.default_rng(1).standard_normal(tuple(y.shape)) * (1 + 0.5j)
        weights = library.tensor(weights if "complex" in str(y.dtype) else weights.real)
        loss = (y * weights).sum()
        loss = (loss.real if "complex" in str(loss.dtype) else loss) ** 2
        derivatives = library.autograd.grad if library is torch else grad
        first, = derivatives(loss, leaf, create_graph=True)
        second, = derivatives((first * first.conj()).real.sum(), leaf)
        found.append([each.detach().resolve_conj().numpy() for each in (y, first, second)])
    return found


def assert_same(ours, theirs, what):
    for order, (a, b) in enumerate(zip(ours, theirs)):
        assert a.dtype == b.dtype and a.shape == b.shape, (what, order, a.dtype, a.shape)
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-9 * np.abs(b).max(initial=1),
                                   err_msg=f"{what} {order}")


@pytest.mark.parametrize("name", NAMES)
def test_one_axis_in_values_and_two_derivatives_as_in_pytorch(torch, name):
    for settings, x in itertools.product(ONE, [REAL] if name in ("rfft", "ihfft") else [REAL, COMPLEX]):
        def call(library, leaf):
            return getattr(library.fft, name)(leaf, **settings)
        assert_same(*both(torch, name, call, x), (name, settings, x.dtype))


@pytest.mark.parametrize("name", [name + end for name in NAMES for end in "2n"])
def test_several_axes_in_values_and_two_derivatives_as_in_pytorch(torch, name):
    inputs = [REAL] if name[:-1] in ("rfft", "ihfft") else [REAL, COMPLEX]
    for settings, x in itertools.product(SEVERAL, inputs):
        def call(library, leaf):
            return getattr(library.fft, name)(leaf, **settings)
        assert_same(*both(torch, name, call, x), (name, settings, x.dtype))


def test_fft_is_its_formula():
    n = 5
    matrix = np.exp(-2j * np.pi * np.outer(np.arange(n), np.arange(n)) / n)
    np.testing.assert_allclose(minigrad.fft.fft(tensor(COMPLEX)).numpy(), COMPLEX @ matrix, atol=1e-13)
    np.testing.assert_allclose(minigrad.fft.rfft(tensor(REAL)).numpy(), (REAL @ matrix)[..., :3], atol=1e-13)
    z = tensor(COMPLEX, requires_grad=True)
    minigrad.fft.fft(z)[0, 0, 1].imag.backward()
    np.testing.assert_allclose(z.grad.numpy()[0, 0], 1j * matrix[1].conj(), atol=1e-13)


@pytest.mark.parametrize("dtype, result", [("float32", "complex64"), ("float64", "complex128"),
                                           ("int64", "complex64"), ("complex64", "complex64")])
def test_the_dtype_of_a_spectrum_has_the_precision_of_the_signal(dtype, result, device):
    x = minigrad.ones(4, dtype=dtype, device=device)
    y = minigrad.fft.fft(x)
    assert str(y.dtype) == result and y.device == x.device
    assert str(minigrad.fft.irfft(y).dtype) == ("float64" if result == "complex128" else "float32")


def test_all_transforms_run_on_each_device(device):
    for name in NAMES:
        x = tensor(REAL, device=device, requires_grad=True)
        y = getattr(minigrad.fft, name)(x)
        (y.abs() ** 2).sum().backward()
        there = getattr(minigrad.fft, name)(tensor(REAL))
        np.testing.assert_allclose(y.detach().cpu().numpy(), there.numpy(), atol=1e-12)
        assert x.grad.shape == x.shape and x.grad.device == x.device
    x = tensor(REAL[0, 0], device=device, requires_grad=True)
    window = minigrad.hann_window(4, device=device).double()
    back = minigrad.istft(minigrad.stft(x, 4, window=window, return_complex=True), 4, window=window)
    back.sum().backward()
    assert x.grad.device == x.device


def test_frequencies_and_their_order_are_numpys(torch):
    for n in (1, 2, 5, 8):
        np.testing.assert_allclose(minigrad.fft.fftfreq(n, 0.5).numpy(), np.fft.fftfreq(n, 0.5), rtol=1e-6)
        np.testing.assert_allclose(minigrad.fft.rfftfreq(n, 0.5).numpy(), np.fft.rfftfreq(n, 0.5), rtol=1e-6)
        x = np.arange(n)
        np.testing.assert_array_equal(minigrad.fft.fftshift(tensor(x)).numpy(), np.fft.fftshift(x))
        np.testing.assert_array_equal(minigrad.fft.ifftshift(tensor(x)).numpy(), np.fft.ifftshift(x))


WINDOW = np.hanning(8)[1:-1]
STFT = [dict(n_fft=6), dict(n_fft=6, hop_length=2), dict(n_fft=6, win_length=4, center=False),
        dict(n_fft=6, hop_length=1, normalized=True), dict(n_fft=6, onesided=False),
        dict(n_fft=6, pad_mode="constant"), dict(n_fft=6, return_complex=False),
        dict(n_fft=8, win_length=6, hop_length=2, center=False, align_to_window=True)]


@pytest.mark.parametrize("x", [REAL.ravel()[:20], COMPLEX.reshape(3, 20)], ids=["real", "complex"])
@pytest.mark.parametrize("settings", STFT, ids=str)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_stft_in_values_and_two_derivatives_as_in_pytorch(torch, settings, x):
    for window in (None, WINDOW):
        size = settings.get("win_length", settings["n_fft"])

        def call(library, leaf):
            w = None if window is None else library.tensor(window[:size])
            if settings.get("onesided") is None and x.dtype.kind == "c":
                return library.stft(leaf, **{"return_complex": True, **settings, "onesided": False}, window=w)
            return library.stft(leaf, **{"return_complex": True, **settings}, window=w)
        assert_same(*both(torch, "stft", call, x), settings)


@pytest.mark.parametrize("settings", [
    {}, dict(hop_length=1), dict(normalized=True), dict(length=9), dict(length=18), dict(length=40),
    dict(onesided=False), dict(onesided=False, return_complex=True)], ids=str)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_istft_in_values_and_two_derivatives_as_in_pytorch(torch, settings):
    shape = (6, 15) if "onesided" in settings else (4, 15)

    def call(library, leaf):
        return library.istft(leaf, 6, window=library.tensor(WINDOW), **settings)
    x = COMPLEX.ravel()[:shape[0] * 10].reshape(shape[0], 10)
    assert_same(*both(torch, "istft", call, x), settings)


def test_istft_restores_the_signal():
    x = tensor(REAL.reshape(3, 20))
    window = tensor(np.hanning(9)[:-1])
    spectrum = minigrad.stft(x, 8, window=window, return_complex=True)
    back = minigrad.istft(spectrum, 8, window=window, length=20)
    np.testing.assert_allclose(back.numpy(), x.numpy(), atol=1e-13)


@pytest.mark.parametrize("error, call, text", [
    (TypeError, lambda: minigrad.fft.rfft(tensor(COMPLEX)), "rfft: expected real numbers, got complex128"),
    (ValueError, lambda: minigrad.fft.fft(tensor(REAL), n=0), "fft: a transform needs at least one number"),
    (ValueError, lambda: minigrad.fft.fft(tensor(REAL), norm="both"), "norm must be 'backward', 'forward'"),
    (IndexError, lambda: minigrad.fft.fft(tensor(REAL), dim=3), "fft: dim 3 is out of range"),
    (ValueError, lambda: minigrad.fft.fftn(tensor(REAL), dim=(0, 0)), "fftn: expected different axes"),
    (ValueError, lambda: minigrad.fft.irfft(tensor(REAL[..., :1])), "irfft: a transform needs at least one"),
    (ValueError, lambda: minigrad.stft(tensor(REAL[0]), 4), "stft: say return_complex=True"),
    (ValueError, lambda: minigrad.stft(tensor(REAL[0]), 9, center=False, return_complex=True),
     "stft: n_fft must be from 1 to 5"),
    (TypeError, lambda: minigrad.istft(tensor(REAL[0]), 6), "istft: expected complex numbers, got float64"),
    (ValueError, lambda: minigrad.istft(tensor(COMPLEX[0]), 6, hop_length=6, window=tensor([0.0] * 6)),
     "istft: the squares of the windows add up to 0"),
])
def test_what_cannot_be_transformed_is_refused(error, call, text):
    with pytest.raises(error, match=text.replace("(", r"\(")):
        call()
