"""Weights in several files: an index, *.index.json, says which file holds which tensor.

    {"metadata": {"total_size": 28}, "weight_map": {"0.weight": "model-00001-of-00002.safetensors", ...}}

The files lie beside the index. Each is read whole, and must hold exactly the tensors that the index says.

Source: https://huggingface.co/docs/transformers/big_models, "Sharded checkpoints".
"""

from pathlib import Path

from minigrad.files import read_json, reading

ENDING = ".index.json"


def is_index(path):
    return str(path).endswith(ENDING)


def read_shards(path, read):
    """What the files of the index at `path` hold, as (tensors by name, metadata); read: reads one of them."""
    tensors, metadata = {}, {}
    for file, names in files_of(path).items():
        try:
            held, more = read(Path(path).parent / file)
        except FileNotFoundError:
            raise FileNotFoundError(f"{path}: its file {file!r} is missing, which should hold {names[0]!r} "
                                    f"and {len(names) - 1} others; it must lie beside the index") from None
        absent = [name for name in names if name not in held]
        if absent:
            raise ValueError(f"{path}: tensor {absent[0]!r} should be in {file!r}, which does not have it; "
                             "index and files do not belong together")
        extra = sorted(held.keys() - set(names))
        if extra:
            raise ValueError(f"{path}: {file!r} holds a tensor {extra[0]!r}, which the index does not place "
                             "there; index and files do not belong together")
        tensors.update(held)
        metadata.update(more)
    return tensors, metadata


def files_of(path):
    """{file: [names of its tensors]} of an index, in its order."""
    with reading(path) as file:
        text = file.read()
    try:
        index = read_json(text, unique)
    except ValueError as error:
        raise ValueError(f"{path} is not an index of weights: it cannot be read as JSON ({error})") from None
    places = index.get("weight_map") if isinstance(index, dict) else None
    if not isinstance(places, dict) or not places:
        raise ValueError(f"{path} is not an index of weights: it needs a \"weight_map\" of names to files")
    files = {}
    for name, place in places.items():
        # A name with a folder in it could read a file anywhere on this machine.
        if not isinstance(place, str) or not place or place in (".", "..") or set(place) & set("/\\:\0"):
            raise ValueError(f"{path}: tensor {name!r} should be in {place!r}, which is not the name of a "
                             "file beside the index")
        files.setdefault(place, []).append(name)
    return files


def unique(pairs):
    names = dict(pairs)
    if len(names) != len(pairs):
        raise ValueError("a name appears twice")
    return names
