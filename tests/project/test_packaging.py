"""What a user installs: the wheel, in a fresh environment away from the source; and a clean tree."""

import configparser
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import committed
import pytest

ROOT = Path(__file__).parents[2]


def run(*command, cwd):
    """The output of `command` in `cwd`, without environment variables for Python or minigrad."""
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith(("PYTHON", "MINIGRAD"))}
    done = subprocess.run(command, cwd=cwd, env=environment, text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, f"{command} failed:\n{done.stdout}"
    return done.stdout


def copy_of_the_source(folder):
    folder.mkdir(exist_ok=True)
    for name in ["setup.cfg", "pyproject.toml", "README.md", "LICENSE"]:
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "minigrad", folder / "minigrad", ignore=shutil.ignore_patterns("__pycache__"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from a copy: a build leaves files that the next build would pack."""
    folder = tmp_path_factory.mktemp("source")
    copy_of_the_source(folder)
    run(sys.executable, "-m", "pip", "wheel", "--no-deps", ".", cwd=folder)
    [wheel] = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory):
    """The Python of a new environment that holds only the wheel and its requirements."""
    folder = tmp_path_factory.mktemp("installed")
    run(sys.executable, "-m", "venv", "env", cwd=folder)
    [python] = [*folder.glob("env/bin/python"), *folder.glob("env/Scripts/python.exe")]
    run(python, "-m", "pip", "install", wheel, cwd=folder)
    return python


@pytest.mark.slow
def test_the_wheel_holds_every_file_of_the_source_and_the_licence(wheel):
    packed = set(zipfile.ZipFile(wheel).namelist())
    source = {path.relative_to(ROOT).as_posix() for path in (ROOT / "minigrad").rglob("*")
              if path.is_file() and "__pycache__" not in path.parts}
    assert {name for name in packed if name.startswith("minigrad/")} == source
    assert {"minigrad/data/files/README.md", "minigrad/data/files/ames.csv.gz",
            "minigrad/py.typed", "minigrad/autograd/tensor.pyi"} <= source
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in packed)


READ_THE_DATA = """
import minigrad, minigrad.data as data
print(minigrad.__file__)
print(*[data.mnist(split)[0].shape for split in ("train", "test")], end=" ")
print(len(data.ames()), len(data.movie_reviews()[0]), len(data.plays()))
"""


@pytest.mark.slow
def test_the_installed_wheel_reads_its_data_and_needs_only_numpy(python, tmp_path):
    installed = run(python, "-m", "pip", "list", "--format=freeze", cwd=tmp_path)
    names = set(re.findall(r"^([\w-]+)==", installed, re.M))
    assert names - {"pip", "setuptools"} == {"minigrad-edu", "numpy"}
    origin, data = run(python, "-c", READ_THE_DATA, cwd=tmp_path).splitlines()
    assert Path(origin).is_relative_to(python.parents[1]), "this is not the minigrad of the wheel"
    assert data == "(60000, 28, 28) (10000, 28, 28) 2930 10605 4"


@pytest.mark.slow
def test_a_demo_runs_from_the_installed_wheel(python, wheel, tmp_path):
    run(python, "-m", "pip", "install", f"{wheel}[viz]", cwd=tmp_path)
    run(python, "-m", "minigrad", "demo", "house-price", "--epochs", "2", "--out", "out", cwd=tmp_path)
    assert {path.suffix for path in (tmp_path / "out").rglob("*.*")} >= {".png", ".safetensors"}
    assert "house-price" in run(python.parent / "minigrad", "--help", cwd=tmp_path)


@pytest.fixture(scope="module")
def beside_the_clone(tmp_path_factory):
    """A folder that holds the source in a folder named minigrad, as after `git clone`, and a script."""
    folder = tmp_path_factory.mktemp("beside")
    copy_of_the_source(folder / "minigrad")
    (folder / "script.py").write_text("import minigrad; print(minigrad.tensor([1.0]), minigrad.__file__)")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("options, origin", [(["-e"], "minigrad/minigrad"), ([], "env")],
                         ids=["editable", "copied"])
def test_a_script_beside_the_clone_imports_the_package_and_not_the_clone(beside_the_clone, options, origin):
    folder = beside_the_clone
    run(sys.executable, "-m", "venv", "--clear", "env", cwd=folder)
    [python] = [*folder.glob("env/bin/python"), *folder.glob("env/Scripts/python.exe")]
    run(python, "-m", "pip", "install", *options, "./minigrad", cwd=folder)
    (folder / "elsewhere").mkdir(exist_ok=True)
    for cwd, script in ((folder, "script.py"), (folder / "elsewhere", "../script.py")):
        for command in ([script], ["-c", (folder / "script.py").read_text()]):
            printed = run(python, *command, cwd=cwd)
            assert printed.startswith("tensor([1.]) "), printed
            assert Path(printed.split()[1]).is_relative_to(folder / origin), printed
    assert "tensor([1.])" in run(python, "../script.py", cwd=folder / "minigrad")


def test_an_editable_install_goes_by_the_path_so_that_a_clone_beside_a_script_does_not_hide_the_package():
    # setuptools installs a package by its folder only where all packages lie below the folder of package_dir.
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg", encoding="utf-8")
    assert settings["options"]["package_dir"].split() == ["=", "."]


def test_the_hosted_ci_tests_every_python_that_the_package_names():
    workflow = (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")
    [tested] = re.findall(r"python: \[(.*)\]", workflow)
    named = re.findall(r"Python :: (3\.\d+)", (ROOT / "setup.cfg").read_text(encoding="utf-8"))
    assert re.findall(r"3\.\d+", tested) == named


MACHINE_PATH = re.compile(r"(?<![\w.+/-])/(?:farm|home|opt|root|tmp|Users|work)/")
REGISTRY_HOST = re.compile(r"\b(?:pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|deb\.debian\.org)\b")


@pytest.mark.parametrize("forbidden, seen, allowed", [
    (MACHINE_PATH, ["open('/" + "tmp/x')", "/" + "home/me/minigrad", "see /" + "work/main/"],
     ["https://example.edu/home/x.html", "#!/usr/bin/env bash", "~/.cache/minigrad", "iVBOR/tmp/Rw0K"]),
    (REGISTRY_HOST, ["https://" + "pypi" + ".org/simple", "files." + "pythonhosted" + ".org"],
     ["the name belongs to another project on PyPI", "https://arxiv.org/abs/1512.00567"]),
], ids=["path of one machine", "host of a registry"])
def test_no_file_names_what_only_one_machine_has(forbidden, seen, allowed):
    assert all(forbidden.search(text) for text in seen) and not any(map(forbidden.search, allowed))
    found = []
    for name in committed.names():
        content = committed.content(name)
        if b"\0" not in content:        # text, not an archive or a picture
            found += [f"{name}:{number}: {line.strip()[:100]}"
                      for number, line in enumerate(content.decode("utf-8").splitlines(), 1)
                      if forbidden.search(line)]
    assert not found, "\n".join(found)
