"""Every picture of the lessons as a file, for slides."""

import base64
import json
import os
import re
from pathlib import Path

from minigrad.course.lessons import LESSONS, lesson
from minigrad.course.notebooks import NOTEBOOKS, is_translated, notebook
from minigrad.course.words import language, translated

ENDINGS = {"image/svg+xml": "svg", "image/png": "png"}
SHARPER = "%config InlineBackend.figure_formats = ['svg']"


def pictures(folder: Path, code: str = "", numbers: list[int] | None = None, svg: bool = False) -> None:
    """Write the pictures of the lessons into `folder`, and a page pictures.md that shows and names them.

    code     of the language of the headings; default: the one chosen
    numbers  of the lessons; default: all
    svg      run the lessons again, with SVG in place of PNG: takes minutes, and needs the extra `notebooks`

    Raises FileNotFoundError if the notebooks are not there, ValueError if there is no lesson of a number.
    """
    wanted = code or language()
    lessons = [lesson(number) for number in sorted({*numbers})] if numbers else LESSONS
    folder.mkdir(parents=True, exist_ok=True)
    page, count = [], 0
    for one in lessons:
        path = notebook(one, wanted if is_translated(one, wanted) else "en")
        made = json.loads(path.read_text(encoding="utf-8"))
        if svg:
            made = executed(made, NOTEBOOKS)
        page.append(f"# {one.number}. {translated(one.title, wanted)}")
        for place, (heading, ending, content) in enumerate(found(made), 1):
            file = folder / f"{one.number:02}-{place:02}-{slug(heading)}.{ending}"
            file.write_bytes(content)
            page.append(f"{heading}\n\n![{heading}]({file.name})")
            count += 1
    (folder / "pictures.md").write_text("\n\n".join(page) + "\n", encoding="utf-8")
    print(f"{count} pictures, and pictures.md, which shows them: {folder}")


def found(notebook):
    """[(the heading above it, ending of a file, content)] of each picture in the outputs of a notebook."""
    pictures, heading = [], ""
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            headings = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```", "", source, flags=re.M | re.S), re.M)
            heading = headings[-1] if headings else heading
        for output in cell.get("outputs", []):
            for kind, ending in ENDINGS.items():
                if kind in output.get("data", {}):
                    content = output["data"][kind]
                    content = content if isinstance(content, str) else "".join(content)
                    pictures.append((heading, ending, content.encode("utf-8") if ending == "svg"
                                     else base64.b64decode(content)))
                    break
    return pictures


def slug(heading):
    """A heading as part of a file's name."""
    words = re.findall(r"\w+", re.sub(r"\$[^$]*\$", "", heading).lower())
    return "-".join(words)[:40].strip("-") or "picture"


def executed(notebook, folder):
    """The notebook after a run with SVG as the format of its pictures."""
    try:
        import nbclient
        import nbformat
    except ImportError as error:
        raise ImportError(f"course: pictures --svg runs the lessons, which needs the extra notebooks: pip "
                          f"install -e '.[notebooks]' ({error})") from None
    running = nbformat.reads(json.dumps(notebook), as_version=4)
    running.cells.insert(0, nbformat.v4.new_code_cell(SHARPER))
    settings = {"MPLBACKEND": "module://matplotlib_inline.backend_inline", "MINIGRAD_COURSE": os.devnull}
    nbclient.NotebookClient(running, timeout=None, resources={"metadata": {"path": str(folder)}}).execute(
        env=os.environ | settings)
    return running
