"""`python -m tools.lite [FOLDER]`: build the course as a site, by default in build/lite."""

import argparse
from pathlib import Path

from tools.lite import site

parser = argparse.ArgumentParser(prog="python -m tools.lite",
                                 description="Build the course as a static site that runs in a browser.")
parser.add_argument("folder", nargs="?", type=Path, default=Path("build/lite"))
parser.add_argument("--pyodide", help="the address of a folder with Pyodide, instead of the public network")
given = parser.parse_args()
if given.pyodide and not given.pyodide.endswith("/"):
    given.pyodide += "/"
site.build(given.folder, given.pyodide)
size = sum(path.stat().st_size for path in given.folder.rglob("*") if path.is_file())
print(f"built {given.folder}, {size / 1e6:.0f} MB; to look at it, run "
      f"`python3 -m http.server --directory {given.folder}` and open http://localhost:8000")
