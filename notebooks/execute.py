"""Execute the notebooks: turn each source (.py) in this folder into an .ipynb with its outputs.

    python notebooks/execute.py                 all of them
    python notebooks/execute.py 09_digits       only this one

and the same in each language into which it is translated, see translate.py.

JupyterLab shows the pair as one notebook: jupytext carries your edits over to the source.
Needs the extra `notebooks`.
"""

import asyncio
import base64
import io
import os
import sys
import tempfile
import time
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from PIL import Image  # comes with matplotlib

HERE = Path(__file__).resolve().parent
SOURCES = sorted(HERE.glob("[0-9]*.py"))


def read(source):
    """The notebook of a source, not executed; cell ids are numbers, so that the file is reproducible."""
    notebook = jupytext.read(source)
    for number, cell in enumerate(notebook.cells, 1):
        cell.id = f"cell-{number}"
    return notebook


def execute(notebook, fast=False):
    """Run all cells in order in a new kernel, with the minigrad of this repository.

    fast: fewer steps, and one thread for linear algebra, which is fastest for small products.
    """
    path = os.pathsep.join(filter(None, [str(HERE.parent), os.environ.get("PYTHONPATH")]))
    settings = {"PYTHONPATH": path, "MPLBACKEND": "module://matplotlib_inline.backend_inline",
                "MINIGRAD_COURSE": os.path.join(tempfile.gettempdir(), f"course-{os.getpid()}.json")}
    if fast:
        settings |= {"MINIGRAD_NOTEBOOK_FAST": "1", "OPENBLAS_NUM_THREADS": "1"}
    client = NotebookClient(notebook, timeout=None, record_timing=False,
                            resources={"metadata": {"path": str(HERE)}})
    asyncio.run(client.async_execute(env=os.environ | settings))     # so that other threads can call this too
    return notebook


def compress(notebook):
    """Reduce every PNG to a palette of 256 colours: a third of the size, with no visible difference."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                picture = Image.open(io.BytesIO(base64.b64decode(output.data["image/png"])))
                small = io.BytesIO()
                picture = picture.convert("RGB").quantize(256, dither=Image.Dither.NONE)
                picture.save(small, "png", optimize=True)
                output.data["image/png"] = base64.b64encode(small.getvalue()).decode()
    return notebook


if __name__ == "__main__":
    import translate

    for name in sys.argv[1:] or [source.stem for source in SOURCES]:
        source, target = HERE / f"{name}.py", HERE / f"{name}.ipynb"
        start = time.perf_counter()
        nbformat.write(compress(execute(read(source))), target)
        try:
            translate.write(name)
        except ValueError as error:
            print(error)
        print(f"{target.name}: {time.perf_counter() - start:.0f} s, {target.stat().st_size / 1000:.0f} kB")
