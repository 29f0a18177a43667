"""Every column of every curve model reaches the fit, and what a table has beside it is named."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from tricyclic.curves import CURVES
from tricyclic.errors import InputError
from tricyclic.fitting.fit import fit
from tricyclic.workflows.curves.fit import run
from tricyclic.workflows.curves.fit_table import fit_table
from tricyclic.workflows.curves.options import FitOptions


def unit_of(column):
    if column == "specific":
        return ""
    return ":min" if column.endswith("_min") else ":M"


def settings_of(model):
    """A design with every column of the model, each of them varied."""
    n = max(len(values) for values in model.design.values())
    x = {name: np.resize(np.asarray(values, float), n) for name, values in model.design.items()}
    for column in model.columns:
        if column.name == "specific":
            x["specific"] = np.where(np.arange(n) % 4 == 3, 0.0, 1.0)
        elif column.name == "displacer_M":
            x["displacer_M"] = np.where(np.arange(n) % 4 == 3, 1e-5, 0.0)
        elif np.ptp(x[column.name]) == 0:
            x[column.name] = x[column.name] * np.where(np.arange(n) % 2, 1.0, 3.0)
    return x


def write(path, x, y):
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow([*x, "y"])
        table.writerows(zip(*(values.tolist() for values in x.values()), y.tolist(), strict=True))
    return str(path)


def fitted(path, model):
    fixed = {p.name: model.example[p.name] for p in model.parameters if p.fixed_by_default}
    result = fit_table(
        FitOptions(
            path,
            curve=model.name,
            y=("y",),
            x=tuple(f"{c.name}={c.name}{unit_of(c.name)}" for c in model.columns),
            fixed=tuple(f"{name}={value!r}" for name, value in fixed.items()),
        ),
        intervals="none",
    )
    return result, fixed


def numbers(result):
    return [result.fit.rss, *(parameter.value for parameter in result.fit.free)]


@pytest.mark.parametrize("name", list(CURVES))
def test_each_column_of_a_table_changes_the_fit(name, tmp_path):
    model = CURVES[name]
    x = settings_of(model)
    expected = model.curve(**x, **{p.name: model.example[p.name] for p in model.parameters})
    rng = np.random.default_rng(3)
    y = expected + rng.normal(0, 0.02 * np.ptp(expected), expected.size)
    whole, fixed = fitted(write(tmp_path / "a.csv", x, y), model)
    # The readings are those of the library's own kernel at these settings.
    same = fit(whole.fit.parts[0].series, model, fixed=fixed, intervals="none")
    assert whole.fit.rss == pytest.approx(same.rss)
    for column in (column.name for column in model.columns):
        np.testing.assert_allclose(whole.fit.parts[0].series.x[column], x[column])
        changed = 1.0 - x[column] if column == "specific" else np.roll(x[column], 1) * 1.3
        other, _ = fitted(write(tmp_path / "b.csv", x | {column: changed}, y), model)
        # A scale of a ligand moves its constant, another order the residual sum.
        assert not other.fit.ok or not np.allclose(numbers(other), numbers(whole), rtol=1e-3), (
            f"{column} has no effect"
        )


def test_non_specific_wells_of_a_column_give_the_kd_that_simulated_them(tmp_path):
    rng = np.random.default_rng(8)
    hot = np.repeat(np.logspace(-10.5, -8.0, 8), 4)
    specific = np.tile([1.0, 1.0, 0.0, 0.0], 8)
    y = (900 * specific * hot / (6e-10 + hot) + 4e10 * hot) * rng.normal(1, 0.02, hot.size)
    path = write(tmp_path / "t.csv", {"hot": hot, "site": specific}, y)
    options = {"curve": "saturation", "y": ("y",), "variance": "proportional"}
    result = run(FitOptions(path, x=("radioligand_M=hot:M", "specific=site"), **options))
    assert result.fit["log10_kd"].low < np.log10(6e-10) < result.fit["log10_kd"].high
    assert result.fit["nonspecific"].value == pytest.approx(4e10, rel=0.03)
    assert all(check.level == "pass" for check in result.fit.checks)
    assert [trace.name for trace in result.curve_plots()[0].traces] == ["total", "non-specific"]
    assert [len(points.y) for points in result.curve_plots()[0].points] == [16, 16]


def test_total_binding_alone_warns_that_non_specific_binding_is_inferred(tmp_path):
    hot = np.repeat(np.logspace(-10.5, -8.0, 8), 2)
    y = (900 * hot / (6e-10 + hot) + 4e10 * hot) * np.tile([0.97, 1.03], 8)
    path = write(tmp_path / "t.csv", {"hot": hot}, y)
    options = {"y": ("y",), "x": ("radioligand_M=hot:M",)}
    total = run(FitOptions(path, curve="saturation", **options))
    (check,) = [c for c in total.fit.checks if c.name == "nonspecific_not_measured"]
    assert check.level == "warn"
    assert check.message == (
        "no reading is of a non-specific well: nonspecific is inferred from the shape of total "
        "binding alone"
    )
    # Stated or absent, it is not inferred.
    fixed = run(FitOptions(path, curve="saturation", fixed=("nonspecific=4e10",), **options))
    absent = run(FitOptions(path, curve="saturation_specific", **options))
    for result in (fixed, absent):
        assert "nonspecific_not_measured" not in {c.name for c in result.fit.checks}


def test_a_well_is_specific_or_not(tmp_path):
    hot = np.logspace(-10.5, -8.0, 8)
    site = np.array([1.0, 0, 1, 0, 1, 0, 2, 0])
    path = write(tmp_path / "t.csv", {"hot": hot, "site": site}, hot)
    options = FitOptions(
        path, curve="saturation", y=("y",), x=("radioligand_M=hot:M", "specific=site")
    )
    with pytest.raises(InputError) as caught:
        run(options)
    assert str(caught.value) == (
        "t.csv, column 'site': contains 2. It is 1 in wells where the site can bind and 0 in "
        "non-specific wells."
    )


def test_columns_and_rows_that_were_not_used_are_named(tmp_path):
    path = tmp_path / "t.csv"
    doses = ("0.1", "1", "3", "", "10", "30", "100", "1000")
    readings = ("99", "91", "78", "60", "50", "", "10", "1")
    rows = [f"{d},{y},B{k},{k}" for k, (d, y) in enumerate(zip(doses, readings, strict=True))]
    path.write_text("conc_nM,y,batch,plate\n" + "\n".join(rows) + "\n", encoding="utf-8")
    result = run(
        FitOptions(str(path), curve="logistic_4pl", y=("y",), x=("concentration_M=conc_nM:nM",))
    )
    assert result.unused == (
        "columns 'batch', 'plate'",
        "row 4 (no concentration_M)",
        "row 6 (no reading in 'y')",
    )
    assert result.fit.n == 6
    assert result.summary().endswith(
        "  not used  columns 'batch', 'plate'; row 4 (no concentration_M); row 6 (no reading in "
        "'y')"
    )
    assert result.to_json()["unused"] == list(result.unused)


def prism_table(number, unit):
    cells = "".join(f"<d>{value}</d>" for value in (-9, -8, -7, -6, -5))
    readings = "".join(f"<d>{value}</d>" for value in (990, 900, 500, 110, 20))
    return (
        f'<Table ID="Table{number}" XFormat="numbers" YFormat="replicates" Replicates="1" '
        f'TableType="XY"><Title>run {number}</Title>'
        f"<XColumn><Title>log [drug] ({unit})</Title><Subcolumn>{cells}</Subcolumn></XColumn>"
        f"<YColumn><Title>bound (cpm)</Title><Subcolumn>{readings}</Subcolumn></YColumn></Table>"
    )


@pytest.mark.parametrize("table", ["two run 2", "2"])
def test_units_are_those_of_the_chosen_table(tmp_path, table):
    path = tmp_path / "two.pzfx"
    tables = prism_table(1, "M") + prism_table(2, "mM")
    path.write_text(f"<GraphPadPrismFile>{tables}</GraphPadPrismFile>", encoding="utf-8")
    x = ("concentration_M=log [drug] (mM)",)
    options = FitOptions(str(path), curve="logistic_4pl", y=("bound (cpm)",), x=x, table=table)
    ec50 = next(p.value for p in run(options).fit.free if p.name == "log10_ec50")
    assert ec50 == pytest.approx(-10.0, abs=0.1)
