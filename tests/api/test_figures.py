"""Results draw into files, into axes of the user, and into notebooks."""

from __future__ import annotations

import re

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from PIL import Image

import tricyclic as tca


@pytest.fixture(scope="module")
def simulated():
    return tca.simulate(
        "noradrenergic_synapse",
        drug="desipramine",
        dose="10 mg/kg",
        route="ip",
        hours=6,
        observable=["cortex_NE", "firing", "alpha2_lc", "H1_occupancy", "M1_occupancy"],
        point_estimate=True,
    )


def test_a_simulation_is_a_mapping_of_its_outputs(simulated):
    assert list(simulated)[:3] == ["cortex_NE", "firing", "alpha2_lc"]
    assert len(simulated) == len(list(simulated)) == len(dict(simulated.items()))
    assert "firing" in simulated
    assert "fire" not in simulated
    assert simulated["firing"].unit == "Hz"
    assert set(simulated.keys()) == set(simulated)
    with pytest.raises(KeyError, match="Did you mean 'firing'"):
        simulated["firng"]


def test_names_of_outputs_are_names_of_columns_and_the_former_ones_still_work(simulated):
    assert all(name.isidentifier() for name in simulated)
    assert simulated["desipramine, plasma, total"] is simulated["desipramine_plasma_total"]


def test_the_tables_of_a_simulation_agree_with_its_courses(simulated):
    long, wide = simulated.to_frame(), simulated.to_frame("wide")
    firing = simulated["firing"]
    assert long.loc[long["output"] == "firing", "value"].to_numpy() == pytest.approx(firing.y)
    assert wide["firing_Hz"].to_numpy() == pytest.approx(firing.y)
    assert wide["time_h"].to_numpy() == pytest.approx(firing.time_h)
    assert "desipramine_plasma_total_nM" in wide
    assert simulated.to_frame("occupancy")["peak_percent"].max() <= 100
    exposure = simulated.to_frame("exposure")
    (cmax,) = exposure.query("drug == 'desipramine' and compartment == 'plasma, total'").query(
        "number == 'cmax'"
    )["value"]
    assert cmax == pytest.approx(simulated["desipramine_plasma_total"].y.max())


def test_each_output_of_a_simulation_is_drawn_and_tabled_by_itself(simulated):
    for name, output in simulated.items():
        figure, axes = plt.subplots()
        assert output.plot(axes) is axes
        assert axes.lines
        plt.close(figure)
        table = output.to_frame()
        assert set(table["output"]) == {name}
        np.testing.assert_array_equal(table["value"], output.y)
        np.testing.assert_array_equal(table["time_h"], output.time_h)


def test_the_baseline_before_the_dose_is_drawn_and_the_axis_fits_what_moves(simulated):
    figure, (firing, receptors) = plt.subplots(1, 2)
    assert simulated.plot("firing", ax=firing) is firing
    simulated.plot("alpha2_lc", ax=receptors)
    course = max(firing.lines, key=lambda line: len(line.get_xdata()))
    assert course.get_xdata()[0] < 0
    assert course.get_ydata()[0] == pytest.approx(100)
    # The receptors lose less than 1 %, so an axis from 0 would show a flat line.
    low, high = receptors.get_ylim()
    assert 0.9 < low < 1 < high < 1.1
    plt.close(figure)


def test_a_figure_of_several_panels_has_no_axes_of_the_user(simulated):
    figure, axes = plt.subplots()
    with pytest.raises(tca.InputError, match="Name one of them with which="):
        simulated.plot("courses", ax=axes)
    plt.close(figure)
    drawn = simulated.plot("courses")
    assert len(drawn.axes) == 3
    plt.close(drawn)


def test_coinciding_lines_are_dashed_so_that_both_show(simulated):
    axes = simulated.plot("occupancy")
    curves = [line for line in axes.get_lines() if len(line.get_xdata()) > 50]
    pairs = [
        (one, other)
        for k, one in enumerate(curves)
        for other in curves[k + 1 :]
        if np.allclose(one.get_ydata(), other.get_ydata(), rtol=1e-3)
    ]
    assert pairs, "H1 and M1 have the same Ki for desipramine"
    assert all(one.get_linestyle() != other.get_linestyle() for one, other in pairs)
    plt.close(axes.figure)


