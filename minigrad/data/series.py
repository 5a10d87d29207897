"""Time series: carbon dioxide, sunspots and the weather, each with its dates."""

import csv

import numpy as np

from minigrad.data.bundled import decompress, find
from minigrad.data.housing import Table


def co2() -> tuple[np.ndarray, np.ndarray]:
    """Load the carbon dioxide in the air above Mauna Loa, Hawaii, each week from 1958 to 2001.

    Returns (dates, values):
        dates   datetime64[D] (2284), the Saturdays from 1958-03-29 to 2001-12-29, none left out
        values  float64 (2284), parts per million; nan in the 59 weeks without a measurement
    Source: Keeling and Whorf 2004, Scripps Institution of Oceanography, from statsmodels. Public domain.

    >>> dates, values = co2()
    >>> str(dates[-1]), values[-1].item()
    ('2001-12-29', 371.5)
    """
    days, values = zip(*rows("co2.csv.gz"))
    dates = np.array([f"{day[:4]}-{day[4:6]}-{day[6:]}" for day in days], "datetime64[D]")
    return dates, np.array([float(value or "nan") for value in values])


def sunspots() -> tuple[np.ndarray, np.ndarray]:
    """Load the number of sunspots in each year from 1700 to 2008, which rises and falls about every 11 years.

    Returns (dates, values):
        dates   datetime64[Y] (309)
        values  float64 (309), the mean over the days of the year, 0 to 190.2
    Source: National Geophysical Data Center, from statsmodels. Public domain.

    >>> dates, values = sunspots()
    >>> str(dates[values.argmax()])
    '1957'
    """
    years, values = zip(*rows("sunspots.csv.gz"))
    return np.array(years, "datetime64[Y]"), np.array(values, np.float64)


def seattle_weather() -> tuple[np.ndarray, Table]:
    """Load the weather in Seattle on each day from 2012 to 2015.

    Returns (dates, table):
        dates   datetime64[D] (1461), none left out
        table   a Table with the columns precipitation (mm), temp_max and temp_min (degrees Celsius),
                wind (m/s), and weather (drizzle, fog, rain, snow or sun)
    Source: National Oceanic and Atmospheric Administration, from vega_datasets. A work of the United States'
    government.

    >>> dates, table = seattle_weather()
    >>> str(dates[0]), table["temp_max"][0].item(), str(table["weather"][0])
    ('2012-01-01', 12.8, 'drizzle')
    """
    days, *columns, weather = zip(*rows("seattle-weather.csv.gz"))
    names = "precipitation", "temp_max", "temp_min", "wind"
    table = {name: np.array(column, np.float64) for name, column in zip(names, columns)}
    dates = np.array([day.replace("/", "-") for day in days], "datetime64[D]")
    return dates, Table({**table, "weather": np.array(weather)})


def rows(name):
    """The cells of each line below the first."""
    return [*csv.reader(decompress(find(name)).decode("ascii").splitlines())][1:]
