"""The command line: what it prints, what it refuses, and its exit status."""

import os
import re
import subprocess
import sys

import pytest

import minigrad
from minigrad.cli import DEMOS, main
from minigrad.demos import house_price


def test_without_a_command_or_a_name_it_says_what_there_is(capsys):
    for arguments in ([], ["--help"], ["help"], ["demo"], ["demo", "--help"]):
        assert main(arguments) == 0
        printed = capsys.readouterr().out
        assert all(f"python -m minigrad demo {name} " in printed
                   for name in ("house-price", "mnist", "sentiment"))


def test_it_runs_as_a_module_and_prints_the_version():
    done = subprocess.run([sys.executable, "-m", "minigrad", "--version"], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"minigrad {minigrad.__version__}\n", "")


@pytest.mark.parametrize("arguments, message", [
    (["demo", "hose-price"], f"unknown demo 'hose-price', expected one of {', '.join(DEMOS)}; "
                             "did you mean house-price?"),
    (["demo", "MNIST"], f"unknown demo 'MNIST', expected one of {', '.join(DEMOS)}; did you mean mnist?"),
    (["demo", "xyzzy"], f"unknown demo 'xyzzy', expected one of {', '.join(DEMOS)}"),
    (["dmeo", "mnist"], "unknown command 'dmeo', expected one of course, demo, doctor, run; "
                        "did you mean demo?"),
])
def test_an_unknown_name_gets_the_nearest_and_all_there_are(capsys, arguments, message):
    assert main(arguments) == 2
    assert capsys.readouterr() == ("", f"minigrad: {message}\n")


@pytest.mark.parametrize("arguments, message", [
    (["--epochs", "0"], "argument --epochs: expected an integer of at least 1, got '0'"),
    (["--epochs", "two"], "argument --epochs: expected an integer of at least 1, got 'two'"),
    (["--seed", "-1"], "argument --seed: expected an integer of at least 0, got '-1'"),
    (["--device", "gpu"], "argument --device: unknown device 'gpu'; expected 'cpu', 'cuda', 'cuda:1', ... "
                          "or 'fake'"),
    (["--features", "four"], "argument --features: invalid choice: 'four'"),
    (["--epoch", "3"], "unrecognized arguments: --epoch 3"),
])
def test_a_wrong_option_is_refused_before_anything_runs(capsys, monkeypatch, arguments, message):
    monkeypatch.setattr(house_price, "main", lambda **options: pytest.fail("it ran"))
    with pytest.raises(SystemExit) as exit:
        main(["demo", "house-price", *arguments])
    assert exit.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("arguments, options", [
    ([], {}),
    (["--epochs", "3", "--seed", "7", "--device", "fake", "--out", "here", "--features", "all"],
     {"epochs": 3, "seed": 7, "device": "fake", "out": "here", "features": "all"}),
    (["--predict", "1500, 6, Greens"], {"predict": "1500, 6, Greens"}),
])
def test_options_reach_the_demo_and_the_others_keep_its_defaults(monkeypatch, arguments, options):
    received = []
    monkeypatch.setattr(house_price, "main", lambda **given: received.append(given))
    assert main(["demo", "house-price", *arguments]) == 0
    assert received == [options]


@pytest.mark.parametrize("error, status, message", [
    (ValueError("wrong figures"), 1, "minigrad: wrong figures\n"),
    (FileNotFoundError("there is no model"), 1, "minigrad: there is no model\n"),
    (ImportError("needs matplotlib"), 1, "minigrad: needs matplotlib\n"),
    (KeyboardInterrupt(), 130, "minigrad: interrupted; only the files named above are saved, an "
                               "earlier model is otherwise unchanged\n"),
])
def test_an_error_of_the_user_is_one_message_and_a_status(monkeypatch, capsys, error, status, message):
    def fail(**options):
        raise error
    monkeypatch.setattr(house_price, "main", fail)
    assert main(["demo", "house-price"]) == status
    assert capsys.readouterr() == ("", message)


def test_a_mistake_in_the_program_keeps_its_traceback(monkeypatch):
    monkeypatch.setattr(house_price, "main", lambda **options: [][0])
    with pytest.raises(IndexError):
        main(["demo", "house-price"])


def test_the_help_of_a_demo_names_its_options(capsys):
    for name in DEMOS:
        with pytest.raises(SystemExit) as exit:
            main(["demo", name, "--help"])
        printed = capsys.readouterr().out
        assert exit.value.code == 0
        assert re.findall(r"^  (--\w+)", printed, re.M) == (
            ["--predict", *(flag for flag, _ in DEMOS[name].options), *["--epochs"] * DEMOS[name].trains,
             "--seed", "--device", "--out"])


@pytest.mark.parametrize("name", DEMOS)
def test_a_folder_that_cannot_be_written_to_is_refused_at_once(name, monkeypatch, tmp_path, capsys):
    def refuse(*arguments, **settings):
        raise PermissionError(13, "Permission denied", str(tmp_path))
    monkeypatch.setattr("minigrad.demos.lesson.TemporaryFile", refuse)
    assert main(["demo", name, "--out", str(tmp_path)]) == 1
    assert capsys.readouterr() == ("", f"minigrad: --out {tmp_path}: no file can be written there "
                                       "(Permission denied); pass a folder of yours\n")


def test_a_folder_below_a_file_is_refused(tmp_path, capsys):
    (tmp_path / "notes.txt").write_text("mine")
    assert main(["demo", "house-price", "--out", str(tmp_path / "notes.txt" / "out")]) == 1
    assert "out: no file can be written there (" in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="Windows has no head")
def test_a_reader_that_stops_reading_ends_the_demo_without_a_complaint(tmp_path):
    command = f"'{sys.executable}' -u -m minigrad demo house-price --epochs 1 | head -1"
    done = subprocess.run(["bash", "-c", f"{command}; echo ${{PIPESTATUS[0]}}"], cwd=tmp_path, text=True,
                          capture_output=True, env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)})
    assert (done.stdout.split(), done.stderr) == (["141"], "")


def test_a_file_in_the_place_of_the_folder_is_an_error_and_stays(tmp_path, capsys):
    file = tmp_path / "notes.txt"
    file.write_text("mine")
    assert main(["demo", "house-price", "--out", str(file)]) == 1
    assert f"--out {file} is a file; pass a folder" in capsys.readouterr().err
    assert file.read_text() == "mine"
