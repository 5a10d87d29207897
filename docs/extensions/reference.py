"""The API reference, written from the public names of minigrad and their docstrings.

    entries()   every public name: which package, what kind, what it is called there
    pages()     path below docs/reference -> text of the page, in reStructuredText
    write()     puts the pages on disk for Sphinx

Nothing here needs Sphinx, so a test can ask which names the reference has.
"""

import ast
import importlib
import inspect
import re
import textwrap
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from examples import example

from minigrad.autograd import Fused, Op, Tensor

# A name in several packages is documented in the first of these and linked from the others.
PACKAGES = """
    minigrad.nn.functional minigrad.io minigrad.func minigrad.amp minigrad.profiler minigrad minigrad.nn
    minigrad.nn.init minigrad.nn.utils minigrad.nn.utils.rnn minigrad.nn.utils.parametrize
    minigrad.nn.utils.parametrizations minigrad.optim minigrad.optim.lr_scheduler minigrad.optim.swa_utils
    minigrad.data minigrad.data.transforms minigrad.models minigrad.peft minigrad.train minigrad.metrics
    minigrad.linalg minigrad.fft minigrad.special minigrad.signal minigrad.signal.windows minigrad.masked
    minigrad.distributions minigrad.autograd minigrad.cuda minigrad.visual minigrad.parallel
    minigrad.backend minigrad.backends minigrad.backends.cuda minigrad.backends.cudnn
    minigrad.backends.mps minigrad.utils minigrad.utils.data
    minigrad.utils.checkpoint""".split()
SHOWING = ("minigrad.nn.functional",)    # a module that re-exports functions of others
SECTIONED = 30      # a package with more names is split into sections, one per source file
SPLIT = 130         # a package with more names is split into pages
CONSTANTS, OTHERS = "constants", "others"       # names of no source file, or of another package's


@dataclass
class Entry:
    """A public name of a package, with the other names it has there."""

    package: str
    names: list
    value: object
    home: str = ""      # the full name under which another package documents it

    @property
    def name(self):
        return self.names[0]

    @property
    def full(self):
        return f"{self.package}.{self.name}"

    @property
    def kind(self):
        if isinstance(self.value, ModuleType):
            return "module"
        if isinstance(self.value, type):
            return "class"
        return "function" if callable(self.value) else "data"

    @property
    def group(self):
        """The source file it comes from, without minigrad; of `minigrad` ops by file, others by room."""
        room = "" if self.kind in ("data", "module") else self.value.__module__
        if not room.startswith("minigrad."):
            return CONSTANTS
        room = room.removeprefix("minigrad.")
        if self.package != "minigrad":
            return OTHERS if self.home and not self.value.__module__.startswith(self.package) else room
        if room.startswith("ops."):
            return room
        if self.name == "Tensor":
            return "Tensor"
        return "autograd" if room.startswith("autograd.") else CONSTANTS

    @property
    def docstring(self):
        if self.kind == "data":
            return ""
        if self.kind != "module" and not self.value.__module__.startswith("minigrad"):
            return f"`{self.value.__module__}.{self.value.__name__}`."
        return clean(vars_doc(self.value))


def vars_doc(value):
    """The docstring of a value itself; a class without one does not borrow its base's."""
    return (vars(value).get("__doc__") if isinstance(value, type) else value.__doc__) or ""


def of_module(module):
    """The docstring of a module, read from its file."""
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    return clean(ast.get_docstring(tree, clean=False) or "")


def clean(docstring):
    """inspect.cleandoc, but where only code follows the first line, the code stays indented.

    The last line, which holds only the closing quotes, shows how far the docstring itself is indented.
    """
    first, *rest = docstring.expandtabs().split("\n")
    if not rest or rest[-1].strip():
        return inspect.cleandoc(docstring)
    margin = len(rest[-1])
    return "\n".join([first.strip(), *(line[margin:].rstrip() for line in rest)]).strip("\n")


