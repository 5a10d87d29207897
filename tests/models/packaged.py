"""Folders like those of the packages, with random weights, so that the tests need no package.

The weights are RandomState's, whose numbers NumPy promises to keep: write_packages.py gives the packages' own
code the same ones, and saves what that computes.
"""

import json

import numpy as np

import minigrad
from minigrad.models import g2p, magika, mtcnn, silero

SHAPES = {
    "silero": {
        "model.stft.forward_basis_buffer": (258, 1, 256),
        **{f"model.encoder.{i}.reparam_conv.{kind}": shape
           for i, (out, into) in enumerate([(128, 129), (64, 128), (64, 64), (128, 64)])
           for kind, shape in [("weight", (out, into, 3)), ("bias", (out,))]},
        "model.decoder.rnn.weight_ih": (512, 128), "model.decoder.rnn.weight_hh": (512, 128),
        "model.decoder.rnn.bias_ih": (512,), "model.decoder.rnn.bias_hh": (512,),
        "model.decoder.decoder.2.weight": (1, 128, 1), "model.decoder.decoder.2.bias": (1,)},
    "magika": dict(zip(magika.NAMES, [
        (257, 64), (1, 1, 64), (1, 512, 1), (1, 512, 1), (512, 256, 5, 1), (1, 512, 1), (1, 512), (1, 512),
        (512, 214), (1, 214)])),
    "g2p": {"enc_emb": (29, 256), "dec_emb": (74, 256), "fc_w": (74, 256), "fc_b": (74,),
            **{f"{part}_{kind}": shape for part in ("enc", "dec")
               for kind, shape in [("w_ih", (768, 256)), ("w_hh", (768, 256)), ("b_ih", (768,)),
                                   ("b_hh", (768,))]}},
}
# the seed decides how many boxes pass: some, not all
SEEDS = {"silero": 1, "magika": 2, "g2p": 3, "pnet": 37, "rnet": 38, "onet": 39}
AUDIO = (0.1 * np.random.RandomState(7).randn(2300)).astype(np.float32)
# No position of four bytes is the same everywhere: its variance would be rounding alone.
FILES = ["".join(f"x{i} = {i * i} + {i % 7}\n" for i in range(400)).encode(),
         np.random.RandomState(10).bytes(5000),
         b"  \n" + np.random.RandomState(11).randint(97, 123, 1500).astype(np.uint8).tobytes() + b"\n"]
WORDS = ["a", "spelling", "zyzzyva", "don't"]
IMAGE = np.random.RandomState(8).randint(0, 256, (64, 90, 3)).astype(np.uint8)
LABELS = [f"type{i}" for i in range(214)]


def random_weights(shapes, seed):
    """float32 arrays that keep the size of what flows through them."""
    draw = np.random.RandomState(seed)
    weights = {}
    for name, shape in shapes.items():
        fan_in = np.prod(shape[1:]) if max(shape) != np.prod(shape) else 9
        weights[name] = (draw.randn(*shape) * 1.5 / np.sqrt(fan_in)).astype(np.float32)
    if "fc_b" in weights:
        weights["fc_b"][g2p.END] += 1.6         # one word ends before the limit
    return weights


def pieces(size, count=2):
    """Random pieces of a picture for a network of MTCNN."""
    return np.random.RandomState(9).randn(count, 3, *size).astype(np.float32)


def mtcnn_weights(name):
    network = {"pnet": mtcnn.PNet, "rnet": mtcnn.RNet, "onet": mtcnn.ONet}[name]()
    shapes = {key: tuple(value.shape) for key, value in network.state_dict().items()}
    weights = random_weights(shapes, SEEDS[name])
    # boxes that stay in the picture: the package fails where one is moved out of it
    return {key: value * np.float32(0.05) if key.startswith(("conv4_2", "dense5_2", "dense6_2")) else value
            for key, value in weights.items()}


def field(number, content):
    """A field of Protocol Buffers: bytes with their length, or an integer."""
    if isinstance(content, int):
        return varint(8 * number) + varint(content)
    return varint(8 * number + 2) + varint(len(content)) + content


def varint(value):
    low, rest = value & 0x7f, value >> 7
    return bytes([low | 0x80]) + varint(rest) if rest else bytes([low])


def onnx_file(weights):
    """An ONNX file whose graph has these float32 initialisers and nothing else."""
    tensors = [b"".join([*(field(1, size) for size in array.shape), field(2, 1), field(8, name.encode()),
                         field(9, array.astype("<f4").tobytes())]) for name, array in weights.items()]
    return field(1, 8) + field(7, b"".join(field(5, tensor) for tensor in tensors))


def write(name, folder):
    """Write the files of a model with random weights into a folder."""
    if name == "mtcnn":
        for each, file in mtcnn.FILES.items():
            weights = {key: minigrad.Tensor(value) for key, value in mtcnn_weights(each).items()}
            minigrad.save(weights, folder / file)
        return folder
    weights = random_weights(SHAPES[name], SEEDS[name])
    if name == "g2p":
        np.savez(folder / g2p.FILE, **weights)
        return folder
    path = folder / {"silero": silero, "magika": magika}[name].FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(onnx_file(weights))
    if name == "magika":
        path.with_name("config.min.json").write_text(json.dumps(
            {"target_labels_space": LABELS, "thresholds": {}, "overwrite_map": {}}))
        (folder / "config").mkdir()
        (folder / "config/content_types_kb.min.json").write_text(json.dumps(
            {label: {"description": label.title(), "is_text": True} for label in LABELS}))
    return folder


