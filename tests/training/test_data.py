"""Bundled data is correct; datasets, splits and loaders yield the right samples in the right order."""

import gzip
import hashlib
import inspect
import itertools
import lzma
import math
import threading
import time
from collections import Counter, namedtuple
from itertools import islice

import numpy as np
import pytest

import minigrad
from minigrad import data
from minigrad.autograd import Tensor
from minigrad.backend import manual_seed
from minigrad.data import (
    DataLoader,
    Dataset,
    Subset,
    TensorDataset,
    bundled,
    default_collate,
    random_split,
    read_idx,
    train_test_split,
)


def rows(n):
    """A TensorDataset of n samples (row, number) from which a test can read which sample it got."""
    numbers = np.arange(n)
    return TensorDataset(np.stack([numbers, numbers], axis=1).astype(np.float32), numbers)


class Squares(Dataset):
    """A dataset that is read sample by sample."""

    def __len__(self):
        return 10

    def __getitem__(self, index):
        return index, float(index * index)


def order(batches):
    """The sample numbers that come out of batches of `rows` or `Squares`, in order."""
    return [int(number) for batch in batches for number in (batch[1] if batch[0].ndim == 2 else batch[0])]


def loader_threads():
    return [thread for thread in threading.enumerate() if thread.name.startswith("DataLoader")]


# Bundled data


@pytest.mark.parametrize("name, md5", [
    ("train-images.idx3-ubyte", "6bbc9ace898e44ae57da46a324031adb"),
    ("train-labels.idx1-ubyte", "a25bea736e30d166cdddb491f175f624"),
    ("t10k-images.idx3-ubyte", "2646ac647ad5339dbf082846283269ea"),
    ("t10k-labels.idx1-ubyte", "27ae3e4e09519cfbb04c329615203637"),
])
def test_mnist_files_decompress_to_the_official_bytes(name, md5):
    content = bundled.decompress(bundled.find(f"mnist/{name}.xz"))
    assert hashlib.md5(content, usedforsecurity=False).hexdigest() == md5


@pytest.mark.parametrize("split, counts", [
    ("train", [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]),
    ("test", [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]),
])
def test_mnist_has_the_known_number_of_each_digit(split, counts):
    images, labels = data.mnist(split)
    assert images.shape == (sum(counts), 28, 28) and images.dtype == np.uint8
    assert labels.shape == (sum(counts),) and labels.dtype == np.int64
    assert np.bincount(labels).tolist() == counts
    assert images.min() == 0 and images.max() == 255
    assert images.flags.writeable and labels.flags.writeable


def test_mnist_test_images_have_their_label_at_the_same_place():
    images, labels = data.mnist("test")
    assert labels[:5].tolist() == [7, 2, 1, 0, 4]
    one = images[2] > 127                               # a 1 is a stroke: far taller than it is wide
    assert np.ptp(np.flatnonzero(one.any(axis=1))) > 2 * np.ptp(np.flatnonzero(one.any(axis=0)))
    zero = images[3] > 127                              # a 0 has a hole in its middle
    assert not zero[13:15, 13:15].any() and zero[13].sum() >= 4


def test_mnist_names_the_splits_it_has():
    with pytest.raises(ValueError, match="split must be 'train' or 'test', got 'validation'"):
        data.mnist("validation")


def test_ames_has_2930_sales_with_34_numbers_and_40_categories():
    houses = data.ames()
    assert (len(houses), len(houses.names)) == (2930, 74)
    assert (len(houses.numeric), len(houses.categorical)) == (34, 40)
    assert all(houses[name].dtype == np.float64 for name in houses.numeric)
    assert all(np.isfinite(houses[name]).all() for name in houses.numeric)
    assert all((houses[name] != "").all() for name in houses.categorical)


def test_ames_columns_hold_the_published_values():
    houses = data.ames()
    price, area, rooms = houses["Sale_Price"], houses["Gr_Liv_Area"], houses["TotRms_AbvGrd"]
    assert (price[0], area[0], rooms[0], houses["Neighborhood"][0]) == (215000, 1656, 7, "North_Ames")
    assert (price.min(), price.max()) == (12789, 755000)
    assert len(set(houses["Neighborhood"])) == 28
    assert houses["Sale_Type"][0] == "WD"               # the file has a trailing space
    assert Counter(houses["Mas_Vnr_Type"])["None"] == 1775
    assert math.isclose(np.corrcoef(area, price)[0, 1], 0.7068, abs_tol=1e-4)


def test_ames_basement_code_is_a_code_and_no_area():
    houses = data.ames()
    pairs = set(zip(houses["BsmtFin_Type_1"], houses["BsmtFin_SF_1"]))
    assert {code for _, code in pairs} == set(range(8)) and len(pairs) == 8