def public_names(package):
    """The names that a package offers: __all__, or those without an underscore; for a module, its own."""
    module = importlib.import_module(package)
    if hasattr(module, "__all__"):
        return list(module.__all__)
    found = vars(module)
    names = [name for name, value in found.items()
             if not name.startswith("_") and not isinstance(value, ModuleType)]
    if package in SHOWING:
        names = [name for name in names if not isinstance(found[name], type)]       # imported for annotations
    elif not hasattr(module, "__path__"):
        names = [name for name in names if getattr(found[name], "__module__", package) == package]
    return [*names, *found.get("_LATER", ())]


def entries():
    """Every public name, in the order of PACKAGES, with aliases gathered under the first name."""
    homes, found = {}, []
    for package in PACKAGES:
        module = importlib.import_module(package)
        here = {}
        for name in public_names(package):
            value = getattr(module, name)
            key = id(value) if callable(value) else name
            if key in here:
                here[key].names.append(name)
            else:
                here[key] = Entry(package, [name], value, homes.get(key, ""))
        for key, entry in here.items():
            own = getattr(entry.value, "__name__", entry.name)
            entry.names.sort(key=lambda name: name != own)      # the name it was defined with comes first
            homes.setdefault(key, entry.full)
        found += here.values()
    return found


# Signatures


def parameters_of(value):
    """The inspect.Signature with which a public name is called."""
    value = inspect.unwrap(value, stop=lambda each: isinstance(each, (Op, Fused)))  # a method may wrap an op
    if isinstance(value, Op):       # settings may be given by position, too
        signature = inspect.signature(value.forward)
        parameters = list(signature.parameters.values())[1:]
        if not value.variadic:
            parameters = [p.replace(kind=p.POSITIONAL_OR_KEYWORD) for p in parameters]
        parameters.sort(key=lambda p: (p.kind, p.default is not p.empty))
        return signature.replace(parameters=parameters)
    if isinstance(value, Fused):
        return inspect.signature(value.definition)
    if isinstance(value, type) and "__signature__" not in vars(value):
        maker = value.__init__ if value.__init__ is not object.__init__ else value.__new__
        if maker is object.__new__ or not inspect.isfunction(maker):
            return inspect.Signature()
        signature = inspect.signature(maker)
        return signature.replace(parameters=list(signature.parameters.values())[1:],
                                 return_annotation=signature.empty)
    return inspect.signature(value)


def signature_text(value, classes):
    try:
        signature = parameters_of(value)
    except (TypeError, ValueError):     # written in C
        return "()"
    parameters = [p.replace(
        default=p.default if p.default is p.empty else Shown(p.default),
        annotation=p.annotation if p.annotation is p.empty else Shown(p.annotation, classes))
        for p in signature.parameters.values()]
    result = signature.return_annotation
    result = result if result is signature.empty else Shown(result, classes)
    return str(signature.replace(parameters=parameters, return_annotation=result))


class Shown:
    """A default or an annotation, with a repr that Python can read."""

    def __init__(self, value, classes=None):
        if classes is None:
            text = repr(value)
            if isinstance(value, type) or inspect.isroutine(value):
                text = value.__name__
        else:
            text = value if isinstance(value, str) else inspect.formatannotation(value)
            text = text.replace("collections.abc.", "").replace("typing.", "")
            text = re.sub(r"minigrad\.[\w.]*\.(\w+)", r"\1", text)      # without the private module
            text = re.sub(r"[\w.]+", lambda found: classes.get(found[0], found[0]), text)
        try:
            ast.parse(f"f(x={text})")
        except SyntaxError:
            text = "..."
        self.text = text

    def __repr__(self):
        return self.text


# Docstrings as reStructuredText

