"""Create and save figures; the only place in this package that imports matplotlib."""

from pathlib import Path

from minigrad.files import replacing


def new_figure(rows=1, columns=1, width=6.0, height=4.0):
    """Create (figure, axes (rows, columns)), a grid of panels of width x height inches each."""
    try:
        from matplotlib import pyplot
    except ImportError as error:
        raise ImportError("drawing needs matplotlib: pip install 'minigrad-edu[viz]'") from error
    figure, axes = pyplot.subplots(rows, columns, squeeze=False, layout="constrained",
                                   figsize=(columns * width, rows * height))
    pyplot.close(figure)        # so that pyplot does not keep it or display it a second time
    return figure, axes


def finish(figure, path=None):
    """Save the figure if `path` is given, in the format of its suffix; return the figure."""
    if path is not None:
        path = Path(path)
        path = path if path.suffix else path.with_suffix(".png")        # as matplotlib does
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as file:
            figure.savefig(file, format=path.suffix[1:], dpi=150)
    return figure
