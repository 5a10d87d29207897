"""Pictures, drawn with matplotlib, which is imported only when something is drawn.

Each function takes NumPy arrays or lists, returns a matplotlib Figure, which a notebook shows, and saves it
where `path` is given.
"""

from minigrad.visual.attention import plot_attention
from minigrad.visual.confusion import plot_confusion
from minigrad.visual.curves import plot_history
from minigrad.visual.digits import plot_digits
from minigrad.visual.losses import plot_loss
from minigrad.visual.scatter import plot_predicted

__all__ = ["plot_attention", "plot_confusion", "plot_digits", "plot_history", "plot_loss", "plot_predicted"]
