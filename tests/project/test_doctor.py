"""The doctor: its report on a healthy machine, and that it detects each fault."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import minigrad
from minigrad import doctor
from minigrad.backend import copies, host_generator
from minigrad.data import bundled

ROOT = Path(__file__).parents[2]
GPU = (["NVIDIA GeForce RTX 4070, 12282 MiB"], "550.54.14", "12.4")


def lines(check):
    return list(check())


@pytest.fixture
def packages(monkeypatch):
    """The packages that appear to be installed: a dict to fill."""
    versions = {}
    monkeypatch.setattr(doctor, "installed", versions.get)
    return versions


@pytest.fixture
def no_driver(monkeypatch):
    monkeypatch.setattr(doctor, "nvidia_driver", lambda: None)


def with_driver(monkeypatch, cuda):
    monkeypatch.setattr(doctor, "nvidia_driver", lambda: (*GPU[:2], cuda))


# The whole report


def test_a_healthy_machine_passes(capsys, monkeypatch, no_driver):
    monkeypatch.delenv("MINIGRAD_DATA", raising=False)
    assert doctor.main([]) == 0
    report = capsys.readouterr().out
    assert report.endswith("\nno problems found\n")
    for topic in (*doctor.MACHINE, *doctor.SELF_TEST):
        assert f"  {topic:<12}" in report
    for fact in (sys.executable, np.__version__, minigrad.__version__, f"{len(bundled.FILES)} files in "):
        assert fact in report


def test_what_is_wrong_is_counted_and_makes_the_exit_status_1(capsys, monkeypatch):
    def broken():
        raise ZeroDivisionError("no luck")
        yield

    monkeypatch.setattr(doctor, "MACHINE", {"luck": broken, "rest": lambda: [(doctor.OK, "fine")]})
    monkeypatch.setattr(doctor, "SELF_TEST", {"again": lambda: [(doctor.WRONG, "bad")]})
    assert doctor.main([]) == 1
    assert capsys.readouterr().out == """\
This machine
  !!  luck        ZeroDivisionError: no luck
  ok  rest        fine

Self-test
  !!  again       bad

