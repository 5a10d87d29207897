"""Houses are cleaned and encoded without a look at what is tested, and valued with error bars."""

import io
import re
from contextlib import redirect_stdout

import numpy as np
import pytest

from minigrad.cli import main
from minigrad.data import ames
from minigrad.demos import valuation
from minigrad.demos.inputs import nothing
from minigrad.demos.preparation import (
    AREAS,
    ORDERED,
    QUALITY,
    STEPS,
    Preparation,
    Prices,
    derived,
    ordered,
    rows,
    usual,
)

HOUSES = ames()
LOG_PRICE = np.log(HOUSES["Sale_Price"])
SOME, OTHERS = np.arange(0, 2930, 5), np.arange(1, 2930, 10)


def prepared(steps=tuple(STEPS), houses=HOUSES, log_price=LOG_PRICE):
    """(preparation, features of SOME, features of OTHERS), each a dict from the names to columns."""
    preparation = Preparation(steps)
    x = preparation.fit(rows(houses, SOME), log_price[SOME])
    return preparation, *(dict(zip(preparation.names, each.T)) for each in (
        x, preparation.transform(rows(houses, OTHERS))))


def test_what_the_table_of_columns_names_is_in_the_data():
    assert {*ORDERED} <= {*HOUSES.categorical} and {*AREAS} <= {*HOUSES.numeric}
    for name, kinds in ORDERED.items():
        left = {*HOUSES[name].tolist()} - {*kinds}
        assert left <= {"No_Alley_Access", "No_Basement", "No_Garage", "No_Pool", "No_Fence", "Unknown"}, name


def test_the_codes_of_basements_become_their_areas():
    """Parts of a basement add up; exactly those without a finished part have area 0."""
    area = Preparation().repaired(HOUSES)["BsmtFin_SF_1"]
    assert HOUSES["BsmtFin_SF_1"].max() == 7 and area[0] == 639
    unfinished = np.isin(HOUSES["BsmtFin_Type_1"], ["Unf", "No_Basement"])
    assert ((area == 0) == unfinished).all() and area.min() == 0


def test_contradictions_and_spellings_are_repaired():
    assert np.sum(HOUSES["Year_Remod_Add"] < HOUSES["Year_Built"]) == 1
    repaired = Preparation().repaired(HOUSES)
    assert (repaired["Year_Remod_Add"] >= repaired["Year_Built"]).all()
    there = repaired["Total_Bsmt_SF"] > 0
    for name in ("Bsmt_Exposure", "BsmtFin_Type_2"):
        assert ((repaired[name] == "No_Basement") == ~there).all()
        assert ((HOUSES[name] == "No_Basement") & there).any()
    assert {*repaired["Exterior_2nd"]} - {*repaired["Exterior_1st"]} == {"Other"}
    assert {*HOUSES["Exterior_2nd"]} - {*HOUSES["Exterior_1st"]} == {"Other", "Brk Cmn", "CmentBd", "Wd Shng"}


def test_what_is_unknown_takes_what_is_typical_of_the_neighbourhood():
    assert np.sum(HOUSES["Lot_Frontage"] == 0) == 490
    preparation, *_ = prepared()
    filled = preparation.filled(preparation.repaired(HOUSES))
    learned, place = rows(HOUSES, SOME), HOUSES["Neighborhood"] == "North_Ames"
    front = learned["Lot_Frontage"][(learned["Neighborhood"] == "North_Ames") & (learned["Lot_Frontage"] > 0)]
    assert {*filled["Lot_Frontage"][place & (HOUSES["Lot_Frontage"] == 0)]} == {np.median(front)}
    assert filled["Electrical"][HOUSES["Electrical"] == "Unknown"].tolist() == ["SBrkr"]


