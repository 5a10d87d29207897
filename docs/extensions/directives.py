"""Directives that show the real thing, so that a page cannot go stale.

{graph}     a program, and the picture of how its `y` was computed
{source}    the source of a public name; for an op, its forward and its rules
{floors}    README's table of floors
{reading}   the README.md of a folder of the source, if it has one
{packages}  the packages of the reference, each with its first sentence
{differences}, {randomness}, {torch-names}    the tables on the page "Coming from PyTorch"
"""

import importlib

import differences
import randomness
import reference
import shown
import torch_names
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective


class GraphDirective(SphinxDirective):
    has_content = True
    option_spec = {"alt": directives.unchanged_required}

    def run(self):
        program = "\n".join(self.content)
        code = nodes.literal_block(program, program, language="python")
        svg = shown.drawn(program).replace('role="img"', f'role="img" aria-label="{self.options["alt"]}"')
        return [code, nodes.raw("", f'<div class="graph">{svg}</div>', format="html")]


class SourceDirective(SphinxDirective):
    required_arguments = 1

    def run(self):
        path, text = shown.source_of(self.arguments[0])
        block = nodes.literal_block(text, text, language="python")
        caption = nodes.caption("", path)
        return [nodes.container("", caption, block, literal_block=True, classes=["literal-block-wrapper"])]


class FloorsDirective(SphinxDirective):
    def run(self):
        return self.parse_text_to_nodes(shown.table_of_floors())


class ReadingDirective(SphinxDirective):
    required_arguments = 1

    def run(self):
        return self.parse_text_to_nodes(shown.reading(self.arguments[0]), allow_section_headings=True)


class PackagesDirective(SphinxDirective):
    def run(self):
        lines = ["| package | |", "|---|---|"]
        for package in sorted(reference.PACKAGES):
            sentence = reference.first_sentence(importlib.import_module(package).__doc__)
            lines.append(f"| [{package}](reference/{package}.rst) | {sentence} |")
        return self.parse_text_to_nodes("\n".join(lines))


class DifferencesDirective(SphinxDirective):
    def run(self):
        return [nodes.container("", *self.parse_text_to_nodes(differences.table()), classes=["differences"])]


class RandomnessDirective(SphinxDirective):
    def run(self):
        return [nodes.container("", *self.parse_text_to_nodes(randomness.table()), classes=["differences"])]


class TorchNamesDirective(SphinxDirective):
    """How many names of PyTorch there are, and which are missing."""

    def run(self):
        lines, missing = ["| PyTorch | names | in minigrad |", "|---|---|---|"], []
        for package, has, lacks in torch_names.table():
            lines.append(f"| `{package}` | {len(has) + len(lacks)} | {len(has)} |")
            if lacks:
                missing += [f"**{package}**: " + ", ".join(f"`{name}`" for name in lacks), ""]
        version = f"PyTorch {torch_names.stored()['version']}, by `python docs/extensions/torch_names.py`."
        text = "\n".join([*lines, "", version, "", "### Missing names", "", *missing])
        return self.parse_text_to_nodes(text, allow_section_headings=True)


def setup(app):
    app.add_directive("packages", PackagesDirective)
    app.add_directive("differences", DifferencesDirective)
    app.add_directive("randomness", RandomnessDirective)
    app.add_directive("torch-names", TorchNamesDirective)
    app.add_directive("graph", GraphDirective)
    app.add_directive("source", SourceDirective)
    app.add_directive("floors", FloorsDirective)
    app.add_directive("reading", ReadingDirective)
    return {"parallel_read_safe": True}