def test_features_of_a_table_are_numbers_as_they_are_and_categories_one_hot():
    houses = data.ames()
    matrix, names = houses.features(["Gr_Liv_Area", "Neighborhood"])
    assert matrix.shape == (2930, 1 + 28) and matrix.dtype == np.float64 and len(names) == 29
    assert np.array_equal(matrix[:, 0], houses["Gr_Liv_Area"])
    assert np.array_equal(matrix[:, 1:].sum(axis=1), np.ones(2930))
    assert np.array_equal(matrix[:, names.index("Neighborhood=Gilbert")], houses["Neighborhood"] == "Gilbert")


def test_a_table_is_a_dict_of_its_columns_for_pandas_and_others():
    houses = data.ames()
    assert list(houses) == houses.names == list(houses.columns) and "Sale_Price" in houses
    assert "Sale_Prize" not in houses and len(houses.columns) == 74
    plain = dict(houses)
    assert type(plain) is dict and len(plain) == 74 and plain["Lot_Area"] is houses["Lot_Area"]
    assert [*houses.items()][0][1] is houses[houses.names[0]]
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(houses)
    assert frame.shape == (2930, 74) and frame["Sale_Price"].median() == np.median(houses["Sale_Price"])


@pytest.mark.parametrize("select", [0, slice(5), ["Lot_Area", "Sale_Price"], np.arange(3)])
def test_a_table_says_how_to_select_rows_or_several_columns(select):
    with pytest.raises(TypeError, match=r"the name of one column, got .*; table\[name\]\[rows\] selects"):
        data.ames()[select]


def test_features_takes_a_list_of_names():
    with pytest.raises(TypeError, match=r"expected a list of names, got the str .*; write \['Lot_Area'\]"):
        data.ames().features("Lot_Area")


def test_an_unknown_column_names_the_nearest_ones():
    with pytest.raises(KeyError, match="no column 'Living_Area' in a table of 74; "
                                       "did you mean .*Gr_Liv_Area"):
        data.ames()["Living_Area"]


def test_movie_reviews_have_a_rating_each():
    texts, ratings = data.movie_reviews()
    assert len(texts) == 10605 and ratings.shape == (10605,) and ratings.dtype == np.float64
    assert -4 <= ratings.min() < -3.5 and 3.5 < ratings.max() <= 4
    assert texts[2] == "Effective but too tepid biopic" and ratings[2] == -0.6
    assert any("clichés" in text for text in texts)     # decoded as UTF-8


def test_clear_movie_reviews_are_as_often_positive_as_negative():
    texts, ratings = data.movie_reviews(min_abs_rating=0.5)
    assert len(texts) == len(ratings) == 10072
    assert np.abs(ratings).min() >= 0.5
    assert (ratings > 0).sum() == 4996
    everything = dict(zip(*data.movie_reviews()))
    assert all(everything[text] == rating for text, rating in islice(zip(texts, ratings), 100))


def test_plays_are_four_whole_texts_by_title():
    plays = data.plays()
    assert list(plays) == ["A Midsummer Night's Dream", "Julius Caesar", "Macbeth", "Romeo and Juliet"]
    for title, text in plays.items():
        assert text.startswith(f"{title}\n\nACT I\n") and text.count("\nACT ") == 5 and text.endswith("\n")
    assert "\nIs this a dagger which I see before me,\n" in plays["Macbeth"]
    together = "".join(plays.values())
    assert len(together) == 450618 and len(set(together)) == 65 and together.isascii()
    assert not set("\f\r\t\\_0123456789") & set(together)       # no leftovers of markup


# Missing and damaged files


def test_every_bundled_file_is_listed_with_its_licence():
    present = {path.relative_to(bundled.FOLDER).as_posix() for path in bundled.FOLDER.rglob("*")
               if path.is_file() and path.name != "README.md"}
    assert present == set(bundled.FILES)
    text = (bundled.FOLDER / "README.md").read_text(encoding="utf-8")
    for word in ["mnist/*.xz", "ames.csv.gz", "vader_movie.tsv.gz", "plays.txt.gz",
                 "emoji_twitter_64x64.npz", "cmudict.dict.gz", "verses.tsv.gz", "co2.csv.gz",
                 "sunspots.csv.gz", "seattle-weather.csv.gz", "ShareAlike 3.0", "Attribution 4.0",
                 "modeldata authors", "cjhutto", "Carnegie Mellon"]:
        assert word in text


def test_minigrad_data_names_a_folder_that_is_looked_into_first(tmp_path, monkeypatch):
    monkeypatch.setenv("MINIGRAD_DATA", str(tmp_path))
    assert bundled.find("ames.csv.gz").parent == bundled.FOLDER     # missing: the bundled one is used
    (tmp_path / "ames.csv.gz").write_bytes((bundled.FOLDER / "ames.csv.gz").read_bytes())
    assert bundled.find("ames.csv.gz").parent == tmp_path
    assert len(data.ames()) == 2930


