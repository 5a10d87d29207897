"""Prepare the houses of Ames for a model: repair, fill, encode, and add what a valuer would look at.

    preparation = Preparation()
    x = preparation.fit(houses, log_price)      (N, F), mean 0 and standard deviation 1
    preparation.transform(others)               the same features of other houses

A missing value is nan in a column of numbers, '' in one of categories. Whatever is learned, such as medians,
the list of categories, or prices of a neighbourhood, comes from the houses that fit() got: fitted inside a
fold, it knows nothing of the tested houses.
"""

from collections.abc import Iterable

import numpy as np

from minigrad.data import KFold, Table

STEPS = {       # in this order; a table shows what each gives
    "repair": "codes that should be areas, two spellings of one thing, contradictions",
    "missing": "zeros that mean unknown, filled with the median of the neighbourhood",
    "outliers": "no learning from houses of more than 4,000 square feet",
    "ordinal": "qualities as numbers in their order, not as categories",
    "logarithms": "areas as logarithms",
    "features": "totals, ages, ratios",
    "targets": "what the neighbourhood and the nearest houses sold for",
}

# From the worst to the best: 1, 2, ...; a value that is not listed, such as No_Pool, becomes 0.
QUALITY = ["Very_Poor", "Poor", "Fair", "Below_Average", "Typical", "Average", "Above_Average", "Good",
           "Very_Good", "Excellent"]
FINISH = ["Unf", "LwQ", "Rec", "BLQ", "ALQ", "GLQ"]
ORDERED = {
    "Alley": ["Gravel", "Paved"], "Bsmt_Cond": QUALITY, "Bsmt_Exposure": ["No", "Mn", "Av", "Gd"],
    "BsmtFin_Type_1": FINISH, "BsmtFin_Type_2": FINISH, "Central_Air": ["N", "Y"],
    "Electrical": ["Mix", "FuseP", "FuseF", "FuseA", "SBrkr"], "Exter_Cond": QUALITY,
    "Fence": ["Minimum_Wood_Wire", "Good_Wood", "Minimum_Privacy", "Good_Privacy"],
    "Functional": ["Sal", "Sev", "Maj2", "Maj1", "Mod", "Min2", "Min1", "Typ"], "Garage_Cond": QUALITY,
    "Garage_Finish": ["Unf", "RFn", "Fin"], "Heating_QC": QUALITY, "Land_Slope": ["Sev", "Mod", "Gtl"],
    "Lot_Shape": ["Irregular", "Moderately_Irregular", "Slightly_Irregular", "Regular"],
    "Overall_Cond": QUALITY, "Paved_Drive": ["Dirt_Gravel", "Partial_Pavement", "Paved"], "Pool_QC": QUALITY,
    "Street": ["Grvl", "Pave"], "Utilities": ["NoSeWa", "NoSewr", "AllPub"]}
AREAS = [
    "Lot_Frontage", "Lot_Area", "Mas_Vnr_Area", "BsmtFin_SF_1", "BsmtFin_SF_2", "Bsmt_Unf_SF",
    "Total_Bsmt_SF", "First_Flr_SF", "Second_Flr_SF", "Gr_Liv_Area", "Garage_Area", "Wood_Deck_SF",
    "Open_Porch_SF", "Enclosed_Porch", "Three_season_porch", "Screen_Porch", "Pool_Area", "Misc_Val"]
SPELLINGS = {"Brk Cmn": "BrkComm", "CmentBd": "CemntBd", "Wd Shng": "WdShing"}     # of Exterior_2nd and _1st
LARGEST = 4000      # square feet: De Cock 2011 recommends to remove the five houses above
RARE = 5            # a category of fewer houses has no feature of its own
NEAREST = 12        # houses whose prices a house is compared with


def usual(houses: Table) -> np.ndarray:
    """Which houses a model should learn from, bool (N): three of the five largest sold for a quarter of
    their worth, before they were finished."""
    return ~(houses["Gr_Liv_Area"] > LARGEST)


def rows(houses: Table, which: np.ndarray) -> Table:
    """Some of the houses, by position or by a mask."""
    return Table({name: values[which] for name, values in houses.items()})


