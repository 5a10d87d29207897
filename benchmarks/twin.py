"""The PyTorch twin of a model: the same source file with another import.

    resnet = twin("minigrad.models.resnet")         the module, whose classes are torch.nn.Modules
    model = resnet.ResNet(9)
    copy_weights(ours, model)                       minigrad's weights into the twin

Only the lines that import from minigrad change: minigrad.autograd, minigrad.ops and minigrad itself become
torch, minigrad.nn becomes torch.nn, minigrad.optim torch.optim, and another file of minigrad.models its own
twin. What has no counterpart, such as minigrad.data, stays. A module's __init__ first calls that of its
parent, which PyTorch needs.
"""

import ast
import importlib.util
import sys
import types

import numpy as np

COUNTERPARTS = {"minigrad.autograd": "torch", "minigrad.ops": "torch", "minigrad.nn": "torch.nn",
                "minigrad.optim": "torch.optim", "minigrad.nn.init": "torch.nn.init",
                "minigrad.nn.functional": "torch.nn.functional", "minigrad": "torch"}


class Change(ast.NodeTransformer):
    def visit_ClassDef(self, node):
        for method in node.body:
            if (getattr(method, "name", "") == "__init__" and node.bases
                    and "super().__init__" not in ast.unparse(method)):
                place = 1 if ast.get_docstring(method) else 0
                method.body.insert(place, ast.parse("super().__init__()").body[0])
        return node

    def visit_ImportFrom(self, node):
        if node.module and node.module.startswith("minigrad.models."):
            node.module = twin(node.module).__name__
        elif node.module and node.module.startswith("minigrad.ops."):
            node.module = "torch"
        elif node.module in COUNTERPARTS:
            node.module = COUNTERPARTS[node.module]
        return node

    def visit_Import(self, node):
        for alias in node.names:
            if alias.name in COUNTERPARTS:
                # `import minigrad` binds the name that the file uses
                alias.asname = alias.asname or alias.name if "." not in alias.name else alias.asname
                alias.name = COUNTERPARTS[alias.name]
        return node


def twin(name: str) -> types.ModuleType:
    """The module `name` of minigrad.models, or another one that imports layers, on PyTorch."""
    known = name.replace("minigrad", "twin_of_minigrad").replace(".", "_")
    if known not in sys.modules:
        spec = importlib.util.find_spec(name)
        with open(spec.origin, encoding="utf-8") as file:
            tree = Change().visit(ast.parse(file.read()))
        module = sys.modules[known] = types.ModuleType(known)
        module.__file__ = spec.origin
        exec(compile(ast.fix_missing_locations(tree), spec.origin, "exec"), module.__dict__)
    return sys.modules[known]


def copy_weights(ours, theirs):
    """Copy parameters and buffers of a minigrad module into its twin; returns the twin."""
    import torch
    theirs.load_state_dict({name: torch.from_numpy(np.array(value.numpy()))
                            for name, value in ours.state_dict().items()})
    return theirs
