"""Silero VAD (Silero Team 2021-2026, https://github.com/snakers4/silero-vad): is someone speaking?

    512 samples, 32 ms at 16 kHz, after the 64 before them
        -> strengths of 129 frequencies at 4 moments, by a convolution (short-time Fourier transform)
        -> four convolutions over time -> 128 features -> LSTM, which remembers the frames before
        -> the probability of speech

SpeechDetector is the network with sound around it: it cuts the sound into frames, also as it comes in.
"""

from pathlib import Path
from typing import Any

import numpy as np

from minigrad.autograd import Tensor, no_grad
from minigrad.autograd.errors import NamesArguments
from minigrad.io.checkpoint import load_state
from minigrad.io.onnx import load_onnx
from minigrad.nn import LSTM, Conv1d, Module, ReLU, Sequential, functional as F

RATE, FRAME, CONTEXT = 16000, 512, 64       # samples: a second, a frame, what a frame sees of the one before
TOGETHER = 256                              # frames that go through the convolutions at once
FILE = "silero_vad_16k_op15.onnx"
# In the file -> here.
NAMES = {"model.stft.forward_basis_buffer": "stft.weight",
         **{f"model.encoder.{i}.reparam_conv.{kind}": f"encoder.{2 * i}.{kind}"
            for i in range(4) for kind in ("weight", "bias")},
         **{f"model.decoder.rnn.{kind}": f"rnn.{kind}_l0"
            for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")},
         "model.decoder.decoder.2.weight": "output.weight", "model.decoder.decoder.2.bias": "output.bias"}


class SileroVAD(Module):
    """frames (T, 576) of one sound in order, what came before -> probabilities (T,), what to remember.

    What came before is the state (h, c) of the LSTM, (1, 1, 128) each; None at the start.
    """

    def __init__(self):
        self.stft = Conv1d(1, 2 * 129, 256, stride=128, bias=False)        # cosines and sines
        self.encoder = Sequential(
            Conv1d(129, 128, 3, padding=1), ReLU(),
            Conv1d(128, 64, 3, stride=2, padding=1), ReLU(),
            Conv1d(64, 64, 3, stride=2, padding=1), ReLU(),
            Conv1d(64, 128, 3, padding=1), ReLU())
        self.rnn = LSTM(128, 128)
        self.output = Conv1d(128, 1, 1)

    def forward(self, frames: Tensor, state: tuple[Tensor, Tensor] | None = None) -> tuple[Tensor, Any]:
        x = F.pad(frames, (0, 64), "reflect").unsqueeze(1)                  # (T, 1, 640)
        waves = self.stft(x)                                                # (T, 258, 4)
        strength = (waves[:, :129].square() + waves[:, 129:].square()).sqrt()
        features = self.encoder(strength).permute(2, 0, 1)                  # (1, T, 128)
        h, state = self.rnn(features.transpose(0, 1), state)                # (T, 1, 128)
        return self.output(F.relu(h).permute(1, 2, 0)).sigmoid().reshape(-1), state


class SpeechDetector(NamesArguments):
    """The probability of speech in each 32 ms of a sound of 16,000 samples a second."""

    doors = ("speech_probabilities", "step")

    def __init__(self, model: SileroVAD):
        self.model = model.eval()

    def speech_probabilities(self, audio: Any, sample_rate: int = RATE) -> np.ndarray:
        """Samples (N,) from -1 to 1, one channel -> (ceil(N / 512),), one probability per 32 ms.

        The last frame is filled with silence. Raises ValueError if the sound is empty, has several channels,
        another rate, or samples that are no such numbers.
        """
        audio = samples(audio)
        if sample_rate != RATE:
            raise ValueError(f"speech_probabilities: the network knows {RATE} samples a second, got "
                             f"sample_rate={sample_rate!r:.40}; resample the sound first, such as by "
                             f"scipy.signal.resample_poly(audio, {RATE}, rate)")
        count = -(-len(audio) // FRAME)
        padded = np.zeros(CONTEXT + count * FRAME, np.float32)
        padded[CONTEXT:CONTEXT + len(audio)] = audio
        starts = FRAME * np.arange(count)[:, None]
        frames = padded[starts + np.arange(CONTEXT + FRAME)]                # (count, 576)
        state, parts = None, []
        for start in range(0, count, TOGETHER):
            part, state = self.hear(frames[start:start + TOGETHER], state)
            parts.append(part)
        return np.concatenate(parts)

    def step(self, frame: Any, memory: Any = None) -> tuple[float, Any]:
        """The probability of the next 512 samples, as they come in, and the memory for the frame after.

            memory = None
            for frame in frames:
                probability, memory = detector.step(frame, memory)
        """
        frame = samples(frame)
        if len(frame) != FRAME:
            raise ValueError(f"step: a frame has {FRAME} samples, got {len(frame)}; for a whole sound, call "
                             "speech_probabilities(audio)")
        context, state = (np.zeros(CONTEXT, np.float32), None) if memory is None else memory
        probabilities, state = self.hear(np.concatenate([context, frame])[None], state)
        return float(probabilities[0]), (frame[-CONTEXT:], state)

    def hear(self, frames, state):
        with no_grad():
            probabilities, state = self.model(Tensor(frames).to(self.model.stft.weight.device), state)
        return probabilities.cpu().numpy(), state


def samples(audio):
    """`audio` as an array of float32; an error if it is no sound of one channel."""
    audio = audio.cpu().numpy() if isinstance(audio, Tensor) else np.asarray(audio)
    if audio.ndim != 1:
        raise ValueError(f"a sound must have one channel, shape (N,), got shape {audio.shape}; take the mean "
                         "of the channels, such as audio.mean(axis)")
    if not audio.size:
        raise ValueError("the sound is empty")
    if audio.dtype.kind != "f":
        recorded = audio.dtype in (np.int16, np.int32)
        advice = f"; divide it by {np.iinfo(audio.dtype).max + 1}" if recorded else ""
        raise ValueError(f"a sound must be floats from -1 to 1, got {audio.dtype}{advice}")
    largest = np.abs(audio).max()
    if not largest < 10:        # a little beyond 1 is common after resampling
        raise ValueError(f"a sound must be floats from -1 to 1, got {largest:g}; divide samples of 16 bits "
                         "by 32768")
    return audio.astype(np.float32)


def load(folder: Path) -> SpeechDetector:
    """Read the ONNX file in the folder of the package; its safetensors file holds other weights."""
    path = folder / FILE
    weights = {NAMES.get(name, name): value for name, value in load_onnx(path).items()}
    return SpeechDetector(load_state(path, SileroVAD(), weights))
