"""The exercises as HTML: Markdown to HTML, formulas to MathML, which browsers show by themselves."""

import html
import json
from pathlib import Path
from string import Template

from latex2mathml import converter
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

from tools.lite.exercises import Page

WEB = Path(__file__).parent / "web"


def formula(text: str, options: dict) -> str:
    """A formula in TeX as MathML."""
    return converter.convert(text.strip(), display="block" if options["display_mode"] else "inline")


MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable("table").use(
    dollarmath_plugin, renderer=formula, allow_labels=False)


def markdown(text: str) -> str:
    return MARKDOWN.render(text)


def as_data(value) -> str:
    """JSON for inside a <script>, which no text in it can end."""
    return json.dumps(value).replace("<", "\\u003c")


def exercise(page: Page, previous: Page | None, following: Page | None, pyodide: str, wheel: str) -> str:
    """The HTML of an exercise.

    pyodide: the address of the folder with pyodide.mjs; wheel: minigrad's wheel, relative to the page.
    """
    before = page.before
    if before:
        before = f"<details open><summary>From the lesson</summary>{markdown(before)}</details>"
    given = html.escape("\n\n".join(map(str.strip, page.shown)))
    earlier = "".join(f" <code>{name}</code>" for name in page.earlier)
    given = (f"<details><summary>Given</summary><pre>{given}</pre>"
             + (f"<p>Right versions of{earlier} from the exercises before.</p>" if earlier else "")
             + "</details>")
    data = {"number": page.number, "given": page.given, "stub": page.stub + "\n", "pyodide": pyodide,
            "wheel": wheel}
    return Template((WEB / "exercise.html").read_text(encoding="utf-8")).substitute(
        number=page.number, title=html.escape(page.title), lesson_number=page.lesson.number,
        lesson_title=html.escape(page.lesson.title),
        lesson_link=f"../lab/index.html?path={page.lesson.file}.ipynb", before=before, given=given,
        task=markdown(page.task), hint=markdown(page.hint), rows=max(7, page.stub.count("\n") + 5),
        previous=link("Before", previous), next=link("Next", following), data=as_data(data))


def link(what, page):
    return f'<a href="{page.number}.html">{what}: {page.number} {html.escape(page.title)}</a>' if page else ""


def index(pages: list[Page]) -> str:
    """The HTML of the list of all exercises."""
    lists = []
    for lesson in dict.fromkeys(page.lesson for page in pages):
        rows = "".join(f'<li><a href="{page.number}.html" data-number="{page.number}">{page.number} '
                       f"{html.escape(page.title)}</a></li>" for page in pages if page.lesson == lesson)
        lists.append(f"<h2>Lesson {lesson.number}: {html.escape(lesson.title)}</h2>\n<ul>{rows}</ul>")
    return Template((WEB / "index.html").read_text(encoding="utf-8")).substitute(lists="\n".join(lists))