def test_a_missing_file_is_named_with_the_folders_looked_into(tmp_path, monkeypatch):
    monkeypatch.setattr(bundled, "FOLDER", tmp_path / "package")
    monkeypatch.setenv("MINIGRAD_DATA", str(tmp_path / "mine"))
    with pytest.raises(FileNotFoundError) as error:
        data.ames()
    text = str(error.value)
    assert f"ames.csv.gz not found in {tmp_path / 'mine'} or {tmp_path / 'package'}" in text
    assert "reinstall minigrad, or set MINIGRAD_DATA" in text


@pytest.mark.parametrize("damage, message", [
    (lambda content: content[:1000], "expected 180174 bytes, got 1000"),
    (lambda content: content[:-1] + b"?", "expected sha256 f269a328.*, got "),
])
def test_a_damaged_file_is_named_with_what_was_expected(tmp_path, monkeypatch, damage, message):
    (tmp_path / "ames.csv.gz").write_bytes(damage((bundled.FOLDER / "ames.csv.gz").read_bytes()))
    monkeypatch.setenv("MINIGRAD_DATA", str(tmp_path))
    with pytest.raises(ValueError, match=f"ames.csv.gz is damaged: {message}.*reinstall minigrad"):
        data.ames()


IDX = bytes([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3]) + bytes(range(6))


@pytest.mark.parametrize("suffix, compress", [(".xz", lzma.compress), (".gz", gzip.compress), ("", bytes)])
def test_read_idx_reads_compressed_and_plain_files(tmp_path, suffix, compress):
    path = tmp_path / f"images{suffix}"
    path.write_bytes(compress(IDX))
    assert read_idx(path).tolist() == [[0, 1, 2], [3, 4, 5]]


@pytest.mark.parametrize("name, content, message", [
    ("cut.xz", lzma.compress(IDX)[:-20], r"cut.xz cannot be decompressed: it is truncated or not a .xz file"),
    ("cut.gz", gzip.compress(IDX)[:-10], r"cut.gz cannot be decompressed: it is truncated or not a .gz file"),
    ("text.xz", b"<html>not found</html>", r"text.xz cannot be decompressed.*download it again"),
    ("text.gz", b"<html>not found</html>", r"text.gz cannot be decompressed.*download it again"),
    ("floats", b"\0\0\x0d" + IDX[3:],
     "not an IDX file of unsigned bytes.*expected the first bytes 00 00 08, got 00 00 0d"),
    ("empty", b"", "not an IDX file.*got an empty file"),
    ("short", IDX[:-1], r"short is damaged: expected 6 values for shape \(2, 3\), got 5"),
    ("header", IDX[:6], r"header is damaged"),
], ids="cut.xz cut.gz text.xz text.gz floats empty short header".split())
def test_read_idx_says_what_is_wrong_with_a_file(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=message):
        read_idx(tmp_path / name)


# Datasets and splits


def test_tensor_dataset_gives_a_tuple_of_rows():
    dataset = rows(4)
    x, y = dataset[2]
    assert len(dataset) == 4 and isinstance(x, Tensor) and x.tolist() == [2.0, 2.0] and y.item() == 2


def test_tensor_dataset_wraps_arrays_without_a_copy():
    array = np.zeros((3, 2), np.float32)
    assert np.shares_memory(TensorDataset(array).tensors[0].numpy(), array)


@pytest.mark.parametrize("tensors, error, message", [
    ([], ValueError, "at least one tensor"),
    ([np.zeros((4, 2)), np.zeros(3)], ValueError, r"same first dimension.*got shapes \(4, 2\), \(3,\)"),
    ([np.array(1.0)], ValueError, r"got shapes \(\)"),
    ([[1, 2, 3]], TypeError, "argument 0 is a list, expected a Tensor or a NumPy array"),
])
def test_tensor_dataset_refuses_what_has_no_common_samples(tensors, error, message):
    with pytest.raises(error, match=message):
        TensorDataset(*tensors)


def test_a_dataset_says_which_method_is_missing():
    class Nothing(Dataset):
        pass
    with pytest.raises(NotImplementedError, match="Nothing must define __len__"):
        len(Nothing())
    with pytest.raises(NotImplementedError, match="Nothing must define __getitem__"):
        Nothing()[0]


def test_a_subset_of_a_subset_finds_the_sample_of_the_whole():
    inner = Subset(Squares(), [9, 3, -1, 5])
    outer = Subset(inner, np.array([3, 0]))
    assert [outer[i] for i in range(len(outer))] == [(5, 25.0), (9, 81.0)]
    assert inner[2] == (9, 81.0)                        # -1 is the last sample


