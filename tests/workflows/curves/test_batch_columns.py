"""Files of many curves as their users have them: own names of columns, words among the readings,
several keys, workbooks and DataFrames.
"""

from __future__ import annotations

import gzip

import numpy as np
import openpyxl
import pandas as pd
import polars as pl
import pytest

import tricyclic as tca
from tricyclic.errors import InputError
from tricyclic.workflows.curves.fit import run
from tricyclic.workflows.curves.options import FitOptions

NAMES = {
    "curve_column": ("Compound ID",),
    "x_column": "conc_uM",
    "y_column": "pct_inhibition",
    "keep": ("Plate", "Operator"),
}
NUMBERS = ["ic50_nM", "ic50_low_nM", "ic50_high_nM", "hill", "top", "bottom", "residual_sd"]


@pytest.fixture(scope="module")
def screen():
    """Forty compounds of percent inhibition on four plates, ten doses in duplicate."""
    rng = np.random.default_rng(3)
    doses = np.repeat(30.0 / 3.0 ** np.arange(10), 2)
    rows = []
    for k in range(40):
        ic50, hill = 10 ** rng.uniform(-1.5, 0.5), rng.uniform(0.8, 1.3)
        full = 100.0 if k % 8 else 0.0
        y = full / (1 + (ic50 / doses) ** hill) + rng.normal(0, 3, doses.size)
        for dose, reading in zip(doses, y, strict=True):
            name = f"CRO-{k:03d}/salt, free base (rpt)"
            rows.append((name, f"P{k // 10}", dose, reading, "Müller" if k % 2 else "Li", k // 10))
    columns = ["Compound ID", "Plate", "conc_uM", "pct_inhibition", "Operator", "run"]
    return pd.DataFrame(rows, columns=columns)


def fitted(file, **changed):
    return run(FitOptions(str(file), **(NAMES | changed)))


def numbers(result):
    """Of the curves with an IC50; those of flat ones change with the last digit of a reading."""
    frame = result.to_frame()
    assert frame.ic50_nM.notna().sum() >= len(frame) / 2
    return frame.loc[frame.ic50_nM.notna(), NUMBERS].to_numpy()


def test_every_form_of_a_table_gives_the_same_fits(screen, tmp_path):
    screen.to_csv(tmp_path / "a.csv", index=False)
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress((tmp_path / "a.csv").read_bytes()))
    title = "Screen 12,,,,,\nBy Jürgen,,,,,\n"
    (tmp_path / "windows.csv").write_text(
        title + screen.to_csv(index=False) + ",,,,,\n", encoding="cp1252"
    )
    screen.to_csv(tmp_path / "comma.csv", index=False, sep=";", decimal=",")
    screen.to_parquet(tmp_path / "a.parquet")
    screen.to_excel(tmp_path / "a.xlsx", index=False)
    first = fitted(tmp_path / "a.csv")
    assert first.curves == 40 and first.file == "a.csv"
    for name in ("a.csv.gz", "windows.csv", "comma.csv", "a.parquet", "a.xlsx"):
        np.testing.assert_allclose(numbers(fitted(tmp_path / name)), numbers(first), rtol=1e-6)
    for frame in (screen, pl.from_pandas(screen)):
        result = tca.fit_file(frame, **NAMES)
        np.testing.assert_allclose(numbers(result), numbers(first), rtol=1e-12)


def test_names_and_kept_columns_are_those_of_the_file(screen):
    frame = tca.fit_file(screen, **NAMES).to_frame()
    assert list(frame.columns[:4]) == ["Compound ID", "Plate", "Operator", "ic50_nM"]
    one_each = screen.drop_duplicates("Compound ID")
    for column in ("Compound ID", "Plate", "Operator"):
        assert frame[column].tolist() == one_each[column].tolist()


def test_several_columns_together_name_a_curve(screen, tmp_path):
    both = pd.concat([screen, screen.assign(run=screen.run + 100)])
    both.to_csv(tmp_path / "a.csv", index=False)
    result = fitted(tmp_path / "a.csv", curve_column=("Compound ID,run",), keep=())
    frame = result.to_frame()
    assert result.curves == 80 and list(frame.columns[:2]) == ["Compound ID", "run"]
    assert sorted(set(frame.run)) == [0, 1, 2, 3, 100, 101, 102, 103]
    assert frame.groupby("Compound ID").ic50_nM.nunique(dropna=False).max() == 1


def test_a_kept_column_with_two_values_in_a_curve_shows_both(screen):
    changed = screen.copy()
    changed.loc[[0, 3], "Operator"] = "Weiß"
    frame = tca.fit_file(changed, **NAMES).to_frame()
    assert frame.Operator[0] == "Weiß; Li"
    changed.loc[0, "run"] = 7
    with pytest.raises(InputError) as caught:
        tca.fit_file(changed, **(NAMES | {"keep": ("run",)}))
    assert str(caught.value) == (
        "DataFrame, curve 'CRO-000/salt, free base (rpt)': has 7 and 0 in column 'run'. A column "
        'of numbers that is kept has one value per curve. Omit it, or add curve_column="run".'
    )


def test_a_kept_column_that_is_called_like_a_result_keeps_its_values(screen):
    frame = tca.fit_file(
        screen.assign(status="registered"), **NAMES | {"keep": "status"}
    ).to_frame()
    assert set(frame["status (file)"]) == {"registered"} and "fitted" in set(frame["status"])


def test_words_among_readings_are_missing_and_named(screen, tmp_path):
    words = screen.astype({"pct_inhibition": object})
    words.loc[[5, 60], "pct_inhibition"] = "spilled"
    words.loc[61, "pct_inhibition"] = ">120"
    words.loc[62, "pct_inhibition"] = np.nan
    words.to_csv(tmp_path / "a.csv", index=False)
    words.to_excel(tmp_path / "a.xlsx", index=False)
    missing = screen.copy()
    missing.loc[[5, 60, 61, 62], "pct_inhibition"] = np.nan
    expected = tca.fit_file(missing, **NAMES)
    for name in ("a.csv", "a.xlsx"):
        result = fitted(tmp_path / name)
        np.testing.assert_allclose(numbers(result), numbers(expected), rtol=1e-6)
        assert result.unused == (
            "column 'run'",
            "3 cells of 'pct_inhibition' without a number ('spilled', '>120'), as missing readings",
        )


def test_readings_with_a_percent_sign_are_numbers(screen, tmp_path):
    signed = screen.assign(pct_inhibition=screen.pct_inhibition.map("{:.6f} %".format))
    signed.to_csv(tmp_path / "a.csv", index=False)
    rounded = screen.assign(pct_inhibition=screen.pct_inhibition.round(6))
    result = fitted(tmp_path / "a.csv")
    assert result.unused == ("column 'run'",)
    np.testing.assert_allclose(numbers(result), numbers(tca.fit_file(rounded, **NAMES)), rtol=1e-9)


def test_names_that_begin_with_zeros_stay_names(screen, tmp_path):
    named = screen.assign(**{"Compound ID": screen["Compound ID"].str[4:7].str.zfill(5)})
    named.to_csv(tmp_path / "a.csv", index=False)
    for source in (named, tmp_path / "a.csv"):
        frame = tca.fit_file(source, **NAMES).to_frame()
        assert frame["Compound ID"].tolist() == [f"{k:05d}" for k in range(40)]


def test_the_unit_of_the_doses_is_that_of_the_column_or_of_the_option(screen):
    screen = screen[screen.pct_inhibition.groupby(screen["Compound ID"]).transform("max") > 50]
    expected = tca.fit_file(screen, **NAMES).to_frame().log10_ic50
    plain = screen.rename(columns={"conc_uM": "dose"})
    assert_close = np.testing.assert_allclose
    named = NAMES | {"x_column": "dose"}
    with pytest.raises(InputError) as caught:
        tca.fit_file(plain, **named)
    assert str(caught.value) == (
        "DataFrame: the unit of 'dose' is not known. Add x_unit=\"nM\", or the unit in which it is."
    )
    in_micromolar = tca.fit_file(plain, **named, x_unit="uM").to_frame()
    assert_close(in_micromolar.log10_ic50, expected)
    logs = plain.assign(dose=np.log10(plain.dose * 1e3))
    assert_close(
        tca.fit_file(logs, **named, x_unit="log10 nM").to_frame().log10_ic50, expected, rtol=1e-7
    )
    mass = plain.assign(dose=plain.dose * 0.3)  # 300 g/mol
    weighed = tca.fit_file(mass, **named, x_unit="mg/L", molar_mass=300.0).to_frame()
    assert_close(weighed.log10_ic50, expected, rtol=1e-7)
    unweighed = tca.fit_file(mass, **named, x_unit="mg/L").to_frame()
    assert "pIC50" not in unweighed and "ic50_nM" not in unweighed
    assert_close(unweighed.ic50_mg_per_L, weighed.ic50_nM * 300e-6, rtol=1e-6)
    with pytest.raises(InputError, match="states uM, not nM"):
        tca.fit_file(screen, **NAMES, x_unit="nM")


def test_a_table_without_a_column_of_curves_is_one_curve(screen, tmp_path):
    one = screen[screen["Compound ID"] == screen["Compound ID"][25]]
    one[["conc_uM", "pct_inhibition"]].to_csv(tmp_path / "one.csv", index=False)
    whole = run(
        FitOptions(str(tmp_path / "one.csv"), x_column="conc_uM", y_column="pct_inhibition")
    )
    assert whole.curves == 1 and "all rows as one curve" in str(whole)
    among = tca.fit_file(one, **NAMES)
    np.testing.assert_allclose(numbers(whole), numbers(among))
    assert whole.to_frame().curve.tolist() == ["one"]


def test_a_file_with_other_names_is_answered_with_the_options_to_add(screen, tmp_path):
    screen.to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(InputError) as caught:
        run(FitOptions(str(tmp_path / "a.csv")))
    advice = str(caught.value).partition("Add ")[2].rstrip(".")
    assert advice == (
        '--curve-column "Compound ID" --x-column "conc_uM" --y-column "pct_inhibition"'
    )
    assert fitted(tmp_path / "a.csv", keep=()).curves == 40


def test_weights_of_a_named_column_change_the_fit(screen):
    weighted = screen.assign(w=1.0 / (1.0 + screen.pct_inhibition.clip(0) ** 2))
    standard = weighted.rename(
        columns={"Compound ID": "curve", "pct_inhibition": "response", "w": "weight"}
    )
    given = tca.fit_file(weighted, **NAMES, weights="w")
    np.testing.assert_allclose(numbers(given), numbers(tca.fit_file(standard)))
    plain = tca.fit_file(screen, **NAMES).to_frame()
    assert not np.allclose(given.to_frame().top, plain.top)
    with pytest.warns(FutureWarning, match="weights_column= is called weights= now"):
        former = tca.fit_file(weighted, **NAMES, weights_column="w")
    np.testing.assert_allclose(numbers(former), numbers(given))
    with pytest.raises(InputError) as caught:
        tca.fit_file(weighted, **NAMES, weights="1/y^2")
    assert str(caught.value) == (
        "weights=: '1/y^2' is a formula. For many curves it is a column of weights, 1 / variance "
        "of each reading. Write the weights into a column, and name it."
    )


def test_a_workbook_of_fits_has_the_rows_of_the_table(screen, tmp_path):
    named = screen.assign(Operator="=1+1")
    result = tca.fit_file(named, **NAMES, out=tmp_path / "fits.xlsx")
    frame = tca.fit_file(named, **NAMES).to_frame()
    sheet = openpyxl.load_workbook(tmp_path / "fits.xlsx")["fits"]
    rows = list(sheet.values)
    assert list(rows[0]) == list(frame.columns) and len(rows) == 41
    assert {row[2] for row in rows[1:]} == {"=1+1"} and sheet["C2"].data_type == "s"
    column = list(frame.columns).index("residual_sd")
    np.testing.assert_allclose([row[column] for row in rows[1:]], frame.residual_sd)
    assert result.out.endswith("fits.xlsx")


def test_a_table_that_is_not_written_is_shown(screen):
    result = tca.fit_file(screen, **NAMES)
    text = str(result)
    assert 'the first 20 of 40 curves; add out="fits.csv" for all' in text
    assert "CRO-019/salt, free base (rpt)" in text and "CRO-020" not in text


def test_a_plate_with_more_scatter_or_another_window_is_flagged():
    rng = np.random.default_rng(8)
    doses = np.repeat(30.0 / 3.0 ** np.arange(10), 2)
    rows = []
    for k in range(400):
        plate = k // 20
        y = 100.0 / (1 + (10 ** rng.uniform(-1.5, 0.5) / doses))
        y = y * (0.6 if plate == 7 else 1.0) + rng.normal(0, 9 if plate == 4 else 3, doses.size)
        rows += [(f"c{k}", f"P{plate}", x, v) for x, v in zip(doses, y, strict=True)]
    frame = pd.DataFrame(rows, columns=["curve", "Plate", "conc_uM", "response"])
    result = tca.fit_file(frame, keep="Plate")
    assert {plate.plate: plate.flags for plate in result.plates if plate.flags} == {
        "P4": ("scatter",),
        "P7": ("top",),
    }
    plates = result.to_frame("plates")
    assert plates.plate.tolist() == [f"P{k}" for k in range(20)]
    assert plates.curves.sum() == 400
    p4 = result.to_frame().query("Plate == 'P4'")
    assert plates.median_residual_sd[4] == pytest.approx(p4.residual_sd.median())