def test_save_writes_the_figure_or_the_files(simulated, tmp_path):
    (file,) = simulated.save(tmp_path / "firing.png", figure="firing", dpi=100, width="60mm")
    with Image.open(file) as picture:
        assert picture.size[0] == round(60 / 25.4 * 100)
    several = simulated.save(tmp_path / "all.svg")
    assert {path.name for path in several} == {
        f"all-{name}.svg" for name in ("courses", "occupancy", "concentrations")
    }
    folder = simulated.save(tmp_path / "folder")
    assert any(path.name == "courses.csv" for path in folder)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"path": "x.jpg"},
            "x.jpg: a figure cannot end in '.jpg'. It is .png, .tiff, .svg or .pdf.",
        ),
        (
            {"path": "x.svg", "figure": "firng"},
            "figure=: no figure is called 'firng'. Did you mean 'firing'?",
        ),
        ({"path": "x.png", "width": "9 km"}, "width=: is '9 km'. It is a length from 30 to 500 mm"),
        ({"path": "folder", "dpi": 300}, "dpi=: applies to figures."),
        (
            {"path": "x.png", "style": 5},
            "style=: is 5. It is default, prism or the name of a .toml",
        ),
    ],
)
def test_wrong_arguments_are_refused_in_the_words_of_python(
    simulated, tmp_path, monkeypatch, arguments, message
):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(tca.InputError) as error:
        simulated.save(**arguments)
    assert str(error.value).startswith(message)
    assert not list(tmp_path.iterdir())


def test_a_notebook_shows_the_table_and_the_figure(simulated):
    page = simulated._repr_html_()
    assert "<table>" in page
    assert "cortex_NE" in page
    assert "<svg" in page


def test_a_population_contains_its_bands_and_draws_them(tmp_path):
    result = tca.population(
        "human_occupancy",
        drug="imipramine",
        dose="50 mg",
        route="po",
        hours=8,
        subjects=6,
        observable="NET_occupancy",
        point_estimate=True,
    )
    assert "NET_occupancy" in list(result)
    assert result["NET_occupancy"].unit == "%"
    subjects = result.to_frame()
    assert len(subjects) == 6
    assert subjects["NET_occupancy_peak_percent"].between(0, 100).all()
    assert isinstance(result.to_frame("bands"), pd.DataFrame)
    figure, axes = plt.subplots()
    result.plot("NET_occupancy", ax=axes)
    assert axes.get_xlim()[0] < 0
    plt.close(figure)
    assert result.save(tmp_path / "bands.svg")


def test_a_sensitivity_contains_the_elasticities_of_each_endpoint(tmp_path):
    result = tca.sensitivity(
        "kinetics_and_occupancy",
        drug="desipramine",
        dose="1 mg/kg",
        route="ip",
        hours=24,
        endpoint="NET_occupancy.peak",
    )
    elasticity = result["NET_occupancy.peak"]["desipramine.Ki_NET"]
    assert -1 < elasticity < 0
    long = result.to_frame().set_index(["endpoint", "parameter"])["elasticity"]
    assert long["NET_occupancy.peak", "desipramine.Ki_NET"] == pytest.approx(elasticity)
    assert result.save(tmp_path / "s.png", figure="elasticities", dpi=60)


def test_the_main_table_of_one_drug_has_its_published_values():
    assert tca.drugs().to_frame()["drug"].is_unique
    values = tca.drugs("imipramine").to_frame()
    assert set(values["drug"]) == {"imipramine"}
    assert len(values) > 10
    assert {"name", "value", "unit", "source", "certainty"} <= set(values)


def test_counts_in_a_notebook_have_no_decimals_and_measured_numbers_keep_theirs():
    dose = [0.1, 0.3, 1, 3, 10, 30, 100, 300]
    table = pd.DataFrame({"conc_nM": dose, "y": [99, 97, 91, 77, 50, 26, 8, 3.5]})
    page = tca.fit(table, x="conc_nM", y="y")._repr_html_()
    heads = re.findall(r"<th>(.*?)</th>", page)
    cells = dict(zip(heads, re.findall(r"<td[^>]*>(.*?)</td>", page), strict=False))
    assert (cells["n"], cells["df"]) == ("8", "4")
    assert "." in cells["ec50_nM"]