@pytest.mark.parametrize("indices, error, message", [
    ([0, 10], IndexError, r"must lie in 0\.\.9 for a dataset of 10 samples, got 10"),
    ([-11], IndexError, "got -11"),
    ([0.5], TypeError, "must be integers, got 0.5"),
    (np.array([True, False]), TypeError, "must be integers, got True"),
])
def test_subset_refuses_indices_outside_the_dataset(indices, error, message):
    with pytest.raises(error, match=f"Subset: indices .*{message}"):
        Subset(Squares(), indices)


def test_random_split_gives_each_sample_to_one_part():
    parts = random_split(rows(10), [6, 3, 1])
    assert [len(part) for part in parts] == [6, 3, 1]
    assert sorted(int(part[i][1].item()) for part in parts for i in range(len(part))) == list(range(10))


def test_random_split_is_the_same_for_the_same_seed():
    first, again, other = (random_split(range(100), [0.5, 0.5], generator=seed)[0].indices
                           for seed in (3, 3, 4))
    assert first == again != other
    manual_seed(7)
    first = random_split(range(100), [0.5, 0.5])[0].indices
    manual_seed(7)
    assert first == random_split(range(100), [0.5, 0.5])[0].indices


@pytest.mark.parametrize("n, lengths", [
    (10, [0.7, 0.3]), (10, [0.33, 0.33, 0.34]), (103, [0.9, 0.05, 0.05]), (3, [0.5, 0.5]),
    (7, [7, 0]), (1, [1])])
@pytest.mark.filterwarnings("ignore:Length of split")      # PyTorch warns of an empty part
def test_random_split_cuts_lengths_like_pytorch(torch, n, lengths):
    expected = torch.utils.data.random_split(range(n), lengths)
    assert [len(part) for part in random_split(range(n), lengths)] == [len(part) for part in expected]


@pytest.mark.parametrize("lengths, message", [
    ([6, 3], r"lengths \[6, 3\] sum to 9; they must sum to the 10 samples of the dataset, or to 1"),
    ([0.5, 0.4], r"lengths \[0.5, 0.4\] sum to 0.9"),
    ([11, -1], r"must not be negative, got \[11, -1\]"),
])
def test_random_split_refuses_lengths_that_do_not_fit(lengths, message):
    with pytest.raises(ValueError, match=message):
        random_split(Squares(), lengths)


def test_train_test_split_cuts_arrays_lists_and_tensors_in_the_same_places():
    numbers = np.arange(50)
    a, b, c, d, e, f = train_test_split(numbers, [str(i) for i in numbers], Tensor(numbers), test_size=0.3)
    assert len(a) == 35 and len(b) == 15 and sorted([*a, *b]) == list(range(50))
    assert c == [str(i) for i in a] and d == [str(i) for i in b]
    assert e.tolist() == a.tolist() and f.tolist() == b.tolist()


def test_train_test_split_stays_what_it_was():
    _, test = train_test_split(np.arange(2930))
    assert len(test) == 586
    assert test[:5].tolist() == [1283, 2242, 2851, 728, 1073]


@pytest.mark.parametrize("arrays, test_size, message", [
    ([], 0.2, r"one or more arrays of the same length, got lengths \[\]"),
    ([[1, 2], [1]], 0.2, r"same length, got lengths \[2, 1\]"),
    ([[1, 2]], 1.0, r"test_size=1.0 leaves 0 training and 2 test samples of 2"),
    ([[1, 2]], 0, r"test_size=0 leaves 2 training and 0 test samples of 2; both need at least one"),
])
def test_train_test_split_refuses_an_empty_part(arrays, test_size, message):
    with pytest.raises(ValueError, match=message):
        train_test_split(*arrays, test_size=test_size)


# DataLoader


@pytest.mark.parametrize("dataset", [
    rows(10), Squares(), Subset(Subset(rows(20), range(19, -1, -1)), range(19, 9, -1)),
], ids=["tensors", "samples", "subset"])
def test_batches_hold_the_samples_in_order(dataset):
    loader = DataLoader(dataset, batch_size=4)
    batches = list(loader)
    assert order(batches) == list(range(10))
    assert [len(batch[0]) for batch in batches] == [4, 4, 2] and len(loader) == 3
    assert {type(batch) for batch in batches} == {list}
    assert {type(part) for batch in batches for part in batch} == {Tensor}


