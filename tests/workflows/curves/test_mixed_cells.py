"""Cells as exports of two programs leave them: dates, two decimal marks, rows without a name."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import tricyclic as tca
from tricyclic.errors import InputError
from tricyclic.io.open import read_tables

DOSES = ("0.1", "1", "10", "100", "1000", "10000")
READINGS = ("99.5", "95.2", "75.1", "50.3", "22.4", "5.1")


def text_of(doses, readings):
    rows = [f"A;{x};{y}" for x, y in zip(doses, readings, strict=True)]
    return "\n".join(["compound;conc_nM;response", *rows])


def with_comma(cells):
    return tuple(cell.replace(".", ",") for cell in cells)


def fit_each(source):
    """The log10 EC50 by `fit` and by `fit_file`."""
    single = tca.fit(source, x="conc_nM", y="response", by="compound")
    many = tca.fit_file(source, curve_column="compound", x_column="conc_nM", y_column="response")
    return single["A"]["log10_ec50"].value, float(many.to_frame()["log10_ic50"].iloc[0])


@pytest.mark.parametrize("of_doses", [False, True])
@pytest.mark.parametrize("of_readings", [False, True])
def test_columns_with_different_decimal_marks_are_read_each_with_its_own(
    tmp_path, of_doses, of_readings
):
    plain = tmp_path / "plain.csv"
    plain.write_text(text_of(DOSES, READINGS))
    mixed = tmp_path / "mixed.csv"
    doses = with_comma(DOSES) if of_doses else DOSES
    readings = with_comma(READINGS) if of_readings else READINGS
    mixed.write_text(text_of(doses, readings))
    assert fit_each(mixed) == fit_each(plain)
    frame = pd.DataFrame({"compound": "A", "conc_nM": doses, "response": readings})
    assert fit_each(frame) == fit_each(plain)


def test_the_decimal_marks_of_columns_are_stated(tmp_path):
    (tmp_path / "mixed.csv").write_text(text_of(with_comma(DOSES), READINGS))
    (table,) = read_tables(tmp_path / "mixed.csv")
    assert "decimal comma in 'conc_nM'" in table.notes
    assert "decimal point in 'response'" in table.notes


def test_a_word_among_numbers_with_a_decimal_comma_is_missing(tmp_path):
    plain, spilled = tmp_path / "plain.csv", tmp_path / "spilled.csv"
    plain.write_text(text_of(with_comma(DOSES), with_comma(READINGS)))
    spilled.write_text(text_of((*with_comma(DOSES), "5000"), (*with_comma(READINGS), "spilled")))
    assert fit_each(spilled) == pytest.approx(fit_each(plain), abs=1e-12)
    result = tca.fit(spilled, x="conc_nM", y="response", by="compound")
    assert "1 cell of 'response' without a number ('spilled'), as missing readings" in result.unused


REFUSED = "'75,1' is not a number. The decimal mark elsewhere in this column is '.'. Write 75.1."


def test_a_decimal_comma_among_decimal_points_is_refused(tmp_path):
    readings = tuple(cell.replace("75.1", "75,1") for cell in READINGS)
    (tmp_path / "one.csv").write_text(text_of(DOSES, readings))
    frame = pd.DataFrame({"compound": "A", "conc_nM": DOSES, "response": readings})
    for source in (tmp_path / "one.csv", frame):
        with pytest.raises(InputError) as caught:
            tca.fit(source, x="conc_nM", y="response")
        assert str(caught.value).endswith(f"column 'response': {REFUSED}")
        with pytest.raises(InputError) as caught:
            tca.fit_file(source, curve_column="compound", x_column="conc_nM", y_column="response")
        assert str(caught.value).endswith(f"column 'response': {REFUSED}")


def test_a_text_with_a_decimal_comma_among_typed_numbers_is_the_number_that_it_is():
    numbers = pd.DataFrame(
        {"compound": "A", "conc_nM": [*map(float, DOSES)], "response": [*map(float, READINGS)]}
    )
    cells = [*map(float, READINGS)]
    cells[2] = "75,1"
    assert fit_each(numbers.assign(response=cells)) == fit_each(numbers)


def test_what_may_be_a_decimal_mark_or_group_digits_is_refused_beside_a_word():
    frame = pd.DataFrame({"conc_nM": DOSES, "response": ["1,234", "2,345", "3,456", "4", "5", "x"]})
    with pytest.raises(InputError) as caught:
        tca.fit(frame, x="conc_nM", y="response")
    assert str(caught.value) == (
        "DataFrame, row 0 (from 0), column 'response': '1,234' can be read in two ways. No number "
        "of its column shows the decimal mark. Write 1234 or 1.234."
    )


def test_dates_are_named_as_dates():
    days = pd.date_range("2026-03-04 10:00", periods=len(DOSES))
    frame = pd.DataFrame({"conc_nM": [*map(float, DOSES)], "when": days, "response": 1.0})
    for x, y in (("when", "response"), ("conc_nM", "when")):
        with pytest.raises(InputError) as caught:
            tca.fit(frame, x=x, y=y)
        assert str(caught.value) == (
            "DataFrame: column 'when' has dates ('2026-03-04'), not numbers. Columns of numbers "
            "are 'conc_nM', 'response'."
        )
        with pytest.raises(InputError) as caught:
            tca.fit_file(frame, x_column=x, y_column=y)
        assert str(caught.value) == (
            "DataFrame, column 'when': contains dates instead of numbers. Columns of numbers are "
            "'conc_nM', 'response'."
        )


def test_a_text_column_as_dose_is_refused_with_the_columns_of_numbers():
    frame = pd.DataFrame({"plate": "P1", "conc_nM": [*map(float, DOSES)], "response": 1.0})
    with pytest.raises(InputError) as caught:
        tca.fit(frame, x="plate", y="response")
    assert str(caught.value) == (
        "DataFrame: column 'plate' is not all numbers: 'P1' in row 0 (from 0). Columns of numbers "
        "are 'conc_nM', 'response'."
    )


def test_doses_with_their_unit_in_each_cell_of_a_frame_are_read():
    frame = pd.DataFrame(
        {
            "compound": "A",
            "conc_nM": [*map(float, DOSES)],
            "dose": [f"{x} nM" for x in DOSES],
            "response": [*map(float, READINGS)],
        }
    )
    by_name = tca.fit(frame, x="dose", y="response")["log10_ec50"].value
    assert by_name == tca.fit(frame, x="conc_nM", y="response")["log10_ec50"].value


@pytest.mark.parametrize("kind", ["frame", "csv", "parquet"])
def test_rows_without_a_name_or_a_dose_are_left_out_and_counted(tmp_path, kind):
    whole = pd.DataFrame(
        {
            "compound": np.repeat(["A", "B"], len(DOSES)),
            "conc_nM": [*map(float, DOSES)] * 2,
            "response": [*map(float, READINGS)] * 2,
        }
    )
    more = pd.DataFrame(
        {
            "compound": ["B", None, None, "A"],
            "conc_nM": [3.0, 3.0, 4.0, np.nan],
            "response": [70.0, 50.0, 50.0, 50.0],
        }
    )
    table = pd.concat([whole, more], ignore_index=True)
    source = table
    if kind != "frame":
        source = tmp_path / f"rows.{kind}"
        (table.to_csv if kind == "csv" else table.to_parquet)(source, index=False)
    columns = {"curve_column": "compound", "x_column": "conc_nM", "y_column": "response"}
    result = tca.fit_file(source, **columns)
    assert result.unused == ("2 rows (no compound)", "1 row (no conc_nM)")
    expected = tca.fit_file(table.iloc[: len(whole) + 1], **columns).to_frame()
    pd.testing.assert_frame_equal(result.to_frame(), expected)


@pytest.mark.parametrize("kind", ["frame", "csv", "parquet"])
def test_a_file_without_any_name_is_refused(tmp_path, kind):
    table = pd.DataFrame(
        {"compound": pd.Series([None] * 6, dtype="string"), "conc_nM": DOSES, "response": READINGS}
    ).astype({"conc_nM": float, "response": float})
    source = table
    if kind != "frame":
        source = tmp_path / f"rows.{kind}"
        (table.to_csv if kind == "csv" else table.to_parquet)(source, index=False)
    with pytest.raises(InputError, match="no row can be used: 6 rows"):
        tca.fit_file(source, curve_column="compound", x_column="conc_nM", y_column="response")