LABEL = re.compile(r"^(Shapes?|Raises|Sources?|Returns|Units?|Example|Errors|Args|Init)\b:? ?")
TERM = re.compile(r"^(?P<term>[*\w][\w.*/, |'\"\[\]]{0,45}?(?<![.,;: ])) {2,}(?P<text>\S.*)$")
ARXIV = re.compile(r"arXiv:(\d{4}\.\d{4,5})")
SPECIAL = re.compile(r"[\\*_|`<>]")


def inline(text, links=None, package=""):
    """A line of a docstring: `code` becomes code, or a link where it is a public name."""
    parts = []
    for i, part in enumerate(re.split(r"`+([^`]+)`+", text)):
        if i % 2:
            parts.append(code(part, links or {}, package))
        else:
            last = 0
            for found in ARXIV.finditer(part):
                parts.append(SPECIAL.sub(r"\\\g<0>", part[last:found.start()]))
                parts.append(f"`{found[0]} <https://arxiv.org/abs/{found[1]}>`__")
                last = found.end()
            parts.append(SPECIAL.sub(r"\\\g<0>", part[last:]))
    return joined([part for part in parts if part])


def joined(parts):
    """The parts of a line, joined; an escaped space separates markup from a letter."""
    text = ""
    for part in parts:
        text += "\\ " * bool(text and (text[-1] in "`_" and part[0] not in " .,;:)" or part[0] in "`:"
                                     and text[-1] not in " (")) + part
    return text


def code(text, links, package):
    name = text.removesuffix("()")
    for full in (f"{package}.{name}", f"minigrad.{name}", f"minigrad.nn.{name}", name):
        if full in links:
            return f":py:obj:`{text} <{full}>`"
    return f"``{text.strip()}``"


def rst(docstring, links=None, package=""):
    """A clean docstring as reStructuredText: prose, aligned lines as terms, indented ones as code."""
    text = re.sub(r"(?<=\S) {2,}(?=Sources?\b)", "\n", docstring)      # formula.  Source: ...
    lines, out = text.splitlines(), []
    i = 0
    while i < len(lines):
        line = lines[i]
        if not line.strip():
            i += 1
        elif line.lstrip().startswith(">>>"):
            end = next((j for j in range(i, len(lines)) if not lines[j].strip()), len(lines))
            out += block("pycon", lines[i:end])
            i = end
        elif line.startswith(" "):
            end = i
            while end < len(lines) and (lines[end].startswith(" ") or not lines[end].strip()):
                end += 1
            text = textwrap.dedent("\n".join(lines[i:end])).strip("\n").splitlines()
            out += block("python" if is_python(text) else "text", text)
            i = end
        elif TERM.match(line):
            i = terms(lines, i, out, links, package)
        else:
            start = i
            while i < len(lines) and lines[i].strip() and not lines[i].startswith((" ", ">>>")):
                if i > start and (LABEL.match(lines[i]) or TERM.match(lines[i])):
                    break
                i += 1
            text = " ".join(lines[start:i])
            label = LABEL.match(text)
            mark = f"**{label[1]}:** " if label else ""
            out += [mark + inline(text[label.end():] if label else text, links, package), ""]
    return "\n".join(out)


def terms(lines, i, out, links, package):
    """The lines `name   what it is` from line i on as a definition list; returns the line after them."""
    while i < len(lines) and (found := TERM.match(lines[i])):
        text = [found["text"]]
        i += 1
        while i < len(lines) and lines[i].startswith(" ") and lines[i].strip():
            text.append(lines[i].strip())
            i += 1
        out += [f"``{found['term']}``", "   " + inline(" ".join(text), links, package)]
    out.append("")
    return i


def block(language, lines):
    return [f".. code-block:: {language}", "", *("   " + line for line in lines), ""]


def is_python(lines):
    try:
        ast.parse("\n".join(lines))
    except SyntaxError:
        return False
    statement = re.compile(r"^\s*(import|from|def|class|for|with|@|\w+\()|= \w+[.\w]*\(")
    return any(map(statement.search, lines))


def first_sentence(docstring):
    text = " ".join(docstring.partition("\n\n")[0].split())
    return re.split(r"(?<=[.])\s", text, maxsplit=1)[0]