def test_drop_last_leaves_out_the_smaller_batch():
    loader = DataLoader(rows(10), batch_size=4, drop_last=True)
    assert [len(x) for x, _ in loader] == [4, 4] and len(loader) == 2
    assert len(DataLoader(rows(8), batch_size=4, drop_last=True)) == 2
    assert list(DataLoader(rows(3), batch_size=4, drop_last=True)) == []


def test_gathered_batches_equal_batches_collated_sample_by_sample():
    dataset = random_split(rows(50), [30, 20], generator=0)[0]
    fast = DataLoader(dataset, batch_size=7, shuffle=True, generator=1)
    slow = DataLoader(dataset, batch_size=7, shuffle=True, generator=1, collate_fn=default_collate)
    for (x, y), (x_slow, y_slow) in zip(fast, slow, strict=True):
        assert np.array_equal(x.numpy(), x_slow.numpy()) and x.dtype == x_slow.dtype == np.float32
        assert np.array_equal(y.numpy(), y_slow.numpy()) and y.dtype == y_slow.dtype == np.int64


def test_a_tensor_dataset_that_changes_its_samples_is_read_sample_by_sample():
    class Negated(TensorDataset):
        def __getitem__(self, index):
            x, y = super().__getitem__(index)
            return -y.item()                            # one sample: item() refuses a batch
    batch = next(iter(DataLoader(Negated(*rows(3).tensors), batch_size=3)))
    assert batch.tolist() == [0, -1, -2]


def test_shuffle_uses_every_sample_once_and_a_new_order_every_epoch():
    loader = DataLoader(rows(100), batch_size=8, shuffle=True)
    first, second = order(loader), order(loader)
    assert sorted(first) == sorted(second) == list(range(100))
    assert first != second and first != list(range(100))


def test_shuffle_follows_manual_seed():
    orders = []
    for seed in (5, 5, 6):
        manual_seed(seed)
        orders.append(order(DataLoader(rows(100), batch_size=8, shuffle=True)))
    assert orders[0] == orders[1] != orders[2]


def test_a_generator_of_its_own_leaves_the_shared_one_alone():
    manual_seed(5)
    expected = order(DataLoader(rows(30), shuffle=True))
    manual_seed(5)
    seeded = order(DataLoader(rows(30), shuffle=True, generator=1))
    assert order(DataLoader(rows(30), shuffle=True)) == expected
    assert seeded == order(DataLoader(rows(30), shuffle=True, generator=minigrad.Generator().manual_seed(1)))
    of_numpy = [order(DataLoader(rows(30), shuffle=True, generator=np.random.default_rng(1)))
                for _ in range(2)]
    assert of_numpy[0] == of_numpy[1] != seeded


def test_a_seeded_loader_goes_on_with_a_new_order_in_the_next_epoch():
    loader, again = (DataLoader(rows(30), shuffle=True, generator=1) for _ in range(2))
    epochs = [order(loader), order(loader)]
    assert epochs == [order(again), order(again)] and epochs[0] != epochs[1]


def test_a_sampler_sets_the_order_and_the_length():
    loader = DataLoader(rows(10), batch_size=2, sampler=[9, 0, 9, 4, 1])
    assert order(loader) == order(loader) == [9, 0, 9, 4, 1] and len(loader) == 3


def test_a_loader_reads_plain_lists_and_passes_them_to_collate_fn():
    assert list(DataLoader(["a", "b", "c"], batch_size=2)) == [["a", "b"], ["c"]]
    assert list(DataLoader([1, 2, 3], batch_size=2, collate_fn=sum)) == [3, 3]


def test_batches_stay_on_the_device_of_the_tensors(device):
    x, y = rows(10).tensors
    dataset = random_split(TensorDataset(x.to(device), y.to(device)), [8, 2])[0]
    for batch in DataLoader(dataset, batch_size=3, shuffle=True):
        assert batch[0].device == batch[1].device == x.to(device).device
        assert batch[0].cpu().numpy()[:, 0].tolist() == batch[1].tolist()


# Worker threads


@pytest.mark.parametrize("dataset", [rows(50), Subset(Squares(), list(range(10)) * 5)],
                         ids=["tensors", "samples"])
@pytest.mark.parametrize("workers", [1, 3])
def test_worker_threads_give_the_same_batches_in_the_same_order(dataset, workers):
    plain = DataLoader(dataset, batch_size=4, shuffle=True, generator=2)
    threaded = DataLoader(dataset, batch_size=4, shuffle=True, generator=2, num_workers=workers)
    assert order(threaded) == order(plain)
    assert loader_threads() == []


def test_the_order_holds_although_the_first_samples_take_longest():
    later = threading.Event()

    def wait_for_the_third(samples):
        if 0 in samples:
            assert later.wait(timeout=10)
        if 2 in samples:
            later.set()
        return samples
    batches = DataLoader(list(range(6)), num_workers=3, collate_fn=wait_for_the_third)
    assert list(batches) == [[0], [1], [2], [3], [4], [5]]


