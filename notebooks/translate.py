"""The lessons in another language: which texts are missing or out of date, and the notebooks made of them.

    python notebooks/translate.py                       what is to be done, lesson by lesson
    python notebooks/translate.py 02_scalar_engine      for one lesson; exit status 1 if anything is
    python notebooks/translate.py --update 04_engine    put the English texts that are missing into its file
    python notebooks/translate.py --write               make the notebooks again; execute.py does it, too

chinese/NN_name.md holds the markdown cells of NN_name.py, in order, each below a line such as

    <!-- 3fa9c2d1: What a slope says -->

whose first part stands for the English text: change a letter there, and the translation is out of date.
chinese/NN_name.ipynb is made from it and from NN_name.ipynb: cells with code and their outputs are the same.
"""

import argparse
import copy
import hashlib
import json
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from minigrad.course.answers import NOT_WRITTEN  # noqa: E402
from minigrad.course.words import FOLDERS, translated  # noqa: E402

KEY = re.compile(r"^<!-- ([0-9a-f]{8}): .* -->\n", re.M)
SELECT = """import minigrad.course

minigrad.course.language("{code}")"""
CODE = re.compile(r"^```.*?^```", re.M | re.S)
CHINESE = r"\u2018-\u201d\u2026\u3000-\u9fff\uff00-\uffef"
WRAPPED = re.compile(rf"(?<=[{CHINESE}])\n(?=[{CHINESE}])")     # shown as a space, which Chinese does without
KEPT = {        # what a translation takes over as it is; it may have more code in a line, and formulas
    "a formula": re.compile(r"\$\$.+?\$\$|(?<!\\)\$[^$\n]+(?:\n[^$\n]+)?(?<!\\)\$", re.S),   # \$ is a dollar
    "code in a line": re.compile(r"`[^`\n]+(?:\n[^`\n]+)?`"),
    "a link": re.compile(r"\]\(([^)]+)\)"),
    "a folded part": re.compile(r"</?details>"),
    "a heading": re.compile(r"^#+(?= )", re.M),
}