# Pages


def members(cls, public):
    """(name, value) of the documented methods and properties of a class, its private bases' among them."""
    found = {}
    for base in cls.__mro__:
        if base is object or not base.__module__.startswith("minigrad") or base is not cls and base in public:
            break
        for name, value in vars(base).items():
            if not name.startswith("_") and name not in found:
                plain = value.__func__ if isinstance(value, (staticmethod, classmethod)) else value
                named = plain.fget if isinstance(plain, property) else plain
                own = getattr(named, "__qualname__", "").startswith(base.__name__ + ".")
                if base is Tensor or own:       # functions set on Tensor are methods, elsewhere settings
                    found[name] = plain
    return sorted(found.items())


class Writer:
    """Writes entries as text, knowing all the others for links."""

    def __init__(self, found):
        self.found = found
        self.links = {f"{entry.package}.{name}"
                      for entry in found if entry.kind != "module" for name in entry.names}
        self.classes = {}
        for entry in found:
            if entry.kind == "class" and not entry.home:
                for name in (*entry.names, entry.value.__name__):
                    self.classes.setdefault(name, entry.full)
        self.public = {entry.value for entry in found if entry.kind == "class"}

    def entry(self, entry):
        """The directive of one name."""
        if entry.kind == "module":
            return [f"- :py:mod:`{entry.value.__name__}`", ""]
        if entry.kind == "data":
            return self.data(entry)
        signature = signature_text(entry.value, self.classes)
        heads = [entry.name + signature, *entry.names[1:]]
        margin = " " * len(f".. py:{entry.kind}:: ")
        lines = [f".. py:{entry.kind}:: {heads[0]}", *(margin + head for head in heads[1:]), ""]
        if entry.home:
            body = [inline(first_sentence(entry.docstring), self.links, entry.package), "",
                    f"The same as :py:obj:`{entry.home}`.", ""]
        else:
            body = [*rst(entry.docstring, self.links, entry.package).splitlines(), "", *self.example(entry)]
            if entry.kind == "class":
                body += ["", *self.bases(entry.value), *self.members(entry)]
        return [*lines, *("   " + line for line in body), ""]

    def example(self, entry):
        """The example of an entry whose docstring has none."""
        if ">>> " in entry.docstring:
            return []
        try:
            parameters = list(parameters_of(entry.value).parameters.values())
        except (TypeError, ValueError):
            parameters = None
        lines = example(entry, parameters)
        return block("pycon", lines) if lines else []

    def data(self, entry):
        value = entry.value
        lines = []
        for name in entry.names:
            text = repr(value)
            lines += [f".. py:data:: {name}"]
            if len(text) < 60 and "\n" not in text and " at 0x" not in text:
                lines.append(f"   :value: {text}")
            lines.append("")
        return lines

    def bases(self, cls):
        names = [self.classes[base.__name__] for base in cls.__bases__
                 if base in self.public and base.__name__ in self.classes]
        return [f"Base: {', '.join(f':py:class:`{name}`' for name in names)}", ""] if names else []

    def members(self, entry):
        lines = []
        for name, value in members(entry.value, self.public):
            docstring = clean(vars_doc(value))
            twin = f"minigrad.{name}" if entry.name == "Tensor" and f"minigrad.{name}" in self.links else ""
            if not docstring and entry.name != "Tensor":
                continue
            if isinstance(value, property):
                lines += [f".. py:property:: {name}", ""]
            else:
                lines += [f".. py:method:: {name}{self.method(entry.value, name, value)}", ""]
            body = rst(docstring, self.links, entry.package).splitlines()
            if twin:
                sentence = inline(first_sentence(docstring), self.links, "minigrad")
                body = [f"{sentence} See :py:obj:`{twin}`." if sentence else f"See :py:obj:`{twin}`."]
            lines += [*("   " + line for line in body), ""]
        return lines

    def method(self, cls, name, value):
        """The signature of a method without self; x.add_ takes what x.add takes."""
        text = signature_text(getattr(cls, name[:-1], value) if name.endswith("_") else value, self.classes)
        stored = next(vars(base)[name] for base in cls.__mro__ if name in vars(base))
        if isinstance(stored, staticmethod):
            return text
        return re.sub(r"^\((\w+)(: [^,)]+)?(, )?", "(", text)

    def table(self, group):
        """Names and first sentences, each name a link."""
        rows = []
        for entry in group:
            if entry.kind == "module":
                rows.append((f":py:mod:`{entry.name} <{entry.value.__name__}>`",
                             inline(first_sentence(entry.docstring))))
            elif entry.kind != "data":
                names = ", ".join(f":py:obj:`{name} <{entry.package}.{name}>`" for name in entry.names)
                rows.append((names, inline(first_sentence(entry.docstring), self.links, entry.package)))
        if not rows:
            return []
        lines = [".. list-table::", "   :class: names", "   :widths: 30 70", ""]
        for name, text in rows:
            lines += [f"   * - {name}", f"     - {text}"]
        return [*lines, ""]


