"""What print(tensor) shows: PyTorch's text, so that an output in a book and the one on the screen agree.

All numbers of a tensor are written alike. `Digits` looks at those that will be shown and chooses: whole
numbers (`1.`), four digits after the point (`0.5000`), or an exponent (`5.0000e-05`) where the largest is
over 1000 times the smallest, the largest over 1e8 or the smallest below 1e-4. `rows` arranges them in
brackets, and of a tensor with more than `threshold` elements shows `edgeitems` at each end of every axis.
`text_of` adds what else there is to know.
"""

import math

import numpy as np

from minigrad.autograd.arrays import Default, Naming, to_numpy

OPTIONS = dict(precision=4, threshold=1000, edgeitems=3, linewidth=80, sci_mode=None)
SIMPLE = {np.dtype(np.int64), np.dtype(np.bool_)}     # their numbers show the dtype

# Ops of which PyTorch has one too, under another name
NODES = {"true_divide": "Div", "power": "Pow", "index": "Index", "linear": "Addmm", "clip": "Clamp",
         "broadcast_to": "Expand", "take_along": "Gather", "cast": "ToCopy", "determinant": "LinalgDet",
         "inverse": "LinalgInvEx", "convolve": "Convolution", "layer_norm_last": "NativeLayerNorm",
         "batch_norm_train": "NativeBatchNorm", "mean_squared_error": "MseLoss",
         "pad_constant": "ConstantPadNd"}


class Digits:
    """How the numbers of `shown`, a real array, are written; all are as wide as the widest."""

    def __init__(self, shown):
        values = shown.ravel()
        self.floating = shown.dtype.kind == "f"
        if self.floating:
            values = values[np.isfinite(values) & (values != 0)].astype(np.float64)
            sizes = np.abs(values)
            least, most = (sizes.min(), sizes.max()) if sizes.size else (1.0, 1.0)
            self.whole = bool((sizes == np.ceil(sizes)).all())
            self.exponent = most / least > 1000 or most > 1e8 or (not self.whole and least < 1e-4)
            if sizes.size and OPTIONS["sci_mode"] is not None:
                self.exponent = OPTIONS["sci_mode"]
        self.width = max((len(self.bare(value)) for value in values.tolist()), default=1)

    def bare(self, value):
        if not self.floating:
            return str(value)
        if self.exponent or not self.whole:
            return f"{value:.{OPTIONS['precision']}{'e' if self.exponent else 'f'}}"
        return f"{value:.0f}" + "." * math.isfinite(value)

    def text(self, value):
        return self.bare(value).rjust(self.width)


class ComplexDigits:
    """The same for complex numbers, whose real and imaginary parts each have their digits."""

    def __init__(self, shown):
        self.real, self.imag = Digits(shown.real), Digits(shown.imag)
        self.width = self.real.width + self.imag.width + 1

    def text(self, value):
        imag = self.imag.text(value.imag).lstrip() + "j"
        return self.real.text(value.real) + (imag if imag[0] in "+-" else "+" + imag)


def ends_of(array, axis=0):
    """The first and the last `edgeitems` of an axis that is longer than both; else None."""
    ends = OPTIONS["edgeitems"]
    if array.shape[axis] > 2 * ends:
        return np.take(array, [*range(ends), *range(array.shape[axis] - ends, array.shape[axis])], axis)
    return None


def rows(array, digits, indent, shorten):
    """The array in brackets, which stand `indent` columns to the right."""
    if not array.ndim:
        return digits.text(array.item())
    kept = ends_of(array) if shorten else None
    deeper = array if kept is None else kept
    if array.ndim == 1:
        items = [digits.text(value) for value in deeper.tolist()]
    else:
        items = [rows(part, digits, indent + 1, shorten) for part in deeper]
    if kept is not None:
        items.insert(OPTIONS["edgeitems"], " ..." if array.ndim == 1 else "...")
    fit = max(1, (OPTIONS["linewidth"] - indent) // (digits.width + 2)) if array.ndim == 1 else 1
    lines = [", ".join(items[i:i + fit]) for i in range(0, len(items), fit)]
    between = "," + "\n" * max(1, array.ndim - 1) + " " * (indent + 1)
    return "[" + between.join(lines) + "]"


def numbers_of(host, indent):
    """The numbers of an array as text, those of a large one shortened."""
    shorten, shown = host.size > OPTIONS["threshold"], host
    for axis in range(host.ndim if shorten else 0):
        kept = ends_of(shown, axis)
        shown = shown if kept is None else kept
    return rows(host, (ComplexDigits if host.dtype.kind == "c" else Digits)(shown), indent, shorten)


def node_of(op):
    """The name of an op in `grad_fn=<MulBackward0>`."""
    return NODES.get(op, "".join(word.capitalize() for word in op.split("_"))) + "Backward0"


def text_of(tensor):
    """What print(tensor) shows."""
    host, start = to_numpy(tensor), "tensor("
    known = SIMPLE | {Default.dtype, np.result_type(Default.dtype, np.complex64)}
    notes = [f"device='{tensor.device}'"] if tensor.device != "cpu" else []
    if not host.size:
        notes += [f"size={tuple(host.shape)}"] if host.ndim != 1 else []
        known = {Default.dtype}
    text = numbers_of(host, len(start)) if host.size else "[]"
    if host.dtype not in known:
        notes.append(f"dtype={Naming.library}.{host.dtype}")
    if tensor.node is not None:
        op = tensor.node.op     # a Function's has no number
        notes.append(f"grad_fn=<{op.name + 'Backward' if hasattr(op, 'ctx') else node_of(op.name)}>")
    elif tensor.requires_grad:
        notes.append("requires_grad=True")
    out, column = start + text, len(start + text) - (start + text).rfind("\n") + 1
    for note in notes:
        wide = column + len(note) + 2 > OPTIONS["linewidth"]
        out += (",\n" + " " * len(start) if wide else ", ") + note
        column = len(start) + len(note) if wide else column + len(note) + 2
    return out + ")"
