"""Forecasters see only the past, compute what their PyTorch twins compute, and are rated without peeking."""

import io
import re
import sys
from contextlib import redirect_stdout

import numpy as np
import pytest

import minigrad
from benchmarks.twin import copy_weights, twin
from minigrad import Tensor, data, models
from minigrad.cli import main
from minigrad.demos import forecast as demo
from minigrad.demos.series import BASELINES, SERIES, Task, errors, filled, with_error


def net(kind, inputs=2, outputs=3, module=models):
    return (module.WaveNet(inputs, outputs, 8, [1, 2, 4]) if kind == "wavenet" else
            module.Recurrent(kind, inputs, outputs, 8))


def task_of(name):
    return Task(SERIES[name], *SERIES[name].load())


# The data


def test_co2_has_each_week_and_nan_where_none_was_measured():
    dates, values = data.co2()
    assert dates.dtype == "datetime64[D]" and values.dtype == np.float64
    assert len(dates) == len(values) == 2284 and set(np.diff(dates).astype(int)) == {7}
    assert (str(dates[0]), str(dates[-1])) == ("1958-03-29", "2001-12-29")
    assert (values[0], values[-1]) == (316.1, 371.5)
    assert np.isnan(values).sum() == 59 and str(dates[6]) == "1958-05-10" and np.isnan(values[6])


def test_sunspots_and_the_weather_have_each_year_and_each_day():
    years, spots = data.sunspots()
    assert (str(years[0]), str(years[-1]), len(spots), spots.max()) == ("1700", "2008", 309, 190.2)
    assert str(years[spots.argmax()]) == "1957"
    days, weather = data.seattle_weather()
    assert len(days) == len(weather) == 1461 and set(np.diff(days).astype(int)) == {1}
    assert weather.numeric == ["precipitation", "temp_max", "temp_min", "wind"]
    assert (weather["temp_max"][0], weather["weather"][0]) == (12.8, "drizzle")
    assert set(weather["weather"]) == {"drizzle", "fog", "rain", "snow", "sun"}


# The networks


@pytest.mark.parametrize("kind", demo.NETS)
def test_a_network_sees_nothing_of_what_comes_later(kind, device):
    model = net(kind).to(device)
    x = np.random.default_rng(0).normal(size=(2, 12, 2)).astype(np.float32)
    changed = x.copy()
    changed[:, 7] += 1
    a, b = (model(Tensor(each).to(device)).detach().cpu().numpy() for each in (x, changed))
    change = np.abs(a - b).max((0, 2))
    assert a.shape == (2, 12, 3) and (change[:7] == 0).all() and (change[7:] > 1e-6).all()


def test_wavenet_sees_exactly_as_far_back_as_it_says():
    model = models.WaveNet(1, 1, 8, [1, 2, 4])
    x = minigrad.randn(1, 20, 1, requires_grad=True)
    model(x)[0, 15].sum().backward()
    assert model.seen == 8
    assert np.flatnonzero(x.grad.numpy()[0, :, 0]).tolist() == [*range(8, 16)]


@pytest.mark.parametrize("kind", demo.NETS)
def test_the_twin_gives_the_same_forecasts_and_gradients(torch, kind):
    ours = net(kind)
    name = "wavenet" if kind == "wavenet" else "forecasters"
    theirs = copy_weights(ours, net(kind, module=twin(f"minigrad.models.{name}")))
    x = np.random.default_rng(0).normal(size=(3, 10, 2)).astype(np.float32)
    a, b = ours(Tensor(x)), theirs(torch.from_numpy(x))
    np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), atol=1e-5)
    a.square().mean().backward()
    b.square().mean().backward()
    expected = dict(theirs.named_parameters())
    for each, p in ours.named_parameters():
        # The last residual leads nowhere: its gradient is None there, and may be None or 0 here.
        if expected[each].grad is None:
            assert p.grad is None
        else:
            np.testing.assert_allclose(p.grad.numpy(), expected[each].grad.numpy(), atol=1e-5)


@pytest.mark.parametrize("kind", demo.NETS)
def test_a_network_learns_a_wave(kind):
    """It halves the error of saying that the next value is the last one."""
    wave = np.sin(np.arange(120) / 3).astype(np.float32)
    at = np.arange(100)[:, None] + np.arange(16)
    x, target = wave[at][:, :, None], wave[at + 1][:, :, None]
    model = net(kind, 1, 1)
    demo.fit(model, (x, target), kind, epochs=25)
    with minigrad.no_grad():
        off = model.eval()(Tensor(x)).numpy()[:, -1] - target[:, -1]
    assert np.square(off).mean() < 0.25 * np.square((target - x)[:, -1]).mean()


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="kind must be one of rnn, lstm, gru, got 'transformer'"):
        models.Recurrent("transformer", 1, 1)


