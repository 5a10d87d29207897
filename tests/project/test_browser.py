"""minigrad under the limits of a browser: 32-bit integers, no threads, no processes, no lzma, a short stack.

Each limit is simulated, so that these tests run everywhere.
"""

import json
import re
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from cases.ops import CASES
from cases.row import on
from narrow import narrow_integers

import minigrad
from minigrad import Tensor, doctor, files, io, nn, optim
from minigrad.course import amounts, browser as course_browser, effort, progress
from minigrad.course.lessons import LESSONS
from minigrad.data import DataLoader, TensorDataset, WordTokenizer, bundled, mnist
from minigrad.io.checkpoint import read_checkpoint
from minigrad.nn import functional as F
from minigrad.parallel import Team
from minigrad.train import Trainer, confusion_matrix

ROOT = Path(__file__).parents[2]


@pytest.fixture
def browser(monkeypatch):
    monkeypatch.setattr(sys, "platform", "emscripten")

    def start(thread):
        raise RuntimeError("can't start new thread")
    monkeypatch.setattr(threading.Thread, "start", start)


# Integers


@pytest.fixture
def narrow():
    with narrow_integers():
        yield


def test_the_simulated_numpy_has_short_integers(narrow):
    assert np.arange(3).dtype == np.array([1]).dtype == np.argmax(np.ones(3)).dtype == np.int32
    for wide in (np.arange(3, dtype=np.int64), np.asarray(np.int64([1])), np.array([2**40])):
        assert wide.dtype == np.int64
    with pytest.raises(TypeError, match="Cannot cast"):
        np.bincount(np.int64([1]))


def dtypes(case):
    """The dtypes of the results of a row of the table of ops."""
    return [y.dtype if isinstance(y, Tensor) else type(y)
            for y in case.run(map(on("cpu", "float32"), INPUTS[case.name]), on("cpu", "float32"))]


