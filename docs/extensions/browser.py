"""Links from the documentation to the course that runs in a browser, which `make lite` builds.

The two sites are published together, that one in the folder `lite` of this one. If it lies elsewhere, set
MINIGRAD_LITE to its address when the documentation is built.
"""

import json
import os
import re
from pathlib import Path

TEXT = "Open this lesson in the browser"


def address(name: str, up: str = "") -> str:
    """The address of a lesson; up: the way from a page to the folder of the front page, such as ../"""
    site = os.environ.get("MINIGRAD_LITE", "lite").rstrip("/")
    return f"{site if '://' in site else up + site}/lab/index.html?path={name}.ipynb"


def copy(notebook: Path, folder: Path) -> None:
    """Copy an executed notebook into `folder`, with the link below its title."""
    content = json.loads(notebook.read_text(encoding="utf-8"))
    link = f'<p class="in-browser"><a href="{address(notebook.stem, "../")}">{TEXT}</a></p>'
    cell = {"cell_type": "markdown", "id": "in-browser", "metadata": {}, "source": [link]}
    content["cells"].insert(1, cell)
    (folder / notebook.name).write_text(json.dumps(content), encoding="utf-8")


def add_links(app, page: str, source: list[str]) -> None:
    """Before Sphinx reads the page of the course: the link behind each lesson of its table."""
    if page == "course":
        source[0] = re.sub(r"(\]\(course/(\w+)\.ipynb\))", lambda found: (
            f'{found[1]} (<a href="{address(found[2])}">in the browser</a>)'), source[0])


def setup(app):
    app.connect("source-read", add_links)
    return {"parallel_read_safe": True}
