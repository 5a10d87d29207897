"""Short-time Fourier transforms: the spectrum of each moment of a signal, and the signal from these.

A frame is `n_fft` numbers of the signal, `hop_length` apart from those of the next, multiplied by a window.
Names and shapes: N frequencies, n_fft or n_fft/2 + 1; T frames; L samples.
"""

from minigrad.autograd import Tensor, broadcast_to, composed
from minigrad.autograd.arrays import real_of
from minigrad.ops.creation import ones
from minigrad.ops.numbers.arithmetic import abs, mul
from minigrad.ops.numbers.complex import is_complex, view_as_real
from minigrad.ops.places.indexing import narrow
from minigrad.ops.places.padding import pad
from minigrad.ops.places.shapes import reshape, transpose, unfold, unsqueeze, windows_back
from minigrad.ops.signals.fourier import fft, ifft, irfft, rfft


def frame_sizes(name, n_fft, hop_length, win_length, window):
    """(hop_length, win_length) with their defaults, checked."""
    hop = n_fft // 4 if hop_length is None else hop_length
    size = n_fft if win_length is None else win_length
    if hop < 1 or not 0 < size <= n_fft:
        raise ValueError(f"{name}: expected hop_length >= 1 and 0 < win_length <= n_fft, got hop_length "
                         f"{hop}, win_length {size} and n_fft {n_fft}")
    if window is not None and tuple(window.shape) != (size,):
        raise ValueError(f"{name}: window must have shape ({size},), win_length, got {tuple(window.shape)}")
    return hop, size


def whole_window(x, window, size, n_fft):
    """The window, or ones, with zeros on both sides up to n_fft."""
    if window is None:
        window = ones(size, dtype=real_of(x.dtype), device=x.device)
    before = (n_fft - size) // 2
    return pad(window, (before, n_fft - size - before)) if size < n_fft else window


