"""Four small networks that others have trained recognise speech, kinds of files, faces, and spoken words.

    speech      32 ms of sound      -> convolutions, LSTM           -> the probability that someone speaks
    file        2 x 1,024 bytes     -> convolution                  -> one of 214 kinds
    face        a picture           -> three convolutional networks -> boxes, eyes, nose, mouth
    spelling    letters             -> GRU, GRU                     -> phonemes

Nothing is trained here: the weights are in packages of others, which are read and not imported.
"""

import bz2
import gzip
import json
import lzma
import pickle
import tarfile
import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np

import minigrad
from minigrad import models
from minigrad.demos.inputs import read_picture, sample_portrait
from minigrad.demos.lesson import folder, heading, pictures
from minigrad.demos.sound import RATE, made_sound, read_sound, write_sound
from minigrad.visual.figure import finish, new_figure

PACKAGES = {"speech": "silero-vad", "file": "magika", "face": "facenet-pytorch", "spelling": "g2p-en"}
FRAME = 512             # samples in 32 ms
WORDS = ["through", "thorough", "colonel", "knightly", "Café", "don't", "minigrad", "autograd", "softmax",
         "perceptronic", "unlearnable", "gradiently"]


def main(model: str = "speech", seed: int = 0, device: str = "cpu",
         out: str | Path = "minigrad-demo/recognise", predict: str | None = None) -> None:
    if predict is None:
        folder(out)
    recogniser = models.from_pretrained(PACKAGES[model])
    recogniser.model.to(device)
    show = {"speech": speech, "file": file_types, "face": faces, "spelling": spelling}[model]
    show(recogniser, predict, np.random.default_rng(seed), Path(out))


# Speech


