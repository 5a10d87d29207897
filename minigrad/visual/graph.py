"""graph(y): a picture of the ops that computed y."""

import base64
import html
from collections import namedtuple
from pathlib import Path

import numpy as np

from minigrad.autograd import Node, Parameter, Tensor, to_numpy
from minigrad.backend import MODULES
from minigrad.files import replacing
from minigrad.nn import Module
from minigrad.visual.layout import layered

MOST = 1500         # more boxes do not make a readable picture
CAPTION = "Read downwards. Blue: an op and its result. Yellow: a parameter. Grey: data."
COLOURS = {         # fill, border
    "op": ("#dbe9f9", "#4a78b0"),
    "result": ("#4a78b0", "#274c7a"),
    "parameter": ("#fff1c2", "#b98a00"),
    "data": ("#eeeeee", "#8a8a8a"),
}
NAME_SIZE, TEXT_SIZE, LINE = 13, 11, 15     # pixels
ASPECT = 0.61       # width of a character of a monospaced font / font size
MARGIN = 16
LONGEST = 34        # maximum characters of settings to show


def graph(y: Tensor, params: Module | dict[str, Tensor] | None = None) -> "Graph":
    """Return a Graph of how y was computed, with .svg, .dot and .save(path); a notebook displays it.

    params: a Module, or a dict of names and tensors, for the names in the picture. After
    backward(retain_graph=True) each parameter also shows the norm of its gradient.
    Raises RuntimeError if there is no graph: it was never recorded, or backward() has freed it.

    >>> w = Tensor([2.0], requires_grad=True)
    >>> graph((w * 3).exp(), {"w": w})
    <graph of 3 boxes; .svg, .dot, .save(path)>
    """
    if not isinstance(y, Tensor):
        raise TypeError(f"graph: expected a Tensor, got {type(y).__name__}")
    if y.node is None:
        raise RuntimeError(f"graph: this tensor of shape {tuple(y.shape)} has no graph; compute it outside "
                           "no_grad() from a parameter, or from a tensor with requires_grad=True")
    return Graph(boxes_behind(y, names_of(params)))


def names_of(params):
    """Ids of nodes, leaves and data arrays -> their names."""
    if isinstance(params, Module):
        params = dict([*params.named_parameters(), *params.named_buffers()])
    params = {} if params is None else params
    if not isinstance(params, dict) or not all(isinstance(tensor, Tensor) for tensor in params.values()):
        raise TypeError("graph: params must be a Module, or a dict of names and tensors such as "
                        f"dict(model.named_parameters()), got {params!r:.60}")
    names = {}
    for name, tensor in params.items():
        names[id(tensor.node or tensor)] = names[id(tensor.array)] = name
    return names


class Box:
    """A box for an op, a parameter or data: its kind, lines of text, a longer description, and its inputs."""

    def __init__(self, kind, lines, about, inputs=()):
        self.kind, self.lines, self.about, self.inputs = kind, lines, about, list(inputs)


class Graph:
    """The picture of a computation.

    boxes   the boxes, inputs before the ops that read them
    dot     the graph in Graphviz's dot language
    svg     the picture, drawn without Graphviz
    """

    def __init__(self, boxes: list[Box]) -> None:
        self.boxes = boxes

    def __repr__(self):
        return f"<graph of {len(self.boxes)} boxes; .svg, .dot, .save(path)>"

    @property
    def dot(self) -> str:
        lines = ["digraph {", f'  label="{CAPTION}"',
                 '  node [shape=box, style="filled,rounded", fontname=monospace]']
        for i, box in enumerate(self.boxes):
            label = "\\n".join(line.replace("\\", "\\\\").replace('"', '\\"') for line in box.lines)
            fill, border = COLOURS[box.kind]
            white = ", fontcolor=white" if box.kind == "result" else ""
            lines.append(f'  {i} [label="{label}", fillcolor="{fill}", color="{border}"{white}]')
        lines += [f"  {source} -> {i}" for i, box in enumerate(self.boxes) for source in box.inputs]
        return "\n".join([*lines, "}"])

    @property
    def svg(self) -> str:
        if len(self.boxes) > MOST:
            raise ValueError(f"graph: {len(self.boxes)} boxes are too many for a picture (at most {MOST}); "
                             "draw a "
                             "smaller model, with fewer layers or time steps, or pass .dot to Graphviz")
        return drawing(self.boxes)

    def _repr_svg_(self):
        return self.svg

    def _repr_html_(self):
        """The picture as an image: JupyterLab shows no SVG of a notebook that somebody else ran."""
        picture = base64.b64encode(self.svg.encode()).decode()
        return f'<img src="data:image/svg+xml;base64,{picture}" alt="graph of {len(self.boxes)} boxes">'

    def save(self, path: str | Path) -> None:
        """Write the picture to `path`, a .svg or .dot file."""
        path = Path(path)
        if path.suffix not in (".svg", ".dot"):
            raise ValueError(f"graph: can save .svg and .dot, got {path.name!r}; use a browser to convert "
                             ".svg")
        path.parent.mkdir(parents=True, exist_ok=True)
        text = self.svg if path.suffix == ".svg" else self.dot
        with replacing(path) as file:
            file.write(text.encode())