def test_leaving_the_loop_early_leaves_no_thread():
    for _ in DataLoader(Squares(), num_workers=2):
        assert loader_threads()
        break
    assert loader_threads() == []


def test_an_error_in_the_loop_leaves_no_thread():
    with pytest.raises(ZeroDivisionError):
        for _ in DataLoader(Squares(), num_workers=2):
            1 / 0
    assert loader_threads() == []


@pytest.mark.parametrize("workers", [0, 2])
def test_an_error_in_the_dataset_names_the_sample(workers):
    class Faulty(Squares):
        def __getitem__(self, index):
            if index == 6:
                raise KeyError("no such file")
            return super().__getitem__(index)
    seen = []
    text = "sample 6 of Faulty failed with KeyError: 'no such file'"
    with pytest.raises(RuntimeError, match=text) as error:
        for batch in DataLoader(Faulty(), batch_size=2, num_workers=workers):
            seen += order([batch])
    assert isinstance(error.value.__cause__, KeyError)
    assert seen == [0, 1, 2, 3, 4, 5] and loader_threads() == []


# Bad arguments


@pytest.mark.parametrize("arguments, error, message", [
    (dict(dataset=[]), ValueError, r"the dataset \(list\) is empty"),
    (dict(dataset=(i for i in range(3))), TypeError, "got a generator; pass a list, a Dataset or an Iter"),
    (dict(batch_size=0), ValueError, "batch_size must be an integer of at least 1, got 0"),
    (dict(batch_size=None, drop_last=True), ValueError, "batch_size=None yields single samples"),
    (dict(batch_sampler=[[0]], shuffle=True), ValueError, "batch_sampler already defines the batches"),
    (dict(batch_sampler=[[0]], batch_size=2), ValueError, "batch_sampler already defines the batches"),
    (dict(prefetch_factor=0), ValueError, "prefetch_factor must be an integer of at least 1, got 0"),
    (dict(batch_size=2.0), ValueError, "batch_size must be an integer of at least 1, got 2.0"),
    (dict(batch_size=True), ValueError, "batch_size must be an integer of at least 1, got True"),
    (dict(num_workers=-1), ValueError,
     "num_workers must be a number of threads, an integer of at least 0; got -1"),
    (dict(shuffle=True, sampler=[0]), ValueError, "shuffle=True and sampler both set the order"),
    (dict(generator="seed"), TypeError, "generator must be a numpy.random.Generator, a seed .* got 'seed'"),
    (dict(generator=-1), TypeError, "got -1"),
])
def test_a_loader_refuses_arguments_that_make_no_sense(arguments, error, message):
    with pytest.raises(error, match=message):
        DataLoader(**{"dataset": Squares(), **arguments})


def test_a_sampler_outside_the_dataset_is_an_error():
    with pytest.raises(IndexError, match=r"indices from the sampler must lie in 0\.\.9.*got 10"):
        list(DataLoader(rows(10), sampler=[0, 10]))


# Collate


@pytest.mark.parametrize("samples, dtype, values", [
    ([1, 2], np.int64, [1, 2]),
    ([0.5, 1.0], np.float32, [0.5, 1.0]),
    ([1, 0.5], np.float32, [1.0, 0.5]),
    ([True, False], np.bool_, [True, False]),
    ([np.float64(0.5), np.float64(1)], np.float64, [0.5, 1.0]),
    ([np.uint8(3), np.uint8(4)], np.uint8, [3, 4]),
    ([np.zeros(2), np.ones(2)], np.float64, [[0, 0], [1, 1]]),
    ([np.zeros(2, np.float32), np.ones(2, np.float32)], np.float32, [[0, 0], [1, 1]]),
    ([Tensor([1.0, 2.0]), Tensor([3.0, 4.0])], np.float32, [[1, 2], [3, 4]]),
])
def test_default_collate_makes_a_tensor_of(samples, dtype, values):
    batch = default_collate(samples)
    assert isinstance(batch, Tensor) and batch.dtype == dtype and batch.tolist() == values


def test_default_collate_follows_the_structure_of_a_sample():
    batch = default_collate([{"x": (1, np.zeros(3)), "name": "a"}, {"x": (2, np.ones(3)), "name": "b"}])
    assert batch["name"] == ["a", "b"] and batch["x"][0].tolist() == [1, 2]
    assert tuple(batch["x"][1].shape) == (2, 3) and type(batch["x"]) is list