# The rolling split


@pytest.mark.parametrize("name", SERIES)
def test_blocks_follow_each_other_and_every_target_exists(name):
    task = task_of(name)
    steps = np.concatenate([task.block(last) for last in task.cuts()])
    assert (np.diff(steps) == 1).all() and steps[-1] + task.H == len(task.y) - 1
    for last in task.cuts()[::4]:
        x, target = task.training(last)
        assert x.shape[1] == target.shape[1] == 64 and np.isfinite(x).all()
        late = np.arange(64)[:, None] + np.arange(1, task.H + 1) > 63       # of the last window
        assert np.isnan(target[-1][late]).all() and np.isfinite(target[0]).any()


@pytest.mark.parametrize("name", SERIES)
def test_nothing_of_what_comes_later_reaches_a_forecaster(name):
    """With other values after a cut, all that is learned is the same; after a step, its forecast is."""
    series = SERIES[name]
    dates, y = series.load()
    task = Task(series, dates, y)
    last = task.cuts()[1]
    other = y.copy()
    other[last + 1:] = np.random.default_rng(0).normal(100, 50, len(y) - last - 1)
    changed = Task(series, dates, other)
    for a, b in zip(task.training(last), changed.training(last)):
        np.testing.assert_array_equal(a, b)
    assert task.scale(last) == changed.scale(last)
    np.testing.assert_array_equal(task.seen(task.block(last)[:1], task.scale(last)),
                                  changed.seen(task.block(last)[:1], task.scale(last)))
    now, then = task.baselines(last), changed.baselines(last)
    for each in BASELINES:
        np.testing.assert_array_equal(now[each][0], then[each][0])
        assert not np.array_equal(now[each][1], then[each][1]) or each == "seasonal naive"


def test_a_missing_value_is_filled_from_before_it():
    y = np.array([1.0, 5.0, 2.0, 6.0, np.nan, np.nan, 4.0])
    assert filled(y, 2).tolist() == [1, 5, 2, 6, 3, 7, 4]       # 3 less, 4 more, as before
    assert filled(y, 0).tolist() == [1, 5, 2, 6, 6, 6, 4]


def test_baselines_are_what_their_names_say():
    task = task_of("sunspots")
    last = task.cuts()[0]
    found, t, y = task.baselines(last), task.block(last)[3], task.y
    assert found["persistence"][3].tolist() == [y[t]] * 11
    np.testing.assert_array_equal(found["seasonal naive"][3], y[t - 10:t + 1])
    np.testing.assert_allclose(found["seasonal + drift"][3], y[t - 10:t + 1] + y[t] - y[t - 11])
    # The regression by the normal equations, for two years ahead.
    past = np.arange(10, last - 1)
    x = np.column_stack([np.ones(len(past)), *(y[past - i] for i in range(11))])
    weights = np.linalg.solve(x.T @ x, x.T @ y[past + 2])
    assert found["linear AR"][3, 1] == pytest.approx(weights[0] + weights[1:] @ y[t - np.arange(11)])


def test_a_change_over_a_year_returns_to_parts_per_million():
    task = task_of("co2")
    t = np.array([2000, 2100])
    np.testing.assert_allclose(task.in_units(task.x[t[:, None] + np.arange(1, 53)], t),
                               task.y[t[:, None] + np.arange(1, 53)])


def test_unknown_values_are_neither_learned_nor_rated():
    truth = np.array([[1.0, np.nan], [3.0, 5.0]])
    mae, rmse = errors([np.array([[2.0, 9.0], [6.0, 5.5]])], [truth])
    assert mae.tolist() == [[2.0, 0.5]] and rmse[0] == pytest.approx([5 ** 0.5, 0.5])
    forecast = minigrad.tensor([[[1.0, 2.0]]], requires_grad=True)
    demo.loss(forecast, minigrad.tensor([[[3.0, float("nan")]]])).backward()
    assert forecast.grad.tolist() == [[[-4.0, 0.0]]]
    mean, error = with_error(np.array([[1.0], [3.0]]))
    assert (mean[0], error[0]) == (2.0, 1.0)


