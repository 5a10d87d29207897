"""Data: bundled data sets, splitting, batching, and tokenizers.

    images, labels = mnist("train")                 NumPy arrays
    train, test = random_split(TensorDataset(images, labels), [0.9, 0.1])
    for x, y in DataLoader(train, batch_size=64, shuffle=True): ...

Augmentation of images is in minigrad.data.transforms.
"""

from importlib import import_module as _import_module
from minigrad.data.balance import class_weight, oversample, sample_weight, undersample
from minigrad.data.datasets import (
    ConcatDataset, Dataset, IterableDataset, StackDataset, Subset, TensorDataset)
from minigrad.data.digits import mnist, read_idx
from minigrad.data.drama import plays, tiny_shakespeare
from minigrad.data.folds import KFold, StratifiedKFold
from minigrad.data.housing import Table, ames
from minigrad.data.loader import DataLoader, default_collate, default_convert, get_worker_info
from minigrad.data.pairs import pronunciations, verses
from minigrad.data.pictograms import emoji
from minigrad.data.reviews import movie_reviews
from minigrad.data.samplers import (
    BatchSampler, RandomSampler, Sampler, SequentialSampler, SubsetRandomSampler, WeightedRandomSampler)
from minigrad.data.series import co2, seattle_weather, sunspots
from minigrad.data.split import random_split, train_test_split
from minigrad.data.tokenizer import WordTokenizer, split_words
from minigrad.data.tokenizers.byte_bpe import ByteBPETokenizer
from minigrad.data.tokenizers.characters import CharacterTokenizer
from minigrad.data.tokenizers.wordpiece import WordPieceTokenizer
from minigrad.data.wnut import wnut17
from minigrad.hints import missing as _missing

__all__ = [
    "BatchSampler", "ByteBPETokenizer", "CharacterTokenizer", "ConcatDataset", "DataLoader", "Dataset",
    "IterableDataset", "KFold", "RandomSampler", "Sampler", "SequentialSampler", "StackDataset",
    "StratifiedKFold", "Subset", "SubsetRandomSampler", "Table", "TensorDataset", "WeightedRandomSampler",
    "WordPieceTokenizer", "WordTokenizer", "ames", "class_weight", "co2", "default_collate",
    "default_convert", "emoji", "get_worker_info", "mnist", "movie_reviews", "oversample", "plays",
    "pronunciations", "random_split", "read_idx", "sample_weight", "seattle_weather", "split_words",
    "sunspots", "tiny_shakespeare", "train_test_split", "undersample", "verses", "wnut17"]

_INSTEAD = {"DistributedSampler": "use minigrad.parallel, which splits each batch between processes"}


def __getattr__(name):
    if name == "transforms":        # loads on first use
        return _import_module("minigrad.data.transforms")
    raise _missing(__name__, name, [*__all__, "transforms"], _INSTEAD)