@pytest.mark.parametrize("samples", [
    [(1, "a"), (2, "b")], [[1, 2], [3, 4]], [{"n": True}, {"n": False}], [b"x", b"y"],
    [(np.zeros((2, 3), np.float32), np.int64(4))] * 3,
], ids=["tuples", "lists", "dicts", "bytes", "arrays"])
def test_default_collate_gives_what_pytorch_gives(torch, samples):
    def described(batch):
        if isinstance(batch, dict):
            return {key: described(value) for key, value in batch.items()}
        if isinstance(batch, (list, tuple)):            # PyTorch gives a tuple of str inside a tuple
            return [described(value) for value in batch]
        if isinstance(batch, (bytes, str)):
            return batch
        return batch.tolist(), str(batch.dtype).removeprefix("torch.")
    assert described(default_collate(samples)) == described(torch.utils.data.default_collate(samples))


@pytest.mark.parametrize("samples, error, message", [
    ([np.zeros(3), np.zeros(3), np.zeros(4)], ValueError,
     r"sample 0 is \(3,\), sample 2 is \(4,\); pad or crop"),
    ([Tensor([1.0]), Tensor([1.0, 2.0])], ValueError, r"sample 0 is \(1,\), sample 1 is \(2,\)"),
    ([(1, 2), (1, 2, 3)], ValueError, r"same length, got \[2, 3\]; pad them"),
    ([None, None], TypeError, "cannot batch a NoneType; let the dataset return numbers, arrays, Tensors"),
])
def test_default_collate_says_what_does_not_fit(samples, error, message):
    with pytest.raises(error, match=message):
        default_collate(samples)


# Datasets of datasets, streams and samplers


class Stream(data.IterableDataset):
    def __init__(self, n=5):
        self.n = n

    def __iter__(self):
        return iter(range(self.n))


def test_datasets_behind_and_beside_each_other():
    both = rows(3) + rows(2)
    assert isinstance(both, data.ConcatDataset) and len(both) == 5 and both.cumulative_sizes == [3, 5]
    assert [both[i][0].tolist() for i in range(-1, 5)] == [rows(2)[1][0].tolist()] + [
        part[i][0].tolist() for part in (rows(3), rows(2)) for i in range(len(part))]
    assert data.StackDataset([1, 2], "ab")[1] == (2, "b")
    assert data.StackDataset(x=[1, 2], y="ab")[0] == {"x": 1, "y": "a"}
    assert len(data.StackDataset(x=[1, 2])) == 2


def test_a_stream_comes_in_batches_whatever_the_number_of_workers():
    for workers in (0, 2):
        loader = DataLoader(Stream(), batch_size=2, num_workers=workers)
        assert [batch.tolist() for batch in loader] == [[0, 1], [2, 3], [4]]
    whole = DataLoader(Stream(), batch_size=2, drop_last=True)
    assert [batch.tolist() for batch in whole] == [[0, 1], [2, 3]]
    assert list(DataLoader(Stream(3), batch_size=None)) == [0, 1, 2] and data.get_worker_info() is None
    with pytest.raises(TypeError):
        len(DataLoader(Stream()))


def test_without_a_batch_size_samples_come_one_by_one():
    loader = DataLoader([np.ones(2), np.zeros(2)], batch_size=None)
    assert [(type(x), x.tolist()) for x in loader] == [(Tensor, [1, 1]), (Tensor, [0, 0])]
    assert len(loader) == 2


def test_a_batch_sampler_makes_the_batches():
    loader = DataLoader(list(range(10)), batch_sampler=[[1, 2], [9], [-1, 0, 3]], num_workers=1)
    assert [batch.tolist() for batch in loader] == [[1, 2], [9], [9, 0, 3]] and len(loader) == 3


def test_an_endless_sampler_is_read_as_far_as_the_loop_goes():
    loader = DataLoader(list(range(3)), batch_size=2, sampler=itertools.cycle([2, 0]))
    assert [batch.tolist() for batch in itertools.islice(loader, 2)] == [[2, 0], [2, 0]]


def test_samplers_give_as_many_indices_as_they_say_and_the_right_ones():
    n = list(range(6))
    assert list(data.SequentialSampler(n)) == n
    assert sorted(data.RandomSampler(n)) == n
    assert sorted(data.RandomSampler(n, num_samples=12)) == sorted(n + n)
    many = data.RandomSampler(n, replacement=True, num_samples=600, generator=0)
    assert len(many) == len(list(many)) == 600 and set(many) == set(n)
    assert sorted(data.SubsetRandomSampler([4, 1, 1])) == [1, 1, 4]
    for sampler in (data.SequentialSampler(n), data.RandomSampler(n), data.SubsetRandomSampler([4, 1])):
        assert len(sampler) == len(list(sampler))
    sampler = data.RandomSampler(n, generator=3)
    assert order(DataLoader(rows(6), sampler=sampler)) == list(data.RandomSampler(n, generator=3))