def test_a_network_that_loses_is_said_to_lose():
    rmse = {name: np.full((5, 11), 2.0) for name in BASELINES} | {name: np.full((5, 11), 1.0)
                                                                 for name in demo.NETS}
    rmse["seasonal naive"][:, 4] = 0.8
    skill, rival = demo.skills(rmse)
    assert rival[4] == "seasonal naive" and skill["gru"][0, [0, 4]] == pytest.approx([0.5, -0.25])
    said = demo.verdict("gru", *with_error(skill["gru"]), SERIES["sunspots"])
    assert said == "gru     wins at 1*, 2*, 3*, 8*, 11*; loses at 5* years ahead"


# The demo


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    """The folder of a training, and what it printed."""
    folder = tmp_path_factory.mktemp("forecast")
    with redirect_stdout(io.StringIO()) as printed:
        assert main(["demo", "forecast", "--series", "sunspots", "--epochs", "1", "--out", str(folder)]) == 0
    return folder, printed.getvalue()


@pytest.fixture
def trained(once):
    return once[0]


def test_the_demo_prints_every_method_beside_the_others_and_draws(once):
    from matplotlib import image
    folder, printed = once
    assert "309 years, 1700 to 2008, 0 without a value" in printed
    for name in (*BASELINES, *demo.NETS):
        assert len(re.findall(rf"^{re.escape(name)} .*±", printed, re.M)) == (3 if name in demo.NETS else 2)
        assert name in BASELINES or re.search(rf"^{name} +(wins|loses) at ", printed, re.M)
    for name in ("forecast", "errors"):
        assert image.imread(folder / f"sunspots-{name}.png").std() > 0.05


def test_predict_goes_on_after_the_data(trained, capsys):
    demo.main(predict="3", series="sunspots", out=trained)
    few = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in few[1:4]] == ["2009", "2010", "2011"]
    demo.main(predict="14", series="sunspots", out=trained)
    many = capsys.readouterr().out.splitlines()
    assert many[1:4] == few[1:4] and many[14].startswith("2022 ") and many[14].endswith("unknown")
    assert many[15] == "After 11 years the forecast feeds on itself, and its error was not measured"
    assert "a baseline was better at 1, " in many[16] and (trained / "sunspots-next.png").exists()


@pytest.mark.parametrize("asked", ["0", "-3", "two", "", "1.5", "111", "9" * 50])
def test_a_number_of_steps_that_is_none_is_refused(trained, asked):
    with pytest.raises(ValueError, match="--predict: expected a number of years from 1 to 110, got "):
        demo.main(predict=asked, series="sunspots", out=trained)


def test_an_unknown_series_is_refused(capsys):
    message = "unknown 'sunspot', expected one of co2, sunspots, weather; did you mean sunspots?"
    with pytest.raises(ValueError, match=re.escape(message)):
        demo.main(series="sunspot")
    with pytest.raises(SystemExit):
        main(["demo", "forecast", "--series", "co3"])
    assert "invalid choice: 'co3'" in capsys.readouterr().err


def test_a_missing_or_damaged_model_says_how_to_train_it(tmp_path):
    command = "train it first: python -m minigrad demo forecast --series weather --out "
    with pytest.raises(FileNotFoundError, match=command):
        demo.main(predict="1", series="weather", out=tmp_path)
    (tmp_path / "weather.safetensors").write_bytes(b"\x08\0\0\0\0\0\0\0{}      garbage")
    with pytest.raises(ValueError, match="(?s)cannot be read; train it again: python -m minigrad demo fore"):
        demo.main(predict="1", series="weather", out=tmp_path)


def test_the_seed_decides_and_the_device_does_not(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(demo, "NETS", ("rnn",))
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    printed = []
    for seed, device in ((1, "cpu"), (1, "fake"), (2, "cpu")):
        demo.main(epochs=1, seed=seed, device=device, series="sunspots", out=tmp_path)
        printed.append(re.findall(r"^rnn .*±.*", capsys.readouterr().out, re.M))
    assert printed[0] != printed[2]
    first, second = ([float(each) for each in re.findall(r"-?\d+\.\d+", " ".join(some))]
                     for some in printed[:2])
    assert first == pytest.approx(second, rel=1e-2, abs=0.02)


def test_ctrl_c_leaves_the_model_that_was_there(trained, monkeypatch):
    before = (trained / "sunspots.safetensors").read_bytes()

    def interrupt(*arguments):
        raise KeyboardInterrupt
    monkeypatch.setattr(demo, "loss", interrupt)
    with pytest.raises(KeyboardInterrupt):
        demo.main(epochs=1, series="sunspots", out=trained)
    assert (trained / "sunspots.safetensors").read_bytes() == before