class Preparation:
    """steps: which of STEPS to take; 'outliers' is left to the caller, see usual()."""

    def __init__(self, steps: Iterable[str] = tuple(STEPS)) -> None:
        self.steps = {*steps}

    def fit(self, houses: Table, log_price: np.ndarray) -> np.ndarray:
        """Learn from these houses and return their features, float32 (N, F).

        What houses around it sold for, a house is told by nine tenths without it: else it would learn its own
        price.
        """
        houses = self.repaired(houses)
        self.typical = {name: typical(values, houses["Neighborhood"]) for name, values in houses.items()}
        houses = self.filled(houses)
        self.levels = {name: common(houses[name]) for name in houses.categorical}
        features = self.features(houses)
        if "targets" in self.steps:
            told = {name: np.empty(len(houses)) for name in Prices.names}
            for others, fold in KFold(10, shuffle=True).split(houses):
                prices = Prices(rows(houses, others), log_price[others])
                for name, values in prices.around(rows(houses, fold)).items():
                    told[name][fold] = values
            self.prices = Prices(houses, log_price)
            features |= told
        self.names = [*features]
        x = np.column_stack([*features.values()])
        self.low, self.high = x.min(0), x.max(0)
        self.mean, self.std = x.mean(0), np.where(x.std(0) > 0, x.std(0), 1)
        return self.scaled(x)

    def transform(self, houses: Table) -> np.ndarray:
        """The features of other houses, float32 (N, F)."""
        houses = self.filled(self.repaired(houses))
        features = self.features(houses)
        if "targets" in self.steps:
            features |= self.prices.around(houses)
        return self.scaled(np.column_stack([*features.values()]))

    def scaled(self, x):
        """Nothing lies outside what was learned from, nor 5 standard deviations from the mean: a category
        of one house would be at 45."""
        x = (np.clip(x, self.low, self.high) - self.mean) / self.std
        return np.clip(x, -5, 5).astype(np.float32)

    def repaired(self, houses):
        houses = Table(houses)
        if "repair" in self.steps:
            # The column holds a code from 0 to 7, but the parts of a basement add up to the whole.
            houses["BsmtFin_SF_1"] = houses["Total_Bsmt_SF"] - houses["BsmtFin_SF_2"] - houses["Bsmt_Unf_SF"]
            houses["Exterior_2nd"] = np.array([SPELLINGS.get(each, each) for each in houses["Exterior_2nd"]])
            houses["Year_Remod_Add"] = np.maximum(houses["Year_Remod_Add"], houses["Year_Built"])
            basement, garage = houses["Total_Bsmt_SF"] > 0, houses["Garage_Area"] > 0
            for name, there, nothing, then in [("Bsmt_Exposure", basement, "No_Basement", "No"),
                                               ("BsmtFin_Type_2", basement, "No_Basement", "Unf"),
                                               ("Garage_Finish", garage, "No_Garage", "Unf")]:
                houses[name] = np.where(there & (houses[name] == nothing), then, houses[name])
        if "missing" in self.steps:
            houses["Lot_Frontage"] = np.where(houses["Lot_Frontage"] == 0, np.nan, houses["Lot_Frontage"])
            houses["Electrical"] = np.where(houses["Electrical"] == "Unknown", "", houses["Electrical"])
        return houses

    def filled(self, houses):
        """Each missing value replaced by what is typical of the neighbourhood."""
        places = houses["Neighborhood"]
        places = np.where(places == "", self.typical["Neighborhood"][1], places)
        done = {}
        for name, values in houses.items():
            gone = missing(values)
            if gone.any():
                nearby, anywhere = self.typical[name]
                values = values.copy() if values.dtype.kind == "f" else values.astype(object)
                values[gone] = [nearby.get(place, anywhere) for place in places[gone]]
                values = values if values.dtype.kind == "f" else values.astype(str)
            done[name] = values
        return Table(done)

    def features(self, houses):
        """Name -> float64 (N)."""
        found = {}
        for name in houses.names:
            values = houses[name]
            if name == "Sale_Price":
                continue
            elif name in houses.numeric:
                found[name] = np.log1p(values) if name in AREAS and "logarithms" in self.steps else values
            elif name in ORDERED and "ordinal" in self.steps:
                found[name] = ordered(values, ORDERED[name])
            else:
                found.update((f"{name}={level}", (values == level) * 1.0) for level in self.levels[name])
        return found | derived(houses) if "features" in self.steps else found


def missing(values):
    return np.isnan(values) if values.dtype.kind == "f" else values == ""


def typical(values, places):
    """({place: the median or the most frequent value there}, the same of all houses)."""
    def middle(values):
        if values.dtype.kind == "f":
            return np.median(values)
        names, counts = np.unique(values, return_counts=True)
        return str(names[counts.argmax()])
    there = ~missing(values)
    return ({str(place): middle(values[there & (places == place)]) for place in np.unique(places[there])},
            middle(values[there]))


