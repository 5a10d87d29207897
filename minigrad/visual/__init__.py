"""Pictures, drawn with matplotlib, which is imported only when something is drawn.

Each function returns a matplotlib Figure, which a notebook shows, and saves it where `path` is given.
"""

from minigrad.visual.curves import plot_history

__all__ = ["plot_history"]
