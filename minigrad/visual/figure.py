"""A blank figure, and the way it is saved: the only place that imports matplotlib."""

from pathlib import Path


def new_figure(rows=1, columns=1, width=6.0, height=4.0):
    """(figure, axes (rows, columns)): a grid of panels, each of this many inches."""
    try:
        from matplotlib import pyplot
    except ImportError as error:
        raise ImportError("drawing needs matplotlib: pip install 'minigrad-edu[viz]'") from error
    figure, axes = pyplot.subplots(rows, columns, squeeze=False, layout="constrained",
                                   figsize=(columns * width, rows * height))
    pyplot.close(figure)        # the caller's from now on: pyplot neither keeps it nor shows it twice
    return figure, axes


def finish(figure, path=None):
    """Save the figure at `path`, if one is given, in the format of its suffix; returns the figure."""
    if path is not None:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, dpi=150)
    return figure