def test_weighted_samples_come_in_proportion_to_their_weights():
    drawn = list(data.WeightedRandomSampler(minigrad.tensor([1.0, 0.0, 3.0]), 4000, generator=0))
    assert len(drawn) == 4000 and 1 not in drawn
    error = 4 * (4000 * 0.25 * 0.75) ** 0.5         # four standard deviations
    assert abs(drawn.count(0) - 1000) < error
    assert sorted(data.WeightedRandomSampler([1, 2, 3], 3, replacement=False)) == [0, 1, 2]


@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize("n", [1, 5, 6])
def test_batch_sampler_cuts_like_pytorch(torch, n, drop_last):
    ours, theirs = (lib.BatchSampler(lib.SequentialSampler(range(n)), 3, drop_last)
                    for lib in (data, torch.utils.data))
    assert list(ours) == list(theirs) and len(ours) == len(theirs)


def test_named_tuples_stay_named_tuples():
    Point = namedtuple("Point", "x label")
    batch = default_collate([Point(1, "a"), Point(2, "b")])
    assert type(batch) is Point and batch.x.tolist() == [1, 2] and batch.label == ["a", "b"]
    sample = data.default_convert(Point(np.ones(1), {"s": "a"}))
    assert type(sample) is Point and isinstance(sample.x, Tensor) and sample.label == {"s": "a"}


def test_workers_are_started_with_their_number():
    seen = []
    list(DataLoader(rows(40), num_workers=2, prefetch_factor=3, worker_init_fn=seen.append))
    assert seen[0] == 0 and set(seen) <= {0, 1}


def test_a_batch_that_does_not_come_in_time_is_an_error():
    class Slow(Squares):
        def __getitem__(self, index):
            time.sleep(0.2)
            return index
    with pytest.raises(RuntimeError, match="no batch arrived within timeout=0.01 seconds"):
        list(DataLoader(Slow(), num_workers=1, timeout=0.01))


def test_arguments_of_pytorch_are_taken_in_its_order(torch):
    ours, theirs = (list(inspect.signature(loader).parameters)
                    for loader in (DataLoader, torch.utils.data.DataLoader))
    same = ours[:ours.index("generator")]
    assert same == theirs[:len(same)] and set(ours) <= set(theirs)
    batches = list(DataLoader(rows(4), 2, False, None, None, 2, None, True, True, 0, None,
                              persistent_workers=True))
    assert len(batches) == 2


@pytest.mark.parametrize("wrong, error, text", [
    (lambda: DataLoader(Stream(), shuffle=True), ValueError, "Stream is a stream and sets its own order"),
    (lambda: list(DataLoader(data.IterableDataset())), NotImplementedError, r"must define __iter__\(self\)"),
    (lambda: list(data.Sampler()), NotImplementedError, r"must define __iter__\(self\)"),
    (lambda: data.ConcatDataset([]), ValueError, "at least one dataset"),
    (lambda: data.ConcatDataset([Stream()]), TypeError, "dataset 0 is a stream, Stream"),
    (lambda: Stream() + Stream(), TypeError, "use itertools.chain"),
    (lambda: (rows(2) + rows(2))[4], IndexError, "ConcatDataset: index 4 is out of range for 4 samples"),
    (lambda: data.StackDataset([1], [1, 2]), ValueError, r"need the same length, got \[1, 2\]"),
    (lambda: data.StackDataset(), ValueError, "at least one dataset; pass all by position or all by name"),
    (lambda: data.RandomSampler([1], num_samples=0), ValueError,
     "num_samples must be an integer of at least 1, got 0"),
    (lambda: list(data.RandomSampler([])), ValueError, "RandomSampler: data_source has no samples"),
    (lambda: len(DataLoader(Stream())), TypeError, "Stream is a stream without a length"),
    (lambda: Stream()[0], TypeError, "Stream is a stream; iterate over it"),
    (lambda: data.WeightedRandomSampler([0, 0], 1), ValueError, r"not all 0; got \[0.0, 0.0\]"),
    (lambda: data.WeightedRandomSampler([1, -1], 1), ValueError,
     r"one non-negative weight per sample, .* got \[1.0, -1.0\]"),
    (lambda: data.WeightedRandomSampler([1, 0], 2, False), ValueError, "needs 2 positive weights, got 1"),
    (lambda: data.BatchSampler([1], 0, False), ValueError,
     "batch_size must be an integer of at least 1, got 0"),
])
def test_datasets_and_samplers_say_what_does_not_fit(wrong, error, text):
    with pytest.raises(error, match=text):
        wrong()


def test_pytorchs_place_of_data_shows_all_of_it():
    assert all(getattr(minigrad.utils.data, name) is getattr(data, name) for name in data.__all__)