def key(text):
    """What stands for an English text; where its lines break does not matter."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:8]


def english(name):
    """The English markdown cells of a lesson, in order, from its source."""
    source = (HERE / f"{name}.py").read_text(encoding="utf-8")
    cells = re.split(r"^# %%", source, flags=re.M)[1:]
    return [re.sub(r"^# ?", "", cell.partition("\n")[2], flags=re.M).strip()
            for cell in cells if cell.startswith(" [markdown]")]


def translation(path):
    """[(key, text)] of a file of translated cells, in order; [] if there is none."""
    if not path.exists():
        return []
    _, *parts = KEY.split(path.read_text(encoding="utf-8"))
    return [(key, text.strip()) for key, text in zip(parts[::2], parts[1::2])]


def troubles(texts, own_texts):
    """What is to be done, a line each, for the English texts and the [(key, text)] of their translation."""
    keys, there = [key(text) for text in texts], dict(own_texts)
    found = []
    for number, text in enumerate(texts, 1):
        own, about = there.get(key(text)), f"text {number} ({first_line(text)})"
        if own is None:
            found.append(f"{about}: no translation, or of an older text")
        elif own == text:
            found.append(f"{about}: still in English")
        else:
            found += [f"{about}: lacks {what}: {' '.join(sorted(lost))[:200]}"
                      for what, pattern in KEPT.items() if (lost := held(pattern, text) - held(pattern, own))]
            if CODE.findall(own) != CODE.findall(text):
                found.append(f"{about}: its blocks of code are not those of the English text")
    found += [f"<!-- {each} -->: translates a text that is no longer there"
              for each in there if each not in keys]
    order = [each for each, _ in own_texts if each in keys]
    if not found and order != keys:
        found.append("the translations are in another order than the texts, or one is there twice")
    return found


def held(pattern, text):
    """What of a text the pattern finds outside blocks of code; words within a formula do not count."""
    return {re.sub(r"\\text\{[^}]*\}|\s+", "", each) for each in pattern.findall(CODE.sub("", text))}


def first_line(text):
    return re.sub(r"<[^>]*>|^#+ ", "", text.partition("\n")[0]).strip()[:60]


def update(name, folder):
    """Put the English texts that have no translation into the file, and what is out of date at its end."""
    path, texts = HERE / folder / f"{name}.md", english(name)
    before = translation(path)
    there = dict(before)
    kept = [(key(text), first_line(text), there.get(key(text), text)) for text in texts]
    old = [(each, "OLD", text) for each, text in before if each not in {key(text) for text in texts}]
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n\n".join(f"<!-- {own}: {line} -->\n{text}" for own, line, text in kept + old) + "\n",
                    encoding="utf-8")


def translate(notebook, texts, code):
    """A notebook, as parsed from JSON, with these texts in its markdown cells; it chooses the language."""
    made, texts = copy.deepcopy(notebook), list(texts)
    made["metadata"].pop("jupytext", None)      # it is paired with no source of its own
    select = {"cell_type": "code", "execution_count": None, "id": "language", "outputs": [],
              "metadata": {"tags": ["language"]}, "source": SELECT.format(code=code)}
    made["cells"].insert(1, select)
    for cell in made["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = WRAPPED.sub("", texts.pop(0))
        elif "check" in cell["metadata"].get("tags", []):
            for output in cell["outputs"]:
                output["text"] = check_says(joined(output["text"]), code)
    for number, cell in enumerate((each for each in made["cells"] if each["cell_type"] == "code"), 1):
        cell["execution_count"] = number
    for cell in made["cells"]:                  # as nbformat writes it
        lines = [cell, *[each for each in cell.get("outputs", []) if "text" in each]]
        for each in lines:
            field = "source" if each is cell else "text"
            each[field] = joined(each[field]).splitlines(keepends=True)
    return made


def check_says(text, code):
    """What the check of an exercise that nobody has written prints, in the language."""
    name = re.fullmatch(re.escape(NOT_WRITTEN).replace(r"\{name\}", r"(\w+)"), text.strip())[1]
    return translated(NOT_WRITTEN, code).format(name=name) + "\n"


def joined(text):
    return text if isinstance(text, str) else "".join(text)


def made_of(name, code):
    """The text of the translated .ipynb. Raises ValueError if a translation is missing."""
    there = dict(translation(HERE / FOLDERS[code] / f"{name}.md"))
    texts = english(name)
    lost = [text for text in texts if key(text) not in there]
    if lost:
        raise ValueError(f"{name}: {len(lost)} texts have no translation; see python notebooks/translate.py")
    notebook = json.loads((HERE / f"{name}.ipynb").read_text(encoding="utf-8"))
    made = translate(notebook, [there[key(text)] for text in texts], code)
    return json.dumps(made, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def write(name):
    """Make the notebook of a lesson in each language into which it is translated."""
    for code, folder in FOLDERS.items():
        if (HERE / folder / f"{name}.md").exists():
            (HERE / folder / f"{name}.ipynb").write_text(made_of(name, code), encoding="utf-8")


def main(arguments):
    parser = argparse.ArgumentParser(description="What is missing or out of date in the translated lessons.")
    parser.add_argument("names", nargs="*", metavar="NN_name", help="lessons (default: all)")
    parser.add_argument("--update", action="store_true", help="put missing English texts into the files")
    parser.add_argument("--write", action="store_true", help="make the translated notebooks")
    given = parser.parse_args(arguments)
    names = given.names or [path.stem for path in sorted(HERE.glob("[0-9]*.py"))]
    open_points = 0
    for name in names:
        for folder in FOLDERS.values():
            if given.update and (given.names or (HERE / folder / f"{name}.md").exists()):
                update(name, folder)
            found = troubles(english(name), translation(HERE / folder / f"{name}.md"))
            if not (HERE / folder / f"{name}.md").exists():
                print(f"{folder}/{name}.md: not begun; --update {name} begins it")
            else:
                print(f"{folder}/{name}.md: " + ("complete" if not found else f"{len(found)} to do"))
                print("".join(f"    {each}\n" for each in found), end="")
                open_points += len(found)
        if given.write:
            write(name)
    return 1 if open_points else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