def test_values_removed_at_random_are_filled_and_cost_little():
    """A fifth of all cells is gone, of learned and of tested houses; a ridge regression still does well."""
    rng = np.random.default_rng(0)
    gappy = type(HOUSES)({name: values if name == "Sale_Price" else
                          np.where(rng.random(2930) < 0.2, nothing(values), values)
                          for name, values in HOUSES.items()})
    assert np.isnan(gappy["Lot_Area"]).sum() > 400 and (gappy["Neighborhood"] == "").sum() > 400
    test = np.setdiff1d(np.arange(2930), SOME)[::2]
    r2 = []
    for houses in (HOUSES, gappy):
        learned = SOME[usual(rows(HOUSES, SOME))]
        preparation = Preparation()
        x = preparation.fit(rows(houses, learned), LOG_PRICE[learned])
        x_test = preparation.transform(rows(houses, test))
        assert np.isfinite(x).all() and np.isfinite(x_test).all()
        few = usual(rows(HOUSES, test))
        r2.append(valuation.r2(valuation.line(x, LOG_PRICE[learned], x_test)[few], LOG_PRICE[test][few]))
    assert r2[0] > 0.87 and r2[0] - 0.12 < r2[1] < r2[0]


def test_a_house_of_nothing_but_a_neighbourhood_is_prepared():
    preparation, *_ = prepared()
    blank = type(HOUSES)({name: np.array([nothing(values)]) for name, values in HOUSES.items()})
    assert np.isfinite(preparation.transform(blank)).all()
    blank["Neighborhood"] = np.array(["Greens"])
    assert np.isfinite(preparation.transform(blank)).all()


def test_qualities_become_numbers_in_their_order():
    assert ordered(np.array(["Poor", "Good", "No_Pool", "Excellent"]), QUALITY).tolist() == [2, 8, 0, 10]
    _, some, _ = prepared(["ordinal"])
    assert "Heating_QC" in some and "Heating_QC=Good" not in some
    _, some, _ = prepared([])
    assert "Heating_QC" not in some and "Heating_QC=Good" in some


def test_derived_features_of_a_house_by_hand():
    of = {name: values[0] for name, values in derived(rows(HOUSES, np.array([0]))).items()}
    assert (of["baths"], of["age"], of["new"], of["renewed"]) == (2, 50, 0, 0)      # built 1960, sold 2010
    assert of["log of total area"] == pytest.approx(np.log(1656 + 1080))
    assert of["share of basement finished"] == pytest.approx((1080 - 441) / 1080)
    assert of["time of sale"] == pytest.approx(2010 + 4 / 12)


def test_features_are_standardised_and_never_beyond_what_was_learned_from():
    _, some, others = prepared()
    values = np.array([*some.values()])
    assert np.abs(values.mean(1)).max() < 0.1 and values.std(1).max() < 1.01 and len(values) > 150
    for name, column in others.items():
        assert some[name].min() <= column.min() and column.max() <= some[name].max()
        assert np.abs(column).max() <= 5


def test_the_surplus_of_a_neighbourhood_is_what_its_houses_cost_more():
    """One neighbourhood is made dearer by half: its surplus rises, that of others hardly changes."""
    dear = LOG_PRICE + 0.4 * (HOUSES["Neighborhood"] == "Gilbert")
    before, after = (Prices(HOUSES, each).groups["Neighborhood"] for each in (LOG_PRICE, dear))
    assert 0.3 < after["Gilbert"] - before["Gilbert"] < 0.45
    assert abs(after["Old_Town"] - before["Old_Town"]) < 0.05


def test_no_house_is_told_its_own_price():
    """Its surplus features stay the same when its own price changes, those of others do not."""
    preparation = Preparation()
    told = []
    for extra in (0, 2):
        price = LOG_PRICE.copy()
        price[SOME[7]] += extra
        x = preparation.fit(rows(HOUSES, SOME), price[SOME])
        columns = [preparation.names.index(name) for name in Prices.names]
        told.append((x * preparation.std + preparation.mean)[:, columns])
    np.testing.assert_allclose(told[0][7], told[1][7], atol=1e-5)
    assert np.abs(told[0] - told[1]).max() > 0.01


def test_what_is_tested_has_no_influence_on_what_is_learned():
    changed = type(HOUSES)({name: values.copy() for name, values in HOUSES.items()})
    changed["Lot_Area"][OTHERS] *= 10
    changed["Neighborhood"][OTHERS] = "Greens"
    _, before, _ = prepared()
    _, after, _ = prepared(houses=changed)
    assert all(np.array_equal(before[name], after[name]) for name in before)


def test_the_largest_houses_are_tested_but_not_learned_from():
    assert np.sum(~usual(HOUSES)) == 5
    seen = np.concatenate([test for _, test in valuation.folds(HOUSES, 0)])
    assert sorted(seen) == [*range(2930)]
    assert all(usual(rows(HOUSES, train)).all() for train, _ in valuation.folds(HOUSES, 0))


