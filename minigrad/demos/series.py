"""Time series to forecast: what forecasters are given, the baselines, and the rolling split that rates both.

What is forecast is x: the series y itself, or its change over a year where it has a trend. At each step a
forecaster sees x up to this step, and gives x of the next H steps.

    past 1 ............ | block 1 |                 trained on past 1, asked at each step of block 1
    past 2 ...................... | block 2 |       trained again on past 2, which holds block 1
    ...                                             to block 5, which ends H steps before the end of the data

Weights, means and standard deviations come from the past alone, and a forecast uses nothing after its step.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from minigrad.data import co2, seattle_weather, sunspots

T = 64              # steps that a network looks back
BLOCKS = 5
BASELINES = "persistence", "seasonal naive", "seasonal + drift", "linear AR"


@dataclass(frozen=True)
class Series:
    """A series and how it is forecast; times are in steps."""

    load: Callable[[], tuple[np.ndarray, np.ndarray]]       # dates and values (n), nan where unknown
    title: str
    unit: str
    step: str                       # what a step is
    season: int
    horizons: tuple[int, ...]       # steps ahead, those that are shown; the last is H
    block: int                      # from one training to the next
    lags: int                       # of the linear autoregression
    epochs: int
    difference: int = 0             # x is the change over so many steps; 0: x is y
    year: float = 0                 # a year, if the time of the year tells something


def highs():
    dates, weather = seattle_weather()
    return dates, weather["temp_max"]


SERIES = {
    "co2": Series(co2, "Carbon dioxide above Mauna Loa", "ppm", "week", season=52,
                  horizons=(1, 4, 13, 26, 52), block=104, lags=26, epochs=4, difference=52),
    "sunspots": Series(sunspots, "Sunspots", "number of spots", "year", season=11,
                       horizons=(1, 2, 3, 5, 8, 11), block=22, lags=11, epochs=40),
    "weather": Series(highs, "Highest temperature of the day in Seattle", "degrees Celsius", "day",
                      season=365, horizons=(1, 2, 3, 7, 14), block=146, lags=14, epochs=8, year=365.25),
}


def filled(y: np.ndarray, season: int) -> np.ndarray:
    """y (n) with each nan replaced from what came before: the last value, and its change one season earlier.

    >>> filled(np.array([1.0, 2.0, np.nan, 4.0, np.nan]), 0).tolist()       # without a season
    [1.0, 2.0, 2.0, 4.0, 4.0]
    """
    y = y.copy()
    for t in np.flatnonzero(np.isnan(y)):
        y[t] = y[t - 1] + (y[t - season] - y[t - season - 1] if 0 < season < t else 0)
    return y


class Task:
    """The arrays of a series of n values.

    inputs (n, C): x, and sine and cosine of the time of the year. ahead (n, H): x of the next H steps; truth
    (n, H): y of them; both nan where it was not measured or lies beyond the end.
    """

    def __init__(self, series: Series, dates: np.ndarray, y: np.ndarray):
        self.series, self.dates = series, dates
        self.H, D, n = series.horizons[-1], series.difference, len(y)
        self.y = filled(y, D)
        self.x = self.y - np.append(self.y[:D], self.y[:n - D]) if D else self.y        # 0 in the first year
        later = np.arange(n)[:, None] + np.arange(1, self.H + 1)                        # (n, H)
        there, later = later < n, np.minimum(later, n - 1)
        known = there & ~np.isnan(y)[later]
        self.truth = np.where(known, self.y[later], np.nan)
        self.ahead = np.where(known & ~np.isnan(y)[later - D], self.x[later], np.nan)
        self.inputs = np.column_stack([self.x, *season_of(dates, series.year)])

    def cuts(self) -> list[int]:
        """The last step of each past."""
        first = len(self.y) - self.H - BLOCKS * self.series.block
        return [first + i * self.series.block for i in range(BLOCKS)]

    def block(self, last: int) -> np.ndarray:
        """The steps at which forecasters trained up to `last` are asked: it and those before the next cut."""
        return np.arange(last, last + self.series.block)

    def scale(self, last: int) -> tuple[float, float]:
        """Mean and standard deviation of x up to `last`."""
        past = self.x[self.series.difference:last + 1]
        return past.mean(), past.std()

    def scaled(self, scale: tuple[float, float]) -> np.ndarray:
        mean, std = scale
        return np.column_stack([(self.x - mean) / std, self.inputs[:, 1:]]).astype(np.float32)

    def training(self, last: int) -> tuple[np.ndarray, np.ndarray]:
        """Every T steps of the past up to `last`: inputs (N, T, C), targets (N, T, H), nan after the past."""
        mean, std = self.scale(last)
        rows = np.arange(self.series.difference, last - T + 2)[:, None] + np.arange(T)      # (N, T)
        inside = rows[:, :, None] + np.arange(1, self.H + 1) <= last
        targets = np.where(inside, (self.ahead[rows] - mean) / std, np.nan)
        return self.scaled((mean, std))[rows], targets.astype(np.float32)

    def seen(self, steps: np.ndarray, scale: tuple[float, float]) -> np.ndarray:
        """The inputs of the last T steps up to each of `steps`: (N, T, C)."""
        return self.scaled(scale)[steps[:, None] + np.arange(1 - T, 1)]

    def in_units(self, x: np.ndarray, steps: np.ndarray) -> np.ndarray:
        """Forecasts of x, (N, H), made at `steps`, as values of the series."""
        D = self.series.difference
        return x + self.y[steps[:, None] + np.arange(1, self.H + 1) - D] if D else x

    def baselines(self, last: int) -> dict[str, np.ndarray]:
        """The forecasts (N, H) of each baseline, trained up to `last`, for the block that follows.

        persistence       stay as it is
        seasonal naive    as one season before
        seasonal + drift  as one season before, changed by as much as now
        linear AR         for each horizon, least squares on the last lags of what the networks see
        """
        steps, season = self.block(last), self.series.season
        ahead = np.arange(1, self.H + 1)
        before = ahead - season * np.ceil(ahead / season).astype(np.int64)
        now, naive = self.y[steps][:, None], self.y[steps[:, None] + before]
        drift = naive + now - self.y[steps - season][:, None]
        x = self.lagged(steps) @ self.lines(last)
        forecasts = now + np.zeros(self.H), naive, drift, self.in_units(x, steps)
        return dict(zip(BASELINES, forecasts))

    def lines(self, last: int) -> np.ndarray:
        """The weights of the linear autoregression, a column for each horizon, from the past up to `last`."""
        found = []
        for h in range(1, self.H + 1):
            past = np.arange(self.series.difference + self.series.lags - 1, last - h + 1)
            past = past[~np.isnan(self.ahead[past, h - 1])]
            found.append(np.linalg.lstsq(self.lagged(past), self.ahead[past, h - 1])[0])
        return np.column_stack(found)

    def lagged(self, steps):
        """1, x of the last lags, and the time of the year: (N, 1 + lags + C - 1)."""
        x = self.x[steps[:, None] - np.arange(self.series.lags)]
        return np.column_stack([np.ones(len(steps)), x, self.inputs[steps, 1:]])


def season_of(dates, year):
    """Sine and cosine of the time of the year, or nothing."""
    if not year:
        return []
    angle = 2 * np.pi * (dates - dates.astype("datetime64[Y]").astype(dates.dtype)).astype(float) / year
    return [np.sin(angle), np.cos(angle)]


def errors(forecasts: list[np.ndarray], truths: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """MAE and RMSE of each block at each horizon, (BLOCKS, H) each; what is not known does not count."""
    off = [forecast - truth for forecast, truth in zip(forecasts, truths)]
    return (np.array([np.nanmean(np.abs(each), 0) for each in off]),
            np.array([np.sqrt(np.nanmean(np.square(each), 0)) for each in off]))


def with_error(blocks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean over blocks and its standard error, (BLOCKS, ...) -> (...) each."""
    return blocks.mean(0), blocks.std(0, ddof=1) / np.sqrt(len(blocks))
