"""Signals: what frequencies they are made of.

    fourier     the discrete Fourier transforms of torch.fft
    frames      short-time Fourier transforms: the spectrum of each moment of a signal, and back
    windows     the windows of torch.signal: weights that fade a signal out at both ends
"""

from minigrad.ops.signals import fourier, frames, windows

__all__ = ["fourier", "frames", "windows"]