INPUTS = {case.name: case.arrays("float32") for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_an_op_gives_the_same_dtypes_where_integers_are_short(case):
    expected = dtypes(case)
    with narrow_integers():
        assert dtypes(case) == expected


WHOLE = {   # Python's integers, or places, as tensors
    "tensor": lambda: minigrad.tensor([1, 2]), "of a number": lambda: minigrad.tensor(3),
    "as_tensor": lambda: minigrad.as_tensor([[1], [2]]), "int": lambda: minigrad.ones(2).to(int),
    "dtype=int": lambda: minigrad.zeros(2, dtype=int), "full": lambda: minigrad.full((2,), 7),
    "arange": lambda: minigrad.arange(5), "arange from": lambda: minigrad.arange(2, 9, 3),
    "randint": lambda: minigrad.randint(0, 10, (4,)), "randperm": lambda: minigrad.randperm(5),
    "multinomial": lambda: minigrad.multinomial(minigrad.ones(4), 2),
    "argmax": lambda: minigrad.rand(2, 3).argmax(1), "argsort": lambda: minigrad.rand(4).argsort(),
    "argsort down": lambda: minigrad.rand(4).argsort(descending=True),
    "max": lambda: minigrad.rand(2, 3).max(1)[1],
    "sort": lambda: minigrad.rand(3).sort()[1], "topk": lambda: minigrad.rand(5).topk(2)[1],
    "nonzero": lambda: minigrad.ones(3).nonzero(), "where": lambda: minigrad.where(minigrad.ones(3) > 0)[0],
    "count_nonzero": lambda: minigrad.count_nonzero(minigrad.ones(3)),
    "sum of a mask": lambda: (minigrad.rand(4) > 0.5).sum(), "sum": lambda: minigrad.arange(4).sum(),
    "cumsum": lambda: minigrad.arange(4).cumsum(0), "prod": lambda: minigrad.arange(4).prod(),
    "int8's sum": lambda: minigrad.ones(3, dtype=minigrad.int8).sum(),
    "mask's cumsum": lambda: (minigrad.rand(4) > 0.5).cumsum(0),
    "bincount": lambda: minigrad.bincount(minigrad.tensor([0, 1, 1])),
    "unique": lambda: minigrad.unique(minigrad.tensor([1.0, 1.0, 2.0]), return_counts=True)[1],
    "searchsorted": lambda: minigrad.searchsorted(minigrad.arange(4), minigrad.tensor([2])),
    "one_hot": lambda: F.one_hot(minigrad.tensor([0, 2])),
    "tril_indices": lambda: minigrad.tril_indices(3, 3),
    "long": lambda: minigrad.rand(3).long(), "plus a number": lambda: minigrad.arange(3) + 1,
    "a number minus": lambda: 3 - minigrad.arange(3),
    "mask plus number": lambda: (minigrad.rand(2) > 0.5) + 1,
    "number times mask": lambda: 2 * (minigrad.rand(2) > 0.5), "range": lambda: minigrad.tensor(range(3)),
    "where of numbers": lambda: minigrad.where(minigrad.rand(2) > 0.5, 1, 0),
    "from a loader": lambda: next(iter(DataLoader([(1.0, 2), (2.0, 3)], batch_size=2)))[1],
    "confusion_matrix": lambda: confusion_matrix(minigrad.tensor([0, 1]), minigrad.tensor([0, 0])),
    "tokens": lambda: Tensor(WordTokenizer(["<pad>", "<unk>", "a"]).encode_batch(["a b"])[0]),
    "max_pool": lambda: F.max_pool2d(minigrad.rand(1, 1, 4, 4), 2, return_indices=True)[1],
    "labels": lambda: Tensor(mnist("test")[1][:3]), "buffer": lambda: nn.BatchNorm1d(2).num_batches_tracked,
}


@pytest.mark.parametrize("what", WHOLE)
def test_python_s_integers_are_int64_tensors_where_integers_are_short(what, narrow):
    assert WHOLE[what]().dtype == minigrad.int64


def test_the_dtype_of_a_result_is_known_beforehand_where_integers_are_short(narrow):
    mask = minigrad.rand(2) > 0.5
    assert minigrad.result_type(mask, 2) == minigrad.result_type(1, 2) == minigrad.int64
    assert (mask + 2).dtype == (np.int8(2) * mask).dtype == minigrad.int64
    assert (mask + 0).int().dtype == (mask.int() + 1).dtype == minigrad.int32


def test_a_singular_matrix_is_found_where_numpy_raises_no_error(monkeypatch):
    x = minigrad.stack([minigrad.eye(3) * 2, minigrad.ones(3, 3)])
    monkeypatch.setattr(np.linalg, "inv", lambda a: np.full_like(a, np.nan))
    assert minigrad.linalg.inv_ex(x).info.tolist() == [0, 2]


def test_no_file_leaves_the_size_of_integers_to_numpy():
    """NumPy's dtype of Python's int has 32 bits there, and no function that a test could replace makes it."""
    vague = re.compile(r"np\.dtype\(int\)|dtype=int\b|\.astype\(int\)|, int\)\s*#?|\bnp\.int_\b|\.bincount\(")
    found = [f"{path.relative_to(ROOT)}: {line.strip()}" for path in (ROOT / "minigrad").rglob("*.py")
             if path.name != "seam.py" for line in path.read_text(encoding="utf-8").splitlines()
             if vague.search(line) and "isinstance(" not in line and "course" not in path.parts]
    assert found == []


def test_a_network_learns_where_integers_are_short(narrow):
    minigrad.manual_seed(0)
    x = minigrad.randn(64, 3)
    target = x.argmax(1)
    model = nn.Sequential(nn.Linear(3, 16), nn.ReLU(), nn.Linear(16, 3))
    trainer = Trainer(model, F.cross_entropy, optim.Adam(model.parameters(), lr=0.05))
    trainer.fit(DataLoader(TensorDataset(x, target), batch_size=16, shuffle=True), epochs=10)
    assert (model(x).argmax(1) == target).float().mean().item() > 0.9


@pytest.mark.parametrize("asked", [each for one in LESSONS for each in one.exercises],
                         ids=lambda asked: asked.number)
def test_an_exercise_is_graded_where_integers_are_short(asked, narrow, monkeypatch):
    course_browser.prepare()
    monkeypatch.setattr(asked.solution, "__module__", "__main__")
    assert asked.trouble(asked.solution) is None
    words, wrong = next(iter(asked.mistakes.items()))
    monkeypatch.setattr(wrong, "__module__", "__main__", raising=False)
    assert words in asked.trouble(wrong)


def test_the_graders_load_where_integers_are_short():
    program = """
import sys
sys.path.insert(0, "tests")
import minigrad.course.lessons as lessons
from narrow import narrow_integers
with narrow_integers():
    print(len([each for one in lessons.LESSONS for each in one.exercises]))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 80


def test_a_student_may_count_labels(narrow):
    labels = mnist("test")[1][:100]
    with pytest.raises(TypeError, match="Cannot cast"):
        np.bincount(labels)
    course_browser.prepare()
    assert np.bincount(labels, minlength=12).tolist() == [labels.tolist().count(i) for i in range(12)]
    assert np.bincount([0, 1, 1], [0.5, 1.0, 1.0]).tolist() == [0.5, 2.0]


# Threads and processes


def test_a_loader_with_workers_loads_without_threads_and_says_so(browser):
    data = TensorDataset(minigrad.arange(6))
    with pytest.warns(RuntimeWarning, match="no threads in a browser, .* as with num_workers=0") as warned:
        loader = DataLoader(data, batch_size=4, num_workers=2)
        assert [x.tolist() for x, in loader] == [[0, 1, 2, 3], [4, 5]]
    assert len(warned) == 1 and loader.num_workers == 0
    assert warned[0].filename == __file__


def test_a_team_says_that_there_are_no_processes(browser):
    with pytest.raises(RuntimeError, match="Team: there are no processes in a browser; .* workers=1"):
        Team(nn.Linear(2, 2), F.mse_loss, workers=2)


def test_a_profile_and_a_training_need_no_thread(browser):
    model = nn.Linear(2, 1)
    trainer = Trainer(model, F.mse_loss, optim.SGD(model.parameters(), lr=0.1))
    with minigrad.profile() as p:
        data = TensorDataset(minigrad.rand(8, 2), minigrad.rand(8, 1))
        trainer.fit(DataLoader(data, batch_size=4), epochs=1)
    assert "linear" in p.table()


# Files


def without_lzma(program):
    """What a program prints in a Python without lzma, and without the parts that lzma hides behind."""
    start = "import sys; sys.modules['lzma'] = sys.modules['_lzma'] = None\n"
    done = subprocess.run([sys.executable, "-c", start + program], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_all_but_xz_files_can_be_read_without_lzma():
    assert without_lzma("""
from minigrad.data import ames, mnist, movie_reviews
import minigrad.course.lessons as lessons
print(len(movie_reviews()), len(lessons.LESSONS) > 5)
try:
    mnist("test")
except ImportError as error:
    print(error)
""").splitlines()[-1].startswith("cannot read ")


def test_without_the_whole_mnist_its_sample_is_read(tmp_path, monkeypatch, capsys):
    from tools.lite import sample
    for name, content in sample.files():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    monkeypatch.delenv("MINIGRAD_DATA", raising=False)
    whole, labels = mnist("train")
    monkeypatch.setattr(bundled, "FOLDER", tmp_path)
    images, some = mnist("train")
    assert images.shape == (10_000, 28, 28) and images.dtype == np.uint8 and some.dtype == np.int64
    assert (whole[sample.rows(60_000, 10_000)] == images).all() and np.bincount(some).min() > 800
    assert len(mnist("test")[1]) == 2000
    assert sum(path.stat().st_size for path in tmp_path.rglob("*.gz")) < 2.5e6
    assert (doctor.OK, "4 files hold a sample of MNIST, for a browser") in [*doctor.check_data()]


@pytest.mark.parametrize("nest", [
    '{"a":' * 101 + "1" + "}" * 101, "[" * 10**6, "[" * 101 + '"unclosed',
    '{"a": "' + "]" * 99 + '", "b": ' + "[" * 200 + "]" * 200 + "}"],
    ids=["dicts", "lists", "cut", "strings"])
def test_deeply_nested_json_is_refused_before_it_is_parsed(nest, tmp_path, monkeypatch):
    monkeypatch.setattr(json, "loads", lambda *given, **how: pytest.fail("this was parsed"))
    with pytest.raises(ValueError, match="nested more than 100 levels deep"):
        files.read_json(nest)
    path = tmp_path / "file"
    path.write_bytes(len(nest).to_bytes(8, "little") + nest.encode())
    with pytest.raises(ValueError, match="its header cannot be read .*nested more than 100 levels deep"):
        io.load_safetensors(path)
    io.save_safetensors(path, {}, {"minigrad.checkpoint": nest})
    monkeypatch.undo()
    with pytest.raises(ValueError, match="metadata: it is a damaged checkpoint .*more than 100 levels"):
        read_checkpoint(path)
    path.write_text(nest)
    with pytest.raises(ValueError, match="does not hold a WordTokenizer .*nested more than 100 levels deep"):
        WordTokenizer.load(path)
    monkeypatch.setenv("MINIGRAD_COURSE", str(path))
    with pytest.raises(ValueError, match="is not a file of the course's progress"):
        progress.load()


def test_brackets_in_strings_do_not_count(tmp_path):
    text = json.dumps({"a": "[" * 500, "b\"[\\": ["{" * 500 + "\\", [[]]], "c": [[[k]] for k in range(200)]})
    assert files.read_json(text) == files.read_json(text.encode()) == json.loads(text)
    words = [f"[{i}\"{{" for i in range(300)]
    tokenizer = WordTokenizer(["<pad>", "<unk>", *words])
    tokenizer.save(tmp_path / "words.json")
    assert WordTokenizer.load(tmp_path / "words.json").words == tokenizer.words


def test_what_could_not_be_read_back_is_not_written(tmp_path):
    deep: list = []
    for _ in range(120):
        deep = [deep]
    with pytest.raises(ValueError, match="save_checkpoint: .* nested more than 100 levels deep"):
        io.save_checkpoint(tmp_path / "c", model=nn.Linear(1, 1), extra={"deep": deep})
    assert not (tmp_path / "c").exists()


# Doctor and course


def test_the_doctor_knows_a_browser_and_finds_no_problem_there(browser, monkeypatch, capsys):
    monkeypatch.setattr(np, "show_config", lambda mode: {"Build Dependencies": {"blas": {"found": False}}})
    monkeypatch.setattr(doctor, "gflops", lambda *given: 0.2)
    monkeypatch.setattr(doctor, "nvidia_driver", lambda: pytest.fail("a browser has no driver"))
    monkeypatch.setattr(doctor, "installed", lambda name: None)
    assert doctor.main([]) == 0
    report = capsys.readouterr().out
    assert "in a browser" in report and "no problems found" in report and "reinstall" not in report
    assert "pip install" not in report


def test_progress_lies_beside_the_notebooks_and_efforts_are_smaller(browser, monkeypatch, capsys):
    for name in ("MINIGRAD_COURSE", "MINIGRAD_NOTEBOOK_FAST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(amounts, "told", False)
    assert progress.path() == Path("course-progress.json")
    assert effort(100, fast=1, browser=10) == 10 and effort(100, fast=1) == 1
    assert capsys.readouterr().out.count("In the browser this lesson takes fewer steps") == 1
