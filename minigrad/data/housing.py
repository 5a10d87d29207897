"""Ames Housing: features and sale prices of 2,930 houses."""

import csv
import difflib
from collections.abc import Iterable, Mapping

import numpy as np

from minigrad.autograd.errors import NamesArguments
from minigrad.data.bundled import decompress, find


def ames() -> "Table":
    """House sales in Ames, Iowa, 2006 to 2010: a `Table` of 2,930 rows and 74 columns.

    34 columns are numbers, 40 are categories. The most used:
        Sale_Price           USD, 12,789 to 755,000; the usual target
        Gr_Liv_Area          living area above ground, square feet
        TotRms_AbvGrd        rooms above ground, without bathrooms
        Neighborhood         one of 28 names; Longitude, Latitude in degrees
        Year_Built, Garage_Cars, Full_Bath, Total_Bsmt_SF, Lot_Area, Overall_Cond, ...
    Empty cells, which occur only in Mas_Vnr_Type and Misc_Feature, read 'None'. Despite its name,
    BsmtFin_SF_1 is not an area: it holds 0 to 7, a code for BsmtFin_Type_1.
    Source: De Cock 2011, Journal of Statistics Education 19(3), from the R package modeldata.
    Licence: MIT.
    """
    lines = decompress(find("ames.csv.gz")).decode("utf-8").splitlines()
    header, *rows = csv.reader(lines)
    columns = dict(zip(header, zip(*rows)))
    del columns["rownames"]                         # row numbers
    return Table({name: column(cells) for name, cells in columns.items()})


def column(cells):
    try:
        return np.array(cells, np.float64)
    except ValueError:
        return np.array([cell.strip() or "None" for cell in cells])


class Table(dict, NamesArguments):
    """Named columns of equal length: float64 arrays for numbers, arrays of str for categories.

    A dict from names to columns, so that `pandas.DataFrame(table)` takes it; but its len() counts rows.

    >>> houses = Table({"rooms": np.array([5.0, 7.0, 6.0]), "roof": np.array(["flat", "hip", "hip"])})
    >>> houses["rooms"]
    array([5., 7., 6.])
    >>> houses.features(["rooms", "roof"])
    (array([[5., 1., 0.],
           [7., 0., 1.],
           [6., 0., 1.]]), ['rooms', 'roof=flat', 'roof=hip'])
    """

    doors = ("features",)

    def __init__(self, columns: Mapping[str, np.ndarray]) -> None:
        super().__init__(columns)

    @property
    def columns(self) -> dict[str, np.ndarray]:
        """A plain dict of the columns, which counts them in its len()."""
        return dict(self)

    @property
    def names(self) -> list[str]:
        """The names of all columns."""
        return list(self)

    @property
    def numeric(self) -> list[str]:
        """The names of the numeric columns."""
        return [name for name, values in self.items() if values.dtype.kind == "f"]

    @property
    def categorical(self) -> list[str]:
        """The names of the categorical columns."""
        return [name for name, values in self.items() if values.dtype.kind != "f"]

    def __len__(self) -> int:
        return len(next(iter(self.values()), ()))

    def __getitem__(self, name: str) -> np.ndarray:
        if not isinstance(name, str):
            raise TypeError(f"a table is indexed by the name of one column, got {name!r}; table[name][rows] "
                            "selects rows, and pandas.DataFrame(table) has more ways to select")
        if name not in self:
            near = difflib.get_close_matches(name, self.names, n=3, cutoff=0.5)
            hint = f"did you mean {' or '.join(near)}?" if near else f"it has {', '.join(self.names)}"
            raise KeyError(f"no column {name!r} in a table of {len(self.names)}; {hint}")
        return super().__getitem__(name)

    def __repr__(self):
        return f"Table({len(self)} rows; {', '.join(self.names)})"

    def features(self, names: Iterable[str]) -> tuple[np.ndarray, list[str]]:
        """Turn columns into model inputs: a float64 matrix (rows, features) and the feature names.

        A numeric column becomes one feature. A categorical column with k values becomes k one-hot
        features in alphabetical order: 1 where the row has that value, else 0.
        """
        if isinstance(names, str):
            raise TypeError(f"features: expected a list of names, got the str {names!r}; write [{names!r}]")
        features = {}
        for name in names:
            values = self[name]
            if name in self.numeric:
                features[name] = values
            else:
                features.update((f"{name}={level}", values == level) for level in np.unique(values))
        return np.column_stack(list(features.values())).astype(np.float64), list(features)