# From the graph to boxes


Data = namedtuple("Data", "key shape "
                          "dtype")        # an argument without gradient; key: id of its array, if known


def boxes_behind(y, names):
    """A Box for every op, parameter and data array that y was computed from, inputs first."""
    sources = inputs_first(y.node)
    dtypes = result_dtypes(sources, y)
    shapes = {parent: shape for node in sources if isinstance(node, Node)
              for parent, shape in zip(node.parents, node.shapes) if parent is not None}
    shapes[y.node] = y.shape
    place = {source: i for i, source in enumerate(sources)}
    boxes = []
    for source in sources:
        if isinstance(source, Data):
            lines = [names.get(source.key, "data"), result_text(source.shape, source.dtype)]
            boxes.append(Box("data", lines, "data, needs no gradient"))
            continue
        name, result = names.get(id(source)), result_text(shapes[source], dtypes.get(source))
        if isinstance(source, Node):
            settings = settings_text(source, shapes[source])
            lines = [source.op.name if name is None else f"{name} = {source.op.name}", result]
            if 0 < len(settings) <= LONGEST:
                lines.insert(1, settings)
            about = [source.op.name, (source.op.__doc__ or "").partition("\n")[0], settings,
                     getattr(source, "place", "")]      # the calling line, recorded in anomaly mode
            boxes.append(Box("result" if source is y.node else "op", lines, "\n".join(filter(None, about)),
                             [place[each] for each in inputs_of(source)]))
        else:
            kind = "Parameter" if isinstance(source, Parameter) else "Tensor"
            lines = [name or kind, result]
            if source.grad is not None:
                lines.append(f"|grad| {np.linalg.norm(to_numpy(source.grad)):.3g}")
            boxes.append(Box("parameter", lines, f"{kind}, requires a gradient"))
    return boxes


def inputs_of(node):
    """A node's inputs in the order of its arguments: Nodes, leaf Tensors and Data, but not plain numbers."""
    inputs = []
    for i, (parent, array, shape) in enumerate(zip(node.parents, arguments_of(node), node.shapes)):
        if parent is not None:
            inputs.append(parent)
        elif shape:
            known = type(array) in MODULES
            inputs.append(Data(id(array) if known else (node, i), shape, array.dtype if known else None))
    return inputs


def arguments_of(node):
    """What the node saved of its arguments, None for each that it did not save."""
    return [*node.saved[:len(node.parents)], *[None] * (len(node.parents) - len(node.saved))]


def inputs_first(root):
    """`root` and everything it was computed from, inputs first."""
    order, seen, stack = [], set(), [(root, False)]
    while stack:
        source, inputs_done = stack.pop()
        if inputs_done:
            order.append(source)
        elif source not in seen:
            seen.add(source)
            stack.append((source, True))
            if isinstance(source, Node):
                if source.saved is None:
                    raise RuntimeError("graph: this graph was freed by backward(); draw it before "
                                       "backward(), or call backward(retain_graph=True)")
                stack.extend((each, False) for each in reversed(inputs_of(source)))
    return order


def result_dtypes(sources, y):
    """Node or leaf -> the dtype of its result, if it can be derived from the graph.

    It is known if the node or a reader saved the result. Otherwise it lies between the widest of the
    inputs and the narrowest result of the readers, and is known if these are equal.
    """
    found, widest = {}, {y.node: y.dtype}
    for source in reversed(sources):
        if not isinstance(source, Node):
            found[source] = source.dtype
            continue
        if source.saved and type(source.saved[-1]) in MODULES:
            found[source] = source.saved[-1].dtype
        reads = source.settings.get("source", widest[source])      # a cast stores the dtype of its input
        for parent, array in zip(source.parents, arguments_of(source)):
            if parent is not None:
                if type(array) in MODULES:
                    found[parent] = array.dtype
                widest[parent] = min(widest.get(parent, reads), reads, key=size_of)
    for source in sources:
        if source not in found:
            dtypes = [found.get(each) for each in inputs_of(source)]
            floats = (dtype for dtype in dtypes if dtype and dtype.kind == "f")
            narrowest = max(floats, key=size_of, default=None)
            if source.settings.get("dtype", narrowest) == widest[source]:
                found[source] = widest[source]
    return found


def size_of(dtype):
    return dtype.itemsize


def result_text(shape, dtype):
    return "several outputs" if shape is None else f"{tuple(shape)} {dtype or ''}".rstrip()


