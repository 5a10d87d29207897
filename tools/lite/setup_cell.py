"""The first code cell of every lesson, which installs minigrad where it is missing.

    python -m tools.lite.setup_cell                 put it into all lessons
    python -m tools.lite.setup_cell 09_digits       only into this one

It is the same in all lessons and prints nothing where minigrad is installed. Both files of a lesson are
changed, the source and the executed notebook, which stays what executing the source would give: the new cell
is the first to run, and the numbers of the others go up by one. A lesson that has the cell already gets its
present text. Afterwards, `git add notebooks`.
"""

import json
import re
import sys

from minigrad.course.lessons import LESSONS
from tools.lite.exercises import NOTEBOOKS

TAGS = ["setup", "remove-cell"]     # the second is for the documentation, which shows no such cell
SOURCE = """\
# Where minigrad is missing, such as in a browser or in Colab, this cell installs it.
try:
    import minigrad.course
except ImportError:
    print("Installing minigrad: this takes a moment.")
    %pip install -q minigrad-edu matplotlib
"""
BLOCK = '# %% tags=["setup", "remove-cell"]\n' + SOURCE.replace("%pip", "# %pip") + "\n"
PRESENT = re.compile(r'^# %% tags=\["setup"[^\n]*\n.*?(?=^# %%)', re.M | re.DOTALL)
FIRST_CODE = re.compile(r"^# %%(?! \[markdown\])", re.M)


def into_source(text: str) -> str:
    """The source of a lesson, in jupytext's percent format, with the cell."""
    text = PRESENT.sub("", text)
    place = FIRST_CODE.search(text)
    if place is None:
        raise ValueError("the source has no code cell")
    return text[:place.start()] + BLOCK + text[place.start():]


def into_notebook(notebook: dict) -> dict:
    """The executed notebook, as parsed JSON, with the cell; changes it in place."""
    cells = [cell for cell in notebook["cells"] if "setup" not in cell["metadata"].get("tags", [])]
    place = next(i for i, cell in enumerate(cells) if cell["cell_type"] == "code")
    cells.insert(place, {"cell_type": "code", "execution_count": None, "id": "", "metadata": {"tags": TAGS},
                         "outputs": [], "source": SOURCE.rstrip("\n").splitlines(keepends=True)})
    count = 0
    for number, cell in enumerate(cells, 1):
        cell["id"] = f"cell-{number}"
        if cell["cell_type"] == "code":
            count += 1
            cell["execution_count"] = count
            for output in cell["outputs"]:
                if "execution_count" in output:
                    output["execution_count"] = count
    notebook["cells"] = cells
    return notebook


def main(names):
    for name in names or [lesson.file for lesson in LESSONS]:
        source, executed = NOTEBOOKS / f"{name}.py", NOTEBOOKS / f"{name}.ipynb"
        source.write_text(into_source(source.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
        notebook = into_notebook(json.loads(executed.read_text(encoding="utf-8")))
        executed.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8",
                            newline="\n")
        print(f"{name}: has the setup cell")


if __name__ == "__main__":
    main(sys.argv[1:])
