"""Pictures of data, of training, and of what a model computes.

The plot_ functions take NumPy arrays or lists and return a matplotlib Figure, which a notebook displays;
they save it if `path` is given. matplotlib is imported only when something is drawn. graph(y) draws how y
was computed as SVG, without matplotlib.
"""

from minigrad.hints import missing as _missing
from minigrad.visual.attention import plot_attention
from minigrad.visual.confusion import plot_confusion
from minigrad.visual.curves import plot_history
from minigrad.visual.digits import plot_digits
from minigrad.visual.gradients import gradient_statistics
from minigrad.visual.graph import graph
from minigrad.visual.losses import plot_loss
from minigrad.visual.scatter import plot_predicted

__all__ = [
    "gradient_statistics", "graph", "plot_attention", "plot_confusion", "plot_digits", "plot_history",
    "plot_loss", "plot_predicted"]


def __getattr__(name):
    raise _missing(__name__, name, __all__)
