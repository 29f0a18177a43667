"""Columns given by themselves, rows as mappings, and weights as people write them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest

import tricyclic as tca
from tricyclic.errors import InputError, UnknownNameError

DOSES = [0.1, 1.0, 3.0, 10.0, 30.0, 100.0, 1000.0]


def table() -> pd.DataFrame:
    rng = np.random.default_rng(4)
    return pd.DataFrame(
        [
            {"compound": c, "conc_nM": d, "cpm": 300 + 2700 / (1 + d / i) + 20 * rng.normal()}
            for c, i in (("a", 5.0), ("b", 40.0))
            for d in DOSES
            for _ in range(2)
        ]
    )


def ec50(data: object, **options: object) -> list[float]:
    given = {"x": "conc_nM", "y": "cpm", "by": "compound", **options}
    return list(tca.fit(data, **given).to_frame()["ec50_nM"])


def test_a_column_stands_for_its_name():
    df = table()
    plain = ec50(df)
    assert plain == pytest.approx([5.0, 40.0], rel=0.1)
    assert ec50(df, by=df["compound"]) == plain
    assert ec50(df, by=[df["compound"]], x=df["conc_nM"], y=df["cpm"]) == plain
    lines = pl.from_pandas(df)
    assert ec50(lines, by=lines["compound"]) == plain
    file = tca.fit_file(
        df, curve="logistic_4pl", x="conc_nM", y=df["cpm"], by=df["compound"]
    ).to_frame()
    assert list(file["ec50_nM"]) == plain


def test_a_column_of_other_values_is_refused():
    df = table()
    other = pd.Series(range(len(df)), name="compound")
    with pytest.raises(tca.InputError) as caught:
        ec50(df, by=[other])
    assert str(caught.value) == (
        "by=: are values. It is the name of a column. Add the values to the table as a column, and "
        "give its name."
    )


def test_rows_as_mappings_are_a_table():
    df = table()
    rows = df.to_dict("records")
    assert ec50(rows) == ec50(tuple(rows)) == ec50({name: list(df[name]) for name in df})
    # A row without a reading has a missing one.
    shorter = [*rows, {"compound": "a", "conc_nM": 5.0}]
    assert ec50(shorter) == ec50(df)
    options = {"radioligand_nM": 1, "kd_nM": 1, "unit": "cpm"}
    values = [[e.value for e in tca.affinity(d, **options).estimates] for d in (df, rows)]
    assert values[0] == values[1]


def test_several_tables_are_joined_by_the_user():
    df = table()
    with pytest.raises(tca.InputError) as caught:
        ec50([df, df])
    assert str(caught.value) == (
        "data=: is a list of 2 tables. It is one table. Join them, as with pandas.concat, and name "
        'the column of each in by=["plate"].'
    )


@pytest.mark.parametrize("weights", ["1/y²", "1/Y²", "1/Y2", "1/y**2", "1 / y^2", "1/ŷ²", "1/Y^2"])
def test_weights_are_read_as_people_write_them(weights):
    df = table()
    assert ec50(df, weights=weights) == ec50(df, weights="1/y^2") != ec50(df)


def test_words_among_the_weights_are_refused_in_one_sentence():
    df = table().assign(w=["1"] * 27 + ["bad"])
    with pytest.raises(tca.InputError) as caught:
        ec50(df, weights="w")
    assert str(caught.value) == (
        "DataFrame: column 'w' is not all numbers: 'bad' in row 27 (from 0)."
    )


def test_marks_among_the_allowed_names_stand_in_quotation_marks():
    error = UnknownNameError.among("choice", ";", (".", ","))
    assert str(error) == "No choice is called ';'. There are: ',', '.'."


def test_what_is_no_table_is_named():
    data = table()
    for given, text in (
        (data["cpm"], "a Series of 28 values"),
        ([data, 3], "able 2 is 3"),
        (3, "plates=: is 3"),
    ):
        with pytest.raises(InputError, match=text):
            tca.affinity(given, kd_nM=1, radioligand_nM=2)


def test_an_option_out_of_range_is_named():
    with pytest.raises(InputError, match="calibrate=: is -1"):
        tca.affinity(table(), kd_nM=1, radioligand_nM=2, calibrate=-1)
