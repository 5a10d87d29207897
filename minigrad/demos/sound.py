"""Sounds for the demo `recognise`: one that is made here, WAV files, another number of samples a second."""

import wave
from pathlib import Path

import numpy as np

RATE = 16000            # samples a second


def made_sound(generator):
    """{what: samples}: a voice among sounds that are none."""
    def seconds(count):
        return np.arange(int(count * RATE)) / RATE

    def noise(count, strength):
        return generator.normal(0, strength, int(count * RATE))

    tone = 0.2 * np.sin(2 * np.pi * 440 * seconds(1.5))
    falling = np.sin(2 * np.pi * np.cumsum(np.geomspace(3000, 200, len(seconds(1.5)))) / RATE)
    parts = {"silence": 0 * seconds(1), "voice": voice(2.5, generator), "tone": tone, "hiss": noise(1.5, 0.1),
             "voice again": voice(2, generator), "whistle": 0.2 * falling, "quiet": 0 * seconds(1)}
    return {name: (part + noise(len(part) / RATE, 0.001)).astype(np.float32) for name, part in parts.items()}


def voice(seconds, generator):
    """Vowels in syllables of a fifth of a second: harmonics of a pitch, strong near three formants.

    Source: the formants, Peterson and Barney 1952, table II, the means of men.
    """
    vowels = np.array([[730, 1090, 2440], [270, 2290, 3010], [300, 870, 2240], [530, 1840, 2480],
                       [570, 840, 2410]])
    t = np.arange(int(seconds * RATE)) / RATE
    syllables = np.arange(0, seconds + 0.2, 0.2)
    said = vowels[generator.integers(0, len(vowels), len(syllables))]
    formants = [np.interp(t, syllables, each) for each in said.T]           # they glide from vowel to vowel
    pitch = np.interp(t, syllables, 130 * 2 ** generator.uniform(-0.25, 0.25, len(syllables)))
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    sound = np.zeros(len(t))
    for k in range(1, 28):
        strength = sum(weight / (1 + ((k * pitch - formant) / width) ** 2)
                       for formant, width, weight in zip(formants, (60, 90, 120), (1, 0.6, 0.3)))
        sound += strength / np.sqrt(k) * np.sin(k * phase)
    sound *= np.abs(np.sin(np.pi * t / 0.2)) ** 0.7                         # quiet between syllables
    return 0.4 * sound / np.abs(sound).max()


def read_sound(path):
    """The samples of a WAV file of 16 bits, its channels averaged, 16,000 a second."""
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"sound not found: {path}; pass a WAV file")
    try:
        with wave.open(str(path)) as file:
            channels, width, rate, count = file.getparams()[:4]
            content = file.readframes(count)
    except (wave.Error, EOFError) as error:
        raise ValueError(f"{path} cannot be read as a WAV file ({error}); convert it, such as by "
                         "ffmpeg -i FILE -ar 16000 -ac 1 sound.wav") from None
    if width != 2:
        raise ValueError(f"{path} has samples of {8 * width} bits, expected 16; convert it, such as by "
                         "ffmpeg -i FILE -ar 16000 -ac 1 -c:a pcm_s16le sound.wav")
    content = content[:len(content) // (2 * channels) * 2 * channels]      # a file may end within a sample
    audio = np.frombuffer(content, "<i2").reshape(-1, channels).mean(1) / 32768
    return resampled(audio, rate).astype(np.float32)


def resampled(audio, rate):
    """The same sound with RATE samples a second: the same waves, without those that are too fast for it."""
    if rate == RATE or not len(audio):
        return audio
    count = max(1, round(len(audio) * RATE / rate))
    waves = np.fft.rfft(audio)[:count // 2 + 1]
    return np.fft.irfft(waves, count) * (count / len(audio))


def write_sound(file, audio):
    """file: a path, or one that is open for writing."""
    with wave.open(str(file) if isinstance(file, Path) else file, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((32767 * audio).round().astype("<i2").tobytes())