def settings_text(node, shape):
    """The plain numbers and the settings of a call, except defaults and the shape of the result."""
    if not hasattr(node.op, "arguments"):       # a Function, or one of several outputs
        return ""
    shown = {name: value for name, value in zip(node.op.arguments, node.saved)
             if isinstance(value, (int, float))}
    for name, value in node.settings.items():
        known = repr(node.op.defaults.get(name)), shape and repr(tuple(shape))
        if name not in ("source", "dtype") and repr(value) not in known:
            shown[name] = value
    return " ".join(f"{name}={setting(value)}" for name, value in shown.items())


def setting(value):
    """Format a setting briefly: 2 for (2, 2), 0:32 for slice(0, 32), int64(4, 1) for an array."""
    if type(value) in MODULES:
        return f"{value.dtype}{tuple(value.shape)}"
    if isinstance(value, slice):
        ends = ["" if end is None else str(end) for end in (value.start, value.stop, value.step)]
        return ":".join(ends if ends[2] else ends[:2])
    if isinstance(value, (tuple, list)):
        texts = [setting(each) for each in value]
        if len(set(texts)) == 1 and not isinstance(value[0], slice):
            return texts[0]
        return f"({','.join(texts)})"
    if value is Ellipsis:
        return "..."
    return f"{value:.4g}" if isinstance(value, float) else str(value)


# From boxes to SVG


def drawing(boxes):
    """Draw the boxes as SVG."""
    sizes = [size_on_paper(box) for box in boxes]
    centres, lines, (width, height) = layered(sizes, [box.inputs for box in boxes])
    caption = len(CAPTION) * TEXT_SIZE * ASPECT
    full = max(width, caption) + 2 * MARGIN
    shift = (full - width) / 2
    top = 2 * MARGIN + LINE
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{full:.0f}" height="{top + height + MARGIN:.0f}" '
        f'viewBox="0 0 {full:.0f} {top + height + MARGIN:.0f}" '
        'style="max-width: 100%; height: auto" role="img">',
        '<rect width="100%" height="100%" fill="white"/>',
        '<g font-family="ui-monospace, Menlo, Consolas, \'DejaVu Sans Mono\', monospace" '
        f'font-size="{TEXT_SIZE}" text-anchor="middle">',
        f'<text x="{full / 2:.1f}" y="{MARGIN + TEXT_SIZE}" fill="#666">{CAPTION}</text>',
        f'<g transform="translate({shift:.1f} {top})">',
        '<g fill="none" stroke="#777" stroke-width="1.2">']
    parts += [curve(*line) for line in lines]
    parts += ["</g>", '<g fill="#777">']
    parts += [arrow(to_x, to_y) for _, _, _, to_x, _, to_y, reader in lines if reader is not None]
    parts += ["</g>"]
    parts += [drawn(box, *centre, *size) for box, centre, size in zip(boxes, centres, sizes)]
    return "\n".join([*parts, "</g>", "</g>", "</svg>"])


def size_on_paper(box):
    name, *rest = box.lines
    width = max(len(name) * NAME_SIZE, *(len(line) * TEXT_SIZE for line in rest)) * ASPECT
    return width + 18, LINE * len(box.lines) + 12


def curve(x, y, bottom, to_x, top, to_y, reader):
    """A line down to the end of its layer, across to the next layer, and down to the box."""
    middle = (bottom + top) / 2
    return (f'<path d="M{x:.1f} {y:.1f}V{bottom:.1f}'
            f'C{x:.1f} {middle:.1f} {to_x:.1f} {middle:.1f} {to_x:.1f} {top:.1f}V{to_y:.1f}"/>')


def arrow(x, y):
    return f'<path d="M{x:.1f} {y:.1f}l-3.5 -7h7z"/>'


def drawn(box, x, y, width, height):
    """A box centred at (x, y) with its text, and the description as a tooltip."""
    fill, border = COLOURS[box.kind]
    corner = 3 if box.kind in ("parameter", "data") else 9
    ink, faint = ("white", "#e6eefa") if box.kind == "result" else ("#111", "#555")
    at = y - height / 2 + 6 + NAME_SIZE - 2
    rest = "".join(f'<text x="{x:.1f}" y="{at + LINE * i:.1f}" fill="{faint}">{html.escape(line)}</text>'
                   for i, line in enumerate(box.lines[1:], 1))
    return (f'<g><title>{html.escape(box.about)}</title>'
            f'<rect x="{x - width / 2:.1f}" y="{y - height / 2:.1f}" '
            f'width="{width:.1f}" height="{height:.1f}" '
            f'rx="{corner}" fill="{fill}" stroke="{border}"/>'
            f'<text x="{x:.1f}" y="{at:.1f}" font-size="{NAME_SIZE}" font-weight="bold" fill="{ink}">'
            f'{html.escape(box.lines[0])}</text>{rest}</g>')