def test_the_interval_holds_r2_and_shrinks_with_the_number_of_houses():
    rng = np.random.default_rng(0)
    true = rng.normal(size=4000)
    guess = true + 0.3 * rng.normal(size=4000)
    few, many = valuation.interval(guess[:400], true[:400]), valuation.interval(guess, true)
    assert many[0] < valuation.r2(guess, true) < many[1]
    assert (few[1] - few[0]) / (many[1] - many[0]) == pytest.approx(10 ** 0.5, rel=0.2)
    assert valuation.r2(true, true) == 1 and valuation.r2(np.full(4000, true.mean()), true) == 0


# The demo


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    """The folder of a short training on two folds, and what it printed."""
    folder = tmp_path_factory.mktemp("houses")
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(io.StringIO()) as printed:
        patch.setattr(valuation, "FOLDS", 2)
        patch.setattr(valuation, "RESAMPLED", 100)
        command = ["demo", "house-price", "--features", "engineered", "--epochs", "3", "--out", str(folder)]
        assert main(command) == 0
    return folder, printed.getvalue()


def test_the_demo_prints_both_models_with_intervals_and_draws(once):
    from matplotlib import image
    folder, printed = once
    for which in ("2,925 up to 4,000 square feet", "all 2,930"):
        for name in ("linear (ridge)", "network"):
            found = re.search(rf"^{which} +{re.escape(name)} +R² (\S+) \((\S+) to (\S+)\) ", printed, re.M)
            r2, low, high = map(float, found.groups())
            assert low < r2 < high and r2 > 0.8
    for name in ("prices", "errors"):
        assert image.imread(folder / f"engineered-{name}.png").std() > 0.05


def price_of(text, once, capsys):
    assert main(["demo", "house-price", "--features", "engineered", "--out", str(once[0]),
                 "--predict", text]) == 0
    printed = capsys.readouterr().out
    found = re.search(r"about \$([\d,]+); .* sell for \$([\d,]+) to \$([\d,]+)", printed)
    return [int(each.replace(",", "")) for each in found.groups()], printed


def test_a_house_gets_a_price_and_an_interval(once, capsys):
    (price, low, high), printed = price_of("1500, 6, North_Ames", once, capsys)
    assert 90_000 < low < price < high < 250_000 and "3 of 73 columns are given" in printed
    (dear, *_), printed = price_of("2500, , northridge heights", once, capsys)
    assert dear > price and "2 of 73 columns are given" in printed
    _, printed = price_of("5000, 10, Edwards", once, capsys)
    assert "The network has learned from no house above 4,000 square feet" in printed


def test_a_house_with_every_column_has_a_narrower_interval(once, capsys):
    whole = ", ".join(f"{name}={HOUSES[name][2]}" for name in HOUSES.names if name != "Sale_Price")
    (price, low, high), printed = price_of(whole, once, capsys)
    (guess, least, most), _ = price_of("1329, 6, North_Ames", once, capsys)
    assert "73 of 73" in printed and (high - low) / price < (most - least) / guess


@pytest.mark.parametrize("asked, message", [
    (" , ,", "nothing is known of the house; describe it like '1500, 6, North_Ames'"),
    ("-4", "Gr_Liv_Area must be between 334 and 5642, the range in the data, got -4"),
    ("1500, 6, Atlantis", "unknown Neighborhood 'Atlantis'; choose from"),
    ("Lot_Frontage=1e9", "Lot_Frontage must be between 0 and 313, the range in the data, got 1e9"),
    ("Sale_Price=1", "the network does not use 'Sale_Price'")])
def test_an_absurd_house_is_refused(once, capsys, asked, message):
    assert main(["demo", "house-price", "--features", "engineered", "--out", str(once[0]),
                 "--predict", asked]) == 1
    assert message in capsys.readouterr().err


def test_a_missing_model_says_how_to_train_it(tmp_path, capsys):
    assert main(["demo", "house-price", "--features", "engineered", "--out", str(tmp_path),
                 "--predict", "1500"]) == 1
    command = "python -m minigrad demo house-price --features engineered"
    assert f"train it first: {command}" in capsys.readouterr().err
