"""Directives: {graph} draws what a program computed, {floors} shows README's table of floors."""

import re
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

import minigrad
from minigrad.visual import graph

README = Path(__file__).parents[2] / "README.md"


def drawn(program):
    """The picture of `y`, which the program computes; leaf tensors are called as its variables are."""
    names = {}
    exec(compile(program, "graph", "exec"), names)
    leaves = {name: value for name, value in names.items() if isinstance(value, minigrad.Tensor) and name != "y"}
    return graph(names["y"], names.get("model", leaves)).svg


def table_of_floors():
    """README's table whose first column is the floor."""
    return re.search(r"^\|\s*floor.*\n(?:\|.*\n)+", README.read_text(encoding="utf-8"), re.M | re.I)[0]


class GraphDirective(SphinxDirective):
    """A program and the graph of its y."""

    has_content = True
    option_spec = {"alt": directives.unchanged_required}

    def run(self):
        program = "\n".join(self.content)
        code = nodes.literal_block(program, program, language="python")
        svg = drawn(program).replace('role="img"', f'role="img" aria-label="{self.options["alt"]}"')
        return [code, nodes.raw("", f'<div class="graph">{svg}</div>', format="html")]


class FloorsDirective(SphinxDirective):
    def run(self):
        return self.parse_text_to_nodes(table_of_floors())


def setup(app):
    app.add_directive("graph", GraphDirective)
    app.add_directive("floors", FloorsDirective)
    return {"parallel_read_safe": True}