def speech(detector, path, generator, out):
    if path is not None:
        audio = read_sound(path)
        probability = detector.speech_probabilities(audio)
        print(f"{path}: {len(audio) / RATE:.2f} s")
        for start, end in runs(probability > 0.5):
            print(f"speech from {start * FRAME / RATE:.2f} to {min(end * FRAME, len(audio)) / RATE:.2f} s")
        print(f"{np.mean(probability > 0.5):.0%} of the frames have a probability of more than one half")
        return
    heading("A made sound")
    parts = made_sound(generator)
    audio = np.concatenate(list(parts.values()))
    probability = detector.speech_probabilities(audio)
    ends = np.cumsum([len(part) for part in parts.values()])
    for (name, part), end in zip(parts.items(), ends):
        frames = slice(-(-(end - len(part)) // FRAME), end // FRAME)        # those that lie inside
        print(f"{name:<12}{len(part) / RATE:4.1f} s    mean probability of speech "
              f"{probability[frames].mean():.2f}, largest {probability[frames].max():.2f}")
    write_sound(out / "speech.wav", audio)
    print(f"\nSound: {out / 'speech.wav'}")
    with pictures(out / "speech.png") as (path,):
        draw_speech(parts, audio, probability, path)


def runs(flags):
    """The (start, end) of each run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int64), [0]])))
    return edges.reshape(-1, 2)


def draw_speech(parts, audio, probability, path):
    drawn, axes = new_figure(rows=2, width=8.0, height=2.0)
    wave_axis, axis = axes[:, 0]
    wave_axis.plot(np.arange(len(audio)) / RATE, audio, linewidth=0.3, color="tab:grey")
    start = 0.0
    for name, part in parts.items():
        end = start + len(part) / RATE
        wave_axis.text((start + end) / 2, 0.43, name, ha="center", fontsize=8)
        if "voice" in name:
            for each in (wave_axis, axis):
                each.axvspan(start, end, color="tab:green", alpha=0.15, linewidth=0)
        start = end
    wave_axis.set(ylabel="sound", xlim=(0, start), ylim=(-0.55, 0.55))
    axis.step(np.arange(len(probability)) * FRAME / RATE, probability, where="post", color="tab:blue")
    axis.axhline(0.5, color="black", linewidth=0.5, linestyle=":")
    axis.set(xlabel="seconds", ylabel="probability of speech", xlim=(0, start), ylim=(0, 1.02))
    finish(drawn, path)


# Files


def file_types(identifier, path, generator, out):
    if path is not None:
        found = identifier.identify(path)
        sure = f", with {found.probability:.1%}" if found.guess else ""
        doubt = f"; the network's guess: {found.guess}" if found.guess not in ("", found.label) else ""
        print(f"{path}: {found.label} ({found.description}){sure}{doubt}")
        return
    heading("Files of many kinds")
    made = made_files()
    for label, found in zip(made, identifier.identify_all(list(made.values()))):
        print(f"{label:<10}{found.probability:7.1%}  {found.description}"
              + ("" if found.label == label else f"   <- wrong: {found.label}"))
    sources = sorted(Path(minigrad.__file__).parent.rglob("*.py"))
    right = [found.label for found in identifier.identify_all(sources)].count("python")
    print(f"\n{right} of the {len(sources)} files of minigrad's source are found to be Python's")


def made_files():
    """{the label: the content} of files that Python writes."""
    text = b"A neural network is a function with many numbers in it, which are found by going downhill. " * 9
    rows = [{"name": name, "born": year, "first": year < 1900}
            for name, year in [("Ada", 1815), ("Alan", 1912), ("Grace", 1906)]]
    table = "".join(f"{i},{i * i},{'even' if i % 2 == 0 else 'odd'}\n" for i in range(60))
    written: dict = {"bzip": bz2.compress(text), "gzip": gzip.compress(text), "xz": lzma.compress(text),
                     "json": json.dumps(rows, indent=1).encode(), "txt": text, "pickle": pickle.dumps(rows),
                     "csv": table.encode(),
                     "html": b"<!DOCTYPE html>\n<html><head><title>A page</title></head>\n<body><p>" + text
                     + b"</p></body></html>\n"}
    for label, write in [("npy", lambda file: np.save(file, np.arange(100.0))),
                         ("npz", lambda file: np.savez(file, a=np.arange(100.0), b=np.ones((9, 9)))),
                         ("wav", lambda file: write_sound(file, np.sin(np.arange(9000) / 9))),
                         ("zip", lambda file: write_zip(file, text)),
                         ("tar", lambda file: write_tar(file, text))]:
        with BytesIO() as file:
            write(file)
            written[label] = file.getvalue()
    return dict(sorted(written.items()))


def write_zip(file, text):
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", text)


def write_tar(file, text):
    entry = tarfile.TarInfo("a.txt")
    entry.size = len(text)
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.addfile(entry, BytesIO(text))


# Faces


def faces(detector, path, generator, out):
    asked = path is not None
    if not asked:
        path = sample_portrait()
        heading("A portrait: Grace Hopper, United States Navy, a sample picture of matplotlib")
    image = read_picture(path)
    found = detector.detect(image)
    H, W = image.shape[:2]
    count = len(found.boxes)
    print(f"{W} x {H} pixels, {count} face{'' if count == 1 else 's'}")
    for (left, top, right, bottom), probability in zip(found.boxes, found.probabilities):
        print(f"{right - left:5.0f} x {bottom - top:.0f} pixels from ({left:.0f}, {top:.0f}), probability "
              f"{probability:.3f}")
    if not asked:
        with pictures(out / "faces.png") as (picture,):
            draw_faces(image, found, picture)


def draw_faces(image, found, path):
    H, W = image.shape[:2]
    drawn, axes = new_figure(width=4.0, height=4.0 * H / W)
    axis = axes[0, 0]
    axis.imshow(image)
    for (left, top, right, bottom), points in zip(found.boxes, found.points):
        axis.plot([left, right, right, left, left], [top, top, bottom, bottom, top], color="tab:orange")
        axis.scatter(*points.T, s=12, color="tab:cyan")
    axis.set(xticks=[], yticks=[])
    finish(drawn, path)


# Spelling


def spelling(pronouncer, word, generator, out):
    if word is not None:
        print(" ".join(pronouncer.pronounce(word)))
        return
    heading("How words are spoken")
    for word in WORDS:
        print(f"{word:<16}{' '.join(pronouncer.pronounce(word))}")
