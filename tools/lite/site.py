"""Build the site: JupyterLite with all lessons, minigrad's wheel for a browser, a page for each exercise."""

import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from minigrad.course.lessons import LESSONS
from tools.lite import exercises, render, sample

ROOT, NOTEBOOKS = exercises.ROOT, exercises.NOTEBOOKS
DATA = "minigrad/data/files/"
PLUGIN = "@jupyterlite/pyodide-kernel-extension:kernel"
LINK = re.compile(r'(?:href|src)="(?!data:|https?:)([^"#]+)"')


def build(site: Path, pyodide: str | None = None) -> None:
    """Write the site into the folder `site`, which is emptied first.

    pyodide: the address of a folder with Pyodide, ending with a slash; by default the public network from
    which JupyterLite loads it.
    """
    shutil.rmtree(site, ignore_errors=True)
    with tempfile.TemporaryDirectory() as name:
        source = Path(name)
        wheel = write_wheel(source / "pypi")
        write_notebooks(source / "files")
        settings = {"appName": "minigrad"}
        if pyodide:
            settings["litePluginSettings"] = {PLUGIN: {"pyodideUrl": f"{pyodide}pyodide.mjs"}}
        config = {"jupyter-lite-schema-version": 0, "jupyter-config-data": settings}
        (source / "jupyter-lite.json").write_text(json.dumps(config), encoding="utf-8")
        command = [sys.executable, "-m", "jupyter", "lite", "build", "--lite-dir", str(source), "--contents",
                   str(source / "files"), "--output-dir", str(site.resolve()), "--no-sourcemaps"]
        done = subprocess.run(command, cwd=source, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"jupyter lite build failed:\n{done.stdout}\n{done.stderr}")
    write_exercises(site / "exercises", pyodide or public_pyodide(), f"../pypi/{wheel.name}")
    (site / ".nojekyll").touch()        # GitHub Pages would drop folders that begin with an underscore
    broken = broken_links(site)
    if broken:
        raise RuntimeError("links that lead nowhere:\n" + "\n".join(broken))


def public_pyodide() -> str:
    """The folder from which JupyterLite loads Pyodide, so that an exercise runs what the lessons run."""
    from jupyterlite_pyodide_kernel.constants import PYODIDE_VERSION
    return f"https://cdn.jsdelivr.net/pyodide/v{PYODIDE_VERSION}/full/"


def write_wheel(folder: Path) -> Path:
    """Build minigrad's wheel with a sample of MNIST in place of the whole; returns its path in `folder`."""
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as name:
        source = Path(name, "source")       # setuptools leaves files there
        source.mkdir()
        for each in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE"):
            shutil.copy2(ROOT / each, source)
        shutil.copytree(ROOT / "minigrad", source / "minigrad", ignore=shutil.ignore_patterns("__pycache__"))
        subprocess.run([sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check",
                        "--no-deps", "--no-build-isolation", "--wheel-dir", name, str(source)], check=True)
        [whole] = Path(name).glob("*.whl")
        return with_sample(whole, folder / whole.name)


def with_sample(whole: Path, small: Path) -> Path:
    """Write a copy of a wheel in which MNIST is its sample, without what no lesson needs.

    The list of files with their hashes follows.
    """
    added = {f"{DATA}{name}": content for name, content in sample.files()}
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(small, "w", zipfile.ZIP_DEFLATED) as new:
        kept = {name: old.read(name) for name in old.namelist() if not name.endswith(".xz")
                and not (name.startswith(DATA) and name[len(DATA):] not in sample.IN_LESSONS)}
        [record] = [name for name in kept if name.endswith(".dist-info/RECORD")]
        del kept[record]
        content = {**kept, **added}
        rows = [f"{name},sha256={digest(data)},{len(data)}" for name, data in content.items()]
        content[record] = "\n".join([*rows, f"{record},,", ""]).encode()
        for name, data in content.items():
            new.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return small


def digest(data):
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def write_notebooks(folder: Path) -> None:
    """Copy the lessons with their results, for JupyterLite's Python."""
    folder.mkdir(parents=True)
    for lesson in LESSONS:
        notebook = json.loads((NOTEBOOKS / f"{lesson.file}.ipynb").read_text(encoding="utf-8"))
        notebook["metadata"]["kernelspec"] = {"display_name": "Python (Pyodide)", "language": "python",
                                              "name": "python"}
        text = json.dumps(notebook, indent=1, ensure_ascii=False)
        (folder / f"{lesson.file}.ipynb").write_text(text, encoding="utf-8")


def write_exercises(folder: Path, pyodide: str, wheel: str) -> None:
    """Write a page for each exercise, the list of them, and what they share."""
    folder.mkdir(parents=True)
    pages = exercises.pages()
    for before, page, after in zip([None, *pages], pages, [*pages[1:], None]):
        text = render.exercise(page, before, after, pyodide, wheel)
        (folder / f"{page.number}.html").write_text(text, encoding="utf-8")
    (folder / "index.html").write_text(render.index(pages), encoding="utf-8")
    for name in ("exercise.css", "exercise.js", "worker.js"):
        shutil.copy2(render.WEB / name, folder)


def broken_links(site: Path) -> list[str]:
    """The links of the exercises, and the notebooks and wheels that JupyterLite lists, that do not exist."""
    targets = []
    for page in sorted((site / "exercises").glob("*.html")):
        text = page.read_text(encoding="utf-8")
        for link in LINK.findall(text):
            file, _, path = link.partition("?path=")
            targets += [(page, page.parent / file)] + ([(page, site / "files" / path)] if path else [])
        for wheel in re.findall(r'"wheel": "([^"]+)"', text):
            targets.append((page, page.parent / wheel))
    listing = site / "api" / "contents" / "all.json"
    for entry in json.loads(listing.read_text(encoding="utf-8"))["content"]:
        targets.append((listing, site / "files" / entry["path"]))
    listing = site / "pypi" / "all.json"
    for project in json.loads(listing.read_text(encoding="utf-8")).values():
        for files in project["releases"].values():
            targets += [(listing, listing.parent / file["url"].partition("?")[0]) for file in files]
    return [f"{source.relative_to(site)}: {target.relative_to(site) if site in target.parents else target}"
            for source, target in targets if not target.exists()]
