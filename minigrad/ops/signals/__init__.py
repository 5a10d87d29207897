"""Signals: what frequencies they are made of.

    fourier     the discrete Fourier transforms of torch.fft
    frames      short-time Fourier transforms: the spectrum of each moment of a signal, and back
"""

from minigrad.ops.signals import fourier, frames

__all__ = ["fourier", "frames"]
