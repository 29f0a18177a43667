"""A table of amounts becomes the Series that study.toml describes."""

from __future__ import annotations

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


def test_a_row_that_is_excluded_stays_out():
    series = series_from([TABLE], PLAN, name="s", left_out={"row 1": "spilt"})
    assert series.y.tolist() == [9.0, 2.0, 3.0]


def test_logarithms_become_concentrations():
    plan = TablePlan(
        file="t.csv", run="1", unit="%", response=("y",), x={"competitor_M": ("lg", "log10 M")}
    )
    series = series_from([table(lg=[-9.0, -6.0], y=[90.0, 10.0])], plan, name="s")
    np.testing.assert_allclose(series.x["competitor_M"], [1e-9, 1e-6])
    assert series.y_unit == "%"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"total": ("tto",)}, "Did you mean 'tot'"),
        ({"x": {"radioligand_M": ("conc_nM", "pM")}}, "the study says pM"),
        ({"x": {"radioligand_M": ("conc_nM", "min")}}, "min"),
        ({"table": "u"}, "no table of the file is called 'u'"),
        ({"unit": "fmol/mgg"}, "no unit"),
    ],
)
def test_what_does_not_fit_is_said(change, says):
    from dataclasses import replace

    with pytest.raises(InputError, match=f"(?i){says}"):
        series_from([TABLE], replace(PLAN, **change), name="s")


def test_negative_concentrations_ask_whether_they_are_logarithms():
    plan = TablePlan(
        file="t.csv", run="1", unit="%", response=("y",), x={"competitor_M": ("lg", "M")}
    )
    with pytest.raises(InputError, match="log10 M"):
        series_from([table(lg=[-9.0, -6.0], y=[90.0, 10.0])], plan, name="s")


def test_a_row_that_is_not_there_is_named():
    with pytest.raises(InputError, match="numbered 1 to 3"):
        series_from([TABLE], PLAN, name="s", left_out={"row 9": "spilt"})