@pytest.mark.parametrize("suffix", [".csv", ".md", ".xlsx"])
def test_the_tables_of_any_result_are_saved_by_the_suffix(suffix, tmp_path):
    table = pd.DataFrame(
        {
            "curve": np.repeat(["a", "b"], 6),
            "conc_nM": [0.1, 1, 10, 100, 1000, 10000] * 2,
            "y": [99, 90, 51, 12, 3, 1, 98, 97, 88, 52, 11, 2],
        }
    )
    one = tca.fit(table, x="conc_nM", y="y", by="curve")
    many = tca.fit_file(table, curve_column="curve", x_column="conc_nM", y_column="y")
    for number, result in enumerate((one, many)):
        (file,) = result.save(tmp_path / f"{number}{suffix}")
        if suffix == ".xlsx":
            read = pd.read_excel(file, sheet_name=0)
        elif suffix == ".csv":
            read = pd.read_csv(file)
        else:
            assert file.read_text(encoding="utf-8").startswith("| curve")
            continue
        ours = result.to_frame()
        assert list(read.columns) == list(ours.columns)
        ec50 = next(name for name in ours if name in ("ec50_nM", "ic50_nM"))
        assert read[ec50].to_numpy() == pytest.approx(ours[ec50].to_numpy(dtype=float))


def test_standards_are_drawn_as_means_in_a_style_of_means():
    dose = np.repeat([1.0, 3.0, 10.0, 30.0, 100.0, 300.0], 2)
    reading = 2.5 * dose / (dose + 40) + np.tile([0.02, 0.06], 6)
    table = pd.DataFrame({"conc": dose, "OD": reading})
    result = tca.interpolate(pd.DataFrame(table), x="conc:ng/mL", y="OD")
    for points, n in (("wells", 12), ("mean_sem", 6)):
        axes = result.plot(points=points)
        (symbols,) = [one for one in axes.lines if one.get_marker() not in ("None", "", "_", "|")]
        assert len(symbols.get_xdata()) == n
        plt.close("all")


def test_the_axis_of_time_is_in_the_unit_of_the_table():
    hours = np.array([0.0, 1, 2, 4, 8, 16, 24])
    table = {"time_h": hours, "percent": 90 * np.exp(-hours / 5) + 10}
    plot = tca.fit(table, "one_phase_decay", x="time_h", y="percent").curve_plot(0)
    assert plot.x_title == "time since the start (h)"
    np.testing.assert_allclose(plot.points[0].x, hours)
    assert plot.traces[0].x[-1] == pytest.approx(24)
    axes = tca.fit(table, "one_phase_decay", x="time_h", y="percent").plot()
    assert axes.get_xlabel() == "time since the start (h)"


def test_the_axis_of_a_standard_curve_names_the_readings():
    doses = np.array([1.0, 2, 4, 8, 16, 32, 64, 128])
    table = {
        "conc_nM": np.append(doses, np.nan),
        "OD_1": np.append(2 / (1 + 20 / doses), 0.9),
        "OD_2": np.append(2.02 / (1 + 20 / doses), 0.92),
    }
    result = tca.interpolate(pd.DataFrame(table), x="conc_nM", y=["OD_1", "OD_2"])
    assert result.plot().get_ylabel() == "OD"
    one = tca.interpolate(pd.DataFrame(table), x="conc_nM", y="OD_1", y_unit="AU")
    assert one.plot().get_ylabel() == "OD 1 (AU)"


def test_axes_are_taken_in_the_first_place_and_get_a_figure_of_one_panel(simulated):
    """As `df.plot(ax=ax)` and seaborn's functions do, without the name of a figure."""
    _, axes = plt.subplots(1, 2)
    assert simulated.plot(axes[0]) is axes[0]
    assert simulated.plot(ax=axes[1]) is axes[1]
    # The figures of several panels come first, so that this is the first output alone.
    assert axes[0].get_ylabel() == axes[1].get_ylabel() != ""
    assert axes[0].lines
    with pytest.raises(tca.InputError, match="cannot be drawn into one pair of axes"):
        simulated.plot("courses", ax=axes[0])


@pytest.mark.parametrize("target", ["", "NET"])
def test_a_plate_without_a_target_is_titled_by_its_kind_of_experiment(target):
    nM = np.array([0.1, 0.3, 1.0, 3.0, 10.0, 30.0])
    table = pd.DataFrame(
        {
            "concentration (nM)": nM,
            "total (fmol/mg)": 100 * nM / (nM + 1) + 2 * nM,
            "NSB (fmol/mg)": 2 * nM,
        }
    )
    axes = tca.saturation(table, target=target).plot()
    texts = [text.get_text() for text in axes.figure.texts] + [
        axes.get_title(),
        axes.get_title("left"),
    ]
    title = " ".join(texts)
    assert title.strip().startswith(target or "Saturation")