@composed
def stft(input: Tensor, n_fft: int, hop_length: int | None = None, win_length: int | None = None,
         window: Tensor | None = None, center: bool = True, pad_mode: str = "reflect",
         normalized: bool = False, onesided: bool | None = None, return_complex: bool | None = None,
         align_to_window: bool | None = None) -> Tensor:
    """The short-time Fourier transform of a signal: (L,) -> (N, T), or (B, L) -> (B, N, T).

    hop_length: samples from frame to frame, by default n_fft / 4. window: (win_length,), by default ones,
    with zeros on both sides up to n_fft. center: frame t has its middle at sample t hop_length; the signal
    is padded by n_fft / 2 on both sides in `pad_mode`. normalized: divide by sqrt(n_fft). onesided: the
    first n_fft/2 + 1 frequencies only, by default where signal and window are real. align_to_window, with
    center=False: the first window, not the first frame, starts at sample 0. return_complex=False gives
    pairs of real numbers (..., N, T, 2).

    Raises ValueError for sizes that do not fit, and if return_complex is not given for a real signal.
    """
    hop, size = frame_sizes("stft", n_fft, hop_length, win_length, window)
    complex_ = is_complex(input) or window is not None and is_complex(window)
    if return_complex is None:
        if not complex_:
            raise ValueError("stft: say return_complex=True, or False for pairs of real numbers")
        return_complex = True
    if input.ndim not in (1, 2):
        raise ValueError(f"stft: input must be (L,) or (B, L), got {tuple(input.shape)}")
    if center and align_to_window is not None:
        raise ValueError("stft: align_to_window works with center=False only")
    if onesided and complex_:
        raise ValueError("stft: complex signals have no onesided spectrum; set onesided=False")
    x = input if input.ndim == 2 else unsqueeze(input, 0)
    if center:
        x = pad(unsqueeze(x, 1), (n_fft // 2, n_fft // 2), pad_mode).squeeze(1)
    elif align_to_window:
        x = pad(x, ((n_fft - size) // 2, (n_fft - size) // 2))
    if not 0 < n_fft <= x.shape[-1]:
        raise ValueError(f"stft: n_fft must be from 1 to {x.shape[-1]}, the length of the signal, got "
                         f"{n_fft}")
    x = unfold(x, -1, n_fft, hop)                                                       # (B, T, n_fft)
    if window is not None or size < n_fft:
        x = mul(x, whole_window(x, window, size, n_fft))
    one = not complex_ if onesided is None else onesided
    y = transpose((rfft if one else fft)(x, norm="ortho" if normalized else None), 1, 2)
    y = y if input.ndim == 2 else reshape(y, shape=tuple(y.shape[1:]))
    return y if return_complex else view_as_real(y)


def overlapped(frames, hop):
    """(B, T, n_fft) -> (B, n_fft + (T - 1) hop): the frames added up where they lie."""
    length = frames.shape[2] + (frames.shape[1] - 1) * hop
    return windows_back(frames, (frames.shape[0], length), 1, hop)


@composed
def istft(input: Tensor, n_fft: int, hop_length: int | None = None, win_length: int | None = None,
          window: Tensor | None = None, center: bool = True, normalized: bool = False,
          onesided: bool | None = None, length: int | None = None, return_complex: bool = False) -> Tensor:
    """The signal whose short-time Fourier transform is nearest to input: (N, T) -> (L,), (B, N, T) -> (B, L).

    The arguments are those of stft. length: cut off the signal, or continue it with zeros, to that length.
    return_complex: the signal is complex; needs all n_fft frequencies.

    Raises ValueError where the windows add up to 0 at some sample, which nothing could restore. Source:
    Griffin and Lim 1984, IEEE Trans. ASSP 32(2), 236-243.
    """
    hop, size = frame_sizes("istft", n_fft, hop_length, win_length, window)
    if not is_complex(input):
        raise TypeError(f"istft: expected complex numbers, got {input.dtype}; view_as_complex makes "
                        "them of pairs")
    if input.ndim not in (2, 3) or not input.numel():
        raise ValueError(f"istft: input must be (N, T) or (B, N, T) and not empty, got {tuple(input.shape)}")
    if hop > size:
        raise ValueError(f"istft: hop_length {hop} leaves gaps between windows of win_length {size}")
    N = input.shape[-2]
    one = N != n_fft if onesided is None else onesided
    if N != (n_fft // 2 + 1 if one else n_fft):
        raise ValueError(f"istft: expected {n_fft // 2 + 1 if one else n_fft} frequencies for n_fft {n_fft} "
                         f"and onesided {one}, got {N}")
    if return_complex and one:
        raise ValueError("istft: a onesided spectrum belongs to a real signal; set return_complex=False")
    if not return_complex and window is not None and is_complex(window):
        raise ValueError("istft: a complex window needs return_complex=True")
    x = transpose(input if input.ndim == 3 else unsqueeze(input, 0), 1, 2)             # (B, T, N)
    norm, w = "ortho" if normalized else None, whole_window(input, window, size, n_fft)
    if return_complex:
        frames = ifft(x, norm=norm)
    else:
        frames = irfft(x if one else narrow(x, 2, 0, n_fft // 2 + 1), n_fft, norm=norm)
    y = overlapped(mul(frames, w), hop)
    weights = overlapped(broadcast_to(mul(w, w), shape=(1, x.shape[1], n_fft)), hop)
    start = n_fft // 2 if center else 0
    whole = y.shape[1]
    end = start + length if length is not None else whole - n_fft // 2 if center else whole
    kept = min(end, whole) - start
    y, weights = narrow(y, 1, start, kept), narrow(weights, 1, start, kept)
    if float(abs(weights.detach()).min().item()) < 1e-11:
        raise ValueError("istft: the squares of the windows add up to 0 at some sample; use windows that "
                         "overlap more, or center=True")
    y = y / weights
    if end > whole:
        y = pad(y, (0, end - whole))
    return y if input.ndim == 3 else reshape(y, shape=(y.shape[1],))
