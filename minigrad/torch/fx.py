"""torch.fx: functions are marked for a tracer that minigrad does not have."""

from typing import Any

from minigrad.hints import missing as _missing


def wrap(function: Any) -> Any:
    """The function itself, or its name."""
    return function


class Proxy:
    """What a tracer passes in place of a tensor: there are none."""


class GraphModule(Proxy):
    """A traced module: there are none."""


def symbolic_trace(*arguments: Any, **named: Any) -> Any:
    """Raises NotImplementedError: there is no tracer."""
    raise NotImplementedError("torch.fx.symbolic_trace: modules run as they are; minigrad.visual.graph(y) "
                              "draws the graph of a result")


def __getattr__(name):
    raise _missing("torch.fx", name, ())
