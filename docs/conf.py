"""Sphinx settings. `make docs` builds the site into build/docs; nothing is fetched from the network."""

import re
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
sys.path[:0] = [str(ROOT), str(HERE / "extensions")]

import browser  # noqa: E402
import reference  # noqa: E402

import minigrad  # noqa: E402

# What is generated: the API reference, and the notebooks copied from where they are executed.
reference.write(HERE / "reference")
shutil.rmtree(HERE / "course", ignore_errors=True)
(HERE / "course").mkdir()
for name in re.findall(r"\(course/(\w+\.ipynb)\)", (HERE / "course.md").read_text(encoding="utf-8")):
    browser.copy(ROOT / "notebooks" / name, HERE / "course")

project = "minigrad"
author = copyright = "The minigrad founders"
version = release = minigrad.__version__
extensions = ["sphinx.ext.mathjax", "myst_nb", "directives", "browser"]
exclude_patterns = ["extensions"]
nitpicky = True
# Types of the standard library and NumPy in signatures have no page here.
nitpick_ignore_regex = [("py:.*", r"(?!minigrad\.).*")]
python_use_unqualified_type_names = True
toc_object_entries_show_parents = "hide"

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath", "attrs_block"]
myst_heading_anchors = 3
nb_execution_mode = "off"

html_theme = "furo"
html_title = "minigrad"
html_static_path = ["static"]
html_css_files = ["minigrad.css"]
html_copy_source = False
html_show_sphinx = False