def common(values):
    names, counts = np.unique(values, return_counts=True)
    return names[counts >= RARE].tolist()


def ordered(values, kinds):
    return np.sum([(values == kind) * (i + 1.0) for i, kind in enumerate(kinds)], axis=0)


def derived(houses: Table) -> dict[str, np.ndarray]:
    """What a valuer would look at: totals, ages, ratios; float64 (N) each."""
    living, basement, lot = houses["Gr_Liv_Area"], houses["Total_Bsmt_SF"], houses["Lot_Area"]
    finished = basement - houses["Bsmt_Unf_SF"]
    age = np.maximum(houses["Year_Sold"] - houses["Year_Built"], 0)         # sold before it was finished: 0
    renewed = np.maximum(houses["Year_Sold"] - houses["Year_Remod_Add"], 0)
    condition = ordered(houses["Overall_Cond"], QUALITY)
    baths = (houses["Full_Bath"] + houses["Bsmt_Full_Bath"]
             + 0.5 * (houses["Half_Bath"] + houses["Bsmt_Half_Bath"]))
    porch = sum(houses[name] for name in ("Open_Porch_SF", "Enclosed_Porch", "Three_season_porch",
                                          "Screen_Porch", "Wood_Deck_SF"))
    return {
        "log of living area": np.log(living), "log of total area": np.log(living + basement),
        "log of finished area": np.log(living + finished), "share of basement finished":
            finished / np.maximum(basement, 1), "living area per lot": living / lot,
        "living area per room": living / houses["TotRms_AbvGrd"], "baths": baths,
        "baths per bedroom": baths / (houses["Bedroom_AbvGr"] + 1), "root of porch area": np.sqrt(porch),
        "age": age, "log of age": np.log1p(age), "log of years since renewal": np.log1p(renewed),
        "age squared": np.square(age / 30 - 1), "new": (age <= 1) * 1.0,
        "condition of an old house": condition * np.log1p(age),
        "renewed": (houses["Year_Remod_Add"] > houses["Year_Built"]) * 1.0,
        # The register of renewals starts in 1950 and says 1950 of all that came before.
        "renewal before the register": (houses["Year_Remod_Add"] == 1950) * 1.0,
        "two floors": (houses["Second_Flr_SF"] > 0) * 1.0, "fireplace": (houses["Fireplaces"] > 0) * 1.0,
        "time of sale": houses["Year_Sold"] + (houses["Mo_Sold"] - 1) / 12}


class Prices:
    """How much more houses sold for than their size and age suggest, by place and kind: target encoding.

    Five houses of no surplus are added to each group, so that one with few houses stays close to 0.
    """

    names = "surplus of the neighbourhood", "surplus of the kind", "surplus of the nearest houses"

    def __init__(self, houses: Table, log_price: np.ndarray) -> None:
        x = self.size(houses)
        surplus = log_price - x @ np.linalg.lstsq(x, log_price)[0]
        self.groups = {}
        for name in ("Neighborhood", "MS_SubClass"):
            members = {str(each): surplus[houses[name] == each] for each in np.unique(houses[name])}
            self.groups[name] = {each: some.sum() / (len(some) + 5) for each, some in members.items()}
        self.at, self.surplus = kilometres(houses), surplus

    def size(self, houses):
        """The columns of a line: (N, 6)."""
        living, age = houses["Gr_Liv_Area"], np.maximum(houses["Year_Sold"] - houses["Year_Built"], 0)
        total = living + houses["Total_Bsmt_SF"]
        return np.column_stack([np.ones(len(houses)), np.log(living), np.log(total), np.log1p(age),
                                np.log(houses["Lot_Area"]), houses["Garage_Cars"]])

    def around(self, houses: Table) -> dict[str, np.ndarray]:
        """The surplus around each of these houses, float64 (N) each."""
        squares = np.square(kilometres(houses)[:, None] - self.at).sum(2)               # (N, houses known)
        near = np.argpartition(squares, NEAREST, axis=1)[:, :NEAREST]
        weight = 1 / (np.sqrt(np.take_along_axis(squares, near, 1)) + 0.05)             # 50 m: next door
        nearest = (weight * self.surplus[near]).sum(1) / weight.sum(1)
        groups = [np.array([group.get(str(each), 0.0) for each in houses[name]])
                  for name, group in self.groups.items()]
        return dict(zip(self.names, (*groups, nearest)))


def kilometres(houses):
    """Where each house is, east and north, (N, 2)."""
    return 111.2 * np.column_stack([houses["Longitude"] * np.cos(np.radians(42)), houses["Latitude"]])
