"""A table of amounts is read as the Series that study.toml describes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tricyclic.core.table import DataTable
from tricyclic.errors import InputError
from tricyclic.study.plan import TablePlan
from tricyclic.study.tables import series_from


def table(**columns):
    return DataTable("t", tuple(columns), columns, file="t.csv", units={"conc_nM": "nM"})


PLAN = TablePlan(
    file="raw/t.csv",
    run="1",
    unit="fmol/mg",
    total=("tot",),
    non_specific=("ns",),
    x={"radioligand_M": ("conc_nM", "nM")},
    where="study.toml, table",
)
TABLE = table(conc_nM=[1.0, 2.0, 4.0], tot=[5.0, np.nan, 9.0], ns=[1.0, 2.0, 3.0])


def test_totals_can_bind_and_non_specific_readings_cannot():
    series = series_from([TABLE], PLAN, name="s")
    assert series.y.tolist() == [5.0, 9.0, 1.0, 2.0, 3.0]
    assert series.x["specific"].tolist() == [1, 1, 0, 0, 0]
    np.testing.assert_allclose(series.x["radioligand_M"], [1e-9, 4e-9, 1e-9, 2e-9, 4e-9])
    assert series.labels[1] == "raw/t.csv row 3 tot"


def test_an_excluded_row_is_left_out():
    series = series_from([TABLE], PLAN, name="s", excluded={"row 1": "spilt"})
    assert series.y.tolist() == [9.0, 2.0, 3.0]


def test_logarithms_become_concentrations():
    plan = TablePlan(
        file="t.csv", run="1", unit="%", response=("y",), x={"competitor_M": ("lg", "log10 M")}
    )
    series = series_from([table(lg=[-9.0, -6.0], y=[90.0, 10.0])], plan, name="s")
    np.testing.assert_allclose(series.x["competitor_M"], [1e-9, 1e-6])
    assert series.y_unit == "%"


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"total": ("tto",)}, "Did you mean 'tot'"),
        (
            {"x": {"radioligand_M": ("conc_nM", "pM")}},
            "is in nM in the file, but is given in pM",
        ),
        ({"x": {"radioligand_M": ("conc_nM", "min")}}, "min"),
        ({"table": "u"}, "no table of the file is called 'u'"),
        ({"table": "²"}, "no table of the file is called '²'"),
        ({"unit": "fmol/mgg"}, "'fmol/mgg' is not a known unit"),
    ],
)
def test_the_error_names_what_does_not_match(change, part):
    with pytest.raises(InputError, match=f"(?i){part}"):
        series_from([TABLE], replace(PLAN, **change), name="s")


def test_the_error_for_negative_concentrations_suggests_logarithms():
    plan = TablePlan(
        file="t.csv", run="1", unit="%", response=("y",), x={"competitor_M": ("lg", "M")}
    )
    with pytest.raises(InputError, match="log10 M"):
        series_from([table(lg=[-9.0, -6.0], y=[90.0, 10.0])], plan, name="s")


def test_a_row_that_does_not_exist_is_refused():
    with pytest.raises(InputError, match="numbered 1 to 3"):
        series_from([TABLE], PLAN, name="s", excluded={"row 9": "spilt"})