2 problems, marked !! above
"""


def test_the_random_numbers_of_the_caller_go_on_undisturbed(capsys):
    minigrad.manual_seed(5)
    expected = host_generator().random(3)
    minigrad.manual_seed(5)
    doctor.main([])
    assert np.array_equal(host_generator().random(3), expected)


def test_it_is_a_command_with_its_own_exit_status(tmp_path):
    run = subprocess.run([sys.executable, "-m", "minigrad", "doctor"], capture_output=True, text=True,
                         env={**os.environ, "PYTHONPATH": str(ROOT), "MINIGRAD_DATA": str(tmp_path / "gone")},
                         cwd=tmp_path)
    assert run.returncode == 1 and run.stderr == ""
    assert f"  !!  data        MINIGRAD_DATA is {tmp_path / 'gone'}, which is not a folder" in run.stdout


def test_an_unknown_option_is_refused(capsys):
    with pytest.raises(SystemExit) as stop:
        doctor.main(["--fast"])
    assert stop.value.code == 2
    assert "python -m minigrad doctor: error: unrecognized arguments: --fast" in capsys.readouterr().err


# NumPy and threads


def test_numpy_without_blas_is_wrong(monkeypatch):
    monkeypatch.setattr(np, "show_config", lambda mode: {"Build Dependencies": {"blas": {"found": False}}})
    assert lines(doctor.check_numpy)[1] == (
        "!!", "BLAS: none, so matrix products are slow; install one with pip install --force-reinstall numpy")


def test_the_blas_of_this_numpy_is_named():
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    assert blas["name"] in lines(doctor.check_numpy)[1][1]


def test_limits_of_threads_are_shown(monkeypatch):
    for name in doctor.THREADS:
        monkeypatch.delenv(name, raising=False)
    assert not any("limited" in text for _, text in doctor.check_threads())
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert ("ok", "limited by OMP_NUM_THREADS=1") in lines(doctor.check_threads)


def test_extras_that_are_missing_come_with_the_line_that_installs_them(packages):
    packages["jupyterlab"] = "4.2.0"
    assert lines(doctor.check_extras) == [
        ("--", "no matplotlib, needed for plots: pip install 'minigrad-edu[viz]'"),
        ("ok", "jupyterlab 4.2.0")]


# The GPU


def test_without_a_driver_there_is_no_gpu(packages, no_driver):
    none = ("--", "no NVIDIA driver (nvidia-smi is missing or finds no GPU): everything runs on the CPU")
    assert lines(doctor.check_gpu) == [none]
    packages["cupy-cuda12x"] = "14.2.0"
    assert lines(doctor.check_gpu) == [none, ("--", "cupy-cuda12x is installed but needs a driver")]


@pytest.mark.parametrize("cuda, extra", [("12.4", "cuda12"), ("13.1", "cuda13"), ("14.0", "cuda13")])
def test_a_gpu_without_cupy_gets_the_line_that_installs_it(monkeypatch, packages, cuda, extra):
    with_driver(monkeypatch, cuda)
    assert lines(doctor.check_gpu) == [
        ("ok", "NVIDIA GeForce RTX 4070, 12282 MiB"), ("ok", f"driver 550.54.14, supports CUDA up to {cuda}"),
        ("--", f"no CuPy, needed for the GPU: pip install 'minigrad-edu[{extra}]'")]


def test_a_driver_that_is_too_old_for_cupy_is_wrong(monkeypatch, packages):
    with_driver(monkeypatch, "11.8")
    assert lines(doctor.check_gpu)[-1] == (
        "!!", "CuPy 14 needs CUDA 12 or 13: update the NVIDIA driver to 525 or newer")


def test_a_cupy_for_a_newer_driver_is_wrong(monkeypatch, packages):
    with_driver(monkeypatch, "12.4")
    packages["cupy-cuda13x"] = "14.2.0"
    assert lines(doctor.check_gpu)[2:] == [
        ("ok", "cupy-cuda13x 14.2.0"),
        ("!!", "cupy-cuda13x needs a newer driver: pip uninstall -y cupy-cuda13x; pip install "
               "'minigrad-edu[cuda12]'")]


def test_two_cupys_are_wrong(monkeypatch, packages):
    with_driver(monkeypatch, "13.0")
    packages.update({"cupy-cuda12x": "14.2.0", "cupy-cuda13x": "14.2.0"})
    assert lines(doctor.check_gpu)[-1] == (
        "!!", "only one CuPy may be installed: pip uninstall -y cupy-cuda12x cupy-cuda13x; "
              "pip install 'minigrad-edu[cuda13]'")


def test_a_missing_library_of_cuda_comes_with_the_line_that_installs_it(monkeypatch, packages):
    def fail(device):
        raise RuntimeError("CuPy failed to load libnvrtc.so.12: OSError: libnvrtc.so.12: cannot open\nmore")

    with_driver(monkeypatch, "13.0")
    packages["cupy-cuda12x"] = "14.2.0"
    monkeypatch.setattr(doctor, "train", fail)
    assert lines(doctor.check_gpu)[3:] == [
        ("!!", "RuntimeError: CuPy failed to load libnvrtc.so.12: OSError: libnvrtc.so.12: cannot open"),
        ("!!", "a CUDA library is missing; install all of them: pip install 'cupy-cuda12x[ctk]'")]


def test_a_gpu_that_computes_is_measured_and_one_that_computes_wrongly_is_noticed(monkeypatch, packages):
    """The fake device stands in for the GPU."""
    with_driver(monkeypatch, "12.4")
    packages["cupy-cuda12x"] = "14.2.0"
    train = doctor.train
    monkeypatch.setattr(doctor, "train", lambda device: train("fake" if device == "cuda" else device))
    monkeypatch.setattr(doctor, "gflops", lambda device, n: 12345.6)
    trains, speed = lines(doctor.check_gpu)[3:]
    assert trains[0] == "ok" and trains[1].startswith("a model trains on it: loss ")
    assert speed == ("ok", "matrix product in float32: 12,346 GFLOP/s")
    monkeypatch.setattr(doctor, "train", lambda device: [2.0] * 50 if device == "cuda" else train(device))
    assert lines(doctor.check_gpu)[3][0] == "!!"


def test_the_output_of_nvidia_smi_is_read(monkeypatch):
    outputs = {1: "| NVIDIA-SMI 550.54.14    Driver Version: 550.54.14    CUDA Version: 12.4     |\n",
               3: "NVIDIA GeForce RTX 4070, 12282 MiB, 550.54.14\nTesla T4, 15360 MiB, 550.54.14\n"}
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/nvidia-smi")
    monkeypatch.setattr(doctor, "output_of", lambda *command: outputs[len(command)])
    assert doctor.nvidia_driver() == (
        ["NVIDIA GeForce RTX 4070, 12282 MiB", "Tesla T4, 15360 MiB"], "550.54.14", "12.4")
    outputs[3] = "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n"
    assert doctor.nvidia_driver() is None
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert doctor.nvidia_driver() is None


# Data


def test_damaged_and_missing_data_files_are_named(monkeypatch, tmp_path):
    (tmp_path / "ames.csv.gz").write_bytes(b"not what it was")
    monkeypatch.setenv("MINIGRAD_DATA", str(tmp_path))
    monkeypatch.setattr(bundled, "FOLDER", tmp_path / "nowhere")
    found = lines(doctor.check_data)
    assert found[0] == ("ok", f"MINIGRAD_DATA is {tmp_path}: searched first")
    assert [mark for mark, _ in found[1:]] == ["!!"] * len(bundled.FILES)
    assert any("ames.csv.gz is damaged: expected 180174 bytes, got 15" in text for _, text in found)
    assert any("data file vader_movie.tsv.gz not found in" in text for _, text in found)


def test_a_data_folder_that_does_not_exist_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("MINIGRAD_DATA", str(tmp_path / "gone"))
    assert lines(doctor.check_data)[0] == (
        "!!", f"MINIGRAD_DATA is {tmp_path / 'gone'}, which is not a folder; unset it, or create the folder")


# The self-test notices


def test_a_slow_matrix_product(monkeypatch):
    monkeypatch.setattr(doctor, "gflops", lambda device, n: 0.7)
    assert lines(doctor.check_product) == [
        ("!!", "float32 0.7 GFLOP/s, slower than any BLAS: pip install --force-reinstall numpy")]


def test_a_wrong_gradient(monkeypatch):
    cross_entropy = doctor.F.cross_entropy
    monkeypatch.setattr(doctor.F, "cross_entropy",
                        lambda y, target: cross_entropy(y, target) + 0.1 * y.detach().sum())
    with pytest.raises(Exception, match="gradcheck"):
        lines(doctor.check_gradients)


def test_a_model_that_does_not_learn(monkeypatch):
    monkeypatch.setattr(doctor.optim.Adam, "step", lambda self: None)
    mark, text = lines(doctor.check_training)[0]
    assert mark == "!!" and text.startswith("tiny CNN: loss ")


def test_a_device_that_computes_something_else(monkeypatch):
    train = doctor.train
    monkeypatch.setattr(doctor, "train", lambda device: [loss * (1.01 if device == "fake" else 1)
                                                         for loss in train(device)])
    assert lines(doctor.check_fake_device)[0][0] == "!!"


def test_a_step_that_copies_between_devices(monkeypatch):
    step = doctor.optim.Adam.step

    def copying(self):
        copies["to_host"] += 1
        step(self)

    monkeypatch.setattr(doctor.optim.Adam, "step", copying)
    with pytest.raises(RuntimeError, match="^50 arrays were copied between fake and the CPU during "
                                           "training$"):
        doctor.train("fake")