def heading(text, mark):
    return [text, mark * len(text), ""]


def title_of(group):
    """The name of the source file: ops.numbers.powers -> Powers."""
    if group == CONSTANTS:
        return "Constants, dtypes, switches"
    if group == OTHERS:
        return "From other packages"
    name = group.rpartition(".")[2].replace("_", " ")
    return name[0].upper() + name[1:]


def about(group, links):
    """The path of the source file, and its docstring, which gives shapes and initial values for all in it."""
    if group in (CONSTANTS, OTHERS, "Tensor"):
        return ""
    module = importlib.import_module(f"minigrad.{group}")
    path = "minigrad" + module.__file__.replace("\\", "/").rpartition("/minigrad")[2]
    return f"Source: ``{path}``\n\n" + rst(of_module(module), links, "minigrad")


def groups_of(package, found):
    """The names of a package by source file, constants last."""
    groups = {}
    for entry in found:
        groups.setdefault(entry.group, []).append(entry)
    return dict(sorted(groups.items(), key=lambda item: (item[0] in (CONSTANTS, OTHERS), item[0])))


def pages():
    """Path below docs/reference -> text."""
    found = entries()
    writer = Writer(found)
    out = {}
    for package in PACKAGES:
        here = [entry for entry in found if entry.package == package]
        docstring = of_module(importlib.import_module(package))
        head = [*heading(package, "="), f".. py:module:: {package}", "",
                rst(docstring, writer.links, package), ""]
        groups = groups_of(package, here)
        if len(here) > SPLIT:
            head += [".. toctree::", "   :hidden:", "", *(f"   {package}/{name}" for name in groups), ""]
            for name, group in groups.items():
                head += [f".. rubric:: :doc:`{title_of(name)} <{package}/{name}>`", "", *writer.table(group)]
                body = [line for entry in group for line in writer.entry(entry)]
                out[f"{package}/{name}.rst"] = "\n".join([
                    *heading(title_of(name), "="), f".. py:currentmodule:: {package}", "",
                    about(name, writer.links), "", *body])
            out[f"{package}.rst"] = "\n".join(head)
        else:
            head += writer.table(here)
            for name, group in groups.items():
                if len(here) > SECTIONED and len(groups) > 1:
                    own = f"minigrad.{name}" == package
                    head += heading("More functions" if own else title_of(name), "-")
                head += [line for entry in group for line in writer.entry(entry)]
            out[f"{package}.rst"] = "\n".join(head)
    return out


def write(folder):
    """Write the pages into `folder`, skip those that have not changed, and delete other files."""
    folder, wanted = Path(folder), pages()
    for path in folder.rglob("*.rst"):
        if path.relative_to(folder).as_posix() not in wanted:
            path.unlink()
    for name, text in wanted.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
