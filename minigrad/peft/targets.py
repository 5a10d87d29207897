"""Which modules of a model are meant by a name, and freezing the rest."""

import re
from collections.abc import Sequence
from typing import Any

from minigrad.hints import closest
from minigrad.nn import Module

Targets = str | Sequence[str]


def find(caller: str, model: Module, targets: Targets) -> list[tuple[str, Module]]:
    """(name, module) of the modules that `targets` names.

    A list of names takes each module whose name is one of them or ends with it after a dot: "query" takes
    encoder.layer.0.attention.self.query. A string is a regular expression that must match a whole name. Both
    are as in Hugging Face's peft. Raises ValueError for a name, or an expression, that takes no module.
    """
    modules = [(name, module) for name, module in model.named_modules(remove_duplicate=False) if name]
    if isinstance(targets, str):
        try:
            found = [(name, module) for name, module in modules if re.fullmatch(targets, name)]
        except re.error as error:
            raise ValueError(f"{caller}: {targets!r} is no regular expression: {error}; names go in a "
                             f"list, [{targets!r}]") from None
        if not found:
            suffix = any(name.endswith(f".{targets}") for name, _ in modules)
            raise ValueError(f"{caller}: the regular expression {targets!r} matches no whole name; "
                             + (f"pass a list for names that end so: [{targets!r}]" if suffix
                                else hint(targets, modules)))
        return found
    if not targets:
        raise ValueError(f"{caller}: no names of modules; {hint('', modules)}")
    taken = {target: [name for name, _ in modules if f".{name}".endswith(f".{target}")] for target in targets}
    for target, names in taken.items():
        if not names:
            raise ValueError(f"{caller}: no module is called {target!r}; {hint(target, modules)}")
    chosen = {name for names in taken.values() for name in names}
    return [(name, module) for name, module in modules if name in chosen]


def hint(target, modules):
    ends = list(dict.fromkeys(name.rpartition(".")[2] for name, _ in modules))
    near = closest(target.rpartition(".")[2], ends)
    words = [end for end in ends if not end.isdigit()] or ends      # a Sequential may have numbers only
    return f"did you mean {near!r}?" if near else f"the names end with {', '.join(words)}"


def begin(method: str, caller: str, model: Module, also: Sequence[str], **settings: Any) -> None:
    """Freeze the model except the modules `also`, and remember which method it has, for save()."""
    if not isinstance(model, Module):
        raise TypeError(f"{caller}: model must be a Module, got {type(model).__name__}")
    if "_peft" in vars(model):
        raise ValueError(f"{caller}: this model has {model._peft['peft_type']} already; take a fresh one")
    kept = find(caller, model, list(also)) if also else []
    model.requires_grad_(False)
    for _, module in kept:
        module.requires_grad_(True)
    model._peft = {"peft_type": method, **settings, "modules_to_save": list(also)}


def replace(model: Module, name: str, module: Module) -> None:
    """Put `module` where the module called `name` is."""
    parent, _, last = name.rpartition(".")
    setattr(model.get_submodule(parent), last, module)


def check_count(caller: str, what: str, count: Any) -> None:
    if not isinstance(count, int) or isinstance(count, bool) or count < 1:
        raise ValueError(f"{caller}: {what} must be a whole number of at least 1, got {count!r}")
